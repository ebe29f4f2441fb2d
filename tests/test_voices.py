"""Groups side by side, and an attacker who subtracts them from each other and from the totals."""

from __future__ import annotations

from itertools import chain, combinations, product

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.codes import RATER_GROUPS
from sokanalysis.dialogue.agreement import described, item_summary
from sokanalysis.dialogue.voices import ALL, by_group, comments, merged
from sokanalysis.errors import RaterInSeveralGroups
from sokanalysis.parameters import default_parameters
from tests.test_agreement import rounds_of

PARAMETERS = default_parameters()
MINIMUM = PARAMETERS.dialogue_group_min_count


def votes_by_group(**ratings):
    """Rows of ``votes`` for round R1 from {group: [ratings of item A, B, … of one rater, …]}."""
    raters = [(group, given_) for group, rows in ratings.items() for given_ in rows]
    rows = [
        ("R1", f"P{number:02d}", group, item, rating, f"Wort von P{number:02d}")
        for number, (group, given_) in enumerate(raters, start=1)
        for item, rating in zip("ABCDEF", given_, strict=False)
    ]
    columns = ["round_id", "rater_id", "group", "item_id", "rating", "comment"]
    types = dict.fromkeys(columns, "str") | {"rating": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype(types)


# --- which groups are merged ----------------------------------------------------------------------


def shown(**counts):
    """Names shown, with the number of people each stands for."""
    counts = dict.fromkeys(RATER_GROUPS, 0) | counts
    labels = merged(counts, 5)
    people = dict.fromkeys(labels.values(), 0)
    for group, label in labels.items():
        people[label] += counts[group]
    return people


def test_large_groups_stand_alone():
    assert shown(behoerde=5, migranten=9) == {"Behörde": 5, "Migrantinnen und Migranten": 9}


def test_small_groups_together_are_large_enough():
    assert shown(behoerde=8, traeger=3, ehrenamt=9, migranten=2) == {
        "Behörde": 8, "Ehrenamt": 9, "weitere (Träger und Migrantinnen und Migranten)": 5,
    }  # fmt: skip


def test_one_small_group_takes_the_next_smallest_along():
    # Two of 20: the total less the three large groups would be these two.
    assert shown(behoerde=7, traeger=6, ehrenamt=5, migranten=2) == {
        "Behörde": 7, "Träger": 6, "weitere (Ehrenamt und Migrantinnen und Migranten)": 7,
    }  # fmt: skip


def test_two_small_groups_that_are_too_small_together():
    assert shown(behoerde=6, traeger=6, ehrenamt=2, migranten=2) == {
        "Träger": 6, "weitere (Behörde, Ehrenamt und Migrantinnen und Migranten)": 10,
    }  # fmt: skip


def test_nothing_left_to_stand_alone():
    assert shown(behoerde=6, migranten=1) == {ALL: 7}
    assert shown(behoerde=1, migranten=1) == {ALL: 2}
    assert shown(migranten=3) == {ALL: 3}
    assert shown() == {}


def test_every_mix_of_groups_up_to_eight():
    for sizes in product(range(9), repeat=len(RATER_GROUPS)):
        people = shown(**dict(zip(RATER_GROUPS, sizes, strict=True)))
        assert sum(people.values()) == sum(sizes)  # everybody once
        assert all(count >= 5 for count in people.values()) or list(people) == [ALL]


# --- the attack -----------------------------------------------------------------------------------


def attack(groups, total):
    """All sets of people whose ratings follow from an item's groups and its total, by subtraction.

    Returns pairs (people, people who agree): the total less any choice of groups, and any choice
    of groups by itself.
    """
    rows = groups[["rating_count", "agreement_share"]].to_numpy(float)
    counts = [(n, round(n * share)) for n, share in rows]
    choices = chain.from_iterable(combinations(counts, k) for k in range(len(counts) + 1))
    for chosen in choices:
        people, agree = (sum(part) for part in zip(*chosen, strict=True)) if chosen else (0, 0)
        yield people, agree
        yield total[0] - people, total[1] - agree


def total_of(votes, item):
    row = described(votes[votes["item_id"] == item], ["item_id"], PARAMETERS).iloc[0]
    return row["rating_count"], round(row["rating_count"] * row["agreement_share"])


def test_without_protection_the_attack_works():
    # The two migrants, left out of a table of the others, follow from it: both agree.
    votes = votes_by_group(
        behoerde=[[1]] * 6, traeger=[[4]] * 5, ehrenamt=[[5]] * 5, migranten=[[5]] * 2
    )
    naive = described(votes[votes["group"] != "migranten"], ["group"], PARAMETERS)
    assert (2, 2) in attack(naive, total_of(votes, "A"))
    assert (2, 2) not in attack(by_group(votes, PARAMETERS), total_of(votes, "A"))


raters = st.lists(
    st.lists(st.none() | st.integers(1, 5), min_size=2, max_size=2), min_size=0, max_size=9
)


@settings(max_examples=20, deadline=None)
@given(st.fixed_dictionaries(dict.fromkeys(RATER_GROUPS, raters)))
def test_nobody_is_found_by_subtraction(ratings):
    votes = votes_by_group(**ratings)
    table = by_group(votes, PARAMETERS)
    for item, groups in table.groupby("item_id"):
        if groups["groups"].tolist() == [ALL] and groups["rating_count"].iloc[0] < MINIMUM:
            assert groups["rating_median"].isna().all()
            assert item_summary(votes, rounds_of(R1=0.75), PARAMETERS).set_index("item_id").loc[
                item, ["rating_median", "agreement_share", "rejection_share"]
            ].isna().all()  # fmt: skip
            continue
        found = list(attack(groups, total_of(votes, item)))
        assert (0, 0) in found  # the groups are a whole: nobody is left over
        assert all(people == 0 or people >= MINIMUM for people, _ in found)


# --- the table ------------------------------------------------------------------------------------


def test_groups_side_by_side_by_hand():
    votes = votes_by_group(
        migranten=[[1], [2], [None]], behoerde=[[1], [2], [3], [4], [5]], ehrenamt=[[5], [5], [4]]
    )
    # Two migrants and three volunteers: 1 2 4 5 5, three of five agree; quartiles at places 2 and 4
    assert by_group(votes, PARAMETERS).drop(
        columns=["round_id", "item_id"]
    ).to_numpy().tolist() == [
        ["Behörde", 5, 3, 2, 4, 0.4],
        ["weitere (Ehrenamt und Migrantinnen und Migranten)", 5, 4, 2, 5, 0.6],
    ]


def test_an_item_that_few_rated_is_merged_further():
    # A: five and five. B: one of the authority did not rate it, so both groups become one.
    votes = votes_by_group(behoerde=[[5, 5]] * 4 + [[5, None]], traeger=[[1, 1]] * 5)
    table = by_group(votes, PARAMETERS)
    assert table[["item_id", "groups", "rating_count"]].to_numpy().tolist() == [
        ["A", "Behörde", 5], ["A", "Träger", 5], ["B", ALL, 9],
    ]  # fmt: skip


def test_an_item_that_nobody_rated_has_no_row_and_no_votes_none():
    assert by_group(votes_by_group(behoerde=[[None]] * 6), PARAMETERS).empty
    empty = by_group(votes_by_group(), PARAMETERS)
    assert empty.empty
    assert list(empty) == list(by_group(votes_by_group(behoerde=[[3]] * 6), PARAMETERS))


def test_a_rater_in_two_groups_is_an_error():
    votes = votes_by_group(behoerde=[[5, 5]] * 5)
    votes.loc[0, "group"] = "ehrenamt"
    with pytest.raises(RaterInSeveralGroups, match="P01 in Runde R1"):
        by_group(votes, PARAMETERS)


# --- comments -------------------------------------------------------------------------------------


def test_comments_come_without_rater_and_group_and_not_in_their_order():
    votes = votes_by_group(behoerde=[[5, 5]] * 4, migranten=[[None, 5]])
    votes["comment"] = [
        "zuletzt",
        None,
        " mitten ",
        "",
        "anfangs",
        "B gut",
        None,
        "  ",
        "alles",
        None,
    ]
    assert comments(votes, PARAMETERS).to_numpy().tolist() == [
        ["R1", "A", "alles"], ["R1", "A", "anfangs"], ["R1", "A", "mitten"],
        ["R1", "A", "zuletzt"], ["R1", "B", "B gut"],
    ]  # fmt: skip
    assert list(comments(votes, PARAMETERS)) == ["round_id", "item_id", "comment"]


def test_of_a_round_with_few_raters_nothing_is_quoted():
    assert comments(votes_by_group(behoerde=[[5, 5]] * 4), PARAMETERS).empty
    assert len(comments(votes_by_group(behoerde=[[5, 5]] * 5), PARAMETERS)) == 10
    assert comments(votes_by_group(), PARAMETERS).empty
    silent = votes_by_group(behoerde=[[5, 5]] * 5).assign(comment=None)
    assert comments(silent, PARAMETERS).empty
