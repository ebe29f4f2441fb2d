"""Budget curve and equally good choices, on courses whose answers can be seen.

        people   Kurs a (3 €)   Kurs b (2 €)   Kurs c (2 €)
Nord      10          x              x
Mitte      8          x                             x
Süd        7                         x              x
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis import budget
from sokanalysis.budget import budget_curve, ties
from sokanalysis.errors import NoPortfolio
from sokanalysis.portfolio import Problem, solve
from tests.test_portfolio import INF, all_choices, best_of, floors, problem, problems, three_courses

COURSES = three_courses(costs=(3.0, 2.0, 2.0))


def test_curve():
    # 2 €: b 10 + 7 = 17 before c 15. 3 €: a 18. 4 €: b and c, all 25, and nothing buys more.
    curve = budget_curve(COURSES, [9, 1, 2, 3, 4])
    expected = [
        (1, 0, 0, (), ()),
        (2, 2, 17, ("b",), ()),
        (3, 3, 18, ("a",), ("b",)),
        (4, 4, 25, ("b", "c"), ("a",)),
        (9, 4, 25, (), ()),
    ]
    columns = ["budget_eur", "cost_eur", "person_count", "added", "dropped"]
    assert list(curve[columns].itertuples(index=False, name=None)) == expected
    assert curve["is_optimal"].all()
    assert curve["value"].tolist() == curve["bound"].tolist() == [0, 17, 18, 25, 25]


def test_more_than_everything_costs_is_solved_once(monkeypatch):
    asked = []
    monkeypatch.setattr(
        budget, "solve", lambda given_, euros: asked.append(euros) or solve(given_, euros)
    )
    assert budget_curve(COURSES, [4, 100, 50, 50]).shape == (3, 8)
    assert asked == [100]


def test_only_the_money_of_the_district_is_counted():
    # The Land pays a for 3 €. With 2 € b makes it 25, 5 € in all; with 4 € b and c cost 4 in all.
    given_ = three_courses(costs=(3.0, 2.0, 2.0))
    given_.options["fund"] = ["Land", "", ""]
    curve = budget_curve(given_, [0, 2, 9], budgets_by_fund={"Land": 3.0})
    assert curve["cost_eur"].tolist() == [3, 5, 4]
    assert curve["added"].tolist() == [("a",), ("b",), ("c",)]
    assert curve["dropped"].tolist() == [(), (), ("a",)]


def test_no_budgets_no_rows():
    assert budget_curve(COURSES, []).shape == (0, 8)


def test_too_small_a_budget_is_said():
    with pytest.raises(NoPortfolio):
        budget_curve(COURSES, [1, 9], floors=floors(("Nord", "sprache", 1)))


@settings(max_examples=10, deadline=None)
@given(problems(), st.lists(st.integers(0, 8), min_size=2, max_size=4))
def test_more_money_is_never_worth_less_and_the_curve_is_what_solve_says(given_, budgets):
    if not all_choices(given_, min(budgets)):
        return
    curve = budget_curve(given_, budgets)
    assert (np.diff(curve["value"]) >= -1e-6).all()
    taken: set[str] = set()
    for row in curve.itertuples():
        taken = (taken | set(row.added)) - set(row.dropped)
        assert taken == set(solve(given_, row.budget_eur).taken)
        assert row.cost_eur <= row.budget_eur + 1e-6


# --- equally good -------------------------------------------------------------------------------


def test_any_two_of_three_courses():
    given_ = three_courses()
    best = solve(given_, 2)
    assert best.taken == ("a", "b")
    assert ties(given_, best, 2) == [("a", "c"), ("b", "c")]
    assert ties(given_, best, 2, limit=1) in ([("a", "c")], [("b", "c")])
    assert ties(given_, best, 2, limit=0) == []
    assert ties(given_, best, 2, without=["c"]) == []


def test_dearer_or_worth_less_is_no_tie():
    # All 25 for 4 €: a and b would cost 5, and a alone seats 18.
    assert ties(COURSES, solve(COURSES, 9), 9) == []


def test_a_useless_gift_is_no_tie():
    given_ = problem(
        [("a",), ("b",), ("leer", 0.0)], [("A", INF, 0, "a"), ("B", INF, 0, "b")],
        [(5,)], [(0, 0), (0, 1)],
    )  # fmt: skip
    assert ties(given_, solve(given_, 2), 2) == [("b",)]


def test_nothing_ties_with_nothing():
    given_ = problem([("leer",)], [], [(3,)], [])
    assert ties(given_, solve(given_, 2), 2) == []


def test_ties_of_what_is_not_proven():
    best = solve(COURSES, 2)
    with pytest.raises(ValueError, match="time_limit_s"):
        ties(COURSES, pd.Series(best.__dict__ | {"is_optimal": False}), 2)


@settings(max_examples=15, deadline=None)
@given(problems(), st.integers(0, 6))
def test_all_ties_and_nothing_else(given_: Problem, money: int):
    tried = all_choices(given_, money)
    if not tried:
        return
    top = best_of(tried)
    equal = [set(t.taken) for t in tried if t.value > top.value - 1e-6 and t.cost < top.cost + 1e-6]
    minimal = [one for one in equal if not any(other < one for other in equal)]
    best = solve(given_, money)
    found = [set(taken) for taken in ties(given_, best, money, limit=99)]
    assert sorted(map(sorted, [*found, set(best.taken)])) == sorted(map(sorted, minimal))
