"""Small tables for the tests of exports, with everything in them that can go wrong in a file."""

from __future__ import annotations

import datetime as dt

import geopandas as gpd
import pandas as pd
from shapely import MultiPolygon, Point, box

from sokanalysis.columns import Column
from sokanalysis.export.describe import SECRET, Result, TableText, hint

DAY = dt.date(2026, 11, 22)
# What a spreadsheet could take for a formula, what a browser could run, what breaks a line.
NAMES = (
    '=HYPERLINK("http://example.org";"x")', "+49", "-1+2", "@SUM(1)", "\t=1+1", "\r=1+1",
    "Kurs; =1+1", "eins\n-zwei", '"in Anführung", mit Komma', "<script>alert(1)</script>",
    "Ünïcode „😀“", "'schon da",
)  # fmt: skip
COLUMNS = (
    Column("place_id", "Ort-Nr."), Column("name", "Name", note="wie er heißt"),
    Column("person_count", "Personen", "integer", "Personen", note="geschätzt"),
    Column("reached_share", "erreicht", "number", "Anteil"),
    Column("cost_eur", "Kosten", "number", "€"), Column("is_open", "offen", "boolean"),
    Column("until_date", "endet am", "date"),
)  # fmt: skip


def rows() -> pd.DataFrame:
    """One row a name; the first has nothing known, the second count is withheld."""
    count = len(NAMES)
    people = pd.array([pd.NA, pd.NA, *range(3, count + 1)], dtype="Int64")
    hints = pd.Series([None, SECRET, *[None] * (count - 2)], dtype="str")
    return pd.DataFrame({
        "place_id": [f"O{at}" for at in range(count)], "name": pd.Series(NAMES, dtype="str"),
        "person_count": people, hint("person_count"): hints,
        "reached_share": [float("nan"), *[at / 100 for at in range(1, count)]],
        "cost_eur": [float("nan"), *[-1000.5 * at for at in range(1, count)]],
        "is_open": pd.array([pd.NA, *[at % 2 == 0 for at in range(1, count)]], dtype="boolean"),
        "until_date": pd.to_datetime([None, *["2027-12-31"] * (count - 1)]),
    })  # fmt: skip


def text(name: str, title: str, geometry: str = "") -> TableText:
    return TableText(
        name, title, f"Eine Zeile je Ort ({title}).", "bestand", COLUMNS, ("place_id",), geometry,
        frozenset({"person_count"}), {},
    )  # fmt: skip


def result(words: TableText, table: pd.DataFrame) -> Result:
    return Result(words, table, "Quelle, Stand 22.11.2026", ("Annahme eins", "Annahme zwei"), DAY)


def results() -> list[Result]:
    """Areas (one a polygon, one of two parts, the others without border), points, no geometry."""
    table, one = rows(), box(11.7, 50.6, 11.8, 50.7)
    borders = [one, MultiPolygon([one, box(11.9, 50.6, 12.0, 50.7)]), *[None] * (len(table) - 2)]
    points = [Point(11.7 + at / 100, 50.6) for at in range(len(table))]
    areas = gpd.GeoDataFrame(table, geometry=borders, crs="EPSG:4326")
    places = gpd.GeoDataFrame(table, geometry=points, crs="EPSG:4326")
    return [
        result(text("flaechen", "Flächen", "area"), areas),
        result(text("orte", "Orte", "point"), places),
        result(text("liste", "Liste"), table),
        result(text("leer", "Leer"), table[:0]),
    ]
