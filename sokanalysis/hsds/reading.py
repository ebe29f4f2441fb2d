"""HSDS from partners: packages, nested objects and saved pages as our tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sokanalysis.errors import DataProblems, Problem
from sokanalysis.hsds.model import LINKED, Row, Sheets, content_id
from sokanalysis.hsds.nesting import WITHOUT_ID, flat_sheets
from sokanalysis.hsds.packages import DESCRIPTOR, Bundle, open_bundle, package_sheets
from sokanalysis.hsds.periods import Plan
from sokanalysis.hsds.report import ASSUMED, NOT_TAKEN, Finding, HsdsReport, reported
from sokanalysis.hsds.taking import Taken, take_offers, take_providers, take_sites
from sokanalysis.hsds.terms import Said, checked_terms
from sokanalysis.hsds.typed import typed_tables
from sokanalysis.hsds.unused import unused
from sokanalysis.hsds.visits import take_sessions, take_visits
from sokanalysis.read.bounded import parse_json, read_bytes, refuse

if TYPE_CHECKING:
    import pandas as pd

_NO_TERMS: Final[Mapping[str, str]] = {}
_CONTENTS: Final = ("contents", "services")
_AGAIN: Final = "die Seiten noch einmal vollständig abrufen"


@dataclass(frozen=True)
class Exchanged:
    """What a partner sent, as far as our tables hold it.

    Attributes
    ----------
    tables : dict of str to DataFrame
        ``providers``, ``offers``, ``sites``, ``offer_sites`` and ``sessions`` with all columns
        of the schema, typed, in the order of the file. Without rows where nothing was taken.
    report : HsdsReport
        What was not taken and why, what was assumed.
    """

    tables: dict[str, pd.DataFrame]
    report: HsdsReport


def read_hsds(path: str | Path, terms: Mapping[str, str] = _NO_TERMS) -> Exchanged:
    """Read data of HSDS 3.

    Rows that we wrote come back as they were. Rows of others keep their identifier as key, are
    `gemeldet` and `ungeklaert`, and have no kind unless a term says it: without one a service is
    reported and not taken. A schedule becomes a session only where its dates are those of a week.

    Parameters
    ----------
    path : str or Path
        A folder or zip archive with ``datapackage.json`` and its tables, or with saved pages
        ``page_1.json``, ``page_2.json`` … of ``GET /services``; or one JSON file with services
        (a list, one service, or a page).
    terms : mapping of str to str
        What terms of other taxonomies stand for: identifier, code, name or address of the term to
        ``kind:…``, ``field:…``, ``target_group:…`` or ``provider_kind:…`` with a code of ours.
        Codes and labels of our lists need no entry.

    Returns
    -------
    Exchanged
        Tables and report.

    Raises
    ------
    DataProblems
        When it cannot be read as HSDS at all; all such problems together.
    UnknownKey
        When ``terms`` names a code that does not exist.
    """
    path = Path(path)
    if path.name == DESCRIPTOR:
        path = path.parent
    if path.is_file() and path.suffix.lower() == ".json":
        return read_pages([read_bytes(path)], path.name, terms)
    with open_bundle(path) as bundle:
        descriptor = bundle.descriptor()
        if descriptor:
            sheets, findings = package_sheets(bundle, descriptor)
            return _exchanged(sheets, findings, bundle.name, terms)
        return _read_bundle_pages(bundle, terms)


def _read_bundle_pages(bundle: Bundle, terms: Mapping[str, str]) -> Exchanged:
    places = bundle.pages()
    if not places:
        message = f"enthält weder {DESCRIPTOR} noch page_1.json"
        raise refuse(bundle.name, message, "den Ordner mit der Lieferung angeben")
    return read_pages([bundle.read(place) for place in places], bundle.name, terms)


def read_pages(
    pages: Sequence[bytes], source: str, terms: Mapping[str, str] = _NO_TERMS
) -> Exchanged:
    """Read pages of ``GET /services`` as `fetch_pages` gives them.

    Parameters
    ----------
    pages : sequence of bytes
        JSON, in the order of the pages.
    source : str
        Where they come from: the source of every row, and what messages call them.
    terms : mapping of str to str
        As in `read_hsds`.

    Raises
    ------
    DataProblems
        When a page is no JSON of services, is missing or comes twice.
    UnknownKey
        As in `read_hsds`.
    """
    values = [parse_json(page, f"{source}, Seite {n}") for n, page in enumerate(pages, start=1)]
    _require_all_pages(values, source)
    services: list[Any] = []
    for number, value in enumerate(values, start=1):
        services += _services(value, f"{source}, Seite {number}")
    sheets, findings = flat_sheets(services)
    return _exchanged(sheets, findings, source, terms)


def _require_all_pages(values: list[Any], source: str) -> None:
    pages = [value for value in values if isinstance(value, dict)]
    numbers = [page["page_number"] for page in pages if isinstance(page.get("page_number"), int)]
    problems = []
    if len(numbers) > len(set(numbers)):
        problems.append(Problem(source, "enthält eine Seite zweimal", _AGAIN))
    total = max((page["total_pages"] for page in pages
                 if isinstance(page.get("total_pages"), int)), default=0)  # fmt: skip
    if numbers and len(values) > 1 and total > len(set(numbers)):
        message = f"enthält {len(set(numbers))} von {total} Seiten"
        problems.append(Problem(source, message, _AGAIN))
    if problems:
        raise DataProblems(problems)


def _services(value: Any, name: str) -> list[Any]:
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        for key in _CONTENTS:
            if isinstance(value.get(key), list):
                return value[key]
        if "id" in value and "name" in value:
            return [value]
        if value.get("empty") is True:
            return []
    raise refuse(name, "enthält keine Angebote (services)", "die Seiten von GET /services laden")


def _exchanged(
    sheets: Sheets, findings: list[Finding], name: str, terms: Mapping[str, str]
) -> Exchanged:
    sheets = _merged(sheets, findings)
    said = Said(sheets, checked_terms(terms))
    taken = Taken(sheets, said, f"HSDS: {name}", findings)
    plan = Plan(sheets)
    records = {
        "providers": take_providers(taken),
        "offers": take_offers(taken, plan),
        "sites": take_sites(taken),
        "offer_sites": take_visits(taken),
        "sessions": take_sessions(taken, plan),
    }
    findings += [*said.rest(), *plan.findings, *unused(sheets)]
    tables = typed_tables(records, findings)
    return Exchanged(tables, reported(f"Eingang aus HSDS („{name}“)", findings))


def _merged(sheets: Sheets, findings: list[Finding]) -> Sheets:
    """Put rows with the same identifier together: the first says what it says, later ones add."""
    merged: Sheets = {}
    for table, rows in sheets.items():
        by_id: dict[tuple[str, ...], Row] = {}
        link = LINKED.get(table, ())[:1]
        for row in rows:
            if not row.get("id"):
                row["id"] = content_id(table, row)
                findings.append(Finding(table, "id", ASSUMED, WITHOUT_ID, row["id"]))
            known = by_id.setdefault((row["id"], *(row.get(name, "") for name in link)), row)
            for field, cell in row.items() if known is not row else ():
                if known.setdefault(field, cell) != cell:
                    reason = "widerspricht einer früheren Angabe desselben Eintrags"
                    findings.append(Finding(table, field, NOT_TAKEN, reason, row["id"]))
        merged[table] = list(by_id.values())
    return merged
