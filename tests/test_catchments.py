"""Supply measures: published values, cases worked out by hand, properties on random districts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from sokanalysis.attendance import attendances
from sokanalysis.catchments import (
    Coverage,
    balanced,
    coverage,
    cumulative,
    enhanced_two_step,
    three_step,
    two_step,
)
from sokanalysis.nearness import attended, binary, steps
from sokanalysis.parameters import default_parameters
from tests.conftest import villages

NO = np.nan

# R package accessibility of the ipea, tests/testthat/test-floating_catchment_area.R: five cells
# of Belo Horizonte, minutes by public transport, people and schools' places.
MINUTES = np.array([
    [5.8, 47, 48, 47, 64], [45, 5.8, 13, 41, 70], [44, 13, 5.8, 42, 67],
    [43, 43, 49, 5.8, 58], [60, 70, 68, 64, 5.8],
])  # fmt: skip
PEOPLE = np.array([852, 394, 1969, 2189, 0])
PLACES = np.array([82, 308, 100, 109, 0])


@pytest.mark.parametrize(
    ("measure", "access"),
    [
        (two_step, [0.0152, 0.1491, 0.1491, 0.1068, 0]),
        (balanced, [0.0094, 0.1993, 0.1993, 0.1147, 0]),
    ],
)
def test_as_the_r_package_accessibility_has_it(measure, access):
    assert measure(binary(MINUTES, 45), PEOPLE, PLACES).per_person.round(4).tolist() == access


def test_everything_in_reach_of_everybody_as_accessibility_has_it():
    # 599 places / 5404 people = .1108 (its test of a decay function that is 1 everywhere)
    found = two_step(binary(MINUTES, np.inf), PEOPLE, PLACES)
    assert found.per_person.round(4).tolist() == [0.1108] * 5
    assert found.mean() == pytest.approx(599 / 5404)


def test_three_steps_as_the_r_package_fca_has_it():
    # tests/testthat/test-spai_3sfca.R: weights 1 to 24 by column, 6 offers × 4 origins.
    weights = csr_array(np.arange(1.0, 25).reshape(4, 6))
    found = three_step(weights, [1, 2, 3, 4], [1, 2, 3, 4, 5, 6])
    expected = [0.6686168, 1.3565093, 2.0921208, 2.8355005]
    np.testing.assert_allclose(found.per_person, expected, atol=5e-8)


# --- by hand ------------------------------------------------------------------------------------
#
#              Kurs 1   Kurs 2   Kurs 3
#   A (100)       5       15       –        minutes, – out of reach
#   B (50)       25        –       –
#   C (0)         –        5       5
#   D (40)        –        –       –
#   places       30       20      10
BY_HAND = np.array([[5, 15, NO], [25, NO, NO], [NO, 5, 5], [NO, NO, np.inf]])
NEED, SEATS = np.array([100, 50, 0, 40]), np.array([30, 20, 10])


def test_zones_by_hand():
    # Kurs 1: 30 / (1 · 100 + .22 · 50) = 30/111.  Kurs 2: 20 / (.68 · 100) = 20/68.
    # A: 1 · 30/111 + .68 · 20/68 = 30/111 + .2.  B: .22 · 30/111.  C: nobody there, 1 · 20/68.
    found = enhanced_two_step(BY_HAND, NEED, SEATS, default_parameters())
    expected = [30 / 111 + 0.2, 0.22 * 30 / 111, 20 / 68, 0]
    np.testing.assert_allclose(found.per_person, expected)
    np.testing.assert_allclose(found.levels, [30 / 111, 20 / 68, 0])
    # Everything but Kurs 3 reaches somebody: 50 places for 190 people.
    assert found.mean() == pytest.approx(50 / 190)


def test_three_steps_by_hand():
    # A chooses Kurs 1 with 1/1.68 and Kurs 2 with .68/1.68; B and C have no choice by weight.
    # Weights G·w: A 1/1.68 and .4624/1.68, B .22.  Kurs 1: 30 / (100/1.68 + 11).
    weights = steps(BY_HAND, (10, 20, 30), (1, 0.68, 0.22))
    found = three_step(weights, NEED, SEATS)
    first = 30 / (100 / 1.68 + 11)
    # All of Kurs 2 goes to A: 20 places / 100.
    np.testing.assert_allclose(found.per_person[:2], [first / 1.68 + 0.2, 0.22 * first])


def test_balanced_by_hand():
    # Weights 1: A half to Kurs 1, half to Kurs 2; B all to Kurs 1. D_1 = 100, D_2 = 50.
    # R_1 = .3, R_2 = .4. Kurs 1 is shared by A and B, Kurs 2 by A and C: halves.
    found = balanced(binary(BY_HAND, 30), NEED, SEATS)
    np.testing.assert_allclose(found.levels, [0.3, 0.4, 0])
    np.testing.assert_allclose(found.per_person, [0.35, 0.15, 0.2, 0])


@pytest.mark.parametrize("measure", [two_step, three_step, balanced])
def test_nothing_to_divide_by_is_0_with_a_note(measure):
    found = measure(binary(BY_HAND, 30), NEED, SEATS)
    assert found.notes == (
        "1 Angebot ohne Personen mit Bedarf in Reichweite (Plätze: 10): 0 gesetzt.",
    )
    nobody = measure(binary(BY_HAND, 30), [0, 0, 0, 0], [0.5, 0, 2])
    assert nobody.per_person.tolist() == [0, 0, 0, 0]
    assert (nobody.mean(), nobody.is_unserved().any()) == (0, False)
    assert nobody.notes == (
        "3 Angebote ohne Personen mit Bedarf in Reichweite (Plätze: 2,5): 0 gesetzt.",
    )


def test_a_place_without_people_is_not_badly_served():
    # Without Kurs 1 and 2 nobody has anything; C is empty, so it does not count as unserved.
    found = two_step(binary(BY_HAND, 30), NEED, [0, 0, 10])
    assert found.per_person.tolist() == [0, 0, 0, 0]
    assert found.is_unserved().tolist() == [True, True, False, True]


def test_coverage_by_hand():
    # A and B of 190 people at 30 minutes, A alone at 15.
    assert coverage(binary(BY_HAND, 30), NEED) == Coverage(150, 190)
    assert coverage(binary(BY_HAND, 15), NEED).share == pytest.approx(100 / 190)
    assert coverage(binary(BY_HAND, 15), NEED).notes == ()


def test_coverage_of_nobody_is_0_with_a_note():
    found = coverage(binary(BY_HAND, 30), np.zeros(4))
    assert (found.share, found.notes) == (0, ("Niemand mit Bedarf: Anteil 0 gesetzt.",))


def test_what_is_in_reach_adds_up():
    near = binary(BY_HAND, 30)
    assert cumulative(near).tolist() == [2, 1, 2, 0]
    assert cumulative(near, SEATS).tolist() == [50, 30, 30, 0]
    # Weighted by zones: A 1 · 30 + .68 · 20.
    zones = steps(BY_HAND, (10, 20, 30), (1, 0.68, 0.22))
    np.testing.assert_allclose(cumulative(zones, SEATS), [43.6, 6.6, 30, 0])


def test_who_can_take_part_is_a_catchment():
    # Süd walks, Mitte comes and goes by bus, the others cannot: 24 places for 2 × 200 people.
    district = villages()
    (answer,) = attendances(district, district.sessions, states=[("schultag", False)])
    found = two_step(attended(answer.reached().T), [200] * 5, [24])
    served = dict(zip(answer.settlement_ids, found.per_person.round(4), strict=True))
    assert served == {"Süd": 0.06, "Mitte": 0.06, "Nord": 0, "Abseits": 0, "Fern": 0}


@pytest.mark.parametrize("measure", [two_step, three_step, balanced])
def test_no_origins_or_no_offers(measure):
    assert measure(binary(np.empty((0, 2)), 5), [], [1, 2]).per_person.shape == (0,)
    alone = measure(binary(np.empty((2, 0)), 5), [1, 0], [])
    assert (alone.per_person.tolist(), alone.notes) == ([0, 0], ())
    assert alone.is_unserved().tolist() == [True, False]


@pytest.mark.parametrize(
    ("weights", "need", "seats", "message"),
    [
        ([[1.0]], [1, 2], [1], r"Bedarf: 1 Zahlen erwartet, \(2,\) bekommen"),
        ([[1.0]], [1], [1, 2], "Plätze: 1 Zahlen erwartet"),
        ([[1.0]], [-1], [1], "Bedarf: .* negativ"),
        ([[1.0]], [NO], [1], "Bedarf: .* bekannt"),
        ([[1.0]], [1], [np.inf], "Plätze: .* endlich"),
        ([[-1.0]], [1], [1], "Gewichte"),
        ([[NO]], [1], [1], "Gewichte"),
        ([1.0], [1], [1], "Orte × Angebote"),
    ],
)
@pytest.mark.parametrize("measure", [two_step, three_step, balanced])
def test_what_cannot_be_meant_is_refused(measure, weights, need, seats, message):
    with pytest.raises(ValueError, match=message):
        measure(csr_array(np.array(weights)), need, seats)


# --- properties ---------------------------------------------------------------------------------

ZONES = (10, 20, 30), (1, 0.68, 0.22)


@st.composite
def districts(draw):
    """Minutes, people and places of up to 7 origins and 5 offers."""
    origins, offers = draw(st.integers(1, 7)), draw(st.integers(1, 5))
    cell = st.one_of(st.sampled_from([NO, np.inf]), st.integers(0, 40).map(float))
    minutes = draw(st.lists(cell, min_size=origins * offers, max_size=origins * offers))
    people = draw(st.lists(st.integers(0, 50), min_size=origins, max_size=origins))
    places = draw(st.lists(st.integers(0, 30), min_size=offers, max_size=offers))
    return np.array(minutes).reshape(origins, offers), np.array(people), np.array(places)


some = settings(max_examples=60, deadline=None)
weighing = st.sampled_from([lambda m: binary(m, 20), lambda m: steps(m, *ZONES)])


@some
@given(districts(), weighing, st.sampled_from([two_step, three_step]))
def test_every_place_that_reaches_anybody_is_given_once(district, weigh, measure):
    minutes, people, places = district
    weights = weigh(minutes)
    reaches = weights.T @ people > 0
    given_out = people @ measure(weights, people, places).per_person
    assert given_out == pytest.approx(places[reaches].sum())


@some
@given(districts(), weighing)
def test_balanced_counts_nobody_twice_and_gives_no_place_twice(district, weigh):
    minutes, people, places = district
    weights = weigh(minutes)
    found = balanced(weights, people, places)
    # What is shared out of each offer's places a person arrives in full ...
    assert found.per_person.sum() == pytest.approx(found.levels.sum())
    # ... and everybody who reaches anything draws on one offer in all.
    drawn = np.divide(places, found.levels, out=np.zeros(len(places)), where=found.levels > 0)
    near = people[weights.sum(axis=1) > 0].sum()
    assert drawn.sum() <= near + 1e-9
    if (places > 0).all():
        assert drawn.sum() == pytest.approx(near)


@some
@given(districts(), st.sampled_from([two_step, three_step, balanced]))
def test_an_endless_catchment_serves_everybody_alike(district, measure):
    minutes, people, places = district
    found = measure(binary(np.zeros_like(minutes), np.inf), people, places)
    each = places.sum() / people.sum() if people.sum() else 0
    # Balanced access is a share of the offers' levels: with I origins and J offers J/I as much.
    factor = minutes.shape[1] / minutes.shape[0] if measure is balanced else 1
    np.testing.assert_allclose(found.per_person, each * factor)


@some
@given(districts(), st.integers(0, 40), st.integers(0, 20))
def test_a_larger_limit_never_takes_anything_away(district, limit, more):
    minutes, people, places = district
    small, large = binary(minutes, limit), binary(minutes, limit + more)
    assert coverage(large, people).share >= coverage(small, people).share
    assert (cumulative(large) >= cumulative(small)).all()
    assert (cumulative(large, places) >= cumulative(small, places)).all()


@some
@given(districts(), weighing)
def test_another_offer_never_takes_anything_away(district, weigh):
    minutes, people, places = district
    fewer, all_ = weigh(minutes[:, :-1]), weigh(minutes)
    assert (cumulative(all_, places) >= cumulative(fewer, places[:-1]) - 1e-12).all()
    assert coverage(all_, people).share >= coverage(fewer, people).share
    before, after = two_step(fewer, people, places[:-1]), two_step(all_, people, places)
    assert (after.per_person >= before.per_person - 1e-12).all()


@some
@given(districts(), weighing, st.sampled_from([two_step, three_step, balanced]))
def test_twice_the_places_are_twice_the_access(district, weigh, measure):
    minutes, people, places = district
    once, twice = (measure(weigh(minutes), people, n * places).per_person for n in (1, 2))
    np.testing.assert_allclose(twice, 2 * once)
    assert np.isfinite(once).all()
    assert (once >= 0).all()


@some
@given(districts())
def test_attendance_and_minutes_are_one_catchment(district):
    minutes, people, places = district
    near = np.nan_to_num(minutes, nan=np.inf) <= 20
    by_minutes = two_step(binary(minutes, 20), people, places)
    by_answer = two_step(attended(near), people, places)
    np.testing.assert_array_equal(by_minutes.per_person, by_answer.per_person)
