"""Look up public addresses with a service that the user has chosen; nothing is sent unasked."""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.errors import DataProblems, GeocoderUnavailable, Problem
from sokanalysis.geocoding.addresses import house_numbers, parse_address, place_texts
from sokanalysis.geocoding.middles import middle_of
from sokanalysis.geocoding.place_names import place_name
from sokanalysis.geocoding.result import COLUMNS, Answer, Geocoded, collected, require_columns
from sokanalysis.geocoding.service_client import replies, service_name
from sokanalysis.geocoding.spelling import likeness, street_words
from sokanalysis.geography import project
from sokanalysis.schema import BUILDINGS, SITES

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sokanalysis.geocoding.addresses import Address
    from sokanalysis.geocoding.service_client import Query, Reply
    from sokanalysis.read.osm import Box

VARIABLE: Final = "SOK_GEOCODER"

_PUBLIC: Final = {column.name for table in (SITES, BUILDINGS) for column in table.columns}
_KEYS: Final = ("site_id", "building_id")
# Where people live or hide is nobody's business outside, also when an offer takes place there.
_PRIVATE: Final = re.compile(
    r"unterkunft|wohnheim|asyl|fl(?:ü|ue)chtlingsheim|frauenhaus|m(?:ä|ae)nnerhaus|schutzwohnung"
    r"|zufluchts|obdach|aufnahmeeinrichtung",
    re.IGNORECASE,
)
_SPREAD_M: Final = {"gebaeude": 250, "strasse": 1500}
_SCORE: Final = {"gebaeude": 1.0, "strasse": 0.7}


def lookup(
    places: pd.DataFrame,
    box: Box,
    cache: Path,
    *,
    url: str = "",
    file: str = "sites.csv",
    user_agent: str = "sokanalysis",
    requests_max: int = 500,
    pause_s: float = 1.0,
    sleep: Callable[[float], None] = time.sleep,
) -> Geocoded:
    """Look up public addresses with a Nominatim-compatible service.

    Sent are street, house number, postal code and place of sites and buildings, and the box;
    never names, nor anything of accommodations or shelters.

    Parameters
    ----------
    places : DataFrame
        Rows of ``sites`` or ``buildings``: ``site_id`` or ``building_id``, ``name``, ``address``,
        ``place``, and no column that those tables do not have.
    box : tuple of float
        West, south, east, north in degrees: where the district lies.
    cache : Path
        JSON file in which answers are kept, so that nothing is asked twice.
    url : str
        Address of the service's search, „https://…/search“; otherwise that of the environment
        variable ``SOK_GEOCODER``. There is no other.
    file : str
        What messages call the table.
    user_agent : str
        How the program introduces itself, ASCII; services of others want a contact in it.
    requests_max : int
        No more new questions than so many are sent at once.
    pause_s : float
        Seconds between two requests; services of others allow one a second.
    sleep : callable
        Waits for so many seconds.

    Returns
    -------
    Geocoded
        One row a place in the same order. Found are only the very house (``gebaeude``) and, where
        the service does not know the number, its street (``strasse``), both spelled as asked, in
        the place and the box; several far apart are not found.

    Raises
    ------
    GeocoderUnavailable
        When no service is set, or it does not answer as it should.
    DataProblems
        When the table may hold people or lacks a column, or the cache is damaged.
    """
    service = url or os.environ.get(VARIABLE, "")
    if not service:
        raise GeocoderUnavailable(
            "Es ist kein Geocoder eingestellt, und ohne Auftrag wird nichts verschickt → die "
            f"Adresse eines Dienstes in {VARIABLE} oder „url“ angeben."
        )
    name = service_name(service)
    _require_public(places, file)
    require_columns(places, file)
    asked = [_asked(*row, box) for row in _texts(places)]
    found = replies(
        service, (query for query in asked if not isinstance(query, Answer)), cache,
        user_agent=user_agent, requests_max=requests_max, pause_s=pause_s, sleep=sleep,
    )  # fmt: skip
    answers = []
    for query, (_, text, place) in zip(asked, _texts(places), strict=True):
        if isinstance(query, Answer):
            answers.append(query)
        elif query not in found:
            answers.append(_unasked(requests_max))
        else:
            answers.append(_answer(parse_address(text), place, found[query], box, name))
    return collected(places, answers, file)


def _texts(places: pd.DataFrame) -> list[tuple[str, str, str]]:
    cells = places[["name", "address", "place"]].astype("object").fillna("")
    return [(str(a).strip(), str(b).strip(), str(c).strip()) for a, b, c in cells.to_numpy()]


def _require_public(places: pd.DataFrame, file: str) -> None:
    """Refuse a table that is not one of sites: what it holds might be people."""
    remedy = "nur Zeilen aus „sites“ oder „buildings“ nachschlagen lassen"
    if not any(key in places.columns for key in _KEYS):
        message = "ist keine Tabelle von Orten: site_id oder building_id fehlt"
        raise DataProblems([Problem(file, message, remedy, 1)])
    others = [str(name) for name in places.columns if name not in {*_PUBLIC, *COLUMNS}]
    if others:
        message = "Spalte gehört nicht zu öffentlichen Orten; die Tabelle wird nicht verschickt"
        raise DataProblems(Problem(file, message, remedy, 1, name) for name in others)


def _asked(name: str, text: str, place: str, box: Box) -> Query | Answer:
    """Return what to ask for one row, or why it is not asked."""
    if _PRIVATE.search(f"{name} {text}"):
        return Answer(
            reason="Unterkunft oder Schutzraum: die Anschrift wird nicht verschickt",
            remedy="die Lage von Hand eintragen",
        )
    address = parse_address(text)
    towns = _towns(address, place)
    if not address.street or not towns:
        what = "Straße" if towns else "Ort"
        return Answer(reason=f"keine {what} angegeben".replace("keine Ort", "kein Ort"),
                      remedy="Straße, Hausnummer und Ort ergänzen")  # fmt: skip
    west, south, east, north = box
    asked = {
        "street": f"{address.house_number} {address.street}".strip(), "city": towns[0],
        "postalcode": address.postal_code, "countrycodes": "de", "format": "jsonv2",
        "addressdetails": "1", "limit": "10", "accept-language": "de",
        "viewbox": f"{west:.5f},{north:.5f},{east:.5f},{south:.5f}", "bounded": "1",
    }  # fmt: skip
    return tuple((key, value) for key, value in asked.items() if value)


def _towns(address: Address, place: str) -> tuple[str, ...]:
    return (*place_texts(place), *place_texts(address.place), *place_texts(address.part))


def _answer(address: Address, place: str, found: Sequence[Reply], box: Box, service: str) -> Answer:
    """Believe of the results only what is what was asked for, and only if it is one thing."""
    inside = [reply for reply in found if _is_inside(reply, box)]
    for quality in ("gebaeude", "strasse"):
        fitting = [r for r in inside if _quality(r, address, _towns(address, place)) == quality]
        if fitting:
            return _one(fitting, quality, address, service)
    what = "liegt nur außerhalb des Kreises" if found and not inside else "ist ihm nicht bekannt"
    return Answer(
        reason=f"{service}: die Anschrift {what}",
        remedy="Schreibweise prüfen oder die Lage von Hand eintragen",
    )


def _is_inside(reply: Reply, box: Box) -> bool:
    west, south, east, north = box
    return west <= reply.lon <= east and south <= reply.lat <= north


def _quality(reply: Reply, address: Address, towns: tuple[str, ...]) -> str:
    """Return how exact a result is; empty when it is something else than asked for."""
    values = [value for key, value in reply.address.items() if key != "house_number"]
    places = {place_name(value).base for value in values}
    street = street_words(address.street)
    is_there = all(place_name(town).base in places for town in towns)
    postal_code = reply.address.get("postcode", "")
    if not is_there or not any(likeness(street, street_words(value)) == 1 for value in values):
        return ""
    if address.postal_code and postal_code and address.postal_code != postal_code:
        return ""
    number = reply.address.get("house_number", "")
    if number:
        same = house_numbers(number) & house_numbers(address.house_number)
        return "gebaeude" if same else ""
    return "strasse" if reply.category == "highway" else ""


def _one(fitting: Sequence[Reply], quality: str, address: Address, service: str) -> Answer:
    places = pd.DataFrame([(r.lat, r.lon) for r in fitting], columns=["lat", "lon"])
    middle, spread_m = middle_of(project(places))
    if spread_m > _SPREAD_M[quality]:
        shown = "; ".join(dict.fromkeys(reply.shown for reply in fitting[:5]))
        remedy = "Ortsteil oder Postleitzahl ergänzen"
        return Answer(reason=f"{service}: mehrdeutig: {shown}", remedy=remedy)
    reply = fitting[middle]
    is_coarse = quality == "strasse" and address.house_number
    return Answer(
        geocoding=quality, lat=reply.lat, lon=reply.lon, matched=reply.shown,
        score=_SCORE[quality], source=f"{service} (OpenStreetMap)",
        reason=f"Hausnummer {address.house_number} ist nicht verzeichnet" if is_coarse else "",
    )  # fmt: skip


def _unasked(requests_max: int) -> Answer:
    return Answer(
        reason=f"nicht gefragt: höchstens {requests_max} Anfragen auf einmal",
        remedy="noch einmal starten; was beantwortet ist, wird nicht wieder gefragt",
    )
