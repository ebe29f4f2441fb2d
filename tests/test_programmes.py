"""Programmes: which may pay what, until when, and whose money is spent first."""

from __future__ import annotations

import pytest

from sokanalysis.programmes import budgets, paying_fund, programme_words, programmes
from tests.conftest import villages

# Reference date 22 November 2026.
BAMF = {
    "funding_id": "F1", "name": "Kurse", "giver": "Bund", "fields": "sprache_bildung",
    "levers": "kurs;aussenstelle", "kinds": "integrationskurs",
}  # fmt: skip
LAND = {
    "funding_id": "F2", "name": "Land", "giver": "Land", "fields": "sprache_bildung;teilhabe",
    "levers": "kurs;mobil", "until_date": "2027-12-31", "budget_eur": "5000",
}  # fmt: skip
OVER = LAND | {"funding_id": "F3", "name": "Vorbei", "until_date": "2026-11-21"}


def district(*rows):
    return villages(fundings=list(rows))


def names(region, lever, *needs):
    return list(programmes(region, lever, needs)["name"])


@pytest.mark.parametrize(
    ("lever", "needs", "expected"),
    [
        ("kurs", ["integrationskurs"], ["Kurse", "Land"]),
        ("kurs", ["berufssprache"], ["Land"]),  # F1 asks for another kind of course
        ("kurs", ["arbeit"], []),  # no programme pays this field
        ("mobil", ["beratung"], ["Land"]),
        ("mobil", [], ["Land"]),  # without a need neither field nor kind is asked
        ("rufbus", [], []),
    ],
)
def test_lever_field_and_kind_have_to_fit(lever, needs, expected):
    assert names(district(BAMF, LAND), lever, *needs) == expected


def test_what_has_ended_stays_away_and_the_last_day_counts():
    assert names(district(OVER), "kurs") == []
    last = OVER | {"until_date": "2026-11-22"}
    assert names(district(last), "kurs") == ["Vorbei"]


def test_words_name_the_end_or_that_nothing_is_known():
    assert programme_words(district(BAMF, LAND), "kurs", ["integrationskurs"]) == (
        "Kurse; Land (bis 12/2027)"
    )
    assert programme_words(district(), "kurs", []) == "kein Programm bekannt, Eigenmittel prüfen"


def test_only_promised_money_is_a_budget_of_its_own():
    region = district(BAMF, LAND)
    assert budgets(region) == {"F2": 5000.0}
    assert paying_fund(region, "kurs", ["integrationskurs"]) == "F2"
    assert paying_fund(region, "aussenstelle", ["integrationskurs"]) == ""
