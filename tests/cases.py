"""Districts and questions of the tests about measures, over the villages of `tests.conftest`.

With 24 places (36 seats) seats are no limit to the 35 people of the course, 7 a village. Today
14 can take part: Süd on foot, Mitte with B and C.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pandas as pd

from sokanalysis.demand import demand
from sokanalysis.effects import able, effect
from sokanalysis.gaps import Situation
from sokanalysis.identity import Same
from sokanalysis.levers import existing, new, transport
from sokanalysis.measures import candidates
from sokanalysis.options import options_of
from sokanalysis.region import Region
from tests.conftest import KM_NORTH, villages

COURSE = "integrationskurs"
SPOTS = {
    "Süd": (50.6, 11.7), "Mitte": (50.6 + 5 * KM_NORTH, 11.7),
    "Nord": (50.6 + 10 * KM_NORTH, 11.7), "Abseits": (50.6, 11.7 + 5 / 70.7),
    "Fern": (50.6, 11.7 - 5 / 70.7),
}  # fmt: skip
SITES = [
    {"site_id": f"O{n}", "name": f"Haus {place}", "place": place, "ags": "16075001",
     "lat": lat, "lon": lon}
    for n, (place, (lat, lon)) in enumerate(SPOTS.items(), start=1)
]  # fmt: skip
# D calls at Mitte: the line from Nord to Süd then has a way back with all its stops.
BACK = {"D": [("Süd", "11:50"), ("Mitte", "12:00"), ("Nord", "12:10")]}
WINDOWS = [("schultag", "08:00", "12:00"), ("schultag", "15:00", "17:00")]
ADVICE = {
    "offer_id": "B1", "provider_id": "T1", "name": "Rat", "field": "teilhabe",
    "kind": "migrationsberatung", "target_groups": "zugewanderte", "status": "laufend",
}  # fmt: skip
ADVICE_SESSION = {
    "session_id": "R1", "offer_id": "B1", "site_id": "O1", "weekdays": "Di",
    "start_time": "09:00", "end_time": "12:00", "runs_in_holidays": "ja",
}  # fmt: skip


def hall(place: str, **others: object) -> dict[str, object]:
    """A town hall at the stop of a village."""
    lat, lon = SPOTS[place]
    return {
        "building_id": f"G-{place}", "name": f"Rathaus {place}", "kind": "rathaus",
        "place": place, "ags": "16075001", "lat": lat, "lon": lon, **others,
    }  # fmt: skip


def town(*arguments, **tables) -> Region:
    """The five villages, with sites that say where they are."""
    return villages(*arguments, **({"sites": SITES} | tables))


def wide(**tables) -> Region:
    """The on-demand bus runs 8–12 and 15–17; away for two hours at most, rides below 8 km."""
    district = town(flex=WINDOWS, **tables)
    return district.with_parameters(away_max_minutes=120, flex_max_km=8)


def people(**counts: int) -> list[dict[str, object]]:
    """Foreigners by village, instead of 200 in each."""
    return [
        {"area_level": "siedlung", "area_id": place, "group": "auslaender",
         "date": "2025-12-31", "person_count": count}
        for place, count in counts.items()
    ]  # fmt: skip


def with_lines(district: Region, **lines: str) -> Region:
    """The same district where some trips belong to another line than „1“."""
    feed = district.feed
    line = feed.trips["trip_id"].map(lambda trip: lines.get(trip, "1"))
    return replace(district, feed=replace(feed, trips=feed.trips.assign(line=line)))


@cache
def _demand(district: Same[Region]):
    return demand(district.value)


@cache
def _able(district: Same[Region]):
    return able(district.value, demand_of(district.value))


def demand_of(district: Region):
    """People with a need; computed once."""
    return _demand(Same(district))


def state_of(district: Region) -> Situation:
    """What choosing asks of the situation: its people. Who reaches what is asked anew."""
    nothing = pd.DataFrame()
    return Situation(demand_of(district), nothing, nothing)


def able_today(district: Region):
    """Who can take part as the district is; computed once."""
    return _able(Same(district))


def found_in(district: Region):
    """Candidates of all levers; all lines of these districts are tried, whoever lacks what."""
    return candidates(district, demand_of(district).assign(gap_class="nicht_erreichbar"))


def options_in(district: Region, *keys: str):
    """The options of a district; of some candidates only, where their keys are given."""
    found = _named(district, keys) if keys else found_in(district)
    return options_of(district, state_of(district), found)


def _named(district: Region, keys: tuple[str, ...]):
    """The candidates with these keys, each of which has to be there."""
    lacking = demand_of(district).assign(gap_class="nicht_erreichbar")
    levers = {
        "verschieben": existing.moves, "aussenstelle": new.branches,
        "kinderbetreuung": existing.childcare, "rufbus": transport.flex_hours,
        "fahrt": lambda region: transport.bus_trips(region, lacking),
    }  # fmt: skip
    used = dict.fromkeys(key.split("|")[0] for key in keys)
    found = by_key([candidate for name in used for candidate in levers[name](district)])
    return [found[key] for key in keys]


def effect_of(district: Region, *changes):
    return effect(district, demand_of(district), *changes, before=able_today(district))


def gains(district: Region, *changes) -> dict[str, int]:
    """How many more can take part with some changes, by need; those without a change stay away."""
    found = effect_of(district, *changes)
    more = found.after["able_count"] - found.before["able_count"]
    sums = more.groupby(found.after["need"], sort=False).sum()
    return {need: int(count) for need, count in sums.items() if count}


def by_key(found):
    """Candidates by key, each once."""
    keys = {candidate.key: candidate for candidate in found}
    assert len(keys) == len(found)
    return keys


def demand_in(district: Region, need: str, *places: str) -> int:
    """People with a need in some villages."""
    rows = demand_of(district)
    return int(
        rows[(rows["need"] == need) & rows["settlement_id"].isin(places)]["person_count"].sum()
    )
