"""Settlement by settlement: what commonly becomes of an offer, and where it is worst."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from sokanalysis.reach import OUTCOMES, offers_within_reach, outcomes, state_names

if TYPE_CHECKING:
    from sokanalysis.region import Region


def commonest_reasons(
    region: Region, units: pd.DataFrame, state: str = "schulzeit_rufbus"
) -> pd.DataFrame:
    """Say for every settlement what most often becomes of the offers.

    Parameters
    ----------
    region : Region
        Gives settlements and names.
    units : DataFrame
        As `sokanalysis.supply.attended_offers` gives it; the rows of one offer or field for a
        map of that offer or field.
    state : str
        Key of `sokanalysis.codes.STATES`.

    Returns
    -------
    DataFrame
        The columns of the settlements, ``municipality`` and ``reason`` (German, a value of
        `sokanalysis.reach.OUTCOMES`; missing where no offer has a session in that state), in
        the order of the settlements. Of equally common outcomes the first in `OUTCOMES`.
    """
    rows = units[state_names(units) == state]
    counts = pd.crosstab(rows["settlement_id"], outcomes(rows))
    commonest = counts.reindex(columns=list(OUTCOMES), fill_value=0).idxmax(axis=1).map(OUTCOMES)
    names = region.municipalities.set_index("ags")["name"]
    ids, ags = region.settlements["settlement_id"], region.settlements["ags"]
    return region.settlements.assign(municipality=ags.map(names), reason=ids.map(commonest))


def worst_places(region: Region, units: pd.DataFrame, count: int = 10) -> pd.DataFrame:
    """Rank the settlements from which the smallest share of offers can be taken up.

    What counts is the share of the offers with sessions in school weeks that can be taken up
    without the on-demand bus. Ties are broken by the share with the on-demand bus, then by
    people: the larger place stands first, because more people are concerned.

    Parameters
    ----------
    region : Region
        Gives settlements and names.
    units : DataFrame
        As `sokanalysis.supply.attended_offers` gives it, in school weeks in both states.
    count : int
        How many settlements.

    Returns
    -------
    DataFrame
        ``rank`` (from 1), ``name``, ``municipality``, ``population_count``,
        ``schulzeit_linie_offers``, ``schulzeit_rufbus_offers`` (offers within reach),
        ``offer_count`` (offers there are) and ``reason`` (the commonest without the on-demand
        bus, German); at most `count` rows, settlements with people only.
    """
    within = offers_within_reach(region, units)
    reasons = commonest_reasons(region, units, "schulzeit_linie")["reason"]
    offered = units.loc[units["season"] == "schulzeit", "offer_id"].nunique()
    places = within.assign(reason=reasons, offer_count=offered)
    lived_in = places[places["population_count"] > 0]
    reached = ["schulzeit_linie_offers", "schulzeit_rufbus_offers"]
    order = [*reached, "population_count", "name"]
    worst = lived_in.sort_values(order, ascending=[True, True, False, True]).head(count)
    worst = worst.assign(rank=range(1, len(worst) + 1))
    shown = ["rank", "name", "municipality", "population_count", *reached, "offer_count", "reason"]
    return worst[shown].reset_index(drop=True)
