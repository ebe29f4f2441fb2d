"""One day of a feed compiled: rules of getting on and off, changes, blocks, days.

Three stops lie 5 km apart, too far to walk (Ost, Mitte, West); Mitte has a second platform
100 m away. Changing takes 3 minutes, walking 100 m × 1.3 / 4.5 km/h = 104 s, less than that.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.connection_scan import scan
from sokanalysis.edges import Starts
from sokanalysis.errors import NoServiceOnDate
from sokanalysis.journey import NEVER, int32, time_of
from sokanalysis.parameters import default_parameters
from sokanalysis.timetable import compile_day, flex_hours, reference_dates
from tests.conftest import KM_NORTH, feed
from tests.test_gtfs import TIMES, feed_of, good  # noqa: F401  # two fixtures

LAT, LON = 50.6, 11.7
STOPS = {
    "West": (LAT - 5 * KM_NORTH, LON), "Mitte": (LAT, LON), "Mitte2": (LAT + 0.1 * KM_NORTH, LON),
    "Ost": (LAT + 5 * KM_NORTH, LON),
}  # fmt: skip
DAY = pd.Timestamp("2026-09-01")
TRIPS = {
    "W": [("West", "08:00"), ("Mitte", "08:10")], "O": [("Mitte", "08:12"), ("Ost", "08:30")],
    "O2": [("Mitte2", "08:14"), ("Ost", "08:40")],
}  # fmt: skip
FLEX_MINUTES = 5 * 1.4 / 35 * 60 + 5  # 5 km of road, and 5 minutes for boarding


def arrivals(timetable, start="West", time="08:00", *, most=3):
    """Clock of the earliest arrival by stop, or None; start is the stop itself."""
    hours, minutes = map(int, time.split(":"))
    begin = hours * 3600 + minutes * 60
    day = compile_day(timetable, DAY, default_parameters(), with_flex=True)
    at = list(day.stop_ids).index(start)
    arrival = time_of(scan(day.day, Starts(int32([at]), int32([begin]), int32([0])), most))
    best = dict(zip(day.stop_ids, arrival.min(axis=0), strict=True))
    return {
        stop: None if second == NEVER else f"{second // 3600:02d}:{second // 60 % 60:02d}"
        for stop, second in best.items()
    }


def with_transfer(kind, minutes=None, *, start="Mitte", to="Mitte2", trips=TRIPS, stops=STOPS):
    rule = {
        "from_stop_id": [start], "to_stop_id": [to], "transfer_type": [kind],
        "min_s": [np.nan if minutes is None else minutes * 60.0],
    }  # fmt: skip
    return replace(feed(stops, trips), transfers=pd.DataFrame(rule))


def with_blocks(timetable, **blocks):
    """Trips by id in a block of that name."""
    names = timetable.trips["trip_id"].map(blocks).fillna("").astype("str")
    return replace(timetable, trips=timetable.trips.assign(block_id=names))


def with_rule(timetable, trip, stop, **flags):
    """Say whether one may board or alight where a trip calls."""
    times = timetable.stop_times.copy()
    here = (times["trip_id"] == trip) & (times["stop_id"] == stop)
    for name, value in flags.items():
        times.loc[here, name] = value
    return replace(timetable, stop_times=times)


# -- changing ------------------------------------------------------------------------------------


def test_changing_takes_the_default_time():
    # W arrives 08:10; O at 08:12 is too early for 3 minutes, O2 at 08:14 from next door is not.
    assert arrivals(feed(STOPS, TRIPS))["Ost"] == "08:40"


@pytest.mark.parametrize(("kind", "minutes", "reached"), [
    (0, None, "08:40"),  # recommended: the default of 3 minutes, 08:13 is before 08:14
    (1, None, "08:40"),  # the vehicle waits
    (2, 4, "08:40"),  # 08:14 is in time for 08:14
    (2, 5, None),  # 08:15 is not
    (2, None, "08:40"),  # a minimum that is not given is the default
    (3, None, None),  # not possible
])  # fmt: skip
def test_rules_of_changing_to_another_stop(kind, minutes, reached):
    assert arrivals(with_transfer(kind, minutes))["Ost"] == reached


@pytest.mark.parametrize(("kind", "minutes", "reached"), [
    (1, None, "08:30"), (2, 2, "08:30"), (2, 3, "08:40"), (3, None, "08:40"), (0, None, "08:40"),
])  # fmt: skip
def test_rules_of_changing_at_one_stop(kind, minutes, reached):
    # O leaves Mitte two minutes after W has arrived there; else O2 is left.
    assert arrivals(with_transfer(kind, minutes, to="Mitte"))["Ost"] == reached


def test_a_rule_holds_in_its_direction_only():
    timetable = with_transfer(3, start="Mitte2", to="Mitte")
    assert arrivals(timetable)["Ost"] == "08:40"


def test_a_change_between_distant_stops_has_to_be_given():
    # Ost and West are 10 km apart: on foot only because the feed says so.
    trips = {"W": TRIPS["W"], "X": [("Ost", "08:20"), ("Mitte2", "08:50")]}
    assert arrivals(feed(STOPS, trips))["Mitte2"] is None
    timetable = with_transfer(2, 10, start="Mitte", to="Ost", trips=trips)
    assert arrivals(timetable)["Mitte2"] == "08:50"
    assert arrivals(with_transfer(0, start="Mitte", to="Ost", trips=trips))["Mitte2"] is None


def test_platforms_of_one_station_can_be_changed_on_foot():
    # 2 km are farther than 10 minutes of walking reach; 2 km × 1.3 / 4.5 km/h = 34:40 minutes.
    stops = STOPS | {"Mitte2": (LAT + 2 * KM_NORTH, LON)}
    trips = TRIPS | {"O2": [("Mitte2", "08:45"), ("Ost", "09:00")]}
    apart = feed(stops, trips)
    assert arrivals(apart)["Ost"] is None
    station = ["", "Bahnhof", "Bahnhof", ""]
    together = replace(apart, stops=apart.stops.assign(parent_station=station))
    assert arrivals(together)["Ost"] == "09:00"
    earlier = trips | {"O2": [("Mitte2", "08:44"), ("Ost", "09:00")]}
    late = replace(feed(stops, earlier), stops=together.stops)
    assert arrivals(late)["Ost"] is None


# -- blocks --------------------------------------------------------------------------------------


def test_staying_seated_is_no_change():
    # O leaves two minutes after W arrives: too short to change, but the same bus goes on.
    timetable = with_blocks(feed(STOPS, TRIPS), W="7", O="7")
    assert arrivals(timetable, most=1)["Ost"] == "08:30"
    assert arrivals(with_blocks(feed(STOPS, TRIPS), W="7", O="8"), most=1)["Ost"] is None


def test_staying_seated_holds_backwards_in_time():
    timetable = with_blocks(feed(STOPS, TRIPS), W="7", O="7")
    day = compile_day(timetable, DAY, default_parameters(), with_flex=False).turned()
    ends = list(day.stop_ids).index("Ost")
    deadline = -(8 * 3600 + 35 * 60)
    arrival = time_of(scan(day.day, Starts(int32([ends]), int32([deadline]), int32([0])), 1))
    assert -arrival.min(axis=0)[list(day.stop_ids).index("West")] == 8 * 3600


@pytest.mark.parametrize("after", [
    [("Mitte2", "08:12"), ("Ost", "08:30")],  # leaves from another stop
    [("Mitte", "08:09"), ("Ost", "08:30")],  # has left before the first trip arrives
])  # fmt: skip
def test_a_block_that_does_not_fit_is_no_continuation(after):
    timetable = feed(STOPS, {"W": TRIPS["W"], "O": after})
    assert arrivals(with_blocks(timetable, W="7", O="7"), most=1)["Ost"] is None


def test_a_block_of_three_trips_keeps_the_lines_readable():
    trips = {"C": [("Ost", "08:31"), ("West", "09:00")], **TRIPS}
    timetable = with_blocks(feed(STOPS, trips), W="7", O="7", C="7")
    day = compile_day(timetable, DAY, default_parameters(), with_flex=False)
    vehicle = {str(day.trip_ids[trip]) for trip in day.connections.trip}
    assert vehicle == {"W", "O2"}
    assert set(timetable.trips.set_index("trip_id").loc[day.trip_ids, "line"]) == {"1"}
    assert arrivals(timetable, start="Mitte", time="08:00", most=1)["West"] == "09:00"


def test_a_block_continues_only_with_what_runs_that_day():
    timetable = feed(STOPS, TRIPS, {"O": "ferientag"})
    timetable = with_blocks(timetable, W="7", O="7")
    assert arrivals(timetable, most=1)["Ost"] is None


# -- getting on and off --------------------------------------------------------------------------


def test_no_boarding_and_no_alighting():
    trips = {"X": [("West", "08:00"), ("Mitte", "08:10"), ("Ost", "08:30")]}
    free = feed(STOPS, trips)
    assert arrivals(free)["Mitte"] == "08:10"
    assert arrivals(with_rule(free, "X", "Mitte", can_alight=False))["Mitte"] is None
    assert arrivals(with_rule(free, "X", "Mitte", can_alight=False))["Ost"] == "08:30"
    assert arrivals(with_rule(free, "X", "West", can_board=False))["Ost"] is None
    assert arrivals(with_rule(free, "X", "Mitte", can_board=False), "Mitte")["Ost"] is None


# -- on demand -----------------------------------------------------------------------------------


def on_demand(rows, groups):
    """The stops without any trip, and windows (trip, place, opens, closes, board, alight)."""
    flex = pd.DataFrame(
        [(t, p, a * 3600, b * 3600, on, off, 120.0) for t, p, a, b, on, off in rows],
        columns=["trip_id", "location_id", "open_s", "close_s", "can_board", "can_alight",
                 "notice_minutes"],
    )  # fmt: skip
    base = feed(STOPS, TRIPS, flex=[("schultag", "08:00", "12:00"), ("schultag", "13:00", "14:00")])
    idle = base.stop_times[:0]
    return replace(base, flex=flex, stop_groups=groups, stop_times=idle)


def test_rides_between_groups_of_stops():
    # From West and Mitte to Ost and back, 08:00 to 12:00; West to Ost is 10 km, 29 minutes.
    groups = {"dorf": ("West", "Mitte"), "stadt": ("Ost",)}
    rows = [("flex-0", "dorf", 8, 12, True, False), ("flex-0", "stadt", 8, 12, False, True)]
    reached = arrivals(on_demand(rows, groups), "Mitte", "08:00")
    assert reached == {"West": None, "Mitte": None, "Mitte2": None, "Ost": "08:17"}
    assert FLEX_MINUTES == 17
    assert arrivals(on_demand(rows, groups), "Ost", "08:00")["Mitte"] is None
    assert arrivals(on_demand(rows, groups), "Mitte", "11:44")["Ost"] is None


def test_one_gets_on_in_one_window_and_off_in_another():
    groups = {"dorf": ("Mitte",), "stadt": ("Ost",)}
    rows = [("flex-0", "dorf", 8, 9, True, False), ("flex-0", "stadt", 10, 12, False, True)]
    # Getting off is served from 10:00 on, so one leaves 09:43; but getting on ends at 09:00.
    assert arrivals(on_demand(rows, groups), "Mitte", "08:00")["Ost"] is None
    rows = [("flex-0", "dorf", 8, 10, True, False), ("flex-0", "stadt", 10, 12, False, True)]
    assert arrivals(on_demand(rows, groups), "Mitte", "08:00")["Ost"] == "10:00"
    assert arrivals(on_demand(rows, groups), "Mitte", "10:01")["Ost"] is None


def test_a_single_window_serves_its_own_place():
    groups = {"beide": ("Mitte", "Ost")}
    rows = [("flex-0", "beide", 8, 12, True, True)]
    assert arrivals(on_demand(rows, groups), "Mitte", "08:00")["Ost"] == "08:17"


# -- days ----------------------------------------------------------------------------------------


def test_reference_dates_with_only_calendar_dates(good):  # noqa: F811
    # Three Tuesdays of school, one of the holidays, a Saturday and a Sunday.
    dates = {
        "schule": ("0908", "0915", "0922"),
        "frei": ("0929",),
        "sa": ("0912",),
        "so": ("0913",),
    }
    rows = [f"{name},2026{day},1" for name, days in dates.items() for day in days]
    trips = "".join(f"L,{name},{name}\n" for name in dates)
    times = "".join(TIMES.split("\n", 1)[1].replace("T1", name) for name in dates)
    timetable = good(
        {
            "calendar_dates.txt": "\n".join(["service_id,date,exception_type", *rows]),
            "trips.txt": "route_id,service_id,trip_id\n" + trips,
            "stop_times.txt": TIMES.split("\n", 1)[0] + "\n" + times,
        },
        drop=["calendar.txt"],
    )
    found = reference_dates(timetable, pd.Timestamp("2026-09-10"))
    assert {name: f"{day:%d.%m.}" for name, day in found.items()} == {
        "schultag": "15.09.", "ferientag": "29.09.", "samstag": "12.09.", "sonntag": "13.09.",
    }  # fmt: skip
    # A day type that is over is stood for by its last date, the nearest to today.
    later = reference_dates(timetable, pd.Timestamp("2026-09-23"))
    assert {name: f"{day:%d.%m.}" for name, day in later.items()} == {
        "schultag": "22.09.", "ferientag": "29.09.", "samstag": "12.09.", "sonntag": "13.09.",
    }  # fmt: skip


def test_days_that_differ_in_a_few_trips_are_of_one_kind():
    # 18 trips on all Tuesdays, one more on each day for road works, 6 for schools on three of
    # the four. Of 25 school trips two differ (0.92 shared); of 25 and 19 at most 18 of 26 (0.69).
    days = {"2026-09-01": "a", "2026-09-08": "b", "2026-09-15": "c", "2026-09-22": "d"}
    services = {f"t{n}": "immer" for n in range(18)} | {f"s{n}": "schule" for n in range(6)}
    services |= {f"x{name}": name for name in days.values()}
    services |= {"sa": "samstag", "so": "sonntag"}
    timetable = feed(STOPS, dict.fromkeys(services, TRIPS["W"]), services)
    active = {
        pd.Timestamp(day): frozenset({"immer", name, *(["schule"] if name != "b" else [])})
        for day, name in days.items()
    } | {pd.Timestamp("2026-09-05"): frozenset({"samstag"}),
         pd.Timestamp("2026-09-06"): frozenset({"sonntag"})}  # fmt: skip
    timetable = replace(timetable, active=pd.Series(active, dtype="object").sort_index())
    found = reference_dates(timetable, DAY)
    assert (found["schultag"].day, found["ferientag"].day) == (1, 8)


def test_a_day_type_that_never_runs_is_an_error(good):  # noqa: F811
    with pytest.raises(NoServiceOnDate, match="Ferientag"):
        reference_dates(good(), DAY)  # all Tuesdays alike


def test_a_date_without_service_is_an_error():
    with pytest.raises(NoServiceOnDate, match=r"Am 02\.09\.2026 fährt .* zwischen 01\.09\.2026"):
        compile_day(
            feed(STOPS, TRIPS), pd.Timestamp("2026-09-02"), default_parameters(), with_flex=False
        )


def test_intervals_run_as_single_trips(good):  # noqa: F811
    table = "trip_id,start_time,end_time,headway_secs\nT1,06:00:00,07:00:00,1200\n"
    timetable = good({"frequencies.txt": table})
    day = compile_day(timetable, pd.Timestamp("2026-09-07"), default_parameters(), with_flex=False)
    at = list(day.stop_ids)
    start = Starts(int32([at.index("A")]), int32([6 * 3600 + 1]), int32([0]))
    arrival = time_of(scan(day.day, start, 1))
    assert arrival.min(axis=0)[at.index("C")] == 6 * 3600 + 50 * 60  # 06:20 + 30 minutes


def test_hours_of_the_on_demand_bus():
    timetable = feed(
        STOPS, TRIPS, flex=[("schultag", "08:00", "12:00"), ("schultag", "15:00", "17:30")]
    )
    assert flex_hours(timetable, DAY) == "8 bis 12 und 15 bis 17:30 Uhr"
    assert flex_hours(timetable, pd.Timestamp("2026-09-05")) == "gar nicht"


# -- everything at once, against a search of the tables themselves -------------------------------

NAMES = list(STOPS)
call = st.tuples(st.sampled_from(NAMES), st.integers(0, 20), st.booleans(), st.booleans())
trip = st.tuples(
    st.integers(0, 60), st.sampled_from(["", "7"]), st.lists(call, min_size=2, max_size=3)
)
rule = st.tuples(
    st.sampled_from(NAMES), st.sampled_from(NAMES), st.integers(0, 3), st.integers(1, 30)
)


def built(trips, rules):
    """A feed of trips (start, block, calls of stop, minutes to get there, board, alight)."""
    times, blocks = {}, {}
    flags = []
    for number, (start, block, calls) in enumerate(trips):
        clock = np.cumsum([start, *(max(1, ride) for _, ride, *_ in calls[1:])])
        times[f"T{number}"] = [
            (s, f"{8 + c // 60:02d}:{c % 60:02d}") for (s, *_), c in zip(calls, clock, strict=True)
        ]
        blocks[f"T{number}"] = block
        flags += [(board, alight) for *_, board, alight in calls]
    timetable = with_blocks(feed(STOPS, times), **blocks)
    board, alight = np.array(flags, dtype=bool).reshape(-1, 2).T
    stop_times = timetable.stop_times.assign(can_board=board, can_alight=alight)
    pairs = {(a, b): (kind, minutes * 60.0) for a, b, kind, minutes in rules}
    transfers = pd.DataFrame(
        [(a, b, kind, seconds) for (a, b), (kind, seconds) in pairs.items()],
        columns=["from_stop_id", "to_stop_id", "transfer_type", "min_s"],
    ).astype({"transfer_type": "int64", "min_s": "float64"})
    return replace(timetable, stop_times=stop_times, transfers=transfers)


def change_seconds(timetable, a, b):
    """How long changing from a to b takes, None when it cannot be done."""
    rules = timetable.transfers.set_index(["from_stop_id", "to_stop_id"])
    kind = rules["transfer_type"].get((a, b), 0)
    if kind == 3:
        return None
    if kind == 2:
        return rules["min_s"][a, b]
    if kind == 1:
        return 0
    return 180 if a == b or {a, b} == {"Mitte", "Mitte2"} else None


def searched(timetable, start, begin, most):
    """Earliest arrival by stop, trying every journey on the tables as they are."""
    calls = [list(t.itertuples()) for _, t in timetable.stop_times.groupby("trip_id")]
    block = timetable.trips.set_index("trip_id")["block_id"]
    in_block = [t for t in calls if block[t[0].trip_id]]
    in_block.sort(key=lambda t: (t[0].departure_s, t[-1].arrival_s))
    follows = {
        a[0].trip_id: b
        for a, b in itertools.pairwise(in_block)
        if a[-1].stop_id == b[0].stop_id and a[-1].arrival_s <= b[0].departure_s
    }
    best = {}
    todo, seen = [(start, begin, 0)], set()
    while todo:
        here, now, boardings = todo.pop()
        if (here, now, boardings) in seen or boardings == most:
            continue
        seen.add((here, now, boardings))
        for ride in calls:
            for at, on in enumerate(ride[:-1]):
                if on.stop_id == here and on.departure_s >= now and on.can_board:
                    ahead, last = ride[at + 1 :], ride
                    while last[0].trip_id in follows:
                        last = follows[last[0].trip_id]
                        ahead = ahead + last[1:]
                    for off in ahead:
                        if off.can_alight:
                            best[off.stop_id] = min(off.arrival_s, best.get(off.stop_id, NEVER))
                            for other in NAMES:
                                took = change_seconds(timetable, off.stop_id, other)
                                if took is not None:
                                    todo.append((other, off.arrival_s + took, boardings + 1))
    return best


@settings(max_examples=150, deadline=None)
@given(st.lists(trip, min_size=1, max_size=5), st.lists(rule, max_size=3),
       st.sampled_from(NAMES), st.integers(1, 3))  # fmt: skip
def test_the_compiled_day_answers_as_the_tables_do(trips, rules, start, most):
    timetable = built(trips, rules)
    wanted = searched(timetable, start, 8 * 3600, most)
    day = compile_day(timetable, DAY, default_parameters(), with_flex=False)
    at = list(day.stop_ids).index(start)
    arrival = time_of(scan(day.day, Starts(int32([at]), int32([8 * 3600]), int32([0])), most))
    found = dict(zip(day.stop_ids, arrival.min(axis=0).tolist(), strict=True))
    assert {stop: time for stop, time in found.items() if time != NEVER} == wanted
