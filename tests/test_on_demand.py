"""Rides of the on-demand bus, on straight lines and on streets.

    D (0,2500) ─────────────────────────── (9000,2500)
    ~~~~~~~~~~~~~~~ river at 1250 m ~~~~~~~~~~~~~~~~~~~  bridge
    A (0,0) ──── B (3000,0) ────────────── (9000,0)
                                                     One zone around all; 8:00 to 12:00.
    E (0,-3000), off the streets

At the wheel 25 km/h in these streets. The on-demand bus is assumed to make 35 km/h where a car
makes 50, so on streets it takes 50 / 35 times as long; on straight lines it makes 35 km/h with a
detour of 1.4. Boarding takes 5 minutes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from sokanalysis.on_demand import on_demand_rides, ride_seconds
from sokanalysis.parameters import default_parameters
from sokanalysis.streets import StreetNetwork
from sokanalysis.timetable import compile_day
from tests.conftest import feed
from tests.test_region_streets import place
from tests.test_streets import ROAD, network

PARAMETERS = default_parameters()
PLACES = {"A": (0, 0), "B": (3000, 0), "D": (0, 2500), "E": (0, -3000)}
NODES = {
    1: (0, 0), 2: (9000, 0), 3: (9000, 2500), 4: (0, 2500), 11: (-9500, 1250), 12: (9500, 1250),
}  # fmt: skip
WAYS = [([1, 2], ROAD), ([3, 4], ROAD), ([2, 3], ROAD | {"bridge": "yes"}),
        ([11, 12], {"waterway": "river"})]  # fmt: skip
ZONE = {"type": "Polygon", "coordinates": [[[11, 50], [12, 50], [12, 51], [11, 51], [11, 50]]]}
DAY = pd.Timestamp("2026-09-01")
STRAIGHT = 1.4 / 35_000 * 3600  # seconds a metre
ON_STREETS = 50 / 35 / 25_000 * 3600
BOARDING = 300


@pytest.fixture
def streets(tmp_path):
    return network(tmp_path, NODES, WAYS)


def served(windows=(("08:00", "12:00"),), places=PLACES):
    degrees = {name: tuple(place(*at).values()) for name, at in places.items()}
    flex = [("schultag", *window) for window in windows]
    return feed(degrees, {"T": [("A", "06:00"), ("B", "06:10")]}, None, flex, ZONE)


def rides(timetable, streets=None, parameters=PARAMETERS):
    """Seconds by (from, to); of several windows the last."""
    found, _ = on_demand_rides(timetable, timetable.trips, parameters, streets)
    names = timetable.stops["stop_id"].to_numpy()
    source = names[np.repeat(np.arange(len(names)), np.diff(found.start))]
    return dict(zip(zip(source, names[found.to], strict=True), found.seconds.tolist(), strict=True))


def both_ways(**ways):
    pairs = {tuple(pair): took for pair, took in ways.items()}
    return pairs | {(b, a): took for (a, b), took in pairs.items()}


def near(ways):
    return pytest.approx(ways, abs=2)  # positions are kept to a centimetre


def test_on_straight_lines():
    # A–B 3 km, A–D 2.5 km, A–E 3 km, B–D 3.9 km, B–E 4.2 km, D–E 5.5 km: all within 2 to 10.
    assert rides(served()) == near(both_ways(
        AB=3000 * STRAIGHT + BOARDING, AD=2500 * STRAIGHT + BOARDING,
        AE=3000 * STRAIGHT + BOARDING, BD=np.hypot(3000, 2500) * STRAIGHT + BOARDING,
        BE=np.hypot(3000, 3000) * STRAIGHT + BOARDING, DE=5500 * STRAIGHT + BOARDING,
    ))  # fmt: skip


def test_on_streets_rides_take_longer_and_none_is_lost(streets):
    # A to D 9 + 2.5 + 9 km: 49 minutes at the wheel, more than twice the 16.8 minutes of the
    # longest ride on straight lines, after which the first search ends. E has straight lines.
    assert rides(served(), streets) == near(both_ways(
        AB=3000 * ON_STREETS + BOARDING, AD=20_500 * ON_STREETS + BOARDING,
        BD=17_500 * ON_STREETS + BOARDING,
        AE=3000 * STRAIGHT + BOARDING, BE=np.hypot(3000, 3000) * STRAIGHT + BOARDING,
        DE=5500 * STRAIGHT + BOARDING,
    ))  # fmt: skip


@pytest.mark.parametrize(("parameters", "joined"), [
    ({"flex_min_km": 3}, {"BD", "BE", "DE", "AB", "AE"}),
    ({"flex_min_km": 2.9, "flex_max_km": 8}, {"AB", "AE", "BD", "BE", "DE"}),
])  # fmt: skip
def test_the_limits_hold_for_the_straight_line_with_and_without_streets(
    streets, parameters, joined
):
    # AB and AE are 3 km long, a metre more here, so that rounding does not decide.
    places = PLACES | {"B": (3001, 0), "E": (0, -3001)}
    for net in (None, streets):
        found = rides(served(places=places), net, PARAMETERS.replace(**parameters))
        assert {"".join(sorted(pair)) for pair in found} == joined


@pytest.mark.parametrize("values", [{}, {"flex_speed_kmh": 30, "car_speed_kmh": 60}])
def test_slower_than_a_car_as_the_speeds_say(values):
    # A car that drives the way of the straight line with its detour at the speed assumed of cars
    # is overtaken by nobody: the ride takes what it takes on straight lines.
    assumed = PARAMETERS.replace(**values)
    distance = np.array([2100.0, 5000, 9900])
    car = distance * assumed.flex_detour / (assumed.car_speed_kmh * 1000 / 60)
    straight = ride_seconds(distance, np.full(3, np.nan), assumed)
    assert ride_seconds(distance, car, assumed) == pytest.approx(straight, abs=1)


def test_minutes_of_a_ride():
    # In a straight line 5 km × 1.4 / 35 km/h = 12 minutes; on streets 14 minutes × 50 / 35 = 20.
    # Boarding takes 5 minutes more.
    took = ride_seconds(np.array([5000.0, 5000]), np.array([np.nan, 14]), PARAMETERS)
    assert took.tolist() == [17 * 60, 25 * 60]


def test_streets_are_searched_once_for_all_days_and_windows(streets, monkeypatch):
    asked = []
    search = StreetNetwork.travel_minutes

    def counted(self, mode, *places, **limit):
        asked.append(mode)
        return search(self, mode, *places, **limit)

    monkeypatch.setattr(StreetNetwork, "travel_minutes", counted)
    timetable = served()
    compile_day(timetable, DAY, PARAMETERS, with_flex=True, streets=streets)
    once = asked.count("auto")
    longer = replace(timetable, flex=timetable.flex.assign(close_s=17 * 3600))
    for other, date in ((longer, DAY), (timetable, DAY + pd.Timedelta(days=7))):
        compile_day(other, date, PARAMETERS, with_flex=True, streets=streets)
    assert asked.count("auto") == once
    assert asked.count("fuss") == 1


def test_no_trip_of_the_day_and_no_on_demand_service_mean_no_rides(streets):
    for timetable, trips in ((served(), served().trips[:0]), (served(()), served(()).trips)):
        for net in (None, streets):
            found, notice = on_demand_rides(timetable, trips, PARAMETERS, net)
            assert (found.start.tolist(), len(found.to), len(notice)) == ([0] * 5, 0, 0)


# -- booking -------------------------------------------------------------------------------------


@pytest.mark.parametrize("notice", [0.0, 120.0, 7 * 24 * 60.0, np.nan])
def test_no_booking_rule_closes_a_ride(notice):
    # 0 is what reading makes of booking in real time only.
    timetable = served()
    booked = replace(timetable, flex=timetable.flex.assign(notice_minutes=notice))
    assert rides(booked) == rides(timetable)
    _, found = on_demand_rides(booked, booked.trips, PARAMETERS)
    assert np.array_equal(found, np.full(12, notice), equal_nan=True)


def test_of_the_same_ride_the_shortest_notice_counts():
    timetable = served((("08:00", "12:00"), ("08:00", "12:00"), ("08:00", "12:00")))
    booked = replace(timetable, flex=timetable.flex.assign(notice_minutes=[np.nan, 60, 30]))
    assert len(rides(booked)) == 12
    _, notice = on_demand_rides(booked, booked.trips, PARAMETERS)
    assert notice.tolist() == [30] * 12


def test_the_notice_belongs_to_its_window_also_backwards_in_time():
    timetable = served((("08:00", "10:00"), ("09:00", "12:00"), ("06:00", "07:00")))
    notice = {8 * 3600: 60.0, 9 * 3600: 120.0, 6 * 3600: 1440.0}
    flex = timetable.flex.assign(notice_minutes=timetable.flex["open_s"].map(notice))
    day = compile_day(replace(timetable, flex=flex), DAY, PARAMETERS, with_flex=True)
    assert [notice[opens] for opens in day.rides.opens.tolist()] == day.notice_minutes.tolist()
    back = day.turned()
    closing = {-10 * 3600: 60.0, -12 * 3600: 120.0, -7 * 3600: 1440.0}
    assert [closing[opens] for opens in back.rides.opens.tolist()] == back.notice_minutes.tolist()
    assert day.turned() is back
