"""Charts that carry their own numbers; the caption is the finding, the alt text is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis import show, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_ROW_MM: Final = 5.6
_HEAD_MM: Final = 12.0


def _height(rows: int, extra_mm: float = 0.0) -> tuple[float, float]:
    return style.figure_size(_HEAD_MM + rows * _ROW_MM + extra_mm)


def _value(value: float, unit: str) -> str:
    if unit == "%":
        return style.percent(value)
    return f"{style.number(value)}{style.NBSP}{unit}".rstrip()


def bars(
    rows: pd.DataFrame, label: str, value: str, *, caption: str, source: str,
    unit: str = "", basis: Sequence[str] = (),
) -> show.Figure:  # fmt: skip
    """Draw horizontal bars, one a row, from top to bottom as the rows stand.

    Parameters
    ----------
    rows : DataFrame
        At least one row.
    label, value : str
        Columns with the words and the numbers.
    caption, source : str
        Finding and source, in German.
    unit : str
        Unit behind the numbers; ``%`` for shares between 0 and 1.
    basis : sequence of str
        Assumptions to be named on the page.

    Returns
    -------
    Figure
        With an alternative text that says every value.
    """
    import matplotlib.pyplot as plt

    with style.house_style():
        figure, axes = plt.subplots(figsize=_height(len(rows)))
        drawn = axes.barh(rows[label], rows[value].astype(float), color=style.ACCENT, height=0.62)
        texts = [_value(number, unit) for number in rows[value]]
        axes.bar_label(drawn, texts, padding=3, fontsize=style.TYPE_SCALE["small"])
        _quiet(axes)
        plt.close(figure)
    said = "; ".join(f"{word}: {text}" for word, text in zip(rows[label], texts, strict=True))
    return show.Figure(figure, caption, source, f"Balkendiagramm. {said}.", tuple(basis))


def stacked_bars(
    table: pd.DataFrame, *, caption: str, source: str, unit: str = "",
    colors: Sequence[str] | None = None, basis: Sequence[str] = (),
) -> show.Figure:  # fmt: skip
    """Draw horizontal bars made of parts, one a row of the table.

    Parameters
    ----------
    table : DataFrame
        Index: words; columns: parts, in the order of drawing; values not negative.
    caption, source, unit, basis
        As in `bars`.
    colors : sequence of str, optional
        One a column; the categorical palette by default.

    Returns
    -------
    Figure
        With an alternative text that says every value above zero.
    """
    import matplotlib.pyplot as plt

    colors = colors or style.categorical(len(table.columns))
    with style.house_style():
        figure, axes = plt.subplots(figsize=_height(len(table), extra_mm=9))
        _stack(axes, table, colors, unit)
        _quiet(axes)
        figure.legend(loc="outside upper left", ncols=min(4, len(table.columns)), handlelength=1.0)
        plt.close(figure)
    said = "; ".join(
        f"{word}: " + ", ".join(f"{part} {_value(v, unit)}" for part, v in row.items() if v)
        for word, row in table.iterrows()
    )
    return show.Figure(figure, caption, source, f"Gestapelte Balken. {said}.", tuple(basis))


def outcome_colors(table: pd.DataFrame) -> list[str]:
    """Return colours for outcomes: the first column, success, in the accent, the rest warm to grey.

    Parameters
    ----------
    table : DataFrame
        Columns: success first, then what stands in the way; one to eight.
    """
    hindrances = (
        style.HIGHLIGHT, style.ATTENTION, style.CATEGORICAL[2], style.CATEGORICAL[3],
        style.CATEGORICAL[5], style.MUTED, style.RULE,
    )  # fmt: skip
    return [style.ACCENT, *hindrances[: len(table.columns) - 1]]


def _stack(axes: Axes, table: pd.DataFrame, colors: Sequence[str], unit: str) -> None:
    left = pd.Series(0.0, index=table.index)
    widest = table.sum(axis=1).max()
    for part, color in zip(table.columns, colors, strict=True):
        drawn = axes.barh(
            table.index, table[part].astype(float), left=left, color=color, height=0.62,
            label=part, edgecolor="white", linewidth=0.6,
        )  # fmt: skip
        texts = [_value(v, unit) if v > 0.06 * widest else "" for v in table[part]]
        axes.bar_label(
            drawn, texts, label_type="center", fontsize=style.TYPE_SCALE["small"],
            color=_ink_on(color),
        )  # fmt: skip
        left = left + table[part]


def _ink_on(color: str) -> str:
    """Return white on dark and ink on light colours (relative luminance of WCAG 2.2)."""
    from matplotlib.colors import to_rgb

    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(color)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.22 else style.INK


def dots(
    table: pd.DataFrame, *, caption: str, source: str, basis: Sequence[str] = ()
) -> show.Figure:
    """Draw shares as dots on a line from 0 to 100 per cent, one line a row.

    Parameters
    ----------
    table : DataFrame
        Index: words; columns: states, in order; values 0–1.
    caption, source, basis
        As in `bars`.

    Returns
    -------
    Figure
        With an alternative text that says every share.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import PercentFormatter

    markers = ("o", "s", "D", "^", "X")
    with style.house_style():
        figure, axes = plt.subplots(figsize=_height(len(table), extra_mm=14))
        axes.hlines(table.index, table.min(axis=1), table.max(axis=1), color=style.RULE, zorder=1)
        looks = zip(table.columns, style.categorical(len(table.columns)), markers, strict=False)
        for state, color, marker in looks:
            axes.scatter(table[state], table.index, s=46, color=color, marker=marker, label=state)
        axes.set_xlim(0, 1.02)
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=f"{style.NBSP}%"))
        axes.xaxis.grid(visible=True)
        axes.set_ylim(len(table) - 0.4, -0.6)
        axes.spines[["left", "bottom"]].set_visible(False)
        figure.legend(loc="outside upper left", ncols=len(table.columns), handletextpad=0.3)
        plt.close(figure)
    said = "; ".join(
        f"{word}: " + ", ".join(f"{state} {style.percent(share)}" for state, share in row.items())
        for word, row in table.iterrows()
    )
    return show.Figure(figure, caption, source, f"Punktdiagramm. {said}.", tuple(basis))


def _quiet(axes: Axes) -> None:
    """Leave words and numbers only: the bars carry their values."""
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.margins(x=0.09)
