"""The only room that reprojects: EPSG:4326 comes in, EPSG:25832 is measured in.

The grid of the official statistics counts in EPSG:3035; it comes in and is gone from here on.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sokanalysis.errors import WrongCrs

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    from pyproj import Transformer

GEOGRAPHIC: Final = "EPSG:4326"
METRIC: Final = "EPSG:25832"
GRID: Final = "EPSG:3035"

Points = npt.NDArray[np.float64]
Box = tuple[float, float, float, float]


def project(places: pd.DataFrame) -> Points:
    """Return the places in metres.

    Parameters
    ----------
    places : DataFrame
        Columns ``lat`` and ``lon`` in degrees (EPSG:4326).

    Returns
    -------
    ndarray of float, shape (n, 2)
        East and north in metres (EPSG:25832); shape (0, 2) without rows.
    """
    lon, lat = places["lon"].to_numpy(float), places["lat"].to_numpy(float)
    return np.column_stack(_to_metres().transform(lon, lat)).reshape(-1, 2)


@cache
def _to_metres() -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(GEOGRAPHIC, METRIC, always_xy=True)


def grid_points(x_m: Points, y_m: Points) -> tuple[Points, Points]:
    """Return points of the statistical grid in degrees.

    Parameters
    ----------
    x_m, y_m : ndarray of float, shape (n,)
        East and north in metres (EPSG:3035).

    Returns
    -------
    lat, lon : ndarray of float, shape (n,)
        Degrees (EPSG:4326); infinite where a point lies nowhere on earth.
    """
    x, y = np.asarray(x_m, float), np.asarray(y_m, float)
    lon, lat = _to_grid().transform(x, y, direction="INVERSE")
    return np.asarray(lat), np.asarray(lon)


def grid_box(box: Box) -> Box:
    """Return the smallest box in metres of the statistical grid that holds a box in degrees.

    Parameters
    ----------
    box : tuple of float
        West, south, east, north in degrees (EPSG:4326).

    Returns
    -------
    tuple of float
        West, south, east, north in metres (EPSG:3035). Edges are curved there, so each is
        followed at 100 points and the box is a metre wider than what they span.
    """
    west, south, east, north = _to_grid().transform_bounds(*box, densify_pts=100)
    return west - 1, south - 1, east + 1, north + 1


@cache
def _to_grid() -> Transformer:
    from pyproj import Transformer

    return Transformer.from_crs(GEOGRAPHIC, GRID, always_xy=True)


def metric(shapes: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the shapes (EPSG:4326) in EPSG:25832; an empty frame stays empty."""
    return require_geographic(shapes, "Flächen").to_crs(METRIC)


def geographic(shapes: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    """Return shapes of any coordinate reference system in EPSG:4326; an empty frame stays empty.

    Raises
    ------
    WrongCrs
        When the shapes do not say in which one they are.
    """
    if shapes.crs is None:
        raise WrongCrs(
            f"{what}: das Koordinatensystem ist nicht angegeben → die Datei mit Angabe des "
            "Koordinatensystems (bei Shapefiles die .prj-Datei) ablegen."
        )
    return shapes.to_crs(GEOGRAPHIC)


def merged(shapes: list[dict[str, Any]]) -> dict[str, Any]:
    """Return GeoJSON geometries (EPSG:4326) as one."""
    from shapely import union_all
    from shapely.geometry import mapping, shape

    return dict(mapping(union_all([shape(geometry) for geometry in shapes])))


def generalised(shapes: gpd.GeoDataFrame, tolerance_m: float) -> gpd.GeoDataFrame:
    """Return neighbouring areas (EPSG:4326) in EPSG:25832 with fewer points and no new gaps.

    Common borders stay common (shapely's coverage simplification, Visvalingam-Whyatt); an
    empty frame stays empty.
    """
    projected = metric(shapes)
    return projected.set_geometry(projected.geometry.simplify_coverage(tolerance_m))


def distances_m(origins: Points, targets: Points) -> npt.NDArray[np.float64]:
    """Return straight-line distances in metres, shape (origins, targets)."""
    from scipy.spatial.distance import cdist

    return np.asarray(cdist(origins, targets))


def pairs_within(
    origins: Points, targets: Points, radius_m: float
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Find all pairs not farther apart than a radius.

    Returns
    -------
    origin, target : ndarray of int, shape (pairs,)
        Positions, ordered by origin, then target. Empty when nothing is near.
    distance_m : ndarray of float, shape (pairs,)
        Straight-line distance in metres.
    """
    from scipy.spatial import cKDTree

    near = cKDTree(origins).sparse_distance_matrix(
        cKDTree(targets), radius_m, output_type="ndarray"
    )
    pair = np.sort(near["i"] * max(len(targets), 1) + near["j"])
    origin, target = np.divmod(pair, max(len(targets), 1))
    return origin, target, np.hypot(*(origins[origin] - targets[target]).T)


def are_within(origins: Points, targets: Points, radius_m: float) -> npt.NDArray[np.bool_]:
    """Tell which origins are not farther from which targets than a radius.

    Returns
    -------
    ndarray of bool, shape (targets, origins)
        Nothing is within a negative radius.
    """
    near = np.empty((len(targets), len(origins)), dtype=bool)
    for first in range(0, len(targets), 32):  # all distances at once could fill the memory
        part = slice(first, first + 32)
        near[part] = distances_m(targets[part], origins) <= radius_m
    return near


def require_geographic(shapes: gpd.GeoDataFrame, what: str) -> gpd.GeoDataFrame:
    """Return the shapes when they are in EPSG:4326.

    Raises
    ------
    WrongCrs
        Otherwise, with the call that mends it.
    """
    if shapes.crs is None or not shapes.crs.equals(GEOGRAPHIC, ignore_axis_order=True):
        raise WrongCrs(
            f"{what}: Koordinatensystem ist {shapes.crs}, gebraucht wird {GEOGRAPHIC} → "
            f"vorher .to_crs('{GEOGRAPHIC}') aufrufen."
        )
    return shapes
