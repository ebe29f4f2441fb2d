"""From minutes, or from the answer to "who can take part", to how much an offer counts where.

Every matrix, of minutes as of weights, has origins as rows and offers as columns.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scipy.sparse import csr_array

    from sokanalysis.parameters import Parameters

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]


def binary(minutes: npt.ArrayLike, limit: float) -> csr_array:
    """Weigh 1 up to a limit and 0 beyond.

    Parameters
    ----------
    minutes : array_like of float, shape (origins, offers)
        Travel time, one way; NaN or infinite where there is no way.
    limit : float
        Minutes, the limit itself included. Infinite for every offer there is a way to.

    Returns
    -------
    csr_array of float, shape (origins, offers)
        Only what is within reach is stored. Nothing is stored without origins or offers.

    Raises
    ------
    ValueError
        When minutes are negative or not a matrix, or the limit is negative or NaN.
    """
    times = _times(minutes)
    return _stored(_within(times, limit))


def steps(minutes: npt.ArrayLike, breaks: Sequence[float], weights: Sequence[float]) -> csr_array:
    """Weigh by travel time zones, as the enhanced two-step method does (Luo & Qi 2009).

    Parameters
    ----------
    minutes : array_like of float, shape (origins, offers)
        As in `binary`.
    breaks : sequence of float, length zones
        Upper ends of the zones in minutes, ascending, each belonging to its zone.
    weights : sequence of float, length zones
        Not negative and not rising; nothing counts beyond the last zone.

    Returns
    -------
    csr_array of float, shape (origins, offers)
        As in `binary`.

    Raises
    ------
    ValueError
        As in `binary`; also when the zones are empty, of unequal number or out of order.
    """
    ends, heights = np.asarray(breaks, dtype=float), np.asarray(weights, dtype=float)
    if not 0 < len(ends) == len(heights):
        raise ValueError("Zonen: zu jeder Grenze gehört ein Gewicht → gleich viele angeben.")
    if not (np.diff(ends) > 0).all() or not (np.diff(heights) <= 0).all() or not heights[-1] >= 0:
        raise ValueError(
            f"Zonen {ends.tolist()} mit Gewichten {heights.tolist()}: Grenzen müssen steigen, "
            "Gewichte dürfen nicht steigen und nicht negativ sein → richtig ordnen."
        )
    times = _times(minutes)
    within = _within(times, ends[-1])
    # Counting the ends that lie behind is several times faster than a search for few zones.
    inside = times[within]
    zone = np.zeros(len(inside), dtype=np.intp)
    for end in ends[:-1]:
        zone += inside > end
    return _stored(within, heights[zone])


def decay(minutes: npt.ArrayLike, half_minutes: float, limit: float = np.inf) -> csr_array:
    """Weigh by 2^(−t / half), which halves with every `half_minutes` (Hansen 1959, exponential).

    Shapes, limit, empty case and errors are those of `binary`; ValueError also when
    `half_minutes` is not positive.
    """
    if not 0 < half_minutes < np.inf:
        raise ValueError(f"Halbwertszeit {half_minutes}: muss größer als 0 Minuten sein.")
    times = _times(minutes)
    within = _within(times, limit)
    return _stored(within, np.exp2(-times[within] / half_minutes))


def attended(reached: npt.ArrayLike) -> csr_array:
    """Weigh 1 where an offer can be taken up.

    Parameters
    ----------
    reached : array_like of bool, shape (origins, offers)
        For instance ``Attendance.reached().T`` or ``seats.Supply.reach.T``.

    Returns
    -------
    csr_array of float, shape (origins, offers)
        As in `binary`.

    Raises
    ------
    ValueError
        When it is not a matrix of booleans.
    """
    mask = np.asarray(reached)
    if mask.ndim != 2 or mask.dtype != np.bool_:
        raise ValueError("Teilnahme: gebraucht wird eine Tabelle aus Wahr und Falsch.")
    return _stored(mask)


def catchment_steps(parameters: Parameters) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the zones of the parameters as `steps` takes them: ends in minutes, weights."""
    ends = (
        parameters.catchment_near_minutes, parameters.catchment_middle_minutes,
        parameters.catchment_minutes,
    )  # fmt: skip
    return ends, (1.0, parameters.catchment_middle_weight, parameters.catchment_far_weight)


def nearest(minutes: npt.ArrayLike) -> Floats:
    """Return the minutes to the nearest offer; infinite where none is in reach; shape (origins,).

    `minutes` and errors as in `binary`.
    """
    return np.fmin.reduce(_times(minutes), axis=1, initial=np.inf)


def _times(minutes: npt.ArrayLike) -> Floats:
    times = np.asarray(minutes, dtype=float)
    if times.ndim != 2:
        raise ValueError("Reisezeiten: gebraucht wird eine Tabelle, Orte × Angebote.")
    if (times < 0).any():
        raise ValueError("Reisezeiten dürfen nicht negativ sein → Daten prüfen.")
    return times


def _within(times: Floats, limit: float) -> Bools:
    if not limit >= 0:
        raise ValueError(f"Grenze {limit}: gebraucht werden Minuten ab 0.")
    # Infinite minutes are no way at all, also under an infinite limit.
    return (times <= limit) & (times < np.inf)


def _stored(mask: Bools, values: Floats | None = None) -> csr_array:
    """Build the rows directly: scipy's way by coordinates sorts millions of pairs first."""
    from scipy.sparse import csr_array

    ends = np.concatenate([[0], np.cumsum(np.count_nonzero(mask, axis=1))])
    offer = np.broadcast_to(np.arange(mask.shape[1], dtype=np.int32), mask.shape)[mask]
    data = np.ones(len(offer)) if values is None else values
    matrix = csr_array((data, offer, ends.astype(np.int32)), shape=mask.shape)
    if not data.all():
        matrix.eliminate_zeros()
    return matrix
