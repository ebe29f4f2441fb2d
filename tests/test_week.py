"""Hours of the week and moved sessions, in the five villages of `conftest.villages`."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.week import (
    clock_panels,
    shift_effects,
    shift_table,
    town_centres,
    week_clock,
)
from tests.conftest import COURSE_OFFER, COURSE_SESSION, feed, region, villages

SCHOOL = (("schultag", False),)


def far_out():
    """The villages, with so long a day away that only the timetable decides."""
    return villages().with_parameters(away_max_minutes=480)


def shares(hours: list[int], stay_minutes: int = 60, states=SCHOOL) -> dict[int, float]:
    district = far_out()
    rows = week_clock(
        district, town_centres(district), hours=hours, stay_minutes=stay_minutes, states=states
    )
    assert set(rows["town"]) == {"Dorf"}
    return dict(zip(rows["hour"], rows["reached_share"], strict=True))


# --- where one meets ------------------------------------------------------------------------------


def towns(sessions: list[dict], count: int = 6) -> pd.DataFrame:
    """Three municipalities of 30, 20 and 10 people; a site with sessions in the second."""
    places = [("A", 1, 18, "nein"), ("B", 1, 12, "ja"), ("C", 2, 20, "ja"), ("D", 3, 10, "nein")]
    district = region(
        [
            {"settlement_id": name, "name": name, "ags": f"1607500{ags}", "lat": 50 + n / 10,
             "lon": 11.7, "population_count": people, "is_main": is_main}
            for n, (name, ags, people, is_main) in enumerate(places, start=1)
        ],
        [{"site_id": f"O{n}", "ags": "16075002", "lat": 51 + n / 10, "lon": 11.7} for n in (1, 2)],
        sessions, feed({}, {}), offers=[COURSE_OFFER],
        municipalities=[{"ags": f"1607500{n}", "name": f"Stadt {n}"} for n in (3, 2, 1)],
    )  # fmt: skip
    return town_centres(district, count)


def test_towns_are_met_where_most_sessions_are_or_in_their_main_place():
    # Stadt 1: no site, so the main place B (50.2) though A is larger. Stadt 2: one session at
    # O1, two at O2 (51.2). Stadt 3: no main place, so the only one, D (50.4).
    sessions = [
        COURSE_SESSION | {"session_id": f"S{n}", "site_id": site}
        for n, site in enumerate(("O1", "O2", "O2"))
    ]
    rows = towns(sessions)
    assert rows["name"].tolist() == ["Stadt 1", "Stadt 2", "Stadt 3"]
    assert rows["site_id"].tolist() == ["16075001", "16075002", "16075003"]
    assert rows["lat"].tolist() == pytest.approx([50.2, 51.2, 50.4])


def test_only_the_largest_towns_are_asked():
    assert towns([], count=2)["lat"].tolist() == pytest.approx([50.2, 50.3])


# --- the clock ------------------------------------------------------------------------------------


def test_an_hour_counts_those_who_come_stay_and_get_home():
    # The centre is the site in Süd. 9:00 to 10:00: Süd is there, Mitte comes with B and goes
    # with C, Nord comes with A and goes with D at 11:50; E is late, Fern has no bus: 3 of 5.
    # 11:00 to 12:00: D has left, but Abseits has E and H: Süd, Mitte, Abseits.
    # 12:00 to 13:00: nothing leaves after 12:25: Süd alone.
    assert shares([9, 11, 12]) == pytest.approx({9: 0.6, 11: 0.6, 12: 0.2})


def test_staying_longer_can_cost_the_way_home():
    # Until 12:00 instead of 10:00 Nord misses D: Süd and Mitte.
    assert shares([9], stay_minutes=180) == pytest.approx({9: 0.4})


def test_limits_of_attendance_hold():
    # Mitte leaves at 8:30 and is home at 12:45: 255 − 60 = 195 minutes beside the stay, above
    # 180. Nord from 7:00 to 12:10: 310 − 60 = 250. Süd alone.
    district = villages()
    rows = week_clock(district, town_centres(district), hours=[9], states=SCHOOL)
    assert rows["reached_share"].tolist() == pytest.approx([0.2])


def test_panels_are_day_types_with_towns_by_hours():
    district = far_out()
    states = [("schultag", False), ("samstag", True)]
    rows = week_clock(district, town_centres(district), hours=[11, 9], states=states)
    panels = clock_panels(rows)
    assert list(panels) == ["Schultag, nur Linie", "Samstag, mit Rufbus"]
    # No bus runs on Saturdays: who is there already.
    assert panels["Samstag, mit Rufbus"].to_numpy().tolist() == [[0.2, 0.2]]
    assert panels["Schultag, nur Linie"].loc["Dorf"].to_dict() == pytest.approx({11: 0.6, 9: 0.6})
    assert list(panels["Schultag, nur Linie"].columns) == [11, 9]


def test_without_towns_hours_or_people_the_clock_is_empty():
    district = far_out()
    assert week_clock(district, town_centres(district)[:0], states=SCHOOL).empty
    assert week_clock(district, town_centres(district), hours=[], states=SCHOOL).empty
    nobody = region(
        [{"settlement_id": "X", "ags": "16075001", "lat": 50, "lon": 11, "population_count": 0}],
        [], [], feed({"Halt": (50.6, 11.7)}, {"A": []}),
    )  # fmt: skip
    none = week_clock(nobody, town_centres(nobody), states=SCHOOL)
    assert none.empty
    assert clock_panels(none) == {}


# --- moving sessions ------------------------------------------------------------------------------


def effects(**session) -> pd.DataFrame:
    district = villages(sessions=[COURSE_SESSION | session])
    return shift_effects(district, district.current_sessions)


def test_a_session_is_compared_with_itself_held_earlier_and_later():
    # Today, 9:00 to 12:00: Süd and Mitte. From 8:00 to 11:00 Mitte and Nord come with A; Nord
    # goes with D at 11:50, Mitte with C: 3 of 5. From 10:00 to 13:00 no bus goes home: Süd.
    rows = effects()
    assert rows["shift_minutes"].tolist() == [-60, 0, 60]
    assert rows["reached_share"].tolist() == pytest.approx([0.6, 0.4, 0.2])
    assert rows["is_best"].tolist() == [True, False, False]
    assert rows["start_time"].tolist() == ["09:00"] * 3


def test_a_shift_that_leaves_the_day_has_no_row():
    # 6:30 an hour earlier would be 5:30.
    assert effects(start_time="06:30", end_time="08:00")["shift_minutes"].tolist() == [0, 60]


def test_of_equal_times_todays_stays():
    # From 14:00, 15:00 and 16:00 on only Süd can take part.
    rows = effects(start_time="15:00", end_time="16:00")
    assert rows["reached_share"].tolist() == pytest.approx([0.2, 0.2, 0.2])
    assert rows.loc[rows["is_best"], "shift_minutes"].tolist() == [0]


def test_half_an_hour_can_be_asked_too():
    # From 8:30 to 11:30: be there at 8:25, so with A; Nord's D leaves at 11:50: Süd, Mitte, Nord.
    district = villages()
    rows = shift_effects(district, district.current_sessions, minutes=30)
    assert rows["shift_minutes"].tolist() == [-30, 0, 30]
    assert rows["reached_share"].iloc[0] == pytest.approx(0.6)


def test_without_sessions_there_are_no_effects():
    district = villages(sessions=[])
    rows = shift_effects(district, district.current_sessions)
    assert rows.empty
    assert list(effects().columns) == list(rows.columns)
    assert shift_table(district, rows).empty


def test_the_table_puts_most_to_gain_first():
    # S1 gains 0.6 − 0.4, S2 nothing. Three days in a row are a span, two are not.
    sessions = [
        COURSE_SESSION | {"session_id": "S2", "start_time": "15:00", "end_time": "16:00",
                          "weekdays": "Di;Do"},
        COURSE_SESSION,
    ]  # fmt: skip
    district = villages(sessions=sessions)
    table = shift_table(district, shift_effects(district, district.current_sessions))
    assert table["start_time"].tolist() == ["09:00", "15:00"]
    assert table["days"].tolist() == ["Mo\N{NON-BREAKING HYPHEN}Fr", "Di, Do"]
    assert table["best"].tolist() == ["früher", "heute"]
    assert table["gained_share"].tolist() == pytest.approx([0.2, 0.0])
    first = table.loc[0, ["earlier_share", "today_share", "later_share"]]
    assert first.tolist() == pytest.approx([0.6, 0.4, 0.2])
    assert table.loc[0, "name"] == "Kurs"


def test_a_shift_that_leaves_the_day_is_missing_in_the_table():
    district = villages(sessions=[COURSE_SESSION | {"start_time": "06:30", "end_time": "08:00"}])
    table = shift_table(district, shift_effects(district, district.current_sessions))
    assert pd.isna(table.loc[0, "earlier_share"])
