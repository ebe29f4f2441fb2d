"""The results as (Geo)Parquet: one file a table, for programs that calculate."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from sokanalysis.export.arrow import arrow_table, table_metadata

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import geopandas as gpd
    import pyarrow as pa

    from sokanalysis.export.describe import Result


def write_parquet(results: Iterable[Result], folder: Path) -> list[Path]:
    """Write every table as ``parquet/<name>.parquet``.

    Layers are GeoParquet in EPSG:4326, which the format assumes. Columns carry ``title``,
    ``unit`` and ``description``, the file ``title``, ``source``, ``basis`` and more as metadata.
    The same results give the same bytes.

    Parameters
    ----------
    results : iterable of Result
        As `sokanalysis.export.results.result_tables` gives it.
    folder : Path
        Exists; files of these names are replaced.

    Returns
    -------
    list of Path
        What was written, in the order of the results.
    """
    import pyarrow.parquet as pq

    target = folder / "parquet"
    target.mkdir(exist_ok=True)
    paths = []
    for result in results:
        paths.append(target / f"{result.text.name}.parquet")
        pq.write_table(_table(result), paths[-1])
    return paths


def _table(result: Result) -> pa.Table:
    table: Any = arrow_table(result)
    metadata: dict[bytes, bytes] = {
        key.encode(): word.encode() for key, word in table_metadata(result).items()
    }
    if result.text.geometry:
        shapes, description = _shapes(result.rows)
        table = table.append_column("geometry", shapes)
        metadata[b"geo"] = description
    return table.replace_schema_metadata(metadata)


def _shapes(rows: gpd.GeoDataFrame) -> tuple[Any, bytes]:
    """Return the geometries and what GeoParquet says of them, as geopandas writes both."""
    import pyarrow.parquet as pq

    written = BytesIO()
    rows[["geometry"]].to_parquet(written, index=False)
    table = pq.read_table(written)
    return table.column("geometry"), table.schema.metadata[b"geo"]
