"""The rides and walks behind the best journey from door to door."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sokanalysis.connection_scan import scan
from sokanalysis.edges import Starts
from sokanalysis.journey import (
    BELOW_TIME,
    LATEST,
    LONGEST_WALK,
    NO_JOURNEY,
    TIME,
    WALK,
    WALKED,
    Ints,
    Journeys,
    boardings_of,
    int32,
)
from sokanalysis.transit import Access, access

if TYPE_CHECKING:
    from sokanalysis.geography import Points
    from sokanalysis.region import Region
    from sokanalysis.timetable import Timetable

LINE, ON_DEMAND, ON_FOOT = "Linie", "Rufbus", "zu Fuß"
_NOT_SAID: Final = float("nan")


class Leg(NamedTuple):
    """One leg: by what, from which stop to which, and when.

    ``lines`` are those of a vehicle in the order of travel, without repetition;
    ``notice_minutes`` says how long before an on-demand ride has to be booked (not a number when
    the feed does not say). Stops are positions in the timetable, -1 is a door; times are seconds
    of the day.
    """

    means: str
    origin: int
    target: int
    departure: int
    arrival: int
    lines: tuple[str, ...] = ()
    notice_minutes: float = _NOT_SAID


class _Ready(NamedTuple):
    """Per stop: the best journey until one can board, from which stop (-1: the door).

    ``walk`` is that last way in seconds.
    """

    journey: Journeys
    source: Ints
    walk: Ints


def earliest(
    region: Region, day: Timetable, start: Points, target: Points, leave_s: int
) -> list[Leg]:
    """Return the legs of the best journey that leaves a place at a time or later.

    The best is what `sokanalysis.journey` calls so: the earliest arrival, then the fewest
    boardings, then the least walking, then the latest start. One sets out just in time for the
    first ride; between two rides one walks first and waits then.

    Parameters
    ----------
    region : Region
        Gives ways, lines and the boardings allowed.
    day : Timetable
        The day.
    start, target : ndarray of float, shape (1, 2)
        Positions in metres (EPSG:25832).
    leave_s : int
        Seconds of the day.

    Returns
    -------
    list of Leg
        In the order of travel; without a walk where the door is at the stop. Empty without a
        journey.
    """
    return _joined(_found(region, day, start, target, leave_s))


def latest(
    region: Region, day: Timetable, start: Points, target: Points, arrive_s: int
) -> list[Leg]:
    """Return the legs of the best journey that arrives at a place by a time.

    The best leaves as late as possible; the rest is as in `earliest`, with time turned round.

    Parameters
    ----------
    region, day, start, target
        As in `earliest`.
    arrive_s : int
        Seconds of the day.

    Returns
    -------
    list of Leg
        As in `earliest`.
    """
    found = _found(region, day.turned(), target, start, -arrive_s)
    return _joined([
        leg._replace(origin=leg.target, target=leg.origin, departure=-leg.arrival,
                     arrival=-leg.departure, lines=leg.lines[::-1])
        for leg in reversed(found)
    ])  # fmt: skip


def _joined(found: list[Leg]) -> list[Leg]:
    """Let walks touch the rides: the first ends with the departure, others follow the arrival."""
    joined = list(found)
    for at, leg in enumerate(found):
        if leg.means == ON_FOOT:
            took = leg.arrival - leg.departure
            begin = found[1].departure - took if at == 0 else found[at - 1].arrival
            joined[at] = leg._replace(departure=begin, arrival=begin + took)
    return [
        leg for leg in joined if leg.arrival > leg.departure or min(leg.origin, leg.target) >= 0
    ]


def _found(
    region: Region, day: Timetable, start: Points, target: Points, leave_s: int
) -> list[Leg]:
    """Scan a day and follow the best journey back from the door it leads to."""
    away, near = access(region, start, day.places), access(region, target, day.places)
    labels = _scanned(region, day, away, leave_s)
    at_door = labels[-1, near.stop] + _step(near.walk, near.walk)
    if not (at_door < NO_JOURNEY).any():
        return []
    last = int(at_door.argmin())
    stop, walk = int(near.stop[last]), int(near.walk[last])
    arrival = int(labels[-1, stop] >> TIME)
    door = Leg(ON_FOOT, stop, -1, arrival, arrival + walk)
    return [*_backwards(day, _lines(region, day), away, leave_s, labels, stop), door]


def _scanned(region: Region, day: Timetable, away: Access, leave_s: int) -> Journeys:
    """Return the best journeys by boardings allowed and stop, of one query."""
    starts = Starts(away.stop, int32(leave_s + away.walk), away.walk)
    return scan(day.day, starts, int(region.parameters.max_boardings))


def _lines(region: Region, day: Timetable) -> Any:
    """Return the line of every trip of a day, by position."""
    lines = region.feed.trips.set_index("trip_id")["line"].replace("", "ohne Namen")
    return lines.loc[day.trip_ids].to_numpy(object)


def _step(seconds: Ints, walk: Ints) -> Journeys:
    """Return what a change of so many seconds, with so many on foot, adds to a journey."""
    counted = np.minimum(walk, LONGEST_WALK).astype(np.int64)
    return (seconds.astype(np.int64) << TIME) + (counted << WALK)


def _backwards(
    day: Timetable, lines: Any, away: Access, leave_s: int, labels: Journeys, stop: int
) -> list[Leg]:
    """Follow the labels of a scan from the last stop back to the door."""
    found: list[Leg] = []
    for before in reversed(range(int(boardings_of(labels[-1])[stop]))):
        time = int(labels[before + 1, stop] >> TIME)
        ready = _changed(day, labels[before]) if before else _set_out(day, away, leave_s)
        rides = [*_vehicles(day, lines, ready, stop, time), *_on_demand(day, ready, stop, time)]
        ride = min(rides, key=lambda ride: (_kept(ready, ride, before), -ride.departure))
        at, walk = int(ready.journey[ride.origin] >> TIME), int(ready.walk[ride.origin])
        stop = int(ready.source[ride.origin])
        on_foot = Leg(ON_FOOT, stop, ride.origin, at - walk, at)
        found = [on_foot, ride, *found] if stop != ride.origin else [ride, *found]
    return found


def _kept(ready: _Ready, ride: Leg, before: int) -> int:
    """Return what a ride keeps of the journey so far; the scan has kept the least."""
    journey = int(ready.journey[ride.origin])
    walked = journey & int(WALKED)
    if before:
        return journey & int(BELOW_TIME)
    return walked + int(LATEST) - (ride.departure - (walked >> WALK))


def _set_out(day: Timetable, away: Access, leave_s: int) -> _Ready:
    """Return the walks from the door to the first stops."""
    ready = _nowhere(day)
    begin = np.int64(leave_s) << TIME
    ready.journey[away.stop] = begin + _step(away.walk, away.walk)
    ready.walk[away.stop] = away.walk
    return ready


def _changed(day: Timetable, arrived: Journeys) -> _Ready:
    """Return the best changes from the stops that were arrived at."""
    ready, walks = _nowhere(day), day.walks
    source = np.repeat(np.arange(len(arrived)), np.diff(walks.start))
    walk = np.where(source == walks.to, 0, walks.seconds)
    journey = arrived[source] + _step(walks.seconds, walk)
    order = np.lexsort((journey, walks.to))
    order = order[np.diff(walks.to[order], prepend=-1) > 0]
    to = walks.to[order]
    ready.journey[to], ready.source[to], ready.walk[to] = journey[order], source[order], walk[order]
    return ready


def _nowhere(day: Timetable) -> _Ready:
    count = len(day.places)
    return _Ready(*(np.full(count, value) for value in (NO_JOURNEY, -1, 0)))


def _vehicles(day: Timetable, lines: Any, ready: _Ready, stop: int, time: int) -> Iterator[Leg]:
    """Return the rides by timetable that get off at a stop at a time."""
    rides = day.connections
    in_time = rides.can_board & (ready.journey[rides.from_stop] >> TIME <= rides.departure)
    ends = (rides.to_stop == stop) & (rides.arrival == time) & rides.can_alight
    for end in np.flatnonzero(ends):
        aboard = np.flatnonzero(rides.trip[: end + 1] == rides.trip[end])
        for on in aboard[in_time[aboard]]:
            names = lines[day.trip[aboard[aboard >= on]]]
            origin, departure = int(rides.from_stop[on]), int(rides.departure[on])
            once = tuple(str(name) for name, _ in groupby(names))
            yield Leg(LINE, origin, stop, departure, time, once)


def _on_demand(day: Timetable, ready: _Ready, stop: int, time: int) -> Iterator[Leg]:
    """Return the on-demand rides that end at a stop at a time."""
    rides = day.rides
    origin = np.repeat(np.arange(len(rides.start) - 1), np.diff(rides.start))
    begin = np.maximum(ready.journey[origin] >> TIME, rides.opens)
    found = (rides.to == stop) & (begin + rides.seconds == time) & (time <= rides.closes)
    for edge in np.flatnonzero(found & (ready.journey[origin] < NO_JOURNEY)):
        notice = float(day.notice_minutes[edge])
        yield Leg(ON_DEMAND, int(origin[edge]), stop, int(begin[edge]), time, (), notice)
