"""What each further euro buys, and which other choices would be as good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.portfolio import Portfolio, Problem, search_for, solve
from sokanalysis.portfolio_search import Found, as_good_as

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLUMNS: Final = (
    "budget_eur", "cost_eur", "person_count", "value", "added", "dropped", "is_optimal", "bound",
)  # fmt: skip


def budget_curve(problem: Problem, budgets_eur: Iterable[float], **asked: Any) -> pd.DataFrame:
    """Solve a problem for several budgets of the district.

    Parameters
    ----------
    problem : Problem
        What can be chosen.
    budgets_eur : iterable of float
        A year.
    **asked
        The other arguments of `sokanalysis.portfolio.solve`.

    Returns
    -------
    DataFrame
        One row a budget, the smallest first, equal ones once: ``budget_eur``, ``cost_eur`` (of
        all funds), ``person_count``, ``value``, ``added`` and ``dropped`` (tuples of options, new
        or missing against the row before), ``is_optimal``, ``bound``. Where it is proven, the
        value never falls from row to row; the people may when weights differ. Empty without
        budgets.

    Raises
    ------
    NoPortfolio, KeyError, ValueError
        As `sokanalysis.portfolio.solve`, also when only the smallest budget is too small.
    """
    found: list[tuple[float, Portfolio]] = []
    for budget in sorted(set(budgets_eur), reverse=True):
        # What is best with more money and costs less anyway, is best with less money too.
        is_known = bool(found) and found[-1][1].is_optimal
        is_known = is_known and _own_cost_eur(problem, found[-1][1], **asked) <= budget
        found.append((budget, found[-1][1] if is_known else solve(problem, budget, **asked)))
    rows = []
    before: tuple[str, ...] = ()
    for budget, chosen in reversed(found):
        added = tuple(name for name in chosen.taken if name not in before)
        dropped = tuple(name for name in before if name not in chosen.taken)
        rows.append((
            budget, chosen.cost_eur, chosen.person_count, chosen.value, added, dropped,
            chosen.is_optimal, chosen.bound,
        ))  # fmt: skip
        before = chosen.taken
    return pd.DataFrame(rows, columns=list(_COLUMNS))


def _own_cost_eur(problem: Problem, chosen: Portfolio, **asked: Any) -> float:
    """Return what the district pays."""
    options = problem.options[problem.options["option"].isin(chosen.taken)]
    others = asked.get("budgets_by_fund") or {}
    return float(options.loc[~options["fund"].isin(others), "cost_eur"].sum())


def ties(
    problem: Problem, portfolio: Portfolio, budget_eur: float, *, limit: int = 10, **asked: Any
) -> list[tuple[str, ...]]:
    """Find other choices that are worth as much and cost no more.

    Parameters
    ----------
    problem : Problem
        What can be chosen.
    portfolio : Portfolio
        The answer of `sokanalysis.portfolio.solve`, proven to be the best.
    budget_eur : float
        With which it was found.
    limit : int, default 10
        How many to find at most.
    **asked
        The other arguments with which it was found.

    Returns
    -------
    list of tuple of str
        Options in the order of the problem; the choices with the fewest options first, then those
        with the first. None of them, and not the portfolio, is part of another: a choice with
        a useless option that costs nothing is not listed. Empty when there is no other; when
        there are more than ``limit``, which of them are found is not said.

    Raises
    ------
    ValueError
        When the portfolio is not proven to be the best.
    """
    if not portfolio.is_optimal:
        raise ValueError(
            "Gleich gute Auswahlen gibt es nur zu einer bewiesenen → „time_limit_s“ erhöhen."
        )
    search = search_for(problem, budget_eur, **asked)
    names = problem.options["option"]
    found = Found(names.isin(portfolio.taken).to_numpy(), portfolio.value, portfolio.bound)
    good = search.among(search.roofs().each >= as_good_as(found.value))
    known = [found.is_taken]
    while len(known) <= limit and (other := good.rival(found, known)):
        known.append(search.among(other.is_taken).first_of_equals(other))
    known.sort(key=lambda flags: (flags.sum(), np.flatnonzero(flags).sum()))
    sets = [tuple(names[flags]) for flags in known]
    return [taken for taken in sets if taken != portfolio.taken]
