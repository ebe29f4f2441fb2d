"""The map for partners: what it is told, how it travels, what it may never hold."""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.codes import DAY_TYPES
from sokanalysis.errors import DataProblems
from sokanalysis.itinerary import itinerary
from sokanalysis.partner_map import partner_map, write_partner_map
from sokanalysis.partner_map.content import content
from sokanalysis.partner_map.credits import credits_of
from sokanalysis.partner_map.ground import frame, ground
from sokanalysis.partner_map.packing import packed_bytes, packed_numbers, script_json
from sokanalysis.partner_map.reachability import offer_cells, session_rows
from sokanalysis.partner_map.wording import days_text, notice_texts, rule_texts
from sokanalysis.reach import OUTCOMES
from tests.conftest import villages
from tests.partner_maps import EVIL, SEPARATORS, district

REACHED, NO_WAY_OUT, NO_WAY_BACK = (
    list(OUTCOMES).index(name) for name in ("erreichbar", "keine_hinfahrt", "keine_rueckfahrt")
)
BUS, BIKE = 1 << 3, 2 << 3
VILLAGES = ["Süd", "Mitte", "Nord", "Abseits", "Fern"]


@pytest.fixture(scope="module")
def made():
    return district()


@pytest.fixture(scope="module")
def page(made):
    return partner_map(made)


def cells(text: str) -> list[int]:
    return list(b64decode(text))


def numbers(text: str) -> list[int]:
    return np.frombuffer(b64decode(text), dtype="<u2").tolist()


def clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


# --- packing --------------------------------------------------------------------------------------


def test_numbers_travel_as_two_bytes_lowest_first():
    # 1 → 01 00; 256 → 00 01; 2.2 is rounded up to 3; no number and a negative one → ff ff.
    raw = b64decode(packed_numbers([1, 256, 2.2, np.nan, np.inf, -1, 70_000]))
    assert raw.hex() == "010000010300" + "ffff" * 4
    assert packed_numbers([]) == packed_bytes([]) == ""
    assert b64decode(packed_bytes([0, 7, 255])).hex() == "0007ff"


@given(st.text())
@settings(max_examples=50)
def test_json_in_a_script_comes_back_and_cannot_leave(text):
    written = script_json({text: [text]})
    assert json.loads(written) == {text: [text]}
    assert not set("<>&\u2028\u2029") & set(written)


def test_what_is_not_finite_is_refused():
    with pytest.raises(ValueError, match="JSON"):
        script_json(float("nan"))


# --- who reaches what -----------------------------------------------------------------------------


def test_the_five_villages_and_their_course():
    # See `villages`: Süd walks (0), Mitte comes with B and goes with C, Nord has no way back,
    # Abseits comes three minutes late and Fern not at all.
    [line, flex, *without_bike] = session_rows(villages())["S1"]["schultag"]
    assert cells(line["cells"]) == [0, BUS, NO_WAY_BACK, NO_WAY_OUT, NO_WAY_OUT]
    # Mitte leaves 8:30, is there 8:50, sets off 12:25, is home 12:45; one boarding each way.
    assert numbers(line["times"]) == [510, 530, 745, 765, 17]
    # There is no on-demand bus and nobody rides a bike: all four are the same.
    assert [flex, *without_bike] == [line] * 3


def test_who_rides_a_bike_comes_by_bike_and_without_it_as_before():
    # A little over 5 km × 1.3 / 15 km/h = 26 minutes, rounded up: Mitte, Abseits and Fern; Nord is
    # twice as far away.
    region = villages().with_parameters(bike_max_minutes=40, bike_speed_kmh=15, bike_detour=1.3)
    rows = session_rows(region)["S1"]["schultag"]
    assert cells(rows[0]["cells"]) == [0, BUS, NO_WAY_BACK, BIKE, BIKE]
    assert cells(rows[2]["cells"]) == [0, BUS, NO_WAY_BACK, NO_WAY_OUT, NO_WAY_OUT]
    [site] = content(region)["sites"]
    assert numbers(site["bike"])[1:] == [27, 53, 27, 27]
    assert numbers(site["walk"])[0] == 0


def test_offers_follow_their_sessions():
    course = offer_cells(villages())["A1", "O1"]
    # In the holidays the course does not take place.
    assert list(course) == ["schulzeit_linie", "schulzeit_rufbus"]
    [rides, walks] = course["schulzeit_linie"]
    assert rides == walks
    assert cells(rides) == [0, BUS, NO_WAY_BACK, NO_WAY_OUT, NO_WAY_OUT]


def test_without_sessions_nothing_is_asked_of_the_timetable():
    region = villages(sessions=[])
    assert session_rows(region) == {}
    assert offer_cells(region) == {}
    [course] = content(region)["offers"]
    assert (course["sessions"], course["units"], course["sites"]) == ([], {}, [])


def test_times_and_on_demand_rides_are_those_of_the_itinerary(made):
    # The legs behind a journey are found by another search; both have to tell the same minutes.
    compared, by_flex = 0, 0
    for session_id, days in session_rows(made).items():
        for day, rows in days.items():
            for with_flex, row in zip((False, True), rows, strict=False):
                coming = [n for n, cell in enumerate(cells(row["cells"])) if cell & 31 == BUS]
                times = np.reshape(numbers(row["times"]), (-1, 5)).tolist()
                assert len(times) == len(coming)
                for village, (leave, arrive, depart, home, _) in zip(coming, times, strict=True):
                    legs = itinerary(made, session_id, VILLAGES[village], day, with_flex=with_flex)
                    out, back = (legs[legs["direction"] == way] for way in ("hin", "zurück"))
                    assert clock(leave) == out["departure_time"].iloc[0]
                    assert clock(arrive) == out["arrival_time"].iloc[-1]
                    assert clock(depart) == back["departure_time"].iloc[0]
                    assert clock(home) == back["arrival_time"].iloc[-1]
                    flags = cells(row["cells"])[village] >> 5
                    told = [way["means"].str.startswith("Rufbus").any() for way in (out, back)]
                    assert [bool(flags & 1), bool(flags & 2)] == told
                    compared, by_flex = compared + 1, by_flex + any(told)
    assert compared >= 8
    assert by_flex >= 3


# --- what the page is told ------------------------------------------------------------------------


def test_days_are_written_shortly():
    assert days_text(("Mo", "Di", "Mi", "Do", "Fr")) == "Mo bis Fr"
    assert days_text(("Do", "Di")) == "Di und Do"
    assert days_text(("Mo", "Di")) == "Mo und Di"
    assert days_text(("Mo", "Mi", "Fr")) == "Mo, Mi und Fr"
    assert days_text(("So",)) == "So"


def test_what_is_known_of_an_offer_is_told_and_nothing_else(made):
    course, advice, meeting, unplaced = content(made)["offers"]
    assert dict(course["facts"])["Sprachniveau"] == "Voraussetzung: A1; Ziel: B1"
    facts = dict(meeting["facts"])
    assert facts["Kosten"] == "kostenlos"
    assert facts["Sprachen"] == "Ukrainisch, Deutsch"
    assert facts["Status"] == "Fortbestand nicht belegt"
    assert "Kinderbetreuung" not in facts
    assert meeting["languages"] == ["Ukrainisch", "Deutsch"]
    assert [len(offer["sites"]) for offer in (course, advice, meeting, unplaced)] == [1, 1, 1, 0]
    assert course["sessions"][0]["when"] == "Mo bis Fr, 09:00–12:00\N{NO-BREAK SPACE}Uhr"


def test_rules_are_said_with_their_numbers(made):
    said = " ".join(rule_texts(made))
    for words in ("vor 05:30 Uhr", "höchstens 120 Minuten", "alle Termine erreichbar"):
        assert words in said
    assert "80\N{NO-BREAK SPACE}% der Termine" in " ".join(
        rule_texts(made.with_parameters(attend_share_required=0.8))
    )
    assert notice_texts(made) == [
        "Der Rufbus fährt nur, wenn man ihn mindestens 2 Stunden vorher bestellt."
    ]
    assert notice_texts(villages()) == []


def test_the_assumptions_stand_on_the_page(page):
    for text in ("Modellfahrplan – Arbeitsannahme", "Wege als Luftlinie mit Umwegfaktor"):
        assert text in page
    assert "mit 2 von 3 Terminen als Arbeitsannahme" in page


def test_numbers_of_people_have_no_part_in_it(made, page):
    # Other people, another waiting list: not a byte of the page changes.
    groups = made.groups.assign(person_count=1)
    settlements = made.settlements.assign(population_count=99_991)
    offers = made.offers.assign(waiting_count=99_991, place_count=99_991, minimum_group_count=1)
    population = made.population[:0]
    other = replace(
        made, groups=groups, settlements=settlements, offers=offers, population=population,
        accommodations=made.accommodations[:0],
    )  # fmt: skip
    assert partner_map(other) == page
    assert "99991" not in page


def test_the_ground_is_the_district():
    made = district()
    # A rectangle keeps its four corners; the villages lie between 11.63 and 11.77 degrees.
    [[ring]] = ground(made)
    assert sorted(ring) == [(50.55, 11.6), (50.55, 11.8), (50.75, 11.6), (50.75, 11.8)]
    assert frame(made) == [[50.55, 11.6], [50.75, 11.8]]
    bare = villages()
    assert ground(bare) == []
    assert frame(bare)[0] == [50.6, pytest.approx(11.7 - 5 / 70.7)]
    nowhere = replace(bare, settlements=bare.settlements[:0], sites=bare.sites[:0])
    assert frame(nowhere) == [[47.3, 5.9], [55.1, 15.0]]


def test_sources_are_named(tmp_path):
    assert credits_of(tmp_path) == ()
    file = tmp_path / "datapackage.json"
    told = {"contributors": [
        {"title": "Amt <1>", "roles": ["source"]}, {"title": "wir", "roles": ["compiler"]},
        {"title": "Amt <1>", "roles": ["source"]}, {"roles": ["source"]}, "Unfug",
    ]}  # fmt: skip
    file.write_text(json.dumps(told), encoding="utf-8")
    assert credits_of(tmp_path) == ("Amt <1>",)
    for text in ("[]", "{}", '{"contributors": {"a": 1}}'):
        file.write_text(text, encoding="utf-8")
        assert credits_of(tmp_path) == ()
    assert "Amt &lt;1&gt;" in _page_in(tmp_path, told)
    file.write_text("{", encoding="utf-8")
    with pytest.raises(DataProblems, match="datapackage"):
        credits_of(tmp_path)


def _page_in(folder, told) -> str:
    (folder / "datapackage.json").write_text(json.dumps(told), encoding="utf-8")
    return partner_map(replace(district(), folder=folder))


# --- the page -------------------------------------------------------------------------------------


class Parts(HTMLParser):
    """All elements with their attributes, and the text of scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))
        if tag in self.raw:
            self.raw[tag].append("")

    def handle_data(self, data):
        if self.cdata_elem in self.raw:
            self.raw[self.cdata_elem][-1] += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.found if name == tag]


@pytest.fixture(scope="module")
def parts(page):
    return Parts(page)


def digest(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def test_the_policy_allows_this_script_and_this_style_and_nothing_else(parts):
    [policy] = [a["content"] for a in parts.all("meta") if a.get("http-equiv")]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    [_, script] = parts.raw["script"]
    [style] = parts.raw["style"]
    assert rules == {
        "default-src": "'none'", "script-src": digest(script), "style-src": digest(style),
        "img-src": "data:", "font-src": "data:", "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip


def test_the_page_asks_nothing_of_any_network(page, parts):
    attributes = {name for _, attrs in parts.found for name in attrs}
    assert not attributes & {"src", "srcset", "action", "formaction", "data", "poster", "style"}
    assert not [name for name in attributes if name.startswith("on")]
    assert [attrs["href"] for attrs in parts.all("a")] == ["#liste"]
    assert parts.all("link") == parts.all("iframe") == parts.all("img") == []
    assert "@import" not in page
    assert not re.findall(r"""url\(["']?(?!["']?(?:data:|#))""", parts.raw["style"][0])
    own = parts.raw["script"][1].rsplit('"use strict";', 1)[1]
    assert not re.findall(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(", own)
    assert not re.findall(r"fetch\(|XMLHttpRequest|sendBeacon|localStorage|cookie", own)


def test_hostile_names_are_texts(page, parts, made):
    assert [attrs.get("type") for attrs in parts.all("script")] == ["application/json", None]
    assert EVIL not in page
    assert json.loads(parts.raw["script"][0]) == json.loads(json.dumps(content(made)))
    assert EVIL in [offer["name"] for offer in json.loads(parts.raw["script"][0])["offers"]]
    assert SEPARATORS not in parts.raw["script"][0]
    assert EVIL in html.unescape(re.findall(r"<tbody>.*?</tbody>", page, re.DOTALL)[0])


def test_the_same_district_gives_the_same_bytes(made, page, tmp_path):
    first = write_partner_map(made, tmp_path / "neu" / "karte.html")
    assert first == tmp_path / "neu" / "karte.html"
    assert first.read_bytes() == page.encode() == partner_map(district()).encode()


def test_every_control_has_its_label(parts):
    ids = [attrs["id"] for _, attrs in parts.found if "id" in attrs]
    assert len(ids) == len(set(ids))
    labelled = {attrs.get("for") for attrs in parts.all("label")}
    controls = [a["id"] for tag in ("select", "input") for a in parts.all(tag) if "id" in a]
    assert {name for name in controls if name not in ("rufbus", "rad", "nur")} <= labelled
    assert parts.all("html") == [{"lang": "de"}]
    assert len(parts.all("h1")) == len(parts.all("main")) == 1


def test_without_a_script_the_offers_stand_in_a_table(page):
    [table] = re.findall(r"<noscript>.*?</noscript>", page, re.DOTALL)
    assert table.count('<th scope="row">') == 4
    assert "Mi, 15:00–17:00\N{NO-BREAK SPACE}Uhr (belegt)" in table
    assert "Zeiten nicht bekannt" in table


def test_the_real_district_fits_into_three_megabytes(sok):
    page = partner_map(sok)
    assert len(page.encode()) < 3_000_000
    told = json.loads(Parts(page).raw["script"][0])
    assert len(told["offers"]) == len(sok.current_offers)
    for offer in told["offers"]:
        for session in offer["sessions"]:
            assert set(session["rows"]) <= set(DAY_TYPES)
            for rows in session["rows"].values():
                assert {len(cells(row["cells"])) for row in rows} == {len(sok.settlements)}
