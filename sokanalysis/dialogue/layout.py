"""What a feedback sheet holds: whose rows, which columns, and what was sent, to judge by later."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.codes import CURRENT_STATUSES
from sokanalysis.columns import Column, Table
from sokanalysis.inventory import ASKED
from sokanalysis.read.cells import plain, text_of
from sokanalysis.schema import OFFERS, SESSIONS, TABLES

if TYPE_CHECKING:
    from sokanalysis.region import Region

Key = tuple[str, ...]
Texts = dict[str, str]
Rows = dict[str, dict[Key, Texts]]

FORMAT: Final = "1"
FIRST_SHEET: Final = "Anleitung"
DATE_LABEL: Final = "Ausgefüllt am"
WORDS_LABEL: Final = "Was Sie uns noch sagen möchten"
HIDDEN_SHEET: Final = "_Bogen"
LIST_SHEET: Final = "_Listen"
ANSWER: Final = "_rueckmeldung"
REMARK: Final = "_anmerkung"
EXTRA_TITLES: Final = {ANSWER: "Rückmeldung", REMARK: "Ihre Anmerkung"}
MARKS: Final = ("stimmt", "geändert", "entfällt")
NEW: Final = "neu"
UNKNOWN: Final = "?"

# Rows for what is new; the rows of a provider itself are never new.
BLANK_COUNTS: Final = {"providers": 0, "offers": 5, "sites": 3, "offer_sites": 5, "sessions": 10}
# Filled by the house, shown because everybody may see where a statement comes from.
PROTECTED: Final = frozenset({"quality", "source", "source_date", "assured_date", "ags"})
LEFT_OUT: Final = {"offers": frozenset({"provider_id"})}


def sheet_columns(table: Table) -> list[str]:
    """Return the columns of a sheet from left to right, mark and remark included."""
    names = [column.name for column in table.columns]
    shown = [name for name in names if name not in LEFT_OUT.get(table.name, ())]
    last = [name for name in shown if name in PROTECTED]
    return [ANSWER, *(name for name in shown if name not in last), REMARK, *last]


def heading(table: Table, name: str) -> str:
    """Return the German heading of a column, with its unit and a star where it is required."""
    if name in EXTRA_TITLES:
        return EXTRA_TITLES[name]
    column = table.column(name)
    unit = f" ({column.unit})" if column.unit not in ("", column.title) else ""
    is_given = name in PROTECTED or (name,) == table.key
    star = " *" if column.required and not is_given else ""
    return f"{column.title}{unit}{star}"


def is_editable(table: Table, name: str) -> bool:
    """Tell whether a provider may change the column in a row that exists."""
    return name not in PROTECTED and name not in table.key


def own_rows(region: Region, provider_id: str) -> dict[str, pd.DataFrame]:
    """Return what belongs to a provider: itself, its offers, their sites, links and sessions.

    Returns
    -------
    dict of str to DataFrame
        Typed rows by table, in the order of `BLANK_COUNTS`; without rows where there are none.
    """
    offers = region.offers[region.offers["provider_id"] == provider_id]
    links = region.offer_sites[region.offer_sites["offer_id"].isin(offers["offer_id"])]
    sessions = region.sessions[region.sessions["offer_id"].isin(offers["offer_id"])]
    used = pd.concat([links["site_id"], sessions["site_id"]])
    return {
        "providers": region.providers[region.providers["provider_id"] == provider_id],
        "offers": offers,
        "sites": region.sites[region.sites["site_id"].isin(used)],
        "offer_sites": links,
        "sessions": sessions,
    }


def texts(rows: pd.DataFrame, table: Table) -> dict[Key, Texts]:
    """Write typed rows as the text that stands in a CSV file, by key and in their order.

    The same value is always the same text: 2026-09-01, 08:30, ja, 2.5, Mo;Di. Unknown is empty.
    """
    columns = [[text_of(value, column) for value in rows[column.name]] for column in table.columns]
    names = [column.name for column in table.columns]
    made = [dict(zip(names, cells, strict=True)) for cells in zip(*columns, strict=True)]
    return {tuple(row[name] for name in table.key): row for row in made}


def own_texts(region: Region, provider_id: str) -> Rows:
    """Return `own_rows` as `texts`."""
    own = own_rows(region, provider_id)
    return {name: texts(rows, TABLES[name]) for name, rows in own.items()}


def version(provider_id: str, rows: Rows) -> str:
    """Name a state of a provider's rows in twelve characters; other rows, another name."""
    content = [[name, *found.values()] for name, found in rows.items()]
    told = json.dumps([FORMAT, provider_id, content], ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def region_id(region: Region) -> str:
    """Return the official number of the district, which stays when its folder is renamed."""
    return min(region.municipalities["ags"], default="")[:5]


def is_same(one: str, other: str, column: Column) -> bool:
    """Tell whether two cells say the same after a spreadsheet has saved them.

    Several codes say the same in any order, numbers to twelve digits.
    """
    if column.kind == "codes":
        return set(one.split(";")) == set(other.split(";"))
    if column.kind == "number" and one and other:
        return f"{float(one):.12g}" == f"{float(other):.12g}"
    one, other = plain(one), plain(other)
    return one == other or one.removeprefix("'") == other.removeprefix("'")


def name_of(row: Texts) -> str:
    """Return what people call a row; empty for a session or a link."""
    return row.get("name", "")


def reference_label(key: str, name: str) -> str:
    """Return how a drop-down shows a row: number and name."""
    return f"{key} · {name}" if name else key


def is_asked(table: Table, name: str, row: Texts) -> bool:
    """Tell whether a cell is marked as a question.

    Unknown items of offers of today that `inventory.ASKED` names, and what a session needs when
    it is only a working assumption.
    """
    if table is OFFERS:
        return name in ASKED and not row[name] and row["status"] in CURRENT_STATUSES
    is_assumed = table is SESSIONS and row["quality"] == "angenommen"
    return is_assumed and is_editable(table, name) and table.column(name).required
