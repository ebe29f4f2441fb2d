"""What the actors agree on: value statements, agreed or open, with what was said to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.dialogue.agreement import in_order, item_summary

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters

AGREED, OPEN, REJECTED = "vereinbart", "offen", "abgelehnt"
_STATES: Final = {
    "zustimmung": AGREED, "ablehnung": REJECTED, "offen": OPEN, "zu_wenige": OPEN,
}  # fmt: skip


def statements(
    items: pd.DataFrame, rounds: pd.DataFrame, votes: pd.DataFrame, parameters: Parameters
) -> pd.DataFrame:
    """Say of every value statement how it stands after the last round that asked for it.

    Parameters
    ----------
    items, rounds, votes : DataFrame
        Rows of the tables of these names.
    parameters : Parameters
        ``dialogue_group_min_count``.

    Returns
    -------
    DataFrame
        One row a statement that was asked for, in order of the items: ``item_id``, ``text``,
        ``round_id``, ``state`` (`AGREED`, `OPEN` or `REJECTED`; too few ratings leave it open),
        ``rating_count``, ``rating_median``, ``agreement_share`` (missing with too few). Empty
        without statements.
    """
    rows = in_order(item_summary(votes, rounds, parameters), rounds)
    last = rows.drop_duplicates("item_id", keep="last").set_index("item_id")
    asked = items[(items["kind"] == "wert") & items["item_id"].isin(last.index)]
    found = last.loc[asked["item_id"]].reset_index()
    found["state"] = found["outcome"].map(_STATES)
    found["text"] = asked["text"].to_numpy()
    names = ["item_id", "text", "round_id", "state", "rating_count", "rating_median",
             "agreement_share"]  # fmt: skip
    return found[names]


def themes(votes: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Return the words of comments under the themes that somebody has sorted them into.

    A comment without a theme has not been read yet and stays away, and so does every comment of a
    round with too few raters.

    Parameters
    ----------
    votes : DataFrame
        Rows of the table ``votes``; ``theme`` is the analyst's.
    parameters : Parameters
        ``dialogue_group_min_count``.

    Returns
    -------
    DataFrame
        ``item_id``, ``theme``, ``comment`` by alphabet within an item, so that their order does
        not follow the raters. Empty without themes.
    """
    raters = votes.groupby("round_id")["rater_id"].transform("nunique")
    read = votes["theme"].fillna("").astype("str").str.strip() != ""
    said = votes["comment"].fillna("").astype("str").str.strip() != ""
    rows = votes[read & said & (raters >= parameters.dialogue_group_min_count)]
    names = ["item_id", "theme", "comment"]
    return rows[names].sort_values(names).reset_index(drop=True)


def chapter(rows: pd.DataFrame, said: pd.DataFrame) -> str:
    """Write the chapter on how the district sees itself, in German Markdown.

    Parameters
    ----------
    rows : DataFrame
        As `statements` gives it.
    said : DataFrame
        As `themes` gives it.

    Returns
    -------
    str
        What is agreed as a list; what is open with the themes of its comments; what was rejected.
    """
    if rows.empty:
        return "Über Wertaussagen wurde noch nicht abgestimmt."
    parts = [
        _list("Darauf haben sich die Beteiligten verständigt", rows, AGREED, said),
        _list("Darüber besteht noch keine Einigkeit", rows, OPEN, said),
        _list("Das wurde verworfen", rows, REJECTED, said),
    ]
    return "\n\n".join(part for part in parts if part)


def _list(heading: str, rows: pd.DataFrame, state: str, said: pd.DataFrame) -> str:
    chosen = rows[rows["state"] == state]
    if chosen.empty:
        return ""
    lines = [f"- {row['text']}{_themes(row, said)}" for row in chosen.to_dict("records")]
    return "\n".join([f"**{heading}:**", "", *lines])


def _themes(row: dict[Any, Any], said: pd.DataFrame) -> str:
    """Name the themes of the comments to a statement that is not agreed."""
    names = said.loc[said["item_id"] == row["item_id"], "theme"].drop_duplicates()
    if row["state"] == AGREED or names.empty:
        return ""
    return f" (angesprochen: {'; '.join(names)})"
