"""The tables of gaps as they may leave the house: all of the same people, protected together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.codes import FIELDS
from sokanalysis.demand import NEEDS
from sokanalysis.gaps import GAP_CLASSES
from sokanalysis.privacy import withhold_sums

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.region import Region

WITHHELD: Final = "zum Schutz nicht gezeigt"
_NEEDS: Final = {need: entry.title for need, entry in NEEDS.items()}
_BY_AREA: Final = ("need", "gap_class", "area")
_BY_NEED: Final = ("need", "gap_class")
_BY_FIELD: Final = ("field", "gap_class")
# The demand itself stands in the notebook as an estimate and is no secret.
_PUBLIC: Final = (("need",), ("field",), ())


@dataclass(frozen=True)
class PublishedGaps:
    """Counts of people by need, field, class and area, the small ones withheld in all of them.

    Parameters
    ----------
    tables : dict of tuple of str to DataFrame
        As `sokanalysis.privacy.withhold_sums` gives them.
    limit : int
        Smallest count shown.
    """

    tables: dict[tuple[str, ...], pd.DataFrame]
    limit: int

    def by_need(self) -> pd.DataFrame:
        """Return people by need and class, in German.

        Returns
        -------
        DataFrame
            Index: needs; columns: the classes that occur, in order, and last `WITHHELD` where
            anything is; whole numbers. Rows add up to the demand.
        """
        return self._wide(_BY_NEED, _NEEDS)

    def by_field(self) -> pd.DataFrame:
        """Return the needs of people by field and class, like `by_need`.

        Who needs two things counts twice.
        """
        return self._wide(_BY_FIELD, FIELDS)

    def largest_open(self, needs: Iterable[str]) -> str:
        """Name the largest gap of some needs with its people, in German.

        Parameters
        ----------
        needs : iterable of str
            Keys of `demand.NEEDS`.
        """
        keys, rows, totals = set(needs), self.tables[_BY_NEED], self.tables[("need",)]
        rows = rows[rows["need"].isin(keys) & (rows["gap_class"] != "kann_teilnehmen")]
        sums = rows.groupby("gap_class")["person_count"].sum()
        total = totals.loc[totals["need"].isin(keys), "person_count"].sum()
        if not sums.any():
            return "keine offene Lücke"
        name = str(sums.idxmax())
        return f"{GAP_CLASSES[name]}: {sums[name]} von {total} Menschen"

    def action(self, ranked: pd.DataFrame) -> pd.DataFrame:
        """Return needs for action with the counts that may be shown.

        Parameters
        ----------
        ranked : DataFrame
            As `sokanalysis.gap_ranges.ranged_needs_for_action` gives it. Where the count is
            withheld both ends of its range are, and an end that is small itself is.

        Returns
        -------
        DataFrame
            Withheld rows stand last and have no ``rank``, which would tell between which counts
            theirs lies.
        """
        words = {"need": _NEEDS, "gap_class": GAP_CLASSES}
        cells = self.tables[_BY_AREA].replace(words)
        keys = list(_BY_AREA)
        counts = ranked[keys].merge(cells, on=keys, how="left")["person_count"].to_numpy()
        ends = ["person_count_low", "person_count_high"]
        shown_ends = ranked[ends].astype("Int64")
        small = (shown_ends > 0) & (shown_ends < self.limit)
        gone = pd.isna(counts)
        shown = ranked.assign(
            person_count=counts, rank=ranked["rank"].astype("Int64").mask(gone),
            **shown_ends.mask(small | gone[:, None]),
        )  # fmt: skip
        return pd.concat([shown[~gone], shown[gone]])

    def _wide(self, keys: tuple[str, str], titles: dict[str, str]) -> pd.DataFrame:
        index, column = keys
        cells = self.tables[keys]
        totals = self.tables[(index,)].set_index(index)["person_count"]
        wide = cells.pivot(index=index, columns=column, values="person_count").fillna(0)
        order = [name for name in GAP_CLASSES if name in wide]
        wide = wide.reindex(index=[name for name in titles if name in totals], columns=order)
        wide = wide.astype("int64")
        rest = totals.reindex(wide.index).astype("int64") - wide.sum(axis=1)
        wide = wide.rename(columns=GAP_CLASSES)
        return (wide.assign(**{WITHHELD: rest}) if rest.any() else wide).rename(index=titles)


def published_gaps(region: Region, rows: pd.DataFrame, by: str = "verband_name") -> PublishedGaps:
    """Withhold small counts in all tables of gaps together.

    Parameters
    ----------
    region : Region
        Gives the municipalities and the limit.
    rows : DataFrame
        As `sokanalysis.gaps.gaps` gives it.
    by : str
        Column of the municipalities that names the areas shown.
    """
    area = region.municipalities.set_index("ags")[by]
    parts = rows.assign(area=rows["ags"].map(area))
    limit = int(region.parameters.withhold_below)
    tables = [_BY_AREA, _BY_NEED, _BY_FIELD, *_PUBLIC]
    return PublishedGaps(withhold_sums(parts, tables, region.parameters, keep=_PUBLIC), limit)
