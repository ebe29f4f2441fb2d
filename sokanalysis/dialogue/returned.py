"""Read feedback sheets that came back, damaged or not: every cell is read or listed."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.columns import Column
from sokanalysis.dialogue import layout
from sokanalysis.dialogue.answers import Answer, RowReader
from sokanalysis.dialogue.layout import Key, Rows
from sokanalysis.dialogue.matching import match
from sokanalysis.errors import Problem
from sokanalysis.read.cells import cell_text, plain, text_of
from sokanalysis.read.convert import convert
from sokanalysis.read.workbook import Book, Sheet, read_workbook
from sokanalysis.schema import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from sokanalysis.region import Region

_DATE: Final = Column("date", layout.DATE_LABEL, "date")


@dataclass
class Returned:
    """What one file says.

    Parameters
    ----------
    file : str
        Its name, with the folders below the one that was read.
    provider_id, provider : str
        Whose sheet it is; empty when that cannot be told, and then nothing was read.
    version : str
        State of the rows that was sent; empty when the hidden sheet is lost.
    date : str
        Day of the answer, ISO; empty when neither the sheet nor the reader says it.
    sent : dict or None
        What was sent, by table, key and column; None when the hidden sheet is lost.
    answers : list of Answer
        One a row that was read, in the order of the sheets.
    unseen : list of (str, Key)
        Rows that were sent and did not come back; not a sign that they end.
    problems : list of Problem
        What could not be read, with its cell.
    remarks : list of str
        What people wrote beside the columns, with its place.
    """

    file: str
    provider_id: str = ""
    provider: str = ""
    version: str = ""
    date: str = ""
    sent: Rows | None = None
    answers: list[Answer] = field(default_factory=list)
    unseen: list[tuple[str, Key]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_read(self) -> bool:
        """Whether the file is a sheet of this district and was read."""
        return bool(self.provider_id)


def read_folder(folder: Path, region: Region, date: str = "") -> list[Returned]:
    """Read all files of a folder and its subfolders, in the order of their names.

    Hidden files and those that Excel puts beside an open workbook (``~$…``) are passed over.

    Parameters
    ----------
    folder : Path
        With the returned files.
    region : Region
        As it stands today.
    date : str
        Day of the answers, ISO, for sheets that do not say it themselves.

    Returns
    -------
    list of Returned
        One a file, unreadable ones included. Empty for an empty folder.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        read_returned(path, region, date, path.relative_to(folder).as_posix())
        for path in files
        if not path.name.startswith((".", "~$"))
    ]


def read_returned(path: Path, region: Region, date: str = "", name: str = "") -> Returned:
    """Read one returned file; see `read_folder` for the parameters.

    Messages call the file by ``name``, or by its own where nothing is given.

    Returns
    -------
    Returned
        Never raises for what people do to a sheet; what is wrong stands in ``problems``.
    """
    found = Returned(name or path.name)
    book, found.problems = read_workbook(path, found.file)
    if book is None:
        return found
    _identify(found, book, region)
    if found.is_read:
        _read_first_sheet(found, book, date)
        _read_tables(found, book, region)
    return found


def _identify(found: Returned, book: Book, region: Region) -> None:
    """Say whose sheet it is and what was sent: from the hidden sheet, or else from the numbers."""
    hidden = [sheet for sheet in book.sheets if sheet.title == layout.HIDDEN_SHEET]
    told = _hidden_rows(hidden[0]) if hidden else []
    facts = {row[0]: row[1] for row in told if len(row) == 2}
    here = layout.region_id(region)
    if facts.get("region", here) != here:
        message = f"gehört zum Kreis {facts['region']}, gelesen wird {here}"
        found.problems.append(Problem(found.file, message, "in den Ordner jenes Kreises legen"))
        return
    found.provider_id = facts.get("provider") or _provider_by_key(book)
    names = region.providers.set_index("provider_id")["name"]
    if found.provider_id not in names.index:
        message = "ist kein Rückmeldebogen dieses Kreises: Es steht keine bekannte Träger-Nr. darin"
        remedy = "den Bogen neu ausgeben oder die Angaben von Hand eintragen"
        found.problems.append(Problem(found.file, message, remedy, value=found.provider_id))
        found.provider_id = ""
        return
    found.provider = str(names[found.provider_id])
    found.sent, found.version = _sent(told), facts.get("version", "")
    _say_age(found, facts, region)


def _hidden_rows(sheet: Sheet) -> list[list[str]]:
    rows: dict[int, list[str]] = {}
    for (row, _), cell in sheet.cells.items():
        rows.setdefault(row, []).append(str(cell.value))
    return list(rows.values())


def _provider_by_key(book: Book) -> str:
    """Return the number on the provider's own sheet; empty when there is none."""
    table = TABLES["providers"]
    for sheet in book.sheets:
        found = match(sheet, "")
        if found and found.table is table and found.has_key:
            [place] = [p for p, name in found.columns.items() if name == "provider_id"]
            below = [
                c
                for (row, p), c in sheet.cells.items()
                if p == place and row > max(found.head_rows)
            ]
            return plain(str(below[0].value)) if below else ""
    return ""


def _sent(told: list[list[str]]) -> Rows | None:
    """Return what was sent; None when the hidden sheet is lost or was changed by hand."""
    rows: Rows = {name: {} for name in layout.BLANK_COUNTS}
    try:
        for table, key, column, text in [row for row in told if len(row) == 4]:
            rows[table].setdefault(tuple(json.loads(key)), {})[column] = json.loads(text)
    except (ValueError, KeyError, TypeError):
        return None
    return rows if rows["providers"] else None


def _say_age(found: Returned, facts: dict[str, str], region: Region) -> None:
    if found.sent is None:
        message = "Das verborgene Blatt fehlt; verglichen wird mit dem heutigen Stand"
        remedy = "jede Änderung prüfen: Sie kann ein alter Stand sein"
        found.problems.append(Problem(found.file, message, remedy))
        return
    today = layout.version(found.provider_id, layout.own_texts(region, found.provider_id))
    if facts.get("format") != layout.FORMAT or found.version != today:
        message = "Der Bogen ist nicht vom heutigen Stand; seither hat sich etwas geändert"
        remedy = "verglichen wird mit dem, was verschickt war; Überholtes ist gekennzeichnet"
        found.problems.append(Problem(found.file, message, remedy))


def _read_first_sheet(found: Returned, book: Book, date: str) -> None:
    """Take the day of the answer and the free words from the first sheet."""
    said = {}
    for sheet in book.sheets:
        for (row, column), cell in sheet.cells.items():
            label = plain(str(cell.value))
            if column == 1 and label in (layout.DATE_LABEL, layout.WORDS_LABEL):
                beside = sheet.cells.get((row, 2))
                said[label] = beside.value if beside else None
    text = cell_text(said.get(layout.DATE_LABEL), _DATE, is_from_1904=book.is_from_1904)
    place = f"{found.file}, Blatt „{layout.FIRST_SHEET}“"
    values, problems = convert(pd.Series([text], dtype="str"), _DATE, place)
    found.problems += problems
    found.date = text_of(values.iloc[0], _DATE) or date
    if not found.date:
        message = "Es steht nirgends, wann der Bogen ausgefüllt wurde"
        found.problems.append(Problem(found.file, message, "mit --datum angeben"))
    words = plain(str(said.get(layout.WORDS_LABEL) or ""))
    if words:
        found.remarks.append(f"{place}: {words}")


def _read_tables(found: Returned, book: Book, region: Region) -> None:
    own = layout.own_texts(region, found.provider_id)
    reader = RowReader(found.file, own, found.sent or own, book.is_from_1904)
    for sheet in book.sheets:
        if sheet.title in (layout.FIRST_SHEET, layout.HIDDEN_SHEET, layout.LIST_SHEET):
            continue
        matched = match(sheet, found.file)
        if matched is None:
            found.remarks += _all_cells(found.file, sheet)
        else:
            reader.read(sheet, matched)
    for name in layout.BLANK_COUNTS:
        if name not in reader.tables:
            message = f"Das Blatt „{TABLES[name].title}“ fehlt"
            found.problems.append(Problem(found.file, message, "die Angaben beim Träger erfragen"))
    found.answers = reader.answers
    found.problems += reader.problems
    found.remarks += reader.remarks
    found.unseen = [
        (name, key) for name, rows in reader.sent.items() for key in rows
        if (name, key) not in reader.seen
    ]  # fmt: skip


def _all_cells(file: str, sheet: Sheet) -> list[str]:
    """List a sheet that belongs to no table, row by row."""
    rows: dict[int, list[str]] = {}
    for (row, _), cell in sheet.cells.items():
        if cell.value is not None:
            rows.setdefault(row, []).append(plain(str(cell.value)))
    place = f"{file}, zusätzliches Blatt „{sheet.title}“, Zeile"
    return [f"{place} {row}: {' | '.join(texts)}" for row, texts in rows.items()]
