"""Levers and catalogue in the five villages of `tests.conftest.villages`, by hand.

With 24 places (36 seats) seats are no limit to the 35 people of the course, 7 a village. Today
14 can take part: Süd on foot, Mitte with B and C.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.attendance import attendance
from sokanalysis.catalogue import able_count, catalogue
from sokanalysis.codes import FIELDS
from sokanalysis.demand import NEEDS, demand
from sokanalysis.gaps import TODAY, Situation, clock, gaps, need_supply, situation
from sokanalysis.measures import (
    LEVERS,
    candidates,
    extend_flex,
    lever_words,
    move_sessions,
    open_branches,
)
from sokanalysis.supply import attended_offers
from tests.conftest import COURSE_OFFER, COURSE_SESSION, villages

COURSE = "integrationskurs"
TOWN_HALL = {
    "building_id": "G1", "name": "Rathaus Fern", "kind": "rathaus", "place": "Fern",
    "ags": "16075001", "lat": 50.6, "lon": 11.7 - 5 / 70.7,
}  # fmt: skip
WINDOWS = [("schultag", "08:00", "12:00"), ("schultag", "15:00", "17:00")]


def able(state, offered):
    """How many can take part in the course."""
    return able_count(state, {COURSE: offered[COURSE]}, "person_count")


def measures(district):
    state = situation(district)
    return catalogue(district, state, gaps(district, state), candidates(district, state))


@pytest.fixture(scope="module")
def hall():
    """The five villages with a town hall in Fern: district, situation, gaps and candidates."""
    district = villages(buildings=[TOWN_HALL])
    state = situation(district)
    return district, state, gaps(district, state), candidates(district, state)


def of_hall(hall, **parameters):
    """The measures with the town hall by lever, under other parameters of choosing."""
    district, *rest = hall
    return catalogue(district.with_parameters(**parameters), *rest)


def of_lever(rows, lever):
    return rows[rows["lever"] == LEVERS[lever]]


# --- moving a session ---------------------------------------------------------------------------


def test_each_shift_reaches_the_people_the_timetable_says():
    # Today                    Süd, Mitte                                    14
    # 15 to 60 earlier         Süd; Mitte with A (07:40) and C; Nord with A and D (11:50)   21
    # 15 later, 09:15–12:15    Süd; Mitte, B and C (12:25 from 12:20 on); Abseits, E and H  21
    # 30 later and more        C and H have gone at 12:35: only Süd            7
    district = villages()
    state = situation(district)
    today = need_supply(district, state, COURSE)
    assert able(state, {COURSE: today}) == 14
    found = {c.words["new_time"]: able(state, c.offered) for c in move_sessions(district, state)}
    assert found == {
        "08:00 Uhr": 21, "08:15 Uhr": 21, "08:30 Uhr": 21, "08:45 Uhr": 21,
        "09:15 Uhr": 21, "09:30 Uhr": 7, "09:45 Uhr": 7, "10:00 Uhr": 7,
    }  # fmt: skip


def test_the_best_shift_gains_seven_people():
    # Five shifts give 21. The least travel has 15 later: Mitte is away 08:30–12:45 (75 minutes
    # more than the course), Abseits 08:40–12:43 (63); earlier, Mitte waits from 07:40 (145) and
    # Nord is away 07:00–12:10 (130). One move costs 500 €.
    row = of_lever(measures(villages()), "verschieben").iloc[0]
    assert row["title"] == "Kurs um 15 Minuten später verschieben"
    assert (row["start_value"], row["target_value"], row["gained_count"]) == (14, 21, 7)
    assert (row["cost_eur"], row["cost_per_person_eur"]) == (500, pytest.approx(500 / 7))
    assert "mit Volkshochschule die neue Zeit 09:15 Uhr abstimmen" in row["steps"]
    # 2 % and 6 % of 1000: 4 or 12 a village.
    assert (row["gained_count_low"], row["gained_count_high"]) == (4, 12)
    assert row["priority"] == "niedrig"
    assert bool(row["is_quick_win"]) is True
    assert row["gap"] == "falsche Zeit: 7 von 35 Menschen"


def test_an_offer_outside_the_district_is_not_moved():
    outside = {"site_id": "O1", "name": "Schule", "lat": 50.6, "lon": 11.7}
    district = villages(sites=[outside])
    assert move_sessions(district, situation(district)) == []


def test_what_is_moved_at_two_sites_is_moved_at_one_of_them():
    # Also at Fern (O5), where Fern walks: 21 today. Moving the course of Fern changes nothing,
    # moving the one of Süd by 15 brings Abseits: 28. Each site has its own new time.
    fern = COURSE_SESSION | {
        "session_id": "S2", "site_id": "O5", "start_time": "13:00", "end_time": "16:00",
    }  # fmt: skip
    district = villages(None, [COURSE_SESSION, fern])
    state = situation(district)
    found = move_sessions(district, state)
    assert len(found) == 16
    times = {c.words["new_time"]: able(state, c.offered) for c in found}
    assert times["09:15 Uhr"] == 28
    assert times["13:15 Uhr"] == 21


# --- a branch -----------------------------------------------------------------------------------


def test_a_branch_in_the_next_village_gains_its_people(hall):
    # Nobody but Fern comes to Fern, on foot: 7 more. A course costs 42,000 €.
    rows = of_lever(of_hall(hall, minimum_group_count=7), "aussenstelle").set_index("need")
    row = rows.loc["Integrationskurs A1–B1"]
    assert (row["gained_count"], row["cost_eur"]) == (7, 42_000)
    assert row["cost_per_person_eur"] == pytest.approx(6_000)
    assert row["title"] == "Integrationskurs A1–B1 in Fern: Außenstelle Rathaus Fern"
    assert bool(row["is_quick_win"]) is False
    assert row["reached_after"] - row["reached_before"] == {"Fern"}


@pytest.mark.parametrize(("least", "is_course"), [(7, True), (8, False)])
def test_seven_people_are_a_course_or_not(hall, least, is_course):
    rows = of_lever(of_hall(hall, minimum_group_count=least), "aussenstelle")
    assert ("Integrationskurs A1–B1" in set(rows["need"])) is is_course


def test_a_consultation_hour_needs_no_group_and_costs_by_the_hour(hall):
    # Nobody advises anybody today; Di and Do, 3 hours each, 44 weeks, 60 € an hour:
    # 2 × 3 × 44 × 60 € = 15,840 €. Fern's 20 people come on foot, whatever the minimum group.
    row = of_lever(of_hall(hall), "aussenstelle").set_index("need").loc["Migrationsberatung"]
    assert (row["gained_count"], row["cost_eur"]) == (20, 15_840)
    assert "Träger gewinnen; Mindestgruppe und Zulassung prüfen" in row["steps"]
    assert row["responsible"] == "Integrationsmanagement mit einem Träger"


@pytest.mark.parametrize(
    ("high", "medium", "priority"),
    [(20, 8, "hoch"), (21, 20, "mittel"), (50, 20, "mittel")],
)
def test_priority_follows_the_people(hall, high, medium, priority):
    # 20 people: the limits themselves belong to the higher class.
    rows = of_hall(hall, priority_high_count=high, priority_medium_count=medium)
    rows = of_lever(rows, "aussenstelle").set_index("need")
    assert rows.loc["Migrationsberatung", "priority"] == priority
    assert rows.loc["Begleitung in Arbeit", "priority"] == ("hoch" if high <= 26 else "mittel")


def test_schools_have_rooms_in_the_afternoon_only():
    district = villages(buildings=[TOWN_HALL | {"kind": "schule"}])
    state = situation(district)
    times = {
        candidate.words["new_time"].split("–")[0] for candidate in open_branches(district, state)
    }
    assert {time.split()[-1] for time in times} == {"14:00", "15:00"}
    later = district.with_parameters(school_rooms_from="15:00")
    assert [c.words["new_time"] for c in open_branches(later, state)] == ["Mi 15:00–18:00 Uhr"]


def test_without_buildings_there_are_no_branches():
    district = villages()
    assert open_branches(district, situation(district)) == []


# --- the on-demand bus --------------------------------------------------------------------------


def wide():
    """The on-demand bus runs 8–12 and 15–17; away for two hours at most, rides below 8 km."""
    return villages(flex=WINDOWS).with_parameters(away_max_minutes=120, flex_max_km=8)


def test_the_on_demand_bus_at_noon_brings_two_villages_home():
    # With it Abseits and Fern leave at 08:38 (17 minutes) and Nord at 08:18 (two rides, 3 minutes
    # to change at Mitte). Home after 12:05 takes Abseits H; Fern (12:22) and Nord (12:25 from
    # Mitte, 12:42) need a ride at noon. Today 21 can take part, with it all 35.
    district = wide()
    state = situation(district)
    assert able(state, {COURSE: need_supply(district, state, COURSE)}) == 21
    found = {c.words["hours"]: able(state, c.offered) for c in extend_flex(district)}
    assert found == {
        "durchgehend auch mittags": 35,
        "auch abends bis 19 Uhr": 21,
        "durchgehend und abends bis 19 Uhr": 35,
    }


def test_an_hour_of_the_on_demand_bus_costs_the_same_in_every_variant():
    # 12–15 are 3 hours more a day, 17–19 are 2, both 5: × 10 vehicles × 190 days × 45 €.
    costs = [candidate.cost_eur for candidate in extend_flex(wide())]
    assert costs == [3 * 85_500, 2 * 85_500, 5 * 85_500]


def test_windows_of_other_days_stay_as_they_are():
    # One window a day is not a school day: nothing is added to it and nothing is paid for it.
    district = villages(flex=[*WINDOWS, ("ferientag", "06:00", "17:00")])
    assert [c.cost_eur for c in extend_flex(district)] == [256_500, 171_000, 427_500]
    holidays = villages(flex=[("ferientag", "06:00", "17:00")])
    assert [c.cost_eur for c in extend_flex(holidays)] == [0, 0, 0]


def test_of_the_variants_the_cheapest_a_person_is_kept():
    # Noon and noon with evening gain the same 14: 256,500 € against 427,500 €.
    rows = of_lever(measures(wide()), "rufbus")
    assert rows["title"].tolist() == ["Rufbus an Schultagen durchgehend auch mittags"]
    row = rows.iloc[0]
    assert (row["gained_count"], row["cost_eur"]) == (14, 256_500)
    assert (row["number"], row["field"]) == ("Q1", "Alle Handlungsfelder")


def test_without_an_on_demand_bus_its_hours_cannot_grow():
    assert extend_flex(villages()) == []


# --- the catalogue ------------------------------------------------------------------------------


def test_numbers_follow_the_fields_and_stay_the_same():
    district = villages(buildings=[TOWN_HALL], flex=WINDOWS).with_parameters(
        minimum_group_count=7, away_max_minutes=120, flex_max_km=8
    )
    state = situation(district)
    found, rest = candidates(district, state), gaps(district, state)
    rows = catalogue(district, state, rest, found)
    pd.testing.assert_frame_equal(rows, catalogue(district, state, rest, found))
    order = [*FIELDS, "alle"]
    positions = [order.index(code) for code in rows["field_code"]]
    assert positions == sorted(positions)
    for code, letter in zip(order, "SATQ", strict=True):
        part = rows[rows["field_code"] == code]
        assert part["number"].tolist() == [f"{letter}{n}" for n in range(1, len(part) + 1)]
        assert part["gained_count"].is_monotonic_decreasing
    assert set(rows["field_code"]) == set(order)


def test_every_measure_says_what_the_board_asks(hall):
    rows = of_hall(hall)
    assert (rows["gained_count"] > 0).all()
    assert (rows["target_value"] - rows["start_value"] == rows["gained_count"]).all()
    np.testing.assert_allclose(rows["cost_eur"] / rows["gained_count"], rows["cost_per_person_eur"])
    texts = rows[["title", "goal", "responsible", "partners", "period", "funding", "indicator"]]
    assert (texts.map(len) > 0).all(axis=None)
    assert not texts.map(lambda text: "{" in text).any(axis=None)
    assert rows["steps"].map(len).ge(3).all()


def test_nothing_helps_nothing_is_proposed():
    # Everybody who has a bus is there already, and there is no building: only Süd has people.
    empty = [
        {"area_level": "siedlung", "area_id": "Süd", "group": "auslaender", "date": "2025-12-31",
         "person_count": 200}
    ]  # fmt: skip
    rows = measures(villages(groups=empty))
    assert rows.empty
    assert {"number", "title", "lever", "gained_count"} <= set(rows.columns)


def test_words_of_the_levers_are_complete():
    words = lever_words()
    assert set(words) == {*LEVERS, "appointments"}
    for lever in LEVERS:
        assert {"title", "goal", "steps", "responsible", "partners", "period", "funding"} <= set(
            words[lever]
        )


def able_today(offers, sessions):
    district = villages(offers, sessions)
    answers = attendance(district, district.current_sessions, states=TODAY)
    units = attended_offers(district, answers, district.sessions, district.offers)
    units = units[units["season"] == "schulzeit"]
    state = Situation(demand(district), units, units[:0])
    return able(state, {COURSE: need_supply(district, state, COURSE)})


@settings(max_examples=10, deadline=None)
@given(st.integers(1, 5), st.integers(7 * 60, 18 * 60), st.integers(60, 240))
def test_one_more_offer_never_takes_anybody_away(site, start, length):
    more = COURSE_SESSION | {
        "session_id": "S2", "offer_id": "A2", "site_id": f"O{site}",
        "start_time": clock(start), "end_time": clock(start + length),
    }  # fmt: skip
    one = COURSE_OFFER | {"place_count": 6}
    # The 9 seats of the first are taken by Süd and Mitte.
    assert able_today([one, one | {"offer_id": "A2"}], [COURSE_SESSION, more]) >= 9


def test_moves_of_the_real_district(sok, sok_state):
    # Each need once, and everybody counted is somebody with the need.
    found = move_sessions(sok, sok_state)
    rows = catalogue(sok, sok_state, gaps(sok, sok_state), found)
    assert rows["need"].is_unique
    assert rows["number"].is_unique
    assert (rows["gained_count"] > 0).all()
    sums = sok_state.demand.groupby("need")["person_count"].sum()
    wanted = {NEEDS[need].title: count for need, count in sums.items()}
    assert (rows["target_value"] <= rows["need"].map(wanted)).all()
