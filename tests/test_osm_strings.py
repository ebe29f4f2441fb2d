"""Texts of an extract: a zero byte in one is found before osmium stumbles over it."""

from __future__ import annotations

import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.read.osm_strings import require_sound_texts
from tests.test_osm_places import HOUSE, place, unpacked, write

osmium = pytest.importorskip("osmium")


def varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first, the highest bit of all but the last set."""
    low, rest = value & 0x7F, value >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def field(key: int, content: bytes) -> bytes:
    """A field of bytes: its number times 8 plus 2, its length, its content."""
    return varint(key << 3 | 2) + varint(len(content)) + content


def number(key: int, value: int) -> bytes:
    """A field of a number: its own number times 8, its value."""
    return varint(key << 3) + varint(value)


def block(blob: bytes, kind: bytes = b"OSMData") -> bytes:
    """A block: the length of its head in four bytes, head, content."""
    head = field(1, kind) + number(3, len(blob))
    return len(head).to_bytes(4, "big") + head + blob


def texts(*words: bytes) -> bytes:
    """Content that holds a table of texts alone."""
    return field(1, b"".join(field(1, word) for word in words))


def check(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.osm.pbf"
    path.write_bytes(raw)
    require_sound_texts(path)


def test_extracts_of_osmium_pass(tmp_path: Path) -> None:
    nodes = {1: (11.1, 50.1, HOUSE), 2: (11.2, 50.2, place("Ort", "village", note=""))}
    packed = write(tmp_path / "x.osm.pbf", nodes, [([1, 2], {"highway": "path"})])
    require_sound_texts(packed)
    require_sound_texts(unpacked(packed, tmp_path / "y.osm.pbf"))


@pytest.mark.parametrize(
    "pack", [lambda raw: field(1, raw), lambda raw: field(3, zlib.compress(raw))]
)
def test_a_zero_byte_in_a_text(tmp_path: Path, pack) -> None:
    check(tmp_path, block(pack(texts(b"", b"name", b"Schleiz"))))
    check(tmp_path, block(pack(texts(b"", b"name", b""))))
    for words in ([b"", b"na\0me"], [b"\0"], [b"", b"", b"x\0"], [b"a\0"]):
        with pytest.raises(ValueError, match="Nullbyte"):
            check(tmp_path, block(pack(texts(*words))))


def test_zero_bytes_elsewhere_are_no_matter(tmp_path: Path) -> None:
    content = texts(b"", b"name") + field(2, b"\0\0\0")
    check(tmp_path, block(field(1, content)))
    check(tmp_path, block(field(1, b"\0" * 9), b"OSMHeader"))


def test_fields_of_other_kinds_are_passed_over(tmp_path: Path) -> None:
    # 19 is field 17 with 64 bits, 20 field 18 with 32 bits.
    content = (
        bytes([17 << 3 & 0xFF | 1, 1]) + b"\0" * 8 + bytes([18 << 3 & 0xFF | 5, 1]) + b"\0" * 4
    )
    with pytest.raises(ValueError, match="Nullbyte"):
        check(tmp_path, block(field(1, content + texts(b"\0"))))


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"\0\0\0\x05ab", "abgeschnitten"),
        (b"\xff\0\0\0", "Block mit"),
        (b"\0\0\0\x02" + number(3, 0), "Block ohne Kopf"),
        (block(field(3, b"kein zlib")), "incorrect header"),
        (block(field(4, b"lzma")), "anders gepackt"),
        (block(field(1, b"\x0a\x7f")), "reicht über seinen Block hinaus"),
        (block(field(1, b"\x0b")), "unbekannte Art"),
        (block(field(1, b"\xff" * 11)), "Zahl ohne Ende"),
        (block(field(1, b"\xff")), "Zahl ohne Ende"),
    ],
)
def test_another_layout(tmp_path: Path, raw: bytes, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        check(tmp_path, raw)


def test_a_block_that_grows_without_end(tmp_path: Path) -> None:
    # 40 MB of zeros pack to about 40 kB.
    with pytest.raises(ValueError, match="entpackt zu groß"):
        check(tmp_path, block(field(3, zlib.compress(b"\0" * 40_000_000, 1))))


def test_other_formats_are_not_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "x.osm"
    path.write_bytes(b"<osm version='0.6'>\0</osm>")
    require_sound_texts(path)


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=5))
def test_a_zero_byte_is_found_wherever_it_stands(
    tmp_path_factory: pytest.TempPathFactory, words: list[bytes]
) -> None:
    folder = tmp_path_factory.getbasetemp()
    raw = block(field(1, texts(*words)))
    if any(b"\0" in word for word in words):
        with pytest.raises(ValueError, match="Nullbyte"):
            check(folder, raw)
    else:
        check(folder, raw)
