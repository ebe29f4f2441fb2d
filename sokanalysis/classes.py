"""Named classes of a number, for maps and their legends."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from sokanalysis import style


@dataclass(frozen=True)
class Classes:
    """Named classes of a number: values from one edge up to the next.

    Parameters
    ----------
    edges : tuple of float
        Lower bounds, rising.
    labels : tuple of str
        One a class, in German.
    """

    edges: tuple[float, ...]
    labels: tuple[str, ...]

    def of(self, values: pd.Series[float]) -> pd.Series[int]:
        """Return the class of each value, -1 where it is missing or below the first edge."""
        position = np.searchsorted(self.edges, values.astype(float), side="right") - 1
        return pd.Series(position, index=values.index).where(values.notna(), -1)

    @property
    def colors(self) -> tuple[str, ...]:
        """One colour a class, light to dark."""
        return style.ordinal(len(self.labels))
