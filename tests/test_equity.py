"""Equity: values of the R package accessibility, cases by hand, properties on random places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.equity import (
    LOWER_WITHOUT,
    NOBODY,
    NOTHING,
    concentration_index,
    equity_table,
    fgt,
    gini,
    lorenz,
    palma,
)

# R package accessibility of the ipea, tests/testthat: jobs within 30 minutes of five cells.
ACCESS = np.array([22239, 36567, 42372, 55571, 26774])
PEOPLE = np.array([852, 394, 1969, 2189, 0])
# Its incomes are not in the tests. Palma of the five (only cells 1 and 4 are rich: 1.0911) and the
# index without the fourth (−.1148: less access with every step up) leave this order alone.
INCOME = np.array([4, 2, 1, 3, 5])
WITHOUT_FOURTH = np.array([True, True, True, False, True])


def test_gini_as_accessibility_has_it():
    assert round(gini(ACCESS, PEOPLE), 4) == 0.1386
    assert round(gini(ACCESS[WITHOUT_FOURTH], PEOPLE[WITHOUT_FOURTH]), 4) == 0.1148


def test_poverty_as_accessibility_has_it():
    assert [round(fgt(ACCESS, PEOPLE, 1e5, alpha), 4) for alpha in (0, 1, 2)] == [1, 0.5588, 0.3256]
    assert [fgt(ACCESS, PEOPLE, 1e4, alpha) for alpha in (0, 1, 2)] == [0, 0, 0]
    some = ACCESS[WITHOUT_FOURTH], PEOPLE[WITHOUT_FOURTH]
    assert [round(fgt(*some, 1e5, alpha), 4) for alpha in (0, 1, 2)] == [1, 0.6367, 0.4129]


def test_concentration_as_accessibility_has_it():
    assert round(concentration_index(ACCESS, PEOPLE, INCOME), 4) == -0.0248
    # Erreygers with the least and the largest access observed, 22239 and 55571.
    bounds = 22239, 55571
    assert round(concentration_index(ACCESS, PEOPLE, INCOME, bounds), 4) == -0.1314
    some = [values[WITHOUT_FOURTH] for values in (ACCESS, PEOPLE, INCOME)]
    assert round(concentration_index(*some), 4) == -0.1148
    assert round(concentration_index(*some, (22239, 42372)), 4) == -0.8282


def test_palma_as_accessibility_has_it():
    # There the tenths are those of the whole city: cells 1 and 4 (3041 people) are rich, cell 3 is
    # poor. Here the others are filled up so that they are 10 %, 40 % and the rest of 30410.
    access = [22239, 55571, 42372, 30000]
    people = [852, 2189, 12164, 15205]
    assert round(palma(access, people, rank_by=[9, 9, 1, 5]), 4) == 1.0911
    # Cell 1 alone rich: 22239 / 42372.
    assert round(palma([22239, 42372, 9], [1, 4, 5], rank_by=[3, 1, 2]), 4) == 0.5249


# --- by hand ------------------------------------------------------------------------------------


def test_lorenz_curve_by_hand():
    # B has least: 2 people with 0 each; then C, 3 with 2 = 6; then A, 5 with 6 = 30. E is empty.
    points = lorenz([6, 0, 2, 9], [5, 2, 3, 0], ids=["A", "B", "C", "E"])
    assert points["id"].tolist() == ["", "B", "C", "A"]
    assert points["access"].tolist() == [0, 0, 2, 6]
    assert points["person_count"].tolist() == [0, 2, 3, 5]
    np.testing.assert_allclose(points["people_share"], [0, 0.2, 0.5, 1])
    np.testing.assert_allclose(points["access_share"], [0, 0, 6 / 36, 1])
    # Area below: .3 · (1/6)/2 + .5 · (1/6 + 1)/2 = .025 + .2917 = .3167; 1 − 2 · .3167 = .3667
    assert gini([6, 0, 2, 9], [5, 2, 3, 0]) == pytest.approx(11 / 30)


def test_all_with_one_of_two():
    # One of two has everything: ½. One of ten: .9.
    assert gini([0, 1], [1, 1]) == pytest.approx(0.5)
    assert gini([0, 1], [9, 1]) == pytest.approx(0.9)


def test_concentration_by_hand():
    # Two of equal number, the richer has all: mean ½, ranks ¼ and ¾:
    # 2 / ½ · ½ (−½ · −¼ + ½ · ¼) = ½. The poorer has all: −½. Both of one rank: 0.
    assert concentration_index([0, 1], [1, 1], [10, 20]) == pytest.approx(0.5)
    assert concentration_index([0, 1], [1, 1], [20, 10]) == pytest.approx(-0.5)
    assert concentration_index([0, 1], [1, 1], [10, 10]) == 0
    # Erreygers between 0 and 1: 4 · ½ / 1 · ½ = 1.
    assert concentration_index([0, 1], [1, 1], [10, 20], (0, 1)) == pytest.approx(1)


def test_palma_cuts_a_place_on_the_border():
    # Ten people each: the lower 4 of the first place have 1; the upper 2 of 20 have 3.
    assert palma([1, 3], [10, 10]) == pytest.approx(3)
    # 5 with 1, 5 with 4: lower 40 % all 1, upper 10 % all 4. 3 with 1, 7 with 4: the lower 4 of 10
    # have 3 · 1 + 1 · 4 = 7, 1.75 each: 4 / 1.75.
    assert palma([1, 4], [3, 7]) == pytest.approx(4 / 1.75)


def test_palma_where_some_have_nothing():
    assert palma([0, 1], [5, 5]) == np.inf
    assert palma([0, 0], [5, 5]) == 0
    assert palma([0, 10], [2, 8]) == pytest.approx(2)  # the lower 40 %: half of them 10


def test_poverty_by_hand():
    # Line 4: of ten people 2 have 1 (gap ¾) and 3 have 3 (gap ¼); who has 4 is not poor.
    given_ = [1, 3, 4, 9], [2, 3, 4, 1], 4
    assert fgt(*given_, 0) == pytest.approx(0.5)
    assert fgt(*given_, 1) == pytest.approx(0.2 * 0.75 + 0.3 * 0.25)
    assert fgt(*given_, 2) == pytest.approx(0.2 * 0.5625 + 0.3 * 0.0625)


def test_an_empty_place_counts_nowhere():
    with_, without = ([1, 0, 4], [3, 0, 7]), ([1, 4], [3, 7])
    assert gini(*with_) == gini(*without)
    assert palma(*with_) == palma(*without)
    assert fgt(*with_, 2, 0) == fgt(*without, 2, 0)
    assert concentration_index(*with_, [1, np.nan, 2]) == concentration_index(*without, [1, 2])


@pytest.mark.parametrize(("access", "people"), [([], []), ([1, 2], [0, 0]), ([0, 0], [3, 4])])
def test_nothing_to_divide_by_is_0(access, people):
    assert gini(access, people) == 0
    assert palma(access, people) == 0
    assert concentration_index(access, people, access) == 0


def test_the_curve_of_nobody_and_of_nothing():
    assert lorenz([], [])[["people_share", "access_share"]].to_numpy().tolist() == [[0, 0]]
    nothing = lorenz([0, 0], [1, 3])
    assert nothing["access_share"].tolist() == nothing["people_share"].tolist() == [0, 0.25, 1]
    assert nothing["id"].tolist() == ["", "0", "1"]


def test_poverty_of_nobody_and_of_those_without():
    assert fgt([], [], 1, 0) == 0
    assert [fgt([0], [5], 1, alpha) for alpha in (0, 1, 2)] == [1, 1, 1]


def test_the_table_says_where_there_was_nothing_to_divide_by():
    table = equity_table([1, 4], [3, 7], line=2)
    assert table["measure"].tolist() == [
        "Gini-Koeffizient", "Palma-Verhältnis", "Anteil unter der Schwelle",
        "mittlerer Abstand zur Schwelle", "mittlerer Abstand im Quadrat",
    ]  # fmt: skip
    # Gini: y = 3/31 at x = .3, so 1 − (.3 · 3/31 + .7 · 34/31) = 6.3/31.
    np.testing.assert_allclose(table["value"], [6.3 / 31, 4 / 1.75, 0.3, 0.15, 0.075])
    assert table["note"].tolist() == [""] * 5
    assert equity_table([], [], 2)["note"].tolist() == [NOBODY] * 5
    assert equity_table([0], [3], 2)["note"].tolist() == [NOTHING, NOTHING, "", "", ""]
    assert equity_table([0, 1], [5, 5], 2)["note"].tolist() == ["", LOWER_WITHOUT, "", "", ""]


@pytest.mark.parametrize(
    ("work", "message"),
    [
        (lambda: gini([1, 2], [1]), "zu jedem Ort"),
        (lambda: gini([[1]], [[1]]), "zu jedem Ort"),
        (lambda: gini([-1], [1]), "Zugang: .* nicht negativ"),
        (lambda: gini([np.nan], [1]), "Zugang: .* bekannt"),
        (lambda: gini([np.inf], [1]), "Zugang: .* endlich"),
        (lambda: gini([1], [-1]), "Personen: .* nicht negativ"),
        (lambda: lorenz([1], [1], ids=["A", "B"]), "Kennungen: 1 erwartet, 2 bekommen"),
        (lambda: palma([1], [-1]), "Personen"),
        (lambda: palma([1], [1], [np.nan]), "Rang"),
        (lambda: concentration_index([1], [1], [1, 2]), "Rang"),
        (lambda: concentration_index([1], [1], [1], (2, 3)), "Grenzen"),
        (lambda: concentration_index([1], [1], [1], (1, 1)), "Grenzen"),
        (lambda: fgt([1], [1], 0, 0), "Schwelle 0 muss größer als 0"),
        (lambda: fgt([1], [1], 1, -1), "Alpha -1"),
        (lambda: equity_table([1], [1], np.inf), "Schwelle"),
    ],
)
def test_what_cannot_be_meant_is_refused(work, message):
    with pytest.raises(ValueError, match=message):
        work()


# --- properties ---------------------------------------------------------------------------------


@st.composite
def places(draw):
    count = draw(st.integers(1, 8))
    access = draw(st.lists(st.integers(0, 20), min_size=count, max_size=count))
    people = draw(st.lists(st.integers(0, 30), min_size=count, max_size=count))
    return np.array(access), np.array(people)


some = settings(max_examples=80, deadline=None)


@some
@given(places(), st.sampled_from([0.001, 3, 1e6]))
def test_a_share_does_not_know_the_unit(given_, factor):
    access, people = given_
    rank = np.arange(len(access))
    found = gini(access, people)
    assert 0 <= found < 1
    assert gini(factor * access, people) == pytest.approx(found, abs=1e-12)
    assert gini(access, factor * people) == pytest.approx(found, abs=1e-12)
    assert palma(factor * access, people) == pytest.approx(palma(access, people))
    index = concentration_index(access, people, rank)
    assert -1 < index < 1
    assert concentration_index(factor * access, people, rank) == pytest.approx(index, abs=1e-12)


@some
@given(places())
def test_gini_is_concentration_ranked_by_access_and_bounds_every_other(given_):
    access, people = given_
    found = gini(access, people)
    assert concentration_index(access, people, access) == pytest.approx(found, abs=1e-12)
    other = concentration_index(access, people, np.arange(len(access)))
    assert abs(other) <= found + 1e-12


@some
@given(places())
def test_gini_is_the_mean_difference_of_two_people(given_):
    # Σ Σ p_i p_k |a_i − a_k| / 2 μ, the definition without a curve.
    access, people = given_
    total, sum_ = people.sum(), access @ people
    if sum_ == 0:
        return
    pairs = np.abs(access[:, None] - access) * np.outer(people, people)
    assert gini(access, people) == pytest.approx(pairs.sum() / (2 * total * sum_), abs=1e-12)


@some
@given(st.integers(1, 20), st.lists(st.integers(1, 30), min_size=1, max_size=8))
def test_equal_access_is_equal(access, people):
    same = np.full(len(people), access)
    assert gini(same, people) == pytest.approx(0, abs=1e-12)
    assert palma(same, people) == pytest.approx(1)
    assert concentration_index(same, people, range(len(people))) == pytest.approx(0, abs=1e-12)


@some
@given(places(), st.permutations(range(8)))
def test_the_order_of_rows_does_not_matter(given_, order):
    access, people = given_
    rank = np.arange(len(access)) // 2  # two places a rank
    at = [n for n in order if n < len(access)]
    assert gini(access[at], people[at]) == pytest.approx(gini(access, people), abs=1e-12)
    for measure in (palma, concentration_index):
        found = measure(access[at], people[at], rank[at])
        assert found == pytest.approx(measure(access, people, rank), abs=1e-12)


@some
@given(places())
def test_the_curve_rises_and_hangs_below_equality(given_):
    points = lorenz(*given_)
    for name in ("people_share", "access_share"):
        assert (np.diff(points[name]) >= 0).all()
    assert (points["access_share"] <= points["people_share"] + 1e-12).all()


@some
@given(places(), st.integers(1, 20), st.integers(0, 10))
def test_poverty_grows_with_the_line_and_shrinks_with_alpha(given_, line, more):
    found = [fgt(*given_, line, alpha) for alpha in (0, 1, 2)]
    assert 1 >= found[0] >= found[1] >= found[2] >= 0
    for alpha, value in enumerate(found):
        assert fgt(*given_, line + more, alpha) >= value - 1e-12
