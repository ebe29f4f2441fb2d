"""HSDS out and back: what a district offers comes back letter for letter."""

from __future__ import annotations

import csv
import json
import shutil
import uuid
from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd
import pytest
from frictionless import Package
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from sokanalysis.hsds import Exchanged, HsdsReport, read_hsds, write_hsds
from sokanalysis.hsds.fields import EXCHANGED, address_fields, address_of
from sokanalysis.hsds.model import ENTITIES
from sokanalysis.hsds.report import AS_ATTRIBUTE, ASSUMED, NOT_TAKEN
from sokanalysis.hsds.writing import hsds_sheets
from sokanalysis.read.tables import read_table
from sokanalysis.schema import MUNICIPALITIES
from tests.conftest import SOK, feed, region, table

if TYPE_CHECKING:
    from pathlib import Path

    from sokanalysis.columns import Column
    from sokanalysis.region import Region


def district(**rows: list[dict[str, object]]) -> Region:
    """A district with these tables only."""
    made = region([], [], [], feed({}, {}))
    return replace(made, **{name: table(name, found) for name, found in rows.items()})


@pytest.fixture(scope="module")
def empty() -> Region:
    return district()


@pytest.fixture(scope="module")
def real() -> Region:
    """The real district, as far as it is exchanged."""
    tables = {entry.name: read_table(SOK, entry)[0] for entry in (*EXCHANGED, MUNICIPALITIES)}
    return replace(region([], [], [], feed({}, {})), **tables)


@pytest.fixture(scope="module")
def package(real: Region, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, HsdsReport]:
    folder = tmp_path_factory.mktemp("hsds")
    return folder, write_hsds(real, folder)


def rows_of(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / ENTITIES[name].file).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def require_equal(found: Exchanged, given: Region) -> None:
    for entry in EXCHANGED:
        pd.testing.assert_frame_equal(found.tables[entry.name], getattr(given, entry.name))


# The real district.


def test_the_real_district_comes_back_from_its_package(
    real: Region, package: tuple[Path, HsdsReport]
) -> None:
    found = read_hsds(package[0])
    require_equal(found, real)
    assert found.report.rows.empty
    assert str(found.report).endswith(": alles übernommen.")


def test_the_real_district_comes_back_from_an_archive(
    real: Region, package: tuple[Path, HsdsReport], tmp_path: Path
) -> None:
    archive = shutil.make_archive(str(tmp_path / "partner"), "zip", package[0].parent, "hsds0")
    require_equal(read_hsds(archive), real)


def test_nested_services_hold_everything_but_who_and_where_nothing_is_offered(
    real: Region, package: tuple[Path, HsdsReport]
) -> None:
    found = read_hsds(package[0] / "services.json").tables
    expected = {entry.name: getattr(real, entry.name) for entry in EXCHANGED}
    providers = expected["providers"]
    is_busy = providers["provider_id"].isin(real.offers["provider_id"])
    expected["providers"] = providers[is_busy]
    for entry in EXCHANGED:
        key = list(entry.key)
        pd.testing.assert_frame_equal(
            found[entry.name].sort_values(key, ignore_index=True),
            expected[entry.name].sort_values(key, ignore_index=True),
        )
    rows = package[1].rows.set_index(["table", "field", "outcome"])["row_count"]
    assert rows["providers", "", NOT_TAKEN] == (~is_busy).sum()


def test_the_same_district_gives_the_same_bytes(
    real: Region, package: tuple[Path, HsdsReport], tmp_path: Path
) -> None:
    write_hsds(real, tmp_path / "again")
    for path in package[0].iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


def test_every_object_has_the_fields_that_hsds_requires(
    package: tuple[Path, HsdsReport],
) -> None:
    services = json.loads((package[0] / "services.json").read_text(encoding="utf-8"))
    # In the nested form the links between objects are left out; from release 3.0 of the schemas.
    required = {"service": {"id", "name", "status"}, "organization": {"id", "name", "description"},
                "location": {"id", "location_type"}}  # fmt: skip
    for service in services:
        assert required["service"] <= set(service)
        assert required["organization"] <= set(service["organization"])
        uuid.UUID(service["id"])
        for visit in service.get("service_at_locations", []):
            assert required["location"] <= set(visit["location"])
            assert isinstance(visit["location"]["latitude"], float)
            [address] = visit["location"]["addresses"]
            assert {"address_1", "city", "state_province", "postal_code", "country",
                    "address_type"} <= set(address)  # fmt: skip


def test_until_and_valid_to_are_kept_apart(real: Region, package: tuple[Path, HsdsReport]) -> None:
    schedules = pd.DataFrame(rows_of(package[0], "schedule"))
    dated = schedules[schedules["until"] != ""]
    offers = real.offers.set_index("offer_id")
    assert not dated.empty
    by_end = set(zip(dated["until"], dated["valid_to"], strict=True))
    known = offers.dropna(subset=["valid_until_date"])
    expected = {
        (f"{end:%Y-%m-%d}", "" if pd.isna(until) else f"{until:%Y-%m-%d}")
        for end, until in zip(known["valid_until_date"], known["assured_date"], strict=True)
    }
    assert by_end == expected


def test_the_report_of_writing_says_what_hsds_cannot_hold(
    real: Region, package: tuple[Path, HsdsReport]
) -> None:
    rows = package[1].rows.set_index(["table", "field", "outcome"])["row_count"]
    assert rows["sessions", "runs_in_holidays", AS_ATTRIBUTE] == len(real.sessions)
    assert rows["offers", "kind", AS_ATTRIBUTE] == len(real.offers)
    assert rows["providers", "note", ASSUMED] == real.providers["note"].isna().sum()
    text = str(package[1])
    assert text.splitlines()[0] == "Ausgabe nach HSDS:"
    assert "HSDS verlangt postal_code, wir wissen es nicht" in text


# Small districts, each for one thing.

OFFER = {
    "offer_id": "A1", "provider_id": "T1", "name": "Kurs", "field": "sprache_bildung",
    "kind": "integrationskurs", "target_groups": "zugewanderte", "status": "laufend",
}  # fmt: skip
PROVIDER = {"provider_id": "T1", "name": "Verein", "kind": "verein"}
SITE = {
    "site_id": "O1", "name": "Haus", "place": "Dorf", "lat": "50.5", "lon": "11.5",
    "geocoding": "ort",
}  # fmt: skip
SESSION = {
    "session_id": "S1", "offer_id": "A1", "site_id": "O1", "weekdays": "Mo;Mi",
    "start_time": "09:00", "end_time": "11:00", "runs_in_holidays": "nein",
}  # fmt: skip
VISIT = {"offer_id": "A1", "site_id": "O1"}


def one(**changes: dict[str, object]) -> Region:
    return district(
        providers=[PROVIDER | changes.get("providers", {})],
        offers=[OFFER | changes.get("offers", {})],
        sites=[SITE | changes.get("sites", {})],
        offer_sites=[VISIT],
        sessions=[SESSION | changes.get("sessions", {})],
    )


def again(given: Region, folder: Path) -> Exchanged:
    write_hsds(given, folder)
    found = read_hsds(folder)
    require_equal(found, given)
    return found


def test_a_schedule_says_day_time_and_period(tmp_path: Path) -> None:
    dates = {"valid_from_date": "2025-09-02", "valid_until_date": "2026-06-30",
             "assured_date": "2025-12-31"}  # fmt: skip
    again(one(offers=dates), tmp_path)
    [schedule] = rows_of(tmp_path, "schedule")
    expected = {
        "valid_from": "2025-09-02", "until": "2026-06-30", "valid_to": "2025-12-31",
        # The 2nd of September 2025 is a Tuesday, so the first session is on Wednesday.
        "dtstart": "2025-09-03", "freq": "WEEKLY", "interval": "1", "byday": "MO,WE",
        "opens_at": "09:00:00", "closes_at": "11:00:00",
        "description": "Mo, Mi 09:00–11:00 Uhr, nicht in den Schulferien",
    }  # fmt: skip
    assert {name: schedule[name] for name in expected} == expected


def test_the_package_is_what_its_description_says(tmp_path: Path) -> None:
    write_hsds(one(), tmp_path)
    report = Package(str(tmp_path / "datapackage.json")).validate()
    assert report.valid, report.flatten(["type", "rowNumber", "fieldName", "note"])[:5]


def test_a_session_at_a_place_that_is_no_place_of_its_offer(tmp_path: Path) -> None:
    given = district(providers=[PROVIDER], offers=[OFFER], sites=[SITE], sessions=[SESSION])
    found = again(given, tmp_path)
    assert found.tables["offer_sites"].empty


def test_few_waiting_people_stay_in_the_house(tmp_path: Path) -> None:
    report = write_hsds(one(offers={"waiting_count": 2}), tmp_path)
    assert "waiting_count" in str(report)
    assert "bleibt im Haus" in str(report)
    assert read_hsds(tmp_path).tables["offers"]["waiting_count"].isna().all()
    again(one(offers={"waiting_count": 3}), tmp_path / "three")


def test_an_empty_district_is_an_empty_package(tmp_path: Path) -> None:
    found = again(district(), tmp_path)
    assert all(rows.empty for rows in found.tables.values())
    assert json.loads((tmp_path / "services.json").read_text(encoding="utf-8")) == []


def test_a_note_that_is_the_label_of_the_kind_stays_a_note(tmp_path: Path) -> None:
    # "Kirche" is what would be written where there is no note.
    given = one(providers={"kind": "kirche", "note": "Kirche"})
    assert again(given, tmp_path).tables["providers"]["note"].tolist() == ["Kirche"]


def test_cells_that_look_like_formulas_stay_as_they_are(tmp_path: Path) -> None:
    given = one(offers={"name": "=1+1", "note": '@SUM("a;b",\n-2)'}, sites={"name": "-Haus"})
    again(given, tmp_path)
    [service] = rows_of(tmp_path, "service")
    assert service["name"] == "=1+1"


def test_two_districts_with_the_same_keys_have_other_identifiers() -> None:
    tables = {entry.name: getattr(one(), entry.name) for entry in EXCHANGED}
    first, _ = hsds_sheets(tables, "16075")
    second, _ = hsds_sheets(tables, "16073")
    assert first["service"][0]["id"] != second["service"][0]["id"]
    # What a term means is the same everywhere.
    assert first["taxonomy_term"] == second["taxonomy_term"]


def test_an_address_is_taken_apart_only_where_it_comes_together_again() -> None:
    whole = address_fields("Am Graben 1, 07356 Bad Lobenstein", "Bad Lobenstein")
    assert whole == {
        "address_1": "Am Graben 1", "postal_code": "07356", "city": "Bad Lobenstein",
    }  # fmt: skip
    elsewhere = ("Am Graben 1, 07356 Bad Lobenstein", "Helmsgrün")
    assert address_of(address_fields(*elsewhere)) == elsewhere


def edit(path: Path, words: dict[str, str]) -> None:
    raw = path.read_bytes()
    for old, new in words.items():
        assert old.encode() in raw
        raw = raw.replace(old.encode(), new.encode())
    path.write_bytes(raw)


def test_what_a_partner_changes_comes_back_changed(tmp_path: Path) -> None:
    write_hsds(one(), tmp_path)
    edit(tmp_path / "services.csv", {"Kurs": "Neuer Kurs", "active": "defunct"})
    edit(tmp_path / "schedules.csv", {"09:00:00": "10:30:00", '"MO,WE"': "FR"})
    found = read_hsds(tmp_path)
    [offer] = found.tables["offers"].to_dict("records")
    # The attribute still says "laufend", the field no longer does: the field is newer.
    assert (offer["name"], offer["status"]) == ("Neuer Kurs", "abgelaufen")
    [session] = found.tables["sessions"].to_dict("records")
    assert (session["weekdays"], session["start_time"]) == (("Fr",), "10:30")
    assert "„defunct“, statt „laufend“ als „abgelaufen“ übernommen" in str(found.report)


# Random districts.

few = settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # whole districts shrink for minutes
)  # fmt: skip
# Text as reading leaves it: without spaces around, not empty; with everything that breaks a CSV.
words = (
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)
    .map(str.strip)
    .filter(bool)
    | st.sampled_from(['"', ",", ";", "a, b", "=1+1", "x\r\ny", "Weg 1, 07907 Schleiz", "Schleiz"])
)  # fmt: skip
days = st.dates(pd.Timestamp("1950-01-01").date(), pd.Timestamp("2090-12-31").date())


def cells(column: Column) -> st.SearchStrategy[str]:
    """What may stand in a column, as text."""
    low = int(column.minimum or 0)
    high = int(column.maximum or 10_000)
    kinds = {
        "text": words,
        "code": st.sampled_from(list(column.code_list) or ["-"]),
        "codes": st.lists(st.sampled_from(list(column.code_list) or ["-"]), min_size=1,
                          max_size=3).map(";".join),
        "integer": st.integers(low, high).map(str),
        "number": st.floats(column.minimum or 0, column.maximum or 1e6, allow_subnormal=False)
        .map(lambda number: f"{number:.20f}"),
        "boolean": st.sampled_from(["ja", "nein"]),
        "date": days.map(str),
    }  # fmt: skip
    found = kinds[column.kind]
    return found if column.required else st.just("") | found


@st.composite
def districts(draw: st.DrawFn) -> dict[str, list[dict[str, str]]]:
    """Rows of the exchanged tables that fit together."""
    counts = {"providers": 2, "offers": 3, "sites": 3, "offer_sites": 3, "sessions": 4}
    made: dict[str, list[dict[str, str]]] = {}
    for entry in EXCHANGED:
        made[entry.name] = []
        for number in range(draw(st.integers(0, counts[entry.name]))):
            row = {c.name: draw(cells(c)) for c in entry.columns if c.kind != "time"}
            made[entry.name].append(_fitting(draw, entry.name, row, number, made))
    visits = {(row["offer_id"], row["site_id"]): row for row in made["offer_sites"] if row}
    made["offer_sites"] = list(visits.values())
    return {name: [row for row in rows if row] for name, rows in made.items()}


def _fitting(draw, name, row, number, made) -> dict[str, str]:
    """The row with keys that exist and pairs that rise; empty where there is nothing to name."""
    for column, target, key in (
        ("provider_id", "providers", "provider_id"), ("offer_id", "offers", "offer_id"),
        ("site_id", "sites", "site_id"),
    ):  # fmt: skip
        if column in row and target != name:
            known = [other[key] for other in made[target] if other]
            if not known:
                return {}
            row[column] = draw(st.sampled_from(known))
    own = {"providers": "provider_id", "offers": "offer_id", "sites": "site_id",
           "sessions": "session_id"}  # fmt: skip
    if name in own:
        row[own[name]] = f"{name}-{number}"
    if name == "offers":
        if row["waiting_count"] in ("1", "2"):  # fewer than three people stay in the house
            row["waiting_count"] = "3"
        for pair in (("age_min_years", "age_max_years"), ("valid_from_date", "valid_until_date")):
            both = [row[part] for part in pair]
            if all(both):
                row |= dict(zip(pair, sorted(both, key=lambda c: (len(c), c)), strict=True))
    if name == "sessions":
        clock = draw(st.lists(st.integers(0, 1438), min_size=2, max_size=2, unique=True))
        times = [f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in sorted(clock)]
        row |= dict(zip(("start_time", "end_time"), times, strict=True))
    if row.get("ags"):
        row["ags"] = f"{number:08d}"
    return row


@few
@given(districts())
def test_any_district_comes_back(
    empty: Region, tmp_path_factory: pytest.TempPathFactory, rows: dict[str, list[dict[str, str]]]
) -> None:
    tables = {entry.name: table(entry.name, rows[entry.name]) for entry in EXCHANGED}
    found = again(replace(empty, **tables), tmp_path_factory.mktemp("any"))
    assert found.report.rows.empty, str(found.report)
