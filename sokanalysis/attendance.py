"""Session × origin: out, stay and back, with the reason when it does not work."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis import streets
from sokanalysis.codes import DAY_TYPES, REASONS
from sokanalysis.day_types import day_types_of, runs_on
from sokanalysis.geography import Points, distances_m, project
from sokanalysis.journey import (
    NO_JOURNEY,
    Ints,
    Journeys,
    boardings_of,
    int32,
    leave_of,
    time_of,
    walk_of,
)
from sokanalysis.parameters import minutes_of_day
from sokanalysis.timetable import Timetable, compile_day, reference_dates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.outcomes import Outcomes
    from sokanalysis.region import Region
    from sokanalysis.transit import Access, Searches

MODES: Final = {
    "fuss": "zu Fuß", "bus": "mit Bus und Bahn", "rad": "mit dem Rad",
    "fahrdienst": "mit Fahrdienst",
}  # fmt: skip

_STATES: Final = tuple((day, with_flex) for day in DAY_TYPES for with_flex in (False, True))
_NAMES: Final = np.array(list(REASONS), dtype=object)


@dataclass(frozen=True)
class Attendance:
    """Who can take part in which session on one kind of day, kept compactly.

    One byte a session and settlement; the minutes of journeys are worked out from the searches
    when they are asked for.

    Parameters
    ----------
    day_type : str
        Key of `codes.DAY_TYPES`.
    with_flex : bool
        Whether the on-demand bus counts.
    sessions : DataFrame
        The sessions that take place on such a day.
    settlement_ids : ndarray of object, shape (settlements,)
        Where people live.
    transit_reason : ndarray of uint8, shape (sessions, settlements)
        How the way by bus turns out: position in `REASONS`.
    place : ndarray of int, shape (sessions,)
        Row of the two arrays that follow.
    on_foot, by_bike : ndarray of bool, shape (places, settlements)
        Whether a place is within the longest walk, or ride by bike.
    by_ride : ndarray of bool, shape (sessions, settlements)
        Whether the session fetches people from there and takes them home.
    out, back : Searches
        One query a session; the way out with time turned round.
    doors : Access
        Stops near the settlements.
    """

    day_type: str
    with_flex: bool
    sessions: pd.DataFrame
    settlement_ids: npt.NDArray[np.object_]
    transit_reason: Outcomes
    place: npt.NDArray[np.int64]
    on_foot: npt.NDArray[np.bool_]
    by_bike: npt.NDArray[np.bool_]
    by_ride: npt.NDArray[np.bool_]
    out: Searches
    back: Searches
    doors: Access

    def reached(self) -> npt.NDArray[np.bool_]:
        """Tell who can take part without a car; shape (sessions, settlements)."""
        reached: npt.NDArray[np.bool_] = self.on_foot[self.place] | self.by_bike[self.place]
        reached |= (self.transit_reason == 0) | self.by_ride
        return reached

    def mode(self) -> npt.NDArray[np.object_]:
        """Return the way taken, a key of `MODES` or empty; shape (sessions, settlements).

        Feet go before the bus, the bus before the bike, and the bike before being fetched.
        """
        on_foot, by_bike = self.on_foot[self.place], self.by_bike[self.place]
        ways = [on_foot, self.transit_reason == 0, by_bike, self.by_ride]
        return np.select(ways, [np.array(name, dtype=object) for name in MODES], "")


def attendance(
    region: Region,
    sessions: pd.DataFrame,
    *,
    sites: pd.DataFrame | None = None,
    states: Iterable[tuple[str, bool]] | None = None,
) -> pd.DataFrame:
    """Say for every session and settlement whether a person without a car can take part.

    Parameters
    ----------
    region : Region
        Gives settlements, timetable and parameters.
    sessions : DataFrame
        Rows of the table ``sessions``.
    sites : DataFrame, optional
        Where the sessions take place; the region's sites by default.
    states : iterable of (str, bool), optional
        Day types and whether the on-demand bus counts; all eight pairs by default. Day types on
        which no session takes place are left out, so they need no service.

    Returns
    -------
    DataFrame
        One row a session, day type, state of the on-demand bus and settlement: ``session_id``,
        ``day_type``, ``with_flex``, ``settlement_id``, ``reason`` (key of `REASONS`, of the
        best way without a car), ``mode`` (key of `MODES`, empty when not reached),
        ``transit_reason``, and for the way by bus ``leave_minute``, ``arrive_minute``,
        ``depart_minute``, ``home_minute`` (minutes of the day), ``travel_minutes`` (both ways),
        ``wait_before_minutes``, ``wait_after_minutes``, ``away_minutes`` (travel and waiting
        together), ``boardings`` and ``transit_walk_minutes`` (both ways); ``walk_minutes``,
        ``bike_minutes``, ``car_minutes`` (one way). Minutes by bus are missing when there is
        no journey. Without sessions the columns stand without rows.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type on which a session takes place.

    See Also
    --------
    attendances : The same kept compactly, for many sessions and settlements.
    """
    sites = region.sites if sites is None else sites
    answers = attendances(region, sessions, sites=sites, states=states)
    return pd.concat([_frame(region, answer, sites) for answer in answers], ignore_index=True)


def attendances(
    region: Region,
    sessions: pd.DataFrame,
    *,
    sites: pd.DataFrame | None = None,
    states: Iterable[tuple[str, bool]] | None = None,
) -> list[Attendance]:
    """Say the same as `attendance` in one byte a session and settlement.

    Parameters
    ----------
    region, sessions, sites, states
        As in `attendance`.

    Returns
    -------
    list of Attendance
        One a state, in their order.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    """
    sites = region.sites if sites is None else sites
    states = _states_of(sessions, states)
    after = pd.Timestamp(region.parameters.reference_date)
    dates = reference_dates(region.feed, after, {day_type for day_type, _ in states})
    return [
        _attendance(
            region, sessions[runs_on(sessions, day_type)], sites, day_type, with_flex,
            compile_day(
                region.feed, dates[day_type], region.parameters,
                with_flex=with_flex, streets=region.streets,
            ),
        )
        for day_type, with_flex in states
    ]  # fmt: skip


def _states_of(
    sessions: pd.DataFrame, wanted: Iterable[tuple[str, bool]] | None
) -> list[tuple[str, bool]]:
    """Return the states in which a session takes place; the first where none does."""
    states, used = list(wanted or _STATES), day_types_of(sessions)
    return [state for state in states if state[0] in used] or states[:1]


def _attendance(
    region: Region, sessions: pd.DataFrame, sites: pd.DataFrame,
    day_type: str, with_flex: bool, timetable: Timetable,
) -> Attendance:  # fmt: skip
    # The compiled search takes long to load and is of no use to who only asks for a name here.
    from sokanalysis.outcomes import limits, outcomes
    from sokanalysis.transit import search

    parameters = region.parameters
    origins, doors = project(region.settlements), _doors(region, timetable)
    site, place = _places(sessions, sites)
    begin_s, end_s = (60 * _minutes_of(sessions[name]) for name in ("start_time", "end_time"))
    arrive_s = begin_s - 60 * parameters.arrive_buffer_minutes
    leave_s = end_s + 60 * parameters.leave_buffer_minutes
    out = search(region, timetable.turned(), site[place], -arrive_s)
    back = search(region, timetable, site[place], leave_s)
    return Attendance(
        day_type, with_flex, sessions, region.settlements["settlement_id"].to_numpy(object),
        outcomes(out, back, doors, int32(begin_s), int32(end_s), limits(parameters)), place,
        region.ways.within("fuss", origins, site, parameters.walk_max_minutes),
        region.ways.within("rad", origins, site, parameters.bike_max_minutes),
        _rides(region, sessions, origins, site[place]), out, back, doors,
    )  # fmt: skip


def _rides(
    region: Region, sessions: pd.DataFrame, origins: Points, site: Points
) -> npt.NDArray[np.bool_]:
    """Tell from where the sessions fetch people: not too far, and there is a road."""
    fetches = sessions["ride_max_km"].to_numpy(float)
    near = np.zeros((len(sessions), len(origins)), dtype=bool)
    some = np.flatnonzero(~np.isnan(fetches))
    near[some] = distances_m(site[some], origins) <= 1000 * fetches[some, None]
    if len(some):
        near[some] &= np.isfinite(region.ways.travel_minutes("auto", origins, site[some]).T)
    return near


def _doors(region: Region, timetable: Timetable) -> Access:
    from sokanalysis.transit import access

    return access(region, project(region.settlements), timetable.places)


def _places(sessions: pd.DataFrame, sites: pd.DataFrame) -> tuple[Points, npt.NDArray[np.int64]]:
    """Return the positions of the sites in use and, for every session, which it is."""
    used, place = np.unique(sessions["site_id"].to_numpy("U"), return_inverse=True)
    return project(sites.set_index("site_id").loc[used]), place


def _minutes_of(clocks: pd.Series[str]) -> npt.NDArray[np.int64]:
    return np.array([minutes_of_day(clock) for clock in clocks], dtype=np.int64)


def _frame(region: Region, answer: Attendance, sites: pd.DataFrame) -> pd.DataFrame:
    """Return one row a session and settlement with all minutes."""
    origins, (site, place) = project(region.settlements), _places(answer.sessions, sites)
    ways = {mode: region.ways.travel_minutes(mode, origins, site).T for mode in streets.MODES}
    transit = _NAMES[answer.transit_reason]
    mode, shape = answer.mode(), transit.shape
    return pd.DataFrame({
        "session_id": np.repeat(answer.sessions["session_id"].to_numpy(object), shape[1]),
        "settlement_id": np.tile(answer.settlement_ids, shape[0]),
        "reason": np.where(mode != "", "erreichbar", transit).ravel(),
        "mode": mode.ravel(), "transit_reason": transit.ravel(),
        **{name: values.ravel() for name, values in _transit_columns(answer).items()},
        "walk_minutes": ways["fuss"][place].ravel(), "bike_minutes": ways["rad"][place].ravel(),
        "car_minutes": ways["auto"][place].ravel(),
        "day_type": answer.day_type, "with_flex": answer.with_flex,
    })  # fmt: skip


def _transit_columns(answer: Attendance) -> dict[str, npt.NDArray[np.float64]]:
    """Return the minutes of each journey; the way out was searched with time turned round."""
    out, back = answer.out.at_doors(answer.doors), answer.back.at_doors(answer.doors)
    start, end = (_minutes_of(answer.sessions[name]) for name in ("start_time", "end_time"))
    leave, arrive = _minutes(-time_of(out), out), _minutes(-leave_of(out), out)
    depart, home = _minutes(leave_of(back), back), _minutes(time_of(back), back)
    both = (out < NO_JOURNEY) & (back < NO_JOURNEY)
    return {
        "leave_minute": leave, "arrive_minute": arrive,
        "depart_minute": depart, "home_minute": home,
        "travel_minutes": (arrive - leave) + (home - depart),
        "away_minutes": (home - leave) - (end - start)[:, None],
        "wait_before_minutes": start[:, None] - arrive,
        "wait_after_minutes": depart - end[:, None],
        "boardings": np.where(both, boardings_of(out) + boardings_of(back), 0),
        "transit_walk_minutes": np.where(both, (walk_of(out) + walk_of(back)) / 60, np.nan),
    }  # fmt: skip


def _minutes(seconds: Ints, journeys: Journeys) -> npt.NDArray[np.float64]:
    return np.where(journeys < NO_JOURNEY, seconds / 60.0, np.nan)
