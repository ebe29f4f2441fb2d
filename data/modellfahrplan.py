"""Build the Modellfahrplan, a working timetable of the district, as GTFS with GTFS-Flex.

Nothing here is an official timetable: what is documented and what is assumed stands in the
tables under `modellfahrplan/`, line by line. Units: kilometres, km/h, minutes; times of the day
in Europe/Berlin.

    python data/modellfahrplan.py [--ziel FOLDER]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from bausteine import REGION
from fahrplan_gtfs import feed_files
from fahrplan_kalender import read_school_year
from fahrplan_kurs import Trip, all_trips
from fahrplan_tabellen import DAY_TYPES, Tables, read_tables

TARGET = REGION / "gtfs"


def write_feed(files: dict[str, str], target: Path) -> None:
    """Write the feed's files; a file that the feed no longer has is removed."""
    target.mkdir(parents=True, exist_ok=True)
    for path in target.iterdir():
        if path.name not in files:
            path.unlink()
    for name, text in files.items():
        (target / name).write_text(text, encoding="utf-8", newline="\n")


def summary(tables: Tables, trips: list[Trip]) -> str:
    """Return what was built, in German."""
    modes = Counter(line.mode for line in tables.lines.values())
    served = {stop_id for trip in trips for stop_id in trip.stop_ids}
    school = {i for trip in trips if trip.day_type == "schultag" for i in trip.stop_ids}
    ours = {stop_id for stop_id, stop in tables.stops.items() if stop.ags}
    open_ids = sorted(ours - school - set(tables.unserved))
    lines = [
        "Modellfahrplan (Arbeitsannahme, nicht amtlich)",
        "Linien: " + ", ".join(f"{count} {mode}" for mode, count in sorted(modes.items())),
        "Fahrten und Verbindungen von Halt zu Halt je Tag:",
    ]
    for day in DAY_TYPES:
        of_day = [trip for trip in trips if trip.day_type == day]
        hops = sum(len(trip.stop_ids) - 1 for trip in of_day)
        lines.append(f"  {day:<10} {len(of_day):>4} Fahrten {hops:>6} Verbindungen")
    lines.append(
        f"Halte: {len(served)} bedient, davon {len(served & ours)} von {len(ours)} im Kreis"
    )
    for reason, count in sorted(Counter(tables.unserved.values()).items()):
        ids = [i for i, why in tables.unserved.items() if why == reason]
        lines.append(f"  nicht bedient, {reason} ({count}): {_names(ids, tables)}")
    lines.append(f"  am Schultag ohne Fahrt und ohne Grund: {_names(open_ids, tables) or 'keine'}")
    return "\n".join(lines) + "\n"


def _names(ids: list[str], tables: Tables) -> str:
    return "; ".join(f"{tables.stops[i].name} [{i}]" for i in ids)


def main() -> None:
    parser = argparse.ArgumentParser(description="Modellfahrplan als GTFS schreiben")
    parser.add_argument("--ziel", type=Path, default=TARGET, help="Ordner für die GTFS-Dateien")
    target = parser.parse_args().ziel
    tables = read_tables()
    trips = all_trips(tables)
    write_feed(feed_files(tables, trips, read_school_year()), target)
    sys.stdout.write(summary(tables, trips))


if __name__ == "__main__":
    main()
