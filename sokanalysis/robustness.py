"""How sure a choice is: how often each option is chosen when demand and prices are drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.portfolio import solve

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sokanalysis.distribution import Floats, Whole
    from sokanalysis.portfolio import Problem

LIMITS: Final = (0.5,)  # from here on an option is chosen mostly
ALWAYS, MEIST, ONLY_IF, NEVER = "immer", "meist", "nur wenn", "nie"
_CHANCE: Final = 0.05  # a difference has to be rarer by chance, all assumptions together
_LEAST_EACH: Final = 3  # draws with and without an option that it takes to compare them


@dataclass(frozen=True)
class Draw:
    """One draw of what is not known.

    Parameters
    ----------
    person_count : ndarray of int, shape (groups,)
        People of the groups of the problem.
    cost_eur : ndarray of float, shape (options,)
        Cost of its options.
    values : mapping of str to float
        The assumptions that were drawn, by name.
    """

    person_count: Whole
    cost_eur: Floats
    values: Mapping[str, float]


@dataclass(frozen=True)
class Robust:
    """How often each family of options is chosen.

    Parameters
    ----------
    options : DataFrame
        One row a family, in the order of the problem: ``option`` (the family), ``variant`` (the
        option of it that is chosen most often, of equals the first), ``chosen_share`` (0–1),
        ``class`` ("immer", "meist" from one half, "nur wenn", "nie"), ``decides`` (name of the
        assumption that separates draws with from draws without it most), ``direction`` ("hoch"
        or "niedrig": where it is chosen) and ``strength`` (0–1). The last three are missing with
        fewer than three draws on either side, and where the difference could be chance
        (p · number of assumptions above 0.05: Bonferroni).
    person_count : ndarray of int, shape (draws,)
        People with a seat.
    """

    options: pd.DataFrame
    person_count: Whole


def robustness(
    problem: Problem, draws: Iterable[Draw], budget_eur: float,
    families: Mapping[str, str] | None = None, **keywords: Any,
) -> Robust:  # fmt: skip
    """Choose anew for each draw and count.

    Parameters
    ----------
    problem : Problem
        What can be chosen.
    draws : iterable of Draw
        Worked through one by one, so that a progress bar can follow.
    budget_eur : float
        A year.
    families : mapping of str to str, optional
        Family of each option: variants that are the same measure. By default each is its own.
    **keywords
        Of `sokanalysis.portfolio.solve`.

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
    keys = list(problem.options["option"])
    taken, counts, values = [], [], []
    for draw in draws:
        found = solve(_drawn(problem, draw), budget_eur, is_first=False, **keywords)
        taken.append([key in set(found.taken) for key in keys])
        counts.append(found.person_count)
        values.append(draw.values)
    if not taken:
        raise ValueError("Ohne Ziehungen lässt sich nichts prüfen → mindestens eine übergeben.")
    chosen = pd.DataFrame(taken, columns=keys, dtype=bool)
    family = pd.Series({key: (families or {}).get(key, key) for key in keys}, dtype="str")
    rows = [_row(name, chosen[list(members.index)], pd.DataFrame(values))
            for name, members in family.groupby(family, sort=False)]  # fmt: skip
    return Robust(pd.DataFrame(rows), np.array(counts, dtype=np.int64))


def _drawn(problem: Problem, draw: Draw) -> Problem:
    return replace(
        problem,
        people=problem.people.assign(person_count=draw.person_count),
        options=problem.options.assign(cost_eur=draw.cost_eur),
    )


def _row(name: str, chosen: pd.DataFrame, values: pd.DataFrame) -> dict[str, object]:
    any_of = chosen.any(axis=1).to_numpy()
    share = float(any_of.mean())
    return {
        "option": name, "variant": str(chosen.sum().idxmax()), "chosen_share": share,
        "class": _word(share), **_decides(any_of, values),
    }  # fmt: skip


def _word(share: float) -> str:
    if share >= 1:
        return ALWAYS
    if share >= LIMITS[0]:
        return MEIST
    return ONLY_IF if share > 0 else NEVER


def _decides(is_chosen: np.ndarray[Any, Any], values: pd.DataFrame) -> dict[str, object]:
    """Name the assumption whose values lie furthest apart with and without an option.

    Measured by Mann and Whitney's U as |2·AUC − 1|, AUC = U / (n₁·n₂): the chance that a value
    with the option is the higher one (common-language effect size: McGraw & Wong 1992,
    Psychological Bulletin 111, 361–365; Mann & Whitney 1947, Annals of Mathematical Statistics
    18, 50–60).
    """
    nothing: dict[str, object] = {"decides": None, "direction": None, "strength": np.nan}
    with_it, without = values[is_chosen], values[~is_chosen]
    if min(len(with_it), len(without)) < _LEAST_EACH or values.shape[1] == 0:
        return nothing
    from scipy.stats import mannwhitneyu

    tested = mannwhitneyu(with_it.to_numpy(), without.to_numpy(), axis=0)
    signed = 2 * tested.statistic / (len(with_it) * len(without)) - 1
    best = int(np.abs(signed).argmax())
    if tested.pvalue[best] * values.shape[1] > _CHANCE:
        return nothing
    return {
        "decides": str(values.columns[best]),
        "direction": "hoch" if signed[best] > 0 else "niedrig",
        "strength": float(abs(signed[best])),
    }
