"""Charts of measures: nothing overlaps, nothing is cut, everything drawn is also said."""

from __future__ import annotations

import datetime as dt
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis import fonts, plans, show, style
from sokanalysis.codes import FIELDS
from sokanalysis.plans import labels

WORDS = {"caption": "Befund", "source": "Quelle: Test"}
LONG = "Ambulante Betreuung der Gemeinschaftsunterkünfte um 30 Minuten später verschieben"
TITLES = (LONG, "Rufbus an Schultagen bis 21 Uhr", "Integrationskurs in Pößneck: Außenstelle")
COSTS = (500.0, 0.0, 171_000.0, 500.0, 42_000.0, 500.0, 15_840.0, 42_000.0)
LINE_PT = labels.LINE_MM / labels.POINT_MM
FIELD_WORDS = (*FIELDS.values(), "Alle Handlungsfelder")


def measures(count: int, costs=COSTS) -> pd.DataFrame:
    """Long titles, extreme costs, many of them equal; effects from 4 to 46 people."""
    place = np.arange(count)
    gained = 4 + place * 7 % 43
    return pd.DataFrame({
        "number": [f"{'SATQ'[k * 4 // count]}{k + 1}" for k in place],
        "title": [TITLES[k % 3] for k in place],
        "field": [FIELD_WORDS[k * 4 // count] for k in place],
        "cost_eur": [costs[k % len(costs)] for k in place],
        "gained_count": gained,
        "gained_count_low": gained // 2,
        "gained_count_high": gained * 3 // 2,
        "is_quick_win": place % 2 == 0,
        "start_month": 1 + place % 9,
        "run_month": 1 + place % 9 + place % 4,
        "end_month": [30 if k % 2 else 12 for k in place],
        "chosen_share": place / max(count - 1, 1),
        "robustness": "nur wenn",
        "decides": [LONG if k % 5 == 0 else "" for k in place],
    })  # fmt: skip


def curve(count: int) -> pd.DataFrame:
    """The measures bought one after the other, the cheapest person first."""
    rows = measures(count)
    order = (rows["cost_eur"] / rows["gained_count"]).argsort(kind="stable")
    rows = rows.iloc[order]
    spent, gained = rows["cost_eur"].cumsum(), rows["gained_count"].cumsum()
    return pd.DataFrame({
        "budget_eur": spent, "cost_eur": spent, "gained_count": gained,
        "added": rows["number"] + " " + rows["title"],
    })  # fmt: skip


def ink(figure, texts) -> list[np.ndarray]:
    """Boxes of the words in points; as high as a line, for the font's own boxes hold air."""
    figure.set_dpi(288)  # where hinting hardly widens letters, as in print
    figure.draw_without_rendering()
    scale = 72 / figure.dpi
    boxes = []
    for text in texts:
        if text.get_text().strip() and text.get_visible():
            left, bottom, right, top = np.array(text.get_window_extent().extents) * scale
            middle = (bottom + top) / 2
            half = 0.98 * LINE_PT / 2
            boxes.append(np.array([left, middle - half, right, middle + half]))
    return boxes


def words_of(axes) -> list:
    """All words of a plot; matplotlib also keeps ticks beyond its ends, which it does not draw."""
    words = list(axes.texts)
    for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        low, high = sorted(ends)
        ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
        words += [label for place, label in ticks if low <= place <= high]
    return words


def shared(boxes) -> list[tuple[int, int]]:
    """Pairs of boxes that share more than a hair."""
    return [
        (a, b)
        for (a, one), (b, other) in combinations(enumerate(boxes), 2)
        if (np.minimum(one[2:], other[2:]) - np.maximum(one[:2], other[:2])).min() > 0.1
    ]


def is_inside(figure, boxes) -> bool:
    width, height = figure.get_size_inches() * 72
    corners = np.array(boxes)
    return bool((corners[:, :2] > -1).all() and (corners[:, 2:] < [width + 1, height + 1]).all())


def marks_of(axes) -> np.ndarray:
    """Marks of measures in points: lines of one point."""
    lines = [line for line in axes.lines if len(line.get_xdata()) == 1]
    points = [[line.get_xdata()[0], line.get_ydata()[0]] for line in lines]
    return axes.transData.transform(np.array(points, dtype=float)) * 72 / axes.figure.dpi


# --- words and places ---------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.text("abcdeWÄß -", max_size=60), st.integers(20, 60))
def test_wrapped_lines_fit_and_lose_no_letter(text, limit):
    with style.house_style():
        lines = labels.wrapped(text, limit)
        assert all(labels.width_mm(line) <= limit for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_word_longer_than_the_line_is_broken():
    with style.house_style():
        lines = labels.wrapped("Gemeinschaftsunterkunftsbetreuung" * 3, 30)
        assert labels.wrapped("WWW", 3) == ["W", "W", "W"]
    assert len(lines) > 1
    assert "".join(lines) == "Gemeinschaftsunterkunftsbetreuung" * 3


def test_equal_places_are_spread_around_their_own():
    # Three at 10 with a distance of 2: 8, 10, 12; the fourth is far enough away and stays.
    places = labels.spread(np.array([10.0, 10.0, 10.0, 30.0]), 2, (0, 40))
    assert places.tolist() == [8, 10, 12, 30]


def test_places_do_not_leave_the_paper():
    # Around 1 they would be -1, 1, 3; the paper begins at 0.
    assert labels.spread(np.array([1.0, 1.0, 1.0]), 2, (0, 40)).tolist() == [0, 2, 4]
    assert labels.spread(np.array([39.0, 39.0]), 4, (0, 40)).tolist() == [36, 40]


@settings(deadline=None)
@given(st.lists(st.floats(0, 100), min_size=1, max_size=12).map(sorted))
def test_spread_places_keep_order_distance_and_ends(places):
    moved = labels.spread(np.array(places), 5, (0, 100))
    assert all(b - a >= 5 - 1e-9 for a, b in pairwise(moved))
    assert moved[0] >= -1e-9
    assert moved[-1] <= 100 + 1e-9


def test_the_shared_area_is_added_up():
    # 2 × 2 at the origin shares 1 × 1 with the first, 2 × 1 with the second, none with the third.
    boxes = np.array([[0.0, 0, 2, 2]])
    others = np.array([[1.0, 1, 3, 3], [0, -1, 2, 1], [5, 5, 6, 6]])
    assert labels.overlap(boxes, others).tolist() == [3.0]
    assert labels.overlap(boxes, np.empty((0, 4))).tolist() == [0.0]


def test_a_label_takes_the_long_form_only_where_it_is_free():
    # Alone there is room for the title; in a paper of 20 points it is not.
    mark, short, long = np.array([[50.0, 50, 45, 55]]), [(8.0, 10.0)], [(60.0, 20.0)]
    _, is_long, is_far = labels.label_boxes(mark, short, long, np.array([0.0, 0, 200, 200]))
    assert is_long.tolist() == [True]
    assert is_far.tolist() == [False]
    boxes, is_long, _ = labels.label_boxes(mark, short, long, np.array([40.0, 30, 60, 70]))
    assert is_long.tolist() == [False]
    # Centred over the bar: from 46 to 54, and from 2 above its upper end, 55, to 67.
    assert boxes.tolist() == [[46, 57, 54, 67]]


# --- effect by cost -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "costs"),
    [(1, COSTS), (12, COSTS), (25, COSTS), (30, (500.0,)), (5, (0.0,)),
     (4, (30_000.0, 42_000.0))],
)  # fmt: skip
def test_labels_of_effects_are_apart_and_off_the_marks(count, costs):
    shown = plans.effect_by_cost(measures(count, costs), **WORDS)
    axes = shown.figure.axes[0]
    boxes = ink(shown.figure, words_of(axes))
    assert shared(boxes) == []
    assert is_inside(shown.figure, boxes)
    for x, y in marks_of(axes):
        assert not any(b[0] < x < b[2] and b[1] < y < b[3] for b in boxes)
    numbers = " ".join(text.get_text() for text in axes.texts).split()
    assert set(measures(count)["number"]) <= set(numbers)


def test_labels_that_find_no_place_at_their_marks_are_tied_to_them():
    rows = measures(30, (500.0,)).assign(gained_count=20, gained_count_low=18, gained_count_high=22)
    shown = plans.effect_by_cost(rows.assign(number="QQ" + rows["number"]), **WORDS)
    axes = shown.figure.axes[0]
    # 8 points from mark to mark, more than 16 a label: over and under them is no room for all.
    ties = [text for text in axes.texts if not text.get_text()]
    assert ties
    assert shared(ink(shown.figure, axes.texts)) == []


def test_effects_are_said_with_cost_range_and_quick_win():
    rows = measures(2).assign(gained_count_low=pd.array([2, pd.NA], dtype="Int64"))
    shown = plans.effect_by_cost(rows, basis=("Annahme",), **WORDS)
    # The first: 4 people, from 2 to 4 * 3 // 2 = 6; the second: 4 + 7 = 11, its low end withheld.
    said = shown.alt.replace(style.NBSP, " ")
    assert f"S1 {LONG}: 500 €, 4 Menschen (Spanne: 2 bis 6), Sofortmaßnahme" in said
    assert "T2 Rufbus an Schultagen bis 21 Uhr: 0 €, 11 Menschen (Spanne: keine Daten" in said
    assert shown.basis == ("Annahme",)


@pytest.mark.parametrize("column", ["cost_eur", "gained_count"])
def test_a_measure_without_cost_or_effect_is_an_error(column):
    rows = measures(2)
    rows[column] = [1.0, None]
    with pytest.raises(ValueError, match="Wirkung von T2 fehlen"):
        plans.effect_by_cost(rows, **WORDS)


def test_costs_that_occur_are_the_ticks():
    axes = plans.effect_by_cost(measures(12), **WORDS).figure.axes[0]
    ticks = [text.get_text().replace(style.NBSP, " ") for text in axes.get_xticklabels()]
    # 15.840 € occurs once and would touch 42.000 €, which occurs three times.
    assert set(ticks) <= {"0 €", "500 €", "15\u202f840 €", "42\u202f000 €", "171\u202f000 €"}
    assert {"0 €", "500 €", "42\u202f000 €", "171\u202f000 €"} <= set(ticks)


def test_fields_keep_their_shape_and_quick_wins_are_filled():
    def looks(rows):
        lines = plans.effect_by_cost(rows, **WORDS).figure.axes[0].lines
        return [(x.get_marker(), x.get_markerfacecolor()) for x in lines if len(x.get_xdata()) == 1]

    rows = measures(4)
    # By cost: number 2 costs nothing (field 2), 1 and 4 cost 500 € (4 and 25 people).
    assert looks(rows) == [
        ("s", "white"), ("o", style.ACCENT), ("D", "white"), ("^", style.ACCENT),
    ]  # fmt: skip
    assert looks(rows.tail(1)) == [("D", "white")]


def test_the_same_measures_give_the_same_picture():
    first, second = (plans.effect_by_cost(measures(2), **WORDS).payload() for _ in range(2))
    assert first == second


# --- timetable ----------------------------------------------------------------------------------


START = dt.date(2026, 9, 15)


def spans(axes) -> list[tuple[float, float]]:
    return [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches]


def test_bars_begin_and_end_with_their_months():
    row = measures(1).assign(start_month=2, run_month=5, end_month=24)
    (shown,) = plans.timetable_of_measures(row, start=START, **WORDS)
    # Month 2 begins after one month, month 5 after four; the last month ends after 24.
    assert spans(shown.figure.axes[0]) == [(1, 4), (4, 24)]
    # September is month 1: October prepares, January runs, August 2028 is the 24th month.
    assert "Vorbereitung ab Oktober 2026, läuft ab Januar 2027 bis Ende August 2028" in shown.alt


def test_without_preparation_there_is_one_bar_and_beyond_the_plan_an_arrow():
    row = measures(1).assign(start_month=3, run_month=3, end_month=30)
    (shown,) = plans.timetable_of_measures(row, start=START, **WORDS)
    assert spans(shown.figure.axes[0]) == [(2, 24)]
    assert [line.get_marker() for line in shown.figure.axes[0].lines].count(">") == 1
    assert "läuft ab November 2026 über August 2028 hinaus" in shown.alt
    assert "Vorbereitung" not in shown.alt


def test_quarters_are_named_in_german():
    (shown,) = plans.timetable_of_measures(measures(3), start=START, **WORDS)
    texts = [text.get_text() for text in shown.figure.axes[0].texts]
    assert texts.count("Januar") == 2
    assert {"Oktober", "April", "Juli", "2026", "2027", "2028"} <= set(texts)
    assert "Monat 1: September 2026" in texts


@pytest.mark.parametrize("count", [1, 30])
@pytest.mark.parametrize("draw", ["timetable", "robustness"])
def test_rows_are_whole_and_pages_not_too_high(draw, count):
    rows = measures(count)
    figures = (
        plans.timetable_of_measures(rows, start=START, **WORDS)
        if draw == "timetable"
        else plans.robustness_bars(rows, thresholds=[0.05, 0.5, 0.95], **WORDS)
    )
    numbers = []
    for shown in figures:
        width, height = shown.figure.get_size_inches() * 25.4
        assert (width, height <= 230) == (pytest.approx(160), True)
        boxes = ink(shown.figure, words_of(shown.figure.axes[0]))
        assert shared(boxes) == []
        assert is_inside(shown.figure, boxes)
        numbers += [t.get_text() for t in shown.figure.axes[0].texts]
    assert [word for word in numbers if word in set(rows["number"])] == list(rows["number"])
    captions = [shown.caption for shown in figures]
    parts = [f"Befund (Teil {k} von {len(figures)})" for k in range(1, len(figures) + 1)]
    assert captions == (["Befund"] if len(figures) == 1 else parts)


def test_measures_of_a_field_stand_together():
    rows = measures(4).assign(field=["b", "a", "b", "a"])
    (shown,) = plans.timetable_of_measures(rows, start=START, **WORDS)
    texts = [text.get_text() for text in shown.figure.axes[0].texts]
    wanted = ["b", "S1", "T3", "a", "A2", "Q4"]
    assert [text for text in texts if text in wanted] == wanted


@pytest.mark.parametrize(("start", "run", "end"), [(0, 1, 2), (25, 25, 26), (3, 2, 4), (3, 5, 4)])
def test_months_out_of_order_are_an_error(start, run, end):
    row = measures(1).assign(start_month=start, run_month=run, end_month=end)
    with pytest.raises(ValueError, match="Monate von S1"):
        plans.timetable_of_measures(row, start=START, **WORDS)


# --- budget -------------------------------------------------------------------------------------


STEPS = pd.DataFrame({
    "budget_eur": [0, 500, 10_000, 42_500], "cost_eur": [0, 500, 500, 42_500],
    "gained_count": [0, 12, 12, 46], "added": ["", "S1 Treff später", None, "A1 Kurs in Schleiz"],
})  # fmt: skip


def test_the_curve_says_every_step_and_the_recommendation():
    shown = plans.budget_curve(STEPS, recommended_eur=20_000, **WORDS)
    said = shown.alt.replace(style.NBSP, " ")
    # Nothing is new at 10.000 €: no step. With 20.000 € it is still what 500 € buy.
    assert said.endswith(
        "mit 0 € im Jahr 0 Bedarfe gedeckt, Kosten 0 €; "
        "mit 500 € im Jahr 12 Bedarfe gedeckt, Kosten 500 €, neu dabei: S1 Treff später; "
        "mit 42\u202f500 € im Jahr 46 Bedarfe gedeckt, Kosten 42\u202f500 €, "
        "neu dabei: A1 Kurs in Schleiz. "
        "Empfehlung: 20\u202f000 € für 12 Bedarfe."
    )


def test_the_line_steps_at_the_budget():
    axes = plans.budget_curve(STEPS, recommended_eur=60_000, **WORDS).figure.axes[0]
    # It goes on to the recommendation, where still 46 people are able.
    assert axes.lines[0].get_xdata().tolist() == [0, 500, 10_000, 42_500, 60_000]
    assert axes.lines[0].get_ydata().tolist() == [0, 12, 12, 46, 46]
    assert axes.lines[0].get_drawstyle() == "steps-post"


@pytest.mark.parametrize(("count", "recommended"), [(1, 1.0), (3, 0.1), (12, 1.0), (25, 0.5)])
def test_labels_of_steps_are_apart_and_off_the_line(count, recommended):
    steps = curve(count)
    budget = steps["budget_eur"].iloc[0] + recommended * steps["budget_eur"].iloc[-1]
    shown = plans.budget_curve(steps, recommended_eur=budget, **WORDS)
    axes = shown.figure.axes[0]
    boxes = ink(shown.figure, words_of(axes))
    assert shared(boxes) == []
    assert is_inside(shown.figure, boxes)
    for box in boxes[: len(axes.texts)]:
        for (left, low), (right, high) in pairwise(corners(axes)):
            # Every piece is level or upright: a box with its own area.
            piece = np.array([left, min(low, high), right, max(low, high)])
            gap = np.minimum(piece[2:], box[2:]) - np.maximum(piece[:2], box[:2])
            assert gap.min() < 0


def corners(axes) -> np.ndarray:
    """Corners of the step line in points."""
    x, y = (
        np.repeat(values, 2) for values in (axes.lines[0].get_xdata(), axes.lines[0].get_ydata())
    )
    points = np.column_stack([x[1:], y[:-1]]).astype(float)
    return axes.transData.transform(points) * 72 / axes.figure.dpi


def test_nothing_gained_is_drawn():
    rows = STEPS.head(1)
    shown = plans.budget_curve(rows, recommended_eur=0, **WORDS)
    assert shown.figure.axes[0].lines[0].get_ydata().tolist() == [0, 0]


def test_a_recommendation_below_the_curve_is_an_error():
    with pytest.raises(ValueError, match="unter dem kleinsten Budget"):
        plans.budget_curve(STEPS.tail(2), recommended_eur=500, **WORDS)


# --- robustness ---------------------------------------------------------------------------------


def test_shares_words_and_reasons_are_drawn_and_said():
    rows = measures(2).assign(
        chosen_share=[0.25, 1.0], robustness=["nur wenn", "immer"], decides=["Bedarf hoch", None]
    )
    (shown,) = plans.robustness_bars(rows, thresholds=[0.5], **WORDS)
    axes = shown.figure.axes[0]
    dots = [line.get_xdata()[0] for line in axes.lines if line.get_marker() == "o"]
    assert dots == [0.25, 1.0]
    texts = [text.get_text().replace(style.NBSP, " ") for text in axes.texts]
    assert {"25 %", "100 %", "nur wenn", "immer", "Bedarf hoch"} <= set(texts)
    said = shown.alt.replace(style.NBSP, " ")
    assert f"S1 {LONG}: 25 %, nur wenn, entscheidend: Bedarf hoch; " in said
    assert said.endswith("Uhr: 100 %, immer.")


# --- monitoring ---------------------------------------------------------------------------------


LIGHTS = pd.DataFrame({
    "number": ["S1", "S2", "A1"], "title": ["Treff", "Kurs", "Bus"],
    "start_value": pd.array([4, 10, 0], dtype="Int64"),
    "now_value": pd.array([9, pd.NA, 0], dtype="Int64"),
    "target_value": [12.0, 20.5, 8.0], "light": ["grün", "grau", "rot"],
})  # fmt: skip


def test_lights_are_words_with_signs():
    shown = plans.traffic_lights(LIGHTS, note="Hinweis.", **WORDS).payload()
    assert shown["rows"] == [
        ["S1", "Treff", "4", "9", "12", "● grün"],
        ["S2", "Kurs", "10", "–", "20,5", "○ grau"],
        ["A1", "Bus", "0", "0", "8", "■ rot"],
    ]
    assert shown["note"] == (
        "Ampel: 1-mal grün, 1-mal rot, 1-mal grau. – heißt: keine Daten oder geheim. Hinweis."
    )


def test_the_meaning_stands_with_its_light():
    rows = LIGHTS.head(1).assign(meaning="im Plan")
    assert plans.traffic_lights(rows, **WORDS).payload()["rows"][0][-1] == "● grün: im Plan"


def test_an_unknown_light_is_an_error():
    with pytest.raises(KeyError, match="blau"):
        plans.traffic_lights(LIGHTS.assign(light="blau"), **WORDS)


def test_signs_are_in_the_font_of_the_page():
    with fonts.open_font() as font:
        known = font.getBestCmap()
    assert all(ord(light) in known for light in "●▲■○")


# --- nothing to show ----------------------------------------------------------------------------


def test_without_measures_a_note_says_so():
    none, said = measures(1).head(0), "Befund – Es gibt keine Maßnahmen zu zeigen."
    notes = [
        plans.effect_by_cost(none, **WORDS),
        plans.budget_curve(STEPS.head(0), recommended_eur=0, **WORDS),
        *plans.timetable_of_measures(none, start=START, **WORDS),
        *plans.robustness_bars(none, thresholds=[0.5], **WORDS),
    ]
    assert notes == [show.Note("hinweis", said)] * 4
    assert plans.traffic_lights(LIGHTS.head(0), **WORDS).payload()["rows"] == []
