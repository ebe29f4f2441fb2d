"""A region with streets: walking follows the bridge, not the straight line over the river.

    Dorf ─(0,600)──────────────────(3000,600)─┐
    ~~~~~~~~~~~~ river at 300 m ~~~~~~~~~~~~  bridge
    Halt ─(0,0)────────────────────(3000,0)───┘

The stop and the course are at Halt. From Dorf it is 600 m in a straight line, about 10 minutes
with the detour factor; over the bridge it is 3,000 + 600 + 3,000 = 6,600 m, 88 minutes.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pyproj import Transformer

from sokanalysis.attendance import attendance
from tests.conftest import feed, region
from tests.test_attendance import COURSE, LIMITS
from tests.test_streets import BANKS, CORNER, RIVER, network

BACK = Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True)
TRIPS = {
    "hin": [("Fern", "08:00"), ("Halt", "08:50")],
    "zurück": [("Halt", "12:10"), ("Fern", "13:00")],
    "ferien": [("Fern", "08:00"), ("Halt", "08:50")],
    "samstag": [("Fern", "08:00"), ("Halt", "08:50")],
    "sonntag": [("Fern", "08:00"), ("Halt", "08:50")],
}
SERVICES = {"ferien": "ferientag", "samstag": "samstag", "sonntag": "sonntag"}


def place(east: float, north: float) -> dict[str, float]:
    lon, lat = BACK.transform(*(CORNER + np.array([east, north])))
    return {"lat": lat, "lon": lon}


@pytest.fixture
def district():
    stops = {name: place(*at) for name, at in {"Halt": (0, 0), "Fern": (0, -20_000)}.items()}
    timetable = feed({n: (p["lat"], p["lon"]) for n, p in stops.items()}, TRIPS, SERVICES)
    dorf = {"settlement_id": "Dorf", "name": "Dorf", "population_count": 10} | place(0, 600)
    site = {"site_id": "O1", "name": "Schule"} | place(0, 0)
    return region([dorf], [site], [COURSE], timetable).with_parameters(**LIMITS)


def answer(of):
    return attendance(of, of.sessions, states=[("schultag", False)]).iloc[0]


def test_on_straight_lines_everybody_walks_through_the_river(district):
    assert answer(district)["mode"] == "fuss"
    assert answer(district)["walk_minutes"] == pytest.approx(600 * 1.3 / 75, abs=0.1)


def test_on_streets_the_way_leads_over_the_bridge(district, tmp_path):
    streets = network(tmp_path, RIVER, [*BANKS, ([11, 12], {"waterway": "river"})])
    with_streets = replace(district, streets=streets.with_parameters(district.parameters))
    row = answer(with_streets)
    assert row["walk_minutes"] == pytest.approx(6600 / 75, abs=0.1)
    assert row["reason"] == "keine_hinfahrt"  # 88 minutes are too far to walk, also to the stop
    assert "Luftlinie" not in " ".join(with_streets.basis)
