"""The register GV100AD: lines as the Federal Statistical Office publishes them, and broken ones."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems
from sokanalysis.read.official.gv100 import read_gv100
from tests.fuzzing import damaged, fuzz, survives

DAY = "20221231"


def land(key="16", name="Thüringen"):
    return f"10{DAY}{key}          {name:<50}".ljust(220)


def kreis(key="16075", name="Saale-Orla-Kreis", mark="44"):
    return f"40{DAY}{key}       {name:<50}{'Schleiz':<50}{mark}".ljust(220)


def verband(key="160755050", name="Neustadt an der Orla, Stadt", mark="58"):
    return f"50{DAY}{key[:5]}   {key[5:]}{name:<50}{'':<50}{mark}".ljust(220)


def gemeinde(
    ags="16075073", name="Neustadt an der Orla, Stadt", verband="5050", mark="63", ha="00000008608",
    people="00000009017", plz="07806", day=DAY,
):  # fmt: skip
    start = f"60{day}{ags}{verband:<4}{name:<50}{'':<50}{mark}    {ha}{people}00000004390"
    return f"{start}    {plz:<5}       4157111509401".ljust(220)


# Numbers of 31 December 2022; the district is the third of 17 in the order of the register.
SOUND = [
    land(),
    f"20{DAY}160         {'Früher: Bezirk':<50}".ljust(220),
    kreis(),
    verband("160750046", "Hirschberg, Stadt", "50"),
    gemeinde("16075046", "Hirschberg, Stadt", "0046", "63", "00000002413", "00000002101", "07927"),
    verband(),
    gemeinde("16075051", "Kospoda", "5050", "64", "00000000613", "00000000382", "07806"),
    gemeinde(),
    kreis("16076", "Greiz"),
    verband("160765052", "Greiz, Stadt", "58"),
    gemeinde("16076022", "Greiz, Stadt", "5052", "63", "00000008477", "00000019841", "07973"),
    gemeinde("16000999", "Stausee", "", "66", "           ", "           ", ""),
]


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "GV100AD_31122022.txt"


def write(path: Path, lines: list[str], encoding: str = "utf-8", newline: str = "\r\n") -> Path:
    path.write_bytes((newline.join(lines) + newline).encode(encoding))
    return path


def problems(path: Path, district: str = "") -> list[str]:
    with pytest.raises(DataProblems) as caught:
        read_gv100(path, district)
    return [str(problem) for problem in caught.value.problems]


def test_municipalities_come_with_all_they_belong_to(path):
    register = read_gv100(write(path, SOUND))
    assert register.unpopulated_count == 1
    assert register.municipalities["ags"].tolist() == [
        "16075046", "16075051", "16075073", "16076022",
    ]  # fmt: skip
    assert register.municipalities.iloc[2].to_dict() == {
        "ags": "16075073", "name": "Neustadt an der Orla, Stadt", "verband_key": "160755050",
        "verband_kind": "erfüllende Gemeinde", "verband_name": "Neustadt an der Orla, Stadt",
        "area_km2": 86.08, "population_count": 9017, "postal_code": "07806",
        "district_key": "16075", "district_name": "Saale-Orla-Kreis", "land_name": "Thüringen",
        "is_town": True, "date": pd.Timestamp(2022, 12, 31),
    }  # fmt: skip
    kinds = register.municipalities["verband_kind"].tolist()
    assert kinds[:2] == ["verbandsfreie Gemeinde", "erfüllende Gemeinde"]
    assert register.municipalities["is_town"].tolist() == [True, False, True, True]


def test_a_line_as_it_was_published(path):
    # GV100AD of 30 April 2021: 167.52 km², 180,374 people, several postal codes.
    lines = [
        "102021043010          Saarland" + " " * 42 + "Saarbrücken, Landeshauptstadt",
        "402021043010041       Regionalverband Saarbrücken" + " " * 23
        + "Saarbrücken, Landeshauptstadt" + " " * 21 + "45",
        "502021043010041   0100Saarbrücken, Landeshauptstadt" + " " * 71 + "50",
        "6020210430100411000100Saarbrücken, Landeshauptstadt" + " " * 71
        + "63    000000167520000018037400000089528    66111*****  1040110955501296",
    ]  # fmt: skip
    [row] = read_gv100(write(path, lines)).municipalities.to_dict("records")
    assert row == {
        "ags": "10041100", "name": "Saarbrücken, Landeshauptstadt", "verband_key": "100410100",
        "verband_kind": "verbandsfreie Gemeinde", "verband_name": "Saarbrücken, Landeshauptstadt",
        "area_km2": 167.52, "population_count": 180374, "postal_code": "66111",
        "district_key": "10041", "district_name": "Regionalverband Saarbrücken",
        "land_name": "Saarland", "is_town": True, "date": pd.Timestamp(2021, 4, 30),
    }  # fmt: skip


def test_a_district_alone(path):
    register = read_gv100(write(path, SOUND), "16075")
    assert register.municipalities["ags"].tolist() == ["16075046", "16075051", "16075073"]
    assert register.unpopulated_count == 0


@pytest.mark.parametrize("district", ["16074", "16705", "Saale-Orla-Kreis"])
def test_a_district_that_does_not_exist_has_neighbours(path, district):
    [line] = problems(write(path, SOUND), district)
    assert f"Spalte „Kreis“: „{district}“ – einen Kreis mit diesem Schlüssel gibt es" in line
    assert "16075 (Saale-Orla-Kreis)" in line


def test_types_are_those_of_the_columns(path):
    found = read_gv100(write(path, SOUND)).municipalities.dtypes.astype(str).to_dict()
    assert {name: kind for name, kind in found.items() if kind != "str"} == {
        "area_km2": "float64", "population_count": "Int64", "is_town": "bool",
        "date": "datetime64[s]",
    }  # fmt: skip
    empty = read_gv100(write(path, [*SOUND, kreis("16077", "Altenburger Land")]), "16077")
    assert len(empty.municipalities) == 0
    assert empty.municipalities.dtypes.astype(str).to_dict() == found


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850"])
def test_all_encodings_that_editions_have(path, encoding):
    rows = [*SOUND[:3], verband(name="Größe, Köln und Zürich"), *SOUND[6:8]]
    register = read_gv100(write(path, rows, encoding)).municipalities
    assert set(register["land_name"]) == {"Thüringen"}
    assert set(register["verband_name"]) == {"Größe, Köln und Zürich"}


def test_old_editions_know_no_associations(path):
    rows = [land(), kreis(), gemeinde(verband="")]
    [row] = read_gv100(write(path, rows, "cp850")).municipalities.to_dict("records")
    assert (row["verband_key"], row["verband_kind"], row["verband_name"]) == ("", "", "")


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_lines_may_be_trimmed_and_end_as_in_dos(path, newline):
    lines = [*(line.rstrip() for line in SOUND), "", "\x1a"]
    assert len(read_gv100(write(path, lines, newline=newline)).municipalities) == 4


def test_what_the_register_does_not_know_is_missing(path):
    rows = [*SOUND[:3], verband(), gemeinde(ha=" " * 11, people=" " * 11, plz="")]
    [row] = read_gv100(write(path, rows)).municipalities.to_dict("records")
    assert pd.isna(row["area_km2"])
    assert pd.isna(row["population_count"])
    assert row["postal_code"] == ""


def test_the_archive_as_it_is_downloaded(path, tmp_path):
    write(path, SOUND)
    archive = tmp_path / "GV100AD.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("liesmich.txt", "Vervielfältigung gestattet")
        bundle.writestr("Datensatzbeschreibung.pdf", "%PDF")
        bundle.write(path, "ordner/GV100AD_31122022.txt")
    assert len(read_gv100(archive).municipalities) == 4


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["liesmich.pdf"], "enthält 0 Verzeichnisse statt einem"),
        (["GV100AD_1.txt", "gv100ad_2.asc"], "enthält 2 Verzeichnisse statt einem"),
        (["../GV100AD.txt"], "führt aus dem Archiv hinaus"),
    ],
)
def test_other_archives_are_refused(tmp_path, names, says):
    archive = tmp_path / "GV100AD.zip"
    with zipfile.ZipFile(archive, "w") as bundle:
        for name in names:
            bundle.writestr(name, "\n".join(SOUND))
    assert says in problems(archive)[0]


def test_a_bomb_is_not_unpacked(tmp_path):
    archive = tmp_path / "GV100AD.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("GV100AD.txt", b" " * (33 * 2**20))
    assert "ist 33 MB groß" in problems(archive)[0]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "Datei ist leer"),
        (b"ags;name\n16075073;Neustadt\n", "ist kein Gemeindeverzeichnis GV100AD"),
        (b"<html><body>404", "ist eine Webseite statt Daten"),
        (b"10" + b"\0" * 218, "enthält Nullbytes"),
        (b"PK\x03\x04 kaputt", "ist kein lesbares Zip-Archiv"),
        (b"10" + b"9" * 1_100_000, "hat eine Zeile mit 1100002 Zeichen"),
    ],
)
def test_what_is_no_register_is_refused(path, raw, says):
    path.write_bytes(raw)
    [line] = problems(path)
    assert says in line
    assert " → " in line


def test_all_problems_come_together(path):
    rows = [
        *SOUND,
        gemeinde("16075O46", "Hirschberg"),
        gemeinde("16075051", "Kospoda", mark="64"),
        gemeinde("16075098", "Schleiz", people="0000000ABCD", plz="7907", day="20221301"),
        gemeinde("16075085", "Pößneck", mark="12"),
        gemeinde("16075062", "Bad Lobenstein", "0062"),
        gemeinde("16077001", "Altenburg"),
        gemeinde("17000001", "Irgendwo"),
        gemeinde("16075116", ""),
        verband("160755011", "Triptis", "99"),
        verband("160755013", "Ranis", ""),  # nobody belongs to it, so nobody needs to know
        gemeinde("16075115", "Tömmelsdorf", "5011"),
        "64" + SOUND[0][2:],
        "40" + land("12", "Brandenburg"),
    ]
    found = [line.partition(" → ")[0].split(", ", 1)[1] for line in problems(write(path, rows))]
    assert found == [
        "Zeile 15, Spalte „Postleitzahl“: „7907“ – keine Postleitzahl",
        "Zeile 15, Spalte „Bevölkerung“: „0000000ABCD“ – keine Zahl aus elf Ziffern",
        "Zeile 15, Spalte „Gebietsstand“: „20221301“ – kein Tag (JJJJMMTT)",
        "Zeile 24, Spalte „Satzart“: „64“ – unbekannte Satzart",
        # As in the edition of 30 June 2026, in which fields of some lines are shifted.
        "Zeile 25, Spalte „Schlüssel“: „3112“ – kein Schlüssel: Kreis",
        "Zeile 13, Spalte „Schlüssel“: „16075O46“ – kein Schlüssel: Gemeinde",
        "Zeile 14, Spalte „Schlüssel“: „16075051“ – Gemeinde steht schon in Zeile 7",
        "Zeile 19, Spalte „Schlüssel“: „17000001“ – kein Schlüssel: Gemeinde",
        "Zeile 20, Spalte „Name“: „16075116“ – Name fehlt",
        "Zeile 17, Spalte „Gemeindeverband“: „160750062“ – Gemeindeverband fehlt, "
        "„Bad Lobenstein“ gehört dazu",
        "Zeile 18, Spalte „Kreis“: „16077“ – Kreis fehlt, „Altenburg“ gehört dazu",
        "Zeile 18, Spalte „Gemeindeverband“: „160775050“ – Gemeindeverband fehlt, "
        "„Altenburg“ gehört dazu",
        "Zeile 16, Spalte „Textkennzeichen“: „12“ – unbekanntes Textkennzeichen, bekannt "
        "60, 61, 62, 63, 64, 65, 66, 67",
        "Zeile 21, Spalte „Textkennzeichen“: „99“ – unbekanntes Textkennzeichen, bekannt "
        "50, 51, 52, 53, 54, 55, 56, 57, 58",
    ]


def test_a_line_that_is_too_long_is_refused(path):
    [line, *_] = problems(write(path, [*SOUND, gemeinde("16075001")[:-2] + "40 x"]))
    assert "Zeile 13, Spalte „Satzart“: „602022123116075001" in line
    assert "hat 222 Zeichen statt 220" in line


def test_an_uninhabited_area_with_people_is_kept(path):
    rows = [*SOUND[:3], verband(), gemeinde(mark="66")]
    register = read_gv100(write(path, rows))
    assert (len(register.municipalities), register.unpopulated_count) == (1, 0)


def test_a_register_without_municipalities_is_refused(path):
    assert "enthält keine Gemeinden" in problems(write(path, SOUND[:4]))[0]


def test_script_and_signs_in_names_are_text(path):
    name = "<script>alert(1)</script>=1+1"
    [row] = read_gv100(
        write(path, [land(), kreis(), verband(), gemeinde(name=name)])
    ).municipalities.to_dict("records")
    assert row["name"] == name


@fuzz
@given(
    st.lists(
        st.tuples(
            st.integers(0, 999), st.integers(0, 99_999_999), st.integers(0, 3_755_251),
            st.integers(0, 99_999),
        ),
        min_size=1, max_size=8, unique_by=lambda found: found[0],
    )
)  # fmt: skip
def test_every_number_is_where_it_was(tmp_path, found):
    lines = [
        gemeinde(f"16075{key:03}", f"Ort {key}", "5050", "64", f"{ha:011}", f"{people:011}",
                 f"{plz:05}")
        for key, ha, people, plz in found
    ]  # fmt: skip
    rows = read_gv100(write(tmp_path / "r.txt", [land(), kreis(), verband(), *lines]))
    told = [
        (int(row.ags[5:]), round(row.area_km2 * 100), row.population_count, int(row.postal_code))
        for row in rows.municipalities.itertuples()
    ]
    assert told == sorted(found)


@fuzz
@given(st.data())
def test_damaged_files_are_refused_with_words(tmp_path, data):
    sound = "\r\n".join(SOUND).encode()
    survives(read_gv100, tmp_path / "r.txt", data.draw(damaged(sound)))


@fuzz
@given(st.data())
def test_damaged_archives_are_refused_with_words(tmp_path, data):
    source = tmp_path / "s.zip"
    with zipfile.ZipFile(source, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("GV100AD.txt", "\n".join(SOUND))
    survives(read_gv100, tmp_path / "r.zip", data.draw(damaged(source.read_bytes())))
