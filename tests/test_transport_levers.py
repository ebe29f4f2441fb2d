"""Levers on the way: the on-demand bus, more and later trips, by hand in the villages."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sokanalysis.changes import changed
from sokanalysis.levers.transport import bus_trips, flex_across_zones, flex_hours
from tests.cases import (
    BACK,
    COURSE,
    WINDOWS,
    by_key,
    effect_of,
    gains,
    town,
    wide,
    with_lines,
)

HOUR = 3600


def price(region, candidate):
    return candidate.cost_eur(region.parameters)


def trips_in(region, **lacking):
    """Trips where so many people cannot take part, by village; in Nord if nothing is said."""
    rows = pd.DataFrame(
        [(place, "nicht_erreichbar", count) for place, count in (lacking or {"Nord": 7}).items()],
        columns=["settlement_id", "gap_class", "person_count"],
    )
    return by_key(bus_trips(region, rows))


@pytest.fixture(scope="module")
def back():
    """The line Nord – Mitte – Süd with a trip there (A, 07:00) and one back (D, 11:50)."""
    return town(trips=BACK)


# -- hours of the on-demand bus --------------------------------------------------------------------


def test_the_on_demand_bus_at_noon_brings_two_villages_home():
    # With it Abseits and Fern leave at 08:38 (17 minutes) and Nord at 08:18 (two rides, 3 minutes
    # to change at Mitte). Home after 12:05 takes Abseits H; Fern (12:22) and Nord (12:25 from
    # Mitte, 12:42) need a ride at noon. Today 21 can take part, with it all 35.
    district = wide()
    found = {c.words["hours"]: gains(district, c.change) for c in flex_hours(district)}
    assert found == {
        "durchgehend auch mittags": {COURSE: 14},
        "auch abends bis 19 Uhr": {},
        "durchgehend und abends bis 19 Uhr": {COURSE: 14},
    }


def test_an_hour_of_the_on_demand_bus_costs_the_same_in_every_variant():
    # 12–15 are 3 hours more a day, 17–19 are 2, both 5: × 10 vehicles × 190 days × 45 €.
    district = wide()
    found = flex_hours(district)
    assert [price(district, c) for c in found] == [3 * 85_500, 2 * 85_500, 5 * 85_500]
    assert len({c.choice for c in found}) == 1


def test_what_runs_today_stays_and_wider_windows_come():
    district = wide()
    noon = flex_hours(district)[0]
    assert noon.change.ended == frozenset()
    assert set(noon.change.timetable) == {"trips", "flex"}
    was, now = district.feed, changed(district, noon.change).feed
    assert set(was.trips["trip_id"]) < set(now.trips["trip_id"])
    pd.testing.assert_frame_equal(now.flex.iloc[: len(was.flex)], was.flex)
    new = now.flex.iloc[len(was.flex) :]
    assert set(zip(new["open_s"], new["close_s"], strict=True)) == {(8 * HOUR, 17 * HOUR)}
    # The new windows belong to new trips, on the same days.
    days = now.trips.set_index("trip_id")["service_id"]
    assert list(days[new["trip_id"]]) == ["schultag", "schultag"]


def test_windows_of_other_days_stay_as_they_are():
    # Windows in the holidays are not a school day's: nothing is added and nothing is paid for.
    district = town(flex=[*WINDOWS, ("ferientag", "06:00", "17:00")])
    assert [price(district, c) for c in flex_hours(district)] == [256_500, 171_000, 427_500]
    assert flex_hours(town(flex=[("ferientag", "06:00", "17:00")])) == []


def test_without_a_gap_at_noon_none_is_closed():
    # 8–17 without a break, 17–19 are 2 hours.
    district = town(flex=[("schultag", "08:00", "17:00")])
    found = flex_hours(district)
    assert {price(district, c) for c in found} == {171_000}
    assert "durchgehend auch mittags" not in {c.words["hours"] for c in found}


def test_windows_that_overlap_count_once():
    # 8–12 and 10–17 leave no gap; 17–19 are 2 hours.
    district = town(flex=[("schultag", "08:00", "12:00"), ("schultag", "10:00", "17:00")])
    assert {price(district, c) for c in flex_hours(district)} == {171_000}


def test_without_an_on_demand_bus_its_hours_cannot_grow():
    assert flex_hours(town()) == flex_across_zones(town()) == []


# -- one zone --------------------------------------------------------------------------------------


def parted():
    """Fern is a zone of its own, the other villages are one; both 8–13."""
    district = town(flex=[("schultag", "08:00", "13:00"), ("schultag", "08:00", "13:00")])
    west, east = (
        {"type": "Polygon", "coordinates": [[[a, 50], [b, 50], [b, 51], [a, 51], [a, 50]]]}
        for a, b in ((11, 11.65), (11.65, 12))
    )
    flex = district.feed.flex.assign(location_id=["west", "east"])
    return replace(
        district, feed=replace(district.feed, flex=flex, zones={"west": west, "east": east})
    )


def test_across_zones_the_people_of_fern_can_come():
    # Süd lies in the other zone. With one zone: away at 08:38, there at 08:55; back at 12:05,
    # home at 12:22. 7 people; 5 hours × 190 days × 45 € for one vehicle more = 42,750 €.
    district = parted()
    [found] = flex_across_zones(district)
    reached = effect_of(district, found.change)
    assert (reached.gained(), price(district, found)) == (7, 42_750)
    assert reached.reached("after", (COURSE,)) - reached.reached("before", (COURSE,)) == {"Fern"}
    zones = changed(district, found.change).feed.zones
    assert set(zones) == {"west", "east", "alle-zonen"}


def test_a_single_zone_has_no_border():
    assert flex_across_zones(wide()) == []


# -- scheduled buses -------------------------------------------------------------------------------


def test_a_trip_at_noon_brings_nord_home(back):
    # Nord comes with A (07:00–07:40) and needs a way home from 12:05 on: with D at 12:30 it is
    # home at 12:50, away for 350 − 180 = 170 minutes. 7 people. There and back are 20 km as the
    # crow flies: 20 × 1.4 × 190 days × 4 € = 21,280 €, to within half a percent of the projection.
    noon = trips_in(back)["fahrt|1|12:30"]
    assert gains(back, noon.change) == {COURSE: 7}
    assert price(back, noon) == pytest.approx(21_280, rel=0.005)
    assert noon.words["ends"] == "Nord – Süd"
    assert noon.words["action"] == "zusätzliche Fahrt um 12:30 Uhr in beide Richtungen"


def test_a_trip_more_calls_where_the_one_it_is_like_calls(back):
    noon = trips_in(back)["fahrt|1|12:30"]
    assert noon.change.ended == frozenset()
    was, now = back.feed, changed(back, noon.change).feed
    new = now.stop_times.iloc[len(was.stop_times) :]
    assert len(now.trips) == len(was.trips) + 2
    calls = {
        trip: list(zip(rows["stop_id"], rows["departure_s"] / 60, strict=True))
        for trip, rows in new.groupby("trip_id")
    }
    assert calls == {
        "fahrt|1|12:30|1": [("Nord", 750), ("Mitte", 770), ("Süd", 790)],  # like A: 0, 20, 40
        "fahrt|1|12:30|2": [("Süd", 750), ("Mitte", 760), ("Nord", 770)],  # like D: 0, 10, 20
    }


def test_the_last_trips_run_half_an_hour_later(back):
    # A at 07:30 is in Süd at 08:10, in time; D at 12:20 is in Nord at 12:40. No kilometre more.
    later = trips_in(back)["fahrt|1|spaeter"]
    assert later.change.ended == {"A", "D"}
    assert (gains(back, later.change), price(back, later)) == ({COURSE: 7}, 500)
    feed = changed(back, later.change).feed
    assert len(feed.trips) == len(back.feed.trips)
    calls = feed.stop_times.set_index(["trip_id", "stop_id"])["departure_s"] / 60
    assert (calls["fahrt|1|spaeter|1", "Nord"], calls["fahrt|1|spaeter|2", "Nord"]) == (450, 760)
    assert later.words["action"] == "letzte Fahrt 30 Minuten später, ab 07:30 Uhr"


def test_trips_of_a_line_exclude_each_other(back):
    assert {c.choice for c in trips_in(back).values()} == {"fahrt|1"}


def test_no_trip_is_added_close_to_one_that_runs(back):
    # At 12:30 D would be 20 minutes after 12:10: only the way there is new. Half an hour apart
    # (07:30 and A at 07:00) is far enough.
    keys = trips_in(back)
    assert "fahrt|1|07:30" in keys
    close = {"D": [("Süd", "12:10"), ("Mitte", "12:20"), ("Nord", "12:30")]}
    noon = trips_in(town(trips=close))["fahrt|1|12:30"]
    assert noon.words["action"].endswith("in eine Richtung")
    assert len(noon.change.timetable["trips"]) == 1
    both = close | {"A": [("Nord", "12:15"), ("Mitte", "12:35"), ("Süd", "12:55")]}
    assert "fahrt|1|12:30" not in trips_in(town(trips=both))


def test_lines_are_tried_where_most_people_cannot_take_part():
    # Those who lack something live in Fern, and only line 2 calls there. Who can take part
    # counts nowhere.
    west = {"F": [("Fern", "06:00"), ("Süd", "06:15")], "G": [("Süd", "18:30"), ("Fern", "18:45")]}
    district = with_lines(town(trips=west), F="2", G="2")
    one = district.with_parameters(trips_tried_count=1)
    assert {key.split("|")[1] for key in trips_in(one, Fern=5, Nord=4)} == {"2"}
    assert {key.split("|")[1] for key in trips_in(one, Fern=4, Nord=5)} == {"1"}
    assert {key.split("|")[1] for key in trips_in(district)} == {"1", "2"}
    able = pd.DataFrame({
        "settlement_id": ["Nord", "Fern"], "gap_class": ["kann_teilnehmen", "kein_heimweg"],
        "person_count": [90, 1],
    })  # fmt: skip
    assert {c.key.split("|")[1] for c in bus_trips(one, able)} == {"2"}


@pytest.mark.parametrize("line", ["RB 32", "RE3", "EB 22", "IC 15"])
def test_trains_are_left_to_others(line):
    # All but E and H are trains.
    district = with_lines(town(), **dict.fromkeys("ABCD", line))
    assert {key.split("|")[1] for key in trips_in(district)} == {"1"}


def test_after_midnight_the_day_goes_on():
    # The only trip there is at 23:50, half an hour later 24:20.
    late = BACK | {"A": [("Nord", "23:50"), ("Mitte", "24:10"), ("Süd", "24:30")]}
    later = trips_in(town(trips=late))["fahrt|1|spaeter"]
    first = later.change.timetable["stop_times"].iloc[0]
    assert first["departure_s"] == 24 * HOUR + 20 * 60


def test_without_buses_there_is_no_line_to_add_to():
    district = town(flex=WINDOWS)
    feed = district.feed
    trips = feed.trips[feed.trips["trip_id"].str.startswith("flex")]
    without = replace(feed, stop_times=feed.stop_times[:0], trips=trips)
    assert trips_in(replace(district, feed=without)) == {}
