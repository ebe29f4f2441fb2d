"""Places to meet in the evening and at the weekend, in the five villages."""

from __future__ import annotations

import numpy as np
import pytest

from sokanalysis.meeting import (
    TIMES,
    evening_access,
    evening_summary,
    largest_without,
    meeting_offers,
)
from tests.conftest import COURSE_OFFER, COURSE_SESSION, feed, region, villages

CAFE = COURSE_OFFER | {"name": "Treff", "field": "teilhabe", "kind": "begegnung"}
EVENING = COURSE_SESSION | {"weekdays": "Mi", "start_time": "18:00", "end_time": "20:00"}
# A bus in the evening from Mitte to Süd, and back at half past eight.
BUSES = {
    "X": [("Mitte", "17:30"), ("Süd", "17:50")], "Y": [("Süd", "20:10"), ("Mitte", "20:30")],
}  # fmt: skip
ANY, LATE, WEEKEND = TIMES


def reached(access, time: str) -> set[str]:
    rows = access[(access["time"] == time) & access["is_attended"]]
    return set(rows["settlement_id"])


def test_the_evening():
    # Süd walks, Mitte leaves at 17:30 and is home at 20:30: three hours, two of them at the café.
    access = evening_access(villages([CAFE], [EVENING], trips=BUSES))
    assert len(access) == 5 * len(TIMES)
    assert reached(access, LATE) == reached(access, ANY) == {"Süd", "Mitte"}
    mitte = access[(access["name"] == "Mitte") & (access["time"] == LATE)].iloc[0]
    assert mitte["away_minutes"] == pytest.approx(60)
    # 5 km × 1.4 at 50 km/h are 8.4 minutes, and 5 to the car.
    assert mitte["car_minutes"] == pytest.approx(13.4, abs=0.1)
    assert mitte["municipality"] == "Dorf"
    assert access.loc[access["time"] == WEEKEND, ["place", "car_minutes"]].isna().all(axis=None)


def test_shares_of_people_without():
    # 30 of 50 do not get there in the evening, nobody meets at the weekend. By car from Süd 5,
    # from three villages 13.4, from Nord 10 km: 21.8 minutes; the mean is 67 / 5 = 13.4.
    access = evening_access(villages([CAFE], [EVENING], trips=BUSES))
    rows = evening_summary(access).set_index("time")
    assert rows["person_count"].tolist() == [30, 30, 50]
    assert rows["person_share"].tolist() == pytest.approx([0.6, 0.6, 1.0])
    assert rows.loc[LATE, "car_minutes"] == pytest.approx(13.4, abs=0.1)
    assert np.isnan(rows.loc[WEEKEND, "car_minutes"])


@pytest.mark.parametrize(
    ("start", "days", "late", "weekend"),
    [
        ("17:00", "Mi", {"Süd"}, set()),
        ("16:59", "Mi", set(), set()),
        ("18:00", "Sa", set(), {"Süd"}),
        ("10:00", "So;Mo", set(), {"Süd"}),
    ],
)
def test_what_counts_as_evening_and_weekend(start, days, late, weekend):
    session = EVENING | {"start_time": start, "weekdays": days}
    access = evening_access(villages([CAFE], [session]))
    assert reached(access, LATE) == late
    assert reached(access, WEEKEND) == weekend
    assert reached(access, ANY) == {"Süd"}


def test_the_on_demand_bus_can_be_left_out():
    # 12 minutes and 5 for boarding from the neighbours; Nord is beyond 10 km and changes in Mitte.
    made = villages([CAFE], [EVENING], flex=[("schultag", "16:00", "21:00")])
    assert {"Süd", "Mitte", "Fern", "Abseits"} <= reached(evening_access(made), LATE)
    assert reached(evening_access(made, with_flex=False), LATE) == {"Süd"}


def test_trying_the_evening_at_every_place():
    # The café has no known times. Open from 18:00 to 20:00, those of Süd and Mitte could come;
    # at the weekend there is no bus.
    place = {"offer_id": "A1", "site_id": "O1"}
    made = villages([CAFE], [], trips=BUSES, offer_sites=[place])
    made = made.with_parameters(evening_from="18:00")
    assert meeting_offers(made)["has_times"].tolist() == [False]
    assert not evening_access(made)["is_attended"].any()
    access = evening_access(made, is_trial=True)
    assert reached(access, LATE) == {"Süd", "Mitte"}
    assert reached(access, WEEKEND) == {"Süd"}
    assert reached(access, ANY) == set()


def test_a_place_for_few_is_none_to_meet():
    made = villages([CAFE | {"target_groups": "akteure"}], [EVENING])
    assert meeting_offers(made).empty
    assert evening_summary(evening_access(made))["person_share"].eq(1).all()


def test_the_largest_without():
    access = evening_access(villages([CAFE], [EVENING], trips=BUSES))
    access.loc[access["name"] == "Fern", "population_count"] = 90
    access.loc[access["name"] == "Nord", "population_count"] = 0
    rows = largest_without(access, LATE)
    assert rows["name"].tolist() == ["Fern", "Abseits"]
    assert rows["rank"].tolist() == [1, 2]
    assert largest_without(access, LATE, count=1)["name"].tolist() == ["Fern"]


def test_nobody_lives_there():
    site = {"site_id": "O1", "lat": 50.6, "lon": 11.7, "place": "Süd"}
    access = evening_access(region([], [site], [EVENING], feed({}, {}), offers=[CAFE]))
    assert access.empty
    assert evening_summary(access)["person_share"].tolist() == [0, 0, 0]
    assert largest_without(access).empty


def test_the_real_district(sok):
    trial, today = evening_access(sok, is_trial=True), evening_access(sok)
    for access in (trial, today):
        assert len(access) == len(sok.settlements) * len(TIMES)
        assert evening_summary(access)["person_share"].between(0, 1).all()
        assert access.loc[access["is_attended"], "place"].notna().all()
    at_any = [
        access.loc[access["time"] == ANY, "is_attended"].tolist() for access in (trial, today)
    ]
    assert at_any[0] == at_any[1]
    assert len(largest_without(trial)) == 10
