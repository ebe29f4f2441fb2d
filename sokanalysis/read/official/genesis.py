"""Tables of GENESIS and of the regional database ("Tabellen-CSV") as one row a value."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sokanalysis.read import bounded
from sokanalysis.read.official.findings import Findings
from sokanalysis.read.official.genesis_head import POINT, Measure, Rows, is_total, title_period
from sokanalysis.read.official.genesis_layout import NUMBER, RENEW, SIGNS, Layout, read_layout

# What stands in place of a number or beside it, in the words of the Federal Statistical Office
# (GENESIS-Online, explanation of signs; most are those of DIN 55301).
SIGN_MEANINGS: Final = {
    "-": "nichts vorhanden, genau Null oder zur statistischen Geheimhaltung auf Null geändert",
    ".": "Zahlenwert unbekannt oder geheim zu halten",
    "...": "Angabe fällt später an",
    "/": "keine Angaben, da Zahlenwert nicht sicher genug",
    "x": "Tabellenfach gesperrt, weil Aussage nicht sinnvoll",
    "()": "Aussagewert eingeschränkt, da der Zahlenwert statistisch relativ unsicher ist",
    "e": "endgültiger Wert",
    "p": "vorläufige Zahl",
    "r": "berichtigte Zahl",
    "s": "geschätzte Zahl",
}
# By the length of the key; "DG" is Germany.
_LEVELS: Final = {
    2: "land", 3: "regierungsbezirk", 5: "kreis", 7: "verband", 8: "gemeinde", 9: "verband",
    12: "gemeinde",
}  # fmt: skip
_MAX_BYTES: Final = 32 * 2**20
_FIRST: Final = re.compile(r"(?:GENESIS-)?Tabelle:\s*(\S.*)")
_END: Final = re.compile(r'^"?_{3,}.*$', re.MULTILINE)
_FORMS: Final = ("%Y", "%d.%m.%Y", "%Y-%m-%d")


@dataclass(frozen=True)
class GenesisTable:
    """One table.

    Parameters
    ----------
    code : str
        Its number, ``12411-05-01-4``.
    title : str
        The lines above the head, one below the other.
    rows : DataFrame
        One row a value, see `read_genesis`.
    footnotes : tuple of str
        The lines below the table; source, state and terms of use stand there.
    """

    code: str
    title: str
    rows: pd.DataFrame
    footnotes: tuple[str, ...]


def read_genesis(path: Path) -> GenesisTable:
    """Read a table as GENESIS and regionalstatistik.de save it ("CSV", not "flache CSV").

    Nothing is added up or filled in: totals and parts stand beside each other and are told
    apart by ``is_total``.

    Parameters
    ----------
    path : Path
        UTF-8 or Windows-1252, cells parted by semicolons.

    Returns
    -------
    GenesisTable
        ``rows`` has one row a value, in the order of the file, from left to right: ``period``
        (text as given, empty where nothing says it) and ``date`` (a year is its last day; NaT for
        other periods), ``area_key`` (text), ``area_level`` (``bund``, ``land``,
        ``regierungsbezirk``, ``kreis``, ``verband``, ``gemeinde``), ``area_name``, other texts of
        the row as ``header_1`` …, ``measure`` (headings from the top down, parted by ``" | "``),
        ``unit`` (empty where nothing says it), ``value``, ``sign`` (of `SIGN_MEANINGS`, or empty)
        and ``is_total`` (a heading or a text of the row says "insgesamt"). ``value`` is 0 for the
        sign ``-``, NaN for ``.``, ``...``, ``/``, ``x`` and for an empty cell.

    Raises
    ------
    DataProblems
        When it is no such table, a row has too many or too few cells, a key is none, a cell is
        no number, a day is none, a row or a column stands twice; all of these together.
    """
    text = bounded.read_text(path, max_bytes=_MAX_BYTES)
    end = _END.search(text)
    lines = bounded.csv_rows(text[: end.start()] if end else text, path.name)
    footnotes = [line.strip("; \t\r") for line in text[end.end() :].split("\n")] if end else []
    code, findings = _code(path.name, lines), Findings(path.name)
    layout = read_layout(lines, findings)
    rows = _rows(layout, findings)
    findings.settle()
    return GenesisTable(code, "\n".join(layout.titles), rows, tuple(filter(None, footnotes)))


def _code(file: str, lines: Rows) -> str:
    first = next((line[0].strip() for line in lines if any(map(str.strip, line))), "")
    match = _FIRST.fullmatch(first)
    if match is None:
        message = "ist keine Tabelle aus GENESIS: In der ersten Zeile fehlt „GENESIS-Tabelle:“"
        remedy = "in der Datenbank das Format „CSV“ wählen, nicht „flache CSV“"
        raise bounded.refuse(file, message, remedy, row=1)
    return match[1]


def _rows(layout: Layout, findings: Findings) -> pd.DataFrame:
    rows: dict[str, list[Any]] = {name: [] for name in _names(layout)}
    above, dates = title_period(layout.titles), _Dates(findings)
    for number, cells in layout.data.items():
        told = above if layout.period_at is None else cells[layout.period_at]
        texts = [cells[at] for at in layout.texts]
        for measure in layout.measures:
            period = measure.period or told
            value, sign = _value(cells[measure.at], measure, number, findings)
            key, name = cells[layout.key_at : layout.key_at + 2]
            row = (
                period, dates.of(period, number), key, _level(key), name, *texts,
                measure.name, measure.unit, value, sign, is_total(measure.name, *texts),
            )  # fmt: skip
            for column, cell in zip(rows.values(), row, strict=True):
                column.append(cell)
    return pd.DataFrame(rows).astype({"date": "datetime64[s]", "value": "float64"})


def _names(layout: Layout) -> list[str]:
    headers = [f"header_{number}" for number, _ in enumerate(layout.texts, start=1)]
    areas = ["period", "date", "area_key", "area_level", "area_name"]
    return [*areas, *headers, "measure", "unit", "value", "sign", "is_total"]


def _level(key: str) -> str:
    return "bund" if key == "DG" else _LEVELS[len(key)]


def _value(cell: str, measure: Measure, number: int, findings: Findings) -> tuple[float, str]:
    """Return number and sign of a cell; what is neither becomes a problem."""
    if not cell:
        return float("nan"), ""
    if cell in SIGNS:
        sign = SIGNS[cell]
        return (0.0 if sign == "-" else float("nan")), sign
    match = NUMBER.fullmatch(cell)
    if match is None:
        remedy = f"{RENEW}; erlaubt sind Zahlen mit Dezimalkomma und die Zeichen - . ... / x"
        findings.add("keine Zahl", remedy, number + 1, measure.name, cell)
        return float("nan"), ""
    return float(match[2].replace(",", ".")), "()" if match[1] else match[3]


class _Dates:
    """Days by period; each period is looked at once."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._known: dict[str, dt.datetime | None] = {}

    def of(self, period: str, number: int) -> dt.datetime | None:
        """Return the day of a period; None when it is neither a day nor a year."""
        if period not in self._known:
            self._known[period] = self._parsed(period, number)
        return self._known[period]

    def _parsed(self, period: str, number: int) -> dt.datetime | None:
        if not POINT.fullmatch(period):
            return None
        for form in _FORMS:
            try:
                day = dt.datetime.strptime(period, form)
            except ValueError:
                continue
            return day.replace(month=12, day=31) if form == "%Y" else day
        self._findings.add("kein Tag des Kalenders", RENEW, number + 1, "Zeit", period)
        return None
