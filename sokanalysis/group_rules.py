"""Rules on counts of people: a part never has more people than its whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, cast

import pandas as pd

from sokanalysis.codes import AREA_LEVELS
from sokanalysis.errors import Problem
from sokanalysis.schema import GROUPS
from sokanalysis.validation import dangling

if TYPE_CHECKING:
    Tables = dict[str, pd.DataFrame]

_AREAS: Final = {"gemeinde": "municipalities.ags", "siedlung": "settlements.settlement_id"}
_FILE: Final = "groups.csv"


def group_problems(tables: Tables) -> list[Problem]:
    """Find counts of groups that cannot be.

    Parameters
    ----------
    tables : dict of str to DataFrame
        All tables of a region by name.

    Returns
    -------
    list of Problem
        By row of ``groups.csv``: areas that no table holds; estimates whose lower or upper end
        lies on the wrong side of the number; more asylum seekers than
        foreigners; settlements that add up to more than their municipality, or municipalities
        to more than the district; more foreigners than people. Rows are compared on the same
        day only, with the people of the latest day where there are none of that day. Unknown
        numbers are no problem.
    """
    rows = tables["groups"].assign(parent=_parents(tables))
    return [
        *_unknown_areas(tables, rows),
        *_crossed(rows),
        *_more_seekers(rows),
        *_more_than_above(rows, "siedlung", "gemeinde"),
        *_more_than_above(rows, "gemeinde", "kreis"),
        *_more_than_people(tables, rows),
    ]


def _parents(tables: Tables) -> pd.Series[str]:
    """Return the area that holds each row's area; a district's key begins each of its own."""
    groups = tables["groups"]
    ags = tables["settlements"].drop_duplicates("settlement_id").set_index("settlement_id")["ags"]
    is_settlement = groups["area_level"] == "siedlung"
    above = groups["area_id"].map(ags)
    return above.where(is_settlement, groups["area_id"].str[:5])


def _unknown_areas(tables: Tables, rows: pd.DataFrame) -> list[Problem]:
    return [
        problem
        for level, references in _AREAS.items()
        for problem in dangling(
            tables, GROUPS, rows.loc[rows["area_level"] == level, "area_id"], references
        )
    ]


def _crossed(rows: pd.DataFrame) -> list[Problem]:
    remedy = "untere Schätzung, Zahl und obere Schätzung der Größe nach eintragen"
    low, high = rows["person_count_low"], rows["person_count_high"]
    return [
        *_above(rows, low, "weniger als die untere Schätzung ({limit})", remedy, is_least=True),
        *_above(rows, high, "mehr als die obere Schätzung ({limit})", remedy),
    ]


def _more_seekers(rows: pd.DataFrame) -> list[Problem]:
    same = ["area_level", "area_id", "date"]
    foreign = rows[rows["group"] == "auslaender"].drop_duplicates(same).set_index(same)
    seekers = rows[rows["group"] == "schutzsuchende"]
    limits = _aligned(seekers, same, foreign["person_count"])
    return _above(
        seekers, limits, "mehr Asylbewerber als Ausländer ({limit})",
        "beide Zahlen prüfen: Asylbewerber zählen auch als Ausländer",
    )  # fmt: skip


def _more_than_above(rows: pd.DataFrame, part: str, whole: str) -> list[Problem]:
    same = ["parent", "group", "date"]
    sums = rows[rows["area_level"] == part].groupby(same)["person_count"].sum()
    wholes = rows[rows["area_level"] == whole]
    parts = _aligned(wholes.assign(parent=wholes["area_id"]), same, sums)
    return _above(
        wholes, parts, f"weniger als ihre Teile der Ebene {AREA_LEVELS[part]} zusammen ({{limit}})",
        "die Zahl hier oder die der Teile berichtigen", is_least=True,
    )  # fmt: skip


def _more_than_people(tables: Tables, rows: pd.DataFrame) -> list[Problem]:
    people = tables["population"].dropna(subset=["population_count"])
    people = people.drop_duplicates(["ags", "date"]).sort_values("date")
    same_day = people.set_index(["ags", "date"])["population_count"]
    latest = people.drop_duplicates("ags", keep="last").set_index("ags")["population_count"]
    towns = rows[rows["area_level"] == "gemeinde"]
    of_towns = _aligned(towns, ["area_id", "date"], same_day).fillna(towns["area_id"].map(latest))
    villages = rows[rows["area_level"] == "siedlung"]
    settlements = tables["settlements"].drop_duplicates("settlement_id").set_index("settlement_id")
    of_villages = villages["area_id"].map(settlements["population_count"])
    text, remedy = "mehr als die Einwohner ({limit})", "Personen und Einwohner prüfen"
    return _above(towns, of_towns, text, remedy) + _above(villages, of_villages, text, remedy)


def _aligned(rows: pd.DataFrame, keys: list[str], values: pd.Series[int]) -> pd.Series[int]:
    """Return the value that belongs to the keys of each row; missing where there is none."""
    found = values.reindex(pd.MultiIndex.from_frame(rows[keys]))
    return pd.Series(found.to_numpy(), index=rows.index)


def _above(
    rows: pd.DataFrame, limits: pd.Series[int], text: str, remedy: str, *, is_least: bool = False
) -> list[Problem]:
    """Return a problem for each count above its limit, or below it."""
    counts = rows["person_count"].astype("Float64")
    ends = limits.astype("Float64")
    wrong = (counts < ends if is_least else counts > ends).fillna(False).astype(bool)
    return [
        Problem(
            _FILE, text.format(limit=f"{limit:g}"), remedy, _row(index),
            GROUPS.column("person_count").title, f"{count:g}",
        )
        for index, count, limit in zip(
            rows.index[wrong], counts[wrong], ends[wrong], strict=True
        )
    ]  # fmt: skip


def _row(index: object) -> int:
    return cast("int", index) + 2  # the heading is row 1
