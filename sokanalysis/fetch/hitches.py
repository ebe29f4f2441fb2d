"""Why a try brought no file, in words that say what to do, and whether to try again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

from sokanalysis.fetch.sources import OWN, Source

if TYPE_CHECKING:
    import httpx

_BUSY: Final = (408, 425, 429, 500, 502, 503, 504)
LATER: Final = "später noch einmal versuchen"
_PROXY: Final = (
    "die Zugangsdaten des Proxys bei der IT erfragen und in der Umgebungsvariablen HTTPS_PROXY "
    "angeben (http://name:kennwort@proxy:8080)"
)
_NETWORK: Final = "Internetverbindung prüfen, im Amtsnetz auch die Umgebungsvariable HTTPS_PROXY"
_TRUST: Final = (
    "die IT um das Stammzertifikat des Hauses bitten und seine Datei in der Umgebungsvariablen "
    "SSL_CERT_FILE angeben"
)


@dataclass(frozen=True)
class Hitch:
    """Why a try brought no file.

    `is_final` says that another try would bring nothing else; `wait_s` is how long the source
    wants to be left alone; `value` how something that is not the file begins.
    """

    message: str
    remedy: str = ""
    is_final: bool = False
    wait_s: float | None = None
    value: str = ""


def too_large(source: Source, size: int) -> Hitch:
    """Say that a file is larger than allowed."""
    message = f"ist mit {size // 10**6} MB größer als erlaubt ({source.max_mb} MB)"
    remedy = f"wenn das stimmt, „max_mb“ unter „{source.key}“ in {OWN} erhöhen"
    return Hitch(message, remedy, is_final=True)


def refused(source: Source, response: httpx.Response) -> Hitch:
    """Say what a status means."""
    status = response.status_code
    if status in _BUSY:
        wait_s = _retry_after(response)
        asks = f"; die Quelle bittet um {wait_s:.0f} Sekunden Geduld" if wait_s else ""
        return Hitch(f"ist gerade nicht zu haben (Status {status}{asks})", LATER, wait_s=wait_s)
    if status in (404, 410):
        message = f"liegt nicht mehr unter {source.url} (Status {status})"
        return Hitch(message, address(source), is_final=True)
    if status == 407:
        return Hitch("kam nicht durch den Proxy (407)", _PROXY, is_final=True)
    if status in (401, 403) and source.login:
        message = f"wurde verweigert, die Zugangsdaten gelten nicht (Status {status})"
        return Hitch(message, f"SOK_{source.login}_NAME und _PASSWORT prüfen", is_final=True)
    return Hitch(f"wurde verweigert (Status {status})", address(source), is_final=True)


def address(source: Source) -> str:
    """Say which line to change; what the package ships is overruled, not edited."""
    if source.place.startswith(OWN):
        return f"die Adresse in {source.place} berichtigen"
    return (
        f"im Ordner der Region in {OWN} unter „{source.key}:“ die neue Adresse als „url:“ "
        f"eintragen (ausgeliefert: {source.place})"
    )


def _retry_after(response: httpx.Response) -> float | None:
    """Return seconds; a day and time counts from the server's own clock, not from ours."""
    word = response.headers.get("retry-after", "")
    if re.fullmatch("[0-9]{1,9}", word):
        return float(word)
    try:
        then, now = map(parsedate_to_datetime, (word, response.headers.get("date", "")))
        return max((then - now).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None


def of_error(error: Exception, source: Source) -> Hitch:
    """Say what went wrong on the way; its own words may hold credentials and are not shown."""
    import httpx

    if isinstance(error, httpx.ProxyError):
        is_login = "407" in str(error)
        message = "kam nicht durch den Proxy" + (" (407)" if is_login else "")
        return Hitch(message, _PROXY if is_login else _NETWORK, is_final=is_login)
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return Hitch("kommt mit einem Zertifikat, für das niemand bürgt", _TRUST, is_final=True)
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        return Hitch(f"war nicht zu erreichen: keine Verbindung zu {_host(source)}", _NETWORK)
    if isinstance(error, httpx.TimeoutException):
        return Hitch("blieb aus, der Server antwortet nicht mehr", _NETWORK)
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError | httpx.DecodingError):
        return Hitch("brach ab", _NETWORK)
    return Hitch("ließ sich nicht anfordern", address(source), is_final=True)


def _host(source: Source) -> str:
    return source.url.split("/")[2]
