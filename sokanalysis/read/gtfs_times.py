"""Stop times: read, put in order, completed where they are blank, and checked."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.read.gtfs_notes import Notes

_LATEST_HOUR: Final = 80
_METRES_PER_DEGREE: Final = 111_200


def clock_seconds(clock: pd.Series[str]) -> pd.Series[float]:
    """Return ``H:MM:SS`` or ``H:MM`` as seconds of the service day; hours may pass 24.

    Missing where the cell is blank or no time up to 80:00:00.
    """
    codes, values = pd.factorize(clock)
    parts = pd.Series(values, dtype="str").str.extract(r"^(\d{1,2}):([0-5]?\d)(?::([0-5]?\d))?$")
    hours, minutes, rest = (pd.to_numeric(parts[at], errors="coerce") for at in range(3))
    seconds = hours * 3600 + minutes * 60 + rest.where(rest.notna() | hours.isna(), 0)
    seconds = seconds.where(seconds <= _LATEST_HOUR * 3600)
    return pd.Series(seconds.to_numpy("float64")[codes], index=clock.index)


def ordered(raw: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Return the rows in the order of travel, the trips one after the other.

    Of a trip without any ``stop_sequence`` the order of the file stands. Of two rows with the
    same number in a trip the first is kept; another stop or time in the second is a loss.
    """
    sequence = _sequence(raw, notes)
    notes.lose_calls(
        int(sequence.isna().sum()),
        "Zeile in stop_times.txt ohne lesbare stop_sequence weggelassen",
        "Zeilen in stop_times.txt ohne lesbare stop_sequence weggelassen",
    )
    trip = pd.factorize(raw["trip_id"])[0]
    order = np.lexsort((sequence, trip))
    order = order[sequence.notna().to_numpy()[order]]
    times = raw.assign(trip=trip, sequence=sequence).iloc[order]
    is_double = times.duplicated(["trip", "sequence"])
    is_other = is_double & ~times[times.duplicated(["trip", "sequence"], keep=False)].duplicated()
    notes.count(
        int((is_double & ~is_other).sum()),
        "doppelte Zeile in stop_times.txt weggelassen",
        "doppelte Zeilen in stop_times.txt weggelassen",
    )
    notes.lose_calls(
        int(is_other.sum()),
        "Zeile in stop_times.txt mit schon vergebener stop_sequence weggelassen",
        "Zeilen in stop_times.txt mit schon vergebener stop_sequence weggelassen",
    )
    return times[~is_double].reset_index(drop=True)


def _sequence(raw: pd.DataFrame, notes: Notes) -> pd.Series[float]:
    """Return the number of every row in its trip; missing where it cannot be read."""
    sequence = pd.to_numeric(raw["stop_sequence"], errors="coerce").astype("float64")
    is_blank = raw["stop_sequence"] == ""
    if not is_blank.any():
        return sequence
    in_file = pd.Series(np.arange(len(raw), dtype="float64"), index=raw.index)
    is_bare = is_blank.groupby(raw["trip_id"]).transform("all")
    if is_bare.all():
        notes.say("stop_times.txt ohne stop_sequence: Reihenfolge der Datei übernommen")
    else:
        notes.count(
            raw.loc[is_bare, "trip_id"].nunique(),
            "Fahrt ohne stop_sequence: Reihenfolge der Datei übernommen",
            "Fahrten ohne stop_sequence: Reihenfolge der Datei übernommen",
        )
    return sequence.where(~is_bare, in_file)


def fixed_times(times: pd.DataFrame, stops: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Return the calls with a time, blanks in between filled.

    Blank times are spread between the timed calls around them: by ``shape_dist_traveled`` where
    it is complete, else by straight distance, else evenly. Trips whose times run backwards or
    that call only once are dropped and counted.

    Parameters
    ----------
    times : DataFrame
        Rows as `ordered` gives them, at known stops.
    stops : DataFrame
        The halts.
    notes : Notes
        Takes what was dropped or mended.

    Returns
    -------
    DataFrame
        ``trip_id``, ``stop_id``, ``arrival_s``, ``departure_s`` (whole seconds),
        ``can_board``, ``can_alight``.
    """
    arrival, departure = (
        clock_seconds(times["arrival_time"]),
        clock_seconds(times["departure_time"]),
    )
    wrong = ((times["arrival_time"] != "") & arrival.isna()) | (
        (times["departure_time"] != "") & departure.isna()
    )
    notes.count(
        int(wrong.sum()),
        "unlesbare Uhrzeit in stop_times.txt als leer gelesen",
        "unlesbare Uhrzeiten in stop_times.txt als leer gelesen",
    )
    times = times.assign(arrival_s=arrival.fillna(departure), departure_s=departure.fillna(arrival))
    times = _without_open_ends(times, notes)
    times = _filled(times, stops, notes)
    times = _sound(times, notes)
    _count_calls_to_book(times, notes)
    return pd.DataFrame({
        "trip_id": times["trip_id"], "stop_id": times["stop_id"],
        "arrival_s": times["arrival_s"].astype("int64"),
        "departure_s": times["departure_s"].astype("int64"),
        "can_board": times["pickup_type"] != "1", "can_alight": times["drop_off_type"] != "1",
    }).reset_index(drop=True)  # fmt: skip


def _without_open_ends(times: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Cut off the calls before the first and after the last time of a trip."""
    trip = times["trip"]
    known = times["arrival_s"].notna()
    is_open = (known.groupby(trip).cumsum() == 0) | (known[::-1].groupby(trip[::-1]).cumsum() == 0)
    notes.lose_calls(
        int(is_open.sum()),
        "Halt am Anfang oder Ende einer Fahrt ohne Uhrzeit weggelassen",
        "Halte am Anfang oder Ende von Fahrten ohne Uhrzeit weggelassen",
    )
    return times[~is_open].reset_index(drop=True)


def _filled(times: pd.DataFrame, stops: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    blank = times["arrival_s"].isna().to_numpy()
    if not blank.any():
        return times
    notes.count(
        int(blank.sum()),
        "fehlende Uhrzeit zwischen zwei bekannten ergänzt",
        "fehlende Uhrzeiten zwischen zwei bekannten ergänzt",
    )
    at = np.arange(len(times))
    before = np.maximum.accumulate(np.where(blank, 0, at))
    after = np.minimum.accumulate(np.where(blank, len(at), at)[::-1])[::-1]
    leave = times["departure_s"].to_numpy()[before]
    come = times["arrival_s"].to_numpy()[after]
    share = _shares(times, stops, before, after)
    filled = np.round(leave + share * (come - leave))
    return times.assign(
        arrival_s=times["arrival_s"].where(~blank, filled),
        departure_s=times["departure_s"].where(~blank, filled),
    )


def _shares(
    times: pd.DataFrame,
    stops: pd.DataFrame,
    before: npt.NDArray[np.int64],
    after: npt.NDArray[np.int64],
) -> npt.NDArray[np.float64]:
    """Return how far between the known calls each call lies, 0 to 1; missing at known calls."""
    driven = pd.to_numeric(times["shape_dist_traveled"], errors="coerce").to_numpy("float64")
    flaws = np.cumsum(~(np.diff(driven, prepend=driven[:1]) >= 0))
    driven_share = _share(driven, before, after)
    driven_share[flaws[after] != flaws[before]] = np.nan  # a value is missing or runs backwards
    share = np.full(len(times), np.nan)
    for better in (driven_share, _share(_straight_m(times, stops), before, after),
                   _share(np.arange(len(times), dtype="float64"), before, after)):  # fmt: skip
        share = np.where(np.isnan(share), better, share)
    return share


def _share(
    measure: npt.NDArray[np.float64], before: npt.NDArray[np.int64], after: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    span = measure[after] - measure[before]
    share = np.full(len(measure), np.nan)
    np.divide(measure - measure[before], span, out=share, where=span > 0)
    return share


def _straight_m(times: pd.DataFrame, stops: pd.DataFrame) -> npt.NDArray[np.float64]:
    """Return the straight distance driven since the first row; only differences are of use."""
    at = stops.set_index("stop_id").loc[times["stop_id"], ["lat", "lon"]].to_numpy("float64")
    north, east = np.diff(at, axis=0, prepend=at[:1]).T * _METRES_PER_DEGREE
    return np.cumsum(np.hypot(north, east * np.cos(np.radians(at[:, 0]))))


def _sound(times: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Drop trips that run backwards in time or call only once."""
    trip = times["trip"]
    since = times["departure_s"].groupby(trip).shift()
    backwards = (times["arrival_s"] < since) | (times["departure_s"] < times["arrival_s"])
    is_wrong = trip.isin(trip[backwards])
    notes.lose_trips(
        trip[is_wrong].nunique(),
        "Fahrt mit rückwärts laufenden Zeiten weggelassen",
        "Fahrten mit rückwärts laufenden Zeiten weggelassen",
    )
    times = times[~is_wrong]
    is_alone = times.groupby("trip")["trip"].transform("size") == 1
    notes.lose_trips(
        int(is_alone.sum()),
        "Fahrt mit nur einem Halt weggelassen",
        "Fahrten mit nur einem Halt weggelassen",
    )
    return times[~is_alone]


def _count_calls_to_book(times: pd.DataFrame, notes: Notes) -> None:
    by_phone = times[["pickup_type", "drop_off_type"]].isin(["2", "3"]).any(axis=1)
    notes.count(
        int(by_phone.sum()),
        "Halt nur nach Anruf oder Absprache mit dem Fahrpersonal: zählt wie ein fester Halt",
        "Halte nur nach Anruf oder Absprache mit dem Fahrpersonal: zählen wie feste Halte",
    )
