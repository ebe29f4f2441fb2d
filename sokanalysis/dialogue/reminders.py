"""Whom to remind of what: silent providers, rows without an answer, questions still open."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sokanalysis.codes import CURRENT_STATUSES
from sokanalysis.dialogue import layout
from sokanalysis.dialogue.layout import Key, Rows, Texts
from sokanalysis.schema import OFFERS, TABLES

if TYPE_CHECKING:
    from sokanalysis.columns import Table
    from sokanalysis.dialogue.changes import Compared
    from sokanalysis.dialogue.returned import Returned
    from sokanalysis.region import Region


@dataclass
class Reminders:
    """What nobody answered.

    Parameters
    ----------
    silent : list of str
        Names of providers with offers today from whom no readable sheet came.
    open_rows : list of (str, Table, Key, str)
        Provider, table, key and name of rows without tick and without change. A site that
        another provider answered for is not among them, nor are offers that have ended.
    open_questions : list of (str, str, list of str)
        Provider, offer and the German titles of what is still unknown.
    """

    silent: list[str] = field(default_factory=list)
    open_rows: list[tuple[str, Table, Key, str]] = field(default_factory=list)
    open_questions: list[tuple[str, str, list[str]]] = field(default_factory=list)


def reminders(
    region: Region, returned: list[Returned], compared: list[Compared], rows: Rows
) -> Reminders:
    """Collect what is to be asked again; ``compared`` belongs to the files that were read."""
    read = [found for found in returned if found.is_read]
    answered = {found.provider_id for found in read}
    asked = region.providers[
        region.providers["provider_id"].isin(region.current_offers["provider_id"])
    ]
    silent = asked[~asked["provider_id"].isin(answered)]["name"].tolist()
    told = {(name, key) for one in compared for name, key in one.marks}
    told |= {(c.table.name, c.key) for one in compared for c in one.changes}
    ended = {c.key for one in compared for c in one.changes if c.kind == "entfällt"}
    open_rows = {
        (found.provider, name, key): None
        for found, one in zip(read, compared, strict=True)
        for name, key in one.open_rows
        if (name, key) not in told and _is_current(name, rows[name][key], rows, ended)
    }
    return Reminders(
        silent,
        [(who, TABLES[name], key, _name(rows[name][key], rows)) for who, name, key in open_rows],
        _open_questions(
            read, compared, rows, {key for name, key in told if name == "offers"} - ended
        ),
    )


def _is_current(table: str, row: Texts, rows: Rows, ended: set[Key]) -> bool:
    """Tell whether a row matters today: not the sessions and links of an offer that has ended."""
    offer = row if table == "offers" else rows["offers"].get((row.get("offer_id", ""),))
    if offer is None:
        return True
    return offer["status"] in CURRENT_STATUSES and (offer["offer_id"],) not in ended


def _name(row: Texts, rows: Rows) -> str:
    offer = rows["offers"].get((row.get("offer_id", ""),), {})
    return layout.name_of(row) or layout.name_of(offer)


def _open_questions(
    read: list[Returned], compared: list[Compared], rows: Rows, answered: set[Key]
) -> list[tuple[str, str, list[str]]]:
    """List what providers left unknown about the offers that they did answer for."""
    found = []
    said = {
        (change.key, name)
        for one in compared
        for change in one.changes
        if change.table is OFFERS
        for name in change.cells
    }
    for provider_id, provider in dict.fromkeys((one.provider_id, one.provider) for one in read):
        for key, row in rows["offers"].items():
            titles = [
                column.title
                for column in OFFERS.columns
                if layout.is_asked(OFFERS, column.name, row) and (key, column.name) not in said
            ]
            if row["provider_id"] == provider_id and titles and key in answered:
                found.append((provider, f"{key[0]} „{row['name']}“", titles))
    return found
