"""The register of municipalities as the workbook of every quarter ("AuszugGV…QAktuell.xlsx")."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sokanalysis.errors import DataProblems
from sokanalysis.read.bounded import refuse
from sokanalysis.read.official.findings import Findings
from sokanalysis.read.official.register import (
    PASSED_KINDS,
    READ_KINDS,
    RENEW,
    Record,
    assemble,
)
from sokanalysis.read.workbook import Book, Cell, Limits, Sheet, read_workbook

# 16,000 lines of 20 cells; with styles and texts they unpack to some 20 MB.
_LIMITS: Final = Limits(
    unpacked_max_bytes=100_000_000, cell_max_count=800_000, row_max_count=30_000, remedy=RENEW
)
# Title for messages and what the heading is without signs, digits and hyphens.
_COLUMNS: Final = {
    "kind": ("Satzart", "satzart"),
    "mark": ("Textkennzeichen", "textkennzeichen"),
    "land": ("Land", "land"),
    "rb": ("RB", "rb"),
    "kreis": ("Kreis", "kreis"),
    "vb": ("VB", "vb"),
    "gem": ("Gem", "gem"),
    "name": ("Gemeindename", "gemeindename"),
    "area_km2": ("Fläche km²", "fläche(in)?(q?km)?"),
    "population_count": ("Bevölkerung insgesamt", "(bevölkerung)?insgesamt"),
    "postal_code": ("Postleitzahl", "postleitzahl"),
    "lon": ("Längengrad", "längengrad"),
    "lat": ("Breitengrad", "breitengrad"),
}
_MORE: Final = {"lat": "float64", "lon": "float64", "population_date": "datetime64[s]"}
# Germany with a margin: swapped coordinates lie outside.
_DEGREES: Final = {"lat": (47.0, 55.2), "lon": (5.5, 15.5)}
_KEY_DIGITS: Final = {"land": 2, "rb": 1, "kreis": 2, "vb": 4, "gem": 3}
_DAY: Final = re.compile(r"([0-9]{2})\.([0-9]{2})\.([0-9]{4})")
_DAY_OF_SHEET: Final = re.compile(r"([0-9]{2})([0-9]{2})((?:[0-9]{2}){1,2})$")
_NUMBER: Final = re.compile(r"[0-9]{1,12}(,[0-9]{1,12})?|[0-9]{1,3}(\.[0-9]{3})+(,[0-9]{1,12})?")
_FOOTNOTE: Final = re.compile(r"\s*[0-9]\)$")
_EMPTY: Final = Cell(None)
_NUMBER_MAX: Final = 10**12


def read_gvisys(path: Path, district: str = "") -> pd.DataFrame:
    """Read the workbook that the Federal Statistical Office draws from GV-ISys every quarter.

    Columns are found by their headings, wherever they stand.

    Parameters
    ----------
    path : Path
        ``AuszugGV1QAktuell.xlsx`` and the like, or the one of a year.
    district : str
        Key of a district to keep, five digits; empty for all.

    Returns
    -------
    DataFrame
        As the municipalities of `read_gv100`, and ``lat``, ``lon`` (degrees, the centre of the
        area; missing where the sheet has none) and ``population_date`` (the day to which the
        population refers, missing where the heading does not say it; ``date`` is that of the
        boundaries). Uninhabited areas without a municipality are left out;
        ``attrs["unpopulated_count"]`` says how many.

    Raises
    ------
    DataProblems
        When it is no such workbook or too large, a column is missing, a cell holds a formula, a
        key has the wrong length or stands twice, a number is none, or a municipality belongs to
        a Land, a district or an association that is missing; all of these together. Or when
        there is no such district.
    """
    book, problems = read_workbook(path, limits=_LIMITS)
    if book is None or problems:
        raise DataProblems(problems)
    findings = Findings(path.name)
    lines = _lines(book, findings)
    found = [_record(row, lines) for row in lines.rows if row >= lines.start]
    records = [record for record in found if record is not None]
    municipalities, unpopulated_count = assemble(records, district, findings, _MORE)
    municipalities.attrs["unpopulated_count"] = unpopulated_count
    return municipalities


@dataclass(frozen=True)
class _Lines:
    """The sheet row by row, from 1: cells by column; where the columns are; what is wrong."""

    rows: dict[int, dict[int, Cell]]
    columns: dict[str, int]
    start: int
    date: dt.datetime | None
    population_date: dt.datetime | None
    findings: Findings

    def add(self, message: str, row: int, name: str, value: object) -> None:
        """Say what is wrong with a cell."""
        self.findings.add(message, RENEW, row, _COLUMNS[name][0], str(value))

    def value(self, row: int, name: str) -> str | int | float:
        """Return text or number of a cell; empty text where there is neither."""
        cell = self.rows[row].get(self.columns[name], _EMPTY)
        if cell.kind in ("formula", "error"):
            self.add("Formel statt eines Werts", row, name, cell.value)
            return ""
        value = _value(cell)
        if value is None:
            self.add("weder Text noch Zahl", row, name, cell.value)
            return ""
        return value

    def key(self, row: int, name: str, width: int) -> str:
        """Return digits as text; a number gets the zeros back that Excel takes away."""
        value = self.value(row, name)
        return f"{value:0{width}d}" if isinstance(value, int) else str(value)

    def number(self, row: int, name: str) -> float | None:
        """Return a number, also one that is written as text; None for an empty cell."""
        value = self.value(row, name)
        if isinstance(value, str) and _NUMBER.fullmatch(value):
            return float(value.replace(".", "").replace(",", "."))
        if value == "" or (not isinstance(value, str) and 0 <= value < _NUMBER_MAX):
            return None if value == "" else float(value)
        self.add("keine Zahl", row, name, value)
        return None


def _lines(book: Book, findings: Findings) -> _Lines:
    """Find the sheet, its head and its columns."""
    sheet, head = _sheet(book, findings)
    rows: dict[int, dict[int, Cell]] = {}
    for (row, column), cell in sheet.cells.items():
        rows.setdefault(row, {})[column] = cell
    kind_at = next(at for at, cell in rows[head].items() if _plain(cell) == "satzart")
    kinds = {row: str(_value(cells[kind_at])) for row, cells in rows.items() if kind_at in cells}
    known = (*READ_KINDS, *PASSED_KINDS)
    start = next((row for row, kind in kinds.items() if row > head and kind in known), 0)
    if not start:
        raise refuse(findings.file, "hat keine Zeile mit einer Satzart von 10 bis 60", RENEW)
    headings = [cells for row, cells in rows.items() if head <= row < start]
    columns = _columns(headings, head, findings)
    titles = [cell for row, cells in rows.items() if row < head for cell in cells.values()]
    titles += [
        cell for cells in headings for cell in cells.values() if "gebietsstand" in _plain(cell)
    ]
    people = [cells.get(columns["population_count"], _EMPTY) for cells in headings]
    date = _date(sheet.title, titles, findings)
    return _Lines(rows, columns, start, date, _first_day(people), findings)


def _sheet(book: Book, findings: Findings) -> tuple[Sheet, int]:
    """Return the sheet with the heading "Satzart" and the line in which it stands."""
    for sheet in sorted(book.sheets, key=lambda sheet: not sheet.title.startswith("Onlineprodukt")):
        for (row, _), cell in sheet.cells.items():
            if _plain(cell) == "satzart":
                return sheet, row
    message = "hat kein Blatt mit der Überschrift „Satzart“"
    remedy = "bei destatis.de „Alle politisch selbständigen Gemeinden“ (AuszugGV….xlsx) laden"
    raise refuse(findings.file, message, remedy)


def _columns(headings: list[dict[int, Cell]], row: int, findings: Findings) -> dict[str, int]:
    """Return the place of every column by the texts that stand in the head."""
    texts = [(at, _plain(cell)) for cells in headings for at, cell in cells.items()]
    found = {}
    for name, (title, pattern) in _COLUMNS.items():
        places = sorted({at for at, text in texts if re.fullmatch(pattern, text)})
        if len(places) == 1:
            found[name] = places[0]
        else:
            message = "Spalte steht doppelt" if places else "Spalte fehlt"
            findings.add(message, RENEW, row, title)
    findings.settle()
    return found


def _plain(cell: Cell) -> str:
    """Return the letters of a heading: without hyphens, digits, footnote marks, line breaks."""
    text = cell.value if cell.kind == "value" and isinstance(cell.value, str) else ""
    return re.sub("[^a-zäöüß]", "", unicodedata.normalize("NFKC", text).lower())


def _value(cell: Cell) -> str | int | float | None:
    """Return text in one line, or a number, whole ones as such; None for anything else."""
    value = "" if cell.value is None else cell.value
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _date(sheet: str, titles: list[Cell], findings: Findings) -> dt.datetime | None:
    """Return the day of the boundaries: from the name of the sheet, or else from its title."""
    match = _DAY_OF_SHEET.search(sheet)
    day = (_as_day(*match.groups()) if match else None) or _first_day(titles)
    if day is None:
        message = "Gebietsstand fehlt, weder Blattname noch Überschrift nennen einen Tag"
        findings.add(message, RENEW, value=sheet)
    return day


def _first_day(cells: list[Cell]) -> dt.datetime | None:
    found = (_DAY.search(str(cell.value)) for cell in cells)
    return next((_as_day(*match.groups()) for match in found if match), None)


def _as_day(day: str, month: str, year: str) -> dt.datetime | None:
    try:
        return dt.datetime(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day))
    except ValueError:
        return None


def _record(row: int, lines: _Lines) -> Record | None:
    """Read one row; None for footnotes and for what is not needed."""
    kind = str(lines.value(row, "kind"))
    if kind not in READ_KINDS:
        if kind not in PASSED_KINDS and any(lines.value(row, name) for name in _KEY_DIGITS):
            lines.add("unbekannte Satzart", row, "kind", kind)
        return None
    land, rb, kreis, vb, gem = (lines.key(row, name, width) for name, width in _KEY_DIGITS.items())
    district = land + rb + kreis
    verband = district + vb if vb else ""
    key = {"10": land, "40": district, "50": verband}.get(kind, district + gem)
    name = _FOOTNOTE.sub("", str(lines.value(row, "name")))
    values = _values(row, lines) if kind == "60" else {}
    return Record(row, kind, key, name, str(lines.value(row, "mark")), verband, values)


def _values(row: int, lines: _Lines) -> dict[str, Any]:
    postal_code = lines.key(row, "postal_code", 5)
    if postal_code and not re.fullmatch("[0-9]{5}", postal_code):
        lines.add("keine Postleitzahl", row, "postal_code", postal_code)
    people = lines.number(row, "population_count")
    if people is not None and not people.is_integer():
        lines.add("keine ganze Zahl", row, "population_count", people)
    return {
        "area_km2": lines.number(row, "area_km2"),
        "population_count": None if people is None else int(people),
        "postal_code": postal_code,
        "date": lines.date,
        "population_date": lines.population_date,
        **{name: _degrees(row, name, lines) for name in _DEGREES},
    }


def _degrees(row: int, name: str, lines: _Lines) -> float | None:
    degrees, (low, high) = lines.number(row, name), _DEGREES[name]
    if degrees is not None and not low <= degrees <= high:
        lines.add("liegt nicht in Deutschland", row, name, degrees)
    return degrees
