"""One day of a timetable, compiled: connections, walks between stops, on-demand rides."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.codes import DAY_TYPES
from sokanalysis.edges import Connections, Day, Rows, day_of, turned_connections, turned_rows
from sokanalysis.errors import NoServiceOnDate
from sokanalysis.footpaths import footpaths, stop_places
from sokanalysis.geography import Points
from sokanalysis.identity import Same
from sokanalysis.journey import Ints, int32
from sokanalysis.on_demand import on_demand_rides
from sokanalysis.read.gtfs_calendar import day_kinds

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.parameters import Parameters
    from sokanalysis.read.gtfs import Feed
    from sokanalysis.streets import StreetNetwork

_TUESDAY, _SATURDAY, _SUNDAY = 1, 5, 6
_WEEKDAY_OF: Final = {
    "schultag": _TUESDAY, "ferientag": _TUESDAY, "samstag": _SATURDAY, "sonntag": _SUNDAY,
}  # fmt: skip

Longs = npt.NDArray[np.int64]


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
        Walks between stops; see `footpaths`.
    rides : Rows
        On-demand rides; see `on_demand_rides`.
    trip : ndarray of int, shape (connections,)
        The trip of each connection as the feed has it, by position in ``trip_ids``.
    notice_minutes : ndarray of float, shape (rides,)
        How long before each on-demand ride has to be booked; not a number when not said.
    """

    stop_ids: Any
    trip_ids: Any
    places: Points
    connections: Connections
    walks: Rows
    rides: Rows
    trip: Ints
    notice_minutes: npt.NDArray[np.float64]

    def turned(self) -> Timetable:
        """Return the same day with time running backwards; made once."""
        return self._turned

    @cached_property
    def _turned(self) -> Timetable:
        # What the sorting does not look at takes the positions along, and so gives the order.
        marked = self.connections._replace(from_stop=int32(np.arange(len(self.trip))))
        numbered = self.rides._replace(seconds=int32(np.arange(len(self.notice_minutes))))
        return replace(
            self,
            connections=turned_connections(self.connections),
            walks=turned_rows(self.walks),
            rides=turned_rows(self.rides),
            trip=self.trip[turned_connections(marked).to_stop],
            notice_minutes=self.notice_minutes[turned_rows(numbered).seconds],
        )

    @cached_property
    def day(self) -> Day:
        """All that the search needs of it; made once."""
        return day_of(self.connections, self.walks, self.rides, len(self.trip_ids))


def reference_dates(
    feed: Feed, after: pd.Timestamp, day_types: Iterable[str] = tuple(DAY_TYPES)
) -> dict[str, pd.Timestamp]:
    """Pick one ordinary date for every day type from the calendar itself.

    Of all Tuesdays the commonest kind is the school day; the next common one is the day in the
    holidays. Saturday and Sunday take their commonest kind; see `day_kinds`.

    Parameters
    ----------
    feed : Feed
        Timetable with at least one day of service.
    after : Timestamp
        The first such date on or after this day is taken, or the last of all if there is none.
    day_types : iterable of str
        Those that are needed; all by default.

    Returns
    -------
    dict of str to Timestamp
        By day type of `codes.DAY_TYPES`.

    Raises
    ------
    NoServiceOnDate
        When a day type has no date with service.
    """
    return {day_type: _reference_date(feed, day_type, after) for day_type in day_types}


def _reference_date(feed: Feed, day_type: str, after: pd.Timestamp) -> pd.Timestamp:
    active = feed.active
    days = active[[date.day_of_week == _WEEKDAY_OF[day_type] for date in active.index]]
    common = day_kinds(days, feed.trips["service_id"].value_counts())
    rank = 1 if day_type == "ferientag" else 0
    if len(common) <= rank:
        raise NoServiceOnDate(
            f"Der Fahrplan ({days.index.min():%d.%m.%Y} bis {days.index.max():%d.%m.%Y}) kennt nur "
            f"eine Art Dienstag, keinen „{DAY_TYPES[day_type]}“ → einen Fahrplan ablegen, der "
            "Schulzeit und Ferien enthält."
            if common
            else f"Der Fahrplan hat keinen Tag der Art „{DAY_TYPES[day_type]}“ mit Betrieb → "
            "calendar.txt und calendar_dates.txt prüfen."
        )
    dates = days.index[[services == common[rank] for services in days]]
    later = dates[dates >= after]
    return pd.Timestamp(later[0] if len(later) else dates[-1])


NO_FLEX: Final = "gar nicht"


def flex_hours(feed: Feed, date: pd.Timestamp) -> str:
    """Return when the on-demand bus runs on a date, in German: „8 bis 12 und 15 bis 17 Uhr“.

    Windows of all zones are taken together; `NO_FLEX` when none is open.
    """
    services = feed.active.get(date, frozenset())
    trips = feed.trips.loc[feed.trips["service_id"].isin(services), "trip_id"]
    windows = feed.flex[feed.flex["trip_id"].isin(trips)]
    pairs = sorted(set(zip(windows["open_s"], windows["close_s"], strict=True)))
    parts = [f"{_hour(opens)} bis {_hour(closes)}" for opens, closes in pairs]
    return f"{' und '.join(parts)} Uhr" if parts else NO_FLEX


def _hour(seconds: int) -> str:
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02d}" if minutes else str(hours)


def compile_day(
    feed: Feed,
    date: pd.Timestamp,
    parameters: Parameters,
    *,
    with_flex: bool,
    streets: StreetNetwork | None = None,
) -> Timetable:
    """Compile one day of a feed; the last few are kept, by identity of feed, parameters, streets.

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
    streets : StreetNetwork, optional
        Ways between stops and on-demand rides follow these streets, which should rest on the
        same parameters; without it they are straight lines.

    Raises
    ------
    NoServiceOnDate
        When nothing runs on that date.
    """
    return _compiled(feed, date, parameters, with_flex, Same(streets))


@lru_cache(maxsize=16)
def _compiled(
    feed: Feed,
    date: pd.Timestamp,
    parameters: Parameters,
    with_flex: bool,
    streets: Same[StreetNetwork | None],
) -> Timetable:
    if date not in feed.active.index:
        first, last = feed.active.index.min(), feed.active.index.max()
        raise NoServiceOnDate(
            f"Am {date:%d.%m.%Y} fährt nach diesem Fahrplan nichts → ein Datum mit Betrieb "
            f"zwischen {first:%d.%m.%Y} und {last:%d.%m.%Y} wählen."
        )
    runs = feed.trips["service_id"].isin(feed.active[date]).to_numpy()
    trips = feed.trips[runs]
    connections, trip = _connections(feed, runs)
    flexible = trips if with_flex else trips[:0]
    rides, notice = on_demand_rides(feed, flexible, parameters, streets.value)
    return Timetable(
        stop_ids=feed.stops["stop_id"].to_numpy(object),
        trip_ids=trips["trip_id"].to_numpy(object),
        places=stop_places(feed.stops),
        connections=connections,
        walks=footpaths(feed.stops, feed.transfers, parameters, streets.value),
        rides=rides,
        trip=trip,
        notice_minutes=notice,
    )


class _Calls(NamedTuple):
    """All stop times of a feed as numbers: trip and stop by position, seconds, on and off."""

    trip: Longs
    stop: Longs
    departure: Longs
    arrival: Longs
    on: npt.NDArray[np.bool_]
    off: npt.NDArray[np.bool_]


@lru_cache(maxsize=4)
def _calls(
    times: Same[pd.DataFrame], trips: Same[pd.DataFrame], stops: Same[pd.DataFrame]
) -> _Calls:
    """Return the stop times of the trips there are; looking names up is what takes time."""
    table = times.value
    trip = pd.Index(trips.value["trip_id"]).get_indexer(table["trip_id"])
    known = np.flatnonzero(trip >= 0)
    stop = pd.Index(stops.value["stop_id"]).get_indexer(table["stop_id"])
    departure, arrival = (table[f"{name}_s"].to_numpy() for name in ("departure", "arrival"))
    on, off = (table[f"can_{name}"].to_numpy(bool) for name in ("board", "alight"))
    return _Calls(*(column[known] for column in (trip, stop, departure, arrival, on, off)))


def _connections(feed: Feed, runs: npt.NDArray[np.bool_]) -> tuple[Connections, Ints]:
    """Return the rides of a day and the trip of each, by position among the trips that run."""
    calls = _calls(Same(feed.stop_times), Same(feed.trips), Same(feed.stops))
    kept = np.flatnonzero(runs[calls.trip])
    trip, stop, departure, arrival = (column[kept] for column in calls[:4])
    on, off = calls.on[kept], calls.off[kept]
    trip = (np.cumsum(runs) - 1)[trip]
    block = feed.trips["block_id"].to_numpy(object)[runs]
    vehicle = _vehicles(block, trip, stop, departure, arrival)
    ride = np.flatnonzero(trip[1:] == trip[:-1])
    ride = ride[np.lexsort((vehicle[trip[ride]], arrival[ride + 1], departure[ride]))]
    return Connections(
        int32(departure[ride]), int32(arrival[ride + 1]), int32(stop[ride]), int32(stop[ride + 1]),
        int32(vehicle[trip[ride]]), on[ride], off[ride + 1],
    ), int32(trip[ride])  # fmt: skip


def _vehicles(
    block: npt.NDArray[np.object_], trip: Longs, stop: Longs, departure: Longs, arrival: Longs
) -> Longs:
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
