"""Levers that open something new: branches, other courses, online with a place, mobile hours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sokanalysis.changes import Change
from sokanalysis.codes import COURSE_KINDS
from sokanalysis.demand import COURSE_NEEDS, NEEDS
from sokanalysis.levers.candidate import (
    Candidate,
    Time,
    copied,
    hours_a_week,
    lever_words,
    likely_provider,
    offer_row,
    planned,
    provider_name,
    session_rows,
    sites_inside,
    time_words,
    times_of,
    units_of,
)

if TYPE_CHECKING:
    from sokanalysis.changes import Row
    from sokanalysis.region import Region


def branches(region: Region) -> list[Candidate]:
    """Open a course, a consultation hour or a meeting in a building that exists."""
    found = []
    for need, plan in lever_words()["appointments"].items():
        provider = likely_provider(region, need)
        for start in plan["starts"]:
            times = planned(plan, start)
            found += [
                _branch(region, need, provider, times, building)
                for building in _free_buildings(region, start, plan.get("only_in", ""))
            ]
    return found


def _free_buildings(region: Region, start: str, only_in: str = "") -> list[Row]:
    """Return buildings with a free room: of one kind only, or schools once lessons are over."""
    buildings = region.buildings
    is_free = buildings["kind"] == only_in
    if not only_in:
        is_free = (buildings["kind"] != "schule") | (start >= region.parameters.school_rooms_from)
    is_free &= ~buildings["name"].str.contains("|".join(lever_words()["unsuitable"]))
    return buildings[is_free].to_dict("records")


def _branch(
    region: Region, need: str, provider: str, times: list[Time], building: Row
) -> Candidate:
    where = f"aussenstelle|{need}|{building['building_id']}"
    key = f"{where}|{times[0][1]}"
    change = Change({
        "offers": [offer_row(need, key, provider, **_least(region, need))],
        "sessions": session_rows(key, building["building_id"], times),
        "sites": [_as_site(building)],
    })  # fmt: skip
    words = {
        "need": NEEDS[need].title, "place": building["place"], "building": building["name"],
        "new_time": time_words(times), "provider": provider_name(region, provider),
    }  # fmt: skip
    cost, family = _cost(region, need, times), f"aussenstelle|{need}|{building['place']}"
    return Candidate(key, "aussenstelle", change, cost, (need,), where, family, words)


def _as_site(building: Row) -> Row:
    names = ("name", "address", "place", "ags", "lat", "lon", "geocoding")
    return {"site_id": building["building_id"], **{name: building[name] for name in names}}


def _is_course(need: str) -> bool:
    return NEEDS[need].kinds[0] in COURSE_KINDS


def _least(region: Region, need: str) -> dict[str, int]:
    """Return the minimum group of what answers a need; only courses have one."""
    least = int(region.parameters.minimum_group_count)
    return {"minimum_group_count": least} if _is_course(need) else {}


def _cost(region: Region, need: str, times: list[Time]) -> dict[str, float]:
    if _is_course(need):
        return {"cost_branch_course_eur": 1}
    return {"cost_branch_hour_eur": hours_a_week(times) * region.parameters.weeks_per_year}


def other_courses(region: Region) -> list[Candidate]:
    """Hold a course of another level where and when a course takes place today."""
    return [
        _course(region, need, *course, lever="kurs")
        for course in _courses_inside(region)
        for need in COURSE_NEEDS
        if course[0]["kind"] not in NEEDS[need].kinds
    ]


def parents_courses(region: Region) -> list[Candidate]:
    """Hold one more course with childcare where and when a course takes place today."""
    return [
        _course(region, need, *course, lever="elternkurs")
        for course in _courses_inside(region)
        for need in COURSE_NEEDS
    ]


def _courses_inside(region: Region) -> list[tuple[Row, str, list[Time]]]:
    """Return one course for each site and time in the district."""
    inside = sites_inside(region)
    found: dict[object, tuple[Row, str, list[Time]]] = {}
    for offer, site, rows in units_of(region, COURSE_KINDS):
        times = times_of(rows)
        if site in inside:
            found.setdefault((site, tuple(times)), (offer, site, times))
    return list(found.values())


def _course(
    region: Region, need: str, offer: Row, site: str, times: list[Time], *, lever: str
) -> Candidate:
    has_childcare = lever == "elternkurs"
    provider, key = offer["provider_id"], f"{lever}|{need}|{offer['offer_id']}@{site}"
    row = offer_row(need, key, provider, has_childcare=has_childcare, **_least(region, need))
    cost = _cost(region, need, times)
    if has_childcare:
        cost["cost_childcare_hour_eur"] = hours_a_week(times) * region.parameters.weeks_per_year
    words = {
        "need": NEEDS[need].title, "place": region.sites.set_index("site_id")["place"][site],
        "provider": provider_name(region, provider), "new_time": time_words(times),
        "offer": str(offer["name"]),
    }  # fmt: skip
    needs = (need, "kinderbetreuung") if has_childcare else (need,)
    change = Change({"offers": [row], "sessions": session_rows(key, site, times)})
    return Candidate(key, lever, change, cost, needs, "", key, words)


def online(region: Region) -> list[Candidate]:
    """Let people join a course from a building near them, with a screen and somebody to help."""
    return [
        _online(region, offer, site, rows, building)
        for offer, site, rows in units_of(region, COURSE_KINDS)
        for building in _free_buildings(region, min(row["start_time"] for row in rows))
    ]


def _online(region: Region, offer: Row, site: str, sessions: list[Row], building: Row) -> Candidate:
    unit = f"{offer['offer_id']}@{site}"
    key, place = f"online|{unit}|{building['building_id']}", building["building_id"]
    count = int(region.parameters.online_place_count)
    # The group is there already; who looks after children is not here but there.
    seats = {"place_count": count, "minimum_group_count": None, "has_childcare": False}
    change = Change({
        "offers": [offer | seats | {"offer_id": key, "is_online": True}],
        "sessions": copied(sessions, key, site_id=place, ride_max_km=None),
        "sites": [_as_site(building)],
    })  # fmt: skip
    words = {
        "offer": str(offer["name"]), "place": building["place"], "building": building["name"],
        "places": str(count), "provider": provider_name(region, offer["provider_id"]),
        "new_time": time_words(times_of(sessions)),
    }  # fmt: skip
    cost, family = {"cost_online_eur": 1}, f"online|{unit}|{building['place']}"
    beside = (offer["offer_id"], site)
    return Candidate(key, "online", change, cost, (), "", family, words, beside=beside)


def mobile_hours(region: Region) -> list[Candidate]:
    """Hold a counselling hour in the main village of a municipality without any offer."""
    plan = lever_words()["mobile"]
    provider = likely_provider(region, plan["need"])
    held = region.sites[region.sites["site_id"].isin(region.current_sessions["site_id"])]
    villages = region.settlements[region.settlements["is_main"].fillna(False).astype(bool)]
    villages = villages[~villages["ags"].isin(held["ags"])]
    return [
        _mobile(region, plan, provider, start, village)
        for village in villages.to_dict("records")
        for start in plan["starts"]
    ]


def _mobile(
    region: Region, plan: dict[str, Any], provider: str, start: str, village: Row
) -> Candidate:
    need, times = plan["need"], planned(plan, start)
    where = f"mobil|{need}|{village['settlement_id']}"
    key, site = f"{where}|{start}", f"mobil-{village['settlement_id']}"
    place = {name: village[name] for name in ("name", "ags", "lat", "lon")}
    place |= {"site_id": site, "place": village["name"], "geocoding": "ort"}
    change = Change({
        "offers": [offer_row(need, key, provider)], "sites": [place],
        "sessions": session_rows(key, site, times),
    })  # fmt: skip
    words = {
        "need": NEEDS[need].title, "place": village["name"], "new_time": time_words(times),
        "provider": provider_name(region, provider),
    }  # fmt: skip
    cost = {"cost_mobile_hour_eur": plan["minutes"] / 60 * region.parameters.mobile_visits_per_year}
    return Candidate(key, "mobil", change, cost, (need,), where, where, words)
