"""Where official files lie: one table of addresses, which a district may overrule."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from sokanalysis.errors import DataProblems, Problem
from sokanalysis.fetch.entries import Entry, read_entries
from sokanalysis.read.bounded import read_text

RAW: Final = "quellen"  # folder for raw files, in the folder of the region
OWN: Final = "quellen.yaml"  # what a region overrules, in its own folder
SHIPPED: Final = "sources.yaml"
RECORD: Final = "herkunft.json"  # where the raw files came from, beside them
PART: Final = ".teil"  # ending of what has not arrived whole
KINDS: Final = {
    "zip": "ein Zip-Archiv",
    "xlsx": "eine Excel-Mappe",
    "pbf": "ein Auszug von OpenStreetMap (.osm.pbf)",
    "csv": "eine Tabelle (CSV)",
}
_OWN_MAX_BYTES: Final = 50_000
_QUALITIES: Final = ("amtlich", "belegt", "angenommen")
_KREIS: Final = re.compile(r"(0[1-9]|1[0-6])[0-9]{3}")
# Windows knows the first names as devices.
_FILE: Final = re.compile(
    r"(?!(?i:con|prn|aux|nul|com\d|lpt\d)(\.|$))[A-Za-z0-9][A-Za-z0-9._-]{0,98}[A-Za-z0-9]"
)


@dataclass(frozen=True)
class Licence:
    """What may be done with a file."""

    name: str
    title: str
    path: str


@dataclass(frozen=True)
class Source:
    """One official file: where it lies, what it has to be, how to get it without us."""

    key: str
    place: str  # where the address is written, for messages
    title: str
    url: str
    file: str
    kind: str
    licence: Licence
    credit: str
    changes: str
    max_mb: int
    by_hand: str
    address_quality: str
    evidence: str
    form: Mapping[str, str] = field(default_factory=dict)
    login: str = ""
    checksum: str = ""
    sha256: str = ""
    checked_date: dt.date | None = None

    @property
    def max_bytes(self) -> int:
        """How large the file may be."""
        return self.max_mb * 10**6


_WRITTEN: Final = tuple(entry.name for entry in fields(Source))[2:]
_RESERVED: Final = (PART, f"{PART}.json", RECORD)
_OPTIONAL: Final = ("form", "login", "checksum", "sha256", "checked_date")


def load_sources(kreis: str, folder: Path | None = None) -> dict[str, Source]:
    """Return all sources for a district.

    Parameters
    ----------
    kreis : str
        Its key, five digits.
    folder : Path, optional
        Of the region; its ``quellen.yaml`` overrules fields of known sources.

    Returns
    -------
    dict of str to Source
        By key, in the order of the table.

    Raises
    ------
    DataProblems
        With everything that is wrong in ``quellen.yaml``, or with the key.
    """
    if not _KREIS.fullmatch(kreis):
        remedy = "fünf Ziffern angeben, zum Beispiel 16075"
        raise DataProblems([Problem("Kreisschlüssel", "gibt es nicht", remedy, value=kreis[:20])])
    own = _own(folder)
    problems = [_unknown(key, entry) for key, entry in own.items() if key not in _table().entries]
    entries = {key: _merged(key, own, _words(kreis)) for key in _table().entries}
    problems += [entry.problem(*wrong) for entry in entries.values() for wrong in _wrong(entry)]
    if not problems:
        problems += _doubles(entries)
    if problems:
        raise DataProblems(sorted(problems, key=lambda problem: problem.row or 0))
    return {key: _source(key, entry) for key, entry in entries.items()}


@dataclass(frozen=True)
class _Table:
    geofabrik: dict[str, str]
    licences: dict[str, Licence]
    entries: dict[str, Entry]
    login_domains: dict[str, str]


@cache
def _table() -> _Table:
    """Return what the package ships."""
    text = files("sokanalysis.fetch").joinpath(SHIPPED).read_text(encoding="utf-8")
    entries = read_entries(text, SHIPPED)
    geofabrik, licences = (entries.pop(key).values for key in ("geofabrik", "licences"))
    logins = {
        entry.values["login"]: _domain(entry.values["url"])
        for entry in entries.values()
        if "login" in entry.values
    }
    known = {name: Licence(name, **entry) for name, entry in licences.items()}
    return _Table(geofabrik, known, entries, logins)


def _own(folder: Path | None) -> dict[str, Entry]:
    if folder is None or not (folder / OWN).exists():
        return {}
    text = read_text(folder / OWN, encodings=("utf-8-sig",), max_bytes=_OWN_MAX_BYTES)
    return read_entries(text, OWN)


def _unknown(key: str, entry: Entry) -> Problem:
    file, row = entry.places[""]
    remedy = f"einen dieser Namen verwenden: {', '.join(_table().entries)}"
    return Problem(file, "ist keine bekannte Quelle", remedy, row, value=key[:40])


def _merged(key: str, own: Mapping[str, Entry], words: Mapping[str, str]) -> Entry:
    """Return what applies to a source, its templates filled."""
    shipped = _table().entries[key]
    entry = shipped.overruled_by(own[key]) if key in own else shipped
    return Entry(_filled(entry.values, words), entry.places)


def _words(kreis: str) -> dict[str, str]:
    return {"land": kreis[:2], "kreis": kreis, "geofabrik": _table().geofabrik[kreis[:2]]}


def _filled(value: Any, words: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(part, words) for name, part in value.items()}
    for name, word in words.items():
        value = value.replace(f"{{{name}}}", word)
    return value


def _source(key: str, entry: Entry) -> Source:
    values = entry.values
    file, row = entry.places["url"]
    return Source(
        key=key,
        place=f"{file}, Zeile {row}",
        **values
        | {
            "licence": _table().licences[values["licence"]],
            "by_hand": values["by_hand"].replace("{file}", f"„{RAW}/{values['file']}“"),
            "max_mb": int(values["max_mb"]),
            "checked_date": _date(values.get("checked_date", "")),
        },
    )


def _doubles(entries: dict[str, Entry]) -> Iterator[Problem]:
    """Find files of the same name, also where large and small letters are one."""
    first: dict[str, str] = {}
    for key, entry in entries.items():
        other = first.setdefault(entry.values["file"].lower(), key)
        if other != key:
            message = f"hieße wie die Datei von „{other}“"
            yield entry.problem("file", message, "einen anderen Namen wählen")


def _wrong(entry: Entry) -> Iterator[tuple[str, str, str]]:
    """Find what is wrong with a source: field, message, remedy."""
    for name, value in entry.values.items():
        if name not in _WRITTEN:
            yield name, "ist keine bekannte Angabe", f"eine von diesen: {', '.join(_WRITTEN)}"
        elif isinstance(value, dict) != (name == "form"):
            yield name, "hat die falsche Form", "Schreibweise wie in sources.yaml"
        elif not value and name not in _OPTIONAL:
            yield name, "ist leer", "ausfüllen oder die Zeile löschen"
        elif value and name in _RULES and not _RULES[name][0](value):
            yield name, *_RULES[name][1:]
    url, login = entry.values["url"], entry.values.get("login")
    if isinstance(url, str) and login and _domain(url) != _table().login_domains.get(login):
        message = "bekommt keine Zugangsdaten: Die Adresse gehört einer anderen Stelle"
        yield "url", message, "eine Adresse derselben Stelle angeben"


def is_file_name(value: str) -> bool:
    """Tell whether a name is fit for a raw file: plain, and not one of our own."""
    return bool(_FILE.fullmatch(value)) and not value.lower().endswith(_RESERVED)


def _is_address(value: str) -> bool:
    """Tell whether it can be asked for; a template that nothing fills cannot."""
    if not value.isascii() or not value.isprintable() or set(value) & set(' "<>\\^`{|}@'):
        return False
    return value.startswith("https://") and "." in _host(value)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _domain(url: str) -> str:
    """Return the last two labels of a host: these stay when an office moves its servers."""
    return ".".join(_host(url).split(".")[-2:])


def _date(value: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(value)
    except ValueError:
        return None


# Field: what holds, else message and remedy.
_RULES: Final[dict[str, tuple[Callable[[str], object], str, str]]] = {
    "url": (
        _is_address,
        "ist keine https-Adresse",
        "die vollständige Adresse mit https:// angeben",
    ),
    "file": (
        is_file_name,
        "ist kein einfacher Dateiname",
        "Buchstaben, Ziffern, Punkt und Strich verwenden, keinen Ordner",
    ),
    "licence": (
        lambda value: value in _table().licences,
        "ist nicht bekannt",
        "eine Lizenz aus sources.yaml angeben",
    ),
    "kind": (
        lambda value: value in KINDS,
        "ist nicht bekannt",
        f"eine von diesen: {', '.join(KINDS)}",
    ),
    "max_mb": (
        lambda value: re.fullmatch("[1-9][0-9]{0,4}", value),
        "ist keine Größe in MB",
        "eine ganze Zahl von 1 bis 99999 angeben",
    ),
    "address_quality": (
        lambda value: value in _QUALITIES,
        "ist nicht bekannt",
        f"eine von diesen: {', '.join(_QUALITIES)}",
    ),
    "checksum": (
        lambda value: value == ".md5",
        "ist nicht bekannt",
        "„.md5“ angeben oder die Zeile löschen",
    ),
    "sha256": (
        lambda value: re.fullmatch("[0-9a-f]{64}", value),
        "ist keine SHA-256-Prüfsumme",
        "64 Zeichen aus 0–9 und a–f angeben",
    ),
    "checked_date": (
        _date,
        "ist kein Tag",
        "wie 2026-11-23 schreiben",
    ),
}
