"""Value statements: agreed, open, rejected; comments only where somebody has read them."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.dialogue.leitbild import AGREED, OPEN, REJECTED, chapter, statements, themes
from sokanalysis.parameters import default_parameters

PARAMETERS = default_parameters()
ROUNDS = pd.DataFrame({
    "round_id": ["R1", "R2"], "title": ["erste", "zweite"],
    "date": pd.to_datetime(["2026-03-01", "2026-06-01"]), "consensus_share": [0.75, 0.75],
})  # fmt: skip
ITEMS = pd.DataFrame(
    [
        ("W1", "wert", "Alle sind willkommen."), ("W2", "wert", "Deutsch zuerst."),
        ("W3", "wert", "Jeder für sich."), ("B1", "bedarf", "Sprache"),
    ],
    columns=["item_id", "kind", "text"],
)  # fmt: skip


def votes(ratings, round_id="R1", comment="", theme=""):
    """Ratings by item, one rater after the other."""
    return pd.DataFrame([
        {"round_id": round_id, "rater_id": f"P{n:02d}", "group": "traeger", "item_id": item,
         "rating": rating, "comment": comment, "theme": theme}
        for item, given in ratings.items() for n, rating in enumerate(given, start=1)
    ]).astype({"rating": "Int64"})  # fmt: skip


def states(*rows):
    found = statements(ITEMS, ROUNDS, pd.concat(rows), PARAMETERS)
    return dict(zip(found["item_id"], found["state"], strict=True))


def test_three_of_four_agree_reject_or_neither():
    # W1: 6 of 8 rate 4 or 5 = 75 %, just enough; W2: 5 of 8; W3: 6 of 8 rate 1 or 2.
    given = {"W1": [5, 5, 4, 4, 4, 4, 3, 1], "W2": [5, 5, 4, 4, 4, 3, 1, 1],
             "W3": [1, 1, 1, 2, 2, 2, 5, 5], "B1": [5] * 8}  # fmt: skip
    assert states(votes(given)) == {"W1": AGREED, "W2": OPEN, "W3": REJECTED}


def test_the_last_round_that_asked_counts():
    assert states(votes({"W1": [5] * 8}), votes({"W1": [1] * 8}, "R2")) == {"W1": REJECTED}
    assert states(votes({"W1": [5] * 8}), votes({"W2": [1] * 8}, "R2"))["W1"] == AGREED


def test_too_few_ratings_leave_it_open():
    # dialogue_group_min_count is 5.
    assert states(votes({"W1": [5] * 4})) == {"W1": OPEN}


def test_comments_without_a_theme_have_not_been_read():
    assert themes(votes({"W1": [5] * 8}, comment="so"), PARAMETERS).empty
    read = themes(votes({"W1": [5] * 8}, comment="so", theme="Ehrenamt"), PARAMETERS)
    assert set(read["theme"]) == {"Ehrenamt"}
    assert themes(votes({"W1": [5] * 4}, comment="so", theme="Ehrenamt"), PARAMETERS).empty


def test_the_chapter_lists_what_is_agreed_and_says_what_is_open():
    given = pd.concat([
        votes({"W1": [5] * 8}, comment="ja", theme="Einigkeit"),
        votes({"W2": [5, 5, 5, 5, 1, 1, 1, 1]}, comment="streitig", theme="Zeitpunkt"),
    ])  # fmt: skip
    text = chapter(statements(ITEMS, ROUNDS, given, PARAMETERS), themes(given, PARAMETERS))
    assert text == (
        "**Darauf haben sich die Beteiligten verständigt:**\n\n- Alle sind willkommen.\n\n"
        "**Darüber besteht noch keine Einigkeit:**\n\n"
        "- Deutsch zuerst. (angesprochen: Zeitpunkt)"
    )


@pytest.mark.parametrize("rows", [ITEMS.head(0), ITEMS[ITEMS["kind"] == "bedarf"]])
def test_without_statements_it_says_so(rows):
    found = statements(rows, ROUNDS, votes({"B1": [5] * 8}), PARAMETERS)
    assert found.empty
    assert chapter(found, themes(votes({"B1": [5] * 8}), PARAMETERS)) == (
        "Über Wertaussagen wurde noch nicht abgestimmt."
    )
