"""The Modellfahrplan: valid, complete, and true to what is documented."""

from __future__ import annotations

import csv
import importlib
import json
import shutil
import subprocess
import sys
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import gtfs_guru
import pytest
import shapely

ROOT = Path(__file__).parents[1]
TABLES = ROOT / "data" / "modellfahrplan"
FEED = ROOT / "data" / "sok" / "gtfs"
MAIN_LINES = ("610", "620", "810", "820", "966", "1566", "302", "215")
GRAEFENDORF = "690481"
LEHESTEN = "690891"
REFERENCE_DAYS = {
    "2026-11-24": "schultag",  # a Tuesday
    "2027-02-02": "ferientag",  # a Tuesday in the winter holidays
    "2026-11-28": "samstag",
    "2026-11-29": "sonntag",
    "2026-10-31": "sonntag",  # Reformationstag, a Saturday
    "2027-05-06": "sonntag",  # Christi Himmelfahrt, a Thursday
    "2027-05-07": "ferientag",  # the Friday after
    "2026-12-24": "ferientag",
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def minute(text: str) -> int:
    hours, minutes, _ = text.split(":")
    return int(hours) * 60 + int(minutes)


@pytest.fixture(scope="module")
def trips() -> dict[str, dict[str, str]]:
    return {row["trip_id"]: row for row in rows(FEED / "trips.txt")}


@pytest.fixture(scope="module")
def journeys() -> dict[str, list[tuple[str, int]]]:
    """Stops and minutes of every trip with fixed times."""
    found = defaultdict(list)
    for row in rows(FEED / "stop_times.txt"):
        if row["stop_id"]:
            found[row["trip_id"]].append((row["stop_id"], minute(row["departure_time"])))
    return dict(found)


@pytest.fixture(scope="module")
def visits(trips, journeys) -> dict[tuple[str, str], list[int]]:
    """Minutes at which a stop is served, by stop and day type."""
    found = defaultdict(list)
    for trip_id, calls in journeys.items():
        for stop_id, at in calls:
            found[stop_id, trips[trip_id]["service_id"]].append(at)
    return {key: sorted(times) for key, times in found.items()}


@pytest.fixture(scope="module")
def district_stops() -> dict[str, dict[str, str]]:
    return {row["stop_id"]: row for row in rows(TABLES / "haltestellen.csv") if row["ags"]}


@pytest.fixture(scope="module")
def unserved() -> set[str]:
    return {
        stop_id
        for row in rows(TABLES / "halte.csv")
        if row["hinweis"].startswith("nicht bedient: ")
        for stop_id in row["halte"].split()
    }


@pytest.fixture
def script_module(monkeypatch):
    """Import a module of the scripts' folder by name."""
    monkeypatch.syspath_prepend(str(ROOT / "data"))
    return importlib.import_module


def starts(trips, journeys, line: str, direction: str, service: str) -> list[int]:
    return sorted(
        calls[0][1]
        for trip_id, calls in journeys.items()
        if trips[trip_id]["route_id"] == line
        and trips[trip_id]["direction_id"] == direction
        and trips[trip_id]["service_id"] == service
    )


def test_script_rebuilds_the_same_files(tmp_path):
    script = [sys.executable, str(ROOT / "data" / "modellfahrplan.py"), "--ziel", str(tmp_path)]
    done = subprocess.run(script, capture_output=True, encoding="utf-8", check=True)
    assert "am Schultag ohne Fahrt und ohne Grund: keine" in done.stdout
    built = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    kept = {path.name: path.read_bytes() for path in FEED.iterdir()}
    assert built.keys() == kept.keys()
    assert [name for name in kept if built[name] != kept[name]] == []
    assert max(map(len, kept.values())) < 1.4e6


def test_validator_finds_no_error_and_no_warning():
    result = gtfs_guru.validate(str(FEED), country_code="DE", date="2026-11-22")
    assert [(n.code, n.file, n.row) for n in result.errors()] == []
    assert [(n.code, n.file, n.row) for n in result.warnings()] == []
    assert {n.code for n in result.infos()} <= {"big_gap_in_service"}


@pytest.mark.parametrize(
    ("file", "right", "wrong", "code"),
    [
        ("stop_times.txt", "zone-orla", "zone-nirgends", "foreign_key_violation"),
        ("stop_times.txt", "08:00:00,12:00:00", "12:00:00,08:00:00", "invalid_pickup"),
        ("booking_rules.txt", ",120,", ",,", "missing_prior_notice"),
    ],
)
def test_validator_knows_flex(tmp_path, file, right, wrong, code):
    broken = shutil.copytree(FEED, tmp_path / "gtfs")
    text = (broken / file).read_text(encoding="utf-8")
    assert right in text
    (broken / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    result = gtfs_guru.validate(str(broken), country_code="DE", date="2026-11-22")
    assert any(notice.code.startswith(code) for notice in result.errors())


def test_graefendorf_has_three_trips_the_last_at_12_46(visits):
    # MDR on the mobility study: three trips on school days, none in the holidays or weekends.
    assert len(visits[GRAEFENDORF, "schultag"]) == 3
    assert visits[GRAEFENDORF, "schultag"][-1] == 12 * 60 + 46
    assert not any((GRAEFENDORF, day) in visits for day in ("ferientag", "samstag", "sonntag"))


def test_first_buses_from_lehesten(trips, journeys):
    first = starts(trips, journeys, "610", "0", "schultag")[:2]
    assert first == [5 * 60 + 20, 5 * 60 + 55]
    assert all(
        calls[0][0] == LEHESTEN for trip, calls in journeys.items() if trip.startswith("610-h-")
    )


@pytest.mark.parametrize("line", MAIN_LINES)
@pytest.mark.parametrize("direction", ["0", "1"])
def test_main_lines_run_every_two_hours(trips, journeys, line, direction):
    holidays = starts(trips, journeys, line, direction, "ferientag")
    assert {b - a for a, b in pairwise(holidays)} == {120}
    assert len(holidays) >= 6
    assert set(holidays) <= set(starts(trips, journeys, line, direction, "schultag"))


@pytest.mark.parametrize("direction", ["0", "1"])
def test_oberlandbahn_takes_70_minutes_every_two_hours(trips, journeys, direction):
    for service in ("schultag", "ferientag", "samstag", "sonntag"):
        times = starts(trips, journeys, "557", direction, service)
        assert {b - a for a, b in pairwise(times)} == {120}
    rides = {
        calls[-1][1] - calls[0][1] for trip, calls in journeys.items() if trip.startswith("557-")
    }
    assert rides == {70}


def test_orlabahn_runs_hourly(trips, journeys):
    times = starts(trips, journeys, "559", "0", "schultag")
    assert {b - a for a, b in pairwise(times)} == {60}


def test_every_municipality_and_stop_is_served_on_school_days(visits, district_stops, unserved):
    served = {stop_id for stop_id in district_stops if (stop_id, "schultag") in visits}
    assert len(district_stops) == 533
    assert set(district_stops) - served == unserved
    assert len({district_stops[stop_id]["ags"] for stop_id in served}) == 59


def test_school_day_goes_there_and_back_everywhere(visits, district_stops, unserved):
    for stop_id in set(district_stops) - unserved:
        times = visits[stop_id, "schultag"]
        assert times[0] < 7 * 60 + 45, stop_id
        assert times[-1] >= 12 * 60 + 46, stop_id


def test_holidays_and_weekends_are_thinner(trips, visits, district_stops):
    count = defaultdict(int)
    for trip in trips.values():
        count[trip["service_id"]] += 1
    assert count["schultag"] > count["ferientag"] > count["samstag"] > count["sonntag"] > 0
    without = [
        i for i in district_stops if (i, "schultag") in visits and (i, "ferientag") not in visits
    ]
    assert len(without) > 100
    for stop_id in district_stops:
        school = len(visits.get((stop_id, "schultag"), []))
        assert len(visits.get((stop_id, "ferientag"), [])) <= school


def test_times_increase_and_speeds_are_plausible(trips, journeys, script_module):
    distance_km = script_module("fahrplan_kurs").distance_km
    stops = {
        row["stop_id"]: (float(row["stop_lat"]), float(row["stop_lon"]))
        for row in rows(FEED / "stops.txt")
    }
    rail = {row["route_id"] for row in rows(FEED / "routes.txt") if row["route_type"] == "2"}
    assert rail == {"re12", "rb22", "557", "559"}
    for trip_id, calls in journeys.items():
        limit_kmh = 130 if trips[trip_id]["route_id"] in rail else 80
        for (a, leave), (b, arrive) in pairwise(calls):
            assert arrive > leave, trip_id
            assert distance_km(stops[a], stops[b]) / (arrive - leave) * 60 < limit_kmh, trip_id
        assert 4 * 60 <= calls[0][1] < calls[-1][1] < 24 * 60, trip_id


def services_by_day() -> dict[date, set[str]]:
    names = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    found: dict[date, set[str]] = defaultdict(set)
    for row in rows(FEED / "calendar.txt"):
        day, last = (date.fromisoformat(row[key]) for key in ("start_date", "end_date"))
        while day <= last:
            if row[names[day.weekday()]] == "1":
                found[day].add(row["service_id"])
            day += timedelta(days=1)
    for row in rows(FEED / "calendar_dates.txt"):
        change = found[date.fromisoformat(row["date"])]
        (change.add if row["exception_type"] == "1" else change.remove)(row["service_id"])
    return found


def test_tables_hold_nothing_unused(journeys, unserved):
    lines = rows(TABLES / "linien.csv")
    used = {place for line in lines for place in line["halte"].split(" > ")}
    idle = [row["ort"] for row in rows(TABLES / "halte.csv") if row["ort"] not in used]
    assert len(idle) == len(unserved)
    served = {stop_id for calls in journeys.values() for stop_id, _ in calls}
    assert {row["stop_id"] for row in rows(TABLES / "haltestellen.csv")} == served | unserved


def test_every_day_has_exactly_one_day_type():
    found = services_by_day()
    assert {len(services) for services in found.values()} == {1}
    for day, service in REFERENCE_DAYS.items():
        assert found[date.fromisoformat(day)] == {service}, day


def test_flex_windows_are_the_published_ones(trips):
    windows = defaultdict(set)
    for row in rows(FEED / "stop_times.txt"):
        if row["location_id"]:
            trip = trips[row["trip_id"]]
            key = row["location_id"], trip["service_id"]
            windows[key].add(
                (row["start_pickup_drop_off_window"], row["end_pickup_drop_off_window"])
            )
    zones = {row["zone_id"] for row in rows(TABLES / "zonen.csv")}
    assert len(zones) == 3
    for zone in zones:
        assert windows[zone, "schultag"] == {("08:00:00", "12:00:00"), ("15:00:00", "17:00:00")}
        assert windows[zone, "ferientag"] == {("06:00:00", "17:00:00")}
        assert windows[zone, "samstag"] == windows[zone, "sonntag"] == {("09:00:00", "15:00:00")}


def test_flex_is_booked_two_hours_to_seven_days_ahead():
    (rule,) = rows(FEED / "booking_rules.txt")
    assert rule["prior_notice_duration_min"] == str(2 * 60)
    assert rule["prior_notice_duration_max"] == str(7 * 24 * 60)
    values = {row["name"]: row["wert"] for row in rows(TABLES / "rufbus.csv")}
    assert (values["flex_min_km"], values["flex_max_km"]) == ("2", "10")


def test_zones_are_valid_disjoint_and_hold_every_stop(district_stops):
    text = (FEED / "locations.geojson").read_text(encoding="utf-8")
    features = json.loads(text)["features"]
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    assert all("angenommen" in feature["properties"]["stop_desc"] for feature in features)
    assert all(shape.is_valid and shape.exterior.is_ccw for shape in shapes)
    assert all(a.intersection(b).area < 1e-4 for a, b in pairwise([*shapes, shapes[0]]))
    for stop in district_stops.values():
        place = shapely.Point(float(stop["lon"]), float(stop["lat"]))
        assert any(shape.covers(place) for shape in shapes), stop["name"]


def test_feed_says_that_it_is_an_assumption():
    (info,) = rows(FEED / "feed_info.txt")
    assert "Modellfahrplan" in info["feed_publisher_name"]
    assert "Arbeitsannahme" in info["feed_publisher_name"]
    assert all("Angenommen: " in row["route_desc"] for row in rows(FEED / "routes.txt"))


@pytest.mark.parametrize(
    ("file", "right", "wrong", "message"),
    [
        ("linien.csv", "Lehesten > ", "Lehestn > ", r"linien\.csv \(610.*Lehestn"),
        ("linien.csv", "0 > 5 > ", "5 > ", r"linien\.csv \(557.*je Halt eine Minute"),
        ("halte.csv", "Gräfendorf,690481", "Gräfendorf,69048", r"halte\.csv \(Gräfendorf.*69048"),
        (
            "fahrten.csv",
            "schultag,Gräfendorf",
            "schultag,Schleiz",
            r"fahrten\.csv \(S41.*Bezugsort",
        ),
        ("fahrten.csv", "schultag ferientag", "montag", r"fahrten\.csv \(RE12.*Tage"),
    ],
)
def test_broken_rows_are_named(tmp_path, script_module, file, right, wrong, message):
    folder = shutil.copytree(TABLES, tmp_path / "tabellen")
    text = (folder / file).read_text(encoding="utf-8")
    assert right in text
    (folder / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    tabellen = script_module("fahrplan_tabellen")
    with pytest.raises(tabellen.TableError, match=message):
        tabellen.read_tables(folder)
