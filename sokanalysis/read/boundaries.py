"""Read the municipalities' boundaries."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sokanalysis.errors import Problem, WrongCrs
from sokanalysis.geography import require_geographic

if TYPE_CHECKING:
    import geopandas as gpd


def read_boundaries(folder: Path) -> tuple[gpd.GeoDataFrame, list[Problem]]:
    """Read ``<folder>/boundaries.geojson``.

    Returns
    -------
    boundaries : GeoDataFrame
        Columns ``ags``, ``name`` and ``geometry`` (polygons, EPSG:4326), one row a municipality.
        Empty when the file cannot be read.
    problems : list of Problem
        Missing or unreadable file, invalid shapes.
    """
    import geopandas as gpd
    from pyogrio.errors import DataSourceError

    path = folder / "boundaries.geojson"
    empty = gpd.GeoDataFrame({"ags": [], "name": []}, geometry=[], crs="EPSG:4326")
    if not path.exists():
        return empty, [
            Problem(path.name, "Datei fehlt", "mit „sok daten holen“ oder von Hand ablegen")
        ]
    try:
        boundaries = gpd.read_file(path)
    except DataSourceError as error:
        return empty, [Problem(path.name, f"nicht lesbar ({error})", "als GeoJSON speichern")]
    missing = [name for name in ("ags", "name") if name not in boundaries.columns]
    if missing:
        remedy = "jeder Gemeinde Schlüssel (ags) und Namen (name) geben"
        return empty, [Problem(path.name, "Eigenschaft fehlt", remedy, column=n) for n in missing]
    try:
        boundaries = require_geographic(boundaries, path.name)
    except WrongCrs as error:
        message, _, remedy = str(error).removeprefix(f"{path.name}: ").partition(" → ")
        return empty, [Problem(path.name, message, remedy)]
    return boundaries[["ags", "name", "geometry"]], _invalid(boundaries, path.name)


def _invalid(boundaries: gpd.GeoDataFrame, file: str) -> list[Problem]:
    broken = boundaries[~boundaries.geometry.is_valid]
    return [
        Problem(file, f"Umriss von {row.name} ist ungültig", "Umriss im GIS reparieren")
        for row in broken.itertuples()
    ]
