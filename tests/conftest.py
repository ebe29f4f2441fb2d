"""Small hand-made districts, so that every expected answer can be reasoned in the test."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest

from sokanalysis.parameters import default_parameters
from sokanalysis.read.convert import convert
from sokanalysis.read.gtfs import Feed, seconds
from sokanalysis.region import Region
from sokanalysis.schema import TABLES

SOK = Path(__file__).parents[1] / "data" / "sok"
KM_NORTH = 1 / 111.2  # degrees of latitude in a kilometre


def table(name: str, rows: list[dict[str, object]]) -> pd.DataFrame:
    """A typed table from rows that name only the columns that matter."""
    defaults = {"quality": "angenommen", "source": "Test"}
    columns = {}
    for column in TABLES[name].columns:
        cells = [str((defaults | row).get(column.name, "")) for row in rows]
        columns[column.name], _ = convert(pd.Series(cells, dtype="str"), column, name)
    return pd.DataFrame(columns)


def feed(
    stops: dict[str, tuple[float, float]],
    trips: dict[str, list[tuple[str, str]]],
    services: dict[str, str] | None = None,
    flex: list[tuple[str, str, str]] = (),
    zone: dict | None = None,
) -> Feed:
    """A feed with trips by id as (stop, HH:MM); a trip runs on 'schultag' unless told otherwise.

    School days are the Tuesdays of September 2026 but the last, which is a holiday; weekends
    have service when a trip is given to them.
    """
    service = {trip: (services or {}).get(trip, "schultag") for trip in trips}
    service |= {f"flex-{number}": name for number, (name, _, _) in enumerate(flex)}
    times = [(t, s, f"{c}:00") for t, calls in trips.items() for s, c in calls]
    frame = pd.DataFrame(times, columns=["trip_id", "stop_id", "clock"], dtype="str")
    windows = pd.DataFrame(
        [(f"flex-{n}", "zone", f"{a}:00", f"{b}:00") for n, (_, a, b) in enumerate(flex)],
        columns=["trip_id", "location_id", "a", "b"], dtype="str",
    )  # fmt: skip
    running = set(service.values())
    days = {
        "2026-09-01": {"schultag"}, "2026-09-08": {"schultag"}, "2026-09-15": {"schultag"},
        "2026-09-22": {"schultag"}, "2026-09-29": {"ferientag"},
        "2026-09-05": {"samstag"}, "2026-09-06": {"sonntag"},
    }  # fmt: skip
    return Feed(
        stops=pd.DataFrame(
            [(k, k, lat, lon, "") for k, (lat, lon) in stops.items()],
            columns=["stop_id", "name", "lat", "lon", "parent_station"],
        ),
        trips=pd.DataFrame(
            [(t, "linie", s, "1", "") for t, s in service.items()],
            columns=["trip_id", "route_id", "service_id", "line", "block_id"],
        ),
        stop_times=pd.DataFrame(
            {
                "trip_id": frame["trip_id"], "stop_id": frame["stop_id"],
                "arrival_s": seconds(frame["clock"]), "departure_s": seconds(frame["clock"]),
                "can_board": True, "can_alight": True,
            }
        ),
        flex=pd.DataFrame(
            {
                "trip_id": windows["trip_id"], "location_id": windows["location_id"],
                "open_s": seconds(windows["a"]), "close_s": seconds(windows["b"]),
                "can_board": True, "can_alight": True, "notice_minutes": 120.0,
            }
        ),
        zones={"zone": zone} if zone else {},
        active=pd.Series(
            {pd.Timestamp(day): frozenset(names) for day, names in sorted(days.items())},
            dtype="object",
        ),
        is_model=bool(running),
    )  # fmt: skip


def region(
    settlements: list[dict], sites: list[dict], sessions: list[dict], timetable: Feed, **tables
) -> Region:
    """A region whose other tables are empty."""
    given = {"settlements": settlements, "sites": sites, "sessions": sessions, **tables}
    made = {name: table(name, given.get(name, [])) for name in TABLES}
    shapes = gpd.GeoDataFrame({"ags": [], "name": []}, geometry=[], crs="EPSG:4326")
    return Region(Path(), default_parameters(), **made, boundaries=shapes, feed=timetable)


@pytest.fixture(scope="session")
def sok() -> Region:
    """The real district."""
    from sokanalysis.region import load_region

    return load_region(SOK)


@pytest.fixture(scope="session")
def sok_state(sok: Region):
    """What the gap analysis knows about the real district."""
    from sokanalysis.gaps import situation

    return situation(sok)


def villages(
    offers: list[dict] | None = None,
    sessions: list[dict] | None = None,
    *,
    trips: dict[str, list[tuple[str, str]]] | None = None,
    flex: list[tuple[str, str, str]] = (),
    **tables,
) -> Region:
    """Five villages with 200 foreigners each, and a course in one of them.

              Nord            The course A1 is at the stop of Süd (site O1), Monday to Friday,
               │ 5 km         09:00 to 12:00: be there by 08:55, leave from 12:05 on. Everybody
              Mitte           lives at a stop, nobody rides a bike, walks end after 1.7 km.
               │ 5 km
      Fern ── Süd ── Abseits  A  Nord 07:00 → Mitte 07:20 → Süd 07:40
        5 km     5 km         B  Mitte 08:30 → Süd 08:50      C  Süd 12:25 → Mitte 12:45
                              D  Süd 11:50 → Nord 12:10       E  Abseits 08:40 → Süd 08:58
                              H  Süd 12:25 → Abseits 12:43    Fern has no bus.

    Süd walks, Mitte comes with B and goes with C, Nord arrives with A but D has left at noon,
    Abseits is three minutes late with E, Fern cannot come at all. The on-demand bus takes
    5 km × 1.4 / 35 km/h = 12 minutes and 5 for boarding; its zone holds all five.
    """
    lat, lon, east = 50.6, 11.7, 5 / 70.7
    stops = {
        "Süd": (lat, lon), "Mitte": (lat + 5 * KM_NORTH, lon), "Nord": (lat + 10 * KM_NORTH, lon),
        "Abseits": (lat, lon + east), "Fern": (lat, lon - east),
    }  # fmt: skip
    calls = {
        "A": [("Nord", "07:00"), ("Mitte", "07:20"), ("Süd", "07:40")],
        "B": [("Mitte", "08:30"), ("Süd", "08:50")], "C": [("Süd", "12:25"), ("Mitte", "12:45")],
        "D": [("Süd", "11:50"), ("Nord", "12:10")], "E": [("Abseits", "08:40"), ("Süd", "08:58")],
        "H": [("Süd", "12:25"), ("Abseits", "12:43")],
    }  # fmt: skip
    ring = [[11, 50], [12, 50], [12, 51], [11, 51], [11, 50]]
    places = [
        {"name": name, "lat": lat, "lon": lon, "ags": "16075001"}
        for name, (lat, lon) in stops.items()
    ]
    given = {
        "municipalities": [{"ags": "16075001", "name": "Dorf", "verband_name": "Dorfbund"}],
        "providers": [{"provider_id": "T1", "name": "Volkshochschule", "kind": "vhs"}],
        "groups": [
            {"area_level": "siedlung", "area_id": place["name"], "group": "auslaender",
             "date": "2025-12-31", "person_count": 200}
            for place in places
        ],
        "offers": [COURSE_OFFER] if offers is None else offers,
    } | tables  # fmt: skip
    people = [{"settlement_id": p["name"], "population_count": 10} | p for p in places]
    sites = [{"site_id": f"O{n}"} | place for n, place in enumerate(places, start=1)]
    timetable = feed(
        stops, calls | (trips or {}), None, flex, {"type": "Polygon", "coordinates": [ring]}
    )
    sessions = [COURSE_SESSION] if sessions is None else sessions
    made = region(people, given.pop("sites", sites), sessions, timetable, **given)
    return made.with_parameters(bike_max_minutes=0)


COURSE_OFFER = {
    "offer_id": "A1", "provider_id": "T1", "name": "Kurs", "field": "sprache_bildung",
    "kind": "integrationskurs", "target_groups": "zugewanderte", "status": "laufend",
    "place_count": 24,
}  # fmt: skip
COURSE_SESSION = {
    "session_id": "S1", "offer_id": "A1", "site_id": "O1", "weekdays": "Mo;Di;Mi;Do;Fr",
    "start_time": "09:00", "end_time": "12:00", "runs_in_holidays": "nein",
}  # fmt: skip
