"""What a change does: the same engine asked again, before and after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.attendance import attendance
from sokanalysis.changes import changed
from sokanalysis.demand import NEEDS
from sokanalysis.gaps import TODAY, fitting_offers
from sokanalysis.seats import seated, supply
from sokanalysis.supply import attended_offers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.changes import Change
    from sokanalysis.region import Region

ESTIMATES: Final = ("person_count", "person_count_low", "person_count_high")
_STATES: Final = [*TODAY, ("ferientag", True)]
_WAYS: Final = ("feed", "sites", "settlements")


def able(region: Region, demand: pd.DataFrame, needs: Iterable[str] = tuple(NEEDS)) -> pd.DataFrame:
    """Return who can take part: people on seats, in school weeks and in the holidays.

    Parameters
    ----------
    region : Region
        The district; its sessions and its timetable count, not its demand.
    demand : DataFrame
        As `sokanalysis.demand.demand` gives it, settlements in the order of the region's.
    needs : iterable of str
        Keys of `NEEDS`, all by default.

    Returns
    -------
    DataFrame
        One row a need and settlement, needs in their order: ``need``, ``settlement_id``,
        ``ags``, ``able_count``, ``able_count_low``, ``able_count_high`` (school weeks, under the
        three estimates of the demand), ``able_count_holidays`` and ``is_reached`` (school weeks,
        whether anything is).

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    """
    fitting = {need: fitting_offers(region, need) for need in needs}
    asked = pd.concat([offers["offer_id"] for offers in fitting.values()])
    sessions = region.current_sessions[region.current_sessions["offer_id"].isin(asked)]
    answers = attendance(region, sessions, states=_STATES)
    units = attended_offers(region, answers, sessions, region.offers)
    parts = [
        _of_need(region, demand[demand["need"] == need], units, offers)
        for need, offers in fitting.items()
    ]
    return pd.concat(parts, ignore_index=True)


def _of_need(
    region: Region, people: pd.DataFrame, units: pd.DataFrame, fitting: pd.DataFrame
) -> pd.DataFrame:
    school, holidays = (
        supply(region, units[units["season"] == season], fitting)
        for season in ("schulzeit", "ferien")
    )
    counts = {
        name.replace("person", "able"): seated(people[name].to_numpy(np.int64), school).sum(axis=0)
        for name in ESTIMATES
    }
    middle = people["person_count"].to_numpy(np.int64)
    return people[["need", "settlement_id", "ags"]].assign(
        **counts,
        able_count_holidays=seated(middle, holidays).sum(axis=0),
        is_reached=np.asarray(school.reach.any(axis=0)),
    )


@dataclass(frozen=True)
class Effect:
    """Who can take part before and after a change.

    Parameters
    ----------
    before, after : DataFrame
        As `able` gives them, rows in the same order.
    """

    before: pd.DataFrame
    after: pd.DataFrame

    def gained(self, column: str = "able_count") -> int:
        """Return how many more can take part afterwards, all needs together.

        Parameters
        ----------
        column : str
            One of the counts of `able`.

        Returns
        -------
        int
            Fewer where negative: who gains in one place and who loses in another are set off.
        """
        return int((self.after[column] - self.before[column]).sum())

    @property
    def needs(self) -> tuple[str, ...]:
        """The needs for which more or fewer people take part, in the order of `demand.NEEDS`.

        Seen over the whole district, in school weeks and under the middle estimate.
        """
        change = (self.after["able_count"] - self.before["able_count"]).groupby(
            self.after["need"], sort=False
        )
        sums = change.sum()
        return tuple(need for need in NEEDS if sums.get(need, 0) != 0)

    def count(self, which: str, needs: tuple[str, ...]) -> int:
        """Return how many take part before ("before") or after ("after") with one of the needs."""
        rows: pd.DataFrame = getattr(self, which)
        return int(rows.loc[rows["need"].isin(needs), "able_count"].sum())

    def reached(self, which: str, needs: tuple[str, ...]) -> frozenset[str]:
        """Return the settlements from which anything for one of the needs is within reach."""
        rows: pd.DataFrame = getattr(self, which)
        rows = rows[rows["need"].isin(needs) & rows["is_reached"]]
        return frozenset(rows["settlement_id"])

    def by(self, column: str) -> pd.DataFrame:
        """Return the people gained by need and area.

        Parameters
        ----------
        column : str
            "ags" or "settlement_id".

        Returns
        -------
        DataFrame
            ``need``, the column asked for, ``gained_count`` (people, fewer where negative); rows
            without change are left out. Counts have to pass `sokanalysis.privacy` before they
            are shown.
        """
        rows = self.after[["need", column]].assign(
            gained_count=self.after["able_count"] - self.before["able_count"]
        )
        sums = rows.groupby(["need", column], sort=False)["gained_count"].sum().reset_index()
        return sums[sums["gained_count"] != 0].reset_index(drop=True)


def effect(
    region: Region, demand: pd.DataFrame, *changes: Change, before: pd.DataFrame | None = None
) -> Effect:
    """Say who can take part after some changes and could not before.

    Parameters
    ----------
    region, demand
        As in `able`.
    *changes : Change
        Made together, in their order.
    before : DataFrame, optional
        As `able` gives it for the region as it is, where that is known already.

    Returns
    -------
    Effect
        Without changes nobody is gained.

    Raises
    ------
    NoServiceOnDate
        As in `able`: also when a change adds sessions on a day type without service.
    """
    before = able(region, demand) if before is None else before
    then = changed(region, *changes)
    needs = _concerned(region, then)
    stays = before[~before["need"].isin(needs)]
    after = pd.concat([stays, able(then, demand, needs)]) if needs else stays
    order = pd.MultiIndex.from_frame(before[["need", "settlement_id"]])
    placed = after.set_index(["need", "settlement_id"], drop=False).loc[order]
    return Effect(before, placed.reset_index(drop=True))


def _concerned(region: Region, then: Region) -> list[str]:
    """Return the needs that a change can touch: another timetable or site touches all of them."""
    # What a change leaves alone is still the same object.
    if any(getattr(then, name) is not getattr(region, name) for name in _WAYS):
        return list(NEEDS)
    touched: set[str] = set()
    for name in ("offers", "sessions"):
        both = pd.concat([getattr(region, name), getattr(then, name)])
        touched |= set(both.loc[~both.duplicated(keep=False), "offer_id"])
    return [
        need
        for need in NEEDS
        if any(fitting_offers(r, need)["offer_id"].isin(touched).any() for r in (region, then))
    ]


def difference(before: Region, after: Region, demand: pd.DataFrame) -> Effect:
    """Say who can take part in one state of the district and could not in another.

    Parameters
    ----------
    before, after : Region
        With the same settlements, for example ``region`` and ``region.with_session(...)``.
    demand : DataFrame
        As in `able`, for both.

    Returns
    -------
    Effect
        Of a district and itself nobody is gained.

    Raises
    ------
    NoServiceOnDate
        As in `able`.
    """
    return Effect(able(before, demand), able(after, demand))
