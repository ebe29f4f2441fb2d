"""What the page knows: villages, sites, providers, offers and their sessions, ready for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis import codes, style
from sokanalysis.attendance import MODES
from sokanalysis.parameters import minutes_of_day
from sokanalysis.partner_map import wording
from sokanalysis.partner_map.credits import credits_of
from sokanalysis.partner_map.ground import frame, ground
from sokanalysis.partner_map.reachability import Rows, offer_cells, session_rows, way_minutes
from sokanalysis.reach import OUTCOMES
from sokanalysis.supply import SEASONS

if TYPE_CHECKING:
    from sokanalysis.region import Region

Json = dict[str, Any]

_SEASONS: Final = {
    "schulzeit": ("Schulzeit", "in der Schulzeit"), "ferien": ("Ferien", "in den Ferien"),
}  # fmt: skip
_DECIMALS: Final = 5


def content(region: Region) -> Json:
    """Return everything that the script of the page is told.

    Parameters
    ----------
    region : Region
        The district.

    Returns
    -------
    dict
        Text, whole and finite numbers only. Of people there are no numbers in it: neither
        inhabitants nor waiting lists. Lists keep the order of the tables; positions in them are
        the keys.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type on which a session takes place.
    DataProblems
        When ``datapackage.json`` in the folder of the region cannot be read.
    """
    sites = used_sites(region)
    return {
        "district": region.imprint.district, "words": _words(region), "labels": _labels(),
        "seasons": _seasons(), "limits": _limits(region), "ground": ground(region),
        "frame": frame(region), "villages": _villages(region), "sites": _sites(region, sites),
        "providers": _providers(region), "offers": _offers(region, sites),
        "hasFlex": not region.feed.flex.empty,
    }  # fmt: skip


def used_sites(region: Region) -> pd.DataFrame:
    """Return the sites of today's offers, in the order of the table."""
    offers = region.current_offers["offer_id"]
    named = region.offer_sites[region.offer_sites["offer_id"].isin(offers)]["site_id"]
    ids = {*named, *region.current_sessions["site_id"]}
    return region.sites[region.sites["site_id"].isin(ids)].reset_index(drop=True)


def _words(region: Region) -> Json:
    return {
        "date": style.german_date(region.parameters.reference_date),
        "publisher": region.imprint.publisher, "data": wording.data_texts(region),
        "rules": wording.rule_texts(region), "notice": wording.notice_texts(region),
        "outcomes": list(OUTCOMES.values()), "reasons": wording.reason_texts(region),
        "ways": list(MODES.values()), "basis": list(region.basis),
        "credits": credits_of(region.folder),
    }  # fmt: skip


def _labels() -> Json:
    return {
        "field": codes.FIELDS, "kind": codes.KINDS, "target": codes.TARGET_GROUPS,
        "level": codes.LEVELS, "day": codes.WEEKDAYS, "dayType": codes.DAY_TYPES,
        "quality": {code: text.partition(" (")[0] for code, text in codes.QUALITIES.items()},
    }  # fmt: skip


def _seasons() -> list[Json]:
    return [
        {
            "id": season, "title": _SEASONS[season][0], "phrase": _SEASONS[season][1],
            "dayTypes": day_types,
            "states": [key for key, (name, _, _) in codes.STATES.items() if name == season],
        }
        for season, day_types in SEASONS.items()
    ]  # fmt: skip


def _limits(region: Region) -> Json:
    rules = region.parameters
    return {
        "walk": rules.walk_max_minutes, "bike": rules.bike_max_minutes,
        "early": rules.arrive_buffer_minutes, "late": rules.leave_buffer_minutes,
    }  # fmt: skip


def _villages(region: Region) -> Json:
    rows = region.settlements
    areas = rows["ags"].map(region.municipalities.set_index("ags")["name"])
    return {
        "id": _texts(rows["settlement_id"]), "name": _texts(rows["name"]), "area": _texts(areas),
        "lat": rows["lat"].round(_DECIMALS).tolist(), "lon": rows["lon"].round(_DECIMALS).tolist(),
    }  # fmt: skip


def _texts(values: pd.Series[str]) -> list[str]:
    return ["" if style.is_missing(value) else str(value) for value in values]


def _sites(region: Region, sites: pd.DataFrame) -> list[Json]:
    names = {"id": "site_id", "name": "name", "place": "place", "address": "address"}
    columns: Json = {key: _texts(sites[name]) for key, name in names.items()}
    columns["note"] = [wording.site_note(code) for code in _texts(sites["geocoding"])]
    columns |= {name: sites[name].round(_DECIMALS).tolist() for name in ("lat", "lon")}
    minutes = way_minutes(region, sites)
    return [row | ways for row, ways in zip(_rows(columns), minutes, strict=True)]


def _rows(columns: Json) -> list[Json]:
    """Return lists of equal length as one dict a row."""
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _providers(region: Region) -> list[Json]:
    used = region.providers["provider_id"].isin(region.current_offers["provider_id"])
    rows = region.providers[used]
    names = {"id": "provider_id", "name": "name", "address": "address", "web": "website"}
    columns = {key: _texts(rows[name]) for key, name in names.items()}
    columns["kind"] = [codes.label("provider_kind", code) for code in rows["kind"]]
    return _rows(columns)


def _offers(region: Region, sites: pd.DataFrame) -> list[Json]:
    place = {site: number for number, site in enumerate(sites["site_id"])}
    rows, cells = session_rows(region), offer_cells(region)
    named = region.offer_sites.groupby("offer_id")["site_id"].agg(list).to_dict()
    sessions = dict(list(region.current_sessions.groupby("offer_id")))
    found = []
    for _, offer in region.current_offers.iterrows():
        key = offer["offer_id"]
        own = sessions.get(key, region.current_sessions[:0])
        at = [place[site] for site in dict.fromkeys([*named.get(key, []), *own["site_id"]])]
        units = {place[site]: states for (name, site), states in cells.items() if name == key}
        found.append(
            _offer(offer) | {"sites": at, "sessions": _sessions(own, place, rows), "units": units}
        )
    return found


def _offer(offer: pd.Series[Any]) -> Json:
    words = "" if style.is_missing(offer["languages"]) else str(offer["languages"])
    levels = [offer["level_in"], offer["level_out"]]
    return {
        "id": offer["offer_id"], "name": offer["name"], "provider": offer["provider_id"],
        "field": offer["field"], "kind": offer["kind"], "targets": list(offer["target_groups"]),
        "status": "" if offer["status"] == "laufend" else codes.STATUSES[offer["status"]],
        "levels": ["" if style.is_missing(level) else level for level in levels],
        "languages": [part.strip() for part in words.replace(";", ",").split(",") if part.strip()],
        "facts": wording.offer_facts(offer),
    }  # fmt: skip


def _sessions(sessions: pd.DataFrame, place: dict[str, int], rows: Rows) -> list[Json]:
    return [
        {
            "id": row["session_id"], "site": place[row["site_id"]], "days": list(row["weekdays"]),
            "start": minutes_of_day(row["start_time"]), "end": minutes_of_day(row["end_time"]),
            "when": wording.when_text(row), "quality": row["quality"],
            "rows": rows[row["session_id"]],
        }
        for _, row in sessions.iterrows()
    ]  # fmt: skip
