"""Cut the OpenStreetMap extract of a Land to what lies around one district."""

from __future__ import annotations

import tempfile
from array import array
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from sokanalysis.cut import CutCount, Progress, area, whole_or_nothing
from sokanalysis.geography import Box
from sokanalysis.read.bounded import refuse
from sokanalysis.read.osm_places import readable

if TYPE_CHECKING:
    from osmium.osm import TagList

_Ids = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]

# One of these an object has that is of use; nodes with a barrier are found on streets.
_KEYS: Final = ("highway", "waterway", "natural", "place", "addr:housenumber", "name")
_NODE_KEYS: Final = (*_KEYS, "barrier")
# As osmium's index lays positions down, in ten millionths of a degree; a place never written to
# has this number for both.
_POSITION: Final = np.dtype([("id", "<u8"), ("x", "<i4"), ("y", "<i4")])
_UNSET: Final = 2**31 - 1
_UNITS: Final = 10_000_000
_AT_ONCE: Final = 1_000_000
_STEPS: Final = 5


class _Nodes(NamedTuple):
    """Nodes by ascending id with their positions in ten millionths of a degree."""

    ids: _Ids
    x: _Ids
    y: _Ids


class _Chosen(NamedTuple):
    """Ways with a node in the box: their ids, all their nodes, and whether one is a street."""

    ways: _Ids
    nodes: _Ids
    has_street: bool


def cut_extract(source: Path, target: Path, box: Box, progress: Progress | None = None) -> CutCount:
    """Write the part of an extract that lies in a box.

    Ways with a node in the box stay whole: streets, waters, addresses, and what has a name and is
    a building, an amenity or an office; so do relations of such ways, and single nodes inside that
    are a settlement, an address, an amenity or an office. Everything else is left out, also who
    drew it when. Streets read from the part in the same box (`sokanalysis.read.osm`) are those of
    the whole.

    Memory grows with the box alone; positions of all nodes go to a temporary file, 16 bytes each.

    Parameters
    ----------
    source : Path
        Extract, .osm.pbf (or .osm), sorted as extracts are.
    target : Path
        The .osm.pbf to write; replaced only when the new one is whole. The same extract and box
        give the same bytes.
    box : tuple of float
        West, south, east, north in degrees (EPSG:4326). Streets are read with a margin around the
        district (`sokanalysis.streets.widened`): it has to be part of the box.
    progress : callable, optional
        Called with the share of the steps done, from 0 to 1.

    Returns
    -------
    CutCount
        Nodes kept and nodes of the extract.

    Raises
    ------
    DataProblems
        When the file is missing or damaged, or has no streets in the box.
    """
    progress = progress or (lambda _: None)
    with (
        readable(source),
        whole_or_nothing(target) as draft,
        tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder,
    ):
        return _cut(source, draft, box, Path(folder), progress)


def _cut(source: Path, draft: Path, box: Box, folder: Path, progress: Progress) -> CutCount:
    positions = _positions(source, folder)
    progress(1 / _STEPS)
    inside, whole = _inside(positions, box)
    progress(2 / _STEPS)
    relations = _relations(source)
    chosen = _touching(source, inside, {way for ways in relations.values() for way in ways})
    if not chosen.has_street:
        remedy = "Auszug des Landes nehmen, in dem der Landkreis liegt"
        raise refuse(source.name, f"enthält keine Straßen im Gebiet {area(box)}", remedy)
    progress(3 / _STEPS)
    tags = _tags(source, box)
    single = [node for node, kept in tags.items() if _is_wanted(kept)]
    nodes = _placed(positions, np.union1d(chosen.nodes, np.array(single, np.int64)))
    progress(4 / _STEPS)
    ways = set(chosen.ways.tolist())
    kept = [number for number, members in relations.items() if ways & members]
    _write(source, draft, nodes, tags, chosen.ways.tolist(), kept)
    progress(1.0)
    return CutCount(len(nodes.ids), whole)


def _is_wanted(tags: TagList | dict[str, str]) -> bool:
    """Tell whether an object is of use by itself."""
    if any(key in tags for key in ("highway", "place", "addr:housenumber", "waterway")):
        return True
    has_name = "name" in tags and any(key in tags for key in ("amenity", "building", "office"))
    return has_name or tags.get("natural") == "water"


def _positions(source: Path, folder: Path) -> Path:
    """Write the position of every node to a file and return its place."""
    import osmium

    path = folder / "positions"
    index = osmium.index.create_map(f"sparse_file_array,{path}")
    with osmium.io.Reader(source, osmium.osm.NODE) as reader:
        osmium.apply(reader, osmium.NodeLocationsForWays(index))
    return path


def _parts(positions: Path) -> Iterator[Any]:
    """Return all positions, a million at a time."""
    with positions.open("rb") as stream:
        while len(part := np.fromfile(stream, _POSITION, _AT_ONCE)):
            yield part[part["x"] != _UNSET]


def _inside(positions: Path, box: Box) -> tuple[_Ids, int]:
    """Return the ids of the nodes in the box, ascending, and the number of all nodes."""
    west, south, east, north = (degrees * _UNITS for degrees in box)
    found, whole = [np.empty(0, np.int64)], 0
    for part in _parts(positions):
        x, y = part["x"], part["y"]
        is_inside = (x >= west) & (x <= east) & (y >= south) & (y <= north)
        found.append(part["id"][is_inside].astype(np.int64))
        whole += len(part)
    return np.unique(np.concatenate(found)), whole


def _among(known: _Ids, ids: _Ids) -> _Mask:
    """Tell which ids are among ascending known ones."""
    if not len(known):
        return np.zeros(len(ids), dtype=bool)
    return np.asarray(known[np.minimum(np.searchsorted(known, ids), len(known) - 1)] == ids)


def _relations(source: Path) -> dict[int, set[int]]:
    """Return by id the ways of waters and buildings that the map draws as several ways."""
    import osmium
    from osmium.filter import KeyFilter

    relations: Any = osmium.FileProcessor(source, osmium.osm.RELATION)
    keys = KeyFilter("waterway", "natural", "amenity", "building")
    return {
        relation.id: {member.ref for member in relation.members if member.type == "w"}
        for relation in relations.with_filter(keys)
        if _is_wanted(relation.tags) and "boundary" not in relation.tags
    }


def _touching(source: Path, inside: _Ids, members: set[int]) -> _Chosen:
    """Return the ways of use, and those of relations of use, that have a node in the box."""
    import osmium
    from osmium.filter import IdFilter, KeyFilter

    own: Any = osmium.FileProcessor(source, osmium.osm.WAY).with_filter(KeyFilter(*_KEYS))
    other: Any = osmium.FileProcessor(source, osmium.osm.WAY).with_filter(IdFilter(members))
    ways, nodes, has_street = [np.empty(0, np.int64)], [np.empty(0, np.int64)], False
    for part in _ways(way for way in own if _is_wanted(way.tags)):
        ids, refs, is_street = part.near(inside)
        ways.append(ids)
        nodes.append(refs)
        has_street = has_street or is_street
    for part in _ways(other):
        ids, refs, _ = part.near(inside)
        ways.append(ids)
        nodes.append(refs)
    return _Chosen(np.unique(np.concatenate(ways)), np.unique(np.concatenate(nodes)), has_street)


class _Ways:
    """Some ways with the ids of their nodes in a row."""

    def __init__(self) -> None:
        self.ids, self.sizes = array("q"), array("q")
        self.refs, self.streets = array("q"), array("b")

    def add(self, way: Any) -> None:
        before = len(self.refs)
        self.refs.extend([node.ref for node in way.nodes])
        self.ids.append(way.id)
        self.sizes.append(len(self.refs) - before)
        self.streets.append("highway" in way.tags)

    def near(self, inside: _Ids) -> tuple[_Ids, _Ids, bool]:
        """Return the ways with a node in the box, all their nodes, and whether one is a street."""
        refs = np.array(self.refs, np.int64)
        way = np.repeat(np.arange(len(self.ids)), self.sizes)
        is_near = np.bincount(way[_among(inside, refs)], minlength=len(self.ids)) > 0
        has_street = bool(np.array(self.streets, bool)[is_near].any())
        return np.array(self.ids, np.int64)[is_near], np.unique(refs[is_near[way]]), has_street


def _ways(ways: Iterable[Any]) -> Iterator[_Ways]:
    """Gather ways until they have a million nodes."""
    part = _Ways()
    for way in ways:
        part.add(way)
        if len(part.refs) >= _AT_ONCE:
            yield part
            part = _Ways()
    yield part


def _tags(source: Path, box: Box) -> dict[int, dict[str, str]]:
    """Return by id the tags of the nodes in the box that have some of use."""
    import osmium
    from osmium.filter import KeyFilter

    west, south, east, north = (degrees * _UNITS for degrees in box)
    nodes: Any = osmium.FileProcessor(source, osmium.osm.NODE)
    return {
        node.id: dict(node.tags)
        for node in nodes.with_filter(KeyFilter(*_NODE_KEYS))
        if west <= node.location.x <= east and south <= node.location.y <= north
    }


def _placed(positions: Path, wanted: _Ids) -> _Nodes:
    """Return the wanted nodes that the extract has."""
    parts = [part[_among(wanted, part["id"].astype(np.int64))] for part in _parts(positions)]
    found = np.concatenate([np.empty(0, _POSITION), *parts])
    ids, at = np.unique(found["id"].astype(np.int64), return_index=True)
    return _Nodes(ids, found["x"][at].astype(np.int64), found["y"][at].astype(np.int64))


def _write(
    source: Path, draft: Path, nodes: _Nodes, tags: dict[int, dict[str, str]],
    ways: list[int], relations: list[int],
) -> None:  # fmt: skip
    import osmium
    from osmium.filter import IdFilter
    from osmium.osm.mutable import Node

    file = osmium.io.File(draft, "pbf,add_metadata=false")
    header = osmium.io.Header()
    header.set("generator", "sokanalysis")
    with osmium.SimpleWriter(file, header=header, overwrite=True) as writer:
        for number, x, y in zip(*(column.tolist() for column in nodes), strict=True):
            place = (x / _UNITS, y / _UNITS)
            writer.add_node(Node(id=number, location=place, tags=tags.get(number, {})))
        for entity, ids in ((osmium.osm.WAY, ways), (osmium.osm.RELATION, relations)):
            objects: Any = osmium.FileProcessor(source, entity)
            for one in objects.with_filter(IdFilter(ids)):
                writer.add(one)
