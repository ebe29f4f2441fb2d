"""On-demand service after GTFS-Flex: zones, groups of stops, windows of time."""

from __future__ import annotations

import json
from typing import Any, Final

import pandas as pd

from sokanalysis.read.gtfs_files import UNREADABLE, FeedFiles, refused
from sokanalysis.read.gtfs_notes import Notes
from sokanalysis.read.gtfs_stops import Box
from sokanalysis.read.gtfs_times import clock_seconds

_AREAS: Final = ("Polygon", "MultiPolygon")

Zones = dict[str, dict[str, Any]]
Groups = dict[str, tuple[str, ...]]


def read_zones(files: FeedFiles, notes: Notes) -> Zones:
    """Return the areas of ``locations.geojson`` by id; empty without the file.

    Raises
    ------
    FeedRefused
        When the file cannot be read or is no GeoJSON.
    """
    name = "locations.geojson"
    if name not in files:
        return {}
    try:
        with files.open(name) as stream:
            raw = stream.read()
        features = json.loads(raw)["features"] if raw.strip() else []
        shapes = [(_id(feature), feature["geometry"]) for feature in features]
    except UNREADABLE as error:
        raise refused(f"{files.label}/{name}", "lässt sich nicht lesen") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refused(f"{files.label}/{name}", "ist kein GeoJSON") from error
    areas = [(key, shape) for key, shape in shapes if _is_area(shape)]
    notes.count(
        len(shapes) - len(areas),
        "Zone in locations.geojson ohne Fläche weggelassen",
        "Zonen in locations.geojson ohne Fläche weggelassen",
    )
    notes.count(
        len(areas) - len(dict(areas)),
        "Zone in locations.geojson mit schon vergebener Kennung weggelassen",
        "Zonen in locations.geojson mit schon vergebener Kennung weggelassen",
    )
    return dict(areas)


def _is_area(geometry: Any) -> bool:
    """Tell whether a geometry is an area with an extent."""
    from shapely.errors import ShapelyError
    from shapely.geometry import shape

    try:
        return geometry["type"] in _AREAS and bool(shape(geometry).area > 0)
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ShapelyError):
        return False


def _id(feature: dict[str, Any]) -> str:
    properties = feature.get("properties") or {}
    return str(feature.get("id", properties.get("id", properties.get("location_id", ""))))


def stop_groups(tables: dict[str, pd.DataFrame], known: set[str], notes: Notes) -> Groups:
    """Return the stops of each group by its id.

    Groups are those of ``location_group_stops.txt``; drafts of the standard named the members
    in ``location_groups.txt`` or in ``stop_areas.txt``. An area that is called like a stop is one
    of fares: whoever calls at the stop means the stop.

    Parameters
    ----------
    tables : dict of str to DataFrame
        The three tables.
    known : set of str
        Stops of the feed.
    notes : Notes
        Takes members that are no stops.
    """
    former, areas = tables["location_groups"], tables["stop_areas"]
    members = pd.concat([
        tables["location_group_stops"].set_axis(["group", "stop"], axis=1),
        former[former["location_id"] != ""].set_axis(["group", "stop"], axis=1),
        areas[~areas["area_id"].isin(known)].set_axis(["group", "stop"], axis=1),
    ])  # fmt: skip
    is_known = members["stop"].isin(known)
    notes.count(
        int((~is_known).sum()),
        "unbekannter Halt in einer Haltegruppe weggelassen",
        "unbekannte Halte in Haltegruppen weggelassen",
    )
    groups = members[is_known].groupby("group", sort=False)["stop"]
    return {str(group): tuple(dict.fromkeys(stops)) for group, stops in groups}


def with_locations(times: pd.DataFrame, zones: Zones, groups: Groups) -> pd.DataFrame:
    """Move what the older form writes into ``stop_id`` or ``location_group_id`` to one column."""
    stop, place = times["stop_id"], times["location_id"]
    place = place.where(place != "", times["location_group_id"])
    has_window = times["start_pickup_drop_off_window"] != ""
    is_place = (place == "") & (has_window | stop.isin(zones.keys() - {""}) | stop.isin(groups))
    return times.assign(
        location_id=place.where(~is_place, stop), stop_id=stop.where((place == "") & ~is_place, "")
    )


def within(zones: Zones, groups: Groups, stops: pd.DataFrame, box: Box | None) -> set[str] | None:
    """Return the stops and places of on-demand service that lie in a box or touch it.

    Parameters
    ----------
    zones, groups : dict
        All places of the feed.
    stops : DataFrame
        The stops in the box.
    box : (west, south, east, north) or None
        None means everywhere, and so does the answer None.
    """
    if box is None:
        return None
    from shapely import box as rectangle
    from shapely.geometry import shape

    near = set(stops["stop_id"])
    area = rectangle(*box)
    touching = {key for key, zone in zones.items() if area.intersects(shape(zone))}
    return near | touching | {key for key, members in groups.items() if near & set(members)}


def single_stops(flex: pd.DataFrame, groups: Groups, zones: Zones) -> Groups:
    """Return as groups of one the stops that have a window of their own."""
    places = dict.fromkeys(flex["location_id"])
    return {place: (place,) for place in places if place not in groups and place not in zones}


def served_stops(flex: pd.DataFrame, groups: Groups) -> set[str]:
    """Return the stops that windows name, alone or in a group."""
    places = set(flex["location_id"])
    return places.union(*(groups[place] for place in places if place in groups))


def windows(
    times: pd.DataFrame, known: set[str], booking: pd.DataFrame, notes: Notes
) -> pd.DataFrame:
    """Return the windows of on-demand service in the order of travel.

    Parameters
    ----------
    times : DataFrame
        Rows of ``stop_times.txt`` with a place instead of a stop, as `with_locations` leaves them.
    known : set of str
        Zones, groups and stops that exist.
    booking : DataFrame
        ``booking_rules.txt``.
    notes : Notes
        Takes rows without a place or a readable window.

    Returns
    -------
    DataFrame
        ``trip_id``, ``location_id``, ``open_s``, ``close_s``, ``can_board``, ``can_alight``,
        ``notice_minutes`` (how long before one has to book; missing when not said).
    """
    is_known = times["location_id"].isin(known)
    notes.lose_calls(
        int((~is_known).sum()),
        "Bedarfshalt in einer unbekannten Zone weggelassen",
        "Bedarfshalte in unbekannten Zonen weggelassen",
    )
    times = times[is_known]
    opens = clock_seconds(times["start_pickup_drop_off_window"])
    closes = clock_seconds(times["end_pickup_drop_off_window"])
    is_sound = opens < closes
    notes.lose_calls(
        int((~is_sound).sum()),
        "Bedarfshalt ohne lesbares Zeitfenster weggelassen",
        "Bedarfshalte ohne lesbares Zeitfenster weggelassen",
    )
    kept = times[is_sound]
    return pd.DataFrame({
        "trip_id": kept["trip_id"], "location_id": kept["location_id"],
        "open_s": opens[is_sound].astype("int64"), "close_s": closes[is_sound].astype("int64"),
        "can_board": kept["pickup_type"] != "1", "can_alight": kept["drop_off_type"] != "1",
        "notice_minutes": kept["pickup_booking_rule_id"].map(_notice_minutes(booking)),
    }).astype({"notice_minutes": "float64"}).reset_index(drop=True)  # fmt: skip


def _notice_minutes(booking: pd.DataFrame) -> pd.Series[float]:
    """Return the shortest notice by booking rule; a day counts 24 hours."""
    rules = booking.drop_duplicates("booking_rule_id").set_index("booking_rule_id")
    minutes = pd.to_numeric(rules["prior_notice_duration_min"], errors="coerce")
    days = pd.to_numeric(rules["prior_notice_last_day"], errors="coerce")
    minutes = minutes.astype("float64").fillna(days.astype("float64") * 24 * 60)
    return minutes.mask(rules["booking_type"] == "0", 0.0)
