"""Tables of the schema as Frictionless Data describes them (Table Schema, Data Package)."""

from __future__ import annotations

from typing import Any, Final

from sokanalysis.columns import Column, Table

Json = dict[str, Any]

TYPES: Final = {"text": "string", "code": "string", "codes": "string"}
FORMATS: Final[dict[str, Json]] = {
    "time": {"format": "%H:%M"},
    "boolean": {"trueValues": ["ja"], "falseValues": ["nein"]},
}


def _constraints(column: Column, *, is_key: bool) -> Json:
    """Return what a cell of the column has to satisfy."""
    codes = list(column.code_list)
    choice = "|".join(codes)
    several = f"({choice})(;({choice}))*" if codes else ""
    rules = {
        "required": column.required or None,
        "unique": is_key or None,
        "enum": codes if column.kind == "code" else None,
        "pattern": several if column.kind == "codes" else column.pattern,
        "minimum": _whole(column.minimum),
        "maximum": _whole(column.maximum),
    }
    return {name: rule for name, rule in rules.items() if rule not in (None, "")}


def _whole(number: float | None) -> float | int | None:
    return int(number) if number is not None and number == int(number) else number


def _code_note(column: Column) -> str:
    """Return the codes with their labels as one sentence."""
    pairs = "; ".join(f"{code} = {label}" for code, label in column.code_list.items())
    many = " (mehrere mit ; getrennt)" if column.kind == "codes" else ""
    return f"Codes{many}: {pairs}" if pairs else ""


def _field(column: Column, *, is_key: bool) -> Json:
    """Return one field of a table schema."""
    entry: Json = {"name": column.name, "title": column.title}
    entry["type"] = TYPES.get(column.kind, column.kind)
    entry |= FORMATS.get(column.kind, {})
    description = ". ".join(part for part in (column.note, _code_note(column)) if part)
    if description:
        entry["description"] = description
    if column.unit:
        entry["unit"] = column.unit
    rules = _constraints(column, is_key=is_key)
    return entry | ({"constraints": rules} if rules else {})


def _foreign_keys(table: Table) -> list[Json]:
    keys = []
    for column in table.columns:
        if column.references and column.kind != "codes":  # a list is no foreign key
            other, name = column.references.split(".")
            reference = {"resource": other, "fields": [name]}
            keys.append({"fields": [column.name], "reference": reference})
    return keys


def table_schema(table: Table) -> Json:
    """Return fields, keys and references of a table as a Table Schema."""
    single = table.key[0] if len(table.key) == 1 else None
    fields = [_field(column, is_key=column.name == single) for column in table.columns]
    entry: Json = {"fields": fields, "missingValues": [""], "primaryKey": list(table.key)}
    keys = _foreign_keys(table)
    return entry | ({"foreignKeys": keys} if keys else {})


def table_resource(table: Table, **others: Any) -> Json:
    """Return the resource of a table's CSV file; ``others`` say where it comes from."""
    return {
        "name": table.name,
        "type": "table",
        "title": table.title,
        **others,
        "path": f"{table.name}.csv",
        "scheme": "file",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": table_schema(table),
    }
