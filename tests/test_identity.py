"""Arguments told apart by identity."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from sokanalysis.identity import Same


def test_only_one_and_the_same_object_is_equal():
    table = np.arange(3)
    assert Same(table) == Same(table)
    assert hash(Same(table)) == hash(Same(table))
    assert Same(table) != Same(np.arange(3))
    assert Same(None) == Same(None)
    assert Same(table) != table.tolist()


def test_an_answer_is_kept_as_long_as_the_table_is_the_same():
    asked = []

    @lru_cache
    def total(table: Same) -> int:
        asked.append(table)
        return int(table.value.sum())

    table = np.arange(3)
    assert [total(Same(table)), total(Same(table)), total(Same(table + 1))] == [3, 3, 6]
    assert len(asked) == 2
