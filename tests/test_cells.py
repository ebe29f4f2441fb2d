"""What people write into a cell, and what is made of it."""

from __future__ import annotations

import datetime as dt

import pandas as pd
import pytest

from sokanalysis.read.cells import cell_text, is_unknown
from sokanalysis.read.convert import convert
from sokanalysis.schema import OFFERS, SESSIONS

DATE, TIME = OFFERS.column("valid_from_date"), SESSIONS.column("start_time")
PLACES, COST = OFFERS.column("place_count"), OFFERS.column("cost_eur")
YES_NO, NAME = OFFERS.column("has_childcare"), OFFERS.column("name")
KIND, GROUPS, DAYS = (
    OFFERS.column("kind"),
    OFFERS.column("target_groups"),
    SESSIONS.column("weekdays"),
)


def read(value, column):
    """The value after conversion, or the message why not."""
    text = cell_text(value, column)
    values, problems = convert(pd.Series([text], dtype="str"), column, "x")
    return problems[0].message if problems else values.iloc[0]


@pytest.mark.parametrize(
    "value",
    [
        dt.datetime(2026, 9, 1), dt.date(2026, 9, 1), dt.datetime(2026, 9, 1, 12), "1.9.2026",
        "01.09.26", "2026-09-01", "1. 9. 2026", "1. September 2026", "1 Sep. 2026", " 01.09.2026 ",
        # Excel counts from 30 December 1899: 1 September 2026 is 46 266 days later.
        46266, 46266.0,
    ],
)  # fmt: skip
def test_a_day_in_many_spellings(value):
    assert read(value, DATE) == pd.Timestamp(2026, 9, 1)


@pytest.mark.parametrize("value", ["31.9.2026", "2026", 2026, "Herbst 2026", "1.9.", 0.5, True])
def test_what_is_no_day_is_refused(value):
    assert read(value, DATE) == "kein gültiges Datum"


def test_march_is_march():
    assert read("3. März 2026", DATE) == pd.Timestamp(2026, 3, 3)
    assert read("3. M 2026", DATE) == "kein gültiges Datum"  # March or May


def test_days_of_the_macintosh_are_1462_days_apart():
    # 1 January 1904 is day 1462 of the other calendar.
    text = cell_text(46266 - 1462, DATE, is_from_1904=True)
    assert text == "2026-09-01"


@pytest.mark.parametrize(
    "value",
    [
        dt.time(8, 30), dt.time(8, 29, 59, 999_000), dt.timedelta(hours=8, minutes=30),
        # 8.5 of 24 hours; 0.354 × 24 h = 8 h 29.76 min
        8.5 / 24, 0.354, "8.30", "8:30", "08:30", "8:30 Uhr", "8.30 Uhr", "8 Uhr 30", "08:30:00",
        "8h30",
    ],
)  # fmt: skip
def test_a_time_in_many_spellings(value):
    assert read(value, TIME) == "08:30"


def test_full_hours_and_midnight():
    assert read("8 Uhr", TIME) == "08:00"
    assert read(0, TIME) == "00:00"


@pytest.mark.parametrize(
    "value",
    ["halb neun", "8", 8, 8.3, "8,30", "25:00", "24:00", 1.0, "8:30 Uhr 15", "ab 8:30", True,
     dt.datetime(1900, 1, 8)],
)  # fmt: skip
def test_what_is_no_time_is_refused(value):
    # 8 may be eight o'clock or, in Excel, eight days; a datetime is a day that Excel made of it.
    assert read(value, TIME) == "keine Uhrzeit"


@pytest.mark.parametrize(("value", "number"), [(24, 24), (24.0, 24), ("24", 24), (" 24 ", 24)])
def test_a_number_of_places(value, number):
    assert read(value, PLACES) == number


@pytest.mark.parametrize(
    "value", ["ca. 20", "20 Plätze", "1.000", dt.datetime(2026, 1, 24), dt.time(1), True]
)
def test_what_is_no_number_is_refused(value):
    # 1.000 is one for a computer and a thousand for a German.
    assert read(value, PLACES) == "keine Zahl"


def test_money_has_comma_or_point():
    assert read("2,50", COST) == read("2.50", COST) == read(2.5, COST) == 2.5
    assert read(0, COST) == 0


@pytest.mark.parametrize("value", [True, "ja", "Ja", "JA "])
def test_yes(value):
    assert read(value, YES_NO)


def test_neither_yes_nor_no():
    assert read("vielleicht", YES_NO) == "weder ja noch nein"


@pytest.mark.parametrize(
    "value", ["Integrationskurs", "integrationskurs", "INTEGRATIONSKURS", " Integrationskurs. "]
)
def test_a_label_is_a_code(value):
    assert read(value, KIND) == "integrationskurs"


def test_an_unknown_label_is_refused():
    assert read("Töpferkurs", KIND) == "kein Wert der Liste"


@pytest.mark.parametrize(
    ("value", "codes"),
    [
        ("Frauen; Familien und Alleinerziehende", ("frauen", "familien")),
        ("junge Menschen, Frauen", ("frauen", "junge_menschen")),  # in the order of the list
        ("junge Menschen (12 bis 27 Jahre)", ("junge_menschen",)),
        ("alle", ("alle",)),
        ("Frauen\nFrauen;", ("frauen",)),
    ],
)
def test_several_labels(value, codes):
    assert read(value, GROUPS) == codes


@pytest.mark.parametrize(
    ("value", "days"),
    [
        ("Mo; Di", "Mo;Di"), ("Mo-Fr", "Mo;Di;Mi;Do;Fr"), ("Mo–Mi, Fr", "Mo;Di;Mi;Fr"),
        ("Montag bis Mittwoch", "Mo;Di;Mi"), ("Di und Do", "Di;Do"), ("mo/mi", "Mo;Mi"),
        ("dienstag", "Di"), ("Do, Di", "Di;Do"),
    ],
)  # fmt: skip
def test_days_of_the_week(value, days):
    assert read(value, DAYS) == tuple(days.split(";"))


@pytest.mark.parametrize("value", ["Fr-Mo", "täglich", "Mo bis"])
def test_days_that_are_none(value):
    assert read(value, DAYS) == "kein Wert der Liste"


def test_text_keeps_its_words():
    assert cell_text("  Kurs\u00a0für\r\nFrauen ", NAME) == "Kurs für\nFrauen"
    assert cell_text(2026, NAME) == "2026"
    assert cell_text(2.5, NAME) == "2.5"
    assert cell_text(dt.datetime(2026, 9, 1), NAME) == "2026-09-01"
    assert cell_text("'=1+1", NAME) == "=1+1"
    assert cell_text("'s Häusle", NAME) == "'s Häusle"
    assert cell_text(None, NAME) == ""


def test_who_does_not_know_says_so():
    assert all(is_unknown(word) for word in ("?", "–", "unbekannt", "Keine Angabe", "k. A."))
    assert not any(is_unknown(word) for word in ("", "nein", "0", "Kurs?"))
