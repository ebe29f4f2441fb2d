"""Who took part, and what the needs weigh after a round."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.demand import NEEDS
from sokanalysis.dialogue.process import need_weights, participation
from sokanalysis.parameters import default_parameters

PARAMETERS = default_parameters()
ROUNDS = pd.DataFrame({
    "round_id": ["R2", "R1"], "title": ["zweite", "erste"],
    "date": pd.to_datetime(["2026-06-01", "2026-03-01"]), "consensus_share": [0.75, 0.75],
})  # fmt: skip


def votes(groups, round_id="R1", item="B1", rating=5):
    """One rating of so many people of each group."""
    people = [group for group, count in groups.items() for _ in range(count)]
    return pd.DataFrame([
        {"round_id": round_id, "rater_id": f"P{n:02d}", "group": group, "item_id": item,
         "rating": rating}
        for n, group in enumerate(people, start=1)
    ], columns=["round_id", "rater_id", "group", "item_id", "rating"])  # fmt: skip


def counted(rows):
    return list(zip(rows["round_id"], rows["groups"], rows["rater_count"], strict=True))


def test_groups_of_five_stand_alone_and_rounds_follow_their_dates():
    given = pd.concat([votes({"behoerde": 5, "traeger": 6}, "R2"), votes({"ehrenamt": 7})])
    assert counted(participation(ROUNDS, given, PARAMETERS)) == [
        ("R1", "Ehrenamt", 7), ("R2", "Behörde", 5), ("R2", "Träger", 6),
    ]  # fmt: skip


def test_a_small_group_cannot_be_subtracted():
    # Three of the Behörde join the six Träger: nine, and the Ehrenamt stands alone with eight.
    given = votes({"behoerde": 3, "traeger": 6, "ehrenamt": 8})
    rows = participation(ROUNDS, given, PARAMETERS)
    assert [int(count) for count in rows["rater_count"]] == [8, 9]
    assert "Behörde" in rows["groups"].iloc[1]


def test_four_people_are_not_counted():
    rows = participation(ROUNDS, votes({"traeger": 4}), PARAMETERS)
    assert rows["rater_count"].isna().all()


def test_weights_of_needs_follow_the_ratings():
    # Beratung is rated 5 (4 above the lowest), Begegnung 3 (2): 2/3 and 1/3; the others the mean.
    items = pd.DataFrame({
        "item_id": ["B1", "B2"], "kind": ["bedarf"] * 2, "text": ["a", "b"],
        "reference": ["beratung", "begegnung"],
    })  # fmt: skip
    given = pd.concat([votes({"traeger": 6}), votes({"traeger": 6}, item="B2", rating=3)])
    weights = need_weights(items, given, "R1", PARAMETERS)
    assert list(weights) == list(NEEDS)
    assert (weights["beratung"], weights["begegnung"]) == pytest.approx((2 / 3, 1 / 3))
    assert weights["arbeit"] == pytest.approx(1 / 2)


def test_without_ratings_all_needs_count_alike():
    items = pd.DataFrame(columns=["item_id", "kind", "text", "reference"], dtype="str")
    weights = need_weights(items, votes({}), "R1", PARAMETERS)
    assert set(weights.values()) == {1.0}
