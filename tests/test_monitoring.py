"""Two snapshots of the five villages of `tests.conftest.villages`, by hand.

A year ago 200 foreigners live in each village, 35 of all of them need the course, 7 a village;
Süd and Mitte can take part: 14. Today it is 400 and 14 a village, and the course is 15 minutes
later, so that Abseits gets there and home too (E 08:58, H 12:25): 42 people for 24 × 1.5 = 36
seats. Of the year before 21 could have come today.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pandas as pd
import pytest

from sokanalysis.demand import NEEDS
from sokanalysis.errors import PeriodOutOfOrder
from sokanalysis.gaps import gaps, situation
from sokanalysis.monitoring import EFFECTS, LIGHTS, indicators, newly_able, participation_change
from sokanalysis.offer_changes import offer_changes
from tests.conftest import COURSE_OFFER, COURSE_SESSION, villages

A_YEAR_AGO = dt.date(2025, 11, 22)  # today is 2026-11-22
LATER = COURSE_SESSION | {"start_time": "09:15", "end_time": "12:15"}
VILLAGES = ("Süd", "Mitte", "Nord", "Abseits", "Fern")
COURSE = "integrationskurs"


def people(count: int, names: tuple[str, ...] = VILLAGES) -> list[dict]:
    return [
        {"area_level": "siedlung", "area_id": name, "group": "auslaender", "date": "2025-12-31",
         "person_count": count}
        for name in names
    ]  # fmt: skip


@pytest.fixture(scope="module")
def before():
    return villages().with_parameters(reference_date=A_YEAR_AGO)


@pytest.fixture(scope="module")
def after():
    return villages(None, [LATER], groups=people(400))


@pytest.fixture(scope="module")
def change(before, after):
    return participation_change(before, after).set_index("need_key")


def test_what_changed_and_what_it_is_due_to(change):
    # 14 → 21 by the new time, 21 → 36 by more people (42 for 36 seats).
    assert change.loc[COURSE].drop(["need", "field"]).to_dict() == {
        "person_count_before": 35, "person_count_after": 70,
        "able_count_before": 14, "able_count_after": 36, "change_count": 22,
        "offer_effect_count": 7, "demand_effect_count": 15, "assumption_effect_count": 0,
    }  # fmt: skip
    assert change.loc[COURSE, "need"] == "Integrationskurs A1–B1"
    assert change.loc[COURSE, "field"] == "Sprache und durchgängige Bildung"


def test_every_need_has_a_row_and_its_parts_add_up(change, before, after):
    assert list(change.index) == list(NEEDS)
    assert (change[list(EFFECTS)].sum(axis=1) == change["change_count"]).all()
    difference = change["able_count_after"] - change["able_count_before"]
    assert (difference == change["change_count"]).all()
    for district, when in ((before, "before"), (after, "after")):
        rows = gaps(district, situation(district))
        able = rows[rows["gap_class"] == "kann_teilnehmen"].groupby("need")["person_count"].sum()
        wanted = rows.groupby("need")["person_count"].sum()
        assert change[f"person_count_{when}"].to_dict() == wanted.to_dict()
        found = change.loc[change[f"able_count_{when}"] > 0, f"able_count_{when}"]
        assert found.to_dict() == able.to_dict()


def test_where_people_can_take_part_now_and_could_not(before, after):
    # Of today's people Süd and Mitte came with the old time, 14 each: 28 for 36 seats. Now Süd
    # takes 14 and the other 22 go where the way is shorter: away are Abseits 08:40–12:43 and
    # Mitte 08:30–12:45, so Abseits gains 14 and Mitte keeps 8 of 14. 14 − 6 = 36 − 28.
    rows = newly_able(before, after).set_index("settlement_id")
    assert rows["gained_count"].to_dict() == {"Mitte": 0, "Abseits": 14}
    assert rows["lost_count"].to_dict() == {"Mitte": 6, "Abseits": 0}
    assert set(rows["need_key"]) == {COURSE}
    assert set(rows["need"]) == {"Integrationskurs A1–B1"}
    assert set(rows["municipality"]) == {"Dorf"}


# --- traffic lights -----------------------------------------------------------------------------


def measures(*rows: tuple[tuple[str, ...], float, float]) -> pd.DataFrame:
    numbers = [f"S{n}" for n in range(1, len(rows) + 1)]
    columns = pd.DataFrame(list(rows), columns=["need_keys", "start_value", "target_value"])
    # Rows of a larger catalogue: the index is not 0, 1, 2.
    return columns.assign(number=numbers, title="Maßnahme").set_index(columns.index[::-1] + 5)


def lights(before, after, rows, start=A_YEAR_AGO, end=dt.date(2027, 11, 22)) -> pd.DataFrame:
    return indicators(before, after, rows, start_date=start, end_date=end)


def test_the_way_from_start_to_target_against_the_line(before, after):
    # 365 of 730 days are over. 36 can take part today, 22 more than the 14 of the start: half of
    # the way to 58 is on the line, a third of the way to 80 is 2/3 of what was expected, a fifth
    # of the way to 124 is 2/5 of it. From 40 to 60 it went 4 back. Down to 14 from 58 the half.
    rows = lights(before, after, measures(
        ((COURSE,), 14, 58), ((COURSE,), 14, 80), ((COURSE,), 14, 124), ((COURSE,), 40, 60),
        ((COURSE, "alphabetisierung"), 58, 14),
    ))  # fmt: skip
    assert rows["number"].tolist() == ["S1", "S2", "S3", "S4", "S5"]
    assert set(rows["before_value"]) == {14}
    assert set(rows["now_value"]) == {36}
    assert rows["reached_share"].tolist() == pytest.approx([1 / 2, 1 / 3, 1 / 5, -1 / 5, 1 / 2])
    assert set(rows["expected_share"]) == {0.5}
    assert rows["light"].tolist() == ["grün", "gelb", "rot", "rot", "grün"]
    assert rows["meaning"].tolist() == [
        "im Plan", "hinter dem Plan", "weit hinter dem Plan", "weit hinter dem Plan", "im Plan",
    ]  # fmt: skip


def test_what_cannot_be_measured_is_grey(before, after):
    rows = lights(before, after, measures(
        ((COURSE,), 14, 14), ((COURSE,), 14, float("nan")), ((), 14, 58),
        ((COURSE,), float("nan"), 58),
    ))  # fmt: skip
    assert set(rows["light"]) == {"grau"}
    assert set(rows["meaning"]) == {"nicht messbar"}
    assert rows["now_value"].isna().tolist() == [False, False, True, False]


def test_before_the_start_and_after_the_end(before, after):
    some = measures(((COURSE,), 14, 36), ((COURSE,), 14, 37))
    early = lights(before, after, some, start=dt.date(2026, 11, 22))
    assert early["meaning"].tolist() == ["noch nicht begonnen"] * 2
    assert set(early["light"]) == {"grau"}
    # Past the end all of the way is expected: 22 of 22 is there, 22 of 23 not.
    late = lights(before, after, some, end=dt.date(2026, 6, 30))
    assert set(late["expected_share"]) == {1}
    assert late["light"].tolist() == ["grün", "gelb"]


def test_the_limits_are_parameters(before, after):
    # 22 of 50 is 0.44 of the way: 0.88 of what was expected.
    lenient = after.with_parameters(light_green_share=0.85)
    some = measures(((COURSE,), 14, 64))
    assert lights(before, after, some)["light"].tolist() == ["gelb"]
    assert lights(before, lenient, some)["light"].tolist() == ["grün"]


def test_no_measures(before, after):
    rows = lights(before, after, measures())
    assert rows.empty
    assert {"number", "light", "meaning", "reached_share"} <= set(rows.columns)


def test_what_is_asked_wrongly(before, after):
    with pytest.raises(PeriodOutOfOrder, match=r"vom 01.01.2026 bis zum 01.01.2026"):
        lights(before, after, measures(), dt.date(2026, 1, 1), dt.date(2026, 1, 1))
    with pytest.raises(KeyError, match="kurs_für_alle"):
        lights(before, after, measures((("kurs_für_alle",), 1, 2)))


def test_a_light_is_a_word():
    assert set(LIGHTS.values()) == {"grün", "gelb", "rot", "grau"}


# --- other snapshots ---------------------------------------------------------------------------


def test_nothing_changed_but_the_order_of_the_rows():
    made = villages()
    turned = replace(made, settlements=made.settlements[::-1])
    rows = participation_change(made, turned)
    assert (rows[["change_count", *EFFECTS]] == 0).all(axis=None)
    assert rows["able_count_after"].sum() == 14
    none = newly_able(made, turned)
    assert none.empty
    assert list(none.columns) == [
        "settlement_id", "ags", "municipality", "need_key", "need", "gained_count", "lost_count",
    ]  # fmt: skip


def test_a_bus_is_no_change_of_offers_and_yet_people_come():
    # Nord arrives with A (07:40) and now gets home: K leaves Süd at 12:20, after 12:05.
    before = villages()
    after = villages(trips={"K": [("Süd", "12:20"), ("Nord", "12:40")]})
    row = participation_change(before, after).set_index("need_key").loc[COURSE]
    assert row[["able_count_before", "able_count_after", *EFFECTS]].tolist() == [14, 21, 7, 0, 0]
    columns = ["settlement_id", "need_key", "gained_count", "lost_count"]
    assert newly_able(before, after)[columns].to_numpy().tolist() == [["Nord", COURSE, 7, 0]]
    assert offer_changes(before, after).empty


def test_other_assumptions_are_named_as_such():
    # 6 places are 6 seats with one run a year and 9 with one and a half. An offer that ended
    # since, an advice for all with the same times, takes 2 × 20 people with it.
    small = COURSE_OFFER | {"place_count": 6}
    advice = COURSE_OFFER | {
        "offer_id": "A2", "kind": "migrationsberatung", "place_count": "",
        "valid_until_date": "2026-06-30",
    }  # fmt: skip
    sessions = [COURSE_SESSION, COURSE_SESSION | {"session_id": "S2", "offer_id": "A2"}]
    after = villages([small, advice], sessions)
    before = after.with_parameters(reference_date=A_YEAR_AGO, course_runs_per_year=1.0)
    rows = participation_change(before, after).set_index("need_key")
    columns = ["able_count_before", "able_count_after", *EFFECTS]
    assert rows.loc[COURSE, columns].tolist() == [6, 9, 0, 0, 3]
    assert rows.loc["beratung", columns].tolist() == [40, 0, -40, 0, 0]


def test_settlements_that_came_and_went():
    # Without Abseits and Fern a year ago; Mitte is no longer a settlement today. The course has
    # the old time in both. Then: Süd and Mitte. Today: Süd.
    made = villages()
    settled = made.settlements.set_index("settlement_id", drop=False)
    before = replace(
        villages(groups=people(200, VILLAGES[:3])),
        settlements=settled.loc[["Süd", "Mitte", "Nord"]].reset_index(drop=True),
    )
    left = ("Süd", "Nord", "Abseits", "Fern")
    after = replace(
        villages(groups=people(200, left)), settlements=settled.loc[[*left]].reset_index(drop=True)
    )
    row = participation_change(before, after).set_index("need_key").loc[COURSE]
    # 3.5 % of 600 and 800 people: 21 and 28, 7 a village.
    assert row[["person_count_before", "person_count_after"]].tolist() == [21, 28]
    assert row[["able_count_before", "able_count_after", *EFFECTS]].tolist() == [14, 7, 0, -7, 0]
    assert newly_able(before, after).empty
