"""Waterfalls and Lorenz curves: what stands in them adds up."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.charts import lorenz_curve, waterfalls
from sokanalysis.equity import lorenz

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
