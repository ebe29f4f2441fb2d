"""Levers to candidate measures: what each changes, whom it helps, what it costs.

The engine that found the gap evaluates the lever: a candidate changes sessions or the windows
of the on-demand bus, and the same attendance and the same seats are computed again.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

import pandas as pd
import yaml

from sokanalysis.attendance import attendance
from sokanalysis.codes import COURSE_KINDS
from sokanalysis.demand import NEEDS
from sokanalysis.gaps import TODAY, Situation, clock, fitting_offers, need_supply
from sokanalysis.parameters import minutes_of_day
from sokanalysis.seats import Supply, supply
from sokanalysis.supply import attended_offers

if TYPE_CHECKING:
    from sokanalysis.read.gtfs import Feed
    from sokanalysis.region import Region

LEVERS: Final = {
    "verschieben": "Termin verschieben",
    "aussenstelle": "Außenstelle in vorhandenem Gebäude",
    "rufbus": "Rufbuszeiten erweitern",
}
_WEEKS = 44  # weeks a year in which consultation hours take place
_EVENING: Final = 19 * 3600


@dataclass(frozen=True)
class Candidate:
    """One way to change something, with its effect.

    Parameters
    ----------
    lever : str
        Key of `LEVERS`.
    offered : dict of str to Supply
        Supply afterwards of each need that it changes.
    cost_eur : float
        Cost a year.
    words : dict of str to str
        Values for the texts of levers.yaml.
    """

    lever: str
    offered: dict[str, Supply]
    cost_eur: float
    words: dict[str, str] = field(default_factory=dict)


@cache
def lever_words() -> dict[str, Any]:
    """Return the texts and appointments of levers.yaml."""
    text = files("sokanalysis").joinpath("levers.yaml").read_text(encoding="utf-8")
    words: dict[str, Any] = yaml.safe_load(text)
    return words


def candidates(region: Region, state: Situation) -> list[Candidate]:
    """Return what every lever could change, without regard to effect or cost."""
    return [
        *move_sessions(region, state),
        *open_branches(region, state),
        *extend_flex(region),
    ]


def move_sessions(region: Region, state: Situation) -> list[Candidate]:
    """Move one offer at one site in the district by one of the allowed shifts."""
    inside = set(region.sites.loc[region.sites["ags"].notna(), "site_id"])
    found = []
    for need in NEEDS:
        offers, today = fitting_offers(region, need), need_supply(region, state, need)
        moved = supply(region, state.moved, _tagged(state, offers))
        for name in moved.names:
            moved_id, site_id = name.split("@")
            offer_id = moved_id.split("|")[0]
            if site_id in inside:
                after = {need: today.with_unit(moved.unit(name), f"{offer_id}@{site_id}")}
                offer = offers[offers["offer_id"] == offer_id]
                found.append(_moved(region, after, moved_id, site_id, offer))
    return found


def _tagged(state: Situation, offers: pd.DataFrame) -> pd.DataFrame:
    """Return the offers once for each of their shifts, under the name of the moved offer."""
    names = state.moved[["offer_id", "base_offer_id"]].drop_duplicates()
    rows = offers.merge(names, left_on="offer_id", right_on="base_offer_id", suffixes=("_of", ""))
    return rows.drop(columns=["offer_id_of", "base_offer_id"])


def _moved(
    region: Region, offered: dict[str, Supply], moved_id: str, site_id: str, offer: pd.DataFrame
) -> Candidate:
    shift = int(moved_id.split("|")[1])
    of_offer = region.sessions["offer_id"] == offer["offer_id"].iloc[0]
    sessions = region.sessions[of_offer & (region.sessions["site_id"] == site_id)]
    start = minutes_of_day(sessions["start_time"].iloc[0]) + shift
    direction = "später" if shift > 0 else "früher"
    words = {
        "offer": offer["name"].iloc[0], "shift": f"{abs(shift)} Minuten {direction}",
        "new_time": f"{clock(start)} Uhr", "provider": _provider(region, offer),
    }  # fmt: skip
    cost = float(region.parameters.cost_move_eur)
    return Candidate("verschieben", offered, cost, words)


def _provider(region: Region, offer: pd.DataFrame) -> str:
    names = region.providers.set_index("provider_id")["name"]
    return str(names[offer["provider_id"].iloc[0]]) if len(offer) else "einem Träger"


def open_branches(region: Region, state: Situation) -> list[Candidate]:
    """Open one more course or consultation hour in a building that exists."""
    sessions = _branch_sessions(region)
    sites = region.buildings.rename(columns={"building_id": "site_id"})
    answers = attendance(region, sessions, sites=sites, states=TODAY[:1])
    kinds = sessions[["offer_id"]].drop_duplicates()
    kinds["kind"] = [NEEDS[offer.split("|")[0]].kinds[0] for offer in kinds["offer_id"]]
    kinds["place_count"] = pd.NA
    units = attended_offers(region, answers, sessions, kinds)
    units = units[units["season"] == "schulzeit"]
    today = {need: need_supply(region, state, need) for need in NEEDS}
    providers = {need: _provider(region, fitting_offers(region, need)) for need in NEEDS}
    found = []
    for offer_id in kinds["offer_id"]:
        need, start = offer_id.split("|")
        branches = supply(region, units, kinds[kinds["offer_id"] == offer_id])
        found += [
            _branch(region, need, start, providers[need], today[need], branches.unit(name))
            for name in branches.names
        ]
    return found


def _branch_sessions(region: Region) -> pd.DataFrame:
    """Return every appointment tried in every building; ``offer_id`` is ``<need>|<start>``."""
    rows = [
        {
            "session_id": f"{need}|{start}|{building}", "offer_id": f"{need}|{start}",
            "site_id": building, "weekdays": tuple(plan["weekdays"]), "start_time": start,
            "end_time": clock(minutes_of_day(start) + plan["minutes"]), "runs_in_holidays": False,
        }
        for need, plan in lever_words()["appointments"].items()
        for start in plan["starts"]
        for building in _free_buildings(region, start)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(region.sessions.columns[:7]))


def _free_buildings(region: Region, start: str) -> pd.Series[str]:
    """Return the buildings with a free room: schools only once lessons are over."""
    buildings = region.buildings
    is_free = (buildings["kind"] != "schule") | (start >= region.parameters.school_rooms_from)
    return buildings.loc[is_free, "building_id"]


def _branch(
    region: Region, need: str, start: str, provider: str, today: Supply, unit: Supply
) -> Candidate:
    plan = lever_words()["appointments"][need]
    building = region.buildings.set_index("building_id").loc[unit.names[0].split("@")[1]]
    hours = len(plan["weekdays"]) * plan["minutes"] / 60 * _WEEKS
    is_course = NEEDS[need].kinds[0] in COURSE_KINDS
    parameters = region.parameters
    cost = (
        parameters.cost_branch_course_eur if is_course else parameters.cost_branch_hour_eur * hours
    )
    end = clock(minutes_of_day(start) + plan["minutes"])
    words = {
        "need": NEEDS[need].title,
        "place": str(building["place"]), "building": str(building["name"]),
        "new_time": f"{'/'.join(plan['weekdays'])} {start}–{end} Uhr",
        "provider": provider,
    }  # fmt: skip
    offered = {need: today.with_unit(unit)}
    return Candidate("aussenstelle", offered, float(cost), words)


def extend_flex(region: Region) -> list[Candidate]:
    """Widen the windows of the on-demand bus on school days: at noon, in the evening, both."""
    plans = {
        "durchgehend auch mittags": (True, False),
        "auch abends bis 19 Uhr": (False, True),
        "durchgehend und abends bis 19 Uhr": (True, True),
    }
    return [
        _flex(region, hours, at_noon=noon, in_evening=evening)
        for hours, (noon, evening) in plans.items()
        if not region.feed.flex.empty
    ]


def _flex(region: Region, hours: str, *, at_noon: bool, in_evening: bool) -> Candidate:
    feed, added_h = _wider(region.feed, at_noon=at_noon, in_evening=in_evening)
    after = replace(region, feed=feed)
    sessions = region.current_sessions
    answers = attendance(after, sessions, states=TODAY)
    units = attended_offers(after, answers, sessions, region.offers)
    units = units[units["season"] == "schulzeit"]
    offered = {need: supply(region, units, fitting_offers(region, need)) for need in NEEDS}
    parameters = region.parameters
    cost = (
        added_h * parameters.flex_vehicles_count
        * parameters.school_days_per_year * parameters.cost_flex_hour_eur
    )  # fmt: skip
    return Candidate("rufbus", offered, float(cost), {"hours": hours})


def _wider(feed: Feed, *, at_noon: bool, in_evening: bool) -> tuple[Feed, float]:
    """Return the feed with wider school-day windows and the hours a day that this adds."""
    service = feed.trips.set_index("trip_id")["service_id"]
    flex = feed.flex.assign(service=feed.flex["trip_id"].map(service))
    groups = flex.groupby(["service", "location_id"])
    is_school = groups["open_s"].transform("nunique") > 1  # only school days have two windows
    first, last = groups["open_s"].transform("min"), groups["close_s"].transform("max")
    opens, closes = flex["open_s"], flex["close_s"]
    is_last = is_school & (closes == last)
    if at_noon:
        opens, closes, is_last = (
            opens.mask(is_school, first),
            closes.mask(is_school, last),
            is_school,
        )
    if in_evening:
        closes = closes.mask(is_last, _EVENING)
    wider = feed.flex.assign(open_s=opens, close_s=closes)
    return replace(feed, flex=wider), _open_hours(wider, is_school) - _open_hours(flex, is_school)


def _open_hours(flex: pd.DataFrame, is_school: pd.Series[bool]) -> float:
    """Return the hours a day a zone is served on school days, mean over the zones."""
    windows = flex[is_school].drop_duplicates(["location_id", "open_s", "close_s"])
    seconds = (windows["close_s"] - windows["open_s"]).groupby(windows["location_id"]).sum()
    return float(seconds.mean() / 3600) if len(seconds) else 0.0
