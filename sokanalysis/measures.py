"""Everything that could be done: the candidates of all levers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sokanalysis.levers import existing, new, transport

if TYPE_CHECKING:
    import pandas as pd

    from sokanalysis.levers.candidate import Candidate
    from sokanalysis.region import Region


def candidates(region: Region, gap_rows: pd.DataFrame) -> list[Candidate]:
    """Return what every lever could change, without regard to effect or cost.

    Parameters
    ----------
    region : Region
        The district.
    gap_rows : DataFrame
        As `sokanalysis.gaps.gaps` gives it; says along which lines to look.

    Returns
    -------
    list of Candidate
        In the order of the levers; keys are unique.
    """
    return [
        *existing.moves(region),
        *new.branches(region),
        *existing.more_places(region),
        *new.other_courses(region),
        *new.parents_courses(region),
        *existing.childcare(region),
        *transport.bus_trips(region, gap_rows),
        *transport.flex_hours(region),
        *transport.flex_across_zones(region),
        *existing.rides(region),
        *new.online(region),
        *existing.mediation(region),
        *new.mobile_hours(region),
    ]
