"""Yardsticks from rules that exist already: travel grant, commuting time, way to a stop.

They are compared with the model's answers and decide nothing in it. Their thresholds are
parameters of the topic ``massstab``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.codes import STATES
from sokanalysis.geography import Points, distances_m, pairs_within, project
from sokanalysis.parameters import minutes_of_day
from sokanalysis.supply import SEASONS, attended_offers
from sokanalysis.timetable import reference_dates

if TYPE_CHECKING:
    from sokanalysis.region import Region

# Courses under the Integrationskursverordnung; job-related courses have rules of their own.
GRANT_KINDS: Final = frozenset({"integrationskurs", "alphabetisierung"})
NEAREST: Final = "nächster Kursort"

_UNIT: Final = ["offer_id", "site_id"]


def travel_grant(region: Region, sessions: pd.DataFrame) -> pd.DataFrame:
    """Say how many people live so far from an integration course that the BAMF pays for the way.

    The rule is a walk of at least ``grant_walk_min_km`` from home to the course (§ 4a IntV).
    Whether a person is entitled at all – exempt from the course fee – is not seen.

    Parameters
    ----------
    region : Region
        Gives settlements, sites, offers, ways and parameters.
    sessions : DataFrame
        Rows of the table ``sessions``; those of other offers than `GRANT_KINDS` do not count.

    Returns
    -------
    DataFrame
        One row a site of such a course, in the order of the sites: ``site_id``, ``name``,
        ``place``, ``person_count`` (inhabitants from that distance on) and ``person_share`` (of
        the district, 0–1). The last row, `NEAREST` with an empty ``site_id``, counts those who
        live that far from every one of these sites. Without such courses the columns stand
        without rows; without people the share is 0.
    """
    kinds = region.offers.set_index("offer_id")["kind"]
    held = sessions.loc[sessions["offer_id"].map(kinds).isin(GRANT_KINDS), "site_id"]
    sites = region.sites[region.sites["site_id"].isin(held)]
    far = _walk_km(region, sites) >= region.parameters.grant_walk_min_km
    rows = sites[["site_id", "name", "place"]].reset_index(drop=True)
    if len(sites):
        nearest = pd.DataFrame([{"site_id": "", "name": NEAREST, "place": ""}], dtype="str")
        rows = pd.concat([rows, nearest], ignore_index=True)
        far = np.column_stack([far, far.all(axis=1)])
    counts = _people(region) @ far
    return rows.assign(person_count=counts, person_share=_of(counts, _people(region).sum()))


def commuting(
    region: Region,
    answers: pd.DataFrame,
    sessions: pd.DataFrame,
    state: str = "schulzeit_rufbus",
) -> pd.DataFrame:
    """Say for every offer how many of those who come by bus have a reasonable commute.

    § 140 Abs. 4 SGB III, written for jobs and used here as a comparison: at most
    ``commute_long_max_minutes`` a day when the session is longer than
    ``commute_long_above_hours``, else ``commute_short_max_minutes``. Each session is judged by
    its own length.

    Parameters
    ----------
    region : Region
        Gives population, names and parameters.
    answers : DataFrame
        As `sokanalysis.attendance.attendance` gives it, with the days of the state.
    sessions : DataFrame
        The sessions the answers are about.
    state : str, default "schulzeit_rufbus"
        Key of `sokanalysis.codes.STATES`.

    Returns
    -------
    DataFrame
        One row an offer at a site that somebody reaches by bus, most people first: ``offer_id``,
        ``site_id``, ``name``, ``place``, ``limit_minutes`` (of the longest session),
        ``bus_person_count`` (inhabitants who can take the offer up by bus or rail, not on foot),
        ``within_person_count`` (those of them whose way both ways, ``travel_minutes``, stays
        within the limit in every session they need), ``within_share`` (0–1), and
        ``within_waiting_share``, the same with the waiting before and after the session
        (``away_minutes``). Only the latter is the same whichever of several journeys with the
        same hours at home is taken: whether one waits on the way or at the end is a matter of
        choice. Empty without such offers.

    Raises
    ------
    KeyError
        When the state is not known.
    """
    season, with_flex, _ = STATES[state]
    wanted = (answers["with_flex"] == with_flex) & answers["day_type"].isin(SEASONS[season])
    rows = answers[wanted & answers["session_id"].isin(sessions["session_id"])]
    limit = rows["session_id"].map(_limits(region, sessions)).astype("float64")
    by_bus = rows["mode"] == "bus"
    # Seconds made to minutes and added up miss a limit by less than this rounding.
    chosen = {
        "bus_person_count": by_bus,
        "within_person_count": by_bus & (rows["travel_minutes"].round(3) <= limit),
        "waiting_person_count": by_bus & (rows["away_minutes"].round(3) <= limit),
    }
    counts = pd.DataFrame({
        name: _takers(region, rows, sessions, season, reached) for name, reached in chosen.items()
    })  # fmt: skip
    counts = counts[counts["bus_person_count"] > 0].rename_axis(_UNIT).reset_index()
    return _named(region, counts, sessions)


def stop_access(region: Region) -> pd.DataFrame:
    """Say how many people live near a stop at which something leaves on an ordinary school day.

    A call is a departure when one may get on and the trip goes on; platforms of a station count
    together, the on-demand bus does not count. Distances are straight lines from the point of
    the settlement. Where that point was set at a stop, as mostly in data/sok, only the rows with
    ``stop_departure_count`` say something.

    Parameters
    ----------
    region : Region
        Gives settlements, timetable and parameters.

    Returns
    -------
    DataFrame
        Four rows, for each of ``stop_near_m`` and ``stop_far_m`` one with at least a single
        departure and one with ``stop_departure_count``: ``distance_m``,
        ``departure_count`` (at least), ``person_count``, ``person_share`` (of the district,
        0–1; 0 without people). BBSR counts 600 m around a bus stop or 1,200 m around a station
        with 20 departures: its figure lies between those two rows, since the timetable as read
        does not tell stations from stops.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    """
    parameters = region.parameters
    homes, stops = project(region.settlements), project(region.feed.stops)
    departures = _departures(region)
    people, rows = _people(region), []
    for distance in (parameters.stop_near_m, parameters.stop_far_m):
        for least in (1, parameters.stop_departure_count):
            near, _, _ = pairs_within(homes, stops[departures >= least], distance)
            rows.append((distance, least, int(people[np.unique(near)].sum())))
    table = pd.DataFrame(rows, columns=["distance_m", "departure_count", "person_count"])
    return table.assign(person_share=_of(table["person_count"].to_numpy(), people.sum()))


def _people(region: Region) -> npt.NDArray[np.int64]:
    return region.settlements["population_count"].to_numpy(np.int64)


def _of(counts: npt.NDArray[np.int64], total: int) -> npt.NDArray[np.float64]:
    return np.asarray(counts / max(total, 1))


def _walk_km(region: Region, sites: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the walk from every settlement to every site; shape (settlements, sites)."""
    homes, places = project(region.settlements), project(sites)
    minutes = region.ways.travel_minutes("fuss", homes, places)
    km = minutes * region.parameters.walk_speed_kmh / 60
    return np.where(np.isnan(km), _straight_km(region, homes, places), km)


def _straight_km(region: Region, homes: Points, places: Points) -> npt.NDArray[np.float64]:
    """Return straight lines with the detour: what is left where the streets know no way."""
    return distances_m(homes, places) / 1000 * float(region.parameters.walk_detour)


def _limits(region: Region, sessions: pd.DataFrame) -> pd.Series[float]:
    """Return the reasonable commute a day in minutes, by session."""
    parameters = region.parameters
    start, end = (
        sessions[f"{name}_time"].map(minutes_of_day).astype("int64") for name in ("start", "end")
    )
    is_long = (end - start) > 60 * parameters.commute_long_above_hours
    short, long = parameters.commute_short_max_minutes, parameters.commute_long_max_minutes
    limits = np.where(is_long, float(long), float(short))
    return pd.Series(limits, index=sessions["session_id"].to_numpy(object))


def _takers(
    region: Region,
    rows: pd.DataFrame,
    sessions: pd.DataFrame,
    season: str,
    reached: pd.Series[bool],
) -> pd.Series[int]:
    """Return by offer and site how many people can take it up, with only these rows reached."""
    reason = np.where(reached, "erreichbar", "zu_lange_unterwegs")
    units = attended_offers(region, rows.assign(reason=reason), sessions, region.offers)
    units = units[units["season"] == season]
    people = region.settlements.set_index("settlement_id")["population_count"]
    count = units["settlement_id"].map(people).where(units["is_attended"], 0).astype("int64")
    return count.groupby([units["offer_id"], units["site_id"]]).sum()


def _named(region: Region, counts: pd.DataFrame, sessions: pd.DataFrame) -> pd.DataFrame:
    """Add names, limits and shares to the counts of `commuting`."""
    limits = sessions["session_id"].map(_limits(region, sessions))
    longest = limits.groupby([sessions["offer_id"], sessions["site_id"]]).max()
    total = counts["bus_person_count"]
    table = counts.assign(
        name=counts["offer_id"].map(region.offers.set_index("offer_id")["name"]),
        place=counts["site_id"].map(region.sites.set_index("site_id")["place"]),
        limit_minutes=longest.reindex(pd.MultiIndex.from_frame(counts[_UNIT])).to_numpy(),
        within_share=counts["within_person_count"] / total,
        within_waiting_share=counts["waiting_person_count"] / total,
    )
    names = (
        *_UNIT, "name", "place", "limit_minutes", "bus_person_count", "within_person_count",
        "within_share", "within_waiting_share",
    )  # fmt: skip
    ordered = table.sort_values("bus_person_count", ascending=False, kind="stable")
    return ordered[list(names)].reset_index(drop=True)


def _departures(region: Region) -> npt.NDArray[np.int64]:
    """Count what leaves from every stop, or its whole station, on the school day; by position."""
    feed, today = region.feed, pd.Timestamp(region.parameters.reference_date)
    services = feed.active[reference_dates(feed, today, ["schultag"])["schultag"]]
    trips = feed.trips.loc[feed.trips["service_id"].isin(services), "trip_id"]
    calls = feed.stop_times[feed.stop_times["trip_id"].isin(trips)]
    goes_on = calls["trip_id"].eq(calls["trip_id"].shift(-1))
    leaves = calls.loc[goes_on & calls["can_board"].astype(bool), "stop_id"]
    parent = feed.stops["parent_station"]
    station = parent.where(parent != "", feed.stops["stop_id"])
    at = leaves.map(pd.Series(station.to_numpy(object), index=feed.stops["stop_id"]))
    return np.asarray(station.map(at.value_counts()).fillna(0), dtype=np.int64)
