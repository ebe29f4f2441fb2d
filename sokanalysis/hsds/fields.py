"""Which column of ours stands in which field of HSDS, and which travels as an attribute."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any, Final

import pandas as pd

from sokanalysis.codes import CODE_LISTS
from sokanalysis.columns import Column, Table
from sokanalysis.hsds.model import Row, positional
from sokanalysis.read.cells import text_of
from sokanalysis.schema import OFFER_SITES, OFFERS, PROVIDERS, SESSIONS, SITES

EXCHANGED: Final = (PROVIDERS, OFFERS, SITES, OFFER_SITES, SESSIONS)
ENTITY: Final = {
    "providers": "organization", "offers": "service", "sites": "location",
    "offer_sites": "service_at_location", "sessions": "schedule",
}  # fmt: skip
TAXONOMY: Final = "sokanalysis"
# Attributes about the package itself: no note of ours, no row of offer_sites.
GENERATED: Final = "description_is_generated"
IMPLIED: Final = "is_known_from_session"

# Columns that are a field, word for word.
PLAIN: Final = {
    "providers": {"name": "name", "website": "website"},
    "offers": {
        "name": "name", "age_min_years": "minimum_age", "age_max_years": "maximum_age",
        "eligibility": "eligibility_description", "note": "description",
    },
    "sites": {"name": "name", "lat": "latitude", "lon": "longitude", "note": "description"},
    "offer_sites": {},
    "sessions": {"note": "notes"},
}  # fmt: skip
# Columns that are fields in another form or rows of other tables.
_SHAPED: Final = {
    "providers": ("note", "address", "place"),
    "offers": (
        "provider_id", "languages", "cost_eur", "funding",
        "valid_from_date", "valid_until_date", "assured_date",
    ),
    "sites": ("address", "place"),
    "offer_sites": ("offer_id", "site_id"),
    "sessions": ("offer_id", "site_id", "weekdays", "start_time", "end_time"),
}  # fmt: skip

# Our status is finer: the field says the coarse, the attribute the fine.
STATUS_OUT: Final = {
    "laufend": "active", "ungeklaert": "active", "einmalig": "inactive",
    "abgelaufen": "inactive", "historisch": "defunct", "geplant": "inactive",
}  # fmt: skip
# Whether it goes on nobody has proven, so even an active service is not "laufend (belegt)".
STATUS_IN: Final = {
    "active": "ungeklaert", "inactive": "abgelaufen", "defunct": "abgelaufen",
    "temporarily closed": "abgelaufen",
}  # fmt: skip
ALERT: Final = "Fortbestand nicht belegt"
CURRENCY: Final = "EUR"
COUNTRY: Final = "DE"

_ADDRESS: Final = re.compile(r"(?P<street>.+), (?P<code>\d{5}) (?P<city>.+)", re.DOTALL | re.ASCII)


def attribute_columns(table: Table) -> tuple[Column, ...]:
    """Return the columns that HSDS has no field for, in the order of the schema."""
    held = {*PLAIN[table.name], *_SHAPED[table.name]}
    return tuple(column for column in table.columns if column.name not in held)


def as_cell(value: Any, column: Column) -> str:
    """Return a typed value as the text that reading makes it from; missing is empty."""
    if column.kind == "number" and not pd.isna(value):
        return positional(float(value))  # reading knows no exponents
    return text_of(value, column)


def as_day(value: Any) -> dt.date | None:
    """Return a date without time of day; None for a missing one."""
    return None if pd.isna(value) else value.date()


def address_fields(address: str, place: str) -> Row:
    """Return the fields of an address; `address_of` gives both back letter for letter."""
    match = _ADDRESS.fullmatch(address)
    if match is None or match["city"] != place:
        return {"address_1": address, "city": place}
    return {"address_1": match["street"], "city": place, "postal_code": match["code"]}


def address_of(row: Row) -> tuple[str, str]:
    """Return our address and place from the fields of an address."""
    town = f"{row['postal_code']} {row.get('city', '')}".strip() if row.get("postal_code") else ""
    lines = (row.get("address_1", ""), row.get("address_2", ""), town)
    return ", ".join(line for line in lines if line), row.get("city", "")


def label(column: Column, code: str) -> str:
    """Return the German label of a code."""
    return CODE_LISTS[column.codes].get(code, code)
