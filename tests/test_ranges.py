"""Dots on ranges: every number is said, and what is withheld is not drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sokanalysis.ranges import ranges
from tests.overlaps import cut_off, overlapping

ROWS = pd.DataFrame({
    "need": ["Kurs", "Treff"], "person_count_low": [132, 4], "person_count": [190, 8],
    "person_count_high": [1286, 12], "offer_count": [6, 0],
})  # fmt: skip
SAID = {
    "unit": "Menschen", "beside": ("offer_count", "Angebote"), "caption": "Befund",
    "source": "Quelle: Test",
}  # fmt: skip


def drawn(figure):
    """Ends of the lines and places of the dots."""
    lines, dots = figure.figure.axes[0].collections
    ends = [segment[:, 0].tolist() for segment in lines.get_segments() if len(segment)]
    places = np.ma.masked_invalid(dots.get_offsets()[:, 0])
    return ends, places.compressed().tolist()


def test_ranges_say_and_draw_every_number():
    shown = ranges(ROWS, "need", "person_count", **SAID)
    assert shown.alt == (
        "Punkte mit Spannen, Menschen. Kurs: 190 (132–1\u202f286), Angebote 6; "
        "Treff: 8 (4–12), Angebote 0."
    )
    assert drawn(shown) == ([[132, 1286], [4, 12]], [190, 8])
    texts = [text.get_text() for text in shown.figure.axes[0].texts]
    # The columns at the right from the last to the first, each under its head.
    assert texts == [
        "Angebote", "6", "0", "geschätzt", "(Spanne)", "190 (132–1\u202f286)", "8 (4–12)",
    ]  # fmt: skip


def test_a_withheld_number_takes_its_range_along():
    rows = ROWS.assign(person_count_low=pd.array([132, None], dtype="Int64"))
    shown = ranges(rows, "need", "person_count", **SAID)
    assert shown.alt.endswith("Treff: geheim, Angebote 0.")
    assert drawn(shown) == ([[132, 1286]], [190])
    assert "geheim" in [text.get_text() for text in shown.figure.axes[0].texts]


def test_without_any_number_the_words_stand():
    rows = ROWS.astype({"person_count": "Int64"}).assign(person_count=pd.NA)
    assert ranges(rows, "need", "person_count", **SAID).alt.count("geheim") == 2


def test_long_words_and_large_numbers_neither_overlap_nor_leave_the_page():
    words = [
        "Begleitung zugewanderter Frauen mit kleinen Kindern in Ausbildung und Arbeit",
        "Treff",
    ]
    rows = pd.DataFrame({
        "need": words, "person_count_low": [1_000_000, 1], "person_count": [2_000_000, 2],
        "person_count_high": [3_000_000, 3], "offer_count": [123_456, 0],
    })  # fmt: skip
    figure = ranges(rows, "need", "person_count", **SAID).figure
    assert overlapping(figure) == cut_off(figure) == []
