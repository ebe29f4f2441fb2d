"""Groups of people by area: district as published, municipalities and settlements estimated.

Foreigners (district: 3,384 on 2020-12-31) are spread by population times a factor for the kind of
place; asylum seekers (307) by the occupied shared accommodation, the rest over the towns where
the district rented flats. Two other plausible spreads give the range: by population alone, and
strongly concentrated in the towns. Parts add up exactly: settlements, municipalities, district.

Run ``python data/gruppen.py`` (after ``siedlungen.py``) to write ``groups.csv``.
"""

from __future__ import annotations

from collections import defaultdict
from math import ceil, floor

from bausteine import INPUT, REGION, Row, read_rows, slug, table_text, whole_shares, write

DATE = "2020-12-31"
DISTRICT = "16075"
FOREIGNERS = 3384
ASYLUM_SEEKERS = 307
SOURCE_DISTRICT = "https://www.saale-orla-kreis.de/de/asyl-integration.html"
SOURCE_ESTIMATE = f"Schätzung aus der Kreiszahl ({SOURCE_DISTRICT}) und der Bevölkerung"

# Towns with shared accommodation, many flats for refugees, or industry and hospitals.
CENTRES = {"16075085", "16075098", "16075073", "16075062", "16075046"}
# Towns and industrial places with some flats or employers of migrant workers.
TOWNS = {"16075116", "16075129", "16075131", "16075132", "16075133", "16075135", "16075136"}
# Where flats were rented by the end of 2017, as far as the list can be seen, and Poessneck.
FLATS = {"16075085", "16075098", "16075073", "16075062", "16075046", "16075133", "16075135"}

# Foreigners per inhabitant, relative: centre, town, other; one row per plausible spread.
SPREADS = {"central": (1.6, 0.9, 0.4), "even": (1.0, 1.0, 1.0), "strong": (2.0, 0.8, 0.1)}
CLASS_FACTORS = {"stadtteil": 1.3, "dorf": 1.0, "weiler": 0.6}

FOREIGNERS_NOTE = (
    "Bevölkerung × Lagefaktor (Städte mit Unterkünften 1,6, weitere Orte 0,9, übrige 0,4); "
    "Spanne: gleichmäßig nach Bevölkerung bis stark auf die Städte verdichtet"
)
SEEKERS_NOTE = (
    "belegte Gemeinschaftsunterkünfte Ende 2020, übrige nach Bevölkerung auf die bekannten Orte "
    "mit angemieteten Wohnungen; Spanne: alle Orte bis nur die bekannten"
)
SETTLEMENT_NOTE = "Anteil der Siedlung an der Gemeinde (Bevölkerung × Ortsfaktor)"


def populations() -> dict[str, int]:
    rows = read_rows(REGION / "population.csv")
    return {row["ags"]: int(row["population_count"]) for row in rows if row["date"] == DATE}


def occupied() -> dict[str, int]:
    """Return the people in shared accommodation by municipality at the date."""
    counts: dict[str, int] = defaultdict(int)
    for row in read_rows(REGION / "accommodations.csv"):
        if row["source_date"] == DATE and row["occupied_count"]:
            counts[row["ags"]] += int(row["occupied_count"])
    return counts


def place_factor(ags: str, spread: tuple[float, float, float]) -> float:
    return spread[0] if ags in CENTRES else spread[1] if ags in TOWNS else spread[2]


def shares(total: int, weights: dict[str, float]) -> dict[str, float]:
    scale = total / sum(weights.values())
    return {key: weight * scale for key, weight in weights.items()}


def whole(total: int, weights: dict[str, float]) -> dict[str, int]:
    return dict(zip(weights, whole_shares(total, list(weights.values())), strict=True))


def foreigner_spreads() -> dict[str, dict[str, float]]:
    """Return foreigners by municipality under each plausible spread."""
    people = populations()
    return {
        name: shares(FOREIGNERS, {ags: n * place_factor(ags, spread) for ags, n in people.items()})
        for name, spread in SPREADS.items()
    }


def seeker_spreads() -> dict[str, dict[str, float]]:
    """Return asylum seekers by municipality: flats in the known towns, or flats everywhere."""
    people, housed = populations(), occupied()
    rest = ASYLUM_SEEKERS - sum(housed.values())
    known = {ags: float(n if ags in FLATS else 0) for ags, n in people.items()}
    return {
        name: {ags: n + housed.get(ags, 0) for ags, n in shares(rest, weights).items()}
        for name, weights in {
            "central": known,
            "even": {ags: float(n) for ags, n in people.items()},
        }.items()
    }


def area_row(level: str, area: str, group: str, count: int, low: float, high: float) -> Row:
    return {
        "area_level": level,
        "area_id": area,
        "group": group,
        "date": DATE,
        "person_count": str(count),
        "person_count_low": str(min(count, floor(low))),
        "person_count_high": str(max(count, ceil(high))),
        "quality": "geschaetzt",
        "source": SOURCE_ESTIMATE,
    }


def district_row(group: str, count: int) -> Row:
    row = area_row("kreis", DISTRICT, group, count, count, count)
    return row | {"quality": "amtlich", "source": SOURCE_DISTRICT}


def municipality_rows(group: str, total: int, spreads: dict[str, dict[str, float]]) -> list[Row]:
    note = FOREIGNERS_NOTE if group == "auslaender" else SEEKERS_NOTE
    rows = []
    for ags, count in whole(total, spreads["central"]).items():
        values = [spread[ags] for spread in spreads.values()]
        row = area_row("gemeinde", ags, group, count, min(values), max(values))
        rows.append(row | {"note": note})
    return rows


def settlement_weights() -> dict[str, dict[str, tuple[float, float]]]:
    """Return by municipality and settlement: population, and population times place factor."""
    classes = {
        f"{row['ags']}-{slug(row['name'])}": row["size_class"]
        for row in read_rows(INPUT / "siedlungen.csv")
    }
    weights: dict[str, dict[str, tuple[float, float]]] = defaultdict(dict)
    for row in read_rows(REGION / "settlements.csv"):
        people = float(row["population_count"])
        factor = CLASS_FACTORS[classes[row["settlement_id"]]]
        weights[row["ags"]][row["settlement_id"]] = (people, people * factor)
    return weights


def settlement_rows(municipalities: list[Row]) -> list[Row]:
    rows = []
    weights = settlement_weights()
    for parent in municipalities:
        parts = weights[parent["area_id"]]
        even = shares(1, {key: pair[0] for key, pair in parts.items()})
        shaped = {key: pair[1] for key, pair in parts.items()}
        part = shares(1, shaped)
        for key, count in whole(int(parent["person_count"]), shaped).items():
            low = min(even[key], part[key]) * float(parent["person_count_low"])
            high = max(even[key], part[key]) * float(parent["person_count_high"])
            row = area_row("siedlung", key, parent["group"], count, low, high)
            rows.append(row | {"note": SETTLEMENT_NOTE})
    return rows


def build() -> str:
    foreigners = municipality_rows("auslaender", FOREIGNERS, foreigner_spreads())
    seekers = municipality_rows("schutzsuchende", ASYLUM_SEEKERS, seeker_spreads())
    rows = [district_row("auslaender", FOREIGNERS), *foreigners, *settlement_rows(foreigners)]
    rows += [district_row("schutzsuchende", ASYLUM_SEEKERS), *seekers]
    return table_text("groups", rows)


BUILDERS = {"groups.csv": build}

if __name__ == "__main__":
    write(BUILDERS)
