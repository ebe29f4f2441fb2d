"""Feedback sheets: one workbook a provider, with its own rows to confirm, correct and complete."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from sokanalysis.dialogue import layout
from sokanalysis.dialogue.sheet_tables import SheetWriter, set_page
from sokanalysis.errors import DataProblems, Problem
from sokanalysis.inventory import questions
from sokanalysis.schema import TABLES

if TYPE_CHECKING:
    from pathlib import Path

    from sokanalysis.region import Region

# A workbook without a clock: the day is the one before which no data of this kind exist.
CREATED: Final = dt.datetime(2000, 1, 1)


def write_sheets(
    region: Region, folder: Path, deadline: dt.date | None = None
) -> list[tuple[str, Path]]:
    """Write one workbook for each provider.

    The same region gives the same bytes. A workbook in the folder is never overwritten by
    another one, because it may be an answer.

    Parameters
    ----------
    region : Region
        As loaded.
    folder : Path
        Where the workbooks go; made when it is not there.
    deadline : date, optional
        Until when an answer is asked for; said on the first sheet.

    Returns
    -------
    list of (str, Path)
        Name of the provider and its workbook, in the order of the table ``providers``.

    Raises
    ------
    DataProblems
        When a workbook of that name with other content lies there, or a text is too long for a
        cell.
    """
    made = {}
    for provider_id, name in region.providers[["provider_id", "name"]].itertuples(index=False):
        path = folder / _file_name(provider_id, name)
        made[path] = (name, sheet_bytes(region, provider_id, deadline))
    problems = [
        Problem(path.name, "liegt schon im Ordner und hat anderen Inhalt",
                "einen leeren Ordner nennen, damit keine Antwort überschrieben wird")
        for path, (_, content) in made.items()
        if path.exists() and path.read_bytes() != content
    ]  # fmt: skip
    if problems:
        raise DataProblems(problems)
    folder.mkdir(parents=True, exist_ok=True)
    for path, (_, content) in made.items():
        path.write_bytes(content)
    return [(name, path) for path, (name, _) in made.items()]


def _file_name(provider_id: str, name: str) -> str:
    """Return number and name in letters that every system takes; the number keeps it apart."""
    pairs = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
    words = re.sub(r"[^a-z0-9]+", "-", name.lower().translate(pairs)).strip("-")
    return f"{re.sub(r'[^A-Za-z0-9-]+', '-', provider_id)}_{words[:40].strip('-')}.xlsx"


def sheet_bytes(region: Region, provider_id: str, deadline: dt.date | None = None) -> bytes:
    """Return the workbook of one provider.

    Returns
    -------
    bytes
        A first sheet with explanation and questions, a sheet a table of `layout.BLANK_COUNTS`,
        and two hidden ones with the code lists and with what was sent.
    """
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    writer = SheetWriter(book, layout.own_texts(region, provider_id))
    _explain(writer, region, provider_id, deadline)
    for name, rows in writer.rows.items():
        writer.table(TABLES[name], rows)
    writer.list_sheet()
    writer.hide(layout.region_id(region), provider_id)
    book.set_properties({"created": CREATED, "title": "Rückmeldung zu Ihren Angeboten"})
    book.close()
    return target.getvalue()


def _explain(
    writer: SheetWriter, region: Region, provider_id: str, deadline: dt.date | None
) -> None:
    """Write the first sheet."""
    sheet = writer.book.add_worksheet(layout.FIRST_SHEET)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 70)
    name = writer.rows["providers"][(provider_id,)]["name"]
    writer.text(
        sheet, 0, 0, "Rückmeldung zu Ihren Angeboten", bold=True, font_size=16, text_wrap=False
    )
    rows = [
        ("Träger", f"{name} ({provider_id})"),
        ("Bitte zurück bis", f"{deadline:%d.%m.%Y}" if deadline else "wie im Anschreiben"),
        *_EXPLANATION,
        ("Unsere Fragen an Sie", _asked(region, provider_id)),
    ]
    for number, (label, words) in enumerate(rows, start=2):
        writer.text(sheet, number, 0, label, bold=True)
        writer.text(sheet, number, 1, words)
    last = len(rows) + 3
    for number, label in ((last, layout.DATE_LABEL), (last + 1, layout.WORDS_LABEL)):
        writer.text(sheet, number, 0, label, bold=True)
    entry = {"locked": False, "border": 1, "align": "left"}
    sheet.write_blank(last, 1, None, writer.format(num_format="dd.mm.yyyy", **entry))
    sheet.write_blank(last + 1, 1, None, writer.format(num_format="@", **entry))
    sheet.set_row(last + 1, 90)
    set_page(sheet, name)
    sheet.fit_to_pages(1, 1)


_EXPLANATION: Final = (
    ("Worum es geht", "Auf den folgenden Blättern steht, was wir über Ihre Angebote, Orte und "
     "Termine wissen. Bitte prüfen, berichtigen und ergänzen Sie es."),
    ("Spalte „Rückmeldung“", "stimmt: Das gibt es, und alles in der Zeile ist richtig. "
     "geändert: Sie haben etwas in der Zeile berichtigt. entfällt: Das gibt es nicht mehr."),
    ("Felder mit „?“ oder farbig", "Das wissen wir nicht, oder wir haben es nur angenommen. "
     "Überschreiben Sie es. Was Sie selbst nicht wissen, lassen Sie stehen."),
    ("Neues", "Die Zeilen mit „neu 1“, „neu 2“ … sind frei. Spalten mit * werden gebraucht. Einen "
     "Termin eines neuen Angebots ordnen Sie über „neu 1“ zu."),
    ("Mehrere Werte", "Mit Semikolon trennen, zum Beispiel Mo; Di; Mi."),
    ("Graue Felder", "Sie sind gesperrt. Fehlt Platz: „Blattschutz aufheben“ (ohne Kennwort)."),
    ("Datenschutz", "Bitte keine Namen, Telefonnummern oder E-Mail-Adressen von Privatpersonen."),
)  # fmt: skip


def _asked(region: Region, provider_id: str) -> str:
    """Say what `inventory.questions` asks this provider."""
    offers = region.offers[region.offers["provider_id"] == provider_id]
    asked = questions(replace(region, offers=offers))
    if asked.empty:
        return "Gibt es Angebote von Ihnen, die hier fehlen?"
    return (
        f"Bitte sagen Sie uns: {asked['ask'].iloc[0]}. Gibt es Angebote von Ihnen, die hier fehlen?"
    )
