"""Feedback sheets: whose rows, what they look like, and that no text becomes a formula."""

from __future__ import annotations

import datetime as dt
import zipfile

import openpyxl
import pytest

from sokanalysis.codes import KINDS
from sokanalysis.dialogue.sheets import sheet_bytes, write_sheets
from sokanalysis.errors import DataProblems
from sokanalysis.schema import TABLES
from tests.feedback import ADVICE, COURSE, Sheet, make_region, sent


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    return make_region(tmp_path_factory.mktemp("region"))


@pytest.fixture(scope="module")
def sheets(region, tmp_path_factory):
    return sent(region, tmp_path_factory.mktemp("sheets"))


@pytest.fixture(scope="module")
def school(sheets) -> Sheet:
    return Sheet(sheets["T1"])


def keys(sheet: Sheet, table: str) -> list[str]:
    cells = sheet.table(table).iter_rows(min_row=3, min_col=2, max_col=2, values_only=True)
    return [str(value).partition(" · ")[0] for (value,) in cells if value]


def test_a_provider_gets_exactly_its_own_rows(sheets):
    school, club = Sheet(sheets["T1"]), Sheet(sheets["T2"])
    news = [f"neu {number}" for number in range(1, 11)]
    assert keys(school, "providers") == ["T1"]
    assert keys(school, "offers") == ["A1", "A2", *news[:5]]
    assert keys(school, "sites") == ["O1", "O2", *news[:3]]
    assert keys(school, "sessions") == ["S1", *news]
    assert keys(club, "offers") == ["A3", *news[:5]]
    assert keys(club, "sites") == ["O1", *news[:3]]
    assert keys(club, "offer_sites") == ["A3"]
    with zipfile.ZipFile(sheets["T1"]) as archive:
        assert "Treff" not in archive.read("xl/sharedStrings.xml").decode()


def test_headings_are_german_and_the_first_sheet_explains(school):
    assert school.book.sheetnames == [
        "Anleitung", *(TABLES[n].title for n in ("providers", "offers", "sites", "offer_sites")),
        "Termine", "_Listen", "_Bogen",
    ]  # fmt: skip
    heads = [cell.value for cell in school.table("sessions")[2]]
    assert heads[:7] == [
        "Rückmeldung", "Termin-Nr.", "Angebot-Nr. *", "Ort-Nr. *", "Wochentage *", "Beginn (Uhr) *",
        "Ende (Uhr) *",
    ]  # fmt: skip
    told = {row[0]: row[1] for row in school.book["Anleitung"].iter_rows(values_only=True)}
    assert told["Träger"] == "Volkshochschule (T1)"
    assert told["Bitte zurück bis"] == "15.12.2026"
    # Course and advice lack all nine items that are asked, and their times are assumed; only the
    # advice has an open status.
    assert told["Unsere Fragen an Sie"].startswith("Bitte sagen Sie uns: Fortbestand; alle Angaben")


def test_without_a_deadline_the_letter_says_it(region):
    assert sheet_bytes(region, "T1") != sheet_bytes(region, "T1", dt.date(2026, 12, 15))


def test_values_are_what_they_are(school):
    assert school.cell("offers", "A1", "valid_from_date").value == dt.datetime(2024, 2, 1)
    assert school.cell("offers", "A1", "valid_from_date").number_format == "dd.mm.yyyy"
    assert school.cell("sessions", "S1", "start_time").value == dt.time(9)
    assert school.cell("sessions", "S1", "end_time").number_format == "hh:mm"
    assert school.cell("offers", "A1", "cost_eur").value == 2.5
    assert school.cell("offers", "A1", "kind").value == "Integrationskurs"
    assert school.cell("offers", "A1", "target_groups").value == "alle Menschen; Frauen"
    assert school.cell("sessions", "S1", "weekdays").value == "Mo; Di"
    assert school.cell("sessions", "S1", "runs_in_holidays").value == "nein"
    assert school.cell("sessions", "S1", "offer_id").value == "A1 · Sprachkurs"


def test_what_is_unknown_is_a_question_and_what_is_assumed_is_coloured(school):
    assert school.cell("offers", "A1", "place_count").value == "?"
    plain = school.cell("offers", "A1", "name").fill.fgColor.rgb
    asked = school.cell("offers", "A1", "place_count").fill.fgColor.rgb
    assert asked != plain
    # A session that is a working assumption keeps its time, in the colour of a question.
    assert school.cell("sessions", "S1", "start_time").fill.fgColor.rgb == asked
    assert school.cell("offers", "A1", "funding").value is None  # nobody asks for this


def test_a_known_value_is_no_question(sheets):
    assert Sheet(sheets["T2"]).cell("offers", "A3", "place_count").value == 12


def test_keys_are_locked_and_cells_to_fill_are_not(school):
    for name in ("offers", "sites", "sessions", "offer_sites", "providers"):
        sheet = school.table(name)
        assert sheet.protection.sheet
        assert not sheet.protection.password
        assert sheet.row_dimensions[1].hidden
        for row in sheet.iter_rows(min_row=3):
            assert row[1].protection.locked == (row[1].value is not None)
            is_new = str(row[0].value) == "neu"
            assert row[0].protection.locked == is_new
    for name in ("quality", "source", "source_date", "assured_date"):
        assert school.cell("offers", "A1", name).protection.locked
    assert not school.cell("offers", "A1", "name").protection.locked
    assert not school.cell("offers", "neu 1", "name").protection.locked


def choices(school: Sheet, table: str, name: str) -> list[str]:
    """What the drop-down of a column offers."""
    letter = school.table(table).cell(1, school.column(table, name)).column_letter
    for rule in school.table(table).data_validations.dataValidation:
        if str(rule.sqref).startswith(letter + "3") and rule.type == "list":
            if rule.formula1.startswith('"'):
                return rule.formula1.strip('"').split(",")
            area = rule.formula1.partition("!")[2].replace("$", "")
            return [cell.value for (cell,) in school.book["_Listen"][area]]
    return []


def test_code_lists_are_drop_downs_in_german(school):
    assert choices(school, "offers", "kind") == list(KINDS.values())
    assert choices(school, "offers", "_rueckmeldung") == ["stimmt", "geändert", "entfällt"]
    assert choices(school, "offers", "has_childcare") == ["ja", "nein"]
    assert choices(school, "sessions", "weekdays")[:2] == ["Mo", "Di"]
    assert choices(school, "sessions", "offer_id") == [
        "A1 · Sprachkurs", "A2 · Beratung", *(f"neu {n}" for n in range(1, 6))
    ]  # fmt: skip
    stops = {str(r.sqref): r for r in school.table("offers").data_validations.dataValidation}
    several = school.table("offers").cell(1, school.column("offers", "target_groups")).column_letter
    assert not stops[f"{several}3:{several}9"].showErrorMessage  # several may stand there


def test_the_page_is_set_up(school):
    for name in ("offers", "sites", "sessions", "offer_sites", "providers"):
        sheet = school.table(name)
        assert sheet.page_setup.orientation == "landscape"
        assert int(sheet.page_setup.paperSize) == 9  # A4
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.print_title_rows == "$2:$2"
        assert sheet.freeze_panes in ("C3", "D3")
        assert all(cell.alignment.wrap_text for cell in sheet[3])
    assert school.table("offers").column_dimensions["C"].width > 30


def test_the_same_region_gives_the_same_bytes(region):
    content = sheet_bytes(region, "T1", dt.date(2026, 12, 15))
    assert content == sheet_bytes(region, "T1", dt.date(2026, 12, 15))


def test_no_text_is_written_as_a_formula(tmp_path):
    texts = ["=1+1", "+49", "-5", "@SUM(A1)", "\t=1", "{=1+1}", "=cmd|'/c'!A1"]
    offers = [
        COURSE | {"offer_id": f"A{n}", "name": text, "note": text}
        for n, text in enumerate(texts, start=1)
    ]
    rows = {"offers": offers, "sessions": [], "offer_sites": []}
    path = sent(make_region(tmp_path / "region", rows), tmp_path / "sheets")["T1"]
    with zipfile.ZipFile(path) as archive:
        parts = [archive.read(n) for n in archive.namelist() if n.startswith("xl/worksheets/")]
    assert not any(b"<f>" in part or b"<f " in part for part in parts)
    sheet = Sheet(path)
    for number, text in enumerate(texts, start=1):
        for name in ("name", "note"):
            cell = sheet.cell("offers", f"A{number}", name)
            assert (cell.data_type, cell.value) == ("s", text.strip())
            # So that it stays text when somebody edits the cell.
            assert cell.number_format == "@"
            assert cell.quotePrefix == (text.strip()[0] in "=+-@")


def test_another_workbook_is_never_overwritten(region, tmp_path):
    paths = sent(region, tmp_path)
    sent(region, tmp_path)  # the same once more does no harm
    answer = Sheet(paths["T1"]).set("offers", "A1", "stimmt").save()
    before = answer.read_bytes()
    with pytest.raises(DataProblems, match="liegt schon im Ordner"):
        write_sheets(region, tmp_path, dt.date(2026, 12, 15))
    assert answer.read_bytes() == before


def test_a_name_of_a_file_stays_inside_the_folder(tmp_path):
    provider = {"provider_id": "../T 1", "name": "Größe & Söhne / „Süd“", "kind": "vhs"}
    rows = {"providers": [provider], "offers": [], "offer_sites": [], "sessions": []}
    region = make_region(tmp_path / "region", rows)
    [(name, path)] = write_sheets(region, tmp_path / "sheets")
    assert (name, path.parent) == ("Größe & Söhne / „Süd“", tmp_path / "sheets")
    assert path.name == "-T-1_groesse-soehne-sued.xlsx"


def test_a_text_that_no_cell_holds_is_refused(tmp_path):
    region = make_region(tmp_path, {"offers": [COURSE | {"note": "x" * 32_768}, ADVICE],
                                    "sessions": [], "offer_sites": []})  # fmt: skip
    with pytest.raises(DataProblems, match="32767 Zeichen"):
        sheet_bytes(region, "T1")


def test_the_workbook_carries_no_day_of_today(school):
    assert school.book.properties.created == dt.datetime(2000, 1, 1)


def test_openpyxl_saves_the_sheet_as_it_is(school, tmp_path):
    again = openpyxl.load_workbook(school.save(tmp_path / "again.xlsx"))
    assert again.sheetnames == school.book.sheetnames
    assert again["_Bogen"].sheet_state == "hidden"
