"""Which measures to take for the money: as many people on seats as possible, proven."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sokanalysis.distribution import apportion_within
from sokanalysis.errors import NoPortfolio
from sokanalysis.portfolio_groups import Problem
from sokanalysis.portfolio_model import Terms
from sokanalysis.portfolio_search import SAME_VALUE, Search, as_good_as, relaxed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sokanalysis.distribution import Floats, Whole
    from sokanalysis.portfolio_model import Flags, Model

__all__ = ["SAME_VALUE", "Portfolio", "Problem", "solve"]


@dataclass(frozen=True)
class Portfolio:
    """A choice of options and what it leads to.

    Parameters
    ----------
    taken : tuple of str
        Options in the order of the problem.
    person_count : int
        People with a seat.
    value : float
        Sum of weight times people with a seat.
    cost_eur : float
        A year, whoever pays.
    seated : ndarray of int, shape (groups,)
        People with a seat by group. Groups that nothing tells apart share theirs in proportion.
    bound : float
        No choice is worth more; the value itself when that is proven to be the most.
    is_optimal : bool
        Whether it is proven.
    """

    taken: tuple[str, ...]
    person_count: int
    value: float
    cost_eur: float
    seated: Whole
    bound: float
    is_optimal: bool

    @property
    def gap(self) -> float:
        """Return by which share of the bound another choice could at most be better."""
        return (self.bound - self.value) / self.bound if self.bound > 0 else 0.0


def solve(
    problem: Problem,
    budget_eur: float,
    *,
    budgets_by_fund: Mapping[str, float] | None = None,
    floors: pd.DataFrame | None = None,
    keep: Iterable[str] = (),
    without: Iterable[str] = (),
    is_first: bool = True,
    time_limit_s: float = 60.0,
) -> Portfolio:
    """Choose the options worth most; of equals the cheapest, then the fewest, then the first.

    A mixed-integer programme after Church & ReVelle (1974, Papers of the Regional Science
    Association 32, 101–118), widened by places, minimums, conditions and funds, solved by HiGHS
    (through scipy). Everybody gets at most one seat, at an open unit that can be taken up; units
    seat no more than their places and, when open, at least their minimum.

    Parameters
    ----------
    problem : Problem
        What can be chosen.
    budget_eur : float
        Of the district, a year. It pays every option whose fund has no budget of its own.
    budgets_by_fund : mapping of str to float, optional
        Budgets of other funds, a year; they pay their own options and nothing else.
    floors : DataFrame, optional
        ``area``, ``field``, ``share`` (0–1): at least so many of the people of this area and
        field get a seat, rounded down to whole people. Each pair at most once.
    keep, without : iterable of str
        Options that have to be taken, or must not be. Together they can settle a whole choice,
        and the answer says what it leads to.
    is_first : bool, default True
        Whether the first of all equals is looked for. Without it one of those that are worth most
        comes back, in about half the time: nothing useless is in it, and equals that cost far
        less are preferred, but it need not be the cheapest.
    time_limit_s : float, default 60
        For each of the searches, usually four to six. When the value cannot be proven in time,
        the best choice found comes back with a bound; among equals it may then not be the first.

    Returns
    -------
    Portfolio
        Nothing taken when nothing helps. "First" is the smallest sum of positions. Values that
        differ by less than `SAME_VALUE` are equal, costs by less than half a cent.

    Raises
    ------
    NoPortfolio
        When no choice does what is asked for, or none is found in time.
    KeyError
        When an option is named that does not exist.
    ValueError
        When the district's budget is given twice.
    """
    search = search_for(
        problem, budget_eur, budgets_by_fund=budgets_by_fund, floors=floors, keep=keep,
        without=without, time_limit_s=time_limit_s,
    )  # fmt: skip
    return best(search, is_first=is_first)


def search_for(
    problem: Problem, budget_eur: float, *, budgets_by_fund: Mapping[str, float] | None = None,
    floors: pd.DataFrame | None = None, keep: Iterable[str] = (), without: Iterable[str] = (),
    time_limit_s: float = 60.0,
) -> Search:  # fmt: skip
    """Return the search that `solve` runs; parameters and errors are the same."""
    budgets_by_fund = budgets_by_fund or {}
    if "" in budgets_by_fund:
        raise ValueError("Das Geld des Kreises steht in „budget_eur“, nicht in „budgets_by_fund“.")
    position = {name: at for at, name in enumerate(problem.options["option"])}
    kept, left_out = np.zeros((2, len(position)), dtype=bool)
    kept[[position[name] for name in keep]] = True
    left_out[[position[name] for name in without]] = True
    if (kept & left_out).any():
        raise NoPortfolio(is_late=False)
    budget = {name: at for at, name in enumerate(budgets_by_fund, start=1)}
    payer = np.array([budget.get(name, 0) for name in problem.options["fund"]], dtype=np.int64)
    budgets = np.array([budget_eur, *budgets_by_fund.values()], dtype=float)
    terms = Terms(budgets, payer, *_floors(problem, floors), kept, left_out)
    return Search(problem, terms, time_limit_s)


def _floors(problem: Problem, floors: pd.DataFrame | None) -> tuple[Whole, Floats]:
    """Return the floor of each group, -1 for none, and the people that each floor asks for."""
    if floors is None:
        return np.full(len(problem.people), -1), np.zeros(0)
    names, people = (
        pd.MultiIndex.from_frame(table[["area", "field"]]) for table in (floors, problem.people)
    )
    floor = names.get_indexer(people).astype(np.int64)
    inside = floor >= 0
    count = np.bincount(floor[inside], problem.counts[inside], len(floors))
    # 0.29 · 100 is 28.999999999999996: to nine digits it is 29.
    return floor, np.floor(np.round(floors["share"].to_numpy(dtype=float) * count, 9))


def best(search: Search, *, is_first: bool = True) -> Portfolio:
    """Return the best choice, as `solve` describes it."""
    roofs = search.roofs()
    found = search.most_valuable(roofs, roofs.likely)
    # First within the choice: nothing useless stays. Then a rival among all that promise enough.
    own = search.among(found.is_taken).first_of_equals(found)
    if is_first and found.value >= as_good_as(found.bound):
        good = search.among(roofs.each >= as_good_as(found.value))
        if good.rival(found._replace(is_taken=own), [own]):
            own = good.first_of_equals(found._replace(is_taken=own))
    return _portfolio(search, own, found.bound)


def _portfolio(search: Search, is_taken: Flags, bound: float) -> Portfolio:
    """Return what a choice leads to: a transport problem, so its optimum is whole."""
    model = replace(search, terms=search.terms.settled(is_taken)).model()
    seats = relaxed(model, "highs-ds").x[len(model.value) - len(model.seat_group) :]
    assert np.abs(seats - np.rint(seats)).max(initial=0) < 1e-6, "Sitze sind nicht ganzzahlig"
    seated = _shared_out(search.problem, model, np.rint(seats))
    options = search.problem.options[is_taken]
    value = float(search.problem.worth @ seated)
    is_optimal = value >= as_good_as(bound)
    return Portfolio(
        tuple(options["option"]), int(seated.sum()), value, float(options["cost_eur"].sum()),
        seated, value if is_optimal else bound, is_optimal,
    )  # fmt: skip


def _shared_out(problem: Problem, model: Model, seats: Floats) -> Whole:
    """Return people on seats by group, from those of the merged groups."""
    groups, counts = model.groups, problem.counts
    sits = np.bincount(model.seat_group, seats, len(groups.weight)).astype(np.int64)
    seated = np.where(groups.is_served, counts, 0)
    inside = np.flatnonzero(~groups.is_served & (groups.of_people >= 0))
    part = groups.of_people[inside]
    seated[inside] = apportion_within(sits, part, counts[inside].astype(float))
    return seated
