"""How firm the choice of measures is: one row a measure, its share of the draws and a word."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sokanalysis import show, style
from sokanalysis.plans.labels import LINE_MM, nothing, wrapped
from sokanalysis.plans.rows import (
    AIR_MM,
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

    import pandas as pd
    from matplotlib.axes import Axes

_TITLES_MM: Final = 58.0
_RIGHT_MM: Final = 66.0  # per cent, word, reason
_REASON_MM: Final = 36.0
_HEAD_MM: Final = 12.0
_FOOT_MM: Final = 7.0


def robustness_bars(
    options: pd.DataFrame, *, thresholds: Sequence[float], caption: str, source: str,
    basis: Sequence[str] = (), measure: str = "",
) -> list[show.Output]:  # fmt: skip
    """Draw in which share of the draws each measure is chosen, and what that is called.

    Parameters
    ----------
    options : DataFrame
        ``number``, ``title``, ``chosen_share`` (0–1), ``robustness`` (German word: "immer",
        "meist", "nur wenn", "nie"), ``decides`` (German: what the choice hangs on, may be
        empty or missing); rows from top to bottom as they stand.
    thresholds : sequence of float
        Shares (0–1) that part the words; drawn as quiet dashes and said in the head.
    caption, source, basis, measure
        As in `sokanalysis.figures.bars`.

    Returns
    -------
    list of Output
        One figure, or several as `timetable_of_measures` does. The alternative text says every
        share, word and reason. Without measures one note.
    """
    if options.empty:
        return [nothing(caption, basis)]
    options = options.assign(decides=options["decides"].fillna(""))
    room = PAGE_MM - _HEAD_MM - _FOOT_MM
    with style.house_style():
        part = parts([_share_mm(row) for row in options.to_dict("records")], room)
        return [
            _robustness(
                options[part == k], thresholds, part_of(caption, k, part), source, basis, measure
            )
            for k in range(part[-1] + 1)
        ]


def _reason(row: Any) -> list[str]:
    return wrapped(row["decides"], _REASON_MM - 1)


def _share_mm(row: Any) -> float:
    return max(row_mm(row, _TITLES_MM), len(_reason(row)) * LINE_MM + AIR_MM)


def _robustness(
    options: pd.DataFrame, thresholds: Sequence[float], caption: str, source: str,
    basis: Sequence[str], measure: str,
) -> show.Figure:  # fmt: skip
    rows = options.to_dict("records")
    heights = [_share_mm(row) for row in rows]
    figure, axes, middles = row_axes(
        heights, left=_TITLES_MM, right=_RIGHT_MM, head=_HEAD_MM, foot=_FOOT_MM
    )
    draw_rules(axes, heights)
    _share_axis(axes, thresholds, sum(heights))
    for row, y in zip(rows, middles, strict=True):
        write_name(axes, y, row, _TITLES_MM)
        _share(axes, y, row)
    said = "; ".join(_said_share(row) for row in rows)
    limits = ", ".join(map(style.percent, thresholds))
    alt = f"Punktdiagramm: Anteil der Durchläufe mit dieser Maßnahme, Grenzen {limits}. {said}."
    head = ("Nr.", "Maßnahme", "Anteil der Durchläufe", "gewählt", "entscheidend ist")
    data = show.Data(head, [_written(row) for row in rows])
    return show.Figure(figure, caption, source, alt, tuple(basis), measure, data)


def _written(row: Any) -> tuple[str, ...]:
    return (
        str(row["number"]), row["title"], style.percent(row["chosen_share"]), row["robustness"],
        row["decides"] or style.DASH,
    )  # fmt: skip


def _share_axis(axes: Axes, thresholds: Sequence[float], body: float) -> None:
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.5, 1], [style.percent(share) for share in (0, 0.5, 1)])
    axes.vlines([0, 1], 0, body, color=style.RULE, linewidth=0.6, zorder=0)
    axes.vlines(
        thresholds, 0, body, color=style.MUTED, linewidth=0.6, linestyle=(0, (3, 3)), zorder=1
    )
    limits = ", ".join(map(style.percent, thresholds))
    words = style.TEXT_WIDTH_MM - _RIGHT_MM
    heads = {
        0.0: ["Maßnahme"],
        _TITLES_MM: wrapped(
            f"Anteil der Durchläufe, in denen sie gewählt wird (gestrichelt: {limits})",
            words + 12 - _TITLES_MM,
        ),
        words + 14: ["gewählt"],
        style.TEXT_WIDTH_MM - _REASON_MM: ["entscheidend ist"],
    }
    for left, head in heads.items():
        beside(axes, left, -1.0 - len(head) * LINE_MM / 2, head, color=style.MUTED)


def _share(axes: Axes, y: float, row: Any) -> None:
    share, words = row["chosen_share"], style.TEXT_WIDTH_MM - _RIGHT_MM
    axes.hlines(y, 0, share, color=style.ACCENT, linewidth=1.6)
    axes.plot([share], [y], "o", color=style.ACCENT, markersize=6, clip_on=False)
    beside(axes, words + 12, y, [style.percent(share)], ha="right")
    beside(axes, words + 14, y, [row["robustness"]], fontweight=600)
    beside(axes, style.TEXT_WIDTH_MM - _REASON_MM, y, _reason(row))


def _said_share(row: Any) -> str:
    reason = f", entscheidend: {row['decides']}" if row["decides"] else ""
    share = style.percent(row["chosen_share"])
    return f"{row['number']} {row['title']}: {share}, {row['robustness']}{reason}"
