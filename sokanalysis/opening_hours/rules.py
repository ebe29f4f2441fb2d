"""Take opening hours apart: which rule holds every week, and what is no rule but a remark."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

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
APPOINTMENT: Final = re.compile(r"vereinbar|anmeld|absprache|termin|appointment", re.IGNORECASE)
_TIME: Final = re.compile(r"\d\d:\d\d|\(|sunrise|sunset|dawn|dusk")


@dataclass(frozen=True)
class Rule:
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
    def comments(self) -> list[str]:
        """Its comments without quotation marks."""
        return _QUOTED.findall(self.text)

    @property
    def is_closed(self) -> bool:
        """Whether it says closed."""
        return "closed" in self.bare

    @property
    def has_times(self) -> bool:
        """Whether it names times of the day."""
        return bool(_TIME.search(self.bare))

    @property
    def is_weekly(self) -> bool:
        """Whether it holds in every week of the year."""
        return not self.is_only_in_holidays and not _SEASON.search(self.bare)

    @property
    def is_unknown(self) -> bool:
        """Whether it says that nobody knows."""
        return "unknown" in self.bare

    @property
    def is_vague(self) -> bool:
        """Whether its times are none that a clock shows."""
        return bool(_VAGUE.search(self.bare))

    @property
    def is_by_appointment(self) -> bool:
        """Whether a comment asks for an appointment."""
        return any(APPOINTMENT.search(comment) for comment in self.comments)

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


class Unreadable(Exception):
    """Carries the position of the first character that cannot be read, from 1."""

    def __init__(self, position: int) -> None:
        super().__init__(position)
        self.position = position


def parse(text: str) -> list[Rule]:
    """Take opening hours apart.

    Parameters
    ----------
    text : str
        In the notation of OpenStreetMap.

    Returns
    -------
    list of Rule
        In their order, at least one.

    Raises
    ------
    Unreadable
        With the first character that the notation does not know.
    """
    _parsed(text)
    rules = []
    for separator, part in _split(text, _RULE):
        said = _QUOTED.sub("", part)
        if _ONLY_IN_HOLIDAYS.search(said):
            rules.append(Rule(separator, part.strip(), is_only_in_holidays=True))
            continue
        for number, (_, rule) in enumerate(_split(_parsed(part, text), _ADDITIONAL)):
            # The library writes a mere comment as one on being open all the time.
            is_remark = rule.startswith('24/7 "') and "24/7" not in said
            rules.append(Rule("," if number else separator, rule, is_remark=is_remark))
    return rules


def _parsed(part: str, text: str = "") -> str:
    """Return a part of the text as the library writes it."""
    import opening_hours

    try:
        return str(opening_hours.OpeningHours(part.strip()))
    except opening_hours.ParserError as error:  # type: ignore[attr-defined]  # not in its stubs
        place = re.search(r"--> \d+:(\d+)", str(error))
        before = (text or part).find(part.strip())
        raise Unreadable(before + (int(place[1]) if place else 1)) from None


def _split(text: str, separator: re.Pattern[str]) -> Iterator[tuple[str, str]]:
    """Yield the pieces with what stands before each; quoted separators are none."""
    masked = _QUOTED.sub(lambda found: '"' * len(found[0]), text)
    start, before = 0, ""
    for cut in separator.finditer(masked):
        yield before, text[start : cut.start()]
        start, before = cut.end(), cut[0]
    yield before, text[start:]


def held_text(rules: Iterable[Rule]) -> str:
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


def _says_nothing(rule: Rule) -> bool:
    return rule.is_closed or rule.is_unknown or rule.is_vague
