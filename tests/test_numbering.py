"""Numbers of measures: the next of its field, the same in every run, never given twice."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from sokanalysis.codes import MEASURE_FIELDS
from sokanalysis.numbering import numbered, register
from sokanalysis.schema import MEASURE_NUMBERS
from sokanalysis.validation import table_problems
from tests.conftest import feed, region, table

LANGUAGE, WORK, TOGETHER, ALL = MEASURE_FIELDS
COLUMNS = [
    "key", "field_code", "gained_count", "is_chosen", "title", "need_keys", "start_value",
    "target_value", "cost_eur",
]  # fmt: skip
# Key, field, people gained, whether it is chosen.
MOVE = ("verschieben|A1@O1", LANGUAGE, 7.0, True)
BRANCH = ("aussenstelle|A1|G1", LANGUAGE, 12.0, False)
BUS = ("fahrt|720", ALL, 30.0, True)
ADVICE = ("mobil|beratung", TOGETHER, 20.0, True)
ROUND_TABLE = ("E01", ALL, np.nan, True)


def measures(*rows: tuple) -> pd.DataFrame:
    """What a catalogue knows of measures before they have numbers; the title is the key."""
    made = [(*row, row[0], ("integrationskurs",), 14.0, 21.0, 500.0) for row in rows]
    return pd.DataFrame(made, columns=COLUMNS).astype({"gained_count": float, "is_chosen": bool})


@cache
def district(**numbers: str):
    """A district that has given some numbers, by key with an underline for each |."""
    given = [
        {"measure_key": key.replace("_", "|"), "number": number, "status": "beschlossen",
         "title": "früher", "start_value": 1, "need_keys": "arbeit"}
        for key, number in numbers.items()
    ]  # fmt: skip
    return region([], [], [], feed({}, {}), measure_numbers=given)


def numbers(made, *rows: tuple) -> list[tuple[str, str]]:
    found = numbered(made, measures(*rows))
    return list(zip(found["number"], found["key"], strict=True))


def after(made, *rows: tuple):
    """The district when it has kept the numbers of its measures."""
    return replace(made, measure_numbers=register(made, numbered(made, measures(*rows))))


# --- the first run ------------------------------------------------------------------------------


def test_each_field_counts_for_itself():
    # Of a field the chosen come first, of these those that help more people, and what is not
    # counted in people last: S1 7 people and chosen, S2 12 and not; Q1 30, Q2 not counted.
    assert numbers(district(), ROUND_TABLE, BRANCH, ADVICE, BUS, MOVE) == [
        ("S1", MOVE[0]), ("S2", BRANCH[0]), ("T1", ADVICE[0]), ("Q1", BUS[0]),
        ("Q2", ROUND_TABLE[0]),
    ]  # fmt: skip


def test_of_equals_the_title_decides_and_not_the_order():
    one, other = ("b", WORK, 5.0, True), ("a", WORK, 5.0, True)
    assert numbers(district(), one, other) == numbers(district(), other, one)
    assert numbers(district(), one, other) == [("A1", "a"), ("A2", "b")]


def test_ten_comes_after_nine():
    rows = [(f"m{n:02}", LANGUAGE, 50.0 - n, True) for n in range(11)]
    found = [number for number, _ in numbers(district(), *rows)]
    assert found == [f"S{n}" for n in range(1, 12)]


def test_variants_of_one_key_get_a_letter():
    # Two times of one and the same measure are both in the plan; the next one is S2, not S3.
    variant = (MOVE[0], LANGUAGE, 6.0, True)
    third = (MOVE[0], LANGUAGE, 5.0, True)
    assert numbers(district(), BRANCH, third, variant, MOVE) == [
        ("S1", MOVE[0]), ("S1b", MOVE[0]), ("S1c", MOVE[0]), ("S2", BRANCH[0]),
    ]  # fmt: skip
    found = numbered(district(), measures(variant, MOVE))
    assert found["gained_count"].tolist() == [7.0, 6.0]


def test_the_number_stands_in_front_and_nothing_else_changes():
    rows = measures(MOVE, BUS)
    found = numbered(district(), rows)
    assert list(found.columns) == ["number", *COLUMNS]
    pd.testing.assert_frame_equal(found.drop(columns="number"), rows)
    assert list(rows.columns) == COLUMNS


def test_no_measures_no_numbers():
    found = numbered(district(), measures())
    assert found.empty
    assert list(found.columns) == ["number", *COLUMNS]
    assert register(district(), found).empty


# --- the next run -------------------------------------------------------------------------------


def test_numbers_stay_when_ranks_change():
    first = after(district(), MOVE, BRANCH)
    # Now the branch is chosen and the move is not: S1 stays the move and still comes first.
    assert numbers(first, (*MOVE[:3], False), (*BRANCH[:3], True)) == [
        ("S1", MOVE[0]), ("S2", BRANCH[0]),
    ]  # fmt: skip


def test_a_key_not_known_yet_continues():
    made = district(aussenstelle_A1_G1="S4", E01="Q1")
    assert numbers(made, MOVE, BRANCH, BUS, ROUND_TABLE) == [
        ("S4", BRANCH[0]), ("S5", MOVE[0]), ("Q1", ROUND_TABLE[0]), ("Q2", BUS[0]),
    ]  # fmt: skip


def test_a_number_is_not_given_again_when_its_measure_has_gone():
    first = after(district(), MOVE, BRANCH)
    second = after(first, MOVE)  # the branch helps too few
    new = ("kurs|alphabetisierung|O5", LANGUAGE, 40.0, True)
    assert numbers(second, new, MOVE) == [("S1", MOVE[0]), ("S3", new[0])]
    # ... and when it comes back it is S2 as before.
    assert numbers(after(second, new), BRANCH) == [("S2", BRANCH[0])]


def test_a_measure_that_helps_in_another_field_keeps_its_number():
    # It stands with the measures of its field of today.
    made = district(fahrt_720="S1")
    assert numbers(made, MOVE, BUS) == [("S2", MOVE[0]), ("S1", BUS[0])]


@settings(max_examples=15, deadline=None)
@given(
    st.lists(
        st.lists(
            st.tuples(
                st.sampled_from("abcdefgh"), st.sampled_from([*MEASURE_FIELDS]),
                st.integers(0, 50).map(float), st.booleans(),
            ),
            max_size=6,
        ),
        max_size=4,
    )
)  # fmt: skip
def test_over_many_runs_a_key_has_one_number_and_a_number_one_key(runs):
    made, given_so_far = district(), {}
    for rows in runs:
        found = numbers(made, *rows)
        assert len({number for number, _ in found}) == len(found)
        for number, key in found:
            plain = number.rstrip("bcdef")
            assert given_so_far.setdefault(key, plain) == plain
        made = after(made, *rows)
        kept = made.measure_numbers.set_index("measure_key")["number"].to_dict()
        assert kept == given_so_far
        assert len(set(kept.values())) == len(kept)


# --- what is kept -------------------------------------------------------------------------------


def test_a_new_measure_is_kept_as_a_proposal_with_what_it_starts_from():
    kept = after(district(), MOVE).measure_numbers
    assert kept.to_dict("records") == [{
        "measure_key": MOVE[0], "number": "S1", "title": MOVE[0],
        "need_keys": ("integrationskurs",), "start_value": 14.0, "target_value": 21.0,
        "cost_eur": 500.0, "status": "vorschlag",
    }]  # fmt: skip


def test_what_is_kept_already_stays_as_it_is():
    # The district has decided on it; the title and the start are those of then.
    made = district(verschieben_A1_at="S9")
    made = replace(made, measure_numbers=made.measure_numbers.assign(measure_key=MOVE[0]))
    kept = after(made, MOVE, BRANCH).measure_numbers
    assert kept["number"].tolist() == ["S9", "S10"]
    pd.testing.assert_frame_equal(kept.head(1), made.measure_numbers)
    assert kept["status"].tolist() == ["beschlossen", "vorschlag"]


def test_of_variants_the_number_without_a_letter_is_kept():
    kept = after(district(), MOVE, (MOVE[0], LANGUAGE, 6.0, True)).measure_numbers
    assert kept["number"].tolist() == ["S1"]


def test_what_is_kept_can_be_read_again():
    # Columns, types and rules are those of the table in the district's folder.
    kept = after(district(), MOVE, BUS, ROUND_TABLE).measure_numbers
    assert kept.dtypes.to_dict() == table("measure_numbers", []).dtypes.to_dict()
    assert table_problems(kept, MEASURE_NUMBERS) == []
