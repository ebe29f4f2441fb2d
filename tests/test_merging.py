"""Rows from elsewhere put into a region's files: added, kept or replaced, never lost."""

from __future__ import annotations

import openpyxl
import pytest
from typer.testing import CliRunner

from sokanalysis.cli import app
from sokanalysis.district.locating import located
from sokanalysis.district.merging import merge
from sokanalysis.errors import DataProblems
from sokanalysis.region import load_region
from tests.conftest import SOK, table

RUN = CliRunner().invoke
HEAD = "provider_id,name,kind,address,place,website,quality,source,source_date,note"
OLD = 'T1,"Verein, alt",verein,,,,belegt,Q,,\r\n'


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "providers.csv").write_bytes(f"{HEAD}\r\n{OLD}".encode())
    return tmp_path


def provider(key, name):
    return {"provider_id": key, "name": name, "kind": "verein", "quality": "gemeldet"}


def text(folder):
    return (folder / "providers.csv").read_bytes().decode()


def test_new_rows_come_at_the_end_and_old_ones_keep_their_bytes(folder):
    rows = table("providers", [provider("T1", "anders"), provider("T2", "=neu; „gut“")])
    (told,) = merge(folder, {"providers": rows})
    assert (told.new_count, told.replaced_count, told.kept_count) == (1, 0, 1)
    assert str(told) == "Träger: 1 neu, 1 unverändert"
    assert text(folder) == f"{HEAD}\r\n{OLD}T2,=neu; „gut“,verein,,,,gemeldet,Test,,\r\n"


def test_rows_give_way_when_told_to(folder):
    rows = table("providers", [provider("T1", "anders")])
    (told,) = merge(folder, {"providers": rows}, is_replacing=True)
    assert told.replaced_count == 1
    assert text(folder) == f"{HEAD}\r\nT1,anders,verein,,,,gemeldet,Test,,\r\n"
    (again,) = merge(folder, {"providers": rows}, is_replacing=True)
    assert (again.replaced_count, again.kept_count) == (0, 1)


def test_a_table_in_the_workbook_is_not_written(folder):
    book = openpyxl.Workbook()
    book.active.title = "Träger"
    book.active.append(["Träger-Nr.", "Träger"])
    book.active.append(["T9", "Excel"])
    book.save(folder / "tabellen.xlsx")
    before = text(folder)
    with pytest.raises(DataProblems, match="Blatt „Träger“ – wird nicht beschrieben"):
        merge(folder, {"providers": table("providers", [provider("T2", "neu")])})
    assert text(folder) == before


# -- the commands ----------------------------------------------------------------------------------


@pytest.fixture
def region(tmp_path):
    import shutil

    shutil.copytree(SOK, tmp_path / "sok")
    return tmp_path / "sok"


def test_what_was_given_to_partners_comes_back(region, tmp_path):
    assert RUN(app, ["hsds", str(region), "--ordner", str(tmp_path / "hsds")]).exit_code == 0
    offers = (region / "offers.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    sessions = (region / "sessions.csv").read_text(encoding="utf-8")
    (region / "offers.csv").write_text("".join([offers[0], *offers[2:]]), encoding="utf-8")
    (region / "sessions.csv").write_text(
        "".join(line for line in sessions.splitlines(keepends=True) if ",A001," not in line),
        encoding="utf-8",
    )
    links = (region / "offer_sites.csv").read_text(encoding="utf-8").splitlines(keepends=True)
    (region / "offer_sites.csv").write_text(
        "".join(line for line in links if not line.startswith("A001,")), encoding="utf-8"
    )
    done = RUN(app, ["uebernehmen", str(tmp_path / "hsds"), str(region)])
    assert done.exit_code == 0, done.stderr
    assert "Angebote: 1 neu, 73 unverändert" in done.stdout
    back, before = load_region(region), load_region(SOK)
    assert set(back.offers["offer_id"]) == set(before.offers["offer_id"])
    assert len(back.sessions) == len(before.sessions)


def test_showing_writes_nothing(region, tmp_path):
    RUN(app, ["hsds", str(region), "--ordner", str(tmp_path / "hsds")])
    before = {path: path.read_bytes() for path in region.rglob("*") if path.is_file()}
    done = RUN(app, ["uebernehmen", str(tmp_path / "hsds"), str(region), "--no-schreiben"])
    assert (done.exit_code, "alles übernommen" in done.stdout) == (0, True)
    assert {path: path.read_bytes() for path in region.rglob("*") if path.is_file()} == before


def test_a_site_without_position_is_proposed_and_written_only_when_asked(region):
    path = region / "sites.csv"
    whole = path.read_text(encoding="utf-8")
    lines = whole.splitlines()
    first = lines[1].split(",")
    assert first[0] == "O001"
    path.write_text(whole.replace("50.693547,11.593211,ort", ",,unbekannt", 1), encoding="utf-8")
    (sites, _) = located(region)
    assert sites.rows["site_id"].tolist() == ["O001"]
    # The site's source names Pößneck only, so its middle is what can be known.
    assert sites.rows["geocoding"].tolist() == ["ort"]
    assert sites.rows["lat"].iloc[0] == pytest.approx(50.6935, abs=0.01)
    assert "50.693547" not in path.read_text(encoding="utf-8").splitlines()[1]
    done = RUN(app, ["orte", str(region), "--uebernehmen"])
    assert done.exit_code == 0, done.stderr
    assert load_region(region).sites["lat"].notna().all()
