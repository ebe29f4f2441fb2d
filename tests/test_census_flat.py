"""The flat CSV of the offices' databases: areas, days, signs and totals."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems
from sokanalysis.read.official.census_flat import read_flat
from tests.fuzzing import damaged, fuzz, survives
from tests.test_flat_layouts import FORMER, TODAY

if TYPE_CHECKING:
    from pathlib import Path

# Lines of 1000A-0001_de_flat.csv and 1000A-0000_de_flat.csv, quoted in public projects.
CENSUS = (
    "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
    "1_variable_attribute_code;1_variable_attribute_label;value;value_unit;value_variable_code;"
    "value_variable_label;value_q\n"
    "1000A;Bevölkerung kompakt;STAG;Stichtag;2022-05-15;GEOGM4;Gemeinden;092760130130;Lindberg;"
    "108,84;qkm;FLC001;Fläche;e\n"
    "1000A;Bevölkerung kompakt;STAG;Stichtag;2022-05-15;GEOGM4;Gemeinden;092760130130;Lindberg;"
    "2294;Anzahl;PRS018;Personen;e\n"
    "1000A;Bevölkerung kompakt;STAG;Stichtag;2022-05-15;GEOGM4;Gemeinden;160755004014;Dittersdorf;"
    "455;Anzahl;PRS018;Personen;e\n"
)
HEAD = TODAY.splitlines()[0] + "\n"


def line(
    area: str = "16075",
    time: str = "2023",
    value: str = "5",
    *,
    code: str = "",
    label: str = "Insgesamt",
    unit: str = "Anzahl",
    level: str = "KREISE",
    name: str = "Kreis",
) -> str:
    return (
        f"12411;Bevölkerung;JAHR;Jahr;{time};{level};Gebiete;{area};{name};GES;Geschlecht;"
        f"{code};{label};{value};{unit};BEVSTD;Bevölkerungsstand\n"
    )


def read(path: Path, text: str) -> pd.DataFrame:
    path.write_text(text, encoding="utf-8-sig")
    return read_flat(path)


def refusal(path: Path, text: str) -> str:
    with pytest.raises(DataProblems) as error:
        read(path, text)
    return str(error.value)


def test_real_lines_of_the_census(tmp_path: Path) -> None:
    rows = read(tmp_path / "1000A-0001_de_flat.csv", CENSUS)
    assert list(rows) == [
        "area_key", "ags", "area_level", "area_name", "date", "measure", "measure_label", "unit",
        "value", "sign", "quality", "is_total",
    ]  # fmt: skip
    # The municipality keys of Lindberg and Dittersdorf as the offices publish them.
    assert rows["ags"].tolist() == ["09276130", "09276130", "16075014"]
    assert rows["area_key"].iloc[2] == "160755004014"
    assert set(rows["area_level"]) == {"gemeinde"}
    assert rows["value"].tolist() == [108.84, 2294.0, 455.0]
    assert rows["unit"].tolist() == ["qkm", "Anzahl", "Anzahl"]
    assert set(rows["date"]) == {pd.Timestamp(2022, 5, 15)}
    assert set(rows["quality"]) == {"e"}
    assert not rows["is_total"].any()


def test_both_layouts_give_one_table(tmp_path: Path) -> None:
    today, former = read(tmp_path / "x.csv", TODAY), read(tmp_path / "y.csv", FORMER)
    pd.testing.assert_frame_equal(today, former)
    assert today["value"].tolist()[:2] == [15.0, 203.87]
    assert today["sign"].tolist() == ["", "", ".", ""]
    assert today["is_total"].all()


@pytest.mark.parametrize(
    ("key", "level", "ags"),
    [
        ("DG", "bund", None),
        ("16", "land", None),
        ("031", "bezirk", None),  # Braunschweig, Statistische Region
        ("020", "bezirk", None),  # Hamburg as a Regierungsbezirk
        ("16075", "kreis", None),
        ("160755004", "verband", None),
        ("160755004014", "gemeinde", "16075014"),
        ("031010000000", "gemeinde", "03101000"),  # a city that is a Kreis: Braunschweig
        ("03241001", "gemeinde", "03241001"),
        ("99", None, None),
        ("DE11", None, None),
        ("AUSLAND", None, None),
    ],
)
def test_levels(tmp_path: Path, key: str, level: str | None, ags: str | None) -> None:
    row = read(tmp_path / "x.csv", HEAD + line(key)).iloc[0]
    assert row["area_key"] == key
    assert (row["area_level"] if level else None) == level
    assert pd.isna(row["area_level"]) == (level is None)
    assert (None if pd.isna(row["ags"]) else row["ags"]) == ags


@pytest.mark.parametrize("key", ["8", "1001", "9276130", "92760130130"])
def test_lost_zeros_are_found(tmp_path: Path, key: str) -> None:
    said = refusal(tmp_path / "x.csv", HEAD + line(key))
    assert f"Zeile 2, Spalte „1_variable_attribute_code“: „{key}“ – Schlüssel hat seine" in said


@pytest.mark.parametrize(
    ("time", "day"),
    [
        ("2023", (2023, 12, 31)),
        ("2022-05-15", (2022, 5, 15)),
        ("31.12.2022", (2022, 12, 31)),
    ],
)
def test_days(tmp_path: Path, time: str, day: tuple[int, int, int]) -> None:
    assert read(tmp_path / "x.csv", HEAD + line(time=time))["date"].iloc[0] == pd.Timestamp(*day)


@pytest.mark.parametrize("time", ["", "2023/24", "WS 2023", "2022-02-30", "99999", "15.13.2022"])
def test_other_times_are_refused(tmp_path: Path, time: str) -> None:
    assert "Zeile 2, Spalte „time“" in refusal(tmp_path / "x.csv", HEAD + line(time=time))
    former = FORMER.replace(";2023;", f";{time};")
    assert "Zeile 2, Spalte „Zeit“" in refusal(tmp_path / "x.csv", former)


@pytest.mark.parametrize(
    ("text", "value", "sign"),
    [
        ("-", 0.0, "-"),
        ("–", 0.0, "–"),
        ("0", 0.0, ""),
        (".", np.nan, "."),
        ("/", np.nan, "/"),
        ("x", np.nan, "x"),
        ("...", np.nan, "..."),
        ("(12)", 12.0, "()"),
        ("-3,25", -3.25, ""),
        ("12,345", 12.345, ""),
        (" 7 ", 7.0, ""),
    ],
)
def test_signs(tmp_path: Path, text: str, value: float, sign: str) -> None:
    row = read(tmp_path / "x.csv", HEAD + line(value=text)).iloc[0]
    np.testing.assert_equal(row["value"], value)
    assert row["sign"] == sign


@pytest.mark.parametrize(
    "text", ["", "1.5", "1.234,5", "=1+1", "NaN", "1e5", "12r", "(3", "9" * 20]
)
def test_other_values_are_refused(tmp_path: Path, text: str) -> None:
    said = refusal(tmp_path / "x.csv", HEAD + line(value=text))
    assert "Zeile 2, Spalte „value“" in said
    assert "in deutscher Fassung" in said


def test_totals_are_told_from_parts(tmp_path: Path) -> None:
    text = (
        HEAD
        + line(value="10")
        + line(value="6", code="GESM", label="männlich")
        + line(value="4", code="GESW", label="weiblich")
        + line(value="60,0", code="GESM", label="männlich", unit="%")
    )
    rows = read(tmp_path / "x.csv", text)
    assert rows["is_total"].tolist() == [True, False, False, False]
    assert rows["GES"].tolist() == ["", "GESM", "GESW", "GESM"]
    assert rows["GES_label"].tolist() == ["Insgesamt", "männlich", "weiblich", "männlich"]
    # 10 persons of both sexes are 6 and 4.
    counts = rows[rows["unit"] == "Anzahl"]
    assert counts.loc[counts["is_total"], "value"].sum() == 10
    assert counts.loc[~counts["is_total"], "value"].sum() == 6 + 4
    coded = read(tmp_path / "x.csv", HEAD + line(code="NATI", label="Insgesamt"))
    assert coded["is_total"].tolist() == [True]


def test_totals_of_one_of_two_variables(tmp_path: Path) -> None:
    # Lines of 2000S-2003: by work and building; all persons of one kind of building, then those
    # of them without work. Both add up over buildings, the first also contains the second.
    start = "2000S;Bevölkerung;STAG;Stichtag;2011-05-09;GEODL3;Deutschland;DG;Deutschland;"
    head = HEAD.replace(";value;", ";" + ";".join(
        f"3_{name}" for name in
        ("variable_code", "variable_label", "variable_attribute_code", "variable_attribute_label")
    ) + ";value;")  # fmt: skip
    house = "GEBTP2;Gebäudetyp;GEB-MEHR-07B12;Mehrfamilienhaus: 7 - 12 Wohnungen;"
    rows = read(
        tmp_path / "x.csv",
        head
        + f"{start}ERWST3;Erwerbsstatus;;Insgesamt;{house}9000000;Anzahl;PRS005;Personen\n"
        + f"{start}ERWST3;Erwerbsstatus;ERWERB-X;Nichterwerbspersonen;{house}5390990;Anzahl;"
        "PRS005;Personen\n",
    )
    assert rows["area_level"].tolist() == ["bund", "bund"]
    assert rows["is_total"].tolist() == [True, False]
    assert rows["GEBTP2"].tolist() == ["GEB-MEHR-07B12"] * 2
    assert rows.loc[rows["ERWST3"] == "ERWERB-X", "value"].tolist() == [5390990.0]


def test_a_total_over_all_areas_is_a_total(tmp_path: Path) -> None:
    text = HEAD + line("", name="Insgesamt", code="GESM", label="männlich")
    assert read(tmp_path / "x.csv", text)["is_total"].tolist() == [True]


def test_the_area_may_be_any_variable_and_a_second_one_is_a_limit(tmp_path: Path) -> None:
    swapped = TODAY.replace("1_variable", "9_v").replace("2_variable", "1_variable")
    swapped = swapped.replace("9_v", "2_variable")
    rows = read(tmp_path / "x.csv", swapped)
    assert rows["area_key"].tolist() == ["01004", "01004", "01057", "01057"]
    # Who comes from one state and lives in another: the second area is a variable like others.
    both = HEAD + line().replace(";GES;Geschlecht;;Insgesamt", ";DLANDB;Herkunft;08;Baden")
    rows = read(tmp_path / "x.csv", both)
    assert rows[["area_key", "DLANDB", "DLANDB_label"]].iloc[0].tolist() == ["16075", "08", "Baden"]


def test_a_variable_that_changes_from_line_to_line(tmp_path: Path) -> None:
    other = line(code="A1", label="jung").replace(";GES;Geschlecht;", ";ALT;Alter;")
    rows = read(tmp_path / "x.csv", HEAD + line(code="GESM", label="männlich") + other)
    assert rows["GES"].fillna("fehlt").tolist() == ["GESM", "fehlt"]
    assert rows["ALT"].fillna("fehlt").tolist() == ["fehlt", "A1"]
    assert not rows["is_total"].any()


def test_values_that_stand_twice_are_refused(tmp_path: Path) -> None:
    said = refusal(tmp_path / "x.csv", HEAD + line() + line("16076") + line(value="6"))
    assert "Zeile 4: „16075 · BEVSTD · Anzahl“ – Wert steht doppelt" in said


def test_all_that_is_wrong_is_said_together(tmp_path: Path) -> None:
    said = refusal(
        tmp_path / "x.csv", HEAD + line("1001") + line(time="bald") + line(value="viel") + "1;2\n"
    )
    assert "4 Probleme" in said
    for row in range(2, 6):
        assert f"Zeile {row}" in said
    assert refusal(tmp_path / "x.csv", HEAD + line(value="viel") * 5000).count("\n") == 101


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "Datei ist leer"),
        (
            b'{"Status":{"Code":104,"Content":"Es gibt keine Objekte"}}',
            "eine Meldung der Datenbank",
        ),
        (b"<!DOCTYPE html><html></html>", "ist eine Webseite statt Daten"),
        (b"PK\x03\x04", "ist kein lesbares Zip-Archiv"),
        (CENSUS.encode() + b"\0", "enthält Nullbytes"),
        (CENSUS.encode() + b"9" * 50_000_000, "hat eine Zeile mit 50000000 Zeichen"),
        (CENSUS.replace("GEOGM4", "GES").encode(), "ist nach keinem Gebiet gegliedert"),
        (TODAY.replace("BAUNW2", "value").encode(), "ist kein Merkmal oder steht doppelt"),
        (TODAY.replace("BAUNW2", "").encode(), "ist kein Merkmal oder steht doppelt"),
    ],
)
def test_other_files_are_refused(tmp_path: Path, raw: bytes, said: str) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(raw)
    with pytest.raises(DataProblems) as error:
        read_flat(path)
    assert said in str(error.value)


def test_archives(tmp_path: Path) -> None:
    path = tmp_path / "1000A-0001_de_flat.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("1000A-0001_de_flat.csv", CENSUS.encode("utf-8-sig"))
    assert len(read_flat(path)) == 3
    with zipfile.ZipFile(path, "a") as bundle:
        bundle.writestr("more.csv", CENSUS)
    with pytest.raises(DataProblems, match="2 CSV-Dateien statt einer"):
        read_flat(path)
    with pytest.raises(DataProblems, match="Datei fehlt"):
        read_flat(tmp_path / "none.csv")


def test_names_are_only_text(tmp_path: Path) -> None:
    rows = read(tmp_path / "x.csv", HEAD + line(name="<script>alert(1)</script>"))
    assert rows["area_name"].tolist() == ["<script>alert(1)</script>"]


@given(
    values=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=20),
    places=st.integers(0, 3),
)
@fuzz
def test_numbers_come_back(tmp_path: Path, values: list[int], places: int) -> None:
    written = [f"{value / 10**places:.{places}f}".replace(".", ",") for value in values]
    text = HEAD + "".join(line(f"16{n:03d}", value=cell) for n, cell in enumerate(written))
    rows = read(tmp_path / "x.csv", text)
    assert rows["value"].tolist() == [value / 10**places for value in values]


@fuzz
@given(raw=damaged(CENSUS.encode()) | damaged(TODAY.encode()) | damaged(FORMER.encode()))
def test_damaged_files_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    survives(read_flat, tmp_path / "x.csv", raw)
