"""Official files fetched: tried again while that may help, put in place only when whole."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from sokanalysis.errors import DataProblems, Problem
from sokanalysis.fetch.content import fault
from sokanalysis.fetch.hitches import Hitch
from sokanalysis.fetch.part import Part
from sokanalysis.fetch.progress import Bars, megabytes
from sokanalysis.fetch.provenance import STATES, Fetched, Origin, read_record, sha256_of
from sokanalysis.fetch.sources import RAW, Source
from sokanalysis.fetch.transfer import Answer, Job, Patience, Report
from sokanalysis.fetch.tries import tried

if TYPE_CHECKING:
    import httpx
    from rich.console import Console

TOGETHER_MAX: Final = 2
_PLACE: Final = (
    "prüfen, ob die Datei noch in einem Programm offen ist, ob Platz frei ist und ob man in "
    f"„{RAW}“ schreiben darf"
)


def download(
    source: Source,
    folder: Path,
    *,
    again: bool = False,
    progress: Report | None = None,
    client: httpx.Client | None = None,
    patience: Patience | None = None,
) -> Fetched:
    """Bring one official file into the folder of raw files.

    Parameters
    ----------
    source : Source
        What to fetch.
    folder : Path
        Of the region; the file goes to its folder ``quellen``.
    again : bool
        Whether to fetch also what lies there and is sound.
    progress : callable, optional
        Told bytes arrived and bytes expected (None: unknown).
    client : httpx.Client, optional
        As from `open_client`.
    patience : Patience, optional
        How long and how often to try.

    Returns
    -------
    Fetched
        The file, whole and of the right kind. One that lies there and is sound is asked for only
        if it has changed at the source; one put there by hand stays.

    Raises
    ------
    DataProblems
        With the one reason why there is no file and how to get it by hand. A file that lay there
        is left as it was.
    """
    target = folder / RAW / source.file
    try:
        known = _known(source, folder, target)
        if not again and (there := _there(source, target, known)):
            return there
        headers = _credentials(source) | ({} if again else _conditions(source, known))
        target.parent.mkdir(parents=True, exist_ok=True)
        part, limits = Part(target, source.url), patience or Patience()
        with open_client() if client is None else nullcontext(client) as link:
            job = Job(link, source, part, headers, limits, progress or _silent)
            return _outcome(job, target, None if again else known)
    except OSError as error:
        message = f"lässt sich nicht ablegen ({error.strerror})"
        raise DataProblems([_problem(source, Hitch(message, _PLACE))]) from None


def download_all(
    sources: Iterable[Source],
    folder: Path,
    *,
    again: bool = False,
    console: Console | None = None,
    client: httpx.Client | None = None,
    patience: Patience | None = None,
) -> tuple[list[Fetched], list[Problem]]:
    """Bring several official files into the folder of raw files, two at a time.

    Parameters
    ----------
    sources : iterable of Source
        What to fetch.
    folder, again, client, patience
        As in `download`.
    console : rich.console.Console, optional
        Where progress is shown; by default the standard error.

    Returns
    -------
    fetched : list of Fetched
        What lies there now, in the order of the sources.
    problems : list of Problem
        What does not, in the same order.

    Raises
    ------
    DataProblems
        When the record, the settings of a proxy or the file of certificates cannot be read.
    """
    from rich.console import Console

    limits, chosen = patience or Patience(), list(sources)
    read_record(folder)
    with (
        open_client() if client is None else nullcontext(client) as link,
        Bars(chosen, console or Console(stderr=True)) as bars,
        ThreadPoolExecutor(TOGETHER_MAX) as pool,
    ):

        def one(source: Source) -> Fetched | list[Problem]:
            show = partial(bars.show, source)
            try:
                fetched = download(
                    source, folder, again=again, progress=show, client=link, patience=limits
                )
            except DataProblems as refusal:
                bars.end(source, "nicht erhalten")
                return list(refusal.problems)
            bars.end(source, _said(fetched))
            return fetched

        try:
            outcomes = list(pool.map(one, chosen))
        except BaseException:
            limits.stop.set()
            pool.shutdown(cancel_futures=True)
            raise
    fetched = [outcome for outcome in outcomes if isinstance(outcome, Fetched)]
    return fetched, [found for each in outcomes if isinstance(each, list) for found in each]


def _said(fetched: Fetched) -> str:
    note = f": {fetched.note}" if fetched.note else ""
    return f"{STATES[fetched.state]} ({megabytes(fetched.origin.size_bytes)} MB){note}"


def open_client() -> httpx.Client:
    """Return a client that goes by the proxies of the environment and trusts what the house does.

    Raises
    ------
    DataProblems
        When the settings of a proxy, or the file of certificates, cannot be read.
    """
    import httpx

    agent = f"sokanalysis/{version('sokanalysis')}"
    try:
        trusted = httpx.create_ssl_context()
        # Offices look into encrypted traffic with a certificate that only the system knows.
        trusted.load_default_certs()
        return httpx.Client(verify=trusted, headers={"User-Agent": agent})
    except OSError:
        problem = Problem("Umgebung", "nennt unlesbare Zertifikate", "SSL_CERT_FILE prüfen")
        raise DataProblems([problem]) from None
    except (ValueError, ImportError, httpx.InvalidURL):
        remedy = "HTTPS_PROXY, HTTP_PROXY, ALL_PROXY und NO_PROXY prüfen (http://proxy:8080)"
        raise DataProblems([Problem("Umgebung", "nennt einen unlesbaren Proxy", remedy)]) from None


def _silent(_done: int, _total: int | None) -> None:
    """Tell nobody."""


def _known(source: Source, folder: Path, target: Path) -> Origin | None:
    """Return the record of the file that lies there, if we have fetched that very file."""
    known = read_record(folder).get(source.key)
    is_ours = known and known.file == source.file and not known.is_by_hand
    return known if is_ours and known and target.is_file() and known.matches(target) else None


def _there(source: Source, target: Path, known: Origin | None) -> Fetched | None:
    """Return the file that lies there, if there is nothing to ask the source about it."""
    if known:
        is_askable = known.url != _address(source) or known.etag or known.last_modified
        return None if is_askable else Fetched(known, target, "unchanged")
    is_sound = target.is_file() and not fault(target, source.kind)[0]
    return Fetched(_origin(source, target, None), target, "by_hand") if is_sound else None


def _address(source: Source) -> str:
    """Return the address with what is sent to it, but for credentials."""
    return f"{source.url}?{urlencode(source.form)}" if source.form else source.url


def _origin(source: Source, target: Path, answer: Answer | None) -> Origin:
    """Return where a file came from: from an answer, or put there by hand."""
    status = target.stat()
    day = dt.datetime.fromtimestamp(status.st_mtime, tz=dt.UTC).date()
    return Origin(
        key=source.key,
        title=source.title,
        file=source.file,
        url=_address(source),
        final_url=answer.final_url if answer else "",
        fetched_date=day.isoformat(),
        last_modified=answer.last_modified if answer else "",
        etag=answer.etag if answer else "",
        size_bytes=status.st_size,
        sha256=sha256_of(target),
        credit=source.credit,
        licence=source.licence,
        is_by_hand=answer is None,
    )


def _credentials(source: Source) -> dict[bytes, bytes]:
    """Return name and password from the environment; they go nowhere but into the request."""
    if not source.login:
        return {}
    variables = [f"SOK_{source.login}_{word}" for word in ("NAME", "PASSWORT")]
    name, password = (os.environ.get(variable, "").strip() for variable in variables)
    if not name or not (name + password).isprintable():
        remedy = (
            f"kostenlos anmelden und {' und '.join(variables)} als Umgebungsvariablen setzen "
            "(ein Token ist ein NAME ohne PASSWORT)"
        )
        raise DataProblems([_problem(source, Hitch("braucht Zugangsdaten", remedy))])
    return {b"username": name.encode(), b"password": password.encode()}


def _conditions(source: Source, known: Origin | None) -> dict[bytes, bytes]:
    """Return headers that ask for a file only if it has changed."""
    if not known or known.url != _address(source):
        return {}
    words = {b"If-None-Match": known.etag, b"If-Modified-Since": known.last_modified}
    return {name: word.encode() for name, word in words.items() if word}


def _outcome(job: Job, target: Path, known: Origin | None) -> Fetched:
    """Try, and say what came of it."""
    outcome = tried(job, target)
    if isinstance(outcome, Answer):
        if outcome.is_unchanged and known:
            return Fetched(known, target, "unchanged")
        return Fetched(_origin(job.source, target, outcome), target, "new")
    if known and known.url == _address(job.source) and not outcome.is_final:
        return Fetched(known, target, "unchecked", outcome.message)
    raise DataProblems([_problem(job.source, outcome)])


def _problem(source: Source, hitch: Hitch) -> Problem:
    remedy = f"{hitch.remedy}; oder von Hand: " if hitch.remedy else "Von Hand: "
    message = f"„{source.title}“ {hitch.message}"
    return Problem(source.file, message, remedy + source.by_hand, value=hitch.value)
