"""The head of a GENESIS table: measures, units, periods, from heads as the databases write them."""

from __future__ import annotations

import pytest

from sokanalysis.read.official.genesis_head import Measure, is_total, read_head, title_period


def measures(head, titles=(), *, is_dated=True):
    rows = [line.split(";") for line in head]
    places = list(range(len(rows[0]))) if rows else [0]
    return read_head(rows, places, list(titles), is_dated=is_dated)


def test_headings_are_joined_without_repetition():
    # 46251-0021: fuel by emission class; "Insgesamt" stands above and below
    head = ["Benzin;Diesel;Insgesamt", "Euro 6;Insgesamt;Insgesamt"]
    assert [measure.name for measure in measures(head)] == [
        "Benzin | Euro 6", "Diesel | Insgesamt", "Insgesamt",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "unit",
    ["Anzahl", "Prozent", "EUR", "Tsd. EUR", "Tsd.EUR", "Mill. EUR", "1000 EUR", "1 000 ha", "qkm",
     "dt/ha", "EUR je Einwohner", "EUR/qm", "%", "km²"],
)  # fmt: skip
def test_a_line_of_units_is_no_heading(unit):
    assert measures(["Einkommen", unit]) == [Measure(0, "Einkommen", unit, "")]


@pytest.mark.parametrize("heading", ["männlich", "m", "1", "6 und mehr", "Anzahl der Kinder"])
def test_what_only_looks_like_a_unit_is_a_heading(heading):
    assert measures(["Personen insgesamt", heading])[0].unit == ""


def test_the_unit_may_stand_in_brackets():
    titles = ["Statistik des Bestands (vorläufig)", "Kraftfahrzeugbestand (Anzahl)"]
    assert measures(["Insgesamt;Pkw"], titles) == [
        Measure(0, "Insgesamt", "Anzahl", ""), Measure(1, "Pkw", "Anzahl", ""),
    ]  # fmt: skip
    assert measures(["Fläche (ha)"]) == [Measure(0, "Fläche", "ha", "")]
    assert measures(["Dichte (EW je qkm)"]) == [Measure(0, "Dichte (EW je qkm)", "", "")]


def test_without_a_head_the_last_title_names_the_measure():
    assert measures([], ["Lebendgeborene", "Lebendgeborene (Anzahl)"]) == [
        Measure(0, "Lebendgeborene", "Anzahl", "")
    ]


def test_days_in_the_head_are_periods():
    # 12411-01-01-4 as of 2015
    head = ["Stichtag;Stichtag", "31.12.2014;31.12.2015", "Insgesamt;Insgesamt"]
    assert measures(head, ["Bevölkerungsstand (Anzahl)"], is_dated=False) == [
        Measure(0, "Insgesamt", "Anzahl", "31.12.2014"),
        Measure(1, "Insgesamt", "Anzahl", "31.12.2015"),
    ]
    assert [measure.period for measure in measures(head[1:], is_dated=False)] == [
        "31.12.2014", "31.12.2015",
    ]  # fmt: skip


def test_years_in_the_head_stay_headings_where_rows_have_a_period():
    assert measures(["2014;2015"])[1] == Measure(1, "2015", "", "")


@pytest.mark.parametrize(
    ("titles", "period"),
    [
        (["Haushalte", "- Stichtag 09.05.2011 -", "09.05.2011"], "09.05.2011"),
        (["Haushalte - Stichtag: 9.5.2011"], "9.5.2011"),
        (["Haushalte", "2019"], "2019"),
        (["Haushalte", "2019", "2020"], ""),
        (["Gebietsstand 15.05.2022"], ""),
        (["Stichtag 31.12."], ""),
        ([], ""),
    ],
)
def test_the_period_above_the_head(titles, period):
    assert title_period(titles) == period


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Insgesamt", True), ("Bevölkerung insgesamt", True), ("INSGESAMT", True),
        ("weiblich", False), ("insgesamte Fläche", False), ("", False),
    ],
)  # fmt: skip
def test_totals_are_told_apart(text, expected):
    assert is_total("Ausländer", text) is expected
