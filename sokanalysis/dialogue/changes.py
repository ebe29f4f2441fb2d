"""What a proposed change is: which cells, who says so and when, and what speaks against it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import Final, Literal

from sokanalysis.columns import Column, Table
from sokanalysis.dialogue.layout import Key, Texts
from sokanalysis.errors import Problem

Kind = Literal["geändert", "neu", "entfällt", "bestätigt"]

# Below a report of the provider: what was derived or assumed.
WEAKER: Final = ("geschaetzt", "angenommen")
REPORTED: Final = "gemeldet"

_FORMULA_SIGNS: Final = ("=", "+", "-", "@")
_URL: Final = re.compile(r"https?://\S+")
_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+\.\w+")
_PHONE: Final = re.compile(r"\b(?:0|\+49)[\d ]{2,7}[/ -]\s?\d{3,}|\bTel\.?\s*:?\s*\d")


@dataclass(frozen=True)
class Source:
    """Who says it.

    Provider, day (ISO, empty when nobody said it), file, place in it, state that was sent, and a
    name for what is said that stays when other files come or go.
    """

    provider_id: str
    provider: str
    date: str
    file: str
    place: str
    version: str
    code: str


@dataclass(frozen=True)
class Change:
    """One proposed change.

    Parameters
    ----------
    kind : Kind
        A cell changed, a row new, ended or confirmed.
    table : Table
        Of the region.
    key : Key
        Of the row; for a new one the number it would get.
    label : str
        Number in the sheet: „A001“, „neu 1“.
    name : str
        What people call the row, empty for sessions.
    cells : dict of str to (str, str)
        Column to old and new text; a removed row has all its columns with an empty new text.
    sources : tuple of Source
        At least one; several when providers say the same.
    doubts : tuple of str
        German reasons why it is not applied unless its number is accepted.
    number : int
        Place in the protocol, from 1; 0 before it is numbered.
    """

    kind: Kind
    table: Table
    key: Key
    label: str
    name: str
    cells: dict[str, tuple[str, str]]
    sources: tuple[Source, ...]
    doubts: tuple[str, ...] = ()
    number: int = 0

    @property
    def is_clear(self) -> bool:
        """Whether nothing speaks against applying it."""
        return not self.doubts

    @property
    def is_removal(self) -> bool:
        """Whether the row goes; an offer that ends stays as a past one."""
        return self.kind == "entfällt" and self.table.name != "offers"

    @property
    def slots(self) -> tuple[tuple[str, Key, str], ...]:
        """What it claims: two changes with a slot in common and other values contradict."""
        columns = self.cells if self.kind == "geändert" else [self.kind]
        return tuple((self.table.name, self.key, column) for column in columns)


@dataclass(frozen=True)
class Contradiction:
    """Two answers about the same thing that cannot both be right.

    ``statements`` are pairs of source and what it says, in the order of the files.
    """

    table: Table
    key: Key
    name: str
    column: str
    statements: tuple[tuple[Source, str], ...]


@dataclass
class Compared:
    """What one file changes.

    Parameters
    ----------
    changes : list of Change
        Not yet numbered.
    problems : list of Problem
        What was read but cannot be applied.
    marks : dict
        What was ticked, by table and key.
    open_rows : list of (str, Key)
        Rows without tick and without change.
    known_count : int
        Cells and rows that say what the tables say already.
    """

    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    marks: dict[tuple[str, Key], tuple[Source, str]] = field(default_factory=dict)
    open_rows: list[tuple[str, Key]] = field(default_factory=list)
    known_count: int = 0


def provenance(table: Table, row: Texts, sources: tuple[Source, ...]) -> Texts:
    """Return quality, source and dates of a row that providers have reported.

    Parameters
    ----------
    table : Table
        With or without a column ``source_date``; without it the day stands in the source.
    row : dict
        As it stands.
    sources : tuple of Source
        All with a date; the latest counts.

    Returns
    -------
    dict of str to str
        Columns to set. ``assured_date`` of an offer is only ever raised.
    """
    names = {column.name for column in table.columns}
    date = max(source.date for source in sources)
    told = f"Rückmeldung {' und '.join(dict.fromkeys(s.provider for s in sources))}"
    values = {"quality": REPORTED, "source": told}
    if "source_date" in names:
        values["source_date"] = date
    else:
        values["source"] = f"{told}, {german_date(date)}"
    if "assured_date" in names and row.get("assured_date", "") < date:
        values["assured_date"] = date
    return values


def german_date(date: str) -> str:
    """Write an ISO day as 20.11.2026; empty for empty."""
    return ".".join(reversed(date.split("-")))


def code_of(*said: object) -> str:
    """Name something said in ten characters; the same words, the same name."""
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:10]


def effects(table: Table, row: Texts, changes: list[Change]) -> Texts:
    """Return the cells of a row after its changes, quality and source included.

    A row that is only confirmed keeps a documented source: it is the better one.

    Parameters
    ----------
    table : Table
        Of the row.
    row : dict
        As it stands; empty for a new one.
    changes : list of Change
        Of this row, none a removal, all with a date.

    Returns
    -------
    dict of str to str
        Cells that are set, those that stay the same left out.
    """
    said = {name: new for change in changes for name, (_, new) in change.cells.items()}
    sources = tuple(source for change in changes for source in change.sources)
    told = provenance(table, row | said, sources)
    if not said and row["quality"] not in (REPORTED, *WEAKER):
        told = {name: text for name, text in told.items() if name == "assured_date"}
    return {name: text for name, text in (told | said).items() if row.get(name, "") != text}


def text_doubts(text: str, column: Column) -> list[str]:
    """Return what speaks against a text from outside: formulas, addresses of persons."""
    if column.kind != "text" or column.references:
        return []
    doubts = []
    if text.startswith(_FORMULA_SIGNS):
        doubts.append(f"Beginnt mit „{text[0]}“: Excel könnte es als Formel lesen.")
    bare = _URL.sub("", text)
    if _MAIL.search(bare) or _PHONE.search(bare):
        doubts.append("Sieht nach E-Mail-Adresse oder Telefonnummer aus.")
    return doubts
