"""How sure a choice is: solved again for many draws of the assumptions."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.portfolio import Problem, solve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sokanalysis.distribution import Floats, Whole

    Flags = npt.NDArray[np.bool_]

MOSTLY_SHARE: Final = 0.5  # from this share of the draws on an option is chosen mostly
CHANCE: Final = 0.05  # a separation as strong as this rarely arises by chance
ALWAYS, MOSTLY, SOMETIMES, NEVER = "immer", "meist", "nur wenn", "nie"


@dataclass(frozen=True)
class Draw:
    """One set of assumptions that could be true.

    Parameters
    ----------
    person_count : ndarray of int, shape (groups,)
        People of each group.
    cost_eur : ndarray of float, shape (options,)
        Cost of each option a year.
    values : mapping of str to float
        The assumptions behind it, by name; the same names in every draw.
    """

    person_count: Whole
    cost_eur: Floats
    values: Mapping[str, float]


@dataclass(frozen=True)
class Robust:
    """What is chosen, and reached, in each draw.

    Parameters
    ----------
    options : DataFrame
        One row an option, in the order of the problem: ``option``; ``chosen_share`` (0–1, of the
        draws); ``class`` (`ALWAYS`, `MOSTLY`, `SOMETIMES` or `NEVER`); ``decides`` (name of the
        assumption that separates the draws with the option from those without most strongly),
        ``direction`` ("hoch": chosen where the value is high, or "niedrig") and ``strength`` (0–1).
        The last three are missing when no assumption separates them more than chance does, as in
        an option chosen always or never, or in too few draws.
    is_chosen : ndarray of bool, shape (draws, options)
        The choices.
    person_count : ndarray of int, shape (draws,)
        People with a seat.
    is_optimal : ndarray of bool, shape (draws,)
        Whether the choice is proven to be the best.
    """

    options: pd.DataFrame
    is_chosen: Flags
    person_count: Whole
    is_optimal: Flags


def robustness(problem: Problem, draws: Iterable[Draw], budget_eur: float, **asked: Any) -> Robust:
    """Solve a problem again for each draw, and say what each option's choice hangs on.

    The strength of a separation is |2 A − 1|, where A is the chance that the value is higher in
    a draw with the option than in one without (Mann & Whitney 1947, Annals of Mathematical
    Statistics 18, 50–60; common-language effect size: McGraw & Wong 1992, Psychological Bulletin
    111, 361–365): 0 when the option is chosen regardless, 1 when a threshold of this assumption
    alone decides. An assumption is named when its two-sided test stays below `CHANCE` divided by
    the number of assumptions (Bonferroni).

    Parameters
    ----------
    problem : Problem
        What can be chosen.
    draws : iterable of Draw
        Taken one after the other, so that whoever passes them can show how far the work is.
    budget_eur : float
        Of the district, a year.
    **asked
        The other arguments of `sokanalysis.portfolio.solve`.

    Returns
    -------
    Robust
        Draws in their order.

    Raises
    ------
    ValueError
        When there is no draw.
    NoPortfolio
        When in some draw no choice does what is asked for.
    """
    outcomes = [_outcome(problem, draw, budget_eur, asked) for draw in draws]
    if not outcomes:
        raise ValueError("Ohne Ziehungen lässt sich nichts prüfen → mindestens eine übergeben.")
    is_chosen = np.array([outcome.is_chosen for outcome in outcomes])
    values = pd.DataFrame([outcome.values for outcome in outcomes])
    return Robust(
        _table(problem, is_chosen, values), is_chosen,
        np.array([outcome.person_count for outcome in outcomes]),
        np.array([outcome.is_optimal for outcome in outcomes]),
    )  # fmt: skip


class _Outcome(NamedTuple):
    is_chosen: Flags
    person_count: int
    is_optimal: bool
    values: Mapping[str, float]


def _outcome(problem: Problem, draw: Draw, budget_eur: float, asked: dict[str, Any]) -> _Outcome:
    people = problem.people.assign(person_count=draw.person_count)
    options = problem.options.assign(cost_eur=draw.cost_eur)
    found = solve(replace(problem, people=people, options=options), budget_eur, **asked)
    is_chosen = options["option"].isin(found.taken).to_numpy()
    return _Outcome(is_chosen, found.person_count, found.is_optimal, draw.values)


def _table(problem: Problem, is_chosen: Flags, values: pd.DataFrame) -> pd.DataFrame:
    share = is_chosen.mean(axis=0)
    kinds = [share == 1, share >= MOSTLY_SHARE, share > 0]
    moving = values.loc[:, values.nunique() > 1]
    rows = [
        (name, *_decides(flags, moving))
        for name, flags in zip(problem.options["option"], is_chosen.T, strict=True)
    ]
    table = pd.DataFrame(rows, columns=["option", "decides", "direction", "strength"])
    table.insert(1, "chosen_share", share)
    table.insert(2, "class", np.select(kinds, [ALWAYS, MOSTLY, SOMETIMES], NEVER))
    return table


def _decides(flags: Flags, values: pd.DataFrame) -> tuple[str | None, str | None, float]:
    """Return the assumption that separates draws most, on which side, and how strongly."""
    from scipy.stats import mannwhitneyu

    if flags.all() or not flags.any() or values.empty:
        return None, None, np.nan
    test = mannwhitneyu(values[flags], values[~flags], axis=0)
    higher = test.statistic / (flags.sum() * (~flags).sum())
    strength = np.abs(2 * higher - 1)
    at = int(strength.argmax())
    if test.pvalue[at] * values.shape[1] >= CHANCE:
        return None, None, np.nan
    return str(values.columns[at]), "hoch" if higher[at] > 0.5 else "niedrig", float(strength[at])
