"""Fitting to known sums and sharing out whole people: by hand, against others, against a census."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sokanalysis.distribution import apportion, apportion_within, fit
from sokanalysis.errors import MarginsDisagree

CENSUS = Path(__file__).parents[2] / "shared" / "reference"


def table_fit(seed, rows, columns):
    """Fit a table to its row sums and column sums."""
    seed = np.array(seed, dtype=float)
    row, column = np.indices(seed.shape)
    margins = [(row.ravel(), np.array(rows, float)), (column.ravel(), np.array(columns, float))]
    return fit(seed.ravel(), margins).reshape(seed.shape)


# --- fitting ------------------------------------------------------------------------------------


def test_without_a_first_guess_each_cell_is_row_times_column_by_total():
    # Four villages with 10, 20, 30, 40 people, four ages with 40, 30, 20, 10 of 100 in all:
    # 10 × 40 / 100 = 4, 10 × 30 / 100 = 3, … 40 × 10 / 100 = 4.
    found = table_fit(np.ones((4, 4)), [10, 20, 30, 40], [40, 30, 20, 10])
    assert found == pytest.approx(
        np.array([[4, 3, 2, 1], [8, 6, 4, 2], [12, 9, 6, 3], [16, 12, 8, 4]])
    )


def test_the_odds_of_the_first_guess_are_kept():
    # Odds 4 · 1 / (1 · 1) = 4 in the seed. Sums 6 and 3 both ways; the corner x solves
    # x · (x − 3) = 4 · (6 − x)²  →  3x² − 45x + 144 = 0  →  x = (15 − √33) / 2 = 4.6277.
    found = table_fit([[4, 1], [1, 1]], [6, 3], [6, 3])
    corner = (15 - 33**0.5) / 2
    assert found == pytest.approx(
        np.array([[corner, 6 - corner], [6 - corner, corner - 3]]), rel=1e-8
    )


def test_the_table_of_another_package():
    # Four by four, published with its result by ProportionalFitting.jl (README, van Kesteren).
    found = table_fit(
        [[40, 30, 20, 10], [35, 50, 100, 75], [30, 80, 70, 120], [20, 30, 40, 50]],
        [150, 300, 400, 150], [200, 300, 400, 100],
    )  # fmt: skip
    assert found == pytest.approx(
        np.array([
            [64.5585, 46.2325, 35.3843, 3.82473], [49.9679, 68.1594, 156.499, 25.3742],
            [56.7219, 144.428, 145.082, 53.7673], [28.7516, 41.18, 63.0347, 17.0337],
        ]), rel=1e-5,
    )  # fmt: skip


def test_nobody_stays_nobody():
    found = table_fit([[0, 1], [1, 1]], [5, 5], [3, 7])
    assert found == pytest.approx(np.array([[0, 5], [3, 2]]))


def test_margins_may_nest():
    # The villages 0 and 1 have 9 people together, village 2 has 1; all have 4 children of 10.
    part = np.array([0, 0, 0, 0, 1, 1])
    child = np.array([0, 1, 0, 1, 0, 1])
    found = fit(np.ones(6), [(part, np.array([9.0, 1.0])), (child, np.array([4.0, 6.0]))])
    # Village by village and age: 4.5 or 1 times 0.4 or 0.6.
    assert found == pytest.approx(np.array([1.8, 2.7, 1.8, 2.7, 0.4, 0.6]))


@pytest.mark.parametrize(
    ("rows", "columns", "message"),
    [
        ([5, 5], [3, 8], r"verschiedene Summen: 10, 11"),
        ([-1, 11], [5, 5], "negativ"),
        ([5, 5], [10, 0], "nicht zugleich"),  # the seed has nobody but in column 2 of row 1
    ],
)
def test_numbers_that_contradict_each_other_are_refused(rows, columns, message):
    with pytest.raises(MarginsDisagree, match=message):
        table_fit([[0, 1], [1, 1]], rows, columns)


def test_people_need_a_place_to_live():
    with pytest.raises(MarginsDisagree, match="kein Ort"):
        table_fit([[0, 0], [1, 1]], [5, 5], [5, 5])


def test_without_cells_there_is_nothing_to_fit():
    none = np.zeros(0, dtype=np.int64)
    assert fit(np.zeros(0), [(none, np.zeros(0)), (none, np.zeros(3))]).shape == (0,)


tables = st.integers(1, 6).flatmap(
    lambda rows: st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(1, 300), min_size=columns, max_size=columns),
            min_size=rows, max_size=rows,
        )
    )
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(tables, st.data())
def test_sums_are_met_and_nobody_is_negative(seed, data):
    # The sums are those of another table of the same shape, so they can be met.
    size = len(seed) * len(seed[0])
    other = data.draw(st.lists(st.integers(0, 300), min_size=size, max_size=size))
    other = np.array(other).reshape(len(seed), -1)
    found = table_fit(seed, other.sum(axis=1), other.sum(axis=0))
    assert found.sum(axis=1) == pytest.approx(other.sum(axis=1), abs=1e-6)
    assert found.sum(axis=0) == pytest.approx(other.sum(axis=0), abs=1e-6)
    assert (found >= 0).all()


# --- whole people -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (10, [1, 1], [5, 5]),
        # 7 × 2/4 = 3.5 and twice 1.75: 3 + 1 + 1, the two left go to the remainders of .75.
        (7, [2, 1, 1], [3, 2, 2]),
        # Three remainders of 1/3, one left: the first has it.
        (1, [1, 1, 1], [1, 0, 0]),
        # 4/3, 1/3, 1/3: equal remainders again, and again the first has it.
        (2, [4, 1, 1], [2, 0, 0]),
        # 2.4, 1.2, .4: the remainders of the first and the third are equal.
        (4, [60, 30, 10], [3, 1, 0]),
        # 3 and 1 but for the last digits of a fit.
        (4, [3 - 1e-12, 1 + 1e-12], [3, 1]),
        (0, [3, 4], [0, 0]),
        (5, [0, 0], [0, 0]),  # nobody there to have it
        (5, [], []),
        (3, [0, 2, 0], [0, 3, 0]),
    ],
)
def test_apportion(total, weights, shares):
    assert apportion(total, np.array(weights, dtype=float)).tolist() == shares


@given(
    st.integers(0, 100_000),
    st.lists(st.integers(0, 5_000), min_size=1, max_size=60).filter(any),
)
def test_apportion_adds_up_and_stays_within_one_of_the_share(total, weights):
    shares = apportion(total, np.array(weights, dtype=float))
    assert shares.sum() == total
    exact = total * np.array(weights) / sum(weights)
    assert (np.abs(shares - exact) < 1 + 1e-6).all()
    assert shares.dtype == np.int64
    assert (shares >= 0).all()


@given(st.integers(0, 500), st.lists(st.integers(1, 40), min_size=1, max_size=12))
def test_of_equal_weights_the_earlier_never_has_less(total, weights):
    shares = apportion(total, np.array(weights, dtype=float))
    for earlier in range(len(weights)):
        for later in range(earlier + 1, len(weights)):
            if weights[earlier] == weights[later]:
                assert shares[earlier] - shares[later] in (0, 1)


@given(
    st.integers(0, 500), st.lists(st.integers(1, 40), min_size=2, max_size=12),
    st.integers(0, 11), st.integers(1, 40),
)  # fmt: skip
def test_who_weighs_more_never_has_fewer(total, weights, at, more):
    assume(at < len(weights))
    before = apportion(total, np.array(weights, dtype=float))
    weights[at] += more
    assert apportion(total, np.array(weights, dtype=float))[at] >= before[at]


def test_every_part_adds_up():
    # 5 over 2 : 1 is 3.33 and 1.67, so 3 and 2; the 7 of the other part live in one place.
    found = apportion_within(np.array([5, 7]), np.array([0, 1, 0]), np.array([2.0, 9.0, 1.0]))
    assert found.tolist() == [3, 7, 2]


# --- against people who were counted ------------------------------------------------------------


def test_nationalities_by_municipality_from_their_sums_alone(record_property):
    # Census 2011: municipality × EU, other Europe, rest of the world. From the two margins alone
    # the fit misplaces about a quarter; to put everybody into the largest group of the district
    # would misplace all but that group.
    path = CENSUS / "zensus2011_gitter_100m_herkunft.csv"
    if not path.exists():
        pytest.skip("census grid not at hand")
    cells = pd.read_csv(path, dtype={"ags": str})
    labels = ["staatsang_eu27", "staatsang_sonst_europa", "staatsang_sonst_welt"]
    cells = cells[cells["label"].isin(labels)]
    real = cells.pivot_table("value", "ags", "label", aggfunc="sum", fill_value=0).to_numpy(float)
    found = table_fit(np.ones_like(real), real.sum(axis=1), real.sum(axis=0))
    misplaced = np.abs(found - real).sum() / 2 / real.sum()
    record_property("zensus_anpassung", f"falsch verteilt {misplaced:.3f}")
    assert misplaced < min(0.3, 1 - real.sum(axis=0).max() / real.sum())
