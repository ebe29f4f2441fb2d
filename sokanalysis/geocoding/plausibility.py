"""Positions that cannot be: outside what is named, swapped, or the sign of a failed look-up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.errors import Problem
from sokanalysis.geocoding.place_names import place_keys, place_name
from sokanalysis.geocoding.result import row_number
from sokanalysis.geography import Points, metric, project
from sokanalysis.schema import LAT, LON

if TYPE_CHECKING:
    import geopandas as gpd

# Where services put „Deutschland“: all points in use lie within 10 km of this one.
_GERMANY: Final = pd.DataFrame({"lat": [51.1657], "lon": [10.4515]})
_GERMANY_KM: Final = 15
_DUMMIES: Final = (0.0, 1.0)

_LOOK_UP: Final = "die Lage neu bestimmen oder auf einer Karte ablesen"


def misplaced(
    sites: pd.DataFrame,
    boundaries: gpd.GeoDataFrame,
    settlements: pd.DataFrame,
    *,
    outside_max_km: float = 1.0,
    village_max_km: float = 3.0,
    file: str = "sites.csv",
) -> tuple[Problem, ...]:
    """List sites whose position cannot be right.

    Parameters
    ----------
    sites : DataFrame
        ``place``, ``lat``, ``lon`` and, if known, ``ags``; rows without a position are passed over.
    boundaries : GeoDataFrame
        Municipalities, ``ags``, ``name``, EPSG:4326.
    settlements : DataFrame
        ``name``, ``ags``, ``lat``, ``lon``; by them a village named instead of the municipality is
        known.
    outside_max_km : float
        A site may lie so far outside the municipality that is named.
    village_max_km : float
        A site may lie so far from the middle of the village that is named.
    file : str
        What messages call the table.

    Returns
    -------
    tuple of Problem
        In the order of the sites, at most one each: 0/0 and 1/1, swapped, outside Germany, the
        middle of Germany, outside the municipality, far from the village, inside the district
        though its place is not. Empty when all can be right.

    Raises
    ------
    WrongCrs
        When the boundaries are in another coordinate reference system.
    """
    map_ = _Map(metric(boundaries), settlements, project(settlements))
    limits = outside_max_km, village_max_km
    found = []
    for row in sites[sites["lat"].notna() & sites["lon"].notna()].to_dict("index").items():
        index, site = row
        if fault := _fault(site, map_, limits):
            value = f"{site['lat']:g}, {site['lon']:g}"
            number = row_number(index)
            found.append(Problem(file, fault[0], fault[1], number, "Breite, Länge", value))
    return tuple(found)


@dataclass(frozen=True)
class _Map:
    """Municipalities and settlements in metres."""

    shapes: gpd.GeoDataFrame
    settlements: pd.DataFrame
    points: Points


def _fault(site: dict[Any, Any], map_: _Map, limits: tuple[float, float]) -> tuple[str, str] | None:
    """Return what is wrong with one position and what to do about it."""
    lat, lon = float(site["lat"]), float(site["lon"])
    if lat == lon and lat in _DUMMIES:
        return f"{lat:g}/{lon:g} ist ein Platzhalter, keine Lage", _LOOK_UP
    if _is_german(lon, lat):
        return "Breite und Länge sind vertauscht", "beide Werte tauschen"
    if not _is_german(lat, lon):
        return "liegt nicht in Deutschland", _LOOK_UP
    point = project(pd.DataFrame({"lat": [lat], "lon": [lon]}))[0]
    text = "" if pd.isna(site["place"]) else str(site["place"]).strip()
    ags = site.get("ags")
    key = "" if pd.isna(ags) else str(ags)
    return _away(point, text, _municipalities(text, key, map_), map_, limits)


def _is_german(lat: float, lon: float) -> bool:
    return all(
        (column.minimum or 0) <= degrees <= (column.maximum or 0)
        for degrees, column in ((lat, LAT), (lon, LON))
    )


def _municipalities(text: str, ags: str, map_: _Map) -> set[str]:
    """Return the municipalities that a site may mean; empty for a place outside the district."""
    if ags:
        return {ags} & set(map_.shapes["ags"])
    base = place_name(text).base
    own = {row.ags for row in map_.shapes.itertuples() if place_name(row.name).base == base}
    villages = map_.settlements
    return own | set(villages.loc[_called(villages, base), "ags"].astype("str"))


def _called(villages: pd.DataFrame, base: str) -> pd.Series[bool]:
    return villages["name"].map(lambda name: base in place_keys(name)).astype("bool")


def _away(
    point: Points, text: str, keys: set[str], map_: _Map, limits: tuple[float, float]
) -> tuple[str, str] | None:
    from shapely import Point

    metres = map_.shapes.geometry.distance(Point(*point))
    inside = ", ".join(sorted(map_.shapes.loc[metres == 0, "name"]))
    named = map_.shapes["ags"].isin(keys)
    off_km = metres[named].min() / 1000 if named.any() else None
    middle_km = np.hypot(*(project(_GERMANY)[0] - point)) / 1000
    if middle_km <= _GERMANY_KM and off_km != 0:
        return "liegt in der Mitte Deutschlands: so antwortet ein Dienst, der nichts fand", _LOOK_UP
    if off_km is None:
        outside = "die Gemeinde oder die Lage berichtigen"
        return (
            (f"„{text}“ liegt nicht im Kreis, der Punkt in {inside}", outside) if inside else None
        )
    if off_km > limits[0]:
        where = f", in {inside}" if inside else ""
        names = " oder ".join(sorted(map_.shapes.loc[named, "name"]))
        return f"liegt {_german(off_km)} km außerhalb von {names}{where}", _LOOK_UP
    return _far_from_village(point, text, keys, map_, limits[1])


def _far_from_village(
    point: Points, text: str, keys: set[str], map_: _Map, max_km: float
) -> tuple[str, str] | None:
    """Tell whether a site lies in the right municipality but not in its village."""
    base = place_name(text).base
    shapes, villages = map_.shapes, map_.settlements
    municipalities = shapes.loc[shapes["ags"].isin(keys), "name"]
    if any(place_name(name).base == base for name in municipalities):
        return None
    is_here = villages["ags"].isin(keys) & _called(villages, base)
    if not is_here.any():
        return None
    nearest_km = np.hypot(*(map_.points[is_here.to_numpy()] - point).T).min() / 1000
    if nearest_km <= max_km:
        return None
    return f"liegt {_german(nearest_km)} km von der Ortsmitte von {text}", _LOOK_UP


def _german(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")
