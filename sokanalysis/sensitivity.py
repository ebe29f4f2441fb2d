"""What moves: the assumptions about the way varied one by one over their defensible range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import pandas as pd

from sokanalysis.attendance import attendance
from sokanalysis.codes import COURSE_KINDS, STATE_TITLES, STATES
from sokanalysis.errors import ParameterOutOfRange
from sokanalysis.reach import share_by_reason
from sokanalysis.supply import SEASONS, attended_offers

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sokanalysis.parameters import Parameter, Value
    from sokanalysis.region import Region

TOPICS: Final = ("wege", "teilnahme", "rufbus")

_REACHED: Final = "erreichbar"  # column of `share_by_reason`

# The car is a yardstick only; streets and timetable are read once, before anything can be varied.
_NOT_THE_WAY: Final = ("car_", "street_", "feed_")
_COLUMNS: Final = (
    "name", "title", "unit", "low", "value", "high",
    "reached_share_at_low", "reached_share", "reached_share_at_high", "span_points",
    "course_person_count_at_low", "course_person_count", "course_person_count_at_high",
)  # fmt: skip


class _Outcome(NamedTuple):
    """What one set of assumptions leads to."""

    share: float
    people: int


def sensitivity(
    region: Region,
    sessions: pd.DataFrame,
    names: Iterable[str] | None = None,
    state: str = "schulzeit_rufbus",
    *,
    progress: bool = False,
) -> pd.DataFrame:
    """Say how much the main results move when one assumption at a time is taken to its limits.

    Each parameter goes to the low and to the high end of its ``range`` while all others stay;
    attendance and offers are computed anew.

    Parameters
    ----------
    region : Region
        Its parameters are the starting point.
    sessions : DataFrame
        Rows of the table ``sessions``.
    names : iterable of str, optional
        Parameters to vary; `varied_names` by default.
    state : str, default "schulzeit_rufbus"
        Key of `sokanalysis.codes.STATES`.
    progress : bool, default False
        Whether a bar on standard error shows how far the work is.

    Returns
    -------
    DataFrame
        One row a parameter: ``name``, ``title`` (German), ``unit``, ``low``, ``value``, ``high``
        (numbers, or clocks such as "05:30"). Main result, at the low end, as set and at the high
        end: ``reached_share_at_low``, ``reached_share``, ``reached_share_at_high``, the share of
        all pairs of person and offer at a site that work out (0–1, as in
        `sokanalysis.reach.share_by_reason`), and ``span_points``, its largest less its smallest
        value in percentage points. Second result, people who can take up at least one language
        course (`COURSE_KINDS`): ``course_person_count_at_low``, ``course_person_count``,
        ``course_person_count_at_high``. Largest span first, equal ones in the order asked for;
        a parameter that moves nothing stays with 0. Without sessions all results are 0, without
        names the columns stand without rows.

    Raises
    ------
    UnknownParameter
        When a name is not defined.
    ParameterOutOfRange
        When a parameter has no range, or the region's own value lies outside.
    KeyError
        When the state is not known.
    """
    entries = _entries(region, varied_names(region) if names is None else list(names))
    usual = _outcome(region, sessions, state)
    rows = []
    for entry in _shown(entries, progress=progress):
        ends = [
            # The end at which the parameter stands already is not computed again.
            usual if end == entry.value else _outcome(_varied(region, entry, end), sessions, state)
            for end in entry.range or ()
        ]
        rows.append(_row(entry, usual, *ends))
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    return table.sort_values("span_points", ascending=False, kind="stable", ignore_index=True)


def varied_names(region: Region) -> list[str]:
    """Return the parameters that bear on the way without a car and have a range, in their order.

    Those of `TOPICS` without the car's, and without those that only count while files are read.
    """
    return [
        name
        for name, entry in region.parameters.entries.items()
        if entry.topic in TOPICS and entry.range and not name.startswith(_NOT_THE_WAY)
    ]


def _entries(region: Region, names: Sequence[str]) -> list[Parameter]:
    """Return the entries before anything is computed; one that cannot be varied is an error."""
    known = region.parameters.entries
    if unknown := [name for name in names if name not in known]:
        region.parameters.replace(**dict.fromkeys(unknown, 0))  # raises and lists the known ones
    entries = [known[name] for name in names]
    for entry in entries:
        if entry.range is None:
            raise ParameterOutOfRange(
                f"Parameter „{entry.name}“ ({entry.title}) hat keine Spanne und lässt sich nicht "
                "variieren → in parameters.yaml „range“ ergänzen oder den Namen weglassen."
            )
    return entries


def _shown(entries: Sequence[Parameter], *, progress: bool) -> Iterable[Parameter]:
    if not progress:
        return entries
    from rich.console import Console
    from rich.progress import track

    return track(entries, "Annahmen variieren", console=Console(stderr=True), transient=True)


def _varied(region: Region, entry: Parameter, value: Value) -> Region:
    return region.with_parameters(**{entry.name: value})  # type: ignore[arg-type]  # never a date


def _outcome(region: Region, sessions: pd.DataFrame, state: str) -> _Outcome:
    season, with_flex, _ = STATES[state]
    states = [(day_type, with_flex) for day_type in SEASONS[season]]
    answers = attendance(region, sessions, states=states)
    units = attended_offers(region, answers, sessions, region.offers)
    units = units[units["season"] == season]  # a Saturday belongs to both
    return _Outcome(_reached_share(region, units, state), _course_people(region, units))


def _reached_share(region: Region, units: pd.DataFrame, state: str) -> float:
    if units.empty:
        return 0.0
    shares = share_by_reason(region, units)
    return float(shares[_REACHED][STATE_TITLES[state]]) if _REACHED in shares else 0.0


def _course_people(region: Region, units: pd.DataFrame) -> int:
    """Return how many people can take up at least one language course."""
    kinds = units["offer_id"].map(region.offers.set_index("offer_id")["kind"])
    reached = units.loc[units["is_attended"] & kinds.isin(COURSE_KINDS), "settlement_id"]
    there = region.settlements["settlement_id"].isin(reached)
    return int(region.settlements.loc[there, "population_count"].sum())


def _row(entry: Parameter, usual: _Outcome, at_low: _Outcome, at_high: _Outcome) -> list[object]:
    low, high = entry.range or (entry.value, entry.value)
    shares = at_low.share, usual.share, at_high.share
    people = at_low.people, usual.people, at_high.people
    span = 100 * (max(shares) - min(shares))
    head = entry.name, entry.title, entry.unit, low, entry.value, high
    return [*head, *shares, span, *people]


def spans(moves: pd.DataFrame) -> pd.DataFrame:
    """Return the main result of `sensitivity` as `sokanalysis.figures.dots` draws it.

    Returns
    -------
    DataFrame
        Index: German title, both ends and unit; columns: the share (0–1) at the small end,
        as set, at the large end. Largest span first. Empty without rows.
    """
    columns = (moves[name] for name in ("title", "low", "high", "unit"))
    labels = [
        f"{str(title).partition(' (')[0]}, {low}–{high} {unit}"
        for title, low, high, unit in zip(*columns, strict=True)
    ]
    shares = moves[["reached_share_at_low", "reached_share", "reached_share_at_high"]]
    return shares.set_axis(labels).set_axis(
        ["kleinster Wert", "wie gesetzt", "größter Wert"], axis=1
    )
