"""From candidates to a problem: who could sit where, and that the engine counts the same."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.demand import NEEDS
from sokanalysis.levers.transport import flex_across_zones
from sokanalysis.options import options_of
from sokanalysis.portfolio import solve
from tests.cases import (
    ADVICE,
    ADVICE_SESSION,
    BACK,
    COURSE,
    SPOTS,
    WINDOWS,
    able_today,
    by_key,
    effect_of,
    found_in,
    hall,
    options_in,
    people,
    state_of,
    town,
    wide,
    with_lines,
)
from tests.conftest import COURSE_OFFER, COURSE_SESSION

PLACES = list(SPOTS)
MOVES = [f"verschieben|A1@O1|{minutes:+d}" for minutes in (-60, -45, -30, -15, 15)]


@pytest.fixture(scope="module")
def back():
    """The line Nord – Mitte – Süd with a trip there (A) and one back (D), a hall in Fern."""
    return town(trips=BACK, buildings=[hall("Fern")])


@pytest.fixture(scope="module")
def of_back(back):
    return options_in(back)


def edges_of(options, unit):
    """Who can sit in a unit: village → what it takes, as sets of options."""
    problem = options.problem
    row = problem.units["unit"].tolist().index(unit)
    edges = problem.edges[problem.edges["unit"] == row]
    return {
        options.settlement_ids[group]: {tuple(sorted(names)) for names in sets}
        for group, sets in zip(edges["group"], edges["enabled_by"], strict=True)
    }


def agreed(region, options, budget_eur):
    """The people of the best choice, which the engine counts as well after all its changes."""
    chosen = solve(options.problem, budget_eur)
    changes = [options.candidates[key].change for key in chosen.taken]
    assert effect_of(region, *changes).after["able_count"].sum() == chosen.person_count
    assert chosen.cost_eur <= budget_eur
    choices = [c for key in chosen.taken if (c := options.candidates[key].choice)]
    assert len(choices) == len(set(choices))
    return chosen


# -- the tables of the problem ---------------------------------------------------------------------


def test_options_are_the_candidates_with_their_price(back, of_back):
    options = of_back.problem.options
    assert list(of_back.candidates) == options["option"].tolist()
    for row in options.to_dict("records"):
        candidate = of_back.candidates[row["option"]]
        assert row["cost_eur"] == candidate.cost_eur(back.parameters)
        assert (row["choice"], row["fund"]) == (candidate.choice, "")


def test_people_are_settlements_with_a_need(back, of_back):
    groups = of_back.problem.people
    assert (groups["weight"] == 1).all()
    assert (groups["person_count"] > 0).all()
    assert groups["person_count"].sum() == state_of(back).demand["person_count"].sum()
    assert set(groups["area"]) == {"16075001"}
    assert all(NEEDS[row.need].field == row.field for row in groups.itertuples())
    course = groups[groups["need"] == COURSE]
    assert of_back.settlement_ids[course.index].tolist() == PLACES


def test_the_course_as_it_is_closes_when_it_is_moved_or_its_seats_are_needed_otherwise(of_back):
    units = of_back.problem.units.set_index("unit")
    today = units.loc[f"{COURSE}|A1@O1|"]
    assert (today["places"], today["minimum_count"], today["opened_by"]) == (36, 0, "")
    assert set(today["closed_by"]) == {*MOVES, "fahrdienst|A1@O1"}
    branch = "aussenstelle|integrationskurs|G-Fern|08:30"
    new = units.loc[f"{COURSE}|{branch}@G-Fern|{branch}"]
    assert (new["places"], new["minimum_count"], new["opened_by"]) == (30, 10, branch)
    online = "online|A1@O1|G-Fern"
    assert set(units.loc[f"{COURSE}|{online}@G-Fern|{online}", "closed_by"]) == set(MOVES)


def test_ways_are_always_there_or_come_with_a_trip(of_back):
    # Süd on foot, Mitte with B and C. Nord needs D later or a trip at noon; Abseits is too late.
    assert edges_of(of_back, f"{COURSE}|A1@O1|") == {
        "Süd": set(), "Mitte": set(), "Nord": {("fahrt|1|12:30",), ("fahrt|1|spaeter",)},
    }  # fmt: skip
    later = "verschieben|A1@O1|+15"
    moved = edges_of(of_back, f"{COURSE}|A1@O1|{later}")
    assert set(moved) == {"Süd", "Mitte", "Abseits", "Nord"}
    assert moved["Abseits"] == set()


def test_a_trip_closes_what_it_would_take_from_somebody(of_back):
    # With A half an hour later, in Süd at 08:10, Nord misses a course at 08:00 that it reaches
    # today (at 07:40). At 08:15 it is in time, five minutes before.
    units = of_back.problem.units.set_index("unit")["closed_by"]
    closed = {move for move in MOVES if "fahrt|1|spaeter" in units[f"{COURSE}|A1@O1|{move}"]}
    assert closed == {"verschieben|A1@O1|-60"}


def test_nobody_needs_a_trip_for_what_is_reached_anyway(of_back):
    sets = of_back.problem.edges["enabled_by"]
    for names in sets:
        assert len(names) == len(set(names))
        assert all(names)


def test_without_people_or_candidates_the_problem_is_empty():
    nobody = town(groups=[])
    assert options_of(nobody, state_of(nobody), []).problem.people.empty
    district = town([], [])
    options = options_of(district, state_of(district), [])
    assert (len(options.problem.units), len(options.problem.edges)) == (0, 0)
    assert solve(options.problem, 1_000_000).person_count == 0


def test_programmes_with_money_of_their_own_pay():
    fund = {"funding_id": "F1", "name": "Land", "giver": "Land", "fields": "teilhabe",
            "levers": "aussenstelle", "budget_eur": "20000"}  # fmt: skip
    district = town([], [], buildings=[hall("Fern")], fundings=[fund])
    funds = options_in(district).problem.options.set_index("option")["fund"]
    assert funds["aussenstelle|beratung|G-Fern|09:00"] == "F1"
    assert funds["aussenstelle|arbeit|G-Fern|09:00"] == ""


# -- changes of the timetable ----------------------------------------------------------------------


def test_what_takes_a_journey_from_anybody_is_left_out():
    # Advice in Süd from 8 to 10: Mitte comes with A (07:40) and leaves with D (11:50). With A
    # half an hour later Mitte is late, though Nord would get home from the course with D.
    early = ADVICE_SESSION | {"weekdays": "Di", "start_time": "08:00", "end_time": "10:00"}
    offers, sessions = [COURSE_OFFER, ADVICE], [COURSE_SESSION, early]
    district = town(offers, sessions, trips=BACK)
    later = by_key(found_in(district))["fahrt|1|spaeter"]
    found = effect_of(district, later.change)
    change = (found.after["able_count"] - found.before["able_count"]).groupby(found.after["need"])
    assert change.sum()[COURSE] == 7
    assert change.sum()["beratung"] < 0
    kept = options_in(district, "fahrt|1|spaeter", "fahrt|1|12:30")
    assert list(kept.candidates) == ["fahrt|1|12:30"]


def test_what_opens_nothing_is_left_out():
    # At 19:30 nothing takes place to which a bus could bring anybody.
    assert list(options_in(town(trips=BACK), "fahrt|1|19:30").candidates) == []


def test_two_trips_that_only_help_nord_together_are_found_together():
    # Line 1 brings people to Süd: A now leaves at 05:00, before anybody would (05:30). With one
    # more at 07:30 (in Süd at 08:10) Nord and Mitte come; B does not run. Home at noon takes Mitte
    # C. Line 2 goes from Süd to Nord and Abseits at 11:50; at 12:30 it brings home Abseits, which
    # comes with E at 08:30, and would bring home Nord.
    trips = {
        "A": [("Nord", "05:00"), ("Mitte", "05:20"), ("Süd", "05:40")],
        "B": [("Fern", "20:00"), ("Süd", "20:10")],
        "D": [("Süd", "11:50"), ("Mitte", "12:00"), ("Nord", "12:10"), ("Abseits", "12:40")],
        "E": [("Abseits", "08:30"), ("Süd", "08:48")], "H": [("Fern", "21:00"), ("Süd", "21:10")],
    }  # fmt: skip
    district = with_lines(town(trips=trips), B="3", C="3", D="2", E="3", H="3")
    one, other = "fahrt|1|07:30", "fahrt|2|12:30"
    options = options_in(district, one, other)
    assert edges_of(options, f"{COURSE}|A1@O1|") == {
        "Süd": set(), "Mitte": {(one,)}, "Abseits": {(other,)}, "Nord": {(one, other)},
    }  # fmt: skip
    assert agreed(district, options, 100_000).person_count == 28
    # Süd alone, with one trip Mitte or Abseits.
    cost = options.problem.options["cost_eur"]
    assert agreed(district, options, cost.max()).person_count == 14
    assert agreed(district, options, cost.min() - 1).person_count == 7


def test_a_branch_that_only_a_new_trip_fills_is_found_with_it():
    # A course in Mitte from 08:30 to 12:45: on foot 7 people come, and a course asks for ten. Nord
    # would come with A (in Mitte at 07:20, half an hour later at 07:50), but D leaves Mitte at
    # 12:30; half an hour later, at 13:00, it brings Nord home: 14. Süd has no bus to Mitte in the
    # morning. From advice in Süd, 10:00 to 12:30, D at 12:50 also brings Mitte home, which misses C
    # at 12:25: 20 people. For Nord that day has 340 − 150 = 190 minutes too many (180 at most).
    far = {"D": [("Süd", "12:20"), ("Mitte", "12:30"), ("Nord", "12:40")]}
    advice = ADVICE_SESSION | {"start_time": "10:00", "end_time": "12:30"}
    district = town([ADVICE], [advice], trips=far, buildings=[hall("Mitte")])
    branch, later = "aussenstelle|integrationskurs|G-Mitte|08:30", "fahrt|1|spaeter"
    options = options_in(district, branch, later)
    assert edges_of(options, f"{COURSE}|{branch}@G-Mitte|{branch}") == {
        "Mitte": set(), "Nord": {(later,)},
    }  # fmt: skip
    both = agreed(district, options, 42_500)
    assert (both.taken, both.person_count) == ((branch, later), 2 * 20 + 14)
    less = agreed(district, options, 42_499)
    assert (less.taken, less.person_count) == ((later,), 2 * 20)
    # Without the trip the group is too small, whatever the budget.
    assert agreed(district, options_in(district, branch), 500_000).taken == ()


# -- the engine counts the same --------------------------------------------------------------------


@pytest.mark.parametrize("budget_eur", [9_000, 60_000])
def test_the_engine_counts_the_same_people(back, of_back, budget_eur):
    agreed(back, of_back, budget_eur)


def test_the_engine_counts_the_same_with_the_on_demand_bus():
    district = wide(buildings=[hall("Nord", kind="schule")])
    options = options_in(district)
    assert "rufbus|mittags" in options.candidates
    agreed(district, options, 300_000)


def test_two_sites_and_a_group_that_has_to_be_filled():
    # Six seats in Süd and six in Fern, a minimum of ten that today's course does not keep.
    offer = COURSE_OFFER | {"place_count": 4, "minimum_group_count": 10}
    second = COURSE_SESSION | {"session_id": "S2", "site_id": "O5"}
    district = town([offer], [COURSE_SESSION, second], trips=BACK)
    options = options_in(district)
    assert {"fahrdienst|A1@O1", "plaetze|A1@O1", "plaetze|A1@O5"} <= set(options.candidates)
    agreed(district, options, 400_000)


KINDS = st.sampled_from(["integrationskurs", "berufssprachkurs", "migrationsberatung", "begegnung"])
OFFERS = st.tuples(
    KINDS, st.sampled_from(["", 6, 24]), st.sampled_from(["", 8]), st.sampled_from(["", "ja"]),
    st.integers(1, 5), st.integers(1, 5), st.integers(8, 14),
    st.sampled_from(["Di", "Mo;Mi", "Mo;Di;Mi;Do;Fr", "Sa"]),
)  # fmt: skip


def random_district(offers, halls, counts, *, has_flex, has_back):
    """Villages with offers at one or two sites, halls, and maybe more ways."""
    tables, sessions = [], []
    for n, (kind, places, least, care, one, other, hour, days) in enumerate(offers):
        tables.append(COURSE_OFFER | {
            "offer_id": f"{'Ax'[n]}{n}", "kind": kind, "place_count": places,
            "minimum_group_count": least, "has_childcare": care,
        })  # fmt: skip
        sessions += [
            COURSE_SESSION | {
                "session_id": f"S{n}{site}", "offer_id": f"{'Ax'[n]}{n}", "site_id": f"O{site}",
                "weekdays": days, "start_time": f"{hour:02d}:00", "end_time": f"{hour + 2:02d}:30",
            }
            for site in {one, other}
        ]  # fmt: skip
    return town(
        tables, sessions, trips=BACK if has_back else {}, flex=WINDOWS if has_flex else (),
        buildings=[hall(place) for place in halls],
        groups=people(**dict(zip(PLACES, counts, strict=True))),
    ).with_parameters(measure_min_count=3)  # fmt: skip


@settings(max_examples=3, deadline=None, derandomize=True)
@given(
    st.lists(OFFERS, min_size=1, max_size=2),
    st.lists(st.sampled_from(PLACES), max_size=2, unique=True),
    st.lists(st.sampled_from([0, 60, 200, 300]), min_size=5, max_size=5).filter(any),
    st.booleans(), st.booleans(), st.sampled_from([5_000, 50_000, 200_000]),
)  # fmt: skip
def test_the_engine_counts_the_same_people_in_random_districts(
    offers, halls, counts, has_flex, has_back, budget_eur
):
    district = random_district(offers, halls, counts, has_flex=has_flex, has_back=has_back)
    agreed(district, options_in(district), budget_eur)


def test_the_engine_counts_the_same_people_in_the_real_district(sok):
    # A quarter of what leaves the timetable as it is, and one change of it: all of them would
    # take half a minute.
    still = [c for c in found_in(sok) if not c.change.timetable]
    options = options_of(sok, state_of(sok), [*still[::4], *flex_across_zones(sok)])
    assert "rufbus|zonen" in options.candidates
    chosen = agreed(sok, options, 120_000)
    assert chosen.person_count > able_today(sok)["able_count"].sum()
