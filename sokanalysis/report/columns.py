"""How wide the columns of a table become, and whether the page has to be turned.

Widths are worked out from the font's own advance widths before typesetting, because Typst cannot
turn a page from inside the table. A table is never cut: first the text wraps, then the type gets
smaller, then the page turns; only then long words are broken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sokanalysis import fonts, style
from sokanalysis.report.errors import ReportError

PORTRAIT_PT: Final = style.TEXT_WIDTH_MM / 25.4 * 72
LANDSCAPE_PT: Final = PORTRAIT_PT + (297 - 210) / 25.4 * 72
GUTTER_PT: Final = 8.0  # left and right inset of a cell together
_SAFETY: Final = 1.06  # kerning, tabular figures and rounding
_MAX_HEIGHT_LINES: Final = 10
_TOWER: Final = 3.0  # a line beyond that costs as much as so many others
_PIECES: Final = 40  # in which the room left is shared out
_WORD_END = re.compile(r"(?<=[-–/])|[ \t\n]+")  # not at spaces that keep words together
_KEPT: Final = {style.NBSP, style.THIN}
_SYLLABLES: Final = "abcdefghijkl"  # hyphenation finds a place within twelve letters

# Tried in this order: room, type size, and whether long words may be hyphenated.
_TRIALS: Final = (
    *((PORTRAIT_PT, size, False) for size in (9.5, 9.0, 8.5, 8.0)),
    *((PORTRAIT_PT, size, True) for size in (8.5, 8.0)),
    *((LANDSCAPE_PT, size, False) for size in (9.5, 9.0, 8.5, 8.0, 7.5)),
    *((LANDSCAPE_PT, size, True) for size in (8.5, 8.0, 7.5, 7.0)),
)


@dataclass(frozen=True)
class Fit:
    """Type size and column widths in points, and whether the page is turned."""

    size: float
    widths: list[float]
    is_landscape: bool
    breaks_words: bool = False


@dataclass(frozen=True)
class _Need:
    """What one column needs, in em.

    Parameters
    ----------
    whole : float
        What must not be broken: the widest number, in text columns the widest range or 0.
    word : float
        The longest word, heading included.
    cell : float
        The longest cell on one line.
    lines : tuple of float
        All cells from top to bottom, each on one line; first the heading.
    """

    whole: float
    word: float
    cell: float
    lines: tuple[float, ...]

    def least(self, hyphenated: bool) -> float:
        """Return the narrowest width the column can live with."""
        word = min(self.word, text_width(_SYLLABLES)) if hyphenated else self.word
        return max(self.whole, word) * _SAFETY


@lru_cache(maxsize=2)
def _advances(weight: int) -> dict[str, float]:
    """Read the advance widths of Latin letters from the variable font, in em."""
    with fonts.open_font() as font:
        glyphs, names = font.getGlyphSet(location={"wght": weight}), font.getBestCmap()
        unit = font["head"].unitsPerEm
        return {
            chr(code): glyphs[names[code]].width / unit for code in fonts.LATIN if code in names
        }


def text_width(text: str, weight: int = 400) -> float:
    """Return the width of a text on one line, in em; letters outside Latin count 0.65."""
    advances = _advances(weight)
    return sum(advances.get(letter, 0.65) for letter in text)


def _words(text: str) -> list[str]:
    return [word for word in _WORD_END.split(text) if word]


def _need(head: dict[str, Any], cells: Sequence[str], last: str) -> _Need:
    """Measure one column; only the ten longest texts can have the widest word."""
    words = sorted({w for cell in set(cells) for w in _words(cell)}, key=len, reverse=True)[:10]
    bold = [*_words(head["title"]), head["unit"], *_words(last)]
    word = max([text_width(w) for w in words] + [text_width(w, 600) for w in bold])
    lines = [*map(text_width, cells), text_width(last, 600)]
    kept = [text_width(word) for cell in set(cells) for word in _words(cell) if _KEPT & {*word}]
    whole = max(lines) if head["align"] == "right" else max(kept, default=0.0)
    return _Need(whole, word, max(*lines, word), (text_width(head["title"], 600), *lines))


def _share(needs: Sequence[_Need], size: float, room: float, hyphenated: bool) -> list[float]:
    """Return widths within the room; empty when a word or a number would not fit."""
    widths = [need.least(hyphenated) * size + GUTTER_PT for need in needs]
    if sum(widths) > room:
        return []
    widths = _lowered(needs, widths, size, room)
    return _loosened(needs, widths, room - sum(widths))


def _lowered(
    needs: Sequence[_Need], widths: Sequence[float], size: float, room: float
) -> list[float]:
    """Give the room left piece by piece to the column that makes the rows lower by most.

    A row is as high as its highest cell, a cell as high as its text is wider than the column; one
    that hardly does not fit has a line more.
    """
    import numpy as np

    texts = np.array([need.lines for need in needs]) * size * _SAFETY
    inner, spare = np.array(widths) - GUTTER_PT, room - sum(widths)
    piece = max(spare / _PIECES, 0.5)
    while spare > piece and (is_short := texts.max(axis=1) > inner + 1e-9).any():
        heights = _heights(texts, inner)
        wider = _heights(texts, inner + piece)
        saved = [
            _total(np.vstack([heights[:k], wider[k : k + 1], heights[k + 1 :]]))
            if short
            else np.inf
            for k, short in enumerate(is_short)
        ]
        inner[int(np.argmin(saved))] += piece
        spare -= piece
    widened: list[float] = (inner + GUTTER_PT).tolist()
    return widened


def _heights(texts: Any, inner: Any) -> Any:
    ratio = texts / inner[:, None]
    tower = (ratio - _MAX_HEIGHT_LINES + 1).clip(min=0)  # what nobody reads costs most
    return ratio.clip(min=1) + 0.5 * (ratio > 1) + _TOWER * tower


def _total(heights: Any) -> float:
    """Add up the rows; what cells need that are not the highest breaks ties."""
    return float(heights.max(axis=0).sum() + 0.05 * heights.sum())


def _loosened(needs: Sequence[_Need], widths: Sequence[float], rest: float) -> list[float]:
    """Give columns some air, text more than numbers; a small table stays smaller than the page."""
    most = [36.0 if need.whole else 90.0 for need in needs]
    part = min(1.0, rest / sum(most))
    return [width + air * part for width, air in zip(widths, most, strict=True)]


def _is_readable(needs: Sequence[_Need], size: float, widths: Sequence[float]) -> bool:
    """Tell whether no cell grows into a tower of short lines."""
    heights = (n.cell * size / (w - GUTTER_PT) for n, w in zip(needs, widths, strict=True))
    return max(heights) <= _MAX_HEIGHT_LINES


def _filled(cell: str, most: int) -> str:
    return cell + style.filling(cell, most)


def fit(table: dict[str, Any]) -> Fit:
    """Choose type size, page direction and column widths of a table.

    Parameters
    ----------
    table : dict
        Payload of `show.Table`: head, rows, total.

    Returns
    -------
    Fit
        Widths in points that fill the page's text width.

    Raises
    ------
    ReportError
        More columns than a turned page can hold.
    """
    most = [head["places"] for head in table["head"]]
    rows = [map(_filled, row, most) for row in table["rows"]]
    columns = list(zip(*rows, strict=True)) or [()] * len(most)
    last = list(map(_filled, table["total"], most)) or [""] * len(columns)
    needs = [_need(*column) for column in zip(table["head"], columns, last, strict=True)]
    fitting = [
        (_is_readable(needs, size, widths), Fit(size, widths, room == LANDSCAPE_PT, hyphenated))
        for room, size, hyphenated in _TRIALS
        if (widths := _share(needs, size, room, hyphenated))
    ]
    if not fitting:
        raise ReportError(
            f"Die Tabelle hat {len(needs)} Spalten; so viele passen auf keine Seite. "
            "Bitte auf zwei Tabellen verteilen."
        )
    return next((layout for readable, layout in fitting if readable), fitting[-1][1])


def with_breaks(text: str, every: int = 10) -> str:
    """Let words with signs or digits break (addresses, codes); others Typst hyphenates."""

    def broken(found: re.Match[str]) -> str:
        word = found[0]
        if word.isalpha() or len(word) <= every:
            return word
        pieces = [word[start : start + every] for start in range(0, len(word), every)]
        return "\N{ZERO WIDTH SPACE}".join(pieces)

    return re.sub(r"\S+", broken, text)
