"""How evenly the seats that answer a need are within reach."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sokanalysis.catchments import two_step
from sokanalysis.equity import lorenz
from sokanalysis.gaps import need_supply
from sokanalysis.nearness import attended

if TYPE_CHECKING:
    from sokanalysis.gaps import Situation
    from sokanalysis.region import Region


def places_per_person(region: Region, state: Situation, need: str) -> pd.DataFrame:
    """Share the seats of each course among all people with the need who can attend it.

    Two-step floating catchment (Luo & Wang 2003) whose catchment is attendance itself: out, stay
    and back in a school week with the on-demand bus.

    Parameters
    ----------
    region : Region
        The district.
    state : Situation
        As `sokanalysis.gaps.situation` gives it.
    need : str
        Key of `sokanalysis.demand.NEEDS` that is answered by courses, whose seats are counted.

    Returns
    -------
    DataFrame
        One row a settlement, in their order: ``settlement_id``, ``name``, ``person_count``
        (with the need), ``places_per_person`` (0 where nothing can be attended).

    Raises
    ------
    ValueError
        When an offer that answers the need turns nobody away: there are no seats to share.
    """
    offered, people = need_supply(region, state, need), state.people(need)
    access = two_step(attended(offered.reach.T), people, offered.places)
    return region.settlements[["settlement_id", "name"]].assign(
        person_count=people, places_per_person=access.per_person
    )


def lorenz_of(places: pd.DataFrame) -> pd.DataFrame:
    """Return the Lorenz curve of `places_per_person`; see `sokanalysis.equity.lorenz`."""
    return lorenz(
        places["places_per_person"], places["person_count"], list(places["settlement_id"])
    )


def largest(places: pd.DataFrame, count: int = 6) -> dict[str, str]:
    """Return the names of the settlements with most people with the need, by id."""
    rows = places.nlargest(count, "person_count")
    return dict(zip(rows["settlement_id"], rows["name"], strict=True))


def without_any(places: pd.DataFrame) -> float:
    """Return the share of people with the need who can attend nothing (0–1; 0 without people)."""
    people = places["person_count"].sum()
    lacking = places.loc[places["places_per_person"] == 0, "person_count"].sum()
    return float(lacking / people) if people else 0.0
