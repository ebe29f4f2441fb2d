"""What the page says it rests on follows the data."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sokanalysis.basis import flex_basis, foreigners_basis, travel_basis
from tests.conftest import table, villages

NORTH = {"area_id": "x", "group": "auslaender", "person_count": 5}


def test_a_model_and_straight_lines_are_said():
    said = travel_basis(villages())
    assert said.startswith(
        "Ein amtlicher Fahrplan liegt nicht vor. Gerechnet wird mit einem **Modell"
    )
    assert "Luftlinie mal Umwegfaktor und mit 1 von 1 Terminen als Arbeitsannahme." in said
    assert said.endswith("sind sie kein Befund.")


def test_a_published_timetable_has_its_days():
    district = villages()
    real = replace(district, feed=replace(district.feed, is_model=False))
    assert "veröffentlichten Fahrplan vom 01.09.2026 bis 29.09.2026" in travel_basis(real)
    assert "Ein amtlicher" not in travel_basis(real)


def test_the_latest_count_of_each_level_is_named():
    rows = [
        NORTH | {"area_level": "gemeinde", "date": "2020-12-31", "quality": "geschaetzt"},
        NORTH | {"area_level": "kreis", "date": "2019-12-31", "quality": "angenommen"},
        NORTH | {"area_level": "kreis", "date": "2024-12-31", "quality": "amtlich"},
    ]
    district = replace(villages(), groups=table("groups", rows))
    assert foreigners_basis(district) == (
        "Landkreis 31.12.2024 (amtlich), Gemeinde 31.12.2020 (geschätzt)"
    )
    empty = replace(district, groups=table("groups", []))
    assert foreigners_basis(empty) == "nicht bekannt"


def test_the_on_demand_bus_has_its_hours_or_is_not_there():
    today = {"schultag": pd.Timestamp("2026-09-08"), "ferientag": pd.Timestamp("2026-09-29")}
    served = villages(flex=[("schultag", "08:00", "12:00")])
    assert flex_basis(served, today) == "Der Rufbus fährt am Schultag von 8 bis 12 Uhr."
    assert flex_basis(villages(), today) == "Der Fahrplan kennt keinen Rufbus."
