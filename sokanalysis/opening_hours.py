"""Opening hours between the notation of OpenStreetMap and a plain week.

The notation can say more than a week can hold (seasons, weeks of the year, the first Monday of a
month). What the week does not hold is named, never dropped in silence.
Specification: https://wiki.openstreetmap.org/wiki/Key:opening_hours/specification
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pandas as pd

from sokanalysis.codes import WEEKDAYS
from sokanalysis.errors import DataProblems, Problem

# The last minute of a day: tables know no 24:00.
DAY_END: Final = "23:59"
_DAYS: Final = tuple(WEEKDAYS)
_OSM_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_MONDAY: Final = dt.datetime(2024, 1, 1)  # any will do: what depends on the date is left out
_MAX_CHARS: Final = 1000  # values in OpenStreetMap end at 255

_RULE: Final = re.compile(r";|\|\|")
_ADDITIONAL: Final = re.compile(", ")  # as the library writes it; in a list there is no space
_QUOTED: Final = re.compile(r'"([^"]*)"')
_SEASON: Final = re.compile(
    r"Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|week|easter|day|\[|(?<![\d:])\d{4}(?!\d)"
)
# Times of the sun, open ends and every-so-often: nobody can plan a way home with them.
_VAGUE: Final = re.compile(r"sunrise|sunset|dawn|dusk|\+|:\d\d/")
_HOLIDAY: Final = re.compile(r"\b(PH|SH)\b")
# „SH Mo-Fr“ means on these days of the holidays only; the library reads „SH,Mo-Fr“.
_ONLY_IN_HOLIDAYS: Final = re.compile(
    r"\b(PH|SH)\s+(Mo|Tu|We|Th|Fr|Sa|Su)\b|\b(Mo|Tu|We|Th|Fr|Sa|Su)\s+(PH|SH)\b", re.IGNORECASE
)
_APPOINTMENT: Final = re.compile(r"vereinbar|anmeld|absprache|termin|appointment", re.IGNORECASE)
_TIME: Final = re.compile(r"\d\d:\d\d|\(|sunrise|sunset|dawn|dusk")

Slot = tuple[str, str, str]  # weekday, start, end


@dataclass(frozen=True)
class WeeklyHours:
    """Opening hours as far as a plain week can hold them.

    Parameters
    ----------
    hours : DataFrame
        ``weekday`` (key of `codes.WEEKDAYS`), ``start_time``, ``end_time`` (``HH:MM``), ordered by
        weekday and start; what goes past midnight stands on both days and ends at 23:59 on the
        first. Without rows when it is never open to everybody.
    is_closed_on_public_holidays, is_closed_in_school_holidays : bool
        Whether the text says so; False also when it says nothing.
    is_by_appointment : bool
        Whether all or some of it needs an appointment; such hours are not among ``hours``.
    comments : tuple of str
        Other comments, as they stand.
    left_out : tuple of str
        Rules that ``hours`` holds only in part or not at all, in OpenStreetMap's notation.
    """

    hours: pd.DataFrame
    is_closed_on_public_holidays: bool = False
    is_closed_in_school_holidays: bool = False
    is_by_appointment: bool = False
    comments: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """What the week does not say, in German; empty when it says everything."""
        told = (
            (self.is_closed_on_public_holidays, "an Feiertagen geschlossen"),
            (self.is_closed_in_school_holidays, "in den Schulferien geschlossen"),
            (self.is_by_appointment, "ganz oder teilweise nur nach Vereinbarung"),
        )
        rules = (f"steht nicht oder nicht ganz in der Woche: „{rule}“" for rule in self.left_out)
        remarks = (f"Bemerkung: „{comment}“" for comment in self.comments)
        return (*(text for is_so, text in told if is_so), *rules, *remarks)


@dataclass(frozen=True)
class _Rule:
    """One rule as the library writes it, and how it follows the one before."""

    separator: str
    text: str
    is_only_in_holidays: bool = False
    is_remark: bool = False  # nothing but a comment: it says something about the others

    @property
    def bare(self) -> str:
        """The rule without its comments."""
        return _QUOTED.sub("", self.text)

    @property
    def is_closed(self) -> bool:
        return "closed" in self.bare

    @property
    def has_times(self) -> bool:
        return bool(_TIME.search(self.bare))

    @property
    def is_weekly(self) -> bool:
        """Whether it holds in every week of the year."""
        return not self.is_only_in_holidays and not _SEASON.search(self.bare)

    @property
    def is_unknown(self) -> bool:
        return "unknown" in self.bare

    @property
    def is_vague(self) -> bool:
        return bool(_VAGUE.search(self.bare))

    @property
    def is_by_appointment(self) -> bool:
        return any(_APPOINTMENT.search(comment) for comment in _QUOTED.findall(self.text))

    def closes_on(self, holiday: str) -> bool:
        """Tell whether it says closed on public (PH) or in school holidays (SH), all day."""
        named = holiday in _HOLIDAY.findall(self.bare)
        return named and self.is_closed and self.is_weekly and not self.has_times

    @property
    def is_held(self) -> bool:
        """Whether week and flags together say all that it says."""
        if not self.is_weekly or self.is_vague or self.is_unknown:
            return False
        if self.is_by_appointment or self.is_remark:
            return not self.has_times
        all_day_closed = self.is_closed and not self.has_times
        return all_day_closed or not _HOLIDAY.search(self.bare)


class _Unreadable(Exception):
    """Carries the position of the first character that cannot be read, from 1."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


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
    if not text.strip() or len(text) > _MAX_CHARS:
        message = f"hat {len(text)} Zeichen" if text.strip() else "fehlt"
        raise _refused(text, message, file, row)
    try:
        rules = _rules(text)
    except _Unreadable as error:
        rest = text[error.position - 1 :][:20] or "Ende"
        message = f"ist ab Zeichen {error.position} nicht lesbar („{rest}“)"
        raise _refused(text, message, file, row) from None
    comments = [comment for rule in rules for comment in _QUOTED.findall(rule.text)]
    return WeeklyHours(
        hours=week(_slots(_held_text(rules))),
        is_closed_on_public_holidays=any(rule.closes_on("PH") for rule in rules),
        is_closed_in_school_holidays=any(rule.closes_on("SH") for rule in rules),
        is_by_appointment=any(rule.is_by_appointment for rule in rules),
        comments=tuple(c for c in dict.fromkeys(comments) if not _APPOINTMENT.search(c)),
        left_out=tuple(dict.fromkeys(rule.text for rule in rules if not rule.is_held)),
    )


def _refused(text: str, message: str, file: str, row: int | None) -> DataProblems:
    remedy = "schreiben wie „Mo-Fr 08:00-12:00,13:00-16:00; PH off“ (Tu, We, Th, Su auf Englisch)"
    return DataProblems([Problem(file, message, remedy, row, "Öffnungszeiten", text[:80])])


def _rules(text: str) -> list[_Rule]:
    """Take the text apart; `_Unreadable` where it cannot be read."""
    _parsed(text)
    rules = []
    for separator, part in _split(text, _RULE):
        said = _QUOTED.sub("", part)
        if _ONLY_IN_HOLIDAYS.search(said):
            rules.append(_Rule(separator, part.strip(), is_only_in_holidays=True))
            continue
        for number, (_, rule) in enumerate(_split(_parsed(part, text), _ADDITIONAL)):
            # The library writes a mere comment as one on being open all the time.
            is_remark = rule.startswith('24/7 "') and "24/7" not in said
            rules.append(_Rule("," if number else separator, rule, is_remark=is_remark))
    return rules


def _parsed(part: str, text: str = "") -> str:
    """Return a part of the text as the library writes it."""
    import opening_hours

    try:
        return str(opening_hours.OpeningHours(part.strip()))
    except opening_hours.ParserError as error:  # type: ignore[attr-defined]  # not in its stubs
        place = re.search(r"--> \d+:(\d+)", str(error))
        before = (text or part).find(part.strip())
        raise _Unreadable(before + (int(place[1]) if place else 1)) from None


def _split(text: str, separator: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the pieces with what stands before each; quoted separators are none."""
    masked = _QUOTED.sub(lambda found: '"' * len(found[0]), text)
    start, before = 0, ""
    for cut in separator.finditer(masked):
        yield before, text[start : cut.start()]
        start, before = cut.end(), cut[0]
    yield before, text[start:]


def _held_text(rules: Iterable[_Rule]) -> str:
    """Return the rules that hold every week as one text.

    A vague rule of every week still takes its days from the rules before it: they are closed
    then, for nothing is known of them. What holds only when all before is closed (``||``) adds
    its times; the library ends its answer at such a rule when that rule is about every day.
    """
    held: list[tuple[str, str]] = []
    for rule in rules:
        is_fallback = rule.separator == "||"
        if rule.is_remark or not rule.is_weekly or (is_fallback and _says_nothing(rule)):
            continue
        if not rule.is_vague:
            held.append(("," if is_fallback else rule.separator, rule.text))
        elif rule.separator in ("", ";"):
            days = _TIME.split(rule.bare, maxsplit=1)[0].strip()
            held.append((rule.separator, f"{days} closed".strip()))
    if not held:
        return "closed"
    return held[0][1] + "".join(f"{separator} {text}" for separator, text in held[1:])


def _says_nothing(rule: _Rule) -> bool:
    return rule.is_closed or rule.is_unknown or rule.is_vague


def _slots(text: str) -> Iterator[Slot]:
    """Yield when it is open to everybody in a week without holidays."""
    import opening_hours

    spans = opening_hours.OpeningHours(text).intervals(_MONDAY, _MONDAY + dt.timedelta(days=7))
    for start, end, state, comment in spans:
        if state == opening_hours.State.OPEN and not _APPOINTMENT.search(comment):
            yield from by_day(start, end)


def by_day(start: dt.datetime, end: dt.datetime) -> Iterator[Slot]:
    """Yield a span of local time day by day; the last minute of a day is 23:59."""
    while start < end:
        midnight = dt.datetime.combine(start.date() + dt.timedelta(days=1), dt.time())
        last = f"{end:%H:%M}" if end < midnight else DAY_END
        if f"{start:%H:%M}" < last:
            yield _DAYS[start.weekday()], f"{start:%H:%M}", last
        start = midnight


def week(slots: Iterable[Slot]) -> pd.DataFrame:
    """Return slots as the table of `WeeklyHours`, each once; without rows for none."""
    ordered = sorted(set(slots), key=lambda slot: (_DAYS.index(slot[0]), *slot[1:]))
    return pd.DataFrame(ordered, columns=["weekday", "start_time", "end_time"], dtype="str")


def sessions(hours: pd.DataFrame) -> list[tuple[tuple[str, ...], str, str]]:
    """Return the week as sessions: weekdays with the same times together.

    Parameters
    ----------
    hours : DataFrame
        As in `WeeklyHours`.

    Returns
    -------
    list of (weekdays, start, end)
        Ordered by start and end; empty without hours.
    """
    return [
        (tuple(days), str(start), str(end))
        for (start, end), days in hours.groupby(["start_time", "end_time"])["weekday"]
    ]


def notation(hours: WeeklyHours) -> str:
    """Write a week in the notation of OpenStreetMap.

    Returns
    -------
    str
        Days with the same times together, then closing on holidays; ``closed`` when it is never
        open, a comment when it is open by appointment only. `weekly` reads the same hours and
        flags from it; comments and rules that were left out are not in it.
    """
    times = {_OSM_DAYS[day]: _times(hours.hours, _DAYS[day]) for day in range(7)}
    rules = [f"{days} {times[days[:2]]}" for days in _runs(times)]
    if rules == ["Mo-Su 00:00-24:00"]:
        rules = ["24/7"]
    if not rules and not hours.is_by_appointment:
        return "closed"
    rules += ["PH off"] * hours.is_closed_on_public_holidays
    rules += ["SH off"] * hours.is_closed_in_school_holidays
    text = "; ".join(rules)
    return " || ".join([text] * bool(text) + ['"nach Vereinbarung"'] * hours.is_by_appointment)


def _times(hours: pd.DataFrame, weekday: str) -> str:
    day = hours[hours["weekday"] == weekday]
    ends = day["end_time"].replace(DAY_END, "24:00")
    return ",".join(f"{a}-{b}" for a, b in zip(day["start_time"], ends, strict=True))


def _runs(times: dict[str, str]) -> list[str]:
    """Return days in a row with the same times as „Mo-Fr“; days without times are none."""
    runs: list[list[str]] = []
    for day, text in times.items():
        if runs and times[runs[-1][-1]] == text:
            runs[-1].append(day)
        else:
            runs.append([day])
    return [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs if times[run[0]]]
