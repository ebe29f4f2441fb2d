"""How sure the demand is: low, middle and high from many draws of the assumptions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.codes import FIELDS
from sokanalysis.demand import NEEDS, bounds, demand, middle_values, need_counts, weights
from sokanalysis.distribution import Floats, Whole
from sokanalysis.foreigners import Foreigners, foreigners, settlement_counts

if TYPE_CHECKING:
    from sokanalysis.region import Region

DRAWS: Final = 1_000
SEED: Final = 16075  # any number will do; it stays, so that the same district has the same range
PERCENTILES: Final = (5, 95)  # nine draws of ten lie between
LEVELS: Final = ("ags", "settlement_id")


def demand_ranges(
    region: Region, by: str = "", *, draws: int = DRAWS, seed: int = SEED
) -> pd.DataFrame:
    """Return the demand with the range that the assumptions leave open.

    Every parameter of the demand with a range and the foreigners of every municipality are
    drawn at once, by a Latin hypercube (McKay, Beckman & Conover 1979, Technometrics 21,
    239–245), independently of each other, from two half triangles that meet at the value in use:
    half of the draws lie below it, half above, and the ends of the range are hardly ever drawn.

    Parameters
    ----------
    region : Region
        The district.
    by : str
        "ags" or "settlement_id" for rows by area; by default the whole district.
    draws, seed : int
        Number of draws and where the random numbers start.

    Returns
    -------
    DataFrame
        One row a need (and area, areas of a need in the order of the settlements):
        ``settlement_id`` or ``ags`` if asked for, ``need`` (key of `NEEDS`), ``low_count``,
        ``person_count``, ``high_count`` (people, whole numbers). The middle is that of
        `sokanalysis.demand.demand`: the assumptions as they stand. Low and high are the 5th and
        95th percentile of the draws, rounded outwards, and never leave the middle outside. They
        do not add up over areas or needs. Empty without settlements.

    Raises
    ------
    ParameterOutOfRange
        When a range does not hold its value or a share leaves 0 to 1.
    ValueError
        When ``by`` is neither of these or fewer than one draw is asked for.
    """
    if by not in ("", *LEVELS) or draws < 1:
        raise ValueError(f"by = „{by}“, draws = {draws}: „ags“ oder „settlement_id“, ab 1 Ziehung")
    keys = ["need", *([by] if by else [])]
    middle = demand(region).groupby(keys, sort=False)["person_count"].sum()
    if middle.empty:
        return _ordered(pd.DataFrame(columns=[*keys, "low_count", "person_count", "high_count"]))
    people = foreigners(region)
    values, spread = _drawn(region, people, draws, seed)
    counts = need_counts(people, values)
    group = pd.factorize(region.settlements[by])[0] if by else np.zeros(len(people.part), np.int64)
    ends = [_ends(counts[need], _shares(people, values, spread, need), group) for need in NEEDS]
    low, high = np.hstack(ends)
    rows = middle.reset_index()
    rows["low_count"] = np.minimum(np.floor(np.round(low, 6)), middle.to_numpy()).astype(np.int64)
    rows["high_count"] = np.maximum(np.ceil(np.round(high, 6)), middle.to_numpy()).astype(np.int64)
    return _ordered(rows)


def demand_draws(
    region: Region, *, draws: int, seed: int = SEED
) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Return single draws of the assumptions with the demand that follows from each.

    Parameters
    ----------
    region, draws, seed
        As in `demand_ranges`.

    Returns
    -------
    values : dict of str to ndarray of float, shape (draws,)
        By the name of the parameter.
    people : dict of str to ndarray of float, shape (draws, settlements)
        By need; not rounded.
    """
    people = foreigners(region)
    values, spread = _drawn(region, people, draws, seed)
    counts = need_counts(people, values)
    rows = {need: counts[need][:, None] * _shares(people, values, spread, need) for need in NEEDS}
    return values, rows


def _ordered(rows: pd.DataFrame) -> pd.DataFrame:
    keys = [name for name in LEVELS if name in rows]
    return rows[[*keys, "need", "low_count", "person_count", "high_count"]]


def _drawn(
    region: Region, people: Foreigners, draws: int, seed: int
) -> tuple[dict[str, Floats], Floats]:
    """Return the parameters, shape (draws,), and foreigners more or fewer by settlement."""
    from scipy.stats.qmc import LatinHypercube

    names = list(middle_values(region.parameters))
    chance = LatinHypercube(len(names) + len(people.ags), rng=seed).random(draws)
    values = {
        name: half_triangles(chance[:, at], *bounds(region.parameters.entries[name]))
        for at, name in enumerate(names)
    }
    return values, _spread(region, chance[:, len(names) :][:, people.part])


def half_triangles(
    chance: Floats, low: float | Floats, value: float | Floats, high: float | Floats
) -> Floats:
    """Return the quantiles of two half triangles that meet at a value.

    Parameters
    ----------
    chance : ndarray of float, shape (n,)
        From 0 to 1; ½ gives the value.
    low, value, high : float or ndarray of float that fits ``chance``
        Ends and median.

    Returns
    -------
    ndarray of float, shape (n,)
        Rises with chance, from low to high. Half a triangle from ``low`` rises up to the value:
        a share q = 2 · chance lies below low + (value − low) · √q; the other half mirrors it.
    """
    below = low + (value - low) * np.sqrt(np.minimum(2 * chance, 1))
    above = high - (high - value) * np.sqrt(np.minimum(2 * (1 - chance), 1))
    return np.where(chance < 0.5, below, above)


def _spread(region: Region, chance: Floats) -> Floats:
    """Return how many foreigners more a settlement has in each draw, shape (draws, settlements).

    All settlements of a municipality move together, as its number is what is not known.
    """
    rows = region.groups[region.groups["group"] == "auslaender"]
    rows = rows[(rows["area_level"] == "siedlung") & (rows["date"] == rows["date"].max())]
    rows = rows.assign(
        low=rows["person_count_low"].fillna(rows["person_count"]),
        high=rows["person_count_high"].fillna(rows["person_count"]),
    )
    low, count, high = (settlement_counts(region, rows, c) for c in ("low", "person_count", "high"))
    return half_triangles(chance, low, count, high) - count


def _shares(people: Foreigners, values: dict[str, Floats], spread: Floats, need: str) -> Floats:
    """Return the share of each settlement in a need, shape (draws, settlements)."""
    others, seekers = weights(people, need)
    ratio = values["seeker_need_ratio"][:, None] if NEEDS[need].is_seeker_need else 1.0
    everybody = people.cells.sum()
    of_ages = (others.sum() + seekers.sum()) / everybody if everybody else 0.0
    lives = np.maximum(others + ratio * seekers + spread * of_ages, 0)
    sums = lives.sum(axis=1, keepdims=True)
    return np.divide(lives, sums, out=np.zeros_like(lives), where=sums > 0)


def _ends(counts: Floats, shares: Floats, group: Whole) -> Floats:
    """Return low and high of each area, shape (2, areas)."""
    areas = np.zeros((int(group.max()) + 1, len(counts)))
    np.add.at(areas, group, (counts[:, None] * shares).T)
    return np.percentile(areas, PERCENTILES, axis=1)


def need_table(region: Region) -> pd.DataFrame:
    """Return the demand of the district for a table on the page.

    Returns
    -------
    DataFrame
        One row a need, in the order of `NEEDS`: ``field`` and ``need`` (German),
        ``person_count_low``, ``person_count``, ``person_count_high`` as in `demand_ranges`.
    """
    rows = demand_ranges(region)
    rows.insert(0, "field", rows["need"].map({n: FIELDS[e.field] for n, e in NEEDS.items()}))
    return _headed(rows)


def municipality_table(region: Region, need: str) -> pd.DataFrame:
    """Return the demand of the municipalities for one need, for a table on the page.

    Parameters
    ----------
    region : Region
        The district.
    need : str
        Key of `NEEDS`; KeyError for any other.

    Returns
    -------
    DataFrame
        ``municipality``, ``need`` (German), ``person_count_low``, ``person_count``,
        ``person_count_high``, largest first, equal ones by name. Small counts have to pass
        `sokanalysis.privacy` before they are shown.
    """
    title = NEEDS[need].title
    rows = demand_ranges(region, "ags")
    names = region.municipalities.set_index("ags")["name"]
    rows.insert(0, "municipality", rows["ags"].map(names))
    rows = _headed(rows[rows["need"] == need]).drop(columns="ags")
    order = ["person_count", "municipality"]
    return rows.assign(need=title).sort_values(order, ascending=[False, True], ignore_index=True)


def _headed(rows: pd.DataFrame) -> pd.DataFrame:
    titles = {need: entry.title for need, entry in NEEDS.items()}
    heads = {"low_count": "person_count_low", "high_count": "person_count_high"}
    return rows.assign(need=rows["need"].map(titles)).rename(columns=heads)
