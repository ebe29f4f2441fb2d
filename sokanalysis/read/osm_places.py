"""Read settlements, addresses and public buildings from an OpenStreetMap extract."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.geography import Box
from sokanalysis.read.bounded import refuse
from sokanalysis.read.osm_strings import require_sound_texts

if TYPE_CHECKING:
    from osmium.osm import TagList

SETTLEMENTS: Final = (
    "city", "town", "village", "hamlet", "suburb", "quarter", "neighbourhood",
    "isolated_dwelling",
)  # fmt: skip
PUBLIC_BUILDINGS: Final = (
    "school", "kindergarten", "college", "townhall", "library", "community_centre",
    "social_facility", "place_of_worship",
)  # fmt: skip
HOUSE: Final = "house"
STREET: Final = "street"

_REMEDY: Final = "Auszug des Landes im Format .osm.pbf neu laden, etwa von Geofabrik, und ablegen"
_COUNT: Final = re.compile(r"\d{1,8}|\d{1,3}([. ]\d{3}){1,2}", re.ASCII)
_ADDRESS: Final = {
    "name": "str", "kind": "str", "street": "str", "house_number": "str", "postal_code": "str",
    "place": "str", "lat": "float64", "lon": "float64",
}  # fmt: skip
_PLACE: Final = {
    "osm_id": "str", "name": "str", "kind": "str", "lat": "float64", "lon": "float64",
    "population_count": "Int64",
}  # fmt: skip

# Longitude and latitude of the nodes of a way, shape (n, 2).
_Course = npt.NDArray[np.float64]


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Say in German what reading an extract trips over.

    Raises
    ------
    DataProblems
        When the file is missing or damaged.
    """
    from osmium import InvalidLocationError

    if not path.is_file():
        raise refuse(path.name, "Datei fehlt", _REMEDY)
    try:
        require_sound_texts(path)
        yield
    # All that osmium raises on files; a text that is no UTF-8 is a ValueError.
    except (RuntimeError, ValueError, MemoryError, InvalidLocationError) as error:
        shown = " ".join(str(error).split())[:120]
        raise refuse(path.name, f"nicht lesbar ({shown})", _REMEDY) from error


def read_places(path: Path, box: Box | None = None) -> pd.DataFrame:
    """Read the settlements: towns, villages, hamlets, their parts and lone houses.

    Parameters
    ----------
    path : Path
        Extract, .osm.pbf (or .osm).
    box : tuple of float, optional
        West, south, east, north in degrees (EPSG:4326), its edges included; without it all.

    Returns
    -------
    DataFrame
        ``osm_id`` (number of the node, as text), ``name``, ``kind`` (one of `SETTLEMENTS`),
        ``lat``, ``lon`` (degrees), ``population_count`` (missing where the map does not say),
        ordered by number. Settlements without a name are left out; no rows when there are none.

    Raises
    ------
    DataProblems
        When the file is missing or damaged.
    """
    import osmium
    from osmium.filter import KeyFilter, TagFilter

    rows: dict[int, tuple[Any, ...]] = {}
    with readable(path):
        nodes: Any = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(KeyFilter("name"))
        for node in nodes.with_filter(TagFilter(*(("place", kind) for kind in SETTLEMENTS))):
            lat, lon = _degrees(node.location)
            if _is_inside(lat, lon, box):
                name, kind = _text(node.tags, "name"), node.tags["place"]
                rows[node.id] = (str(node.id), name, kind, lat, lon, _people(node.tags))
    return _table([rows[number] for number in sorted(rows)], _PLACE)


def _degrees(location: Any) -> tuple[float, float]:
    """Return latitude and longitude; not a number where a node has none on earth."""
    if not location.valid():
        return float("nan"), float("nan")
    return location.lat, location.lon


def _is_inside(lat: float, lon: float, box: Box | None) -> bool:
    west, south, east, north = box or (-180.0, -90.0, 180.0, 90.0)
    return west <= lon <= east and south <= lat <= north


def _people(tags: TagList) -> int | None:
    """Return the population where it is a plain number, also with points between thousands."""
    count = _text(tags, "population")
    return int(re.sub(r"\D", "", count)) if _COUNT.fullmatch(count) else None


def _text(tags: TagList, *keys: str) -> str:
    """Return the first value that is there, in one line; empty text without any."""
    found = next((value for key in keys if (value := tags.get(key))), "")
    return " ".join(found.split())


def _table(rows: list[Any], columns: dict[str, str]) -> pd.DataFrame:
    cells = zip(*rows, strict=True) if rows else [[] for _ in columns]
    return pd.DataFrame(
        {name: pd.Series(list(column), dtype=kind)
         for (name, kind), column in zip(columns.items(), cells, strict=True)}
    )  # fmt: skip


def read_addresses(path: Path, box: Box) -> pd.DataFrame:
    """Read house numbers, streets and public buildings with a name.

    Parameters
    ----------
    path : Path
        Extract, .osm.pbf (or .osm). 16 bytes of memory are taken for each of its nodes: rather
        one of the district (`sokanalysis.cut.extract`) than of the Land.
    box : tuple of float
        West, south, east, north in degrees (EPSG:4326), its edges included.

    Returns
    -------
    DataFrame
        ``name`` (of a public building, else empty), ``kind`` (one of `PUBLIC_BUILDINGS`, `HOUSE`
        or `STREET`), ``street`` (in villages without street names the village), ``house_number``,
        ``postal_code``, ``place`` (all empty where the map does not say), ``lat``, ``lon``
        (degrees): of a building the middle, of a street the point half-way along. A street is
        one row for each of its ways, without number. Nodes, ways, relations in this order, each
        by number; no rows when there is nothing.

    Raises
    ------
    DataProblems
        When the file is missing or damaged.
    """
    with readable(path):
        found = [*_objects(path, box), *_relations(path, box)]
    return _table([row for _, row in sorted(found, key=lambda entry: entry[0])], _ADDRESS)


class _Row(NamedTuple):
    """One address, in the order of the columns."""

    name: str
    kind: str
    street: str
    house_number: str
    postal_code: str
    place: str
    lat: float
    lon: float


# An address behind what puts it in order: 0 node, 1 way, 2 relation, and the number.
_Entry = tuple[tuple[int, int], _Row]


def _objects(path: Path, box: Box) -> Iterator[_Entry]:
    """Return nodes and ways."""
    import osmium
    from osmium.filter import KeyFilter

    objects: Any = osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY)
    objects.with_locations("sparse_mem_array")
    for one in objects.with_filter(KeyFilter("addr:housenumber", "name")):
        kind = _kind(one.tags, is_way=one.is_way())
        if kind is None:
            continue
        if one.is_node():
            lat, lon = _degrees(one.location)
        else:
            course = _course(one)
            lon, lat = _half_way(course) if kind == STREET else _middle(course)
        if _is_inside(lat, lon, box):
            yield (0 if one.is_node() else 1, one.id), _row(one.tags, kind, lat, lon)


def _relations(path: Path, box: Box) -> Iterator[_Entry]:
    """Return buildings that the map draws as several ways."""
    import osmium
    from osmium.filter import IdFilter, KeyFilter

    rows: dict[int, tuple[_Row, list[int]]] = {}
    relations: Any = osmium.FileProcessor(path, osmium.osm.RELATION)
    for relation in relations.with_filter(KeyFilter("addr:housenumber", "amenity")):
        kind = _kind(relation.tags, is_way=False)
        if kind is not None:
            ways = [member.ref for member in relation.members if member.type == "w"]
            rows[relation.id] = _row(relation.tags, kind, 0, 0), ways
    if not rows:
        return
    objects: Any = osmium.FileProcessor(path, osmium.osm.NODE | osmium.osm.WAY)
    objects.with_locations("sparse_mem_array")
    members = objects.with_filter(IdFilter({way for _, ways in rows.values() for way in ways}))
    courses = {one.id: _course(one) for one in members if one.is_way()}
    for number, (row, ways) in rows.items():
        parts = [courses[way] for way in ways if way in courses]
        lon, lat = _middle(np.concatenate([*parts, np.empty((0, 2))]))
        if _is_inside(lat, lon, box):
            yield (2, number), row._replace(lat=lat, lon=lon)


def _kind(tags: TagList, *, is_way: bool) -> str | None:
    """Return what an object is for an address; None when it is of no use for one."""
    if "name" in tags and tags.get("amenity") in PUBLIC_BUILDINGS:
        return tags["amenity"]
    if "addr:housenumber" in tags:
        return HOUSE
    return STREET if is_way and "highway" in tags and "name" in tags else None


def _row(tags: TagList, kind: str, lat: float, lon: float) -> _Row:
    if kind == STREET:
        return _Row("", kind, _text(tags, "name"), "", "", "", lat, lon)
    # The name of a house that is no public building may be that of a person.
    name = _text(tags, "name") if kind != HOUSE else ""
    return _Row(
        name, kind, _text(tags, "addr:street", "addr:place"), _text(tags, "addr:housenumber"),
        _text(tags, "addr:postcode"), _text(tags, "addr:city"), lat, lon,
    )  # fmt: skip


def _course(way: Any) -> _Course:
    """Return the nodes that the extract has of a way."""
    nodes = (node.location for node in way.nodes)
    places = [(place.lon, place.lat) for place in nodes if place.valid()]
    return np.array(places, dtype="float64").reshape(-1, 2)


def _middle(course: _Course) -> tuple[float, float]:
    """Return the middle of the box around points; not a number without any."""
    if not len(course):
        return float("nan"), float("nan")
    lon, lat = (course.min(axis=0) + course.max(axis=0)) / 2
    return float(lon), float(lat)


def _half_way(course: _Course) -> tuple[float, float]:
    """Return the point of a line that has as much of it before as behind it."""
    if len(course) < 2:
        return _middle(course)
    steps = np.diff(course, axis=0)
    lengths = np.hypot(steps[:, 0] * np.cos(np.radians(course[0, 1])), steps[:, 1])
    done = np.concatenate([[0.0], np.cumsum(lengths)])
    lon, lat = (np.interp(done[-1] / 2, done, course[:, axis]) for axis in (0, 1))
    return float(lon), float(lat)
