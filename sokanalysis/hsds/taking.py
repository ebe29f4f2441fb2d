"""From the tables of HSDS to ours: organizations, services, locations."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Final

from sokanalysis.codes import PROVIDER_KINDS
from sokanalysis.hsds.fields import (
    ALERT,
    CURRENCY,
    GENERATED,
    PLAIN,
    STATUS_IN,
    STATUS_OUT,
    address_of,
)
from sokanalysis.hsds.model import Row, Sheets
from sokanalysis.hsds.periods import Plan
from sokanalysis.hsds.report import ASSIGNED, ASSUMED, NOT_TAKEN, Finding
from sokanalysis.hsds.terms import FIELD_OF, Said

Record = dict[str, str]
# Units in which a capacity is one of people.
_PLACES: Final = frozenset({
    "platz", "plätze", "person", "personen", "teilnehmende", "teilnehmer", "teilnehmerin",
    "place", "places", "seat", "seats", "people", "participant", "participants",
})  # fmt: skip


@dataclass
class Taken:
    """What is taken from a package so far."""

    sheets: Sheets
    said: Said
    source: str
    findings: list[Finding] = field(default_factory=list)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    _groups: dict[tuple[str, str], dict[str, list[Row]]] = field(default_factory=dict)

    def of(self, table: str, link: str, identifier: str) -> list[Row]:
        """Return the rows of a table that belong to a row of another."""
        if (table, link) not in self._groups:
            groups: dict[str, list[Row]] = defaultdict(list)
            for row in self.sheets.get(table, []):
                groups[row.get(link, "")].append(row)
            self._groups[table, link] = groups
        return self._groups[table, link].get(identifier, [])

    def find(self, table: str, name: str, outcome: str, reason: str, key: str) -> None:
        """Tell of one row."""
        self.findings.append(Finding(table, name, outcome, reason, key))

    def begin(self, name: str, entity: str, row: Row, key: str) -> Record:
        """Return what every row has: plain fields, our own values, its key, where it comes from.

        A row of somebody else has its identifier as key, is `gemeldet` by them and comes from
        the file.
        """
        own = self.said.own(entity, row["id"])
        plain = {here: row.get(there, "") for here, there in PLAIN[name].items()}
        record = plain | {column: value for column, value in own.items() if value}
        self.keys[entity, row["id"]] = record[key] = own.get(key) or row["id"]
        self.supply(entity, record, "quality", "gemeldet", "Angabe eines Partners", key)
        if not record.get("source"):
            record["source"] = self.source
        return record

    def supply(
        self, entity: str, record: Record, name: str, value: str, reason: str, key: str
    ) -> None:
        """Set a value that is missing, and tell that it is assumed."""
        if not record.get(name):
            record[name] = value
            words = f"fehlt, als „{value}“ übernommen: {reason}"
            self.find(entity, name, ASSUMED, words, record.get(key, ""))


def take_providers(taken: Taken) -> list[Record]:
    """Return organizations as rows of ``providers``, text, in the order of the file."""
    return [_provider(taken, row) for row in taken.sheets.get("organization", [])]


def _provider(taken: Taken, row: Row) -> Record:
    record = taken.begin("providers", "organization", row, "provider_id")
    codes = taken.said.codes("organization", row["id"])["provider_kind"]
    if len(codes) == 1:
        record.setdefault("kind", codes[0])
    taken.supply(
        "organization", record, "kind", "sonstige", "Art des Trägers unbekannt", "provider_id"
    )
    is_generated = record.pop(GENERATED, "") == "ja"
    note = row.get("description", "")
    record["note"] = "" if is_generated and note == PROVIDER_KINDS.get(record["kind"]) else note
    seats = taken.of("location", "organization_id", row["id"])
    seats = [seat for seat in seats if _location_type(seat) == "postal"] or seats
    addresses = [
        found for seat in seats for found in taken.of("address", "location_id", seat["id"])
    ]
    record["address"], record["place"] = _address(taken, addresses, "organization", row["id"])
    return record


def _address(taken: Taken, addresses: list[Row], table: str, key: str) -> tuple[str, str]:
    """Return address and place; of several the first physical one, else the first."""
    if not addresses:
        return "", ""
    physical = [found for found in addresses if found.get("address_type") == "physical"]
    if len(physical or addresses) > 1:
        taken.find(table, "addresses", ASSUMED, "mehrere Anschriften, die erste übernommen", key)
    return address_of((physical or addresses)[0])


def take_offers(taken: Taken, plan: Plan) -> list[Record]:
    """Return services as rows of ``offers``, text, in the order of the file.

    After `take_providers`, whose keys they refer to. What a row lacks stays empty.
    """
    return [_offer(taken, row, plan) for row in taken.sheets.get("service", [])]


def _offer(taken: Taken, row: Row, plan: Plan) -> Record:
    own = taken.said.own("service", row["id"])
    record = taken.begin("offers", "service", row, "offer_id")
    pointer = row.get("organization_id", "")
    record["provider_id"] = taken.keys.get(("organization", pointer), pointer)
    record["status"] = _status(taken, row, own.get("status", ""))
    if not own:
        record["source"] = f"{row['url']} ({taken.source})" if row.get("url") else taken.source
        record["source_date"] = (row.get("assured_date") or row.get("last_modified", ""))[:10]
    _classify(taken, row, record)
    _count_in(taken, row, record)
    record |= plan.period_of(row["id"])
    if row.get("alert") not in (None, ALERT):
        taken.find("service", "alert", NOT_TAKEN, "unser Modell hat kein Feld dafür", row["id"])
    return record


def _status(taken: Taken, row: Row, own: str) -> str:
    stated = row.get("status", "").strip().lower()
    if own and STATUS_OUT.get(own) == stated:
        return own
    status = STATUS_IN.get(stated, "ungeklaert")
    change = f"statt „{own}“ " if own else ""
    reason = f"„{stated}“, {change}als „{status}“ übernommen"
    taken.find("service", "status", ASSUMED, reason, row["id"])
    return status


def _classify(taken: Taken, row: Row, record: Record) -> None:
    """Set kind, field and target groups from terms; without a kind there is no offer."""
    if not taken.of("attribute", "link_id", row["id"]):
        reason = "ohne Begriffe; steht nur eine kurze Liste da, dann mit „full=true“ abrufen"
        taken.find("service", "attributes", NOT_TAKEN, reason, row["id"])
    codes = taken.said.codes("service", row["id"])
    for name, words in (("kind", "Art"), ("field", "Handlungsfeld")):
        if len(codes[name]) > 1:
            reason = f"mehrere Begriffe für {words}: {', '.join(codes[name])}"
            taken.find("service", name, NOT_TAKEN, reason, row["id"])
        elif codes[name] and not record.get(name):
            record[name] = codes[name][0]
            taken.find("service", name, ASSIGNED, f"nach Begriffen als „{record[name]}“", row["id"])
    if not record.get("field") and record.get("kind") in FIELD_OF and not codes["field"]:
        record["field"] = FIELD_OF[record["kind"]]
        reason = f"nach der Art als „{record['field']}“"
        taken.find("service", "field", ASSIGNED, reason, row["id"])
    if codes["target_group"] and not record.get("target_groups"):
        record["target_groups"] = ";".join(codes["target_group"])
        reason = f"nach Begriffen als „{record['target_groups']}“"
        taken.find("service", "target_groups", ASSIGNED, reason, row["id"])
    reason = "keine Einschränkung genannt"
    taken.supply("service", record, "target_groups", "alle", reason, "offer_id")


def _count_in(taken: Taken, row: Row, record: Record) -> None:
    """Set what stands in tables of its own: languages, funding, cost, places, online."""
    languages = taken.of("language", "service_id", row["id"])
    record["languages"] = ", ".join(found.get("name", found.get("code", "")) for found in languages)
    funding = taken.of("funding", "service_id", row["id"])
    record["funding"] = "; ".join(found.get("source", "") for found in funding)
    record["cost_eur"] = _cost(taken, row["id"])
    if not record.get("place_count"):
        record["place_count"] = _places(taken, row["id"])
    visits = taken.of("service_at_location", "service_id", row["id"])
    if not record.get("is_online") and any(is_virtual(taken, visit) for visit in visits):
        record["is_online"] = "ja"


def is_virtual(taken: Taken, visit: Row) -> bool:
    """Tell whether a service at a location is one online."""
    places = taken.of("location", "id", visit.get("location_id", ""))
    return any(_location_type(place) == "virtual" for place in places)


def _location_type(location: Row) -> str:
    return location.get("location_type", "").strip().lower()


def _cost(taken: Taken, service: str) -> str:
    """Return the one amount that everybody pays, or nothing."""
    costs = taken.of("cost_option", "service_id", service)
    plain = [
        cost for cost in costs
        if cost.get("currency", "").strip().upper() == CURRENCY
        and not any(cost.get(name) for name in ("option", "amount_description", "valid_to"))
    ]  # fmt: skip
    if len(costs) == 1 and plain:
        return plain[0].get("amount", "")
    reason = "mehrere Preise, andere Währung oder Preis mit Bedingung"
    for cost in costs:
        taken.find("cost_option", "amount", NOT_TAKEN, reason, cost["id"])
    return ""


def _places(taken: Taken, service: str) -> str:
    """Return how many people can take part, where one capacity says it."""
    capacities = taken.of("service_capacity", "service_id", service)
    for capacity in capacities if len(capacities) == 1 else ():
        units = taken.of("unit", "id", capacity.get("unit_id", ""))
        if any(unit.get("name", "").strip().casefold() in _PLACES for unit in units):
            return capacity.get("maximum", "")
    for capacity in capacities:
        reason = "keine oder mehrere Angaben in Plätzen"
        taken.find("service_capacity", "maximum", NOT_TAKEN, reason, capacity["id"])
    return ""


def take_sites(taken: Taken) -> list[Record]:
    """Return physical locations as rows of ``sites``, text, in the order of the file.

    A postal one is the address of its organization, a virtual one makes its services online.
    """
    records = []
    for row in taken.sheets.get("location", []):
        kind = _location_type(row)
        seat_of = taken.keys.get(("organization", row.get("organization_id", "")))
        if kind in ("", "physical"):
            records.append(_site(taken, row))
        elif kind != "virtual" and not (kind == "postal" and seat_of):
            reason = f"kein Ort, an dem etwas stattfindet: „{kind[:20]}“"
            taken.find("location", "location_type", NOT_TAKEN, reason, row["id"])
    return records


def _site(taken: Taken, row: Row) -> Record:
    record = taken.begin("sites", "location", row, "site_id")
    addresses = taken.of("address", "location_id", row["id"])
    record["address"], record["place"] = _address(taken, addresses, "location", row["id"])
    if not record["name"] and record["address"]:
        taken.supply("location", record, "name", record["address"], "Ort ohne Namen", "site_id")
    reason = "Genauigkeit der Lage unbekannt, die gröbste angesetzt"
    taken.supply("location", record, "geocoding", "ort", reason, "site_id")
    if not record.get("ags") and not taken.said.own("location", row["id"]):
        reason = "HSDS kennt keinen Gemeindeschlüssel: nach der Lage eintragen"
        taken.find("location", "ags", NOT_TAKEN, reason, row["id"])
    return record
