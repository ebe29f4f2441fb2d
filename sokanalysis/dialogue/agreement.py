"""How far the raters of a round agree: item by item, and over all items together.

Ratings go from 1 (rejected) to 5 (agreed). An item was asked in a round when the round has a row
of ``votes`` for it, be its rating empty; an empty rating is no opinion and never counts as a low
one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sokanalysis.parameters import Parameters

    Floats = npt.NDArray[np.float64]

AGREES: Final = 4  # and above
REJECTS: Final = 2  # and below

OUTCOMES: Final = {
    "zustimmung": "Konsens: Zustimmung",
    "ablehnung": "Konsens: Ablehnung",
    "offen": "offen",
    "zu_wenige": "zu wenige Bewertungen",
}
CONSENSUS: Final = ("zustimmung", "ablehnung")

_DRAWS: Final = 9_999
_SEED: Final = 20_061_101
_FEW_ITEMS: Final = 7  # Siegel & Castellan (1988) take the normal test above, exact tables up to it


def described(votes: pd.DataFrame, keys: Sequence[str], parameters: Parameters) -> pd.DataFrame:
    """Describe the ratings of each group of rows.

    Quartiles interpolate between the ordered ratings at (n − 1)·p + 1, definition 7 of Hyndman &
    Fan (1996), doi:10.2307/2684934, which is QUARTILE.INKL of a German Excel.

    Parameters
    ----------
    votes : DataFrame
        `keys` and ``rating`` (1–5 or missing).
    keys : sequence of str
        Columns that form the groups.
    parameters : Parameters
        ``dialogue_group_min_count`` is the least number of ratings that is described.

    Returns
    -------
    DataFrame
        One row a group in order of their first rows: `keys`, ``rating_count``,
        ``rating_median``, ``rating_lower_quartile``, ``rating_upper_quartile``,
        ``agreement_share`` (ratings of 4 or 5) and ``rejection_share`` (1 or 2), 0–1. All but the
        count are missing where there are too few ratings. Empty without votes.
    """
    rating = votes["rating"].astype("float64")
    known = rating.notna()
    rows = votes[[*keys]].assign(
        rating=rating,
        agrees=(rating >= AGREES).astype("float64").where(known),
        rejects=(rating <= REJECTS).astype("float64").where(known),
    )
    groups = rows.groupby([*keys], sort=False)
    values = pd.DataFrame({
        "rating_median": groups["rating"].median(),
        "rating_lower_quartile": groups["rating"].quantile(0.25),
        "rating_upper_quartile": groups["rating"].quantile(0.75),
        "agreement_share": groups["agrees"].mean(),
        "rejection_share": groups["rejects"].mean(),
    })  # fmt: skip
    counts = groups["rating"].count()
    values.loc[counts < parameters.dialogue_group_min_count] = np.nan
    return pd.concat([counts.rename("rating_count"), values], axis=1).reset_index()


def item_summary(votes: pd.DataFrame, rounds: pd.DataFrame, parameters: Parameters) -> pd.DataFrame:
    """Say for each item of each round how it was rated and whether that is a consensus.

    Parameters
    ----------
    votes, rounds : DataFrame
        Rows of the tables ``votes`` and ``rounds``.
    parameters : Parameters
        ``dialogue_group_min_count``; the threshold is that of the round, fixed before it.

    Returns
    -------
    DataFrame
        One row a round and item asked, rounds by date, items in order of their first votes:
        ``round_id``, ``item_id``, the columns of `described`, ``outcome`` (key of `OUTCOMES`) and
        ``is_consensus``: the share that agrees, or the share that rejects, reaches the round's
        ``consensus_share``. With too few ratings values are missing and there is no consensus.
        Empty without votes.

    Raises
    ------
    KeyError
        When a vote names a round that is not in `rounds`.
    """
    table = in_order(described(votes, ("round_id", "item_id"), parameters), rounds)
    shares = rounds.set_index("round_id")["consensus_share"]
    threshold = shares.loc[table["round_id"]].to_numpy(np.float64)
    table["outcome"] = np.select(
        [
            table["rating_count"] < parameters.dialogue_group_min_count,
            table["agreement_share"] >= threshold,
            table["rejection_share"] >= threshold,
        ],
        ["zu_wenige", *CONSENSUS],
        "offen",
    )
    table["is_consensus"] = table["outcome"].isin(CONSENSUS)
    return table


def in_order(rows: pd.DataFrame, rounds: pd.DataFrame) -> pd.DataFrame:
    """Return rows with ``round_id`` by the date of their rounds, within a round as they were.

    Raises
    ------
    KeyError
        When a row names a round that is not in `rounds`.
    """
    dates = rounds.set_index("round_id")["date"].loc[rows["round_id"]]
    return rows.iloc[np.argsort(dates.to_numpy(), kind="stable")].reset_index(drop=True)


def ratings_of(votes: pd.DataFrame, round_id: str, parameters: Parameters) -> pd.DataFrame:
    """Return the ratings of one round as a matrix, the ballots of `sokanalysis.dialogue.ranking`.

    Parameters
    ----------
    votes : DataFrame
        Rows of the table ``votes``.
    round_id : str
        The round.
    parameters : Parameters
        Items with fewer ratings than ``dialogue_group_min_count`` are left out: whatever follows
        from the matrix would tell how these few rated them.

    Returns
    -------
    DataFrame of float, shape (raters, items)
        In order of their first votes; missing where somebody did not rate. Without items when the
        round is not known or too few people rated.

    Raises
    ------
    ValueError
        When somebody rated an item twice in the round.
    """
    rows = votes.loc[votes["round_id"] == round_id]
    wide = rows.pivot(index="rater_id", columns="item_id", values="rating")
    ordered = wide.reindex(index=rows["rater_id"].unique(), columns=rows["item_id"].unique())
    return ordered.loc[:, ordered.count() >= parameters.dialogue_group_min_count].astype("float64")


@dataclass(frozen=True)
class Concordance:
    """Kendall's W over the items of a round, with its test.

    Parameters
    ----------
    w : float or None
        0 (no common order) to 1 (all in the same order); None where there is nothing to compare.
    chi_squared : float or None
        m (n − 1) W.
    degrees_of_freedom : int
        n − 1; 0 without items.
    p_value : float or None
        From the χ² distribution: how often raters without anything in common agree so far.
    permutation_p_value : float or None
        The same by shuffling every rater's ranks; the one to read with few raters or items.
    rater_count, item_count : int
        m and n, those that were compared.
    left_out_count : int
        Raters who rated some of the items only, who are not compared.
    """

    w: float | None
    chi_squared: float | None
    degrees_of_freedom: int
    p_value: float | None
    permutation_p_value: float | None
    rater_count: int
    item_count: int
    left_out_count: int

    @property
    def notes(self) -> tuple[str, ...]:
        """Say in German who is left out and how the test is to be read."""
        asked = self.rater_count + self.left_out_count
        texts = {
            f"Nicht eingerechnet, weil Bewertungen fehlen: {self.left_out_count} von {asked} "
            "Beteiligten.": self.left_out_count > 0,
            "Kendalls W ist nicht bestimmbar: Es braucht mindestens zwei Beteiligte, die Aussagen "
            "verschieden bewerten.": self.w is None,
            f"Bei höchstens {_FEW_ITEMS} Aussagen ist die χ²-Näherung grob; es gilt der "
            "Permutationstest.": self.w is not None and self.item_count <= _FEW_ITEMS,
        }
        return tuple(text for text, holds in texts.items() if holds)


def kendalls_w(ratings: pd.DataFrame) -> Concordance:
    """Say how far the raters put the items into the same order.

    W = 12 Σ (R_i − m (n + 1) / 2)² / (m² (n³ − n) − m Σ (t³ − t)) with R_i the sum of the ranks of
    an item, equal ratings sharing their ranks, and t the sizes of the groups of equal ratings of
    each rater: Kendall & Babington Smith (1939), doi:10.1214/aoms/1177732186; ties as in Kendall
    (1948), Rank Correlation Methods, ch. 6. The χ² test is too cautious with few raters, so ranks
    are shuffled as well (Legendre 2005, doi:10.1198/108571105X46642), (1 + as far) / (1 + draws).

    Parameters
    ----------
    ratings : DataFrame, shape (raters, items)
        As `ratings_of` gives it. Items that nobody rated and people who rated nothing are not
        looked at; of the others those with gaps are left out.

    Returns
    -------
    Concordance
        Without a value with fewer than two raters or items, or when nobody tells items apart.
    """
    from scipy.stats import chi2, rankdata

    asked = ratings.dropna(axis="columns", how="all").dropna(how="all")
    complete = asked.dropna()
    m, n = complete.shape
    left_out = len(asked) - m
    ranks = rankdata(complete.to_numpy(np.float64), axis=1)
    spread = m * float(((ranks - (n + 1) / 2) ** 2).sum())  # of the ranks themselves: ties lower it
    if m < 2 or n < 2 or spread == 0:
        return Concordance(None, None, max(n - 1, 0), None, None, m, n, left_out)
    w = float(((ranks.sum(axis=0) - m * (n + 1) / 2) ** 2).sum()) / spread
    test = m * (n - 1) * w
    shuffled = _permutation_p_value(ranks)
    return Concordance(w, test, n - 1, float(chi2.sf(test, n - 1)), shuffled, m, n, left_out)


def _permutation_p_value(ranks: Floats) -> float:
    """Return the share of shuffles with rank sums as far apart; the same for any order of rows."""
    ordered = np.sort(ranks, axis=1)
    generator = np.random.default_rng(_SEED)
    sums = np.zeros((_DRAWS, ranks.shape[1]))
    for rank in ordered[np.lexsort(ordered.T)]:
        sums += generator.permuted(np.broadcast_to(rank, sums.shape), axis=1)
    # Half ranks are exact in binary, so equal sums of squares are equal numbers.
    reached = (sums**2).sum(axis=1) >= (ranks.sum(axis=0) ** 2).sum()
    return float((1 + reached.sum()) / (1 + _DRAWS))
