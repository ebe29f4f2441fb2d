"""Turn lines into courses: the order of the stops and the minutes between them.

Rules, all working assumptions:

- A bus drives `tempo_kmh` over the straight distance times DETOUR; each leg is rounded up to
  whole minutes and lasts at least one. The rounding stands for the halt.
- A place with several stops is passed in the order that is shortest from the stop before to the
  centre of the place after (ties: the order of halte.csv). The way back is the way out reversed.
- A train has the minutes written in linien.csv.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, permutations
from math import asin, ceil, cos, radians, sin, sqrt

from bausteine import slug
from fahrplan_tabellen import Line, Run, Stop, TableError, Tables

DETOUR = 1.3  # road length over straight distance
EARTH_RADIUS_KM = 6371.0
MINUTES_PER_HOUR = 60
MOST_STOPS_ORDERED = 7  # 7! = 5,040 orders to try

Point = tuple[float, float]


@dataclass(frozen=True)
class Course:
    """The stops of a line in outward order, its place names and the minutes since the first."""

    stop_ids: tuple[str, ...]
    place_names: tuple[str, ...]
    minutes: tuple[int, ...]

    def reversed(self) -> Course:
        """Return the way back."""
        total = self.minutes[-1]
        return Course(
            self.stop_ids[::-1],
            self.place_names[::-1],
            tuple(total - minute for minute in reversed(self.minutes)),
        )


@dataclass(frozen=True)
class Trip:
    """One vehicle journey with its times in minutes of the service day."""

    trip_id: str
    line: str
    day_type: str
    is_outward: bool
    headsign: str
    stop_ids: tuple[str, ...]
    times: tuple[int, ...]


def distance_km(a: Point, b: Point) -> float:
    """Return the great-circle distance of two (lat, lon) points."""
    lat_a, lon_a, lat_b, lon_b = map(radians, (*a, *b))
    half = sin((lat_b - lat_a) / 2) ** 2 + cos(lat_a) * cos(lat_b) * sin((lon_b - lon_a) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


def point(stop: Stop) -> Point:
    return stop.lat, stop.lon


def centre(stops: list[Stop]) -> Point:
    return sum(s.lat for s in stops) / len(stops), sum(s.lon for s in stops) / len(stops)


def ordered(stops: list[Stop], before: Point | None, after: Point | None) -> list[Stop]:
    """Return the stops of one place in the order that makes the shortest way through it."""
    if len(stops) > MOST_STOPS_ORDERED:
        raise TableError(f"Zu viele Halte in einem Ort: {stops[0].name}")

    def length(order: tuple[Stop, ...]) -> float:
        way = [p for p in (before, *map(point, order), after) if p]
        return round(sum(distance_km(a, b) for a, b in pairwise(way)), 6)

    return list(min(permutations(stops), key=length))


def course(line: Line, tables: Tables) -> Course:
    """Return the outward course of a line."""
    groups = [[tables.stops[i] for i in tables.places[place]] for place in line.places]
    centres = [centre(group) for group in groups]
    way: list[Stop] = []
    names: list[str] = []
    for index, group in enumerate(groups):
        after = centres[index + 1] if index + 1 < len(groups) else None
        way += ordered(group, point(way[-1]) if way else None, after)
        names += [line.places[index]] * len(group)
    ids = tuple(stop.stop_id for stop in way)
    if len(set(ids)) < len(ids):
        raise TableError(f"linien.csv ({line.number}): ein Halt kommt zweimal vor")
    minutes = line.minutes or driving_minutes(way, line.speed_kmh)
    return Course(ids, tuple(names), tuple(minutes))


def driving_minutes(way: list[Stop], speed_kmh: float) -> list[int]:
    """Return the minutes since the first stop."""
    minutes = [0]
    for a, b in pairwise(way):
        drive = distance_km(point(a), point(b)) * DETOUR / speed_kmh * MINUTES_PER_HOUR
        minutes.append(minutes[-1] + max(1, ceil(drive)))
    return minutes


def trip(run: Run, way: Course, lines: dict[str, Line]) -> Trip:
    """Return the journey that passes the first stop of the run's place at the run's minute."""
    start = run.minute - way.minutes[way.place_names.index(run.place)]
    direction = "h" if run.is_outward else "r"
    hours, minutes = divmod(start, MINUTES_PER_HOUR)
    line = lines[run.line]
    return Trip(
        trip_id=f"{slug(run.line)}-{direction}-{run.day_type}-{hours:02d}{minutes:02d}",
        line=run.line,
        day_type=run.day_type,
        is_outward=run.is_outward,
        headsign=line.places[-1 if run.is_outward else 0],
        stop_ids=way.stop_ids,
        times=tuple(start + minute for minute in way.minutes),
    )


def all_trips(tables: Tables) -> list[Trip]:
    """Return every journey, sorted by line, day type and time."""
    out = {number: course(line, tables) for number, line in tables.lines.items()}
    back = {number: way.reversed() for number, way in out.items()}
    trips = [
        trip(run, (out if run.is_outward else back)[run.line], tables.lines) for run in tables.runs
    ]
    ids = [one.trip_id for one in trips]
    double = sorted({i for i in ids if ids.count(i) > 1})
    if double:
        raise TableError(f"fahrten.csv: Fahrt doppelt: {', '.join(double)}")
    return sorted(trips, key=lambda one: one.trip_id)
