"""The same searches by another engine, in the same run: how long, and whether it agrees.

cafein is the only package of the Python index that answers "arrive by" for one place and all
stops. It knows no minimum change time and no walks without a street network, so both are switched
off here: changes take no time and happen at one stop.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from benchmarks import feeds
from sokanalysis.edges import Starts, day_of
from sokanalysis.journey import NO_JOURNEY, int32, time_of
from sokanalysis.spread import LANES

DATE: Final = "2026-11-24"
QUERIES: Final = 240
BOARDINGS: Final = 3


def compare() -> None:
    """Print seconds a search and the ratio, forward and backward."""
    try:
        from cafein.network import TransportNetwork
    except ImportError:
        print("peers: not installed (pip install -r benchmarks/peers.txt)")
        return
    with tempfile.TemporaryDirectory() as folder:
        path = feeds.write_feed(Path(folder) / "gtfs.zip")
        network = TransportNetwork.from_gtfs(path, trip_distances=False, leg_geometries=False)
        day = _day(Path(folder))
        rng = np.random.default_rng(4)
        stop = rng.integers(0, feeds.STOPS, QUERIES)
        at = 3600 * 7 + 900 * rng.integers(0, 48, QUERIES)
        print(f"\n{QUERIES} one-to-all searches at the stops, {BOARDINGS} boardings at most")
        print(f"{'':24s}{'sokanalysis':>12s}{'cafein':>10s}{'ratio':>8s}{'agree':>9s}")
        for name, backward in (("depart at", False), ("arrive by", True)):
            own_s, own = _own(day, stop, at, backward)
            peer_s, peer = _cafein(network, stop, at, backward)
            # Arriving, cafein gives the minutes of the journey without the wait at its end.
            equal = ((own >= 0) == (peer >= 0) if backward else own == peer).mean()
            print(
                f"{name:24s}{1000 * own_s:9.2f} ms{1000 * peer_s:7.2f} ms"
                f"{peer_s / own_s:8.1f}{equal:9.2%}"
            )


def _day(folder: Path) -> Any:
    """Return the day in both directions, changes free and without walks."""
    from sokanalysis.edges import rows
    from sokanalysis.parameters import default_parameters
    from sokanalysis.read.gtfs import read_feed
    from sokanalysis.timetable import compile_day

    feed, problems = read_feed(folder)
    assert feed is not None, problems
    timetable = compile_day(feed, pd.Timestamp(DATE), default_parameters(), with_flex=False)
    each = np.arange(feeds.STOPS)
    free = rows(each, each, np.zeros(feeds.STOPS), feeds.STOPS)
    return [
        day_of(table.connections, free, table.rides, len(table.trip_ids))
        for table in (timetable, timetable.turned())
    ]


def _own(day: Any, stop: Any, at: Any, backward: bool) -> tuple[float, Any]:
    from sokanalysis.connection_scan import scan_lanes

    time_s = -at if backward else at
    order = np.argsort(time_s, kind="stable")
    found = np.empty((QUERIES, feeds.STOPS), dtype=np.int64)
    for _ in range(2):  # the first loads what is compiled
        start = time.perf_counter()
        for first in range(0, QUERIES, LANES):
            part = order[first : first + LANES]
            starts = Starts(int32(stop[part]), int32(time_s[part]), int32(0 * part))
            lanes = scan_lanes(day[backward], starts, int32(np.arange(len(part))), BOARDINGS)
            found[part] = lanes[BOARDINGS, :, : len(part)].T
        seconds = time.perf_counter() - start
    travel_s = np.where(found < NO_JOURNEY, time_of(found) - time_s[:, None], -1)
    travel_s[np.arange(QUERIES), stop] = 0
    return seconds / QUERIES, travel_s


def _cafein(network: Any, stop: Any, at: Any, backward: bool) -> tuple[float, Any]:
    ids = [name for name, *_ in network.stops]
    column = {name: number for number, name in enumerate(ids)}
    order = [column[f"h{n}"] for n in range(feeds.STOPS)]
    found = np.full((QUERIES, feeds.STOPS), -1.0)
    start = time.perf_counter()
    for query in range(QUERIES):
        moment = (
            f"{DATE} {pd.Timestamp(0, unit='s') + pd.Timedelta(seconds=int(at[query])):%H:%M:%S}"
        )
        word = "arrival" if backward else "departure"
        place = f"h{stop[query]}"
        answer = network.travel_times_from_stop(place, **{word: moment}, max_rides=BOARDINGS)
        for name, seconds in answer.items():
            found[query, column[name]] = seconds
    seconds = time.perf_counter() - start
    return seconds / QUERIES, found[:, order]
