"""Entries of Integreat that may become offers, each under a key that stays, and all others."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from sokanalysis.integreat.api import BASE_URL, Entry, Saved
from sokanalysis.integreat.kinds import offer_kind
from sokanalysis.integreat.left_out import LeftOut
from sokanalysis.integreat.places import number, place_key, word
from sokanalysis.integreat.texts import link
from sokanalysis.integreat.times import LOCAL

WEB_URL: Final = "https://integreat.app"
PLACE: Final = "Ort"
EVENT: Final = "Veranstaltung"
PAGE: Final = "Seite"
PORTAL: Final = "Portal"


@dataclass(frozen=True)
class Candidate:
    """An entry that may become an offer.

    Parameters
    ----------
    entry : str
        `PLACE` or `EVENT`.
    key : str
        ``O`` or ``V`` and Integreat's number; ``W`` and that of the recurrence where an older
        server gives the event none.
    entries : tuple of dict
        What Integreat has under this number; several dates of one event are several entries.
    site : dict
        The location's own entry, empty when Integreat does not list it.
    """

    entry: str
    key: str
    entries: tuple[Entry, ...]
    site: Entry

    @property
    def given(self) -> Entry:
        """The entry that speaks for all."""
        return self.entries[0]

    @property
    def offer_id(self) -> str:
        """The key of the offer that it becomes."""
        return f"I-{self.key}"

    @property
    def title(self) -> str:
        """What it is called, without contacts."""
        return word(self.given.get("title"))

    @property
    def category(self) -> str:
        """What a place is filed under; empty for events."""
        category = self.given.get("category")
        return word(category.get("name")) if isinstance(category, dict) else ""

    @property
    def source(self) -> str:
        """The page; without one the number at Integreat."""
        return page_link(self.given) or f"Integreat, {self.entry} {self.key}"

    @property
    def source_date(self) -> str:
        """The day of the last change as YYYY-MM-DD; empty when it is not known."""
        return max(changed_on(entry) for entry in self.entries)

    def left(self, reason: str, detail: str = "", *, is_taken_over: bool = False) -> LeftOut:
        """Say why it, or a part of it, is not taken over."""
        given = self.given.get("location")
        town = word(given.get("town")) if isinstance(given, dict) else ""
        address = page_link(self.given)
        return LeftOut(
            self.entry, self.key, self.title, town, reason, detail, address, is_taken_over
        )


def candidates(saved: Saved) -> Iterator[Candidate]:
    """Yield places and events ordered by key; dates of one event are together.

    An entry without a number has an empty key.
    """
    places: dict[str, list[Entry]] = defaultdict(list)
    for entry in _ordered(saved.locations):
        places[place_key(entry)].append(entry)
    for key, entries in sorted(places.items()):
        yield from (Candidate(PLACE, key, (entry,), entry) for entry in entries)
    for key, entries in sorted(_by_event(saved.events).items()):
        shared = [tuple(entries)] if key else [(entry,) for entry in entries]
        for together in shared:
            yield Candidate(EVENT, key, together, places.get(place_key(together[0]), [{}])[0])


def _ordered(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries in an order that does not depend on that of the answer."""
    return sorted(entries, key=lambda entry: json.dumps(entry, sort_keys=True))


def _by_event(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Put the dates of each event together; older servers number the first date only."""
    numbers = [(_event(entry, "id"), _event(entry, "recurrence_id")) for entry in entries]
    events = {recurrence: event for event, recurrence in sorted(numbers, reverse=True) if event}
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in _ordered(entries):
        event, recurrence = _event(entry, "id"), _event(entry, "recurrence_id")
        event = event or (events.get(recurrence, "") if recurrence else "")
        found[f"V{event}" if event else f"W{recurrence}" if recurrence else ""].append(entry)
    return found


def _event(entry: Entry, name: str) -> str:
    event = entry.get("event")
    return number(event.get(name)) if isinstance(event, dict) else ""


def page_link(entry: Entry) -> str:
    """Return the address of an entry's page for people; empty when it has none."""
    address, path = entry.get("url"), entry.get("path")
    found = link(address) if isinstance(address, str) else ""
    is_for_editors = urlsplit(found).hostname == urlsplit(BASE_URL).hostname
    if (is_for_editors or not found) and isinstance(path, str) and path.startswith("/"):
        return link(WEB_URL + path) or found
    return found


def changed_on(entry: Entry) -> str:
    """Return the day of an entry's last change as YYYY-MM-DD; empty when it is not known."""
    for text in (entry.get("last_updated"), entry.get("modified_gmt")):
        try:
            moment = dt.datetime.fromisoformat(str(text))
            # Without a time zone it is Greenwich mean time, as the name of the older field says.
            aware = moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
            return f"{aware.astimezone(LOCAL):%Y-%m-%d}"
        except (ValueError, OverflowError):
            continue
    return ""


def pages(saved: Saved) -> Iterator[LeftOut]:
    """Yield the pages: texts that an analyst may have to read."""
    for entry in saved.pages:
        title, times = word(entry.get("title")), word(entry.get("content"))
        words = ", ".join(offer_kind(title).words)
        reason = "seite" if times or words else "nur_text"
        yield LeftOut(
            PAGE, number(entry.get("id")), title, "", reason, times or words, page_link(entry)
        )


def portals(saved: Saved) -> Iterator[LeftOut]:
    """Yield what Integreat calls offers: portals elsewhere, none of them an offer on site."""
    for entry in saved.offers:
        address = entry.get("url")
        target = link(address) if isinstance(address, str) else ""
        name = word(entry.get("name"))
        yield LeftOut(PORTAL, word(entry.get("alias")), name, "", "portal", "", target)
