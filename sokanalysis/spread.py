"""What follows from being at a stop without a timetable: walks and on-demand rides.

Compiled, and part of the connection scan: `LANES` queries are worked on side by side.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numba
import numpy as np

from sokanalysis.edges import Day, Flags, Rows
from sokanalysis.journey import (
    BELOW_TIME,
    LATEST,
    LONGEST_WALK,
    NEVER,
    NO_JOURNEY,
    ONE_BOARDING,
    TIME,
    WALK,
    WALKED,
    Ints,
    Journeys,
)

# As wide as the processor computes at once. Compiled code is kept by file: who changes this, or
# another constant that several modules share, deletes the files kept in __pycache__.
LANES: Final = 16
AT_ONCE: Final = np.int64(-NEVER)


class Labels(NamedTuple):
    """Best journeys by boardings allowed, stop and lane: in a vehicle, and after walking on.

    More boardings allowed are never worse than fewer.
    """

    arrival: Journeys
    ready: Journeys


class Queue(NamedTuple):
    """Stops that wait for what follows from them, each with its boardings; and which wait."""

    waiting: Ints
    is_waiting: Flags


@numba.njit(cache=True, nogil=True, inline="always")
def first_boarding(journey: np.int64, at: np.int64) -> np.int64:
    """Return what is kept of a walk from the start to a stop when one gets on there."""
    walked = journey & WALKED
    return ONE_BOARDING + walked + (LATEST - (at - (walked >> WALK)))


@numba.njit(cache=True, nogil=True, inline="always")
def wait(queue: Queue, size: int, stop: int, level: int) -> int:
    """Let a stop wait for what follows from it; return the size of the queue."""
    if queue.is_waiting[level, stop]:
        return size
    queue.is_waiting[level, stop] = True
    queue.waiting[size, 0] = stop
    queue.waiting[size, 1] = level
    return size + 1


@numba.njit(cache=True, nogil=True, inline="always")
def allow_more(journeys: Journeys, level: int, stop: int) -> None:
    """Let what was improved stand where more boardings are allowed.

    Nothing follows from it there that does not follow from it here.
    """
    for more in range(level + 1, journeys.shape[0]):
        for lane in range(LANES):
            known = journeys[more, stop, lane]
            journeys[more, stop, lane] = min(known, journeys[level, stop, lane])


@numba.njit(cache=True, nogil=True)
def take_rides(
    labels: Labels, rides: Rows, queue: Queue, size: int, stop: int, level: int, opening: np.int64
) -> int:
    """Take the on-demand rides from a stop; return the size of the queue of stops improved.

    ``opening`` is `AT_ONCE` for those who come while a window is open, or the time at which
    windows open for those who have come before.
    """
    for edge in range(rides.start[stop], rides.start[stop + 1]):
        to, seconds = rides.to[edge], np.int64(rides.seconds[edge])
        opens, closes = np.int64(rides.opens[edge]), np.int64(rides.closes[edge])
        if opening != AT_ONCE and opening != opens:  # noqa: PLR1714
            continue
        is_better = False
        for lane in range(LANES):
            journey = labels.ready[level, stop, lane]
            came = journey >> TIME
            begin = max(came, opens)
            kept = ONE_BOARDING + (journey & BELOW_TIME)
            kept = first_boarding(journey, begin) if level == 0 else kept
            is_due = (opening == AT_ONCE) == (came >= opens)
            is_taken = is_due & (begin + seconds <= closes) & (journey < NO_JOURNEY)
            new = ((begin + seconds) << TIME) + kept if is_taken else NO_JOURNEY
            old = labels.arrival[level + 1, to, lane]
            is_better |= new < old
            labels.arrival[level + 1, to, lane] = min(old, new)
        if is_better:
            allow_more(labels.arrival, level + 1, to)
            size = wait(queue, size, to, level + 1)
    return size


@numba.njit(cache=True, nogil=True)
def open_rides(labels: Labels, day: Day, queue: Queue, opening: int, now: np.int32) -> int:
    """Take the rides whose windows open until now from where people wait for them.

    All who come before a window opens have come by then, so each ride is looked at once.
    Returns the next opening, a position in ``day.windows``.
    """
    while opening < day.windows.shape[0] and day.windows[opening, 0] <= now:
        opens = np.int64(day.windows[opening, 0])
        for level in range(labels.ready.shape[0]):
            size = 0
            for stop in range(labels.ready.shape[1]):
                if labels.ready[level, stop].min() < opens << TIME:
                    size = take_rides(labels, day.rides, queue, size, stop, level, opens)
            go_on(labels, day, queue, size)
        opening += 1
    return opening


@numba.njit(cache=True, nogil=True)
def _is_open(windows: Ints, ready: Journeys) -> bool:
    """Tell whether anyone who is ready comes while a window is open."""
    for window in range(windows.shape[0]):
        for lane in range(LANES):
            time = ready[lane] >> TIME
            if windows[window, 0] <= time <= windows[window, 1]:
                return True
    return False


@numba.njit(cache=True, nogil=True, inline="always")
def go_on(labels: Labels, day: Day, queue: Queue, size: int) -> None:
    """Walk on from the stops that wait, and take on-demand rides from there.

    What these reach waits in its turn: such rides chain with walks without a timetable.
    """
    while size > 0:
        size -= 1
        stop, level = queue.waiting[size, 0], queue.waiting[size, 1]
        queue.is_waiting[level, stop] = False
        if level == labels.ready.shape[0]:
            continue
        for edge in range(day.walks.start[stop], day.walks.start[stop + 1]):
            to, seconds = day.walks.to[edge], np.int64(day.walks.seconds[edge])
            walk = min(seconds, LONGEST_WALK) if to != stop else np.int64(0)
            step = (seconds << TIME) + (walk << WALK)
            is_better = False
            for lane in range(LANES):
                new, old = labels.arrival[level, stop, lane] + step, labels.ready[level, to, lane]
                is_better |= new < old
                labels.ready[level, to, lane] = min(old, new)
            if is_better:
                allow_more(labels.ready, level, to)
                has_rides = day.rides.start[to] < day.rides.start[to + 1]
                if has_rides and _is_open(day.windows, labels.ready[level, to]):
                    size = take_rides(labels, day.rides, queue, size, to, level, AT_ONCE)
