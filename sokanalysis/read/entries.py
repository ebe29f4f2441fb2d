"""Tables that an analyst keeps in the workbook ``tabellen.xlsx`` instead of a CSV file each."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sokanalysis.errors import Problem
from sokanalysis.read.cells import cell_text
from sokanalysis.read.workbook import Limits, read_workbook

if TYPE_CHECKING:
    from sokanalysis.columns import Column, Table
    from sokanalysis.read.workbook import Book, Cell, Sheet

WORKBOOK: Final = "tabellen.xlsx"
# A workbook of tables is longer than a provider's sheet.
_LIMITS: Final = Limits(cell_max_count=1_000_000, row_max_count=20_000)


@dataclass(frozen=True)
class Entries:
    """Lines of the tables that a workbook holds, by name of the table; empty without a workbook.

    A line is a list of texts, the headings come first; ``empty`` lines keep their place, so that
    rows keep the number under which a spreadsheet shows them.
    """

    lines: dict[str, list[list[str]]] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def label(self, table: Table) -> str:
        """Return what messages call the place of a table."""
        return sheet_label(table.title) if table.name in self.lines else f"{table.name}.csv"


def sheet_label(title: str) -> str:
    """Return what messages call a sheet of the workbook."""
    return f"{WORKBOOK}, Blatt „{title}“"


def read_entries(folder: Path, tables: dict[str, Table]) -> Entries:
    """Read the tables of ``<folder>/tabellen.xlsx``.

    A sheet belongs to the table whose German title or name it bears; other sheets are passed
    over, as are sheets that hold nothing below their headings.

    Parameters
    ----------
    folder : Path
        Folder of the region.
    tables : dict of str to Table
        All tables by name.
    """
    path = folder / WORKBOOK
    if not path.exists():
        return Entries()
    book, problems = read_workbook(path, limits=_LIMITS)
    if book is None:
        return Entries({}, tuple(problems))
    by_title = {table.title: table for table in tables.values()} | tables
    lines = {}
    for sheet in book.sheets:
        table = by_title.get(sheet.title.strip())
        if table is not None and any(row > 1 for row, _ in sheet.cells):
            lines[table.name], found = _lines(sheet, table, book)
            problems += found
    return Entries(lines, tuple(problems))


def _lines(sheet: Sheet, table: Table, book: Book) -> tuple[list[list[str]], list[Problem]]:
    by_title = {column.title: column for column in table.columns}
    by_title |= {column.name: column for column in table.columns}
    height = max(row for row, _ in sheet.cells)
    width = max((column for row, column in sheet.cells if row == 1), default=0)
    heads = [str(_value(sheet, 1, place)).strip() for place in range(1, width + 1)]
    texts = [[""] * width for _ in range(height)]
    texts[0] = heads
    problems = []
    for (row, place), cell in sheet.cells.items():
        if row == 1:
            continue
        if place > width:
            problems.append(_beside(table, row, cell))
            continue
        column = by_title.get(heads[place - 1])
        problems += _unusable(table, row, heads[place - 1], cell)
        texts[row - 1][place - 1] = _text(cell, column, book)
    return texts, problems


def _value(sheet: Sheet, row: int, place: int) -> object:
    cell = sheet.cells.get((row, place))
    return "" if cell is None or cell.value is None else cell.value


def _text(cell: Cell, column: Column | None, book: Book) -> str:
    if cell.kind in ("merged", "error"):
        return ""
    if column is None:
        return str(cell.value)
    return cell_text(cell.value, column, is_from_1904=book.is_from_1904)


def _unusable(table: Table, row: int, heading: str, cell: Cell) -> list[Problem]:
    """Name cells that hold no value: swallowed by a merge, in error, a formula never computed."""
    messages = {
        "merged": ("gehört zu verbundenen Zellen", "die Verbindung aufheben und einzeln ausfüllen"),
        "error": ("enthält einen Formelfehler", "den Wert eintragen"),
    }
    is_formula = cell.kind == "formula" and str(cell.value).startswith("=")
    found = messages.get(cell.kind)
    if is_formula:
        found = ("enthält eine Formel ohne Ergebnis", "den Wert statt der Formel eintragen")
    value = "" if cell.value is None else str(cell.value)[:60]
    return [Problem(sheet_label(table.title), *found, row, heading, value)] if found else []


def _beside(table: Table, row: int, cell: Cell) -> Problem:
    message, remedy = "steht unter keiner Überschrift", "löschen oder in eine Spalte verschieben"
    return Problem(sheet_label(table.title), message, remedy, row, "", str(cell.value)[:60])
