"""What has arrived of a file so far: kept beside its place, so that a later try can go on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from sokanalysis.errors import DataProblems
from sokanalysis.fetch.sources import PART
from sokanalysis.read.bounded import parse_json, read_bytes

_NOTE_MAX_BYTES: Final = 10_000


class Part:
    """What has arrived of a file so far, and by what the source would know it again.

    Parameters
    ----------
    target : Path
        Where the whole file will lie; the part lies beside it.
    url : str
        A part of another address is not gone on with.
    """

    def __init__(self, target: Path, url: str) -> None:
        self.path = target.with_name(target.name + PART)
        self.note = self.path.with_name(f"{self.path.name}.json")
        self.url = url
        self.validator = self._noted()

    @property
    def size(self) -> int:
        """Bytes from which to go on; 0 when it has to begin anew."""
        return self.path.stat().st_size if self.validator and self.path.is_file() else 0

    def _noted(self) -> str:
        """Return the mark in the note, empty when there is none that can be read."""
        try:
            noted = parse_json(read_bytes(self.note, max_bytes=_NOTE_MAX_BYTES), self.note.name)
        except DataProblems:
            return ""
        is_ours = isinstance(noted, dict) and noted.get("url") == self.url
        return str(noted.get("validator", "")) if is_ours else ""

    def begin(self, validator: str) -> None:
        """Begin anew, noting what allows to go on later."""
        self.drop()
        self.validator = validator
        if validator:
            text = json.dumps({"url": self.url, "validator": validator})
            self.note.write_text(text, encoding="utf-8")

    def drop(self) -> None:
        """Forget what has arrived."""
        self.validator = ""
        self.path.unlink(missing_ok=True)
        self.note.unlink(missing_ok=True)
