"""The reference pages of the handbook say what schema and parameters say."""

from __future__ import annotations

import re

import pytest

from sokanalysis.parameters import default_parameters
from sokanalysis.reference import DOCS, PAGES, column_reference, parameter_reference
from sokanalysis.schema import TABLES


@pytest.mark.parametrize("page", PAGES)
def test_committed_page_is_the_generated_text(page: str) -> None:
    assert (DOCS / page).read_text(encoding="utf-8") == PAGES[page](), (
        f"docs/{page} is old: run python -m sokanalysis.reference"
    )


def test_every_column_stands_in_its_table() -> None:
    sections = column_reference().split("\n## ")
    for table in TABLES.values():
        [section] = [text for text in sections if f"(`{table.name}.csv`)" in text]
        assert re.findall(r"^\|[^|]+\| `(\w+)` \|", section, re.M) == [
            column.name for column in table.columns
        ]


def test_limits_and_links_are_said_in_german() -> None:
    page = column_reference()
    # lat: minimum 47.2, maximum 55.1; provider_id of offers refers to providers.provider_id.
    assert "| Breite | `lat` | Zahl | Grad | ja | 47,2 bis 55,1 |  |" in page
    assert (
        "| Träger-Nr. | `provider_id` | Text |  | ja | steht in `providers.csv`, Spalte "
        "`provider_id` |  |" in page
    )
    assert "| PLZ | `postal_code` | Text |  |  | Form 5 Ziffern |  |" in page


def test_links_to_code_lists_lead_to_a_heading() -> None:
    page = column_reference()
    titles = re.findall(r"^### (.+)$", page, re.M)
    anchors = {re.sub(r"[^\w-]", "", title.lower().replace(" ", "-")) for title in titles}
    assert set(re.findall(r"\(#([^)]+)\)", page)) == anchors


def test_every_parameter_has_a_row() -> None:
    names = re.findall(r"^\| `(\w+)` \|", parameter_reference(), re.M)
    assert names == list(default_parameters().entries)
