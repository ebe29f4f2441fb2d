"""The search for the best choice: what the relaxed programme proves, then whole options."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from sokanalysis.errors import NoPortfolio
from sokanalysis.portfolio_model import Model, Rows, Terms, build

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from sokanalysis.distribution import Floats
    from sokanalysis.portfolio_groups import Problem
    from sokanalysis.portfolio_model import Flags

SAME_VALUE: Final = 1e-6  # values that differ by less than this share of them are equal
_SAME_COST_EUR: Final = 0.005
_LIKELY_TIMES: Final = 3  # as many options as the relaxed choice takes, looked at first
_DONE, _OUT_OF_TIME, _INFEASIBLE = 0, 1, 2  # as scipy.optimize numbers how a search ended


class Roofs(NamedTuple):
    """What no choice is worth more than: any, and for each option one that takes it.

    ``likely`` is a roof under which the best choice need hardly be looked for.
    """

    every: float
    each: Floats
    likely: float


class Found(NamedTuple):
    """Options of a choice as flags, what it is worth, and what no choice is worth more than."""

    is_taken: Flags
    value: float
    bound: float


@dataclass(frozen=True)
class Search:
    """A problem, what is asked for, and the seconds that each search may take."""

    problem: Problem
    terms: Terms
    seconds: float

    def among(self, is_allowed: Flags) -> Search:
        """Return the search with only some options left, and those that are kept."""
        left_out = self.terms.left_out | ~(is_allowed | self.terms.kept)
        return replace(self, terms=replace(self.terms, left_out=left_out))

    def model(self) -> Model:
        """Return the programme; the fewer options are left, the smaller it is."""
        return build(self.problem, self.terms)

    def roofs(self) -> Roofs:
        """Return what the relaxed programme proves, in which options need not be whole.

        Whatever y ≥ 0 is, no choice is worth more than y · high + Σ max (value − y · matrix),
        each maximum between the bounds of a column; to take an option changes its own term only.
        The duals are a good y; 0 is one where time runs out (reduced cost fixing: Dantzig,
        Fulkerson & Johnson 1954, Journal of the Operations Research Society of America 2,
        393–410).

        Raises
        ------
        NoPortfolio
            When not even options that need not be whole do what is asked for.
        """
        model = self.model()
        found = relaxed(model, "highs-ipm", self.seconds)
        if found.status == _INFEASIBLE:
            raise NoPortfolio(is_late=False)
        matrix, high = model.rows
        dual = np.maximum(-found.ineqlin.marginals, 0) if found.status == _DONE else 0 * high
        worth = model.value - matrix.T @ dual
        most = np.maximum(worth * model.lower, worth * model.upper)
        every = model.served_value + float(dual @ high + most.sum())
        each = (every - most + worth)[: model.option_count]
        each[self.terms.left_out] = -np.inf
        taken_partly = 0 if found.x is None else int((found.x[: len(each)] > 0).sum())
        likely = _LIKELY_TIMES * (taken_partly + 1)
        is_few = likely < len(each) / 2
        return Roofs(every, each, np.sort(each)[-likely] if is_few else -np.inf)

    def most_valuable(self, roofs: Roofs, threshold: float) -> Found:
        """Return the choice worth most, searched first among options with a high roof.

        An option whose roof is below the worth of what is found without it is not needed; where
        the threshold has left out others, the search starts again with that worth. Every option
        loses a little by what it costs, less than makes values differ: of equals a cheap one is
        found, without a search of its own.

        Raises
        ------
        NoPortfolio
            When no choice does what is asked for, or none is found in time.
        """
        is_allowed = roofs.each >= threshold
        loss = SAME_VALUE / 2 * abs(roofs.every)
        model = self.among(is_allowed).model()
        found, is_late = _most(model, self.seconds, losses=loss * self.spent_share())
        if found is None and (is_late or is_allowed.all()):
            raise NoPortfolio(is_late=is_late)
        if found is None:
            return self.most_valuable(roofs, -np.inf)
        outside = roofs.each[~is_allowed].max(initial=-np.inf)
        if found.value < outside and not is_late:
            return self.most_valuable(roofs, as_good_as(found.value))
        inside = found.bound + loss * is_late
        return found._replace(bound=min(max(inside, outside), roofs.every))

    def spent_share(self) -> Floats:
        """Return the share of all money that each option costs, at most 1 for a whole choice."""
        cost = self.problem.cost_eur
        return cost / (min(cost.sum(), self.terms.budgets.sum()) or 1.0)

    def first_of_equals(self, found: Found) -> Flags:
        """Return, of all that is worth as much, the cheapest, then the fewest, then the first.

        What is not found in time stays as it was.
        """
        model, is_taken = self.model(), found.is_taken
        good = as_good_as(found.value)
        cost = self.problem.cost_eur
        # One option fewer outweighs all positions.
        order = len(cost) ** 2 + np.arange(len(cost), dtype=float)
        cheaper = _at_most(model, cost, cost[is_taken].sum() - _SAME_COST_EUR)
        is_taken = _least(model, cost, is_taken, good, self.seconds, cheaper)
        as_cheap = _at_most(model, cost, cost[is_taken].sum() + _SAME_COST_EUR)
        earlier = _at_most(model, order, order[is_taken].sum() - 0.5)
        return _least(model, order, is_taken, good, self.seconds, as_cheap, earlier)

    def rival(self, found: Found, known: Iterable[Flags]) -> Found | None:
        """Return a choice worth as much and no dearer that holds none of those known, if any."""
        model = self.model()
        cost = self.problem.cost_eur
        rows = [_at_most(model, flags, flags.sum() - 1) for flags in known]
        as_cheap = _at_most(model, cost, cost[found.is_taken].sum() + _SAME_COST_EUR)
        other, _ = _most(model, self.seconds, as_cheap, *rows)
        return other if other and other.value >= as_good_as(found.value) else None


def as_good_as(value: float) -> float:
    """Return the least value that counts as equal."""
    return value - abs(value) * SAME_VALUE


def relaxed(model: Model, method: str, seconds: float = np.inf) -> Any:
    """Return what `scipy.optimize.linprog` finds when options need not be whole."""
    from scipy.optimize import linprog

    return linprog(
        -model.value, A_ub=model.rows.matrix, b_ub=model.rows.high,
        bounds=np.column_stack([model.lower, model.upper]), method=method,
        options={"time_limit": seconds},
    )  # fmt: skip


def _most(
    model: Model, seconds: float, *more: Rows, losses: npt.ArrayLike = ()
) -> tuple[Found | None, bool]:
    """Return the choice worth most, less what its options lose, and whether time ran out."""
    unit = float(model.value.max(initial=0.0)) or 1.0
    found = _highs(model, (model.of_options(losses) - model.value) / unit, seconds, more)
    is_late = found.status == _OUT_OF_TIME
    if found.x is None:
        return None, is_late
    value = model.served_value + float(model.value @ found.x)
    bound = model.served_value - found.mip_dual_bound * unit if is_late else value
    return Found(_flags(model, found), value, bound), is_late


def _least(
    model: Model, objective: Floats, is_taken: Flags, good: float, seconds: float, *more: Rows
) -> Flags:
    """Return the options whose sum is least while worth enough, else those that are taken.

    Whether there are any is asked first: that the most valuable are not worth enough is proven
    far sooner than that none are.
    """
    other, _ = _most(model, seconds, *more)
    if other is None or other.value < good:
        return is_taken
    enough = Rows(-model.value[None], np.array([model.served_value - good]))
    found = _highs(model, model.of_options(objective), seconds, [enough, *more])
    return other.is_taken if found.x is None else _flags(model, found)


def _highs(model: Model, objective: Floats, seconds: float, more: Sequence[Rows]) -> Any:
    """Return what `scipy.optimize.milp` finds for the least sum."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    rows = (model.rows, *more)
    return milp(
        objective, integrality=model.of_options(np.ones(model.option_count)),
        bounds=Bounds(model.lower, model.upper),
        constraints=[LinearConstraint(part.matrix, -np.inf, part.high) for part in rows],
        options={"mip_rel_gap": 0.0, "time_limit": seconds},
    )  # fmt: skip


def _flags(model: Model, found: Any) -> Flags:
    return np.rint(found.x[: model.option_count]) > 0


def _at_most(model: Model, amounts: npt.NDArray[Any], high: float) -> Rows:
    """Return the row of choices whose amounts do not add up to more."""
    return Rows(model.of_options(amounts)[None], np.array([high]))
