"""Read the municipalities' boundaries."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sokanalysis.errors import DataProblems, Problem, WrongCrs
from sokanalysis.geography import require_geographic
from sokanalysis.read.bounded import parse_json, read_bytes, refuse

if TYPE_CHECKING:
    import geopandas as gpd

_GERMANY: Final = (5.5, 47.0, 15.5, 55.2)  # west, south, east, north in degrees


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

    path = folder / "boundaries.geojson"
    empty = gpd.GeoDataFrame({"ags": [], "name": []}, geometry=[], crs="EPSG:4326")
    if not path.exists():
        return empty, [
            Problem(path.name, "Datei fehlt", "mit „sok daten holen“ oder von Hand ablegen")
        ]
    try:
        boundaries = _loaded(path)
    except DataProblems as refusal:
        return empty, list(refusal.problems)
    if elsewhere := _elsewhere(boundaries, path.name):
        return empty, elsewhere
    return boundaries[["ags", "name", "geometry"]], _invalid(boundaries, path.name)


def _loaded(path: Path) -> gpd.GeoDataFrame:
    """Return what a file holds when it has what is needed.

    Raises
    ------
    DataProblems
        When it is no GeoJSON, lacks a property or has another reference system.
    """
    import geopandas as gpd
    from pyogrio.errors import DataSourceError

    parse_json(read_bytes(path), path.name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's words about shapes that are judged below
            boundaries = gpd.read_file(path)
    except DataSourceError as error:
        raise refuse(path.name, f"nicht lesbar ({error})", "als GeoJSON speichern") from error
    remedy = "jeder Gemeinde Schlüssel (ags) und Namen (name) geben"
    missing = [name for name in ("ags", "name") if name not in boundaries.columns]
    if missing:
        raise DataProblems(
            Problem(path.name, "Eigenschaft fehlt", remedy, column=name) for name in missing
        )
    try:
        return require_geographic(boundaries, path.name)
    except WrongCrs as error:
        message, _, remedy = str(error).removeprefix(f"{path.name}: ").partition(" → ")
        raise refuse(path.name, message, remedy) from error


def _elsewhere(boundaries: gpd.GeoDataFrame, file: str) -> list[Problem]:
    """Name municipalities without a shape or outside of Germany, as swapped coordinates are."""
    from shapely.geometry import box

    germany = box(*_GERMANY)
    shapes = boundaries.geometry
    is_missing = shapes.isna() | shapes.is_empty
    outside = boundaries[is_missing | ~shapes.intersects(germany)]
    remedy = "Länge zuerst, dann Breite, in Grad (EPSG:4326); vielleicht sind sie vertauscht"
    return [
        Problem(file, f"Umriss von {row.name} fehlt oder liegt nicht in Deutschland", remedy)
        for row in outside.itertuples()
    ]


def _invalid(boundaries: gpd.GeoDataFrame, file: str) -> list[Problem]:
    broken = boundaries[~boundaries.geometry.is_valid]
    return [
        Problem(file, f"Umriss von {row.name} ist ungültig", "Umriss im GIS reparieren")
        for row in broken.itertuples()
    ]
