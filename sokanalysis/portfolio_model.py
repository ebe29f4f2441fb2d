"""The choice of measures as a programme: a column an option, a switch or people on seats."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sokanalysis.portfolio_groups import ALWAYS, NEVER, Board, grouped

if TYPE_CHECKING:
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
    """What is asked of a choice, by position.

    Parameters
    ----------
    budgets : ndarray of float, shape (budgets,)
        The district's money first.
    payer : ndarray of int, shape (options,)
        Budget that pays.
    floor : ndarray of int, shape (people,)
        The floor a group belongs to, -1 for none.
    needs : ndarray of float, shape (floors,)
        People of each floor who have to get a seat.
    kept, left_out : ndarray of bool, shape (options,)
        Options that are settled.
    """

    budgets: Floats
    payer: Whole
    floor: Whole
    needs: Floats
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
        """Return values of the options, or of none, as values of all columns."""
        given = np.asarray(values, dtype=float)
        return np.pad(given, (0, len(self.value) - len(given)))


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
    at = _layout(problem, terms)
    blocks = [
        _money(problem, terms), _choices(at), _switches(at), _ways(at), _people(at), _places(at),
        _minimums(at), _floors(at, problem, terms),
    ]  # fmt: skip
    return Model(
        np.concatenate([np.zeros(at.first), at.groups.weight[at.seat_group]]),
        np.concatenate([terms.kept, np.zeros(at.width - len(terms.kept))]),
        np.concatenate([~terms.left_out, np.ones(len(at.own)), at.most]),
        float((problem.worth * problem.counts)[at.groups.is_served].sum()),
        _stacked(blocks, at.width),
        at.seat_group,
        at.groups,
        len(terms.kept),
    )  # fmt: skip


def _layout(problem: Problem, terms: Terms) -> _Layout:
    settled = (set(np.flatnonzero(flags).tolist()) for flags in (terms.kept, terms.left_out))
    board = Board(problem, *settled)
    groups, kinds = grouped(problem, board, terms.floor)
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


class _Block(NamedTuple):
    """Some rows: number of the row, column and coefficient of every entry; and their limits."""

    row: Whole
    column: Whole
    coefficient: Floats
    high: Floats


def _block(high: Any, *entries: tuple[Any, Any, Any]) -> _Block:
    """Put entries together: rows, columns, and their coefficients or the one of all."""
    row, column = (np.concatenate([e[n] for e in entries]).astype(np.int64) for n in (0, 1))
    coefficient = np.concatenate([np.broadcast_to(e[2], len(e[0])) for e in entries])
    return _Block(row, column, coefficient.astype(float), np.asarray(high, dtype=float))


def _stacked(blocks: list[_Block], width: int) -> Rows:
    """Return the rows of all blocks below each other."""
    from scipy.sparse import csr_array

    row, column, coefficient, high = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    size = [len(block.high) for block in blocks]
    before = np.repeat(np.cumsum(size) - size, [len(block.row) for block in blocks])
    matrix = csr_array((coefficient, (row + before, column)), shape=(len(high), width))
    return Rows(matrix, high)


def _money(problem: Problem, terms: Terms) -> _Block:
    """Let every budget pay at most what it holds."""
    cost = problem.cost_eur
    # More than everything costs is never spent, and the relaxation knows no infinite number.
    high = np.minimum(terms.budgets, cost.sum())
    return _block(high, (terms.payer, np.arange(len(cost)), cost))


def _choices(at: _Layout) -> _Block:
    """Options of one choice exclude each other."""
    option = [number for number, choice in enumerate(at.board.choice) if choice]
    names, row = np.unique([at.board.choice[number] for number in option], return_inverse=True)
    return _block(np.ones(len(names)), (row, option, 1.0))


def _switches(at: _Layout) -> _Block:
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
    return _block([high for _, _, high in listed], (row, columns, coefficients))


def _ways(at: _Layout) -> _Block:
    """Whoever sits needs one switch that is on; what is always on needs no row."""
    hangs = at.way_switch != ALWAYS
    seat, row = np.unique(at.seat_way[hangs], return_inverse=True)
    return _block(
        np.zeros(len(seat)), (np.arange(len(seat)), at.first + seat, 1.0),
        (row, at.column[at.way_switch[hangs]], -at.most[seat][row]),
    )  # fmt: skip


def _people(at: _Layout) -> _Block:
    """Nobody sits twice; a single block of seats is bounded anyway."""
    seat = np.flatnonzero(np.bincount(at.seat_group)[at.seat_group] > 1)
    group, row = np.unique(at.seat_group[seat], return_inverse=True)
    return _block(at.groups.person_count[group], (row, at.first + seat, 1.0))


def _places(at: _Layout) -> _Block:
    """Seat no more people at a unit than its places, and nobody when it is closed."""
    limits = np.append(at.board.places, np.inf)[at.seat_unit]
    seat = np.flatnonzero(np.isfinite(limits))
    unit, row = np.unique(at.seat_unit[seat], return_inverse=True)
    opening = at.column[np.array(at.board.opening, dtype=np.int64)[unit]]
    return _block(
        np.zeros(len(unit)), (row, at.first + seat, 1.0),
        (np.arange(len(unit)), opening, -at.board.places[unit]),
    )  # fmt: skip


def _minimums(at: _Layout) -> _Block:
    """Seat the minimum at a unit that is open."""
    opening = np.array(at.board.opening, dtype=np.int64)
    unit = np.flatnonzero((at.board.minimum > 0) & (opening != NEVER))
    number = np.append(np.full(len(opening), -1), -1)
    number[unit] = np.arange(len(unit))
    row = number[at.seat_unit]
    seat = np.flatnonzero(row >= 0)
    return _block(
        np.zeros(len(unit)), (row[seat], at.first + seat, -1.0),
        (np.arange(len(unit)), at.column[opening[unit]], at.board.minimum[unit]),
    )  # fmt: skip


def _floors(at: _Layout, problem: Problem, terms: Terms) -> _Block:
    """Seat enough people of an area and field, beside those who sit anyway."""
    served = np.flatnonzero(at.groups.is_served & (terms.floor >= 0))
    anyway = np.bincount(terms.floor[served], problem.counts[served], len(terms.needs))
    floor = at.groups.floor[at.seat_group]
    seat = np.flatnonzero(floor >= 0)
    return _block(anyway - terms.needs, (floor[seat], at.first + seat, -1.0))
