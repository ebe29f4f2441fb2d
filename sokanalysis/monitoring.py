"""Two snapshots of a district: who can take part now, what that is due to, and whether on course.

The yearly report rests on it. Both snapshots need their own reference date: the folder of the
year before has ``reference_date: JJJJ-MM-TT`` in its ``parameters.yaml``. Every table here counts
people and has to pass `sokanalysis.privacy` before it is shown.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.codes import FIELDS
from sokanalysis.demand import NEEDS, demand
from sokanalysis.errors import PeriodOutOfOrder
from sokanalysis.gaps import gaps, situation
from sokanalysis.identity import Same

if TYPE_CHECKING:
    import datetime as dt

    from sokanalysis.region import Region

# Light and what it means: the word stands on the page, the colour only beside it.
ON_COURSE, BEHIND, FAR_BEHIND = "im Plan", "hinter dem Plan", "weit hinter dem Plan"
NOT_STARTED, NOT_MEASURABLE = "noch nicht begonnen", "nicht messbar"
LIGHTS: Final = {
    ON_COURSE: "grün", BEHIND: "gelb", FAR_BEHIND: "rot", NOT_STARTED: "grau",
    NOT_MEASURABLE: "grau",
}  # fmt: skip
# What a change is due to; the last only where the snapshots have other parameters.
EFFECTS: Final = {
    "offer_effect_count": "Angebot und Fahrplan", "demand_effect_count": "Bedarf",
    "assumption_effect_count": "geänderte Annahmen",
}  # fmt: skip

# Who lives where; all else of a region is offers, ways and timetable.
_PEOPLE_TABLES: Final = ("municipalities", "population", "settlements", "groups", "accommodations")


# --- people who can take part -------------------------------------------------------------------


def participation_change(before: Region, after: Region) -> pd.DataFrame:
    """Say for every need how many can take part in both snapshots, and what the change is due to.

    The parts are found by changing one thing after the other: first the assumptions (all
    parameters but the reference date) become those of `after`; then offers, timetable and ways;
    last the people. Each step is a whole district, judged by `sokanalysis.gaps`. Another order
    would give somewhat other parts, with the same sum.

    Parameters
    ----------
    before, after : Region
        The same district twice.

    Returns
    -------
    DataFrame
        One row a need, in the order of `NEEDS`: ``need_key``, ``need`` and ``field`` (German),
        ``person_count_before`` and ``person_count_after`` (people with the need),
        ``able_count_before`` and ``able_count_after`` (who can take part), ``change_count``, and
        what it adds up from: ``offer_effect_count``, ``demand_effect_count`` and
        ``assumption_effect_count`` (people more, or fewer where negative; see `EFFECTS`).
        Before it is shown: in a row with one small count of people with the need, of those who
        can take part or of those who cannot, all counts but those of people with the need have
        to be withheld, since each follows from the others.

    Raises
    ------
    NoServiceOnDate
        When a timetable has no date of a day type.
    MarginsDisagree
        When the people of a snapshot contradict each other.
    """
    sums = _sums(before, after)
    rows = pd.DataFrame({
        "need_key": list(NEEDS), "need": [need.title for need in NEEDS.values()],
        "field": [FIELDS[need.field] for need in NEEDS.values()],
        "person_count_before": sums["people_before"], "person_count_after": sums["people_after"],
        "able_count_before": sums["before"], "able_count_after": sums["after"],
        "change_count": sums["after"] - sums["before"],
        "offer_effect_count": sums["new_offers"] - sums["assumed"],
        "demand_effect_count": sums["after"] - sums["new_offers"],
        "assumption_effect_count": sums["assumed"] - sums["before"],
    })  # fmt: skip
    return rows.reset_index(drop=True)


def protected(rows: pd.DataFrame, limit: int) -> pd.DataFrame:
    """Withhold in the rows of `participation_change` what would tell of single people.

    Parameters
    ----------
    rows : DataFrame
        As `participation_change` gives it.
    limit : int
        Smallest count shown.

    Returns
    -------
    DataFrame
        In a row with a small count of people with the need, of those who can take part or of
        those who cannot, in either year, all counts but those of people with the need are
        missing. Sums over the rows must not stand beside them.
    """
    small = pd.Series(data=False, index=rows.index)
    for year in ("before", "after"):
        people, able = rows[f"person_count_{year}"], rows[f"able_count_{year}"]
        for count in (people, able, people - able):
            small |= (count > 0) & (count < limit)
    names = ["able_count_before", "able_count_after", "change_count", *EFFECTS]
    return rows.assign(**rows[names].astype("Int64").mask(small))


def newly_able(before: Region, after: Region) -> pd.DataFrame:
    """Say where today's people can take part because of offers and timetable, and could not.

    Asked is today's demand, under today's assumptions, once with the offers, ways and timetable
    of `before`, once with those of `after`. Where seats are short one settlement can lose those
    that another gains. The sum of gains less losses is the effect of offers on today's people;
    ``offer_effect_count`` of `participation_change` is that on those of `before`.

    Returns
    -------
    DataFrame
        One row a need and settlement with a difference, in the order of `NEEDS` and of the
        settlements: ``settlement_id``, ``ags``, ``municipality``, ``need_key``, ``need``
        (German), ``gained_count`` and ``lost_count`` (people; one of them is 0). Empty when
        nothing differs. Small counts: has to pass `sokanalysis.privacy.withhold_sums` with all
        sums that are shown.

    Raises
    ------
    NoServiceOnDate, MarginsDisagree
        As in `participation_change`.
    """
    able = _evaluated(Same(before), Same(after))
    change = (able["after"] - able["old_offers"]).rename("change").reset_index()
    names = after.municipalities.set_index("ags")["name"]
    places = after.settlements[["settlement_id", "ags"]]
    places = places.assign(municipality=places["ags"].map(names))
    parts = [
        places.assign(need_key=need, need=entry.title).merge(
            change.loc[change["need"] == need, ["settlement_id", "change"]], on="settlement_id"
        )
        for need, entry in NEEDS.items()
    ]
    rows = pd.concat(parts)
    rows["gained_count"] = rows["change"].clip(lower=0)
    rows["lost_count"] = -rows["change"].clip(upper=0)
    return rows[rows["change"] != 0].drop(columns="change").reset_index(drop=True)


@lru_cache(maxsize=2)
def _evaluated(before: Same[Region], after: Same[Region]) -> pd.DataFrame:
    """Return people with a need, and who of them can take part in each mixture of snapshots.

    Returns
    -------
    DataFrame
        By ``need`` and ``settlement_id``, of both snapshots; whole numbers.
    """
    old, new = before.value, after.value
    same, at_first = _under_assumptions_of(old, new), _able(old, old)
    columns = {
        "people_before": _people(old), "people_after": _people(new),
        "before": at_first, "assumed": at_first if same is old else _able(same, same),
        "new_offers": _able(new, same), "old_offers": _able(same, new), "after": _able(new, new),
    }  # fmt: skip
    return pd.DataFrame(columns).fillna(0).astype("int64")


def _sums(before: Region, after: Region) -> pd.DataFrame:
    """Return the columns of `_evaluated` by need, in the order of `NEEDS`."""
    sums = _evaluated(Same(before), Same(after)).groupby(level="need").sum()
    return sums.reindex(list(NEEDS), fill_value=0)


def _under_assumptions_of(region: Region, other: Region) -> Region:
    """Return the region with the parameters of another, but on its own day."""
    own = region.parameters.entries
    values = {
        name: entry.value
        for name, entry in other.parameters.entries.items()
        if name != "reference_date" and entry.value != own[name].value
    }
    return region.with_parameters(**values) if values else region  # type: ignore[arg-type]


def _people(region: Region) -> pd.Series[int]:
    return demand(region).set_index(["need", "settlement_id"])["person_count"]


def _able(offers_of: Region, people_of: Region) -> pd.Series[int]:
    """Count people who can take part: people and places of one region, the rest of another."""
    tables: dict[str, Any] = {name: getattr(people_of, name) for name in _PEOPLE_TABLES}
    mixed = replace(offers_of, **tables)
    rows = gaps(mixed, replace(situation(mixed), demand=demand(people_of)))
    able = rows[rows["gap_class"] == "kann_teilnehmen"]
    return able.set_index(["need", "settlement_id"])["person_count"]


# --- traffic lights -----------------------------------------------------------------------------


def indicators(
    before: Region, after: Region, measures: pd.DataFrame, *,
    start_date: dt.date, end_date: dt.date,
) -> pd.DataFrame:  # fmt: skip
    """Say of every measure how far its indicator has come, against a straight line.

    The indicator is the number of people who can take part, over the needs of the measure; who
    has two of them counts twice. It tells what became of the need, not what this measure alone
    did: measures with the same needs have the same value.

    Parameters
    ----------
    before, after : Region
        The same district twice; the day of `after` is today.
    measures : DataFrame
        ``number``, ``title``, ``need_keys`` (tuple of keys of `NEEDS`), ``start_value`` and
        ``target_value`` (people, missing where unknown).
    start_date, end_date : date
        When the way from start to target begins and ends.

    Returns
    -------
    DataFrame
        In the order of `measures`: ``number``, ``title``, ``start_value``, ``before_value``,
        ``now_value``, ``target_value`` (people), ``reached_share`` (of the way from start to
        target; below 0 when it went the other way, above 1 past the target), ``expected_share``
        (0–1), ``light`` (a word) and ``meaning`` (German, a key of `LIGHTS`). Measured against
        what was expected by today, "grün" is at least the share ``light_green_share``, "gelb" at
        least ``light_yellow_share``, "rot" less; "grau" is not started, or not measurable:
        without needs, start or target, or when these two are the same. Small values have to pass
        `sokanalysis.privacy`, and with a value go the two shares of its row.

    Raises
    ------
    KeyError
        When a measure names a need that does not exist.
    PeriodOutOfOrder
        When `end_date` does not lie after `start_date`.
    """
    if start_date >= end_date:
        raise PeriodOutOfOrder(start_date, end_date, "Beginn und Ende der Laufzeit angeben")
    able = _sums(before, after)
    rows = measures[["number", "title"]].reset_index(drop=True)
    rows["start_value"] = measures["start_value"].to_numpy(float)
    for name in ("before", "now"):
        of_need = able["after" if name == "now" else name]
        values = [of_need[list(keys)].sum() if keys else pd.NA for keys in measures["need_keys"]]
        rows[f"{name}_value"] = pd.array(values, dtype="Int64")
    rows["target_value"] = measures["target_value"].to_numpy(float)
    rows["reached_share"] = _reached_share(rows)
    rows["expected_share"] = _expected_share(after, start_date, end_date)
    meaning = _meaning(after, rows)
    return rows.assign(light=[LIGHTS[word] for word in meaning], meaning=meaning)


def _reached_share(rows: pd.DataFrame) -> pd.Series[float]:
    way = rows["target_value"] - rows["start_value"]
    gone = rows["now_value"].to_numpy(float, na_value=np.nan) - rows["start_value"]
    return gone / way.where(way != 0)


def _expected_share(region: Region, start_date: dt.date, end_date: dt.date) -> float:
    """Return the share of the period that is over."""
    passed = (region.parameters.reference_date - start_date).days
    return float(np.clip(passed / (end_date - start_date).days, 0, 1))


def _meaning(region: Region, rows: pd.DataFrame) -> list[str]:
    reached, expected = rows["reached_share"], rows["expected_share"]
    # A line that is met exactly is met, whatever the last binary digit says.
    limits = [share * expected - 1e-9 for share in (
        region.parameters.light_green_share, region.parameters.light_yellow_share,
    )]  # fmt: skip
    rules = [reached.isna(), expected == 0, *(reached >= limit for limit in limits)]
    names = [NOT_MEASURABLE, NOT_STARTED, ON_COURSE, BEHIND]
    return [str(name) for name in np.select(rules, names, FAR_BEHIND)]
