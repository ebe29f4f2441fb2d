"""The results as one workbook for Excel: a sheet a table, and what they mean on the first."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.export.describe import SECRET, SECRET_NOTE, hint

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

    from sokanalysis.columns import Column
    from sokanalysis.export.describe import Result

FILE: Final = "ergebnisse.xlsx"
READ_ME: Final = "Lies mich"
_HEAD: Final = 2  # row of the headings, counted from 0: title and source stand above
_WIDEST: Final = 60
_NARROWEST: Final = 9
_DAY: Final = "dd.mm.yyyy"
_NUMBERS: Final = {"Anteil": "0 %", "€": "#,##0", "Grad": "0.00000", "": "General"}
_KINDS: Final = {"integer": "#,##0", "number": "#,##0.0", "date": _DAY}
_LONGEST: Final = 32_767  # characters that a cell of Excel holds
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
_NOTES: Final = (
    SECRET_NOTE,
    "Leer heißt: nicht bekannt oder hier ohne Bedeutung.",
    "Anteile sind auf ganze Prozent gerundet, wie in den Heften.",
    "Personenzahlen mit Bedarf sind geschätzt. Wer zwei Dinge braucht, zählt zweimal.",
    "Jede Zahl ist vor einem Beschluss mit den Trägern zu prüfen; alle Annahmen stehen auf dem "
    "Blatt „Annahmen“.",
)


def write_workbook(results: Sequence[Result], folder: Path) -> list[Path]:
    """Write all tables into ``ergebnisse.xlsx``.

    The first sheet says what there is, where it comes from and what every column means. On the
    others the title stands in the first row, source and basis in the second, the headings with
    their filter in the third. Where a count is withheld the cell says so. Text stays text,
    whatever it begins with; what is longer than a cell of Excel holds ends in „…“. The same
    results give the same bytes.

    Parameters
    ----------
    results : sequence of Result
        As `sokanalysis.export.results.result_tables` gives it.
    folder : Path
        Exists; a file of this name is replaced.

    Returns
    -------
    list of Path
        The file.
    """
    import xlsxwriter

    path = folder / FILE
    with xlsxwriter.Workbook(path) as book:
        day = results[0].reference_date
        book.set_properties({
            "title": "Ergebnisse der Auswertung", "created": dt.datetime.combine(day, dt.time()),
        })  # fmt: skip
        styles = _Styles(book)
        _write_read_me(book.add_worksheet(READ_ME), results, styles)
        for result in results:
            _write_sheet(book.add_worksheet(result.text.title), result, styles)
    return [path]


class _Styles:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[str, bool], Format] = {}
        self.title = book.add_format({"bold": True, "font_size": 14})
        self.quiet = book.add_format({"font_color": "#595959"})
        self.bold = book.add_format({"bold": True})
        self.head = book.add_format(
            {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1, "bg_color": "#EDEDED"}
        )
        self.secret = book.add_format({"italic": True, "align": "right", "valign": "top"})
        self.link = book.add_format({"font_color": "#0B5394", "underline": 1, "valign": "top"})

    def cell(self, code: str = "General", *, is_quoted: bool = False) -> Format:
        """Return the format of a cell; a quoted one stays text when somebody edits it."""
        if (code, is_quoted) not in self._made:
            self._made[code, is_quoted] = self._book.add_format({
                "num_format": code, "text_wrap": code == "General", "valign": "top",
                "quote_prefix": is_quoted,
            })  # fmt: skip
        return self._made[code, is_quoted]


def _write_sheet(sheet: Worksheet, result: Result, styles: _Styles) -> None:
    sheet.write_string(0, 0, result.text.title, styles.title)
    told = (result.text.description, f"Quelle: {result.source}", *result.basis)
    sheet.write_string(1, 0, " · ".join(told), styles.quiet)
    columns = result.text.columns
    for at, column in enumerate(columns):
        sheet.write_string(_HEAD, at, _heading(column), styles.head)
        cells = result.cells(column.name)
        for line, cell in enumerate(cells, start=_HEAD + 1):
            _write(sheet, (line, at), cell, column, styles)
        sheet.set_column(at, at, _width(column, cells))
        if column.name in result.text.withheld:
            _write_secret(sheet, at, result.rows[hint(column.name)], styles)
    sheet.autofilter(_HEAD, 0, _HEAD + max(len(result.rows), 1), len(columns) - 1)
    sheet.freeze_panes(_HEAD + 1, _kept(result))
    sheet.repeat_rows(_HEAD)
    _set_paper(sheet)


def _write_secret(sheet: Worksheet, at: int, hints: pd.Series[str], styles: _Styles) -> None:
    for line, is_secret in enumerate(hints == SECRET, start=_HEAD + 1):
        if is_secret:
            sheet.write_string(line, at, SECRET, styles.secret)


def _kept(result: Result) -> int:
    """Return how many columns stay in sight: the first two, one where they are wide."""
    first = [_width(column, result.cells(column.name)) for column in result.text.columns[:2]]
    return 2 if sum(first) <= _WIDEST else 1


def _set_paper(sheet: Worksheet) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&L&A&RSeite &P von &N")


def _write(
    sheet: Worksheet, place: tuple[int, int], cell: Any, column: Column, styles: _Styles
) -> None:
    if pd.isna(cell):
        return
    style = styles.cell(_code(column))
    if isinstance(cell, pd.Timestamp):
        sheet.write_datetime(*place, cell.to_pydatetime(), style)
    elif isinstance(cell, bool):
        sheet.write_string(*place, ("nein", "ja")[cell], style)
    elif isinstance(cell, str):
        fits = cell if len(cell) <= _LONGEST else f"{cell[: _LONGEST - 1]}…"
        sheet.write_string(*place, fits, styles.cell(is_quoted=cell.startswith(_FORMULA)))
    else:
        sheet.write_number(*place, cell, style)


def _code(column: Column) -> str:
    if column.kind == "number":
        return _NUMBERS.get(column.unit, _KINDS["number"])
    return _KINDS.get(column.kind, "General")


def _heading(column: Column) -> str:
    unit = "" if column.unit == "Anteil" else column.unit  # its cells say %
    return f"{column.title} ({unit})" if unit else column.title


def _width(column: Column, cells: Sequence[Any]) -> int:
    """Return a width in characters: the longest line of a cell, a heading broken at its words."""
    # A heading is bold and has the button of the filter beside it.
    words = max(len(word) for word in _heading(column).split()) + 4
    if column.kind != "text":
        return max(words, _NARROWEST, 12 if column.kind == "date" else 0)
    lines = [len(line) for cell in cells if pd.notna(cell) for line in cell.split("\n")]
    return min(max([words, _NARROWEST, *(length + 2 for length in lines)]), _WIDEST)


def _write_read_me(sheet: Worksheet, results: Sequence[Result], styles: _Styles) -> None:
    sheet.hide_gridlines(2)
    for at, width in enumerate((28, 50, 26, _WIDEST, 42)):
        sheet.set_column(at, at, width)
    sheet.write_string(0, 0, "Ergebnisse der Auswertung", styles.title)
    sheet.write_string(1, 0, f"Datenstand {results[0].reference_date:%d.%m.%Y}", styles.quiet)
    for line, note in enumerate(_NOTES, start=3):
        sheet.write_string(line, 0, note)
    line = _write_contents(sheet, results, styles, 3 + len(_NOTES) + 1)
    _write_columns(sheet, results, styles, line + 1)
    _set_paper(sheet)


def _write_contents(sheet: Worksheet, results: Sequence[Result], styles: _Styles, line: int) -> int:
    """List the tables from a line on; return the line behind them."""
    _write_line(sheet, line, ("Blatt", "Inhalt", "Zeilen", "Quelle und Grundlage"), styles.head)
    for at, result in enumerate(results, start=line + 1):
        title, basis = result.text.title, "; ".join((result.source, *result.basis))
        sheet.write_url(at, 0, f"internal:'{title}'!A1", styles.link, string=title)
        sheet.write_string(at, 1, result.text.description, styles.cell())
        sheet.write_number(at, 2, len(result.rows), styles.cell("#,##0"))
        sheet.write_string(at, 3, basis, styles.cell())
    return line + 1 + len(results)


def _write_columns(sheet: Worksheet, results: Sequence[Result], styles: _Styles, line: int) -> None:
    """Say what the columns of all tables mean."""
    heads = ("Blatt", "Spalte", "Einheit", "Erläuterung", "Name in den anderen Formaten")
    _write_line(sheet, line, heads, styles.head)
    rows = ((result.text.title, column) for result in results for column in result.text.columns)
    for at, (title, column) in enumerate(rows, start=line + 1):
        words = (title, column.title, column.unit, column.note, column.name)
        _write_line(sheet, at, words, styles.cell())


def _write_line(sheet: Worksheet, line: int, words: Iterable[str], style: Format) -> None:
    for at, word in enumerate(words):
        sheet.write_string(line, at, word, style)
