"""Services from the interface of a partner, page by page, with an end in every case."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any, Final

from sokanalysis.read.bounded import parse_json, refuse

if TYPE_CHECKING:
    import httpx

PAGES_MAX: Final = 500
_PAGE_MAX_BYTES: Final = 50 * 2**20
_ASK: Final = "beim Betreiber der Schnittstelle nachfragen"
_LATER: Final = "Adresse und Netz prüfen, später noch einmal versuchen"


def fetch_pages(url: str, client: httpx.Client, *, max_pages: int = PAGES_MAX) -> list[bytes]:
    """Fetch all pages of ``GET /services``.

    Parameters
    ----------
    url : str
        Of the list of services, https or http.
    client : httpx.Client
        Asks; its time limits, proxies and headers hold.
    max_pages : int
        How many at most.

    Returns
    -------
    list of bytes
        The pages as they came, for `read_pages`, or to be saved as ``page_1.json`` …; one page
        without services where there are none.

    Raises
    ------
    DataProblems
        When the interface does not answer, answers with something else, sends a page twice
        or has more pages than allowed.
    """
    pages: list[bytes] = []
    seen: set[str] = set()
    while len(pages) < max_pages:
        number = len(pages) + 1
        raw = _get(url, client, number)
        page = parse_json(raw, f"{url}, Seite {number}")
        if not isinstance(page, dict) or not isinstance(page.get("contents"), list):
            raise refuse(url, f"liefert auf Seite {number} keine Liste (contents)", _ASK)
        if not page["contents"] and pages:
            return pages
        _require_new(url, page, number, seen)
        pages.append(raw)
        if not page["contents"] or _is_last(page, number):
            return pages
    raise refuse(url, f"hat mehr als {max_pages} Seiten", "„max_pages“ erhöhen")


def _get(url: str, client: httpx.Client, number: int) -> bytes:
    """Ask for one page, services with everything in them."""
    import httpx

    parts: list[bytes] = []
    size = 0
    try:
        with client.stream("GET", url, params={"page": number, "full": "true"}) as answer:
            if not answer.is_success:
                raise refuse(url, f"antwortet auf Seite {number} mit {answer.status_code}", _ASK)
            for part in answer.iter_bytes():
                size += len(part)
                if size > _PAGE_MAX_BYTES:
                    raise refuse(url, f"liefert auf Seite {number} zu viele Daten", _ASK)
                parts.append(part)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise refuse(url, f"antwortet nicht ({type(error).__name__})", _LATER) from None
    return b"".join(parts)


def _require_new(url: str, page: dict[str, Any], number: int, seen: set[str]) -> None:
    """Refuse a page that came before: an interface that does not turn pages never ends."""
    stated = page.get("page_number")
    content = hashlib.sha256(repr(page["contents"]).encode("utf-8", "replace")).hexdigest()
    if content in seen or (isinstance(stated, int) and stated != number):
        raise refuse(url, f"liefert statt Seite {number} eine andere noch einmal", _ASK)
    seen.add(content)


def _is_last(page: dict[str, Any], number: int) -> bool:
    total = page.get("total_pages")
    return page.get("last_page") is True or (isinstance(total, int) and number >= total)
