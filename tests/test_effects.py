"""What a change does, in the five villages of `tests.conftest.villages`, by hand.

Of 1000 foreigners 35 need the course (3.5 %, between 2 and 6 %: 20 to 60), 7 a village (4 to 12).
36 seats are there. Today Süd walks and Mitte comes with B and goes with C: 14 (8 to 24) take part.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

from sokanalysis.changes import Change, changed, session_change, site_change, trip_change
from sokanalysis.demand import NEEDS, demand
from sokanalysis.effects import ESTIMATES, Effect, able, difference, effect
from sokanalysis.errors import NoServiceOnDate
from sokanalysis.gaps import gaps, situation
from sokanalysis.region import Region
from tests.conftest import COURSE_OFFER, COURSE_SESSION, villages

COURSE = "integrationskurs"
WEEK = ("Mo", "Di", "Mi", "Do", "Fr")
VILLAGES = ["Süd", "Mitte", "Nord", "Abseits", "Fern"]
COUNTS = [name.replace("person", "able") for name in ESTIMATES]
SMALL = COURSE_OFFER | {"place_count": 6}  # 6 places × 1.5 runs a year = 9 seats
ADVICE = COURSE_OFFER | {"offer_id": "A2", "kind": "migrationsberatung", "field": "teilhabe"}
MEETING = ADVICE | {"offer_id": "A3", "kind": "begegnung", "place_count": 40}
EVENING = COURSE_SESSION | {
    "session_id": "S2", "offer_id": "A2", "site_id": "O5", "start_time": "17:00",
    "end_time": "18:00", "runs_in_holidays": "ja",
}  # fmt: skip
SUNDAY = COURSE_SESSION | {"session_id": "S3", "offer_id": "A3", "weekdays": "Mi;So"}


@cache
def today() -> tuple[Region, pd.DataFrame]:
    """The five villages and their demand."""
    district = villages()
    return district, demand(district)


@cache
def able_today() -> pd.DataFrame:
    return able(*today())


def done_by(*changes: Change) -> Effect:
    """The effect of changes of the five villages."""
    return effect(*today(), *changes, before=able_today())


def of_course(rows: pd.DataFrame, column: str = "able_count") -> list[int]:
    """The answer for the course by village."""
    rows = rows[rows["need"] == COURSE].set_index("settlement_id")
    return [int(count) for count in rows.loc[VILLAGES, column]]


def found(**values) -> pd.DataFrame:
    """Who is able in villages with other offers or sessions."""
    district = villages(**values)
    return able(district, demand(district))


# --- who can take part --------------------------------------------------------------------------


def test_who_can_take_part_by_village_and_estimate():
    rows = able_today()
    assert of_course(rows) == [7, 7, 0, 0, 0]
    assert of_course(rows, "able_count_low") == [4, 4, 0, 0, 0]
    assert of_course(rows, "able_count_high") == [12, 12, 0, 0, 0]
    assert of_course(rows, "is_reached") == [1, 1, 0, 0, 0]
    # No other need is answered by a course.
    others = rows[rows["need"] != COURSE]
    assert others[[*COUNTS, "able_count_holidays", "is_reached"]].sum(axis=None) == 0


def test_seats_limit_every_estimate_on_its_own():
    # 9 seats. Of 8 people all sit; of 14 the 7 of Süd, which is nearer, and 2 of Mitte; of 24
    # nine of the 12 of Süd.
    rows = found(offers=[SMALL])
    assert of_course(rows, "able_count_low") == [4, 4, 0, 0, 0]
    assert of_course(rows) == [7, 2, 0, 0, 0]
    assert of_course(rows, "able_count_high") == [9, 0, 0, 0, 0]
    # Whether a course is within reach is not a matter of seats.
    assert of_course(rows, "is_reached") == [1, 1, 0, 0, 0]


def test_in_the_holidays_it_takes_a_course_and_a_way():
    # The course pauses: nobody. It goes on: no bus runs in the holidays, Süd walks.
    assert of_course(able_today(), "able_count_holidays") == [0, 0, 0, 0, 0]
    goes_on = [COURSE_SESSION | {"runs_in_holidays": "ja"}]
    assert of_course(found(sessions=goes_on), "able_count_holidays") == [7, 0, 0, 0, 0]


def test_rows_are_needs_and_settlements_in_their_order():
    _, people = today()
    rows = able_today()
    assert list(rows.columns) == [
        "need", "settlement_id", "ags", *COUNTS, "able_count_holidays", "is_reached",
    ]  # fmt: skip
    assert rows["need"].unique().tolist() == list(NEEDS)
    assert rows["settlement_id"].tolist() == VILLAGES * len(NEEDS)
    assert rows.index.tolist() == list(range(5 * len(NEEDS)))
    assert (rows[["need", "settlement_id"]] == people[["need", "settlement_id"]]).all(axis=None)


def test_without_sessions_nobody_can():
    rows = found(sessions=[])
    assert len(rows) == 5 * len(NEEDS)
    assert rows[[*COUNTS, "able_count_holidays", "is_reached"]].sum(axis=None) == 0


def test_a_day_type_without_service_is_an_error():
    district = villages(sessions=[COURSE_SESSION | {"weekdays": "Mo;Sa"}])
    active = district.feed.active
    district.feed.__dict__["active"] = active[active.map(lambda s: "samstag" not in s)]
    with pytest.raises(NoServiceOnDate, match="Samstag"):
        able(district, demand(district))


@pytest.mark.parametrize(
    ("offers", "sessions"),
    [
        ([SMALL, ADVICE, MEETING], [COURSE_SESSION, EVENING, SUNDAY]),
        # Places nobody has reported, a course on two days of which one has no bus, a consultation
        # hour whose times nobody knows.
        ([COURSE_OFFER | {"place_count": ""}, ADVICE], [COURSE_SESSION | {"weekdays": "Mi;So"}]),
    ],
)
def test_they_are_those_whom_the_gaps_count_as_able(offers, sessions):
    district = villages(offers, sessions)
    assert_as_in_gaps(district, situation(district))


def test_they_are_those_of_the_gaps_in_the_real_district(sok, sok_state):
    assert_as_in_gaps(sok, sok_state)


def assert_as_in_gaps(district: Region, state) -> None:
    keys = ["need", "settlement_id"]
    counted = gaps(district, state)
    counted = counted[counted["gap_class"] == "kann_teilnehmen"].set_index(keys)["person_count"]
    rows = able(district, state.demand).set_index(keys)
    expected = counted.reindex(rows.index, fill_value=0)
    assert rows["able_count"].tolist() == expected.tolist()
    # Nobody who cannot get there takes part, and nobody twice.
    assert (rows.loc[~rows["is_reached"], COUNTS] == 0).all(axis=None)
    people = state.demand.set_index(keys)
    for count, able_count in zip(ESTIMATES, COUNTS, strict=True):
        assert (rows[able_count] <= people[count]).all()


# --- before and after ---------------------------------------------------------------------------


def test_a_trip_lets_seven_people_of_abseits_take_part():
    # E ten minutes earlier arrives 08:48; H goes home. Between 4 and 12 people live there with
    # the need: between 12 and 36 of 36 seats are taken then.
    district, _ = today()
    done = done_by(trip_change(district, "E", "08:30"))
    assert of_course(done.after) == [7, 7, 0, 7, 0]
    assert [done.gained(column) for column in COUNTS] == [7, 4, 12]
    assert done.gained("able_count_holidays") == 0
    assert done.needs == (COURSE,)
    assert (done.count("before", done.needs), done.count("after", done.needs)) == (14, 21)
    assert done.reached("before", done.needs) == {"Süd", "Mitte"}
    assert done.reached("after", done.needs) == {"Süd", "Mitte", "Abseits"}
    assert done.by("ags").to_dict("records") == [
        {"need": COURSE, "ags": "16075001", "gained_count": 7}
    ]
    assert done.by("settlement_id").to_dict("records") == [
        {"need": COURSE, "settlement_id": "Abseits", "gained_count": 7}
    ]


def test_changes_are_made_together():
    # E earlier brings Abseits, D a quarter past noon takes Nord home: 28 of 36 seats.
    district, _ = today()
    changes = [trip_change(district, "E", "08:30"), trip_change(district, "D", "12:15")]
    assert done_by(*changes).gained() == 14


def test_who_gains_and_who_loses_are_set_off_and_seen_place_by_place():
    # The course moves from Süd to Fern, where only Fern comes: 7 instead of 14.
    district, _ = today()
    moved = session_change(district, "A1", "O5", WEEK, "09:00", "12:00", instead_of="S1")
    done = done_by(moved)
    assert (done.gained(), done.needs) == (-7, (COURSE,))
    gained = done.by("settlement_id").set_index("settlement_id")["gained_count"]
    assert gained.to_dict() == {"Süd": -7, "Mitte": -7, "Fern": 7}
    assert done.by("ags")["gained_count"].tolist() == [-7]
    # Held in Fern at the same time as in Süd, the seats of the course are there twice.
    twice = session_change(district, "A1", "O5", WEEK, "09:00", "12:00")
    assert done_by(twice).gained() == 7


def test_a_change_that_nobody_gains_from_on_the_whole_has_no_need():
    # 9 seats, 7 for Süd and 2 for Mitte, who is away for 75 minutes beside the course (08:30 to
    # 12:45). With E at 08:30 Abseits is away for 73 (until 12:43) and takes them over.
    district = villages([SMALL])
    people = demand(district)
    done = effect(district, people, trip_change(district, "E", "08:30"))
    assert (done.gained(), done.needs) == (0, ())
    gained = done.by("settlement_id").set_index("settlement_id")["gained_count"]
    assert gained.to_dict() == {"Mitte": -2, "Abseits": 2}
    assert done.reached("after", (COURSE,)) - done.reached("before", (COURSE,)) == {"Abseits"}
    assert done.count("after", done.needs) == 0
    assert done.reached("after", done.needs) == frozenset()


def test_a_course_that_goes_on_in_the_holidays_helps_then_only():
    # Süd walks: 7 more in the holidays, nobody more in school weeks.
    district, _ = today()
    goes_on = session_change(
        district, "A1", "O1", WEEK, "09:00", "12:00", session_id="S1", runs_in_holidays=True
    )
    done = done_by(goes_on)
    assert (done.gained(), done.gained("able_count_holidays")) == (0, 7)
    assert done.needs == ()
    assert done.by("ags").empty


def test_a_new_offer_answers_another_need():
    # 100 of 1000 want advice, 20 a village; in Fern at 17:00 only Fern comes.
    advice = ADVICE | {"target_groups": ("zugewanderte",), "place_count": None}
    held = EVENING | {"weekdays": WEEK, "runs_in_holidays": False}
    done = done_by(Change({"offers": [advice], "sessions": [held]}))
    assert (done.needs, done.gained()) == (("beratung",), 20)
    assert done.reached("after", done.needs) == {"Fern"}
    # With 12 places 12 of the 20 find one.
    small = Change({"offers": [advice | {"place_count": 12}], "sessions": [held]})
    assert done_by(small).gained() == 12


def test_what_is_known_already_need_not_be_asked_again():
    district, people = today()
    change = trip_change(district, "E", "08:30")
    done = done_by(change)
    assert done.before is able_today()
    anew = effect(district, people, change)
    pd.testing.assert_frame_equal(anew.before, done.before)
    pd.testing.assert_frame_equal(anew.after, done.after)


DISTRICT = today()[0]
ONE_ANSWER_A_NEED = villages([COURSE_OFFER, ADVICE], [COURSE_SESSION, EVENING])
CHANGES = {
    "a trip": trip_change(DISTRICT, "E", "08:30"),
    "a trip that ends": Change(ended=frozenset(["C"])),
    "a site somewhere else": site_change("O1", "Fern", 50.6, 11.7 - 5 / 70.7),
    "a session": session_change(DISTRICT, "A1", "O5", WEEK, "09:00", "12:00"),
    "a session that ends": Change(ended=frozenset(["S1"])),
    # The only session of the course becomes one of the advice.
    "a session of another offer": Change({
        "sessions": [EVENING | {"session_id": "S1", "weekdays": WEEK, "runs_in_holidays": False}]
    }),
    "fewer places": Change({
        "offers": [COURSE_OFFER | {"target_groups": ("zugewanderte",), "place_count": 6}]
    }),
    "an offer of the past": Change({
        "offers": [COURSE_OFFER | {"target_groups": ("zugewanderte",), "status": "historisch"}]
    }),
}  # fmt: skip


@cache
def able_in_two_needs() -> tuple[pd.DataFrame, pd.DataFrame]:
    people = demand(ONE_ANSWER_A_NEED)
    return people, able(ONE_ANSWER_A_NEED, people)


@pytest.mark.parametrize("name", CHANGES)
def test_only_what_a_change_can_touch_is_asked_anew_and_nothing_is_missed(name):
    people, before = able_in_two_needs()
    done = effect(ONE_ANSWER_A_NEED, people, CHANGES[name], before=before)
    whole = able(changed(ONE_ANSWER_A_NEED, CHANGES[name]), people)
    pd.testing.assert_frame_equal(done.after, whole)
    assert done.gained() != 0


# --- two states of a district -------------------------------------------------------------------


def assert_nothing(done: Effect) -> None:
    assert [done.gained(column) for column in (*COUNTS, "able_count_holidays")] == [0, 0, 0, 0]
    assert done.needs == ()
    for column in ("ags", "settlement_id"):
        rows = done.by(column)
        assert rows.empty
        assert list(rows.columns) == ["need", column, "gained_count"]
    assert done.reached("before", (COURSE,)) == done.reached("after", (COURSE,))


def test_a_district_and_itself_differ_in_nothing():
    district, people = today()
    assert_nothing(difference(district, district, people))
    assert_nothing(effect(district, people))


def test_the_difference_is_the_effect_of_what_was_changed():
    district, people = today()
    idea = district.with_trip("E", "08:30")
    there = difference(district, idea, people)
    done = done_by(trip_change(district, "E", "08:30"))
    pd.testing.assert_frame_equal(there.before, done.before)
    pd.testing.assert_frame_equal(there.after, done.after)
    # And back again it is the same with the other sign.
    back = Effect(there.after, there.before)
    assert (there.gained(), back.gained()) == (7, -7)
    assert back.by("settlement_id")["gained_count"].tolist() == [-7]


def test_other_assumptions_are_a_difference_too():
    # By bike 5 km are 5 × 1.35 / 13 km/h, 31 minutes: Abseits and Fern come as well.
    district, people = today()
    by_bike = district.with_parameters(bike_max_minutes=35)
    assert difference(district, by_bike, people).gained() == 14
