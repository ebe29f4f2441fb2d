"""Ideas and measures as changes of the data: rows that are added, replaced or end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.errors import DataProblems, UnknownKey
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
        By name of one of `FEED_TABLES`: rows added to the timetable.
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
        In their order: of two that replace the same row the later one holds.
    """
    for change in changes:
        tables: dict[str, Any] = {
            name: _put(region, change, name) for name in TABLES if _concerns(change, name)
        }
        # A feed that stays the same object keeps its compiled days.
        feed = _feed(region.feed, change) if change.timetable else region.feed
        region = replace(region, feed=feed, **tables)
    return region


def _concerns(change: Change, name: str) -> bool:
    return name in change.rows or (name == "sessions" and bool(change.ended))


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
    tables = {name: getattr(feed, name) for name in FEED_TABLES}
    tables = {
        name: pd.concat(
            [table[~table["trip_id"].isin(change.ended)], change.timetable.get(name, table[:0])],
            ignore_index=True,
        )
        for name, table in tables.items()
    }
    return replace(feed, zones=feed.zones | dict(change.zones), **tables)


def new_rows(region: Region, name: str, rows: Iterable[Row]) -> pd.DataFrame:
    """Return typed rows of a table of the district from those columns that matter."""
    table: pd.DataFrame = getattr(region, name)
    made = pd.DataFrame([_ASSUMED | dict(row) for row in rows], columns=table.columns)
    return made.astype(table.dtypes)


def session_change(
    region: Region, offer_id: str, site_id: str, weekdays: Iterable[str], start: str, end: str,
    *, session_id: str = "", instead_of: str = "", runs_in_holidays: bool = False,
) -> Change:  # fmt: skip
    """Return the change that one more session, or one at another time, would be.

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
    cells = {
        "session_id": session_id or f"neu-{len(region.sessions) + 1}", "offer_id": offer_id,
        "site_id": site_id, "weekdays": ";".join(weekdays), "start_time": start, "end_time": end,
        "runs_in_holidays": "ja" if runs_in_holidays else "nein",
    }  # fmt: skip
    return Change(_as_read("sessions", cells), frozenset([instead_of] if instead_of else []))


def site_change(site_id: str, name: str, lat: float, lon: float) -> Change:
    """Return the change that one more site, or a site somewhere else, would be.

    Raises
    ------
    DataProblems
        When the position is not on earth.
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
        raise DataProblems(problems)
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
        ``HH:MM`` at the first stop.
    trip_id : str
        Of the new trip; by default made of the two.

    Raises
    ------
    UnknownKey
        When there is no such trip with stops.
    """
    feed = region.feed
    calls = feed.stop_times[feed.stop_times["trip_id"] == like]
    _known(calls["trip_id"], like, "Fahrt")
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
