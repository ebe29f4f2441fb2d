"""Places where authority and outside actors work and no documented offer connects them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sokanalysis.network.links import SPOT, UNKNOWN_PLACE, in_order, inside, joined, placed_offers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.region import Region


def missing_links(region: Region) -> pd.DataFrame:
    """List places where authority and outside actors work in a field and nothing connects them.

    **Rule.** At a place in the district an outside actor (any provider that is no authority) has
    an offer of today in the field. An authority (`AUTHORITIES`) has one there too, or else one in
    this field whose place nobody knows, which is taken to be meant for the whole district. None of
    the offers of this field there connects: neither one of the kind ``koordination`` for the
    target group ``akteure`` nor one of a provider of the kind ``netzwerk``. Then a connection is
    "nicht belegt". Whether there is one, the data do not say: they hold no table of cooperation.

    Parameters
    ----------
    region : Region

    Returns
    -------
    DataFrame
        One row a place and field: ``place``, ``field`` (German), ``authorities``, ``actors``
        (names), ``actor_count``, ``is_authority_local`` (has an offer there),
        ``known_elsewhere`` (connecting offers of the field at an unknown place: whether they
        work here is a question), ``authority_ids``, ``actor_ids``; the last three are tuples.
        Where an authority is local first, then most actors, place and field. May be empty.
    """
    rows = placed_offers(region)
    coordinates = (rows["kind"] == "koordination") & rows["target_groups"].map(_is_for_actors)
    rows["is_connecting"] = coordinates | (rows["provider_kind"] == "netzwerk")
    anywhere = rows[rows["place"] == UNKNOWN_PLACE]
    found = [
        _missing(here, anywhere[anywhere["field"] == here["field"].iloc[0]])
        for _, here in inside(rows).groupby(SPOT)
        if not here["is_connecting"].any()
    ]
    names = [
        "place", "field", "authorities", "actors", "actor_count", "is_authority_local",
        "known_elsewhere", "authority_ids", "actor_ids",
    ]  # fmt: skip
    missing = pd.DataFrame(found, columns=names)
    missing = missing[(missing["authorities"] != "") & (missing["actors"] != "")]
    is_far = ~missing["is_authority_local"].astype(bool)
    ranked = missing.assign(is_far=is_far, fewness=-missing["actor_count"])
    return in_order(ranked, "is_far", "fewness", "place", "field")[names]


def _is_for_actors(groups: Iterable[str]) -> bool:
    return "akteure" in groups


def _missing(here: pd.DataFrame, anywhere: pd.DataFrame) -> dict[str, Any]:
    """Return authorities and actors of one place and field that nothing connects."""
    actors, local = here[~here["is_authority"]], here[here["is_authority"]]
    authorities = local if len(local) else anywhere[anywhere["is_authority"]]
    return {
        "place": here["place"].iloc[0], "field": here["field"].iloc[0],
        "authorities": joined(authorities["provider"]), "actors": joined(actors["provider"]),
        "actor_count": actors["provider_id"].nunique(), "is_authority_local": len(local) > 0,
        "known_elsewhere": tuple(sorted(set(anywhere.loc[anywhere["is_connecting"], "offer"]))),
        "authority_ids": tuple(sorted(set(authorities["provider_id"]))),
        "actor_ids": tuple(sorted(set(actors["provider_id"]))),
    }  # fmt: skip
