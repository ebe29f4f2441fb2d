"""Where refugees live, against where the offers are that they look for first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.codes import COURSE_KINDS, CURRENT_STATUSES, STATE_TITLES, STATES, STATUSES
from sokanalysis.demand import NEEDS
from sokanalysis.foreigners import people_by_group
from sokanalysis.geography import distances_m, project
from sokanalysis.reach import offers_within_reach, state_names

if TYPE_CHECKING:
    from collections.abc import Collection

    from sokanalysis.region import Region

# What somebody who arrives looks for first, and the kinds of offer that are it.
SOUGHT: Final = {
    "Sprachkurs": COURSE_KINDS,
    "Migrationsberatung": frozenset(NEEDS["beratung"].kinds),
}
_WITHIN: Final = [f"{state}_offers" for state in STATES]


def housing(
    region: Region, units: pd.DataFrame, statuses: Collection[str] = CURRENT_STATUSES
) -> pd.DataFrame:
    """Say for every accommodation which offers people living there can take up.

    An accommodation answers like the settlement nearest to it. Only its municipality is given,
    neither name nor position, and how many people live there is left out.

    Parameters
    ----------
    region : Region
        Gives accommodations, settlements, sites, names and ways.
    units : DataFrame
        As `sokanalysis.supply.attended_offers` gives it.
    statuses : collection of str
        Keys of `sokanalysis.codes.STATUSES`: by default accommodations that run or may run.

    Returns
    -------
    DataFrame
        One row an accommodation, by municipality: ``accommodation_id``, ``municipality``,
        ``settlement_id``, ``status`` (German), ``place_count`` (missing where unknown), one
        column ``<state>_offers`` a key of `sokanalysis.codes.STATES` (offers within reach),
        ``course`` and ``course_place`` (the language course nearest by car), ``car_minutes``
        (to it, one way), ``linie_away_minutes`` and ``rufbus_away_minutes`` (both ways with
        waiting, to the quickest language course in school weeks without a car; missing where
        none can be taken up). Empty without accommodations or settlements.
    """
    rows = region.accommodations[region.accommodations["status"].isin([*statuses])]
    rows = rows if len(region.settlements) else rows[:0]
    homes = rows[["accommodation_id"]].assign(
        municipality=rows["ags"].map(region.municipalities.set_index("ags")["name"]),
        settlement_id=_nearest_settlement(region, rows), status=rows["status"].map(STATUSES),
        place_count=rows["place_count"],
    )  # fmt: skip
    within = offers_within_reach(region, units).set_index("settlement_id")[_WITHIN]
    homes = homes.join(within, on="settlement_id").join(_nearest_course(region, units, rows))
    courses = _of_kinds(region, units, COURSE_KINDS)
    for state in ("linie", "rufbus"):
        quickest = _taken(courses, f"schulzeit_{state}").groupby("settlement_id")["away_minutes"]
        homes[f"{state}_away_minutes"] = homes["settlement_id"].map(quickest.min()).astype(float)
    return homes.sort_values(["municipality", "accommodation_id"]).reset_index(drop=True)


def housing_summary(region: Region, homes: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Compare accommodations, asylum seekers and all inhabitants: from where one can take part.

    Most asylum seekers live in flats; where they live is estimated
    (`sokanalysis.foreigners.people_by_group`).

    Parameters
    ----------
    region : Region
        Gives population and groups.
    homes : DataFrame
        As `housing` gives it.
    units : DataFrame
        As `sokanalysis.supply.attended_offers` gives it.

    Returns
    -------
    DataFrame
        One row a key of `SOUGHT` and state, both in German: ``sought``, ``state``,
        ``accommodation_share``, ``place_share`` (of the places, where their number is known),
        ``seeker_share`` and ``inhabitant_share``, of those from where at least one such offer
        can be taken up without a car (0–1; 0 where there is nobody).

    Raises
    ------
    MarginsDisagree
        When the counts of foreigners contradict each other.
    """
    groups = people_by_group(region).set_index("settlement_id")
    seekers = groups.loc[groups["group"] == "schutzsuchende", "person_count"]
    people = region.settlements.set_index("settlement_id")["population_count"]
    lodged = homes.set_index("settlement_id")["place_count"]
    counted, rows = (pd.Series(1, index=lodged.index), lodged, seekers, people), []
    for sought, kinds in SOUGHT.items():
        some = _of_kinds(region, units, kinds)
        for state, title in STATE_TITLES.items():
            served = set(_taken(some, state)["settlement_id"])
            rows.append((sought, title, *(_share(weights, served) for weights in counted)))
    names = ["accommodation_share", "place_share", "seeker_share", "inhabitant_share"]
    return pd.DataFrame(rows, columns=["sought", "state", *names])


def _share(weights: pd.Series[int], served: set[str]) -> float:
    """Return the share of the weights that lies in the served settlements; 0 of nothing."""
    known = weights.fillna(0).astype(float)
    return float(known[known.index.isin(served)].sum() / max(known.sum(), 1))


def _nearest_settlement(region: Region, places: pd.DataFrame) -> list[str]:
    if places.empty:
        return []
    metres = distances_m(project(places), project(region.settlements))
    return [str(region.settlements["settlement_id"].iloc[at]) for at in metres.argmin(axis=1)]


def _nearest_course(region: Region, units: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    """Return the language course nearest by car, one row an accommodation, with its index."""
    offers = _of_kinds(region, units, COURSE_KINDS)[["offer_id", "site_id"]].drop_duplicates()
    sites = offers.merge(region.sites[["site_id", "place", "lat", "lon"]], on="site_id")
    table = pd.DataFrame(index=places.index)
    if sites.empty or places.empty:
        return table.assign(course="", course_place="", car_minutes=np.nan)
    minutes = region.ways.travel_minutes("auto", project(places), project(sites))
    at = np.where(np.isnan(minutes), np.inf, minutes).argmin(axis=1)
    names = sites["offer_id"].map(region.offers.set_index("offer_id")["name"])
    return table.assign(
        course=names.to_numpy(object)[at], course_place=sites["place"].to_numpy(object)[at],
        car_minutes=minutes[np.arange(len(at)), at],
    )  # fmt: skip


def _of_kinds(region: Region, units: pd.DataFrame, kinds: Collection[str]) -> pd.DataFrame:
    kind = units["offer_id"].map(region.offers.set_index("offer_id")["kind"])
    return units[kind.isin([*kinds])]


def _taken(units: pd.DataFrame, state: str) -> pd.DataFrame:
    """Return the units that can be taken up in that state."""
    return units[units["is_attended"] & (state_names(units) == state)]
