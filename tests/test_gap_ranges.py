"""Needs for action with ranges: five villages with 200 foreigners each, one course in Süd."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.demand_ranges import demand_ranges
from sokanalysis.gap_ranges import WHY, open_questions, ranged_needs_for_action, reasons, scaled
from sokanalysis.gaps import GAP_CLASSES, gaps, situation
from tests.conftest import villages


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


def test_each_open_question_is_asked_once():
    action = pd.DataFrame({"open_question": ["Zeiten von A", "", "Zeiten von B", "Zeiten von A"]})
    assert open_questions(action) == "Zeiten von A; Zeiten von B"
    assert open_questions(action[:0]) == ""


def test_each_reason_is_given_once():
    action = pd.DataFrame({"gap_class": ["kein Platz", "kein Platz"], "why": ["Voll.", "Voll."]})
    assert reasons(action) == "kein Platz: Voll."
    assert reasons(action[:0]) == ""
