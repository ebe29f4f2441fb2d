"""Charts with one row a measure: cut into pages, framed by millimetres, named at the left."""

from __future__ import annotations

from itertools import accumulate
from math import ceil
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sokanalysis import style
from sokanalysis.plans.labels import LINE_MM, SMALL, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure

# On A4 a figure shares 242 mm with its caption and its source.
PAGE_MM: Final = 215.0
AIR_MM: Final = 1.8
_NUMBER_MM: Final = 9.0


def row_axes(
    heights: Sequence[float], *, left: float, right: float, head: float, foot: float
) -> tuple[MatplotlibFigure, Axes, list[float]]:
    """Return a plot whose height counts in millimetres from the top, and the middles of its rows.

    The room around it is in millimetres too, so that words find the room they were broken for.
    """
    import matplotlib.pyplot as plt

    body, width = sum(heights), style.TEXT_WIDTH_MM
    whole = head + body + foot
    figure = plt.figure(figsize=style.figure_size(whole), layout="none")
    plt.close(figure)
    place = (left / width, foot / whole, (width - left - right) / width, body / whole)
    axes = figure.add_axes(place, ylim=(body, 0), yticks=[])
    axes.spines[:].set_visible(False)
    ends = accumulate(heights)
    return figure, axes, [end - height / 2 for end, height in zip(ends, heights, strict=True)]


def beside(axes: Axes, left_mm: float, y: float, lines: Sequence[str], **look: Any) -> None:
    """Write lines at millimetres from the left edge of the figure, their middle level with y."""
    from matplotlib.transforms import blended_transform_factory

    where = blended_transform_factory(axes.figure.transFigure, axes.transData)
    kind: dict[str, Any] = {"fontsize": SMALL, "va": "center", "transform": where} | look
    for row, line in enumerate(lines):
        level = y + (row - (len(lines) - 1) / 2) * LINE_MM
        axes.text(left_mm / style.TEXT_WIDTH_MM, level, line, **kind)


def part_of(caption: str, number: int, part: npt.NDArray[np.int64]) -> str:
    """Return the caption of one part (counted from 0), numbered when there are several."""
    return caption if part[-1] == 0 else f"{caption} (Teil {number + 1} von {part[-1] + 1})"


def parts(heights: Sequence[float], room: float) -> npt.NDArray[np.int64]:
    """Return the part of each row when rows are cut into parts of about the same height.

    A part exceeds its share by at most the row that lies on the cut, so no part exceeds `room`.
    """
    total = sum(heights)
    count = 1 if total <= room else ceil(total / (room - max(heights)))
    begins = np.array([0.0, *accumulate(heights)][:-1])
    return (begins * count / total).astype(np.int64)


def title_lines(row: Any, limit_mm: float) -> list[str]:
    """Return a measure's title in lines that leave room for its number within the limit."""
    return wrapped(row["title"], limit_mm - _NUMBER_MM - 2)


def row_mm(row: Any, limit_mm: float) -> float:
    """Return how high the row of a measure has to be for its title."""
    return len(title_lines(row, limit_mm)) * LINE_MM + AIR_MM


def write_name(axes: Axes, y: float, row: Any, limit_mm: float) -> None:
    """Write number and title of a measure at the left edge, level with its row."""
    beside(axes, 0, y, [str(row["number"])], fontweight=600)
    beside(axes, _NUMBER_MM, y, title_lines(row, limit_mm))


def draw_rules(axes: Axes, heights: Sequence[float]) -> None:
    """Draw a hairline under every row, from the words to the last column."""
    from matplotlib.transforms import blended_transform_factory

    where = blended_transform_factory(axes.figure.transFigure, axes.transData)
    for end in accumulate(heights):
        axes.plot(
            [0, 1], [end, end], color=style.RULE, linewidth=0.4, transform=where, clip_on=False,
            zorder=0,
        )  # fmt: skip
