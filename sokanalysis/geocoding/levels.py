"""What a place can be matched with, from the very house to a stop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sokanalysis.geocoding.addresses import house_numbers
from sokanalysis.geocoding.place_names import place_keys
from sokanalysis.geocoding.spelling import key, likeness, street_words, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sokanalysis.geocoding.register import Entry, Gazetteer, Index, Words

# How far from its middle a house or building, a stop and a street may be told of.
HOUSE_M: Final = 250.0
STOP_M: Final = 500.0
STREET_M: Final = 1500.0


@dataclass(frozen=True)
class Query:
    """What is looked for, in which municipality.

    Parameters
    ----------
    ags : str
        Municipality.
    parts : frozenset of str
        Keys of villages or parts of a town in which it lies; empty for all.
    street : tuple of str
        Words of the street; empty where none is named.
    street_text, house_text : str
        As written.
    houses : frozenset of str
        Single houses of the number.
    postal_code : str
        Five digits or empty.
    names : tuple
        Words and text of each name that it may have.
    is_readable : bool
        Whether its address says anything, or is empty.
    """

    ags: str
    parts: frozenset[str]
    street: Words
    street_text: str
    houses: frozenset[str]
    house_text: str
    postal_code: str
    names: tuple[tuple[Words, str], ...]
    is_readable: bool


@dataclass(frozen=True)
class Hit:
    """An entry that fits, how alike it is spelled, and what it was asked as, in words and text."""

    entry: Entry
    similarity: float
    words: Words
    asked: str


@dataclass(frozen=True)
class Level:
    """One kind of match.

    Parameters
    ----------
    find : callable
        From query, gazetteer and whether only exact spelling counts to hits.
    score : float
        Of an exact match.
    quality : str
        The best that such a match can be.
    spread_m : float
        Entries farther from their middle are not one thing.
    is_named : bool
        Whether it goes by the name of a building.
    shown : callable
        From an entry to German text.
    """

    find: Callable[[Query, Gazetteer, bool], list[Hit]]
    score: float
    quality: str
    spread_m: float
    is_named: bool
    shown: Callable[[Entry], str]


def _alike(index: Index, query: Query, asked: Words, text: str, is_exact: bool) -> Iterator[Hit]:
    """Yield what is spelled so, or similarly, where it is said to lie."""
    here = index.get(query.ags, {})
    groups = [here.get(key(asked), [])] if is_exact else here.values()
    for spelled, village, entry in (row for group in groups for row in group):
        similarity = likeness(asked, spelled)
        if similarity < (1 if is_exact else 0.01) or not lies_right(query, village, entry):
            continue
        yield Hit(entry, similarity, asked, text)


def lies_right(query: Query, village: str, entry: Entry) -> bool:
    """Tell whether an entry lies where it should; a village in its name has to be meant."""
    both = query.postal_code and entry.postal_code
    if both and query.postal_code != entry.postal_code:
        return False
    places = place_keys(entry.near) | {village}
    return query.parts <= places and (not village or village in query.parts)


def _in_street(query: Query, gazetteer: Gazetteer, is_exact: bool) -> Iterator[Hit]:
    if query.street:
        yield from _alike(gazetteer.by_street, query, query.street, query.street_text, is_exact)


def _with_name(query: Query, gazetteer: Gazetteer, is_exact: bool) -> Iterator[Hit]:
    for asked, text in query.names:
        yield from _alike(gazetteer.by_name, query, asked, text, is_exact)


def _has_house(query: Query, entry: Entry) -> bool:
    return bool(query.houses & house_numbers(entry.house_number))


def _houses(query: Query, gazetteer: Gazetteer, is_exact: bool) -> list[Hit]:
    hits = _in_street(query, gazetteer, is_exact)
    return [hit for hit in hits if not _is_stop(hit) and _has_house(query, hit.entry)]


def _buildings(query: Query, gazetteer: Gazetteer, is_exact: bool) -> list[Hit]:
    hits = _with_name(query, gazetteer, is_exact)
    return [hit for hit in hits if not _is_stop(hit) and not _moved(query, hit.entry)]


def _moved(query: Query, entry: Entry) -> bool:
    """Tell whether a building of that name has another address than the one asked for."""
    if not (query.street and entry.street):
        return False
    has_numbers = bool(query.houses and entry.house_number)
    is_other_street = likeness(query.street, street_words(entry.street)) == 0
    return is_other_street or (has_numbers and not _has_house(query, entry))


def _streets(query: Query, gazetteer: Gazetteer, is_exact: bool) -> list[Hit]:
    hits = [hit for hit in _in_street(query, gazetteer, is_exact) if not _is_stop(hit)]
    # „Ruppersdorf 96“ has the village for a street, which is no nearer than the village.
    return [hit for hit in hits if key(words(hit.entry.street)) not in place_keys(hit.entry.town)]


def _named_stops(query: Query, gazetteer: Gazetteer, is_exact: bool) -> list[Hit]:
    return [hit for hit in _with_name(query, gazetteer, is_exact) if _is_stop(hit)]


def _street_stops(query: Query, gazetteer: Gazetteer, is_exact: bool) -> list[Hit]:
    return [hit for hit in _in_street(query, gazetteer, is_exact) if _is_stop(hit)]


def _is_stop(hit: Hit) -> bool:
    return hit.entry.kind == "haltestelle"


# The scores order the kinds of match; they are no probabilities.
LEVELS: Final = (
    Level(_houses, 1.0, "gebaeude", HOUSE_M, False,
          lambda e: f"Haus {e.street} {e.house_number} in {e.town}"),
    Level(_buildings, 0.9, "gebaeude", HOUSE_M, True, lambda e: f"Gebäude „{e.name}“ in {e.town}"),
    Level(_streets, 0.7, "strasse", STREET_M, False, lambda e: f"Straße „{e.street}“ in {e.town}"),
    Level(_named_stops, 0.6, "strasse", STOP_M, True, lambda e: f"Haltestelle „{e.label}“"),
    Level(_street_stops, 0.6, "strasse", STREET_M, False, lambda e: f"Haltestelle „{e.label}“"),
)  # fmt: skip
