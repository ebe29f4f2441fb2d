"""A dialogue for the page: words instead of keys, order and disagreement in German."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.dialogue import pages
from sokanalysis.dialogue.rounds import RoundTables, round_tables
from sokanalysis.parameters import default_parameters

PARAMETERS = default_parameters()
ITEMS = pd.DataFrame(
    [("B1", "bedarf", "Kurse"), ("B2", "bedarf", "Beratung"), ("W1", "wert", "Offenheit")],
    columns=["item_id", "kind", "text"],
)
ROUNDS = pd.DataFrame({
    "round_id": ["R1", "R2"], "title": ["eins", "zwei"],
    "date": pd.to_datetime(["2026-03-01", "2026-06-01"]), "consensus_share": [0.75, 0.75],
})  # fmt: skip


def votes(round_id, **given):
    """Ratings by item; the first six raters are of the Träger, the others of the Ehrenamt."""
    return pd.DataFrame([
        {"round_id": round_id, "rater_id": f"P{n:02d}", "item_id": item, "rating": rating,
         "group": "traeger" if n <= 6 else "ehrenamt", "comment": "", "theme": ""}
        for item, ratings in given.items() for n, rating in enumerate(ratings, start=1)
    ]).astype({"rating": "Int64"})  # fmt: skip


def dialogue(*rounds):
    return RoundTables(ITEMS, ROUNDS.head(len(rounds)), pd.concat(rounds, ignore_index=True))


FIRST = votes("R1", B1=[5] * 12, B2=[3] * 12, W1=[5] * 6 + [1] * 6)


def test_ratings_stand_under_their_words():
    rows = pages.ratings(dialogue(FIRST), "R1", PARAMETERS)
    assert rows["text"].tolist() == ["Kurse", "Beratung", "Offenheit"]
    assert rows["kind"].tolist() == ["Bedarf", "Bedarf", "Wert"]
    assert rows["outcome"].tolist() == ["Konsens: Zustimmung", "offen", "offen"]
    assert rows["rating_median"].tolist() == [5, 3, 3]  # six fives, six ones: 3 between


def test_only_items_on_which_groups_differ_are_shown():
    # Träger agree by 6 of 6, Ehrenamt by none; on the other items both are of one mind.
    rows = pages.divided(dialogue(FIRST), "R1", PARAMETERS)
    assert set(rows["text"]) == {"Offenheit"}
    assert dict(zip(rows["groups"], rows["agreement_share"], strict=True)) == {
        "Träger": 1.0, "Ehrenamt": 0.0,
    }  # fmt: skip


def test_the_order_names_winner_and_agreement():
    # All twelve put B1 before B2: it wins every comparison, and W is 1.
    text = pages.order_text(dialogue(FIRST), "R1", "bedarf", PARAMETERS)
    assert text.startswith("1. Kurse\n2. Beratung\n\n")
    assert "„Kurse“ gewinnt jeden direkten Vergleich." in text
    assert "1,00" in text


def test_one_item_has_no_order():
    assert pages.order_text(dialogue(FIRST), "R1", "wert", PARAMETERS) == (
        "Zu wenige Bewertungen für eine Reihenfolge."
    )


def test_what_became_clear_from_round_to_round():
    later = votes("R2", B1=[5] * 12, B2=[5] * 12, W1=[5] * 6 + [1] * 6)
    assert "Beratung" in pages.changes_text(dialogue(FIRST, later), PARAMETERS)
    assert pages.changes_text(dialogue(FIRST), PARAMETERS) == "Es gab erst eine Runde."


@pytest.mark.parametrize(("count", "expected"), [(0, ""), (1, "R1"), (2, "R2")])
def test_the_last_round_is_the_latest(count, expected):
    tables = RoundTables(ITEMS, ROUNDS.head(count).iloc[::-1], FIRST)
    assert pages.last_round(tables) == expected


def test_without_rounds_there_is_nothing_to_tell(sok):
    none = round_tables(sok)
    assert pages.last_round(none) == ""
    assert pages.ratings(none, "", PARAMETERS).empty
    assert pages.divided(none, "", PARAMETERS).empty
    assert pages.order_text(none, "", "bedarf", PARAMETERS).startswith("Zu wenige")
    assert pages.changes_text(none, PARAMETERS) == "Es gab erst eine Runde."
