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
            [(t, "linie", s, "1") for t, s in service.items()],
            columns=["trip_id", "route_id", "service_id", "line"],
        ),
        stop_times=pd.DataFrame(
            {
                "trip_id": frame["trip_id"], "stop_id": frame["stop_id"],
                "arrival_s": seconds(frame["clock"]), "departure_s": seconds(frame["clock"]),
            }
        ),
        flex=pd.DataFrame(
            {
                "trip_id": windows["trip_id"], "location_id": windows["location_id"],
                "open_s": seconds(windows["a"]), "close_s": seconds(windows["b"]),
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
