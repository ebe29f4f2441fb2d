"""Needs for action with what is uncertain about them: ranges, reasons and open questions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis.demand import NEEDS
from sokanalysis.demand_ranges import demand_ranges
from sokanalysis.distribution import apportion
from sokanalysis.gaps import GAP_CLASSES, fitting_offers, gaps, needs_for_action

if TYPE_CHECKING:
    from sokanalysis.gaps import Situation
    from sokanalysis.region import Region

# What each class means for somebody who asks why.
WHY: Final = {
    "unbekannt": "Kein passendes Angebot nennt seine Zeiten.",
    "kein_angebot": "Im Kreis gibt es dafür kein Angebot.",
    "falsches_niveau": "Es gibt Angebote, aber auf anderem Niveau oder für andere Menschen.",
    "kein_platz": "Das Angebot ist erreichbar, die Plätze reichen nicht.",
    "kein_heimweg": "Hin fährt etwas, danach kommt niemand mehr rechtzeitig heim.",
    "falsche_zeit": "Bis zu einer Stunde früher oder später wäre das Angebot erreichbar.",
    "nicht_erreichbar": "Auch zu anderer Stunde führt kein zumutbarer Weg hin und zurück.",
}


def ranged_needs_for_action(
    region: Region, state: Situation, rows: pd.DataFrame, by: str = "verband_name"
) -> pd.DataFrame:
    """Rank the gaps, each with its range, its reason and what is not known about it.

    The ranges come from the same analysis with the low and the high demand of the district
    (`demand_ranges`), spread over the settlements as the middle one is: so seats that run out are
    part of them.

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

    Returns
    -------
    DataFrame
        The columns of `sokanalysis.gaps.needs_for_action`, ``person_count_low``,
        ``person_count_high``, ``why`` and ``open_question`` (German). Empty without gaps.
    """
    action = needs_for_action(region, rows, by)
    keys = ["need", "gap_class", "area"]
    counts = action["person_count"]
    ends = demand_ranges(region).set_index("need")
    for end, column in (("low_count", "person_count_low"), ("high_count", "person_count_high")):
        changed = needs_for_action(region, gaps(region, scaled(state, ends[end])), by)
        at_end = action[keys].merge(changed, on=keys, how="left")["person_count"].fillna(0)
        bound = at_end.clip(upper=counts) if end == "low_count" else at_end.clip(lower=counts)
        action[column] = bound.astype("int64")
    classes = {title: name for name, title in GAP_CLASSES.items()}
    questions = {NEEDS[need].title: _open_question(region, need) for need in NEEDS}
    action["why"] = action["gap_class"].map(classes).map(WHY)
    action["open_question"] = action["need"].map(questions)
    return action


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
    """Say what is not known about the offers that answer a need."""
    offers = fitting_offers(region, need)
    if offers.empty:
        return ""
    sessions = region.current_sessions
    timed = offers["offer_id"].isin(sessions["offer_id"])
    assumed = sessions.loc[sessions["quality"] == "angenommen", "offer_id"]
    asked = offers["offer_id"].isin(assumed).sum() + (~timed).sum()
    return f"{NEEDS[need].title}: Zeiten von {asked} der {len(offers)} Angebote"


def open_questions(action: pd.DataFrame) -> str:
    """Return what is not known about the gaps shown, in German; empty when nothing is open."""
    return "; ".join(question for question in action["open_question"].unique() if question)


def reasons(action: pd.DataFrame) -> str:
    """Return what the gaps shown mean, each once, in German; empty without gaps."""
    told = action.drop_duplicates("gap_class")
    return " ".join(
        f"{gap}: {why}" for gap, why in zip(told["gap_class"], told["why"], strict=True)
    )
