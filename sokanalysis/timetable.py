"""One day of a timetable, compiled: connections, walks between stops, on-demand rides."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.codes import DAY_TYPES
from sokanalysis.connection_scan import (
    Connections,
    Ints,
    Rows,
    Starts,
    int32,
    rows,
    scan,
    turned_connections,
    turned_rows,
)
from sokanalysis.errors import NoServiceOnDate
from sokanalysis.geography import Points, pairs_within, project
from sokanalysis.read.gtfs_calendar import day_kinds

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters
    from sokanalysis.read.gtfs import Feed

_TUESDAY, _SATURDAY, _SUNDAY = 1, 5, 6
_TIMED, _MINIMUM, _FORBIDDEN = 1, 2, 3  # transfer_type of GTFS
_ENDS: Final = ("from", "to")
_LEG: Final = ["location_id", "location_id_to", "open_s", "close_s", "open_s_to", "close_s_to"]
_WEEKDAY_OF: Final = {
    "schultag": _TUESDAY, "ferientag": _TUESDAY, "samstag": _SATURDAY, "sonntag": _SUNDAY,
}  # fmt: skip


@dataclass(frozen=True)
class Timetable:
    """One day, ready to be scanned.

    Parameters
    ----------
    stop_ids, trip_ids : ndarray of object, shape (stops,) and (trips,)
        Keys of the feed, by position. Trips of a block in which one stays seated share the
        position of the first of them in ``connections.trip``.
    places : ndarray of float, shape (stops, 2)
        Position in metres (EPSG:25832).
    connections : Connections
        Rides between stops that follow each other.
    walks : Rows
        Walks between stops; each stop to itself takes the minimum change time, unless
        ``transfers.txt`` says otherwise.
    rides : Rows
        On-demand rides.
    """

    stop_ids: Any
    trip_ids: Any
    places: Points
    connections: Connections
    walks: Rows
    rides: Rows

    def turned(self) -> Timetable:
        """Return the same day with time running backwards."""
        return replace(
            self,
            connections=turned_connections(self.connections),
            walks=turned_rows(self.walks),
            rides=turned_rows(self.rides),
        )

    def scan(self, starts: Starts, most_boardings: int) -> tuple[Ints, Ints]:
        """Return arrival and leaving time by boardings and stop; see `connection_scan.scan`."""
        labels: tuple[Ints, Ints] = scan(
            self.connections, self.walks, self.rides, starts, len(self.trip_ids), most_boardings
        )
        return labels


def reference_dates(feed: Feed, after: pd.Timestamp) -> dict[str, pd.Timestamp]:
    """Pick one ordinary date for every day type from the calendar itself.

    Of all Tuesdays the commonest kind is the school day; the next common one is the day in the
    holidays. Saturday and Sunday take their commonest kind; see `day_kinds`.

    Parameters
    ----------
    feed : Feed
        Timetable with at least one day of service.
    after : Timestamp
        The first such date on or after this day is taken, or the first of all if there is none.

    Returns
    -------
    dict of str to Timestamp
        By day type of `codes.DAY_TYPES`.

    Raises
    ------
    NoServiceOnDate
        When a day type has no date with service.
    """
    return {day_type: _reference_date(feed, day_type, after) for day_type in DAY_TYPES}


def _reference_date(feed: Feed, day_type: str, after: pd.Timestamp) -> pd.Timestamp:
    active = feed.active
    days = active[[date.day_of_week == _WEEKDAY_OF[day_type] for date in active.index]]
    common = day_kinds(days, feed.trips["service_id"].value_counts())
    rank = 1 if day_type == "ferientag" else 0
    if len(common) <= rank:
        raise NoServiceOnDate(
            f"Der Fahrplan hat keinen Tag der Art „{DAY_TYPES[day_type]}“ mit Betrieb → "
            "calendar.txt und calendar_dates.txt prüfen."
        )
    dates = days.index[[services == common[rank] for services in days]]
    later = dates[dates >= after]
    return pd.Timestamp((later if len(later) else dates)[0])


def flex_hours(feed: Feed, date: pd.Timestamp) -> str:
    """Return when the on-demand bus runs on a date, in German: „8 bis 12 und 15 bis 17 Uhr“.

    Windows of all zones are taken together; „gar nicht“ when none is open.
    """
    services = feed.active.get(date, frozenset())
    trips = feed.trips.loc[feed.trips["service_id"].isin(services), "trip_id"]
    windows = feed.flex[feed.flex["trip_id"].isin(trips)]
    pairs = sorted(set(zip(windows["open_s"], windows["close_s"], strict=True)))
    parts = [f"{_hour(opens)} bis {_hour(closes)}" for opens, closes in pairs]
    return f"{' und '.join(parts)} Uhr" if parts else "gar nicht"


def _hour(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02d}" if minutes else str(hours)


@lru_cache(maxsize=16)
def compile_day(
    feed: Feed, date: pd.Timestamp, parameters: Parameters, *, with_flex: bool
) -> Timetable:
    """Compile one day of a feed; the last few are kept, by identity of feed and parameters.

    Parameters
    ----------
    feed : Feed
        The timetable.
    date : Timestamp
        A date with service.
    parameters : Parameters
        Walking and on-demand assumptions.
    with_flex : bool
        Whether on-demand rides count.

    Raises
    ------
    NoServiceOnDate
        When nothing runs on that date.
    """
    if date not in feed.active.index:
        first, last = feed.active.index.min(), feed.active.index.max()
        raise NoServiceOnDate(
            f"Am {date:%d.%m.%Y} fährt nach diesem Fahrplan nichts → ein Datum mit Betrieb "
            f"zwischen {first:%d.%m.%Y} und {last:%d.%m.%Y} wählen."
        )
    services = feed.active[date]
    trips = feed.trips[feed.trips["service_id"].isin(services)]
    places = project(feed.stops)
    return Timetable(
        stop_ids=feed.stops["stop_id"].to_numpy(object),
        trip_ids=trips["trip_id"].to_numpy(object),
        places=places,
        connections=_connections(feed, trips),
        walks=_walks(feed, places, parameters),
        rides=_rides(feed, trips if with_flex else trips[:0], places, parameters),
    )


def _connections(feed: Feed, trips: pd.DataFrame) -> Connections:
    times = feed.stop_times[feed.stop_times["trip_id"].isin(trips["trip_id"])]
    trip = pd.Index(trips["trip_id"]).get_indexer(times["trip_id"])
    stop = pd.Index(feed.stops["stop_id"]).get_indexer(times["stop_id"])
    departure, arrival = times["departure_s"].to_numpy(), times["arrival_s"].to_numpy()
    vehicle = _vehicles(trips["block_id"].to_numpy(object), trip, stop, departure, arrival)
    on, off = times["can_board"].to_numpy(bool), times["can_alight"].to_numpy(bool)
    ride = np.flatnonzero(trip[1:] == trip[:-1])
    ride = ride[np.lexsort((vehicle[trip[ride]], arrival[ride + 1], departure[ride]))]
    return Connections(
        int32(departure[ride]), int32(arrival[ride + 1]), int32(stop[ride]), int32(stop[ride + 1]),
        int32(vehicle[trip[ride]]), on[ride], off[ride + 1],
    )  # fmt: skip


def _vehicles(
    block: npt.NDArray[np.object_], trip: Ints, stop: Ints, departure: Ints, arrival: Ints
) -> npt.NDArray[np.int64]:
    """Return for every trip the first of those that one stays seated for, by position.

    The next trip of a block continues when it leaves from where the one before has ended.
    """
    first = np.flatnonzero(np.diff(trip, prepend=-1))
    last = np.flatnonzero(np.diff(trip, append=-1))
    name = block[trip[first]]
    order = np.lexsort((arrival[last], departure[first], name.astype("U")))
    first, last, name = first[order], last[order], name[order]
    stays = np.zeros(len(first), dtype=bool)
    stays[1:] = (name[1:] == name[:-1]) & (name[1:] != "") & (stop[first[1:]] == stop[last[:-1]])
    stays[1:] &= arrival[last[:-1]] <= departure[first[1:]]
    vehicle = np.arange(len(block))
    leader = np.where(stays, 0, np.arange(len(first)))
    vehicle[trip[first]] = trip[first[np.maximum.accumulate(leader)]]
    return vehicle


def _walks(feed: Feed, places: Points, parameters: Parameters) -> Rows:
    """Return the ways between stops: near ones, those of one station, and as transfers.txt says."""
    count = len(places)
    speed = parameters.walk_speed_kmh / 3.6 / parameters.walk_detour
    radius = parameters.transfer_walk_max_minutes * 60 * speed
    near, to, _ = pairs_within(places, places, radius)
    rules = feed.transfers
    ends = [pd.Index(feed.stops["stop_id"]).get_indexer(rules[f"{end}_stop_id"]) for end in _ENDS]
    rule, kind = ends[0] * count + ends[1], rules["transfer_type"].to_numpy()
    minimum = np.where(kind == _TIMED, 0, rules["min_s"].to_numpy())
    says = ~np.isnan(minimum) & np.isin(kind, (_TIMED, _MINIMUM))
    pair = np.unique(np.concatenate([near * count + to, _in_stations(feed), rule[says]]))
    pair = pair[~np.isin(pair, rule[kind == _FORBIDDEN])]
    source, to = pair // max(count, 1), pair % max(count, 1)
    distance = np.hypot(*(places[source] - places[to]).T)
    seconds = np.maximum(distance / speed, parameters.min_transfer_minutes * 60)
    seconds[np.searchsorted(pair, rule[says])] = minimum[says]
    return rows(source, to, np.ceil(seconds), count)


def _in_stations(feed: Feed) -> npt.NDArray[np.int64]:
    """Return the pairs of platforms of one station, each as one number."""
    at = np.arange(len(feed.stops))
    platforms = pd.DataFrame({"station": feed.stops["parent_station"], "at": at})
    platforms = platforms[platforms["station"] != ""]
    pairs = platforms.merge(platforms, on="station")
    return pairs["at_x"].to_numpy(np.int64) * len(at) + pairs["at_y"].to_numpy(np.int64)


def _rides(feed: Feed, trips: pd.DataFrame, places: Points, parameters: Parameters) -> Rows:
    """Return on-demand rides from one place of a trip to a later one, one edge a window."""
    windows = feed.flex[feed.flex["trip_id"].isin(trips["trip_id"])]
    windows = windows.assign(order=np.arange(len(windows)))
    legs = windows.merge(windows, on="trip_id", suffixes=("", "_to"))
    alone = windows.groupby("trip_id")["order"].transform("size").reindex(windows.index)
    single = legs["order"].isin(windows.loc[alone == 1, "order"])  # the place is both ends
    legs = legs[legs["can_board"] & legs["can_alight_to"]]
    legs = legs[(legs["order"] < legs["order_to"]) | single[legs.index]]
    legs = legs.drop_duplicates(_LEG)
    members = {key: _members(feed, key) for key in {*legs["location_id"], *legs["location_id_to"]}}
    parts = [_leg_rides(leg, members, places, parameters) for leg in legs.to_dict("records")]
    edges = np.concatenate([*parts, np.empty((0, 5))])
    source, to, seconds, opens, closes = edges.T
    return rows(source, to, seconds, len(places), opens, closes)


def _members(feed: Feed, place: str) -> npt.NDArray[np.int64]:
    """Return the positions of the stops that a place of on-demand service means."""
    from shapely import contains_xy
    from shapely.geometry import shape

    if place in feed.stop_groups:
        return np.flatnonzero(feed.stops["stop_id"].isin(feed.stop_groups[place]))
    return np.flatnonzero(
        contains_xy(shape(feed.zones[place]), feed.stops["lon"], feed.stops["lat"])
    )


def _leg_rides(
    leg: dict[Hashable, Any],
    members: dict[str, npt.NDArray[np.int64]],
    places: Points,
    parameters: Parameters,
) -> npt.NDArray[np.float64]:
    """Return from, to, seconds, opening and closing of the rides between two places.

    One gets on while the first place is served and off while the second is.
    """
    here, there = members[leg["location_id"]], members[leg["location_id_to"]]
    source, to, distance = pairs_within(places[here], places[there], parameters.flex_max_km * 1000)
    far = distance >= parameters.flex_min_km * 1000
    source, to, distance = here[source[far]], there[to[far]], distance[far]
    speed = parameters.flex_speed_kmh / 3.6 / parameters.flex_detour
    seconds = np.ceil(distance / speed + parameters.flex_boarding_minutes * 60)
    opens = np.maximum(leg["open_s"], leg["open_s_to"] - seconds)
    closes = np.minimum(leg["close_s_to"], leg["close_s"] + seconds)
    return np.column_stack([source, to, seconds, opens, closes])
