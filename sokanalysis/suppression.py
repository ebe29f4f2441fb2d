"""Which cells of published sums have to be withheld so that no small count can be worked out.

Every published number is a sum of the same parts. Who reads all of them and knows the rule can
work out for a withheld cell every value that fits: this is the attacker of Fischetti &
Salazar-González (2001), "Solving the cell suppression problem on tabular data with linear
constraints", Management Science 47(7), 1008–1027. He is given more than he has: which parts are
empty, that a withheld cell is never empty, and the limit.

A small count is protected when some other whole-numbered table fits everything published and has
there a count that is large enough to be shown (their "upper protection level"). The table is kept
as a witness: the protection is proved.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sokanalysis.errors import NotProtected

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

_ENTRIES: Final = 1_500  # cells and parts of one programme over all tables; beyond, one by one
_NEARBY: Final = 60  # parts that a table for one small count may change at first
_NODES: Final = 200  # of a search tree: the same answer on every machine, unlike seconds


@dataclass(frozen=True)
class Sums:
    """Published sums of the same parts.

    Parameters
    ----------
    cells : csr_array of 0 and 1, shape (cells, parts)
        Which parts a cell adds up; every part counts at least 1.
    values : ndarray of int, shape (cells,)
        The sums (people), at least 1.
    counts : ndarray of int, shape (parts,)
        The parts (people), at least 1.
    kept : ndarray of bool, shape (cells,)
        Cells that stand elsewhere and cannot be withheld.
    names : ndarray of str, shape (cells,)
        What the cells are called in messages, in German.
    limit : int
        Smallest count shown, at least 2.
    """

    cells: csr_array
    values: Numbers
    counts: Numbers
    kept: Flags
    names: npt.NDArray[np.object_]
    limit: int

    @property
    def small(self) -> Flags:
        """Whether a cell is above 0 and below the limit."""
        return (self.values > 0) & (self.values < self.limit)

    @cached_property
    def dense(self) -> npt.NDArray[np.float64]:
        """The cells as a plain matrix: small pieces are cut out of it more quickly."""
        return self.cells.toarray(order="F")

    @cached_property
    def sizes(self) -> Numbers:
        """How many parts a cell adds up."""
        return np.diff(self.cells.indptr)

    @cached_property
    def weights(self) -> npt.NDArray[np.float64]:
        """What withholding costs: 1 to 2 by people, a sum of several parts twice as much.

        So few cells are withheld, of as many the ones with fewer people, of equals the first.
        """
        people = self.values / max(self.values.max(initial=0), 1)
        order = np.arange(len(self.values)) / max(len(self.values), 1)
        return (1 + people) * np.where(self.sizes > 1, 2.0, 1.0) + 1e-4 * order


def suppressed(sums: Sums, seconds: float = 60.0) -> Flags:
    """Choose the cells to withhold: all small ones and the fewest, least important others.

    Few small counts are treated together, as one mixed-integer programme (HiGHS), the best there
    is unless its search tree is cut off. Many are treated one after the other over the parts near
    by: good, not the best. Cells that turn out to be superfluous are shown again.

    Parameters
    ----------
    sums : Sums
        Everything that is published together.
    seconds : float
        Longest time for one programme.

    Returns
    -------
    ndarray of bool, shape (cells,)
        True where a cell is withheld; never for an empty cell. All False without small counts.

    Raises
    ------
    NotProtected
        When a small count follows from the cells that are kept, or no table was found in time.
    """
    small = np.flatnonzero(sums.small)
    if sums.kept[small].any():
        raise NotProtected(sums.names[small[sums.kept[small]]])
    tables = _shared_tables(sums, small, seconds)
    waiting = small[~_covered(sums, tables, small)]
    if len(waiting) * sum(sums.cells.shape) <= _ENTRIES:
        tables = np.vstack([tables, _cheapest_tables(sums, waiting, seconds)])
        waiting = waiting[~_covered(sums, tables, waiting)]
    found, hidden = [tables], np.logical_or(sums.small, np.any(tables != 0, axis=0))
    while len(waiting):
        found.append(_near_table(sums, hidden, waiting, seconds))
        hidden = np.logical_or(hidden, found[-1][0] != 0)
        waiting = waiting[~_covered(sums, found[-1], waiting)]
    return _needed(sums, hidden, np.vstack(found))


def _covered(sums: Sums, tables: Numbers, cells: Numbers) -> Flags:
    """Tell for which small counts a table has a count that could be shown."""
    reached = tables[:, cells] + sums.values[cells] >= sums.limit
    return np.asarray(reached.any(axis=0))


def _needed(sums: Sums, hidden: Flags, tables: Numbers) -> Flags:
    """Show again what the tables can spare, the most important cell first.

    What remains differs between the true table and a witness: it does not follow from the rest.
    """
    small = np.flatnonzero(sums.small)
    others = np.flatnonzero(hidden & ~sums.small)
    reached = tables[:, small] + sums.values[small] >= sums.limit
    used = np.ones(len(tables), dtype=bool)
    for cell in others[np.argsort(-sums.weights[others], kind="stable")]:
        without = used & (tables[:, cell] == 0)
        if reached[without].any(axis=0).all():
            used = without
            hidden = hidden & (np.arange(len(hidden)) != cell)
    return hidden


def _shared_tables(sums: Sums, waiting: Numbers, seconds: float) -> Numbers:
    """Find tables that protect as many as possible each when only small counts are withheld."""
    found = [np.zeros((0, len(sums.values)), dtype=np.int64)]
    everything = np.arange(len(sums.counts))
    while len(waiting):
        table = _table(sums, sums.small, waiting, everything, seconds, may_hide=False)
        if table is None or not (covered := _covered(sums, table, waiting)).any():
            break
        found.append(table)
        waiting = waiting[~covered]
    return np.vstack(found)


def _near_table(sums: Sums, hidden: Flags, waiting: Numbers, seconds: float) -> Numbers:
    """Return a table that protects the first small count, changing little and near by."""
    most = _NEARBY
    while True:
        near = _nearby(sums, waiting[0], most)
        table = _table(sums, hidden, waiting, near, seconds, may_hide=True)
        if table is not None:
            return table
        if len(near) == len(sums.counts):
            raise NotProtected(sums.names[waiting[:1]])
        most *= 4


def _nearby(sums: Sums, cell: int, most: int) -> Numbers:
    """Return about `most` parts that share sums with a cell, small sums first."""
    near = new = np.flatnonzero(sums.dense[cell])
    within = np.zeros(len(sums.values))
    while len(near) < most:
        within += sums.dense[:, new].sum(axis=1)
        touched = np.flatnonzero((within > 0) & (within < sums.sizes))
        if len(touched) == 0:
            break
        smallest = touched[np.argmin(sums.sizes[touched])]
        new = np.setdiff1d(np.flatnonzero(sums.dense[smallest]), near)
        near = np.union1d(near, new)
    return near


def _table(
    sums: Sums, hidden: Flags, waiting: Numbers, parts: Numbers, seconds: float, *, may_hide: bool
) -> Numbers | None:
    """Return a table that protects many of the waiting counts, as differences (shape (1, cells)).

    Only the given parts differ. With `may_hide` the first count has to be protected and other
    cells may differ at a cost by difference, which draws the table to few of them; without,
    only withheld cells differ. None when there is no such table.
    """
    cells = sums.dense[:, parts]
    rows = np.flatnonzero(cells.any(axis=1))
    may_move = hidden[rows] | (~sums.kept[rows] & may_hide)
    free, goals = rows[may_move & ~hidden[rows]], np.intersect1d(waiting, rows)
    low = np.where(may_move, 1.0 - sums.values[rows], 0.0)
    high = np.where(may_move, np.inf, 0.0)
    if may_hide:
        low[rows == waiting[0]] = sums.limit - sums.values[waiting[0]]
    matrix = np.zeros((len(rows) + 2 * len(free) + len(goals), len(parts) + len(free) + len(goals)))
    matrix[:, : len(parts)] = np.vstack([cells[rows], cells[free], -cells[free], cells[goals]])
    _diagonal(matrix, len(rows), len(parts), -np.ones(len(free)))
    _diagonal(matrix, len(rows) + len(free), len(parts), -np.ones(len(free)))
    # A goal that is met stands at the limit at least, another may fall to 1.
    most = np.full(len(goals), 1.0 - sums.limit)
    _diagonal(matrix, len(rows) + 2 * len(free), len(parts) + len(free), most)
    costly = 2 * len(free)
    low = np.concatenate([low, np.full(costly, -np.inf), 1.0 - sums.values[goals]])
    high = np.concatenate([high, np.zeros(costly), np.full(len(goals), np.inf)])
    # All goals together are worth less than one more cell.
    cost = np.repeat([0.0, 1.0, -0.9 / max(len(goals), 1)], [len(parts), len(free), len(goals)])
    cost[len(parts) : len(parts) + len(free)] = sums.weights[free]
    down, up = _bounds(sums, 1)
    bounds = (
        np.concatenate([down[parts], np.zeros(len(free) + len(goals))]),
        np.concatenate([up[parts], np.full(len(free), np.inf), np.ones(len(goals))]),
    )
    whole = np.arange(len(cost)) < len(parts)
    solution = solve(cost, matrix, (low, high), bounds, whole, seconds)
    if solution is None:
        return None
    return np.asarray(cells @ np.rint(solution[: len(parts)]), dtype=np.int64)[None, :]


def _diagonal(matrix: Any, row: int, column: int, values: npt.NDArray[np.float64]) -> None:
    """Write values along a diagonal that begins at a place of the matrix."""
    matrix[np.arange(len(values)) + row, np.arange(len(values)) + column] = values


def _bounds(sums: Sums, copies: int) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return by how much parts may differ; more is never needed along a row or column."""
    most = float(sums.limit - 1)
    low = np.maximum(-sums.counts, -most)
    return np.tile(low, copies), np.full(copies * len(sums.counts), most)


def _cheapest_tables(sums: Sums, targets: Numbers, seconds: float) -> Numbers:
    """Return one table a small count, as differences, so that as little as possible is withheld.

    One choice a cell (withheld or not) and one table a target: a cell may differ in a table when
    it is withheld (the model of Fischetti & Salazar-González). Shape (targets, cells); empty
    without targets and when nothing is found.
    """
    from scipy import sparse

    if len(targets) == 0:
        return np.zeros((0, len(sums.values)), dtype=np.int64)
    hidden = sums.small
    free = np.flatnonzero(~hidden & ~sums.kept)
    most = sums.limit - 1.0
    drop = np.minimum(sums.values[free] - 1.0, most)
    choice = sparse.csr_array((np.ones(len(free)), (free, np.arange(len(free)))),
                              shape=(len(sums.values), len(free)))  # fmt: skip
    copies = len(targets)
    tables = sparse.kron(sparse.eye_array(copies), sums.cells)
    matrix = sparse.vstack([
        sparse.hstack([tables, sparse.vstack([choice * drop] * copies)]),
        sparse.hstack([tables, sparse.vstack([choice * -most] * copies)]),
    ])  # fmt: skip
    low = np.tile(np.where(hidden, 1.0 - sums.values, 0.0), (copies, 1))
    low[np.arange(copies), targets] = sums.limit - sums.values[targets]
    high = np.tile(np.where(hidden, np.inf, 0.0), copies)
    nothing = np.full(len(high), np.inf)
    rows = np.concatenate([low.ravel(), -nothing]), np.concatenate([nothing, high])
    cost = np.concatenate([np.zeros(copies * len(sums.counts)), sums.weights[free]])
    down, up = _bounds(sums, copies)
    bounds = (np.concatenate([down, np.zeros(len(free))]), np.concatenate([up, np.ones(len(free))]))
    whole = np.ones(len(cost), dtype=bool)
    solution = solve(cost, matrix, rows, bounds, whole, seconds)
    if solution is None:
        return np.zeros((0, len(sums.values)), dtype=np.int64)
    moved = tables @ np.rint(solution[: copies * len(sums.counts)])
    return np.asarray(moved, dtype=np.int64).reshape(copies, -1)


def solve(
    cost: npt.NDArray[np.float64], matrix: Any, rows: tuple[Any, Any], bounds: tuple[Any, Any],
    whole: Flags, seconds: float,
) -> npt.NDArray[np.float64] | None:  # fmt: skip
    """Solve a programme, partly whole-numbered; None when nothing fits or is found in time."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    solution = milp(
        cost, integrality=whole, bounds=Bounds(*bounds),
        constraints=LinearConstraint(matrix, *rows),
        options={"time_limit": seconds, "node_limit": _NODES, "mip_rel_gap": 0.0},
    )  # fmt: skip
    found: npt.NDArray[np.float64] | None = solution.x
    return found
