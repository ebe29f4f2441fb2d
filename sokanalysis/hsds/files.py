"""A district as files of HSDS.

Cells are written as they are, also those that a spreadsheet would take for a formula: the files
are for programs, and a sign put in front of a value would be part of the value for the next one.
Who opens them with a spreadsheet should import them as text.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sokanalysis.hsds.fields import EXCHANGED
from sokanalysis.hsds.model import ENTITIES, VERSION, Entity, Sheets
from sokanalysis.hsds.nesting import nested_services
from sokanalysis.hsds.packages import DESCRIPTOR
from sokanalysis.hsds.report import NOT_TAKEN, Finding, HsdsReport, reported
from sokanalysis.hsds.writing import hsds_sheets

if TYPE_CHECKING:
    import pandas as pd

    from sokanalysis.region import Region

NESTED: Final = "services.json"


def write_hsds(region: Region, folder: str | Path) -> HsdsReport:
    """Write what a district offers for systems that read HSDS.

    Parameters
    ----------
    region : Region
        Its providers, offers, sites, offer sites and sessions are written.
    folder : str or Path
        Made when it does not exist. ``datapackage.json`` with a CSV file a table (the tabular
        form, from which `read_hsds` makes the same tables again) and ``services.json`` (services
        with everything in them). The same district gives the same bytes. Cells that look like
        formulas are written as they are.

    Returns
    -------
    HsdsReport
        What stands in attributes only, what HSDS wants and we do not have.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    tables = {table.name: getattr(region, table.name) for table in EXCHANGED}
    tables["offers"], withheld = _protected(region)
    district = "-".join(sorted({ags[:5] for ags in region.municipalities["ags"]}))
    sheets, findings = hsds_sheets(tables, district)
    for name, rows in sheets.items():
        entity = ENTITIES[name]
        (folder / entity.file).write_bytes(_csv(entity, rows))
    _write_json(folder / DESCRIPTOR, _descriptor(tuple(sheets)))
    _write_json(folder / NESTED, nested_services(sheets))
    return reported("Ausgabe nach HSDS", [*findings, *_outside(sheets), *withheld])


def _protected(region: Region) -> tuple[pd.DataFrame, list[Finding]]:
    """Return the offers without waiting people so few that somebody could be recognised."""
    offers, limit = region.offers, int(region.parameters.withhold_below)
    is_small = offers["waiting_count"].between(1, limit - 1).fillna(False).astype(bool)
    why = f"weniger als {limit} Menschen: bleibt im Haus"
    keys = offers.loc[is_small, "offer_id"]
    told = [Finding("offers", "waiting_count", NOT_TAKEN, why, str(key)) for key in keys]
    return offers.assign(waiting_count=offers["waiting_count"].mask(is_small)), told


def _csv(entity: Entity, rows: list[dict[str, str]]) -> bytes:
    """Return a table by RFC 4180, as HSDS wants it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(entity.names)
    writer.writerows([row.get(name, "") for name in entity.names] for row in rows)
    return text.getvalue().encode("utf-8")


def _write_json(path: Path, value: Any) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
    path.write_bytes(f"{text}\n".encode())


def _outside(sheets: Sheets) -> Iterator[Finding]:
    """Find what the nested form has no place for."""
    users = {row["organization_id"] for row in sheets["service"]}
    used = {row["location_id"] for row in sheets["service_at_location"]}
    idle = [row for row in sheets["organization"] if row["id"] not in users]
    unused = [
        row for row in sheets["location"]
        if row["id"] not in used and row["location_type"] == "physical"
    ]  # fmt: skip
    for table, rows in (("providers", idle), ("sites", unused)):
        reason = f"ohne Angebot, steht nur in den Tabellen, nicht in {NESTED}"
        yield from (Finding(table, "", NOT_TAKEN, reason, row["name"]) for row in rows)


def _descriptor(names: tuple[str, ...]) -> dict[str, Any]:
    """Return the description of the package (Frictionless Tabular Data Package).

    It states types and keys, not what HSDS wants filled: what is lacking stands in the report.
    """
    return {
        "profile": "tabular-data-package",
        "name": "sokanalysis-hsds",
        "title": "Angebote der Integration nach HSDS",
        "version": VERSION,
        "homepage": "https://docs.openreferral.org",
        "resources": [_resource(ENTITIES[name], names) for name in names],
    }


def _resource(entity: Entity, names: tuple[str, ...]) -> dict[str, Any]:
    fields = [
        {"name": field.name, "type": field.kind}
        if field.kind in ("number", "date", "time", "datetime")
        else {"name": field.name, "type": "string"}
        | ({"format": field.kind} if field.kind != "string" else {})
        for field in entity.fields
    ]
    keys = [
        {"fields": name, "reference": {"resource": name.removesuffix("_id"), "fields": "id"}}
        for name in entity.names
        if name.endswith("_id") and name.removesuffix("_id") in names
    ]
    schema = {"fields": fields, "primaryKey": "id"} | ({"foreignKeys": keys} if keys else {})
    return {
        "name": entity.name, "path": entity.file, "profile": "tabular-data-resource",
        "format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "schema": schema,
    }  # fmt: skip
