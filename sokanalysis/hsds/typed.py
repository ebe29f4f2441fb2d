"""From text to typed tables: what our schema does not hold is left out and told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from sokanalysis.columns import Column, Table
from sokanalysis.hsds.fields import ENTITY, EXCHANGED, PLAIN
from sokanalysis.hsds.report import NOT_TAKEN, Finding
from sokanalysis.read.convert import convert

Record = dict[str, str]
_INTEGER_MAX_CHARS: Final = 15  # longer ones are no exact numbers any more


def typed_tables(
    records: Mapping[str, list[Record]], findings: list[Finding]
) -> dict[str, pd.DataFrame]:
    """Return tables as `sokanalysis.read.tables.read_table` gives them.

    Parameters
    ----------
    records : mapping of str to list of dict
        Rows of text by table.
    findings : list of Finding
        Takes what is left out: cells that cannot be read or break a rule, rows that then lack
        what is required, keys that stand twice, rows that point at nothing.

    Returns
    -------
    dict of str to DataFrame
        ``providers``, ``offers``, ``sites``, ``offer_sites`` and ``sessions``, in this order.
    """
    tables: dict[str, pd.DataFrame] = {}
    for table in EXCHANGED:
        keys = _referenced(table, tables)
        rows = [row for row in records[table.name] if _points(row, table, keys, findings)]
        tables[table.name] = _typed(list(_unique(rows, table, findings)), table, findings)
    return tables


def _find(findings: list[Finding], table: Table, name: str, reason: str, row: Record) -> None:
    key = "/".join(row.get(part, "") for part in table.key)
    there = PLAIN[table.name].get(name, name)
    findings.append(Finding(ENTITY[table.name], there, NOT_TAKEN, reason, key))


def _referenced(table: Table, tables: Mapping[str, pd.DataFrame]) -> dict[str, set[str]]:
    """Return which values the columns may have that refer to tables read before."""
    targets = {column.name: column.references.split(".") for column in table.columns
               if column.references}  # fmt: skip
    return {
        name: set(tables[target][key]) for name, (target, key) in targets.items()
        if target in tables
    }  # fmt: skip


def _points(
    row: Record, table: Table, keys: Mapping[str, set[str]], findings: list[Finding]
) -> bool:
    """Tell whether everything that a row refers to was taken."""
    for name, known in keys.items():
        if row.get(name, "").strip() not in known:
            reason = f"Zeile fällt weg: {table.column(name).title} ohne übernommene Zeile"
            _find(findings, table, "", reason, row)
            return False
    return True


def _unique(rows: list[Record], table: Table, findings: list[Finding]) -> Iterator[Record]:
    seen: set[tuple[str, ...]] = set()
    for row in rows:
        key = tuple(row.get(part, "").strip() for part in table.key)
        if key in seen and all(key):
            _find(findings, table, "", "Zeile fällt weg: Schlüssel steht doppelt", row)
            continue
        seen.add(key)
        yield row


def _typed(rows: list[Record], table: Table, findings: list[Finding]) -> pd.DataFrame:
    frame, wrong = _converted(rows, table)
    wrong |= _not_rising(frame, table)
    for (number, name), message in sorted(wrong.items()):
        column = table.column(name)
        reason = f"Zeile fällt weg: {column.title} {message}" if column.required else message
        _find(findings, table, name, reason, rows[number])
    if not wrong:
        return frame
    dropped = {number for number, name in wrong if table.column(name).required}
    kept = [
        {name: cell for name, cell in row.items() if (number, name) not in wrong}
        for number, row in enumerate(rows) if number not in dropped
    ]  # fmt: skip
    return _converted(kept, table)[0]


Wrong = dict[tuple[int, str], str]


def _converted(rows: list[Record], table: Table) -> tuple[pd.DataFrame, Wrong]:
    """Convert all rows; return what cannot be by row and column."""
    columns: dict[str, pd.Series[Any]] = {}
    wrong: Wrong = {}
    for column in table.columns:
        cells = [row.get(column.name, "") for row in rows]
        for number, cell in enumerate(cells):
            if column.kind == "integer" and len(cell.strip()) > _INTEGER_MAX_CHARS:
                wrong[number, column.name], cells[number] = "keine ganze Zahl", ""
        values, problems = convert(pd.Series(cells, dtype="str"), column, table.name)
        for problem in problems:
            wrong.setdefault(((problem.row or 2) - 2, column.name), problem.message)
        for number in _out_of_range(values, column):
            wrong[number, column.name] = "liegt nicht im erlaubten Bereich"
        columns[column.name] = values
    return pd.DataFrame(columns), wrong


def _out_of_range(values: pd.Series[Any], column: Column) -> list[int]:
    if column.kind in ("number", "integer"):
        numbers = values.to_numpy(dtype=float, na_value=np.nan)
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        bad = ~np.isnan(numbers) & ~((numbers >= low) & (numbers <= high) & np.isfinite(numbers))
        return [int(number) for number in np.flatnonzero(bad)]
    if not column.pattern:
        return []
    is_sound = values.isna() | values.str.fullmatch(column.pattern)
    return [int(number) for number in np.flatnonzero(~is_sound.to_numpy(dtype=bool))]


def _not_rising(frame: pd.DataFrame, table: Table) -> Wrong:
    """Return both cells of a pair that stands the wrong way round: either may be the wrong one."""
    wrong: Wrong = {}
    for first, second in table.rising:
        is_wrong = (frame[second] < frame[first]).fillna(False).astype(bool).to_numpy()
        for number in np.flatnonzero(is_wrong):
            wrong[int(number), first] = f"liegt nach „{table.column(second).title}“"
            wrong[int(number), second] = f"liegt vor „{table.column(first).title}“"
    return wrong
