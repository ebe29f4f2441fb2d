"""The handbook quotes messages and names that exist."""

from __future__ import annotations

import csv
import io
import re
import shutil
from importlib import import_module
from pathlib import Path

import pytest

from sokanalysis.codes import REASONS
from sokanalysis.errors import ParameterOutOfRange
from sokanalysis.gaps import GAP_CLASSES
from sokanalysis.parameters import default_parameters
from sokanalysis.region import inspect_region
from sokanalysis.schema import TABLES

ROOT = Path(__file__).parents[1]
HANDBOOK = (ROOT / "docs" / "handbuch.md").read_text(encoding="utf-8")
METHODS = (ROOT / "docs" / "methods.md").read_text(encoding="utf-8")


def with_semicolons(text: str) -> str:
    target = io.StringIO()
    csv.writer(target, delimiter=";").writerows(csv.reader(io.StringIO(text)))
    return target.getvalue()


# What somebody does to a file: the first occurrence of a text replaced by another.
MISTAKES = {
    "time": ("sessions.csv", "08:30", "8 Uhr 30"),
    "code": ("offers.csv", "laufend", "aktiv"),
    "reference": ("offers.csv", "A001,T002", "A001,T999"),
    "key": ("offers.csv", "A002,T002", "A001,T002"),
    "swapped": ("sites.csv", "50.693547,11.593211", "11.593211,50.693547"),
    "empty": ("offers.csv", "laufend", ""),
    "heading": ("offers.csv", "place_count", "Plaetze"),
    "comma": ("sessions.csv", "Mo;Di;Mi;Do;Fr", "Mo,Di"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The district's tables, to be spoilt."""
    for file in (ROOT / "data" / "sok").glob("*.csv"):
        shutil.copy(file, tmp_path)
    return tmp_path


def is_quoted(folder: Path, file: str) -> bool:
    """Whether the handbook quotes the first problem found in a file."""
    _, problems = inspect_region(folder)
    return f"    {next(problem for problem in problems if problem.file == file)}\n" in HANDBOOK


@pytest.mark.parametrize("mistake", MISTAKES)
def test_quoted_messages_are_real(folder: Path, mistake: str) -> None:
    file, right, wrong = MISTAKES[mistake]
    text = (folder / file).read_text(encoding="utf-8")
    (folder / file).write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert is_quoted(folder, file)


def test_quoted_messages_about_the_file_are_real(folder: Path) -> None:
    path = folder / "offers.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(with_semicolons(text), encoding="utf-8")
    assert is_quoted(folder, "offers.csv")
    path.write_text(text, encoding="cp1252", errors="replace")
    assert is_quoted(folder, "offers.csv")


def test_quoted_message_about_a_parameter_is_real() -> None:
    with pytest.raises(ParameterOutOfRange) as raised:
        default_parameters().replace(walk_speed_kmh=9)
    assert f"    {raised.value}\n" in HANDBOOK


def test_example_of_parameters_is_allowed(folder: Path) -> None:
    [example] = re.findall(r"^    walk_speed_kmh:.*\n    latest_return:.*\n", HANDBOOK, re.M)
    lines = "\n".join(line.strip() for line in example.splitlines())
    (folder / "parameters.yaml").write_text(lines, encoding="utf-8")
    inspect_region(folder)


def test_reasons_and_classes_have_the_names_of_the_code() -> None:
    words = " ".join(HANDBOOK.split())
    reasons = [title for name, title in REASONS.items() if name != "erreichbar"]
    assert ", ".join(reasons) in words
    titles = [title.partition(" (")[0] for title in GAP_CLASSES.values()]
    assert ", ".join(titles) in words


def test_classes_stand_in_the_methods_in_their_order() -> None:
    section = METHODS.partition("## Gap classes")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.M) == list(GAP_CLASSES)[1:]


def test_names_in_the_methods_exist() -> None:
    modules = {path.stem for path in (ROOT / "sokanalysis").glob("*.py")}
    for module, name in re.findall(r"`(\w+)\.(\w+)`", METHODS):
        if module in modules and name != "py":
            assert hasattr(import_module(f"sokanalysis.{module}"), name), f"{module}.{name}"


def test_parameters_in_the_methods_exist() -> None:
    known = default_parameters().entries
    named = re.findall(r"`(\w+_(?:minutes|km|kmh|eur|detour|count|required|per_year))`", METHODS)
    columns = {column.name for table in TABLES.values() for column in table.columns}
    computed = {"car_minutes", "lost_count"}
    assert [name for name in named if name not in {*known, *columns, *computed}] == []
