"""Votes that cannot be, each in the words of the analyst."""

from __future__ import annotations

import pytest

from sokanalysis.schema import VOTES
from sokanalysis.validation import table_problems
from sokanalysis.vote_rules import asked_items, vote_problems
from tests.conftest import table
from tests.polling import tables


def made(**others):
    return {name: table(name, rows) for name, rows in tables(**others).items()}


def vote(**others):
    row = {"round_id": "R1", "rater_id": "P01", "group": "traeger", "item_id": "B1", "rating": 4}
    return row | others


def said(*rows, **others):
    return [str(problem) for problem in vote_problems(made(votes=list(rows), **others))]


def test_a_sound_table_has_no_problem():
    assert vote_problems(made()) == []
    assert vote_problems(made(items=[], rounds=[], votes=[])) == []


def test_one_group_a_rater_and_round():
    rows = [vote(), vote(item_id="M1", group="ehrenamt"), vote(item_id="W1")]
    assert said(*rows) == [
        "votes.csv, Zeile 3, Spalte „Gruppe“: „ehrenamt“ – in Zeile 2 steht für dieselbe Kennung "
        "„Träger“ → je Runde und Kennung eine Gruppe eintragen"
    ]
    # In another round, or for somebody else, another group is no contradiction.
    assert said(vote(), vote(round_id="R2", group="ehrenamt")) == []
    assert said(vote(), vote(rater_id="P02", group="ehrenamt")) == []


def test_a_round_is_asked_for_its_items_only():
    # W9 belongs to R1; E1 to the example; B1 names no round, so no example asks it.
    rows = [vote(round_id="R2", item_id="W9"), vote(item_id="E1"), vote(round_id="X1")]
    remedy = "in items.csv bei den Runden der Aussage ergänzen oder die Zeile löschen"
    assert said(*rows) == [
        f"votes.csv, Zeile {row}, Spalte „Aussage-Nr.“: „{item}“ – wird in der Runde {round_id} "
        f"nicht gefragt → {remedy}"
        for row, item, round_id in [(2, "W9", "R2"), (3, "E1", "R1"), (4, "B1", "X1")]
    ]


@pytest.mark.parametrize("rows", [{"items": []}, {"rounds": []}])
def test_what_a_missing_table_causes_is_not_told_twice(rows):
    assert said(vote(), **rows) == []


def test_rows_without_their_keys_are_told_elsewhere():
    assert said(vote(round_id=""), vote(rater_id=""), vote(item_id=""), vote(group="")) == []


@pytest.mark.parametrize(
    ("round_id", "expected"),
    [("R1", ["W1", "B1", "M1", "W2", "W9"]), ("R2", ["W1", "B1", "M1", "W2"]), ("X1", ["E1"])],
)
def test_items_of_a_round(round_id, expected):
    found = made()
    [row] = found["rounds"][found["rounds"]["round_id"] == round_id].to_dict("records")
    assert asked_items(found["items"], row)["item_id"].tolist() == expected


def test_a_name_is_no_code():
    rows = table("votes", [vote(rater_id="Erika")])
    assert [str(problem) for problem in table_problems(rows, VOTES)] == [
        "votes.csv, Zeile 2, Spalte „Kennung“: „Erika“ – hat nicht die erwartete Form → wie P07, "
        "nie ein Name; über alle Runden dieselbe"
    ]
