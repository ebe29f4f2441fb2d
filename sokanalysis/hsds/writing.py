"""From our tables to those of HSDS."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd

from sokanalysis.codes import LANDS
from sokanalysis.columns import Table
from sokanalysis.hsds.fields import (
    ALERT,
    COUNTRY,
    CURRENCY,
    ENTITY,
    EXCHANGED,
    GENERATED,
    IMPLIED,
    PLAIN,
    STATUS_OUT,
    TAXONOMY,
    address_fields,
    as_cell,
    as_day,
    attribute_columns,
    label,
)
from sokanalysis.hsds.model import Sheets
from sokanalysis.hsds.report import AS_ATTRIBUTE, ASSUMED, LACKING, Finding
from sokanalysis.hsds.schedules import Weekly, period_fields, schedule_fields
from sokanalysis.schema import OFFER_SITES, OFFERS, PROVIDERS, SESSIONS, SITES

WRITTEN: Final = (
    "organization", "service", "location", "service_at_location", "schedule", "address",
    "language", "funding", "cost_option", "attribute", "taxonomy_term", "taxonomy",
)  # fmt: skip
# Never changes: every identifier that a partner has stored hangs on it.
_NAMESPACE: Final = uuid.UUID("b3543a23-81a9-542d-b029-ada795cc459c")

_REASONS: Final = {
    "place_count": "HSDS kennt Plätze erst ab 3.1 und nur zusammen mit freien Plätzen",
    "runs_in_holidays": "Schulferien lassen sich in einer Regel nach RFC 5545 nicht sagen",
    "is_wheelchair_accessible": "HSDS beschreibt Barrierefreiheit am Ort, nicht am Angebot",
    "status": "HSDS unterscheidet nur aktiv, inaktiv, eingestellt, vorübergehend geschlossen",
    "source_date": "Stand der Quelle, nicht Tag der letzten Prüfung (assured_date)",
}
_NO_FIELD: Final = "HSDS hat kein Feld dafür"

Record = dict[str, Any]
Period = tuple[dt.date | None, dt.date | None, dt.date | None]


@dataclass
class _Package:
    """The tables of HSDS as they fill, and what is found on the way."""

    district: str
    land: str
    sheets: Sheets = field(default_factory=lambda: {name: [] for name in WRITTEN})
    findings: list[Finding] = field(default_factory=list)
    terms: dict[str, str] = field(default_factory=dict)

    def key(self, *parts: str) -> str:
        """Return the identifier of a row: the same for the same district and key, always."""
        return str(uuid.uuid5(_NAMESPACE, "/".join((self.district, *parts))))

    def add(self, table: str, *parts: str, **cells: str) -> str:
        """Add a row and return its identifier, by default that of its table and parts."""
        identifier = self.key(table, *parts)
        self.sheets[table].append({"id": identifier} | cells)
        return identifier

    def term(self, code: str, words: str) -> str:
        """Return the identifier of a term of our taxonomy, which is added when it is new.

        It is the same for every district: terms mean the same everywhere.
        """
        taxonomy = str(uuid.uuid5(_NAMESPACE, TAXONOMY))
        if not self.sheets["taxonomy"]:
            about = "Angaben von sokanalysis, für die HSDS kein Feld hat"
            self.sheets["taxonomy"] = [{"id": taxonomy, "name": TAXONOMY, "description": about}]
        if code not in self.terms:
            self.terms[code] = str(uuid.uuid5(_NAMESPACE, f"{TAXONOMY}/{code}"))
            self.sheets["taxonomy_term"].append({
                "id": self.terms[code], "code": code, "name": words, "description": words,
                "taxonomy": TAXONOMY, "language": "de", "taxonomy_id": taxonomy,
            })  # fmt: skip
        return self.terms[code]


def hsds_sheets(
    tables: Mapping[str, pd.DataFrame], district: str = ""
) -> tuple[Sheets, list[Finding]]:
    """Return our tables as those of HSDS.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``providers``, ``offers``, ``sites``, ``offer_sites`` and ``sessions``, typed.
    district : str
        Key of the district, five digits; part of every identifier, so that packages of two
        districts can be put together, and its Land stands in every address.

    Returns
    -------
    sheets : dict of str to list of dict
        Rows of the tables `WRITTEN`, in the order of ours. Empty tables stay empty.
    findings : list of Finding
        What HSDS has no field for and what it wants and we do not have.
    """
    package = _Package(district, LANDS.get(district[:2], ""))
    records = {table.name: _records(tables[table.name], table) for table in EXCHANGED}
    for provider in records["providers"]:
        _add_provider(package, provider)
    periods = {row["offer_id"]: _period(row) for row in tables["offers"].to_dict("records")}
    timed = {session["offer_id"] for session in records["sessions"]}
    for offer in records["offers"]:
        period = (None, None, None) if offer["offer_id"] in timed else periods[offer["offer_id"]]
        _add_offer(package, offer, period)
    for site in records["sites"]:
        _add_site(package, site)
    for visit in records["offer_sites"]:
        _add_visit(package, visit["offer_id"], visit["site_id"])
        _add_attributes(package, OFFER_SITES, visit, _visit_key(visit))
    _add_sessions(package, records, periods)
    return package.sheets, package.findings


def _records(rows: pd.DataFrame, table: Table) -> list[Record]:
    """Return rows as text, in the form in which `sokanalysis.read.convert` reads them."""
    columns = {c.name: [as_cell(value, c) for value in rows[c.name]] for c in table.columns}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _period(offer: Mapping[Any, Any]) -> Period:
    names = ("valid_from_date", "valid_until_date", "assured_date")
    first, last, known_until = (as_day(offer[name]) for name in names)
    return first, last, known_until


def _plain(table: Table, record: Record) -> dict[str, str]:
    return {there: record[here] for here, there in PLAIN[table.name].items()}


def _add_provider(package: _Package, provider: Record) -> None:
    key = provider["provider_id"]
    kind = label(PROVIDERS.column("kind"), provider["kind"])
    own = package.add(
        "organization", key, **_plain(PROVIDERS, provider), description=provider["note"] or kind
    )
    _add_attributes(package, PROVIDERS, provider, key)
    if not provider["note"]:
        term = package.term(GENERATED, "Beschreibung aus der Art gebildet")
        _attribute(package, PROVIDERS, key, GENERATED, term, value="ja")
        reason = "HSDS verlangt eine Beschreibung, wir haben keine: die Art steht da"
        package.findings.append(Finding("providers", "note", ASSUMED, reason, key))
    if provider["address"] or provider["place"]:
        seat = package.add(
            "location", "provider", key, location_type="postal", organization_id=own,
            name=provider["name"],
        )  # fmt: skip
        _add_address(package, PROVIDERS, provider, key, seat, "postal")


def _add_address(
    package: _Package, table: Table, record: Record, key: str, location: str, kind: str
) -> None:
    fields = address_fields(record["address"], record["place"])
    # Outside of the district the Land is not known.
    land = package.land if record.get("ags", "").startswith(package.district or "-") else ""
    own = {"state_province": land, "country": COUNTRY, "address_type": kind}
    package.add("address", table.name, key, location_id=location, **fields, **own)
    for name in ("address_1", "city", "postal_code", "state_province"):
        if not (fields | own).get(name):
            reason = f"HSDS verlangt {name}, wir wissen es nicht"
            package.findings.append(Finding(table.name, "address", LACKING, reason, key))


def _add_offer(package: _Package, offer: Record, period: Period) -> None:
    """Add an offer; its period is given where no session carries it."""
    key = offer["offer_id"]
    own = package.add(
        "service", key, organization_id=package.key("organization", offer["provider_id"]),
        status=STATUS_OUT[offer["status"]], **_plain(OFFERS, offer),
        alert=ALERT if offer["status"] == "ungeklaert" else "",
    )  # fmt: skip
    _add_attributes(package, OFFERS, offer, key)
    for number, language in enumerate(offer["languages"].split(", ") if offer["languages"] else []):
        package.add("language", key, str(number), service_id=own, name=language)
    if offer["funding"]:
        package.add("funding", key, service_id=own, source=offer["funding"])
    if offer["cost_eur"]:
        cost = {"service_id": own, "currency": CURRENCY, "amount": offer["cost_eur"]}
        package.add("cost_option", key, **cost)
    if any(period):
        package.add("schedule", "offer", key, service_id=own, **period_fields(*period))


def _add_site(package: _Package, site: Record) -> None:
    key = site["site_id"]
    own = package.add("location", key, location_type="physical", **_plain(SITES, site))
    _add_attributes(package, SITES, site, key)
    _add_address(package, SITES, site, key, own, "physical")


def _visit_key(record: Record) -> str:
    return f"{record['offer_id']}/{record['site_id']}"


def _add_visit(package: _Package, offer_id: str, site_id: str) -> str:
    return package.add(
        "service_at_location", f"{offer_id}/{site_id}", service_id=package.key("service", offer_id),
        location_id=package.key("location", site_id),
    )  # fmt: skip


def _add_sessions(
    package: _Package, records: Mapping[str, list[Record]], periods: Mapping[str, Period]
) -> None:
    known = {_visit_key(visit) for visit in records["offer_sites"]}
    for session in records["sessions"]:
        visit = _visit_key(session)
        if visit not in known:
            _add_visit(package, session["offer_id"], session["site_id"])
            term = package.term(IMPLIED, "nur aus einem Termin bekannt")
            _attribute(package, OFFER_SITES, visit, IMPLIED, term, value="ja")
            known.add(visit)
        weekdays = tuple(session["weekdays"].split(";"))
        weekly = Weekly(
            weekdays, session["start_time"], session["end_time"], *periods[session["offer_id"]]
        )
        fields = schedule_fields(weekly) | _plain(SESSIONS, session)
        where = {"service_at_location_id": package.key("service_at_location", visit)}
        key = session["session_id"]
        package.add("schedule", key, **where, **fields, description=_words(session))
        _add_attributes(package, SESSIONS, session, key)
        reason = "Ortszeit ohne Abstand zu UTC, der zweimal im Jahr wechselt"
        package.findings.append(Finding("sessions", "start_time", ASSUMED, reason, key))


def _words(session: Record) -> str:
    holidays = "" if session["runs_in_holidays"] == "ja" else ", nicht in den Schulferien"
    days = session["weekdays"].replace(";", ", ")
    return f"{days} {session['start_time']}–{session['end_time']} Uhr{holidays}"


def _add_attributes(package: _Package, table: Table, record: Record, key: str) -> None:
    for column in attribute_columns(table):
        cell = record[column.name]
        if not cell:
            continue
        for number, code in enumerate(cell.split(";") if column.codes else []):
            term = package.term(f"{column.codes}:{code}", label(column, code))
            _attribute(package, table, key, column.name, term, str(number))
        if not column.codes:
            term = package.term(column.name, column.title)
            _attribute(package, table, key, column.name, term, value=cell)
        if column.name not in table.key:
            reason = _REASONS.get(column.name, _NO_FIELD)
            package.findings.append(Finding(table.name, column.name, AS_ATTRIBUTE, reason, key))


def _attribute(
    package: _Package, table: Table, key: str, name: str, term: str, number: str = "",
    value: str = "",
) -> None:  # fmt: skip
    """Say something of a row with a term of our taxonomy."""
    entity = ENTITY[table.name]
    package.add(
        "attribute", entity, key, name, number, link_id=package.key(entity, key),
        taxonomy_term_id=term, link_type=name, link_entity=entity, value=value,
    )  # fmt: skip
