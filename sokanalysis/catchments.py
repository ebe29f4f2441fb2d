"""Supply measures: how many places there are for each person with a need, and who has none near.

The measures take weights as `sokanalysis.nearness` makes them (origins × offers, from minutes or
from the answer to "who can take part"), people with a need and places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sokanalysis.nearness import Bools, Floats, catchment_steps, steps

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from sokanalysis.parameters import Parameters


@dataclass(frozen=True)
class Access:
    """Places for each person with a need.

    Parameters
    ----------
    per_person : ndarray of float, shape (origins,)
        Places a person with a need, weighted as the measure says. Never missing: 0 where nothing
        is within reach.
    levels : ndarray of float, shape (offers,)
        Places of each offer a person who draws on it; 0 where nobody with a need does.
    demand : ndarray of float, shape (origins,)
        People with a need, as given.
    notes : tuple of str
        In German: what was set to 0 because there was nothing to divide by. For the foot of a
        table.
    """

    per_person: Floats
    levels: Floats
    demand: Floats
    notes: tuple[str, ...] = ()

    def is_unserved(self) -> Bools:
        """Tell where people with a need have nothing; not where nobody lives; shape (origins,)."""
        return (self.per_person == 0) & (self.demand > 0)

    def mean(self) -> float:
        """Return the places of the average person with a need; 0 without any person."""
        total = self.demand.sum()
        return float(self.per_person @ self.demand / total) if total > 0 else 0.0


@dataclass(frozen=True)
class Coverage:
    """How many of the people with a need have at least one offer within reach."""

    reached_count: float
    person_count: float

    @property
    def share(self) -> float:
        """Return the share, 0 to 1; 0 without any person."""
        return self.reached_count / self.person_count if self.person_count > 0 else 0.0

    @property
    def notes(self) -> tuple[str, ...]:
        """Say in German when there was nothing to divide by."""
        return () if self.person_count > 0 else ("Niemand mit Bedarf: Anteil 0 gesetzt.",)


# --- places a person ----------------------------------------------------------------------------


def two_step(weights: csr_array, demand: npt.ArrayLike, capacity: npt.ArrayLike) -> Access:
    """Share out places by the two-step floating catchment area.

    R_j = S_j / Σ_i w_ij P_i and A_i = Σ_j w_ij R_j: Luo & Wang (2003), doi:10.1068/b29120, for
    `binary` weights (2SFCA); Luo & Qi (2009), doi:10.1016/j.healthplace.2009.06.002, for `steps`
    (E2SFCA). Σ_i P_i A_i are the places that reach anybody.

    Parameters
    ----------
    weights : csr_array of float, shape (origins, offers)
        As `sokanalysis.nearness` gives them.
    demand : array_like of float, shape (origins,)
        P: people with a need.
    capacity : array_like of float, shape (offers,)
        S: places. Offers without a limit have no places a person: see `coverage`, `cumulative`.

    Returns
    -------
    Access
        Places a person with a need; all 0 without offers, empty without origins.

    Raises
    ------
    ValueError
        When lengths do not fit or a number is negative, missing or infinite.
    """
    matrix, people, places = _inputs(weights, demand, capacity)
    levels, notes = _levels(places, matrix.T @ people)
    return Access(matrix @ levels, levels, people, notes)


def enhanced_two_step(
    minutes: npt.ArrayLike, demand: npt.ArrayLike, capacity: npt.ArrayLike, parameters: Parameters
) -> Access:
    """Share out places by E2SFCA with the zones of the parameters ``catchment_…``.

    The same as `two_step` with the weights of `steps`; see both for shapes, units and errors.
    """
    return two_step(steps(minutes, *catchment_steps(parameters)), demand, capacity)


def three_step(weights: csr_array, demand: npt.ArrayLike, capacity: npt.ArrayLike) -> Access:
    """Share out places by the three-step floating catchment area.

    People first choose among the offers near them: G_ij = w_ij / Σ_j w_ij; then as `two_step` with
    the weights G_ij w_ij. Wan, Zou & Sternberg (2012), doi:10.1080/13658816.2011.624987. Shapes,
    units, empty case, errors and the sum over all people are those of `two_step`.
    """
    matrix = _matrix(weights)
    return two_step(_by_origin(matrix).multiply(matrix), demand, capacity)


def balanced(weights: csr_array, demand: npt.ArrayLike, capacity: npt.ArrayLike) -> Access:
    """Share out places by the balanced floating catchment area.

    Nobody counts twice and no place is given twice: w_ij is normalised by origin to share out
    people, D_j = Σ_i P_i w_ij / Σ_j w_ij, and by offer to share out R_j = S_j / D_j, so
    A_i = Σ_j R_j w_ij / Σ_i w_ij. Paez, Higgins & Vivona (2019), doi:10.1371/journal.pone.0218773.

    What is kept is Σ_j D_j = Σ_i P_i and Σ_i A_i = Σ_j R_j, **not** Σ_i P_i A_i = Σ_j S_j as in
    `two_step`. A_i therefore depends on how finely origins are drawn: two halves of a village get
    half the value each. Compare only among origins of one map; for places a person take
    `two_step`. Shapes, empty case and errors are those of `two_step`.
    """
    matrix, people, places = _inputs(weights, demand, capacity)
    levels, notes = _levels(places, _by_origin(matrix).T @ people)
    return Access(_by_offer(matrix) @ levels, levels, people, notes)


# --- what is near -------------------------------------------------------------------------------


def coverage(weights: csr_array, demand: npt.ArrayLike) -> Coverage:
    """Count the people with a need who have an offer within reach, however little it weighs.

    Shapes and errors as in `two_step`. Church & ReVelle (1974): the aim of maximal covering.
    """
    matrix = _matrix(weights)
    people = _amounts(demand, matrix.shape[0], "Bedarf")
    is_covered = matrix.sum(axis=1) > 0
    return Coverage(float(people[is_covered].sum()), float(people.sum()))


def cumulative(weights: csr_array, capacity: npt.ArrayLike | None = None) -> Floats:
    """Add up what is within reach, whoever else wants it; shape (origins,).

    Σ_j w_ij S_j. With `binary` or `attended` weights the number of offers (without `capacity`) or
    of places; with `decay` the potential of Hansen (1959), doi:10.1080/01944365908978307. Shapes
    and errors as in `two_step`; 0 where nothing is in reach.
    """
    matrix = _matrix(weights)
    count = matrix.shape[1]
    return matrix @ _amounts(np.ones(count) if capacity is None else capacity, count, "Plätze")


# --- inside -------------------------------------------------------------------------------------


def _matrix(weights: Any) -> csr_array:
    from scipy.sparse import csr_array

    matrix = csr_array(weights, dtype=float)
    if matrix.ndim != 2:
        raise ValueError("Gewichte: gebraucht wird eine Tabelle, Orte × Angebote.")
    if not ((matrix.data >= 0) & (matrix.data < np.inf)).all():
        raise ValueError("Gewichte müssen endlich und dürfen nicht negativ sein.")
    return matrix


def _inputs(
    weights: Any, demand: npt.ArrayLike, capacity: npt.ArrayLike
) -> tuple[csr_array, Floats, Floats]:
    matrix = _matrix(weights)
    origins, offers = matrix.shape
    return matrix, _amounts(demand, origins, "Bedarf"), _amounts(capacity, offers, "Plätze")


def _amounts(values: npt.ArrayLike, count: int, name: str) -> Floats:
    amounts = np.asarray(values, dtype=float)
    if amounts.shape != (count,):
        raise ValueError(f"{name}: {count} Zahlen erwartet, {amounts.shape} bekommen.")
    if not ((amounts >= 0) & (amounts < np.inf)).all():
        raise ValueError(f"{name}: Zahlen müssen bekannt, endlich und dürfen nicht negativ sein.")
    return amounts


def _levels(places: Floats, drawn: Floats) -> tuple[Floats, tuple[str, ...]]:
    """Divide places by the people who draw on them; 0 and a note where there is nobody."""
    idle = drawn == 0
    levels = np.divide(places, drawn, out=np.zeros_like(places), where=~idle)
    if not idle.any():
        return levels, ()
    count, lost = int(idle.sum()), f"{places[idle].sum():g}".replace(".", ",")
    which = "1 Angebot" if count == 1 else f"{count} Angebote"
    return levels, (f"{which} ohne Personen mit Bedarf in Reichweite (Plätze: {lost}): 0 gesetzt.",)


def _by_origin(matrix: csr_array) -> csr_array:
    """Let the weights of each origin add up to 1."""
    return _scaled(matrix, matrix.sum(axis=1), np.repeat(
        np.arange(matrix.shape[0]), np.diff(matrix.indptr)
    ))  # fmt: skip


def _by_offer(matrix: csr_array) -> csr_array:
    """Let the weights of each offer add up to 1."""
    return _scaled(matrix, matrix.sum(axis=0), matrix.indices)


def _scaled(matrix: csr_array, sums: Floats, of: npt.NDArray[np.intp]) -> csr_array:
    # An origin or offer with sum 0 has nothing stored but zeros, which stay as they are.
    factors = np.divide(1.0, sums, out=np.zeros_like(sums), where=sums > 0)
    return type(matrix)((matrix.data * factors[of], matrix.indices, matrix.indptr), matrix.shape)
