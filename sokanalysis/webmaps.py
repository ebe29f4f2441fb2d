"""The interactive twins of the maps, for JupyterLab and the HTML edition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sokanalysis import style
from sokanalysis.classes import Classes

if TYPE_CHECKING:
    import folium

    from sokanalysis.region import Region


def _base_map(region: Region) -> folium.Map:
    import folium

    west, south, east, north = region.boundaries.total_bounds
    leaflet = folium.Map(tiles=None, zoom_control=True)
    leaflet.fit_bounds([[south, west], [north, east]])
    return leaflet


def _ground_map(region: Region) -> folium.Map:
    """Return the municipalities as quiet ground for places."""
    import folium

    leaflet = _base_map(region)
    folium.GeoJson(
        region.boundaries.to_json(), control=False,
        style_function=lambda _: {
            "fillColor": style.PAPER, "color": style.RULE, "weight": 1, "fillOpacity": 1,
        },
    ).add_to(leaflet)  # fmt: skip
    return leaflet


def area_map(region: Region, classed: pd.Series[int], classes: Classes, unit: str) -> folium.Map:
    """Return the municipalities coloured by class, with name and class on hovering."""
    import folium

    shapes = region.boundaries.copy()
    shapes["color"] = [[*classes.colors, style.NO_DATA][i] for i in classed[shapes["ags"]]]
    # The class, as on paper: with other tables a share would tell of how many people it is one.
    shapes["text"] = [[*classes.labels, style.NO_DATA_LABEL][i] for i in classed[shapes["ags"]]]
    leaflet = _base_map(region)
    folium.GeoJson(
        shapes.to_json(),
        style_function=lambda feature: {
            "fillColor": feature["properties"]["color"], "color": "white", "weight": 1,
            "fillOpacity": 0.9,
        },
        tooltip=folium.GeoJsonTooltip(["name", "text"], aliases=["Gemeinde", unit]),
    ).add_to(leaflet)  # fmt: skip
    return leaflet


def place_map(
    region: Region, places: pd.DataFrame, column: str, classes: Classes, unit: str
) -> folium.Map:
    """Return the places as dots coloured by class, with name and value on hovering."""
    import folium

    leaflet = _ground_map(region)
    colors = [*classes.colors, style.NO_DATA]
    for row, position in zip(places.to_dict("records"), classes.of(places[column]), strict=True):
        folium.CircleMarker(
            (row["lat"], row["lon"]), radius=4, color=style.INK, weight=0.5, fill=True,
            fill_color=colors[position], fill_opacity=1,
            tooltip=f"{row['name']}: {style.number(row[column])} {unit}",
        ).add_to(leaflet)  # fmt: skip
    return leaflet


def reason_map(
    region: Region, places: pd.DataFrame, looks: dict[str, tuple[str, str]]
) -> folium.Map:
    """Return the places coloured by outcome; the legend switches the outcomes on and off."""
    import folium

    leaflet = _ground_map(region)
    for reason, (color, _) in looks.items():
        # One layer of points instead of a marker each: less to write and to load.
        folium.GeoJson(
            _points(places[places["reason"] == reason]),
            name=f'<span style="color:{color}">●</span> {reason}',
            marker=folium.CircleMarker(
                radius=4, color=style.INK, weight=0.5, fill=True, fill_color=color, fill_opacity=1
            ),
            tooltip=folium.GeoJsonTooltip(["said"], labels=False),
        ).add_to(leaflet)
    folium.LayerControl(collapsed=False).add_to(leaflet)
    return leaflet


def _points(places: pd.DataFrame) -> dict[str, Any]:
    """Return places as GeoJSON; ``said`` is name and outcome."""
    features = [
        {
            "type": "Feature", "properties": {"said": f"{row['name']}: {row['reason']}"},
            "geometry": {"type": "Point", "coordinates": [row["lon"], row["lat"]]},
        }
        for row in places.to_dict("records")
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}
