"""Ideas and measures as changes of the data: rows that are added, replaced or end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.errors import DataProblems, Problem, UnknownKey
from sokanalysis.parameters import minutes_of_day
from sokanalysis.read.convert import convert
from sokanalysis.schema import TABLES
from sokanalysis.validation import table_problems

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sokanalysis.read.gtfs import Feed
    from sokanalysis.region import Region

Row = dict[Any, Any]

# Tables of the timetable that a change adds rows to; those of the district also replace rows.
FEED_TABLES: Final = ("trips", "stop_times", "flex")
_CLOCK: Final = re.compile(r"\d{1,2}:[0-5]\d")  # past 24 o'clock the same service day goes on
_ASSUMED: Final = {"quality": "angenommen", "source": "Gedankenspiel oder Maßnahme"}


@dataclass(frozen=True)
class Change:
    """What is different afterwards.

    Parameters
    ----------
    rows : mapping of str to sequence of mapping
        By name of a table of `sokanalysis.schema`: rows that are added, or put in the place of
        those with the same key. Columns that are not named are missing; quality and source say
        that the row is assumed.
    ended : frozenset of str
        Sessions that no longer take place, and trips that no longer run.
    timetable : mapping of str to DataFrame
        By name of one of `FEED_TABLES`: rows added to the timetable. A trip that is named in
        ``trips`` takes the place of one with the same ``trip_id``.
    zones : mapping of str to dict
        GeoJSON geometries (EPSG:4326) of zones of the on-demand bus that are added.
    """

    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    ended: frozenset[str] = frozenset()
    timetable: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    zones: Mapping[str, dict[str, Any]] = field(default_factory=dict)


def changed(region: Region, *changes: Change) -> Region:
    """Return the district after some changes, one after the other.

    Parameters
    ----------
    region : Region
        The district; it stays as it is.
    *changes : Change
        In their order: of two that replace the same row the later one holds. Without changes the
        district itself comes back.

    Returns
    -------
    Region
        Columns and types of all tables as before. Rows are not checked against each other: the
        functions of this module do that for what they are given.
    """
    for change in changes:
        tables: dict[str, Any] = {
            name: _put(region, change, name) for name in TABLES if _concerns(change, name)
        }
        # A feed that stays the same object keeps its compiled days.
        feed = _feed(region.feed, change) if _runs_otherwise(region, change) else region.feed
        region = replace(region, feed=feed, **tables)
    return region


def _concerns(change: Change, name: str) -> bool:
    return name in change.rows or (name == "sessions" and bool(change.ended))


def _runs_otherwise(region: Region, change: Change) -> bool:
    ends = region.feed.trips["trip_id"].isin(change.ended).any()
    return bool(change.timetable or change.zones or ends)


def _put(region: Region, change: Change, name: str) -> pd.DataFrame:
    """Return a table with the rows of a change added or put in the place of others."""
    table: pd.DataFrame = getattr(region, name)
    key = list(TABLES[name].key)
    new = new_rows(region, name, change.rows.get(name, ()))
    stays = ~pd.MultiIndex.from_frame(table[key]).isin(pd.MultiIndex.from_frame(new[key]))
    if name == "sessions":
        stays &= ~table["session_id"].isin(change.ended).to_numpy()
    return pd.concat([table[stays], new], ignore_index=True).astype(table.dtypes)


def _feed(feed: Feed, change: Change) -> Feed:
    new = change.timetable.get("trips", feed.trips[:0])
    gone = change.ended.union(new["trip_id"])
    tables: dict[str, Any] = {}
    for name in FEED_TABLES:
        table: pd.DataFrame = getattr(feed, name)
        stays = table[~table["trip_id"].isin(gone)]
        parts = [stays, change.timetable.get(name, table[:0])]
        tables[name] = pd.concat(parts, ignore_index=True)
    return replace(feed, zones=feed.zones | dict(change.zones), **tables)


def new_rows(region: Region, name: str, rows: Iterable[Row]) -> pd.DataFrame:
    """Return typed rows of a table of the district from those columns that matter.

    Parameters
    ----------
    region : Region
        Gives the types.
    name : str
        Of a table of `sokanalysis.schema`.
    rows : iterable of mapping
        Values by column, as a table holds them. What is not named is missing, an empty tuple in
        columns with several codes; quality and source say that the row is assumed.

    Returns
    -------
    DataFrame
        Columns and types of the table; without rows for no rows.

    Raises
    ------
    KeyError
        When a row names a column that the table does not have.
    """
    table: pd.DataFrame = getattr(region, name)
    lists = {column.name: () for column in TABLES[name].columns if column.kind == "codes"}
    given = [lists | _ASSUMED | dict(row) for row in rows]
    if unknown := {key for row in given for key in row} - {*table.columns, *_ASSUMED}:
        raise KeyError(f"{name}: {sorted(unknown)}")
    return pd.DataFrame(given, columns=table.columns).astype(table.dtypes)


def session_change(
    region: Region, offer_id: str, site_id: str, weekdays: Iterable[str], start: str, end: str,
    *, session_id: str = "", instead_of: str = "", runs_in_holidays: bool = False,
) -> Change:  # fmt: skip
    """Return the change that one more session, or one at another time, would be.

    Parameters
    ----------
    region : Region
        Gives offers, sites and sessions.
    offer_id, site_id : str
        What takes place where. A course at one site is taken up with all its sessions there.
    weekdays : iterable of str
        Keys of `codes.WEEKDAYS`, for example ``["Mo", "Mi"]``.
    start, end : str
        ``HH:MM``.
    session_id : str
        Of the new session; by default made of the values above, so that the same session named
        twice is one.
    instead_of : str
        Session that no longer takes place.
    runs_in_holidays : bool
        Whether it also takes place in the holidays.

    Raises
    ------
    UnknownKey
        When offer, site or the session to be replaced do not exist.
    DataProblems
        When weekdays or times are not such, or the end is before the start.
    """
    _known(region.offers["offer_id"], offer_id, "Angebot")
    _known(region.sites["site_id"], site_id, "Ort")
    if instead_of:
        _known(region.sessions["session_id"], instead_of, "Termin")
    days = ";".join(weekdays)
    cells = {
        "session_id": session_id or f"neu {offer_id}@{site_id} {days} {start}-{end}",
        "offer_id": offer_id, "site_id": site_id, "weekdays": days, "start_time": start,
        "end_time": end, "runs_in_holidays": "ja" if runs_in_holidays else "nein",
    }  # fmt: skip
    return Change(_as_read("sessions", cells), frozenset([instead_of] if instead_of else []))


def site_change(site_id: str, name: str, lat: float, lon: float) -> Change:
    """Return the change that one more site, or a site somewhere else, would be.

    Parameters
    ----------
    site_id : str
        Of the site; that of an existing one puts it somewhere else, and what is not named here
        (address, municipality) is missing then.
    name : str
        What it is called, and the place.
    lat, lon : float
        Degrees (EPSG:4326).

    Raises
    ------
    DataProblems
        When the key or the name is empty or the position is not in Germany.
    """
    cells = {
        "site_id": site_id, "name": name, "place": name, "lat": str(lat), "lon": str(lon),
        "geocoding": "ort",
    }  # fmt: skip
    return Change(_as_read("sites", cells))


def _as_read(name: str, cells: Mapping[str, str]) -> dict[str, list[Row]]:
    """Return a row as if it stood in a file of the district, with the same complaints."""
    table, columns, problems = TABLES[name], {}, []
    for column in table.columns:
        cell = pd.Series([(_ASSUMED | dict(cells)).get(column.name, "")], dtype="str")
        columns[column.name], found = convert(cell, column, f"{name}.csv")
        problems += found
    rows = pd.DataFrame(columns)
    if problems := problems or table_problems(rows, table):
        # There is no such row in the file that somebody could look up.
        raise DataProblems(replace(problem, row=None) for problem in problems)
    return {name: rows.to_dict("records")}


def trip_change(region: Region, like: str, departs: str, *, trip_id: str = "") -> Change:
    """Return the change that one more trip would be: like another, at another time.

    Parameters
    ----------
    region : Region
        Gives the timetable.
    like : str
        ``trip_id`` of the trip that is copied, on the same days.
    departs : str
        ``HH:MM`` at the first stop; hours past 24 belong to the same service day.
    trip_id : str
        Of the new trip; by default made of the two.

    Raises
    ------
    UnknownKey
        When there is no such trip with stops.
    DataProblems
        When the departure is no time.
    """
    feed = region.feed
    calls = feed.stop_times[feed.stop_times["trip_id"] == like]
    _known(feed.stop_times["trip_id"], like, "Fahrt")
    if not _CLOCK.fullmatch(departs):
        remedy = "die Uhrzeit als HH:MM angeben, z. B. 08:30"
        raise DataProblems([Problem("Fahrplan", "keine Uhrzeit", remedy, None, "Abfahrt", departs)])
    trip_id = trip_id or f"{like}|{departs}"
    shift = 60 * minutes_of_day(departs) - int(calls["departure_s"].iloc[0])
    trip = feed.trips[feed.trips["trip_id"] == like].assign(trip_id=trip_id, block_id="")
    times = {name: calls[name] + shift for name in ("arrival_s", "departure_s")}
    rows = {"trips": trip, "stop_times": calls.assign(trip_id=trip_id, **times)}
    return Change(timetable=rows)


def _known(keys: pd.Series[str], key: str, what: str) -> None:
    if not (keys == key).any():
        some = ", ".join(sorted(keys.drop_duplicates().astype(str))[:5])
        raise UnknownKey(f"{what} „{key}“ gibt es nicht → zum Beispiel: {some or 'keine'}.")
