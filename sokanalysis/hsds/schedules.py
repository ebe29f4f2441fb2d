"""Schedules of HSDS and weekly sessions: the same dates and times, or no session at all.

A rule that is written as weekly is one. Of every other rule the dates are counted
(`dateutil.rrule`) and compared with those of the weekly rule on the same weekdays; only where
not one differs is it a session. Source: RFC 5545, section 3.3.10.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sokanalysis.codes import WEEKDAYS
from sokanalysis.hsds.rules import UnreadableRule, dates_of, has_rule, read_days, stated_days

# In the order of codes.WEEKDAYS, which begins with Monday as RFC 5545 does.
DAYS: Final = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), WEEKDAYS, strict=True))
_CODES: Final = {code: day for day, code in DAYS.items()}
_ORDER: Final = tuple(WEEKDAYS)

# What the clock shows in Germany, in winter and in summer.
_LOCAL: Final = (dt.timedelta(hours=1), dt.timedelta(hours=2))
_TIME: Final = re.compile(
    r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d)(?:\.\d+)?)? ?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII
)
_NUMBER: Final = re.compile(r"[+-]?\d{1,2}(\.\d{1,2})?", re.ASCII)
NOT_WEEKLY: Final = "regelmäßig, aber nicht wöchentlich"


@dataclass(frozen=True)
class Weekly:
    """A weekly rule as a session holds it.

    ``weekdays`` are keys of `codes.WEEKDAYS`, the times ``HH:MM``. ``first`` and ``last`` bound
    the dates, ``known_until`` says how far the statement is assured; None is open. ``has_offset``
    tells whether the times came with a distance to UTC.
    """

    weekdays: tuple[str, ...]
    start_time: str
    end_time: str
    first: dt.date | None = None
    last: dt.date | None = None
    known_until: dt.date | None = None
    has_offset: bool = False

    def days(self, begin: dt.date, end: dt.date) -> list[dt.date]:
        """Return its dates from ``begin`` to ``end``, both included, in their order."""
        begin = max(begin, self.first) if self.first else begin
        end = min(end, self.last) if self.last else end
        found: list[int] = []
        for number in {_ORDER.index(code) for code in self.weekdays}:
            first = begin.toordinal() + (number - begin.weekday()) % 7
            found += range(first, end.toordinal() + 1, 7)
        return [dt.date.fromordinal(day) for day in sorted(found)]


@dataclass(frozen=True)
class Refusal:
    """Why a schedule is no weekly session: the field that says so, and the reason in German."""

    field: str
    reason: str


def schedule_fields(weekly: Weekly) -> dict[str, str]:
    """Return the fields of a schedule that has the same dates and times.

    ``until`` is the last day of the offer and ``valid_to`` the day up to which it is known: who
    reads the second must not take it for the first. Times are local, without distance to UTC,
    which changes twice a year and cannot be stated for a weekly rule.
    """
    early = weekly.days(weekly.first, _later(weekly.first, 6)) if weekly.first else []
    return period_fields(weekly.first, weekly.last, weekly.known_until) | {
        "dtstart": early[0].isoformat() if early else "",
        "wkst": "MO",
        "freq": "WEEKLY",
        "interval": "1",
        "byday": ",".join(_CODES[code] for code in weekly.weekdays),
        "opens_at": f"{weekly.start_time}:00",
        "closes_at": f"{weekly.end_time}:00",
    }


def period_fields(
    first: dt.date | None, last: dt.date | None, known_until: dt.date | None
) -> dict[str, str]:
    """Return the fields of a schedule that only states a period."""
    days = {"valid_from": first, "valid_to": known_until, "until": last}
    return {field: day.isoformat() if day else "" for field, day in days.items()}


def is_period(schedule: Mapping[str, str]) -> bool:
    """Tell whether a schedule states a period and no dates or times."""
    return not has_rule(schedule) and not any(
        schedule.get(field) for field in ("dtstart", "opens_at", "closes_at")
    )


def read_period(
    schedule: Mapping[str, str],
) -> tuple[dt.date | None, dt.date | None, dt.date | None] | Refusal:
    """Return first day, last day and day up to which it is known, whatever lies between."""
    try:
        days = read_days(schedule)
    except UnreadableRule as error:
        return Refusal(error.field, error.reason)
    return days["valid_from"] or days["dtstart"], days["until"], days["valid_to"]


def read_schedule(schedule: Mapping[str, str]) -> Weekly | Refusal:
    """Return the weekly session that a schedule is, or why it is none.

    Parameters
    ----------
    schedule : mapping of str to str
        Fields of HSDS as text. ``exdate`` and ``rdate`` (dates separated by commas), ``bymonth``
        and ``bysetpos`` are understood, too, where somebody added them.

    Returns
    -------
    Weekly or Refusal
        Never a weekly session whose dates differ from those of the schedule.
    """
    try:
        weekdays, first, last = _dates(schedule)
        start, end, has_offset = _times(schedule)
        known_until = read_days(schedule)["valid_to"]
    except UnreadableRule as error:
        return Refusal(error.field, error.reason)
    return Weekly(weekdays, start, end, first, last, known_until, has_offset)


def _dates(
    schedule: Mapping[str, str],
) -> tuple[tuple[str, ...], dt.date | None, dt.date | None]:
    """Return weekdays, first and last day."""
    days = read_days(schedule)
    valid_from, begin, until = days["valid_from"], days["dtstart"], days["until"]
    if not schedule.get("freq"):
        reason = "einzelner Termin" if begin and not has_rule(schedule) else "ohne Rhythmus (freq)"
        raise UnreadableRule("freq", reason)
    stated = stated_days(schedule)
    if stated is None:
        return _counted(schedule, valid_from, begin, until)
    codes = tuple(DAYS[day] for day in stated)
    return codes, _first(codes, valid_from, begin), until


def _first(
    codes: tuple[str, ...], valid_from: dt.date | None, begin: dt.date | None
) -> dt.date | None:
    """Return the later of two first days, but the earlier one where no date lies between."""
    if valid_from is None or begin is None or begin <= valid_from:
        return valid_from or begin
    skipped = Weekly(codes, "", "", last=_later(begin, -1))
    return begin if skipped.days(valid_from, _later(valid_from, 6)) else valid_from


def _later(day: dt.date, days: int) -> dt.date:
    """Return a day so many days later, or the last one that the calendar has."""
    return dt.date.fromordinal(min(day.toordinal() + days, dt.date.max.toordinal()))


def _counted(
    schedule: Mapping[str, str],
    valid_from: dt.date | None,
    begin: dt.date | None,
    until: dt.date | None,
) -> tuple[tuple[str, ...], dt.date | None, dt.date | None]:
    """Return weekdays, first and last day of a rule that has to be counted out."""
    counted = dates_of(schedule)
    first = max(begin or counted.begin, valid_from or counted.begin)
    dates = [day for day in counted.dates if day >= first]
    if len(dates) < 2:
        raise UnreadableRule("freq", "einzelner Termin" if dates else "ergibt keinen Termin")
    codes = tuple(_ORDER[number] for number in sorted({day.weekday() for day in dates}))
    is_cut = counted.is_complete and bool(schedule.get("count"))
    end, last = (dates[-1], dates[-1]) if is_cut else (counted.end, until)
    if dates[-1] - dates[0] < dt.timedelta(days=7):
        raise UnreadableRule("freq", "einzelne Tage, die sich nicht wiederholen")
    if Weekly(codes, "", "").days(first, end) != dates:
        raise UnreadableRule("freq", NOT_WEEKLY)
    is_open = begin is None and valid_from is None
    return codes, None if is_open else first, last


def _times(schedule: Mapping[str, str]) -> tuple[str, str, bool]:
    """Return begin, end and whether a distance to UTC was stated."""
    start, start_offset = _time(schedule, "opens_at")
    end, end_offset = _time(schedule, "closes_at")
    if (start, end) in (("00:00", "23:59"), ("00:00", "24:00"), ("00:00", "00:00")):
        raise UnreadableRule("closes_at", "ganztägig, ohne Uhrzeit")
    if end <= start or end == "24:00":
        raise UnreadableRule("closes_at", "endet nicht nach dem Beginn am selben Tag")
    offsets = {start_offset, end_offset, _zone(schedule)} - {None}
    if offsets - set(_LOCAL):
        raise UnreadableRule("timezone", "Uhrzeit in einer anderen Zeitzone")
    return start, end, bool(offsets)


def _time(schedule: Mapping[str, str], field: str) -> tuple[str, dt.timedelta | None]:
    cell = schedule.get(field, "").strip()
    if not cell:
        raise UnreadableRule(field, "ohne Uhrzeit")
    match = _TIME.fullmatch(cell)
    if match is None or (match[1] == "24" and match[2] != "00"):
        raise UnreadableRule(field, "keine Uhrzeit")
    if int(match[3] or 0):
        raise UnreadableRule(field, "Uhrzeit mit Sekunden")
    return f"{int(match[1]):02d}:{match[2]}", _offset(match[4])


def _offset(text: str | None) -> dt.timedelta | None:
    if not text:
        return None
    if text == "Z":
        return dt.timedelta()
    digits = text[1:].replace(":", "").ljust(4, "0")
    distance = dt.timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return -distance if text[0] == "-" else distance


def _zone(schedule: Mapping[str, str]) -> dt.timedelta | None:
    cell = schedule.get("timezone", "").strip()
    if cell and not _NUMBER.fullmatch(cell):
        raise UnreadableRule("timezone", "keine Zahl")
    return dt.timedelta(hours=float(cell)) if cell else None
