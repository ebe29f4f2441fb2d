"""Versions of offers: what replaces what, and that one call says what the engine says."""

from __future__ import annotations

import numpy as np
import pytest

from sokanalysis.attendance import attendance
from sokanalysis.changes import changed
from sokanalysis.gaps import TODAY
from sokanalysis.levers import existing, new, transport
from sokanalysis.supply import attended_offers
from sokanalysis.versions import Reach, versions_of
from tests.cases import ADVICE, ADVICE_SESSION, WINDOWS, by_key, hall, town
from tests.conftest import COURSE_OFFER, COURSE_SESSION

PLACES = ["Süd", "Mitte", "Nord", "Abseits", "Fern"]
SECOND = COURSE_SESSION | {"session_id": "S2", "site_id": "O5"}


def names(versions):
    """Offer, site and opener of versions."""
    return [(str(v.offer["offer_id"]), v.site_id, v.opened_by) for v in versions]


def reached(region, versions, found, then=None):
    """The villages from which each version can be taken up."""
    table = Reach(region, versions, found).under(then or region)
    return [{place for place, is_in in zip(PLACES, row, strict=True) if is_in} for row in table]


def test_today_comes_first_and_is_closed_by_what_replaces_it():
    district = town()
    moves, rides = existing.moves(district), existing.rides(district)
    versions = versions_of(district, [*moves, *rides])
    assert names(versions)[0] == ("A1", "O1", "")
    assert names(versions)[1:9] == [("A1", "O1", move.key) for move in moves]
    # The ride holds two offers at the same time: seats with a ride and seats without.
    ride = "fahrdienst|A1@O1"
    assert names(versions)[9:] == [(ride, "O1", ride), (f"{ride}|rest", "O1", ride)]
    assert versions[0].closed_by == (*(move.key for move in moves), ride)
    assert all(version.closed_by == () for version in versions[1:])


def test_a_move_holds_the_session_at_its_new_time_only():
    district = town()
    [_, first, *_] = versions_of(district, existing.moves(district))
    assert [(row["session_id"], row["start_time"]) for row in first.sessions] == [
        ("S1|-60", "08:00")
    ]


def test_another_site_of_the_offer_stays_open():
    district = town(None, [COURSE_SESSION, SECOND])
    moves = by_key(existing.moves(district))
    versions = versions_of(district, list(moves.values()))
    today = {version.site_id: version for version in versions[:2]}
    assert set(today["O1"].closed_by) == {key for key in moves if "@O1" in key}
    assert set(today["O5"].closed_by) == {key for key in moves if "@O5" in key}


def test_what_takes_place_beside_an_offer_ends_with_its_time():
    # Childcare from 9 to 12 is of no use when the course is at 8; a ride leaves the time alone.
    district = town(buildings=[hall("Fern")])
    moves, [care] = existing.moves(district), existing.childcare(district)
    [online] = new.online(district)
    found = [*moves, *existing.rides(district), care, online, *new.branches(district)]
    for version in versions_of(district, found):
        if version.opened_by in (care.key, online.key):
            assert version.closed_by == tuple(move.key for move in moves)
        elif version.opened_by:
            assert version.closed_by == ()


def test_without_sessions_there_are_no_versions():
    district = town(None, [])
    assert versions_of(district, []) == []
    assert Reach(district, [], []).under(district).shape == (0, 5)


def test_a_course_needs_every_session_and_other_offers_one():
    # 13:00–16:00 only Süd, on foot; 09:00–12:00 Süd and Mitte. Only on foot on Saturday.
    late = {"session_id": "S2", "weekdays": "Mo", "start_time": "13:00", "end_time": "16:00"}
    saturday = {"session_id": "S3", "weekdays": "Sa"}
    for more in (late, saturday):
        course = town(None, [COURSE_SESSION, COURSE_SESSION | more])
        assert reached(course, versions_of(course, []), []) == [{"Süd"}]
        advice = town([ADVICE], [ADVICE_SESSION, ADVICE_SESSION | more])
        assert reached(advice, versions_of(advice, []), []) == [{"Süd", "Mitte"}]


def test_the_required_share_of_a_course_counts_days():
    # Five days in the morning, one in the afternoon: Mitte reaches 5 of 6 days, 0.83.
    late = {"session_id": "S2", "weekdays": "Mo", "start_time": "13:00", "end_time": "16:00"}
    district = town(None, [COURSE_SESSION, COURSE_SESSION | late])
    for share, expected in ((0.83, {"Süd", "Mitte"}), (0.84, {"Süd"})):
        lenient = district.with_parameters(attend_share_required=share)
        assert reached(lenient, versions_of(lenient, []), []) == [expected]


def test_the_same_place_and_time_is_asked_once():
    district = town()
    found = [*existing.childcare(district), *new.parents_courses(district)]
    versions = versions_of(district, found)
    reach = Reach(district, versions, found)
    assert (len(versions), len(reach.sessions)) == (5, 1)
    assert reached(district, versions, found) == [{"Süd", "Mitte"}] * 5


@pytest.fixture(scope="module")
def rich():
    """Two courses, one of them at two sites, advice, the on-demand bus and a town hall."""
    return town(
        [COURSE_OFFER, ADVICE], [COURSE_SESSION, SECOND, ADVICE_SESSION],
        flex=WINDOWS, buildings=[hall("Mitte")],
    )  # fmt: skip


def test_one_call_says_what_the_engine_says_of_each_candidate_alone(rich):
    found = [
        *existing.moves(rich)[4::8], *existing.rides(rich), *existing.childcare(rich)[:1],
        *new.branches(rich)[::9], *new.online(rich)[:1],
    ]  # fmt: skip
    versions = versions_of(rich, found)
    for then in (rich, changed(rich, transport.flex_hours(rich)[0].change)):
        table = Reach(rich, versions, found).under(then)
        expected = np.zeros_like(table)
        for candidate in (None, *found):
            after = changed(then, candidate.change) if candidate else then
            answers = attendance(after, after.current_sessions, states=TODAY)
            units = attended_offers(after, answers, after.current_sessions, after.offers)
            units = units[(units["season"] == "schulzeit") & units["is_attended"]]
            able = set(
                zip(units["offer_id"], units["site_id"], units["settlement_id"], strict=True)
            )
            for row, version in enumerate(versions):
                if version.opened_by == (candidate.key if candidate else ""):
                    unit = str(version.offer["offer_id"]), version.site_id
                    expected[row] = [(*unit, place) in able for place in PLACES]
        np.testing.assert_array_equal(table, expected)
        assert table.any()
        assert not table.all()
