"""Where entries of Integreat are: sites with a position, and those still to be located."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from sokanalysis.integreat.api import Entry
from sokanalysis.integreat.left_out import NotTakenOver
from sokanalysis.integreat.texts import title
from sokanalysis.schema import LAT, LON

if TYPE_CHECKING:
    import pandas as pd

    from sokanalysis.region import Region

_LATS: Final = (LAT.minimum or -90.0, LAT.maximum or 90.0)
_LONS: Final = (LON.minimum or -180.0, LON.maximum or 180.0)
_SAME_DEGREES: Final = 1e-6
_NUMBER: Final = re.compile(r"\d")

Position = tuple[float, float, str]  # latitude, longitude, how exact


@dataclass(frozen=True)
class Place:
    """A place of Integreat.

    Parameters
    ----------
    site_id : str
        ``I-O`` and its number at Integreat, the same in every answer.
    name : str
        What it is called, without contacts; empty when nobody says.
    address : str
        Street and house number, postal code and town as far as given.
    town : str
        Town or municipality.
    position : tuple or None
        Latitude and longitude in degrees (EPSG:4326) and a key of `codes.GEOCODING`; None for a
        placeholder.
    note : str
        Where the position comes from when Integreat does not give it, in German.
    """

    site_id: str
    name: str
    address: str
    town: str
    position: Position | None
    note: str = ""


def number(value: Any) -> str:
    """Return a number of Integreat as text; empty when it is none."""
    is_number = isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**12
    return str(value) if is_number else ""


def word(value: Any) -> str:
    """Return a text in one line without contacts; empty when it is none."""
    return title(value) if isinstance(value, str) else ""


def place_key(entry: Entry) -> str:
    """Return ``O`` and the number of an entry's place; empty when it names none."""
    given = entry.get("location")
    key = number(given.get("id")) if isinstance(given, dict) else ""
    return f"O{key}" if key else ""


def place_of(entry: Entry, region: Entry) -> Place:
    """Return the place that an entry names.

    Parameters
    ----------
    entry : dict
        A location or an event.
    region : dict
        The region; a place at its very centre has not been located.

    Raises
    ------
    NotTakenOver
        When the entry names none.
    """
    key = place_key(entry)
    if not key:
        raise NotTakenOver("online" if entry.get("meeting_url") else "ohne_ort")
    given = entry["location"]
    street, town = word(given.get("address")), word(given.get("town"))
    code = word(given.get("postcode"))
    address = ", ".join(part for part in (street, f"{code} {town}".strip()) if part)
    return Place(
        site_id=f"I-{key}",
        name=word(given.get("name")),
        address=address if street else "",
        town=town,
        position=_position(given, street, region),
    )


def _position(given: Entry, street: str, region: Entry) -> Position | None:
    """Return the position, as exact as the address it was made from.

    Forms that nobody has filled in hold 0/0 or 1/1, both far from Germany.
    """
    point, middle = _point(given), _point(region)
    if point is None or (middle is not None and math.dist(point, middle) < _SAME_DEGREES):
        return None
    lat, lon = point
    if not (_LATS[0] <= lat <= _LATS[1] and _LONS[0] <= lon <= _LONS[1]):
        return None
    if street:
        return lat, lon, "gebaeude" if _NUMBER.search(street) else "strasse"
    return lat, lon, "ort"


def _point(given: Entry) -> tuple[float, float] | None:
    lat, lon = _degrees(given.get("latitude")), _degrees(given.get("longitude"))
    return None if lat is None or lon is None else (lat, lon)


def _degrees(value: Any) -> float | None:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number and -360 <= value <= 360 else None


def located(place: Place, positions: pd.DataFrame | None) -> Place:
    """Return a place with a position found elsewhere, if there is one for it.

    Parameters
    ----------
    place : Place
        With or without one of its own.
    positions : DataFrame or None
        ``site_id``, ``lat``, ``lon``, ``geocoding``; rows without a position are none. They come
        before what Integreat says.
    """
    if positions is None:
        return place
    known = positions[(positions["site_id"] == place.site_id) & positions["lat"].notna()]
    if known.empty:
        return place
    row = known.iloc[0]
    position = (float(row["lat"]), float(row["lon"]), str(row["geocoding"]))
    return replace(
        place, position=position, note="Lage nicht aus Integreat, sondern nachgeschlagen"
    )


def municipality(lat: float, lon: float, region: Region) -> str:
    """Return the key of the municipality in which a point lies; empty outside the district."""
    from shapely import Point

    inside = region.boundaries[region.boundaries.contains(Point(lon, lat))]
    return str(inside["ags"].iloc[0]) if len(inside) else ""
