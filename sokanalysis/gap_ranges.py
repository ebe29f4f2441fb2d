"""Needs for action with what is uncertain about them: ranges, reasons and open questions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.demand import NEEDS
from sokanalysis.demand_ranges import demand_ranges, need_table
from sokanalysis.distribution import apportion
from sokanalysis.gaps import (
    GAP_CLASSES,
    fitting_offers,
    gaps,
    needs_for_action,
    silent_offers,
    situation,
)
from sokanalysis.schema import OFFERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.gaps import Situation
    from sokanalysis.region import Region

# What moves the gaps most, of the assumptions about the way: four situations, some seven seconds
# for the district. Three names would take more than ten.
WAY: Final = ("away_max_minutes", "stop_walk_max_minutes")

# What each class means for somebody who asks why.
WHY: Final = {
    "unbekannt": "Ob oder wann ein Angebot passt, ist nicht bekannt.",
    "kein_angebot": "Im Kreis gibt es dafür kein Angebot.",
    "falsches_niveau": "Es gibt Angebote, aber auf anderem Niveau oder für andere Menschen.",
    "kein_platz": "Das Angebot ist erreichbar, die Plätze reichen nicht.",
    "kein_heimweg": "Hin fährt etwas, danach kommt niemand mehr rechtzeitig heim.",
    "falsche_zeit": "Bis zu einer Stunde früher oder später wäre das Angebot erreichbar.",
    "nicht_erreichbar": "Auch zu anderer Stunde führt kein zumutbarer Weg hin und zurück.",
}


def need_offers(region: Region) -> pd.DataFrame:
    """Return the demand of the district beside today's offers that answer it, for the page.

    Returns
    -------
    DataFrame
        The columns of `sokanalysis.demand_ranges.need_table` and ``offer_count``, the offers of
        `sokanalysis.gaps.fitting_offers`.
    """
    counts = {entry.title: len(fitting_offers(region, need)) for need, entry in NEEDS.items()}
    rows = need_table(region)
    return rows.assign(offer_count=rows["need"].map(counts))


def ranged_needs_for_action(
    region: Region, state: Situation, rows: pd.DataFrame, by: str = "verband_name",
    others: Iterable[Situation] = (),
) -> pd.DataFrame:  # fmt: skip
    """Rank the gaps, each with its range, its reason and what is not known about it.

    The ranges come from the same analysis with the low and the high demand of the district
    (`demand_ranges`), spread over the settlements as the middle one is: so seats that run out are
    part of them. Where other situations are given, each widens the ranges as far as it leads; the
    demand stays in the middle meanwhile, so what both do together is not seen.

    Parameters
    ----------
    region : Region
        The district.
    state : Situation
        As `sokanalysis.gaps.situation` gives it.
    rows : DataFrame
        As `sokanalysis.gaps.gaps` gives it.
    by : str
        Column of the municipalities that names the area.
    others : iterable of Situation
        The district under other assumptions, as `way_situations` gives them.

    Returns
    -------
    DataFrame
        The columns of `sokanalysis.gaps.needs_for_action`, ``person_count_low``,
        ``person_count_high``, ``why`` and ``open_question`` (German). Empty without gaps.
    """
    action = needs_for_action(region, rows, by)
    ends = demand_ranges(region).set_index("need")
    states = [scaled(state, ends["low_count"]), scaled(state, ends["high_count"]), *others]
    counts = [_counts(region, other, action, by) for other in states]
    around = pd.concat([action["person_count"], *counts], axis=1)
    action["person_count_low"] = around.min(axis=1)
    action["person_count_high"] = around.max(axis=1)
    classes = {title: name for name, title in GAP_CLASSES.items()}
    questions = {NEEDS[need].title: _open_question(region, need) for need in NEEDS}
    action["why"] = action["gap_class"].map(classes).map(WHY)
    action["open_question"] = action["need"].map(questions)
    return action


def _counts(region: Region, state: Situation, action: pd.DataFrame, by: str) -> pd.Series[int]:
    """Return people in each of the gaps ranked, in another situation."""
    keys = ["need", "gap_class", "area"]
    found = needs_for_action(region, gaps(region, state), by)
    return action[keys].merge(found, on=keys, how="left")["person_count"].fillna(0).astype("int64")


def way_situations(region: Region, names: Iterable[str] = WAY) -> list[Situation]:
    """Compute the situation with one assumption about the way after the other at its ends.

    Parameters
    ----------
    region : Region
        The district.
    names : iterable of str
        Parameters with a range; each costs two searches of all sessions and their shifts.

    Returns
    -------
    list of Situation
        Low before high, in the order of the names; an end that is the value in use is left out.
    """
    entries = [region.parameters.entries[name] for name in names]
    return [
        situation(region.with_parameters(**{entry.name: end}))  # type: ignore[arg-type]  # no date
        for entry in entries
        for end in entry.range or ()
        if end != entry.value
    ]


def scaled(state: Situation, totals: pd.Series[int]) -> Situation:
    """Return the situation with other numbers of people with each need.

    Parameters
    ----------
    state : Situation
        As in `ranged_needs_for_action`.
    totals : Series of int
        People of the district by need.
    """
    parts = [
        pd.Series(apportion(int(totals[need]), people.to_numpy(float)), index=people.index)
        for need, people in state.demand.groupby("need")["person_count"]
    ]
    return replace(state, demand=state.demand.assign(person_count=pd.concat(parts)))


def _open_question(region: Region, need: str) -> str:
    """Say what is not known about the offers that answer a need, or that may answer it."""
    offers, silent = fitting_offers(region, need), len(silent_offers(region, need))
    if offers.empty and not silent:
        return ""
    title = NEEDS[need].title
    if offers.empty:
        asked = OFFERS.column(NEEDS[need].course_column).title
        return f"{title}: Angabe „{asked}“ bei {silent} Kurs{'en' if silent > 1 else ''}"
    sessions = region.current_sessions
    timed = offers["offer_id"].isin(sessions["offer_id"])
    assumed = sessions.loc[sessions["quality"] == "angenommen", "offer_id"]
    asked_count = offers["offer_id"].isin(assumed).sum() + (~timed).sum()
    return f"{title}: Zeiten von {asked_count} der {len(offers)} Angebote"


def open_questions(action: pd.DataFrame) -> str:
    """Return what is not known about the gaps shown, in German; empty when nothing is open."""
    return "; ".join(question for question in action["open_question"].unique() if question)


def reasons(action: pd.DataFrame) -> str:
    """Return what the gaps shown mean, each once, in German; empty without gaps."""
    told = action.drop_duplicates("gap_class")
    return " ".join(
        f"{gap}: {why}" for gap, why in zip(told["gap_class"], told["why"], strict=True)
    )
