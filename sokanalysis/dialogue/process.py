"""The process in numbers: who took part when, and what changed because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sokanalysis.codes import RATER_GROUPS
from sokanalysis.demand import NEEDS
from sokanalysis.dialogue.ranking import weights_of
from sokanalysis.dialogue.voices import ALL, merged

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters


def participation(
    rounds: pd.DataFrame, votes: pd.DataFrame, parameters: Parameters
) -> pd.DataFrame:
    """Count who took part in each round, small groups merged.

    Parameters
    ----------
    rounds, votes : DataFrame
        Rows of the tables of these names.
    parameters : Parameters
        ``dialogue_group_min_count``.

    Returns
    -------
    DataFrame
        One row a round and group shown, rounds by date: ``round_id``, ``round_title``, ``date``,
        ``groups`` (German; merged as in `sokanalysis.dialogue.voices.merged`), ``rater_count``
        (missing where even all together are too few), ``item_count`` (asked in the round).
        Rounds nobody answered have no row.
    """
    least, found = int(parameters.dialogue_group_min_count), []
    for row in rounds.sort_values("date", kind="stable").to_dict("records"):
        given = votes[votes["round_id"] == row["round_id"]]
        raters = given.drop_duplicates("rater_id")["group"].value_counts()
        counts = {group: int(raters.get(group, 0)) for group in RATER_GROUPS}
        sums: dict[str, int] = {}
        for group, label in merged(counts, least).items():
            sums[label] = sums.get(label, 0) + counts[group]
        found += [
            {
                "round_id": row["round_id"], "round_title": row["title"], "date": row["date"],
                "groups": label,
                "rater_count": None if label == ALL and count < least else count,
                "item_count": given["item_id"].nunique(),
            }
            for label, count in sums.items()
        ]  # fmt: skip
    columns = ["round_id", "round_title", "date", "groups", "rater_count", "item_count"]
    return pd.DataFrame(found, columns=columns).astype({"rater_count": "Int64"})


def need_weights(
    items: pd.DataFrame, votes: pd.DataFrame, round_id: str, parameters: Parameters
) -> dict[str, float]:
    """Return how much each need counts after a round, for `sokanalysis.selection.select`.

    Parameters
    ----------
    items, votes, round_id, parameters
        As in `sokanalysis.dialogue.ranking.weights_of`; the references of the items are keys of
        `sokanalysis.demand.NEEDS`.

    Returns
    -------
    dict of str to float
        By need, in the order of `NEEDS`. A need that was not asked for gets the mean of the
        others; all count alike when none was.
    """
    rows = weights_of(votes, items, round_id, parameters).set_index("reference")["weight"]
    known = rows[rows.index.isin(list(NEEDS))]
    mean = float(known.mean()) if len(known) else 1.0
    return {need: float(known.get(need, mean)) for need in NEEDS}
