"""Feeds as they are published: whatever is dropped or mended is counted and said.

The feed of every test is this one with one thing changed. Two stops 1 km apart, and a third;
the trip T1 calls at A 08:00, B 08:10 and C 08:30 on Mondays to Fridays of two weeks.
"""

from __future__ import annotations

import json
import zipfile
import zlib

import pandas as pd
import pytest

from sokanalysis.read.gtfs import read_feed, seconds

BASE = {
    "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\n"
    "V,Verkehr,https://example.org,Europe/Berlin\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
    "A,Anger,50.60,11.70,,\nB,Brücke,50.61,11.70,0,\nC,Chaussee,50.64,11.70,0,\n",
    "routes.txt": "route_id,route_short_name,route_type\nL,10,3\n",
    "trips.txt": "route_id,service_id,trip_id\nL,werktags,T1\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "T1,08:00:00,08:00:00,A,1\nT1,08:10:00,08:10:00,B,2\nT1,08:30:00,08:30:00,C,3\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\nwerktags,1,1,1,1,1,0,0,20260907,20260920\n",
}
TIMES = BASE["stop_times.txt"]
HEAD = "trip_id,arrival_time,departure_time,stop_id,stop_sequence"
STATIONS = BASE["stops.txt"] + "S,Bahnhof,50.65,11.70,1,\nS1,Bstg 1,50.65,11.70,0,S\n"


@pytest.fixture
def feed_of(tmp_path):
    """Write a feed as a folder and read it back."""

    def read(changes=None, *, drop=(), within=None):
        texts = {name: text for name, text in (BASE | (changes or {})).items() if name not in drop}
        folder = tmp_path / "gtfs"
        folder.mkdir(exist_ok=True)
        for name, text in texts.items():
            raw = text if isinstance(text, bytes) else text.encode("utf-8")
            (folder / name).write_bytes(raw)
        return read_feed(tmp_path, within)

    return read


@pytest.fixture
def good(feed_of):
    """Read a feed that has to be usable."""

    def read(*args, **options):
        feed, problems = feed_of(*args, **options)
        assert problems == []
        return feed

    return read


def zipped(path, members):
    with zipfile.ZipFile(path / "gtfs.zip", "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in members.items():
            bundle.writestr(name, text)
    return read_feed(path)


def filler(number=40):
    """Trips that make what is lost in a test less than a twentieth, and their calls."""
    trips = "".join(f"L,werktags,F{n}\n" for n in range(number))
    calls = "".join(
        f"F{n},09:00:00,09:00:00,A,1\nF{n},09:10:00,09:10:00,B,2\n" for n in range(number)
    )
    return {"trips.txt": BASE["trips.txt"] + trips, "stop_times.txt": TIMES + calls}


def with_rows(trips="", calls=""):
    """The filled feed with more trips and calls."""
    full = filler()
    return {
        "trips.txt": full["trips.txt"] + trips, "stop_times.txt": full["stop_times.txt"] + calls,
    }  # fmt: skip


def clocks(feed, trip="T1"):
    times = feed.stop_times[feed.stop_times["trip_id"] == trip]
    return [f"{s // 3600}:{s // 60 % 60:02d}:{s % 60:02d}" for s in times["arrival_s"]]


# -- files ---------------------------------------------------------------------------------------


def test_plain_feed_has_nothing_to_say(good):
    feed = good()
    assert feed.notes == ()
    assert clocks(feed) == ["8:00:00", "8:10:00", "8:30:00"]
    assert list(feed.trips["line"]) == ["10"]
    assert len(feed.active) == 10  # two weeks of five days
    assert not feed.is_model


def test_zip_with_folder_and_litter(tmp_path):
    members = {f"export/{name}": text for name, text in BASE.items()}
    members |= {"__MACOSX/export/._stops.txt": b"\0\1", "export/.DS_Store": b"\0"}
    feed, problems = zipped(tmp_path, members)
    assert problems == []
    assert list(feed.stops["stop_id"]) == ["A", "B", "C"]


def test_zip_packed_with_backslashes(tmp_path):
    feed, problems = zipped(tmp_path, {f"gtfs\\{name}": text for name, text in BASE.items()})
    assert (problems, len(feed.trips)) == ([], 1)


def test_folder_in_a_folder_and_names_in_capitals(tmp_path):
    (tmp_path / "gtfs" / "neu").mkdir(parents=True)
    for name, text in BASE.items():
        (tmp_path / "gtfs" / "neu" / name.upper()).write_text(text, encoding="utf-8")
    feed, problems = read_feed(tmp_path)
    assert (problems, len(feed.trips)) == ([], 1)


def test_two_feeds_in_one_archive_are_told_apart(tmp_path):
    members = {f"{place}/{name}": text for place in ("alt", "neu") for name, text in BASE.items()}
    feed, _ = zipped(tmp_path, members)
    assert feed.notes == ("2 Fahrpläne gefunden, gelesen wird nur der in „alt“",)


def test_archive_goes_before_folder(tmp_path, feed_of):
    feed_of()
    feed, _ = zipped(tmp_path, BASE)
    assert feed.notes == ("gtfs.zip und Ordner gtfs vorhanden: gelesen wird gtfs.zip",)


def test_a_path_out_of_the_archive_is_not_read(tmp_path):
    feed, _ = zipped(tmp_path, {"../stops.txt": "böse", **BASE})
    assert feed.notes == ("1 Datei im Zip-Archiv mit Pfad aus dem Archiv hinaus nicht gelesen",)
    assert len(feed.stops) == 3


def test_an_absurdly_large_member_is_refused(tmp_path):
    # 100 MB of spaces pack to about 100 kB, a thousandth.
    feed, (problem,) = zipped(tmp_path, BASE | {"stop_times.txt": TIMES + " " * 100_000_000})
    assert feed is None
    assert problem.file == "gtfs.zip/stop_times.txt"
    assert "entpackt 0,1 GB groß, das ist kein Fahrplan" in problem.message


def test_a_zip_that_is_none(tmp_path):
    (tmp_path / "gtfs.zip").write_text("<html>404</html>", encoding="utf-8")
    feed, (problem,) = read_feed(tmp_path)
    assert feed is None
    assert str(problem).startswith("gtfs.zip – kein lesbares Zip-Archiv → den Fahrplan neu")


def test_a_damaged_zip(tmp_path):
    zipped(tmp_path, BASE)
    raw = (tmp_path / "gtfs.zip").read_bytes()
    data = zlib.compressobj(wbits=-15)
    packed = data.compress(TIMES.encode()) + data.flush()
    assert packed in raw
    (tmp_path / "gtfs.zip").write_bytes(raw.replace(packed, b"\xff" * len(packed)))
    feed, (problem,) = read_feed(tmp_path)
    assert feed is None
    assert problem.file == "gtfs.zip/stop_times.txt"
    assert problem.message == "lässt sich nicht lesen"


def test_a_zip_with_a_password(tmp_path):
    zipped(tmp_path, BASE)
    raw = bytearray((tmp_path / "gtfs.zip").read_bytes())
    at = raw.find(b"PK\x01\x02")
    while at >= 0:  # the flag of encryption in every entry of the directory
        raw[at + 8] |= 1
        at = raw.find(b"PK\x01\x02", at + 4)
    (tmp_path / "gtfs.zip").write_bytes(bytes(raw))
    _, (problem,) = read_feed(tmp_path)
    assert problem.message == "mit einem Kennwort verschlüsselt"


def test_missing_files_are_all_named(tmp_path):
    assert [problem.file for problem in read_feed(tmp_path)[1]] == ["gtfs.zip"]
    (tmp_path / "gtfs").mkdir()
    (tmp_path / "gtfs" / "agency.txt").write_text("agency_id\n1\n")
    feed, problems = read_feed(tmp_path)
    assert feed is None
    assert [problem.file for problem in problems] == [
        "gtfs/routes.txt", "gtfs/trips.txt", "gtfs/stops.txt", "gtfs/stop_times.txt",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "\n\n", HEAD + "\n", "\ufeff"])
def test_an_empty_table(feed_of, text):
    feed, (problem,) = feed_of({"stop_times.txt": text})
    assert feed is None
    assert (problem.file, problem.message) == ("gtfs/stop_times.txt", "keine Zeilen")


def test_a_missing_column(feed_of):
    feed, (problem,) = feed_of({"stops.txt": "stop_id,stop_name\nA,Anger\n"})
    assert feed is None
    assert (problem.file, problem.message) == ("gtfs/stops.txt", "Spalte stop_lat fehlt")


def test_optional_files_and_columns_may_be_missing(good):
    times = "\n".join(line.rsplit(",", 1)[0] for line in TIMES.splitlines())
    feed = good({"stop_times.txt": times, "transfers.txt": ""}, drop=["agency.txt"])
    assert clocks(feed) == ["8:00:00", "8:10:00", "8:30:00"]
    assert feed.notes == ("stop_times.txt ohne stop_sequence: Reihenfolge der Datei übernommen",)


# -- text ----------------------------------------------------------------------------------------


def test_byte_order_mark_and_carriage_returns(good):
    feed = good({name: ("\ufeff" + text).replace("\n", "\r\n") for name, text in BASE.items()})
    assert feed.notes == ()
    assert list(feed.stops["name"]) == ["Anger", "Brücke", "Chaussee"]


@pytest.mark.parametrize(
    ("encoding", "said"), [("cp1252", "Windows-1252"), ("latin-1", "Windows-1252"),
                           ("utf-16", "UTF-16")],
)  # fmt: skip
def test_other_encodings(good, encoding, said):
    feed = good({"stops.txt": BASE["stops.txt"].encode(encoding)})
    assert feed.stops["name"][1] == "Brücke"
    assert feed.notes == (f"stops.txt: Zeichensatz {said} statt UTF-8",)


def test_one_stray_byte_does_not_spoil_the_rest(good):
    raw = BASE["stops.txt"].encode() + b"D,D\xf6rfle,50.7,11.7,0,\n"
    assert list(good({"stops.txt": raw}).stops["name"][[1, 3]]) == ["Brücke", "Dörfle"]


def test_spaces_and_quotation_marks(good):
    stops = (
        ' stop_id , "stop_name" ,stop_lat, stop_lon\nA , "Anger, ""am"" Markt" , 50.60 , 11.70\n'
        '"B","Brücke",50.61,11.70\n C,Chaussee,50.64,11.70\n'
    )
    feed = good({"stops.txt": stops})
    assert list(feed.stops["stop_id"]) == ["A", "B", "C"]
    assert feed.stops["name"][0] == 'Anger, "am" Markt'
    assert feed.notes == ()


@pytest.mark.parametrize(("mark", "said"), [(";", "„;“"), ("\t", "Tabulator"), ("|", "„|“")])
def test_another_separator(good, mark, said):
    feed = good({"routes.txt": BASE["routes.txt"].replace(",", mark)})
    assert list(feed.trips["line"]) == ["10"]
    assert feed.notes == (f"routes.txt: Trennzeichen {said} statt Komma",)


def test_rows_that_are_too_long_or_too_short(good):
    routes = "route_id,route_short_name,route_type\nL,10,3,zu,viel\nM\n"
    feed = good({"routes.txt": routes})
    assert list(feed.trips["line"]) == ["10"]
    assert feed.notes == ("1 Zeile in routes.txt mit zu vielen Zellen abgeschnitten",)


def test_a_comma_at_the_end_of_every_row_is_no_matter(good):
    routes = "route_id,route_short_name,route_type\nL,10,3,\n"
    assert good({"routes.txt": routes}).notes == ()


def test_a_quotation_mark_that_is_never_closed(good):
    stops = BASE["stops.txt"].replace("Brücke", '"Brücke')
    feed = good({"stops.txt": stops})
    assert list(feed.stops["name"]) == ["Anger", "Brücke", "Chaussee"]
    assert feed.notes == ("1 Zeile in stops.txt mit offenem Anführungszeichen gelesen",)


# -- times ---------------------------------------------------------------------------------------


def test_clocks_as_they_are_written():
    cells = pd.Series(["08:00:00", "8:05:00", "8:05", "24:00:00", "25:10:09", "80:00:00"])
    assert list(seconds(cells)) == [28800, 29100, 29100, 86400, 90609, 288000]


@pytest.mark.parametrize("wrong", ["08.10", "80:00:01", "8:61:00", "morgens"])
def test_an_unreadable_time_counts_as_blank(good, wrong):
    # 1 km of the 4 km from A to C lies before B: 08:00 + 30 minutes × 10/40 = 08:07:30.
    feed = good({"stop_times.txt": TIMES.replace("08:10:00,08:10:00", f"{wrong},{wrong}")})
    assert clocks(feed) == ["8:00:00", "8:07:30", "8:30:00"]
    assert feed.notes == (
        "1 unlesbare Uhrzeit in stop_times.txt als leer gelesen",
        "1 fehlende Uhrzeit zwischen zwei bekannten ergänzt",
    )


def test_blank_times_go_by_the_distance_driven(good):
    # 0, 3 and 12 km driven: a quarter of the 30 minutes.
    times = (
        f"{HEAD},shape_dist_traveled\nT1,08:00:00,08:00:00,A,1,0\n"
        "T1,,,B,2,3\nT1,08:30:00,08:30:00,C,3,12\n"
    )
    assert clocks(good({"stop_times.txt": times})) == ["8:00:00", "8:07:30", "8:30:00"]


@pytest.mark.parametrize("driven", ["0,,12", "0,15,12"])
def test_a_distance_with_flaws_gives_way_to_the_straight_one(good, driven):
    a, b, c = driven.split(",")
    times = (
        f"{HEAD},shape_dist_traveled\nT1,08:00:00,08:00:00,A,1,{a}\n"
        f"T1,,,B,2,{b}\nT1,08:40:00,08:40:00,C,3,{c}\n"
    )
    # 1 of 4 km of latitude: 10 of 40 minutes.
    assert clocks(good({"stop_times.txt": times})) == ["8:00:00", "8:10:00", "8:40:00"]


def test_blank_times_between_stops_in_one_place_are_spread_evenly(good):
    stops = BASE["stops.txt"].replace("50.61", "50.60").replace("50.64", "50.60")
    times = TIMES.replace("08:10:00,08:10:00", ",")
    feed = good({"stops.txt": stops, "stop_times.txt": times})
    assert clocks(feed) == ["8:00:00", "8:15:00", "8:30:00"]


def test_one_of_two_times_is_enough(good):
    times = TIMES.replace("08:10:00,08:10:00", ",08:11:00").replace("08:30:00,08:30:00", "08:30,")
    assert clocks(good({"stop_times.txt": times})) == ["8:00:00", "8:11:00", "8:30:00"]


def test_calls_without_a_time_at_the_ends_are_cut_off(good):
    more = with_rows(calls="T1,,,A,4\n")
    feed = good(more)
    assert len(clocks(feed)) == 3
    assert feed.notes == ("1 Halt am Anfang oder Ende einer Fahrt ohne Uhrzeit weggelassen",)


def test_times_past_midnight(good):
    feed = good({"stop_times.txt": TIMES.replace("08:", "24:")})
    assert clocks(feed) == ["24:00:00", "24:10:00", "24:30:00"]


def test_times_that_run_backwards(good):
    calls = "R,09:00:00,09:00:00,A,1\nR,08:50:00,08:50:00,B,2\n"
    feed = good(with_rows("L,werktags,R\n", calls))
    assert "R" not in set(feed.trips["trip_id"])
    assert feed.notes == ("1 Fahrt mit rückwärts laufenden Zeiten weggelassen",)


def test_a_trip_with_one_stop_and_one_without_any(good):
    feed = good(with_rows("L,werktags,E\nL,werktags,N\n", "E,09:00:00,09:00:00,A,1\n"))
    assert not {"E", "N"} & set(feed.trips["trip_id"])
    assert feed.notes == (
        "1 Fahrt mit nur einem Halt weggelassen",
        "1 Fahrt ohne Zeilen in stop_times.txt weggelassen",
    )


def test_rows_come_in_the_order_of_travel(good):
    head, *rows = TIMES.splitlines()
    feed = good({"stop_times.txt": "\n".join([head, rows[2], rows[0], rows[1]])})
    assert list(feed.stop_times["stop_id"]) == ["A", "B", "C"]


def test_double_rows(good):
    doubles = {
        "stops.txt": BASE["stops.txt"] + "A,Anderswo,51,12,,\n",
        "routes.txt": BASE["routes.txt"] + "L,11,3\n",
        "trips.txt": BASE["trips.txt"] + "L,werktags,T1\n",
        "stop_times.txt": TIMES + "T1,08:30:00,08:30:00,C,3\n",
    }
    feed = good(doubles)
    assert (len(feed.stops), len(feed.trips), len(feed.stop_times)) == (3, 1, 3)
    assert list(feed.trips["line"]) == ["10"]
    assert set(feed.notes) == {
        "1 doppelter Halt in stops.txt weggelassen",
        "1 doppelte Zeile in routes.txt weggelassen",
        "1 doppelte Zeile in trips.txt weggelassen",
        "1 doppelte Zeile in stop_times.txt weggelassen",
    }


# -- references ----------------------------------------------------------------------------------


def test_references_to_nothing_are_counted(good):
    feed = good(
        with_rows("X,werktags,U\nL,nie,W\n",
                  "T1,08:40:00,08:40:00,Z,4\nV,09:00:00,09:00:00,A,1\n"
                  "U,09:00:00,09:00:00,A,1\nU,09:10:00,09:10:00,B,2\n")
    )  # fmt: skip
    assert set(feed.notes) == {
        "1 Fahrt mit unbekannter Linie: bleibt ohne Liniennamen",
        "1 Fahrt ohne Verkehrstage im Kalender weggelassen",
        "1 Zeile in stop_times.txt ohne zugehörige Fahrt weggelassen",
        "1 Zeile in stop_times.txt zu unbekanntem oder weggelassenem Halt weggelassen",
    }
    assert feed.trips.set_index("trip_id")["line"]["U"] == ""
    assert clocks(feed) == ["8:00:00", "8:10:00", "8:30:00"]


def test_a_feed_that_has_lost_too_much_is_refused(feed_of):
    # 3 of 6 rows belong to no trip, more than the twentieth that is allowed.
    changes = {"stop_times.txt": TIMES + TIMES.split("\n", 1)[1].replace("T1", "T9")}
    feed, (problem,) = feed_of(changes)
    assert feed is None
    assert problem.file == "gtfs"
    assert problem.message == (
        "3 von 6 Zeilen in stop_times.txt nicht brauchbar, mehr als 5 %: "
        "3 Zeilen in stop_times.txt ohne zugehörige Fahrt weggelassen"
    )


def test_the_limit_of_loss_is_a_parameter(feed_of, tmp_path):
    # 1 of 4 trips runs backwards: refused at 20 %, and at the default of 5 %.
    trips = BASE["trips.txt"] + "".join(f"L,werktags,T{n}\n" for n in range(2, 12))
    rows = TIMES.split("\n", 1)[1]
    times = TIMES + "".join(rows.replace("T1", f"T{n}") for n in range(2, 12))
    changes = {"trips.txt": trips, "stop_times.txt": times.replace("T2,08:10:00", "T2,07:10:00")}
    assert feed_of(changes)[0] is None  # 1 of 11 is 9 %
    (tmp_path / "parameters.yaml").write_text("feed_loss_max_share: 0.1\n", encoding="utf-8")
    feed, problems = feed_of(changes)
    assert (problems, len(feed.trips)) == ([], 10)


# -- stops ---------------------------------------------------------------------------------------


def test_stops_without_a_place(good):
    stops = BASE["stops.txt"] + "D,Dorf,0,0,,\nE,Eck,,,,\nF,Feld,120,11,,\n"
    feed = good({"stops.txt": stops})
    assert list(feed.stops["stop_id"]) == ["A", "B", "C"]
    assert feed.notes == ("3 Halte ohne Koordinaten weggelassen",)


def test_a_platform_takes_the_place_of_its_station(good):
    feed = good({"stops.txt": STATIONS + "S2,Bstg 2,,,0,S\n"})
    assert list(feed.stops["stop_id"]) == ["A", "B", "C", "S1", "S2"]
    assert feed.stops["lat"][4] == 50.65
    assert feed.notes == ("1 Halt ohne Koordinaten an die Stelle seiner Station gesetzt",)


def test_decimal_commas(good):
    feed = good({"stops.txt": BASE["stops.txt"].replace("50.60,11.70", '"50,60","11,70"')})
    assert (feed.stops["lat"][0], feed.stops["lon"][0]) == (50.6, 11.7)


def test_a_station_that_trips_call_at_is_a_stop(good):
    feed = good({"stops.txt": BASE["stops.txt"].replace("11.70,0,", "11.70,1,")})
    assert list(feed.stops["stop_id"]) == ["A", "B", "C"]


def test_agencies_in_two_time_zones(good):
    agency = BASE["agency.txt"] + "W,Wien,https://example.org,Europe/Vienna\n"
    assert good({"agency.txt": agency}).notes == (
        "Betriebe mit verschiedenen Zeitzonen (Europe/Berlin, Europe/Vienna): "
        "Uhrzeiten gelesen, wie sie dastehen",
    )


# -- calendars -----------------------------------------------------------------------------------


def test_only_calendar_dates(good):
    dates = "service_id,date,exception_type\nwerktags,20260907,1\nwerktags,20260908,1\n"
    feed = good({"calendar_dates.txt": dates}, drop=["calendar.txt"])
    assert [f"{day:%d.%m.}" for day in feed.active.index] == ["07.09.", "08.09."]


def test_exceptions_and_rows_without_a_date(good):
    dates = (
        "service_id,date,exception_type\nwerktags,20260907,2\nwerktags,20260912,1\n"
        "werktags,morgen,1\nwerktags,20260913,3\nfremd,20300101,1\n"
    )
    feed = good({"calendar_dates.txt": dates})
    assert pd.Timestamp("2026-09-07") not in feed.active.index
    assert feed.active[pd.Timestamp("2026-09-12")] == {"werktags"}
    assert len(feed.active) == 10
    assert feed.notes == ("2 Zeilen im Kalender ohne lesbares Datum weggelassen",)


def test_a_calendar_for_ever(good):
    feed = good({"calendar.txt": BASE["calendar.txt"].replace("20260920", "99991231")})
    assert feed.active.index.max() == pd.Timestamp("2099-12-31")


def test_a_calendar_that_lacks_a_day(good):
    # Without its column Fridays never run: eight days of two weeks are left.
    calendar = BASE["calendar.txt"].replace("friday,", "").replace("1,1,1,1,1,", "1,1,1,1,")
    feed = good({"calendar.txt": calendar})
    assert len(feed.active) == 8
    assert feed.notes == ("calendar.txt ohne Spalte friday: gilt als Tag ohne Betrieb",)


def test_no_calendar_at_all(feed_of):
    feed, (problem,) = feed_of(drop=["calendar.txt"])
    assert feed.active.empty
    assert problem.message == "kein Tag mit Betrieb"


# -- frequencies, transfers, rules -----------------------------------------------------------------


@pytest.mark.parametrize(("exact", "notes"), [
    ("1", ()),
    ("0", ("1 Fahrt mit Takt ohne feste Abfahrtszeiten: "
           "Abfahrten ab Beginn des Takts angenommen",)),
])  # fmt: skip
def test_intervals_are_written_out(good, exact, notes):
    # Every 20 minutes from 06:00 until before 07:00, and one run of the second period.
    table = (
        "trip_id,start_time,end_time,headway_secs,exact_times\n"
        f"T1,06:00:00,07:00:00,1200,{exact}\nT1,12:00:00,12:05:00,600,{exact}\n"
    )
    feed = good({"frequencies.txt": table})
    assert list(feed.trips["trip_id"]) == [
        "T1@06:00:00", "T1@06:20:00", "T1@06:40:00", "T1@12:00:00",
    ]  # fmt: skip
    assert clocks(feed, "T1@06:20:00") == ["6:20:00", "6:30:00", "6:50:00"]
    assert set(feed.trips["line"]) == {"10"}
    assert feed.notes == notes


def test_an_interval_of_nothing(good):
    table = (
        "trip_id,start_time,end_time,headway_secs\n"
        "T1,06:00:00,06:30:00,1800\nT1,7:00:00,8:00:00,0\n"
    )
    feed = good({"frequencies.txt": table})
    assert list(feed.trips["trip_id"]) == ["T1@06:00:00"]
    assert feed.notes[0] == "1 Zeile in frequencies.txt ohne lesbaren Takt weggelassen"


def test_transfers_of_stations_hold_for_their_platforms(good):
    stops = STATIONS + "S2,Bstg 2,50.65,11.70,0,S\n"
    transfers = (
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time\n"
        "S,S,2,300\nS1,S2,2,60\nA,B,3,\nA,Z,0,\n"
    )
    feed = good({"stops.txt": stops, "transfers.txt": transfers})
    rules = {(r.from_stop_id, r.to_stop_id): (r.transfer_type, r.min_s)
             for r in feed.transfers.itertuples()}  # fmt: skip
    assert rules["S1", "S1"] == rules["S2", "S1"] == rules["S2", "S2"] == (2, 300)
    assert rules["S1", "S2"] == (2, 60)  # what is said of the platforms goes before
    assert rules["A", "B"][0] == 3
    assert len(rules) == 5
    assert feed.notes == ("1 Umstiegsregel zu unbekanntem Halt weggelassen",)


def test_transfers_between_trips_or_lines_are_counted(good):
    transfers = (
        "from_stop_id,to_stop_id,transfer_type,min_transfer_time,from_route_id,from_trip_id\n"
        "A,B,2,60,L,\nA,B,2,90,,T1\n,,4,,,T1\nA,B,2,120,,\n"
    )
    feed = good({"transfers.txt": transfers})
    assert list(feed.transfers["min_s"]) == [120]
    assert feed.notes == ("3 Umstiegsregeln für einzelne Linien oder Fahrten nicht berücksichtigt",)


def test_rules_for_getting_on_and_off(good):
    times = (
        f"{HEAD},pickup_type,drop_off_type\nT1,08:00:00,08:00:00,A,1,0,1\n"
        "T1,08:10:00,08:10:00,B,2,2,3\nT1,08:30:00,08:30:00,C,3,1,\n"
    )
    feed = good({"stop_times.txt": times})
    assert list(feed.stop_times["can_board"]) == [True, True, False]
    assert list(feed.stop_times["can_alight"]) == [False, True, True]
    assert feed.notes == (
        "1 Halt nur nach Anruf oder Absprache mit dem Fahrpersonal: zählt wie ein fester Halt",
    )


def test_blocks_are_kept(good):
    trips = "route_id,service_id,trip_id,block_id\nL,werktags,T1,W7\n"
    assert list(good({"trips.txt": trips}).trips["block_id"]) == ["W7"]


# -- on-demand service -----------------------------------------------------------------------------

RING = [[11, 50], [12, 50], [12, 51], [11, 51], [11, 50]]
WINDOW = "start_pickup_drop_off_window,end_pickup_drop_off_window,pickup_type,drop_off_type"
FLEX_HEAD = (
    f"{HEAD},location_id,location_group_id,{WINDOW},pickup_booking_rule_id,safe_duration_factor"
)


def flexible(rows, **tables):
    """The feed with an on-demand trip X besides T1."""
    fixed = "".join(f"{row},,,,,,,,\n" for row in TIMES.splitlines()[1:])
    return {
        "trips.txt": BASE["trips.txt"] + "L,werktags,X\n",
        "stop_times.txt": f"{FLEX_HEAD}\n{fixed}{rows}",
        "locations.geojson": geojson(zone={"type": "Polygon", "coordinates": [RING]}),
        "booking_rules.txt": "booking_rule_id,booking_type,prior_notice_duration_min,"
        "prior_notice_last_day\nzwei,1,120,\nsofort,0,,\ntag,2,,1\n",
    } | {name.replace("__", "."): text for name, text in tables.items()}  # fmt: skip


def geojson(**zones):
    features = [{"type": "Feature", "id": k, "properties": {}, "geometry": g}
                for k, g in zones.items()]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features})


def test_zones_windows_and_booking(good):
    rows = "X,,,,1,zone,,08:00:00,12:00:00,2,1,zwei,1.5\nX,,,,2,multi,,08:00:00,12:00:00,1,2,tag,\n"
    shapes = geojson(
        zone={"type": "Polygon", "coordinates": [RING]},
        multi={"type": "MultiPolygon", "coordinates": [[RING]]},
        linie={"type": "LineString", "coordinates": RING},
    )
    feed = good(flexible(rows, locations__geojson=shapes))
    assert set(feed.zones) == {"zone", "multi"}
    assert feed.flex.to_dict("records") == [
        {"trip_id": "X", "location_id": "zone", "open_s": 28800, "close_s": 43200,
         "can_board": True, "can_alight": False, "notice_minutes": 120},
        {"trip_id": "X", "location_id": "multi", "open_s": 28800, "close_s": 43200,
         "can_board": False, "can_alight": True, "notice_minutes": 1440},
    ]  # fmt: skip
    assert feed.notes == ("1 Zone in locations.geojson ohne Fläche weggelassen",)
    assert set(feed.trips["trip_id"]) == {"T1", "X"}


def test_groups_of_stops(good):
    rows = "X,,,,1,,dorf,08:00:00,12:00:00,2,1,sofort,\nX,,,C,2,,,08:00:00,12:00:00,1,2,,\n"
    feed = good(flexible(
        rows, location_groups__txt="location_group_id,location_group_name\ndorf,Dorf\n",
        location_group_stops__txt="location_group_id,stop_id\ndorf,A\ndorf,B\ndorf,Z\n",
    ))  # fmt: skip
    assert feed.stop_groups == {"dorf": ("A", "B"), "C": ("C",)}
    assert list(feed.flex["location_id"]) == ["dorf", "C"]
    assert feed.flex["notice_minutes"][0] == 0
    assert pd.isna(feed.flex["notice_minutes"][1])
    assert feed.notes == ("1 unbekannter Halt in einer Haltegruppe weggelassen",)


@pytest.mark.parametrize("table", [
    {"stop_areas__txt": "area_id,stop_id\ndorf,A\ndorf,B\n", "areas__txt": "area_id\ndorf\n"},
    {"location_groups__txt": "location_group_id,location_id\ndorf,A\ndorf,B\n"},
])  # fmt: skip
def test_groups_in_the_older_form(good, table):
    # Drafts of the standard wrote the group or the zone into stop_id.
    rows = "X,,,dorf,1,,,08:00:00,12:00:00,2,1,,\nX,,,zone,2,,,08:00:00,12:00:00,1,2,,\n"
    feed = good(flexible(rows, **table))
    assert feed.stop_groups == {"dorf": ("A", "B")}
    assert list(feed.flex["location_id"]) == ["dorf", "zone"]


def test_older_names_of_the_window(good):
    changes = flexible("X,,,,1,zone,,08:00:00,12:00:00,2,1,,\n")
    changes["stop_times.txt"] = changes["stop_times.txt"].replace(
        "drop_off_window", "dropoff_window"
    )
    assert list(good(changes).flex["close_s"]) == [43200]


def test_broken_on_demand_service_is_said(good):
    changes = flexible(
        "X,,,,1,zone,,08:00:00,12:00:00,2,1,,\nX,,,,2,fort,,08:00:00,12:00:00,1,2,,\n"
        "X,,,,3,zone,,12:00:00,08:00:00,2,1,,\nT1,,,,4,zone,,08:00:00,12:00:00,2,1,,\n"
    )
    changes["trips.txt"] += filler()["trips.txt"].split("T1\n")[1]
    calls = filler()["stop_times.txt"].removeprefix(TIMES).splitlines()
    changes["stop_times.txt"] += "".join(f"{row},,,,,,,,\n" for row in calls)
    feed = good(changes)
    assert len(feed.flex) == 1
    assert feed.notes == (
        "1 Bedarfsabschnitt in einer Fahrt mit festen Zeiten nicht berücksichtigt",
        "1 Bedarfshalt in einer unbekannten Zone weggelassen",
        "1 Bedarfshalt ohne lesbares Zeitfenster weggelassen",
    )


def test_zones_that_are_no_geojson(feed_of):
    feed, (problem,) = feed_of({"locations.geojson": "{"})
    assert feed is None
    assert (problem.file, problem.message) == ("gtfs/locations.geojson", "ist kein GeoJSON")


# -- a part of a large feed ------------------------------------------------------------------------


def test_only_what_calls_inside_a_box_is_read(good):
    # The box holds C alone: T1 stays with all its stops, F0 to F39 run between A and B.
    box = (11.6, 50.63, 11.8, 50.66)
    calendar = BASE["calendar.txt"] + "sonst,1,1,1,1,1,1,1,20200101,20301231\n"
    stops = STATIONS + "D,Dorf,52.0,13.0,,\n"
    changes = filler() | {"calendar.txt": calendar, "stops.txt": stops}
    feed = good(changes, within=box)
    assert list(feed.trips["trip_id"]) == ["T1"]
    assert list(feed.stops["stop_id"]) == ["A", "B", "C", "S1"]
    assert len(feed.active) == 10
    assert feed.notes == ()


def test_zones_that_touch_the_box_stay(good):
    rows = "X,,,,1,zone,,08:00:00,12:00:00,2,1,,\nX,,,,2,zone,,08:00:00,12:00:00,1,2,,\n"
    feed = good(flexible(rows), within=(11.9, 50.9, 12.5, 51.5))
    assert list(feed.trips["trip_id"]) == ["X"]
    assert len(feed.flex) == 2


def test_stops_of_a_group_that_touches_the_box_stay(good):
    rows = "X,,,,1,,dorf,08:00:00,12:00:00,2,1,,\nX,,,C,2,,,08:00:00,12:00:00,1,2,,\n"
    group = "location_group_id,stop_id\ndorf,A\ndorf,B\n"
    box = (11.6, 50.605, 11.8, 50.615)  # B alone
    feed = good(flexible(rows, location_group_stops__txt=group), within=box)
    assert list(feed.stops["stop_id"]) == ["A", "B", "C"]


def test_a_box_without_any_stop(feed_of):
    feed, (problem,) = feed_of(within=(5, 40, 6, 41))
    assert feed is None
    assert problem.remedy == "einen vollständigen GTFS-Fahrplan für dieses Gebiet ablegen"


def test_the_archive_is_closed_after_reading(tmp_path):
    zipped(tmp_path, BASE)
    (tmp_path / "gtfs.zip").unlink()  # Windows forbids this while the file is open
