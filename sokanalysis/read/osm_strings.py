"""Look through the texts of an extract before osmium does: it trusts them.

In memory osmium ends every text with a zero byte. A text that holds one itself, which no map
does, makes it read on behind the end, and perhaps crash. Layout of the file after
https://wiki.openstreetmap.org/wiki/PBF_Format.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

# What the format allows, packed and unpacked.
_HEAD_MAX_BYTES: Final = 64 * 2**10
_BLOB_MAX_BYTES: Final = 32 * 2**20


def require_sound_texts(path: Path) -> None:
    """Go through all texts of an extract in the format PBF; other files are not looked at.

    Raises
    ------
    ValueError
        When a text holds a zero byte, or the file is cut off or laid out in another way.
    """
    if path.suffix.lower() != ".pbf":
        return
    with path.open("rb") as stream:
        for kind, blob in _blobs(stream):
            if kind == b"OSMData":
                for number, table in _fields(_unpacked(blob)):
                    if number == 1 and isinstance(table, bytes):
                        _check(table)


def _blobs(stream: IO[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """Return the blocks of the file: what they are, and their content."""
    while size := stream.read(4):
        head = dict(_fields(_exactly(stream, int.from_bytes(size, "big"), _HEAD_MAX_BYTES)))
        kind, length = head.get(1), head.get(3)
        if not isinstance(kind, bytes) or not isinstance(length, int):
            raise ValueError("Block ohne Kopf")
        yield kind, _exactly(stream, length, _BLOB_MAX_BYTES)


def _exactly(stream: IO[bytes], size: int, limit: int) -> bytes:
    if size > limit:
        raise ValueError(f"Block mit {size} Bytes")
    raw = stream.read(size)
    if len(raw) < size:
        raise ValueError("Datei ist abgeschnitten")
    return raw


def _unpacked(blob: bytes) -> bytes:
    fields = dict(_fields(blob))
    plain, packed = fields.get(1), fields.get(3)
    if isinstance(plain, bytes):
        return plain
    if not isinstance(packed, bytes):
        raise ValueError("Block ist anders gepackt als mit zlib")
    unpacker = zlib.decompressobj()
    try:
        plain = unpacker.decompress(packed, _BLOB_MAX_BYTES)
    except zlib.error as error:
        raise ValueError(str(error)) from error
    if unpacker.unconsumed_tail:
        raise ValueError("Block ist entpackt zu groß")
    return plain


def _check(table: bytes) -> None:
    """Look for zero bytes in a table of texts; the first text is empty and marks an end."""
    zeros = table.count(0)
    if zeros == 0 or (zeros == 1 and table.startswith(b"\n\0")):
        return  # there is no other zero than the length of the empty text
    for _, text in _fields(table):
        if isinstance(text, bytes) and b"\0" in text:
            raise ValueError("Text mit einem Nullbyte")


def _fields(raw: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Return the fields of a message of Protocol Buffers: number, and value or content."""
    at = 0
    while at < len(raw):
        key, at = _varint(raw, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = _varint(raw, at)
            yield number, value
        elif wire == 2:
            size, at = _varint(raw, at)
            if at + size > len(raw):
                raise ValueError("Feld reicht über seinen Block hinaus")
            yield number, raw[at : at + size]
            at += size
        elif wire in (1, 5):
            at += 8 if wire == 1 else 4
        else:
            raise ValueError("unbekannte Art von Feld")


def _varint(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number of variable length and where it ends."""
    value = 0
    for place in range(10):
        if at + place >= len(raw):
            break
        byte = raw[at + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, at + place + 1
    raise ValueError("Zahl ohne Ende")
