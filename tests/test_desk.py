"""The desk: questions and ideas on five villages whose answers can be reasoned."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from sokanalysis.desk.drawing import LOOKS, WIDTH, Canvas, drawn, kind_of
from sokanalysis.desk.playground import Playground, numbers_html, playground
from sokanalysis.desk.trial import (
    Outcome,
    Question,
    added_trip,
    answered,
    clock,
    held_also,
    moved,
)
from sokanalysis.errors import DataProblems, UnknownKey
from tests.conftest import table, villages

HALL = {
    "building_id": "G1", "name": "Alte <Schule>", "kind": "schule", "place": "Fern",
    "lat": 50.6, "lon": 11.7 - 5 / 70.7, "geocoding": "ort", "ags": "16000001",
}  # fmt: skip
PLAIN = Question(with_flex=False)


@pytest.fixture(scope="module")
def district():
    return replace(villages(), buildings=table("buildings", [HALL]))


def names(region, ids):
    rows = region.settlements[region.settlements["settlement_id"].isin(ids)]
    return set(rows["name"])


def test_today_is_before_and_after(district):
    # Süd walks, Mitte comes with B and goes with C; Nord, Abseits and Fern cannot.
    found = answered(district, PLAIN)
    assert names(district, found.before) == {"Süd", "Mitte"}
    assert found.after == found.before
    assert found.offer_count == 1


def test_a_move_is_the_timetable_s_answer(district):
    # 15 minutes later: B and C still fit, and now E (08:58) and H (12:25) as well.
    found = answered(district, PLAIN, moved(district, "S1", 15))
    assert names(district, found.after) == {"Süd", "Mitte", "Abseits"}


def test_a_second_place_serves_those_who_walk_there(district):
    found = answered(district, PLAIN, *held_also(district, "A1", "G1", ("Di",), "09:00", 60))
    assert names(district, found.after - found.before) == {"Fern"}


def test_one_more_bus_takes_nord_home(district):
    # Like D (11:50 → 12:10), at 12:20: after the course Nord comes home.
    found = answered(district, PLAIN, added_trip(district, "D", 12 * 60 + 20))
    assert names(district, found.after - found.before) == {"Nord"}


def test_what_is_asked_limits_the_offers(district):
    assert answered(district, replace(PLAIN, field="teilhabe")).offer_count == 0
    assert answered(district, replace(PLAIN, field="sprache_bildung")).offer_count == 1
    assert answered(district, replace(PLAIN, offer_id="A9")).before == frozenset()
    assert answered(district, replace(PLAIN, season="ferien")).before == frozenset()


def test_what_cannot_be_is_refused(district):
    with pytest.raises(DataProblems, match="keine Uhrzeit"):
        moved(district, "S1", 15 * 60)
    with pytest.raises(DataProblems, match="Wochentage"):
        held_also(district, "A1", "G1", (), "09:00", 60)
    with pytest.raises(UnknownKey):
        moved(district, "S9", 15)
    assert (clock(0), clock(545), clock(1439)) == ("00:00", "09:05", "23:59")


def test_every_place_has_its_mark():
    before, after = frozenset({"a", "b"}), frozenset({"b", "c"})
    outcome = Outcome(before, after, {"a": 1, "b": 2, "c": 3, "d": 4}, 1)
    kinds = [kind_of(name, outcome) for name in "abcd"]
    assert kinds == ["nicht mehr erreichbar", "erreichbar", "neu erreichbar", "nicht erreichbar"]
    assert set(kinds) == set(LOOKS)


def test_the_map_is_sound_svg_with_north_up(district):
    canvas = Canvas(district)
    text = drawn(canvas, answered(district, PLAIN))
    root = ET.fromstring(text[: text.index("</svg>") + 6])
    titles = [node.text for node in root.iter() if node.tag == "title"]
    assert sorted(titles) == sorted([
        "Süd: erreichbar", "Mitte: erreichbar", "Nord: nicht erreichbar",
        "Abseits: nicht erreichbar", "Fern: nicht erreichbar",
    ])  # fmt: skip
    place = dict(zip(district.settlements["name"], canvas.places, strict=True))
    assert place["Nord"][1] < place["Süd"][1]  # the sheet counts downward
    assert place["Fern"][0] < place["Süd"][0] <= WIDTH
    assert "erreichbar: 2 Orte" in root.attrib["aria-label"]


def test_names_cannot_become_markup(district):
    rows = district.settlements.assign(name="<script>alert(1)</script>")
    nasty = replace(district, settlements=rows)
    found = answered(nasty, PLAIN, moved(nasty, "S1", 15))
    assert "<script>" not in drawn(Canvas(nasty), found) + numbers_html(nasty, found)


def test_the_controls_answer_at_once(district):
    desk = Playground(district)
    desk.asked["with_flex"].value = False
    assert "20</b>" in desk.numbers.value  # Süd and Mitte, 10 each
    desk.tried["verschieben_minuten"].value = 15
    assert re.search(r"vorher 20 · <b[^>]*>\+10</b> · Abseits", desk.numbers.value)
    assert "neu erreichbar" in desk.map.value
    desk.tried["verschieben_minuten"].value = 0
    desk.tried["ort_an"].value = True
    desk.tried["ort_tage"].value = ()
    assert "So geht es nicht" in desk.numbers.value
    desk.tried["ort_tage"].value = ("Di",)
    assert "Fern" in desk.numbers.value


def test_a_district_without_buildings_has_no_such_idea():
    bare = villages()
    assert not any(name.startswith("ort_") for name in Playground(bare).tried)
    assert len(playground(bare).children) == 2
