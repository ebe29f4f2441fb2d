"""Read the streets of a district from an OpenStreetMap extract of its Land."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import numpy.typing as npt

from sokanalysis.errors import Problem, SokanalysisError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from osmium import BaseHandler, IdTracker, NodeLocationsForWays
    from osmium.osm import Node, Relation, TagList, Way

Box = tuple[float, float, float, float]

# Tags that a profile may look at; everything else is left in the file.
KEYS: Final = frozenset({
    "highway", "junction", "service", "tracktype", "motorroad", "barrier",
    "access", "vehicle", "motor_vehicle", "motorcar", "bicycle", "foot",
    "oneway", "oneway:bicycle", "oneway:foot", "cycleway", "cycleway:left", "cycleway:right",
    "maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic",
})  # fmt: skip

_KEYS: Final = sorted(KEYS)
_WATER: Final = -1
_WATER_TAGS: Final = (
    ("waterway", "river"), ("waterway", "canal"), ("waterway", "riverbank"), ("natural", "water"),
)  # fmt: skip
# An extract counts in ten millionths of a degree.
_UNITS: Final = 10_000_000
# A way that begins farther from the box, some 10 km, is not looked at: none is so long.
_REACH: Final = 0.15
_REMEDY: Final = "Auszug des Landes im Format .osm.pbf neu laden, etwa von Geofabrik, und ablegen"


class StreetsNotReadable(SokanalysisError):
    """An extract cannot be read or holds no streets where they are needed."""


@dataclass(frozen=True)
class OsmStreets:
    """Streets and water as pieces between neighbouring nodes.

    Parameters
    ----------
    lon, lat : ndarray of float, shape (nodes,)
        Degrees (EPSG:4326).
    start, end : ndarray of int, shape (pieces,)
        Nodes of a piece, in the order in which the way is drawn.
    line : ndarray of int, shape (pieces,)
        Pieces that follow each other on one way have the same number.
    code : ndarray of int, shape (pieces,)
        Position in `tag_sets`.
    water : ndarray of int, shape (shores, 2)
        Nodes of the pieces of rivers, canals and shores.
    barrier, barrier_code : ndarray of int, shape (barriers,)
        Nodes with a gate, bollard or the like, and the position of its tags in `tag_sets`.
    tag_sets : tuple of dict
        Each combination of tags that occurs, once, reduced to `KEYS`.
    """

    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    start: npt.NDArray[np.int32]
    end: npt.NDArray[np.int32]
    line: npt.NDArray[np.int32]
    code: npt.NDArray[np.int32]
    water: npt.NDArray[np.int32]
    barrier: npt.NDArray[np.int32]
    barrier_code: npt.NDArray[np.int32]
    tag_sets: tuple[dict[str, str], ...]


def read_osm(path: Path, box: Box) -> OsmStreets:
    """Read the streets in a box, streaming.

    Memory grows with the box; of the rest of the file only the positions of its street nodes are
    held while reading, 16 bytes each.

    Parameters
    ----------
    path : Path
        Extract, .osm.pbf (or .osm).
    box : tuple of float
        West, south, east, north in degrees (EPSG:4326).

    Returns
    -------
    OsmStreets
        At least one piece. Ways that leave the box are cut at their last node inside.

    Raises
    ------
    StreetsNotReadable
        When the file is missing, no extract, without streets, or without streets in the box.
    """
    if not path.exists():
        raise _unreadable(path, "Datei fehlt", _REMEDY)
    try:
        return _read(path, box)
    except RuntimeError as error:  # all that osmium raises on files
        raise _unreadable(path, f"nicht lesbar ({error})", _REMEDY) from error


def _unreadable(path: Path, message: str, remedy: str) -> StreetsNotReadable:
    return StreetsNotReadable(str(Problem(path.name, message, remedy)))


def _read(path: Path, box: Box) -> OsmStreets:
    import osmium
    from osmium.filter import IdFilter, KeyFilter

    shores = _shores(path)
    needed, tags = osmium.IdTracker(), _TagSets()
    has_streets = False
    for way in _ways(path, KeyFilter("highway")):
        has_streets = True
        needed.add_way(way.id)
    if not has_streets:
        raise _unreadable(path, "enthält keine Straßen", _REMEDY)
    for number in shores:
        needed.add_way(number)
    needed.complete_backward_references(path)
    locations = _locations(path, needed)
    lines = _Lines()
    for way in _ways(path, KeyFilter("highway"), locations):
        if _is_near(way, box):
            lines.add(way, tags.code(way.tags))
    for way in _ways(path, IdFilter(shores), locations):
        if _is_near(way, box):
            lines.add(way, _WATER)
    streets = _streets(lines, _barriers(path, box, needed, tags), box, tags)
    if not len(streets.code):
        west, south, east, north = box
        area = f"{west:.2f} bis {east:.2f}° Ost, {south:.2f} bis {north:.2f}° Nord"
        remedy = "Auszug des Landes nehmen, in dem der Landkreis liegt"
        raise _unreadable(path, f"enthält keine Straßen im Gebiet {area}", remedy)
    return streets


class _TagSets:
    """Numbers each combination of tags in the order of its first appearance."""

    def __init__(self) -> None:
        self.number: dict[tuple[tuple[str, str], ...], int] = {}

    def code(self, tags: TagList) -> int:
        known = tuple((key, value) for key in _KEYS if (value := tags.get(key)))
        return self.number.setdefault(known, len(self.number))


class _Lines:
    """Nodes of many ways in a row; coordinates in ten millionths of a degree, as in the file."""

    def __init__(self) -> None:
        self.ids, self.x, self.y = array("q"), array("i"), array("i")
        self.sizes, self.codes = array("i"), array("i")

    def add(self, way: Way, code: int) -> None:
        for node in way.nodes:
            self.ids.append(node.ref)
            self.x.append(node.x)
            self.y.append(node.y)
        self.sizes.append(len(way.nodes))
        self.codes.append(code)


def _ways(path: Path, *chosen: BaseHandler) -> Iterable[Way]:
    import osmium

    ways = osmium.FileProcessor(path, osmium.osm.WAY)
    for handler in chosen:
        ways.with_filter(handler)
    return cast("Iterable[Way]", ways)  # only ways were asked for, which the types do not know


def _shores(path: Path) -> list[int]:
    """Return the ways that nobody gets across: rivers, canals and what bounds open water."""
    import osmium
    from osmium.filter import TagFilter

    water = TagFilter(*_WATER_TAGS)
    found = {way.id for way in _ways(path, water) if way.tags.get("tunnel", "no") == "no"}
    for relation in osmium.FileProcessor(path, osmium.osm.RELATION).with_filter(water):
        found.update(m.ref for m in cast("Relation", relation).members if m.type == "w")
    return sorted(found)


def _locations(path: Path, needed: IdTracker) -> NodeLocationsForWays:
    """Return a handler that gives ways the positions of the needed nodes."""
    import osmium

    locations = osmium.NodeLocationsForWays(osmium.index.create_map("sparse_mem_array"))
    locations.ignore_errors()  # an extract may lack nodes of the ways at its edge
    with osmium.io.Reader(path, osmium.osm.NODE) as reader:
        osmium.apply(reader, needed.id_filter(), locations)
    return locations


def _is_near(way: Way, box: Box) -> bool:
    """Tell whether a way begins near enough to have nodes in the box."""
    if not len(way.nodes):
        return False
    first = way.nodes[0]
    if not first.location.valid():  # the extract ends in the middle of the way
        return True
    west, south, east, north = (degrees * _UNITS for degrees in box)
    reach = _REACH * _UNITS
    return west - reach <= first.x <= east + reach and south - reach <= first.y <= north + reach


def _barriers(
    path: Path, box: Box, needed: IdTracker, tags: _TagSets
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32]]:
    """Return ids and codes of gates, bollards and the like in the box."""
    import osmium
    from osmium.filter import KeyFilter

    ids, codes = array("q"), array("i")
    nodes = osmium.FileProcessor(path, osmium.osm.NODE).with_filter(KeyFilter("barrier"))
    for node in nodes.with_filter(needed.id_filter()):
        location = cast("Node", node).location
        if _inside(np.array(location.x), np.array(location.y), box):
            ids.append(node.id)
            codes.append(tags.code(node.tags))
    return np.array(ids, np.int64), np.array(codes, np.int32)


def _inside(x: npt.NDArray[Any], y: npt.NDArray[Any], box: Box) -> npt.NDArray[np.bool_]:
    west, south, east, north = (degrees * _UNITS for degrees in box)
    return (x >= west) & (x <= east) & (y >= south) & (y <= north)


def _streets(
    lines: _Lines, barriers: tuple[Any, npt.NDArray[np.int32]], box: Box, tags: _TagSets
) -> OsmStreets:
    """Cut ways into pieces whose two nodes lie inside."""
    ids, x, y = np.array(lines.ids, np.int64), np.array(lines.x), np.array(lines.y)
    is_inside = _inside(x, y, box)
    known, at = np.unique(ids[is_inside], return_index=True)
    place = np.where(is_inside, _positions(known, ids), -1)
    way = np.repeat(np.arange(len(lines.sizes)), lines.sizes)
    is_piece = (way[1:] == way[:-1]) & (place[1:] >= 0) & (place[:-1] >= 0)
    code = np.array(lines.codes, np.int32)[way[:-1][is_piece]]
    start, end = place[:-1][is_piece], place[1:][is_piece]
    line = np.cumsum(np.diff(np.flatnonzero(is_piece), prepend=-2) > 1)
    line += way[:-1][is_piece]  # a way that begins where another ends is another line
    street = code != _WATER
    barrier = _positions(known, barriers[0])
    return OsmStreets(
        x[is_inside][at] / _UNITS, y[is_inside][at] / _UNITS,
        start=_int32(start[street]), end=_int32(end[street]),
        line=_int32(line[street]), code=_int32(code[street]),
        water=_int32(np.column_stack([start, end])[~street]),
        barrier=_int32(barrier[barrier >= 0]), barrier_code=barriers[1][barrier >= 0],
        tag_sets=tuple(dict(known) for known in tags.number),
    )  # fmt: skip


def _positions(
    known: npt.NDArray[np.int64], wanted: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """Return where ids stand among ascending known ids, -1 where they do not."""
    if not len(known):
        return np.full(len(wanted), -1)
    place = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[place] == wanted, place, -1)


def _int32(values: npt.NDArray[Any]) -> npt.NDArray[np.int32]:
    return np.ascontiguousarray(values, dtype=np.int32)
