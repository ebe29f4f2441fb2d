"""An attacker who has all exported files and all documents, and adds up everything."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linprog
from scipy.sparse import csr_array

from sokanalysis.codes import FIELDS
from sokanalysis.demand import NEEDS
from sokanalysis.export.csv_files import write_csv
from sokanalysis.export.findings import Findings
from sokanalysis.export.places import OPEN_CLASSES
from sokanalysis.export.results import result_table
from sokanalysis.gaps import GAP_CLASSES, gaps

TABLES = ("bedarf", "bedarf_gemeinden", "luecken", "luecken_felder", "luecken_gemeinden",
          "handlungsbedarfe", "gemeinden")  # fmt: skip
CELL = ["ags", "need", "gap_class"]
ABLE = GAP_CLASSES["kann_teilnehmen"]


@pytest.fixture(scope="module")
def found(sok, sok_state):
    # Who takes part matters here, not who reaches what: the units of the school weeks do.
    return Findings(sok, pd.DataFrame(), sok_state.units, sok_state, gaps(sok, sok_state), None)


@pytest.fixture(scope="module")
def files(found, tmp_path_factory):
    """The tables of people as somebody reads them who has nothing but the files."""
    folder = tmp_path_factory.mktemp("ausgabe")
    write_csv([result_table(found, name) for name in TABLES], folder)
    texts = {"dtype": {"ags": "str"}}
    return {name: pd.read_csv(folder / "csv" / f"{name}.csv", **texts) for name in TABLES}


@pytest.fixture(scope="module")
def parts(found, files):
    """Every municipality, need and class that the files name, and how many people it truly has."""
    fields = files["bedarf"].set_index("need")["field"]
    cells = files["luecken_gemeinden"][[*CELL, "area"]]
    words = {"need": {n: e.title for n, e in NEEDS.items()}, "gap_class": GAP_CLASSES}
    people = found.rows.replace(words).groupby(CELL)["person_count"].sum().rename("truth")
    cells = cells.assign(field=cells["need"].map(fields)).merge(
        people.reset_index(), on=CELL, how="left"
    )
    cells["truth"] = cells["truth"].fillna(0).astype("int64")
    assert cells["truth"].sum() == found.rows["person_count"].sum()
    return cells


def told(parts: pd.DataFrame, rows: pd.DataFrame, keys: list[str], least: int) -> list[tuple]:
    """What a table says of the parts: (which, at least, at most); a withheld cell is ≥ least."""
    said = []
    for row in rows.to_dict("records"):
        inside = np.ones(len(parts), dtype=bool)
        for key in keys:
            inside &= (parts[key] == row[key]).to_numpy()
        count = row["person_count"]
        said.append((inside.astype(float), *((least, np.inf) if pd.isna(count) else [count] * 2)))
    return said


def knowledge(found, parts, files) -> tuple[list[tuple], list[tuple]]:
    """Counts as the files and the documents say them, and what the classes of the map add."""
    words = {
        "need": {n: e.title for n, e in NEEDS.items()}, "gap_class": GAP_CLASSES, "field": FIELDS,
    }  # fmt: skip
    said = []
    for keys, rows in found.safe.tables.items():
        said += told(parts, rows.replace(words), list(keys), 1)
    for name, keys in {
        "bedarf": ["need"], "luecken": ["need", "gap_class"],
        "luecken_felder": ["field", "gap_class"],
        "handlungsbedarfe": ["need", "gap_class", "area"],
    }.items():  # fmt: skip
        said += told(parts, files[name], keys, 1)
    said += told(parts, files["luecken_gemeinden"], CELL, 0)
    said += told(parts, files["bedarf_gemeinden"], ["ags", "need"], 0)
    wide = files["gemeinden"].set_index("ags")
    for need, entry in NEEDS.items():
        rows = wide[f"{need}_count"].rename("person_count").reset_index()
        said += told(parts, rows.assign(need=entry.title), ["ags", "need"], 0)
    classes = []
    for ags, name in wide["open_share_class"].dropna().items():
        at = OPEN_CLASSES.index(name)
        here = (parts["ags"] == ags).to_numpy(float)
        lacking = here * (parts["gap_class"] != ABLE).to_numpy()
        # A class from 20 to 40 %: of five people one lacks at least, two at most.
        classes.append((5 * lacking - at * here, 0, np.inf))
        classes.append((5 * lacking - (at + 1) * here, -np.inf, 0))
    return said, classes


def broken(parts: pd.DataFrame, said: list[tuple], more: list[tuple], limit: int):
    """Yield small counts of which follows that they are small: how many people each is."""
    once: dict[bytes, tuple] = {}
    for row, low, high in said:
        _, least, most = once.get(row.tobytes(), (row, low, high))
        once[row.tobytes()] = row, max(least, low), min(most, high)
    rows, low, high = (np.array(part) for part in zip(*once.values(), *more, strict=True))
    known = low == high
    above, below = ~known & np.isfinite(high), ~known & np.isfinite(low)
    system = {
        "A_ub": csr_array(np.vstack([rows[above], -rows[below]])),
        "b_ub": np.concatenate([high[above], -low[below]]),
        "A_eq": csr_array(rows[known]), "b_eq": low[known],
    }  # fmt: skip
    cells = rows[: len(once)]
    truth = cells @ parts["truth"].to_numpy()
    waiting = (truth > 0) & (truth < limit)
    while waiting.any():
        at = int(np.argmax(waiting))
        # A table that has this count large, and others as well where it can.
        goal = -cells[at] - 1e-3 * cells[waiting].sum(axis=0).clip(max=1)
        way = linprog(goal, bounds=(0, parts["truth"].sum()), **system)
        assert way.status == 0, way.message
        reached = cells @ way.x >= limit - 1e-6
        if not reached[at]:
            yield int(truth[at])
        waiting &= ~reached
        waiting[at] = False


def test_no_combination_of_files_and_documents_tells_a_small_count(found, parts, files):
    limit = int(found.region.parameters.withhold_below)
    said, classes = knowledge(found, parts, files)
    truth = parts["truth"].to_numpy()
    assert all(low <= row @ truth <= high for row, low, high in [*said, *classes])
    shown = [low for _, low, high in said if low == high]
    assert not [count for count in shown if 0 < count < limit]
    assert list(broken(parts, said, classes, limit)) == []


def test_the_attacker_breaks_what_only_hides_small_counts(found, parts, files):
    limit = int(found.region.parameters.withhold_below)
    said, _ = knowledge(found, parts, files)
    truth = parts["truth"].to_numpy()
    sums = [float(row @ truth) for row, _, _ in said]
    naive = [
        (row, 1, np.inf) if 0 < count < limit else (row, count, count)
        for (row, _, _), count in zip(said, sums, strict=True)
    ]
    assert next(broken(parts, naive, [], limit), None) is not None


def test_most_people_are_counted_in_what_is_shown(found, files):
    # Protection is worth little when nothing is left: four of five people stand in a cell shown.
    rows = files["luecken_gemeinden"]
    assert rows["person_count"].sum() > 0.8 * found.rows["person_count"].sum()
    sums = rows.groupby(["need", "gap_class", "area"])["person_count"].agg(
        lambda counts: counts.sum(skipna=False)
    )
    area = files["handlungsbedarfe"].set_index(["need", "gap_class", "area"])["person_count"]
    both = pd.concat([sums.rename("sum"), area], axis=1).dropna()
    assert (both["sum"] == both["person_count"]).all() and len(both) > 20
