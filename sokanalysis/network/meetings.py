"""Round tables that settle most overlaps and missing links with few meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis import codes
from sokanalysis.inventory import listed
from sokanalysis.network.links import SPOT
from sokanalysis.network.missing import missing_links
from sokanalysis.network.overlaps import TIMES, overlaps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sokanalysis.region import Region

_SETTLED: Final = dict(
    zip(TIMES, ("Zeiten auseinanderlegen", "Wege von einem zum anderen verbinden", "",
                "Zeiten nennen und abstimmen"), strict=True)
)  # fmt: skip
_NAMED_PLACES: Final = 3


def suggested_meetings(region: Region, count: int = 6, seats: int = 12) -> pd.DataFrame:
    """Suggest round tables: who should meet about what, the table that settles most first.

    Every overlap (`overlaps`) and every missing link (`missing_links`) is a topic. A table is
    about all open topics of a place, or of a field at a place, or about the open missing links of
    a field in all places: who does what in a town is settled there, how to reach the authority
    can be settled for many at once. Again and again the table with most open topics is taken, of
    equals the one with fewer organisations, then by name, until all are settled: the greedy way
    of covering (Chvátal 1979, Mathematics of Operations Research 4(3), 233–235). Tables with more
    than `seats` organisations wait until no smaller one is left, and may be unavoidable.

    Parameters
    ----------
    region : Region
    count : int, default 6
        Tables at most.
    seats : int, default 12
        Organisations at a table, if possible.

    Returns
    -------
    DataFrame
        ``rank`` (from 1), ``meeting`` (place and field), ``participants`` (names of
        organisations, by name), ``participant_count``, ``overlap_count``,
        ``missing_link_count`` (topics settled), ``why``, ``settle`` (German). Empty when there
        is nothing to settle.
    """
    names = region.providers.set_index("provider_id")["name"]
    tables = sorted(_tables(_topics(region), seats), key=len, reverse=True)[:count]
    rows = [{"rank": rank, **_meeting(table, names)} for rank, table in enumerate(tables, 1)]
    columns = [
        "rank", "meeting", "participants", "participant_count", "overlap_count",
        "missing_link_count", "why", "settle",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _topics(region: Region) -> pd.DataFrame:
    """Return overlaps and missing links under each other, with the organisations concerned."""
    pairs, missing = overlaps(region), missing_links(region)
    two = zip(pairs["provider_id"], pairs["other_provider_id"], strict=True)
    sides = zip(missing["authority_ids"], missing["actor_ids"], strict=True)
    ids = [*map(frozenset, two), *(frozenset(one + other) for one, other in sides)]
    both_kinds = [pairs.assign(is_missing=False), missing.assign(is_missing=True)]
    return pd.concat(both_kinds, ignore_index=True).assign(ids=pd.Series(ids, dtype="object"))


def _tables(topics: pd.DataFrame, seats: int) -> Iterator[pd.DataFrame]:
    """Yield the topics of one table after the other until all are settled."""
    left = topics
    while len(left):
        by_place, by_spot = left.groupby("place"), left.groupby(SPOT)
        by_field = left[left["is_missing"]].groupby("field")
        tables = [group for groups in (by_place, by_field, by_spot) for _, group in groups]
        taken = min(tables, key=lambda table: _preference(table, seats))
        yield taken
        left = left.drop(taken.index)


def _preference(topics: pd.DataFrame, seats: int) -> tuple[bool, int, int, str]:
    people = len(_participants(topics))
    is_large = people > seats
    return is_large, people if is_large else -len(topics), people, _title(topics)


def _participants(topics: pd.DataFrame) -> frozenset[str]:
    return frozenset().union(*topics["ids"])


def _meeting(topics: pd.DataFrame, names: pd.Series[str]) -> dict[str, Any]:
    """Say of one table who should meet, why, and what is to be settled."""
    present = sorted(names[provider] for provider in _participants(topics))
    missing = int(topics["is_missing"].sum())
    overlap = len(topics) - missing
    why = [_counted(overlap, "Überschneidung", "Überschneidungen"),
           _counted(missing, "nicht belegte Verbindung", "nicht belegte Verbindungen")]  # fmt: skip
    return {
        "meeting": _title(topics), "participants": "; ".join(present),
        "participant_count": len(present), "overlap_count": overlap,
        "missing_link_count": missing, "why": listed(part for part in why if part),
        "settle": "; ".join(_to_settle(topics)),
    }  # fmt: skip


def _counted(count: int, one: str, many: str) -> str:
    return f"{count} {one if count == 1 else many}" if count else ""


def _title(topics: pd.DataFrame) -> str:
    places, fields = sorted(set(topics["place"])), set(topics["field"])
    where = listed(places) if len(places) <= _NAMED_PLACES else f"{len(places)} Orte"
    return f"{where}: {'; '.join(title for title in codes.FIELDS.values() if title in fields)}"


def _to_settle(topics: pd.DataFrame) -> Iterator[str]:
    """Yield what a table has to settle, each once, in the order of talking about it."""
    pairs, missing = topics[~topics["is_missing"]], topics[topics["is_missing"]]
    alike = {kind for kinds in pairs["kinds"] for kind in kinds}
    if alike:
        words = [f"„{title}“" for code, title in codes.KINDS.items() if code in alike]
        yield f"Aufgaben teilen bei {listed(words)}"
    if (pairs["shared_kinds"] == "").any():
        yield "aufeinander verweisen"
    yield from (
        word for times, word in _SETTLED.items() if word and (pairs["times"] == times).any()
    )
    if pairs["is_place_assumed"].eq(True).any():
        yield "Orte bestätigen"
    if len(missing):
        yield "Ansprechstelle der Behörde vereinbaren"
    elsewhere = sorted({offer for offers in missing["known_elsewhere"] for offer in offers})
    if elsewhere:
        yield f"klären, ob auch hier wirkt: {listed(f'„{offer}“' for offer in elsewhere)}"
