"""Open returned questionnaires: every cell or field with its place, nothing judged yet."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sokanalysis.dialogue.matching import plain_heading
from sokanalysis.dialogue.questionnaire import HEADINGS, LABELS
from sokanalysis.errors import Problem
from sokanalysis.read.cells import plain
from sokanalysis.read.workbook import Book, Cell, Sheet, read_workbook

if TYPE_CHECKING:
    from pathlib import Path

JSON_MAX_BYTES: Final = 1_000_000
ANSWER_MAX_COUNT: Final = 2_000
_SEARCHED_ROWS: Final = 20
_SIMILAR: Final = 0.75
_SHOWN_MAX_LENGTH: Final = 300
_AGAIN: Final = "die Antwort noch einmal schicken lassen"


def shortened(text: str) -> str:
    """Return the beginning of a text that is too long for a message."""
    return text if len(text) <= _SHOWN_MAX_LENGTH else f"{text[:_SHOWN_MAX_LENGTH]} …"


@dataclass(frozen=True)
class Told:
    """One thing said, and where."""

    place: str
    cell: Cell

    @property
    def text(self) -> str:
        """What stands there as text; empty for nothing."""
        return "" if self.cell.value is None else plain(str(self.cell.value))

    @property
    def shown(self) -> str:
        """The text as messages repeat it: its beginning when it is long."""
        return shortened(self.text)


@dataclass
class OpenedFile:
    """What stands in a file.

    Parameters
    ----------
    file : str
        Its name.
    facts : dict of str to Told
        By key of `questionnaire.LABELS`, those that were found.
    rows : list of dict of str to Told
        One an answer, by key of `questionnaire.HEADINGS`.
    rest : list of Told
        Everything else.
    problems : list of Problem
        Why the file, or part of it, could not be opened.
    """

    file: str
    facts: dict[str, Told] = field(default_factory=dict)
    rows: list[dict[str, Told]] = field(default_factory=list)
    rest: list[Told] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_questionnaire(self) -> bool:
        """Whether there is anything of a questionnaire in it."""
        return "round" in self.facts or bool(self.rows)


def open_file(path: Path, name: str) -> OpenedFile:
    """Open a returned file: a workbook, or what the HTML form saves.

    Returns
    -------
    OpenedFile
        Never raises for what people do to a file; what is wrong stands in ``problems``.
    """
    opened = OpenedFile(name)
    with path.open("rb") as file:
        start = file.read(2_000).removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype html", b"<html")):
        message = "ist der Bogen selbst, nicht die Antwort: Im Bogen steht nichts von den Eingaben"
        remedy = "um die Datei .json bitten, die „Antwort speichern“ ablegt"
        opened.problems.append(Problem(name, message, remedy))
    elif path.suffix.lower() == ".json" or start.startswith((b"{", b"[")):
        _open_json(opened, path)
    else:
        book, opened.problems = read_workbook(path, name)
        if book is not None:
            _open_book(opened, book)
    return opened


def _open_json(opened: OpenedFile, path: Path) -> None:
    told = _json_value(opened, path)
    if not isinstance(told, dict):
        return
    said = told.pop("answers", [])
    answers = said if isinstance(said, list) else [said]
    if len(answers) > ANSWER_MAX_COUNT:
        message = f"hat {len(answers)} Antworten: zu viele für einen Bogen"
        opened.problems.append(Problem(opened.file, message, _AGAIN))
        return
    for name, value in told.items():
        fact = Told(f"{opened.file}, Feld „{name}“", Cell(value))
        if name in LABELS:
            opened.facts[name] = fact
        elif name != "format":
            opened.rest.append(fact)
    for number, answer in enumerate(answers, start=1):
        _json_answer(opened, f"{opened.file}, Antwort {number}", answer)


def _json_value(opened: OpenedFile, path: Path) -> Any:
    """Return what the file holds; None, with the reason noted, when it cannot be read."""
    size_bytes = path.stat().st_size
    try:
        if size_bytes > JSON_MAX_BYTES:
            message = f"ist {size_bytes} Bytes groß, mehr als jede Antwort sein kann"
        else:
            told = json.loads(path.read_bytes().decode("utf-8-sig"), object_pairs_hook=_once)
            if isinstance(told, dict):
                return told
            message = "ist keine Antwort auf einen Fragebogen"
    except UnicodeDecodeError:
        message = "ist nicht in UTF-8 gespeichert"
    except (ValueError, RecursionError):
        message = "ist beschädigt: kein lesbares JSON"
    opened.problems.append(Problem(opened.file, message, _AGAIN))
    return None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a name that stands twice: nobody can tell which of the two is meant."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError
    return dict(pairs)


def _json_answer(opened: OpenedFile, place: str, answer: Any) -> None:
    if not isinstance(answer, dict):
        opened.rest.append(Told(place, Cell(answer)))
        return
    names = {"item": "item_id", "text": "text", "rating": "rating", "comment": "comment"}
    row = {}
    for name, value in answer.items():
        told = Told(f"{place}, Feld „{name}“", Cell(value))
        if name in names:
            row[names[name]] = told
        else:
            opened.rest.append(told)
    opened.rows.append(row)


def _open_book(opened: OpenedFile, book: Book) -> None:
    for sheet in book.sheets:
        used = _facts(opened, sheet) | _answers(opened, sheet)
        opened.rest += [_told(opened, sheet, at) for at in sheet.cells if at not in used]


def _told(opened: OpenedFile, sheet: Sheet, at: tuple[int, int]) -> Told:
    from openpyxl.utils import get_column_letter

    row, column = at
    place = f"{opened.file}, Blatt „{sheet.title}“, Zelle {get_column_letter(column)}{row}"
    return Told(place, sheet.cells.get(at, Cell(None)))


def _facts(opened: OpenedFile, sheet: Sheet) -> set[tuple[int, int]]:
    """Find the labels of the first sheet and take the next cell to the right that is not empty."""
    names = {label: name for name, label in LABELS.items()}
    used = set()
    for (row, column), cell in sheet.cells.items():
        name = names.get(plain(str(cell.value)))
        if name is None or name in opened.facts:
            continue
        right = [place for place in sheet.cells if place[0] == row and place[1] > column]
        at = min(right, default=(row, column + 1))
        opened.facts[name] = _told(opened, sheet, at)
        used |= {(row, column), at}
    return used


def _answers(opened: OpenedFile, sheet: Sheet) -> set[tuple[int, int]]:
    """Take the rows below the headings; return the places that belong to them."""
    heads, columns = _columns(sheet)
    if not {"rating", "comment"} & set(columns.values()):
        return set()
    used = {(row, column) for row in heads for column in columns}
    below = sorted({row for row, column in sheet.cells if row > max(heads) and column in columns})
    for row in below:
        told = {name: _told(opened, sheet, (row, column)) for column, name in columns.items()}
        opened.rows.append(told)
        used |= {(row, column) for column in columns}
    return used


def _columns(sheet: Sheet) -> tuple[list[int], dict[int, str]]:
    """Find the rows of names and headings, and what stands in which column.

    Names decide, then headings, then the only similar heading.
    """
    texts: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        if row <= _SEARCHED_ROWS and cell.value is not None:
            texts.setdefault(row, {})[column] = plain(str(cell.value))
    titles = {plain_heading(title): name for name, title in HEADINGS.items()}
    by_name = {row: {c: t for c, t in found.items() if t in HEADINGS}
               for row, found in texts.items()}  # fmt: skip
    by_title = {row: {c: titles[plain_heading(t)] for c, t in found.items()
                      if plain_heading(t) in titles} for row, found in texts.items()}  # fmt: skip
    heads: list[int] = []
    columns: dict[int, str] = {}
    for found in (by_name, by_title):
        row = max(found, key=lambda number: (len(found[number]), -number), default=0)
        if row and len(found[row]) >= 2:
            heads.append(row)
            columns = _new(columns, found[row])
    if heads:
        columns = _new(columns, _similar(texts[max(heads)], titles, columns))
    return heads, columns


def _new(columns: dict[int, str], found: dict[int, str]) -> dict[int, str]:
    """Add columns that have no name yet, the leftmost of each name."""
    added = dict(columns)
    for place in sorted(found):
        if place not in added and found[place] not in added.values():
            added[place] = found[place]
    return added


def _similar(
    texts: dict[int, str], titles: dict[str, str], columns: dict[int, str]
) -> dict[int, str]:
    rest = {title: name for title, name in titles.items() if name not in columns.values()}
    found = {}
    for place, text in texts.items():
        near = difflib.get_close_matches(plain_heading(text), rest, n=2, cutoff=_SIMILAR)
        if place not in columns and len(near) == 1:
            found[place] = rest[near[0]]
    return found
