"""Coordinates proposed for sites, buildings and accommodation that have none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.geocoding.gazetteer import gazetteer
from sokanalysis.geocoding.matching import geocode
from sokanalysis.geocoding.plausibility import misplaced
from sokanalysis.read.boundaries import read_boundaries
from sokanalysis.read.entries import read_entries
from sokanalysis.read.gtfs import read_feed
from sokanalysis.read.osm_places import read_addresses
from sokanalysis.read.tables import read_table
from sokanalysis.schema import BUILDINGS, MUNICIPALITIES, SETTLEMENTS, SITES, TABLES

if TYPE_CHECKING:
    import geopandas as gpd

    from sokanalysis.columns import Table
    from sokanalysis.errors import Problem
    from sokanalysis.geocoding.register import Gazetteer
    from sokanalysis.region import Region

# Where people live is not looked up: an accommodation is placed by hand.
LOCATED: Final = (SITES, BUILDINGS)


@dataclass(frozen=True)
class Located:
    """What was found for the rows of one table that have no position.

    Parameters
    ----------
    table : Table
        Of which.
    rows : DataFrame
        Rows of the table with ``lat``, ``lon`` and ``geocoding`` filled in, and ``matched``.
    missing : tuple of Problem
        What was not found, with the reason and what to do.
    doubtful : tuple of Problem
        Positions that stand there and cannot be right.
    """

    table: Table
    rows: pd.DataFrame
    missing: tuple[Problem, ...]
    doubtful: tuple[Problem, ...]


def located(folder: Path) -> list[Located]:
    """Propose positions from what the folder holds: places, stops, buildings, addresses.

    Parameters
    ----------
    folder : Path
        Of the region; rows without position need not be sound otherwise.

    Returns
    -------
    list of Located
        One for each of `LOCATED`.
    """
    entries = read_entries(folder, TABLES)
    rows = {
        t.name: read_table(folder, t, entries)[0] for t in (*LOCATED, SETTLEMENTS, MUNICIPALITIES)
    }
    boundaries = read_boundaries(folder)[0]
    known = _known(folder, rows, boundaries)
    found = []
    for table in LOCATED:
        all_rows = rows[table.name]
        is_open = all_rows[["lat", "lon"]].isna().any(axis=1)
        told = geocode(all_rows[is_open], known, f"{table.name}.csv")
        placed = all_rows[is_open].assign(
            **{name: told.rows[name].to_numpy() for name in ("lat", "lon", "geocoding", "matched")}
        )
        doubtful = misplaced(
            all_rows[~is_open], boundaries, rows["settlements"], file=f"{table.name}.csv"
        )
        found.append(Located(table, placed[placed["lat"].notna()], told.missing, tuple(doubtful)))
    return found


def located_places(region: Region, places: pd.DataFrame) -> pd.DataFrame:
    """Return those of some places that were found, with ``lat``, ``lon`` and ``geocoding``.

    Parameters
    ----------
    region : Region
        Whose folder is looked through.
    places : DataFrame
        ``name``, ``address`` and ``place``, and whatever else is to stay beside them.
    """
    tables = {
        name: getattr(region, name) for name in ("settlements", "municipalities", "buildings")
    }
    told = geocode(places, _known(region.folder, tables, region.boundaries)).rows
    found = places.assign(**{name: told[name].to_numpy() for name in ("lat", "lon", "geocoding")})
    return found[found["lat"].notna()]


def _known(folder: Path, rows: dict[str, pd.DataFrame], boundaries: gpd.GeoDataFrame) -> Gazetteer:
    feed = read_feed(folder)[0]
    empty = pd.DataFrame(columns=["stop_id", "name", "lat", "lon"])
    extracts = sorted(folder.glob("*.osm.pbf"))
    addresses = None
    if extracts and not boundaries.empty:
        west, south, east, north = (float(bound) for bound in boundaries.total_bounds)
        addresses = read_addresses(extracts[0], (west, south, east, north))
    buildings = rows["buildings"].dropna(subset=["lat", "lon"])
    return gazetteer(
        rows["settlements"], empty if feed is None else feed.stops, buildings,
        rows["municipalities"], addresses, None if boundaries.empty else boundaries,
    )  # fmt: skip
