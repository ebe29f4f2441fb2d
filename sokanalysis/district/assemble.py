"""From official files to a district's tables, timetable, ways and borders."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.columns import Table
from sokanalysis.cut.extract import cut_extract
from sokanalysis.cut.timetable import cut_timetable
from sokanalysis.district import areas, people
from sokanalysis.district.writing import has_rows, write_table
from sokanalysis.errors import DataProblems, Problem
from sokanalysis.fetch.provenance import resources
from sokanalysis.fetch.sources import RAW, Source
from sokanalysis.geography import grid_box
from sokanalysis.parameters import region_parameters
from sokanalysis.read.official.census_flat import read_flat
from sokanalysis.read.official.census_grid import read_grid
from sokanalysis.read.osm_places import read_places
from sokanalysis.schema import GROUPS, MUNICIPALITIES, POPULATION, SETTLEMENTS
from sokanalysis.streets import widened

if TYPE_CHECKING:
    import geopandas as gpd

    from sokanalysis.read.osm import Box

# Sources that are fetched; gv100ad stands in for the workbook when it is put there by hand.
USED: Final = (
    "gemeindeverzeichnis", "grenzen", "zensus_bevoelkerung", "zensus_staatsangehoerigkeit",
    "zensus_gemeinden", "auslaender_kreis", "strassen", "fahrplan",
)  # fmt: skip
# Without these, which ask for an account, foreigners come from the census cells alone.
OPTIONAL: Final = ("zensus_gemeinden", "auslaender_kreis")
# What the steps are called, in their order; each writes what it names.
STEPS: Final = (
    "Gemeinden und Grenzen", "Wegenetz", "Siedlungen", "Ausländerinnen und Ausländer", "Fahrplan",
    "Herkunft",
)  # fmt: skip


@dataclass(frozen=True)
class Assembled:
    """What came of it: files written, what was left as it was, what went wrong."""

    written: tuple[Path, ...]
    kept: tuple[str, ...]
    problems: tuple[Problem, ...]


@dataclass
class Workshop:
    """Raw files of one district, read once and only when a step needs them.

    ``is_replacing`` says whether tables that hold rows, and files that lie there, give way.
    """

    ags: str
    folder: Path
    sources: Mapping[str, Source]
    is_replacing: bool = False
    written: list[Path] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def raw(self, key: str) -> Path:
        """Return where the raw file of a source lies or would lie."""
        return self.folder / RAW / self.sources[key].file

    def needed(self, key: str) -> Path:
        """Return the raw file of a source.

        Raises
        ------
        DataProblems
            When it is not there, with what to do by hand.
        """
        path = self.raw(key)
        if not path.exists():
            raise DataProblems([Problem(f"{RAW}/{path.name}", "fehlt", self.sources[key].by_hand)])
        return path

    @cached_property
    def register(self) -> pd.DataFrame:
        """The municipalities of the register."""
        text, workbook = self.raw("gv100ad"), self.raw("gemeindeverzeichnis")
        if not text.exists():
            workbook = self.needed("gemeindeverzeichnis")
        return areas.read_register(workbook, text, self.ags)

    @cached_property
    def borders(self) -> gpd.GeoDataFrame:
        """The borders of the municipalities, EPSG:4326."""
        return areas.read_borders(self.needed("grenzen"), self.ags)

    @cached_property
    def box(self) -> Box:
        """The district with its margin: west, south, east, north in degrees."""
        west, south, east, north = (float(bound) for bound in self.borders.total_bounds)
        margin = region_parameters(self.folder).street_margin_km
        return widened((west, south, east, north), margin)

    @cached_property
    def settled(self) -> tuple[pd.DataFrame, pd.Series[str]]:
        """Settlements, and by cell to which it belongs."""
        cells = people.located(self.grid("zensus_bevoelkerung"), self.borders)
        inhabited = cells[cells["Einwohner"] > 0].reset_index(drop=True)
        names = self.borders.set_index("ags")["name"]
        return people.settled(inhabited, self.places, names)

    @property
    def places(self) -> pd.DataFrame:
        """Named places of the extract of OpenStreetMap; empty without one."""
        path = self.raw("strassen")
        return read_places(path, self.box) if path.exists() else pd.DataFrame({"kind": []})

    def grid(self, key: str) -> pd.DataFrame:
        """Read census cells of 100 m around the district."""
        return read_grid(self.needed(key), grid_box(self.box))

    def counted(self, key: str, level: str) -> pd.DataFrame | None:
        """Read the foreigners of areas; None without the file, which not everybody may fetch."""
        path = self.raw(key)
        if not path.exists():
            return None
        return people.foreigners_of(read_flat(path), level, self.ags, self.sources[key])

    def table(self, table: Table, make: Callable[[], pd.DataFrame]) -> None:
        """Write a table, unless it holds rows that are to stay."""
        if has_rows(self.folder, table) and not self.is_replacing:
            self.kept.append(f"{table.name}.csv hat schon Zeilen")
            return
        self.written.append(write_table(self.folder, table, make()))

    def file(self, name: str, make: Callable[[Path], object]) -> None:
        """Write a file, unless one lies there that is to stay."""
        path = self.folder / name
        if path.exists() and not self.is_replacing:
            self.kept.append(f"{name} ist schon da")
            return
        make(path)
        self.written.append(path)


def assemble(
    ags: str,
    folder: Path,
    sources: Mapping[str, Source],
    *,
    is_replacing: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Assembled:
    """Fill a district's folder from the raw files in ``quellen``.

    Parameters
    ----------
    ags : str
        Official key of the district, five digits.
    folder : Path
        Of the region, as `sokanalysis.district.folder.new_region` makes it.
    sources : mapping of str to Source
        As `sokanalysis.fetch.sources.load_sources` gives them.
    is_replacing : bool
        Whether tables with rows and files that lie there are written anew.
    tell : callable
        Told the name of each of `STEPS` when it begins.

    Returns
    -------
    Assembled
        A step that fails leaves what it would have written as it was, and the others go on.
    """
    shop = Workshop(ags, folder, sources, is_replacing)
    steps = (_areas, _streets, _settlements, _foreigners, _timetable, _package)
    problems: list[Problem] = []
    for name, step in zip(STEPS, steps, strict=True):
        tell(name)
        try:
            step(shop)
        except DataProblems as refusal:
            problems += [problem for problem in refusal.problems if problem not in problems]
    return Assembled(tuple(shop.written), tuple(shop.kept), tuple(problems))


def _areas(shop: Workshop) -> None:
    areas.require_same(shop.register, shop.borders)
    shop.table(MUNICIPALITIES, lambda: areas.municipalities(shop.register, shop.borders))
    shop.table(POPULATION, lambda: areas.population(shop.register))
    shop.file("boundaries.geojson", lambda path: path.write_text(shop.borders.to_json(), "utf-8"))


def _streets(shop: Workshop) -> None:
    source = shop.needed("strassen")
    shop.file(source.name, lambda path: cut_extract(source, path, shop.box))


def _settlements(shop: Workshop) -> None:
    shop.table(SETTLEMENTS, lambda: shop.settled[0])


def _foreigners(shop: Workshop) -> None:
    shop.table(GROUPS, lambda: _groups(shop))


def _groups(shop: Workshop) -> pd.DataFrame:
    """Foreigners by cell, and of municipalities and the district where those tables are there."""
    settlements, of_cell = shop.settled
    cells = people.foreigners_by_cell(shop.grid("zensus_staatsangehoerigkeit"), of_cell)
    towns = shop.counted("zensus_gemeinden", "gemeinde")
    district = shop.counted("auslaender_kreis", "kreis")
    parts = [part for part in (towns, district) if part is not None]
    if towns is not None:
        cells = people.fitted(cells, towns, settlements)
    return pd.concat([cells, *parts], ignore_index=True)


def _timetable(shop: Workshop) -> None:
    source = shop.needed("fahrplan")
    shop.file("gtfs.zip", lambda path: cut_timetable(source, path, shop.box))


def _package(shop: Workshop) -> None:
    """Note in the data package where the raw files came from."""
    path = shop.folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    ours = [entry for entry in package["resources"] if not entry["path"].startswith(f"{RAW}/")]
    package["resources"] = [*ours, *resources(shop.folder)]
    path.write_text(json.dumps(package, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
