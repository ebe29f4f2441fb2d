"""The candidates of all levers: each named once, each with a price and words."""

from __future__ import annotations

import pytest

from sokanalysis.changes import changed
from sokanalysis.codes import LEVERS
from sokanalysis.gaps import gaps, situation
from sokanalysis.levers.candidate import lever_words
from sokanalysis.measures import candidates
from tests.cases import hall, town


@pytest.fixture(scope="module")
def found():
    district = town(buildings=[hall("Fern")])
    return district, candidates(district, gaps(district, situation(district)))


def test_keys_are_unique_and_the_same_again(found):
    district, measures = found
    keys = [candidate.key for candidate in measures]
    assert len(set(keys)) == len(keys)
    again = candidates(district, gaps(district, situation(district)))
    assert [candidate.key for candidate in again] == keys


def test_every_candidate_has_a_lever_a_price_and_words(found):
    district, measures = found
    for candidate in measures:
        low, high = candidate.cost_range_eur(district.parameters)
        assert low <= candidate.cost_eur(district.parameters) <= high, candidate.key
        texts = lever_words()[candidate.lever]
        assert candidate.lever in LEVERS
        assert candidate.family
        assert "{" not in texts["title"].format(**candidate.words)
        assert all("{" not in step.format(**candidate.words) for step in texts["steps"])


def test_every_candidate_can_be_put_into_the_district(found):
    district, measures = found
    for candidate in measures:
        assert changed(district, candidate.change) is not district


def test_a_plan_that_was_carried_out_can_be_planned_on(found):
    # Keys of new offers hold a bar; moving them again must not confuse it with that of a shift.
    district, measures = found
    branch = next(c for c in measures if c.lever == "aussenstelle")
    after = changed(district, branch.change)
    more = candidates(after, gaps(after, situation(after)))
    assert any(c.key.startswith("verschieben|aussenstelle|") for c in more)
