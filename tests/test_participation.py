"""Without a car, and what the fare costs: every number is counted out in the comments."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.attendance import attendance
from sokanalysis.codes import STATE_TITLES
from sokanalysis.participation import SINGLE_FARES, TICKET, fare_cost, without_car
from sokanalysis.reach import ANY_OFFER
from sokanalysis.supply import attended_offers
from tests.conftest import KM_NORTH, feed, region, villages

COURSE = {"offer_id": "A1", "name": "Kurs", "field": "sprache_bildung", "kind": "integrationskurs"}
HELD = {
    "session_id": "S1", "offer_id": "A1", "site_id": "O1", "weekdays": "Mo",
    "start_time": "09:00", "end_time": "12:00",
}  # fmt: skip
LINE = STATE_TITLES["schulzeit_linie"]
LANGUAGE = "Sprache und durchgängige Bildung"


def at(km: float, **values: object) -> dict:
    """Something so many kilometres north of the site."""
    return {"lat": 50.6 + km * KM_NORTH, "lon": 11.7} | values


# 200 people at 0, 3, 4 and 10 km; on foot that is 1.3 times as far: 0, 3.9, 5.2 and 13 km.
HOMES = [
    at(km, settlement_id=f"{km} km", population_count=people)
    for km, people in ((0, 100), (3, 50), (4, 30), (10, 20))
]
SITES = [at(0, site_id="O1", name="Schule", place="Süd")]


def district(*sessions: dict, offer: dict = COURSE, **parameters: float):
    made = region(HOMES, SITES, list(sessions or [HELD]), feed({}, {}), offers=[offer])
    return made.with_parameters(**parameters)


def taken(*ways: str, season: str = "schulzeit", with_flex: bool = False) -> pd.DataFrame:
    """Units of the course by the way people take from each home, empty when they do not come."""
    return pd.DataFrame({
        "season": season, "with_flex": with_flex, "offer_id": "A1", "site_id": "O1",
        "settlement_id": [home["settlement_id"] for home in HOMES], "mode": list(ways),
        "is_attended": [way != "" for way in ways], "away_minutes": 30.0,
    })  # fmt: skip


def by_car(*minutes: float) -> pd.DataFrame:
    """The answers that say how long the drive takes from each home."""
    homes = [home["settlement_id"] for home in HOMES]
    return pd.DataFrame({"session_id": "S1", "settlement_id": homes, "car_minutes": minutes})


# -- without a car -----------------------------------------------------------------------------
def test_the_gap_that_a_car_makes():
    # 100 + 50 of 200 come without a car. 45 minutes by car are within the limit, 45.1 are not:
    # with a car it is 180. Of them a tenth has none.
    made = district(carless_share=0.1)
    units = taken("fuss", "bus", "", "")
    rows = without_car(made, units, by_car(5, 20, 45, 45.1), made.sessions)
    row = rows[(rows["field"] == LANGUAGE) & (rows["state"] == LINE)].iloc[0]
    counts = row[["carless_count", "reached_count", "car_count", "gap_count"]]
    assert counts.tolist() == [20, 15, 18, 3]
    assert row[["reached_share", "car_share", "gap_share"]].tolist() == pytest.approx(
        [0.75, 0.9, 0.15]
    )


def test_the_range_of_the_share():
    # Ends of the range: 10 % and 53 % of 200, of 150 and of 180: 79.5 is rounded to the even 80,
    # 95.4 to 95; the gap is the difference of what is shown.
    made = district()
    rows = without_car(made, taken("fuss", "bus", "", ""), by_car(5, 20, 45, 46), made.sessions)
    row = rows.iloc[0]
    names = ("carless", "reached", "car", "gap")
    assert [row[f"{name}_count_low"] for name in names] == [20, 15, 18, 3]
    assert [row[f"{name}_count_high"] for name in names] == [106, 80, 95, 15]


def test_who_comes_by_bus_counts_with_a_car_too():
    # Without a way by car nobody drives, but the 50 of the bus still come.
    made = district()
    units = taken("", "bus", "", "")
    rows = without_car(made, units, by_car(*[float("nan")] * 4), made.sessions)
    assert rows.loc[0, "car_share"] == rows.loc[0, "reached_share"] == 0.25


def test_a_season_without_sessions_and_the_order_of_rows():
    made = district()
    rows = without_car(made, taken("fuss", "", "", ""), by_car(5, 5, 5, 5), made.sessions)
    assert rows["field"].tolist() == [LANGUAGE] * 4 + [ANY_OFFER] * 4
    assert rows["state"].tolist() == [*STATE_TITLES.values()] * 2
    assert rows["car_count"].tolist() == [39, 0, 0, 0] * 2  # 0.197 × 200


def test_people_with_a_need_instead_of_inhabitants():
    # 8 of 10 people with a need live where one comes from on foot.
    made = district()
    people = pd.Series({"0 km": 8, "10 km": 2})
    units = taken("fuss", "", "", "")
    rows = without_car(made, units, by_car(5, 5, 5, 60), made.sessions, people)
    assert rows.loc[0, ["reached_share", "car_share"]].tolist() == [0.8, 0.8]


def test_without_units_or_people_nothing_breaks():
    made = district()
    nobody = pd.Series([], dtype="int64")
    units, answers = taken("fuss", "", "", ""), by_car(5, 5, 5, 5)
    empty = without_car(made, units[:0], answers, made.sessions)
    assert empty.empty
    assert list(empty.columns) == list(without_car(made, units, answers, made.sessions).columns)
    assert without_car(made, units, answers, made.sessions, nobody)["gap_share"].eq(0).all()


def test_in_the_villages():
    # Süd walks, Mitte takes the bus: 20 of 50. By car Nord is farthest: 10 km × 1.4 at 50 km/h
    # are 16.8 minutes, and 5: everybody.
    made = villages()
    answers = attendance(made, made.sessions)
    units = attended_offers(made, answers, made.sessions, made.offers)
    rows = without_car(made, units, answers, made.sessions)
    shares = rows.loc[rows["state"] == LINE, ["reached_share", "car_share", "gap_share"]]
    assert shares.iloc[0].tolist() == pytest.approx([0.4, 1.0, 0.6])


# -- what the fare costs -----------------------------------------------------------------------
def fare(weekdays: str, **parameters: float) -> pd.Series:
    made = district(HELD | {"weekdays": weekdays}, **parameters)
    return fare_cost(made, taken("fuss", "bus", "bus", ""), made.sessions, "schulzeit_linie").iloc[
        0
    ]


def test_a_course_every_day_is_cheaper_with_the_ticket():
    # 5 days × 2 × 52/12 weeks × 2.25 € = 97.50 €, the ticket 63 €; 63 − 50.49 = 12.51 are
    # missing. Even at 2.10 € (91 €) the ticket is cheaper.
    row = fare("Mo;Di;Mi;Do;Fr")
    assert row["ticket"] == TICKET
    assert row[["day_count", "fare_eur", "over_budget_eur"]].tolist() == [5, 63, 12.51]
    assert row[["fare_low_eur", "fare_high_eur"]].tolist() == [63, 63]


def test_a_course_once_a_week_is_cheaper_with_single_fares():
    # 2 × 52/12 × 2.25 € = 19.50 €; at 2.10 € 18.20 €; at 7.90 € 68.47 €, so the ticket.
    row = fare("Mo")
    assert row["ticket"] == SINGLE_FARES
    assert row[["fare_eur", "fare_low_eur", "fare_high_eur"]].tolist() == [19.5, 18.2, 63]
    assert row["over_budget_eur"] == pytest.approx(-30.99)


def test_two_sessions_on_one_day_are_one_way():
    made = district(HELD, HELD | {"session_id": "S2", "start_time": "13:00", "end_time": "15:00"})
    rows = fare_cost(made, taken("bus", "", "", ""), made.sessions, "schulzeit_linie")
    assert rows.loc[0, "day_count"] == 1


def test_who_pays_without_a_grant():
    # By bus come 50 + 30. From 4 km it is 5.2 km on foot: a grant for 30, the 50 pay.
    row = fare("Mo")
    names = ["bus_person_count", "granted_person_count", "paying_person_count", "paying_share"]
    assert row[names].tolist() == [80, 30, 50, 0.625]
    # With the earlier limit of 3 km everybody who comes by bus gets it.
    assert fare("Mo", grant_walk_min_km=3.0)["paying_person_count"] == 0


def test_nobody_comes_by_bus():
    made = district()
    row = fare_cost(made, taken("fuss", "rad", "", ""), made.sessions, "schulzeit_linie").iloc[0]
    assert row[["bus_person_count", "paying_person_count", "paying_share"]].tolist() == [0, 0, 0]


def test_no_rule_for_courses_for_a_job():
    made = district(offer=COURSE | {"kind": "berufssprachkurs"})
    row = fare_cost(made, taken("", "bus", "", ""), made.sessions, "schulzeit_linie").iloc[0]
    assert row["bus_person_count"] == 50
    assert row[["granted_person_count", "paying_person_count", "paying_share"]].isna().all()


def test_no_course_and_no_such_state():
    made = district(offer=COURSE | {"kind": "begegnung"})
    units = taken("fuss", "bus", "", "")
    rows = fare_cost(made, units, made.sessions, "schulzeit_linie")
    assert rows.empty
    assert list(rows.columns)[:4] == ["offer_id", "site_id", "name", "place"]
    assert fare_cost(made, units, made.sessions).empty
    with pytest.raises(KeyError):
        fare_cost(made, units, made.sessions, "sommer")


# -- the real district -------------------------------------------------------------------------
def test_the_real_district(sok):
    sessions = sok.current_sessions
    answers = attendance(sok, sessions)
    units = attended_offers(sok, answers, sessions, sok.current_offers)
    rows = without_car(sok, units, answers, sessions)
    assert len(rows) == 4 * 4
    for end in ("", "_low", "_high"):
        reached, car = rows[f"reached_count{end}"], rows[f"car_count{end}"]
        assert reached.between(0, car).all()
        assert (car <= rows[f"carless_count{end}"]).all()
        assert (rows[f"gap_count{end}"] == car - reached).all()
    # Who reaches a field reaches something.
    most = rows.groupby("state", sort=False)["reached_count"].max().tolist()
    assert rows.loc[rows["field"] == ANY_OFFER, "reached_count"].tolist() == most
    fares = fare_cost(sok, units, sessions)
    assert fares["fare_eur"].between(0, sok.parameters.month_ticket_eur).all()
    known = fares.dropna(subset=["paying_person_count"])
    parts = known["granted_person_count"] + known["paying_person_count"]
    assert (parts == known["bus_person_count"]).all()
