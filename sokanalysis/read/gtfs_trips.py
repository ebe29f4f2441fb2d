"""Trips and what belongs to them, cut to an area while a large feed is read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import pandas as pd

from sokanalysis.read.gtfs_files import FeedFiles
from sokanalysis.read.gtfs_notes import Notes
from sokanalysis.read.gtfs_tables import COLUMNS, read_table

# Tables that are large in the feed of a country, read once it is known which trips stay.
_LARGE: Final = ("trips", "stop_times", "calendar", "calendar_dates", "frequencies")
SMALL: Final = tuple(name for name in COLUMNS if name not in _LARGE)
_PLACES: Final = ("stop_id", "location_id", "location_group_id")


def trip_tables(files: FeedFiles, served: set[str] | None, notes: Notes) -> dict[str, pd.DataFrame]:
    """Read the large tables, only for trips that call at one of the places.

    Stop times are gone through twice, first for the places alone: so never more than one part
    of them is in memory beside what is kept.

    Parameters
    ----------
    files : FeedFiles
        The feed.
    served : set of str or None
        Stops, zones and groups to stay with; None keeps everything.
    notes : Notes
        Takes what had to be mended.
    """
    if served is None:
        return {name: read_table(files, name, notes) for name in _LARGE}
    near = read_table(
        files, "stop_times", notes, lambda part: _calling_at(part, served), ("trip_id", *_PLACES)
    )
    of_trips = _among("trip_id", set(near["trip_id"]))
    tables = {
        name: read_table(files, name, notes, of_trips)
        for name in ("trips", "stop_times", "frequencies")
    }
    of_services = _among("service_id", set(tables["trips"]["service_id"]))
    return tables | {
        name: read_table(files, name, notes, of_services) for name in ("calendar", "calendar_dates")
    }


def _calling_at(part: pd.DataFrame, served: set[str]) -> pd.DataFrame:
    is_near = part[list(_PLACES)].isin(served).any(axis=1)
    return part[is_near].drop_duplicates("trip_id")


def _among(column: str, kept: set[str]) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda part: part[part[column].isin(kept)]


def known_trips(raw: dict[str, pd.DataFrame], notes: Notes) -> pd.DataFrame:
    """Return the trips of a service that exists, each id once.

    A trip of an unknown route still runs; its line stays without a name.

    Returns
    -------
    DataFrame
        ``trip_id``, ``route_id``, ``service_id``, ``line``, ``block_id``.
    """
    trips = _once(raw["trips"], "trip_id", notes, "trips.txt")
    routes = _once(raw["routes"], "route_id", notes, "routes.txt").set_index("route_id")
    names = routes["route_short_name"]
    names = names.where(names != "", routes["route_long_name"])
    line = trips["route_id"].map(names)
    notes.count(
        int(line.isna().sum()),
        "Fahrt mit unbekannter Linie: bleibt ohne Liniennamen",
        "Fahrten mit unbekannter Linie: bleiben ohne Liniennamen",
    )
    services = {*raw["calendar"]["service_id"], *raw["calendar_dates"]["service_id"]}
    is_dated = trips["service_id"].isin(services) | (not services)
    notes.lose_trips(
        int((~is_dated).sum()),
        "Fahrt ohne Verkehrstage im Kalender weggelassen",
        "Fahrten ohne Verkehrstage im Kalender weggelassen",
    )
    columns = ["trip_id", "route_id", "service_id", "line", "block_id"]
    return trips.assign(line=line.fillna(""))[is_dated][columns].reset_index(drop=True)


def _once(table: pd.DataFrame, key: str, notes: Notes, file: str) -> pd.DataFrame:
    once = table.drop_duplicates(key)
    notes.count(
        len(table) - len(once),
        f"doppelte Zeile in {file} weggelassen",
        f"doppelte Zeilen in {file} weggelassen",
    )
    return once


def of_known_trips(
    calls: pd.DataFrame, trips: pd.DataFrame, published: pd.DataFrame, notes: Notes
) -> pd.DataFrame:
    """Return the calls of the trips that are left; those of trips nobody published are counted."""
    is_known = calls["trip_id"].isin(published["trip_id"])
    notes.lose_calls(
        int((~is_known).sum()),
        "Zeile in stop_times.txt ohne zugehörige Fahrt weggelassen",
        "Zeilen in stop_times.txt ohne zugehörige Fahrt weggelassen",
    )
    return calls[calls["trip_id"].isin(trips["trip_id"])].reset_index(drop=True)


def split(calls: pd.DataFrame, stops: set[str], notes: Notes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part the calls at stops from the windows of on-demand service.

    Where a trip on a timetable may leave its way on demand, only its timetable is kept: when
    one would be home is not known beforehand.
    """
    is_window = calls["location_id"] != ""
    times, windows = calls[~is_window], calls[is_window]
    is_known = times["stop_id"].isin(stops)
    notes.lose_calls(
        int((~is_known).sum()),
        "Zeile in stop_times.txt zu unbekanntem oder weggelassenem Halt weggelassen",
        "Zeilen in stop_times.txt zu unbekannten oder weggelassenen Halten weggelassen",
    )
    is_detour = windows["trip"].isin(times["trip"])
    notes.count(
        int(is_detour.sum()),
        "Bedarfsabschnitt in einer Fahrt mit festen Zeiten nicht berücksichtigt",
        "Bedarfsabschnitte in Fahrten mit festen Zeiten nicht berücksichtigt",
    )
    return times[is_known].reset_index(drop=True), windows[~is_detour]


def running_trips(
    trips: pd.DataFrame, used: set[str], published: pd.DataFrame, notes: Notes
) -> pd.DataFrame:
    """Return the trips that call anywhere; those never mentioned in ``published`` are counted."""
    notes.lose_trips(
        int((~trips["trip_id"].isin(published["trip_id"])).sum()),
        "Fahrt ohne Zeilen in stop_times.txt weggelassen",
        "Fahrten ohne Zeilen in stop_times.txt weggelassen",
    )
    return trips[trips["trip_id"].isin(used)].reset_index(drop=True)
