"""Keep the votes of a round in the region's table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sokanalysis.dialogue.apply import Applied
from sokanalysis.dialogue.replacing import replace_tables
from sokanalysis.read.records import RawTable, Record, csv_line, read_records
from sokanalysis.schema import VOTES

if TYPE_CHECKING:
    from pathlib import Path

    from sokanalysis.dialogue.tally import Entry, Tally

_NAMES: Final = tuple(column.name for column in VOTES.columns)


def keep_votes(folder: Path, tally: Tally, name: str) -> Applied:
    """Write new and completed votes into ``votes.csv``: all of them or none.

    Rows that do not change keep their bytes. Nothing is kept of which file an answer came from,
    because its name could tell who is behind a code.

    Parameters
    ----------
    folder : Path
        Of the region whose round was counted.
    tally : Tally
        From `sokanalysis.dialogue.tally.tally`.
    name : str
        What the backup of the old table is called.

    Returns
    -------
    Applied
        Without backup when nothing was to be done.

    Raises
    ------
    DataProblems
        When the table would break a rule; nothing is changed then.
    """
    if not tally.entries:
        return Applied(0, (), None)
    raw = _table(folder)
    edits = {_key(entry, tally): entry for entry in tally.entries}
    rows = []
    for record in raw.rows:
        entry = edits.pop(raw.key(record, VOTES), None)
        rows.append(record if entry is None else raw.changed(record, _answer(entry)))
    rows += [raw.record(_row(entry, tally)) for entry in edits.values()]
    backup = replace_tables(folder, {f"{VOTES.name}.csv": raw.with_rows(rows).text}, name)
    return Applied(len(tally.entries), (VOTES.name,), backup)


def _table(folder: Path) -> RawTable:
    """Return the table as it stands, or an empty one."""
    path = folder / f"{VOTES.name}.csv"
    if path.exists():
        return read_records(path, VOTES)
    return RawTable("", "\n", Record(_NAMES, csv_line(_NAMES, "\n")), _NAMES, ())


def _key(entry: Entry, tally: Tally) -> tuple[str, ...]:
    row = _row(entry, tally)
    return tuple(row[name] for name in VOTES.key)


def _row(entry: Entry, tally: Tally) -> dict[str, str]:
    said = entry.said
    return {
        "round_id": tally.round_.round_id, "rater_id": said.rater_id, "group": said.group,
        "item_id": said.item_id, **_answer(entry),
    }  # fmt: skip


def _answer(entry: Entry) -> dict[str, str]:
    rating = entry.said.rating
    return {"rating": "" if rating is None else str(rating), "comment": entry.said.comment}
