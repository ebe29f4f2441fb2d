"""Read the flat CSV ("ffcsv") of the census database, of GENESIS-Online and Regionalstatistik.

The description rests on answers of the three databases recorded in the tests of CorrelAid/pystatis
(``tests/cassettes``: 1000A-0000, 2000S-2003, 11111-02-01-4, 12411-01-01-4, 61511-01-03-4 before and
after the new headings), on the regional variables that its ``Table.get_data`` lists, and for the
signs on the offices' Zeichenerklärung.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path, PurePosixPath
from typing import Final

import numpy as np
import pandas as pd

from sokanalysis.read.bounded import decode, open_archive, read_bytes, refuse
from sokanalysis.read.official.findings import Findings
from sokanalysis.read.official.flat_layouts import AGAIN, GERMAN_AGAIN, read_rows

_REGIONAL: Final = re.compile(
    r"DG|F?DINSG|F?DLAND\w?|F?REGBEZ|F?KREISE|F?GEMEIN|FAMTGEM|PGEM\S+|GRSTADT|NUTS\S*"
    r"|GEO(?:BL|BZ|DL|GM|LK|RB|VB)\d*"
)
# Figures of a key: of a state, a Regierungsbezirk, a Kreis, a municipality (AGS), a
# Gemeindeverband, a municipality (Regionalschlüssel).
_LEVELS: Final = {2: "land", 3: "bezirk", 5: "kreis", 8: "gemeinde", 9: "verband", 12: "gemeinde"}
_NUMBER: Final = re.compile(r"-?\d{1,15}(?:,\d{1,15})?")
_ZERO_SIGNS: Final = ("-", "–")
_MISSING_SIGNS: Final = (".", "/", "x", "X", "...", "…")
_VARIABLE: Final = re.compile(r"[A-Z0-9][A-Z0-9_-]*")


def read_flat(path: Path) -> pd.DataFrame:
    """Read one table as a long list of values.

    Parameters
    ----------
    path : Path
        The CSV file, or the ZIP in which the databases deliver it alone. The headings of today
        (``1_variable_code``) and those before 2024 (``1_Merkmal_Code``) are understood.

    Returns
    -------
    DataFrame
        A row a value, in the order of the file:

        - ``area_key``: key of the area as text, zeros kept; ``DG`` is Germany.
        - ``ags``: eight figures where the area is a municipality, else missing. Of a
          Regionalschlüssel with twelve figures these are the first five and the last three.
        - ``area_level``: ``bund``, ``land``, ``bezirk`` (Regierungsbezirk, statistische
          Region), ``kreis``, ``verband`` or ``gemeinde``; missing for areas of another kind,
          such as abroad. One table may hold several levels: choose one before adding.
        - ``area_name``, ``date`` (a year stands as its 31 December), ``measure`` (code),
          ``measure_label``, ``unit``. One measure may stand in two units (``Anzahl``, ``%``).
        - of each further variable ``<code>`` and ``<code>_label``: what the row is limited to;
          the code is empty text where it is not limited (``Insgesamt``), both are missing
          where the table does not know the variable.
        - ``value``: float. ``sign``: what stands for a number, else empty. ``-`` (nothing
          there, exactly zero or changed to zero) is 0.0; ``.`` (unknown or secret), ``/``
          (not sure enough), ``x`` (makes no sense) and ``...`` (comes later) are NaN;
          ``()`` is a number that is statistically uncertain.
        - ``quality``: ``value_q``, such as ``e`` (final) or ``p`` (provisional); empty text
          when the table was asked for without it.
        - ``is_total``: at least one further variable is not limited. Never add such a row to
          others; a total of one variable alone is ``rows[rows["GES"] == ""]``. Sums that have
          codes of their own are not seen (``EU27`` beside its states). In a mean or a price
          the sign ``-`` means that there is none.

    Raises
    ------
    DataProblems
        When it is another kind of file or damaged, or states a value twice; all together, up to
        `findings.PROBLEM_MAX_COUNT`.
    """
    text, file = _text(path)
    findings = Findings(file)
    rows, titles = read_rows(text, findings)
    area = _area_slot(rows, findings)
    table = _areas(rows, titles, area, findings)
    table["date"] = _dates(rows, titles, findings)
    for name in ("measure", "measure_label", "unit"):
        table[name] = rows[name]
    codes, is_total = _limits(rows, titles, area, table, findings)
    _values(rows, table, findings)
    table["quality"] = rows["quality"]
    table["is_total"] = is_total | (table["area_key"] == "")
    keys = ["area_key", "date", "measure", "unit", *codes]
    shown = table["area_key"] + " · " + table["measure"] + " · " + table["unit"]
    _note(findings, rows["row"], shown[table.duplicated(keys)], "Wert steht doppelt", AGAIN)
    findings.settle()
    return table


def _text(path: Path) -> tuple[str, str]:
    """Return the text and what messages call the file."""
    raw, file = read_bytes(path), path.name
    if raw.startswith(b"PK\x03\x04"):
        with open_archive(path) as archive:
            found = archive.find(".csv")
            if len(found) != 1:
                count = len(found) or "keine"
                raise refuse(file, f"enthält {count} CSV-Dateien statt einer", AGAIN)
            raw, file = archive.read(found[0]), f"{file}/{PurePosixPath(found[0]).name}"
    text = decode(raw, file)
    if text.startswith("{"):
        remedy = "Tabelle, Anmeldung und Umfang des Abrufs prüfen"
        raise refuse(file, "ist eine Meldung der Datenbank statt einer Tabelle", remedy)
    return text, file


def _slots(rows: pd.DataFrame) -> list[str]:
    found = (re.fullmatch(r"(\d+)_variable_code", str(name)) for name in rows.columns)
    return sorted((match[1] for match in found if match), key=int)


def _area_slot(rows: pd.DataFrame, findings: Findings) -> str:
    """Return the number of the first variable that tells areas apart."""
    for slot in _slots(rows):
        if all(_REGIONAL.fullmatch(code) for code in rows[f"{slot}_variable_code"].unique()):
            return slot
    codes = " ".join(rows[f"{slot}_variable_code"].iloc[0] for slot in _slots(rows))
    findings.add("ist nach keinem Gebiet gegliedert", "eine regionale Tabelle abrufen", value=codes)
    findings.settle()
    return ""


def _areas(
    rows: pd.DataFrame, titles: dict[str, str], slot: str, findings: Findings
) -> pd.DataFrame:
    column = f"{slot}_variable_attribute_code"
    key = rows[column].str.strip()
    has_lost = key.str.fullmatch(r"\d+") & key.str.len().isin([n - 1 for n in (2, 5, 8, 12)])
    remedy = "die Datei neu abrufen und nicht in einer Tabellenkalkulation speichern"
    message = "Schlüssel hat seine führende Null verloren"
    _note(findings, rows["row"], key[has_lost], message, remedy, titles[column])
    level = key.map({text: _level(text) for text in key.unique()})
    is_municipality = level == "gemeinde"
    ags = (key.str[:5] + key.str[-3:]).where(is_municipality)
    name = rows[f"{slot}_variable_attribute_label"].str.strip()
    return pd.DataFrame({"area_key": key, "ags": ags, "area_level": level, "area_name": name})


def _level(key: str) -> str | None:
    if key == "DG":
        return "bund"
    is_german = re.fullmatch(r"(?:0[1-9]|1[0-6])\d*", key)
    return _LEVELS.get(len(key)) if is_german else None


def _dates(
    rows: pd.DataFrame, titles: dict[str, str], findings: Findings
) -> pd.Series[pd.Timestamp]:
    times = rows["time"]
    days = times.map({text: _day(text.strip()) for text in times.unique()})
    remedy = "eine Tabelle mit Jahren oder Stichtagen abrufen"
    message = "ist weder Jahr noch Tag"
    _note(findings, rows["row"], times[days.isna()], message, remedy, titles["time"])
    return pd.to_datetime(days)


def _day(text: str) -> dt.date | None:
    for layout in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(text, layout).date()
        except ValueError:
            continue
    return dt.date(int(text), 12, 31) if re.fullmatch(r"(?:18|19|20|21)\d\d", text) else None


def _limits(
    rows: pd.DataFrame, titles: dict[str, str], area: str, table: pd.DataFrame, findings: Findings
) -> tuple[list[str], pd.Series[bool]]:
    """Add a pair of columns for each further variable; return their codes and where is a total."""
    codes = []
    is_total = pd.Series(False, rows.index)
    for slot in _slots(rows):
        column = f"{slot}_variable_code"
        names = rows[column].str.strip()
        limit = rows[f"{slot}_variable_attribute_code"].str.strip()
        label = rows[f"{slot}_variable_attribute_label"].str.strip()
        for code in names.unique() if slot != area else ():
            here = names == code
            if not _VARIABLE.fullmatch(code) or code in codes:
                message = "ist kein Merkmal oder steht doppelt"
                _note(findings, rows["row"], names[here], message, AGAIN, titles[column])
                continue
            codes.append(code)
            table[code], table[f"{code}_label"] = limit.where(here), label.where(here)
            is_total |= here & ((limit == "") | (label.str.casefold() == "insgesamt"))
    return codes, is_total


def _values(rows: pd.DataFrame, table: pd.DataFrame, findings: Findings) -> None:
    texts = rows["text"].str.strip()
    read = {text: _value(text) for text in texts.unique()}
    known = texts.map({text: found is not None for text, found in read.items()})
    message = "ist weder eine Zahl mit Dezimalkomma noch ein Zeichen der Statistik"
    for title, wrong in texts[~known].groupby(rows["title"][~known]):
        _note(findings, rows["row"], wrong, message, GERMAN_AGAIN, str(title))
    table["value"] = texts.map({text: found[0] for text, found in read.items() if found})
    table["sign"] = texts.map({text: found[1] for text, found in read.items() if found})


def _value(text: str) -> tuple[float, str] | None:
    if text in _ZERO_SIGNS:
        return 0.0, text
    if text in _MISSING_SIGNS:
        return np.nan, text
    is_bracketed = text.startswith("(") and text.endswith(")")
    bare = text[1:-1] if is_bracketed else text
    if not _NUMBER.fullmatch(bare):
        return None
    return float(bare.replace(",", ".")), "()" if is_bracketed else ""


def _note(
    findings: Findings,
    rows: pd.Series[int],
    wrong: pd.Series[str],
    message: str,
    remedy: str,
    title: str = "",
) -> None:
    for row, cell in zip(rows[wrong.index], wrong, strict=True):
        findings.add(message, remedy, int(row), title, cell)
