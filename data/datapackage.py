"""The data package of the region: every table's fields from the schema, its origin by hand.

Run ``python data/datapackage.py`` to write ``datapackage.json`` (Frictionless Data Package).
"""

from __future__ import annotations

import json
from typing import Any

import yaml
from bausteine import DATA, write

from sokanalysis.columns import Column, Table
from sokanalysis.schema import TABLES

TYPES = {"text": "string", "code": "string", "codes": "string"}
FORMATS: dict[str, dict[str, Any]] = {
    "time": {"format": "%H:%M"},
    "boolean": {"trueValues": ["ja"], "falseValues": ["nein"]},
}

Json = dict[str, Any]


def origins() -> Json:
    with (DATA / "quellen.yaml").open(encoding="utf-8") as file:
        return yaml.safe_load(file)


def constraints(column: Column, is_key: bool) -> Json:
    """Return what a cell of the column has to satisfy."""
    codes = list(column.code_list)
    choice = "|".join(codes)
    several = f"({choice})(;({choice}))*" if codes else ""
    rules = {
        "required": column.required or None,
        "unique": is_key or None,
        "enum": codes if column.kind == "code" else None,
        "pattern": several if column.kind == "codes" else column.pattern,
        "minimum": whole(column.minimum),
        "maximum": whole(column.maximum),
    }
    return {name: rule for name, rule in rules.items() if rule not in (None, "")}


def whole(number: float | None) -> float | int | None:
    return int(number) if number is not None and number == int(number) else number


def code_note(column: Column) -> str:
    """Return the codes with their labels as one sentence."""
    pairs = "; ".join(f"{code} = {label}" for code, label in column.code_list.items())
    many = " (mehrere mit ; getrennt)" if column.kind == "codes" else ""
    return f"Codes{many}: {pairs}" if pairs else ""


def field(column: Column, is_key: bool) -> Json:
    """Return one field of a table schema."""
    entry: Json = {"name": column.name, "title": column.title}
    entry["type"] = TYPES.get(column.kind, column.kind)
    entry |= FORMATS.get(column.kind, {})
    description = ". ".join(part for part in (column.note, code_note(column)) if part)
    if description:
        entry["description"] = description
    if column.unit:
        entry["unit"] = column.unit
    rules = constraints(column, is_key)
    return entry | ({"constraints": rules} if rules else {})


def foreign_keys(table: Table) -> list[Json]:
    keys = []
    for column in table.columns:
        if column.references and column.kind != "codes":  # a list is no foreign key
            other, name = column.references.split(".")
            reference = {"resource": other, "fields": [name]}
            keys.append({"fields": [column.name], "reference": reference})
    return keys


def table_schema(table: Table) -> Json:
    single = table.key[0] if len(table.key) == 1 else None
    entry: Json = {"fields": [field(column, column.name == single) for column in table.columns]}
    entry |= {"missingValues": [""], "primaryKey": list(table.key)}
    keys = foreign_keys(table)
    return entry | ({"foreignKeys": keys} if keys else {})


def provenance(origin: Json, notes: Json) -> Json:
    """Return description, date, quality, sources and licence of a resource."""
    name = notes["license"]
    return {
        "description": notes["description"],
        "date": notes["date"],
        "quality": notes["quality"],
        "sources": [origin["sources"][key] for key in notes["sources"]],
        "licenses": [{"name": name, **origin["licenses"][name]}],
    }


def table_resource(origin: Json, table: Table) -> Json:
    return {
        "name": table.name,
        "type": "table",
        "title": table.title,
        **provenance(origin, origin["tables"][table.name]),
        "path": f"{table.name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table_schema(table),
    }


def boundary_resource(origin: Json) -> Json:
    notes = origin["boundaries"]
    return {
        "name": "boundaries",
        "title": notes["title"],
        **provenance(origin, notes),
        "path": "boundaries.geojson",
        "scheme": "file",
        "format": "geojson",
        "mediatype": "application/geo+json",
        "encoding": "utf-8",
    }


def feed(origin: Json, notes: Json) -> Json:
    texts = {key: notes[key] for key in ("name", "path", "title", "description", "quality")}
    sources = [origin["sources"][key] for key in notes["sources"]]
    name = notes["license"]
    return texts | {"sources": sources, "licenses": [{"name": name, **origin["licenses"][name]}]}


def build() -> str:
    origin = origins()
    resources = [table_resource(origin, table) for table in TABLES.values()]
    package = {
        **origin["package"],
        "profile": "data-package",
        "licenses": [{"name": name, **entry} for name, entry in origin["licenses"].items()],
        "contributors": origin["contributors"],
        "resources": [*resources, boundary_resource(origin)],
        "feeds": [feed(origin, notes) for notes in origin["feeds"]],
    }
    return json.dumps(package, ensure_ascii=False, indent=2) + "\n"


BUILDERS = {"datapackage.json": build}

if __name__ == "__main__":
    write(BUILDERS)
