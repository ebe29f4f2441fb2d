"""Maps: one object, static for the page and interactive for the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis import show, style, webmaps
from sokanalysis.classes import Classes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from sokanalysis.region import Region

_TOWNS: Final = 7  # labelled places: the largest municipalities


def area_map(
    region: Region, values: pd.Series[float], classes: Classes, *,
    unit: str, caption: str, source: str, basis: Sequence[str] = (),
) -> show.Map:  # fmt: skip
    """Colour the municipalities by class.

    Parameters
    ----------
    region : Region
        Gives boundaries and names.
    values : Series of float
        By ``ags``; municipalities without a value are hatched as "keine Daten". Counts of
        people have to come through `sokanalysis.privacy`.
    classes : Classes
        Named classes.
    unit : str
        What is counted, for popups and legend.
    caption, source : str
        Finding and source, in German.
    basis : sequence of str
        Assumptions to be named on the page.

    Returns
    -------
    Map
    """
    import matplotlib.pyplot as plt

    shapes = region.boundaries.set_index("ags")
    classed = classes.of(values.reindex(shapes.index))
    with style.house_style():
        figure, (axes, side) = plt.subplots(
            1, 2, figsize=style.figure_size(105), width_ratios=(3, 1)
        )
        side.set_axis_off()
        _areas(axes, region, classed, classes)
        _dress(axes, region)
        _legend(side, classes, unit, has_gaps=bool((classed == -1).any()))
        plt.close(figure)
    alt = _area_alt(shapes["name"], classed, classes, unit)
    return show.Map(
        lambda: webmaps.area_map(region, values, classed, classes, unit),
        figure, caption, source, alt, tuple(basis),
    )  # fmt: skip


def place_maps(
    region: Region, places: pd.DataFrame, panels: dict[str, str], classes: Classes, *,
    unit: str, caption: str, source: str, basis: Sequence[str] = (),
) -> show.Map:  # fmt: skip
    """Draw places as dots coloured by class, one small map a column.

    Parameters
    ----------
    region : Region
        Gives boundaries and names.
    places : DataFrame
        ``name``, ``lat``, ``lon`` (degrees), ``population_count`` (sets the area of the dot)
        and the columns of `panels`.
    panels : dict of str to str
        Column with the number to class → German title of its map; one to four.
    classes, unit, caption, source, basis
        As in `area_map`.

    Returns
    -------
    Map
        The interactive form shows the last panel.
    """
    import matplotlib.pyplot as plt

    last = list(panels)[-1]
    columns = 2 if len(panels) > 1 else 1
    height = 178 if len(panels) > 2 else 120
    with style.house_style():
        figure, grid = plt.subplots(
            -(-len(panels) // columns), columns, figsize=style.figure_size(height), squeeze=False
        )
        for axes, (column, title) in zip(grid.flat, panels.items(), strict=False):
            _areas(axes, region)
            _dots(axes, places, classes.of(places[column]), classes)
            _dress(axes, region, names=len(panels) == 1)
            axes.set_title(title)
        _legend(grid.flat[-1], classes, unit, figure=figure)
        plt.close(figure)
    said = "; ".join(
        f"{title}: " + _class_counts(classes.of(places[column]), classes, "Orte")
        for column, title in panels.items()
    )
    return show.Map(
        lambda: webmaps.place_map(region, places, last, classes, unit),
        figure, caption, source, f"Karte des Landkreises mit Orten als Punkten, {unit}. {said}.",
        tuple(basis),
    )  # fmt: skip


_EFFECT: Final = ("schon bisher", "künftig erreichbar", "weiterhin nicht")


def effect_map(region: Region, before: frozenset[str], after: frozenset[str]) -> tuple[Figure, str]:
    """Draw from which places an offer can be taken up before and after a measure.

    Parameters
    ----------
    region : Region
        Gives settlements and boundaries.
    before, after : frozenset of str
        Settlements from which it can be taken up.

    Returns
    -------
    figure : matplotlib Figure
        Small; for a factsheet.
    alt : str
        What it shows, in German.
    """
    import matplotlib.pyplot as plt

    ids = region.settlements["settlement_id"]
    state = np.select([ids.isin(before), ids.isin(after)], [0, 1], 2)
    people = region.settlements["population_count"].groupby(state).sum().reindex(range(3))
    colors = (style.ORDINAL[2], style.HIGHLIGHT, "white")
    labels = [
        f"{text}: {style.number(count)} Einwohner"
        for text, count in zip(_EFFECT, people.fillna(0), strict=True)
    ]
    with style.house_style():
        # Fixed places: finding the layout would draw each of the many small maps three times.
        figure = plt.figure(figsize=style.figure_size(78), layout="none")
        axes, side = figure.add_axes((0, 0, 0.62, 1)), figure.add_axes((0.62, 0, 0.38, 1))
        side.set_axis_off()
        _areas(axes, region)
        _colored_dots(axes, region.settlements, np.array(colors)[state])
        _dress(axes, region)
        _patches(side, dict(zip(labels, colors, strict=True)), "von diesen Orten erreichbar")
        plt.close(figure)
    return figure, f"Karte: von welchen Orten das Angebot erreichbar ist. {'; '.join(labels)}."


def _areas(
    axes: Axes, region: Region, classed: pd.Series[int] | None = None,
    classes: Classes | None = None,
) -> None:  # fmt: skip
    shapes = region.drawn_areas
    if classed is None or classes is None:
        shapes.plot(ax=axes, color=style.PAPER, edgecolor="white", linewidth=0.5)
    else:
        gaps = shapes[classed == -1]
        if len(gaps):
            gaps.plot(
                ax=axes, color=style.NO_DATA, edgecolor=style.NO_DATA_EDGE,
                hatch=style.NO_DATA_HATCH, linewidth=0.4,
            )  # fmt: skip
        for position, color in enumerate(classes.colors):
            part = shapes[classed == position]
            if len(part):
                part.plot(ax=axes, color=color, edgecolor="white", linewidth=0.5)
    region.drawn_outline.plot(ax=axes, color=style.MUTED, linewidth=0.9)


def _dots(axes: Axes, places: pd.DataFrame, classed: pd.Series[int], classes: Classes) -> None:
    _colored_dots(axes, places, np.array([*classes.colors, style.NO_DATA])[classed.to_numpy()])


def _colored_dots(axes: Axes, places: pd.DataFrame, colors: Any) -> None:
    """Draw places, the largest first, so that none hides behind another."""
    from sokanalysis.geography import project

    east, north = project(places).T
    order = np.argsort(-places["population_count"].to_numpy(float), kind="stable")
    size = 3 + 110 * places["population_count"].to_numpy(float) / max(
        places["population_count"].max(), 1
    )
    axes.scatter(
        east[order], north[order], s=size[order], c=colors[order],
        edgecolors=style.INK, linewidths=0.3, zorder=3,
    )  # fmt: skip


def _dress(axes: Axes, region: Region, *, names: bool = True) -> None:
    """Add town names, scale bar and north arrow; take the frame away."""
    axes.set_axis_off()
    axes.set_aspect("equal")
    if names:
        _town_names(axes, region)
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


def _town_names(axes: Axes, region: Region) -> None:
    from adjustText import adjust_text
    from matplotlib.patheffects import withStroke

    from sokanalysis.geography import project

    latest = region.population.sort_values("date").groupby("ags")["population_count"].last()
    towns = region.municipalities.assign(people=region.municipalities["ags"].map(latest))
    towns = towns.nlargest(_TOWNS, "people")
    points = project(towns)
    east, north = points.T
    axes.scatter(east, north, s=7, color=style.INK, edgecolors="white", linewidths=0.5, zorder=4)
    halo = [withStroke(linewidth=2.2, foreground="white")]
    look: dict[str, Any] = {
        "fontsize": style.TYPE_SCALE["small"],
        "path_effects": halo,
        "zorder": 5,
    }
    texts = [
        axes.text(x, y, name, ha="center", **look)
        for (x, y), name in zip(points, towns["name"], strict=True)
    ]
    adjust_text(texts, east, north, ax=axes, expand=(1.1, 1.3), iter_lim=80)


def _patches(axes: Axes, colors: dict[str, str], title: str) -> None:
    """Put a legend of coloured fields into an empty plot beside a map."""
    from matplotlib.patches import Patch

    look: dict[str, Any] = {"edgecolor": style.MUTED, "linewidth": 0.3}
    handles = [Patch(facecolor=color, label=text, **look) for text, color in colors.items()]
    axes.legend(handles=handles, title=title, loc="center left", alignment="left")


def _legend(
    axes: Axes, classes: Classes, unit: str, *, has_gaps: bool = False, figure: Any = None
) -> None:
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


def _class_counts(classed: pd.Series[int], classes: Classes, what: str) -> str:
    counts = classed.value_counts()
    parts = [
        f"{text}: {counts[position]} {what}"
        for position, text in enumerate(classes.labels)
        if position in counts
    ]
    return ", ".join(parts)


def _area_alt(names: pd.Series[str], classed: pd.Series[int], classes: Classes, unit: str) -> str:
    top = sorted(names[classed == classed.max()])
    return (
        f"Karte der Gemeinden, {unit}. {_class_counts(classed, classes, 'Gemeinden')}. "
        f"Höchste Klasse: {', '.join(top[:12])}{' und weitere' if len(top) > 12 else ''}."
    )
