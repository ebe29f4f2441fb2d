"""Journeys by timetable between many places at many times and all origins at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numba
import numpy as np

from sokanalysis.connection_scan import scan_lanes
from sokanalysis.edges import Starts
from sokanalysis.journey import NO_JOURNEY, TIME, WALK, Ints, Journeys, int32
from sokanalysis.spread import LANES

if TYPE_CHECKING:
    from sokanalysis.geography import Points
    from sokanalysis.region import Region
    from sokanalysis.timetable import Timetable


# Queries looked up together at the doors; see the note on constants in `sokanalysis.spread`.
ABREAST: Final = 64


class Access(NamedTuple):
    """Stops near places: those of place ``i`` stand at ``start[i]:start[i + 1]``.

    ``walk`` is the way between place and stop in seconds.
    """

    start: Ints
    stop: Ints
    walk: Ints


@dataclass(frozen=True)
class Searches:
    """The best journeys of many queries to every stop, kept once for equal queries.

    Parameters
    ----------
    journeys : ndarray of int64, shape (distinct queries, stops)
        See `sokanalysis.journey`.
    row : ndarray of int32, shape (queries,)
        Where the answer of each query stands.
    """

    journeys: Journeys
    row: Ints

    def at_doors(self, doors: Access) -> Journeys:
        """Return the best journey to every door, the walk from the stop included.

        Returns
        -------
        ndarray of int64, shape (queries, doors)
            `NO_JOURNEY` where there is none.
        """
        at: Journeys = _at_doors(self.journeys, doors)
        return at[self.row]


def access(region: Region, origins: Points, stops: Points) -> Access:
    """Return the stops within the longest walk to a stop.

    Parameters
    ----------
    region : Region
        Gives ways and the parameter ``stop_walk_max_minutes``.
    origins, stops : ndarray of float, shape (n, 2) and (m, 2)
        Positions in metres (EPSG:25832).
    """
    longest = float(region.parameters.stop_walk_max_minutes)
    origin, stop, minutes = region.ways.walk_pairs(origins, stops, longest)
    start = np.searchsorted(origin, np.arange(len(origins) + 1))
    return Access(int32(start), int32(stop), int32(np.ceil(minutes * 60)))


def search(region: Region, timetable: Timetable, places: Points, times_s: Ints) -> Searches:
    """Search from each place at its time, every distinct pair of place and time once.

    Parameters
    ----------
    region : Region
        Gives ways and parameters.
    timetable : Timetable
        The day; turned round, the latest departures are found instead of earliest arrivals.
    places : ndarray of float, shape (queries, 2)
        Positions in metres (EPSG:25832).
    times_s : ndarray of int, shape (queries,)
        Seconds of the day; negative ones for a timetable turned round.

    Returns
    -------
    Searches
        Equal however many processors take part.
    """
    queries = np.column_stack([times_s, places])  # by time first, so that lanes set out together
    distinct, row = np.unique(queries, axis=0, return_inverse=True)
    doors = access(region, distinct[:, 1:], timetable.places)
    most = int(region.parameters.max_boardings)
    journeys = np.full((len(distinct), len(timetable.places)), NO_JOURNEY)

    def answer(first: int) -> None:
        last = min(first + LANES, len(distinct))
        part = slice(doors.start[first], doors.start[last])
        lane = np.repeat(np.arange(last - first), np.diff(doors.start[first : last + 1]))
        walk = doors.walk[part]
        starts = Starts(doors.stop[part], int32(distinct[first + lane, 0] + walk), walk)
        found = scan_lanes(timetable.day, starts, int32(lane), most)
        journeys[first:last] = found[most, :, : last - first].T

    with ThreadPoolExecutor() as pool:  # the scan lets go of the interpreter
        list(pool.map(answer, range(0, len(distinct), LANES)))
    return Searches(journeys, int32(row.ravel()))


@numba.njit(cache=True, nogil=True)
def side_by_side(journeys: Journeys, row: Ints) -> Journeys:
    """Return up to `ABREAST` rows of journeys side by side, shape (stops, ABREAST)."""
    lanes = np.full((journeys.shape[1], ABREAST), NO_JOURNEY)
    for lane in range(row.shape[0]):
        lanes[:, lane] = journeys[row[lane]]
    return lanes


@numba.njit(cache=True, nogil=True, inline="always")
def best_at_door(lanes: Journeys, doors: Access, door: int, best: Journeys) -> None:
    """Put the best journeys to a door into ``best``, shape (ABREAST,)."""
    best[:] = NO_JOURNEY
    for pair in range(doors.start[door], doors.start[door + 1]):
        stop, walk = doors.stop[pair], np.int64(doors.walk[pair])
        step = (walk << TIME) + (walk << WALK)
        for lane in range(ABREAST):
            best[lane] = min(best[lane], lanes[stop, lane] + step)


@numba.njit(cache=True, nogil=True)
def _at_doors(journeys: Journeys, doors: Access) -> Journeys:
    at = np.empty((journeys.shape[0], doors.start.shape[0] - 1), dtype=np.int64)
    best = np.empty(ABREAST, dtype=np.int64)
    for first in range(0, at.shape[0], ABREAST):
        last = min(first + ABREAST, at.shape[0])
        lanes = side_by_side(journeys, np.arange(first, last, dtype=np.int32))
        for door in range(at.shape[1]):
            best_at_door(lanes, doors, door, best)
            at[first:last, door] = best[: last - first]
    return at
