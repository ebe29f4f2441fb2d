"""Positions found in a hand-made district, and what is not certain is not found."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import box

from sokanalysis.errors import DataProblems, WrongCrs
from sokanalysis.geocoding.gazetteer import gazetteer
from sokanalysis.geocoding.matching import geocode
from sokanalysis.geocoding.middles import middle_of
from tests.conftest import KM_NORTH, table
from tests.fuzzing import NASTY, fuzz

LAT, LON, KM_EAST = 50.6, 11.7, 1 / 70.7

# Four municipalities 30 km apart in a row to the east, each with villages north (+) and south (−):
#
#   A Schleiz          B Remptendorf       C Tegau               D Neustadt an der Orla
#   +2 Oschitz (part)  +5 Ruppersdorf      +3 Burkersdorf        +3 Burkersdorf, +8 Knau
#   −4 Langenbuch      −5 Gahma
A, B, C, D = "16075098", "16075134", "16075109", "16075073"
EAST_KM = {A: 0, B: 30, C: 60, D: 90}
NAMES = {A: "Schleiz", B: "Remptendorf", C: "Tegau", D: "Neustadt an der Orla"}
VILLAGES = [
    (A, "Schleiz, Markt", 0), (A, "Schleiz, Oschitz", 2), (A, "Langenbuch", -4),
    (B, "Remptendorf", 0.2), (B, "Ruppersdorf", 5), (B, "Gahma", -5),
    (C, "Tegau", 0), (C, "Burkersdorf", 3), (D, "Neustadt an der Orla, Markt", 0),
    (D, "Burkersdorf", 3), (D, "Knau", 8),
]  # fmt: skip


def at(ags: str, north_km: float, east_km: float = 0.0) -> dict[str, float]:
    east = EAST_KM[ags] + east_km
    return {"lat": LAT + north_km * KM_NORTH, "lon": LON + east * KM_EAST}


def stop(name: str, ags: str, north_km: float, east_km: float = 0.0) -> dict:
    return {"stop_id": name, "name": name} | at(ags, north_km, east_km)


def building(name: str, address: str, ags: str, north_km: float, quality: str = "strasse") -> dict:
    return {
        "building_id": name, "name": name, "address": address, "place": NAMES[ags], "ags": ags,
        "geocoding": quality, "kind": "schule",
    } | at(ags, north_km)  # fmt: skip


def osm(ags, north_km, street="", number="", name="", place="", code="", east_km=0.0) -> dict:
    return {
        "name": name, "kind": "", "street": street, "house_number": number, "postal_code": code,
        "place": place or NAMES[ags],
    } | at(ags, north_km, east_km)  # fmt: skip


STOPS = [
    stop("Rathaus, Schleiz", A, 0.1), stop("Schleiz, Busbahnhof", A, 0.3),
    stop("Zeppelinstraße I, Schleiz", A, -0.2), stop("Zeppelinstraße II, Schleiz", A, -0.5),
    stop("Karl-Marx-Straße, Schleiz", A, -0.9), stop("Gahma Dorfstraße, Remptendorf", B, -5.1),
    stop("Knau Schule, Neustadt an der Orla", D, 8.1), stop("Remptendorf", B, 0.2),
]  # fmt: skip
BUILDINGS = [
    building("Landratsamt Schleiz", "Oschitzer Straße 4", A, 0.6),
    building("Grundschule Ruppersdorf", "Schulweg 1", B, 5.2),
    building("Kulturhaus Schleiz", "", A, -0.4, "ort"),
]  # fmt: skip
HOUSES = [
    osm(A, 0.70, "Bahnhofstraße", "12"), osm(A, 0.72, "Bahnhofstraße", "12a"),
    osm(A, 0.80, "Bahnhofstraße", "20-24"), osm(A, 0.75, "Bahnhofstraße"),
    osm(A, -0.7, "Karl-Marx-Straße", "15b", name="Haus der Vereine"),
    osm(A, -4.1, "Dorfstraße", "3", place="Langenbuch"),
    osm(A, -4.2, name="Feuerwehr", place="Langenbuch"),
    osm(B, 5.1, "Hauptstraße", "5", place="Ruppersdorf", code="07368"),
    osm(B, -5.1, "Hauptstraße", "5", place="Gahma", code="07369"),
    osm(B, 5.3, "", "96", place="Ruppersdorf"),
    osm(C, 3.1, "Dorfplatz", "1", place="Burkersdorf"),
    osm(D, 0.2, name="Rathaus", place="Neustadt an der Orla"),
    osm(D, 0.4, "Goethestraße", "7"), osm(D, 0.5, "Goethestraße", "9"),
]  # fmt: skip


def settlements(villages=VILLAGES) -> pd.DataFrame:
    return table("settlements", [
        {"settlement_id": f"{ags}-{name}", "name": name, "ags": ags, **at(ags, north)}
        for ags, name, north in villages
    ])  # fmt: skip


def municipalities() -> pd.DataFrame:
    return table("municipalities", [{"ags": k, "name": n, **at(k, 0)} for k, n in NAMES.items()])


def stops_table(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["stop_id", "name", "lat", "lon"])


def osm_table(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(osm(A, 0)))


@pytest.fixture(scope="module")
def known():
    return gazetteer(
        settlements(), stops_table(STOPS), table("buildings", BUILDINGS), municipalities(),
        osm_table(HOUSES),
    )  # fmt: skip


def asked(name="", address="", place="Schleiz", ags="") -> pd.DataFrame:
    return table("sites", [{"name": name, "address": address, "place": place, "ags": ags}])


def found(known, *args, **kwargs) -> pd.Series:
    return geocode(asked(*args, **kwargs), known).rows.iloc[0]


def where(row: pd.Series) -> tuple[float, float]:
    """Kilometres north and east of Schleiz, to a metre."""
    return round((row["lat"] - LAT) / KM_NORTH, 3), round((row["lon"] - LON) / KM_EAST, 3)


CERTAIN = [
    # name, address, place → quality, km north, municipality, beginning of what it was matched with
    ("", "Bahnhofstr. 12", "Schleiz", "gebaeude", 0.70, A, "Haus Bahnhofstraße 12 in"),
    ("", "Bahnhof-Strasse 12 A, 07907 Schleiz", "", "gebaeude", 0.72, A, "Haus Bahnhofstraße 12a"),
    ("", "Bahnhofstraße 22", "Schleiz", "gebaeude", 0.80, A, "Haus Bahnhofstraße 20-24"),
    # A house that is not listed is in its street, at the middle that OpenStreetMap knows.
    ("", "Bahnhofstraße 13", "Schleiz", "strasse", 0.75, A, "Straße „Bahnhofstraße“"),
    # 7 and 9 stand for their street; both are equally far from their middle, the first counts.
    ("", "Goethestr.", "Neustadt/Orla", "strasse", 0.4, D, "Straße „Goethestraße“"),
    ("Haus der Vereine", "", "Schleiz", "gebaeude", -0.7, A, "Gebäude „Haus der Vereine“"),
    ("Treff", "Haus der Vereine", "Schleiz", "gebaeude", -0.7, A, "Gebäude „Haus der Vereine“"),
    ("Rathaus", "", "Neustadt (Orla)", "gebaeude", 0.2, D, "Gebäude „Rathaus“"),
    ("Rathaus Schleiz", "", "", "strasse", 0.1, A, "Haltestelle „Rathaus, Schleiz“"),
    ("Rathaus in Schleiz", "", "Schleiz", "strasse", 0.1, A, "Haltestelle „Rathaus, Schleiz“"),
    ("Busbahnhof", "", "Schleiz", "strasse", 0.3, A, "Haltestelle „Schleiz, Busbahnhof“"),
    # The building is known as well as its stop; its own list is nearer to what is meant.
    ("Landratsamt", "", "Schleiz", "strasse", 0.6, A, "Gebäude „Landratsamt Schleiz“"),
    ("", "Oschitzer Str. 4", "Schleiz", "strasse", 0.6, A, "Haus Oschitzer Straße 4"),
    # Two stops in one street: the first of two that are equally near to their middle.
    ("", "Zeppelinstraße 7", "Schleiz", "strasse", -0.2, A, "Haltestelle „Zeppelinstraße I,"),
    # A village may be named by the place, the address or the end of the name.
    ("", "Hauptstraße 5", "Ruppersdorf", "gebaeude", 5.1, B, "Haus Hauptstraße 5 in Rup"),
    ("", "Hauptstr. 5, Gahma", "Remptendorf", "gebaeude", -5.1, B, "Haus Hauptstraße 5 in Ga"),
    ("", "Hauptstr. 5", "Remptendorf OT Gahma", "gebaeude", -5.1, B, "Haus Hauptstraße 5 in Ga"),
    ("Kita Gahma", "Hauptstr. 5", "Remptendorf", "gebaeude", -5.1, B, "Haus Hauptstraße 5 in Ga"),
    ("Grundschule Ruppersdorf", "", "Remptendorf", "strasse", 5.2, B, "Gebäude „Grundschule Rup"),
    ("Grundschule", "", "Ruppersdorf", "strasse", 5.2, B, "Gebäude „Grundschule Rup"),
    ("", "Dorfstr. 1", "Gahma", "strasse", -5.1, B, "Haltestelle „Gahma Dorfstraße"),
    # Without streets the village stands for the street.
    ("", "Ruppersdorf 96", "Remptendorf", "gebaeude", 5.3, B, "Haus Ruppersdorf 96"),
    ("", "Ruppersdorf 3", "Remptendorf", "ort", 5, B, "Ortsmitte von Ruppersdorf"),
    # Where neither house nor street is known: the middle of the village, or the municipality.
    ("", "Am Graben 1", "Langenbuch", "ort", -4, A, "Ortsmitte von Langenbuch"),
    ("", "Am Graben 1", "Oschitz", "ort", 2, A, "Ortsmitte von Schleiz, Oschitz"),
    ("", "", "Schleiz, Oschitz", "ort", 2, A, "Ortsmitte von Schleiz, Oschitz"),
    ("Kulturhaus", "", "Schleiz", "ort", 0, A, "Gemeindepunkt von Schleiz"),
    ("", "", "Remptendorf", "ort", 0.2, B, "Ortsmitte von Remptendorf"),
    ("Jugendclub Knau", "", "Neustadt an der Orla", "ort", 8, D, "Ortsmitte von Knau"),
    ("", "", "Burkersdorf, Tegau", "ort", 3, C, "Ortsmitte von Burkersdorf"),
    ("", "", "Burkersdorf (Tegau)", "ort", 3, C, "Ortsmitte von Burkersdorf"),
]  # fmt: skip


@pytest.mark.parametrize("case", CERTAIN, ids=lambda case: " | ".join(case[:3]))
def test_the_best_that_is_certain(known, case):
    name, address, place, quality, north_km, ags, matched = case
    row = found(known, name, address, place)
    assert (row["geocoding"], *where(row)) == (quality, north_km, EAST_KM[ags])
    assert row["matched"].startswith(matched)
    assert 0 < row["score"] <= 1
    assert row["source"]


UNCERTAIN = [
    # name, address, place → what the reason says
    ("", "Hauptstraße 5", "Remptendorf", "mehrdeutig: Haus Hauptstraße 5 in Gahma; Haus Haupt"),
    ("", "Hauptstr.", "Remptendorf", "mehrdeutig: Straße „Hauptstraße“ in Gahma; Straße „Haupt"),
    ("", "", "Burkersdorf", "mehrdeutig: „Burkersdorf“ gibt es in mehreren Gemeinden (Neustadt"),
    ("", "Dorfplatz 1", "Burkersdorf", "mehrdeutig: „Burkersdorf“ gibt es"),
    ("", "Bahnhofstr. 12", "Schleitz", "Ort „Schleitz“ ist nicht verzeichnet"),
    ("", "Bahnhofstr. 12", "Saalfeld", "Ort „Saalfeld“ ist nicht verzeichnet"),
    ("", "Bahnhofstr. 12", "", "kein Ort angegeben"),
    ("", "Hauptstr. 5, 07368 Gahma", "Schleiz", "widersprüchlich: „Schleiz“ und „Gahma“ liegen"),
    ("", "Gahma", "Schleiz", "widersprüchlich: „Schleiz“ und „Gahma“ liegen"),
    ("Treff Gahma", "OT Ruppersdorf, Schleiz", "", "widersprüchlich"),
    ("", "Ruppersdorf, Gahma", "Remptendorf", "widersprüchlich: mehrere Ortsteile"),
]  # fmt: skip


@pytest.mark.parametrize("case", UNCERTAIN, ids=lambda case: " | ".join(case[:3]))
def test_what_is_not_certain_is_not_found_and_listed(known, case):
    name, address, place, reason = case
    answer = geocode(asked(name, address, place), known, "orte.csv")
    row = answer.rows.iloc[0]
    assert row["geocoding"] == "unbekannt"
    assert row[["lat", "lon"]].isna().all()
    assert (row["score"], row["matched"], row["source"]) == (0, "", "")
    assert row["reason"].startswith(reason)
    (problem,) = answer.missing
    assert (problem.file, problem.row, problem.message) == ("orte.csv", 2, row["reason"])
    assert problem.remedy


def test_a_village_alone_is_taken_for_one_of_the_district_and_says_so(known):
    # There may be another Gahma outside the district, where nothing is known.
    note = "„Gahma“ ist als Ort in Remptendorf gelesen"
    assert found(known, "", "Hauptstr. 5", "Gahma")["reason"] == note
    assert found(known, "", "", "Gahma")["reason"] == note
    assert found(known, "", "Hauptstr. 5", "Gahma", B)["reason"] == ""
    assert found(known, "", "Hauptstr. 5", "Remptendorf OT Gahma")["reason"] == ""
    assert found(known, "", "", "Remptendorf")["reason"] == ""


def test_a_misspelled_place_is_only_suggested(known):
    (problem,) = geocode(asked("", "Bahnhofstr. 12", "Schleitz"), known).missing
    assert "ist „Schleiz“ gemeint?" in problem.remedy


def test_the_key_of_the_municipality_decides_and_is_believed(known):
    assert where(found(known, "", "", "Burkersdorf", D)) == (3, 90)
    assert where(found(known, "", "", "", D)) == (0, 90)
    assert found(known, "", "", "Schleiz", D)["reason"].startswith("widersprüchlich")
    assert found(known, "", "", "Schleiz", "16075999")["reason"] == (
        "AGS 16075999 ist nicht verzeichnet"
    )


def test_a_postal_code_that_differs_excludes_a_house(known):
    row = found(known, "", "Hauptstraße 5, 07368 Remptendorf")
    assert row["geocoding"] == "unbekannt"  # place Schleiz, address Remptendorf
    row = found(known, "", "Hauptstraße 5, 07368 Remptendorf", "")
    assert where(row) == (5.1, 30)


def test_house_numbers_are_never_similar(known):
    # 12b is neither 12 nor 12a; the street is known.
    row = found(known, "", "Bahnhofstraße 12b")
    assert (row["geocoding"], row["reason"]) == ("strasse", "Hausnummer 12b ist nicht verzeichnet")


def test_a_similar_spelling_counts_less_and_says_so(known):
    # „bahnhof“ and „bahnhhof“: 2 × 7 letters in common of 15 = 0.93, below the limit of 0.94.
    assert found(known, "", "Bahnhhofstr. 12")["geocoding"] == "ort"
    # „oschitzer“ and „oschizer“: 16 of 17 letters; the very house, but one quality below its own.
    row = found(known, "", "Oschizer Straße 4")
    assert (row["geocoding"], row["score"]) == ("ort", pytest.approx(16 / 17, abs=5e-4))
    assert row["reason"] == "„Oschizer Straße“ ist nur ähnlich geschrieben"
    assert where(row) == (0.6, 0)
    row = found(known, "", "K.-Marx-Str. 15b")
    assert (row["geocoding"], row["score"], *where(row)) == ("strasse", 0.95, -0.7, 0)
    assert found(known, "", "K.-Marx-Str. 15c")["geocoding"] == "ort"  # stop or street, not 15b


def test_a_building_at_another_address_is_another_building(known):
    assert found(known, "Haus der Vereine", "Karl-Marx-Str. 15b")["geocoding"] == "gebaeude"
    assert where(found(known, "Haus der Vereine", "Bahnhofstr. 12")) == (0.7, 0)
    row = found(known, "Haus der Vereine", "Karl-Marx-Str. 17")
    assert (row["geocoding"], row["matched"]) == ("strasse", "Straße „Karl-Marx-Straße“ in Schleiz")
    assert found(known, "Haus der Vereine", "Neue Gasse 2")["geocoding"] == "ort"


def test_lists_that_are_not_complete_speak_for_named_villages_only(known):
    # Stops and buildings are a selection: another Dorfstraße or school may be missing.
    assert found(known, "", "Dorfstraße 1", "Remptendorf")["geocoding"] == "ort"
    assert found(known, "", "Schulweg 1", "Remptendorf")["geocoding"] == "ort"
    assert found(known, "Schule", "", "Neustadt an der Orla")["matched"].startswith("Gemeinde")
    assert found(known, "Schule", "", "Knau")["geocoding"] == "strasse"
    # OpenStreetMap lists every street, so a street that is there once is the one; but not every
    # fire station.
    assert where(found(known, "", "Dorfstraße 3", "Schleiz")) == (-4.1, 0)
    assert found(known, "Feuerwehr", "", "Schleiz")["geocoding"] == "ort"
    assert found(known, "Feuerwehr", "", "Langenbuch")["geocoding"] == "gebaeude"
    assert found(known, "Feuerwehr Langenbuch", "", "Schleiz")["geocoding"] == "gebaeude"


def test_one_word_may_mean_more():
    # „Schule“ of a stop and a „Musikschule“ 1 km away: not certain; both at one place: certain.
    for north_km, expected in ((1.5, "unbekannt"), (0.6, "strasse")):
        stops = stops_table([*STOPS, stop("Schule, Schleiz", A, 0.5)])
        schools = [building("Musikschule Schleiz", "", A, north_km)]
        more = gazetteer(settlements(), stops, table("buildings", schools), municipalities())
        assert found(more, "Schule")["geocoding"] == expected
        assert found(more, "Musikschule Schleiz")["geocoding"] == "strasse"


def test_a_street_is_one_only_within_its_town():
    # The limits: 1500 m from the middle within one town, 500 m where the nearest villages differ.
    for apart_km, expected in ((1.4, "strasse"), (1.6, "unbekannt")):
        rows = [osm(C, 0, "Ring", "1"), osm(C, -apart_km, "Ring", "2")]
        known = gazetteer(settlements(), stops_table([]), table("buildings", []),
                          municipalities(), osm_table(rows))  # fmt: skip
        assert found(known, "", "Ring", "Tegau")["geocoding"] == expected
    for half_km, expected in ((0.2, "strasse"), (0.3, "unbekannt")):
        # Half way between Tegau (0) and Burkersdorf (3 km) the nearest village changes.
        rows = [osm(C, 1.5 - half_km, "Ring", "1"), osm(C, 1.5 + half_km, "Ring", "2")]
        known = gazetteer(settlements(), stops_table([]), table("buildings", []),
                          municipalities(), osm_table(rows))  # fmt: skip
        assert found(known, "", "Ring", "Tegau", C)["geocoding"] == expected


def test_a_coarse_position_does_not_make_an_exact_one_ambiguous():
    rows = [osm(A, 0.1, "Ring", "1", name="Bücherei")]
    for away_km, expected in ((1.4, "gebaeude"), (1.7, "unbekannt")):
        coarse = table("buildings", [building("Bücherei", "Ring 1", A, 0.1 + away_km)])
        # Oschitz, at 2 km, is a part of Schleiz: one town.
        known = gazetteer(settlements(), stops_table([]), coarse, municipalities(), osm_table(rows))
        assert found(known, "Bücherei")["geocoding"] == expected
        assert found(known, "", "Ring 1")["geocoding"] == expected


def test_a_municipality_of_several_villages_says_which_is_not_known():
    # Saalburg-Ebersdorf has no village of its own name.
    villages = [("16075135", "Ebersdorf", 0), ("16075135", "Saalburg, Markt", 5)]
    places = [{"settlement_id": n, "name": n, "ags": k, "lat": LAT + y * KM_NORTH, "lon": LON}
              for k, n, y in villages]  # fmt: skip
    one = [{"ags": "16075135", "name": "Saalburg-Ebersdorf", "lat": LAT, "lon": LON}]
    known = gazetteer(
        table("settlements", places), stops_table([]), table("buildings", []),
        table("municipalities", one),
    )  # fmt: skip
    row = found(known, "", "Markt 1", "Saalburg-Ebersdorf")
    assert row["geocoding"] == "ort"
    assert row["reason"] == (
        "Straße „Markt“ ist nicht verzeichnet; "
        "welcher Ort von Saalburg-Ebersdorf gemeint ist, steht nicht da"
    )
    assert found(known, "", "Markt 1", "Saalburg")["matched"] == "Ortsmitte von Saalburg, Markt"


def test_a_part_with_a_hyphen_belongs_to_its_town():
    # Near „Schleiz-Ost“ no village has to be named, near Langenbuch it has.
    villages = [*VILLAGES, (A, "Schleiz-Ost", 1)]
    schools = [building("Förderschule", "", A, 1.1), building("Turnhalle", "", A, -4.1)]
    known = gazetteer(
        settlements(villages), stops_table([]), table("buildings", schools), municipalities()
    )
    assert found(known, "Förderschule")["geocoding"] == "strasse"
    assert found(known, "Turnhalle")["geocoding"] == "ort"


def test_positions_that_are_none_are_left_out():
    rows = [stop("Post, Schleiz", A, 0.1), {"stop_id": "2", "name": "Bad, Schleiz"}]
    rows += [{"stop_id": "3", "name": "Alm, Schleiz", "lat": 999.0, "lon": 0.0}]
    lost = table("settlements", [
        {"settlement_id": "1", "name": "Anderswo", "ags": "16999999", **at(A, 1)},
        {"settlement_id": "2", "name": "Nirgends", "ags": A},
    ])  # fmt: skip
    known = gazetteer(lost, stops_table(rows), table("buildings", []), municipalities())
    assert [entry.name for entry in known.entries] == ["Post"]
    assert known.left_out_count == 2
    assert {place.name for place in known.places} == set(NAMES.values())


def test_middles_only_are_left_out_and_counted(known):
    assert all("Kulturhaus" not in entry.label for entry in known.entries)
    assert known.left_out_count == 1


def test_where_points_lie_counts_when_boundaries_are_given():
    squares = gpd.GeoDataFrame(
        {"ags": list(EAST_KM), "name": list(NAMES.values())},
        geometry=[
            box(LON + (east - 14) * KM_EAST, LAT - 0.1, LON + (east + 14) * KM_EAST, LAT + 0.1)
            for east in EAST_KM.values()
        ],
        crs="EPSG:4326",
    )  # fmt: skip
    # Named after Schleiz but lying in Remptendorf, named after nothing, and outside of all.
    rows = [
        osm(B, 1, "Ring", "1", place="Schleiz"), osm(A, 1, "Ring", "2", place="-"),
        osm(A, 50, "Ring", "3", place="Schleiz"),
    ]  # fmt: skip
    nothing = stops_table([]), table("buildings", []), municipalities(), osm_table(rows)
    lying = gazetteer(settlements(), *nothing, squares)
    assert {(e.ags, e.house_number) for e in lying.entries} == {(A, "2"), (B, "1")}
    named = gazetteer(settlements(), *nothing)
    assert named.entries == ()  # 30 and 50 km away, or nothing named
    with pytest.raises(WrongCrs):
        gazetteer(settlements(), *nothing, squares.to_crs("EPSG:25832"))


def test_empty_tables():
    none = gazetteer(
        settlements([]), stops_table([]), table("buildings", []), table("municipalities", [])
    )
    assert (none.places, none.entries, none.left_out_count) == ((), (), 0)
    empty = geocode(asked().iloc[:0], none)
    assert empty.rows.empty
    assert list(empty.rows.columns) == [
        "lat", "lon", "geocoding", "matched", "score", "source", "reason"
    ]  # fmt: skip
    assert empty.missing == ()
    assert found(none, "Rathaus", "Markt 1")["reason"] == "Ort „Schleiz“ ist nicht verzeichnet"


def test_missing_cells_and_columns(known):
    places = pd.DataFrame({"name": [None], "address": [float("nan")], "place": ["Schleiz"]})
    assert geocode(places, known).rows["geocoding"].tolist() == ["ort"]
    with pytest.raises(DataProblems, match="Anschrift"):
        geocode(places.drop(columns="address"), known)


def test_rows_are_counted_as_in_the_file(known):
    places = pd.concat([asked(), asked("", "", "Nirgendwo")], ignore_index=True)
    (problem,) = geocode(places[places["place"] == "Nirgendwo"], known).missing
    assert problem.row == 3
    (problem,) = geocode(places.set_index(pd.Index(["O1", "O2"])), known).missing
    assert problem.row is None


def test_the_middle_is_the_point_nearest_to_it():
    # The mean of 0, 1 and 5 is 2: nearest is 1, the farthest from there is 5, 4 m away.
    points = pd.DataFrame({"x": [0.0, 1.0, 5.0], "y": 0.0}).to_numpy()
    assert middle_of(points) == (1, 4.0)
    assert middle_of(points[:1]) == (0, 0.0)


# --- Properties -------------------------------------------------------------------------------

KEYS = st.sampled_from([A, B, C, D])
NORTH = st.sampled_from([-3.0, -1.0, -0.4, 0.0, 0.3, 1.0, 3.0])
PLACES = st.sampled_from([*NAMES.values(), "Dorf", "Berg", "Dorf (Schleiz)", "Knau", "Dorf, Nord"])
ROADS = st.sampled_from(["Hauptstraße", "Hauptstr.", "Am Berg", "Berg", "Oschitzer Str.", "Dorf"])
TITLES = st.sampled_from(["", "Rathaus", "Rathaus Dorf", "Schule", "Grundschule", "Haus Berg"])
NUMBERS = st.sampled_from(["", "1", "1a", "1-3", "5"])
ROWS = st.fixed_dictionaries({
    "villages": st.lists(st.tuples(KEYS, PLACES, NORTH), max_size=4, unique=True),
    "stops": st.lists(
        st.tuples(st.one_of(TITLES, ROADS), PLACES, KEYS, NORTH), max_size=4, unique=True
    ),
    "buildings": st.lists(st.tuples(TITLES, ROADS, NUMBERS, KEYS, NORTH), max_size=4, unique=True),
    "houses": st.lists(
        st.tuples(KEYS, NORTH, ROADS, NUMBERS, TITLES, PLACES), max_size=6, unique=True
    ),
})  # fmt: skip
QUESTIONS = st.lists(
    st.tuples(
        TITLES,
        st.tuples(ROADS, NUMBERS).map(" ".join) | PLACES | st.just(""),
        PLACES | st.just(""),
        st.one_of(st.just(""), KEYS),
    ),
    min_size=1, max_size=6,
)  # fmt: skip


def tables(*drawn: dict) -> list[pd.DataFrame]:
    """Settlements, stops, buildings, municipalities and addresses of one or several draws."""
    villages = [row for one in drawn for row in one["villages"]]
    stops = [stop(f"{n}, {p}", k, y) for one in drawn for n, p, k, y in one["stops"]]
    houses = [
        building(n, f"{road} {number}", k, y, "gebaeude")
        for one in drawn for n, road, number, k, y in one["buildings"]
    ]  # fmt: skip
    addresses = [osm(*row) for one in drawn for row in one["houses"]]
    places = [
        {"settlement_id": f"{k}-{n}", "name": n, "ags": k, **at(k, y)} for k, n, y in villages
    ]
    columns = ["settlement_id", "name", "ags", "lat", "lon"]
    return [
        pd.DataFrame(places, columns=columns), stops_table(stops),
        pd.DataFrame(houses, columns=list(BUILDINGS[0])), ALL, osm_table(addresses),
    ]  # fmt: skip


ALL = pd.DataFrame([{"ags": k, "name": n, **at(k, 0)} for k, n in NAMES.items()])


def questions(rows) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["name", "address", "place", "ags"])


half = settings(fuzz, max_examples=fuzz.max_examples // 2)  # each makes two gazetteers


def municipality(lon: float) -> str:
    """Which of the four lies at a longitude: they are 30 km apart, villages lie due north."""
    east_km = round((lon - LON) / KM_EAST)
    return next(ags for ags, east in EAST_KM.items() if east == east_km)


def is_whole(answer) -> bool:
    """What is found has a position and says with what, what is not says why."""
    rows, is_known = answer.rows, answer.rows["geocoding"] != "unbekannt"
    return bool(
        (rows["lat"].notna() == is_known).all() and (rows["lon"].notna() == is_known).all()
        and ((rows["score"] > 0) == is_known).all() and (rows["score"] <= 1).all()
        and ((rows["matched"] != "") == is_known).all()
        and (is_known | (rows["reason"] != "")).all() and len(answer.missing) == (~is_known).sum()
    )  # fmt: skip


@half
@given(ROWS, ROWS, QUESTIONS)
def test_knowing_more_never_moves_a_point_to_another_municipality(less, more, rows):
    fuller = gazetteer(*tables(less, more))
    few = geocode(questions(rows), gazetteer(*tables(less)))
    many = geocode(questions(rows), fuller)
    assert is_whole(few)
    assert is_whole(many)
    longitudes = few.rows["lon"], many.rows["lon"]
    for (_, _, place, ags), before, after in zip(rows, *longitudes, strict=True):
        found_in = {municipality(lon) for lon in (before, after) if pd.notna(lon)}
        assert len(found_in) < 2
        assert not ags or found_in <= {ags}
        named = {p.ags for part in place.split(", ") for p in fuller.called(part, is_loose=True)}
        assert not place or found_in <= named


@half
@given(ROWS, QUESTIONS, st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(drawn, rows, random):
    def shuffled(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.sample(frac=1, random_state=random.randrange(1000))

    places, frames = questions(rows), tables(drawn)
    known, again = gazetteer(*frames), gazetteer(*map(shuffled, frames))
    assert known == again
    expected = geocode(places, known)
    moved = geocode(shuffled(places), again)
    pd.testing.assert_frame_equal(moved.rows.sort_index(), expected.rows)
    assert set(moved.missing) == set(expected.missing)


CELLS = st.text(max_size=40) | st.sampled_from([wound.decode("latin-1") for wound in NASTY])


@fuzz
@given(CELLS, CELLS, CELLS, CELLS, st.floats(allow_nan=True, allow_infinity=True))
def test_hostile_cells_are_text_and_nothing_else(known, name, address, place, ags, lat):
    assert is_whole(geocode(questions([(name, address, place, ags)]), known))
    # The same texts as entries; a position that is none leaves the row out.
    rows = [dict(osm(A, 0, address, name, place, f"Schleiz, {ags}"), lat=lat)]
    stops = [dict(stop(f"{name}, Schleiz", A, 0)), dict(stop(address, A, 0), lat=lat)]
    hostile = gazetteer(NONE, stops_table(stops), NO_BUILDINGS, ALL, osm_table(rows))
    assert is_whole(geocode(questions([(name, address, "Schleiz", "")]), hostile))
    assert len(hostile.entries) + hostile.left_out_count == 3


NONE = pd.DataFrame(columns=["settlement_id", "name", "ags", "lat", "lon"])
NO_BUILDINGS = pd.DataFrame(columns=list(BUILDINGS[0]))
