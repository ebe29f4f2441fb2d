"""What lies under the dots: the municipalities, in few points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sokanalysis.geography import generalised, geographic

if TYPE_CHECKING:
    from sokanalysis.region import Region

Ring = list[tuple[float, float]]

_TOLERANCE_M: Final = 60
_DECIMALS: Final = 4  # about ten metres


def ground(region: Region) -> list[list[Ring]]:
    """Return the outlines of the municipalities.

    Returns
    -------
    list of polygons
        In the order of the boundaries, a polygon as its outer ring and its holes, a ring as
        latitude and longitude in degrees. Empty without boundaries.
    """
    if region.boundaries.empty:
        return []
    shapes = geographic(generalised(region.boundaries, _TOLERANCE_M), "Grenzen")
    parts = shapes.geometry.explode()
    return [[_ring(ring) for ring in (part.exterior, *part.interiors)] for part in parts]


def _ring(ring: object) -> Ring:
    points = [(round(lat, _DECIMALS), round(lon, _DECIMALS)) for lon, lat in ring.coords]  # type: ignore[attr-defined]
    return list(dict.fromkeys(points))


def frame(region: Region) -> list[list[float]]:
    """Return the box around municipalities and villages, or around the sites without either.

    Returns
    -------
    list
        South-west and north-east corner, latitude and longitude in degrees. Without any place
        Germany.
    """
    places = region.sites if region.settlements.empty else region.settlements
    lat, lon = [*places["lat"]], [*places["lon"]]
    if not region.boundaries.empty:
        west, south, east, north = (float(bound) for bound in region.boundaries.total_bounds)
        lat, lon = [*lat, south, north], [*lon, west, east]
    if not lat:
        return [[47.3, 5.9], [55.1, 15.0]]
    return [[float(min(lat)), float(min(lon))], [float(max(lat)), float(max(lon))]]
