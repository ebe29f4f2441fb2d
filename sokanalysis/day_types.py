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
    """Return the day types on which at least one session takes place.

    Parameters
    ----------
    sessions : DataFrame
        With ``weekdays`` and ``runs_in_holidays`` of the table ``sessions``.

    Returns
    -------
    list of str
        Keys of `codes.DAY_TYPES` in their order; empty without sessions.
    """
    return [day_type for day_type in DAY_TYPES if runs_on(sessions, day_type).any()]


def runs_on(sessions: pd.DataFrame, day_type: str) -> npt.NDArray[np.bool_]:
    """Tell which sessions take place on a day type.

    A session of the weekend takes place in the holidays, too; one of the week only where the data
    say so. Where they say nothing it does not.

    Parameters
    ----------
    sessions : DataFrame
        As in `day_types_of`.
    day_type : str
        Key of `codes.DAY_TYPES`.

    Returns
    -------
    ndarray of bool, shape (sessions,)
        In the order of the sessions.
    """
    runs = sessions["weekdays"].map(lambda days: weekday_count(days, day_type) > 0).astype(bool)
    if day_type == "ferientag":
        runs &= sessions["runs_in_holidays"].fillna(False).astype(bool)
    return runs.to_numpy()


def weekday_count(weekdays: Iterable[str], day_type: str) -> int:
    """Return how many of the weekdays are days of that type.

    Parameters
    ----------
    weekdays : iterable of str
        Keys of `codes.WEEKDAYS`; one that is named twice counts once.
    day_type : str
        Key of `codes.DAY_TYPES`; Monday to Friday are school days as well as days of holidays.
    """
    wanted = {"samstag": ("Sa",), "sonntag": ("So",)}.get(day_type, _SCHOOL_WEEK)
    return len(set(weekdays) & set(wanted))
