"""HSDS as nested objects, out and in: services with everything that belongs to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from sokanalysis.hsds.model import (
    ENTITIES,
    LINKED,
    MANY,
    ONE,
    Row,
    Sheets,
    as_text,
    children,
    content_id,
)
from sokanalysis.hsds.report import ASSUMED, NOT_TAKEN, Finding

UNKNOWN: Final = "kein Feld von HSDS"
WITHOUT_ID: Final = "Eintrag ohne Nummer, aus seinem Inhalt gebildet"
_MISSHAPEN: Final = "hat nicht die Form, die HSDS verlangt"
# Objects that point back to where one came from.
_UPWARD: Final = {("organization", "service"), ("service_at_location", "service")}
# Not in the standard, but part of a rule: a schedule that has them must not be read without.
EXTRA: Final = {"schedule": ("exdate", "rdate", "bymonth", "bysetpos", "byhour", "byminute",
    "bysecond", "byeaster", "rrule", "exrule", "duration")}  # fmt: skip


@cache
def known_fields(table: str) -> frozenset[str]:
    """Return the fields of a table that are read."""
    return frozenset(ENTITIES[table].names + EXTRA.get(table, ()))


def nested_services(sheets: Sheets) -> list[dict[str, Any]]:
    """Return services as the JSON form has them.

    Parameters
    ----------
    sheets : dict of str to list of dict
        Rows by table.

    Returns
    -------
    list of dict
        One a service in the order of the rows; empty fields are left out, and are empty text
        where HSDS requires them. Organizations and locations without a service do not appear:
        this form has no place for them.
    """
    index = _Index(sheets)
    return [_nested(index, "service", row) for row in sheets["service"]]


class _Index:
    """Rows by identifier and by what they belong to."""

    def __init__(self, sheets: Sheets) -> None:
        self.by_id = {name: {row["id"]: row for row in rows} for name, rows in sheets.items()}
        self._by_link: dict[tuple[str, str], dict[str, list[Row]]] = {}
        self._sheets = sheets

    def of(self, table: str, link: str, identifier: str) -> list[Row]:
        """Return the rows of a table whose field ``link`` is that identifier."""
        if (table, link) not in self._by_link:
            groups: dict[str, list[Row]] = defaultdict(list)
            for row in self._sheets.get(table, []):
                groups[row.get(link, "")].append(row)
            self._by_link[table, link] = groups
        return self._by_link[table, link].get(identifier, [])


def _link(parent: str, table: str) -> str:
    """Return the field of a table that names the row it belongs to."""
    return LINKED[table][0] if table in LINKED else f"{parent}_id"


def _pointer(key: str, table: str) -> str:
    return "taxonomy_id" if key == "taxonomy_detail" else f"{table}_id"


def _nested(index: _Index, table: str, row: Row) -> dict[str, Any]:
    pointers = {_pointer(key, to): (key, to) for key, to in ONE.get(table, {}).items()}
    result = _values(table, row, {*pointers, *_parents(table)})
    for pointer, (key, to) in pointers.items():
        target = index.by_id.get(to, {}).get(row.get(pointer, ""))
        if target and (table, to) not in _UPWARD:
            result[key] = _nested(index, to, target)
    for key, to in children(table).items():
        if (table, to) in _UPWARD:
            continue
        found = index.of(to, _link(table, to), row["id"])
        if found:
            result[key] = [_nested(index, to, child) for child in found]
    return result


def _parents(table: str) -> set[str]:
    """Return the fields that only the tabular form needs."""
    parents = {_link(parent, table) for parent, lists in MANY.items() if table in lists.values()}
    return parents | set(LINKED.get(table, ())[:1])


def _values(table: str, row: Row, left_out: set[str]) -> dict[str, Any]:
    fields = [field for field in ENTITIES[table].fields if field.name not in left_out]
    return {
        f.name: _value(f.kind, row.get(f.name, "")) for f in fields
        if row.get(f.name) or (f.is_required and f.kind != "number")
    }  # fmt: skip


def _value(kind: str, cell: str) -> Any:
    if kind != "number":
        return cell
    number = float(cell)
    return int(cell) if cell.isdecimal() else number


@dataclass
class _Flat:
    sheets: Sheets = field(default_factory=lambda: defaultdict(list))
    findings: list[Finding] = field(default_factory=list)

    def lost(self, table: str, name: str, reason: str, key: str) -> None:
        self.findings.append(Finding(table, as_text(name)[:80], NOT_TAKEN, reason, key))


def flat_sheets(services: Iterable[Any], table: str = "service") -> tuple[Sheets, list[Finding]]:
    """Return nested objects as rows of tables.

    Parameters
    ----------
    services : iterable
        Objects as `json` reads them.
    table : str
        What they are.

    Returns
    -------
    sheets : dict of str to list of dict
        Rows by table, all cells text; an object that stands in several places appears as often.
    findings : list of Finding
        What has no field in HSDS or not the form that HSDS wants.
    """
    flat = _Flat()
    for number, entity in enumerate(services, start=1):
        if isinstance(entity, Mapping):
            _take(flat, table, entity, {})
        else:
            flat.lost(table, "", _MISSHAPEN, f"Eintrag {number}")
    return dict(flat.sheets), flat.findings


def _take(flat: _Flat, table: str, entity: Mapping[str, Any], links: Row) -> str:
    """Add an object and everything in it; return its identifier."""
    row: Row = {}
    one, many = ONE.get(table, {}), children(table)
    label = as_text(entity.get("id"))
    for key, value in entity.items():
        if value in (None, "", []) or ((key in one or key in many) and value == {}):
            continue
        if key in known_fields(table) and not isinstance(value, Mapping | list):
            row[key] = as_text(value)
        elif key not in one and key not in many:
            reason = _MISSHAPEN if key in known_fields(table) else UNKNOWN
            flat.lost(table, key, reason, label)
    row |= links
    if not row.get("id"):
        row["id"] = content_id(table, row)
        flat.findings.append(Finding(table, "id", ASSUMED, WITHOUT_ID, row["id"]))
    flat.sheets[table].append(row)
    for key, to in one.items():
        _take_one(flat, table, row, key, to, entity.get(key))
    for key, to in many.items():
        _take_many(flat, table, row, key, to, entity.get(key))
    return row["id"]


def _take_one(flat: _Flat, table: str, row: Row, key: str, to: str, value: Any) -> None:
    if isinstance(value, Mapping):
        if value:
            row[_pointer(key, to)] = _take(flat, to, value, {})
    elif value not in (None, []):
        flat.lost(table, key, _MISSHAPEN, row["id"])


def _take_many(flat: _Flat, table: str, row: Row, key: str, to: str, value: Any) -> None:
    for child in value if isinstance(value, list) else []:
        if isinstance(child, Mapping):
            links = {_link(table, to): row["id"]}
            if to in LINKED:
                links[LINKED[to][1]] = table
            _take(flat, to, child, links)
        else:
            flat.lost(table, key, _MISSHAPEN, row["id"])
    if value not in (None, {}) and not isinstance(value, list):
        flat.lost(table, key, _MISSHAPEN, row["id"])
