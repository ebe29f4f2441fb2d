"""Rides of the on-demand bus: which places it joins, how long it takes, when it runs."""

from __future__ import annotations

from collections.abc import Hashable
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.edges import Rows, rows
from sokanalysis.footpaths import stop_places
from sokanalysis.geography import Points, distances_m, pairs_within
from sokanalysis.identity import Same

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters
    from sokanalysis.read.gtfs import Feed
    from sokanalysis.streets import StreetNetwork

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
_Pairs = tuple[Ints, Ints, Floats]

_LEG: Final = ["location_id", "location_id_to", "open_s", "close_s", "open_s_to", "close_s_to"]


def on_demand_rides(
    feed: Feed,
    trips: pd.DataFrame,
    parameters: Parameters,
    streets: StreetNetwork | None = None,
) -> tuple[Rows, Floats]:
    """Return on-demand rides from one place of a trip to a later one, one edge a window.

    A ride joins two stops between ``flex_min_km`` and ``flex_max_km`` of straight line. It is the
    straight line also where streets are known: the operator names distances without saying how
    they are measured, streets know minutes and not kilometres, and an extract laid into the
    folder shall change how long a ride takes, not which rides there are.

    A ride takes `ride_seconds`. It has to begin while its first place is served and to end while
    its second is. Booking rules close no ride: a course is planned, so one books in time.

    Parameters
    ----------
    feed : Feed
        Windows, zones and groups of stops.
    trips : DataFrame
        Trips that run on the day; no rows mean no rides.
    parameters : Parameters
        Reach, speed, detour and boarding time of the on-demand bus.
    streets : StreetNetwork, optional
        Straight lines without it.

    Returns
    -------
    rides : Rows
        One row a stop, by position in ``feed.stops``.
    notice_minutes : ndarray of float, shape (rides,)
        How long before one has to book, in the order of the rides; not a number when the feed
        does not say.
    """
    legs, count = _legs(feed.flex, trips), len(feed.stops)
    pairs = _pairs(feed, legs, parameters, streets)
    parts = [_leg_rides(leg, pairs) for leg in legs.to_dict("records")]
    edges = np.concatenate([*parts, np.empty((0, 6))])
    source, to, seconds, opens, closes, notice = edges.T
    order = rows(source, to, np.arange(len(edges)), count, opens, closes).seconds
    return rows(source, to, seconds, count, opens, closes), notice[order]


def ride_seconds(distance_m: Floats, car_minutes: Floats, parameters: Parameters) -> Floats:
    """Return how long rides take, from getting on to getting off.

    On straight lines the distance times ``flex_detour`` at ``flex_speed_kmh``. On streets the
    time of a car times ``car_speed_kmh`` / ``flex_speed_kmh``: the on-demand bus is slower than a
    car by what is assumed of the two elsewhere, for stops and detours to other passengers.
    ``flex_boarding_minutes`` are added to both.

    Parameters
    ----------
    distance_m : ndarray of float, shape (rides,)
        Straight lines.
    car_minutes : ndarray of float, shape (rides,)
        At the wheel, along streets; not a number where streets give no way.
    parameters : Parameters
        Speeds, detour and boarding time.

    Returns
    -------
    ndarray of float, shape (rides,)
        Whole seconds.
    """
    straight = distance_m / (parameters.flex_speed_kmh / 3.6 / parameters.flex_detour)
    slower = parameters.car_speed_kmh / parameters.flex_speed_kmh
    driven = np.where(np.isnan(car_minutes), straight, car_minutes * 60 * slower)
    return np.asarray(np.ceil(driven + parameters.flex_boarding_minutes * 60))


def _legs(flex: pd.DataFrame, trips: pd.DataFrame) -> pd.DataFrame:
    """Return every pair of windows of a trip that one can board in and then alight in.

    Of legs that differ in the notice alone the one with the shortest stays.
    """
    windows = flex[flex["trip_id"].isin(trips["trip_id"])]
    windows = windows.assign(order=np.arange(len(windows)))
    legs = windows.merge(windows, on="trip_id", suffixes=("", "_to"))
    size = windows.groupby("trip_id")["order"].transform("size")
    single = legs["order"].isin(windows.loc[size == 1, "order"])  # the place is both ends
    legs = legs[legs["can_board"] & legs["can_alight_to"]]
    legs = legs[(legs["order"] < legs["order_to"]) | single[legs.index]]
    return legs.sort_values("notice_minutes", kind="stable").drop_duplicates(_LEG)


def _pairs(
    feed: Feed, legs: pd.DataFrame, parameters: Parameters, streets: StreetNetwork | None
) -> dict[tuple[str, str], _Pairs]:
    """Return the stops joined and the seconds between them, by the places of a leg."""
    ends = dict.fromkeys(zip(legs["location_id"], legs["location_id_to"], strict=True))
    members = {place: _members(feed, place) for place in dict.fromkeys(feed.flex["location_id"])}
    served = np.unique(np.concatenate([*members.values(), np.empty(0, dtype=np.int64)]))
    places = stop_places(feed.stops)
    pairs = {}
    for here, there in ends:
        source, to, distance = _in_reach(members[here], members[there], places, parameters)
        driven = np.full(len(source), np.nan)
        if streets is not None:
            table = _car_minutes(Same(feed.stops), tuple(served), parameters, Same(streets))
            driven = table[np.searchsorted(served, source), np.searchsorted(served, to)]
        pairs[here, there] = source, to, ride_seconds(distance, driven, parameters)
    return pairs


def _members(feed: Feed, place: str) -> Ints:
    """Return the positions of the stops that a place of on-demand service means."""
    from shapely import contains_xy
    from shapely.geometry import shape

    if place in feed.stop_groups:
        return np.flatnonzero(feed.stops["stop_id"].isin(feed.stop_groups[place]))
    return np.flatnonzero(
        contains_xy(shape(feed.zones[place]), feed.stops["lon"], feed.stops["lat"])
    )


def _in_reach(here: Ints, there: Ints, places: Points, parameters: Parameters) -> _Pairs:
    """Return from, to and metres of straight line of the pairs that the service joins."""
    source, to, distance = pairs_within(places[here], places[there], parameters.flex_max_km * 1000)
    far = distance >= parameters.flex_min_km * 1000
    return here[source[far]], there[to[far]], distance[far]


@lru_cache(maxsize=4)
def _car_minutes(
    stops: Same[pd.DataFrame],
    served: tuple[int, ...],
    parameters: Parameters,
    streets: Same[StreetNetwork],
) -> Floats:
    """Return minutes at the wheel between the served stops; kept, for all days and windows.

    The search ends at twice the usual time of the longest ride, which makes it many times
    quicker; what has to drive round a reservoir is searched for once more without an end.
    """
    network, places = streets.value, stop_places(stops.value)[list(served)]
    extra, longest_km = parameters.car_extra_minutes, parameters.flex_max_km
    usual = longest_km * parameters.car_detour / parameters.car_speed_kmh * 60
    minutes = network.travel_minutes("auto", places, places, max_minutes=2 * usual + extra)
    at_street = network.snaps("auto", places).piece >= 0
    asked = (distances_m(places, places) <= longest_km * 1000) & at_street & at_street[:, None]
    missing = np.flatnonzero((asked & np.isnan(minutes)).any(axis=1))
    if len(missing):
        minutes[missing] = network.travel_minutes("auto", places[missing], places)
    return minutes - extra


def _leg_rides(
    leg: dict[Hashable, Any], pairs: dict[tuple[str, str], _Pairs]
) -> npt.NDArray[np.float64]:
    """Return from, to, seconds, opening, closing and notice of the rides between two places.

    One gets on while the first place is served and off while the second is.
    """
    source, to, seconds = pairs[leg["location_id"], leg["location_id_to"]]
    opens = np.maximum(leg["open_s"], leg["open_s_to"] - seconds)
    closes = np.minimum(leg["close_s_to"], leg["close_s"] + seconds)
    notice = np.full(len(source), leg["notice_minutes"])
    return np.column_stack([source, to, seconds, opens, closes, notice])
