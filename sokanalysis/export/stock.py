"""The tables of the inventory: offers, providers, sessions, what is known and what is assumed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sokanalysis import inventory, network
from sokanalysis.codes import FIELDS, QUALITIES
from sokanalysis.export.describe import hint
from sokanalysis.privacy import withhold

if TYPE_CHECKING:
    from sokanalysis.export.findings import Findings
    from sokanalysis.region import Region


def offers(found: Findings) -> pd.DataFrame:
    """Return all offers with provider and places; a waiting list is a count of people."""
    region = found.region
    rows = region.offers.assign(
        is_current=region.offers["offer_id"].isin(region.current_offers["offer_id"]),
        provider=region.offers["provider_id"].map(_names(region.providers, "provider_id")),
        places=region.offers["offer_id"].map(_places(region)),
    )
    shown = withhold(rows, ["waiting_count"], region.parameters)
    is_gone = shown["waiting_count"].isna() & rows["waiting_count"].notna()
    return shown.assign(**{hint("waiting_count"): is_gone})


def sessions(found: Findings) -> pd.DataFrame:
    """Return all sessions with the names of offer and site."""
    region = found.region
    rows, sites = region.sessions, region.sites.set_index("site_id")
    return rows.assign(
        offer=rows["offer_id"].map(_names(region.offers, "offer_id")),
        site=rows["site_id"].map(sites["name"]), place=rows["site_id"].map(sites["place"]),
    )  # fmt: skip


def providers(found: Findings) -> pd.DataFrame:
    """Return all providers with their offers of today and what to ask them."""
    region = found.region
    counts = pd.crosstab(region.current_offers["provider_id"], region.current_offers["field"])
    counts = counts.reindex(columns=list(FIELDS), fill_value=0)
    counts = counts.assign(offer_count=counts.sum(axis=1))
    counts = counts.rename(columns={field: f"{field}_offers" for field in FIELDS})
    located = _located(region).merge(region.current_offers[["offer_id", "provider_id"]])
    rows = region.providers.join(counts, on="provider_id")
    names = list(counts.columns)
    rows[names] = rows[names].fillna(0).astype("int64")
    rows["places"] = rows["provider_id"].map(_listed(located, "provider_id", "place"))
    asked = inventory.questions(region).set_index("provider")[["oldest_years", "open_count", "ask"]]
    is_one = ~asked.index.duplicated(keep=False)  # of two with one name it is not known who
    return rows.join(asked[is_one].round({"oldest_years": 1}), on="name")


def kinds(found: Findings) -> pd.DataFrame:
    """Count today's offers by field, kind and status."""
    return inventory.offer_counts(found.region, "field", "kind", "status")


def target_groups(found: Findings) -> pd.DataFrame:
    """Count today's offers by target group."""
    return inventory.offers_by_target_group(found.region)


def shared_places(found: Findings) -> pd.DataFrame:
    """Return places where several providers work in the same field."""
    return inventory.shared_places(found.region)


def overlaps(found: Findings) -> pd.DataFrame:
    """Return pairs of providers that address the same people in the same place."""
    return network.overlaps(found.region)


def meetings(found: Findings) -> pd.DataFrame:
    """Return who should meet about what."""
    return network.suggested_meetings(found.region)


def completeness(found: Findings) -> pd.DataFrame:
    """Return what is known about today's offers."""
    return inventory.completeness(found.region).round({"known_share": 2})


def qualities(found: Findings) -> pd.DataFrame:
    """Count the rows of every table by quality."""
    counts = inventory.quality_counts(found.region)
    named = counts.rename(columns={quality: f"quality_{quality}" for quality in QUALITIES})
    return named.assign(row_count=counts.sum(axis=1)).rename_axis("table").reset_index()


def fundings(found: Findings) -> pd.DataFrame:
    """Return the funding programmes."""
    return found.region.fundings


def assumptions(found: Findings) -> pd.DataFrame:
    """Return every parameter with value, range and source."""
    entries = found.region.parameters.entries.values()
    return pd.DataFrame([
        {
            "parameter": entry.name, "assumption": entry.title, "value": _written(entry.value),
            "unit": entry.unit, "range": " bis ".join(_written(end) for end in entry.range or ()),
            "valid_from": pd.Timestamp(entry.valid_from), "quality": QUALITIES[entry.quality],
            "source": entry.source,
        }
        for entry in entries
    ])  # fmt: skip


def _written(value: object) -> str:
    """Write a value as German readers do; a date stays a date."""
    return str(value).replace(".", ",") if isinstance(value, float) else str(value)


def _names(rows: pd.DataFrame, key: str) -> pd.Series[str]:
    return rows.set_index(key)["name"]


def _located(region: Region) -> pd.DataFrame:
    return region.offer_sites.merge(region.sites[["site_id", "place"]], on="site_id")


def _places(region: Region) -> pd.Series[str]:
    return _listed(_located(region), "offer_id", "place")


def _listed(rows: pd.DataFrame, key: str, name: str) -> pd.Series[str]:
    """Return the names of every key, each once, in alphabetical order."""
    pairs = rows[[key, name]].drop_duplicates().sort_values(name)
    return pairs.groupby(key)[name].agg("; ".join)
