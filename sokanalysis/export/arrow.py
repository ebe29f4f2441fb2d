"""A result as a typed table of Arrow, the common ground of GeoPackage and Parquet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from sokanalysis.columns import Column
    from sokanalysis.export.describe import Result


def arrow_table(result: Result) -> pa.Table:
    """Return the columns of a result, without its geometry.

    Parameters
    ----------
    result : Result
        As `sokanalysis.export.results.result_tables` gives it.

    Returns
    -------
    pyarrow.Table
        Text, 64-bit integers and floats, booleans and days by the kinds of `Result.fields`;
        missing cells are null. Every column has `column_metadata`.
    """
    import pyarrow as pa

    arrays, fields = [], []
    for column in result.fields:
        kind = _type(column)
        arrays.append(pa.Array.from_pandas(result.rows[column.name], type=kind))
        fields.append(pa.field(column.name, kind, metadata=column_metadata(column)))
    return pa.Table.from_arrays(arrays, schema=pa.schema(fields))


def column_metadata(column: Column) -> dict[str, str]:
    """Return German title, unit and description of a column; without those that are empty."""
    words = {"title": column.title, "unit": column.unit, "description": column.note}
    return {name: word for name, word in words.items() if word}


def table_metadata(result: Result) -> dict[str, str]:
    """Return what a table says about itself, in German."""
    return {
        "title": result.text.title, "description": result.text.description,
        "source": result.source, "basis": "; ".join(result.basis),
        "reference_date": result.reference_date.isoformat(),
    }  # fmt: skip


def _type(column: Column) -> Any:
    import pyarrow as pa

    kinds = {
        "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    }  # fmt: skip
    return kinds.get(column.kind, pa.string())
