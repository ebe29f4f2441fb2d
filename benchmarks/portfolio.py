"""Print what it costs to choose new sessions to proven optimality, and what peers need.

The pure case is maximal covering: 20,000 places where people live and 500 candidates on a square
an hour wide, five to open, eight minutes at most, everybody within reach has a seat. The other
cases have 300 sessions of today besides, most sessions with 15 to 59 places, on a square of 100
minutes, five and ten to open. Peers for the pure case: the same solver given the model as it
stands in the textbook, one row a place and candidate left as it is, and `spopt`. Every run has a
process of its own; they use one core. Ours includes the proof that no other choice is as good.

    python -m benchmarks.portfolio
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from importlib.util import find_spec
from multiprocessing import get_context
from typing import Final, NamedTuple

import numpy as np
import pandas as pd

PLACES, CANDIDATES, SESSIONS = 20_000, 500, 300
LIMIT_MINUTES: Final = 8.0
TIME_LIMIT_S: Final = 600.0
GOAL_S: Final = 28


class Case(NamedTuple):
    """How wide the square is, how many to open, and whether there are places and sessions."""

    name: str
    side_minutes: float
    open_count: int
    is_pure: bool


CASES: Final = (
    Case("pure, 5 to open", 60.0, 5, True),
    Case("places, 5 to open", 100.0, 5, False),
    Case("places, 10 to open", 100.0, 10, False),
)


class Cost(NamedTuple):
    """Seconds to build the model, in all, and of the processor; people with a seat, and bound."""

    build_s: float
    all_s: float
    processor_s: float
    peak_mb: float
    value: float
    bound: float


def district(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return people, who reaches which site (candidates first), and places of the sites."""
    rng = np.random.default_rng(16075)
    sites = CANDIDATES + (0 if case.is_pure else SESSIONS)
    home, site = rng.random((PLACES, 1, 2)), rng.random((1, sites, 2))
    minutes = case.side_minutes * np.hypot(*np.moveaxis(home - site, 2, 0))
    people = rng.integers(1, 30 if case.is_pure else 5, PLACES)
    is_open = case.is_pure | (rng.random(sites) < 0.3)
    return people, minutes <= LIMIT_MINUTES, np.where(is_open, np.inf, rng.integers(15, 60, sites))


def own(case: Case) -> Cost:
    """Answer by this library."""
    from sokanalysis.portfolio import Problem, search_for, solve

    people, reach, places = district(case)
    group, unit = np.nonzero(reach)
    keys = [f"c{number}" for number in range(CANDIDATES)]
    opened_by = [*keys, *[""] * (len(places) - CANDIDATES)]
    problem = Problem(
        pd.DataFrame({"option": keys, "cost_eur": 1.0, "choice": "", "fund": ""}),
        pd.DataFrame({
            "unit": range(len(places)), "places": places, "minimum_count": 0,
            "opened_by": opened_by, "closed_by": [()] * len(places),
        }),
        pd.DataFrame({
            "need": "n", "field": "f", "area": "a", "person_count": people, "weight": 1.0,
        }),
        pd.DataFrame({"group": group, "unit": unit, "enabled_by": [()] * len(group)}),
    )  # fmt: skip
    start = time.perf_counter()
    search_for(problem, case.open_count).model()
    build_s = time.perf_counter() - start
    start, processor = time.perf_counter(), time.process_time()
    found = solve(problem, case.open_count, time_limit_s=TIME_LIMIT_S)
    return cost(build_s, start, processor, found.value, found.bound)


def textbook(case: Case) -> Cost:
    """Answer by HiGHS on the model of Church & ReVelle: x a candidate, z a place."""
    from scipy.optimize import LinearConstraint, milp
    from scipy.sparse import coo_array, eye_array, hstack

    people, reach, _ = district(case)
    start, processor = time.perf_counter(), time.process_time()
    covered = hstack([-coo_array(reach.astype(float)), eye_array(PLACES)]).tocsr()
    worth = np.concatenate([np.zeros(CANDIDATES), people])
    is_candidate = (worth == 0).astype(float)
    few = LinearConstraint(is_candidate[None], -np.inf, case.open_count)
    build_s = time.perf_counter() - start
    found = milp(
        -worth, integrality=is_candidate, bounds=(0, 1),
        constraints=[LinearConstraint(covered, -np.inf, 0), few],
        options={"mip_rel_gap": 0.0, "time_limit": TIME_LIMIT_S},
    )  # fmt: skip
    value = 0.0 if found.x is None else -found.fun
    return cost(build_s, start, processor, value, -found.mip_dual_bound)


def spopt(case: Case) -> Cost:
    """Answer by `spopt` with HiGHS."""
    import pulp
    from spopt.locate import MCLP

    people, reach, _ = district(case)
    start, processor = time.perf_counter(), time.process_time()
    model = MCLP.from_cost_matrix(
        np.where(reach, 0.0, 1.0), people.astype(float), 0.5, p_facilities=case.open_count
    )
    build_s = time.perf_counter() - start
    model.solve(pulp.HiGHS(msg=False, threads=1, timeLimit=TIME_LIMIT_S, gapRel=0.0))
    value = float(model.problem.objective.value())
    is_proven = model.problem.sol_status == pulp.LpSolutionOptimal
    return cost(build_s, start, processor, value, value if is_proven else np.nan)


def cost(build_s: float, start: float, processor: float, value: float, bound: float) -> Cost:
    """Read the clocks and the largest memory of this process so far."""
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    all_s, processor_s = time.perf_counter() - start, time.process_time() - processor
    return Cost(build_s, all_s, processor_s, peak_mb, value, bound)


def alone(work: Callable[[Case], Cost], case: Case) -> Cost:
    """Do the work in a fresh process."""
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(work, (case,))


def main() -> None:
    """Print the table."""
    print(f"{PLACES} places × {CANDIDATES} candidates; goal: under {GOAL_S} s for the pure case")
    heads = ("build", "in all", "processor", "peak", "people", "bound")
    print(f"{'':20s}{'engine':>14s}" + "".join(f"{head:>10s}" for head in heads))
    for case in CASES:
        row(case.name, "sokanalysis", alone(own, case))
    row(CASES[0].name, "textbook", alone(textbook, CASES[0]))
    if find_spec("spopt") is None:
        print("peer: spopt is not installed (pip install -r benchmarks/peers.txt)")
    else:
        row(CASES[0].name, "spopt", alone(spopt, CASES[0]))


def row(name: str, engine: str, of: Cost) -> None:
    """Print one line."""
    print(
        f"{name:20s}{engine:>14s}{of.build_s:8.2f} s{of.all_s:8.1f} s{of.processor_s:8.1f} s"
        f"{of.peak_mb:7.0f} MB{of.value:10.0f}{of.bound:10.1f}", flush=True,
    )  # fmt: skip


if __name__ == "__main__":
    main()
