"""Results as a workbook: heads, filters, words for what is withheld, and nothing calculates."""

from __future__ import annotations

import datetime as dt
import zipfile

import openpyxl
import pytest

from sokanalysis.export.workbook import write_workbook
from tests.exporting import NAMES, result, results, rows, text


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_workbook(results(), tmp_path_factory.mktemp("xlsx"))[0]


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


def column(sheet, head: str) -> list[object]:
    at = [cell.value for cell in sheet[3]].index(head)
    return [row[at].value for row in sheet.iter_rows(min_row=4)]


def test_a_sheet_a_table_and_what_they_mean_first(book):
    assert book.sheetnames == ["Lies mich", "Flächen", "Orte", "Liste", "Leer"]
    sheet = book["Liste"]
    assert sheet["A1"].value == "Liste"
    assert sheet["A2"].value == (
        "Eine Zeile je Ort (Liste). · Quelle: Quelle, Stand 22.11.2026 · Annahme eins · "
        "Annahme zwei"
    )
    assert [cell.value for cell in sheet[3]] == [
        "Ort-Nr.", "Name", "Personen (Personen)", "erreicht", "Kosten (€)", "offen", "endet am",
    ]  # fmt: skip


def test_filters_and_frozen_heads_stand_at_the_headings(book):
    # Twelve rows below the headings in row 3 end in row 15; an empty table filters an empty row.
    assert len(NAMES) == 12
    assert book["Liste"].auto_filter.ref == "A3:G15"
    assert book["Leer"].auto_filter.ref == "A3:G4"
    assert book["Liste"].freeze_panes == "C4"
    assert book["Liste"].print_title_rows == "$3:$3"


def test_cells_come_back(book):
    sheet, given = book["Liste"], rows()
    assert column(sheet, "erreicht") == [None, *given["reached_share"].tolist()[1:]]
    assert column(sheet, "Kosten (€)") == [None, *given["cost_eur"].tolist()[1:]]
    assert column(sheet, "offen")[:3] == [None, "nein", "ja"]
    assert column(sheet, "endet am")[:2] == [None, dt.datetime(2027, 12, 31)]
    # Not known is empty, withheld says so.
    assert column(sheet, "Personen (Personen)")[:3] == [None, "geheim", 3]


def test_text_is_text(book):
    sheet = book["Liste"]
    # A carriage return is written as XLSX escapes it, and Excel reads it so.
    assert column(sheet, "Name") == [name.replace("\r", "_x000D_") for name in NAMES]
    cells = [cell for each in book for row in each.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    # Who edits such a cell still has text: Excel keeps the apostrophe in mind.
    names = [row[1] for row in sheet.iter_rows(min_row=4)]
    assert [bool(cell.quotePrefix) for cell in names[:6]] == [True] * 6
    assert not names[-1].quotePrefix


def test_text_too_long_for_a_cell_ends_in_dots(tmp_path):
    # A cell of Excel holds 32767 characters.
    long = rows().assign(name=["x" * 32_767, "x" * 32_768, *NAMES[2:]])
    path = write_workbook([result(text("liste", "Liste"), long)], tmp_path)[0]
    names = column(openpyxl.load_workbook(path)["Liste"], "Name")
    assert names[:2] == ["x" * 32_767, f"{'x' * 32_766}…"]


def test_numbers_look_like_what_they_are(book):
    first = {cell.value: book["Liste"].cell(5, cell.column) for cell in book["Liste"][3]}
    assert first["erreicht"].number_format == "0 %"
    assert first["Kosten (€)"].number_format == "#,##0"
    assert first["endet am"].number_format == "dd.mm.yyyy"
    assert book["Liste"].cell(7, 3).number_format == "#,##0"


def test_no_column_is_cut(book):
    sheet = book["Liste"]
    widths = {
        at: dimension.width
        for dimension in sheet.column_dimensions.values()
        for at in range(dimension.min, dimension.max + 1)
    }
    for at, head in enumerate((cell.value for cell in sheet[3]), start=1):
        longest = max(len(word) for word in head.split())
        assert widths[at] > longest, head
    # The longest line of a name, „"in Anführung", mit Komma“ or the link, decides its width.
    longest = max(len(line) for name in NAMES for line in name.splitlines())
    assert longest < widths[2] <= 60 + 1


def test_the_first_sheet_lists_tables_and_columns(book):
    sheet = book["Lies mich"]
    lines = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert any("geheim" in str(line[0]) for line in lines)
    contents = {line[0]: line for line in lines if line[2] in (0, 12)}
    assert contents["Leer"][1:4] == [
        "Eine Zeile je Ort (Leer).", 0, "Quelle, Stand 22.11.2026; Annahme eins; Annahme zwei",
    ]  # fmt: skip
    at = next(row for row in sheet.iter_rows() if row[0].value == "Orte")
    assert at[0].hyperlink.location == "'Orte'!A1"
    assert ["Liste", "Personen", "Personen", "geschätzt", "person_count"] in [
        line[:5] for line in lines
    ]


def test_the_same_results_give_the_same_bytes(path, book, tmp_path):
    assert write_workbook(results(), tmp_path)[0].read_bytes() == path.read_bytes()
    # No clock is asked: neither for the workbook nor for the parts of the archive.
    assert book.properties.created == dt.datetime(2026, 11, 22)
    with zipfile.ZipFile(path) as archive:
        assert {part.date_time[0] for part in archive.infolist()} == {1980}
