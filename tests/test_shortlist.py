"""The shortlist: what it leaves out by hand, and that nothing is lost where it says so."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.changes import Change
from sokanalysis.demand import NEEDS
from sokanalysis.levers import existing, new
from sokanalysis.levers.candidate import Candidate, offer_row, session_rows
from sokanalysis.options import options_of
from sokanalysis.portfolio import solve
from sokanalysis.shortlist import shortlist, with_all_offers
from sokanalysis.versions import Reach, versions_of
from tests.cases import ADVICE, ADVICE_SESSION, SPOTS, demand_in, hall, people, state_of, town

PLACES = ["Süd", "Mitte", "Nord", "Abseits", "Fern"]


def kept(region, found, today=None):
    versions = versions_of(region, found)
    if today is None:
        today = Reach(region, versions, found).under(region)
    return shortlist(region, state_of(region), found, versions, today)


def branches(region, need):
    return [c for c in new.branches(region) if c.needs == (need,)]


# -- what others make superfluous ------------------------------------------------------------------


def test_of_equal_places_for_everybody_one_is_enough():
    # Two halls at one stop, three times each: all are reached by Fern on foot, for one price.
    district = town(buildings=[hall("Fern"), hall("Fern", building_id="G2", name="Saal")])
    assert kept(district, branches(district, "beratung")) == {"aussenstelle|beratung|G-Fern|09:00"}


def test_of_equal_places_with_few_seats_three_stay():
    # A course has 20 places; more than one may be needed.
    district = town(
        buildings=[hall("Fern"), hall("Fern", building_id="G2", name="Saal")]
    ).with_parameters(shortlist_count=30)
    found = branches(district, "integrationskurs")
    assert len(found) == 6
    assert kept(district, found) == {c.key for c in found[:2]} | {found[2].key}


def test_what_reaches_more_for_the_same_money_stays():
    # From Mitte B and C also lead to Süd in the morning (09:00–12:00), at 10:00–13:00 C is gone.
    district = town(buildings=[hall("Süd")])
    assert kept(district, branches(district, "beratung")) == {"aussenstelle|beratung|G-Süd|09:00"}


def test_what_nobody_reaches_is_left_out():
    far = hall("Fern", lat=50.2)  # 40 km to the south
    district = town(buildings=[far])
    assert kept(district, branches(district, "beratung")) == set()


# -- what helps too few people ---------------------------------------------------------------------


@pytest.mark.parametrize(("least", "stays"), [(7, True), (8, False)])
def test_a_measure_helps_as_many_people_as_it_has_to(least, stays):
    # Fern's 7 people come to a course there.
    district = town(buildings=[hall("Fern")]).with_parameters(measure_min_count=least)
    assert bool(kept(district, branches(district, "integrationskurs"))) is stays


def test_those_whom_an_offer_without_limits_serves_lack_nothing():
    # Advice in Süd serves Süd and Mitte: another in Süd helps nobody, one in Fern 20 people.
    district = town([ADVICE], [ADVICE_SESSION], buildings=[hall("Süd"), hall("Fern")])
    assert kept(district, branches(district, "beratung")) == {"aussenstelle|beratung|G-Fern|09:00"}


def test_other_times_stay_when_they_gain_more_than_they_lose():
    # As in test_levers: 15 later and up to 60 earlier gain 7, 30 later and more lose 7.
    district = town()
    tags = {key.split("|")[-1] for key in kept(district, existing.moves(district))}
    assert tags == {"-60", "-45", "-30", "-15", "+15"}


def test_a_ride_is_judged_by_who_gets_there():
    # The ride to the course reaches three villages more.
    district = town()
    assert kept(district, existing.rides(district)) == {"fahrdienst|A1@O1"}
    alone = town(groups=people(Süd=400, Mitte=400))
    assert kept(alone, existing.rides(alone)) == set()


# -- greedy covering -------------------------------------------------------------------------------


def test_so_many_of_a_kind_stay():
    # Five villages with a hall each; advice in the morning in each of them.
    district = town(
        buildings=[hall(place) for place in PLACES],
        groups=people(Süd=500, Mitte=400, Nord=300, Abseits=200, Fern=150),
    ).with_parameters(shortlist_count=3)
    found = [c for c in branches(district, "beratung") if c.key.endswith("14:00")]
    # In the afternoon no bus runs: each hall is for its village.
    assert kept(district, found) == {
        f"aussenstelle|beratung|G-{place}|14:00" for place in ("Süd", "Mitte", "Nord")
    }


def made(key, cost_eur):
    """Advice somewhere for so much money; where it is reached from is said in the test."""
    change = Change({
        "offers": [offer_row("beratung", key, "T1")],
        "sessions": session_rows(key, "O1", [(("Di",), "09:00", "12:00")]),
    })  # fmt: skip
    return Candidate(key, "aussenstelle", change, {"cost_move_eur": cost_eur / 500}, ("beratung",))


def test_when_everybody_is_covered_what_is_left_can_still_stay():
    # People with the need: Süd 20, Mitte 80, Nord 80, Abseits 20. For each € first „middle“
    # (160 / 100), then the two single ones (20 / 60; „left“ and „right“ would now add 20 / 100).
    # All are covered with three. Yet for 200 € „left“ and „right“ serve all 200 people, and
    # „middle“ with a single one 180.
    district = town([], [], groups=people(Süd=200, Mitte=800, Nord=800, Abseits=200))
    assert [demand_in(district, "beratung", p) for p in PLACES] == [20, 80, 80, 20, 0]
    reach = {
        "middle": [0, 1, 1, 0, 0], "one": [1, 0, 0, 0, 0], "other": [0, 0, 0, 1, 0],
        "left": [1, 1, 0, 0, 0], "right": [0, 0, 1, 1, 0],
    }  # fmt: skip
    cost = {"middle": 100, "one": 60, "other": 60, "left": 100, "right": 100}
    found = [made(name, cost[name]) for name in reach]
    today = np.array(list(reach.values()), dtype=bool)
    few = district.with_parameters(shortlist_count=3)
    assert kept(few, found, today) == {"middle", "one", "other"}
    assert kept(district.with_parameters(shortlist_count=5), found, today) == set(reach)


# -- nothing is lost -------------------------------------------------------------------------------


def best_without_shortlist(region, found, budget_eur):
    """Most people of all choices: who reaches any of the offers taken, need by need."""
    versions = versions_of(region, found)
    reach = {v.opened_by: row for v, row in
             zip(versions, Reach(region, versions, found).under(region), strict=True)}  # fmt: skip
    counts = {
        need: np.array([demand_in(region, need, place) for place in PLACES]) for need in NEEDS
    }

    def helped(taken):
        return sum(
            int(
                counts[need][np.any([reach[c.key] for c in taken if need in c.needs], axis=0)].sum()
            )
            for need in {need for c in taken for need in c.needs}
        )

    choices = (taken for size in range(len(found) + 1) for taken in combinations(found, size))
    return max(
        helped(taken) for taken in choices
        if sum(c.cost_eur(region.parameters) for c in taken) <= budget_eur
        and len({c.choice for c in taken}) == len(taken)
    )  # fmt: skip


@settings(max_examples=3, deadline=None, derandomize=True)
@given(
    st.lists(st.sampled_from(PLACES), min_size=2, max_size=3, unique=True),
    st.lists(st.sampled_from([0, 200, 300]), min_size=5, max_size=5).filter(any),
    st.lists(st.sampled_from(["09:00", "10:00", "09:30", "14:00"]), min_size=2, max_size=2,
             unique=True),
    st.sampled_from([10_000, 24_000, 40_000]),
)  # fmt: skip
def test_with_room_for_all_the_best_choice_is_still_there(places, counts, starts, budget_eur):
    """Advice and meetings turn nobody away; 15,840 € and 7,920 € each."""
    district = town(
        [], [], buildings=[hall(place) for place in places],
        groups=people(**dict(zip(SPOTS, counts, strict=True))),
    ).with_parameters(shortlist_count=30, measure_min_count=3)  # fmt: skip
    found = [
        c for c in new.branches(district)
        if c.needs[0] in ("beratung", "begegnung") and c.key.split("|")[-1] in starts
    ]  # fmt: skip
    options = options_of(district, state_of(district), found)
    chosen = solve(options.problem, budget_eur)
    assert chosen.person_count == best_without_shortlist(district, found, budget_eur)


def test_every_offer_there_could_be_is_asked_for():
    district = town()
    found = existing.rides(district)
    offers = with_all_offers(district, found).offers
    assert offers["offer_id"].tolist() == ["fahrdienst|A1@O1", "fahrdienst|A1@O1|rest", "A1"]
    assert with_all_offers(district, []).offers["offer_id"].tolist() == ["A1"]
