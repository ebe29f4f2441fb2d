"""Results as GeoPackage: layers in metres, tables, and words about every column."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest

from sokanalysis.export.geopackage import write_geopackage
from sokanalysis.geography import metric
from tests.exporting import results, rows


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return write_geopackage(results(), tmp_path_factory.mktemp("gpkg"))[0]


def asked(path, query: str) -> list[tuple]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute(query).fetchall()


def test_layers_and_tables_in_order(path):
    layers = [tuple(layer) for layer in pyogrio.list_layers(path)]
    assert layers == [
        ("flaechen", "MultiPolygon"), ("orte", "Point"), ("liste", None), ("leer", None),
        ("lies_mich", None),
    ]  # fmt: skip


def test_cells_come_back(path):
    back, given = gpd.read_file(path, layer="liste"), rows()
    assert list(back.columns) == list(given.columns)
    assert back["person_count"].astype("Int64").equals(given["person_count"])
    assert back["name"].tolist() == given["name"].tolist()  # nothing runs here: text as it is
    assert back["cost_eur"].equals(given["cost_eur"])
    assert back["person_count_hinweis"].fillna("").tolist()[:3] == ["", "geheim", ""]
    assert pd.to_datetime(back["until_date"]).equals(given["until_date"].astype("datetime64[ms]"))
    info = pyogrio.read_info(path, layer="leer")
    kinds = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert kinds["until_date"] == "OFTDate" and kinds["person_count"] == "OFTInteger64"
    assert info["features"] == 0
    assert info["ogr_subtypes"][list(info["fields"]).index("is_open")] == "OFSTBoolean"


def test_places_are_in_metres_and_where_they_were(path):
    back = gpd.read_file(path, layer="orte")
    assert back.crs.to_epsg() == 25832
    assert back.geometry.distance(metric(results()[1].rows).geometry).max() < 0.001
    areas = gpd.read_file(path, layer="flaechen")
    assert set(areas.geometry.dropna().geom_type) == {"MultiPolygon"}
    assert areas.geometry.isna().sum() == len(areas) - 2


def test_columns_have_german_names_for_qgis(path):
    words = asked(path, "SELECT * FROM gpkg_data_columns WHERE column_name = 'person_count'")
    assert words[0] == (
        "flaechen", "person_count", "person_count", "Personen (Personen)", "geschätzt", None, None,
    )  # fmt: skip
    assert len(words) == 4
    named = asked(path, "SELECT identifier, description FROM gpkg_contents WHERE table_name='orte'")
    assert named == [(
        "Orte", "Eine Zeile je Ort (Orte). Quelle: Quelle, Stand 22.11.2026. Annahme eins. "
        "Annahme zwei.",
    )]  # fmt: skip
    told = asked(path, "SELECT basis, unit FROM lies_mich WHERE column_name='cost_eur'")
    assert told == [("Annahme eins; Annahme zwei", "€")] * 4
    assert asked(path, "PRAGMA integrity_check") == [("ok",)]
    assert asked(path, "PRAGMA foreign_key_check") == []


def test_bytes_are_the_same_in_another_process(path, tmp_path):
    run = (
        "import sys; from pathlib import Path; from tests.exporting import results; "
        "from sokanalysis.export.geopackage import write_geopackage; "
        "write_geopackage(results(), Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", run, str(tmp_path)], check=True)
    assert (tmp_path / path.name).read_bytes() == path.read_bytes()
    dates = asked(path, "SELECT DISTINCT last_change FROM gpkg_contents")
    assert dates == [("2026-11-22T00:00:00.000Z",)]


def test_the_fixed_date_holds_for_this_file_only(path):
    assert path.exists()
    assert pyogrio.get_gdal_config_option("OGR_CURRENT_DATE") is None
