"""What all static maps have in common: ground, dots, names, scale bar and legends."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis import style

if TYPE_CHECKING:
    import geopandas as gpd
    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from matplotlib.text import Text
    from matplotlib.transforms import Bbox
    from shapely.geometry.base import BaseGeometry

    from sokanalysis.classes import Classes
    from sokanalysis.region import Region

_TOWNS: Final = 7  # labelled places: the largest municipalities
_FEW_TOWNS: Final = 4  # on a small map beside others
_LIFT_M: Final = 700.0  # from a town to its name on a small map
_RELIEF: Final = ((9.0, 0.18), (5.5, 0.25), (2.5, 0.4))  # widths in points and opacity


def areas(
    axes: Axes, region: Region, classed: pd.Series[int] | None = None,
    classes: Classes | None = None,
) -> None:  # fmt: skip
    """Draw the municipalities, coloured by class or as quiet ground, and the district's border."""
    shapes = region.drawn_areas.geometry
    border = {"facecolor": "none", "edgecolor": style.RULE}
    for width, alpha in _RELIEF:  # a soft edge lifts the district off the paper
        _draw(axes, region.drawn_outline, **border, linewidth=width, alpha=alpha, zorder=0)
    if classed is None or classes is None:
        _draw(axes, shapes, facecolor=style.PAPER, edgecolor="white", linewidth=0.5)
    else:
        hatched: dict[str, Any] = {"edgecolor": style.NO_DATA_EDGE, "hatch": style.NO_DATA_HATCH}
        _draw(axes, shapes[classed == -1], facecolor=style.NO_DATA, linewidth=0.4, **hatched)
        for position, color in enumerate(classes.colors):
            part = shapes[classed == position]
            _draw(axes, part, facecolor=color, edgecolor="white", linewidth=0.5)
    _draw(axes, region.drawn_outline, facecolor="none", edgecolor=style.MUTED, linewidth=0.9)
    axes.autoscale_view()


def _draw(axes: Axes, shapes: gpd.GeoSeries, **look: Any) -> None:
    """Draw areas or lines; geopandas would draw the whole figure again for each call."""
    from matplotlib.collections import PathCollection

    axes.add_collection(PathCollection([_path(shape) for shape in shapes], **look))


def _path(shape: BaseGeometry) -> Path:
    """Return an area or a line as one path of all its rings or parts."""
    from matplotlib.path import Path
    from shapely import get_parts, get_rings

    parts = get_parts(shape)
    lines = get_rings(parts) if shape.area else parts
    return Path.make_compound_path(*(Path(np.asarray(line.coords)[:, :2]) for line in lines))


def colored_dots(axes: Axes, places: pd.DataFrame, colors: Any, markers: Any = None) -> None:
    """Draw places, the largest first, so that none hides behind another.

    Parameters
    ----------
    axes : Axes
        Drawn on; metres of EPSG:25832.
    places : DataFrame
        ``lat``, ``lon`` (degrees), ``population_count`` (sets the area of the dot).
    colors : array of str
        One a place.
    markers : array of str, optional
        Shapes as matplotlib calls them, one a place; circles by default.
    """
    from sokanalysis.geography import project

    east, north = project(places).T
    size = _dot_sizes(places["population_count"])
    shapes = np.full(len(places), "o") if markers is None else np.asarray(markers)
    order = np.argsort(-size, kind="stable")
    for shape in dict.fromkeys(shapes[order]):  # matplotlib draws one shape at a time
        part = order[shapes[order] == shape]
        axes.scatter(
            east[part], north[part], s=size[part], c=colors[part], marker=shape,
            edgecolors=style.INK, linewidths=0.3, zorder=3,
        )  # fmt: skip


def _dot_sizes(people: pd.Series[float]) -> npt.NDArray[np.float64]:
    counts = people.to_numpy(float)
    return 3 + 110 * counts / max(counts.max(initial=0), 1)


def dress(axes: Axes, region: Region, *, is_small: bool = False) -> None:
    """Add names of the main towns, scale bar and north arrow; take the frame away."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    left, right = axes.get_xlim()
    bottom, top = axes.get_ylim()
    step = (top - bottom) / 100
    axes.set_ylim(bottom - 7 * step, top)
    axes.plot([left, left + 10_000], [bottom - 6 * step] * 2, color=style.INK, linewidth=1.4)
    small = style.TYPE_SCALE["small"]
    axes.text(left + 5_000, bottom - 5.4 * step, "10 km", ha="center", va="bottom", fontsize=small)
    axes.annotate(
        "N", (right, top - 12 * step), (right, top - 2 * step), ha="center", va="center",
        fontsize=small, arrowprops={"arrowstyle": "<-", "color": style.INK, "linewidth": 0.9},
    )  # fmt: skip
    _town_names(axes, region, _FEW_TOWNS if is_small else _TOWNS)  # last: the scale is settled


def _town_names(axes: Axes, region: Region, count: int) -> None:
    from adjustText import adjust_text
    from matplotlib.patheffects import withStroke

    from sokanalysis.geography import project

    latest = region.population.sort_values("date").groupby("ags")["population_count"].last()
    towns = region.municipalities.assign(people=region.municipalities["ags"].map(latest))
    towns = towns.nlargest(count, "people")
    points = project(towns)
    east, north = points.T
    axes.scatter(east, north, s=7, color=style.INK, edgecolors="white", linewidths=0.5, zorder=4)
    halo = [withStroke(linewidth=2.2, foreground="white")]
    look: dict[str, Any] = {
        "fontsize": style.TYPE_SCALE["small"],
        "path_effects": halo,
        "zorder": 5,
        "in_layout": False,
    }
    lift = 0 if count > _FEW_TOWNS else _LIFT_M
    texts = [
        axes.text(x, y + lift, name, ha="center", **look)
        for (x, y), name in zip(points, towns["name"], strict=True)
    ]
    if count > _FEW_TOWNS:  # few are far apart; to look would draw each of the small maps again
        adjust_text(texts, east, north, ax=axes, expand=(1.1, 1.3), iter_lim=80)
    _part(texts)


def _part(texts: list[Text]) -> None:
    """Take away names that still lie on those of larger towns."""
    kept: list[Bbox] = []
    for text in texts:
        box = text.get_window_extent().expanded(1.15, 1.15)
        if box.count_overlaps(kept):
            text.remove()
        else:
            kept.append(box)


def patches(axes: Axes, colors: dict[str, str], title: str) -> None:
    """Put a legend of coloured fields into an empty plot beside a map."""
    from matplotlib.patches import Patch

    look: dict[str, Any] = {"edgecolor": style.MUTED, "linewidth": 0.3}
    handles = [Patch(facecolor=color, label=text, **look) for text, color in colors.items()]
    axes.legend(handles=handles, title=title, loc="center left", alignment="left")


def marks(axes: Axes, looks: dict[str, tuple[str, str]], title: str) -> None:
    """Put a legend of marks, text → (colour, shape), into an empty plot beside a map."""
    from matplotlib.lines import Line2D

    look: dict[str, Any] = {
        "linestyle": "none", "markersize": 6, "markeredgecolor": style.INK, "markeredgewidth": 0.3,
    }  # fmt: skip
    handles = [
        Line2D([], [], marker=shape, color=color, label=text, **look)
        for text, (color, shape) in looks.items()
    ]
    axes.legend(handles=handles, title=title, loc="center left", alignment="left")


def legend(
    axes: Axes, classes: Classes, unit: str, *, has_gaps: bool = False, figure: Any = None
) -> None:
    """Name the classes beside a map, or under all maps of a figure."""
    from matplotlib.patches import Patch

    handles = [
        Patch(facecolor=color, edgecolor=style.MUTED, linewidth=0.3, label=text)
        for color, text in zip(classes.colors, classes.labels, strict=True)
    ]
    if has_gaps:
        handles.append(
            Patch(
                facecolor=style.NO_DATA, edgecolor=style.NO_DATA_EDGE,
                hatch=style.NO_DATA_HATCH, label=style.NO_DATA_LABEL,
            )
        )  # fmt: skip
    if figure is not None:
        figure.legend(handles=handles, title=unit, loc="outside lower center", ncols=len(handles))
    else:
        axes.legend(
            handles=handles, title=unit, loc="center left", alignment="left",
        )  # fmt: skip
