"""Places to meet: where people could go in the evening and at the weekend, and get home again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.attendance import attendance
from sokanalysis.gaps import TODAY, clock, fitting_offers
from sokanalysis.parameters import minutes_of_day
from sokanalysis.supply import attended_offers

if TYPE_CHECKING:
    from sokanalysis.region import Region

# When people meet, and the weekdays that count for it; the evening is one of a working week.
TIMES: Final = {
    "zu irgendeiner Zeit": ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So"),
    "abends": ("Mo", "Di", "Mi", "Do", "Fr"),
    "am Wochenende": ("Sa", "So"),
}
_ANY_TIME, _EVENING, _WEEKEND = TIMES


def evening_access(
    region: Region, *, with_flex: bool = True, is_trial: bool = False
) -> pd.DataFrame:
    """Say for every settlement where people could meet, in the evening and at the weekend.

    Meeting places are today's offers for the need ``begegnung`` that are open to most people.
    One evening or one day at the weekend is enough. Offers without known times do not count;
    `meeting_offers` names them.

    Parameters
    ----------
    region : Region
        Gives settlements, offers, sessions, timetable and parameters.
    with_flex : bool
        Whether the on-demand bus counts.
    is_trial : bool
        Try instead that every such place, also of offers without times, opens from
        ``evening_from`` and at the weekend from ``weekend_from`` for ``meeting_minutes``.

    Returns
    -------
    DataFrame
        One row a settlement and key of `TIMES`, in their order: ``settlement_id``, ``name``,
        ``municipality``, ``population_count``, ``time``, ``place`` and ``car_minutes`` (of the
        nearest that is open then, one way; missing where none is), ``is_attended`` (whether one
        can take part in any without a car, in a school week) and ``away_minutes`` (both ways
        with waiting, the quickest). Empty without settlements.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    """
    sessions = _trial(region) if is_trial else _as_held(region)
    answers = attendance(region, sessions, states=[(day, with_flex) for day, _ in TODAY])
    offers = sessions[["offer_id"]].drop_duplicates().assign(kind="begegnung")
    units = attended_offers(region, answers, sessions, offers)
    met = units[units["is_attended"] & (units["season"] == "schulzeit")]
    near = answers.merge(sessions[["session_id", "offer_id", "site_id"]], on="session_id")
    near = _least(near, "car_minutes")[["site_id", "car_minutes"]]
    near = near.join(_least(met, "away_minutes")[["away_minutes"]])
    homes = region.settlements.merge(pd.DataFrame({"time": list(TIMES)}), how="cross")
    table = homes[["settlement_id", "name", "population_count", "time"]].join(
        near, on=["settlement_id", "time"]
    )
    names = region.municipalities.set_index("ags")["name"]
    table.insert(2, "municipality", homes["ags"].map(names))
    places = table.pop("site_id").map(region.sites.set_index("site_id")["place"])
    table.insert(5, "place", places)
    table.insert(7, "is_attended", table["away_minutes"].notna())
    return table


def evening_summary(access: pd.DataFrame) -> pd.DataFrame:
    """Say how many people have no place to meet that they can get to without a car.

    Parameters
    ----------
    access : DataFrame
        As `evening_access` gives it.

    Returns
    -------
    DataFrame
        One row a key of `TIMES`: ``time``, ``person_count`` (people with none),
        ``person_share`` (of all, 0–1; 0 without people) and ``car_minutes`` (mean of all
        people to the nearest that is open then; missing where none is).
    """
    people = access["population_count"].to_numpy(float)
    rows = access.assign(
        all_people=people, without=people * ~access["is_attended"],
        weight=people * access["car_minutes"].notna(), minutes=people * access["car_minutes"],
    )  # fmt: skip
    sums = rows.groupby("time")[["all_people", "without", "weight", "minutes"]].sum()
    sums = sums.reindex(list(TIMES)).fillna(0)
    table = pd.DataFrame({
        "person_count": sums["without"].astype("int64"),
        "person_share": sums["without"] / sums["all_people"].clip(lower=1),
        "car_minutes": sums["minutes"] / sums["weight"].where(sums["weight"] > 0),
    })  # fmt: skip
    return table.rename_axis("time").reset_index()


def largest_without(access: pd.DataFrame, time: str = "abends", count: int = 10) -> pd.DataFrame:
    """Return the largest settlements from which nobody can get to a place to meet.

    Parameters
    ----------
    access : DataFrame
        As `evening_access` gives it.
    time : str
        Key of `TIMES`.
    count : int
        How many settlements.

    Returns
    -------
    DataFrame
        ``rank`` (from 1), ``name``, ``municipality``, ``population_count``, ``place`` and
        ``car_minutes`` (of the nearest, as in `evening_access`); at most `count` rows.
    """
    rows = access[(access["time"] == time) & ~access["is_attended"].astype(bool)]
    rows = rows[rows["population_count"] > 0]
    rows = rows.sort_values(["population_count", "name"], ascending=[False, True]).head(count)
    shown = ["rank", "name", "municipality", "population_count", "place", "car_minutes"]
    return rows.assign(rank=range(1, len(rows) + 1))[shown].reset_index(drop=True)


def meeting_offers(region: Region) -> pd.DataFrame:
    """Return today's offers to meet that are open to most people.

    Returns
    -------
    DataFrame
        Rows of ``offers`` with ``has_times`` (whether any session is known); what has none is
        unknown, not absent.
    """
    offers = fitting_offers(region, "begegnung")
    return offers.assign(has_times=offers["offer_id"].isin(region.sessions["offer_id"]))


def _as_held(region: Region) -> pd.DataFrame:
    """Return the sessions of the meeting places, once for every time they count for."""
    known = region.current_sessions
    known = known[known["offer_id"].isin(meeting_offers(region)["offer_id"])]
    from_minute = minutes_of_day(region.parameters.evening_from)
    is_late = [minutes_of_day(start) >= from_minute for start in known["start_time"]]
    late = known[np.array(is_late, dtype=bool)]
    held = {_ANY_TIME: known, _EVENING: late, _WEEKEND: known}
    return pd.concat([_at(rows, time) for time, rows in held.items()], ignore_index=True)


def _trial(region: Region) -> pd.DataFrame:
    """Return the sessions as they are, and one each evening and weekend day at every place."""
    parameters, offers = region.parameters, meeting_offers(region)["offer_id"]
    known = region.current_sessions[region.current_sessions["offer_id"].isin(offers)]
    named = region.offer_sites[region.offer_sites["offer_id"].isin(offers)]
    sites = pd.concat([known["site_id"], named["site_id"]]).unique()
    parts = [_at(known, _ANY_TIME)]
    for time, start in ((_EVENING, parameters.evening_from), (_WEEKEND, parameters.weekend_from)):
        end = clock(minutes_of_day(start) + parameters.meeting_minutes)
        rows = pd.DataFrame({"session_id": sites, "offer_id": sites, "site_id": sites}, dtype="str")
        rows = rows.assign(
            start_time=start, end_time=end, runs_in_holidays=True, ride_max_km=np.nan
        )
        weekdays: list[Any] = [TIMES[time]] * len(rows)
        parts.append(_at(rows.assign(weekdays=weekdays), time))
    return pd.concat(parts, ignore_index=True)


def _at(sessions: pd.DataFrame, time: str) -> pd.DataFrame:
    """Return the sessions on the weekdays of that time; both keys end in ``|<time>``."""
    days = [tuple(day for day in held if day in TIMES[time]) for held in sessions["weekdays"]]
    rows = sessions.assign(
        weekdays=pd.Series(days, index=sessions.index, dtype=object),
        session_id=sessions["session_id"] + f"|{time}",
        offer_id=sessions["offer_id"] + f"|{time}",
    )
    return rows[np.array([bool(held) for held in days], dtype=bool)]


def _least(rows: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the row with the fewest minutes of each settlement and time."""
    rows = rows.assign(time=rows["offer_id"].str.split("|").str[-1])
    rows = rows.sort_values([column, "site_id"], kind="stable")
    return rows.drop_duplicates(["settlement_id", "time"]).set_index(["settlement_id", "time"])
