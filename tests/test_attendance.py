"""A timetable of four villages, drawn by hand; every answer is derived in the comments.

    Nord ──5 km── Mitte ──5 km── Süd          Abseits lies 5 km east of Süd

The course is at the stop of Süd, Monday to Friday, 09:00 to 12:00. Everybody lives at the stop,
so no walking counts. Buffers are 5 minutes: be there by 08:55, leave from 12:05 on.

Trips (school days)
    A  Nord 07:00 → Mitte 07:20 → Süd 07:40        B  Mitte 08:30 → Süd 08:50
    C  Süd 12:10 → Mitte 12:30                     D  Süd 13:00 → Mitte 13:20 → Nord 13:40
    E  Abseits 08:40 → Süd 08:58
Holidays
    F  Mitte 08:30 → Süd 08:50
"""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.attendance import attendance, attendances
from sokanalysis.errors import NoServiceOnDate
from tests.conftest import KM_NORTH, feed, region

LAT, LON = 50.6, 11.7
STOPS = {
    "Süd": (LAT, LON),
    "Mitte": (LAT + 5 * KM_NORTH, LON),
    "Nord": (LAT + 10 * KM_NORTH, LON),
    "Abseits": (LAT, LON + 5 / 70.7),
}
TRIPS = {
    "A": [("Nord", "07:00"), ("Mitte", "07:20"), ("Süd", "07:40")],
    "B": [("Mitte", "08:30"), ("Süd", "08:50")],
    "C": [("Süd", "12:10"), ("Mitte", "12:30")],
    "D": [("Süd", "13:00"), ("Mitte", "13:20"), ("Nord", "13:40")],
    "E": [("Abseits", "08:40"), ("Süd", "08:58")],
    "F": [("Mitte", "08:30"), ("Süd", "08:50")],
    "G": [("Süd", "10:00"), ("Mitte", "10:20")],
    "H": [("Süd", "10:00"), ("Mitte", "10:20")],
}
SERVICES = {"F": "ferientag", "G": "samstag", "H": "sonntag"}
SETTLEMENTS = [
    {"settlement_id": name, "name": name, "lat": lat, "lon": lon, "population_count": 10}
    for name, (lat, lon) in STOPS.items()
]
SITES = [{"site_id": "O1", "name": "Schule Süd", "lat": LAT, "lon": LON}]
COURSE = {
    "session_id": "S1", "offer_id": "A1", "site_id": "O1", "weekdays": "Mo;Di;Mi;Do;Fr",
    "start_time": "09:00", "end_time": "12:00", "runs_in_holidays": "ja",
}  # fmt: skip
LIMITS = {"bike_max_minutes": 0, "away_max_minutes": 240, "wait_named_minutes": 90}


def answers(
    day_type="schultag",
    *,
    with_flex=False,
    course=None,
    flex=(),
    zone=None,
    trips=None,
    **parameters,
):
    """One row a settlement for the course on one kind of day."""
    timetable = feed(STOPS, TRIPS | (trips or {}), SERVICES, flex, zone)
    district = region(SETTLEMENTS, SITES, [COURSE | (course or {})], timetable)
    district = district.with_parameters(**(LIMITS | parameters))
    rows = attendance(district, district.sessions, states=[(day_type, with_flex)])
    return rows.set_index("settlement_id")


def test_who_lives_at_the_course_walks():
    row = answers().loc["Süd"]
    assert (row["reason"], row["mode"], row["walk_minutes"]) == ("erreichbar", "fuss", 0)


def test_latest_way_out_and_earliest_way_back():
    # Mitte: B leaves 08:30 and arrives 08:50 (before 08:55); A at 07:20 would be earlier.
    # Back: C leaves Süd 12:10 (after 12:05), home 12:30. 20 + 20 minutes travelling,
    # waiting 09:00 - 08:50 = 10 before and 12:10 - 12:00 = 10 after.
    row = answers().loc["Mitte"]
    assert (row["reason"], row["mode"]) == ("erreichbar", "bus")
    assert (row["leave_minute"], row["arrive_minute"]) == (8 * 60 + 30, 8 * 60 + 50)
    assert (row["depart_minute"], row["home_minute"]) == (12 * 60 + 10, 12 * 60 + 30)
    assert row["travel_minutes"] == 40
    assert (row["wait_before_minutes"], row["wait_after_minutes"]) == (10, 10)
    assert row["boardings"] == 2


def test_a_change_of_buses_is_found_when_it_leaves_later():
    # Nord: A runs through and arrives 07:40, 80 minutes before the course. Changing at Mitte
    # from A (07:20) to B (08:30) arrives 08:50 but leaves no later; fewer boardings win.
    # Back with D: 13:00 from Süd, home 13:40.
    row = answers().loc["Nord"]
    assert (row["leave_minute"], row["home_minute"]) == (7 * 60, 13 * 60 + 40)
    assert row["reason"] == "erreichbar"


def test_arriving_three_minutes_too_late_is_no_way_out():
    # Abseits: E arrives 08:58, after 08:55. There is no other trip.
    assert answers().loc["Abseits", "reason"] == "keine_hinfahrt"


def test_without_a_trip_after_the_course_there_is_no_way_back():
    # Until 13:30 the last trips C and D have left; Mitte and Nord get there but not home.
    rows = answers(course={"end_time": "13:30"})
    assert list(rows.loc[["Mitte", "Nord"], "reason"]) == ["keine_rueckfahrt"] * 2


@pytest.mark.parametrize(
    ("settlement", "parameters", "reason"),
    [
        # Mitte would leave 08:30 and cannot leave before 07:00: no matter.
        ("Mitte", {"earliest_departure": "07:00"}, "erreichbar"),
        # Nord leaves 07:00, before 07:00 is forbidden: exactly at the limit is allowed.
        ("Nord", {"earliest_departure": "07:00"}, "erreichbar"),
        # Nord is away from 07:00 to 13:40, 400 minutes, 220 more than the course: over 210 or
        # not. Of these it waits 80 + 60 = 140, which is the reason from 90 on, but not from 150.
        ("Nord", {"away_max_minutes": 220}, "erreichbar"),
        ("Nord", {"away_max_minutes": 210}, "zu_langes_warten"),
        ("Nord", {"away_max_minutes": 210, "wait_named_minutes": 150}, "zu_lange_unterwegs"),
        # One boarding is enough for A and D.
        ("Nord", {"max_boardings": 1}, "erreichbar"),
    ],
)
def test_limits(settlement, parameters, reason):
    assert answers(**parameters).loc[settlement, "reason"] == reason


def test_too_early_and_too_late():
    # A course from 07:45 leaves only A (07:40 ≤ 07:40): Nord sets off at 07:00. With A an hour
    # earlier it would be 06:00, before the earliest hour of 06:30. A course until 19:00 needs a
    # trip home after 19:05; K brings Nord home at 20:00, after the latest hour of 19:30.
    early = answers(
        course={"start_time": "06:45"},
        trips={"A": [("Nord", "06:00"), ("Süd", "06:40")]},
        earliest_departure="06:30",
    )
    assert early.loc["Nord", "reason"] == "zu_frueh_los"
    late = answers(
        course={"end_time": "19:00"},
        trips={"K": [("Süd", "19:20"), ("Nord", "20:00")]},
        latest_return="19:30",
    )
    assert late.loc["Nord", "reason"] == "zu_spaet_daheim"


def test_holidays_have_no_way_back():
    # Only F runs: Mitte gets there and not home; Nord and Abseits do not get there.
    rows = answers("ferientag")
    assert rows.loc["Mitte", "reason"] == "keine_rueckfahrt"
    assert rows.loc["Nord", "reason"] == "keine_hinfahrt"


def test_on_demand_bus_brings_home_inside_its_window():
    # Zone around all four; window 08:00-13:00; Mitte is 5 km from Süd: 5 km × 1.4 / 35 km/h
    # = 12 minutes + 5 boarding = 17. Leave Süd 12:05, home 12:22. In the holidays the way out
    # is F or the on-demand bus, whichever leaves later: 08:55 - 17 = 08:38 beats 08:30.
    zone = {"type": "Polygon", "coordinates": [[[11, 50], [12, 50], [12, 51], [11, 51], [11, 50]]]}
    flex = [("ferientag", "08:00", "13:00")]
    without = answers("ferientag", with_flex=False, flex=flex, zone=zone)
    row = answers("ferientag", with_flex=True, flex=flex, zone=zone).loc["Mitte"]
    assert without.loc["Mitte", "reason"] == "keine_rueckfahrt"
    assert row["reason"] == "erreichbar"
    assert row["leave_minute"] == pytest.approx(8 * 60 + 38, abs=0.1)
    assert row["home_minute"] == pytest.approx(12 * 60 + 22, abs=0.1)


def test_on_demand_bus_closed_after_the_course():
    # Window until 12:15: a ride from 12:05 would end 12:22, outside.
    zone = {"type": "Polygon", "coordinates": [[[11, 50], [12, 50], [12, 51], [11, 51], [11, 50]]]}
    flex = [("ferientag", "08:00", "12:15")]
    rows = answers("ferientag", with_flex=True, flex=flex, zone=zone)
    assert rows.loc["Mitte", "reason"] == "keine_rueckfahrt"


def test_the_bike_helps_where_the_bus_does_not():
    # Abseits: 5 km × 1.35 / 13 km/h = 31 minutes; allowed with a limit of 35, not with 30.
    assert answers(bike_max_minutes=35).loc["Abseits", "mode"] == "rad"
    assert answers(bike_max_minutes=30).loc["Abseits", "mode"] == ""


def test_more_time_never_reaches_fewer():
    reached = [
        (answers(away_max_minutes=limit)["reason"] == "erreichbar").sum()
        for limit in (90, 120, 180, 240, 480)
    ]
    assert reached == sorted(reached)


@cache
def reached_today() -> pd.Series:
    return answers()["reason"] == "erreichbar"


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(sorted(STOPS)), min_size=2, max_size=3, unique=True),
    st.integers(5 * 60, 21 * 60),
    st.integers(5, 60),
)
def test_one_more_trip_never_takes_anybody_away(calls, start, ride):
    clocks = [f"{m // 60:02d}:{m % 60:02d}" for m in range(start, start + 3 * ride, ride)]
    before = reached_today()
    after = answers(trips={"X": list(zip(calls, clocks, strict=False))})["reason"] == "erreichbar"
    assert (after >= before).all()


# --- a ride that the session offers -------------------------------------------------------------


def modes(**course) -> dict[str, str]:
    return answers(course=course)["mode"].to_dict()


def test_a_ride_fetches_from_within_its_kilometres_and_no_further():
    # Abseits lies 5 km from the course as the crow flies (7 km by road, which does not count) and
    # has no bus that comes in time. Nord lies at 10 km, Mitte at 5.
    assert modes()["Abseits"] == ""
    assert modes(ride_max_km=4.9)["Abseits"] == ""
    assert modes(ride_max_km=5.1)["Abseits"] == "fahrdienst"
    # C and D have left at 13:30, so that nobody comes home by bus from a longer course.
    longer = {"end_time": "13:30"}
    assert modes(**longer, ride_max_km=9.9) == {
        "Süd": "fuss", "Mitte": "fahrdienst", "Nord": "", "Abseits": "fahrdienst",
    }  # fmt: skip
    assert modes(**longer, ride_max_km=10.1)["Nord"] == "fahrdienst"


def test_who_is_fetched_is_reached_and_the_way_by_bus_says_why():
    row = answers(course={"ride_max_km": 6}).loc["Abseits"]
    assert (row["reason"], row["transit_reason"]) == ("erreichbar", "keine_hinfahrt")
    # 5 km × 1.4 / 50 km/h are 8.4 minutes, and 5 to start and park.
    assert row["car_minutes"] == pytest.approx(13.4, abs=0.1)


def test_feet_bus_and_bike_come_before_being_fetched():
    assert modes(ride_max_km=20) == {
        "Süd": "fuss", "Mitte": "bus", "Nord": "bus", "Abseits": "fahrdienst",
    }  # fmt: skip
    by_bike = answers(course={"ride_max_km": 20}, bike_max_minutes=35)
    assert by_bike.loc["Abseits", "mode"] == "rad"


def test_a_ride_needs_no_bus():
    # In the holidays nobody comes home by bus.
    rows = answers("ferientag", course={"ride_max_km": 20})
    assert rows["mode"].to_dict() == {
        "Süd": "fuss", "Mitte": "fahrdienst", "Nord": "fahrdienst", "Abseits": "fahrdienst",
    }  # fmt: skip


def test_only_the_session_that_says_so_fetches_people():
    evening = COURSE | {"session_id": "S2", "start_time": "17:00", "end_time": "18:00"}
    sessions = [evening, COURSE | {"ride_max_km": 6}]
    district = region(SETTLEMENTS, SITES, sessions, feed(STOPS, TRIPS, SERVICES))
    district = district.with_parameters(**LIMITS)
    rows = attendance(district, district.sessions, states=[("schultag", False)])
    fetched = rows.loc[rows["mode"] == "fahrdienst", ["session_id", "settlement_id"]]
    assert fetched.to_numpy().tolist() == [["S1", "Abseits"]]
    # Kept compactly it is the same.
    (compact,) = attendances(district, district.sessions, states=[("schultag", False)])
    assert compact.by_ride.tolist() == [[False] * 4, [True, True, False, True]]
    assert compact.reached().ravel().tolist() == (rows["reason"] == "erreichbar").tolist()


def test_a_longer_ride_never_takes_anybody_away():
    # The same course without a ride and with rides up to 0, 0.5 … 12 km, all at once: nobody
    # comes home by bus from it, so that the villages appear one after the other.
    rides = ["", *(km / 2 for km in range(25))]
    sessions = [
        COURSE | {"session_id": f"S{n:02}", "end_time": "13:30", "ride_max_km": km}
        for n, km in enumerate(rides)
    ]
    district = region(SETTLEMENTS, SITES, sessions, feed(STOPS, TRIPS, SERVICES))
    district = district.with_parameters(**LIMITS)
    (found,) = attendances(district, district.sessions, states=[("schultag", False)])
    reached = found.reached()
    assert (reached[1:] >= reached[:-1]).all()
    # Mitte and Abseits from 5.0 or 5.5 km on, Nord from 10.0 or 10.5: at the very border the
    # projection decides.
    first = reached.argmax(axis=0) - 1
    assert dict(zip(STOPS, first / 2, strict=True)) == {
        "Süd": -0.5, "Mitte": pytest.approx(5.25, abs=0.25),
        "Nord": pytest.approx(10.25, abs=0.25), "Abseits": pytest.approx(5.25, abs=0.25),
    }  # fmt: skip


def test_no_sessions_give_no_rows():
    district = region(SETTLEMENTS, SITES, [], feed(STOPS, TRIPS, SERVICES))
    rows = attendance(district, district.sessions)
    assert rows.empty
    assert {"session_id", "settlement_id", "reason", "day_type", "with_flex"} <= set(rows)


def test_a_day_type_without_service_is_an_error():
    district = region(SETTLEMENTS, SITES, [COURSE], feed(STOPS, TRIPS, SERVICES))
    only_school = district.feed.active[district.feed.active.map(lambda s: s == {"schultag"})]
    district.feed.__dict__["active"] = only_school
    with pytest.raises(NoServiceOnDate, match="Ferientag"):
        attendance(district, district.sessions)
