"""Raw records: what is not changed is written back byte for byte."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.read.records import csv_line, read_log, read_records
from sokanalysis.schema import PROVIDERS, TABLES
from tests.conftest import SOK

NAMES = [column.name for column in PROVIDERS.columns]
HEAD = ",".join(NAMES)


def table(tmp_path, text: str):
    path = tmp_path / "providers.csv"
    path.write_bytes(text.encode())
    return read_records(path, PROVIDERS)


@pytest.mark.parametrize("name", [name for name in TABLES if (SOK / f"{name}.csv").exists()])
def test_the_districts_tables_come_back_as_they_are(name):
    path = SOK / f"{name}.csv"
    raw = read_records(path, TABLES[name])
    assert raw.text.encode() == path.read_bytes()
    assert raw.with_rows(list(raw.rows)).text == raw.text


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}\nT1,Träger,vhs\n",
        f"{HEAD}\r\nT1,Träger,vhs\r\n",  # Windows
        f"\ufeff{HEAD}\nT1,Träger,vhs",  # a mark at the start, no line end at the end
        f'{HEAD}\n"T1","Träger, e. V.","vhs"\n\n',  # all quoted, an empty line
        f'{HEAD}\nT1,"zwei\nZeilen und ein ""Wort""",vhs\n',
        f'{HEAD}\nT1,5" breit,vhs\nT2,b,vhs\n',  # a quote that opens nothing
    ],
)
def test_odd_files_come_back_as_they_are(tmp_path, text):
    raw = table(tmp_path, text)
    assert raw.text == text
    assert raw.with_rows(list(raw.rows)).text == text
    assert raw.key(raw.rows[0], PROVIDERS) == ("T1",)


@given(
    st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=4), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=60, deadline=None)
def test_any_rows_come_back_as_they_are(tmp_path_factory, rows, newline):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator=newline).writerows([NAMES, *rows])
    text = buffer.getvalue().encode("utf-8", "replace").decode()
    raw = table(tmp_path_factory.mktemp("any"), text)
    assert raw.text == text


def test_one_cell_changes_one_line(tmp_path):
    raw = table(tmp_path, f'{HEAD}\r\n"T1",a,vhs\r\nT2,b,vhs\r\n"T3",c,vhs\r\n')
    first, second, third = raw.rows
    edited = raw.with_rows([first, raw.changed(second, {"name": "b, neu"}), third])
    # The short line is filled up to the number of headings, ten, by seven commas.
    assert edited.text == (f'{HEAD}\r\n"T1",a,vhs\r\nT2,"b, neu",vhs,,,,,,,\r\n"T3",c,vhs\r\n')


def test_a_new_row_goes_on_a_line_of_its_own(tmp_path):
    raw = table(tmp_path, f"{HEAD}\nT1,a,vhs")
    edited = raw.with_rows([*raw.rows, raw.record({"provider_id": "T2", "note": "b"})])
    assert edited.text == f"{HEAD}\nT1,a,vhs\nT2,,,,,,,,,b\n"


def test_german_headings_are_known(tmp_path):
    titles = ",".join(column.title for column in PROVIDERS.columns)
    raw = table(tmp_path, f"{titles}\nT1,a,vhs\n")
    assert raw.names == tuple(NAMES)
    assert raw.changed(raw.rows[0], {"name": "b"}).cells[:3] == ("T1", "b", "vhs")


def test_all_rows_may_go(tmp_path):
    assert table(tmp_path, f"{HEAD}\nT1,a,vhs\n").with_rows([]).text == f"{HEAD}\n"


def test_the_log_is_empty_at_first(tmp_path):
    path = tmp_path / "log.csv"
    assert read_log(path, ("Datum", "neu")) == []
    path.write_text(csv_line(("Datum", "neu"), "\n") + csv_line(("2026-11-20", "a\nb"), "\n"))
    assert read_log(path, ("Datum", "neu")) == [{"Datum": "2026-11-20", "neu": "a\nb"}]
