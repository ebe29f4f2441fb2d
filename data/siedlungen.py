"""Settlements: the places people start from, with an estimated population each.

The places are kept in ``eingang/siedlungen.csv`` (chosen by hand: villages, hamlets and parts of
towns, at the mean of their stops). Their population is estimated in two steps, so that every
municipality's official total of 2022-12-31 is met exactly:

1. Where municipalities were merged after 2018, the total is first split by the official
   population of the former municipalities.
2. Within that, by weight: people of a typical hamlet, village or part of a town times the square
   root of its number of stops, more for a main village; or a plausible GeoNames figure. The
   constants were chosen by comparing with the census grid of 2011; no figure of it is used.

Run ``python data/siedlungen.py`` to write ``settlements.csv``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from bausteine import INPUT, REGION, Row, read_rows, slug, table_text, whole_shares, write

DATE = "2022-12-31"
CLASS_PEOPLE = {"weiler": 30.0, "dorf": 150.0, "stadtteil": 300.0}
CLASS_TITLES = {"weiler": "Weiler", "dorf": "Dorf", "stadtteil": "Stadtteil"}
MAIN_FACTOR = 1.5
GEONAMES_FACTOR = 0.8  # the figures are of the 1990s and 2000s; the district has shrunk since
SOURCE = (
    "Schätzung aus Gemeindesumme 31.12.2022 (Statistisches Bundesamt), früheren Gemeinden, "
    "Haltestellen (DB InfraGO, OpenStreetMap) und GeoNames"
)


def weight(place: Row) -> float:
    """Return about how many people a place of this kind has, before scaling to the total."""
    if place["geonames_population"]:
        return GEONAMES_FACTOR * float(place["geonames_population"])
    factor = MAIN_FACTOR if place["is_main"] == "ja" else 1.0
    return CLASS_PEOPLE[place["size_class"]] * factor * max(1, int(place["stop_count"])) ** 0.5


def grouped(places: Iterable[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = defaultdict(list)
    for place in places:
        groups[place[key]].append(place)
    return groups


def split_former(total: int, places: list[Row], former: dict[str, int]) -> list[int]:
    """Split a municipality's total over its places, former municipalities first."""
    parts = grouped(places, "former_ags")
    sizes = [float(former.get(key, 1)) for key in parts]
    counts: dict[int, int] = {}
    for part, part_total in zip(parts.values(), whole_shares(total, sizes), strict=True):
        shares = whole_shares(part_total, [weight(place) for place in part], minimum=1)
        counts |= {id(place): share for place, share in zip(part, shares, strict=True)}
    return [counts[id(place)] for place in places]


def note(place: Row) -> str:
    basis = "GeoNames-Einwohnerzahl" if place["geonames_population"] else "Haltestellenzahl"
    kind = CLASS_TITLES[place["size_class"]]
    return f"{kind}; Lage: {place['position']}; Einwohner verteilt nach {basis}"


def settlement(place: Row, count: int) -> dict[str, object]:
    return {
        **{name: place[name] for name in ("name", "ags", "lat", "lon", "is_main")},
        "settlement_id": f"{place['ags']}-{slug(place['name'])}",
        "population_count": count,
        "quality": "geschaetzt",
        "source": SOURCE,
        "note": note(place),
    }


def totals() -> dict[str, int]:
    rows = read_rows(REGION / "population.csv")
    return {row["ags"]: int(row["population_count"]) for row in rows if row["date"] == DATE}


def build() -> str:
    total = totals()
    former_rows = read_rows(INPUT / "fruehere_gemeinden.csv")
    former = {row["former_ags"]: int(row["population_2018"]) for row in former_rows}
    rows = []
    for ags, places in grouped(read_rows(INPUT / "siedlungen.csv"), "ags").items():
        counts = split_former(total[ags], places, former)
        rows += [settlement(place, n) for place, n in zip(places, counts, strict=True)]
    return table_text("settlements", rows)


BUILDERS = {"settlements.csv": build}

if __name__ == "__main__":
    write(BUILDERS)
