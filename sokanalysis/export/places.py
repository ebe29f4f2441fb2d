"""The tables with a place on the map: municipalities, settlements, sites of offers and stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis import inventory, places, reach
from sokanalysis.codes import DAY_TYPES, FIELDS, STATES
from sokanalysis.export.access import by_municipality
from sokanalysis.export.describe import hint
from sokanalysis.gaps import open_share
from sokanalysis.privacy import withhold, withhold_sums
from sokanalysis.timetable import reference_dates

if TYPE_CHECKING:
    import geopandas as gpd

    from sokanalysis.export.findings import Findings
    from sokanalysis.region import Region

# The classes of the map of open needs in the third notebook.
OPEN_CLASSES: Final = ("unter 20 %", "20–40 %", "40–60 %", "60–80 %", "ab 80 %")
_OPEN_BOUNDS: Final = (-np.inf, 0.2, 0.4, 0.6, 0.8, np.inf)


def municipalities(found: Findings) -> gpd.GeoDataFrame:
    """Return the municipalities with their borders and the key results.

    A municipality whose border is not known has none.
    """
    import geopandas as gpd

    region = found.region
    counts = inventory.offers_by_municipality(region).drop(columns="name")
    counts = counts.rename(columns={field: f"{field}_offers" for field in FIELDS})
    rows = region.municipalities.rename(columns={"name": "municipality", "verband_name": "area"})
    rows = rows.merge(_foreigners(region, counts), on="ags")
    rows = rows.merge(_wide_shares(found), on="ags", how="left")
    rows = rows.merge(_wide_demand(found), on="ags", how="left")
    share = open_share(region, found.rows)
    classes = pd.cut(share, _OPEN_BOUNDS, right=False, labels=OPEN_CLASSES).astype("str")
    rows["open_share_class"] = rows["ags"].map(classes)
    shapes = region.boundaries.set_index("ags").geometry.reindex(rows["ags"])
    return gpd.GeoDataFrame(rows, geometry=shapes.to_numpy(), crs=region.boundaries.crs)


def _foreigners(region: Region, counts: pd.DataFrame) -> pd.DataFrame:
    """Withhold small counts of foreigners, but none that stands in the first document.

    There they stand for the municipalities with offers; the sum of all is public. What stands
    there is a group of its own each, the rest is what a reader subtracts anyway.
    """
    on_page = withhold(
        counts[counts["offer_count"] > 0], ["foreigner_count"], region.parameters
    ).dropna(subset="foreigner_count")
    standing = counts["ags"].where(counts["ags"].isin(on_page["ags"]), "")
    people = counts[["ags", "foreigner_count"]].assign(standing=standing)
    shown = withhold_sums(
        people, [("ags",), ("standing",), ()], region.parameters,
        keep=[("standing",), ()], count="foreigner_count",
    )[("ags",)].set_index("ags")["foreigner_count"]  # fmt: skip
    safe = counts["ags"].map(shown).astype("Int64")
    per_1000 = counts["offers_per_1000"].round(1).mask(safe.isna())
    is_gone = {hint("foreigner_count"): safe.isna(), hint("offers_per_1000"): safe.isna()}
    return counts.assign(foreigner_count=safe, offers_per_1000=per_1000, **is_gone)


def _wide_shares(found: Findings) -> pd.DataFrame:
    rows = by_municipality(found)
    wide = pd.DataFrame({"ags": found.region.municipalities["ags"]})
    for field in FIELDS:
        of_field = rows[rows["field_code"] == field].set_index("ags")
        for state in STATES:
            name = f"{field}_{state}_share"
            wide[name] = wide["ags"].map(of_field[f"{state}_share"])
            is_gone = of_field[hint(f"{state}_share")]
            wide[hint(name)] = wide["ags"].isin(is_gone.index[is_gone])
    return wide


def _wide_demand(found: Findings) -> pd.DataFrame:
    rows = found.demand_by_municipality
    wide = rows.pivot(index="ags", columns="need", values="person_count").add_suffix("_count")
    hints = {hint(str(name)): wide[name].isna() for name in wide}
    return wide.assign(**hints).rename_axis(columns=None).reset_index()


def settlements(found: Findings) -> gpd.GeoDataFrame:
    """Return the settlements with the offers that can be taken up from there."""
    region, units = found.region, found.units
    rows = reach.offers_within_reach(region, units)
    offered = units.groupby(reach.state_names(units))["offer_id"].nunique().reindex(list(STATES))
    for state in STATES:
        rows[f"{state}_share"] = (rows[f"{state}_offers"] / offered[state]).round(2)
        rows[f"{state}_reason"] = places.commonest_reasons(region, units, state)["reason"]
    rows = withhold(rows, ["population_count"], region.parameters, group="ags")
    return _points(rows)


def sites(found: Findings) -> gpd.GeoDataFrame:
    """Return the sites with the names of the offers there today."""
    region = found.region
    held = region.offer_sites.merge(region.current_offers[["offer_id", "name"]], on="offer_id")
    held = held.sort_values("name").groupby("site_id")["name"].agg(["size", "; ".join])
    rows = region.sites.join(held, on="site_id").rename(columns={"join": "offers"})
    return _points(rows.assign(offer_count=rows["size"].fillna(0).astype("int64")))


def stops(found: Findings) -> gpd.GeoDataFrame:
    """Return the stops with their lines and departures on an ordinary day of each type."""
    feed = found.region.feed
    calls = feed.stop_times[["trip_id", "stop_id", "can_board"]]
    is_last = ~calls["trip_id"].duplicated(keep="last")
    calls = calls.merge(feed.trips[["trip_id", "service_id", "line"]], on="trip_id")
    lines = calls[["stop_id", "line"]].drop_duplicates().sort_values("line")
    rows = feed.stops.rename(columns={"name": "stop"}).reset_index(drop=True)
    rows["lines"] = rows["stop_id"].map(lines.groupby("stop_id")["line"].agg("; ".join))
    leaving = calls[calls["can_board"] & ~is_last.to_numpy()]
    for day_type in DAY_TYPES:
        rows[f"{day_type}_departures"] = pd.array([pd.NA] * len(rows), dtype="Int64")
    for day_type, services in _services(found).items():
        counts = leaving[leaving["service_id"].isin(services)].groupby("stop_id").size()
        departures = rows["stop_id"].map(counts).fillna(0).astype("Int64")
        rows[f"{day_type}_departures"] = departures
    return _points(rows)


def _services(found: Findings) -> dict[str, frozenset[str]]:
    """Return the services that run on the day of each type that was computed with."""
    region = found.region
    after = pd.Timestamp(region.parameters.reference_date)
    used = [day for day in DAY_TYPES if day in set(found.answers["day_type"])]
    dates = reference_dates(region.feed, after, used)
    return {day_type: region.feed.active[date] for day_type, date in dates.items()}


def _points(rows: pd.DataFrame) -> gpd.GeoDataFrame:
    import geopandas as gpd

    points = gpd.points_from_xy(rows["lon"], rows["lat"])
    return gpd.GeoDataFrame(rows, geometry=points, crs="EPSG:4326")
