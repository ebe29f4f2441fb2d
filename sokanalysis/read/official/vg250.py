"""Read the municipalities of one district from the official boundaries of all of Germany (BKG).

VG250 comes as GeoPackage or shapefiles, plain or in the archive that the Federal Agency for
Cartography and Geodesy offers. VG25 (finer) and VZ250 (one area a municipality) have the same
content under other names. Names and codes after the documentation of the products.
"""

from __future__ import annotations

import math
import re
import sqlite3
import tempfile
import warnings
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from sokanalysis.errors import DataProblems, Problem, WrongCrs
from sokanalysis.geography import geographic
from sokanalysis.read.bounded import Archive, open_archive, refuse
from sokanalysis.read.official.findings import Findings

if TYPE_CHECKING:
    import geopandas as gpd
    from shapely.geometry.base import BaseGeometry

_REMEDY: Final = "VG250 („Ebenen“, GeoPackage) beim BKG neu herunterladen: gdz.bkg.bund.de"
# Tables first; the views beside them (v_vg250_gem) spell their columns out.
_LAYER: Final = re.compile(r"(v_)?v[gz]\d+([-_]ew)?_gem", re.IGNORECASE)
_AGS: Final = ("ags", "ags_g", "gemeindeschlüssel_ags")
_NAME: Final = ("gen", "gen_g", "geografischername_gen")
# GF, „Geofaktor“, in VG250: 1 water and 3 land without structure below the Land; 2 the part of a
# municipality on the North Sea, the Baltic Sea or Lake Constance; 4 its part on land. In VG25 a
# municipality has one row, with 9. VZ250 does without.
_LAND: Final = (4, 9)
# The first bytes of a database and of a shapefile: GDAL would open whatever is called so.
_MAGIC: Final = {".gpkg": b"SQLite format 3\0", ".shp": b"\0\0\x27\x0a"}
_GERMANY: Final = (5.0, 47.0, 16.0, 56.0)
_SHAPEFILE: Final = (".shp", ".shx", ".dbf", ".prj", ".cpg")


class _Layer(NamedTuple):
    """Where the municipalities stand and what their columns are called there."""

    path: Path
    file: str
    name: str
    ags: str
    gen: str
    land: str | None


def read_vg250(path: Path, district: str) -> gpd.GeoDataFrame:
    """Read the municipalities of a district.

    Parameters
    ----------
    path : Path
        VG250, VG25 or VZ250 of all of Germany or a part of it: ``.gpkg``, ``.shp``, or the official
        ZIP with one of them inside. Of an archive only the layer's own files are unpacked, to a
        temporary folder; nothing is written beside the file.
    district : str
        Official key of the district, five digits.

    Returns
    -------
    GeoDataFrame
        ``ags``, ``name``, ``geometry`` (polygons or multipolygons, EPSG:4326), one row a
        municipality, ordered by ``ags``; never empty. Water off the coast and in Lake Constance
        is left out; what stands in several rows is one. Areas that belong to no municipality
        (gemeindefreie Gebiete) are rows too, as they have a key. ``attrs["notes"]`` is a tuple that
        names in German which shapes had to be mended.

    Raises
    ------
    DataProblems
        When the file is missing or damaged, has no layer of municipalities, lacks a column or the
        coordinate reference system, or does not hold the district.
    """
    if not re.fullmatch(r"[0-9]{5}", district):
        remedy = "fünf Ziffern angeben, etwa 16075"
        raise refuse(path.name, f"„{district}“ ist kein Kreisschlüssel", remedy)
    if path.suffix.lower() != ".zip":
        return _read(path, path.name, district)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        with open_archive(path) as archive:
            inner, file = _unpacked(archive, Path(folder))
        return _read(inner, file, district)


def _unpacked(archive: Archive, folder: Path) -> tuple[Path, str]:
    """Write the file of municipalities out of the archive, a shapefile with its companions."""
    found = sorted(archive.find(".gpkg")) or sorted(archive.find("_gem.shp"))
    if not found:
        raise refuse(archive.name, "enthält weder …_GEM.shp noch eine .gpkg-Datei", _REMEDY)
    place = PurePosixPath(found[0])
    stem = place.with_suffix("")
    endings = _SHAPEFILE if place.suffix.lower() == ".shp" else (".gpkg",)
    for one in map(PurePosixPath, archive.members):
        if one.with_suffix("") == stem and one.suffix.lower() in endings:
            archive.extract(str(one), folder / f"{stem.name}{one.suffix.lower()}")
    return folder / f"{stem.name}{place.suffix.lower()}", f"{archive.name}/{place.name}"


# All that pyogrio and pyproj raise on files; pyogrio trips over a .prj file that is no text.
_UNREADABLE: Final = (RuntimeError, ValueError, OSError, UnboundLocalError)


def _read(path: Path, file: str, district: str) -> gpd.GeoDataFrame:
    from shapely.errors import ShapelyError

    _require_sound(path, file)
    with warnings.catch_warnings():
        # GDAL warns of what it mends, such as rings left open; all shapes are checked below.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            rows = _rows(_layer(path, file), district)
            return _in_degrees(_municipalities(rows, file), file)
        except WrongCrs as error:
            message, _, remedy = str(error).removeprefix(f"{file}: ").partition(" → ")
            raise refuse(file, message, remedy) from None
        except (*_UNREADABLE, ShapelyError) as error:
            shown = " ".join(str(error).split())[:120]
            raise refuse(file, f"nicht lesbar ({shown})", _REMEDY) from error


def _require_sound(path: Path, file: str) -> None:
    """Look at the first bytes and, in a database, at every page."""
    if not path.is_file():
        raise refuse(file, "Datei fehlt", f"die Datei nach „{path.parent.name}“ legen")
    magic = _MAGIC.get(path.suffix.lower())
    with path.open("rb") as stream:
        if magic is None or stream.read(len(magic)) != magic:
            raise refuse(file, "ist weder GeoPackage noch Shapefile", _REMEDY)
    if path.suffix.lower() == ".gpkg" and not _is_sound_database(path):
        raise refuse(file, "ist beschädigt", _REMEDY)


def _is_sound_database(path: Path) -> bool:
    try:
        # immutable: SQLite writes nothing beside the file.
        uri = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(uri, uri=True)) as database:
            return bool(database.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)])
    except (sqlite3.Error, UnicodeError):
        return False


def _layer(path: Path, file: str) -> _Layer:
    """Find the layer of municipalities and its columns."""
    import pyogrio

    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    found = sorted((name for name in layers if _LAYER.fullmatch(name)), key=lambda n: (len(n), n))
    if not found and path.suffix.lower() == ".shp":
        found = layers
    if not found:
        raise refuse(file, "enthält keine Ebene der Gemeinden (vg250_gem)", _REMEDY)
    info = pyogrio.read_info(path, layer=found[0])
    fields = {str(name).lower(): str(name) for name in info["fields"]}
    ags, gen = _first(fields, _AGS), _first(fields, _NAME)
    is_divided = "vz" not in found[0].lower()
    missing = [
        title
        for title, name in (("AGS", ags), ("GEN", gen), ("GF", fields.get("gf")))
        if name is None and (title != "GF" or is_divided)
    ]
    if ags is None or gen is None or missing:
        message = f"Spalte fehlt in der Ebene „{found[0]}“"
        raise DataProblems(Problem(file, message, _REMEDY, column=title) for title in missing)
    return _Layer(path, file, found[0], ags, gen, fields.get("gf"))


def _first(fields: dict[str, str], names: tuple[str, ...]) -> str | None:
    return next((fields[name] for name in names if name in fields), None)


def _rows(layer: _Layer, district: str) -> gpd.GeoDataFrame:
    """Read the district's rows on land: ``ags``, ``name`` and ``geometry``, as they stand."""
    import pandas as pd
    import pyogrio

    rows = pyogrio.read_dataframe(
        layer.path, layer=layer.name, where=f"\"{layer.ags}\" LIKE '{district}%'",
        columns=[layer.ags, layer.gen, *([layer.land] if layer.land else [])],
        force_2d=True, on_invalid="ignore",
    )  # fmt: skip
    if layer.land:
        rows = rows[pd.to_numeric(rows[layer.land], errors="coerce").isin(_LAND)]
    if rows.empty:
        remedy = "Kreisschlüssel prüfen oder die Datei für ganz Deutschland nehmen"
        raise refuse(layer.file, f"enthält keine Gemeinde des Kreises {district}", remedy)
    rows = rows.rename(columns={layer.ags: "ags", layer.gen: "name"})
    return rows[["ags", "name", "geometry"]].reset_index(drop=True)


def _municipalities(rows: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    """Return one sound area a municipality, in the coordinates of the file."""
    from shapely import union_all

    findings = Findings(file)
    for row in rows.itertuples():
        _check(str(row.ags), row.name, row.geometry, findings)
    findings.settle()
    mended = sorted(set(rows["name"][~rows.geometry.is_valid]))
    shapes = [_sound(shape) for shape in rows.geometry]
    areas = rows.assign(geometry=shapes).sort_values("ags", kind="stable")
    whole = areas.drop_duplicates("ags").reset_index(drop=True)
    parts = [union_all(list(areas.geometry[areas["ags"] == ags])) for ags in whole["ags"]]
    whole = whole.set_geometry(parts, crs=rows.crs).astype({"ags": "str", "name": "str"})
    for row in whole[whole.geometry.is_empty].itertuples():
        findings.add(f"Umriss von {row.name} hat keine Fläche", _REMEDY)
    findings.settle()
    notes = (f"Umriss von {name} war ungültig und ist repariert" for name in mended)
    whole.attrs["notes"] = tuple(notes)
    return whole


def _check(ags: str, name: object, shape: BaseGeometry | None, findings: Findings) -> None:
    if not re.fullmatch(r"[0-9]{8}", ags):
        findings.add("ist kein Gemeindeschlüssel aus acht Ziffern", _REMEDY, None, "AGS", ags)
    if not isinstance(name, str) or not name.strip():
        findings.add(f"Gemeinde {ags} hat keinen Namen", _REMEDY, None, "GEN")
    is_area = shape is not None and shape.geom_type in {"Polygon", "MultiPolygon"}
    if shape is None or not is_area or not all(map(math.isfinite, shape.bounds)):
        findings.add(f"Gemeinde {ags} hat keinen lesbaren Umriss", _REMEDY)


def _sound(shape: BaseGeometry) -> BaseGeometry:
    """Return the shape as it is, or, where it is invalid, the area that it meant."""
    from shapely import make_valid

    if shape.is_valid:
        return shape
    return make_valid(shape, method="structure", keep_collapsed=False)


def _in_degrees(areas: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    from shapely import box

    found = geographic(areas, file)
    bounds = [float(bound) for bound in found.total_bounds]
    if not all(map(math.isfinite, bounds)) or not box(*_GERMANY).covers(
        box(*bounds)
    ):  # also where a coordinate could not be turned into degrees
        raise refuse(file, "liegt nach seinem Koordinatensystem nicht in Deutschland", _REMEDY)
    return found
