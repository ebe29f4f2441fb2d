"""Degrees to metres, checked against pyproj and a distance everybody in the district knows."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod, Transformer
from shapely.geometry import Point, box

from sokanalysis.errors import WrongCrs
from sokanalysis.geography import (
    are_within,
    distances_m,
    geographic,
    grid_box,
    grid_points,
    metric,
    pairs_within,
    project,
    require_geographic,
)
from sokanalysis.parameters import default_parameters
from sokanalysis.streets import travel_minutes

TO_GRID = Transformer.from_crs("EPSG:4326", "EPSG:3035", always_xy=True)
SCHLEIZ, POESSNECK = (50.5787, 11.8103), (50.6935, 11.5932)


def places(*points: tuple[float, float]) -> pd.DataFrame:
    return pd.DataFrame(points, columns=["lat", "lon"])


def test_schleiz_is_where_pyproj_puts_it():
    # Zone 32 of UTM has its middle at 9° (500,000 m): Schleiz lies 2.81° × 70.8 km east of it.
    east, north = project(places(SCHLEIZ))[0]
    independent = Transformer.from_crs("EPSG:4326", "EPSG:25832", always_xy=True)
    expected = independent.transform(SCHLEIZ[1], SCHLEIZ[0])
    assert (east, north) == pytest.approx(expected, abs=1)
    assert east == pytest.approx(500_000 + 2.8103 * 70_800, abs=500)
    assert 5_600_000 < north < 5_620_000


def test_schleiz_and_poessneck_are_twenty_kilometres_apart():
    # On the ellipsoid, which no projection distorts; UTM is right to 4 in 10,000 here.
    ground = Geod(ellps="GRS80").inv(*SCHLEIZ[::-1], *POESSNECK[::-1])[2]
    distance = distances_m(project(places(SCHLEIZ)), project(places(POESSNECK)))
    assert distance.shape == (1, 1)
    assert distance[0, 0] == pytest.approx(ground, rel=4e-4)
    assert distance[0, 0] == pytest.approx(20_000, abs=200)


def test_no_places_no_points():
    assert project(places()).shape == (0, 2)


def test_order_is_kept():
    both = project(places(SCHLEIZ, POESSNECK))
    assert both[0, 0] > both[1, 0]  # Schleiz lies farther east
    assert both[0, 1] < both[1, 1]  # and farther south


points = st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), max_size=15).map(
    lambda pairs: np.array(pairs, dtype=float).reshape(-1, 2)
)


@given(points, points, st.integers(0, 30))
def test_pairs_within_are_those_of_the_whole_matrix(origins, targets, radius):
    origin, target, distance = pairs_within(origins, targets, radius)
    expected = [
        (o, t)
        for o in range(len(origins))
        for t in range(len(targets))
        if np.hypot(*(origins[o] - targets[t])) <= radius
    ]
    assert list(zip(origin.tolist(), target.tolist(), strict=True)) == expected
    assert distance.tolist() == [np.hypot(*(origins[o] - targets[t])) for o, t in expected]
    assert origin.dtype == target.dtype == np.int64


def shapes(crs: str | None) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"name": ["X"]}, geometry=[Point(11.8, 50.6)], crs=crs)


def test_degrees_pass():
    assert require_geographic(shapes("EPSG:4326"), "Orte") is not None
    # GeoJSON without a word on it: longitude and latitude, written the other way round.
    assert require_geographic(shapes("OGC:CRS84"), "Orte") is not None


@pytest.mark.parametrize(
    "crs",
    [
        "EPSG:25832",
        "EPSG:3857",
        None,
        "+proj=tmerc +lat_0=50 +lon_0=11 +ellps=GRS80 +units=m",  # metres without a number
    ],
)
def test_anything_else_is_refused_with_the_call_that_mends_it(crs):
    with pytest.raises(WrongCrs, match=r"^Orte: Koordinatensystem ist .*\.to_crs\('EPSG:4326'\)"):
        require_geographic(shapes(crs), "Orte")


def test_shapes_in_metres():
    # A hundredth of a degree is 1,112 m from south to north and 706 m from west to east.
    square = gpd.GeoDataFrame(geometry=[box(11.80, 50.60, 11.81, 50.61)], crs="EPSG:4326")
    found = metric(square)
    assert found.crs.to_epsg() == 25832
    assert found.area.iloc[0] == pytest.approx(1_112 * 707, rel=0.01)
    assert metric(square[:0]).empty
    with pytest.raises(WrongCrs):
        metric(found)


@pytest.mark.parametrize(
    ("mode", "minutes"),
    [
        ("fuss", 5 * 1.3 / 4.5 * 60),  # 5 km: 86.7 minutes
        ("rad", 5 * 1.35 / 13 * 60),  # 31.2
        ("auto", 5 * 1.4 / 50 * 60 + 5),  # 8.4 and 5 to the car and for parking
    ],
)
def test_five_kilometres(mode, minutes):
    here, there = np.array([[0.0, 0.0]]), np.array([[3_000.0, 4_000.0], [0.0, 0.0]])
    found = travel_minutes(mode, here, there, default_parameters())
    assert found.shape == (1, 2)
    assert found[0, 0] == pytest.approx(minutes)
    assert found[0, 1] == (5 if mode == "auto" else 0)


def test_no_targets_no_minutes():
    nowhere = np.empty((0, 2))
    found = travel_minutes("rad", np.zeros((2, 2)), nowhere, default_parameters())
    assert found.shape == (2, 0)


def test_who_is_within_a_radius():
    # 3 and 4 make 5; more targets than are worked on at once.
    origins, targets = np.array([[0.0, 0.0], [3.0, 4.0]]), np.zeros((40, 2))
    assert are_within(origins, targets, 5).all()
    near = are_within(origins, targets, 4.9)
    assert near.shape == (40, 2)
    assert near[:, 0].all() and not near[:, 1].any()
    assert not are_within(origins, targets, -1).any()
    assert are_within(origins[:0], targets, 5).shape == (40, 0)


def test_shapes_of_any_coordinates_in_degrees():
    square = gpd.GeoDataFrame(geometry=[box(11.80, 50.60, 11.81, 50.61)], crs="EPSG:4326")
    for crs in ("EPSG:25832", "EPSG:3857", "EPSG:4326"):
        found = geographic(square.to_crs(crs), "Flächen")
        assert found.crs.to_epsg() == 4326
        assert found.total_bounds == pytest.approx([11.80, 50.60, 11.81, 50.61], abs=1e-9)
    assert geographic(square.iloc[:0], "Flächen").empty


def test_shapes_that_do_not_say_their_coordinates():
    with pytest.raises(WrongCrs, match=r"^Flächen: das Koordinatensystem ist nicht angegeben → "):
        geographic(shapes(None), "Flächen")


def test_grid_as_published():
    # IOGP Guidance Note 373-7-2, example of EPSG method 9820 with the parameters of EPSG:3035:
    # 50° N 5° E is 3,962,799.45 m east and 2,999,718.85 m north.
    lat, lon = grid_points(np.array([3_962_799.45]), np.array([2_999_718.85]))
    assert (lat[0], lon[0]) == pytest.approx((50, 5), abs=1e-7)


def test_middle_of_the_grid():
    # The projection is centred on 52° N 10° E, which is 4,321,000 m east and 3,210,000 m north.
    lat, lon = grid_points(np.array([4_321_000]), np.array([3_210_000]))
    assert (lat[0], lon[0]) == pytest.approx((52, 10), abs=1e-9)


def test_no_grid_points():
    lat, lon = grid_points(np.array([]), np.array([]))
    assert lat.shape == lon.shape == (0,)


@settings(deadline=None)  # the first look into the tables of PROJ takes its time
@given(
    st.floats(6, 14), st.floats(48, 54), st.floats(0.01, 2), st.floats(0.01, 2),
    st.floats(0, 1), st.floats(0, 1),
)  # fmt: skip
def test_whatever_is_in_a_box_is_in_its_box_of_the_grid(west, south, width, height, across, up):
    bounds = grid_box((west, south, west + width, south + height))
    x, y = TO_GRID.transform(west + across * width, south + up * height)
    assert bounds[0] <= x <= bounds[2]
    assert bounds[1] <= y <= bounds[3]
    # Turned by up to 5 degrees against north, the box of the grid is never twice as wide as 2 km
    # more than the box on the ground.
    ground = Geod(ellps="GRS80").inv(west, south, west + width, south)[2]
    assert bounds[2] - bounds[0] < ground + 0.12 * 111_400 * height + 2_000
