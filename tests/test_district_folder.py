"""A new district's folder and what the check says about it."""

from __future__ import annotations

import datetime as dt
import json

import openpyxl
import pytest

from sokanalysis.check import check_region
from sokanalysis.codes import LANDS
from sokanalysis.district.folder import ENTERED_TABLES, new_region
from sokanalysis.district.template import COLUMNS, GUIDE, LISTS
from sokanalysis.errors import DataProblems, FolderNotEmpty
from sokanalysis.parameters import default_parameters, region_parameters
from sokanalysis.schema import OFFERS, SESSIONS, TABLES

DAY = dt.date(2026, 9, 1)


@pytest.fixture
def folder(tmp_path):
    new_region("16076", tmp_path / "greiz", DAY)
    return tmp_path / "greiz"


def test_the_files_bear_german_headings(folder):
    head = (folder / "offers.csv").read_text(encoding="utf-8")
    assert head == ",".join(column.title for column in OFFERS.columns) + "\n"


def test_the_same_day_gives_the_same_bytes(folder, tmp_path):
    new_region("16076", tmp_path / "again", DAY)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_the_day_is_the_reference_date(folder):
    parameters = region_parameters(folder)
    assert parameters.reference_date == DAY
    changed = parameters.replace(reference_date=default_parameters().reference_date)
    assert changed.entries == default_parameters().entries


def test_every_parameter_can_be_changed_by_removing_a_sign(folder):
    path = folder / "parameters.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("\n# ", "\n"), encoding="utf-8")
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(lines[3:]), encoding="utf-8")  # what remains are values
    assert set(region_parameters(folder).entries) == set(default_parameters().entries)


def test_the_workbook_has_a_sheet_a_table_with_drop_downs(folder):
    book = openpyxl.load_workbook(folder / "tabellen.xlsx")
    titles = [table.title for table in ENTERED_TABLES]
    assert book.sheetnames == [GUIDE, *titles, "Beispiele", COLUMNS, LISTS]
    rules = {str(r.sqref): r for r in book[SESSIONS.title].data_validations.dataValidation}
    assert rules["B2:B2001"].formula1 == "'Angebote'!$A$2:$A$2001"
    letter = "ABCDEFGHIJK"[[c.name for c in SESSIONS.columns].index("quality")]
    assert rules[f"{letter}2:{letter}2001"].formula1.startswith(f"{LISTS}!")


def test_every_entered_column_is_explained(folder):
    sheet = openpyxl.load_workbook(folder / "tabellen.xlsx")[COLUMNS]
    explained = {(row[0], row[1]) for row in sheet.iter_rows(min_row=2, values_only=True)}
    assert explained == {(t.title, c.title) for t in ENTERED_TABLES for c in t.columns}


def test_the_data_package_names_every_file(folder):
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    paths = {resource["path"] for resource in package["resources"]}
    assert paths == {path.name for path in folder.glob("*.csv")}


def test_the_check_says_what_is_missing_in_the_order_of_mending(folder):
    region, problems = check_region(folder)
    assert region is None
    assert [problem.file for problem in problems] == [
        "boundaries.geojson", "municipalities.csv", "population.csv", "settlements.csv",
        "groups.csv", "gtfs.zip", "providers.csv", "offers.csv", "sites.csv", "sessions.csv",
    ]  # fmt: skip
    assert "sok daten holen" in problems[1].remedy
    assert "Blatt „Träger“" in problems[6].remedy


def test_nothing_is_overwritten(folder):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(FolderNotEmpty, match="liegt schon etwas"):
        new_region("16076", folder, DAY)
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("ags", ["", "1607", "99001", "16 76", "160760", "../x1"])
def test_a_key_that_is_none_makes_nothing(tmp_path, ags):
    with pytest.raises(DataProblems, match="fünf Ziffern"):
        new_region(ags, tmp_path / "x", DAY)
    assert list(tmp_path.iterdir()) == []


def test_all_lands_are_known():
    assert list(LANDS) == [f"{number:02d}" for number in range(1, 17)]
    assert set(TABLES) > {table.name for table in ENTERED_TABLES}
