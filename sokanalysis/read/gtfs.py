"""Read a timetable in GTFS, with on-demand service in GTFS-Flex."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from sokanalysis import style
from sokanalysis.errors import Problem
from sokanalysis.parameters import region_parameters
from sokanalysis.read import gtfs_flex, gtfs_stops
from sokanalysis.read.gtfs_calendar import active_services
from sokanalysis.read.gtfs_files import FeedFiles, feed_files
from sokanalysis.read.gtfs_flex import Groups, Zones
from sokanalysis.read.gtfs_frequencies import expanded
from sokanalysis.read.gtfs_notes import FeedRefused, Notes
from sokanalysis.read.gtfs_stops import Box
from sokanalysis.read.gtfs_tables import NEEDED, read_table
from sokanalysis.read.gtfs_times import clock_seconds, fixed_times, ordered
from sokanalysis.read.gtfs_trips import (
    SMALL,
    known_trips,
    of_known_trips,
    running_trips,
    split,
    trip_tables,
)


def _no_transfers() -> pd.DataFrame:
    return pd.DataFrame({
        "from_stop_id": pd.Series([], dtype="str"), "to_stop_id": pd.Series([], dtype="str"),
        "transfer_type": pd.Series([], dtype="int64"), "min_s": pd.Series([], dtype="float64"),
    })  # fmt: skip


@dataclass(frozen=True, eq=False)
class Feed:
    """A timetable as published, mended where that needs no guessing.

    Parameters
    ----------
    stops : DataFrame
        ``stop_id``, ``name``, ``lat``, ``lon`` (degrees), ``parent_station`` (may be empty);
        only places where vehicles halt.
    trips : DataFrame
        ``trip_id``, ``route_id``, ``service_id``, ``line`` (short name), ``block_id`` (may be
        empty). Trips published as an interval stand here one by one.
    stop_times : DataFrame
        ``trip_id``, ``stop_id``, ``arrival_s``, ``departure_s`` (seconds of the service day),
        ``can_board``, ``can_alight``, in the order of travel, each trip in one piece.
    flex : DataFrame
        ``trip_id``, ``location_id``, ``open_s``, ``close_s``, ``can_board``, ``can_alight``,
        ``notice_minutes``: windows of on-demand service, in the order of travel.
    zones : dict of str to dict
        GeoJSON geometry (EPSG:4326) by ``location_id``.
    active : Series of object
        By date: the set of service ids that run.
    is_model : bool
        Whether the feed says of itself that it is a working assumption.
    stop_groups : dict of str to tuple of str
        Stops by ``location_id``, for on-demand service that serves stops instead of a zone.
    transfers : DataFrame
        ``from_stop_id``, ``to_stop_id``, ``transfer_type`` (0 to 3), ``min_s``.
    notes : tuple of str
        What reading dropped or mended, counted, in German.
    """

    stops: pd.DataFrame
    trips: pd.DataFrame
    stop_times: pd.DataFrame
    flex: pd.DataFrame
    zones: dict[str, dict[str, Any]]
    active: pd.Series[Any]
    is_model: bool
    stop_groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    transfers: pd.DataFrame = field(default_factory=_no_transfers)
    notes: tuple[str, ...] = ()


def read_feed(folder: Path, within: Box | None = None) -> tuple[Feed | None, list[Problem]]:
    """Read ``<folder>/gtfs.zip`` or ``<folder>/gtfs/``.

    Parameters
    ----------
    folder : Path
        Folder of a region.
    within : (west, south, east, north), optional
        In degrees: keep only trips that call inside, with all their calls, and stops that they
        use or that lie inside.

    Returns
    -------
    feed : Feed or None
        None when there is nothing to rely on.
    problems : list of Problem
        Missing or unreadable files, a feed of which more is lost than the parameter
        ``feed_loss_max_share`` allows, a calendar without a single day of service. What could
        be mended stands in ``feed.notes`` instead.
    """
    notes = Notes()
    try:
        with feed_files(folder, notes) as files:
            if missing := _missing(files):
                return None, missing
            limit = float(region_parameters(folder).feed_loss_max_share)
            feed = _read(files, within, notes, limit)
    except FeedRefused as error:
        return None, [error.problem]
    if feed.active.empty:
        remedy = "calendar.txt und calendar_dates.txt prüfen"
        return feed, [Problem("gtfs/calendar.txt", "kein Tag mit Betrieb", remedy)]
    return feed, []


def seconds(clock: pd.Series[str]) -> pd.Series[int]:
    """Return ``H:MM:SS`` as whole seconds of the service day; every cell has to be a time."""
    return clock_seconds(clock).astype("int64")


def _missing(files: FeedFiles) -> list[Problem]:
    remedy = "einen vollständigen GTFS-Fahrplan als Ordner gtfs oder gtfs.zip ablegen"
    if files.is_empty:
        return [Problem("gtfs.zip", "Fahrplan fehlt", f"mit „sok daten holen“ oder {remedy}")]
    return [
        Problem(f"{files.label}/{name}.txt", "Datei fehlt", remedy)
        for name in NEEDED
        if f"{name}.txt" not in files
    ]


def _read(files: FeedFiles, within: Box | None, notes: Notes, limit: float) -> Feed:
    raw = {name: read_table(files, name, notes) for name in SMALL}
    zones = gtfs_flex.read_zones(files, notes)
    places = gtfs_stops.placed_stops(raw["stops"], notes)
    groups = gtfs_flex.stop_groups(raw, set(places["stop_id"]), notes)
    served = gtfs_flex.within(zones, groups, gtfs_stops.inside(places, within), within)
    raw |= trip_tables(files, served, notes)
    _refuse_empty(raw, files, within)
    trips, times, windows = _journeys(raw, places, zones, groups, notes)
    calendars = raw["calendar"], raw["calendar_dates"]
    active = active_services(*calendars, trips["service_id"], notes)
    trips, times = expanded(trips, times, raw["frequencies"], notes)
    _refuse_lossy(notes, raw, files, limit)
    used = {*times["stop_id"], *gtfs_flex.served_stops(windows, groups)}
    stops = gtfs_stops.halts(places, used, within)
    _say_agencies(raw["agency"], notes)
    known = set(raw["stops"]["stop_id"])
    return Feed(
        stops=stops, trips=trips, stop_times=times, flex=windows, zones=zones, active=active,
        is_model="Modellfahrplan" in " ".join(raw["feed_info"]["feed_publisher_name"]),
        stop_groups=groups | gtfs_flex.single_stops(windows, groups, zones),
        transfers=gtfs_stops.transfers(raw["transfers"], stops, notes, known),
        notes=tuple(notes.lines),
    )  # fmt: skip


def _journeys(
    raw: dict[str, pd.DataFrame], places: pd.DataFrame, zones: Zones, groups: Groups, notes: Notes
) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Return trips, their calls and their windows of on-demand service."""
    trips = known_trips(raw, notes)
    calls = gtfs_flex.with_locations(ordered(raw["stop_times"], notes), zones, groups)
    calls = of_known_trips(calls, trips, raw["trips"], notes)
    times, flexible = split(calls, set(places["stop_id"]), notes)
    windows = gtfs_flex.windows(flexible, {*zones, *groups, *places["stop_id"]},
                                raw["booking_rules"], notes)  # fmt: skip
    times = fixed_times(times, places, notes)
    used = {*times["trip_id"], *windows["trip_id"]}
    trips = running_trips(trips, used, raw["stop_times"], notes)
    runs = times["trip_id"].isin(trips["trip_id"])
    return trips, times[runs].reset_index(drop=True), windows


def _refuse_empty(raw: dict[str, pd.DataFrame], files: FeedFiles, within: Box | None) -> None:
    remedy = "einen vollständigen GTFS-Fahrplan für dieses Gebiet ablegen"
    for name in NEEDED:
        if raw[name].empty:
            where = " zu Fahrten in diesem Gebiet" if within and name not in SMALL else ""
            raise FeedRefused(Problem(f"{files.label}/{name}.txt", f"keine Zeilen{where}", remedy))


def _refuse_lossy(
    notes: Notes, raw: dict[str, pd.DataFrame], files: FeedFiles, limit: float
) -> None:
    """Refuse a feed of which too much cannot be used: its answers would mislead."""
    losses = {
        "Zeilen in stop_times.txt": (notes.lost_calls, len(raw["stop_times"])),
        "Fahrten": (notes.lost_trips, len(raw["trips"])),
    }
    for what, (lost, whole) in losses.items():
        if lost > limit * whole:
            message = (
                f"{style.number(lost)} von {style.number(whole)} {what} nicht brauchbar, mehr als "
                f"{limit * 100:g} %: {'; '.join(notes.losses)}"
            ).replace(".5 %", ",5 %")
            remedy = "den Fahrplan neu beziehen oder berichtigen lassen"
            raise FeedRefused(Problem(files.label, message, remedy))


def _say_agencies(agency: pd.DataFrame, notes: Notes) -> None:
    zones = sorted(set(agency["agency_timezone"]) - {""})
    if len(zones) > 1:
        notes.say(
            f"Betriebe mit verschiedenen Zeitzonen ({', '.join(zones)}): "
            f"Uhrzeiten gelesen, wie sie dastehen"
        )
