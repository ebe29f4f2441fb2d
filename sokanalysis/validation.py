"""Rules on typed tables: ranges, patterns and keys by pandera, references between tables."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from sokanalysis.columns import Column, Table
from sokanalysis.errors import Problem
from sokanalysis.read.entries import sheet_label
from sokanalysis.schema import OFFICIAL_TABLES, TABLES

if TYPE_CHECKING:
    import pandera.pandas as pa


def table_problems(rows: pd.DataFrame, table: Table) -> list[Problem]:
    """Check one typed table against its rules.

    Parameters
    ----------
    rows : DataFrame
        As `sokanalysis.read.tables.read_table` gives it.
    table : Table
        Its rules.

    Returns
    -------
    list of Problem
        Values out of range or not of the right form, and duplicate keys. Empty without rows.
    """
    import pandera.pandas as pa

    try:
        _pandera_schema(table).validate(rows, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases.dropna(subset=["index"]).sort_values(["index", "column"])
        found = [_problem(case, table) for case in cases.to_dict("records")]
    else:
        found = []
    return found + _duplicates(rows, table) + _not_rising(rows, table)


def _pandera_schema(table: Table) -> pa.DataFrameSchema:
    import pandera.pandas as pa

    columns = {
        column.name: pa.Column(None, _checks(column), nullable=True) for column in table.columns
    }
    return pa.DataFrameSchema(columns, strict=True, ordered=True)


def _checks(column: Column) -> list[pa.Check]:
    import pandera.pandas as pa

    checks = []
    if column.minimum is not None:
        text = f"ist kleiner als {column.minimum:g}"
        checks.append(pa.Check.ge(column.minimum, error=text))
    if column.maximum is not None:
        text = f"ist größer als {column.maximum:g}"
        checks.append(pa.Check.le(column.maximum, error=text))
    if column.pattern:
        text = "hat nicht die erwartete Form"
        checks.append(pa.Check.str_matches(rf"^{column.pattern}$", error=text))
    return checks


def _problem(case: dict[Hashable, Any], table: Table) -> Problem:
    column = table.column(case["column"])
    row, value = int(case["index"]) + 2, str(case["failure_case"]).removesuffix(".0")
    return Problem(f"{table.name}.csv", case["check"], _remedy(column), row, column.title, value)


def _remedy(column: Column) -> str:
    if column.name in ("lat", "lon"):
        return "Grad mit Dezimalpunkt eintragen, z. B. 50.65; Breite und Länge nicht vertauschen"
    if column.minimum is not None and column.maximum is not None:
        return f"einen Wert von {column.minimum:g} bis {column.maximum:g} {column.unit} eintragen"
    if column.minimum is not None:
        return f"einen Wert ab {column.minimum:g} {column.unit} eintragen"
    digits = column.pattern.removeprefix(r"\d{").removesuffix("}")
    if not digits.isdecimal():
        return column.note or f"die Form {column.pattern} eintragen"
    return f"genau {digits} Ziffern eintragen, Nullen am Anfang eingeschlossen"


def _duplicates(rows: pd.DataFrame, table: Table) -> list[Problem]:
    keys = rows[list(table.key)]
    first = pd.Series(rows.index + 2, index=rows.index).groupby([keys[k] for k in table.key])
    titles = ", ".join(table.column(name).title for name in table.key)
    repeated = keys[keys.duplicated() & keys.notna().all(axis=1)]
    starts = first.transform("first")
    return [
        Problem(
            f"{table.name}.csv", "Schlüssel steht doppelt",
            f"Zeile {starts[index]} hat ihn schon: eine Zeile löschen oder neu nummerieren",
            int(index) + 2, titles, " / ".join(str(part).removesuffix(" 00:00:00") for part in key),
        )
        for index, key in zip(repeated.index, repeated.itertuples(index=False), strict=True)
    ]  # fmt: skip


def _not_rising(rows: pd.DataFrame, table: Table) -> list[Problem]:
    problems = []
    for first, second in table.rising:
        wrong = rows[(rows[second] < rows[first]).fillna(False).astype(bool)]
        before, after = table.column(first), table.column(second)
        problems += [
            Problem(
                f"{table.name}.csv", f"liegt vor „{before.title}“ ({start})",
                "beide Angaben prüfen, vielleicht sind sie vertauscht",
                cast("int", index) + 2, after.title, str(end).removesuffix(" 00:00:00"),
            )
            for index, start, end in zip(wrong.index, wrong[first], wrong[second], strict=True)
        ]  # fmt: skip
    return problems


def reference_problems(tables: dict[str, pd.DataFrame]) -> list[Problem]:
    """Find rows that point at nothing.

    Parameters
    ----------
    tables : dict of str to DataFrame
        All tables of a region by name.

    Returns
    -------
    list of Problem
        One for each value its referenced column does not hold; a list may give several.
    """
    return [
        problem
        for table in TABLES.values()
        for column in table.columns
        if column.references
        for cells in [tables[table.name][column.name].explode()]
        for problem in dangling(tables, table, cells, column.references)
    ]


def dangling(
    tables: dict[str, pd.DataFrame], table: Table, cells: pd.Series[str], references: str
) -> list[Problem]:
    """Find cells of one column whose value another table does not hold.

    Parameters
    ----------
    tables : dict of str to DataFrame
        All tables of a region by name.
    table : Table
        Where the cells stand.
    cells : Series of str
        Named like the column, with the index of the table; missing ones point at nothing.
    references : str
        ``<table>.<column>`` that has to hold them.
    """
    target, key = references.split(".")
    column = table.column(str(cells.name))
    missing = cells[cells.notna() & ~cells.isin(tables[target][key])]
    title = TABLES[target].title
    return [
        Problem(
            f"{table.name}.csv", f"steht nicht in {target}.csv ({title})",
            f"dort eine Zeile ergänzen oder hier eine vorhandene {column.title} eintragen",
            cast("int", index) + 2, column.title, str(value),
        )
        for index, value in missing.items()
    ]  # fmt: skip


def without_rows(
    tables: dict[str, pd.DataFrame], needed: tuple[Table, ...], named: set[str]
) -> list[Problem]:
    """Name tables that need a row and have none.

    Parameters
    ----------
    tables : dict of str to DataFrame
        By name of the table.
    needed : tuple of Table
        Those that need a row.
    named : set of str
        Files that are complained about already.
    """
    return [
        Problem(
            f"{table.name}.csv", f"{table.title}: keine Zeilen",
            "mit „sok daten holen“ aus amtlichen Dateien füllen oder eintragen"
            if table in OFFICIAL_TABLES
            else f"hier oder in {sheet_label(table.title)} eintragen",
        )
        for table in needed
        if tables[table.name].empty and f"{table.name}.csv" not in named
    ]  # fmt: skip
