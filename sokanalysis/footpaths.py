"""Walks between stops: along the streets where they are known, else on straight lines."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.edges import Rows, rows
from sokanalysis.geography import Points, pairs_within, project
from sokanalysis.identity import Same

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters
    from sokanalysis.streets import StreetNetwork

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_TIMED, _MINIMUM, _FORBIDDEN = 1, 2, 3  # transfer_type of GTFS
_ENDS: Final = ("from", "to")
# So many stops at once: their minutes to all stops near any of them are held together.
_BATCH: Final = 512


def stop_places(stops: pd.DataFrame) -> Points:
    """Return where the stops are in metres (EPSG:25832), shape (stops, 2); not to be changed."""
    return _stop_places(Same(stops))


@lru_cache(maxsize=8)
def _stop_places(stops: Same[pd.DataFrame]) -> Points:
    return project(stops.value)


def footpaths(
    stops: pd.DataFrame,
    transfers: pd.DataFrame,
    parameters: Parameters,
    streets: StreetNetwork | None = None,
) -> Rows:
    """Return the walks between stops; the last few answers are kept, by identity of what is given.

    Two stops are joined when the walk is not longer than ``transfer_walk_max_minutes``, when they
    belong to one station, or when ``transfers.txt`` gives a time; what it forbids is left out. A
    walk takes the time that ``transfers.txt`` gives; else the minutes along the streets; else,
    without streets, the straight line with its detour; never less than ``min_transfer_minutes``.

    A stop that lies off the streets (beyond the extract, or farther than ``street_snap_max_m``
    from any street) does not vanish: its walks are straight lines. So is a walk inside a station
    for which the streets give no way of that length: underpasses and platforms are seldom drawn.

    Parameters
    ----------
    stops, transfers : DataFrame
        As in `read.gtfs.Feed`.
    parameters : Parameters
        Walking speed and detour, the longest walk and the shortest change.
    streets : StreetNetwork, optional
        Straight lines without it.

    Returns
    -------
    Rows
        One row a stop, by position; each stop to itself takes the minimum change time, unless
        ``transfers.txt`` says otherwise. Without stops there are no rows.
    """
    return _footpaths(Same(stops), Same(transfers), parameters, Same(streets))


@lru_cache(maxsize=8)
def _footpaths(
    stops: Same[pd.DataFrame],
    transfers: Same[pd.DataFrame],
    parameters: Parameters,
    streets: Same[StreetNetwork | None],
) -> Rows:
    places, count = stop_places(stops.value), len(stops.value)
    rule, kind, given_s = _rules(stops.value, transfers.value)
    near, walked, walked_s = _near(places, parameters, streets.value)
    says = ~np.isnan(given_s)
    pair = np.unique(np.concatenate([near, walked, _in_stations(stops.value), rule[says]]))
    pair = pair[~np.isin(pair, rule[kind == _FORBIDDEN])]
    source, to = pair // max(count, 1), pair % max(count, 1)
    seconds = np.hypot(*(places[source] - places[to]).T) / _straight_mps(parameters)
    on_streets = np.isin(pair, walked)
    seconds[on_streets] = walked_s[np.searchsorted(walked, pair[on_streets])]
    seconds = np.maximum(seconds, parameters.min_transfer_minutes * 60)
    seconds[np.searchsorted(pair, rule[says])] = given_s[says]
    return rows(source, to, np.ceil(seconds), count)


def _straight_mps(parameters: Parameters) -> float:
    """Return metres of straight line in a second of walking."""
    return float(parameters.walk_speed_kmh / 3.6 / parameters.walk_detour)


def _rules(stops: pd.DataFrame, transfers: pd.DataFrame) -> tuple[Ints, Ints, Floats]:
    """Return pair, kind and seconds (not a number when left open) of the rules for changing."""
    of = pd.Index(stops["stop_id"])
    ends = [of.get_indexer(transfers[f"{end}_stop_id"]).astype(np.int64) for end in _ENDS]
    kind = transfers["transfer_type"].to_numpy(np.int64)
    given_s = np.where(kind == _TIMED, 0.0, transfers["min_s"].to_numpy(float))
    given_s[~np.isin(kind, (_TIMED, _MINIMUM))] = np.nan
    return ends[0] * len(stops) + ends[1], kind, given_s


def _in_stations(stops: pd.DataFrame) -> Ints:
    """Return the pairs of platforms of one station, each as one number."""
    platforms = pd.DataFrame({"station": stops["parent_station"], "at": np.arange(len(stops))})
    platforms = platforms[platforms["station"] != ""]
    pairs = platforms.merge(platforms, on="station")
    return pairs["at_x"].to_numpy(np.int64) * len(stops) + pairs["at_y"].to_numpy(np.int64)


def _near(
    places: Points, parameters: Parameters, streets: StreetNetwork | None
) -> tuple[Ints, Ints, Floats]:
    """Return the near pairs on straight lines, those along streets and their seconds, ascending.

    Where both stops lie at streets, only the streets say whether they are near.
    """
    longest_s, count = parameters.transfer_walk_max_minutes * 60, len(places)
    source, to, _ = pairs_within(places, places, longest_s * _straight_mps(parameters))
    if streets is None:
        return source * count + to, np.empty(0, dtype=np.int64), np.empty(0)
    at_street = streets.snaps("fuss", places).piece >= 0
    off = ~(at_street[source] & at_street[to])
    walked, walked_s = _walked(places, parameters, streets)
    return source[off] * count + to[off], walked, walked_s


def _walked(places: Points, parameters: Parameters, streets: StreetNetwork) -> tuple[Ints, Floats]:
    """Return the pairs within the longest walk along the streets, ascending, and their seconds.

    No way is shorter than the straight line, so each stop is only tried with those around it.
    """
    minutes = float(parameters.transfer_walk_max_minutes)
    around = minutes * 60 * parameters.walk_speed_kmh / 3.6
    source, near, _ = pairs_within(places, places, around)
    bounds = np.searchsorted(source, np.arange(0, len(places) + _BATCH, _BATCH))
    pairs, seconds = [np.empty(0, dtype=np.int64)], [np.empty(0)]
    for batch, (begin, end) in enumerate(pairwise(bounds)):
        first, target = batch * _BATCH, np.unique(near[begin:end])
        some = places[first : first + _BATCH]
        start, stop, took = streets.walk_pairs(some, places[target], minutes)
        pairs.append((first + start) * len(places) + target[stop])
        seconds.append(took * 60)
    return np.concatenate(pairs), np.concatenate(seconds)
