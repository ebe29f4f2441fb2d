"""Whether several points are one thing, and which of them stands for all."""

from __future__ import annotations

import numpy as np

from sokanalysis.geography import Points


def middle_of(points: Points) -> tuple[int, float]:
    """Return which point is nearest to the middle of all, and how far the farthest is from it.

    Parameters
    ----------
    points : ndarray of float, shape (n, 2)
        Metres, at least one point; of points equally near, to a millimetre, the first counts.

    Returns
    -------
    middle : int
        Its position.
    spread_m : float
        Metres from there to the farthest; 0 for one point.
    """
    from_middle = np.hypot(*(points - points.mean(axis=0)).T).round(3)
    middle = int(np.argmin(from_middle))
    return middle, float(np.hypot(*(points - points[middle]).T).max())
