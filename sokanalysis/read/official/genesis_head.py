"""The head of a GENESIS table: what its columns measure, in which unit, for which period."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

Rows = list[list[str]]

# A day or a year, alone in a cell.
POINT: Final = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}|\d{4}-\d{2}-\d{2}|(?:19|20)\d{2}", re.ASCII)
_REFERENCE_DAY: Final = re.compile(r"\bStichtag:? (\d{1,2}\.\d{1,2}\.\d{4})\b", re.ASCII)
_NAMES_OF_TIME: Final = {"Jahr", "Jahre", "Stichtag", "Stichtage", "Zeit", "Monat", "Quartal"}
_UNIT: Final = re.compile(
    r"(?:(?:Tsd|Mill|Mio|Mrd)\.? ?|1[ .]?000 ?)?"
    r"(?:Anzahl|Prozent|%|Promille|EUR|Euro|DM|Personen|ha|qm|m2|m²|qkm|km2|km²|km|cbm|m3|m³"
    r"|kg|t|dt|hl|kWh|MWh|GWh|GJ|TJ|kW|MW|Jahre|Monate|Tage|Stunden|Std\.)"
    r"(?: ?(?:/|je|pro) ?.+)?"
)
_IN_BRACKETS: Final = re.compile(r"(.*\S)\s*\(([^()]*)\)")
_TOTAL: Final = re.compile(r"\binsgesamt\b", re.IGNORECASE)


@dataclass(frozen=True)
class Measure:
    """One column of values: its place, what it measures, and for when if the head says so."""

    at: int
    name: str
    unit: str
    period: str


def is_total(*texts: str) -> bool:
    """Tell whether one of the headings says that nothing is left out."""
    return any(_TOTAL.search(text) for text in texts)


def title_period(titles: list[str]) -> str:
    """Return the day or year that the lines above the head name; empty when there is not one.

    A line that consists of it goes before one that mentions it. Other days, those of boundaries
    for one, are not meant.
    """
    alone = {title for title in titles if POINT.fullmatch(title)}
    named = {match[1] for title in titles for match in _REFERENCE_DAY.finditer(title)}
    found = alone or named
    return found.pop() if len(found) == 1 else ""


def read_head(head: Rows, places: list[int], titles: list[str], *, is_dated: bool) -> list[Measure]:
    """Return what each column measures.

    Parameters
    ----------
    head : list of list of str
        Lines of the head, all as wide as the table; may be none.
    places : list of int
        The columns with values.
    titles : list of str
        Lines above the head. The last one names measure and unit where the head does not.
    is_dated : bool
        Whether rows have a period; if not, a line of days or years in the head is one.

    Returns
    -------
    list of Measure
        In the order of the columns. ``unit`` and ``period`` are empty where nothing says them.
    """
    lines = [[row[at].strip() for at in places] for row in head]
    periods = None if is_dated else _taken_periods(lines)
    units = lines.pop() if lines and any(map(_UNIT.fullmatch, lines[-1])) else None
    name, unit = _split(titles[-1] if titles else "")
    found = []
    for number, at in enumerate(places):
        cells = [line[number] for line in lines]
        period = periods[number] if periods else ""
        if units is not None:
            found.append(Measure(at, _joined(cells) or name, units[number], period))
        else:
            parted = [_split(cell) for cell in cells]
            own = next((part for _, part in parted if part), unit)
            found.append(Measure(at, _joined([text for text, _ in parted]) or name, own, period))
    return found


def _taken_periods(lines: Rows) -> list[str] | None:
    """Take the line of days or years out of the head, and the word above it."""
    for number, line in enumerate(lines):
        if all(map(POINT.fullmatch, line)):
            above = set(lines[number - 1]) if number else set()
            start = number - 1 if above and above <= _NAMES_OF_TIME else number
            del lines[start : number + 1]
            return line
    return None


def _split(cell: str) -> tuple[str, str]:
    """Part ``Kraftfahrzeugbestand (Anzahl)`` into measure and unit."""
    match = _IN_BRACKETS.fullmatch(cell)
    return (match[1], match[2]) if match and _UNIT.fullmatch(match[2]) else (cell, "")


def _joined(cells: list[str]) -> str:
    """Join headings from the top down; a merged cell stands in every line that it covers."""
    kept: list[str] = []
    for cell in (" ".join(cell.split()) for cell in cells):
        if cell and kept[-1:] != [cell]:
            kept.append(cell)
    return " | ".join(kept)
