"""Recurrence rules in the fields of HSDS: read with care, counted out with dateutil."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

# Longer than any rhythm of the calendar: long years of 53 weeks come after at most seven years,
# leap years after at most eight.
HORIZON_DAYS: Final = 8 * 366 + 7
_ANY_BEGIN: Final = dt.date(2001, 1, 1)  # a Monday; for rules that do not depend on their begin
_FREQUENCIES: Final = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)", re.ASCII)
_COUNT: Final = re.compile(r"\d{1,6}(\.0+)?", re.ASCII)
_PART: Final = re.compile(r"[+-]?\d{1,3}", re.ASCII)
# Parts that narrow a rule, and how far from zero their numbers may lie.
_PARTS: Final = {
    "byweekno": 53, "bymonthday": 31, "byyearday": 366, "bymonth": 12, "bysetpos": 366,
}  # fmt: skip
_DATES: Final = ("valid_from", "valid_to", "dtstart", "until")
# Parts of RFC 5545 below the day: a rule with them is none of days.
_TOO_FINE: Final = ("byhour", "byminute", "bysecond", "byeaster", "rrule", "exrule", "duration")
# An interval alone is what many systems fill in where nothing repeats.
RULE_FIELDS: Final = ("freq", "count", "byday", *_PARTS, "exdate", "rdate", *_TOO_FINE)


class UnreadableRule(Exception):
    """A rule that is none, or none of this library's; carries the field and the reason."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field, self.reason = field, reason


@dataclass(frozen=True)
class Counted:
    """Dates of a rule from ``begin`` to ``end``; ``is_complete`` when there are no later ones."""

    dates: tuple[dt.date, ...]
    begin: dt.date
    end: dt.date
    is_complete: bool


def has_rule(schedule: Mapping[str, str]) -> bool:
    """Tell whether any field says how something repeats."""
    return any(schedule.get(field) for field in RULE_FIELDS)


def read_days(schedule: Mapping[str, str]) -> dict[str, dt.date | None]:
    """Return the four dates of a schedule; None where there is none."""
    return {field: _day(schedule.get(field, ""), field) for field in _DATES}


def _day(cell: str, field: str) -> dt.date | None:
    cell = cell.strip()
    if not cell:
        return None
    try:
        return dt.date.fromisoformat(re.split("[T ]", cell, maxsplit=1)[0])
    except ValueError:
        raise UnreadableRule(field, "kein Datum") from None


def stated_days(schedule: Mapping[str, str]) -> tuple[str, ...] | None:
    """Return the weekdays of a rule that is written as weekly, None for any other."""
    others = ("count", *_PARTS, "exdate", "rdate", *_TOO_FINE)
    is_plain = schedule["freq"].strip().upper() == "WEEKLY" and _interval(schedule) == 1
    if not is_plain or any(schedule.get(field) for field in others):
        return None
    days = tuple(day for _, day in _weekdays(schedule))
    begin = read_days(schedule)["dtstart"]
    if days:
        return days
    if begin is None:
        raise UnreadableRule("byday", "ohne Wochentag")
    return (_DAYS[begin.weekday()],)


def _interval(schedule: Mapping[str, str]) -> int:
    return _whole(schedule, "interval") if schedule.get("interval") else 1


def _whole(schedule: Mapping[str, str], field: str) -> int:
    cell = schedule[field].strip()
    if not _COUNT.fullmatch(cell) or not float(cell):
        raise UnreadableRule(field, "keine ganze Zahl ab 1")
    return int(float(cell))


def _weekdays(schedule: Mapping[str, str]) -> list[tuple[int, str]]:
    """Return number in the month or year (0 for each) and day."""
    cells = [part.strip().upper() for part in schedule.get("byday", "").split(",")]
    matches = [_DAY.fullmatch(cell) for cell in cells if cell]
    found = [(int(match[1] or 0), match[2]) for match in matches if match]
    is_numbered = any(number for number, _ in found)
    may_be = schedule["freq"].strip().upper() in ("MONTHLY", "YEARLY")
    if len(found) < len(matches) or (is_numbered and not may_be):
        raise UnreadableRule("byday", "keine Wochentage nach RFC 5545")
    return found


def dates_of(schedule: Mapping[str, str]) -> Counted:
    """Count out a rule for as long as it can show a difference to a weekly one.

    Raises
    ------
    UnreadableRule
        When it is no rule of RFC 5545, depends on a begin that is not stated, or goes on beyond
        what is counted.
    """
    for field in _TOO_FINE:
        if schedule.get(field):
            raise UnreadableRule(field, "Angabe der Wiederholung, die HSDS nicht kennt")
    days = read_days(schedule)
    interval = _interval(schedule)
    count = _whole(schedule, "count") if schedule.get("count") else 0
    if days["dtstart"] is None and (interval > 1 or count or not _names_days(schedule)):
        raise UnreadableRule("dtstart", "hängt von einem Beginn ab, der nicht angegeben ist")
    begin = days["dtstart"] or days["valid_from"] or _ANY_BEGIN
    horizon = dt.date.fromordinal(
        min(begin.toordinal() + HORIZON_DAYS, dt.date.max.toordinal() - 1)
    )
    end = min(horizon, days["until"] or horizon)
    runs = [_ruled(begin, end, interval, rule) for rule in _rules(schedule)]
    dates = tuple(sorted(set().union(*runs)))
    is_complete = end < horizon
    if count:
        is_complete |= len(dates) >= count
        dates = dates[:count]
    if count and not is_complete:
        raise UnreadableRule("count", "reicht über acht Jahre hinaus")
    dates = _corrected(schedule, dates)
    return Counted(dates, begin, end, is_complete)


def _names_days(schedule: Mapping[str, str]) -> bool:
    """Tell whether a rule says itself on which days it falls."""
    is_daily = schedule["freq"].strip().upper() == "DAILY"
    return is_daily or any(schedule.get(f) for f in ("byday", "bymonthday", "byyearday"))


def _corrected(schedule: Mapping[str, str], dates: tuple[dt.date, ...]) -> tuple[dt.date, ...]:
    """Return the dates without those excepted and with those added."""
    without, more = _listed(schedule, "exdate"), _listed(schedule, "rdate")
    return tuple(sorted((set(dates) | more) - without)) if without or more else dates


def _listed(schedule: Mapping[str, str], field: str) -> set[dt.date]:
    days = {_day(cell, field) for cell in schedule.get(field, "").split(",")}
    return {day for day in days if day}


def _rules(schedule: Mapping[str, str]) -> list[tuple[tuple[str, Any], ...]]:
    """Return the parts of the rule as dateutil names them, hashable.

    Days with a number and days without one in the same rule mean all of them, but dateutil
    takes what is both. So they become two rules.
    """
    freq = schedule["freq"].strip().upper()
    if freq not in _FREQUENCIES:
        raise UnreadableRule("freq", f"keine Häufigkeit von Tagen: „{freq[:20]}“")
    start = schedule.get("wkst", "").strip().upper() or "MO"
    if start not in _DAYS:
        raise UnreadableRule("wkst", "kein Wochentag")
    parts = {field: _numbers(schedule, field, limit) for field, limit in _PARTS.items()}
    given = tuple((field, numbers) for field, numbers in parts.items() if numbers)
    weekdays = [(number, _DAYS.index(day)) for number, day in _weekdays(schedule)]
    kinds = [tuple(day for day in weekdays if bool(day[0]) == is_numbered)
             for is_numbered in (False, True)]  # fmt: skip
    if all(kinds) and parts["bysetpos"]:
        raise UnreadableRule("bysetpos", "Auswahl aus Tagen mit und ohne Nummer")
    head = (("freq", _FREQUENCIES.index(freq)), ("wkst", _DAYS.index(start)))
    return [(*head, ("byweekday", kind), *given) for kind in kinds if kind] or [
        (*head, ("byweekday", ()), *given)
    ]


def _numbers(schedule: Mapping[str, str], field: str, limit: int) -> tuple[int, ...]:
    cells = [part.strip() for part in schedule.get(field, "").split(",")]
    cells = [cell for cell in cells if cell]
    numbers = tuple(int(cell) for cell in cells if _PART.fullmatch(cell))
    is_sound = all(0 < abs(number) <= limit for number in numbers)
    if len(numbers) < len(cells) or not is_sound or (field == "bymonth" and min((1, *numbers)) < 1):
        raise UnreadableRule(field, "keine Zahlen nach RFC 5545")
    return numbers


@lru_cache(maxsize=256)
def _ruled(
    begin: dt.date, end: dt.date, interval: int, rule: tuple[tuple[str, Any], ...]
) -> tuple[dt.date, ...]:
    """Count with dateutil, whose frequencies are numbered as `_FREQUENCIES` are.

    A rule without any date is searched until the last year there is. So it is counted in years
    just before, which have the same weekdays, weeks and leap days.
    """
    from dateutil.rrule import rrule, weekday  # type: ignore[import-untyped]

    given = dict(rule)
    days = [weekday(day, number or None) for number, day in given.pop("byweekday")]
    later = dt.timedelta(days=_days_to_twin(begin.year))
    try:
        found = rrule(
            given.pop("freq"), _midnight(begin + later), interval, until=_midnight(end + later),
            byweekday=days or None, **given,
        )  # fmt: skip
        return tuple((moment - later).date() for moment in found)
    except ValueError:
        raise UnreadableRule("freq", "keine Regel nach RFC 5545") from None


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time())


def _days_to_twin(year: int) -> int:
    """Return how much later the last year begins after which everything comes as after this one.

    From 1901 on and until 2099 every fourth year is a leap year, and so in the years before
    9999: there years are alike that begin on the same weekday and are as far from a leap year.
    """
    if not 1901 <= year <= 2089:
        raise UnreadableRule("dtstart", "beginnt nicht zwischen 1901 und 2089")
    first = dt.date(year, 1, 1)
    [twin] = [
        begin for number in range(9963, 9991)
        if number % 4 == year % 4
        and (begin := dt.date(number, 1, 1)).weekday() == first.weekday()
    ]  # fmt: skip
    return (twin - first).days
