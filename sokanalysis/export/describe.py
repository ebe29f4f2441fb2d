"""What an exported table is: columns with German titles, units and notes, source and basis."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import yaml

from sokanalysis.codes import DAY_TYPES, FIELDS, QUALITIES, STATE_TITLES
from sokanalysis.columns import Column
from sokanalysis.demand import NEEDS
from sokanalysis.schema import TABLES

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator

    import pandas as pd

SECRET: Final = "geheim"
SECRET_NOTE: Final = (
    "„geheim“ heißt: zum Schutz einzelner Menschen nicht gezeigt. Das sind kleine Personenzahlen "
    "und so viele andere, dass sich keine kleine ausrechnen lässt; was geheim ist, muss nicht "
    "klein sein."
)
ORIGINS: Final = {
    "bestand": "Bestandsaufnahme aus öffentlichen Quellen",
    "schaetzung": "eigene Schätzung aus der Zahl der Ausländerinnen und Ausländer",
    "rechnung": "eigene Berechnung",
    "luecken": "eigene Berechnung mit geschätztem Bedarf",
}
_HINT: Final = "_hinweis"
_LISTS: Final = {
    "state": STATE_TITLES, "field": FIELDS, "day_type": DAY_TYPES, "quality": QUALITIES,
    "need": {need: entry.title for need, entry in NEEDS.items()},
}  # fmt: skip
# What cells of the district's tables become: codes their labels, lists and times text.
_KINDS: Final = {"code": "text", "codes": "text", "time": "text"}


@dataclass(frozen=True)
class TableText:
    """What is said about a table, before anything is computed.

    Parameters
    ----------
    name : str
        Of the file, the layer or the part of it; ASCII.
    title, description : str
        German; a sheet bears the title.
    origin : str
        Key of `ORIGINS`.
    columns : tuple of Column
        In order, without the columns of hints.
    key : tuple of str
        Columns that tell rows apart; empty when there are none.
    geometry : str
        "area", "point" or empty.
    withheld : frozenset of str
        Columns in which a cell may be withheld.
    sources : dict of str to str
        By column that comes from one of the district's tables, ``table.column``: where its
        codes are listed.
    """

    name: str
    title: str
    description: str
    origin: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    geometry: str
    withheld: frozenset[str]
    sources: dict[str, str]


@dataclass(frozen=True)
class Result:
    """A table ready to be written.

    Parameters
    ----------
    text : TableText
        What it is.
    rows : DataFrame
        The columns of `fields` in order, and ``geometry`` (EPSG:4326) for a layer. Missing is
        what is not known, and what is withheld where the hint beside it says `SECRET`.
    source : str
        German, with date.
    basis : tuple of str
        Assumptions that it rests on, German.
    reference_date : date
        Of the data.
    """

    text: TableText
    rows: pd.DataFrame
    source: str
    basis: tuple[str, ...]
    reference_date: dt.date

    @property
    def fields(self) -> tuple[Column, ...]:
        """The columns with a column of hints beside each that may be withheld."""
        return tuple(self._fields())

    def cells(self, name: str) -> list[Any]:
        """Return the cells of a column as plain Python values, missing ones as pandas has them."""
        return list(self.rows[name].tolist())

    def _fields(self) -> Iterator[Column]:
        for column in self.text.columns:
            yield column
            if column.name in self.text.withheld:
                yield Column(hint(column.name), f"{column.title} – Hinweis", note=SECRET_NOTE)


def hint(name: str) -> str:
    """Return the name of the column that says why a cell is empty."""
    return f"{name}{_HINT}"


@cache
def table_texts() -> dict[str, TableText]:
    """Return what is said about every table, by name, in the order of ``tables.yaml``."""
    entries = _read("tables.yaml")
    return {name: _table_text(name, entry) for name, entry in entries.items()}


def _table_text(name: str, entry: dict[str, Any]) -> TableText:
    named = [part for pattern in entry["columns"] for part in _spelled(pattern)]
    columns = [_column(part) for part in named]
    return TableText(
        name, entry["title"], entry["description"], entry["origin"], tuple(columns),
        tuple(entry.get("key", ())), entry.get("geometry", ""),
        frozenset(part for pattern in entry.get("withheld", ()) for part in _spelled(pattern)),
        {column.name: part for column, part in zip(columns, named, strict=True) if "." in part},
    )  # fmt: skip


def _column(name: str) -> Column:
    """Return a column of ``columns.yaml``, or of the district's tables as it is exported."""
    if "." not in name:
        return _columns()[name]
    table, _, column = name.partition(".")
    given = TABLES[table].column(column)
    kind: Any = _KINDS.get(given.kind, given.kind)
    return Column(given.name, given.title, kind, given.unit, note=given.note)


@cache
def _columns() -> dict[str, Column]:
    columns = {}
    for pattern, entry in _read("columns.yaml").items():
        for name, titles in _filled(pattern).items():
            words = {part: str(text).format(**titles) for part, text in entry.items()}
            columns[name] = Column(name, **words)  # type: ignore[arg-type]  # kinds as text
    return columns


def _spelled(pattern: str) -> list[str]:
    return list(_filled(pattern))


def _filled(pattern: str) -> dict[str, dict[str, str]]:
    """Return every name that a pattern stands for, with the titles of what is filled in."""
    found: dict[str, dict[str, str]] = {pattern: {}}
    for part, titles in _LISTS.items():
        if f"{{{part}}}" in pattern:
            found = {
                name.replace(f"{{{part}}}", key): told | {part: title}
                for name, told in found.items()
                for key, title in titles.items()
            }
    return found


def _read(name: str) -> dict[str, Any]:
    text = files("sokanalysis.export").joinpath(name).read_text(encoding="utf-8")
    entries: dict[str, Any] = yaml.safe_load(text)
    return entries
