"""Changes of the data in the five villages of `tests.conftest.villages`, by hand.

Today Süd comes on foot and Mitte with B and C. The sites O1 to O5 lie in Süd, Mitte, Nord, Abseits
and Fern.
"""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.attendance import attendance
from sokanalysis.changes import (
    FEED_TABLES,
    Change,
    changed,
    new_rows,
    session_change,
    site_change,
    trip_change,
)
from sokanalysis.errors import DataProblems, UnknownKey
from sokanalysis.gaps import TODAY
from sokanalysis.region import Region
from sokanalysis.schema import TABLES
from sokanalysis.supply import attended_offers
from tests.conftest import COURSE_OFFER, KM_NORTH, villages

WEEK = ("Mo", "Di", "Mi", "Do", "Fr")


def reached(district: Region) -> set[str]:
    """Villages from which the course can be taken up on school days."""
    sessions = district.current_sessions
    answers = attendance(district, sessions, states=TODAY)
    units = attended_offers(district, answers, sessions, district.offers)
    is_attended = units["is_attended"] & (units["season"] == "schulzeit")
    return set(units.loc[is_attended, "settlement_id"])


def written(district: Region) -> dict[str, object]:
    """Everything a district knows, as text, with the types of the columns."""
    tables = {name: getattr(district, name) for name in TABLES}
    tables |= {name: getattr(district.feed, name) for name in (*FEED_TABLES, "stops")}
    texts = {name: (t.to_csv(), t.dtypes.to_dict()) for name, t in tables.items()}
    return texts | {"zones": str(district.feed.zones), "active": str(district.feed.active)}


MADE = villages()
BEFORE = written(MADE)


@pytest.fixture
def district():
    """The five villages, the same for all tests; no change may leave a trace in them."""
    yield MADE
    assert written(MADE) == BEFORE


def message(raised) -> str:
    return str(raised.value)


# --- no change ----------------------------------------------------------------------------------


def test_no_change_is_the_same_district(district):
    assert changed(district) is district
    nothing = changed(district, Change())
    assert written(nothing) == written(district)
    assert nothing.feed is district.feed


def test_what_does_not_concern_the_timetable_keeps_its_compiled_days(district):
    # Days are kept by the feed itself, not by what stands in it.
    assert district.with_session("A1", "O5", WEEK, "09:00", "12:00").feed is district.feed
    ended = changed(district, Change(ended=frozenset(["S1"])))
    assert ended.feed is district.feed


# --- sessions -----------------------------------------------------------------------------------


def test_one_more_session(district):
    # At Fern a second course of A1: who lives there walks. The course of Süd stays as it is.
    more = district.with_session("A1", "O5", WEEK, "09:00", "12:00")
    assert reached(district) == {"Süd", "Mitte"}
    assert reached(more) == {"Süd", "Mitte", "Fern"}
    row = more.sessions.iloc[-1]
    assert row[["offer_id", "site_id", "start_time", "end_time"]].tolist() == [
        "A1", "O5", "09:00", "12:00",
    ]  # fmt: skip
    assert row["weekdays"] == WEEK
    assert not row["runs_in_holidays"]
    assert (row["quality"], row["source"]) == ("angenommen", "Gedankenspiel oder Maßnahme")
    assert pd.isna(row["ride_max_km"])


def test_a_session_at_another_time_in_the_place_of_one(district):
    # From 08:30 on A brings Mitte and Nord, D goes home at 11:50.
    early = district.with_session("A1", "O1", WEEK, "08:30", "11:30", instead_of="S1")
    assert len(early.sessions) == 1
    assert reached(early) == {"Süd", "Mitte", "Nord"}


def test_a_course_is_taken_up_with_all_its_sessions(district):
    # No bus runs on Saturdays, so with one more day at the same place only Süd is left.
    longer = district.with_session("A1", "O1", ["Sa"], "09:00", "12:00")
    assert reached(longer) == {"Süd"}


def test_a_session_with_the_key_of_another_takes_its_place(district):
    change = session_change(district, "A1", "O5", WEEK, "09:00", "12:00", session_id="S1")
    assert reached(changed(district, change)) == {"Fern"}


def test_two_sessions_replaced_one_after_the_other_are_two(district):
    # Each replaces another one, so their number never changes.
    both = district.with_session("A1", "O5", WEEK, "09:00", "12:00")
    fern = both.sessions["session_id"].iloc[-1]
    moved = both.with_session("A1", "O1", WEEK, "08:30", "11:30", instead_of="S1")
    moved = moved.with_session("A1", "O5", WEEK, "13:00", "16:00", instead_of=fern)
    assert sorted(moved.sessions["start_time"]) == ["08:30", "13:00"]
    assert reached(moved) == {"Süd", "Mitte", "Nord", "Fern"}


def test_the_same_session_named_twice_is_one(district):
    once = district.with_session("A1", "O5", WEEK, "09:00", "12:00")
    twice = once.with_session("A1", "O5", iter(WEEK), "09:00", "12:00")
    assert written(twice) == written(once)


def test_an_ended_session_no_longer_takes_place(district):
    gone = changed(district, Change(ended=frozenset(["S1"])))
    assert gone.sessions.empty
    assert gone.sessions.dtypes.to_dict() == district.sessions.dtypes.to_dict()
    assert reached(gone) == set()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"offer_id": "A9"}, "Angebot „A9“ gibt es nicht → zum Beispiel: A1."),
        ({"site_id": "O9"}, "Ort „O9“ gibt es nicht → zum Beispiel: O1, O2, O3, O4, O5."),
        ({"instead_of": "S9"}, "Termin „S9“ gibt es nicht → zum Beispiel: S1."),
    ],
)
def test_a_session_of_something_unknown(district, values, words):
    given = {"offer_id": "A1", "site_id": "O1", "weekdays": WEEK, "start": "9:00", "end": "12:00"}
    with pytest.raises(UnknownKey) as raised:
        district.with_session(**(given | values))
    assert message(raised) == words


def test_an_offer_unknown_to_a_district_without_offers():
    with pytest.raises(UnknownKey, match="„A1“ gibt es nicht → zum Beispiel: keine"):
        villages([], []).with_session("A1", "O1", WEEK, "09:00", "12:00")


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"start": "neun Uhr"}, "Spalte „Beginn“: „neun Uhr“ – keine Uhrzeit → "),
        ({"start": "13:00"}, "Spalte „Ende“: „12:00“ – liegt vor „Beginn“ (13:00) → "),
        ({"weekdays": ["Montage"]}, "Spalte „Wochentage“: „Montage“ – kein Wert der Liste → einen"),
        ({"weekdays": []}, "Spalte „Wochentage“ – fehlt → "),
    ],
)
def test_a_session_that_cannot_be(district, values, words):
    given = {"weekdays": WEEK, "start": "09:00", "end": "12:00"} | values
    with pytest.raises(DataProblems) as raised:
        district.with_session("A1", "O1", **given)
    # It stands in no file, so no row of a file is named.
    assert words in message(raised)
    assert "Zeile" not in message(raised)


def test_all_that_is_wrong_is_said_at_once(district):
    with pytest.raises(DataProblems) as raised:
        district.with_session("A1", "O1", ["Montage"], "9 Uhr", "12:60")
    assert [problem.column for problem in raised.value.problems] == [
        "Wochentage", "Beginn", "Ende",
    ]  # fmt: skip


def test_times_are_written_as_in_a_file(district):
    row = district.with_session("A1", "O1", ["Mo"], "9.05", "9:50").sessions.iloc[-1]
    assert row[["start_time", "end_time"]].tolist() == ["09:05", "09:50"]


# --- sites --------------------------------------------------------------------------------------


def test_a_site_and_a_session_there(district):
    # A kilometre north of Fern: 1.3 km on foot, within 1.7.
    lat, lon = 50.6 + KM_NORTH, 11.7 - 5 / 70.7
    there = district.with_site("N1", "Bürgerhaus", lat, lon)
    assert there.sites["site_id"].tolist() == ["O1", "O2", "O3", "O4", "O5", "N1"]
    row = there.sites.iloc[-1]
    assert row[["name", "place", "lat", "lon", "geocoding"]].tolist() == [
        "Bürgerhaus", "Bürgerhaus", lat, lon, "ort",
    ]  # fmt: skip
    held = there.with_session("A1", "N1", WEEK, "09:00", "12:00")
    assert reached(held) == {"Süd", "Mitte", "Fern"}


def test_a_site_somewhere_else(district):
    # The course moves with its site from Süd to Fern, where no bus goes.
    moved = district.with_site("O1", "Fern", 50.6, 11.7 - 5 / 70.7)
    assert len(moved.sites) == 5
    assert reached(moved) == {"Fern"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"lat": 11.7, "lon": 50.6}, "Spalte „Breite“: „11.7“ – ist kleiner als 47.2 → Grad"),
        ({"lat": float("nan")}, "Spalte „Breite“: „nan“ – keine Zahl → "),
        ({"site_id": ""}, "Spalte „Ort-Nr.“ – fehlt → "),
        ({"name": " "}, "Spalte „Ort des Angebots“ – fehlt → "),
    ],
)
def test_a_site_that_cannot_be(district, values, words):
    given = {"site_id": "N1", "name": "Bürgerhaus", "lat": 50.6, "lon": 11.7} | values
    with pytest.raises(DataProblems) as raised:
        district.with_site(**given)
    assert words in message(raised)


# --- the timetable ------------------------------------------------------------------------------


def test_a_trip_copied_and_shifted_reaches_somebody_who_could_not_come(district):
    # E at 08:40 is in Süd at 08:58, three minutes late. Ten minutes earlier it arrives 08:48, in
    # time for 08:55; H goes home at 12:25. Beside the course Abseits is away from 08:30 to 12:43,
    # 253 − 180 = 73 minutes.
    earlier = district.with_trip("E", "08:30")
    assert reached(earlier) == {"Süd", "Mitte", "Abseits"}
    calls = earlier.feed.stop_times.set_index("trip_id").loc["E|08:30"]
    assert calls["stop_id"].tolist() == ["Abseits", "Süd"]
    assert calls["departure_s"].tolist() == [(8 * 60 + 30) * 60, (8 * 60 + 48) * 60]
    trips = earlier.feed.trips.set_index("trip_id")
    assert trips.loc["E|08:30", "service_id"] == trips.loc["E", "service_id"]


def test_one_minute_decides(district):
    # 18 minutes of ride: from 08:37 to 08:55 is the latest, 08:38 is too late.
    assert "Abseits" in reached(district.with_trip("E", "08:37"))
    assert "Abseits" not in reached(district.with_trip("E", "08:38"))


def test_two_trips_one_after_the_other(district):
    # Nord comes with A and lacks the way home: D at 12:15 instead of noon takes it, 12:35.
    home = district.with_trip("D", "12:15")
    assert reached(home) == {"Süd", "Mitte", "Nord"}
    both = home.with_trip("E", "08:30")
    assert reached(both) == {"Süd", "Mitte", "Nord", "Abseits"}
    together = changed(
        district, trip_change(district, "D", "12:15"), trip_change(district, "E", "08:30")
    )
    assert written(together) == written(both)


def test_the_same_trip_twice_is_one(district):
    once = district.with_trip("E", "08:30")
    assert written(once.with_trip("E", "08:30")) == written(once)


def test_a_trip_of_the_name_of_another_takes_its_place(district):
    # B at 09:30 instead of 08:30 comes too late; A would make Mitte wait from 07:40: 07:20 to
    # 12:45 are 325 − 180 = 145 minutes beside the course, within 180.
    later = changed(district, trip_change(district, "B", "09:30", trip_id="B"))
    assert len(later.feed.trips) == len(district.feed.trips)
    assert reached(later) == {"Süd", "Mitte"}
    assert reached(later.with_parameters(away_max_minutes=140)) == {"Süd"}


def test_ended_trips_no_longer_run(district):
    # Without C nothing takes Mitte home: D has left at 11:50, H goes elsewhere.
    ended = changed(district, Change(ended=frozenset(["C"])))
    assert reached(ended) == {"Süd"}
    for name in ("trips", "stop_times"):
        assert "C" not in set(getattr(ended.feed, name)["trip_id"])


def test_a_trip_that_ends_and_one_that_runs_instead(district):
    # E ends and runs ten minutes earlier.
    change = trip_change(district, "E", "08:30")
    moved = changed(district, Change(ended=frozenset(["E"]), timetable=change.timetable))
    assert reached(moved) == {"Süd", "Mitte", "Abseits"}
    assert len(moved.feed.trips) == len(district.feed.trips)


def test_hours_past_midnight_belong_to_the_same_day(district):
    calls = district.with_trip("B", "24:30").feed.stop_times.set_index("trip_id")
    assert calls.loc["B|24:30", "departure_s"].tolist() == [24.5 * 3600, 24.5 * 3600 + 20 * 60]


def test_a_trip_like_one_that_does_not_run(district):
    with pytest.raises(UnknownKey) as raised:
        district.with_trip("Z", "08:30")
    assert message(raised) == "Fahrt „Z“ gibt es nicht → zum Beispiel: A, B, C, D, E."


@pytest.mark.parametrize("departs", ["acht", "8", "8:60", "08:30:00", ""])
def test_a_trip_at_no_time(district, departs):
    with pytest.raises(DataProblems, match="keine Uhrzeit → die Uhrzeit als HH:MM") as raised:
        district.with_trip("E", departs)
    assert raised.value.problems[0].value == departs


def on_demand(zone: str, west: float, east: float) -> Change:
    """An on-demand bus from 08:00 to 13:00 on school days, in a strip around Süd."""
    trip = {"trip_id": "neu", "route_id": "r", "service_id": "schultag", "line": "Rufbus"}
    window = {
        "trip_id": "neu", "location_id": zone, "open_s": 8 * 3600, "close_s": 13 * 3600,
        "can_board": True, "can_alight": True, "notice_minutes": 120.0,
    }  # fmt: skip
    ring = [[west, 50.59], [east, 50.59], [east, 50.61], [west, 50.61], [west, 50.59]]
    return Change(
        timetable={
            "trips": pd.DataFrame([trip | {"block_id": ""}]), "flex": pd.DataFrame([window]),
        },
        zones={zone: {"type": "Polygon", "coordinates": [ring]}},
    )  # fmt: skip


def test_a_zone_of_the_on_demand_bus(district):
    # 17 minutes from Fern to Süd: 08:38 to 08:55, back 12:05 to 12:22. East of Süd it is Abseits.
    west, east = on_demand("westlich", 11.6, 11.71), on_demand("östlich", 11.69, 11.8)
    assert reached(changed(district, west)) == {"Süd", "Mitte", "Fern"}
    assert reached(changed(district, east)) == {"Süd", "Mitte", "Abseits"}
    zones = changed(district, west).feed.zones
    assert set(zones) == {"zone", "westlich"}


def test_a_zone_alone_is_added(district):
    alone = Change(zones=on_demand("westlich", 11.6, 11.71).zones)
    assert "westlich" in changed(district, alone).feed.zones
    assert reached(changed(district, alone)) == {"Süd", "Mitte"}
    # ... and its hours can come with another change.
    hours = Change(timetable=on_demand("westlich", 11.6, 11.71).timetable)
    assert reached(changed(district, alone, hours)) == {"Süd", "Mitte", "Fern"}


# --- several changes ----------------------------------------------------------------------------


def test_of_two_that_replace_the_same_row_the_later_one_holds(district):
    fern, nord = (
        session_change(district, "A1", site, WEEK, "09:00", "12:00", session_id="S1")
        for site in ("O5", "O3")
    )
    assert reached(changed(district, fern, nord)) == {"Nord"}
    assert reached(changed(district, nord, fern)) == {"Fern"}


SOME = (
    session_change(MADE, "A1", "O5", WEEK, "09:00", "12:00"),
    session_change(MADE, "A1", "O1", WEEK, "08:30", "11:30", instead_of="S1"),
    site_change("O1", "Fern", 50.6, 11.62),
    trip_change(MADE, "E", "08:30"),
    Change(ended=frozenset(["C", "S1"])),
    on_demand("westlich", 11.6, 11.71),
    Change({"offers": [COURSE_OFFER | {"target_groups": ("alle",), "place_count": 3}]}),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(SOME), max_size=5), st.integers(0, 5))
def test_one_after_the_other_is_all_at_once(changes, cut):
    at_once = changed(MADE, *changes)
    assert written(at_once) == written(changed(changed(MADE, *changes[:cut]), *changes[cut:]))
    # Made a second time, nothing is there twice.
    for name, keys in [*((t.name, list(t.key)) for t in TABLES.values()), ("feed", [])]:
        rows = at_once.feed.trips if name == "feed" else getattr(at_once, name)
        assert not rows.duplicated(keys or ["trip_id"]).any(), name
    assert written(MADE) == BEFORE


# --- rows ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TABLES)
def test_a_row_of_its_key_alone_has_the_types_of_the_table(name):
    table = TABLES[name]
    key = {
        part: pd.Timestamp("2026-01-01") if table.column(part).kind == "date" else "neu"
        for part in table.key
    }
    rows = getattr(changed(MADE, Change({name: [key]})), name)
    before = getattr(MADE, name)
    assert len(rows) == len(before) + 1
    assert rows.dtypes.to_dict() == before.dtypes.to_dict()
    last = rows.iloc[-1]
    assert {part: last[part] for part in table.key} == key
    for column in table.columns:
        if column.kind == "codes":
            assert last[column.name] == ()
        elif column.name == "quality":
            assert last["quality"] == "angenommen"
        elif column.name not in {*table.key, "source"}:
            assert pd.isna(last[column.name]), column.name


def test_a_row_that_says_its_quality_keeps_it():
    row = new_rows(MADE, "sites", [{"site_id": "N1", "quality": "belegt"}]).iloc[0]
    assert (row["quality"], row["source"]) == ("belegt", "Gedankenspiel oder Maßnahme")


def test_no_rows_are_a_table_without_rows():
    rows = new_rows(MADE, "sessions", [])
    assert rows.empty
    assert rows.dtypes.to_dict() == MADE.sessions.dtypes.to_dict()


def test_an_offer_with_fewer_places_in_the_place_of_one(district):
    change = Change({"offers": [COURSE_OFFER | {"target_groups": ("alle",), "place_count": 3}]})
    offers = changed(district, change).current_offers
    assert offers[["offer_id", "place_count"]].to_numpy().tolist() == [["A1", 3]]
    assert reached(changed(district, change)) == {"Süd", "Mitte"}
