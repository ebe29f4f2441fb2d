"""The catalogue as files: the same bytes, nothing runs as a formula, numbers are kept."""

from __future__ import annotations

import shutil
from io import BytesIO

import openpyxl
import pandas as pd
import pytest

from sokanalysis.catalogue_files import keep_numbers, table, workbook, write_catalogue
from sokanalysis.region import load_region
from tests.conftest import SOK, villages

NAMES = (
    "number", "key", "title", "field", "lever", "need", "gap", "goal", "target_group", "steps",
    "responsible", "partners", "period", "cost_eur", "cost_eur_low", "cost_eur_high", "funding",
    "indicator", "start_value", "target_value", "gained_count", "gained_range",
    "gained_count_holidays", "lost_count", "cost_per_person_eur", "priority", "is_quick_win",
    "is_chosen", "robustness", "decides", "status", "need_keys",
)  # fmt: skip
MOVE = {
    "number": "S1", "key": "verschieben|A1@O1", "title": '=HYPERLINK("x")', "field": "Sprache",
    "steps": ["eins", "zwei"], "cost_eur": 500.0, "cost_eur_low": 0.0, "cost_eur_high": 2000.0,
    "start_value": 14.0, "target_value": 21.0, "gained_count": 7.0, "is_quick_win": True,
    "is_chosen": True, "need_keys": ("integrationskurs",),
}  # fmt: skip
OWN = {"number": "Q1", "key": "E01", "title": "Runder Tisch", "steps": [], "need_keys": ()}


@pytest.fixture(scope="module")
def measures():
    rows = pd.DataFrame([MOVE, OWN]).reindex(columns=list(NAMES))
    return rows.assign(is_quick_win=[True, False], is_chosen=[True, True])


@pytest.fixture(scope="module")
def district():
    return villages(fundings=[
        {"funding_id": "F1", "name": "Land", "giver": "Land", "fields": "teilhabe",
         "levers": "kurs", "until_date": "2027-12-31"},
    ])  # fmt: skip


def test_the_same_catalogue_gives_the_same_bytes(district, measures):
    assert workbook(district, measures) == workbook(district, measures)


def test_sheets_and_cells_are_what_they_say(district, measures):
    book = openpyxl.load_workbook(BytesIO(workbook(district, measures)))
    assert book.sheetnames == ["Maßnahmen", "Förderprogramme", "Annahmen"]
    sheet = book["Maßnahmen"]
    head = [cell.value for cell in sheet[1]]
    first = dict(zip(head, (cell.value for cell in sheet[2]), strict=True))
    assert (first["Nr."], first["Kosten im Jahr (€)"], first["Zielwert"]) == ("S1", 500, 21)
    assert first["Schritte"] == "eins\nzwei"
    assert first["im Plan"] == "ja"
    second = dict(zip(head, (cell.value for cell in sheet[3]), strict=True))
    assert second["zusätzlich erreicht (Personen)"] is None
    assert book["Förderprogramme"]["E2"].value.year == 2027


def test_no_cell_is_a_formula(district, measures):
    book = openpyxl.load_workbook(BytesIO(workbook(district, measures)))
    kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
    assert "f" not in kinds
    assert "'=HYPERLINK" in table(measures)


def test_the_table_speaks_german(measures):
    lines = table(measures).splitlines()
    assert lines[0].startswith("Nr.;Maßnahme;Handlungsfeld")
    assert "500" in table(measures)


def test_files_are_written_side_by_side(district, measures, tmp_path):
    folder = tmp_path / "neu" / "katalog"
    assert [path.name for path in write_catalogue(district, measures, folder)] == [
        "katalog.xlsx", "katalog.csv",
    ]  # fmt: skip
    assert (folder / "katalog.csv").read_bytes().startswith(b"\xef\xbb\xbf")  # Excel asks for it


def test_numbers_are_kept_in_the_folder_of_the_region(measures, tmp_path):
    folder = tmp_path / "sok"
    shutil.copytree(SOK, folder)
    (folder / "measure_numbers.csv").unlink(missing_ok=True)
    keep_numbers(load_region(folder), measures)
    kept = load_region(folder).measure_numbers.set_index("measure_key")
    assert kept.loc["verschieben|A1@O1", "number"] == "S1"
    assert kept.loc["verschieben|A1@O1", "need_keys"] == ("integrationskurs",)
    assert (kept["status"] == "vorschlag").all()
    # A second time nothing that stands there changes.
    before = (folder / "measure_numbers.csv").read_bytes()
    keep_numbers(load_region(folder), measures.assign(number="S9", target_value=99.0))
    assert (folder / "measure_numbers.csv").read_bytes() == before
