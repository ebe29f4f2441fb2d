"""Seats: small transport problems whose optimum can be seen, and properties on random ones.

The case of most tests: ten people in Nord, ten in Mitte, five in Süd, two courses.

              Nord  Mitte  Süd
    Kurs 1     30     10     –     minutes of the round trip, – out of reach
    Kurs 2      –     60    20
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from sokanalysis.gaps import need_supply, situation
from sokanalysis.seats import Supply, places_each, places_of, seated, supply
from tests.conftest import COURSE_OFFER, feed, region, villages

NO = np.nan
PEOPLE = np.array([10, 10, 5])
MINUTES = np.array([[30, 10, NO], [NO, 60, 20]])


def offered(*places: float, minutes: np.ndarray = MINUTES) -> Supply:
    names = tuple(f"K{number}" for number in range(1, len(minutes) + 1))
    return Supply(names, ~np.isnan(minutes), minutes, np.array(places, dtype=float))


@pytest.mark.parametrize(
    ("places", "seats"),
    [
        # Whoever sits first where it is nearest puts Mitte into Kurs 1 and leaves Nord outside:
        # 15 seats. All 25 have one when Mitte takes the longer way to Kurs 2.
        ((10, 15), [[10, 0, 0], [0, 10, 5]]),
        # With room enough Mitte travels 10 minutes, not 60.
        ((20, 15), [[10, 10, 0], [0, 0, 5]]),
        # One seat short: 24 of 25. Somebody of Mitte takes a seat in Kurs 1 (10 minutes) and
        # somebody of Nord stays outside (30), not the other way round.
        ((10, 14), [[9, 1, 0], [0, 9, 5]]),
        # 15 seats in Kurs 1 and no other: Mitte first, then five of Nord.
        ((15, 0), [[5, 10, 0], [0, 0, 0]]),
        ((0, 0), [[0, 0, 0], [0, 0, 0]]),
        ((np.inf, np.inf), [[10, 10, 0], [0, 0, 5]]),
        ((np.inf, 0), [[10, 10, 0], [0, 0, 0]]),
        # Half a seat seats nobody: 10 in Kurs 1 for Mitte, the nearer, 4 in Kurs 2 for Süd.
        ((10.5, 4.9), [[0, 10, 0], [0, 0, 4]]),
    ],
)
def test_three_villages_two_courses(places, seats):
    found = seated(PEOPLE, offered(*places))
    assert found.tolist() == seats
    assert found.dtype == np.int64


def test_nobody_there_nobody_seated():
    assert seated(np.zeros(3, dtype=np.int64), offered(10, 10)).sum() == 0


def test_nothing_reached_nobody_seated():
    nowhere = offered(10, 10, minutes=np.full((2, 3), NO))
    assert seated(PEOPLE, nowhere).tolist() == [[0, 0, 0], [0, 0, 0]]


def test_no_courses_nobody_seated():
    assert seated(PEOPLE, offered(minutes=np.empty((0, 3)))).shape == (0, 3)


@st.composite
def problems(draw):
    """People, minutes and seats of a random district of up to 6 villages and 4 courses."""
    villages, courses = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    people = draw(st.lists(st.integers(0, 30), min_size=villages, max_size=villages))
    cell = st.one_of(st.just(NO), st.integers(0, 240).map(float))
    minutes = draw(st.lists(cell, min_size=villages * courses, max_size=villages * courses))
    places = draw(st.lists(st.integers(0, 40), min_size=courses, max_size=courses))
    return np.array(people), np.array(minutes).reshape(courses, villages), places


def most(people: np.ndarray, supply_: Supply) -> int:
    """The largest number of seats taken, by the maximum flow of source → village → course."""
    villages, courses = len(people), len(supply_.names)
    sink = villages + courses + 1
    capacity = np.zeros((sink + 1, sink + 1), dtype=np.int32)
    capacity[0, 1 : villages + 1] = people
    capacity[1 : villages + 1, villages + 1 : sink] = supply_.reach.T * 10_000
    capacity[villages + 1 : sink, sink] = supply_.places
    return maximum_flow(csr_array(capacity), 0, sink).flow_value


@settings(max_examples=60, deadline=None)
@given(problems())
def test_as_many_as_the_maximum_flow(problem):
    people, minutes, places = problem
    given_ = offered(*places, minutes=minutes)
    seats = seated(people, given_)
    assert seats.sum() == most(people, given_)
    assert (seats >= 0).all()
    assert (seats.sum(axis=0) <= people).all()
    assert (seats.sum(axis=1) <= given_.places).all()
    assert (seats[~given_.reach] == 0).all()


@settings(max_examples=30, deadline=None)
@given(problems(), st.integers(0, 3), st.integers(1, 20))
def test_more_seats_never_seat_fewer(problem, which, more):
    people, minutes, places = problem
    wider = list(places)
    wider[which % len(wider)] += more
    before = seated(people, offered(*places, minutes=minutes)).sum()
    assert seated(people, offered(*wider, minutes=minutes)).sum() >= before


@settings(max_examples=30, deadline=None)
@given(problems())
def test_without_limits_everybody_who_reaches_anything_sits(problem):
    people, minutes, _ = problem
    endless = offered(*[np.inf] * len(minutes), minutes=minutes)
    seats = seated(people, endless)
    assert seats.sum() == people[endless.reach.any(axis=0)].sum()
    # ... and each at the quickest, so that so many seats as people give the same travel.
    enough = offered(*[people.sum()] * len(minutes), minutes=minutes)
    travel = [np.nansum(s * minutes) for s in (seats, seated(people, enough))]
    assert travel[0] == travel[1]


# --- what a district offers ---------------------------------------------------------------------


def units(*rows: tuple[str, str, str, bool, float]) -> pd.DataFrame:
    columns = ["offer_id", "site_id", "settlement_id", "is_attended", "away_minutes"]
    return pd.DataFrame(rows, columns=columns)


def made(**offer):
    """A district of two villages, the second one first, and one offer."""
    people = [{"settlement_id": name, "name": name, "lat": 50, "lon": 11} for name in ("Z", "A")]
    district = region(people, [], [], feed({}, {}), offers=[{"offer_id": "A1"} | offer])
    rows = units(
        ("A1", "O2", "A", True, 50.0), ("A1", "O2", "Z", False, NO),
        ("A1", "O1", "A", True, 40.0), ("A1", "O1", "Z", True, 30.0),
        ("A9", "O1", "A", True, 10.0), ("A9", "O1", "Z", True, 10.0),
    )  # fmt: skip
    return supply(district, rows, district.offers)


def test_units_are_offers_at_sites_in_the_order_of_the_settlements():
    found = made(kind="begegnung")
    assert found.names == ("A1@O1", "A1@O2")
    assert found.reach.tolist() == [[True, True], [False, True]]
    np.testing.assert_array_equal(found.minutes, [[30, 40], [NO, 50]])


@pytest.mark.parametrize(
    ("offer", "places"),
    [
        ({"kind": "integrationskurs", "place_count": 12}, 18),  # 12 places × 1.5 runs a year
        ({"kind": "integrationskurs"}, 30),  # 20 where none are reported
        ({"kind": "integrationskurs", "place_count": 0}, 0),
        # Elsewhere the same people come again and again, so a place is a person: no runs.
        ({"kind": "begegnung", "place_count": 12}, 12),
        ({"kind": "begegnung", "place_count": 0}, 0),
        ({"kind": "begegnung"}, np.inf),  # nobody is turned away where nothing is said
    ],
)
def test_seats_a_year(offer, places):
    assert made(**offer).places.tolist() == [places, places]


@pytest.mark.parametrize(
    ("offer", "each", "year"),
    [
        # A second group that a measure adds is a row that names only what it needs.
        ({"kind": "integrationskurs"}, 20, 30),
        ({"kind": "integrationskurs", "place_count": None}, 20, 30),
        ({"kind": "integrationskurs", "place_count": 12}, 12, 18),
        ({"kind": "integrationskurs", "place_count": 0}, 0, 0),
        ({"kind": "sport", "place_count": 12}, 12, 12),
        ({"kind": "sport"}, 20, np.inf),
    ],
)
def test_places_of_one_run_and_of_a_year(offer, each, year):
    district = region([], [], [], feed({}, {}))
    assert (places_each(district, offer), places_of(district, offer)) == (each, year)
    twice = district.with_parameters(course_runs_per_year=2.0)
    is_course = offer["kind"] == "integrationskurs"
    assert places_of(twice, offer) == (2 * each if is_course else year)


def test_a_meeting_place_can_be_full():
    # 30 people a village want to meet (15 % of 200). Süd walks and Mitte comes by bus: 40 of the
    # 60 find room, Süd first because the way is shorter; the other 20 of Mitte do not.
    meeting = COURSE_OFFER | {"kind": "begegnung", "field": "teilhabe", "place_count": 40}
    full, open_to_all = villages([meeting]), villages([meeting | {"place_count": ""}])
    people = np.array([30] * 5)
    for district, seats in ((full, [30, 10, 0, 0, 0]), (open_to_all, [30, 30, 0, 0, 0])):
        found = need_supply(district, situation(district), "begegnung")
        assert seated(people, found).tolist() == [seats]


def test_no_units_no_supply():
    people = [{"settlement_id": "A", "name": "A", "lat": 50, "lon": 11}]
    district = region(people, [], [], feed({}, {}))
    found = supply(district, units(), district.offers)
    assert (found.names, found.reach.shape, found.places.shape) == ((), (0, 1), (0,))
    assert seated(np.array([3]), found).sum() == 0


def test_one_unit_alone_added_and_put_in_the_place_of_another():
    both = offered(10, 15)
    alone = both.unit("K2")
    assert (alone.names, alone.reach.tolist()) == (("K2",), [[False, True, True]])
    twice = both.with_unit(alone)
    assert (twice.names, twice.places.tolist()) == (("K1", "K2", "K2"), [10, 15, 15])
    instead = both.with_unit(alone, instead_of="K1")
    assert (instead.names, instead.reach.shape) == (("K2", "K2"), (2, 3))
    np.testing.assert_array_equal(instead.minutes, [[NO, 60, 20]] * 2)
