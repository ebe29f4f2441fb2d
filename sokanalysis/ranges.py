"""Charts of what is known within bounds only: low, middle and high, with what stands beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis import show, style
from sokanalysis.plans.labels import LINE_MM, rows_of, width_mm
from sokanalysis.plans.rows import beside as write
from sokanalysis.plans.rows import row_axes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ROW_MM: Final = 5.6
_HEAD_MM: Final = 15.0
_FOOT_MM: Final = 11.0
_GAP_MM: Final = 3.0
_WITHHELD: Final = "geheim"
_HEAD: Final = "geschätzt (Spanne)"


def ranges(
    rows: pd.DataFrame, label: str, value: str, *, unit: str, beside: tuple[str, str],
    caption: str, source: str, basis: Sequence[str] = (), measure: str = "",
) -> show.Figure:  # fmt: skip
    """Draw numbers as dots on the range they may lie in, one line a row, from top to bottom.

    Parameters
    ----------
    rows : DataFrame
        At least one row. Counts of people have to come through `sokanalysis.privacy`: a row with
        a missing number or end is drawn without any of the three.
    label, value : str
        Columns with the words and the numbers; ``<value>_low`` and ``<value>_high`` are the ends.
    unit : str
        What is counted, for the axis.
    beside : (str, str)
        Column with whole numbers to write at the right of each row, and its German head.
    caption, source, basis, measure
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    Figure
        With an alternative text that says every number.
    """
    ends = rows[[f"{value}_low", value, f"{value}_high"]].astype("Float64")
    ends = ends.mask(ends.isna().any(axis=1)).set_axis(["low", "middle", "high"], axis=1)
    texts = [_said(*row) for row in ends.itertuples(index=False)]
    counts = [style.number(count) for count in rows[beside[0]]]
    with style.house_style():
        figure = _drawn(ends.astype(float), rows[label], [(_HEAD, texts), (beside[1], counts)])
        figure.axes[0].set_xlabel(unit)
    said = "; ".join(
        f"{word}: {text}, {beside[1]} {count}"
        for word, text, count in zip(rows[label], texts, counts, strict=True)
    )
    written = [*zip(map(str, rows[label]), texts, counts, strict=True)]
    data = show.Data(("Bezeichnung", f"{unit}, {_HEAD}", beside[1]), written)
    alt = f"Punkte mit Spannen, {unit}. {said}."
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def _said(low: object, middle: object, high: object) -> str:
    if style.is_missing(middle):
        return _WITHHELD
    return f"{style.number(middle)} ({style.number(low)}–{style.number(high)})"


def _drawn(
    ends: pd.DataFrame, words: pd.Series[str], columns: Sequence[tuple[str, Sequence[str]]]
) -> Figure:
    """Draw rows as high as their words, and columns of words at the right under their heads."""
    named = rows_of(words, _ROW_MM)
    heads = [[*head.rsplit(" ", 1)] for head, _ in columns]
    widths = [
        max(map(width_mm, [*head, *cells])) for head, (_, cells) in zip(heads, columns, strict=True)
    ]
    left = max(width_mm(line) for text in named.texts for line in text.split("\n")) + _GAP_MM
    figure, axes, middles = row_axes(
        [*named.heights], left=left, right=sum(widths) + _GAP_MM * len(widths),
        head=_HEAD_MM, foot=_FOOT_MM,
    )  # fmt: skip
    axes.set_yticks(middles, named.texts)
    _marks(axes, ends, middles)
    right = style.TEXT_WIDTH_MM - 0.5
    for head, (_, cells), width in reversed([*zip(heads, columns, widths, strict=True)]):
        write(axes, right, -1.0 - len(head) * LINE_MM / 2, head, ha="right", color=style.MUTED)
        for middle, cell in zip(middles, cells, strict=True):
            write(axes, right, middle, [cell], ha="right")
        right -= width + _GAP_MM
    figure.legend(loc="upper left", ncols=2, handletextpad=0.5, borderaxespad=0, borderpad=0)
    return figure


def _marks(axes: Axes, ends: pd.DataFrame, middles: Sequence[float]) -> None:
    axes.hlines(middles, ends["low"], ends["high"], color=style.ORDINAL[1], linewidth=5,
                label="Spanne")  # fmt: skip
    axes.scatter(ends["middle"], middles, s=42, color=style.ACCENT, zorder=2,
                 label="wie angenommen")  # fmt: skip
    axes.set_xlim(0, max(ends["high"].max() * 1.04, 1) if len(ends.dropna()) else 1)
    axes.xaxis.grid(visible=True)
    axes.locator_params(axis="x", nbins=6)
    axes.xaxis.set_major_formatter(lambda count, _: style.number(count))
