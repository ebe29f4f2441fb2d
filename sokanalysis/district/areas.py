"""Municipalities, their people and their borders from the official register and VG250."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.errors import DataProblems, Problem
from sokanalysis.geography import generalised, geographic
from sokanalysis.read.official.gv100 import read_gv100
from sokanalysis.read.official.gvisys import read_gvisys
from sokanalysis.read.official.vg250 import read_vg250

if TYPE_CHECKING:
    import geopandas as gpd

_OFFICE: Final = "Statistisches Bundesamt, Gemeindeverzeichnis"
_TOLERANCE_M: Final = 5  # finer than any map, and common borders stay common


def read_register(workbook: Path, text: Path, district: str) -> pd.DataFrame:
    """Read the district's municipalities from the workbook, or else from GV100AD."""
    return (
        read_gvisys(workbook, district)
        if workbook.exists()
        else read_gv100(text, district).municipalities
    )


def read_borders(path: Path, district: str) -> gpd.GeoDataFrame:
    """Read the district's municipalities from VG250, with points closer than 5 m left out.

    Returns
    -------
    GeoDataFrame
        ``ags``, ``name`` and ``geometry`` (EPSG:4326).
    """
    shapes = read_vg250(path, district)
    return geographic(generalised(shapes, _TOLERANCE_M), path.name)


def require_same(register: pd.DataFrame, borders: gpd.GeoDataFrame) -> None:
    """Compare the municipalities of both files.

    Raises
    ------
    DataProblems
        Names each that only one of them has: the files are of different years.
    """
    remedy = "Gemeindeverzeichnis und Grenzen desselben Jahres ablegen"
    known, drawn = (frame.set_index("ags")["name"] for frame in (register, borders))
    problems = [
        Problem("Grenzen", f"{known[ags]} fehlt in den Grenzen", remedy, value=ags)
        for ags in known.index.difference(drawn.index)
    ]
    problems += [
        Problem("Grenzen", f"{drawn[ags]} fehlt im Gemeindeverzeichnis", remedy, value=ags)
        for ags in drawn.index.difference(known.index)
    ]
    if problems:
        raise DataProblems(problems)


def municipalities(register: pd.DataFrame, borders: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the table of municipalities; a missing centre is a point within the border."""
    rows = register.sort_values("ags").reset_index(drop=True)
    point = borders.set_index("ags").representative_point().reindex(rows["ags"])
    given = "lat" in rows
    lat, lon = point.y.to_numpy(), point.x.to_numpy()
    stated = f"{_OFFICE}, Gebietsstand {_day(rows['date'])}"
    return rows.assign(
        name=rows["name"].str.partition(", ")[0],  # "Ranis, Stadt" is called Ranis
        lat=(rows["lat"].fillna(pd.Series(lat)) if given else lat).round(6),
        lon=(rows["lon"].fillna(pd.Series(lon)) if given else lon).round(6),
        quality="amtlich", source=stated,
    )  # fmt: skip


def population(register: pd.DataFrame) -> pd.DataFrame:
    """Return the table of populations; without a day of its own that of the territory."""
    rows = register.sort_values("ags")
    own = rows["population_date"] if "population_date" in rows else rows["date"]
    date = own.fillna(rows["date"])
    return rows.assign(
        date=date, quality="amtlich", source=f"{_OFFICE}, Bevölkerung am {_day(date)}"
    )


def _day(dates: pd.Series[pd.Timestamp]) -> str:
    return f"{dates.max():%d.%m.%Y}"
