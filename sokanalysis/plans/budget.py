"""What a budget buys: people who can additionally take part, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis import show, style
from sokanalysis.plans.labels import LINE_MM, POINT_MM, nothing, stacked, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as MatplotlibFigure

_LEFT_MM: Final = 17.0
_RIGHT_MM: Final = 8.0
_HEAD_MM: Final = 7.0
_FOOT_MM: Final = 12.0
_LEAST_MM: Final = 90.0
_LABEL_MM: Final = 72.0
_AIR_MM: Final = 1.6
_EARLY: Final = 0.5  # share of the budget up to which labels stand below the line
_COUNTED: Final = "zusätzlich gedeckte Bedarfe"


def budget_curve(
    curve: pd.DataFrame, *, recommended_eur: float, caption: str, source: str,
    basis: Sequence[str] = (), measure: str = "",
) -> show.Figure | show.Note:  # fmt: skip
    """Draw how many more people a budget lets take part, and what each step newly buys.

    Parameters
    ----------
    curve : DataFrame
        ``budget_eur`` (a year, rising), ``cost_eur`` (what the choice costs), ``gained_count``
        (people, never falling), ``added`` (German, short: what is new; empty or missing where
        nothing is). About 25 labels fit on a page.
    recommended_eur : float
        Budget to mark, not below the first of the curve.
    caption, source, basis, measure
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    Figure
        Every label begins at its step. The alternative text says every step; without rows a
        note.

    Raises
    ------
    ValueError
        When the recommended budget lies below the curve.
    """
    if curve.empty:
        return nothing(caption, basis)
    curve = curve.assign(added=curve["added"].fillna(""))
    within = curve[curve["budget_eur"] <= recommended_eur]
    if within.empty:
        raise ValueError("Das empfohlene Budget liegt unter dem kleinsten Budget der Kurve.")
    best, steps = within["gained_count"].iloc[-1], _steps(curve)
    end = {"budget_eur": max(recommended_eur, curve["budget_eur"].max())}
    drawn = pd.concat([curve, curve.tail(1).assign(**end)])
    with style.house_style():
        figure, axes = _budget_axes(drawn, _labels(steps, end["budget_eur"]))
        looks: dict[str, Any] = {
            "color": style.ACCENT, "linewidth": 1.8, "zorder": 3, "clip_on": False,
        }  # fmt: skip
        axes.step(drawn["budget_eur"], drawn["gained_count"], where="post", **looks)
        axes.plot(steps["budget_eur"], steps["gained_count"], "o", markersize=3.5, **looks)
        _recommend(axes, recommended_eur, float(best))
    said = "; ".join(_said_step(row) for row in steps.to_dict("records"))
    advice = f"Empfehlung: {style.euro(recommended_eur)} für {style.number(best)} Bedarfe"
    alt = f"Stufenlinie: {_COUNTED}, nach Budget im Jahr. {said}. {advice}."
    data = show.Data(("Budget im Jahr", _COUNTED, "Kosten im Jahr", "neu"), _written(steps))
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def _written(steps: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    return [
        (f"ab {style.euro(row['budget_eur'])}", style.number(row["gained_count"]),
         style.euro(row["cost_eur"]), row["added"] or style.DASH)
        for row in steps.to_dict("records")
    ]  # fmt: skip


def _steps(curve: pd.DataFrame) -> pd.DataFrame:
    """Return the rows at which something is new."""
    is_new = curve["gained_count"].diff().ne(0) | curve["added"].ne("")
    return curve[is_new].reset_index(drop=True)


def _said_step(row: dict[Any, Any]) -> str:
    new = f", neu dabei: {row['added']}" if row["added"] else ""
    people = f"{style.number(row['gained_count'])} Bedarfe gedeckt"
    budget, cost = style.euro(row["budget_eur"]), style.euro(row["cost_eur"])
    return f"mit {budget} im Jahr {people}, Kosten {cost}{new}"


def _labels(steps: pd.DataFrame, end_eur: float) -> pd.DataFrame:
    """Return the steps with a label, with its lines, its height, and whether it stands above.

    Early steps have room to the right under the line, late ones to the left above it.
    """
    named = steps[steps["added"].ne("")]
    lines = [
        wrapped(f"{style.number(row['gained_count'])} – {row['added']}", _LABEL_MM)
        for row in named.to_dict("records")
    ]
    return named.assign(
        lines=pd.Series(lines, index=named.index, dtype=object),
        height_mm=[len(words) * LINE_MM + _AIR_MM for words in lines],
        is_above=named["budget_eur"] > _EARLY * end_eur,
    )


def _budget_axes(drawn: pd.DataFrame, labels: pd.DataFrame) -> tuple[MatplotlibFigure, Axes]:
    """Return a plot with its labels, high enough that each has its room."""
    import matplotlib.pyplot as plt

    most = float(drawn["gained_count"].max()) or 1.0
    people_mm = max(_LEAST_MM, labels.loc[~labels["is_above"], "height_mm"].sum())
    labels = _hung(labels.assign(line_mm=labels["gained_count"] * people_mm / most))
    bottom = min([0.0, *labels["bottom_mm"]])
    top = max([people_mm + 3, *(labels["bottom_mm"] + labels["height_mm"])])
    whole = _HEAD_MM + top - bottom + _FOOT_MM
    figure = plt.figure(figsize=style.figure_size(whole), layout="none")
    plt.close(figure)
    width = (style.TEXT_WIDTH_MM - _LEFT_MM - _RIGHT_MM) / style.TEXT_WIDTH_MM
    place = (_LEFT_MM / style.TEXT_WIDTH_MM, _FOOT_MM / whole, width, (top - bottom) / whole)
    scale = most / people_mm
    axes = figure.add_axes(place, ylim=(bottom * scale, top * scale))
    axes.set_xlim(0, float(drawn["budget_eur"].max()) or 1.0)
    _dress(axes)
    for row in labels.assign(foot=labels["bottom_mm"] * scale).to_dict("records"):
        _write(axes, row)
    return figure, axes


def _hung(labels: pd.DataFrame) -> pd.DataFrame:
    """Say how far above zero each label begins, so that nothing is in its way.

    Below the line a label hangs under its step and under the label of the next step: to the
    right of a step the line is nowhere lower, and what ties a label to its step goes straight
    down, left of all later labels. Above the line it is the same seen from the other side.
    """
    bottoms, ceiling = {}, np.inf
    for key, row in labels[~labels["is_above"]].iloc[::-1].iterrows():
        ceiling = min(row["line_mm"], ceiling) - row["height_mm"]
        bottoms[key] = ceiling
    floor = -np.inf
    for key, row in labels[labels["is_above"]].iterrows():
        bottoms[key] = max(row["line_mm"], floor)
        floor = bottoms[key] + row["height_mm"]
    return labels.assign(bottom_mm=pd.Series(bottoms, dtype=float))


def _write(axes: Axes, row: dict[Any, Any]) -> None:
    budget, side = row["budget_eur"], -4 if row["is_above"] else 4
    look: dict[str, Any] = {"color": style.MUTED, "linewidth": 0.5, "zorder": 2}
    axes.vlines(budget, row["foot"], row["gained_count"], **look)
    # Below the line the air is above the words, above it below them: marks lie on the line.
    up = (row["height_mm"] - (0 if row["is_above"] else _AIR_MM)) / POINT_MM
    align = "right" if row["is_above"] else "left"
    stacked(axes, row["lines"], (budget, row["foot"]), (side, up), align=align)


def _dress(axes: Axes) -> None:
    from matplotlib.ticker import MaxNLocator

    axes.xaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    axes.xaxis.set_major_formatter(lambda euros, _: style.euro(euros))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=7, integer=True, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(lambda people, _: style.number(people) if people >= 0 else "")
    axes.set_xlabel("Budget im Jahr; an den Stufen: Bedarfe mehr insgesamt – was neu dazukommt")
    axes.set_ylabel(_COUNTED)
    axes.tick_params(axis="x", pad=5.5)
    axes.yaxis.grid(visible=True)


def _recommend(axes: Axes, budget: float, people: float) -> None:
    """Mark the recommended budget with a line and say above the plot what it buys."""
    top = axes.get_ylim()[1]
    axes.vlines(
        budget, people, top, color=style.ATTENTION, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1
    )
    axes.plot([budget], [people], "D", color=style.ATTENTION, markersize=5, zorder=5, clip_on=False)
    share = budget / axes.get_xlim()[1]
    align = "left" if share < 0.3 else "right" if share > 0.7 else "center"
    axes.annotate(
        f"Empfehlung: {style.euro(budget)} für {style.number(people)} Bedarfe", (share, 1), (0, 4),
        xycoords="axes fraction", textcoords="offset points", ha=align, va="bottom",
        fontsize=style.TYPE_SCALE["small"], fontweight=600, color=style.ATTENTION,
    )  # fmt: skip
