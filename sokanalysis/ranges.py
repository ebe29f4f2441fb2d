"""Charts of what is known within bounds only: low, middle and high, with what stands beside."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis import show, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_ROW_MM: Final = 6.2
_HEAD_MM: Final = 22.0
_WITHHELD: Final = "geheim"
_HEAD: Final = "geschätzt (Spanne)"


def ranges(
    rows: pd.DataFrame, label: str, value: str, *, unit: str, beside: tuple[str, str],
    caption: str, source: str, basis: Sequence[str] = (),
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
    caption, source, basis
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    Figure
        With an alternative text that says every number.
    """
    import matplotlib.pyplot as plt

    ends = rows[[f"{value}_low", value, f"{value}_high"]].astype("Float64")
    ends = ends.mask(ends.isna().any(axis=1)).set_axis(["low", "middle", "high"], axis=1)
    texts = [_said(*row) for row in ends.itertuples(index=False)]
    counts = [style.number(count) for count in rows[beside[0]]]
    with style.house_style():
        size = style.figure_size(_HEAD_MM + _ROW_MM * len(rows))
        figure, (axes, side) = plt.subplots(1, 2, figsize=size, sharey=True, width_ratios=(2.2, 1))
        _marks(axes, ends.astype(float))
        axes.set_yticks(range(len(rows)), rows[label])
        axes.set_xlabel(unit)
        side.set_axis_off()
        _column(side, 0.58, _HEAD, texts)
        _column(side, 1.0, beside[1], counts)
        figure.legend(loc="outside upper left", ncols=2, handletextpad=0.5)
        plt.close(figure)
    said = "; ".join(
        f"{word}: {text}, {beside[1]} {count}"
        for word, text, count in zip(rows[label], texts, counts, strict=True)
    )
    return show.Figure(
        figure, caption, source, f"Punkte mit Spannen, {unit}. {said}.", tuple(basis)
    )


def _said(low: object, middle: object, high: object) -> str:
    if style.is_missing(middle):
        return _WITHHELD
    return f"{style.number(middle)} ({style.number(low)}–{style.number(high)})"


def _marks(axes: Axes, ends: pd.DataFrame) -> None:
    height = range(len(ends))
    axes.hlines(height, ends["low"], ends["high"], color=style.ORDINAL[1], linewidth=5,
                label="Spanne")  # fmt: skip
    axes.scatter(ends["middle"], height, s=42, color=style.ACCENT, zorder=2,
                 label="wie angenommen")  # fmt: skip
    axes.set_xlim(0, max(ends["high"].max() * 1.04, 1) if len(ends.dropna()) else 1)
    axes.set_ylim(len(ends) - 0.4, -0.6)
    axes.xaxis.grid(visible=True)
    axes.xaxis.set_major_formatter(lambda count, _: style.number(count))
    axes.spines[["left", "bottom"]].set_visible(False)


def _column(axes: Axes, right: float, head: str, texts: Sequence[str]) -> None:
    """Write a column of words that ends there, under its head."""
    small = style.TYPE_SCALE["small"]
    axes.text(right, -0.7, head.replace(" ", "\n"), ha="right", fontsize=small, color=style.MUTED)
    for row, text in enumerate(texts):
        axes.text(right, row, text, va="center", ha="right", fontsize=small)
