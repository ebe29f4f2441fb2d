"""The questionnaire of a round as a workbook and as one HTML file that needs no network."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sokanalysis.codes import ITEM_KINDS, RATER_GROUPS, RATINGS
from sokanalysis.dialogue import questions as words
from sokanalysis.dialogue.questions import Questionnaire, questionnaire
from sokanalysis.dialogue.rounds import find_round
from sokanalysis.dialogue.sheet_tables import SheetWriter, set_page
from sokanalysis.dialogue.sheets import CREATED
from sokanalysis.errors import DataProblems, Problem
from sokanalysis.read.cells import plain

if TYPE_CHECKING:
    from sokanalysis.region import Region

FIRST_SHEET: Final = "Fragebogen"
ITEM_SHEET: Final = "Aussagen"
LABELS: Final = {
    "region": "Landkreis-Nr.",
    "round": "Runde-Nr.",
    "rater": "Ihre Kennung",
    "group": "Sie sprechen für",
}
CODE_HINT: Final = "Sie steht in Ihrem Anschreiben, zum Beispiel P07. Bitte nicht Ihren Namen."
HEADINGS: Final = {
    "item_id": "Aussage-Nr.",
    "kind": "Art",
    "text": "Aussage",
    "before": "Letzte Runde",
    "rating": "Bewertung",
    "comment": "Anmerkung",
}
_WIDTHS: Final = {"item_id": 13, "kind": 12, "text": 60, "before": 34, "rating": 22, "comment": 50}
_GIVEN, _ASKED, _HEAD = "#E4E7EB", "#FFF6E0", "#00566B"


def shown_rating(rating: int) -> str:
    """Return how a rating stands in a drop-down: number and words."""
    return f"{rating} – {RATINGS[rating]}"


def write_questionnaire(region: Region, round_id: str, folder: Path) -> list[Path]:
    """Write the questionnaire of a round as ``fragebogen-<round>.xlsx`` and ``.html``.

    The same tables give the same bytes. A file in the folder is never overwritten by another
    one, because it may be an answer.

    Parameters
    ----------
    region : Region
        As loaded.
    round_id : str
        The round.
    folder : Path
        Where the files go; made when it is not there.

    Returns
    -------
    list of Path
        The two files.

    Raises
    ------
    UnknownKey
        When there is no such round, or it asks nothing.
    DataProblems
        When a file of that name with other content lies there, or a text is too long for a cell.
    """
    form = questionnaire(region, find_round(region, round_id))
    made = {
        folder / f"fragebogen-{form.file_stem}.xlsx": workbook(form),
        folder / f"fragebogen-{form.file_stem}.html": page(form).encode(),
    }
    problems = [
        Problem(path.name, "liegt schon im Ordner und hat anderen Inhalt",
                "einen leeren Ordner nennen, damit keine Antwort überschrieben wird")
        for path, content in made.items()
        if path.exists() and path.read_bytes() != content
    ]  # fmt: skip
    if problems:
        raise DataProblems(problems)
    folder.mkdir(parents=True, exist_ok=True)
    for path, content in made.items():
        path.write_bytes(content)
    return list(made)


def page(form: Questionnaire) -> str:
    """Return the questionnaire as HTML.

    Style and script stand in the page, nothing is fetched and nothing sent: the answer is a JSON
    file that the reader saves. Every text is escaped.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(Path(__file__).parent)
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, keep_trailing_newline=True,
    )  # fmt: skip
    numbered = list(enumerate(form.questions, start=1))
    sections = [
        (title, [(number, asked) for number, asked in numbered if asked.kind == kind])
        for kind, title in words.SECTIONS.items()
    ]
    return environment.get_template("questionnaire.html.j2").render(
        form=form, words=words, labels=LABELS, code_hint=CODE_HINT, groups=RATER_GROUPS,
        ratings=RATINGS, sections=[section for section in sections if section[1]],
    )  # fmt: skip


def workbook(form: Questionnaire) -> bytes:
    """Return the questionnaire as a workbook: explanation and code first, then the items."""
    import xlsxwriter

    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    writer = SheetWriter(book, {})
    _first_sheet(writer, form)
    _item_sheet(writer, form)
    book.set_properties({"created": CREATED, "title": form.title})
    book.close()
    return target.getvalue()


def _first_sheet(writer: SheetWriter, form: Questionnaire) -> None:
    sheet = writer.book.add_worksheet(FIRST_SHEET)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    writer.text(sheet, 0, 0, form.title, bold=True, font_size=16, text_wrap=False)
    if form.is_example:
        writer.text(sheet, 1, 0, words.EXAMPLE, bold=True, text_wrap=False)
    given = [(LABELS["region"], form.region_id), (LABELS["round"], form.round_id)]
    rows = [*form.explanation, (f"Blatt „{ITEM_SHEET}“", _HOW), *given]
    for number, (label, text) in enumerate(rows, start=2):
        writer.text(sheet, number, 0, label, bold=True)
        writer.text(sheet, number, 1, text, num_format="@", align="left")
    first = len(rows) + 3
    open_ = {"locked": False, "border": 1, "align": "left", "num_format": "@", "bg_color": _ASKED}
    for number, name in enumerate(("rater", "group"), start=first):
        writer.text(sheet, number, 0, LABELS[name], bold=True)
        writer.text(sheet, number, 1, "", **open_)
    writer.text(sheet, first + 2, 1, CODE_HINT, italic=True)
    sheet.data_validation(first + 1, 1, first + 1, 1, _choice(list(RATER_GROUPS.values())))
    set_page(sheet, form.title)
    sheet.fit_to_pages(1, 1)


_HOW: Final = (
    "In der Spalte „Bewertung“ aus der Liste wählen, in die Spalte „Anmerkung“ schreiben, was Sie "
    "dazu sagen möchten. Graue Felder sind gesperrt. Dann speichern und zurückschicken."
)


def printed_texts(form: Questionnaire) -> set[str]:
    """Return every text that the workbook holds before anybody has written into it."""
    told = [form.title, words.EXAMPLE, CODE_HINT, _HOW, f"Blatt „{ITEM_SHEET}“", form.region_id,
            form.round_id, *LABELS.values(), *HEADINGS, *HEADINGS.values()]  # fmt: skip
    told += [text for pair in form.explanation for text in pair]
    for asked in form.questions:
        told += [asked.item_id, asked.text, asked.before, asked.note, ITEM_KINDS[asked.kind]]
    return {plain(text) for text in told}


def _choice(values: list[str]) -> dict[str, Any]:
    return {
        "validate": "list", "source": values, "error_title": "Bitte wählen",
        "error_message": "Bitte einen Wert aus der Liste wählen.",
    }  # fmt: skip


def _item_sheet(writer: SheetWriter, form: Questionnaire) -> None:
    """Write one row a question: a hidden row of names, headings, locked texts, open answers."""
    sheet = writer.book.add_worksheet(ITEM_SHEET)
    has_before = any(question.before for question in form.questions)
    names = [name for name in HEADINGS if name != "before" or has_before]
    for place, name in enumerate(names):
        head = {"bold": True, "font_color": "#FFFFFF", "bg_color": _HEAD, "border": 1}
        writer.text(sheet, 0, place, name)
        writer.text(sheet, 1, place, HEADINGS[name], **head)
        sheet.set_column(place, place, _WIDTHS[name])
    sheet.set_row(0, None, None, {"hidden": True})
    for number, asked in enumerate(form.questions, start=2):
        told = {"item_id": asked.item_id, "kind": asked.note or ITEM_KINDS[asked.kind],
                "text": asked.text, "before": asked.before}  # fmt: skip
        for place, name in enumerate(names):
            look: dict[str, Any] = {"border": 1, "num_format": "@"}
            look |= {"bg_color": _GIVEN} if name in told else {"locked": False, "bg_color": _ASKED}
            writer.text(sheet, number, place, told.get(name, ""), **look)
    place, last = names.index("rating"), len(form.questions) + 1
    sheet.data_validation(2, place, last, place, _choice([shown_rating(n) for n in RATINGS]))
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(1)
    set_page(sheet, form.title)
