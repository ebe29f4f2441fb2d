"""A question and ideas, answered by the engine within a second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sokanalysis.attendance import attendance
from sokanalysis.changes import changed, session_change, site_change, trip_change
from sokanalysis.errors import UnknownKey
from sokanalysis.parameters import minutes_of_day
from sokanalysis.supply import SEASONS, attended_offers

if TYPE_CHECKING:
    import pandas as pd

    from sokanalysis.changes import Change
    from sokanalysis.region import Region


@dataclass(frozen=True)
class Question:
    """What is asked.

    Parameters
    ----------
    field, level : str
        Only offers of this field of action and with this level to begin with; empty for all.
    offer_id : str
        Only this offer; empty for all.
    season : str
        Key of `SEASONS`.
    with_flex : bool
        Whether the on-demand bus counts.
    """

    field: str = ""
    level: str = ""
    offer_id: str = ""
    season: str = "schulzeit"
    with_flex: bool = True


@dataclass(frozen=True)
class Outcome:
    """From where any of the offers asked for can be taken up, before and after some ideas.

    Parameters
    ----------
    before, after : frozenset of str
        Keys of settlements.
    people : dict of str to int
        Inhabitants by settlement.
    offer_count : int
        Offers asked for that have a session, before the ideas.
    """

    before: frozenset[str]
    after: frozenset[str]
    people: dict[str, int]
    offer_count: int

    def counted(self, settlement_ids: frozenset[str]) -> int:
        """Return how many people live in some settlements."""
        return sum(self.people[name] for name in settlement_ids)


def answered(region: Region, question: Question, *ideas: Change) -> Outcome:
    """Ask the engine before and after some ideas.

    Parameters
    ----------
    region : Region
        The district.
    question : Question
        Which offers, when, and whether with the on-demand bus.
    *ideas : Change
        As from `moved`, `held_also` and `trip_change`; applied one after the other.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    """
    people = region.settlements.set_index("settlement_id")["population_count"]
    asked = _asked(region, question)
    sessions = region.current_sessions
    return Outcome(
        before=_reached(region, question),
        after=_reached(changed(region, *ideas), question),
        people={str(name): int(count) for name, count in people.items()},
        offer_count=int(sessions["offer_id"][sessions["offer_id"].isin(asked)].nunique()),
    )


def _asked(region: Region, question: Question) -> set[str]:
    offers = region.current_offers
    if question.field:
        offers = offers[offers["field"] == question.field]
    if question.level:
        offers = offers[offers["level_in"] == question.level]
    if question.offer_id:
        offers = offers[offers["offer_id"] == question.offer_id]
    return set(offers["offer_id"])


def _reached(region: Region, question: Question) -> frozenset[str]:
    sessions = region.current_sessions
    sessions = sessions[sessions["offer_id"].isin(_asked(region, question))]
    if sessions.empty:
        return frozenset()
    states = [(day_type, question.with_flex) for day_type in SEASONS[question.season]]
    answers = attendance(region, sessions, states=states)
    units = attended_offers(region, answers, sessions, region.offers)
    taken = units[units["is_attended"] & (units["season"] == question.season)]
    return frozenset(taken["settlement_id"])


def moved(region: Region, session_id: str, minutes: int) -> Change:
    """Return a session moved by some minutes, with the same days and the same length.

    Raises
    ------
    DataProblems
        When it would begin or end on another day.
    UnknownKey
        When there is no such session.
    """
    row = _row(region.sessions, "session_id", session_id)
    start, end = (clock(minutes_of_day(row[name]) + minutes) for name in ("start_time", "end_time"))
    return session_change(
        region, row["offer_id"], row["site_id"], row["weekdays"], start, end,
        instead_of=session_id, runs_in_holidays=bool(row["runs_in_holidays"]),
    )  # fmt: skip


def held_also(
    region: Region, offer_id: str, building_id: str, weekdays: tuple[str, ...], start: str,
    minutes: int,
) -> list[Change]:  # fmt: skip
    """Return an offer held in one more building: the place, and the session there.

    Raises
    ------
    DataProblems
        When no day is named or it would end on another day.
    """
    house = _row(region.buildings, "building_id", building_id)
    place = site_change(f"neu {building_id}", house["name"], house["lat"], house["lon"])
    end = clock(minutes_of_day(start) + minutes)
    session = session_change(
        changed(region, place), offer_id, f"neu {building_id}", weekdays, start, end
    )
    return [place, session]


def _row(table: pd.DataFrame, key: str, value: str) -> dict[Any, Any]:
    """Return the row of a key.

    Raises
    ------
    UnknownKey
        When there is none.
    """
    found = table[table[key] == value].to_dict("records")
    if not found:
        raise UnknownKey(f"„{value}“ gibt es nicht in der Spalte „{key}“.")
    return found[0]


def added_trip(region: Region, like: str, minute: int) -> Change:
    """Return one more trip of a line, leaving its first stop at a minute of the day."""
    return trip_change(region, like, clock(minute))


def clock(minute: int) -> str:
    """Write a minute of the day as ``HH:MM``; what lies outside of the day is no such time."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
