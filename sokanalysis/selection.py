"""The plan: measures chosen for the budget, what more money would buy, how sure the choice is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.budget import budget_curve
from sokanalysis.demand import bounds
from sokanalysis.demand_ranges import SEED, demand_draws, half_triangles
from sokanalysis.distribution import apportion
from sokanalysis.portfolio import solve
from sokanalysis.programmes import budgets
from sokanalysis.robustness import Draw, robustness

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from sokanalysis.changes import Change
    from sokanalysis.levers.candidate import Candidate
    from sokanalysis.options import Options
    from sokanalysis.parameters import Parameters
    from sokanalysis.portfolio import Portfolio
    from sokanalysis.region import Region
    from sokanalysis.robustness import Robust

DRAWS: Final = 16
STEP_EUR: Final = 10_000
_OFTEN: Final = 0.25  # what is chosen so often, or more, is described beside the plan


@dataclass(frozen=True)
class Selection:
    """What was chosen and what is known about the choice.

    Parameters
    ----------
    options : Options
        From what.
    budget_eur : float
        A year.
    portfolio : Portfolio
        The plan.
    curve : DataFrame
        As `sokanalysis.budget.budget_curve` gives it, every 10,000 €.
    robust : Robust
        As `sokanalysis.robustness.robustness` gives it; its options are families of candidates.
    """

    options: Options
    budget_eur: float
    portfolio: Portfolio
    curve: pd.DataFrame
    robust: Robust

    def shown(self) -> list[Candidate]:
        """Return the chosen candidates, then one of each other family that is often chosen."""
        if not self.options.candidates:
            return []
        taken = [self.options.candidates[key] for key in self.portfolio.taken]
        families = {candidate.family for candidate in taken}
        rows = self.robust.options
        often = rows[(rows["chosen_share"] >= _OFTEN) & ~rows["option"].isin(families)]
        others = [self.options.candidates[str(key)] for key in often["variant"]]
        return [*taken, *others]

    def changes(self) -> list[Change]:
        """Return what the plan changes in the data."""
        return [self.options.candidates[key].change for key in self.portfolio.taken]

    def sureness(self, family: str, parameters: Parameters) -> dict[str, Any]:
        """Return how often a family is chosen, in what words, and which assumption decides."""
        rows = self.robust.options.set_index("option")
        row = rows.loc[family]
        entry = parameters.entries.get(str(row["decides"]))
        decides = f"{entry.title} {row['direction']}" if entry else ""
        return {
            "chosen_share": row["chosen_share"], "robustness": row["class"], "decides": decides,
        }  # fmt: skip

    def lost(self, key: str) -> int | None:
        """Return how many could not take part if only this measure were left out of the plan.

        What then has no use or lacks its minimum group does not take place either.
        """
        taken = self.portfolio.taken
        if key not in taken:
            return None
        problem = self.options.problem
        without = {key, *problem.options["option"]} - (set(taken) - {key})
        left = solve(problem, np.inf, without=without)
        return self.portfolio.person_count - left.person_count


def select(
    region: Region, options: Options, *, weights: Mapping[str, float] | None = None,
    floors: pd.DataFrame | None = None, draws: int = DRAWS, seed: int = SEED,
    follow: Callable[[list[Draw]], Iterable[Draw]] = iter,
) -> Selection:  # fmt: skip
    """Choose measures for the budget and say how sure the choice is.

    Parameters
    ----------
    region : Region
        Gives ``budget_eur``, prices and their ranges.
    options : Options
        As `sokanalysis.options.options_of` gives it.
    weights : mapping of str to float, optional
        How much a person with a need counts, by need, as a round of the dialogue gives it
        (`sokanalysis.dialogue.ranking.weights_of`); they are scaled to a mean of 1. By default
        everybody counts alike.
    floors : DataFrame, optional
        ``area`` (ags), ``field`` and ``share``: at least so many of the people with a need there
        take part; see `sokanalysis.portfolio.solve`.
    draws, seed : int
        How often demand and prices are drawn, and where the random numbers start.
    follow : callable
        Wraps the draws while they are solved, for a progress bar.
    """
    budget = float(region.parameters.budget_eur)
    steps = np.arange(0, budget + 1, STEP_EUR)
    families = {key: candidate.family for key, candidate in options.candidates.items()}
    options = options if weights is None else weighted(options, weights)
    drawn = follow(_draws(region, options, draws, seed))
    asked: dict[str, Any] = {"budgets_by_fund": budgets(region), "floors": floors}
    return Selection(
        options, budget, solve(options.problem, budget, **asked),
        budget_curve(options.problem, [*steps], **asked),
        robustness(options.problem, drawn, budget, families, **asked),
    )  # fmt: skip


def weighted(options: Options, weights: Mapping[str, float]) -> Options:
    """Return the same options where people with some needs count more than others.

    Raises
    ------
    KeyError
        When a need has no weight.
    """
    people = options.problem.people
    mean = sum(weights.values()) / len(weights)
    weight = people["need"].map(lambda need: weights[need] / mean).astype(float)
    return replace(options, problem=replace(options.problem, people=people.assign(weight=weight)))


def _draws(region: Region, options: Options, draws: int, seed: int) -> list[Draw]:
    """Return demand and costs under draws of every assumption about them."""
    from scipy.stats.qmc import LatinHypercube

    values, people = demand_draws(region, draws=draws, seed=seed)
    names = sorted({name for c in options.candidates.values() for name in c.cost})
    chance = LatinHypercube(len(names), rng=seed + 1).random(draws)
    entries = region.parameters.entries
    prices = {
        name: half_triangles(chance[:, at], *bounds(entries[name])) for at, name in enumerate(names)
    }
    return [
        Draw(
            _people(region, options, {need: counts[n] for need, counts in people.items()}),
            _costs(options, {name: float(price[n]) for name, price in prices.items()}),
            {name: float(value[n]) for name, value in (values | prices).items()},
        )
        for n in range(draws)
    ]  # fmt: skip


def _people(region: Region, options: Options, drawn: dict[str, np.ndarray]) -> np.ndarray:
    """Return whole people for the groups of the problem, nobody lost within a need."""
    at = pd.Index(region.settlements["settlement_id"]).get_indexer(options.settlement_ids)
    need = options.problem.people["need"].to_numpy()
    counts = np.zeros(len(need), dtype=np.int64)
    for name, people in drawn.items():
        rows = np.flatnonzero(need == name)
        counts[rows] = apportion(round(float(people.sum())), people[at[rows]])
    return counts


def _costs(options: Options, prices: dict[str, float]) -> np.ndarray:
    return np.array([
        sum(prices[name] * much for name, much in options.candidates[key].cost.items())
        for key in options.problem.options["option"]
    ])  # fmt: skip
