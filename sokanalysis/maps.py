"""Maps: one object, static for the page and interactive for the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis import map_parts, show, style, webmaps
from sokanalysis.classes import Classes
from sokanalysis.figures import OUTCOME_LOOKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from sokanalysis.region import Region


def area_map(
    region: Region, values: pd.Series[float], classes: Classes, *,
    unit: str, caption: str, source: str, basis: Sequence[str] = (), measure: str = "",
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
    basis, measure
        As in `sokanalysis.figures.bars`.

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
        map_parts.areas(axes, region, classed, classes)
        map_parts.dress(axes, region)
        map_parts.legend(side, classes, unit, has_gaps=bool((classed == -1).any()))
        plt.close(figure)
    alt = _area_alt(shapes["name"], classed, classes, unit)
    return show.Map(
        lambda: webmaps.area_map(region, classed, classes, unit),
        figure, caption, source, alt, tuple(basis), measure, _area_data(shapes, values, unit),
    )  # fmt: skip


def _area_data(shapes: pd.DataFrame, values: pd.Series[float], unit: str) -> show.Data:
    """Write what the interactive map says of each municipality, by name."""
    written = [style.number(values.get(ags), missing=style.NO_DATA_LABEL) for ags in shapes.index]
    return show.Data(("Gemeinde", unit), sorted(zip(shapes["name"], written, strict=True)))


def place_maps(
    region: Region, places: pd.DataFrame, panels: dict[str, str], classes: Classes, *,
    unit: str, caption: str, source: str, basis: Sequence[str] = (), measure: str = "",
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
    classes, unit, caption, source, basis, measure
        As in `area_map`.

    Returns
    -------
    Map
        The interactive form shows the last panel.
    """
    import matplotlib.pyplot as plt

    last = list(panels)[-1]
    palette = np.array([*classes.colors, style.NO_DATA])
    columns = 2 if len(panels) > 1 else 1
    height = 178 if len(panels) > 2 else 120
    with style.house_style():
        figure, grid = plt.subplots(
            -(-len(panels) // columns), columns, figsize=style.figure_size(height), squeeze=False
        )
        for axes, (column, title) in zip(grid.flat, panels.items(), strict=False):
            map_parts.areas(axes, region)
            map_parts.colored_dots(axes, places, palette[classes.of(places[column]).to_numpy()])
            map_parts.dress(axes, region, is_small=len(panels) > 1)
            axes.set_title(title)
        map_parts.legend(grid.flat[-1], classes, unit, figure=figure)
        plt.close(figure)
    said = "; ".join(
        f"{title}: " + _class_counts(classes.of(places[column]), classes, "Orte")
        for column, title in panels.items()
    )
    return show.Map(
        lambda: webmaps.place_map(region, places, last, classes, unit),
        figure, caption, source, f"Karte des Landkreises mit Orten als Punkten, {unit}. {said}.",
        tuple(basis), measure, _place_data(places, panels, classes),
    )  # fmt: skip


def _place_data(places: pd.DataFrame, panels: dict[str, str], classes: Classes) -> show.Data:
    """Write the class that each place has in each panel, by name."""
    words = np.array([*classes.labels, style.NO_DATA_LABEL], dtype=object)
    written = [words[classes.of(places[column]).to_numpy()] for column in panels]
    rows = sorted(zip(places["name"], *written, strict=True))
    return show.Data(("Ort", *panels.values()), rows)


def reason_map(
    region: Region, places: pd.DataFrame, *, unit: str, caption: str, source: str,
    basis: Sequence[str] = (), measure: str = "",
) -> show.Map:  # fmt: skip
    """Draw places as marks whose colour and shape say what becomes of an offer.

    Parameters
    ----------
    region : Region
        Gives boundaries and names.
    places : DataFrame
        ``name``, ``lat``, ``lon`` (degrees), ``population_count`` (sets the area of the mark)
        and ``reason`` (a key of `sokanalysis.figures.OUTCOME_LOOKS`, missing as "keine Daten"),
        as `sokanalysis.places.commonest_reasons` gives it.
    unit : str
        Heading of the legend.
    caption, source, basis, measure
        As in `area_map`.

    Returns
    -------
    Map
        Legend and alternative text count the places of each outcome that occurs.
    """
    import matplotlib.pyplot as plt

    places = places.assign(reason=places["reason"].astype(object).fillna(style.NO_DATA_LABEL))
    counts = places["reason"].value_counts()
    looks = {reason: OUTCOME_LOOKS[reason] for reason in OUTCOME_LOOKS if reason in counts}
    labels = {reason: f"{reason}: {counts[reason]} Orte" for reason in looks}
    with style.house_style():
        figure, (axes, side) = plt.subplots(
            1, 2, figsize=style.figure_size(120), width_ratios=(3, 1)
        )
        side.set_axis_off()
        map_parts.areas(axes, region)
        colors, markers = (
            places["reason"].map({r: look[part] for r, look in looks.items()}).to_numpy(object)
            for part in (0, 1)
        )
        map_parts.colored_dots(axes, places, colors, markers)
        map_parts.dress(axes, region)
        map_parts.marks(side, {labels[reason]: look for reason, look in looks.items()}, unit)
        plt.close(figure)
    said = ", ".join(labels.values())
    return show.Map(
        lambda: webmaps.reason_map(region, places, looks),
        figure, caption, source, f"Karte des Landkreises mit Orten als Zeichen, {unit}. {said}.",
        tuple(basis), measure,
        show.Data(("Ort", unit), sorted(zip(places["name"], places["reason"], strict=True))),
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
        map_parts.areas(axes, region)
        map_parts.colored_dots(axes, region.settlements, np.array(colors)[state])
        map_parts.dress(axes, region)
        map_parts.patches(
            side, dict(zip(labels, colors, strict=True)), "von diesen Orten erreichbar"
        )
        plt.close(figure)
    return figure, f"Karte: von welchen Orten das Angebot erreichbar ist. {'; '.join(labels)}."


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
