"""From single sessions to offers: which offer can be taken up from where, and how many people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.codes import COURSE_KINDS, DAY_TYPES, REASONS
from sokanalysis.day_types import weekday_count

if TYPE_CHECKING:
    from sokanalysis.region import Region

SEASONS: Final = {
    "schulzeit": ("schultag", "samstag", "sonntag"),
    "ferien": ("ferientag", "samstag", "sonntag"),
}

_UNIT: Final = ["season", "with_flex", "offer_id", "site_id", "settlement_id"]


def attended_offers(
    region: Region, answers: pd.DataFrame, sessions: pd.DataFrame, offers: pd.DataFrame
) -> pd.DataFrame:
    """Say which offer can be taken up from which settlement.

    Of a course the required share of sessions has to be attendable (parameter
    ``attend_share_required``), of all other offers one session is enough.

    Parameters
    ----------
    region : Region
        Gives the parameters.
    answers : DataFrame
        As `sokanalysis.attendance.attendance` gives it.
    sessions, offers : DataFrame
        The rows the answers are about.

    Returns
    -------
    DataFrame
        One row a season (key of `SEASONS`), state of the on-demand bus, offer, site and
        settlement: ``season``, ``with_flex``, ``offer_id``, ``site_id``, ``settlement_id``,
        ``is_attended``, ``reason`` (of the session that comes nearest), ``mode`` and
        ``away_minutes`` (both ways with waiting, of the quickest attendable session). Offers
        without a session in a season do not appear. Empty without answers.
    """
    kinds = offers.set_index("offer_id")["kind"]
    rows = answers.merge(_days(sessions), on=["session_id", "day_type"])
    rows["attended_days"] = rows["days"] * (rows["reason"] == "erreichbar")
    rows["progress"] = rows["reason"].map(_progress()).astype(float)
    rows["round_trip"] = _round_trip_minutes(rows)
    parts = [
        _of_season(rows[rows["day_type"].isin(day_types)].assign(season=season))
        for season, day_types in SEASONS.items()
    ]
    units = pd.concat(parts, ignore_index=True)
    needed = needed_share(region, units["offer_id"].map(kinds))
    units["is_attended"] = units["attended_days"] >= needed * units["days"]
    return units.drop(columns=["days", "attended_days", "progress"])


def needed_share(region: Region, kinds: pd.Series[str]) -> npt.NDArray[np.float64]:
    """Return the share of sessions that has to be attendable; of all but courses one is enough."""
    is_course = kinds.isin(COURSE_KINDS)
    return np.where(is_course, float(region.parameters.attend_share_required), 1e-9)


def _days(sessions: pd.DataFrame) -> pd.DataFrame:
    """Return offer and site of every session and on how many days of each type it takes place."""
    parts = [
        sessions[["session_id", "offer_id", "site_id"]].assign(
            day_type=day_type,
            days=[float(weekday_count(days, day_type)) for days in sessions["weekdays"]],
        )
        for day_type in DAY_TYPES
    ]
    return pd.concat(parts, ignore_index=True)


def _progress() -> dict[str, int]:
    """Rank the reasons by how far a journey gets before it fails."""
    names = [name for name in REASONS if name != "erreichbar"]
    return {name: rank for rank, name in enumerate([*names, "erreichbar"])}


def _round_trip_minutes(rows: pd.DataFrame) -> pd.Series[float]:
    by_mode = {
        "fuss": 2 * rows["walk_minutes"], "bus": rows["away_minutes"],
        "rad": 2 * rows["bike_minutes"], "fahrdienst": 2 * rows["car_minutes"],
    }  # fmt: skip
    minutes = pd.Series(np.nan, index=rows.index)
    for mode, values in by_mode.items():
        minutes = minutes.where(rows["mode"] != mode, values)
    return minutes


def _of_season(rows: pd.DataFrame) -> pd.DataFrame:
    ordered = rows.sort_values(["progress", "round_trip"], ascending=[False, True], kind="stable")
    groups = ordered.groupby(_UNIT, sort=True)
    best = groups[["reason", "mode", "round_trip", "progress"]].first()
    sums = groups[["days", "attended_days"]].sum()
    joined = best.join(sums).reset_index()
    return joined.rename(columns={"round_trip": "away_minutes"})
