"""The workbook in which an analyst enters a district's tables."""

from __future__ import annotations

import datetime as dt
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import yaml

from sokanalysis.columns import Column, Table
from sokanalysis.dropdowns import validation
from sokanalysis.schema import TABLES

GUIDE: Final = "Anleitung"
COLUMNS: Final = "Spalten"
EXAMPLES: Final = "Beispiele"
LISTS: Final = "_Listen"
ROW_COUNT: Final = 2_000  # rows with drop-downs; more can be entered without

_FORMATS: Final = {"date": "dd.mm.yyyy", "time": "hh:mm", "integer": "0", "number": "General"}
_WIDTHS: Final = {"text": 24, "code": 26, "codes": 26, "boolean": 12}
_HEAD, _OPTIONAL, _QUIET = "#1F4E79", "#7A93AC", "#F2F4F7"
_KINDS: Final = {
    "text": "Text", "code": "ein Wert der Liste", "codes": "Werte der Liste, mit ; getrennt",
    "integer": "ganze Zahl", "number": "Zahl", "date": "Datum (TT.MM.JJJJ)",
    "time": "Uhrzeit (HH:MM)", "boolean": "ja oder nein",
}  # fmt: skip


def write_template(path: Path, tables: tuple[Table, ...], day: dt.date) -> None:
    """Write the workbook; the same day gives the same bytes.

    Parameters
    ----------
    path : Path
        The file.
    tables : tuple of Table
        One sheet each, empty below its headings, in this order.
    day : date
        Noted as the day on which the workbook was made.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": dt.datetime.combine(day, dt.time()), "title": "Tabellen"})
        formats = _formats(book)
        _guide(book, formats, tables)
        for table in tables:
            _table(book, formats, table)
        _examples(book, formats)
        _columns(book, formats, tables)
        _lists(book)


def examples() -> dict[str, list[dict[str, Any]]]:
    """Return made-up rows by table, every cell as people would enter it."""
    text = files("sokanalysis.district").joinpath("examples.yaml").read_text(encoding="utf-8")
    rows: dict[str, list[dict[str, Any]]] = yaml.safe_load(text)
    return rows


def _formats(book: Any) -> dict[str, Any]:
    text = {"valign": "top", "text_wrap": True}
    head = text | {"bold": True, "font_color": "#FFFFFF", "border": 1}
    return {
        "text": book.add_format(text),
        "bold": book.add_format(text | {"bold": True}),
        "title": book.add_format({"bold": True, "font_size": 16}),
        "required": book.add_format(head | {"bg_color": _HEAD}),
        "optional": book.add_format(head | {"bg_color": _OPTIONAL}),
        "quiet": book.add_format(text | {"bg_color": _QUIET, "italic": True}),
        **{kind: book.add_format({"num_format": form}) for kind, form in _FORMATS.items()},
        "plain": book.add_format({"num_format": "@"}),
    }


def _guide(book: Any, formats: dict[str, Any], tables: tuple[Table, ...]) -> None:
    sheet = book.add_worksheet(GUIDE)
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 30)
    sheet.set_column(1, 1, 90)
    sheet.write_string(0, 0, "Tabellen des Kreises", formats["title"])
    rows = [*_GUIDE, *((table.title, _purpose(table)) for table in tables)]
    for number, (label, words) in enumerate(rows, start=2):
        sheet.write_string(number, 0, label, formats["bold"])
        sheet.write_string(number, 1, words, formats["text"])
    _page(sheet, GUIDE)


_GUIDE: Final = (
    ("Reihenfolge", "Zuerst Träger und Orte, dann Angebote, Angebote und ihre Orte, Termine. "
     "Alles andere, wenn es bekannt ist."),
    ("Farben", "Dunkle Überschrift: wird gebraucht. Helle Überschrift: darf leer bleiben. Leer "
     "heißt „nicht bekannt“, nie „gibt es nicht“."),
    ("Qualität", "In jeder Zeile: amtlich, belegt, gemeldet, geschätzt oder angenommen, und woher "
     "es stammt."),
    ("Mehrere Werte", "mit Semikolon trennen, zum Beispiel Mo; Mi"),
    ("Prüfen", "Nach dem Speichern „sok check ORDNER“ aufrufen: nennt jede Zelle, die nicht "
     "stimmt, und wie sie richtig wird."),
    ("Statt dieser Mappe", "geht auch eine CSV-Datei je Tabelle. Steht eine Tabelle in beiden, "
     "meldet es die Prüfung."),
    ("Datenschutz", "keine Namen, Telefonnummern oder Adressen von Privatpersonen"),
)  # fmt: skip


def _purpose(table: Table) -> str:
    needed = [column.title for column in table.columns if column.required]
    optional = " Darf leer bleiben." if table.is_optional else ""
    return f"Eine Zeile je {', '.join(table.column(name).title for name in table.key)}. " + (
        f"Gebraucht werden: {', '.join(needed)}.{optional}"
    )


def _table(book: Any, formats: dict[str, Any], table: Table) -> None:
    sheet = book.add_worksheet(table.title)
    for place, column in enumerate(table.columns):
        head = formats["required" if column.required else "optional"]
        sheet.write_string(0, place, column.title, head)
        form = formats.get(column.kind, formats["plain"])
        width = max(_WIDTHS.get(column.kind, 12), len(column.title) + 3)
        sheet.set_column(place, place, width, formats["plain"] if column.kind == "text" else form)
        sheet.data_validation(1, place, ROW_COUNT, place, validation(column, _source(column)))
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, ROW_COUNT, len(table.columns) - 1)
    sheet.repeat_rows(0)
    _page(sheet, table.title)


def _source(column: Column) -> str:
    """Return the cells with the values to choose from; empty where there are none."""
    if column.references:
        other = TABLES[column.references.split(".")[0]]
        is_here = other.name != "municipalities"  # those come from official files
        return f"='{other.title}'!$A$2:$A${ROW_COUNT + 1}" if is_here else ""
    if not column.codes:
        return ""
    place = list(_code_lists()).index(column.codes)
    return f"={LISTS}!{_column_range(place, len(column.code_list))}"


def _column_range(place: int, length: int) -> str:
    from xlsxwriter.utility import xl_range_abs

    return str(xl_range_abs(0, place, length - 1, place))


def _code_lists() -> dict[str, Column]:
    return {column.codes: column for t in TABLES.values() for column in t.columns if column.codes}


def _lists(book: Any) -> None:
    sheet = book.add_worksheet(LISTS)
    for place, column in enumerate(_code_lists().values()):
        for row, code in enumerate(column.code_list):
            sheet.write_string(row, place, column.shown(code))
    sheet.hide()


def _examples(book: Any, formats: dict[str, Any]) -> None:
    sheet = book.add_worksheet(EXAMPLES)
    sheet.set_column(0, 40, 22)
    sheet.write_string(
        0, 0, "Erfundene Beispiele; dieses Blatt wird nicht gelesen", formats["title"]
    )
    row = 2
    for name, rows in examples().items():
        sheet.write_string(row, 0, TABLES[name].title, formats["bold"])
        for place, column in enumerate(TABLES[name].columns):
            sheet.write_string(row + 1, place, column.title, formats["optional"])
            for number, example in enumerate(rows, start=row + 2):
                text = str(example.get(column.title, ""))
                sheet.write_string(number, place, text, formats["quiet"])
        row += len(rows) + 3
    _page(sheet, EXAMPLES)


def _columns(book: Any, formats: dict[str, Any], tables: tuple[Table, ...]) -> None:
    sheet = book.add_worksheet(COLUMNS)
    heads = ("Tabelle", "Spalte", "gebraucht", "Inhalt", "Einheit", "Erklärung", "Werte")
    for place, (head, width) in enumerate(zip(heads, (24, 26, 10, 22, 10, 50, 80), strict=True)):
        sheet.write_string(0, place, head, formats["required"])
        sheet.set_column(place, place, width)
    rows = [(table, column) for table in tables for column in table.columns]
    for number, (table, column) in enumerate(rows, start=1):
        values = "; ".join(column.shown(code) for code in column.code_list)
        if column.references:
            values = f"steht in „{TABLES[column.references.split('.')[0]].title}“"
        needed = "ja" if column.required else ""
        texts = (
            table.title,
            column.title,
            needed,
            _KINDS[column.kind],
            column.unit,
            column.note,
            values,
        )
        for place, text in enumerate(texts):
            sheet.write_string(number, place, text, formats["text"])
    sheet.freeze_panes(1, 2)
    sheet.repeat_rows(0)
    _page(sheet, COLUMNS)


def _page(sheet: Any, title: str) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer(f"&L{title}&RSeite &P von &N")
