"""Another district in an afternoon: from a server that serves what offices publish to a report.

The server is on this machine; its files are those of tests/official.py, in the real formats.
"""

from __future__ import annotations

import json
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from sokanalysis.cli import app
from sokanalysis.district.assemble import USED, assemble
from sokanalysis.district.template import examples
from sokanalysis.fetch import sources as table_of_sources
from sokanalysis.schema import TABLES
from tests import official
from tests.serving import Reply, serving

RUN = CliRunner().invoke


@pytest.fixture(scope="module")
def bodies(tmp_path_factory):
    return official.files(tmp_path_factory.mktemp("amtlich"))


@pytest.fixture
def site():
    with serving() as server:
        yield server


@pytest.fixture
def here(site, bodies, monkeypatch):
    """All addresses on this machine; every file is there."""
    known = table_of_sources.load_sources

    def load(kreis, folder=None):
        return {
            key: replace(source, url=f"{site.url}/{key}", form={}, login="", checksum="")
            for key, source in known(kreis, folder).items()
        }

    for key, body in bodies.items():
        site.add(f"/{key}", Reply(body, etag=f'"{key}"'))
    monkeypatch.setattr(table_of_sources, "load_sources", load)
    return site


@pytest.fixture
def folder(tmp_path):
    assert RUN(app, ["neu", official.KREIS, str(tmp_path / "kreis")]).exit_code == 0
    return tmp_path / "kreis"


def fetched(folder, *options):
    return RUN(app, ["daten", "holen", official.KREIS, str(folder), *options])


def rows(folder, name):
    return pd.read_csv(folder / f"{name}.csv", dtype=str, keep_default_na=False)


@pytest.mark.usefixtures("here")
def test_official_files_become_tables(folder):
    done = fetched(folder)
    assert done.exit_code == 0, done.output
    towns = rows(folder, "municipalities")
    assert towns["Gemeinde"].tolist() == ["Westdorf", "Mitte", "Ostheim"]
    assert towns["AGS"].tolist() == list(official.NAMES)
    assert rows(folder, "population")["Einwohner"].tolist() == ["7000"] * 3
    places = rows(folder, "settlements").set_index("Siedlung")
    # Two cells a village; the hamlet's cells are nearer to the hamlet than to Mitte.
    assert places["Einwohner"].to_dict() == {
        "Westdorf": "6000", "Mitte": "18000", "Weiler": "40", "Ostheim": "5000",
    }  # fmt: skip
    assert places.loc[["Mitte", "Weiler"], "Hauptort"].tolist() == ["ja", "nein"]
    lat, lon = official.degrees("Mitte")
    assert float(places.loc["Mitte", "Breite"]) == pytest.approx(lat, abs=0.002)
    assert float(places.loc["Mitte", "Länge"]) == pytest.approx(lon, abs=0.003)


@pytest.mark.usefixtures("here")
def test_foreigners_come_from_cells_municipalities_and_the_district(folder):
    assert fetched(folder).exit_code == 0
    groups = rows(folder, "groups")
    by_level = {level: part.set_index("Gebiet-Nr.") for level, part in groups.groupby("Ebene")}
    # 7,000 people less 6,000 Germans; the latest year of the district.
    assert by_level["gemeinde"]["Personen"].tolist() == ["1000"] * 3
    assert by_level["kreis"].loc[official.KREIS, ["Personen", "Stichtag"]].tolist() == [
        "3300", "2024-12-31",
    ]  # fmt: skip
    # The cells say 600 in Westdorf, and nothing of the hamlet; the municipality has 1,000.
    cells = by_level["siedlung"]["Personen"]
    assert cells[f"{official.KREIS}001-westdorf"] == "1000"
    assert cells[f"{official.KREIS}002-weiler"] == "0"


def test_without_the_table_of_municipalities_the_cells_stand_alone(here, folder):
    here.add("/zensus_gemeinden", Reply(b"weg", status=404))
    done = fetched(folder)
    assert done.exit_code == 0
    assert "Geht auch ohne: 1000A-1023_de_flat.csv" in done.stderr
    groups = rows(folder, "groups")
    cells = groups[groups["Ebene"] == "siedlung"].set_index("Gebiet-Nr.")
    assert cells.loc[f"{official.KREIS}001-westdorf", "Personen"] == "600"  # a tenth of 2 × 3,000
    assert "eher zu niedrig" in cells["Bemerkung"].iloc[0]


@pytest.mark.usefixtures("here")
def test_timetable_and_streets_are_the_district_s(folder):
    from sokanalysis.read.gtfs import read_feed
    from sokanalysis.read.osm_places import read_places

    assert fetched(folder).exit_code == 0
    feed, problems = read_feed(folder)
    assert not problems
    assert set(feed.trips["trip_id"]) == {"hin", "rück", "spät"}  # Berlin is far
    (streets,) = folder.glob("*.osm.pbf")
    assert set(read_places(streets)["name"]) == set(official.VILLAGES)


@pytest.mark.usefixtures("here")
def test_where_it_came_from_is_written(folder):
    assert fetched(folder).exit_code == 0
    package = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    raw = {r["path"]: r for r in package["resources"] if r["path"].startswith("quellen/")}
    assert len(raw) == len(USED)
    for entry in raw.values():
        assert entry["hash"].startswith("sha256:")
        assert entry["sources"]
        assert entry["licenses"]
    assert RUN(app, ["daten", "pruefen", str(folder)]).exit_code == 0
    (folder / "quellen" / "gtfs_deutschland.zip").write_bytes(b"anders")
    assert RUN(app, ["daten", "pruefen", str(folder)]).exit_code == 1


@pytest.mark.usefixtures("here")
def test_a_second_run_fetches_and_writes_nothing_anew(folder):
    assert fetched(folder).exit_code == 0
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    again = fetched(folder)
    assert again.exit_code == 0
    assert "settlements.csv hat schon Zeilen" in again.output
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert after == before


@pytest.mark.usefixtures("here")
def test_own_rows_stay_unless_replaced(folder):
    own = "AGS,Gemeinde,Art des Verbands,Verband,Fläche,PLZ,Breite,Länge,Qualität,Quelle\n"
    own += "16099001,Eigenes,x,y,1,,50.4,11.7,amtlich,Q\n"
    (folder / "municipalities.csv").write_text(own, encoding="utf-8")
    assert fetched(folder).exit_code == 0
    assert (folder / "municipalities.csv").read_text(encoding="utf-8") == own
    assert fetched(folder, "--ersetzen").exit_code == 0
    assert rows(folder, "municipalities")["Gemeinde"].tolist()[0] == "Westdorf"


def test_what_cannot_be_had_is_named_and_the_rest_is_done(here, folder):
    here.add("/fahrplan", Reply(b"weg", status=404))
    here.add("/zensus_bevoelkerung", Reply(b"<!doctype html><p>Wartung"))
    done = fetched(folder)
    assert done.exit_code == 1
    assert done.stderr.count("  gtfs_deutschland.zip") == 1  # said once, though a step lacks it too
    assert "Zensus2022_Bevoelkerungszahl.zip" in done.stderr
    assert len(rows(folder, "municipalities")) == 3
    assert rows(folder, "settlements").empty
    assert not (folder / "gtfs.zip").exists()


def test_files_put_there_by_hand_do_without_a_network(here, folder, bodies):
    raw = folder / "quellen"
    raw.mkdir()
    for key, source in table_of_sources.load_sources(official.KREIS).items():
        if key in bodies:
            (raw / source.file).write_bytes(bodies[key])
    done = fetched(folder, "--no-laden")
    assert done.exit_code == 0, done.output
    assert here.requests == []
    assert len(rows(folder, "settlements")) == 4


def test_without_openstreetmap_cells_that_touch_are_a_settlement(folder, bodies):
    raw = folder / "quellen"
    raw.mkdir()
    sources = table_of_sources.load_sources(official.KREIS)
    for key in set(bodies) - {"strassen"}:
        (raw / sources[key].file).write_bytes(bodies[key])
    done = assemble(official.KREIS, folder, sources)
    assert [problem.file for problem in done.problems] == ["quellen/thueringen-latest.osm.pbf"]
    # The hamlet is 3 km from Mitte: a settlement of its own, named after the municipality.
    assert rows(folder, "settlements")["Siedlung"].tolist() == [
        "Westdorf", "Mitte", "Mitte, Ortsteil 2", "Ostheim",
    ]  # fmt: skip


def test_no_folder_no_data(tmp_path):
    done = fetched(tmp_path)
    assert done.exit_code == 1
    assert "sok neu 16099" in done.stderr


@pytest.mark.usefixtures("here")
def test_the_new_district_is_sound_and_answers_who_can_take_part(folder):
    from sokanalysis.attendance import attendance
    from sokanalysis.region import load_region

    assert fetched(folder).exit_code == 0
    enter(folder)
    checked = RUN(app, ["check", str(folder)])
    assert checked.exit_code == 0, checked.stderr
    region = load_region(folder)
    assert region.streets is not None
    answers = attendance(region, region.current_sessions, states=[("schultag", False)])
    found = answers.set_index("settlement_id")["reason"]
    # The course is in Ostheim from 08:30 to 12:45. The bus leaves Westdorf at 07:00, is there at
    # 07:40, and goes back at 13:00. Nothing goes to the hamlet, 3 km from Mitte.
    assert found[f"{official.KREIS}001-westdorf"] == "erreichbar"
    assert found[f"{official.KREIS}003-ostheim"] == "erreichbar"


def enter(folder):
    """Fill the workbook with the made-up offer, in Ostheim."""
    book = openpyxl.load_workbook(folder / "tabellen.xlsx")
    lat, lon = official.degrees("Ostheim")
    for name, made in examples().items():
        titles = [column.title for column in TABLES[name].columns]
        for row in made:
            if name == "sites":
                row |= {"Breite": lat, "Länge": lon, "AGS": f"{official.KREIS}003"}
            book[TABLES[name].title].append([row.get(title) for title in titles])
    book.save(folder / "tabellen.xlsx")
