"""The catalogue of measures: what was chosen and what comes close to it, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis import style
from sokanalysis.codes import LEVERS, MEASURE_FIELDS, MEASURE_STATUSES
from sokanalysis.demand import NEEDS
from sokanalysis.effects import Effect, effect
from sokanalysis.levers.candidate import lever_words
from sokanalysis.numbering import numbered
from sokanalysis.programmes import programme_words

if TYPE_CHECKING:
    from sokanalysis.levers.candidate import Candidate
    from sokanalysis.published import PublishedGaps
    from sokanalysis.region import Region
    from sokanalysis.selection import Selection

_ALL_FIELDS: Final = "alle"
_ALL: Final = "Alle Menschen mit diesem Bedarf, auch ohne Auto, in allen Orten des Kreises"
_INDICATOR: Final = "Menschen, die teilnehmen können"
_MONTHS: Final = 24  # the catalogue plans two years
_COLUMNS: Final = (
    "key", "title", "lever_code", "lever", "field_code", "field", "need_keys", "need", "gap",
    "goal", "target_group", "steps", "responsible", "partners", "start_month", "run_month",
    "end_month", "period", "funding", "indicator", "gained_range", "priority", "is_quick_win",
    "status", "is_chosen", "robustness", "decides", "reached_before", "reached_after",
)  # fmt: skip
_NUMBERS: Final = (
    "cost_eur", "cost_eur_low", "cost_eur_high", "start_value", "target_value", "gained_count",
    "gained_count_low", "gained_count_high", "gained_count_holidays", "lost_count",
    "cost_per_person_eur", "chosen_share",
)  # fmt: skip


def catalogue(
    region: Region, selection: Selection, demand: pd.DataFrame, before: pd.DataFrame,
    gaps: PublishedGaps,
) -> pd.DataFrame:  # fmt: skip
    """Describe the measures that were chosen, those that come close, and those of the district.

    Parameters
    ----------
    region : Region
        The district.
    selection : Selection
        As `sokanalysis.selection.select` gives it.
    demand, before : DataFrame
        As `sokanalysis.demand.demand` and `sokanalysis.effects.able` give them.
    gaps : PublishedGaps
        As `sokanalysis.published.published_gaps` gives it; the words of the catalogue repeat its
        numbers.

    Returns
    -------
    DataFrame
        One row a measure, by field and number: ``number``, ``key``, ``title``, ``lever_code``,
        ``lever``, ``field_code``, ``field``, ``need_keys`` (tuple), ``need``, ``gap``, ``goal``,
        ``target_group``, ``steps`` (list), ``responsible``, ``partners``, ``start_month``,
        ``run_month``, ``end_month`` (months of the plan, from 1), ``period``, ``cost_eur``,
        ``cost_eur_low``, ``cost_eur_high`` (a year), ``funding``, ``indicator``,
        ``start_value``, ``target_value``, ``gained_count``, ``gained_count_low``,
        ``gained_count_high``, ``gained_count_holidays`` (people, each measure alone),
        ``gained_range`` (German), ``lost_count`` (people who could not take part if only this
        measure were left out of the plan), ``cost_per_person_eur``, ``priority``,
        ``is_quick_win``, ``status``, ``is_chosen``, ``chosen_share`` (0–1), ``robustness``,
        ``decides`` (German), ``reached_before``, ``reached_after`` (sets of settlements). What
        is not computed is missing, as are small counts and what they would follow from. Without
        measures the columns stand without rows.
    """
    effects = (
        (candidate, effect(region, demand, candidate.change, before=before))
        for candidate in selection.shown()
    )
    enough, taken = region.parameters.measure_min_count, selection.portfolio.taken
    computed = [
        _row(region, selection, candidate, found, gaps)
        for candidate, found in effects
        if found.gained() >= enough or candidate.key in taken
    ]
    rows = pd.DataFrame([*computed, *_own(region)], columns=[*_COLUMNS, *_NUMBERS])
    return numbered(region, rows.astype(dict.fromkeys(_NUMBERS, float)))


def _row(
    region: Region, selection: Selection, candidate: Candidate, found: Effect, gaps: PublishedGaps
) -> dict[str, Any]:
    words, needs, gained = lever_words()[candidate.lever], found.needs, found.gained()
    limit = int(region.parameters.withhold_below)
    field = _field(needs)
    low, high = candidate.cost_range_eur(region.parameters)
    cost = candidate.cost_eur(region.parameters)
    return {
        "key": candidate.family, "title": words["title"].format(**candidate.words),
        "lever_code": candidate.lever, "lever": LEVERS[candidate.lever],
        "field_code": field, "field": MEASURE_FIELDS[field],
        "need_keys": needs, "need": ", ".join(NEEDS[need].title for need in needs),
        "gap": gaps.largest_open(needs), "goal": words["goal"].format(**candidate.words),
        "target_group": _ALL,
        "steps": [step.format(**candidate.words) for step in words["steps"]],
        "responsible": words["responsible"].format(**candidate.words),
        "partners": words["partners"].format(**candidate.words),
        **_months(words["start_months"], words["run_months"]),
        "cost_eur": cost, "cost_eur_low": low, "cost_eur_high": high,
        "funding": programme_words(region, candidate.lever, needs),
        "indicator": _INDICATOR, **_counts(found, needs, limit, cost), **_ranges(found, limit),
        "lost_count": _safe(selection.lost(candidate.key), limit),
        "priority": _priority(region, gained), "is_quick_win": words["is_quick_win"],
        "status": "Vorschlag", "is_chosen": candidate.key in selection.portfolio.taken,
        **selection.sureness(candidate.family, region.parameters),
        "reached_before": found.reached("before", needs),
        "reached_after": found.reached("after", needs),
    }  # fmt: skip


def _field(needs: tuple[str, ...]) -> str:
    """Return the field of the needs a measure helps with; more than one is all of them."""
    fields = {NEEDS[need].field for need in needs}
    return fields.pop() if len(fields) == 1 else _ALL_FIELDS


def _counts(
    found: Effect, needs: tuple[str, ...], limit: int, cost: float
) -> dict[str, float | None]:
    """Return start, target and gain; each follows from the others, so no small one goes alone."""
    start, target, gained = (
        found.count("before", needs),
        found.count("after", needs),
        found.gained(),
    )
    safe = {
        "start_value": _safe(start, limit), "gained_count": _safe(gained, limit),
        "target_value": _safe(target, limit),
    }  # fmt: skip
    if None in (safe["start_value"], safe["gained_count"]):
        safe["target_value"] = None
    elif safe["target_value"] is None:
        safe["gained_count"] = None
    each = cost / gained if gained > 0 and safe["gained_count"] is not None else None
    return safe | {"cost_per_person_eur": each}


def _ranges(found: Effect, limit: int) -> dict[str, Any]:
    gains = [found.gained(name) for name in ("able_count", "able_count_low", "able_count_high")]
    low, high = min(gains), max(gains)
    return {
        "gained_count_low": _safe(low, limit), "gained_count_high": _safe(high, limit),
        "gained_range": f"{_least(low, limit)} bis {_least(high, limit)}",
        "gained_count_holidays": _safe(found.gained("able_count_holidays"), limit),
    }  # fmt: skip


def _safe(count: int | None, limit: int) -> int | None:
    """Return a count that may be shown, or nothing for one that would tell of single people."""
    return None if count is None or 0 < abs(count) < limit else count


def _least(count: int, limit: int) -> str:
    return style.number(count) if _safe(count, limit) is not None else f"unter {limit}"


def _months(start: int, run: int) -> dict[str, Any]:
    end = min(start + run, _MONTHS)
    words = f"{start} Monate bis zum Start, dann {end - start} Monate im Plan dieser zwei Jahre"
    return {"start_month": 1, "run_month": start + 1, "end_month": end, "period": words}


def _priority(region: Region, gained: int) -> str:
    parameters = region.parameters
    if gained >= parameters.priority_high_count:
        return "hoch"
    return "mittel" if gained >= parameters.priority_medium_count else "niedrig"


def _own(region: Region) -> list[dict[str, Any]]:
    """Return the measures that are no formula's business, as the district wrote them."""
    start = pd.Timestamp(region.parameters.reference_date)
    names = region.fundings.set_index("funding_id")["name"]
    rows = []
    for row in region.own_measures.to_dict("records"):
        first, last = (_plan_month(row[name], start) for name in ("start_month", "end_month"))
        rows.append({
            "key": row["measure_id"], "title": row["title"], "lever_code": "sonstige",
            "lever": LEVERS["sonstige"], "field_code": row["field"],
            "field": MEASURE_FIELDS[row["field"]], "need_keys": (), "need": "",
            "gap": row["gap"], "goal": row["goal"], "target_group": _text(row["target_group"]),
            "steps": [step.strip() for step in _text(row["steps"]).split(";") if step.strip()],
            "responsible": _text(row["responsible"]), "partners": _text(row["partners"]),
            "start_month": first, "run_month": first, "end_month": last,
            "period": _period(row), "cost_eur": row["cost_eur"], "cost_eur_low": row["cost_eur"],
            "cost_eur_high": row["cost_eur"],
            "funding": "; ".join(str(names.get(key, key)) for key in row["funding_ids"]),
            "indicator": _text(row["indicator"]), "start_value": row["start_value"],
            "target_value": row["target_value"], "priority": row["priority"],
            "is_quick_win": bool(row["is_quick_win"]),
            "status": MEASURE_STATUSES[row["status"]], "is_chosen": True,
        })  # fmt: skip
    return rows


def _text(cell: str | None) -> str:
    return "" if pd.isna(cell) else str(cell)


def _plan_month(date: pd.Timestamp, start: pd.Timestamp) -> int:
    """Return the month of the plan; the first is the month of the reference date."""
    if pd.isna(date):
        return 1
    month = (date.year - start.year) * 12 + date.month - start.month + 1
    return max(1, min(month, _MONTHS))


def _period(row: dict[Any, Any]) -> str:
    dates = [row[name] for name in ("start_month", "end_month")]
    return " bis ".join(f"{date:%m/%Y}" for date in dates if pd.notna(date)) or "offen"


def curve_table(selection: Selection, measures: pd.DataFrame) -> pd.DataFrame:
    """Return what more money buys, in the numbers of the catalogue.

    Parameters
    ----------
    selection : Selection
        As `sokanalysis.selection.select` gives it.
    measures : DataFrame
        As `catalogue` gives it.

    Returns
    -------
    DataFrame
        One row a budget: ``budget_eur``, ``cost_eur``, ``gained_count`` (people more than
        without money), ``added`` (German: what is new against the row before).
    """
    rows = selection.curve
    number = measures.drop_duplicates("key").set_index("key")["number"].to_dict()
    families = {key: c.family for key, c in selection.options.candidates.items()}
    words = [_added([number.get(families[key]) for key in added]) for added in rows["added"]]
    gained = rows["person_count"] - rows["person_count"].iloc[0]
    return rows[["budget_eur", "cost_eur"]].assign(gained_count=gained, added=words)


def _added(numbers: list[str | None]) -> str:
    named = [number for number in numbers if number]
    others = len(numbers) - len(named)
    return ", ".join([*named, *([f"{others} weitere"] if others else [])])


def recommended(measures: pd.DataFrame, count: int) -> str:
    """Return the chosen measures that help most people as a numbered list in Markdown."""
    chosen = measures[measures["is_chosen"] & measures["gained_count"].notna()]
    best = chosen.nlargest(count, "gained_count", keep="first")
    lines = [
        f"{rank}. **{row['title']}** ({row['number']}): "
        f"{row['gained_count']:.0f} Menschen zusätzlich"
        for rank, row in enumerate(best.to_dict("records"), start=1)
    ]
    return "\n".join(lines) or "Keine der geprüften Maßnahmen hilft genügend Menschen."
