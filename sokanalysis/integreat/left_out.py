"""What is not taken over and why: nothing is dropped in silence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from typing import Final

import pandas as pd

# Why, in the order in which a report tells it: first what somebody can mend.
REASONS: Final = {
    "unbekannte_art": "keine Regel kennt diese Art von Angebot",
    "mehrere_arten": "der Titel nennt mehrere Arten von Angeboten",
    "ohne_lage": "Lage fehlt oder ist ein Platzhalter",
    "ohne_ort": "nennt keinen Ort",
    "online": "findet online statt, ohne Ort",
    "ohne_zeiten": "nennt keine Öffnungszeiten",
    "nach_vereinbarung": "nur nach Vereinbarung",
    "kein_rhythmus": "findet nicht jede Woche zur selben Zeit statt",
    "ein_termin": "ein einzelner Termin",
    "mehrtaegig": "geht über Mitternacht oder mehrere Tage",
    "ganztaegig": "ganztägig, ohne Uhrzeiten",
    "seite": "Seite, die Zeiten oder ein Angebot nennt",
    "geschlossen": "vorübergehend geschlossen",
    "vergangen": "liegt in der Vergangenheit",
    "portal": "Verweis auf ein Portal, kein Angebot vor Ort",
    "nur_text": "Seite ohne Zeiten und ohne Angebot im Titel",
    "doppelt": "steht mit derselben Kennung schon in der Antwort",
    "unlesbar": "Eintrag ist nicht lesbar",
}
COLUMNS: Final = (
    "entry", "entry_id", "title", "place", "reason", "detail", "link", "is_taken_over",
)  # fmt: skip


class NotTakenOver(Exception):
    """Why an entry becomes no offer: a key of `REASONS`, and what is known about it in German."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True)
class LeftOut:
    """One entry, or the part of it, that is not taken over; see `left_out`."""

    entry: str
    entry_id: str
    title: str
    place: str
    reason: str
    detail: str
    link: str
    is_taken_over: bool = False


def left_out(found: Iterable[LeftOut]) -> pd.DataFrame:
    """Return what is not taken over as a table.

    Returns
    -------
    DataFrame
        ``entry`` (Ort, Veranstaltung, Seite, Portal), ``entry_id``, ``title``, ``place``,
        ``reason`` (German), ``detail``, ``link``, ``is_taken_over`` (whether the rest of the entry
        was). Ordered by reason as in `REASONS`, then by entry. Without rows for nothing.
    """
    order = list(REASONS)
    ordered = sorted(
        found, key=lambda one: (order.index(one.reason), one.entry, one.title, one.entry_id)
    )
    rows = pd.DataFrame([astuple(one) for one in ordered], columns=[*COLUMNS])
    rows["reason"] = rows["reason"].map(REASONS)
    kinds = {name: "bool" if name == "is_taken_over" else "str" for name in COLUMNS}
    return rows.astype(kinds)
