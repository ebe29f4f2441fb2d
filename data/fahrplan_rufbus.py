"""The on-demand bus KomBus Flex as GTFS-Flex: zones, windows, booking rule."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import shapely
from bausteine import REGION, Row, read_rows
from fahrplan_tabellen import DAY_TYPES, FOLDER, TableError

ROUTE_ID = "kombus-flex"
BOOKING_RULE = "kombus-flex-2h"
SAME_DAY = "1"  # booking_type: up to same day, with advance notice
NO_SERVICE, PHONE_AGENCY = "1", "2"  # pickup_type and drop_off_type
TOLERANCE_M = 100.0
GRID_DEGREES = 1e-4
METRES = "EPSG:25832"
GAP_M = 1.0  # slivers between neighbours are closed up to this width


@dataclass(frozen=True)
class FlexTrip:
    """One zone on one day type in one window."""

    trip_id: str
    zone_id: str
    zone_name: str
    day_type: str
    start: str
    end: str


def read_values(folder: Path = FOLDER) -> dict[str, str]:
    return {row["name"]: row["wert"] for row in read_rows(folder / "rufbus.csv")}


def read_zones(folder: Path = FOLDER) -> list[Row]:
    return read_rows(folder / "zonen.csv")


def flex_trips(values: dict[str, str], zones: list[Row]) -> list[FlexTrip]:
    """Return one trip for each zone, day type and window."""
    trips = []
    for zone in zones:
        for name, value in values.items():
            if not name.startswith("flex_window_"):
                continue
            _, _, day_type, number = name.split("_")
            if day_type not in DAY_TYPES:
                raise TableError(f"rufbus.csv ({name}): Tagesart unbekannt")
            start, end = (f"{text}:00" for text in value.split("-"))
            trip_id = f"flex-{zone['zone_id'].removeprefix('zone-')}-{day_type}-{number}"
            trips.append(FlexTrip(trip_id, zone["zone_id"], zone["name"], day_type, start, end))
    return sorted(trips, key=lambda trip: trip.trip_id)


def stop_time_rows(trip: FlexTrip) -> list[Row]:
    """Return the two rows of a ride within one zone: first board, then alight."""
    window = {
        "trip_id": trip.trip_id,
        "location_id": trip.zone_id,
        "start_pickup_drop_off_window": trip.start,
        "end_pickup_drop_off_window": trip.end,
        "pickup_booking_rule_id": BOOKING_RULE,
        "drop_off_booking_rule_id": BOOKING_RULE,
    }
    board = {"stop_sequence": "1", "pickup_type": PHONE_AGENCY, "drop_off_type": NO_SERVICE}
    alight = {"stop_sequence": "2", "pickup_type": NO_SERVICE, "drop_off_type": PHONE_AGENCY}
    return [window | board, window | alight]


def booking_rule(values: dict[str, str]) -> Row:
    return {
        "booking_rule_id": BOOKING_RULE,
        "booking_type": SAME_DAY,
        "prior_notice_duration_min": values["flex_notice_min_minutes"],
        "prior_notice_duration_max": values["flex_notice_max_minutes"],
        "message": "Anmeldung 2 Stunden bis 7 Tage vorher; Fahrt zur nächsten Haltestelle mit "
        f"Anschluss oder in einen Nachbarort ({values['flex_min_km']} bis "
        f"{values['flex_max_km']} km)",
        "phone_number": values["flex_phone"],
        "info_url": "https://www.kombus-online.eu/angebote/KomBusFlex/kombus-flex",
    }


def zone_shapes(zones: list[Row]) -> dict[str, shapely.Geometry]:
    """Return the zones: the municipalities of their Verbände, joined and simplified together."""
    members = {
        verband.strip(): zone["zone_id"]
        for zone in zones
        for verband in zone["verbaende"].split(";")
    }
    verband = {row["ags"]: row["verband_name"] for row in read_rows(REGION / "municipalities.csv")}
    unknown = set(members) ^ set(verband.values())
    if unknown:
        raise TableError(
            f"zonen.csv: Verband fehlt oder ist unbekannt: {', '.join(sorted(unknown))}"
        )
    areas = gpd.read_file(REGION / "boundaries.geojson").to_crs(METRES)
    joined = areas.assign(zone=areas["ags"].map(verband).map(members)).dissolve("zone")
    simple = shapely.coverage_simplify(joined.geometry.values, TOLERANCE_M)
    closed = [shape.buffer(GAP_M).buffer(-GAP_M) for shape in simple]
    degrees = gpd.GeoSeries(closed, index=joined.index, crs=METRES).to_crs("EPSG:4326")
    rounded = shapely.set_precision(degrees.values, GRID_DEGREES)
    return dict(zip(joined.index, map(shapely.normalize, rounded), strict=True))


def locations_text(zones: list[Row]) -> str:
    """Return locations.geojson, one zone a line."""
    shapes = zone_shapes(zones)
    lines = [
        json.dumps(_feature(zone, shapes[zone["zone_id"]]), ensure_ascii=False)
        for zone in sorted(zones, key=lambda zone: zone["zone_id"])
    ]
    body = ",\n".join(lines)
    return f'{{"type": "FeatureCollection", "features": [\n{body}\n]}}\n'


def _feature(zone: Row, shape: shapely.Geometry) -> dict[str, object]:
    # GeoJSON wants outer rings counter-clockwise; normalize makes them clockwise.
    area = json.loads(shapely.to_geojson(shapely.orient_polygons(shape)))
    area["coordinates"] = _rounded(area["coordinates"])
    return {
        "type": "Feature",
        "id": zone["zone_id"],
        "properties": {
            "stop_name": zone["name"],
            "stop_desc": f"Zonengrenze {zone['qualitaet']}: {zone['bemerkung']}",
        },
        "geometry": area,
    }


def _rounded(value: object) -> object:
    return [_rounded(item) for item in value] if isinstance(value, list) else round(value, 4)
