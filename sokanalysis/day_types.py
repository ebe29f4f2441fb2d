"""On which kinds of day a session takes place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sokanalysis.codes import DAY_TYPES

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

_SCHOOL_WEEK: Final = ("Mo", "Di", "Mi", "Do", "Fr")


def day_types_of(sessions: pd.DataFrame) -> list[str]:
    """Return the day types on which a session takes place, in their order."""
    return [day_type for day_type in DAY_TYPES if runs_on(sessions, day_type).any()]


def runs_on(sessions: pd.DataFrame, day_type: str) -> npt.NDArray[np.bool_]:
    """Tell which sessions take place on a day type; shape (sessions,)."""
    runs = sessions["weekdays"].map(lambda days: weekday_count(days, day_type) > 0).astype(bool)
    if day_type == "ferientag":
        runs &= sessions["runs_in_holidays"].fillna(False).astype(bool)
    return runs.to_numpy()


def weekday_count(weekdays: Iterable[str], day_type: str) -> int:
    """Return how many of the weekdays are days of that type."""
    wanted = {"samstag": ("Sa",), "sonntag": ("So",)}.get(day_type, _SCHOOL_WEEK)
    return len(set(weekdays) & set(wanted))
