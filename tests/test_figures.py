"""Charts say their values in the alternative text and carry no English."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis import figures, reach, style

SAID = {"caption": "Befund", "source": "Quelle: Test"}
ROWS = pd.DataFrame({"art": ["Kurs", "Treff"], "anzahl": [1234, 7], "anteil": [0.125, 1.0]})
TABLE = pd.DataFrame({"ja": [3, 0], "nein": [1, 40]}, index=["Sprache", "Arbeit"])
SHARES = pd.DataFrame({"Linie": [0.25, 0.5], "Rufbus": [0.5, 1.0]}, index=["Sprache", "Arbeit"])


def test_bars_say_every_value():
    shown = figures.bars(ROWS, "art", "anzahl", **SAID)
    assert shown.alt == "Balkendiagramm. Kurs: 1.234; Treff: 7."
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
    assert figures._ink_on(color) == ink


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


HOURS = pd.DataFrame({9: [0.5, 0.0], 10: [0.25, None]}, index=["Pößneck", "Schleiz"])


def test_heat_maps_write_every_share_and_say_the_extremes():
    shown = figures.heat_maps({"Schultag": HOURS, "Samstag": HOURS / 2}, across="Uhr", **SAID)
    first, second = shown.figure.axes
    assert [text.get_text() for text in first.texts] == ["50", "25", "0", "–"]
    assert [text.get_text() for text in second.texts] == ["25", "12", "0", "–"]
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["Schultag", "Samstag"]
    most, least = f"50{style.NBSP}%", f"25{style.NBSP}%"
    assert f"Schultag: Pößneck: höchstens {most} (9 Uhr), mindestens {least} (10 Uhr)" in shown.alt


def test_heat_maps_share_one_scale():
    # The same 25 per cent has the same colour in both panels.
    shown = figures.heat_maps({"Schultag": HOURS, "Samstag": HOURS / 2}, across="Uhr", **SAID)
    (one,), (other,) = (axes.collections for axes in shown.figure.axes)
    assert one.get_clim() == other.get_clim() == (0, 0.5)


def test_heat_maps_of_nothing_reached_are_drawn():
    shown = figures.heat_maps({"Schultag": HOURS * 0}, across="Uhr", **SAID)
    assert shown.figure.axes[0].collections[0].get_clim() == (0, 1)
