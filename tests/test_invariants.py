"""What holds for every timetable: from the text of a feed to who can take part.

Small random worlds are written as GTFS, read back and asked through `attendance`. Answers are
compared with a search by rounds over the same rides as plain lists, with the same world turned
round in time, and with the same world a little better or worse off.

    A ─ 0.4 km ─ B ─── 4 km ─── C ─── 4 km ─── D ─── 4 km ─── E

From A to B one walks in 0.4 × 1.3 / 4.5 km/h = 7 minutes. Weiler lies 0.8 km beside C, 14 minutes.
``SOK_EFFORT=20`` tries twenty times as many worlds.
"""

from __future__ import annotations

import csv
import io
import os
import tempfile
from dataclasses import replace
from functools import cache
from itertools import product
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from sokanalysis.attendance import attendance
from sokanalysis.connection_scan import scan
from sokanalysis.edges import Starts
from sokanalysis.journey import NEVER, int32, time_of
from sokanalysis.parameters import Parameters, default_parameters
from sokanalysis.read.gtfs import read_feed
from sokanalysis.timetable import compile_day, reference_dates
from tests.conftest import KM_NORTH, region, table

LAT, LON = 50.6, 11.7
KM = {"A": 0, "B": 0.4, "C": 4.4, "D": 8.4, "E": 12.4}
FAR = ("A", "C", "D", "E")  # nobody walks from one to another
HOUR, DAY = 3600, 24 * 3600
MOST, CHANGE_S, BUFFER_S = 3, 600, 300
ANSWER = ["reason", "transit_reason", "leave_minute", "home_minute", "away_minutes"]
PARAMETERS = default_parameters().replace(min_transfer_minutes=CHANGE_S // 60)
WIDE = {"earliest_departure": "04:30", "latest_return": "23:59", "away_max_minutes": 480}

EFFORT = int(os.environ.get("SOK_EFFORT", "1"))  # more worlds, more minutes


def tries(number):
    # Explaining a failure would take minutes: every try writes and reads a feed.
    return settings(
        max_examples=number * EFFORT, deadline=None, phases=set(Phase) - {Phase.explain}
    )


class Call(NamedTuple):
    stop: str
    arrival: int
    departure: int
    board: bool = True
    alight: bool = True


class Line(NamedTuple):
    """Runs of one pattern (its first departure is 0) in seconds; back again when ``returns``."""

    pattern: tuple[Call, ...]
    first: int
    headway: int
    runs: int
    is_interval: bool
    is_exact: bool
    returns: bool

    def vehicles(self):
        """The rides of each vehicle: one, or there and back without a change."""
        for number in range(self.runs):
            there = _moved(self.pattern, self.first + number * self.headway)
            yield [there, _moved(_back(self.pattern), there[-1].arrival + 240)][: 1 + self.returns]


def _moved(calls, seconds):
    return [c._replace(arrival=c.arrival + seconds, departure=c.departure + seconds) for c in calls]


def _back(pattern):
    """The same way back, as long as there."""
    end = pattern[-1].arrival
    return [
        Call(c.stop, end - c.departure, end - c.arrival, c.alight, c.board) for c in pattern[::-1]
    ]


# -- worlds ----------------------------------------------------------------------------------------

minutes = st.integers(5, 40)
often = st.sampled_from([True, True, True, False])


@st.composite
def lines(draw, stops=tuple(KM), *, first=(5 * 60, 19 * 60), intervals=False):
    """A line of two to four stops with up to six runs."""
    order = draw(st.lists(st.sampled_from(stops), min_size=2, max_size=4, unique=True))
    pattern, time = [], 0
    for at, stop in enumerate(order):
        here = time if at == 0 else time + 60 * draw(minutes)
        time = here + 60 * (draw(st.integers(0, 3)) if 0 < at < len(order) - 1 else 0)
        pattern.append(Call(stop, here, time, draw(often), draw(often)))
    interval = intervals and draw(st.booleans())
    return Line(
        tuple(pattern), 60 * draw(st.integers(*first)), 60 * draw(st.integers(20, 150)),
        draw(st.integers(1, 6)), interval, draw(st.booleans()),
        not interval and draw(st.booleans()),
    )  # fmt: skip


windows = st.lists(
    st.tuples(st.sampled_from(["AC", "CD", "BE"]), st.sampled_from(["", "AC", "BE"]),
              st.integers(6, 12), st.integers(1, 9)), max_size=2,
)  # fmt: skip  # (stops served, or from these to those; hour of opening, hours open)
worlds = st.lists(lines(), min_size=2, max_size=5)
courses = st.lists(
    st.tuples(st.sampled_from("CE"), st.integers(7 * 60, 15 * 60), st.integers(30, 240)),
    min_size=4, max_size=4,
)  # fmt: skip  # (stop where it takes place, start, length)


# -- worlds as text --------------------------------------------------------------------------------


def clock(seconds):
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def text(head, rows):
    return "\n".join([head, *(",".join(map(str, row)) for row in rows)]) + "\n"


def feed_texts(world, on_demand=()):
    """The files of a feed: all lines on school days, and one ride on each other kind of day."""
    trips, calls, intervals = [], [], []

    def add(trip, service, block, ride):
        trips.append((service, trip, block))
        calls.extend(
            (trip, n, c.stop, clock(c.arrival), clock(c.departure), int(not c.board),
             int(not c.alight), "", "", "") for n, c in enumerate(ride)
        )  # fmt: skip

    for number, line in enumerate(world):
        name = f"L{number}"
        if line.is_interval:  # the pattern may stand anywhere in the day
            add(name, "schultag", "", _moved(line.pattern, number * HOUR))
            end = line.first + (line.runs - 1) * line.headway + 1 + 60 * number % line.headway
            row = (name, clock(line.first), clock(end), line.headway, int(line.is_exact))
            intervals.append(row)
            continue
        for run, rides in enumerate(line.vehicles()):
            block = f"{name}-{run}" if len(rides) > 1 else ""
            for part, ride in enumerate(rides):
                add(f"{name}-{run}-{part}", "schultag", block, ride)
    for service in ("ferientag", "samstag", "sonntag"):
        add(service, service, "", [Call("A", 8 * HOUR, 8 * HOUR), Call("C", 9 * HOUR, 9 * HOUR)])
    for number, (here, there, opens, length) in enumerate(on_demand):
        trips.append(("schultag", f"flex{number}", ""))
        bounds = clock(opens * HOUR), clock((opens + length) * HOUR)
        rows = [(here, 2, 1), (there, 1, 2)] if there else [(here, 2, 2)]
        calls.extend((f"flex{number}", n, "", "", "", on, off, places, *bounds)
                     for n, (places, on, off) in enumerate(rows))  # fmt: skip
    return {
        "stops.txt": text("stop_id,stop_name,stop_lat,stop_lon",
                          [(s, s, LAT + km * KM_NORTH, LON) for s, km in KM.items()]),
        "routes.txt": text("route_id,route_short_name,route_type", [("L", "1", 3)]),
        "trips.txt": text("route_id,service_id,trip_id,block_id", [("L", *row) for row in trips]),
        "stop_times.txt": text(
            "trip_id,stop_sequence,stop_id,arrival_time,departure_time,pickup_type,drop_off_type,"
            "location_group_id,start_pickup_drop_off_window,end_pickup_drop_off_window", calls),
        "frequencies.txt": text("trip_id,start_time,end_time,headway_secs,exact_times", intervals),
        "location_group_stops.txt": text(
            "location_group_id,stop_id", [(g, s) for g in ("AC", "CD", "BE") for s in g]),
        "calendar.txt": text(
            "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,start_date,"
            "end_date", [("schultag", 1, 1, 1, 1, 1, 0, 0, 20261123, 20261218),
                         ("samstag", 0, 0, 0, 0, 0, 1, 0, 20261123, 20261218)]),
        "calendar_dates.txt": text("service_id,date,exception_type", [
            ("schultag", 20261215, 2), ("ferientag", 20261215, 1), ("sonntag", 20261129, 1)]),
    }  # fmt: skip


def turned(texts, end):
    """The same feed with time running backwards from ``end``: every trip the other way round."""
    rows = list(csv.DictReader(io.StringIO(texts["stop_times.txt"])))
    pairs = [("arrival_time", "departure_time"),
             ("start_pickup_drop_off_window", "end_pickup_drop_off_window")]  # fmt: skip
    for row in rows:
        for one, other in pairs:
            if row[one]:
                row[one], row[other] = clock(end - _s(row[other])), clock(end - _s(row[one]))
        row["pickup_type"], row["drop_off_type"] = row["drop_off_type"], row["pickup_type"]
        row["stop_sequence"] = 1000 - int(row["stop_sequence"])
    head = texts["stop_times.txt"].split("\n", 1)[0]
    return texts | {"stop_times.txt": text(head, [row.values() for row in rows])}


def _s(time):
    hours_, minutes_, seconds = map(int, time.split(":"))
    return hours_ * HOUR + minutes_ * 60 + seconds


def read(texts):
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "gtfs").mkdir()
        for name, content in texts.items():
            (Path(folder) / "gtfs" / name).write_text(content, encoding="utf-8")
        feed, problems = read_feed(Path(folder))
    assert problems == []
    return feed


@cache
def nowhere(stops):
    """People at every stop and in Weiler, a site at C and one at E, no timetable, no session."""
    places = {stop: (LAT + KM[stop] * KM_NORTH, LON) for stop in stops}
    if "B" in stops:
        places["Weiler"] = (LAT + KM["C"] * KM_NORTH, LON + 0.8 / 70.7)
    people = [{"settlement_id": name, "name": name, "lat": lat, "lon": lon, "population_count": 9}
              for name, (lat, lon) in places.items()]  # fmt: skip
    sites = [{"site_id": stop, "name": stop, "lat": places[stop][0], "lon": LON} for stop in "CE"]
    return region(people, sites, [], None).with_parameters(bike_max_minutes=0)


def district(texts, held, stops=tuple(KM), **parameters):
    """The feed with courses on Tuesdays, by number."""
    rows = [
        {"session_id": str(number), "offer_id": "A", "site_id": site, "weekdays": "Di",
         "start_time": clock(60 * start)[:5], "end_time": clock(60 * (start + length))[:5],
         "runs_in_holidays": "ja"} for number, (site, start, length) in enumerate(held)
    ]  # fmt: skip
    made = replace(nowhere(stops), feed=read(texts), sessions=table("sessions", rows))
    return made.with_parameters(**(WIDE | parameters))


def asked(made, *, with_flex=False):
    """One row a session and settlement, on a school day."""
    rows = attendance(made, made.sessions, states=[("schultag", with_flex)])
    return rows.set_index(["session_id", "settlement_id"])


def no_worse(before, after):
    """Whoever took part still does, and nobody leaves earlier or comes home later."""
    assert (after["reason"].eq("erreichbar") >= before["reason"].eq("erreichbar")).all()
    bus = [rows["transit_reason"].eq("erreichbar") for rows in (before, after)]
    assert (bus[1] >= bus[0]).all()
    both = before[["leave_minute", "home_minute"]].notna().all(axis=1)
    assert (after["leave_minute"][both] >= before["leave_minute"][both]).all()
    assert (after["home_minute"][both] <= before["home_minute"][both]).all()


# -- better and worse ------------------------------------------------------------------------------


@tries(8)
@given(worlds, windows, courses)
def test_the_on_demand_bus_takes_nobody_away(world, on_demand, held):
    made = district(feed_texts(world, on_demand), held)
    no_worse(asked(made), asked(made, with_flex=True))


@tries(6)
@given(worlds, lines(), windows, courses)
def test_one_more_line_takes_nobody_away(world, more, on_demand, held):
    before, after = (
        asked(district(feed_texts(w, on_demand), held), with_flex=True)
        for w in (world, [*world, more])
    )
    no_worse(before, after)


CHANGES = [
    ("away_max_minutes", 90, 300), ("max_boardings", 1, 2), ("max_boardings", 2, 4),
    ("stop_walk_max_minutes", 10, 30), ("transfer_walk_max_minutes", 5, 15),
    ("min_transfer_minutes", 10, 0), ("earliest_departure", "07:00", "04:30"),
    ("latest_return", "19:00", "23:59"), ("arrive_buffer_minutes", 15, 0),
    ("leave_buffer_minutes", 15, 0), ("walk_speed_kmh", 3.5, 5.0), ("flex_speed_kmh", 30, 45),
]  # fmt: skip


@tries(16)
@given(worlds, windows, courses, st.sampled_from(CHANGES))
def test_wider_limits_take_nobody_away(world, on_demand, held, change):
    name, narrow, wide = change
    made = district(feed_texts(world, on_demand), held)
    before, after = (
        asked(made.with_parameters(**{name: value}), with_flex=True) for value in (narrow, wide)
    )
    no_worse(before, after)


def without_ranges(made, **values):
    """The district under limits that nobody would defend."""
    entries = dict(made.parameters.entries)
    for name, value in values.items():
        entries[name] = replace(entries[name], value=value, range=None)
    return replace(made, parameters=Parameters(entries))


@tries(3)
@given(worlds, windows, courses)
def test_without_any_time_only_those_at_the_place_take_part(world, on_demand, held):
    made = without_ranges(
        district(feed_texts(world, on_demand), held), away_max_minutes=0, walk_max_minutes=0
    )
    rows = asked(made, with_flex=True)
    taking_part = rows.index[rows["reason"] == "erreichbar"]
    assert list(taking_part) == [(str(n), site) for n, (site, *_) in enumerate(held)]


# -- turned round in time --------------------------------------------------------------------------


@tries(6)
@given(worlds, windows, courses)
def test_the_way_out_is_the_way_back_turned_round(world, on_demand, held):
    """From 04:30 to 19:30 is the same backwards; buffers before and after are alike."""
    limits = {"latest_return": "19:30", "away_max_minutes": 240}
    texts = feed_texts(world, on_demand)
    ends = max(_s(c) for row in csv.DictReader(io.StringIO(texts["stop_times.txt"]))
               if (c := row["arrival_time"]))  # fmt: skip
    if ends > DAY:
        texts = feed_texts([line._replace(first=line.first % HOUR) for line in world], on_demand)
    other = [(site, DAY // 60 - start - length, length) for site, start, length in held]
    here = asked(district(texts, held, **limits), with_flex=True)
    there = asked(district(turned(texts, DAY), other, **limits), with_flex=True)
    bus = [rows["transit_reason"].eq("erreichbar") for rows in (here, there)]
    assert (bus[0] == bus[1]).all()
    assert (here["home_minute"].notna() == there["leave_minute"].notna()).all()
    both = here[["leave_minute", "home_minute"]].notna().all(axis=1)
    assert np.allclose(there["leave_minute"][both], DAY / 60 - here["home_minute"][both])
    assert np.allclose(there["home_minute"][both], DAY / 60 - here["leave_minute"][both])


overnight = st.lists(lines(first=(5 * 60, 24 * 60)), min_size=1, max_size=4)


@tries(8)
@given(overnight, windows, st.lists(st.integers(8 * 60, 27 * 60), min_size=3, max_size=3))
def test_latest_departures_are_earliest_arrivals_turned_round(world, on_demand, times):
    texts = feed_texts(world, on_demand)
    here, there = day(read(texts)).turned(), day(read(turned(texts, 2 * DAY)))
    for stop, time in product(range(len(KM)), times):
        late = from_stop(here, stop, -60 * time)
        early = from_stop(there, stop, 2 * DAY - 60 * time)
        assert np.array_equal(np.where(late == NEVER, NEVER, late + 2 * DAY), early)


def day(feed):
    date = reference_dates(feed, pd.Timestamp("2026-11-22"))["schultag"]
    return compile_day(feed, date, PARAMETERS, with_flex=True)


def from_stop(found, stop, time):
    """Earliest arrivals by boardings and stop."""
    return time_of(scan(found.day, Starts(int32([stop]), int32([time]), int32([0])), MOST))


# -- against a search by rounds --------------------------------------------------------------------


@cache
def rides(world):
    """The calls of every vehicle; one stays seated where it turns."""
    found = []
    for line in world:
        for parts in line.vehicles():
            calls = list(parts[0])
            for after in parts[1:]:
                turn = calls[-1]._replace(departure=after[0].departure, board=after[0].board)
                calls = [*calls[:-1], turn, *after[1:]]
            found.append(calls)
    return found


def arrivals(world, start, begin):
    """Earliest arrival by stop, boarding by boarding; changes take ten minutes, nobody walks."""
    ready, best = {start: begin}, {}
    for _ in range(MOST):
        reached = {}
        for calls in rides(world):
            is_aboard = False
            for call in calls:
                if is_aboard and call.alight:
                    reached[call.stop] = min(call.arrival, reached.get(call.stop, NEVER))
                is_aboard |= call.board and ready.get(call.stop, NEVER) <= call.departure
        best = {stop: min(reached.get(stop, NEVER), best.get(stop, NEVER)) for stop in FAR}
        ready = {stop: time + CHANGE_S for stop, time in reached.items()}
    return best


def latest(world, start, target, deadline):
    """The last departure that still arrives in time; None without one."""
    departures = {c.departure for calls in rides(world) for c in calls[:-1] if c.stop == start}
    in_time = [t for t in departures if arrivals(world, start, t)[target] <= deadline]
    return max(in_time, default=None)


far_worlds = st.lists(lines(FAR, first=(5 * 60, 24 * 60), intervals=True), min_size=1, max_size=4)


@tries(12)
@given(far_worlds, st.lists(st.integers(5 * 60, 25 * 60), min_size=3, max_size=3))
def test_read_from_text_a_day_answers_as_the_rides_do(world, times):
    found = day(read(feed_texts(world)))
    for stop, time in product(FAR, times):
        arrival = from_stop(found, list(found.stop_ids).index(stop), 60 * time)
        best = dict(zip(found.stop_ids, arrival.min(axis=0).tolist(), strict=True))
        assert {name: best[name] for name in FAR} == arrivals(tuple(world), stop, 60 * time)


@tries(8)
@given(far_worlds, courses)
def test_who_can_take_part_is_what_the_rides_allow(world, held):
    """With no limit but the boardings everybody takes part who gets there and home again."""
    made = without_ranges(
        district(feed_texts(world), held, FAR),
        earliest_departure="00:00", latest_return="99:00", away_max_minutes=10**6,
        walk_max_minutes=0, min_transfer_minutes=CHANGE_S // 60,
    )  # fmt: skip
    rows = asked(made)
    for (number, (site, start, length)), home in product(enumerate(held), FAR):
        if home == site:
            continue
        leave = latest(tuple(world), home, site, 60 * start - BUFFER_S)
        back = arrivals(tuple(world), site, 60 * (start + length) + BUFFER_S)[home]
        row = rows.loc[(str(number), home)]
        wanted = "keine_hinfahrt" if leave is None else "erreichbar"
        wanted = "keine_rueckfahrt" if leave is not None and back == NEVER else wanted
        assert row["reason"] == wanted
        if wanted == "erreichbar":
            assert (row["leave_minute"] * 60, row["home_minute"] * 60) == (leave, back)


@tries(5)
@given(far_worlds, courses)
def test_an_interval_is_the_same_as_its_runs(world, held):
    single = [line._replace(is_interval=False) for line in world]
    one, other = (asked(district(feed_texts(w), held, FAR)) for w in (world, single))
    pd.testing.assert_frame_equal(one[ANSWER], other[ANSWER])


# -- always the same -------------------------------------------------------------------------------


@tries(3)
@given(worlds, windows, courses, st.randoms(use_true_random=False))
def test_the_same_question_has_the_same_answer(world, on_demand, held, chance):
    """Also when the rows of the files stand in another order."""
    texts = feed_texts(world, on_demand)
    one, other = (asked(district(texts, held), with_flex=True) for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
    mixed = {name: shuffled(content, chance) for name, content in texts.items()}
    mixed = asked(district(mixed, held), with_flex=True)
    pd.testing.assert_frame_equal(one[ANSWER], mixed[ANSWER])


def shuffled(content, chance):
    head, *rows = content.splitlines()
    chance.shuffle(rows)
    return "\n".join([head, *rows]) + "\n"


def test_the_worlds_are_worth_asking():
    """A line there and back that serves a course at E: everybody comes by bus, E is there."""
    pattern = tuple(Call(s, 1200 * n, 1200 * n) for n, s in enumerate("ACDE"))
    line = Line(pattern, 6 * HOUR, 2 * HOUR, 5, is_interval=False, is_exact=True, returns=True)
    rows = asked(district(feed_texts([line]), [("E", 9 * 60, 180)])).loc["0"]
    assert list(rows["reason"]) == ["erreichbar"] * 6
    assert list(rows["mode"]) == ["bus"] * 4 + ["fuss", "bus"]
    # 06:00 and 08:00 from A, at E an hour later: too late is 09:00. Back 07:04, 09:04, … 13:04.
    assert (rows.loc["A", "leave_minute"], rows.loc["A", "home_minute"]) == (360, 14 * 60 + 4)
    assert (rows.loc["D", "leave_minute"], rows.loc["D", "home_minute"]) == (400, 13 * 60 + 24)
