"""HSDS from partners: what is taken, what is assumed, what is refused, and that each is told."""

from __future__ import annotations

import json
import zipfile
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems, UnknownKey
from sokanalysis.hsds import Exchanged, read_hsds, read_pages
from sokanalysis.hsds.fields import EXCHANGED
from sokanalysis.hsds.model import ENTITIES, children
from sokanalysis.hsds.report import ASSIGNED, ASSUMED, NOT_TAKEN
from sokanalysis.hsds.unused import unused
from sokanalysis.validation import table_problems
from tests.fuzzing import damaged, fuzz, survives

if TYPE_CHECKING:
    from pathlib import Path

# A made-up partner's service, nested as GET /services?full=true gives it.
SERVICE: dict[str, Any] = {
    "id": "s-1", "name": "Sprachcafé", "status": "active", "description": "Offener Treff",
    "url": "https://partner.example/cafe", "minimum_age": 16, "assured_date": "2025-10-01",
    "eligibility_description": "für alle",
    "organization": {
        "id": "org-1", "name": "Verein Beispiel", "description": "Verein", "email": "x@y.example",
        "website": "https://partner.example",
    },
    "languages": [{"id": "l1", "name": "Deutsch"}, {"id": "l2", "code": "ar"}],
    "funding": [{"id": "f1", "source": "Stiftung"}],
    "cost_options": [{"id": "c1", "amount": 2.5, "currency": "eur"}],
    "attributes": [
        {"id": "a1", "taxonomy_term": {"id": "t1", "code": "begegnung", "name": "Treffen"}},
        {"id": "a2", "taxonomy_term": {"id": "t2", "code": "W-7", "name": "Frauen"}},
    ],
    "contacts": [{"id": "k1", "name": "Frau Beispiel", "phones": [{"id": "p", "number": "1"}]}],
    "service_at_locations": [{
        "id": "v1",
        "location": {
            "id": "loc-1", "location_type": "physical", "name": "Bürgerhaus",
            "latitude": 50.6, "longitude": 11.6,
            "addresses": [{
                "id": "ad1", "address_1": "Markt 1", "city": "Ranis", "state_province": "TH",
                "postal_code": "07389", "country": "DE", "address_type": "physical",
            }],
        },
        "schedules": [{
            "id": "sch-1", "freq": "WEEKLY", "byday": "TU,TH", "interval": 1,
            "dtstart": "2025-09-02", "valid_to": "2026-07-31", "opens_at": "15:00",
            "closes_at": "17:30", "description": "dienstags und donnerstags",
        }],
    }],
}  # fmt: skip


def changed(**fields: Any) -> dict[str, Any]:
    return deepcopy(SERVICE) | fields


def taken(*services: Any, **kwargs: Any) -> Exchanged:
    return read_pages([json.dumps(list(services)).encode()], "partner.json", **kwargs)


def row(found: Exchanged, name: str) -> dict[str, Any]:
    [record] = found.tables[name].to_dict("records")
    return record


def reasons(found: Exchanged, table: str, field: str, outcome: str = NOT_TAKEN) -> list[str]:
    rows = found.report.rows
    is_meant = (rows["table"] == table) & (rows["field"] == field) & (rows["outcome"] == outcome)
    return rows.loc[is_meant, "reason"].tolist()


# What is taken.


def test_a_service_of_a_partner_becomes_rows_of_ours() -> None:
    found = taken(SERVICE)
    provider = row(found, "providers")
    assert (provider["provider_id"], provider["name"], provider["kind"]) == (
        "org-1", "Verein Beispiel", "sonstige",
    )  # fmt: skip
    offer = row(found, "offers")
    expected = {
        "offer_id": "s-1", "provider_id": "org-1", "kind": "begegnung", "field": "teilhabe",
        "target_groups": ("frauen",), "age_min_years": 16, "eligibility": "für alle",
        "languages": "Deutsch, ar", "cost_eur": 2.5, "funding": "Stiftung", "note": "Offener Treff",
        "status": "ungeklaert", "quality": "gemeldet", "source_date": "2025-10-01",
        "source": "https://partner.example/cafe (HSDS: partner.json)",
        "valid_from_date": pd.Timestamp("2025-09-02"), "assured_date": pd.Timestamp("2026-07-31"),
    }  # fmt: skip
    assert {name: offer[name] for name in expected} == expected
    assert pd.isna(offer["valid_until_date"])
    site = row(found, "sites")
    assert (site["site_id"], site["address"], site["place"], site["lat"]) == (
        "loc-1", "Markt 1, 07389 Ranis", "Ranis", 50.6,
    )  # fmt: skip
    session = row(found, "sessions")
    assert (session["session_id"], session["offer_id"], session["site_id"]) == (
        "sch-1", "s-1", "loc-1",
    )  # fmt: skip
    assert (session["weekdays"], session["start_time"], session["end_time"]) == (
        ("Di", "Do"), "15:00", "17:30",
    )  # fmt: skip
    assert session["note"] == "dienstags und donnerstags"
    assert row(found, "offer_sites")["quality"] == "gemeldet"


def test_tables_have_the_types_and_keep_the_rules_of_the_schema() -> None:
    found = taken(SERVICE)
    for entry in EXCHANGED:
        assert list(found.tables[entry.name]) == [column.name for column in entry.columns]
        assert not table_problems(found.tables[entry.name], entry)
    empty = taken()
    for entry in EXCHANGED:
        assert (empty.tables[entry.name].dtypes == found.tables[entry.name].dtypes).all()


def test_every_assumption_is_told() -> None:
    found = taken(SERVICE)
    assert reasons(found, "organization", "kind", ASSUMED) == [
        "fehlt, als „sonstige“ übernommen: Art des Trägers unbekannt"
    ]
    assert reasons(found, "service", "status", ASSUMED) == ["„active“, als „ungeklaert“ übernommen"]
    assert reasons(found, "service", "field", ASSIGNED) == ["nach der Art als „teilhabe“"]
    assert reasons(found, "schedule", "runs_in_holidays", ASSUMED)
    assert reasons(found, "schedule", "opens_at", ASSUMED) == [
        "ohne Zeitzone, als Ortszeit gelesen, zu jeder Jahreszeit gleich"
    ]
    assert reasons(found, "location", "geocoding", ASSUMED)
    text = str(found.report)
    assert text.startswith("Eingang aus HSDS („partner.json“):")
    assert "organization.email, 1 Zeile (org-1): unser Modell hat kein Feld dafür" in text


def test_people_to_contact_are_counted_and_not_named() -> None:
    text = str(taken(SERVICE).report)
    assert "contact, 1 Zeile: Ansprechpersonen und Rufnummern werden nicht übernommen" in text
    assert "Frau Beispiel" not in text


# What is not taken.


def test_without_a_kind_a_service_is_told_and_not_taken() -> None:
    found = taken(changed(attributes=[SERVICE["attributes"][1]]))
    assert found.tables["offers"].empty
    assert reasons(found, "service", "kind") == ["Zeile fällt weg: Art fehlt"]
    # What hangs on it goes with it; the place stays.
    assert reasons(found, "schedule", "") == ["Zeile fällt weg: Angebot-Nr. ohne übernommene Zeile"]
    assert found.tables["sessions"].empty
    assert len(found.tables["sites"]) == 1


@pytest.mark.parametrize("name", ["W-7", "w-7", "Frauen ", "t2"])
def test_terms_of_others_stand_for_what_somebody_assigned(name: str) -> None:
    service = changed(attributes=[SERVICE["attributes"][1]])
    found = taken(service, terms={name: "kind:ehrenamt"})
    assert row(found, "offers")["kind"] == "ehrenamt"
    # What is assigned counts, also where the name would be a code of ours.
    assert row(found, "offers")["target_groups"] == ("alle",)


def test_terms_can_only_stand_for_what_exists() -> None:
    with pytest.raises(UnknownKey, match="kind:kochkurs"):
        taken(SERVICE, terms={"W-7": "kind:kochkurs"})


def test_contradicting_terms_are_no_kind() -> None:
    sport = {"id": "a3", "taxonomy_term": {"id": "t3", "code": "sport", "name": "Sport"}}
    found = taken(changed(attributes=[*SERVICE["attributes"], sport]))
    assert "mehrere Begriffe für Art: begegnung, sport" in reasons(found, "service", "kind")
    assert found.tables["offers"].empty


def location(**fields: Any) -> dict[str, Any]:
    service = deepcopy(SERVICE)
    service["service_at_locations"][0]["location"] |= fields
    return service


@pytest.mark.parametrize(
    ("fields", "field", "reason"),
    [
        ({"latitude": None}, "latitude", "Zeile fällt weg: Breite fehlt"),
        ({"latitude": 11.6, "longitude": 50.6}, "latitude",
         "Zeile fällt weg: Breite liegt nicht im erlaubten Bereich"),
        ({"latitude": 1e999}, "latitude", "Zeile fällt weg: Breite keine Zahl"),
        ({"addresses": []}, "place", "Zeile fällt weg: Gemeinde oder Stadt fehlt"),
    ],
)  # fmt: skip
def test_a_place_without_a_position_is_told_and_not_taken(
    fields: dict[str, Any], field: str, reason: str
) -> None:
    raw = json.dumps([location(**fields)]).replace("Infinity", "1e999").encode()
    found = read_pages([raw], "partner.json")
    assert found.tables["sites"].empty
    assert found.tables["sessions"].empty
    assert reason in reasons(found, "location", field)
    assert len(found.tables["offers"]) == 1


def test_a_virtual_place_makes_an_offer_online() -> None:
    found = taken(location(location_type="virtual", url="https://raum.example"))
    assert row(found, "offers")["is_online"] is True
    assert found.tables["sites"].empty
    assert found.tables["offer_sites"].empty


def schedule(**fields: Any) -> dict[str, Any]:
    service = deepcopy(SERVICE)
    service["service_at_locations"][0]["schedules"][0] |= fields
    return service


def test_fortnightly_is_told_and_never_weekly() -> None:
    found = taken(schedule(interval=2))
    assert found.tables["sessions"].empty
    assert reasons(found, "schedule", "freq") == ["regelmäßig, aber nicht wöchentlich"]
    # That it runs at all is still known.
    assert row(found, "offers")["valid_from_date"] == pd.Timestamp("2025-09-02")


def test_fields_that_belong_to_a_rule_are_never_passed_over() -> None:
    found = taken(schedule(exdate="2025-12-23,2025-12-25"))
    assert found.tables["sessions"].empty
    assert taken(schedule(byhour="9")).tables["sessions"].empty


def test_prices_with_conditions_are_not_the_price() -> None:
    cheap = {"id": "c2", "amount": 1, "currency": "EUR", "option": "ermäßigt"}
    for costs in ([*SERVICE["cost_options"], cheap], [cheap],
                  [{"id": "c3", "amount": 2, "currency": "GBP"}]):  # fmt: skip
        found = taken(changed(cost_options=costs))
        assert pd.isna(row(found, "offers")["cost_eur"])
        assert len(reasons(found, "cost_option", "amount")) == 1


def test_places_are_those_of_people() -> None:
    def places(unit: str) -> Any:
        capacity = {"id": "cap", "available": 3, "maximum": 12, "updated": "2025-10-01T00:00:00Z",
                    "unit": {"id": "u", "name": unit}}  # fmt: skip
        return row(taken(changed(capacities=[capacity])), "offers")["place_count"]

    assert places("Plätze") == 12
    assert pd.isna(places("Bett"))


def test_cells_that_break_a_rule_stay_empty_and_are_told() -> None:
    found = taken(changed(minimum_age=16.5, maximum_age=10**30))
    offer = row(found, "offers")
    assert pd.isna(offer["age_min_years"])
    assert pd.isna(offer["age_max_years"])
    assert reasons(found, "service", "minimum_age") == ["keine ganze Zahl"]
    # Sixteen to twelve: nobody knows which of the two is wrong.
    crossed = row(taken(changed(maximum_age=12)), "offers")
    assert pd.isna(crossed["age_min_years"])
    assert pd.isna(crossed["age_max_years"])


def test_unknown_fields_and_forms_are_told() -> None:
    found = taken(changed(mood="gut", phones={"number": "1"}, email=["x"]), "kein Angebot", 7)
    assert reasons(found, "service", "mood") == ["kein Feld von HSDS"]
    assert reasons(found, "service", "phones") == ["hat nicht die Form, die HSDS verlangt"]
    assert reasons(found, "service", "email") == ["hat nicht die Form, die HSDS verlangt"]
    assert reasons(found, "service", "") == ["hat nicht die Form, die HSDS verlangt"]
    assert len(found.tables["offers"]) == 1


def test_the_source_is_the_page_of_the_offer_or_else_the_file() -> None:
    assert row(taken(changed(url=None)), "offers")["source"] == "HSDS: partner.json"


def test_what_belongs_to_nothing_is_told() -> None:
    service = location(location_type="postal", attributes=[
        {"id": "x", "taxonomy_term": {"id": "t9", "name": "Aufzug"}}])  # fmt: skip
    found = taken(service, {"id": "s-9", "name": "kurz", "status": "active"})
    assert reasons(found, "location", "location_type") == [
        "kein Ort, an dem etwas stattfindet: „postal“"
    ]
    assert reasons(found, "location", "attributes") == [
        "Begriff „Aufzug“ hat bei uns keine Entsprechung"
    ]
    [short] = reasons(found, "service", "attributes")
    assert short.startswith("ohne Begriffe")
    stray = [{"id": "1", "name": "Deutsch", "service_id": "gone"}, {"id": "2", "name": "Dari"}]
    assert [lost.reason for lost in unused({"language": stray})] == 2 * ["gehört zu keinem Angebot"]


def test_the_same_organization_twice_is_one_provider() -> None:
    other = changed(id="s-2", organization=SERVICE["organization"] | {"name": "Anders"})
    other["service_at_locations"] = []
    found = taken(SERVICE, other)
    assert row(found, "providers")["name"] == "Verein Beispiel"
    assert found.tables["offers"]["provider_id"].tolist() == ["org-1", "org-1"]
    assert reasons(found, "organization", "name") == [
        "widerspricht einer früheren Angabe desselben Eintrags"
    ]


def test_entries_without_a_number_get_one_from_their_content() -> None:
    service = deepcopy(SERVICE)
    del service["service_at_locations"][0]["schedules"][0]["id"]
    first, second = (row(taken(service), "sessions")["session_id"] for _ in range(2))
    assert first == second
    assert reasons(taken(service), "schedule", "id", ASSUMED)


def test_script_and_broken_letters_are_only_text() -> None:
    name = "<script>alert(1)</script>\ud800\0"
    found = taken(changed(name=name))
    assert row(found, "offers")["name"] == "<script>alert(1)</script>\ufffd\ufffd"


# Pages and files.


def page(number: int, total: int, *services: Any) -> dict[str, Any]:
    return {
        "total_items": total, "total_pages": total, "page_number": number, "size": len(services),
        "first_page": number == 1, "last_page": number == total, "empty": not services,
        "contents": list(services),
    }  # fmt: skip


def save(folder: Path, *pages: dict[str, Any]) -> Path:
    for content in pages:
        path = folder / f"page_{content['page_number']}.json"
        path.write_text(json.dumps(content), encoding="utf-8")
    return folder


def test_saved_pages_are_read_in_their_order(tmp_path: Path) -> None:
    # Eleven pages: as text, page_10 would come before page_2.
    pages = [page(n, 11, changed(id=f"s-{n}")) for n in range(1, 12)]
    found = read_hsds(save(tmp_path, *pages))
    assert found.tables["offers"]["offer_id"].tolist() == [f"s-{n}" for n in range(1, 12)]


def test_a_missing_page_is_missed(tmp_path: Path) -> None:
    save(tmp_path, page(1, 3, SERVICE), page(3, 3, changed(id="s-3")))
    with pytest.raises(DataProblems, match="enthält 2 von 3 Seiten"):
        read_hsds(tmp_path)


def test_one_service_alone_and_an_empty_page_are_read(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text(json.dumps(SERVICE), encoding="utf-8")
    assert len(read_hsds(path).tables["offers"]) == 1
    path.write_text(json.dumps(page(1, 1)), encoding="utf-8")
    assert read_hsds(path).tables["offers"].empty


@pytest.mark.parametrize("content", ["{}", "7", '"x"', '{"contents": 3}', "null"])
def test_json_that_is_no_service_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(DataProblems, match="enthält keine Angebote"):
        read_hsds(path)


def put(folder: Path, resources: list[Any], files: dict[str, str]) -> Path:
    package = {"profile": "tabular-data-package", "name": "p", "resources": resources}
    (folder / "datapackage.json").write_text(json.dumps(package), encoding="utf-8")
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_a_package_with_other_names_columns_and_separators(tmp_path: Path) -> None:
    resources = [
        {"name": "organization", "path": "o.csv", "dialect": {"delimiter": ";"}},
        {"name": "weather", "path": "w.csv"},
        # A name of its own, but the file that HSDS calls so.
        {"name": "unsere-orte", "path": "locations.csv"},
    ]
    files = {
        "o.csv": "id;name;description;mood\n1;Verein;Text;gut\n;;;\n",
        "locations.csv": "id,location_type,name,latitude,longitude\n9,physical,Haus,50.6,11.6\n",
    }
    found = read_hsds(put(tmp_path, resources, files))
    assert row(found, "providers")["provider_id"] == "1"
    assert reasons(found, "organization", "mood") == ["kein Feld von HSDS"]
    assert reasons(found, "w.csv", "") == ["keine Tabelle von HSDS"]
    assert reasons(found, "location", "place") == ["Zeile fällt weg: Gemeinde oder Stadt fehlt"]


def test_everything_wrong_with_a_package_is_said_at_once(tmp_path: Path) -> None:
    resources = [
        {"name": "organization", "path": "../../etc/passwd"},
        {"name": "service", "path": "https://partner.example/services.csv"},
        {"name": "location", "path": "l.csv"},
        {"name": "schedule", "path": ["a.csv", "b.csv"]},
        {"name": "address", "path": "a.csv"},
        {"name": "language", "path": "l.csv"},
        "kein Verzeichnis",
    ]
    files = {"l.csv": "id,name,name\n1,a,b,c\n", "a.csv": "city\nRanis\n"}
    with pytest.raises(DataProblems) as refusal:
        read_hsds(put(tmp_path, resources, files))
    text = str(refusal.value)
    for words in (
        "../../etc/passwd – fehlt im Paket", "services.csv – fehlt im Paket",
        "l.csv, Zeile 2 – hat mehr Zellen als Spalten",
        "l.csv, Zeile 1, Spalte „name“ – Spalte steht doppelt",
        "a.csv, Zeile 1, Spalte „id“ – Spalte fehlt",
        "l.csv – steht zweimal in der Beschreibung",
        "nennt eine Tabelle ohne Datei",
    ):  # fmt: skip
        assert words in text


def test_what_is_no_package_at_all(tmp_path: Path) -> None:
    with pytest.raises(DataProblems, match=r"enthält weder datapackage\.json noch page_1\.json"):
        read_hsds(tmp_path)
    with pytest.raises(DataProblems, match="Datei fehlt"):
        read_hsds(tmp_path / "gone.zip")
    with pytest.raises(DataProblems, match="nennt keine Tabellen"):
        read_hsds(put(tmp_path, [], {}))


def test_archives_that_could_do_harm_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr("../datapackage.json", "{}")
    with pytest.raises(DataProblems, match="führt aus dem Archiv hinaus"):
        read_hsds(path)


def test_the_form_of_the_standard_is_closed() -> None:
    # Every list that an object may hold is a table with a field that names the object.
    for table in ENTITIES:
        for child in children(table).values():
            links = {"attribute": "link_id", "metadata": "resource_id"}
            assert links.get(child, f"{table}_id") in ENTITIES[child].names


# Damaged files.


@fuzz
@given(data=st.data())
def test_damaged_json_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    raw = data.draw(damaged(json.dumps([SERVICE]).encode()))
    survives(read_hsds, tmp_path / "x.json", raw)


@fuzz
@given(data=st.data())
def test_damaged_packages_are_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    header = ",".join(ENTITIES["schedule"].names)
    files = {
        "organizations.csv": "id,name\n1,Verein\n",
        "services.csv": "id,organization_id,name,status,minimum_age\n1,1,Kurs,active,16\n",
        "schedules.csv": f"{header}\n1,1,,,2025-01-01,,2025-01-06,1,,5,MO,WEEKLY,1,"
        '"MO,TU",41,1,,x,10:00,12:00Z,,,\n',
    }
    resources = [{"name": ENTITIES[name].name, "path": ENTITIES[name].file}
                 for name in ("organization", "service", "schedule")]  # fmt: skip
    put(tmp_path, resources, files)
    place = data.draw(st.sampled_from([*files, "datapackage.json"]))
    raw = data.draw(damaged((tmp_path / place).read_bytes()))
    survives(lambda _: read_hsds(tmp_path), tmp_path / place, raw)
