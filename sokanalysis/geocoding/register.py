"""What is known by name or address, by municipality, and how it is asked for."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sokanalysis.geocoding.place_names import PlaceName, can_be, place_name
from sokanalysis.geocoding.spelling import key, name_words, street_words, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

Words = tuple[str, ...]
# By municipality and what `spelling.key` makes of the words; with the village that is named.
Index = dict[str, dict[str, list[tuple[Words, str, "Entry"]]]]

OPENSTREETMAP: Final = "OpenStreetMap"
# How exact a position may be; the middle of a place says no more than the place itself.
PRECISE: Final = ("gebaeude", "strasse")
TAIL_MAX: Final = 6  # words in a place's name, „Lausnitz bei Neustadt an der Orla“
# „Café am Kloster“ is not in the village of Kloster, „Schule in Kloster“ is.
_ARTICLES: Final = {
    "am", "im", "zum", "zur", "an", "der", "beim", "bei", "auf", "dem", "den", "vom",
}  # fmt: skip


@dataclass(frozen=True, order=True)
class Entry:
    """Something that can be found by its name or its address.

    Parameters
    ----------
    kind : str
        ``adresse``, ``gebaeude``, ``strasse`` or ``haltestelle``.
    label : str
        How people call it, in German.
    name, street, house_number, postal_code : str
        Empty where it has none.
    ags : str
        Municipality in which it lies.
    near : str
        Nearest settlement there, as its table calls it.
    village : str
        Key of the village in which it lies, empty in the town after which the municipality is
        called. It has to be named to mean a building or stop by its name, because no list of them
        is complete: another „Feuerwehr“ may be missing.
    x_m, y_m : float
        Metres (EPSG:25832).
    lat, lon : float
        Degrees.
    quality : str
        ``gebaeude`` or ``strasse``: how exact its position is.
    source : str
        Where it stands, in German.
    """

    kind: str
    label: str
    name: str
    street: str
    house_number: str
    postal_code: str
    ags: str
    near: str
    village: str
    x_m: float
    y_m: float
    lat: float
    lon: float
    quality: str
    source: str

    @property
    def needed_village(self) -> str:
        """Key of the village that has to be named to mean its street.

        OpenStreetMap knows every street, so what is there once is the one; buildings of our own
        and stops are a selection.
        """
        return "" if self.source == OPENSTREETMAP else self.village

    @property
    def town(self) -> str:
        """Nearest settlement without the part of the town."""
        return self.near.partition(", ")[0]


@dataclass(frozen=True, order=True)
class Place:
    """A settlement or a municipality.

    Parameters
    ----------
    name : str
        As in the table; „Schleiz, Oschitz“ is a part of a town.
    ags : str
        Municipality.
    is_municipality : bool
        Whether it is the municipality's own point.
    x_m, y_m, lat, lon : float
        Metres (EPSG:25832) and degrees.
    source : str
        Where it stands, in German.
    """

    name: str
    ags: str
    is_municipality: bool
    x_m: float
    y_m: float
    lat: float
    lon: float
    source: str

    @property
    def town(self) -> PlaceName:
        """Its name without the part of the town."""
        return place_name(self.name.partition(", ")[0])

    @property
    def quarter(self) -> str:
        """Key of the part of the town; empty where it is no such part."""
        return key(words(self.name.partition(", ")[2]))


@dataclass(frozen=True)
class Gazetteer:
    """Places and what lies in them; made by `gazetteer.gazetteer`.

    Parameters
    ----------
    places : tuple of Place
        Ordered by name.
    entries : tuple of Entry
        Ordered by kind and label.
    left_out_count : int
        Rows without a position, known only to lie in the middle of a place, or in no
        municipality that is known.
    """

    places: tuple[Place, ...]
    entries: tuple[Entry, ...]
    left_out_count: int = 0

    @cached_property
    def municipalities(self) -> dict[str, Place]:
        """Municipalities by key."""
        return {place.ags: place for place in self.places if place.is_municipality}

    @cached_property
    def by_municipality(self) -> dict[str, tuple[Place, ...]]:
        """Settlements and the municipality's own point by key."""
        found: dict[str, list[Place]] = defaultdict(list)
        for place in self.places:
            found[place.ags].append(place)
        return {ags: tuple(places) for ags, places in found.items()}

    def called(
        self, text: str, *, is_loose: bool = False, has_quarters: bool = True
    ) -> tuple[Place, ...]:
        """Return the places that a text can mean.

        Parameters
        ----------
        text : str
            A name as people write it.
        is_loose : bool
            Overlook what tells places of one name apart, because the municipality is known.
        has_quarters : bool
            Whether „Oschitz“ may mean „Schleiz, Oschitz“.

        Returns
        -------
        tuple of Place
            In the order of `places`; empty for a text that is no place here.
        """
        asked = place_name(text)
        known = self._by_base.get(asked.base, ()) if asked.base else ()
        return tuple(dict.fromkeys(
            place for place, name, is_quarter in known
            if (has_quarters or not is_quarter)
            and (is_loose or can_be(asked, name, self._municipality_name(place)))
        ))  # fmt: skip

    def _municipality_name(self, place: Place) -> PlaceName:
        municipality = self.municipalities.get(place.ags)
        return municipality.town if municipality else PlaceName("", frozenset())

    @cached_property
    def _by_base(self) -> dict[str, list[tuple[Place, PlaceName, bool]]]:
        """Places by the names they go by: whole, without the part of the town, only the part."""
        found: dict[str, list[tuple[Place, PlaceName, bool]]] = defaultdict(list)
        for place in self.places:
            found[place.town.base].append((place, place.town, False))
            if place.quarter:
                whole = PlaceName(place.town.base + place.quarter, place.town.marks)
                part = PlaceName(place.quarter, frozenset())
                found[whole.base].append((place, whole, False))
                found[part.base].append((place, part, True))
        return dict(found)

    def named(self, text: str, ags: str) -> tuple[Words, str]:
        """Part a building's name from the place at its end.

        Parameters
        ----------
        text : str
            „Grundschule Neunhofen“, „Rathaus in Schleiz“.
        ags : str
            Municipality in which it lies; other places belong to the name.

        Returns
        -------
        own : tuple of str
            Words of `spelling.name_words`: „grundschule“; empty when only a place is named.
        part : str
            Key of the settlement, „neunhofen“; empty for the municipality or none.
        """
        parts = words(text)
        for count in range(min(len(parts), TAIL_MAX), 0, -1):
            rest, tail = parts[:-count], " ".join(parts[-count:])
            called = self.called(tail, is_loose=True, has_quarters=False)
            here = [place for place in called if place.ags == ags]
            if here and not (rest and rest[-1] in _ARTICLES):
                part = "" if any(place.is_municipality for place in here) else here[0].town.base
                return name_words(" ".join(rest)), part
        return name_words(text), ""

    @cached_property
    def by_street(self) -> Index:
        """Entries by the words of their street; stops by their name."""
        return _index(
            self.entries, lambda entry: (street_words(entry.street), entry.needed_village)
        )

    @cached_property
    def by_name(self) -> Index:
        """Entries by the words of their name, without the place at its end."""

        def spelled(entry: Entry) -> tuple[Words, str]:
            own, village = self.named(entry.name, entry.ags)
            return own, village or entry.village

        return _index(self.entries, spelled)


def _index(entries: Iterable[Entry], spelled: Callable[[Entry], tuple[Words, str]]) -> Index:
    found: Index = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        parts, village = spelled(entry)
        if parts:
            found[entry.ags][key(parts)].append((parts, village, entry))
    return {ags: dict(named) for ags, named in found.items()}
