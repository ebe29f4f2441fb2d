"""What `sok check` says: everything wrong with a district's data, in the order of mending."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from sokanalysis.day_types import day_types_of
from sokanalysis.errors import NoServiceOnDate, Problem
from sokanalysis.read.entries import read_entries
from sokanalysis.read.tables import read_table
from sokanalysis.region import Region, inspect_region
from sokanalysis.schema import TABLES, TRAVEL_TABLES
from sokanalysis.timetable import reference_dates
from sokanalysis.validation import without_rows


def check_region(folder: str | Path) -> tuple[Region | None, list[Problem]]:
    """Load a district and collect all problems, those of the timetable's calendar included.

    Returns
    -------
    region : Region or None
        None when no region can be made of the folder.
    problems : list of Problem
        Whole files first, then headings, then cells, then references: mending the first may
        mend others. Empty when all is well.

    Raises
    ------
    RegionNotFound
        When the folder does not exist.
    """
    region, problems = inspect_region(folder)
    problems = problems + _unplaced(Path(folder), {problem.file for problem in problems})
    if region is not None and not region.feed.active.empty:
        problems = problems + _calendar_problems(region)
    return region, sorted(problems, key=_order)


def _unplaced(folder: Path, named: set[str]) -> list[Problem]:
    """Name the tables without which nobody's way can be computed, when they have no rows."""
    entries = read_entries(folder, TABLES)
    tables = {table.name: read_table(folder, table, entries)[0] for table in TRAVEL_TABLES}
    return without_rows(tables, TRAVEL_TABLES, named)


def _calendar_problems(region: Region) -> list[Problem]:
    today = pd.Timestamp(region.parameters.reference_date)
    problems = [] if region.feed_ended is None else [_ended(region.feed_ended, today)]
    try:
        reference_dates(region.feed, today, day_types_of(region.current_sessions))
    except NoServiceOnDate as error:
        message, _, remedy = str(error).partition(" → ")
        problems.append(Problem("gtfs/calendar.txt", message, remedy))
    return problems


def _ended(last: pd.Timestamp, today: pd.Timestamp) -> Problem:
    return Problem(
        "gtfs/calendar.txt",
        f"Der Fahrplan ist am {last:%d.%m.%Y} abgelaufen, vor dem Datenstand {today:%d.%m.%Y}",
        "den heutigen Fahrplan ablegen oder reference_date in parameters.yaml in seine Gültigkeit "
        "legen",
    )


def _order(problem: Problem) -> tuple[int, int, str, int]:
    is_file = problem.row is None
    is_reference = "steht nicht in" in problem.message
    stage = 0 if is_file else 3 if is_reference else 1 if problem.row == 1 else 2
    return stage, _place(problem.file), problem.file, problem.row or 0


def _place(file: str) -> int:
    """Return where a file stands in the order of mending: what others build on comes first."""
    titles = [table.title for table in TABLES.values()]
    named = [number for number, title in enumerate(titles) if f"„{title}“" in file]
    names = list(TABLES)
    if file.removesuffix(".csv") in names:
        return names.index(file.removesuffix(".csv"))
    # Boundaries come with the municipalities, the timetable cannot be cut before them.
    return named[0] if named else 0 if file.startswith("boundaries") else 3


def summary(region: Region) -> str:
    """Say in German what a sound district holds."""
    rows = sum(len(getattr(region, name)) for name in TABLES)
    active = region.feed.active.index
    valid = f"{active.min():%d.%m.%Y} bis {active.max():%d.%m.%Y}"
    model = " (Modellfahrplan, Arbeitsannahme)" if region.feed.is_model else ""
    notes = "".join(f"\n  Hinweis zum Fahrplan: {note}" for note in region.feed.notes)
    return (
        f"{len(TABLES)} Tabellen mit {rows} Zeilen, {len(region.municipalities)} Gemeinden, "
        f"{len(region.settlements)} Siedlungen, {len(region.current_offers)} heutige Angebote.\n"
        f"Fahrplan{model}: {len(region.feed.trips)} Fahrten, gültig vom {valid}.{notes}"
    )
