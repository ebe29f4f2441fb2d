"""Where foreigners and asylum seekers live and how old they are, fitted to what is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.codes import CURRENT_STATUSES
from sokanalysis.distribution import Floats, Whole, apportion, apportion_within, fit
from sokanalysis.errors import ParameterOutOfRange
from sokanalysis.geography import distances_m, project

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters
    from sokanalysis.region import Region

AGES: Final = {
    "unter_6": "unter 6 Jahre",
    "6_bis_15": "6 bis 15 Jahre",
    "16_bis_24": "16 bis 24 Jahre",
    "ab_25": "ab 25 Jahre",
}
AGE_PARAMETERS: Final = ("age_share_under_6", "age_share_6_to_15", "age_share_16_to_24")
OTHERS, SEEKERS = 0, 1  # positions of the two groups in `Foreigners.cells`
_DAYS: Final = 365.25


@dataclass(frozen=True)
class Foreigners:
    """Foreigners of a district by settlement, group and age.

    Parameters
    ----------
    cells : ndarray of float, shape (settlements, 2, ages)
        People on the day of the count, fractions included; settlements in the region's order,
        group `OTHERS` or `SEEKERS`, ages as in `AGES`.
    ags : ndarray of str, shape (municipalities,)
        Keys of the municipalities, in the order of the settlements.
    part : ndarray of int, shape (settlements,)
        Position of each settlement's municipality in ``ags``.
    counted : ndarray of int, shape (municipalities, 2)
        Whole people of each group on the day of the count.
    years : float
        Years by which the count is carried forward; 0 when it is newer than the figures of
        the Land.
    """

    cells: Floats
    ags: tuple[str, ...]
    part: Whole
    counted: Whole
    years: float


def foreigners(region: Region) -> Foreigners:
    """Fit foreigners by settlement, group and age to what is known of them.

    Known are the foreigners and the asylum seekers of each municipality (table ``groups``, the
    latest count; a newer number of the district scales them) and the ages of all foreigners
    together (parameters). The seed says the rest: settlements as estimated in ``groups``, or
    else by population; asylum seekers partly by the places of current accommodation
    (``seeker_flat_share`` of them live in flats) and younger than the others.

    Raises
    ------
    MarginsDisagree
        When people are known where there is no settlement, or numbers contradict each other.
    ParameterOutOfRange
        When the shares of the ages exceed 1 together.
    """
    settlements = region.settlements
    ags = tuple(dict.fromkeys([*settlements["ags"], *_named(region)]))
    part = settlements["ags"].map({key: at for at, key in enumerate(ags)}).to_numpy(np.int64)
    residents = _summed(_population(region), part, len(ags))
    everybody, years = _totals(region, "auslaender", ags, part, residents)
    lodged = _mixed(region, everybody, _summed(_accommodated(region), part, len(ags)))
    seekers = np.minimum(_totals(region, "schutzsuchende", ags, part, lodged)[0], everybody)
    counted = np.column_stack([everybody - seekers, seekers])
    cells = _cells(region, part, counted)
    return Foreigners(cells, ags, part, counted, years)


def people_by_group(region: Region) -> pd.DataFrame:
    """Return whole people of each group by settlement on the day of the count.

    Returns
    -------
    DataFrame
        One row a settlement and group, foreigners first: ``settlement_id``, ``ags``, ``group``
        (code of `sokanalysis.codes.GROUPS`; asylum seekers are among the foreigners too) and
        ``person_count``. The settlements of a municipality add up to its number exactly, the
        municipalities to the district.
    """
    people = foreigners(region)
    weights = people.cells.sum(axis=2)
    others, seekers = (
        apportion_within(people.counted[:, group], people.part, weights[:, group])
        for group in (OTHERS, SEEKERS)
    )
    counts = {"auslaender": others + seekers, "schutzsuchende": seekers}
    keys = region.settlements[["settlement_id", "ags"]]
    parts = [keys.assign(group=name, person_count=count) for name, count in counts.items()]
    return pd.concat(parts, ignore_index=True)


def _named(region: Region) -> pd.Series[str]:
    """Return the municipalities that the latest counts name."""
    rows = pd.concat([_latest(region, name) for name in ("auslaender", "schutzsuchende")])
    return rows.loc[(rows["area_level"] == "gemeinde") & (rows["person_count"] > 0), "area_id"]


def _latest(region: Region, group: str, *levels: str) -> pd.DataFrame:
    """Return the rows of a group on the latest day that any of the levels has."""
    rows = region.groups[region.groups["group"] == group]
    rows = rows[rows["area_level"].isin(levels or ("gemeinde", "siedlung"))]
    return rows[rows["date"] == rows["date"].max()]


def _totals(
    region: Region, group: str, ags: tuple[str, ...], part: Whole, otherwise: Floats
) -> tuple[Whole, float]:
    """Return the people of each municipality and the years since they were counted.

    A number of the district that is newer, or stands alone, is shared out as the older numbers
    of the municipalities are; without any as ``otherwise``.
    """
    fine, district = _latest(region, group), _latest(region, group, "kreis")
    rows = fine[fine["area_level"] == "gemeinde"].set_index("area_id")["person_count"]
    known = rows.reindex(list(ags)).to_numpy(float, na_value=np.nan)
    inside = np.bincount(part, settlement_counts(region, fine), len(ags))
    people = np.where(np.isnan(known), inside, known).astype(np.int64)
    if len(district) and (fine.empty or district["date"].max() > fine["date"].max()):
        pattern = people.astype(float) if people.any() else otherwise
        people = apportion(int(district["person_count"].sum()), pattern)
        fine = district
    return people, _years(region.parameters, fine["date"].max())


def _mixed(region: Region, foreign: Whole, places: Floats) -> Floats:
    """Return where asylum seekers live: most in flats like other foreigners, some lodged."""
    flats = float(region.parameters.seeker_flat_share)
    usual = foreign / max(foreign.sum(), 1)
    return flats * usual + (1 - flats) * places / places.sum() if places.any() else usual


def _years(parameters: Parameters, counted: pd.Timestamp) -> float:
    if pd.isna(counted):
        return 0.0
    return max((pd.Timestamp(parameters.foreigner_growth_until) - counted).days / _DAYS, 0.0)


def settlement_counts(region: Region, rows: pd.DataFrame, column: str = "person_count") -> Floats:
    """Return a column of ``groups`` by settlement, in the region's order; 0 where none is given."""
    own = rows[rows["area_level"] == "siedlung"].set_index("area_id")[column]
    order = region.settlements["settlement_id"]
    return own.reindex(order).to_numpy(float, na_value=0.0)


def _summed(weights: Floats, part: Whole, count: int) -> Floats:
    return np.bincount(part, weights, count).astype(np.float64)


def _population(region: Region) -> Floats:
    return region.settlements["population_count"].to_numpy(float, na_value=0.0)


def _cells(region: Region, part: Whole, counted: Whole) -> Floats:
    parameters = region.parameters
    of_all = age_shares([float(getattr(parameters, name)) for name in AGE_PARAMETERS])
    small, school = parameters.seeker_age_share_under_6, parameters.seeker_age_share_6_to_15
    of_seekers = age_shares([float(small), float(school), float(of_all[2])])
    where = _places_to_live(region, part, len(counted))
    seed = np.stack([
        counted[part, group, None] * where[group][:, None] * shares
        for group, shares in ((OTHERS, of_all), (SEEKERS, of_seekers))
    ], axis=1)  # fmt: skip
    cell = np.indices(seed.shape)
    by_group = (part[cell[0]] * 2 + cell[1]).ravel()
    margins = [
        (by_group, counted.ravel().astype(float)),
        (cell[2].ravel(), float(counted.sum()) * of_all),
    ]
    return fit(seed.ravel(), margins).reshape(seed.shape)


def age_shares(known: list[float]) -> Floats:
    """Return the shares of all ages, the last being the rest.

    Raises
    ------
    ParameterOutOfRange
        When the known shares exceed 1 together.
    """
    if sum(known) > 1 or min(known) < 0:
        raise ParameterOutOfRange(
            f"Die Anteile der Altersgruppen ({', '.join(AGE_PARAMETERS)} und die der "
            f"Asylbewerber) ergeben zusammen {sum(known):g} → Anteile wählen, die zusammen "
            "höchstens 1 ergeben."
        )
    return np.array([*known, 1 - sum(known)])


def _places_to_live(region: Region, part: Whole, count: int) -> tuple[Floats, Floats]:
    """Return within each municipality where its foreigners and its asylum seekers live."""
    foreign = settlement_counts(region, _latest(region, "auslaender"))
    reported = settlement_counts(region, _latest(region, "schutzsuchende"))
    guesses = (foreign, _population(region), np.ones(len(part)))
    usual = _first_known(guesses, part, count)
    others = _first_known((np.maximum(foreign - reported, 0), *guesses), part, count)
    flats = float(region.parameters.seeker_flat_share)
    housed = _within(_accommodated(region), part, count)
    has_places = np.bincount(part, housed, count)[part] > 0
    mixed = np.where(has_places, flats * usual + (1 - flats) * housed, usual)
    return others, _first_known((reported, mixed), part, count)


def _first_known(guesses: tuple[Floats, ...], part: Whole, count: int) -> Floats:
    """Return shares within each municipality, from the first guess that knows anybody there."""
    shares = np.zeros(len(part))
    for guess in guesses:
        is_open = np.bincount(part, shares, count)[part] == 0
        shares = np.where(is_open, _within(guess, part, count), shares)
    return shares


def _within(weights: Floats, part: Whole, count: int) -> Floats:
    sums = np.bincount(part, weights, count)[part]
    return np.divide(weights, sums, out=np.zeros_like(weights), where=sums > 0)


def _accommodated(region: Region) -> Floats:
    """Return the places of current accommodation by settlement, each at the nearest one."""
    homes = region.accommodations
    homes = homes[homes["status"].isin(CURRENT_STATUSES)]
    size = homes["place_count"].fillna(homes["occupied_count"]).to_numpy(float, na_value=0.0)
    settlements = region.settlements
    metres = distances_m(project(homes), project(settlements))
    apart = homes["ags"].to_numpy()[:, None] != settlements["ags"].to_numpy()
    metres[apart] = np.inf  # an accommodation belongs to its municipality
    places = np.zeros(len(settlements))
    for distance, count in zip(metres, size, strict=True):
        if np.isfinite(distance).any():
            places[distance.argmin()] += count
    return places
