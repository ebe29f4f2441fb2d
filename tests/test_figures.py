"""Charts say their values in the alternative text and carry no English."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis import figures, inventory, reach, style
from tests.overlaps import cut_off, overlapping

SAID = {"caption": "Befund", "source": "Quelle: Test"}
ROWS = pd.DataFrame({"art": ["Kurs", "Treff"], "anzahl": [1234, 7], "anteil": [0.125, 1.0]})
TABLE = pd.DataFrame({"ja": [3, 0], "nein": [1, 40]}, index=["Sprache", "Arbeit"])
SHARES = pd.DataFrame({"Linie": [0.25, 0.5], "Rufbus": [0.5, 1.0]}, index=["Sprache", "Arbeit"])


def test_bars_say_every_value():
    shown = figures.bars(ROWS, "art", "anzahl", **SAID)
    assert shown.alt == "Balkendiagramm. Kurs: 1\u202f234; Treff: 7."
    assert (shown.caption, shown.source, shown.basis) == ("Befund", "Quelle: Test", ())


def test_bars_of_shares_are_per_cent():
    shown = figures.bars(ROWS, "art", "anteil", unit="%", basis=("Annahme",), **SAID)
    assert shown.alt == f"Balkendiagramm. Kurs: 12{style.NBSP}%; Treff: 100{style.NBSP}%."
    assert shown.basis == ("Annahme",)


def test_stacked_bars_say_what_is_not_zero():
    shown = figures.stacked_bars(TABLE, **SAID)
    assert shown.alt == "Gestapelte Balken. Sprache: ja 3, nein 1; Arbeit: nein 40."


def test_stacked_bars_start_each_part_where_the_last_ended():
    shown = figures.stacked_bars(TABLE, **SAID)
    bars = [(bar.get_x(), bar.get_width()) for bar in shown.figure.axes[0].patches]
    assert bars == [(0, 3), (0, 0), (3, 1), (0, 40)]


def test_dots_say_every_share():
    shown = figures.dots(SHARES, **SAID)
    assert f"Sprache: Linie 25{style.NBSP}%, Rufbus 50{style.NBSP}%" in shown.alt


@pytest.mark.parametrize(("color", "ink"), [("#000000", "white"), ("#ffffff", style.INK)])
def test_ink_is_readable_on_its_ground(color, ink):
    assert style.ink_on(color) == ink


def test_success_takes_the_accent():
    colors = figures.outcome_colors(TABLE)
    assert colors[0] == style.ACCENT
    assert len(set(colors)) == 2


def test_every_outcome_has_a_look_of_its_own():
    words = [*reach.OUTCOMES.values(), style.NO_DATA_LABEL]
    assert list(figures.OUTCOME_LOOKS) == words
    colors, shapes = zip(*figures.OUTCOME_LOOKS.values(), strict=True)
    assert len(set(colors)) == len(set(shapes)) == len(words)


def test_outcomes_keep_their_colours_whichever_occur():
    rows = pd.DataFrame({"erreichbar": [1], "zu lange unterwegs": [2]})
    assert figures.outcome_colors(rows) == [style.ACCENT, style.CATEGORICAL[5]]


LONG = [
    "Begleitung zugewanderter Frauen mit kleinen Kindern in Ausbildung und Arbeit", "Treff",
    "Migrationsberatung für erwachsene Zugewanderte im ländlichen Raum",
]  # fmt: skip
MANY = pd.DataFrame({
    "word": [f"{word} {k}" for k in range(6) for word in LONG], "count": [1_234_567, 1, 0] * 6,
})  # fmt: skip
PARTS = pd.DataFrame(
    [[12_345] * 9, [700, 65, 62, 60, 300, 1, 1, 1, 61], [1] * 9], index=LONG,
    columns=[*figures.OUTCOME_LOOKS],
)  # fmt: skip
STATES = pd.DataFrame(
    [[0.1, 0.5, 1, 1, 1], [0, 0, 0, 0, 0], [0.3, 0.4, 0.5, 0.5, 1]], index=LONG,
    columns=[*LONG, "Schulzeit", "Ferien"],
)  # fmt: skip


@pytest.mark.parametrize(
    "shown",
    [
        figures.bars(MANY, "word", "count", unit="Menschen", **SAID),
        figures.stacked_bars(PARTS, **SAID, colors=figures.outcome_colors(PARTS)),
        figures.stacked_bars(PARTS.div(PARTS.sum(axis=1), axis=0), unit="%", **SAID,
                             colors=figures.outcome_colors(PARTS)),
        figures.stacked_bars(PARTS.iloc[:, :3].set_axis(LONG, axis=1), **SAID),
        figures.dots(STATES, **SAID),
    ],
    ids=["Balken", "Teile", "Anteile", "lange Legende", "Punkte"],
)  # fmt: skip
def test_long_words_neither_overlap_nor_leave_the_page(shown):
    assert overlapping(shown.figure) == []
    assert cut_off(shown.figure) == []


def test_words_of_the_real_inventory_stay_apart(sok):
    groups = inventory.offers_by_target_group(sok)
    known = inventory.completeness(sok)
    for shown in (
        figures.bars(groups, "target_group", "offer_count", **SAID),
        figures.bars(known, "item", "known_share", unit="%", **SAID),
        figures.stacked_bars(inventory.crosstab(sok, "field", "status"), **SAID),
    ):
        assert overlapping(shown.figure) == cut_off(shown.figure) == []


def test_the_measure_stands_beside_the_finding():
    shown = figures.bars(ROWS, "art", "anzahl", measure="Angebote, Anzahl", **SAID)
    assert shown.content["measure"] == "Angebote, Anzahl"
    assert "Angebote, Anzahl" in shown.html()
