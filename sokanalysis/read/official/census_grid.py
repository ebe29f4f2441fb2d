"""Read the results of the German census in grid cells: all of Germany, or one box of it.

The description rests on the loaders zensus2pgsql 0.2.1 (names of the archives), JsLth/z22data
(``data-raw/1-z22.R``: separator, encodings, withheld marks, a comma between thousands) and
cleancensus (headings, en dash, ``KLAMMERN``), and on lines of the files quoted in them.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import reduce
from pathlib import Path, PurePosixPath
from typing import Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from sokanalysis.errors import WrongCrs
from sokanalysis.geography import Box
from sokanalysis.read.bounded import LINE_MAX_CHARS, csv_rows, decode, open_archive, refuse
from sokanalysis.read.official.csv_parts import as_text, read_parts
from sokanalysis.read.official.findings import Findings

CellSize = Literal["100m", "1km", "10km"]

_SIZES_M: Final = {"100m": 100, "1km": 1_000, "10km": 10_000}
_MARK: Final = "werterlaeuternde_zeichen"
_RESULT: Final = ("cell_id", "x_m", "y_m", "cell_size_m", "is_uncertain")
# The dash of UTF-8, of Windows-1252 and of a program that took this for Latin-1, read as Latin-1.
_DASHES: Final = ["-", "\xe2\x80\x93", "\x96", "\xc2\x96"]
_WITHHELD: Final = [*_DASHES, "-1", "-9"]
_NUMBER: Final = r"^\d{1,12}(,\d{1,12})?$"
_PERHAPS_THOUSANDS: Final = r"^\d{1,3},\d{3}$"
_COORDINATE: Final = r"^\d{1,9}$"
# All of Europe in EPSG:3035; degrees and the UTM coordinates of Germany lie outside.
_EUROPE_M: Final = (900_000, 7_400_000)
_AGAIN: Final = "die Datei neu herunterladen und nicht in einer Tabellenkalkulation speichern"

_Whole = npt.NDArray[np.int64]
_Mask = npt.NDArray[np.bool_]


def read_grid(path: Path, box_m: Box | None = None, *, size: CellSize = "100m") -> pd.DataFrame:
    """Read one grid file of the census of 2022, or one of 2011 that has coordinates.

    Parameters
    ----------
    path : Path
        The CSV file, or the official ZIP in which 100 m, 1 km and 10 km lie side by side.
    box_m : tuple of float, optional
        West, south, east, north in metres (EPSG:3035): only cells whose midpoint lies inside
        or on the edge. Without it all cells; the 100 m grid has three million of them.
    size : {'100m', '1km', '10km'}
        Which file of a ZIP; a CSV file says it itself.

    Returns
    -------
    DataFrame
        In the order of the file: ``cell_id``, ``x_m``, ``y_m`` (midpoint, EPSG:3035),
        ``cell_size_m``, the file's value columns under their own names as float, and
        ``is_uncertain`` (a mark such as ``KLAMMERN`` stands at the cell: the office calls the
        value statistically uncertain). No rows when no cell lies in the box.

    Raises
    ------
    DataProblems
        When it is another kind of file or damaged; problems are listed together, as many as
        `findings.PROBLEM_MAX_COUNT`. Ids and coordinates are checked for all cells, values for
        those in the box.
    WrongCrs
        When the box is not in EPSG:3035 or its sides are out of order.

    Notes
    -----
    NaN means that no number is published: ``–`` (also ``-``), in the files of 2011 -1 and -9.
    In the census of 2022 the dash stands for "nichts vorhanden, genau Null oder zur
    Geheimhaltung auf Null geändert" (Zeichenerklärung of the census database): whoever reads a
    count may fill it with 0; a mean or a share has no value there.

    A total and its parts stand side by side, e.g. ``Insgesamt_Bevoelkerung`` beside
    ``Deutschland`` and ``Ausland_Sonstige``, and this one beside its own part ``EU27_Land``.
    Never add columns: people would count twice, and as every number is perturbed on its own
    (Cell-Key-Methode), parts do not add up to their total anyway. Take the published total.
    """
    _require_box(box_m)
    with _plain_file(path, size) as (plain, name):
        heading = _heading(plain, name)
        cells = _Cells(heading, box_m, Findings(name))
        for rows, batch in read_parts(plain, heading.names, cells.findings):
            cells.take(rows, batch)
        return cells.table()


def _require_box(box_m: Box | None) -> None:
    if box_m is None:
        return
    west, south, east, north = box_m
    low, high = _EUROPE_M
    if not (low <= west <= east <= high and low <= south <= north <= high):
        raise WrongCrs(
            f"Der Ausschnitt {box_m} liegt nicht im Gitter der amtlichen Statistik → West, Süd, "
            "Ost, Nord in Metern angeben (EPSG:3035)."
        )


@contextmanager
def _plain_file(path: Path, size: CellSize) -> Iterator[tuple[Path, str]]:
    """Give the CSV file and what messages call it; one out of a ZIP goes into a folder of its own.

    Unpacking takes disk instead of memory.
    """
    if not path.is_file():
        raise refuse(path.name, "Datei fehlt", f"die Datei nach „{path.parent.name}“ legen")
    with path.open("rb") as file:
        is_archive = file.read(4) == b"PK\x03\x04"
    if not is_archive:
        yield path, path.name
        return
    with open_archive(path) as archive, tempfile.TemporaryDirectory() as folder:
        sized = re.compile(rf"(?<!\d){size}")
        found = [p for p in archive.find(".csv") if sized.search(PurePosixPath(p).name.lower())]
        if len(found) != 1:
            message = f"enthält {len(found) or 'keine'} CSV-Dateien „{size}“ statt einer"
            raise refuse(path.name, message, "das Archiv der Gitterdaten unverändert lassen")
        label = f"{path.name}/{PurePosixPath(found[0]).name}"
        yield archive.extract(found[0], Path(folder) / "grid.csv"), label


@dataclass(frozen=True)
class _Heading:
    """The columns of a file under the names they have there."""

    names: list[str]
    keys: tuple[str, ...]
    measures: list[str]
    marks: list[str]
    size: str

    @property
    def size_m(self) -> int:
        return _SIZES_M[self.size]


def _heading(plain: Path, file: str) -> _Heading:
    with plain.open("rb") as source:
        line = source.readline(LINE_MAX_CHARS)
        is_alone = not source.read(1)
    text = decode(line, file)
    if len(line) == LINE_MAX_CHARS or is_alone:
        raise refuse(
            file, "hat eine Kopfzeile ohne Ende" if not is_alone else "enthält keine Zellen"
        )
    names = [cell.strip() for cell in csv_rows(text, file)[0]]
    by_lower = {name.lower(): name for name in names}
    size = next((size for size in _SIZES_M if f"gitter_id_{size}" in by_lower), "")
    if not size:
        raise refuse(file, *_other_kind(names), row=1)
    wanted = [f"GITTER_ID_{size}", f"x_mp_{size}", f"y_mp_{size}"]
    keys = tuple(by_lower.get(name.lower(), "") for name in wanted)
    marks = [name for name in names if name.lower().startswith(_MARK)]
    measures = [name for name in names if name not in (*keys, *marks)]
    heading = _Heading(names, keys, measures, marks, size)
    _require_columns(file, heading, wanted)
    return heading


def _other_kind(names: list[str]) -> tuple[str, str]:
    if len(names) == 1 and ("," in names[0] or "\t" in names[0]):
        return "Trennzeichen ist nicht Semikolon", _AGAIN
    remedy = "eine Datei wie „Zensus2022_Bevoelkerungszahl_1km-Gitter.csv“ nehmen"
    return "ist keine Gitterdatei des Zensus: Spalte „GITTER_ID_…“ fehlt", remedy


def _require_columns(file: str, heading: _Heading, wanted: list[str]) -> None:
    findings = Findings(file)
    for name, found in zip(wanted, heading.keys, strict=True):
        if not found:
            remedy = "die Fassung mit Koordinaten nehmen, nicht die Liste nach Merkmalen"
            findings.add("Spalte fehlt", remedy, 1, name)
    names = heading.names
    for name in sorted({n for n in names if names.count(n) > 1 or not n or n in _RESULT}):
        findings.add("Spalte ist ohne Namen, doppelt oder falsch benannt", _AGAIN, 1, name)
    if not heading.measures:
        findings.add("enthält nur Zellen, keine Werte", _AGAIN, 1)
    findings.settle()


class _Cells:
    """The cells inside the box, gathered part by part."""

    def __init__(self, heading: _Heading, box_m: Box | None, findings: Findings) -> None:
        self.heading, self.box_m, self.findings = heading, box_m, findings
        self.line_count = 0
        self.rows = [np.array([], dtype=np.int64)]
        columns = {name: pa.float64() for name in ("x_m", "y_m", *heading.measures)}
        schema = pa.schema({"cell_id": pa.string(), **columns, "is_uncertain": pa.bool_()})
        self.parts = [schema.empty_table()]

    def take(self, rows: _Whole, batch: pa.RecordBatch) -> None:
        """Check one part and keep what lies inside."""
        self.line_count += len(rows)
        ids, x, y = (batch.column(name) for name in self.heading.keys)
        x_m, y_m = self._coordinates(rows, x, 1), self._coordinates(rows, y, 2)
        has_place = (x_m >= 0) & (y_m >= 0)
        fits = _is_id_of(ids, x_m, y_m, self.heading)
        message = "Kennung und Mittelpunkt der Zelle passen nicht zusammen"
        self._note(rows, ids, has_place & ~fits, message, self.heading.keys[0])
        keep = has_place & fits & _is_inside(x_m, y_m, self.box_m)
        if keep.any():
            self._keep(rows[keep], batch.filter(pa.array(keep)), x_m[keep], y_m[keep])

    def _coordinates(self, rows: _Whole, cells: pa.Array, key: int) -> _Whole:
        """Return whole metres, -1 where there are none."""
        is_good = _matches(cells, _COORDINATE)
        self._note(rows, cells, ~is_good, "ist kein Mittelpunkt in Metern", self.heading.keys[key])
        numbers = pc.if_else(is_good, cells, "-1").cast(pa.int64())
        return np.asarray(numbers)

    def _keep(self, rows: _Whole, batch: pa.RecordBatch, x_m: _Whole, y_m: _Whole) -> None:
        columns = {"cell_id": batch.column(self.heading.keys[0])}
        columns |= {"x_m": pa.array(x_m, pa.float64()), "y_m": pa.array(y_m, pa.float64())}
        for name in self.heading.measures:
            columns[name] = self._values(rows, batch.column(name), name)
        marks = [_has_mark(batch.column(name)) for name in self.heading.marks]
        uncertain = reduce(np.logical_or, marks, np.zeros(len(rows), dtype=bool))
        self.parts.append(pa.table({**columns, "is_uncertain": uncertain}))
        self.rows.append(rows)

    def _values(self, rows: _Whole, cells: pa.Array, name: str) -> pa.Array:
        is_withheld = np.asarray(pc.is_in(cells, pa.array(_WITHHELD)))
        is_number = _matches(cells, _NUMBER)
        message = "ist weder eine Zahl mit Dezimalkomma noch das Zeichen „–“"
        self._note(rows, cells, ~is_withheld & ~is_number, message, name)
        # One file of the first release separates thousands so; as a fraction it would be wrong
        # by a factor of a thousand. Shares and means have two decimals.
        is_unclear = _matches(cells, _PERHAPS_THOUSANDS)
        self._note(rows, cells, is_unclear, "kann Tausender oder Nachkommastellen meinen", name)
        text = pc.if_else(is_number, cells, pa.scalar(None, pa.string()))
        return pc.replace_substring(text, ",", ".").cast(pa.float64())

    def _note(
        self, rows: _Whole, cells: pa.Array, is_wrong: _Mask, message: str, column: str
    ) -> None:
        for at in np.flatnonzero(is_wrong):
            value = as_text(cells[int(at)].as_py())
            self.findings.add(message, _AGAIN, int(rows[at]), column, value)

    def table(self) -> pd.DataFrame:
        """Return all that was kept, when nothing was wrong."""
        if not self.line_count:
            self.findings.add("enthält keine Zellen", _AGAIN)
        self.findings.settle()
        cells = pa.concat_tables(self.parts).to_pandas()
        rows = np.concatenate(self.rows)
        for at in np.flatnonzero(cells["cell_id"].duplicated()):
            cell_id = cells["cell_id"].iloc[at]
            title = self.heading.keys[0]
            self.findings.add("Zelle steht doppelt", _AGAIN, int(rows[at]), title, cell_id)
        self.findings.settle()
        cells.insert(3, "cell_size_m", self.heading.size_m)
        return cells


def _matches(cells: pa.Array, pattern: str) -> _Mask:
    return np.asarray(pc.match_substring_regex(cells, pattern))


def _has_mark(cells: pa.Array) -> _Mask:
    return ~np.asarray(pc.is_in(cells, pa.array(["", *_DASHES])))


def _is_inside(x_m: _Whole, y_m: _Whole, box_m: Box | None) -> _Mask:
    if box_m is None:
        return np.ones(len(x_m), dtype=bool)
    west, south, east, north = box_m
    return (west <= x_m) & (x_m <= east) & (south <= y_m) & (y_m <= north)


def _is_id_of(ids: pa.Array, x_m: _Whole, y_m: _Whole, heading: _Heading) -> _Mask:
    """Tell where an id names the lower left corner of the cell around the midpoint."""
    step = heading.size_m
    east, north = x_m - step // 2, y_m - step // 2
    is_long = _is_joined(ids, f"CRS3035RES{step}mN", north, east)
    is_short = _is_joined(ids, f"{heading.size}N", north // step, east // step)
    return (is_long | is_short) & (east % step == 0) & (north % step == 0)


def _is_joined(ids: pa.Array, start: str, north: _Whole, east: _Whole) -> _Mask:
    texts = [pa.array(numbers).cast(pa.string()) for numbers in (north, east)]
    joined = pc.binary_join_element_wise(start, texts[0], "E", texts[1], "")
    return np.asarray(pc.equal(ids, joined))
