"""What a file from the network turns out to be, judged by what is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sokanalysis.errors import DataProblems
from sokanalysis.fetch.sources import KINDS
from sokanalysis.read.bounded import decode, open_archive, parse_json, read_bytes

_HEAD_BYTES: Final = 4096
_SHOWN_CHARS: Final = 60
_REPLY_MAX_BYTES: Final = 100_000
_ZIP: Final = b"PK\x03\x04"
# Length of the first block (four bytes), then its type: osmformat, "OSMHeader".
_PBF: Final = (4, b"\x0a\x09OSMHeader")
_PAGE: Final = (b"<!doctype html", b"<html")


def fault(path: Path, kind: str) -> tuple[str, str]:
    """Say what is wrong with a file that should be of a kind.

    Parameters
    ----------
    path : Path
        Of the file, which exists.
    kind : str
        Key of `sources.KINDS`.

    Returns
    -------
    tuple of str
        What is wrong and how the file begins, made harmless; both empty when nothing is wrong.
        An archive counts as whole when its table of contents can be read, which stands at its end.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head:
        return "ist leer (0 Bytes)", ""
    message = _fault(path, kind, head)
    return message, beginning(head) if message and not head.startswith(_ZIP) else ""


def beginning(raw: bytes) -> str:
    """Return how bytes begin, fit to be shown: no control characters, no tags, one line."""
    text = " ".join(raw[: 4 * _SHOWN_CHARS].decode("latin-1").split())
    safe = "".join(letter if letter.isprintable() else "·" for letter in text[:_SHOWN_CHARS])
    return safe.replace("<", "‹").replace(">", "›")


def is_zip(path: Path) -> bool:
    """Tell whether a file begins like a zip archive."""
    with path.open("rb") as file:
        return file.read(len(_ZIP)) == _ZIP


def unpack_table(path: Path, target: Path) -> str:
    """Take the one table out of an archive; returns what is wrong, empty when nothing is."""
    try:
        with open_archive(path) as archive:
            tables = archive.find(".csv")
            if len(tables) != 1:
                return f"enthält {len(tables)} Tabellen statt einer"
            archive.extract(tables[0], target)
    except DataProblems as refusal:
        return refusal.problems[0].message
    return ""


def _fault(path: Path, kind: str, head: bytes) -> str:
    if head[:100].lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_PAGE):
        return f"ist eine Webseite und k{KINDS[kind]}"
    if kind in ("zip", "xlsx"):
        return _archive_fault(path, kind)
    if kind == "pbf":
        start, mark = _PBF
        is_pbf = head[start : start + len(mark)] == mark
        return "" if is_pbf else f"ist k{KINDS[kind]}"
    return _table_fault(path, head)


def _archive_fault(path: Path, kind: str) -> str:
    if not is_zip(path):
        return f"ist k{KINDS[kind]}"
    try:
        with open_archive(path) as archive:
            if not archive.members:
                return "ist ein leeres Archiv"
            has_book = "xl/workbook.xml" in archive.members
            return "" if kind == "zip" or has_book else f"ist k{KINDS[kind]}"
    except DataProblems as refusal:
        return refusal.problems[0].message


def _table_fault(path: Path, head: bytes) -> str:
    if head.lstrip().startswith(b"{"):
        return f"ist eine Antwort des Dienstes statt einer Tabelle: {_reply(path)}"
    try:
        # Any byte is a letter here: which encoding it is, the reader decides.
        text = decode(head, path.name, ("latin-1",))
    except DataProblems as refusal:
        return refusal.problems[0].message
    return "" if ";" in text or "," in text else "ist keine Tabelle mit Trennzeichen"


def _reply(path: Path) -> str:
    """Return the sentence in which a GENESIS database says why it gives no table."""
    try:
        reply = parse_json(read_bytes(path, max_bytes=_REPLY_MAX_BYTES), path.name)
        sentence = str(reply["Status"]["Content"])
    except (DataProblems, KeyError, TypeError):
        return "ohne lesbare Begründung"
    safe = "".join(letter if letter.isprintable() else " " for letter in sentence[:200])
    return f"„{safe.replace('<', '‹').replace('>', '›')}“"
