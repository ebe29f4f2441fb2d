"""Yardsticks from rules: every share is counted out in the comments."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sokanalysis.attendance import attendance
from sokanalysis.yardsticks import NEAREST, commuting, stop_access, travel_grant
from tests.conftest import KM_NORTH, feed, region, villages

LAT, LON = 50.6, 11.7
EMPTY = feed({}, {})
COURSE = {"offer_id": "A1", "name": "Kurs", "field": "sprache_bildung", "kind": "integrationskurs"}
MEETING = COURSE | {"name": "Treff", "kind": "begegnung"}
MORNING = {
    "session_id": "S1", "offer_id": "A1", "site_id": "O1", "weekdays": "Mo",
    "start_time": "09:00", "end_time": "12:00",
}  # fmt: skip


def at(km: float, **values: object) -> dict:
    """Something so many kilometres north of the first site."""
    return {"lat": LAT + km * KM_NORTH, "lon": LON} | values


# -- travel grant ------------------------------------------------------------------------------
# 200 people at 0, 3, 4 and 10 km. On foot that is 1.3 times as far: 0, 3.9, 5.2 and 13 km.
HOMES = [
    at(km, settlement_id=f"{km} km", population_count=people)
    for km, people in ((0, 100), (3, 50), (4, 30), (10, 20))
]
SITES = [
    at(0, site_id="O1", name="Schule", place="Süd"),
    at(10, site_id="O2", name="Rathaus", place="Nord"),
]


def granted(*sessions: dict, offers: list[dict] = (COURSE,), **parameters: float) -> pd.DataFrame:
    district = region(HOMES, SITES, list(sessions), EMPTY, offers=offers)
    district = district.with_parameters(**parameters)
    return travel_grant(district, district.sessions).set_index("name")


def test_from_five_kilometres_on_foot():
    # 5.2 and 13 km count: 30 + 20 = 50 of 200. With one site it is the nearest, too.
    rows = granted(MORNING)
    assert rows.index.tolist() == ["Schule", NEAREST]
    assert rows["person_count"].tolist() == [50, 50]
    assert rows["person_share"].tolist() == [0.25, 0.25]
    assert rows["site_id"].tolist() == ["O1", ""]


def test_the_nearest_site_decides_who_is_far_from_all():
    # From Rathaus it is 13, 9.1, 7.8 and 0 km: all but the last 20. Far from both are only the
    # 30 people at 4 km (5.2 and 7.8 km).
    rows = granted(MORNING, MORNING | {"session_id": "S2", "site_id": "O2"})
    assert rows["person_count"].tolist() == [50, 180, 30]
    assert rows["person_share"].tolist() == pytest.approx([0.25, 0.9, 0.15])


def test_the_earlier_limit_of_three_kilometres():
    # 3.9 km count as well: 50 + 30 + 20 of 200.
    assert granted(MORNING, grant_walk_min_km=3.0).loc["Schule", "person_share"] == 0.5


def test_a_distance_does_not_depend_on_how_fast_one_walks():
    assert granted(MORNING, walk_speed_kmh=3.5).loc["Schule", "person_count"] == 50


@pytest.mark.parametrize(("kind", "count"), [("alphabetisierung", 2), ("berufssprachkurs", 0)])
def test_only_courses_of_the_regulation_count(kind, count):
    rows = granted(MORNING, offers=[COURSE | {"kind": kind}])
    assert len(rows) == count
    assert list(rows.columns) == ["site_id", "place", "person_count", "person_share"]


class Streets:
    """Streets on which the first two homes walk 90 and 60 minutes and the others find no way."""

    def travel_minutes(self, mode, origins, targets):
        assert (mode, len(origins), len(targets)) == ("fuss", 4, 1)
        return np.array([[90.0], [60.0], [np.nan], [np.nan]])


def test_on_streets_minutes_become_kilometres():
    # 90 minutes at 4.5 km/h are 6.75 km, 60 are 4.5. Without a way the straight line stands in:
    # 5.2 and 13 km. So all but the 50 people at 3 km: 150.
    district = region(HOMES, SITES, [MORNING], EMPTY, offers=[COURSE])
    rows = travel_grant(replace(district, streets=Streets()), district.sessions)
    assert rows["person_count"].tolist() == [150, 150]


def test_nobody_lives_there():
    district = region([], SITES, [MORNING], EMPTY, offers=[COURSE])
    rows = travel_grant(district, district.sessions)
    assert rows["person_count"].tolist() == [0, 0]
    assert rows["person_share"].tolist() == [0, 0]


# -- commuting ---------------------------------------------------------------------------------
PEOPLE = [
    at(0, settlement_id=name, population_count=people)
    for name, people in (("X", 10), ("Y", 20), ("Z", 30))
]


def way(settlement: str, travel: float, session: str = "S1", **values: object) -> dict:
    """One row of `attendance`: by bus, with ten minutes of waiting, unless told otherwise."""
    return {
        "session_id": session, "settlement_id": settlement, "day_type": "schultag",
        "with_flex": True, "reason": "erreichbar", "mode": "bus", "travel_minutes": travel,
        "away_minutes": travel + 10, "walk_minutes": 90.0, "bike_minutes": 40.0,
        "car_minutes": 15.0,
    } | values  # fmt: skip


def commuted(answers: list[dict], *sessions: dict, offer: dict = COURSE, **options) -> pd.DataFrame:
    sites = [at(0, site_id="O1", name="Schule", place="Süd")]
    district = region(PEOPLE, sites, list(sessions or [MORNING]), EMPTY, offers=[offer])
    return commuting(district, pd.DataFrame(answers), district.sessions, **options)


def test_two_hours_for_a_short_session():
    # 30 people come by bus, the 10 of X within 120 minutes; with the wait it is 130 for them.
    # Z walks and does not count.
    row = commuted([way("X", 120), way("Y", 121), way("Z", 20, mode="fuss")]).iloc[0]
    assert (row["bus_person_count"], row["within_person_count"]) == (30, 10)
    assert row["within_share"] == pytest.approx(1 / 3)
    assert row["within_waiting_share"] == 0
    assert row["limit_minutes"] == 120
    assert (row["name"], row["place"]) == ("Kurs", "Süd")


@pytest.mark.parametrize(
    ("end", "limit", "count"), [("15:00", 120, 10), ("15:01", 150, 30), ("16:00", 150, 30)]
)
def test_two_and_a_half_hours_above_six_hours(end, limit, count):
    # From 09:00 to 15:00 are six hours, not more than six.
    answers = [way("X", 110), way("Y", 150), way("Z", 151)]
    row = commuted(answers, MORNING | {"end_time": end}).iloc[0]
    assert (row["limit_minutes"], row["within_person_count"]) == (limit, count)
    assert row["bus_person_count"] == 60


def test_of_a_course_every_session_has_to_be_within():
    # X: 100 and 130 minutes. Of the course both sessions are needed, of the meeting one.
    tuesday = MORNING | {"session_id": "S2", "weekdays": "Di"}
    answers = [way("X", 100), way("X", 130, "S2")]
    shares = {
        offer["kind"]: commuted(answers, MORNING, tuesday, offer=offer)["within_share"].tolist()
        for offer in (COURSE, MEETING)
    }
    assert shares == {"integrationskurs": [0.0], "begegnung": [1.0]}


def test_each_session_has_its_own_limit():
    # 130 minutes are too long for three hours and reasonable for seven; the longest is named.
    long = MORNING | {"session_id": "S2", "weekdays": "Di", "end_time": "16:00"}
    row = commuted([way("X", 110), way("X", 130, "S2")], MORNING, long).iloc[0]
    assert (row["limit_minutes"], row["within_share"]) == (150, 1.0)


def test_the_state_picks_the_answers():
    answers = [
        way("X", 100), way("Y", 100, with_flex=False), way("Z", 100, day_type="ferientag"),
    ]  # fmt: skip
    holidays = MORNING | {"runs_in_holidays": "ja"}
    counts = {
        state: commuted(answers, holidays, state=state)["bus_person_count"].tolist()
        for state in ("schulzeit_rufbus", "schulzeit_linie", "ferien_rufbus", "ferien_linie")
    }
    assert counts == {
        "schulzeit_rufbus": [10], "schulzeit_linie": [20], "ferien_rufbus": [30],
        "ferien_linie": [],
    }  # fmt: skip
    with pytest.raises(KeyError, match="winter"):
        commuted(answers, state="winter")


def test_an_offer_that_nobody_reaches_by_bus_is_left_out():
    lost = way("X", np.nan, reason="keine_hinfahrt", mode="")
    rows = commuted([lost, way("Y", 20, mode="rad")])
    assert rows.empty
    assert {"offer_id", "limit_minutes", "within_share", "within_waiting_share"} <= set(rows)


def test_answers_of_the_engine():
    # Of `villages` only Mitte takes the bus: 08:30 to 08:50 and 12:25 to 12:45, 40 minutes.
    district = villages()
    answers = attendance(district, district.sessions)
    row = commuting(district, answers, district.sessions, "schulzeit_linie").iloc[0]
    assert (row["bus_person_count"], row["within_share"], row["within_waiting_share"]) == (10, 1, 1)
    nothing = commuting(district, answers[:0], district.sessions[:0])
    assert nothing.empty


# -- stops -------------------------------------------------------------------------------------
# Busses leave P and end at Q, a kilometre on. 10 people live 500 m from P, 20 at Q, 70 far off.
STOPS = {"P": (LAT, LON), "Q": (LAT + KM_NORTH, LON)}
AROUND = [
    at(-0.5, settlement_id="X", population_count=10),
    at(1.0, settlement_id="Y", population_count=20),
    at(9.0, settlement_id="Z", population_count=70),
]


def trips(count: int, *calls: str) -> dict[str, list[tuple[str, str]]]:
    """So many trips, one every half hour."""
    clocks = [f"{6 + n // 2:02d}:{30 * (n % 2) + 5 * k:02d}" for n in range(count) for k in (0, 1)]
    return {
        f"T{n}{calls[0]}": list(zip(calls, clocks[2 * n : 2 * n + 2], strict=True))
        for n in range(count)
    }


def near(timetable, people=AROUND, **parameters) -> dict[tuple[int, int], int]:
    district = region(people, [], [], timetable).with_parameters(**parameters)
    rows = stop_access(district)
    shares = rows["person_count"] / max(sum(row["population_count"] for row in people), 1)
    assert rows["person_share"].tolist() == pytest.approx(shares.tolist())
    keys = zip(rows["distance_m"], rows["departure_count"], strict=True)
    return dict(zip(keys, rows["person_count"], strict=True))


def test_the_last_stop_of_a_trip_is_no_departure():
    # Nothing leaves from Q: the 20 people there are a kilometre from P, the only departure.
    found = near(feed(STOPS, trips(1, "P", "Q")))
    assert found == {(600, 1): 10, (600, 20): 0, (1200, 1): 30, (1200, 20): 0}


@pytest.mark.parametrize(("count", "people"), [(19, 0), (20, 10)])
def test_twenty_departures_make_a_regular_service(count, people):
    assert near(feed(STOPS, trips(count, "P", "Q")))[600, 20] == people


def test_thresholds_are_parameters():
    found = near(
        feed(STOPS, trips(10, "P", "Q")),
        stop_near_m=300, stop_far_m=900, stop_departure_count=10,
    )  # fmt: skip
    assert found == {(300, 1): 0, (300, 10): 0, (900, 1): 10, (900, 10): 10}


def test_platforms_of_a_station_count_together():
    # Ten trips from each platform, the second 100 m north of the first.
    stops = STOPS | {"P2": (LAT + 0.1 * KM_NORTH, LON)}
    timetable = feed(stops, trips(10, "P", "Q") | trips(10, "P2", "Q"))
    assert near(timetable)[600, 20] == 0
    station = timetable.stops["stop_id"].map({"P": "Bahnhof", "P2": "Bahnhof", "Q": ""})
    joined = replace(timetable, stops=timetable.stops.assign(parent_station=station))
    assert near(joined)[600, 20] == 10


def test_where_nobody_may_get_on_nothing_leaves():
    timetable = feed(STOPS, trips(1, "P", "Q"))
    closed = replace(timetable, stop_times=timetable.stop_times.assign(can_board=False))
    assert near(closed)[1200, 1] == 0


def test_only_the_ordinary_school_day_counts():
    service = {"HQ": "ferientag", "WQ": "samstag"}
    others = {name: [("Q", "08:00"), ("P", "08:20")] for name in service}
    assert near(feed(STOPS, trips(1, "P", "Q") | others, service))[600, 1] == 10


def test_nobody_lives_near_a_stop_where_nobody_lives():
    found = near(feed(STOPS, trips(1, "P", "Q")), people=[])
    assert set(found.values()) == {0}


# -- the real district -------------------------------------------------------------------------
def test_the_real_district_keeps_the_order(sok):
    # A wider circle or fewer departures never lose anybody; waiting never helps; whoever is far
    # from all sites is far from each.
    found = stop_access(sok).set_index(["distance_m", "departure_count"])["person_share"].unstack()
    assert found.to_numpy().min() > 0
    assert (found.diff().iloc[1] >= 0).all()
    assert (found[1] >= found[20]).all()
    sessions = sok.current_sessions
    answers = attendance(sok, sessions, states=[("schultag", True)])
    rows = commuting(sok, answers, sessions)
    assert (rows["within_person_count"] <= rows["bus_person_count"]).all()
    assert (rows["within_waiting_share"] <= rows["within_share"]).all()
    *sites, nearest = travel_grant(sok, sessions)["person_count"]
    assert 0 < nearest <= min(sites)
