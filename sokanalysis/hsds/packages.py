"""Packages from outside: a folder or an archive, its description, its tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final

from sokanalysis.errors import DataProblems, Problem
from sokanalysis.hsds.model import ENTITIES, Sheets, as_text
from sokanalysis.hsds.nesting import UNKNOWN, known_fields
from sokanalysis.hsds.report import NOT_TAKEN, Finding
from sokanalysis.read.bounded import csv_rows, decode, open_archive, parse_json, read_bytes, refuse

DESCRIPTOR: Final = "datapackage.json"
_UNPACKED_MAX_BYTES: Final = 2**30
_PAGE: Final = re.compile(r"page_(\d{1,6})\.json", re.IGNORECASE | re.ASCII)
_PACK: Final = "den Ordner oder das Archiv so lassen, wie es gekommen ist"


@dataclass(frozen=True)
class Bundle:
    """Files that belong together: those of a folder or of an archive."""

    name: str
    places: tuple[str, ...]
    read: Callable[[str], bytes]

    def pages(self) -> list[str]:
        """Return the places of saved pages in the order of their numbers."""
        found = [(match, place) for place in self.places if (match := _page(place))]
        return [place for _, place in sorted(found, key=lambda pair: int(pair[0][1]))]

    def descriptor(self) -> str | None:
        """Return where the description of a package lies, the outermost where there are many."""
        found = [place for place in self.places if PurePosixPath(place).name == DESCRIPTOR]
        return min(found, key=lambda place: (place.count("/"), place), default=None)


def _page(place: str) -> re.Match[str] | None:
    return _PAGE.fullmatch(PurePosixPath(place).name)


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Open a folder or a zip archive.

    Raises
    ------
    DataProblems
        When it is neither, or an archive that could do harm.
    """
    if path.is_dir():
        places = sorted(child.name for child in path.iterdir() if child.is_file())
        yield Bundle(path.name, tuple(places), lambda place: read_bytes(path / place))
        return
    with open_archive(path, max_bytes=_UNPACKED_MAX_BYTES) as archive:
        yield Bundle(path.name, tuple(archive.members), partial(archive.read))


def package_sheets(bundle: Bundle, descriptor: str) -> tuple[Sheets, list[Finding]]:
    """Read the tabular form.

    Parameters
    ----------
    bundle : Bundle
        The files.
    descriptor : str
        Which of them describes the package.

    Returns
    -------
    sheets : dict of str to list of dict
        Rows by table of HSDS, all cells text.
    findings : list of Finding
        Tables and columns that are not HSDS.

    Raises
    ------
    DataProblems
        With every file that is missing, cannot be read or is no table.
    """
    package = parse_json(bundle.read(descriptor), descriptor)
    resources = package.get("resources") if isinstance(package, dict) else None
    if not isinstance(resources, list) or not resources:
        raise refuse(descriptor, "nennt keine Tabellen (resources)", _PACK)
    sheets: Sheets = {}
    findings: list[Finding] = []
    problems: list[Problem] = []
    folder = descriptor.rpartition("/")[0]
    unread = set(bundle.places)
    for resource in resources:
        try:
            _read_resource(bundle, folder, resource, sheets, findings, unread)
        except DataProblems as refusal:
            problems += refusal.problems
    if problems:
        raise DataProblems(problems)
    return sheets, findings


def _read_resource(
    bundle: Bundle, folder: str, resource: Any, sheets: Sheets, findings: list[Finding],
    unread: set[str],
) -> None:  # fmt: skip
    resource = resource if isinstance(resource, dict) else {}
    path = resource.get("path")
    if not isinstance(path, str):
        raise refuse(DESCRIPTOR, "nennt eine Tabelle ohne Datei (path)", _PACK)
    table = _table_of(as_text(resource.get("name")), path)
    if table is None:
        findings.append(Finding(as_text(path)[:80], "", NOT_TAKEN, "keine Tabelle von HSDS", ""))
        return
    place = f"{folder}/{path}" if folder else path
    if place not in unread:
        # A path that leads elsewhere, an address too, is no file of this package.
        message = (
            "steht zweimal in der Beschreibung" if place in bundle.places else "fehlt im Paket"
        )
        raise refuse(as_text(path)[:80], message, _PACK)
    unread.discard(place)
    dialect = resource.get("dialect")
    delimiter = dialect.get("delimiter", ",") if isinstance(dialect, dict) else ","
    if delimiter not in (",", ";", "\t", "|"):
        raise refuse(path, "hat ein unbekanntes Trennzeichen (dialect)", _PACK)
    rows = csv_rows(decode(bundle.read(place), path), path, delimiter)
    sheets.setdefault(table, []).extend(_sheet(table, path, rows, findings))


def _table_of(name: str, path: str) -> str | None:
    """Return which table of HSDS a resource is, by its name or else by its file."""
    if name in ENTITIES:
        return name
    file = PurePosixPath(path).name
    by_file = {entity.file: entity.name for entity in ENTITIES.values()}
    stem = file.removesuffix(".csv")
    return by_file.get(file) or (stem if stem in ENTITIES else None)


def _sheet(
    table: str, file: str, rows: list[list[str]], findings: list[Finding]
) -> Iterator[dict[str, str]]:
    """Yield the rows of a table with its known fields; other columns that say something are found.

    Raises
    ------
    DataProblems
        When headings are missing or stand twice, or a row has more cells than there are headings.
    """
    headings = [cell.strip() for cell in rows[0]] if rows else []
    body = [(number, row) for number, row in enumerate(rows[1:], start=2) if any(row)]
    long = [number for number, row in body if len(row) > len(headings)]
    problems = [Problem(file, "hat mehr Zellen als Spalten", _PACK, number) for number in long]
    if "id" not in headings:
        problems.append(Problem(file, "Spalte fehlt", "Spalte „id“ ergänzen", 1, "id"))
    twice = sorted({name for name in headings if headings.count(name) > 1})
    problems += [Problem(file, "Spalte steht doppelt", _PACK, 1, name[:80]) for name in twice]
    if problems:
        raise DataProblems(problems)
    known = known_fields(table)
    for _, row in body:
        cells = {name: cell for name, cell in zip(headings, row, strict=False) if cell}
        others = [name for name in cells if name not in known]
        key = cells.get("id", "")
        findings += [Finding(table, name[:80], NOT_TAKEN, UNKNOWN, key) for name in others]
        yield {name: cell for name, cell in cells.items() if name in known}
