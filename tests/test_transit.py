"""Journeys packed into numbers, many queries side by side, and the compact form of attendance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis import journey
from sokanalysis.attendance import attendance, attendances
from sokanalysis.codes import REASONS
from sokanalysis.geography import project
from sokanalysis.journey import NEVER, NO_JOURNEY, int32
from sokanalysis.timetable import compile_day
from sokanalysis.transit import Access, Searches, access, search
from tests.conftest import feed, region
from tests.test_attendance import COURSE, LIMITS, SERVICES, SETTLEMENTS, SITES, STOPS, TRIPS

HOUR = 3600


def packed(time, boardings, walk, leave):
    """A journey as the scan packs it."""
    return (
        (np.int64(time) << journey.TIME)
        + boardings * journey.ONE_BOARDING
        + (np.int64(walk) << journey.WALK)
        + (journey.LATEST - leave)
    )


@pytest.fixture
def district():
    courses = [
        COURSE | {"session_id": f"S{hour}", "start_time": f"{hour:02d}:00"} for hour in range(7, 12)
    ]
    return region(SETTLEMENTS, SITES, courses, feed(STOPS, TRIPS, SERVICES)).with_parameters(
        **LIMITS
    )


@pytest.fixture
def day(district):
    return compile_day(
        district.feed, pd.Timestamp("2026-09-01"), district.parameters, with_flex=False
    )


times = st.integers(-80 * HOUR, 80 * HOUR)
parts = st.tuples(times, st.integers(1, 7), st.integers(0, 4 * journey.LONGEST_WALK), times)


@given(parts)
def test_a_journey_comes_apart_as_it_was_packed(whole):
    taken = np.array([packed(*whole)])
    reads = (journey.time_of, journey.boardings_of, journey.walk_of, journey.leave_of)
    assert tuple(int(read(taken)[0]) for read in reads) == whole


@given(parts, parts)
def test_the_lesser_number_is_the_better_journey(one, other):
    """Earlier, then fewer boardings, then less walking, then setting off later."""
    better = (*one[:3], -one[3]) < (*other[:3], -other[3])
    assert (packed(*one) < packed(*other)) == better


def test_no_journey_has_no_times():
    none = np.array([NO_JOURNEY])
    assert journey.time_of(none)[0] == NEVER
    assert journey.boardings_of(none)[0] == journey.walk_of(none)[0] == 0


def test_equal_queries_are_searched_once(district, day):
    places = project(pd.DataFrame(SITES * 3))
    found = search(district, day, places, int32([12 * HOUR, 13 * HOUR, 12 * HOUR]))
    assert len(found.journeys) == 2
    assert list(found.row) == [0, 1, 0]


def test_many_queries_answer_like_one_each(district, day):
    """More queries than lanes, from every stop at every quarter of an hour."""
    stops = project(pd.DataFrame(SETTLEMENTS))
    places = np.repeat(stops, 30, axis=0)
    at = int32(np.tile(np.arange(30) * 900 + 6 * HOUR, len(stops)))
    together = search(district, day, places, at)
    for query in range(0, len(at), 7):
        alone = search(district, day, places[query : query + 1], at[query : query + 1])
        assert (together.journeys[together.row[query]] == alone.journeys[0]).all()


def test_the_door_takes_the_stop_that_is_better_with_its_walk():
    # Stop 0 at 10:00 and 900 s on foot: 10:15. Stop 1 at 10:10 and 200 s: 10:13:20, better,
    # although later at the stop. The third door is near no stop.
    at_stops = np.array([[packed(10 * HOUR, 1, 0, 0), packed(10 * HOUR + 600, 1, 60, 0)]])
    doors = Access(int32([0, 2, 3, 3]), int32([0, 1, 0]), int32([900, 200, 900]))
    best = Searches(at_stops, int32([0])).at_doors(doors)
    assert list(journey.time_of(best)[0]) == [10 * HOUR + 800, 10 * HOUR + 900, NEVER]
    assert list(journey.walk_of(best)[0]) == [260, 900, 0]


def test_without_queries_and_without_doors(district, day):
    nothing = np.empty((0, 2))
    found = search(district, day, nothing, int32([]))
    assert found.at_doors(access(district, nothing, day.places)).shape == (0, 0)


def test_compact_answers_say_what_the_table_says(district):
    (compact,) = attendances(district, district.sessions, states=[("schultag", False)])
    rows = attendance(district, district.sessions, states=[("schultag", False)])
    table = rows.pivot(index="session_id", columns="settlement_id", values="reason")
    table = table.loc[compact.sessions["session_id"], compact.settlement_ids]
    assert ((table == "erreichbar").to_numpy() == compact.reached()).all()
    reason = np.array(list(REASONS), dtype=object)[compact.transit_reason]
    transit = rows.pivot(index="session_id", columns="settlement_id", values="transit_reason")
    assert (transit.loc[table.index, table.columns].to_numpy() == reason).all()
    assert compact.reached().any() and not compact.reached().all()


def test_minutes_on_foot_are_both_ways():
    # Who lives 500 m north of the stop of Mitte walks 500 m × 1.3 at 4.5 km/h, 520 s, before A
    # and after C; the school stands at the stop.
    off = [SETTLEMENTS[1] | {"lat": SETTLEMENTS[1]["lat"] + 0.5 / 111.2}]
    village = region(off, SITES, [COURSE], feed(STOPS, TRIPS, SERVICES)).with_parameters(**LIMITS)
    row = attendance(village, village.sessions, states=[("schultag", False)]).iloc[0]
    assert row["reason"] == "erreichbar"
    assert row["transit_walk_minutes"] == pytest.approx(2 * 520 / 60, abs=0.1)


def test_only_days_with_sessions_need_service():
    # The feed has no holiday, no Saturday and no Sunday; the course is on school days only.
    trips = {name: calls for name, calls in TRIPS.items() if name in "ABCDE"}
    timetable = feed(STOPS, trips)
    school = region(SETTLEMENTS, SITES, [COURSE | {"runs_in_holidays": "nein"}], timetable)
    assert set(attendance(school, school.sessions)["day_type"]) == {"schultag"}
