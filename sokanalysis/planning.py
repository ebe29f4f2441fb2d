"""From a district to its catalogue, step by step, for who needs no notebook."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sokanalysis.catalogue import catalogue
from sokanalysis.effects import able
from sokanalysis.gaps import gaps, situation
from sokanalysis.measures import candidates
from sokanalysis.options import options_of
from sokanalysis.published import published_gaps
from sokanalysis.selection import Selection, select

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from sokanalysis.region import Region

STEPS = ("Lücken", "Möglichkeiten", "Auswahl", "Katalog")


@dataclass(frozen=True)
class Planned:
    """The catalogue and what it was chosen from.

    Parameters
    ----------
    selection : Selection
        The plan.
    measures : DataFrame
        As `sokanalysis.catalogue.catalogue` gives it.
    """

    selection: Selection
    measures: pd.DataFrame


def planned(region: Region, say: Callable[[str], None] = lambda _: None) -> Planned:
    """Compute the catalogue of a district; takes about a minute.

    Parameters
    ----------
    region : Region
        The district.
    say : callable
        Told the name of each step before it begins, one of `STEPS`.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    NoPortfolio
        When nothing was found in time.
    """
    say(STEPS[0])
    state = situation(region)
    rows = gaps(region, state)
    safe, today = published_gaps(region, rows), able(region, state.demand)
    say(STEPS[1])
    options = options_of(region, state, candidates(region, rows))
    say(STEPS[2])
    selection = select(region, options)
    say(STEPS[3])
    return Planned(selection, catalogue(region, selection, state.demand, today, safe))
