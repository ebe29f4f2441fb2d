"""One door to the dialogue: what is made up never stands beside what was said."""

from __future__ import annotations

import csv
import importlib
import re
import shutil
from pathlib import Path

import pytest

import sokanalysis
from sokanalysis.codes import RATER_GROUPS
from sokanalysis.dialogue.agreement import item_summary
from sokanalysis.dialogue.rounds import find_round, round_tables
from sokanalysis.dialogue.stability import changed_items
from sokanalysis.dialogue.voices import by_group
from sokanalysis.errors import UnknownKey
from sokanalysis.region import inspect_region, load_region
from sokanalysis.schema import DIALOGUE_TABLES, TABLES
from tests.conftest import SOK
from tests.feedback import make_region
from tests.polling import ITEMS, district, tables

MARK = "Beispiel (erfunden)"


@pytest.fixture(scope="module")
def made():
    return district()


def test_real_rounds_without_the_made_up_one(made):
    found = round_tables(made)
    assert found.rounds["round_id"].tolist() == ["R1", "R2"]
    assert found.items["item_id"].tolist() == ["W1", "B1", "M1", "W2", "W9"]
    assert set(found.votes["round_id"]) == {"R1"}
    assert [rows.index.tolist() for rows in found] == [list(range(n)) for n in (5, 2, 18)]


def test_the_made_up_round_without_the_real_ones(made):
    found = round_tables(made, examples=True)
    assert found.rounds["round_id"].tolist() == ["X1"]
    assert found.items["item_id"].tolist() == ["E1"]
    assert (found.votes["round_id"] == "X1").all()


def test_items_for_a_round_to_come():
    # Nothing is announced yet: items that name no round wait for the first one.
    found = round_tables(district(rounds=[], votes=[], items=ITEMS[:4]))
    assert (len(found.items), len(found.rounds), len(found.votes)) == (4, 0, 0)
    empty = round_tables(district(rounds=[], votes=[], items=[]), examples=True)
    assert [list(rows) for rows in empty] == [
        [column.name for column in table.columns] for table in DIALOGUE_TABLES
    ]


def test_one_round_and_what_came_before(made):
    second = find_round(made, "R2")
    assert (second.title, second.is_example, second.consensus_share) == (
        "Zweite Runde", False, 0.75,
    )  # fmt: skip
    assert second.items["item_id"].tolist() == ["W1", "B1", "M1", "W2"]
    assert second.votes.empty
    # X1 is older than R1 but made up.
    assert second.before.rounds["round_id"].tolist() == ["R1"]
    assert find_round(made, "R1").before.rounds.empty
    assert find_round(made, "X1").is_example


def test_a_round_that_nobody_announced(made):
    with pytest.raises(UnknownKey, match=r"„R7“ steht nicht in rounds\.csv \(dort: R1, R2, X1\) →"):
        find_round(made, "R7")
    with pytest.raises(UnknownKey, match="noch keine"):
        find_round(district(rounds=[], votes=[], items=[]), "R1")
    with pytest.raises(UnknownKey, match=r"„R1“ fragt nichts → in items\.csv"):
        find_round(district(items=[], votes=[]), "R1")


def test_nobody_else_reads_the_tables():
    package = Path(sokanalysis.__file__).parent
    reading = re.compile(r"\bregion\.(items|rounds|votes)\b")
    found = {
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if reading.search(path.read_text(encoding="utf-8"))
    }
    assert found == {"dialogue/rounds.py"}


# --- from the folder of a region ------------------------------------------------------------------


def test_the_tables_are_read_and_checked_like_the_others(tmp_path):
    region = make_region(tmp_path, tables())
    assert region.items["round_ids"].tolist() == [(), (), (), (), ("R1",), ("X1",)]
    assert region.votes["rating"].isna().sum() == 2
    path = tmp_path / "votes.csv"
    text = path.read_text(encoding="utf-8")
    wrong = text.replace("R1,P01,behoerde,B1,2", "R3,P01,behoerde,B7,7", 1)
    path.write_text(wrong.replace("P02,traeger,B1", "P02,ehrenamt,B1", 1), encoding="utf-8")
    lines = [str(problem) for problem in inspect_region(tmp_path)[1]]
    assert [line.partition(" – ")[0] for line in lines] == [
        "votes.csv, Zeile 2, Spalte „Bewertung“: „7“",
        "votes.csv, Zeile 2, Spalte „Runde-Nr.“: „R3“",
        "votes.csv, Zeile 2, Spalte „Aussage-Nr.“: „B7“",
        "votes.csv, Zeile 9, Spalte „Gruppe“: „traeger“",
        "votes.csv, Zeile 15, Spalte „Gruppe“: „traeger“",
    ]
    assert "R3“ – steht nicht in rounds.csv (Runden des Dialogs)" in lines[1]


def test_a_district_without_dialogue(tmp_path):
    make_region(tmp_path)
    for table in DIALOGUE_TABLES:
        (tmp_path / f"{table.name}.csv").unlink()
    assert all(rows.empty for rows in round_tables(load_region(tmp_path)))


# --- the worked example ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example(sok):
    found = round_tables(sok, examples=True)
    if found.rounds.empty:
        pytest.skip("the example was taken away")
    return found


def test_the_example_is_left_out_of_the_real_results(sok, example):
    real = round_tables(sok)
    assert not set(real.rounds["round_id"]) & set(example.rounds["round_id"])
    assert not set(real.items["item_id"]) & set(example.items["item_id"])
    assert not set(real.votes["rater_id"]) & set(example.votes["rater_id"])


def test_every_row_of_the_example_says_that_it_is_made_up(example):
    assert example.rounds["title"].str.startswith(MARK).all()
    assert example.items["text"].str.startswith(MARK).all()
    for name in ("round_id", "item_id"):
        assert example.votes[name].str.startswith("Beispiel-").all()
    assert example.votes["comment"].dropna().str.startswith(MARK).all()
    assert example.votes["comment"].notna().any()
    kinds = example.items["kind"].value_counts()
    assert kinds.to_dict() == {"bedarf": 6, "massnahme": 6, "wert": 6}


def test_the_example_shows_what_there_is_to_show(sok, example):
    parameters = sok.parameters
    raters = example.votes.drop_duplicates(["round_id", "rater_id"]).groupby("group")["round_id"]
    counts = raters.value_counts().unstack("round_id")
    assert sorted(counts.index) == sorted(RATER_GROUPS)
    assert counts.loc["ehrenamt"].max() < parameters.dialogue_group_min_count
    summary = item_summary(example.votes, example.rounds, parameters)
    assert set(summary["outcome"]) == {"zustimmung", "ablehnung", "offen"}
    # The contested value stays open, with a quarter of the raters at either end.
    contested = summary[summary["item_id"] == "Beispiel-W4"]
    assert (contested["outcome"] == "offen").all()
    spread = contested["rating_upper_quartile"] - contested["rating_lower_quartile"]
    assert (spread >= 3).all()
    assert set(changed_items(summary)["change"]) >= {"geeinigt"}
    groups = by_group(example.votes, parameters)["groups"]
    assert groups.str.startswith("weitere (").any()


def test_the_script_writes_the_example_and_keeps_real_rows(example, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(SOK.parent))
    script = importlib.import_module("beispielrunde")
    for name, rows in zip(("items", "rounds", "votes"), example, strict=True):
        lines = list(csv.DictReader((SOK / f"{name}.csv").read_text("utf-8").splitlines()))
        own = [row for row in lines if row[script.KEYS[name]].startswith(script.PREFIX)]
        made = list(csv.DictReader(script.build(name).splitlines()))
        assert made[: len(rows)] == own
    monkeypatch.setattr(script, "REGION", tmp_path)
    assert "R1" not in script.build("rounds")
    real = "round_id,title,date,consensus_share,is_example\nR1,Auftakt,2027-01-15,0.8,nein\n"
    (tmp_path / "rounds.csv").write_text(real, encoding="utf-8")
    (tmp_path / "rounds.csv").write_text(script.build("rounds"), encoding="utf-8")
    once = (tmp_path / "rounds.csv").read_text("utf-8")
    assert once.endswith(real.splitlines()[1] + "\n")
    assert script.build("rounds") == once


def test_the_example_can_be_taken_away(tmp_path):
    for table in TABLES.values():
        path = SOK / f"{table.name}.csv"
        if path.exists() and table not in DIALOGUE_TABLES:
            shutil.copy(path, tmp_path)
    files = {problem.file for problem in inspect_region(tmp_path)[1]}
    assert not {file for file in files if file.endswith(".csv")}
