"""The wall: what is withheld, what is shown, and that a total tells nothing."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.parameters import default_parameters
from sokanalysis.privacy import sums_of, withhold, withhold_sums

LIMIT = default_parameters().withhold_below
GONE = None


def shown(counts: list[int], limit: int = LIMIT) -> list[int | None]:
    """What is left of one column of counts; None where it is withheld."""
    parameters = default_parameters().replace(withhold_below=limit)
    rows = withhold(pd.DataFrame({"person_count": counts}), ["person_count"], parameters)
    return [GONE if pd.isna(count) else int(count) for count in rows["person_count"]]


@pytest.mark.parametrize(
    ("counts", "left"),
    [
        ([3, 4, 5], [3, 4, 5]),  # three people may be counted
        # 8 - 5 = 3 for two: none of them can be 3 or more, so the 5 goes too.
        ([1, 2, 5], [GONE, GONE, GONE]),
        ([2, 2, 5], [GONE, GONE, 5]),  # 4 for two: one of them may be 3
        ([0, 0, 7], [0, 0, 7]),  # nobody is no secret
        ([1, 9, 5], [GONE, 9, GONE]),  # 15 - 9 - 5 would tell: the next smallest goes too
        ([2, 5, 5, 0], [GONE, GONE, 5, 0]),
        ([2, 0], [GONE, 0]),  # nothing left to hide it behind
        ([2], [GONE]),
        ([1, 1, 6, 7], [GONE, GONE, GONE, 7]),  # 15 - 13 = 2 for two cells: one each
        ([2, 2, 2, 6, 7], [GONE, GONE, GONE, 6, 7]),  # 6 for three: 4 + 1 + 1 fits too
        ([1, 1], [GONE, GONE]),
        ([], []),
    ],
)
def test_what_is_withheld(counts, left):
    assert shown(counts) == left


def test_the_limit_is_a_parameter():
    assert shown([3, 4, 5, 9], limit=5) == [GONE, GONE, 5, 9]


def table(groups: list[str | None], counts: list[int], **more: list) -> pd.DataFrame:
    return pd.DataFrame({"area": groups, "person_count": counts, **more})


def test_every_group_with_a_total_is_protected_by_itself():
    # A: the 1 is alone, so the 4 goes too. B: 1 and 2 are 3, so the 9 goes too. C has no secret.
    rows = table(list("AAABBBCC"), [1, 4, 9, 1, 2, 9, 3, 4])
    left = withhold(rows, ["person_count"], default_parameters(), group="area")["person_count"]
    assert left.isna().tolist() == [True, True, False, True, True, True, False, False]


def test_rows_without_a_group_are_a_group():
    rows = table(["A", None, None, None], [9, 1, 4, 8])
    left = withhold(rows, ["person_count"], default_parameters(), group="area")["person_count"]
    assert left.isna().tolist() == [False, True, True, False]


def test_every_column_is_protected_by_itself():
    rows = table(["A", "B", "C"], [1, 5, 9], other=[9, 9, 9], name=["x", "y", "z"])
    left = withhold(rows, ["person_count", "other"], default_parameters())
    assert left["person_count"].isna().tolist() == [True, True, False]
    assert left["other"].tolist() == [9, 9, 9]
    assert left["name"].tolist() == ["x", "y", "z"]


def test_the_given_table_stays_as_it_was():
    rows = table(["A", "B"], [1, 5])
    withhold(rows, ["person_count"], default_parameters())
    assert rows["person_count"].tolist() == [1, 5]


def test_an_empty_table_stays_empty():
    left = withhold(table([], []), ["person_count"], default_parameters(), group="area")
    assert left.empty
    assert list(left.columns) == ["area", "person_count"]


def test_the_sums_a_reader_can_form():
    assert sums_of(("place", "ags"), ("need",)) == [
        ("place", "need"), ("place",), ("ags", "need"), ("ags",), ("need",), (),
    ]  # fmt: skip


def test_a_table_hides_what_rows_and_columns_tell():
    # The sums stand elsewhere: around the 1 a rectangle goes. Of the two through b and a or c the
    # one with fewer people is 1 4 | 6 5, not 1 9 | 6 9.
    parts = pd.DataFrame({"row": list("xxxyyy"), "column": list("abcabc")})
    parts["person_count"] = [1, 4, 9, 6, 5, 9]
    tables = sums_of(("row",), ("column",))
    left = withhold_sums(parts, tables, default_parameters(), keep=tables[1:])
    cells = left[("row", "column")]["person_count"]
    assert cells.isna().tolist() == [True, True, False, True, True, False]
    assert left[("row",)]["person_count"].tolist() == [14, 20]
    assert left[("column",)]["person_count"].tolist() == [7, 9, 18]


def test_what_was_missing_stays_missing():
    rows = pd.DataFrame({"person_count": pd.array([None, 5, 9], dtype="Int64")})
    left = withhold(rows, ["person_count"], default_parameters())["person_count"]
    assert left.isna().tolist() == [True, False, False]


counts = st.lists(st.integers(0, 12), max_size=12)


@settings(deadline=None)
@given(counts, st.integers(3, 10))
def test_nothing_below_the_limit_remains(numbers, limit):
    for before, after in zip(numbers, shown(numbers, limit), strict=True):
        assert after in (GONE, before)
        assert after is GONE or after == 0 or after >= limit
        assert before > 0 or after == 0


@settings(deadline=None)
@given(counts, st.integers(3, 10))
def test_the_total_does_not_tell_a_withheld_count(numbers, limit):
    # Who knows the total knows the sum of the withheld counts, and that each is at least 1. Then
    # none can be more than the sum less 1 for each other: that has to be a count that is shown.
    left = shown(numbers, limit)
    hidden = [count for count, seen in zip(numbers, left, strict=True) if seen is GONE]
    if hidden and any(left):  # otherwise there is nothing to hide behind
        assert len(hidden) > 1
        assert sum(hidden) - (len(hidden) - 1) >= limit


@given(
    st.lists(st.tuples(st.sampled_from(["A", "B", None]), st.integers(0, 9)), max_size=15),
    st.booleans(),
)
def test_no_group_shows_a_small_number(rows, again):
    frame = table([group for group, _ in rows], [count for _, count in rows])
    if again:  # tables put together keep their old numbers of rows
        frame.index = pd.Index([number // 2 for number in range(len(frame))])
    left = withhold(frame, ["person_count"], default_parameters(), group="area")["person_count"]
    assert not left.dropna().between(1, LIMIT - 1).any()


def test_the_gaps_of_the_real_district(sok, sok_state):
    from sokanalysis.gaps import gaps, needs_for_action

    rows = needs_for_action(sok, gaps(sok, sok_state))
    left = withhold(rows, ["person_count"], sok.parameters, group="need")["person_count"]
    assert left.isna().any()
    assert left.dropna().ge(LIMIT).all()
