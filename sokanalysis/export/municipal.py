"""Gaps by municipality that tell nothing beyond the published tables but what they show.

The tables of gaps by need, class and Verband leave the house elsewhere (`sokanalysis.published`)
and stay as they are. Each of their counts is divided among the municipalities of its Verband, or is
not: all municipalities are shown, or none, those with nobody included. So no number of one division
bears on another, and of one that is not shown a reader knows the sum alone.

It is not shown where a municipality has a small count. Who knows this rule knows of a sum S of that
kind that some place has fewer people than the limit L; still every place may have S − 1 and another
1, which is enough to be shown from S = L + 1 on. A sum of L or less is never divided: it would
follow that every place has fewer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.codes import FIELDS
from sokanalysis.demand import NEEDS
from sokanalysis.gaps import GAP_CLASSES

if TYPE_CHECKING:
    from sokanalysis.published import PublishedGaps
    from sokanalysis.region import Region

_DIVIDED: Final = ["need", "gap_class", "area"]
_ROW: Final = ["ags", "need", "gap_class"]


def municipal_gaps(region: Region, rows: pd.DataFrame, safe: PublishedGaps) -> pd.DataFrame:
    """Return people with a need by municipality and gap class, small counts withheld.

    Parameters
    ----------
    region : Region
        Gives the municipalities and the limit.
    rows : DataFrame
        As `sokanalysis.gaps.gaps` gives it.
    safe : PublishedGaps
        The published tables of the same people, by ``verband_name``.

    Returns
    -------
    DataFrame
        ``ags``, ``area`` (Verband), ``need``, ``gap_class`` (keys) and ``person_count``
        (nullable integers, missing where withheld): every class that occurs in the Verband, for
        each of its municipalities, zeros included. By municipality, need and class. Empty without
        people.
    """
    municipalities = region.municipalities[["ags", "verband_name"]]
    municipalities = municipalities.rename(columns={"verband_name": "area"})
    totals = safe.tables[("need", "gap_class", "area")].rename(columns={"person_count": "total"})
    cells = municipalities.merge(totals, on="area")
    people = rows.groupby(_ROW)["person_count"].sum().reset_index()
    cells = cells.merge(people, on=_ROW, how="left").fillna({"person_count": 0})
    counts = cells["person_count"].astype("Int64")
    cells["person_count"] = counts.mask(_is_withheld(cells, int(region.parameters.withhold_below)))
    return _in_order(region, cells)[["ags", "area", "need", "gap_class", "person_count"]]


def _is_withheld(cells: pd.DataFrame, limit: int) -> pd.Series[bool]:
    """Tell which cells belong to a division that is not shown."""
    division = cells.groupby(_DIVIDED, sort=False)
    is_small = cells["person_count"].between(1, limit - 1)
    has_small = is_small.groupby([cells[name] for name in _DIVIDED], sort=False).transform("any")
    is_divided = division["ags"].transform("size") > 1
    is_little = (cells["total"] > 0) & (cells["total"] <= limit)
    is_gone = cells["total"].isna() | (is_divided & (has_small | is_little.fillna(False)))
    return is_gone.astype(bool)


def _in_order(region: Region, cells: pd.DataFrame) -> pd.DataFrame:
    orders = {
        "ags": [*region.municipalities["ags"]], "need": [*NEEDS], "gap_class": [*GAP_CLASSES],
    }  # fmt: skip
    return cells.sort_values(
        _ROW, key=lambda keys: keys.map(orders[str(keys.name)].index), ignore_index=True
    )


def municipal_demand(region: Region, divided: pd.DataFrame) -> pd.DataFrame:
    """Return people with a need by municipality, as far as the gaps shown add up to it.

    Parameters
    ----------
    region : Region
        Gives the municipalities.
    divided : DataFrame
        As `municipal_gaps` gives it.

    Returns
    -------
    DataFrame
        One row a municipality and need: ``ags``, ``area``, ``field`` (German), ``need`` (key) and
        ``person_count`` (nullable integers, missing where any gap is withheld; 0 where nobody of
        the Verband has the need). A sum of what is shown tells nothing new.
    """
    rows = region.municipalities[["ags", "verband_name"]].merge(
        pd.DataFrame({
            "need": list(NEEDS), "field": [FIELDS[entry.field] for entry in NEEDS.values()],
        }), how="cross",
    )  # fmt: skip
    rows = rows.rename(columns={"verband_name": "area"})
    groups = divided.groupby(["ags", "need"])["person_count"]
    sums = groups.agg(lambda counts: counts.sum(skipna=False)).rename("person_count")
    rows = rows.merge(sums.reset_index(), on=["ags", "need"], how="left", indicator=True)
    counts = rows["person_count"].astype("Int64")
    rows["person_count"] = counts.mask(rows["_merge"] == "left_only", 0)
    return rows.drop(columns="_merge")
