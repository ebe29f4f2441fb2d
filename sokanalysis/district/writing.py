"""Tables of a region written as CSV, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sokanalysis.columns import Table
from sokanalysis.errors import DataProblems
from sokanalysis.read.cells import text_of
from sokanalysis.read.records import csv_line
from sokanalysis.read.tables import read_table
from sokanalysis.validation import table_problems


def typed(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Return rows with all columns of a table in its order; what is not given is missing."""
    return rows.reindex(columns=[column.name for column in table.columns])


def has_rows(folder: Path, table: Table) -> bool:
    """Tell whether the file of a table holds anything below its headings."""
    path = folder / f"{table.name}.csv"
    return path.exists() and len(path.read_bytes().strip().splitlines()) > 1


def write_table(folder: Path, table: Table, rows: pd.DataFrame) -> Path:
    """Write ``<folder>/<table>.csv`` under German headings.

    Parameters
    ----------
    folder : Path
        Of the region.
    table : Table
        What the file holds.
    rows : DataFrame
        Typed; columns that are missing stay empty.

    Raises
    ------
    DataProblems
        When the rows break a rule of the table; the old file stays as it is then.
    """
    whole = typed(rows, table)
    cells = [[_text(value, column) for value in whole[column.name]] for column in table.columns]
    lines = [tuple(column.title for column in table.columns), *zip(*cells, strict=True)]
    path = folder / f"{table.name}.csv"
    draft = folder / f".{table.name}"
    draft.mkdir()
    try:
        made = draft / path.name
        made.write_text("".join(csv_line(line, "\n") for line in lines), encoding="utf-8")
        read, problems = read_table(draft, table)
        if problems := problems + table_problems(read, table):
            raise DataProblems(problems)
        made.replace(path)
    finally:
        (draft / path.name).unlink(missing_ok=True)
        draft.rmdir()
    return path


def _text(value: object, column: object) -> str:
    is_missing = not isinstance(value, tuple) and pd.isna(value)  # type: ignore[call-overload]
    return "" if is_missing else text_of(value, column)  # type: ignore[arg-type]
