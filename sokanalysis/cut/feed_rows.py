"""Rows of a table of a timetable: chosen while it streams by, written as they are.

Tables that are written as the standard says are read by pyarrow, some hundred thousand rows at a
time. All others (another separator or encoding, rows too long or too short, quotation marks left
open) are mended as `sokanalysis.read.gtfs_tables` mends them for the reader.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from typing import IO, TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from sokanalysis.read.bounded import LINE_MAX_CHARS
from sokanalysis.read.gtfs_files import UNREADABLE, FeedFiles, Layout, refused
from sokanalysis.read.gtfs_notes import Notes
from sokanalysis.read.gtfs_tables import NEEDED, layout_of, read_table

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# Small blocks: pyarrow holds dozens of them at a time.
_BLOCK_BYTES: Final = 2 * 2**20
# A quotation mark behind a space opens a cell for the reader, for pyarrow it is part of one. Two
# of them are one within a text.
_SPACED_QUOTE: Final = re.compile(rb'[,\n\r] +"(?!")')


class Rule(NamedTuple):
    """Which rows of a table stay.

    Parameters
    ----------
    allowed : mapping of str to set of str
        By column the cells that speak for a row, without spaces around them. A column that the
        table lacks speaks for every row, unless one is enough.
    is_any : bool
        Whether one column is enough; otherwise all have to speak for it.
    """

    allowed: Mapping[str, Iterable[str]]
    is_any: bool = False


class Kept(NamedTuple):
    """What a table was reduced to.

    Parameters
    ----------
    rows, whole : int
        Rows that stay, and rows that the table had.
    cells : dict of str to set of str
        The cells of the rows that stay, for the columns that were asked for.
    """

    rows: int
    whole: int
    cells: dict[str, set[str]]


class _Irregular(Exception):
    """A table is written in a way that only the reader's own code understands."""


def kept_rows(
    files: FeedFiles, table: str, rule: Rule, gather: tuple[str, ...] = (),
    sink: IO[bytes] | None = None, without: tuple[str, ...] = (),
) -> Kept:  # fmt: skip
    """Go through a table and keep the rows that a rule speaks for.

    Parameters
    ----------
    files : FeedFiles
        The feed.
    table : str
        Name of the table without ``.txt``; it has to be there.
    rule : Rule
        Which rows stay.
    gather : tuple of str
        Columns whose cells in these rows are wanted; one that the table lacks has none.
    sink : binary file, optional
        Takes heading and rows as UTF-8, parted by commas, in the order of the table, unknown
        columns too.
    without : tuple of str
        Columns that are not written.

    Raises
    ------
    FeedRefused
        When the table cannot be read.
    """
    choice = _Choice(rule, gather)
    try:
        _regular(files, table, choice, sink, without)
    except (_Irregular, pa.ArrowInvalid):
        if sink:
            sink.seek(0)
            sink.truncate()
        _mended(files, table, choice, sink, without)
    return Kept(choice.rows, choice.whole, choice.values)


class _Choice:
    """Applies a rule part by part and remembers what was asked for."""

    def __init__(self, rule: Rule, gather: tuple[str, ...]) -> None:
        self.sets = {name: pa.array(sorted({v.strip() for v in values}), pa.string())
                     for name, values in rule.allowed.items()}  # fmt: skip
        self.is_any = rule.is_any
        self.values: dict[str, set[str]] = {name: set() for name in gather}
        self.rows = self.whole = 0

    def restart(self) -> None:
        """Forget what was counted: the table is gone through from its beginning."""
        self.values = {name: set() for name in self.values}
        self.rows = self.whole = 0

    @property
    def columns(self) -> set[str]:
        """Columns that have to be read to apply the rule."""
        return {*self.sets, *self.values}

    def mask(self, cells: Mapping[str, Any], count: int) -> Any:
        """Return which of ``count`` rows stay; `cells` holds columns by name."""
        masks = [pc.is_in(pc.utf8_trim_whitespace(cells[name]), values)
                 for name, values in self.sets.items() if name in cells]  # fmt: skip
        keep: Any = pa.array(np.full(count, not self.is_any))
        for mask in masks:
            keep = pc.or_(keep, mask) if self.is_any else pc.and_(keep, mask)
        self._remember(cells, keep, count)
        return keep

    def _remember(self, cells: Mapping[str, Any], keep: Any, count: int) -> None:
        self.whole += count
        self.rows += pc.sum(keep).as_py() or 0
        for name, values in self.values.items():
            if name in cells:
                found = pc.unique(pc.utf8_trim_whitespace(cells[name].filter(keep)))
                values.update(found.to_pylist())


def _regular(
    files: FeedFiles, table: str, choice: _Choice, sink: IO[bytes] | None, without: tuple[str, ...]
) -> None:
    """Read with pyarrow; raises what pyarrow says of rows that do not fit the heading."""
    watched = _Watched(files, f"{table}.txt")
    with io.BufferedReader(watched, _BLOCK_BYTES) as stream:
        titles = _titles(stream, table)
        names = [title.strip().lower() for title in titles]
        written = [at for at, name in enumerate(names) if name not in without]
        if sink:
            sink.write(_line([titles[at] for at in written]))
        for batch in _batches(stream, names, None if sink else choice.columns):
            cells = {names[int(at)]: batch.column(at) for at in reversed(batch.schema.names)}
            keep = choice.mask(cells, batch.num_rows)
            if sink:
                _write(batch.filter(keep).select([str(at) for at in written]), sink)
    if watched.is_odd:
        raise _Irregular


class _Watched(io.RawIOBase):
    """A table's bytes; ``is_odd`` when some were seen that pyarrow and the reader take apart."""

    def __init__(self, files: FeedFiles, file: str) -> None:
        self._label = f"{files.label}/{file}"
        try:
            self._source = files.open(file)
        except UNREADABLE as error:
            raise refused(self._label, "lässt sich nicht lesen") from error
        self._end = b""
        self.is_odd = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        try:
            part = self._source.read(len(memoryview(buffer)))
        except UNREADABLE as error:
            raise refused(self._label, "lässt sich nicht lesen") from error
        memoryview(buffer)[: len(part)] = part
        if not self.is_odd:
            joined = self._end + part
            has_space = b' "' in joined and bool(_SPACED_QUOTE.search(joined))
            self.is_odd = has_space or b"\0" in part
            self._end = part[-64:]
        return len(part)

    def close(self) -> None:
        self._source.close()
        super().close()


def _titles(stream: IO[bytes], table: str) -> list[str]:
    """Return the heading, the first line that is not blank."""
    line = b""
    while not line.strip():
        line = stream.readline(LINE_MAX_CHARS)
        if not line.endswith(b"\n"):
            raise _Irregular
    try:
        titles = next(csv.reader([line.decode("utf-8-sig")], strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise _Irregular from None
    names = {title.strip().lower() for title in titles}
    if not names.issuperset(NEEDED.get(table, ())) or any(mark in line for mark in b";\t|"):
        raise _Irregular
    return titles


def _batches(stream: IO[bytes], names: list[str], only: set[str] | None) -> Any:
    """Return a reader of batches; columns are called by their place, all cells are text."""
    places = [str(at) for at in range(len(names))]
    wanted = [str(names.index(name)) for name in sorted(only) if name in names] if only else places
    return arrow_csv.open_csv(
        stream,
        arrow_csv.ReadOptions(
            column_names=places, block_size=_BLOCK_BYTES, use_threads=False
        ),
        arrow_csv.ParseOptions(newlines_in_values=True),
        arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(places, pa.string()), include_columns=wanted,
            strings_can_be_null=False,
        ),
    )  # fmt: skip


def _write(rows: Any, sink: IO[bytes]) -> None:
    """Write rows with quotation marks only where a part needs them."""
    try:
        sink.write(_text(rows, "none"))
    except pa.ArrowInvalid:
        sink.write(_text(rows, "needed"))


def _text(rows: Any, quoting: str) -> bytes:
    part = io.BytesIO()
    options = arrow_csv.WriteOptions(include_header=False, quoting_style=quoting)
    arrow_csv.write_csv(rows, part, options)
    return part.getvalue()


def _line(cells: list[str]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(cells)
    return text.getvalue().encode("utf-8")


def _mended(
    files: FeedFiles, table: str, choice: _Choice, sink: IO[bytes] | None, without: tuple[str, ...]
) -> None:
    """Read as the reader does; the rows that stay are held in memory until they are written."""
    file = f"{table}.txt"

    def keep(part: pd.DataFrame) -> pd.DataFrame:
        cells = {str(name): pa.array(part[name], pa.string()) for name in part}
        return part[np.asarray(choice.mask(cells, len(part)))]

    def opened() -> IO[bytes]:
        choice.restart()  # the reader begins anew when it finds something to mend
        return files.open(file)

    one = FeedFiles(files.label, {file: opened})
    one.layouts[file] = _layout_of(files, file)
    titles = dict.fromkeys(one.layouts[file].titles)
    wanted = choice.columns & titles.keys() if sink is None else titles.keys() - {"", *without}
    rows = read_table(one, table, Notes(), keep, tuple(t for t in titles if t in wanted))
    if sink:
        sink.write(rows.to_csv(index=False, lineterminator="\n").encode("utf-8"))


def _layout_of(files: FeedFiles, file: str) -> Layout:
    """Return how a table is written, which the reader then need not find out again."""
    if file not in files.layouts:
        try:
            files.layouts[file] = layout_of(files, file, Notes())
        except (*UNREADABLE, csv.Error, UnicodeError) as error:
            raise refused(f"{files.label}/{file}", "lässt sich nicht lesen") from error
    return files.layouts[file]
