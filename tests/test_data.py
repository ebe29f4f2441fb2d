"""The district's data: totals, geometry, provenance, and scripts that reproduce the files."""

from __future__ import annotations

import importlib
import json
import os
import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scipy.spatial import cKDTree
from scipy.stats import spearmanr

from sokanalysis.codes import CURRENT_STATUSES
from sokanalysis.schema import TABLES

ROOT = Path(__file__).parent.parent
DATA = ROOT / "data"
REGION = DATA / "sok"
CENSUS = Path(os.environ.get("SOK_REFERENCE", ROOT.parent / "shared/reference"))
METRES = "EPSG:25832"
# The numbers of measures are kept as soon as there are some.
FILES = [
    name
    for name, about in TABLES.items()
    if not about.is_optional or (REGION / f"{name}.csv").exists()
]


def table(name: str) -> pd.DataFrame:
    frame = pd.read_csv(REGION / f"{name}.csv", dtype=str, keep_default_na=False)
    for column in TABLES[name].columns:
        if column.kind in ("integer", "number"):
            frame[column.name] = pd.to_numeric(frame[column.name])
    return frame


def points(frame: pd.DataFrame) -> gpd.GeoSeries:
    places = gpd.points_from_xy(frame["lon"], frame["lat"], crs="EPSG:4326")
    return gpd.GeoSeries(places, index=frame.index).to_crs(METRES)


@pytest.fixture(scope="module")
def areas() -> gpd.GeoSeries:
    frame = gpd.read_file(REGION / "boundaries.geojson").to_crs(METRES)
    return frame.set_index("ags").geometry


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(DATA))
    return importlib.import_module


# --- form ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FILES)
def test_columns_are_the_schemas(name: str) -> None:
    header = (REGION / f"{name}.csv").read_text(encoding="utf-8").split("\n", 1)[0]
    assert header.split(",") == [column.name for column in TABLES[name].columns]


@pytest.mark.parametrize("name", FILES)
def test_keys_are_unique_and_required_cells_filled(name: str) -> None:
    frame = table(name)
    assert not frame.duplicated(list(TABLES[name].key)).any()
    for column in TABLES[name].columns:
        if column.required:
            assert (frame[column.name].notna() & (frame[column.name] != "")).all(), column.name


@pytest.mark.parametrize("name", FILES)
def test_text_is_clean(name: str) -> None:
    raw = (REGION / f"{name}.csv").read_bytes()
    text = raw.decode("utf-8")
    assert b"\r" not in raw
    assert raw.endswith(b"\n")
    without_urls = re.sub(r"https?://[^\s,\"]+", "", text)
    assert not re.search(r"[\w.]+@[\w-]+\.\w+", without_urls), "e-mail address"
    assert not re.search(r"\b0\d{2,5}\s?[/-]\s?\d{2,}", without_urls), "telephone number"


def test_data_package_is_valid() -> None:
    frictionless = pytest.importorskip("frictionless")
    report = frictionless.validate(str(REGION / "datapackage.json"))
    assert report.valid, report.flatten(["name", "rowNumber", "fieldName", "type", "note"])


def test_data_package_names_every_table_and_its_origin() -> None:
    package = json.loads((REGION / "datapackage.json").read_text(encoding="utf-8"))
    resources = {resource["name"]: resource for resource in package["resources"]}
    assert set(resources) == {*FILES, "boundaries"}
    for resource in resources.values():
        assert resource["sources"]
        assert resource["licenses"]
        assert resource["date"]
        assert resource["quality"]
    assert any("GeoBasis-DE / BKG" in entry["title"] for entry in package["contributors"])


# --- totals -------------------------------------------------------------------------------------


def test_population_totals() -> None:
    assert len(table("municipalities")) == 59
    sums = table("population").groupby("date")["population_count"].sum()
    assert sums["2019-12-31"] == 80_312
    assert sums["2020-12-31"] == 79_632
    assert sums["2022-12-31"] == 79_178
    assert (table("population").groupby("date")["ags"].nunique() == 59).all()


def test_bands_of_municipalities() -> None:
    bands = table("municipalities").drop_duplicates(["verband_kind", "verband_name"])
    kinds = bands["verband_kind"].value_counts()
    assert kinds.to_dict() == {
        "verbandsfreie Gemeinde": 10,
        "Verwaltungsgemeinschaft": 4,
        "erfüllende Gemeinde": 1,
    }


def test_settlements_meet_every_municipality() -> None:
    settlements, population = table("settlements"), table("population")
    official = population[population["date"] == "2022-12-31"].set_index("ags")["population_count"]
    assert len(settlements) >= 250
    assert (settlements["population_count"] >= 1).all()
    summed = settlements.groupby("ags")["population_count"].sum()
    assert summed.to_dict() == official.to_dict()
    assert (settlements[settlements["is_main"] == "ja"]["ags"].value_counts() == 1).all()


def test_settlement_keys_are_readable() -> None:
    settlements = table("settlements")
    assert settlements["settlement_id"].str.fullmatch(r"\d{8}-[a-z0-9]+(-[a-z0-9]+)*").all()
    assert (settlements["settlement_id"].str[:8] == settlements["ags"]).all()


def test_groups_add_up_over_levels() -> None:
    groups = table("groups")
    sums = groups.groupby(["group", "area_level"])["person_count"].sum()
    assert set(sums["auslaender"]) == {3_384}
    assert set(sums["schutzsuchende"]) == {307}
    parts = groups[groups["area_level"] == "siedlung"]
    towns = groups[(groups["area_level"] == "gemeinde") & (groups["group"] == "auslaender")]
    summed = parts.groupby(parts["area_id"].str[:8])["person_count"].sum()
    assert summed.to_dict() == towns.set_index("area_id")["person_count"].to_dict()
    assert (
        groups["person_count"]
        .between(groups["person_count_low"], groups["person_count_high"])
        .all()
    )


def test_estimates_do_not_pass_for_facts() -> None:
    groups = table("groups")
    assert (groups[groups["area_level"] != "kreis"]["quality"] == "geschaetzt").all()
    assert (table("settlements")["quality"] == "geschaetzt").all()


def test_the_whole_inventory_is_there() -> None:
    first = [f"T{number:03}" for number in range(1, 73)]
    assert set(first) <= set(table("providers")["provider_id"])
    assert table("offers")["offer_id"].tolist() == [f"A{number:03}" for number in range(1, 75)]


def test_programmes_say_where_they_are_known_from() -> None:
    fundings = table("fundings")
    assumed = fundings["quality"] == "angenommen"
    assert (fundings.loc[assumed, "source"] == "Arbeitsannahme").all()
    assert fundings.loc[assumed, "note"].str.contains("vor Antrag prüfen").all()
    assert fundings.loc[~assumed, "source"].str.contains(r"https?://|Drucksache").all()
    assert fundings.loc[~assumed, "source_date"].ne("").all()
    undated = fundings["source_date"] == "ohne Datum"
    assert set(fundings.loc[undated, "quality"]) == {"gemeldet"}


def test_own_measures_are_proposals() -> None:
    own = table("own_measures")
    assert 6 <= len(own) <= 9
    assert set(own["quality"]) == {"angenommen"}
    assert set(own["status"]) == {"vorschlag"}
    assert own["source"].str.startswith("Arbeitsannahme").all()
    months = pd.concat([own["start_month"], own["end_month"]])
    assert months.str.fullmatch(r"\d{4}-\d{2}-01").all()
    assert own["steps"].str.split("; ").map(len).between(3, 5).all()
    # What is not known yet is left out, and says so.
    open_start = own["start_value"].isna()
    assert own.loc[open_start, "note"].str.contains("Ausgangswert erfragen").all()


# --- geometry -----------------------------------------------------------------------------------


def test_boundaries_cover_the_district_once(areas: gpd.GeoSeries) -> None:
    assert len(areas) == 59
    assert areas.is_valid.all()
    assert shapely.coverage_is_valid(areas.to_numpy(), gap_width=5)
    whole = shapely.union_all(areas.to_numpy())
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    official = table("municipalities").set_index("ags")["area_km2"]
    assert (areas.area / 1e6 - official).abs().max() < 0.5
    assert (REGION / "boundaries.geojson").stat().st_size < 400_000


@pytest.mark.parametrize("name", ["municipalities", "settlements", "accommodations", "buildings"])
def test_places_lie_in_their_municipality(name: str, areas: gpd.GeoSeries) -> None:
    frame = table(name)
    places = points(frame)
    away = places.distance(areas.loc[frame["ags"]].set_axis(frame.index))
    assert away.max() < 500, frame.loc[away.idxmax()].to_dict()


def test_sites_are_plausible(areas: gpd.GeoSeries) -> None:
    sites = table("sites")
    places = points(sites)
    inside = sites["ags"] != ""
    own = areas.loc[sites.loc[inside, "ags"]].set_axis(sites.index[inside])
    assert places[inside].distance(own).max() < 500
    away = places[~inside].distance(shapely.union_all(areas.to_numpy()))
    assert away.between(1_000, 30_000).all()
    assert set(sites.loc[~inside, "place"]) == {"Saalfeld", "Jena", "Eisenberg"}


# --- offers -------------------------------------------------------------------------------------


def test_todays_offers_are_sourced() -> None:
    offers = table("offers")
    today = offers[offers["status"].isin(CURRENT_STATUSES)]
    assert (today["quality"] != "").all()
    assert today["source"].str.startswith("http").all()
    documented = today[today["quality"] == "belegt"]
    assert documented["source_date"].str.contains(r"\d{4}").all()
    running = offers[offers["status"] == "laufend"]
    assert (running["assured_date"] >= "2024-01-01").all()


def test_sessions_belong_to_todays_offers_at_their_sites() -> None:
    offers, sessions, links = table("offers"), table("sessions"), table("offer_sites")
    today = set(offers.loc[offers["status"].isin(CURRENT_STATUSES), "offer_id"])
    assert set(sessions["offer_id"]) <= today
    pairs = set(zip(links["offer_id"], links["site_id"], strict=True))
    assert set(zip(sessions["offer_id"], sessions["site_id"], strict=True)) <= pairs
    assert (sessions["start_time"] < sessions["end_time"]).all()
    assumed = sessions[sessions["quality"] == "angenommen"]
    assert assumed["source"].str.startswith("Arbeitsannahme").all()
    assert (assumed["note"] != "").all()


# --- scripts ------------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["gemeinden", "siedlungen", "gruppen", "datapackage"])
def test_scripts_reproduce_their_files(module: str, script) -> None:
    for file_name, build in script(module).BUILDERS.items():
        assert build() == (REGION / file_name).read_text(encoding="utf-8"), file_name


def test_boundaries_are_reproduced(script) -> None:
    package = os.environ.get("SOK_BKG_PACKAGE", "")
    if not package:
        pytest.skip("needs the unpacked npm package in SOK_BKG_PACKAGE")
    text = (REGION / "boundaries.geojson").read_text(encoding="utf-8")
    assert script("grenzen").build(Path(package)) == text


def test_whole_shares_keep_the_total(script) -> None:
    shares = script("bausteine").whole_shares
    assert shares(10, [1, 1, 1]) == [4, 3, 3]
    assert shares(3, [100, 0, 0], minimum=1) == [1, 1, 1]
    with pytest.raises(ValueError, match="too little"):
        shares(2, [1, 1, 1], minimum=1)


# --- check against the census grid of 2011, where it is at hand ---------------------------------


def census_people(settlements: pd.DataFrame) -> pd.Series:
    """Return census people by settlement: each cell counts for the nearest in its municipality."""
    cells = pd.read_csv(CENSUS / "zensus2011_gitter_1km.csv", dtype={"ags": str})
    cells = cells[cells["Einwohner"] > 0].reset_index(drop=True)
    at, origins = points(cells), points(settlements)
    people = pd.Series(0.0, index=settlements.index)
    for ags, own in cells.groupby("ags"):
        index = settlements.index[settlements["ags"] == ags]
        tree = cKDTree(np.c_[origins[index].x, origins[index].y])
        nearest = index[tree.query(np.c_[at[own.index].x, at[own.index].y])[1]]
        people = people.add(own.groupby(nearest)["Einwohner"].sum(), fill_value=0)
    return people


def fit(frame: pd.DataFrame) -> tuple[float, float, float]:
    """Return rank correlation, mean absolute error of shares, share of people misplaced."""
    totals = frame.groupby("ags")[["estimate", "census"]].transform("sum")
    gap = (frame["estimate"] / totals["estimate"] - frame["census"] / totals["census"]).abs()
    several = frame.groupby("ags")["census"].transform("size") > 1
    rank = spearmanr(frame.loc[several, "estimate"], frame.loc[several, "census"]).statistic
    misplaced = (gap * totals["estimate"]).sum() / 2 / frame["estimate"].sum()
    return float(rank), float(gap[several].mean()), float(misplaced)


def test_settlements_against_census(record_property) -> None:
    if not (CENSUS / "zensus2011_gitter_1km.csv").exists():
        pytest.skip("census grid not at hand")
    settlements = table("settlements")
    settlements["estimate"] = settlements["population_count"]
    settlements["census"] = census_people(settlements)
    settlements["place"] = settlements["name"].str.split(r",|-Ost", regex=True).str[0]
    places = settlements.groupby(["ags", "place"])[["estimate", "census"]].sum().reset_index()
    for level, frame in (("Siedlung", settlements), ("Ort", places)):
        rank, error, misplaced = fit(frame)
        line = (
            f"{level}: Rang {rank:.2f}, Anteilsfehler {error:.3f}, falsch verteilt {misplaced:.3f}"
        )
        record_property(f"zensus_{level}", line)
        print(f"Zensus 2011, {line}")
    assert np.isfinite([rank, error, misplaced]).all()


def test_foreigners_against_census(record_property) -> None:
    path = CENSUS / "zensus2011_gitter_100m_herkunft.csv"
    if not path.exists():
        pytest.skip("census grid not at hand")
    cells = pd.read_csv(path, dtype={"ags": str})
    counted = cells[cells["label"] == "auslaender"].groupby("ags")["value"].sum()
    groups = table("groups")
    chosen = (groups["area_level"] == "gemeinde") & (groups["group"] == "auslaender")
    estimate = groups[chosen].set_index("area_id")["person_count"]
    census = counted.reindex(estimate.index, fill_value=0)
    rank = spearmanr(estimate, census).statistic
    gap = (estimate / estimate.sum() - census / census.sum()).abs().sum() / 2
    line = f"Ausländer je Gemeinde: Rang {rank:.2f}, anders verteilt {gap:.3f}"
    record_property("zensus_auslaender", line)
    print(f"Zensus 2011, {line}")
    assert np.isfinite([rank, gap]).all()
