"""Look up places in a gazetteer: the best that is certain, or nothing and why."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sokanalysis.geocoding.addresses import Address, house_numbers, parse_address
from sokanalysis.geocoding.areas import find_area
from sokanalysis.geocoding.centres import centre
from sokanalysis.geocoding.choice import chosen
from sokanalysis.geocoding.levels import LEVELS, Query
from sokanalysis.geocoding.register import PRECISE
from sokanalysis.geocoding.result import Answer, Geocoded, collected, require_columns
from sokanalysis.geocoding.spelling import street_words

if TYPE_CHECKING:
    import pandas as pd

    from sokanalysis.geocoding.areas import Area
    from sokanalysis.geocoding.register import Gazetteer


def geocode(places: pd.DataFrame, gazetteer: Gazetteer, file: str = "sites.csv") -> Geocoded:
    """Look up where places lie.

    Everything found lies in the municipality, and in the village, that is named; names of places
    count only as they are spelled. The first of these that is known decides: the very house, a
    building of that name, its street, a stop of that name, a stop in that street, the settlement,
    the municipality. What is spelled exactly so goes before what is only similar
    (`spelling.likeness`); similar names give the next coarser quality, house numbers are never
    similar. Two things of one name too far apart to be one are not found.

    Parameters
    ----------
    places : DataFrame
        ``name``, ``address``, ``place`` and, if known, ``ags``; any cell may be missing. Positions
        that a table has already are not looked at.
    gazetteer : Gazetteer
        What is known.
    file : str
        What messages call the table.

    Returns
    -------
    Geocoded
        One row a place in the same order; without rows for an empty table.

    Raises
    ------
    DataProblems
        When one of the three columns is missing.
    """
    require_columns(places, file)
    cells = places.reindex(columns=["name", "address", "place", "ags"]).astype("object").fillna("")
    texts = [[str(cell).strip() for cell in row] for row in cells.itertuples(index=False)]
    answers = [_answer(name, address, place, ags, gazetteer) for name, address, place, ags in texts]
    return collected(places, answers, file)


def _answer(name: str, text: str, place: str, ags: str, gazetteer: Gazetteer) -> Answer:
    address = parse_address(text)
    area = find_area(name, place, ags, address, gazetteer)
    if isinstance(area, Answer):
        return area
    query = _query(name, text, address, area, gazetteer)
    answer = _found(query, gazetteer) or centre(query, gazetteer)
    return replace(answer, reason="; ".join(filter(None, (answer.reason, area.note))))


def _query(name: str, text: str, address: Address, area: Area, gazetteer: Gazetteer) -> Query:
    named = [(n, *gazetteer.named(n, area.ags)) for n in (name, *area.names)]
    villages = {village for _, _, village in named if village} if not area.parts else set()
    if not area.parts and address.house_number:
        villages |= _village(address.street, area.ags, gazetteer)
    return Query(
        ags=area.ags, parts=area.parts | villages, street=street_words(address.street),
        street_text=address.street, houses=house_numbers(address.house_number),
        house_text=address.house_number, postal_code=address.postal_code,
        names=tuple((words, said) for said, words, _ in named if words),
        is_readable=not text or address != Address(),
    )  # fmt: skip


def _village(street: str, ags: str, gazetteer: Gazetteer) -> set[str]:
    """Return the village whose houses are numbered without streets: „Ruppersdorf 96“."""
    called = gazetteer.called(street, is_loose=True, has_quarters=False)
    return {p.town.base for p in called if p.ags == ags and not p.is_municipality}


def _found(query: Query, gazetteer: Gazetteer) -> Answer | None:
    """Go from the best to the coarsest; very houses and buildings before streets near them."""
    for is_exact in (True, False):
        hits = [(level, level.find(query, gazetteer, is_exact)) for level in LEVELS]
        for level, found in hits[:2]:
            if any(hit.entry.quality == PRECISE[0] for hit in found):
                return chosen(query, gazetteer, level, found)
        for level, found in hits:
            if found:
                return chosen(query, gazetteer, level, found)
    return None
