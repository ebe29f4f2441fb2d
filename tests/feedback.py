"""A small district with two providers, its feedback sheets, and hands that fill them in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import openpyxl

from sokanalysis.dialogue.apply import LOG, LOG_HEADINGS
from sokanalysis.dialogue.proposals import Proposal, proposed
from sokanalysis.dialogue.returned import read_folder
from sokanalysis.dialogue.sheets import write_sheets
from sokanalysis.read.records import read_log
from sokanalysis.region import Region, load_region
from sokanalysis.schema import TABLES
from tests.test_region import AGS, GTFS, PLACE, ROWS, SQUARE, UTF8, write

# The adult school (T1) and a club (T2) share the school (O1). A2 may have ended long ago.
COURSE = {
    "offer_id": "A1", "provider_id": "T1", "name": "Sprachkurs", "field": "sprache_bildung",
    "kind": "integrationskurs", "target_groups": "alle;frauen", "status": "laufend",
    "cost_eur": "2,50", "valid_from_date": "01.02.2024", "note": "=1+1",
}  # fmt: skip
ADVICE = {
    "offer_id": "A2", "provider_id": "T1", "name": "Beratung", "field": "teilhabe",
    "kind": "migrationsberatung", "target_groups": "zugewanderte", "status": "ungeklaert",
}  # fmt: skip
MEETING = {
    "offer_id": "A3", "provider_id": "T2", "name": "Treff", "field": "teilhabe",
    "kind": "begegnung", "target_groups": "alle", "status": "laufend", "place_count": "12",
    "quality": "belegt", "source_date": "2024",
}  # fmt: skip
SITE = {"place": "Schleiz", "ags": AGS, "geocoding": "ort", **PLACE}
TIMES = {"weekdays": "Mo;Di", "runs_in_holidays": "nein"}
TWO_PROVIDERS: dict[str, list[dict[str, str]]] = ROWS | {
    "providers": [
        {"provider_id": "T1", "name": "Volkshochschule", "kind": "vhs"},
        {"provider_id": "T2", "name": "Verein Süd", "kind": "verein"},
    ],
    "offers": [COURSE, ADVICE, MEETING],
    "sites": [
        {"site_id": "O1", "name": "Schule", "address": "Markt 1"} | SITE,
        {"site_id": "O2", "name": "Rathaus"} | SITE,
    ],
    "offer_sites": [
        {"offer_id": "A1", "site_id": "O1"},
        {"offer_id": "A2", "site_id": "O2"},
        {"offer_id": "A3", "site_id": "O1"},
    ],
    "sessions": [
        {"session_id": "S1", "offer_id": "A1", "site_id": "O1", "start_time": "9:00",
         "end_time": "12.00"} | TIMES,
        {"session_id": "S2", "offer_id": "A3", "site_id": "O1", "start_time": "15:00",
         "end_time": "17:00"} | TIMES,
    ],
}  # fmt: skip
DAY = dt.datetime(2026, 11, 20)


def make_region(folder: Path, rows: dict[str, list[dict[str, str]]] | None = None) -> Region:
    """Write the small district into a folder and load it."""
    folder.mkdir(parents=True, exist_ok=True)
    given = TWO_PROVIDERS | (rows or {})
    for name, table in TABLES.items():
        heads = [column.name for column in table.columns]
        full = [{"quality": "angenommen", "source": "Test"} | row for row in given.get(name, [])]
        write(folder / f"{name}.csv", [heads, *([r.get(h, "") for h in heads] for r in full)])
    (folder / "boundaries.geojson").write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"ags":"'
        f'{AGS}","name":"Schleiz"}},"geometry":{{"type":"Polygon","coordinates":{SQUARE}}}}}]}}',
        encoding=UTF8,
    )
    (folder / "gtfs").mkdir(exist_ok=True)
    for name, text in GTFS.items():
        (folder / "gtfs" / name).write_text(text, encoding=UTF8)
    return load_region(folder)


def sent(region: Region, folder: Path) -> dict[str, Path]:
    """Write the sheets and return them by provider."""
    written = write_sheets(region, folder, dt.date(2026, 12, 15))
    return {path.name.partition("_")[0]: path for _, path in written}


class Sheet:
    """A workbook in the hands of a provider."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.book = openpyxl.load_workbook(path)

    def table(self, name: str):
        """The worksheet of a table."""
        return self.book[TABLES[name].title]

    def column(self, table: str, name: str) -> int:
        return [cell.value for cell in self.table(table)[1]].index(name) + 1

    def row(self, table: str, label: str) -> int:
        """Row of a number; of a link „A1 / O1“."""
        for number, cells in enumerate(self.table(table).iter_rows(min_row=3), start=3):
            keys = [
                str(c.value or "").partition(" · ")[0] for c in cells[1 : 1 + label.count("/") + 1]
            ]
            if " / ".join(keys) == label:
                return number
        raise KeyError(label)

    def cell(self, table: str, label: str, name: str):
        return self.table(table).cell(self.row(table, label), self.column(table, name))

    def set(self, table: str, label: str, mark: str | None = None, **values: object) -> Sheet:
        """Write into cells of a row."""
        row = self.row(table, label)
        for name, value in values.items():
            self.table(table).cell(row, self.column(table, name)).value = value
        if mark is not None:
            self.table(table).cell(row, self.column(table, "_rueckmeldung")).value = mark
        return self

    def dated(self, day: object = DAY, words: str | None = None) -> Sheet:
        """Say on the first sheet when it was filled in."""
        for row in self.book["Anleitung"].iter_rows():
            if row[0].value == "Ausgefüllt am":
                row[1].value = day
            if row[0].value == "Was Sie uns noch sagen möchten":
                row[1].value = words
        return self

    def save(self, path: Path | None = None) -> Path:
        path = path or self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        self.book.save(path)
        return path


def propose(region: Region, folder: Path, date: str = "") -> Proposal:
    """Read a folder of returned sheets."""
    log = read_log(region.folder / LOG, LOG_HEADINGS)
    return proposed(region, read_folder(folder, region, date), log)


def said(proposal: Proposal) -> list[str]:
    """All problems word by word."""
    found = [str(problem) for one in proposal.returned for problem in one.problems]
    return found + [str(problem) for problem in proposal.problems]
