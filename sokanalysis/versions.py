"""Offers at their sites as they are and as candidates would make them, and who reaches them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.attendance import attendances
from sokanalysis.changes import Row, new_rows
from sokanalysis.day_types import runs_on, weekday_count
from sokanalysis.gaps import TODAY
from sokanalysis.supply import needed_share

if TYPE_CHECKING:
    from sokanalysis.levers.candidate import Candidate
    from sokanalysis.region import Region

Bools = npt.NDArray[np.bool_]
Unit = tuple[str, str]  # offer and site

_TIMES: Final = ("site_id", "start_time", "end_time", "runs_in_holidays", "ride_max_km")


class Version(NamedTuple):
    """An offer at a site as it would be after a candidate, or as it is (no ``opened_by``).

    ``closed_by`` holds the keys of candidates that replace it, or that hold what it takes place
    beside at another time.
    """

    offer: Row
    site_id: str
    sessions: list[Row]
    opened_by: str
    closed_by: tuple[str, ...] = ()


def versions_of(region: Region, found: list[Candidate]) -> list[Version]:
    """Return all versions of all offers at their sites.

    Parameters
    ----------
    region : Region
        The district.
    found : list of Candidate
        Those that leave the timetable as it is.

    Returns
    -------
    list of Version
        Today's first, then those of the candidates in their order.
    """
    offers = {row["offer_id"]: row for row in region.current_offers.to_dict("records")}
    held: dict[Unit, list[Row]] = {}
    for row in region.current_sessions.to_dict("records"):
        held.setdefault((row["offer_id"], row["site_id"]), []).append(row)
    closed: dict[Unit, tuple[str, ...]] = dict.fromkeys(held, ())
    moved = closed.copy()
    new: list[tuple[Candidate, Version]] = []
    for candidate in found:
        for unit, version in _altered(candidate, held, offers).items():
            is_held = len(version.sessions) > 0
            new += [(candidate, version)] if is_held else []
            if unit in held:
                closed[unit] += (candidate.key,)
                moved[unit] += (candidate.key,) if is_held else ()
    today = [Version(offers[u[0]], u[1], rows, "", closed[u]) for u, rows in held.items()]
    return today + [
        version._replace(closed_by=moved[candidate.beside]) if candidate.beside else version
        for candidate, version in new
    ]


def _altered(
    candidate: Candidate, held: dict[Unit, list[Row]], offers: dict[str, Row]
) -> dict[Unit, Version]:
    """Return the units that are new or different after a candidate."""
    change = candidate.change
    given = {row["offer_id"]: row for row in change.rows.get("offers", ())}
    offers = offers | given
    added: dict[Unit, list[Row]] = {}
    for row in change.rows.get("sessions", ()):
        added.setdefault((row["offer_id"], row["site_id"]), []).append(row)
    ended = {
        unit for unit, rows in held.items() if any(r["session_id"] in change.ended for r in rows)
    }
    concerned = sorted({unit for unit in held if unit[0] in given} | ended | {*added})
    return {
        unit: Version(
            offers[unit[0]], unit[1],
            [row for row in held.get(unit, []) if row["session_id"] not in change.ended]
            + added.get(unit, []),
            candidate.key,
        )
        for unit in concerned
    }  # fmt: skip


class Reach:
    """Asks the engine from where each version can be taken up, in one call a timetable.

    Parameters
    ----------
    region : Region
        The district.
    versions : list of Version
        Where and when two of them are held alike, the answer is the same and asked once.
    found : list of Candidate
        Give the sites that do not exist yet.
    """

    def __init__(self, region: Region, versions: list[Version], found: list[Candidate]) -> None:
        rows = [row for version in versions for row in version.sessions]
        self.version = np.repeat(np.arange(len(versions)), [len(v.sessions) for v in versions])
        numbers: dict[tuple[object, ...], int] = {}
        same = [tuple("" if pd.isna(row[n]) else row[n] for n in _TIMES) for row in rows]
        same = [(row["weekdays"], *values) for row, values in zip(rows, same, strict=True)]
        self.session = np.array([numbers.setdefault(key, len(numbers)) for key in same], dtype=int)
        first = np.unique(self.session, return_index=True)[1]
        once = [rows[n] | {"session_id": f"{n}"} for n in first]
        self.sessions = new_rows(region, "sessions", once)
        sites = [row for c in found for row in c.change.rows.get("sites", ())]
        everywhere = pd.concat([region.sites, new_rows(region, "sites", sites)])
        self.sites = everywhere.drop_duplicates("site_id")
        self.needed = needed_share(region, pd.Series([v.offer["kind"] for v in versions]))

    def under(self, region: Region) -> Bools:
        """Return whether each version can be taken up in a school week with the on-demand bus.

        Parameters
        ----------
        region : Region
            The same district, maybe with another timetable.

        Returns
        -------
        ndarray of bool, shape (versions, settlements)
            By the rule of `sokanalysis.supply.attended_offers`.
        """
        from scipy.sparse import csr_array

        shape = (len(self.needed), len(self.sessions))
        attended, days = np.zeros((shape[0], len(region.settlements))), np.zeros(shape[0])
        for answer in attendances(region, self.sessions, sites=self.sites, states=TODAY):
            runs = runs_on(self.sessions, answer.day_type)
            count = np.array([weekday_count(d, answer.day_type) for d in self.sessions["weekdays"]])
            each = (count * runs)[self.session].astype(float)
            held = csr_array((each, (self.version, self.session)), shape)
            days += held.sum(axis=1)
            attended += held[:, np.flatnonzero(runs)] @ answer.reached().astype(float)
        found: Bools = (attended >= (self.needed * days)[:, None]) & (days > 0)[:, None]
        return found
