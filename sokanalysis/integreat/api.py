"""What Integreat's server answers about a district: asked for or read from a folder, bounded.

The interface is version 3 of integreat-cms (digitalfabrik/integreat-cms, ``integreat_cms/api/v3``).
Its lists come whole, without pages to turn. Of every entry only those fields are kept that this
room uses: who to call or to write to never comes in.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sokanalysis.errors import DataProblems
from sokanalysis.integreat.texts import times_named
from sokanalysis.read.bounded import parse_json, read_bytes, refuse

if TYPE_CHECKING:
    import httpx

BASE_URL: Final = "https://cms.integreat-app.de"
LANGUAGE: Final = "de"
ANSWER_MAX_BYTES: Final = 50 * 2**20
ENTRY_MAX_COUNT: Final = 20_000
TIMEOUT_S: Final = 60.0

Entry = dict[str, Any]

# Fields that are kept, by answer; inside another field with a full stop.
_COMMON: Final = ("id", "url", "path", "title", "last_updated", "modified_gmt")
_LOCATION: Final = tuple(
    f"location.{name}"
    for name in ("id", "name", "address", "town", "postcode", "latitude", "longitude")
)
_KEPT: Final = {
    "locations": (
        *_COMMON, *_LOCATION, "category.name", "temporarily_closed", "opening_hours",
        "organization.id", "organization.name", "organization.website", "barrier_free",
    ),
    "events": (
        *_COMMON, *_LOCATION, "meeting_url", "recurrence_rule", "event.id", "event.recurrence_id",
        "event.start", "event.start_date", "event.start_time", "event.end", "event.end_date",
        "event.end_time", "event.all_day", "event.timezone",
    ),
    "pages": (*_COMMON, "content"),
    "offers": ("name", "alias", "url"),
}  # fmt: skip
_PATHS: Final = {
    "region": "regions/{region}/",
    "locations": "{region}/{language}/locations/",
    "events": "{region}/{language}/events/?combine_recurring=True",
    "pages": "{region}/{language}/pages/",
    "offers": "{region}/{language}/offers/",
}
_OPTIONAL: Final = ("region", "pages", "offers")
_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")


@dataclass(frozen=True)
class Saved:
    """What Integreat holds about one region, without how to reach anybody.

    Parameters
    ----------
    region : dict
        ``path`` (its short name), ``name``, ``latitude`` and ``longitude``; empty when unknown.
    locations, events, pages, offers : tuple of dict
        Entries in the shape of the interface, with the fields that are used. Of a page's content
        only the times are left that it names; an event's ``meeting_url`` is true or missing.
    """

    region: Entry
    locations: tuple[Entry, ...] = ()
    events: tuple[Entry, ...] = ()
    pages: tuple[Entry, ...] = ()
    offers: tuple[Entry, ...] = ()


def fetch(
    region: str,
    *,
    language: str = LANGUAGE,
    base_url: str = BASE_URL,
    client: httpx.Client | None = None,
) -> Saved:
    """Ask Integreat about a region: five questions, one answer each.

    Parameters
    ----------
    region : str
        Short name as in the address of its page, for example ``lkmusterland``.
    language : str
        Short name of the language.
    base_url : str
        Address of the server.
    client : httpx.Client, optional
        Asks; by default one that goes by the proxies of the environment.

    Raises
    ------
    DataProblems
        When the server cannot be reached or knows no such region; then nothing more is asked. When
        answers are no lists; all of them together.
    """
    import httpx

    for word in (region, language):
        if not _SLUG.fullmatch(word):
            remedy = "den Namen aus der Adresse der Seite nehmen, z. B. „lkmusterland“"
            raise refuse("Integreat", f"kennt keine Region oder Sprache „{word[:80]}“", remedy)
    own = nullcontext(client) if client else httpx.Client(timeout=TIMEOUT_S, follow_redirects=True)
    start = f"{base_url.rstrip('/')}/api/v3/"
    with own as link:
        return _saved({
            name: _answer(link, name, start + path.format(region=region, language=language))
            for name, path in _PATHS.items()
        })  # fmt: skip


def _answer(client: httpx.Client, name: str, url: str) -> bytes:
    """Return the body of one answer, read no further than allowed."""
    import httpx

    label, body = f"Integreat, {name}", bytearray()
    try:
        with client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
            if answer.status_code != httpx.codes.OK:
                remedy = "Namen der Region und Adresse des Servers prüfen, dann später noch einmal"
                raise refuse(label, f"antwortet mit Status {answer.status_code}", remedy)
            for part in answer.iter_bytes(2**16):
                body += part
                if len(body) > ANSWER_MAX_BYTES:
                    raise refuse(label, f"antwortet mit mehr als {ANSWER_MAX_BYTES // 2**20} MB")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        remedy = "Netz und Adresse prüfen, dann noch einmal"
        raise refuse(label, f"ist nicht erreichbar ({type(error).__name__})", remedy) from None
    return bytes(body)


def read_saved(folder: str | Path) -> Saved:
    """Read answers that were saved.

    Parameters
    ----------
    folder : str or Path
        With ``locations.json`` and ``events.json``; ``region.json``, ``pages.json`` and
        ``offers.json`` may be missing.

    Raises
    ------
    DataProblems
        When a file is missing, damaged or no list of entries; all of it together.
    """
    answers: dict[str, bytes] = {}
    problems: list[Any] = []
    for name in _PATHS:
        path = Path(folder) / f"{name}.json"
        if name in _OPTIONAL and not path.exists():
            continue
        try:
            answers[name] = read_bytes(path, max_bytes=ANSWER_MAX_BYTES)
        except DataProblems as refusal:
            problems += refusal.problems
    if problems:
        raise DataProblems(problems)
    return _saved(answers)


def write_saved(saved: Saved, folder: str | Path) -> None:
    """Write answers where `read_saved` finds them; the same answers give the same bytes.

    Parameters
    ----------
    saved : Saved
        From `fetch`.
    folder : str or Path
        Made when it does not exist.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in _PATHS:
        text = json.dumps(getattr(saved, name), ensure_ascii=False, indent=1, sort_keys=True)
        (folder / f"{name}.json").write_bytes(f"{text}\n".encode())


def _saved(answers: Mapping[str, bytes]) -> Saved:
    kept: dict[str, tuple[Entry, ...]] = {}
    problems: list[Any] = []
    for name, raw in answers.items():
        try:
            kept[name] = tuple(_entries(name, raw))
        except DataProblems as refusal:
            problems += refusal.problems
    if problems:
        raise DataProblems(problems)
    region = kept.pop("region", ())
    return Saved(region[0] if region else {}, **kept)


def _entries(name: str, raw: bytes) -> Iterable[Entry]:
    """Return the entries of one answer with the fields that are kept."""
    found = parse_json(raw, f"{name}.json")
    if name == "region":
        found = found if isinstance(found, list) else [found]
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise refuse(f"{name}.json", "ist keine Liste von Einträgen", "die Adresse prüfen")
    if len(found) > ENTRY_MAX_COUNT:
        raise refuse(f"{name}.json", f"hat {len(found)} Einträge", "die Adresse prüfen")
    return (_kept(name, _sound(entry)) for entry in found)


def _sound(value: Any) -> Any:
    """Return a value without what no file can hold: endless numbers, halves of characters."""
    if isinstance(value, dict):
        return {key: _sound(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_sound(inner) for inner in value]
    if isinstance(value, str):
        return value.encode("utf-8", "ignore").decode()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _kept(name: str, entry: Entry) -> Entry:
    if name == "region":
        return {key: entry.get(key) for key in ("path", "name", "latitude", "longitude")}
    kept: Entry = {}
    for field in _KEPT[name]:
        outer, _, inner = field.partition(".")
        if not inner:
            kept[outer] = entry.get(outer)
        elif isinstance(entry.get(outer), dict):
            kept.setdefault(outer, {})[inner] = entry[outer].get(inner)
    if name == "events":
        kept["meeting_url"] = bool(entry.get("meeting_url")) or None
    if name == "pages":
        content = entry.get("content")
        kept["content"] = "; ".join(times_named(content)) if isinstance(content, str) else None
    return kept
