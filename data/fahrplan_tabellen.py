"""Read the hand-edited tables of the Modellfahrplan; every broken reference stops with its row."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bausteine import DATA, Row, read_rows

FOLDER = DATA / "modellfahrplan"
DAY_TYPES = ("schultag", "ferientag", "samstag", "sonntag")
MODES = ("bahn", "bus", "schulbus", "stadtbus")
SEPARATOR = " > "
UNSERVED = "nicht bedient: "


class TableError(ValueError):
    """A row of a hand-edited table cannot be used; the text (German) names file and row."""


@dataclass(frozen=True)
class Stop:
    """A stop as the source has it; positions in degrees (EPSG:4326)."""

    stop_id: str
    name: str
    lat: float
    lon: float
    is_rail: bool
    parent_id: str
    ags: str


@dataclass(frozen=True)
class Line:
    """A line and the places it passes; `speed_kmh` for buses, `minutes` for trains."""

    number: str
    name: str
    mode: str
    operator: str
    places: tuple[str, ...]
    speed_kmh: float
    minutes: tuple[int, ...]
    quality: str
    documented: str
    assumed: str


@dataclass(frozen=True)
class Run:
    """One departure: minutes of the day at the first stop of `place`, on one day type."""

    line: str
    is_outward: bool
    day_type: str
    place: str
    minute: int


@dataclass(frozen=True)
class Tables:
    """All hand-edited tables, resolved."""

    stops: dict[str, Stop]
    places: dict[str, tuple[str, ...]]
    unserved: dict[str, str]
    lines: dict[str, Line]
    runs: list[Run]


def fail(file: str, row: Row, problem: str) -> TableError:
    """Return the error for a row, named by its first cells."""
    label = ", ".join(list(row.values())[:3])
    return TableError(f"{file} ({label}): {problem}")


def clock(text: str) -> int:
    """Return `HH:MM` as minutes of the day."""
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def read_stops(folder: Path = FOLDER) -> dict[str, Stop]:
    return {
        row["stop_id"]: Stop(
            row["stop_id"],
            row["name"],
            float(row["lat"]),
            float(row["lon"]),
            row["bahn"] == "ja",
            row["parent_id"],
            row["ags"],
        )
        for row in read_rows(folder / "haltestellen.csv")
    }


def read_places(
    stops: dict[str, Stop], folder: Path = FOLDER
) -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """Return the stops of each place, and the stops that stay unserved with the reason."""
    places: dict[str, tuple[str, ...]] = {}
    unserved: dict[str, str] = {}
    for row in read_rows(folder / "halte.csv"):
        ids = tuple(row["halte"].split())
        if row["ort"] in places:
            raise fail("halte.csv", row, "Ort steht doppelt in der Tabelle")
        unknown = [stop for stop in ids if stop not in stops]
        if unknown or not ids:
            raise fail("halte.csv", row, f"Halt unbekannt: {' '.join(unknown) or 'keiner genannt'}")
        places[row["ort"]] = ids
        if row["hinweis"].startswith(UNSERVED):
            unserved |= dict.fromkeys(ids, row["hinweis"].removeprefix(UNSERVED))
    return places, unserved


def read_lines(places: dict[str, tuple[str, ...]], folder: Path = FOLDER) -> dict[str, Line]:
    lines: dict[str, Line] = {}
    for row in read_rows(folder / "linien.csv"):
        line = _line(row)
        unknown = [place for place in line.places if place not in places]
        if unknown:
            raise fail("linien.csv", row, f"Ort fehlt in halte.csv: {', '.join(unknown)}")
        if line.number in lines or line.mode not in MODES:
            raise fail("linien.csv", row, "Linie doppelt oder Verkehrsmittel unbekannt")
        if line.mode == "bahn" and len(line.minutes) != len(line.places):
            raise fail("linien.csv", row, "je Halt eine Minute angeben")
        if line.mode != "bahn" and line.speed_kmh <= 0:
            raise fail("linien.csv", row, "tempo_kmh fehlt")
        lines[line.number] = line
    return lines


def _line(row: Row) -> Line:
    return Line(
        number=row["linie"],
        name=row["name"],
        mode=row["verkehrsmittel"],
        operator=row["betreiber"],
        places=tuple(row["halte"].split(SEPARATOR)),
        speed_kmh=float(row["tempo_kmh"] or 0),
        minutes=tuple(int(minute) for minute in row["minuten"].split(SEPARATOR) if minute),
        quality=row["qualitaet"],
        documented=row["belegt"],
        assumed=row["angenommen"],
    )


def read_runs(lines: dict[str, Line], folder: Path = FOLDER) -> list[Run]:
    runs: list[Run] = []
    for row in read_rows(folder / "fahrten.csv"):
        if row["linie"] not in lines or row["richtung"] not in ("hin", "rueck"):
            raise fail("fahrten.csv", row, "Linie oder Richtung unbekannt")
        line, is_outward = lines[row["linie"]], row["richtung"] == "hin"
        place = row["bezugsort"] or line.places[0 if is_outward else -1]
        days = row["tage"].split()
        if place not in line.places or not days or not set(days) <= set(DAY_TYPES):
            raise fail("fahrten.csv", row, "Bezugsort liegt nicht an der Linie, oder Tage unklar")
        runs += [
            Run(line.number, is_outward, day, place, minute)
            for day in days
            for minute in _minutes(row)
        ]
    return runs


def _minutes(row: Row) -> list[int]:
    """Return the departures of a row: those at an interval and the single ones."""
    times = [clock(text) for text in row["einzelfahrten"].split()]
    if row["takt_min"]:
        step = int(row["takt_min"])
        times += range(clock(row["erste"]), clock(row["letzte"]) + 1, step)
    if not times:
        raise fail("fahrten.csv", row, "weder Takt noch Einzelfahrten")
    return sorted(times)


def read_tables(folder: Path = FOLDER) -> Tables:
    stops = read_stops(folder)
    places, unserved = read_places(stops, folder)
    lines = read_lines(places, folder)
    return Tables(stops, places, unserved, lines, read_runs(lines, folder))
