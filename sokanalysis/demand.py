"""Who needs what, where: people with a need by settlement, with ranges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from sokanalysis.region import Region


@dataclass(frozen=True)
class Need:
    """One kind of need and the offers that answer it.

    Parameters
    ----------
    title : str
        German name.
    field : str
        Field of action, a key of `codes.FIELDS`.
    kinds : tuple of str
        Kinds of offer that answer the need.
    near_kinds : tuple of str
        Kinds at another level or for other people: they show that a provider is there.
    """

    title: str
    field: str
    kinds: tuple[str, ...]
    near_kinds: tuple[str, ...]


NEEDS: Final = {
    "alphabetisierung": Need(
        "Alphabetisierung", "sprache_bildung", ("alphabetisierung",),
        ("integrationskurs", "einstiegskurs"),
    ),
    "integrationskurs": Need(
        "Integrationskurs A1–B1", "sprache_bildung", ("integrationskurs",),
        ("alphabetisierung", "einstiegskurs", "berufssprachkurs"),
    ),
    "berufssprache": Need(
        "Berufssprache ab B2", "sprache_bildung", ("berufssprachkurs",),
        ("integrationskurs", "einstiegskurs"),
    ),
    "arbeit": Need(
        "Begleitung in Arbeit", "ausbildung_arbeit",
        ("jobvermittlung", "ausbildungsbegleitung", "aktivierung"),
        ("jugendmigrationsdienst", "arbeitsgelegenheit"),
    ),
    "beratung": Need(
        "Migrationsberatung", "teilhabe", ("migrationsberatung",),
        ("jugendmigrationsdienst", "aktivierung"),
    ),
    "begegnung": Need(
        "Begegnung", "teilhabe", ("begegnung", "sport", "ehrenamt"),
        ("jugendarbeit", "existenzhilfe"),
    ),
}  # fmt: skip

GENERAL_GROUPS: Final = frozenset(
    {"alle", "zugewanderte", "gefluechtete", "arbeitsuchende"}
)  # an offer for one of these is open to most people with a need


def apportion(total: int, weights: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Share out whole people in proportion to weights, by largest remainders.

    Parameters
    ----------
    total : int
        People to share out.
    weights : ndarray of float, shape (n,)
        Not negative; with a sum of 0 nobody is shared out.

    Returns
    -------
    ndarray of int, shape (n,)
        Adds up to ``total`` exactly; of equal remainders the earlier one comes first.
    """
    if weights.sum() == 0:
        return np.zeros(len(weights), dtype=np.int64)
    exact = total * weights / weights.sum()
    whole = np.floor(exact).astype(np.int64)
    first = np.argsort(np.round(whole - exact, 9), kind="stable")[: total - whole.sum()]
    whole[first] += 1
    return whole


def demand(region: Region) -> pd.DataFrame:
    """Estimate how many people in every settlement have a need within a year.

    The foreign population of the district times the share of each need
    (``need_share_…`` in parameters.yaml) is shared out over the settlements in proportion to
    their estimated foreign population.

    Returns
    -------
    DataFrame
        One row a settlement and need, in the order of the settlements and of `NEEDS`:
        ``settlement_id``, ``ags``, ``need``, ``field``, ``person_count``,
        ``person_count_low``, ``person_count_high`` (people, whole numbers). Empty without
        settlements.
    """
    foreigners = _foreigners(region)
    parts = [_demand(region, need, foreigners) for need in NEEDS]
    return pd.concat(parts, ignore_index=True)


def _foreigners(region: Region) -> pd.Series[int]:
    """Return the foreign population by settlement, in the order of the settlements."""
    groups = region.groups
    rows = groups[(groups["area_level"] == "siedlung") & (groups["group"] == "auslaender")]
    latest = rows[rows["date"] == rows["date"].max()].set_index("area_id")["person_count"]
    order = region.settlements["settlement_id"]
    return latest.reindex(order).fillna(0).astype("int64")


def _demand(region: Region, need: str, foreigners: pd.Series[int]) -> pd.DataFrame:
    share = region.parameters.entries[f"need_share_{need}"]
    low, high = share.range or (share.value, share.value)
    weights = foreigners.to_numpy(float)
    counts = {
        name: apportion(round(weights.sum() * float(part)), weights)  # type: ignore[arg-type]
        for name, part in (
            ("person_count", share.value), ("person_count_low", low), ("person_count_high", high),
        )
    }  # fmt: skip
    return pd.DataFrame({
        "settlement_id": region.settlements["settlement_id"], "ags": region.settlements["ags"],
        "need": need, "field": NEEDS[need].field, **counts,
    })  # fmt: skip
