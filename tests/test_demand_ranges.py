"""Ranges: quantiles by hand, the middle as it stands, the same numbers twice."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.codes import FIELDS
from sokanalysis.demand import NEEDS, demand, need_counts
from sokanalysis.demand_ranges import (
    SEED,
    _drawn,
    demand_ranges,
    half_triangles,
    municipality_table,
    need_table,
)
from sokanalysis.errors import ParameterOutOfRange
from sokanalysis.foreigners import foreigners
from sokanalysis.parameters import Parameters
from tests.test_foreigners import district, towns

COUNTS = ["low_count", "person_count", "high_count"]


@pytest.mark.parametrize(
    ("chance", "value"),
    [
        (0.0, 2.0), (0.5, 4.0), (1.0, 10.0),
        # Below the median: 2 + 2 · √(2 · 0.125) = 3; a quarter of the lower half lies below 3.
        (0.125, 3.0),
        # Above it: 10 − 6 · √(2 · 0.125) = 7.
        (0.875, 7.0),
    ],
)  # fmt: skip
def test_quantiles_of_two_half_triangles(chance, value):
    assert half_triangles(np.array([chance]), 2.0, 4.0, 10.0) == pytest.approx([value])


def test_a_number_without_a_range_is_drawn_as_it_is():
    assert half_triangles(np.array([0.1, 0.9]), 3.0, 3.0, 3.0).tolist() == [3.0, 3.0]


def test_the_range_of_a_single_share():
    # Only the share of the course is open: 2 to 6 %, 3.5 % in the middle, of 10,000 people.
    # 5 %: 200 + 150 · √0.1 = 247.4, 95 %: 600 − 250 · √0.1 = 520.9; a draw of 1000 strata is
    # off by less than a stratum, which is 1 or 2 people here.
    rows = demand_ranges(district(towns(10_000), towns=1)).set_index("need")
    low, middle, high = rows.loc["integrationskurs", COUNTS]
    assert middle == 350
    assert low == pytest.approx(247, abs=2)
    assert high == pytest.approx(521, abs=2)


def test_half_of_the_draws_lie_below_the_middle():
    # The median of the draws is the point estimate for a need that rests on one share; with
    # three at once (children: two ages and a share) it stays within 2 %.
    place = district(towns(10_000), towns=1)
    found = demand_ranges(place, draws=1000).set_index("need")
    people = foreigners(place)
    values, _ = _drawn(place, people, 1000, SEED)
    for need in ("arbeit", "schule_kita"):
        median = np.median(need_counts(people, values)[need])
        assert median == pytest.approx(found.loc[need, "person_count"], rel=0.02)


def test_rows_by_area_hold_the_demand():
    place = district(towns(300, 40, 20, 10))
    settled = demand(place)
    for by in ("ags", "settlement_id"):
        rows = demand_ranges(place, by)
        assert list(rows.columns) == [by, "need", *COUNTS]
        wanted = settled.groupby(["need", by], sort=False)["person_count"].sum().reset_index()
        pd.testing.assert_frame_equal(
            rows[["need", by, "person_count"]], wanted[["need", by, "person_count"]]
        )
    whole = demand_ranges(place)
    assert list(whole.columns) == ["need", *COUNTS]
    assert whole["need"].tolist() == list(NEEDS)


def test_estimated_towns_have_wider_ranges():
    # The number of town 1 may be half or twice: its range is wider than that of the share alone.
    villages = [
        {"area_level": "siedlung", "area_id": f"{n}a", "group": "auslaender",
         "date": "2025-12-31", "person_count": 1000}
        for n in (1, 2)
    ]  # fmt: skip
    sure = demand_ranges(district(villages, towns=2, villages=1), "ags")
    unsure = [villages[0] | {"person_count_low": 500, "person_count_high": 2000}, villages[1]]
    wide = demand_ranges(district(unsure, towns=2, villages=1), "ags")
    first = sure["ags"] == "16075001"
    assert (wide.loc[first, "high_count"] > sure.loc[first, "high_count"]).all()
    assert (wide.loc[first, "low_count"] <= sure.loc[first, "low_count"]).all()
    # In the district only the shares are open: nobody is lost or added.
    pd.testing.assert_frame_equal(
        demand_ranges(district(villages, towns=2, villages=1)),
        demand_ranges(district(unsure, towns=2, villages=1)),
    )


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(0, 900), min_size=4, max_size=4), st.integers(1, 60))
def test_low_middle_high_never_cross_and_are_the_same_twice(people, draws):
    place = district(towns(*people), villages=2)
    for by in ("", "ags", "settlement_id"):
        rows = demand_ranges(place, by, draws=draws)
        assert (rows["low_count"] <= rows["person_count"]).all()
        assert (rows["person_count"] <= rows["high_count"]).all()
        assert (rows["low_count"] >= 0).all()
        pd.testing.assert_frame_equal(rows, demand_ranges(place, by, draws=draws))


def test_another_seed_another_draw():
    place = district(towns(5_000), towns=1)
    one, two = (demand_ranges(place, draws=20, seed=n) for n in (1, 2))
    assert not one["low_count"].equals(two["low_count"])
    assert one["person_count"].equals(two["person_count"])


def test_ranges_that_cross_are_refused_by_name():
    place = district(towns(100))
    entries = place.parameters.entries
    entry = entries["age_share_under_6"]
    crossed = type(entry)(**(entry.__dict__ | {"range": (0.08, 0.09)}))
    place.__dict__["parameters"] = Parameters(entries | {entry.name: crossed})
    with pytest.raises(ParameterOutOfRange, match=r"„age_share_under_6“ \(Anteil unter 6 Jahren"):
        demand_ranges(place)


@pytest.mark.parametrize(("by", "draws"), [("gemeinde", 10), ("ags", 0)])
def test_impossible_questions_are_refused(by, draws):
    with pytest.raises(ValueError, match="Ziehung"):
        demand_ranges(district(towns(1)), by, draws=draws)


def test_without_settlements_or_people():
    assert demand_ranges(district([], towns=0)).empty
    assert list(demand_ranges(district([], towns=0), "ags").columns) == ["ags", "need", *COUNTS]
    assert (demand_ranges(district([]))[COUNTS] == 0).all(axis=None)


def test_tables_for_the_page(sok):
    rows = need_table(sok)
    assert list(rows.columns) == [
        "field", "need", "person_count_low", "person_count", "person_count_high",
    ]  # fmt: skip
    assert rows["need"].tolist() == [entry.title for entry in NEEDS.values()]
    assert set(rows["field"]) == set(FIELDS.values())
    towns_of = municipality_table(sok, "beratung")
    assert len(towns_of) == len(sok.municipalities)
    assert towns_of["person_count"].is_monotonic_decreasing
    assert set(towns_of["need"]) == {"Migrationsberatung"}
    wanted = rows.set_index("need").loc["Migrationsberatung", "person_count"]
    assert towns_of["person_count"].sum() == wanted
