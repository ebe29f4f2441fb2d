"""The rules of attendance on whole numbers: out, stay and back, and which rule breaks first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

import numba
import numpy as np
import numpy.typing as npt

from sokanalysis.journey import LATEST, NO_JOURNEY, TIME, WALK, Ints, Journeys
from sokanalysis.parameters import minutes_of_day
from sokanalysis.transit import ABREAST, Access, Searches, best_at_door, side_by_side

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters

Outcomes = npt.NDArray[np.uint8]

_REACHED, _NO_WAY_OUT, _NO_WAY_BACK, _TOO_EARLY, _TOO_LATE, _WAITING, _TOO_LONG = range(7)


class Limits(NamedTuple):
    """What a person puts up with, in seconds (of the day)."""

    earliest: int
    latest: int
    away: int
    wait: int


def limits(parameters: Parameters) -> Limits:
    """Return the limits that the parameters set."""
    return Limits(
        60 * minutes_of_day(parameters.earliest_departure),
        60 * minutes_of_day(parameters.latest_return),
        int(60 * parameters.away_max_minutes),
        int(60 * parameters.wait_named_minutes),
    )


def outcomes(
    out: Searches, back: Searches, doors: Access, begin_s: Ints, end_s: Ints, bounds: Limits
) -> Outcomes:
    """Say for every session and door how the way there and home turns out.

    Parameters
    ----------
    out, back : Searches
        One query a session; the way out is searched with time turned round.
    doors : Access
        Where people live.
    begin_s, end_s : ndarray of int32, shape (sessions,)
        When sessions begin and end, seconds of the day.
    bounds : Limits
        See `limits`.

    Returns
    -------
    ndarray of uint8, shape (sessions, doors)
        Position in `REASONS`: the first rule that is broken, or 0.
    """
    result = np.empty((len(begin_s), len(doors.start) - 1), dtype=np.uint8)

    def judge(first: int) -> None:
        part = slice(first, first + ABREAST)
        _judge(
            out.journeys, out.row[part], back.journeys, back.row[part],
            doors, begin_s[part], end_s[part], bounds, result[part],
        )  # fmt: skip

    with ThreadPoolExecutor() as pool:
        list(pool.map(judge, range(0, len(begin_s), ABREAST)))
    return result


@numba.njit(cache=True, nogil=True)
def _judge(
    out: Journeys, out_row: Ints, back: Journeys, back_row: Ints,
    doors: Access, begin_s: Ints, end_s: Ints, bounds: Limits, result: Outcomes,
) -> None:  # fmt: skip
    """Judge up to `ABREAST` sessions side by side."""
    sessions = result.shape[0]
    there, home = side_by_side(out, out_row), side_by_side(back, back_row)
    begin, end = np.zeros(ABREAST, dtype=np.int64), np.zeros(ABREAST, dtype=np.int64)
    begin[:sessions], end[:sessions] = begin_s, end_s
    leave, come = np.empty(ABREAST, dtype=np.int64), np.empty(ABREAST, dtype=np.int64)
    codes = np.empty(ABREAST, dtype=np.int64)
    for door in range(result.shape[1]):
        best_at_door(there, doors, door, leave)
        if leave.min() >= NO_JOURNEY:
            result[:, door] = _NO_WAY_OUT
            continue
        best_at_door(home, doors, door, come)
        for lane in range(ABREAST):
            codes[lane] = _outcome(leave[lane], come[lane], begin[lane], end[lane], bounds)
        for lane in range(sessions):
            result[lane, door] = codes[lane]


@numba.njit(cache=True, nogil=True, inline="always")
def _outcome(
    there: np.int64, home: np.int64, begin: np.int64, end: np.int64, bounds: Limits
) -> int:
    """Return the first rule broken, the last one asked first: so there is nothing to branch on.

    ``there`` is turned round in time.
    """
    leave, back = -(there >> TIME), home >> TIME
    wait = (begin + _left(there)) + (_left(home) - end)
    code = _WAITING if wait > bounds.wait else _TOO_LONG
    code = _REACHED if (back - leave) - (end - begin) <= bounds.away else code
    code = _TOO_LATE if back > bounds.latest else code
    code = _TOO_EARLY if leave < bounds.earliest else code
    code = _NO_WAY_BACK if home >= NO_JOURNEY else code
    return _NO_WAY_OUT if there >= NO_JOURNEY else code


@numba.njit(cache=True, nogil=True, inline="always")
def _left(journey: np.int64) -> np.int64:
    return LATEST - (journey & ((1 << WALK) - 1))
