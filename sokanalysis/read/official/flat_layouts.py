"""Bring the flat CSV of today and the one before 2024 to one layout: a row a value.

Seen in answers of the databases recorded in the tests of CorrelAid/pystatis, the same table in
both layouts (61511-01-03-4).
"""

from __future__ import annotations

import re
from typing import Final

import pandas as pd

from sokanalysis.read.bounded import csv_rows
from sokanalysis.read.official.findings import Findings

GERMAN_AGAIN: Final = "die Tabelle in deutscher Fassung als Flat-CSV neu abrufen"
AGAIN: Final = "die Tabelle als Flat-CSV neu abrufen"

# What the headings are called since 2024, by their names before.
_FORMER: Final = {
    "Zeit": "time",
    "Merkmal_Code": "variable_code",
    "Auspraegung_Code": "variable_attribute_code",
    "Auspraegung_Label": "variable_attribute_label",
}
# BAU003__Kaufsumme__Tsd._EUR; with a q instead of label and unit it is the quality.
_FORMER_VALUE: Final = re.compile(r"(\w+?)__(.+?)(?:__(.+))?")
# A heading may begin with the number of its variable.
_NUMBERED: Final = re.compile(r"([1-9]\d?_)?(.*)", re.DOTALL)
_ATTRIBUTES: Final = ("variable_code", "variable_attribute_code", "variable_attribute_label")
_MEASURE: Final = ("value", "value_unit", "value_variable_code")
# What a statistic, a time or a variable is called: long, the same in every row.
_UNREAD: Final = re.compile(r"(?:statistics|time)_\w+|\d+_variable_label")


def read_rows(text: str, findings: Findings) -> tuple[pd.DataFrame, dict[str, str]]:
    """Read a flat CSV of either layout.

    Parameters
    ----------
    text : str
        Content of the file.
    findings : Findings
        Takes what is wrong with lines.

    Returns
    -------
    rows : DataFrame
        A row a value, in the order of the file. ``row`` is its row there; the rest is text:
        ``time``, ``<n>_variable_code``, ``<n>_variable_attribute_code`` and ``…_label``,
        ``text`` (the value), ``unit``, ``measure``, ``measure_label``, ``quality`` and
        ``title`` (heading of the value's column).
    titles : dict of str
        What the file calls the columns.

    Raises
    ------
    DataProblems
        When it is another kind of file, lacks a column or has no line.
    """
    lines = csv_rows(text, findings.file)
    titles = [title.strip() for title in lines[0]]
    names = [_today(title) for title in titles]
    _require_columns(names, titles, findings)
    rows = _long(_cells(names, lines[1:], findings))
    return rows, dict(zip(names, titles, strict=True))


def _cells(names: list[str], lines: list[list[str]], findings: Findings) -> pd.DataFrame:
    """Return all cells as text, and the row in the file."""
    rows, body = [], []
    for row, line in enumerate(lines, start=2):
        if len(line) == len(names):
            rows.append(row)
            body.append(line)
        elif "".join(line).strip():
            findings.add(f"{len(line)} Zellen statt {len(names)}", AGAIN, row)
    if not body:
        findings.add("enthält keine Werte", AGAIN)
        findings.settle()
    columns = {
        name: pd.Series([line[at] for line in body], dtype="str")
        for at, name in enumerate(names)
        if not _UNREAD.fullmatch(name)
    }
    return pd.DataFrame({"row": rows, **columns})


def _today(title: str) -> str:
    matched = _NUMBERED.fullmatch(title)
    number, name = matched.groups("") if matched else ("", title)
    return f"{number}{_FORMER.get(name, name)}"


def _require_columns(names: list[str], titles: list[str], findings: Findings) -> None:
    slots = {"1", *(name.split("_")[0] for name in names if re.match(r"\d+_variable_", name))}
    needed = ["time", *(f"{slot}_{name}" for slot in sorted(slots) for name in _ATTRIBUTES)]
    if not any(_former_value(name) for name in names):
        needed += _MEASURE
    if not set(needed) & set(names):
        remedy = "beim Abruf „Flat-CSV“ wählen"
        findings.add(
            "ist kein Flat-CSV der amtlichen Statistik", remedy, 1, value="".join(titles[:1])
        )
        findings.settle()
    for name in needed:
        if name not in names:
            findings.add("Spalte fehlt", AGAIN, 1, name)
    for title in sorted({t for t, n in zip(titles, names, strict=True) if names.count(n) > 1}):
        findings.add("Spalte steht doppelt", GERMAN_AGAIN, 1, title)
    findings.settle()


def _former_value(name: str) -> tuple[str, str, str] | None:
    """Return code, label and unit of a measure that has a column of its own."""
    matched = _FORMER_VALUE.fullmatch(name)
    if not matched or name.endswith("__q"):
        return None
    code, label, unit = matched.groups("")
    return code, label.replace("_", " "), unit.replace("_", " ")


def _long(cells: pd.DataFrame) -> pd.DataFrame:
    """Return one row a value: columns ``text``, ``quality`` and what the value measures."""
    if "value" in cells:
        cells = cells.rename(columns={"value": "text", "value_unit": "unit"})
        cells["measure"], cells["title"] = cells["value_variable_code"], "value"
        for name, source in (("measure_label", "value_variable_label"), ("quality", "value_q")):
            cells[name] = cells.get(source, "")
        return cells
    titles = [str(name) for name in cells.columns]
    quality = {title.split("__")[0]: title for title in titles if title.endswith("__q")}
    parts = []
    for title in titles:
        if found := _former_value(title):
            code, label, unit = found
            part = cells.assign(measure=code, measure_label=label, unit=unit, title=title)
            part = part.assign(text=cells[title], quality=cells.get(quality.get(code), ""))
            parts.append(part)
    return pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
