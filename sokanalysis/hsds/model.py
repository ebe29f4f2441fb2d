"""The tables of HSDS 3 as data: files, fields, what nests in what; nothing of this library.

Source: schema/*.json of https://github.com/openreferral/specification, releases 3.0 and 3.1.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

Row = dict[str, str]
Sheets = dict[str, list[Row]]

VERSION: Final = "3.0"


@dataclass(frozen=True)
class Field:
    """One field: ``kind`` is string, uuid, uri, email, number, date, time or datetime."""

    name: str
    kind: str
    is_required: bool


@dataclass(frozen=True)
class Entity:
    """One table: its singular name in the standard, its file, its fields in their order."""

    name: str
    file: str
    fields: tuple[Field, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the fields."""
        return tuple(field.name for field in self.fields)


# field[:kind][!]; the mark says that the standard wants it in every row of the tabular form.
_SPECIFICATION: Final = {
    "organization": ("organizations.csv", """
        id! name! alternate_name description! email:email website:uri tax_status tax_id
        year_incorporated:number legal_status logo uri:uri parent_organization_id"""),
    "program": ("programs.csv", "id! organization_id! name! alternate_name description!"),
    "service": ("services.csv", """
        id! organization_id! program_id name! alternate_name description url:uri email:email
        status! interpretation_services application_process fees_description wait_time fees
        accreditations eligibility_description minimum_age:number maximum_age:number
        assured_date:date assurer_email:email licenses alert last_modified:datetime"""),
    "attribute": ("attributes.csv", """
        id! link_id! taxonomy_term_id! link_type link_entity! value label"""),
    "service_at_location": ("service_at_location.csv", """
        id! service_id! location_id! description"""),
    "location": ("locations.csv", """
        id! location_type! url:uri organization_id name alternate_name description transportation
        latitude:number longitude:number external_identifier external_identifier_type"""),
    "phone": ("phones.csv", """
        id! location_id service_id organization_id contact_id service_at_location_id number!
        extension:number type description"""),
    "contact": ("contacts.csv", """
        id! organization_id service_id service_at_location_id location_id name title department
        email:email"""),
    "address": ("addresses.csv", """
        id! location_id attention address_1! address_2 city! region state_province! postal_code!
        country! address_type!"""),
    "schedule": ("schedules.csv", """
        id! service_id location_id service_at_location_id valid_from:date valid_to:date
        dtstart:date timezone:number until:date count:number wkst freq interval:number byday
        byweekno bymonthday byyearday description opens_at:time closes_at:time schedule_link:uri
        attending_type notes"""),
    "funding": ("funding.csv", "id! organization_id service_id source"),
    "service_area": ("service_areas.csv", """
        id! service_id service_at_location_id name description extent extent_type uri"""),
    "required_document": ("required_documents.csv", "id! service_id document uri:uri"),
    "language": ("languages.csv", "id! service_id location_id phone_id name code note"),
    "accessibility": ("accessibility.csv", "id! location_id description details url:uri"),
    "taxonomy_term": ("taxonomy_terms.csv", """
        id! code name! description! parent_id taxonomy language taxonomy_id term_uri:uri"""),
    "metadata": ("metadata.csv", """
        id! resource_id! resource_type! last_action_date!:date last_action_type! field_name!
        previous_value! replacement_value! updated_by!"""),
    "meta_table_description": ("meta_table_descriptions.csv", "id! name language character_set"),
    "cost_option": ("cost_options.csv", """
        id! service_id! valid_from:date valid_to:date option currency amount:number
        amount_description"""),
    "organization_identifier": ("organization_identifiers.csv", """
        id! organization_id! identifier_scheme identifier_type! identifier!"""),
    "taxonomy": ("taxonomies.csv", "id! name! description! uri:uri version"),
    # Since 3.1.
    "service_capacity": ("service_capacity.csv", """
        id! service_id! unit_id! available!:number maximum:number description updated!:datetime"""),
    "unit": ("units.csv", "id! name! scheme identifier uri:uri"),
    "url": ("url.csv", "id! label url!:uri organization_id service_id"),
}  # fmt: skip


def _field(word: str, known: Mapping[str, object]) -> Field:
    name, _, kind = word.replace("!", "").partition(":")
    is_key = name in ("id", "link_id", "resource_id", "parent_id", "parent_organization_id")
    is_key |= name.endswith("_id") and name.removesuffix("_id") in known
    return Field(name, kind or ("uuid" if is_key else "string"), "!" in word)


ENTITIES: Final = {
    name: Entity(name, file, tuple(_field(word, _SPECIFICATION) for word in words.split()))
    for name, (file, words) in _SPECIFICATION.items()
}

# What stands in an object of the JSON form instead of in a table of its own.
MANY: Final[dict[str, dict[str, str]]] = {
    "organization": {
        "funding": "funding", "contacts": "contact", "phones": "phone", "locations": "location",
        "programs": "program", "organization_identifiers": "organization_identifier",
        "additional_websites": "url", "services": "service",
    },
    "service": {
        "phones": "phone", "schedules": "schedule", "service_areas": "service_area",
        "service_at_locations": "service_at_location", "languages": "language",
        "funding": "funding", "cost_options": "cost_option", "contacts": "contact",
        "required_documents": "required_document", "capacities": "service_capacity",
        "additional_urls": "url",
    },
    "service_at_location": {
        "contacts": "contact", "phones": "phone", "schedules": "schedule",
        "service_areas": "service_area",
    },
    "location": {
        "languages": "language", "addresses": "address", "contacts": "contact",
        "accessibility": "accessibility", "phones": "phone", "schedules": "schedule",
    },
    "contact": {"phones": "phone"},
    "phone": {"languages": "language"},
}  # fmt: skip
# Those to which an object points: key in JSON, table; the field in the tabular form follows.
ONE: Final[dict[str, dict[str, str]]] = {
    "service": {"organization": "organization", "program": "program"},
    "service_at_location": {"location": "location", "service": "service"},
    "attribute": {"taxonomy_term": "taxonomy_term"},
    "taxonomy_term": {"taxonomy_detail": "taxonomy"},
    "service_capacity": {"unit": "unit"},
}
# Rows of these belong to rows of any table, which the second field names.
LINKED: Final = {
    "attribute": ("link_id", "link_entity"),
    "metadata": ("resource_id", "resource_type"),
}


def children(table: str) -> dict[str, str]:
    """Return which lists an object may hold: key in JSON to table."""
    own = {} if table in ("metadata", "taxonomy", "taxonomy_term") else {"attributes": "attribute"}
    return MANY.get(table, {}) | (own if table != "attribute" else {}) | {"metadata": "metadata"}


def content_id(table: str, row: Mapping[str, str]) -> str:
    """Return an identifier for a row that has none: the same for the same content."""
    content = json.dumps([table, sorted(row.items())], ensure_ascii=False)
    return str(uuid.uuid5(uuid.NAMESPACE_OID, content))


# What JSON can escape and no file of text can hold.
_NO_TEXT: Final = re.compile("[\0\ud800-\udfff]")


def as_text(value: Any) -> str:
    """Return a JSON value as the cell it would be in a table; null is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return positional(value) if isinstance(value, float) else _NO_TEXT.sub("\ufffd", str(value))


def positional(number: float) -> str:
    """Return the shortest digits that give the number back, never with an exponent."""
    return str(np.format_float_positional(number, trim="-"))
