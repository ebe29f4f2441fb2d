"""New rows put into the tables of a region: nothing that stands there is lost unasked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sokanalysis.columns import Table
from sokanalysis.errors import DataProblems, Problem
from sokanalysis.read.cells import text_of
from sokanalysis.read.entries import read_entries, sheet_label
from sokanalysis.read.records import RawTable, read_records
from sokanalysis.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd


@dataclass(frozen=True)
class Merged:
    """How many rows of a table are new, were replaced, stood there already."""

    table: Table
    new_count: int
    replaced_count: int
    kept_count: int

    def __str__(self) -> str:
        """Say it in German."""
        parts = {
            "neu": self.new_count,
            "ersetzt": self.replaced_count,
            "unverändert": self.kept_count,
        }
        told = ", ".join(f"{count} {word}" for word, count in parts.items() if count)
        return f"{self.table.title}: {told or 'nichts'}"


def merge(
    folder: Path, tables: Mapping[str, pd.DataFrame], *, is_replacing: bool = False
) -> list[Merged]:
    """Put rows into the CSV files of a region.

    Rows whose key is new are added at the end; the others stay as they are, or give way. What is
    not touched keeps its bytes. All files are written, or none.

    Parameters
    ----------
    folder : Path
        Of the region.
    tables : mapping of str to DataFrame
        Typed rows by name of the table.
    is_replacing : bool
        Whether rows with a known key replace those in the file.

    Returns
    -------
    list of Merged
        One a table, in the order given.

    Raises
    ------
    DataProblems
        When a table stands in the workbook, where a program does not write.
    """
    entries = read_entries(folder, TABLES)
    remedy = "das Blatt als CSV speichern und in der Mappe leeren"
    taken = [TABLES[name] for name in tables if name in entries.lines]
    if taken:
        raise DataProblems(
            [Problem(sheet_label(t.title), "wird nicht beschrieben", remedy) for t in taken]
        )
    found = [_merged(folder, TABLES[name], rows, is_replacing) for name, rows in tables.items()]
    drafts = {_path(folder, told.table): raw.text.encode() for told, raw in found}
    for path, content in drafts.items():
        path.with_name(f".{path.name}.neu").write_bytes(content)
    for path in drafts:
        path.with_name(f".{path.name}.neu").replace(path)
    return [told for told, _ in found]


def _path(folder: Path, table: Table) -> Path:
    return folder / f"{table.name}.csv"


def _merged(
    folder: Path, table: Table, rows: pd.DataFrame, is_replacing: bool
) -> tuple[Merged, RawTable]:
    raw = read_records(_path(folder, table), table)
    at = {raw.key(record, table): number for number, record in enumerate(raw.rows)}
    records, new, replaced, kept = list(raw.rows), 0, 0, 0
    for row in rows.to_dict("records"):
        values = {c.name: _text(row[c.name], table, c.name) for c in table.columns}
        place = at.get(tuple(values[name] for name in table.key))
        if place is None:
            records.append(raw.record(values))
            new += 1
        elif is_replacing and records[place].cells != raw.record(values).cells:
            records[place] = raw.record(values)
            replaced += 1
        else:
            kept += 1
    return Merged(table, new, replaced, kept), raw.with_rows(records)


def _text(value: object, table: Table, name: str) -> str:
    return text_of(value, table.column(name))
