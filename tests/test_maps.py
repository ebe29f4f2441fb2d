"""Maps: classes by hand on two square municipalities, static and interactive."""

from __future__ import annotations

import re
from dataclasses import replace

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from sokanalysis import maps, style
from sokanalysis.classes import Classes
from tests.conftest import feed, region
from tests.overlaps import cut_off, overlapping

SAID = {"caption": "Befund", "source": "Quelle: Test", "unit": "Angebote"}
CLASSES = Classes((0, 1, 5), ("keines", "1–4", "ab 5"))
WEST, EAST = "16075001", "16075002"


@pytest.fixture(scope="module")
def district():
    towns = [
        {"ags": WEST, "name": "Westdorf", "verband_kind": "-", "verband_name": "-", "lat": 50.6,
         "lon": 11.65, "area_km2": 1},
        {"ags": EAST, "name": "Ostdorf", "verband_kind": "-", "verband_name": "-", "lat": 50.6,
         "lon": 11.75, "area_km2": 1},
    ]  # fmt: skip
    people = [{"ags": ags, "date": "2022-12-31", "population_count": 10} for ags in (WEST, EAST)]
    places = [
        {"settlement_id": t["name"], "name": t["name"], "lat": t["lat"], "lon": t["lon"],
         "population_count": 10 * n} for n, t in enumerate(towns, start=1)
    ]  # fmt: skip
    made = region(
        places, [], [], feed({"Halt": (50.6, 11.7)}, {}), municipalities=towns, population=people
    )
    shapes = gpd.GeoDataFrame(
        {"ags": [WEST, EAST], "name": ["Westdorf", "Ostdorf"]},
        geometry=[box(11.6, 50.55, 11.7, 50.65), box(11.7, 50.55, 11.8, 50.65)], crs="EPSG:4326",
    )  # fmt: skip
    return replace(made, boundaries=shapes)


def test_classes_reach_from_one_edge_up_to_the_next():
    values = pd.Series([0, 0.5, 1, 4.9, 5, 100, None])
    assert list(CLASSES.of(values)) == [0, 0, 1, 1, 2, 2, -1]
    assert len(set(CLASSES.colors)) == 3


def test_area_map_tells_no_data_from_zero(district):
    shown = maps.area_map(district, pd.Series({WEST: 0.0}), CLASSES, **SAID)
    assert "keines: 1 Gemeinden" in shown.alt
    legend = [text.get_text() for text in shown.static.axes[1].get_legend().get_texts()]
    assert legend == ["keines", "1–4", "ab 5", style.NO_DATA_LABEL]


def test_area_map_names_the_highest_class(district):
    shown = maps.area_map(district, pd.Series({WEST: 7.0, EAST: 2.0}), CLASSES, **SAID)
    assert shown.alt.endswith("Höchste Klasse: Westdorf.")


def test_static_and_interactive_are_one_object(district):
    shown = maps.area_map(district, pd.Series({WEST: 7.0, EAST: 2.0}), CLASSES, **SAID)
    page = shown.interactive().get_root().render()
    assert "Westdorf" in page
    assert CLASSES.colors[2] in page


def test_popups_say_the_class_as_paper_does(district):
    # 33.3 tells of 1 of 3 and 28.6 of 2 of 7; with other tables even 33 and 29 would.
    shares = pd.Series({WEST: 100 / 3, EAST: 200 / 7})
    page = maps.area_map(district, shares, CLASSES, **SAID).interactive().get_root().render()
    told = re.findall(r'"text": "([^"]*)"', page)
    assert told == ["ab 5", "ab 5"]


def test_a_municipality_left_out_for_privacy_has_no_number_anywhere(district):
    shown = maps.area_map(district, pd.Series({WEST: 33.0}), CLASSES, **SAID)
    page = shown.interactive().get_root().render()
    assert re.findall(r'"text": "([^"]*)"', page) == ["ab 5", style.NO_DATA_LABEL]


def test_place_maps_count_the_places_of_each_class(district):
    places = district.settlements.assign(linie=[0, 5], rufbus=[1, 9])
    panels = {"linie": "nur Linie", "rufbus": "mit Rufbus"}
    shown = maps.place_maps(district, places, panels, CLASSES, **SAID)
    assert "nur Linie: keines: 1 Orte, ab 5: 1 Orte" in shown.alt
    assert [axes.get_title(loc="left") for axes in shown.static.axes] == list(panels.values())
    assert "Ostdorf: 9 Angebote" in shown.interactive().get_root().render()


def test_reason_map_names_the_outcomes_that_occur(district):
    places = district.settlements.assign(reason=["keine Rückfahrt", None])
    shown = maps.reason_map(district, places, **SAID)
    said = ["keine Rückfahrt: 1 Orte", f"{style.NO_DATA_LABEL}: 1 Orte"]
    assert shown.alt == f"Karte des Landkreises mit Orten als Zeichen, Angebote. {', '.join(said)}."
    legend = shown.static.axes[1].get_legend()
    assert [text.get_text() for text in legend.get_texts()] == said
    assert [handle.get_marker() for handle in legend.legend_handles] == ["v", "."]


def test_reason_map_on_screen_names_place_and_outcome(district):
    places = district.settlements.assign(reason=["erreichbar", "zu langes Warten"])
    page = maps.reason_map(district, places, **SAID).html()
    assert "Westdorf: erreichbar" in page
    assert "Ostdorf: zu langes Warten" in page
    assert f"color:{style.ACCENT}" in page


def test_effect_map_sets_before_against_after(district):
    # Westdorf (10 people) was reached before, Ostdorf (20) is reached now.
    figure, alt = maps.effect_map(district, frozenset({"Westdorf"}), frozenset({"Ostdorf"}))
    assert "schon bisher: 10 Einwohner" in alt
    assert "künftig erreichbar: 20 Einwohner" in alt
    assert "weiterhin nicht: 0 Einwohner" in alt
    assert len(figure.axes) == 2


@pytest.mark.parametrize("name", ["Westdorf", "Moxa-Untergemeinschaft an der Großen Sormitz"])
def test_words_of_maps_stay_apart(district, name):
    towns = district.municipalities.assign(name=[f"{name} {side}" for side in ("West", "Ost")])
    told = replace(district, municipalities=towns)
    places = district.settlements.assign(linie=[0, 5], reason=["erreichbar", None])
    drawn = (
        maps.area_map(told, pd.Series({WEST: 0.0}), CLASSES, **SAID).static,
        maps.place_maps(told, places, {"linie": "nur Linie"}, CLASSES, **SAID).static,
        maps.reason_map(told, places, **SAID).static,
        maps.effect_map(told, frozenset({"Westdorf"}), frozenset())[0],
    )
    for figure in drawn:
        assert overlapping(figure) == []


def test_words_of_the_real_district_stay_apart(sok):
    places = sok.settlements.assign(linie=3, rufbus=8, reason="keine Rückfahrt")
    panels = {"linie": "nur Linie", "rufbus": "mit Rufbus"}
    counts = pd.Series(dict.fromkeys(sok.boundaries["ags"], 3.0))
    drawn = (
        maps.area_map(sok, counts, CLASSES, **SAID).static,
        maps.place_maps(sok, places, panels, CLASSES, **SAID).static,
        maps.place_maps(sok, places, {"linie": "nur Linie"}, CLASSES, **SAID).static,
        maps.reason_map(sok, places, **SAID).static,
        maps.effect_map(sok, frozenset(), frozenset())[0],
    )
    for figure in drawn:
        assert overlapping(figure) == cut_off(figure) == []
