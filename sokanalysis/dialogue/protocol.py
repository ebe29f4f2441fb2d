"""The protocol of returned sheets in German, to read and as a workbook to decide in."""

from __future__ import annotations

import io
import re
from typing import TYPE_CHECKING, Any, Final

from sokanalysis.dialogue import layout
from sokanalysis.dialogue.changes import Change, effects, german_date
from sokanalysis.dialogue.layout import Texts
from sokanalysis.dialogue.proposals import Proposal
from sokanalysis.dialogue.sheets import CREATED
from sokanalysis.errors import NotAcceptable
from sokanalysis.read.cells import plain
from sokanalysis.read.workbook import read_workbook

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from sokanalysis.columns import Column, Table

SHEET: Final = "Protokoll"
HEADINGS: Final = (
    "annehmen", "Nr.", "Träger", "am", "Tabelle", "Zeile", "Bezeichnung", "Was", "zu prüfen",
    "Datei", "Kennung",
)  # fmt: skip
_WIDTHS: Final = (10, 6, 30, 12, 16, 12, 30, 70, 50, 30, 12)
_ALL: Final = "alle"


def protocol(proposal: Proposal) -> str:
    """Return the protocol as German text, section by section; empty sections are left out."""
    sections = [
        ("Gelesen", [_file_line(found) for found in proposal.returned]),
        ("Änderungen", [_line(c, proposal) for c in proposal.changes if c.is_clear]),
        (
            "Zu prüfen (nur mit ihrer Nummer angenommen)",
            [_line(c, proposal) for c in proposal.changes if not c.is_clear],
        ),
        ("Widersprüche", list(_contradiction_lines(proposal))),
        ("Hinweise (nicht lesbar, nicht zuzuordnen, veraltet)", list(_problem_lines(proposal))),
        ("Anmerkungen der Träger", [text for found in proposal.returned for text in found.remarks]),
        ("Nachzufragen", list(_reminder_lines(proposal))),
    ]
    parts = [
        f"{title}\n" + "\n".join(f"  {line}" for line in lines)
        for title, lines in sections
        if lines
    ]
    known = f"Schon so eingetragen: {proposal.known_count} Angaben." if proposal.known_count else ""
    nothing = "" if proposal.changes else "Es gibt nichts zu ändern."
    return "\n\n".join(part for part in (*parts, known, nothing) if part)


def _file_line(found: Any) -> str:
    if not found.is_read:
        return f"{found.file}: nicht gelesen"
    day = german_date(found.date) or "ohne Datum"
    return f"{found.file}: {found.provider} ({found.provider_id}), {day}"


def _line(change: Change, proposal: Proposal) -> str:
    doubts = f" – zu prüfen: {' '.join(change.doubts)}" if change.doubts else ""
    return f"{change.number:>3}  {who(change)}: {what(change, proposal)}{doubts}"


def who(change: Change) -> str:
    """Say who reports a change, and when."""
    return " und ".join(
        f"{source.provider} ({german_date(source.date) or 'ohne Datum'})"
        for source in change.sources
    )


def what(change: Change, proposal: Proposal) -> str:
    """Say in German what a change does: place, column, old → new."""
    row = proposal.rows[change.table.name].get(change.key, {})
    return f"{place(change)}: {deed(change, row)}"


def place(change: Change) -> str:
    """Name table and row: „Angebote A001 „Sprachkurs““."""
    number = " / ".join(change.key)
    label = f" („{change.label}“)" if change.kind == "neu" else ""
    name = f" „{change.name}“" if change.name else ""
    return f"{change.table.title} {number}{label}{name}"


def deed(change: Change, row: Texts) -> str:
    """Say what happens to the row."""
    table = change.table
    if change.is_removal:
        return "Zeile entfällt"
    if change.kind == "neu":
        given = {*table.key, *layout.LEFT_OUT.get(table.name, ())}
        said = {n: new for n, (_, new) in change.cells.items() if n not in given}
        cells = [
            f"{table.column(n).title} {_shown(table.column(n), new)}" for n, new in said.items()
        ]
        return "; ".join(["neue Zeile", *cells])
    cells = [_cell(table.column(name), *pair) for name, pair in change.cells.items()]
    if change.kind == "geändert":
        return "; ".join(cells)
    dated = all(source.date for source in change.sources)
    after = effects(table, row, [change]) if dated else {}
    told = [
        _cell(table.column(name), row[name], after[name])
        for name in ("quality", "assured_date")
        if name in after
    ]
    return "; ".join([change.kind, *cells, *told])


def _cell(column: Column, old: str, new: str) -> str:
    return f"{column.title}: {_shown(column, old)} → {_shown(column, new)}"


def _shown(column: Column, text: str) -> str:
    """Return a cell as people read it: labels, German days, unknown said."""
    if not text:
        return "unbekannt"
    if column.kind == "date":
        return german_date(text)
    if column.kind in ("code", "codes"):
        return "; ".join(column.shown(code) for code in text.split(";"))
    return f"„{text}“" if column.kind == "text" else text


def _contradiction_lines(proposal: Proposal) -> Iterable[str]:
    for found in proposal.contradictions:
        names = {column.name: column for column in found.table.columns}
        column = names.get(found.column)
        numbers = [
            str(change.number)
            for change in proposal.changes
            if (change.table, change.key) == (found.table, found.key)
        ]
        said = "; ".join(
            f"{source.provider}: {_shown(column, text) if column else text}"
            for source, text in found.statements
        )
        title = column.title if column else found.column
        name = f" „{found.name}“" if found.name else ""
        row = f"{found.table.title} {' / '.join(found.key)}{name}"
        yield f"{row}, {title}: {said} (Nr. {', '.join(numbers)})"


def _problem_lines(proposal: Proposal) -> Iterable[str]:
    for found in proposal.returned:
        yield from (str(problem) for problem in found.problems)
    yield from (str(problem) for problem in proposal.problems)


def _reminder_lines(proposal: Proposal) -> Iterable[str]:
    open_ = proposal.reminders
    rows: dict[tuple[str, Table], list[str]] = {}
    for provider, table, key, name in open_.open_rows:
        label = f"{' / '.join(key)} „{name}“" if name else " / ".join(key)
        rows.setdefault((provider, table), []).append(label)
    for (provider, table), labels in rows.items():
        yield f"{provider}: ohne Antwort in „{table.title}“: {', '.join(labels)}"
    for provider, offer, titles in open_.open_questions:
        yield f"{provider}: weiter unbekannt bei {offer}: {', '.join(titles)}"
    if open_.silent:
        yield f"Kein Bogen zurück von {len(open_.silent)} Trägern: {'; '.join(open_.silent)}"


def write_protocol(proposal: Proposal, path: Path) -> None:
    """Write the changes as a workbook with a column to accept or refuse each.

    „ja“ stands where nothing speaks against a change. Same proposal, same bytes.
    """
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet(SHEET)
    head = book.add_format({"bold": True, "border": 1, "text_wrap": True})
    body = book.add_format({"border": 1, "text_wrap": True, "valign": "top", "num_format": "@"})
    for column, (title, width) in enumerate(zip(HEADINGS, _WIDTHS, strict=True)):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    for row, change in enumerate(proposal.changes, start=1):
        for column, text in enumerate(_cells(change, proposal)):
            sheet.write_string(row, column, text[:32_000], body)
    last = max(len(proposal.changes), 1)
    sheet.data_validation(1, 0, last, 0, {"validate": "list", "source": ["ja", "nein"]})
    sheet.freeze_panes(1, 2)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    book.set_properties({"created": CREATED, "title": "Protokoll der Rückmeldungen"})
    book.close()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(target.getvalue())


def _cells(change: Change, proposal: Proposal) -> tuple[str, ...]:
    row = proposal.rows[change.table.name].get(change.key, {})
    return (
        "ja" if change.is_clear else "nein", str(change.number),
        " und ".join(source.provider for source in change.sources),
        ", ".join(dict.fromkeys(german_date(source.date) for source in change.sources)),
        change.table.title, " / ".join(change.key), change.name, deed(change, row),
        " ".join(change.doubts), ", ".join(source.file for source in change.sources),
        " ".join(source.code for source in change.sources),
    )  # fmt: skip


def accepted(proposal: Proposal, choice: str) -> list[int]:
    """Return the numbers of the changes that are chosen.

    Parameters
    ----------
    proposal : Proposal
        As shown.
    choice : str
        „alle“ for everything that nothing speaks against, or numbers like „1,3-5“.

    Raises
    ------
    NotAcceptable
        When the choice cannot be read or names a number that is not there.
    """
    if choice.strip().casefold() == _ALL:
        return [change.number for change in proposal.changes if change.is_clear]
    numbers: set[int] = set()
    for part in choice.split(","):
        found = re.fullmatch(r"\s*(\d{1,6})\s*(?:[-–]\s*(\d{1,6}))?\s*", part)
        if found is None:
            raise NotAcceptable(
                f"„{part.strip()}“ ist keine Nummer → „alle“, Nummern wie 1,3-5 oder ein "
                "ausgefülltes Protokoll (.xlsx) angeben."
            )
        numbers |= set(range(int(found[1]), int(found[2] or found[1]) + 1))
    missing = sorted(numbers - {change.number for change in proposal.changes})
    if missing:
        raise NotAcceptable(
            f"Nummer {missing[0]} steht nicht im Protokoll → die Nummern des heutigen Protokolls "
            "verwenden; nach jedem Übernehmen zählt es neu."
        )
    return sorted(numbers)


def accepted_in(proposal: Proposal, path: Path) -> list[int]:
    """Return the numbers of the changes with „ja“ in a protocol written by `write_protocol`.

    Changes are found by their mark („Kennung“), so that the numbers may have moved since. A
    change that is no longer proposed is passed over: it was applied before.

    Raises
    ------
    NotAcceptable
        When the file is no protocol or a cell holds neither ja nor nein.
    """
    book, problems = read_workbook(path)
    if book is None:
        raise NotAcceptable(str(problems[0]))
    cells = book.sheets[0].cells
    titles = {str(cell.value): column for (row, column), cell in cells.items() if row == 1}
    if not {"annehmen", "Kennung"} <= set(titles):
        raise NotAcceptable(
            f"{path.name}: Die Spalten „annehmen“ und „Kennung“ fehlen → das Protokoll nehmen, das "
            "--protokoll schreibt."
        )
    chosen = set()
    for row in sorted({row for row, _ in cells if row > 1}):
        said = cells.get((row, titles["annehmen"]))
        word = plain(str(said.value)).casefold() if said and said.kind == "value" else ""
        if word not in ("ja", "nein", ""):
            raise NotAcceptable(f"{path.name}, Zeile {row}: „{word}“ → ja oder nein eintragen.")
        code = cells.get((row, titles["Kennung"]))
        if word == "ja" and code:
            chosen |= set(str(code.value).split())
    return [
        change.number
        for change in proposal.changes
        if chosen & {source.code for source in change.sources}
    ]
