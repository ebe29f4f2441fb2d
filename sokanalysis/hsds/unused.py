"""What HSDS holds and our tables do not: told, never dropped in silence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sokanalysis.hsds.model import Sheets
from sokanalysis.hsds.report import NOT_TAKEN, Finding
from sokanalysis.hsds.rules import RULE_FIELDS

NO_FIELD: Final = "unser Modell hat kein Feld dafür"
# Names, telephone numbers and addresses of private persons have no place in the data.
_PERSONAL: Final = ("contact", "phone")
_PRIVATE: Final = "Ansprechpersonen und Rufnummern werden nicht übernommen"

_READ: Final = {
    "organization": {"id", "name", "description", "website"},
    "service": {
        "id", "organization_id", "name", "description", "url", "status", "minimum_age",
        "maximum_age", "eligibility_description", "assured_date", "last_modified", "alert",
    },
    "service_at_location": {"id", "service_id", "location_id"},
    "location": {
        "id", "location_type", "organization_id", "name", "description", "latitude", "longitude",
    },
    # The Land and the state follow from the position.
    "address": {
        "id", "location_id", "address_1", "address_2", "city", "postal_code", "region",
        "state_province", "country", "address_type",
    },
    "schedule": {
        "id", "service_id", "location_id", "service_at_location_id", "valid_from", "valid_to",
        "dtstart", "until", "timezone", "wkst", "interval", "opens_at", "closes_at",
        "description", "notes", *RULE_FIELDS,
    },
    "funding": {"id", "organization_id", "service_id", "source"},
    "language": {"id", "service_id", "location_id", "phone_id", "name", "code"},
    # Conditions of a price are told where the price is left out because of them.
    "cost_option": {
        "id", "service_id", "currency", "amount", "option", "amount_description", "valid_to",
    },
    "service_capacity": {"id", "service_id", "unit_id", "maximum", "updated"},
}  # fmt: skip
_ORPHANED: Final = {"service": "gehört zu keinem Angebot", "location": "gehört zu keinem Ort"}
_WHOLE: Final = ("attribute", "taxonomy", "taxonomy_term", "unit")
# Rows that say something only of a row of another table.
_OWNERS: Final = {
    "funding": "service", "language": "service", "cost_option": "service",
    "service_capacity": "service", "address": "location",
}  # fmt: skip


def unused(sheets: Sheets) -> Iterator[Finding]:
    """Yield a finding for each cell, and each row of a table, that has no place in our tables.

    Parameters
    ----------
    sheets : dict of str to list of dict
        Rows by table of HSDS.
    """
    known = {name: {row["id"] for row in rows} for name, rows in sheets.items()}
    for table, rows in sheets.items():
        if table in _WHOLE:
            continue
        owner = _OWNERS.get(table, "")
        for row in rows:
            key = row["id"]
            if table not in _READ:
                reason = _PRIVATE if table in _PERSONAL else NO_FIELD
                yield Finding(table, "", NOT_TAKEN, reason, "" if table in _PERSONAL else key)
            elif owner and row.get(f"{owner}_id") not in known.get(owner, ()):
                yield Finding(table, "", NOT_TAKEN, _ORPHANED[owner], key)
            else:
                fields = (name for name in row if name not in _READ[table])
                yield from (Finding(table, name, NOT_TAKEN, NO_FIELD, key) for name in fields)
