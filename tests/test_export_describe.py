"""What is said about tables: complete, in German, and fit for every format."""

from __future__ import annotations

import re

import pytest

from sokanalysis.export.describe import ORIGINS, hint, table_texts
from tests.exporting import results

TEXTS = table_texts()
each = pytest.mark.parametrize("name", TEXTS)


@each
def test_names_and_titles_fit_every_format(name):
    text = TEXTS[name]
    assert re.fullmatch(r"[a-z_]+", name)
    # A sheet of Excel: 31 characters, without these signs; also inside a link.
    assert len(text.title) <= 31 and not set(text.title) & set("[]:*?/\\'")
    assert text.description.endswith(".")
    assert text.origin in ORIGINS
    assert text.geometry in ("", "point", "area")


@each
def test_columns_are_told_apart_and_named_in_german(name):
    text = TEXTS[name]
    names = [column.name for column in text.columns]
    assert len(names) == len(set(names))
    assert all(re.fullmatch(r"[a-z0-9_]+", column) for column in names)
    assert all(column.title for column in text.columns)
    assert {column.kind for column in text.columns} <= {
        "text", "integer", "number", "boolean", "date",
    }  # fmt: skip
    assert set(text.key) <= set(names) and text.withheld <= set(names)
    # The alias in a GeoPackage and the heading of a sheet tell columns apart as well.
    titles = [column.title for column in text.columns]
    assert len(titles) == len(set(titles))


@each
def test_counts_of_people_can_be_withheld(name):
    text = TEXTS[name]
    # Inhabitants of a municipality are official; the smallest group of a course is no count.
    public = {("gemeinden", "population_count"), ("angebote", "minimum_group_count")}
    people = {column.name for column in text.columns if column.unit == "Personen"}
    people -= {column for table, column in public if table == name} | {"gained_range"}
    assert people <= text.withheld


def test_titles_are_unique():
    titles = [text.title for text in TEXTS.values()]
    assert len(titles) == len(set(titles))


def test_patterns_stand_for_every_key():
    names = [column.name for column in TEXTS["gemeinden"].columns]
    # Three fields of action in four states.
    assert sum(name.endswith("_share") for name in names) == 3 * 4
    share = {column.name: column for column in TEXTS["gemeinden"].columns}[
        "teilhabe_ferien_linie_share"
    ]
    assert share.title == "Gesellschaftliche Teilhabe und Mitgestaltung; Ferien, nur Linie"


def test_a_hint_stands_beside_each_column_that_may_be_withheld():
    names = [column.name for column in results()[2].fields]
    at = names.index("person_count")
    assert names[at + 1] == hint("person_count") == "person_count_hinweis"
    assert len(names) == 8
