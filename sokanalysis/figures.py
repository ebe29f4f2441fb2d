"""Charts that carry their own numbers; the caption is the finding, the alt text is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis import show, style
from sokanalysis.plans.labels import (
    ROW_WORDS_MM,
    legend_columns,
    legend_mm,
    rows_of,
    width_mm,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sokanalysis.plans.labels import Rows

# Colour and shape of what becomes of an offer, by the German words of `reach.OUTCOMES`: the same
# in every figure; the shapes tell apart what a photocopier makes equally grey.
OUTCOME_LOOKS: Final = {
    "erreichbar": (style.ACCENT, "o"),
    "keine Hinfahrt": (style.HIGHLIGHT, "X"),
    "keine Rückfahrt": (style.ATTENTION, "v"),
    "zu früh los": (style.CATEGORICAL[2], "s"),
    "zu spät daheim": (style.MUTED, "P"),
    "zu langes Warten": (style.CATEGORICAL[3], "D"),
    "zu lange unterwegs": (style.CATEGORICAL[5], "^"),
    "nicht alle Termine": (style.RULE, "h"),
    style.NO_DATA_LABEL: (style.NO_DATA, "."),
}

_WORDS: Final = (
    "Bezeichnung"  # heads the words that name rows, where their numbers stand as a table
)
_ROW_MM: Final = 5.6
_BAR_MM: Final = 3.5
_HEAD_MM: Final = 12.0
_REACH: Final = 1.09  # of an axis, where the longest bar is 1


def _size(rows: Rows, extra_mm: float = 0.0) -> tuple[float, float]:
    return style.figure_size(_HEAD_MM + rows.ends[0] + extra_mm)


def _value(value: float, unit: str) -> str:
    if unit == "%":
        return style.percent(value)
    return f"{style.number(value)}{style.NBSP}{unit}".rstrip()


def bars(
    rows: pd.DataFrame, label: str, value: str, *, caption: str, source: str,
    unit: str = "", basis: Sequence[str] = (), measure: str = "",
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
    measure : str
        What is drawn, of whom and in which unit; stands under the finding.

    Returns
    -------
    Figure
        With an alternative text that says every value.
    """
    import matplotlib.pyplot as plt

    with style.house_style():
        named = rows_of(rows[label], _ROW_MM)
        figure, axes = plt.subplots(figsize=_size(named))
        drawn = axes.barh(
            named.middles, rows[value].astype(float), color=style.ACCENT, height=_BAR_MM
        )
        texts = [_value(number, unit) for number in rows[value]]
        axes.bar_label(drawn, texts, padding=3, fontsize=style.TYPE_SCALE["small"])
        _quiet(axes, named)
        plt.close(figure)
    pairs = [*zip(map(str, rows[label]), texts, strict=True)]
    alt = f"Balkendiagramm. {'; '.join(f'{word}: {text}' for word, text in pairs)}."
    data = show.Data((_WORDS, "Wert"), pairs)
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def stacked_bars(
    table: pd.DataFrame, *, caption: str, source: str, unit: str = "",
    colors: Sequence[str] | None = None, basis: Sequence[str] = (), measure: str = "",
) -> show.Figure:  # fmt: skip
    """Draw horizontal bars made of parts, one a row of the table.

    Parameters
    ----------
    table : DataFrame
        Index: words; columns: parts, in the order of drawing; values not negative.
    caption, source, unit, basis, measure
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
        named = rows_of(table.index, _ROW_MM)
        size = _size(named, legend_mm([str(part) for part in table]))
        figure, axes = plt.subplots(figsize=size)
        _stack(axes, table, colors, unit, named)
        _quiet(axes, named)
        _legend(figure, handlelength=1.0)
        plt.close(figure)
    said = "; ".join(
        f"{word}: " + ", ".join(f"{part} {_value(v, unit)}" for part, v in row.items() if v)
        for word, row in table.iterrows()
    )
    data = show.Data.of(table, lambda v: _value(v, unit), _WORDS)
    alt = f"Gestapelte Balken. {said}."
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def outcome_colors(table: pd.DataFrame) -> list[str]:
    """Return colours for outcomes: the first column, success, in the accent, the rest warm to grey.

    Outcomes of `OUTCOME_LOOKS` keep their colour, whichever of them occur.

    Parameters
    ----------
    table : DataFrame
        Columns: success first, then what stands in the way; one to nine.
    """
    if set(table.columns) <= set(OUTCOME_LOOKS):
        return [OUTCOME_LOOKS[column][0] for column in table.columns]
    hindrances = (
        style.HIGHLIGHT, style.ATTENTION, style.CATEGORICAL[2], style.CATEGORICAL[3],
        style.CATEGORICAL[5], style.MUTED, style.RULE, style.NO_DATA,
    )  # fmt: skip
    return [style.ACCENT, *hindrances[: len(table.columns) - 1]]


def _legend(figure: Figure, **look: Any) -> None:
    _, words = figure.axes[0].get_legend_handles_labels()
    figure.legend(loc="outside upper left", ncols=legend_columns(words), **look)


def _stack(axes: Axes, table: pd.DataFrame, colors: Sequence[str], unit: str, named: Rows) -> None:
    left = pd.Series(0.0, index=table.index)
    mm = (style.TEXT_WIDTH_MM - ROW_WORDS_MM - 4) / _REACH / max(table.sum(axis=1).max(), 1e-9)
    for part, color in zip(table.columns, colors, strict=True):
        drawn = axes.barh(
            named.middles, table[part].astype(float), left=left, color=color, height=_BAR_MM,
            label=part, edgecolor="white", linewidth=0.6,
        )  # fmt: skip
        texts = [_value(v, unit) for v in table[part]]
        fits = [width_mm(text) + 1 < v * mm for text, v in zip(texts, table[part], strict=True)]
        texts = [text if is_room else "" for text, is_room in zip(texts, fits, strict=True)]
        axes.bar_label(
            drawn, texts, label_type="center", fontsize=style.TYPE_SCALE["small"],
            color=style.ink_on(color),
        )  # fmt: skip
        left = left + table[part]


def dots(
    table: pd.DataFrame, *, caption: str, source: str, basis: Sequence[str] = (),
    measure: str = "",
) -> show.Figure:  # fmt: skip
    """Draw shares as dots on a line from 0 to 100 per cent, one line a row.

    Parameters
    ----------
    table : DataFrame
        Index: words; columns: states, in order; values 0–1.
    caption, source, basis, measure
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
        named = rows_of(table.index, _ROW_MM)
        size = _size(named, 9 + legend_mm([str(part) for part in table]))
        figure, axes = plt.subplots(figsize=size)
        axes.hlines(named.middles, table.min(axis=1), table.max(axis=1), color=style.RULE, zorder=1)
        looks = zip(table.columns, style.categorical(len(table.columns)), markers, strict=False)
        for state, color, marker in looks:
            axes.scatter(
                table[state], named.middles, s=46, color=color, marker=marker, label=state,
                edgecolors=style.INK, linewidths=0.3,
            )  # fmt: skip
        axes.set_xlim(0, 1.02)
        axes.xaxis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=f"{style.NBSP}%"))
        axes.xaxis.grid(visible=True)
        axes.set_ylim(*named.ends)
        axes.set_yticks(named.middles, named.texts)
        axes.spines[["left", "bottom"]].set_visible(False)
        _legend(figure, handletextpad=0.3)
        plt.close(figure)
    said = "; ".join(
        f"{word}: " + ", ".join(f"{state} {style.percent(share)}" for state, share in row.items())
        for word, row in table.iterrows()
    )
    data = show.Data.of(table, style.percent, _WORDS)
    alt = f"Punktdiagramm. {said}."
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def _quiet(axes: Axes, named: Rows) -> None:
    """Leave words and numbers only: the bars carry their values."""
    axes.set_yticks(named.middles, named.texts)
    axes.set_ylim(*named.ends)
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.margins(x=_REACH - 1)
