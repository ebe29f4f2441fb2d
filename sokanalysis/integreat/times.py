"""From the opening hours and dates of Integreat to a plain week, in local time.

A date keeps its time of the day when the clocks change: 10:00 stays 10:00. The rule of a recurring
event counts from its start in UTC but names its weekdays locally, as the app reads it, too
(integreat-app issue #2880); so it is followed in local time here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pandas as pd

from sokanalysis.codes import WEEKDAYS
from sokanalysis.integreat.api import Entry
from sokanalysis.integreat.left_out import NotTakenOver
from sokanalysis.opening_hours import week

LOCAL: Final = ZoneInfo("Europe/Berlin")
# Two dates a week apart can be chance; the lists of Integreat reach 31 days ahead.
WEEKLY_MIN_COUNT: Final = 3
_LOOKED_AT: Final = dt.timedelta(weeks=10)
_DAYS: Final = tuple(WEEKDAYS)
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_RULE: Final = re.compile(
    r"(?:DTSTART[^\n]*?)?\s*RRULE:(?P<rule>[A-Z0-9=;,+-]{1,200})\s*", re.DOTALL
)
# What integreat-cms writes; anything else is not followed (rules by the second never end).
_PARTS: Final = {
    "FREQ": r"DAILY|WEEKLY|MONTHLY|YEARLY", "INTERVAL": r"[1-9]\d{0,2}",
    "UNTIL": r"\d{8}(T\d{6}Z?)?", "COUNT": r"[1-9]\d{0,3}", "WKST": r"MO|TU|WE|TH|FR|SA|SU",
    "BYDAY": r"[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)(,[+-]?[1-5]?(MO|TU|WE|TH|FR|SA|SU)){0,6}",
}  # fmt: skip


@dataclass(frozen=True)
class Meeting:
    """When an event takes place, every week.

    ``first`` and ``last`` are its first and last day as its rule says, ``known_until`` the last
    day of a mere list of dates; None where nothing is said.
    """

    weekdays: tuple[str, ...]
    start_time: str
    end_time: str
    first: dt.date | None = None
    last: dt.date | None = None
    known_until: dt.date | None = None


def opening_week(days: Any) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """Return the opening hours of a place.

    Parameters
    ----------
    days : list
        Seven days from Monday on, each with ``allDay``, ``closed``, ``appointmentOnly`` and
        ``timeSlots``, as the interface has them. Open all day comes before closed, closed before
        the slots, as in the app.

    Returns
    -------
    hours : DataFrame
        As `opening_hours.WeeklyHours.hours`; without what needs an appointment.
    by_appointment : tuple of str
        Weekdays on which it is open by appointment only.

    Raises
    ------
    NotTakenOver
        When it is not of that form.
    """
    if not isinstance(days, list) or len(days) != 7 or not all(isinstance(d, dict) for d in days):
        raise NotTakenOver("unlesbar", "Öffnungszeiten sind keine sieben Tage")
    slots, by_appointment = [], []
    for weekday, day in zip(_DAYS, days, strict=True):
        open_then = list(_day(weekday, day))
        if day.get("appointmentOnly") is True:
            by_appointment += [weekday] * bool(open_then or not day.get("closed"))
        else:
            slots += [(weekday, start, end) for start, end in open_then]
    return week(slots), tuple(by_appointment)


def _day(weekday: str, day: Entry) -> Iterable[tuple[str, str]]:
    if day.get("allDay") is True:
        return [("00:00", "23:59")]
    if day.get("closed") is True:
        return []
    slots = day.get("timeSlots") or []
    if not isinstance(slots, list) or not all(map(_is_slot, slots)):
        raise NotTakenOver("unlesbar", f"Öffnungszeiten am {WEEKDAYS[weekday]}")
    return [(slot["start"], slot["end"]) for slot in slots]


def _is_slot(slot: Any) -> bool:
    if not isinstance(slot, dict) or slot.get("timezone", str(LOCAL)) != str(LOCAL):
        return False
    start, end = slot.get("start"), slot.get("end")
    is_clock = all(isinstance(time, str) and _CLOCK.fullmatch(time) for time in (start, end))
    return is_clock and str(start) < str(end)


def meeting(entries: Iterable[Entry], today: dt.date) -> Meeting:
    """Find out when an event takes place.

    Parameters
    ----------
    entries : iterable of dict
        Everything Integreat has under the number of the event: one entry with a rule, or one entry
        for each date.
    today : date
        What ended before is past.

    Returns
    -------
    Meeting
        Only when each of its weekdays comes back every seven days, three times at least.

    Raises
    ------
    NotTakenOver
        When it is past, on a single date, not weekly, without times or not readable.
    """
    given = list(entries)
    spans = sorted({_span(entry) for entry in given})
    rule = next((entry["recurrence_rule"] for entry in given if entry.get("recurrence_rule")), None)
    start, end = spans[0]
    if rule is None:
        dates, last = sorted({begin.date() for begin, _ in spans}), None
        if dates[-1] < today:
            raise NotTakenOver("vergangen", f"zuletzt am {dates[-1]:%d.%m.%Y}")
        if len({(begin.time(), stop.time()) for begin, stop in spans}) > 1:
            raise NotTakenOver("kein_rhythmus", "Termine zu verschiedenen Uhrzeiten")
    else:
        first = _first(rule, start)
        dates, last = _dates(rule, first)
        if last is not None and last < today:
            raise NotTakenOver("vergangen", f"bis {last:%d.%m.%Y}")
    times = tuple(_DAYS[day] for day in _weekly(dates)), f"{start:%H:%M}", f"{end:%H:%M}"
    if rule is None:
        return Meeting(*times, known_until=dates[-1])
    return Meeting(*times, first.date(), last)


def _span(entry: Entry) -> tuple[dt.datetime, dt.datetime]:
    """Return start and end in local time, without a time zone."""
    event = entry.get("event")
    if not isinstance(event, dict):
        raise NotTakenOver("unlesbar", "Angaben zum Termin fehlen")
    start, end = _moment(event, "start"), _moment(event, "end")
    if event.get("all_day") is True:
        raise NotTakenOver("ganztaegig", f"am {start:%d.%m.%Y}")
    if start.date() != end.date():
        raise NotTakenOver("mehrtaegig", f"{start:%d.%m.%Y} bis {end:%d.%m.%Y}")
    if f"{start:%H:%M}" >= f"{end:%H:%M}":
        raise NotTakenOver("unlesbar", f"beginnt {start:%H:%M} und endet {end:%H:%M}")
    return start, end


def _moment(event: Entry, name: str) -> dt.datetime:
    """Return one end of an event; older servers give date and time apart."""
    text = event.get(name)
    if text is None:
        text = f"{event.get(f'{name}_date')}T{event.get(f'{name}_time')}"
    try:
        moment = dt.datetime.fromisoformat(str(text))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(str(event.get("timezone") or LOCAL)))
        return moment.astimezone(LOCAL).replace(tzinfo=None, second=0, microsecond=0)
    except (ValueError, OverflowError, ZoneInfoNotFoundError, OSError):
        what = "Beginn" if name == "start" else "Ende"
        raise NotTakenOver("unlesbar", f"{what} des Termins") from None


def _first(rule: Any, start: dt.datetime) -> dt.datetime:
    """Return the start of a rule in local time; without one of its own, that of the event."""
    stated = re.match(r"DTSTART:(\d{8}T\d{6})", rule) if isinstance(rule, str) else None
    if stated is None:
        return start
    try:
        moment = dt.datetime.strptime(stated[1], "%Y%m%dT%H%M%S").replace(tzinfo=dt.UTC)
        return moment.astimezone(LOCAL).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise NotTakenOver("unlesbar", "Regel der Wiederholung") from None


def _dates(rule: Any, start: dt.datetime) -> tuple[list[dt.date], dt.date | None]:
    """Return the dates of the first weeks of a rule, and its last day if it has one."""
    from dateutil.rrule import rrulestr  # type: ignore[import-untyped]

    parts, last = _rule_parts(rule), None
    try:
        if "UNTIL" in parts:
            # To the end of that day, in whatever time zone it is written.
            last = dt.datetime.strptime(parts.pop("UNTIL")[:8], "%Y%m%d").date()
        end = min(start + _LOOKED_AT, dt.datetime.combine(last or dt.date.max, dt.time.max))
        found = rrulestr(";".join(f"{key}={value}" for key, value in parts.items()), dtstart=start)
        if "COUNT" in parts and parts["FREQ"] in ("DAILY", "WEEKLY"):
            last = min(last or dt.date.max, found[-1].date())
        return [moment.date() for moment in found.between(start, end, inc=True)], last
    except (ValueError, OverflowError, IndexError):
        raise NotTakenOver("unlesbar", "Regel der Wiederholung") from None


def _rule_parts(rule: Any) -> dict[str, str]:
    match = _RULE.fullmatch(rule) if isinstance(rule, str) else None
    parts = dict(part.partition("=")[::2] for part in match["rule"].split(";")) if match else {}
    is_known = all(re.fullmatch(_PARTS.get(key, "(?!)"), value) for key, value in parts.items())
    if "FREQ" not in parts or not is_known:
        raise NotTakenOver("unlesbar", "Regel der Wiederholung")
    return parts


def _weekly(dates: list[dt.date]) -> list[int]:
    """Return the weekdays of dates that come back every week, from Monday as 0."""
    if not dates:
        raise NotTakenOver("unlesbar", "Regel ohne Termine")
    if len(dates) == 1:
        raise NotTakenOver("ein_termin", f"am {dates[0]:%d.%m.%Y}")
    by_weekday: dict[int, list[dt.date]] = defaultdict(list)
    for date in dates:
        by_weekday[date.weekday()].append(date)
    for same in by_weekday.values():
        gaps = [(later - sooner).days for sooner, later in pairwise(same)]
        if len(same) < WEEKLY_MIN_COUNT or set(gaps) != {7}:
            shown = ", ".join(f"{date:%d.%m.%Y}" for date in dates[:5])
            more = " …" if len(dates) > 5 else ""
            raise NotTakenOver("kein_rhythmus", f"Termine am {shown}{more}")
    return sorted(by_weekday)
