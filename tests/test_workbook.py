"""Workbooks from outside: what is no workbook is refused, and nothing grows while it is read."""

from __future__ import annotations

import datetime as dt
import zipfile
from pathlib import Path

import openpyxl
import pytest
from openpyxl.packaging.relationship import Relationship
from openpyxl.workbook.external_link import ExternalLink
from openpyxl.workbook.external_link.external import ExternalBook

from sokanalysis.read.workbook import Cell, Limits, read_workbook


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "bogen.xlsx"


def make(path: Path, cells: dict[str, object]) -> Path:
    book = openpyxl.Workbook()
    for place, value in cells.items():
        book.active[place] = value
    book.save(path)
    return path


def replaced(path: Path, name: str, old: bytes, new: bytes) -> None:
    """Put other bytes into one part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    assert old in parts[name]
    parts[name] = parts[name].replace(old, new, 1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def refusal(path: Path) -> str:
    book, [problem] = read_workbook(path)
    assert book is None
    return str(problem)


def test_cells_come_with_their_place_and_type(path):
    make(path, {"B2": "Kurs", "C2": 24, "B4": dt.datetime(2026, 9, 1)})
    book, problems = read_workbook(path)
    assert problems == []
    assert book.sheets[0].cells == {
        (2, 2): Cell("Kurs"), (2, 3): Cell(24), (4, 2): Cell(dt.datetime(2026, 9, 1)),
    }  # fmt: skip


def test_an_empty_sheet_has_no_cells(path):
    book, problems = read_workbook(make(path, {}))
    assert (book.sheets[0].cells, problems) == ({}, [])


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "ist leer (0 Bytes)"),
        (b"offer_id;name\nA1;Kurs\n", "ist keine Excel-Datei (.xlsx) oder unvollständig"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "alte Excel-Datei (.xls) oder mit"),
        (b"PK\x03\x04 kaputt", "ist keine Excel-Datei (.xlsx) oder unvollständig"),
    ],
)
def test_what_is_no_workbook_is_refused(path, content, says):
    path.write_bytes(content)
    assert refusal(path).startswith("bogen.xlsx – ")
    assert says in refusal(path)
    assert " → " in refusal(path)


def test_half_a_workbook_is_refused(path):
    content = make(path, {"A1": "Kurs"}).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    assert "unvollständig" in refusal(path)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("mimetype", b"application/vnd.oasis.opendocument.spreadsheet", "eine OpenDocument-Datei"),
        ("word/document.xml", b"<w/>", "eine andere Art von Datei"),
    ],
)
def test_another_archive_is_refused(path, name, content, says):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(name, content)
    assert says in refusal(path)


def test_a_damaged_part_is_refused(path):
    make(path, {"A1": "Kurs"})
    replaced(path, "xl/workbook.xml", b"<sheets>", b"<sheets")
    # Left open, the file would warn here, and could not be deleted under Windows.
    assert "ist beschädigt und lässt sich nicht öffnen" in refusal(path)


def test_what_unpacks_to_too_much_is_not_unpacked(path, monkeypatch):
    make(path, {"A1": "Kurs"})
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bild.bin", b"\0" * 31_000_000)
    assert path.stat().st_size < 100_000  # 31 MB of zeros in 100 kB
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("unpacked"))
    assert "ist 31 MB groß → höchstens 30 MB werden gelesen" in refusal(path)


def test_a_large_file_is_not_even_opened(path):
    with path.open("wb") as file:
        file.truncate(30_000_001)
    assert "ist 30 MB groß" in refusal(path)


def test_a_locked_part_is_refused(path):
    make(path, {"A1": "Kurs"})
    content = bytearray(path.read_bytes())
    # Bit 0 of the flags of every entry in the directory: encrypted.
    at = content.find(b"PK\x01\x02")
    while at >= 0:
        content[at + 8] |= 1
        at = content.find(b"PK\x01\x02", at + 4)
    path.write_bytes(content)
    assert "ist beschädigt und lässt sich nicht öffnen (RuntimeError)" in refusal(path)


def test_messages_call_a_file_by_the_name_given(path):
    path.touch()
    assert str(read_workbook(path, "nord/bogen.xlsx")[1][0]).startswith("nord/bogen.xlsx – ")


def test_entities_are_not_expanded(path):
    make(path, {"A1": "Kurs"})
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet '
    replaced(path, "xl/worksheets/sheet1.xml", b"<worksheet ", bomb)
    assert "Anweisungen, die nicht in eine Tabelle gehören" in refusal(path)


def test_a_merge_of_the_whole_sheet_is_refused(path):
    make(path, {"A1": "Kurs"})
    merge = b'<mergeCells count="1"><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>'
    replaced(path, "xl/worksheets/sheet1.xml", b"</worksheet>", merge)
    # 16 384 columns times 1 048 576 rows
    assert "davon 17179869184 verbunden" in refusal(path)


def test_countless_cells_are_refused(path):
    make(path, {"A1": 1, "B1": 2, "C1": 3, "D1": 4})
    book, [problem] = read_workbook(path, limits=Limits(cell_max_count=3, remedy="neu laden"))
    assert book is None
    assert str(problem) == "bogen.xlsx – hat 4 Zellen, davon 0 verbunden: zu viele → neu laden"


def test_a_larger_workbook_may_be_asked_for(path):
    make(path, {"A3000": "weit unten"})
    book, problems = read_workbook(path, limits=Limits(row_max_count=3000))
    assert (book.sheets[0].cells, problems) == ({(3000, 1): Cell("weit unten")}, [])


def test_a_missing_file_is_named(path):
    assert "bogen.xlsx – Datei fehlt" in refusal(path)


def test_rows_beyond_the_limit_are_left_out_and_said_so(path):
    make(path, {"A1": "Kurs", "A1048576": "ganz unten"})
    book, problems = read_workbook(path)
    assert book.sheets[0].cells == {(1, 1): Cell("Kurs")}
    assert [str(problem) for problem in problems] == [
        "bogen.xlsx, Blatt „Sheet“ – nicht gelesen sind die Zeilen ab 2001 (bis 1048576) → "
        "dort nachsehen und Wichtiges weiter vorn eintragen"
    ]


def test_a_formula_is_told_apart_and_not_computed(path):
    make(path, {"A1": "=6*7", "A2": "7"})
    book, _ = read_workbook(path)
    assert book.sheets[0].cells == {(1, 1): Cell("=6*7", "formula"), (2, 1): Cell("7")}
    # Excel stores the result beside the formula.
    replaced(path, "xl/worksheets/sheet1.xml", b"<v></v>", b"<v>42</v>")
    book, _ = read_workbook(path)
    assert book.sheets[0].cells[1, 1] == Cell(42, "formula")


def test_errors_and_merged_cells_are_told_apart(path):
    book = openpyxl.Workbook()
    book.active["A1"], book.active["B1"], book.active["C1"] = "#REF!", "oben", "verschluckt"
    book.active.merge_cells("B1:C2")
    book.save(path)
    cells = read_workbook(path)[0].sheets[0].cells
    assert cells == {
        (1, 1): Cell("#REF!", "error"), (1, 2): Cell("oben"), (1, 3): Cell(None, "merged"),
        (2, 2): Cell(None, "merged"), (2, 3): Cell(None, "merged"),
    }  # fmt: skip


def test_links_to_other_files_are_not_followed(path):
    book = openpyxl.Workbook()
    target = Relationship(type="externalLinkPath", Target="file:///gibt-es-nicht.xlsx",
                          TargetMode="External", Id="rId1")  # fmt: skip
    link = ExternalLink(externalBook=ExternalBook(id="rId1"))
    link.file_link = target
    book._external_links.append(link)
    book.active["A1"] = "Kurs"
    book.save(path)
    assert read_workbook(path)[0].sheets[0].cells == {(1, 1): Cell("Kurs")}


def test_years_of_the_macintosh_are_known(path):
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.save(path)
    assert read_workbook(path)[0].is_from_1904
