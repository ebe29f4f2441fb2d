"""Whether what was hit is one thing, where it lies then, and how much that says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from sokanalysis.geocoding.levels import STREET_M, Hit, Level, Query, lies_right
from sokanalysis.geocoding.middles import middle_of
from sokanalysis.geocoding.place_names import is_town_or_part
from sokanalysis.geocoding.register import PRECISE
from sokanalysis.geocoding.result import Answer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sokanalysis.geocoding.register import Entry, Gazetteer
    from sokanalysis.geography import Points

_LISTED: Final = 5  # candidates that a message names
_VILLAGES_M: Final = 500.0  # how far a thing may reach from one village into the next
_BELOW: Final = {"gebaeude": "strasse", "strasse": "ort"}


def chosen(query: Query, gazetteer: Gazetteer, level: Level, hits: Sequence[Hit]) -> Answer:
    """Return the one thing that was hit, or say that it is not one.

    Middles of streets stand for their houses, exact positions for coarse ones; all that was hit
    decides whether it is one thing.
    """
    hits = sorted(set(hits), key=lambda hit: (_rank(hit.entry), hit.entry, hit.asked))
    best = [hit for hit in hits if _rank(hit.entry) == _rank(hits[0].entry)]
    middle, _ = middle_of(_points([hit.entry for hit in best]))
    hit = best[middle]
    if not _are_one([h.entry for h in hits], hit.entry, level):
        return _ambiguous(level, [h.entry for h in hits])
    if level.is_named and (rivals := _rivals(query, gazetteer, level, hit)):
        return _ambiguous(level, [hit.entry, *rivals])
    quality = max(level.quality, hit.entry.quality, key=[*PRECISE].index)
    return Answer(
        geocoding=quality if hit.similarity == 1 else _BELOW[quality],
        lat=hit.entry.lat, lon=hit.entry.lon, matched=level.shown(hit.entry),
        score=round(level.score * hit.similarity, 3), source=hit.entry.source,
        reason=_reserve(query, level, hit),
    )  # fmt: skip


def _rank(entry: Entry) -> tuple[bool, int]:
    return entry.kind != "strasse", PRECISE.index(entry.quality)


def _are_one(entries: Sequence[Entry], middle: Entry, level: Level) -> bool:
    """Tell whether all lie as near to the middle as one thing can; across two villages nearer."""
    distances_m = np.hypot(*(_points(entries) - _points([middle])).T)
    return all(
        distance_m <= _limit_m(entry, middle, level)
        for entry, distance_m in zip(entries, distances_m, strict=True)
    )


def _limit_m(entry: Entry, middle: Entry, level: Level) -> float:
    is_as_exact = entry.quality == middle.quality
    limit_m = level.spread_m if is_as_exact else max(level.spread_m, STREET_M)
    one, other = entry.town, middle.town
    is_one_town = is_town_or_part(one, other) or is_town_or_part(other, one)
    return limit_m if is_one_town else min(limit_m, _VILLAGES_M)


def _points(entries: Sequence[Entry]) -> Points:
    return np.array([(entry.x_m, entry.y_m) for entry in entries])


def _rivals(query: Query, gazetteer: Gazetteer, level: Level, hit: Hit) -> list[Entry]:
    """Return what a name of one word may mean as well: „Schule“ also a „Grundschule“ elsewhere."""
    if len(hit.words) > 1:
        return []
    named = gazetteer.by_name[query.ags].values()
    return sorted({
        entry for group in named for spelled, village, entry in group
        if any(word != hit.words[0] and word.endswith(hit.words[0]) for word in spelled)
        and lies_right(query, village, entry)
        and middle_of(_points([hit.entry, entry]))[1] > level.spread_m
    })  # fmt: skip


def _ambiguous(level: Level, entries: Sequence[Entry]) -> Answer:
    shown = sorted({level.shown(entry) for entry in entries})
    if len(shown) < 2:
        shown = sorted(f"{level.shown(e)} bei {e.lat:.4f}, {e.lon:.4f}" for e in entries)
    more = f" und {len(shown) - _LISTED} weitere" if len(shown) > _LISTED else ""
    return Answer(
        reason=f"mehrdeutig: {'; '.join(shown[:_LISTED])}{more}",
        remedy="Ortsteil mit „OT …“ oder Hausnummer in der Anschrift ergänzen",
    )


def _reserve(query: Query, level: Level, hit: Hit) -> str:
    """Say what of the question the answer does not meet."""
    found = []
    if hit.similarity < 1:
        found.append(f"„{hit.asked}“ ist nur ähnlich geschrieben")
    if query.house_text and level.quality == "strasse":
        found.append(f"Hausnummer {query.house_text} ist nicht verzeichnet")
    return "; ".join(found)
