"""The data package of the region: every table's fields from the schema, its origin by hand.

Run ``python data/datapackage.py`` to write ``datapackage.json`` (Frictionless Data Package).
"""

from __future__ import annotations

import json

import yaml
from bausteine import DATA, write

from sokanalysis.datapackage import Json, table_resource
from sokanalysis.schema import TABLES


def origins() -> Json:
    with (DATA / "quellen.yaml").open(encoding="utf-8") as file:
        return yaml.safe_load(file)


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
    resources = [
        table_resource(table, **provenance(origin, origin["tables"][table.name]))
        for table in TABLES.values()
    ]
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
