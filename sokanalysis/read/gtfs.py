"""Read a timetable in GTFS, with on-demand service in GTFS-Flex."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pandas as pd

from sokanalysis.errors import Problem

_COLUMNS: Final = {
    "agency": ["agency_name", "agency_timezone"],
    "routes": ["route_id", "route_short_name", "route_type"],
    "trips": ["trip_id", "route_id", "service_id"],
    "stops": ["stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"],
    "stop_times": [
        "trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time",
        "location_id", "start_pickup_drop_off_window", "end_pickup_drop_off_window",
    ],
    "calendar": [
        "service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
        "sunday", "start_date", "end_date",
    ],
    "calendar_dates": ["service_id", "date", "exception_type"],
    "feed_info": ["feed_publisher_name", "feed_version"],
}  # fmt: skip
_REQUIRED: Final = ("routes", "trips", "stops", "stop_times")


@dataclass(frozen=True)
class Feed:
    """A timetable as published.

    Parameters
    ----------
    stops : DataFrame
        ``stop_id``, ``name``, ``lat``, ``lon`` (degrees); only places where vehicles halt.
    trips : DataFrame
        ``trip_id``, ``route_id``, ``service_id``, ``line`` (short name).
    stop_times : DataFrame
        ``trip_id``, ``stop_id``, ``arrival_s``, ``departure_s`` (seconds of the service day),
        in the order of travel.
    flex : DataFrame
        ``trip_id``, ``location_id``, ``open_s``, ``close_s``: windows of on-demand service.
    zones : dict of str to dict
        GeoJSON geometry (EPSG:4326) by ``location_id``.
    active : Series of object
        By date: the set of service ids that run.
    is_model : bool
        Whether the feed says of itself that it is a working assumption.
    """

    stops: pd.DataFrame
    trips: pd.DataFrame
    stop_times: pd.DataFrame
    flex: pd.DataFrame
    zones: dict[str, dict[str, Any]]
    active: pd.Series[Any]
    is_model: bool


def read_feed(folder: Path) -> tuple[Feed | None, list[Problem]]:
    """Read ``<folder>/gtfs/`` or ``<folder>/gtfs.zip``.

    Returns
    -------
    feed : Feed or None
        None when a table is missing.
    problems : list of Problem
        Missing files and a calendar without a single day of service.
    """
    files = _files(folder)
    missing = [name for name in _REQUIRED if f"{name}.txt" not in files]
    if missing:
        remedy = "einen vollständigen GTFS-Fahrplan als Ordner gtfs oder gtfs.zip ablegen"
        return None, [Problem(f"gtfs/{name}.txt", "Datei fehlt", remedy) for name in missing]
    raw = {name: _table(files.get(f"{name}.txt", b""), name) for name in _COLUMNS}
    feed = _feed(raw, files.get("locations.geojson", b""))
    if feed.active.empty:
        remedy = "calendar.txt und calendar_dates.txt prüfen"
        return feed, [Problem("gtfs/calendar.txt", "kein Tag mit Betrieb", remedy)]
    return feed, []


def _files(folder: Path) -> dict[str, bytes]:
    archive, directory = folder / "gtfs.zip", folder / "gtfs"
    if archive.exists():
        with zipfile.ZipFile(archive) as bundle:
            return {Path(name).name: bundle.read(name) for name in bundle.namelist()}
    return {path.name: path.read_bytes() for path in sorted(directory.glob("*"))}


def _table(raw: bytes, name: str) -> pd.DataFrame:
    columns = _COLUMNS[name]
    if not raw.strip():
        return pd.DataFrame({column: pd.Series([], dtype="str") for column in columns})
    table = pd.read_csv(io.BytesIO(raw), dtype="str", keep_default_na=False, encoding="utf-8-sig")
    return table.reindex(columns=columns, fill_value="")


def _feed(raw: dict[str, pd.DataFrame], locations: bytes) -> Feed:
    times = raw["stop_times"]
    sequence = pd.to_numeric(times["stop_sequence"])
    times = times.assign(sequence=sequence).sort_values(["trip_id", "sequence"])
    fixed, windows = times[times["stop_id"] != ""], times[times["location_id"] != ""]
    publisher = " ".join(raw["feed_info"]["feed_publisher_name"])
    return Feed(
        stops=_stops(raw["stops"]),
        trips=raw["trips"].assign(
            line=raw["trips"]["route_id"].map(raw["routes"].set_index("route_id")["route_short_name"])
        ),
        stop_times=pd.DataFrame({
            "trip_id": fixed["trip_id"], "stop_id": fixed["stop_id"],
            "arrival_s": seconds(fixed["arrival_time"]),
            "departure_s": seconds(fixed["departure_time"]),
        }),
        flex=pd.DataFrame({
            "trip_id": windows["trip_id"], "location_id": windows["location_id"],
            "open_s": seconds(windows["start_pickup_drop_off_window"]),
            "close_s": seconds(windows["end_pickup_drop_off_window"]),
        }),
        zones=_zones(locations),
        active=_active(raw["calendar"], raw["calendar_dates"]),
        is_model="Modellfahrplan" in publisher,
    )  # fmt: skip


def seconds(clock: pd.Series[str]) -> pd.Series[int]:
    """Return ``H:MM:SS`` as seconds of the service day; hours may pass 24."""
    parts = clock.str.split(":", expand=True).reindex(columns=range(3)).astype("int64")
    return parts[0] * 3600 + parts[1] * 60 + parts[2]


def _stops(stops: pd.DataFrame) -> pd.DataFrame:
    halts = stops[stops["location_type"].isin(["", "0"])]
    return pd.DataFrame({
        "stop_id": halts["stop_id"], "name": halts["stop_name"],
        "lat": pd.to_numeric(halts["stop_lat"]), "lon": pd.to_numeric(halts["stop_lon"]),
        "parent_station": halts["parent_station"],
    }).reset_index(drop=True)  # fmt: skip


def _zones(raw: bytes) -> dict[str, dict[str, Any]]:
    features = json.loads(raw)["features"] if raw else []
    return {str(feature["id"]): feature["geometry"] for feature in features}


def _active(calendar: pd.DataFrame, exceptions: pd.DataFrame) -> pd.Series[Any]:
    """Return the set of running services by date, dates without service left out."""
    days: dict[pd.Timestamp, set[str]] = {}
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    for row in calendar.to_dict("records"):
        for date in pd.date_range(row["start_date"], row["end_date"]):
            if row[names[date.day_of_week]] == "1":
                days.setdefault(date, set()).add(row["service_id"])
    for row in exceptions.to_dict("records"):
        services = days.setdefault(pd.Timestamp(row["date"]), set())
        (services.add if row["exception_type"] == "1" else services.discard)(row["service_id"])
    return pd.Series(
        {date: frozenset(services) for date, services in sorted(days.items()) if services},
        dtype="object",
    )
