"""A small dialogue: two real rounds, a made-up one, and hands that fill in its forms."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl

from sokanalysis.dialogue.ballots import Ballot, read_ballot
from sokanalysis.dialogue.questionnaire import workbook
from sokanalysis.dialogue.questions import Questionnaire, questionnaire
from sokanalysis.dialogue.rounds import find_round
from sokanalysis.region import Region
from tests.conftest import feed, region

HOSTILE = "<script>window.hacked = 1</script> \"Wer\" & 'wir' {{ 7 * 7 }} </fieldset>"
ROUNDS = [
    {"round_id": "R1", "title": "Erste Runde", "date": "2026-03-01", "is_example": "nein"},
    {"round_id": "R2", "title": "Zweite Runde", "date": "2026-09-01", "is_example": "nein"},
    {"round_id": "X1", "title": "Beispiel (erfunden)", "date": "2026-01-01", "is_example": "ja"},
]  # fmt: skip
# In no order of kinds; W9 was asked in the first round only, E1 belongs to the example.
ITEMS = [
    {"item_id": "W1", "kind": "wert", "text": HOSTILE},
    {"item_id": "B1", "kind": "bedarf", "text": "Es braucht Kurse am Abend.",
     "reference": "integrationskurs"},
    {"item_id": "M1", "kind": "massnahme", "text": "Ein Bus fährt um 21 Uhr.", "reference": "S1"},
    {"item_id": "W2", "kind": "wert", "text": "=1+1 gilt für alle"},
    {"item_id": "W9", "kind": "wert", "text": "Das ist erledigt.", "round_ids": "R1"},
    {"item_id": "E1", "kind": "wert", "text": "Beispiel (erfunden)", "round_ids": "X1"},
]  # fmt: skip
ASKED = ["B1", "M1", "W1", "W2"]  # in R2: needs, measures, values
GROUPS = ["behoerde", "traeger", "traeger", "ehrenamt", "migranten", "migranten"]
# In R1 six people rated B1 with 2, 3, 4, 4, 4, 5 and only four rated M1.
FIRST = {"B1": [2, 3, 4, 4, 4, 5], "M1": [1, 1, 1, 1, "", ""], "W9": [5] * 6}


def votes(round_id: str, ratings: dict[str, list], start: int = 1) -> list[dict[str, object]]:
    """Rows of ``votes`` from ratings of P01, P02 … by item."""
    return [
        {"round_id": round_id, "rater_id": f"P{number:02d}", "group": GROUPS[number - start],
         "item_id": item_id, "rating": rating}
        for item_id, given in ratings.items()
        for number, rating in enumerate(given, start=start)
    ]  # fmt: skip


VOTES = votes("R1", FIRST) + votes("X1", {"E1": [1, 2, 3, 4, 5, 5]}, start=1)


def tables(**others: list[dict]) -> dict[str, list[dict]]:
    """The dialogue's tables, some of them with other rows."""
    rounds = [row | {"consensus_share": "0.75"} for row in ROUNDS]
    return {"items": ITEMS, "rounds": rounds, "votes": VOTES} | others


def district(**others: list[dict]) -> Region:
    """A district with nothing but its dialogue."""
    towns = [{"ags": "16075098", "name": "Schleiz"}]
    return region([], [], [], feed({}, {}), municipalities=towns, **tables(**others))


def form_of(district: Region, round_id: str = "R2") -> Questionnaire:
    return questionnaire(district, find_round(district, round_id))


class Paper:
    """The workbook in the hands of a rater."""

    def __init__(self, form: Questionnaire, path: Path) -> None:
        self.path = path
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_bytes(workbook(form))
        self.book = openpyxl.load_workbook(self.path)
        self.first, self.items = self.book.worksheets

    def who(self, code: object = "P07", group: object = "Träger") -> Paper:
        for row in self.first.iter_rows():
            if row[0].value == "Ihre Kennung":
                row[1].value = code
            if row[0].value == "Sie sprechen für":
                row[1].value = group
        return self

    def column(self, name: str) -> int:
        return [cell.value for cell in self.items[1]].index(name) + 1

    def row(self, item_id: str) -> int:
        return [cell.value for cell in self.items["A"]].index(item_id) + 1

    def cell(self, item_id: str, name: str):
        return self.items.cell(self.row(item_id), self.column(name))

    def say(self, item_id: str, rating: object = None, comment: object = None) -> Paper:
        self.cell(item_id, "rating").value = rating
        self.cell(item_id, "comment").value = comment
        return self

    def save(self) -> Path:
        self.book.save(self.path)
        return self.path


def saved(form: Questionnaire, path: Path, answers: dict[str, tuple], **others: object) -> Path:
    """What the HTML form saves: a rating and a comment by item."""
    told = {
        "format": "1", "region": form.region_id, "round": form.round_id, "rater": "P07",
        "group": "traeger",
        "answers": [
            {"item": question.item_id, "text": question.text,
             "rating": answers.get(question.item_id, (None, ""))[0],
             "comment": answers.get(question.item_id, (None, ""))[1]}
            for question in form.questions
        ],
    } | others  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
    return path


def said(ballot: Ballot) -> dict[str, tuple]:
    """Ratings and comments of a ballot by item."""
    return {vote.item_id: (vote.rating, vote.comment) for vote in ballot.votes}


def problems(path: Path, form: Questionnaire) -> list[str]:
    return [str(problem) for problem in read_ballot(path, form).problems]
