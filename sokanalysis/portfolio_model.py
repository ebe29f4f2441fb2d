"""The choice of measures as a programme: a column an option, a switch or people on seats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from sokanalysis.portfolio_groups import ALWAYS, NEVER, Board, grouped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy.typing as npt

    from sokanalysis.distribution import Floats, Whole
    from sokanalysis.portfolio_groups import Groups, Problem

    Flags = npt.NDArray[np.bool_]


class Rows(NamedTuple):
    """Conditions: matrix (sparse, rows × columns) times columns is at most ``high``."""

    matrix: Any
    high: Floats


@dataclass(frozen=True)
class Terms:
    """What is asked of a choice; the settled options are one flag an option."""

    budget_eur: float
    budgets_by_fund: Mapping[str, float]
    floors: pd.DataFrame
    kept: Flags
    left_out: Flags

    def settled(self, is_taken: Flags) -> Terms:
        """Return the terms with nothing left to choose."""
        return replace(self, kept=is_taken, left_out=~is_taken)


@dataclass(frozen=True)
class Model:
    """Maximise ``value`` times columns, under ``rows``, between ``lower`` and ``upper``.

    The first columns are the options, then come switches that are no single option, then
    people on seats: a merged group at one unit, or at any unit that turns nobody away.

    Parameters
    ----------
    value, lower, upper : ndarray of float, shape (columns,)
        Worth of a column, the least and the most it can be.
    served_value : float
        Worth of the people who sit whatever is chosen.
    rows : Rows
        All conditions.
    seat_group : ndarray of int, shape (seats,)
        Merged group of each of the last columns.
    groups : Groups
        Who was merged.
    option_count : int
        How many of the columns are options.
    """

    value: Floats
    lower: Floats
    upper: Floats
    served_value: float
    rows: Rows
    seat_group: Whole
    groups: Groups
    option_count: int

    def of_options(self, values: npt.ArrayLike) -> Floats:
        """Return values of the options as values of all columns."""
        return np.pad(np.asarray(values, dtype=float), (0, len(self.value) - self.option_count))


class _Layout(NamedTuple):
    """Columns by what they stand for; ``first`` is the first seat, ``column`` that of a switch.

    ``seat_way`` and ``way_switch`` are pairs: the seat and a switch of which one has to be on.
    """

    board: Board
    groups: Groups
    column: Whole
    own: list[int]
    first: int
    seat_group: Whole
    seat_unit: Whole
    most: Floats
    seat_way: Whole
    way_switch: Whole

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.first + len(self.seat_group)


def build(problem: Problem, terms: Terms) -> Model:
    """Write a problem as a programme.

    Parameters
    ----------
    problem : Problem
        What can be chosen.
    terms : Terms
        What is asked for.

    Returns
    -------
    Model
        Without seats when nobody's seat depends on the choice.

    Raises
    ------
    KeyError
        When a unit or an edge names an option that does not exist.
    """
    keys = ["area", "field"]
    people = pd.MultiIndex.from_frame(problem.people[keys])
    floor = pd.MultiIndex.from_frame(terms.floors[keys]).get_indexer(people).astype(np.int64)
    at = _layout(problem, terms, floor)
    needs = _open_needs(problem, terms.floors, floor, at.groups)
    served = problem.people[at.groups.is_served]
    return Model(
        np.concatenate([np.zeros(at.first), at.groups.weight[at.seat_group]]),
        np.concatenate([terms.kept, np.zeros(at.width - len(terms.kept))]),
        np.concatenate([~terms.left_out, np.ones(len(at.own)), at.most]),
        float((served["weight"] * served["person_count"]).sum()),
        stacked([
            _money(at, problem, terms), _choices(at), _switches(at), _ways(at), _people(at),
            _places(at), _minimums(at), _floors(at, needs),
        ]),
        at.seat_group,
        at.groups,
        len(problem.options),
    )  # fmt: skip


def stacked(blocks: Sequence[Rows]) -> Rows:
    """Return rows below each other."""
    from scipy.sparse import vstack

    return Rows(
        vstack([block.matrix for block in blocks], format="csr"),
        np.concatenate([block.high for block in blocks]),
    )


def _open_needs(problem: Problem, floors: pd.DataFrame, floor: Whole, groups: Groups) -> Floats:
    """Return how many people of each floor still have to get a seat."""
    inside = floor >= 0
    counts = problem.people["person_count"].to_numpy(dtype=float)[inside]
    people = np.bincount(floor[inside], counts, len(floors))
    served = np.bincount(floor[inside], counts * groups.is_served[inside], len(floors))
    # 0.29 · 100 is 28.999999999999996: to nine digits it is 29.
    return np.floor(np.round(floors["share"].to_numpy(dtype=float) * people, 9)) - served


def _layout(problem: Problem, terms: Terms, floor: Whole) -> _Layout:
    settled = (set(np.flatnonzero(flags).tolist()) for flags in (terms.kept, terms.left_out))
    board = Board(problem, *settled)
    groups, kinds = grouped(problem, board, floor)
    switches = board.switches
    own = [n for n, s in enumerate(switches) if len(s.needed) != 1 or s.closers]
    column = np.array([min(s.needed, default=-1) for s in switches], dtype=np.int64)
    column[own] = len(board.choice) + np.arange(len(own))
    is_pooled = groups.way < len(switches)
    pool, of_pool = np.unique(groups.group[is_pooled], return_inverse=True)
    kind = groups.way[~is_pooled] - len(switches)
    seat_unit = np.concatenate([np.full(len(pool), -1), kinds.unit[kind]])
    seat_group = np.concatenate([pool, groups.group[~is_pooled]])
    size = np.array([len(of) for of in kinds.switches], dtype=np.int64)[kind]
    behind = [way for at in kind for way in kinds.switches[at]]
    return _Layout(
        board, groups, column, own, len(board.choice) + len(own), seat_group, seat_unit,
        np.minimum(groups.person_count[seat_group], np.append(board.places, np.inf)[seat_unit]),
        np.concatenate([of_pool, len(pool) + np.repeat(np.arange(len(kind)), size)]),
        np.concatenate([groups.way[is_pooled], np.array(behind, dtype=np.int64)]),
    )  # fmt: skip


def _rows(at: _Layout, high: Any, *entries: tuple[Any, Any, Any]) -> Rows:
    """Return rows from entries: number of the row, column, coefficient (one number or each)."""
    from scipy.sparse import csr_array

    row, column = (np.concatenate([e[n] for e in entries]).astype(np.int64) for n in (0, 1))
    coefficient = np.concatenate([np.broadcast_to(e[2], len(e[0])) for e in entries])
    matrix = csr_array((coefficient, (row, column)), shape=(len(high), at.width))
    return Rows(matrix, np.asarray(high, dtype=float))


def _money(at: _Layout, problem: Problem, terms: Terms) -> Rows:
    """Let every budget pay at most what it holds."""
    cost = problem.options["cost_eur"].to_numpy(dtype=float)
    row = {fund: number for number, fund in enumerate(terms.budgets_by_fund, start=1)}
    payer = problem.options["fund"].map(row).fillna(0)
    # More than everything costs is never spent, and the relaxation knows no infinite number.
    high = np.minimum([terms.budget_eur, *terms.budgets_by_fund.values()], cost.sum())
    return _rows(at, high, (payer, np.arange(len(cost)), cost))


def _choices(at: _Layout) -> Rows:
    """Options of one choice exclude each other."""
    choice, names = pd.factorize(pd.Series(at.board.choice, dtype=object).replace("", None))
    option = np.flatnonzero(choice >= 0)
    return _rows(at, np.ones(len(names)), (choice[option], option, 1.0))


def _switches(at: _Layout) -> Rows:
    """Switch on when the options are taken and nothing closes it, and only then."""
    listed: list[tuple[list[int], list[float], float]] = []
    for number in at.own:
        needed, closers = (sorted(part) for part in at.board.switches[number])
        own = int(at.column[number])
        listed += [([own, option], [1.0, -1.0], 0.0) for option in needed]
        together: dict[str, list[int]] = {}
        for option in closers:
            together.setdefault(at.board.choice[option] or f"\0{option}", []).append(option)
        listed += [([own, *of], [1.0] * (1 + len(of)), 1.0) for of in together.values()]
        signs = [-1.0] + [1.0] * len(needed) + [-1.0] * len(closers)
        listed.append(([own, *needed, *closers], signs, len(needed) - 1.0))
    row = np.repeat(np.arange(len(listed)), [len(columns) for columns, _, _ in listed])
    columns = np.array([c for columns, _, _ in listed for c in columns])
    coefficients = np.array([sign for _, signs, _ in listed for sign in signs])
    return _rows(at, [high for _, _, high in listed], (row, columns, coefficients))


def _ways(at: _Layout) -> Rows:
    """Whoever sits needs one switch that is on; what is always on needs no row."""
    hangs = at.way_switch != ALWAYS
    seat, row = np.unique(at.seat_way[hangs], return_inverse=True)
    return _rows(
        at, np.zeros(len(seat)), (np.arange(len(seat)), at.first + seat, 1.0),
        (row, at.column[at.way_switch[hangs]], -at.most[seat][row]),
    )  # fmt: skip


def _people(at: _Layout) -> Rows:
    """Nobody sits twice; a single block of seats is bounded anyway."""
    seat = np.flatnonzero(np.bincount(at.seat_group)[at.seat_group] > 1)
    group, row = np.unique(at.seat_group[seat], return_inverse=True)
    return _rows(at, at.groups.person_count[group], (row, at.first + seat, 1.0))


def _places(at: _Layout) -> Rows:
    """Seat no more people at a unit than its places, and nobody when it is closed."""
    limits = np.append(at.board.places, np.inf)[at.seat_unit]
    seat = np.flatnonzero(np.isfinite(limits))
    unit, row = np.unique(at.seat_unit[seat], return_inverse=True)
    opening = at.column[np.array(at.board.opening, dtype=np.int64)[unit]]
    return _rows(
        at, np.zeros(len(unit)), (row, at.first + seat, 1.0),
        (np.arange(len(unit)), opening, -at.board.places[unit]),
    )  # fmt: skip


def _minimums(at: _Layout) -> Rows:
    """Seat the minimum at a unit that is open."""
    opening = np.array(at.board.opening, dtype=np.int64)
    unit = np.flatnonzero((at.board.minimum > 0) & (opening != NEVER))
    number = np.append(np.full(len(opening), -1), -1)
    number[unit] = np.arange(len(unit))
    row = number[at.seat_unit]
    seat = np.flatnonzero(row >= 0)
    return _rows(
        at, np.zeros(len(unit)), (row[seat], at.first + seat, -1.0),
        (np.arange(len(unit)), at.column[opening[unit]], at.board.minimum[unit]),
    )  # fmt: skip


def _floors(at: _Layout, needs: Floats) -> Rows:
    """Enough people of an area and field sit."""
    floor = at.groups.floor[at.seat_group]
    seat = np.flatnonzero(floor >= 0)
    return _rows(at, -needs, (floor[seat], at.first + seat, -1.0))
