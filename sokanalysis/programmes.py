"""Programmes that could pay for measures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from sokanalysis.demand import NEEDS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.region import Region


def programmes(region: Region, lever: str, needs: Iterable[str]) -> pd.DataFrame:
    """Return the programmes that could pay a lever for some needs.

    Parameters
    ----------
    region : Region
        Gives the table ``fundings`` and the reference date.
    lever : str
        Key of `codes.LEVERS`.
    needs : iterable of str
        Keys of `demand.NEEDS`; a programme fits when it pays the field and, where it asks for
        kinds of offers, a kind that answers one of them. Without needs neither is asked.

    Returns
    -------
    DataFrame
        Rows of ``fundings`` in their order; those that have ended stay away.
    """
    rows, needs = region.fundings, list(needs)
    today = pd.Timestamp(region.parameters.reference_date)
    fits = rows["levers"].map(lambda levers: lever in levers).astype(bool)
    if needs:
        fields = {NEEDS[need].field for need in needs}
        kinds = {kind for need in needs for kind in NEEDS[need].kinds}
        fits &= rows["fields"].map(lambda paid: not fields.isdisjoint(paid)).astype(bool)
        fits &= rows["kinds"].map(lambda paid: not paid or not kinds.isdisjoint(paid)).astype(bool)
    return rows[fits & ~(rows["until_date"] < today)]


def programme_words(region: Region, lever: str, needs: Iterable[str]) -> str:
    """Return the programmes of `programmes` with their ends, in German."""
    names = [_words(row) for row in programmes(region, lever, needs).to_dict("records")]
    return "; ".join(names) or "kein Programm bekannt, Eigenmittel prüfen"


def _words(row: dict[Any, Any]) -> str:
    until = "" if pd.isna(row["until_date"]) else f" (bis {row['until_date']:%m/%Y})"
    return f"{row['name']}{until}"


def paying_fund(region: Region, lever: str, needs: Iterable[str]) -> str:
    """Return the first programme that could pay and has money of its own; empty for none."""
    rows = programmes(region, lever, needs)
    rows = rows[rows["budget_eur"].notna()]
    return "" if rows.empty else str(rows["funding_id"].iloc[0])


def budgets(region: Region) -> dict[str, float]:
    """Return the money of the programmes that have some of their own, in € a year."""
    rows = region.fundings[region.fundings["budget_eur"].notna()]
    return dict(zip(rows["funding_id"], rows["budget_eur"].astype(float), strict=True))
