"""Which session takes place on which kind of day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.codes import DAY_TYPES, WEEKDAYS
from sokanalysis.day_types import day_types_of, runs_on, weekday_count
from tests.conftest import COURSE_SESSION, table

WEEK = "Mo;Di;Mi;Do;Fr"


def sessions(*rows: tuple[str, str]):
    """Sessions of weekdays and whether they run in the holidays."""
    return table(
        "sessions",
        [COURSE_SESSION | {"weekdays": days, "runs_in_holidays": runs} for days, runs in rows],
    )


@pytest.mark.parametrize(
    ("weekdays", "counts"),
    [
        # School days, days of holidays, Saturdays, Sundays.
        (("Mo", "Di", "Mi", "Do", "Fr"), [5, 5, 0, 0]),
        (("Fr", "Sa"), [1, 1, 1, 0]),
        (("Sa", "So"), [0, 0, 1, 1]),
        (("Di", "Di"), [1, 1, 0, 0]),
        ((), [0, 0, 0, 0]),
    ],
)
def test_weekdays_of_a_day_type(weekdays, counts):
    assert [weekday_count(weekdays, day_type) for day_type in DAY_TYPES] == counts


@given(st.lists(st.sampled_from(sorted(WEEKDAYS))))
def test_every_weekday_is_of_one_type_in_school_weeks(weekdays):
    counts = [weekday_count(weekdays, name) for name in ("schultag", "samstag", "sonntag")]
    assert sum(counts) == len(set(weekdays))


def test_in_the_holidays_runs_what_says_so():
    rows = sessions((WEEK, "ja"), (WEEK, "nein"), (WEEK, ""), ("Sa", "nein"), ("Mo;So", "ja"))
    assert {day_type: runs_on(rows, day_type).tolist() for day_type in DAY_TYPES} == {
        "schultag": [True, True, True, False, True],
        # Nobody says of the third: it does not run. The weekend is neither here nor there.
        "ferientag": [True, False, False, False, True],
        "samstag": [False, False, False, True, False],
        "sonntag": [False, False, False, False, True],
    }


@pytest.mark.parametrize(
    ("rows", "day_types"),
    [
        ([(WEEK, "nein")], ["schultag"]),
        ([("Sa", "nein"), ("Mo", "ja")], ["schultag", "ferientag", "samstag"]),
        ([("So", "ja")], ["sonntag"]),
        ([], []),
    ],
)
def test_day_types_in_use(rows, day_types):
    assert day_types_of(sessions(*rows)) == day_types


def test_no_sessions_run_on_no_day():
    assert runs_on(sessions(), "schultag").shape == (0,)
    assert runs_on(sessions(), "ferientag").dtype == bool
