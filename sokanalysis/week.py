"""When it works: the hours of the week by town, and what moving a session would change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.attendance import attendance
from sokanalysis.codes import DAY_TYPES, WEEKDAYS
from sokanalysis.gaps import TODAY, clock, moved_sessions
from sokanalysis.supply import attended_offers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sokanalysis.region import Region

# School days without and with the on-demand bus; weekends as they are, with it.
CLOCK_STATES: Final = (("schultag", False), *TODAY)
HOURS: Final = range(7, 21)

_SHIFT_COLUMNS: Final = {-1: "earlier_share", 0: "today_share", 1: "later_share"}
_SHIFT_WORDS: Final = {-1: "früher", 0: "heute", 1: "später"}
_DESCRIBED: Final = ["session_id", "offer_id", "site_id", "weekdays", "start_time", "end_time"]


def town_centres(region: Region, count: int = 6) -> pd.DataFrame:
    """Return a place to meet in each of the largest municipalities.

    That is the site with most sessions today, or else the main settlement, or else the largest.

    Returns
    -------
    DataFrame
        ``site_id`` (the ``ags``), ``name`` (of the municipality), ``lat``, ``lon`` (degrees);
        most people first, at most `count` rows, none without settlements.
    """
    people = region.settlements.groupby("ags")["population_count"].sum()
    largest = people.sort_values(ascending=False, kind="stable").index[:count]
    sessions = region.current_sessions["site_id"].value_counts()
    sites = region.sites.assign(session_count=region.sites["site_id"].map(sessions))
    used = sites[sites["session_count"].notna()].sort_values("session_count", ascending=False)
    settled = region.settlements.sort_values(["is_main", "population_count"], ascending=False)
    columns = ["ags", "lat", "lon"]
    places = pd.concat([used[columns], settled[columns]]).drop_duplicates("ags").set_index("ags")
    names = region.municipalities.set_index("ags")["name"]
    centres = places.loc[largest].rename_axis("site_id").reset_index()
    return centres.assign(name=centres["site_id"].map(names))


def week_clock(
    region: Region,
    towns: pd.DataFrame,
    *,
    hours: Sequence[int] = HOURS,
    stay_minutes: int = 60,
    states: Iterable[tuple[str, bool]] = CLOCK_STATES,
) -> pd.DataFrame:
    """Say what share of the district can be in a town at an hour, stay and get home again.

    Every hour is tried as a session of its own by `sokanalysis.attendance.attendance`, with
    its buffers and limits, on foot, by bus and rail or by bike.

    Parameters
    ----------
    region : Region
        Gives settlements, timetable and parameters.
    towns : DataFrame
        As `town_centres` gives it.
    hours : sequence of int
        Full hours at which one has to be there.
    stay_minutes : int
        How long one stays.
    states : iterable of (str, bool)
        Day types and whether the on-demand bus counts.

    Returns
    -------
    DataFrame
        ``day_type``, ``with_flex``, ``town``, ``hour`` and ``reached_share`` (of the
        inhabitants of all settlements, 0–1); empty without towns, hours or people.
    """
    sessions = _hourly(towns, hours, stay_minutes)
    answers = attendance(region, sessions, sites=towns, states=states)
    keys = ["day_type", "with_flex", "session_id"]
    shares = _shares(region, answers, answers["reason"] == "erreichbar", keys).reset_index()
    at = sessions.set_index("session_id")
    names = towns.set_index("site_id")["name"]
    shares["town"] = shares["session_id"].map(at["site_id"]).map(names)
    shares["hour"] = shares["session_id"].map(at["hour"])
    return shares[["day_type", "with_flex", "town", "hour", "reached_share"]]


def _hourly(towns: pd.DataFrame, hours: Sequence[int], stay_minutes: int) -> pd.DataFrame:
    """Return one session a town and hour, on every day of the week."""
    rows = [
        (f"{town}|{hour}", town, hour, clock(60 * hour), clock(60 * hour + stay_minutes))
        for town in towns["site_id"]
        for hour in hours
    ]
    columns = ["session_id", "site_id", "hour", "start_time", "end_time"]
    sessions = pd.DataFrame(rows, columns=columns)
    every_day: list[Any] = [tuple(WEEKDAYS)] * len(rows)
    return sessions.assign(weekdays=every_day, runs_in_holidays=True, ride_max_km=np.nan)


def _shares(
    region: Region, rows: pd.DataFrame, is_reached: pd.Series[bool], keys: list[str]
) -> pd.Series[float]:
    """Return the share of people in the rows reached, by keys; nobody is no share."""
    people = region.settlements.set_index("settlement_id")["population_count"]
    weight = rows["settlement_id"].map(people).astype(float)
    weights = rows[keys].assign(people=weight, reached=weight.where(is_reached, 0.0))
    sums = weights.groupby(keys, sort=False)[["reached", "people"]].sum()
    sums = sums[sums["people"] > 0]
    return (sums["reached"] / sums["people"]).rename("reached_share")


def clock_panels(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Return the answer of `week_clock` as one table a day type, towns by hours.

    Returns
    -------
    dict of str to DataFrame
        German name of day and bus → shares (0–1); index: towns, columns: hours, both in the
        order of the rows. Empty without rows.
    """
    return {
        _panel_title(day_type, with_flex=with_flex): _towns_by_hours(part)
        for (day_type, with_flex), part in rows.groupby(["day_type", "with_flex"], sort=False)
    }


def _panel_title(day_type: Any, *, with_flex: Any) -> str:
    return f"{DAY_TYPES[day_type]}, {'mit Rufbus' if with_flex else 'nur Linie'}"


def _towns_by_hours(part: pd.DataFrame) -> pd.DataFrame:
    table = part.set_index(["town", "hour"])["reached_share"].unstack("hour")
    return table.loc[part["town"].unique(), part["hour"].unique()]


def shift_effects(region: Region, sessions: pd.DataFrame, minutes: int = 60) -> pd.DataFrame:
    """Compare every session with itself held earlier and later.

    School weeks with the on-demand bus, the district as it is. Each session stands for itself;
    of a course every day on which it meets has to be attended, of other offers one.

    Parameters
    ----------
    region : Region
        Gives settlements, timetable and parameters.
    sessions : DataFrame
        Rows of the table ``sessions``.
    minutes : int
        Shift in both directions: a multiple of the parameter ``shift_step_minutes``.

    Returns
    -------
    DataFrame
        ``session_id``, ``offer_id``, ``site_id``, ``weekdays``, ``start_time``, ``end_time`` (of
        today), ``shift_minutes``, ``reached_share`` (of all inhabitants, 0–1) and ``is_best``
        (largest share of the session in whole per cent, as printed; of equal ones today, then
        earlier); sessions in their order, shifts rising. A shift that would leave the day
        (before 6:00 or after 22:00) has no row. Empty without sessions.
    """
    tags = {-minutes: f"|-{minutes}", 0: "", minutes: f"|{minutes}"}
    moved = moved_sessions(region.with_parameters(shift_max_minutes=minutes), sessions)
    moved = moved[moved["session_id"].str.endswith((tags[-minutes], tags[minutes]))]
    shares = _session_shares(region, pd.concat([sessions, moved], ignore_index=True))
    today = sessions[_DESCRIBED].reset_index(drop=True)
    parts = [
        today.assign(shift_minutes=shift, reached_share=(today["session_id"] + tag).map(shares))
        for shift, tag in tags.items()
    ]
    effects = pd.concat(parts).sort_index(kind="stable").dropna(subset=["reached_share"])
    effects = effects.reset_index(drop=True)
    return effects.assign(is_best=effects.index.isin(_best(effects)))


def _session_shares(region: Region, sessions: pd.DataFrame) -> pd.Series[float]:
    """Return the share of people who can attend, by ``session_id``: each an offer of its own."""
    answers = attendance(region, sessions, states=TODAY)
    kinds = region.offers.set_index("offer_id")["kind"]
    named = sessions["offer_id"]
    kind = named.where(named.isin(kinds.index), named.str.rsplit("|", n=1).str[0]).map(kinds)
    alone = sessions.assign(offer_id=sessions["session_id"], kind=kind)
    units = attended_offers(region, answers, alone, alone)
    units = units[units["season"] == "schulzeit"]
    return _shares(region, units, units["is_attended"], ["offer_id"])


def _best(effects: pd.DataFrame) -> pd.Index[int]:
    """Return the rows of the best shift of each session: a move has to gain what one can see."""
    shift = effects["shift_minutes"]
    ranked = effects.assign(shown=effects["reached_share"].round(2), distance=shift.abs())
    order = ["shown", "distance", "shift_minutes"]
    ranked = ranked.sort_values(order, ascending=[False, True, True], kind="stable")
    return ranked.drop_duplicates("session_id").index


def shift_table(region: Region, effects: pd.DataFrame) -> pd.DataFrame:
    """Return one row a session with the shares before, as and after today's time.

    Parameters
    ----------
    region : Region
        Gives the names.
    effects : DataFrame
        As `shift_effects` gives it.

    Returns
    -------
    DataFrame
        ``name``, ``place``, ``days`` ("Mo‑Fr"), ``start_time`` (of today), ``earlier_share``,
        ``today_share``, ``later_share`` (0–1, missing where the shift would leave the day),
        ``best`` (früher, heute, später) and ``gained_share`` (of the best over today); most to
        gain first. Empty without effects.
    """
    names = region.offers.set_index("offer_id")["name"]
    places = region.sites.set_index("site_id")["place"]
    direction = np.sign(effects["shift_minutes"])
    rows = effects.assign(
        name=effects["offer_id"].map(names), place=effects["site_id"].map(places),
        days=effects["weekdays"].map(_days), column=direction.map(_SHIFT_COLUMNS),
        best=direction.map(_SHIFT_WORDS),
    )  # fmt: skip
    described = ["session_id", "name", "place", "days", "start_time"]
    shares = rows.set_index([*described, "column"])["reached_share"].unstack("column", sort=False)
    table = shares.reindex(columns=list(_SHIFT_COLUMNS.values())).reset_index()
    best = rows[rows["is_best"]].set_index("session_id")
    table["best"] = table["session_id"].map(best["best"])
    table["gained_share"] = (
        table["session_id"].map(best["reached_share"]).astype("float64") - table["today_share"]
    )
    ordered = table.sort_values("gained_share", ascending=False, kind="stable")
    return ordered.drop(columns="session_id").rename_axis(columns=None).reset_index(drop=True)


def _days(weekdays: Sequence[str]) -> str:
    """Write "Mo‑Fr" for three days and more in a row, else "Di, Do"; the hyphen does not break."""
    week = list(WEEKDAYS)
    first = week.index(weekdays[0]) if weekdays else 0
    in_a_row = list(weekdays) == week[first : first + len(weekdays)]
    if in_a_row and len(weekdays) > 2:
        return f"{weekdays[0]}\N{NON-BREAKING HYPHEN}{weekdays[-1]}"
    return ", ".join(weekdays)
