"""Print what E2SFCA costs for 20,000 origins and 300 offers, beside PySAL's `access`.

Two sizes on the same invented towns: pairs up to 30 minutes apart (1.4 million, what a district
has), and all 6 million pairs (minutes shrunk until the farthest is within 30). Both engines get
what they like best: ours a dense matrix of minutes, the peer a table of the pairs that matter. Our
time includes making the weights. The difference is the largest one, as a share of the largest
access. Every run has a process of its own, so that its memory is its own.

    python -m benchmarks.catchments
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from importlib.util import find_spec
from multiprocessing import get_context
from statistics import median
from typing import Final, NamedTuple

import numpy as np

ORIGINS: Final = 20_000
OFFERS: Final = 300
REPEATS: Final = 7
LIMIT: Final = 30.0
CASES: Final = {"pairs up to 30 minutes": False, "all pairs": True}


class Cost(NamedTuple):
    """Median seconds of a call, peak memory of its process, and the answer."""

    seconds: float
    peak_mb: float
    access: np.ndarray


def district(is_shrunk: bool) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return minutes, people and places; missing minutes beyond the limit."""
    rng = np.random.default_rng(16075)
    home, site = rng.random((ORIGINS, 1, 2)), rng.random((1, OFFERS, 2))
    # The side of the square is 95 minutes long: 23 % of all pairs are up to 30 minutes apart.
    minutes = 95 * np.hypot(*np.moveaxis(home - site, 2, 0))
    minutes = minutes * LIMIT / minutes.max() if is_shrunk else minutes
    minutes[minutes > LIMIT] = np.nan
    return minutes, rng.integers(0, 50, ORIGINS), rng.integers(5, 40, OFFERS)


def own(is_shrunk: bool) -> Cost:
    """Answer by this library."""
    from sokanalysis.catchments import enhanced_two_step
    from sokanalysis.parameters import default_parameters

    parameters, given = default_parameters(), district(is_shrunk)
    return timed(lambda: enhanced_two_step(*given, parameters).per_person, REPEATS)


def peer(is_shrunk: bool) -> Cost:
    """Answer by `access`."""
    import pandas as pd
    from access import Access, weights

    from sokanalysis.nearness import catchment_steps
    from sokanalysis.parameters import default_parameters

    minutes, people, places = district(is_shrunk)
    origin, offer = np.nonzero(minutes <= LIMIT)
    pairs = pd.DataFrame({"home": origin, "site": offer, "minutes": minutes[origin, offer]})
    zones = dict(zip(*catchment_steps(default_parameters()), strict=True))
    model = Access(
        demand_df=pd.DataFrame({"home": range(ORIGINS), "people": people.astype(float)}),
        demand_index="home", demand_value="people",
        supply_df=pd.DataFrame({"site": range(OFFERS), "places": places.astype(float)}),
        supply_index="site", supply_value="places",
        cost_df=pairs, cost_origin="home", cost_dest="site", cost_name="minutes",
    )  # fmt: skip
    del minutes, origin, offer

    def answer() -> np.ndarray:
        model.enhanced_two_stage_fca(name="e", weight_fn=weights.step_fn(zones))
        return model.access_df["e_places"].reindex(range(ORIGINS)).fillna(0).to_numpy()

    return timed(answer, 1)


def timed(work: Callable[[], np.ndarray], repeats: int) -> Cost:
    """Run the work several times over and return the median."""
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        access = work()
        seconds.append(time.perf_counter() - start)
    return Cost(median(seconds), peak_mb(), access)


def peak_mb() -> float:
    """Return the largest memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def alone(work: Callable[[bool], Cost], is_shrunk: bool) -> Cost:
    """Do the work in a fresh process."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (is_shrunk,))


def main() -> None:
    """Print the table."""
    has_peer = find_spec("access") is not None
    print(f"E2SFCA, {ORIGINS} origins × {OFFERS} offers, one process a run")
    print(f"{'':24s}{'pairs':>9s}{'engine':>14s}{'time':>9s}{'peak':>9s}{'difference':>13s}")
    for name, is_shrunk in CASES.items():
        count = int((district(is_shrunk)[0] <= LIMIT).sum())
        ours = alone(own, is_shrunk)
        row(name, count, "sokanalysis", ours)
        if has_peer:
            theirs = alone(peer, is_shrunk)
            apart = np.abs(ours.access - theirs.access).max() / theirs.access.max()
            row("", count, "access", theirs, f"{apart:13.1e}")
            print(f"{'':24s}{'':9s}{'ratio':>14s}{theirs.seconds / ours.seconds:8.0f}×")
    if not has_peer:
        print("peer: access is not installed (pip install -r benchmarks/peers.txt)")


def row(name: str, pairs: int, engine: str, cost: Cost, more: str = "") -> None:
    """Print one line."""
    figures = f"{cost.seconds:8.3f}s{cost.peak_mb:6.0f} MB"
    print(f"{name:24s}{pairs:9d}{engine:>14s}{figures}{more}", flush=True)


if __name__ == "__main__":
    main()
