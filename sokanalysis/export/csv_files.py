"""The results as CSV for other programs, described by a data package (Frictionless).

UTF-8 without a byte order mark, commas, decimal points, lines as RFC 4180 ends them: that is what
programs read without being told. For Excel in German there is the workbook.
"""

from __future__ import annotations

import csv
import json
import re
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.export.arrow import column_metadata, table_metadata
from sokanalysis.export.describe import SECRET_NOTE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from sokanalysis.columns import Column
    from sokanalysis.export.describe import Result

    Json = dict[str, Any]

FOLDER: Final = "csv"
_TYPES: Final = {
    "integer": "integer", "number": "number", "boolean": "boolean", "date": "date",
}  # fmt: skip
_YES: Final = {"trueValues": ["ja"], "falseValues": ["nein"]}
# What a spreadsheet takes for a formula (OWASP, „CSV Injection“), full-width signs included; also
# behind a separator and on a new line, because a program that splits elsewhere begins a cell there.
_FORMULA: Final = re.compile(r"""(^|[;,|\t\r\n])(?=[\s"']*[=+\-@＝＋－＠\t\r])""")
_FORMULA_NOTE: Final = (
    "Ein Apostroph vor = + - @ am Anfang eines Texts, nach einem Trennzeichen oder auf einer neuen "
    "Zeile ist ein Schutz gegen Formeln und gehört nicht zum Text."
)


def write_csv(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write every table as ``csv/<name>.csv`` and describe them in ``csv/datapackage.json``.

    Areas have no geometry here; points have latitude and longitude. The same results give the
    same bytes.

    Parameters
    ----------
    results : sequence of Result
        As `sokanalysis.export.results.result_tables` gives it.
    folder : Path
        Exists; files of these names are replaced.

    Returns
    -------
    list of Path
        The tables in the order of the results, then the description.
    """
    target = folder / FOLDER
    target.mkdir(exist_ok=True)
    paths = []
    for result in results:
        paths.append(target / f"{result.text.name}.csv")
        with paths[-1].open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(column.name for column in result.fields)
            writer.writerows(_lines(result))
    package = target / "datapackage.json"
    text = json.dumps(_package(results), ensure_ascii=False, indent=2)
    package.write_text(f"{text}\n", encoding="utf-8")
    return [*paths, package]


def harmless(text: str) -> str:
    """Return text that no spreadsheet takes for a formula: with an apostrophe where it could."""
    return _FORMULA.sub(r"\1'", text)


def _lines(result: Result) -> Iterator[tuple[str, ...]]:
    columns = [[_cell(cell) for cell in result.cells(column.name)] for column in result.fields]
    return zip(*columns, strict=True)


def _cell(cell: Any) -> str:
    if pd.isna(cell):
        return ""
    if isinstance(cell, str):
        return harmless(cell)
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}"
    return ("nein", "ja")[cell] if isinstance(cell, bool) else repr(cell)


def _package(results: Sequence[Result]) -> Json:
    day = results[0].reference_date.isoformat()
    return {
        "name": "ergebnisse", "title": "Ergebnisse der Auswertung", "profile": "data-package",
        "description": f"{SECRET_NOTE} {_FORMULA_NOTE}", "version": day,
        "resources": [_resource(result) for result in results],
    }  # fmt: skip


def _resource(result: Result) -> Json:
    words = table_metadata(result)
    return {
        "name": result.text.name, "type": "table", "title": words["title"],
        "description": words["description"], "date": words["reference_date"],
        "basis": list(result.basis), "sources": [{"title": words["source"]}],
        "path": f"{result.text.name}.csv", "scheme": "file", "format": "csv",
        "mediatype": "text/csv", "encoding": "utf-8", "schema": _schema(result),
    }  # fmt: skip


def _schema(result: Result) -> Json:
    fields = [_field(column) for column in result.fields]
    schema: Json = {"fields": fields, "missingValues": [""]}
    return schema | ({"primaryKey": list(result.text.key)} if result.text.key else {})


def _field(column: Column) -> Json:
    kind = _TYPES.get(column.kind, "string")
    choices = _YES if column.kind == "boolean" else {}
    return {"name": column.name, "type": kind, **column_metadata(column), **choices}
