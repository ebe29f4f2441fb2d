"""The export as a whole: all formats or none, each the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from sokanalysis.errors import NotWritten
from sokanalysis.export import build
from sokanalysis.export.build import FORMATS, export_results, write_results
from sokanalysis.export.findings import STEPS
from tests.conftest import villages
from tests.exporting import results

POPULATION = [{"ags": "16075001", "date": "2025-12-31", "population_count": 50}]


def contents(folder: Path) -> dict[str, bytes]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def test_all_formats_twice_are_the_same_bytes(tmp_path):
    written = write_results(results(), tmp_path / "eins")
    write_results(results(), tmp_path / "zwei")
    again = write_results(results(), tmp_path / "eins")  # over the first
    names = ["flaechen", "leer", "liste", "orte"]
    assert list(contents(tmp_path / "eins")) == [
        "csv/datapackage.json", *(f"csv/{name}.csv" for name in names), "ergebnisse.gpkg",
        "ergebnisse.xlsx", *(f"parquet/{name}.parquet" for name in names),
    ]  # fmt: skip
    assert contents(tmp_path / "eins") == contents(tmp_path / "zwei")
    assert {path.name for path in written} == {path.name for path in again}
    assert len(written) == 11 and all(path.is_file() for path in written)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["eins", "zwei"]


def test_some_formats_leave_the_others_alone(tmp_path):
    write_results(results(), tmp_path, ["xlsx"])
    before = contents(tmp_path)
    assert list(before) == ["ergebnisse.xlsx"]
    write_results(results(), tmp_path, ["gpkg"])
    assert contents(tmp_path).items() >= before.items()


def test_one_format_that_fails_leaves_all_as_they_were(tmp_path, monkeypatch):
    write_results(results(), tmp_path, ["csv"])
    before = contents(tmp_path)

    def full(*_):
        raise OSError(28, "kein Platz", "ergebnisse.xlsx")

    monkeypatch.setitem(FORMATS, "xlsx", full)
    with pytest.raises(NotWritten, match="kein Platz"):
        write_results([result for result in results() if result.text.name != "leer"], tmp_path)
    assert contents(tmp_path) == before


def test_an_unknown_format_is_named_before_anything_is_computed(tmp_path, monkeypatch):
    monkeypatch.setattr(build, "find", lambda *_, **__: pytest.fail("nicht rechnen"))
    with pytest.raises(NotWritten, match=r"„shp“ .* gpkg, parquet, csv, xlsx"):
        export_results(villages(), tmp_path / "neu", ["csv", "shp"])
    assert not (tmp_path / "neu").exists()


def test_a_district_is_exported(tmp_path):
    said: list[str] = []
    region = villages(population=POPULATION)
    paths = export_results(region, tmp_path, ["csv", "xlsx"], with_plan=False, say=said.append)
    assert said == [step for step in STEPS if step != "Maßnahmen"]
    assert tmp_path / "ergebnisse.xlsx" in paths and tmp_path / "csv" / "luecken.csv" in paths
    gaps = pd.read_csv(tmp_path / "csv" / "luecken_gemeinden.csv", dtype={"ags": "str"})
    course = gaps[gaps["need"].str.startswith("Integrationskurs")]
    # 7 people in each of five villages.
    assert course["person_count"].sum() == 35
    assert set(course["ags"]) == {"16075001"}
