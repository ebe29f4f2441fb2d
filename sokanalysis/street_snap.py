"""From a place to the nearest point on a street, never across a river."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from sokanalysis.geography import Points

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# So many places at once: in a town each has thousands of streets around it.
_BATCH: Final = 64


@dataclass(frozen=True)
class Snaps:
    """Where places meet the streets.

    Parameters
    ----------
    piece : ndarray of int, shape (places,)
        Piece of street; -1 when no street is near enough on this side of the water.
    share : ndarray of float, shape (places,)
        Share of the piece before the point, 0 to 1.
    walk_m : ndarray of float, shape (places,)
        Straight line to the point; not a number without one.
    """

    piece: Ints
    share: Floats
    walk_m: Floats


class Snapper:
    """Finds the nearest of some pieces of street.

    Parameters
    ----------
    pieces : ndarray of float, shape (pieces, 2, 2)
        Both ends in metres.
    water : ndarray of float, shape (shores, 2, 2)
        Lines that nobody walks across.
    """

    def __init__(self, pieces: Points, water: Points) -> None:
        from shapely import STRtree, linestrings

        self.pieces = pieces
        self._streets = STRtree(linestrings(pieces))
        self._water = STRtree(linestrings(water))

    def snap(self, places: Points, max_m: float) -> Snaps:
        """Return the nearest point for each place, at most so many metres away.

        Of streets equally near, the first counts.
        """
        from shapely import points

        shapes = points(places)
        near = self._streets.query_nearest(shapes, max_distance=max_m)
        answer = self._first_dry(places, *near)
        refused = np.setdiff1d(near[0], np.flatnonzero(answer.piece >= 0))
        for begin in range(0, len(refused), _BATCH):
            part = refused[begin : begin + _BATCH]
            place, piece = self._streets.query(shapes[part], "dwithin", max_m)
            found = self._first_dry(places, part[place], piece)
            for column in ("piece", "share", "walk_m"):
                getattr(answer, column)[part] = getattr(found, column)[part]
        return answer

    def _first_dry(self, places: Points, place: Ints, piece: Ints) -> Snaps:
        """Return each place's nearest candidate that no water lies before."""
        share, foot = _feet(places[place], self.pieces[piece])
        walk = np.hypot(*(places[place] - foot).T)
        dry = ~self._crosses(places[place], foot)
        place, piece, share, walk = place[dry], piece[dry], share[dry], walk[dry]
        order = np.lexsort((piece, walk, place))
        best = order[np.append(True, np.diff(place[order]) != 0)[: len(order)]]
        answer = Snaps(
            np.full(len(places), -1), np.zeros(len(places)), np.full(len(places), np.nan)
        )
        answer.piece[place[best]] = piece[best]
        answer.share[place[best]] = share[best]
        answer.walk_m[place[best]] = walk[best]
        return answer

    def _crosses(self, origins: Points, feet: Points) -> npt.NDArray[np.bool_]:
        """Tell which straight ways lead across water or along a shore."""
        from shapely import linestrings

        wet = np.zeros(len(origins), dtype=bool)
        moves = np.flatnonzero((origins != feet).any(axis=1))
        ways = linestrings(np.stack([origins[moves], feet[moves]], axis=1))
        wet[moves[self._water.query(ways, "intersects")[0]]] = True
        return wet


def _feet(places: Points, pieces: Points) -> tuple[Floats, Points]:
    """Return the share before, and the position of, the point of each piece nearest its place."""
    start, along = pieces[:, 0], pieces[:, 1] - pieces[:, 0]
    length = (along**2).sum(axis=1)
    share: Any = ((places - start) * along).sum(axis=1) / np.where(length > 0, length, 1.0)
    share = np.clip(share, 0.0, 1.0)
    return share, start + share[:, None] * along
