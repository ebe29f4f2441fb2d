"""The table behind each chart: what is drawn, in words and written numbers, and no more."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import box

from sokanalysis import charts, figures, maps, plans, style
from sokanalysis.classes import Classes
from sokanalysis.codes import FIELDS
from sokanalysis.network_chart import provider_network
from sokanalysis.ranges import ranges
from sokanalysis.show import Data
from tests.conftest import feed, region

WORDS = {"caption": "Befund", "source": "Quelle: Test"}
SHARES = pd.DataFrame({"mit": [0.5, np.nan], "ohne": [0.254, 0.0]}, index=["Nord", "Süd"])
COUNTS = pd.DataFrame({"da": [1200, 0], "fern": [3, 4]}, index=["Nord", "Süd"])
MEASURES = pd.DataFrame({
    "number": ["S1", "T1"], "title": ["Kurs", "Treff"], "field": ["Sprache", "Teilhabe"],
    "cost_eur": [15_840.0, 0.0], "gained_count": [12, 5], "gained_count_low": [8, np.nan],
    "gained_count_high": [20, np.nan], "is_quick_win": [False, True], "start_month": [1, 2],
    "run_month": [3, 2], "end_month": [24, 30], "chosen_share": [1.0, 0.5],
    "robustness": ["immer", "meist"], "decides": ["", "Kosten"],
})  # fmt: skip


def written(shown) -> list[list[str]]:
    data = shown.payload()["data"]
    rows = [[column["title"] for column in data["head"]], *data["rows"]]
    return [[cell.replace(style.NBSP, " ").replace(style.THIN, " ") for cell in r] for r in rows]


def test_numbers_stand_to_the_right_and_words_to_the_left():
    data = Data(("Ort", "Zahl", "Wort"), [("A", "1,5", "ja"), ("B", "geheim", "–")]).payload()
    assert [column["align"] for column in data["head"]] == ["left", "right", "left"]
    assert [column["places"] for column in data["head"]] == [0, 1, 0]


def test_without_rows_the_heads_remain():
    data = Data(("Ort", "Zahl"), []).payload()
    assert data["rows"] == []
    assert [column["title"] for column in data["head"]] == ["Ort", "Zahl"]


def test_rows_have_as_many_cells_as_the_head():
    with pytest.raises(ValueError, match="zip"):
        Data(("Ort", "Zahl"), [("A",)]).payload()


def test_bars():
    rows = COUNTS.reset_index(names="ort")
    assert written(figures.bars(rows, "ort", "da", unit="Plätze", **WORDS)) == [
        ["Bezeichnung", "Wert"], ["Nord", "1 200 Plätze"], ["Süd", "0 Plätze"],
    ]  # fmt: skip


def test_stacked_bars():
    assert written(figures.stacked_bars(COUNTS, **WORDS)) == [
        ["Bezeichnung", "da", "fern"], ["Nord", "1 200", "3"], ["Süd", "0", "4"],
    ]  # fmt: skip


def test_dots():
    assert written(figures.dots(SHARES, **WORDS)) == [
        ["Bezeichnung", "mit", "ohne"], ["Nord", "50 %", "25 %"], ["Süd", "–", "0 %"],
    ]  # fmt: skip


def test_heat_maps():
    panel = SHARES.set_axis([7, 8], axis=1)
    assert written(charts.heat_maps({"Schultag": panel}, across="Uhr", **WORDS)) == [
        ["Bezeichnung", "7 Uhr", "8 Uhr"], ["Schultag: Nord", "50 %", "25 %"],
        ["Schultag: Süd", "–", "0 %"],
    ]  # fmt: skip


def test_waterfalls():
    # 1200 + 3 and 0 + 4 people need something.
    assert written(charts.waterfalls(COUNTS, able="da", total="Bedarf", **WORDS)) == [
        ["Bereich", "Bedarf", "fern", "da"], ["Nord", "1 203", "3", "1 200"],
        ["Süd", "4", "4", "0"],
    ]  # fmt: skip


def test_lorenz_curve():
    # Nobody has anything up to the poorer half; from there on it rises evenly to all.
    curve = pd.DataFrame({
        "people_share": [0, 0.5, 1], "access_share": [0, 0, 1], "id": ["", "a", "b"],
    })  # fmt: skip
    rows = written(charts.lorenz_curve(curve, {}, across="Menschen", upward="Plätze", **WORDS))
    assert rows[0] == ["Menschen", "Plätze"]
    assert rows[1] == ["10 %", "0 %"]
    assert rows[5:7] == [["50 %", "0 %"], ["60 %", "20 %"]]
    assert rows[10] == ["100 %", "100 %"]


def test_ranges_keep_what_is_withheld():
    rows = pd.DataFrame({
        "wort": ["Kurs", "Rat"], "n_low": [1, 2], "n": [2, None], "n_high": [3, 4], "k": [5, 6],
    })  # fmt: skip
    shown = ranges(rows, "wort", "n", unit="Menschen", beside=("k", "Angebote"), **WORDS)
    assert written(shown) == [
        ["Bezeichnung", "Menschen, geschätzt (Spanne)", "Angebote"],
        ["Kurs", "2 (1–3)", "5"], ["Rat", "geheim", "6"],
    ]  # fmt: skip


@pytest.fixture(scope="module")
def district():
    """Two square municipalities with one place each; the boundaries stand the other way round."""
    towns = [
        {"ags": f"1607500{n}", "name": name, "verband_kind": "-", "verband_name": "-",
         "lat": 50.6, "lon": 11.65 + n / 10, "area_km2": 1}
        for n, name in enumerate(("Ost", "West"))
    ]  # fmt: skip
    people = [{"ags": t["ags"], "date": "2022-12-31", "population_count": 10} for t in towns]
    places = [
        {"settlement_id": t["name"], "name": t["name"], "lat": t["lat"], "lon": t["lon"],
         "population_count": 10}
        for t in towns
    ]  # fmt: skip
    timetable = feed({"Halt": (50.6, 11.7)}, {})
    made = region(places, [], [], timetable, municipalities=towns, population=people)
    shapes = gpd.GeoDataFrame(
        {"ags": ["16075001", "16075000"], "name": ["West", "Ost"]},
        geometry=[box(11.7, 50.55, 11.8, 50.65), box(11.6, 50.55, 11.7, 50.65)], crs="EPSG:4326",
    )  # fmt: skip
    return replace(made, boundaries=shapes)


CLASSES = Classes((0, 1, 5), ("keines", "1–4", "ab 5"))


def test_maps(district):
    values = pd.Series({"16075000": 7.4})
    areas = maps.area_map(district, values, CLASSES, unit="Angebote", **WORDS)
    assert written(areas) == [
        ["Gemeinde", "Angebote"], ["Ost", "7"], ["West", "keine Daten oder geheim"],
    ]  # fmt: skip
    places = district.settlements.assign(a=[0, 5], b=[np.nan, 1])
    titles = {"a": "Schulzeit", "b": "Ferien"}
    shown = maps.place_maps(district, places, titles, CLASSES, unit="Angebote", **WORDS)
    assert written(shown) == [
        ["Ort", "Schulzeit", "Ferien"], ["Ost", "keines", "keine Daten oder geheim"],
        ["West", "ab 5", "1–4"],
    ]  # fmt: skip
    reasons = district.settlements.assign(reason=["erreichbar", None])
    assert written(maps.reason_map(district, reasons, unit="Grund", **WORDS)) == [
        ["Ort", "Grund"], ["Ost", "erreichbar"], ["West", "keine Daten oder geheim"],
    ]  # fmt: skip


def test_plans():
    assert written(plans.effect_by_cost(MEASURES, **WORDS))[1:] == [
        ["S1", "Kurs", "15 840 €", "12", "8 bis 20", "nein"],
        ["T1", "Treff", "0 €", "5", "keine Daten oder geheim", "ja"],
    ]
    (bars,) = plans.robustness_bars(MEASURES, thresholds=[0.5], **WORDS)
    assert written(bars)[1:] == [
        ["S1", "Kurs", "100 %", "immer", "–"], ["T1", "Treff", "50 %", "meist", "Kosten"],
    ]  # fmt: skip
    (times,) = plans.timetable_of_measures(MEASURES, start=dt.date(2026, 11, 1), **WORDS)
    # The third month from November 2026 is January 2027, the 24th October 2028.
    assert written(times)[1:] == [
        ["S1", "Kurs", "Sprache",
         "Vorbereitung ab November 2026, läuft ab Januar 2027 bis Ende Oktober 2028"],
        ["T1", "Treff", "Teilhabe", "läuft ab Dezember 2026 über Oktober 2028 hinaus"],
    ]  # fmt: skip


def test_the_budget():
    curve = pd.DataFrame({
        "budget_eur": [0, 500], "cost_eur": [0, 480], "gained_count": [0, 12],
        "added": [None, "S1 Kurs"],
    })  # fmt: skip
    assert written(plans.budget_curve(curve, recommended_eur=500, **WORDS))[1:] == [
        ["ab 0 €", "0", "0 €", "–"], ["ab 500 €", "12", "480 €", "S1 Kurs"],
    ]  # fmt: skip


def test_the_network():
    links = pd.DataFrame({
        "provider_id": ["1"], "provider": ["Amt"], "is_authority": [True],
        "provider_offer_count": [2], "field": [FIELDS["teilhabe"]], "place": ["Schleiz"],
        "offer_count": [2], "is_place_assumed": [False],
    })  # fmt: skip
    (shown,) = provider_network(links, **WORDS)
    assert written(shown) == [
        ["Träger", "Handlungsfeld", "Ort", "Angebote"],
        ["Amt – Behörde", FIELDS["teilhabe"], "Schleiz", "2"],
    ]
