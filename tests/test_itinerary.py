"""Itineraries over the hand-drawn timetable of test_attendance.py, and against the attendance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sokanalysis.attendance import attendance
from sokanalysis.itinerary import itinerary
from sokanalysis.parameters import minutes_of_day
from tests.conftest import KM_NORTH, feed, region
from tests.test_attendance import (
    COURSE,
    LAT,
    LIMITS,
    LON,
    SERVICES,
    SETTLEMENTS,
    SITES,
    STOPS,
    TRIPS,
)
from tests.test_streets import BANKS, RIVER, network
from tests.test_timetable import with_blocks

ZONE = {"type": "Polygon", "coordinates": [[[11, 50], [12, 50], [12, 51], [11, 51], [11, 50]]]}


def district(trips=TRIPS, flex=(), *, course=None, stops=STOPS, homes=()):
    timetable = feed(stops, trips, SERVICES, flex, ZONE)
    people = [*SETTLEMENTS, *homes]
    return region(people, SITES, [COURSE | (course or {})], timetable).with_parameters(**LIMITS)


def home(name, lat):
    return {"settlement_id": name, "name": name, "lat": lat, "lon": LON, "population_count": 10}


def answer(of, name):
    rows = attendance(of, of.sessions, states=[("schultag", False)])
    return rows.set_index("settlement_id").loc[name]


def direction(rows, name):
    return lines(rows[rows["direction"] == name].drop(columns="direction"))


def lines(rows):
    return [tuple(row) for row in rows.itertuples(index=False)]


def test_out_and_back_without_a_change():
    # Mitte: B 08:30–08:50 out, C 12:10–12:30 back; living at the stop, nobody walks.
    rows = itinerary(district(), "S1", "Mitte", "schultag", with_flex=False)
    assert lines(rows) == [
        ("hin", "08:30", "Mitte", "08:50", "Süd", "Linie 1"),
        ("zurück", "12:10", "Süd", "12:30", "Mitte", "Linie 1"),
    ]


def test_a_change_of_vehicles_is_shown():
    # Without A running through, Nord changes at Mitte: 07:00–07:20, then B 08:30–08:50.
    trips = TRIPS | {"A": [("Nord", "07:00"), ("Mitte", "07:20")]}
    rows = itinerary(district(trips), "S1", "Nord", "schultag", with_flex=False)
    assert lines(rows)[:2] == [
        ("hin", "07:00", "Nord", "07:20", "Mitte", "Linie 1"),
        ("hin", "08:30", "Mitte", "08:50", "Süd", "Linie 1"),
    ]


# -- lines of a vehicle -------------------------------------------------------------------------


def in_one_block(of, **names):
    """Trips A and B are one vehicle, and so are D and I; the lines get names."""
    timetable = with_blocks(of.feed, A="7", B="7", D="8", I="8")
    named = timetable.trips["trip_id"].map(names).fillna("1").astype("str")
    return replace(of, feed=replace(timetable, trips=timetable.trips.assign(line=named)))


STAYING = TRIPS | {
    "A": [("Nord", "07:00"), ("Mitte", "07:20")], "C": [("Abseits", "12:10"), ("Süd", "12:20")],
    "D": [("Süd", "13:00"), ("Mitte", "13:20")], "I": [("Mitte", "13:21"), ("Nord", "13:40")],
}  # fmt: skip


def test_who_stays_seated_sees_both_lines():
    # A ends at Mitte at 07:20 and goes on as B at 08:30; D goes on as I a minute later.
    ridden = in_one_block(district(STAYING), A="12", B="34", D="56", I="12")
    rows = itinerary(ridden, "S1", "Nord", "schultag", with_flex=False)
    assert lines(rows) == [
        ("hin", "07:00", "Nord", "08:50", "Süd", "Linie 12, weiter als 34"),
        ("zurück", "13:00", "Süd", "13:40", "Nord", "Linie 56, weiter als 12"),
    ]
    assert answer(ridden, "Nord")["boardings"] == 2


def test_who_boards_a_block_later_or_leaves_it_earlier_sees_one_line():
    # At Mitte the vehicle is line 34 already, and on the way back still line 56.
    ridden = in_one_block(district(STAYING), A="12", B="34", D="56", I="12")
    rows = itinerary(ridden, "S1", "Mitte", "schultag", with_flex=False)
    assert list(rows["means"]) == ["Linie 34", "Linie 56"]


def test_a_line_without_a_name_is_called_so():
    rows = itinerary(in_one_block(district(), B=""), "S1", "Mitte", "schultag", with_flex=False)
    assert list(rows["means"]) == ["Linie ohne Namen", "Linie 1"]


# -- on-demand bus ------------------------------------------------------------------------------


@pytest.mark.parametrize(("notice", "words"), [
    (120, "Rufbus, 2 Stunden vorher buchen"), (60, "Rufbus, 1 Stunde vorher buchen"),
    (90, "Rufbus, 90 Minuten vorher buchen"), (24 * 60, "Rufbus, 1 Tag vorher buchen"),
    (7 * 24 * 60, "Rufbus, 7 Tage vorher buchen"), (0, "Rufbus, ohne Vorlauf buchbar"),
    (np.nan, "Rufbus"), (np.inf, "Rufbus"),
])  # fmt: skip
def test_the_on_demand_bus_says_when_to_book(notice, words):
    # 17 minutes by on-demand bus (see test_attendance): leave 08:38, be there 08:55.
    ridden = district(flex=[("ferientag", "08:00", "13:00")])
    flex = ridden.feed.flex.assign(notice_minutes=float(notice))
    ridden = replace(ridden, feed=replace(ridden.feed, flex=flex))
    rows = itinerary(ridden, "S1", "Mitte", "ferientag", with_flex=True)
    assert list(rows["means"]) == [words, words]
    assert rows["arrival_time"].iloc[0] == "08:55"


# -- which of several journeys ------------------------------------------------------------------


def test_of_equally_good_journeys_that_with_fewer_boardings_is_shown():
    # From Nord, P runs through to Süd in the time that Q and R together take, and P2 back in the
    # time of Q2 and R2. The names are in both orders, so that chance does not decide.
    for direct, first, second in (("P", "Q", "R"), ("Z", "Q", "R")):
        trips = {
            direct: [("Nord", "08:00"), ("Süd", "08:50")],
            first: [("Nord", "08:00"), ("Mitte", "08:20")],
            second: [("Mitte", "08:30"), ("Süd", "08:50")],
            f"{direct}2": [("Süd", "12:10"), ("Nord", "13:00")],
            f"{first}2": [("Süd", "12:10"), ("Mitte", "12:30")],
            f"{second}2": [("Mitte", "12:40"), ("Nord", "13:00")],
        } | {name: TRIPS[name] for name in "FGH"}
        ridden = district(trips)
        row = answer(ridden, "Nord")
        assert (row["leave_minute"], row["home_minute"], row["boardings"]) == (480, 780, 2)
        assert lines(itinerary(ridden, "S1", "Nord", "schultag", with_flex=False)) == [
            ("hin", "08:00", "Nord", "08:50", "Süd", "Linie 1"),
            ("zurück", "12:10", "Süd", "13:00", "Nord", "Linie 1"),
        ]


@pytest.mark.parametrize("names", ["PQ", "QP"])
def test_of_these_that_with_less_walking_is_shown(names):
    # Weg lies 403.4 m north of Haus: 403.4 × 1.3 / 75 is 7 minutes less half a second. From Haus
    # a bus leaves 08:00; from Weg one at 08:07, for which one sets out at 08:00 too. Back, one
    # arrives at Weg 12:30, so at home 12:37, when the other arrives at Haus.
    at_home, on_the_way = names
    stops = STOPS | {"Haus": (LAT + 0.05, LON), "Weg": (LAT + 0.05 + 0.4034 * KM_NORTH, LON)}
    trips = {
        at_home: [("Haus", "08:00"), ("Süd", "08:50")],
        on_the_way: [("Weg", "08:07"), ("Süd", "08:40")],
        f"{at_home}2": [("Süd", "12:20"), ("Haus", "12:37")],
        f"{on_the_way}2": [("Süd", "12:10"), ("Weg", "12:30")],
    } | {name: TRIPS[name] for name in "FGH"}
    ridden = district(trips, stops=stops, homes=[home("Haus", LAT + 0.05)])
    row = answer(ridden, "Haus")
    assert (row["leave_minute"], row["home_minute"], row["boardings"]) == (480, 757, 2)
    assert lines(itinerary(ridden, "S1", "Haus", "schultag", with_flex=False)) == [
        ("hin", "08:00", "Haus", "08:50", "Süd", "Linie 1"),
        ("zurück", "12:20", "Süd", "12:37", "Haus", "Linie 1"),
    ]
    # Both stand at the same minute: the walk of 7 minutes is what sets them apart.
    assert (row["arrive_minute"], row["depart_minute"]) == (8 * 60 + 50, 12 * 60 + 20)


# -- walks and clocks ---------------------------------------------------------------------------


def test_walks_say_their_minutes_and_touch_the_rides():
    # 500 m from Mitte: 500 × 1.3 / 75 = 8.7 minutes. Out: B 08:30, so one leaves home 08:21.
    # Back, D arrives 13:20 and C, which is sooner, 12:30.
    lives = home("Rand", LAT + 5.5 * KM_NORTH)
    rows = itinerary(district(homes=[lives]), "S1", "Rand", "schultag", with_flex=False)
    assert lines(rows) == [
        ("hin", "08:21", "Rand", "08:30", "Mitte", "zu Fuß, 9 Minuten"),
        ("hin", "08:30", "Mitte", "08:50", "Süd", "Linie 1"),
        ("zurück", "12:10", "Süd", "12:30", "Mitte", "Linie 1"),
        ("zurück", "12:30", "Mitte", "12:38", "Rand", "zu Fuß, 9 Minuten"),
    ]


def test_a_change_to_another_stop_is_walked_at_once():
    # Mitte2 is 100 m from Mitte, 104 seconds; changing takes 3 minutes. The bus leaves at 08:30.
    stops = STOPS | {"Mitte2": (LAT + 5.1 * KM_NORTH, LON)}
    trips = TRIPS | {"A": [("Nord", "07:00"), ("Mitte", "07:20")],
                     "B": [("Mitte2", "08:30"), ("Süd", "08:50")]}  # fmt: skip
    rows = itinerary(district(trips, stops=stops), "S1", "Nord", "schultag", with_flex=False)
    assert direction(rows, "hin") == [
        ("07:00", "Nord", "07:20", "Mitte", "Linie 1"),
        ("07:20", "Mitte", "07:23", "Mitte2", "zu Fuß, 3 Minuten"),
        ("08:30", "Mitte2", "08:50", "Süd", "Linie 1"),
    ]


def test_times_after_midnight_name_the_next_day():
    trips = TRIPS | {"N": [("Süd", "23:50"), ("Mitte", "24:10")]}
    late = district(trips, course={"end_time": "23:30"})
    rows = itinerary(late, "S1", "Mitte", "schultag", with_flex=False)
    assert direction(rows, "zurück") == [
        ("23:50", "Süd", "00:10 (Folgetag)", "Mitte", "Linie 1"),
    ]


def test_times_before_midnight_name_the_day_before():
    # 1 km from Mitte: 17.3 minutes on foot, so one leaves for the bus of 00:05 at 23:47.
    lives = home("Rand", LAT + 6 * KM_NORTH)
    trips = TRIPS | {"N": [("Mitte", "00:05"), ("Süd", "00:20")]}
    early = district(trips, course={"start_time": "00:30"}, homes=[lives])
    rows = itinerary(early, "S1", "Rand", "schultag", with_flex=False)
    assert direction(rows, "hin") == [
        ("23:47 (Vortag)", "Rand", "00:05", "Mitte", "zu Fuß, 18 Minuten"),
        ("00:05", "Mitte", "00:20", "Süd", "Linie 1"),
    ]


# -- what is not there --------------------------------------------------------------------------


def test_a_direction_without_a_journey_has_no_lines():
    # Abseits has no way out that is in time; nothing leads back either.
    rows = itinerary(district(), "S1", "Abseits", "schultag", with_flex=False)
    assert rows.empty


def test_an_unknown_settlement_is_an_error():
    with pytest.raises(KeyError):
        itinerary(district(), "S1", "Nirgends", "schultag", with_flex=False)


# -- against the attendance ---------------------------------------------------------------------


def test_on_streets_it_takes_the_ways_that_the_attendance_takes(tmp_path):
    """The two platforms of Mitte lie on either side of the river; see test_footpaths.

    On straight lines one changes there in 600 m × 1.3 / 75 = 10.4 minutes; by street it is 88.
    """
    from tests.test_region_streets import place

    halts = {"Nord": (0, 20_000), "Links": (0, 600), "Rechts": (0, 0), "Süd": (0, -20_000)}
    places = {name: place(*at) for name, at in halts.items()}
    trips = {name: TRIPS[name] for name in "FGH"} | {
        "A": [("Nord", "07:00"), ("Links", "07:20")], "B": [("Rechts", "08:00"), ("Süd", "08:50")],
    }  # fmt: skip
    stops = {n: (p["lat"], p["lon"]) for n, p in places.items()} | {"Mitte": (LAT, LON)}
    people = [{"settlement_id": "Nord", "name": "Nord"} | places["Nord"]]
    site = [{"site_id": "O1", "name": "Schule Süd"} | places["Süd"]]
    straight = region(people, site, [COURSE], feed(stops, trips, SERVICES))
    straight = straight.with_parameters(transfer_walk_max_minutes=12)
    streets = network(tmp_path, RIVER, [*BANKS, ([11, 12], {"waterway": "river"})])
    along = replace(straight, streets=streets.with_parameters(straight.parameters))
    ridden = itinerary(straight, "S1", "Nord", "schultag", with_flex=False)
    assert list(ridden["means"]) == ["Linie 1", "zu Fuß, 11 Minuten", "Linie 1"]
    assert answer(straight, "Nord")["leave_minute"] == 7 * 60
    assert itinerary(along, "S1", "Nord", "schultag", with_flex=False).empty
    assert np.isnan(answer(along, "Nord")["leave_minute"])


@pytest.mark.parametrize("with_flex", [False, True])
def test_every_line_follows_the_last_and_agrees_with_the_attendance(sok, with_flex):
    """On the real district: legs follow each other and start and end as attendance says."""
    session = sok.current_sessions.iloc[[0]]
    answers = attendance(sok, session, states=[("schultag", with_flex)])
    found = answers[answers["transit_reason"] == "erreichbar"].iloc[::25]
    assert len(found) >= 3
    for answer in found.to_dict("records"):
        rows = itinerary(
            sok, session["session_id"].iloc[0], answer["settlement_id"], "schultag",
            with_flex=with_flex,
        )  # fmt: skip
        for _, legs in rows.groupby("direction"):
            times = [minutes_of_day(t) for pair in zip(legs["departure_time"], legs["arrival_time"],
                     strict=True) for t in pair]  # fmt: skip
            assert times == sorted(times)
            assert list(legs["target"])[:-1] == list(legs["origin"])[1:]
        out, back = (rows[rows["direction"] == name] for name in ("hin", "zurück"))
        ends = (out["departure_time"].iloc[0], out["arrival_time"].iloc[-1],
                back["departure_time"].iloc[0], back["arrival_time"].iloc[-1])  # fmt: skip
        names = ("leave_minute", "arrive_minute", "depart_minute", "home_minute")
        assert [minutes_of_day(time) for time in ends] == [int(answer[name]) for name in names]
        rides = rows[~rows["means"].str.startswith("zu Fuß")]
        assert len(rides) == answer["boardings"]
