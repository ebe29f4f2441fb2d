"""What the page says in German: days, facts about an offer, reasons, rules and data state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from sokanalysis import style
from sokanalysis.basis import travel_basis
from sokanalysis.codes import LEVELS, QUALITIES, STATUSES, WEEKDAYS, label
from sokanalysis.inventory import listed

if TYPE_CHECKING:
    import pandas as pd

    from sokanalysis.region import Region

Pairs = list[tuple[str, str]]

_DASH: Final = "–"
_YES: Final = {True: "ja", False: "nein"}
_ROUGH: Final = {"gebaeude": "", "strasse": "", "ort": "Lage auf der Karte: Ortsmitte"}
_UNPLACED: Final = "Lage auf der Karte: ungefähr"


def days_text(weekdays: tuple[str, ...]) -> str:
    """Write weekdays shortly: „Mo bis Fr“ for three and more in a row, else „Di und Do“."""
    order = [day for day in WEEKDAYS if day in weekdays]
    places = [list(WEEKDAYS).index(day) for day in order]
    in_a_row = len(order) > 2 and places[-1] - places[0] == len(order) - 1
    return f"{order[0]} bis {order[-1]}" if in_a_row else listed(order)


def when_text(session: pd.Series[Any]) -> str:
    """Return days and times of a session: „Di und Do, 09:00–12:00 Uhr“."""
    days = days_text(session["weekdays"])
    return f"{days}, {session['start_time']}{_DASH}{session['end_time']}{style.NBSP}Uhr"


def site_note(geocoding: str) -> str:
    """Say when the dot of a site is not where its door is; empty when it is."""
    return _ROUGH.get(geocoding, _UNPLACED)


def offer_facts(offer: pd.Series[Any]) -> Pairs:
    """Return what is known about an offer for those who look for one; the unknown is left out.

    Numbers of people are not among it.
    """
    groups = listed(label("target_group", code) for code in offer["target_groups"])
    facts = {
        "Für wen": groups,
        "Alter": _ages(offer["age_min_years"], offer["age_max_years"]),
        "Geschlecht": _known(offer["gender"], lambda code: label("gender", code)),
        "Zugang": _known(offer["eligibility"], str),
        "Sprachniveau": _levels(offer["level_in"], offer["level_out"]),
        "Sprachen": _known(offer["languages"], str),
        "Kosten": _known(offer["cost_eur"], _cost),
        "Kinderbetreuung": _known(offer["has_childcare"], _yes),
        "Barrierefrei": _known(offer["is_wheelchair_accessible"], _yes),
        "Online": _known(offer["is_online"], _yes),
        "Gültig ab": _known(offer["valid_from_date"], style.german_date),
        "Endet am": _known(offer["valid_until_date"], style.german_date),
        "Status": STATUSES[offer["status"]],
        "Angaben": _quality(offer),
    }
    return [(name, text) for name, text in facts.items() if text]


def _known(value: Any, write: Any) -> str:
    return "" if style.is_missing(value) else str(write(value))


def _yes(value: Any) -> str:
    return _YES[bool(value)]


def _cost(amount: float) -> str:
    return "kostenlos" if amount == 0 else style.euro(amount, 0 if amount == int(amount) else 2)


def _ages(youngest: Any, oldest: Any) -> str:
    low, high = (_known(age, int) for age in (youngest, oldest))
    if low and high:
        return f"{low} bis {high} Jahre"
    return f"ab {low} Jahren" if low else f"bis {high} Jahre" if high else ""


def _levels(before: Any, after: Any) -> str:
    start, end = (_known(level, lambda code: LEVELS.get(code, code)) for level in (before, after))
    parts = [f"Voraussetzung: {start}" if start else "", f"Ziel: {end}" if end else ""]
    return "; ".join(part for part in parts if part)


def _quality(offer: pd.Series[Any]) -> str:
    date = _known(offer["source_date"], str)
    quality = QUALITIES[offer["quality"]].partition(" (")[0]
    return f"{quality}, Stand {date}" if date and date != "ohne Datum" else f"{quality}, ohne Datum"


def reason_texts(region: Region) -> list[str]:
    """Return what each of `sokanalysis.reach.OUTCOMES` means for a person, in their order."""
    rules = region.parameters
    hours = style.number(rules.away_max_minutes / 60, 0 if rules.away_max_minutes % 60 == 0 else 1)
    return [
        "Erreichbar.",
        "Es gibt keine Fahrt, die rechtzeitig ankommt.",
        "Nach dem Ende gibt es keine Fahrt nach Hause.",
        f"Man müsste vor {rules.earliest_departure} Uhr los.",
        f"Man wäre erst nach {rules.latest_return} Uhr zu Hause.",
        f"Zu viel Wartezeit: Wege und Warten dauern zusammen mehr als {hours} Stunden.",
        f"Zu lange unterwegs: Wege und Warten dauern zusammen mehr als {hours} Stunden.",
        f"Nicht alle Termine sind erreichbar; der Kurs braucht {_needed(region)}.",
    ]


def _needed(region: Region) -> str:
    share = region.parameters.attend_share_required
    return "alle Termine" if share >= 1 else f"{style.percent(share)} der Termine"


def rule_texts(region: Region) -> list[str]:
    """Return when something counts as within reach, in sentences."""
    rules = region.parameters
    return [
        "Erreichbar heißt: ohne Auto hin, bis zum Ende bleiben und am selben Tag heim.",
        f"Man geht nicht vor {rules.earliest_departure} Uhr los, ist {rules.arrive_buffer_minutes} "
        f"Minuten vor Beginn da, bricht {rules.leave_buffer_minutes} Minuten nach dem Ende auf und "
        f"ist bis {rules.latest_return} Uhr zu Hause.",
        f"Wege und Warten dauern hin und zurück zusammen höchstens {rules.away_max_minutes} "
        f"Minuten, mit höchstens {rules.max_boardings} Einstiegen je Richtung.",
        f"Zu Fuß zählen Wege bis {rules.walk_max_minutes} Minuten, mit dem Rad bis "
        f"{rules.bike_max_minutes} Minuten.",
        f"Bei einem Kurs müssen {_needed(region)} erreichbar sein, bei anderen Angeboten genügt "
        "einer.",
        "Uhrzeiten sind ohne Gewähr: vor der Fahrt die Fahrplanauskunft fragen.",
    ]


def data_texts(region: Region) -> list[str]:
    """Return what the page rests on: date, timetable, ways and sessions; in sentences."""
    sessions = region.current_sessions
    counts = sessions["quality"].value_counts()
    known = [f"{counts[code]} {QUALITIES[code].partition(' (')[0]}"
             for code in QUALITIES if code in counts]  # fmt: skip
    texts = [
        f"Stand der Daten: {style.german_date(region.parameters.reference_date)}.",
        travel_basis(region).replace("**", ""),
        f"Termine: {listed(known)}." if known else "Termine sind nicht bekannt.",
    ]
    return texts + notice_texts(region)


def notice_texts(region: Region) -> list[str]:
    """Say how early the on-demand bus has to be booked; empty when there is none."""
    flex = region.feed.flex
    if flex.empty:
        return []
    notice = float(flex["notice_minutes"].max(skipna=True))
    if not np.isfinite(notice):
        return ["Der Rufbus fährt nur, wenn man ihn vorher bestellt."]
    hours = style.number(notice / 60, 0 if notice % 60 == 0 else 1)
    return [f"Der Rufbus fährt nur, wenn man ihn mindestens {hours} Stunden vorher bestellt."]
