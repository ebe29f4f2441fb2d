"""What measures bring for what they cost: one mark a measure, named where there is room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis import show, style
from sokanalysis.codes import FIELDS
from sokanalysis.plans.labels import (
    LINE_MM,
    PEOPLE,
    POINT_MM,
    Floats,
    label_boxes,
    nothing,
    spread,
    stacked,
    width_mm,
    wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_SHAPES: Final = ("o", "s", "^", "D", "v", "P", "X", "h")
_PITCH: Final = 8.0  # points between marks with the same cost
_WIDE: Final = 10  # times the least cost, from which on the axis is logarithmic
_HEIGHT_MM: Final = 150.0  # room for many titles
_TITLE_MM: Final = 36.0
_LABEL_ROOM: Final = 0.14  # above the highest bar, as a share of the height
_FEW: Final = 6  # measures that have room for longer titles


def effect_by_cost(
    measures: pd.DataFrame, *, caption: str, source: str, basis: Sequence[str] = (),
    measure: str = "",
) -> show.Figure | show.Note:  # fmt: skip
    """Draw what measures cost a year and how many people they help, one mark a measure.

    The shape is the field of action, a filled mark a quick win, the thin bar the range. Marks of
    about the same cost stand side by side around it. Every mark carries its number, and its title
    where there is room.

    Parameters
    ----------
    measures : DataFrame
        ``number``, ``title``, ``field`` (German, at most eight), ``cost_eur`` (a year, not
        negative), ``gained_count`` (people, none missing), ``gained_count_low``,
        ``gained_count_high`` (people; a missing end hides the bar), ``is_quick_win``.
    caption, source, basis, measure
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    Figure
        With an alternative text that says cost, effect and range of every measure; without
        measures a note.

    Raises
    ------
    ValueError
        When a cost or an effect is missing: such a measure has no place in the drawing.
    """
    import matplotlib.pyplot as plt

    if measures.empty:
        return nothing(caption, basis)
    is_open = measures[["cost_eur", "gained_count"]].isna().any(axis=1)
    if is_open.any():
        wrong = ", ".join(measures.loc[is_open, "number"].astype(str))
        raise ValueError(f"Kosten oder Wirkung von {wrong} fehlen: bitte vorher weglassen.")
    rows = measures.sort_values(["cost_eur", "gained_count"], kind="stable").reset_index(drop=True)
    fields = dict.fromkeys([*FIELDS.values(), "Alle Handlungsfelder", *measures["field"]])
    looks = dict(zip(fields, _SHAPES, strict=False))  # the same shape in every figure
    shapes = {field: looks[field] for field in fields if field in set(measures["field"])}
    with style.house_style():
        figure, axes = plt.subplots(figsize=style.figure_size(_HEIGHT_MM))
        plt.close(figure)
        _frame(axes, rows)
        _name_marks(axes, shapes, any_quick=bool(rows["is_quick_win"].any()))
        figure.draw_without_rendering()
        figure.set_layout_engine("none")  # from here on places in points hold
        axes.autoscale(enable=False)
        points = _points(axes, rows)
        _cost_ticks(axes, rows["cost_eur"])
        _draw_marks(axes, rows.assign(x=axes.transData.inverted().transform(points)[:, 0]), shapes)
        _label_marks(axes, rows, points)
    said = "; ".join(_said_effect(row) for row in measures.to_dict("records"))
    alt = f"Punktdiagramm: Kosten im Jahr und {PEOPLE}. {said}."
    head = ("Nr.", "Maßnahme", "Kosten im Jahr", "Menschen", "Spanne", "Sofortmaßnahme")
    data = show.Data(head, [_written(row) for row in measures.to_dict("records")])
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def _frame(axes: Axes, rows: pd.DataFrame) -> None:
    """Set scales and axes; the invisible points make the limits."""
    costs = rows["cost_eur"].astype(float)
    ends = rows[["gained_count", "gained_count_low", "gained_count_high"]].astype(float)
    axes.plot([*costs, *costs], [*ends.max(axis=1), *ends.min(axis=1)], linestyle="none")
    least = costs[costs > 0].min()
    is_wide = bool(costs.max() > _WIDE * least)  # false when nothing costs anything
    if is_wide:
        axes.set_xscale("symlog", linthresh=least, linscale=0.5)
    axes.margins(x=0.12)
    low, high = min(0.0, ends.min().min() * 1.1), max(1.0, ends.max().max())
    axes.set_ylim(low, high + (high - low) * _LABEL_ROOM)
    wide = " (Abstände logarithmisch)" if is_wide else ""
    equal = "; gleiche Kosten stehen nebeneinander" if costs.duplicated().any() else ""
    axes.set_xlabel(f"Kosten im Jahr{wide}{equal}")
    axes.set_ylabel(PEOPLE)
    axes.yaxis.set_major_locator(_whole())
    axes.yaxis.set_major_formatter(lambda count, _: style.number(count))
    axes.grid(visible=True)


def _whole() -> Any:
    from matplotlib.ticker import MaxNLocator

    return MaxNLocator(nbins=7, integer=True, steps=[1, 2, 5, 10])


def _cost_ticks(axes: Axes, costs: pd.Series[float]) -> None:
    """Put ticks at costs that occur, the commonest first, as long as their words stay apart."""
    counts = costs.value_counts(sort=False).sort_index()
    taken: list[tuple[float, float]] = []
    ticks = []
    for cost in counts.sort_values(ascending=False, kind="stable").index:
        middle = axes.transData.transform((cost, 0))[0] / axes.figure.dpi * 25.4
        half = width_mm(style.euro(cost)) / 2 + 1.5
        if all(middle + half <= left or right <= middle - half for left, right in taken):
            taken.append((middle - half, middle + half))
            ticks.append(cost)
    axes.set_xticks(ticks, [style.euro(cost) for cost in ticks])
    axes.set_xticks([], minor=True)


def _points(axes: Axes, rows: pd.DataFrame) -> Floats:
    """Return where marks stand in pixels, those of about the same cost side by side."""
    places = axes.transData.transform(rows[["cost_eur", "gained_count"]].to_numpy(float))
    point = axes.figure.dpi / 72
    ends = axes.bbox.x0 + _PITCH * point, axes.bbox.x1 - _PITCH * point
    pitch = min(_PITCH * point, (ends[1] - ends[0]) / len(rows))
    return np.column_stack([spread(places[:, 0], pitch, ends), places[:, 1]])


def _look(shape: str, *, is_quick: bool) -> dict[str, Any]:
    fill = style.ACCENT if is_quick else "white"
    return {
        "marker": shape, "markerfacecolor": fill, "markeredgecolor": style.ACCENT,
        "markersize": 6.5, "linestyle": "none", "markeredgewidth": 1.1,
    }  # fmt: skip


def _draw_marks(axes: Axes, rows: pd.DataFrame, shapes: dict[str, str]) -> None:
    ends = rows["gained_count_low"].astype(float), rows["gained_count_high"].astype(float)
    axes.vlines(rows["x"], *ends, color=style.MUTED, linewidth=0.9, zorder=2)
    for row in rows.to_dict("records"):
        look = _look(shapes[row["field"]], is_quick=row["is_quick_win"])
        axes.plot([row["x"]], [row["gained_count"]], zorder=3, **look)


def _name_marks(axes: Axes, shapes: dict[str, str], *, any_quick: bool) -> None:
    """Name the shapes above the plot, and what a filled mark and the bar are."""
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], label=field, **_look(shape, is_quick=False))
        for field, shape in shapes.items()
    ]
    if any_quick:
        handles.append(Line2D([], [], label="gefüllt: Sofortmaßnahme", **_look("o", is_quick=True)))
    bar: dict[str, Any] = {"marker": "|", "markersize": 10, "linestyle": "none"}
    handles.append(Line2D([], [], label="Spanne", color=style.MUTED, **bar))
    axes.figure.legend(handles=handles, loc="outside upper left", ncols=2, handletextpad=0.3)


def _label_marks(axes: Axes, rows: pd.DataFrame, pixels: Floats) -> None:
    """Write numbers, and titles where there is room, the most helpful measures first."""
    order = np.argsort(-rows["gained_count"].to_numpy(float), kind="stable")
    scale = 72 / axes.figure.dpi
    marks = _marks(axes, rows, pixels)[order] * scale
    records = rows.iloc[order].to_dict("records")
    most = 3 if len(rows) <= _FEW else 2
    short = [[str(row["number"])] for row in records]
    long = [_titled(row, most) for row in records]
    sizes = [_size(lines) for lines in short], [_size(lines) for lines in long]
    frame = np.array(axes.bbox.extents) * scale
    boxes, is_long, is_far = label_boxes(marks, *sizes, frame)
    for row, box in enumerate(boxes):
        lines = long[row] if is_long[row] else short[row]
        is_left = bool(box[2] <= marks[row, 0] + 1)
        corner = box[2] if is_left else box[0]
        align = "right" if is_left else "left"
        stacked(axes, lines, (corner, box[3]), (0, 0), align=align, within="figure points")
        if is_far[row]:
            _tie(axes, box, marks[row, :2])


def _marks(axes: Axes, rows: pd.DataFrame, pixels: Floats) -> Floats:
    """Return across, up, low and high end in pixels; without a range both ends are the mark."""
    ends = [rows[f"gained_count_{end}"].fillna(rows["gained_count"]) for end in ("low", "high")]
    levels = [
        axes.transData.transform(np.column_stack([rows["cost_eur"], end]).astype(float))[:, 1]
        for end in ends
    ]
    return np.column_stack([pixels, *levels])


def _titled(row: dict[Any, Any], most: int) -> list[str]:
    lines = wrapped(f"{row['number']} {row['title']}", _TITLE_MM)
    return lines if len(lines) <= most else [*lines[: most - 1], f"{lines[most - 1]} …"]


def _size(lines: list[str]) -> tuple[float, float]:
    return max(map(width_mm, lines)) / POINT_MM, len(lines) * LINE_MM / POINT_MM


def _tie(axes: Axes, box: Floats, mark: Floats) -> None:
    """Tie a label that stands away from its mark to it."""
    near = np.clip(mark, box[:2], box[2:])
    axes.annotate(
        "", tuple(mark), tuple(near), xycoords="figure points", textcoords="figure points",
        arrowprops={"arrowstyle": "-", "color": style.MUTED, "linewidth": 0.5, "shrinkB": 4},
    )  # fmt: skip


def _span(row: dict[Any, Any]) -> str:
    low, high = row["gained_count_low"], row["gained_count_high"]
    is_open = style.is_missing(low) or style.is_missing(high)
    return style.NO_DATA_LABEL if is_open else f"{style.number(low)} bis {style.number(high)}"


def _written(row: dict[Any, Any]) -> tuple[str, ...]:
    return (
        str(row["number"]), row["title"], style.euro(row["cost_eur"]),
        style.number(row["gained_count"]), _span(row), "ja" if row["is_quick_win"] else "nein",
    )  # fmt: skip


def _said_effect(row: dict[Any, Any]) -> str:
    quick = ", Sofortmaßnahme" if row["is_quick_win"] else ""
    people = f"{style.number(row['gained_count'])} Menschen (Spanne: {_span(row)})"
    return f"{row['number']} {row['title']}: {style.euro(row['cost_eur'])}, {people}{quick}"
