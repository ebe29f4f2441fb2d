"""The one door to rounds, items and votes: what is made up stays out unless it is asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from sokanalysis.errors import UnknownKey
from sokanalysis.vote_rules import asked_items

if TYPE_CHECKING:
    from sokanalysis.region import Region


class RoundTables(NamedTuple):
    """Rows of ``items``, ``rounds`` and ``votes`` that belong together."""

    items: pd.DataFrame
    rounds: pd.DataFrame
    votes: pd.DataFrame


@dataclass(frozen=True)
class Round:
    """One round.

    Parameters
    ----------
    round_id, title : str
        As in the table ``rounds``.
    is_example : bool
        Whether it is made up.
    consensus_share : float
        Share from which it agrees, 0–1, fixed before it.
    items : DataFrame
        Rows of ``items`` that it asks, in their order.
    votes : DataFrame
        Its rows of ``votes``.
    before : RoundTables
        The rounds of the same sort before it, with their items and votes.
    """

    round_id: str
    title: str
    is_example: bool
    consensus_share: float
    items: pd.DataFrame
    votes: pd.DataFrame
    before: RoundTables


def round_tables(region: Region, *, examples: bool = False) -> RoundTables:
    """Return the dialogue of a district: what was really said, or else the worked example.

    The two never stand in one table: together they would give an opinion that nobody has.

    Parameters
    ----------
    region : Region
        The district.
    examples : bool
        False for the real rounds, True for the made-up ones instead.

    Returns
    -------
    RoundTables
        Columns of the schema and a fresh index; rounds and votes of the sort that is asked for,
        and the items that at least one of these rounds asks, or that a coming real round would
        ask. Empty where there are none.
    """
    rounds = region.rounds[region.rounds["is_example"] == examples]
    return _restricted(region, rounds, coming=not examples)


def _restricted(region: Region, rounds: pd.DataFrame, *, coming: bool) -> RoundTables:
    asked = {
        item_id
        for round_ in rounds.to_dict("records")
        for item_id in asked_items(region.items, round_)["item_id"]
    }
    is_open = (region.items["round_ids"].map(len) == 0) & coming
    items = region.items[region.items["item_id"].isin(asked) | is_open]
    votes = region.votes[region.votes["round_id"].isin(rounds["round_id"])]
    return RoundTables(*(rows.reset_index(drop=True) for rows in (items, rounds, votes)))


def find_round(region: Region, round_id: str) -> Round:
    """Return one round, real or made up.

    Raises
    ------
    UnknownKey
        When there is no such round, or it asks nothing.
    """
    known = region.rounds[region.rounds["round_id"] == round_id].to_dict("records")
    if not known:
        names = ", ".join(region.rounds["round_id"]) or "noch keine"
        raise UnknownKey(
            f"Die Runde „{round_id}“ steht nicht in rounds.csv (dort: {names}) → dort mit Titel, "
            "Datum und Schwelle eintragen."
        )
    row = known[0]
    items = asked_items(region.items, row).reset_index(drop=True)
    if items.empty:
        raise UnknownKey(f"Die Runde „{round_id}“ fragt nichts → in items.csv Aussagen eintragen.")
    is_example = bool(row["is_example"])
    same = region.rounds[region.rounds["is_example"] == is_example]
    before = _restricted(region, same[same["date"] < row["date"]], coming=False)
    votes = region.votes[region.votes["round_id"] == round_id].reset_index(drop=True)
    share = float(row["consensus_share"])
    return Round(round_id, str(row["title"]), is_example, share, items, votes, before)
