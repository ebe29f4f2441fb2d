"""The compiled connection scan: earliest arrival from one place at every stop of one day.

The algorithm is the connection scan of Dibbelt, Pajor, Strasser and Wagner (2018, "Connection
Scan Algorithm", ACM Journal of Experimental Algorithmics 23) with one label a number of
boardings. Latest departures are the same scan over the timetable turned round in time.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

NEVER: Final = np.int32(2**30)

Ints = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]


class Connections(NamedTuple):
    """Rides from stop to next stop, ordered by departure (seconds of the service day).

    Whoever boarded a ``trip`` stays in the vehicle for all its later rides. ``can_board`` and
    ``can_alight`` say whether one may get on where a ride begins and off where it ends.
    """

    departure: Ints
    arrival: Ints
    from_stop: Ints
    to_stop: Ints
    trip: Ints
    can_board: Flags
    can_alight: Flags


class Rows(NamedTuple):
    """Edges in compressed rows: those of stop ``i`` stand at ``start[i]:start[i + 1]``.

    ``opens`` and ``closes`` bound when an edge may be used: it has to begin and end inside.
    """

    start: Ints
    to: Ints
    seconds: Ints
    opens: Ints
    closes: Ints


class Starts(NamedTuple):
    """Stops reached on foot from the place asked about: when, and after how long a walk."""

    stop: Ints
    time: Ints
    walk: Ints


class _Labels(NamedTuple):
    """Per number of boardings and stop: in a vehicle, and ready to board after walking on.

    A label with more boardings is never later than one with fewer. ``leave`` and
    ``ready_leave`` say when the journey behind a label left the start.
    """

    arrival: Ints
    leave: Ints
    ready: Ints
    ready_leave: Ints


@numba.njit(cache=True, nogil=True)
def _push(stack: Ints, size: int, stop: int, boardings: int, time: int, left: int) -> int:
    stack[size, 0] = stop
    stack[size, 1] = boardings
    stack[size, 2] = time
    stack[size, 3] = left
    return size + 1


@numba.njit(cache=True, nogil=True)
def _improve(times: Ints, leaves: Ints, boardings: int, stop: int, time: int, left: int) -> None:
    """Lower a label and those with more boardings behind it."""
    for more in range(boardings, times.shape[0]):
        if time >= times[more, stop]:
            break
        times[more, stop] = time
        leaves[more, stop] = left


@numba.njit(cache=True, nogil=True)
def _arrive(labels: _Labels, walks: Rows, rides: Rows, stack: Ints, size: int) -> None:
    """Improve the labels of the stops on the stack and all that follows without a timetable.

    On-demand rides chain with walks, so what they reach waits on the stack in its turn.
    """
    while size > 0:
        size -= 1
        stop, boardings, time, left = stack[size]
        if time >= labels.arrival[boardings, stop]:
            continue
        _improve(labels.arrival, labels.leave, boardings, stop, time, left)
        if boardings + 1 == labels.arrival.shape[0]:
            continue
        for edge in range(walks.start[stop], walks.start[stop + 1]):
            other, at = walks.to[edge], time + walks.seconds[edge]
            if at < labels.ready[boardings, other]:
                _improve(labels.ready, labels.ready_leave, boardings, other, at, left)
                size = _ride(labels, rides, stack, size, other, boardings, at, left)


@numba.njit(cache=True, nogil=True)
def _ride(
    labels: _Labels, rides: Rows, stack: Ints, size: int,
    stop: int, boardings: int, at: int, left: int,
) -> int:  # fmt: skip
    """Put the stops that on-demand rides improve on the stack; return its new size."""
    best = labels.arrival[boardings + 1]
    for edge in range(rides.start[stop], rides.start[stop + 1]):
        to, end = rides.to[edge], max(at, rides.opens[edge]) + rides.seconds[edge]
        if end < best[to] and end <= rides.closes[edge]:
            size = _push(stack, size, to, boardings + 1, end, left)
    return size


@numba.njit(cache=True, nogil=True)
def _widest(start: Ints) -> int:
    """Return the length of the longest compressed row."""
    widest = 0
    for row in range(start.shape[0] - 1):
        widest = max(widest, start[row + 1] - start[row])
    return widest


@numba.njit(cache=True, nogil=True)
def _start(
    labels: _Labels, walks: Rows, rides: Rows, starts: Starts, stack: Ints, walk: Ints
) -> None:
    """Set out: walk to the first stops, and take on-demand rides from there."""
    for start in range(starts.stop.shape[0]):
        stop, at = starts.stop[start], starts.time[start]
        walk[stop] = starts.walk[start]
        _improve(labels.ready, labels.ready_leave, 0, stop, at, at - walk[stop])
        for edge in range(rides.start[stop], rides.start[stop + 1]):
            begin = max(at, rides.opens[edge])
            end = begin + rides.seconds[edge]
            if end <= rides.closes[edge]:
                size = _push(stack, 0, rides.to[edge], 1, end, begin - walk[stop])
                _arrive(labels, walks, rides, stack, size)


@numba.njit(cache=True, nogil=True)
def scan(
    connections: Connections, walks: Rows, rides: Rows, starts: Starts, trips: int, most: int
) -> tuple[Ints, Ints]:
    """Return for every stop the earliest arrival in a vehicle and when that journey set off.

    Parameters
    ----------
    connections : Connections
        The day.
    walks : Rows
        Walks between stops, each stop to itself included (change time); bounds are not read.
    rides : Rows
        On-demand rides.
    starts : Starts
        Where and when to board first.
    trips : int
        Number of trips.
    most : int
        Boardings allowed in one journey.

    Returns
    -------
    arrival, leave : ndarray of int32, shape (most + 1, stops)
        By number of boardings: time of getting off (`NEVER` when not reached) and when the
        start was left for it. Row 0 is always `NEVER`.
    """
    shape = (most + 1, walks.start.shape[0] - 1)
    labels = _Labels(
        np.full(shape, NEVER, dtype=np.int32), np.zeros(shape, dtype=np.int32),
        np.full(shape, NEVER, dtype=np.int32), np.zeros(shape, dtype=np.int32),
    )  # fmt: skip
    aboard = np.full((most + 1, trips), NEVER, dtype=np.int32)
    widest = 1 + _widest(walks.start) * _widest(rides.start)
    stack = np.empty((widest * (most + 1), 4), dtype=np.int32)
    walk = np.zeros(shape[1], dtype=np.int32)
    _start(labels, walks, rides, starts, stack, walk)
    first = np.searchsorted(connections.departure, labels.ready[0].min())
    for row in range(first, connections.departure.shape[0]):
        at, stop = connections.departure[row], connections.from_stop[row]
        trip, boards = connections.trip[row], connections.can_board[row]
        for boardings in range(1, most + 1):
            in_time = boards and labels.ready[boardings - 1, stop] <= at
            if in_time and aboard[boardings, trip] == NEVER:
                left = labels.ready_leave[boardings - 1, stop]
                aboard[boardings, trip] = at - walk[stop] if boardings == 1 else left
            if aboard[boardings, trip] != NEVER:
                if connections.can_alight[row]:
                    left, to = aboard[boardings, trip], connections.to_stop[row]
                    size = _push(stack, 0, to, boardings, connections.arrival[row], left)
                    _arrive(labels, walks, rides, stack, size)
                break
    return labels.arrival, labels.leave


@numba.njit(cache=True, nogil=True)
def read_at_places(
    arrival: Ints, leave: Ints, place: Ints, stop: Ints, walk: Ints, places: int
) -> tuple[Ints, Ints, Ints]:
    """Return the best arrival at every place, walking from the stop included.

    Of journeys that arrive equally early the one with fewer boardings, then with the shorter
    walk, is kept.

    Parameters
    ----------
    arrival, leave : ndarray of int32, shape (boardings + 1, stops)
        As `scan` gives them.
    place, stop, walk : ndarray of int32, shape (pairs,)
        Which stop is how many seconds from which place.
    places : int
        Number of places.

    Returns
    -------
    time, left, boardings : ndarray of int32, shape (places,)
        `NEVER`, 0 and 0 where no journey arrives.
    """
    best = np.full(places, NEVER, dtype=np.int32)
    left = np.zeros(places, dtype=np.int32)
    boardings = np.zeros(places, dtype=np.int32)
    walked = np.full(places, NEVER, dtype=np.int32)
    for count in range(1, arrival.shape[0]):
        for pair in range(place.shape[0]):
            time = arrival[count, stop[pair]]
            if time == NEVER:
                continue
            here, at = place[pair], time + walk[pair]
            equal = at == best[here] and count == boardings[here] and walk[pair] < walked[here]
            if at < best[here] or equal:
                best[here], left[here] = at, leave[count, stop[pair]]
                boardings[here], walked[here] = count, walk[pair]
    return best, left, boardings


def int32(values: Any) -> Ints:
    """Return the values as a contiguous array of int32."""
    return np.ascontiguousarray(values, dtype=np.int32)


def rows(source: Any, to: Any, seconds: Any, stops: int, opens: Any = 0, closes: Any = 0) -> Rows:
    """Compress edges into rows by source; no edges give ``stops`` empty rows."""
    source, to, seconds = int32(source), int32(to), int32(seconds)
    opens, closes = (int32(np.broadcast_to(bound, to.shape)) for bound in (opens, closes))
    order = np.lexsort((opens, to, source))
    start = int32(np.searchsorted(source[order], np.arange(stops + 1)))
    return Rows(start, to[order], seconds[order], opens[order], closes[order])


def turned_rows(edges: Rows) -> Rows:
    """Return the edges in the other direction, their bounds mirrored in time."""
    stops = len(edges.start) - 1
    source = np.repeat(np.arange(stops), np.diff(edges.start))
    return rows(edges.to, source, edges.seconds, stops, -edges.closes, -edges.opens)


def turned_connections(day: Connections) -> Connections:
    """Return the connections with time running backwards: what departs now arrives.

    Rides of one trip within the same minute keep their order, turned round like all else.
    """
    last_first = np.arange(len(day.trip))[::-1]
    keys = day.trip[::-1], -day.departure[::-1], -day.arrival[::-1]
    order = last_first[np.lexsort(keys)]
    return Connections(
        -day.arrival[order], -day.departure[order],
        day.to_stop[order], day.from_stop[order], day.trip[order],
        day.can_alight[order], day.can_board[order],
    )  # fmt: skip
