"""One table of a timetable as text: any encoding, separator and spacing that feeds come in."""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Final, NamedTuple

import pandas as pd

from sokanalysis.read.gtfs_files import FeedFiles, refused
from sokanalysis.read.gtfs_notes import Notes

COLUMNS: Final = {
    "agency": ["agency_name", "agency_timezone"],
    "routes": ["route_id", "route_short_name", "route_long_name"],
    "trips": ["trip_id", "route_id", "service_id", "block_id"],
    "stops": ["stop_id", "stop_name", "stop_lat", "stop_lon", "location_type", "parent_station"],
    "stop_times": [
        "trip_id", "stop_sequence", "stop_id", "arrival_time", "departure_time",
        "location_id", "location_group_id", "start_pickup_drop_off_window",
        "end_pickup_drop_off_window", "pickup_type", "drop_off_type",
        "pickup_booking_rule_id", "shape_dist_traveled",
    ],
    "calendar": [
        "service_id", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday",
        "sunday", "start_date", "end_date",
    ],
    "calendar_dates": ["service_id", "date", "exception_type"],
    "frequencies": ["trip_id", "start_time", "end_time", "headway_secs", "exact_times"],
    "transfers": [
        "from_stop_id", "to_stop_id", "transfer_type", "min_transfer_time",
        "from_route_id", "to_route_id", "from_trip_id", "to_trip_id",
    ],
    "location_groups": ["location_group_id", "location_id"],
    "location_group_stops": ["location_group_id", "stop_id"],
    "stop_areas": ["area_id", "stop_id"],
    "booking_rules": [
        "booking_rule_id", "booking_type", "prior_notice_duration_min", "prior_notice_last_day",
    ],
    "feed_info": ["feed_publisher_name", "feed_version"],
}  # fmt: skip
# Names of drafts of the standard that feeds still carry.
_FORMER: Final = {
    "start_pickup_dropoff_window": "start_pickup_drop_off_window",
    "end_pickup_dropoff_window": "end_pickup_drop_off_window",
}
# Without these a table says nothing.
NEEDED: Final = {
    "routes": ("route_id",),
    "trips": ("trip_id", "service_id"),
    "stops": ("stop_id", "stop_lat", "stop_lon"),
    "stop_times": ("trip_id",),
}
_ROWS_AT_ONCE: Final = 500_000
_BLOCK_BYTES: Final = 2**20


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as Windows writes them."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return wrong.decode("cp1252", "replace"), error.end


codecs.register_error("sokanalysis.cp1252", _as_cp1252)

Cut = Callable[[pd.DataFrame], pd.DataFrame]


def read_table(
    files: FeedFiles, name: str, notes: Notes, cut: Cut | None = None, only: tuple[str, ...] = ()
) -> pd.DataFrame:
    """Read one table, every cell as text without spaces around it.

    Parameters
    ----------
    files : FeedFiles
        The feed.
    name : str
        Table of `COLUMNS`, without ``.txt``.
    notes : Notes
        Takes what had to be mended.
    cut : callable, optional
        Called on each part of a large table; returns the rows to keep.
    only : tuple of str, optional
        Read no other columns.

    Returns
    -------
    DataFrame
        The columns of `COLUMNS` (or ``only``), empty text where the file has none; no rows
        when the file is missing or empty.

    Raises
    ------
    FeedRefused
        When the file cannot be read as a table or lacks a column of `NEEDED`.
    """
    columns = list(only or COLUMNS[name])
    nothing = pd.DataFrame({column: pd.Series([], dtype="str") for column in columns})
    file = f"{name}.txt"
    if file not in files:
        return nothing
    try:
        parts = [cut(part) if cut else part for part in _parts(files, file, notes, columns)]
    except (
        pd.errors.ParserError, csv.Error, zipfile.BadZipFile, zlib.error,
        OSError, EOFError, NotImplementedError, UnicodeError,
    ) as error:  # fmt: skip
        raise refused(f"{files.label}/{file}", "lässt sich nicht lesen") from error
    return pd.concat(parts, ignore_index=True) if parts else nothing


class _Layout(NamedTuple):
    encoding: str
    titles: list[str]
    separator: str


def _parts(files: FeedFiles, file: str, notes: Notes, columns: list[str]) -> Iterator[pd.DataFrame]:
    layout = _heading(files, file, _encoding(files, file, notes))
    if not layout.titles:
        return
    if layout.separator != ",":
        shown = {"\t": "Tabulator"}.get(layout.separator, f"„{layout.separator}“")
        notes.say(f"{file}: Trennzeichen {shown} statt Komma")
    for column in NEEDED.get(file.removesuffix(".txt"), ()):
        if column not in layout.titles:
            raise refused(f"{files.label}/{file}", f"Spalte {column} fehlt")
    try:
        yield from _rows(files, file, layout, columns, notes)
    except pd.errors.ParserError:
        yield _mended(files, file, layout, columns, notes)


def _encoding(files: FeedFiles, file: str, notes: Notes) -> str:
    decoder = codecs.getincrementaldecoder("utf-8")()
    with files.open(file) as stream:
        block = stream.read(_BLOCK_BYTES)
        if block[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            notes.say(f"{file}: Zeichensatz UTF-16 statt UTF-8")
            return "utf-16"
        try:
            while block:
                decoder.decode(block)
                block = stream.read(_BLOCK_BYTES)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            notes.say(f"{file}: Zeichensatz Windows-1252 statt UTF-8")
    return "utf-8-sig"


def _text(stream: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding, errors="sokanalysis.cp1252", newline="")


def _heading(files: FeedFiles, file: str, encoding: str) -> _Layout:
    """Return the column names in place and the separator; no names when the file is empty."""
    with _text(files.open(file), encoding) as lines:
        line = next((line for line in lines if line.strip()), "")
    marks = [mark for mark in (",", ";", "\t", "|") if mark in line]
    separator = marks[0] if marks else ","
    cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    names = [cell.strip().strip('"').strip().lower() for cell in cells]
    return _Layout(encoding, [_FORMER.get(name, name) for name in names], separator)


def _rows(
    files: FeedFiles, file: str, layout: _Layout, columns: list[str], notes: Notes
) -> Iterator[pd.DataFrame]:
    titles = layout.titles
    places = {title: at for at, title in reversed(list(enumerate(titles))) if title in columns}
    beyond = len(titles)  # a column that the heading does not know, to see rows that are too long
    longer = 0
    with _text(files.open(file), layout.encoding) as text:
        reader = pd.read_csv(
            text, sep=layout.separator, header=0, names=list(range(beyond + 1)),
            usecols=[*sorted(places.values()), beyond], dtype="str", na_filter=False,
            index_col=False, skipinitialspace=True, chunksize=_ROWS_AT_ONCE,
        )  # fmt: skip
        for part in reader:
            longer += int((part[beyond] != "").sum())
            cells = {
                column: _trimmed(part[places[column]]) if column in places else ""
                for column in columns
            }
            yield pd.DataFrame(cells, index=part.index, columns=columns).astype("str")
    _say_longer(longer, file, notes)


def _say_longer(number: int, file: str, notes: Notes) -> None:
    notes.count(
        number,
        f"Zeile in {file} mit zu vielen Zellen abgeschnitten",
        f"Zeilen in {file} mit zu vielen Zellen abgeschnitten",
    )


def _trimmed(cells: pd.Series[str]) -> pd.Series[str]:
    """Cut spaces off; over the distinct values, because long tables repeat few."""
    codes, values = pd.factorize(cells)
    return pd.Series(pd.Index(values).str.strip().take(codes), index=cells.index, dtype="str")


def _mended(
    files: FeedFiles, file: str, layout: _Layout, columns: list[str], notes: Notes
) -> pd.DataFrame:
    """Read line by line a table in which a quotation mark is opened and never closed."""
    kept: list[list[str]] = []
    opened = longer = 0
    width = len(layout.titles)
    with _text(files.open(file), layout.encoding) as lines:
        for line in lines:
            odd = line.count('"') % 2 == 1
            text = line.replace('"', "") if odd else line
            cells = next(csv.reader([text], delimiter=layout.separator), [])
            if any(cells):
                opened += odd
                longer += len(cells) > width
                kept.append(([*cells, *[""] * width])[:width])
    notes.count(
        opened,
        f"Zeile in {file} mit offenem Anführungszeichen gelesen",
        f"Zeilen in {file} mit offenem Anführungszeichen gelesen",
    )
    _say_longer(longer, file, notes)
    table = pd.DataFrame(kept[1:], columns=layout.titles, dtype="str")
    table = table.loc[:, ~table.columns.duplicated()].reindex(columns=columns, fill_value="")
    return table.apply(lambda cells: cells.str.strip())
