"""A new district's folder: empty tables, a workbook to fill in, parameters, README."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Final

from sokanalysis.codes import LANDS
from sokanalysis.columns import Table
from sokanalysis.datapackage import Json, table_resource
from sokanalysis.district.template import write_template
from sokanalysis.errors import DataProblems, FolderNotEmpty, Problem
from sokanalysis.parameters import Parameter, default_parameters
from sokanalysis.read.entries import WORKBOOK
from sokanalysis.read.imprint import FILE as IMPRINT
from sokanalysis.read.records import csv_line
from sokanalysis.schema import DIALOGUE_TABLES, MEASURE_NUMBERS, OFFICIAL_TABLES, TABLES

# What the program keeps itself comes into being when it is needed.
_NOT_PREPARED: Final = (MEASURE_NUMBERS, *DIALOGUE_TABLES)
_PREPARED: Final = tuple(table for table in TABLES.values() if table not in _NOT_PREPARED)
ENTERED_TABLES: Final = tuple(t for t in _PREPARED if t not in OFFICIAL_TABLES)


def new_region(ags: str, folder: Path, day: dt.date) -> list[Path]:
    """Make the folder of a new district.

    Parameters
    ----------
    ags : str
        Official key of the district, five digits.
    folder : Path
        Is made; may exist when it is empty.
    day : date
        The day the data are looked through, ``reference_date`` of the region.

    Returns
    -------
    list of Path
        What was written, in the order in which to read it.

    Raises
    ------
    DataProblems
        When the key cannot be that of a district.
    FolderNotEmpty
        When something lies in the folder; nothing is written then.
    """
    _require_district(ags)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderNotEmpty(
            f"In „{folder}“ liegt schon etwas → einen neuen, leeren Ordner nennen."
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".sok-neu-") as made:
        _fill(Path(made), ags, day)
        names = sorted(path.name for path in Path(made).iterdir())
        folder.mkdir(exist_ok=True)
        for name in names:
            shutil.move(Path(made) / name, folder / name)
    first = ["README.md", WORKBOOK, "parameters.yaml", IMPRINT]
    return [folder / name for name in [*first, *(n for n in names if n not in first)]]


def _require_district(ags: str) -> None:
    if re.fullmatch(r"\d{5}", ags) and ags[:2] in LANDS:
        return
    remedy = "fünf Ziffern angeben, wie 16075; die ersten zwei nennen das Land (01 bis 16)"
    raise DataProblems([Problem("Kreisschlüssel", "ist keiner", remedy, value=ags[:40])])


def _fill(folder: Path, ags: str, day: dt.date) -> None:
    for table in _PREPARED:
        head = csv_line(tuple(column.title for column in table.columns), "\n")
        (folder / f"{table.name}.csv").write_text(head, encoding="utf-8")
    write_template(folder / WORKBOOK, ENTERED_TABLES, day)
    (folder / "parameters.yaml").write_text(_parameters(day), encoding="utf-8")
    imprint = f"kreis: Kreis {ags}\nherausgeber:\nvorlage:\ngremium:\nsitzung:  # JJJJ-MM-TT\n"
    (folder / IMPRINT).write_text(imprint, encoding="utf-8")
    package = json.dumps(_package(ags), ensure_ascii=False, indent=2) + "\n"
    (folder / "datapackage.json").write_text(package, encoding="utf-8")
    text = files("sokanalysis.district").joinpath("readme.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(text.replace("{ags}", ags), encoding="utf-8")


def _parameters(day: dt.date) -> str:
    """Return the region's parameters: its day set, all others as comments to be changed."""
    entries = default_parameters().entries.values()
    head = (
        "# Schwellen und Annahmen dieses Kreises. Eine Zeile ohne „#“ gilt statt der Vorgabe.\n"
        "# Dahinter: Vorgabe, Einheit, vertretbare Spanne, Qualität. Quellen: Handbuch, Anhang.\n"
    )
    own = f"reference_date: {day:%Y-%m-%d}  # Tag, an dem die Tabellen zuletzt durchgesehen wurden"
    lines = [_parameter_line(entry) for entry in entries if entry.name != "reference_date"]
    return "\n".join([head, own, *lines]) + "\n"


def _parameter_line(entry: Parameter) -> str:
    span = f", {entry.range[0]} bis {entry.range[1]}" if entry.range else ""
    value = json.dumps(entry.value) if isinstance(entry.value, str) else entry.value
    return f"# {entry.name}: {value}  # {entry.title} ({entry.unit}{span}; {entry.quality})"


def _package(ags: str) -> Json:
    return {
        "name": f"kreis-{ags}",
        "title": f"Integrationsangebote und ihre Erreichbarkeit im Kreis {ags}",
        "profile": "data-package",
        "resources": [_resource(table) for table in _PREPARED],
    }


def _resource(table: Table) -> Json:
    return table_resource(table, description="Qualität und Quelle stehen in jeder Zeile.")
