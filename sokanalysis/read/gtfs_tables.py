"""One table of a timetable as text: any encoding, separator and spacing that feeds come in."""

from __future__ import annotations

import codecs
import csv
import io
import warnings
from collections.abc import Callable, Iterator
from typing import IO, Final

import pandas as pd

from sokanalysis.read.gtfs_files import UNREADABLE, FeedFiles, Layout, refused
from sokanalysis.read.gtfs_notes import Notes

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
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
    "calendar": ["service_id", *WEEKDAYS, "start_date", "end_date"],
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
# A space beside what parts cells: only then they are trimmed, which takes as long as reading.
_SPACED: Final = (b" ,", b" ;", b" \t", b" |", b" \n", b" \r", b' "', b'" ')


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
    cut = cut or (lambda part: part)
    try:
        if file not in files.layouts:  # a large table is gone through twice
            files.layouts[file] = layout_of(files, file, notes)
        layout = files.layouts[file]
        if not layout.titles:
            return nothing
        try:
            parts = [cut(part) for part in _rows(files, file, layout, columns, bool(only))]
        except (pd.errors.ParserError, pd.errors.ParserWarning):
            parts = [cut(part) for part in _mended(files, file, layout, columns, notes)]
    except (*UNREADABLE, csv.Error, UnicodeError) as error:
        raise refused(f"{files.label}/{file}", "lässt sich nicht lesen") from error
    return pd.concat([nothing, *parts], ignore_index=True)


def layout_of(files: FeedFiles, file: str, notes: Notes) -> Layout:
    """Look at the file before it is read: encoding, columns, separator."""
    layout = _heading(files, file, *_encoding(files, file, notes))
    if layout.separator != ",":
        shown = {"\t": "Tabulator"}.get(layout.separator, f"„{layout.separator}“")
        notes.say(f"{file}: Trennzeichen {shown} statt Komma")
    for column in NEEDED.get(file.removesuffix(".txt"), ()):
        if layout.titles and column not in layout.titles:
            raise refused(f"{files.label}/{file}", f"Spalte {column} fehlt")
    idle = [day for day in WEEKDAYS if day not in layout.titles]
    if file == "calendar.txt" and layout.titles and idle:
        notes.say(f"calendar.txt ohne Spalte {', '.join(idle)}: gilt als Tag ohne Betrieb")
    return layout


def _encoding(files: FeedFiles, file: str, notes: Notes) -> tuple[str, bool]:
    """Return the encoding and whether cells may have spaces around them."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_spaced, end = False, b""
    try:
        with files.open(file) as stream:
            while block := stream.read(_BLOCK_BYTES):
                if not end and block[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
                    notes.say(f"{file}: Zeichensatz UTF-16 statt UTF-8")
                    return "utf-16", True
                joined = end + block
                is_spaced = is_spaced or any(mark in joined for mark in _SPACED)
                decoder.decode(block)
                end = block[-1:]
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        notes.say(f"{file}: Zeichensatz Windows-1252 statt UTF-8")
        return "utf-8-sig", True
    return "utf-8-sig", is_spaced


def _text(stream: IO[bytes], encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(stream, encoding, errors="sokanalysis.cp1252", newline="")


def _heading(files: FeedFiles, file: str, encoding: str, is_spaced: bool) -> Layout:
    """Return the column names in place and the separator; no names when the file is empty."""
    with _text(files.open(file), encoding) as lines:
        line = next((line for line in lines if line.strip()), "")
    marks = [mark for mark in (",", ";", "\t", "|") if mark in line]
    separator = marks[0] if marks else ","
    cells = next(csv.reader([line], delimiter=separator, skipinitialspace=True), [])
    names = [cell.strip().strip('"').strip().lower() for cell in cells]
    titles = [_FORMER.get(name, name) for name in names]
    return Layout(encoding, is_spaced, titles, separator)


def _rows(
    files: FeedFiles, file: str, layout: Layout, columns: list[str], is_glance: bool
) -> Iterator[pd.DataFrame]:
    """Read in parts; raises what pandas says of rows with more cells than the heading.

    At a glance, for a first pass over a large table, pandas reads the columns wanted alone and
    does not look at the length of rows.
    """
    places = [layout.titles.index(column) for column in columns if column in layout.titles]
    with _text(files.open(file), layout.encoding) as text, warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        reader = pd.read_csv(
            text, sep=layout.separator, header=0, names=list(range(len(layout.titles))),
            usecols=places if is_glance else None, dtype="str", na_filter=False,
            index_col=False, skipinitialspace=True, chunksize=_ROWS_AT_ONCE,
        )  # fmt: skip
        for part in reader:
            yield _chosen(part, layout, columns)


def _chosen(part: pd.DataFrame, layout: Layout, columns: list[str]) -> pd.DataFrame:
    """Return the columns by name, the first of doubles; empty text where there is none.

    Rows without a single cell are left out: spreadsheets append them by the hundred.
    """
    wanted = [column for column in columns if column in layout.titles]
    table = part[[layout.titles.index(column) for column in wanted]].set_axis(wanted, axis=1)
    if layout.is_spaced:
        table = table.apply(lambda cells: cells.str.strip())
    is_idle = table[wanted[0]] == "" if wanted else pd.Series(data=False, index=table.index)
    if is_idle.any():
        table = table[~is_idle | (table != "").any(axis=1)]
    return table.reindex(columns=columns, fill_value="").astype("str")


def _mended(
    files: FeedFiles, file: str, layout: Layout, columns: list[str], notes: Notes
) -> Iterator[pd.DataFrame]:
    """Read line by line what pandas refuses: rows too long, quotation marks left open."""
    kept: list[list[str]] = []
    opened = longer = 0
    width = len(layout.titles)
    with _text(files.open(file), layout.encoding) as text:
        lines = (line for line in text if line.strip())
        next(lines)
        for line in lines:
            is_open = line.count('"') % 2 == 1
            whole = line.replace('"', "") if is_open else line
            cells = next(csv.reader([whole], delimiter=layout.separator, skipinitialspace=True))
            opened += is_open
            longer += any(cells[width:])
            kept.append(([*cells, *[""] * width])[:width])
            if len(kept) == _ROWS_AT_ONCE:
                yield _chosen(pd.DataFrame(kept, dtype="str"), layout, columns)
                kept.clear()
    yield _chosen(pd.DataFrame(kept, columns=range(width), dtype="str"), layout, columns)
    notes.count(
        opened,
        f"Zeile in {file} mit offenem Anführungszeichen gelesen",
        f"Zeilen in {file} mit offenem Anführungszeichen gelesen",
    )
    notes.count(
        longer,
        f"Zeile in {file} mit zu vielen Zellen abgeschnitten",
        f"Zeilen in {file} mit zu vielen Zellen abgeschnitten",
    )
