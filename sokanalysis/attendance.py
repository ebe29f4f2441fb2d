"""Session × origin: out, stay and back, with the reason when it does not work."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis import streets
from sokanalysis.connection_scan import NEVER, Ints, Starts, int32, read_at_places
from sokanalysis.geography import Points, project
from sokanalysis.parameters import minutes_of_day
from sokanalysis.timetable import Timetable, compile_day, reference_dates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.parameters import Parameters
    from sokanalysis.region import Region

REASONS: Final = {
    "erreichbar": "erreichbar",
    "keine_hinfahrt": "keine Hinfahrt",
    "keine_rueckfahrt": "keine Rückfahrt",
    "zu_frueh_los": "zu früh los",
    "zu_spaet_daheim": "zu spät daheim",
    "zu_langes_warten": "zu langes Warten",
    "zu_lange_unterwegs": "zu lange unterwegs",
}
MODES: Final = {"fuss": "zu Fuß", "bus": "mit Bus und Bahn", "rad": "mit dem Rad"}

_SCHOOL_WEEK: Final = ("Mo", "Di", "Mi", "Do", "Fr")
_DAY = 24 * 60


@dataclass(frozen=True)
class _Trips:
    """One direction for all sessions of a day: arrays of shape (sessions, origins)."""

    found: npt.NDArray[np.bool_]
    home: Ints
    site: Ints
    boardings: Ints


def attendance(
    region: Region,
    sessions: pd.DataFrame,
    *,
    sites: pd.DataFrame | None = None,
    states: Iterable[tuple[str, bool]] | None = None,
) -> pd.DataFrame:
    """Say for every session and settlement whether a person without a car can take part.

    Parameters
    ----------
    region : Region
        Gives settlements, timetable and parameters.
    sessions : DataFrame
        Rows of the table ``sessions``.
    sites : DataFrame, optional
        Where the sessions take place; the region's sites by default.
    states : iterable of (str, bool), optional
        Day types and whether the on-demand bus counts; all four states by default.

    Returns
    -------
    DataFrame
        One row a session, day type, state of the on-demand bus and settlement: ``session_id``,
        ``day_type``, ``with_flex``, ``settlement_id``, ``reason`` (key of `REASONS`, of the
        best way without a car), ``mode`` (key of `MODES`, empty when not reached),
        ``transit_reason``, and for the way by bus ``leave_minute``, ``arrive_minute``,
        ``depart_minute``, ``home_minute`` (minutes of the day), ``travel_minutes`` (both ways),
        ``wait_before_minutes``, ``wait_after_minutes``, ``away_minutes`` (travel and waiting
        together), ``boardings`` (both ways); ``walk_minutes``, ``bike_minutes``,
        ``car_minutes`` (one way). Minutes by bus are missing when there is
        no journey. Without sessions the columns stand without rows.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    """
    sites = region.sites if sites is None else sites
    dates = reference_dates(region.feed, pd.Timestamp(region.parameters.reference_date))
    answers = []
    for day_type, with_flex in states or _states():
        of_day = sessions[runs_on(sessions, day_type)]
        timetable = compile_day(
            region.feed, dates[day_type], region.parameters, with_flex=with_flex
        )
        answer = _attendance_on_day(region, of_day, sites, timetable)
        answers.append(answer.assign(day_type=day_type, with_flex=with_flex))
    return pd.concat(answers, ignore_index=True)


def _states() -> list[tuple[str, bool]]:
    days = ("schultag", "ferientag", "samstag", "sonntag")
    return [(day_type, with_flex) for day_type in days for with_flex in (False, True)]


def runs_on(sessions: pd.DataFrame, day_type: str) -> npt.NDArray[np.bool_]:
    """Tell which sessions take place on a day type; shape (sessions,)."""
    runs = sessions["weekdays"].map(lambda days: weekday_count(days, day_type) > 0).astype(bool)
    if day_type == "ferientag":
        runs &= sessions["runs_in_holidays"].fillna(False).astype(bool)
    return runs.to_numpy()


def weekday_count(weekdays: Iterable[str], day_type: str) -> int:
    """Return how many of the weekdays are days of that type."""
    wanted = {"samstag": ("Sa",), "sonntag": ("So",)}.get(day_type, _SCHOOL_WEEK)
    return len(set(weekdays) & set(wanted))


def _attendance_on_day(
    region: Region, sessions: pd.DataFrame, sites: pd.DataFrame, timetable: Timetable
) -> pd.DataFrame:
    parameters = region.parameters
    origins = project(region.settlements)
    places = project(sites.set_index("site_id").loc[sessions["site_id"]])
    start = np.array([minutes_of_day(time) for time in sessions["start_time"]], dtype=int)
    end = np.array([minutes_of_day(time) for time in sessions["end_time"]], dtype=int)
    arrive_s = 60 * (start - parameters.arrive_buffer_minutes)
    leave_s = 60 * (end + parameters.leave_buffer_minutes)
    out = _journeys(region, timetable.turned(), origins, places, -arrive_s)
    back = _journeys(region, timetable, origins, places, leave_s)
    columns = _transit_columns(out, back, start, end)
    reason = _transit_reason(out, back, columns, parameters)
    minutes = {mode: region.ways.travel_minutes(mode, origins, places).T for mode in streets.MODES}
    best, mode = _best_way(reason, minutes, parameters)
    shape = reason.shape
    return pd.DataFrame({
        "session_id": np.repeat(sessions["session_id"].to_numpy(object), shape[1]),
        "settlement_id": np.tile(region.settlements["settlement_id"].to_numpy(object), shape[0]),
        "reason": best.ravel(), "mode": mode.ravel(), "transit_reason": reason.ravel(),
        **{name: values.ravel() for name, values in columns.items()},
        "walk_minutes": minutes["fuss"].ravel(), "bike_minutes": minutes["rad"].ravel(),
        "car_minutes": minutes["auto"].ravel(),
    })  # fmt: skip


def _journeys(
    region: Region, timetable: Timetable, origins: Points, places: Points, times_s: Ints
) -> _Trips:
    """Scan once for each distinct place and time; shape of the results (sessions, origins)."""
    queries = np.column_stack([places, times_s])
    distinct, position = np.unique(queries, axis=0, return_inverse=True)
    place, stop, walk = access(region, distinct[:, :2], timetable.places)
    bounds = np.searchsorted(place, np.arange(len(distinct) + 1))
    home = access(region, origins, timetable.places)
    most = int(region.parameters.max_boardings)

    def answer(query: int) -> tuple[Ints, Ints, Ints]:
        part = slice(bounds[query], bounds[query + 1])
        starts = Starts(stop[part], int32(distinct[query, 2] + walk[part]), walk[part])
        labels = timetable.scan(starts, most)
        return read_at_places(*labels, *home, len(origins))

    with ThreadPoolExecutor() as pool:  # the scan lets go of the interpreter
        answers = list(pool.map(answer, range(len(distinct))))
    time, left, boardings = (
        np.array([part[column] for part in answers], dtype=np.int32).reshape(-1, len(origins))
        for column in range(3)
    )
    at = position.ravel()
    return _Trips((time != NEVER)[at], time[at], left[at], boardings[at])


def access(region: Region, origins: Points, stops: Points) -> tuple[Ints, Ints, Ints]:
    """Return origin, stop and walking seconds of all pairs within the longest walk to a stop."""
    longest = float(region.parameters.stop_walk_max_minutes)
    origin, stop, minutes = region.ways.walk_pairs(origins, stops, longest)
    return int32(origin), int32(stop), int32(np.ceil(minutes * 60))


def _transit_columns(
    out: _Trips, back: _Trips, start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]
) -> dict[str, npt.NDArray[np.float64]]:
    """Return the minutes of each journey; the way out was scanned with time turned round."""
    leave, arrive = _minutes(-out.home, out.found), _minutes(-out.site, out.found)
    depart, home = _minutes(back.site, back.found), _minutes(back.home, back.found)
    return {
        "leave_minute": leave, "arrive_minute": arrive,
        "depart_minute": depart, "home_minute": home,
        "travel_minutes": (arrive - leave) + (home - depart),
        "away_minutes": (home - leave) - (end - start)[:, None],
        "wait_before_minutes": start[:, None] - arrive,
        "wait_after_minutes": depart - end[:, None],
        "boardings": np.where(out.found & back.found, out.boardings + back.boardings, 0),
    }  # fmt: skip


def _minutes(seconds: Ints, found: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    return np.where(found, seconds / 60.0, np.nan)


def _transit_reason(
    out: _Trips,
    back: _Trips,
    columns: dict[str, npt.NDArray[np.float64]],
    parameters: Parameters,
) -> npt.NDArray[np.object_]:
    """Return the first rule that is broken, in the order of `REASONS`; shape as the journeys."""
    earliest = minutes_of_day(parameters.earliest_departure)
    latest = minutes_of_day(parameters.latest_return)
    wait = columns["wait_before_minutes"] + columns["wait_after_minutes"]
    too_long = columns["away_minutes"] > parameters.away_max_minutes
    rules = {
        "keine_hinfahrt": ~out.found,
        "keine_rueckfahrt": ~back.found,
        "zu_frueh_los": columns["leave_minute"] < earliest,
        "zu_spaet_daheim": columns["home_minute"] > latest,
        "zu_langes_warten": too_long & (wait > parameters.wait_named_minutes),
        "zu_lange_unterwegs": too_long,
    }
    return np.select(
        list(rules.values()), [np.array(name, dtype=object) for name in rules], "erreichbar"
    )


def _best_way(
    transit: npt.NDArray[np.object_],
    minutes: dict[str, npt.NDArray[np.float64]],
    parameters: Parameters,
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.object_]]:
    """Take the feet before the bus and the bus before the bike."""
    ways = [
        minutes["fuss"] <= parameters.walk_max_minutes,
        transit == "erreichbar",
        minutes["rad"] <= parameters.bike_max_minutes,
    ]
    mode = np.select(ways, [np.array(name, dtype=object) for name in MODES], "")
    return np.where(mode != "", "erreichbar", transit), mode
