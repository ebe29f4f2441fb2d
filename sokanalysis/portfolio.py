"""Which measures to take for the money: as many people on seats as possible, proven."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd

from sokanalysis.distribution import apportion_within
from sokanalysis.errors import NoPortfolio
from sokanalysis.portfolio_groups import Problem
from sokanalysis.portfolio_model import Model, Rows, Terms, build, stacked

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sokanalysis.distribution import Floats, Whole
    from sokanalysis.portfolio_model import Flags

__all__ = ["SAME_VALUE", "Portfolio", "Problem", "solve"]

SAME_VALUE: Final = 1e-7  # values that differ by less than this share of them are equal
_SAME_COST_EUR: Final = 0.005
# The best choice is seldom worth less than this share of what the relaxed programme promises.
_LIKELY_SHARE: Final = 0.9995
_DONE, _OUT_OF_TIME, _INFEASIBLE = 0, 1, 2  # as scipy.optimize numbers how a search ended


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
    time_limit_s : float, default 60
        For each search: relaxed, value, cost, order. When the value cannot be proven in time, the
        best choice found comes back with a bound; among equals it may then not be the first.

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
    terms = terms_of(problem, budget_eur, budgets_by_fund or {}, floors, keep, without)
    return best(problem, terms, time_limit_s)


def terms_of(
    problem: Problem, budget_eur: float, budgets_by_fund: Mapping[str, float],
    floors: pd.DataFrame | None, keep: Iterable[str], without: Iterable[str],
) -> Terms:  # fmt: skip
    """Return what is asked for by position; parameters and errors are those of `solve`."""
    if "" in budgets_by_fund:
        raise ValueError("Das Geld des Kreises steht in „budget_eur“, nicht in „budgets_by_fund“.")
    position = {name: at for at, name in enumerate(problem.options["option"])}
    kept, left_out = np.zeros((2, len(position)), dtype=bool)
    kept[[position[name] for name in keep]] = True
    left_out[[position[name] for name in without]] = True
    if (kept & left_out).any():
        raise NoPortfolio(is_late=False)
    floors = pd.DataFrame(columns=["area", "field", "share"]) if floors is None else floors
    return Terms(budget_eur, budgets_by_fund, floors, kept, left_out)


class Roofs(NamedTuple):
    """What no choice is worth more than: any choice, and for each option a choice that takes it."""

    every: float
    each: Floats


class Found(NamedTuple):
    """Options of a choice as flags, what it is worth, and what no choice is worth more than."""

    is_taken: Flags
    value: float
    bound: float
    is_optimal: bool


def best(problem: Problem, terms: Terms, seconds: float) -> Portfolio:
    """Return the best choice, as `solve` describes it."""
    roofs = roofs_of(build(problem, terms), seconds)
    found = most_valuable(problem, terms, roofs, _LIKELY_SHARE * roofs.every, seconds)
    as_good = roofs.each >= found.value - abs(found.value) * SAME_VALUE
    left = narrowed(terms, as_good if found.is_optimal else found.is_taken)
    first = first_of_equals(problem, left, found, seconds)
    chosen = portfolio(problem, terms, first)
    bound = chosen.value if found.is_optimal else max(found.bound, chosen.value)
    return replace(chosen, bound=bound, is_optimal=found.is_optimal)


def narrowed(terms: Terms, is_allowed: Flags) -> Terms:
    """Return the terms with only some options left, and those that are kept."""
    return replace(terms, left_out=terms.left_out | ~(is_allowed | terms.kept))


def roofs_of(model: Model, seconds: float) -> Roofs:
    """Return what the relaxed programme proves, whole options or not.

    Whatever y ≥ 0 is, no choice is worth more than y · high + Σ max (value − y · matrix), each
    maximum between the bounds of a column; to take an option changes its own term only. The
    duals are a good y, and where time runs out 0 is one (reduced cost fixing: Dantzig,
    Fulkerson & Johnson 1954, Journal of the Operations Research Society of America 2, 393–410).
    """
    from scipy.optimize import linprog

    matrix, high = model.rows
    found = linprog(
        -model.value, A_ub=matrix, b_ub=high, bounds=np.c_[model.lower, model.upper],
        method="highs-ipm", options={"time_limit": seconds},
    )  # fmt: skip
    if found.status == _INFEASIBLE:
        raise NoPortfolio(is_late=False)
    dual = np.maximum(-found.ineqlin.marginals, 0) if found.status == _DONE else 0 * high
    worth = model.value - matrix.T @ dual
    most = np.maximum(worth * model.lower, worth * model.upper)
    roof = model.served_value + float(dual @ high + most.sum())
    return Roofs(roof, (roof - most + worth)[: model.option_count])


def most_valuable(
    problem: Problem, terms: Terms, roofs: Roofs, threshold: float, seconds: float
) -> Found:
    """Return the choice worth most, searched first among options that promise a lot.

    An option under whose roof there is no room for the threshold is not needed, if a choice
    worth the threshold is found without it; else the search starts again with what was found.
    """
    is_allowed = roofs.each >= threshold
    model = build(problem, narrowed(terms, is_allowed))
    unit = float(model.value.max(initial=0.0)) or 1.0
    found = least(model, -model.value / unit, seconds)
    if found.x is None and (found.status == _OUT_OF_TIME or threshold == -np.inf):
        raise NoPortfolio(is_late=found.status == _OUT_OF_TIME)
    value = -np.inf if found.x is None else model.served_value - found.fun * unit
    is_late = found.status == _OUT_OF_TIME
    if value < threshold and not is_late:
        return most_valuable(problem, terms, roofs, value - abs(value) * SAME_VALUE, seconds)
    inside = model.served_value - found.mip_dual_bound * unit if is_late else value
    bound = max(inside, roofs.each[~is_allowed].max(initial=-np.inf))
    return Found(flags(model, found), value, bound, not is_late)


def least(model: Model, objective: Floats, seconds: float, *more: Rows) -> Any:
    """Return what `scipy.optimize.milp` finds for the options and everything that follows."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows = stacked([model.rows, *more])
    return milp(
        objective, integrality=model.of_options(np.ones(model.option_count)),
        bounds=Bounds(model.lower, model.upper),
        constraints=LinearConstraint(rows.matrix, -np.inf, rows.high),
        options={"mip_rel_gap": 0.0, "time_limit": seconds},
    )  # fmt: skip


def flags(model: Model, found: Any) -> Flags:
    """Return the options that a solution takes."""
    return np.rint(found.x[: model.option_count]) > 0


def first_of_equals(problem: Problem, terms: Terms, found: Found, seconds: float) -> Flags:
    """Return, of all that is worth as much, the cheapest, then the fewest, then the first.

    What is not found in time stays as it was.
    """
    model, is_taken = build(problem, terms), found.is_taken
    cost = problem.options["cost_eur"].to_numpy(dtype=float)
    as_good = at_least(model, found.value)
    cheaper = at_most(model, cost, cost[is_taken].sum() - _SAME_COST_EUR)
    is_taken = least_of(model, cost, is_taken, seconds, as_good, cheaper)
    as_cheap = at_most(model, cost, cost[is_taken].sum() + _SAME_COST_EUR)
    rank = ranks(model.option_count)
    earlier = at_most(model, rank, rank[is_taken].sum() - 0.5)
    return least_of(model, rank, is_taken, seconds, as_good, as_cheap, earlier)


def least_of(
    model: Model, objective: Floats, is_taken: Flags, seconds: float, *more: Rows
) -> Flags:
    """Return the options whose sum is least, or those that are taken when nothing fits."""
    found = least(model, model.of_options(objective), seconds, *more)
    return is_taken if found.x is None else flags(model, found)


def ranks(option_count: int) -> Floats:
    """Return numbers whose sum is least for the fewest options, and of those for the first."""
    return option_count**2 + np.arange(option_count, dtype=float)


def at_least(model: Model, value: float) -> Rows:
    """Return the row of choices that are worth as much."""
    open_value = value - abs(value) * SAME_VALUE - model.served_value
    return Rows(-model.value[None], np.array([-open_value]))


def at_most(model: Model, amounts: Floats, high: float) -> Rows:
    """Return the row of choices whose amounts do not add up to more."""
    return Rows(model.of_options(amounts)[None], np.array([high]))


def portfolio(problem: Problem, terms: Terms, is_taken: Flags) -> Portfolio:
    """Return what a choice leads to: a transport problem, so its optimum is whole."""
    from scipy.optimize import linprog

    model = build(problem, replace(terms, kept=is_taken, left_out=~is_taken))
    found = linprog(
        -model.value, A_ub=model.rows.matrix, b_ub=model.rows.high,
        bounds=np.c_[model.lower, model.upper], method="highs-ds",
    )  # fmt: skip
    seats = found.x[len(model.value) - len(model.seat_group) :]
    assert np.abs(seats - np.rint(seats)).max(initial=0) < 1e-6, "Sitze sind nicht ganzzahlig"
    seated = _shared_out(problem, model, np.rint(seats))
    options, value = problem.options[is_taken], float(problem.people["weight"] @ seated)
    taken, cost_eur = tuple(options["option"]), float(options["cost_eur"].sum())
    return Portfolio(taken, int(seated.sum()), value, cost_eur, seated, value, is_optimal=True)


def _shared_out(problem: Problem, model: Model, seats: Floats) -> Whole:
    """Return people on seats by group, from those of the merged groups."""
    groups, counts = model.groups, problem.people["person_count"].to_numpy(dtype=np.int64)
    sits = np.bincount(model.seat_group, seats, len(groups.weight)).astype(np.int64)
    seated = np.where(groups.is_served, counts, 0)
    inside = np.flatnonzero(~groups.is_served & (groups.of_people >= 0))
    part = groups.of_people[inside]
    seated[inside] = apportion_within(sits, part, counts[inside].astype(float))
    return seated
