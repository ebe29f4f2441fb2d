"""Which schedules become sessions, and from when to when an offer runs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from sokanalysis.hsds.model import Row, Sheets
from sokanalysis.hsds.report import ASSUMED, NOT_TAKEN, Finding
from sokanalysis.hsds.schedules import Refusal, Weekly, is_period, read_period, read_schedule

Day = dt.date | None
_DAY: Final = dt.timedelta(days=1)
_PART: Final = "gilt nur in einem Teil der Laufzeit des Angebots oder über sie hinaus"


@dataclass(frozen=True)
class Timed:
    """A schedule that is a weekly session, with the service and the location it is of."""

    row: Row
    service: str
    location: str
    weekly: Weekly


@dataclass(frozen=True)
class Period:
    """First and last day, and the day up to which it is known; None is open."""

    first: Day
    last: Day
    known_until: Day


class Plan:
    """All schedules of a package: which are sessions, and the periods of the services.

    Attributes
    ----------
    sessions : list of Timed
        In the order of the schedules.
    findings : list of Finding
        Schedules that are no weekly session, each with its reason.
    """

    def __init__(self, sheets: Sheets) -> None:
        self.findings: list[Finding] = []
        self._visits = {row["id"]: row for row in sheets.get("service_at_location", [])}
        self._locations: dict[str, list[str]] = defaultdict(list)
        for visit in self._visits.values():
            self._locations[visit.get("service_id", "")].append(visit.get("location_id", ""))
        self._stated: dict[str, list[Period]] = defaultdict(list)
        self._other: dict[str, list[Period]] = defaultdict(list)
        weekly: dict[str, list[Timed]] = defaultdict(list)
        all_timed = [timed for row in sheets.get("schedule", []) if (timed := self._timed(row))]
        for timed in all_timed:
            weekly[timed.service].append(timed)
        self._periods = {
            service: self._period(service, weekly.get(service, []))
            for service in {**self._stated, **self._other, **weekly}
        }
        self.sessions = [timed for timed in all_timed if self._fits(timed)]

    def period_of(self, service: str) -> dict[str, str]:
        """Return the dates of a service as cells of ``offers``, empty where they are open."""
        period = self._periods.get(service, Period(None, None, None))
        days = {
            "valid_from_date": period.first,
            "valid_until_date": period.last,
            "assured_date": period.known_until,
        }
        return {name: day.isoformat() if day else "" for name, day in days.items()}

    def _lose(self, row: Row, field: str, reason: str) -> None:
        self.findings.append(Finding("schedule", field, NOT_TAKEN, reason, row["id"]))

    def _timed(self, row: Row) -> Timed | None:
        """Return the session that a schedule is, or note its period and why it is none."""
        visit = self._visits.get(row.get("service_at_location_id", ""), {})
        service = visit.get("service_id") or row.get("service_id", "")
        if not service:
            reason = "Öffnungszeit eines Ortes, kein Termin eines Angebots"
            self._lose(row, "", reason if row.get("location_id") else "gehört zu keinem Angebot")
            return None
        period = read_period(row)
        if is_period(row) and not isinstance(period, Refusal):
            self._stated[service].append(Period(*period))
            return None
        weekly = read_schedule(row)
        location = self._location(row, visit, service) if isinstance(weekly, Weekly) else ""
        if isinstance(weekly, Refusal):
            self._lose(row, weekly.field, weekly.reason)
        elif location:
            return Timed(row, service, location, weekly)
        if not isinstance(period, Refusal):
            self._other[service].append(Period(*period))
        return None

    def _location(self, row: Row, visit: Row, service: str) -> str:
        stated = visit.get("location_id") or row.get("location_id", "")
        known = self._locations[service]
        if stated:
            return stated
        if len(known) == 1 and not row.get("service_at_location_id"):
            return known[0]
        reason = "Angebot hat mehrere Orte, der Termin nennt keinen" if known else "ohne Ort"
        self._lose(row, "service_at_location_id", reason)
        return ""

    def _period(self, service: str, weekly: list[Timed]) -> Period:
        """Return from when to when a service runs: as stated for it, else over all sessions."""
        of_sessions = [
            Period(timed.weekly.first, timed.weekly.last, timed.weekly.known_until)
            for timed in weekly
        ]
        periods = self._stated[service] or of_sessions or self._other[service]
        known = {period.known_until for period in periods}
        days = [day for day in known if day]
        if len(known) > 1:
            reason = "verschiedene Angaben, die früheste übernommen"
            self.findings.append(Finding("schedule", "valid_to", ASSUMED, reason, service))
        first = _bound((period.first for period in periods), min)
        last = _bound((period.last for period in periods), max)
        return Period(first, last, min(days, default=None))

    def _fits(self, timed: Timed) -> bool:
        """Tell whether a session has the dates that the period of its offer gives it."""
        period, weekly = self._periods[timed.service], timed.weekly
        begins = weekly.first is None or _same(weekly, weekly.first, period.first, last=False)
        ends = weekly.last is None or _same(weekly, weekly.last, period.last, last=True)
        if not (begins and ends):
            field = "until" if begins else "valid_from"
            self._lose(timed.row, field, _PART)
        return begins and ends


def _bound(days: Iterable[Day], choose: Callable[[list[dt.date]], dt.date]) -> Day:
    """Return the outermost of the days; None as soon as one is open."""
    days = list(days)
    known = [day for day in days if day]
    return choose(known) if known and len(known) == len(days) else None


def _same(weekly: Weekly, own: dt.date, of_offer: Day, *, last: bool) -> bool:
    """Tell whether no date of the rule lies between its own bound and that of the offer."""
    if of_offer is None or own == of_offer:
        return own == of_offer
    begin, end = sorted((own, of_offer))
    begin, end = (begin + _DAY, end) if last else (begin, end - _DAY)
    # Within any week every weekday of the rule comes once.
    end = min(end, begin + 6 * _DAY) if end - begin > 6 * _DAY else end
    return not replace(weekly, first=None, last=None).days(begin, end)
