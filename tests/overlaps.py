"""Which words of a drawing lie on each other or beyond its edge, from their boxes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.text import Text

HAIR_PT = 0.5
LINE = 1.18  # of the size of type; the boxes of the font hold air


def words(figure: Figure) -> dict[str, np.ndarray]:
    """Boxes of all words that are drawn, in points, by a number and the text."""
    figure.set_dpi(288)  # where hinting hardly widens letters, as in print
    figure.draw_without_rendering()
    texts = [*figure.texts, *(text for legend in figure.legends for text in legend.get_texts())]
    for axes in figure.axes:
        texts += _words_of(axes)
    shown = [text for text in texts if text.get_visible() and text.get_text().strip()]
    scale = 72 / figure.dpi
    return {f"{number}: {text.get_text()}": _box(text, scale) for number, text in enumerate(shown)}


def _box(text: Text, scale: float) -> np.ndarray:
    """Of an annotation only the words, without its line; as high as its lines, without air."""
    box = np.array(Text.get_window_extent(text).extents) * scale
    if text.get_rotation() == 0:
        high = (text.get_text().count("\n") + 1) * LINE * text.get_fontsize()
        box[[1, 3]] = (box[1] + box[3]) / 2 - high / 2, (box[1] + box[3]) / 2 + high / 2
    return box


def _words_of(axes):
    legend = axes.get_legend()
    texts = [*axes.texts, *(legend.get_texts() if legend else [])]
    texts += [legend.get_title()] if legend else []
    if not axes.axison:
        return texts
    texts += [axes.title, axes._left_title, axes.xaxis.label, axes.yaxis.label]
    for axis, ends in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
        low, high = sorted(ends)
        ticks = zip(axis.get_majorticklocs(), axis.get_ticklabels(), strict=True)
        texts += [label for place, label in ticks if low <= place <= high and axis.get_visible()]
    return texts


def overlapping(figure: Figure) -> list[tuple[str, str]]:
    """Pairs of words whose boxes share more than a hair in both directions."""
    return [
        (one, other)
        for (one, a), (other, b) in combinations(words(figure).items(), 2)
        if (np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])).min() > HAIR_PT
    ]


def cut_off(figure: Figure) -> list[str]:
    """Words that reach beyond the edge of the drawing."""
    width, height = figure.get_size_inches() * 72
    return [
        word
        for word, box in words(figure).items()
        if (box[:2] < -1).any() or (box[2:] > [width + 1, height + 1]).any()
    ]
