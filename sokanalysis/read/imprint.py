"""Whose documents these are: district, publisher, the submission they belong to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from sokanalysis.errors import DataProblems, Problem
from sokanalysis.read.bounded import read_text

FILE: Final = "dokument.yaml"
_MAX_BYTES: Final = 20_000
_NAMES: Final = {
    "kreis": "district", "herausgeber": "publisher", "vorlage": "submission",
    "gremium": "body", "sitzung": "meeting",
}  # fmt: skip


@dataclass(frozen=True)
class Imprint:
    """Words for title pages and running heads; empty where nothing is known.

    Parameters
    ----------
    district : str
        Name of the district.
    publisher : str
        Who publishes.
    submission : str
        Number of the submission, as the council counts.
    body : str
        Which body decides.
    meeting : date or None
        When it meets.
    """

    district: str = ""
    publisher: str = ""
    submission: str = ""
    body: str = ""
    meeting: dt.date | None = None


def read_imprint(folder: Path) -> Imprint:
    """Read ``<folder>/dokument.yaml``; empty without the file.

    Raises
    ------
    DataProblems
        When it is no YAML, holds an unknown name, or the day of the meeting is none.
    """
    path = folder / FILE
    if not path.exists():
        return Imprint()
    try:
        told = yaml.safe_load(read_text(path, encodings=("utf-8-sig",), max_bytes=_MAX_BYTES))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        row = mark.line + 1 if mark else None
        remedy = "jede Zeile als „name: wert“ schreiben"
        raise DataProblems([Problem(FILE, "ist kein gültiges YAML", remedy, row)]) from None
    told = told if isinstance(told, dict) else {}
    if problems := [found for name, value in told.items() for found in _wrong(name, value)]:
        raise DataProblems(problems)
    return Imprint(**{_NAMES[name]: _value(name, value) for name, value in told.items() if value})


def _wrong(name: Any, value: Any) -> list[Problem]:
    if name not in _NAMES:
        remedy = f"einen von {', '.join(_NAMES)} schreiben"
        return [Problem(FILE, "Angabe ist nicht bekannt", remedy, value=str(name)[:40])]
    is_day = name == "sitzung"
    if value is None or isinstance(value, dt.date if is_day else str | int):
        return []
    remedy = "als JJJJ-MM-TT schreiben" if is_day else "als Text schreiben"
    return [Problem(FILE, "ist von anderer Art", remedy, column=name, value=str(value)[:40])]


def _value(name: str, value: Any) -> Any:
    return value if name == "sitzung" else str(value).strip()
