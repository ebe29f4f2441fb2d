"""Travel on small drawn networks, with ways long enough to reckon the minutes by hand.

On foot 4.5 km/h are 75 m a minute; a bike at 13 km/h makes 216.67 m a minute; a car in a
residential street at 25 km/h 416.67 m a minute, and 5 minutes more for getting to it and parking.
"""

from __future__ import annotations

import os
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Transformer

from sokanalysis.geography import distances_m, pairs_within
from sokanalysis.parameters import default_parameters
from sokanalysis.read.osm import OsmStreets
from sokanalysis.street_graph import sections
from sokanalysis.street_profiles import access, directions, limit_kmh, pace, rules, speeds_kmh
from sokanalysis.streets import MODES, StreetNetwork, travel_minutes, widened
from tests.test_osm import write

PARAMETERS = default_parameters()
CORNER = np.array([680_000.0, 5_610_000.0])
BOX = (11.4, 50.5, 11.8, 50.8)
ROAD = {"highway": "residential"}
WALK, BIKE, CAR = 75.0, 13_000 / 60, 25_000 / 60
EXTRA = 5.0
CLOSE = 0.005  # positions in an extract are kept to a centimetre


def at(*places: tuple[float, float]) -> np.ndarray:
    """Positions from metres east and north of the corner."""
    return np.array(places, dtype=float).reshape(-1, 2) + CORNER


def network(
    folder: Path,
    nodes: dict[int, tuple[float, float]],
    ways: list[tuple[list[int], dict[str, str]]],
    gates: dict[int, dict[str, str]] | None = None,
) -> StreetNetwork:
    """A network from nodes in metres, through a real extract."""
    back = Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True)
    degrees = {number: back.transform(*(CORNER + place)) for number, place in nodes.items()}
    path = write(folder / "land.osm.pbf", degrees, ways, gates)
    return StreetNetwork.from_osm(path, BOX, PARAMETERS)


def minutes(net: StreetNetwork, mode: str, start: tuple, end: tuple) -> float:
    return float(net.travel_minutes(mode, at(start), at(end))[0, 0])


SQUARE = {1: (0, 0), 2: (750, 0), 3: (750, 750), 4: (0, 750)}
A, B, C, D = SQUARE.values()
RING = [([2, 3], ROAD), ([3, 4], ROAD), ([4, 1], ROAD)]


# -- what each mode may do ----------------------------------------------------------------------


def test_one_way_street_sends_the_car_round(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2], ROAD | {"oneway": "yes"}), *RING])
    assert minutes(net, "auto", A, B) == pytest.approx(750 / CAR + EXTRA, abs=CLOSE)
    assert minutes(net, "auto", B, A) == pytest.approx(3 * 750 / CAR + EXTRA, abs=CLOSE)
    assert minutes(net, "rad", B, A) == pytest.approx(3 * 750 / BIKE, abs=CLOSE)
    assert minutes(net, "fuss", B, A) == pytest.approx(10, abs=CLOSE)


def test_one_way_against_the_drawing(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2], ROAD | {"oneway": "-1"}), *RING])
    assert minutes(net, "auto", A, B) == pytest.approx(3 * 750 / CAR + EXTRA, abs=CLOSE)
    assert minutes(net, "auto", B, A) == pytest.approx(750 / CAR + EXTRA, abs=CLOSE)


def test_one_way_open_for_bikes(tmp_path: Path) -> None:
    tags = ROAD | {"oneway": "yes", "oneway:bicycle": "no"}
    net = network(tmp_path, SQUARE, [([1, 2], tags), *RING])
    assert minutes(net, "rad", B, A) == pytest.approx(750 / BIKE, abs=CLOSE)
    assert minutes(net, "auto", B, A) == pytest.approx(3 * 750 / CAR + EXTRA, abs=CLOSE)


def test_a_place_at_the_junction_is_not_on_the_one_way_street(tmp_path: Path) -> None:
    ways = [([1, 2], ROAD | {"oneway": "yes"}), ([1, 2], ROAD), ([1, 4], ROAD)]
    net = network(tmp_path, SQUARE, ways)
    # 40 m before node 1, as near to all three streets: it can leave by any of them.
    assert minutes(net, "auto", (-40, -40), D) == pytest.approx(
        np.hypot(40, 40) / WALK + 750 / CAR + EXTRA, abs=CLOSE
    )


def test_two_points_on_the_same_one_way_street(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2], ROAD | {"oneway": "yes"}), *RING])
    west, east = (150, 0), (450, 0)
    assert minutes(net, "auto", west, east) == pytest.approx(300 / CAR + EXTRA, abs=CLOSE)
    # Against the arrow all the way round: the ring of 3,000 m less the 300 m between them.
    assert minutes(net, "auto", east, west) == pytest.approx(2700 / CAR + EXTRA, abs=CLOSE)


def test_roundabout_is_one_way_without_saying_so(tmp_path: Path) -> None:
    ring = [([1, 2, 3, 4, 1], ROAD | {"junction": "roundabout"})]
    net = network(tmp_path, SQUARE, ring)
    assert minutes(net, "auto", B, A) == pytest.approx(3 * 750 / CAR + EXTRA, abs=CLOSE)
    assert minutes(net, "fuss", B, A) == pytest.approx(10, abs=CLOSE)


def test_motorway_is_closed_for_feet_and_bikes(tmp_path: Path) -> None:
    motorway = [([1, 2], {"highway": "motorway", "oneway": "no"})]
    net = network(tmp_path, SQUARE, [*motorway, *RING])
    # 110 km/h is the motorway's pace, below 85 % of the 130 km/h that are advised.
    assert minutes(net, "auto", A, B) == pytest.approx(0.75 / 110 * 60 + EXTRA, abs=CLOSE)
    assert minutes(net, "fuss", A, B) == pytest.approx(30, abs=CLOSE)
    assert minutes(net, "rad", A, B) == pytest.approx(3 * 750 / BIKE, abs=CLOSE)


def test_nobody_gets_on_in_the_middle_of_a_motorway(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2], {"highway": "motorway", "oneway": "no"}), *RING])
    # 50 m above the motorway, 375 m from the street at its end.
    assert net.snaps("auto", at((375, 50))).walk_m == pytest.approx([375], abs=0.1)


def test_private_road_is_closed_unless_the_mode_is_named(tmp_path: Path) -> None:
    private = ROAD | {"access": "private", "foot": "yes"}
    net = network(tmp_path, SQUARE, [([1, 2], private), *RING])
    assert minutes(net, "auto", A, B) == pytest.approx(3 * 750 / CAR + EXTRA, abs=CLOSE)
    assert minutes(net, "fuss", A, B) == pytest.approx(10, abs=CLOSE)


def test_steps_slow_feet_and_are_pushed_up(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2], {"highway": "steps"}), *RING])
    # 750 m of steps at half the pace: 20 minutes. The bike rides the 2,250 m round instead.
    assert minutes(net, "fuss", A, B) == pytest.approx(20, abs=CLOSE)
    assert minutes(net, "rad", A, B) == pytest.approx(2250 / BIKE, abs=CLOSE)


def test_bike_is_pushed_along_a_footway(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2], {"highway": "footway"}), ([2, 3], ROAD)])
    assert minutes(net, "rad", A, B) == pytest.approx(10, abs=CLOSE)


def test_bollard_stops_the_car_only(tmp_path: Path) -> None:
    nodes = SQUARE | {5: (375, 0)}
    gate = {5: {"barrier": "bollard"}}
    net = network(tmp_path, nodes, [([1, 5, 2], ROAD), *RING], gate)
    assert minutes(net, "auto", A, B) == pytest.approx(3 * 750 / CAR + EXTRA, abs=CLOSE)
    assert minutes(net, "fuss", A, B) == pytest.approx(10, abs=CLOSE)
    assert minutes(net, "rad", A, B) == pytest.approx(750 / BIKE, abs=CLOSE)
    # Both dead ends in front of it can still be driven into.
    assert minutes(net, "auto", A, (300, 0)) == pytest.approx(300 / CAR + EXTRA, abs=CLOSE)


def test_of_two_streets_side_by_side_the_quicker_counts(tmp_path: Path) -> None:
    walked = [([1, 2], {"highway": "steps"}), ([1, 2], {"highway": "footway"})]
    net = network(tmp_path, SQUARE, [*walked, *RING])
    assert minutes(net, "fuss", A, B) == pytest.approx(10, abs=CLOSE)


def test_ferry_is_no_street(tmp_path: Path) -> None:
    nodes = SQUARE | {5: (3000, 0), 6: (3750, 0)}
    ferry = [([2, 5], {"route": "ferry", "foot": "yes"}), ([5, 6], ROAD)]
    net = network(tmp_path, nodes, [([1, 2], ROAD), *RING, *ferry])
    assert np.isnan(minutes(net, "fuss", A, (3750, 0)))


# -- from the place to the street ---------------------------------------------------------------


def test_way_to_the_street_is_walked(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2], ROAD)])
    # 150 m on foot, 450 m along the street, 75 m on foot.
    start, end = (150, 150), (600, -75)
    assert minutes(net, "fuss", start, end) == pytest.approx(2 + 6 + 1, abs=CLOSE)
    assert minutes(net, "auto", start, end) == pytest.approx(3 + 450 / CAR + EXTRA, abs=CLOSE)


def test_a_bend_counts_in_full(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2, 3], ROAD)])
    assert minutes(net, "fuss", (0, 0), (750, 375)) == pytest.approx(15, abs=CLOSE)


def test_too_far_from_every_street(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2], ROAD)])
    places = at((0, 499), (0, -501), (0, 0))
    assert (net.snaps("fuss", places).piece >= 0).tolist() == [True, False, True]
    found = net.travel_minutes("fuss", places, places)
    assert np.isnan(found).tolist() == [
        [False, True, False],
        [True, False, True],
        [False, True, False],
    ]


# A river runs from west to east at 300 m; the only bridge is at 3,000 m.
RIVER = {
    1: (0, 0), 2: (3000, 0), 3: (3000, 600), 4: (0, 600), 11: (-9000, 300), 12: (9000, 300),
}  # fmt: skip
BANKS = [([1, 2], ROAD), ([3, 4], ROAD), ([2, 3], ROAD | {"bridge": "yes"})]


def test_the_bridge_leads_over_the_river_and_snapping_does_not(tmp_path: Path) -> None:
    net = network(tmp_path, RIVER, [*BANKS, ([11, 12], {"waterway": "river"})])
    # 100 m south of the river, so 200 m from the street there; the northern one is 400 m away.
    assert net.snaps("fuss", at((0, 200))).walk_m == pytest.approx([200], abs=0.1)
    # 10 m north of it the street on the northern bank counts, 290 m away.
    assert net.snaps("fuss", at((0, 310))).walk_m == pytest.approx([290], abs=0.1)
    found = minutes(net, "fuss", (0, 200), (0, 310))
    assert found == pytest.approx((200 + 3000 + 600 + 3000 + 290) / WALK, abs=CLOSE)


def test_snapping_takes_the_next_street_on_this_side(tmp_path: Path) -> None:
    nodes = RIVER | {5: (0, 280), 6: (3000, 280)}
    ways = [*BANKS, ([5, 6, 2], ROAD), ([11, 12], {"waterway": "river"})]
    net = network(tmp_path, nodes, ways)
    # The southern street is only 40 m away, but beyond the river: 280 m to the northern one.
    assert net.snaps("fuss", at((1000, 320))).walk_m == pytest.approx([280], abs=0.1)
    dry = network(tmp_path, nodes, ways[:-1])
    assert dry.snaps("fuss", at((1000, 320))).walk_m == pytest.approx([40], abs=0.1)


def test_no_street_on_this_side_of_the_water(tmp_path: Path) -> None:
    lake = {5: (900, 50), 6: (2100, 50), 7: (2100, 450), 8: (900, 450)}
    water = [([5, 6, 7, 8, 5], {"natural": "water"})]
    net = network(tmp_path, RIVER | lake, [*BANKS, *water])
    # In the middle of the lake every straight way to a street crosses the shore.
    assert net.snaps("fuss", at((1500, 250))).piece.tolist() == [-1]


def test_islet_is_left_for_the_network(tmp_path: Path) -> None:
    nodes = SQUARE | {5: (0, -300), 6: (150, -300)}
    net = network(tmp_path, nodes, [([1, 2], ROAD), *RING, ([5, 6], ROAD)])
    # The place stands on the islet; it walks 300 m to the street that leads on.
    assert minutes(net, "fuss", (0, -300), B) == pytest.approx((300 + 750) / WALK, abs=CLOSE)


def test_street_nobody_gets_out_of_is_left_too(tmp_path: Path) -> None:
    nodes = SQUARE | {5: (0, -300)}
    trap = ([1, 5], ROAD | {"oneway": "yes"})
    net = network(tmp_path, nodes, [([1, 2], ROAD), *RING, trap])
    assert net.snaps("auto", at((0, -300))).walk_m == pytest.approx([300], abs=0.1)
    assert net.snaps("fuss", at((0, -300))).walk_m == pytest.approx([0], abs=0.1)


# -- shape and limits ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def square(tmp_path_factory: pytest.TempPathFactory) -> StreetNetwork:
    return network(tmp_path_factory.mktemp("square"), SQUARE, [([1, 2], ROAD), *RING])


@pytest.mark.parametrize("mode", MODES)
def test_shape_and_unit_are_those_of_straight_lines(square: StreetNetwork, mode: str) -> None:
    one, other = at(A, B, A), at(C, D)
    for origins, targets in product([one, one[:0]], [other, other[:0]]):
        found = square.travel_minutes(mode, origins, targets)
        straight = travel_minutes(mode, origins, targets, PARAMETERS)
        assert found.shape == straight.shape
        assert found.dtype == straight.dtype


@pytest.mark.parametrize("mode", MODES)
def test_no_way_between_equal_positions(square: StreetNetwork, mode: str) -> None:
    place = at((300, 200))
    straight = travel_minutes(mode, place, place, PARAMETERS)
    assert square.travel_minutes(mode, place, place).tolist() == straight.tolist()


def test_many_origins_are_searched_from_the_few_targets(square: StreetNetwork) -> None:
    places = at(*[(x, 0) for x in range(0, 751, 5)])  # more than a batch
    across = square.travel_minutes("fuss", places, at(A))
    assert across[:, 0] == pytest.approx([x / WALK for x in range(0, 751, 5)], abs=CLOSE)
    assert np.allclose(square.travel_minutes("fuss", at(A), places), across.T)
    everything = square.travel_minutes("fuss", places, places)
    assert np.allclose(everything, everything.T)


def test_longer_ways_than_the_limit_count_as_none(square: StreetNetwork) -> None:
    places = at(A, B, C)
    near = square.travel_minutes("auto", places, places, max_minutes=EXTRA + 750 / CAR + 0.01)
    assert np.isnan(near).tolist() == [[False, False, True], [False] * 3, [True, False, False]]


def test_walk_pairs_are_those_of_the_matrix(square: StreetNetwork) -> None:
    origins, targets = at(A, B, (300, 100)), at(D, C, A, (9000, 0))
    origin, target, walked = square.walk_pairs(origins, targets, 15)
    full = square.travel_minutes("fuss", origins, targets)
    # A–D and A–A, B–C and B–A (10 minutes each), and from 100 m beside the street: 1.33 + 4 to A,
    # 1.33 + 4 + 10 to D and 1.33 + 6 + 10 to C are too long.
    expected = [(0, 0), (0, 2), (1, 1), (1, 2), (2, 2)]
    assert list(zip(origin.tolist(), target.tolist(), strict=True)) == expected
    assert walked.tolist() == full[origin, target].tolist()
    like = pairs_within(origins, targets, 100)
    assert (origin.dtype, target.dtype, walked.dtype) == tuple(part.dtype for part in like)
    assert all(len(part) == 0 for part in square.walk_pairs(origins, targets[:0], 15))


def test_the_same_answer_again_and_from_the_cache(tmp_path: Path) -> None:
    net = network(tmp_path, SQUARE, [([1, 2], ROAD), *RING])
    again = StreetNetwork.from_osm(tmp_path / "land.osm.pbf", BOX, PARAMETERS)
    places = at((10, 20), (700, 300), (-30, 400))
    for mode in MODES:
        first = net.travel_minutes(mode, places, places)
        assert np.array_equal(first, net.travel_minutes(mode, places, places))
        assert np.array_equal(first, again.travel_minutes(mode, places, places))


def test_other_parameters(square: StreetNetwork) -> None:
    quick = square.with_parameters(PARAMETERS.replace(walk_speed_kmh=5.0))
    assert minutes(quick, "fuss", A, B) == pytest.approx(9, abs=CLOSE)
    assert minutes(square, "fuss", A, B) == pytest.approx(10, abs=CLOSE)


def test_margin_in_degrees() -> None:
    west, south, east, north = widened((11.0, 50.0, 12.0, 51.0), 11.12)
    # 11.12 km are a tenth of a degree of latitude; of longitude 1 / cos 51° = 1.589 times that.
    assert (south, north) == pytest.approx((49.9, 51.1))
    assert (west, east) == pytest.approx((10.8411, 12.1589))


# -- rules --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("tags", "kmh"), [
    ({"maxspeed": "50"}, 50), ({"maxspeed": "50 km/h"}, 50), ({"maxspeed": "30 mph"}, 48.28),
    ({"maxspeed": "DE:rural"}, 100), ({"maxspeed": "DE:urban"}, 50), ({"maxspeed": "DE:30"}, 30),
    ({"maxspeed": "DE:zone:20"}, 20), ({"maxspeed": "walk"}, 7), ({"maxspeed": "none"}, 130),
    ({"maxspeed": "70;50"}, 50), ({"maxspeed": "signals"}, None), ({"maxspeed": "0"}, None),
    ({"maxspeed": "signals", "maxspeed:type": "DE:urban"}, 50), ({}, None),
    ({"source:maxspeed": "DE:rural"}, 100), ({"source:maxspeed": "sign", "maxspeed": "80"}, 80),
])  # fmt: skip
def test_speed_limits(tags: dict[str, str], kmh: float | None) -> None:
    assert limit_kmh(tags) == (kmh if kmh is None else pytest.approx(kmh, abs=0.01))


@pytest.mark.parametrize(("tags", "kmh"), [
    ({"highway": "primary"}, 70),  # without a limit the pace of its class
    ({"highway": "primary", "maxspeed": "50"}, 42.5),  # 85 % of the limit
    ({"highway": "primary", "maxspeed": "100"}, 70),  # the limit is higher than anybody drives
    ({"highway": "residential", "motor_vehicle": "destination"}, 10),
    ({"highway": "track"}, 0), ({"highway": "track", "motor_vehicle": "yes"}, 15),
    ({"highway": "track", "motorcar": "yes", "tracktype": "grade5"}, 10),
    ({"highway": "track", "motor_vehicle": "agricultural"}, 0),
    ({"highway": "service", "service": "driveway"}, 10),
    ({"highway": "service", "service": "emergency_access"}, 0),
    ({"highway": "footway", "foot": "yes"}, 0), ({"highway": "construction"}, 0),
    ({"highway": "residential", "vehicle": "no", "motorcar": "yes"}, 25),
    ({"highway": "pedestrian", "bicycle": "yes"}, 0),
])  # fmt: skip
def test_cars(tags: dict[str, str], kmh: float) -> None:
    assert speeds_kmh("auto", [tags], PARAMETERS).max() == pytest.approx(kmh)


@pytest.mark.parametrize(("tags", "kmh"), [
    ({"highway": "tertiary"}, 13), ({"highway": "path"}, 10.4), ({"highway": "trunk"}, 0),
    ({"highway": "trunk", "bicycle": "yes"}, 11.7), ({"highway": "footway"}, 4.5),
    ({"highway": "footway", "bicycle": "yes"}, 11.7), ({"highway": "steps"}, 1.125),
    ({"highway": "footway", "foot": "private"}, 0), ({"highway": "primary", "motorroad": "yes"}, 0),
    ({"highway": "primary", "bicycle": "use_sidepath"}, 0),
    ({"highway": "residential", "bicycle": "dismount"}, 4.5),
    ({"highway": "residential", "vehicle": "no"}, 0),
    ({"highway": "track", "motor_vehicle": "no", "tracktype": "grade5"}, 6.5),
    ({"highway": "motorway", "bicycle": "yes"}, 0),
])  # fmt: skip
def test_bikes(tags: dict[str, str], kmh: float) -> None:
    assert speeds_kmh("rad", [tags], PARAMETERS).max() == pytest.approx(kmh)


@pytest.mark.parametrize(("tags", "share"), [
    ({"highway": "secondary"}, 1), ({"highway": "steps"}, 0.5), ({"highway": "trunk"}, 0),
    ({"highway": "trunk", "foot": "yes"}, 1), ({"highway": "motorway", "foot": "yes"}, 0),
    ({"highway": "cycleway"}, 0), ({"highway": "cycleway", "foot": "designated"}, 1),
    ({"highway": "track", "access": "no"}, 0), ({"highway": "track", "vehicle": "no"}, 1),
    ({"highway": "track", "access": "no", "foot": "yes"}, 1),
    ({"highway": "primary", "motorroad": "yes"}, 0), ({"highway": "proposed"}, 0), ({}, 0),
])  # fmt: skip
def test_feet(tags: dict[str, str], share: float) -> None:
    assert pace("fuss", tags) == share


@pytest.mark.parametrize(("mode", "tags", "expected"), [
    ("auto", {"oneway": "yes"}, (True, False)), ("auto", {"oneway": "1"}, (True, False)),
    ("auto", {"oneway": "-1"}, (False, True)), ("auto", {"oneway": "reversible"}, (True, True)),
    ("auto", {"highway": "motorway"}, (True, False)),
    ("auto", {"highway": "motorway", "oneway": "no"}, (True, True)),
    ("auto", {"junction": "circular"}, (True, False)),
    ("auto", {"oneway": "yes", "oneway:bicycle": "no"}, (True, False)),
    ("rad", {"oneway": "yes", "oneway:bicycle": "no"}, (True, True)),
    ("rad", {"oneway": "yes", "cycleway:left": "opposite_lane"}, (True, True)),
    ("rad", {"oneway:bicycle": "yes"}, (True, False)), ("rad", {"oneway": "yes"}, (True, False)),
    ("fuss", {"oneway": "yes"}, (True, True)), ("fuss", {"oneway:foot": "yes"}, (True, False)),
])  # fmt: skip
def test_directions(mode: str, tags: dict[str, str], expected: tuple[bool, bool]) -> None:
    assert directions(mode, tags) == expected


def test_the_particular_access_counts() -> None:
    keys = rules()["modes"]["auto"]["keys"]
    assert access({"access": "no", "motor_vehicle": "yes"}, keys) == "yes"
    assert access({"foot": "no"}, keys) == ""


def test_every_rule_has_a_source() -> None:
    parts = [rules()[part] for part in ("words", "access", "barriers")]
    for part in [*parts, *rules()["modes"].values()]:
        assert part["source"].strip()
    assert set(rules()["modes"]) == set(rules()["barriers"]["closed"]) == set(MODES)


def test_yes_and_no_are_words() -> None:
    assert "no" in rules()["access"]["closed"]
    assert "yes" in rules()["access"]["opens"]


# -- laws ---------------------------------------------------------------------------------------

# On a parabola no three nodes lie on a line, so no street passes another's junction.
NODES = at(*[(100.0 * n, 8.0 * n * n) for n in range(12)])
TAGS = (ROAD, ROAD | {"oneway": "yes"}, ROAD | {"oneway": "-1"}, {"highway": "primary"})
PIECES = st.lists(
    st.tuples(st.integers(0, 11), st.integers(0, 11), st.integers(0, 3)).filter(
        lambda piece: piece[0] != piece[1]
    ),
    min_size=1, max_size=30,
)  # fmt: skip
PLACES = st.lists(
    st.tuples(st.floats(-100, 1200), st.floats(-100, 1100)), min_size=3, max_size=6
).map(lambda places: at(*places))


def drawn(pieces: list[tuple[int, int, int]], parameters=PARAMETERS) -> StreetNetwork:
    """A network in memory: each piece is a way of its own."""
    start, end, code = np.array(pieces, dtype=np.int32).T
    line = np.arange(len(pieces), dtype=np.int32)
    nothing = np.empty(0, dtype=np.int32)
    streets = OsmStreets(
        *NODES.T, start, end, line, code, nothing.reshape(0, 2), nothing, nothing, TAGS
    )  # the graph looks only at the positions in metres
    return StreetNetwork(parameters, streets, NODES, sections(streets, NODES))


def floyd_warshall(pieces: list[tuple[int, int, int]], mode: str) -> np.ndarray:
    """Minutes from node to node, by hand."""
    best = np.full((12, 12), np.inf)
    np.fill_diagonal(best, 0)
    speeds = speeds_kmh(mode, TAGS, PARAMETERS)
    for start, end, code in pieces:
        length = float(np.hypot(*(NODES[end] - NODES[start])))
        for (a, b), kmh in zip([(start, end), (end, start)], speeds[code], strict=True):
            if kmh > 0:
                best[a, b] = min(best[a, b], length / 1000 / kmh * 60)
    for k, i, j in product(range(12), repeat=3):
        best[i, j] = min(best[i, j], best[i, k] + best[k, j])
    return best


@settings(max_examples=150, deadline=None)
@given(PIECES, st.sampled_from(sorted(MODES)))
def test_quickest_ways_are_those_of_floyd_and_warshall(pieces: list, mode: str) -> None:
    net = drawn(pieces)
    on_street = np.flatnonzero(net.snaps(mode, NODES).walk_m == 0)
    found = net.travel_minutes(mode, NODES[on_street], NODES[on_street])
    expected = floyd_warshall(pieces, mode)[np.ix_(on_street, on_street)]
    assert np.isfinite(found).all()
    assert found == pytest.approx(expected + (EXTRA if mode == "auto" else 0))


@settings(max_examples=100, deadline=None)
@given(PIECES, PLACES, st.sampled_from(sorted(MODES)))
def test_no_way_is_longer_than_the_way_by_a_third_place(pieces: list, places, mode: str) -> None:
    found = drawn(pieces).travel_minutes(mode, places, places)
    by_third = found[:, :, None] + found[None, :, :]
    longer = found[:, None, :] > by_third + 1e-9  # comparisons with "no way" are false
    assert not longer.any()


@settings(max_examples=100, deadline=None)
@given(PIECES, PLACES)
def test_feet_are_as_quick_there_as_back(pieces: list, places) -> None:
    found = drawn(pieces).travel_minutes("fuss", places, places)
    assert np.allclose(found, found.T, equal_nan=True)


@settings(max_examples=100, deadline=None)
@given(PIECES, PLACES, st.floats(13, 16))
def test_more_speed_is_never_slower(pieces: list, places, kmh: float) -> None:
    usual, quick = drawn(pieces), drawn(pieces, PARAMETERS.replace(bike_speed_kmh=kmh))
    before = usual.travel_minutes("rad", places, places)
    after = quick.travel_minutes("rad", places, places)
    assert np.array_equal(np.isnan(before), np.isnan(after))
    assert not (after > before + 1e-9).any()


@settings(max_examples=100, deadline=None)
@given(PIECES, PLACES)
def test_streets_are_never_shorter_than_straight_lines(pieces: list, places) -> None:
    found = drawn(pieces).travel_minutes("fuss", places, places)
    straight = distances_m(places, places) / WALK
    assert not (found < straight - 1e-9).any()


@settings(max_examples=50, deadline=None)
@given(PIECES, PLACES, st.floats(0, 60))
def test_a_limit_only_leaves_out(pieces: list, places, limit: float) -> None:
    net = drawn(pieces)
    full = net.travel_minutes("auto", places, places)
    part = net.travel_minutes("auto", places, places, max_minutes=limit)
    kept = ~np.isnan(part)
    assert (part[kept] == full[kept]).all()
    assert not (full[~kept] < limit - 1e-9).any()


def test_joining_pieces_changes_nothing() -> None:
    # A way through all nodes against the same pieces as ways of their own.
    pieces = [(a, b, 0) for a, b in pairwise(range(12))]
    apart = drawn(pieces)
    one_line = np.zeros(11, dtype=np.int32)
    streets = OsmStreets(**(apart.streets.__dict__ | {"line": one_line}))
    joined = StreetNetwork(PARAMETERS, streets, NODES, sections(streets, NODES))
    assert len(joined.sections.start) == 1
    places = at((50, 40), (333, 99), (1000, 777), (1100, 968))
    for mode in MODES:
        assert np.allclose(
            joined.travel_minutes(mode, places, places), apart.travel_minutes(mode, places, places)
        )


# -- a real extract, where there is one ---------------------------------------------------------


@pytest.mark.skipif("SOK_OSM_EXTRACT" not in os.environ, reason="no extract at hand")
def test_real_extract(sok) -> None:
    from sokanalysis.geography import project

    path, box = os.environ["SOK_OSM_EXTRACT"], tuple(sok.boundaries.total_bounds)
    net = StreetNetwork.from_osm(path, box, sok.parameters)
    places = project(sok.settlements)
    for mode in MODES:
        met = net.snaps(mode, places).piece >= 0
        assert met.mean() > 0.95, mode
        found = net.travel_minutes(mode, places[met], places[met])
        assert np.isfinite(found).all(), mode


def test_within_is_the_matrix_at_a_limit(square: StreetNetwork) -> None:
    origins, targets = at(A, B, (300, 100)), at(D, C, A, (9000, 0))
    minutes = square.travel_minutes("rad", origins, targets)
    assert (square.within("rad", origins, targets, 6) == (minutes <= 6).T).all()
