"""Opening hours and dates of Integreat as a plain week in local time."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.integreat.left_out import REASONS, NotTakenOver
from sokanalysis.integreat.times import Meeting, meeting, opening_week
from sokanalysis.opening_hours import sessions
from tests.fuzzing import fuzz
from tests.integreat_answers import CLOSED, day, event, older_dates, week

TODAY = dt.date(2026, 11, 22)  # a Sunday
START, END = "2026-01-06T15:00:00+01:00", "2026-01-06T17:00:00+01:00"  # a Tuesday
RULE = "DTSTART:20260106T140000\nRRULE:FREQ=WEEKLY;BYDAY=TU"


def why(*entries: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(NotTakenOver) as refusal:
        meeting(entries, TODAY)
    assert refusal.value.reason in REASONS
    return refusal.value.reason, refusal.value.detail


def single(start: str = START, end: str = END, rule: str | None = RULE) -> dict[str, Any]:
    return event(21, "Treff", start, end, rule)


def test_days_with_slots_closed_and_all_day() -> None:
    hours, by_appointment = opening_week(
        week(
            Mo=day("09:00-12:00", "13:00-16:00"),
            Di=day(allDay=True, closed=False),
            # All day comes before closed, closed before slots, as in the app.
            Mi=day("09:00-12:00", allDay=True, closed=True),
            Do=day("09:00-12:00", closed=True),
            Fr=CLOSED | {"closed": False},
        )
    )
    assert sessions(hours) == [
        (("Di", "Mi"), "00:00", "23:59"),
        (("Mo",), "09:00", "12:00"),
        (("Mo",), "13:00", "16:00"),
    ]
    assert by_appointment == ()


def test_hours_by_appointment_stand_apart() -> None:
    hours, by_appointment = opening_week(
        week(
            Mo=day("09:00-12:00", appointmentOnly=True),
            Di=CLOSED | {"appointmentOnly": True, "closed": False},
            Mi=CLOSED | {"appointmentOnly": True},
            Do=day("09:00-12:00"),
        )
    )
    assert sessions(hours) == [(("Do",), "09:00", "12:00")]
    assert by_appointment == ("Mo", "Di")  # Wednesday is closed anyway


def test_slots_without_a_time_zone_are_of_older_servers() -> None:
    old = {**CLOSED, "closed": False, "timeSlots": [{"start": "09:00", "end": "12:00"}]}
    del old["appointmentOnly"]
    hours, _ = opening_week(week(Mo=old))
    assert sessions(hours) == [(("Mo",), "09:00", "12:00")]


@pytest.mark.parametrize(
    "days",
    [
        None, "Mo-Fr", [], week()[:6], [*week(), CLOSED], [1] * 7, week(Mo=day("9:00-12:00")),
        week(Mo=day("12:00-09:00")), week(Mo=day("09:00-24:00")), week(Mo=day("09:00-09:00")),
        week(Mo={**CLOSED, "closed": False, "timeSlots": [{"start": "09:00"}]}),
        week(Mo={**CLOSED, "closed": False, "timeSlots": "09:00-12:00"}),
        week(Mo={**CLOSED, "closed": False, "timeSlots": [
            {"start": "09:00", "end": "12:00", "timezone": "Asia/Tokyo"}
        ]}),
    ],
)  # fmt: skip
def test_other_opening_hours_are_not_read(days: Any) -> None:
    with pytest.raises(NotTakenOver) as refusal:
        opening_week(days)
    assert refusal.value.reason == "unlesbar"
    assert "Öffnungszeiten" in refusal.value.detail


def test_a_weekly_rule() -> None:
    assert meeting([single()], TODAY) == Meeting(
        ("Di",), "15:00", "17:00", first=dt.date(2026, 1, 6)
    )
    until = RULE.replace("BYDAY", "UNTIL=20261231T235959;BYDAY")
    assert meeting([single(rule=until)], TODAY).last == dt.date(2026, 12, 31)
    days = RULE.replace("TU", "TU,TH")
    assert meeting([single(rule=days)], TODAY).weekdays == ("Di", "Do")


def test_every_day_is_every_weekday() -> None:
    daily = RULE.replace("WEEKLY;BYDAY=TU", "DAILY")
    assert meeting([single(rule=daily)], TODAY).weekdays == (
        "Mo", "Di", "Mi", "Do", "Fr", "Sa", "So",
    )  # fmt: skip
    assert meeting([single(rule=daily + ";INTERVAL=7")], TODAY).weekdays == ("Di",)


def test_a_rule_names_its_weekday_locally() -> None:
    # Published case (digitalfabrik/integreat-cms issue #2988): „jeden Donnerstag“ from
    # 1 April 2024, 01:00 in Berlin, which is 31 March, 23:00 in UTC. In UTC a Thursday at 23:00
    # would be a Friday in Berlin.
    rule = "DTSTART:20240331T230000\nRRULE:FREQ=WEEKLY;BYDAY=TH"
    start, end = "2024-04-01T01:00:00+02:00", "2024-04-01T02:00:00+02:00"
    found = meeting([single(start, end, rule)], TODAY)
    assert (found.weekdays, found.start_time) == (("Do",), "01:00")
    assert meeting([single(start, end, rule.replace("\n", ""))], TODAY) == found
    # Its first day is the Monday in Berlin, and so is the day of a rule that names none.
    assert found.first == dt.date(2024, 4, 1)
    unnamed = rule.replace(";BYDAY=TH", "")
    assert meeting([single(start, end, unnamed)], TODAY).weekdays == ("Mo",)


def test_ten_oclock_stays_ten_oclock_when_the_clocks_change() -> None:
    # In UTC 8:00 before 25 October 2026 and 9:00 from then on.
    dates = [
        ("2026-10-20T10:00:00+02:00", "2026-10-20T11:00:00+02:00"),
        ("2026-10-27T09:00:00Z", "2026-10-27T10:00:00Z"),
        ("2026-11-03T10:00:00+01:00", "2026-11-03T11:00:00+01:00"),
        ("2026-11-24T10:00:00+01:00", "2026-11-24T11:00:00+01:00"),
    ]
    entries = [single(start, end, None) for start, end in dates]
    gap = ("kein_rhythmus", "Termine am 20.10.2026, 27.10.2026, 03.11.2026, 24.11.2026")
    assert why(*entries) == gap
    entries += [
        single(f"2026-11-{day}T10:00:00+01:00", f"2026-11-{day}T11:00:00+01:00", None)
        for day in (10, 17)
    ]
    assert meeting(entries, TODAY) == Meeting(
        ("Di",), "10:00", "11:00", known_until=dt.date(2026, 11, 24)
    )


def test_older_servers_give_date_and_time_apart() -> None:
    entries = older_dates(31, "Treff", ["2026-11-24", "2026-12-01", "2026-12-08"])
    assert meeting(entries, TODAY) == Meeting(
        ("Di",), "10:00", "12:00", known_until=dt.date(2026, 12, 8)
    )
    for entry in entries:  # the same in another time zone: 9:00 in London
        entry["event"] |= {
            "start_time": "09:00:00", "end_time": "11:00:00", "timezone": "Europe/London",
        }  # fmt: skip
    assert meeting(entries, TODAY).start_time == "10:00"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        # The second and fourth dates are 14 days apart, of a month 28 or 35.
        (RULE.replace("BYDAY", "INTERVAL=2;BYDAY"),
         ("kein_rhythmus", "Termine am 06.01.2026, 20.01.2026, 03.02.2026, 17.02.2026, "
          "03.03.2026 …")),
        (RULE.replace("WEEKLY;BYDAY=TU", "MONTHLY;BYDAY=+1TU"),
         ("kein_rhythmus", "Termine am 06.01.2026, 03.02.2026, 03.03.2026")),
        (RULE.replace("WEEKLY;BYDAY=TU", "YEARLY"), ("ein_termin", "am 06.01.2026")),
        # Two dates a week apart may be chance.
        (RULE.replace("BYDAY", "COUNT=2;BYDAY"), ("vergangen", "bis 13.01.2026")),
        (RULE.replace("BYDAY", "UNTIL=20261110T235959;BYDAY"), ("vergangen", "bis 10.11.2026")),
    ],
)  # fmt: skip
def test_rules_that_are_not_weekly_or_over(rule: str, expected: tuple[str, str]) -> None:
    assert why(single(rule=rule)) == expected


@pytest.mark.parametrize(
    "rule",
    [
        "", "RRULE:", "RRULE:FREQ=SECONDLY", "RRULE:FREQ=WEEKLY;INTERVAL=0", "FREQ=WEEKLY",
        "RRULE:FREQ=WEEKLY;BYSETPOS=1", "RRULE:FREQ=WEEKLY;BYDAY=XX", "RRULE:FREQ=WEEKLY;FREQ",
        "RRULE:FREQ=WEEKLY;UNTIL=20269999T000000", RULE + "\nEXDATE:20260113T140000",
        "DTSTART:99999999T999999\nRRULE:FREQ=WEEKLY", "RRULE:" + "A" * 10_000,
    ],
)  # fmt: skip
def test_other_rules_are_not_followed(rule: str) -> None:
    expected = (
        ("ein_termin", "am 24.11.2026") if not rule else ("unlesbar", "Regel der Wiederholung")
    )
    start, end = "2026-11-24T15:00:00+01:00", "2026-11-24T17:00:00+01:00"
    assert why(single(start, end, rule)) == expected
    if rule:
        assert why(single(start, end, 5)) == expected


def test_events_that_are_over_or_no_meeting() -> None:
    assert why(single(rule=None)) == ("vergangen", "zuletzt am 06.01.2026")
    assert why(single("2026-12-01T10:00:00Z", "2026-12-01T11:00:00Z", None)) == (
        "ein_termin", "am 01.12.2026",
    )  # fmt: skip
    assert why(single("2026-12-01T10:00:00Z", "2026-12-31T11:00:00Z", None)) == (
        "mehrtaegig", "01.12.2026 bis 31.12.2026",
    )  # fmt: skip
    # 22:30 in UTC is 23:30 in Berlin; an hour later it is the next day there.
    assert why(single("2026-12-01T22:30:00Z", "2026-12-01T23:30:00Z"))[0] == "mehrtaegig"
    whole = single("2026-12-01T00:00:00+01:00", "2026-12-01T23:59:00+01:00")
    whole["event"]["all_day"] = True
    assert why(whole) == ("ganztaegig", "am 01.12.2026")
    times = [single(f"2026-12-0{day}T1{day}:00:00Z", f"2026-12-0{day}T18:00:00Z", None)
             for day in (1, 2)]  # fmt: skip
    assert why(*times) == ("kein_rhythmus", "Termine zu verschiedenen Uhrzeiten")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("start", "morgen"), ("start", 5), ("end", "2026-02-30T10:00:00"), ("end", START),
        ("end", "0001-01-01T00:00:00+23:00"), ("start", "9999-12-31T23:00:00-10:00"),
    ],
)  # fmt: skip
def test_moments_that_are_none(field: str, value: Any) -> None:
    broken = single()
    broken["event"][field] = value
    assert why(broken)[0] == "unlesbar"


@pytest.mark.parametrize("zone", ["../../etc/passwd", "Europe", "Europe/Nirgendwo", "", 5])
def test_time_zones_that_are_none(zone: Any) -> None:
    broken = single("2026-12-01T10:00:00", "2026-12-01T11:00:00")
    broken["event"]["timezone"] = zone
    if zone == "":  # nothing said is the time of the district
        assert meeting([broken], TODAY).start_time == "10:00"
    else:
        assert why(broken)[0] == "unlesbar"


@fuzz
@given(
    first=st.dates(dt.date(2026, 1, 1), dt.date(2028, 12, 31)),
    weeks=st.lists(st.integers(0, 8), min_size=1, max_size=8, unique=True),
)
def test_a_list_is_weekly_exactly_when_no_week_is_missing(first: dt.date, weeks: list[int]) -> None:
    dates = [first + dt.timedelta(weeks=number) for number in weeks]
    entries = older_dates(31, "Treff", [f"{date:%Y-%m-%d}" for date in dates])
    is_weekly = len(weeks) >= 3 and max(weeks) - min(weeks) == len(weeks) - 1
    try:
        found = meeting(entries, dt.date(2020, 1, 1))
    except NotTakenOver:
        assert not is_weekly
    else:
        assert is_weekly
        assert (found.start_time, found.end_time) == ("10:00", "12:00")
        assert found.weekdays == (("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")[first.weekday()],)
