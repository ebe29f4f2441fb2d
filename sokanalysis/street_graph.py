"""Streets as a directed graph of one mode, and the quickest ways in it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.geography import Points, project

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from sokanalysis.read.osm import OsmStreets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

# So many searches at once: their answers over all nodes are what takes memory.
_BATCH: Final = 64
# A point so near to the end of a street, as a share of its length, lies at the junction.
_END: Final = 1e-9


@dataclass(frozen=True)
class Sections:
    """Streets between junctions, the same for all modes, in metres (EPSG:25832).

    Parameters
    ----------
    start, end : ndarray of int, shape (sections,)
        Nodes; along means from start to end.
    length_m : ndarray of float, shape (sections,)
        Along the street.
    code : ndarray of int, shape (sections,)
        Position of the tags in `OsmStreets.tag_sets`.
    node_count : int
        Nodes are numbered from 0.
    pieces : ndarray of float, shape (pieces, 2, 2)
        Both ends of each straight piece, for snapping.
    piece_section : ndarray of int, shape (pieces,)
        Ascending.
    piece_from_m : ndarray of float, shape (pieces,)
        Way from the start of the section to the start of the piece.
    """

    start: Ints
    end: Ints
    length_m: Floats
    code: Ints
    node_count: int
    pieces: Points
    piece_section: Ints
    piece_from_m: Floats


def places_of(streets: OsmStreets) -> Points:
    """Return the nodes in metres (EPSG:25832), shape (nodes, 2)."""
    return project(pd.DataFrame({"lat": streets.lat, "lon": streets.lon}))


def sections(streets: OsmStreets, places: Points) -> Sections:
    """Join the pieces of each way from junction to junction.

    Parameters
    ----------
    streets : OsmStreets
        At least one piece.
    places : ndarray of float, shape (nodes, 2)
        Nodes in metres.
    """
    first = _begins(streets)
    section = np.cumsum(first) - 1
    last = np.append(first[1:], True)
    length = np.hypot(*(places[streets.end] - places[streets.start]).T)
    upto = np.cumsum(length) - length
    begin = np.flatnonzero(first)
    return Sections(
        start=streets.start[first].astype(np.int64),
        end=streets.end[last].astype(np.int64),
        length_m=np.add.reduceat(length, begin),
        code=streets.code[first].astype(np.int64),
        node_count=len(places),
        pieces=np.stack([places[streets.start], places[streets.end]], axis=1),
        piece_section=section,
        piece_from_m=upto - upto[begin][section],
    )


def _begins(streets: OsmStreets) -> npt.NDArray[np.bool_]:
    """Tell which pieces begin a section: at a junction, a barrier or where a way begins."""
    new_line = np.append(True, np.diff(streets.line) != 0)
    meeting = np.bincount(streets.start, minlength=len(streets.lon))
    meeting += np.bincount(streets.end[np.append(new_line[1:], True)], minlength=len(meeting))
    junction = meeting > 1
    junction[streets.barrier] = True
    return new_line | junction[streets.start]


@dataclass(frozen=True)
class ModeGraph:
    """What one mode can use of the sections: all of it reaches all of it.

    Parameters
    ----------
    section : ndarray of int, shape (kept,)
        Positions in `Sections`, ascending.
    start, end : ndarray of int, shape (kept,)
        Nodes.
    along_s, against_s : ndarray of float, shape (kept,)
        Seconds in both directions; infinite where the direction is closed.
    node_count : int
        Nodes are numbered from 0.
    """

    section: Ints
    start: Ints
    end: Ints
    along_s: Floats
    against_s: Floats
    node_count: int


def mode_graph(streets: Sections, speeds_kmh: Floats, blocked: Ints) -> ModeGraph:
    """Return the largest part of the streets in which every place reaches every other.

    Parameters
    ----------
    streets : Sections
        All streets.
    speeds_kmh : ndarray of float, shape (tag sets, 2)
        Along and against; 0 where closed.
    blocked : ndarray of int
        Nodes that the mode cannot pass.
    """
    start, end, node_count = _cut(streets, blocked)
    with np.errstate(divide="ignore", invalid="ignore"):
        seconds = streets.length_m[:, None] * 3.6 / speeds_kmh[streets.code]
    seconds[speeds_kmh[streets.code] <= 0] = np.inf
    part = _largest_part(_csr(*_edges(start, end, *seconds.T), node_count))
    kept = np.flatnonzero(part[start] & part[end] & np.isfinite(seconds).any(axis=1))
    along_s, against_s = seconds[kept].T
    return ModeGraph(kept, start[kept], end[kept], along_s, against_s, node_count)


def _cut(streets: Sections, blocked: Ints) -> tuple[Ints, Ints, int]:
    """Give each section that ends at a blocked node an end of its own."""
    ends = np.concatenate([streets.start, streets.end])
    loose = np.flatnonzero(np.isin(ends, blocked))
    ends[loose] = streets.node_count + np.arange(len(loose))
    start, end = np.split(ends, 2)
    return start, end, streets.node_count + len(loose)


def _largest_part(graph: csr_array) -> npt.NDArray[np.bool_]:
    """Tell which nodes lie in the largest strongly connected part; the first one of equals."""
    from scipy.sparse.csgraph import connected_components

    _, label = connected_components(graph, directed=True, connection="strong")
    return np.asarray(label == np.argmax(np.bincount(label)))


def _edges(start: Ints, end: Ints, along_s: Floats, against_s: Floats) -> tuple[Ints, Ints, Floats]:
    """Return source, target and seconds of every open direction."""
    source, target = np.concatenate([start, end]), np.concatenate([end, start])
    seconds = np.concatenate([along_s, against_s])
    is_open = np.isfinite(seconds)
    return source[is_open], target[is_open], seconds[is_open]


def _csr(source: Ints, target: Ints, seconds: Floats, node_count: int) -> csr_array:
    """Return the graph; of parallel edges the quickest counts, where scipy would add them up."""
    from scipy.sparse import csr_array

    order = np.lexsort((seconds, target, source))
    source, target, seconds = source[order], target[order], seconds[order]
    first = np.append(True, (np.diff(source) != 0) | (np.diff(target) != 0))[: len(source)]
    starts = np.searchsorted(source[first], np.arange(node_count + 1))
    shape = (node_count, node_count)
    return csr_array((seconds[first], target[first].astype(np.int32), starts), shape=shape)


@dataclass(frozen=True)
class Spots:
    """Points on streets.

    Parameters
    ----------
    street : ndarray of int, shape (spots,)
        Position in the `ModeGraph`.
    share : ndarray of float, shape (spots,)
        Share of the street between its start and the point, 0 to 1.
    """

    street: Ints
    share: Floats

    def part(self, chosen: slice) -> Spots:
        """Return some of the points."""
        return Spots(self.street[chosen], self.share[chosen])


def quickest_s(graph: ModeGraph, origins: Spots, targets: Spots, limit_s: float) -> Floats:
    """Return the seconds from points to points, searched from the side that has fewer.

    Parameters
    ----------
    graph : ModeGraph
        Streets of a mode.
    origins, targets : Spots
        n and m points.
    limit_s : float
        Nothing farther is searched for; what is found beyond it may be too long.

    Returns
    -------
    ndarray of float, shape (n, m)
        Infinite where nothing was found.
    """
    if len(targets.street) < len(origins.street):
        return quickest_s(_turned(graph), targets, origins, limit_s).T
    network, first = _with_sources(graph, origins), graph.node_count
    answer = np.empty((len(origins.street), len(targets.street)))
    for begin in range(0, len(answer), _BATCH):
        batch = slice(begin, begin + _BATCH)
        sources = np.arange(first, first + len(answer))[batch]
        at_nodes = _search(network, sources, limit_s)
        answer[batch] = _read_off(graph, origins.part(batch), targets, at_nodes)
    return answer


def _turned(graph: ModeGraph) -> ModeGraph:
    """Return the graph with every direction reversed."""
    return replace(graph, along_s=graph.against_s, against_s=graph.along_s)


def _leaving_s(graph: ModeGraph, spots: Spots) -> tuple[Floats, Floats]:
    """Return seconds from points to the start and to the end of their streets.

    At a junction every street is open, not only the one that the point was found on.
    """
    start = _share_of(graph.against_s[spots.street], spots.share)
    end = _share_of(graph.along_s[spots.street], 1 - spots.share)
    return np.where(spots.share <= _END, 0.0, start), np.where(spots.share >= 1 - _END, 0.0, end)


def _share_of(seconds: Floats, share: Floats) -> Floats:
    """Return the share of the seconds; no share of a closed street is open."""
    is_open = np.isfinite(seconds)
    return np.where(is_open, share * np.where(is_open, seconds, 0.0), np.inf)


def _with_sources(graph: ModeGraph, origins: Spots) -> csr_array:
    """Return the graph with one more node for each origin, from which one only leaves."""
    source, target, seconds = _edges(graph.start, graph.end, graph.along_s, graph.against_s)
    new = graph.node_count + np.arange(len(origins.street))
    ends = np.concatenate([graph.start[origins.street], graph.end[origins.street]])
    leaving = np.concatenate(_leaving_s(graph, origins))
    is_open = np.isfinite(leaving)
    return _csr(
        np.concatenate([source, np.tile(new, 2)[is_open]]),
        np.concatenate([target, ends[is_open]]),
        np.concatenate([seconds, leaving[is_open]]),
        graph.node_count + len(new),
    )


def _search(network: csr_array, sources: Ints, limit_s: float) -> Floats:
    from scipy.sparse.csgraph import dijkstra

    return np.asarray(dijkstra(network, directed=True, indices=sources, limit=limit_s))


def _read_off(graph: ModeGraph, origins: Spots, targets: Spots, at_nodes: Floats) -> Floats:
    """Return seconds to the targets from those to the nodes, or straight along one street."""
    from_start, from_end = _leaving_s(_turned(graph), targets)  # arriving is leaving, turned
    answer = at_nodes[:, graph.start[targets.street]]
    answer += from_start
    by_end = at_nodes[:, graph.end[targets.street]]
    by_end += from_end
    np.minimum(answer, by_end, out=answer)
    origin, target = np.nonzero(origins.street[:, None] == targets.street)
    street = origins.street[origin]
    gap = targets.share[target] - origins.share[origin]
    one_street = np.where(gap >= 0, graph.along_s[street], graph.against_s[street])
    straight = _share_of(one_street, np.abs(gap))
    answer[origin, target] = np.minimum(answer[origin, target], straight)
    return answer
