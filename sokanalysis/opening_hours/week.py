"""A plain week of opening hours, as a table and in the notation of OpenStreetMap."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sokanalysis.codes import WEEKDAYS

# The last minute of a day: tables know no 24:00.
DAY_END: Final = "23:59"
_DAYS: Final = tuple(WEEKDAYS)
_OSM_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")

Slot = tuple[str, str, str]  # weekday, start, end


@dataclass(frozen=True)
class WeeklyHours:
    """Opening hours as far as a plain week can hold them.

    Parameters
    ----------
    hours : DataFrame
        ``weekday`` (key of `codes.WEEKDAYS`), ``start_time``, ``end_time`` (``HH:MM``), ordered by
        weekday and start; what goes past midnight stands on both days and ends at 23:59 on the
        first. Without rows when it is never open to everybody.
    is_closed_on_public_holidays, is_closed_in_school_holidays : bool
        Whether the text says so; False also when it says nothing.
    is_by_appointment : bool
        Whether all or some of it needs an appointment; such hours are not among ``hours``.
    comments : tuple of str
        Other comments, as they stand; somebody may have written names or numbers into them.
    left_out : tuple of str
        Rules that ``hours`` holds only in part or not at all, in OpenStreetMap's notation.
    """

    hours: pd.DataFrame
    is_closed_on_public_holidays: bool = False
    is_closed_in_school_holidays: bool = False
    is_by_appointment: bool = False
    comments: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the week does not say, in German; empty when it says everything."""
        told = (
            (self.is_closed_on_public_holidays, "an Feiertagen geschlossen"),
            (self.is_closed_in_school_holidays, "in den Schulferien geschlossen"),
            (self.is_by_appointment, "ganz oder teilweise nur nach Vereinbarung"),
        )
        rules = (f"steht nicht oder nicht ganz in der Woche: „{rule}“" for rule in self.left_out)
        remarks = (f"Bemerkung: „{comment}“" for comment in self.comments)
        return (*(text for is_so, text in told if is_so), *rules, *remarks)


def by_day(start: dt.datetime, end: dt.datetime) -> Iterator[Slot]:
    """Yield a span of local time day by day; the last minute of a day is 23:59."""
    while start < end:
        midnight = dt.datetime.combine(start.date() + dt.timedelta(days=1), dt.time())
        last = f"{end:%H:%M}" if end < midnight else DAY_END
        if f"{start:%H:%M}" < last:
            yield _DAYS[start.weekday()], f"{start:%H:%M}", last
        start = midnight


def week(slots: Iterable[Slot]) -> pd.DataFrame:
    """Return slots as the table of `WeeklyHours`; without rows for none.

    Slots of a day that touch or overlap are one.
    """
    joined: list[Slot] = []
    for day, start, end in sorted(set(slots), key=lambda slot: (_DAYS.index(slot[0]), *slot[1:])):
        before = joined[-1] if joined else ("", "", "")
        if day == before[0] and start <= before[2]:
            joined[-1] = (day, before[1], max(before[2], end))
        else:
            joined.append((day, start, end))
    return pd.DataFrame(joined, columns=["weekday", "start_time", "end_time"], dtype="str")


def sessions(hours: pd.DataFrame) -> list[tuple[tuple[str, ...], str, str]]:
    """Return the week as sessions: weekdays with the same times together.

    Parameters
    ----------
    hours : DataFrame
        As in `WeeklyHours`.

    Returns
    -------
    list of (weekdays, start, end)
        Ordered by start and end; empty without hours.
    """
    return [
        (tuple(days), str(start), str(end))
        for (start, end), days in hours.groupby(["start_time", "end_time"])["weekday"]
    ]


def notation(hours: WeeklyHours) -> str:
    """Write a week in the notation of OpenStreetMap.

    Returns
    -------
    str
        Days with the same times together, then closing on holidays; ``closed`` when it is never
        open, a comment when it is open by appointment only. `weekly` reads the same hours and
        flags from it; comments and rules that were left out are not in it.
    """
    times = {_OSM_DAYS[day]: _times(hours.hours, _DAYS[day]) for day in range(7)}
    rules = [f"{days} {times[days[:2]]}" for days in _runs(times)]
    if rules == ["Mo-Su 00:00-24:00"]:
        rules = ["24/7"]
    if not rules and not hours.is_by_appointment:
        return "closed"
    rules += ["PH off"] * hours.is_closed_on_public_holidays
    rules += ["SH off"] * hours.is_closed_in_school_holidays
    text = "; ".join(rules)
    return " || ".join([text] * bool(text) + ['"nach Vereinbarung"'] * hours.is_by_appointment)


def _times(hours: pd.DataFrame, weekday: str) -> str:
    day = hours[hours["weekday"] == weekday]
    ends = day["end_time"].replace(DAY_END, "24:00")
    return ",".join(f"{a}-{b}" for a, b in zip(day["start_time"], ends, strict=True))


def _runs(times: dict[str, str]) -> list[str]:
    """Return days in a row with the same times as „Mo-Fr“; days without times are none."""
    runs: list[list[str]] = []
    for day, text in times.items():
        if runs and times[runs[-1][-1]] == text:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs if times[run[0]]]
