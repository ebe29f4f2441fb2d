"""The compiled connection scan: earliest arrival from one place at every stop of one day.

The algorithm is the connection scan of Dibbelt, Pajor, Strasser and Wagner (2018, "Connection
Scan Algorithm", ACM Journal of Experimental Algorithmics 23) with one label a number of
boardings, run for `LANES` queries side by side. Latest departures are the same scan over the
timetable turned round in time.

A journey is one whole number, see `sokanalysis.journey`: the lesser number is the better journey.
"""

from __future__ import annotations

import numba
import numpy as np

from sokanalysis.edges import Day, Starts
from sokanalysis.journey import (
    BELOW_TIME,
    LONGEST_WALK,
    NEVER,
    NO_JOURNEY,
    ONE_BOARDING,
    TIME,
    WALK,
    Ints,
    Journeys,
)
from sokanalysis.spread import (
    AT_ONCE,
    LANES,
    Labels,
    Queue,
    allow_more,
    first_boarding,
    go_on,
    open_rides,
    take_rides,
    wait,
)


@numba.njit(cache=True, nogil=True)
def _set_out(labels: Labels, day: Day, starts: Starts, lane: Ints, queue: Queue) -> np.int32:
    """Walk to the first stops, take on-demand rides from there; return when the first is."""
    first = NEVER
    for start in range(starts.stop.shape[0]):
        stop, at, walk = starts.stop[start], starts.time[start], np.int64(starts.walk[start])
        journey = (np.int64(at) << TIME) + (min(walk, LONGEST_WALK) << WALK)
        labels.ready[0, stop, lane[start]] = min(labels.ready[0, stop, lane[start]], journey)
        first = min(first, at)
    for stop in np.unique(starts.stop):
        size = take_rides(labels, day.rides, queue, 0, stop, 0, AT_ONCE)
        go_on(labels, day, queue, size)
    return first


@numba.njit(cache=True, nogil=True, inline="always")
def _board(labels: Labels, aboard: Journeys, level: int, stop: int, at: np.int32) -> bool:
    """Get on at a stop in all lanes that are there in time; tell whether any is."""
    time = np.int64(at)
    too_late = (time + 1) << TIME
    is_any = False
    for lane in range(LANES):
        is_any |= labels.ready[level - 1, stop, lane] < too_late
    if is_any:
        for lane in range(LANES):
            journey = labels.ready[level - 1, stop, lane]
            kept = ONE_BOARDING + (journey & BELOW_TIME)
            kept = first_boarding(journey, time) if level == 1 else kept
            kept = kept if journey < too_late else NO_JOURNEY
            aboard[level, lane] = min(aboard[level, lane], kept)
    return is_any


@numba.njit(cache=True, nogil=True, inline="always")
def _alight(labels: Labels, aboard: Journeys, level: int, stop: int, at: np.int32) -> bool:
    """Get off at a stop in all lanes that are aboard; tell whether it was worth it for any."""
    time = np.int64(at) << TIME
    is_better = False
    for lane in range(LANES):
        kept, old = aboard[level, lane], labels.arrival[level, stop, lane]
        new = time + kept if kept < NO_JOURNEY else NO_JOURNEY
        is_better |= new < old
        labels.arrival[level, stop, lane] = min(old, new)
    return is_better


@numba.njit(cache=True, nogil=True)
def scan_lanes(day: Day, starts: Starts, lane: Ints, most: int) -> Journeys:
    """Return the best journeys of up to `LANES` queries to every stop.

    Parameters
    ----------
    day : Day
        What runs, and how one walks.
    starts : Starts
        Where and when to board first.
    lane : ndarray of int32, shape (starts,)
        Which query each start belongs to, counted from 0.
    most : int
        Boardings allowed in one journey, at most 7.

    Returns
    -------
    ndarray of int64, shape (most + 1, stops, LANES)
        The best journey in a vehicle by boardings allowed; `NO_JOURNEY` where there is none.
        Take it apart with `time_of` and its neighbours.
    """
    rides, stops = day.connections, day.walks.start.shape[0] - 1
    labels = Labels(
        np.full((most + 1, stops, LANES), NO_JOURNEY), np.full((most, stops, LANES), NO_JOURNEY)
    )
    aboard = np.full((day.trips, most + 1, LANES), NO_JOURNEY)
    is_aboard = np.zeros((day.trips, most + 1), dtype=np.bool_)
    queue = Queue(
        np.empty(((most + 1) * stops, 2), dtype=np.int32),
        np.zeros((most + 1, stops), dtype=np.bool_),
    )
    first = _set_out(labels, day, starts, lane, queue)
    opening = int(np.searchsorted(day.windows[:, 0], first))
    for row in range(np.searchsorted(rides.departure, first), len(rides.departure)):
        trip, size = rides.trip[row], 0
        at, stop, end, to = (
            rides.departure[row],
            rides.from_stop[row],
            rides.arrival[row],
            rides.to_stop[row],
        )
        if opening < len(day.windows) and day.windows[opening, 0] <= at:
            opening = open_rides(labels, day, queue, opening, at)
        for level in range(1, most + 1):
            if rides.can_board[row] and _board(labels, aboard[trip], level, stop, at):
                is_aboard[trip, level] = True
            may_alight = rides.can_alight[row] and is_aboard[trip, level]
            if may_alight and _alight(labels, aboard[trip], level, to, end):
                allow_more(labels.arrival, level, to)
                size = wait(queue, size, to, level)
        if size > 0:
            go_on(labels, day, queue, size)
    open_rides(labels, day, queue, opening, NEVER)
    return labels.arrival


def scan(day: Day, starts: Starts, most: int) -> Journeys:
    """Return the best journeys of one query to every stop.

    Parameters
    ----------
    day, starts, most
        As in `scan_lanes`.

    Returns
    -------
    ndarray of int64, shape (most + 1, stops)
        The best journey in a vehicle by boardings allowed, as in `scan_lanes`; row 0 is always
        `NO_JOURNEY`.
    """
    lane = np.zeros(len(starts.stop), dtype=np.int32)
    journeys: Journeys = scan_lanes(day, starts, lane, most)[:, :, 0]
    return journeys
