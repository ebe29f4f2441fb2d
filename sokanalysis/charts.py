"""Charts of what is missing, when and how unevenly: waterfalls, fields, the Lorenz curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis import show, style
from sokanalysis.plans.labels import LINE_MM, panel_title, rows_of, wrapped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

_ROW_MM: Final = 4.8
_BAR_MM: Final = 3.0
_PANEL_MM: Final = 9.5
_HEAD_MM: Final = 12.0
_FIELD_MM: Final = 5.6  # height of a field of shares
_TITLE_MM: Final = 5.0  # each line more of a panel's title
# The Lorenz curve: a square, names at its right.
_SIDE_MM: Final = 62.0
_LEFT_MM: Final = 18.0
_FOOT_MM: Final = 13.0
_TOP_MM: Final = 3.0
_RIM: Final = 0.02  # around the square, in its sides
_NAMES_MM: Final = style.TEXT_WIDTH_MM - _LEFT_MM - _SIDE_MM - 6


def waterfalls(
    table: pd.DataFrame, *, able: str, total: str, caption: str, source: str,
    basis: Sequence[str] = (), measure: str = "",
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
    caption, source, basis, measure
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    Figure
        With an alternative text that says every number.
    """
    import matplotlib.pyplot as plt

    steps = {word: _steps(row, able, total) for word, row in table.iterrows()}
    with style.house_style():
        heights = [rows_of(rows["word"], _ROW_MM).ends[0] for rows in steps.values()]
        titles = [panel_title(str(word)) for word in table.index]
        titles_mm = sum(_PANEL_MM + title.count("\n") * _TITLE_MM for title in titles)
        size = style.figure_size(sum(heights) + titles_mm)
        figure, grid = plt.subplots(
            len(steps), 1, figsize=size, squeeze=False, gridspec_kw={"height_ratios": heights}
        )
        for axes, title, rows in zip(grid.flat, titles, steps.values(), strict=True):
            _fall(axes, rows)
            axes.set_title(title)
        plt.close(figure)
    said = ". ".join(f"{word}: {_said(rows)}" for word, rows in steps.items())
    counts = [table.sum(axis=1).to_frame(total), table.drop(columns=able), table[[able]]]
    data = show.Data.of(pd.concat(counts, axis=1), style.number, "Bereich")
    alt = f"Wasserfall. {said}."
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def _steps(row: pd.Series[Any], able: str, total: str) -> pd.DataFrame:
    """Return word, start and length of each bar, from all together down to those who are able."""
    missing = row.drop(able)
    missing = missing[missing > 0]
    left = row.sum() - missing.cumsum()
    words = [total, *missing.index, able]
    lengths = [row.sum(), *missing, row[able]]
    return pd.DataFrame({"word": words, "start": [0, *left, 0], "count": lengths})


def _fall(axes: Axes, rows: pd.DataFrame) -> None:
    named, ends = rows_of(rows["word"], _ROW_MM), rows.index.isin([0, len(rows) - 1])
    colors = np.where(ends, style.ACCENT, style.HIGHLIGHT)
    axes.barh(named.middles, rows["count"], left=rows["start"], color=list(colors), height=_BAR_MM)
    reach = rows["start"] + rows["count"]
    for row, right, count in zip(named.middles, reach, rows["count"], strict=True):
        axes.annotate(
            style.number(count), (right, row), (3, 0), textcoords="offset points", va="center",
            fontsize=style.TYPE_SCALE["small"],
        )  # fmt: skip
    axes.set_yticks(named.middles, named.texts)
    axes.set_xlim(0, rows["count"].max() * 1.1 or 1)
    axes.set_xticks([])
    axes.set_ylim(*named.ends)
    axes.spines[["left", "bottom"]].set_visible(False)


def _said(rows: pd.DataFrame) -> str:
    pairs = zip(rows["word"], rows["count"], strict=True)
    return ", ".join(f"{word} {style.number(count)}" for word, count in pairs)


def heat_maps(
    panels: dict[str, pd.DataFrame], *, across: str, caption: str, source: str,
    basis: Sequence[str] = (), measure: str = "",
) -> show.Figure:  # fmt: skip
    """Draw shares as fields with their per cent, one panel a table, all on one scale.

    Parameters
    ----------
    panels : dict of str to DataFrame
        German title → values 0–1; index: words, columns: steps (numbers or words); at least
        one, none of them empty. A missing value is a dash.
    across : str
        What the columns are ("Uhr").
    caption, source, basis, measure
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    Figure
        With an alternative text that says the largest and smallest share of every row.
    """
    import matplotlib.pyplot as plt

    shares = np.concatenate([table.to_numpy(float).ravel() for table in panels.values()])
    most = float(np.fmax.reduce(shares, initial=0.0)) or 1.0
    with style.house_style():
        heights = [rows_of(table.index, _FIELD_MM).ends[0] for table in panels.values()]
        titles = [panel_title(title) for title in panels]
        titles_mm = sum(10.0 + title.count("\n") * _TITLE_MM for title in titles)
        size = style.figure_size(_HEAD_MM + sum(heights) + titles_mm)
        figure, grid = plt.subplots(
            len(panels), 1, figsize=size, squeeze=False,
            gridspec_kw={"height_ratios": heights},
        )  # fmt: skip
        for axes, title, table in zip(grid.flat, titles, panels.values(), strict=True):
            _fields(axes, table.astype(float), most)
            axes.set_title(title)
        grid.flat[-1].set_xlabel(across)
        plt.close(figure)
    said = " ".join(f"{title}: {_extremes(table, across)}." for title, table in panels.items())
    together = pd.concat(panels).rename(columns=lambda step: f"{step} {across}")
    together.index = together.index.map(": ".join)
    data = show.Data.of(together, style.percent, "Bezeichnung")
    alt = f"Felder mit Anteilen. {said}"
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def _fields(axes: Axes, table: pd.DataFrame, most: float) -> None:
    from matplotlib.colors import ListedColormap, to_hex

    colors = ListedColormap(style.ORDINAL)  # steps, not a ramp: on each of them type is readable
    shares, named = table.to_numpy(), rows_of(table.index, _FIELD_MM)
    across, down = np.arange(shares.shape[1] + 1), np.array([0.0, *named.heights.cumsum()])
    axes.pcolormesh(
        across, down, shares, cmap=colors, vmin=0, vmax=most, edgecolors="white", linewidth=1
    )
    axes.set_xticks(across[:-1] + 0.5, table.columns)
    axes.set_yticks(named.middles, named.texts)
    axes.set_ylim(*named.ends)
    axes.spines[:].set_visible(False)
    # Hundreds of numbers that lie inside their fields need not be asked for room.
    for (row, column), share in np.ndenumerate(shares):
        ink = style.MUTED if np.isnan(share) else style.ink_on(to_hex(colors(share / most)))
        axes.text(
            column + 0.5, float(named.middles[row]) + 0.1, style.number(100 * share), ha="center",
            va="center", fontsize=style.TYPE_SCALE["small"], color=ink, in_layout=False,
        )  # fmt: skip


def _extremes(table: pd.DataFrame, across: str) -> str:
    """Say of each row where it is largest and where smallest."""
    return "; ".join(
        f"{word}: höchstens {style.percent(row.max())} ({row.idxmax()} {across}), "
        f"mindestens {style.percent(row.min())} ({row.idxmin()} {across})"
        for word, row in table.dropna(how="all").iterrows()
    )


def lorenz_curve(
    curve: pd.DataFrame, names: Mapping[str, str], *, across: str, upward: str, caption: str,
    source: str, basis: Sequence[str] = (), measure: str = "",
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
    caption, source, basis, measure
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    Figure
        With an alternative text that says what the poorer halves have.
    """
    import matplotlib.pyplot as plt
    from matplotlib.ticker import PercentFormatter

    with style.house_style():
        whole = _FOOT_MM + _SIDE_MM + _TOP_MM
        figure = plt.figure(figsize=style.figure_size(whole), layout="none")
        axes = figure.add_axes((
            _LEFT_MM / style.TEXT_WIDTH_MM, _FOOT_MM / whole, _SIDE_MM / style.TEXT_WIDTH_MM,
            _SIDE_MM / whole,
        ), xlim=(-_RIM, 1 + _RIM), ylim=(-_RIM, 1 + _RIM))  # fmt: skip
        axes.plot([0, 1], [0, 1], color=style.RULE, linewidth=1.2)
        axes.plot(curve["people_share"], curve["access_share"], color=style.ACCENT, linewidth=1.8)
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
    tenths = np.arange(1, 11) / 10
    shares = np.interp(tenths, curve["people_share"], curve["access_share"])
    pairs = [*zip(map(style.percent, tenths), map(style.percent, shares), strict=True)]
    data = show.Data((across, upward), pairs)
    alt = f"Lorenzkurve. {said}."
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def _name_places(axes: Axes, points: pd.DataFrame, names: Mapping[str, str]) -> None:
    """Name places beside the curve, apart from each other and in an order without crossings."""
    ordered = points.sort_values(["access_share", "people_share"], ascending=[True, False])
    axes.scatter(
        ordered["people_share"], ordered["access_share"], s=14, color=style.ACCENT, zorder=3
    )
    texts = ["\n".join(wrapped(names[key], _NAMES_MM)) for key in ordered["id"]]
    heights = [(text.count("\n") + 1.1) * LINE_MM * (1 + 2 * _RIM) / _SIDE_MM for text in texts]
    levels = _apart(ordered["access_share"].tolist(), heights)
    at = zip(texts, ordered["people_share"], ordered["access_share"], levels, strict=True)
    for text, x, y, level in at:
        axes.annotate(
            text, (x, y), (1.04, level), va="center", annotation_clip=False,
            fontsize=style.TYPE_SCALE["small"],
            arrowprops={"arrowstyle": "-", "color": style.RULE, "linewidth": 0.6},
        )  # fmt: skip


def _apart(wished: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Return levels from below so that names do not touch and none stands above the square."""
    floor, levels = -_RIM, []
    for wish, height in zip(wished, heights, strict=True):
        levels.append(max(wish, floor + height / 2))
        floor = levels[-1] + height / 2
    ceiling = 1 + _TOP_MM / _SIDE_MM
    for row in reversed(range(len(levels))):
        levels[row] = min(levels[row], ceiling - heights[row] / 2)
        ceiling = levels[row] - heights[row] / 2
    return levels
