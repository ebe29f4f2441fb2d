"""Drop-downs and ranges of a feedback sheet, in the words of the person who fills it in."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sokanalysis.columns import Column

_EARLIEST, _LATEST = dt.date(1990, 1, 1), dt.date(2099, 12, 31)


def validation(column: Column, source: str) -> dict[str, Any]:
    """Return the rule of a column for xlsxwriter.

    Parameters
    ----------
    column : Column
        Of the table.
    source : str
        Range of cells with the values to choose from; empty without a list.

    Returns
    -------
    dict
        A list stops what is not on it, but where several values may stand it only offers them.
        Everything else warns, because a remark in the wrong place is better than none.
    """
    hint = _hint(column)
    said = {"input_title": column.title[:32], "input_message": hint[:255]} if hint else {}
    if source or column.kind == "boolean":
        return _choice(column, source) | said
    return _range(column) | said


def _hint(column: Column) -> str:
    several = "Mehrere mit Semikolon trennen." if column.kind == "codes" else ""
    example = {"date": "zum Beispiel 01.09.2026", "time": "zum Beispiel 08:30"}.get(column.kind, "")
    return ". ".join(part for part in (column.note, example, several) if part)


def _choice(column: Column, source: str) -> dict[str, Any]:
    values = source or ["ja", "nein"]
    rule: dict[str, Any] = {"validate": "list", "source": values}
    if column.kind == "codes":
        return rule | {"show_error": False}
    return rule | {
        "error_title": column.title[:32],
        "error_message": "Bitte einen Wert aus der Liste wählen.",
    }


def _range(column: Column) -> dict[str, Any]:
    kinds = {"date": "date", "time": "time", "integer": "integer", "number": "decimal"}
    if column.kind not in kinds:
        return {"validate": "any"}
    bounds: dict[str, Any] = {
        "date": {"criteria": "between", "minimum": _EARLIEST, "maximum": _LATEST},
        "time": {"criteria": "between", "minimum": dt.time(0), "maximum": dt.time(23, 59)},
    }.get(column.kind, {"criteria": ">=", "value": column.minimum or 0})
    if column.kind in ("integer", "number") and column.maximum is not None:
        bounds = {"criteria": "between", "minimum": column.minimum, "maximum": column.maximum}
    return {
        "validate": kinds[column.kind], **bounds, "error_type": "warning",
        "error_title": column.title[:32], "error_message": "Das sieht ungewöhnlich aus. Trotzdem?",
    }  # fmt: skip
