"""Who can take part in what, and why not. Shares are whole percent, as on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pandas as pd

from sokanalysis import reach
from sokanalysis.codes import FIELDS, STATE_TITLES, STATES
from sokanalysis.export.describe import hint
from sokanalysis.privacy import withhold

if TYPE_CHECKING:
    from sokanalysis.export.findings import Findings

SHARES: Final = {state: f"{state}_share" for state in STATES}


def by_offer(found: Findings) -> pd.DataFrame:
    """Return the share of people who can take part, for every offer at every site."""
    rows = reach.share_by_offer(found.region, found.units).rename(columns=SHARES)
    return rows.assign(field=rows["field"].map(FIELDS)).round(dict.fromkeys(SHARES.values(), 2))


def by_field(found: Findings) -> pd.DataFrame:
    """Return people and share of people who reach an offer of each field, and of any."""
    people = reach.people_by_field(found.region, found.units)
    shares = reach.share_by_field(found.region, found.units)
    shares = shares.assign(field=shares["field"].map(FIELDS)).rename(columns=SHARES)
    rows = people.merge(shares, on="field", how="left")
    everybody, is_any = (
        found.region.settlements["population_count"].sum(),
        rows["field"] == reach.ANY_OFFER,
    )
    for state, share in SHARES.items():
        reached = rows[f"{state}_people"] / max(everybody, 1)
        if rows.loc[~is_any, share].notna().any():
            rows[share] = rows[share].mask(is_any, reached)
    counts = [f"{state}_people" for state in STATES]
    shown = withhold(rows, counts, found.region.parameters)
    return shown.round(dict.fromkeys(SHARES.values(), 2))


def by_municipality(found: Findings) -> pd.DataFrame:
    """Return the share of people who reach an offer of each field, by municipality.

    A share is withheld where it would tell of fewer people than the limit that they reach an
    offer, or that they do not. Of several shares their decimals could tell: they are rounded.
    """
    region = found.region
    shares = reach.share_by_field(region, found.units, by="ags").rename(columns=SHARES)
    inhabitants = region.settlements.groupby("ags")["population_count"].sum().astype(float)
    people = shares["ags"].map(inhabitants)
    rows = shares.assign(field_code=shares["field"], field=shares["field"].map(FIELDS))
    rows["municipality"] = rows["ags"].map(region.municipalities.set_index("ags")["name"])
    for name in SHARES.values():
        reached = (shares[name] * people).round()
        small = [count.between(1, region.parameters.withhold_below - 1)
                 for count in (reached, people - reached)]  # fmt: skip
        is_small = small[0] | small[1]
        rows[name] = shares[name].round(2).mask(is_small)
        rows[hint(name)] = is_small
    return rows


def reasons(found: Findings) -> pd.DataFrame:
    """Return what happens when everybody tries every offer once."""
    shares = reach.share_by_reason(found.region, found.units)
    rows = shares.rename_axis("state").reset_index()
    rows = rows.melt("state", var_name="reason", value_name="pair_share").round(2)
    return _grouped(rows, "state")


def reasons_by_settlement(found: Findings) -> pd.DataFrame:
    """Count the offers by what becomes of them, for every settlement and state."""
    region, units = found.region, found.units
    rows = units[["settlement_id"]].assign(
        state=reach.state_names(units), reason=reach.outcomes(units)
    )
    keys = ["settlement_id", "state", "reason"]
    counts = rows.groupby(keys).size().rename("offer_count").reset_index()
    settlements = region.settlements.set_index("settlement_id")
    counts["name"] = counts["settlement_id"].map(settlements["name"])
    names = region.municipalities.set_index("ags")["name"]
    counts["municipality"] = counts["settlement_id"].map(settlements["ags"]).map(names)
    orders = {
        "settlement_id": list(settlements.index), "state": list(STATES),
        "reason": list(reach.OUTCOMES),
    }  # fmt: skip
    counts = counts.sort_values(keys, key=lambda cells: cells.map(orders[str(cells.name)].index))
    return counts.assign(
        state=counts["state"].map(STATE_TITLES), reason=counts["reason"].map(reach.OUTCOMES)
    )


def ways(found: Findings) -> pd.DataFrame:
    """Compare the ways of getting to a session in school weeks."""
    shares = reach.share_by_mode(found.region, found.answers, found.region.current_sessions)
    rows = shares.rename_axis("field").reset_index()
    rows = rows.melt("field", var_name="mode", value_name="reached_share").round(2)
    return _grouped(rows, "field")


def _grouped(rows: pd.DataFrame, name: str) -> pd.DataFrame:
    """Put rows of the same name together, names and rows in the order they came in."""
    order = pd.Series(pd.factorize(rows[name])[0], index=rows.index)
    return rows.loc[order.sort_values(kind="stable").index]
