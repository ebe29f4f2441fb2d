"""From round to round: whether opinions still move, and what changed because of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.dialogue.agreement import CONSENSUS, in_order
from sokanalysis.inventory import listed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sokanalysis.parameters import Parameters

CHANGES: Final = {
    "geeinigt": "Neu im Konsens",
    "wieder_offen": "Wieder offen",
    "umgekehrt": "Ins Gegenteil gekehrt",
}
_PAIR: Final = ["item_id", "round_before_id", "round_after_id"]


def stability(votes: pd.DataFrame, rounds: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Say for each item whether the ratings still moved since the round before.

    Net change of the distribution, half the summed differences between both rounds' numbers of
    raters at each rating, as a share of the raters: Scheibe, Skutsch & Schofer (1975), in Linstone
    & Turoff (eds.), The Delphi Method, 262–287, who call less than 15 % stable. It is defined when
    all agree and needs no large panel. Moves in opposite directions cancel, so the share of raters
    who kept their rating stands beside it (Chaffin & Talley 1980,
    doi:10.1016/0040-1625(80)90074-8). Nothing is said of the ratings themselves: those of the
    raters of both rounds, less those of all, would be those of the few who took part once.

    Parameters
    ----------
    votes, rounds : DataFrame
        Rows of the tables ``votes`` and ``rounds``.
    parameters : Parameters
        ``dialogue_stable_change_share``, ``dialogue_group_min_count``.

    Returns
    -------
    DataFrame
        One row an item and pair of rounds that follow each other among those it was asked in, by
        the date of the later one: ``item_id``, ``round_before_id``, ``round_after_id``,
        ``rater_count`` (who rated it in both), ``kept_share`` and ``net_change_share`` (0–1) and
        ``is_stable``, these three missing with too few raters. Empty with one round.

    Raises
    ------
    KeyError
        When a vote names a round that is not in `rounds`.
    """
    votes = in_order(votes[["round_id", "item_id", "rater_id", "rating"]], rounds)
    pairs = _following(votes[["item_id", "round_id"]].drop_duplicates())
    rated = votes.dropna(subset="rating").astype({"rating": "float64"})
    both = pairs.merge(
        rated.rename(columns={"round_id": "round_before_id", "rating": "before"}),
        on=["item_id", "round_before_id"],
    ).merge(
        rated.rename(columns={"round_id": "round_after_id", "rating": "after"}),
        on=["item_id", "round_after_id", "rater_id"],
    )
    table = pairs.merge(_movement(both), on=_PAIR, how="left")
    table["rater_count"] = table["rater_count"].fillna(0).astype("int64")
    few = table["rater_count"] < parameters.dialogue_group_min_count
    table.loc[few, ["kept_share", "net_change_share"]] = np.nan
    stable = table["net_change_share"] < parameters.dialogue_stable_change_share
    table["is_stable"] = stable.astype("boolean").mask(few)
    return table


def _following(asked: pd.DataFrame) -> pd.DataFrame:
    """Return each item's rounds with the round before, given in order of time."""
    before = asked.groupby("item_id", sort=False)["round_id"].shift()
    pairs = asked.assign(round_before_id=before).rename(columns={"round_id": "round_after_id"})
    return pairs.dropna(subset="round_before_id")[_PAIR].reset_index(drop=True)


def _movement(both: pd.DataFrame) -> pd.DataFrame:
    """Count for each pair of rounds who rated in both, who kept the rating, and the net change."""
    rows = [
        (*pair, len(rows), (rows["before"] == rows["after"]).mean(), _net_change(rows))
        for pair, rows in both.groupby(_PAIR, sort=False)
    ]
    return pd.DataFrame(rows, columns=[*_PAIR, "rater_count", "kept_share", "net_change_share"])


def _net_change(rows: pd.DataFrame) -> float:
    counts = [rows[column].value_counts() for column in ("before", "after")]
    return float(counts[0].sub(counts[1], fill_value=0).abs().sum() / 2 / len(rows))


def changed_items(summary: pd.DataFrame) -> pd.DataFrame:
    """List the items that came to a consensus, left one or turned it round.

    Parameters
    ----------
    summary : DataFrame
        As `sokanalysis.dialogue.agreement.item_summary` gives it. An item is compared with the
        last round before in which enough people rated it.

    Returns
    -------
    DataFrame
        ``item_id``, ``round_before_id``, ``round_after_id``, ``outcome_before``,
        ``outcome_after`` (keys of `sokanalysis.dialogue.agreement.OUTCOMES`) and ``change`` (key
        of `CHANGES`), in the order of `summary`. Empty when nothing changed.
    """
    known = summary[summary["outcome"] != "zu_wenige"]
    pairs = _following(known[["item_id", "round_id"]])
    outcomes = known[["item_id", "round_id", "outcome"]]
    for end in ("before", "after"):
        names = {"round_id": f"round_{end}_id", "outcome": f"outcome_{end}"}
        pairs = pairs.merge(outcomes.rename(columns=names), on=["item_id", f"round_{end}_id"])
    moved = pairs[pairs["outcome_before"] != pairs["outcome_after"]].reset_index(drop=True)
    agreed = [moved[f"outcome_{end}"].isin(CONSENSUS) for end in ("before", "after")]
    kinds = np.select([~agreed[0], ~agreed[1]], ["geeinigt", "wieder_offen"], "umgekehrt")
    return moved.assign(change=pd.Series(kinds, index=moved.index, dtype="str"))


def change_text(changed: pd.DataFrame, titles: Mapping[str, str]) -> str:
    """Tell in German what changed.

    Parameters
    ----------
    changed : DataFrame
        Rows of `changed_items`, as a rule those of one round.
    titles : mapping of str to str
        What the items say, by ``item_id``.

    Returns
    -------
    str
        One sentence for each kind of change that occurs; a sentence also when nothing changed.

    Raises
    ------
    KeyError
        When an item has no title.
    """
    names = changed["item_id"].map(lambda item: f"„{titles[item]}“")
    sentences = [
        f"{title}: {listed(names[changed['change'] == kind])}."
        for kind, title in CHANGES.items()
        if (changed["change"] == kind).any()
    ]
    return " ".join(sentences) or "Kein Ergebnis hat sich geändert."
