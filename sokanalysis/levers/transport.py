"""Levers on the way: longer hours or a wider zone of the on-demand bus, more or later trips."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.changes import Change, trip_change
from sokanalysis.gaps import clock
from sokanalysis.geography import merged, pairs_within, project
from sokanalysis.levers.candidate import Candidate, lever_words
from sokanalysis.parameters import minutes_of_day
from sokanalysis.timetable import reference_dates

if TYPE_CHECKING:
    from sokanalysis.read.gtfs import Feed
    from sokanalysis.region import Region

_EVENING_S: Final = 19 * 3600
_TRAINS: Final = r"^(?:RB|RE|IRE|EB|IC|ICE|EC)\s*\d"  # others decide on them
_NEAR_MINUTES: Final = 30  # no further trip so close to one that runs
_LATER_MINUTES: Final = 30


def _school_day(region: Region) -> Feed:
    """Return the timetable with the trips of the reference school day only."""
    feed = region.feed
    after = pd.Timestamp(region.parameters.reference_date)
    date = reference_dates(feed, after, ["schultag"])["schultag"]
    trips = feed.trips[feed.trips["service_id"].isin(feed.active[date])]
    kept = {
        name: getattr(feed, name)[getattr(feed, name)["trip_id"].isin(trips["trip_id"])]
        for name in ("stop_times", "flex")
    }
    return replace(feed, trips=trips, **kept)


# -- on-demand bus ---------------------------------------------------------------------------------


def flex_hours(region: Region) -> list[Candidate]:
    """Let the on-demand bus run at noon, in the evening or both, on school days."""
    plans = {
        "durchgehend auch mittags": (True, False),
        "auch abends bis 19 Uhr": (False, True),
        "durchgehend und abends bis 19 Uhr": (True, True),
    }
    day = _school_day(region)
    return [
        found
        for words, (at_noon, in_evening) in plans.items()
        if (found := _hours(region, day, words, at_noon=at_noon, in_evening=in_evening))
    ]


def _hours(
    region: Region, day: Feed, words: str, *, at_noon: bool, in_evening: bool
) -> Candidate | None:
    zones = day.flex.groupby("location_id")
    first, opens = zones["open_s"].transform("min"), zones["open_s"].transform("max")
    last = zones["close_s"].transform("max")
    wider = day.flex.assign(
        open_s=first if at_noon else opens,
        close_s=last.clip(lower=_EVENING_S) if in_evening else last,
    )
    added_h = _open_hours(pd.concat([day.flex, wider])) - _open_hours(day.flex)
    if not added_h > 0:
        return None
    key = f"rufbus|{'mittags' if at_noon else ''}{'abends' if in_evening else ''}"
    change = Change(timetable=_flex_rows(day, wider, key))
    parameters = region.parameters
    much = added_h * parameters.flex_vehicles_count * parameters.school_days_per_year
    cost = {"cost_flex_hour_eur": much}
    choice = "rufbuszeiten"
    return Candidate(key, "rufbus", change, cost, (), choice, choice, {"hours": words})


def _flex_rows(day: Feed, windows: pd.DataFrame, tag: str) -> dict[str, pd.DataFrame]:
    """Return one new trip a window, so that what runs today stays."""
    trips = day.trips[day.trips["trip_id"].isin(windows["trip_id"])]
    return {
        "trips": trips.assign(trip_id=trips["trip_id"] + f"|{tag}"),
        "flex": windows.assign(trip_id=windows["trip_id"] + f"|{tag}"),
    }


def _open_hours(flex: pd.DataFrame) -> float:
    """Return the hours a day that a zone is served, mean over the zones; overlaps count once."""
    total = 0.0
    for _, rows in flex.drop_duplicates(["location_id", "open_s"]).groupby("location_id"):
        spans = flex[flex["location_id"] == rows["location_id"].iloc[0]]
        starts = spans.sort_values(["open_s", "close_s"])
        until = starts["close_s"].cummax().shift(fill_value=0)
        begin = np.maximum(starts["open_s"], until)
        total += float((starts["close_s"] - begin).clip(lower=0).sum() / 3600)
    return total / max(flex["location_id"].nunique(), 1)


def flex_across_zones(region: Region) -> list[Candidate]:
    """Let the on-demand bus cross the borders of its zones, in the hours it has."""
    day = _school_day(region)
    zones = {zone: day.zones[zone] for zone in sorted(set(day.flex["location_id"]) & {*day.zones})}
    if len(zones) < 2:
        return []
    key = "rufbus|zonen"
    first = day.flex["location_id"] == next(iter(zones))
    windows = day.flex[first].assign(location_id="alle-zonen")
    change = Change(
        timetable=_flex_rows(day, windows, key),
        zones={"alle-zonen": merged(list(zones.values()))},
    )
    parameters = region.parameters
    much = _open_hours(day.flex) * parameters.school_days_per_year  # one more vehicle
    words = {"hours": "über die Zonengrenzen hinweg"}
    cost = {"cost_flex_hour_eur": much}
    return [Candidate(key, "rufbus", change, cost, (), "", key, words)]


# -- scheduled buses -------------------------------------------------------------------------------


def bus_trips(region: Region, gap_rows: pd.DataFrame) -> list[Candidate]:
    """Add trips there and back on the lines along which most people cannot take part.

    Parameters
    ----------
    region : Region
        The district; ``trips_tried_count`` lines are tried.
    gap_rows : DataFrame
        As `sokanalysis.gaps.gaps` gives it.
    """
    day = _school_day(region)
    found = []
    for line in _lines(region, day, gap_rows):
        pair = _there_and_back(day, line)
        for departs in lever_words()["departures"]:
            likes = [like for like in pair if not _runs_near(day, line, like, departs)]
            if likes:
                found.append(_trips(region, day, line, likes, departs))
        found.append(_later(region, day, line, pair))
    return found


def _lines(region: Region, day: Feed, gap_rows: pd.DataFrame) -> list[str]:
    """Return the lines with most people near their stops who cannot take part, the most first."""
    lacking = gap_rows[gap_rows["gap_class"] != "kann_teilnehmen"]
    people = lacking.groupby("settlement_id")["person_count"].sum()
    count = region.settlements["settlement_id"].map(people).fillna(0).to_numpy()
    trips = day.trips[~day.trips["line"].str.match(_TRAINS)]
    calls = day.stop_times.merge(trips[["trip_id", "line"]], on="trip_id")
    served = calls[["line", "stop_id"]].drop_duplicates()
    parameters = region.parameters
    walk_m = parameters.stop_walk_max_minutes * parameters.walk_speed_kmh / 0.06
    walk_m /= parameters.walk_detour
    places = project(region.settlements)
    origin, stop, _ = pairs_within(places, project(day.stops), walk_m)
    near = pd.DataFrame({"stop_id": day.stops["stop_id"].to_numpy()[stop], "origin": origin})
    pairs = served.merge(near, on="stop_id")[["line", "origin"]].drop_duplicates()
    sums = pairs.assign(count=count[pairs["origin"]]).groupby("line", sort=True)["count"].sum()
    best = sums.sort_values(ascending=False, kind="stable")
    return list(best.index[: int(parameters.trips_tried_count)])


def _there_and_back(day: Feed, line: str) -> list[str]:
    """Return the trip of a line with most stops, and the one that has most of them in reverse."""
    trips = day.trips.loc[day.trips["line"] == line, "trip_id"]
    calls = day.stop_times[day.stop_times["trip_id"].isin(trips)]
    length = calls.groupby("trip_id", sort=True).size()
    there = str(length.idxmax())
    order = calls[calls["trip_id"] == there].reset_index(drop=True).reset_index()
    at = order.drop_duplicates("stop_id").set_index("stop_id")["index"]
    calls = calls.assign(at=calls["stop_id"].map(at)).dropna(subset=["at"])
    ats = calls.groupby("trip_id", sort=True)["at"]
    steps = ats.apply(lambda passed: -np.sign(np.diff(passed)).sum())
    return [there, *([str(steps.idxmax())] if steps.max() > 0 else [])]


def _departures(day: Feed, trips: pd.Series[str]) -> pd.Series[int]:
    first = day.stop_times[day.stop_times["trip_id"].isin(trips)].drop_duplicates("trip_id")
    return first.set_index("trip_id")["departure_s"]


def _alike(day: Feed, line: str, like: str) -> pd.Series[int]:
    """Return the departures of the trips that begin and end as this one, by trip."""
    trips = day.trips.loc[day.trips["line"] == line, "trip_id"]
    calls = day.stop_times[day.stop_times["trip_id"].isin(trips)]
    ends = calls.groupby("trip_id", sort=True)["stop_id"].agg(["first", "last"])
    same = ends[(ends == ends.loc[like]).all(axis=1)].index.to_series()
    return _departures(day, same)


def _runs_near(day: Feed, line: str, like: str, departs: str) -> bool:
    gap = (_alike(day, line, like) / 60 - minutes_of_day(departs)).abs()
    return bool((gap < _NEAR_MINUTES).any())


def _trips(region: Region, day: Feed, line: str, likes: list[str], departs: str) -> Candidate:
    much = sum(_length_km(region, day, like) for like in likes)
    cost = {"cost_bus_km_eur": much * region.parameters.school_days_per_year}
    ways = "in beide Richtungen" if len(likes) > 1 else "in eine Richtung"
    action = f"zusätzliche Fahrt um {departs} Uhr {ways}"
    trips = [(like, departs) for like in likes]
    return _bus(region, day, f"fahrt|{line}|{departs}", trips, cost, {"action": action})


def _later(region: Region, day: Feed, line: str, likes: list[str]) -> Candidate:
    """Let the last trips of a line run later; no kilometre more."""
    last = [_alike(day, line, like).sort_values(kind="stable") for like in likes]
    trips = [(str(of.index[-1]), _later_clock(of.iloc[-1])) for of in last]
    action = f"letzte Fahrt {_LATER_MINUTES} Minuten später, ab {trips[0][1]} Uhr"
    key, cost = f"fahrt|{line}|spaeter", {"cost_move_eur": 1.0}
    return _bus(region, day, key, trips, cost, {"action": action}, are_moved=True)


def _bus(
    region: Region, day: Feed, key: str, trips: list[tuple[str, str]], cost: dict[str, float],
    words: dict[str, str], *, are_moved: bool = False,
) -> Candidate:  # fmt: skip
    """Return trips like others at another time as a candidate; moved ones end as they were."""
    line = key.split("|")[1]
    changes = [
        trip_change(region, like, departs, trip_id=f"{key}|{number}")
        for number, (like, departs) in enumerate(trips, start=1)
    ]
    rows = {
        name: pd.concat([change.timetable[name] for change in changes], ignore_index=True)
        for name in ("trips", "stop_times")
    }
    ended = frozenset(like for like, _ in trips) if are_moved else frozenset()
    words |= {"line": line, "ends": _ends(day, trips[0][0])}
    change = Change(ended=ended, timetable=rows)
    choice = f"fahrt|{line}"
    return Candidate(key, "fahrt", change, cost, (), choice, choice, words)


def _later_clock(departure_s: int) -> str:
    return clock(departure_s / 60 + _LATER_MINUTES)


def _ends(day: Feed, trip: str) -> str:
    calls = day.stop_times.loc[day.stop_times["trip_id"] == trip, "stop_id"]
    names = day.stops.set_index("stop_id")["name"]
    return f"{names[calls.iloc[0]]} – {names[calls.iloc[-1]]}"


def _length_km(region: Region, day: Feed, trip: str) -> float:
    calls = day.stop_times.loc[day.stop_times["trip_id"] == trip, "stop_id"]
    points = project(day.stops.set_index("stop_id").loc[calls])
    straight_m = np.hypot(*np.diff(points, axis=0).T).sum()
    return float(straight_m / 1000 * region.parameters.car_detour)
