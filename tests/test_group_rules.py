"""Counts that cannot be are named with their row."""

from __future__ import annotations

import pytest

from sokanalysis.group_rules import group_problems
from tests.conftest import table

AGS, DAY = "16075001", "2022-12-31"


def row(level, area, count, group="auslaender", date=DAY, **more):
    return {
        "area_level": level, "area_id": area, "group": group, "date": date, "person_count": count,
    } | more  # fmt: skip


def found(*groups):
    """Problems of a town of 100 people, in two villages of 60 and 40."""
    tables = {
        "groups": table("groups", list(groups)),
        "municipalities": table("municipalities", [{"ags": AGS, "name": "Dorf"}]),
        "population": table("population", [
            {"ags": AGS, "date": "2020-12-31", "population_count": 50},
            {"ags": AGS, "date": DAY, "population_count": 100},
        ]),
        "settlements": table("settlements", [
            {"settlement_id": "A", "ags": AGS, "population_count": 60},
            {"settlement_id": "B", "ags": AGS, "population_count": 40},
        ]),
    }  # fmt: skip
    return [str(problem) for problem in group_problems(tables)]


def test_what_adds_up_is_no_problem():
    assert found(
        row("kreis", "16075", 20, person_count_low=20, person_count_high=20),
        row("gemeinde", AGS, 20), row("siedlung", "A", 15), row("siedlung", "B", 5),
        row("gemeinde", AGS, 20, "schutzsuchende"), row("siedlung", "A", 0, "schutzsuchende"),
    ) == []  # fmt: skip


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            [row("siedlung", "C", 1)],
            "groups.csv, Zeile 2, Spalte „Gebiet-Nr.“: „C“ – steht nicht in settlements.csv "
            "(Siedlungen) → dort eine Zeile ergänzen oder hier eine vorhandene Gebiet-Nr. "
            "eintragen",
        ),
        (
            [row("gemeinde", AGS, 101)],
            "groups.csv, Zeile 2, Spalte „Personen“: „101“ – mehr als die Einwohner (100) → "
            "Personen und Einwohner prüfen",
        ),
        # On the day of 2020 the town had 50 people, on an unknown day as many as at last.
        ([row("gemeinde", AGS, 51, date="2020-12-31")], "mehr als die Einwohner (50)"),
        ([row("gemeinde", AGS, 101, date="2024-12-31")], "mehr als die Einwohner (100)"),
        ([row("siedlung", "B", 41)], "„41“ – mehr als die Einwohner (40)"),
        (
            [row("siedlung", "A", 12), row("siedlung", "B", 9), row("gemeinde", AGS, 20)],
            "groups.csv, Zeile 4, Spalte „Personen“: „20“ – weniger als ihre Teile der Ebene "
            "Siedlung zusammen (21) → die Zahl hier oder die der Teile berichtigen",
        ),
        (
            [row("kreis", "16075", 19), row("gemeinde", AGS, 20)],
            "Zeile 2, Spalte „Personen“: „19“ – weniger als ihre Teile der Ebene Gemeinde",
        ),
        (
            [row("gemeinde", AGS, 20), row("gemeinde", AGS, 21, "schutzsuchende")],
            "Zeile 3, Spalte „Personen“: „21“ – mehr Asylbewerber als Ausländer (20)",
        ),
        (
            [row("gemeinde", AGS, 20, person_count_low=21)],
            "„20“ – weniger als die untere Schätzung (21)",
        ),
        (
            [row("gemeinde", AGS, 20, person_count_high=19)],
            "„20“ – mehr als die obere Schätzung (19)",
        ),
    ],
)
def test_what_cannot_be_is_named(rows, message):
    problems = found(*rows)
    assert len(problems) == 1
    assert message in problems[0]


def test_other_days_are_not_compared():
    assert found(row("gemeinde", AGS, 20), row("siedlung", "A", 30, date="2021-12-31")) == []


def test_unknown_numbers_are_no_problem():
    assert found(row("gemeinde", AGS, ""), row("siedlung", "A", "")) == []
    assert found() == []


def test_the_real_district_has_none(sok):
    from sokanalysis.schema import TABLES

    assert group_problems({name: getattr(sok, name) for name in TABLES}) == []
