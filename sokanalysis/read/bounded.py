"""Open what comes from outside: bounded in size, decoded with care, nothing unpacked elsewhere.

Every reader of a foreign format opens its file here, so that each kind of hostile or broken file
is refused once, with one message.
"""

from __future__ import annotations

import csv
import io
import json
import lzma
import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Final

from sokanalysis.errors import DataProblems, Problem

TEXT_MAX_BYTES: Final = 200 * 2**20
LINE_MAX_CHARS: Final = 1_000_000
UNPACKED_MAX_BYTES: Final = 8 * 2**30
# What is smaller cannot fill a disk; what grows more than a few hundredfold is no table.
_UNSUSPECTED_BYTES: Final = 64 * 2**20
_RATIO_MAX: Final = 400
_MEMBER_MAX_COUNT: Final = 10_000
_DEPTH_MAX: Final = 200
_BRACKET: Final = re.compile(r"[\[\]{}]")

OFFICIAL_ENCODINGS: Final = ("utf-8-sig", "cp1252")
_AGAIN: Final = "die Datei neu herunterladen"


def refuse(file: str, message: str, remedy: str = _AGAIN, row: int | None = None) -> DataProblems:
    """Return the refusal of a whole file, to be raised."""
    return DataProblems([Problem(file, message, remedy, row)])


def read_bytes(path: Path, *, max_bytes: int = TEXT_MAX_BYTES) -> bytes:
    """Read a file whole.

    Raises
    ------
    DataProblems
        When it does not exist, is no plain file, is empty or larger than allowed.
    """
    if not path.is_file():
        raise refuse(path.name, "Datei fehlt", f"die Datei nach „{path.parent.name}“ legen")
    size = path.stat().st_size
    if size > max_bytes:
        raise refuse(path.name, _too_large(size, max_bytes))
    if size == 0:
        raise refuse(path.name, "Datei ist leer (0 Bytes)")
    return path.read_bytes()


def read_text(
    path: Path,
    *,
    encodings: tuple[str, ...] = OFFICIAL_ENCODINGS,
    max_bytes: int = TEXT_MAX_BYTES,
) -> str:
    """Read a text file; see `decode`."""
    return decode(read_bytes(path, max_bytes=max_bytes), path.name, encodings)


def decode(
    raw: bytes,
    name: str,
    encodings: tuple[str, ...] = OFFICIAL_ENCODINGS,
    *,
    line_max_chars: int = LINE_MAX_CHARS,
) -> str:
    """Return bytes as text.

    Parameters
    ----------
    raw : bytes
        Content of a file.
    name : str
        What messages call it.
    encodings : tuple of str
        Tried in this order; the first that fits every byte is taken.
    line_max_chars : int
        How long a line may be.

    Raises
    ------
    DataProblems
        When it is empty, an archive, a web page, holds NUL bytes or a line without end, or fits
        no encoding.
    """
    _require_text(raw, name)
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        _require_short_lines(text, name, line_max_chars)
        return text
    raise refuse(name, "ist in keiner bekannten Kodierung", "die Datei als „CSV UTF-8“ speichern")


def _require_text(raw: bytes, name: str) -> None:
    start = raw[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        raise refuse(name, "Datei ist leer")
    if start.startswith(b"pk\x03\x04"):
        raise refuse(name, "ist ein Zip-Archiv statt Text", "die Datei auspacken")
    if start.startswith((b"<!doctype html", b"<html")):
        raise refuse(name, "ist eine Webseite statt Daten", "die Datei selbst herunterladen")
    at = raw.find(b"\0")
    if at >= 0:
        raise refuse(name, "enthält Nullbytes, ist also kein Text", row=raw.count(b"\n", 0, at) + 1)


def _require_short_lines(text: str, name: str, limit: int) -> None:
    if len(text) <= limit:
        return
    for row, line in enumerate(text.split("\n"), start=1):
        if len(line) > limit:
            raise refuse(name, f"hat eine Zeile mit {len(line)} Zeichen", row=row)


def csv_rows(text: str, name: str, delimiter: str = ";") -> list[list[str]]:
    """Split text into cells; empty lines stay as empty lists, so that rows keep their number.

    Raises
    ------
    DataProblems
        When a quotation mark is never closed or a cell is longer than csv allows.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return list(reader)
    except csv.Error as error:
        remedy = "Anführungszeichen in der Zeile prüfen"
        raise refuse(
            name, f"ist als Tabelle nicht lesbar ({error})", remedy, reader.line_num
        ) from None


def parse_json(raw: bytes, name: str) -> Any:
    """Return JSON as Python objects; NaN and endless nesting are refused.

    Raises
    ------
    DataProblems
        When it is no JSON, or one that would exhaust the machine.
    """
    text = decode(raw, name, ("utf-8-sig",), line_max_chars=len(raw))  # servers send one line
    if _depth(text) > _DEPTH_MAX:
        raise refuse(name, f"ist mehr als {_DEPTH_MAX}-mal verschachtelt")
    try:
        return json.loads(text, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise refuse(name, f"ist kein gültiges JSON ({error.msg})", row=error.lineno) from None
    except (ValueError, RecursionError) as error:
        raise refuse(name, f"ist kein gültiges JSON ({error})") from None


def _depth(text: str) -> int:
    """Return an upper bound of how deep brackets nest; those inside texts count too."""
    deepest = depth = 0
    for bracket in _BRACKET.findall(text):
        depth += 1 if bracket in "[{" else -1
        deepest = max(deepest, depth)
    return deepest


def _no_constant(word: str) -> float:
    raise ValueError(f"{word} ist keine Zahl")


def _too_large(size: int, limit: int) -> str:
    return f"ist {size // 2**20} MB groß, gelesen werden höchstens {limit // 2**20} MB"


# What opening or unpacking raises where something is broken.
_UNREADABLE: Final = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError,
                      NotImplementedError)  # fmt: skip


@dataclass(frozen=True)
class Archive:
    """An open zip archive all of whose entries are harmless."""

    name: str
    bundle: zipfile.ZipFile
    members: dict[str, zipfile.ZipInfo]

    def find(self, *endings: str) -> list[str]:
        """Return the places of files whose name ends so (lower case), in the archive's order."""
        return [place for place in self.members if place.lower().endswith(endings)]

    def open(self, place: str) -> IO[bytes]:
        """Open one file for reading."""
        return self.bundle.open(self.members[place])

    def read(self, place: str, max_bytes: int = TEXT_MAX_BYTES) -> bytes:
        """Read one file whole.

        Raises
        ------
        DataProblems
            When it is larger than allowed or damaged.
        """
        label = f"{self.name}/{PurePosixPath(place).name}"
        size = self.members[place].file_size
        if size > max_bytes:
            raise refuse(label, _too_large(size, max_bytes))
        try:
            return self.bundle.read(self.members[place])
        except _UNREADABLE:
            raise refuse(label, "ist beschädigt") from None

    def extract(self, place: str, target: Path) -> Path:
        """Write one file to a place that the caller chose; its name in the archive plays no part.

        Raises
        ------
        DataProblems
            When it is damaged; nothing is left of it then.
        """
        try:
            with self.open(place) as source, target.open("wb") as sink:
                while part := source.read(2**20):
                    sink.write(part)
        except _UNREADABLE:
            target.unlink(missing_ok=True)
            label = f"{self.name}/{PurePosixPath(place).name}"
            raise refuse(label, "ist beschädigt") from None
        return target


@contextmanager
def open_archive(path: Path, *, max_bytes: int = UNPACKED_MAX_BYTES) -> Iterator[Archive]:
    """Open a zip archive from outside.

    Parameters
    ----------
    path : Path
        The archive.
    max_bytes : int
        How large all its files may be together when unpacked.

    Raises
    ------
    DataProblems
        When it is no archive, is encrypted, unpacks to more than allowed, holds links or
        paths that lead out of it; all of these are named together.
    """
    if not path.is_file():
        raise refuse(path.name, "Datei fehlt", f"die Datei nach „{path.parent.name}“ legen")
    try:
        bundle = zipfile.ZipFile(path)
    except (*_UNREADABLE, ValueError):
        raise refuse(path.name, "ist kein lesbares Zip-Archiv") from None
    with bundle:
        members = _checked(path.name, bundle, max_bytes)
        yield Archive(path.name, bundle, members)


def _checked(name: str, bundle: zipfile.ZipFile, max_bytes: int) -> dict[str, zipfile.ZipInfo]:
    infos = [info for info in bundle.infolist() if not info.filename.endswith(("/", "\\"))]
    total = sum(info.file_size for info in infos)
    problems = [found for info in infos for found in _problems(name, info)]
    if len(infos) > _MEMBER_MAX_COUNT:
        problems.append(Problem(name, f"enthält {len(infos)} Dateien", _AGAIN))
    if total > max_bytes:
        problems.append(Problem(name, _too_large(total, max_bytes), _AGAIN))
    if problems:
        raise DataProblems(problems)
    return {info.filename.replace("\\", "/"): info for info in infos}


def _problems(name: str, info: zipfile.ZipInfo) -> list[Problem]:
    place = info.filename.replace("\\", "/")
    parts = PurePosixPath(place).parts
    found = []
    if not parts or ".." in parts or place.startswith("/") or ":" in parts[0]:
        found.append("führt aus dem Archiv hinaus")
    if stat.S_ISLNK(info.external_attr >> 16):
        found.append("ist eine Verknüpfung statt einer Datei")
    if info.flag_bits & 1:
        found.append("ist mit einem Kennwort verschlüsselt")
    ratio = info.file_size / max(info.compress_size, 1)
    if info.file_size > _UNSUSPECTED_BYTES and ratio > _RATIO_MAX:
        found.append(f"wächst beim Auspacken auf das {ratio:.0f}-Fache")
    return [Problem(name, message, _AGAIN, column="", value=place[:80]) for message in found]
