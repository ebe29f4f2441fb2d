"""One journey line by line: the way out and back that the attendance rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from sokanalysis.attendance import access, attendance
from sokanalysis.connection_scan import NEVER, Ints, Rows, Starts, int32
from sokanalysis.geography import project
from sokanalysis.parameters import minutes_of_day
from sokanalysis.timetable import Timetable, compile_day, reference_dates

if TYPE_CHECKING:
    from sokanalysis.geography import Points
    from sokanalysis.region import Region

_FLEX = "Rufbus"
_WALK = "zu Fuß"


class _Leg(NamedTuple):
    """One leg: how, from which stop to which (-1 is a door), and when (seconds of the day)."""

    means: str
    origin: int
    target: int
    departure: int
    arrival: int


def itinerary(
    region: Region, session_id: str, settlement_id: str, day_type: str, *, with_flex: bool
) -> pd.DataFrame:
    """Show the way to a session and home again, line by line.

    Parameters
    ----------
    region : Region
        The district.
    session_id, settlement_id : str
        Whose way to what.
    day_type : str
        Key of `codes.DAY_TYPES`.
    with_flex : bool
        Whether the on-demand bus may be used.

    Returns
    -------
    DataFrame
        ``direction`` (``hin`` or ``zurück``), ``departure_time``, ``origin``,
        ``arrival_time``, ``target``, ``means`` (line, on-demand bus or on foot), in order. The
        way out leaves as late, the way back comes home as early as possible. A direction
        without a journey by bus has no rows.

    Raises
    ------
    KeyError
        When the session or the settlement does not exist.
    NoServiceOnDate
        When the timetable has no date of the day type.
    """
    session = region.sessions.set_index("session_id", drop=False).loc[[session_id]]
    home = region.settlements.set_index("settlement_id", drop=False).loc[[settlement_id]]
    site = region.sites.set_index("site_id").loc[list(session["site_id"])]
    answers = attendance(region, session, states=[(day_type, with_flex)])
    answer = answers[answers["settlement_id"] == settlement_id].iloc[0]
    dates = reference_dates(region.feed, pd.Timestamp(region.parameters.reference_date))
    day = compile_day(region.feed, dates[day_type], region.parameters, with_flex=with_flex)
    end = minutes_of_day(session["end_time"].iloc[0]) + region.parameters.leave_buffer_minutes
    doors = str(home["name"].iloc[0]), str(site["name"].iloc[0])
    places = project(home), project(site)
    ways = (
        ("hin", answer["leave_minute"], doors, places),
        ("zurück", end if pd.notna(answer["home_minute"]) else np.nan, doors[::-1], places[::-1]),
    )
    rows = [
        _row(region, day, direction, leg, names)
        for direction, minute, names, (start, target) in ways
        if pd.notna(minute)
        for leg in _legs(region, day, start, target, round(minute * 60))
        if leg.arrival > leg.departure
    ]
    columns = ["direction", "departure_time", "origin", "arrival_time", "target", "means"]
    return pd.DataFrame(rows, columns=columns)


def _row(
    region: Region, day: Timetable, direction: str, leg: _Leg, doors: tuple[str, str]
) -> tuple[str, ...]:
    names = region.feed.stops.set_index("stop_id")["name"]

    def place(stop: int, door: str) -> str:
        return door if stop < 0 else str(names[day.stop_ids[stop]])

    return (
        direction, _clock(leg.departure), place(leg.origin, doors[0]),
        _clock(leg.arrival), place(leg.target, doors[1]), leg.means,
    )  # fmt: skip


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}"


def _legs(
    region: Region, day: Timetable, start: Points, target: Points, leave_s: int
) -> list[_Leg]:
    """Return the legs of the earliest arrival at a place when leaving another at a time."""
    _, stop, walk = access(region, start, day.places)
    starts = Starts(stop, int32(leave_s + walk), walk)
    arrival, _ = day.scan(starts, int(region.parameters.max_boardings))
    _, last, last_walk = access(region, target, day.places)
    at_door = arrival[:, last].astype(np.int64) + last_walk
    boardings, best = np.unravel_index(at_door.argmin(), at_door.shape)
    legs = _backwards(region, day, starts, arrival, int(boardings), int(last[best]))
    end = legs[-1].arrival
    return [*legs, _Leg(_WALK, int(last[best]), -1, end, end + int(last_walk[best]))]


def _backwards(
    region: Region, day: Timetable, starts: Starts, arrival: Ints, boardings: int, stop: int
) -> list[_Leg]:
    """Follow the labels of a scan from the last stop back to the door."""
    legs: list[_Leg] = []
    while boardings > 0:
        time = int(arrival[boardings, stop])
        ready, source = _ready(day, starts, arrival, boardings - 1)
        ride = _vehicle(region, day, ready, stop, time) or _on_demand(day.rides, ready, stop, time)
        legs.insert(0, ride)
        boardings -= 1
        before = int(source[ride.origin])
        walk = _walk_before(
            starts, arrival, boardings, before, ride.origin, int(ready[ride.origin])
        )
        if walk is not None:
            legs.insert(0, walk)
        stop = before
    return legs


def _ready(day: Timetable, starts: Starts, arrival: Ints, boardings: int) -> tuple[Ints, Ints]:
    """Return when one can board at every stop, and the stop one came from (-1: the door)."""
    ready = np.full(len(day.stop_ids), NEVER, dtype=np.int64)
    source = np.full(len(day.stop_ids), -1, dtype=np.int64)
    if boardings == 0:
        ready[starts.stop] = starts.time
        return int32(ready), int32(source)
    walks = day.walks
    origin = np.repeat(np.arange(len(day.stop_ids)), np.diff(walks.start))
    at = np.where(
        arrival[boardings, origin] == NEVER, NEVER, arrival[boardings, origin] + walks.seconds
    )
    for edge in np.argsort(-at, kind="stable"):
        ready[walks.to[edge]], source[walks.to[edge]] = at[edge], origin[edge]
    return int32(ready), int32(source)


def _vehicle(region: Region, day: Timetable, ready: Ints, stop: int, time: int) -> _Leg | None:
    """Return the ride that gets off at a stop at a time, boarded as late as possible."""
    rides = day.connections
    lines = region.feed.trips.set_index("trip_id")["line"]
    ends = (rides.to_stop == stop) & (rides.arrival == time) & rides.can_alight
    for end in np.flatnonzero(ends):
        same = (rides.trip == rides.trip[end]) & rides.can_board
        boards = np.flatnonzero(same & (ready[rides.from_stop] <= rides.departure))
        boards = boards[boards <= end]
        if len(boards):
            first = boards[-1]
            line = lines[day.trip_ids[rides.trip[end]]]
            origin, departure = int(rides.from_stop[first]), int(rides.departure[first])
            return _Leg(f"Linie {line}", origin, stop, departure, time)
    return None


def _on_demand(rides: Rows, ready: Ints, stop: int, time: int) -> _Leg:
    """Return the on-demand ride that ends at a stop at a time."""
    origin = np.repeat(np.arange(len(rides.start) - 1), np.diff(rides.start))
    begin = np.maximum(ready[origin], rides.opens)
    found = (rides.to == stop) & (begin + rides.seconds == time) & (time <= rides.closes)
    edge: Any = np.flatnonzero(found & (ready[origin] != NEVER))[0]
    return _Leg(_FLEX, int(origin[edge]), stop, int(begin[edge]), time)


def _walk_before(
    starts: Starts, arrival: Ints, boardings: int, before: int, stop: int, ready: int
) -> _Leg | None:
    """Return the walk that led to a boarding; None for a change at the same stop."""
    if before == stop:
        return None
    if before >= 0:
        return _Leg(_WALK, before, stop, int(arrival[boardings, before]), ready)
    walk = int(starts.walk[np.flatnonzero(starts.stop == stop)[0]])
    return _Leg(_WALK, -1, stop, ready - walk, ready)
