"""Where the raw files came from: the record beside them, their checksums, the data package."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from sokanalysis.errors import DataProblems, Problem
from sokanalysis.fetch.sources import RAW, RECORD, Licence, is_file_name
from sokanalysis.read.bounded import parse_json, read_bytes

_RECORD_MAX_BYTES: Final = 2_000_000
_AGAIN: Final = "„sok daten holen“ noch einmal ausführen"


@dataclass(frozen=True)
class Origin:
    """Where one raw file came from."""

    key: str
    title: str
    file: str
    url: str
    final_url: str  # after redirects; empty for what was put there by hand
    fetched_date: str
    last_modified: str  # as the source says it
    etag: str
    size_bytes: int
    sha256: str
    credit: str
    licence: Licence
    is_by_hand: bool = False

    def matches(self, path: Path) -> bool:
        """Tell whether a file is the one that is meant."""
        return path.stat().st_size == self.size_bytes and sha256_of(path) == self.sha256


@dataclass(frozen=True)
class Fetched:
    """A raw file that lies where it belongs.

    `state` is one of `STATES`; `note` says in German why a file could not be checked.
    """

    origin: Origin
    path: Path
    state: str
    note: str = ""


STATES: Final = {
    "new": "geladen",
    "unchanged": "unverändert",
    "by_hand": "von Hand abgelegt",
    "unchecked": "vorhanden, an der Quelle nicht geprüft",
}


def record(folder: Path, fetched: Iterable[Fetched]) -> Path:
    """Note in ``quellen/herkunft.json`` where files came from.

    Parameters
    ----------
    folder : Path
        Of the region.
    fetched : iterable of Fetched
        What other keys the record holds stays as it is.

    Returns
    -------
    Path
        Of the record, sorted by key and replaced in one step.

    Raises
    ------
    DataProblems
        When the record that is there cannot be read.
    """
    known = read_record(folder) | {entry.origin.key: entry.origin for entry in fetched}
    entries = [asdict(known[key]) for key in sorted(known)]
    text = json.dumps({"files": entries}, ensure_ascii=False, indent=2) + "\n"
    path = folder / RAW / RECORD
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f"{RECORD}.neu")
    new.write_text(text, encoding="utf-8", newline="\n")
    return new.replace(path)


def read_record(folder: Path) -> dict[str, Origin]:
    """Return the record of a region by key; empty where there is none.

    Raises
    ------
    DataProblems
        When it is damaged or names files elsewhere.
    """
    path = folder / RAW / RECORD
    if not path.exists():
        return {}
    raw = parse_json(read_bytes(path, max_bytes=_RECORD_MAX_BYTES), RECORD)
    entries = raw.get("files") if isinstance(raw, dict) else None
    if not isinstance(entries, list):
        raise DataProblems([_damaged("hat keine Liste „files“")])
    origins = [_origin(entry) for entry in entries]
    problems = [found for found in origins if isinstance(found, Problem)]
    if problems:
        raise DataProblems(problems)
    return {found.key: found for found in origins if isinstance(found, Origin)}


def verify(folder: Path) -> list[Problem]:
    """Compare the raw files of a region with their checksums.

    Returns
    -------
    list of Problem
        Files that are missing or are not those recorded, sorted by key; empty when all are
        sound or nothing was recorded.

    Raises
    ------
    DataProblems
        As `read_record`.
    """
    found = [_difference(folder / RAW, origin) for origin in _sorted(folder)]
    return [problem for problem in found if problem]


def resources(folder: Path) -> list[dict[str, Any]]:
    """Return the raw files of a region as resources of a data package (Frictionless).

    Returns
    -------
    list of dict
        Sorted by key: name, path from the folder of the region, title, size, checksum, sources
        and licences; empty when nothing was recorded.

    Raises
    ------
    DataProblems
        As `read_record`.
    """
    return [
        {
            "name": origin.key,
            "type": "file",
            "path": f"{RAW}/{origin.file}",
            "title": origin.title,
            "bytes": origin.size_bytes,
            "hash": f"sha256:{origin.sha256}",
            "sources": [{"title": origin.credit, "path": origin.url}],
            "licenses": [asdict(origin.licence)],
        }
        for origin in _sorted(folder)
    ]


def sha256_of(path: Path) -> str:
    """Return the SHA-256 checksum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sorted(folder: Path) -> list[Origin]:
    return [origin for _, origin in sorted(read_record(folder).items())]


def _difference(raw: Path, origin: Origin) -> Problem | None:
    path = raw / origin.file
    if not path.is_file():
        return Problem(origin.file, "fehlt, steht aber in der Herkunft", _AGAIN)
    if not origin.matches(path):
        message = "ist nicht die Datei, die geladen wurde: Prüfsumme stimmt nicht"
        return Problem(origin.file, message, "„sok daten holen … --erneut“ ausführen")
    return None


def _damaged(message: str, value: str = "") -> Problem:
    remedy = f"„{RAW}/{RECORD}“ löschen und {_AGAIN}"
    return Problem(RECORD, message, remedy, value=value[:80])


def _origin(entry: Any) -> Origin | Problem:
    """Return an entry of the record, or what is wrong with it."""
    names = {field.name: field.type for field in fields(Origin)}
    if not isinstance(entry, dict) or entry.keys() != names.keys():
        return _damaged("hat einen Eintrag mit fehlenden oder unbekannten Angaben")
    kinds = {"str": str, "int": int, "bool": bool, "Licence": dict}
    wrong = [name for name, kind in names.items() if type(entry[name]) is not kinds[str(kind)]]
    if wrong:
        return _damaged(f"hat einen Eintrag mit falscher Angabe „{wrong[0]}“")
    licence = entry["licence"]
    if licence.keys() != {"name", "title", "path"} or not all(
        isinstance(word, str) for word in licence.values()
    ):
        return _damaged("hat einen Eintrag mit falscher Lizenz")
    if not is_file_name(entry["file"]):
        return _damaged("nennt keinen einfachen Dateinamen", entry["file"])
    if not re.fullmatch("[0-9a-f]{64}", entry["sha256"]):
        return _damaged("nennt keine SHA-256-Prüfsumme", entry["sha256"])
    return Origin(**entry | {"licence": Licence(**licence)})
