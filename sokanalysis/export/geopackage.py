"""The results as one GeoPackage for QGIS: layers, tables, and what every column means.

Layers are in EPSG:25832 (ETRS89 / UTM 32N), as the surveying authorities of the Länder publish:
QGIS then measures lengths and areas in metres and lays the layers over official maps without
reprojecting them.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.export.arrow import arrow_table, table_metadata
from sokanalysis.export.describe import SECRET_NOTE
from sokanalysis.geography import METRIC, metric

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sokanalysis.export.describe import Result

FILE: Final = "ergebnisse.gpkg"
READ_ME: Final = "lies_mich"
_SHAPES: Final = {"point": "Point", "area": "MultiPolygon"}
_DATE: Final = "OGR_CURRENT_DATE"

# The schema extension of GeoPackage 1.3, clause F.9: QGIS shows the title as the column's alias.
_SCHEMA: Final = """
CREATE TABLE gpkg_data_columns (
    table_name TEXT NOT NULL, column_name TEXT NOT NULL, name TEXT, title TEXT,
    description TEXT, mime_type TEXT, constraint_name TEXT,
    CONSTRAINT pk_gdc PRIMARY KEY (table_name, column_name),
    CONSTRAINT gdc_tn UNIQUE (table_name, name)
);
CREATE TABLE gpkg_data_column_constraints (
    constraint_name TEXT NOT NULL, constraint_type TEXT NOT NULL, value TEXT,
    min NUMERIC, min_is_inclusive BOOLEAN, max NUMERIC, max_is_inclusive BOOLEAN,
    description TEXT, CONSTRAINT gdcc_ntv UNIQUE (constraint_name, constraint_type, value)
);
CREATE TABLE IF NOT EXISTS gpkg_extensions (
    table_name TEXT, column_name TEXT, extension_name TEXT NOT NULL, definition TEXT NOT NULL,
    scope TEXT NOT NULL, CONSTRAINT ge_tce UNIQUE (table_name, column_name, extension_name)
);
INSERT INTO gpkg_extensions VALUES
    ('gpkg_data_columns', NULL, 'gpkg_schema',
     'http://www.geopackage.org/spec121/#extension_schema', 'read-write'),
    ('gpkg_data_column_constraints', NULL, 'gpkg_schema',
     'http://www.geopackage.org/spec121/#extension_schema', 'read-write');
"""


def write_geopackage(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write all tables as layers and tables of ``ergebnisse.gpkg``.

    Titles and descriptions of tables stand in ``gpkg_contents``, those of columns in
    ``gpkg_data_columns``, and both with source and basis in the table ``lies_mich``. The same
    results give the same bytes: the file's date is the reference date.

    Parameters
    ----------
    results : sequence of Result
        As `sokanalysis.export.results.result_tables` gives it.
    folder : Path
        Exists and holds no such file yet.

    Returns
    -------
    list of Path
        The file.
    """
    path = folder / FILE
    with _dated(results[0].reference_date):
        for result in results:
            _write_layer(result, path)
        _write_read_me(results, path)
    with closing(sqlite3.connect(path)) as database, database:
        database.executescript(_SCHEMA)
        database.executemany(
            "INSERT INTO gpkg_data_columns VALUES (?, ?, ?, ?, ?, NULL, NULL)", _columns(results)
        )
    return [path]


@contextmanager
def _dated(day: dt.date) -> Iterator[None]:
    """Let GDAL write a fixed time into the file instead of now."""
    import pyogrio

    before = pyogrio.get_gdal_config_option(_DATE)
    pyogrio.set_gdal_config_options({_DATE: f"{day:%Y-%m-%d}T00:00:00.000Z"})
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options({_DATE: before})


def _write_layer(result: Result, path: Path) -> None:
    table, options = arrow_table(result), {}
    if result.text.geometry:
        import pyarrow as pa

        shapes = [_multi(shape) for shape in metric(result.rows).geometry]
        table = table.append_column("geometry", pa.array(shapes, type=pa.binary()))
        options = {
            "geometry_name": "geometry", "geometry_type": _SHAPES[result.text.geometry],
            "crs": METRIC,
        }  # fmt: skip
    told = ". ".join((result.source, *result.basis))
    words = {
        "IDENTIFIER": result.text.title,
        "DESCRIPTION": f"{result.text.description} Quelle: {told}.",
    }
    _append(table, path, result.text.name, words, options)


def _multi(shape: Any) -> bytes | None:
    """Return a shape as bytes; a polygon as one of several, as its layer asks for."""
    from shapely import MultiPolygon, to_wkb

    if shape is None:
        return None
    return bytes(to_wkb(MultiPolygon([shape]) if shape.geom_type == "Polygon" else shape))


def _write_read_me(results: Sequence[Result], path: Path) -> None:
    import pyarrow as pa

    rows = [
        {
            "table_name": result.text.name, **table_metadata(result), "column_name": column.name,
            "column_title": column.title, "unit": column.unit, "column_description": column.note,
        }
        for result in results
        for column in result.fields
    ]  # fmt: skip
    words = {"IDENTIFIER": "Lies mich", "DESCRIPTION": f"Was die Spalten bedeuten. {SECRET_NOTE}"}
    _append(pa.Table.from_pandas(pd.DataFrame(rows, dtype="str")), path, READ_ME, words, {})


def _append(
    table: Any, path: Path, name: str, words: dict[str, str], options: dict[str, str]
) -> None:
    import pyogrio

    pyogrio.write_arrow(
        table, path, layer=name, driver="GPKG", append=path.exists(), layer_options=words, **options
    )


def _columns(results: Sequence[Result]) -> Iterator[tuple[str, str, str, str, str]]:
    """Return one row of ``gpkg_data_columns`` a column; the unit belongs to title and alias."""
    for result in results:
        for column in result.fields:
            title = f"{column.title} ({column.unit})" if column.unit else column.title
            yield result.text.name, column.name, column.name, title, column.note
