"""Cut the timetable of a country to what serves one district."""

from __future__ import annotations

import io
import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.cut import CutCount, Progress, area, whole_or_nothing
from sokanalysis.cut.feed_rows import Kept, Rule, kept_rows
from sokanalysis.errors import DataProblems, Problem
from sokanalysis.read import gtfs_flex, gtfs_stops
from sokanalysis.read.bounded import Archive, open_archive, parse_json, refuse
from sokanalysis.read.gtfs_files import FeedFiles
from sokanalysis.read.gtfs_notes import FeedRefused, Notes
from sokanalysis.read.gtfs_stops import Box
from sokanalysis.read.gtfs_tables import NEEDED, read_table

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_PLACES: Final = ("stop_id", "location_id", "location_group_id")
_BOOKING: Final = ("pickup_booking_rule_id", "drop_off_booking_rule_id")
_SPOOL_BYTES: Final = 32 * 2**20
# Tables left out would be missed by these columns.
_WITHOUT: Final = {"trips": ("shape_id",), "stops": ("level_id",)}
_REMEDY: Final = "einen vollständigen GTFS-Fahrplan als Zip-Archiv neu herunterladen"


def cut_timetable(
    source: Path, target: Path, box: Box, progress: Progress | None = None
) -> CutCount:
    """Write the part of a timetable that serves a box.

    Trips that call inside stay, with all their calls, and so does what they refer to: stops and
    their stations, lines, operators, calendars, frequencies, changes, on-demand zones, groups
    of stops and booking rules. Stops inside stay also without a trip. The course on the map, ways
    within stations, levels, fares and translations are left out. Read with the same box, the part
    gives the same trips, stop times, stops, calendar, changes and windows as the whole.

    ``stop_times.txt`` is gone through twice; memory grows with what is kept and with the number of
    stops, not with the number of stop times.

    Parameters
    ----------
    source : Path
        A feed in GTFS as zip archive, as large as that of Germany.
    target : Path
        The zip archive to write; replaced only when the new one is whole. The same feed and box
        give the same bytes.
    box : tuple of float
        West, south, east, north in degrees (EPSG:4326), its edges included.
    progress : callable, optional
        Called with the share of the stop times gone through, from 0 to 1.

    Returns
    -------
    CutCount
        Trips kept, at least one, and trips of the feed.

    Raises
    ------
    DataProblems
        When the archive is none, is damaged or lacks a table, or when no trip calls in the box.
    """
    with whole_or_nothing(target) as draft:
        try:
            with open_archive(source) as archive, zipfile.ZipFile(draft, "w") as bundle:
                files = _feed_files(archive, progress or (lambda _: None))
                return _Cut(files, bundle, draft.parent).made(box)
        except FeedRefused as error:
            raise DataProblems([error.problem]) from error


class _Cut:
    """One feed while it is cut: where it is read and where its part is written."""

    def __init__(self, files: FeedFiles, bundle: zipfile.ZipFile, folder: Path) -> None:
        self._files, self._bundle, self._folder = files, bundle, folder

    def made(self, box: Box) -> CutCount:
        """Write everything that belongs to the box and return the trips."""
        names = ("stops", "location_groups", "location_group_stops", "stop_areas")
        small = {name: read_table(self._files, name, Notes()) for name in names}
        places = gtfs_stops.placed_stops(small["stops"], Notes())
        zones = gtfs_flex.read_zones(self._files, Notes())
        groups = gtfs_flex.stop_groups(small, set(places["stop_id"]), Notes())
        inside = set(gtfs_stops.inside(places, box)["stop_id"])
        served = gtfs_flex.within(zones, groups, places[places["stop_id"].isin(inside)], box)
        near = self._trips_near(served or set())
        calls = self._keep("stop_times", {"trip_id": near}, (*_PLACES, *_BOOKING)).cells
        trips = self._keep("trips", {"trip_id": near}, ("trip_id", "route_id", "service_id"))
        if not trips.rows:
            raise _nothing(self._files.label, box)
        self._write_services(trips.cells)
        named = set().union(*(calls[column] for column in _PLACES))
        members = {stop for group in named & groups.keys() for stop in groups[group]}
        stops = _with_stations(named | members | inside, small["stops"])
        self._keep_some("stops", {"stop_id": stops})
        self._write_changes(stops, trips.cells)
        self._write_on_demand(named, set().union(*(calls[column] for column in _BOOKING)))
        return CutCount(trips.rows, trips.whole)

    def _trips_near(self, served: set[str]) -> set[str]:
        rule = Rule(dict.fromkeys(_PLACES, served), is_any=True)
        return kept_rows(self._files, "stop_times", rule, ("trip_id",)).cells["trip_id"]

    def _keep(
        self, table: str, allowed: Mapping[str, set[str]], gather: tuple[str, ...] = ()
    ) -> Kept:
        """Write the rows of a table whose cells are all among the allowed ones, if there are."""
        if f"{table}.txt" not in self._files:
            return Kept(0, 0, {name: set() for name in gather})
        without = _WITHOUT.get(table, ())
        with tempfile.SpooledTemporaryFile(_SPOOL_BYTES, dir=str(self._folder)) as sink:
            kept = kept_rows(self._files, table, Rule(allowed), gather, sink, without)
            if kept.rows:
                sink.seek(0)
                self._add(f"{table}.txt", sink)
        return kept

    def _keep_some(
        self, table: str, allowed: Mapping[str, set[str]], gather: tuple[str, ...] = ()
    ) -> Kept:
        """As `_keep`, but everything where nothing would be left.

        A timetable without lines or stops is none, yet trips of lines that nobody knows run, and
        so do those that serve zones alone.
        """
        kept = self._keep(table, allowed, gather)
        return kept if kept.rows else self._keep(table, {}, gather)

    def _add(self, name: str, content: IO[bytes]) -> None:
        # The same date and rights in every archive: so the same content gives the same bytes.
        entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        entry.compress_type, entry.external_attr, entry.create_system = zipfile.ZIP_DEFLATED, 0, 0
        with self._bundle.open(entry, "w", force_zip64=True) as member:
            shutil.copyfileobj(content, member, 2**20)

    def _write_services(self, trips: dict[str, set[str]]) -> None:
        """Write what trips refer to: calendars, frequencies, lines and their operators."""
        self._keep("calendar", {"service_id": trips["service_id"]})
        self._keep("calendar_dates", {"service_id": trips["service_id"]})
        self._keep("frequencies", {"trip_id": trips["trip_id"]})
        lines = {"route_id": trips["route_id"]}
        operators = self._keep_some("routes", lines, ("agency_id",)).cells["agency_id"]
        # A feed of one operator need not name it.
        allowed = {"agency_id": operators} if operators - {""} else {}
        self._keep("agency", allowed)
        self._keep("feed_info", {})
        rest = {name: trips[name] for name in ("route_id", "trip_id")}
        self._keep("attributions", _or_blank(allowed | rest))

    def _write_changes(self, stops: set[str], trips: dict[str, set[str]]) -> None:
        """Write the changes between the stops, lines and trips that stay."""
        known = _or_blank(
            {"stop_id": stops, "route_id": trips["route_id"], "trip_id": trips["trip_id"]}
        )
        ends = {f"{end}_{key}": known[key] for end in ("from", "to") for key in known}
        self._keep("transfers", ends)

    def _write_on_demand(self, named: set[str], rules: set[str]) -> None:
        """Write zones, groups and booking rules that stop times name."""
        for table in ("location_groups", "location_group_stops"):
            self._keep(table, {"location_group_id": named})
        for table in ("areas", "stop_areas"):
            self._keep(table, {"area_id": named})
        self._keep("booking_rules", {"booking_rule_id": rules})
        if zones := _zones(self._files, named):
            self._add("locations.geojson", io.BytesIO(zones))


def _or_blank(allowed: Mapping[str, set[str]]) -> dict[str, set[str]]:
    return {name: cells | {""} for name, cells in allowed.items()}


def _with_stations(wanted: set[str], stops: pd.DataFrame) -> set[str]:
    """Return the stops and the places that they are part of."""
    found: set[str] = set()
    while wanted:
        found |= wanted
        # A stop that stands there twice may name two stations.
        wanted = set(stops["parent_station"][stops["stop_id"].isin(wanted)]) - found - {""}
    return found


def _zones(files: FeedFiles, named: set[str]) -> bytes:
    """Return the zones that are named, as GeoJSON; empty when there are none."""
    name = "locations.geojson"
    if name not in files:
        return b""
    with files.open(name) as stream:
        raw = stream.read()
    features = parse_json(raw, f"{files.label}/{name}")["features"] if raw.strip() else []
    kept = [feature for feature in features if named & _ids(feature)]
    whole = {"type": "FeatureCollection", "features": kept}
    return json.dumps(whole, ensure_ascii=False).encode("utf-8") if kept else b""


def _ids(feature: dict[str, Any]) -> set[str]:
    """Return all that a zone may be called by: feeds disagree about where the name stands."""
    properties = feature.get("properties") or {}
    names = (feature.get("id"), properties.get("id"), properties.get("location_id"))
    return {str(name) for name in names if name is not None}


def _nothing(label: str, box: Box) -> DataProblems:
    remedy = "einen Fahrplan nehmen, der das Gebiet des Landkreises enthält"
    return refuse(label, f"enthält keine Fahrt, die im Gebiet {area(box)} hält", remedy)


def _feed_files(archive: Archive, progress: Progress) -> FeedFiles:
    """Return the tables that lie beside the first stops.txt, whatever folder they are in."""
    places = [place for place in archive.members if not _is_litter(place)]
    homes = {
        PurePosixPath(p).parent for p in places if PurePosixPath(p).name.lower() == "stops.txt"
    }
    home = min(homes, key=lambda folder: (len(folder.parts), str(folder)), default=None)
    if home is None:
        raise refuse(archive.name, "enthält keine stops.txt", _REMEDY)
    found = {PurePosixPath(p).name.lower(): p for p in places if PurePosixPath(p).parent == home}
    missing = [f"{name}.txt" for name in NEEDED if f"{name}.txt" not in found]
    if missing:
        raise DataProblems(
            Problem(f"{archive.name}/{name}", "Datei fehlt", _REMEDY) for name in missing
        )
    openers = {name: _opener(archive, place) for name, place in found.items()}
    calls = openers["stop_times.txt"]
    advance = _meter(2 * archive.members[found["stop_times.txt"]].file_size, progress)
    openers["stop_times.txt"] = lambda: io.BufferedReader(_Metered(calls(), advance), 2**20)
    return FeedFiles(archive.name, openers)


def _is_litter(place: str) -> bool:
    parts = PurePosixPath(place).parts
    return "__MACOSX" in parts or parts[-1].startswith(".")


def _opener(archive: Archive, place: str) -> Callable[[], IO[bytes]]:
    return lambda: archive.open(place)


def _meter(size: int, progress: Progress) -> Callable[[int], None]:
    """Return what counts bytes and tells their share of all that have to be read."""
    done = 0

    def advance(count: int) -> None:
        nonlocal done
        done = min(done + count, size)
        progress(done / size if size else 1.0)

    return advance


class _Metered(io.RawIOBase):
    """A file that says how much of it was read."""

    def __init__(self, source: IO[bytes], read: Callable[[int], None]) -> None:
        self._source, self._read = source, read

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        part = self._source.read(len(memoryview(buffer)))
        memoryview(buffer)[: len(part)] = part
        self._read(len(part))
        return len(part)

    def close(self) -> None:
        self._source.close()
        super().close()
