"""Tables and boxes for the page: heads, data state, assumptions."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis import tables
from tests.conftest import feed, region

SAID = {"caption": "Befund", "source": "Quelle: Test"}


@pytest.fixture
def empty():
    return region([], [], [], feed({"Halt": (50.6, 11.7)}, {}))


def test_columns_get_their_german_heads():
    rows = pd.DataFrame({"name": ["Kurs"], "schulzeit_linie": [0.256], "cost_eur": [12000]})
    shown = tables.table(rows, "name", "schulzeit_linie", "cost_eur", **SAID).payload()
    assert [head["title"] for head in shown["head"]] == [
        "Name", "Schulzeit, nur Linie", "Kosten im Jahr",
    ]  # fmt: skip
    assert shown["rows"] == [["Kurs", "26", "12\u202f000"]]


def test_a_column_without_a_head_is_an_error():
    with pytest.raises(KeyError, match="unbekannte_spalte"):
        tables.table(pd.DataFrame({"unbekannte_spalte": []}), "unbekannte_spalte", **SAID)


def test_withheld_counts_are_shown_as_below_the_limit():
    rows = pd.DataFrame({"person_count": pd.array([pd.NA, 12], dtype="Int64")})
    assert tables.table(rows, "person_count", **SAID).payload()["rows"] == [["geheim"], ["12"]]


def test_people_and_shares_of_a_state_have_the_same_head():
    rows = pd.DataFrame({"schulzeit_linie_people": [1234], "schulzeit_linie": [0.5]})
    shown = tables.table(rows, "schulzeit_linie_people", "schulzeit_linie", **SAID).payload()
    assert [(head["title"], head["unit"]) for head in shown["head"]] == [
        ("Schulzeit, nur Linie", "Personen"), ("Schulzeit, nur Linie", "%"),
    ]  # fmt: skip
    assert shown["rows"] == [["1\u202f234", "50"]]


def test_assumptions_of_a_topic_with_their_ranges(empty):
    shown = tables.assumptions(empty, "rufbus", **SAID).payload()
    names = [row[0] for row in shown["rows"]]
    assert "Geschwindigkeit des Rufbusses" in names
    assert "längste Fahrt mit dem Rufbus" not in names  # documented, no assumption
    speed = shown["rows"][names.index("Geschwindigkeit des Rufbusses")]
    assert speed[1:4] == ["35", "km/h", "30 bis 45"]


def test_data_state_counts_every_row(sok):
    shown = tables.data_state(sok, "Text")
    assert sum(shown.counts.values()) == 1803
    assert shown.as_of == sok.parameters.reference_date


def test_reference_days_are_named():
    dates = {"schultag": pd.Timestamp("2026-11-24"), "samstag": pd.Timestamp("2026-11-28")}
    assert tables.reference_days(dates) == "Schultag 24. November 2026, Samstag 28. November 2026"
    assert tables.reference_days({}) == ""
