"""What more money buys: the best choice at several budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sokanalysis.portfolio import solve

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.portfolio import Problem

_COLUMNS = (
    "budget_eur", "cost_eur", "person_count", "value", "taken", "added", "dropped",
    "is_optimal", "bound",
)  # fmt: skip


def budget_curve(problem: Problem, budgets_eur: Iterable[float], **keywords: Any) -> pd.DataFrame:
    """Choose anew for each budget.

    Parameters
    ----------
    problem : Problem
        What can be chosen.
    budgets_eur : iterable of float
        A year; worked through from the smallest on.
    **keywords
        Of `sokanalysis.portfolio.solve`.

    Returns
    -------
    DataFrame
        One row a budget: ``budget_eur``, ``cost_eur``, ``person_count``, ``value``, ``taken``,
        ``added`` and ``dropped`` (tuples of options; against the row before), ``is_optimal``,
        ``bound``. People never get fewer where every choice is proven. Empty without budgets.

    Raises
    ------
    NoPortfolio
        When no choice does what is asked for.
    """
    rows, before = [], frozenset[str]()
    for budget in sorted(budgets_eur):
        found = solve(problem, budget, **keywords)
        rows.append({
            "budget_eur": float(budget), "cost_eur": found.cost_eur,
            "person_count": found.person_count, "value": found.value, "taken": found.taken,
            "added": tuple(key for key in found.taken if key not in before),
            "dropped": tuple(sorted(before - set(found.taken))),
            "is_optimal": found.is_optimal, "bound": found.bound,
        })  # fmt: skip
        before = frozenset(found.taken)
    return pd.DataFrame(rows, columns=list(_COLUMNS))
