"""Rounded tables, as an alternative to withheld cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sokanalysis.suppression import solve

if TYPE_CHECKING:
    from sokanalysis.suppression import Flags, Numbers


def rounded(table: pd.DataFrame, base: int) -> pd.DataFrame:
    """Round every count to a neighbouring multiple so that rows and columns still add up.

    Controlled rounding (Bacharach 1966; Cox & Ernst 1982): every count becomes the multiple
    below or above it, a multiple stays, and so do the sums of rows and columns and the grand
    total: each differs from the true one by less than `base`. Among all ways to do so one with
    the least total change is taken, always the same.

    It is an alternative to withholding, not an addition to it: a rounded table beside a table with
    exact counts of the same people narrows down what is withheld. A reader of the
    rounded table alone knows each count only to less than `base` up or down; 0 may be 1 or 2.

    Parameters
    ----------
    table : DataFrame
        Counts of people, whole numbers, none missing or negative.
    base : int
        At least 2; the parameter ``withhold_below`` is a good choice.

    Returns
    -------
    DataFrame
        Multiples of `base`, shape of `table`; empty for an empty table.

    Raises
    ------
    ValueError
        When `base` is below 2.
    """
    if base < 2:
        raise ValueError("Die Rundungsbasis muss mindestens 2 sein.")
    counts = table.to_numpy(np.int64)
    up = _rounded_up(counts, base)
    return pd.DataFrame((counts // base + up) * base, table.index, table.columns)


def _rounded_up(counts: Numbers, base: int) -> Flags:
    """Choose which counts of a table go up to the next multiple, the others going down.

    Sums of rows, of columns and of all stay with one of their two neighbouring multiples. This
    is a flow through rows and columns, so that an answer exists and the optimum is whole.

    Parameters
    ----------
    counts : ndarray of int, shape (rows, columns)
        Not negative.
    base : int
        At least 2.

    Returns
    -------
    ndarray of bool, shape (rows, columns)
        Never True for a multiple of `base`.
    """
    from scipy import sparse

    rest, below = (counts % base).ravel(), counts // base
    if rest.size == 0:
        return np.zeros(counts.shape, dtype=bool)
    rows, columns = counts.shape
    sums = sparse.vstack([
        sparse.kron(sparse.eye_array(rows), np.ones((1, columns))),
        sparse.kron(np.ones((1, rows)), sparse.eye_array(columns)),
        np.ones((1, rest.size)),
    ]).tocsr()  # fmt: skip
    total, floors = sums @ counts.ravel(), sums @ below.ravel()
    bounds = total // base - floors, -(-total // base) - floors
    # Going up changes a count by base - rest instead of rest; of equals the first goes up.
    cost = base - 2.0 * rest + 1e-4 * np.arange(rest.size) / rest.size
    whole = np.ones(rest.size, dtype=bool)
    solution = solve(cost, sums, bounds, (np.zeros(rest.size), np.minimum(rest, 1)), whole, 60.0)
    if solution is None:  # cannot be: the fractions rest / base are an answer
        raise ArithmeticError("HiGHS fand keine Rundung.")
    up: Flags = np.rint(solution).astype(bool).reshape(counts.shape)
    return up
