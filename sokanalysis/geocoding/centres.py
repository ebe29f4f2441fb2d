"""The middle of a village, town or municipality, where nothing closer is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from sokanalysis.geocoding.middles import middle_of
from sokanalysis.geocoding.place_names import is_town_or_part, place_keys
from sokanalysis.geocoding.result import Answer

if TYPE_CHECKING:
    from sokanalysis.geocoding.levels import Query
    from sokanalysis.geocoding.register import Gazetteer, Place

_SPREAD_M: Final = 2_000  # parts of one village lie nearer to its middle
_SETTLEMENT: Final = 0.4
_MUNICIPALITY: Final = 0.3


def centre(query: Query, gazetteer: Gazetteer) -> Answer:
    """Return the middle of the settlement that is named, or else of the municipality.

    Parameters
    ----------
    query : Query
        What is looked for; only where it lies counts.
    gazetteer : Gazetteer
        What is known.

    Returns
    -------
    Answer
        ``ort``; ``unbekannt`` where the villages that are named are not one.
    """
    municipality = gazetteer.municipalities[query.ags]
    here = [p for p in gazetteer.by_municipality[query.ags] if not p.is_municipality]
    if query.parts:
        return _settlement(query, [p for p in here if query.parts <= place_keys(p.name)])
    if own := [p for p in here if p.town == municipality.town and not p.quarter]:
        return _settlement(query, own)
    found = _answer(query, municipality, f"Gemeindepunkt von {municipality.name}", _MUNICIPALITY)
    if not here or any(is_town_or_part(place.name, municipality.name) for place in here):
        return found
    which = f"welcher Ort von {municipality.name} gemeint ist, steht nicht da"
    return replace(found, reason="; ".join(filter(None, (found.reason, which))))


def _settlement(query: Query, places: list[Place]) -> Answer:
    whole = [place for place in places if not place.quarter] or places
    if not whole:
        return Answer(
            reason="widersprüchlich: mehrere Ortsteile genannt",
            remedy="in Namen und Anschrift nur einen Ortsteil nennen",
        )
    middle, spread_m = middle_of(np.array([(place.x_m, place.y_m) for place in whole]))
    if spread_m > _SPREAD_M:
        return Answer(
            reason=f"mehrdeutig: {'; '.join(place.name for place in whole)}",
            remedy="den Ortsteil oder die Straße ergänzen",
        )
    return _answer(query, whole[middle], f"Ortsmitte von {whole[middle].name}", _SETTLEMENT)


def _answer(query: Query, place: Place, matched: str, score: float) -> Answer:
    return Answer(
        geocoding="ort", lat=place.lat, lon=place.lon, matched=matched, score=score,
        source=place.source, reason=_reserve(query),
    )  # fmt: skip


def _reserve(query: Query) -> str:
    """Say what was not found, so that nobody takes the middle of a place for the place."""
    if query.street:
        return f"Straße „{query.street_text}“ ist nicht verzeichnet"
    if not query.is_readable:
        return "die Anschrift lässt sich nicht lesen"
    return f"„{query.names[-1][1]}“ ist nicht verzeichnet" if query.names else ""
