"""The catalogue as files for the office: one workbook, one table for other programs."""

from __future__ import annotations

import datetime as dt
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.numbering import register

if TYPE_CHECKING:
    from pathlib import Path

    from xlsxwriter.worksheet import Worksheet

    from sokanalysis.region import Region

# Column of the catalogue, heading, width in characters, kind of number.
_COLUMNS: Final = (
    ("number", "Nr.", 6, ""), ("title", "Maßnahme", 44, ""), ("field", "Handlungsfeld", 24, ""),
    ("lever", "Art", 22, ""), ("need", "Bedarf", 24, ""), ("gap", "Lücke", 30, ""),
    ("goal", "Ziel", 34, ""), ("target_group", "Zielgruppe", 26, ""),
    ("steps", "Schritte", 44, ""), ("responsible", "Verantwortlich (Vorschlag)", 26, ""),
    ("partners", "Partner", 26, ""), ("period", "Zeitraum", 24, ""),
    ("cost_eur", "Kosten im Jahr (€)", 12, "euro"),
    ("cost_eur_low", "Kosten mindestens (€)", 12, "euro"),
    ("cost_eur_high", "Kosten höchstens (€)", 12, "euro"),
    ("funding", "Förderung (zu prüfen)", 44, ""), ("indicator", "Kennzahl", 26, ""),
    ("start_value", "Ausgangswert", 12, "count"), ("target_value", "Zielwert", 12, "count"),
    ("gained_count", "zusätzlich erreicht (Personen)", 12, "count"),
    ("gained_range", "Spanne (Personen)", 16, ""),
    ("gained_count_holidays", "davon in den Ferien (Personen)", 12, "count"),
    ("lost_count", "fehlt im Verbund ohne sie (Personen)", 12, "count"),
    ("cost_per_person_eur", "Kosten je Person (€)", 12, "euro"),
    ("priority", "Priorität", 10, ""), ("is_quick_win", "schnell umsetzbar", 10, ""),
    ("is_chosen", "im Plan", 8, ""), ("robustness", "gewählt", 10, ""),
    ("decides", "es entscheidet", 26, ""), ("status", "Stand", 14, ""),
)  # fmt: skip
_FUNDINGS: Final = (
    ("name", "Förderprogramm", 44, ""), ("giver", "Fördergeber", 30, ""),
    ("applicant", "antragsberechtigt", 26, ""), ("own_share", "Eigenanteil", 12, "share"),
    ("until_date", "Ende", 12, "date"), ("conditions", "Bedingungen", 60, ""),
    ("quality", "Qualität", 12, ""), ("source", "Quelle", 44, ""),
)  # fmt: skip
_FORMATS: Final = {
    "euro": "#,##0", "count": "#,##0", "share": "0 %", "date": "dd.mm.yyyy", "": "@",
}  # fmt: skip


def write_catalogue(region: Region, measures: pd.DataFrame, folder: Path) -> list[Path]:
    """Write the catalogue as ``katalog.xlsx`` and ``katalog.csv``.

    Parameters
    ----------
    region, measures
        As in `workbook`.
    folder : Path
        Made where it does not exist; files of these names are replaced.

    Returns
    -------
    list of Path
        What was written.
    """
    contents = {
        "katalog.xlsx": workbook(region, measures),
        "katalog.csv": table(measures).encode("utf-8-sig"),
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [folder / name for name in contents]


def keep_numbers(region: Region, measures: pd.DataFrame) -> Path:
    """Write the numbers given so far into the region's folder, so that they stay."""
    path = region.folder / "measure_numbers.csv"
    rows = register(region, measures)
    rows = rows.assign(need_keys=rows["need_keys"].map(";".join))
    path.write_text(rows.to_csv(index=False, lineterminator="\n"), encoding="utf-8")
    return path


def workbook(region: Region, measures: pd.DataFrame) -> bytes:
    """Return the catalogue as a workbook (XLSX) with measures, programmes and assumptions.

    Parameters
    ----------
    region : Region
        Gives programmes and assumptions; its reference date is that of the file, so that the
        same catalogue gives the same bytes.
    measures : DataFrame
        As `sokanalysis.catalogue.catalogue` gives it; small counts are missing there already.
    """
    import xlsxwriter

    target = BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True, "strings_to_formulas": False}) as book:
        day = region.parameters.reference_date
        book.set_properties({
            "title": "Maßnahmenkatalog", "created": dt.datetime.combine(day, dt.time()),
        })  # fmt: skip
        formats = {
            kind: book.add_format({"num_format": code, "text_wrap": True, "valign": "top"})
            for kind, code in _FORMATS.items()
        }
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        sheets = {
            "Maßnahmen": (measures, _COLUMNS), "Förderprogramme": (region.fundings, _FUNDINGS),
            "Annahmen": (_assumptions(region), _ASSUMPTIONS),
        }  # fmt: skip
        for name, (rows, columns) in sheets.items():
            _fill(book.add_worksheet(name), rows, columns, formats, head)
    return target.getvalue()


_ASSUMPTIONS: Final = (
    ("title", "Annahme", 50, ""), ("value", "Wert", 12, ""), ("unit", "Einheit", 14, ""),
    ("range", "Spanne", 18, ""), ("quality", "Qualität", 12, ""), ("source", "Quelle", 60, ""),
)  # fmt: skip


def _assumptions(region: Region) -> pd.DataFrame:
    rows = [
        {
            "title": entry.title, "value": str(entry.value), "unit": entry.unit,
            "range": " bis ".join(str(end) for end in entry.range or ()),
            "quality": entry.quality, "source": entry.source,
        }
        for entry in region.parameters.entries.values()
        if entry.topic in ("bedarf", "massnahmen")
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _fill(
    sheet: Worksheet, rows: pd.DataFrame, columns: tuple[tuple[str, str, int, str], ...],
    formats: dict[str, Any], head: Any,
) -> None:  # fmt: skip
    for at, (name, title, width, kind) in enumerate(columns):
        sheet.set_column(at, at, width)
        sheet.write_string(0, at, title, head)
        for line, value in enumerate(rows[name], start=1):
            _write(sheet, (line, at), value, formats[kind], is_text=kind == "")
    sheet.freeze_panes(1, 2)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)


def _write(
    sheet: Worksheet, place: tuple[int, int], value: Any, style: Any, *, is_text: bool
) -> None:
    """Write a cell; text never becomes a formula, whatever it begins with."""
    if is_text:
        sheet.write_string(*place, _text(value), style)
    elif pd.isna(value):
        sheet.write_blank(*place, None, style)
    elif isinstance(value, pd.Timestamp):
        sheet.write_datetime(*place, value.to_pydatetime(), style)
    else:
        sheet.write_number(*place, float(value), style)


def _text(value: Any) -> str:
    if isinstance(value, list | tuple):
        return "\n".join(str(part) for part in value)
    if isinstance(value, bool):
        return "ja" if value else "nein"
    return "" if pd.isna(value) else str(value)


def table(measures: pd.DataFrame) -> str:
    """Return the catalogue as CSV (semicolons, decimal comma) under German headings.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front.
    """
    rows = pd.DataFrame({
        title: measures[name] if kind else measures[name].map(_text).map(_harmless)
        for name, title, _, kind in _COLUMNS
    })  # fmt: skip
    return rows.to_csv(sep=";", decimal=",", index=False, float_format="%.0f", lineterminator="\n")


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
