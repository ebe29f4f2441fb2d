"""All levers together: what is tried, in the same order, each once."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from sokanalysis.codes import LEVERS
from sokanalysis.levers import existing, new, transport
from sokanalysis.measures import candidates
from tests.cases import ADVICE, ADVICE_SESSION, BACK, WINDOWS, by_key, found_in, hall, town
from tests.conftest import COURSE_OFFER, COURSE_SESSION

JOBS = ADVICE | {"offer_id": "B2", "kind": "aktivierung", "field": "ausbildung_arbeit"}


def full():
    """A district in which every lever has something to do: Nord has no offer of its own."""
    district = town(
        [COURSE_OFFER, ADVICE, JOBS],
        [COURSE_SESSION, ADVICE_SESSION, ADVICE_SESSION | {"session_id": "R2", "offer_id": "B2"}],
        trips=BACK, flex=WINDOWS, buildings=[hall("Fern")],
    )  # fmt: skip
    at = district.settlements
    is_nord = at["name"] == "Nord"
    ags = at["ags"].where(~is_nord, "16075002")
    return replace(district, settlements=at.assign(is_main=is_nord, ags=ags))


def test_every_lever_is_tried_and_every_key_is_there_once():
    found = found_in(full())
    levers = list(dict.fromkeys(candidate.lever for candidate in found))
    assert set(levers) == set(LEVERS) - {"sonstige"}
    assert list(by_key(found)) == [candidate.key for candidate in found]
    assert all(candidate.family for candidate in found)


def test_a_second_time_the_same_candidates_come_in_the_same_order():
    one, other = found_in(full()), found_in(full())
    assert [(c.key, c.cost, c.choice, c.words) for c in one] == [
        (c.key, c.cost, c.choice, c.words) for c in other
    ]


def test_nothing_is_added_to_what_the_levers_find():
    # Nobody lacks anything; lines are tried all the same, the measures have to be worth it later.
    columns = ["settlement_id", "gap_class", "person_count"]
    district, nobody = town(), pd.DataFrame(columns=columns)
    parts = [
        *existing.moves(district), *existing.more_places(district), *new.other_courses(district),
        *new.parents_courses(district), *existing.childcare(district),
        *transport.bus_trips(district, nobody), *existing.rides(district),
    ]  # fmt: skip
    assert [c.key for c in candidates(district, nobody)] == [c.key for c in parts]


def test_without_offers_only_the_timetable_can_change():
    assert {c.lever for c in found_in(town([], []))} == {"fahrt"}
