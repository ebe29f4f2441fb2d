"""Open a workbook that came back from outside: bounded, no formula run, no link followed."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sokanalysis import style
from sokanalysis.errors import Problem

if TYPE_CHECKING:
    from pathlib import Path

    from openpyxl.worksheet.worksheet import Worksheet

_CELL: Final = re.compile(rb"<(?:\w+:)?c[\s>/]")
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z]+)(\d+):([A-Z]+)(\d+)")
_OLD_OFFICE: Final = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx with a password
_AS_XLSX: Final = "in Excel oder LibreOffice öffnen und als „Excel-Arbeitsmappe (.xlsx)“ speichern"


@dataclass(frozen=True)
class Limits:
    """How large a workbook may be, and what to do when it is larger or damaged.

    As given, for a sheet that a provider returns: the largest unpacks to less than a megabyte.
    """

    unpacked_max_bytes: int = 30_000_000
    cell_max_count: int = 200_000
    merged_max_count: int = 10_000
    row_max_count: int = 2_000
    column_max_count: int = 200
    remedy: str = "den Träger bitten, den Bogen noch einmal zu schicken"


_RETURNED: Final = Limits()


@dataclass(frozen=True)
class Cell:
    """One cell with content, or one that a merge has swallowed.

    ``value`` is what openpyxl makes of it; for a formula the result that was stored with it,
    or else the formula.
    """

    value: Any
    kind: Literal["value", "formula", "error", "merged"] = "value"


@dataclass(frozen=True)
class Sheet:
    """One worksheet: cells by (row, column), counted from 1, in reading order."""

    title: str
    is_hidden: bool
    cells: dict[tuple[int, int], Cell]


@dataclass(frozen=True)
class Book:
    """A workbook; days are counted from 1904 in old files of the Macintosh."""

    sheets: tuple[Sheet, ...]
    is_from_1904: bool = False


def read_workbook(
    path: Path, name: str = "", limits: Limits = _RETURNED
) -> tuple[Book | None, list[Problem]]:
    """Read all sheets of a workbook.

    Formulas are not computed, links to other files not followed, macros not loaded. What unpacks
    to more than the limits allow is refused; of a sheet the first rows and columns are read, as
    many as the limits allow, and said so.

    Parameters
    ----------
    path : Path
        The file.
    name : str
        What messages call it; its own name where nothing is given.
    limits : Limits
        How large it may be.

    Returns
    -------
    book : Book or None
        None when the file is no workbook.
    problems : list of Problem
        What is wrong with the file or was left unread. Empty when all is well.
    """
    name = name or path.name
    try:
        refused = _refused(path, name, limits)
        return (None, [refused]) if refused else _loaded(path, name, limits)
    except Exception as error:  # zipfile and openpyxl fail in many ways on a damaged file
        message = f"ist beschädigt und lässt sich nicht öffnen ({type(error).__name__})"
        return None, [Problem(name, message, limits.remedy)]


def _refused(path: Path, name: str, limits: Limits) -> Problem | None:
    """Say why a file is not even opened."""
    if not path.is_file():
        return Problem(name, "Datei fehlt", f"die Datei nach „{path.parent.name}“ legen")
    if path.stat().st_size > limits.unpacked_max_bytes:
        return _too_large(name, path.stat().st_size, limits)
    raw = path.read_bytes()
    if not raw:
        return Problem(name, "Datei ist leer (0 Bytes)", limits.remedy)
    if raw.startswith(_OLD_OFFICE):
        message = "ist eine alte Excel-Datei (.xls) oder mit einem Kennwort geschützt"
        return Problem(name, message, f"ohne Kennwort {_AS_XLSX}")
    try:
        with zipfile.ZipFile(path) as archive:
            return _refused_archive(name, archive, limits)
    except zipfile.BadZipFile:
        return Problem(name, "ist keine Excel-Datei (.xlsx) oder unvollständig", _AS_XLSX)


def _too_large(name: str, size_bytes: int, limits: Limits) -> Problem:
    message = f"ist {style.number(size_bytes / 1e6)} MB groß"
    limit = limits.unpacked_max_bytes // 10**6
    remedy = f"höchstens {limit} MB werden gelesen; {limits.remedy}"
    return Problem(name, message, remedy)


def _refused_archive(file: str, archive: zipfile.ZipFile, limits: Limits) -> Problem | None:
    # zipfile never unpacks more of a part than its entry declares, so the sum is a true bound.
    unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > limits.unpacked_max_bytes:
        return _too_large(file, unpacked, limits)
    names = archive.namelist()
    if "xl/workbook.xml" not in names:
        is_ods = "mimetype" in names and b"opendocument" in archive.read("mimetype")
        kind = "eine OpenDocument-Datei" if is_ods else "eine andere Art von Datei"
        return Problem(file, f"ist {kind}, keine Excel-Datei (.xlsx)", _AS_XLSX)
    return _refused_content(file, archive, limits)


def _refused_content(file: str, archive: zipfile.ZipFile, limits: Limits) -> Problem | None:
    """Refuse what would grow while it is read: entities, countless cells, giant merges."""
    cells = merged = 0
    for name in archive.namelist():
        part = archive.read(name) if name.endswith((".xml", ".rels")) else b""
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            message = "enthält Anweisungen, die nicht in eine Tabelle gehören"
            return Problem(file, message, limits.remedy)
        if name.startswith("xl/worksheets/"):
            cells += len(_CELL.findall(part))
            merged += sum(_area(*bounds) for bounds in _MERGED.findall(part))
    if cells > limits.cell_max_count or merged > limits.merged_max_count:
        message = f"hat {cells} Zellen, davon {merged} verbunden: zu viele"
        return Problem(file, message, limits.remedy)
    return None


def _area(left: bytes, top: bytes, right: bytes, bottom: bytes) -> int:
    from openpyxl.utils import column_index_from_string as index

    width = index(right.decode()) - index(left.decode()) + 1
    return width * (int(bottom) - int(top) + 1)


def _loaded(path: Path, name: str, limits: Limits) -> tuple[Book, list[Problem]]:
    import openpyxl
    from openpyxl.utils.datetime import CALENDAR_MAC_1904

    raw = path.read_bytes()  # openpyxl leaves a damaged file open when it opens it itself
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about styles and extensions that are not read anyway
        book = openpyxl.load_workbook(io.BytesIO(raw), keep_links=False)
        has_formulas = any(_has_formula(sheet, limits) for sheet in book.worksheets)
        results = (
            openpyxl.load_workbook(io.BytesIO(raw), keep_links=False, data_only=True)
            if has_formulas
            else book
        )
    sheets = [_sheet(sheet, results[sheet.title], limits) for sheet in book.worksheets]
    problems = [problem for sheet in book.worksheets for problem in _unread(name, sheet, limits)]
    return Book(tuple(sheets), book.epoch == CALENDAR_MAC_1904), problems


def _within(sheet: Worksheet, limits: Limits) -> dict[str, int]:
    return {
        "max_row": min(sheet.max_row, limits.row_max_count),
        "max_col": min(sheet.max_column, limits.column_max_count),
    }


def _has_formula(sheet: Worksheet, limits: Limits) -> bool:
    rows = sheet.iter_rows(**_within(sheet, limits))
    return any(cell.data_type == "f" for row in rows for cell in row)


def _sheet(sheet: Worksheet, results: Worksheet, limits: Limits) -> Sheet:
    swallowed = {
        place
        for bounds in sheet.merged_cells.ranges
        for place in [(row, column) for row, column in bounds.cells][1:]
    }
    cells = {}
    for row in sheet.iter_rows(**_within(sheet, limits)):
        for cell in row:
            place = (cell.row, cell.column)
            if place in swallowed:
                cells[place] = Cell(None, "merged")
            elif cell.value is not None:
                cells[place] = _cell(cell, results)
    return Sheet(sheet.title, sheet.sheet_state != "visible", cells)


def _cell(cell: Any, results: Worksheet) -> Cell:
    if cell.data_type == "f":
        result = results.cell(cell.row, cell.column).value
        text = str(getattr(cell.value, "text", cell.value))  # an array formula is an object
        return Cell(text if result is None else result, "formula")
    return Cell(cell.value, "error" if cell.data_type == "e" else "value")


def _unread(file: str, sheet: Worksheet, limits: Limits) -> list[Problem]:
    rows, columns = limits.row_max_count, limits.column_max_count
    rest = []
    if sheet.max_row > rows:
        rest.append(f"die Zeilen ab {rows + 1} (bis {sheet.max_row})")
    if sheet.max_column > columns:
        rest.append(f"die Spalten ab Nummer {columns + 1} (bis {sheet.max_column})")
    remedy = "dort nachsehen und Wichtiges weiter vorn eintragen"
    return [
        Problem(f"{file}, Blatt „{sheet.title}“", f"nicht gelesen sind {part}", remedy)
        for part in rest
    ]
