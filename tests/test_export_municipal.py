"""Gaps by municipality: what is shown tells of nobody what the published tables do not tell."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pandas as pd
import pytest

from sokanalysis.demand import NEEDS
from sokanalysis.export.municipal import municipal_demand, municipal_gaps
from sokanalysis.published import PublishedGaps
from tests.conftest import table, villages

COURSE, CLASS = "integrationskurs", "nicht_erreichbar"


def district(areas: dict[str, int], limit: int = 3):
    """A region of some Verbände with so many municipalities each: „A0“, „A1“ …"""
    named = [
        {"ags": f"{area}{at}", "name": f"{area}{at}", "verband_name": area}
        for area, count in areas.items() for at in range(count)
    ]  # fmt: skip
    region = replace(villages(), municipalities=table("municipalities", named))
    return region.with_parameters(withhold_below=limit)


def gap_rows(counts: dict[str, int], need: str = COURSE, gap_class: str = CLASS) -> pd.DataFrame:
    return pd.DataFrame([
        {"settlement_id": ags, "ags": ags, "need": need, "field": NEEDS[need].field,
         "gap_class": gap_class, "person_count": count}
        for ags, count in counts.items() if count > 0
    ])  # fmt: skip


def published(region, rows: pd.DataFrame) -> PublishedGaps:
    """Totals of the Verbände alone, shown from the limit on."""
    limit = int(region.parameters.withhold_below)
    area = rows["ags"].map(region.municipalities.set_index("ags")["verband_name"])
    keys = ["need", "gap_class", "area"]
    totals = rows.assign(area=area).groupby(keys)["person_count"].sum().reset_index()
    counts = totals["person_count"].astype("Int64")
    return PublishedGaps(
        {tuple(keys): totals.assign(person_count=counts.mask(counts < limit))}, limit
    )


def shown(counts: list[int], limit: int = 3) -> list[int | None]:
    """What is left of the counts of one Verband; None where it is withheld."""
    region = district({"A": len(counts)}, limit)
    rows = gap_rows({f"A{at}": count for at, count in enumerate(counts)})
    left = municipal_gaps(region, rows, published(region, rows))["person_count"]
    return [None if pd.isna(count) else int(count) for count in left]


@pytest.mark.parametrize(
    ("counts", "left"),
    [
        ([4, 9, 0], [4, 9, 0]),  # nothing is small
        ([1, 9, 5, 0], [None] * 4),  # all of a Verband or nothing: 15 people in four places
        ([1, 2], [None, None]),
        ([3, 0], [None, None]),  # for that 3 in one place looks like 3 in two
        ([4, 0], [4, 0]),
        ([2, 2], [None, None]),  # 4 in two places: 3 and 1 would be withheld as well
        ([1, 1], [None, None]),  # the total of 2 is not published
        ([7], [7]),  # a Verband of one municipality is published as it is
        ([3], [3]),
        ([2], [None]),
    ],
)
def test_what_is_withheld(counts, left):
    assert shown(counts) == left


@pytest.mark.parametrize(("places", "most", "limit"), [(2, 9, 3), (3, 8, 3), (4, 6, 3), (3, 9, 4)])
def test_no_division_tells_a_small_count_even_to_who_knows_the_rules(places, most, limit):
    # Every way to spread up to `most` people over the places, each in a Verband of its own. Who
    # sees what is published, and knows how it came about, thinks all of them possible that look
    # the same. In one of them every place of which nothing is shown has enough to be shown.
    ways = [way for way in product(range(most + 1), repeat=places) if limit <= sum(way) <= most]
    region = district({f"A{number}-": places for number in range(len(ways))}, limit)
    counts = {f"A{n}-{at}": count for n, way in enumerate(ways) for at, count in enumerate(way)}
    rows = gap_rows(counts)
    found = municipal_gaps(region, rows, published(region, rows))
    looks: dict[tuple, list[tuple[int, ...]]] = {}
    for way, (_, cells) in zip(ways, found.groupby("area", sort=False), strict=True):
        left = tuple(None if pd.isna(count) else int(count) for count in cells["person_count"])
        assert all(seen in (None, count) for seen, count in zip(left, way, strict=True))
        assert not any(0 < (seen or 0) < limit for seen in left)
        looks.setdefault((sum(way), left), []).append(way)
    for (_, left), possible in looks.items():
        for at, seen in enumerate(left):
            if seen is None:
                assert max(way[at] for way in possible) >= limit, (left, possible)
                assert len({way[at] for way in possible}) > 1


def test_the_demand_is_the_sum_of_what_is_shown():
    region = district({"A": 2, "B": 1})
    rows = pd.concat([
        gap_rows({"A0": 5, "A1": 4, "B0": 6}), gap_rows({"A0": 7, "A1": 1}, gap_class="kein_platz"),
    ])  # fmt: skip
    divided = municipal_gaps(region, rows, published(region, rows))
    # A: the 8 without a seat are 7 and 1, so both are withheld, and the demand of both places.
    assert divided["person_count"].isna().sum() == 2
    demand = municipal_demand(region, divided)
    course = demand[demand["need"] == COURSE].set_index("ags")["person_count"]
    assert course.isna().to_dict() == {"A0": True, "A1": True, "B0": False}
    assert course["B0"] == 6
    others = demand[demand["need"] != COURSE]["person_count"]
    assert (others == 0).all()
    assert list(demand["ags"].unique()) == ["A0", "A1", "B0"]


def test_without_people_nothing_is_divided():
    region = district({"A": 2})
    rows = gap_rows({"A0": 1})
    empty = published(region, rows[:0])
    divided = municipal_gaps(region, rows[:0], empty)
    assert divided.empty
    assert (municipal_demand(region, divided)["person_count"] == 0).all()
