"""Seats: as many people as possible, each on one seat that can be reached."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from sokanalysis.codes import COURSE_KINDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sokanalysis.region import Region


@dataclass(frozen=True)
class Supply:
    """What answers one need: offers at their sites, and from where each can be taken up.

    Parameters
    ----------
    names : tuple of str
        Key of each unit.
    reach : ndarray of bool, shape (units, settlements)
        Whether the unit can be taken up from the settlement.
    minutes : ndarray of float, shape (units, settlements)
        Round trip; missing where not reached.
    places : ndarray of float, shape (units,)
        People a year; infinite where nobody is turned away.
    """

    names: tuple[str, ...]
    reach: npt.NDArray[np.bool_]
    minutes: npt.NDArray[np.float64]
    places: npt.NDArray[np.float64]

    def with_unit(self, other: Supply, instead_of: str = "") -> Supply:
        """Return this supply with the units of another added, or put in the place of one."""
        kept = np.array([name != instead_of for name in self.names], dtype=bool)
        return replace(
            self,
            names=(*(name for name in self.names if name != instead_of), *other.names),
            reach=np.vstack([self.reach[kept], other.reach]),
            minutes=np.vstack([self.minutes[kept], other.minutes]),
            places=np.concatenate([self.places[kept], other.places]),
        )

    def unit(self, name: str) -> Supply:
        """Return the supply of one unit alone."""
        at = self.names.index(name)
        part = slice(at, at + 1)
        return Supply((name,), self.reach[part], self.minutes[part], self.places[part])


def supply(region: Region, units: pd.DataFrame, offers: pd.DataFrame) -> Supply:
    """Gather the units of one need.

    Parameters
    ----------
    region : Region
        Gives the order of the settlements and the parameters of seats.
    units : DataFrame
        Rows of `sokanalysis.supply.attended_offers` of one season and state.
    offers : DataFrame
        The offers that answer the need; units of other offers are left out.

    Returns
    -------
    Supply
        Without units when no offer has a session.
    """
    rows = units[units["offer_id"].isin(offers["offer_id"])]
    rows = rows.assign(name=rows["offer_id"] + "@" + rows["site_id"])
    order = region.settlements["settlement_id"]
    reach = rows.pivot(index="name", columns="settlement_id", values="is_attended")
    minutes = rows.pivot(index="name", columns="settlement_id", values="away_minutes")
    reach = reach.reindex(columns=order)
    by_offer = offers.set_index("offer_id")
    places = [places_of(region, by_offer.loc[name.rsplit("@", 1)[0]]) for name in reach.index]
    return Supply(
        tuple(reach.index), reach.to_numpy(dtype=bool),
        minutes.reindex(columns=order).to_numpy(dtype=float), np.array(places, dtype=float),
    )  # fmt: skip


def places_of(region: Region, offer: pd.Series | Mapping[Any, Any]) -> float:
    """Return how many people a year find a place.

    A course has several runs a year. Who takes part elsewhere comes again and again, so known
    places are people; where nothing is said nobody is turned away.
    """
    if offer["kind"] in COURSE_KINDS:
        return places_each(region, offer) * float(region.parameters.course_runs_per_year)
    return np.inf if pd.isna(offer.get("place_count")) else float(offer["place_count"])


def places_each(region: Region, offer: pd.Series | Mapping[Any, Any]) -> float:
    """Return the places of one run of a course, assumed where nobody has reported them."""
    known = offer.get("place_count")
    return float(region.parameters.course_place_count if pd.isna(known) else known)


def seated(people: npt.NDArray[np.int64], offered: Supply) -> npt.NDArray[np.int64]:
    """Seat as many people as possible and, among all ways to do so, with the least travel.

    A transport problem: its matrix is totally unimodular, so the optimum of the linear
    programme (HiGHS, through scipy) is whole. Seats a year are rounded down.

    Parameters
    ----------
    people : ndarray of int, shape (settlements,)
        With the need.
    offered : Supply
        Units that answer it.

    Returns
    -------
    ndarray of int, shape (units, settlements)
        People seated; all 0 when nobody can reach anything.
    """
    from scipy.optimize import linprog
    from scipy.sparse import coo_array, vstack

    unit, settlement = np.nonzero(offered.reach & (people > 0))
    seats = np.zeros(offered.reach.shape, dtype=np.int64)
    if len(unit) == 0:
        return seats
    if np.isinf(offered.places).all():
        return _nearest(people, offered)
    ones, pairs = np.ones(len(unit)), np.arange(len(unit))
    limits = np.minimum(np.floor(offered.places), people.sum())
    rows = vstack([
        coo_array((ones, (settlement, pairs)), shape=(len(people), len(unit))),
        coo_array((ones, (unit, pairs)), shape=(len(limits), len(unit))),
    ])  # fmt: skip
    bounds = np.concatenate([people, limits])
    travel = offered.minutes[unit, settlement]
    # One more seated person has to outweigh any saving of travel by the others.
    cost = travel / (travel.max() + 1) / (people.sum() + 1) - 1
    solution = linprog(cost, A_ub=rows.tocsr(), b_ub=bounds, method="highs-ds")
    seats[unit, settlement] = np.rint(solution.x).astype(np.int64)
    return seats


def _nearest(people: npt.NDArray[np.int64], offered: Supply) -> npt.NDArray[np.int64]:
    """Seat everybody at the quickest unit: without limits that is the optimum."""
    minutes = np.where(offered.reach, offered.minutes, np.inf)
    best, settlement = minutes.argmin(axis=0), np.arange(len(people))
    seats = np.zeros(offered.reach.shape, dtype=np.int64)
    seats[best, settlement] = np.where(offered.reach.any(axis=0), people, 0)
    return seats
