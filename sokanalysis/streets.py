"""Door-to-door minutes on foot, by bike and by car, on streets or on straight lines."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt

from sokanalysis.geography import Points, are_within, distances_m, pairs_within
from sokanalysis.read.osm_cache import read_streets
from sokanalysis.street_graph import (
    Floats,
    Ints,
    ModeGraph,
    Sections,
    Spots,
    mode_graph,
    places_of,
    quickest_s,
    sections,
)
from sokanalysis.street_profiles import can_stop, passes, speeds_kmh
from sokanalysis.street_snap import Snapper, Snaps

if TYPE_CHECKING:
    from sokanalysis.parameters import Parameters
    from sokanalysis.read.osm import Box, OsmStreets

MODES: Final = {"fuss": "zu Fuß", "rad": "mit dem Rad", "auto": "mit dem Auto"}
_LONGEST: Final = np.finfo(float).max
_PREFIX: Final = {"fuss": "walk", "rad": "bike", "auto": "car"}


def travel_minutes(
    mode: str, origins: Points, targets: Points, parameters: Parameters
) -> npt.NDArray[np.float64]:
    """Return one-way travel times on straight lines with a detour factor.

    Parameters
    ----------
    mode : str
        A key of `MODES`.
    origins, targets : ndarray of float, shape (n, 2) and (m, 2)
        Positions in metres (EPSG:25832).
    parameters : Parameters
        Speed and detour of each mode; getting to the car and parking it is added.

    Returns
    -------
    ndarray of float, shape (n, m)
        Minutes; shape (0, m) or (n, 0) when a side is empty.
    """
    metres, extra = _metres_a_minute(mode, parameters)
    return np.asarray(distances_m(origins, targets) / metres + extra)


def _metres_a_minute(mode: str, parameters: Parameters) -> tuple[float, float]:
    """Return how far one gets as the crow flies, and the minutes at either end."""
    prefix = _PREFIX[mode]
    speed_kmh = getattr(parameters, f"{prefix}_speed_kmh")
    detour = getattr(parameters, f"{prefix}_detour")
    extra = parameters.car_extra_minutes if mode == "auto" else 0
    return speed_kmh * 1000 / 60 / detour, extra


@dataclass(frozen=True)
class StraightLines:
    """Travel where no streets are given: straight lines with a detour factor."""

    parameters: Parameters

    def with_parameters(self, parameters: Parameters) -> StraightLines:
        """Return straight lines under other assumptions."""
        return StraightLines(parameters)

    def travel_minutes(
        self, mode: str, origins: Points, targets: Points
    ) -> npt.NDArray[np.float64]:
        """Return one-way travel times; see `travel_minutes`."""
        return travel_minutes(mode, origins, targets, self.parameters)

    def within(
        self, mode: str, origins: Points, targets: Points, max_minutes: float
    ) -> npt.NDArray[np.bool_]:
        """Tell which origins are near which targets; see `StreetNetwork.within`."""
        metres, extra = _metres_a_minute(mode, self.parameters)
        return are_within(origins, targets, (max_minutes - extra) * metres)

    def walk_pairs(
        self, origins: Points, targets: Points, max_minutes: float
    ) -> tuple[Ints, Ints, Floats]:
        """Find all pairs not farther apart than a walk; see `StreetNetwork.walk_pairs`."""
        metres, _ = _metres_a_minute("fuss", self.parameters)
        origin, target, distance = pairs_within(origins, targets, max_minutes * metres)
        return origin, target, distance / metres


@dataclass(frozen=True)
class StreetNetwork:
    """The streets of a district under the assumptions of one set of parameters.

    Made by `from_osm`; the graph of a mode is built when it is first asked for.
    """

    parameters: Parameters
    streets: OsmStreets
    places: Points
    sections: Sections
    _modes: dict[str, _Mode] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def from_osm(cls, path: str | Path, box: Box, parameters: Parameters) -> StreetNetwork:
        """Read the streets in and around a box.

        Parameters
        ----------
        path : str or Path
            Extract of the Land, .osm.pbf; the cache is laid beside it.
        box : tuple of float
            West, south, east, north of the district in degrees (EPSG:4326);
            ``street_margin_km`` is added on each side.
        parameters : Parameters
            Speeds, margin and the longest way from a place to a street.

        Raises
        ------
        StreetsNotReadable
            When the file is missing, no extract, or holds no streets there.
        """
        streets = read_streets(Path(path), widened(box, parameters.street_margin_km))
        places = places_of(streets)
        return cls(parameters, streets, places, sections(streets, places))

    def with_parameters(self, parameters: Parameters) -> StreetNetwork:
        """Return the same streets under other assumptions; the margin stays as it was read."""
        return replace(self, parameters=parameters, _modes={})

    def travel_minutes(
        self, mode: str, origins: Points, targets: Points, *, max_minutes: float = np.inf
    ) -> npt.NDArray[np.float64]:
        """Return one-way travel times along the streets.

        Parameters
        ----------
        mode : str
            A key of `MODES`.
        origins, targets : ndarray of float, shape (n, 2) and (m, 2)
            Positions in metres (EPSG:25832).
        max_minutes : float
            Longer ways count as none; a limit makes the search quicker.

        Returns
        -------
        ndarray of float, shape (n, m)
            Minutes; the walks to and from the street, for the car getting to it and parking are
            added. 0 (and the car's extra) between equal positions. Not a number where there is
            no way, so where a place lies farther than ``street_snap_max_m`` from the streets.
        """
        extra = self.parameters.car_extra_minutes if mode == "auto" else 0
        place, label = np.unique(np.concatenate([origins, targets]), axis=0, return_inverse=True)
        start, end = np.split(label.ravel(), [len(origins)])
        start_place, start_at = np.unique(start, return_inverse=True)
        end_place, end_at = np.unique(end, return_inverse=True)
        minutes = self._between(mode, place, start_place, end_place, max_minutes - extra)
        minutes = minutes[np.ix_(start_at, end_at)]
        minutes[start[:, None] == end] = 0.0
        minutes += extra
        minutes[~(minutes <= min(max_minutes, _LONGEST))] = np.nan
        return minutes

    def walk_pairs(
        self, origins: Points, targets: Points, max_minutes: float
    ) -> tuple[Ints, Ints, Floats]:
        """Find all pairs not farther apart than a walk; like `geography.pairs_within`.

        Returns
        -------
        origin, target : ndarray of int, shape (pairs,)
            Positions, ordered by origin, then target. Empty when nothing is near.
        minutes : ndarray of float, shape (pairs,)
            From origin to target, doors included.
        """
        minutes = self.travel_minutes("fuss", origins, targets, max_minutes=max_minutes)
        origin, target = np.nonzero(np.isfinite(minutes))
        return origin, target, minutes[origin, target]

    def within(
        self, mode: str, origins: Points, targets: Points, max_minutes: float
    ) -> npt.NDArray[np.bool_]:
        """Tell which origins are not farther from which targets than a time.

        Parameters
        ----------
        mode, origins, targets
            As in `travel_minutes`.
        max_minutes : float
            Longest way, at both ends included.

        Returns
        -------
        ndarray of bool, shape (m, n)
            One row a target.
        """
        return np.isfinite(self.travel_minutes(mode, origins, targets, max_minutes=max_minutes)).T

    def snaps(self, mode: str, places: Points) -> Snaps:
        """Say where places meet the streets of a mode; ``piece`` is -1 where they do not."""
        return self._mode(mode).snapper.snap(places, self.parameters.street_snap_max_m)

    def _mode(self, mode: str) -> _Mode:
        if mode not in self._modes:
            self._modes[mode] = self._built(mode)
        return self._modes[mode]

    def _built(self, mode: str) -> _Mode:
        tag_sets, streets = self.streets.tag_sets, self.streets
        stopped = ~passes(mode, tag_sets)[streets.barrier_code]
        speeds = speeds_kmh(mode, tag_sets, self.parameters)
        graph = mode_graph(self.sections, speeds, streets.barrier[stopped].astype(np.int64))
        ends_here = graph.section[can_stop(mode, tag_sets)[self.sections.code[graph.section]]]
        kept = np.flatnonzero(np.isin(self.sections.piece_section, ends_here))
        return _Mode(graph, kept, Snapper(self.sections.pieces[kept], self.places[streets.water]))

    def _between(
        self, mode: str, places: Points, origins: Ints, targets: Ints, max_minutes: float
    ) -> Floats:
        """Return minutes between some of the places; not a number where there is no way."""
        snaps = self.snaps(mode, places)
        rows, columns = (np.flatnonzero(snaps.piece[side] >= 0) for side in (origins, targets))
        start, end = origins[rows], targets[columns]
        leave, arrive = self._spots(mode, snaps, start), self._spots(mode, snaps, end)
        found = quickest_s(self._mode(mode).graph, leave, arrive, max(60 * max_minutes, 0))
        walk_s = snaps.walk_m / (self.parameters.walk_speed_kmh / 3.6)
        found += walk_s[start][:, None]
        found += walk_s[end]
        minutes = np.full((len(origins), len(targets)), np.nan)
        minutes[np.ix_(rows, columns)] = found / 60
        return minutes

    def _spots(self, mode: str, snaps: Snaps, places: Ints) -> Spots:
        """Return the points on the streets of a mode at which places meet them."""
        built, all_of = self._mode(mode), self.sections
        piece = built.pieces[snaps.piece[places]]
        section = all_of.piece_section[piece]
        piece_m = np.hypot(*(all_of.pieces[piece, 1] - all_of.pieces[piece, 0]).T)
        before_m = all_of.piece_from_m[piece] + snaps.share[places] * piece_m
        share = before_m / np.maximum(all_of.length_m[section], 1e-9)
        return Spots(np.searchsorted(built.graph.section, section), np.clip(share, 0.0, 1.0))


@dataclass(frozen=True)
class _Mode:
    """What one mode can use: its graph, the positions of its pieces, and the way to them."""

    graph: ModeGraph
    pieces: Ints
    snapper: Snapper


def widened(box: Box, margin_km: float) -> Box:
    """Return a box in degrees with a margin on each side; a degree of latitude is 111.2 km."""
    west, south, east, north = box
    lat = margin_km / 111.2
    lon = lat / np.cos(np.radians(max(abs(south), abs(north))))
    return west - lon, south - lat, east + lon, north + lat
