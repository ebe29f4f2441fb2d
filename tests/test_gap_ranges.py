"""Needs for action with ranges: five villages with 200 foreigners each, one course in Süd."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.demand import NEEDS
from sokanalysis.demand_ranges import demand_ranges
from sokanalysis.gap_ranges import (
    WHY,
    need_offers,
    open_questions,
    ranged_needs_for_action,
    reasons,
    scaled,
    way_situations,
)
from sokanalysis.gaps import GAP_CLASSES, fitting_offers, gaps, situation
from tests.conftest import COURSE_OFFER, villages


@pytest.fixture(scope="module")
def district():
    return villages()


@pytest.fixture(scope="module")
def state(district):
    return situation(district)


@pytest.fixture(scope="module")
def rows(district, state):
    return gaps(district, state)


def test_every_class_but_the_first_has_a_reason():
    assert list(WHY) == list(GAP_CLASSES)[1:]


@pytest.mark.parametrize("end", ["low_count", "high_count"])
def test_the_ends_of_the_range_are_spread_like_the_middle(district, state, end):
    wanted = demand_ranges(district).set_index("need")[end]
    people = scaled(state, wanted).demand
    assert people.groupby("need")["person_count"].sum().to_dict() == wanted.to_dict()
    # Five equal villages differ by one person at most.
    course = people.loc[people["need"] == "integrationskurs", "person_count"]
    assert course.max() - course.min() <= 1


def test_ranges_hold_their_middle_and_say_why(district, state, rows):
    action = ranged_needs_for_action(district, state, rows)
    assert (action["person_count_low"] <= action["person_count"]).all()
    assert (action["person_count"] <= action["person_count_high"]).all()
    assert (action["person_count_low"] < action["person_count_high"]).any()
    assert action["why"].notna().all()
    course = action[action["need"] == "Integrationskurs A1–B1"]
    # The one session of the one course is an assumption of the test's table.
    assert set(course["open_question"]) == {"Integrationskurs A1–B1: Zeiten von 1 der 1 Angebote"}


def test_needs_without_an_offer_have_no_question(district, state, rows):
    action = ranged_needs_for_action(district, state, rows)
    none = action[action["gap_class"] == GAP_CLASSES["kein_angebot"]]
    assert len(none) > 0 and set(none["open_question"]) == {""}


def test_without_gaps_nothing_is_ranked(district, state, rows):
    able = rows[rows["gap_class"] == "kann_teilnehmen"]
    assert ranged_needs_for_action(district, state, able).empty


def test_the_way_widens_the_ranges(district, state, rows):
    # Abseits arrives at 08:58. With a buffer of 5 minutes it is late, with one of 0 it is not,
    # and its 7 people are no gap; with one of 15 Mitte still comes with A at 07:40.
    course = rows[rows["need"] == "integrationskurs"]
    ways = way_situations(district, ["arrive_buffer_minutes"])
    assert len(ways) == 2
    gap = GAP_CLASSES["falsche_zeit"]
    narrow, wide = (
        ranged_needs_for_action(district, state, course, others=others).set_index("gap_class")
        for others in ((), ways)
    )
    assert wide.loc[gap, "person_count_low"] == 0 < narrow.loc[gap, "person_count_low"]
    assert wide.loc[gap, "person_count_high"] == narrow.loc[gap, "person_count_high"]
    assert (wide["person_count_low"] <= narrow["person_count_low"]).all()
    assert (wide["person_count_high"] >= narrow["person_count_high"]).all()
    assert wide["person_count"].equals(narrow["person_count"])


def test_an_end_in_use_is_not_computed_again(district):
    # Nobody cycles in the villages: of 0 to 45 minutes only 45 is another district.
    assert len(way_situations(district, ["bike_max_minutes"])) == 1


def test_needs_stand_beside_the_offers_that_answer_them(district):
    shown = need_offers(district).set_index("need")
    assert shown["offer_count"].to_dict() == {
        entry.title: len(fitting_offers(district, need)) for need, entry in NEEDS.items()
    }
    assert shown.loc["Integrationskurs A1–B1", ["person_count", "offer_count"]].tolist() == [35, 1]
    assert shown["offer_count"].sum() == 1


def test_what_the_courses_do_not_say_is_asked():
    silent = villages([COURSE_OFFER])
    rows = gaps(silent, situation(silent))
    action = ranged_needs_for_action(silent, situation(silent), rows).set_index("need")
    assert action.loc["Kinderbetreuung während des Kurses", "open_question"] == (
        "Kinderbetreuung während des Kurses: Angabe „Kinderbetreuung“ bei 1 Kurs"
    )


def test_each_open_question_is_asked_once():
    action = pd.DataFrame({"open_question": ["Zeiten von A", "", "Zeiten von B", "Zeiten von A"]})
    assert open_questions(action) == "Zeiten von A; Zeiten von B"
    assert open_questions(action[:0]) == ""


def test_each_reason_is_given_once():
    action = pd.DataFrame({"gap_class": ["kein Platz", "kein Platz"], "why": ["Voll.", "Voll."]})
    assert reasons(action) == "kein Platz: Voll."
    assert reasons(action[:0]) == ""
