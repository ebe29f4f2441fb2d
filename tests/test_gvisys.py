"""The register as a workbook: the layout of the quarterly extract, and what must not pass."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems
from sokanalysis.read.official import gvisys
from sokanalysis.read.official.gv100 import read_gv100
from sokanalysis.read.official.gvisys import read_gvisys
from sokanalysis.read.workbook import Limits
from tests.fuzzing import damaged, fuzz, survives
from tests.test_gv100 import SOUND as SOUND_LINES
from tests.test_gv100 import write as write_lines

SHEET = "xl/worksheets/sheet2.xml"
TITLE = (
    "Alle politisch selbständigen Gemeinden mit ausgewählten Merkmalen am 31.12.2022 (4. Quartal)"
)
# Lines 3 to 5 of the sheet; a cell that a merge swallows is empty.
HEAD = [
    ["Satz-art", "Text-kenn-zeichen", "Amtlicher Regionalschlüssel (ARS)", None, None, None, None,
     "Gemeindename", "Fläche km2 1)", "Bevölkerung2)", None, None, None, "Post-leit-zahl3)",
     "Geografische Mittelpunktkoordinaten", None, "Reisegebiete", None, "Grad der Verstädterung",
     None],
    [None, None, "Land", "RB", "Kreis", "VB", "Gem", None, None, "insgesamt", "männlich",
     "weiblich", "je km2", None, "Längengrad", "Breitengrad", "Schlüssel", "Bezeichnung",
     "Schlüssel", "Bezeichnung"],
    [None] * 8 + ["31.12.2022", "31.12.2022"] + [None] * 10,
]  # fmt: skip


def line(kind, mark, key, name, *more):
    """Return cells of a row: key in its parts, blanks for what a record of this kind has not."""
    parts = [key[:2], key[2:3], key[3:5], key[5:9], key[9:12]]
    return [kind, mark, *(part or None for part in parts), name, *more]


# Numbers of 31 December 2022, coordinates with a decimal comma as text, as the sheets have them.
ROWS = [
    line("10", None, "16", "Thüringen"),
    line("20", None, "160", "Früher: Bezirk"),
    line("40", "44", "16075", "Saale-Orla-Kreis"),
    line("50", "50", "160750046", "Hirschberg, Stadt"),
    line("60", "63", "160750046046", "Hirschberg, Stadt", 24.13, 2101, 1036, 1065, 87, "07927",
         "11,81825", "50,40683", "I01", "Thüringer Wald", "03", "gering besiedelt"),
    line("50", "58", "160755050", "Neustadt an der Orla, Stadt"),
    line("60", "64", "160755050051", "Kospoda", 6.13, 382, 197, 185, 62, "07806", "11,740052",
         "50,719604", "I01", "Thüringer Wald", "03", "gering besiedelt"),
    line("60", "63", "160755050073", "Neustadt an der Orla, Stadt", 86.08, 9017, 4390, 4627, 105,
         "07806", "11,742638", "50,73581", "I01", "Thüringer Wald", "02", "mittel"),
    line("40", "44", "16076", "Greiz"),
    line("50", "58", "160765052", "Greiz, Stadt"),
    line("60", "63", "160765052022", "Greiz, Stadt", 84.77, 19841, 9500, 10341, 234, "07973",
         "12,19978", "50,65778", "I02", "Vogtland", "02", "mittel"),
    # The shared waters of Mosel, Sauer and Our have neither district nor people.
    ["60", "66", "07", None, None, None, "999", "Hoheitsgebiet", 6.2],
]  # fmt: skip
NOTES = [
    [], ["1) Flächenerhebung nach Art der tatsächlichen Nutzung."],
    ["3) Postleitzahl des Verwaltungssitzes."], ["© Statistisches Bundesamt (Destatis), 2023"],
]  # fmt: skip


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "AuszugGV4QAktuell.xlsx"


MERGED = ("A1:T1", "C3:G3", "J3:M3", "O3:P3", "Q3:R3", "S3:T3", "J5:M5")


def write(
    path, rows=ROWS, head=HEAD, sheet="Onlineprodukt_Gemeinden31122022", title=TITLE, merged=MERGED
):
    book = openpyxl.Workbook()
    book.active.title = "Erläuterungen"
    book.active["A1"] = "Gemeindeverzeichnis"
    table = book.create_sheet(sheet)
    for cells in ([title], [], *head, [], *rows, *NOTES):
        table.append(cells)
    for bounds in merged:
        table.merge_cells(bounds)
    book.save(path)
    return path


@cache
def sound() -> dict[str, bytes]:
    """Return the parts of a sound workbook; made once, as it bears the time of its making."""
    with TemporaryDirectory() as folder, zipfile.ZipFile(write(Path(folder) / "s.xlsx")) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return buffer.getvalue()


def rebuilt(path: Path, old: bytes, new: bytes) -> Path:
    """Write a workbook with other bytes in its sheet."""
    assert old in sound()[SHEET]
    path.write_bytes(packed(sound() | {SHEET: sound()[SHEET].replace(old, new, 1)}))
    return path


def replaced(row: int, column: int, value: object) -> list[list[object]]:
    rows = [list(cells) for cells in ROWS]
    rows[row][column] = value
    return rows


def problems(path: Path, district: str = "") -> list[str]:
    with pytest.raises(DataProblems) as caught:
        read_gvisys(path, district)
    return [str(problem) for problem in caught.value.problems]


def test_municipalities_come_with_all_they_belong_to(path):
    found = read_gvisys(write(path))
    assert found.attrs == {"unpopulated_count": 1}
    assert found["ags"].tolist() == ["16075046", "16075051", "16075073", "16076022"]
    assert found.iloc[2].to_dict() == {
        "ags": "16075073", "name": "Neustadt an der Orla, Stadt", "verband_key": "160755050",
        "verband_kind": "erfüllende Gemeinde", "verband_name": "Neustadt an der Orla, Stadt",
        "area_km2": 86.08, "population_count": 9017, "postal_code": "07806",
        "district_key": "16075", "district_name": "Saale-Orla-Kreis", "land_name": "Thüringen",
        "is_town": True, "date": pd.Timestamp(2022, 12, 31), "lat": 50.73581, "lon": 11.742638,
        "population_date": pd.Timestamp(2022, 12, 31),
    }  # fmt: skip


def test_both_forms_of_the_register_agree(path, tmp_path):
    text = read_gv100(write_lines(tmp_path / "GV100AD.txt", SOUND_LINES)).municipalities
    book = read_gvisys(write(path)).drop(columns=["lat", "lon", "population_date"])
    pd.testing.assert_frame_equal(book, text)


def test_a_district_alone(path):
    assert read_gvisys(write(path), "16076")["ags"].tolist() == ["16076022"]
    assert read_gvisys(path, "16076").attrs == {"unpopulated_count": 0}


def test_a_district_that_does_not_exist_has_neighbours(path):
    [line] = problems(write(path), "16057")
    assert "ähnlich sind 16075 (Saale-Orla-Kreis)" in line


def test_zeros_come_back_where_the_sheet_holds_numbers(path):
    def numbers(cells):
        cut = [int(cell) if isinstance(cell, str) and cell.isdigit() else cell for cell in cells]
        return [float(cell) if isinstance(cell, int) and cell > 9000 else cell for cell in cut]

    rows = [numbers(cells) for cells in ROWS]
    assert rows[4][2:7] == [16, 0, 75, 46, 46]
    pd.testing.assert_frame_equal(read_gvisys(write(path, rows)), read_gvisys(write(path)))


def test_columns_are_found_wherever_they_stand(path):
    def turned(cells):
        return [None, *reversed([*cells, *[None] * (20 - len(cells))])]

    rows, head = [turned(row) for row in ROWS], [turned(row) for row in HEAD]
    found = read_gvisys(write(path, rows, head, merged=()))
    pd.testing.assert_frame_equal(found, read_gvisys(write(path)))


def test_headings_of_other_years(path):
    names = {
        "Satz-art": "Satzart", "Text-kenn-zeichen": "Text-\nkenn-\nzeichen",
        "Fläche km2 1)": "Fläche km² ¹⁾", "Post-leit-zahl3)": "Postleitzahl 4)",
        "Bevölkerung2)": "Bevölkerung auf Grundlage des Zensus 2022",
        "Amtlicher Regionalschlüssel (ARS)": "Regionalschlüssel (RS)",
    }  # fmt: skip
    head = [[names.get(cell, cell) for cell in cells] for cells in HEAD]
    pd.testing.assert_frame_equal(read_gvisys(write(path, head=head)), read_gvisys(write(path)))


@pytest.mark.parametrize(
    ("sheet", "title", "day"),
    [
        ("Onlineprodukt_Gemeinden30062026", TITLE, dt.datetime(2026, 6, 30)),
        ("Onlineprodukt_Gemeinden_311219", TITLE, dt.datetime(2019, 12, 31)),
        ("Onlineprodukt_Gemeinden", TITLE, dt.datetime(2022, 12, 31)),
        ("Onlineprodukt_Gemeinden99999999", TITLE, dt.datetime(2022, 12, 31)),
    ],
)
def test_the_day_stands_in_the_name_of_the_sheet_or_in_the_title(path, sheet, title, day):
    found = read_gvisys(write(path, sheet=sheet, title=title))
    assert set(found["date"]) == {pd.Timestamp(day)}


def test_the_day_of_the_boundaries_may_stand_in_the_head(path):
    head = [*HEAD[:2], [None, None, "Gebietsstand am 30.06.2026", *[None] * 7]]
    found = read_gvisys(write(path, head=head, sheet="Onlineprodukt_Gemeinden", title="Gemeinden"))
    assert set(found["date"]) == {pd.Timestamp(2026, 6, 30)}


def test_the_day_of_the_population_is_not_that_of_the_boundaries(path):
    [line] = problems(write(path, sheet="Onlineprodukt_Gemeinden", title="Gemeinden"))
    assert "„Onlineprodukt_Gemeinden“ – Gebietsstand fehlt" in line


def test_the_day_of_the_population_may_be_another_or_unknown(path):
    head = [*HEAD[:2], [None] * 8 + ["31.12.2021", "Stand 31.12.2021 (Jahr)"]]
    found = read_gvisys(write(path, head=head))
    assert set(found["population_date"]) == {pd.Timestamp(2021, 12, 31)}
    assert set(found["date"]) == {pd.Timestamp(2022, 12, 31)}
    unknown = read_gvisys(write(path, head=HEAD[:2]))
    assert unknown["population_date"].isna().all()
    assert str(unknown["population_date"].dtype) == "datetime64[s]"


@pytest.mark.parametrize(
    ("column", "cell", "name", "value"),
    [
        (8, "1.086,08", "area_km2", 1086.08), (8, "86,08", "area_km2", 86.08),
        (9, "9.017", "population_count", 9017), (9, "9017", "population_count", 9017),
        (9, 9017.0, "population_count", 9017), (13, 7806, "postal_code", "07806"),
        (15, 50.73581, "lat", 50.73581), (7, "Neustadt  4)", "name", "Neustadt"),
        (7, "Neustadt (Orla)", "name", "Neustadt (Orla)"),
    ],
)  # fmt: skip
def test_forms_of_numbers_and_names(path, column, cell, name, value):
    assert read_gvisys(write(path, replaced(7, column, cell)))[name][2] == value


@pytest.mark.parametrize("column", [8, 9, 13, 14])
def test_what_the_sheet_does_not_know_is_missing(path, column):
    found = read_gvisys(write(path, replaced(7, column, None)))
    names = {8: "area_km2", 9: "population_count", 13: "postal_code", 14: "lon"}
    value = found[names[column]][2]
    assert value == "" if column == 13 else pd.isna(value)


@pytest.mark.parametrize(
    ("row", "column", "cell", "says"),
    [
        (7, 6, "=7*10+3", "Zeile 14, Spalte „Gem“: „=7*10+3“ – Formel statt eines Werts"),
        (7, 2, "=HYPERLINK(\"http://x\")", "Zeile 14, Spalte „Land“: „=HYPERLINK"),
        (7, 2, "#REF!", "Zeile 14, Spalte „Land“: „#REF!“ – Formel statt eines Werts"),
        (7, 6, "73", "Zeile 14, Spalte „Schlüssel“: „1607573“ – kein Schlüssel: Gemeinde"),
        (7, 4, dt.datetime(2023, 3, 1), "Spalte „Kreis“: „2023-03-01 00:00:00“ – weder Text"),
        (7, 4, True, "Spalte „Kreis“: „True“ – weder Text noch Zahl"),
        (7, 6, "051", "„16075051“ – Gemeinde steht schon in Zeile 13"),
        (7, 9, "viele", "Spalte „Bevölkerung insgesamt“: „viele“ – keine Zahl"),
        (7, 9, -3, "Spalte „Bevölkerung insgesamt“: „-3“ – keine Zahl"),
        (7, 9, 1e300, "Spalte „Bevölkerung insgesamt“: „1"),
        (7, 9, 17.5, "Spalte „Bevölkerung insgesamt“: „17.5“ – keine ganze Zahl"),
        (7, 8, "56.73", "Spalte „Fläche km²“: „56.73“ – keine Zahl"),
        (7, 13, "7806", "Spalte „Postleitzahl“: „7806“ – keine Postleitzahl"),
        (7, 14, "50,7", "Spalte „Längengrad“: „50.7“ – liegt nicht in Deutschland"),
        (7, 1, "12", "Spalte „Textkennzeichen“: „12“ – unbekanntes Textkennzeichen"),
        (7, 0, "64", "Zeile 14, Spalte „Satzart“: „64“ – unbekannte Satzart"),
        (7, 7, None, "Zeile 14, Spalte „Name“: „16075073“ – Name fehlt"),
        (0, 2, "15", "Spalte „Land“: „16“ – Land fehlt, „Hirschberg, Stadt“ gehört dazu"),
        (2, 4, "74", "Spalte „Kreis“: „16075“ – Kreis fehlt"),
        (5, 5, "5051", "Spalte „Gemeindeverband“: „160755050“ – Gemeindeverband fehlt"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_place(path, row, column, cell, says):
    found = problems(write(path, replaced(row, column, cell)))
    assert says in found[0]
    assert all(" → " in line for line in found)


def test_numbers_without_end_are_none(path):
    rebuilt(path, b"<v>9017</v>", b"<v>" + b"9" * 400 + b"</v>")
    assert "Zeile 14, Spalte „Bevölkerung insgesamt“: „99999" in problems(path)[0]
    assert "– keine Zahl" in problems(path)[0]


def test_all_problems_come_together(path):
    rows = replaced(7, 9, "viele")
    rows[6][13] = "0780"
    rows[4][6] = "=1"
    assert [line.partition(" – ")[0].split(", ", 1)[1] for line in problems(write(path, rows))] == [
        "Zeile 11, Spalte „Gem“: „=1“",
        "Zeile 13, Spalte „Postleitzahl“: „0780“",
        "Zeile 14, Spalte „Bevölkerung insgesamt“: „viele“",
        "Zeile 11, Spalte „Schlüssel“: „16075“",
    ]


def test_columns_that_are_missing_or_double(path):
    head = [list(cells) for cells in HEAD]
    head[1][6], head[1][10], head[0][7] = None, "insgesamt", "Ortsname"
    assert [line.partition(" → ")[0] for line in problems(write(path, head=head))] == [
        f"AuszugGV4QAktuell.xlsx, Zeile 3, Spalte „{title}“ – Spalte {what}"
        for title, what in (
            ("Gem", "fehlt"), ("Gemeindename", "fehlt"), ("Bevölkerung insgesamt", "steht doppelt"),
        )
    ]  # fmt: skip


def test_other_workbooks_are_refused(path):
    openpyxl.Workbook().save(path)
    assert "hat kein Blatt mit der Überschrift „Satzart“" in problems(path)[0]
    assert "hat keine Zeile mit einer Satzart" in problems(write(path, rows=[]))[0]
    assert "enthält keine Gemeinden" in problems(write(path, rows=ROWS[:4]))[0]


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        (b"", "ist leer (0 Bytes)"),
        (b"Satzart;Land\n10;16\n", "ist keine Excel-Datei (.xlsx)"),
        (b"\xd0\xcf\x11\xe0" + b"\0" * 600, "ist eine alte Excel-Datei (.xls)"),
    ],
)
def test_what_is_no_workbook_is_refused(path, raw, says):
    path.write_bytes(raw)
    assert says in problems(path)[0]
    path.unlink()
    assert "Datei fehlt" in problems(path)[0]


def test_a_bomb_is_not_unpacked(path):
    write(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/bild.bin", b"\0" * 100_000_001)
    assert "höchstens 100 MB werden gelesen; die Datei neu herunterladen" in problems(path)[0]


def test_entities_are_not_expanded(path):
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet '
    rebuilt(path, b"<worksheet ", bomb)
    assert "Anweisungen, die nicht in eine Tabelle gehören" in problems(path)[0]


def test_rows_without_end_are_refused(path, monkeypatch):
    monkeypatch.setattr(gvisys, "_LIMITS", Limits(row_max_count=30))
    rebuilt(path, b'r="A22"', b'r="A1048576"')
    assert "nicht gelesen sind die Zeilen ab 31 (bis 1048576)" in problems(path)[0]


def test_script_in_a_name_is_text(path):
    name = "<script>alert(1)</script>"
    assert read_gvisys(write(path, replaced(7, 7, name)))["name"][2] == name


def test_more_rows_than_a_sheet_of_a_provider_has(path):
    # One association with 999 municipalities in each of two districts, and 2 × 2 + 1 lines.
    rows = [line("10", None, "09", "Bayern")]
    for kreis in ("09171", "09172"):
        rows.append(line("40", "44", kreis, f"Kreis {kreis}"))
        rows.append(line("50", "54", f"{kreis}5101", "Verband"))
        rows += [line("60", "64", f"{kreis}5101{gem:03}", "Ort", 1.5, 100) for gem in range(999)]
    assert len(rows) > Limits().row_max_count
    found = read_gvisys(write(path, rows))
    assert (len(found), found["population_count"].sum()) == (1998, 199_800)


@fuzz
@given(st.data())
def test_damaged_workbooks_are_refused_with_words(tmp_path, data):
    survives(read_gvisys, tmp_path / "r.xlsx", data.draw(damaged(packed(sound()))))


@fuzz
@given(st.data())
def test_damaged_sheets_are_refused_with_words(tmp_path, data):
    # Damage inside a part, in an archive whose sums are right.
    part = data.draw(st.sampled_from([SHEET, "xl/workbook.xml"]))
    raw = data.draw(damaged(sound()[part]))
    survives(read_gvisys, tmp_path / "r.xlsx", packed(sound() | {part: raw}))
