"""Who can get which seats behind which options; people with the same ways are taken together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.distribution import Floats, Whole

ALWAYS: Final = 0  # number of the switch that is on whatever is chosen
NEVER: Final = -1


@dataclass(frozen=True)
class Problem:
    """What can be chosen, and who would get a seat by it.

    Parameters
    ----------
    options : DataFrame
        One row an option, the preferred first: ``option`` (key, unique), ``cost_eur`` (a year,
        not negative), ``choice`` (options of the same choice exclude each other; empty: none),
        ``fund`` (who pays; empty: the district).
    units : DataFrame
        ``unit`` (key, unique), ``places`` (people a year, rounded down; infinite where nobody is
        turned away), ``minimum_count`` (people it needs to take place; 0: none), ``opened_by``
        (an option; empty: open anyway), ``closed_by`` (tuple of options, any of which closes it).
    people : DataFrame
        Groups by position: ``need``, ``field``, ``area`` (keys), ``person_count`` (whole
        numbers), ``weight`` (above 0). Who needs two things stands in two groups.
    edges : DataFrame
        Who can take up what: ``group`` and ``unit`` (positions, each pair once), ``enabled_by``
        (tuple of frozensets of options: only when all options of one of the sets are taken;
        empty: always).
    """

    options: pd.DataFrame
    units: pd.DataFrame
    people: pd.DataFrame
    edges: pd.DataFrame

    @property
    def cost_eur(self) -> Floats:
        """Cost of each option a year."""
        return self.options["cost_eur"].to_numpy(dtype=float)

    @property
    def counts(self) -> Whole:
        """People of each group."""
        return self.people["person_count"].to_numpy(dtype=np.int64)

    @property
    def worth(self) -> Floats:
        """Weight of each group."""
        return self.people["weight"].to_numpy(dtype=float)


class Switch(NamedTuple):
    """On when all options of the one set are taken and none of the other, by position."""

    needed: frozenset[int]
    closers: frozenset[int] = frozenset()


class Kinds(NamedTuple):
    """Edges told apart: ``unit`` of each kind, and the switches of which one has to be on."""

    unit: Whole
    switches: list[list[int]]


class Groups(NamedTuple):
    """People with the same ways to a seat, taken together: exact, as nothing tells them apart.

    ``of_people`` is the merged group of each row of the people, -1 where no choice matters, and
    ``is_served`` says who sits whatever is chosen. ``person_count``, ``weight`` and ``floor`` (row
    of the floors, or -1) are by merged group; who sits anyway has weight 0. ``group`` and ``way``
    are pairs: a way below the number of switches leads to all seats behind that switch that are
    not counted, a way above them to the counted seats of a kind of edge.
    """

    of_people: Whole
    is_served: npt.NDArray[np.bool_]
    person_count: Whole
    weight: Floats
    floor: Whole
    group: Whole
    way: Whole


class Board:
    """Numbers the switches, and says which one opens each unit.

    Parameters
    ----------
    problem : Problem
        KeyError when a unit names an option that does not exist.
    kept, left_out : set of int
        Options that are settled, by position; no switch hangs on them any more.
    """

    def __init__(self, problem: Problem, kept: set[int], left_out: set[int]) -> None:
        self.kept, self.left_out = kept, left_out
        self.position = {name: at for at, name in enumerate(problem.options["option"])}
        self.choice = list(problem.options["choice"])
        self.switches = [Switch(frozenset())]
        self.number = {self.switches[ALWAYS]: ALWAYS}
        units = problem.units
        self.places = np.floor(units["places"].to_numpy(dtype=float))
        self.minimum = units["minimum_count"].to_numpy(dtype=np.int64)
        self.is_counted = np.isfinite(self.places) | (self.minimum > 0)
        self.opening = [
            self.add(self.options([opener] if opener else []), self.options(closers))
            for opener, closers in zip(units["opened_by"], units["closed_by"], strict=True)
        ]

    def options(self, names: Iterable[str]) -> frozenset[int]:
        """Return the positions of options."""
        return frozenset(self.position[name] for name in names)

    def add(self, needed: frozenset[int], closers: frozenset[int]) -> int:
        """Return the number of a switch; `NEVER` when nothing can turn it on."""
        choices = [choice for at in needed if (choice := self.choice[at])]
        if needed & (closers | self.left_out) or closers & self.kept:
            return NEVER
        if len(choices) > len(set(choices)):
            return NEVER
        switch = Switch(needed - self.kept, closers - self.left_out)
        if switch not in self.number:
            self.number[switch] = len(self.switches)
            self.switches.append(switch)
        return self.number[switch]

    def behind(self, unit: int, enabled_by: Iterable[frozenset[str]]) -> list[int]:
        """Return the switches of an edge to a unit, of which one has to be on."""
        if self.opening[unit] == NEVER or self.places[unit] < 1:
            return []
        needed, closers = self.switches[self.opening[unit]]
        sets = [self.options(names) for names in enabled_by] or [frozenset()]
        found = {self.add(needed | more, closers) for more in sets} - {NEVER}
        return [ALWAYS] if ALWAYS in found else sorted(found)

    def kinds(self, edges: pd.DataFrame) -> tuple[Kinds, Whole]:
        """Return the kinds of edges, and the kind of each edge, shape (edges,)."""
        unit = edges["unit"].to_numpy(dtype=np.int64)
        condition, conditions = pd.factorize(edges["enabled_by"])
        width = len(conditions) + 1
        code, kind = np.unique(unit * width + condition, return_inverse=True)
        switches = [self.behind(at // width, conditions[at % width]) for at in code.tolist()]
        return Kinds(code // width, switches), kind


def grouped(problem: Problem, board: Board, floor: Whole) -> tuple[Groups, Kinds]:
    """Merge the people whose ways to a seat, and worth where seats are counted, are the same.

    Parameters
    ----------
    problem : Problem
        Whose people and edges.
    board : Board
        Of the same problem; learns the switches of the edges.
    floor : ndarray of int, shape (people,)
        Row of the floor each belongs to, -1 for none; these are kept apart.

    Returns
    -------
    tuple of Groups and Kinds
        Without merged groups when nobody's seat depends on the choice.
    """
    counts, worth = problem.counts, problem.worth
    group = problem.edges["group"].to_numpy(dtype=np.int64)
    edges = problem.edges[counts[group] > 0]
    kinds, kind = board.kinds(edges)
    first = len(board.switches)
    group, way = _ways(board, kinds, group[counts[group] > 0], kind)
    everybody = np.arange(len(counts))
    is_served = np.isin(everybody, group[way == ALWAYS])
    floor = np.where(is_served, -1, floor)
    # Whoever sits anyway may still be needed to fill a unit up to its minimum.
    fills = np.append(board.minimum[kinds.unit] > 0, False)[np.maximum(way - first, -1)]
    kept = ~is_served[group] | fills
    group, way = group[kept], way[kept]
    is_counted = np.isin(everybody, group[way >= first]) & ~is_served
    of_people = _same(group, way, np.where(is_counted, worth, 0), floor)
    return _groups(of_people, is_served, counts, worth, floor, group, way), kinds


def _ways(board: Board, kinds: Kinds, group: Whole, kind: Whole) -> tuple[Whole, Whole]:
    """Return group and way of every pair, each once, sorted."""
    first = len(board.switches)
    ways = [
        [first + at] if board.is_counted[unit] and switches else switches
        for at, (unit, switches) in enumerate(zip(kinds.unit, kinds.switches, strict=True))
    ]
    lengths = np.array([len(of) for of in ways], dtype=np.int64)
    flat = np.array([way for of in ways for way in of], dtype=np.int64)
    size = lengths[kind]
    within = np.arange(size.sum()) - np.repeat(np.cumsum(size) - size, size)
    way = flat[np.repeat((np.cumsum(lengths) - lengths)[kind], size) + within]
    width = first + len(ways)
    pairs = np.unique(np.repeat(group, size) * width + way)
    return pairs // width, pairs % width


def _same(group: Whole, way: Whole, worth: Floats, floor: Whole) -> Whole:
    """Return a number for all that have everything in common; -1 for those without a way."""
    ends = np.searchsorted(group, np.arange(len(worth) + 1))
    numbers: dict[tuple[bytes, float, int], int] = {}
    same = np.full(len(worth), -1, dtype=np.int64)
    for at in np.flatnonzero(np.diff(ends)):
        key = way[ends[at] : ends[at + 1]].tobytes(), float(worth[at]), int(floor[at])
        same[at] = numbers.setdefault(key, len(numbers))
    return same


def _groups(
    of_people: Whole, is_served: npt.NDArray[np.bool_], counts: Whole, worth: Floats,
    floor: Whole, group: Whole, way: Whole,
) -> Groups:  # fmt: skip
    inside = np.flatnonzero(of_people >= 0)
    merged = of_people[inside]
    _, first = np.unique(merged, return_index=True)
    people = np.bincount(merged, counts[inside])
    value = np.bincount(merged, (worth * counts * ~is_served)[inside])
    kept = np.isin(group, inside[first])
    return Groups(
        of_people, is_served, people.astype(np.int64), value / people, floor[inside[first]],
        of_people[group[kept]], way[kept],
    )  # fmt: skip
