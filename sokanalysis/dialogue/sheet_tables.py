"""The tables of a feedback sheet: what exists, what is asked, and rows for what is new."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from typing import Any, Final

from sokanalysis.columns import Column, Table
from sokanalysis.dialogue import layout
from sokanalysis.dialogue.layout import ANSWER, NEW, REMARK, UNKNOWN, Key, Rows, Texts
from sokanalysis.dropdowns import validation
from sokanalysis.errors import DataProblems, Problem

TEXT_MAX_LENGTH: Final = 32_767  # of a cell, by Excel's specification

_WIDTHS: Final = {
    "text": 22, "code": 22, "codes": 24, "integer": 11, "number": 11, "date": 12, "time": 9,
    "boolean": 13,
}  # fmt: skip
_WIDE: Final = {
    "name": 36, "note": 34, "source": 34, REMARK: 30, ANSWER: 14, "offer_id": 34, "site_id": 34
}  # fmt: skip
_NUMBER_FORMATS: Final = {
    "date": "dd.mm.yyyy",
    "time": "hh:mm",
    "integer": "0",
    "number": "General",
}
_LOCKED, _QUESTION, _HEAD = "#E4E7EB", "#FFE3B3", "#1F4E79"


@dataclass
class SheetWriter:
    """A workbook in the making; formats and lists are kept so that each is written once."""

    book: Any
    rows: Rows
    formats: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)
    lists: dict[str, list[str]] = field(default_factory=dict)

    def format(self, **properties: Any) -> Any:
        """Return the format with these properties, top-aligned and wrapped."""
        given = {"valign": "top", "text_wrap": True} | properties
        name = tuple(sorted(given.items()))
        if name not in self.formats:
            self.formats[name] = self.book.add_format(given)
        return self.formats[name]

    def text(self, sheet: Any, row: int, column: int, text: str, **properties: Any) -> None:
        """Write text as text, also what looks like a formula, and so that it stays text."""
        if len(text) > TEXT_MAX_LENGTH:
            remedy = f"auf höchstens {TEXT_MAX_LENGTH} Zeichen kürzen"
            raise DataProblems(
                [Problem("Text einer Zelle", "ist zu lang", remedy, None, "", text[:40])]
            )
        if not text:
            sheet.write_blank(row, column, None, self.format(**properties))
            return
        if text[:1] in ("=", "+", "-", "@", "\t", "\r"):
            properties["quote_prefix"] = True
        sheet.write_string(row, column, text, self.format(**properties))

    def table(self, table: Table, rows: dict[Key, Texts]) -> None:
        """Write one table: hidden names, headings, its rows, rows for what is new."""
        sheet = self.book.add_worksheet(table.title)
        names = layout.sheet_columns(table)
        for number, name in enumerate(names):
            self.text(sheet, 0, number, name)
            head = {"bold": True, "font_color": "#FFFFFF", "bg_color": _HEAD, "border": 1}
            self.text(sheet, 1, number, layout.heading(table, name), **head)
            kind = table.column(name).kind if name not in layout.EXTRA_TITLES else "text"
            width = 11 if (name,) == table.key else _WIDE.get(name, _WIDTHS[kind])
            sheet.set_column(number, number, width)
        sheet.set_row(0, None, None, {"hidden": True})
        for number, row in enumerate(rows.values(), start=2):
            self.known_row(sheet, number, table, row)
        blank_count = layout.BLANK_COUNTS[table.name]
        for number in range(1, blank_count + 1):
            self.blank_row(sheet, len(rows) + 1 + number, table, number)
        self.validate(sheet, table, names, len(rows), blank_count)
        sheet.freeze_panes(2, 3 if table.name in ("offers", "sites") else 2)
        sheet.repeat_rows(1)
        set_page(sheet, table.title)

    def known_row(self, sheet: Any, number: int, table: Table, row: Texts) -> None:
        """Write a row that exists: the key locked, what is unknown as a question."""
        for place, name in enumerate(layout.sheet_columns(table)):
            if name in layout.EXTRA_TITLES:
                self.text(sheet, number, place, "", locked=False, border=1, num_format="@")
                continue
            is_open = layout.is_editable(table, name)
            look: dict[str, Any] = {"border": 1, "locked": not is_open}
            if not is_open:
                look["bg_color"] = _LOCKED
            elif layout.is_asked(table, name, row):
                look["bg_color"] = _QUESTION
                row = row | {name: row[name] or UNKNOWN}
            self.value(sheet, (number, place), table.column(name), row[name], look)

    def value(
        self, sheet: Any, place: tuple[int, int], column: Column, text: str, look: dict[str, Any]
    ) -> None:
        """Write one cell as what it is: date, time, number, or text."""
        look = look | {"num_format": _NUMBER_FORMATS.get(column.kind, "@")}
        typed = None if text == UNKNOWN else _typed(text, column)
        if typed is None:
            self.text(sheet, *place, self.shown(text, column), **look)
        elif column.kind in ("date", "time"):
            sheet.write_datetime(*place, typed, self.format(align="left", **look))
        else:
            sheet.write_number(*place, typed, self.format(align="left", **look))

    def shown(self, text: str, column: Column) -> str:
        """Return a text as people see it: labels for codes, number and name for a reference."""
        if column.references:
            rows = self.rows.get(column.references.split(".")[0], {})
            return layout.reference_label(text, layout.name_of(rows.get((text,), {})))
        parts = [column.shown(part) for part in text.split(";")]
        return "; ".join(parts) if column.kind in ("code", "codes") else text

    def blank_row(self, sheet: Any, number: int, table: Table, count: int) -> None:
        """Write a row for something new: a number for the time being, everything else open."""
        for place, name in enumerate(layout.sheet_columns(table)):
            locked = {"locked": True, "bg_color": _LOCKED, "border": 1, "num_format": "@"}
            if name == ANSWER:
                self.text(sheet, number, place, NEW, **locked)
            elif (name,) == table.key:
                self.text(sheet, number, place, f"{NEW} {count}", **locked)
            elif name in layout.PROTECTED:
                self.text(sheet, number, place, "", **locked)
            else:
                kind = "text" if name == REMARK else table.column(name).kind
                form = _NUMBER_FORMATS.get(kind, "@")
                self.text(sheet, number, place, "", locked=False, border=1, num_format=form)

    def validate(self, sheet: Any, table: Table, names: list[str], known: int, blank: int) -> None:
        """Put drop-downs and ranges on the cells that are open."""
        for place, name in enumerate(names):
            first = 2 + (known if name in table.key else 0)
            last = 1 + known + (0 if name == ANSWER else blank)
            if name == REMARK or name in layout.PROTECTED or (name,) == table.key or last < first:
                continue
            rule = (
                {"validate": "list", "source": list(layout.MARKS), "error_title": "Rückmeldung"}
                if name == ANSWER
                else validation(table.column(name), self.list_of(table.column(name)))
            )
            sheet.data_validation(first, place, last, place, rule)

    def list_of(self, column: Column) -> str:
        """Return where the values to choose from stand; empty without a list."""
        values = [column.shown(code) for code in column.code_list]
        name = column.codes
        if column.references:
            name = column.references.split(".")[0]
            values = [
                layout.reference_label(key[0], layout.name_of(row))
                for key, row in self.rows[name].items()
            ] + [f"{NEW} {count}" for count in range(1, layout.BLANK_COUNTS[name] + 1)]
        if not values:
            return ""
        self.lists.setdefault(name, values)
        return f"={layout.LIST_SHEET}!{_column_range(list(self.lists).index(name), len(values))}"

    def list_sheet(self) -> None:
        """Write the hidden sheet that the drop-downs point at."""
        sheet = self.book.add_worksheet(layout.LIST_SHEET)
        for place, values in enumerate(self.lists.values()):
            for row, value in enumerate(values):
                self.text(sheet, row, place, value)
        sheet.hide()

    def hide(self, region_id: str, provider_id: str) -> None:
        """Write the hidden sheet that says what was sent, cell by cell."""
        sheet = self.book.add_worksheet(layout.HIDDEN_SHEET)
        state = layout.version(provider_id, self.rows)
        told = [["format", layout.FORMAT], ["region", region_id], ["provider", provider_id],
                ["version", state]]  # fmt: skip
        for name, rows in self.rows.items():
            for key, row in rows.items():
                told += [[name, json.dumps(key), column, json.dumps(text, ensure_ascii=False)]
                         for column, text in row.items()]  # fmt: skip
        for number, cells in enumerate(told):
            for place, text in enumerate(cells):
                self.text(sheet, number, place, text)
        sheet.protect()
        sheet.hide()


def _typed(text: str, column: Column) -> dt.datetime | dt.time | float | None:
    """Return a date, a time or a number; None for everything that is written as text."""
    if not text or column.kind not in _NUMBER_FORMATS:
        return None
    if column.kind == "date":
        return dt.datetime.strptime(text, "%Y-%m-%d")
    return dt.time.fromisoformat(text) if column.kind == "time" else float(text)


def _column_range(column: int, length: int) -> str:
    from xlsxwriter.utility import xl_range_abs

    return str(xl_range_abs(0, column, length - 1, column))


def set_page(sheet: Any, title: str) -> None:
    """Set protection without a password and A4 across, as wide as the paper."""
    sheet.protect("", {"format_columns": True, "format_rows": True})
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer(f"&L{title.replace('&', '&&')}&RSeite &P von &N")
