"""Answers in the shape of Integreat's interface, made up: nobody and nothing in them exists.

`place` and `event` are as the server of today gives them (one entry an event, with its rule);
`older_dates` as those before 2022 did (one entry a date, numbers on the first one only).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

BASE = "https://cms.integreat-app.de"
CLOSED = {"allDay": False, "closed": True, "appointmentOnly": False, "timeSlots": []}
NOWHERE = {
    "id": None, "name": None, "address": None, "town": None, "state": None, "postcode": None,
    "region": None, "country": None, "latitude": None, "longitude": None,
}  # fmt: skip
REGION = {
    "id": 9, "name": "Landkreis Musterland", "path": "lkmusterland", "live": True,
    "plz": "07999", "latitude": 50.6, "longitude": 11.7, "languages": [],
}  # fmt: skip
PORTAL = {
    "name": "Lehrstellenbörse", "alias": "lehrstellen", "post": None, "thumbnail": None,
    "url": "https://portal.example/suche?plz=07999",
}  # fmt: skip


def day(*slots: str, **flags: bool) -> dict[str, Any]:
    """One of the seven days: ``day("09:00-12:00")``."""
    pairs = [slot.split("-") for slot in slots]
    times = [{"start": a, "end": b, "timezone": "Europe/Berlin"} for a, b in pairs]
    return {**CLOSED, "closed": not slots, "timeSlots": times, **flags}


def week(**days: dict[str, Any]) -> list[dict[str, Any]]:
    """Seven days, closed but for those that are named."""
    return [days.get(name, CLOSED) for name in ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")]


def spot(number: int, name: str, lat: float = 50.61, lon: float = 11.71) -> dict[str, Any]:
    """Where something is: a street in Musterstadt."""
    return NOWHERE | {
        "id": number, "name": name, "address": "Hauptstraße 2", "town": "Musterstadt",
        "postcode": "07999", "country": "Deutschland", "latitude": lat, "longitude": lon,
    }  # fmt: skip


def place(
    number: int, name: str, hours: Any = None, *, lat: float = 50.61, lon: float = 11.71,
    category: str = "Sonstiges", **others: Any,
) -> dict[str, Any]:  # fmt: skip
    """A location, with somebody to call who must not come in."""
    path = f"/lkmusterland/de/locations/ort-{number}/"
    return {
        "id": 7000 + number, "url": BASE + path, "path": path, "title": name,
        "modified_gmt": "2026-03-28T22:59:00Z", "last_updated": "2026-03-28T23:59:00+01:00",
        "meta_description": None, "excerpt": "Fragen an Erika Geheim", "available_languages": {},
        "content": "<p>Fragen an Erika Geheim, 03663 4711471, geheim@example.org</p>",
        "icon": None, "thumbnail": None, "website": "https://geheim.example",
        "email": "geheim@example.org", "phone_number": "03663 4711471",
        "contacts": [{
            "area_of_responsibility": None, "name": "Erika Geheim", "email": "geheim@example.org",
            "phone_number": "03663 4711471", "mobile_number": "0171 4711471", "website": None,
            "opening_hours": None, "appointment_url": None,
        }],
        "category": {"id": 1, "name": category, "color": "#07DC03", "icon": "advice"},
        "temporarily_closed": False, "opening_hours": hours, "appointment_url": None,
        "location": spot(number, name, lat, lon), "hash": None, "organization": None,
        "barrier_free": None, **others,
    }  # fmt: skip


def event(
    number: int, name: str, start: str, end: str, rule: str | None = None, *,
    at: dict[str, Any] | None = None, **others: Any,
) -> dict[str, Any]:  # fmt: skip
    """An event from ``start`` to ``end`` (ISO with offset)."""
    path = f"/lkmusterland/de/events/termin-{number}/"
    return {
        "id": 8000 + number, "url": BASE + path, "path": path, "title": name,
        "modified_gmt": "2026-10-20T22:30:00Z", "last_updated": "2026-10-21T00:30:00+02:00",
        "excerpt": "", "content": "<p>Anmeldung bei Erika Geheim, 03663 4711471</p>",
        "available_languages": {}, "thumbnail": None, "location": at or NOWHERE,
        "location_path": None, "meeting_url": None,
        "event": {
            "id": number, "start": start, "start_date": start[:10], "start_time": start[11:19],
            "end": end, "end_date": end[:10], "end_time": end[11:19], "all_day": False,
            "only_weekdays": False, "recurrence_id": number + 100 if rule else None,
            "timezone": "Europe/Berlin",
        },
        "hash": None, "recurrence_rule": rule, **others,
    }  # fmt: skip


def older_dates(
    number: int, name: str, dates: Iterable[str], at: dict[str, Any] | None = None
) -> list[dict[str, Any]]:
    """One entry a date, 10:00 to 12:00, as older servers give them."""
    entries = []
    for date in dates:
        path = f"/lkmusterland/de/events/treff${date}/"
        numbers = {"id": None if entries else number, "recurrence_id": number + 100}
        entries.append({
            "id": None, "url": BASE + path, "path": path, "title": name,
            "modified_gmt": "2026-10-20 22:30:00", "excerpt": "", "content": "",
            "available_languages": {}, "thumbnail": None, "location": deepcopy(at or NOWHERE),
            "event": {
                **numbers, "start_date": date, "end_date": date, "all_day": False,
                "start_time": "10:00:00", "end_time": "12:00:00", "timezone": "Europe/Berlin",
            },
            "hash": None,
        })  # fmt: skip
    return entries


def page(number: int, name: str, content: str) -> dict[str, Any]:
    """A page of text."""
    path = f"/lkmusterland/de/seite-{number}/"
    return {
        "id": number, "url": BASE + path, "path": path, "title": name, "excerpt": "",
        "modified_gmt": "2026-01-01T00:00:00Z", "last_updated": "2026-01-01T01:00:00+01:00",
        "content": content, "parent": {"id": 0, "url": None, "path": None}, "order": 1,
        "available_languages": {}, "thumbnail": None, "hash": None, "organization": None,
        "embedded_offers": [],
    }  # fmt: skip


def save(
    folder: Path,
    places: Iterable[Any] = (),
    events: Iterable[Any] = (),
    pages: Iterable[Any] = (),
    portals: Iterable[Any] = (),
) -> Path:
    """Lay answers into a folder, each on one line as the server sends them."""
    answers = {
        "region": REGION, "locations": list(places), "events": list(events),
        "pages": list(pages), "offers": list(portals),
    }  # fmt: skip
    for name, answer in answers.items():
        (folder / f"{name}.json").write_text(json.dumps(answer), encoding="utf-8")
    return folder
