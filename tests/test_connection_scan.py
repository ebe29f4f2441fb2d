"""The scan against an exhaustive search over every journey, on random small timetables."""

from __future__ import annotations

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.connection_scan import scan
from sokanalysis.edges import Connections, Starts, day_of, rows, turned_connections, turned_rows
from sokanalysis.journey import NEVER, int32, time_of

STOPS, MOST = 5, 3

stop = st.integers(0, STOPS - 1)
free = st.sampled_from([True, True, True, False])
trip = st.lists(
    st.tuples(stop, st.integers(0, 12), st.integers(0, 9), free, free), min_size=2, max_size=4
)  # (stop, dwell, ride to the next, may one board, may one alight)
# A vehicle runs a trip and then perhaps, in a block, another from where the first has ended.
blocks = st.one_of(st.just([]), trip)
timetables = st.lists(st.tuples(st.integers(0, 60), trip, blocks), max_size=6)
walks = st.lists(st.tuples(stop, stop, st.integers(1, 6)), max_size=5)
rides = st.lists(
    st.tuples(stop, stop, st.integers(1, 9), st.integers(0, 50), st.integers(0, 40)), max_size=4
)


def _connections(timetable):
    """Connections of vehicles given as (start, first trip, next trip of the block)."""
    parts = []
    for number, (start, first, after) in enumerate(timetable):
        time = start
        for calls in (first, [first[-1], *after[1:]] if after else []):
            for (here, dwell, ride, board, _), (there, *_, alight) in itertools.pairwise(calls):
                leave = time + dwell
                parts.append((leave, leave + ride, here, there, number, board, alight))
                time = leave + ride
    parts.sort(key=lambda part: (part[0], part[1], part[4]))
    columns = np.array(parts).reshape(-1, 7).T
    flags = [column.astype(bool) for column in columns[5:]]
    return Connections(*(int32(column) for column in columns[:5]), *flags)


def _walks(pairs):
    """Both directions, shortest of doubles, one minute to change at a stop."""
    best = {(here, here): 1 for here in range(STOPS)}
    for here, there, minutes in pairs:
        for edge in ((here, there), (there, here)):
            if here != there:
                best[edge] = min(minutes, best.get(edge, 99))
    source, to = np.array(list(best)).T
    return rows(source, to, list(best.values()), STOPS)


def _rides(windows):
    columns = np.array([(a, b, s, o, o + w) for a, b, s, o, w in windows]).reshape(-1, 5).T
    return rows(columns[0], columns[1], columns[2], STOPS, columns[3], columns[4])


def _edges(compressed):
    source = np.repeat(np.arange(STOPS), np.diff(compressed.start))
    return list(zip(source, compressed.to, *compressed[2:], strict=True))


def exhaustive(connections, foot, flex, start, time):
    """Earliest arrival by number of boardings and stop, trying every journey."""
    best = {}
    by_trip: dict[int, list] = {}
    for call in zip(*connections, strict=True):
        by_trip.setdefault(int(call[4]), []).append(call)
    seen = set()
    todo = [(start, time, 0)]
    while todo:
        here, now, boardings = todo.pop()
        if (here, now, boardings) in seen or boardings == MOST:
            continue
        seen.add((here, now, boardings))
        reached = [
            (call[3], call[1])
            for calls in by_trip.values()
            for first, boarded in enumerate(calls)
            if boarded[2] == here and boarded[0] >= now and boarded[5]
            for call in calls[first:]
            if call[6]
        ]
        for a, b, seconds, opens, closes in _edges(flex):
            end = max(now, opens) + seconds
            if a == here and end <= closes:
                reached.append((b, end))
        for there, at in reached:
            key = (boardings + 1, int(there))
            best[key] = min(int(at), best.get(key, NEVER))
            todo += [(b, at + s, boardings + 1) for a, b, s, _, _ in _edges(foot) if a == there]
    return best


def scanned(connections, foot, flex, start, time):
    starts = Starts(int32([start]), int32([time]), int32([0]))
    trips = int(connections.trip.max(initial=-1)) + 1
    return time_of(scan(day_of(connections, foot, flex, trips), starts, MOST))


@settings(max_examples=300, deadline=None)
@given(timetables, walks, rides, stop, st.integers(0, 40))
def test_scan_equals_exhaustive_search(timetable, pairs, windows, start, time):
    day, foot, flex = _connections(timetable), _walks(pairs), _rides(windows)
    arrival = np.minimum.accumulate(scanned(day, foot, flex, start, time), axis=0)
    best = exhaustive(day, foot, flex, start, time)
    for boardings in range(1, MOST + 1):
        for there in range(STOPS):
            wanted = min(best.get((k, there), NEVER) for k in range(1, boardings + 1))
            assert arrival[boardings, there] == wanted


@settings(max_examples=150, deadline=None)
@given(timetables, walks, rides, stop, stop, st.integers(0, 40))
def test_latest_departure_is_the_scan_turned_round(timetable, pairs, windows, a, b, time):
    """Leaving b for a as late as possible, one gets there in time; a minute later, not."""
    day, foot, flex = _connections(timetable), _walks(pairs), _rides(windows)
    back = scanned(turned_connections(day), turned_rows(foot), turned_rows(flex), a, -time)
    latest = -int(back[:, b].min())
    if latest == -NEVER:
        assert not _in_time(day, foot, flex, b, -200, a, time)
    else:
        assert _in_time(day, foot, flex, b, latest, a, time)
        assert not _in_time(day, foot, flex, b, latest + 1, a, time)


def _in_time(day, foot, flex, source, leave, target, deadline):
    """Whether a journey boards at source from leave on and gets off at target by deadline."""
    return scanned(day, foot, flex, source, leave)[:, target].min() <= deadline


def test_turning_twice_changes_nothing():
    # The second trip calls at three stops within one minute: their order has to stay.
    day = _connections([
        (0, [(0, 1, 5, True, True), (1, 1, 5, True, False), (2, 0, 1, True, True)], []),
        (3, [(0, 0, 0, True, True), (3, 0, 0, False, True), (4, 0, 0, True, True)], []),
    ])  # fmt: skip
    twice = turned_connections(turned_connections(day))
    assert all((a == b).all() for a, b in zip(day, twice, strict=True))


def _ride(*calls):
    """Minutes of arrival at stops 0 to 4 with one vehicle, from stop 0 at minute 0."""
    arrival = scanned(_connections([(0, list(calls), [])]), _walks([]), _rides([]), 0, 0)
    return [None if time == NEVER else int(time) for time in arrival.min(axis=0)]


def test_nobody_boards_or_alights_where_it_is_not_allowed():
    # Minutes 5 and 10 at stops 1 and 2, reached from 0 unless a rule forbids it.
    open_, closed = (True, True), (False, False)
    assert _ride((0, 0, 5, *open_), (1, 0, 5, *open_), (2, 0, 0, *open_))[1:3] == [5, 10]
    assert _ride((0, 0, 5, *open_), (1, 0, 5, *closed), (2, 0, 0, *open_))[1:3] == [None, 10]
    assert _ride((0, 0, 5, *closed), (1, 0, 5, *open_), (2, 0, 0, *open_))[1:3] == [None, None]
