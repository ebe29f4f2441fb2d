"""Print what it costs to cut one district out of a country's timetable, and what it saves.

The country is the generated district of `benchmarks.feeds`, 124 times side by side: 11 million
stop times. Reading cuts too, but keeps nothing for the next time. Every run has a process of its
own, so that its memory is its own; the answers are compared.

    python -m benchmarks.cut
"""

from __future__ import annotations

import resource
import tempfile
import time
import zipfile
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Final, NamedTuple

import pandas as pd

from benchmarks.feeds import write_feed

TILES: Final = 124
_COLUMNS: Final = 12
_APART: Final = (0.7, 0.5)  # degrees of longitude and latitude from one to the next
_CHOSEN: Final = 50
_MARK: Final = "t###"
_KEYS: Final = {
    "stops": ["stop_id"], "routes": ["route_id"], "trips": ["trip_id", "route_id"],
    "stop_times": ["trip_id", "stop_id"], "agency": [], "calendar": [],
}  # fmt: skip

Box = tuple[float, float, float, float]


class Cost(NamedTuple):
    """Seconds and peak memory of a process, and how many trips came out."""

    seconds: float
    peak_mb: float
    trips: int


def write_country(path: Path, tiles: int = TILES) -> Box:
    """Write the feed of a country and return the box of one of its districts."""
    tables = district(path.with_name("district.zip"))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, keys in _KEYS.items():
            with archive.open(f"{name}.txt", "w", force_zip64=True) as file:
                for text in repeated(tables[name], name, tiles if keys else 1):
                    file.write(text)
    places = moved(tables["stops"], min(_CHOSEN, tiles - 1))
    lon, lat = places["stop_lon"], places["stop_lat"]
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def district(path: Path) -> dict[str, pd.DataFrame]:
    """Return the tables of one district, its names marked so that they can be told apart."""
    with zipfile.ZipFile(write_feed(path)) as archive:
        tables = {name: pd.read_csv(archive.open(f"{name}.txt"), dtype=str) for name in _KEYS}
    for name, keys in _KEYS.items():
        tables[name][keys] = _MARK + ":" + tables[name][keys]
    return tables


def repeated(table: pd.DataFrame, name: str, tiles: int) -> Iterator[bytes]:
    """Return the text of a table for one district after the other, the heading once."""
    text = table.to_csv(index=False, lineterminator="\n")
    for tile in range(tiles):
        if name == "stops":
            text = moved(table, tile).to_csv(index=False, lineterminator="\n")
        rows = text if tile == 0 else text.partition("\n")[2]
        yield rows.replace(_MARK, f"t{tile:03d}").encode()


def moved(stops: pd.DataFrame, tile: int) -> pd.DataFrame:
    """Return the stops where a district lies in the country."""
    north, east = divmod(tile, _COLUMNS)
    lon = stops["stop_lon"].astype(float) - 5 + _APART[0] * east
    lat = stops["stop_lat"].astype(float) - 3 + _APART[1] * north
    return stops.assign(stop_lon=lon.round(6), stop_lat=lat.round(6))


def cut(folder: Path, box: Box) -> Cost:
    """Cut the district out of the country, which lies in the folder beside."""
    from sokanalysis.cut.timetable import cut_timetable

    start = time.perf_counter()
    count = cut_timetable(folder.with_name("country") / "gtfs.zip", folder / "gtfs.zip", box)
    return Cost(time.perf_counter() - start, peak_mb(), count.kept)


def read(folder: Path, box: Box) -> Cost:
    """Read the timetable of a folder in the box."""
    from sokanalysis.read.gtfs import read_feed

    start = time.perf_counter()
    feed, problems = read_feed(folder, box)
    if feed is None or problems:
        raise RuntimeError(str(problems))
    return Cost(time.perf_counter() - start, peak_mb(), len(feed.trips))


def peak_mb() -> float:
    """Return the largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        country, part = Path(folder) / "country", Path(folder) / "district"
        country.mkdir()
        part.mkdir()
        box = write_country(country / "gtfs.zip")
        print(f"{'one district of the country':32s}{'time':>9s}{'peak':>9s}{'trips':>8s}")
        for name, work, place in (
            ("read from the whole", read, country), ("cut out", cut, part),
            ("read from the part", read, part),
        ):  # fmt: skip
            with get_context("spawn").Pool(1) as pool:
                cost = pool.apply(work, (place, box))
            print(
                f"{name:32s}{cost.seconds:8.1f}s{cost.peak_mb:6.0f} MB{cost.trips:8d}", flush=True
            )
        for file in (country / "gtfs.zip", part / "gtfs.zip"):
            print(f"{file.parent.name:32s}{file.stat().st_size / 2**20:17.1f} MB")


if __name__ == "__main__":
    main()
