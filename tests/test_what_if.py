"""An idea in one call: the five villages of `tests.conftest.villages`, by hand."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import pytest
from shapely.geometry import box

from sokanalysis.what_if import what_if
from tests.conftest import villages

WEEK = ["Mo", "Di", "Mi", "Do", "Fr"]


@pytest.fixture(scope="module")
def region():
    shape = gpd.GeoDataFrame(
        {"ags": ["16075001"], "name": ["Dorf"]}, geometry=[box(11.6, 50.5, 11.8, 50.8)],
        crs="EPSG:4326",
    )  # fmt: skip
    return replace(villages(), boundaries=shape)


def test_a_quarter_of_an_hour_later_lets_seven_more_take_part(region):
    # Today Süd and Mitte, 7 people each; 09:15–12:15 brings Abseits with E and H: 7 more.
    later = region.with_session("A1", "O1", WEEK, "09:15", "12:15", instead_of="S1")
    shown = what_if(region, later)
    assert shown.caption == "Damit können 7 Menschen mehr teilnehmen (Integrationskurs A1–B1)"
    # Ten inhabitants live in each village: two were within reach, one is new.
    assert "künftig erreichbar: 10 Einwohner" in shown.alt
    assert region.sessions["start_time"].tolist() == ["09:00"]


def test_an_idea_can_also_take_away(region):
    # At 09:30 and later C and H have gone: only Süd is left, 7 of 14.
    worse = region.with_session("A1", "O1", WEEK, "09:30", "12:30", instead_of="S1")
    assert what_if(region, worse).caption.startswith("Damit können 7 Menschen weniger teilnehmen")


def test_nothing_changed_is_said(region):
    assert what_if(region, region).caption == (
        "Damit ändert sich für niemanden, ob er teilnehmen kann"
    )


def test_few_people_are_not_counted(region):
    # 14 able today; of 36 seats one village more has 7: below a limit of 8 no number is named.
    region = region.with_parameters(withhold_below=8)
    later = region.with_session("A1", "O1", WEEK, "09:15", "12:15", instead_of="S1")
    assert what_if(region, later).caption == (
        "Damit ändert sich fast nichts: weniger als 8 Menschen (Integrationskurs A1–B1)"
    )
