"""Lines, marks, words and legend of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sokanalysis import style
from sokanalysis.network import OUTSIDE, UNKNOWN_PLACE
from sokanalysis.network_chart import layout
from sokanalysis.plans.labels import LINE_MM, width_mm
from sokanalysis.plans.rows import beside

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

    from sokanalysis.network_chart.layout import Layout
    from sokanalysis.network_chart.order import Order

ALONE: Final = "allein: teilt mit niemandem Handlungsfeld und Ort; verglichen sind Orte im Kreis"

_POINTS: Final = 0.9  # a line grows by so much with every offer
_WIDEST: Final = 6.0
_THINNEST: Final = 0.5
_DARK: Final = style.ORDINAL[5]
# Two steps of the scale from light to dark: apart on a photocopy too.
_LOOKS: Final[dict[bool, dict[str, Any]]] = {
    True: {"color": _DARK, "marker": "s", "fill": _DARK, "word": "Behörde"},
    False: {"color": style.ORDINAL[3], "marker": "o", "fill": "white", "word": "anderer Träger"},
}


def draw_lines(axes: Axes, passing: pd.DataFrame, at: Layout) -> None:
    """Draw every link in two curves, on a white edge so that crossings can be followed."""
    starts, ends = at.providers[passing["provider_rank"]], at.places[passing["place_rank"]]
    left, right = layout.FIELDS_MM
    widths = _widths(passing)
    rows = zip(passing.to_dict("records"), widths, starts, at.slots, ends, strict=True)
    for row, width, start, slot, end in rows:
        look = {
            "color": _LOOKS[row["is_authority"]]["color"], "linewidth": width,
            "linestyle": _dashes(width) if row["is_place_assumed"] else "-",
        }  # fmt: skip
        _curve(axes, (layout.START_MM, start), (left, slot), look)
        _curve(axes, (right, slot), (layout.END_MM, end), look)


def _widths(links: pd.DataFrame) -> pd.Series[float]:
    """Return line widths in points, in proportion to the offers but for the very thin."""
    unit = min(_POINTS, _WIDEST / float(links["offer_count"].max()))
    return (unit * links["offer_count"]).clip(lower=_THINNEST)


def _dashes(width: float) -> tuple[float, tuple[float, float]]:
    """Return dashes of about the same length for lines of any width in points."""
    return 0, (4 / max(width, 1), 2 / max(width, 1) + 0.5)


def _curve(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], look: dict[str, Any]
) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path
    from matplotlib.patheffects import Normal, withStroke

    half = (start[0] + end[0]) / 2
    path = Path([start, (half, start[1]), (half, end[1]), end], [Path.MOVETO, *[Path.CURVE4] * 3])
    edge = [withStroke(linewidth=look["linewidth"] + 1.4, foreground="white"), Normal()]
    axes.add_patch(PathPatch(path, fill=False, capstyle="butt", path_effects=edge, **look))


def draw_providers(axes: Axes, passing: pd.DataFrame, order: Order, at: Layout) -> None:
    """Write label and number of every provider and draw its mark."""
    rows = layout.provider_rows(passing, order).to_dict("records")
    for row, level in zip(rows, at.providers, strict=True):
        count, words = row["provider_offer_count"], layout.provider_lines(row["label"])
        beside(axes, layout.NAMES_MM, level, words, ha="right")
        beside(axes, layout.COUNTS_MM, level, [style.number(count)], ha="right")
        _mark(axes, layout.START_MM, level, _LOOKS[row["is_authority"]])


def _mark(axes: Axes, across: float, level: float, look: Mapping[str, Any]) -> None:
    axes.plot(
        [across], [level], look["marker"], markersize=4.5, markerfacecolor=look["fill"],
        markeredgecolor=look["color"], zorder=4,
    )  # fmt: skip


def draw_fields(axes: Axes, _: pd.DataFrame, order: Order, at: Layout) -> None:
    """Draw a box a field with its name; lines go in on its left and come out on its right."""
    from matplotlib.patches import Rectangle

    left, right = layout.FIELDS_MM
    for field, level, height in zip(order.fields, at.fields, at.boxes, strict=True):
        axes.add_patch(Rectangle(
            (left, level - height / 2), right - left, height, facecolor=style.PAPER,
            edgecolor=style.MUTED, linewidth=0.6, zorder=3,
        ))  # fmt: skip
        words, middle = layout.field_lines(field), (left + right) / 2
        beside(axes, middle, level, words, ha="center", fontweight=600, zorder=4)


def draw_places(axes: Axes, passing: pd.DataFrame, order: Order, at: Layout) -> None:
    """Write name and number of every place; where no place is, in grey."""
    totals = passing.groupby("place")["offer_count"].sum()
    for place, level in zip(order.places, at.places, strict=True):
        ink = style.MUTED if place in (OUTSIDE, UNKNOWN_PLACE) else style.INK
        axes.plot([layout.END_MM], [level], "o", color=ink, markersize=3, zorder=4)
        beside(axes, layout.PLACE_COUNTS_MM, level, [style.number(totals[place])], ha="right")
        beside(axes, layout.PLACES_MM, level, layout.place_lines(place), color=ink)


def draw_heads(axes: Axes) -> None:
    """Say over the columns what they hold."""
    level, look = layout.HEAD_MM / 2 - 0.8, {"color": style.MUTED}
    beside(axes, layout.COUNTS_MM, level, ["Träger und Zahl der Angebote"], ha="right", **look)
    beside(axes, sum(layout.FIELDS_MM) / 2, level, ["Handlungsfeld"], ha="center", **look)
    beside(axes, layout.END_MM, level, ["Angebote und Ort"], **look)


def draw_legend(axes: Axes, links: pd.DataFrame, level: float) -> None:
    """Say under the drawing what marks, widths, dashes and words mean."""
    across = 0.5
    for look in _LOOKS.values():
        _mark(axes, across + 1.2, level, look)
        across = _word(axes, across + 3.5, level, look["word"])
    counts = links.assign(width=_widths(links)).groupby("offer_count")["width"].first()
    for count, width in counts.iloc[sorted({0, len(counts) - 1})].items():
        word = "1 Angebot" if count == 1 else f"{style.number(count)} Angebote"
        across = _sample(axes, across, level, word, linewidth=width)
    if links["is_place_assumed"].any():
        across = _sample(axes, across, level, "Ort angenommen", linestyle=_dashes(1), linewidth=1)
    if links["is_alone"].any():
        beside(axes, 0, level + LINE_MM + 1, [ALONE])


def _word(axes: Axes, across: float, level: float, word: str) -> float:
    """Write a word of the legend and return where the next sign begins."""
    beside(axes, across, level, [word])
    return across + width_mm(word) + 5


def _sample(axes: Axes, across: float, level: float, word: str, **look: Any) -> float:
    axes.plot([across, across + 8], [level, level], color=style.MUTED, **look)
    return _word(axes, across + 9.5, level, word)
