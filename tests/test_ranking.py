"""Orders from many ballots: textbook elections, circles, brute force, weights."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.dialogue.ranking import (
    borda,
    condorcet,
    cycle_text,
    disagreement_texts,
    disagreements,
    pairwise,
    weights_of,
)
from sokanalysis.parameters import default_parameters
from tests.test_agreement import votes_of

PARAMETERS = default_parameters()


def election(**orders):
    """Ballots from {"ABC": 8, …}: eight raters with A before B before C."""
    items = sorted(next(iter(orders)))
    rows = [
        [len(order) - order.index(item) for item in items]
        for order, count in orders.items()
        for _ in range(count)
    ]
    return pd.DataFrame(rows, columns=items, dtype="float64")


def duels(*beats):
    """Ballots of one comparison each: "AB" rates A over B and nothing else."""
    items = sorted(set("".join(beats)))
    return pd.DataFrame([{a: 5.0, b: 1.0} for a, b in beats], columns=items)


def points(ballots):
    return borda(ballots).set_index("item_id")["points"].to_dict()


# --- textbook elections ---------------------------------------------------------------------------

# The capital of Tennessee, hundredths of the voters (electowiki.org, Borda count): Memphis,
# Nashville, Chattanooga, Knoxville. Points 126, 194, 173, 107.
TENNESSEE = election(MNCK=42, NCKM=26, CKNM=15, KCNM=17)
# Borda's own election (Mémoire of 1784, in translation by J. Heine Barnett, MAA Convergence): most
# first places for A, yet 37 points; B 42, C 47, counted 3, 2, 1 and not 2, 1, 0 as here: 21 less.
BORDA = election(ABC=1, ACB=7, BCA=7, CBA=6)
# Condorcet (1785) against Borda, 81 voters: A beats B 41 : 40, but B has more points.
CONDORCET = election(ABC=30, ACB=1, BAC=29, BCA=10, CAB=10, CBA=1)
PARADOX = election(ABC=1, BCA=1, CAB=1)


def test_capital_of_tennessee():
    assert points(TENNESSEE) == {"N": 194, "C": 173, "M": 126, "K": 107}
    assert borda(TENNESSEE)["rank"].tolist() == [1, 2, 3, 4]
    found = condorcet(TENNESSEE)
    assert found.winner == "N"
    assert found.tiers == (("N",), ("C",), ("K",), ("M",))
    assert found.cycles == ()
    pairs = pairwise(TENNESSEE)
    assert pairs.loc["N", ["M", "C", "K"]].tolist() == [58, 68, 68]
    assert pairs.loc["C", ["M", "K"]].tolist() == [58, 83]
    assert pairs.loc["M", "K"] == 42
    # Points put Memphis before Knoxville, 58 of 100 the other way round.
    rows = disagreements(borda(TENNESSEE), found)
    assert rows.to_numpy().tolist() == [["M", "K", 58, 42, False]]
    assert disagreement_texts(rows, {"M": "Memphis", "K": "Knoxville"}) == [
        "Nach Punkten steht „Memphis“ vor „Knoxville“, im direkten Vergleich ist es umgekehrt "
        "(58 zu 42)."
    ]


def test_election_of_borda():
    assert points(BORDA) == {"A": 37 - 21, "B": 42 - 21, "C": 47 - 21}
    assert condorcet(BORDA).winner == "C"  # 13 : 8 against either
    assert disagreements(borda(BORDA), condorcet(BORDA)).empty


def test_condorcet_against_borda():
    # A: 2 · 31 + 39 = 101. B: 2 · 39 + 31 = 109. C: 2 · 11 + 11 = 33.
    assert points(CONDORCET) == {"A": 101, "B": 109, "C": 33}
    found = condorcet(CONDORCET)
    assert (found.winner, found.smith_set) == ("A", ("A",))
    rows = disagreements(borda(CONDORCET), found)
    assert rows.to_numpy().tolist() == [["B", "A", 41, 40, False]]


def test_paradox_of_condorcet():
    found = condorcet(PARADOX)
    assert found.winner is None
    assert found.tiers == (("A", "B", "C"),)
    assert found.cycles == (("A", "B", "C"),)
    titles = {"A": "Kurs", "B": "Bus", "C": "Kita"}
    assert cycle_text(found.cycles[0], titles) == "„Kurs“ vor „Bus“ vor „Kita“ vor „Kurs“"
    # Everybody has 2 + 1 + 0 points, so points contradict nobody.
    assert borda(PARADOX)["points"].tolist() == [3, 3, 3]
    assert borda(PARADOX)["rank"].tolist() == [1, 1, 1]
    assert disagreements(borda(PARADOX), found).empty


# --- circles and ties -----------------------------------------------------------------------------


def test_a_circle_below_a_winner():
    found = condorcet(duels("DA", "DB", "DC", "AB", "BC", "CA", "AE", "BE", "CE", "DE"))
    assert found.winner == "D"
    assert found.tiers == (("D",), ("A", "B", "C"), ("E",))
    assert found.ranking().to_numpy().tolist() == [
        [1, "D", False], [2, "A", True], [2, "B", True], [2, "C", True], [5, "E", False],
    ]  # fmt: skip


def test_a_circle_of_four_when_those_across_are_undecided():
    assert condorcet(duels("AB", "BC", "CD", "DA")).cycles == (("A", "B", "C", "D"),)


def test_two_circles_that_share_an_item():
    # A beats B beats C beats A, and C beats D beats E beats C.
    found = condorcet(duels("AB", "BC", "CA", "CD", "DE", "EC"))
    assert {frozenset(cycle) for cycle in found.cycles} == {frozenset("ABC"), frozenset("CDE")}


def test_undecided_is_no_circle():
    found = condorcet(election(AB=3, BA=3))
    assert (found.winner, found.tiers, found.cycles) == (None, (("A", "B"),), ())
    assert found.ranking()["is_shared"].all()


def test_equal_ratings_share_the_points():
    # 5 4 4 1: A has 3 below; B and C have D below and each other beside: 1 ½; D nothing.
    # 3 3 3 3: everybody has three beside: 1 ½.
    ballots = pd.DataFrame([[5, 4, 4, 1], [3, 3, 3, 3]], columns=list("ABCD"))
    assert points(ballots) == {"A": 4.5, "B": 3, "C": 3, "D": 1.5}
    table = borda(ballots)
    assert table["rank"].tolist() == [1, 2, 2, 4]
    assert table["points_share"].tolist() == pytest.approx([4.5 / 6, 3 / 6, 3 / 6, 1.5 / 6])
    assert condorcet(ballots).tiers == (("A",), ("B", "C"), ("D",))


def test_an_item_rated_by_few_neither_rises_nor_falls():
    # A over B on ten ballots. C on one of them only, above A: one of one against A and B each.
    ballots = pd.DataFrame([[4, 2, 5], *[[4, 2, None]] * 9], columns=list("ABC"), dtype="float64")
    table = borda(ballots).set_index("item_id")
    assert list(table.index) == ["C", "A", "B"]
    assert table["points"].to_dict() == {"C": 2, "A": 10, "B": 0}
    assert table["points_share"].to_dict() == {"C": 1, "A": 10 / 11, "B": 0}
    assert condorcet(ballots).tiers == (("C",), ("A",), ("B",))


def test_an_item_that_nobody_compared_comes_last_without_rank():
    table = borda(pd.DataFrame([[None, 2, 5], [3, None, None]], columns=list("ABC"), dtype=float))
    assert table["item_id"].tolist() == ["C", "B", "A"]
    assert table["rank"].isna().tolist() == [False, False, True]


def test_no_items_and_a_single_one():
    for ballots in (pd.DataFrame(), election(A=0)):
        assert len(borda(ballots)) == len(ballots.columns)
    nothing = condorcet(pd.DataFrame())
    assert (nothing.winner, nothing.smith_set, nothing.cycles) == (None, (), ())
    assert nothing.ranking().empty
    assert disagreements(borda(pd.DataFrame()), nothing).empty
    assert condorcet(election(A=2)).winner == "A"


# --- properties -----------------------------------------------------------------------------------

any_ballots = st.integers(1, 5).flatmap(
    lambda count: st.lists(
        st.lists(st.none() | st.integers(1, 5), min_size=count, max_size=count),
        min_size=1,
        max_size=6,
    )
)


def ballots_of(rows):
    return pd.DataFrame(rows, columns=list("ABCDE")[: len(rows[0])], dtype="float64")


def majority(rows, a, b):
    """Whether more rows rate item number a above b than b above a."""
    both = [(row[a], row[b]) for row in rows if row[a] is not None and row[b] is not None]
    return sum(x > y for x, y in both) > sum(x < y for x, y in both)


@settings(max_examples=60, deadline=None)
@given(any_ballots)
def test_majorities_against_brute_force(rows):
    found, names = condorcet(ballots_of(rows)), "ABCDE"[: len(rows[0])]
    beats = {(a, b): majority(rows, i, j) for i, a in enumerate(names) for j, b in enumerate(names)}
    sets = [set(c) for size in range(1, len(names) + 1) for c in combinations(names, size)]
    leading = [c for c in sets if all(beats[a, b] for a in c for b in set(names) - c)]
    # The first tiers together lead, and nothing else does; the smallest set is that of Smith.
    assert [set(sum(found.tiers[:n], ())) for n in range(1, len(found.tiers) + 1)] == leading
    assert set(found.smith_set) == leading[0]
    # Each circle is one, within a tier, and named once; who is in one has a shortest one.
    for cycle in found.cycles:
        assert all(beats[a, b] for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        assert any(set(cycle) <= set(tier) for tier in found.tiers)
    matrix = np.array([[beats[a, b] for b in names] for a in names], dtype=int)
    powers = [np.linalg.matrix_power(matrix, steps) for steps in range(1, 6)]
    for place, item in enumerate(names):
        shortest = next((n for n, p in enumerate(powers, start=1) if p[place, place]), None)
        assert min((len(c) for c in found.cycles if item in c), default=None) == shortest


@settings(max_examples=60, deadline=None)
@given(any_ballots)
def test_who_wins_all_pairs_is_never_last_by_points(rows):
    # On average of all comparisons everybody has half the points, whoever wins all pairs has more.
    ballots = ballots_of(rows)
    winner = condorcet(ballots).winner
    if winner is not None and len(ballots.columns) > 1:
        table = borda(ballots).set_index("item_id")
        assert table.loc[winner, "points_share"] > 0.5
        assert table["points_share"].min() < 0.5


@settings(max_examples=25, deadline=None)
@given(any_ballots)
def test_points_are_shared_out(rows):
    # Each ballot with k ratings gives k (k − 1) / 2 points in all.
    ballots = ballots_of(rows)
    rated = ballots.notna().sum(axis=1)
    assert borda(ballots)["points"].sum() == (rated * (rated - 1) / 2).sum()


# --- weights --------------------------------------------------------------------------------------


def items_of(**references):
    """Rows of ``items``: needs with their reference, or (kind, reference)."""
    rows = [
        (item, *(entry if isinstance(entry, tuple) else ("bedarf", entry)))
        for item, entry in references.items()
    ]
    return pd.DataFrame(rows, columns=["item_id", "kind", "reference"]).astype("str")


def weights(ratings, **references):
    table = weights_of(votes_of(ratings), items_of(**references), "R1", PARAMETERS)
    return table.set_index("reference")["weight"].to_dict()


def test_weights_by_hand():
    # Means 5, 3 and 1, less 1: 4, 2, 0. Together 6.
    ratings = {"A": [5] * 5, "B": [1, 2, 3, 4, 5], "C": [1] * 5}
    assert weights(ratings, A="sprache", B="arbeit", C="beratung") == {
        "sprache": pytest.approx(4 / 6), "arbeit": pytest.approx(2 / 6), "beratung": 0,
    }  # fmt: skip


def test_several_items_of_one_need_count_by_their_mean():
    # (4 + 0) / 2 = 2 against 2.
    ratings = {"A": [5] * 5, "B": [1] * 9, "C": [3] * 5}
    assert weights(ratings, A="x", B="x", C="y") == {"x": 0.5, "y": 0.5}


def test_what_few_rated_gets_the_mean_of_the_others_and_tells_nothing():
    # 4 and 2 of those rated by five; C, rated by four, and D, by nobody, get 3 each. Together 12.
    for few in ([5, 5, 5, 5, None], [1, 1, 1, 1, None]):
        ratings = {"A": [5] * 5, "B": [3] * 5, "C": few}
        assert weights(ratings, A="a", B="b", C="c", D="d") == pytest.approx(
            {"a": 4 / 12, "b": 2 / 12, "c": 3 / 12, "d": 3 / 12}
        )
    table = weights_of(votes_of(ratings), items_of(A="a", B="b", C="c", D="d"), "R1", PARAMETERS)
    assert table["is_rated"].tolist() == [True, True, False, False]


def test_only_items_of_the_kind_with_a_reference_count():
    ratings = {"A": [5] * 5, "B": [5] * 5, "C": [5] * 5}
    references = {"A": "a", "B": ("wert", "b"), "C": None}
    assert weights(ratings, **references) == {"a": 1}
    table = weights_of(votes_of(ratings), items_of(**references), "R1", PARAMETERS, kind="wert")
    assert table["reference"].tolist() == ["b"]


def test_without_any_weight_all_are_alike():
    assert weights({"A": [1] * 5, "B": [1] * 5}, A="a", B="b") == {"a": 0.5, "b": 0.5}
    assert weights({}, A="a", B="b") == {"a": 0.5, "b": 0.5}
    assert weights({"A": [5] * 5}) == {}
