"""Large CSV files part by part: which row is which, and what is said of broken lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sokanalysis.errors import DataProblems
from sokanalysis.read.official import csv_parts
from sokanalysis.read.official.csv_parts import as_text, read_parts
from sokanalysis.read.official.findings import PROBLEM_MAX_COUNT, Findings

if TYPE_CHECKING:
    from pathlib import Path


def read(path: Path, raw: bytes) -> tuple[list[tuple[int, str, str]], Findings]:
    """Rows of a file with two columns as they come, and what was found."""
    path.write_bytes(b"a;b\n" + raw)
    findings = Findings(path.name)
    lines = [
        (int(row), as_text(cell["a"]), as_text(cell["b"]))
        for rows, part in read_parts(path, ["a", "b"], findings)
        for row, cell in zip(rows, part.to_pylist(), strict=True)
    ]
    return lines, findings


def test_rows_are_counted_as_in_a_spreadsheet(tmp_path: Path) -> None:
    # Row 1 is the heading, row 3 empty, row 4 has a cell too many, row 6 one too few.
    lines, findings = read(tmp_path / "x.csv", b"1;2\r\n\r\n1;2;3\r\n5;6\r\n7\r\n8;9\r\n")
    assert lines == [(2, "1", "2"), (5, "5", "6"), (7, "8", "9")]
    assert [problem.row for problem in findings.problems] == [4, 6]
    assert "3 Zellen statt 2" in str(findings.problems[0])
    assert findings.problems[1].value == "7"


def test_rows_are_counted_across_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_parts, "_PART_BYTES", 200)
    # Every 50th row is broken, so a good row r stands at row r of the file all the same.
    raw = b"".join(b"%d;x\n" % row if row % 50 else b"broken\n" for row in range(2, 500))
    lines, findings = read(tmp_path / "x.csv", raw)
    assert all(row == int(first) for row, first, _ in lines)
    assert [row for row, *_ in lines] == [row for row in range(2, 500) if row % 50]
    assert [problem.row for problem in findings.problems] == list(range(50, 500, 50))


def test_quotation_marks_hold_separators(tmp_path: Path) -> None:
    lines, _ = read(tmp_path / "x.csv", b'"1;2";"say ""x"""\n')
    assert lines == [(2, "1;2", 'say "x"')]


@pytest.mark.parametrize("raw", ["Grün – –".encode(), "Grün – –".encode("cp1252")])
def test_both_encodings_are_understood(tmp_path: Path, raw: bytes) -> None:
    lines, _ = read(tmp_path / "x.csv", raw + b";b\n")
    assert lines == [(2, "Grün – –", "b")]


def test_broken_lines_in_any_encoding_are_told(tmp_path: Path) -> None:
    # What the library raises while it tells of a line would be lost, so nothing may be raised.
    _, findings = read(tmp_path / "x.csv", b"\x96\xfc\x81\n")
    assert findings.problems[0].row == 2


def test_many_broken_lines_end_the_reading(tmp_path: Path) -> None:
    with pytest.raises(DataProblems, match="der Rest ist ungelesen") as refusal:
        read(tmp_path / "x.csv", b"broken\n" * 10_000)
    # Ten thousand would be more than anybody reads.
    assert len(refusal.value.problems) == PROBLEM_MAX_COUNT + 1


def test_a_line_longer_than_a_part_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataProblems, match="ist als Tabelle nicht lesbar"):
        read(tmp_path / "x.csv", b"9" * 50_000_000 + b";1\n1;2\n")
