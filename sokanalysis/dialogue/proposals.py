"""All returned sheets together: numbered changes, contradictions, and what is still open."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pandas as pd

from sokanalysis.columns import Table
from sokanalysis.dialogue import layout
from sokanalysis.dialogue.additions import Additions
from sokanalysis.dialogue.changes import Change, Compared, Contradiction, Source, code_of, effects
from sokanalysis.dialogue.compare import compare
from sokanalysis.dialogue.layout import Key, Rows, Texts
from sokanalysis.dialogue.reminders import Reminders, reminders
from sokanalysis.errors import Problem
from sokanalysis.read.convert import convert
from sokanalysis.schema import TABLES
from sokanalysis.validation import table_problems

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sokanalysis.dialogue.returned import Returned
    from sokanalysis.region import Region

_TABLES = tuple(layout.BLANK_COUNTS)


@dataclass(frozen=True)
class Proposal:
    """What the returned sheets would change.

    Parameters
    ----------
    returned : list of Returned
        Every file, with what could not be read in it.
    rows : Rows
        The tables as they stand.
    changes : list of Change
        Numbered from 1, by provider, table and row.
    contradictions : list of Contradiction
        None of their changes is clear.
    problems : list of Problem
        What was read but fits nothing.
    reminders : Reminders
        Who has not answered, and what.
    known_count : int
        Cells and rows that say what stands already, earlier acceptances included.
    """

    returned: list[Returned]
    rows: Rows
    changes: list[Change]
    contradictions: list[Contradiction]
    problems: list[Problem]
    reminders: Reminders
    known_count: int = 0


def proposed(
    region: Region, returned: list[Returned], log: Iterable[dict[str, str]] = ()
) -> Proposal:
    """Put the returned sheets side by side.

    The same files and the same region give the same numbers.

    Parameters
    ----------
    region : Region
        As it stands today.
    returned : list of Returned
        From `returned.read_folder`.
    log : iterable of dict
        What was accepted before, from `read.records.read_log`.

    Returns
    -------
    Proposal
        Without changes when nothing new is said.
    """
    additions = Additions(region, log)
    compared = [compare(found, additions) for found in returned if found.is_read]
    changes = _merged([change for one in compared for change in one.changes])
    changes += _links(changes, additions.rows)
    contradictions = _contradictions(changes, compared, additions)
    changes = [_doubted(change, contradictions) for change in changes]
    changes = _checked(changes, additions.rows)
    ordered = sorted(changes, key=_order)
    return Proposal(
        returned, additions.rows,
        [replace(change, number=number) for number, change in enumerate(ordered, start=1)],
        contradictions, [problem for one in compared for problem in one.problems],
        reminders(region, returned, compared, additions.rows),
        sum(one.known_count for one in compared),
    )  # fmt: skip


def _order(change: Change) -> tuple[str, int, Key, int]:
    columns = [column.name for column in change.table.columns]
    first = min((columns.index(name) for name in change.cells), default=-1)
    place = first if change.kind == "geändert" else -1
    return change.sources[0].provider_id, _TABLES.index(change.table.name), change.key, place


def _merged(changes: list[Change]) -> list[Change]:
    """Make one change of what several answers say in the same words."""
    merged: dict[object, Change] = {}
    for change in changes:
        said = tuple(sorted((name, new) for name, (_, new) in change.cells.items()))
        name = (change.slots, said)
        before = merged.get(name)
        if before is None:
            merged[name] = change
        else:
            sources = before.sources + change.sources
            doubts = tuple(dict.fromkeys(before.doubts + change.doubts))
            merged[name] = replace(before, sources=sources, doubts=doubts)
    return list(merged.values())


def _links(changes: list[Change], rows: Rows) -> list[Change]:
    """Link offers with the sites that their new or moved sessions are held at."""
    table, links = TABLES["offer_sites"], []
    known = {*rows["offer_sites"], *(c.key for c in changes if c.table is table)}
    for change in sorted(changes, key=lambda change: not change.is_clear):
        said = {name: new for name, (_, new) in change.cells.items()}
        row = rows["sessions"].get(change.key, {}) | said
        key = (row.get("offer_id", ""), row.get("site_id", ""))
        is_moved = bool({"offer_id", "site_id"} & set(said)) and not change.is_removal
        if change.table.name != "sessions" or not is_moved or key in known or "" in key:
            continue
        known.add(key)
        sources = tuple(
            replace(source, code=code_of(source.code, "folgt", *key)) for source in change.sources
        )
        values = {"offer_id": ("", key[0]), "site_id": ("", key[1])}
        name = layout.name_of(rows["offers"].get(key[:1], {}))
        links.append(Change("neu", table, key, change.label, name, values, sources, change.doubts))
    return links


def _contradictions(
    changes: list[Change], compared: list[Compared], additions: Additions
) -> list[Contradiction]:
    """Find answers about the same thing that cannot both be right."""
    claims: dict[tuple[str, Key, str], list[tuple[Source, str]]] = {}
    for change in changes:
        for slot in change.slots:
            for source in change.sources:
                claims.setdefault(slot, []).append((source, _claim(change, slot[2])))
    for table, key, column in list(claims):
        claims[table, key, column] += _against(compared, changes, (table, key, column))
    return [
        Contradiction(
            TABLES[table], key, additions.name(TABLES[table], key), column, tuple(statements)
        )
        for (table, key, column), statements in claims.items()
        if len({text for _, text in statements}) > 1
    ]


def _claim(change: Change, column: str) -> str:
    """Return what a change says of one of its slots."""
    if change.kind == "geändert":
        return change.cells[column][1]
    if change.kind == "neu":
        return "; ".join(f"{new}" for _, (_, new) in sorted(change.cells.items()))
    return change.kind


def _against(
    compared: list[Compared], changes: list[Change], slot: tuple[str, Key, str]
) -> list[tuple[Source, str]]:
    """Return what other files ticked that does not go with a changed or ended row."""
    table, key, column = slot
    own = [c for c in changes if slot in c.slots]
    files = {source.file for change in own for source in change.sources}
    was_known = any(change.cells.get(column, ("", ""))[0] for change in own)
    marks = [one.marks[table, key] for one in compared if (table, key) in one.marks]
    others = [(source, mark) for source, mark in marks if source.file not in files]
    if table == "sites":  # a site ends for one provider and goes on for another
        others = [(source, mark) for source, mark in others if mark != "entfällt"]
    if column in ("neu", "bestätigt"):
        return []
    if column == "entfällt":
        return [(source, mark) for source, mark in others if mark != "entfällt"]
    return [
        (source, mark) for source, mark in others
        if mark == "entfällt" or (mark == "stimmt" and was_known)
    ]  # fmt: skip


def _doubted(change: Change, contradictions: list[Contradiction]) -> Change:
    """Add to a change what others say against it."""
    doubts = [
        f"Widerspruch: {source.provider} sagt „{text or 'nichts'}“ ({source.file})."
        for against in contradictions
        if (against.table.name, against.key, against.column) in change.slots
        or (
            change.kind == "bestätigt"
            and (against.table, against.key) == (change.table, change.key)
        )
        for source, text in against.statements
        if source not in change.sources
    ]
    return replace(change, doubts=tuple(dict.fromkeys(change.doubts + tuple(doubts))))


def _checked(changes: list[Change], rows: Rows) -> list[Change]:
    """Add to each change what the region's own rules would say to its row."""
    found: dict[tuple[str, Key], list[Problem]] = {}
    for table in [TABLES[name] for name in _TABLES]:
        by_key: dict[Key, list[Change]] = {}
        for change in changes:
            if change.table is table and not change.is_removal:
                by_key.setdefault(change.key, []).append(change)
        drafts = {key: _draft(table, rows[table.name].get(key, {}), c) for key, c in by_key.items()}
        for key, problem in _row_problems(table, drafts):
            found.setdefault((table.name, key), []).append(problem)
    return [
        _with_problems(change, found.get((change.table.name, change.key), [])) for change in changes
    ]


def _draft(table: Table, row: Texts, changes: list[Change]) -> Texts:
    """Return a row as it would be, with a day where nobody has said one."""
    dated = [
        replace(c, sources=tuple(replace(s, date=s.date or "2000-01-01") for s in c.sources))
        for c in changes
    ]
    return row | effects(table, row, dated)


def _row_problems(table: Table, drafts: dict[Key, Texts]) -> list[tuple[Key, Problem]]:
    problems: list[Problem] = []
    columns = {}
    for column in table.columns:
        texts = [row.get(column.name, "") for row in drafts.values()]
        columns[column.name], found = convert(pd.Series(texts, dtype="str"), column, table.name)
        problems += found
    problems += table_problems(pd.DataFrame(columns), table) if drafts else []
    keys = list(drafts)
    return [(keys[(problem.row or 2) - 2], problem) for problem in problems]


def _with_problems(change: Change, problems: list[Problem]) -> Change:
    """Keep the problems that a change has to do with."""
    titles = {change.table.column(name).title for name in change.cells}
    rising = {change.table.column(n).title for pair in change.table.rising for n in pair}
    told = [
        f"{problem.column}: {problem.message} → {problem.remedy}."
        for problem in problems
        if change.kind == "neu" or problem.column in titles or (titles & rising)
    ]
    return replace(change, doubts=tuple(dict.fromkeys((*change.doubts, *told))))
