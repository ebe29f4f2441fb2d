"""The network of providers, fields and places as a board reads it on one page."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sokanalysis import show, style
from sokanalysis.network import OUTSIDE, UNKNOWN_PLACE
from sokanalysis.network_chart import drawing
from sokanalysis.network_chart.layout import (
    FOOT_MM,
    HEAD_MM,
    ROOM_MM,
    laid_out,
    place_lines,
    provider_lines,
    provider_rows,
    row_mm,
)
from sokanalysis.network_chart.order import arranged, through_fields
from sokanalysis.plans.rows import part_of, parts

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


def provider_network(
    links: pd.DataFrame, lone: Collection[str] = (), *, caption: str, source: str,
    basis: Sequence[str] = (), measure: str = "",
) -> list[show.Output]:  # fmt: skip
    """Draw who works in which field where: one line a link, from provider through field to place.

    A line is as wide as its offers are many, dashed where the place is assumed. Authorities have
    a filled square, all others a ring, and words say the same.

    Parameters
    ----------
    links : DataFrame
        As `sokanalysis.network.links` gives it.
    lone : collection of str
        ``provider_id`` of those who share no field and place with anybody: called "allein".
    caption, source, basis, measure
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    list of Output
        One figure of at most 220 mm, or several when there are more providers than one holds;
        their captions then count the parts. Places that find no room, those with fewest offers,
        become one. The alternative text says every link. Without links one note.
    """
    if links.empty:
        return [show.Note("hinweis", f"{caption} – Es gibt keine Angebote.", tuple(basis))]
    named = links.assign(is_alone=links["provider_id"].isin([*lone]), label=_labels(links, lone))
    with style.house_style():
        order = arranged(named)
        labels = provider_rows(named, order)["label"]
        part = parts([row_mm(provider_lines(label)) for label in labels], ROOM_MM)
        part_by_provider = named["provider_id"].map(dict(zip(order.providers, part, strict=True)))
        return [
            _drawn(named[part_by_provider == k], part_of(caption, k, part), source, basis, measure)
            for k in range(part[-1] + 1)
        ]


def _labels(links: pd.DataFrame, lone: Collection[str]) -> list[str]:
    """Return what is written of providers: name, whether authority, whether alone."""
    is_alone = links["provider_id"].isin([*lone])
    signs = zip(links["provider"], links["is_authority"], is_alone, strict=True)
    return [f" –{style.NBSP}".join([name, *_signs(*marks)]) for name, *marks in signs]


def _signs(is_authority: bool, is_alone: bool) -> list[str]:
    """Return the words behind a name as one, so that they stay on one line."""
    words = ["Behörde"] * is_authority + ["allein"] * is_alone
    return [f",{style.NBSP}".join(words)] if words else []


def _drawn(
    links: pd.DataFrame, caption: str, source: str, basis: Sequence[str], measure: str
) -> show.Figure:
    import matplotlib.pyplot as plt

    shown = _with_few_places(links)
    order = arranged(shown)
    passing = through_fields(shown, order)
    at = laid_out(passing, order)
    whole = HEAD_MM + at.body + FOOT_MM
    figure = plt.figure(figsize=style.figure_size(whole), layout="none")
    plt.close(figure)
    axes = figure.add_axes((0, 0, 1, 1), xlim=(0, style.TEXT_WIDTH_MM), ylim=(whole, 0))
    axes.set_axis_off()
    drawing.draw_lines(axes, passing, at)
    for draw_column in (drawing.draw_providers, drawing.draw_fields, drawing.draw_places):
        draw_column(axes, passing, order, at)
    drawing.draw_heads(axes)
    drawing.draw_legend(axes, shown, whole - FOOT_MM + 2.5)
    return show.Figure(figure, caption, source, _said(links), tuple(basis), measure, _data(links))


def _data(links: pd.DataFrame) -> show.Data:
    """Write every link, from the provider through the field to the place."""
    columns = (links[name] for name in ("label", "field", "place"))
    counts = [style.number(count) for count in links["offer_count"]]
    rows = [*zip(*columns, counts, strict=True)]
    return show.Data(("Träger", "Handlungsfeld", "Ort", "Angebote"), rows)


def _with_few_places(links: pd.DataFrame) -> pd.DataFrame:
    """Join the places with fewest offers when all together would be higher than the page."""
    totals = links.groupby("place")["offer_count"].sum().sort_values(ascending=False, kind="stable")
    ends = np.array([*accumulate(row_mm(place_lines(place)) for place in totals.index)])
    if ends[-1] <= ROOM_MM:
        return links
    kept = totals.index[ends <= ROOM_MM - row_mm(place_lines("weitere 100 Orte"))]
    rest = f"weitere {len(totals) - len(kept)} Orte"
    joined = links.assign(place=links["place"].where(links["place"].isin(kept), rest))
    keys = [
        "provider_id", "label", "is_authority", "is_alone", "provider_offer_count", "field",
        "place",
    ]  # fmt: skip
    sums = {"offer_count": "sum", "is_place_assumed": "all"}
    return joined.groupby(keys, sort=False).agg(sums).reset_index()


def _said(links: pd.DataFrame) -> str:
    """Say how many there are, and of every provider the offers by field and place."""
    authorities = links.loc[links["is_authority"], "provider_id"].nunique()
    places = set(links["place"]) - {OUTSIDE, UNKNOWN_PLACE}
    head = (
        f"Netz. Träger: {links['provider_id'].nunique()}, davon Behörden: {authorities}; "
        f"Handlungsfelder: {links['field'].nunique()}; Orte im Kreis: {len(places)}; "
        f"Linien: {len(links)}."
    )
    said = [
        f"{rows['label'].iloc[0]}: {'; '.join(_said_fields(rows))}."
        for _, rows in links.groupby("provider_id", sort=False)
    ]
    return " ".join([head, *said])


def _said_fields(links: pd.DataFrame) -> list[str]:
    """Say of one provider how many offers there are in every field and place."""
    pairs = zip(links["place"], links["offer_count"], strict=True)
    counts = pd.Series([f"{place} {style.number(count)}" for place, count in pairs], links.index)
    fields = counts.groupby(links["field"], sort=False).agg(", ".join)
    return [f"{field} ({places})" for field, places in fields.items()]
