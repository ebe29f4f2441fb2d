"""Sheets that come back: no cell is lost, and every kind of damage has its message."""

from __future__ import annotations

import datetime as dt
import json
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.columns import Column
from sokanalysis.dialogue import layout
from sokanalysis.dialogue.returned import Returned, read_folder, read_returned
from sokanalysis.read.cells import plain
from sokanalysis.schema import TABLES
from tests.feedback import ADVICE, COURSE, Sheet, make_region, sent
from tests.test_workbook import replaced


@pytest.fixture(scope="module")
def region(tmp_path_factory):
    return make_region(tmp_path_factory.mktemp("region"))


@pytest.fixture(scope="module")
def originals(region, tmp_path_factory):
    return sent(region, tmp_path_factory.mktemp("sheets"))


@pytest.fixture
def school(originals, tmp_path) -> Sheet:
    sheet = Sheet(originals["T1"]).dated()
    sheet.path = tmp_path / "vhs.xlsx"
    return sheet


@pytest.fixture
def read(region):
    """Save a sheet and read it."""
    return lambda sheet: read_returned(sheet.save(), region)


def words(found: Returned) -> list[str]:
    return [str(problem) for problem in found.problems]


def values(found: Returned) -> dict[tuple[str, str], dict[str, str]]:
    return {(answer.table.name, answer.label): answer.values for answer in found.answers}


def as_sent(found: Returned) -> None:
    """Every cell that may be changed was read, and says what was sent."""
    assert words(found) == []
    for answer in found.answers:
        row = found.sent[answer.table.name][answer.key]
        for name in layout.sheet_columns(answer.table):
            if name not in layout.EXTRA_TITLES and layout.is_editable(answer.table, name):
                column = answer.table.column(name)
                assert layout.is_same(answer.values[name], row[name], column), name


# --- nothing is lost ------------------------------------------------------------------------------


def test_an_untouched_sheet_says_what_was_sent(read, school):
    found = read(school)
    as_sent(found)
    assert (found.provider_id, found.provider, found.date) == (
        "T1",
        "Volkshochschule",
        "2026-11-20",
    )
    labels = [f"{answer.table.name} {answer.label}" for answer in found.answers]
    assert labels == [
        "providers T1", "offers A1", "offers A2", "sites O1", "sites O2", "offer_sites A1 / O1",
        "offer_sites A2 / O2", "sessions S1",
    ]  # fmt: skip
    assert (found.unseen, found.remarks) == ([], [])


def test_what_is_filled_in_is_read(read, school):
    school.set(
        "offers", "A1", "geändert", place_count=24, waiting_count="3", has_childcare="ja",
        languages="Ukrainisch, Dari", valid_until_date=dt.datetime(2027, 7, 31), level_in="A1",
        target_groups="Frauen; Senioren", cost_eur="2,75", is_online=False, note=None,
    )  # fmt: skip
    school.set("sessions", "S1", "geändert", weekdays="Mo–Mi", start_time="8.30 Uhr")
    school.set("offers", "neu 2", name="Nähkurs", kind="Begegnung")
    found = values(read(school))
    assert found["offers", "A1"] | {
        "target_groups": "frauen;senioren",
        "place_count": "24", "waiting_count": "3", "has_childcare": "ja", "level_in": "A1",
        "languages": "Ukrainisch, Dari", "valid_until_date": "2027-07-31", "cost_eur": "2.75",
        "is_online": "nein", "note": "",
    } == found["offers", "A1"]  # fmt: skip
    assert found["sessions", "S1"]["weekdays"] == "Mo;Di;Mi"
    assert found["sessions", "S1"]["start_time"] == "08:30"
    new = {name: text for name, text in found["offers", "neu 2"].items() if text}
    assert new == {"name": "Nähkurs", "kind": "begegnung"}


def test_what_excel_does_to_text_and_numbers_is_no_change():
    cost, name = TABLES["offers"].column("cost_eur"), TABLES["offers"].column("name")
    assert layout.is_same("0.30000000000000004", "0.3", cost)  # Excel keeps fifteen digits
    assert not layout.is_same("0.31", "0.3", cost)
    assert not layout.is_same("", "0.3", cost)
    assert layout.is_same("zwei\r\nZeilen ", "zwei_x000D_\nZeilen", name)
    assert layout.is_same("Cafe\u0301", "Caf\u00e9", name)  # two ways to write one letter
    assert layout.is_same("=1", "'=1", name)
    assert not layout.is_same("Kurs", "kurs", name)


def any_value(column: Column) -> st.SearchStrategy[object]:
    """Values that people may enter, by kind, with the text of the table."""
    if column.kind == "code":
        return st.sampled_from([(label, code) for code, label in column.code_list.items()])
    if column.kind == "boolean":
        return st.sampled_from([("ja", "ja"), (False, "nein")])
    if column.kind == "integer":
        return st.integers(0, 120).map(lambda number: (number, str(number)))
    if column.kind == "number":
        return st.integers(0, 999).map(lambda n: (n / 4, repr(n / 4).removesuffix(".0")))
    if column.kind == "date":
        days = st.dates(dt.date(1990, 1, 1), dt.date(2099, 12, 31))
        return days.map(lambda day: (dt.datetime.combine(day, dt.time()), day.isoformat()))
    letters = st.characters(codec="utf-8", exclude_categories=("C", "Z"), exclude_characters="'=")
    texts = st.text(letters, min_size=1, max_size=30).filter(lambda text: "_x" not in text)
    return texts.map(lambda text: (text, plain(text)))


OFFER_COLUMNS = [
    column for column in TABLES["offers"].columns
    if layout.is_editable(TABLES["offers"], column.name)
    and column.kind != "codes" and column.name != "provider_id"
]  # fmt: skip


@given(st.data())
@settings(max_examples=12, deadline=None)
def test_any_value_comes_back(region, originals, tmp_path_factory, data):
    sheet = Sheet(originals["T1"]).dated()
    drawn = {column.name: data.draw(any_value(column)) for column in OFFER_COLUMNS}
    sheet.set("offers", "A1", "geändert", **{name: value for name, (value, _) in drawn.items()})
    path = sheet.save(tmp_path_factory.mktemp("any") / "vhs.xlsx")
    found = values(read_returned(path, region))["offers", "A1"]
    expected = {
        name: text for name, (_, text) in drawn.items() if text.casefold() not in ("?", "-", "–")
    }
    assert {name: found.get(name) for name in expected} == expected


def test_odd_texts_come_back_also_after_somebody_has_saved(tmp_path):
    texts = ["=1+1", "+49", "-5", "@SUM(A1)", "{=1}", "zwei\nZeilen", "a;b,c", "_x0041_", "'s"]
    offers = [
        COURSE | {"offer_id": f"A{n}", "name": text, "note": text}
        for n, text in enumerate(texts, start=1)
    ]
    rows = {"offers": offers, "sessions": [], "offer_sites": []}
    region = make_region(tmp_path / "region", rows)
    path = Sheet(sent(region, tmp_path / "sheets")["T1"]).dated().save()
    found = read_returned(path, region)
    as_sent(found)
    read = values(found)
    for number, text in enumerate(texts, start=1):
        assert read["offers", f"A{number}"]["name"] == text


# --- damage ---------------------------------------------------------------------------------------


def put(cell, value: object) -> None:
    """Write as a spreadsheet moves a cell: text stays text."""
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"


def test_rows_may_be_sorted(read, school):
    sheet = school.table("offers")
    first, second = ([cell.value for cell in sheet[row]] for row in (3, 4))
    for column, (one, other) in enumerate(zip(first, second, strict=True), start=1):
        put(sheet.cell(3, column), other)
        put(sheet.cell(4, column), one)
    as_sent(read(school))


def test_rows_may_move_down(read, school):
    school.table("offers").insert_rows(3, 4)
    as_sent(read(school))


def test_the_hidden_row_may_be_sorted_along(read, school):
    sheet = school.table("sites")
    names = [cell.value for cell in sheet[1]]
    sheet.delete_rows(1)
    sheet.append(names)  # below the rows, far from the headings
    as_sent(read(school))


def test_sheets_may_be_renamed_and_copied(read, school):
    school.book.copy_worksheet(school.table("sites"))
    school.table("offers").title = "Tabelle1"
    school.book["Anleitung"].title = "Start"
    found = read(school)
    as_sent(found)
    assert any("Start“, Zeile 3: Träger | Volkshochschule (T1)" in text for text in found.remarks)
    assert (found.date, len(found.answers)) == ("2026-11-20", 8)


def test_columns_may_be_moved(read, school):
    sheet = school.table("sessions")
    sheet.move_range("A1:D20", cols=30)
    as_sent(read(school))


def test_headings_may_be_renamed_as_long_as_the_hidden_names_stand(read, school):
    sheet = school.table("offers")
    for column in range(4, sheet.max_column + 1):
        sheet.cell(2, column).value = f"Spalte {column}"
    as_sent(read(school))


def test_headings_that_are_none_are_listed(read, school):
    for cell in school.table("sessions")[2]:
        cell.value = "Sitzung"
    found = read(school)
    assert len(words(found)) == 1
    assert "Zeile 2: „Sitzung | Sitzung | " in words(found)[0]
    assert values(found)["sessions", "S1"]["start_time"] == "09:00"


def test_headings_alone_suffice(read, school):
    school.table("offers").delete_rows(1)
    as_sent(read(school))


def test_a_similar_heading_is_understood_and_said(read, school):
    sheet = school.table("offers")
    place = school.column("offers", "waiting_count")
    sheet.delete_rows(1)
    sheet.cell(1, place).value = "Wartelisten"
    found = read(school)
    assert words(found) == [
        "vhs.xlsx, Blatt „Angebote“, Zeile 1, Spalte „Wartelisten“ – Überschrift wurde umbenannt "
        "und als „Warteliste (Personen)“ gelesen → prüfen, ob das gemeint ist"
    ]
    assert "waiting_count" in values(found)["offers", "A1"]


def test_a_heading_that_nobody_understands_deletes_nothing(read, school):
    sheet = school.table("offers")
    place = school.column("offers", "note")
    sheet.delete_rows(1)
    sheet.cell(1, place).value = "xyz"
    found = read(school)
    assert words(found) == [
        "vhs.xlsx, Blatt „Angebote“, Zeile 1, Spalte „Bemerkung“ – Spalte fehlt oder ist "
        "umbenannt; nichts daraus wurde gelesen → die Angaben beim Träger erfragen"
    ]
    assert "note" not in values(found)["offers", "A1"]
    letter = sheet.cell(1, place).column_letter
    assert found.remarks == [
        f"vhs.xlsx, Blatt „Angebote“, Zelle {letter}2 (zusätzliche Spalte „xyz“): =1+1"
    ]


def test_a_deleted_column_deletes_nothing(read, school):
    school.table("sessions").delete_cols(school.column("sessions", "start_time"))
    found = read(school)
    assert len(words(found)) == 1
    assert "Spalte „Beginn (Uhr)“ – Spalte fehlt oder ist umbenannt" in words(found)[0]
    assert "start_time" not in values(found)["sessions", "S1"]


def test_without_numbers_rows_belong_to_nothing(read, school):
    school.table("sessions").delete_cols(2)
    found = read(school)
    assert ("sessions", ("S1",)) in found.unseen
    assert any(
        said.startswith("vhs.xlsx, Blatt „Termine“, Zeile 3: „A1 | O1 | Mo;Di | 09:00 | 12:00")
        and "Die Spalte mit der Nummer fehlt" in said
        for said in words(found)
    )


def test_dates_and_times_may_be_text(read, school):
    school.set("offers", "A1", valid_from_date="1.9.2026", valid_until_date="31.12.26")
    school.set("sessions", "S1", start_time=0.354, end_time="12:15 Uhr")
    found = read(school)
    assert words(found) == []
    assert values(found)["offers", "A1"]["valid_from_date"] == "2026-09-01"
    assert values(found)["offers", "A1"]["valid_until_date"] == "2026-12-31"
    assert values(found)["sessions", "S1"]["start_time"] == "08:30"
    assert values(found)["sessions", "S1"]["end_time"] == "12:15"


def message(found: Returned, part: str) -> str:
    [one] = [said for said in words(found) if part in said]
    return one


def test_what_cannot_be_read_is_listed_with_its_cell(read, school):
    school.set("sessions", "S1", start_time="halb neun", weekdays="täglich")
    school.set("offers", "A1", place_count="ca. 20", valid_from_date="Herbst", kind="Töpfern")
    school.set("offers", "A2", has_childcare="vielleicht", name=None)
    found = read(school)
    assert message(found, "halb neun") == (
        "vhs.xlsx, Blatt „Termine“, Zelle F3, Spalte „Beginn“: „halb neun“ – keine Uhrzeit → "
        "die Uhrzeit als HH:MM eintragen, z. B. 08:30"
    )
    assert message(found, "täglich") == (
        "vhs.xlsx, Blatt „Termine“, Zelle E3, Spalte „Wochentage“: „täglich“ – kein Wert der Liste "
        "→ einen von Mo, Di, Mi, Do, Fr, Sa, So wählen"
    )
    assert message(found, "ca. 20") == (
        "vhs.xlsx, Blatt „Angebote“, Zelle N3, Spalte „Plätze“: „ca. 20“ – keine Zahl → "
        "Ziffern mit Punkt oder Komma eintragen, ohne Einheit"
    )
    assert "Zelle V3, Spalte „gültig ab“: „Herbst“ – kein gültiges Datum" in message(
        found, "Herbst"
    )
    assert "einen von Integrationskurs, Alphabetisierungskurs," in message(found, "Töpfern")
    assert "Zelle Q4, Spalte „Kinderbetreuung“: „vielleicht“" in message(found, "vielleicht")
    assert "Zelle C4, Spalte „Angebot“ – fehlt → einen Wert eintragen" in message(found, "fehlt →")
    for table, label, name in [
        ("sessions", "S1", "start_time"), ("sessions", "S1", "weekdays"),
        ("offers", "A1", "kind"), ("offers", "A1", "place_count"),
        ("offers", "A1", "valid_from_date"), ("offers", "A2", "name"),
    ]:  # fmt: skip
        assert name not in values(found)[table, label]


def test_a_question_mark_over_a_known_value_is_a_question(read, school):
    school.set("offers", "A1", cost_eur="?", funding="unbekannt")
    found = read(school)
    assert words(found) == [
        "vhs.xlsx, Blatt „Angebote“, Zelle T3, Spalte „Kosten für Teilnehmende“: „?“ – Der Träger "
        "ist nicht sicher; bisher „2.5“ → beim Träger nachfragen"
    ]
    assert "cost_eur" not in values(found)["offers", "A1"]
    assert values(found)["offers", "A1"]["funding"] == ""  # nothing was known, nothing is said


def test_a_deleted_row_is_not_an_ended_one(read, school):
    school.table("offers").delete_rows(school.row("offers", "A2"))
    found = read(school)
    assert words(found) == []
    assert found.unseen == [("offers", ("A2",))]


def test_a_deleted_sheet_is_named(read, school):
    school.book.remove(school.table("sessions"))
    found = read(school)
    assert words(found) == [
        "vhs.xlsx – Das Blatt „Termine“ fehlt → die Angaben beim Träger erfragen"
    ]
    assert found.unseen == [("sessions", ("S1",))]


def test_merged_cells_are_listed_and_delete_nothing(read, school):
    row = school.row("offers", "A1")
    column = school.column("offers", "funding")
    school.set("offers", "A1", eligibility="x")
    school.table("offers").merge_cells(
        start_row=row, end_row=row, start_column=column, end_column=column + 1
    )
    found = read(school)
    assert words(found) == [
        "vhs.xlsx, Blatt „Angebote“, Zelle V3, Spalte „gültig ab“ – ist mit der Nachbarzelle "
        "verbunden und darum leer → den Wert beim Träger erfragen"
    ]
    assert "valid_from_date" not in values(found)["offers", "A1"]


def test_formulas_are_questions(region, school):
    school.set("offers", "A1", place_count="=12*2", note='=HYPERLINK("http://a.de")')
    path = school.save()
    found = read_returned(path, region)
    assert len(words(found)) == 2
    assert message(found, "Zelle N3") == (
        "vhs.xlsx, Blatt „Angebote“, Zelle N3, Spalte „Plätze“: „=12*2“ – steht eine Formel; ihr "
        "Ergebnis wird nicht übernommen → den Wert beim Träger erfragen"
    )
    assert not {"place_count", "note"} & set(values(found)["offers", "A1"])


def test_the_result_of_a_formula_is_named(region, school):
    path = school.set("offers", "A1", place_count="=12*2").save()
    with zipfile.ZipFile(path) as archive:
        sheets = [n for n in archive.namelist() if n.startswith("xl/worksheets/")]
        [name] = [n for n in sheets if b"12*2" in archive.read(n)]
    replaced(path, name, b"<f>12*2</f><v></v>", b"<f>12*2</f><v>24</v>")
    assert "Spalte „Plätze“: „24“ – steht eine Formel" in words(read_returned(path, region))[0]


def test_errors_of_excel_are_questions(read, school):
    found = read(school.set("sites", "O1", address="#REF!"))
    assert message(found, "#REF!").endswith("steht ein Fehlerwert → den Wert beim Träger erfragen")
    assert "address" not in values(found)["sites", "O1"]


def test_remarks_are_listed(read, school):
    school.set("offers", "A1", _anmerkung="Raum ist zu klein")
    sheet = school.table("sessions")
    sheet.cell(2, 20).value, sheet.cell(3, 20).value = "Frau M.", "fragt nach"
    school.book.create_sheet("Notizen")["B2"] = "Bitte anrufen"
    school.dated(words="Danke\nfür die Mühe")
    found = read(school)
    assert words(found) == []
    assert found.remarks == [
        "vhs.xlsx, Blatt „Anleitung“: Danke\nfür die Mühe",
        "vhs.xlsx, zusätzliches Blatt „Notizen“, Zeile 2: Bitte anrufen",
        "vhs.xlsx, Blatt „Angebote“, Zelle Z3: Raum ist zu klein",
        "vhs.xlsx, Blatt „Termine“, Zelle T3 (zusätzliche Spalte „Frau M.“): fragt nach",
    ]


def test_words_above_the_headings_are_listed(read, school):
    school.table("sites").insert_rows(1, 2)
    school.table("sites")["C1"] = "Stand Oktober"
    found = read(school)
    as_sent(found)
    assert found.remarks == [
        "vhs.xlsx, Blatt „Orte der Angebote“, Zeile 1 (über den Überschriften): Stand Oktober"
    ]


def test_a_row_that_stands_twice_is_read_once(read, school):
    sheet = school.table("offers")
    for column in range(1, sheet.max_column + 1):
        put(sheet.cell(12, column), sheet.cell(3, column).value)
    as_sent(read(school))
    sheet.cell(12, school.column("offers", "name")).value = "Deutschkurs"
    found = read(school)
    said = message(found, "doppelt")
    assert said.startswith("vhs.xlsx, Blatt „Angebote“, Zeile 12: „A1 | Deutschkurs | ")
    assert said.endswith("Die Nummer steht doppelt; gelesen ist nur die obere Zeile → beim Träger "
                         "nachfragen")  # fmt: skip
    assert values(found)["offers", "A1"]["name"] == "Sprachkurs"


@pytest.mark.parametrize("number", ["A3", "A999", "irgendwas"])
def test_a_foreign_number_is_not_taken(read, school, number):
    # A3 belongs to the club; nobody has A999.
    school.table("offers").cell(school.row("offers", "neu 1"), 2).value = number
    school.set("offers", number, name="Fremdes")
    found = read(school)
    said = message(found, "gehört nicht zu diesem Bogen")
    assert f": „{number} | Fremdes“ – Die Nummer gehört nicht zu diesem Bogen" in said
    assert ("offers", number) not in values(found)


def test_a_number_may_be_written_carelessly(read, school):
    school.cell("offers", "A1", "offer_id").value = " a 1 "
    as_sent(read(school))


def test_a_new_row_without_a_number_is_new(read, school):
    row = school.row("offers", "neu 3")
    school.set("offers", "neu 3", name="Nähkurs")
    school.table("offers").cell(row, 2).value = None
    assert values(read(school))["offers", f"Zeile {row}"]["name"] == "Nähkurs"


def test_another_mark_is_no_mark(read, school):
    found = read(school.set("offers", "A1", "ok"))
    assert words(found) == [
        "vhs.xlsx, Blatt „Angebote“, Zelle A3, Spalte „Rückmeldung“: „ok“ – kein Wert der Liste → "
        "einen von stimmt, geändert, entfällt wählen"
    ]


def test_a_mark_may_be_written_in_capitals(read, school):
    marks = {a.label: a.mark for a in read(school.set("offers", "A1", "Stimmt ")).answers}
    assert marks["A1"] == "stimmt"


def test_locked_cells_are_not_taken(read, school):
    found = read(school.set("offers", "A1", quality="amtlich", source_date="2026"))
    assert sorted(said.partition("Spalte ")[2].partition(" – ")[0] for said in words(found)) == [
        "„Qualität“: „amtlich“", "„Stand“: „2026“",
    ]  # fmt: skip
    assert all("geschützte Angabe wurde geändert; nicht übernommen" in w for w in words(found))


# --- the file as a whole --------------------------------------------------------------------------


def test_an_old_sheet_says_so(tmp_path, school):
    newer = make_region(tmp_path, {"offers": [COURSE | {"place_count": "20"}, ADVICE],
                                   "sessions": [], "offer_sites": []})  # fmt: skip
    found = read_returned(school.save(), newer)
    assert words(found) == [
        "vhs.xlsx – Der Bogen ist nicht vom heutigen Stand; seither hat sich etwas geändert → "
        "verglichen wird mit dem, was verschickt war; Überholtes ist gekennzeichnet"
    ]
    assert found.sent["offers"][("A1",)]["place_count"] == ""


def test_without_the_hidden_sheet_the_numbers_tell_whose_it_is(read, school):
    school.book.remove(school.book["_Bogen"])
    found = read(school)
    assert words(found) == [
        "vhs.xlsx – Das verborgene Blatt fehlt; verglichen wird mit dem heutigen Stand → "
        "jede Änderung prüfen: Sie kann ein alter Stand sein"
    ]
    assert (found.provider_id, found.sent, found.version) == ("T1", None, "")
    assert len(found.answers) == 8


def test_a_hidden_sheet_changed_by_hand_is_not_believed(read, school):
    cells = school.book["_Bogen"]
    [row] = [c.row for c in cells["D"] if c.value == json.dumps("Sprachkurs")]
    cells.cell(row, 4).value = "kein JSON"
    assert "Das verborgene Blatt fehlt" in words(read(school))[0]


def test_a_sheet_of_another_district_is_not_read(read, school):
    school.book["_Bogen"]["B2"] = "09162"
    found = read(school)
    assert not found.is_read
    assert words(found) == [
        "vhs.xlsx – gehört zum Kreis 09162, gelesen wird 16075 → in den Ordner jenes Kreises legen"
    ]


def test_a_workbook_that_is_no_sheet_is_named(read, school):
    for sheet in school.book.worksheets[1:]:
        school.book.remove(sheet)
    found = read(school)
    assert not found.is_read
    assert words(found) == [
        "vhs.xlsx – ist kein Rückmeldebogen dieses Kreises: Es steht keine bekannte Träger-Nr. "
        "darin → den Bogen neu ausgeben oder die Angaben von Hand eintragen"
    ]


def test_the_day_is_in_the_sheet_or_given(region, school):
    path = school.dated("20.11.26").save()
    assert read_returned(path, region, "2026-12-01").date == "2026-11-20"
    path = school.dated(None).save()
    assert read_returned(path, region, "2026-12-01").date == "2026-12-01"
    found = read_returned(path, region)
    assert found.date == ""
    assert words(found) == [
        "vhs.xlsx – Es steht nirgends, wann der Bogen ausgefüllt wurde → mit --datum angeben"
    ]


def test_an_unreadable_day_is_named(read, school):
    found = read(school.dated("Ende November"))
    assert "Spalte „Ausgefüllt am“: „Ende November“ – kein gültiges Datum" in words(found)[0]


def test_a_folder_is_read_file_by_file(region, tmp_path, school):
    school.save(tmp_path / "antworten" / "nord" / "vhs.xlsx")
    (tmp_path / "antworten" / "brief.xlsx").write_text("Sehr geehrte Damen und Herren")
    (tmp_path / "antworten" / "leer.xlsx").touch()
    (tmp_path / "antworten" / "~$vhs.xlsx").write_text("offen in Excel")
    found = read_folder(tmp_path / "antworten", region)
    assert [(one.file, one.is_read) for one in found] == [
        ("brief.xlsx", False), ("leer.xlsx", False), ("nord/vhs.xlsx", True)
    ]  # fmt: skip
    assert "keine Excel-Datei" in words(found[0])[0]
    assert "ist leer" in words(found[1])[0]
    (tmp_path / "nichts").mkdir()
    assert read_folder(tmp_path / "nichts", region) == []
