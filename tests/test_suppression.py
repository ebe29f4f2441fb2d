"""An attacker who adds and subtracts everything published, and what he finds out."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, linprog, milp

from sokanalysis.errors import NotProtected
from sokanalysis.gaps import gaps
from sokanalysis.parameters import default_parameters
from sokanalysis.privacy import sums_of, withhold_sums

PARAMETERS = default_parameters()
LIMIT = int(PARAMETERS.withhold_below)
DISTRICT = ("ags", "verband_name")


def attack(parts, tables, *, whole=False):
    """Least and largest value of every withheld cell that fits everything published.

    The attacker knows the tables, which parts are empty (of published parts he sees it, of the
    others he is given it), that nobody counts less than 0, and that a withheld cell is not 0.
    Returns rows (table, true value, least, largest). `whole`: only whole people.
    """
    parts = parts[parts["person_count"] > 0].reset_index(drop=True)
    sums, shown, truth = [], [], []
    for keys, table in tables.items():
        for row in table[table["person_count"].isna() | (table["person_count"] > 0)].to_dict(
            "records"
        ):
            inside = np.ones(len(parts), dtype=bool)
            for key in keys:
                inside &= (parts[key] == row[key]).to_numpy()
            sums.append(inside.astype(float))
            truth.append((keys, int(parts.loc[inside, "person_count"].sum())))
            shown.append(row["person_count"])
    matrix = np.array(sums)
    hidden = np.array([value is pd.NA or pd.isna(value) for value in shown])
    low = np.array([1.0 if gone else float(v) for v, gone in zip(shown, hidden, strict=True)])
    high = np.where(hidden, np.inf, low)
    found = []
    for cell in np.flatnonzero(hidden):
        ends = [_end(matrix, low, high, sign * matrix[cell], whole) for sign in (1, -1)]
        found.append((*truth[cell], ends[0], -ends[1]))
    return found


def _end(matrix, low, high, cost, whole):
    if whole:
        rows = LinearConstraint(matrix, low, high)
        solution = milp(cost, constraints=rows, integrality=np.ones(len(cost)), bounds=Bounds(0))
    else:
        known = low == high
        solution = linprog(
            cost, A_ub=-matrix[~known], b_ub=-low[~known], A_eq=matrix[known], b_eq=low[known]
        )
    return -np.inf if solution.status in (3, 4) else round(float(solution.fun), 6)


def broken(found):
    """Cells whose value follows, and small counts of which follows that they are small."""
    return [row for row in found if row[2] == row[3] or (row[1] < LIMIT and row[3] < LIMIT - 1e-6)]


def primary_only(parts, keys):
    """What withholding nothing but the small counts would publish."""
    tables = {}
    for names in keys:
        groups = parts.groupby(list(names))["person_count"] if names else parts["person_count"]
        table = (
            groups.sum().reset_index() if names else pd.DataFrame({"person_count": [groups.sum()]})
        )
        counts = table["person_count"].astype("Int64")
        tables[names] = table.assign(person_count=counts.mask(counts.between(1, LIMIT - 1)))
    return tables


def parts_of(counts: list[list[int]]) -> pd.DataFrame:
    """Two municipalities make a Verband; one column a need."""
    return pd.DataFrame([
        {"ags": f"G{row}", "verband_name": f"V{row // 2}", "need": f"B{column}", "person_count": c}
        for row, cells in enumerate(counts) for column, c in enumerate(cells)
    ])  # fmt: skip


LEVELS = sums_of(DISTRICT, ("need",))


def test_the_attacker_breaks_what_only_hides_small_counts():
    # Row G0: 9 - 8 = 1. Column B0: 14 - 13 = 1. One small count, all sums shown.
    parts = parts_of([[1, 8], [5, 6], [8, 9]])
    found = attack(parts, primary_only(parts, LEVELS))
    assert found == [(("ags", "need"), 1, 1, 1)]
    assert broken(found)


def test_the_attacker_finds_nothing_after_the_wall():
    parts = parts_of([[1, 8], [5, 6], [8, 9]])
    tables = withhold_sums(parts, LEVELS, PARAMETERS)
    assert not broken(attack(parts, tables, whole=True))
    # Four corners of a rectangle are the least: in each row, column and Verband two.
    gone = sum(int(table["person_count"].isna().sum()) for table in tables.values())
    assert gone == 4


@settings(deadline=None, max_examples=15)
@given(st.lists(st.lists(st.integers(0, 7), min_size=3, max_size=3), min_size=2, max_size=4))
def test_no_random_table_tells_a_small_count(counts):
    parts = parts_of(counts)
    tables = withhold_sums(parts, LEVELS, PARAMETERS)
    for table in tables.values():
        assert not table["person_count"].between(1, LIMIT - 1).fillna(False).any()
    assert not broken(attack(parts, tables, whole=True))
    again = withhold_sums(parts, LEVELS, PARAMETERS)
    assert all(table.equals(again[keys]) for keys, table in tables.items())


@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers(0, 4), min_size=12, max_size=12))
def test_no_table_with_three_dimensions_tells_a_small_count(counts):
    cube = np.indices((2, 3, 2)).reshape(3, -1)
    parts = pd.DataFrame({"a": cube[0], "b": cube[1], "c": cube[2], "person_count": counts})
    tables = withhold_sums(parts, sums_of(("a",), ("b",), ("c",)), PARAMETERS)
    assert not broken(attack(parts, tables, whole=True))


def test_what_stands_elsewhere_is_kept_or_refused():
    parts = parts_of([[1, 9], [9, 9]])
    tables = withhold_sums(parts, LEVELS, PARAMETERS, keep=[("ags",), ("need",), ()])
    assert all(tables[keys]["person_count"].notna().all() for keys in [("ags",), ("need",), ()])
    with pytest.raises(NotProtected, match="G0"):
        withhold_sums(parts_of([[1], [9]]), LEVELS, PARAMETERS, keep=[("ags",), ("need",)])
    with pytest.raises(NotProtected, match="gröber zusammenfassen"):  # G0 has 1 + 1 = 2
        withhold_sums(parts_of([[1, 1], [9, 9]]), LEVELS, PARAMETERS, keep=[("ags",)])


def test_two_tables_are_protected_together():
    # Each table alone is safe with two withheld cells in each sum; the need's total is common.
    parts = parts_of([[1, 4], [4, 9], [7, 9]]).assign(group=["x", "y"] * 3)
    tables = withhold_sums(parts, [("ags", "need"), ("ags", "group"), ("need",), ()], PARAMETERS)
    assert not broken(attack(parts, tables, whole=True))


def test_without_rows_there_is_nothing_to_withhold():
    parts = parts_of([[1]]).head(0)
    tables = withhold_sums(parts, [("ags",), ()], PARAMETERS)
    assert tables[("ags",)].empty
    assert tables[()]["person_count"].tolist() == [0]


@pytest.fixture(scope="module")
def district(sok, sok_state):
    """Demand by municipality and need, and gap classes, each with its Verband."""
    verband = sok.municipalities.set_index("ags")["verband_name"]
    demand, rows = sok_state.demand, gaps(sok, sok_state)
    return tuple(r.assign(verband_name=r["ags"].map(verband)) for r in (demand, rows))


@pytest.mark.parametrize(
    ("which", "dimensions"),
    [
        (0, (DISTRICT, ("need",))),
        (1, (DISTRICT, ("gap_class",))),
        (0, (("settlement_id", *DISTRICT), ("need",))),
    ],
)
def test_the_real_district_tells_no_small_count(district, which, dimensions):
    keys = sums_of(*dimensions)
    columns = list(keys[0])
    levels = list({name for names in keys for name in names})
    rows = district[which]
    if dimensions[0][0] == "settlement_id":  # one Verband with all its settlements, for time
        rows = rows[rows["verband_name"] == rows["verband_name"].value_counts().index[0]]
    parts = rows.groupby(levels, sort=False)["person_count"].sum().reset_index()
    tables = withhold_sums(parts, keys, PARAMETERS)
    assert tables[tuple(columns)]["person_count"].isna().any()
    assert not broken(attack(parts, tables))
    assert broken(attack(parts, primary_only(parts, keys)))
