"""Apply accepted changes to the region's tables: all or nothing, with backup and log."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sokanalysis.columns import Table
from sokanalysis.dialogue.changes import Change, Source, effects
from sokanalysis.dialogue.layout import Key, Rows, Texts
from sokanalysis.dialogue.proposals import Proposal
from sokanalysis.dialogue.replacing import replace_tables
from sokanalysis.errors import NotAcceptable
from sokanalysis.read.records import RawTable, Record, csv_line, read_records
from sokanalysis.schema import TABLES

LOG: Final = "rueckmeldungen_protokoll.csv"
LOG_HEADINGS: Final = (
    "Datum", "Träger-Nr.", "Träger", "Datei", "Stand", "Art", "Tabelle", "Schlüssel", "Zeile",
    "Spalte", "alt", "neu", "Kennung",
)  # fmt: skip


@dataclass(frozen=True)
class Applied:
    """What was done: how many changes, in which tables, and where the old ones lie."""

    change_count: int
    tables: tuple[str, ...]
    backup: Path | None


def apply_changes(folder: Path, proposal: Proposal, numbers: Iterable[int]) -> Applied:
    """Apply the changes with these numbers to the tables in the region's folder.

    The tables are written beside, checked by the region's own rules, and only then put in place;
    what was there goes to ``sicherung/<day>-<n>/``, what changed is added to
    ``rueckmeldungen_protokoll.csv``. Rows that do not change keep their bytes.

    Parameters
    ----------
    folder : Path
        Of the region that the proposal was made for.
    proposal : Proposal
        With the changes.
    numbers : iterable of int
        Which of them; none, and nothing is touched.

    Returns
    -------
    Applied
        Without backup when nothing was to be done.

    Raises
    ------
    NotAcceptable
        When accepted changes contradict each other or carry no date.
    DataProblems
        When the tables would break a rule; nothing is changed then.
    """
    chosen = set(numbers)
    changes = [change for change in proposal.changes if change.number in chosen]
    _refuse(changes)
    if not changes:
        return Applied(0, (), None)
    edits = _edits(changes, proposal.rows)
    texts = {name: _edited(folder, TABLES[name], rows) for name, rows in edits.items()}
    lines = _log_lines(changes, edits, proposal.rows)
    log = folder / LOG
    before = log.read_bytes().decode("utf-8") if log.exists() else csv_line(LOG_HEADINGS, "\n")
    before += "" if before.endswith("\n") else "\n"
    files = {f"{name}.csv": text for name, text in texts.items()}
    files[LOG] = before + "".join(csv_line(line, "\n") for line in lines)
    backup = replace_tables(folder, files, max(line[0] for line in lines))
    return Applied(len(changes), tuple(texts), backup)


def _refuse(changes: list[Change]) -> None:
    """Refuse what cannot be applied together."""
    claims: dict[tuple[str, Key, str], Change] = {}
    for change in changes:
        if not all(source.date for source in change.sources):
            raise NotAcceptable(
                f"Nr. {change.number}: Es steht nirgends, wann das gemeldet wurde → "
                "--datum angeben."
            )
        for slot in change.slots:
            other = claims.setdefault(slot, change)
            if other is not change:
                raise _both(other, change)
    for gone in [change for change in changes if change.is_removal]:
        for change in changes:
            if change is not gone and (change.table, change.key) == (gone.table, gone.key):
                raise _both(gone, change)


def _both(one: Change, other: Change) -> NotAcceptable:
    first, second = sorted((one.number, other.number))
    return NotAcceptable(
        f"Nr. {first} und Nr. {second} widersprechen einander → nur eine davon annehmen."
    )


def _edits(changes: list[Change], rows: Rows) -> dict[str, dict[Key, Texts | None]]:
    """Return the cells to set by table and key; None for a row that goes."""
    edits: dict[str, dict[Key, Texts | None]] = {}
    grouped: dict[tuple[str, Key], list[Change]] = {}
    for change in changes:
        grouped.setdefault((change.table.name, change.key), []).append(change)
    for (name, key), group in grouped.items():
        is_gone = any(change.is_removal for change in group)
        row = rows[name].get(key, {})
        set_ = None if is_gone else effects(TABLES[name], row, group)
        edits.setdefault(name, {})[key] = set_
    return edits


def _edited(folder: Path, table: Table, edits: dict[Key, Texts | None]) -> str:
    """Return the text of a table with its edits; all other rows as they stand."""
    raw = read_records(folder / f"{table.name}.csv", table)
    kept: list[Record] = []
    new = dict(edits)
    for record in raw.rows:
        key = raw.key(record, table)
        if key not in edits:
            kept.append(record)
            continue
        cells = new.pop(key, None)
        if cells is not None:
            kept.append(raw.changed(record, cells) if cells else record)
    for key, cells in new.items():
        if cells is not None:
            kept.insert(_position(raw, kept, key, table), raw.record(cells))
    return raw.with_rows(kept).text


def _position(raw: RawTable, rows: list[Record], key: Key, table: Table) -> int:
    """Return where a new row goes: in order where the table is in order, else at the end."""
    keys = [raw.key(record, table) for record in rows]
    if keys != sorted(keys):
        return len(rows)
    return sum(other < key for other in keys)


def _log_lines(
    changes: list[Change], edits: dict[str, dict[Key, Texts | None]], rows: Rows
) -> list[tuple[str, ...]]:
    """Return the lines of the log: one a cell and source, at least one a change.

    Quality, source and dates of a row stand with its first change.
    """
    lines = []
    said = {(c.table.name, c.key, name) for c in changes for name in c.cells}
    for change in changes:
        name = change.table.name
        cells = dict(change.cells)
        for column, text in (edits[name][change.key] or {}).items():
            if (name, change.key, column) not in said:
                said.add((name, change.key, column))
                cells[column] = (rows[name].get(change.key, {}).get(column, ""), text)
        for source in change.sources:
            for column, (old, new) in (cells or {"": ("", "")}).items():
                lines.append((*_log_head(change, source), column, old, new, source.code))
    return lines


def _log_head(change: Change, source: Source) -> tuple[str, ...]:
    return (
        source.date, source.provider_id, source.provider, source.file, source.version,
        change.kind, change.table.name, " / ".join(change.key), change.label,
    )  # fmt: skip
