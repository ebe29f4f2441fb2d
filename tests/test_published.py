"""What may be shown of gaps: small counts are gone from every table, sums still hold."""

from __future__ import annotations

import pandas as pd
import pytest

from sokanalysis.gap_ranges import ranged_needs_for_action
from sokanalysis.gaps import GAP_CLASSES, gaps, situation
from sokanalysis.published import WITHHELD, published_gaps
from tests.conftest import villages


@pytest.fixture(scope="module")
def district():
    return villages()


@pytest.fixture(scope="module")
def rows(district):
    return gaps(district, situation(district))


def test_large_counts_are_shown_as_they_are(district, rows):
    course = rows[rows["need"] == "integrationskurs"]
    shown = published_gaps(district, course).by_need()
    # 7 people in each of five villages: Süd and Mitte come, each other class has 7 people.
    assert shown.index.tolist() == ["Integrationskurs A1–B1"]
    assert shown.iloc[0].to_dict() == {
        GAP_CLASSES["kann_teilnehmen"]: 14, GAP_CLASSES["kein_heimweg"]: 7,
        GAP_CLASSES["falsche_zeit"]: 7, GAP_CLASSES["nicht_erreichbar"]: 7,
    }  # fmt: skip
    assert WITHHELD not in shown


def test_a_small_count_goes_into_the_rest(district, rows):
    course = rows[rows["need"] == "integrationskurs"].copy()
    smallest = course.index[-1]
    course.loc[smallest, "person_count"] = 2
    shown = published_gaps(district, course).by_need()
    assert shown[WITHHELD].sum() > 2
    assert shown.sum(axis=1).tolist() == [course["person_count"].sum()]
    assert not ((shown > 0) & (shown < 3)).to_numpy().any()


def test_action_loses_count_and_range_together(district, rows):
    course = rows[rows["need"] == "integrationskurs"].copy()
    course.loc[course.index[-1], "person_count"] = 2
    ranked = ranged_needs_for_action(district, situation(district), course)
    shown = published_gaps(district, course).action(ranked)
    hidden = shown["person_count"].isna()
    assert hidden.any()
    assert (shown["person_count_low"].isna() == hidden).all()
    # A rank would tell between which counts the withheld ones lie.
    assert shown["rank"].isna().eq(hidden).all()
    assert hidden.is_monotonic_increasing
    assert list(shown.loc[~hidden, "rank"]) == [
        rank for rank, index in zip(ranked["rank"], ranked.index, strict=True) if not hidden[index]
    ]


def test_the_real_district_shows_no_small_count(sok, sok_state):
    safe = published_gaps(sok, gaps(sok, sok_state))
    for keys, cells in safe.tables.items():
        counts = cells["person_count"].dropna()
        assert not counts.between(1, 2).any(), keys
    by_need, by_field = safe.by_need(), safe.by_field()
    assert by_need.to_numpy().sum() == by_field.to_numpy().sum()
    assert by_need.to_numpy().sum() == sok_state.demand["person_count"].sum()


def test_without_people_there_is_nothing_to_show(district, rows):
    safe = published_gaps(district, rows[:0])
    assert safe.by_need().empty and isinstance(safe.by_field(), pd.DataFrame)
