"""Whom the data are from: the sources that the description of the data names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sokanalysis.read.bounded import parse_json, read_bytes

if TYPE_CHECKING:
    from pathlib import Path

FILE: Final = "datapackage.json"
_MAX_BYTES: Final = 20 * 2**20


def credits_of(folder: Path) -> tuple[str, ...]:
    """Return the sources that ``<folder>/datapackage.json`` names among its contributors.

    Returns
    -------
    tuple of str
        Their titles, each once, in their order; empty without the file or without sources.

    Raises
    ------
    DataProblems
        When the file is no JSON or too large.
    """
    path = folder / FILE
    if not path.is_file():
        return ()
    told = parse_json(read_bytes(path, max_bytes=_MAX_BYTES), FILE)
    entries = told.get("contributors") if isinstance(told, dict) else None
    found = [
        str(entry.get("title", ""))
        for entry in (entries if isinstance(entries, list) else [])
        if isinstance(entry, dict) and "source" in (entry.get("roles") or [])
    ]
    return tuple(dict.fromkeys(title for title in found if title))
