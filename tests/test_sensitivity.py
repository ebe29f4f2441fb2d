"""What moves: five villages whose answers at both ends of a range can be worked out by hand.

`villages` has ten people in each of five places, fifty in all, and one course in Süd. As set, on
a school day without the on-demand bus, Süd walks and Mitte takes the bus: 20 of 50 is 0.4.
"""

from __future__ import annotations

import pytest

from sokanalysis.errors import ParameterOutOfRange, UnknownParameter
from sokanalysis.sensitivity import sensitivity, spans, varied_names
from tests.conftest import COURSE_OFFER, COURSE_SESSION, villages

SHARES = ["reached_share_at_low", "reached_share", "reached_share_at_high"]
PEOPLE = ["course_person_count_at_low", "course_person_count", "course_person_count_at_high"]


def moved(name, district=None, state="schulzeit_linie"):
    """The row of one parameter."""
    district = villages() if district is None else district
    return sensitivity(district, district.sessions, [name], state).iloc[0]


def test_a_shorter_buffer_lets_one_more_village_in():
    # Abseits arrives 08:58: too late with 5 minutes, in time with 0. With 15 Mitte has to be
    # there by 08:45, takes A at 07:20 and comes home 12:45: 325 - 180 = 145 minutes away, under
    # 180. So 30, 20 and 20 of 50 people.
    row = moved("arrive_buffer_minutes")
    assert row[SHARES].tolist() == pytest.approx([0.6, 0.4, 0.4])
    assert row[PEOPLE].tolist() == [30, 20, 20]
    assert row["span_points"] == pytest.approx(20)
    assert (row["low"], row["value"], row["high"]) == (0, 5, 15)
    assert (row["title"], row["unit"]) == ("Ankunft vor Beginn", "Minuten")


def test_the_end_at_which_a_parameter_stands_is_the_usual_result():
    # Nobody rides a bike in `villages`: 0 minutes, the low end. With 45 all who live 5 km off
    # can: 5 × 1.35 / 13 km/h = 31 minutes. Mitte, Abseits and Fern join Süd, Nord is 10 km away.
    row = moved("bike_max_minutes")
    assert row[SHARES].tolist() == pytest.approx([0.4, 0.4, 0.8])
    assert row[PEOPLE].tolist() == [20, 20, 40]


def test_clocks_vary_too():
    # A course until 18:45 and a bus that is in Mitte at 19:15: after 19:00, before 22:00. Out
    # with Y; away from 16:20 to 19:15 are 175 minutes, 105 of them the course.
    course = COURSE_SESSION | {"start_time": "17:00", "end_time": "18:45"}
    trips = {
        "Y": [("Mitte", "16:20"), ("Süd", "16:40")], "Z": [("Süd", "18:55"), ("Mitte", "19:15")],
    }  # fmt: skip
    row = moved("latest_return", villages(sessions=[course], trips=trips))
    assert (row["low"], row["value"], row["high"]) == ("19:00", "22:00", "23:59")
    assert row[SHARES].tolist() == pytest.approx([0.2, 0.4, 0.4])


def test_what_moves_most_stands_first_and_what_moves_nothing_stays():
    # Leaving from 12:00 or from 12:15 on, Mitte takes the bus at 12:25. The on-demand bus does
    # not count in this state.
    names = ["leave_buffer_minutes", "flex_speed_kmh", "arrive_buffer_minutes", "bike_max_minutes"]
    district = villages(flex=[("schultag", "06:00", "17:00")])
    rows = sensitivity(district, district.sessions, names, "schulzeit_linie")
    assert rows["name"].tolist() == [names[3], names[2], names[0], names[1]]
    assert rows["span_points"].tolist() == pytest.approx([40, 20, 0, 0])


def test_the_state_decides_whether_the_on_demand_bus_counts():
    # A ride takes 5 km × 1.4 / 35 km/h = 12 minutes and those for boarding: 2, 5 or 10. Leaving
    # Süd at 12:05 it ends 12:19, 12:22 or 12:27; the window closes 12:25. As set Mitte, Abseits
    # and Fern come with it, 40 of 50. At 10 minutes Fern cannot get home; Mitte and Abseits take
    # the bus at 12:25. Nord, twice as far, is late in any case.
    district = villages(flex=[("schultag", "08:00", "12:25")])
    row = moved("flex_boarding_minutes", district, "schulzeit_rufbus")
    assert row[SHARES].tolist() == pytest.approx([0.8, 0.8, 0.6])
    assert moved("flex_boarding_minutes", district)["span_points"] == 0


def test_a_course_reached_in_part_is_reached_when_that_share_is_enough():
    # On Fridays it begins at 07:00, before any bus: Mitte reaches four days of five. As set all
    # are required, at the low end half of them; the high end is where it stands.
    week = COURSE_SESSION | {"weekdays": "Mo;Di;Mi;Do"}
    friday = {"session_id": "S2", "weekdays": "Fr", "start_time": "07:00", "end_time": "07:30"}
    row = moved("attend_share_required", villages(sessions=[week, week | friday]))
    assert row[SHARES].tolist() == pytest.approx([0.4, 0.2, 0.2])
    assert row[PEOPLE].tolist() == [20, 10, 10]


def test_only_courses_count_for_the_second_result():
    district = villages(offers=[COURSE_OFFER | {"kind": "begegnung"}])
    row = moved("arrive_buffer_minutes", district)
    assert row[SHARES].tolist() == pytest.approx([0.6, 0.4, 0.4])
    assert row[PEOPLE].tolist() == [0, 0, 0]


def test_the_district_keeps_its_own_values():
    # Its own value is where the row starts, and varying leaves the district as it was.
    district = villages().with_parameters(arrive_buffer_minutes=0)
    row = moved("arrive_buffer_minutes", district)
    assert row["value"] == 0
    assert row[SHARES].tolist() == pytest.approx([0.6, 0.6, 0.4])
    assert district.parameters.arrive_buffer_minutes == 0


def test_by_default_the_way_without_a_car_is_varied():
    district = villages()
    names = varied_names(district)
    assert {"walk_speed_kmh", "max_boardings", "latest_return", "flex_detour"} <= set(names)
    entries = district.parameters.entries
    assert all(entries[name].range for name in names)
    # The car is a yardstick, margins count while reading, prices and needs are no way.
    left_out = {"car_speed_kmh", "street_margin_km", "feed_loss_max_share", "cost_move_eur"}
    assert left_out <= set(entries)
    assert not left_out & set(names)


def test_without_sessions_nothing_moves():
    district = villages(sessions=[])
    row = moved("arrive_buffer_minutes", district)
    assert row[SHARES + PEOPLE].tolist() == [0] * 6
    assert row["span_points"] == 0


def test_without_names_the_columns_stand_without_rows():
    district = villages()
    rows = sensitivity(district, district.sessions, [])
    assert rows.empty
    assert {"name", "span_points", *SHARES, *PEOPLE} <= set(rows)


def test_unknown_names_and_states_are_refused():
    with pytest.raises(UnknownParameter, match=r"„walk_sped“ gibt es nicht.*walk_speed_kmh"):
        moved("walk_sped")
    with pytest.raises(KeyError, match="winter"):
        moved("walk_speed_kmh", state="winter")


def test_a_parameter_without_a_range_cannot_be_varied():
    with pytest.raises(ParameterOutOfRange, match=r"„reference_date“.*hat keine Spanne.*range"):
        moved("reference_date")


def test_a_bar_on_standard_error_changes_nothing(capsys):
    district = villages()
    quiet = sensitivity(district, district.sessions, ["arrive_buffer_minutes"])
    assert capsys.readouterr() == ("", "")
    loud = sensitivity(district, district.sessions, ["arrive_buffer_minutes"], progress=True)
    assert loud.equals(quiet)
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("names", "sign"),
    [
        (["away_max_minutes", "max_boardings", "stop_walk_max_minutes"], 1),
        (["arrive_buffer_minutes", "leave_buffer_minutes", "min_transfer_minutes"], -1),
    ],
)
def test_more_freedom_never_reaches_fewer_in_the_real_district(sok, names, sign):
    rows = sensitivity(sok, sok.current_sessions, names)
    assert rows["reached_share"].between(0, 1).all()
    steps = sign * rows[SHARES].diff(axis=1)[SHARES[1:]]
    assert (steps >= 0).all(axis=None)
    assert (sign * rows[PEOPLE].diff(axis=1)[PEOPLE[1:]] >= 0).all(axis=None)
    assert (rows["span_points"] > 0).all()


def test_spans_name_the_ends():
    district = villages()
    rows = spans(sensitivity(district, district.sessions, ["max_boardings"]))
    assert list(rows.index) == ["Einstiege je Richtung, 1–4 Einstiege"]
    assert list(rows.columns) == ["kleinster Wert", "wie gesetzt", "größter Wert"]
    assert spans(sensitivity(district, district.sessions, [])).empty
