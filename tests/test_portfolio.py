"""Portfolio: choices that can be seen, and every choice of small random problems tried out."""

from __future__ import annotations

from itertools import combinations
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from sokanalysis.errors import NoPortfolio
from sokanalysis.portfolio import Portfolio, Problem, solve

INF = np.inf


def problem(options, units, people, edges) -> Problem:
    """Tables from rows; what is left out at the end of a row is what is usual."""
    return Problem(
        table(options, option=None, cost_eur=1.0, choice="", fund=""),
        table(units, unit=None, places=INF, minimum_count=0, opened_by="", closed_by=()),
        table(people, person_count=None, weight=1.0, area="A", field="sprache", need="kurs"),
        table(edges, group=None, unit=None, enabled_by=()),
    )


def table(rows, **usual) -> pd.DataFrame:
    filled = [[*row, *list(usual.values())[len(row) :]] for row in rows]
    return pd.DataFrame(filled, columns=list(usual))


# --- every choice tried out ---------------------------------------------------------------------


class Tried(NamedTuple):
    """One choice: what it is worth (None when it cannot be), and how it ranks among equals."""

    taken: tuple[str, ...]
    value: float
    cost: float
    rank: tuple[int, int]


def all_choices(given: Problem, budget, funds=None, floors=(), keep=(), without=()) -> list[Tried]:
    """Try every set of options; possible ones only."""
    options, funds = list(given.options.itertuples()), funds or {}
    found = []
    for size in range(len(options) + 1):
        for part in combinations(range(len(options)), size):
            chosen = [options[at] for at in part]
            taken = tuple(o.option for o in chosen)
            choices = [o.choice for o in chosen if o.choice]
            spent = dict.fromkeys(["", *funds], 0.0)
            for option in chosen:
                spent[option.fund if option.fund in funds else ""] += option.cost_eur
            if (
                len(set(choices)) < len(choices)
                or spent[""] > budget
                or any(spent[fund] > funds[fund] for fund in funds)
                or not set(keep) <= set(taken)
                or set(without) & set(taken)
            ):
                continue
            value = worth(given, set(taken), floors)
            if value is not None:
                found.append(Tried(taken, value, sum(spent.values()), (size, sum(part))))
    return found


def worth(given: Problem, taken: set[str], floors) -> float | None:
    """What a set of options is worth: a transport problem with one variable an edge."""
    units, people = list(given.units.itertuples()), list(given.people.itertuples())
    is_open = [
        (not u.opened_by or u.opened_by in taken) and not set(u.closed_by) & taken for u in units
    ]
    pairs = [
        (e.group, e.unit)
        for e in given.edges.itertuples()
        if is_open[e.unit] and (not e.enabled_by or any(s <= taken for s in e.enabled_by))
    ]
    rows, high = [], []
    for at, group in enumerate(people):
        rows.append([float(g == at) for g, _ in pairs])
        high.append(group.person_count)
    for at, unit in enumerate(units):
        seats = np.array([float(u == at) for _, u in pairs])
        if np.isfinite(unit.places):
            rows.append(seats)
            high.append(np.floor(unit.places))
        if is_open[at]:
            rows.append(-seats)
            high.append(-unit.minimum_count)
    for area, field, share in floors:
        inside = [p.area == area and p.field == field for p in people]
        total = sum(p.person_count for p, is_in in zip(people, inside, strict=True) if is_in)
        rows.append([-float(inside[g]) for g, _ in pairs])
        high.append(-np.floor(round(share * total, 9)))
    if not pairs:
        return 0.0 if min(high) >= 0 else None
    cost = [-people[g].weight for g, _ in pairs]
    solved = linprog(cost, A_ub=np.array(rows), b_ub=high)
    return -solved.fun if solved.status == 0 else None


def best_of(tried: list[Tried]) -> Tried:
    """The choice worth most; of equals the cheapest, then the fewest, then the first."""
    most = max(t.value for t in tried)
    equal = [t for t in tried if t.value > most - 1e-6]
    least = min(t.cost for t in equal)
    return min((t for t in equal if t.cost < least + 1e-6), key=lambda t: t.rank)


def check(given: Problem, found: Portfolio, tried: list[Tried]) -> None:
    """The best of all, and its numbers add up."""
    best = best_of(tried)
    assert found.is_optimal
    assert found.value == pytest.approx(best.value)
    assert found.bound == pytest.approx(best.value)
    assert found.cost_eur == pytest.approx(best.cost)
    same = {t.taken: t for t in tried}[found.taken]
    assert same.value == pytest.approx(best.value)
    assert same.rank == best.rank
    people = given.people
    assert found.person_count == found.seated.sum()
    assert found.value == pytest.approx((found.seated * people["weight"]).sum())
    assert (found.seated >= 0).all()
    assert (found.seated <= people["person_count"]).all()


@st.composite
def problems(draw) -> Problem:
    """Up to 5 options, 5 units and 5 groups, with everything a problem can hold."""
    size = draw(st.integers(0, 5))
    names = [f"m{n}" for n in range(size)]
    some = st.lists(st.sampled_from(names), max_size=2) if names else st.just([])
    one = st.sampled_from(["", "", *names])
    costs = st.sampled_from([0.0, 1.0, 2.0, 2.0, 3.5])
    options = [
        (n, draw(costs), draw(st.sampled_from(["", "", "a", "b"])), draw(st.sampled_from(["", "F"])))
        for n in names
    ]
    places = st.sampled_from([INF, INF, 0.0, 2.9, 5.0, 9.0])
    units = [
        (f"u{n}", draw(places), draw(st.sampled_from([0, 0, 0, 3, 6])), draw(one),
         tuple(draw(some)))
        for n in range(draw(st.integers(1, 5)))
    ]  # fmt: skip
    weights, letters = st.sampled_from([1.0, 1.0, 0.5, 2.25]), st.sampled_from("AB")
    people = [
        (draw(st.integers(0, 8)), draw(weights), draw(letters), draw(letters))
        for _ in range(draw(st.integers(1, 5)))
    ]
    sets = st.lists(some.map(frozenset), max_size=2).map(tuple)
    edges = [
        (g, u, draw(sets))
        for g in range(len(people)) for u in range(len(units)) if draw(st.integers(0, 2))
    ]  # fmt: skip
    return problem(options, units, people, edges)


@settings(max_examples=100, deadline=None)
@given(problems(), st.integers(0, 8), st.sampled_from([None, {"F": 2.0}]))
def test_no_choice_is_better(given_, budget, funds):
    tried = all_choices(given_, budget, funds)
    if tried:
        check(given_, solve(given_, budget, budgets_by_fund=funds), tried)
    else:
        with pytest.raises(NoPortfolio):
            solve(given_, budget, budgets_by_fund=funds)


FLOORS = st.lists(
    st.tuples(st.sampled_from("AB"), st.sampled_from("AB"), st.sampled_from([0.25, 0.5, 1.0])),
    max_size=3, unique_by=lambda row: row[:2],
)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(problems(), FLOORS, st.sampled_from(["", "m0", "m1"]), st.sampled_from(["", "m1", "m2"]))
def test_no_choice_is_better_with_more_to_obey(given_, floors, keep, without):
    names = set(given_.options["option"])
    asked = {"keep": names & {keep}, "without": names & {without}}
    tried = all_choices(given_, 6, floors=floors, **asked)
    rows = pd.DataFrame(floors, columns=["area", "field", "share"])
    if tried:
        check(given_, solve(given_, 6, floors=rows, **asked), tried)
    else:
        with pytest.raises(NoPortfolio):
            solve(given_, 6, floors=rows, **asked)
