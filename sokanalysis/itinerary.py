"""One journey line by line: the way out and back that the attendance rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.geography import project
from sokanalysis.legs import LINE, ON_FOOT, Leg, earliest, latest
from sokanalysis.parameters import minutes_of_day
from sokanalysis.timetable import compile_day, reference_dates

if TYPE_CHECKING:
    from sokanalysis.region import Region

_DAY_S: Final = 24 * 60 * 60
_OTHER_DAYS: Final = {-1: " (Vortag)", 0: "", 1: " (Folgetag)"}
_UNITS: Final = ((24 * 60, "Tag", "Tage"), (60, "Stunde", "Stunden"), (1, "Minute", "Minuten"))


def itinerary(
    region: Region, session_id: str, settlement_id: str, day_type: str, *, with_flex: bool
) -> pd.DataFrame:
    """Show the way to a session and home again, line by line.

    Parameters
    ----------
    region : Region
        The district.
    session_id, settlement_id : str
        Whose way to what.
    day_type : str
        Key of `codes.DAY_TYPES`.
    with_flex : bool
        Whether the on-demand bus may be used.

    Returns
    -------
    DataFrame
        ``direction`` (``hin`` or ``zurück``), ``departure_time``, ``origin``,
        ``arrival_time``, ``target``, ``means``, in order. Means names the line that one boards
        and those it goes on as while one stays seated, the notice of the on-demand bus, and the
        minutes on foot. The way out leaves as late, the way back comes home as early as
        possible; of equal ones that with fewer boardings, then with less walking: the journeys
        of `attendance`. Times are of the day of the session, others name their day. A direction
        without a journey by bus has no rows.

    Raises
    ------
    KeyError
        When the session or the settlement does not exist.
    NoServiceOnDate
        When the timetable has no date of the day type.
    """
    session = region.sessions.set_index("session_id", drop=False).loc[[session_id]].iloc[0]
    home = region.settlements.set_index("settlement_id").loc[[settlement_id]]
    site = region.sites.set_index("site_id").loc[[session["site_id"]]]
    dates = reference_dates(region.feed, pd.Timestamp(region.parameters.reference_date), [day_type])
    day = compile_day(
        region.feed, dates[day_type], region.parameters,
        with_flex=with_flex, streets=region.streets,
    )  # fmt: skip
    here, there = project(home), project(site)
    be_there_s, leave_s = _bounds_s(region, session)
    doors = str(home["name"].iloc[0]), str(site["name"].iloc[0])
    ways = (
        ("hin", latest(region, day, here, there, be_there_s), doors),
        ("zurück", earliest(region, day, there, here, leave_s), doors[::-1]),
    )
    columns = ["direction", "departure_time", "origin", "arrival_time", "target", "means"]
    rows = [(direction, *_row(region, leg, ends)) for direction, legs, ends in ways for leg in legs]
    return pd.DataFrame(rows, columns=columns)


def _bounds_s(region: Region, session: pd.Series[Any]) -> tuple[int, int]:
    """Return by when to be at a session and from when to leave it, in seconds of the day."""
    start, end = (minutes_of_day(session[f"{name}_time"]) for name in ("start", "end"))
    start -= region.parameters.arrive_buffer_minutes
    end += region.parameters.leave_buffer_minutes
    return int(60 * start), int(60 * end)


def _row(region: Region, leg: Leg, doors: tuple[str, str]) -> tuple[str, ...]:
    names = region.feed.stops["name"]
    origin, target = (
        door if stop < 0 else str(names.iloc[stop])
        for stop, door in zip((leg.origin, leg.target), doors, strict=True)
    )
    return _clock(leg.departure), origin, _clock(leg.arrival), target, _means(leg)


def _clock(seconds: int) -> str:
    """Return ``HH:MM``, and the day when it is another one."""
    days, rest = divmod(seconds, _DAY_S)
    other = _OTHER_DAYS.get(days, f" ({days:+d} Tage)")
    return f"{rest // 3600:02d}:{rest // 60 % 60:02d}{other}"


def _means(leg: Leg) -> str:
    if leg.means == LINE:
        return f"{LINE} {', weiter als '.join(leg.lines)}"
    if leg.means == ON_FOOT and leg.arrival > leg.departure:
        return f"{ON_FOOT}, {_duration((leg.arrival - leg.departure) / 60)}"
    return leg.means + _booking(leg.notice_minutes)


def _duration(minutes: float) -> str:
    """Return whole minutes, hours or days in German, rounded up: ``90 Minuten``, ``2 Stunden``."""
    whole = int(np.ceil(minutes))
    size, one, many = next(unit for unit in _UNITS if whole % unit[0] == 0)
    return f"{whole // size} {one if whole == size else many}"


def _booking(notice_minutes: float) -> str:
    """Say when to book; nothing when the feed does not."""
    if not np.isfinite(notice_minutes):
        return ""
    if notice_minutes <= 0:
        return ", ohne Vorlauf buchbar"
    return f", {_duration(notice_minutes)} vorher buchen"
