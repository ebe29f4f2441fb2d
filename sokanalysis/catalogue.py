"""The catalogue of measures: the best candidate of each lever for each need, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.codes import COURSE_KINDS, FIELDS
from sokanalysis.demand import NEEDS
from sokanalysis.gaps import GAP_CLASSES, Situation, need_supply
from sokanalysis.measures import LEVERS, Candidate, lever_words
from sokanalysis.seats import Supply, seated

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.region import Region

_ALL_FIELDS: Final = "alle"
_LETTERS: Final = {"sprache_bildung": "S", "ausbildung_arbeit": "A", "teilhabe": "T", "alle": "Q"}
_COLUMNS: Final = (
    "title", "lever", "field_code", "field", "need", "gap", "goal", "target_group", "steps",
    "responsible", "partners", "period", "cost_eur", "funding", "indicator", "start_value",
    "target_value", "gained_count", "gained_count_low", "gained_count_high", "gained_range",
    "cost_per_person_eur", "priority", "is_quick_win", "status", "reached_before", "reached_after",
)  # fmt: skip
_ESTIMATES: Final = ("person_count", "person_count_low", "person_count_high")


def able_count(state: Situation, offered: dict[str, Supply], estimate: str) -> int:
    """Return how many people find a seat under one estimate of the demand.

    Parameters
    ----------
    state : Situation
        Gives the demand.
    offered : dict of str to Supply
        By need.
    estimate : str
        ``person_count``, ``person_count_low`` or ``person_count_high``.
    """
    return sum(_able(state, need, units, estimate)[0] for need, units in offered.items())


def _able(state: Situation, need: str, units: Supply, estimate: str) -> tuple[int, float]:
    """Return the people seated and the minutes all of them together are away."""
    rows = state.demand
    people = rows.loc[rows["need"] == need, estimate].to_numpy(np.int64)
    seats = seated(people, units)
    return int(seats.sum()), float(np.nansum(seats * units.minutes))


def catalogue(
    region: Region, state: Situation, gap_rows: pd.DataFrame, found: Iterable[Candidate]
) -> pd.DataFrame:
    """Choose and describe measures.

    Of each lever and need the candidate is kept that lets most people take part who could not
    before, of equals the one with the least travel; of the variants of the on-demand bus the one
    with the lowest cost for each of them. Candidates that help fewer people than
    ``measure_min_count``, and new courses below the minimum group, are left out.

    Parameters
    ----------
    region : Region
        The district.
    state : Situation
        As `sokanalysis.gaps.situation` gives it.
    gap_rows : DataFrame
        As `sokanalysis.gaps.gaps` gives it.
    found : iterable of Candidate
        As `sokanalysis.measures.candidates` gives it.

    Returns
    -------
    DataFrame
        One row a measure, numbered by field: ``number``, ``title``, ``lever``, ``field``,
        ``need``, ``gap``, ``goal``, ``target_group``, ``steps`` (list), ``responsible``,
        ``partners``, ``period``, ``cost_eur`` (a year), ``funding``, ``indicator``,
        ``start_value``, ``target_value``, ``gained_count``, ``gained_count_low``,
        ``gained_count_high`` (people),
        ``gained_range`` (German), ``cost_per_person_eur``, ``priority``,
        ``is_quick_win``, ``status``, ``reached_before`` and ``reached_after`` (sets of
        settlements). Empty when nothing helps.
    """
    today = {need: need_supply(region, state, need) for need in NEEDS}
    before = {need: able_count(state, {need: today[need]}, "person_count") for need in NEEDS}
    best: dict[tuple[str, ...], tuple[tuple[float, float], Candidate]] = {}
    for candidate in found:
        gained, minutes = _effect(region, state, candidate, before)
        key = (candidate.lever, *candidate.offered)
        rank = _rank(candidate, gained, minutes)
        enough = gained >= region.parameters.measure_min_count
        if enough and (key not in best or rank < best[key][0]):
            best[key] = (rank, candidate)
    rows = [_row(region, state, gap_rows, candidate, today) for _, candidate in best.values()]
    return _numbered(rows)


def _effect(
    region: Region, state: Situation, candidate: Candidate, before: dict[str, int]
) -> tuple[int, float]:
    """Return the people gained, none for a course below the minimum group, and their minutes."""
    after = [_able(state, need, units, "person_count") for need, units in candidate.offered.items()]
    gained = sum(count for count, _ in after) - sum(before[need] for need in candidate.offered)
    need = next(iter(candidate.offered))
    is_course = candidate.lever == "aussenstelle" and NEEDS[need].kinds[0] in COURSE_KINDS
    enough = gained >= region.parameters.minimum_group_count or not is_course
    return gained if enough else 0, sum(minutes for _, minutes in after)


def _rank(candidate: Candidate, gained: int, minutes: float) -> tuple[float, float]:
    """Return what the best has least of: the cost a person, or else few people, then travel."""
    if candidate.lever == "rufbus":
        return candidate.cost_eur / max(gained, 1), minutes
    return -gained, minutes


def _row(
    region: Region, state: Situation, gap_rows: pd.DataFrame, candidate: Candidate,
    today: dict[str, Supply],
) -> dict[str, Any]:  # fmt: skip
    texts, words = lever_words()[candidate.lever], candidate.words
    offered = candidate.offered
    start = [able_count(state, {n: today[n] for n in offered}, name) for name in _ESTIMATES]
    target = [able_count(state, offered, name) for name in _ESTIMATES]
    gains = [after - before for after, before in zip(target, start, strict=True)]
    field = NEEDS[next(iter(offered))].field if len(offered) == 1 else _ALL_FIELDS
    return {
        "title": texts["title"].format(**words),
        "lever": LEVERS[candidate.lever],
        "field_code": field,
        "field": FIELDS.get(field, "Alle Handlungsfelder"),
        "need": ", ".join(NEEDS[need].title for need in offered),
        "gap": _gap(gap_rows, tuple(offered)),
        "goal": texts["goal"],
        "target_group": "Menschen ohne Auto mit diesem Bedarf, in allen Orten des Kreises",
        "steps": [step.format(**words) for step in texts["steps"]],
        "responsible": texts["responsible"].format(**words),
        "partners": texts["partners"].format(**words),
        "period": texts["period"],
        "cost_eur": candidate.cost_eur,
        "funding": texts["funding"],
        "indicator": texts["indicator"],
        "start_value": start[0],
        "target_value": target[0],
        "gained_count": gains[0],
        "gained_count_low": min(gains),
        "gained_count_high": max(gains),
        "gained_range": f"{min(gains)} bis {max(gains)}",
        "cost_per_person_eur": candidate.cost_eur / gains[0],
        "priority": _priority(region, gains[0]),
        "is_quick_win": texts["is_quick_win"],
        "status": "Vorschlag",
        "reached_before": _reached(region, {need: today[need] for need in offered}),
        "reached_after": _reached(region, offered),
    }


def _reached(region: Region, offered: dict[str, Supply]) -> frozenset[str]:
    """Return the settlements from which at least one unit of one of the needs is reached."""
    anywhere = np.vstack([units.reach for units in offered.values()]).any(axis=0)
    return frozenset(region.settlements["settlement_id"].to_numpy(object)[anywhere])


def _gap(gap_rows: pd.DataFrame, needs: tuple[str, ...]) -> str:
    """Name the largest open class of the needs with its people."""
    rows = gap_rows[gap_rows["need"].isin(needs)]
    sums = rows[rows["gap_class"] != "kann_teilnehmen"].groupby("gap_class")["person_count"].sum()
    if sums.empty:
        return "keine offene Lücke"
    name = str(sums.idxmax())
    return f"{GAP_CLASSES[name]}: {sums[name]} von {rows['person_count'].sum()} Menschen"


def _priority(region: Region, gained: int) -> str:
    parameters = region.parameters
    if gained >= parameters.priority_high_count:
        return "hoch"
    return "mittel" if gained >= parameters.priority_medium_count else "niedrig"


def recommended(measures: pd.DataFrame, count: int) -> str:
    """Return the measures that help most people as a numbered list in Markdown, in German."""
    best = measures.nlargest(count, "gained_count", keep="first")
    lines = [
        f"{rank}. **{row['title']}** ({row['number']}): {row['gained_count']} Menschen zusätzlich"
        for rank, row in enumerate(best.to_dict("records"), start=1)
    ]
    return "\n".join(lines) or "Keine der geprüften Maßnahmen hilft genügend Menschen."


def _numbered(rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Sort by field, then by people helped, and number within the field."""
    order = [*FIELDS, _ALL_FIELDS]
    rows = sorted(
        rows, key=lambda r: (order.index(r["field_code"]), -r["gained_count"], r["title"])
    )
    counts = dict.fromkeys(order, 0)
    numbers = []
    for row in rows:
        counts[row["field_code"]] += 1
        numbers.append(f"{_LETTERS[row['field_code']]}{counts[row['field_code']]}")
    table = pd.DataFrame(rows, columns=None if rows else list(_COLUMNS))
    table.insert(0, "number", numbers)
    return table
