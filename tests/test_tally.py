"""Many ballots: contradictions, repeats, the German protocol, and the table that is kept."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sokanalysis.cli import app
from sokanalysis.dialogue import replacing
from sokanalysis.dialogue.ballots import read_ballots
from sokanalysis.dialogue.questions import questionnaire
from sokanalysis.dialogue.rounds import find_round
from sokanalysis.dialogue.tally import Tally, tally
from sokanalysis.dialogue.tally_protocol import tally_protocol
from sokanalysis.dialogue.vote_table import keep_votes
from sokanalysis.errors import DataProblems
from sokanalysis.read.tables import read_table
from sokanalysis.schema import VOTES as VOTES_TABLE
from tests.feedback import make_region
from tests.polling import VOTES, Paper, district, form_of, saved, tables

# P07 said before that B1 is 4 and that M1 deserves a word.
STANDING = [
    {"round_id": "R2", "rater_id": "P07", "group": "traeger", "item_id": "B1", "rating": 4},
    {"round_id": "R2", "rater_id": "P07", "group": "traeger", "item_id": "M1", "comment": "wann?",
     "theme": "Fahrplan"},
]  # fmt: skip


@pytest.fixture(scope="module")
def form():
    return form_of(district())


def counted(folder: Path, votes=()) -> Tally:
    made = district(votes=[*VOTES, *votes])
    round_ = find_round(made, "R2")
    return tally(round_, read_ballots(folder, questionnaire(made, round_)))


def entries(found: Tally) -> dict[tuple[str, str], tuple]:
    return {
        (e.said.rater_id, e.said.item_id): (e.said.rating, e.said.comment) for e in found.entries
    }


# --- side by side ---------------------------------------------------------------------------------


def test_every_item_of_every_rater_is_a_row(form, tmp_path):
    saved(form, tmp_path / "b.json", {"B1": (4, "")})
    Paper(form, tmp_path / "a.xlsx").who("P02", "Träger").say("W1", 2, "so").save()
    found = counted(tmp_path)
    nothing = (None, "")
    assert entries(found) == {
        ("P02", "W1"): (2, "so"), ("P02", "B1"): nothing, ("P02", "M1"): nothing,
        ("P02", "W2"): nothing, ("P07", "W1"): nothing, ("P07", "B1"): (4, ""),
        ("P07", "M1"): nothing, ("P07", "W2"): nothing,
    }  # fmt: skip
    # By rater and in the order of the table of items.
    assert [e.said.item_id for e in found.entries[:4]] == ["W1", "B1", "M1", "W2"]
    assert (found.contradictions, found.known_count) == ([], 0)


def test_the_same_file_twice_changes_nothing(form, tmp_path):
    saved(form, tmp_path / "a.json", {"B1": (4, "ja")})
    once = counted(tmp_path)
    shutil.copy(tmp_path / "a.json", tmp_path / "a (1).json")
    twice = counted(tmp_path)
    assert entries(twice) == entries(once)
    assert (once.known_count, twice.known_count) == (0, 4)


def test_two_answers_of_one_rater_contradict(form, tmp_path):
    saved(form, tmp_path / "a.json", {"B1": (4, "ja"), "M1": (2, "")})
    saved(form, tmp_path / "b.json", {"B1": (1, "nein"), "M1": (2, "")})
    found = counted(tmp_path)
    assert found.contradictions == [
        "P07, B1 „Es braucht Kurse am Abend.“: Bewertung 4 (a.json, Antwort 1, Feld „rating“) "
        "gegen Bewertung 1 (b.json, Antwort 1, Feld „rating“); Anmerkung „ja“ (a.json, Antwort "
        "1, Feld „rating“) gegen Anmerkung „nein“ (b.json, Antwort 1, Feld „rating“)"
    ]
    assert ("P07", "B1") not in entries(found)
    assert entries(found)["P07", "M1"] == (2, "")


def test_a_row_twice_in_one_file_contradicts_too(form, tmp_path):
    paper = Paper(form, tmp_path / "a.xlsx").who().say("B1", 4)
    row = [cell.value for cell in paper.items[paper.row("B1")]]
    paper.items.append([*row[:4], 1, None])
    paper.save()
    [line] = counted(tmp_path).contradictions
    assert "Bewertung 4 (a.xlsx, Blatt „Aussagen“, Zelle E3) gegen Bewertung 1 (a.xlsx" in line


def test_what_is_empty_takes_nothing_back(form, tmp_path):
    # A first file with a part, a second one with the rest: together they are one answer.
    saved(form, tmp_path / "a.json", {"B1": (4, "")})
    saved(form, tmp_path / "b.json", {"B1": (None, "weil"), "W1": (3, "")})
    found = counted(tmp_path)
    assert found.contradictions == []
    assert entries(found)["P07", "B1"] == (4, "weil")
    assert entries(found)["P07", "W1"] == (3, "")


def test_against_the_table(form, tmp_path):
    saved(form, tmp_path / "a.json", {"B1": (5, ""), "M1": (2, "")})
    found = counted(tmp_path, STANDING)
    assert found.contradictions == [
        "P07, B1 „Es braucht Kurse am Abend.“: Bewertung 4 (votes.csv) gegen Bewertung 5 (a.json, "
        "Antwort 1, Feld „rating“)"
    ]
    assert entries(found) == {
        ("P07", "M1"): (2, "wann?"), ("P07", "W1"): (None, ""), ("P07", "W2"): (None, ""),
    }  # fmt: skip
    assert [entry.before is not None for entry in found.entries] == [False, True, False]
    assert "M1: ohne Bewertung, „wann?“ → Bewertung 2, „wann?“" in tally_protocol(found)


def test_one_rater_for_two_groups(form, tmp_path):
    saved(form, tmp_path / "a.json", {"B1": (4, "")}, group="ehrenamt")
    saved(form, tmp_path / "b.json", {"B1": (4, "")}, rater="P08")
    found = counted(tmp_path, STANDING)
    assert found.contradictions == [
        "P07, Gruppe: Träger (votes.csv) gegen Ehrenamt (a.json, Antwort 1, Feld „rating“); von "
        "P07 ist nichts übernommen"
    ]
    assert {rater for rater, _ in entries(found)} == {"P08"}


def test_who_is_new_and_who_is_missing(form, tmp_path):
    saved(form, tmp_path / "a.json", {}, rater="P02")
    saved(form, tmp_path / "b.json", {}, rater="P77")
    found = counted(tmp_path)
    assert found.strangers == ["P77"]
    assert found.absent == ["P01", "P03", "P04", "P05", "P06"]


# --- the protocol ---------------------------------------------------------------------------------


def test_the_protocol_says_everything_in_german(form, tmp_path):
    saved(form, tmp_path / "a.json", {"B1": (4, "gut"), "M1": (7, "")}, rater="P02", gruss="Hallo")
    saved(form, tmp_path / "b.json", {}, rater="Erika Mustermann")
    assert tally_protocol(counted(tmp_path)) == (
        "Gelesen\n"
        "  a.json: P02 (Träger), 4 Aussagen, davon 1 bewertet, 1 mit Anmerkung\n"
        "  b.json: nicht gelesen\n\n"
        "Neu\n"
        "  P02 (Träger): 4 Aussagen\n\n"
        "Hinweise (nicht lesbar, nicht zuzuordnen)\n"
        "  a.json, Antwort 2, Feld „rating“, Spalte „Bewertung“: „7“ – keine Bewertung von 1 bis "
        "5; bleibt ohne Bewertung → bei der Kennung nachfragen\n"
        "  b.json, Feld „rater“, Spalte „Ihre Kennung“ – sieht nach einem Namen aus (wird nicht "
        "wiederholt) → die Kennung erfragen und hier eintragen, zum Beispiel P07; Namen werden "
        "nirgends gespeichert\n\n"
        "Neben den Feldern geschrieben\n"
        "  a.json, Feld „gruss“: Hallo\n\n"
        "In dieser Runde noch nicht da\n"
        "  P01, P03, P04, P05, P06"
    )


def test_nothing_there(tmp_path):
    text = tally_protocol(counted(tmp_path))
    assert text.endswith("Es gibt nichts zu übernehmen.")
    assert "Gelesen" not in text


# --- the table ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def prepared(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("region")
    make_region(folder, tables(votes=[*VOTES, *STANDING]))
    return folder


@pytest.fixture
def folder(prepared, tmp_path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "region"))


@pytest.fixture
def answers(form, tmp_path) -> Path:
    saved(
        form,
        tmp_path / "antworten" / "a.json",
        {"B1": (4, ""), "M1": (2, ""), "W1": (5, "„ja“, so")},
    )
    Paper(form, tmp_path / "antworten" / "b.xlsx").who("P02", "Träger").say("B1", 3).save()
    return tmp_path / "antworten"


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def kept(folder: Path, answers: Path):
    return keep_votes(folder, counted_in(folder, answers), "runde-R2")


def counted_in(folder: Path, answers: Path) -> Tally:
    """The ballots beside the table as it stands in the folder."""
    made = replace(district(), votes=read_table(folder, VOTES_TABLE)[0])
    round_ = find_round(made, "R2")
    return tally(round_, read_ballots(answers, questionnaire(made, round_)))


def test_rows_are_added_and_completed(folder, answers):
    before = files(folder)
    done = kept(folder, answers)
    after = files(folder)
    assert done.change_count == 7  # P02: four rows; P07: M1 completed, W1 and W2 new, B1 known
    assert done.backup == folder / "sicherung" / "runde-R2-1"
    assert after["sicherung/runde-R2-1/votes.csv"] == before["votes.csv"]
    assert {name for name in before if after[name] != before[name]} == {"votes.csv"}
    assert set(after) - set(before) == {"sicherung/runde-R2-1/votes.csv"}
    old, new = (text["votes.csv"].decode().splitlines() for text in (before, after))
    # Only the completed row changes; its theme, the analyst's own, stays.
    assert [line for line in old if line not in new] == ["R2,P07,traeger,M1,,wann?,Fahrplan"]
    assert [line for line in new if line not in old] == [
        "R2,P07,traeger,M1,2,wann?,Fahrplan", "R2,P02,traeger,W1,,,", "R2,P02,traeger,B1,3,,",
        "R2,P02,traeger,M1,,,", "R2,P02,traeger,W2,,,", 'R2,P07,traeger,W1,5,"„ja“, so",',
        "R2,P07,traeger,W2,,,",
    ]  # fmt: skip
    votes, problems = read_table(folder, VOTES_TABLE)
    assert (len(votes), problems) == (len(old) - 1 + 6, [])


def test_the_same_answers_again_change_nothing(folder, answers):
    kept(folder, answers)
    before = files(folder)
    done = kept(folder, answers)
    assert (done.change_count, done.backup) == (0, None)
    assert files(folder) == before


def test_a_first_vote_makes_the_table(folder, answers):
    (folder / "votes.csv").unlink()
    done = kept(folder, answers)
    assert done.change_count == 8
    assert not any(done.backup.iterdir())
    assert (folder / "votes.csv").read_text(encoding="utf-8").splitlines()[0] == (
        "round_id,rater_id,group,item_id,rating,comment,theme"
    )


def test_all_or_nothing(folder, answers, monkeypatch):
    found = counted_in(folder, answers)
    before = files(folder)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError("Platte voll")))
        with pytest.raises(OSError, match="Platte voll"):
            keep_votes(folder, found, "runde-R2")
    shutil.rmtree(folder / "sicherung")
    assert files(folder) == before
    # A table that would break a rule is not put in place: here the round is gone meanwhile.
    (folder / "rounds.csv").unlink()
    before = files(folder)
    with pytest.raises(DataProblems, match=r"votes\.csv, Zeile 2, Spalte „Runde-Nr\.“"):
        texts = {"votes.csv": (folder / "votes.csv").read_text()}
        replacing.replace_tables(folder, texts, "runde-R2")
    assert files(folder) == before


# --- the command ----------------------------------------------------------------------------------


def sok(*words: object) -> tuple[int, str]:
    done = CliRunner().invoke(app, ["runde", *map(str, words)])
    return done.exit_code, done.output


def test_from_the_form_to_the_table(form, folder, tmp_path):
    code, told = sok("R2", folder, "--ordner", tmp_path / "runde")
    assert code == 0
    assert told.count("geschrieben:") == 2
    answers = tmp_path / "antworten"
    Paper(form, answers / "a.xlsx").who("P02").say("B1", 3).save()
    before = files(folder)
    code, told = sok("R2", folder, "--einlesen", answers)
    assert code == 0
    assert "P02 (Träger): 4 Aussagen" in told
    assert files(folder) == before
    code, told = sok("R2", folder, "--einlesen", answers, "--annehmen")
    assert "4 Antworten übernommen. Vorheriger Stand: " in told


def test_words_for_what_does_not_go(folder, tmp_path):
    code, told = sok("R9", folder)
    assert code == 1
    assert "„R9“ steht nicht in rounds.csv" in told
    code, told = sok("R2", folder, "--annehmen")
    assert code == 2
    assert "--einlesen" in told
    code, told = sok("R2", folder, "--einlesen", tmp_path / "nirgends")
    assert code == 2
