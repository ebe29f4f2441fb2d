"""Rounded tables add up and stay within the base."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.rounding import rounded


def test_a_table_rounded_by_hand():
    # Row sums 3 and 6, column sums 3 and 6 are multiples: they stay. The 1 goes down to 0 and the
    # 2s up to 3 (a change of 1 + 1 + 1), then 4 has to go down to 3 (1 more): 0 3 | 3 3.
    table = pd.DataFrame({"a": [1, 2], "b": [2, 4]})
    assert rounded(table, 3).to_numpy().tolist() == [[0, 3], [3, 3]]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(st.lists(st.integers(0, 20), min_size=3, max_size=3), max_size=5), st.integers(2, 7)
)
def test_sums_stay_within_the_base(counts, base):
    table = pd.DataFrame(counts, columns=list("abc")).astype("int64")
    near = rounded(table, base)
    assert (near % base == 0).all(axis=None)
    assert (abs(near - table) < base).all(axis=None)
    for axis in (0, 1):
        assert (abs(near.sum(axis=axis) - table.sum(axis=axis)) < base).all()
    assert abs(int(near.to_numpy().sum()) - int(table.to_numpy().sum())) < base
    assert near.equals(rounded(table, base))
    assert np.array_equal(rounded(near, base), near)


def test_a_base_of_one_hides_nothing():
    with pytest.raises(ValueError, match="mindestens 2"):
        rounded(pd.DataFrame({"a": [1]}), 1)
