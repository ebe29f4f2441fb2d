"""Settlements and foreigners from census cells: every cell at the nearest named place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from sokanalysis.distribution import Floats, Whole, apportion
from sokanalysis.geography import grid_points, pairs_within, project

if TYPE_CHECKING:
    import geopandas as gpd

    from sokanalysis.fetch.sources import Source

CENSUS_DAY: Final = pd.Timestamp("2022-05-15")
_CENSUS: Final = "Statistische Ämter des Bundes und der Länder, Zensus 2022"
_NEAR_M: Final = 150.0  # cells that touch at a corner belong together
_KINDS: Final = ("city", "town", "village", "hamlet", "suburb", "quarter", "locality")


def located(cells: pd.DataFrame, borders: gpd.GeoDataFrame) -> pd.DataFrame:
    """Return the inhabited cells within the district.

    Parameters
    ----------
    cells : DataFrame
        As `sokanalysis.read.official.census_grid.read_grid` gives them.
    borders : GeoDataFrame
        ``ags`` and ``geometry`` (EPSG:4326).

    Returns
    -------
    DataFrame
        The cells with ``lat``, ``lon`` and ``ags``; those whose midpoint lies in no
        municipality of the district are left out.
    """
    import geopandas as gpd

    lat, lon = grid_points(cells["x_m"].to_numpy(), cells["y_m"].to_numpy())
    points = gpd.GeoDataFrame(
        cells.assign(lat=lat, lon=lon), geometry=gpd.points_from_xy(lon, lat), crs=borders.crs
    )
    joined = points.sjoin(borders[["ags", "geometry"]], predicate="within")
    rows = pd.DataFrame(joined.drop(columns=["geometry", "index_right"]))
    return rows.drop_duplicates("cell_id").sort_values("cell_id").reset_index(drop=True)


def settled(
    cells: pd.DataFrame, places: pd.DataFrame, names: pd.Series[str]
) -> tuple[pd.DataFrame, pd.Series[str]]:
    """Gather cells to settlements.

    A cell belongs to the nearest named place of its municipality. In a municipality without any
    place, cells that touch form a settlement, the largest of which bears the name of the
    municipality.

    Parameters
    ----------
    cells : DataFrame
        As from `located`, with ``Einwohner`` above 0.
    places : DataFrame
        Named places of OpenStreetMap: ``name``, ``kind``, ``lat``, ``lon``; may be empty.
    names : Series of str
        Names of the municipalities by ``ags``.

    Returns
    -------
    settlements : DataFrame
        Columns of the table ``settlements``; the point is that of the cell nearest to the
        middle of the people, so that somebody lives there.
    settlement_id : Series of str
        By ``cell_id``: where each cell belongs.
    """
    label = _labels(cells, places, names)
    cells = cells.assign(label=label)
    grouped = cells.groupby(["ags", "label"], sort=True)
    rows = pd.DataFrame([
        {"ags": ags, "name": name, **_middle(part)} for (ags, name), part in grouped
    ]).sort_values(["ags", "population_count", "name"], ascending=[True, False, True])  # fmt: skip
    rows["settlement_id"] = _ids(rows)
    rows["is_main"] = ~rows["ags"].duplicated()
    ids = rows.set_index(["ags", "name"])["settlement_id"]
    of_cell = pd.Series(
        ids.loc[pd.MultiIndex.from_frame(cells[["ags", "label"]])].to_numpy(),
        index=cells["cell_id"],
    )
    return _described(rows), of_cell


def _described(rows: pd.DataFrame) -> pd.DataFrame:
    how = "100-m-Zellen, dem nächsten benannten Ort der Gemeinde zugeordnet"
    return rows.assign(quality="geschaetzt", source=f"{_CENSUS}, {how}").reset_index(drop=True)


def _labels(cells: pd.DataFrame, places: pd.DataFrame, names: pd.Series[str]) -> pd.Series[str]:
    parts = []
    at = project(cells)
    usable = places[places["kind"].isin(_KINDS)] if len(places) else places
    spots = project(usable) if len(usable) else np.empty((0, 2))
    owner = _owner(cells, at, spots)
    for ags, part in cells.groupby("ags", sort=True):
        mine = np.flatnonzero(owner == ags)
        near = at[part.index.to_numpy()]
        parts.append(
            pd.Series(_nearest(near, spots[mine], usable["name"].iloc[mine]), index=part.index)
            if len(mine)
            else pd.Series(_touching(near, part["Einwohner"], names[ags]), index=part.index)
        )
    return pd.concat(parts).reindex(cells.index)


def _owner(cells: pd.DataFrame, at: Floats, spots: Floats) -> np.ndarray:
    """Return the municipality of the inhabited cell next to each place; empty if none is near."""
    from scipy.spatial import cKDTree

    if not len(spots):
        return np.array([], dtype=object)
    metres, nearest = cKDTree(at).query(spots)
    return np.where(metres <= 1_000, cells["ags"].to_numpy(object)[nearest], "")


def _nearest(at: Floats, spots: Floats, names: pd.Series[str]) -> list[str]:
    from scipy.spatial import cKDTree

    return names.iloc[cKDTree(spots).query(at)[1]].tolist()


def _touching(at: Floats, people: pd.Series[float], name: str) -> list[str]:
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    one, other, _ = pairs_within(at, at, _NEAR_M)
    graph = coo_array((np.ones(len(one)), (one, other)), shape=(len(at), len(at)))
    part: Whole = connected_components(graph, directed=False)[1]
    size = np.bincount(part, people.to_numpy())
    rank = np.empty(len(size), dtype=np.int64)
    rank[np.argsort(-size, kind="stable")] = np.arange(len(size))
    return [name if rank[p] == 0 else f"{name}, Ortsteil {rank[p] + 1}" for p in part]


def _middle(part: pd.DataFrame) -> dict[str, object]:
    people, at = part["Einwohner"].to_numpy(float), project(part)
    middle = np.average(at, axis=0, weights=people)
    spot = part.iloc[int(np.hypot(*(at - middle).T).argmin())]
    return {
        "lat": round(float(spot["lat"]), 6), "lon": round(float(spot["lon"]), 6),
        "population_count": int(people.sum()),
    }  # fmt: skip


def _ids(rows: pd.DataFrame) -> list[str]:
    letters = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"})
    slugs = [
        re.sub(r"[^a-z0-9]+", "-", n.lower().translate(letters)).strip("-") for n in rows["name"]
    ]
    ids = rows["ags"].str.cat(pd.Series(slugs, index=rows.index), sep="-")
    again = ids.groupby(ids).cumcount()
    return [
        name if not number else f"{name}-{number + 1}"
        for name, number in zip(ids, again, strict=True)
    ]


def foreigners_by_cell(cells: pd.DataFrame, settlement_id: pd.Series[str]) -> pd.DataFrame:
    """Return rows of the table ``groups``: foreigners of settlements, as far as cells tell.

    Parameters
    ----------
    cells : DataFrame
        Citizenship by cell, with ``cell_id`` and ``Ausland_Sonstige``; withheld cells count as 0.
    settlement_id : Series of str
        By ``cell_id``, as from `settled`.
    """
    known = cells.assign(area_id=cells["cell_id"].map(settlement_id)).dropna(subset=["area_id"])
    counts = known.groupby("area_id")["Ausland_Sonstige"].sum().astype("int64")
    note = "in kleinen Zellen geheim gehalten: eher zu niedrig"
    return _groups("siedlung", counts, f"{_CENSUS}, 100-m-Zellen").assign(
        quality="geschaetzt", note=note
    )


def fitted(cells: pd.DataFrame, known: pd.DataFrame, settlements: pd.DataFrame) -> pd.DataFrame:
    """Return rows of settlements that add up to what is known of their municipality.

    Parameters
    ----------
    cells : DataFrame
        As from `foreigners_by_cell`; cells are perturbed one by one, so their sum is not exact.
    known : DataFrame
        As from `foreigners_of` for municipalities; those it lacks stay as they are.
    settlements : DataFrame
        ``settlement_id`` and ``ags``.
    """
    town = cells["area_id"].map(settlements.set_index("settlement_id")["ags"])
    counts = cells["person_count"].to_numpy(np.int64).copy()
    for ags, total in known.set_index("area_id")["person_count"].items():
        inside = (town == ags).to_numpy()
        if counts[inside].any():
            counts[inside] = apportion(int(total), counts[inside].astype(float))
    note = cells["note"].where(
        ~town.isin(known["area_id"]), "Anteile der Zellen, auf die Zahl der Gemeinde gebracht"
    )
    return cells.assign(person_count=counts, note=note)


def foreigners_of(flat: pd.DataFrame, level: str, ags: str, source: Source) -> pd.DataFrame:
    """Return rows of the table ``groups``: foreigners of municipalities or of the district.

    Parameters
    ----------
    flat : DataFrame
        As `sokanalysis.read.official.census_flat.read_flat` gives it: people by citizenship.
    level : {"gemeinde", "kreis"}
        Which areas to take.
    ags : str
        Official key of the district.
    source : Source
        Where the table comes from.

    Returns
    -------
    DataFrame
        The latest day. Where Germans stand beside a total, foreigners are the total less the
        Germans; a table of foreigners alone gives its total. Withheld areas are left out.
    """
    keys = flat["ags"].where(flat["area_level"] == "gemeinde", flat["area_key"])
    rows = flat.assign(area_id=keys)
    rows = rows[
        (rows["area_level"] == level) & keys.str.startswith(ags) & (rows["unit"] == "Anzahl")
    ]
    rows = rows[rows["date"] == rows["date"].max()]
    total = _limited_to(rows, {})
    nation = _german(rows)
    counts = (total - _limited_to(rows, nation) if nation else total).dropna().astype("int64")
    made = _groups(level, counts, f"{source.credit}, {source.title}")
    return made.assign(date=rows["date"].max(), quality="amtlich")


def _german(rows: pd.DataFrame) -> dict[str, str]:
    """Return the variable of citizenship and the code of Germany in it; empty without one."""
    found = {n: rows.loc[rows[f"{n}_label"] == "Deutschland", n] for n in _variables(rows)}
    return {name: str(codes.iloc[0]) for name, codes in found.items() if len(codes)}


def _limited_to(rows: pd.DataFrame, chosen: dict[str, str]) -> pd.Series[float]:
    """Return values by area where every variable is a total but those chosen."""
    keep = pd.Series(True, index=rows.index)
    for name in _variables(rows):
        keep &= rows[name] == chosen.get(name, "")
    return rows[keep].drop_duplicates("area_id").set_index("area_id")["value"]


def _variables(rows: pd.DataFrame) -> list[str]:
    """Return the codes of the further variables, each of which has a column of labels."""
    names = [str(name) for name in rows]
    return [name for name in names if f"{name}_label" in names and name != "measure"]


def _groups(level: str, counts: pd.Series[int], source: str) -> pd.DataFrame:
    rows = counts.rename("person_count").rename_axis("area_id").reset_index()
    return rows.assign(area_level=level, group="auslaender", date=CENSUS_DAY, source=source)
