"""From sessions to offers, and how many people that is; answers are written down by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sokanalysis.attendance import attendance
from sokanalysis.reach import (
    STATES,
    offer_panels,
    offers_within_reach,
    outcomes,
    people_by_field,
    share_by_field,
    share_by_mode,
    share_by_offer,
    share_by_reason,
)
from sokanalysis.supply import attended_offers
from tests.conftest import feed, region, table, villages

COURSE = {"offer_id": "A1", "name": "Kurs", "field": "sprache_bildung", "kind": "integrationskurs"}
MEETING = {"offer_id": "A2", "name": "Treff", "field": "teilhabe", "kind": "begegnung"}
MONDAY = {"session_id": "S1", "offer_id": "A1", "site_id": "O1", "weekdays": "Mo"}
SATURDAY = MONDAY | {"session_id": "S2", "weekdays": "Sa"}


def answer(session: str, reason: str, day_type: str = "schultag", **values) -> dict:
    """One row of `attendance`; bus unless told otherwise."""
    reached = reason == "erreichbar"
    return {
        "session_id": session, "settlement_id": "X", "day_type": day_type, "with_flex": False,
        "reason": reason, "mode": "bus" if reached else "", "away_minutes": 60.0,
        "walk_minutes": 50.0, "bike_minutes": 20.0, "car_minutes": 15.0,
    } | values  # fmt: skip


def offered(
    answers: list[dict], sessions: list[dict], offers: list[dict] = (COURSE,), **parameters
) -> pd.DataFrame:
    district = region([], [], sessions, feed({}, {}), offers=offers).with_parameters(**parameters)
    return attended_offers(district, pd.DataFrame(answers), district.sessions, district.offers)


def in_school(rows: pd.DataFrame) -> pd.Series:
    """The only row of the school weeks."""
    rows = rows[rows["season"] == "schulzeit"]
    assert len(rows) == 1
    return rows.iloc[0]


def test_of_a_course_one_needs_every_session():
    answers = [answer("S1", "erreichbar"), answer("S2", "keine_hinfahrt", "samstag")]
    assert not in_school(offered(answers, [MONDAY, SATURDAY]))["is_attended"]
    answers[1] = answer("S2", "erreichbar", "samstag")
    assert in_school(offered(answers, [MONDAY, SATURDAY]))["is_attended"]


def test_of_a_consultation_hour_any_session_will_do():
    answers = [answer("S1", "erreichbar"), answer("S2", "keine_hinfahrt", "samstag")]
    rows = offered(answers, [MONDAY, SATURDAY], [MEETING | {"offer_id": "A1"}])
    assert in_school(rows)["is_attended"]


def test_without_any_session_reached_nothing_is_attended():
    answers = [answer("S1", "keine_hinfahrt")]
    row = in_school(offered(answers, [MONDAY], [MEETING | {"offer_id": "A1"}]))
    assert not row["is_attended"]
    assert row["mode"] == ""
    assert np.isnan(row["away_minutes"])


@pytest.mark.parametrize(("share", "is_attended"), [(1.0, False), (0.8, True), (0.9, False)])
def test_the_required_share_counts_days_not_rows(share, is_attended):
    # Four weekdays reached and a Saturday not: 4 of 5 days, though 1 of 2 sessions.
    week = MONDAY | {"weekdays": "Mo;Di;Mi;Do"}
    answers = [answer("S1", "erreichbar"), answer("S2", "keine_hinfahrt", "samstag")]
    row = in_school(offered(answers, [week, SATURDAY], attend_share_required=share))
    assert row["is_attended"] == is_attended


def test_school_weeks_and_holidays_are_kept_apart():
    # Weekdays differ between the seasons, Saturday belongs to both.
    answers = [
        answer("S1", "erreichbar"), answer("S1", "keine_rueckfahrt", "ferientag"),
        answer("S2", "erreichbar", "samstag"),
    ]  # fmt: skip
    rows = offered(answers, [MONDAY, SATURDAY]).set_index("season")["is_attended"]
    assert rows.to_dict() == {"schulzeit": True, "ferien": False}


def test_an_offer_without_sessions_in_the_holidays_does_not_appear_there():
    rows = offered([answer("S1", "erreichbar")], [MONDAY])
    assert rows["season"].tolist() == ["schulzeit"]


def test_the_session_that_comes_nearest_gives_the_reason():
    # Getting there and not home is nearer than not getting there.
    answers = [answer("S1", "keine_hinfahrt"), answer("S2", "keine_rueckfahrt", "samstag")]
    assert in_school(offered(answers, [MONDAY, SATURDAY]))["reason"] == "keine_rueckfahrt"


def test_the_quickest_session_gives_way_and_minutes():
    # By bus 60 minutes there and back with waiting; by bike 2 × 20, on foot 2 × 50.
    answers = [answer("S1", "erreichbar"), answer("S2", "erreichbar", "samstag", mode="rad")]
    row = in_school(offered(answers, [MONDAY, SATURDAY]))
    assert (row["mode"], row["away_minutes"]) == ("rad", 40)
    answers[1]["mode"] = "fuss"
    row = in_school(offered(answers, [MONDAY, SATURDAY]))
    assert (row["mode"], row["away_minutes"]) == ("bus", 60)


def test_who_is_fetched_is_away_as_long_as_a_car_takes():
    # 15 minutes there and 15 back; the session in the holidays has no ride and is out of reach.
    answers = [
        answer("S1", "erreichbar", mode="fahrdienst"), answer("S1", "keine_hinfahrt", "ferientag"),
    ]  # fmt: skip
    rows = offered(answers, [MONDAY]).set_index("season")
    assert rows.loc["schulzeit", ["mode", "away_minutes"]].tolist() == ["fahrdienst", 30]
    assert rows["is_attended"].to_dict() == {"schulzeit": True, "ferien": False}
    assert np.isnan(rows.loc["ferien", "away_minutes"])


def test_sites_are_kept_apart():
    answers = [answer("S1", "erreichbar"), answer("S2", "keine_hinfahrt")]
    there = SATURDAY | {"site_id": "O2", "weekdays": "Di"}
    rows = offered(answers, [MONDAY, there])
    assert rows[["site_id", "is_attended"]].to_numpy().tolist() == [["O1", True], ["O2", False]]


def test_without_answers_the_columns_stand_without_rows():
    rows = offered([answer("S1", "erreichbar")], [MONDAY])
    none = pd.DataFrame([answer("S1", "erreichbar")])[:0]
    district = region([], [], [], feed({}, {}))
    empty = attended_offers(district, none, table("sessions", []), table("offers", []))
    assert empty.empty
    assert list(empty.columns) == list(rows.columns)


# --- shares of people: X has 30 people, Y 10, Z nobody --------------------------------------------


def unit(offer: str, village: str, attended: bool, **values) -> dict:
    return {
        "season": "schulzeit", "with_flex": True, "offer_id": offer, "site_id": "O1",
        "settlement_id": village, "is_attended": attended,
        "reason": "erreichbar" if attended else "keine_hinfahrt",
    } | values  # fmt: skip


def district():
    people = [
        {"settlement_id": "X", "ags": "16075001", "population_count": 30, "name": "X"},
        {"settlement_id": "Y", "ags": "16075002", "population_count": 10, "name": "Y"},
        {"settlement_id": "Z", "ags": "16075003", "population_count": 0, "name": "Z"},
    ]
    return region(
        [{"lat": 50.6, "lon": 11.7} | row for row in people],
        [{"site_id": "O1", "name": "Schule", "place": "X"}],
        [MONDAY | {"quality": "belegt"}, MONDAY | {"session_id": "S9", "offer_id": "A2"}],
        feed({}, {}),
        offers=[COURSE, MEETING, COURSE | {"offer_id": "A3", "name": "Abendkurs"}],
        municipalities=[{"ags": f"1607500{n}", "name": f"Dorf {n}"} for n in (1, 2, 3)],
    )


UNITS = pd.DataFrame([
    unit("A1", "X", True), unit("A1", "Y", False), unit("A1", "Z", True),
    unit("A2", "X", False), unit("A2", "Y", False), unit("A2", "Z", False),
    unit("A3", "X", True), unit("A3", "Y", True), unit("A3", "Z", False),
    unit("A1", "X", False, season="ferien"), unit("A1", "Y", True, season="ferien"),
    unit("A1", "Z", True, season="ferien"),
])  # fmt: skip


def test_share_by_offer():
    # A3 reaches all 40, A1 the 30 of X, A2 nobody. In the holidays A1 reaches the 10 of Y, and
    # the others have no session. Without the on-demand bus nothing was asked.
    rows = share_by_offer(district(), UNITS)
    assert rows["offer_id"].tolist() == ["A3", "A1", "A2"]
    assert rows["schulzeit_rufbus"].tolist() == [1.0, 0.75, 0.0]
    assert rows.set_index("offer_id").loc["A1", "ferien_rufbus"] == 0.25
    assert rows["ferien_rufbus"].isna().sum() == 2
    assert rows[["schulzeit_linie", "ferien_linie"]].isna().all(axis=None)
    assert rows.set_index("offer_id")[["name", "place"]].loc["A1"].tolist() == ["Kurs", "X"]
    # The times of A1 are documented, those of A2 are a working assumption.
    assert rows.set_index("offer_id")["is_assumed"].loc[["A1", "A2"]].tolist() == [False, True]


def test_share_by_field_counts_nobody_twice():
    # Of the two courses X reaches both and Y one: all 40. In the holidays the 10 of Y.
    rows = share_by_field(district(), UNITS).set_index("field")
    assert rows.loc["sprache_bildung", "schulzeit_rufbus"] == 1.0
    assert rows.loc["sprache_bildung", "ferien_rufbus"] == 0.25
    assert rows.loc["teilhabe", "schulzeit_rufbus"] == 0.0
    assert np.isnan(rows.loc["teilhabe", "ferien_rufbus"])


def test_people_by_field_are_counted_once():
    # School weeks with the on-demand bus: courses X (30) and Y (10), meetings nobody; any offer
    # the same 40. Holidays: the 10 of Y; of the meetings no session at all, so nobody.
    rows = people_by_field(district(), UNITS)
    assert rows["field"].tolist() == [
        "Sprache und durchgängige Bildung", "Gesellschaftliche Teilhabe und Mitgestaltung",
        "irgendein Angebot",
    ]  # fmt: skip
    assert rows["schulzeit_rufbus_people"].tolist() == [40, 0, 40]
    assert rows["ferien_rufbus_people"].tolist() == [10, 0, 10]
    assert rows[["schulzeit_linie_people", "ferien_linie_people"]].to_numpy().sum() == 0


def test_any_offer_adds_people_of_different_fields():
    # X reaches the course, Y the meeting: 30 and 10, together 40.
    units = pd.DataFrame([unit("A1", "X", True), unit("A2", "Y", True)])
    assert people_by_field(district(), units)["schulzeit_rufbus_people"].tolist() == [30, 10, 40]


def test_a_course_with_only_some_sessions_within_reach_is_an_outcome_of_its_own():
    rows = pd.DataFrame([
        unit("A1", "X", True), unit("A1", "Y", False),
        unit("A1", "Z", False, reason="erreichbar"),
    ])  # fmt: skip
    assert outcomes(rows).tolist() == ["erreichbar", "keine_hinfahrt", "nur_teilweise"]


def test_an_area_without_people_is_left_out():
    rows = share_by_field(district(), UNITS, by="ags")
    assert sorted(set(rows["ags"])) == ["16075001", "16075002"]
    courses = rows[rows["field"] == "sprache_bildung"].set_index("ags")
    assert courses["schulzeit_rufbus"].to_dict() == {"16075001": 1.0, "16075002": 1.0}
    assert courses["ferien_rufbus"].to_dict() == {"16075001": 0.0, "16075002": 1.0}


def test_offers_within_reach_of_every_settlement():
    rows = offers_within_reach(district(), UNITS).set_index("settlement_id")
    assert rows["schulzeit_rufbus_offers"].to_dict() == {"X": 2, "Y": 1, "Z": 1}
    assert rows["ferien_rufbus_offers"].to_dict() == {"X": 0, "Y": 1, "Z": 1}
    assert rows["schulzeit_linie_offers"].tolist() == [0, 0, 0]
    assert rows["municipality"].tolist() == ["Dorf 1", "Dorf 2", "Dorf 3"]
    assert set(offer_panels()) <= set(rows)


def test_reasons_add_up_to_all_pairs_of_person_and_offer():
    # School weeks: 3 offers × 40 people = 120 pairs; reached 30 (A1) + 40 (A3) = 70.
    rows = share_by_reason(district(), UNITS)
    assert rows.index.tolist() == ["Schulzeit, mit Rufbus", "Ferien, mit Rufbus"]
    assert rows.loc["Schulzeit, mit Rufbus", "erreichbar"] == pytest.approx(70 / 120)
    assert rows.loc["Schulzeit, mit Rufbus", "keine Hinfahrt"] == pytest.approx(50 / 120)
    np.testing.assert_allclose(rows.sum(axis=1), 1)


def test_no_units_no_shares():
    none = UNITS[:0]
    assert share_by_offer(district(), none).empty
    assert share_by_field(district(), none).empty
    assert people_by_field(district(), none).empty
    assert offers_within_reach(district(), none)["schulzeit_linie_offers"].tolist() == [0, 0, 0]


def test_ways_are_compared_each_on_its_own():
    # Five villages of ten: Süd is there already and takes no bus; by bus Mitte comes, and the
    # on-demand bus does not run. By car Nord takes longest: 10 km × 1.4 / 50 km/h + 5 = 22
    # minutes of 30. What happens in the holidays does not count.
    five = villages().with_parameters(car_max_minutes=30)
    states = [("schultag", False), ("schultag", True), ("ferientag", False)]
    answers = attendance(five, five.sessions, states=states)
    row = share_by_mode(five, answers, five.sessions).loc["Sprache und durchgängige Bildung"]
    assert row.to_dict() == pytest.approx(
        {"zu Fuß": 0.2, "Rad": 0.2, "Bus und Bahn": 0.2, "mit Rufbus": 0.2, "Auto": 1.0}
    )


def test_shares_of_the_real_district_are_shares(sok, sok_state):
    shares = share_by_offer(sok, sok_state.units)[list(STATES)].to_numpy()
    known = shares[~np.isnan(shares)]
    assert len(known)
    assert ((known >= 0) & (known <= 1)).all()
