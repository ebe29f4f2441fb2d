"""A generated rural district: timetable as GTFS, inhabited cells, sites and sessions."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from pyproj import Transformer
from scipy.spatial import cKDTree

STOPS: Final = 772
_TOWNS: Final = 8
CALLS: Final = 300_000  # stop times a week
WIDTH_M: Final = 36_000
_CORNER: Final = (680_000, 5_590_000)
_SERVICES: Final = {"werktag": (5, 0.176), "samstag": (1, 0.07), "sonntag": (1, 0.05)}
_DAYS: Final = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


def write_feed(path: Path, calls: int = CALLS, stops: int = STOPS, seed: int = 1) -> Path:
    """Write a feed of lines that run from towns through villages, and return its path.

    Parameters
    ----------
    path : Path
        The zip file to write.
    calls : int
        Stop times a week, days of service counted.
    stops : int
        Number of stops.
    seed : int
        The same seed writes the same feed.
    """
    rng = np.random.default_rng(seed)
    places = _places(stops, rng)
    lines = _lines(places, rng)
    trips, times = _trips(places, lines, calls, rng)
    lon, lat = _degrees(places)
    tables = {
        "agency": pd.DataFrame({
            "agency_id": ["1"], "agency_name": ["Landbus"],
            "agency_url": ["https://example.org"], "agency_timezone": ["Europe/Berlin"],
        }),
        "stops": pd.DataFrame({
            "stop_id": [f"h{n}" for n in range(stops)],
            "stop_name": [f"Ort {n}" for n in range(stops)],
            "stop_lat": lat, "stop_lon": lon,
        }),
        "routes": pd.DataFrame({
            "route_id": [f"l{n}" for n in range(len(lines))], "agency_id": "1",
            "route_short_name": [str(n) for n in range(len(lines))], "route_type": 3,
        }),
        "trips": trips, "stop_times": times, "calendar": _calendar(),
    }  # fmt: skip
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, table in tables.items():
            archive.writestr(f"{name}.txt", table.to_csv(index=False))
    return path


def _places(count: int, rng: np.random.Generator) -> np.ndarray:
    """Return stops in metres: villages of two or three stops each, towns of a dozen."""
    centres = rng.uniform(0, WIDTH_M, (max(count // 3, 1), 2))
    weight = np.where(np.arange(len(centres)) < _TOWNS, 5.0, 1.0)
    home = rng.choice(len(centres), count, p=weight / weight.sum())
    home[: len(centres)] = np.arange(len(centres))[:count]
    return np.asarray(centres[home] + rng.normal(0, 350, (count, 2)))


def _lines(places: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Return lines as stops in order; every stop has one, and each heads for a far place."""
    tree = cKDTree(places)
    waiting, lines = list(rng.permutation(len(places))), []
    while waiting:
        line = [int(waiting[0])]
        end = places[rng.integers(_TOWNS)]
        while len(line) < 24:
            near = tree.query(places[line[-1]], 10)[1]
            left = np.hypot(*(places[near] - end).T)
            ahead = near[left < np.hypot(*(places[line[-1]] - end))]
            if not len(ahead):
                break
            line.append(int(rng.choice(ahead[:3])))
        waiting = [stop for stop in waiting[1:] if stop not in line]
        if len(line) > 3:
            lines.append(np.array(line))
    return lines


def _trips(
    places: np.ndarray, lines: list[np.ndarray], calls: int, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    trips: list[tuple[str, str, str]] = []
    parts: list[tuple[np.ndarray, np.ndarray]] = []
    for service, (_, share) in _SERVICES.items():
        written = 0
        while written < calls * share:
            line = int(rng.integers(len(lines)))
            order = lines[line] if rng.random() < 0.5 else lines[line][::-1]
            begin = int(np.clip(rng.normal(12.5, 4), 4.5, 22.5) * 60) * 60
            seconds = np.hypot(*np.diff(places[order], axis=0).T) * 1.4 / (40 / 3.6) + 25
            trips.append((f"{service}{len(trips)}", f"l{line}", service))
            parts.append((order, begin + np.concatenate([[0], np.cumsum(seconds)]).astype(int)))
            written += len(order)
    calls_of = np.array([len(order) for order, _ in parts])
    stop, at = (np.concatenate(column) for column in zip(*parts, strict=True))
    clock = [f"{t // 3600:02d}:{t // 60 % 60:02d}:{t % 60:02d}" for t in at]
    table = pd.DataFrame(trips, columns=["trip_id", "route_id", "service_id"])
    times = pd.DataFrame({
        "trip_id": np.repeat(table["trip_id"].to_numpy(), calls_of),
        "arrival_time": clock, "departure_time": clock, "stop_id": [f"h{n}" for n in stop],
        "stop_sequence": np.concatenate([np.arange(n) for n in calls_of]),
    })  # fmt: skip
    return table, times


def _calendar() -> pd.DataFrame:
    days = np.array([[1, 1, 1, 1, 1, 0, 0], [0, 0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 0, 1]])
    table = pd.DataFrame(days, columns=_DAYS)
    table.insert(0, "service_id", list(_SERVICES))
    return table.assign(start_date="20261123", end_date="20261213")


def _degrees(places: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    to_degrees = Transformer.from_crs(25832, 4326, always_xy=True)
    lon, lat = to_degrees.transform(*(places + _CORNER).T)
    return np.round(lon, 6), np.round(lat, 6)


def cells(path: Path, count: int, seed: int = 2) -> pd.DataFrame:
    """Return inhabited cells around the stops of a feed, as the table of settlements."""
    rng = np.random.default_rng(seed)
    with zipfile.ZipFile(path) as archive, archive.open("stops.txt") as file:
        stops = pd.read_csv(file)
    home = stops.iloc[rng.integers(len(stops), size=count)]
    north, east = rng.normal(0, 700, (2, count)) / 111_200
    return pd.DataFrame({
        "settlement_id": [f"z{n}" for n in range(count)], "name": "Zelle", "ags": "16075000",
        "lat": home["stop_lat"].to_numpy() + north,
        "lon": home["stop_lon"].to_numpy() + east / np.cos(np.radians(50.6)),
        "population_count": rng.integers(1, 9, count),
    })  # fmt: skip


def sessions(
    path: Path, offers: int, per_offer: int = 5, seed: int = 3
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return sites and sessions: every offer at a place of its own, on five different times."""
    rng = np.random.default_rng(seed)
    places = cells(path, offers, seed).assign(site_id=[f"s{n}" for n in range(offers)])
    begin = 8 * 60 + 15 * rng.integers(0, 44, offers * per_offer)
    end = begin + 45 * rng.integers(1, 6, offers * per_offer)
    table = pd.DataFrame({
        "session_id": [f"t{n}" for n in range(offers * per_offer)],
        "offer_id": np.repeat([f"a{n}" for n in range(offers)], per_offer),
        "site_id": np.repeat(places["site_id"].to_numpy(), per_offer),
        "weekdays": [("Mo", "Di", "Mi", "Do", "Fr")] * (offers * per_offer),
        "start_time": [f"{t // 60:02d}:{t % 60:02d}" for t in begin],
        "end_time": [f"{t // 60:02d}:{t % 60:02d}" for t in end],
        "runs_in_holidays": True,
        "ride_max_km": np.nan,
    })  # fmt: skip
    return places[["site_id", "name", "lat", "lon"]], table
