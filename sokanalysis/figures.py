"""Charts that carry their own numbers; the caption is the finding, the alt text is computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis import show, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

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


def heat_maps(
    panels: dict[str, pd.DataFrame], *, across: str, caption: str, source: str,
    basis: Sequence[str] = (),
) -> show.Figure:  # fmt: skip
    """Draw shares as fields with their per cent, one panel a table, all on one scale.

    Parameters
    ----------
    panels : dict of str to DataFrame
        German title → values 0–1; index: words, columns: steps (numbers or words); at least
        one, none of them empty. A missing value is a dash.
    across : str
        What the columns are ("Uhr").
    caption, source, basis
        As in `bars`.

    Returns
    -------
    Figure
        With an alternative text that says the largest and smallest share of every row.
    """
    import matplotlib.pyplot as plt

    shares = np.concatenate([table.to_numpy(float).ravel() for table in panels.values()])
    most = float(np.fmax.reduce(shares, initial=0.0)) or 1.0
    heights = [len(table) for table in panels.values()]
    with style.house_style():
        figure, grid = plt.subplots(
            len(panels), 1, figsize=_height(sum(heights), 10.0 * len(panels)), squeeze=False,
            gridspec_kw={"height_ratios": heights},
        )  # fmt: skip
        for axes, (title, table) in zip(grid.flat, panels.items(), strict=True):
            _fields(axes, table.astype(float), most)
            axes.set_title(title)
        grid.flat[-1].set_xlabel(across)
        plt.close(figure)
    said = " ".join(f"{title}: {_extremes(table, across)}." for title, table in panels.items())
    return show.Figure(figure, caption, source, f"Felder mit Anteilen. {said}", tuple(basis))


def _fields(axes: Axes, table: pd.DataFrame, most: float) -> None:
    from matplotlib.colors import ListedColormap, to_hex

    colors = ListedColormap(style.ORDINAL)  # steps, not a ramp: on each of them type is readable
    shares = table.to_numpy()
    axes.pcolormesh(shares, cmap=colors, vmin=0, vmax=most, edgecolors="white", linewidth=1)
    axes.set_xticks(np.arange(shares.shape[1]) + 0.5, table.columns)
    axes.set_yticks(np.arange(shares.shape[0]) + 0.5, table.index)
    axes.invert_yaxis()
    axes.spines[:].set_visible(False)
    # Hundreds of numbers that lie inside their fields need not be asked for room.
    for (row, column), share in np.ndenumerate(shares):
        ink = style.MUTED if np.isnan(share) else _ink_on(to_hex(colors(share / most)))
        axes.text(
            column + 0.5, row + 0.52, style.number(100 * share), ha="center", va="center",
            fontsize=style.TYPE_SCALE["small"], color=ink, in_layout=False,
        )  # fmt: skip


def _extremes(table: pd.DataFrame, across: str) -> str:
    """Say of each row where it is largest and where smallest."""
    return "; ".join(
        f"{word}: höchstens {style.percent(row.max())} ({row.idxmax()} {across}), "
        f"mindestens {style.percent(row.min())} ({row.idxmin()} {across})"
        for word, row in table.dropna(how="all").iterrows()
    )


def _quiet(axes: Axes) -> None:
    """Leave words and numbers only: the bars carry their values."""
    axes.invert_yaxis()
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.margins(x=0.09)
