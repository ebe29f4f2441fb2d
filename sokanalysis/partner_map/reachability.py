"""Who reaches what and when, by the engine, in as few bytes as the page needs.

A byte a village says what becomes of it; a row of numbers a village that comes by bus says when
one leaves, arrives, sets off again and is home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from sokanalysis.attendance import MODES, Attendance, attendance, attendances
from sokanalysis.codes import STATES
from sokanalysis.geography import project
from sokanalysis.journey import Journeys, boardings_of, leave_of, time_of
from sokanalysis.partner_map.packing import packed_bytes, packed_numbers
from sokanalysis.reach import OUTCOMES, outcomes, state_names
from sokanalysis.supply import attended_offers

if TYPE_CHECKING:
    import pandas as pd

    from sokanalysis.region import Region

# Bits of a byte, from the lowest: outcome (3), way (2), on-demand bus out (1) and back (1).
WAY_BIT: Final = 3
FLEX_OUT_BIT: Final = 5
FLEX_BACK_BIT: Final = 6
# Numbers of a way by bus; boardings are 16 times those out plus those back.
TIMES: Final = ("leave", "arrive", "depart", "home", "boardings")

_WAYS: Final = {way: number for number, way in enumerate(MODES)}
_OUTCOMES: Final = {outcome: number for number, outcome in enumerate(OUTCOMES)}

Rows = dict[str, dict[str, list[dict[str, str]]]]


def session_rows(region: Region) -> Rows:
    """Say for every session, kind of day and village how one gets there and home.

    Parameters
    ----------
    region : Region
        The district.

    Returns
    -------
    dict
        By session and day type (those on which it takes place): four entries, without and with
        the on-demand bus, then the same without a bike. Each has ``cells`` (a byte a settlement,
        in their order) and ``times`` (`TIMES` of every settlement from which one comes by bus,
        in the order of the settlements; minutes of the day rounded down as a clock shows them).
        Empty without sessions.

    Raises
    ------
    NoServiceOnDate
        When the timetable has no date of a day type on which a session takes place.
    """
    sessions = region.current_sessions
    rows: Rows = {session_id: {} for session_id in sessions["session_id"]}
    if sessions.empty:
        return rows
    for district in with_and_without_bike(region):
        answers = attendances(district, sessions)
        for line, flex in zip(answers[::2], answers[1::2], strict=True):
            states = (_packed(line, line), _packed(flex, line))
            for number, session_id in enumerate(line.sessions["session_id"]):
                own = rows[session_id].setdefault(line.day_type, [])
                own += [state[number] for state in states]
    return rows


def with_and_without_bike(region: Region) -> tuple[Region, Region]:
    """Return the district, and the same where nobody rides a bike."""
    return region, region.with_parameters(bike_max_minutes=0)


def _packed(answer: Attendance, line: Attendance) -> list[dict[str, str]]:
    """Return one entry a session; ``line`` is the same kind of day without on-demand bus."""
    out, back = (_doors(answer, name) for name in ("out", "back"))
    mode = answer.mode()
    # Better than the best without the on-demand bus: then it is part of the journey.
    flex = (out < _doors(line, "out"), back < _doors(line, "back"))
    cells, times = _cells(answer, mode, flex), _times(out, back)
    return [
        {"cells": packed_bytes(cells[row]), "times": packed_numbers(times[row][mode[row] == "bus"])}
        for row in range(len(mode))
    ]


def _doors(answer: Attendance, direction: str) -> Journeys:
    journeys: Journeys = getattr(answer, direction).at_doors(answer.doors)
    return journeys


def _cells(
    answer: Attendance, mode: npt.NDArray[np.object_], flex: tuple[Any, Any]
) -> npt.NDArray[np.int64]:
    reason = np.where(mode != "", 0, answer.transit_reason.astype(np.int64))
    way = np.select([mode == name for name in _WAYS], list(_WAYS.values()), 0)
    by_bus = mode == "bus"
    return (
        reason + (way << WAY_BIT)
        + ((by_bus & flex[0]) << FLEX_OUT_BIT) + ((by_bus & flex[1]) << FLEX_BACK_BIT)
    )  # fmt: skip


def _times(out: Journeys, back: Journeys) -> npt.NDArray[np.int64]:
    """Return `TIMES`, shape (sessions, settlements, 5); the way out was searched backwards."""
    clocks = (-time_of(out), -leave_of(out), leave_of(back), time_of(back))
    boardings = 16 * boardings_of(out) + boardings_of(back)
    return np.stack([*(clock // 60 for clock in clocks), boardings], axis=-1)


def offer_cells(region: Region) -> dict[tuple[str, str], dict[str, list[str]]]:
    """Say for every offer at every site from which village it can be taken up.

    Returns
    -------
    dict
        By offer and site, then by key of `STATES` (those in which it takes place): two texts,
        with and without a bike, a byte a settlement with the position in `OUTCOMES` and the way.
        Empty without sessions.
    """
    if region.current_sessions.empty:
        return {}
    rides, walks = (_unit_cells(district) for district in with_and_without_bike(region))
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for (offer, site, state), cells in rides.items():
        found.setdefault((offer, site), {})[state] = [cells, walks[offer, site, state]]
    return {key: {state: states[state] for state in STATES if state in states}
            for key, states in found.items()}  # fmt: skip


def _unit_cells(region: Region) -> dict[tuple[str, str, str], str]:
    """Return the bytes by offer, site and state."""
    sessions = region.current_sessions
    answers = attendance(region, sessions)
    units = attended_offers(region, answers, sessions, region.current_offers)
    village = {name: number for number, name in enumerate(region.settlements["settlement_id"])}
    cells = outcomes(units).map(_OUTCOMES) + units["mode"].map(_WAYS).fillna(0) * 2**WAY_BIT
    rows = units.assign(
        state=state_names(units), cell=cells, village=units["settlement_id"].map(village)
    ).sort_values("village", kind="stable")
    groups = rows.groupby(["offer_id", "site_id", "state"])["cell"]
    return {(str(o), str(s), str(t)): packed_bytes(cell) for (o, s, t), cell in groups}


def way_minutes(region: Region, sites: pd.DataFrame) -> list[dict[str, str]]:
    """Return how long one walks and cycles to each site.

    Parameters
    ----------
    region : Region
        Gives settlements and ways.
    sites : DataFrame
        Rows of the table ``sites``.

    Returns
    -------
    list of dict
        One a site, in their order: ``walk`` and ``bike``, minutes one way from every settlement.
    """
    homes, places = project(region.settlements), project(sites)
    walk, bike = (region.ways.travel_minutes(mode, homes, places) for mode in ("fuss", "rad"))
    return [
        {"walk": packed_numbers(walk[:, number]), "bike": packed_numbers(bike[:, number])}
        for number in range(len(sites))
    ]
