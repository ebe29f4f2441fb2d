from __future__ import annotations

import datetime as dt
import re
from itertools import combinations, pairwise
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont

from sokanalysis import figures, fonts, style
from sokanalysis.figures import OUTCOME_LOOKS
from sokanalysis.plans.labels import LINE_MM

# Machado, Oliveira & Fernandes (2009), severity 1: how a colour-blind reader sees linear RGB.
SEEN_BY = {
    "normal": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
         [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
         [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
         [0.004733, 0.691367, 0.303900]]
    ),
}  # fmt: skip
TO_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def linear(colour: str) -> np.ndarray:
    channels = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(colour: str, reader: str = "normal") -> np.ndarray:
    xyz = TO_XYZ @ np.clip(SEEN_BY[reader] @ linear(colour), 0, 1) / [0.9505, 1, 1.089]
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast_with_white(colour: str) -> float:
    return 1.05 / (0.05 + float(TO_XYZ[1] @ linear(colour)))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (style.number(1234.5, 1), "1\u202f234,5"),
        (style.number(-1234567), "−1\u202f234\u202f567"),
        (style.number(-0.2), "0"),
        (style.number(0.125, 2), "0,12"),
        (style.number(None), "–"),
        (style.number(np.nan, missing="unbekannt"), "unbekannt"),
        (style.number(pd.NA), "–"),
        (style.number(np.int64(7), 1), "7,0"),
        (style.percent(0.125, 1), "12,5\u00a0%"),
        (style.percent(None), "–"),
        (style.euro(12500), "12\u202f500\u00a0€"),
        (style.minutes(75), "75\u00a0min"),
        (style.exact(0.25), "0,25"),
        (style.exact(42000), "42\u202f000"),
        (style.exact(1 / 3), "0,333"),
        (style.unbroken("191 bis 438"), "191\u00a0bis\u00a0438"),
        (style.unbroken("5\u00a0% bis 12\u00a0%"), "5\u00a0%\u00a0bis\u00a012\u00a0%"),
        (style.unbroken("9 bis abends"), "9 bis abends"),
        (style.german_date(dt.date(2026, 3, 1)), "1. März 2026"),
        (style.german_date(None), "unbekannt"),
    ],
)
def test_numbers_are_written_as_german_readers_do(written, expected):
    assert written == expected


@pytest.mark.parametrize(
    ("text", "places", "filling"),
    [
        ("7", 0, ",00"), ("\u22121\u202f234,5", 1, "0"), ("0,25", 2, ""), ("geheim", 0, ""),
        ("17:00", 0, ""), ("", 0, ""),
    ],
)  # fmt: skip
def test_numbers_are_filled_up_to_the_same_places(text, places, filling):
    assert (style.places(text), style.filling(text, 2)) == (places, filling)
    assert style.filling(text, 0) == ""


def test_signs_of_numbers_are_in_the_type_of_the_house():
    with fonts.open_font() as font:
        assert {ord(style.THIN), ord(style.NBSP), ord("\u2212")} <= set(font.getBestCmap())


def test_numbers_are_written_in_one_place():
    sources = Path(style.__file__).parent.rglob("*.py")
    pattern = re.compile(r":,(\.\d)?[df]?\}|format_decimal")
    own = {file.name for file in sources if pattern.search(file.read_text(encoding="utf-8"))}
    assert own <= {"style.py"}


@pytest.mark.parametrize("value", [None, np.nan, pd.NA, pd.NaT])
def test_missing_values_are_recognised(value):
    assert style.is_missing(value)


@pytest.mark.parametrize("value", [0, "", False, dt.date(2026, 1, 1), [1]])
def test_other_values_are_not_missing(value):
    assert not style.is_missing(value)


def test_ordinal_colours_get_darker_step_by_step():
    lightness = [lab(colour)[0] for colour in style.ORDINAL]
    assert all(a - b > 10 for a, b in pairwise(lightness))


@pytest.mark.parametrize("reader", SEEN_BY)
def test_categories_stay_apart_for_every_reader(reader):
    distances = [
        np.linalg.norm(lab(a, reader) - lab(b, reader))
        for a, b in combinations(style.CATEGORICAL, 2)
    ]
    assert min(distances) > 20


@pytest.mark.parametrize("reader", SEEN_BY)
def test_classes_of_a_map_stay_apart_for_every_reader(reader):
    seen = [lab(colour, reader) for colour in style.ORDINAL]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 11


def test_categories_stay_apart_in_greyscale():
    # Six steps between black (0) and white (100) with as much at both ends would be 14 apart.
    lightness = [lab(colour)[0] for colour in style.CATEGORICAL]
    assert min(abs(a - b) for a, b in combinations(lightness, 2)) > 12


def test_outcomes_side_by_side_in_a_bar_stay_apart_in_greyscale():
    # Nine colours cannot all be far apart without hue; those that touch are, the rest have shapes.
    lightness = [lab(colour)[0] for colour, _ in OUTCOME_LOOKS.values()]
    assert min(abs(a - b) for a, b in pairwise(lightness)) > 10


@pytest.mark.parametrize("reader", SEEN_BY)
def test_outcomes_stay_apart_for_every_reader(reader):
    seen = [lab(colour, reader) for colour, _ in OUTCOME_LOOKS.values()]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 8


@pytest.mark.parametrize("colour", [style.ACCENT, style.INK, style.MUTED, style.ATTENTION])
def test_text_colours_reach_the_contrast_of_wcag_aa(colour):
    assert contrast_with_white(colour) >= 4.5


@pytest.mark.parametrize("palette", [style.ordinal, style.categorical])
def test_palettes_give_what_can_be_told_apart_and_no_more(palette):
    assert [len(set(palette(count))) for count in range(7)] == list(range(7))
    with pytest.raises(ValueError, match="unterscheidbar"):
        palette(7)


def test_fonts_of_the_house_are_found_in_both_weights():
    fonts.register_fonts()
    for weight, static in (("normal", 400), ("bold", 600)):
        wanted = FontProperties(family=[style.FONT], weight=weight)
        found = findfont(wanted, fallback_to_default=False)
        assert found == str(fonts.static_font(static))


def drawing() -> Figure:
    with style.house_style():
        figure = Figure(figsize=style.figure_size(40))
        axes = figure.subplots()
        axes.plot([0, 1000, 2000], [1, 3, 2])
        axes.set_title("Pößneck – Größe")
    return figure


def test_a_figure_gives_the_same_svg_without_date_and_fonts():
    first, second = style.figure_svg(drawing()), style.figure_svg(drawing())
    assert first == second
    assert "<dc:date>" not in first
    assert "<text" not in first


def test_the_style_ends_with_its_context():
    before = dict(mpl.rcParams)
    with style.house_style():
        assert mpl.rcParams["svg.fonttype"] == "path"
    assert dict(mpl.rcParams) == before
    with mpl.rc_context():
        style.use_house_style()
        assert mpl.rcParams["font.family"] == [style.FONT]


GUIDE = (Path(style.__file__).parents[1] / "docs" / "gestaltung.md").read_text(encoding="utf-8")


def test_the_guide_names_the_colours_of_the_house():
    told = dict(re.findall(r"(?m)^\| `([A-Z_]+)` \| (#[0-9a-f]{6}) \|", GUIDE))
    assert told == {name: getattr(style, name) for name in told}
    assert {"ACCENT", "INK", "MUTED", "RULE", "PAPER", "ATTENTION", "HIGHLIGHT", "NO_DATA"} == {
        *told
    }


@pytest.mark.parametrize("name", ["ORDINAL", "CATEGORICAL"])
def test_the_guide_names_the_palettes(name):
    told = re.search(rf"\(`{name}`\): ([#0-9a-f ]+)", GUIDE)
    assert tuple(told[1].split()) == getattr(style, name)


def test_the_guide_names_type_and_grid():
    told = re.findall(r"(?m)^\| `([a-z0-9]+)` \| ([\d,]+) \|", GUIDE)
    assert {name: float(size.replace(",", ".")) for name, size in told} == style.TYPE_SCALE
    assert f"{style.number(style.TEXT_WIDTH_MM)} mm breit" in GUIDE
    assert f"stehen {style.exact(figures._ROW_MM)} mm" in GUIDE
    assert f"eine Zeile Text ist {style.exact(LINE_MM)} mm" in GUIDE
    assert f"Schrift: {style.FONT}," in GUIDE


def test_the_guide_writes_numbers_as_they_are_written():
    assert style.number(1234.5, 1) in GUIDE
    assert style.percent(0.12) in GUIDE
    assert style.unbroken("191 bis 438") in GUIDE
