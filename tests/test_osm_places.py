"""Settlements and addresses of an extract, drawn by hand with rounded coordinates."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems
from sokanalysis.read.osm_places import read_addresses, read_places
from tests.fuzzing import damaged, fuzz, survives

osmium = pytest.importorskip("osmium")

BOX = (11.0, 50.0, 12.0, 51.0)
COLUMNS = ["name", "kind", "street", "house_number", "postal_code", "place", "lat", "lon"]


def write(
    path: Path,
    nodes: dict[int, tuple[float, float, dict[str, str]]],
    ways: list[tuple[list[int], dict[str, str]]] = (),
    relations: list[tuple[list[int], dict[str, str]]] = (),
) -> Path:
    """Write nodes by id as (lon, lat, tags), ways numbered from 1, relations of ways."""
    from osmium.osm.mutable import Node, Relation, Way

    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, (lon, lat, tags) in nodes.items():
            writer.add_node(Node(id=number, version=1, location=(lon, lat), tags=tags))
        for number, (members, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, version=1, nodes=members, tags=tags))
        for number, (members, tags) in enumerate(relations, start=1):
            parts = [("w", member, "outer") for member in members]
            writer.add_relation(Relation(id=number, version=1, members=parts, tags=tags))
    return path


def unpacked(source: Path, target: Path) -> Path:
    """Write an extract again without packing its blocks."""
    form = osmium.io.File(str(target), "pbf,pbf_compression=none")
    with osmium.SimpleWriter(form, overwrite=True) as writer:
        for one in osmium.FileProcessor(source):
            writer.add(one)
    return target


def place(name: str, kind: str, **tags: str) -> dict[str, str]:
    return {"name": name, "place": kind, **tags}


# -- settlements ---------------------------------------------------------------------------------


def test_settlements_by_number(tmp_path: Path) -> None:
    nodes = {
        7: (11.8, 50.58, place("Schleiz", "town", population="8.912")),
        2: (11.6, 50.69, place("Pößneck", "town", population="11702")),
        3: (11.7, 50.60, place("Oschitz", "village")),
    }
    found = read_places(write(tmp_path / "x.osm", nodes))
    assert list(found.columns) == ["osm_id", "name", "kind", "lat", "lon", "population_count"]
    assert found["osm_id"].tolist() == ["2", "3", "7"]
    assert found["name"].tolist() == ["Pößneck", "Oschitz", "Schleiz"]
    assert found["kind"].tolist() == ["town", "village", "town"]
    assert found["lat"].tolist() == [50.69, 50.60, 50.58]
    assert found["lon"].tolist() == [11.6, 11.7, 11.8]
    assert found["population_count"].dtype == "Int64"
    assert found["population_count"].tolist() == [11702, pd.NA, 8912]


def test_every_kind_of_settlement_and_no_other(tmp_path: Path) -> None:
    kinds = ["city", "town", "village", "hamlet", "suburb", "quarter", "neighbourhood",
             "isolated_dwelling", "locality", "farm", "square", "county"]  # fmt: skip
    nodes = {n: (11.5, 50.5, place(f"Ort {n}", kind)) for n, kind in enumerate(kinds, start=1)}
    nodes[50] = (11.5, 50.5, {"place": "village"})  # nobody knows its name
    nodes[51] = (11.5, 50.5, {"name": "Schild"})
    assert read_places(write(tmp_path / "x.osm.pbf", nodes))["kind"].tolist() == kinds[:8]


def test_only_settlements_in_the_box_with_its_edges(tmp_path: Path) -> None:
    spots = [(11.0, 50.0), (12.0, 51.0), (10.9999999, 50.5), (11.5, 51.0000001)]
    nodes = {n: (*spot, place("Ort", "village")) for n, spot in enumerate(spots, start=1)}
    path = write(tmp_path / "x.osm.pbf", nodes)
    assert read_places(path, BOX)["osm_id"].tolist() == ["1", "2"]
    assert len(read_places(path)) == 4


@pytest.mark.parametrize(
    ("said", "count"),
    [("980", 980), ("1.234", 1234), ("1 234 567", 1234567), ("0", 0), ("ca. 500", None),
     ("12,5", None), ("1.23", None), ("-5", None), ("9" * 40, None), ("١٢", None), ("", None)],
)  # fmt: skip
def test_people_where_they_are_a_number(tmp_path: Path, said: str, count: int | None) -> None:
    nodes = {1: (11.5, 50.5, place("Ort", "village", population=said))}
    (found,) = read_places(write(tmp_path / "x.osm.pbf", nodes))["population_count"]
    assert found is pd.NA if count is None else found == count


def test_names_are_one_line_and_otherwise_as_they_stand(tmp_path: Path) -> None:
    name = " <script>\nalert(1)\t</script> =1+1 "
    nodes = {1: (11.5, 50.5, place(name, "village"))}
    (found,) = read_places(write(tmp_path / "x.osm.pbf", nodes))["name"]
    assert found == "<script> alert(1) </script> =1+1"


def test_no_settlement(tmp_path: Path) -> None:
    found = read_places(write(tmp_path / "x.osm.pbf", {1: (11.5, 50.5, {})}))
    assert found.empty
    assert found.dtypes.astype(str).to_dict() == {
        "osm_id": "str", "name": "str", "kind": "str", "lat": "float64", "lon": "float64",
        "population_count": "Int64",
    }  # fmt: skip


# -- addresses -----------------------------------------------------------------------------------

HOUSE = {"addr:street": "Markt", "addr:housenumber": "1a", "addr:postcode": "07907",
         "addr:city": "Schleiz"}  # fmt: skip


def addresses(path: Path) -> list[tuple[object, ...]]:
    found = read_addresses(path, BOX)
    assert list(found.columns) == COLUMNS
    return list(found.round(6).itertuples(index=False, name=None))


def test_a_house_as_a_point(tmp_path: Path) -> None:
    path = write(tmp_path / "x.osm.pbf", {1: (11.8, 50.58, HOUSE)})
    assert addresses(path) == [("", "house", "Markt", "1a", "07907", "Schleiz", 50.58, 11.8)]


def test_a_village_without_street_names(tmp_path: Path) -> None:
    tags = {"addr:place": "Oschitz", "addr:housenumber": "12"}
    path = write(tmp_path / "x.osm.pbf", {1: (11.8, 50.58, tags)})
    assert addresses(path) == [("", "house", "Oschitz", "12", "", "", 50.58, 11.8)]


def test_the_name_of_a_private_house_is_not_read(tmp_path: Path) -> None:
    tags = HOUSE | {"name": "Haus Erika Mustermann", "amenity": "doctors"}
    ((name, kind, *_),) = addresses(write(tmp_path / "x.osm.pbf", {1: (11.8, 50.58, tags)}))
    assert (name, kind) == ("", "house")


CORNERS = {1: (11.1, 50.1, {}), 2: (11.3, 50.1, {}), 3: (11.3, 50.2, {}), 4: (11.1, 50.2, {})}


@pytest.mark.parametrize(
    "kind",
    ["school", "kindergarten", "townhall", "library", "community_centre", "place_of_worship"],
)
def test_a_public_building_as_an_area(tmp_path: Path, kind: str) -> None:
    # Its middle is that of the box around its corners: 11.2° east, 50.15° north.
    tags = HOUSE | {"name": "Haus am Markt", "amenity": kind, "building": "yes"}
    path = write(tmp_path / "x.osm.pbf", CORNERS, [([1, 2, 3, 4, 1], tags)])
    assert addresses(path) == [
        ("Haus am Markt", kind, "Markt", "1a", "07907", "Schleiz", 50.15, 11.2)
    ]


def test_a_public_building_of_several_ways(tmp_path: Path) -> None:
    # Two halves of the ring; without an address all there is is the name.
    ways = [([1, 2, 3], {}), ([3, 4, 1], {}), ([1, 3], {"highway": "footway"})]
    school = {"type": "multipolygon", "amenity": "school", "name": "Regelschule"}
    lake = {"type": "multipolygon", "natural": "water", "name": "Teich"}
    path = write(tmp_path / "x.osm.pbf", CORNERS, ways, [([1, 2, 99], school), ([3], lake)])
    assert addresses(path) == [("Regelschule", "school", "", "", "", "", 50.15, 11.2)]


def test_a_street_is_placed_half_way_along(tmp_path: Path) -> None:
    # From south to north: 0.1° and then 0.3°. Half of 0.4° is 0.1° into the second piece.
    nodes = {1: (11.5, 50.1, {}), 2: (11.5, 50.2, {}), 3: (11.5, 50.5, {})}
    street = {"highway": "residential", "name": "Lange Straße"}
    path = write(tmp_path / "x.osm.pbf", nodes, [([1, 2, 3], street)])
    assert addresses(path) == [("", "street", "Lange Straße", "", "", "", 50.3, 11.5)]


def test_a_degree_of_longitude_is_shorter(tmp_path: Path) -> None:
    # At 60° north it is half as long: 0.2° east are 0.1° north; the corner lies half-way.
    nodes = {1: (11.1, 60.0, {}), 2: (11.3, 60.0, {}), 3: (11.3, 60.1, {})}
    street = {"highway": "residential", "name": "Winkel"}
    path = write(tmp_path / "x.osm.pbf", nodes, [([1, 2, 3], street)])
    found = read_addresses(path, (11.0, 59.0, 12.0, 61.0))
    assert found[["lon", "lat"]].iloc[0].tolist() == pytest.approx([11.3, 60.0], abs=1e-6)


def test_what_is_no_address(tmp_path: Path) -> None:
    nodes = {
        1: (11.1, 50.1, {"highway": "bus_stop", "name": "Markt"}),
        2: (11.2, 50.1, {"amenity": "school"}),
        3: (11.3, 50.1, {"amenity": "bench", "name": "Bank"}),
        4: (12.5, 50.1, HOUSE),
    }
    ways = [([1, 2], {"highway": "residential"}), ([1, 2], {"waterway": "river", "name": "Saale"}),
            ([98, 99], {"highway": "residential", "name": "Fern"})]  # fmt: skip
    assert addresses(write(tmp_path / "x.osm.pbf", nodes, ways)) == []


def test_nodes_then_ways_then_relations(tmp_path: Path) -> None:
    nodes = CORNERS | {9: (11.2, 50.1, HOUSE), 8: (11.2, 50.1, HOUSE | {"addr:housenumber": "8"})}
    ways = [([1, 2], {"highway": "path", "name": "Weg"}), ([1, 2, 3, 1], {})]
    church = {"type": "multipolygon", "amenity": "place_of_worship", "name": "Kirche"}
    found = addresses(write(tmp_path / "x.osm", nodes, ways, [([2], church)]))
    assert [row[0] or row[2] + row[3] for row in found] == ["Markt8", "Markt1a", "Weg", "Kirche"]


def test_no_address_has_the_same_columns(tmp_path: Path) -> None:
    found = read_addresses(write(tmp_path / "x.osm.pbf", {1: (11.5, 50.5, {})}), BOX)
    assert found.empty
    assert list(found.columns) == COLUMNS
    assert set(found.dtypes.astype(str)[:6]) == {"str"}
    assert set(found.dtypes.astype(str)[6:]) == {"float64"}


# -- files that cannot be used ---------------------------------------------------------------------

READERS = [read_places, partial(read_addresses, box=BOX)]


@pytest.mark.parametrize("reader", READERS, ids=["places", "addresses"])
@pytest.mark.parametrize("raw", [b"", b"<html>404</html>", b"\0" * 99, b"\xff\xff\xff\xff" * 9])
def test_not_an_extract(tmp_path: Path, reader, raw: bytes) -> None:
    path = tmp_path / "land.osm.pbf"
    path.write_bytes(raw)
    with pytest.raises(DataProblems, match=r"land\.osm\.pbf – nicht lesbar .*→ Auszug des Landes"):
        reader(path)


@pytest.mark.parametrize("reader", READERS, ids=["places", "addresses"])
def test_a_missing_file(tmp_path: Path, reader) -> None:
    with pytest.raises(DataProblems, match=r"land\.osm\.pbf – Datei fehlt → Auszug"):
        reader(tmp_path / "land.osm.pbf")


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """An extract as it is published, and one that is not packed: damage gets further there."""
    nodes = CORNERS | {9: (11.2, 50.1, HOUSE), 10: (11.2, 50.1, place("Ort", "village"))}
    ways = [([1, 2], {"highway": "path", "name": "Weg"}), ([1, 2, 3, 1], {})]
    school = {"type": "multipolygon", "amenity": "school", "name": "Schule"}
    folder = tmp_path_factory.mktemp("sound")
    packed = write(folder / "x.osm.pbf", nodes, ways, [([2], school)])
    return [packed.read_bytes(), unpacked(packed, folder / "y.osm.pbf").read_bytes()]


@fuzz
@given(st.data())
def test_damaged_extracts_are_read_or_refused(
    tmp_path: Path, sound: list[bytes], data: st.DataObject
) -> None:
    raw = data.draw(damaged(data.draw(st.sampled_from(sound))))
    for reader in READERS:
        survives(reader, tmp_path / "x.osm.pbf", raw)
