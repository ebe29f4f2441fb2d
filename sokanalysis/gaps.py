"""The gap typology: every person with a need in exactly one class, and needs for action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.attendance import attendance
from sokanalysis.codes import COURSE_KINDS, FIELDS
from sokanalysis.demand import NEEDS, demand
from sokanalysis.parameters import minutes_of_day
from sokanalysis.seats import Supply, seated, supply
from sokanalysis.supply import attended_offers

if TYPE_CHECKING:
    from sokanalysis.region import Region

# In the order in which they are tried.
GAP_CLASSES: Final = {
    "kann_teilnehmen": "kann teilnehmen",
    "unbekannt": "unbekannt (Angaben fehlen)",
    "kein_angebot": "kein Angebot",
    "falsches_niveau": "falsches Niveau oder andere Zielgruppe",
    "kein_platz": "kein Platz",
    "kein_heimweg": "kein Heimweg",
    "falsche_zeit": "falsche Zeit",
    "nicht_erreichbar": "nicht erreichbar",
}
_NEED_TITLES: Final = {need: entry.title for need, entry in NEEDS.items()}
_NO_WAY_HOME: Final = ("keine_rueckfahrt", "zu_spaet_daheim")

# Gaps are judged in school weeks with the on-demand bus, the district as it is today.
TODAY: Final = [("schultag", True), ("samstag", True), ("sonntag", True)]


@dataclass(frozen=True)
class Situation:
    """What the gap analysis knows: people, offers and from where they can be taken up.

    Parameters
    ----------
    demand : DataFrame
        As `sokanalysis.demand.demand` gives it.
    units : DataFrame
        As `attended_offers` gives it, for the offers of today in a school week.
    moved : DataFrame
        The same for every session moved by each allowed shift; ``offer_id`` is
        ``<offer>|<shift>`` with the shift in minutes, ``base_offer_id`` the offer.
    """

    demand: pd.DataFrame
    units: pd.DataFrame
    moved: pd.DataFrame

    def people(self, need: str) -> npt.NDArray[np.int64]:
        """Return people with the need by settlement, in the order of the settlements."""
        return self.demand.loc[self.demand["need"] == need, "person_count"].to_numpy(np.int64)


def situation(region: Region) -> Situation:
    """Compute what the gap analysis needs.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type.
    """
    sessions = region.current_sessions
    moved = moved_sessions(region, sessions)
    units = _units(region, moved)
    base = {tagged: tagged.rsplit("|", 1)[0] for tagged in units["offer_id"].unique()}
    units["base_offer_id"] = units["offer_id"].map(base)
    return Situation(demand(region), _units(region, sessions), units)


def _units(region: Region, sessions: pd.DataFrame) -> pd.DataFrame:
    answers = attendance(region, sessions, states=TODAY)
    offers = region.offers
    shifted = sessions[["offer_id"]].drop_duplicates()
    named = shifted["offer_id"]
    base = named.where(named.isin(offers["offer_id"]), named.str.rsplit("|", n=1).str[0])
    shifted["kind"] = base.map(offers.set_index("offer_id")["kind"])
    units = attended_offers(region, answers, sessions, shifted)
    return units[units["season"] == "schulzeit"]


def moved_sessions(region: Region, sessions: pd.DataFrame) -> pd.DataFrame:
    """Return every session moved by each allowed shift, whole offers at a time.

    Returns
    -------
    DataFrame
        Columns of ``sessions``; ``session_id`` and ``offer_id`` end in ``|<shift>``. Offers
        with a session that would leave the day (before 6:00 or after 22:00) are left out.
    """
    limit, step = region.parameters.shift_max_minutes, region.parameters.shift_step_minutes
    shifts = [s for s in range(-int(limit), int(limit) + 1, int(step)) if s != 0]
    parts = [_moved(sessions, shift) for shift in shifts]
    return pd.concat([sessions[:0], *parts], ignore_index=True)


def _moved(sessions: pd.DataFrame, shift: int) -> pd.DataFrame:
    start = sessions["start_time"].map(minutes_of_day).astype("int64") + shift
    end = sessions["end_time"].map(minutes_of_day).astype("int64") + shift
    inside = ((start >= 6 * 60) & (end <= 22 * 60)).astype(bool)
    inside = inside.groupby([sessions["offer_id"], sessions["site_id"]]).transform("all")
    tag = f"|{shift}"
    moved = sessions.assign(
        session_id=sessions["session_id"] + tag, offer_id=sessions["offer_id"] + tag,
        start_time=start.map(clock), end_time=end.map(clock),
    )  # fmt: skip
    return moved[inside]


def clock(minute: float) -> str:
    """Return a minute of the day as ``HH:MM``."""
    return f"{int(minute) // 60:02d}:{int(minute) % 60:02d}"


def fitting_offers(region: Region, need: str) -> pd.DataFrame:
    """Return today's offers of the right kind that are open to most people with the need."""
    offers, entry = _open_offers(region, need), NEEDS[need]
    return offers[entry.is_answered_by(offers)]


def _open_offers(region: Region, need: str) -> pd.DataFrame:
    offers = region.current_offers
    return offers[offers["target_groups"].map(NEEDS[need].is_open).astype(bool)]


def near_offers(region: Region, need: str) -> pd.DataFrame:
    """Return today's offers at another level or for other people."""
    offers, entry = region.current_offers, NEEDS[need]
    near = entry.is_answered_by(offers) | offers["kind"].isin(entry.near_kinds)
    return offers[near & ~offers["offer_id"].isin(fitting_offers(region, need)["offer_id"])]


def silent_offers(region: Region, need: str) -> pd.DataFrame:
    """Return today's open courses that do not say whether they answer the need as well."""
    offers, column = _open_offers(region, need), NEEDS[need].course_column
    if not column:
        return offers[:0]
    return offers[offers["kind"].isin(COURSE_KINDS) & offers[column].isna()]


def need_supply(region: Region, state: Situation, need: str) -> Supply:
    """Return the supply that answers a need today."""
    return supply(region, state.units, fitting_offers(region, need))


def gaps(region: Region, state: Situation) -> pd.DataFrame:
    """Put every person with a need into exactly one class.

    Parameters
    ----------
    region : Region
        The district.
    state : Situation
        As `situation` gives it.

    Returns
    -------
    DataFrame
        ``settlement_id``, ``ags``, ``need``, ``field``, ``gap_class`` (key of `GAP_CLASSES`)
        and ``person_count``; classes without people are left out. The classes add up to the
        demand for every settlement and need.
    """
    parts = [_gaps_of_need(region, state, need) for need in NEEDS]
    return pd.concat(parts, ignore_index=True)


def _gaps_of_need(region: Region, state: Situation, need: str) -> pd.DataFrame:
    people = state.people(need)
    offered = need_supply(region, state, need)
    able = seated(people, offered).sum(axis=0)
    rest = _rest_class(region, state, need, offered)
    settlements = region.settlements[["settlement_id", "ags"]]
    rows = pd.concat([
        settlements.assign(gap_class="kann_teilnehmen", person_count=able),
        settlements.assign(gap_class=rest, person_count=people - able),
    ])  # fmt: skip
    rows = rows.assign(need=need, field=NEEDS[need].field)
    columns = ["settlement_id", "ags", "need", "field", "gap_class", "person_count"]
    return rows.loc[rows["person_count"] > 0, columns]


def _rest_class(
    region: Region, state: Situation, need: str, offered: Supply
) -> npt.NDArray[np.object_]:
    """Return the class of those without a seat, by settlement; the order is that of the rules."""
    count = len(region.settlements)
    fitting = fitting_offers(region, need)
    has_times = len(offered.names) > 0
    may_fit = not fitting.empty or not silent_offers(region, need).empty
    nothing_near = near_offers(region, need).empty
    rules = {
        "unbekannt": np.full(count, not has_times and may_fit),
        "kein_angebot": np.full(count, fitting.empty and nothing_near),
        "falsches_niveau": np.full(count, fitting.empty and not nothing_near),
        "kein_platz": offered.reach.any(axis=0) if has_times else np.zeros(count, dtype=bool),
        "kein_heimweg": _no_way_home(region, state, fitting),
        "falsche_zeit": _reached_when_moved(region, state, fitting),
    }
    names = [np.array(name, dtype=object) for name in rules]
    return np.select(list(rules.values()), names, "nicht_erreichbar")


def _no_way_home(region: Region, state: Situation, fitting: pd.DataFrame) -> npt.NDArray[np.bool_]:
    units = state.units[state.units["offer_id"].isin(fitting["offer_id"])]
    stuck = units.loc[units["reason"].isin(_NO_WAY_HOME), "settlement_id"]
    return region.settlements["settlement_id"].isin(stuck).to_numpy()


def _reached_when_moved(
    region: Region, state: Situation, fitting: pd.DataFrame
) -> npt.NDArray[np.bool_]:
    base = state.moved["base_offer_id"]
    moved = state.moved[base.isin(fitting["offer_id"]) & state.moved["is_attended"]]
    return region.settlements["settlement_id"].isin(moved["settlement_id"]).to_numpy()


def open_share(region: Region, rows: pd.DataFrame) -> pd.Series[float]:
    """Return the share of people with a need who cannot take part, by municipality.

    Returns
    -------
    Series of float
        By ``ags`` (0–1). A municipality is left out where the share would tell a count of 1 up
        to below ``withhold_below``: of people with a need, of those who can take part or of
        those who cannot.
    """
    people = rows.groupby("ags")["person_count"].sum()
    open_rows = rows[rows["gap_class"] != "kann_teilnehmen"]
    lacking = open_rows.groupby("ags")["person_count"].sum().reindex(people.index, fill_value=0)
    small = pd.DataFrame({"all": people, "open": lacking, "able": people - lacking})
    tells = ((small > 0) & (small < region.parameters.withhold_below)).any(axis=1)
    return (lacking / people)[~tells]


def needs_for_action(region: Region, rows: pd.DataFrame, by: str = "verband_name") -> pd.DataFrame:
    """Rank the gaps: most people first, then field, need and area by name.

    Parameters
    ----------
    region : Region
        Gives the municipalities.
    rows : DataFrame
        As `gaps` gives it.
    by : str
        Column of the municipalities that names the area.

    Returns
    -------
    DataFrame
        ``rank``, ``field``, ``need``, ``gap_class`` (German), ``area``, ``person_count``. Those
        who can take part are left out.
    """
    area = region.municipalities.set_index("ags")[by]
    open_rows = rows[rows["gap_class"] != "kann_teilnehmen"]
    open_rows = open_rows.assign(area=open_rows["ags"].map(area))
    keys = ["field", "need", "gap_class", "area"]
    sums = open_rows.groupby(keys)["person_count"].sum().reset_index()
    sums = sums.sort_values(["person_count", *keys], ascending=[False, *(True for _ in keys)])
    sums.insert(0, "rank", np.arange(1, len(sums) + 1))
    sums["field"] = sums["field"].map(FIELDS)
    sums["need"] = sums["need"].map(_NEED_TITLES)
    sums["gap_class"] = sums["gap_class"].map(GAP_CLASSES)
    return sums.reset_index(drop=True)
