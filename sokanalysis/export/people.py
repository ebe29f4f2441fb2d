"""The tables of people: who needs what, what hinders them, and where it weighs most."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.codes import FIELDS
from sokanalysis.demand import NEEDS
from sokanalysis.demand_ranges import demand_ranges
from sokanalysis.export.describe import hint
from sokanalysis.gap_ranges import need_offers, ranged_needs_for_action
from sokanalysis.gaps import GAP_CLASSES
from sokanalysis.privacy import withhold

if TYPE_CHECKING:
    from sokanalysis.export.findings import Findings

_NEEDS: Final = {need: entry.title for need, entry in NEEDS.items()}
_ENDS: Final = {"low_count": "person_count_low", "high_count": "person_count_high"}


def demand(found: Findings) -> pd.DataFrame:
    """Return the demand of the district with its range and the offers that answer it."""
    counts = ["person_count_low", "person_count", "person_count_high"]
    return withhold(need_offers(found.region), counts, found.region.parameters)


def demand_by_municipality(found: Findings) -> pd.DataFrame:
    """Return the demand of the municipalities; a range is shown where its count is."""
    region = found.region
    ends = demand_ranges(region, "ags").rename(columns=_ENDS).drop(columns="person_count")
    rows = found.demand_by_municipality.merge(ends, on=["ags", "need"], how="left")
    limit = int(region.parameters.withhold_below)
    for name in _ENDS.values():
        end = rows[name].fillna(0).astype("Int64")
        rows[name] = end.mask(end.between(1, limit - 1) | rows["person_count"].isna())
    return _named(found, rows)


def gaps_by_municipality(found: Findings) -> pd.DataFrame:
    """Return the gaps of the municipalities, small counts withheld."""
    return _named(found, found.gaps_by_municipality)


def _named(found: Findings, rows: pd.DataFrame) -> pd.DataFrame:
    names = found.region.municipalities.set_index("ags")["name"]
    words = {"need": _NEEDS, "gap_class": GAP_CLASSES}
    named = {name: rows[name].map(titles) for name, titles in words.items() if name in rows}
    return rows.assign(municipality=rows["ags"].map(names), **named)


def gaps_by_need(found: Findings) -> pd.DataFrame:
    """Return people by need and gap class as in the third document."""
    return _classes(found, "need", _NEEDS)


def gaps_by_field(found: Findings) -> pd.DataFrame:
    """Return needs by field and gap class as in the third document."""
    return _classes(found, "field", FIELDS)


def _classes(found: Findings, key: str, titles: dict[str, str]) -> pd.DataFrame:
    """Return a published table in the order of the code lists, not of its counts."""
    rows = found.safe.tables[(key, "gap_class")]
    orders = {key: list(titles), "gap_class": list(GAP_CLASSES)}
    rows = rows.sort_values(
        [key, "gap_class"], key=lambda cells: cells.map(orders[str(cells.name)].index)
    )
    return rows.assign(**{key: rows[key].map(titles)}, gap_class=rows["gap_class"].map(GAP_CLASSES))


def needs_for_action(found: Findings) -> pd.DataFrame:
    """Rank the gaps whose count is shown; the others follow without a rank, by name.

    The rank of a count that is withheld would tell between which others it lies.
    """
    ranked = ranged_needs_for_action(found.region, found.state, found.rows)
    action = found.safe.action(ranked)
    is_shown = action["person_count"].notna()
    shown, others = action[is_shown], action[~is_shown]
    others = others.sort_values(["field", "need", "gap_class", "area"])
    rows = pd.concat([shown, others], ignore_index=True)
    ranks = pd.Series(np.arange(1, len(rows) + 1), dtype="Int64")
    return rows.assign(rank=ranks.mask(rows["person_count"].isna()))


def measures(found: Findings) -> pd.DataFrame:
    """Return the catalogue; a start value is withheld where the tables of gaps withhold it."""
    if found.plan is None:
        return pd.DataFrame()
    rows = found.plan.measures
    known = _able_is_shown(found)
    is_told = pd.Series(
        [all(known.get(need, True) for need in needs) for needs in rows["need_keys"]],
        index=rows.index, dtype=bool,
    )  # fmt: skip
    values = ["start_value", "target_value"]  # the gain would lead from one to the other
    rows = rows.assign(**{name: rows[name].where(is_told) for name in values})
    is_computed = rows["lever_code"] != "sonstige"
    counts = [*values, "gained_count", "gained_count_holidays", "cost_per_person_eur"]
    hints = {hint(name): rows[name].isna() & is_computed for name in counts}
    hints[hint("lost_count")] = rows["lost_count"].isna() & is_computed & rows["is_chosen"]
    steps = rows["steps"].map("\n".join)
    prices = {name: rows[name].round(2) for name in ("cost_per_person_eur",)}
    return rows.assign(steps=steps, **prices, **hints)


def _able_is_shown(found: Findings) -> dict[str, bool]:
    cells = found.safe.tables[("need", "gap_class")]
    able = cells[cells["gap_class"] == "kann_teilnehmen"]
    return dict(zip(able["need"], able["person_count"].notna(), strict=True))


def curve(found: Findings) -> pd.DataFrame:
    """Return what more money buys."""
    if found.plan is None:
        return pd.DataFrame()
    rows = found.plan.curve.rename(columns={"gained_count": "curve_count"})
    limit = int(found.region.parameters.withhold_below)
    counts = rows["curve_count"].astype("Int64")
    return rows.assign(curve_count=counts.mask(counts.between(1, limit - 1)))
