"""Who offers what to whom where: overlaps, lone providers, links nobody documented, round tables.

The data hold one provider an offer and no table of cooperation. So a connection is either
documented by an offer that coordinates, or it is "nicht belegt", which never means that there is
none. Places outside the district and offers whose place nobody knows are listed and not compared:
neither is a place that two providers share.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis import codes
from sokanalysis.inventory import listed
from sokanalysis.parameters import minutes_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.region import Region

OUTSIDE: Final = "außerhalb des Kreises"
UNKNOWN_PLACE: Final = "Ort nicht bekannt"
AUTHORITIES: Final = frozenset({"behoerde", "arbeitsverwaltung"})

# How the times of two offers lie to each other, the closest first.
TIMES: Final = (
    "gleichzeitig", "nacheinander am selben Tag", "an verschiedenen Tagen", "nicht belegt",
)  # fmt: skip

# Groups that are part of another by definition. Women or young people are not part of the
# newcomers, nor the other way round: that such groups meet in one person is not documented.
_WIDER: Final = {
    "gefluechtete": {"zugewanderte"},
    "ukraine": {"gefluechtete", "zugewanderte"},
    "eu": {"zugewanderte"},
}
_Slot = tuple[str, int, int]  # weekday, beginning and end in minutes of the day
_SPOT: Final = ["place", "field"]
_PROVIDER: Final = ["provider_id", "provider", "provider_kind", "is_authority"]


def shared_groups(one: Iterable[str], other: Iterable[str]) -> tuple[str, ...]:
    """Return the target groups that both address, themselves or within a wider group.

    Parameters
    ----------
    one, other : iterable of str
        Keys of `codes.TARGET_GROUPS`. Refugees are part of the newcomers; everybody but the
        actors of integration work is part of "alle".

    Returns
    -------
    tuple of str
        The narrower ones, in the order of the code list; empty when nothing is shared.
    """
    sides = set(one), set(other)
    both = [(group, sides[1]) for group in sides[0]] + [(group, sides[0]) for group in sides[1]]
    shared = {group for group, groups in both if _with_wider(group) & groups}
    return tuple(group for group in codes.TARGET_GROUPS if group in shared)


def _with_wider(group: str) -> set[str]:
    everybody = set() if group == "akteure" else {"alle"}
    return {group, *_WIDER.get(group, ()), *everybody}


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
    work = _work(region)
    groups = work.groupby([*_PROVIDER, *_SPOT])
    rows = groups.agg(
        offer_count=("offer_id", "size"), offers=("offer", _joined),
        target_groups=("target_groups", _group_words), is_place_assumed=("is_place_assumed", "all"),
    ).reset_index()  # fmt: skip
    totals = work.groupby("provider_id")["offer_id"].nunique()
    rows["provider_offer_count"] = rows["provider_id"].map(totals).astype("int64")
    rows["kind"] = rows["provider_kind"].map(codes.PROVIDER_KINDS)
    rows = _in_order(rows, "provider", "field", "place")
    names = [
        "provider_id", "provider", "kind", "is_authority", "field", "place", "offer_count",
        "offers", "target_groups", "is_place_assumed", "provider_offer_count",
    ]  # fmt: skip
    return rows[names]


def _work(region: Region) -> pd.DataFrame:
    """Return today's offers once a place, with their providers; all in codes but the place."""
    names = region.municipalities.set_index("ags")["name"]
    sites = region.sites.assign(place=region.sites["ags"].map(names).fillna(OUTSIDE))
    located = region.offer_sites.merge(sites[["site_id", "place"]], on="site_id")
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


def _inside(work: pd.DataFrame) -> pd.DataFrame:
    return work[~work["place"].isin([OUTSIDE, UNKNOWN_PLACE])]


def _in_order(rows: pd.DataFrame, *columns: str) -> pd.DataFrame:
    """Sort, fields in the order of their code list, and name the fields in German."""
    fields = pd.Categorical(rows["field"], list(codes.FIELDS))
    ordered = rows.assign(field=fields).sort_values([*columns], kind="stable")
    return ordered.assign(field=ordered["field"].astype("str").map(codes.FIELDS)).reset_index(
        drop=True
    )


def _joined(names: Iterable[str]) -> str:
    return "; ".join(sorted(set(names)))


def _group_words(groups: Iterable[Iterable[str]]) -> str:
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
    here = _inside(_work(region))
    is_shared = here.groupby(_SPOT)["provider_id"].transform("nunique") > 1
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


def overlaps(region: Region) -> pd.DataFrame:
    """List pairs of providers that address the same groups in the same field and place.

    Parameters
    ----------
    region : Region
        Its offers and sessions of today at places in the district. Assumed sessions say nothing
        about a clash: offers of a kind were all given the same times.

    Returns
    -------
    DataFrame
        One row a pair, field and place: ``place``, ``field`` (German), ``provider``,
        ``other_provider`` (the lower key first), ``shared_groups`` (German),
        ``shared_kinds`` (German kinds of offer that both have there; empty if none), ``times``
        (one of `TIMES`, the closest of all their offers that address the same groups),
        ``pause_minutes`` (the shortest on the same day; 0 at the same time, missing
        otherwise), ``is_place_assumed`` (of one of them), ``provider_id``,
        ``other_provider_id``. Pairs with a kind in common first, then by place, field, name.
        Empty when nobody overlaps.
    """
    here = _inside(_work(region))
    pairs = here.merge(here, on=_SPOT, suffixes=("", "_other"))
    pairs = pairs[pairs["provider_id"] < pairs["provider_id_other"]]
    sides = zip(pairs["target_groups"], pairs["target_groups_other"], strict=True)
    pairs = pairs.assign(shared=[shared_groups(*side) for side in sides])
    pairs = pairs[pairs["shared"].map(len) > 0]
    slots = _slots(region)
    keys = [*_SPOT, "provider_id", "provider_id_other"]
    found = [_overlap(group, slots) for _, group in pairs.groupby(keys)]
    names = [
        "place", "field", "provider", "other_provider", "shared_groups", "shared_kinds", "times",
        "pause_minutes", "is_place_assumed", "provider_id", "other_provider_id",
    ]  # fmt: skip
    rows = pd.DataFrame(found, columns=names)
    rows["is_unlike"] = rows["shared_kinds"] == ""
    ordered = _in_order(rows, "is_unlike", "place", "field", "provider", "other_provider")
    return ordered[names]


def _overlap(pairs: pd.DataFrame, slots: dict[tuple[str, str], list[_Slot]]) -> dict[str, Any]:
    """Return what the pairs of offers of two providers have in common at one place."""
    first = pairs.iloc[0]
    alike = set(pairs.loc[pairs["kind"] == pairs["kind_other"], "kind"])
    offers = zip(pairs["offer_id"], pairs["offer_id_other"], strict=True)
    place = first["place"]
    found = [times_of(slots.get((a, place), []), slots.get((b, place), [])) for a, b in offers]
    closest = min(TIMES.index(times) for times, _ in found)
    pauses = [pause for times, pause in found if times == TIMES[closest]]
    return {
        "place": place, "field": first["field"],
        "provider_id": first["provider_id"], "other_provider_id": first["provider_id_other"],
        "provider": first["provider"], "other_provider": first["provider_other"],
        "shared_groups": _group_words(pairs["shared"]),
        "shared_kinds": ", ".join(label for code, label in codes.KINDS.items() if code in alike),
        "times": TIMES[closest], "pause_minutes": min(pauses),
        "is_place_assumed": bool(pairs[["is_place_assumed", "is_place_assumed_other"]].any(None)),
    }  # fmt: skip


def _slots(region: Region) -> dict[tuple[str, str], list[_Slot]]:
    """Return the documented times of today's offers by offer and municipality."""
    names = region.municipalities.set_index("ags")["name"]
    places = region.sites.set_index("site_id")["ags"].map(names)
    sessions = region.current_sessions
    slots: dict[tuple[str, str], list[_Slot]] = {}
    for row in sessions[sessions["quality"] != "angenommen"].to_dict("records"):
        ends = minutes_of_day(row["start_time"]), minutes_of_day(row["end_time"])
        kept = slots.setdefault((row["offer_id"], places[row["site_id"]]), [])
        kept += [(day, *ends) for day in row["weekdays"]]
    return slots


def times_of(one: Iterable[_Slot], other: Iterable[_Slot]) -> tuple[str, float]:
    """Say how the times of two offers lie to each other.

    Parameters
    ----------
    one, other : iterable of (str, int, int)
        Weekday, beginning and end in minutes of the day.

    Returns
    -------
    (str, float)
        One of `TIMES`, the closest of all pairs of times, and the shortest pause in minutes on
        the same day: 0 at the same time, missing without a common day. Where one ends as the
        other begins, they follow each other.
    """
    pairs = list(product(one, other))
    gaps = [max(a[1] - b[2], b[1] - a[2]) for a, b in pairs if a[0] == b[0]]
    if gaps:
        pause = min(gaps)
        return TIMES[0 if pause < 0 else 1], float(max(pause, 0))
    return TIMES[2 if pairs else 3], float("nan")


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
        work here is a question), ``authority_ids``, ``actor_ids`` (tuples). Where an authority is
        local first, then most actors, place and field. May be empty.
    """
    work = _work(region)
    coordinates = (work["kind"] == "koordination") & work["target_groups"].map(_is_for_actors)
    work["is_connecting"] = coordinates | (work["provider_kind"] == "netzwerk")
    anywhere = work[work["place"] == UNKNOWN_PLACE]
    found = [
        _missing(here, anywhere[anywhere["field"] == here["field"].iloc[0]])
        for _, here in _inside(work).groupby(_SPOT)
        if not here["is_connecting"].any()
    ]
    names = [
        "place", "field", "authorities", "actors", "actor_count", "is_authority_local",
        "known_elsewhere", "authority_ids", "actor_ids",
    ]  # fmt: skip
    rows = pd.DataFrame(found, columns=names)
    rows = rows[(rows["authorities"] != "") & (rows["actors"] != "")]
    rows = rows.assign(is_far=~rows["is_authority_local"].astype(bool), few=-rows["actor_count"])
    return _in_order(rows, "is_far", "few", "place", "field")[names]


def _is_for_actors(groups: Iterable[str]) -> bool:
    return "akteure" in groups


def _missing(here: pd.DataFrame, anywhere: pd.DataFrame) -> dict[str, Any]:
    """Return authorities and actors of one place and field that nothing connects."""
    actors, local = here[~here["is_authority"]], here[here["is_authority"]]
    authorities = local if len(local) else anywhere[anywhere["is_authority"]]
    return {
        "place": here["place"].iloc[0], "field": here["field"].iloc[0],
        "authorities": _joined(authorities["provider"]), "actors": _joined(actors["provider"]),
        "actor_count": actors["provider_id"].nunique(), "is_authority_local": len(local) > 0,
        "known_elsewhere": _joined(anywhere.loc[anywhere["is_connecting"], "offer"]),
        "authority_ids": tuple(sorted(set(authorities["provider_id"]))),
        "actor_ids": tuple(sorted(set(actors["provider_id"]))),
    }  # fmt: skip
