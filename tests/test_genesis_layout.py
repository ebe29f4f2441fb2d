"""Where things stand in a GENESIS table."""

from __future__ import annotations

import pytest

from sokanalysis.errors import DataProblems
from sokanalysis.read.official.findings import Findings
from sokanalysis.read.official.genesis_layout import read_layout


def layout(*lines: str):
    findings = Findings("t.csv")
    found = read_layout([line.split(";") for line in ("GENESIS-Tabelle: A", *lines)], findings)
    findings.settle()
    return found


def test_period_key_name_and_values():
    found = layout("Titel;;;;", ";;;Mann;Frau", "2019;DG;Deutschland;1;2", ";;;;")
    assert (found.period_at, found.key_at, found.texts) == (0, 1, [])
    assert [measure.at for measure in found.measures] == [3, 4]
    assert found.titles == ["Titel"]
    assert found.data == {3: ["2019", "DG", "Deutschland", "1", "2"]}


def test_without_period():
    found = layout("Titel", ";;Mann", "DG;Deutschland;1")
    assert (found.period_at, found.key_at) == (None, 0)


def test_a_code_beside_a_text_is_no_key_of_an_area():
    # In every row a number stands beside a name, further right than the key; one key is lost.
    rows = [f"2019;{key};Kreis A;{code};Türkei;5" for code, key in (("160", "01001"), ("161", "1"))]
    with pytest.raises(DataProblems, match="Zeile 4, Spalte „Regionalschlüssel“: „1“"):
        layout(";;;;;Anzahl Menschen", *rows)
    found = layout(";;;;;Anzahl Menschen", rows[0])
    assert (found.key_at, found.texts) == (1, [3, 4])


def test_numbers_below_no_heading_are_a_text():
    # Persons in the household, as a column of the row.
    rows = ["2019;DG;Deutschland;1;13960811", "2019;DG;Deutschland;2;12455731"]
    found = layout(";;;;Haushalte", *rows)
    assert found.texts == [3]


def test_columns_without_anything_are_left_out():
    found = layout(";;;Mann;", "2019;DG;Deutschland;1;")
    assert [measure.at for measure in found.measures] == [3]


def test_values_need_a_heading():
    with pytest.raises(DataProblems, match="Spalte „5“ – Spalte hat keine Überschrift"):
        layout(";;;Mann;", "2019;DG;Deutschland;1;2")


def test_a_column_of_which_half_is_damaged_still_holds_values():
    found = layout(";;;Mann", "2019;DG;Deutschland;12", "2018;DG;Deutschland;zwölf")
    assert [measure.at for measure in found.measures] == [3]


def test_a_title_may_hold_a_semicolon():
    assert layout("Land; Kreis;;", ";;Mann", "DG;Deutschland;1").titles == ["Land; Kreis"]


def test_a_head_of_another_width_is_missed():
    with pytest.raises(DataProblems, match="Zeile 2 – hat 4 Zellen statt 3"):
        layout(";;Mann;", "DG;Deutschland;1")
