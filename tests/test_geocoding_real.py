"""The district's own sites and buildings, each looked up as if its position were not known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from shapely.geometry import Point

from sokanalysis.geocoding.gazetteer import gazetteer
from sokanalysis.geocoding.matching import geocode
from sokanalysis.geocoding.plausibility import misplaced
from sokanalysis.geography import metric, project
from sokanalysis.read.boundaries import read_boundaries
from sokanalysis.read.tables import read_table
from sokanalysis.schema import TABLES
from tests.conftest import SOK

# How exact is exact: a street may be told of 1500 m away, the middle of a town too.
COARSE_M = 1500


@pytest.fixture(scope="module")
def district() -> dict[str, pd.DataFrame]:
    names = ("sites", "buildings", "settlements", "municipalities")
    tables = {name: read_table(SOK, TABLES[name])[0] for name in names}
    sites = tables["sites"].rename(columns={"site_id": "building_id"})
    stops = pd.read_csv(SOK / "gtfs" / "stops.txt", dtype={"stop_id": "str"})
    stops = stops.rename(columns=lambda name: name.removeprefix("stop_"))
    stops = stops.rename(columns={"id": "stop_id"})
    both = pd.concat([sites, tables["buildings"]], ignore_index=True)
    return tables | {"stops": stops, "both": both, "boundaries": read_boundaries(SOK)[0]}


@pytest.fixture(scope="module")
def answers(district) -> pd.DataFrame:
    """Each row looked up among all others, and what is known of it."""
    both = district["both"]
    known = gazetteer(
        district["settlements"], district["stops"], both, district["municipalities"],
        boundaries=district["boundaries"],
    )  # fmt: skip
    rows = []
    for index, key in both["building_id"].items():
        own = f"Gebäude {key}"
        others = replace(known, entries=tuple(e for e in known.entries if e.source != own))
        rows.append(geocode(both.loc[[index]], others).rows)
    found = pd.concat(rows)
    away = pd.Series(np.nan, found.index)
    is_found = found["lat"].notna()
    away[is_found] = np.hypot(*(project(found[is_found]) - project(both[is_found])).T)
    return found.assign(away_m=away, known=both["geocoding"], ags=both["ags"])


def test_what_lies_in_the_district_is_found_and_nothing_else(answers):
    is_found = answers["geocoding"] != "unbekannt"
    assert (is_found == answers["ags"].notna()).all()


def test_nothing_is_farther_than_its_quality_says(answers):
    assert answers["away_m"].max() <= COARSE_M
    assert answers["away_m"].median() <= 250


def test_nothing_is_claimed_that_nobody_knows(answers):
    # No list of the district knows a house, so none may be found.
    assert "gebaeude" not in set(answers["geocoding"])
    # Whom the sources place only in the middle of a town, the lists do not place better.
    assert not ((answers["known"] == "ort") & (answers["geocoding"] == "strasse")).any()


def test_every_point_lies_in_the_municipality_that_is_named(answers, district):
    shapes = metric(district["boundaries"]).set_index("ags").geometry
    found = answers[answers["lat"].notna()]
    points = project(found)
    away_m = [
        shapes[ags].distance(Point(*point))
        for ags, point in zip(found["ags"], points, strict=True)
    ]  # fmt: skip
    assert max(away_m) == 0


def test_the_positions_of_the_district_are_plausible(district):
    tables = district["boundaries"], district["settlements"]
    for name in ("sites", "buildings"):
        assert misplaced(district[name], *tables, file=f"{name}.csv") == ()


def test_stops_belong_where_they_lie_or_to_nobody(district):
    # With and without boundaries: what both place, they place in the same municipality.
    nothing = district["both"].iloc[:0]
    tables = district["settlements"], district["stops"], nothing, district["municipalities"]
    lying = gazetteer(*tables, boundaries=district["boundaries"])
    named = gazetteer(*tables)
    where = {entry.source: entry.ags for entry in lying.entries}
    differ = [e.label for e in named.entries if where.get(e.source, e.ags) != e.ags]
    assert len(named.entries) > 0.9 * len(lying.entries)
    assert len(differ) <= 0.02 * len(named.entries)


UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe"})
SPELLINGS = {
    "without umlauts": lambda text: text.translate(UMLAUTS),
    "in capitals": str.upper,
    "written out": lambda text: text.replace("Str.", "Straße").replace("str.", "straße"),
    "shortened": lambda text: text.replace("Straße", "Str.").replace("straße", "str."),
    "spaced out": lambda text: f"  {text.replace(' ', '  ')}\t",
}  # fmt: skip


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_the_way_of_spelling_changes_nothing(district, spelling):
    both = district["both"]
    known = gazetteer(
        district["settlements"], district["stops"], both, district["municipalities"],
        boundaries=district["boundaries"],
    )  # fmt: skip
    cells = both[["name", "address", "place"]].fillna("")
    spelled = cells.map(SPELLINGS[spelling]).assign(ags=both["ags"])
    kept = ["lat", "lon", "geocoding", "score", "source"]
    before, after = geocode(both, known).rows[kept], geocode(spelled, known).rows[kept]
    pd.testing.assert_frame_equal(after, before)
