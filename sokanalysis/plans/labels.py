"""What the charts of measures have in common: wrapped words, places free for labels."""

from __future__ import annotations

import textwrap
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sokanalysis import show, style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes

Floats = npt.NDArray[np.float64]

PEOPLE: Final = "Menschen, die zusätzlich teilnehmen können"
LINE_MM: Final = 3.4
POINT_MM: Final = 25.4 / 72
ROW_WORDS_MM: Final = 54.0  # at the left of rows
_ROW_AIR_MM: Final = 1.4
_KEY_MM: Final = 11.0  # key and air of an entry in a legend
_ENTRY_MM: Final = 4.6  # from one entry to the next below
_SEMIBOLD: Final = 0.94  # as wide as regular type is semibold
SMALL: Final = style.TYPE_SCALE["small"]
_GAP: Final = 2.0  # points between a mark and its label
_DOT: Final = 4.0  # radius of a mark in points
_APART: Final = np.array([-3.0, 0.0, 3.0, 0.0])  # points between labels side by side
_AWAY: Final = np.array([-6.0, -3.0, 6.0, 3.0])  # points around marks that titles leave free
_NEAR: Final = 8  # places at the mark itself
_RINGS: Final = (16.0, 24.0, 36.0, 50.0, 70.0, 95.0)


def nothing(caption: str, basis: Sequence[str]) -> show.Note:
    """Return what stands in the place of a chart without rows."""
    return show.Note("hinweis", f"{caption} – Es gibt keine Maßnahmen zu zeigen.", tuple(basis))


@lru_cache(maxsize=4096)
def width_mm(line: str) -> float:
    """Return how wide one line of small type is; to be called in the style of the house."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    face = FontProperties(family=[style.FONT], size=SMALL)
    width, _, _ = text_to_path.get_text_width_height_descent(line, face, False)
    return float(width) * POINT_MM


def wrapped(text: str, limit_mm: float) -> list[str]:
    """Break a text into lines of small type that fit; a word that does not fit is broken too.

    Parameters
    ----------
    text : str
        Any length; empty gives one empty line.
    limit_mm : float
        No line is wider, as long as one letter fits.

    Returns
    -------
    list of str
        At least one.
    """
    lines = [""]
    for word in text.split(" "):
        for piece in [word] if width_mm(word) <= limit_mm else _broken(word, limit_mm):
            joined = f"{lines[-1]} {piece}".strip(" ")
            if width_mm(joined) <= limit_mm:
                lines[-1] = joined
            else:
                lines.append(piece)
    return lines


class Rows(NamedTuple):
    """Words of rows, wrapped, and how high each row is, in millimetres."""

    texts: list[str]
    heights: Floats

    @property
    def middles(self) -> Floats:
        """Millimetres from the top."""
        return np.asarray(self.heights.cumsum() - self.heights / 2)

    @property
    def ends(self) -> tuple[float, float]:
        """Limits of an axis on which the first row stands at the top."""
        return float(self.heights.sum()), 0.0


def rows_of(words: Iterable[object], row_mm: float) -> Rows:
    """Wrap the words of rows that are `row_mm` high as long as one line is enough."""
    texts = ["\n".join(wrapped(str(word), ROW_WORDS_MM)) for word in words]
    lines = np.array([text.count("\n") + 1 for text in texts], dtype=float)
    return Rows(texts, np.maximum(row_mm, lines * LINE_MM + _ROW_AIR_MM))


def legend_columns(words: Sequence[str]) -> int:
    """Return how many columns, at most five, a legend over the width of the text may have."""
    widths = [width_mm(word) + _KEY_MM for word in words]
    return next(
        (n for n in (5, 4, 3, 2) if sum(map(max, _columns(widths, n))) <= style.TEXT_WIDTH_MM), 1
    )


def legend_mm(words: Sequence[str]) -> float:
    """Return how high a legend in these columns is."""
    return _ENTRY_MM * -(-len(words) // legend_columns(words))


def _columns(widths: Sequence[float], count: int) -> list[list[float]]:
    """Return entries by column as matplotlib fills them: one after the other, the first longer."""
    parts = np.array_split(np.asarray(widths), min(count, len(widths)))
    return [part.tolist() for part in parts]


def panel_title(text: str) -> str:
    """Return the title of a panel, broken where its semibold type would leave the page."""
    share = SMALL / style.TYPE_SCALE["body"] * _SEMIBOLD
    return "\n".join(wrapped(text, (style.TEXT_WIDTH_MM - ROW_WORDS_MM - 6) * share))


def _broken(word: str, limit_mm: float) -> list[str]:
    """Break a word without hyphens into pieces that fit, as long as one letter does."""
    for letters in range(len(word) - 1, 1, -1):
        pieces = textwrap.wrap(word, letters)
        if max(map(width_mm, pieces)) <= limit_mm:
            return pieces
    return list(word)


def stacked(
    axes: Axes, lines: Sequence[str], at: Any, shift: tuple[float, float], *, align: str = "left",
    within: Any = "data",
) -> None:  # fmt: skip
    """Write lines one under the other on a white edge; the corner is `shift` points from a place.

    One text a line: how far matplotlib sets the lines of a text apart depends on its version.
    """
    from matplotlib.patheffects import withStroke

    halo = [withStroke(linewidth=1.8, foreground="white")]
    for row, line in enumerate(lines):
        down = shift[1] - (row + 0.5) * LINE_MM / POINT_MM
        axes.annotate(
            line, at, (shift[0], down), xycoords=within, textcoords="offset points", ha=align,
            va="center", fontsize=SMALL, path_effects=halo, zorder=4, annotation_clip=False,
        )  # fmt: skip


def spread(positions: Floats, pitch: float, ends: tuple[float, float]) -> Floats:
    """Move positions apart, as little as possible, so that neighbours keep a distance.

    Parameters
    ----------
    positions : array of float, shape (n,)
        In rising order, at least one.
    pitch : float
        Least distance of neighbours.
    ends : (float, float)
        Nothing moves beyond; between them is room for n - 1 distances.

    Returns
    -------
    array of float, shape (n,)
        The nearest in least squares: an isotonic regression of what is left when every
        position gives up the room of those before it, cut at the ends.
    """
    from scipy.optimize import isotonic_regression

    room = pitch * np.arange(len(positions))
    left = np.clip(isotonic_regression(positions - room).x, ends[0], ends[1] - room[-1])
    return np.asarray(left + room, dtype=np.float64)


def overlap(boxes: Floats, others: Floats) -> Floats:
    """Return the area that each box shares with all others together.

    Parameters
    ----------
    boxes, others : array of float, shape (n, 4) and (m, 4)
        Left, bottom, right, top.

    Returns
    -------
    array of float, shape (n,)
        0 without others.
    """
    high = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    low = np.maximum(boxes[:, None, :2], others[None, :, :2])
    return np.clip(high - low, 0, None).prod(axis=2).sum(axis=1)


def mark_boxes(marks: Floats) -> Floats:
    """Return what marks and their bars cover: first all marks, then all bars.

    Parameters
    ----------
    marks : array of float, shape (n, 4)
        In points: across, up, low and high end of the bar.

    Returns
    -------
    array of float, shape (2 n, 4)
    """
    x, y, low, high = marks.T
    dots = np.column_stack([x - _DOT, y - _DOT, x + _DOT, y + _DOT])
    return np.vstack([dots, np.column_stack([x - 1, low, x + 1, high])])


def _places(mark: Floats, size: tuple[float, float], rings: Sequence[float]) -> Floats:
    """Return where a label could stand: at its mark in eight places, then on rings around it."""
    (x, y, low, high), (width, height) = mark, size
    above, below = max(high, y + _DOT) + _GAP, min(low, y - _DOT) - _GAP - height
    aside = _DOT + _GAP
    corners = [
        *((x - width * part, level) for level in (above, below) for part in (0.5, 0.0, 1.0)),
        (x + aside, y - height / 2),
        (x - aside - width, y - height / 2),
    ]
    turns = np.arange(16) * np.pi / 8
    for radius in rings:
        across = x + (radius + width / 2) * np.cos(turns) - width / 2
        up = y + (radius + height / 2) * np.sin(turns) - height / 2
        corners += list(zip(across, up, strict=True))
    left_bottom = np.array(corners)
    return np.hstack([left_bottom, left_bottom + size])


def label_boxes(
    marks: Floats, short: Sequence[tuple[float, float]], long: Sequence[tuple[float, float]],
    frame: Floats,
) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:  # fmt: skip
    """Place a short label at every mark, then the long one wherever that leaves all others free.

    `adjustText` pushes labels for a number of rounds and promises nothing; here a label takes the
    first place that is free, and the long form only where one is.

    Parameters
    ----------
    marks : array of float, shape (n, 4)
        As for `mark_boxes`, the most important first.
    short, long : sequence of (width, height)
        Of the labels in points.
    frame : array of float, shape (4,)
        Labels stay inside.

    Returns
    -------
    array of float, shape (n, 4), and two arrays of bool, shape (n,)
        Boxes in points; whether the long form stands in them; whether they lie away from their
        marks.
    """
    taken, boxes = mark_boxes(marks), np.empty((0, 4))
    is_long, is_far = np.zeros(len(marks), dtype=bool), np.zeros(len(marks), dtype=bool)
    for row, (mark, size) in enumerate(zip(marks, short, strict=True)):
        places = _places(mark, size, _RINGS)
        best = _trouble(places, np.vstack([taken, boxes + _APART]), frame).argmin()
        boxes, is_far[row] = np.vstack([boxes, places[best]]), best >= _NEAR
    for row, (mark, size) in enumerate(zip(marks, long, strict=True)):
        places = _places(mark, size, ())
        # A title close to another mark would be taken for that one's.
        others = np.delete(taken, [row, len(marks) + row], axis=0) + _AWAY
        labels = np.delete(boxes, row, axis=0) + _APART
        trouble = _trouble(places, np.vstack([taken, others, labels]), frame)
        if trouble.min() == 0:
            boxes[row], is_long[row], is_far[row] = places[trouble.argmin()], True, False
    return boxes, is_long, is_far


def _trouble(places: Floats, taken: Floats, frame: Floats) -> Floats:
    """Return the area of each place that is taken or outside the frame."""
    areas = (places[:, 2:] - places[:, :2]).prod(axis=1)
    outside = areas - overlap(places, frame[None, :])
    return overlap(places, taken) + np.where(outside > 1e-6, outside, 0.0)
