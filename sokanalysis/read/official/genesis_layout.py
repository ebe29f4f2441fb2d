"""Where things stand in a GENESIS table: titles, head, keys, texts, values."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sokanalysis.read import bounded
from sokanalysis.read.official.findings import Findings
from sokanalysis.read.official.genesis_head import POINT, Measure, Rows, read_head

NUMBER: Final = re.compile(r"(\()?([+-]?\d{1,15}(?:,\d{1,15})?)(?(1)\)) ?([eprs]?)", re.ASCII)
# Every form of a sign, and the one that is kept.
SIGNS: Final = {
    "-": "-", "–": "-", "−": "-", ".": ".", "...": "...", "…": "...", "/": "/", "x": "x", "X": "x",
}  # fmt: skip
RENEW: Final = (
    "die Tabelle neu als CSV herunterladen und nicht mit einem anderen Programm speichern"
)
# Germany, or a Land (01 to 16) and what follows: 2, 3, 5, 7, 8, 9 or 12 digits.
_KEY: Final = re.compile(r"DG|(?:0[1-9]|1[0-6])(?:\d|\d{3}|\d{5,7}|\d{10})?", re.ASCII)
_NAME: Final = re.compile(r"[^\W\d_]{2}")
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
# Keys stand at the beginning of a row; further right there are only values.
_KEY_AT_MOST: Final = 8
# The largest tables hold some hundred thousand values under headings of a line or two.
_VALUE_MAX_COUNT: Final = 5_000_000
_TEXT_MAX_CHARS: Final = 300


@dataclass(frozen=True)
class Layout:
    """A table taken apart; columns and lines are counted from 0.

    Parameters
    ----------
    titles : list of str
        Lines above the head.
    period_at : int or None
        The column with the period, where rows have one.
    key_at : int
        The column with the key of the area; its name follows.
    texts : list of int
        All other columns with texts, from left to right.
    measures : list of Measure
        The columns with values, from left to right; at least one.
    data : dict of int to list of str
        The sound rows by line, cells trimmed.
    """

    titles: list[str]
    period_at: int | None
    key_at: int
    texts: list[int]
    measures: list[Measure]
    data: dict[int, list[str]]


def read_layout(lines: Rows, findings: Findings) -> Layout:
    """Take a table apart.

    Parameters
    ----------
    lines : list of list of str
        From its first line to the last one above the footnotes.
    findings : Findings
        Takes rows of another length, without key or period, rows and columns that stand twice.

    Raises
    ------
    DataProblems
        When there is no column with keys or none with values.
    """
    key_at = _key_column(lines, findings.file)
    start = next(number for number, line in enumerate(lines) if _is_data(line, key_at))
    lengths = Counter(len(line) for line in lines[start:] if _is_data(line, key_at))
    width = max(lengths, key=lambda length: (lengths[length], length))
    titles, head = _above(lines[:start], key_at, width, findings)
    data = _data(lines, start, key_at, width, findings)
    columns = [list(column) for column in zip(*data.values(), strict=True)]
    first = _first_value(columns, head, key_at, width)
    period_at = next((at for at in range(key_at) if _is_period(columns[at])), None)
    texts = [at for at in (*range(key_at), *range(key_at + 2, first)) if at != period_at]
    places = [at for at in range(first, width) if _is_used(at, head, columns)]
    if not places:
        raise bounded.refuse(findings.file, "hat keine Spalte mit Werten", RENEW)
    if len(places) * len(data) > _VALUE_MAX_COUNT:
        message = f"hat {len(places)} × {len(data)} Werte, gelesen werden {_VALUE_MAX_COUNT}"
        raise bounded.refuse(findings.file, message, "weniger Jahre oder Gebiete herunterladen")
    named = [title for title in titles if not POINT.fullmatch(title)]
    measures = read_head(head, places, named, is_dated=period_at is not None)
    layout = Layout(titles, period_at, key_at, texts, measures, data)
    _check_columns(measures, findings)
    _check_rows(layout, findings)
    return layout


def _key_column(lines: Rows, file: str) -> int:
    """Return the first column in which keys stand beside names, about as often as anywhere."""
    counts = Counter(
        at
        for line in lines
        for at, (cell, name) in enumerate(pairwise(line[:_KEY_AT_MOST]))
        if _KEY.fullmatch(cell.strip()) and _NAME.search(name)
    )
    if not counts:
        message = "hat keine Spalte mit Regionalschlüsseln"
        raise bounded.refuse(file, message, "eine Tabelle mit regionaler Gliederung herunterladen")
    return min(at for at in counts if 2 * counts[at] >= max(counts.values()))


def _is_named(line: list[str], key_at: int) -> bool:
    """Tell whether a name stands where those of areas stand."""
    return len(line) > key_at + 1 and bool(_NAME.search(line[key_at + 1]))


def _is_data(line: list[str], key_at: int) -> bool:
    return _is_named(line, key_at) and bool(_KEY.fullmatch(line[key_at].strip()))


def _above(lines: Rows, key_at: int, width: int, findings: Findings) -> tuple[list[str], Rows]:
    """Return titles and head: a title fills the first cells only, a head those above values."""
    titles: list[str] = []
    head: Rows = []
    filled = [(number, line) for number, line in enumerate(lines) if any(map(str.strip, line))]
    for number, line in filled[1:]:  # the first one has said which table it is
        if _is_named(line, key_at) and line[key_at].strip().isdigit():
            _add_key(findings, number, line[key_at])
        elif not any(map(str.strip, line[key_at + 2 :])):
            titles.append(";".join(line).strip("; "))
        elif _is_as_wide(line, width, number, findings):
            head.append(line)
    return titles, head


def _is_as_wide(line: list[str], width: int, number: int, findings: Findings) -> bool:
    if len(line) != width:
        findings.add(f"hat {len(line)} Zellen statt {width}", RENEW, number + 1)
    return len(line) == width


def _add_key(findings: Findings, number: int, key: str) -> None:
    lost = ", vielleicht fehlt eine führende Null" if key.strip().isdigit() else ""
    findings.add(f"kein Regionalschlüssel{lost}", RENEW, number + 1, "Regionalschlüssel", key)


def _data(
    lines: Rows, start: int, key_at: int, width: int, findings: Findings
) -> dict[int, list[str]]:
    rows = {}
    for number, line in enumerate(lines[start:], start=start):
        cells = [cell.strip() for cell in line]
        if not any(cells) or not _is_as_wide(line, width, number, findings):
            continue
        if _KEY.fullmatch(cells[key_at]):
            rows[number] = cells
        else:
            _add_key(findings, number, cells[key_at])
    return rows


def _first_value(columns: Rows, head: Rows, key_at: int, width: int) -> int:
    """Return the first column with values: it has a heading and hardly anything but numbers."""
    for at in range(key_at + 2, width):
        cells = [cell for cell in columns[at] if cell]
        values = sum(cell in SIGNS or bool(NUMBER.fullmatch(cell)) for cell in cells)
        is_headed = not head or any(line[at].strip() for line in head)
        if is_headed and 2 * values >= len(cells):
            return at
    return width


def _is_used(at: int, head: Rows, columns: Rows) -> bool:
    return any(line[at].strip() for line in head) or any(columns[at])


def _is_period(column: list[str]) -> bool:
    return 2 * sum(bool(_YEAR.search(cell)) for cell in column) >= len(column)


def _check_columns(measures: list[Measure], findings: Findings) -> None:
    """Say which columns cannot be told apart."""
    seen: dict[tuple[str, str, str], int] = {}
    for measure in measures:
        column, earlier = str(measure.at + 1), measure.at
        if not measure.name:
            findings.add("Spalte hat keine Überschrift", RENEW, column=column)
        else:
            key = (measure.name, measure.unit, measure.period)
            earlier = seen.setdefault(key, measure.at)
        if earlier != measure.at:
            message = f"Spalte heißt wie Spalte {earlier + 1}"
            findings.add(message, RENEW, column=column, value=measure.name)
        if len(measure.name) > _TEXT_MAX_CHARS:
            findings.add("Überschrift ist zu lang", RENEW, column=column, value=measure.name)


def _check_rows(layout: Layout, findings: Findings) -> None:
    """Say which rows have no period, which stand twice, which hold more text than a table does."""
    period = [] if layout.period_at is None else [layout.period_at]
    seen: dict[tuple[str, ...], int] = {}
    for number, cells in layout.data.items():
        if period and not _YEAR.search(cells[period[0]]):
            findings.add("keine Zeitangabe", RENEW, number + 1, "Zeit", cells[period[0]])
        key = tuple(cells[at] for at in (*period, layout.key_at, *layout.texts))
        earlier = seen.setdefault(key, number)
        if earlier != number:
            message = f"Zeile gilt demselben wie Zeile {earlier + 1}"
            findings.add(message, RENEW, number + 1, "Regionalschlüssel", cells[layout.key_at])
        for text in (*key, cells[layout.key_at + 1]):
            if len(text) > _TEXT_MAX_CHARS:
                findings.add("Text ist zu lang", RENEW, number + 1, value=text)
