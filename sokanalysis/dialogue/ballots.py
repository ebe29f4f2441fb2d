"""Returned questionnaires: who says what about which item, and what could not be read."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from sokanalysis.codes import RATER_GROUPS, RATINGS
from sokanalysis.dialogue import questions as words
from sokanalysis.dialogue.ballot_files import OpenedFile, Told, open_file, shortened
from sokanalysis.dialogue.changes import text_doubts
from sokanalysis.dialogue.questionnaire import HEADINGS, LABELS, printed_texts
from sokanalysis.errors import Problem
from sokanalysis.read.cells import cell_text, codes_text, is_unknown, plain
from sokanalysis.read.workbook import Cell
from sokanalysis.schema import VOTES

if TYPE_CHECKING:
    from pathlib import Path

    from sokanalysis.dialogue.questions import Question, Questionnaire

_ASK: Final = "bei der Kennung nachfragen"
_KINDS: Final = {
    "formula": "ist eine Formel; ihr Ergebnis wird nicht übernommen",
    "error": "ist ein Fehlerwert",
    "merged": "ist mit der Nachbarzelle verbunden und darum leer",
}
_NO_OPINION: Final = "keine meinung"
_GROUP, _COMMENT = VOTES.column("group"), VOTES.column("comment")
_RATINGS: Final = {
    text: rating
    for rating, label in RATINGS.items()
    for text in (f"{rating}", label, f"{rating} {label}", f"{rating} - {label}")
}


@dataclass(frozen=True)
class Vote:
    """What one file says about one item; a rating of None is no opinion."""

    item_id: str
    rating: int | None
    comment: str
    place: str


@dataclass
class Ballot:
    """One returned file.

    Parameters
    ----------
    file : str
        Its name, with the folders below the one that was read.
    rater_id, group : str
        Code and key of `codes.RATER_GROUPS`; empty when the file could not be counted.
    votes : list of Vote
        In the order of the file; an item that stands there twice is there twice.
    problems : list of Problem
        What could not be read, with its cell or field.
    remarks : list of str
        What was written beside the fields, with its place.
    """

    file: str
    rater_id: str = ""
    group: str = ""
    votes: list[Vote] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def is_read(self) -> bool:
        """Whether the file counts."""
        return bool(self.rater_id)


def read_ballots(folder: Path, form: Questionnaire) -> list[Ballot]:
    """Read all files of a folder and its subfolders, in the order of their names.

    Hidden files and those that Excel puts beside an open workbook (``~$…``) are passed over.

    Parameters
    ----------
    folder : Path
        With the returned files.
    form : Questionnaire
        What was asked.

    Returns
    -------
    list of Ballot
        One a file, unreadable ones included. Empty for an empty folder.
    """
    files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return [
        read_ballot(path, form, path.relative_to(folder).as_posix())
        for path in files
        if not path.name.startswith((".", "~$"))
    ]


def read_ballot(path: Path, form: Questionnaire, name: str = "") -> Ballot:
    """Read one returned file; see `read_ballots` for the parameters.

    Messages call the file by ``name``, or by its own where nothing is given.

    Returns
    -------
    Ballot
        Never raises for what people do to a file; what is wrong stands in ``problems``.
    """
    opened = open_file(path, name or path.name)
    ballot = Ballot(opened.file, problems=opened.problems)
    if opened.is_questionnaire:
        _judge(ballot, opened, form)
    elif not ballot.problems:
        message = "ist kein Fragebogen: Weder Runde noch Aussagen sind zu finden"
        ballot.problems.append(Problem(ballot.file, message, "um den Bogen der Runde bitten"))
    return ballot


def _judge(ballot: Ballot, opened: OpenedFile, form: Questionnaire) -> None:
    """Say whose file it is and read it; a file of nobody or of another round does not count."""
    facts = {name: opened.facts.get(name, Told(opened.file, Cell(None))) for name in LABELS}
    rater_id = _rater(facts["rater"], ballot.problems)
    group = _group(facts["group"], ballot.problems)
    if _is_ours(facts, form, ballot.problems) and rater_id and group:
        ballot.rater_id, ballot.group = rater_id, group
        _read_rows(ballot, opened.rows, form)
        known = printed_texts(form)
        ballot.remarks += [f"{t.place}: {t.shown}" for t in opened.rest if t.text not in known]


def _rater(told: Told, problems: list[Problem]) -> str:
    """Return the code; what could be a name is not repeated, because messages are kept."""
    code = "".join(told.text.upper().split())
    if told.cell.kind == "value" and re.fullmatch(words.CODE_PATTERN, code):
        return code
    remedy = "die Kennung erfragen und hier eintragen, zum Beispiel P07"
    message, value = "ist keine Kennung", told.shown
    if not told.text:
        message = "Die Kennung fehlt"
    elif told.cell.kind != "value" or re.search(r"[^\W\d_]{2}", told.text):
        message, value = "sieht nach einem Namen aus (wird nicht wiederholt)", ""
        remedy += "; Namen werden nirgends gespeichert"
    problems.append(Problem(told.place, message, remedy, None, LABELS["rater"], value))
    return ""


def _group(told: Told, problems: list[Problem]) -> str:
    group = codes_text(told.text, _GROUP)
    if told.cell.kind == "value" and group in RATER_GROUPS:
        return group
    message = _KINDS.get(told.cell.kind) or ("keine bekannte Gruppe" if told.text else "fehlt")
    remedy = f"erfragen und einen von {', '.join(RATER_GROUPS.values())} eintragen"
    problems.append(Problem(told.place, message, remedy, None, LABELS["group"], told.shown))
    return ""


def _is_ours(facts: dict[str, Told], form: Questionnaire, problems: list[Problem]) -> bool:
    """Tell whether the file answers this round of this district."""
    region, round_id = facts["region"].text, facts["round"].text
    if round_id == form.round_id and region in ("", form.region_id):
        return True
    message = "Es steht nicht darin, zu welcher Runde der Bogen gehört"
    if region not in ("", form.region_id):
        message = f"gehört zum Landkreis {region}, gelesen wird {form.region_id}"
    elif round_id:
        message = f"gehört zur Runde {round_id}, gelesen wird {form.round_id}"
    remedy = "in den Ordner jener Runde legen oder um den richtigen Bogen bitten"
    problems.append(Problem(facts["round"].place, message, remedy))
    return False


def _read_rows(ballot: Ballot, rows: list[dict[str, Told]], form: Questionnaire) -> None:
    for row in rows:
        question = _question(ballot, row, form)
        if question is not None:
            rating = _rating(row["rating"], ballot.problems) if "rating" in row else None
            comment = _comment(row["comment"], ballot.problems) if "comment" in row else ""
            place = (row.get("rating") or row.get("comment") or next(iter(row.values()))).place
            ballot.votes.append(Vote(question.item_id, rating, comment, place))
    answered = {vote.item_id for vote in ballot.votes}
    missing = [q.item_id for q in form.questions if q.item_id not in answered]
    if missing:
        message = f"Es fehlen Aussagen: {', '.join(missing)}"
        ballot.problems.append(Problem(ballot.file, message, f"{_ASK}, ob das gewollt war"))


def _question(ballot: Ballot, row: dict[str, Told], form: Questionnaire) -> Question | None:
    """Return the question of a row: by its number, or else by its words."""
    texts = {name: row[name].text if name in row else "" for name in HEADINGS}
    by_number = {question.item_id.casefold(): question for question in form.questions}
    by_words = {plain(question.text): question for question in form.questions}
    numbered, worded = by_number.get(texts["item_id"].casefold()), by_words.get(texts["text"])
    message = ""
    if numbered and worded and numbered is not worded:
        message = "Nummer und Wortlaut gehören zu verschiedenen Aussagen; nicht gelesen"
    elif not numbered and not worded:
        message = "gehört nicht zu dieser Runde; nicht gelesen"
    elif texts["text"] and not worded:
        message = "Der Wortlaut ist nicht der heutige; gezählt ist die Antwort"
    content = " | ".join(text for text in texts.values() if text)
    if message and content:
        place = next(told.place for told in row.values() if told.text)
        ballot.problems.append(Problem(place, message, _ASK, value=shortened(content)))
    return None if message.endswith("nicht gelesen") else numbered or worded


def _rating(told: Told, problems: list[Problem]) -> int | None:
    """Return a rating; what is none of 1 to 5 is listed and stays open."""
    value, kind = told.cell.value, told.cell.kind
    if kind == "value":
        if value is None or told.text == "" or is_unknown(told.text):
            return None
        is_whole = isinstance(value, float) and value.is_integer()
        text = f"{value:.0f}" if is_whole else _word(told.text)
        if text in _RATINGS or text == _NO_OPINION:
            return _RATINGS.get(text)
    message = f"{_KINDS.get(kind, 'keine Bewertung von 1 bis 5')}; bleibt ohne Bewertung"
    problems.append(Problem(told.place, message, _ASK, None, HEADINGS["rating"], told.shown))
    return None


def _word(text: str) -> str:
    return " ".join(re.sub(r"[–—:]", " - ", text).casefold().split())


def _comment(told: Told, problems: list[Problem]) -> str:
    """Return a comment; what is no text or may not be kept is listed and left out."""
    text = _text(told)
    doubts = text_doubts(text, _COMMENT)
    if told.cell.kind != "value":
        doubts = [f"{_KINDS[told.cell.kind]}."]
    if isinstance(told.cell.value, list | dict):
        doubts = ["ist kein Text."]
    if len(text) > words.COMMENT_MAX_LENGTH:
        doubts.append(f"ist länger als {words.COMMENT_MAX_LENGTH} Zeichen.")
    if not doubts:
        return text
    message = f"{' '.join(doubts)} Nicht übernommen"
    remedy = "die Anmerkung in der Datei ändern und noch einmal einlesen"
    problems.append(Problem(told.place, message, remedy, None, HEADINGS["comment"], told.shown))
    return ""


def _text(told: Told) -> str:
    """Return a cell as text; the dash of a list is one that no spreadsheet computes with."""
    text = cell_text(told.cell.value, _COMMENT)
    return re.sub(r"^[-+*•]\s+", "– ", text)
