"""The handbook's reference pages, written from the schema and the parameters.

Run ``python -m sokanalysis.reference`` to write ``docs/spalten.md`` and ``docs/parameter.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from sokanalysis import style
from sokanalysis.codes import QUALITIES
from sokanalysis.columns import Column, Kind, Table
from sokanalysis.parameters import Parameter, Value, default_parameters
from sokanalysis.schema import TABLES

DOCS: Final = Path(__file__).parents[1] / "docs"

KINDS: Final[dict[Kind, str]] = {
    "text": "Text",
    "code": "ein Code",
    "codes": "Codes, getrennt durch ;",
    "integer": "ganze Zahl",
    "number": "Zahl",
    "date": "Datum (JJJJ-MM-TT)",
    "time": "Uhrzeit (HH:MM)",
    "boolean": "ja oder nein",
}
_MARK: Final = "mit `python -m sokanalysis.reference`; nicht von Hand ändern."


def column_reference() -> str:
    """Describe every column of every editable table.

    Returns
    -------
    str
        Markdown in German: one section a table with title, name, kind, unit, whether a value is
        required, what is allowed, and a note; then every code list with its labels.
    """
    tables = [_table_section(table) for table in TABLES.values()]
    return "\n".join([
        "# Spalten der Tabellen", "",
        f"Erzeugt aus `sokanalysis/schema.py` {_MARK}", "",
        "Als Kopfzeile gilt der Titel oder der Name. Eine leere Zelle heißt „unbekannt“; in",
        "Pflichtspalten ist sie ein Fehler. Die erlaubten Codes stehen am Ende der Seite.", "",
        *tables, "## Codes", "", *_code_sections(),
    ])  # fmt: skip


def _table_section(table: Table) -> str:
    key = ", ".join(f"„{table.column(name).title}“" for name in table.key)
    pairs = [(table.column(a).title, table.column(b).title) for a, b in table.rising]
    note = [text for a, b in pairs for text in (f"„{b}“ darf nicht vor „{a}“ liegen.", "")]
    note += ["Diese Datei darf fehlen.", ""] if table.is_optional else []
    heads = ("Titel", "Name", "Inhalt", "Einheit", "Pflicht", "erlaubt", "Bemerkung")
    return "\n".join([
        f"## {table.title} (`{table.name}.csv`)", "", f"Schlüssel: {key}", "", *note,
        _table(heads, [_column_row(column) for column in table.columns]),
    ])  # fmt: skip


def _column_row(column: Column) -> tuple[str, ...]:
    return (
        column.title, f"`{column.name}`", KINDS[column.kind], column.unit,
        "ja" if column.required else "", _allowed(column), column.note,
    )  # fmt: skip


def _allowed(column: Column) -> str:
    """Say in words what a cell may hold beyond its kind."""
    table, _, name = column.references.partition(".")
    low, high = (_number(bound) for bound in (column.minimum, column.maximum))
    rules = {
        f"[Codeliste](#{_anchor(column.codes)})": bool(column.codes),
        f"steht in `{table}.csv`, Spalte `{name}`": bool(table),
        f"{low} bis {high}": bool(low and high),
        f"ab {low}": bool(low and not high),
        f"Form {_form(column.pattern)}": bool(column.pattern),
    }
    return "; ".join(words for words, holds in rules.items() if holds)


def _form(pattern: str) -> str:
    """Say a pattern of digits in words; any other pattern stands as it is."""
    count = pattern.removeprefix(r"\d{").removesuffix("}")
    return f"{count} Ziffern" if count.isdigit() else f"`{pattern}`"


def _code_sections() -> list[str]:
    """Return one section a code list, in the order in which the tables use them."""
    columns = [c for table in TABLES.values() for c in table.columns if c.codes]
    lists = {column.codes: column for column in columns}
    return [
        f"### {_code_title(name)}\n\n"
        + _table(("Code", "Bedeutung"), [(f"`{c}`", t) for c, t in lists[name].code_list.items()])
        for name in dict.fromkeys(column.codes for column in columns)
    ]


def _code_title(code_list: str) -> str:
    """Name a code list after the column and the tables that use it."""
    uses = [(t, c) for t in TABLES.values() for c in t.columns if c.codes == code_list]
    title = uses[0][1].title
    everywhere = len(uses) == len(TABLES)
    where = "alle Tabellen" if everywhere else ", ".join(dict.fromkeys(t.title for t, _ in uses))
    return f"{title} ({where})"


def _anchor(code_list: str) -> str:
    if not code_list:
        return ""
    title = _code_title(code_list).lower().replace(" ", "-")
    return "".join(letter for letter in title if letter.isalnum() or letter == "-")


def parameter_reference() -> str:
    """Describe every threshold and assumption.

    Returns
    -------
    str
        Markdown in German: one row a parameter with name, meaning, value, unit, allowed range,
        valid-from date, quality and source.
    """
    heads = ("Name", "Bedeutung", "Wert", "Einheit", "erlaubt", "gültig ab", "Qualität", "Quelle")
    entries = default_parameters().entries.values()
    return "\n".join([
        "# Parameter", "", f"Erzeugt aus `sokanalysis/parameters.yaml` {_MARK}", "",
        "Eigene Werte kommen in `parameters.yaml` im Ordner der Region, eine Zeile je Parameter:",
        "`name: wert`. Zahlen dort mit Punkt, Uhrzeiten in Anführungszeichen.", "",
        _table(heads, [_parameter_row(entry) for entry in entries]),
    ])  # fmt: skip


def _parameter_row(entry: Parameter) -> tuple[str, ...]:
    bounds = [_value(bound) for bound in entry.range or ()]
    return (
        f"`{entry.name}`", entry.title, _value(entry.value), entry.unit, " bis ".join(bounds),
        f"{entry.valid_from:%d.%m.%Y}", QUALITIES[entry.quality].split(" (")[0], entry.source,
    )  # fmt: skip


def _value(value: Value) -> str:
    if isinstance(value, str):
        return value
    return _number(value) if isinstance(value, int | float) else f"{value:%d.%m.%Y}"


def _number(value: float | None) -> str:
    """Return a number as Germans write it, nothing for no number."""
    return "" if value is None else style.exact(value)


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


PAGES: Final[dict[str, Callable[[], str]]] = {
    "spalten.md": column_reference,
    "parameter.md": parameter_reference,
}


def main() -> None:
    """Write the pages into the project's folder ``docs``."""
    for name, text in PAGES.items():
        (DOCS / name).write_text(text(), encoding="utf-8")


if __name__ == "__main__":
    main()
