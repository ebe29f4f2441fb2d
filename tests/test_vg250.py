"""Official boundaries: every form they come in, and what is said of files that cannot be used.

The district 16075 of these tests has three municipalities, squares of 10 km side by side.
"""

from __future__ import annotations

import sqlite3
import warnings
import zipfile
from functools import partial
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Transformer
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, box

from sokanalysis.errors import DataProblems
from sokanalysis.read.official.vg250 import read_vg250
from tests.fuzzing import damaged, fuzz, survives

WEST, SOUTH = 690_000, 5_590_000


def square(at: int, size: int = 10_000) -> Polygon:
    """The square number ``at``, counted from west to east."""
    return box(WEST + at * 10_000, SOUTH, WEST + at * 10_000 + size, SOUTH + size)


ROWS = [
    ("16075003", "Gefell", 4, square(2)),
    ("16075001", "Auma", 4, square(0)),
    ("16075002", "Bad Köstritz", 4, square(1)),
    ("16076001", "Greiz", 4, square(3)),
]


def frame(rows=ROWS, crs="EPSG:25832", names=("AGS", "GEN", "GF")) -> gpd.GeoDataFrame:
    ags, gen, gf, shapes = zip(*rows, strict=True)
    columns = dict(zip(names, (ags, gen, gf), strict=False))
    return gpd.GeoDataFrame(columns | {"BEZ": "Gemeinde"}, geometry=list(shapes), crs=crs)


def write(path: Path, table: gpd.GeoDataFrame, layer="vg250_gem") -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(table, path, layer=layer, append=path.exists())
    return path


@pytest.fixture
def gpkg(tmp_path: Path) -> Path:
    return write(tmp_path / "DE_VG250.gpkg", frame())


def packed(folder: Path, members: dict[str, Path]) -> Path:
    path = folder / "vg250_01-01.utm32s.gpkg.ebenen.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("vg250/dokumentation/vg250.pdf", b"%PDF-1.4")
        for place, file in members.items():
            bundle.write(file, place)
    return path


def area_km2(found: gpd.GeoDataFrame) -> list[float]:
    return [round(area / 1e6, 1) for area in found.to_crs("EPSG:25832").area]


def problem(path: Path, district: str = "16075"):
    with pytest.raises(DataProblems) as caught:
        read_vg250(path, district)
    (only,) = caught.value.problems
    return only


def test_one_row_a_municipality_in_degrees(gpkg: Path) -> None:
    found = read_vg250(gpkg, "16075")
    assert list(found.columns) == ["ags", "name", "geometry"]
    assert list(found["ags"]) == ["16075001", "16075002", "16075003"]
    assert list(found["name"]) == ["Auma", "Bad Köstritz", "Gefell"]
    assert found.crs.to_epsg() == 4326
    assert area_km2(found) == [100, 100, 100]
    corner = Transformer.from_crs(25832, 4326, always_xy=True).transform(WEST, SOUTH)
    assert found.geometry[0].exterior.distance(Point(corner)) < 1e-9
    assert found.attrs["notes"] == ()


def test_neighbours_keep_their_common_border(gpkg: Path) -> None:
    found = read_vg250(gpkg, "16075").geometry
    # The border has no width: what the first two cover together is what they cover one by one.
    assert found[0].intersection(found[1]).area == 0
    assert found[0].union(found[1]).area == pytest.approx(found[0].area + found[1].area, rel=1e-12)


def test_nothing_is_written_beside_the_file(gpkg: Path) -> None:
    before = gpkg.read_bytes()
    read_vg250(gpkg, "16075")
    assert [path.name for path in gpkg.parent.iterdir()] == ["DE_VG250.gpkg"]
    assert gpkg.read_bytes() == before


def test_the_official_archive(tmp_path: Path, gpkg: Path) -> None:
    path = packed(
        tmp_path, {"vg250_01-01.utm32s.gpkg.ebenen/vg250_ebenen_0101/DE_VG250.gpkg": gpkg}
    )
    gpkg.unlink()
    assert len(read_vg250(path, "16075")) == 3
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_shapefiles_in_the_official_archive(tmp_path: Path) -> None:
    folder = tmp_path / "shp"
    folder.mkdir()
    write(folder / "VG250_GEM.shp", frame(), layer="VG250_GEM")
    write(folder / "VG250_KRS.shp", frame(ROWS[:1]), layer="VG250_KRS")
    path = packed(tmp_path, {f"vg250_ebenen_0101/{one.name}": one for one in folder.iterdir()})
    found = read_vg250(path, "16075")
    assert list(found["name"]) == ["Auma", "Bad Köstritz", "Gefell"]
    assert area_km2(found) == [100, 100, 100]
    assert len(read_vg250(folder / "VG250_GEM.shp", "16075")) == 3


@pytest.mark.parametrize(
    ("layer", "names", "code"),
    [
        ("vg25_gem", ("AGS", "GEN", "GF"), 9),  # VG25: one row a municipality, „mit Struktur“
        ("vz250_gem", ("AGS_G", "GEN_G"), 4),  # VZ250 has no GF
        ("VG250_EW_GEM", ("ags", "gen", "gf"), 4),
        ("v_vg250_gem", ("Gemeindeschlüssel_AGS", "GeografischerName_GEN", "GF"), 4),
    ],
)
def test_sister_products(tmp_path: Path, layer: str, names: tuple[str, ...], code: int) -> None:
    rows = [(ags, gen, code, shape) for ags, gen, _, shape in ROWS]
    path = write(tmp_path / "DE.gpkg", frame(rows, names=names), layer)
    assert list(read_vg250(path, "16075")["ags"]) == ["16075001", "16075002", "16075003"]


def test_the_table_goes_before_the_view_and_other_layers(tmp_path: Path) -> None:
    path = tmp_path / "DE_VG250.gpkg"
    for layer in ("v_vg250_gem", "vg250_krs", "vg250_vwg"):
        write(path, frame([("16075009", "Falsch", 4, square(0))]), layer)
    write(path, frame())
    assert len(read_vg250(path, "16075")) == 3


# -- water, exclaves, shapes ----------------------------------------------------------------------


def test_water_is_no_land(tmp_path: Path) -> None:
    # GF 2 is a part on the sea or on Lake Constance, 1 and 3 are no municipalities at all.
    rows = [("08435016", "Friedrichshafen", code, square(code)) for code in (1, 2, 3, 4)]
    found = read_vg250(write(tmp_path / "x.gpkg", frame(rows)), "08435")
    assert area_km2(found) == [100]
    assert found.geometry[0].centroid.x == pytest.approx(
        frame([rows[3]]).to_crs(4326).geometry[0].centroid.x
    )


def test_a_municipality_of_water_alone_is_not_there(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gpkg", frame([("01056999", "Helgoland", 2, square(0))]))
    assert "keine Gemeinde des Kreises 01056" in problem(path, "01056").message


def test_codes_as_decimal_numbers_or_text(tmp_path: Path) -> None:
    for number, codes in enumerate([(4.0, 2.0), ("4", "2")]):
        rows = [("16075001", "Auma", code, square(at)) for at, code in enumerate(codes)]
        found = read_vg250(write(tmp_path / f"{number}.gpkg", frame(rows)), "16075")
        assert area_km2(found) == [100]


def test_an_exclave_in_a_row_of_its_own(tmp_path: Path) -> None:
    # 100 km² and, 10 km away, 1 km²; the third row lies within the first.
    rows = [
        ("16075001", "Auma", 4, square(0)),
        ("16075001", "Auma", 4, square(2, 1_000)),
        ("16075001", "Auma", 4, square(0, 1_000)),
    ]
    (shape,) = read_vg250(write(tmp_path / "x.gpkg", frame(rows)), "16075").geometry
    assert isinstance(shape, MultiPolygon)
    assert len(shape.geoms) == 2


def test_an_invalid_shape_is_mended_and_named(tmp_path: Path) -> None:
    # A bow tie between (0,0), (10,10), (10,0), (0,10) km: two triangles of 25 km² each.
    tie = Polygon([(WEST + x, SOUTH + y) for x, y in
                   ((0, 0), (10_000, 10_000), (10_000, 0), (0, 10_000))])  # fmt: skip
    assert not tie.is_valid
    rows = [("16075001", "Auma", 4, tie), *ROWS[2:3]]
    found = read_vg250(write(tmp_path / "x.gpkg", frame(rows)), "16075")
    assert found.geometry.is_valid.all()
    assert area_km2(found) == [50, 100]
    assert found.attrs["notes"] == ("Umriss von Auma war ungültig und ist repariert",)


def test_a_spike_is_cut_off(tmp_path: Path) -> None:
    corners = list(square(0).exterior.coords)
    spike = Polygon([*corners[:2], (WEST + 50_000, SOUTH), *corners[1:]])
    found = read_vg250(write(tmp_path / "x.gpkg", frame([("16075001", "A", 4, spike)])), "16075")
    assert set(found.geom_type) <= {"Polygon", "MultiPolygon"}
    assert area_km2(found) == [100]


@pytest.mark.parametrize(
    "shape",
    [
        None,
        LineString([(WEST, SOUTH), (WEST + 1, SOUTH)]),
        Polygon(),
        shapely.transform(square(0), lambda corners: corners + np.array([[np.inf, 0]])),
    ],
)
def test_no_area_at_all(tmp_path: Path, shape: object) -> None:
    path = write(tmp_path / "x.gpkg", frame([("16075001", "Auma", 4, shape), ROWS[2]]))
    assert "16075001 hat keinen lesbaren Umriss" in problem(path).message


def test_an_area_that_collapses(tmp_path: Path) -> None:
    line = Polygon([(WEST, SOUTH), (WEST + 100, SOUTH), (WEST + 50, SOUTH)])
    path = write(tmp_path / "x.gpkg", frame([("16075001", "Auma", 4, line)]))
    assert problem(path).message == "Umriss von Auma hat keine Fläche"


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:31467", "EPSG:25833", "EPSG:3857"])
def test_other_coordinates(tmp_path: Path, crs: str) -> None:
    path = write(tmp_path / "x.gpkg", frame().to_crs(crs))
    assert area_km2(read_vg250(path, "16075")) == pytest.approx([100, 100, 100], abs=0.1)


# -- what cannot be used --------------------------------------------------------------------------


@pytest.mark.parametrize("district", ["1607", "160750", "1607a", "16075' OR '1'='1", "", "१६०७५"])
def test_a_key_that_is_none(gpkg: Path, district: str) -> None:
    found = problem(gpkg, district)
    assert "ist kein Kreisschlüssel" in found.message
    assert found.remedy == "fünf Ziffern angeben, etwa 16075"


def test_a_district_that_is_not_in_the_file(gpkg: Path) -> None:
    found = problem(gpkg, "05315")
    assert found.message == "enthält keine Gemeinde des Kreises 05315"
    assert found.remedy == "Kreisschlüssel prüfen oder die Datei für ganz Deutschland nehmen"


def test_a_missing_file(tmp_path: Path) -> None:
    for name in ("DE_VG250.gpkg", "vg250.zip"):
        assert problem(tmp_path / name).message == "Datei fehlt"


def test_another_layer(tmp_path: Path) -> None:
    path = write(tmp_path / "DE_VG250.gpkg", frame(), "vg250_krs")
    assert problem(path).message == "enthält keine Ebene der Gemeinden (vg250_gem)"


def test_missing_columns_are_all_named(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gpkg", frame(names=("Schlüssel", "Name", "Faktor")))
    with pytest.raises(DataProblems) as caught:
        read_vg250(path, "16075")
    assert [one.column for one in caught.value.problems] == ["AGS", "GEN", "GF"]


def test_no_coordinate_reference_system(tmp_path: Path) -> None:
    write(tmp_path / "VG250_GEM.shp", frame(), "VG250_GEM")
    (tmp_path / "VG250_GEM.prj").unlink()
    found = problem(tmp_path / "VG250_GEM.shp")
    assert found.message == "das Koordinatensystem ist nicht angegeben"
    assert ".prj" in found.remedy


def test_the_wrong_coordinate_reference_system(tmp_path: Path) -> None:
    path = write(tmp_path / "x.gpkg", frame().set_crs("EPSG:3857", allow_override=True))
    assert "nicht in Deutschland" in problem(path).message


def test_keys_and_names_that_are_none(tmp_path: Path) -> None:
    rows = [("160750", "Auma", 4, square(0)), ("16075002", " ", 4, square(1))]
    with pytest.raises(DataProblems) as caught:
        read_vg250(write(tmp_path / "x.gpkg", frame(rows)), "16075")
    assert [(one.column, one.value) for one in caught.value.problems] == [
        ("AGS", "160750"), ("GEN", ""),
    ]  # fmt: skip


def test_names_come_as_they_are(tmp_path: Path) -> None:
    name = "<script>alert(1)</script>=1+1"
    path = write(tmp_path / "x.gpkg", frame([("16075001", name, 4, square(0))]))
    assert list(read_vg250(path, "16075")["name"]) == [name]


@pytest.mark.parametrize("raw", [
    b"", b"<html>404</html>", b"SQLite format 3\0", b"\0" * 4096,
    b"<OGRVRTDataSource><OGRVRTLayer name='vg250_gem'/></OGRVRTDataSource>",
])  # fmt: skip
def test_a_file_that_is_none(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "DE_VG250.gpkg"
    path.write_bytes(raw)
    assert problem(path).message in {"ist weder GeoPackage noch Shapefile", "ist beschädigt"}


def test_a_file_cut_short(gpkg: Path) -> None:
    raw = gpkg.read_bytes()
    for size in (5_000, len(raw) // 2, len(raw) - 4096):
        gpkg.write_bytes(raw[:size])
        assert problem(gpkg).message == "ist beschädigt"


def test_a_database_that_is_no_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "DE_VG250.gpkg"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE vg250_gem (AGS TEXT)")
    database.close()
    assert problem(path).file == "DE_VG250.gpkg"


def test_an_archive_without_boundaries(tmp_path: Path) -> None:
    text = tmp_path / "x.txt"
    text.write_text("nichts")
    found = problem(packed(tmp_path, {"x.txt": text}))
    assert found.message == "enthält weder …_GEM.shp noch eine .gpkg-Datei"


def test_an_archive_that_leads_outside(tmp_path: Path, gpkg: Path) -> None:
    assert "führt aus dem Archiv hinaus" in problem(packed(tmp_path, {"../x.gpkg": gpkg})).message


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of one small database, of its archive and of one shapefile, by ending."""
    folder = tmp_path_factory.mktemp("sound")
    write(folder / "gem.gpkg", frame())
    packed(folder, {"a/gem.gpkg": folder / "gem.gpkg"}).rename(folder / "gem.zip")
    write(folder / "gem.shp", frame(), "gem")
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


@fuzz
@given(st.data())
def test_damaged_files_are_read_or_refused(
    tmp_path: Path, sound: dict[str, bytes], data: st.DataObject
) -> None:
    for ending, raw in sound.items():
        (tmp_path / f"gem{ending}").write_bytes(raw)
    ending = data.draw(st.sampled_from([".gpkg", ".zip", ".shp", ".shx", ".dbf", ".prj"]))
    raw = data.draw(damaged(sound[ending]))
    opened = ending if ending in {".gpkg", ".zip"} else ".shp"
    reader = partial(read_vg250, district="16075")
    survives(lambda _: reader(tmp_path / f"gem{opened}"), tmp_path / f"gem{ending}", raw)
