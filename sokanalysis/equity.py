"""How evenly access is spread over people: Lorenz curve, Gini, concentration, Palma, FGT.

Every measure weighs by people, never by place: a village of three does not count like a town.
Places without people are left out. Access and people are finite and not negative, else ValueError.
Where there is nothing to divide by the result is 0, and `equity_table` says so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    Floats = npt.NDArray[np.float64]

NOBODY = "Niemand mit Bedarf: 0 gesetzt."
NOTHING = "Niemand hat Zugang: 0 gesetzt, weil alle gleich wenig haben."
LOWER_WITHOUT = "Die unteren 40 % haben keinen Zugang: das Verhältnis ist unendlich."


def lorenz(
    access: npt.ArrayLike, people: npt.ArrayLike, ids: Sequence[str] | None = None
) -> pd.DataFrame:
    """Return the points of the Lorenz curve, from those with least access to those with most.

    Parameters
    ----------
    access : array_like of float, shape (origins,)
        What each person there has, for instance places a person.
    people : array_like of float, shape (origins,)
        How many there are.
    ids : sequence of str, optional
        Keys of the origins; their position as text by default.

    Returns
    -------
    DataFrame
        First the point (0, 0) with an empty ``id``, then one row an origin with people by rising
        access, equal ones in the order given: ``id``, ``access``, ``person_count``,
        ``people_share`` and ``access_share`` (both cumulative, 0 to 1). The first point alone
        when there is nobody. When nobody has access the curve is the line of equality.

    Raises
    ------
    ValueError
        When lengths differ or a number is negative, missing or infinite.
    """
    values, weights = _given(access, people)
    names = np.array([str(n) for n in range(len(values))] if ids is None else ids, dtype=object)
    if names.shape != values.shape:
        raise ValueError(f"Kennungen: {len(values)} erwartet, {len(names)} bekommen.")
    order = np.argsort(values, kind="stable")
    order = order[weights[order] > 0]
    x, y = _curve(values[order], weights[order])
    return pd.DataFrame({
        "id": pd.Series(["", *names[order]], dtype="str"),
        "access": np.concatenate([[0.0], values[order]]),
        "person_count": np.concatenate([[0.0], weights[order]]),
        "people_share": x, "access_share": y,
    })  # fmt: skip


def gini(access: npt.ArrayLike, people: npt.ArrayLike) -> float:
    """Return the Gini coefficient: twice the area between equality and the Lorenz curve.

    1 − Σ_k (x_k − x_{k−1}) (y_k + y_{k−1}) over the points of `lorenz` (trapezoids; Brown 1994,
    doi:10.1016/0277-9536(94)90189-9). 0 is equal, towards 1 one person has all. 0 without people
    or access. Parameters and errors as in `lorenz`.
    """
    points = lorenz(access, people)
    x, y = points["people_share"].to_numpy(), points["access_share"].to_numpy()
    return max(0.0, float(1 - np.diff(x) @ (y[1:] + y[:-1]))) if len(points) > 1 else 0.0


def concentration_index(
    access: npt.ArrayLike,
    people: npt.ArrayLike,
    rank_by: npt.ArrayLike,
    bounds: tuple[float, float] | None = None,
) -> float:
    """Say whether access is with the better or the worse off.

    C = 2 / μ · Σ_i p_i (a_i − μ) (r_i − ½), with p_i the share of people, r_i the middle of their
    rank and μ mean access: Kakwani, Wagstaff & van Doorslaer (1997),
    doi:10.1016/S0304-4076(96)01807-6. Of equal rank all take the same middle, so the order of
    rows never matters.

    Parameters
    ----------
    access, people
        As in `lorenz`.
    rank_by : array_like of float, shape (origins,)
        From the worse to the better off: income, or minus the share of people in need. Not missing
        where there are people.
    bounds : (float, float), optional
        Least and largest access possible; then 4 μ / (b − a) · C, the index of Erreygers (2009),
        doi:10.1016/j.jhealeco.2008.02.003.

    Returns
    -------
    float
        Below 0 access is with the worse off, above 0 with the better off. Ranked by access itself
        it is the Gini coefficient. 0 without people or access.

    Raises
    ------
    ValueError
        As in `lorenz`; also when a rank is missing or access lies outside `bounds`.
    """
    values, weights = _ranked(access, people, rank_by)
    total = weights.sum()
    mean = values @ weights / total if total > 0 else 0.0
    factor = 1.0 if bounds is None else _correction(values, mean, bounds)
    if mean == 0:
        return 0.0
    share = weights / total
    middle = np.cumsum(share) - share / 2
    return float(factor * 2 / mean * (share * (values - mean)) @ (middle - 0.5))


def palma(
    access: npt.ArrayLike, people: npt.ArrayLike, rank_by: npt.ArrayLike | None = None
) -> float:
    """Return mean access of the upper 10 % of people over that of the lower 40 %.

    The ratio of Palma (2011), doi:10.1111/j.1467-7660.2011.01646.x, per head, so that equality is
    1 and not ¼. A place on the border counts for both sides with its part of the people.

    Parameters
    ----------
    access, people
        As in `lorenz`.
    rank_by : array_like of float, shape (origins,), optional
        As in `concentration_index`; by access itself by default.

    Returns
    -------
    float
        0 without people or access; infinite when only the lower 40 % have none.

    Raises
    ------
    ValueError
        As in `concentration_index`.
    """
    values, weights = _ranked(access, people, access if rank_by is None else rank_by)
    if weights.sum() == 0:
        return 0.0
    end = np.cumsum(weights) / weights.sum()
    start = np.concatenate([[0.0], end[:-1]])
    lower = values @ (np.minimum(end, 0.4) - np.minimum(start, 0.4)) / 0.4
    upper = values @ (np.maximum(end, 0.9) - np.maximum(start, 0.9)) / 0.1
    if lower == 0:
        return float(np.inf) if upper > 0 else 0.0
    return float(upper / lower)


def fgt(access: npt.ArrayLike, people: npt.ArrayLike, line: float, alpha: float) -> float:
    """Return how many people stay below a line of access, and how far.

    Σ_i p_i ((line − a_i) / line)^α over those with a_i < line: Foster, Greer & Thorbecke (1984),
    doi:10.2307/1913475. α = 0 the share of people below, 1 their gap, 2 weighs large gaps more.

    Parameters
    ----------
    access, people
        As in `lorenz`.
    line : float
        Least access that is enough, in the unit of access; whoever has just that has enough.
    alpha : float
        Not negative.

    Returns
    -------
    float
        0 to 1; 0 without people.

    Raises
    ------
    ValueError
        As in `lorenz`; also when `line` is not positive or `alpha` negative.
    """
    if not 0 < line < np.inf or not 0 <= alpha < np.inf:
        raise ValueError(f"Schwelle {line} muss größer als 0, Alpha {alpha} mindestens 0 sein.")
    values, weights = _given(access, people)
    if weights.sum() == 0:
        return 0.0
    is_below = values < line
    gaps = ((line - values[is_below]) / line) ** alpha
    return float(gaps @ weights[is_below] / weights.sum())


def equity_table(access: npt.ArrayLike, people: npt.ArrayLike, line: float) -> pd.DataFrame:
    """Return Gini, Palma and FGT side by side, with a note where there is nothing to divide by.

    Parameters, units and errors are those of `fgt`.

    Returns
    -------
    DataFrame
        Five rows: ``measure`` (German), ``value``, ``note`` (German, empty as a rule).
    """
    values, weights = _given(access, people)
    void = NOBODY if weights.sum() == 0 else ""
    flat = void or (NOTHING if values @ weights == 0 else "")
    ratio = palma(access, people)
    rows = [
        ("Gini-Koeffizient", gini(access, people), flat),
        ("Palma-Verhältnis", ratio, LOWER_WITHOUT if np.isinf(ratio) else flat),
        ("Anteil unter der Schwelle", fgt(access, people, line, 0), void),
        ("mittlerer Abstand zur Schwelle", fgt(access, people, line, 1), void),
        ("mittlerer Abstand im Quadrat", fgt(access, people, line, 2), void),
    ]
    return pd.DataFrame(rows, columns=["measure", "value", "note"])


def _given(access: npt.ArrayLike, people: npt.ArrayLike) -> tuple[Floats, Floats]:
    values, weights = np.asarray(access, dtype=float), np.asarray(people, dtype=float)
    if values.ndim != 1 or values.shape != weights.shape:
        raise ValueError("Zugang und Personen: zu jedem Ort gehört je eine Zahl.")
    for name, numbers in (("Zugang", values), ("Personen", weights)):
        if not ((numbers >= 0) & (numbers < np.inf)).all():
            raise ValueError(
                f"{name}: Zahlen müssen bekannt und endlich und dürfen nicht negativ sein."
            )
    return values, weights


def _curve(values: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Return cumulative shares of people and of access, both from 0."""
    x, y = (np.concatenate([[0.0], np.cumsum(n)]) for n in (weights, values * weights))
    x = x / x[-1] if x[-1] > 0 else x
    return x, y / y[-1] if y[-1] > 0 else x


def _ranked(
    access: npt.ArrayLike, people: npt.ArrayLike, rank_by: npt.ArrayLike
) -> tuple[Floats, Floats]:
    """Return mean access and people of each rank that has people, the worst off first."""
    values, weights = _given(access, people)
    ranks = np.asarray(rank_by, dtype=float)
    if ranks.shape != values.shape or np.isnan(ranks[weights > 0]).any():
        raise ValueError("Rang: zu jedem Ort mit Personen gehört eine bekannte Zahl.")
    lived = weights > 0
    _, rank = np.unique(ranks[lived], return_inverse=True)
    count = np.bincount(rank, weights[lived]).astype(np.float64)
    return np.bincount(rank, (values * weights)[lived]) / count, count


def _correction(values: Floats, mean: float, bounds: tuple[float, float]) -> float:
    low, high = bounds
    if not low < high or (values < low).any() or (values > high).any():
        raise ValueError(f"Grenzen {bounds}: der Zugang muss dazwischen liegen.")
    return float(4 * mean / (high - low))
