"""Print what the bulk answer to "who can take part" costs, how it grows, and what peers need.

The task: 300 offers with five sessions each, out and back, for 20,000 inhabited cells, on a
generated feed of 300,000 stop times a week; one school day without the on-demand bus. Every case
runs in a process of its own, so that its peak memory is its own.

    python -m benchmarks.reach
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

from benchmarks import feeds

SOK: Final = Path(__file__).parents[1] / "data" / "sok"
REPEATS: Final = 7
GOAL_S, GOAL_MB = 0.7, 400


class Case(NamedTuple):
    """How large a district is."""

    name: str
    calls: int = feeds.CALLS
    stops: int = feeds.STOPS
    cells: int = 20_000
    offers: int = 300


CASES: Final = (
    Case("the bar"),
    Case("twice the origins", cells=40_000),
    Case("twice the offers", offers=600),
    Case("twice the trips", calls=2 * feeds.CALLS),
    Case("twice stops and trips", calls=2 * feeds.CALLS, stops=2 * feeds.STOPS),
)


class Cost(NamedTuple):
    """Seconds of the first and of later calls, peak memory, and what was answered."""

    first_s: float
    later_s: float
    peak_mb: float
    searches: int
    reached_share: float


def cost(case: Case, path: Path) -> Cost:
    """Answer one case several times over."""
    from sokanalysis.attendance import attendances
    from sokanalysis.read.gtfs import read_feed
    from sokanalysis.region import load_region

    timetable, problems = read_feed(path.parent)
    assert timetable is not None, problems
    sites, sessions = feeds.sessions(path, case.offers)
    cells = feeds.cells(path, case.cells)
    region = replace(
        load_region(SOK), feed=timetable, settlements=cells, sites=sites, sessions=sessions
    )
    seconds = []
    for _ in range(REPEATS + 1):
        start = time.perf_counter()
        (answer,) = attendances(region, sessions, states=[("schultag", False)])
        seconds.append(time.perf_counter() - start)
        searches = len(answer.out.journeys) + len(answer.back.journeys)
        share = float(answer.reached().mean())
        del answer
    return Cost(seconds[0], median(seconds[1:]), peak_mb(), searches, share)


def peak_mb() -> float:
    """Return the largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(case: Case) -> Cost:
    """Answer a case in a fresh process, on a feed that this one writes."""
    with tempfile.TemporaryDirectory() as folder, get_context("spawn").Pool(1) as pool:
        path = feeds.write_feed(Path(folder) / "gtfs.zip", case.calls, case.stops)
        return pool.apply(cost, (case, path))


def import_s() -> float:
    """Return how long importing the library's main call takes in a fresh process."""
    import subprocess

    command = [sys.executable, "-c", "import sokanalysis.attendance, sokanalysis.region"]
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run(command, check=True)
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def main() -> None:
    """Print the tables."""
    print(f"goal: under {GOAL_S} s and under {GOAL_MB} MB on two cores after the first call")
    print(
        f"{'':24s}{'searches':>9s}{'first':>8s}{'later':>8s}{'ratio':>7s}{'peak':>8s}{'reached':>9s}"
    )
    alone(CASES[0]._replace(cells=100, offers=2))  # compiles where nothing is compiled yet
    bar = None
    for case in CASES:
        of = alone(case)
        bar = bar or of
        print(
            f"{case.name:24s}{of.searches:9d}{of.first_s:7.2f}s{of.later_s:7.2f}s"
            f"{of.later_s / bar.later_s:7.2f}{of.peak_mb:5.0f} MB{of.reached_share:9.1%}",
            flush=True,
        )
    print(f"import of region and attendance in a fresh process: {import_s():.2f} s")
    from benchmarks.peers import compare

    compare()


if __name__ == "__main__":
    main()
