"""From the text of a cell to its value; what cannot be read becomes a problem, never a guess."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import Any, Final, cast

import pandas as pd

from sokanalysis.columns import Column
from sokanalysis.errors import Problem
from sokanalysis.read.cells import codes_text

_NUMBER: Final = re.compile(r"[+-]?\d+([.,]\d+)?")
_WHOLE_MAX: Final = 10**12  # far beyond any count, far below what cannot be stored
_TIME: Final = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_BOOLEANS: Final = {"ja": True, "nein": False, "true": True, "false": False, "1": True, "0": False}
_DTYPES: Final = {
    "text": "str", "code": "str", "time": "str", "codes": "object", "integer": "Int64",
    "number": "float64", "date": "datetime64[s]", "boolean": "boolean",
}  # fmt: skip


class _Unreadable(Exception):
    """A cell that does not hold what its column asks for; carries message and remedy."""

    def __init__(self, message: str, remedy: str) -> None:
        super().__init__(message)
        self.message, self.remedy = message, remedy


def _text(cell: str, _: Column) -> str:
    return cell


def _code(cell: str, column: Column) -> str:
    cell = codes_text(cell, column)
    if cell not in column.code_list:
        raise _Unreadable("kein Wert der Liste", f"einen von {', '.join(column.code_list)} wählen")
    return cell


def _codes(cell: str, column: Column) -> tuple[str, ...]:
    parts = [part.strip() for part in cell.split(";") if part.strip()]
    if column.codes and not set(parts) <= set(column.code_list):
        parts = codes_text(cell, column).split(";")
    return tuple(_code(part, column) if column.codes else part for part in parts)


def _number(cell: str, _: Column) -> float:
    if not _NUMBER.fullmatch(cell):
        raise _Unreadable("keine Zahl", "Ziffern mit Punkt oder Komma eintragen, ohne Einheit")
    return float(cell.replace(",", "."))


def _integer(cell: str, column: Column) -> int:
    number = _number(cell, column)
    if not number.is_integer():
        raise _Unreadable("keine ganze Zahl", "eine ganze Zahl eintragen")
    if abs(number) > _WHOLE_MAX:
        raise _Unreadable("zu groß für eine Anzahl", "die Zahl prüfen")
    return int(number)


def _date(cell: str, _: Column) -> dt.datetime:
    for pattern in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(cell, pattern)
        except ValueError:
            continue
    raise _Unreadable(
        "kein gültiges Datum", "ein Datum des Kalenders als JJJJ-MM-TT eintragen, z. B. 2026-09-01"
    )


def _time(cell: str, _: Column) -> str:
    match = _TIME.fullmatch(cell)
    if match is None:
        raise _Unreadable("keine Uhrzeit", "die Uhrzeit als HH:MM eintragen, z. B. 08:30")
    return f"{int(match[1]):02d}:{match[2]}"


def _boolean(cell: str, _: Column) -> bool:
    if cell.lower() not in _BOOLEANS:
        raise _Unreadable("weder ja noch nein", "ja oder nein eintragen")
    return _BOOLEANS[cell.lower()]


_READERS: Final[dict[str, Callable[[str, Column], Any]]] = {
    "text": _text, "code": _code, "codes": _codes, "integer": _integer, "number": _number,
    "date": _date, "time": _time, "boolean": _boolean,
}  # fmt: skip


def convert(
    cells: pd.Series[str], column: Column, file: str
) -> tuple[pd.Series[Any], list[Problem]]:
    """Convert one column of text.

    Parameters
    ----------
    cells : Series of str
        Cells as they stand in the file, codes or their labels; empty text means unknown. The
        index counts rows from 0 below the heading.
    column : Column
        What the cells should hold.
    file : str
        File name for the messages.

    Returns
    -------
    values : Series
        Same index; unknown and unreadable cells are missing (an empty tuple for ``codes``).
    problems : list of Problem
        Unreadable cells and empty cells of a required column. Empty for an empty column.
    """
    problems: list[Problem] = []
    values = [
        _value(cell, column, file, cast("int", index) + 2, problems)
        for index, cell in cells.items()
    ]
    dtype = _DTYPES[column.kind]
    return pd.Series(values, index=cells.index, dtype=dtype), problems


def _value(cell: str, column: Column, file: str, row: int, problems: list[Problem]) -> Any:
    cell = cell.strip()
    empty = () if column.kind == "codes" else None
    if not cell:
        if column.required:
            problems.append(
                Problem(file, "fehlt", "einen Wert eintragen", row=row, column=column.title)
            )
        return empty
    try:
        return _READERS[column.kind](cell, column)
    except _Unreadable as error:
        problems.append(Problem(file, error.message, error.remedy, row, column.title, cell))
        return empty
