"""Where the files of a timetable lie: a folder or a zip archive, as people pack them."""

from __future__ import annotations

import lzma
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import IO, Final, NamedTuple

from sokanalysis.errors import Problem
from sokanalysis.read.gtfs_notes import FeedRefused, Notes

# A stop_times.txt of the whole of Germany has about 2 GB and packs to a tenth or less. What is
# larger, or grows a thousandfold, was not made by a timetable.
_LARGEST_BYTES: Final = 8 * 2**30
_UNSUSPECTED_BYTES: Final = 64 * 2**20
_LARGEST_RATIO: Final = 400

# What opening or unpacking a file raises that is broken or packed in an unknown way.
UNREADABLE: Final = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, EOFError, NotImplementedError,
)  # fmt: skip

_Opener = Callable[[], IO[bytes]]


class Layout(NamedTuple):
    """How a table is written; ``is_spaced`` when cells may have spaces around them."""

    encoding: str
    is_spaced: bool
    titles: list[str]
    separator: str


class FeedFiles:
    """The files of one feed by name, lower case, without the folder they lie in.

    Parameters
    ----------
    label : str
        What the analyst calls the feed: ``gtfs`` or ``gtfs.zip``.
    openers : mapping of str to callable
        By file name: opens the file for reading bytes.
    stack : ExitStack, optional
        What has to be closed after reading.

    ``layouts`` remembers how the tables are written that were read before.
    """

    def __init__(
        self, label: str, openers: Mapping[str, _Opener], stack: ExitStack | None = None
    ) -> None:
        self.label = label
        self._openers = dict(openers)
        self._stack = stack or ExitStack()
        self.layouts: dict[str, Layout] = {}

    def __contains__(self, name: str) -> bool:
        """Tell whether the feed has a file of that name."""
        return name in self._openers

    @property
    def is_empty(self) -> bool:
        """Whether there is no file at all."""
        return not self._openers

    def open(self, name: str) -> IO[bytes]:
        """Open a file from its beginning."""
        return self._openers[name]()

    def __enter__(self) -> FeedFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()


def feed_files(folder: Path, notes: Notes) -> FeedFiles:
    """Find the files of ``<folder>/gtfs.zip`` or else of ``<folder>/gtfs/``.

    The files may lie in a folder of their own inside; what archivers leave behind is passed
    over. Nothing is unpacked to disk.

    Raises
    ------
    FeedRefused
        When the archive is none, is encrypted, holds a table of absurd size, or holds another
        archive in place of tables.
    """
    archive, directory = folder / "gtfs.zip", folder / "gtfs"
    if archive.is_file():
        if directory.is_dir():
            notes.say("gtfs.zip und Ordner gtfs vorhanden: gelesen wird gtfs.zip")
        return _zip_files(archive, notes)
    paths = {
        path.relative_to(directory).as_posix(): path
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }
    found = _of_one_feed(list(paths), "gtfs", notes)
    return FeedFiles("gtfs", {name: _path_opener(paths[place]) for name, place in found.items()})


def _path_opener(path: Path) -> _Opener:
    return lambda: path.open("rb")


def _zip_files(path: Path, notes: Notes) -> FeedFiles:
    try:
        bundle = zipfile.ZipFile(path)
    except (*UNREADABLE, ValueError) as error:  # a path in no encoding is a ValueError
        raise refused("gtfs.zip", "kein lesbares Zip-Archiv") from error
    with ExitStack() as stack:
        stack.enter_context(bundle)
        members = _members(bundle, notes)
        found = _of_one_feed(list(members), "gtfs.zip", notes)
        for place in found.values():
            _require_sound(members[place])
        openers = {name: _member_opener(bundle, members[place]) for name, place in found.items()}
        return FeedFiles("gtfs.zip", openers, stack.pop_all())


def _members(bundle: zipfile.ZipFile, notes: Notes) -> dict[str, zipfile.ZipInfo]:
    """Return the files of an archive by place; those that point out of it are left out."""
    files = [info for info in bundle.infolist() if not info.filename.endswith("/")]
    members = {info.filename.replace("\\", "/"): info for info in files}  # as Windows packs
    inside = {place: info for place, info in members.items() if not _points_outside(place)}
    notes.count(
        len(members) - len(inside),
        "Datei im Zip-Archiv mit Pfad aus dem Archiv hinaus nicht gelesen",
        "Dateien im Zip-Archiv mit Pfad aus dem Archiv hinaus nicht gelesen",
    )
    return inside


def _member_opener(bundle: zipfile.ZipFile, info: zipfile.ZipInfo) -> _Opener:
    return lambda: bundle.open(info)


def _points_outside(place: str) -> bool:
    parts = PurePosixPath(place).parts
    return not parts or ".." in parts or place.startswith("/") or ":" in parts[0]


def _require_sound(info: zipfile.ZipInfo) -> None:
    name = PurePosixPath(info.filename.replace("\\", "/")).name
    if info.flag_bits & 1:
        raise refused(f"gtfs.zip/{name}", "mit einem Kennwort verschlüsselt")
    ratio = info.file_size / max(info.compress_size, 1)
    is_bomb = info.file_size > _UNSUSPECTED_BYTES and ratio > _LARGEST_RATIO
    if info.file_size > _LARGEST_BYTES or is_bomb:
        size = f"{info.file_size / 2**30:.1f}".replace(".", ",")
        raise refused(f"gtfs.zip/{name}", f"entpackt {size} GB groß, das ist kein Fahrplan")


def refused(file: str, message: str) -> FeedRefused:
    """Return the refusal of a file that cannot be read."""
    remedy = "den Fahrplan neu herunterladen, als Ordner gtfs oder gtfs.zip ablegen"
    return FeedRefused(Problem(file, message, remedy))


def _of_one_feed(places: list[str], label: str, notes: Notes) -> dict[str, str]:
    """Return the places of the files by name: those beside the first stops.txt, top first."""
    _refuse_packed_twice(places, label)
    wanted = [place for place in places if not _is_litter(place)]
    folders = {str(PurePosixPath(place).parent) for place in wanted if _name(place) == "stops.txt"}
    ordered = sorted(folders, key=lambda folder: (len(PurePosixPath(folder).parts), folder))
    home = ordered[0] if ordered else "."
    if len(ordered) > 1:
        notes.say(f"{len(ordered)} Fahrpläne gefunden, gelesen wird nur der in „{home}“")
    return {_name(place): place for place in wanted if str(PurePosixPath(place).parent) == home}


def _refuse_packed_twice(places: list[str], label: str) -> None:
    """Say so when there is an archive where the tables should be, as portals pack them."""
    if any(_name(place).endswith(".txt") for place in places):
        return
    if inner := next((place for place in places if _name(place).endswith(".zip")), None):
        remedy = "das innere Archiv auspacken und als gtfs.zip ablegen"
        message = f"enthält statt der Tabellen ein Zip-Archiv: {inner}"
        raise FeedRefused(Problem(label, message, remedy))


def _name(place: str) -> str:
    return PurePosixPath(place).name.lower()


def _is_litter(place: str) -> bool:
    parts = PurePosixPath(place).parts
    return "__MACOSX" in parts or parts[-1].startswith(".")
