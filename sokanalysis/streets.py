"""Door-to-door minutes on foot, by bike and by car, on straight lines with a detour factor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sokanalysis.geography import Points, distances_m

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters

MODES: Final = {"fuss": "zu Fuß", "rad": "mit dem Rad", "auto": "mit dem Auto"}
_PREFIX: Final = {"fuss": "walk", "rad": "bike", "auto": "car"}


def travel_minutes(
    mode: str, origins: Points, targets: Points, parameters: Parameters
) -> npt.NDArray[np.float64]:
    """Return one-way travel times.

    Parameters
    ----------
    mode : str
        A key of `MODES`.
    origins, targets : ndarray of float, shape (n, 2) and (m, 2)
        Positions in metres (EPSG:25832).
    parameters : Parameters
        Speed and detour of each mode; getting to the car and parking it is added.

    Returns
    -------
    ndarray of float, shape (n, m)
        Minutes; shape (0, m) or (n, 0) when a side is empty.
    """
    prefix = _PREFIX[mode]
    speed_kmh = getattr(parameters, f"{prefix}_speed_kmh")
    detour = getattr(parameters, f"{prefix}_detour")
    extra = parameters.car_extra_minutes if mode == "auto" else 0
    minutes = distances_m(origins, targets) * detour / (speed_kmh * 1000 / 60) + extra
    return np.asarray(minutes)
