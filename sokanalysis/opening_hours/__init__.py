"""Opening hours between the notation of OpenStreetMap and a plain week.

The notation can say more than a week can hold (seasons, weeks of the year, the first Monday of a
month). What the week does not hold is named, never dropped in silence.
Specification: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from sokanalysis.opening_hours.reading import weekly
from sokanalysis.opening_hours.week import WeeklyHours, by_day, notation, sessions, week

__all__ = ["WeeklyHours", "by_day", "notation", "sessions", "week", "weekly"]
