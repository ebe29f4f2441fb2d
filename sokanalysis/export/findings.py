"""What is computed once for all exported tables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from sokanalysis.attendance import attendance
from sokanalysis.catalogue import catalogue, curve_table
from sokanalysis.effects import able
from sokanalysis.export.municipal import municipal_demand, municipal_gaps
from sokanalysis.gaps import gaps, situation
from sokanalysis.measures import candidates
from sokanalysis.options import options_of
from sokanalysis.published import published_gaps
from sokanalysis.selection import select
from sokanalysis.supply import attended_offers

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from sokanalysis.gaps import Situation
    from sokanalysis.published import PublishedGaps
    from sokanalysis.region import Region

STEPS: Final = ("Erreichbarkeit", "Lücken", "Maßnahmen", "Tabellen", "Dateien")


@dataclass(frozen=True)
class Plan:
    """The catalogue and what more money buys.

    Parameters
    ----------
    measures : DataFrame
        As `sokanalysis.catalogue.catalogue` gives it.
    curve : DataFrame
        As `sokanalysis.catalogue.curve_table` gives it.
    """

    measures: pd.DataFrame
    curve: pd.DataFrame


@dataclass(frozen=True)
class Findings:
    """A district with the answers that the tables are made of.

    Parameters
    ----------
    region : Region
        The district.
    answers, units : DataFrame
        As `sokanalysis.attendance.attendance` and `sokanalysis.supply.attended_offers` give them,
        for today's sessions in all states.
    state : Situation
        As `sokanalysis.gaps.situation` gives it.
    rows : DataFrame
        As `sokanalysis.gaps.gaps` gives it.
    plan : Plan or None
        None where the measures are left out.
    """

    region: Region
    answers: pd.DataFrame
    units: pd.DataFrame
    state: Situation
    rows: pd.DataFrame
    plan: Plan | None

    @cached_property
    def safe(self) -> PublishedGaps:
        """The tables of gaps as they stand in the documents."""
        return published_gaps(self.region, self.rows)

    @cached_property
    def gaps_by_municipality(self) -> pd.DataFrame:
        """As `sokanalysis.export.municipal.municipal_gaps` gives it."""
        return municipal_gaps(self.region, self.rows, self.safe)

    @cached_property
    def demand_by_municipality(self) -> pd.DataFrame:
        """As `sokanalysis.export.municipal.municipal_demand` gives it."""
        return municipal_demand(self.region, self.gaps_by_municipality)


def find(
    region: Region, *, with_plan: bool = True, say: Callable[[str], None] = lambda _: None
) -> Findings:
    """Compute everything that the tables are made of, each once.

    Parameters
    ----------
    region : Region
        The district.
    with_plan : bool
        Whether measures are chosen: about a minute, the rest takes seconds.
    say : callable
        Told the name of each step before it begins, one of `STEPS`.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    NoPortfolio
        When no choice of measures was found in time.
    NotProtected
        When small counts of people cannot be protected.
    """
    say(STEPS[0])
    sessions = region.current_sessions
    answers = attendance(region, sessions)
    units = attended_offers(region, answers, sessions, region.current_offers)
    say(STEPS[1])
    state = situation(region)
    rows = gaps(region, state)
    found = Findings(region, answers, units, state, rows, None)
    return _with_plan(found, say) if with_plan else found


def _with_plan(found: Findings, say: Callable[[str], None]) -> Findings:
    say(STEPS[2])
    region, state, demand = found.region, found.state, found.state.demand
    chosen = select(region, options_of(region, state, candidates(region, found.rows)))
    measures = catalogue(region, chosen, demand, able(region, demand), found.safe)
    plan = Plan(measures, curve_table(chosen, measures))
    return Findings(region, found.answers, found.units, state, found.rows, plan)
