"""Bad input, each once: what the analyst reads is written out, word for word.

The district of these tests is small: one municipality, one offer, one session. Every test
breaks one thing in one file of it.
"""

from __future__ import annotations

import csv
import datetime as dt
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest

from sokanalysis.codes import label
from sokanalysis.errors import DataProblems, Problem, RegionNotFound
from sokanalysis.region import inspect_region, load_region
from sokanalysis.schema import TABLES
from tests.conftest import SOK

AGS, PLACE = "16075098", {"lat": "50.58", "lon": "11.81"}
ROWS: dict[str, list[dict[str, str]]] = {
    "municipalities": [
        {"ags": AGS, "name": "Schleiz", "verband_kind": "Stadt", "verband_name": "Schleiz",
         "area_km2": "83,5", "postal_code": "07907", **PLACE}
    ],
    "population": [
        {"ags": AGS, "date": "2021-12-31", "population_count": "8800"},
        {"ags": AGS, "date": "31.12.2022", "population_count": "8700"},
    ],
    "settlements": [
        {"settlement_id": "X", "name": "Schleiz", "ags": AGS, "population_count": "8700",
         "is_main": "ja", **PLACE}
    ],
    "groups": [
        {"area_level": "siedlung", "area_id": "X", "group": "auslaender", "date": "2022-12-31",
         "person_count": "400"}
    ],
    "providers": [{"provider_id": "T1", "name": "Träger für Bildung", "kind": "vhs"}],
    "offers": [
        {"offer_id": "A1", "provider_id": "T1", "name": "Kurs", "field": "sprache_bildung",
         "kind": "integrationskurs", "target_groups": "alle;frauen", "status": "laufend",
         "age_min_years": "18", "level_in": "A2", "cost_eur": "2,50",
         "valid_from_date": "01.02.2024"}
    ],
    "sites": [
        {"site_id": "O1", "name": "Schule", "place": "Schleiz", "ags": AGS, "geocoding": "ort",
         **PLACE}
    ],
    "offer_sites": [{"offer_id": "A1", "site_id": "O1"}],
    "sessions": [
        {"session_id": "S1", "offer_id": "A1", "site_id": "O1", "weekdays": "Mo;Di",
         "start_time": "9:00", "end_time": "12.00", "runs_in_holidays": "Ja"}
    ],
}  # fmt: skip
SQUARE = "[[[11.7,50.5],[11.9,50.5],[11.9,50.7],[11.7,50.7],[11.7,50.5]]]"
GTFS = {
    "routes.txt": "route_id,route_short_name,route_type\nR,1,3\n",
    "trips.txt": "route_id,service_id,trip_id\nR,taeglich,F\n",
    "stops.txt": "stop_id,stop_name,stop_lat,stop_lon\n"
    "H,Markt,50.58,11.81\nI,Bahnhof,50.59,11.81\n",
    "stop_times.txt": "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    "F,08:00:00,08:00:00,H,1\nF,08:05:00,08:05:00,I,2\n",
    "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
    "start_date,end_date\ntaeglich,1,1,1,1,1,1,1,20260901,20260930\n",
}
UTF8 = "utf-8"


def write(path: Path, lines: list[list[str]]) -> None:
    with path.open("w", encoding=UTF8, newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(lines)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small district without a flaw."""
    for name, table in TABLES.items():
        heads = [column.name for column in table.columns]
        rows = [{"quality": "angenommen", "source": "Test"} | row for row in ROWS.get(name, [])]
        write(tmp_path / f"{name}.csv", [heads, *([r.get(h, "") for h in heads] for r in rows)])
    (tmp_path / "boundaries.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ags":"'
        f'{AGS}","name":"Schleiz"}},"geometry":{{"type":"Polygon","coordinates":{SQUARE}}}}}]}}',
        encoding=UTF8,
    )
    (tmp_path / "gtfs").mkdir()
    for name, text in GTFS.items():
        (tmp_path / "gtfs" / name).write_text(text, encoding=UTF8)
    return tmp_path


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Put other text into a file, once."""
    path = folder / file
    text = path.read_text(encoding=UTF8)
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding=UTF8)


def heads(folder: Path, file: str) -> list[list[str]]:
    with (folder / file).open(encoding=UTF8, newline="") as lines:
        return list(csv.reader(lines))


def said(folder: Path) -> list[str]:
    """Every problem as the analyst reads it."""
    return [str(problem) for problem in inspect_region(folder)[1]]


# --- a district without a flaw -------------------------------------------------------------------


def test_a_sound_district_is_read_as_it_stands(folder):
    region = load_region(folder)
    assert region.municipalities.loc[0, "area_km2"] == 83.5
    assert region.municipalities.loc[0, "postal_code"] == "07907"
    assert region.population["date"].tolist() == [
        pd.Timestamp("2021-12-31"), pd.Timestamp("2022-12-31"),
    ]  # fmt: skip
    session = region.sessions.iloc[0]
    assert (session["start_time"], session["end_time"]) == ("09:00", "12:00")
    assert session["weekdays"] == ("Mo", "Di")
    assert bool(session["runs_in_holidays"]) is True
    offer = region.offers.iloc[0]
    assert (offer["target_groups"], offer["cost_eur"]) == (("alle", "frauen"), 2.5)
    assert pd.isna(offer["place_count"])
    assert region.accommodations.empty
    assert region.feed.active.index[0] == pd.Timestamp("2026-09-01")
    assert list(region.current_sessions["session_id"]) == ["S1"]
    # Tables of 22.11.2026 by default, and a timetable of September.
    assert region.basis == (
        "Fahrplan abgelaufen am 30.09.2026", "Wege als Luftlinie mit Umwegfaktor – Arbeitsannahme",
    )  # fmt: skip
    assert region.with_parameters(reference_date=dt.date(2026, 9, 30)).feed_ended is None


def test_german_titles_do_as_well_as_names(folder):
    expected = load_region(folder)
    for name, table in TABLES.items():
        lines = heads(folder, f"{name}.csv")
        assert lines[0] == [column.name for column in table.columns]
        write(folder / f"{name}.csv", [[column.title for column in table.columns], *lines[1:]])
    found = load_region(folder)
    for name in TABLES:
        pd.testing.assert_frame_equal(getattr(found, name), getattr(expected, name))


def test_the_order_of_the_columns_does_not_matter(folder):
    expected = load_region(folder).sessions
    lines = heads(folder, "sessions.csv")
    write(folder / "sessions.csv", [line[::-1] for line in lines])
    pd.testing.assert_frame_equal(load_region(folder).sessions, expected)


def test_a_mark_at_the_start_and_windows_line_ends_are_no_flaw(folder):
    path = folder / "sessions.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert said(folder) == []


def test_a_timetable_in_a_zip_file(folder):
    with zipfile.ZipFile(folder / "gtfs.zip", "w") as bundle:
        for path in (folder / "gtfs").iterdir():
            bundle.write(path, f"feed/{path.name}")
    shutil.rmtree(folder / "gtfs")
    assert load_region(folder).feed.stop_times["departure_s"].tolist() == [28_800, 29_100]


def test_parameters_of_the_district_lie_over_the_defaults(folder):
    (folder / "parameters.yaml").write_text("walk_max_minutes: 20\n", encoding=UTF8)
    region = load_region(folder)
    assert region.parameters.walk_max_minutes == 20
    assert region.with_parameters(walk_max_minutes=25).parameters.walk_max_minutes == 25
    assert region.parameters.walk_max_minutes == 20


# --- one flaw, its words -------------------------------------------------------------------------

NUMBER = "Ziffern mit Punkt oder Komma eintragen, ohne Einheit"
DATE = "ein Datum des Kalenders als JJJJ-MM-TT eintragen, z. B. 2026-09-01"
TIME = "die Uhrzeit als HH:MM eintragen, z. B. 08:30"
DEGREES = "Grad mit Dezimalpunkt eintragen, z. B. 50.65; Breite und Länge nicht vertauschen"


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        pytest.param("offers.csv", "01.02.2024", "31.02.2024",
            "offers.csv, Zeile 2, Spalte „gültig ab“: „31.02.2024“ – kein gültiges Datum → " + DATE,
            id="no date of the calendar"),
        pytest.param("population.csv", "2021-12-31", "Ende 2021",
            "population.csv, Zeile 2, Spalte „Stichtag“: „Ende 2021“ – kein gültiges Datum → "
            + DATE, id="no date at all"),
        pytest.param("sessions.csv", "9:00", "25:00",
            "sessions.csv, Zeile 2, Spalte „Beginn“: „25:00“ – keine Uhrzeit → " + TIME,
            id="hour past midnight"),
        pytest.param("sessions.csv", "12.00", "12 Uhr",
            "sessions.csv, Zeile 2, Spalte „Ende“: „12 Uhr“ – keine Uhrzeit → " + TIME,
            id="hour in words"),
        pytest.param("sessions.csv", "Ja", "vielleicht",
            "sessions.csv, Zeile 2, Spalte „auch in den Ferien“: „vielleicht“ – weder ja noch nein"
            " → ja oder nein eintragen", id="neither yes nor no"),
        pytest.param("sessions.csv", "Mo;Di", "Mo;Dienstags",
            "sessions.csv, Zeile 2, Spalte „Wochentage“: „Mo;Dienstags“ – kein Wert der Liste → "
            "einen von Mo, Di, Mi, Do, Fr, Sa, So wählen", id="unknown code in a list"),
        pytest.param("providers.csv", "vhs", "VHSX",
            "providers.csv, Zeile 2, Spalte „Art“: „VHSX“ – kein Wert der Liste → einen von "
            "behoerde, vhs, bildungstraeger, wohlfahrtsverband, verein, kirche, schule, kursort, "
            "arbeitsverwaltung, netzwerk, verkehr, sonstige wählen", id="unknown code"),
        pytest.param("offers.csv", ",A2,", ",A3,",
            "offers.csv, Zeile 2, Spalte „Niveau vorher“: „A3“ – kein Wert der Liste → einen von "
            "ohne, alpha, A1, A2, B1, B2, C1 wählen", id="unknown level of language"),
        pytest.param("groups.csv", "siedlung", "dorf",
            "groups.csv, Zeile 2, Spalte „Ebene“: „dorf“ – kein Wert der Liste → einen von "
            "kreis, gemeinde, siedlung wählen", id="unknown level of area"),
        pytest.param("population.csv", "8800", "ca. 8800",
            "population.csv, Zeile 2, Spalte „Einwohner“: „ca. 8800“ – keine Zahl → " + NUMBER,
            id="no number"),
        pytest.param("population.csv", "8800", '"8.800,5"',
            "population.csv, Zeile 2, Spalte „Einwohner“: „8.800,5“ – keine Zahl → " + NUMBER,
            id="two separators"),
        pytest.param("groups.csv", "400", "400.5",
            "groups.csv, Zeile 2, Spalte „Personen“: „400.5“ – keine ganze Zahl → "
            "eine ganze Zahl eintragen", id="no whole number"),
        pytest.param("groups.csv", "400", "8701",
            "groups.csv, Zeile 2, Spalte „Personen“: „8701“ – mehr als die Einwohner (8700) → "
            "Personen und Einwohner prüfen", id="mehr Menschen als Einwohner"),
        pytest.param("groups.csv", "400", "-4",
            "groups.csv, Zeile 2, Spalte „Personen“: „-4“ – ist kleiner als 0 → "
            "einen Wert ab 0 Personen eintragen", id="below the range"),
        pytest.param("offers.csv", ",18,", ",180,",
            "offers.csv, Zeile 2, Spalte „Alter ab“: „180“ – ist größer als 120 → "
            "einen Wert von 0 bis 120 Jahre eintragen", id="above the range"),
        pytest.param("sites.csv", "50.58", "5065",
            "sites.csv, Zeile 2, Spalte „Breite“: „5065“ – ist größer als 55.1 → " + DEGREES,
            id="degrees without a point"),
        pytest.param("sites.csv", "50.58,11.81", "11.81,11.81",
            "sites.csv, Zeile 2, Spalte „Breite“: „11.81“ – ist kleiner als 47.2 → " + DEGREES,
            id="latitude of the longitude"),
        pytest.param("municipalities.csv", "07907", "7907",
            "municipalities.csv, Zeile 2, Spalte „PLZ“: „7907“ – hat nicht die erwartete Form → "
            "genau 5 Ziffern eintragen, Nullen am Anfang eingeschlossen",
            id="postal code without its zero"),
        pytest.param("sessions.csv", "S1,A1", "S1,A7",
            "sessions.csv, Zeile 2, Spalte „Angebot-Nr.“: „A7“ – steht nicht in offers.csv "
            "(Angebote) → dort eine Zeile ergänzen oder hier eine vorhandene Angebot-Nr. eintragen",
            id="session of no offer"),
        pytest.param("offer_sites.csv", "O1", "O7",
            "offer_sites.csv, Zeile 2, Spalte „Ort-Nr.“: „O7“ – steht nicht in sites.csv (Orte der "
            "Angebote) → dort eine Zeile ergänzen oder hier eine vorhandene Ort-Nr. eintragen",
            id="offer at no site"),
        pytest.param("population.csv", "31.12.2022", "2021-12-31",
            "population.csv, Zeile 3, Spalte „AGS, Stichtag“: „16075098 / 2021-12-31“ – Schlüssel "
            "steht doppelt → Zeile 2 hat ihn schon: eine Zeile löschen oder neu nummerieren",
            id="key of two columns twice"),
        pytest.param("offers.csv", "Kurs", "",
            "offers.csv, Zeile 2, Spalte „Angebot“ – fehlt → einen Wert eintragen",
            id="nothing where something has to be"),
        pytest.param("offers.csv", "Kurs", "Kurs, abends",
            "offers.csv, Zeile 2 – 30 Zellen statt 29 → Text mit Komma in Anführungszeichen setzen",
            id="comma outside quotation marks"),
    ],
)  # fmt: skip
def test_one_flaw(folder, file, old, new, expected):
    change(folder, file, old, new)
    found = said(folder)
    assert expected in found
    # A comma too many moves the cells behind it; everything else is one problem.
    assert len(found) == 1 or "Zellen statt" in expected


def test_a_key_twice_names_the_first_row(folder):
    lines = heads(folder, "providers.csv")
    write(folder / "providers.csv", [*lines, lines[1]])
    assert said(folder) == [
        "providers.csv, Zeile 3, Spalte „Träger-Nr.“: „T1“ – Schlüssel steht doppelt → "
        "Zeile 2 hat ihn schon: eine Zeile löschen oder neu nummerieren"
    ]


# --- headings -----------------------------------------------------------------------------------


def test_a_missing_column(folder):
    lines = heads(folder, "sessions.csv")
    at = lines[0].index("end_time")
    write(folder / "sessions.csv", [line[:at] + line[at + 1 :] for line in lines])
    assert said(folder) == [
        "sessions.csv, Zeile 1, Spalte „Ende“ – Spalte fehlt → "
        "Spalte „Ende“ (oder „end_time“) ergänzen"
    ]


def test_a_misspelt_column_is_recognised(folder):
    change(folder, "sessions.csv", "start_time", "start_tme")
    assert said(folder) == [
        "sessions.csv, Zeile 1, Spalte „Beginn“ – Spalte fehlt → "
        "Spalte „Beginn“ (oder „start_time“) ergänzen; ist „start_tme“ gemeint?",
        "sessions.csv, Zeile 1, Spalte „start_tme“ – Spalte ist nicht bekannt → "
        "in „start_time“ umbenennen",
    ]


def test_a_misspelt_title_is_recognised(folder):
    change(folder, "sessions.csv", "start_time", "Begin")
    assert said(folder)[0].endswith("ist „Begin“ gemeint?")


def test_an_unknown_column(folder):
    lines = heads(folder, "sessions.csv")
    write(folder / "sessions.csv", [[*lines[0], "Ampel"], [*lines[1], "rot"]])
    assert said(folder) == [
        "sessions.csv, Zeile 1, Spalte „Ampel“ – Spalte ist nicht bekannt → "
        "Spalte löschen oder richtig benennen"
    ]


def test_a_column_twice_by_name_and_by_title(folder):
    lines = heads(folder, "sessions.csv")
    write(folder / "sessions.csv", [[*lines[0], "Beginn"], [*lines[1], "10:00"]])
    assert said(folder) == [
        "sessions.csv, Zeile 1, Spalte „start_time“ – Spalte steht doppelt → eine davon löschen"
    ]


# --- files --------------------------------------------------------------------------------------


def test_a_missing_file(folder):
    (folder / "facts.csv").unlink()
    assert said(folder) == ["facts.csv – Datei fehlt → Datei in den Ordner der Region legen"]


def test_an_empty_file(folder):
    (folder / "facts.csv").write_text("\n", encoding=UTF8)
    assert said(folder) == ["facts.csv – Datei ist leer → Kopfzeile und Zeilen eintragen"]


def test_a_file_with_semicolons(folder):
    lines = heads(folder, "facts.csv")
    (folder / "facts.csv").write_text(";".join(lines[0]), encoding=UTF8)
    assert said(folder) == [
        "facts.csv, Zeile 1 – Trennzeichen ist Semikolon statt Komma → "
        "die Datei mit Komma als Trennzeichen speichern"
    ]


LATIN = (
    "ist nicht in UTF-8 gespeichert (vermutlich Windows-1252 oder Latin-1) → "
    "die Datei als „CSV UTF-8“ speichern"
)


def test_a_file_of_old_windows(folder):
    # The first umlaut is in row 2; that the offers' provider is nowhere now is no news.
    path = folder / "providers.csv"
    path.write_bytes(path.read_text(encoding=UTF8).encode("latin-1"))
    assert said(folder) == [f"providers.csv, Zeile 2 – {LATIN}"]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text("", encoding=UTF8),
        lambda path: path.write_text("offer_id;name\n", encoding=UTF8),
        lambda path: path.write_text("Nummer,Name\nA1,Kurs\n", encoding=UTF8),
        lambda path: path.write_bytes(b"offer_id,name\nA1,K\xfcche\n"),
    ],
    ids=["missing", "empty", "semicolons", "other headings", "latin-1"],
)
def test_what_follows_from_an_unreadable_file_is_not_reported(folder, spoil):
    # Sessions and sites of offers point at offers that nobody could read.
    spoil(folder / "offers.csv")
    problems = inspect_region(folder)[1]
    assert {problem.file for problem in problems} == {"offers.csv"}


def test_an_empty_table_with_its_headings_is_no_excuse(folder):
    write(folder / "providers.csv", heads(folder, "providers.csv")[:1])
    assert [problem.file for problem in inspect_region(folder)[1]] == [
        "offers.csv", "providers.csv",
    ]  # fmt: skip


# --- tables that a district need not have ---------------------------------------------------------


def fill(folder: Path, name: str, row: dict[str, str]) -> None:
    """Write a table with one row."""
    columns = [column.name for column in TABLES[name].columns]
    row = {"quality": "angenommen", "source": "Test"} | row
    write(folder / f"{name}.csv", [columns, [row.get(column, "") for column in columns]])


def plan(folder: Path, funding_ids: str) -> None:
    fill(folder, "own_measures", {
        "measure_id": "E1", "title": "Runder Tisch", "field": "alle", "gap": "keine Abstimmung",
        "goal": "Abstimmung", "funding_ids": funding_ids, "start_month": "2027-01-01",
        "priority": "hoch", "is_quick_win": "ja", "status": "vorschlag",
    })  # fmt: skip


def fund(folder: Path) -> None:
    fill(folder, "fundings", {
        "funding_id": "F1", "name": "Kreismittel", "giver": "Landkreis", "fields": "teilhabe",
        "levers": "mobil;sonstige", "own_share": "0,2",
    })  # fmt: skip


def test_optional_tables_may_be_missing(folder):
    optional = [name for name, table in TABLES.items() if table.is_optional]
    assert optional == [
        "fundings", "own_measures", "measure_numbers", "items", "rounds", "votes",
    ]  # fmt: skip
    for name in optional:
        (folder / f"{name}.csv").unlink()
    region = load_region(folder)
    for name in optional:
        rows = getattr(region, name)
        assert rows.empty
        assert list(rows) == [column.name for column in TABLES[name].columns]


def test_a_list_may_name_rows_of_another_table(folder):
    fund(folder)
    plan(folder, "F1")
    region = load_region(folder)
    assert region.own_measures.loc[0, "funding_ids"] == ("F1",)
    assert region.fundings.loc[0, "levers"] == ("mobil", "sonstige")
    assert region.fundings.loc[0, "own_share"] == 0.2


@pytest.mark.parametrize(("listed", "unknown"), [("F1; F2", ["F2"]), ("F8;F1;F9", ["F8", "F9"])])
def test_every_name_in_a_list_has_to_be_there(folder, listed, unknown):
    fund(folder)
    plan(folder, listed)
    assert said(folder) == [
        f"own_measures.csv, Zeile 2, Spalte „Förderprogramm-Nr.“: „{name}“ – steht nicht in "
        "fundings.csv (Förderprogramme) → dort eine Zeile ergänzen oder hier eine vorhandene "
        "Förderprogramm-Nr. eintragen"
        for name in unknown
    ]


def test_a_name_in_a_table_that_is_missing_is_not_there(folder):
    (folder / "fundings.csv").unlink()
    plan(folder, "F1")
    assert [(problem.file, problem.value) for problem in inspect_region(folder)[1]] == [
        ("own_measures.csv", "F1")
    ]


# --- boundaries and timetable ---------------------------------------------------------------------


def test_no_boundaries(folder):
    (folder / "boundaries.geojson").unlink()
    assert said(folder) == [
        "boundaries.geojson – Datei fehlt → mit „sok daten holen“ oder von Hand ablegen"
    ]


def test_boundaries_that_are_no_geojson(folder):
    (folder / "boundaries.geojson").write_text('{"type": "Feature', encoding=UTF8)
    (line,) = said(folder)
    assert re.fullmatch(
        r"boundaries\.geojson, Zeile 1 – ist kein gültiges JSON \(.*\) → die Datei neu .*",
        line,
        re.DOTALL,
    )


def test_an_outline_that_crosses_itself(folder):
    # A bow tie: the second and the third corner change places.
    bow = "[[[11.7,50.5],[11.9,50.7],[11.9,50.5],[11.7,50.7],[11.7,50.5]]]"
    change(folder, "boundaries.geojson", SQUARE, bow)
    assert said(folder) == [
        "boundaries.geojson – Umriss von Schleiz ist ungültig → Umriss im GIS reparieren"
    ]


def test_boundaries_without_a_key(folder):
    change(folder, "boundaries.geojson", '"ags"', '"AGS"')
    (line,) = said(folder)
    assert line.startswith("boundaries.geojson")
    assert "ags" in line


def test_boundaries_in_metres(folder):
    change(
        folder, "boundaries.geojson", '"type":"FeatureCollection",',
        '"type":"FeatureCollection","crs":{"type":"name","properties":'
        '{"name":"urn:ogc:def:crs:EPSG::25832"}},',
    )  # fmt: skip
    (line,) = said(folder)
    assert line.startswith("boundaries.geojson")
    assert "EPSG:25832" in line
    assert "to_crs" in line


@pytest.mark.parametrize("name", ["routes", "trips", "stops", "stop_times"])
def test_a_timetable_without_a_file(folder, name):
    (folder / "gtfs" / f"{name}.txt").unlink()
    region, problems = inspect_region(folder)
    assert region is None
    assert [str(problem) for problem in problems] == [
        f"gtfs/{name}.txt – Datei fehlt → einen vollständigen GTFS-Fahrplan als Ordner gtfs oder "
        "gtfs.zip ablegen"
    ]


def test_no_timetable_at_all(folder):
    shutil.rmtree(folder / "gtfs")
    assert [line.split(" → ")[0] for line in said(folder)] == ["gtfs.zip – Fahrplan fehlt"]
    with pytest.raises(DataProblems, match="1 Problem in den Daten"):
        load_region(folder)


def test_a_timetable_without_a_day_of_service(folder):
    change(folder, "gtfs/calendar.txt", "1,1,1,1,1,1,1", "0,0,0,0,0,0,0")
    assert said(folder) == [
        "gtfs/calendar.txt – kein Tag mit Betrieb → calendar.txt und calendar_dates.txt prüfen"
    ]


def test_single_dates_are_added_and_taken_away(folder):
    (folder / "gtfs" / "calendar_dates.txt").write_text(
        "service_id,date,exception_type\ntaeglich,20260901,2\ntaeglich,20261003,1\n", encoding=UTF8
    )
    days = load_region(folder).feed.active
    assert pd.Timestamp("2026-09-01") not in days.index
    assert days[pd.Timestamp("2026-10-03")] == {"taeglich"}
    assert len(days) == 30


# --- all together --------------------------------------------------------------------------------


def spoil_three(folder: Path) -> None:
    change(folder, "sessions.csv", "9:00", "25:00")
    change(folder, "providers.csv", "vhs", "VHSX")
    (folder / "boundaries.geojson").unlink()


def test_all_problems_of_all_files_come_together(folder):
    spoil_three(folder)
    with pytest.raises(DataProblems) as caught:
        load_region(folder)
    assert [problem.file for problem in caught.value.problems] == [
        "providers.csv", "sessions.csv", "boundaries.geojson",
    ]  # fmt: skip
    text = str(caught.value).splitlines()
    assert text[0] == "3 Probleme in den Daten:"
    assert text[1:] == [f"  {problem}" for problem in caught.value.problems]


def test_one_problem_is_one(folder):
    change(folder, "sessions.csv", "9:00", "25:00")
    with pytest.raises(DataProblems, match=r"^1 Problem in den Daten:\n  sessions\.csv, Zeile 2"):
        load_region(folder)


def test_several_problems_of_one_row(folder):
    change(folder, "sessions.csv", "Mo;Di,9:00,12.00,Ja", "Montage,25:00,,vielleicht")
    problems = inspect_region(folder)[1]
    assert [(problem.row, problem.column, problem.value) for problem in problems] == [
        (2, "Wochentage", "Montage"), (2, "Beginn", "25:00"), (2, "Ende", ""),
        (2, "auch in den Ferien", "vielleicht"),
    ]  # fmt: skip


def test_inspecting_gives_the_region_with_its_problems(folder):
    change(folder, "sessions.csv", "9:00", "25:00")
    region, problems = inspect_region(folder)
    assert [problem.row for problem in problems] == [2]
    assert region.sessions["start_time"].isna().tolist() == [True]
    assert region.offers["offer_id"].tolist() == ["A1"]


def test_a_failed_load_changes_nothing(folder):
    spoil_three(folder)
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(DataProblems):
        load_region(folder)
    assert {p: p.read_bytes() for p in folder.rglob("*") if p.is_file()} == before


def test_no_folder_no_region(tmp_path):
    with pytest.raises(RegionNotFound, match=r"Den Ordner .*nirgends.* gibt es nicht"):
        load_region(tmp_path / "nirgends")


def test_a_problem_in_one_line():
    assert str(Problem("a.csv", "fehlt", "ergänzen")) == "a.csv – fehlt → ergänzen"
    full = Problem("a.csv", "falsch", "ändern", 3, "Beginn", "x")
    assert str(full) == "a.csv, Zeile 3, Spalte „Beginn“: „x“ – falsch → ändern"


def test_codes_have_german_labels_and_unknown_ones_stand():
    assert label("weekday", "Mo") == "Montag"
    assert label("weekday", "Xx") == "Xx"


# --- the real district ---------------------------------------------------------------------------


def test_the_real_district_has_no_problem(sok):
    assert len(sok.municipalities) == 59
    assert sok.folder == SOK
    assert sok.feed.is_model
    assert sok.basis[0] == "Modellfahrplan – Arbeitsannahme"
    assert set(sok.current_offers["status"]) == {"laufend", "ungeklaert"}
    assert set(sok.current_sessions["offer_id"]) <= set(sok.current_offers["offer_id"])


def test_a_session_that_ends_before_it_starts(folder):
    path = folder / "sessions.csv"
    head, first, *rest = path.read_text(encoding="utf-8").splitlines()
    start, end = head.split(",").index("start_time"), head.split(",").index("end_time")
    cells = first.split(",")
    cells[start], cells[end] = cells[end], cells[start]
    path.write_text("\n".join([head, ",".join(cells), *rest]) + "\n", encoding="utf-8")
    (line,) = said(folder)
    assert "Zeile 2, Spalte „Ende“" in line
    assert "liegt vor „Beginn“" in line


def test_blank_lines_at_the_end_are_no_rows(folder):
    path = folder / "offers.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n,,,\n\n", encoding="utf-8")
    assert said(folder) == []
