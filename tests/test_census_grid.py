"""The census in grid cells: real lines, every encoding and mark, and files that are none."""

from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems, WrongCrs
from sokanalysis.read.official.census_grid import read_grid
from tests.fuzzing import damaged, fuzz, survives

if TYPE_CHECKING:
    from pathlib import Path

    from sokanalysis.geography import Box

# Lines as they stand in Zensus2022_Durchschnittsalter_100m-Gitter.csv and its neighbours,
# quoted in public loaders; the last column is the office's mark.
AGES = (
    "GITTER_ID_100m;x_mp_100m;y_mp_100m;Durchschnittsalter;werterlaeuternde_Zeichen\n"
    "CRS3035RES100mN2689100E4337000;4337050;2689150;36,75;\n"
    "CRS3035RES100mN2689100E4341100;4341150;2689150;39,78;KLAMMERN\n"
    "CRS3035RES100mN2689200E4341100;4341150;2689250;–;\n"
)
PEOPLE = "GITTER_ID_1km;x_mp_1km;y_mp_1km;Einwohner\n"
CELL = "CRS3035RES1000mN2689000E4337000;4337500;2689500;"
NATIONS = (
    "GITTER_ID_1km;x_mp_1km;y_mp_1km;Insgesamt_Bevoelkerung;Deutschland;Ausland_Sonstige\n"
    "CRS3035RES1000mN2689000E4337000;4337500;2689500;40;37;3\n"
    "CRS3035RES1000mN2690000E4337000;4337500;2690500;12;12;–\n"
)


def written(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def refusal(path: Path, raw: bytes | str) -> str:
    path.write_bytes(raw.encode() if isinstance(raw, str) else raw)
    with pytest.raises(DataProblems) as error:
        read_grid(path)
    return str(error.value)


def test_real_lines(tmp_path: Path) -> None:
    cells = read_grid(written(tmp_path / "Durchschnittsalter_100m-Gitter.csv", AGES))
    assert list(cells) == [
        "cell_id", "x_m", "y_m", "cell_size_m", "Durchschnittsalter", "is_uncertain",
    ]  # fmt: skip
    assert cells["cell_id"].iloc[0] == "CRS3035RES100mN2689100E4337000"
    assert list(cells["x_m"]) == [4337050.0, 4341150.0, 4341150.0]
    assert list(cells["y_m"]) == [2689150.0, 2689150.0, 2689250.0]
    assert set(cells["cell_size_m"]) == {100}
    assert cells["Durchschnittsalter"].tolist()[:2] == [36.75, 39.78]
    assert np.isnan(cells["Durchschnittsalter"].iloc[2])
    assert list(cells["is_uncertain"]) == [False, True, False]


def test_totals_and_parts_stand_side_by_side(tmp_path: Path) -> None:
    cells = read_grid(written(tmp_path / "x.csv", NATIONS))
    assert list(cells["Insgesamt_Bevoelkerung"]) == [40.0, 12.0]
    assert list(cells["Ausland_Sonstige"].fillna(0)) == [3.0, 0.0]
    assert not cells["is_uncertain"].any()
    assert cells["cell_size_m"].tolist() == [1000, 1000]


@pytest.mark.parametrize(
    "raw",
    [
        "–".encode(),
        "–".encode("cp1252"),
        "\x96".encode(),  # cp1252 taken for Latin-1 and saved as UTF-8
        b"-",
        b"-1",
        b"-9",
    ],
)
def test_what_is_not_published_is_missing(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes((PEOPLE + CELL).encode() + raw + b"\n")
    assert np.isnan(read_grid(path)["Einwohner"].iloc[0])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_encodings_line_ends_and_quotes(tmp_path: Path, encoding: str) -> None:
    text = '"GITTER_ID_1km";x_mp_1km;y_mp_1km;"Häuser"\r\n' + CELL + '"3,5"\r\n\r\n'
    cells = read_grid(written(tmp_path / "x.csv", text, encoding))
    assert cells["Häuser"].tolist() == [3.5]


def test_headings_in_other_capitals_and_order(tmp_path: Path) -> None:
    text = (
        "x_mp_100m;y_mp_100m;Werterlaeuternde_Zeichen;GITTER_ID_100M;Miete\n"
        "4341150;2691750;KLAMMERN;CRS3035RES100mN2691700E4341100;6,26\n"
        "4341250;2691750;-;CRS3035RES100mN2691700E4341200;6,30\n"
    )
    cells = read_grid(written(tmp_path / "x.csv", text))
    assert list(cells["is_uncertain"]) == [True, False]
    assert list(cells["Miete"]) == [6.26, 6.3]


def test_census_2011(tmp_path: Path) -> None:
    text = (
        "Gitter_ID_100m;x_mp_100m;y_mp_100m;Einwohner\n"
        "100mN26840E43341;4334150;2684050;-1\n"
        "100mN26840E43342;4334250;2684050;8\n"
    )
    cells = read_grid(written(tmp_path / "x.csv", text, "latin-1"))
    assert np.isnan(cells["Einwohner"].iloc[0])
    assert cells["Einwohner"].iloc[1] == 8
    large = (
        "Gitter_ID_1km;x_mp_1km;y_mp_1km;Einwohner;Alter_D;unter18_A\n"
        "1kmN3000E4400;4400500;3000500;31;45,5;12,25\n"
        "1kmN3001E4401;4401500;3001500;-1;-1;-9\n"
    )
    cells = read_grid(written(tmp_path / "y.csv", large))
    assert cells["unter18_A"].iloc[0] == 12.25
    assert cells[["Einwohner", "Alter_D", "unter18_A"]].iloc[1].isna().all()


@given(
    cells=st.lists(
        st.tuples(st.integers(4300, 4306), st.integers(2900, 2906), st.integers(0, 9999)),
        min_size=1,
        max_size=25,
        unique_by=lambda cell: cell[:2],
    ),
    sides=st.tuples(*[st.integers(0, 6000)] * 4),
)
@fuzz
def test_a_box_keeps_exactly_the_midpoints_inside(
    tmp_path: Path, cells: list[tuple[int, int, int]], sides: tuple[int, int, int, int]
) -> None:
    text = PEOPLE + "".join(
        f"CRS3035RES1000mN{n}000E{e}000;{e}500;{n}500;{people}\n" for e, n, people in cells
    )
    west, east = sorted(4_300_000 + side for side in sides[:2])
    south, north = sorted(2_900_000 + side for side in sides[2:])
    found = read_grid(written(tmp_path / "x.csv", text), (west, south, east, north))
    inside = [
        (e * 1000 + 500, n * 1000 + 500, people)
        for e, n, people in cells
        if west <= e * 1000 + 500 <= east and south <= n * 1000 + 500 <= north
    ]
    assert list(zip(found["x_m"], found["y_m"], found["Einwohner"], strict=True)) == inside


def test_nothing_in_the_box_keeps_the_columns(tmp_path: Path) -> None:
    path = written(tmp_path / "x.csv", AGES)
    full, none = read_grid(path), read_grid(path, (4e6, 3e6, 4.1e6, 3.1e6))
    assert none.empty
    assert none.dtypes.equals(full.dtypes)


@pytest.mark.parametrize(
    "box",
    [
        (11.3, 50.4, 12.1, 50.8),  # degrees
        (662_000.0, 5_580_000.0, 715_000.0, 5_640_000.0),  # UTM
        (4_440_000.0, 3_000_000.0, 4_430_000.0, 3_010_000.0),  # east before west
        (float("nan"), 3e6, 4.5e6, 3.1e6),
    ],
)
def test_a_box_elsewhere_is_refused(tmp_path: Path, box: Box) -> None:
    with pytest.raises(WrongCrs, match="EPSG:3035"):
        read_grid(written(tmp_path / "x.csv", AGES), box)


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bundle:
        for name, text in files.items():
            bundle.writestr(name, text)
    return path


def test_the_official_archive(tmp_path: Path) -> None:
    ten = PEOPLE.replace("1km", "10km") + "CRS3035RES10000mN2680000E4330000;4335000;2685000;9\n"
    files = {
        "Zensus/Zensus2022_Bevoelkerungszahl_100m-Gitter.csv": AGES,
        "Zensus/Zensus2022_Bevoelkerungszahl_1km-Gitter.csv": PEOPLE + CELL + "5\n",
        "Zensus/Zensus2022_Bevoelkerungszahl_10km-Gitter.csv": ten,
        "Zensus/Datensatzbeschreibung_1km.xlsx": "x",
    }
    path = zipped(tmp_path / "Zensus2022_Bevoelkerungszahl.zip", files)
    assert len(read_grid(path)) == 3
    assert read_grid(path, size="1km")["Einwohner"].tolist() == [5.0]
    assert read_grid(path, size="10km")["cell_size_m"].tolist() == [10_000]


def test_other_archives_are_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a_1km.csv": PEOPLE, "b_1km.csv": PEOPLE})
    with pytest.raises(DataProblems, match="keine CSV-Dateien „100m“"):
        read_grid(path)
    with pytest.raises(DataProblems, match="2 CSV-Dateien „1km“"):
        read_grid(path, size="1km")
    path = zipped(tmp_path / "y.zip", {"../../a_100m.csv": AGES})
    with pytest.raises(DataProblems, match="führt aus dem Archiv hinaus"):
        read_grid(path)
    path = zipped(tmp_path / "z.zip", {"a_100m.csv": AGES * 100})
    raw = bytearray(path.read_bytes())
    raw[60:90] = b"x" * 30
    path.write_bytes(raw)
    with pytest.raises(DataProblems, match="beschädigt"):
        read_grid(path)


def test_a_bomb_is_refused(tmp_path: Path) -> None:
    path = zipped(tmp_path / "x.zip", {"a_100m.csv": "0" * 70_000_000})
    with pytest.raises(DataProblems, match="wächst beim Auspacken"):
        read_grid(path)


def test_all_that_is_wrong_is_said_together(tmp_path: Path) -> None:
    said = refusal(
        tmp_path / "x.csv",
        PEOPLE
        + CELL + "4\n"
        + "CRS3035RES1000mN2690000E4337000;4337500;2689500;4\n"  # the cell to the north
        + "CRS3035RES1000mN2691000E4337000;4337500;2.6915e6;4\n"
        + "CRS3035RES1000mN2692000E4337000;4337500;2692500;1.234\n"
        + "CRS3035RES1000mN2693000E4337000;4337500;2693500\n",
    )  # fmt: skip
    assert "4 Probleme" in said
    assert "Zeile 3, Spalte „GITTER_ID_1km“: „CRS3035RES1000mN2690000E4337000“" in said
    assert "Zeile 4, Spalte „y_mp_1km“: „2.6915e6“ – ist kein Mittelpunkt" in said
    assert "Zeile 5, Spalte „Einwohner“: „1.234“ – ist weder eine Zahl" in said
    assert "Zeile 6: „CRS3035RES1000mN2693000E4337000;4337500;2693500“ – 3 Zellen statt 4" in said


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (CELL + "1,234", "kann Tausender oder Nachkommastellen meinen"),
        (CELL + "", "ist weder eine Zahl mit Dezimalkomma noch"),
        (CELL + "=1+1", "ist weder eine Zahl mit Dezimalkomma noch"),
        (CELL + "<script>", "ist weder eine Zahl mit Dezimalkomma noch"),
        (CELL + "9" * 40, "ist weder eine Zahl mit Dezimalkomma noch"),
        (CELL + "4\0", "ist weder eine Zahl mit Dezimalkomma noch"),
        (CELL + "-3", "ist weder eine Zahl mit Dezimalkomma noch"),
        ("CRS3035RES100mN2689000E4337000;4337500;2689500;4", "passen nicht zusammen"),
        ("CRS3035RES1000mN2689010E4337000;4337500;2689510;4", "passen nicht zusammen"),
        (CELL + "4\n" + CELL + "4", "Zeile 3, Spalte „GITTER_ID_1km“"),
    ],
)
def test_wrong_cells(tmp_path: Path, line: str, said: str) -> None:
    assert said in refusal(tmp_path / "x.csv", PEOPLE + line + "\n")


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "Datei ist leer"),
        (PEOPLE, "enthält keine Zellen"),
        (PEOPLE.strip(), "enthält keine Zellen"),
        (PEOPLE + "\n\n", "enthält keine Zellen"),
        (PEOPLE.replace(";", ",") + "a,b,c,4\n", "Trennzeichen ist nicht Semikolon"),
        ("Jahr;Ort\n2022;a\n", "ist keine Gitterdatei des Zensus"),
        ("<!DOCTYPE html>\n<html></html>", "ist eine Webseite statt Daten"),
        ("GITTER_ID_1km;Einwohner\na;4\n", "„x_mp_1km“ – Spalte fehlt"),
        ("GITTER_ID_1km;x_mp_1km;y_mp_1km\na;1;2\n", "enthält nur Zellen, keine Werte"),
        (PEOPLE.replace("Einwohner", "A;A") + CELL + "4;4\n", "doppelt"),
        (PEOPLE.replace("Einwohner", "A;") + CELL + "4;\n", "ohne Namen"),
        (PEOPLE.replace("Einwohner", "x_m") + CELL + "4\n", "falsch benannt"),
        (PEOPLE + CELL + "4\n" + '"' + CELL + "4\n", "Zellen statt 4"),
        (b"\0" * 10 + b"\n1\n", "enthält Nullbytes"),
        (b"PK\x03\x04abc", "ist kein lesbares Zip-Archiv"),
        (
            "Gitter_ID_100m;Gitter_ID_100m_neu;Merkmal;Auspraegung_Code;Anzahl\na;b;c;d;e\n",
            "die Fassung mit Koordinaten nehmen",
        ),
    ],
)
def test_files_of_another_kind(tmp_path: Path, raw: bytes | str, said: str) -> None:
    assert said in refusal(tmp_path / "x.csv", raw)


def test_endless_lines_and_missing_files(tmp_path: Path) -> None:
    assert "Kopfzeile ohne Ende" in refusal(tmp_path / "x.csv", b"G" * 50_000_000)
    said = refusal(tmp_path / "x.csv", (PEOPLE + CELL).encode() + b"9" * 50_000_000 + b"\n\n")
    assert "ist als Tabelle nicht lesbar" in said
    with pytest.raises(DataProblems, match="Datei fehlt"):
        read_grid(tmp_path / "none.csv")
    with pytest.raises(DataProblems, match="Datei fehlt"):
        read_grid(tmp_path)


def test_messages_end(tmp_path: Path) -> None:
    said = refusal(tmp_path / "x.csv", PEOPLE + (CELL + "x\n") * 5000)
    assert said.count("\n") == 101
    assert "der Rest ist ungelesen" in said


@fuzz
@given(raw=damaged((AGES * 2).encode()))
def test_damaged_files_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    survives(read_grid, tmp_path / "x.csv", raw)


def archive() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as bundle:
        bundle.writestr("a_100m.csv", AGES)
        bundle.writestr("a_1km.csv", NATIONS)
    return sink.getvalue()


@fuzz
@given(raw=damaged(archive()))
def test_damaged_archives_are_read_or_refused(tmp_path: Path, raw: bytes) -> None:
    survives(read_grid, tmp_path / "x.zip", raw)
