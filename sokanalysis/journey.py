"""A journey as one whole number, so that the lesser of two numbers is the better journey.

Time of arrival, boardings, seconds on foot and what the time of leaving lacks to a late second
stand in it in this order, from the highest bits to the lowest. So of journeys that arrive equally
early the one with fewer boardings, then with less walking, then with the later start is kept.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int32]
Journeys = npt.NDArray[np.int64]

NEVER: Final = np.int32(2**30)
NO_JOURNEY: Final = np.int64(2**62)

TIME, BOARDINGS, WALK = 40, 37, 21  # lowest bit of each part; the leaving time begins at 0
ONE_BOARDING: Final = np.int64(1 << BOARDINGS)
BELOW_TIME: Final = np.int64((1 << TIME) - 1)
WALKED: Final = np.int64((1 << BOARDINGS) - (1 << WALK))
LATEST: Final = np.int64(1 << 20)
LONGEST_WALK: Final = np.int64(8000)  # seconds; a longer one counts as this, so that several fit
MOST_BOARDINGS: Final = 7


def int32(values: Any) -> Ints:
    """Return the values as a contiguous array of int32."""
    return np.ascontiguousarray(values, dtype=np.int32)


def time_of(journeys: Journeys) -> Ints:
    """Return when journeys arrive, in seconds of the day; `NEVER` where there is none."""
    return int32(np.where(journeys < NO_JOURNEY, journeys >> TIME, NEVER))


def boardings_of(journeys: Journeys) -> Ints:
    """Return how often one gets on; 0 where there is no journey."""
    return int32(np.where(journeys < NO_JOURNEY, journeys >> BOARDINGS & MOST_BOARDINGS, 0))


def walk_of(journeys: Journeys) -> Ints:
    """Return the seconds on foot, to, between and from stops; 0 where there is no journey."""
    return int32(np.where(journeys < NO_JOURNEY, (journeys & WALKED) >> WALK, 0))


def leave_of(journeys: Journeys) -> Ints:
    """Return when journeys set off, in seconds of the day; 0 where there is none."""
    left = LATEST - (journeys & ((1 << WALK) - 1))
    return int32(np.where(journeys < NO_JOURNEY, left, 0))
