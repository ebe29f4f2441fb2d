"""The legs of a journey, against the search that found it and against the timetable itself."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.geography import project
from sokanalysis.journey import NO_JOURNEY, boardings_of, leave_of, time_of, walk_of
from sokanalysis.legs import LINE, ON_DEMAND, ON_FOOT, earliest, latest
from sokanalysis.timetable import compile_day
from sokanalysis.transit import access, search
from tests.conftest import KM_NORTH, feed, region
from tests.test_on_demand import ZONE
from tests.test_timetable import DAY, LON, NAMES, STOPS, TRIPS, built, rule, trip, with_blocks

HOUR = 3600
# Haus lies 300 m from West, so that one walks: 300 m × 1.3 / 75 = 5.2 minutes, 312 seconds.
HOUSE = {"Haus": (STOPS["West"][0] - 0.3 * KM_NORTH, LON)}


def district(timetable, **parameters):
    places = [{"settlement_id": name, "name": name, "lat": lat, "lon": lon}
              for name, (lat, lon) in (STOPS | HOUSE).items()]  # fmt: skip
    return region(places, [], [], timetable).with_parameters(**parameters)


def day_of(at, *, with_flex=False):
    return compile_day(at.feed, DAY, at.parameters, with_flex=with_flex)


def position(at, name):
    return project(at.settlements[at.settlements["name"] == name])


def shown(at, found):
    """Legs as (means, from, to, departure, arrival), a door as None."""
    names = [*at.feed.stops["stop_id"], None]
    return [(leg.means, names[leg.origin], names[leg.target], clock(leg.departure),
             clock(leg.arrival)) for leg in found]  # fmt: skip


def clock(seconds):
    return f"{seconds // HOUR:02d}:{seconds // 60 % 60:02d}"


def with_lines(timetable, **lines):
    names = timetable.trips["trip_id"].map(lines).astype("str")
    return replace(timetable, trips=timetable.trips.assign(line=names))


# -- by hand -------------------------------------------------------------------------------------


def test_one_sets_out_just_in_time_and_walks_before_waiting():
    # W leaves West 08:00, so the house 07:54:48. At Mitte 08:10; O2 leaves next door at 08:14,
    # 3 minutes are the shortest change: walk 08:10 to 08:13.
    at = district(feed(STOPS, TRIPS))
    day, house, east = day_of(at), position(at, "Haus"), position(at, "Ost")
    legs = [
        (ON_FOOT, None, "West", "07:54", "08:00"), (LINE, "West", "Mitte", "08:00", "08:10"),
        (ON_FOOT, "Mitte", "Mitte2", "08:10", "08:13"), (LINE, "Mitte2", "Ost", "08:14", "08:40"),
    ]  # fmt: skip
    assert shown(at, earliest(at, day, house, east, 7 * HOUR)) == legs
    assert shown(at, latest(at, day, house, east, 9 * HOUR)) == legs
    assert earliest(at, day, house, east, 8 * HOUR) == []
    assert latest(at, day, house, east, 8 * HOUR) == []


def test_the_walk_home_follows_the_ride():
    trips = {"Z": [("Ost", "08:00"), ("West", "08:30")]}
    at = district(feed(STOPS, trips))
    day, house, east = day_of(at), position(at, "Haus"), position(at, "Ost")
    legs = [(LINE, "Ost", "West", "08:00", "08:30"), (ON_FOOT, "West", None, "08:30", "08:35")]
    assert shown(at, earliest(at, day, east, house, 7 * HOUR)) == legs
    assert shown(at, latest(at, day, east, house, 9 * HOUR)) == legs


@pytest.mark.parametrize(("start", "lines"), [("West", ("1", "2")), ("Mitte", ("2",))])
def test_lines_are_those_boarded_and_those_it_goes_on_as(start, lines):
    # W and O are one vehicle; O leaves Mitte at 08:12.
    timetable = with_lines(with_blocks(feed(STOPS, TRIPS), W="7", O="7"), W=1, O=2, O2=3)
    at = district(timetable, max_boardings=1)
    day, start, east = day_of(at), position(at, start), position(at, "Ost")
    by = 8 * HOUR + 35 * 60  # before O2 arrives
    for found in (earliest(at, day, start, east, 7 * HOUR), latest(at, day, start, east, by)):
        assert [(leg.lines, clock(leg.arrival)) for leg in found] == [(lines, "08:30")]


def test_a_line_that_goes_on_under_its_name_is_named_once():
    timetable = with_lines(with_blocks(feed(STOPS, TRIPS), W="7", O="7"), W=1, O=1, O2=3)
    at = district(timetable)
    (leg,) = earliest(at, day_of(at), position(at, "West"), position(at, "Ost"), 7 * HOUR)
    assert leg.lines == ("1",)


def test_a_ride_within_the_minute_is_shown():
    trips = {"K": [("West", "08:00"), ("Mitte", "08:00"), ("Ost", "08:00")]}
    at = district(feed(STOPS, trips))
    found = earliest(at, day_of(at), position(at, "West"), position(at, "Ost"), 7 * HOUR)
    assert shown(at, found) == [(LINE, "West", "Ost", "08:00", "08:00")]


# -- against the search ---------------------------------------------------------------------------

ONE_WINDOW = (("schultag", "08:00", "08:40"),)
TWO_WINDOWS = (("schultag", "08:00", "08:30"), ("schultag", "08:45", "10:00"))
HOURS = st.sampled_from([(), ONE_WINDOW, TWO_WINDOWS])


def with_on_demand(timetable, hours):
    """The feed with windows of a zone around all stops; rides take 17 or 29 minutes."""
    other = feed(STOPS, {}, None, list(hours), ZONE)
    trips = pd.concat([timetable.trips, other.trips], ignore_index=True)
    return replace(timetable, trips=trips, flex=other.flex, zones=other.zones)


@settings(max_examples=60, deadline=None)
@given(st.lists(trip, max_size=6), st.lists(rule, max_size=3), HOURS,
       st.sampled_from([*NAMES, "Haus"]), st.sampled_from([*NAMES, "Haus"]),
       st.integers(1, 3), st.integers(0, 60))  # fmt: skip
def test_legs_add_up_to_the_journey_that_was_found(trips, rules, hours, start, end, most, minute):
    at = district(with_on_demand(built(trips, rules), hours), max_boardings=most)
    day, time = day_of(at, with_flex=True), 8 * HOUR + 60 * minute
    start, end = position(at, start), position(at, end)
    back = latest(at, day, start, end, time)
    ahead = earliest(at, day, start, end, time)
    for legs, found in (
        (ahead, found_by_search(at, day, start, end, time)),
        (mirror(back), found_by_search(at, day.turned(), end, start, -time)),
    ):
        assert bool(legs) == (found[0] < NO_JOURNEY)
        if legs:
            walked = sum(leg.arrival - leg.departure for leg in legs if leg.means == ON_FOOT)
            rides = [leg for leg in legs if leg.means != ON_FOOT]
            assert legs[-1].arrival == time_of(found)[0]
            assert legs[0].departure == leave_of(found)[0]
            assert (len(rides), walked) == (boardings_of(found)[0], walk_of(found)[0])
    assert_possible(at, day, ahead)
    assert_possible(at, day, back)


def found_by_search(at, day, start, end, time):
    searched = search(at, day, start, np.array([time]))
    return searched.at_doors(access(at, end, day.places))[0]


def mirror(legs):
    return [leg._replace(departure=-leg.arrival, arrival=-leg.departure) for leg in legs[::-1]]


def assert_possible(at, day, legs):
    """Legs follow each other in place and time, and each ride stands in the timetable."""
    stop = dict(enumerate(day.stop_ids))
    times = at.feed.stop_times
    for leg, after in pairwise(legs):
        assert leg.target == after.origin
        assert leg.arrival <= after.departure
    for leg in legs:
        if leg.means == LINE:
            on = times[(times["stop_id"] == stop[leg.origin]) & times["can_board"]]
            off = times[(times["stop_id"] == stop[leg.target]) & times["can_alight"]]
            assert leg.departure in set(on["departure_s"])
            assert leg.arrival in set(off["arrival_s"])
        if leg.means == ON_DEMAND:
            edges = range(*day.rides.start[leg.origin : leg.origin + 2])
            rides = {(day.rides.to[edge], day.rides.seconds[edge]) for edge in edges}
            assert (leg.target, leg.arrival - leg.departure) in rides
            assert leg.notice_minutes == 120
