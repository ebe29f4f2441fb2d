"""Robustness: draws whose choices follow from one price, and the published measure of separation.

Two courses for the same 10 people; "alt" costs 5 €, "neu" what is drawn. The budget is 6 €, so
the cheaper one is taken.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import mannwhitneyu

from sokanalysis.robustness import Draw, robustness
from tests.test_portfolio import INF, problem

COURSES = problem(
    [("alt", 5.0), ("neu", 5.0), ("teuer", 99.0)],
    [("A", INF, 0, "alt"), ("N", INF, 0, "neu"), ("T", INF, 0, "teuer")],
    [(10,)], [(0, 0), (0, 1), (0, 2)],
)  # fmt: skip
EVERY = [price + 0.5 for price in range(10)]  # five prices below 5 €: "neu"; five above: "alt"


def draw(price: float, people: int = 10, **more: float) -> Draw:
    costs = np.array([5.0, price, 99.0])
    return Draw(np.array([people]), costs, {"still": 1.0, "price": price} | more)


def options(draws, **asked) -> pd.DataFrame:
    return robustness(COURSES, draws, 6.0, **asked).options.set_index("option")


def test_a_threshold_of_one_price_decides():
    table = options(draw(price) for price in EVERY)
    assert table["chosen_share"].tolist() == [0.5, 0.5, 0]
    assert table["class"].tolist() == ["meist", "meist", "nie"]
    # All 5 prices with "alt" are above all 5 without: 2 · 25/25 − 1 = 1. By chance so far apart in
    # 2 of the C(10, 5) = 252 orders; with two assumptions 4/252 = 1.6 %.
    assert table["decides"].tolist()[:2] == ["price", "price"]
    assert table["direction"].tolist()[:2] == ["hoch", "niedrig"]
    assert table["strength"].tolist()[:2] == [1, 1]
    assert table.loc["teuer", ["decides", "direction", "strength"]].isna().all()


def test_always_mostly_only_if_never():
    # Three of four prices below 5 €: "neu" mostly, "alt" otherwise; two of two: always.
    assert options(map(draw, [1, 2, 3, 9]))["class"].tolist() == ["nur wenn", "meist", "nie"]
    assert options(map(draw, [1, 2]))["class"].tolist() == ["nie", "immer", "nie"]


@pytest.mark.parametrize("prices", [[1, 9], [1, 2, 3, 9, 9], [1, 1, 1, 1]])
def test_too_few_draws_to_say_what_decides(prices):
    assert options(map(draw, prices))["decides"].isna().all()


def test_what_could_be_chance_is_not_named():
    # Of 3 and 3 draws the complete separation is one of 2 in C(6, 3) = 20 orders: 10 %.
    assert options(map(draw, [1, 2, 3, 7, 8, 9]))["decides"].isna().all()
    # Of 5 and 5 draws 2/252 = 0.8 % are rare enough for 2 assumptions, not for 7 (5.6 %).
    more = {f"a{n}": 0.0 for n in range(5)}
    assert options(draw(price, **more) for price in EVERY)["decides"].isna().all()


def test_strength_is_that_of_mann_and_whitney():
    one = np.array([1.0, 2, 3, 4, 5, 6, 7, 9])
    other = np.array([8.0, 10, 11, 12, 13, 14, 15, 16])
    drawn = [(1.0, value) for value in one] + [(9.0, value) for value in other]
    table = options(
        Draw(np.array([10]), np.array([5.0, price, 99.0]), {"people": value})
        for price, value in drawn
    )
    # One of 64 pairs is the wrong way round (8 < 9): 63/64 of the pairs, 2 · 63/64 − 1.
    u = mannwhitneyu(one, other).statistic
    assert u == 1
    assert table.loc["neu", "strength"] == pytest.approx(1 - 2 * u / 64)
    assert table.loc["neu", "direction"] == "niedrig"


def test_people_of_each_draw_and_what_is_asked_for():
    found = robustness(COURSES, [draw(1, people=3), draw(1, people=8)], 6.0)
    assert found.person_count.tolist() == [3, 8]
    assert options([draw(1)], without=["neu"])["class"].tolist() == ["immer", "nie", "nie"]


def test_variants_of_one_family_are_one_measure():
    # "neu" and "alt" are one course; one of them is taken always, "neu" more often.
    families = {"alt": "Kurs", "neu": "Kurs"}
    table = robustness(COURSES, map(draw, [1, 2, 9]), 6.0, families).options
    assert table["option"].tolist() == ["Kurs", "teuer"]
    assert table["variant"].tolist() == ["neu", "teuer"]
    assert table["chosen_share"].tolist() == [1, 0]


def test_without_draws_nothing_can_be_said():
    with pytest.raises(ValueError, match="Ziehung"):
        options([])


def test_draws_leave_the_problem_as_it_is():
    options([draw(1, people=3)])
    assert COURSES.people["person_count"].tolist() == [10]
    assert COURSES.options["cost_eur"].tolist() == [5, 5, 99]
