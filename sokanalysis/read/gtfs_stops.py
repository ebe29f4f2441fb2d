"""Stops, stations and the changes between them."""

from __future__ import annotations

from typing import Final

import pandas as pd

from sokanalysis.read.gtfs_notes import Notes

Box = tuple[float, float, float, float]

_HALT: Final = ("", "0")
_CHANGES: Final = ("", "0", "1", "2", "3")
_LONGEST_CHANGE_S: Final = 24 * 3600


def placed_stops(raw: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Return stops and stations with a position.

    A platform without one takes that of its station. Stops that stay without, or lie at 0/0,
    are left out and counted.

    Returns
    -------
    DataFrame
        ``stop_id``, ``name``, ``lat``, ``lon``, ``parent_station``, ``is_halt``.
    """
    named = raw[raw["stop_id"] != ""]
    once = named.drop_duplicates("stop_id")
    notes.count(
        len(named) - len(once),
        "doppelter Halt in stops.txt weggelassen",
        "doppelte Halte in stops.txt weggelassen",
    )
    lat, lon = _degrees(once["stop_lat"]), _degrees(once["stop_lon"])
    is_placed = lat.between(-90, 90) & lon.between(-180, 180) & ((lat != 0) | (lon != 0))
    lat, lon = lat.where(is_placed), lon.where(is_placed)
    station = once["parent_station"]
    by_id = pd.DataFrame({"lat": lat, "lon": lon}).set_axis(once["stop_id"], axis=0)
    inherits = ~is_placed & station.map(by_id["lat"]).notna()
    lat, lon = lat.fillna(station.map(by_id["lat"])), lon.fillna(station.map(by_id["lon"]))
    stops = pd.DataFrame({
        "stop_id": once["stop_id"], "name": once["stop_name"], "lat": lat, "lon": lon,
        "parent_station": station, "is_halt": once["location_type"].isin(_HALT),
    })  # fmt: skip
    notes.count(
        int((inherits & stops["is_halt"]).sum()),
        "Halt ohne Koordinaten an die Stelle seiner Station gesetzt",
        "Halte ohne Koordinaten an die Stelle ihrer Station gesetzt",
    )
    notes.count(
        int((lat.isna() & stops["is_halt"]).sum()),
        "Halt ohne Koordinaten weggelassen",
        "Halte ohne Koordinaten weggelassen",
    )
    return stops[lat.notna()].reset_index(drop=True)


def _degrees(cells: pd.Series[str]) -> pd.Series[float]:
    return pd.to_numeric(cells.str.replace(",", "."), errors="coerce").astype("float64")


def inside(stops: pd.DataFrame, box: Box | None) -> pd.DataFrame:
    """Return the stops in a box (west, south, east, north), its edges included."""
    if box is None:
        return stops
    west, south, east, north = box
    return stops[stops["lon"].between(west, east) & stops["lat"].between(south, north)]


def halts(places: pd.DataFrame, used: set[str], box: Box | None) -> pd.DataFrame:
    """Return the places where vehicles halt: by their kind, or because a trip calls there.

    With a box only those that a trip uses or that lie inside.
    """
    is_used = places["stop_id"].isin(used)
    is_near = places["stop_id"].isin(inside(places, box)["stop_id"])
    kept = places[is_used | (places["is_halt"] & is_near)]
    return kept.drop(columns="is_halt").reset_index(drop=True)


def transfers(
    raw: pd.DataFrame, stops: pd.DataFrame, notes: Notes, known: set[str]
) -> pd.DataFrame:
    """Return the rules for changing between stops; what is said of stations holds for platforms.

    Parameters
    ----------
    raw : DataFrame
        ``transfers.txt``.
    stops : DataFrame
        The halts of the feed.
    notes : Notes
        Takes what was left out.
    known : set of str
        Stops and stations that the published feed has, with those cut off.

    Returns
    -------
    DataFrame
        ``from_stop_id``, ``to_stop_id``, ``transfer_type`` (0 to 3), ``min_s`` (seconds, missing
        when not given); one row a pair. A rule between platforms goes before one of stations.
    """
    special = (raw[["from_route_id", "to_route_id", "from_trip_id", "to_trip_id"]] != "").any(
        axis=1
    )
    special |= ~raw["transfer_type"].isin(_CHANGES)
    notes.count(
        int(special.sum()),
        "Umstiegsregel für einzelne Linien oder Fahrten nicht berücksichtigt",
        "Umstiegsregeln für einzelne Linien oder Fahrten nicht berücksichtigt",
    )
    rules = raw[~special]
    dangling = ~(rules["from_stop_id"].isin(known) & rules["to_stop_id"].isin(known))
    notes.count(
        int(dangling.sum()),
        "Umstiegsregel zu unbekanntem Halt weggelassen",
        "Umstiegsregeln zu unbekannten Halten weggelassen",
    )
    rules = rules.assign(min_s=_minimum(rules, notes))
    platforms = _platforms(stops)
    pairs = rules.merge(platforms.add_prefix("from_"), left_on="from_stop_id", right_on="from_name")
    pairs = pairs.merge(platforms.add_prefix("to_"), left_on="to_stop_id", right_on="to_name")
    detail = pairs["from_is_own"].astype(int) + pairs["to_is_own"].astype(int)
    pairs = pairs.assign(detail=detail).sort_values("detail", ascending=False, kind="stable")
    pairs = pairs.drop_duplicates(["from_halt", "to_halt"])
    return pd.DataFrame({
        "from_stop_id": pairs["from_halt"], "to_stop_id": pairs["to_halt"],
        "transfer_type": pd.to_numeric(pairs["transfer_type"].replace("", "0")).astype("int64"),
        "min_s": pairs["min_s"].astype("float64"),
    }).reset_index(drop=True)  # fmt: skip


def _minimum(rules: pd.DataFrame, notes: Notes) -> pd.Series[float]:
    """Return the time a change takes, missing where none is given; beyond a day it is a day."""
    seconds = pd.to_numeric(rules["min_transfer_time"], errors="coerce").astype("float64")
    seconds = seconds.where(seconds >= 0)
    wrong = seconds.isna() & (rules["min_transfer_time"] != "")
    notes.count(
        int(wrong.sum()),
        "Umstiegsregel ohne lesbare Mindestzeit: es gilt die übliche",
        "Umstiegsregeln ohne lesbare Mindestzeit: es gilt die übliche",
    )
    return seconds.clip(upper=_LONGEST_CHANGE_S)


def _platforms(stops: pd.DataFrame) -> pd.DataFrame:
    """Return for every name of a place the halts it means: itself, or the platforms inside."""
    own = pd.DataFrame({"name": stops["stop_id"], "halt": stops["stop_id"], "is_own": True})
    of_station = stops[stops["parent_station"] != ""]
    parts = pd.DataFrame(
        {"name": of_station["parent_station"], "halt": of_station["stop_id"], "is_own": False}
    )
    return pd.concat([own, parts], ignore_index=True)
