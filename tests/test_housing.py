"""Where refugees live, against offers: three accommodations in the five villages."""

from __future__ import annotations

import pytest

from sokanalysis.attendance import attendance
from sokanalysis.codes import STATE_TITLES, STATES
from sokanalysis.housing import SOUGHT, housing, housing_summary
from sokanalysis.supply import attended_offers
from tests.conftest import KM_NORTH, villages

# In Süd, where the course is; 200 m from Nord, from where nobody gets home; one closed long ago.
LODGED = [
    {"accommodation_id": "U1", "name": "Haus Süd", "ags": "16075001", "status": "laufend",
     "lat": 50.6, "lon": 11.7, "place_count": 30},
    {"accommodation_id": "U2", "name": "Haus Nord", "ags": "16075001", "status": "ungeklaert",
     "lat": 50.6 + 9.8 * KM_NORTH, "lon": 11.7, "place_count": 10},
    {"accommodation_id": "U3", "name": "Haus Mitte", "ags": "16075001", "status": "historisch",
     "lat": 50.6 + 5 * KM_NORTH, "lon": 11.7, "place_count": 99},
]  # fmt: skip
LINE = STATE_TITLES["schulzeit_linie"]


def state_of(*accommodations: dict, **tables):
    made = villages(accommodations=list(accommodations), **tables)
    answers = attendance(made, made.sessions)
    return made, attended_offers(made, answers, made.sessions, made.offers)


def test_what_is_within_reach_of_an_accommodation():
    made, units = state_of(*LODGED)
    rows = housing(made, units).set_index("accommodation_id")
    assert rows.index.tolist() == ["U1", "U2"]
    assert rows["settlement_id"].tolist() == ["Süd", "Nord"]
    assert rows["schulzeit_linie_offers"].tolist() == [1, 0]
    assert rows["course"].tolist() == ["Kurs", "Kurs"]
    assert rows["status"].tolist() == ["laufend (belegt)", "Fortbestand nicht belegt"]
    # By car 5 minutes and 9.8 km × 1.4 at 50 km/h = 16.5 minutes, from the house itself.
    assert rows["car_minutes"].tolist() == pytest.approx([5, 21.5], abs=0.1)
    # In Süd one walks no way at all, from Nord there is no way home.
    assert rows.loc["U1", "linie_away_minutes"] == pytest.approx(0, abs=0.01)
    assert rows[["linie_away_minutes", "rufbus_away_minutes"]].loc["U2"].isna().all()


def test_other_accommodations_can_be_asked_for():
    made, units = state_of(*LODGED)
    rows = housing(made, units, ["historisch"])
    assert rows["accommodation_id"].tolist() == ["U3"]
    assert rows["schulzeit_linie_offers"].tolist() == [1]


def test_neither_name_nor_position_nor_people_are_given():
    made, units = state_of(*LODGED)
    assert not {"name", "lat", "lon", "occupied_count"} & set(housing(made, units).columns)


def test_shares_of_places_and_people():
    # One of two accommodations, 30 of 40 places, Süd and Mitte with 20 of 50 people. No asylum
    # seekers are counted, and no counselling is there.
    made, units = state_of(*LODGED)
    rows = housing_summary(made, housing(made, units), units)
    assert rows["sought"].tolist() == [name for name in SOUGHT for _ in STATES]
    row = rows[(rows["sought"] == "Sprachkurs") & (rows["state"] == LINE)].iloc[0]
    names = ["accommodation_share", "place_share", "seeker_share", "inhabitant_share"]
    assert row[names].tolist() == pytest.approx([0.5, 0.75, 0, 0.4])
    assert rows.loc[rows["sought"] == "Migrationsberatung", names].eq(0).all(axis=None)


def test_asylum_seekers_live_elsewhere_too():
    # 8 of 10 are counted in Süd, where the course can be taken up, 2 in Fern.
    counted = [
        {"area_level": "siedlung", "area_id": name, "group": group, "date": "2025-12-31",
         "person_count": count}
        for group, counts in (("auslaender", (200, 200)), ("schutzsuchende", (8, 2)))
        for name, count in zip(("Süd", "Fern"), counts, strict=True)
    ]  # fmt: skip
    made, units = state_of(groups=counted)
    rows = housing_summary(made, housing(made, units), units)
    assert rows.loc[rows["state"] == LINE, "seeker_share"].tolist() == pytest.approx([0.8, 0])


def test_places_that_nobody_knows():
    made, units = state_of(LODGED[0] | {"place_count": ""}, LODGED[1])
    homes = housing(made, units)
    assert homes["place_count"].isna().tolist() == [True, False]
    # Known are the 10 places of Nord only.
    row = housing_summary(made, homes, units).iloc[0]
    assert row[["accommodation_share", "place_share"]].tolist() == [0.5, 0]


def test_nothing_to_compare():
    made, units = state_of()
    homes = housing(made, units)
    assert homes.empty
    assert list(homes.columns) == list(housing(*state_of(*LODGED)).columns)
    rows = housing_summary(made, homes, units)
    assert rows["accommodation_share"].eq(0).all()
    made, units = state_of(*LODGED)
    assert housing(made, units[:0])["car_minutes"].isna().all()


def test_the_real_district(sok):
    sessions = sok.current_sessions
    units = attended_offers(sok, attendance(sok, sessions), sessions, sok.current_offers)
    homes = housing(sok, units)
    assert homes["accommodation_id"].is_unique
    assert homes["car_minutes"].notna().all()
    within = homes[[f"{state}_offers" for state in STATES]]
    assert within.ge(0).all(axis=None)
    assert (within["schulzeit_rufbus_offers"] >= within["schulzeit_linie_offers"]).all()
    shares = housing_summary(sok, homes, units).drop(columns=["sought", "state"])
    assert shares.ge(0).all(axis=None)
    assert shares.le(1).all(axis=None)
