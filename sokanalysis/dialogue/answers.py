"""The rows of a returned sheet: whose row, which mark, and every cell as text or as a problem."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

import pandas as pd

from sokanalysis.columns import Column, Table
from sokanalysis.dialogue import layout
from sokanalysis.dialogue.layout import ANSWER, NEW, REMARK, Key, Rows, Texts
from sokanalysis.dialogue.matching import Match
from sokanalysis.errors import Problem
from sokanalysis.read.cells import cell_text, is_unknown, plain, text_of
from sokanalysis.read.convert import convert
from sokanalysis.read.workbook import Cell, Sheet

_ASK: Final = "beim Träger nachfragen"
_NEW_LABEL: Final = re.compile(rf"{NEW}\s*(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Answer:
    """One row of a returned sheet.

    Parameters
    ----------
    table : Table
        Where the row belongs.
    key : Key
        Its key; empty for a new row.
    label : str
        Number as it stands in the sheet: „A001“, „neu 1“, or the row where there is none.
    place : str
        „Blatt „Angebote“, Zeile 7“.
    mark : str
        One of `layout.MARKS`, or empty.
    values : dict of str to str
        Cells that could be read, as text of a CSV file; unknown is empty.
    """

    table: Table
    key: Key
    label: str
    place: str
    mark: str
    values: Texts


@dataclass
class RowReader:
    """Reads sheet after sheet of one file and remembers which rows it has seen.

    Parameters
    ----------
    file : str
        Name for the messages.
    own : Rows
        The provider's rows of today.
    sent : Rows
        What was sent.
    is_from_1904 : bool
        Whether bare numbers count days from 1904.
    """

    file: str
    own: Rows
    sent: Rows
    is_from_1904: bool = False
    answers: list[Answer] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)
    seen: dict[tuple[str, Key], Texts] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)

    def read(self, sheet: Sheet, matched: Match) -> None:
        """Read one sheet: rows, remarks, and what cannot be read."""
        self.problems += matched.problems
        self.tables.add(matched.table.name)
        rows: dict[int, dict[int, Cell]] = {}
        for (row, column), cell in sheet.cells.items():
            if row < min(matched.head_rows):
                self._above(sheet, row, cell)
            elif row not in matched.head_rows:
                rows.setdefault(row, {})[column] = cell
        drafts = [self._draft(sheet, matched, row, cells) for row, cells in rows.items()]
        kept = [draft for draft in drafts if draft is not None]
        self._convert(matched.table, kept)
        for draft in kept:
            self._keep(matched.table, draft)

    def _above(self, sheet: Sheet, row: int, cell: Cell) -> None:
        """List what somebody has written above the headings."""
        text = _words(cell)
        if text:
            place = f"{self.file}, Blatt „{sheet.title}“, Zeile {row}"
            self.remarks.append(f"{place} (über den Überschriften): {text}")

    def _draft(
        self, sheet: Sheet, matched: Match, row: int, cells: dict[int, Cell]
    ) -> _Draft | None:
        """Return a row with its cells as text; None when it is empty or nobody's."""
        by_name = {name: cells.get(at, Cell(None)) for at, name in matched.columns.items()}
        place = f"{self.file}, Blatt „{sheet.title}“"
        places = {
            name: f"{place}, Zelle {_letter(at)}{row}" for at, name in matched.columns.items()
        }
        draft = _Draft(row, place, places)
        self._remark(draft, matched, cells, by_name)
        for name, cell in by_name.items():
            if name not in (ANSWER, REMARK):
                self._take(draft, matched.table, name, cell)
        mark = by_name.get(ANSWER)
        draft.mark = _words(mark).casefold() if mark else ""
        if matched.has_key:
            return self._with_key(draft, matched.table)
        if any(draft.texts.values()):
            self._left_out(draft, "Die Spalte mit der Nummer fehlt, die Zeile gehört zu nichts")
        return None

    def _remark(
        self, draft: _Draft, matched: Match, cells: dict[int, Cell], by_name: dict[str, Cell]
    ) -> None:
        """List what stands in the column for remarks and in columns that people have added."""
        said = [("", draft.places[REMARK], by_name[REMARK])] if REMARK in by_name else []
        for at, title in matched.extra.items():
            if at in cells:
                column = f" (zusätzliche Spalte „{title}“)"
                said.append((column, f"{draft.place}, Zelle {_letter(at)}{draft.row}", cells[at]))
        for column, place, cell in said:
            text = _words(cell)
            if text:
                self.remarks.append(f"{place}{column}: {text}")

    def _take(self, draft: _Draft, table: Table, name: str, cell: Cell) -> None:
        """Read one cell as text; what is no plain value becomes a problem."""
        column = table.column(name)
        if cell.kind == "value":
            text = cell_text(cell.value, column, is_from_1904=self.is_from_1904)
            draft.texts[name] = self._reference(text, column) if column.references else text
            return
        message = {
            "formula": "steht eine Formel; ihr Ergebnis wird nicht übernommen",
            "error": "steht ein Fehlerwert",
            "merged": "ist mit der Nachbarzelle verbunden und darum leer",
        }[cell.kind]
        draft.unread.add(name)
        self._problem(draft, name, message, "den Wert beim Träger erfragen", _words(cell), column)

    def _problem(
        self, draft: _Draft, name: str, message: str, remedy: str, value: str, column: Column
    ) -> None:
        place = draft.places[name]
        self.problems.append(Problem(place, message, remedy, None, column.title, value))

    def _reference(self, text: str, column: Column) -> str:
        """Return the number of a row that was chosen from a drop-down or written by name."""
        rows = self.own.get(column.references.split(".")[0], {})
        number = text.partition("·")[0].strip()
        named = [key[0] for key, row in rows.items() if text and layout.name_of(row) == text]
        label = _NEW_LABEL.fullmatch(number)
        if label:
            return f"{NEW} {label[1]}"
        return named[0] if len(named) == 1 else number

    def _left_out(self, draft: _Draft, message: str) -> None:
        """List a row that is not evaluated, with everything that stands in it."""
        content = " | ".join(text for text in draft.texts.values() if text)
        self.problems.append(Problem(draft.place, message, _ASK, draft.row, value=content))

    def _with_key(self, draft: _Draft, table: Table) -> _Draft | None:
        key = tuple(draft.texts.get(name, "") for name in table.key)
        known = {_folded(k): k for rows in (self.own, self.sent) for k in rows[table.name]}
        if _folded(key) in known:
            draft.key = known[_folded(key)]
            draft.label = " / ".join(draft.key)
            return draft
        label = _NEW_LABEL.fullmatch(key[0]) if len(table.key) == 1 else None
        is_link = len(table.key) > 1
        filled = {
            name: text for name, text in draft.texts.items()
            if text and not is_unknown(text) and name not in layout.PROTECTED
            and (is_link or name not in table.key)
        }  # fmt: skip
        if not filled and not draft.unread:
            return None
        if not layout.BLANK_COUNTS[table.name] or not (label or is_link or not key[0]):
            self._left_out(draft, "Die Nummer gehört nicht zu diesem Bogen")
            return None
        draft.label = f"{NEW} {label[1]}" if label else f"Zeile {draft.row}"
        return draft

    def _convert(self, table: Table, drafts: list[_Draft]) -> None:
        """Turn texts into values and back, column by column, so that one value has one text."""
        for column in table.columns:
            asked = [draft for draft in drafts if column.name in draft.texts]
            if column.name in layout.PROTECTED or (
                column.name in table.key and len(table.key) == 1
            ):
                continue
            texts = [self._known(draft, table, column) for draft in asked]
            values, problems = convert(pd.Series(texts, dtype="str"), column, self.file)
            refused = {(problem.row or 2) - 2: problem for problem in problems}
            for number, (draft, value) in enumerate(zip(asked, values, strict=True)):
                if number in refused:
                    self._refuse(draft, column, refused[number])
                elif column.name not in draft.unread:
                    draft.read[column.name] = text_of(value, column)

    def _known(self, draft: _Draft, table: Table, column: Column) -> str:
        """Return the text of a cell; „?“ is empty where nothing was known, else a question."""
        text = draft.texts[column.name]
        if not is_unknown(text):
            return text
        before = self.sent[table.name].get(draft.key, {}).get(column.name, "")
        if before:
            draft.unread.add(column.name)
            message = f"Der Träger ist nicht sicher; bisher „{before}“"
            self._problem(draft, column.name, message, _ASK, text, column)
        return before

    def _refuse(self, draft: _Draft, column: Column, problem: Problem) -> None:
        """Say which cell cannot be read; an empty one of a new row is said with the row."""
        draft.unread.add(column.name)
        if column.code_list:
            labels = ", ".join(column.shown(code) for code in column.code_list)
            problem = replace(problem, remedy=f"einen von {labels} wählen")
        if draft.key or problem.value:
            place = draft.places[column.name]
            self.problems.append(replace(problem, file=place, row=None))

    def _keep(self, table: Table, draft: _Draft) -> None:
        """Keep a row as an answer, unless it stands there twice."""
        name = draft.key or (draft.label,)
        before = self.seen.get((table.name, name))
        self._check_protected(table, draft)
        if before is not None:
            if before != draft.read | {"": draft.mark}:
                self._left_out(draft, "Die Nummer steht doppelt; gelesen ist nur die obere Zeile")
            return
        self.seen[table.name, name] = draft.read | {"": draft.mark}
        if draft.mark not in ("", NEW, *layout.MARKS):
            remedy = f"einen von {', '.join(layout.MARKS)} wählen"
            title = layout.EXTRA_TITLES[ANSWER]
            message = "kein Wert der Liste"
            self.problems.append(
                Problem(draft.places[ANSWER], message, remedy, None, title, draft.mark)
            )
            draft.mark = ""
        place = f"{draft.place}, Zeile {draft.row}"
        values = {n: text for n, text in draft.read.items() if n not in draft.unread}
        self.answers.append(Answer(table, draft.key, draft.label, place, draft.mark, values))

    def _check_protected(self, table: Table, draft: _Draft) -> None:
        """List what was changed in cells that the house fills in."""
        sent = self.sent[table.name].get(draft.key, {})
        for name in layout.PROTECTED & set(draft.texts):
            column = table.column(name)
            text = draft.texts[name]
            if not layout.is_same(text, sent.get(name, ""), column):
                message = "geschützte Angabe wurde geändert; nicht übernommen"
                self._problem(draft, name, message, _ASK, text, column)


@dataclass
class _Draft:
    """A row while it is read."""

    row: int
    place: str
    places: dict[str, str]
    key: Key = ()
    label: str = ""
    mark: str = ""
    texts: Texts = field(default_factory=dict)
    read: Texts = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)


def _words(cell: Cell) -> str:
    return "" if cell.value is None else plain(str(cell.value))


def _letter(column: int) -> str:
    from openpyxl.utils import get_column_letter

    return str(get_column_letter(column))


def _folded(key: Key) -> Key:
    return tuple("".join(part.casefold().split()) for part in key)
