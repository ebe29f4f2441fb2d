"""Results as CSV: other programs read what was meant, a spreadsheet calculates nothing."""

from __future__ import annotations

import json
import re
import warnings

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.export.csv_files import harmless, write_csv
from tests.exporting import NAMES, results, rows


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("csv")
    return folder, write_csv(results(), folder)


def test_one_file_a_table_and_their_description(written):
    folder, paths = written
    names = [path.relative_to(folder).as_posix() for path in paths]
    assert names == [
        "csv/flaechen.csv", "csv/orte.csv", "csv/liste.csv", "csv/leer.csv", "csv/datapackage.json",
    ]  # fmt: skip


def test_cells_come_back_as_they_were(written):
    folder, _ = written
    back = pd.read_csv(folder / "csv" / "liste.csv", dtype={"person_count": "Int64"})
    table = rows()
    assert list(back.columns) == list(table.columns)
    assert back["person_count"].equals(table["person_count"])
    assert back["person_count_hinweis"].fillna("").tolist()[:3] == ["", "geheim", ""]
    assert back["reached_share"].equals(table["reached_share"])
    assert back["cost_eur"].equals(table["cost_eur"])
    # The second row has number 1, so it is not open; -1000.5 is a number and stays one.
    assert back["is_open"].fillna("").tolist()[:3] == ["", "nein", "ja"]
    assert back["until_date"].fillna("").tolist()[:2] == ["", "2027-12-31"]
    assert back["name"].tolist() == [harmless(name) for name in NAMES]


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"), ("+49", "'+49"), ("-1", "'-1"), ("@x", "'@x"), ("\t=1", "'\t'=1"),
        ("\r=1", "'\r'=1"), ("＝1", "'＝1"), ("  =1", "'  =1"), ('"=1', "'\"=1"),
        ("Kurs;=1", "Kurs;'=1"), ("Kurs, -1", "Kurs,' -1"), ("eins\n=2", "eins\n'=2"),
        ("a=b", "a=b"), ("10-12 Uhr", "10-12 Uhr"), ("A; B", "A; B"), ("", ""),
        ("<b>x</b>", "<b>x</b>"), ("'=1", "''=1"),
    ],
)  # fmt: skip
def test_no_cell_begins_a_formula(text, safe):
    assert harmless(text) == safe


@given(st.text(alphabet="=+-@＝ab1 ;,|\t\r\n\"'<"))
def test_no_part_begins_a_formula_wherever_a_program_splits(text):
    # Excel in German splits at semicolons, others at tabs; quotes and spaces may fall away.
    parts = re.split(r"[;,|\t\r\n]", harmless(text))
    assert not [part for part in parts if part.strip(' "').startswith(tuple("=+-@＝"))]


@given(st.text(alphabet="=+-@ab1 ;,\t\n\"'"))
def test_who_takes_the_apostrophes_away_has_the_text_again(text):
    # One apostrophe was added at each place where a formula could begin, and nowhere else.
    pattern = r"""(^|[;,|\t\r\n])'(?=[\s"']*[=+\-@\t\r])"""
    assert re.sub(pattern, r"\1", harmless(text)) == text


def test_the_package_is_valid_and_says_what_everything_means(written):
    from frictionless import Package, validate

    folder, _ = written
    path = folder / "csv" / "datapackage.json"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # frictionless itself uses what is deprecated
        report = validate(str(path))
        assert report.valid, report.flatten(["title", "rowNumber", "message"])
        assert Package(str(path)).get_resource("liste").read_rows()[2]["is_open"] is True
    package = json.loads(path.read_text(encoding="utf-8"))
    assert "geheim" in package["description"] and "Apostroph" in package["description"]
    field = package["resources"][2]["schema"]["fields"][2]
    assert field == {
        "name": "person_count", "type": "integer", "title": "Personen", "unit": "Personen",
        "description": "geschätzt",
    }  # fmt: skip
    assert package["resources"][0]["basis"] == ["Annahme eins", "Annahme zwei"]


def test_bytes_are_the_same_and_have_no_mark(written, tmp_path):
    folder, paths = written
    again = write_csv(results(), tmp_path)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in paths]
    raw = (folder / "csv" / "orte.csv").read_bytes()
    assert not raw.startswith(b"\xef\xbb\xbf")
