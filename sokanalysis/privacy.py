"""The wall: small numbers of people are withheld before anything is drawn or written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters


def withhold(
    rows: pd.DataFrame, columns: list[str], parameters: Parameters, group: str | None = None
) -> pd.DataFrame:
    """Withhold counts of people below the limit, and one more where a total would tell them.

    Zero is no secret. Where exactly one count of a column (within its group) is withheld, or the
    sum of the withheld counts tells them all, the next smallest is withheld too, so that a
    published total does not give them away.

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
        A copy; withheld counts are missing (nullable integers). Empty for an empty table.
    """
    shown = rows.copy()
    for column in columns:
        shown[column] = shown[column].astype("Int64")
        groups = (
            [shown.index] if group is None else shown.groupby(group, dropna=False).groups.values()
        )
        for index in groups:
            part = shown.loc[index, column]
            shown.loc[_withheld(part, int(parameters.withhold_below)), column] = pd.NA
    return shown


def _withheld(counts: pd.Series[int], limit: int) -> pd.Index:
    small = counts[(counts > 0) & (counts < limit)].index
    others = counts.drop(small)
    others = others[others > 0]
    # One count, or counts that are all the least or all the most possible, follow from their sum.
    told = len(small) == 1 or counts[small].sum() in (len(small), len(small) * (limit - 1))
    if len(small) and len(others) and told:
        return small.append(pd.Index([others.idxmin()]))
    return small
