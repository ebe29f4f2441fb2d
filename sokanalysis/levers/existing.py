"""Levers on offers that exist: another time, more places, childcare, a ride, mediation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from sokanalysis.changes import Change
from sokanalysis.codes import COURSE_KINDS
from sokanalysis.demand import NEEDS
from sokanalysis.errors import NoServiceOnDate
from sokanalysis.gaps import moved_sessions
from sokanalysis.levers.candidate import (
    Candidate,
    copied,
    hours_a_week,
    lever_words,
    offer_row,
    provider_name,
    sites_inside,
    time_words,
    times_of,
    units_of,
)
from sokanalysis.parameters import minutes_of_day
from sokanalysis.seats import places_each, places_of
from sokanalysis.timetable import reference_dates

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.changes import Row
    from sokanalysis.region import Region

_ANSWERING = tuple(sorted({kind for need in NEEDS.values() for kind in need.kinds}))
_WEEKEND = ("Sa", "So")


def _units(region: Region, kinds: Iterable[str]) -> list[tuple[Row, str, list[Row]]]:
    """Return offers at a site in the district, with their sessions there."""
    inside = sites_inside(region)
    return [unit for unit in units_of(region, kinds) if unit[1] in inside]


def _words(region: Region, offer: Row, site: str, sessions: list[Row]) -> dict[str, str]:
    return {
        "offer": str(offer["name"]), "place": region.sites.set_index("site_id")["place"][site],
        "provider": provider_name(region, offer["provider_id"]),
        "old_time": time_words(times_of(sessions)),
    }  # fmt: skip


def moves(region: Region) -> list[Candidate]:
    """Move one offer at one site: by minutes, or from the weekend to the week and back."""
    shifted = moved_sessions(region, region.current_sessions)
    parts = shifted["session_id"].str.rsplit("|", n=1)
    base, shift = parts.str[0], parts.str[1].astype(int)
    found = []
    for offer, site, sessions in _units(region, _ANSWERING):
        ids = [session["session_id"] for session in sessions]
        rows = shifted[base.isin(ids)].assign(offer_id=offer["offer_id"])
        for minutes, moved in rows.groupby(shift, sort=True):
            tag = f"{int(minutes):+d}"
            found.append(_move(region, offer, site, sessions, moved.to_dict("records"), tag))
        found += _other_weekday(region, offer, site, sessions)
    return found


def _move(
    region: Region, offer: Row, site: str, sessions: list[Row], moved: list[Row], tag: str
) -> Candidate:
    unit = f"{offer['offer_id']}@{site}"
    change = Change({"sessions": moved}, frozenset(row["session_id"] for row in sessions))
    words = _words(region, offer, site, sessions) | {
        "new_time": time_words(times_of(moved)), "shift": _shift(sessions[0], moved[0]),
    }  # fmt: skip
    family, choice = f"verschieben|{unit}", f"termin|{unit}"
    key, cost = f"{family}|{tag}", {"cost_move_eur": 1}
    return Candidate(key, "verschieben", change, cost, (), choice, family, words)


def _shift(session: Row, moved: Row) -> str:
    minutes = minutes_of_day(moved["start_time"]) - minutes_of_day(session["start_time"])
    if minutes == 0:
        return f"auf {'/'.join(moved['weekdays'])}"
    return f"um {abs(minutes)} Minuten {'später' if minutes > 0 else 'früher'}"


def _other_weekday(region: Region, offer: Row, site: str, sessions: list[Row]) -> list[Candidate]:
    """Move what takes place on one day only between the weekend and the middle of the week."""
    if len(sessions) != 1 or len(sessions[0]["weekdays"]) != 1:
        return []
    day = "Mi" if sessions[0]["weekdays"][0] in _WEEKEND else "Sa"
    if not _has_service(region, day):
        return []
    tag = f"{sessions[0]['session_id']}|{day}"
    moved = sessions[0] | {"session_id": tag, "weekdays": (day,)}
    return [_move(region, offer, site, sessions, [moved], day)]


def _has_service(region: Region, day: str) -> bool:
    """Tell whether the timetable knows such a day; a district may have no buses on Saturdays."""
    after = pd.Timestamp(region.parameters.reference_date)
    try:
        reference_dates(region.feed, after, ["samstag" if day == "Sa" else "schultag"])
    except NoServiceOnDate:
        return False
    return True


def more_places(region: Region) -> list[Candidate]:
    """Add a second, smaller group to a course, at the same time and place."""
    parameters = region.parameters
    count = int(parameters.minimum_group_count)
    found = []
    for offer, site, sessions in _units(region, COURSE_KINDS):
        key = f"plaetze|{offer['offer_id']}@{site}"
        group = {"offer_id": key, "place_count": count, "minimum_group_count": count}
        held = copied(sessions, key, ride_max_km=None)
        change = Change({"offers": [offer | group], "sessions": held})
        cost = {"cost_place_eur": count * parameters.course_runs_per_year}
        words = _words(region, offer, site, sessions) | {"places": str(count)}
        found.append(Candidate(key, "plaetze", change, cost, family=key, words=words))
    return found


def childcare(region: Region) -> list[Candidate]:
    """Look after children while a course takes place, in the same house."""
    found = []
    for offer, site, sessions in _units(region, COURSE_KINDS):
        if offer["has_childcare"] is True:
            continue
        key = f"kinderbetreuung|{offer['offer_id']}@{site}"
        change = Change({
            "offers": [offer_row("kinderbetreuung", key, offer["provider_id"])],
            "sessions": copied(sessions, key),
        })  # fmt: skip
        much = hours_a_week(times_of(sessions)) * region.parameters.weeks_per_year
        cost, needs = {"cost_childcare_hour_eur": much}, ("kinderbetreuung",)
        words, unit = _words(region, offer, site, sessions), (offer["offer_id"], site)
        found.append(
            Candidate(key, "kinderbetreuung", change, cost, needs, "", key, words, beside=unit)
        )
    return found


def rides(region: Region) -> list[Candidate]:
    """Fetch a few people who live near and cannot come otherwise, and take them home."""
    return [_ride(region, *unit) for unit in _units(region, _ANSWERING)]


def _ride(region: Region, offer: Row, site: str, sessions: list[Row]) -> Candidate:
    parameters = region.parameters
    far_km = float(parameters.ride_max_km)
    count = int(min(parameters.ride_place_count, _places(region, offer)))
    unit = f"{offer['offer_id']}@{site}"
    key = f"fahrdienst|{unit}"
    # There and back, on average from half the way; roads are longer than the straight line.
    each_km = 2 * far_km / 2 * parameters.car_detour
    cost = {"cost_ride_km_eur": count * each_km * _visits(region, offer, sessions)}
    words = _words(region, offer, site, sessions) | {
        "places": str(count), "distance": f"{far_km:g}",
    }  # fmt: skip
    change = _fetched(region, key, offer, sessions, count)
    return Candidate(key, "fahrdienst", change, cost, (), f"termin|{unit}", key, words)


def _fetched(region: Region, key: str, offer: Row, sessions: list[Row], count: int) -> Change:
    """Return the change that a few people are fetched; where seats are limited, to these seats."""
    same = offer | {"minimum_group_count": None}  # the group is there already
    offers = [same | {"offer_id": key, "place_count": count}]
    held = copied(sessions, key, ride_max_km=float(region.parameters.ride_max_km))
    if np.isinf(places := _places(region, offer)):
        return Change({"offers": offers, "sessions": held})
    rest = f"{key}|rest"
    offers.append(same | {"offer_id": rest, "place_count": int(places) - count})
    ended = frozenset(row["session_id"] for row in sessions)
    return Change({"offers": offers, "sessions": [*held, *copied(sessions, rest)]}, ended)


def _places(region: Region, offer: Row) -> float:
    """Return the places of one run, infinite where nobody is turned away."""
    return places_each(region, offer) if np.isfinite(places_of(region, offer)) else np.inf


def _visits(region: Region, offer: Row, sessions: list[Row]) -> float:
    """Return how often a year one person comes: to every session of a course, else by rule."""
    if offer["kind"] not in COURSE_KINDS:
        return float(region.parameters.ride_visits_per_year)
    return float(sum(len(row["weekdays"]) for row in sessions) * region.parameters.weeks_per_year)


def mediation(region: Region) -> list[Candidate]:
    """Open a neighbouring offer to a need by language mediation, at the times it has."""
    return [
        _mediated(region, need, *unit)
        for need, kinds in lever_words()["mediation"].items()
        for unit in _units(region, kinds)
    ]


def _mediated(region: Region, need: str, offer: Row, site: str, sessions: list[Row]) -> Candidate:
    key = f"sprachmittlung|{need}|{offer['offer_id']}@{site}"
    change = Change({
        "offers": [offer_row(need, key, offer["provider_id"])], "sessions": copied(sessions, key),
    })  # fmt: skip
    much = hours_a_week(times_of(sessions)) * region.parameters.weeks_per_year
    cost, unit = {"cost_mediation_hour_eur": much}, (offer["offer_id"], site)
    words = _words(region, offer, site, sessions) | {"need": NEEDS[need].title}
    return Candidate(key, "sprachmittlung", change, cost, (need,), "", key, words, beside=unit)
