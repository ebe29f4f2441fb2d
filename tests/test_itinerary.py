"""Itineraries over the hand-drawn timetable of test_attendance.py, and against the attendance."""

from __future__ import annotations

import pytest

from sokanalysis.attendance import attendance
from sokanalysis.itinerary import itinerary
from sokanalysis.parameters import minutes_of_day
from tests.conftest import feed, region
from tests.test_attendance import COURSE, LIMITS, SERVICES, SETTLEMENTS, SITES, STOPS, TRIPS

ZONE = {"type": "Polygon", "coordinates": [[[11, 50], [12, 50], [12, 51], [11, 51], [11, 50]]]}


def district(trips=TRIPS, flex=()):
    return region(
        SETTLEMENTS, SITES, [COURSE], feed(STOPS, trips, SERVICES, flex, ZONE)
    ).with_parameters(**LIMITS)


def lines(rows):
    return [tuple(row) for row in rows.itertuples(index=False)]


def test_out_and_back_without_a_change():
    # Mitte: B 08:30–08:50 out, C 12:10–12:30 back; living at the stop, nobody walks.
    rows = itinerary(district(), "S1", "Mitte", "schultag", with_flex=False)
    assert lines(rows) == [
        ("hin", "08:30", "Mitte", "08:50", "Süd", "Linie 1"),
        ("zurück", "12:10", "Süd", "12:30", "Mitte", "Linie 1"),
    ]


def test_a_change_of_vehicles_is_shown():
    # Without A running through, Nord changes at Mitte: 07:00–07:20, then B 08:30–08:50.
    trips = TRIPS | {"A": [("Nord", "07:00"), ("Mitte", "07:20")]}
    rows = itinerary(district(trips), "S1", "Nord", "schultag", with_flex=False)
    assert lines(rows)[:2] == [
        ("hin", "07:00", "Nord", "07:20", "Mitte", "Linie 1"),
        ("hin", "08:30", "Mitte", "08:50", "Süd", "Linie 1"),
    ]


def test_the_on_demand_bus_is_named():
    # 17 minutes by on-demand bus (see test_attendance): leave 08:38, be there 08:55.
    ridden = district(flex=[("ferientag", "08:00", "13:00")])
    rows = itinerary(ridden, "S1", "Mitte", "ferientag", with_flex=True)
    assert list(rows["means"]) == ["Rufbus", "Rufbus"]
    assert rows["arrival_time"].iloc[0] == "08:55"


def test_a_direction_without_a_journey_has_no_lines():
    # Abseits has no way out that is in time; nothing leads back either.
    rows = itinerary(district(), "S1", "Abseits", "schultag", with_flex=False)
    assert rows.empty


def test_an_unknown_settlement_is_an_error():
    with pytest.raises(KeyError):
        itinerary(district(), "S1", "Nirgends", "schultag", with_flex=False)


@pytest.mark.parametrize("with_flex", [False, True])
def test_every_line_follows_the_last_and_agrees_with_the_attendance(sok, with_flex):
    """On the real district: legs follow each other and start and end as attendance says."""
    session = sok.current_sessions.iloc[[0]]
    answers = attendance(sok, session, states=[("schultag", with_flex)])
    found = answers[answers["transit_reason"] == "erreichbar"].iloc[::25]
    assert len(found) >= 3
    for answer in found.to_dict("records"):
        rows = itinerary(
            sok, session["session_id"].iloc[0], answer["settlement_id"], "schultag",
            with_flex=with_flex,
        )  # fmt: skip
        for _, legs in rows.groupby("direction"):
            times = [minutes_of_day(t) for pair in zip(legs["departure_time"], legs["arrival_time"],
                     strict=True) for t in pair]  # fmt: skip
            assert times == sorted(times)
            assert list(legs["target"])[:-1] == list(legs["origin"])[1:]
        out = rows[rows["direction"] == "hin"]
        assert minutes_of_day(out["departure_time"].iloc[0]) == int(answer["leave_minute"])
        home = minutes_of_day(rows["arrival_time"].iloc[-1])
        assert home == int(answer["home_minute"])
