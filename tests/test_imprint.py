"""Whose documents these are: read from a small file, shown on the title page."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sokanalysis.errors import DataProblems
from sokanalysis.read.imprint import FILE, Imprint, read_imprint
from sokanalysis.report.edition import read_edition
from sokanalysis.report.outputs import Block
from tests.fuzzing import damaged, fuzz, survives

TEXT = """\
kreis: Landkreis Greiz
herausgeber: Stabsstelle
vorlage: 117/2026
gremium: Kreistag
sitzung: 2026-12-14
"""


def test_all_of_it(tmp_path):
    (tmp_path / FILE).write_text(TEXT, encoding="utf-8")
    assert read_imprint(tmp_path) == Imprint(
        "Landkreis Greiz", "Stabsstelle", "117/2026", "Kreistag", dt.date(2026, 12, 14)
    )


def test_nothing_is_known_without_the_file_or_its_values(tmp_path):
    assert read_imprint(tmp_path) == Imprint()
    (tmp_path / FILE).write_text("kreis:\nsitzung:\n", encoding="utf-8")
    assert read_imprint(tmp_path) == Imprint()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("kreiss: x", "„kreiss“ – Angabe ist nicht bekannt → einen von kreis, herausgeber"),
        ("sitzung: morgen", "Spalte „sitzung“: „morgen“ – ist von anderer Art → als JJJJ-MM-TT"),
        ("kreis: [a, b]", "Spalte „kreis“: „['a', 'b']“ – ist von anderer Art → als Text"),
        ("kreis: a\n\tb: c", "Zeile 2 – ist kein gültiges YAML"),
        ("kreis: !!python/object/apply:os.system [ls]", "ist kein gültiges YAML"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, said):
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    with pytest.raises(DataProblems) as caught:
        read_imprint(tmp_path)
    assert said in str(caught.value)


def test_the_region_goes_before_the_notebook():
    told = {"sokanalysis": {"titel": "T", "kreis": "anderer", "herausgeber": "H"}}
    imprint = {"district": "Greiz", "submission": "117/2026", "body": "Kreistag", "meeting": ""}
    shown = {"kind": "data_state", "as_of": "2026-11-01", "imprint": imprint, "basis": []}
    edition = read_edition(told, [Block(1, shown)], "x")
    assert (edition.district, edition.publisher) == ("Greiz", "H")
    assert edition.submission == "117/2026 · Kreistag"


def test_damaged_files_are_refused_not_crashed(tmp_path):
    @fuzz
    @given(damaged(TEXT.encode()) | st.binary(max_size=40))
    def attempt(raw):
        survives(lambda path: read_imprint(path.parent), tmp_path / FILE, raw)

    attempt()
