"""On which dates which services run."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.read.gtfs_notes import Notes
from sokanalysis.read.gtfs_tables import WEEKDAYS

# Feeds that mean "for ever" name the year 2099 or 9999.
_FIRST, _LAST = pd.Timestamp("2000-01-01"), pd.Timestamp("2099-12-31")
_ALIKE: Final = 0.9
_MONDAY: Final = 4  # 1970-01-05, in days since 1970-01-01


def active_services(
    calendar: pd.DataFrame, exceptions: pd.DataFrame, services: pd.Series[str], notes: Notes
) -> pd.Series[Any]:
    """Return the set of running services by date; dates without service are left out.

    A date is a service day. Its times count from noon minus twelve hours, so that a bus at
    08:00 leaves at 08:00 also on the two days a year on which the clocks change; only what runs
    in the hour of the change itself would stand an hour off, and nothing here does.

    Parameters
    ----------
    calendar, exceptions : DataFrame
        ``calendar.txt`` and ``calendar_dates.txt``; either may be empty.
    services : Series of str
        The service of every trip; others are not looked at.
    notes : Notes
        Takes unreadable rows, and the trips that have no others.
    """
    weeks = calendar[calendar["service_id"].isin(services)]
    first, last = _dates(weeks["start_date"]), _dates(weeks["end_date"])
    is_dated = first.notna() & last.notna()
    single = exceptions[exceptions["service_id"].isin(services)]
    date = _dates(single["date"])
    is_known = date.notna() & single["exception_type"].isin(["1", "2"])
    notes.count(
        int((~is_dated).sum() + (~is_known).sum()),
        "Zeile im Kalender ohne lesbares Datum weggelassen",
        "Zeilen im Kalender ohne lesbares Datum weggelassen",
    )
    readable = {*weeks.loc[is_dated, "service_id"], *single.loc[is_known, "service_id"]}
    listed = {*weeks["service_id"], *single["service_id"]}
    notes.lose_trips(
        int(services.isin(listed - readable).sum()),
        "Fahrt fährt nie: alle ihre Zeilen im Kalender ohne lesbares Datum",
        "Fahrten fahren nie: alle ihre Zeilen im Kalender ohne lesbares Datum",
    )
    notes.count(
        int((first > last).sum()),
        "Zeile in calendar.txt endet, bevor sie beginnt: gilt an keinem Tag",
        "Zeilen in calendar.txt enden, bevor sie beginnen: gelten an keinem Tag",
    )
    weeks, first, last = weeks[is_dated], first[is_dated], last[is_dated]
    days: defaultdict[int, set[str]] = defaultdict(set)
    runs = (weeks[list(WEEKDAYS)] == "1").to_numpy()
    bounds = zip(
        first.where(first >= _FIRST, _FIRST), last.where(last <= _LAST, _LAST), strict=True
    )
    for service, (start, end), on in zip(weeks["service_id"], bounds, runs, strict=True):
        for day in _running_days(start, end, on).tolist():
            days[day].add(service)
    kept = zip(date[is_known], single.loc[is_known, "service_id"],
               single.loc[is_known, "exception_type"], strict=True)  # fmt: skip
    for at, service, kind in kept:
        running = days[int(np.datetime64(at, "D").astype(int))]
        (running.add if kind == "1" else running.discard)(service)
    return pd.Series(
        {
            pd.Timestamp(np.datetime64(day, "D")): frozenset(days[day])
            for day in sorted(days)
            if days[day]
        },
        dtype="object",
    )


def day_kinds(days: pd.Series[Any], trips: pd.Series[int]) -> list[frozenset[str]]:
    """Return the kinds of days that a calendar knows, the commonest first.

    Days are of one kind when they share nine tenths of their trips: published calendars have
    hardly two days that are the same to the last trip, because of road works and single
    exceptions.

    Parameters
    ----------
    days : Series of object
        By date: the set of service ids that run.
    trips : Series of int
        Number of trips by service id.

    Returns
    -------
    list of frozenset of str
        For each kind the combination of services that most of its days have.
    """
    size = trips.to_dict()
    kinds: Counter[frozenset[str]] = Counter()
    for services, count in Counter(days).most_common():
        alike = (kind for kind in kinds if _shared(services, kind, size) >= _ALIKE)
        kinds[next(alike, services)] += count
    return [kind for kind, _ in kinds.most_common()]


def _shared(one: frozenset[str], other: frozenset[str], size: dict[Any, int]) -> float:
    """Return the trips that run on both days as a share of those that run on either."""
    either = sum(size.get(service, 0) for service in one | other)
    return sum(size.get(service, 0) for service in one & other) / max(either, 1)


def _running_days(
    start: pd.Timestamp, end: pd.Timestamp, on: npt.NDArray[np.bool_]
) -> npt.NDArray[np.int64]:
    """Return the running days in days since 1970-01-01."""
    span = np.arange(np.datetime64(start, "D"), np.datetime64(end, "D") + 1).astype(np.int64)
    return span[on[(span - _MONDAY) % 7]]


def _dates(cells: pd.Series[str]) -> pd.Series[pd.Timestamp]:
    """Read ``YYYYMMDD``, also with hyphens or points; what is no date is missing."""
    plain = cells.str.replace(r"[-.]", "", regex=True)
    return pd.to_datetime(plain, format="%Y%m%d", errors="coerce")
