"""A part of a timetable: read in the same box it is the whole; nothing else is left of it.

The feed of the tests with names is the one of tests/test_gtfs.py: T1 calls at A, B and C on
workdays. The box holds C alone.
"""

from __future__ import annotations

import csv
import io
import json
import os
import random
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from sokanalysis.cut import CutCount
from sokanalysis.cut.timetable import cut_timetable
from sokanalysis.errors import DataProblems
from sokanalysis.read import gtfs, gtfs_tables
from sokanalysis.read.gtfs import Feed, read_feed
from tests.fuzzing import damaged, fuzz, survives
from tests.test_gtfs import BASE, STATIONS, filler, flexible

BOX = (11.6, 50.63, 11.8, 50.66)
WHOLE = (
    BASE
    | filler()
    | {
        "calendar.txt": BASE["calendar.txt"] + "sonst,1,1,1,1,1,1,1,20200101,20301231\n",
        "stops.txt": STATIONS + "D,Dorf,52.0,13.0,,\n",
    }
)


def zipped(path: Path, tables: dict[str, str | bytes]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in tables.items():
            bundle.writestr(name, text)
    return path


def cut(folder: Path, tables: dict[str, str | bytes], box=BOX) -> dict[str, list[list[str]]]:
    """Cut a feed and return the tables that are left."""
    source = zipped(folder / "ganz" / "gtfs.zip", tables)
    cut_timetable(source, folder / "gtfs.zip", box)
    return tables_of(folder / "gtfs.zip")


def tables_of(path: Path) -> dict[str, list[list[str]]]:
    with zipfile.ZipFile(path) as bundle:
        return {
            name: list(csv.reader(io.StringIO(bundle.read(name).decode("utf-8"))))
            for name in bundle.namelist()
        }


def same(one: Feed, other: Feed) -> None:
    """Compare all that answers rest on; zones and groups count where windows name them."""
    for name in ("stops", "trips", "stop_times", "flex", "transfers"):
        pd.testing.assert_frame_equal(getattr(one, name), getattr(other, name))
    pd.testing.assert_series_equal(one.active, other.active)
    assert one.is_model == other.is_model
    for place in set(one.flex["location_id"]):
        assert one.zones.get(place) == other.zones.get(place)
        assert one.stop_groups.get(place) == other.stop_groups.get(place)


# -- what stays --------------------------------------------------------------------------------


def test_a_trip_stays_with_all_its_calls(tmp_path: Path) -> None:
    left = cut(tmp_path, WHOLE)
    # F0 to F39 run between A and B, which lie outside.
    assert left["trips.txt"][1:] == [["L", "werktags", "T1"]]
    assert [row[3] for row in left["stop_times.txt"][1:]] == ["A", "B", "C"]
    # S and S1 lie inside, without a trip; D lies elsewhere.
    assert [row[0] for row in left["stops.txt"][1:]] == ["A", "B", "C", "S", "S1"]
    assert [row[0] for row in left["calendar.txt"][1:]] == ["werktags"]
    assert [row[0] for row in left["agency.txt"][1:]] == ["V"]


def test_the_count(tmp_path: Path) -> None:
    source = zipped(tmp_path / "x.zip", WHOLE)
    assert cut_timetable(source, tmp_path / "gtfs.zip", BOX) == CutCount(kept=1, whole=41)


def test_the_count_of_a_table_that_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The mark that is never closed stands behind four parts: the reader goes back to the first.
    monkeypatch.setattr(gtfs_tables, "_ROWS_AT_ONCE", 10)
    trips = WHOLE["trips.txt"] + 'L,"werktags,H\n'
    source = zipped(tmp_path / "x.zip", WHOLE | {"trips.txt": trips})
    assert cut_timetable(source, tmp_path / "gtfs.zip", BOX) == CutCount(kept=1, whole=42)


def test_columns_keep_names_order_and_content(tmp_path: Path) -> None:
    trips = (
        "trip_headsign,Wagen,service_id,route_id,trip_id,shape_id\n"
        '"Schleiz, ""Markt""",  rot,werktags,L,T1,S9\n'
    )
    left = cut(tmp_path, WHOLE | {"trips.txt": trips, "shapes.txt": "shape_id\nS9\n"})
    # Nothing refers to the course on the map any more.
    assert left["trips.txt"] == [
        ["trip_headsign", "Wagen", "service_id", "route_id", "trip_id"],
        ['Schleiz, "Markt"', "  rot", "werktags", "L", "T1"],
    ]
    assert "shapes.txt" not in left


def test_a_line_break_in_a_cell(tmp_path: Path) -> None:
    trips = 'route_id,service_id,trip_id,note\nL,werktags,T1,"zwei\nZeilen"\nL,werktags,F0,x\n'
    assert cut(tmp_path, WHOLE | {"trips.txt": trips})["trips.txt"][1][3] == "zwei\nZeilen"


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text.replace("\n", "\r\n"),
        lambda text: text.replace(",", ";"),
        lambda text: text.replace(",", "\t"),
        lambda text: text.replace(",", " , "),
        lambda text: '"' + text.replace(",", '","').replace("\n", '"\n"')[:-1],
        lambda text: '"' + text.replace(",", '", "').replace("\n", '"\n"')[:-1],
        lambda text: "\n\n" + text.replace("\n", ",zu,viel\n").replace(",zu,viel", "", 1),
        lambda text: text.encode("utf-16"),
        lambda text: text.replace("Brücke", "Br\xfccke").encode("cp1252"),
        lambda text: text.partition("\n")[0].upper() + text[text.find("\n") :],
    ],
    ids=["windows", "semicolon", "tab", "spaces", "quoted", "spaced quotes", "long", "utf-16",
         "cp1252", "capitals"],
)  # fmt: skip
def test_tables_as_people_write_them(tmp_path: Path, change) -> None:
    tables = {name: change(text) for name, text in WHOLE.items()}
    source = zipped(tmp_path / "ganz" / "gtfs.zip", tables)
    cut_timetable(source, tmp_path / "gtfs.zip", BOX)
    whole, problems = read_feed(source.parent, BOX)
    part, left = read_feed(tmp_path, BOX)
    assert problems == left == []
    same(whole, part)
    assert list(part.trips["trip_id"]) == ["T1"]


def test_what_trips_refer_to(tmp_path: Path) -> None:
    tables = WHOLE | {
        "trips.txt": WHOLE["trips.txt"].replace("L,werktags,F", "M,sonst,F"),
        "routes.txt": "route_id,agency_id,route_short_name\nL,V,10\nM,W,11\n",
        "agency.txt": "agency_id,agency_name\nV,Verkehr\nW,Wien\n",
        "calendar_dates.txt": "service_id,date,exception_type\nwerktags,20260907,2\nsonst,1,1\n",
        "frequencies.txt": "trip_id,start_time,end_time,headway_secs\n"
        "T1,06:00:00,07:00:00,600\nF0,06:00:00,07:00:00,600\n",
        "feed_info.txt": "feed_publisher_name,feed_version\nWer,1\n",
        "attributions.txt": "organization_name,agency_id,route_id,trip_id\n"
        "Alle,,,\nUnser,V,,\nFremd,W,,\nFahrt,,,T1\nAndere,,,F0\n",
        "transfers.txt": "from_stop_id,to_stop_id,transfer_type,from_trip_id,to_trip_id\n"
        "S,S,2,,\nA,B,2,,\nA,D,2,,\n,,4,T1,T1\n,,4,T1,F0\n",
        "pathways.txt": "pathway_id\np\n", "levels.txt": "level_id\nl\n",
    }  # fmt: skip
    left = cut(tmp_path, tables)
    firsts = {name: [row[0] for row in rows[1:]] for name, rows in left.items()}
    assert firsts["routes.txt"] == ["L"]
    assert firsts["agency.txt"] == ["V"]
    assert firsts["calendar_dates.txt"] == ["werktags"]
    assert firsts["frequencies.txt"] == ["T1"]
    assert firsts["feed_info.txt"] == ["Wer"]
    assert firsts["attributions.txt"] == ["Alle", "Unser", "Fahrt"]
    assert [row[:2] for row in left["transfers.txt"][1:]] == [["S", "S"], ["A", "B"], ["", ""]]
    assert not {"pathways.txt", "levels.txt"} & left.keys()


def test_a_platform_keeps_its_station_wherever_that_lies(tmp_path: Path) -> None:
    # A boarding area of a platform of a station: the two above it lie outside.
    stops = BASE["stops.txt"].replace("C,Chaussee,50.64,11.70,0,", "C,Chaussee,50.64,11.70,4,P")
    stops += "P,Bstg,51.5,12.5,0,H\nH,Bahnhof,51.5,12.5,1,\nX,Fern,51.5,12.5,0,H\n"
    left = cut(tmp_path, WHOLE | {"stops.txt": stops})
    assert [row[0] for row in left["stops.txt"][1:]] == ["A", "B", "C", "P", "H"]


def test_one_operator_without_a_name(tmp_path: Path) -> None:
    left = cut(tmp_path, WHOLE | {"agency.txt": "agency_name\nVerkehr\n"})
    assert left["agency.txt"] == [["agency_name"], ["Verkehr"]]


def test_lines_that_nobody_knows(tmp_path: Path) -> None:
    tables = WHOLE | {"routes.txt": "route_id,route_short_name\nX,9\n"}
    assert [row[0] for row in cut(tmp_path, tables)["routes.txt"]] == ["route_id", "X"]
    assert list(read_feed(tmp_path, BOX)[0].trips["line"]) == [""]


def test_on_demand_service_that_is_named(tmp_path: Path) -> None:
    rows = "X,,,,1,zone,,08:00:00,12:00:00,2,1,zwei,1.5\nX,,,,2,,dorf,08:00:00,12:00:00,1,2,tag,\n"
    ring = [[11, 50], [12, 50], [12, 51], [11, 51], [11, 50]]
    shape = {"type": "Polygon", "coordinates": [ring]}
    features = [
        {"type": "Feature", "id": "zone", "properties": {"stop_name": "Süd"}, "geometry": shape},
        {"type": "Feature", "id": "fern", "properties": {}, "geometry": shape},
    ]
    tables = BASE | flexible(rows) | {
        "locations.geojson": json.dumps({"type": "FeatureCollection", "features": features}),
        "location_groups.txt": "location_group_id,location_group_name\ndorf,Dorf\nstadt,Stadt\n",
        "location_group_stops.txt": "location_group_id,stop_id\ndorf,A\ndorf,D\nstadt,Z\n",
        "stops.txt": WHOLE["stops.txt"] + "Z,Fern,53,13,,\n",
    }  # fmt: skip
    left = cut(tmp_path, tables)
    assert [row[0] for row in left["booking_rules.txt"]] == ["booking_rule_id", "zwei", "tag"]
    assert [row[0] for row in left["location_groups.txt"][1:]] == ["dorf"]
    assert [row[1] for row in left["location_group_stops.txt"][1:]] == ["A", "D"]
    # D lies far away and belongs to the group, Z belongs to nothing that is named.
    assert [row[0] for row in left["stops.txt"][1:]] == ["A", "B", "C", "S", "S1", "D"]
    with zipfile.ZipFile(tmp_path / "gtfs.zip") as bundle:
        zones = json.loads(bundle.read("locations.geojson"))
    assert zones == {"type": "FeatureCollection", "features": features[:1]}


# -- the same bytes, or none ---------------------------------------------------------------------


def test_the_same_feed_gives_the_same_bytes(tmp_path: Path) -> None:
    source = zipped(tmp_path / "x.zip", WHOLE)
    for name in ("a.zip", "b.zip"):
        cut_timetable(source, tmp_path / name, BOX)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_a_part_may_take_the_place_of_the_whole(tmp_path: Path) -> None:
    source = zipped(tmp_path / "gtfs.zip", WHOLE)
    cut_timetable(source, source, BOX)
    once = source.read_bytes()
    assert cut_timetable(source, source, BOX) == CutCount(1, 1)
    assert source.read_bytes() == once


def refused(folder: Path, tables: dict[str, str | bytes] | bytes, box=BOX):
    """What is said; the timetable that was there stays, and nothing lies beside it."""
    source, target = folder / "ganz.zip", folder / "gtfs.zip"
    target.write_bytes(b"alt")
    if isinstance(tables, bytes):
        source.write_bytes(tables)
    else:
        zipped(source, tables)
    with pytest.raises(DataProblems) as caught:
        cut_timetable(source, target, box)
    assert target.read_bytes() == b"alt"
    assert sorted(path.name for path in folder.iterdir()) == ["ganz.zip", "gtfs.zip"]
    return caught.value.problems


def test_no_trip_in_the_box(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, WHOLE, (5, 40, 6, 41))
    assert str(problem) == (
        "ganz.zip – enthält keine Fahrt, die im Gebiet 5,00 bis 6,00° Ost, 40,00 bis 41,00° Nord "
        "hält → einen Fahrplan nehmen, der das Gebiet des Landkreises enthält"
    )


def test_missing_tables_are_all_named(tmp_path: Path) -> None:
    problems = refused(tmp_path, {"stops.txt": BASE["stops.txt"], "routes.txt": "route_id\nL\n"})
    assert [problem.file for problem in problems] == [
        "ganz.zip/trips.txt",
        "ganz.zip/stop_times.txt",
    ]


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"a.txt": "x"}, "enthält keine stops.txt"),
        (b"<html>404</html>", "ist kein lesbares Zip-Archiv"),
        (b"", "ist kein lesbares Zip-Archiv"),
        (WHOLE | {"stop_times.txt": "stop_id\nA\n"}, "Spalte trip_id fehlt"),
        (WHOLE | {"trips.txt": ""}, "enthält keine Fahrt"),
        (WHOLE | {"stop_times.txt": ""}, "enthält keine Fahrt"),
        (WHOLE | {"locations.geojson": "{"}, "ist kein GeoJSON"),
        (WHOLE | {"../boese.txt": "x"}, "führt aus dem Archiv hinaus"),
        (WHOLE | {"trips.txt": "a" * 20_000_000}, "lässt sich nicht lesen"),
        (WHOLE | {"trips.txt": "0" * 100_000_000}, "wächst beim Auspacken"),
    ],
)
def test_what_cannot_be_cut(tmp_path: Path, tables, message: str) -> None:
    limit = csv.field_size_limit(131_072)  # other libraries raise it for the whole process
    try:
        assert message in refused(tmp_path, tables)[0].message
    finally:
        csv.field_size_limit(limit)


def test_a_damaged_table(tmp_path: Path) -> None:
    raw = bytearray(zipped(tmp_path / "ganz.zip", WHOLE).read_bytes())
    with zipfile.ZipFile(tmp_path / "ganz.zip") as bundle:
        at = bundle.getinfo("stop_times.txt").header_offset + 60
    raw[at : at + 40] = b"\xff" * 40
    (problem,) = refused(tmp_path, bytes(raw))
    assert (problem.file, problem.message) == ("ganz.zip/stop_times.txt", "lässt sich nicht lesen")


def test_a_folder_that_takes_nothing(tmp_path: Path) -> None:
    source = zipped(tmp_path / "x.zip", WHOLE)
    with pytest.raises(DataProblems, match=r"gtfs\.zip – lässt sich nicht schreiben"):
        cut_timetable(source, tmp_path / "fehlt" / "gtfs.zip", BOX)


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    shares: list[float] = []
    cut_timetable(zipped(tmp_path / "x.zip", WHOLE), tmp_path / "gtfs.zip", BOX, shares.append)
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] == 1


# -- whatever the feed: the part read in the box is the whole read in the box ----------------------

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WINDOW = {"start_pickup_drop_off_window": "08:00:00", "end_pickup_drop_off_window": "12:00:00"}
PLACES = {"stop_id": "", "location_id": "zone0", "location_group_id": "gruppe"}
HEADSIGNS = ["", "Markt", "An der, Au", '"Süd"', " Rand ", 'Bahnhof, "West"', "x" * 30]


def random_feed(chance: random.Random) -> dict[str, bytes]:
    """A small feed with stations, on-demand service and the faults that feeds have."""
    some = chance.choice
    stops = [f"h{n}" for n in range(chance.randint(2, 9))]
    trips = [f"t{n}" for n in range(chance.randint(1, 8))]
    anywhere = [*stops * 3, "zone0", "gruppe", "fort"]
    tables = {
        "stops": [
            {"stop_id": stop, "stop_name": some(HEADSIGNS),
             "location_type": some(["", "0", "1", "4"]),
             "stop_lat": some(["50.0", "50.1", "50.2", "50.3", "50.4", ""]),
             "stop_lon": some(["50.0", "50.1", "50.2", "50.3"]),
             "parent_station": some([*[""] * 9, *stops, "fort"])}
            for stop in [*stops, some(stops)]
        ],
        "trips": [
            {"trip_id": trip, "route_id": some(["l0", "l1", "l2"]), "shape_id": "s",
             "service_id": some(["mo", "mo", "sa", "nie"])}
            for trip in trips
        ],
        "routes": [{"route_id": f"l{n}", "agency_id": some(["", "a"]), "route_short_name": "1"}
                   for n in range(chance.randint(1, 2))],
        "agency": [{"agency_id": "a", "agency_timezone": "Europe/Berlin"}],
        "calendar": [
            dict.fromkeys(DAYS, "1") | {"service_id": service, "start_date": "20260907",
                                        "end_date": "20260913"} for service in ("mo", "sa")
        ],
        "calendar_dates": [
            {"service_id": some(["mo", "sa", "nie"]), "exception_type": some("12"),
             "date": "20260908"} for _ in range(chance.randint(0, 3))
        ],
        "frequencies": [
            {"trip_id": some([*trips, "t9"]), "start_time": "06:00:00",
             "end_time": some(["07:00:00", "x"]), "headway_secs": "600"}
            for _ in range(chance.randint(0, 2))
        ],
        "transfers": [
            {"from_stop_id": some(anywhere), "to_stop_id": some(anywhere),
             "min_transfer_time": some(["", "60"]), "from_trip_id": some(["", "", *trips])}
            for _ in range(chance.randint(0, 6))
        ],
        "location_group_stops": [
            {"location_group_id": "gruppe", "stop_id": stop} for stop in [*stops[1:3], "fort"]
        ],
        "feed_info": [{"feed_publisher_name": some(["", "Modellfahrplan"])}],
        "stop_times": [call for trip in [*trips, *some([[], ["t8"]])]
                       for call in random_calls(chance, trip, anywhere)],
    }  # fmt: skip
    ring = [[50, 50], [50.2, 50], [50.2, 50.2], [50, 50]]
    zones = [{"id": f"zone{n}", "geometry": {"type": "Polygon", "coordinates": [ring]}}
             for n in range(2)]  # fmt: skip
    written = {f"{name}.txt": written_as(chance, rows) for name, rows in tables.items() if rows}
    return written | {"locations.geojson": json.dumps({"features": zones}).encode()}


def random_calls(chance: random.Random, trip: str, anywhere: list[str]) -> list[dict[str, str]]:
    """A trip with fixed times, or one on demand between zones, groups and stops."""
    begin, is_flexible = chance.randint(4, 24) * 60, chance.random() < 0.2
    found = []
    for number in range(chance.choice([1, 2, 3, 4, 5, 6])):
        minute = begin + 7 * number
        clock = f"{minute // 60:02d}:{minute % 60:02d}:00"
        call = {"trip_id": trip, "stop_sequence": str(number), "arrival_time": clock,
                "departure_time": clock, **dict.fromkeys([*PLACES, *WINDOW], ""),
                "stop_headsign": chance.choice(HEADSIGNS)}  # fmt: skip
        if is_flexible:
            place, known = chance.choice(list(PLACES.items()))
            call |= WINDOW | {"arrival_time": "", "departure_time": ""}
            call |= {place: known or chance.choice(anywhere)}
        else:
            call["stop_id"] = chance.choice(anywhere)
        found.append(call)
    return found


def written_as(chance: random.Random, table: list[dict[str, str]]) -> bytes:
    """A table as text: as the standard says, or as people do."""
    columns = chance.sample(list(table[0]), len(table[0]))
    form = chance.choice(["", "", "", "", "quoted", "spaced", ";", "long", "cp1252"])
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if form == "quoted" else csv.QUOTE_MINIMAL
    writer = csv.writer(text, delimiter=";" if form == ";" else ",", quoting=quoting)
    writer.writerow([f" {name} " if form == "spaced" else name for name in columns])
    for row in table:
        cells = [f" {row[name]} " if form == "spaced" else row[name] for name in columns]
        writer.writerow([*cells, "zu", "viel"] if form == "long" else cells)
    return text.getvalue().encode("cp1252" if form == "cp1252" else "utf-8")


# Three readings an example: as many as are quick, or as SOK_FUZZ says.
@settings(fuzz, max_examples=int(os.environ.get("SOK_FUZZ", "12")))
@given(st.integers(0, 10**9))
def test_the_part_is_the_whole_in_the_box(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    # Hardly a random feed is sound enough to be accepted.
    monkeypatch.setattr(gtfs, "_refuse_lossy", lambda *_: None)
    chance = random.Random(seed)
    (tmp_path / "gtfs.zip").unlink(missing_ok=True)
    source = zipped(tmp_path / "ganz" / "gtfs.zip", random_feed(chance))
    west, south = chance.choice([49.95, 50.0, 50.1, 50.25]), chance.choice([49.95, 50.1, 50.2])
    box = (west, south, west + chance.choice([0.1, 0.2]), south + chance.choice([0.1, 0.2]))
    whole, problems = read_feed(source.parent, box)
    event("refused" if whole is None else f"{min(len(whole.trips), 3)} trips")
    try:
        cut_timetable(source, tmp_path / "gtfs.zip", box)
    except DataProblems:
        assert whole is None
        assert "keine Zeilen zu Fahrten in diesem Gebiet" in problems[0].message
        return
    part, left = read_feed(tmp_path, box)
    assert [problem.message for problem in left] == [problem.message for problem in problems]
    assert (part is None) == (whole is None)
    if whole and part:
        same(whole, part)


SOUND = io.BytesIO()
with zipfile.ZipFile(SOUND, "w") as _bundle:  # not packed, so that damage reaches the cells
    for _name, _text in WHOLE.items():
        _bundle.writestr(zipfile.ZipInfo(_name), _text)


@fuzz
@given(damaged(SOUND.getvalue()))
def test_damaged_archives_are_cut_or_refused(tmp_path: Path, raw: bytes) -> None:
    survives(lambda path: cut_timetable(path, tmp_path / "gtfs.zip", BOX), tmp_path / "x.zip", raw)


@fuzz
@given(damaged(WHOLE["stop_times.txt"].encode()), damaged(WHOLE["stops.txt"].encode()))
def test_damaged_tables_are_cut_or_refused(tmp_path: Path, calls: bytes, stops: bytes) -> None:
    tables = WHOLE | {"stop_times.txt": calls, "stops.txt": stops}
    raw = zipped(tmp_path / "x.zip", tables).read_bytes()
    survives(lambda path: cut_timetable(path, tmp_path / "gtfs.zip", BOX), tmp_path / "x.zip", raw)
