"""Make a gazetteer from the tables of a district, its stops and an extract of OpenStreetMap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.geocoding.addresses import parse_address
from sokanalysis.geocoding.place_names import is_town_or_part
from sokanalysis.geocoding.register import OPENSTREETMAP, PRECISE, Entry, Gazetteer, Place
from sokanalysis.geography import Points, project, require_geographic

if TYPE_CHECKING:
    from collections.abc import Iterator

    import geopandas as gpd

_NEAR_M: Final = 3_000  # a stop lies so near to some village of the municipality that it names


def gazetteer(
    settlements: pd.DataFrame,
    stops: pd.DataFrame,
    buildings: pd.DataFrame,
    municipalities: pd.DataFrame,
    addresses: pd.DataFrame | None = None,
    boundaries: gpd.GeoDataFrame | None = None,
) -> Gazetteer:
    """Collect everything that has a name or an address and a position.

    Parameters
    ----------
    settlements, buildings, municipalities : DataFrame
        As `sokanalysis.schema` says; also rows of ``sites`` do as buildings. Buildings whose
        position is only the middle of their place are left out: they say no more than the place.
    stops : DataFrame
        ``stop_id``, ``name``, ``lat``, ``lon``; „Rathaus, Schleiz“ or „Schleiz, Rathaus“.
    addresses : DataFrame, optional
        From OpenStreetMap: ``name``, ``kind``, ``street``, ``house_number``, ``postal_code``,
        ``place``, ``lat``, ``lon``. A house has a number, a building a name, what has neither is
        the middle of a street. A number without a street counts in its place, as in villages.
    boundaries : GeoDataFrame, optional
        Municipalities, ``ags``, EPSG:4326. With them stops and addresses belong where they lie;
        without them where their name says, if a place of that municipality is within 3 km.

    Returns
    -------
    Gazetteer
        The same for any order of rows; empty tables give an empty one.

    Raises
    ------
    WrongCrs
        When the boundaries are in another coordinate reference system.
    """
    places = _places(settlements, municipalities)
    known = Gazetteer(places, ())
    given = [*_buildings(buildings), *_stops(stops)]
    given += _addresses(addresses) if addresses is not None else []
    rows = [row for row in given if row.quality]
    points = project(pd.DataFrame([(row.lat, row.lon) for row in rows], columns=["lat", "lon"]))
    placed = [(r, p) for r, p in zip(rows, points, strict=True) if np.isfinite(p).all()]
    lying = _lying([row for row, _ in placed], boundaries)
    entries = []
    for (row, point), inside in zip(placed, lying, strict=True):
        ags = row.ags or (_named(row.place, point, known) if inside is None else inside)
        if ags in known.municipalities:
            entries.append(_entry(row, ags, point, known))
    return Gazetteer(places, tuple(sorted(entries)), len(given) - len(entries))


@dataclass(frozen=True)
class _Row:
    """One row of a table, cells as they are; without a quality it says nothing."""

    kind: str
    label: str
    name: str
    street: str
    house_number: str
    postal_code: str
    ags: str
    place: str
    lat: float
    lon: float
    quality: str
    source: str


def _cells(rows: pd.DataFrame, *names: str) -> Iterator[tuple[str, ...]]:
    """Yield the texts of some columns by row, empty where they are missing."""
    columns = [["" if pd.isna(cell) else str(cell).strip() for cell in rows[n]] for n in names]
    return zip(*columns, strict=True)


def _points(rows: pd.DataFrame) -> list[tuple[float, float]]:
    return [(float(lat), float(lon)) for lat, lon in rows[["lat", "lon"]].to_numpy(float)]


def _places(settlements: pd.DataFrame, municipalities: pd.DataFrame) -> tuple[Place, ...]:
    """Return settlements and municipalities; a settlement of no known municipality is none."""
    found = []
    for rows, what, number in (
        (settlements, "Siedlung", "settlement_id"), (municipalities, "Gemeinde", "ags")
    ):  # fmt: skip
        texts = _cells(rows, "name", "ags", number)
        for cells, point, (x, y) in zip(texts, _points(rows), project(rows), strict=True):
            name, ags, key = cells
            is_whole = what == "Gemeinde"
            found.append(Place(name, ags, is_whole, float(x), float(y), *point, f"{what} {key}"))
    placed = [place for place in found if np.isfinite((place.x_m, place.y_m)).all()]
    known = {place.ags for place in placed if place.is_municipality}
    return tuple(sorted(place for place in placed if place.ags in known))


def _buildings(rows: pd.DataFrame) -> Iterator[_Row]:
    number = "building_id" if "building_id" in rows else "site_id"
    texts = _cells(rows, "name", "address", "ags", "geocoding", number)
    for (name, text, ags, quality, key), point in zip(texts, _points(rows), strict=True):
        address = parse_address(text)
        yield _Row(
            "gebaeude", name, name, address.street, address.house_number, address.postal_code,
            ags, "", *point, quality if quality in PRECISE else "", f"Gebäude {key}",
        )  # fmt: skip


def _stops(rows: pd.DataFrame) -> Iterator[_Row]:
    for (key, name), point in zip(_cells(rows, "stop_id", "name"), _points(rows), strict=True):
        source = f"Haltestelle {key}"
        yield _Row("haltestelle", name, "", "", "", "", "", name, *point, "strasse", source)


def _addresses(rows: pd.DataFrame) -> Iterator[_Row]:
    texts = _cells(rows, "name", "street", "house_number", "postal_code", "place")
    for (name, named, number, code, place), point in zip(texts, _points(rows), strict=True):
        street = named or (place if number else "")
        is_street = not number and name in ("", street)
        kind = "strasse" if is_street else "gebaeude" if name else "adresse"
        yield _Row(
            kind, name or f"{street} {number}".strip(), "" if is_street else name, street, number,
            code, "", place, *point, "strasse" if is_street else "gebaeude", OPENSTREETMAP,
        )  # fmt: skip


def _lying(rows: list[_Row], boundaries: gpd.GeoDataFrame | None) -> list[str | None]:
    """Return the municipality around each point, empty outside; None where nobody can tell."""
    if boundaries is None or not rows:
        return [None] * len(rows)
    import geopandas as gpd

    shapes = require_geographic(boundaries, "Grenzen").sort_values("ags")
    points = gpd.GeoSeries.from_xy([row.lon for row in rows], [row.lat for row in rows])
    at, shape = shapes.sindex.query(points, predicate="intersects")
    found: list[str | None] = [""] * len(rows)
    for place, which in sorted(zip(at.tolist(), shape.tolist(), strict=True), reverse=True):
        found[place] = str(shapes["ags"].iloc[which])
    return found


def _named(text: str, point: Points, known: Gazetteer) -> str:
    """Return the municipality that a stop or an address names, if it lies near enough."""
    named = {
        place.ags
        for part in text.split(",")
        for place in known.called(part, is_loose=True, has_quarters=False)
    }
    near = [
        (np.hypot(place.x_m - point[0], place.y_m - point[1]), place.ags)
        for key in named
        for place in known.by_municipality[key]
    ]
    distance, ags = min(near, default=(np.inf, ""))
    return ags if distance <= _NEAR_M else ""


def _entry(row: _Row, ags: str, point: Points, known: Gazetteer) -> Entry:
    near = _nearest(known.by_municipality[ags], point)
    name, street, village = row.name, row.street, _village(near, known)
    if row.kind == "haltestelle":
        name, village = _stop_name(row.place, ags, known)
        street = name
    return Entry(
        row.kind, row.label, name, street, row.house_number, row.postal_code, ags, near.name,
        village, float(point[0]), float(point[1]), row.lat, row.lon, row.quality, row.source,
    )  # fmt: skip


def _nearest(places: tuple[Place, ...], point: Points) -> Place:
    """Return the nearest settlement; the municipality's own point only where it has none."""
    x, y = float(point[0]), float(point[1])
    return min(places, key=lambda p: (p.is_municipality, (p.x_m - x) ** 2 + (p.y_m - y) ** 2, p))


def _village(place: Place, known: Gazetteer) -> str:
    """Return the key of a settlement that is not the town after which the municipality is named."""
    is_own = is_town_or_part(place.name, known.municipalities[place.ags].name)
    return "" if is_own else place.town.base


def _stop_name(text: str, ags: str, known: Gazetteer) -> tuple[str, str]:
    """Return a stop's name without place and number, and the key of the village that it names.

    „Blankenstein Lobensteiner Straße, Rosenthal“ is „Lobensteiner Straße“ in Blankenstein,
    „Zeppelinstraße II, Triptis“ „Zeppelinstraße“; empty where only a place is named.
    """

    def here(part: str) -> list[Place]:
        called = known.called(part, is_loose=True, has_quarters=False)
        return sorted((p for p in called if p.ags == ags), key=lambda p: not p.is_municipality)

    parts = [part.strip() for part in text.split(",")]
    villages = [_village(places[0], known) for part in parts if (places := here(part))]
    pieces = next((part for part in parts if not here(part)), "").split()
    for count in range(len(pieces) - 1, 0, -1):
        if places := here(" ".join(pieces[:count])):
            villages.append(_village(places[0], known))
            pieces = pieces[count:]
            break
    if len(pieces) > 1 and re.fullmatch(r"\d+|[IVX]+", pieces[-1]):
        pieces = pieces[:-1]
    return " ".join(pieces), max(villages, default="")
