"""Feeds with flaws that real ones have: said in German, never silently less, never a crash.

The feed is that of test_gtfs.py with one thing changed. Most flaws were met in feeds that packages
of the public registries ship; benchmarks/real_feeds.py reads those.
"""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.read.gtfs import read_feed
from tests.test_gtfs import (
    BASE,
    RING,
    TIMES,
    clocks,
    feed_of,  # noqa: F401  # a fixture
    flexible,
    geojson,
    good,  # noqa: F401  # a fixture
    with_rows,
    zipped,
)

ZONE = {"type": "Polygon", "coordinates": [RING]}

# -- files ---------------------------------------------------------------------------------------


def packed(members, method=zipfile.ZIP_DEFLATED):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as bundle:
        for name, text in members.items():
            bundle.writestr(name, text)
    return archive.getvalue()


def test_an_archive_in_the_archive(tmp_path):
    feed, (problem,) = zipped(tmp_path, {"fahrplan/2026.zip": packed(BASE), "LIESMICH": "…"})
    assert feed is None
    assert str(problem) == (
        "gtfs.zip – enthält statt der Tabellen ein Zip-Archiv: fahrplan/2026.zip"
        " → das innere Archiv auspacken und als gtfs.zip ablegen"
    )


def test_an_archive_in_the_folder(tmp_path):
    (tmp_path / "gtfs").mkdir()
    (tmp_path / "gtfs" / "vmt.zip").write_bytes(packed(BASE))
    _, (problem,) = read_feed(tmp_path)
    assert (problem.file, problem.message) == (
        "gtfs", "enthält statt der Tabellen ein Zip-Archiv: vmt.zip",
    )  # fmt: skip


@pytest.mark.parametrize("member", ["stop_times.txt", "locations.geojson"])
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2,
                                    zipfile.ZIP_LZMA])  # fmt: skip
def test_a_member_that_is_damaged(tmp_path, member, method):
    members = BASE | {"locations.geojson": geojson(zone=ZONE)}
    whole = packed(members, method)
    with zipfile.ZipFile(io.BytesIO(whole)) as bundle:
        info = bundle.getinfo(member)
    begin = info.header_offset + 30 + len(member)
    middle = begin + info.compress_size // 2
    broken = bytearray(whole)
    broken[middle : middle + 8] = bytes(255 - byte for byte in broken[middle : middle + 8])
    (tmp_path / "gtfs.zip").write_bytes(broken)
    feed, (problem,) = read_feed(tmp_path)
    assert feed is None
    assert (problem.file, problem.message) == (f"gtfs.zip/{member}", "lässt sich nicht lesen")


def test_an_archive_packed_with_lzma_is_read(tmp_path):
    (tmp_path / "gtfs.zip").write_bytes(packed(BASE, zipfile.ZIP_LZMA))
    feed, problems = read_feed(tmp_path)
    assert (problems, len(feed.trips)) == ([], 1)


def test_rows_without_a_single_cell_are_no_loss(good):  # noqa: F811
    feed = good({name: text + ",,,,,\n" * 50 for name, text in BASE.items()})
    assert (feed.notes, len(feed.stops), len(feed.trips)) == ((), 3, 1)


def test_a_box_without_any_trip_is_said(feed_of):  # noqa: F811
    stops = BASE["stops.txt"] + "D,Dorf,52.0,13.0,,\n"
    _, (problem,) = feed_of({"stops.txt": stops}, within=(12.9, 51.9, 13.1, 52.1))
    assert problem.message == "keine Zeilen zu Fahrten in diesem Gebiet"


# -- stop times ------------------------------------------------------------------------------------


def test_trips_without_numbers_beside_others(good):  # noqa: F811
    calls = "X,09:00:00,09:00:00,C,\nX,09:20:00,09:20:00,B,\nX,09:30:00,09:30:00,A,\n"
    feed = good(with_rows("L,werktags,X\n", calls))
    assert list(feed.stop_times.query("trip_id == 'X'")["stop_id"]) == ["C", "B", "A"]
    assert feed.notes == ("1 Fahrt ohne stop_sequence: Reihenfolge der Datei übernommen",)


def test_a_trip_with_some_numbers_keeps_only_those(good):  # noqa: F811
    calls = "X,09:00:00,09:00:00,C,1\nX,09:20:00,09:20:00,B,\nX,09:30:00,09:30:00,A,3\n"
    feed = good(with_rows("L,werktags,X\n", calls))
    assert list(feed.stop_times.query("trip_id == 'X'")["stop_id"]) == ["C", "A"]
    assert feed.notes == ("1 Zeile in stop_times.txt ohne lesbare stop_sequence weggelassen",)


def test_numbers_may_jump_be_negative_and_stand_in_any_order(good):  # noqa: F811
    numbered = TIMES.replace("C,3", "C,900").replace("A,1", "A,-5").replace("B,2", "B,0")
    head, *rows = numbered.splitlines()
    feed = good({"stop_times.txt": "\n".join([head, rows[1], rows[2], rows[0]])})
    assert list(feed.stop_times["stop_id"]) == ["A", "B", "C"]


def test_a_number_given_twice_is_a_loss(good, feed_of):  # noqa: F811
    # The same row twice says nothing new; another stop under the same number is lost.
    feed = good(with_rows(calls="T1,08:30:00,08:30:00,C,3\nT1,08:40:00,08:40:00,A,3\n"))
    assert clocks(feed) == ["8:00:00", "8:10:00", "8:30:00"]
    assert feed.notes == (
        "1 doppelte Zeile in stop_times.txt weggelassen",
        "1 Zeile in stop_times.txt mit schon vergebener stop_sequence weggelassen",
    )
    refused, (problem,) = feed_of({"stop_times.txt": TIMES.replace("C,3", "C,2")})
    assert refused is None
    assert problem.message.startswith("1 von 3 Zeilen in stop_times.txt nicht brauchbar")


# -- calendars -------------------------------------------------------------------------------------


@pytest.mark.parametrize("date", ["2026-09-07", "2026.09.07"])
def test_dates_with_hyphens_or_points(good, date):  # noqa: F811
    feed = good({"calendar.txt": BASE["calendar.txt"].replace("20260907", date)})
    assert len(feed.active) == 10


def test_trips_on_days_that_cannot_be_read_are_a_loss(good, feed_of):  # noqa: F811
    calendar = BASE["calendar.txt"] + "sonst,1,1,1,1,1,1,1,morgen,20261231\n"
    other = {"calendar.txt": calendar}
    feed = good(
        with_rows("L,sonst,X\n", "X,09:00:00,09:00:00,A,1\nX,9:10:00,9:10:00,B,2\n") | other
    )
    assert len(feed.active) == 10
    assert feed.notes == (
        "1 Zeile im Kalender ohne lesbares Datum weggelassen",
        "1 Fahrt fährt nie: alle ihre Zeilen im Kalender ohne lesbares Datum",
    )
    both = BASE["trips.txt"].replace("werktags", "sonst") + "L,werktags,T2\n"
    times = TIMES + TIMES.split("\n", 1)[1].replace("T1", "T2")
    refused, (problem,) = feed_of(other | {"trips.txt": both, "stop_times.txt": times})
    assert refused is None
    assert problem.message.startswith("1 von 2 Fahrten nicht brauchbar")


def test_one_readable_row_is_enough_for_a_trip(good):  # noqa: F811
    dates = "service_id,date,exception_type\nwerktags,20260912,1\n"
    calendar = BASE["calendar.txt"].replace("20260907", "morgen")
    feed = good({"calendar.txt": calendar, "calendar_dates.txt": dates})
    assert [f"{day:%d.%m.}" for day in feed.active.index] == ["12.09."]


def test_a_calendar_that_ends_before_it_begins(feed_of):  # noqa: F811
    calendar = BASE["calendar.txt"].replace("20260907,20260920", "20260920,20260907")
    feed, (problem,) = feed_of({"calendar.txt": calendar})
    assert problem.message == "kein Tag mit Betrieb"
    assert feed.notes == ("1 Zeile in calendar.txt endet, bevor sie beginnt: gilt an keinem Tag",)


# -- frequencies, transfers ------------------------------------------------------------------------


def interval(row):
    return {"frequencies.txt": f"trip_id,start_time,end_time,headway_secs,exact_times\n{row}\n"}


def test_an_interval_of_an_unknown_trip(good):  # noqa: F811
    feed = good(interval("Z,06:00:00,07:00:00,600,1"))
    assert list(feed.trips["trip_id"]) == ["T1"]
    assert feed.notes == (
        "1 Zeile in frequencies.txt zu unbekannter oder weggelassener Fahrt weggelassen",
    )


def test_an_interval_longer_than_its_period_is_one_run(good):  # noqa: F811
    feed = good(interval("T1,06:00:00,07:00:00,99999999999999999999,1"))
    assert list(feed.trips["trip_id"]) == ["T1@06:00:00"]


@pytest.mark.parametrize("row", [
    "T1,06:00:00,07:00:00,0.5,1", "T1,06:00:00,07:00:00,inf,1", "T1,07:00:00,06:00:00,600,1",
    "T1,früh,07:00:00,600,1",
])  # fmt: skip
def test_a_trip_whose_intervals_cannot_be_read_is_lost(feed_of, row):  # noqa: F811
    feed, (problem,) = feed_of(interval(row))
    assert feed is None
    assert problem.message == (
        "1 von 1 Fahrten nicht brauchbar, mehr als 5 %: "
        "1 Fahrt ohne einen lesbaren Takt weggelassen"
    )


def test_minimum_times_of_changes_that_are_none(good):  # noqa: F811
    transfers = (
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
        "A,B,2,-60\nB,A,2,lang\nA,A,2,99999999999\nB,B,2,90\nC,C,2,\n"
    )
    feed = good({"transfers.txt": transfers})
    assert feed.transfers["min_s"].fillna(-1).tolist() == [-1, -1, 86400, 90, -1]
    assert feed.notes == ("2 Umstiegsregeln ohne lesbare Mindestzeit: es gilt die übliche",)


# -- on-demand service -----------------------------------------------------------------------------


def test_on_demand_rows_without_numbers(good):  # noqa: F811
    # As students of Darmstadt published it: the on-demand rows alone have no stop_sequence.
    rows = "X,,,,,zone,,08:00:00,12:00:00,2,1,,\nX,,,,,zone,,08:00:00,12:00:00,1,2,,\n"
    feed = good(flexible(rows))
    assert list(feed.flex["can_board"]) == [True, False]
    assert feed.notes == ("1 Fahrt ohne stop_sequence: Reihenfolge der Datei übernommen",)


def test_areas_of_fares_are_no_places_on_demand(good):  # noqa: F811
    # An area may be called like the stop it is about; T1 still calls there by its timetable.
    areas = "area_id,stop_id\nA,A\nA,B\nInnenstadt,A\nInnenstadt,C\n"
    feed = good({"stop_areas.txt": areas})
    assert clocks(feed) == ["8:00:00", "8:10:00", "8:30:00"]
    assert (len(feed.flex), feed.notes) == (0, ())


@pytest.mark.parametrize("geometry", [
    "x", 3, [], {}, {"type": "Polygon"}, {"type": "Polygon", "coordinates": None},
    {"type": "Polygon", "coordinates": []}, {"type": "Polygon", "coordinates": [[[1, 2]]]},
    {"type": "Polygon", "coordinates": [[["a", "b"], [1, 2], [3, 4], ["a", "b"]]]},
    {"type": "Polygon", "coordinates": [[[1, 2], [1, 2], [1, 2], [1, 2]]]},
    {"type": "Punkt", "coordinates": [1, 2]}, {"type": "Point", "coordinates": [1, 2]},
])  # fmt: skip
def test_zones_that_are_no_area(good, geometry):  # noqa: F811
    feed = good({"locations.geojson": geojson(zone=geometry)}, within=(11, 50, 12, 51))
    assert feed.zones == {}
    assert feed.notes == ("1 Zone in locations.geojson ohne Fläche weggelassen",)


def test_two_zones_of_one_name(good):  # noqa: F811
    feature = {"type": "Feature", "id": "zone", "geometry": ZONE}
    feed = good({"locations.geojson": json.dumps({"features": [feature, feature]})})
    assert feed.notes == ("1 Zone in locations.geojson mit schon vergebener Kennung weggelassen",)


@pytest.mark.parametrize("text", ["[]", "null", '{"features": 3}', '{"features":[' * 5000, "\xff"])
def test_files_that_are_no_geojson(feed_of, text):  # noqa: F811
    feed, (problem,) = feed_of({"locations.geojson": text.encode("latin-1")})
    assert feed is None
    assert problem.message == "ist kein GeoJSON"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_zones_in_other_encodings(good, encoding):  # noqa: F811
    text = json.dumps({"features": [{"id": "süd", "geometry": ZONE}]}, ensure_ascii=False)
    assert set(good({"locations.geojson": text.encode(encoding)}).zones) == {"süd"}


# -- whatever else ---------------------------------------------------------------------------------

WHOLE = {
    name: text.encode()
    for name, text in (
        BASE
        | flexible("X,,,,1,zone,,08:00:00,12:00:00,2,1,zwei,\n")
        | interval("T1,06:00:00,07:00:00,1200,0")
        | {"transfers.txt": "from_stop_id,to_stop_id,transfer_type,min_transfer_time\nA,B,2,60\n",
           "calendar_dates.txt": "service_id,date,exception_type\nwerktags,20260912,1\n"}
    ).items()
}  # fmt: skip
CELLS = [
    "", "0", "-1", "1e9", "1e400", "nan", "inf", "25:00:00", "99:99:99", "20260230", "00010101",
    '"', ";", " A ", "0,5", "A" * 300, "\0", "\u00a0", "ä", "4", "T1", "A",
]  # fmt: skip
WAYS = ["cell", "column", "line", "byte", "end", "twice", "turn", "gone", "empty"]
harm = st.tuples(
    st.sampled_from(sorted(WHOLE)), st.sampled_from(WAYS), st.sampled_from(CELLS),
    st.integers(0, 10**6), st.integers(0, 255),
)  # fmt: skip


def harmed(files, name, way, cell, at, byte):
    """The files with one thing broken."""
    raw = files.get(name, b"")
    lines = [line.split(b",") for line in raw.split(b"\n")]
    row, column = at % len(lines), at // 7 % len(lines[0])
    if way == "gone":
        return {other: text for other, text in files.items() if other != name}
    if way == "column":
        lines = [[*line[:column], cell.encode(), *line[column + 1 :]] for line in lines]
    if way == "cell":
        lines[row][column % len(lines[row])] = cell.encode()
    if way in ("line", "twice"):
        lines[row : row + 1] = [lines[row]] * 2 if way == "twice" else []
    if way == "turn":
        lines[1:] = lines[:0:-1]
    text = b"\n".join(b",".join(line) for line in lines)
    if way == "byte":
        text = raw[: at % (len(raw) + 1)] + bytes([byte]) + raw[at % (len(raw) + 1) + 1 :]
    if way == "end":
        text = raw[: at % (len(raw) + 1)]
    return files | {name: b"" if way == "empty" else text}


@settings(max_examples=60, deadline=None)
@given(st.lists(harm, min_size=1, max_size=4))
def test_whatever_is_broken_there_is_a_feed_or_a_reason(harms):
    files = dict(WHOLE)
    for one in harms:
        files = harmed(files, *one)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "gtfs").mkdir()
        for name, text in files.items():
            (Path(folder) / "gtfs" / name).write_bytes(text)
        feed, problems = read_feed(Path(folder))
    assert (feed is not None and len(feed.active) > 0) or problems
    if feed is not None:
        assert feed.stop_times["trip_id"].isin(feed.trips["trip_id"]).all()
        assert feed.stop_times["stop_id"].isin(feed.stops["stop_id"]).all()
        assert (feed.stop_times["arrival_s"] <= feed.stop_times["departure_s"]).all()


def test_nothing_is_broken_before(tmp_path):
    zipped(tmp_path, WHOLE)
    feed, problems = read_feed(tmp_path)
    assert (problems, len(feed.trips), len(feed.flex)) == ([], 4, 1)  # three runs of T1, and X
