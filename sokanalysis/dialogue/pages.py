"""A dialogue for the page: ratings under their words, groups side by side, order, changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.codes import ITEM_KINDS
from sokanalysis.dialogue.agreement import (
    OUTCOMES,
    in_order,
    item_summary,
    kendalls_w,
    ratings_of,
)
from sokanalysis.dialogue.ranking import borda, condorcet, cycle_text, disagreement_texts
from sokanalysis.dialogue.ranking import disagreements as disagreeing
from sokanalysis.dialogue.stability import change_text, changed_items
from sokanalysis.dialogue.voices import by_group
from sokanalysis.levers.candidate import lever_words
from sokanalysis.portfolio import solve
from sokanalysis.selection import weighted

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sokanalysis.dialogue.rounds import RoundTables
    from sokanalysis.options import Options
    from sokanalysis.parameters import Parameters

_APART: Final = 0.4  # shares that agree further apart than this are worth a look


def last_round(tables: RoundTables) -> str:
    """Return the last round; empty when there has been none."""
    rounds = tables.rounds.sort_values("date", kind="stable")
    return "" if rounds.empty else str(rounds["round_id"].iloc[-1])


def ratings(tables: RoundTables, round_id: str, parameters: Parameters) -> pd.DataFrame:
    """Return how each item of a round was rated, in German.

    Returns
    -------
    DataFrame
        In order of the items: ``kind`` (German), ``text``, ``rating_count``, ``rating_median``,
        ``rating_lower_quartile``, ``rating_upper_quartile``, ``agreement_share`` (0–1) and
        ``outcome`` (German). With too few ratings values are missing.
    """
    rows = item_summary(tables.votes, tables.rounds, parameters)
    rows = rows[rows["round_id"] == round_id].set_index("item_id")
    asked = tables.items[tables.items["item_id"].isin(rows.index)]
    found = rows.loc[asked["item_id"]].reset_index(drop=True)
    return found.assign(
        kind=asked["kind"].map(ITEM_KINDS).to_numpy(),
        text=asked["text"].to_numpy(),
        outcome=found["outcome"].map(OUTCOMES),
    )


def divided(tables: RoundTables, round_id: str, parameters: Parameters) -> pd.DataFrame:
    """Return the items on which groups judge differently, those that are too small merged.

    Returns
    -------
    DataFrame
        Items of which the shares that agree lie at least `_APART` apart, the widest first:
        ``text``, ``groups`` (German), ``rating_count``, ``rating_median``, ``agreement_share``.
        Empty when nobody is of another mind.
    """
    rows = by_group(tables.votes[tables.votes["round_id"] == round_id], parameters)
    shares = rows.groupby("item_id", sort=False)["agreement_share"]
    span = shares.transform("max") - shares.transform("min")
    text = tables.items.set_index("item_id")["text"]
    apart = rows.assign(text=rows["item_id"].map(text), span=span)[span >= _APART]
    return apart.sort_values("span", ascending=False, kind="stable").drop(columns="span")


def order_text(tables: RoundTables, round_id: str, kind: str, parameters: Parameters) -> str:
    """Say in which order the raters put the items of a kind, and where orders disagree.

    Returns
    -------
    str
        German Markdown: the order by points, the winner of all direct comparisons if there is
        one, circles, disagreements, and how far the raters share one order (Kendall's W).
    """
    titles = _titles(tables)
    asked = set(tables.items.loc[tables.items["kind"] == kind, "item_id"])
    ballots = ratings_of(tables.votes, round_id, parameters)
    ballots = ballots[[item for item in ballots.columns if item in asked]]
    if ballots.shape[1] < 2:
        return "Zu wenige Bewertungen für eine Reihenfolge."
    points, majorities, shared = borda(ballots), condorcet(ballots), kendalls_w(ballots)
    lines = [
        f"{row['rank']}. {titles[row['item_id']]}"
        for row in points.dropna(subset="rank").to_dict("records")
    ]
    winner = majorities.winner
    notes = [f"„{titles[winner]}“ gewinnt jeden direkten Vergleich."] if winner else []
    notes += [cycle_text(cycle, titles) for cycle in majorities.cycles]
    notes += disagreement_texts(disagreeing(points, majorities), titles)
    notes += [*_shared(shared.w), *shared.notes]
    return "\n".join(lines) + "\n\n" + " ".join(notes)


def _titles(tables: RoundTables) -> Mapping[str, str]:
    return dict(zip(tables.items["item_id"], tables.items["text"], strict=True))


def _shared(w: float | None) -> list[str]:
    if w is None:
        return []
    words = f"{w:.2f}".replace(".", ",")
    return [
        f"Wie weit alle eine Reihenfolge teilen, sagt Kendalls W: {words} (0 gar nicht, 1 ganz)."
    ]


def changes_text(tables: RoundTables, parameters: Parameters) -> str:
    """Say which items changed between open and agreed from the first to the last round."""
    if len(tables.rounds) < 2:
        return "Es gab erst eine Runde."
    summary = in_order(item_summary(tables.votes, tables.rounds, parameters), tables.rounds)
    return change_text(changed_items(summary), _titles(tables))


def plans_side_by_side(
    options: Options, weights: Mapping[str, float], budget_eur: float
) -> pd.DataFrame:
    """Compare the plan where everybody counts alike with the one the dialogue weighs.

    Parameters
    ----------
    options : Options
        As `sokanalysis.options.options_of` gives it.
    weights : mapping of str to float
        As `sokanalysis.dialogue.process.need_weights` gives it.
    budget_eur : float
        A year.

    Returns
    -------
    DataFrame
        One row a measure of either plan, in the order of the options: ``title``, ``cost_eur``,
        ``is_without`` and ``is_with`` (weights).
    """
    plain = set(solve(options.problem, budget_eur).taken)
    weighed = set(solve(weighted(options, weights).problem, budget_eur).taken)
    cost = options.problem.options.set_index("option")["cost_eur"]
    rows = [
        {
            "title": lever_words()[c.lever]["title"].format(**c.words), "cost_eur": cost[key],
            "is_without": key in plain, "is_with": key in weighed,
        }
        for key, c in options.candidates.items()
        if key in plain | weighed
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["title", "cost_eur", "is_without", "is_with"])
