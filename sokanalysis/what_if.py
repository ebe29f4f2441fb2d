"""An idea tried out: who could take part then, in one sentence and one map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sokanalysis import show, style
from sokanalysis.demand import NEEDS, demand
from sokanalysis.effects import Effect, difference
from sokanalysis.inventory import listed
from sokanalysis.maps import effect_map

if TYPE_CHECKING:
    from sokanalysis.region import Region


def what_if(before: Region, after: Region) -> show.Figure:
    """Show who could take part after an idea and cannot now.

    Parameters
    ----------
    before : Region
        The district.
    after : Region
        The district with the idea, as ``before.with_session(...)``, ``before.with_trip(...)`` or
        ``before.with_site(...)`` give it; several can follow each other.

    Returns
    -------
    Figure
        A map of the places from which anything new is within reach; its heading says how many
        people more can take part, in school weeks with the on-demand bus.

    Raises
    ------
    NoServiceOnDate
        When a timetable has no date of a day type.

    Examples
    --------
    >>> idea = region.with_session("A047", "O020", ["Sa"], "14:00", "17:00")
    >>> what_if(region, idea)
    """
    found = difference(before, after, demand(before))
    needs = _newly_reached(found)
    figure, alt = effect_map(after, found.reached("before", needs), found.reached("after", needs))
    limit = int(before.parameters.withhold_below)
    return show.Figure(figure, _sentence(found, limit), _source(before), alt, after.basis)


def _newly_reached(found: Effect) -> tuple[str, ...]:
    """Return the needs for which anything is within reach of other places than before."""
    return tuple(
        need
        for need in NEEDS
        if found.reached("before", (need,)) != found.reached("after", (need,))
    )


def _sentence(found: Effect, limit: int) -> str:
    count = found.gained()
    if count == 0 and not found.needs:
        return "Damit ändert sich für niemanden, ob er teilnehmen kann"
    words = listed([NEEDS[need].title for need in found.needs])
    if abs(count) < limit:
        return f"Damit ändert sich fast nichts: weniger als {limit} Menschen ({words})"
    more = "mehr" if count > 0 else "weniger"
    return f"Damit können {style.number(abs(count))} Menschen {more} teilnehmen ({words})"


def _source(region: Region) -> str:
    date = style.german_date(region.parameters.reference_date)
    return f"Quelle: eigene Berechnung, Stand {date}"
