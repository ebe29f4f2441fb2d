"""Results as Parquet: types, descriptions and places come back."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest

from sokanalysis.export.parquet import write_parquet
from tests.exporting import results, rows


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("parquet")
    write_parquet(results(), folder)
    return folder / "parquet"


def test_types_and_cells_come_back(written):
    table = pq.read_table(written / "liste.parquet")
    kinds = {field.name: str(field.type) for field in table.schema}
    assert kinds == {
        "place_id": "string", "name": "string", "person_count": "int64",
        "person_count_hinweis": "string", "reached_share": "double", "cost_eur": "double",
        "is_open": "bool", "until_date": "date32[day]",
    }  # fmt: skip
    back, given = table.to_pydict(), rows()
    for name in given:
        cells = [None if pd.isna(cell) else cell for cell in given[name].tolist()]
        if name == "until_date":
            cells = [cell and cell.date() for cell in cells]
        assert back[name] == cells, name


def test_an_empty_table_keeps_its_types(written):
    assert pq.read_schema(written / "leer.parquet") == pq.read_schema(written / "liste.parquet")
    assert pq.read_table(written / "leer.parquet").num_rows == 0


def test_columns_and_table_say_what_they_are(written):
    schema = pq.read_schema(written / "liste.parquet")
    assert schema.field("person_count").metadata == {
        b"title": b"Personen", b"unit": b"Personen", b"description": "geschätzt".encode(),
    }  # fmt: skip
    assert schema.metadata[b"title"] == b"Liste"
    assert schema.metadata[b"basis"] == b"Annahme eins; Annahme zwei"
    assert schema.metadata[b"reference_date"] == b"2026-11-22"


def test_places_come_back_in_degrees(written):
    back = gpd.read_parquet(written / "orte.parquet")
    assert back.crs.to_epsg() == 4326
    assert (
        back.geometry.x.round(6) == [round(11.7 + at / 100, 6) for at in range(len(back))]
    ).all()
    areas = gpd.read_parquet(written / "flaechen.parquet")
    assert areas.geometry.isna().sum() == len(areas) - 2
    assert list(areas.columns)[-1] == "geometry"


def test_bytes_are_the_same(written, tmp_path):
    for path in write_parquet(results(), tmp_path):
        assert path.read_bytes() == (written / path.name).read_bytes()
