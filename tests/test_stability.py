"""From round to round: cases by hand, raters of both rounds only, what changed in words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sokanalysis.dialogue.agreement import item_summary
from sokanalysis.dialogue.stability import change_text, changed_items, stability
from sokanalysis.parameters import default_parameters
from tests.test_agreement import rounds_of, votes_of

PARAMETERS = default_parameters()
ROUNDS = rounds_of(R1=0.75, R2=0.75, R3=0.75)


def moved(*rounds):
    """Stability of one item from its ratings in rounds R1, R2, …"""
    votes = [votes_of({"A": given}, f"R{n}") for n, given in enumerate(rounds, start=1)]
    return stability(pd.concat(votes), ROUNDS, PARAMETERS)


@pytest.mark.parametrize(
    ("before", "after", "kept", "net", "is_stable"),
    [
        # One of ten goes from 3 to 4. At 3 and at 4 the numbers differ by 1: (1 + 1) / 2 / 10.
        ([3] * 5 + [4] * 5, [3] * 4 + [4] * 6, 0.9, 0.1, True),
        # Two of ten go from 1 to 5: (2 + 2) / 2 / 10.
        ([1, 1, *[3] * 8], [5, 5, *[3] * 8], 0.8, 0.2, False),
        # Two change places: nothing moves in sum, only eight kept their rating.
        ([1, 5, *[3] * 8], [5, 1, *[3] * 8], 0.8, 0, True),
        # 3 of 20 are just 15 %, and less than 15 % is called stable.
        ([3] * 20, [3] * 17 + [4] * 3, 0.85, 0.15, False),
        # All agree and nobody moves: kappa would have no value here.
        ([5] * 6, [5] * 6, 1, 0, True),
    ],
)
def test_net_change_by_hand(before, after, kept, net, is_stable):
    [row] = moved(before, after).to_dict("records")
    assert (row["kept_share"], row["net_change_share"]) == (pytest.approx(kept), pytest.approx(net))
    assert row["is_stable"] == is_stable
    assert row["rater_count"] == len(before)


def test_only_raters_of_both_rounds_count():
    # P06 in the first round only, P07 in the second only: five remain, and none of them moves.
    [row] = moved([3, 3, 3, 3, 3, 1, None], [3, 3, 3, 3, 3, None, 5]).to_dict("records")
    assert (row["rater_count"], row["kept_share"], row["net_change_share"]) == (5, 1, 0)


@pytest.mark.parametrize("after", [[3, 3, 3, 3, None], [None] * 5])
def test_too_few_raters_of_both_rounds_give_no_value(after):
    [row] = moved([3] * 5, after).to_dict("records")
    assert row["rater_count"] == sum(rating is not None for rating in after)
    assert pd.isna(row["is_stable"])
    assert np.isnan(row["kept_share"])
    assert np.isnan(row["net_change_share"])


def test_rounds_follow_by_date_among_those_an_item_was_asked_in():
    # A was asked in all three rounds, B not in the second; rows come in any order.
    five = [3] * 5
    votes = pd.concat([
        votes_of({"A": five, "B": five}, "R3"), votes_of({"A": five}, "R2"),
        votes_of({"A": five, "B": five}, "R1"),
    ])  # fmt: skip
    table = stability(votes, ROUNDS.iloc[::-1], PARAMETERS)
    pairs = table[["item_id", "round_before_id", "round_after_id"]].to_numpy().tolist()
    assert pairs == [["A", "R1", "R2"], ["A", "R2", "R3"], ["B", "R1", "R3"]]


def test_one_round_has_nothing_before_it():
    assert moved([3] * 5).empty
    assert list(moved([3] * 5)) == list(moved([3] * 5, [3] * 5))
    assert stability(votes_of({}), ROUNDS, PARAMETERS).empty


def test_nothing_tells_how_those_rated_who_took_part_twice():
    # Medians of the five less those of all six would be the rating of the one who left.
    assert list(moved([3] * 6, [3] * 5)) == [
        "item_id", "round_before_id", "round_after_id", "rater_count", "kept_share",
        "net_change_share", "is_stable",
    ]  # fmt: skip


# --- what changed ---------------------------------------------------------------------------------

AGREED, REJECTED, OPEN, FEW = [5] * 5, [1] * 5, [1, 2, 3, 4, 5], [5, None, None, None, None]
TITLES = {name: f"Satz {name}" for name in "ABCDEFG"}


def changes(*rounds):
    votes = [votes_of(given, f"R{n}") for n, given in enumerate(rounds, start=1)]
    return changed_items(item_summary(pd.concat(votes), ROUNDS, PARAMETERS))


def test_what_changed_and_what_did_not():
    changed = changes(
        {"A": OPEN, "B": OPEN, "C": AGREED, "D": AGREED, "E": AGREED, "F": OPEN, "G": FEW},
        {"A": AGREED, "B": REJECTED, "C": OPEN, "D": REJECTED, "E": AGREED, "F": OPEN, "G": AGREED},
    )
    assert dict(zip(changed["item_id"], changed["change"], strict=True)) == {
        "A": "geeinigt", "B": "geeinigt", "C": "wieder_offen", "D": "umgekehrt",
    }  # fmt: skip
    assert changed.iloc[3].tolist() == ["D", "R1", "R2", "zustimmung", "ablehnung", "umgekehrt"]
    assert change_text(changed, TITLES) == (
        "Neu im Konsens: „Satz A“ und „Satz B“. Wieder offen: „Satz C“. "
        "Ins Gegenteil gekehrt: „Satz D“."
    )


def test_a_round_with_too_few_ratings_is_passed_over():
    changed = changes({"A": OPEN}, {"A": FEW}, {"A": AGREED})
    assert changed[["round_before_id", "round_after_id"]].to_numpy().tolist() == [["R1", "R3"]]


def test_nothing_changed():
    for changed in (changes({"A": OPEN}, {"A": OPEN}), changes({"A": OPEN})):
        assert changed.empty
        assert change_text(changed, TITLES) == "Kein Ergebnis hat sich geändert."
    with pytest.raises(KeyError):
        change_text(changes({"A": OPEN}, {"A": AGREED}), {})
