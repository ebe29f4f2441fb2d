"""Walks between stops, on straight lines and on streets; minutes are reckoned by hand.

Drüben ─(0,600)────────────────(3000,600)─┐
~~~~~~~~~~~~ river at 300 m ~~~~~~~~~~~~~~  bridge
Halt ──(0,0)───Ecke(700,0)─────(3000,0)───┘
                                            On foot 75 m a minute, straight lines times 1.3.
Feld   (0,-700), 200 m too far from any street (500 m)
"""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from sokanalysis import footpaths as module
from sokanalysis.footpaths import footpaths, stop_places
from sokanalysis.geography import project
from sokanalysis.parameters import default_parameters
from tests.test_region_streets import place
from tests.test_streets import BANKS, RIVER, network

PARAMETERS = default_parameters().replace(transfer_walk_max_minutes=15)
PLACES = {"Halt": (0, 0), "Ecke": (700, 0), "Drüben": (0, 600), "Feld": (0, -700)}
STRAIGHT = 1.3 / 75 * 60  # seconds a metre
CHANGE = 180


def stops(places=PLACES, stations=None):
    rows = [{"stop_id": name, "parent_station": (stations or {}).get(name, "")} | place(*at)
            for name, at in places.items()]  # fmt: skip
    return pd.DataFrame(rows, columns=["stop_id", "parent_station", "lat", "lon"])


def rules(*rows):
    columns = ["from_stop_id", "to_stop_id", "transfer_type", "min_s"]
    table = pd.DataFrame(list(rows), columns=columns)
    return table.astype({"transfer_type": "int64", "min_s": "float64"})


@pytest.fixture
def streets(tmp_path):
    net = network(tmp_path, RIVER, [*BANKS, ([11, 12], {"waterway": "river"})])
    return net.with_parameters(PARAMETERS)


def seconds(given, transfers=None, streets=None, parameters=PARAMETERS):
    """Seconds by (from, to), each stop to itself left out when it takes the usual time."""
    found = footpaths(given, rules() if transfers is None else transfers, parameters, streets)
    source = np.repeat(np.arange(len(given)), np.diff(found.start))
    names = given["stop_id"].to_numpy()
    ways = dict(zip(zip(names[source], names[found.to], strict=True), found.seconds, strict=True))
    return {(a, b): int(took) for (a, b), took in ways.items() if a != b or took != CHANGE}


def both_ways(**ways):
    pairs = {tuple(pair.split("_")): took for pair, took in ways.items()}
    return pairs | {(b, a): took for (a, b), took in pairs.items()}


def near(ways):
    return pytest.approx(ways, abs=1)  # positions are kept to a centimetre


def test_on_straight_lines_nobody_sees_the_river():
    # 600 m × 1.3 / 75 = 10.4 minutes, 700 m take 12.1; Ecke to Drüben 922 m, 15.98 minutes.
    assert seconds(stops()) == near(both_ways(
        Halt_Ecke=700 * STRAIGHT, Halt_Drüben=600 * STRAIGHT, Halt_Feld=700 * STRAIGHT,
    ))  # fmt: skip


def test_on_streets_the_walk_follows_them(streets):
    # Halt to Ecke 700 m along the street; over the bridge it would be 6,600 m. Feld lies off
    # the streets and keeps its straight line.
    assert seconds(stops(), streets=streets) == near(
        both_ways(Halt_Ecke=700 / 75 * 60, Halt_Feld=700 * STRAIGHT)
    )


def test_a_straight_street_brings_near_what_a_detour_kept_apart(streets):
    # 700 m: 9.3 minutes along the street, 12.1 in a straight line with detour; 10 are allowed.
    ten = PARAMETERS.replace(transfer_walk_max_minutes=10)
    halts = stops({name: PLACES[name] for name in ("Halt", "Ecke")})
    assert seconds(halts, parameters=ten) == {}
    along = seconds(halts, streets=streets.with_parameters(ten), parameters=ten)
    assert along == near(both_ways(Halt_Ecke=560))


def test_a_station_holds_together_across_the_river(streets):
    # No way along the streets is short enough, so the straight line counts; it also joins Ecke
    # and Feld (990 m), which lie too far apart to be joined otherwise.
    station = {"Halt": "B", "Drüben": "B", "Ecke": "C", "Feld": "C"}
    assert seconds(stops(stations=station), streets=streets) == near(both_ways(
        Halt_Ecke=560, Halt_Feld=700 * STRAIGHT,
        Halt_Drüben=600 * STRAIGHT, Ecke_Feld=np.hypot(700, 700) * STRAIGHT,
    ))  # fmt: skip


def test_a_station_takes_the_street_where_there_is_one(streets):
    halts = stops(stations={"Halt": "B", "Ecke": "B"})
    assert seconds(halts, streets=streets)["Halt", "Ecke"] == near(560)


def test_transfers_go_before_streets(streets):
    given = rules(("Halt", "Ecke", 2, 300.0), ("Ecke", "Halt", 3, np.nan),
                  ("Halt", "Drüben", 2, 900.0), ("Drüben", "Halt", 2, np.nan),
                  ("Halt", "Halt", 1, np.nan), ("Halt", "Feld", 0, np.nan))  # fmt: skip
    # A minimum that is not given is no way across the river; recommended (0) changes nothing.
    assert seconds(stops(), given, streets) == near({
        ("Halt", "Halt"): 0, ("Halt", "Ecke"): 300, ("Halt", "Drüben"): 900,
        ("Halt", "Feld"): 700 * STRAIGHT, ("Feld", "Halt"): 700 * STRAIGHT,
    })  # fmt: skip


def test_stops_at_one_place_take_the_change_time(streets):
    halts = stops({"a": (10, 0), "b": (10, 0), "c": (0, -900), "d": (0, -900)})
    for net in (None, streets):
        assert seconds(halts, streets=net) == both_ways(a_b=CHANGE, c_d=CHANGE)


def test_without_stops_there_are_no_walks(streets):
    for net in (None, streets):
        found = footpaths(stops({}), rules(), PARAMETERS, net)
        assert (list(found.start), len(found.to)) == ([0], 0)


def test_walks_do_not_depend_on_how_many_are_searched_at_once(streets, monkeypatch):
    # 14 stops every 150 m on both banks; every pair within 15 minutes, 1,125 m.
    along = [150 * n for n in range(7)]
    halts = stops({f"{x}/{y}": (x, y) for y, x in itertools.product((0, 600), along)})
    whole = seconds(halts, streets=streets)
    assert whole == near({
        (f"{a}/{y}", f"{b}/{y}"): max(abs(a - b) / 75 * 60, CHANGE)
        for y in (0, 600) for a in along for b in along if a != b
    })  # fmt: skip
    monkeypatch.setattr(module, "_BATCH", 3)
    assert seconds(halts.copy(), streets=streets) == whole


def test_answers_are_kept_by_identity(streets):
    halts, given = stops(), rules()
    kept = footpaths(halts, given, PARAMETERS, streets)
    assert footpaths(halts, given, PARAMETERS, streets) is kept
    assert footpaths(halts, given, PARAMETERS) is not kept
    assert stop_places(halts) is stop_places(halts)
    assert (stop_places(halts) == project(halts)).all()
