"""Trips that are published as an interval: written out one by one."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from sokanalysis.read.gtfs_notes import Notes
from sokanalysis.read.gtfs_times import clock_seconds

_DAY_S: Final = 24 * 3600


def expanded(
    trips: pd.DataFrame, times: pd.DataFrame, raw: pd.DataFrame, notes: Notes
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Replace every trip of ``frequencies.txt`` by its single runs.

    Runs leave the first stop at the start of the period and then at every interval before its
    end. With ``exact_times`` 0 the timetable promises only the interval; the same departures
    are then an assumption, and the notes say so.

    Parameters
    ----------
    trips, times : DataFrame
        As `Feed` holds them.
    raw : DataFrame
        ``frequencies.txt``.
    notes : Notes
        Takes what was assumed or left out.

    Returns
    -------
    trips, times : DataFrame
        The runs have ids such as ``T1@07:20:00`` and belong to no block.
    """
    is_known = raw["trip_id"].isin(times["trip_id"])
    notes.count(
        int((~is_known).sum()),
        "Zeile in frequencies.txt zu unbekannter oder weggelassener Fahrt weggelassen",
        "Zeilen in frequencies.txt zu unbekannten oder weggelassenen Fahrten weggelassen",
    )
    raw = raw[is_known]
    if raw.empty:
        return trips, times
    start, end = clock_seconds(raw["start_time"]), clock_seconds(raw["end_time"])
    every = pd.to_numeric(raw["headway_secs"], errors="coerce")
    is_sound = (start < end) & (every >= 1) & (every < np.inf)
    every = every.clip(upper=_DAY_S)  # one run, however long the interval
    notes.count(
        int((~is_sound).sum()),
        "Zeile in frequencies.txt ohne lesbaren Takt weggelassen",
        "Zeilen in frequencies.txt ohne lesbaren Takt weggelassen",
    )
    notes.lose_trips(
        raw.loc[~raw["trip_id"].isin(raw.loc[is_sound, "trip_id"]), "trip_id"].nunique(),
        "Fahrt ohne einen lesbaren Takt weggelassen",
        "Fahrten ohne einen lesbaren Takt weggelassen",
    )
    notes.count(
        raw.loc[is_sound & (raw["exact_times"] != "1"), "trip_id"].nunique(),
        "Fahrt mit Takt ohne feste Abfahrtszeiten: Abfahrten ab Beginn des Takts angenommen",
        "Fahrten mit Takt ohne feste Abfahrtszeiten: Abfahrten ab Beginn des Takts angenommen",
    )
    runs = _runs(raw[is_sound], start[is_sound], end[is_sound], every[is_sound])
    is_pattern, has_pattern = trips["trip_id"].isin(raw["trip_id"]), runs["trip_id"]
    own = runs.merge(trips[is_pattern], on="trip_id").assign(block_id="")
    own = own.assign(trip_id=own["run_id"])[trips.columns]
    patterns = times[times["trip_id"].isin(has_pattern)]
    zero = patterns.groupby("trip_id")["departure_s"].transform("first")
    calls = runs.merge(patterns.assign(zero_s=zero), on="trip_id", how="left")
    shift = calls["start_s"] - calls["zero_s"]
    calls = calls.assign(
        trip_id=calls["run_id"],
        arrival_s=calls["arrival_s"] + shift,
        departure_s=calls["departure_s"] + shift,
    )[times.columns]
    others = times[~times["trip_id"].isin(raw["trip_id"])]
    return (
        pd.concat([trips[~is_pattern], own], ignore_index=True),
        pd.concat([others, calls], ignore_index=True),
    )


def _runs(
    raw: pd.DataFrame, start: pd.Series[float], end: pd.Series[float], every: pd.Series[float]
) -> pd.DataFrame:
    """Return ``trip_id``, ``start_s`` and ``run_id`` of all runs, each time of a trip once."""
    number = np.ceil(((end - start) / every).to_numpy("float64")).astype("int64")
    step = np.arange(number.sum()) - np.repeat(np.cumsum(number) - number, number)
    first = np.repeat(start.to_numpy("int64"), number)
    wait = np.repeat(every.to_numpy("int64"), number)
    runs = pd.DataFrame(
        {
            "trip_id": np.repeat(raw["trip_id"].to_numpy(object), number),
            "start_s": first + step * wait,
        }
    ).astype({"trip_id": "str"})
    runs = runs.drop_duplicates().reset_index(drop=True)
    clock = [f"{s // 3600:02d}:{s // 60 % 60:02d}:{s % 60:02d}" for s in runs["start_s"]]
    return runs.assign(run_id=runs["trip_id"] + "@" + pd.Series(clock, dtype="str"))
