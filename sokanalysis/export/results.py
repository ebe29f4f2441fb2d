"""Every exported table with its rows: computed, protected, described, in plain types and words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pandas as pd

from sokanalysis.basis import foreigners_basis
from sokanalysis.export import access, people, places, stock
from sokanalysis.export.describe import ORIGINS, SECRET, Result, hint, table_texts
from sokanalysis.schema import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable

    from sokanalysis.columns import Column
    from sokanalysis.export.describe import TableText
    from sokanalysis.export.findings import Findings
    from sokanalysis.region import Region

_ROWS: Final[dict[str, Callable[[Findings], pd.DataFrame]]] = {
    "gemeinden": places.municipalities, "siedlungen": places.settlements,
    "angebotsorte": places.sites, "haltestellen": places.stops,
    "angebote": stock.offers, "termine": stock.sessions, "traeger": stock.providers,
    "angebotsarten": stock.kinds, "zielgruppen": stock.target_groups,
    "gemeinsame_orte": stock.shared_places, "ueberschneidungen": stock.overlaps,
    "runde_tische": stock.meetings, "vollstaendigkeit": stock.completeness,
    "datenstand": stock.qualities, "foerderprogramme": stock.fundings,
    "annahmen": stock.assumptions,
    "teilnahme_angebote": access.by_offer, "teilnahme_felder": access.by_field,
    "teilnahme_gemeinden": access.by_municipality, "gruende": access.reasons,
    "gruende_siedlungen": access.reasons_by_settlement, "wege": access.ways,
    "bedarf": people.demand, "bedarf_gemeinden": people.demand_by_municipality,
    "luecken": people.gaps_by_need, "luecken_felder": people.gaps_by_field,
    "luecken_gemeinden": people.gaps_by_municipality,
    "handlungsbedarfe": people.needs_for_action,
    "massnahmen": people.measures, "budget": people.curve,
}  # fmt: skip
_OF_PLAN: Final = ("massnahmen", "budget")
_ESTIMATED: Final = "Bedarf geschätzt aus angenommenen Anteilen – Arbeitsannahme"
# Control characters and halves of pairs are no text and break XML or UTF-8; a line ends with a line
# feed, a tab is a space.
_CONTROL: Final = (*range(32), *range(127, 160), *range(0xD800, 0xE000), 0xFFFE, 0xFFFF)
_PLAIN: Final = {**dict.fromkeys(_CONTROL), ord("\n"): "\n", ord("\t"): " "}


def result_tables(found: Findings) -> list[Result]:
    """Return every table that is exported.

    Parameters
    ----------
    found : Findings
        As `sokanalysis.export.findings.find` gives it; the tables of measures are left out where
        it has no plan.

    Returns
    -------
    list of Result
        In the order of ``tables.yaml``. A table may be empty.

    Raises
    ------
    NotProtected
        When small counts of people cannot be protected.
    """
    names = [name for name in table_texts() if found.plan is not None or name not in _OF_PLAN]
    return [result_table(found, name) for name in names]


def result_table(found: Findings, name: str) -> Result:
    """Return one table.

    Parameters
    ----------
    found : Findings
        As in `result_tables`.
    name : str
        Key of `sokanalysis.export.describe.table_texts`; KeyError for any other.
    """
    text, rows, region = table_texts()[name], _ROWS[name](found), found.region
    cells: dict[str, Any] = {}
    for column in text.columns:
        typed = _typed(rows[column.name], column, _labels(text, column.name))
        if column.name in text.withheld:
            told = rows[hint(column.name)] if hint(column.name) in rows else typed.isna()
            is_gone = told.astype(bool)
            cells[column.name] = typed.mask(is_gone)
            hints = pd.Series(SECRET, index=rows.index, dtype="str")
            cells[hint(column.name)] = hints.where(is_gone)
        else:
            cells[column.name] = typed
    day = region.parameters.reference_date
    source = f"{ORIGINS[text.origin]}, Stand {day:%d.%m.%Y}"
    table = _framed(rows, cells, is_layer=bool(text.geometry))
    return Result(text, table, source, _basis(region, text.origin), day)


def _framed(rows: pd.DataFrame, cells: dict[str, Any], *, is_layer: bool) -> pd.DataFrame:
    table = pd.DataFrame(cells, index=rows.index)
    if is_layer:
        import geopandas as gpd

        table = gpd.GeoDataFrame(table, geometry=rows["geometry"])
    return table.reset_index(drop=True)


def _basis(region: Region, origin: str) -> tuple[str, ...]:
    counted = f"Ausländerinnen und Ausländer: {foreigners_basis(region)}"
    estimated = (counted, _ESTIMATED) if origin in ("schaetzung", "luecken") else ()
    travelled = region.basis if origin in ("rechnung", "luecken") else ()
    return (*estimated, *travelled)


def _labels(text: TableText, name: str) -> dict[str, str]:
    """Return the German labels of a column with codes; empty for any other."""
    table, _, column = text.sources.get(name, "").partition(".")
    return TABLES[table].column(column).code_list if table else {}


def _typed(cells: pd.Series[Any], column: Column, labels: dict[str, str]) -> pd.Series[Any]:
    """Return cells as what the column holds; missing where nothing is known."""
    if column.kind == "integer":
        return cells.astype("Float64").astype("Int64")
    if column.kind == "number":
        return cells.astype("Float64").astype("float64")
    if column.kind == "boolean":
        return cells.astype("boolean")
    if column.kind == "date":
        return pd.to_datetime(cells)
    return pd.Series([_text(cell, labels) for cell in cells], index=cells.index, dtype="str")


def _text(cell: Any, labels: dict[str, str]) -> str | None:
    if isinstance(cell, list | tuple):
        parts = [str(labels.get(part, part)) for part in cell]
        return plain("; ".join(parts)) or None
    return None if pd.isna(cell) else plain(str(labels.get(cell, cell))) or None


def plain(text: str) -> str:
    r"""Return text without control characters; lines end with ``\n``, ends are trimmed.

    HTML and formulas stay as they are written: they are text, and every format writes them so.
    """
    return text.replace("\r\n", "\n").replace("\r", "\n").translate(_PLAIN).strip()
