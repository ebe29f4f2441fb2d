"""Reading an extract: what is kept, what is cut off, what is said when it cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest

from sokanalysis.read import osm_cache
from sokanalysis.read.osm import KEYS, OsmStreets, StreetsNotReadable, read_osm
from sokanalysis.read.osm_cache import read_streets
from sokanalysis.street_profiles import rules

osmium = pytest.importorskip("osmium")

BOX = (11.0, 50.0, 12.0, 51.0)
ROAD = {"highway": "residential"}


def write(
    path: Path,
    nodes: dict[int, tuple[float, float]],
    ways: list[tuple[list[int], dict[str, str]]],
    gates: dict[int, dict[str, str]] | None = None,
    relations: list[tuple[list[int], dict[str, str]]] = (),
) -> Path:
    """Write an extract: nodes by id as (lon, lat), ways numbered from 1, relations of ways."""
    from osmium.osm.mutable import Node, Relation, Way

    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, place in nodes.items():
            tags = (gates or {}).get(number, {})
            writer.add_node(Node(id=number, version=1, location=place, tags=tags))
        for number, (members, tags) in enumerate(ways, start=1):
            writer.add_way(Way(id=number, version=1, nodes=members, tags=tags))
        for number, (members, tags) in enumerate(relations, start=1):
            parts = [("w", member, "outer") for member in members]
            writer.add_relation(Relation(id=number, version=1, members=parts, tags=tags))
    return path


def row(count: int) -> dict[int, tuple[float, float]]:
    """Nodes 1 to count from west to east, a hundredth of a degree apart."""
    return {number: (11 + number / 100, 50.5) for number in range(1, count + 1)}


def same(one: OsmStreets, other: OsmStreets) -> bool:
    arrays = all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in osm_cache._ARRAYS
    )
    return arrays and one.tag_sets == other.tag_sets


def test_pieces_lines_and_tags(tmp_path: Path) -> None:
    named = ROAD | {"name": "Hauptstraße", "maxspeed": "30"}
    ways = [([1, 2, 3], named), ([3, 4], ROAD), ([2, 4], named | {"name": "Gasse"})]
    streets = read_osm(write(tmp_path / "x.osm.pbf", row(4), ways), BOX)
    assert streets.start.tolist() == [0, 1, 2, 1]
    assert streets.end.tolist() == [1, 2, 3, 3]
    # The first two pieces belong to one way; names are left behind, so two sets of tags remain.
    assert len(set(streets.line)) == 3
    assert streets.line[0] == streets.line[1]
    assert streets.code.tolist() == [0, 0, 1, 0]
    assert streets.tag_sets == ({"highway": "residential", "maxspeed": "30"}, ROAD)
    assert streets.lon == pytest.approx([11.01, 11.02, 11.03, 11.04])


def test_a_way_may_begin_outside(tmp_path: Path) -> None:
    nodes = {1: (12.1, 50.5), 2: (11.99, 50.5), 3: (11.9, 50.5)}
    assert len(read_osm(write(tmp_path / "x.osm.pbf", nodes, [([1, 2, 3], ROAD)]), BOX).start) == 1


def test_only_streets_and_water_are_read(tmp_path: Path) -> None:
    others = [
        ([1, 2], {"railway": "rail"}), ([1, 2], {"route": "ferry"}), ([1, 2], {"building": "yes"}),
        ([1, 2], {"natural": "wood"}), ([1, 2], {"waterway": "stream"}),
        ([1, 2], {"waterway": "river", "tunnel": "culvert"}),
    ]  # fmt: skip
    water = [([3, 4], {"waterway": "river"}), ([4, 5, 6, 4], {"natural": "water"})]
    path = write(tmp_path / "x.osm.pbf", row(6), [*others, ([1, 2], ROAD), *water])
    streets = read_osm(path, BOX)
    assert len(streets.start) == 1
    # One piece of the river, three of the lake's shore: nodes 3 to 6 stand at 2 to 5.
    assert streets.water.tolist() == [[2, 3], [3, 4], [4, 5], [5, 3]]


def test_shore_of_a_lake_that_is_a_relation(tmp_path: Path) -> None:
    lake = ([2], {"type": "multipolygon", "natural": "water"})
    ways = [([1, 2], ROAD), ([2, 3, 4, 2], {})]
    path = write(tmp_path / "x.osm.pbf", row(4), ways, relations=[lake])
    assert read_osm(path, BOX).water.tolist() == [[1, 2], [2, 3], [3, 1]]


def test_a_way_is_cut_at_the_box_and_begins_anew_behind_it(tmp_path: Path) -> None:
    nodes = row(6) | {3: (20.0, 50.5)}
    streets = read_osm(write(tmp_path / "x.osm.pbf", nodes, [([1, 2, 3, 4, 5, 6], ROAD)]), BOX)
    # Node 3 lies outside: 1-2 remains, then 4-5-6. Kept nodes 1, 2, 4, 5, 6 stand at 0 to 4.
    assert streets.start.tolist() == [0, 2, 3]
    assert streets.end.tolist() == [1, 3, 4]
    assert streets.line[0] != streets.line[1] == streets.line[2]


def test_nodes_need_not_come_in_order(tmp_path: Path) -> None:
    nodes = {7: (11.3, 50.5), 2: (11.1, 50.5), 5: (11.2, 50.5)}
    streets = read_osm(write(tmp_path / "x.osm", nodes, [([2, 5, 7], ROAD)]), BOX)
    assert streets.lon[streets.start].tolist() == [11.1, 11.2]
    assert streets.lon[streets.end].tolist() == [11.2, 11.3]


def test_barriers_keep_their_tags(tmp_path: Path) -> None:
    gate = {2: {"barrier": "bollard", "note": "rot"}}
    streets = read_osm(write(tmp_path / "x.osm.pbf", row(3), [([1, 2, 3], ROAD)], gate), BOX)
    assert streets.barrier.tolist() == [1]
    assert streets.tag_sets[streets.barrier_code[0]] == {"barrier": "bollard"}


def test_a_node_that_the_extract_lacks_cuts_the_way(tmp_path: Path) -> None:
    ways = [([1, 2, 99, 3], ROAD), ([99, 2, 3], ROAD), ([], ROAD)]
    streets = read_osm(write(tmp_path / "x.osm.pbf", row(3), ways), BOX)
    assert (streets.start.tolist(), streets.end.tolist()) == ([0, 1], [1, 2])


def test_rules_look_only_at_tags_that_are_read() -> None:
    modes = rules()["modes"].values()
    asked = {key for mode in modes for key in [*mode["keys"], *mode["caps"]]}
    assert asked <= KEYS


# -- files that cannot be used ------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"kein Auszug, nur Text" * 50, b"\x00\x00\x00\x0d\x0a\x09"]
)
def test_not_an_extract(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "land.osm.pbf"
    path.write_bytes(content)
    with pytest.raises(StreetsNotReadable, match=r"land\.osm\.pbf – nicht lesbar .*→ Auszug"):
        read_streets(path, BOX)
    assert list(tmp_path.iterdir()) == [path]


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(StreetsNotReadable, match=r"land\.osm\.pbf – Datei fehlt → Auszug"):
        read_streets(tmp_path / "land.osm.pbf", BOX)


def test_an_extract_cut_short(tmp_path: Path) -> None:
    nodes = {n: (11 + (n % 977) / 1000, 50 + (n % 613) / 700) for n in range(1, 20_000)}
    path = write(tmp_path / "land.osm.pbf", nodes, [([n, n + 1], ROAD) for n in range(1, 9000)])
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    with pytest.raises(StreetsNotReadable, match="nicht lesbar"):
        read_osm(path, BOX)


def test_extract_without_streets(tmp_path: Path) -> None:
    for ways in ([], [([1, 2], {"waterway": "river"})]):
        path = write(tmp_path / f"{len(ways)}.osm.pbf", row(2), ways)
        with pytest.raises(StreetsNotReadable, match="enthält keine Straßen →"):
            read_osm(path, BOX)


def test_extract_of_another_land(tmp_path: Path) -> None:
    path = write(tmp_path / "land.osm.pbf", row(2), [([1, 2], ROAD)])
    with pytest.raises(
        StreetsNotReadable, match=r"keine Straßen im Gebiet 8\.00 bis 9\.00° Ost, 50\.00 bis"
    ):
        read_osm(path, (8.0, 50.0, 9.0, 51.0))


# -- cache --------------------------------------------------------------------------------------


@pytest.fixture
def extract(tmp_path: Path) -> Path:
    ways = [([1, 2, 3], ROAD), ([3, 4], {"waterway": "river"})]
    return write(tmp_path / "land.osm.pbf", row(4), ways, {2: {"barrier": "gate"}})


def read_count(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Paths of the extracts that were really opened, as it grows."""
    opened: list[Path] = []

    def read(path: Path, box: tuple[float, float, float, float]) -> OsmStreets:
        opened.append(path)
        return read_osm(path, box)

    monkeypatch.setattr(osm_cache, "read_osm", read)
    return opened


def test_cache_gives_the_same(extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = read_count(monkeypatch)
    first, second = read_streets(extract, BOX), read_streets(extract, BOX)
    assert len(opened) == 1
    assert same(first, second)
    assert sorted(path.name for path in extract.parent.iterdir()) == [
        "land.osm.pbf", "land.osm.pbf.npz",
    ]  # fmt: skip


def test_cache_is_made_anew_when_something_changed(
    extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = read_count(monkeypatch)
    read_streets(extract, BOX)
    read_streets(extract, (11.0, 50.0, 12.0, 50.9))  # another box
    os.utime(extract, ns=(1, 1))  # another time
    read_streets(extract, (11.0, 50.0, 12.0, 50.9))
    monkeypatch.setattr(osm_cache, "_VERSION", 0)  # another reader
    read_streets(extract, (11.0, 50.0, 12.0, 50.9))
    assert len(opened) == 4


def test_a_damaged_cache_is_made_anew(extract: Path) -> None:
    right = read_streets(extract, BOX)
    cache = extract.with_name("land.osm.pbf.npz")
    whole = cache.read_bytes()
    for at in range(0, len(whole), 97):
        cache.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        assert same(read_streets(extract, BOX), right), at
    for content in (b"", b"Unsinn", whole[: len(whole) // 2]):
        cache.write_bytes(content)
        assert same(read_streets(extract, BOX), right)
        assert same(read_streets(extract, BOX), right)


@pytest.mark.parametrize("change", [{"start": [99, 1]}, {"code": [0]}, {"lon": [11.0]}])
def test_a_cache_that_points_nowhere_is_made_anew(extract: Path, change: dict) -> None:
    right = read_streets(extract, BOX)
    cache = extract.with_name("land.osm.pbf.npz")
    with np.load(cache) as kept:
        arrays = dict(kept) | {name: np.array(values) for name, values in change.items()}
    np.savez(cache, **arrays)
    assert same(read_streets(extract, BOX), right)


def test_a_folder_that_cannot_be_written(extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError

    monkeypatch.setattr(osm_cache.np, "savez", refuse)
    assert len(read_streets(extract, BOX).start) == 2
    assert list(extract.parent.iterdir()) == [extract]


def test_the_key_of_the_cache_is_readable(extract: Path) -> None:
    version, keys, size, _, box = json.loads(osm_cache._key(extract, BOX))
    assert (version, set(keys), size, box) == (1, KEYS, extract.stat().st_size, list(BOX))
