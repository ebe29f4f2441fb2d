"""A part of an extract: its streets are those of the whole, all that is of no use is left out."""

from __future__ import annotations

import os
import random
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.cut import CutCount
from sokanalysis.cut.extract import cut_extract
from sokanalysis.errors import DataProblems
from sokanalysis.parameters import default_parameters
from sokanalysis.read.osm import OsmStreets, StreetsNotReadable, read_osm
from sokanalysis.read.osm_places import read_addresses, read_places
from sokanalysis.streets import MODES, StreetNetwork, widened
from tests.fuzzing import damaged, fuzz, survives
from tests.test_osm_places import place, unpacked, write

osmium = pytest.importorskip("osmium")

BOX = (11.0, 50.0, 12.0, 51.0)
ROAD = {"highway": "residential"}
SCHOOL = {"amenity": "school", "name": "Regelschule"}


def objects(path: Path) -> dict[str, dict[int, dict[str, str]]]:
    """Return the tags of all objects by kind and number."""
    found: dict[str, dict[int, dict[str, str]]] = {"n": {}, "w": {}, "r": {}}
    for one in osmium.FileProcessor(path):
        found[one.type_str()][one.id] = dict(one.tags)
    return found


def cut(folder: Path, *content, box=BOX) -> dict[str, dict[int, dict[str, str]]]:
    source = write(folder / "land.osm.pbf", *content)
    cut_extract(source, folder / "kreis.osm.pbf", box)
    return objects(folder / "kreis.osm.pbf")


def row(*lon: float) -> dict[int, tuple[float, float, dict[str, str]]]:
    """Nodes 1, 2, … at 50.5° north."""
    return {number: (at, 50.5, {}) for number, at in enumerate(lon, start=1)}


# -- what stays --------------------------------------------------------------------------------


def test_a_way_with_a_node_in_the_box_stays_whole(tmp_path: Path) -> None:
    nodes = row(10.5, 10.9, 11.1, 12.5, 12.6, 12.7)
    ways = [([1, 2, 3], ROAD), ([2, 4], ROAD), ([5, 6], ROAD), ([3, 4], ROAD)]
    left = cut(tmp_path, nodes, ways)
    # The second way crosses the box without a node in it, the third is elsewhere.
    assert set(left["w"]) == {1, 4}
    assert set(left["n"]) == {1, 2, 3, 4}


def test_edges_belong_to_the_box(tmp_path: Path) -> None:
    nodes = {1: (11.0, 51.0, {}), 2: (10.0, 50.5, {}), 3: (12.0000001, 50.0, {})}
    assert set(cut(tmp_path, nodes, [([1, 2], ROAD), ([2, 3], ROAD)])["w"]) == {1}


def test_the_count_is_of_nodes(tmp_path: Path) -> None:
    source = write(tmp_path / "x.osm.pbf", row(11.1, 11.2, 13.0), [([1, 2], ROAD)])
    assert cut_extract(source, tmp_path / "y.osm.pbf", BOX) == CutCount(kept=2, whole=3)


def test_what_is_kept_of_ways(tmp_path: Path) -> None:
    kept = [
        ROAD, {"waterway": "river"}, {"natural": "water"}, {"addr:housenumber": "1"},
        {"building": "yes", "name": "Rathaus"}, SCHOOL, {"office": "government", "name": "Amt"},
        {"place": "square", "name": "Markt"},
    ]  # fmt: skip
    dropped = [
        {"building": "yes"}, {"natural": "wood", "name": "Forst"}, {"landuse": "meadow"},
        {"amenity": "parking"}, {"boundary": "administrative", "name": "Schleiz"},
        {"railway": "rail", "name": "Saalebahn"}, {},
    ]  # fmt: skip
    left = cut(tmp_path, row(11.1, 11.2), [([1, 2], tags) for tags in [*kept, *dropped]])
    assert list(left["w"].values()) == kept


def test_what_is_kept_of_nodes(tmp_path: Path) -> None:
    kept = {
        3: (11.3, 50.5, place("Schleiz", "town")), 4: (11.3, 50.5, {"addr:housenumber": "1"}),
        5: (11.3, 50.5, SCHOOL), 6: (11.3, 50.5, {"highway": "bus_stop"}),
    }  # fmt: skip
    others = {
        7: (11.3, 50.5, {"natural": "tree"}), 8: (11.3, 50.5, {"amenity": "bench"}),
        9: (12.3, 50.5, place("Fern", "town")), 10: (11.3, 50.5, {"barrier": "gate"}),
    }  # fmt: skip
    on_way = {1: (11.1, 50.5, {"barrier": "gate", "bicycle": "no"}), 2: (11.2, 50.5, {})}
    left = cut(tmp_path, on_way | kept | others, [([1, 2], ROAD)])
    assert left["n"] == {number: tags for number, (_, _, tags) in (on_way | kept).items()}


def test_what_is_drawn_as_several_ways(tmp_path: Path) -> None:
    lake = {"type": "multipolygon", "natural": "water"}
    ways = [([1, 2], ROAD), ([2, 3], {}), ([3, 4], {}), ([5, 6], {})]
    far = row(11.1, 11.2, 11.3, 12.5, 12.6, 12.7)
    relations = [([2, 4], lake), ([3], SCHOOL), ([4], lake), ([2], {"type": "route", "name": "A"}),
                 ([2], {"boundary": "administrative", "natural": "water"})]  # fmt: skip
    left = cut(tmp_path, far, ways, relations)
    assert left["r"] == {1: lake, 2: SCHOOL}
    assert set(left["w"]) == {1, 2, 3}


def test_nobody_is_named(tmp_path: Path) -> None:
    from osmium.osm.mutable import Node, Way

    source = tmp_path / "x.osm.pbf"
    who = {"user": "erika", "uid": 7, "changeset": 9, "timestamp": "2026-01-01T00:00:00Z"}
    with osmium.SimpleWriter(str(source)) as writer:
        for number, lon in enumerate([11.1, 11.2], start=1):
            writer.add_node(Node(id=number, version=3, location=(lon, 50.5), **who))
        writer.add_way(Way(id=1, version=3, nodes=[1, 2], tags=ROAD, **who))
    cut_extract(source, tmp_path / "y.osm.pbf", BOX)
    found = [(one.user, one.uid, one.changeset, one.version)
             for one in osmium.FileProcessor(tmp_path / "y.osm.pbf")]  # fmt: skip
    assert set(found) == {("", 0, 0, 0)}


# -- the part is the whole in the box ------------------------------------------------------------


def random_land(chance: random.Random, path: Path) -> Path:
    """Streets, rivers, lakes and gates on a grid wider than the box; some nodes are missing."""
    spots = [(10.6 + 0.1 * chance.randrange(18), 49.8 + 0.1 * chance.randrange(14))
             for _ in range(40)]  # fmt: skip
    gates = [{}, {}, {}, {"barrier": "gate"}, {"barrier": "bollard", "foot": "no"}]
    nodes = {n: (*spot, chance.choice(gates)) for n, spot in enumerate(spots, start=1)}
    kinds = [ROAD, ROAD, ROAD | {"oneway": "yes"}, {"highway": "footway", "name": "Weg"},
             {"waterway": "river"}, {"waterway": "canal", "tunnel": "yes"}, {"natural": "water"},
             {"building": "yes"}, {}]  # fmt: skip
    ways = [([chance.randint(1, 43) for _ in range(chance.randint(0, 5))], chance.choice(kinds))
            for _ in range(30)]  # fmt: skip
    lake = {"type": "multipolygon", "natural": "water"}
    relations = [([chance.randint(1, 31) for _ in range(3)], lake) for _ in range(2)]
    return write(path, nodes, ways, relations)


def pieces(streets: OsmStreets) -> list[object]:
    """Return all that counts: neither numbers of lines nor tags that no street has do."""
    tags = [streets.tag_sets[code] for code in [*streets.code, *streets.barrier_code]]
    same_line = np.equal.outer(streets.line, streets.line)
    arrays = (streets.lon, streets.lat, streets.start, streets.end, streets.water, streets.barrier)
    return [*(array.tolist() for array in (*arrays, same_line)), tags]


# Every reading goes through the file many times: as many as are quick, or as SOK_FUZZ says.
@settings(fuzz, max_examples=int(os.environ.get("SOK_FUZZ", "12")))
@given(st.integers(0, 10**9))
def test_streets_of_the_part_are_those_of_the_whole(tmp_path: Path, seed: int) -> None:
    source = random_land(random.Random(seed), tmp_path / "land.osm.pbf")
    try:
        whole = pieces(read_osm(source, BOX))
    except StreetsNotReadable as refusal:
        assert "keine Straßen" in str(refusal)
        # Perhaps a single node of a street lies inside: then the part is there, without a piece.
        with pytest.raises((StreetsNotReadable, DataProblems), match="keine Straßen"):
            read_part(source)
    else:
        assert pieces(read_part(source)) == whole


def read_part(source: Path) -> OsmStreets:
    target = source.with_name("kreis.osm.pbf")
    cut_extract(source, target, BOX)
    return read_osm(target, BOX)


def test_networks_of_the_part_are_those_of_the_whole(tmp_path: Path) -> None:
    parameters = default_parameters()
    for seed in range(2):
        (tmp_path / "land.osm.pbf.npz").unlink(missing_ok=True)
        source = random_land(random.Random(seed), tmp_path / "land.osm.pbf")
        target = tmp_path / f"{seed}.osm.pbf"
        cut_extract(source, target, widened(BOX, parameters.street_margin_km))
        whole = StreetNetwork.from_osm(source, BOX, parameters)
        part = StreetNetwork.from_osm(target, BOX, parameters)
        assert np.array_equal(whole.places, part.places)
        for mode in MODES:
            minutes = [net.travel_minutes(mode, net.places[:8], net.places[-8:])
                       for net in (whole, part)]  # fmt: skip
            assert np.array_equal(*minutes, equal_nan=True)


def test_places_and_addresses_of_the_part_are_those_of_the_whole(tmp_path: Path) -> None:
    nodes = row(11.1, 11.2, 11.3) | {
        4: (11.4, 50.5, place("Schleiz", "town")), 5: (11.5, 50.5, {"addr:housenumber": "1"}),
    }  # fmt: skip
    ways = [([1, 2], ROAD | {"name": "Markt"}), ([1, 2, 3, 1], SCHOOL | {"building": "yes"}),
            ([2, 3], {})]  # fmt: skip
    source = write(tmp_path / "x.osm.pbf", nodes, ways, [([3], SCHOOL | {"type": "multipolygon"})])
    target = tmp_path / "y.osm.pbf"
    cut_extract(source, target, BOX)
    assert read_places(target, BOX).equals(read_places(source, BOX))
    assert read_addresses(target, BOX).equals(read_addresses(source, BOX))
    assert len(read_addresses(target, BOX)) == 4


# -- the same bytes, or none ---------------------------------------------------------------------


def test_the_same_extract_gives_the_same_bytes(tmp_path: Path) -> None:
    source = random_land(random.Random(1), tmp_path / "x.osm.pbf")
    for name in ("a.osm.pbf", "b.osm.pbf"):
        cut_extract(source, tmp_path / name, BOX)
    assert (tmp_path / "a.osm.pbf").read_bytes() == (tmp_path / "b.osm.pbf").read_bytes()


def test_a_part_may_take_the_place_of_the_whole(tmp_path: Path) -> None:
    source = random_land(random.Random(1), tmp_path / "x.osm.pbf")
    count = cut_extract(source, source, BOX)
    once = source.read_bytes()
    assert cut_extract(source, source, BOX) == CutCount(count.kept, count.kept)
    assert source.read_bytes() == once


def test_numbers_of_nodes_may_be_large_and_in_any_order(tmp_path: Path) -> None:
    nodes = {12_900_000_007: (11.1, 50.5, {}), 3: (11.2, 50.5, {}), 7_000_000_000: (11.3, 50.5, {})}
    left = cut(tmp_path, nodes, [([12_900_000_007, 3], ROAD)])
    assert list(left["n"]) == [3, 12_900_000_007]


def test_progress_rises_to_the_end(tmp_path: Path) -> None:
    shares: list[float] = []
    source = random_land(random.Random(1), tmp_path / "x.osm.pbf")
    cut_extract(source, tmp_path / "y.osm.pbf", BOX, shares.append)
    assert shares == sorted(shares)
    assert shares[-1] == 1


def refused(folder: Path, raw: bytes | None, box=BOX) -> str:
    """What is said; the extract that was there stays, and nothing lies beside it."""
    source, target = folder / "land.osm.pbf", folder / "kreis.osm.pbf"
    target.write_bytes(b"alt")
    if raw is not None:
        source.write_bytes(raw)
    with pytest.raises(DataProblems) as caught:
        cut_extract(source, target, box)
    assert target.read_bytes() == b"alt"
    assert {path.name for path in folder.iterdir()} <= {"land.osm.pbf", "kreis.osm.pbf"}
    (problem,) = caught.value.problems
    return str(problem)


def test_no_street_in_the_box(tmp_path: Path) -> None:
    river = [([1, 2], {"waterway": "river"})]
    raw = write(tmp_path / "land.osm.pbf", row(11.1, 11.2), river).read_bytes()
    assert refused(tmp_path, raw) == (
        "land.osm.pbf – enthält keine Straßen im Gebiet 11,00 bis 12,00° Ost, 50,00 bis 51,00° "
        "Nord → Auszug des Landes nehmen, in dem der Landkreis liegt"
    )


def test_a_missing_extract(tmp_path: Path) -> None:
    assert refused(tmp_path, None).startswith("land.osm.pbf – Datei fehlt → Auszug des Landes")


@pytest.mark.parametrize("raw", [b"", b"<html>404</html>", b"\0" * 99, b"kein Auszug" * 50])
def test_not_an_extract(tmp_path: Path, raw: bytes) -> None:
    assert refused(tmp_path, raw).startswith("land.osm.pbf – ")


def test_an_extract_cut_short(tmp_path: Path) -> None:
    raw = random_land(random.Random(1), tmp_path / "land.osm.pbf").read_bytes()
    assert "nicht lesbar" in refused(tmp_path, raw[: len(raw) * 2 // 3])


def test_a_folder_that_takes_nothing(tmp_path: Path) -> None:
    source = random_land(random.Random(1), tmp_path / "x.osm.pbf")
    with pytest.raises(DataProblems, match=r"y\.osm\.pbf – lässt sich nicht schreiben"):
        cut_extract(source, tmp_path / "fehlt" / "y.osm.pbf", BOX)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    """An extract as it is published, and one that is not packed: damage gets further there."""
    folder = tmp_path_factory.mktemp("sound")
    packed = random_land(random.Random(1), folder / "x.osm.pbf")
    return [packed.read_bytes(), unpacked(packed, folder / "y.osm.pbf").read_bytes()]


@fuzz
@given(st.data())
def test_damaged_extracts_are_cut_or_refused(
    tmp_path: Path, sound: list[bytes], data: st.DataObject
) -> None:
    reader = partial(cut_extract, target=tmp_path / "y.osm.pbf", box=BOX)
    raw = data.draw(damaged(data.draw(st.sampled_from(sound))))
    survives(reader, tmp_path / "x.osm.pbf", raw)
