"""Settlement by settlement; the outcomes are written down by hand."""

from __future__ import annotations

import pandas as pd

from sokanalysis.places import commonest_reasons, worst_places
from tests.conftest import feed, region

PEOPLE = {"X": 30, "Y": 10, "Z": 0, "W": 20}


def district():
    return region(
        [
            {"settlement_id": name, "name": name, "ags": "16075001", "lat": 50.6, "lon": 11.7,
             "population_count": people}
            for name, people in PEOPLE.items()
        ],
        [], [], feed({}, {}), municipalities=[{"ags": "16075001", "name": "Dorf"}],
    )  # fmt: skip


def unit(offer: str, place: str, reason: str, *, flex: bool = False, **values) -> dict:
    return {
        "season": "schulzeit", "with_flex": flex, "offer_id": offer, "site_id": "O1",
        "settlement_id": place, "is_attended": reason == "erreichbar", "reason": reason,
    } | values  # fmt: skip


# By line bus X reaches one of three offers, Y, Z and W none; with the on-demand bus W reaches two.
UNITS = pd.DataFrame([
    unit("A1", "X", "erreichbar"), unit("A2", "X", "keine_rueckfahrt"),
    unit("A3", "X", "keine_rueckfahrt"),
    *(unit(offer, "Y", "keine_hinfahrt") for offer in ("A1", "A2", "A3")),
    *(unit(offer, "Z", "keine_hinfahrt") for offer in ("A1", "A2", "A3")),
    unit("A1", "W", "zu_frueh_los"), unit("A2", "W", "zu_frueh_los"),
    unit("A3", "W", "keine_hinfahrt"),
    unit("A1", "W", "erreichbar", flex=True), unit("A2", "W", "erreichbar", flex=True),
    unit("A3", "W", "keine_hinfahrt", flex=True),
    unit("A9", "Y", "erreichbar", season="ferien"),
])  # fmt: skip


def reasons(units: pd.DataFrame, state: str = "schulzeit_linie") -> dict[str, str]:
    return commonest_reasons(district(), units, state).set_index("name")["reason"].to_dict()


def test_the_commonest_outcome_of_every_settlement():
    # X: twice no way back, once reached. W: twice too early, once no way out.
    assert reasons(UNITS) == {
        "X": "keine Rückfahrt", "Y": "keine Hinfahrt", "Z": "keine Hinfahrt", "W": "zu früh los",
    }  # fmt: skip


def test_of_equally_common_outcomes_the_first_is_taken():
    # X: once reached, once no way back; "erreichbar" stands first in OUTCOMES.
    assert reasons(UNITS[UNITS["offer_id"].isin(["A1", "A2"])])["X"] == "erreichbar"


def test_one_offer_has_one_outcome_and_other_states_are_not_looked_at():
    one = UNITS[UNITS["offer_id"] == "A1"]
    assert reasons(one)["W"] == "zu früh los"
    assert reasons(one, "schulzeit_rufbus")["W"] == "erreichbar"


def test_a_course_with_only_some_sessions_is_not_reached():
    partly = pd.DataFrame([unit("A1", "X", "erreichbar", is_attended=False)])
    assert reasons(partly)["X"] == "nicht alle Termine"


def test_without_units_no_settlement_has_a_reason():
    rows = commonest_reasons(district(), UNITS[:0])
    assert len(rows) == 4
    assert rows["reason"].isna().all()
    assert rows["municipality"].tolist() == ["Dorf"] * 4


def test_worst_places_fewest_offers_first():
    # Nobody lives in Z. Y and W reach 0 of 3 by line bus; with the on-demand bus Y reaches
    # none and W two, so Y stands first although W is larger. The offer of the holidays (A9)
    # does not count.
    rows = worst_places(district(), UNITS)
    assert rows["name"].tolist() == ["Y", "W", "X"]
    assert rows["rank"].tolist() == [1, 2, 3]
    assert rows["schulzeit_linie_offers"].tolist() == [0, 0, 1]
    assert rows["schulzeit_rufbus_offers"].tolist() == [0, 2, 0]
    assert rows["offer_count"].tolist() == [3, 3, 3]
    assert rows["reason"].tolist() == ["keine Hinfahrt", "zu früh los", "keine Rückfahrt"]
    assert rows["municipality"].tolist() == ["Dorf"] * 3


def test_of_equal_places_the_larger_stands_first():
    # Without the rows of the on-demand bus Y (10) and W (20) are equal.
    by_line = UNITS[~UNITS["with_flex"]]
    assert worst_places(district(), by_line, count=1)["name"].tolist() == ["W"]


def test_without_units_nothing_is_reached_from_anywhere():
    rows = worst_places(district(), UNITS[:0], count=2)
    assert rows["name"].tolist() == ["X", "W"]
    assert rows["offer_count"].tolist() == [0, 0]
    nowhere = region([], [], [], feed({}, {}))
    assert worst_places(nowhere, UNITS[:0]).empty
