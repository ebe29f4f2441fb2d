"""Who needs what where: shares of people, shared out whole."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis import codes
from sokanalysis.demand import COURSE_NEEDS, GENERAL_GROUPS, NEEDS, bounds, demand, share_name
from sokanalysis.errors import ParameterOutOfRange
from sokanalysis.foreigners import AGES
from sokanalysis.parameters import Parameters, default_parameters
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


def test_demand_of_three_villages():
    # 100 foreigners. Alphabetisierung 1 %: 1 person (low 0.5 → 0, even; high 2), for the largest.
    # Begleitung in Arbeit 13 %: 13 = 7.8 + 3.9 + 1.3 → 8, 4, 1.
    rows = demand(district({"X": 60, "Y": 30, "Z": 10})).set_index(["need", "settlement_id"])
    assert rows.loc["alphabetisierung", "person_count"].tolist() == [1, 0, 0]
    assert rows.loc["alphabetisierung", "person_count_low"].sum() == 0
    assert rows.loc["alphabetisierung", "person_count_high"].sum() == 2
    assert rows.loc["arbeit", "person_count"].tolist() == [8, 4, 1]


def test_each_need_is_a_share_of_its_own_people():
    # 1000 foreigners, counted in 2025: nothing is carried forward. Children under 16: 7 + 12 %
    # = 190, half of them 95. From 16 to 24: 140, of these 15 % = 21. Courses: 1 + 3.5 + 1.5 %
    # = 60, of these 20 % = 12. Unemployed: 13 % = 130.
    sums = demand(district({"X": 1000})).groupby("need")["person_count"].sum()
    assert sums[["schule_kita", "ausbildung", "kinderbetreuung", "arbeit"]].to_list() == [
        95, 21, 12, 130,
    ]  # fmt: skip
    assert sums[[*COURSE_NEEDS]].to_list() == [10, 35, 15]


def test_an_old_count_is_carried_forward_but_for_the_unemployed():
    # 1000 at the end of 2020, 12.5 % more a year to the end of 2024: 1.125⁴ = 1.60181.
    # 3.5 % of 1601.8 are 56; the 130 unemployed were related to the count itself.
    old = {
        "area_level": "siedlung", "area_id": "X", "group": "auslaender", "date": "2020-12-31",
        "person_count": 1000,
    }  # fmt: skip
    sums = demand(district({}, [old], others=["X"])).groupby("need")["person_count"].sum()
    assert (sums["integrationskurs"], sums["arbeit"]) == (56, 130)


def test_asylum_seekers_weigh_twice_where_the_need_is_theirs():
    # X: 100 foreigners, all of them asylum seekers; Y: 100 others. Advice, 10 % of 200 = 20, goes
    # by adults a of X and 162 − a of Y (81 % of 200 together), a twice: 20 · 2a / (162 + a).
    # Asylum seekers are younger, so a lies between 60 (their first guess, before all are fitted
    # to 81 %) and 81: between 10.8 and 13.3.
    seekers = {
        "area_level": "siedlung", "area_id": "X", "group": "schutzsuchende", "date": "2025-12-31",
        "person_count": 100,
    }  # fmt: skip
    place = district({"X": 100, "Y": 100}, [seekers])
    rows = demand(place).set_index(["need", "settlement_id"])["person_count"]
    assert 11 <= rows["beratung"]["X"] <= 13
    assert rows["schule_kita"]["X"] > rows["schule_kita"]["Y"]
    even = demand(place.with_parameters(seeker_need_ratio=1)).set_index(["need", "settlement_id"])
    # The sum stays, and without the factor X has fewer adults than Y.
    assert even.loc["beratung", "person_count"].sum() == 20
    assert even.loc[("beratung", "X"), "person_count"] < 10


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 800), min_size=1, max_size=8))
def test_every_estimate_adds_up_to_share_times_foreigners(foreigners):
    place = district({f"V{n}": count for n, count in enumerate(foreigners)})
    rows = demand(place)
    columns = ["person_count_low", "person_count", "person_count_high"]
    sums = rows.groupby("need")[columns].sum()
    assert (rows[columns] >= 0).all(axis=None)
    for need, entry in NEEDS.items():
        share = place.parameters.entries[share_name(need)]
        low, high = share.range
        if entry.base in ("heute", "stichtag"):
            expected = [round(sum(foreigners) * part) for part in (low, share.value, high)]
            assert sums.loc[need].tolist() == expected
        assert sums.loc[need].is_monotonic_increasing


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


@pytest.mark.parametrize(("need", "groups", "is_open"), [
    ("schule_kita", ("kinder",), True),
    ("integrationskurs", ("kinder",), False),
    ("schule_kita", ("ukraine", "kinder"), False),  # for children from Ukraine only
    ("schule_kita", ("zugewanderte", "ukraine", "kinder"), True),
    ("integrationskurs", ("ukraine",), False),
    ("integrationskurs", ("zugewanderte", "gefluechtete", "eu"), True),
    ("kinderbetreuung", ("frauen",), True),
    ("kinderbetreuung", ("frauen", "eu"), False),
    ("beratung", (), False),
])  # fmt: skip
def test_who_an_offer_is_open_to(need, groups, is_open):
    assert NEEDS[need].is_open(groups) == is_open


@pytest.mark.parametrize("need", NEEDS)
def test_needs_have_people_and_a_share(need):
    entry = NEEDS[need]
    assert set(entry.ages) <= set(AGES)
    assert entry.groups >= GENERAL_GROUPS
    assert entry.groups <= set(codes.TARGET_GROUPS)
    share = default_parameters().entries[share_name(need)]
    assert share.topic == "bedarf"
    assert share.unit.startswith("Anteil")


def with_entry(name, **changes):
    entries = default_parameters().entries
    changed = type(entries[name])(**(entries[name].__dict__ | changes))
    return Parameters(entries | {name: changed})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"range": (0.04, 0.06)}, r"„need_share_integrationskurs“ .* 0.035 .* 0.04 und 0.06"),
        ({"range": (0.01, 0.02)}, "nicht zwischen 0.01 und 0.02"),
        ({"range": (0.06, 0.02)}, "nicht zwischen 0.06 und 0.02"),
        ({"range": (0.02, 1.5)}, "0.02 bis 1.5 ist kein Anteil"),
        ({"value": 1.5, "range": None}, "kein Anteil"),
        ({"value": -0.1, "range": None}, "kein Anteil"),
    ],
)
def test_crossing_ranges_and_impossible_shares_are_refused(changes, message):
    parameters = with_entry("need_share_integrationskurs", **changes)
    with pytest.raises(ParameterOutOfRange, match=message):
        bounds(parameters.entries["need_share_integrationskurs"])
    place = district({"X": 100})
    place.__dict__["parameters"] = parameters
    with pytest.raises(ParameterOutOfRange, match=message):
        demand(place)


def test_demand_of_the_real_district(sok):
    # Who is unemployed was related to the 3,384 of 2020: 440 people, 19.7 % of 2,232. The others
    # are shares of 3,384 × 1.125⁴ = 5,420.5; of these 3.5 % need a course: 189.7.
    rows = demand(sok)
    sums = rows.groupby("need")["person_count"].sum()
    assert sums["arbeit"] == round(0.197 * 2232) == 440
    assert sums["integrationskurs"] == 190
    assert len(rows) == len(sok.settlements) * len(NEEDS)
    assert (sums > 0).all()
