"""The drawing of the network: nothing overlaps, little crosses, everything drawn is also said."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.patches import PathPatch, Rectangle

from sokanalysis import network, show, style
from sokanalysis.codes import FIELDS
from sokanalysis.network_chart import Order, arranged, crossings, provider_network
from sokanalysis.network_chart.layout import END_MM, FIELDS_MM, FOOT_MM, HEAD_MM, START_MM
from tests.test_plans import ink, is_inside, shared

WORDS = {"caption": "Befund", "source": "Quelle: Test"}
TITLES = list(FIELDS.values())
LONG = "Landratsamt, Ehrenamtsbeauftragung (Standort Thüringer Engagementfonds) im Haus"


def links(rows) -> pd.DataFrame:
    """Links from provider, number of the field, place and offers; authorities begin with A."""
    frame = pd.DataFrame(rows, columns=["provider_id", "field", "place", "offer_count"])
    return frame.assign(
        field=[TITLES[number] for number in frame["field"]],
        provider=[f"Träger {key}" for key in frame["provider_id"]],
        is_authority=frame["provider_id"].str.startswith("A"),
        is_place_assumed=False,
        provider_offer_count=frame.groupby("provider_id")["offer_count"].transform("sum"),
    )


def many(providers: int, places: int) -> pd.DataFrame:
    """Long names, authorities and others, up to three links each."""
    rows = [
        (f"{'AB'[k % 2]}{k:03}", (k + n) % 3, f"Neustadt an der Orla {(k * 7 + n) % places}", 1 + n)
        for k in range(providers) for n in range(1 + k % 3)
    ]  # fmt: skip
    frame = links(rows)
    return frame.assign(provider=[f"{LONG} {key}" for key in frame["provider_id"]])


def texts(shown) -> list[str]:
    return [text.get_text() for text in shown.figure.axes[0].texts]


# --- order --------------------------------------------------------------------------------------


def test_crossings_are_counted():
    # a and b in one field, places x and y: a goes to y, b to x. The lines leave the field as they
    # came in, a above b, and cross once on the way to the places.
    frame = links([("a", 0, "y", 1), ("b", 0, "x", 1)])
    assert crossings(frame, Order(("a", "b"), (TITLES[0],), ("x", "y"))) == 1
    assert crossings(frame, Order(("b", "a"), (TITLES[0],), ("x", "y"))) == 0
    # Two fields turned round: a and b cross before the fields and once more behind them.
    frame = links([("a", 0, "x", 1), ("b", 1, "y", 1)])
    assert crossings(frame, Order(("a", "b"), (TITLES[1], TITLES[0]), ("x", "y"))) == 2


def test_lines_with_a_common_end_do_not_cross_there():
    frame = links([("a", 0, "x", 1), ("a", 0, "y", 1), ("b", 0, "y", 1)])
    assert crossings(frame, Order(("a", "b"), (TITLES[0],), ("x", "y"))) == 0


def test_a_planted_order_without_crossings_is_found():
    # a–0–z, b–1–y, c–2–x: places by name would cross three times.
    frame = links([("a", 0, "z", 1), ("b", 1, "y", 1), ("c", 2, "x", 1)])
    order = arranged(frame)
    assert crossings(frame, order) == 0
    assert (order.providers, order.places) == (("a", "b", "c"), ("z", "y", "x"))


ANY_LINKS = st.lists(
    st.tuples(st.sampled_from("abcd"), st.integers(0, 2), st.sampled_from("xyz"), st.just(1)),
    min_size=1, max_size=8, unique=True,
)  # fmt: skip


@settings(max_examples=12, deadline=None)
@given(ANY_LINKS)
def test_the_order_is_not_far_from_the_best(rows):
    frame = links(rows)
    order = arranged(frame)
    for found, column in ((order.providers, "provider_id"), (order.places, "place")):
        assert sorted(found) == sorted(set(frame[column]))
    assert sorted(order.fields) == sorted(set(frame["field"]))
    named = Order(tuple(frame["provider_id"].unique()), order.fields, tuple(sorted(order.places)))
    assert crossings(frame, order) <= crossings(frame, named)


def test_the_order_is_the_best_of_all_on_a_small_network():
    rows = [
        ("a", 0, "z", 1),
        ("a", 1, "x", 1),
        ("b", 0, "y", 1),
        ("c", 1, "z", 1),
        ("d", 1, "x", 1),
    ]
    frame = links(rows)
    best = min(
        crossings(frame, Order(providers, fields, places))
        for providers in permutations("abcd")
        for fields in permutations(TITLES[:2]) for places in permutations("xyz")
    )  # fmt: skip
    assert crossings(frame, arranged(frame)) == best


# --- drawing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("providers", "places"), [(1, 1), (2, 9), (27, 12), (40, 59)])
def test_labels_are_apart_and_pages_not_too_high(providers, places):
    frame = many(providers, places)
    figures = provider_network(frame, ["A002", "B001"], **WORDS)
    seen = []
    for shown in figures:
        width, height = shown.figure.get_size_inches() * 25.4
        assert (width, height <= 220) == (pytest.approx(160), True)
        axes = shown.figure.axes[0]
        boxes = ink(shown.figure, axes.texts)
        assert shared(boxes) == []
        assert is_inside(shown.figure, boxes)
        seen += [key for key in set(frame["provider_id"]) if key in " ".join(texts(shown)).split()]
    assert sorted(seen) == sorted(set(frame["provider_id"]))
    parts = [f"Befund (Teil {k} von {len(figures)})" for k in range(1, len(figures) + 1)]
    captions = [shown.caption for shown in figures]
    assert captions == (["Befund"] if len(figures) == 1 else parts)


def test_lines_run_between_the_words():
    (shown,) = provider_network(many(20, 8), **WORDS)
    axes = shown.figure.axes[0]
    columns = (START_MM, FIELDS_MM[0]), (FIELDS_MM[1], END_MM)
    curves = [patch for patch in axes.patches if isinstance(patch, PathPatch)]
    assert len(curves) == 2 * len(many(20, 8))
    for number, curve in enumerate(curves):
        across = curve.get_path().vertices[:, 0]
        assert (across.min(), across.max()) == columns[number % 2]
    # Between head and foot no word stands where lines run.
    height = shown.figure.get_size_inches()[1] * 25.4
    for box in ink(shown.figure, axes.texts):
        left, bottom, right, top = box / 72 * 25.4
        is_within = bottom > FOOT_MM and top < height - HEAD_MM
        assert not (is_within and any(left < end and start < right for start, end in columns))


def test_fields_do_not_touch_each_other():
    (shown,) = provider_network(many(20, 8), **WORDS)
    boxes = [p for p in shown.figure.axes[0].patches if isinstance(p, Rectangle)]
    ends = [(box.get_y(), box.get_y() + box.get_height()) for box in boxes]
    assert all(one[1] < other[0] or other[1] < one[0] for one, other in combinations(ends, 2))


def test_marks_widths_and_dashes():
    frame = links([("A1", 0, "x", 1), ("B1", 0, "x", 4)]).assign(is_place_assumed=[False, True])
    (shown,) = provider_network(frame, ["B1"], **WORDS)
    axes = shown.figure.axes[0]
    thin, _, thick, _ = (p for p in axes.patches if isinstance(p, PathPatch))
    assert thick.get_linewidth() == pytest.approx(4 * thin.get_linewidth())
    assert (thin.get_linestyle(), thick.get_linestyle() == "-") == ("-", False)
    marks = [
        (x.get_marker(), x.get_markerfacecolor()) for x in axes.lines if x.get_marker() in "so"
    ]
    assert ("s", style.ORDINAL[5]) in marks
    assert ("o", "white") in marks
    said = [text.replace(style.NBSP, " ") for text in texts(shown)]
    assert {"Träger A1 – Behörde", "Träger B1 – allein", "1 Angebot", "4 Angebote"} <= set(said)
    assert "Ort angenommen" in said


def test_authorities_are_darker_on_a_photocopy():
    # Luma of ITU-R BT.601, from 0 (black) to 1 (white).
    from matplotlib.colors import to_rgb

    dark, light = (
        np.dot(to_rgb(color), (0.299, 0.587, 0.114))
        for color in (style.ORDINAL[5], style.ORDINAL[3])
    )
    assert light - dark > 0.2


def test_the_alternative_text_says_every_number():
    frame = links([("A1", 0, "x", 2), ("A1", 0, network.OUTSIDE, 1), ("A1", 2, "y", 1),
                   ("B1", 2, "y", 1)])  # fmt: skip
    (shown,) = provider_network(frame, ["B1"], basis=("Annahme",), **WORDS)
    # x and y are in the district.
    assert shown.alt.replace(style.NBSP, " ") == (
        "Netz. Träger: 2, davon Behörden: 1; Handlungsfelder: 2; Orte im Kreis: 2; Linien: 4. "
        f"Träger A1 – Behörde: {TITLES[0]} (x 2, außerhalb des Kreises 1); {TITLES[2]} (y 1). "
        f"Träger B1 – allein: {TITLES[2]} (y 1)."
    )
    assert shown.basis == ("Annahme",)


def test_places_with_fewest_offers_become_one():
    # A name takes two lines and air, 8.3 mm. Of 203 mm the last row takes 4.9: 23 names fit.
    rows = [("B1", 0, f"Neustadt an der Orla {k:02}", 1 + (k == 39)) for k in range(40)]
    (shown,) = provider_network(links(rows), **WORDS)
    said = " ".join(texts(shown))
    assert "weitere 17 Orte" in said
    assert "39" in said  # the one with most offers stays
    assert shown.alt.count("Neustadt") == 40


def test_without_links_a_note_says_so():
    nothing = provider_network(links([]), **WORDS)
    assert nothing == [show.Note("hinweis", "Befund – Es gibt keine Angebote.")]


def test_the_same_links_give_the_same_picture():
    one, other = (provider_network(many(4, 3), **WORDS)[0].payload() for _ in range(2))
    assert one == other


def test_the_real_district_fits_on_one_page(sok):
    frame = network.links(sok)
    lone = network.lone_providers(sok)["provider_id"]
    (shown,) = provider_network(frame, lone, **WORDS)
    assert shown.figure.get_size_inches()[1] * 25.4 <= 220
    boxes = ink(shown.figure, shown.figure.axes[0].texts)
    assert shared(boxes) == []
    assert is_inside(shown.figure, boxes)
    assert np.sum([f"–{style.NBSP}Behörde" in text for text in texts(shown)]) == 4
