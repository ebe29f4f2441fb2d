"""Feeds as they are published: read, searched, and searched again from their text alone.

``SOK_FEEDS`` names a folder with feeds; benchmarks/real_feeds.py says where to find some. Without
it the district's own feed stands for all. No feed of others is part of the project.
"""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections import defaultdict
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from benchmarks.real_feeds import busiest_day, feeds_under, line, opened, table, tried
from sokanalysis.connection_scan import scan
from sokanalysis.edges import Starts, rows
from sokanalysis.journey import NEVER, int32, time_of
from sokanalysis.parameters import default_parameters
from sokanalysis.timetable import compile_day
from tests.conftest import SOK

FOLDER = os.environ.get("SOK_FEEDS")
FEEDS = [SOK / "gtfs", *(feeds_under(Path(FOLDER)) if FOLDER else [])]
MOST, CHANGE_S, QUERIES = 3, 180, 6
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# What is said of a feed that is read row by row as it stands.
HARMLESS = ("ab Beginn des Takts angenommen", "nach Anruf", "Zeitzonen", "Umstiegsregel")


@pytest.mark.skipif(not FOLDER, reason="SOK_FEEDS names no folder with feeds of others")
def test_a_folder_of_feeds_is_a_table():
    made = [tried(feed, feed.name) for feed in FEEDS[1:]]
    assert len(table(made).splitlines()) == len(made) + 1
    assert any(row.day for row in made)


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_a_feed_is_searched_or_refused_in_german(feed):
    row = tried(feed, feed.name)
    assert bool(row.day) != bool(row.refusal)
    assert row.scan_ms > 0 or " → " in row.refusal
    assert line(row).startswith(feed.name[-35:])


@pytest.mark.parametrize("feed", FEEDS, ids=lambda feed: feed.name)
def test_the_rows_as_published_give_the_same_arrivals(feed):
    """Changing at one stop takes three minutes, nobody walks from stop to stop."""
    read, _ = opened(feed)
    if read is None or read.active.empty:
        pytest.skip("refused")
    mended = [note for note in read.notes if not any(words in note for words in HARMLESS)]
    if mended or read.stop_times.empty:
        pytest.skip(f"not as published: {mended or 'on demand alone'}")
    date = busiest_day(read)
    vehicles = published(feed, date)
    day = compile_day(read, date, default_parameters(), with_flex=False)
    here = np.arange(len(day.stop_ids))
    day = replace(day, walks=rows(here, here, np.full(len(here), CHANGE_S), len(here)))
    chance = np.random.default_rng(5)
    for stop in chance.choice(np.unique(day.connections.from_stop), QUERIES):
        begin = int(chance.integers(5 * 60, 20 * 60)) * 60
        arrival = time_of(scan(day.day, Starts(int32([stop]), int32([begin]), int32([0])), MOST))
        found = dict(zip(day.stop_ids, arrival.min(axis=0).tolist(), strict=True))
        found = {name: time for name, time in found.items() if time != NEVER}
        assert found == searched(vehicles, day.stop_ids[stop], begin)


def searched(vehicles, start, begin):
    """Earliest arrival by stop, boarding by boarding over all vehicles."""
    ready, best = {start: begin}, {}
    for _ in range(MOST):
        reached = {}
        for calls in vehicles:
            is_aboard = False
            for stop, arrival, departure, board, alight in calls:
                if is_aboard and alight:
                    reached[stop] = min(arrival, reached.get(stop, NEVER))
                is_aboard |= board and ready.get(stop, NEVER) <= departure
        best |= {stop: min(time, best.get(stop, NEVER)) for stop, time in reached.items()}
        ready = {stop: time + CHANGE_S for stop, time in reached.items()}
    return best


def published(feed, date):
    """Every vehicle's (stop, arrival, departure, board, alight) on a date, by the text alone."""
    tables = {name: records(feed, name) for name in (
        "trips", "stop_times", "calendar", "calendar_dates", "frequencies")}  # fmt: skip
    today = running(tables, date)
    trips = {row["trip_id"]: row for row in tables["trips"] if row["service_id"] in today}
    calls = defaultdict(list)
    for row in tables["stop_times"]:
        arrival = row["arrival_time"] or row["departure_time"]
        departure = row["departure_time"] or row["arrival_time"]
        if row["trip_id"] in trips and arrival:  # without one it is a window on demand
            calls[row["trip_id"]].append((
                float(row["stop_sequence"]), row["stop_id"], seconds(arrival), seconds(departure),
                row.get("pickup_type") != "1", row.get("drop_off_type") != "1",
            ))  # fmt: skip
    rides = {trip: [call for _, *call in sorted(found)] for trip, found in calls.items()}
    starts = defaultdict(set)
    for row in tables["frequencies"]:
        begin, end = seconds(row["start_time"]), seconds(row["end_time"])
        starts[row["trip_id"]] |= set(range(begin, end, int(row["headway_secs"])))
    runs = [moved(rides[trip], at) for trip in starts if trip in rides for at in starts[trip]]
    blocks = defaultdict(list)
    for trip, ride in rides.items():
        if trip not in starts:
            blocks[trips[trip].get("block_id") or f"alone {trip}"].append(ride)
    return runs + [vehicle for block in blocks.values() for vehicle in seated(block)]


def records(feed, name):
    """The rows of a table as dictionaries; none without the file."""
    if feed.is_dir():
        path = feed / f"{name}.txt"
        raw = path.read_bytes() if path.exists() else b""
    else:
        with zipfile.ZipFile(feed) as bundle:
            places = [place for place in bundle.namelist() if Path(place).name == f"{name}.txt"]
            raw = bundle.read(places[0]) if places else b""
    text = io.StringIO(raw.decode("utf-8-sig"), newline="")
    return [
        {key.strip(): (cell or "").strip() for key, cell in row.items() if key}
        for row in csv.DictReader(text, skipinitialspace=True)
    ]


def running(tables, date):
    day = f"{date:%Y%m%d}"
    services = {
        row["service_id"]
        for row in tables["calendar"]
        if row[DAYS[date.day_of_week]] == "1" and row["start_date"] <= day <= row["end_date"]
    }
    for row in tables["calendar_dates"]:
        if row["date"] == day:
            (services.add if row["exception_type"] == "1" else services.discard)(row["service_id"])
    return services


def seconds(clock):
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(rest)


def moved(ride, start):
    shift = start - ride[0][2]
    return [(stop, a + shift, d + shift, *rules) for stop, a, d, *rules in ride]


def seated(block):
    """The rides of a block, joined where one stays seated: it goes on from where it has ended."""
    block = sorted(block, key=lambda ride: (ride[0][2], ride[-1][1]))
    joined = [block[0]]
    for before, after in pairwise(block):
        last, first = before[-1], after[0]
        if last[0] == first[0] and last[1] <= first[2]:
            turn = [last[0], last[1], first[2], first[3], last[4]]
            joined[-1] = [*joined[-1][:-1], turn, *after[1:]]
        else:
            joined.append(after)
    return joined
