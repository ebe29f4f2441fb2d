"""An invented district in the formats of the offices: every file that is fetched, small.

Three municipalities of 10 by 10 km side by side, Westdorf, Mitte and Ostheim, each with a village
in its middle; Mitte has a hamlet too. A bus goes from Westdorf over Mitte to Ostheim and back.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from pyproj import Transformer

from tests.test_gvisys import line
from tests.test_gvisys import write as write_register
from tests.test_osm import ROAD
from tests.test_osm import write as write_extract
from tests.test_vg250 import SOUTH, WEST, frame, packed, square
from tests.test_vg250 import write as write_borders

KREIS = "16099"
NAMES = {"16099001": "Westdorf", "16099002": "Mitte", "16099003": "Ostheim"}
# Villages by name: easting and northing in metres (EPSG:25832), people in each of two cells.
VILLAGES = {
    "Westdorf": (WEST + 5_000, SOUTH + 5_000, 3000), "Mitte": (WEST + 15_000, SOUTH + 5_000, 9000),
    "Weiler": (WEST + 15_000, SOUTH + 8_000, 20), "Ostheim": (WEST + 25_000, SOUTH + 5_000, 2500),
}  # fmt: skip
TO_DEGREES = Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True)
TO_GRID = Transformer.from_crs("EPSG:25832", "EPSG:3035", always_xy=True)
FLAT = (
    "statistics_code;statistics_label;time_code;time_label;time;1_variable_code;1_variable_label;"
    "1_variable_attribute_code;1_variable_attribute_label;2_variable_code;2_variable_label;"
    "2_variable_attribute_code;2_variable_attribute_label;value;value_unit;value_variable_code;"
    "value_variable_label\n"
)


def degrees(name: str) -> tuple[float, float]:
    """Return latitude and longitude of a village."""
    lon, lat = TO_DEGREES.transform(*VILLAGES[name][:2])
    return lat, lon


def register(path: Path) -> Path:
    rows = [line("10", None, "16", "Thüringen"), line("40", "44", KREIS, "Musterkreis"),
            line("40", "44", "16077", "Altenburger Land")]  # fmt: skip
    for ags, name in NAMES.items():
        lat, lon = degrees(name)
        key = f"{KREIS}0{ags[5:]}"
        rows += [
            line("50", "50", key, name),
            line("60", "64", f"{key}{ags[5:]}", f"{name}, Stadt", 100.0, 7000, 3500, 3500, 70,
                 "07999", f"{lon:.5f}".replace(".", ","), f"{lat:.5f}".replace(".", ",")),
        ]  # fmt: skip
    return write_register(path, rows)


def borders(folder: Path) -> Path:
    rows = [(ags, name, 4, square(at)) for at, (ags, name) in enumerate(NAMES.items())]
    return packed(folder, {"vg250/DE_VG250.gpkg": write_borders(folder / "b.gpkg", frame(rows))})


def cells() -> list[tuple[int, int, int]]:
    """Return midpoints (EPSG:3035) of two cells a village, and people in each."""
    found = []
    for east, north, people in VILLAGES.values():
        x, y = TO_GRID.transform(east, north)
        x0, y0 = int(x // 100) * 100 + 50, int(y // 100) * 100 + 50
        found += [(x0, y0, people), (x0 + 100, y0, people)]
    return found


def grid(path: Path, head: str, values) -> Path:
    """Write a census archive; ``values`` turns people into the cells behind the key."""
    lines = [f"GITTER_ID_100m;x_mp_100m;y_mp_100m;{head}"]
    for x, y, people in cells():
        lines.append(f"CRS3035RES100mN{y - 50}E{x - 50};{x};{y};{values(people)}")
    with zipfile.ZipFile(path, "w") as bundle:
        bundle.writestr(f"{path.stem}_100m-Gitter.csv", "\n".join(lines) + "\n")
        bundle.writestr(f"{path.stem}_1km-Gitter.csv", "GITTER_ID_1km;x_mp_1km;y_mp_1km;x\n")
    return path


def nations(path: Path) -> Path:
    """Write people by citizenship: 1,000 of each municipality have another than Germany's."""
    text = FLAT
    for ags, name in NAMES.items():
        key = f"{KREIS}0{ags[5:]}{ags[5:]}"
        for code, label, value in (("", "Insgesamt", 7000), ("LAND000", "Deutschland", 6000)):
            text += (
                f"1000A;Zensus;STAG;Stichtag;2022-05-15;GEOGM4;Gemeinden;{key};{name};LAND;"
                f"Staatsangehörigkeit;{code};{label};{value};Anzahl;PRS018;Personen\n"
            )
    path.write_text(text, encoding="utf-8-sig")
    return path


def abroad(path: Path) -> Path:
    """Write the foreigners of the district: 3,300 at the end of 2024, 2,900 a year before."""
    text = FLAT
    for year, value in ((2023, 2900), (2024, 3300)):
        text += (
            f"12521;Ausländer;STAG;Stichtag;{year}-12-31;KREISE;Kreise;{KREIS};Musterkreis;GES;"
            f"Geschlecht;;Insgesamt;{value};Anzahl;BEV027;Ausländer\n"
        )
    path.write_text(text, encoding="utf-8-sig")
    return path


def timetable(path: Path) -> Path:
    stops = "stop_id,stop_name,stop_lat,stop_lon\n" + "".join(
        f"{name},{name},{degrees(name)[0]:.6f},{degrees(name)[1]:.6f}\n"
        for name in ("Westdorf", "Mitte", "Ostheim")
    )
    there, back = ("Westdorf", "Mitte", "Ostheim"), ("Ostheim", "Mitte", "Westdorf")
    times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence\n"
    for trip, hour, order in (("hin", 7, there), ("rück", 13, back), ("spät", 17, back)):
        for number, stop in enumerate(order):
            time = f"{hour:02}:{20 * number:02}:00"
            times += f"{trip},{time},{time},{stop},{number}\n"
    times += "fern,08:00:00,08:00:00,Berlin,0\nfern,09:00:00,09:00:00,Potsdam,1\n"
    tables = {
        "agency.txt": "agency_id,agency_name,agency_url,agency_timezone\n"
        "1,Bus,https://example.org,Europe/Berlin\n",
        "stops.txt": stops + "Berlin,Berlin,52.5,13.4\nPotsdam,Potsdam,52.4,13.06\n",
        "routes.txt": "route_id,agency_id,route_short_name,route_type\nL,1,1,3\nF,1,99,2\n",
        "trips.txt": "route_id,service_id,trip_id\nL,wt,hin\nL,wt,rück\nL,wt,spät\nF,wt,fern\n",
        "stop_times.txt": times,
        "calendar.txt": "service_id,monday,tuesday,wednesday,thursday,friday,saturday,sunday,"
        "start_date,end_date\n"
        "wt,1,1,1,1,1,1,1,20260101,20271231\n",
    }  # fmt: skip
    with zipfile.ZipFile(path, "w") as bundle:
        for name, text in tables.items():
            bundle.writestr(name, text)
    return path


def extract(path: Path) -> Path:
    """Write streets through the villages, places, and a school in Westdorf."""
    nodes, tags = {}, {}
    ways = [([1, 2], ROAD), ([2, 4], ROAD), ([2, 3], ROAD)]  # Westdorf, Mitte, Ostheim; the hamlet
    for number, name in enumerate(VILLAGES, start=1):
        lat, lon = degrees(name)
        kind = "hamlet" if name == "Weiler" else "village"
        nodes |= {
            number: (lon, lat),
            10 + number: (lon + 0.003, lat),
            20 + number: (lon, lat + 0.001),
        }
        tags[20 + number] = {"place": kind, "name": name}
        ways.append(([number, 10 + number], ROAD | {"name": "Hauptstraße"}))
    tags[11] = {"amenity": "school", "name": "Grundschule Westdorf", "addr:street": "Hauptstraße",
                "addr:housenumber": "1", "addr:city": "Westdorf"}  # fmt: skip
    return write_extract(path, nodes, ways, tags)


def files(folder: Path) -> dict[str, bytes]:
    """Return every file by key of its source."""
    made = {
        "gemeindeverzeichnis": register(folder / "r.xlsx"),
        "grenzen": borders(folder),
        "zensus_bevoelkerung": grid(folder / "Zensus2022_Bevoelkerungszahl.zip", "Einwohner", str),
        "zensus_staatsangehoerigkeit": grid(
            folder / "Zensus2022_Staatsangehoerigkeit.zip",
            "Insgesamt_Bevoelkerung;Deutschland;Ausland_Sonstige",
            lambda people: f"{people};{people * 9 // 10};{people // 10 if people > 20 else '–'}",
        ),
        "zensus_gemeinden": nations(folder / "n.csv"),
        "auslaender_kreis": abroad(folder / "a.csv"),
        "fahrplan": timetable(folder / "g.zip"),
        "strassen": extract(folder / "land.osm.pbf"),
    }
    return {key: path.read_bytes() for key, path in made.items()}
