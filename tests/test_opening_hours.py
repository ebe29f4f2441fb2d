"""Opening hours of OpenStreetMap: what a week holds, and what it does not is named.

Expected hours are read off the text by the rules of the specification
(wiki.openstreetmap.org/wiki/Key:opening_hours/specification); the property test asks the library
minute by minute.
"""

from __future__ import annotations

import datetime as dt

import opening_hours as library
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems
from sokanalysis.opening_hours import WeeklyHours, by_day, notation, sessions, week, weekly
from tests.fuzzing import fuzz

WORKDAYS = ("Mo", "Di", "Mi", "Do", "Fr")
ALL = (*WORKDAYS, "Sa", "So")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo-Fr 08:00-12:00", [(WORKDAYS, "08:00", "12:00")]),
        (
            "Mo-Fr 08:00-12:00,13:00-16:00",
            [(WORKDAYS, "08:00", "12:00"), (WORKDAYS, "13:00", "16:00")],
        ),
        ("Tu,Th 14:00-18:00; Sa 09:00-12:00;", [
            (("Sa",), "09:00", "12:00"), (("Di", "Do"), "14:00", "18:00"),
        ]),
        # A later rule takes its days from the earlier ones, one after a comma adds to them.
        ("Mo,Tu 08:00-12:00; Tu 14:00-16:00", [
            (("Mo",), "08:00", "12:00"), (("Di",), "14:00", "16:00"),
        ]),
        ("Mo 08:00-12:00, Mo 14:00-16:00", [
            (("Mo",), "08:00", "12:00"), (("Mo",), "14:00", "16:00"),
        ]),
        ("Mo 08:00-16:00; Mo 12:00-13:00 off", [
            (("Mo",), "08:00", "12:00"), (("Mo",), "13:00", "16:00"),
        ]),
        ("Mo-Su 10:00-11:00; Sa,Su off", [(WORKDAYS, "10:00", "11:00")]),
        ("Sa-Mo 10:00-11:00", [(("Mo", "Sa", "So"), "10:00", "11:00")]),
        ("24/7", [(ALL, "00:00", "23:59")]),
        ("Mo 10:00-24:00", [(("Mo",), "10:00", "23:59")]),
        # Past midnight: the rest stands on the next day, after Sunday on Monday.
        ("Fr 22:00-02:00", [(("Sa",), "00:00", "02:00"), (("Fr",), "22:00", "23:59")]),
        ("Su 22:00-26:00", [(("Mo",), "00:00", "02:00"), (("So",), "22:00", "23:59")]),
        ("off", []),
    ],
)  # fmt: skip
def test_a_plain_week_is_held_whole(text: str, expected: list) -> None:
    hours = weekly(text)
    assert sessions(hours.hours) == expected
    assert hours.notes == ()
    # And back: what was written reads the same.
    assert weekly(notation(hours)).hours.equals(hours.hours)


def flags(hours: WeeklyHours) -> tuple[bool, bool, bool]:
    return (
        hours.is_closed_on_public_holidays,
        hours.is_closed_in_school_holidays,
        hours.is_by_appointment,
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Mo 08:00-12:00; PH off", (True, False, False)),
        ("Mo 08:00-12:00; SH off", (False, True, False)),
        ("Mo 08:00-12:00; PH,SH closed", (True, True, False)),
        ("Mo 08:00-12:00; Su,PH off", (True, False, False)),
        ('Mo 08:00-12:00 || "nach Vereinbarung"', (False, False, True)),
        ('Mo 08:00-12:00; "Termine nach Vereinbarung"', (False, False, True)),
        ("mo 8:00-12:00; PH OFF", (True, False, False)),
    ],
)
def test_what_is_said_beside_the_week(text: str, expected: tuple[bool, bool, bool]) -> None:
    hours = weekly(text)
    assert sessions(hours.hours) == [(("Mo",), "08:00", "12:00")]
    assert flags(hours) == expected
    assert hours.left_out == ()
    assert len(hours.notes) == sum(expected)
    assert flags(weekly(notation(hours))) == expected


def test_hours_by_appointment_are_no_open_hours() -> None:
    # Wednesday is taken from Monday to Friday, and nobody may just come then.
    hours = weekly('Mo-Fr 08:00-12:00; We "nur nach Anmeldung"')
    assert sessions(hours.hours) == [(("Mo", "Di", "Do", "Fr"), "08:00", "12:00")]
    assert hours.is_by_appointment
    timed = weekly('Mo 08:00-12:00 "nach Vereinbarung"')
    assert timed.hours.empty
    assert timed.left_out == ('Mo 08:00-12:00 "nach Vereinbarung"',)
    assert notation(timed) == '"nach Vereinbarung"'


@pytest.mark.parametrize(
    "rule",
    [
        "Mo[1] 14:00-16:00",
        "week01-53/2 Mo 14:00-16:00",
        "Jul-Aug Mo 14:00-16:00",
        "2026 Mo 14:00-16:00",
        "Dec 24 closed",
        "easter closed",
        "SH Mo-Fr 14:00-16:00",
        "SH Mo off",
        "PH 14:00-16:00",
        "PH -1 days closed",
    ],
)
def test_what_no_week_can_hold_is_named_and_the_rest_stays(rule: str) -> None:
    hours = weekly(f"Mo 08:00-12:00; {rule}")
    assert sessions(hours.hours) == [(("Mo",), "08:00", "12:00")]
    assert [left.replace("off", "closed") for left in hours.left_out] == [
        rule.replace("off", "closed")
    ]
    assert flags(hours) == (False, False, False)
    assert any(hours.left_out[0] in note for note in hours.notes)


@pytest.mark.parametrize(
    "rule", ["We 10:00+", "We sunrise-12:00", "We 10:00-16:00/01:30", "We 10:00-12:00 unknown"]
)
def test_of_vague_times_nothing_is_claimed(rule: str) -> None:
    # Wednesday belongs to the vague rule, so the hours of the first do not hold then.
    hours = weekly(f"Tu-Th 08:00-16:00; {rule}")
    assert sessions(hours.hours) == [(("Di", "Do"), "08:00", "16:00")]
    assert len(hours.left_out) == 1


def test_a_rule_for_public_holidays_too_is_held_for_the_other_days() -> None:
    hours = weekly("Mo,PH 10:00-12:00")
    assert sessions(hours.hours) == [(("Mo",), "10:00", "12:00")]
    assert hours.left_out == ("Mo,PH 10:00-12:00",)


def test_comments_are_kept_and_may_hold_separators() -> None:
    hours = weekly('Mo 10:00-12:00 "Eingang; hinten, links || Hof"; Tu 10:00-12:00')
    assert sessions(hours.hours) == [(("Mo", "Di"), "10:00", "12:00")]
    assert hours.comments == ("Eingang; hinten, links || Hof",)
    assert hours.notes == ("Bemerkung: „Eingang; hinten, links || Hof“",)


def test_what_holds_when_all_else_is_closed_adds_its_times() -> None:
    hours = weekly("Mo-Fr 08:00-12:00 || Sa 10:00-11:00 || closed")
    assert sessions(hours.hours) == [(WORKDAYS, "08:00", "12:00"), (("Sa",), "10:00", "11:00")]


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("Mo 10:00", 9),  # a time without an end: the text is over where it should follow
        ("Mo-Fr 08:00-12:00; Di 10:00-12:00", 20),  # counted off: „Di“ begins there
        ("Mo–Fr 08:00-12:00", 3),
        ("<script>alert(1)</script>", 1),
    ],
)
def test_the_message_says_where_it_cannot_be_read(text: str, position: int) -> None:
    with pytest.raises(DataProblems) as refusal:
        weekly(text, file="osm.csv", row=7)
    [problem] = refusal.value.problems
    assert f"ist ab Zeichen {position} nicht lesbar" in problem.message
    assert (problem.file, problem.row, problem.value) == ("osm.csv", 7, text[:80])


@pytest.mark.parametrize("text", ["", "  ", ";", "Mo 10:00-11:00; " * 100])
def test_empty_and_endless_texts_are_refused(text: str) -> None:
    with pytest.raises(DataProblems, match=r"Mo-Fr 08:00-12:00,13:00-16:00; PH off"):
        weekly(text)


def test_slots_that_touch_are_one() -> None:
    slots = [("Mo", "10:00", "12:00"), ("Mo", "09:00", "10:00"), ("Mo", "13:00", "14:00")]
    assert sessions(week(slots)) == [(("Mo",), "09:00", "12:00"), (("Mo",), "13:00", "14:00")]


def test_spans_are_cut_at_midnight() -> None:
    # Saturday 1 June 2024, 22:00, to Monday, 00:00: two hours less a minute, then a whole day.
    saturday = dt.datetime(2024, 6, 1, 22)
    assert list(by_day(saturday, dt.datetime(2024, 6, 3))) == [
        ("Sa", "22:00", "23:59"), ("So", "00:00", "23:59"),
    ]  # fmt: skip
    assert list(by_day(saturday, saturday)) == []


def test_nothing_is_a_week_without_rows() -> None:
    nothing = week([])
    assert list(nothing.columns) == ["weekday", "start_time", "end_time"]
    assert sessions(nothing) == []
    assert notation(WeeklyHours(nothing)) == "closed"


DAY = st.sampled_from(["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"])
DAYS = st.one_of(
    st.just(""), DAY, st.builds("{}-{}".format, DAY, DAY), st.builds("{},{}".format, DAY, DAY)
)
CLOCK = st.integers(0, 47).map(lambda half: f"{half // 2:02d}:{half % 2 * 30:02d}")
SPAN = st.builds("{}-{}".format, CLOCK, CLOCK)
TIMES = st.lists(SPAN, min_size=1, max_size=2).map(",".join)
STATE = st.sampled_from(["", "", "", " off", ' "Hof"'])
RULE = st.builds("{} {}{}".format, DAYS, TIMES, STATE).map(str.strip)
ODD = st.sampled_from(["Jul 10:00-11:00", "PH off", "Mo[2] off", '"nach Vereinbarung"', "Tu 9:00+"])
TEXT = st.lists(RULE | ODD, min_size=1, max_size=3).flatmap(
    lambda rules: st.sampled_from(["; ", ", "]).map(lambda separator: separator.join(rules))
)
MOMENTS = st.lists(
    st.datetimes(dt.datetime(2026, 1, 1), dt.datetime(2027, 12, 31)), min_size=1, max_size=30
)


@fuzz
@given(text=TEXT, moments=MOMENTS)
def test_held_weeks_agree_with_the_library_at_any_moment(
    text: str, moments: list[dt.datetime]
) -> None:
    # An odd rule can make a mixture that is no notation; everything else has to be read.
    try:
        held = weekly(text)
    except DataProblems:
        assert not library.validate(text)
        return
    assert weekly(notation(held)).hours.equals(held.hours)
    if held.left_out or held.is_by_appointment:
        return
    ends = held.hours["end_time"].replace("23:59", "24:00")  # the tables' midnight
    spans = set(held.hours.assign(end_time=ends).itertuples(index=False, name=None))
    judge = library.OpeningHours(text)
    for moment in moments:
        day, clock = ALL[moment.weekday()], f"{moment:%H:%M}"
        is_open = any(d == day and start <= clock < end for d, start, end in spans)
        assert is_open == judge.is_open(moment), (text, moment)


@fuzz
@given(text=st.text(st.sampled_from('MoTuPHSH 0128:-,;|"+[]()offJanweek/'), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert weekly(text).hours["weekday"].isin(ALL).all()
    except DataProblems as refusal:
        assert "Öffnungszeiten" in str(refusal)
