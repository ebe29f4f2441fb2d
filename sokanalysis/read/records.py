"""Tables as raw records, so that what is not changed can be written back byte for byte."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sokanalysis.errors import DataProblems, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from sokanalysis.columns import Table


@dataclass(frozen=True)
class Record:
    """One row of a CSV file: its cells, and the text they were read from."""

    cells: tuple[str, ...]
    raw: str


@dataclass(frozen=True)
class RawTable:
    """A CSV file record by record.

    Parameters
    ----------
    prefix : str
        The byte order mark, or nothing.
    newline : str
        What the first line ends with.
    head : Record
        The headings as they stand.
    names : tuple of str
        Names of the schema for the headings.
    rows : tuple of Record
        All others, empty lines included.
    """

    prefix: str
    newline: str
    head: Record
    names: tuple[str, ...]
    rows: tuple[Record, ...]

    @property
    def text(self) -> str:
        """The file's text; identical to what was read when no record was changed."""
        return self.prefix + "".join(record.raw for record in (self.head, *self.rows))

    def key(self, record: Record, table: Table) -> tuple[str, ...]:
        """Return the key of a record; empty texts for an empty line."""
        found = dict(zip(self.names, record.cells, strict=False))
        return tuple(found.get(name, "").strip() for name in table.key)

    def record(self, values: dict[str, str]) -> Record:
        """Make a record of cells by name of the schema; what is not named stays empty."""
        cells = tuple(values.get(name, "") for name in self.names)
        return Record(cells, csv_line(cells, self.newline))

    def changed(self, record: Record, values: dict[str, str]) -> Record:
        """Return a record with other cells; the cells that are not named stay as they are."""
        present = dict(zip(self.names, record.cells, strict=False))
        return self.record(present | values)

    def with_rows(self, rows: list[Record]) -> RawTable:
        """Return the table with other rows, each on a line of its own."""
        ended = [
            row if row.raw.endswith(("\n", "\r")) else replace(row, raw=row.raw + self.newline)
            for row in rows
        ]
        if rows and rows[-1] == (self.rows or (None,))[-1]:
            ended[-1] = rows[-1]
        return replace(self, rows=tuple(ended))


def csv_line(cells: tuple[str, ...], newline: str) -> str:
    """Return cells as one line of CSV, quoted only where it has to be."""
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=newline).writerow(cells)
    return buffer.getvalue()


def read_records(path: Path, table: Table) -> RawTable:
    """Read a table that `sokanalysis.read.tables.read_table` reads without a problem.

    Returns
    -------
    RawTable
        Its ``text`` is the file's text, character for character.
    """
    text = path.read_bytes().decode("utf-8")
    prefix = "\ufeff" if text.startswith("\ufeff") else ""
    lines = list(io.StringIO(text.removeprefix(prefix), newline=""))
    reader = csv.reader(iter(lines))
    records, start = [], 0
    for cells in reader:
        records.append(Record(tuple(cells), "".join(lines[start : reader.line_num])))
        start = reader.line_num
    head, *rows = records
    by_title = {column.title: column.name for column in table.columns}
    names = tuple(by_title.get(cell.strip(), cell.strip()) for cell in head.cells)
    ending = head.raw[len(head.raw.rstrip("\r\n")) :] or "\n"
    return RawTable(prefix, ending, head, names, tuple(rows))


def read_log(path: Path, headings: tuple[str, ...]) -> list[dict[str, str]]:
    """Read the log of accepted feedback; empty when nothing was accepted yet.

    Returns
    -------
    list of dict
        One a line, every cell as text, by heading.

    Raises
    ------
    DataProblems
        When a heading is missing: without the log it cannot be told what was accepted.
    """
    if not path.exists():
        return []
    text = path.read_bytes().decode("utf-8-sig")
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="")
    missing = [name for name in headings if name not in (reader.fieldnames or ())]
    if missing:
        remedy = "die Datei aus der Sicherung holen; sie wird nicht von Hand bearbeitet"
        raise DataProblems([Problem(path.name, "Spalte fehlt", remedy, 1, missing[0])])
    return list(reader)
