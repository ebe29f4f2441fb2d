"""Find the table, the heading and the columns again in a sheet that people have worked on."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass, field
from typing import Final

from sokanalysis.columns import Table
from sokanalysis.dialogue import layout
from sokanalysis.errors import Problem
from sokanalysis.read.cells import plain
from sokanalysis.read.workbook import Sheet
from sokanalysis.schema import TABLES

_SEARCHED_ROWS: Final = 20
_FITTING: Final = 3  # headings of its own that a sheet has to have
_SIMILAR: Final = 0.75  # of difflib: „Platzzahl“ and „Plätze“ are not, „Plaetze“ and „Plätze“ are


@dataclass(frozen=True)
class Match:
    """A table found in a sheet.

    Parameters
    ----------
    table : Table
        Which one.
    columns : dict of int to str
        Name of the schema, or of mark and remark, by column of the sheet.
    extra : dict of int to str
        Heading by column, for columns that are none of the table's.
    head_rows : frozenset of int
        Rows of names and headings; what stands above both is no row of the table.
    problems : list of Problem
        Columns that are missing, doubled or only guessed.
    """

    table: Table
    columns: dict[int, str]
    extra: dict[int, str]
    head_rows: frozenset[int]
    problems: list[Problem] = field(default_factory=list)

    @property
    def has_key(self) -> bool:
        """Whether rows can be told apart by their number."""
        return set(self.table.key) <= set(self.columns.values())


def match(sheet: Sheet, file: str) -> Match | None:
    """Find out which table a sheet holds and where its columns are.

    The hidden row of names decides; columns without a name go by their heading, first exactly,
    then by the only similar one.

    Returns
    -------
    Match or None
        None for a sheet that holds none of the tables.
    """
    heads = _heads(sheet)
    plain = {row: {plain_heading(t) for t in texts.values()} for row, texts in heads.items()}
    fits = [_fit(heads, plain, TABLES[name], sheet.title) for name in layout.BLANK_COUNTS]
    best = max(fits, key=lambda fit: (fit.score, fit.is_titled))
    if best.score < _FITTING:
        return None
    table, ids = best.table, heads.get(best.names_row, {})
    headings = heads.get(best.headings_row, {})
    wanted = layout.sheet_columns(table)
    columns = _first_of_each({place: name for place, name in ids.items() if name in wanted})
    place_of, row = f"{file}, Blatt „{sheet.title}“", best.headings_row
    missing = [name for name in wanted if name not in columns.values()]
    free = {place: text for place, text in headings.items() if place not in columns}
    by_title, problems = _by_title(table, free, missing, place_of, row)
    columns |= by_title
    used = sorted({column for _, column in sheet.cells})
    extra = {place: headings.get(place, "") for place in used if place not in columns}
    problems += _missing(table, columns, place_of, row)
    head_rows = frozenset({best.names_row, row} - {0})
    return Match(table, dict(sorted(columns.items())), extra, head_rows, problems)


@dataclass(frozen=True)
class _Fit:
    """How well a sheet fits a table; rows are 0 where there is none."""

    table: Table
    score: int
    is_titled: bool
    names_row: int
    headings_row: int


def _heads(sheet: Sheet) -> dict[int, dict[int, str]]:
    """Return the texts of the first rows, by row and column."""
    heads: dict[int, dict[int, str]] = {}
    for (row, column), cell in sheet.cells.items():
        if row <= _SEARCHED_ROWS and cell.value is not None:
            heads.setdefault(row, {})[column] = plain(str(cell.value))
    return heads


def _fit(
    heads: dict[int, dict[int, str]], plain: dict[int, set[str]], table: Table, title: str
) -> _Fit:
    names = set(layout.sheet_columns(table))
    titles = {plain_heading(layout.heading(table, name)) for name in names}
    by_name = {row: len({*texts.values()} & names) for row, texts in heads.items()}
    by_title = {row: len(texts & titles) for row, texts in plain.items()}
    score = max([0, *by_name.values(), *by_title.values()])
    return _Fit(table, score, title.strip() == table.title, _best(by_name), _best(by_title))


def _best(counts: dict[int, int]) -> int:
    """Return the first of the rows with most hits; 0 when none has enough."""
    row = max(counts, key=lambda number: (counts[number], -number), default=0)
    return row if row and counts[row] >= _FITTING else 0


def plain_heading(text: str) -> str:
    """Return a heading without unit, star, case and doubled spaces."""
    return " ".join(re.sub(r"\([^)]*\)|\*", " ", plain(text)).casefold().split())


def _first_of_each(found: dict[int, str]) -> dict[int, str]:
    """Keep the leftmost column of each name; a copy beside it is a column too many."""
    kept: dict[int, str] = {}
    for place in sorted(found):
        if found[place] not in kept.values():
            kept[place] = found[place]
    return kept


def _by_title(
    table: Table, free: dict[int, str], missing: list[str], place_of: str, row: int
) -> tuple[dict[int, str], list[Problem]]:
    """Give headings to columns that are still missing: exact first, then the only similar one."""
    titles = {plain_heading(layout.heading(table, name)): name for name in missing}
    columns: dict[int, str] = {}
    problems = []
    for place, text in free.items():
        name = titles.get(plain_heading(text))
        if name and name not in columns.values():
            columns[place] = name
    rest = {title: name for title, name in titles.items() if name not in columns.values()}
    for place, text in free.items():
        near = difflib.get_close_matches(plain_heading(text), rest, n=2, cutoff=_SIMILAR)
        if place not in columns and len(near) == 1:
            name = rest.pop(near[0])
            columns[place] = name
            title = layout.heading(table, name).removesuffix(" *")
            message = f"Überschrift wurde umbenannt und als „{title}“ gelesen"
            problems.append(Problem(place_of, message, "prüfen, ob das gemeint ist", row, text))
    return columns, problems


def _missing(table: Table, columns: dict[int, str], place_of: str, row: int) -> list[Problem]:
    """Name the columns that nobody can answer in; what nobody sees is never read as deleted."""
    wanted = [name for name in layout.sheet_columns(table) if name not in layout.PROTECTED]
    return [
        Problem(
            place_of, "Spalte fehlt oder ist umbenannt; nichts daraus wurde gelesen",
            "die Angaben beim Träger erfragen", row,
            layout.heading(table, name).removesuffix(" *"),
        )
        for name in wanted
        if name not in columns.values()
    ]  # fmt: skip
