"""The wall: small numbers of people are withheld before anything is drawn or written."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.errors import NotProtected
from sokanalysis.suppression import Sums, suppressed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import numpy.typing as npt

    from sokanalysis.parameters import Parameters

Keys = tuple[str, ...]

_ALL: Final = "insgesamt"


def sums_of(*dimensions: Sequence[str]) -> list[Keys]:
    """List every sum over rows, columns and levels that a reader can ask for.

    Parameters
    ----------
    *dimensions : sequence of str
        One a dimension: its columns from fine to coarse, such as
        ``("settlement_id", "ags", "verband_name")`` and ``("need",)``.

    Returns
    -------
    list of tuple of str
        One level or none of each dimension, the finest first, the grand total ``()`` last.

    Examples
    --------
    >>> sums_of(("ags",), ("need",))
    [('ags', 'need'), ('ags',), ('need',), ()]
    """
    choices = [[*((level,) for level in levels), ()] for levels in dimensions]
    return [tuple(name for part in chosen for name in part) for chosen in product(*choices)]


def withhold_sums(
    rows: pd.DataFrame, tables: Iterable[Keys], parameters: Parameters, *,
    keep: Iterable[Keys] = (), count: str = "person_count",
) -> dict[Keys, pd.DataFrame]:  # fmt: skip
    """Sum people up for several tables and withhold what tells a small count, in all together.

    Every table that leaves the house with the same people belongs into one call: what one table
    withholds could follow from another. Zero is shown. For every withheld small count the
    published numbers also fit a count that would be shown (see `sokanalysis.suppression`).

    Parameters
    ----------
    rows : DataFrame
        People in the finest parts: the columns of `tables` and `count`, whole numbers, not
        negative and not missing.
    tables : iterable of tuple of str
        Columns that each published table is summed by; ``()`` for the grand total. `sums_of`
        lists all that a reader can form himself.
    parameters : Parameters
        ``withhold_below`` is the smallest count shown.
    keep : iterable of tuple of str
        Those of `tables` whose numbers stand elsewhere already and cannot be withheld.
    count : str
        Column with people.

    Returns
    -------
    dict of tuple of str to DataFrame
        By the columns of the table: these columns, in order of their first row, and `count`
        (nullable integers, missing where withheld). Without rows the tables are empty, the grand
        total is 0.

    Raises
    ------
    NotProtected
        When a small count stands in a table that is kept or follows from such tables.
    """
    tables, keep = list(dict.fromkeys(tables)), set(keep)
    columns = list(dict.fromkeys(name for keys in tables for name in keys))
    parts = _summed(rows, tuple(columns), count)
    cells = {keys: _summed(parts, keys, count) for keys in tables}
    sums, full = _system(parts, cells, keep, int(parameters.withhold_below), count)
    hidden = np.zeros(len(full), dtype=bool)
    hidden[full] = suppressed(sums)
    ends = np.cumsum([len(frame) for frame in cells.values()])
    for frame, gone in zip(cells.values(), np.split(hidden, ends[:-1]), strict=True):
        frame[count] = frame[count].astype("Int64").mask(gone)
    return cells


def _summed(rows: pd.DataFrame, keys: Keys, count: str) -> pd.DataFrame:
    if not keys:
        return pd.DataFrame({count: [int(rows[count].sum())]})
    sums = rows.groupby(list(keys), sort=False, dropna=False, observed=True)[count].sum()
    return sums.reset_index()


def _system(
    parts: pd.DataFrame, cells: dict[Keys, pd.DataFrame], keep: set[Keys], limit: int, count: str
) -> tuple[Sums, npt.NDArray[np.bool_]]:
    """Say which parts every cell adds up, without empty ones, and which cells are not empty."""
    from scipy.sparse import csr_array

    starts = np.cumsum([0, *(len(frame) for frame in cells.values())])
    values = np.concatenate([frame[count].to_numpy(np.int64) for frame in cells.values()])
    counts = parts[count].to_numpy(np.int64)
    cell = np.concatenate([
        start + _group_numbers(parts, keys) for start, keys in zip(starts, cells, strict=False)
    ])  # fmt: skip
    part = np.tile(np.arange(len(parts)), len(cells))
    matrix = csr_array((np.ones(len(part)), (cell, part)), shape=(len(values), len(parts)))
    kept = np.repeat([keys in keep for keys in cells], np.diff(starts))
    names = np.concatenate([_names(frame, keys) for keys, frame in cells.items()])
    full = values > 0
    matrix = matrix[full][:, counts > 0]
    return Sums(matrix, values[full], counts[counts > 0], kept[full], names[full], limit), full


def _group_numbers(parts: pd.DataFrame, keys: Keys) -> npt.NDArray[np.int64]:
    """Return the number of the cell that each part belongs to, in order of the first part."""
    if not keys:
        return np.zeros(len(parts), dtype=np.int64)
    groups = parts.groupby(list(keys), sort=False, dropna=False, observed=True)
    return groups.ngroup().to_numpy().astype(np.int64)


def _names(frame: pd.DataFrame, keys: Keys) -> npt.NDArray[np.object_]:
    """Name cells by their row, for messages."""
    texts = [frame[key].astype(str) for key in keys]
    rows = zip(*texts, strict=True) if keys else [(_ALL,)] * len(frame)
    return np.array([", ".join(row) for row in rows], dtype=object)


def withhold(
    rows: pd.DataFrame, columns: list[str], parameters: Parameters, group: str | None = None
) -> pd.DataFrame:
    """Withhold small counts of single columns, each with a total that a reader knows.

    For a table of rows and columns that add up, and for tables with the same people, take
    `withhold_sums`: this function looks at one column at a time.

    Parameters
    ----------
    rows : DataFrame
        Table meant for others.
    columns : list of str
        Columns with counts of people (whole numbers).
    parameters : Parameters
        ``withhold_below`` is the smallest count shown.
    group : str, optional
        Column whose groups have a published total each; by default the whole table has one.

    Returns
    -------
    DataFrame
        A copy; withheld counts are missing (nullable integers). Where a total is as good as its
        only counts, all of them are withheld: such a total must not be shown either. Empty for
        an empty table.
    """
    shown = rows.copy()
    for column in columns:
        counts = shown[column].astype("Int64").array.copy()
        if group is None:
            groups: list[Any] = [np.arange(len(shown))]
        else:
            groups = list(shown.groupby(group, dropna=False).indices.values())
        for positions in groups:
            known = positions[~counts[positions].isna()]
            counts[known[_withheld(counts[known], parameters)]] = pd.NA
        shown[column] = counts
    return shown


def _withheld(counts: Any, parameters: Parameters) -> npt.NDArray[np.bool_]:
    """Say which counts of one total are withheld; all above zero when the total tells anyway."""
    parts = pd.DataFrame({"row": np.arange(len(counts)), "person_count": counts.astype("int64")})
    total = parts["person_count"].sum()
    keep = [()] if total >= parameters.withhold_below else []
    try:
        found = withhold_sums(parts, [("row",), ()], parameters, keep=keep)
    except NotProtected:
        return (parts["person_count"] > 0).to_numpy()
    return found[("row",)]["person_count"].isna().to_numpy()
