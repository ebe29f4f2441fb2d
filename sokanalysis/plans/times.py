"""The timetable of measures: two years, one row a measure, grouped by field of action."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis import show, style
from sokanalysis.plans.labels import nothing
from sokanalysis.plans.rows import (
    PAGE_MM,
    beside,
    draw_rules,
    part_of,
    parts,
    row_axes,
    row_mm,
    write_name,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_TITLES_MM: Final = 66.0
_HEAD_MM: Final = 16.0
_FOOT_MM: Final = 2.0
_FIELD_MM: Final = 6.5
_BAR_MM: Final = 3.0
_BARS: Final[dict[str, dict[str, Any]]] = {
    "Vorbereitung": {
        "facecolor": "white", "edgecolor": style.ACCENT, "hatch": "//////", "linewidth": 0.6,
    },
    "Maßnahme läuft": {"facecolor": style.ACCENT, "edgecolor": style.ACCENT, "linewidth": 0.6},
}  # fmt: skip


def timetable_of_measures(
    measures: pd.DataFrame, *, start: dt.date, months: int = 24, caption: str, source: str,
    basis: Sequence[str] = (), measure: str = "",
) -> list[show.Output]:  # fmt: skip
    """Draw when measures are prepared and when they run, grouped by field of action.

    Parameters
    ----------
    measures : DataFrame
        ``number``, ``title``, ``field`` (German), ``start_month``, ``run_month``, ``end_month``:
        whole months, 1 is the month of `start`. Preparation lasts from the first of
        ``start_month`` to the eve of ``run_month``, the measure runs to the last of
        ``end_month``; beyond `months` an arrow says that it goes on. Fields stand in the order
        in which they come first, measures within a field as the rows stand.
    start : datetime.date
        A day of the first month.
    months : int, default 24
        Months to draw.
    caption, source, basis, measure
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    list of Output
        One figure, or several of about the same height when one would be higher than a page;
        their captions then count the parts. The alternative text says the months of every
        measure. Without measures one note.

    Raises
    ------
    ValueError
        When months are not in order or a measure begins outside the plan.
    """
    if measures.empty:
        return [nothing(caption, basis)]
    _check_months(measures, months)
    order = np.argsort(pd.factorize(measures["field"])[0], kind="stable")
    rows = measures.iloc[order]
    room = PAGE_MM - _HEAD_MM - _FOOT_MM - _FIELD_MM * rows["field"].nunique()
    with style.house_style():
        part = parts([row_mm(row, _TITLES_MM) for row in rows.to_dict("records")], room)
        return [
            _timetable(
                rows[part == k], start, months, part_of(caption, k, part), source, basis, measure
            )
            for k in range(part[-1] + 1)
        ]


def _check_months(measures: pd.DataFrame, months: int) -> None:
    begin, run, end = (measures[f"{name}_month"] for name in ("start", "run", "end"))
    is_ordered = (begin >= 1) & (begin <= months) & (begin <= run) & (run <= end)
    if not is_ordered.all():
        wrong = ", ".join(measures.loc[~is_ordered, "number"].astype(str))
        raise ValueError(
            f"Monate von {wrong}: Vorbereitung, Start und Ende müssen in dieser Reihenfolge "
            f"liegen, die Vorbereitung zwischen Monat 1 und {months}."
        )


def _timetable(
    rows: pd.DataFrame, start: dt.date, months: int, caption: str, source: str,
    basis: Sequence[str], measure: str,
) -> show.Figure:  # fmt: skip
    lines: list[Any] = []
    for field, part in rows.groupby("field", sort=False):
        lines += [field, *part.to_dict("records")]
    heights = [_FIELD_MM if isinstance(x, str) else row_mm(x, _TITLES_MM) for x in lines]
    figure, axes, middles = row_axes(
        heights, left=_TITLES_MM, right=4, head=_HEAD_MM, foot=_FOOT_MM
    )
    draw_rules(axes, heights)
    _calendar(axes, start, months, sum(heights))
    for line, y in zip(lines, middles, strict=True):
        if isinstance(line, str):
            beside(axes, 0, y + 0.6, [line], fontweight=600, color=style.ACCENT)
        else:
            write_name(axes, y, line, _TITLES_MM)
            _bar(axes, y, line, months)
    said = [_said_months(row, start, months) for row in rows.to_dict("records")]
    named = zip(rows["number"].astype(str), rows["title"], said, strict=True)
    spoken = "; ".join(f"{number} {title}: {when}" for number, title, when in named)
    alt = f"Zeitplan ab {_month(start, 0)}, {months} Monate. {spoken}."
    columns = (rows["number"].astype(str), rows["title"], rows["field"], said)
    data = show.Data(("Nr.", "Maßnahme", "Handlungsfeld", "wann"), [*zip(*columns, strict=True)])
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def _bar(axes: Axes, y: float, row: Any, months: int) -> None:
    """Draw preparation hatched and the measure itself full, both up to the end of the plan."""
    begin, run = row["start_month"] - 1, min(row["run_month"] - 1, months)
    end = min(row["end_month"], months)
    for (left, right), look in zip(((begin, run), (run, end)), _BARS.values(), strict=True):
        if right > left:
            axes.barh(y, right - left, left=left, height=_BAR_MM, **look)
    if row["end_month"] > months:
        axes.plot([months + 0.45], [y], ">", color=style.ACCENT, markersize=5, clip_on=False)


def _calendar(axes: Axes, start: dt.date, months: int, body: float) -> None:
    """Draw a line at every quarter of the year and name its month, and the legend above."""
    from matplotlib.patches import Patch

    axes.set_xlim(0, months)
    quarters = [k for k in range(months) if _day(start, k).month % 3 == 1]
    axes.vlines(quarters, 0, body, color=style.RULE, linewidth=0.6, zorder=0)
    axes.vlines([0, months], 0, body, color=style.MUTED, linewidth=0.6, zorder=0)
    chart_mm = style.TEXT_WIDTH_MM - _TITLES_MM - 4
    for k in quarters:
        left = _TITLES_MM + k / months * chart_mm
        year, month = _month(start, k).split()[::-1]
        room_mm = min(3, months - k) * chart_mm / months
        if room_mm > 6:
            beside(axes, left, -2.6, [month if room_mm > 11 else month[:3]])
        if k == quarters[0] or month == "Januar":
            beside(axes, left, -6.0, [year])
    beside(axes, 0, -2.6, [f"Monat 1: {_month(start, 0)}"], color=style.MUTED)
    handles = [Patch(label=word, **look) for word, look in _BARS.items()]
    corner = ((_TITLES_MM - 1) / style.TEXT_WIDTH_MM, 1)
    axes.figure.legend(handles=handles, loc="upper left", bbox_to_anchor=corner, ncols=2)
    axes.set_xticks([])


def _day(start: dt.date, offset: int) -> dt.date:
    """Return the first day of the month that comes so many months after the first."""
    years, month = divmod(start.year * 12 + start.month - 1 + offset, 12)
    return dt.date(years, month + 1, 1)


def _month(start: dt.date, offset: int) -> str:
    from babel.dates import format_date

    return str(format_date(_day(start, offset), "LLLL yyyy", locale="de_DE"))


def _said_months(row: Any, start: dt.date, months: int) -> str:
    begin, run = (_month(start, row[name] - 1) for name in ("start_month", "run_month"))
    before = f"Vorbereitung ab {begin}, " if row["start_month"] < row["run_month"] else ""
    last = _month(start, min(row["end_month"], months) - 1)
    end = f"über {last} hinaus" if row["end_month"] > months else f"bis Ende {last}"
    return f"{before}läuft ab {run} {end}"
