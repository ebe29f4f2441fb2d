"""Seats shared among those who can attend: five villages with 7 people each who need the course."""

from __future__ import annotations

import pytest

from sokanalysis.equity import gini
from sokanalysis.evenness import largest, lorenz_of, places_per_person, without_any
from sokanalysis.gaps import situation
from tests.conftest import villages


@pytest.fixture(scope="module")
def places():
    district = villages()
    return places_per_person(district, situation(district), "integrationskurs")


def test_seats_are_shared_among_those_who_can_attend(places):
    # Süd walks and Mitte takes the bus; both have equally many with the need, so each gets the
    # same, and all that is given out is what there is: 24 places, one and a half times a year.
    shared = places.set_index("name")
    assert shared.loc["Süd", "places_per_person"] == shared.loc["Mitte", "places_per_person"] > 0
    assert (shared.drop(["Süd", "Mitte"])["places_per_person"] == 0).all()
    assert (places["places_per_person"] * places["person_count"]).sum() == pytest.approx(36)


def test_three_of_five_villages_have_nothing(places):
    assert without_any(places) == pytest.approx(3 / 5)
    # Three fifths have nothing, two fifths all in equal parts: the Gini coefficient is 0.6.
    assert gini(places["places_per_person"], places["person_count"]) == pytest.approx(0.6)
    curve = lorenz_of(places)
    assert curve.loc[curve["access"] == 0, "people_share"].max() == pytest.approx(3 / 5)


def test_the_largest_are_named(places):
    grown = places.assign(person_count=[1, 9, 3, 2, 5])
    assert list(largest(grown, 2).values()) == [places["name"][1], places["name"][4]]
    assert without_any(places[:0]) == 0
