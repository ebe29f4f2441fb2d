"""Waterfalls and Lorenz curves: what stands in them adds up."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis import style
from sokanalysis.charts import heat_maps, lorenz_curve, waterfalls
from sokanalysis.equity import lorenz
from tests.overlaps import cut_off, overlapping

WORDS = {"caption": "Befund", "source": "Quelle: Test"}
TABLE = pd.DataFrame(
    {"kann teilnehmen": [30, 0], "kein Platz": [50, 0], "kein Heimweg": [20, 5]},
    index=["Sprache", "Arbeit"],
)


def bars(figure, panel):
    return [(bar.get_x(), bar.get_width()) for bar in figure.figure.axes[panel].patches]


def test_a_waterfall_falls_from_all_to_those_who_can():
    figure = waterfalls(TABLE, able="kann teilnehmen", total="Bedarf", **WORDS)
    # 100 need it: 50 lack a seat (from 50 to 100), 20 a way home (from 30 to 50), 30 are left.
    assert bars(figure, 0) == [(0, 100), (50, 50), (30, 20), (0, 30)]
    # Nobody lacks a seat: the step stays away.
    assert bars(figure, 1) == [(0, 5), (0, 5), (0, 0)]
    assert "Sprache: Bedarf 100, kein Platz 50, kein Heimweg 20, kann teilnehmen 30" in figure.alt


def test_the_curve_names_places_and_says_what_the_poorer_half_has():
    # 10 people without, 10 with 2 each: the poorer half has nothing.
    curve = lorenz([0, 2], [10, 10], ["a", "b"])
    figure = lorenz_curve(curve, {"b": "Dorf"}, across="Menschen", upward="Plätze", **WORDS)
    texts = [text.get_text() for text in figure.figure.axes[0].texts]
    assert "Dorf" in texts
    assert "50 % der Menschen haben 0 %" in figure.alt.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize("access", [[0.0, 0.0], []])
def test_a_curve_without_anything_to_share(access):
    people = [1] * len(access)
    figure = lorenz_curve(lorenz(access, people), {}, across="a", upward="b", **WORDS)
    assert figure.alt.startswith("Lorenzkurve")


HOURS = pd.DataFrame({9: [0.5, 0.0], 10: [0.25, None]}, index=["Pößneck", "Schleiz"])


def test_heat_maps_write_every_share_and_say_the_extremes():
    shown = heat_maps({"Schultag": HOURS, "Samstag": HOURS / 2}, across="Uhr", **WORDS)
    first, second = shown.figure.axes
    assert [text.get_text() for text in first.texts] == ["50", "25", "0", "–"]
    assert [text.get_text() for text in second.texts] == ["25", "12", "0", "–"]
    assert [axes.get_title(loc="left") for axes in (first, second)] == ["Schultag", "Samstag"]
    most, least = f"50{style.NBSP}%", f"25{style.NBSP}%"
    assert f"Schultag: Pößneck: höchstens {most} (9 Uhr), mindestens {least} (10 Uhr)" in shown.alt


def test_heat_maps_share_one_scale():
    # The same 25 per cent has the same colour in both panels.
    shown = heat_maps({"Schultag": HOURS, "Samstag": HOURS / 2}, across="Uhr", **WORDS)
    (one,), (other,) = (axes.collections for axes in shown.figure.axes)
    assert one.get_clim() == other.get_clim() == (0, 0.5)


def test_heat_maps_of_nothing_reached_are_drawn():
    shown = heat_maps({"Schultag": HOURS * 0}, across="Uhr", **WORDS)
    assert shown.figure.axes[0].collections[0].get_clim() == (0, 1)


LONG = [
    "Begleitung zugewanderter Frauen mit kleinen Kindern in Ausbildung und Arbeit", "Treff",
    "Migrationsberatung für erwachsene Zugewanderte im ländlichen Raum",
]  # fmt: skip
FALLS = pd.DataFrame(
    [[300_000, 1, 2], [5, 1, 700], [30, 0, 0]], index=LONG, columns=["kann teilnehmen", *LONG[::2]]
)
CROWDED = lorenz([0, 0.1, 0.1, 2, 2.01, 2.02], [30, 1, 1, 1, 1, 1], [*"abcdef"])
NAMES = {key: f"{LONG[k % 3]}, {LONG[2]}" for k, key in enumerate("abcdef")}


@pytest.mark.parametrize(
    "figure",
    [
        waterfalls(FALLS, able="kann teilnehmen", total="Bedarf", **WORDS),
        lorenz_curve(CROWDED, NAMES, across="Menschen", upward="Plätze", **WORDS),
        heat_maps(
            {LONG[0] * 2: HOURS.set_axis(LONG[::2]), "Samstag": HOURS}, across="Uhr", **WORDS
        ),
    ],
    ids=["Wasserfall", "Lorenzkurve", "Felder"],
)  # fmt: skip
def test_long_words_neither_overlap_nor_leave_the_page(figure):
    assert overlapping(figure.figure) == []
    assert cut_off(figure.figure) == []
