"""Positions that cannot be right are listed, each with its reason."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from sokanalysis.errors import WrongCrs
from sokanalysis.geocoding.plausibility import misplaced
from tests.conftest import KM_NORTH

# Two municipalities side by side, each 0.2 degrees wide and high, about 14 by 22 km; the second
# has the village of Knau 8 km north of its southern edge.
WEST, EAST = "16075098", "16075073"
BOUNDARIES = gpd.GeoDataFrame(
    {"ags": [WEST, EAST], "name": ["Schleiz", "Neustadt an der Orla"]},
    geometry=[box(11.6, 50.5, 11.8, 50.7), box(11.8, 50.5, 12.0, 50.7)],
    crs="EPSG:4326",
)
SETTLEMENTS = pd.DataFrame(
    {
        "name": ["Schleiz, Oschitz", "Knau"], "ags": [WEST, EAST],
        "lat": [50.6, 50.5 + 8 * KM_NORTH], "lon": [11.7, 11.9],
    }
)  # fmt: skip


def site(lat, lon, place="Schleiz", ags=WEST) -> pd.DataFrame:
    return pd.DataFrame({"place": [place], "ags": [ags], "lat": [lat], "lon": [lon]})


def faults(*args, **kwargs) -> list[str]:
    found = misplaced(site(*args, **kwargs), BOUNDARIES, SETTLEMENTS)
    assert all(problem.row == 2 and problem.remedy for problem in found)
    return [problem.message for problem in found]


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ((0, 0), "0/0 ist ein Platzhalter, keine Lage"),
        ((1, 1), "1/1 ist ein Platzhalter, keine Lage"),
        ((0, 11.7), "liegt nicht in Deutschland"),
        ((11.7, 50.6), "Breite und Länge sind vertauscht"),
        ((48.85, 2.35), "liegt nicht in Deutschland"),  # Paris
        ((-50.6, 11.7), "liegt nicht in Deutschland"),
        # Two points that services give for „Deutschland“, and the middle that maps name.
        ((51.165691, 10.451526), "liegt in der Mitte Deutschlands"),
        ((51.0834196, 10.4234469), "liegt in der Mitte Deutschlands"),
        ((51.1667, 10.45), "liegt in der Mitte Deutschlands"),
    ],
)
def test_points_that_are_no_places(where, message):
    (found,) = faults(*where)
    assert found.startswith(message)


def test_the_middle_of_germany_may_be_where_somebody_lives():
    there = gpd.GeoDataFrame(
        {"ags": ["16064074"], "name": ["Südeichsfeld"]}, geometry=[box(10.2, 51.0, 10.6, 51.3)],
        crs="EPSG:4326",
    )  # fmt: skip
    sites = site(51.1667, 10.45, "Südeichsfeld", "16064074")
    assert misplaced(sites, there, SETTLEMENTS) == ()


def test_outside_its_municipality():
    assert faults(50.6, 11.7) == []
    # North of the edge at 50.7: 0.9 km is within the limit of 1 km, 3 km is not.
    assert faults(50.7 + 0.9 * KM_NORTH, 11.7) == []
    (found,) = faults(50.7 + 3 * KM_NORTH, 11.7)
    assert found == "liegt 3,0 km außerhalb von Schleiz"
    # East of the edge at 11.8: a degree is 70.7 km there, so 0.1 degrees are 7.1 km.
    (found,) = faults(50.6, 11.9)
    assert found == "liegt 7,1 km außerhalb von Schleiz, in Neustadt an der Orla"
    sites = site(50.6, 11.9)
    assert misplaced(sites, BOUNDARIES, SETTLEMENTS, outside_max_km=8) == ()


def test_without_a_key_the_name_of_the_place_counts():
    assert faults(50.6, 11.7, ags=None) == []
    assert faults(50.6, 11.9, "Neustadt/Orla", None) == []
    assert faults(50.6, 11.9, ags=None) == faults(50.6, 11.9)
    assert faults(50.6, 11.7, "Schleiz, Oschitz", None) == []
    # Saalfeld lies outside the district, so its sites cannot be checked, but not inside either.
    assert faults(50.65, 11.36, "Saalfeld", None) == []
    (found,) = faults(50.6, 11.7, "Saalfeld", None)
    assert found == "„Saalfeld“ liegt nicht im Kreis, der Punkt in Schleiz"


def test_far_from_the_village_that_is_named():
    # Knau is 8 km north of the southern edge: 9 km is near, 12 km is 4 km away, limit 3 km.
    assert faults(50.5 + 9 * KM_NORTH, 11.9, "Knau", EAST) == []
    (found,) = faults(50.5 + 12 * KM_NORTH, 11.9, "Knau", EAST)
    assert found == "liegt 4,0 km von der Ortsmitte von Knau"
    sites = site(50.5 + 12 * KM_NORTH, 11.9, "Knau", EAST)
    assert misplaced(sites, BOUNDARIES, SETTLEMENTS, village_max_km=5) == ()


def test_each_row_once_in_order_and_without_positions_none():
    sites = pd.concat(
        [site(0, 0), site(float("nan"), 11.7), site(50.6, 11.7), site(1, 1)], ignore_index=True
    )
    assert [problem.row for problem in misplaced(sites, BOUNDARIES, SETTLEMENTS)] == [2, 5]
    assert misplaced(sites.iloc[:0], BOUNDARIES, SETTLEMENTS) == ()


def test_other_coordinates_are_refused():
    with pytest.raises(WrongCrs):
        misplaced(site(50.6, 11.7), BOUNDARIES.to_crs("EPSG:25832"), SETTLEMENTS)
