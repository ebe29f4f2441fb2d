"""Who offers what to whom where: today's offers by provider, field and place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis import codes
from sokanalysis.inventory import listed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.region import Region

OUTSIDE: Final = "außerhalb des Kreises"
UNKNOWN_PLACE: Final = "Ort nicht bekannt"
AUTHORITIES: Final = frozenset({"behoerde", "arbeitsverwaltung"})
SPOT: Final = ["place", "field"]

_PROVIDER: Final = ["provider_id", "provider", "provider_kind", "is_authority"]


def links(region: Region) -> pd.DataFrame:
    """Say who offers what to whom where.

    Parameters
    ----------
    region : Region
        Its offers of today; an offer in several places counts in each.

    Returns
    -------
    DataFrame
        One row a provider, field and place: ``provider_id``, ``provider``, ``kind`` (German),
        ``is_authority``, ``field`` (German), ``place`` (municipality, `OUTSIDE` or
        `UNKNOWN_PLACE`), ``offer_count`` (there), ``offers``, ``target_groups`` (German,
        comma-separated), ``is_place_assumed`` (of all these offers),
        ``provider_offer_count`` (all of the provider, each once). By provider, field in the
        order of the code list and place; empty without offers.
    """
    offers = placed_offers(region)
    groups = offers.groupby([*_PROVIDER, *SPOT])
    rows = groups.agg(
        offer_count=("offer_id", "size"), offers=("offer", joined),
        target_groups=("target_groups", group_words), is_place_assumed=("is_place_assumed", "all"),
    ).reset_index()  # fmt: skip
    totals = offers.groupby("provider_id")["offer_id"].nunique()
    rows["provider_offer_count"] = rows["provider_id"].map(totals).astype("int64")
    rows["kind"] = rows["provider_kind"].map(codes.PROVIDER_KINDS)
    rows = in_order(rows, "provider", "field", "place")
    names = [
        "provider_id", "provider", "kind", "is_authority", "field", "place", "offer_count",
        "offers", "target_groups", "is_place_assumed", "provider_offer_count",
    ]  # fmt: skip
    return rows[names]


def placed_offers(region: Region) -> pd.DataFrame:
    """Return today's offers once a place, with their providers; all in codes but the place."""
    located = region.offer_sites.join(site_places(region), on="site_id")
    located["is_place_assumed"] = located["quality"] == "angenommen"
    located = located.groupby(["offer_id", "place"])["is_place_assumed"].all().reset_index()
    providers = region.providers[["provider_id", "name", "kind"]]
    providers = providers.rename(columns={"name": "provider", "kind": "provider_kind"})
    offers = region.current_offers.rename(columns={"name": "offer"})
    offers = offers[["offer_id", "offer", "provider_id", "field", "kind", "target_groups"]]
    rows = offers.merge(providers, on="provider_id").merge(located, on="offer_id", how="left")
    rows["place"] = rows["place"].astype("str").fillna(UNKNOWN_PLACE)
    rows["is_place_assumed"] = rows["is_place_assumed"].eq(True)
    rows["is_authority"] = rows["provider_kind"].isin(AUTHORITIES)
    return rows


def site_places(region: Region) -> pd.Series[str]:
    """Return the municipality of every site, or `OUTSIDE`, as ``place`` by ``site_id``."""
    names = region.municipalities.set_index("ags")["name"]
    sites = region.sites.set_index("site_id")
    return sites["ags"].map(names).astype("str").fillna(OUTSIDE).rename("place")


def inside(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of `placed_offers` at places in the district."""
    return rows[~rows["place"].isin([OUTSIDE, UNKNOWN_PLACE])]


def in_order(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Sort, fields in the order of their code list, and name the fields in German."""
    fields = pd.Categorical(rows["field"], list(codes.FIELDS))
    ordered = rows.assign(field=fields).sort_values([*columns], kind="stable", ignore_index=True)
    return ordered.assign(field=ordered["field"].astype("str").map(codes.FIELDS))


def joined(names: Iterable[str]) -> str:
    """Return names in order, each once, as a cell holds them."""
    return "; ".join(sorted(set(names)))


def group_words(groups: Iterable[Iterable[str]]) -> str:
    """Return the German words of all target groups named, in the order of the code list."""
    named = {group for part in groups for group in part}
    return ", ".join(label for code, label in codes.TARGET_GROUPS.items() if code in named)


def lone_providers(region: Region) -> pd.DataFrame:
    """List providers that share no field and place with anybody.

    Parameters
    ----------
    region : Region
        Its offers of today at places in the district.

    Returns
    -------
    DataFrame
        ``provider_id``, ``provider``, ``kind``, ``fields`` (German) and ``places``, by name.
        Who works outside the district only, or at unknown places, is not judged. May be empty.
    """
    here = inside(placed_offers(region))
    is_shared = here.groupby(SPOT)["provider_id"].transform("nunique") > 1
    shared = set(here.loc[is_shared, "provider_id"])
    lone = here[~here["provider_id"].isin(shared)]
    rows = lone.groupby(_PROVIDER).agg(fields=("field", _fields), places=("place", _places))
    rows = rows.reset_index().sort_values(["provider", "provider_id"])
    rows["kind"] = rows["provider_kind"].map(codes.PROVIDER_KINDS)
    return rows[["provider_id", "provider", "kind", "fields", "places"]].reset_index(drop=True)


def _fields(named: Iterable[str]) -> str:
    found = set(named)
    return listed(label for code, label in codes.FIELDS.items() if code in found)


def _places(named: Iterable[str]) -> str:
    return listed(sorted(set(named)))
