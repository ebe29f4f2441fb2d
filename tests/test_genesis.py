"""Tables of GENESIS: excerpts as the databases save them, and what must not pass."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems
from sokanalysis.read.official.genesis import SIGN_MEANINGS, read_genesis
from sokanalysis.read.official.genesis_layout import SIGNS
from tests.fuzzing import damaged, fuzz, survives

# Regional database, table 12411-05-01-4 (average population), six columns.
POPULATION = """\
GENESIS-Tabelle: 12411-05-01-4
Durchschnittliche Jahresbevölkerung nach Geschlecht -;;;;;
Jahresdurchschnitt - regionale Tiefe: Kreise und krfr.;;;;;
Städte;;;;;
Fortschreibung des Bevölkerungsstandes;;;;;
Durchschnittliche Jahresbevölkerung (Anzahl);;;;;
;;;Insgesamt;männlich;weiblich
2019;DG;Deutschland;83092962;41002152;42090810
2019;01;  Schleswig-Holstein;2900243;1421170;1479073
2019;01001;      Flensburg, kreisfreie Stadt;89834;44752;45083
2018;16075;      Saale-Orla-Kreis;81185;40248;40937
__________
(C)opyright Statistische Ämter des Bundes und der Länder, Deutschland, 2021

Stand: 04.02.2021 / 10:00:00
"""
# Census table 12111-31-01-4: no period in the rows, umlauts lost on the way.
HOUSEHOLDS = """\
GENESIS-Tabelle: 12111-31-01-4
Haushalte nach Haushaltsgr\ufffd\ufffden;;;;
- Stichtag 09.05.2011 -;;;;
regionale Tiefe: Kreise und krfr. St\ufffddte;;;;
09.05.2011;;;;
;;Private Haushalte;Private Haushalte;Private Haushalte
;;Haushalte mit ... Personen;Haushalte mit ... Personen;Haushalte mit ... Personen
;;Insgesamt;1;6 und mehr
;;Anzahl;Anzahl;Anzahl
DG;Deutschland;37571219;13960811;571393
16075;      Saale-Orla-Kreis;39891;12943;509
"""
# Regional atlas AI002-1: several units, decimal commas, a sign.
ATLAS = """\
GENESIS-Tabelle: AI002-1
Regionalatlas Deutschland Themenbereich "Bevölkerung" Indikatoren;;;;
;;;Bevölkerungsentwicklung im Jahr je 10.000 EW;Anteil der ausländischen Bevölkerung  an der Gesamtbevölkerung
;;;Anzahl;Prozent
2010;16075;      Saale-Orla-Kreis;-94,4;1,5
2011;16075;      Saale-Orla-Kreis;x;1,0
"""  # noqa: E501
# Texts between name and values, as tables by nationality and age have them.
AGES = """\
GENESIS-Tabelle: 12411-02-03-4
Bevölkerung nach Altersgruppen (17);;;;;
;;;;Bevölkerung;Bevölkerung
;;;;Insgesamt;weiblich
;;;;Anzahl;Anzahl
31.12.2019;16075;      Saale-Orla-Kreis;unter 3 Jahre;1863;-
31.12.2019;16075;      Saale-Orla-Kreis;3 bis unter 6 Jahre;.;/
31.12.2019;16075;      Saale-Orla-Kreis;Insgesamt;80312;...
"""


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "tabelle.csv"


def read(path: Path, text: str):
    path.write_text(text, encoding="utf-8")
    return read_genesis(path)


def problems(path: Path, text: str) -> list[str]:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataProblems) as caught:
        read_genesis(path)
    return [str(problem) for problem in caught.value.problems]


def test_a_table_becomes_one_row_a_value(path):
    table = read(path, POPULATION)
    assert table.code == "12411-05-01-4"
    assert table.title.splitlines()[-1] == "Durchschnittliche Jahresbevölkerung (Anzahl)"
    assert table.footnotes == (
        "(C)opyright Statistische Ämter des Bundes und der Länder, Deutschland, 2021",
        "Stand: 04.02.2021 / 10:00:00",
    )
    # 4 areas times 3 columns
    assert len(table.rows) == 12
    assert list(table.rows.columns) == [
        "period", "date", "area_key", "area_level", "area_name", "measure", "unit", "value",
        "sign", "is_total",
    ]  # fmt: skip
    assert table.rows.iloc[-3].to_dict() == {
        "period": "2018", "date": pd.Timestamp(2018, 12, 31), "area_key": "16075",
        "area_level": "kreis", "area_name": "Saale-Orla-Kreis", "measure": "Insgesamt",
        "unit": "Anzahl", "value": 81185.0, "sign": "", "is_total": True,
    }  # fmt: skip
    assert table.rows["measure"].tolist()[:3] == ["Insgesamt", "männlich", "weiblich"]
    assert table.rows["is_total"].tolist()[:3] == [True, False, False]


def test_types_do_not_depend_on_what_the_table_holds(path):
    types = {name: str(dtype) for name, dtype in read(path, POPULATION).rows.dtypes.items()}
    assert types == {
        "period": "str", "date": "datetime64[s]", "area_key": "str", "area_level": "str",
        "area_name": "str", "measure": "str", "unit": "str", "value": "float64", "sign": "str",
        "is_total": "bool",
    }  # fmt: skip
    without_date = POPULATION.replace("2019;", "Schuljahr 2019/20;").replace("2018;", "WS 2018/19;")
    assert read(path, without_date).rows.dtypes.astype(str).to_dict() == types


def test_keys_are_text_and_their_length_says_the_level(path):
    lines = "".join(
        f"2019;{key};  Name von {key};1;2;3\n"
        for key in ("05", "051", "05111", "0316355", "05111000", "160755011", "160755011116")
    )
    rows = read(path, POPULATION.replace("2018;16075;", f"{lines}2018;16075;")).rows
    levels = dict(zip(rows["area_key"], rows["area_level"], strict=True))
    assert levels == {
        "DG": "bund", "01": "land", "01001": "kreis", "16075": "kreis", "05": "land",
        "051": "regierungsbezirk", "05111": "kreis", "0316355": "verband",
        "05111000": "gemeinde", "160755011": "verband", "160755011116": "gemeinde",
    }  # fmt: skip


def test_lost_letters_are_kept_as_they_are(path):
    table = read(path, HOUSEHOLDS)
    assert table.title.startswith("Haushalte nach Haushaltsgr\ufffd\ufffden\n")


def test_a_table_without_period_takes_the_day_above_its_head(path):
    rows = read(path, HOUSEHOLDS).rows
    assert set(rows["period"]) == {"09.05.2011"}
    assert set(rows["date"]) == {pd.Timestamp(2011, 5, 9)}
    assert rows["measure"].tolist()[:3] == [
        "Private Haushalte | Haushalte mit ... Personen | Insgesamt",
        "Private Haushalte | Haushalte mit ... Personen | 1",
        "Private Haushalte | Haushalte mit ... Personen | 6 und mehr",
    ]
    assert set(rows["unit"]) == {"Anzahl"}
    assert rows["value"].tolist()[3:] == [39891, 12943, 509]


def test_units_and_decimal_commas(path):
    rows = read(path, ATLAS).rows
    assert rows["unit"].tolist() == ["Anzahl", "Prozent"] * 2
    assert rows["value"].tolist()[:2] == [-94.4, 1.5]
    assert (rows["sign"][2], rows["value"][3]) == ("x", 1.0)
    assert math.isnan(rows["value"][2])
    assert rows["measure"][1] == "Anteil der ausländischen Bevölkerung an der Gesamtbevölkerung"


def test_texts_of_a_row_become_columns(path):
    rows = read(path, AGES).rows
    assert rows["header_1"].tolist()[::2] == ["unter 3 Jahre", "3 bis unter 6 Jahre", "Insgesamt"]
    # The heading, the row, or both say that nothing is left out.
    assert rows["is_total"].tolist() == [True, False, True, False, True, True]
    assert rows["measure"].tolist()[:2] == ["Bevölkerung | Insgesamt", "Bevölkerung | weiblich"]
    assert rows["sign"].tolist() == ["", "-", ".", "/", "", "..."]
    assert rows["value"].fillna(-1).tolist() == [1863, 0, -1, -1, 80312, -1]


def test_texts_may_stand_before_the_key_too(path):
    lines = [
        f"{part};{line}" for part in ("Insgesamt", "Ausländer") for line in AGES.split("\n")[5:8]
    ]
    head = [f";{line}" if line.startswith(";") else line for line in AGES.split("\n")[:5]]
    rows = read(path, "\n".join([*head, *lines])).rows
    assert rows["header_1"].tolist() == ["Insgesamt"] * 6 + ["Ausländer"] * 6
    assert rows["header_2"][0] == "unter 3 Jahre"
    assert set(rows["period"]) == {"31.12.2019"}


@pytest.mark.parametrize(
    ("cell", "value", "sign"),
    [
        ("0", 0.0, ""), ("12", 12.0, ""), ("-3,25", -3.25, ""), ("", math.nan, ""),
        ("-", 0.0, "-"), ("–", 0.0, "-"), (".", math.nan, "."), ("...", math.nan, "..."),
        ("…", math.nan, "..."), ("/", math.nan, "/"), ("x", math.nan, "x"), ("X", math.nan, "x"),
        ("(17)", 17.0, "()"), ("(1,5)", 1.5, "()"), ("17p", 17.0, "p"), ("17 r", 17.0, "r"),
    ],
)  # fmt: skip
def test_numbers_and_signs(path, cell, value, sign):
    rows = read(path, POPULATION.replace("81185", cell)).rows
    assert rows["sign"][9] == sign
    assert rows["value"][9] == pytest.approx(value, nan_ok=True)


def test_every_sign_is_explained():
    assert set(SIGNS.values()) | {"()", "e", "p", "r", "s"} == set(SIGN_MEANINGS)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "latin-1"])
def test_all_encodings_that_the_databases_use(path, encoding):
    path.write_bytes(POPULATION.encode(encoding))
    assert "männlich" in set(read_genesis(path).rows["measure"])


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    "first",
    ["GENESIS-Tabelle: A-1", '"GENESIS-Tabelle: A-1"', "Tabelle: A-1", "\nTabelle:  A-1;;;"],
)
def test_forms_of_the_first_line(path, first, newline):
    text = POPULATION.replace("GENESIS-Tabelle: 12411-05-01-4", first).replace("\n", newline)
    path.write_bytes(text.encode())
    table = read_genesis(path)
    assert (table.code, len(table.rows), len(table.footnotes)) == ("A-1", 12, 2)


def test_a_table_without_footnotes(path):
    table = read(path, POPULATION.partition("____")[0] + "\n;;;;;\n")
    assert (len(table.rows), table.footnotes) == (12, ())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("statistics_code;value\n12411;1\n", "ist keine Tabelle aus GENESIS"),
        ("<!DOCTYPE html><html>", "ist eine Webseite statt Daten"),
        ("GENESIS-Tabelle: 21341-0001\nPersonal;\n;2020\nmännlich;247720\n",
         "hat keine Spalte mit Regionalschlüsseln"),
        ("GENESIS-Tabelle: A-1\n;;;Zahl\n2019;DG;Deutschland;viele\n", "keine Spalte mit Werten"),
        ('GENESIS-Tabelle: A-1\n2019;DG;"Deutschland;1\n', "ist als Tabelle nicht lesbar"),
        ("GENESIS-Tabelle: A-1\n" + "9" * 1_100_000, "hat eine Zeile mit 1100000 Zeichen"),
        ("GENESIS-Tabelle: A-1\n2019;DG;Deutsch\0land;1\n", "enthält Nullbytes"),
    ],
)  # fmt: skip
def test_what_is_no_such_table_is_refused(path, text, says):
    [line] = problems(path, text)
    assert says in line
    assert " → " in line


def test_all_problems_come_together(path):
    text = (
        POPULATION.replace("2019;01;  Schleswig", "2019;1;  Schleswig")
        .replace("89834;44752;45083", "89.834;44752;45083")
        .replace("2018;16075;      Saale-Orla-Kreis;81185;40248;40937", "2018;16075;  SOK;81185")
        .replace("2019;DG", "31.02.2019;DG")
    )
    found = problems(path, text)
    assert [line.partition(" → ")[0] for line in found] == [
        "tabelle.csv, Zeile 9, Spalte „Regionalschlüssel“: „1“ – kein Regionalschlüssel, "
        "vielleicht fehlt eine führende Null",
        "tabelle.csv, Zeile 11 – hat 4 Zellen statt 6",
        "tabelle.csv, Zeile 8, Spalte „Zeit“: „31.02.2019“ – kein Tag des Kalenders",
        "tabelle.csv, Zeile 10, Spalte „Insgesamt“: „89.834“ – keine Zahl",
    ]


def test_zeros_that_a_spreadsheet_took_away_are_missed(path):
    # 01 becomes 1, 01001 becomes 1001; above the first sound key they are no head either.
    text = POPULATION.replace("2019;DG;Deutschland;83092962;41002152;42090810\n", "")
    found = problems(path, text.replace(";01;", ";1;").replace(";01001;", ";1001;"))
    assert [line.partition(" – ")[0] for line in found] == [
        "tabelle.csv, Zeile 8, Spalte „Regionalschlüssel“: „1“",
        "tabelle.csv, Zeile 9, Spalte „Regionalschlüssel“: „1001“",
    ]


def test_rows_and_columns_that_stand_twice(path):
    text = POPULATION.replace("2018;16075", "2019;01001").replace("männlich", "weiblich")
    found = problems(path, text)
    assert [line.partition(" → ")[0] for line in found] == [
        "tabelle.csv, Spalte „6“: „weiblich“ – Spalte heißt wie Spalte 5",
        "tabelle.csv, Zeile 11, Spalte „Regionalschlüssel“: „01001“ – Zeile gilt demselben "
        "wie Zeile 10",
    ]


def test_a_row_without_period_is_missed(path):
    [line] = problems(path, POPULATION.replace("2018;16075", ";16075"))
    assert "Zeile 11, Spalte „Zeit“ – keine Zeitangabe" in line


def test_endless_problems_end(path):
    text = POPULATION.replace("__________", "".join(f"2017;0;Ort {n};1;2;3\n" for n in range(999)))
    found = problems(path, text)
    assert len(found) == 101
    assert "hat mehr Fehler als diese 100" in found[-1]


def test_a_text_too_long_for_a_table_is_refused(path):
    # A long heading would stand in every row: 131,000 signs times a million values.
    found = problems(path, POPULATION.replace("männlich", "m" * 301).replace("Saale", "S" * 301))
    assert [line.rpartition(" – ")[2].partition(" →")[0] for line in found] == [
        "Überschrift ist zu lang", "Text ist zu lang",
    ]  # fmt: skip


def test_too_many_values_are_refused(path, monkeypatch):
    monkeypatch.setattr("sokanalysis.read.official.genesis_layout._VALUE_MAX_COUNT", 11)
    assert "hat 3 × 4 Werte, gelesen werden 11" in problems(path, POPULATION)[0]


def test_script_in_a_name_is_text(path):
    rows = read(path, POPULATION.replace("Saale-Orla-Kreis", "<script>alert(1)</script>")).rows
    assert rows["area_name"].iloc[-1] == "<script>alert(1)</script>"


AREA = st.tuples(
    st.integers(2000, 2030).map(str),
    st.from_regex(r"(0[1-9]|1[0-6])[0-9]{3}", fullmatch=True),
)
CELL = st.one_of(
    st.integers(-(10**9), 10**9).map(str), st.sampled_from(["-", ".", "...", "/", "x"])
)


@fuzz
@given(
    areas=st.lists(AREA, min_size=1, max_size=6, unique=True),
    names=st.lists(st.from_regex(r"[A-Z][a-z]{2,8}", fullmatch=True), min_size=1, max_size=4,
                   unique=True),
    data=st.data(),
)  # fmt: skip
def test_every_value_is_where_it_was(tmp_path, areas, names, data):
    cells = [[data.draw(CELL) for _ in names] for _ in areas]
    # At least one number: a column of texts would be a heading of the row.
    lines = ["GENESIS-Tabelle: A-1", ";;;" + ";".join(names)]
    lines += [
        f"{year};{key};  Kreis {key};" + ";".join(values)
        for (year, key), values in zip(areas, cells, strict=True)
    ]
    rows = read(tmp_path / "t.csv", "\n".join(lines)).rows
    expected = [
        (year, key, name, cell)
        for (year, key), values in zip(areas, cells, strict=True)
        for name, cell in zip(names, values, strict=True)
    ]
    told = [
        (row.period, row.area_key, row.measure, row.sign or str(int(row.value)))
        for row in rows.itertuples()
    ]
    assert told == expected


@pytest.mark.parametrize("sound", [POPULATION, HOUSEHOLDS, ATLAS, AGES])
@fuzz
@given(data=st.data())
def test_damaged_files_are_refused_with_words(tmp_path, sound, data):
    survives(read_genesis, tmp_path / "t.csv", data.draw(damaged(sound.encode())))
