"""Integreat taken over: what becomes an offer, what does not and why, and nobody's telephone.

The reference date of the parameters is 22 November 2026, a Sunday.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from sokanalysis.errors import SokanalysisError
from sokanalysis.integreat import REASONS, TakenOver, read_saved, taken_over
from sokanalysis.region import Region
from sokanalysis.schema import TABLES
from sokanalysis.validation import reference_problems, table_problems
from tests.conftest import villages
from tests.fuzzing import damaged, fuzz
from tests.integreat_answers import (
    PORTAL,
    day,
    event,
    older_dates,
    page,
    place,
    save,
    spot,
    week,
)

NAMES = ("providers", "offers", "sites", "offer_sites", "sessions")
WEEKLY = "DTSTART:20260106T140000\nRRULE:FREQ=WEEKLY;UNTIL=20261222T235959;BYDAY=TU"
OPEN = week(Mo=day("09:00-12:00"))


@pytest.fixture(scope="module")
def district() -> Region:
    """The villages in one municipality, from 11.5 to 11.9 east and 50.5 to 50.7 north."""
    shape = gpd.GeoDataFrame(
        {"ags": ["16075001"], "name": ["Dorf"]},
        geometry=[box(11.5, 50.5, 11.9, 50.7)],
        crs="EPSG:4326",
    )
    return replace(villages(), boundaries=shape)


def take(folder: Path, district: Region, *answers: Any, **others: Any) -> TakenOver:
    return taken_over(read_saved(save(folder, *answers)), district, **others)


def the(rows: pd.DataFrame) -> dict[str, Any]:
    """The only row, without what is missing."""
    [row] = rows.to_dict("records")
    return {
        name: value for name, value in row.items() if isinstance(value, tuple) or pd.notna(value)
    }


def reasons(taken: TakenOver) -> dict[str, str]:
    """Why by entry."""
    codes = {text: code for code, text in REASONS.items()}
    rows = taken.left_out
    return dict(zip(rows["entry_id"], rows["reason"].map(codes), strict=True))


def advice(**others: Any) -> dict[str, Any]:
    hours = week(Mo=day("09:00-12:00", "13:00-16:00"), Do=day("09:00-12:00"))
    organisation = {
        "id": 3, "slug": "d", "name": "Diakonie Musterland e. V.", "logo": "x",
        "website": "https://diakonie.example/",
    }  # fmt: skip
    given = {"organization": organisation, "barrier_free": True} | others
    return place(11, "Migrationsberatung Musterstadt", hours, **given)


def test_a_place_with_opening_hours_is_an_offer_to_drop_in(
    tmp_path: Path, district: Region
) -> None:
    taken = take(tmp_path, district, [advice()])
    link = "https://integreat.app/lkmusterland/de/locations/ort-11/"
    # Changed on 28 March 2026 at 23:59 in Berlin, an hour before the clocks change.
    dated = {"source": link, "source_date": "2026-03-28", "quality": "gemeldet"}
    assert the(taken.offers) == dated | {
        "offer_id": "I-O11", "provider_id": "I-T3", "name": "Migrationsberatung Musterstadt",
        "field": "teilhabe", "kind": "migrationsberatung", "target_groups": ("zugewanderte",),
        "is_wheelchair_accessible": True, "status": "laufend",
        "note": "aus Integreat; Art nach dem Wort „migrationsberatung“",
    }  # fmt: skip
    assert the(taken.providers) == dated | {
        "provider_id": "I-T3", "name": "Diakonie Musterland e. V.", "kind": "wohlfahrtsverband",
        "website": "https://diakonie.example/",
    }  # fmt: skip
    assert the(taken.sites) == {
        "site_id": "I-O11", "name": "Migrationsberatung Musterstadt",
        "address": "Hauptstraße 2, 07999 Musterstadt", "place": "Musterstadt", "ags": "16075001",
        "lat": 50.61, "lon": 11.71, "geocoding": "gebaeude", "quality": "gemeldet",
        "source": link,
    }  # fmt: skip
    assert taken.offer_sites[["offer_id", "site_id"]].to_numpy().tolist() == [["I-O11", "I-O11"]]
    columns = ["session_id", "weekdays", "start_time", "end_time", "runs_in_holidays"]
    assert taken.sessions[columns].to_numpy().tolist() == [
        ["I-O11-0900-1200", ("Mo", "Do"), "09:00", "12:00", True],
        ["I-O11-1300-1600", ("Mo",), "13:00", "16:00", True],
    ]
    assert taken.left_out.empty
    assert taken.to_locate.empty


def test_days_by_appointment_are_no_sessions_and_are_told(tmp_path: Path, district: Region) -> None:
    hours = week(Mo=day("09:00-12:00"), Mi=day("09:00-12:00", appointmentOnly=True))
    taken = take(tmp_path, district, [advice(opening_hours=hours)])
    assert the(taken.sessions)["weekdays"] == ("Mo",)
    told = the(taken.left_out)
    assert (told["reason"], told["detail"]) == (REASONS["nach_vereinbarung"], "Mi")
    assert told["is_taken_over"]


def test_a_weekly_event_is_an_offer_at_its_place(tmp_path: Path, district: Region) -> None:
    house = place(16, "Bürgerhaus", None, barrier_free=False)
    talk = event(
        21, "Internationales Sprachcafé", "2026-01-06T15:00:00+01:00", "2026-01-06T17:00:00+01:00",
        WEEKLY, at=spot(16, "Bürgerhaus"),
    )  # fmt: skip
    taken = take(tmp_path, district, [house], [talk])
    offer = the(taken.offers)
    assert (offer["offer_id"], offer["kind"], offer["status"]) == ("I-V21", "begegnung", "laufend")
    assert offer["is_wheelchair_accessible"] is False
    assert offer["source"] == "https://integreat.app/lkmusterland/de/events/termin-21/"
    assert offer["source_date"] == "2026-10-21"  # half past midnight in Berlin
    assert (offer["valid_from_date"], offer["valid_until_date"]) == (
        pd.Timestamp(2026, 1, 6), pd.Timestamp(2026, 12, 22),
    )  # fmt: skip
    session = the(taken.sessions)
    assert (session["weekdays"], session["start_time"], session["end_time"]) == (
        ("Di",), "15:00", "17:00",
    )  # fmt: skip
    assert session["site_id"] == "I-O16"
    assert the(taken.sites)["source"].endswith("/locations/ort-16/")
    # Who runs the house need not run the café: nobody is named.
    assert the(taken.providers)["name"] == "in Integreat nicht genannt"
    assert reasons(taken) == {"O16": "ohne_zeiten"}


def test_an_event_takes_the_organisation_of_its_place(tmp_path: Path, district: Region) -> None:
    talk = event(
        21, "Sprachcafé", "2026-01-06T15:00:00+01:00", "2026-01-06T17:00:00+01:00", WEEKLY,
        at=spot(11, "Beratungshaus"),
    )  # fmt: skip
    taken = take(tmp_path, district, [advice(opening_hours=None)], [talk])
    assert the(taken.offers)["provider_id"] == "I-T3"


def test_an_event_that_begins_later_is_planned(tmp_path: Path, district: Region) -> None:
    rule = "DTSTART:20270105T090000\nRRULE:FREQ=WEEKLY;BYDAY=TU"
    start, end = "2027-01-05T10:00:00+01:00", "2027-01-05T11:00:00+01:00"
    talk = event(21, "Sprachcafé", start, end, rule, at=spot(16, "Haus"))
    assert the(take(tmp_path, district, [], [talk]).offers)["status"] == "geplant"


def test_dates_of_older_servers_are_one_offer_across_the_change_of_clocks(
    tmp_path: Path, district: Region
) -> None:
    # Tuesdays; the clocks change on 25 October 2026 and 10:00 stays 10:00.
    days = ["2026-11-03", "2026-10-20", "2026-10-27", "2026-11-10", "2026-11-24"]
    listed = older_dates(31, "Frauentreff", sorted(days)[:4], spot(16, "Haus"))
    past = take(tmp_path, district, [], listed)
    assert reasons(past) == {"V31": "vergangen"}  # the last was on 10 November
    listed = older_dates(
        31, "Frauentreff", ["2026-11-10", "2026-11-17", "2026-11-24"], spot(16, "Haus")
    )
    taken = take(tmp_path, district, [], listed)
    assert the(taken.offers)["offer_id"] == "I-V31"
    assert the(taken.offers)["assured_date"] == pd.Timestamp(2026, 11, 24)
    assert the(taken.offers)["source_date"] == "2026-10-21"
    assert the(taken.offers)["gender"] == "frauen"
    assert the(taken.offers)["source"] == "https://integreat.app/lkmusterland/de/events/treff/"
    session = the(taken.sessions)
    assert (session["weekdays"], session["start_time"]) == (("Di",), "10:00")


def test_every_reason_is_told(tmp_path: Path, district: Region) -> None:
    house = spot(16, "Haus")
    at = ("2026-12-01T10:00:00+01:00", "2026-12-01T11:00:00+01:00")  # a Tuesday
    every = "DTSTART:20261201T090000\nRRULE:FREQ=WEEKLY{};BYDAY=TU"
    places = [
        place(1, "Apotheke am Markt", OPEN, category="Gesundheit"),
        place(2, "Migrationsberatung und Sprachcafé", OPEN),
        place(3, "Kleiderkammer", OPEN, lat=0, lon=0),
        place(4, "Jugendclub", None),
        place(5, "Jugendclub", OPEN, temporarily_closed=True),
        place(6, "Tafel", week(Mo=day("09:00-12:00", appointmentOnly=True))),
        place(7, "Tafel", [1, 2, 3]),
        place(8, "Tafel", OPEN),
        place(8, "Tafel, ein zweites Mal", OPEN),
    ]
    events = [
        event(51, "Sprachcafé", *at, every.format("")),
        event(52, "Sprachcafé", *at, every.format(""), meeting_url="https://treff.example/geheim"),
        event(53, "Sprachcafé", *at, every.format(";INTERVAL=2"), at=house),
        event(54, "Sprachcafé", *at, at=house),
        event(55, "Sprachcafé", at[0], "2026-12-03T11:00:00+01:00", at=house),
        event(56, "Sprachcafé", "2020-12-01T10:00:00Z", "2020-12-01T11:00:00Z", at=house),
        event(57, "Fest", *at, every.format(""), at=house),
    ]
    whole_day = event(58, "Sprachcafé", "2026-12-01T00:00:00+01:00", "2026-12-01T23:59:00+01:00")
    whole_day["event"]["all_day"] = True
    events.append(whole_day)
    pages = [
        page(61, "Deutsch lernen", "<p>Dienstag 14–16 Uhr, Frau Geheim, 03663 4711471</p>"),
        page(62, "Willkommen", "<p>Schön, dass Sie da sind.</p>"),
    ]
    taken = take(tmp_path, district, places, events, pages, [PORTAL])
    assert reasons(taken) == {
        "O1": "unbekannte_art", "O2": "mehrere_arten", "O3": "ohne_lage", "O4": "ohne_zeiten",
        "O5": "geschlossen", "O6": "nach_vereinbarung", "O7": "unlesbar", "O8": "doppelt",
        "V51": "ohne_ort", "V52": "online", "V53": "kein_rhythmus", "V54": "ein_termin",
        "V55": "mehrtaegig", "V56": "vergangen", "V57": "unbekannte_art", "V58": "ganztaegig",
        "61": "seite", "62": "nur_text", "lehrstellen": "portal",
    }  # fmt: skip
    assert set(reasons(taken).values()) == set(REASONS)
    assert the(taken.offers)["offer_id"] == "I-O8"
    details = taken.left_out.set_index("entry_id")["detail"]
    assert details["O1"] == "Gesundheit"
    assert details["O2"] == "migrationsberatung, sprachcafe"
    assert details["V53"].startswith("Termine am 01.12.2026, 15.12.2026")
    assert details["61"] == "Dienstag 14–16 Uhr"
    for reason in REASONS.values():
        assert reason in taken.text


@pytest.mark.parametrize(
    ("lat", "lon"),
    [(0, 0), (1, 1), (None, None), (50.6, 11.7), (11.71, 50.61), (50.61, 0), ("50.6", True)],
)
def test_placeholders_wait_to_be_located(
    tmp_path: Path, district: Region, lat: object, lon: object
) -> None:
    # The third is missing, the fourth the middle of the region, the fifth the wrong way round.
    taken = take(tmp_path, district, [advice(location=spot(11, "Haus") | {
        "latitude": lat, "longitude": lon
    })])  # fmt: skip
    assert taken.offers.empty
    assert the(taken.to_locate) == {
        "site_id": "I-O11", "name": "Haus", "address": "Hauptstraße 2, 07999 Musterstadt",
        "place": "Musterstadt", "link": "https://integreat.app/lkmusterland/de/locations/ort-11/",
    }  # fmt: skip
    found = taken.to_locate.assign(lat=50.62, lon=11.72, geocoding="strasse")
    again = take(tmp_path, district, [advice(location=spot(11, "Haus", 0, 0))], positions=found)
    site = the(again.sites)
    assert (site["lat"], site["lon"], site["geocoding"]) == (50.62, 11.72, "strasse")
    assert again.to_locate.empty
    missing = found.assign(lat=float("nan"))
    assert len(take(tmp_path, district, [advice(location=spot(11, "Haus", 0, 0))],
                    positions=missing).to_locate) == 1  # fmt: skip


def test_places_outside_the_district_have_no_municipality(tmp_path: Path, district: Region) -> None:
    taken = take(tmp_path, district, [place(12, "Tafel", OPEN, lat=51.5, lon=11.0)])
    assert "ags" not in the(taken.sites)


def test_without_a_town_the_municipality_is_the_place(tmp_path: Path, district: Region) -> None:
    nameless = spot(12, "Tafel") | {"town": None, "address": None, "postcode": ""}
    taken = take(tmp_path, district, [place(12, "Tafel", OPEN, location=nameless)])
    site = the(taken.sites)
    assert (site["place"], site["geocoding"]) == ("Dorf", "ort")
    assert "address" not in site


def everything() -> tuple[list[Any], list[Any], list[Any], list[Any]]:
    places = [advice(), place(12, "Tafel", OPEN), place(13, "Kiosk", OPEN), place(16, "Haus")]
    house = spot(16, "Haus")
    at = ("2026-01-06T15:00:00+01:00", "2026-01-06T17:00:00+01:00")
    events = [event(21, "Sprachcafé", *at, WEEKLY, at=house), event(22, "Fest", *at, at=house)]
    events += older_dates(31, "Frauentreff", ["2026-11-10", "2026-11-17", "2026-11-24"], house)
    return places, events, [page(61, "Kurse", "<li>Mo 9:00–10:00 Uhr</li>")], [PORTAL]


def test_rows_pass_the_rules_and_refer_to_each_other(tmp_path: Path, district: Region) -> None:
    taken = take(tmp_path, district, *everything())
    assert list(taken.offers["offer_id"]) == ["I-O11", "I-O12", "I-V21", "I-V31"]
    for name in NAMES:
        rows = getattr(taken, name)
        assert table_problems(rows, TABLES[name]) == []
        assert rows.dtypes.equals(getattr(district, name).dtypes)
    tables = {name: getattr(district, name) for name in TABLES}
    assert reference_problems(tables | {name: getattr(taken, name) for name in NAMES}) == []


def test_nobody_who_could_be_called_comes_in(tmp_path: Path, district: Region) -> None:
    places, events, pages, portals = everything()
    title = "Schwimmkurs mit Frau Dr. Erika Geheim, Tel. 03663 4711471 <b>geheim@example.org</b>"
    places.append(place(17, title, OPEN))
    pages.append(page(63, title, "<p>Mo 9:00–10:00 Uhr: Frau Geheim, 0171 4711471</p>"))
    saved = read_saved(save(tmp_path, places, events, pages, portals))
    taken = taken_over(saved, district)
    shown = "".join(
        getattr(taken, name).to_csv() for name in (*NAMES, "left_out", "to_locate")
    ) + taken.text.replace("Telefonnummern", "")  # fmt: skip
    for secret in ("Geheim", "geheim", "4711471", "Erika", "treff.example"):
        assert secret not in shown
    for secret in ("geheim@", "4711471", "geheim.example", "contacts", "phone"):
        assert secret not in repr(replace(saved, locations=saved.locations[:-1], pages=()))
    assert "Schwimmkurs" in set(taken.offers["name"])
    assert "Telefonnummern" in taken.text


def test_script_and_formulas_in_titles_are_harmless(tmp_path: Path, district: Region) -> None:
    names = [
        "<script>alert(1)</script>Tafel",
        "=HYPERLINK(1) Tafel",
        "Tafel &amp; <b>mehr",
        "@Tafel",
    ]
    places = [place(number, name, OPEN) for number, name in enumerate(names)]
    taken = take(tmp_path, district, places)
    assert list(taken.offers["name"]) == ["Tafel", "HYPERLINK(1) Tafel", "Tafel & mehr", "Tafel"]
    odd = place(1, "Tafel", OPEN, url="javascript:alert(1)", path="javascript:alert(1)")
    assert the(take(tmp_path, district, [odd]).offers)["source"] == "Integreat, Ort O1"


def test_nothing_gives_tables_without_rows(tmp_path: Path, district: Region) -> None:
    taken = take(tmp_path, district)
    for name in NAMES:
        assert getattr(taken, name).empty
        assert table_problems(getattr(taken, name), TABLES[name]) == []
    assert taken.left_out.empty
    assert taken.text.startswith("Aus Integreat übernommen (Landkreis Musterland) – Angebote: 0,")


def test_the_order_of_the_answers_does_not_matter(tmp_path: Path, district: Region) -> None:
    answers = everything()
    # Two places have the same number, so the order could decide which of them counts.
    answers[0].append(place(12, "Tafel, ein zweites Mal", OPEN))
    first = take(tmp_path, district, *answers)
    for turned in (lambda answer: answer[::-1], lambda answer: answer[2:] + answer[:2]):
        second = take(tmp_path, district, *map(turned, answers))
        for name in (*NAMES, "left_out", "to_locate"):
            pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
        assert first.text == second.text


# Typing the tables takes its time, so there are fewer examples than elsewhere.
few = settings(fuzz, max_examples=max(fuzz.max_examples // 8, 5))


@few
@given(data=st.data(), name=st.sampled_from(["locations", "events", "pages", "offers", "region"]))
def test_damaged_answers_are_taken_or_refused(
    tmp_path_factory: pytest.TempPathFactory, district: Region, data: st.DataObject, name: str
) -> None:
    folder = save(tmp_path_factory.mktemp("damaged"), *everything())
    path = folder / f"{name}.json"
    path.write_bytes(data.draw(damaged(path.read_bytes())))
    try:
        taken = taken_over(read_saved(folder), district)
    except SokanalysisError as refusal:
        assert str(refusal).strip()
        return
    assert table_problems(taken.sites, TABLES["sites"]) == []


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["2026-02-30T25:00:00", "10:00", "../..", "Europe", "RRULE:FREQ=SECONDLY"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)  # fmt: skip


@few
@given(data=st.data())
def test_any_value_in_any_field_is_taken_or_told(
    tmp_path_factory: pytest.TempPathFactory, district: Region, data: st.DataObject
) -> None:
    answers = everything()
    for answer in answers[:2]:
        entry = data.draw(st.sampled_from(answer))
        field = data.draw(st.sampled_from(sorted(entry)))
        inner = entry[field]
        if isinstance(inner, dict) and inner and data.draw(st.booleans()):
            inner[data.draw(st.sampled_from(sorted(inner)))] = data.draw(VALUES)
        else:
            entry[field] = data.draw(VALUES)
    taken = take(tmp_path_factory.mktemp("odd"), district, *answers)
    assert table_problems(taken.sites, TABLES["sites"]) == []
    assert table_problems(taken.sessions, TABLES["sessions"]) == []
    # Each of the four places is an offer, or said to be none.
    offers = taken.offers["offer_id"].str.startswith("I-O").sum()
    told = taken.left_out[(taken.left_out["entry"] == "Ort") & ~taken.left_out["is_taken_over"]]
    assert offers + len(told) == 4
