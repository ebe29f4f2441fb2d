"""One try to get a file: asked for, redirected, resumed where it broke off, bounded throughout."""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sokanalysis.fetch.hitches import LATER, Hitch, address, of_error, refused, too_large
from sokanalysis.fetch.part import Part
from sokanalysis.fetch.sources import Source

if TYPE_CHECKING:
    import httpx

REDIRECTS_MAX: Final = 5
_RANGE: Final = re.compile(r"bytes (\d{1,15})-\d{1,15}/(\d{1,15}|\*)")
Report = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Patience:
    """How long and how often to try.

    Parameters
    ----------
    tries : int
        In a row that bring nothing new.
    tries_max : int
        Altogether.
    first_wait_s, longest_wait_s : float
        Seconds between tries; each wait is twice the one before.
    timeout_s : float
        Without any sign of the server.
    grace_s, slowest_bytes_per_s : float
        After this time a try has to be at least that fast on average.
    stop : threading.Event
        Set to end waits and transfers.
    """

    tries: int = 4
    tries_max: int = 100
    first_wait_s: float = 1.0
    longest_wait_s: float = 60.0
    timeout_s: float = 120.0  # databases make large tables on demand
    grace_s: float = 120.0
    slowest_bytes_per_s: float = 1000.0
    stop: threading.Event = field(default_factory=threading.Event)


@dataclass(frozen=True)
class Answer:
    """What the source said of a file that has arrived, or has not changed."""

    final_url: str
    etag: str
    last_modified: str
    is_unchanged: bool = False


@dataclass(frozen=True)
class Job:
    """One file to get: from where, with which headers, into what."""

    client: httpx.Client
    source: Source
    part: Part
    headers: Mapping[bytes, bytes]
    patience: Patience
    report: Report


def attempt(job: Job) -> Answer | Hitch:
    """Try once to get a file, or the rest of it, into its part.

    Returns
    -------
    Answer or Hitch
        An answer means that the part is as long as the source says, no more.

    Raises
    ------
    OSError
        When the part cannot be written.
    """
    import httpx

    try:
        response = _asked(job)
        if isinstance(response, Hitch):
            return response
        with contextlib.closing(response):
            return _received(job, response)
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return of_error(error, job.source)


def checksum(job: Job) -> str | Hitch:
    """Return the md5 sum that the source publishes beside its file, in hexadecimal."""
    import httpx

    try:
        response = _asked(job, job.source.url + job.source.checksum)
        if isinstance(response, Hitch):
            return response
        with contextlib.closing(response):
            if response.status_code != 200:
                return refused(job.source, response)
            text = next(response.iter_raw(), b"")[:200].decode("ascii", "replace")
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return of_error(error, job.source)
    found = re.match(r"[0-9a-f]{32}\b", text.strip().lower())
    if not found:
        message = f"hat keine lesbare Prüfsumme ({job.source.checksum})"
        return Hitch(message, address(job.source), is_final=True)
    return found[0]


def _asked(job: Job, url: str = "") -> httpx.Response | Hitch:
    """Send the request and follow redirects; the body is still to be read."""
    import httpx

    source, at = job.source, httpx.URL(url or job.source.url)
    headers = {b"Accept-Encoding": b"identity", **({} if url else _headers(job))}
    for _ in range(REDIRECTS_MAX + 1):
        request = job.client.build_request(
            "POST" if source.form else "GET",
            at,
            headers=headers,
            data=dict(source.form) or None,
            timeout=job.patience.timeout_s,
        )
        response = job.client.send(request, stream=True, follow_redirects=False)
        if not response.has_redirect_location:
            return response
        response.close()
        target = at.join(response.headers["location"])
        if not _is_allowed(source, at, target, response.status_code):
            message = f"wird nach „{str(target)[:100]}“ umgeleitet; dorthin folgen wir nicht"
            return Hitch(message, address(source), is_final=True)
        at = target
    message = f"wird mehr als {REDIRECTS_MAX}-mal umgeleitet"
    return Hitch(message, address(source), is_final=True)


def _is_allowed(source: Source, here: httpx.URL, target: httpx.URL, status: int) -> bool:
    """Tell whether to follow a redirect; a form with credentials never leaves its host."""
    if target.scheme not in ("https", here.scheme) or target.scheme not in ("http", "https"):
        return False
    return not (source.form or source.login) or (
        status in (307, 308) and target.netloc == here.netloc
    )


def _headers(job: Job) -> dict[bytes, bytes]:
    """Return what goes with the first request, and the wish to go on where it broke off."""
    if not job.part.size:
        return dict(job.headers)
    start, validator = f"bytes={job.part.size}-".encode(), job.part.validator.encode()
    return {**job.headers, b"Range": start, b"If-Range": validator}


def _received(job: Job, response: httpx.Response) -> Answer | Hitch:
    """Go by the status of the response."""
    if response.status_code in (200, 206):
        return _taken(job, response)
    if response.status_code == 304 and {b"If-None-Match", b"If-Modified-Since"} & {*job.headers}:
        return _answer(response, is_unchanged=True)
    if response.status_code == 416:
        job.part.drop()
        return Hitch("brach ab und ließ sich nicht fortsetzen", LATER)
    return refused(job.source, response)


def _taken(job: Job, response: httpx.Response) -> Answer | Hitch:
    """Take the body, if it is one that can be taken."""
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("identity", "gzip"):
        # Packed several times over, a few bytes could fill the memory.
        return Hitch("kommt in einer unbekannten Verpackung", is_final=True)
    start = _start(job.part, response)
    if start is None:
        job.part.drop()
        return Hitch("hat sich während des Ladens geändert", LATER)
    total = _total(response, start)
    if total is not None and total > job.source.max_bytes:
        return too_large(job.source, total)
    if start == 0:
        job.part.begin("" if job.source.form else _validator(response))
    return _stored(job, response, start, total)


def _start(part: Part, response: httpx.Response) -> int | None:
    """Return from which byte the response goes on; None when it is no part of the same file."""
    if response.status_code == 200:
        return 0
    found = _RANGE.fullmatch(response.headers.get("content-range", ""))
    is_same = _validator(response) in ("", part.validator) and not _is_packed(response)
    return part.size if found and part.size and int(found[1]) == part.size and is_same else None


def _total(response: httpx.Response, start: int) -> int | None:
    """Return the size of the whole file, None when nobody says it or it comes packed."""
    if _is_packed(response):
        return None
    found = _RANGE.fullmatch(response.headers.get("content-range", ""))
    if start and found:
        return None if found[2] == "*" else int(found[2])
    length = response.headers.get("content-length", "")
    return int(length) if re.fullmatch("[0-9]{1,15}", length) else None


def _is_packed(response: httpx.Response) -> bool:
    """Tell whether bytes on the way are not those of the file."""
    return "content-encoding" in response.headers


def _validator(response: httpx.Response) -> str:
    """Return what may stand in If-Range: a strong ETag or a date (RFC 9110, 13.1.5)."""
    if _is_packed(response):
        return ""
    etag = _word(response, "etag")
    return etag if etag.startswith('"') else _word(response, "last-modified")


def _word(response: httpx.Response, name: str) -> str:
    """Return a header that may be sent back as it came, else nothing."""
    word = str(response.headers.get(name, ""))
    return word if word.isascii() and word.isprintable() and len(word) < 200 else ""


def _stored(job: Job, response: httpx.Response, start: int, total: int | None) -> Answer | Hitch:
    """Write the body to the part, as far as it comes and as large as it may be."""
    patience, done, began = job.patience, start, time.monotonic()
    with job.part.path.open("ab" if start else "wb") as sink:
        for piece in response.iter_bytes():
            sink.write(piece)
            done += len(piece)
            elapsed = time.monotonic() - began - patience.grace_s
            if done > job.source.max_bytes:
                return too_large(job.source, done)
            if patience.stop.is_set():
                return Hitch("wurde abgebrochen", LATER)
            if elapsed * patience.slowest_bytes_per_s > done - start:
                return Hitch("kommt zu langsam", LATER)
            job.report(done, total)
    if total is not None and done < total:
        return Hitch("brach ab", LATER)
    return _answer(response)


def _answer(response: httpx.Response, *, is_unchanged: bool = False) -> Answer:
    etag, modified = (_word(response, name) for name in ("etag", "last-modified"))
    return Answer(str(response.url), etag, modified, is_unchanged)
