"""Small helpers the data scripts share: folders, CSV in and out, whole-number shares."""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from sokanalysis import schema

DATA = Path(__file__).parent
INPUT = DATA / "eingang"
REGION = DATA / "sok"

Row = dict[str, str]


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a CSV file, every cell as text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def table_text(name: str, rows: Iterable[Mapping[str, object]]) -> str:
    """Return a table as CSV text with the schema's columns in the schema's order."""
    columns = [column.name for column in schema.TABLES[name].columns]
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n", restval="")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue()


def whole_shares(total: int, weights: list[float], minimum: int = 0) -> list[int]:
    """Split a total into whole numbers by weight (largest remainder), each at least `minimum`.

    Ties go to the earlier entry, so the result depends on nothing but the input.
    """
    rest = total - minimum * len(weights)
    if rest < 0:
        raise ValueError(f"{total} is too little for {len(weights)} parts of {minimum}")
    scale = rest / sum(weights)
    exact = [weight * scale for weight in weights]
    whole = [int(value) for value in exact]
    order = sorted(range(len(exact)), key=lambda i: (whole[i] - exact[i], i))
    for i in order[: rest - sum(whole)]:
        whole[i] += 1
    return [value + minimum for value in whole]


def slug(name: str) -> str:
    """Return a name as lower-case ASCII with hyphens, for readable keys."""
    pairs = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
    text = "".join(pairs.get(letter, letter) for letter in name.lower())
    kept = "".join(letter if letter.isascii() and letter.isalnum() else " " for letter in text)
    return "-".join(kept.split())


def write(builders: Mapping[str, Callable[[], str]]) -> None:
    """Write each file into the region's folder and say so."""
    for file_name, build in builders.items():
        path = REGION / file_name
        path.write_text(build(), encoding="utf-8", newline="\n")
        sys.stdout.write(f"{path.relative_to(DATA.parent)}\n")
