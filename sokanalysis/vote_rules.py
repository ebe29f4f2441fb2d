"""Rules on votes: one group a rater and round, and only what the round asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sokanalysis.codes import RATER_GROUPS
from sokanalysis.errors import Problem
from sokanalysis.schema import VOTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd

    Tables = dict[str, pd.DataFrame]

_FILE: Final = "votes.csv"


def vote_problems(tables: Tables) -> list[Problem]:
    """Find votes that cannot be.

    Parameters
    ----------
    tables : dict of str to DataFrame
        All tables of a region by name.

    Returns
    -------
    list of Problem
        By row of ``votes.csv``: a rater who rates one round for two groups, and an item that the
        round does not ask. Rows without round, rater or item are told elsewhere. Empty without
        votes.
    """
    votes = tables["votes"].dropna(subset=["round_id", "rater_id", "item_id"])
    return [*_two_groups(votes), *_not_asked(votes, tables)]


def _two_groups(votes: pd.DataFrame) -> list[Problem]:
    """Find rows whose group is not that of the rater's first row in the round."""
    known = votes.dropna(subset="group")
    first: dict[tuple[str, str], tuple[int, str]] = {}
    problems = []
    columns = ["round_id", "rater_id", "group"]
    for index, round_id, rater_id, group in known[columns].itertuples(name=None):
        row, before = first.setdefault((round_id, rater_id), (index + 2, group))
        if group != before:
            message = f"in Zeile {row} steht für dieselbe Kennung „{RATER_GROUPS[before]}“"
            remedy = "je Runde und Kennung eine Gruppe eintragen"
            title = VOTES.column("group").title
            problems.append(Problem(_FILE, message, remedy, index + 2, title, group))
    return problems


def _not_asked(votes: pd.DataFrame, tables: Tables) -> list[Problem]:
    """Find votes on items that their round does not ask; unknown keys are told elsewhere."""
    asked = {
        row["round_id"]: set(asked_items(tables["items"], row)["item_id"])
        for row in tables["rounds"].dropna(subset="round_id").to_dict("records")
    }
    items, title = set(tables["items"]["item_id"]), VOTES.column("item_id").title
    return [
        Problem(
            _FILE, f"wird in der Runde {round_id} nicht gefragt",
            "in items.csv bei den Runden der Aussage ergänzen oder die Zeile löschen",
            index + 2, title, item_id,
        )
        for index, round_id, item_id in votes[["round_id", "item_id"]].itertuples(name=None)
        if item_id in items and round_id in asked and item_id not in asked[round_id]
    ]  # fmt: skip


def asked_items(items: pd.DataFrame, round_: Mapping[Any, Any]) -> pd.DataFrame:
    """Return the items that a round asks.

    Parameters
    ----------
    items : DataFrame
        Rows of the table ``items``.
    round_ : mapping
        One row of the table ``rounds``.

    Returns
    -------
    DataFrame
        Items that name the round, and, unless it is an example, those that name none; in their
        order.
    """
    is_named = items["round_ids"].map(lambda names: round_["round_id"] in names).astype(bool)
    is_open = items["round_ids"].map(len) == 0
    return items[is_named | (is_open & (round_["is_example"] is not True))]
