"""Tables kept in the workbook of a region: read like CSV, row for row."""

from __future__ import annotations

import datetime as dt

import openpyxl
import pytest

from sokanalysis.district.folder import ENTERED_TABLES
from sokanalysis.district.template import examples, write_template
from sokanalysis.read.entries import WORKBOOK, read_entries
from sokanalysis.read.tables import read_table
from sokanalysis.schema import OFFERS, PROVIDERS, SESSIONS, SITES, TABLES
from sokanalysis.validation import table_problems
from tests.fuzzing import damaged, fuzz

DAY = dt.date(2026, 9, 1)


@pytest.fixture
def book(tmp_path):
    """The template with the made-up examples entered, still open."""
    write_template(tmp_path / WORKBOOK, ENTERED_TABLES, DAY)
    opened = openpyxl.load_workbook(tmp_path / WORKBOOK)
    for name, rows in examples().items():
        for row in rows:
            titles = [column.title for column in TABLES[name].columns]
            opened[TABLES[name].title].append([row.get(title) for title in titles])
    return opened


def read(folder, table):
    entries = read_entries(folder, TABLES)
    return read_table(folder, table, entries)


def said(problems):
    return [str(problem) for problem in problems]


def test_the_examples_are_sound(tmp_path, book):
    book.save(tmp_path / WORKBOOK)
    for name in examples():
        rows, problems = read(tmp_path, TABLES[name])
        assert not problems
        assert not table_problems(rows, TABLES[name])
        assert len(rows) == 1


def test_labels_become_codes(tmp_path, book):
    book.save(tmp_path / WORKBOOK)
    offer = read(tmp_path, OFFERS)[0].iloc[0]
    assert (offer["kind"], offer["level_in"], offer["status"]) == (
        "integrationskurs", "ohne", "laufend",
    )  # fmt: skip
    session = read(tmp_path, SESSIONS)[0].iloc[0]
    assert session["weekdays"] == ("Mo", "Di", "Mi", "Do", "Fr")
    assert (session["start_time"], session["runs_in_holidays"]) == ("08:30", False)
    assert read(tmp_path, SITES)[0].iloc[0]["lat"] == pytest.approx(50.65)


def test_what_excel_makes_of_dates_times_and_numbers(tmp_path, book):
    sheet = book[SESSIONS.title]
    places = {column.name: place for place, column in enumerate(SESSIONS.columns, start=1)}
    sheet.cell(2, places["start_time"]).value = dt.time(9, 15)
    sheet.cell(2, places["end_time"]).value = 0.5  # noon, as a share of the day
    book.save(tmp_path / WORKBOOK)
    session = read(tmp_path, SESSIONS)[0].iloc[0]
    assert (session["start_time"], session["end_time"]) == ("09:15", "12:00")


def test_a_wrong_cell_is_named_with_sheet_and_row(tmp_path, book):
    sheet = book[PROVIDERS.title]
    kind = 1 + [column.name for column in PROVIDERS.columns].index("kind")
    sheet.cell(5, 1).value = "T002"  # rows 3 and 4 stay empty: they are no rows
    sheet.cell(5, kind).value = "Hochschule"
    book.save(tmp_path / WORKBOOK)
    rows, problems = read(tmp_path, PROVIDERS)
    assert len(rows) == 2
    place = "tabellen.xlsx, Blatt „Träger“, Zeile 5, Spalte"
    assert said(problems)[0].startswith(f"{place} „Träger“ – fehlt")
    assert said(problems)[1].startswith(f"{place} „Art“: „Hochschule“ – kein Wert der Liste")


def test_formulas_errors_and_stray_cells_are_named(tmp_path, book):
    sheet = book[PROVIDERS.title]
    sheet["B2"].value = '=HYPERLINK("http://example.org","x")'
    sheet["F2"].value = "#REF!"
    sheet.cell(3, 30).value = "daneben"
    book.save(tmp_path / WORKBOOK)
    text = "\n".join(said(read_entries(tmp_path, TABLES).problems))
    assert "Spalte „Träger“" in text
    assert "Formel ohne Ergebnis" in text
    assert "Spalte „Webseite“: „#REF!“ – enthält einen Formelfehler" in text
    assert "Zeile 3: „daneben“ – steht unter keiner Überschrift" in text


def test_a_table_stands_in_one_place(tmp_path, book):
    book.save(tmp_path / WORKBOOK)
    head = ",".join(column.title for column in PROVIDERS.columns)
    (tmp_path / "providers.csv").write_text(f"{head}\n", encoding="utf-8")
    assert len(read(tmp_path, PROVIDERS)[0]) == 1  # an empty file is no second place
    (tmp_path / "providers.csv").write_text(f"{head}\nT9,X,vhs,,,,belegt,Q,,\n", encoding="utf-8")
    (problem,) = read(tmp_path, PROVIDERS)[1]
    assert str(problem).startswith("providers.csv – hat Zeilen, und tabellen.xlsx, Blatt „Träger“")


def test_an_empty_sheet_leaves_the_file_to_be_read(tmp_path):
    write_template(tmp_path / WORKBOOK, ENTERED_TABLES, DAY)
    assert read_entries(tmp_path, TABLES).lines == {}
    assert read_entries(tmp_path / "nowhere", TABLES).lines == {}


def test_a_workbook_that_is_none_is_refused(tmp_path):
    (tmp_path / WORKBOOK).write_text("Träger;Art")
    (problem,) = read_entries(tmp_path, TABLES).problems
    assert "keine Excel-Datei" in problem.message


def test_damaged_workbooks_never_crash(tmp_path, book):
    from hypothesis import given
    from hypothesis import strategies as st

    book.save(tmp_path / WORKBOOK)
    sound = (tmp_path / WORKBOOK).read_bytes()

    @fuzz
    @given(st.data())
    def attempt(data):
        (tmp_path / WORKBOOK).write_bytes(data.draw(damaged(sound)))
        entries = read_entries(tmp_path, TABLES)
        assert all(problem.message for problem in entries.problems)

    attempt()
