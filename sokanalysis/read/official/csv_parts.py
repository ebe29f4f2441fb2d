"""Read a large CSV file part by part, so that memory stays small."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from sokanalysis.read.official.findings import PROBLEM_MAX_COUNT, Findings

_PART_BYTES: Final = 4 * 2**20
_AGAIN: Final = "die Datei neu herunterladen und nicht in einer Tabellenkalkulation speichern"

Rows = npt.NDArray[np.int64]


def read_parts(
    plain: Path, names: list[str], findings: Findings
) -> Iterator[tuple[Rows, pa.RecordBatch]]:
    """Yield the lines below the heading of a file with semicolons.

    Parameters
    ----------
    plain : Path
        The file; its first line is the heading.
    names : list of str
        Name of each column, all different.
    findings : Findings
        Takes lines with too many or too few cells; these are left out.

    Yields
    ------
    rows : ndarray of int, shape (n,)
        Where the lines stand in the file; the heading is row 1.
    part : RecordBatch
        The columns, n cells of text each, read as Latin-1 so that any bytes pass: `as_text`
        gives what is meant. Empty lines are left out.

    Raises
    ------
    DataProblems
        When a line is longer than a part, or too much is wrong to go on.
    """
    skipped: list[Any] = []
    told = start = 0
    try:
        for batch in _open(plain, names, skipped):
            told = _tell(skipped, told, findings)
            lines = np.arange(start, start + batch.num_rows)
            # How many good lines stood before each skipped one: those push the others down.
            numbers = np.array([line.number for line in skipped], dtype=np.int64)
            before = numbers - 2 - np.arange(len(skipped))
            rows = lines + 2 + np.searchsorted(before, lines, side="right")
            is_filled = ~_is_blank(batch)
            yield rows[is_filled], batch.filter(pa.array(is_filled))
            start += batch.num_rows
    except pa.ArrowInvalid as error:
        _tell(skipped, told, findings)
        cause = as_text(str(error).splitlines()[0])
        findings.add(f"ist als Tabelle nicht lesbar ({cause})", _AGAIN)
        findings.settle()
    _tell(skipped, told, findings)


def as_text(latin: str) -> str:
    """Return what a cell of `read_parts` means: UTF-8 if it can be, else Windows-1252."""
    raw = latin.encode("latin-1", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _open(plain: Path, names: list[str], skipped: list[Any]) -> csv.CSVStreamingReader:
    # What is raised in here gets lost, so lines are only noted.
    def skip(line: Any) -> str:
        skipped.append(line)
        return "skip" if len(skipped) < PROBLEM_MAX_COUNT else "error"

    # Skipped lines know their number only without threads.
    read = csv.ReadOptions(
        use_threads=False,
        block_size=_PART_BYTES,
        skip_rows=1,
        column_names=names,
        encoding="latin-1",
    )
    parse = csv.ParseOptions(delimiter=";", ignore_empty_lines=False, invalid_row_handler=skip)
    types = dict.fromkeys(names, pa.string())
    convert = csv.ConvertOptions(column_types=types, strings_can_be_null=False)
    return csv.open_csv(str(plain), read, parse, convert)


def _tell(skipped: list[Any], told: int, findings: Findings) -> int:
    for line in skipped[told:]:
        message = f"{line.actual_columns} Zellen statt {line.expected_columns}"
        findings.add(message, _AGAIN, line.number, value=as_text(line.text))
    return len(skipped)


def _is_blank(batch: pa.RecordBatch) -> npt.NDArray[np.bool_]:
    empty = (np.asarray(pc.binary_length(column)) == 0 for column in batch.columns)
    return reduce(np.logical_and, empty)
