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
    from collections.abc import Iterable, Iterator

    from osmium import BaseFilter, IdTracker
    from osmium.osm import Node, Relation, TagList, Way

Box = tuple[float, float, float, float]

# Tags that a profile may look at; everything else is left in the file.
KEYS: Final = frozenset({
    "highway", "junction", "service", "tracktype", "motorroad", "barrier",
    "access", "vehicle", "motor_vehicle", "motorcar", "bicycle", "foot",
    "oneway", "oneway:bicycle", "oneway:foot", "cycleway", "cycleway:left", "cycleway:right",
    "maxspeed", "maxspeed:type", "source:maxspeed", "zone:maxspeed", "zone:traffic",
})  # fmt: skip

_WATER: Final = -1
_WATERWAYS: Final = ("river", "canal")
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
    """Read the streets in a box, streaming: memory grows with the box, not with the file.

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

    needed, inside = osmium.IdTracker(), osmium.IdTracker()
    shores = _shores(path)
    has_streets = False
    for way in _ways(path, shores):
        needed.add_references(way)
        has_streets |= "highway" in way.tags
    if not has_streets:
        raise _unreadable(path, "enthält keine Straßen", _REMEDY)
    tags = _TagSets()
    nodes = _nodes(path, box, needed, inside, tags)
    lines = _lines(path, shores, inside, tags)
    streets = _streets(nodes, lines, tags)
    if not len(streets.code):
        area = "{:.2f} bis {:.2f}° Ost, {:.2f} bis {:.2f}° Nord".format(
            *np.array(box)[[0, 2, 1, 3]]
        )
        remedy = "Auszug des Landes nehmen, in dem der Landkreis liegt"
        raise _unreadable(path, f"enthält keine Straßen im Gebiet {area}", remedy)
    return streets


class _TagSets:
    """Numbers each combination of tags in the order of its first appearance."""

    def __init__(self) -> None:
        self.number: dict[tuple[tuple[str, str], ...], int] = {}

    def code(self, tags: TagList) -> int:
        known = tuple(sorted((tag.k, tag.v) for tag in tags if tag.k in KEYS))
        return self.number.setdefault(known, len(self.number))


def _shores(path: Path) -> list[int]:
    """Return the ways that bound a lake or river only as members of a relation."""
    import osmium
    from osmium.filter import TagFilter

    relations = osmium.FileProcessor(path, osmium.osm.RELATION)
    water = relations.with_filter(TagFilter(("natural", "water"), ("waterway", "riverbank")))
    members: set[int] = set()
    for relation in water:
        members.update(m.ref for m in cast("Relation", relation).members if m.type == "w")
    return sorted(members)


def _ways(path: Path, shores: list[int], inside: IdTracker | None = None) -> Iterator[Way]:
    """Yield streets and water, those with a node inside if a tracker says so; shores last."""
    from osmium.filter import IdFilter, KeyFilter

    for way in _filtered(path, KeyFilter("highway", "waterway", "natural"), inside):
        if "highway" in way.tags or _is_water(way.tags):
            yield way
    if shores:
        for way in _filtered(path, IdFilter(shores), inside):
            if "highway" not in way.tags and not _is_water(way.tags):
                yield way


def _filtered(path: Path, chosen: BaseFilter, inside: IdTracker | None) -> Iterable[Way]:
    import osmium

    ways = osmium.FileProcessor(path, osmium.osm.WAY).with_filter(chosen)
    # Only ways were asked for, which the types do not know.
    return cast("Iterable[Way]", ways.with_filter(inside.contains_filter()) if inside else ways)


def _is_water(tags: TagList) -> bool:
    """Tell whether nobody gets across on foot; what runs in a pipe is no obstacle."""
    is_open = tags.get("tunnel", "no") == "no"
    is_river = tags.get("waterway") in (*_WATERWAYS, "riverbank")
    return is_open and (is_river or tags.get("natural") == "water")


@dataclass(frozen=True)
class _Nodes:
    ids: npt.NDArray[np.int64]
    lon: npt.NDArray[np.float64]
    lat: npt.NDArray[np.float64]
    barrier_ids: npt.NDArray[np.int64]
    barrier_code: npt.NDArray[np.int32]


def _nodes(path: Path, box: Box, needed: IdTracker, inside: IdTracker, tags: _TagSets) -> _Nodes:
    """Return the needed nodes in the box by ascending id, and note them as inside."""
    import osmium

    west, south, east, north = box
    ids, lons, lats = array("q"), array("d"), array("d")
    barrier_ids, barrier_code = array("q"), array("i")
    for node in osmium.FileProcessor(path, osmium.osm.NODE).with_filter(needed.id_filter()):
        location = cast("Node", node).location
        lon, lat = location.lon_without_check(), location.lat_without_check()
        if west <= lon <= east and south <= lat <= north:
            inside.add_node(node.id)
            ids.append(node.id)
            lons.append(lon)
            lats.append(lat)
            if len(node.tags) and "barrier" in node.tags:
                barrier_ids.append(node.id)
                barrier_code.append(tags.code(node.tags))
    order = np.argsort(ids, kind="stable")
    return _Nodes(
        np.array(ids)[order], np.array(lons)[order], np.array(lats)[order],
        np.array(barrier_ids, np.int64), np.array(barrier_code, np.int32),
    )  # fmt: skip


def _lines(
    path: Path, shores: list[int], inside: IdTracker, tags: _TagSets
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """Return the node ids of all ways in a row, the number of nodes and the code of each way."""
    ids, sizes, codes = array("q"), array("i"), array("i")
    for way in _ways(path, shores, inside):
        ids.extend(node.ref for node in way.nodes)
        sizes.append(len(way.nodes))
        codes.append(tags.code(way.tags) if "highway" in way.tags else _WATER)
    return np.array(ids, np.int64), np.array(sizes, np.int32), np.array(codes, np.int32)


def _streets(nodes: _Nodes, lines: tuple[Any, Any, Any], tags: _TagSets) -> OsmStreets:
    """Cut ways into pieces whose two nodes lie inside."""
    ids, sizes, codes = lines
    place = _positions(nodes.ids, ids)
    way = np.repeat(np.arange(len(sizes)), sizes)
    is_piece = (way[1:] == way[:-1]) & (place[1:] >= 0) & (place[:-1] >= 0)
    start, end, code = place[:-1][is_piece], place[1:][is_piece], codes[way[:-1][is_piece]]
    line = np.cumsum(np.diff(np.flatnonzero(is_piece), prepend=-2) > 1)
    line += way[:-1][is_piece]  # a way that begins where another ends is another line
    street = code != _WATER
    barrier = _positions(nodes.ids, nodes.barrier_ids)
    return OsmStreets(
        nodes.lon, nodes.lat,
        start=_int32(start[street]), end=_int32(end[street]),
        line=_int32(line[street]), code=_int32(code[street]),
        water=_int32(np.column_stack([start, end])[~street]),
        barrier=_int32(barrier), barrier_code=nodes.barrier_code,
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
