"""Both layouts of the flat CSV become the same rows."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.errors import DataProblems
from sokanalysis.read.official.findings import Findings
from sokanalysis.read.official.flat_layouts import read_rows

# The sale of building land in two districts, 2023, as Regionalstatistik delivers it.
TODAY = (
    "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
    "1_variable_attribute_code;1_variable_attribute_label;2_variable_code;2_variable_label;"
    "2_variable_attribute_code;2_variable_attribute_label;value;value_unit;value_variable_code;"
    "value_variable_label\n"
    "61511;Kaufwerte für Bauland;JAHR;Jahr;2023;KREISE;Kreise;01004;Neumünster;BAUNW2;"
    "Baulandverkäufe;;Insgesamt;15;1000 qm;BAU002;Veraeusserte Baulandflaeche\n"
    "61511;Kaufwerte für Bauland;JAHR;Jahr;2023;KREISE;Kreise;01004;Neumünster;BAUNW2;"
    "Baulandverkäufe;;Insgesamt;203,87;EUR;BAU004;Durchschnittlicher Kaufwert je qm\n"
    "61511;Kaufwerte für Bauland;JAHR;Jahr;2023;KREISE;Kreise;01057;Plön;BAUNW2;"
    "Baulandverkäufe;;Insgesamt;.;1000 qm;BAU002;Veraeusserte Baulandflaeche\n"
    "61511;Kaufwerte für Bauland;JAHR;Jahr;2023;KREISE;Kreise;01057;Plön;BAUNW2;"
    "Baulandverkäufe;;Insgesamt;123,34;EUR;BAU004;Durchschnittlicher Kaufwert je qm\n"
)
FORMER = (
    "Statistik_Code;Statistik_Label;Zeit_Code;Zeit_Label;Zeit;1_Merkmal_Code;1_Merkmal_Label;"
    "1_Auspraegung_Code;1_Auspraegung_Label;2_Merkmal_Code;2_Merkmal_Label;2_Auspraegung_Code;"
    "2_Auspraegung_Label;     BAU002__Veraeusserte_Baulandflaeche__1000_qm;"
    "BAU004__Durchschnittlicher_Kaufwert_je_qm__EUR\n"
    "61511;Statistik der Kaufwerte;JAHR;Jahr;2023;KREISE;Kreise;01004;Neumünster;BAUNW2;"
    "Baulandverkäufe;;Insgesamt;15;203,87\n"
    "61511;Statistik der Kaufwerte;JAHR;Jahr;2023;KREISE;Kreise;01057;Plön;BAUNW2;"
    "Baulandverkäufe;;Insgesamt;.;123,34\n"
)
SAME = [
    "time", "1_variable_code", "1_variable_attribute_code", "1_variable_attribute_label",
    "2_variable_attribute_code", "text", "unit", "measure", "measure_label", "quality",
]  # fmt: skip


def read(text: str) -> pd.DataFrame:
    findings = Findings("x.csv")
    rows, _ = read_rows(text, findings)
    assert not findings.problems
    return rows


def refusal(text: str) -> str:
    findings = Findings("x.csv")
    with pytest.raises(DataProblems) as error:
        read_rows(text, findings)
    return str(error.value)


def test_both_layouts_say_the_same() -> None:
    today, former = read(TODAY), read(FORMER)
    pd.testing.assert_frame_equal(today[SAME], former[SAME], check_like=True)
    assert today["row"].tolist() == [2, 3, 4, 5]
    assert former["row"].tolist() == [2, 2, 3, 3]
    assert set(today["title"]) == {"value"}
    assert former["title"].iloc[1] == "BAU004__Durchschnittlicher_Kaufwert_je_qm__EUR"
    _, titles = read_rows(FORMER, Findings("x.csv"))
    assert titles["1_variable_attribute_code"] == "1_Auspraegung_Code"


def test_quality_stands_beside_its_value() -> None:
    today = TODAY.replace("value_variable_label\n", "value_variable_label;value_q\n")
    rows = read("".join(f"{line};e\n" if n else f"{line}\n"
                        for n, line in enumerate(today.splitlines())))  # fmt: skip
    assert set(rows["quality"]) == {"e"}
    head, *body = FORMER.splitlines()
    former = "\n".join([f"{head};BAU004__q", *(f"{line};p" for line in body)])
    assert read(former)["quality"].tolist() == ["", "p", "", "p"]


def test_empty_lines_and_short_lines() -> None:
    findings = Findings("x.csv")
    rows, _ = read_rows(TODAY + "\n\n61511;Kaufwerte\n", findings)
    assert len(rows) == 4
    assert [(found.row, found.message) for found in findings.problems] == [
        (8, "2 Zellen statt 17"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a;b\n1;2\n", "„a“ – ist kein Flat-CSV"),
        ("\n" + TODAY, "Zeile 1 – ist kein Flat-CSV"),
        ("GENESIS-Tabelle: 12411-01-01-4\nx;y\n", "ist kein Flat-CSV"),
        (TODAY.splitlines()[0], "enthält keine Werte"),
        (TODAY.replace("time;1_", "tag;1_"), "„time“ – Spalte fehlt"),
        (TODAY.replace("2_variable_attribute_code", "x"), "„2_variable_attribute_code“"),
        (TODAY.replace("value_unit", "x"), "„value_unit“ – Spalte fehlt"),
        (FORMER.replace("BAU004__Durchschnittlicher_Kaufwert_je_qm__EUR", "Zeit"), "doppelt"),
        (TODAY.replace("Kaufwerte", '"Kaufwerte'), "ist als Tabelle nicht lesbar"),
    ],
)
def test_other_files_are_refused(text: str, said: str) -> None:
    assert said in refusal(text)


def test_former_english_headings_are_refused() -> None:
    # So GENESIS-Online delivered them: three columns of one name.
    head = (
        "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;"
        "1_variable_label;1_variable_code;1_variable_code;ERW065__Employees__number\n"
    )
    said = refusal(head + "13111;Employees;STAG;Date;2021-12-31;DLAND;L;08;BW;2640998\n")
    assert "„1_variable_code“ – Spalte steht doppelt → die Tabelle in deutscher Fassung" in said
