"""Problems of one file: together, in one line each, and not without end."""

from __future__ import annotations

import pytest

from sokanalysis.errors import DataProblems
from sokanalysis.read.official.findings import PROBLEM_MAX_COUNT, Findings


def test_nothing_found_is_nothing_raised():
    Findings("datei.csv").settle()


def test_what_was_found_is_raised_together():
    findings = Findings("datei.csv")
    findings.add("keine Zahl", "prüfen", 3, "Wert", "12a")
    findings.add("Zeile fehlt", "ergänzen")
    with pytest.raises(DataProblems) as caught:
        findings.settle()
    assert [str(problem) for problem in caught.value.problems] == [
        "datei.csv, Zeile 3, Spalte „Wert“: „12a“ – keine Zahl → prüfen",
        "datei.csv – Zeile fehlt → ergänzen",
    ]


def test_a_cell_is_shown_in_one_short_line():
    findings = Findings("datei.csv")
    findings.add("keine Zahl", "prüfen", value="zwei\nZeilen \x1b[31mrot" + "!" * 200)
    [problem] = findings.problems
    assert problem.value.startswith("zwei Zeilen \N{REPLACEMENT CHARACTER}[31mrot!!!")
    assert len(problem.value) == 80


def test_the_reading_ends_when_there_are_too_many():
    findings = Findings("datei.csv")
    with pytest.raises(DataProblems) as caught:
        for row in range(10**6):
            findings.add("keine Zahl", "prüfen", row)
    assert len(caught.value.problems) == PROBLEM_MAX_COUNT + 1
    assert "mehr Fehler als diese 100" in str(caught.value)
