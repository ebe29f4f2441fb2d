"""Answers come back: nothing said is lost, whatever people do to a file."""

from __future__ import annotations

import datetime as dt
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.worksheet.formula import ArrayFormula

from sokanalysis.codes import RATER_GROUPS, RATINGS
from sokanalysis.dialogue.ballot_files import ANSWER_MAX_COUNT, JSON_MAX_BYTES
from sokanalysis.dialogue.ballots import read_ballot, read_ballots
from sokanalysis.dialogue.questions import COMMENT_MAX_LENGTH
from sokanalysis.read.cells import plain
from tests.polling import ASKED, Paper, district, form_of, problems, said, saved

NOTHING = dict.fromkeys(ASKED, (None, ""))
ASK = "bei der Kennung nachfragen"


@pytest.fixture(scope="module")
def form():
    return form_of(district())


@pytest.fixture
def paper(form, tmp_path):
    return Paper(form, tmp_path / "a.xlsx").who()


# --- nothing is lost ------------------------------------------------------------------------------


def test_a_workbook_comes_back_whole(paper, form):
    words = "Zeile eins\nZeile „zwei“; <b>fett</b>, 'so'"
    paper.say("B1", "4 – stimme eher zu", words).say("M1", None, "nur Worte").say(
        "W1", "1 – lehne ab"
    )
    ballot = read_ballot(paper.save(), form)
    assert (ballot.rater_id, ballot.group) == ("P07", "traeger")
    assert said(ballot) == NOTHING | {"B1": (4, words), "M1": (None, "nur Worte"), "W1": (1, "")}
    assert ballot.problems == []
    assert ballot.remarks == []


def test_a_file_of_the_page_comes_back_whole(form, tmp_path):
    answers = {"B1": (5, "ja\n\nund nochmals"), "M1": (None, "ohne"), "W2": (3, "")}
    ballot = read_ballot(saved(form, tmp_path / "a.json", answers), form)
    assert (ballot.rater_id, ballot.group) == ("P07", "traeger")
    assert said(ballot) == NOTHING | answers
    assert (ballot.problems, ballot.remarks) == ([], [])


def test_an_empty_rating_is_an_asked_row(paper, form):
    assert said(read_ballot(paper.save(), form)) == NOTHING


WORDS = st.text(st.characters(codec="utf-8", exclude_characters="@"), max_size=60).filter(
    lambda text: (
        not plain(text).startswith(("=", "+", "-", "'", "*", "•"))
        and not any(letter.isdigit() for letter in text)
    )
)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([None, 1, 2, 3, 4, 5]), WORDS), min_size=4, max_size=4))
def test_any_answer_of_the_page_comes_back(form, tmp_path_factory, answers):
    told = dict(zip(ASKED, answers, strict=True))
    ballot = read_ballot(saved(form, tmp_path_factory.mktemp("a") / "a.json", told), form)
    assert said(ballot) == {item: (rating, plain(text)) for item, (rating, text) in told.items()}
    assert ballot.problems == []


@pytest.mark.parametrize("rating", RATINGS)
@pytest.mark.parametrize("shape", ["{n} – {w}", "{n}", "{w}", "{n} - {w}", "{n}  {w}", "{N} : {W}"])
def test_a_rating_in_words_and_figures(paper, form, rating, shape):
    label = RATINGS[rating]
    paper.say("B1", shape.format(n=rating, w=label, N=rating, W=label.upper()))
    assert said(read_ballot(paper.save(), form))["B1"] == (rating, "")


@pytest.mark.parametrize(
    ("value", "rating"),
    [
        (4, 4),
        (4.0, 4),
        ("4", 4),
        ("?", None),
        ("keine Meinung", None),
        ("k. A.", None),
        (" ", None),
    ],
)
def test_a_number_and_no_opinion(paper, form, value, rating):
    ballot = read_ballot(paper.say("B1", value).save(), form)
    assert said(ballot)["B1"] == (rating, "")
    assert ballot.problems == []


@pytest.mark.parametrize("code", ["p07", " P 07 ", "P07\n"])
def test_a_code_is_found_in_any_spelling(paper, form, code):
    assert read_ballot(paper.who(code).save(), form).rater_id == "P07"


@pytest.mark.parametrize("group", RATER_GROUPS)
def test_a_group_by_label_or_code(paper, form, group):
    for text in (RATER_GROUPS[group], group, RATER_GROUPS[group].upper()):
        assert read_ballot(paper.who(group=text).save(), form).group == group


def test_the_handbook_quotes_a_real_line(paper, form):
    handbook = Path(__file__).parents[1] / "docs" / "handbuch.md"
    [line] = problems(paper.say("B1", 7).save(), form)
    assert f"    {line}\n" in handbook.read_text(encoding="utf-8")


# --- ten kinds of damage and more -----------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [7, 0, -1, "3,5", 3.5, "4-5", "4 – lehne ab", "ja", True, dt.datetime(2026, 4, 3), 1e300],
)
def test_a_rating_out_of_the_scale_is_listed_with_its_cell(paper, form, value):
    paper.say("B1", value, "dazu ein Wort").say("W1", 2)
    ballot = read_ballot(paper.save(), form)
    [problem] = ballot.problems
    assert problem.file == "a.xlsx, Blatt „Aussagen“, Zelle E3"
    assert (problem.column, problem.message) == (
        "Bewertung", "keine Bewertung von 1 bis 5; bleibt ohne Bewertung",
    )  # fmt: skip
    assert problem.value
    # The comment stays, and so does everything else.
    assert said(ballot) == NOTHING | {"B1": (None, "dazu ein Wort"), "W1": (2, "")}


@pytest.mark.parametrize("value", [7, "3,5", True, [4], {"a": 1}, 3.9999999, float("inf"), 10**400])
def test_a_rating_out_of_the_scale_in_a_file_of_the_page(form, tmp_path, value):
    path = saved(form, tmp_path / "a.json", {"B1": (value, "Wort")})
    ballot = read_ballot(path, form)
    [problem] = ballot.problems
    assert problem.file == "a.json, Antwort 1, Feld „rating“"
    assert said(ballot)["B1"] == (None, "Wort")


@pytest.mark.parametrize("formula", ["=3+1", ArrayFormula("E3:E3", "=SUM(1)")])
def test_formulas_are_never_computed(paper, form, formula):
    ballot = read_ballot(paper.say("B1", formula, '=HYPERLINK("a")').save(), form)
    assert [problem.message.partition(";")[0] for problem in ballot.problems] == [
        "ist eine Formel", "ist eine Formel",
    ]  # fmt: skip
    assert said(ballot) == NOTHING


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 3663 123", "@SUMME(A1)", "-2+3", "'=1+1", "Ruf 03663 / 488123 an",
             "frage@example.org"],
)  # fmt: skip
def test_a_comment_that_may_not_be_kept_is_listed(form, tmp_path, text):
    ballot = read_ballot(saved(form, tmp_path / "a.json", {"B1": (4, text)}), form)
    assert said(ballot)["B1"] == (4, "")
    [problem] = ballot.problems
    assert problem.value == text
    assert problem.message.endswith("Nicht übernommen")
    assert problem.column == "Anmerkung"


def test_the_dash_of_a_list_is_no_formula(form, tmp_path):
    path = saved(form, tmp_path / "a.json", {"B1": (4, "- mehr Busse\n- mehr Kurse")})
    assert said(read_ballot(path, form))["B1"] == (4, "– mehr Busse\n- mehr Kurse")


@pytest.mark.parametrize("value", ["x" * (COMMENT_MAX_LENGTH + 1), ["Liste"], {"a": "b"}])
def test_a_comment_that_is_no_short_text(form, tmp_path, value):
    ballot = read_ballot(saved(form, tmp_path / "a.json", {"B1": (4, value)}), form)
    assert said(ballot)["B1"] == (4, "")
    assert len(ballot.problems) == 1
    assert len(ballot.problems[0].value) <= 302  # 300 letters and a sign that there are more


def test_merged_and_broken_cells(paper, form):
    paper.say("B1", 4).say("M1", 2).say("W1", "#DIV/0!")
    paper.items.merge_cells("E3:E4")
    ballot = read_ballot(paper.save(), form)
    assert said(ballot) == NOTHING | {"B1": (4, "")}
    assert [str(problem).partition(" → ")[0] for problem in ballot.problems] == [
        "a.xlsx, Blatt „Aussagen“, Zelle E4, Spalte „Bewertung“ – ist mit der Nachbarzelle "
        "verbunden und darum leer; bleibt ohne Bewertung",
        "a.xlsx, Blatt „Aussagen“, Zelle E5, Spalte „Bewertung“: „#DIV/0!“ – ist ein Fehlerwert; "
        "bleibt ohne Bewertung",
    ]


def test_rows_and_columns_in_another_order(paper, form):
    paper.say("B1", 4, "eins").say("W2", 2, "vier")
    rows = list(paper.items.iter_rows(values_only=True))
    sheet = paper.book.create_sheet("Neu")
    for row in [("Notiz",), *rows[:2], *reversed(rows[2:])]:
        sheet.append(row[::-1])
    paper.book.remove(paper.items)
    ballot = read_ballot(paper.save(), form)
    assert said(ballot) == NOTHING | {"B1": (4, "eins"), "W2": (2, "vier")}
    assert ballot.remarks == ["a.xlsx, Blatt „Neu“, Zelle A1: Notiz"]


def test_headings_renamed_and_names_lost(paper, form):
    paper.say("B1", 4, "eins").say("W2", 2)
    paper.items.delete_rows(1)
    for cell in paper.items[1]:
        cell.value = {"Bewertung": "Bewertungen", "Anmerkung": "Anmerkungen:"}.get(
            cell.value, cell.value
        )
    ballot = read_ballot(paper.save(), form)
    assert said(ballot) == NOTHING | {"B1": (4, "eins"), "W2": (2, "")}
    assert ballot.problems == []


def test_without_numbers_the_words_decide(paper, form):
    paper.say("B1", 4, "eins").items.delete_cols(1)
    assert said(read_ballot(paper.save(), form))["B1"] == (4, "eins")


def test_a_column_sorted_by_itself_is_noticed(paper, form):
    # Numbers of B1 and M1 changed places, texts and answers did not.
    paper.say("B1", 4).say("M1", 2).say("W1", 5)
    paper.items["A3"].value, paper.items["A4"].value = "M1", "B1"
    ballot = read_ballot(paper.save(), form)
    assert said(ballot) == {"W1": (5, ""), "W2": (None, "")}
    lines = [str(problem) for problem in ballot.problems]
    assert lines[0].startswith(
        "a.xlsx, Blatt „Aussagen“, Zelle A3: „M1 | Bedarf | Es braucht Kurse am Abend. | "
    )
    assert "verschiedenen Aussagen; nicht gelesen" in lines[0]
    assert lines[2] == f"a.xlsx – Es fehlen Aussagen: B1, M1 → {ASK}, ob das gewollt war"


def test_other_words_than_today_are_said(paper, form):
    paper.say("B1", 4).cell("B1", "text").value = "Es braucht Kurse am Sonntag."
    ballot = read_ballot(paper.save(), form)
    assert said(ballot)["B1"] == (4, "")
    [problem] = ballot.problems
    assert problem.message == "Der Wortlaut ist nicht der heutige; gezählt ist die Antwort"
    assert "am Sonntag" in problem.value


def test_an_item_of_another_round(form, tmp_path):
    path = saved(form, tmp_path / "a.json", {})
    told = json.loads(path.read_text(encoding="utf-8"))
    told["answers"].append({"item": "W9", "text": "Alt", "rating": 5, "comment": "bleibt?"})
    told["answers"].append("kein Feld")
    told["answers"][0]["note"] = "daneben"
    path.write_text(json.dumps(told), encoding="utf-8")
    ballot = read_ballot(path, form)
    assert [str(problem) for problem in ballot.problems] == [
        "a.json, Antwort 5, Feld „item“: „W9 | Alt | 5 | bleibt?“ – gehört nicht zu dieser Runde; "
        f"nicht gelesen → {ASK}"
    ]
    assert ballot.remarks == [
        "a.json, Antwort 1, Feld „note“: daneben", "a.json, Antwort 6: kein Feld",
    ]  # fmt: skip


def test_rows_that_were_deleted_are_missed(paper, form):
    paper.items.delete_rows(paper.row("W1"))
    assert problems(paper.save(), form) == [
        f"a.xlsx – Es fehlen Aussagen: W1 → {ASK}, ob das gewollt war"
    ]


def test_what_is_written_beside_the_fields_is_listed(paper, form):
    paper.first["D2"] = "Danke!"
    paper.items["H4"] = "siehe Rückseite"
    paper.items["G2"] = "Mein Kommentar"
    paper.book.create_sheet("Notizen")["A1"] = "=1+1"
    ballot = read_ballot(paper.save(), form)
    assert ballot.remarks == [
        "a.xlsx, Blatt „Fragebogen“, Zelle D2: Danke!",
        "a.xlsx, Blatt „Aussagen“, Zelle G2: Mein Kommentar",
        "a.xlsx, Blatt „Aussagen“, Zelle H4: siehe Rückseite",
        "a.xlsx, Blatt „Notizen“, Zelle A1: =1+1",
    ]


# --- files that do not count ----------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Erika Mustermann", "P07 Mustermann", "e.m@example.org", "李娜"])
def test_a_name_is_refused_and_not_repeated(paper, form, name):
    ballot = read_ballot(paper.who(name).save(), form)
    assert not ballot.is_read
    assert ballot.votes == []
    [line] = [str(problem) for problem in ballot.problems]
    assert line == (
        "a.xlsx, Blatt „Fragebogen“, Zelle B11, Spalte „Ihre Kennung“ – sieht nach einem Namen aus "
        "(wird nicht wiederholt) → die Kennung erfragen und hier eintragen, zum Beispiel P07; "
        "Namen werden nirgends gespeichert"
    )
    assert "Mustermann" not in line


@pytest.mark.parametrize("code", ["P7", "P0007", "7", "P٠٧", "Q07"])
def test_a_code_of_another_form(paper, form, code):
    [line] = problems(paper.who(code).save(), form)
    assert f"„{code}“ – ist keine Kennung" in line


def test_no_code_no_group(paper, form):
    assert [line.partition(" → ")[0] for line in problems(paper.who(None, None).save(), form)] == [
        "a.xlsx, Blatt „Fragebogen“, Zelle B11, Spalte „Ihre Kennung“ – Die Kennung fehlt",
        "a.xlsx, Blatt „Fragebogen“, Zelle B12, Spalte „Sie sprechen für“ – fehlt",
    ]


@pytest.mark.parametrize("group", ["Wirtschaft", "=1", 5])
def test_a_group_that_is_not_known(paper, form, group):
    ballot = read_ballot(paper.who(group=group).save(), form)
    assert not ballot.is_read
    [problem] = ballot.problems
    assert problem.remedy.startswith("erfragen und einen von Behörde, Träger")


def test_the_wrong_round_and_the_wrong_district(form, tmp_path):
    first = form_of(district(), "R1")
    remedy = "in den Ordner jener Runde legen oder um den richtigen Bogen bitten"
    assert problems(saved(first, tmp_path / "a.json", {}), form) == [
        f"a.json, Feld „round“ – gehört zur Runde R1, gelesen wird R2 → {remedy}"
    ]
    assert problems(Paper(first, tmp_path / "a.xlsx").who().save(), form)[0].startswith(
        "a.xlsx, Blatt „Fragebogen“, Zelle B8 – gehört zur Runde R1"
    )
    path = saved(form, tmp_path / "b.json", {}, region="16077")
    assert "gehört zum Landkreis 16077, gelesen wird 16075" in problems(path, form)[0]
    path = saved(form, tmp_path / "c.json", {}, round=None)
    assert "Es steht nicht darin, zu welcher Runde" in problems(path, form)[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"round": "R2", "answers": [', "ist beschädigt: kein lesbares JSON"),
        (b'{"round": "R1", "round": "R2"}', "ist beschädigt: kein lesbares JSON"),
        (b'{"a": ' + b"[" * 200_000, "ist beschädigt: kein lesbares JSON"),
        (b'{"rater": ' + b"9" * 5_000 + b"}", "ist beschädigt: kein lesbares JSON"),
        (b"[1, 2]", "ist keine Antwort auf einen Fragebogen"),
        (b"", "ist beschädigt: kein lesbares JSON"),
        ('{"round": "Ü"}'.encode("cp1252"), "ist nicht in UTF-8 gespeichert"),
        (b"{" + b" " * JSON_MAX_BYTES + b"}", "ist 1000002 Bytes groß, mehr als jede Antwort sein"),
        (b"{}", "ist kein Fragebogen: Weder Runde noch Aussagen sind zu finden"),
        (b"<!DOCTYPE html><html>", "ist der Bogen selbst, nicht die Antwort"),
    ],
)
def test_no_answer_of_the_page(form, tmp_path, content, message):
    path = tmp_path / "a.json"
    path.write_bytes(content)
    ballot = read_ballot(path, form)
    assert not ballot.is_read
    [problem] = ballot.problems
    assert problem.message.startswith(message)


def test_too_many_answers(form, tmp_path):
    path = saved(form, tmp_path / "a.json", {})
    told = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(told | {"answers": told["answers"][:1] * (ANSWER_MAX_COUNT + 1)}))
    [line] = problems(path, form)
    assert not read_ballot(path, form).is_read
    assert f"hat {ANSWER_MAX_COUNT + 1} Antworten: zu viele" in line


def test_no_workbook_either(form, tmp_path):
    (tmp_path / "a.xlsx").write_bytes(b"PK\x03\x04 kaputt")
    (tmp_path / "b.pdf").write_bytes(b"%PDF-1.7")
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as bundle:
        bundle.writestr("a.json", "{}")
    other = openpyxl.Workbook()
    other.active["A1"] = "Einkauf"
    other.save(tmp_path / "d.xlsx")
    found = read_ballots(tmp_path, form)
    assert [ballot.file for ballot in found] == ["a.xlsx", "b.pdf", "c.zip", "d.xlsx"]
    assert [len(ballot.problems) for ballot in found] == [1, 1, 1, 1]
    assert not any(ballot.is_read for ballot in found)


def test_a_file_of_the_page_with_another_ending(form, tmp_path):
    # Mail programs add one; a mark at the start is no damage either.
    path = saved(form, tmp_path / "runde-R2-P07.json.txt", {"B1": (4, "")})
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert said(read_ballot(path, form))["B1"] == (4, "")


def test_a_folder_with_subfolders_and_files_of_the_system(form, tmp_path):
    saved(form, tmp_path / "zwei" / "b.json", {})
    saved(form, tmp_path / "a.json", {})
    for name in ("~$a.xlsx", ".DS_Store"):
        (tmp_path / name).write_bytes(b"x")
    assert [ballot.file for ballot in read_ballots(tmp_path, form)] == ["a.json", "zwei/b.json"]
    assert read_ballots(Path(tmp_path / "leer"), form) == []
