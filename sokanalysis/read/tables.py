"""Read the editable tables of a region: text first, then values, all problems together."""

from __future__ import annotations

import csv
import difflib
import io
from pathlib import Path

import pandas as pd

from sokanalysis.columns import Table
from sokanalysis.errors import Problem
from sokanalysis.read.convert import convert
from sokanalysis.read.entries import Entries, sheet_label


def read_table(
    folder: Path, table: Table, entries: Entries | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read a table from the workbook of entries, or else from ``<folder>/<table>.csv``.

    Parameters
    ----------
    folder : Path
        Folder of the region.
    table : Table
        What the file should hold.
    entries : Entries, optional
        What the workbook of the folder holds.

    Returns
    -------
    rows : DataFrame
        The table's columns in the order of the schema, typed; the index counts rows of the file
        from 0 below the heading. Without rows, but with all columns, when the file cannot be
        read or an optional one is missing.
    problems : list of Problem
        Everything wrong with the file itself, its headings and its cells.
    """
    entries = entries or Entries()
    file, lines = entries.label(table), entries.lines.get(table.name, [])
    problems = _doubled(folder, table) if lines else []
    if not lines and not (table.is_optional and not (folder / file).exists()):
        text, problems = _decode(folder / file)
        lines = list(csv.reader(io.StringIO(text)))
    rows, heading_problems = _cells(lines, table, file)
    problems += heading_problems
    columns = {}
    for column in table.columns:
        columns[column.name], found = convert(rows[column.name], column, file)
        problems += found if column.name in rows.attrs["present"] else []
    return pd.DataFrame(columns), problems


def _doubled(folder: Path, table: Table) -> list[Problem]:
    """Say so when a table stands in the workbook and in a file with rows."""
    file = f"{table.name}.csv"
    text = _decode(folder / file)[0] if (folder / file).exists() else ""
    if not any("".join(cells).strip() for cells in list(csv.reader(io.StringIO(text)))[1:]):
        return []
    message = f"hat Zeilen, und {sheet_label(table.title)} hat auch welche"
    return [Problem(file, message, "eine der beiden leeren, damit klar ist, welche gilt")]


def _decode(path: Path) -> tuple[str, list[Problem]]:
    if not path.exists():
        return "", [Problem(path.name, "Datei fehlt", "Datei in den Ordner der Region legen")]
    raw = path.read_bytes()
    if not raw.strip():
        return "", [Problem(path.name, "Datei ist leer", "Kopfzeile und Zeilen eintragen")]
    if b"\0" in raw:
        row = raw[: raw.index(b"\0")].count(b"\n") + 1
        return "", [Problem(path.name, "enthält Nullbytes", "die Datei neu speichern", row=row)]
    try:
        return raw.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        row = raw[: error.start].count(b"\n") + 1
        remedy = "die Datei als „CSV UTF-8“ speichern"
        message = "ist nicht in UTF-8 gespeichert (vermutlich Windows-1252 oder Latin-1)"
        return "", [Problem(path.name, message, remedy, row=row)]


def _cells(lines: list[list[str]], table: Table, file: str) -> tuple[pd.DataFrame, list[Problem]]:
    """Return all cells as text under the schema's names; ``attrs['present']`` names the found."""
    names = [column.name for column in table.columns]
    empty = pd.DataFrame({name: pd.Series([], dtype="str") for name in names})
    empty.attrs["present"] = ()
    if not lines:
        return empty, []
    headings, body = [_name(cell, table) for cell in lines[0]], lines[1:]
    problems = _heading_problems(headings, lines[0], table, file)
    if any(problem.message.startswith("Trennzeichen") for problem in problems):
        return empty, problems
    problems += _length_problems(body, len(headings), file)
    padded = [row[: len(headings)] + [""] * (len(headings) - len(row)) for row in body]
    frame = pd.DataFrame(padded, columns=headings, dtype="str")
    frame = frame[[bool("".join(row).strip()) for row in padded]]  # an empty line is no row
    frame = frame.loc[:, ~frame.columns.duplicated()]
    present = tuple(name for name in names if name in frame.columns)
    frame = frame.reindex(columns=names, fill_value="")
    frame.attrs["present"] = present
    return frame, problems


def _name(heading: str, table: Table) -> str:
    by_title = {column.title: column.name for column in table.columns}
    return by_title.get(heading.strip(), heading.strip())


def _heading_problems(
    headings: list[str], original: list[str], table: Table, file: str
) -> list[Problem]:
    known = {column.name: column.title for column in table.columns}
    if len(headings) == 1 and ";" in original[0]:
        remedy = "die Datei mit Komma als Trennzeichen speichern"
        return [Problem(file, "Trennzeichen ist Semikolon statt Komma", remedy, row=1)]
    missing = [name for name in known if name not in headings]
    unknown = [name for name in headings if name not in known]
    doubled = sorted({name for name in headings if headings.count(name) > 1})
    return (
        [_missing(file, name, known[name], unknown) for name in missing]
        + [_unknown(file, name, list(known)) for name in unknown]
        + [Problem(file, "Spalte steht doppelt", "eine davon löschen", 1, n) for n in doubled]
    )


def _missing(file: str, name: str, title: str, unknown: list[str]) -> Problem:
    near = difflib.get_close_matches(name, unknown, n=1) or difflib.get_close_matches(
        title, unknown, n=1
    )
    hint = f"; ist „{near[0]}“ gemeint?" if near else ""
    return Problem(
        file, "Spalte fehlt", f"Spalte „{title}“ (oder „{name}“) ergänzen{hint}", 1, title
    )


def _unknown(file: str, name: str, known: list[str]) -> Problem:
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"in „{near[0]}“ umbenennen" if near else "Spalte löschen oder richtig benennen"
    return Problem(file, "Spalte ist nicht bekannt", hint, 1, name)


def _length_problems(body: list[list[str]], width: int, file: str) -> list[Problem]:
    remedy = "Text mit Komma in Anführungszeichen setzen"
    return [
        Problem(file, f"{len(row)} Zellen statt {width}", remedy, row=number)
        for number, row in enumerate(body, start=2)
        if len(row) > width
    ]
