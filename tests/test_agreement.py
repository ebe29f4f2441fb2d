"""Agreement within a round: cases by hand, Kendall's W as published, properties."""

from __future__ import annotations

from itertools import permutations, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare, spearmanr

from sokanalysis.dialogue.agreement import (
    OUTCOMES,
    item_summary,
    kendalls_w,
    ratings_of,
)
from sokanalysis.parameters import default_parameters
from sokanalysis.schema import DIALOGUE_TABLES, ROUNDS, VOTES
from sokanalysis.validation import table_problems

PARAMETERS = default_parameters()


def votes_of(ratings, round_id="R1", group="traeger"):
    """Rows of ``votes`` from {item: ratings of P01, P02, …}; None is an empty rating."""
    rows = [
        (round_id, f"P{number:02d}", group, item, rating, None, None)
        for item, given_ in ratings.items()
        for number, rating in enumerate(given_, start=1)
    ]
    columns = ["round_id", "rater_id", "group", "item_id", "rating", "comment", "theme"]
    types = dict.fromkeys(columns, "str") | {"rating": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype(types)


def rounds_of(**shares):
    """Rows of ``rounds`` a month apart, in the order given."""
    dates = pd.date_range("2026-01-15", periods=len(shares), freq="MS")
    return pd.DataFrame(
        {"round_id": list(shares), "date": dates, "consensus_share": list(shares.values())}
    )


# --- tables ---------------------------------------------------------------------------------------


def test_votes_keep_to_the_scale_and_name_nobody():
    columns = [column.name for column in VOTES.columns]
    assert table_problems(votes_of({"A": [1, None, 5]})[columns], VOTES) == []
    votes = votes_of({"A": [0, 3, 6, 4]})[columns]
    votes["rater_id"] = ["P01", "Erika Musterfrau", "P03", "P04"]
    problems = table_problems(pd.concat([votes, votes[3:]], ignore_index=True), VOTES)
    assert sorted((problem.row, problem.column) for problem in problems) == [
        (2, "Bewertung"), (3, "Kennung"), (4, "Bewertung"), (6, "Runde-Nr., Kennung, Aussage-Nr."),
    ]  # fmt: skip


def test_a_threshold_lets_only_one_side_win():
    # At one half both sides could have a consensus.
    assert ROUNDS.column("consensus_share").minimum > 0.5
    keys = {f"{table.name}.{table.key[-1]}" for table in DIALOGUE_TABLES}
    assert {column.references for column in VOTES.columns} - {""} <= keys


# --- items ----------------------------------------------------------------------------------------


def test_median_quartiles_and_shares_by_hand():
    # Ordered 1 2 3 4 5 5. Quartiles at (6 − 1) · ¼ + 1 = 2.25 and 4.75: 2 + ¼ · 1 and 4 + ¾ · 1.
    # Median between 3 and 4. Three of six agree, two reject. The empty rating counts nowhere.
    row = item_summary(votes_of({"A": [5, 3, 1, None, 2, 5, 4]}), rounds_of(R1=0.75), PARAMETERS)
    assert row.drop(columns=["round_id", "item_id"]).iloc[0].to_dict() == {
        "rating_count": 6, "rating_median": 3.5, "rating_lower_quartile": 2.25,
        "rating_upper_quartile": 4.75, "agreement_share": 3 / 6,
        "rejection_share": pytest.approx(2 / 6), "outcome": "offen", "is_consensus": False,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("ratings", "outcome"),
    [
        ([4, 5, 4, 4, 5, 4, 3, 1], "zustimmung"),  # 6 of 8 are just 75 %
        ([4, 5, 4, 4, 5, 3, 3, 1], "offen"),  # 5 of 8
        ([1, 2, 2, 1, 2, 2, 3, 5], "ablehnung"),
        ([3, 3, 3, 3, 3, 3, 3, 3], "offen"),  # all of one mind, but neither for nor against
        ([5, 5, 5, 5, None, None, None, None], "zu_wenige"),  # 4 ratings, 5 are needed
        ([None] * 8, "zu_wenige"),
    ],
)
def test_consensus_is_a_share_of_the_ratings(ratings, outcome):
    table = item_summary(votes_of({"A": ratings}), rounds_of(R1=0.75), PARAMETERS)
    assert table["outcome"].tolist() == [outcome]
    assert table["is_consensus"].tolist() == [outcome in ("zustimmung", "ablehnung")]
    assert outcome in OUTCOMES


def test_too_few_ratings_are_counted_and_not_described():
    votes = votes_of({"A": [5, 5, 5, 5, None], "B": [None] * 5, "C": [5, 5, 5, 5, 5]})
    table = item_summary(votes, rounds_of(R1=0.75), PARAMETERS).set_index("item_id")
    assert table["rating_count"].to_dict() == {"A": 4, "B": 0, "C": 5}
    values = table.drop(columns=["round_id", "rating_count", "outcome", "is_consensus"])
    assert values.loc[["A", "B"]].isna().all(axis=None)
    assert values.loc["C"].tolist() == [5, 5, 5, 1, 0]


def test_the_threshold_is_that_of_the_round():
    # 4 of 5 agree: enough for 0.8, not for 0.81, whatever the parameter says.
    ratings = {"A": [4, 4, 4, 4, 1]}
    votes = pd.concat([votes_of(ratings, "R2"), votes_of(ratings, "R1")])
    table = item_summary(votes, rounds_of(R1=0.8, R2=0.81), PARAMETERS)
    assert table[["round_id", "outcome"]].to_numpy().tolist() == [
        ["R1", "zustimmung"], ["R2", "offen"],
    ]  # fmt: skip


def test_a_round_without_entry_is_an_error_and_no_votes_are_none():
    with pytest.raises(KeyError):
        item_summary(votes_of({"A": [5]}, "R9"), rounds_of(R1=0.75), PARAMETERS)
    empty = item_summary(votes_of({}), rounds_of(R1=0.75), PARAMETERS)
    full = item_summary(votes_of({"A": [5]}), rounds_of(R1=0.75), PARAMETERS)
    assert empty.empty
    assert list(empty) == list(full)


def test_ratings_as_a_matrix():
    # C was rated by four only: what follows from the matrix would tell how.
    votes = votes_of({"B": [5, 5, 4, 4, 3, None], "C": [1] * 4, "A": [1, 2, 3, 4, 5, 5]})
    matrix = ratings_of(votes, "R1", PARAMETERS)
    assert list(matrix.index) == ["P01", "P02", "P03", "P04", "P05", "P06"]
    assert list(matrix.columns) == ["B", "A"]
    expected = [[5, 1], [5, 2], [4, 3], [4, 4], [3, 5], [np.nan, 5]]
    np.testing.assert_array_equal(matrix, expected)
    assert ratings_of(votes, "R2", PARAMETERS).shape == (0, 0)
    with pytest.raises(ValueError, match="duplicate"):
        ratings_of(pd.concat([votes, votes]), "R1", PARAMETERS)


# --- Kendall's W: published values ----------------------------------------------------------------

# Four judges rank ten projects; sums 10 8 12 16 21 22 25 31 37 38, mean 22, ΣD² = 1048: teaching
# sheet "The Kendall's Coefficient of Concordance W", https://www.scribd.com/document/659863121
PROJECTS = pd.DataFrame([
    [1, 3, 4, 5, 2, 8, 6, 7, 10, 9],
    [2, 1, 4, 5, 6, 3, 8, 7, 10, 9],
    [3, 2, 1, 5, 7, 4, 6, 8, 9, 10],
    [4, 2, 3, 1, 6, 7, 5, 9, 8, 10],
])  # fmt: skip

# Wing, tail and bill of twelve birds, with ties: Zar (1999), Biostatistical Analysis, 4th ed.,
# p. 444. R package synchrony, example of bird.traits: W .9134 without and .9241 with correction
# for ties, mean rank correlation .8862; rank sums as UNISTAT prints them (guide, 6.5.6).
BIRDS = pd.DataFrame([
    [10.4, 10.8, 11.1, 10.2, 10.3, 10.2, 10.7, 10.5, 10.8, 11.2, 10.6, 11.4],
    [7.4, 7.6, 7.9, 7.2, 7.4, 7.1, 7.4, 7.2, 7.8, 7.7, 7.8, 8.3],
    [17, 17, 20, 14.5, 15.5, 13, 19.5, 16, 21, 20, 18, 22],
])  # fmt: skip
BIRD_SUMS = [14.5, 21, 30.5, 6, 11, 3.5, 20, 11.5, 29, 28.5, 22.5, 36]


def test_four_judges_and_ten_projects():
    assert ((PROJECTS.sum() - 22) ** 2).sum() == 1048
    found = kendalls_w(PROJECTS)
    # 12 · 1048 / (16 · 990) = .79394; χ² = 4 · 9 · .79394 = 28.58
    assert round(found.w, 5) == 0.79394
    assert round(found.chi_squared, 2) == 28.58
    assert (found.degrees_of_freedom, found.rater_count, found.item_count) == (9, 4, 10)
    # Beyond 27.877, the value of 9 degrees at .001; the shuffles get nowhere near.
    assert found.p_value < 0.001
    assert found.permutation_p_value == 1 / 10_000
    assert found.notes == ()


def test_twelve_birds_with_ties():
    assert BIRDS.rank(axis=1).sum().tolist() == BIRD_SUMS
    found = kendalls_w(BIRDS)
    assert round(found.w, 4) == 0.9241
    assert round((3 * found.w - 1) / (3 - 1), 4) == 0.8862
    # Another program: Friedman's test of scipy, which corrects for ties too.
    other = friedmanchisquare(*BIRDS.to_numpy().T)
    assert found.chi_squared == pytest.approx(other.statistic)
    assert found.p_value == pytest.approx(other.pvalue)


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2, 3], [1, 2, 3], [1, 2, 3]],  # 6 of 216 cases: .028, as in tables of Friedman's test
        [[1, 2, 3], [1, 2, 3], [3, 1, 2]],
        [[1, 2, 3], [2, 1, 3], [3, 2, 1]],
    ],
)
def test_shuffling_against_all_cases(rows):
    # Three raters and three items: (3!)³ = 216 cases of equal chance. The standard error of 9,999
    # draws is .005 at most.
    cases = product(list(permutations([1, 2, 3])), repeat=3)
    far = [np.sum(np.sum(case, axis=0) ** 2) for case in cases]
    exact = np.mean(np.array(far) >= np.sum(np.sum(rows, axis=0) ** 2))
    found = kendalls_w(pd.DataFrame(rows))
    assert found.permutation_p_value == pytest.approx(exact, abs=0.02)
    assert found.permutation_p_value == pytest.approx(exact, rel=0.25)
    assert "Permutationstest" in found.notes[0]


# --- Kendall's W: gaps and limits -----------------------------------------------------------------


def test_raters_with_gaps_are_left_out_and_counted():
    # Item D nobody rated, P05 rated nothing: neither counts. P04 has a gap. Three remain.
    ratings = pd.DataFrame(
        [[1, 2, 3, None], [1, 2, 3, None], [1, 2, 3, None], [3, None, 1, None], [None] * 4],
        dtype="float64",
    )
    found = kendalls_w(ratings)
    assert (found.w, found.rater_count, found.item_count, found.left_out_count) == (1, 3, 3, 1)
    assert found.notes[0].endswith("1 von 4 Beteiligten.")


@pytest.mark.parametrize(
    "rows",
    [
        [[1, 2, 3]],  # one rater
        [[1], [2]],  # one item
        [[3, 3, 3], [4, 4, 4]],  # nobody tells items apart
        [[None, 1], [2, None]],  # nobody complete
        [],
    ],
)
def test_nothing_to_compare_gives_no_value_but_says_so(rows):
    found = kendalls_w(pd.DataFrame(rows, dtype="float64"))
    assert (found.w, found.chi_squared, found.p_value, found.permutation_p_value) == (None,) * 4
    assert any("nicht bestimmbar" in note for note in found.notes)
    assert found.degrees_of_freedom >= 0


def test_opposite_orders_have_nothing_in_common():
    found = kendalls_w(pd.DataFrame([[1, 2, 3, 4], [4, 3, 2, 1]]))
    assert (found.w, found.chi_squared, found.p_value) == (0, 0, 1)
    assert found.permutation_p_value == 1


ratings_matrices = st.tuples(st.integers(2, 6), st.integers(2, 6)).flatmap(
    lambda shape: st.lists(
        st.lists(st.integers(1, 5), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


@settings(max_examples=25, deadline=None)
@given(ratings_matrices, st.randoms(use_true_random=False))
def test_w_lies_between_0_and_1_and_names_do_not_matter(rows, random):
    table = pd.DataFrame(rows, dtype="float64")
    found = kendalls_w(table)
    if found.w is None:
        assert table.eq(table[0], axis=0).all(axis=None)  # nobody tells items apart
        return
    assert 0 <= found.w <= 1
    raters, items = list(table.index), list(table.columns)
    random.shuffle(raters)
    random.shuffle(items)
    mixed = kendalls_w(table.loc[raters, items])
    assert mixed.w == pytest.approx(found.w)
    assert mixed.permutation_p_value == found.permutation_p_value
    assert kendalls_w(2**table).w == pytest.approx(found.w)  # only the order counts


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(5)), st.integers(2, 6))
def test_identical_rankings_are_perfect_agreement(order, raters):
    assert kendalls_w(pd.DataFrame([order] * raters)).w == pytest.approx(1)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.permutations(range(5)), min_size=2, max_size=5))
def test_w_is_the_mean_rank_correlation_in_disguise(rows):
    # Without ties W = (1 + (m − 1) r) / m, r the mean of Spearman's ρ of all pairs (Kendall 1948).
    m = len(rows)
    pairs = [spearmanr(rows[i], rows[j]).statistic for i in range(m) for j in range(i)]
    assert kendalls_w(pd.DataFrame(rows)).w == pytest.approx((1 + (m - 1) * np.mean(pairs)) / m)
