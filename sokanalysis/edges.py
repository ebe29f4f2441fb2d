"""What one day consists of for the search: rides, walks, on-demand rides – and turned in time."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sokanalysis.journey import Ints, int32

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


class Day(NamedTuple):
    """All that a search needs of one day; made by `day_of`.

    ``walks`` are walks between stops, each stop to itself included (change time), whose bounds
    are not read; ``rides`` are on-demand rides; ``windows`` has the distinct openings of these,
    in order, and until when a ride may begin; ``trips`` counts the trips.
    """

    connections: Connections
    walks: Rows
    rides: Rows
    windows: Ints
    trips: int


class Starts(NamedTuple):
    """Stops reached on foot from the place asked about: when, and after how long a walk."""

    stop: Ints
    time: Ints
    walk: Ints


def day_of(connections: Connections, walks: Rows, rides: Rows, trips: int) -> Day:
    """Put a day together."""
    opens, window = np.unique(rides.opens, return_inverse=True)
    last = np.full(len(opens), np.iinfo(np.int32).min)
    np.maximum.at(last, window, rides.closes - rides.seconds)
    return Day(connections, walks, rides, int32(np.column_stack([opens, last])), trips)


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
