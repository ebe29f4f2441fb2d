"""Records of a register put together, whichever file they came from."""

from __future__ import annotations

import datetime as dt

import pytest

from sokanalysis.errors import DataProblems
from sokanalysis.read.official.findings import Findings
from sokanalysis.read.official.register import VERBAND_KINDS, Record, assemble

DETAILS = {
    "area_km2": 1.0, "population_count": 100, "postal_code": "07907",
    "date": dt.datetime(2022, 12, 31),
}  # fmt: skip


def record(row, kind, key, name="Ort", mark="64", verband="", **details):
    return Record(row, kind, key, name, mark, verband, DETAILS | details if kind == "60" else {})


PARENTS = [
    record(1, "10", "16", "Thüringen"),
    record(2, "40", "16075", "Saale-Orla-Kreis"),
    record(3, "40", "16076", "Greiz"),
    record(4, "50", "160755004", "Seenplatte", "54"),
]


def put(*records, district="", more=None):
    return assemble([*PARENTS, *records], district, Findings("r.txt"), more)


def test_municipalities_are_sorted_by_key():
    rows, _ = put(*(record(10 + n, "60", f"16075{n:03}") for n in (98, 14, 46)))
    assert rows["ags"].tolist() == ["16075014", "16075046", "16075098"]


@pytest.mark.parametrize(("mark", "kind"), VERBAND_KINDS.items())
def test_every_kind_of_association_has_its_word(mark, kind):
    verband = record(5, "50", "160755999", "Verband", mark)
    rows, _ = put(verband, record(6, "60", "16075001", verband="160755999"))
    assert rows["verband_kind"].tolist() == [kind]


@pytest.mark.parametrize(
    ("mark", "expected"), [("60", False), ("61", True), ("62", True), ("63", True), ("64", False),
                           ("65", False), ("67", True)]
)  # fmt: skip
def test_towns(mark, expected):
    rows, _ = put(record(5, "60", "16075001", mark=mark))
    assert rows["is_town"].tolist() == [expected]


def test_uninhabited_areas_are_counted_within_the_district():
    areas = [
        record(5, "60", "16075901", mark="66", population_count=0),
        record(6, "60", "16076901", mark="66", population_count=None),
        record(7, "60", "16999", mark="66", population_count=None),
    ]
    towns = [record(8, "60", "16075001"), record(9, "60", "16076001")]
    assert put(*areas, *towns)[1] == 3
    rows, left = put(*areas, *towns, district="16075")
    assert (rows["ags"].tolist(), left) == (["16075001"], 1)


def test_columns_of_one_file_only_keep_their_type():
    rows, _ = put(record(5, "60", "16075001", lat=None), more={"lat": "float64"})
    assert (rows.columns[-1], str(rows["lat"].dtype)) == ("lat", "float64")


def test_a_missing_parent_is_named_once():
    with pytest.raises(DataProblems) as caught:
        put(*(record(5 + n, "60", f"16077{n:03}", f"Ort {n}") for n in range(50)))
    [problem] = caught.value.problems
    assert (problem.row, problem.column, problem.value) == (5, "Kreis", "16077")
    assert "„Ort 0“ gehört dazu" in problem.message


@pytest.mark.parametrize(
    ("district", "near"),
    [
        ("16079", "16075 (Saale-Orla-Kreis), 16076 (Greiz)"),
        ("Saale Orla Kreis", "16075 (Saale-Orla-Kreis)"),
        ("05111", ""),
    ],
)
def test_an_unknown_district_has_neighbours_or_none(district, near):
    with pytest.raises(DataProblems) as caught:
        put(record(5, "60", "16075001"), district=district)
    [problem] = caught.value.problems
    assert problem.remedy.partition("; ähnlich sind ")[2] == near
