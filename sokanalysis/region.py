"""One district, loaded and checked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from sokanalysis.changes import changed, session_change, site_change, trip_change
from sokanalysis.codes import CURRENT_STATUSES
from sokanalysis.errors import DataProblems, Problem, RegionNotFound
from sokanalysis.geography import generalised
from sokanalysis.group_rules import group_problems
from sokanalysis.parameters import Parameters, region_parameters
from sokanalysis.read.boundaries import read_boundaries
from sokanalysis.read.entries import read_entries
from sokanalysis.read.gtfs import Feed, read_feed
from sokanalysis.read.imprint import Imprint, read_imprint
from sokanalysis.read.osm import StreetsNotReadable
from sokanalysis.read.tables import read_table
from sokanalysis.schema import NEEDED_TABLES, TABLES
from sokanalysis.streets import StraightLines, StreetNetwork, widened
from sokanalysis.validation import reference_problems, table_problems, without_rows
from sokanalysis.vote_rules import vote_problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    import geopandas as gpd

    from sokanalysis.read.osm import Box


@dataclass(frozen=True)
class Region:
    """Everything known about one district.

    The tables carry the columns of `sokanalysis.schema`; ``boundaries`` are polygons in
    EPSG:4326; ``feed`` is the timetable as published; ``streets`` is None where no extract of
    OpenStreetMap lies in the folder. ``items``, ``rounds`` and ``votes`` are read through
    `sokanalysis.dialogue.rounds`, which leaves out what is made up.
    """

    folder: Path
    parameters: Parameters
    municipalities: pd.DataFrame
    population: pd.DataFrame
    settlements: pd.DataFrame
    groups: pd.DataFrame
    accommodations: pd.DataFrame
    providers: pd.DataFrame
    offers: pd.DataFrame
    sites: pd.DataFrame
    offer_sites: pd.DataFrame
    sessions: pd.DataFrame
    buildings: pd.DataFrame
    facts: pd.DataFrame
    fundings: pd.DataFrame
    own_measures: pd.DataFrame
    measure_numbers: pd.DataFrame
    items: pd.DataFrame
    rounds: pd.DataFrame
    votes: pd.DataFrame
    boundaries: gpd.GeoDataFrame
    feed: Feed
    streets: StreetNetwork | None = None
    imprint: Imprint = field(default_factory=Imprint)

    @cached_property
    def current_offers(self) -> pd.DataFrame:
        """Offers of today: running or plausibly running, and not past their end."""
        offers = self.offers
        today = pd.Timestamp(self.parameters.reference_date)
        ended = offers["valid_until_date"] < today
        return offers[offers["status"].isin(CURRENT_STATUSES) & ~ended]

    @cached_property
    def current_sessions(self) -> pd.DataFrame:
        """Sessions of the offers of today."""
        sessions = self.sessions
        return sessions[sessions["offer_id"].isin(self.current_offers["offer_id"])]

    @cached_property
    def drawn_areas(self) -> gpd.GeoDataFrame:
        """The municipalities for drawing, index ``ags``, EPSG:25832, generalised to 200 m."""
        return generalised(self.boundaries, 200).set_index("ags")

    @cached_property
    def drawn_outline(self) -> gpd.GeoSeries:
        """The border of the district for drawing, EPSG:25832."""
        return self.drawn_areas.dissolve().boundary

    @property
    def feed_ended(self) -> pd.Timestamp | None:
        """Last day of a timetable that had ended by ``reference_date``; None when it goes on."""
        days = self.feed.active.index
        today = pd.Timestamp(self.parameters.reference_date)
        return days.max() if len(days) and days.max() < today else None

    @property
    def basis(self) -> tuple[str, ...]:
        """Assumptions that every page resting on travel has to name, in German."""
        model = ("Modellfahrplan – Arbeitsannahme",) if self.feed.is_model else ()
        ended = self.feed_ended
        past = (f"Fahrplan abgelaufen am {ended:%d.%m.%Y}",) if ended is not None else ()
        lines = () if self.streets else ("Wege als Luftlinie mit Umwegfaktor – Arbeitsannahme",)
        return (*model, *past, *lines)

    @property
    def ways(self) -> StreetNetwork | StraightLines:
        """How people get about without a timetable: on streets, or else on straight lines."""
        return self.streets or StraightLines(self.parameters)

    def with_parameters(self, **values: float | int | str) -> Region:
        """Return the same district under other assumptions; see `Parameters.replace`."""
        parameters = self.parameters.replace(**values)
        streets = self.streets.with_parameters(parameters) if self.streets else None
        return replace(self, parameters=parameters, streets=streets)

    def with_session(
        self, offer_id: str, site_id: str, weekdays: Iterable[str], start: str, end: str,
        **others: Any,
    ) -> Region:  # fmt: skip
        """Return the district with one more session; see `changes.session_change`."""
        change = session_change(self, offer_id, site_id, weekdays, start, end, **others)
        return changed(self, change)

    def with_site(self, site_id: str, name: str, lat: float, lon: float) -> Region:
        """Return the district with one more site; see `changes.site_change`."""
        return changed(self, site_change(site_id, name, lat, lon))

    def with_trip(self, like: str, departs: str) -> Region:
        """Return the district with one more trip of a line; see `changes.trip_change`."""
        return changed(self, trip_change(self, like, departs))


def load_region(folder: str | Path) -> Region:
    """Load a district from its folder.

    Parameters
    ----------
    folder : str or Path
        Folder with the tables of `sokanalysis.schema` as CSV, ``boundaries.geojson``, a timetable
        (``gtfs/`` or ``gtfs.zip``) and, if wanted, ``parameters.yaml``, ``dokument.yaml`` and an
        extract of OpenStreetMap (``*.osm.pbf``).

    Returns
    -------
    Region
        Checked.

    Raises
    ------
    RegionNotFound
        When the folder does not exist.
    DataProblems
        With all problems of all files at once.
    """
    region, problems = inspect_region(folder)
    if problems or region is None:
        raise DataProblems(problems)
    return region


def inspect_region(folder: str | Path) -> tuple[Region | None, list[Problem]]:
    """Load a district and return it with all problems found; None when no region can be made.

    Raises
    ------
    RegionNotFound
        When the folder does not exist.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise RegionNotFound(f"Den Ordner „{folder}“ gibt es nicht → den Pfad prüfen.")
    parameters = region_parameters(folder)
    tables, problems = _tables(folder)
    imprint, imprint_problems = _imprint(folder)
    boundaries, boundary_problems = read_boundaries(folder)
    box = _box(boundaries, parameters)
    feed, feed_problems = read_feed(folder, box)
    streets, street_problems = _streets(folder, boundaries, parameters)
    problems += imprint_problems + boundary_problems + feed_problems + street_problems
    if feed is None:
        return None, problems
    return Region(
        folder, parameters, **tables, boundaries=boundaries, feed=feed, streets=streets,
        imprint=imprint,
    ), problems  # fmt: skip


def _box(boundaries: gpd.GeoDataFrame, parameters: Parameters) -> Box | None:
    """Return the district's box with its margin, to which a larger timetable is cut."""
    if boundaries.empty:
        return None
    west, south, east, north = (float(bound) for bound in boundaries.total_bounds)
    return widened((west, south, east, north), parameters.street_margin_km)


def _imprint(folder: Path) -> tuple[Imprint, list[Problem]]:
    try:
        return read_imprint(folder), []
    except DataProblems as refusal:
        return Imprint(), list(refusal.problems)


def _streets(
    folder: Path, boundaries: gpd.GeoDataFrame, parameters: Parameters
) -> tuple[StreetNetwork | None, list[Problem]]:
    """Read the one extract of OpenStreetMap in the folder, if there is one."""
    extracts = sorted(folder.glob("*.osm.pbf"))
    if not extracts or boundaries.empty:
        return None, []
    west, south, east, north = (float(bound) for bound in boundaries.total_bounds)
    try:
        box = (west, south, east, north)
        return StreetNetwork.from_osm(extracts[0], box, parameters), []
    except StreetsNotReadable as error:
        message, _, remedy = str(error).partition(" → ")
        return None, [Problem(extracts[0].name, message, remedy)]


def _tables(folder: Path) -> tuple[dict[str, pd.DataFrame], list[Problem]]:
    entries = read_entries(folder, TABLES)
    tables: dict[str, pd.DataFrame] = {}
    problems = list(entries.problems)
    for table in TABLES.values():
        rows, found = read_table(folder, table, entries)
        tables[table.name] = rows
        problems += found + table_problems(rows, table)
    unread = {f"{name}.csv" for name, rows in tables.items() if rows.empty}
    broken = unread & {problem.file for problem in problems}
    broken |= {problem.file for problem in problems if problem.row == 1}
    between = reference_problems(tables) + group_problems(tables) + vote_problems(tables)
    problems += [problem for problem in between if not _caused(problem, broken)]
    problems += without_rows(tables, NEEDED_TABLES, {problem.file for problem in problems})
    labels = {f"{table.name}.csv": entries.label(table) for table in TABLES.values()}
    placed = [replace(problem, file=labels.get(problem.file, problem.file)) for problem in problems]
    return {name: rows.reset_index(drop=True) for name, rows in tables.items()}, placed


def _caused(problem: Problem, broken: set[str]) -> bool:
    """Tell whether a dangling reference only follows from a file that could not be read."""
    return any(file in problem.message for file in broken)
