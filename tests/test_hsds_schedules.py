"""Schedules of HSDS and weekly sessions: the same dates, or no session."""

from __future__ import annotations

import calendar
import datetime as dt

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.codes import WEEKDAYS
from sokanalysis.hsds.periods import Plan
from sokanalysis.hsds.rules import dates_of
from sokanalysis.hsds.schedules import (
    NOT_WEEKLY,
    Refusal,
    Weekly,
    is_period,
    read_schedule,
    schedule_fields,
)

few = settings(max_examples=60, deadline=None)

TIMES = {"opens_at": "10:00", "closes_at": "12:00"}
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
# 2025-09-01 is a Monday.
MONDAY = dt.date(2025, 9, 1)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def refused(**fields: str) -> Refusal:
    found = read_schedule(TIMES | fields)
    assert isinstance(found, Refusal), found
    return found


def weekly(**fields: str) -> Weekly:
    found = read_schedule(TIMES | fields)
    assert isinstance(found, Weekly), found
    return found


# Rules that are weekly, each for a reason of its own.


def test_a_weekly_rule_keeps_its_days_in_their_order() -> None:
    found = weekly(freq="WEEKLY", byday="TH,MO")
    assert found == Weekly(("Do", "Mo"), "10:00", "12:00")


def test_a_weekly_rule_without_days_falls_on_the_day_of_its_begin() -> None:
    found = weekly(freq="weekly", dtstart="2025-09-03", interval="1.0")
    # The third of September is the Wednesday after Monday the first.
    assert (found.weekdays, found.first) == (("Mi",), day("2025-09-03"))


def test_until_is_the_end_and_valid_to_only_how_far_it_is_known() -> None:
    found = weekly(freq="WEEKLY", byday="MO", until="2026-06-30", valid_to="2025-12-31")
    assert found.last == day("2026-06-30")
    assert found.known_until == day("2025-12-31")
    only_known = weekly(freq="WEEKLY", byday="MO", valid_to="2025-12-31")
    assert only_known.last is None


def test_a_count_ends_on_its_last_date() -> None:
    found = weekly(freq="WEEKLY", byday="MO,WE", dtstart="2025-09-01", count="4")
    # 1 and 3 September, 8 and 10 September.
    assert (found.first, found.last) == (MONDAY, day("2025-09-10"))


def test_other_rules_with_the_dates_of_a_week_are_weekly() -> None:
    assert weekly(freq="DAILY").weekdays == tuple(WEEKDAYS)
    assert weekly(freq="DAILY", byday="MO,TU").weekdays == ("Mo", "Di")
    # All Mondays of all months are all Mondays.
    assert weekly(freq="MONTHLY", byday="MO").weekdays == ("Mo",)
    assert weekly(freq="YEARLY", byday="SU").weekdays == ("So",)
    # Every seventh day after a Monday.
    assert weekly(freq="DAILY", interval="7", dtstart="2025-09-01").weekdays == ("Mo",)
    found = weekly(freq="DAILY", dtstart="2025-09-01", until="2025-09-14")
    assert (found.weekdays, found.last) == (tuple(WEEKDAYS), day("2025-09-14"))


def test_an_exception_on_another_day_and_an_addition_that_is_there_change_nothing() -> None:
    # 2 September 2025 is a Tuesday, the 8th a Monday.
    fields = {"freq": "WEEKLY", "byday": "MO", "dtstart": "2025-09-01"}
    assert weekly(**fields, exdate="2025-09-02", rdate="2025-09-08").weekdays == ("Mo",)


def test_a_first_date_after_the_validity_begins_is_no_second_bound() -> None:
    # From Monday on, the first Thursday is the 4th: nothing lies between.
    fields = {"freq": "WEEKLY", "byday": "TH", "valid_from": "2025-09-01"}
    assert weekly(**fields, dtstart="2025-09-04").first == MONDAY
    # Beginning a week later leaves the 4th out.
    assert weekly(**fields, dtstart="2025-09-11").first == day("2025-09-11")
    # What began earlier is known from the validity on.
    assert weekly(**fields, dtstart="2025-08-07").first == MONDAY


# Rules that are not.


@pytest.mark.parametrize(
    "fields",
    [
        {"freq": "WEEKLY", "byday": "MO", "interval": "2", "dtstart": "2025-09-01"},
        {"freq": "MONTHLY", "byday": "1MO"},
        {"freq": "MONTHLY", "byday": "-1FR", "dtstart": "2025-09-01"},
        {"freq": "MONTHLY", "bymonthday": "1,15"},
        {"freq": "YEARLY", "byday": "MO", "bymonth": "9"},
        {"freq": "DAILY", "interval": "2", "dtstart": "2025-09-01"},
        {"freq": "WEEKLY", "byday": "MO", "exdate": "2025-12-22", "dtstart": "2025-09-01"},
        {"freq": "WEEKLY", "byday": "MO", "rdate": "2025-09-02", "dtstart": "2025-09-01"},
        {"freq": "MONTHLY", "byday": "MO", "bysetpos": "1"},
        # Every Monday and the first Tuesday: with and without a number in one rule.
        {"freq": "MONTHLY", "byday": "MO,1TU"},
        # All weeks but the last of long years: the first long year after 2025 is 2026.
        {"freq": "WEEKLY", "byday": "MO", "dtstart": "2025-09-01",
         "byweekno": ",".join(map(str, range(1, 53)))},
    ],
)  # fmt: skip
def test_what_is_regular_but_not_weekly_never_becomes_weekly(fields: dict[str, str]) -> None:
    assert refused(**fields).reason == NOT_WEEKLY


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"byday": "MO"}, "freq", "ohne Rhythmus (freq)"),
        ({"dtstart": "2025-09-01"}, "freq", "einzelner Termin"),
        ({"freq": "WEEKLY"}, "byday", "ohne Wochentag"),
        ({"freq": "WEEKLY", "byday": "1MO"}, "byday", "keine Wochentage nach RFC 5545"),
        ({"freq": "WEEKLY", "byday": "Montag"}, "byday", "keine Wochentage nach RFC 5545"),
        ({"freq": "WEEKLY", "byday": "MO", "interval": "0"}, "interval", "keine ganze Zahl ab 1"),
        ({"freq": "WEEKLY", "byday": "MO", "until": "bald"}, "until", "kein Datum"),
        ({"freq": "HOURLY", "byday": "MO"}, "freq", "keine Häufigkeit von Tagen: „HOURLY“"),
        ({"freq": "MONTHLY"}, "dtstart", "hängt von einem Beginn ab, der nicht angegeben ist"),
        ({"freq": "WEEKLY", "byday": "MO", "count": "1", "dtstart": "2025-09-01"},
         "freq", "einzelner Termin"),
        ({"freq": "WEEKLY", "byday": "MO", "count": "500", "dtstart": "2025-09-01"},
         "count", "reicht über acht Jahre hinaus"),
        ({"freq": "DAILY", "count": "3", "dtstart": "2025-09-01"},
         "freq", "einzelne Tage, die sich nicht wiederholen"),
        # No month of February has 31 days; the search for one ends.
        ({"freq": "YEARLY", "bymonth": "2", "bymonthday": "31"}, "freq", "ergibt keinen Termin"),
        ({"freq": "YEARLY", "byday": "MO", "bymonth": "13"},
         "bymonth", "keine Zahlen nach RFC 5545"),
        ({"freq": "DAILY", "byday": "MO", "interval": "7", "dtstart": "2025-09-02"},
         "freq", "ergibt keinen Termin"),
        ({"freq": "DAILY", "dtstart": "2090-01-01"},
         "dtstart", "beginnt nicht zwischen 1901 und 2089"),
        ({"freq": "WEEKLY", "byday": "MO", "byhour": "9"},
         "byhour", "Angabe der Wiederholung, die HSDS nicht kennt"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_session_says_why(fields: dict[str, str], field: str, reason: str) -> None:
    assert refused(**fields) == Refusal(field, reason)


@pytest.mark.parametrize(
    ("opens", "closes", "reason"),
    [
        ("", "12:00", "ohne Uhrzeit"),
        ("00:00", "23:59", "ganztägig, ohne Uhrzeit"),
        ("00:00:00", "24:00:00", "ganztägig, ohne Uhrzeit"),
        ("20:00", "02:00", "endet nicht nach dem Beginn am selben Tag"),
        ("10:00", "10:00", "endet nicht nach dem Beginn am selben Tag"),
        ("10:00:30", "12:00", "Uhrzeit mit Sekunden"),
        ("zehn", "12:00", "keine Uhrzeit"),
        ("25:00", "26:00", "keine Uhrzeit"),
        ("10:00Z", "12:00Z", "Uhrzeit in einer anderen Zeitzone"),
        ("10:00-05:00", "12:00-05:00", "Uhrzeit in einer anderen Zeitzone"),
    ],
)
def test_times_that_a_session_cannot_hold(opens: str, closes: str, reason: str) -> None:
    found = refused(freq="WEEKLY", byday="MO", opens_at=opens, closes_at=closes)
    assert found.reason == reason


def test_times_with_the_distance_of_here_are_times_of_the_clock() -> None:
    found = weekly(freq="WEEKLY", byday="MO", opens_at="9:30:00+01:00", closes_at="11:00+0100")
    assert (found.start_time, found.end_time, found.has_offset) == ("09:30", "11:00", True)
    assert weekly(freq="WEEKLY", byday="MO", timezone="2").has_offset
    assert refused(freq="WEEKLY", byday="MO", timezone="0").field == "timezone"
    assert refused(freq="WEEKLY", byday="MO", timezone="Europe/Berlin").reason == "keine Zahl"


def test_a_period_is_no_session_and_an_interval_alone_no_rule() -> None:
    assert is_period({"id": "1", "valid_from": "2025-09-01", "interval": "1"})
    assert not is_period({"dtstart": "2025-09-01"})
    assert not is_period({"freq": "WEEKLY"})


# Whole services.


def plan(*schedules: dict[str, str]) -> Plan:
    rows = [
        {"id": str(number), "service_at_location_id": "v", **TIMES, **fields}
        for number, fields in enumerate(schedules)
    ]
    visits = [{"id": "v", "service_id": "s", "location_id": "l"}]
    return Plan({"service_at_location": visits, "schedule": rows})


def test_an_offer_runs_from_the_first_session_to_the_last() -> None:
    every = {"freq": "WEEKLY", "byday": "MO"}
    found = plan(
        every | {"dtstart": "2025-09-01", "until": "2026-06-29", "valid_to": "2025-12-31"},
        # The Tuesday of the same week, to the Tuesday of the last: no date more, no date less.
        {"freq": "WEEKLY", "byday": "TU", "dtstart": "2025-09-02", "until": "2026-06-30"},
    )
    assert found.period_of("s") == {
        "valid_from_date": "2025-09-01",
        "valid_until_date": "2026-06-30",
        "assured_date": "2025-12-31",
    }
    assert len(found.sessions) == 2


def test_a_session_of_a_part_of_the_year_is_told_and_not_spread_over_the_year() -> None:
    always = {"freq": "WEEKLY", "byday": "MO"}
    summer = {"freq": "WEEKLY", "byday": "SA", "dtstart": "2025-05-03", "until": "2025-09-27"}
    found = plan(always, summer)
    assert [timed.row["id"] for timed in found.sessions] == ["0"]
    [lost] = found.findings
    assert (lost.key, lost.reason[:24]) == ("1", "gilt nur in einem Teil d")


def test_a_schedule_of_a_service_needs_one_location() -> None:
    rule = {"freq": "WEEKLY", "byday": "MO", **TIMES}
    visits = [
        {"id": "a", "service_id": "one", "location_id": "l"},
        {"id": "b", "service_id": "two", "location_id": "l"},
        {"id": "c", "service_id": "two", "location_id": "m"},
    ]
    schedules = [
        {"id": "1", "service_id": "one", **rule},
        {"id": "2", "service_id": "two", **rule},
        {"id": "3", "service_id": "two", "location_id": "m", **rule},
        {"id": "4", "service_id": "none", **rule},
        {"id": "5", "location_id": "m", **rule},
        {"id": "6", **rule},
        # A place that is named and unknown is not replaced by the one that is known.
        {"id": "7", "service_id": "one", "service_at_location_id": "gone", **rule},
    ]
    found = Plan({"service_at_location": visits, "schedule": schedules})
    assert [(t.row["id"], t.location) for t in found.sessions] == [("1", "l"), ("3", "m")]
    assert [(lost.key, lost.reason) for lost in found.findings] == [
        ("2", "Angebot hat mehrere Orte, der Termin nennt keinen"),
        ("4", "ohne Ort"),
        ("5", "Öffnungszeit eines Ortes, kein Termin eines Angebots"),
        ("6", "gehört zu keinem Angebot"),
        ("7", "Angebot hat mehrere Orte, der Termin nennt keinen"),
    ]


# Properties.

dates = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))


@st.composite
def sessions(draw: st.DrawFn) -> Weekly:
    weekdays = draw(st.lists(st.sampled_from(list(WEEKDAYS)), min_size=1, max_size=7))
    start, end = sorted(draw(st.lists(st.integers(0, 1438), min_size=2, max_size=2, unique=True)))
    bounds = draw(st.lists(st.none() | dates, min_size=2, max_size=2))
    first, last = sorted(bounds) if all(bounds) else bounds
    clock = [f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (start, end)]
    return Weekly(tuple(weekdays), *clock, first, last, draw(st.none() | dates))


@few
@given(sessions())
def test_a_session_comes_back_from_its_schedule(session: Weekly) -> None:
    assert read_schedule(schedule_fields(session)) == session


def text_rule(fields: dict[str, str]) -> str:
    parts = {name: fields[name] for name in fields if name not in ("dtstart", "until", *TIMES)}
    until = fields.get("until", "").replace("-", "")
    rule = ";".join(f"{name.upper()}={value}" for name, value in parts.items() if value)
    start = fields["dtstart"].replace("-", "")
    return f"DTSTART:{start}T000000\nRRULE:{rule}" + (f";UNTIL={until}T000000" if until else "")


@few
@given(sessions(), dates)
def test_the_schedule_of_a_session_has_its_dates(session: Weekly, begin: dt.date) -> None:
    fields = schedule_fields(session)
    rule = {name: fields[name] for name in ("freq", "interval", "byday", "until", "wkst")}
    rule["dtstart"] = fields["dtstart"] or fields["valid_from"] or begin.isoformat()
    end = begin + dt.timedelta(days=60)
    found = rrulestr(text_rule(rule)).between(
        dt.datetime.combine(begin, dt.time()), dt.datetime.combine(end, dt.time()), inc=True
    )
    # Day by day: a date is one whose weekday is named and that lies within the bounds.
    names = list(WEEKDAYS)
    expected = [
        one for number in range(61)
        if names[(one := begin + dt.timedelta(days=number)).weekday()] in session.weekdays
        and (session.first or begin) <= one <= (session.last or end)
    ]  # fmt: skip
    assert [moment.date() for moment in found] == expected
    assert session.days(begin, end) == expected


@st.composite
def rules(draw: st.DrawFn) -> dict[str, str]:
    """Rules of every frequency, some of them weekly under another name."""
    freq = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    is_numbered = freq in ("MONTHLY", "YEARLY")
    number = st.sampled_from(["", "", "1", "-1", "2"]) if is_numbered else st.just("")
    parts = draw(st.lists(st.sampled_from(DAYS), max_size=4, unique=True))
    month_days = draw(st.lists(st.integers(1, 31) | st.integers(-31, -1), max_size=2))
    begin = draw(dates)
    ends = draw(st.sampled_from(["", "until", "count"]))
    later = begin + dt.timedelta(days=draw(st.integers(0, 100)))
    fields = {
        "freq": freq,
        "interval": str(draw(st.sampled_from([1, 1, 1, 2, 7]))),
        "byday": ",".join(draw(number) + part for part in parts),
        "bymonthday": ",".join(map(str, month_days)) if draw(st.integers(0, 3)) == 0 else "",
        "dtstart": begin.isoformat(),
        "until": later.isoformat() if ends == "until" else "",
        "count": str(draw(st.integers(1, 20))) if ends == "count" else "",
    }
    return {name: value for name, value in fields.items() if value}


def month_length(one: dt.date) -> int:
    return calendar.monthrange(one.year, one.month)[1]


def is_named(one: dt.date, part: str, freq: str) -> bool:
    """Whether a day is the one that a part of BYDAY names: any Monday, the second, the last."""
    if DAYS[one.weekday()] != part[-2:]:
        return False
    number = int(part[:-2] or 0)
    in_month = freq == "MONTHLY"
    place = one.day if in_month else one.timetuple().tm_yday
    length = month_length(one) if in_month else 365 + calendar.isleap(one.year)
    return number in (0, (place + 6) // 7, -((length - place) // 7 + 1))


def falls_on(one: dt.date, fields: dict[str, str]) -> bool:
    """Whether a rule falls on a day, straight from RFC 5545, section 3.3.10."""
    begin, freq, interval = day(fields["dtstart"]), fields["freq"], int(fields["interval"])
    weeks = (one - dt.timedelta(one.weekday())) - (begin - dt.timedelta(begin.weekday()))
    months = (one.year - begin.year) * 12 + one.month - begin.month
    steps = {
        "DAILY": (one - begin).days, "WEEKLY": weeks.days // 7, "MONTHLY": months,
        "YEARLY": one.year - begin.year,
    }  # fmt: skip
    if steps[freq] % interval:
        return False
    parts = [part for part in fields.get("byday", "").split(",") if part]
    numbers = [int(part) for part in fields.get("bymonthday", "").split(",") if part]
    if not parts and not numbers:
        return {
            "DAILY": True, "WEEKLY": one.weekday() == begin.weekday(),
            "MONTHLY": one.day == begin.day,
            "YEARLY": (one.month, one.day) == (begin.month, begin.day),
        }[freq]  # fmt: skip
    of_week = not parts or any(is_named(one, part, freq) for part in parts)
    return of_week and (
        not numbers or one.day in numbers or one.day - month_length(one) - 1 in numbers
    )


@few
@given(rules())
def test_a_rule_is_a_session_when_its_dates_are_those_of_a_week(fields: dict[str, str]) -> None:
    begin = day(fields["dtstart"])
    end = begin + dt.timedelta(days=2 * 366)
    span = [begin + dt.timedelta(days=number) for number in range(2 * 366 + 1)]
    if "until" in fields:
        span = [one for one in span if one <= day(fields["until"])]
    counted = [one for one in span if falls_on(one, fields)][: int(fields.get("count", "999"))]
    found = read_schedule(TIMES | fields)
    if isinstance(found, Weekly):
        assert found.days(begin, end) == counted
    elif "count" not in fields and counted:
        # Refused: then the weekly rule on the same weekdays differs, or nothing repeats.
        numbers = {one.weekday() for one in counted}
        same = [one for one in span if one.weekday() in numbers]
        assert same != counted or counted[-1] - counted[0] < dt.timedelta(days=7)


@few
@given(rules())
def test_dates_are_counted_as_the_standard_says(fields: dict[str, str]) -> None:
    begin = day(fields["dtstart"])
    end = min(begin + dt.timedelta(days=900), day(fields.get("until", "9999-12-31")))
    days = [begin + dt.timedelta(days=number) for number in range((end - begin).days + 1)]
    expected = [one for one in days if falls_on(one, fields)]
    count = int(fields.get("count", "0"))
    if count and len(expected) < count:
        return  # the last one lies beyond these days
    counted = [one for one in dates_of(fields).dates if one <= end]
    assert counted == expected[: count or None]
