"""New rows: are they really new, what number do they get, where is a new site."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sokanalysis.columns import Table
from sokanalysis.dialogue import layout
from sokanalysis.dialogue.answers import Answer
from sokanalysis.dialogue.changes import Source
from sokanalysis.dialogue.layout import Key, Rows, Texts
from sokanalysis.read.cells import plain
from sokanalysis.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.dialogue.returned import Returned
    from sokanalysis.region import Region

# How people tell two rows apart that have no number yet.
_IDENTITY: Final = {
    "offers": ("provider_id", "name"),
    "sites": ("name", "place"),
    "offer_sites": ("offer_id", "site_id"),
    "sessions": ("offer_id", "site_id", "weekdays", "start_time"),
}
_FIRST_KEYS: Final = {"offers": "A001", "sites": "O001", "sessions": "S001"}
_NUMBERED: Final = re.compile(r"(.*?)(\d+)")


@dataclass(frozen=True)
class Added:
    """A new row: its key, what is known beyond what was said, and what speaks against it.

    ``standing`` is the row of today when it is not new at all.
    """

    key: Key
    standing: Texts | None = None
    derived: Texts = field(default_factory=dict)
    doubts: tuple[str, ...] = ()


class Additions:
    """Today's rows, and the new ones announced so far.

    Parameters
    ----------
    region : Region
        As it stands today.
    log : list of dict
        What was accepted before, as `read.records.read_log` gives it.
    """

    def __init__(self, region: Region, log: Iterable[dict[str, str]]) -> None:
        lines = list(log)
        self.rows: Rows = {
            name: layout.texts(getattr(region, name), TABLES[name]) for name in layout.BLANK_COUNTS
        }
        self._done = {line["Kennung"] for line in lines}
        self._given = {
            (line["Träger-Nr."], line["Stand"], line["Tabelle"], line["Zeile"]): line["Schlüssel"]
            for line in lines
            if line["Art"] == "neu"
        }
        self._places = _places(region)
        self._keys = {name: [key[0] for key in self.rows[name]] for name in _FIRST_KEYS}
        # A number that was given once is not given again, even when its row is gone.
        for line in lines:
            if line["Tabelle"] in self._keys:
                self._keys[line["Tabelle"]].append(line["Schlüssel"])
        self._announced: dict[tuple[str, Key], Key] = {}
        self._labels: dict[tuple[str, str, str], str] = {}

    def is_done(self, source: Source) -> bool:
        """Tell whether this was accepted before, from a sheet of the same state."""
        return bool(source.version) and source.code in self._done

    def remember(self, found: Returned, answer: Answer) -> None:
        """Let the rows of a file name a row that was accepted from it before."""
        given = (found.provider_id, found.version, answer.table.name, answer.label)
        self._labels[found.file, answer.table.name, answer.label] = self._given[given]

    def name(self, table: Table, key: Key) -> str:
        """Return what people call a row; for a session and a link what its offer is called."""
        row = self.rows[table.name].get(key, {})
        offer = self.rows["offers"].get((row.get("offer_id", ""),), {})
        return layout.name_of(row) or layout.name_of(offer)

    def own_offers(self, provider_id: str) -> set[str]:
        """Return the numbers of a provider's offers."""
        rows = self.rows["offers"].items()
        return {key[0] for key, row in rows if row["provider_id"] == provider_id}

    def resolve(self, found: Returned, table: str, text: str) -> str | None:
        """Return the number that a cell names: of a row of today or of a new one in the file."""
        announced = self._labels.get((found.file, table, text))
        if announced is not None:
            return announced
        if table == "offers" and text not in self.own_offers(found.provider_id):
            return None
        return text if (text,) in self.rows[table] else None

    def add(self, found: Returned, answer: Answer, values: Texts) -> Added:
        """Give a new row its number, or find the row that it is.

        Parameters
        ----------
        found : Returned
            The file.
        answer : Answer
            The row.
        values : dict
            Its cells with references as numbers.
        """
        name = answer.table.name
        derived = {"provider_id": found.provider_id} if name == "offers" else {}
        who = _identity(name, values | derived)
        for key, row in self.rows[name].items():
            if _identity(name, row) == who:
                self._labels[found.file, name, answer.label] = key[0]
                return Added(key, standing=row)
        key = self._announced.get((name, who)) or self._next(answer.table, values)
        self._announced[name, who] = key
        self._labels[found.file, name, answer.label] = key[0]
        if len(answer.table.key) == 1:
            derived |= dict(zip(answer.table.key, key, strict=True))
        if name == "sites" and not {"lat", "lon"} & set(values):
            located = self._places.get(_folded(values.get("place", "")))
            missing = "Die Lage ist nicht bekannt: Breite, Länge und Genauigkeit eintragen."
            return Added(key, None, derived | (located or {}), () if located else (missing,))
        return Added(key, None, derived)

    def _next(self, table: Table, values: Texts) -> Key:
        """Return the number after the highest one; a link is named by what it links."""
        if len(table.key) > 1:
            return tuple(values.get(name, "") for name in table.key)
        taken = self._keys[table.name]
        numbered = [found for key in taken if (found := _NUMBERED.fullmatch(key))]
        if numbered:
            last = max(numbered, key=lambda found: int(found[2]))
            key = f"{last[1]}{int(last[2]) + 1:0{len(last[2])}d}"
        else:
            key = _FIRST_KEYS[table.name]
        taken.append(key)
        return (key,)


def _identity(table: str, row: Texts) -> Key:
    parts = [row.get(name, "") for name in _IDENTITY[table]]
    return tuple(";".join(sorted(_folded(part).split(";"))) for part in parts)


def _folded(text: str) -> str:
    return " ".join(plain(text).casefold().split())


def _places(region: Region) -> dict[str, Texts]:
    """Return position and municipality by name of place, where only one place has the name.

    A municipality comes before a settlement of the same name.
    """
    places: dict[str, Texts] = {}
    for name in ("settlements", "municipalities"):
        rows = layout.texts(getattr(region, name), TABLES[name]).values()
        names = [_folded(row["name"]) for row in rows]
        for row in rows:
            if names.count(_folded(row["name"])) == 1:
                position = {column: row[column] for column in ("ags", "lat", "lon")}
                places[_folded(row["name"])] = position | {"geocoding": "ort"}
    return places
