"""Municipalities and their population, from the register kept in ``eingang/gemeinden.csv``.

Run ``python data/gemeinden.py`` to write ``municipalities.csv`` and ``population.csv``.
"""

from __future__ import annotations

from bausteine import INPUT, Row, read_rows, table_text, write

REGISTER = INPUT / "gemeinden.csv"
DESTATIS = "Statistisches Bundesamt, Gemeindeverzeichnis (GV-ISys)"
MUNICIPALITY_SOURCE = f"{DESTATIS}, Gebietsstand 30.11.2023; Lage: Auszug GV, 4. Quartal 2020"
SOURCES = {
    "2013-12-31": f"{DESTATIS}, Stand 31.12.2013, auf den Gebietsstand 2023 umgerechnet",
    "2014-12-31": f"{DESTATIS}, Stand 31.12.2014, auf den Gebietsstand 2023 umgerechnet",
    "2018-12-31": f"{DESTATIS}, Stand 31.12.2018, auf den Gebietsstand 2023 umgerechnet",
    "2019-12-31": f"{DESTATIS}, Auszug GV, 4. Quartal 2020",
    "2020-12-31": f"{DESTATIS}, GV100AD vom 30.09.2021",
    "2022-05-15": "Statistische Ämter des Bundes und der Länder, Zensus 2022, Tabelle 1000A-0000",
    "2022-12-31": f"{DESTATIS}, GV100AD vom 30.11.2023 (Fortschreibung auf Basis Zensus 2011)",
}
POPULATION_COLUMNS = {"2022-05-15": "bev_zensus_2022-05-15"}
SHORT_NAMES = {"Lausnitz b. Neustadt an der Orla": "Lausnitz bei Neustadt an der Orla"}


def display_name(name: str) -> str:
    """Return a register name as people say it: no ", Stadt" behind it."""
    plain = name.removesuffix(", Stadt")
    return SHORT_NAMES.get(plain, plain)


def municipality(row: Row) -> dict[str, str]:
    return {
        "ags": row["ags"],
        "name": display_name(row["name"]),
        "verband_kind": row["verband_typ"],
        "verband_name": display_name(row["verband_name"]),
        "area_km2": row["flaeche_km2"],
        "postal_code": row["plz"],
        "lat": row["lat"],
        "lon": row["lon"],
        "quality": "amtlich",
        "source": MUNICIPALITY_SOURCE,
    }


def population(row: Row, date: str) -> dict[str, str]:
    return {
        "ags": row["ags"],
        "date": date,
        "population_count": row[POPULATION_COLUMNS.get(date, f"bev_{date}")],
        "quality": "amtlich",
        "source": SOURCES[date],
    }


def build_municipalities() -> str:
    return table_text("municipalities", [municipality(row) for row in read_rows(REGISTER)])


def build_population() -> str:
    rows = read_rows(REGISTER)
    return table_text("population", [population(row, date) for row in rows for date in SOURCES])


BUILDERS = {"municipalities.csv": build_municipalities, "population.csv": build_population}

if __name__ == "__main__":
    write(BUILDERS)
