"""The four day types as GTFS calendar, from school holidays and public holidays.

Schultag: Monday to Friday, neither school holidays nor a public holiday. Ferientag: Monday to
Friday in the school holidays. Samstag. Sonntag: Sundays and public holidays.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from bausteine import read_rows
from fahrplan_tabellen import FOLDER

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SATURDAY, SUNDAY = 5, 6
ADDED, REMOVED = "1", "2"
# The weekly pattern of each service; holidays are exceptions to it. A Ferientag has no pattern:
# each of its days is an exception.
PATTERN = {"schultag": range(SATURDAY), "samstag": (SATURDAY,), "sonntag": (SUNDAY,)}


@dataclass(frozen=True)
class SchoolYear:
    """The span the feed is valid for, and its days off."""

    first: date
    last: date
    school_holidays: frozenset[date]
    public_holidays: frozenset[date]

    def days(self) -> list[date]:
        """Return every day of the feed."""
        return span(self.first, self.last)

    def day_type(self, day: date) -> str:
        """Return the day type: one of `DAY_TYPES`."""
        if day in self.public_holidays or day.weekday() == SUNDAY:
            return "sonntag"
        if day.weekday() == SATURDAY:
            return "samstag"
        return "ferientag" if day in self.school_holidays else "schultag"


def span(first: date, last: date) -> list[date]:
    """Return all days from first to last, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def read_school_year(folder: Path = FOLDER) -> SchoolYear:
    rows = read_rows(folder / "schuljahr.csv")

    def days(kind: str) -> list[date]:
        return [
            day
            for row in rows
            if row["art"] == kind
            for day in span(date.fromisoformat(row["von"]), date.fromisoformat(row["bis"]))
        ]

    valid = days("schuljahr")
    return SchoolYear(valid[0], valid[-1], frozenset(days("ferien")), frozenset(days("feiertag")))


def calendar_rows(year: SchoolYear) -> list[dict[str, str]]:
    """Return calendar.txt: the weekly pattern of each day type."""
    first, last = (day.strftime("%Y%m%d") for day in (year.first, year.last))
    return [
        {"service_id": service}
        | {name: str(int(n in weekdays)) for n, name in enumerate(WEEKDAYS)}
        | {"start_date": first, "end_date": last}
        for service, weekdays in sorted(PATTERN.items())
    ]


def exception_rows(year: SchoolYear) -> list[dict[str, str]]:
    """Return calendar_dates.txt: every day whose type is not the one of the weekly pattern."""
    rows = []
    for day in year.days():
        actual = year.day_type(day)
        usual = next(name for name, days in PATTERN.items() if day.weekday() in days)
        if actual != usual:
            text = day.strftime("%Y%m%d")
            rows += [
                {"service_id": usual, "date": text, "exception_type": REMOVED},
                {"service_id": actual, "date": text, "exception_type": ADDED},
            ]
    return rows
