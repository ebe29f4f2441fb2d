"""Pairs of providers that address the same people with the same in the same place."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis import codes
from sokanalysis.network.links import (
    SPOT,
    group_words,
    in_order,
    inside,
    placed_offers,
    site_places,
)
from sokanalysis.parameters import minutes_of_day

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.region import Region

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
        ``other_provider`` (the lower key first), ``shared_groups`` (German), ``shared_kinds``
        (German kinds of offer that both have there, semicolons between; empty if none),
        ``times`` (one of `TIMES`, the closest of all their offers that address the same
        groups), ``pause_minutes`` (the shortest on the same day; 0 at the same time, missing
        otherwise), ``is_place_assumed`` (of one of them), ``provider_id``,
        ``other_provider_id``, ``kinds`` (keys of the shared kinds, a tuple). Pairs with a kind in
        common first, then by place, field, name. Empty when nobody overlaps.
    """
    here = inside(placed_offers(region))
    pairs = here.merge(here, on=SPOT, suffixes=("", "_other"))
    pairs = pairs[pairs["provider_id"] < pairs["provider_id_other"]]
    sides = zip(pairs["target_groups"], pairs["target_groups_other"], strict=True)
    shared = [shared_groups(*side) for side in sides]
    pairs = pairs.assign(shared=pd.Series(shared, pairs.index, "object"))
    pairs = pairs[pairs["shared"].map(len).astype(bool)]
    slots = _slots(region)
    keys = [*SPOT, "provider_id", "provider_id_other"]
    found = [_overlap(group, slots) for _, group in pairs.groupby(keys)]
    names = [
        "place", "field", "provider", "other_provider", "shared_groups", "shared_kinds", "times",
        "pause_minutes", "is_place_assumed", "provider_id", "other_provider_id", "kinds",
    ]  # fmt: skip
    rows = pd.DataFrame(found, columns=names)
    rows["is_unlike"] = rows["shared_kinds"] == ""
    ordered = in_order(rows, "is_unlike", "place", "field", "provider", "other_provider")
    return ordered[names]


def _overlap(pairs: pd.DataFrame, slots: dict[tuple[str, str], list[_Slot]]) -> dict[str, Any]:
    """Return what the pairs of offers of two providers have in common at one place."""
    first = pairs.iloc[0]
    kinds = set(pairs.loc[pairs["kind"] == pairs["kind_other"], "kind"])
    alike = tuple(kind for kind in codes.KINDS if kind in kinds)
    offers = zip(pairs["offer_id"], pairs["offer_id_other"], strict=True)
    place = first["place"]
    found = [times_of(slots.get((a, place), []), slots.get((b, place), [])) for a, b in offers]
    closest = min(TIMES.index(times) for times, _ in found)
    is_assumed = pairs["is_place_assumed"] | pairs["is_place_assumed_other"]
    pauses = [pause for times, pause in found if times == TIMES[closest]]
    return {
        "place": place, "field": first["field"],
        "provider_id": first["provider_id"], "other_provider_id": first["provider_id_other"],
        "provider": first["provider"], "other_provider": first["provider_other"],
        "shared_groups": group_words(pairs["shared"]),
        "shared_kinds": "; ".join(codes.KINDS[kind] for kind in alike), "kinds": alike,
        "times": TIMES[closest], "pause_minutes": min(pauses),
        "is_place_assumed": bool(is_assumed.any()),
    }  # fmt: skip


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


def _slots(region: Region) -> dict[tuple[str, str], list[_Slot]]:
    """Return the documented times of today's offers by offer and municipality."""
    places, sessions = site_places(region), region.current_sessions
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
