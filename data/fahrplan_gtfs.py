"""The files of the GTFS feed as text: sorted, so that the same tables give the same bytes."""

from __future__ import annotations

import csv
import io
from math import ceil

import fahrplan_rufbus as flex
from bausteine import Row, slug
from fahrplan_kalender import SchoolYear, calendar_rows, exception_rows
from fahrplan_kurs import DETOUR, Trip, distance_km, point
from fahrplan_tabellen import Line, Stop, Tables

RAIL, BUS = "2", "3"
STATION = "1"
TRANSFER_REACH_M = 300.0  # straight distance between train and bus worth a transfer
WALK_METRES_PER_SECOND = 1.25
TRANSFER_RESERVE_S = 60
TRANSFER_STEP_S = 30
MINIMUM_TIME = "2"  # transfer_type
MINUTES_PER_HOUR = 60
AGENCIES = {
    "KomBus": ("kombus", "https://www.kombus-online.eu"),
    "Erfurter Bahn": ("erfurter-bahn", "https://www.erfurter-bahn.de"),
}
STOP_TIMES = [
    "trip_id",
    "arrival_time",
    "departure_time",
    "stop_id",
    "location_id",
    "stop_sequence",
    "start_pickup_drop_off_window",
    "end_pickup_drop_off_window",
    "pickup_type",
    "drop_off_type",
    "pickup_booking_rule_id",
    "drop_off_booking_rule_id",
    "timepoint",
]
CREDITS = (
    (
        "db",
        "Haltestellen: DB InfraGO, RIS::Stations/StaDa, CC BY 4.0 (npm db-hafas-stations 2.0.0)",
        "https://creativecommons.org/licenses/by/4.0/",
    ),
    (
        "osm",
        "Haltestellen: © OpenStreetMap-Mitwirkende, ODbL 1.0",
        "https://www.openstreetmap.org/copyright",
    ),
    (
        "bkg",
        "Rufbuszonen aus Gemeindegrenzen: © GeoBasis-DE / BKG, VG250, vereinfacht",
        "https://www.bkg.bund.de",
    ),
)


def csv_text(rows: list[Row], columns: list[str] | None = None) -> str:
    """Return rows as CSV text; columns default to those of the first row."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns or list(rows[0]), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def time_text(minute: int) -> str:
    hours, minutes = divmod(minute, MINUTES_PER_HOUR)
    return f"{hours:02d}:{minutes:02d}:00"


def agency_rows() -> list[Row]:
    return [
        {
            "agency_id": key,
            "agency_name": name,
            "agency_url": url,
            "agency_timezone": "Europe/Berlin",
            "agency_lang": "de",
        }
        for name, (key, url) in sorted(AGENCIES.items())
    ]


def route_rows(lines: dict[str, Line]) -> list[Row]:
    rows = [_route(line) for line in lines.values()]
    rows.append({
        "route_id": flex.ROUTE_ID,
        "agency_id": AGENCIES["KomBus"][0],
        "route_short_name": "Flex",
        "route_long_name": "KomBus Flex (Rufbus)",
        "route_desc": "Belegt: Bedienzeiten, Anmeldung, 2 bis 10 km. Angenommen: Zonengrenzen.",
        "route_type": BUS,
    })  # fmt: skip
    return sorted(rows, key=lambda row: row["route_id"])


def _route(line: Line) -> Row:
    known = f"Belegt: {line.documented}. " if line.documented else ""
    return {
        "route_id": slug(line.number),
        "agency_id": AGENCIES[line.operator][0],
        "route_short_name": line.number,
        "route_long_name": line.name,
        "route_desc": f"{known}Angenommen: {line.assumed}.",
        "route_type": RAIL if line.mode == "bahn" else BUS,
    }


def trip_rows(trips: list[Trip], flex_trips: list[flex.FlexTrip]) -> list[Row]:
    rows = [
        {
            "route_id": slug(trip.line),
            "service_id": trip.day_type,
            "trip_id": trip.trip_id,
            "trip_headsign": trip.headsign,
            "direction_id": "0" if trip.is_outward else "1",
        }
        for trip in trips
    ]
    rows += [
        {
            "route_id": flex.ROUTE_ID,
            "service_id": trip.day_type,
            "trip_id": trip.trip_id,
            "trip_headsign": trip.zone_name,
            "direction_id": "",
        }
        for trip in flex_trips
    ]
    return sorted(rows, key=lambda row: row["trip_id"])


def stop_time_rows(trips: list[Trip], flex_trips: list[flex.FlexTrip]) -> list[Row]:
    rows = [
        {
            "trip_id": trip.trip_id,
            "arrival_time": time_text(minute),
            "departure_time": time_text(minute),
            "stop_id": stop_id,
            "stop_sequence": str(number),
            "timepoint": "0",
        }
        for trip in trips
        for number, (stop_id, minute) in enumerate(
            zip(trip.stop_ids, trip.times, strict=True), start=1
        )
    ]
    rows += [row for trip in flex_trips for row in flex.stop_time_rows(trip)]
    return sorted(rows, key=lambda row: (row["trip_id"], int(row["stop_sequence"])))


def root(stop: Stop, stops: dict[str, Stop]) -> str:
    """Return the id of the outermost stop that the source names as parent."""
    seen = {stop.stop_id}
    while stop.parent_id in stops and stop.parent_id not in seen:
        stop = stops[stop.parent_id]
        seen.add(stop.stop_id)
    return stop.stop_id


def stop_rows(served: set[str], stops: dict[str, Stop]) -> list[Row]:
    """Return the served stops, and a station where the source groups several of them."""
    roots = {stop_id: root(stops[stop_id], stops) for stop_id in served}
    count = {key: list(roots.values()).count(key) for key in roots.values()}
    stations = {key for key, number in count.items() if number > 1}
    rows = [_stop(f"st-{key}", stops[key], STATION, "") for key in stations]
    for stop_id, key in roots.items():
        parent = f"st-{key}" if key in stations else ""
        rows.append(_stop(stop_id, stops[stop_id], "", parent))
    return sorted(rows, key=lambda row: row["stop_id"])


def _stop(stop_id: str, stop: Stop, kind: str, parent: str) -> Row:
    return {
        "stop_id": stop_id,
        "stop_name": stop.name,
        "stop_lat": f"{stop.lat:.6f}",
        "stop_lon": f"{stop.lon:.6f}",
        "location_type": kind,
        "parent_station": parent,
    }


def transfer_rows(served: set[str], stops: dict[str, Stop]) -> list[Row]:
    """Return the walks between trains and buses near them, both ways."""
    rails = [stops[i] for i in served if stops[i].is_rail]
    buses = [stops[i] for i in served if not stops[i].is_rail]
    rows = []
    for rail in rails:
        for bus in buses:
            metres = distance_km(point(rail), point(bus)) * 1000
            if metres <= TRANSFER_REACH_M:
                seconds = TRANSFER_RESERVE_S + metres * DETOUR / WALK_METRES_PER_SECOND
                whole = str(ceil(seconds / TRANSFER_STEP_S) * TRANSFER_STEP_S)
                rows += [_transfer(rail, bus, whole), _transfer(bus, rail, whole)]
    return sorted(rows, key=lambda row: (row["from_stop_id"], row["to_stop_id"]))


def _transfer(a: Stop, b: Stop, seconds: str) -> Row:
    return {
        "from_stop_id": a.stop_id,
        "to_stop_id": b.stop_id,
        "transfer_type": MINIMUM_TIME,
        "min_transfer_time": seconds,
    }


def feed_info_row(year: SchoolYear) -> Row:
    return {
        "feed_publisher_name": "Modellfahrplan Saale-Orla-Kreis (Arbeitsannahme, nicht amtlich)",
        "feed_publisher_url": "https://www.saale-orla-kreis.de",
        "feed_lang": "de",
        "feed_start_date": year.first.strftime("%Y%m%d"),
        "feed_end_date": year.last.strftime("%Y%m%d"),
        "feed_version": f"Modellfahrplan {year.first:%Y}/{year.last:%y}",
        "feed_contact_url": "https://www.saale-orla-kreis.de",
    }


def attribution_rows() -> list[Row]:
    return [
        {
            "attribution_id": key,
            "organization_name": text,
            "is_producer": "1",
            "is_authority": "0",
            "attribution_url": url,
        }
        for key, text, url in CREDITS
    ]


def feed_files(tables: Tables, trips: list[Trip], year: SchoolYear) -> dict[str, str]:
    """Return every file of the feed by name."""
    served = {stop_id for trip in trips for stop_id in trip.stop_ids}
    values, zones = flex.read_values(), flex.read_zones()
    flex_trips = flex.flex_trips(values, zones)
    return {
        "agency.txt": csv_text(agency_rows()),
        "attributions.txt": csv_text(attribution_rows()),
        "booking_rules.txt": csv_text([flex.booking_rule(values)]),
        "calendar.txt": csv_text(calendar_rows(year)),
        "calendar_dates.txt": csv_text(exception_rows(year)),
        "feed_info.txt": csv_text([feed_info_row(year)]),
        "locations.geojson": flex.locations_text(zones),
        "routes.txt": csv_text(route_rows(tables.lines)),
        "stop_times.txt": csv_text(stop_time_rows(trips, flex_trips), STOP_TIMES),
        "stops.txt": csv_text(stop_rows(served, tables.stops)),
        "transfers.txt": csv_text(transfer_rows(served, tables.stops)),
        "trips.txt": csv_text(trip_rows(trips, flex_trips)),
    }
