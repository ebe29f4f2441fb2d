"""From many orders to one: Borda, Condorcet, where they disagree, and weights for the portfolio.

A ballot is what one rater gave in a round: the higher the rating, the better; equal ratings are
ties. Only items that a ballot rates both are compared on it, so an item left out is neither last
nor anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sokanalysis.parameters import Parameters

    Flags = npt.NDArray[np.bool_]
    Counts = npt.NDArray[np.int64]

_LOWEST: Final = 1  # rating that gives no weight


def pairwise(ballots: pd.DataFrame) -> pd.DataFrame:
    """Count for each pair of items how many raters put the one above the other.

    Parameters
    ----------
    ballots : DataFrame of float, shape (raters, items)
        As `sokanalysis.dialogue.agreement.ratings_of` gives it.

    Returns
    -------
    DataFrame of int, shape (items, items)
        Row above column; 0 on the diagonal. Empty without items.
    """
    above, _ = _compared(ballots)
    return pd.DataFrame(above, ballots.columns, ballots.columns)


def _compared(ballots: pd.DataFrame) -> tuple[Counts, Counts]:
    """Return for each pair how many put the row above, and how many rated the two alike."""
    ratings = ballots.to_numpy(np.float64)
    row, column = ratings[:, :, None], ratings[:, None, :]
    alike = (row == column).sum(axis=0)
    np.fill_diagonal(alike, 0)
    return (row > column).sum(axis=0), alike


def borda(ballots: pd.DataFrame) -> pd.DataFrame:
    """Rank items by points: one for each item below them on a ballot, half for each beside them.

    Borda (1784), Mémoire sur les élections au scrutin; here as the sum over all pairs (Young 1974,
    doi:10.1016/0022-0531(74)90073-8). On incomplete ballots points are divided by the comparisons,
    so that an item does not rise by being rated more often; with complete ballots this changes no
    rank, and with any ballots an item that wins all its pairs is never last.

    Parameters
    ----------
    ballots : DataFrame of float, shape (raters, items)
        As `sokanalysis.dialogue.agreement.ratings_of` gives it.

    Returns
    -------
    DataFrame
        One row an item, best first, equal ones in order of the columns: ``item_id``, ``points``,
        ``comparison_count``, ``points_share`` (points a comparison, 0–1), ``rank`` (equal ones
        share the better one). Items that were compared with nothing come last without share and
        rank. Empty without items.
    """
    above, alike = _compared(ballots)
    points = above.sum(axis=1) + alike.sum(axis=1) / 2
    comparisons = (above + above.T + alike).sum(axis=1)
    table = pd.DataFrame({
        "item_id": ballots.columns, "points": points, "comparison_count": comparisons,
        "points_share": points / np.where(comparisons > 0, comparisons, np.nan),
    })  # fmt: skip
    table["rank"] = table["points_share"].rank(method="min", ascending=False).astype("Int64")
    return table.sort_values("rank", kind="stable", ignore_index=True)


@dataclass(frozen=True)
class Majorities:
    """The order that majorities give, as far as they give one.

    Parameters
    ----------
    pairs : DataFrame of int, shape (items, items)
        As `pairwise` gives it.
    tiers : tuple of tuple of str
        Items, the best first: every item of a tier beats every item of later ones, and no tier
        can be divided further. The first is the Smith set (Smith 1973, doi:10.2307/1914033). In a
        tier of several majorities run in a circle or are undecided.
    cycles : tuple of tuple of str
        For every item in a circle a shortest one: each beats the next, the last the first.
        Written from the item that comes first in its tier, each circle once.
    """

    pairs: pd.DataFrame
    tiers: tuple[tuple[str, ...], ...]
    cycles: tuple[tuple[str, ...], ...]

    @property
    def winner(self) -> str | None:
        """The Condorcet winner, who beats every other item; None when there is none."""
        return self.tiers[0][0] if self.tiers and len(self.tiers[0]) == 1 else None

    @property
    def smith_set(self) -> tuple[str, ...]:
        """The smallest set whose items beat all others; empty without items."""
        return self.tiers[0] if self.tiers else ()

    def ranking(self) -> pd.DataFrame:
        """Return the items in order.

        Returns
        -------
        DataFrame
            ``rank`` (items of a tier share the best), ``item_id``, ``is_shared``.
        """
        starts = np.cumsum([1, *(len(tier) for tier in self.tiers)])
        rows = [
            (int(rank), item, len(tier) > 1)
            for rank, tier in zip(starts, self.tiers, strict=False)
            for item in tier
        ]
        return pd.DataFrame(rows, columns=["rank", "item_id", "is_shared"])


def condorcet(ballots: pd.DataFrame) -> Majorities:
    """Compare every item with every other by majority (Condorcet 1785, Essai sur l'application).

    Parameters
    ----------
    ballots : DataFrame of float, shape (raters, items)
        As `sokanalysis.dialogue.agreement.ratings_of` gives it.

    Returns
    -------
    Majorities
        Without tiers when there are no items.
    """
    pairs = pairwise(ballots)
    counts = pairs.to_numpy()
    beats = counts > counts.T
    # Who belongs to a leading set beats all outside it and so more items than anybody outside.
    order = np.argsort(-beats.sum(axis=1), kind="stable")
    beats, names = beats[np.ix_(order, order)], [str(pairs.index[i]) for i in order]
    ends = [end for end in range(1, len(names) + 1) if beats[:end, end:].all()]
    tiers = tuple(tuple(names[a:b]) for a, b in zip([0, *ends], ends, strict=False))
    return Majorities(pairs, tiers, _cycles(beats, names))


def _cycles(beats: Flags, names: list[str]) -> tuple[tuple[str, ...], ...]:
    """Return for every item in a circle a shortest one, each circle once."""
    from scipy.sparse.csgraph import shortest_path

    if not names:
        return ()
    steps, before = shortest_path(beats, unweighted=True, return_predecessors=True)
    found: dict[tuple[int, ...], None] = {}
    for item in range(len(names)):
        back = np.where(beats[:, item], steps[item], np.inf)  # to those that beat the item
        if np.isfinite(back).any():
            path = [int(np.argmin(back))]
            while path[-1] != item:
                path.append(int(before[item, path[-1]]))
            first = path.index(min(path))
            found[tuple(reversed(path[first + 1 :] + path[: first + 1]))] = None
    return tuple(tuple(names[i] for i in cycle) for cycle in found)


def cycle_text(cycle: tuple[str, ...], titles: Mapping[str, str]) -> str:
    """Name a circle of majorities in German: „A“ vor „B“ vor „C“ vor „A“."""
    return " vor ".join(f"„{titles[item]}“" for item in (*cycle, cycle[0]))


def disagreements(points: pd.DataFrame, majorities: Majorities) -> pd.DataFrame:
    """List the pairs that points put the other way round than the majority.

    Parameters
    ----------
    points : DataFrame
        As `borda` gives it.
    majorities : Majorities
        As `condorcet` gives it, of the same ballots.

    Returns
    -------
    DataFrame
        ``item_id`` (ahead by points), ``preferred_item_id`` (ahead by majority), ``for_count`` and
        ``against_count`` (raters who prefer the second and the first), ``is_in_tier``: whether
        both share a tier, where no order could please every majority. By rank of the first,
        then of the second. Empty when both orders agree.
    """
    ranked = points.dropna(subset="rank")
    pairs, tier = majorities.pairs, {item: t for t in majorities.tiers for item in t}
    rows = [
        (a, b, pairs.loc[b, a], pairs.loc[a, b], tier[a] == tier[b])
        for a, rank in zip(ranked["item_id"], ranked["rank"], strict=True)
        for b in ranked.loc[ranked["rank"] > rank, "item_id"]
        if pairs.loc[b, a] > pairs.loc[a, b]
    ]
    columns = ["item_id", "preferred_item_id", "for_count", "against_count", "is_in_tier"]
    return pd.DataFrame(rows, columns=columns)


def disagreement_texts(rows: pd.DataFrame, titles: Mapping[str, str]) -> list[str]:
    """Name each row of `disagreements` in one German sentence."""
    return [
        f"Nach Punkten steht „{titles[row['item_id']]}“ vor „{titles[row['preferred_item_id']]}“, "
        f"im direkten Vergleich ist es umgekehrt ({row['for_count']} zu {row['against_count']})."
        for row in rows.to_dict("records")
    ]


def weights_of(
    votes: pd.DataFrame, items: pd.DataFrame, round_id: str, parameters: Parameters,
    kind: str = "bedarf",
) -> pd.DataFrame:  # fmt: skip
    """Turn the ratings of a round into weights of needs or fields.

    The weight is the mean rating less 1, the lowest rating, divided by the sum of all: who is rated
    3 by everybody weighs half of who is rated 5, and 1 weighs nothing. Every rater counts alike,
    whatever the group. The mean, because medians on five steps are nearly all 4. What too few
    people rated gets the mean weight of the others, so it is neither lifted nor lowered and
    nobody's rating follows from it.

    Parameters
    ----------
    votes, items : DataFrame
        Rows of the tables ``votes`` and ``items``.
    round_id : str
        The round.
    parameters : Parameters
        ``dialogue_group_min_count``.
    kind : str
        Key of `sokanalysis.codes.ITEM_KINDS`; items of this kind with a reference count, several
        with the same one by the mean of their means.

    Returns
    -------
    DataFrame
        One row a reference, in order of the items: ``reference``, ``weight`` (sums to 1) and
        ``is_rated`` (False where the weight is the mean of the others). All alike when nothing is
        rated above 1. Empty without such items.
    """
    asked = items[(items["kind"] == kind) & items["reference"].notna()]
    rated = votes[votes["round_id"] == round_id].merge(asked, on="item_id").dropna(subset="rating")
    means = rated.astype({"rating": "float64"}).groupby("item_id")["rating"].agg(["mean", "size"])
    enough = means.loc[means["size"] >= parameters.dialogue_group_min_count, "mean"]
    score = asked.assign(score=asked["item_id"].map(enough).astype("float64") - _LOWEST)
    table = score.groupby("reference", sort=False)["score"].mean().reset_index()
    table["is_rated"] = table["score"].notna()
    filled = table["score"].fillna(table["score"].mean()).fillna(0.0)
    weight = filled / filled.sum() if filled.sum() > 0 else 1 / max(len(filled), 1)
    return table.assign(weight=weight)[["reference", "weight", "is_rated"]]
