"""The catalogue: numbers and words of measures by hand, small counts, own measures, sums."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from sokanalysis.catalogue import catalogue, curve_table, recommended
from sokanalysis.gaps import gaps, situation
from sokanalysis.published import published_gaps
from sokanalysis.selection import select
from tests.cases import (
    ADVICE,
    ADVICE_SESSION,
    BACK,
    able_today,
    demand_of,
    hall,
    options_in,
    people,
    town,
)
from tests.conftest import COURSE_OFFER, COURSE_SESSION, table

MOVE, CARE = "verschieben|A1@O1|+15", "kinderbetreuung|A1@O1"
ADVISED = "aussenstelle|beratung|G-Fern|09:00"
LATER = "fahrt|1|spaeter"
FUNDS = [
    {"funding_id": "F1", "name": "Landesprogramm", "giver": "Land", "fields": "teilhabe",
     "levers": "aussenstelle", "until_date": "2027-12-31"},
    {"funding_id": "F2", "name": "Vorbei", "giver": "Land", "fields": "teilhabe",
     "levers": "aussenstelle", "until_date": "2026-11-21"},
]  # fmt: skip
OWN = {
    "measure_id": "E01", "title": "Runder Tisch", "field": "alle", "gap": "Abstimmung fehlt",
    "goal": "Alle wissen voneinander.", "steps": "einladen; treffen;", "responsible": "Landratsamt",
    "start_month": "2027-01-01", "end_month": "2027-12-01", "cost_eur": "1500",
    "funding_ids": "F1", "indicator": "Treffen", "start_value": "1", "target_value": "4",
    "priority": "mittel", "is_quick_win": "ja", "status": "beschlossen",
}  # fmt: skip


def described(district, *keys, draws=1):
    """The selection of some candidates and its catalogue."""
    selection = select(district, options_in(district, *keys), draws=draws)
    return selection, rows_of(district, selection)


def rows_of(district, selection, safe=None):
    """The catalogue; what the gaps are is asked in one test only."""
    if safe is None:
        nobody = demand_of(district).assign(gap_class="nicht_erreichbar")
        safe = published_gaps(district, nobody)
    return catalogue(district, selection, demand_of(district), able_today(district), safe)


def row_of(rows, key):
    [row] = rows[rows["key"] == key].to_dict("records")
    return row


@pytest.fixture(scope="module")
def district():
    """The course in Süd, a town hall in Fern, two programmes, one measure of the district's own."""
    return town(buildings=[hall("Fern")], fundings=FUNDS, own_measures=[OWN]).with_parameters(
        budget_eur=25_000
    )


@pytest.fixture(scope="module")
def both(district):
    """The move and the advice are chosen; childcare would cost too much beside them."""
    return described(district, MOVE, CARE, ADVISED, draws=3)


@pytest.fixture(scope="module")
def rows(both):
    return both[1]


# -- a row by hand ---------------------------------------------------------------------------------


def test_a_move_says_what_the_timetable_says(rows):
    # 15 minutes later Abseits comes as well, 7 of the 35 with the need; 500 €, at most 2,000 €.
    row = row_of(rows, "verschieben|A1@O1")
    assert row["title"] == "Kurs in Süd um 15 Minuten später verschieben"
    assert (row["start_value"], row["target_value"], row["gained_count"]) == (14, 21, 7)
    assert (row["cost_eur"], row["cost_eur_low"], row["cost_eur_high"]) == (500, 0, 2000)
    assert row["cost_per_person_eur"] == pytest.approx(500 / 7)
    assert row["steps"][0] == (
        "mit Volkshochschule die neue Zeit abstimmen: Mo/Di/Mi/Do/Fr 09:15–12:15 Uhr statt "
        "Mo/Di/Mi/Do/Fr 09:00–12:00 Uhr"
    )
    assert (row["need"], row["field_code"]) == ("Integrationskurs A1–B1", "sprache_bildung")
    assert row["reached_after"] - row["reached_before"] == {"Abseits"}
    assert (row["lever"], row["status"]) == ("Termin verschieben", "Vorschlag")


def test_the_gap_is_the_largest_of_the_need(district, both):
    # 14 of 35 can take part. Nord has no way home, Fern no bus, Abseits would come at another
    # time: 7 each; of equals the first by the alphabet, „falsche Zeit“, is named.
    safe = published_gaps(district, gaps(district, situation(district)))
    row = row_of(rows_of(district, both[0], safe), "verschieben|A1@O1")
    assert row["gap"] == "falsche Zeit: 7 von 35 Menschen"


def test_ranges_and_holidays_are_those_of_the_engine(rows):
    # 2 % and 6 % of 1000 are 4 or 12 a village: 4 or 12 more (36 seats for the 36 of three
    # villages). In the holidays there is no course.
    row = row_of(rows, "verschieben|A1@O1")
    assert (row["gained_count_low"], row["gained_count_high"]) == (4, 12)
    assert (row["gained_range"], row["gained_count_holidays"]) == ("4 bis 12", 0)


def test_advice_in_fern_has_its_price_and_its_programme(rows):
    # 20 people for 15,840 €. The one programme still runs, the other has ended the day before.
    row = row_of(rows, "aussenstelle|beratung|Fern")
    assert (row["start_value"], row["target_value"], row["gained_count"]) == (0, 20, 20)
    assert (row["cost_eur"], row["cost_per_person_eur"]) == (15_840, 792)
    assert row["funding"] == "Landesprogramm (bis 12/2027)"
    assert row["responsible"] == "Integrationsmanagement mit einem Träger"
    # The programme is for another field and another lever than the move.
    move = row_of(rows, "verschieben|A1@O1")
    assert move["funding"] == "kein Programm bekannt, Eigenmittel prüfen"


def test_the_plan_has_months(rows):
    # 3 months to prepare, then to the end of two years; 7 months for a branch.
    row = row_of(rows, "verschieben|A1@O1")
    assert (row["start_month"], row["run_month"], row["end_month"]) == (1, 4, 24)
    assert row["period"] == "3 Monate bis zum Start, dann 21 Monate im Plan dieser zwei Jahre"
    assert row_of(rows, "aussenstelle|beratung|Fern")["run_month"] == 8


@pytest.mark.parametrize(
    ("high", "medium", "expected"),
    [(20, 8, ("hoch", "niedrig")), (21, 7, ("mittel", "mittel"))],
)
def test_priority_follows_the_people(district, both, high, medium, expected):
    # 20 and 7 people: the limits themselves belong to the higher class.
    other = district.with_parameters(priority_high_count=high, priority_medium_count=medium)
    found = rows_of(other, both[0]).set_index("key")["priority"]
    assert (found["aussenstelle|beratung|Fern"], found["verschieben|A1@O1"]) == expected


def test_what_a_measure_adds_to_the_plan(both):
    # Advice and course have nothing to do with each other: without one, its own people are lost.
    selection, rows = both
    assert set(selection.portfolio.taken) == {MOVE, ADVISED}
    assert row_of(rows, "verschieben|A1@O1")["lost_count"] == 7
    assert row_of(rows, "aussenstelle|beratung|Fern")["lost_count"] == 20
    computed = rows[rows["lever_code"] != "sonstige"]
    taken = computed[computed["is_chosen"].astype(bool)]
    assert taken["cost_eur"].sum() == selection.portfolio.cost_eur == 16_340
    assert taken["gained_count"].sum() == 27
    assert selection.portfolio.person_count == 14 + 27


def test_every_measure_says_what_the_board_asks(rows):
    texts = rows[["title", "goal", "responsible", "funding", "indicator", "period"]]
    assert (texts.map(len) > 0).all(axis=None)
    assert not texts.map(lambda text: "{" in text).any(axis=None)
    computed = rows[rows["gained_count"].notna()]
    assert (computed["target_value"] - computed["start_value"] == computed["gained_count"]).all()
    assert computed["steps"].map(len).ge(3).all()


# -- numbers and order -----------------------------------------------------------------------------


def test_numbers_follow_the_fields(rows):
    assert list(rows[["number", "key"]].itertuples(index=False, name=None))[-1] == ("Q1", "E01")
    fields = rows["field_code"].tolist()
    order = ["sprache_bildung", "ausbildung_arbeit", "teilhabe", "alle"]
    assert fields == sorted(fields, key=order.index)
    assert row_of(rows, "aussenstelle|beratung|Fern")["number"] == "T1"
    assert rows["number"].is_unique


def test_a_number_once_given_stays(district, both):
    given = [{"measure_key": "verschieben|A1@O1", "number": "S7", "status": "vorschlag"}]
    known = replace(district, measure_numbers=table("measure_numbers", given))
    assert row_of(rows_of(known, both[0]), "verschieben|A1@O1")["number"] == "S7"


def test_a_second_run_gives_the_same_bytes(district, rows):
    again = described(district, MOVE, CARE, ADVISED, draws=3)[1]
    assert again.to_csv() == rows.to_csv()


# -- own measures ----------------------------------------------------------------------------------


def test_own_measures_stand_in_it_marked(rows):
    # The plan begins in November 2026: January 2027 is its third month, December its 14th.
    row = row_of(rows, "E01")
    assert (row["lever_code"], row["lever"], row["status"]) == (
        "sonstige", "Ohne Rechnung", "beschlossen",
    )  # fmt: skip
    assert (row["start_month"], row["run_month"], row["end_month"]) == (3, 3, 14)
    assert row["period"] == "01/2027 bis 12/2027"
    assert (row["steps"], row["funding"]) == (["einladen", "treffen"], "Landesprogramm")
    assert (row["cost_eur"], row["start_value"], row["target_value"]) == (1500, 1, 4)
    assert (row["is_chosen"], row["field"]) == (True, "Alle Handlungsfelder")
    for name in ("gained_count", "lost_count", "cost_per_person_eur", "chosen_share"):
        assert pd.isna(row[name])


def test_without_any_measure_the_columns_stand_without_rows():
    nothing = town([], []).with_parameters(budget_eur=25_000)
    rows = described(nothing)[1]
    assert len(rows) == 0
    assert {"number", "key", "gained_count", "reached_after", "decides"} <= set(rows.columns)


def test_own_measures_stand_alone_where_nothing_is_computed():
    vague = OWN | dict.fromkeys(
        ("steps", "start_month", "end_month", "cost_eur", "funding_ids"), ""
    )
    nothing = town([], [], own_measures=[vague]).with_parameters(budget_eur=25_000)
    selection, rows = described(nothing)
    [row] = rows.to_dict("records")
    assert (row["number"], row["steps"], row["period"], row["funding"]) == ("Q1", [], "offen", "")
    assert pd.isna(row["cost_eur"])
    assert recommended(rows, 3) == "Keine der geprüften Maßnahmen hilft genügend Menschen."
    assert curve_table(selection, rows)["gained_count"].tolist() == [0, 0, 0]


# -- small counts ----------------------------------------------------------------------------------


def small(places, *keys):
    district = town(trips=BACK, groups=people(**places)).with_parameters(budget_eur=25_000)
    [row] = described(district, *keys)[1].to_dict("records")
    return row


def test_a_small_start_takes_the_target_along():
    # 3.5 % of 257 are 9 people: 2 in Süd, 7 in Abseits who come 15 minutes later. The start of 2
    # would follow from target and gain, 9 − 7.
    row = small({"Süd": 57, "Abseits": 200}, MOVE)
    assert pd.isna(row["start_value"])
    assert pd.isna(row["target_value"])
    assert row["gained_count"] == 7
    assert row["cost_per_person_eur"] == pytest.approx(500 / 7)


def test_a_small_gain_takes_target_and_price_along():
    # Nord has 2 with the need and comes with the later trip; 7 of Süd come today.
    row = small({"Süd": 200, "Nord": 57}, LATER)
    assert row["is_chosen"]
    assert row["start_value"] == 7
    assert pd.isna(row["gained_count"])
    assert pd.isna(row["target_value"])
    assert pd.isna(row["cost_per_person_eur"])
    assert pd.isna(row["lost_count"])
    # 2 % and 6 %: 5 people, 1 of them in Nord, or 15 with 3.
    assert pd.isna(row["gained_count_low"])
    assert row["gained_range"] == "unter 3 bis 3"


def test_what_helps_too_few_people_is_shown_only_when_it_is_chosen(district, both):
    # The move helps 7 people. It is chosen, so it stays; where nothing is, it goes.
    selection, strict = both[0], district.with_parameters(measure_min_count=8)
    keys = ["verschieben|A1@O1", "aussenstelle|beratung|Fern", "E01"]
    assert rows_of(strict, selection)["key"].tolist() == keys
    nothing = replace(selection, portfolio=replace(selection.portfolio, taken=()))
    assert rows_of(strict, nothing)["key"].tolist() == keys[1:]


# -- what concerns more than one field, and the curve ----------------------------------------------


def test_a_trip_to_course_and_advice_concerns_all_fields():
    # Nord gets home from both: 7 and 20 people.
    offers, sessions = [COURSE_OFFER, ADVICE], [COURSE_SESSION, ADVICE_SESSION]
    district = town(offers, sessions, trips=BACK).with_parameters(budget_eur=25_000)
    [row] = described(district, LATER)[1].to_dict("records")
    assert (row["number"], row["field"]) == ("Q1", "Alle Handlungsfelder")
    assert row["need_keys"] == ("integrationskurs", "beratung")
    assert row["need"] == "Integrationskurs A1–B1, Migrationsberatung"
    assert (row["start_value"], row["target_value"]) == (14 + 40, 21 + 60)


def test_the_curve_speaks_in_numbers_of_the_catalogue(both):
    # 0 €: nobody more; 10,000 €: the move, 500 €; 20,000 €: the advice too, 15,840 €.
    selection, rows = both
    curve = curve_table(selection, rows)
    assert curve["budget_eur"].tolist() == [0, 10_000, 20_000]
    assert curve["cost_eur"].tolist() == [0, 500, 16_340]
    assert curve["gained_count"].tolist() == [0, 7, 27]
    move = row_of(rows, "verschieben|A1@O1")["number"]
    assert curve["added"].tolist() == ["", move, "T1"]
    # Without its row a measure has no number to be called by.
    assert curve_table(selection, rows[:0])["added"].tolist() == ["", "1 weitere", "1 weitere"]


def test_recommended_are_those_that_help_most(rows):
    move = row_of(rows, "verschieben|A1@O1")["number"]
    assert recommended(rows, 5).splitlines() == [
        "1. **Migrationsberatung in Fern: Außenstelle Rathaus Fern** (T1): 20 Menschen zusätzlich",
        f"2. **Kurs in Süd um 15 Minuten später verschieben** ({move}): 7 Menschen zusätzlich",
    ]
    assert len(recommended(rows, 1).splitlines()) == 1
