from __future__ import annotations

import datetime as dt
from itertools import combinations, pairwise

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont

from sokanalysis import style

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
        (style.number(1234.5, 1), "1.234,5"),
        (style.number(-1234567), "−1.234.567"),
        (style.number(-0.2), "0"),
        (style.number(0.125, 2), "0,12"),
        (style.number(None), "–"),
        (style.number(np.nan, missing="unbekannt"), "unbekannt"),
        (style.number(pd.NA), "–"),
        (style.number(np.int64(7), 1), "7,0"),
        (style.percent(0.125, 1), "12,5\u00a0%"),
        (style.percent(None), "–"),
        (style.euro(12500), "12.500\u00a0€"),
        (style.minutes(75), "75\u00a0min"),
        (style.german_date(dt.date(2026, 3, 1)), "1. März 2026"),
        (style.german_date(None), "unbekannt"),
    ],
)
def test_numbers_are_written_as_german_readers_do(written, expected):
    assert written == expected


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
    assert min(distances) > 18


def test_categories_stay_apart_in_greyscale():
    lightness = [lab(colour)[0] for colour in style.CATEGORICAL]
    assert min(abs(a - b) for a, b in combinations(lightness, 2)) > 6


@pytest.mark.parametrize("colour", [style.ACCENT, style.INK, style.MUTED, style.ATTENTION])
def test_text_colours_reach_the_contrast_of_wcag_aa(colour):
    assert contrast_with_white(colour) >= 4.5


@pytest.mark.parametrize("palette", [style.ordinal, style.categorical])
def test_palettes_give_what_can_be_told_apart_and_no_more(palette):
    assert [len(set(palette(count))) for count in range(7)] == list(range(7))
    with pytest.raises(ValueError, match="unterscheidbar"):
        palette(7)


def test_fonts_of_the_house_are_found_in_both_weights():
    style.register_fonts()
    for weight, static in (("normal", 400), ("bold", 600)):
        wanted = FontProperties(family=[style.FONT], weight=weight)
        found = findfont(wanted, fallback_to_default=False)
        assert found == str(style.static_font(static))


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
