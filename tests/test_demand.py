"""Who needs what where: shares of people, shared out whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis import codes
from sokanalysis.demand import GENERAL_GROUPS, NEEDS, apportion, demand
from tests.conftest import feed, region


def district(foreigners: dict[str, int], groups: list[dict] = (), **places):
    """Settlements with their foreigners at the end of 2025."""
    rows = [
        {"area_level": "siedlung", "area_id": name, "group": "auslaender", "date": "2025-12-31",
         "person_count": count}
        for name, count in foreigners.items()
    ]  # fmt: skip
    settlements = [
        {"settlement_id": name, "name": name, "ags": "16075001", "lat": 50.6, "lon": 11.7}
        for name in [*foreigners, *places.get("others", ())]
    ]
    return region(settlements, [], [], feed({}, {}), groups=[*rows, *groups])


@pytest.mark.parametrize(
    ("total", "weights", "shares"),
    [
        (10, [1, 1], [5, 5]),
        # 7 × 2/4 = 3.5 and twice 1.75: 3 + 1 + 1, the two left go to the remainders of .75.
        (7, [2, 1, 1], [3, 2, 2]),
        # Three remainders of 1/3, one left: the first has it.
        (1, [1, 1, 1], [1, 0, 0]),
        # 4/3, 1/3, 1/3: equal remainders again, and again the first has it.
        (2, [4, 1, 1], [2, 0, 0]),
        # 2.4, 1.2, .4: the remainders of the first and the third are equal.
        (4, [60, 30, 10], [3, 1, 0]),
        (0, [3, 4], [0, 0]),
        (5, [0, 0], [0, 0]),  # nobody there to have it
        (5, [], []),
        (3, [0, 2, 0], [0, 3, 0]),
    ],
)
def test_apportion(total, weights, shares):
    assert apportion(total, np.array(weights, dtype=float)).tolist() == shares


@given(
    st.integers(0, 100_000),
    st.lists(st.integers(0, 5_000), min_size=1, max_size=60).filter(any),
)
def test_apportion_adds_up_and_stays_within_one_of_the_share(total, weights):
    shares = apportion(total, np.array(weights, dtype=float))
    assert shares.sum() == total
    exact = total * np.array(weights) / sum(weights)
    assert (np.abs(shares - exact) < 1 + 1e-6).all()
    assert shares.dtype == np.int64
    assert (shares >= 0).all()


@given(
    st.integers(0, 500),
    st.lists(st.integers(1, 40), min_size=1, max_size=12),
)
def test_of_equal_weights_the_earlier_never_has_less(total, weights):
    shares = apportion(total, np.array(weights, dtype=float))
    for earlier in range(len(weights)):
        for later in range(earlier + 1, len(weights)):
            if weights[earlier] == weights[later]:
                assert shares[earlier] - shares[later] in (0, 1)


def test_demand_of_three_villages():
    # 100 foreigners. Alphabetisierung 1 %: 1 person (low 0.5 → 0, even; high 2), for the largest.
    # Begleitung in Arbeit 13 %: 13 = 7.8 + 3.9 + 1.3 → 8, 4, 1.
    rows = demand(district({"X": 60, "Y": 30, "Z": 10})).set_index(["need", "settlement_id"])
    assert rows.loc["alphabetisierung", "person_count"].tolist() == [1, 0, 0]
    assert rows.loc["alphabetisierung", "person_count_low"].sum() == 0
    assert rows.loc["alphabetisierung", "person_count_high"].sum() == 2
    assert rows.loc["arbeit", "person_count"].tolist() == [8, 4, 1]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 800), min_size=1, max_size=8))
def test_every_estimate_adds_up_to_share_times_foreigners(foreigners):
    place = district({f"V{n}": count for n, count in enumerate(foreigners)})
    sums = demand(place).groupby("need")[
        ["person_count_low", "person_count", "person_count_high"]
    ].sum()  # fmt: skip
    for need in NEEDS:
        entry = place.parameters.entries[f"need_share_{need}"]
        low, high = entry.range
        expected = [round(sum(foreigners) * share) for share in (low, entry.value, high)]
        assert sums.loc[need].tolist() == expected


def test_rows_follow_the_settlements_and_the_needs():
    rows = demand(district({"Z": 10, "A": 20}))
    assert rows["need"].drop_duplicates().tolist() == list(NEEDS)
    assert rows["settlement_id"].tolist() == ["Z", "A"] * len(NEEDS)
    assert rows["field"].tolist() == [NEEDS[need].field for need in rows["need"]]


def test_only_the_latest_count_of_foreigners_matters():
    # 2020 there were many more; asylum seekers are among the foreigners; the district's own row
    # is no settlement; and a settlement nobody counted has nobody.
    old = {
        "area_level": "siedlung", "area_id": "X", "group": "auslaender", "date": "2020-12-31",
        "person_count": 9000,
    }  # fmt: skip
    more = [
        old,
        old | {"date": "2025-12-31", "group": "schutzsuchende"},
        old | {"date": "2025-12-31", "area_level": "kreis", "area_id": "16075"},
    ]
    rows = demand(district({"X": 100}, more, others=["leer"])).set_index(["need", "settlement_id"])
    assert rows.loc["beratung", "person_count"].tolist() == [10, 0]


def test_without_settlements_nobody_has_a_need():
    rows = demand(district({}))
    assert rows.empty
    assert {"settlement_id", "ags", "need", "field", "person_count"} <= set(rows)


def test_without_foreigners_nobody_has_a_need():
    assert demand(district({"X": 0}))["person_count"].sum() == 0


def test_another_share_another_demand():
    place = district({"X": 100}).with_parameters(need_share_integrationskurs=0.05)
    rows = demand(place).set_index("need")
    assert rows.loc["integrationskurs", "person_count"] == 5


@pytest.mark.parametrize("need", NEEDS)
def test_needs_speak_the_words_of_the_code_lists(need):
    entry = NEEDS[need]
    assert entry.field in codes.FIELDS
    assert set(entry.kinds) | set(entry.near_kinds) <= set(codes.KINDS)
    assert not set(entry.kinds) & set(entry.near_kinds)
    assert set(codes.TARGET_GROUPS) >= GENERAL_GROUPS


def test_demand_of_the_real_district(sok):
    # The settlements' foreigners times the share of each need, to the person.
    rows = demand(sok)
    groups = sok.groups[sok.groups["area_level"] == "siedlung"]
    groups = groups[groups["group"] == "auslaender"]
    people = groups[groups["date"] == groups["date"].max()]["person_count"].sum()
    for need, count in rows.groupby("need")["person_count"].sum().items():
        share = sok.parameters.entries[f"need_share_{need}"].value
        assert count == round(int(people) * share)
    assert len(rows) == len(sok.settlements) * len(NEEDS)
