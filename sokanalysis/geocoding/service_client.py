"""Ask a Nominatim-compatible service, slowly and once, and keep what it said."""

from __future__ import annotations

import json
import math
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from sokanalysis.errors import DataProblems, GeocoderUnavailable
from sokanalysis.read.bounded import parse_json, read_bytes, refuse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import httpx

# Parameters of one request, in a fixed order.
Query: TypeAlias = tuple[tuple[str, str], ...]

_ANSWER_MAX_BYTES: Final = 2**20
_ANSWER_MAX_S: Final = 30.0
_SILENCE_MAX_S: Final = 10.0
_TEXT_MAX: Final = 300  # characters of a text from outside that are kept


@dataclass(frozen=True)
class Reply:
    """One result of a service.

    Parameters
    ----------
    lat, lon : float
        Degrees.
    category : str
        Key of its main tag in OpenStreetMap: ``highway`` for streets.
    shown : str
        Its full name.
    address : dict of str to str
        Parts of its address: ``road``, ``house_number``, ``village`` …
    """

    lat: float
    lon: float
    category: str
    shown: str
    address: dict[str, str]


Replies: TypeAlias = dict[Query, tuple[Reply, ...]]


def replies(
    url: str,
    queries: Iterable[Query],
    cache: Path,
    *,
    user_agent: str,
    requests_max: int,
    pause_s: float,
    sleep: Callable[[float], None],
) -> Replies:
    """Return what a service says to queries; what is kept is not asked again.

    Parameters
    ----------
    url : str
        Address of its search; parameters in it (a key) are sent but never kept or shown.
    queries : iterable of Query
        Each is asked once, one after the other.
    cache : Path
        JSON file, written after every request; made when it does not exist.
    user_agent : str
        How the program introduces itself, ASCII.
    requests_max : int
        Queries beyond so many new ones are left for the next time.
    pause_s : float
        Seconds between two requests.
    sleep : callable
        Waits for so many seconds.

    Returns
    -------
    dict of Query to tuple of Reply
        Without the queries that were left for the next time.

    Raises
    ------
    GeocoderUnavailable
        When the service cannot be reached, refuses, redirects, sends more than 1 MB, takes
        longer than 30 s or answers otherwise than Nominatim. What it said before is kept.
    DataProblems
        When the file is not one that this function wrote.
    """
    import httpx

    service = service_name(url)
    known = _read(cache)
    wanted = list(dict.fromkeys(queries))
    missing = [query for query in wanted if _key(service, query) not in known]
    if missing:
        headers = {"User-Agent": user_agent, "Accept-Encoding": "identity"}
        with httpx.Client(headers=headers, timeout=_SILENCE_MAX_S) as client:
            for number, query in enumerate(missing[:requests_max]):
                if number:
                    sleep(pause_s)
                known[_key(service, query)] = _ask(client, url, query)
                _write(cache, known)
    return {query: known[key] for query in wanted if (key := _key(service, query)) in known}


def service_name(url: str) -> str:
    """Return host and path of a service's address, without what may be secret in it.

    Raises
    ------
    GeocoderUnavailable
        When it is no address of the web.
    """
    import httpx

    try:
        parts = httpx.URL(url)
    except httpx.InvalidURL:
        parts = httpx.URL("")
    if parts.scheme not in ("http", "https") or not parts.host:
        raise GeocoderUnavailable(
            "Die Adresse des Geocoders beginnt nicht mit http:// oder https:// → SOK_GEOCODER "
            "oder „url“ berichtigen, etwa https://geocoder.kreis.example/search."
        )
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.host}{port}{parts.path}"


def _key(service: str, query: Query) -> str:
    return f"{service}?{'&'.join(f'{name}={value}' for name, value in query)}"


def _ask(client: httpx.Client, url: str, query: Query) -> tuple[Reply, ...]:
    import httpx

    service = service_name(url)
    try:
        with client.stream("GET", httpx.URL(url).copy_merge_params(query)) as response:
            _require_success(response.status_code, service)
            raw = _bounded(response, service)
    except httpx.HTTPError as error:
        raise _unavailable(service, f"ist nicht erreichbar ({type(error).__name__})") from None
    try:
        return tuple(_reply(item) for item in _listed(parse_json(raw, service)))
    except (DataProblems, ValueError):
        raise _unavailable(service, "antwortet nicht wie Nominatim (jsonv2)") from None


def _require_success(status: int, service: str) -> None:
    if status in (429, 503):
        raise _unavailable(service, f"lässt zurzeit keine weiteren Anfragen zu (Status {status})")
    if 300 <= status < 400:
        raise _unavailable(service, f"leitet auf eine andere Adresse um (Status {status})")
    if status != 200:
        raise _unavailable(service, f"lehnt die Anfrage ab (Status {status})")


def _bounded(response: httpx.Response, service: str) -> bytes:
    """Read an answer as it comes: unpacked it could grow without end."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise _unavailable(service, "antwortet gepackt, obwohl es nicht soll")
    until = time.monotonic() + _ANSWER_MAX_S
    raw = b""
    for piece in response.iter_raw():
        raw += piece
        if len(raw) > _ANSWER_MAX_BYTES or time.monotonic() > until:
            raise _unavailable(service, "antwortet zu langsam oder mit mehr als 1 MB")
    return raw


def _unavailable(service: str, what: str) -> GeocoderUnavailable:
    return GeocoderUnavailable(
        f"Der Geocoder {service} {what} → Adresse und Netz prüfen, später noch einmal versuchen; "
        "was er schon beantwortet hat, bleibt erhalten."
    )


def _listed(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise ValueError("no list")
    return value


def _reply(item: Any) -> Reply:
    """Take from a result what is used; numbers may come as texts."""
    if not isinstance(item, dict) or not isinstance(item.get("address"), dict):
        raise ValueError("no result with an address")
    try:
        lat, lon = float(item["lat"]), float(item["lon"])
    except (KeyError, TypeError) as error:
        raise ValueError("no position") from error
    if not (math.isfinite(lat) and math.isfinite(lon)):
        raise ValueError("no position")
    address = {
        str(name)[:_TEXT_MAX]: value[:_TEXT_MAX]
        for name, value in item["address"].items()
        if isinstance(value, str)
    }
    category = str(item.get("category", item.get("class", "")))[:_TEXT_MAX]
    shown = str(item.get("display_name", item.get("shown", "")))[:_TEXT_MAX]
    return Reply(lat, lon, category, shown, address)


def _read(cache: Path) -> dict[str, tuple[Reply, ...]]:
    if not cache.exists():
        return {}
    kept = parse_json(read_bytes(cache), cache.name)
    try:
        return {str(key): tuple(map(_reply, _listed(items))) for key, items in kept.items()}
    except (AttributeError, ValueError):
        remedy = "einen anderen Dateinamen wählen oder die Datei löschen"
        raise refuse(cache.name, "ist keine Ablage des Geocoders", remedy) from None


def _write(cache: Path, known: dict[str, tuple[Reply, ...]]) -> None:
    """Write beside and rename: a run that is broken off leaves the old file or the new one."""
    kept = {key: [asdict(reply) for reply in found] for key, found in known.items()}
    beside = cache.with_name(f"{cache.name}.neu")
    text = json.dumps(kept, ensure_ascii=False, indent=1, sort_keys=True)
    beside.write_text(text + "\n", encoding="utf-8")
    beside.replace(cache)
