"""Charts of what is missing and how unevenly: waterfalls and the Lorenz curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis import show, style

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

_ROW_MM: Final = 4.5
_PANEL_MM: Final = 9.5


def waterfalls(
    table: pd.DataFrame, *, able: str, total: str, caption: str, source: str,
    basis: Sequence[str] = (),
) -> show.Figure:  # fmt: skip
    """Draw how people drop out one reason after the other, one panel a row.

    Parameters
    ----------
    table : DataFrame
        Index: German words of the panels; columns: German words of what becomes of people, in
        the order in which it is tried; whole numbers. At least one row; columns without
        people stay away from a panel.
    able : str
        The column that is left in the end.
    total : str
        Word for all together ("Bedarf").
    caption, source, basis
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    Figure
        With an alternative text that says every number.
    """
    import matplotlib.pyplot as plt

    steps = {word: _steps(row, able, total) for word, row in table.iterrows()}
    heights = [len(rows) for rows in steps.values()]
    size = style.figure_size(_ROW_MM * sum(heights) + _PANEL_MM * len(heights))
    with style.house_style():
        figure, grid = plt.subplots(
            len(steps), 1, figsize=size, squeeze=False, gridspec_kw={"height_ratios": heights}
        )
        for axes, (word, rows) in zip(grid.flat, steps.items(), strict=True):
            _fall(axes, rows)
            axes.set_title(word)
        plt.close(figure)
    said = ". ".join(f"{word}: {_said(rows)}" for word, rows in steps.items())
    return show.Figure(figure, caption, source, f"Wasserfall. {said}.", tuple(basis))


def _steps(row: pd.Series[Any], able: str, total: str) -> pd.DataFrame:
    """Return word, start and length of each bar, from all together down to those who are able."""
    missing = row.drop(able)
    missing = missing[missing > 0]
    left = row.sum() - missing.cumsum()
    words = [total, *missing.index, able]
    lengths = [row.sum(), *missing, row[able]]
    return pd.DataFrame({"word": words, "start": [0, *left, 0], "count": lengths})


def _fall(axes: Axes, rows: pd.DataFrame) -> None:
    ends = rows.index.isin([0, len(rows) - 1])
    colors = np.where(ends, style.ACCENT, style.HIGHLIGHT)
    axes.barh(rows.index, rows["count"], left=rows["start"], color=list(colors), height=0.66)
    reach = rows["start"] + rows["count"]
    for row, (right, count) in enumerate(zip(reach, rows["count"], strict=True)):
        axes.annotate(
            style.number(count), (right, row), (3, 0), textcoords="offset points", va="center",
            fontsize=style.TYPE_SCALE["small"],
        )  # fmt: skip
    axes.set_yticks(rows.index, rows["word"])
    axes.set_xlim(0, rows["count"].max() * 1.1 or 1)
    axes.set_xticks([])
    axes.invert_yaxis()
    axes.spines[["left", "bottom"]].set_visible(False)


def _said(rows: pd.DataFrame) -> str:
    pairs = zip(rows["word"], rows["count"], strict=True)
    return ", ".join(f"{word} {style.number(count)}" for word, count in pairs)


def lorenz_curve(
    curve: pd.DataFrame, names: Mapping[str, str], *, across: str, upward: str, caption: str,
    source: str, basis: Sequence[str] = (),
) -> show.Figure:  # fmt: skip
    """Draw how evenly something is shared, the largest places named on the curve.

    Parameters
    ----------
    curve : DataFrame
        As `sokanalysis.equity.lorenz` gives it.
    names : mapping of str to str
        German name by ``id`` of the places to name.
    across, upward : str
        What the axes are ("Anteil der Menschen mit Bedarf").
    caption, source, basis
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    Figure
        With an alternative text that says what the poorer halves have.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import PercentFormatter

    with style.house_style():
        figure, axes = plt.subplots(figsize=style.figure_size(74))
        axes.plot([0, 1], [0, 1], color=style.RULE, linewidth=1.2)
        axes.plot(curve["people_share"], curve["access_share"], color=style.ACCENT, linewidth=1.8)
        axes.set_aspect("equal")
        for axis, label in ((axes.xaxis, across), (axes.yaxis, upward)):
            axis.set_major_formatter(PercentFormatter(1, decimals=0, symbol=f"{style.NBSP}%"))
            axis.set_label_text(label)
        axes.annotate("gleich verteilt", (0.62, 0.64), rotation=45, color=style.MUTED, ha="right")
        _name_places(axes, curve[curve["id"].isin(list(names))], names)
        plt.close(figure)
    poor = np.interp([0.25, 0.5, 0.75], curve["people_share"], curve["access_share"])
    said = ", ".join(
        f"{style.percent(people)} der Menschen haben {style.percent(share)}"
        for people, share in zip((0.25, 0.5, 0.75), poor, strict=True)
    )
    return show.Figure(figure, caption, source, f"Lorenzkurve. {said}.", tuple(basis))


def _name_places(axes: Axes, points: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Name places beside the curve, apart from each other and in an order without crossings."""
    lowest = -1.0
    ordered = points.sort_values(["access_share", "people_share"], ascending=[True, False])
    for row in ordered.to_dict("records"):
        x, y = row["people_share"], row["access_share"]
        axes.scatter([x], [y], s=14, color=style.ACCENT, zorder=3)
        height = max(y, lowest + 0.07)
        lowest = height
        axes.annotate(
            names[row["id"]], (x, y), (1.04, height), va="center", annotation_clip=False,
            fontsize=style.TYPE_SCALE["small"],
            arrowprops={"arrowstyle": "-", "color": style.RULE, "linewidth": 0.6},
        )  # fmt: skip
