"""From the notation of OpenStreetMap to a plain week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Final

from sokanalysis.errors import DataProblems, Problem
from sokanalysis.opening_hours.rules import APPOINTMENT, Unreadable, held_text, parse
from sokanalysis.opening_hours.week import Slot, WeeklyHours, by_day, week

_MONDAY: Final = dt.datetime(2024, 1, 1)  # any will do: what depends on the date is left out
_MAX_CHARS: Final = 1000  # values in OpenStreetMap end at 255


def weekly(text: str, *, file: str = "Öffnungszeiten", row: int | None = None) -> WeeklyHours:
    """Read opening hours in the notation of OpenStreetMap.

    Parameters
    ----------
    text : str
        For example ``Mo-Fr 08:00-12:00,13:00-16:00; PH off``.
    file : str
        What messages call the place where it stands.
    row : int, optional
        Its row there.

    Returns
    -------
    WeeklyHours
        Of a rule that holds for a part of the year only, nothing is in ``hours``: what holds
        beside it stays, and the rule is named in ``left_out``.

    Raises
    ------
    DataProblems
        When it is empty, too long or cannot be read; the message says from which character on.
    """
    said = text.rstrip("; \t\r\n")  # a semicolon at the end is common and says nothing
    if not said.strip() or len(said) > _MAX_CHARS:
        message = f"hat {len(said)} Zeichen" if said.strip() else "fehlt"
        raise _refused(text, message, file, row)
    try:
        rules = parse(said)
    except Unreadable as error:
        rest = text[error.position - 1 :][:20] or "Ende"
        message = f"ist ab Zeichen {error.position} nicht lesbar („{rest}“)"
        raise _refused(text, message, file, row) from None
    comments = dict.fromkeys(comment for rule in rules for comment in rule.comments)
    return WeeklyHours(
        hours=week(_slots(held_text(rules))),
        is_closed_on_public_holidays=any(rule.closes_on("PH") for rule in rules),
        is_closed_in_school_holidays=any(rule.closes_on("SH") for rule in rules),
        is_by_appointment=any(rule.is_by_appointment for rule in rules),
        comments=tuple(comment for comment in comments if not APPOINTMENT.search(comment)),
        left_out=tuple(dict.fromkeys(rule.text for rule in rules if not rule.is_held)),
    )


def _refused(text: str, message: str, file: str, row: int | None) -> DataProblems:
    remedy = "schreiben wie „Mo-Fr 08:00-12:00,13:00-16:00; PH off“ (Tu, We, Th, Su auf Englisch)"
    return DataProblems([Problem(file, message, remedy, row, "Öffnungszeiten", text[:80])])


def _slots(text: str) -> Iterator[Slot]:
    """Yield when it is open to everybody in a week without holidays."""
    import opening_hours

    spans = opening_hours.OpeningHours(text).intervals(_MONDAY, _MONDAY + dt.timedelta(days=7))
    for start, end, state, comment in spans:
        if state == opening_hours.State.OPEN and not APPOINTMENT.search(comment):
            yield from by_day(start, end)
