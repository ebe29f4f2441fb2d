"""The register of municipalities, whichever file it came in: who belongs where, in plain words."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from sokanalysis.errors import DataProblems, Problem
from sokanalysis.read.official.findings import Findings

# Textkennzeichen of associations (record 50) and municipalities (record 60), as in the
# description of records that the Federal Statistical Office publishes with GV100AD.
VERBAND_KINDS: Final = {
    "50": "verbandsfreie Gemeinde",
    "51": "Amt",
    "52": "Samtgemeinde",
    "53": "Verbandsgemeinde",
    "54": "Verwaltungsgemeinschaft",
    "55": "Kirchspielslandgemeinde",
    "56": "Verwaltungsverband",
    "57": "Verwaltungsgemeinschaft (Trägermodell)",
    "58": "erfüllende Gemeinde",
}
_TOWNS: Final = ("61", "62", "63", "67")  # kreisfreie Stadt, Stadtkreis, Stadt, Große Kreisstadt
_UNPOPULATED: Final = "66"
_MUNICIPALITIES: Final = ("60", "61", "62", "63", "64", "65", "66", "67")
RENEW: Final = (
    "die Datei neu herunterladen; hilft das nicht, das Verzeichnis in der anderen Form (GV100AD "
    "oder AuszugGV….xlsx) oder von einem anderen Quartal nehmen"
)
# Kinds of records by number: what they are called, and their key.
_LAND: Final = r"(?:0[1-9]|1[0-6])"
_KINDS: Final = {
    "10": ("Land", re.compile(_LAND)),
    "40": ("Kreis", re.compile(_LAND + "[0-9]{3}")),
    "50": ("Gemeindeverband", re.compile(_LAND + "[0-9]{7}")),
    "60": ("Gemeinde", re.compile(_LAND + "[0-9]{6}")),
}
READ_KINDS: Final = tuple(_KINDS)
PASSED_KINDS: Final = ("20", "30")  # Regierungsbezirk, Region
_COLUMNS: Final = {
    "ags": "str", "name": "str", "verband_key": "str", "verband_kind": "str",
    "verband_name": "str", "area_km2": "float64", "population_count": "Int64",
    "postal_code": "str", "district_key": "str", "district_name": "str", "land_name": "str",
    "is_town": "bool", "date": "datetime64[s]",
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """One line of a register.

    Parameters
    ----------
    row : int
        Its line in the file, counted from 1.
    kind : str
        Satzart: one of `READ_KINDS`.
    key : str
        Of Länder 2 digits, of districts 5, of associations 9, of municipalities 8.
    name, mark : str
        Name and Textkennzeichen.
    verband : str
        Of a municipality: the key of its association, empty when the file knows none.
    details : dict of str to object
        Of a municipality: ``area_km2``, ``population_count``, ``postal_code``, ``date`` and
        columns that only one file has.
    """

    row: int
    kind: str
    key: str
    name: str
    mark: str
    verband: str
    details: dict[str, Any]


def assemble(
    records: list[Record], district: str, findings: Findings, more: dict[str, str] | None = None
) -> tuple[pd.DataFrame, int]:
    """Put the records of a register together.

    Parameters
    ----------
    records : list of Record
        All lines that could be read.
    district : str
        Key of a district to keep, five digits; empty for all.
    findings : Findings
        What was found so far; takes what is found here.
    more : dict of str to str, optional
        Columns that only this file has, with their types.

    Returns
    -------
    municipalities : DataFrame
        One row a populated municipality, by ``ags``; without rows when a district has none.
    unpopulated_count : int
        Uninhabited areas without a municipality that were left out.

    Raises
    ------
    DataProblems
        When anything was found, or the district is unknown.
    """
    known = {kind: _unique(records, kind, findings) for kind in READ_KINDS}
    municipalities = list(known["60"].values())
    _check_parents(municipalities, known, findings)
    _check_marks(municipalities, _MUNICIPALITIES, findings)
    used = {record.verband for record in municipalities}
    verbaende = [record for key, record in known["50"].items() if key in used]
    _check_marks(verbaende, tuple(VERBAND_KINDS), findings)
    if not municipalities:
        findings.add("enthält keine Gemeinden", RENEW)
    findings.settle()
    if district:
        _require_district(district, known["40"], findings.file)
    kept = [record for record in municipalities if record.key.startswith(district)]
    left = sum(_is_unpopulated(record) and record.key.startswith(district) for record in records)
    types = _COLUMNS | (more or {})
    return pd.DataFrame(_rows(kept, known), columns=list(types)).astype(types), left


def _is_unpopulated(record: Record) -> bool:
    has_people = bool(record.details.get("population_count"))
    return record.kind == "60" and record.mark == _UNPOPULATED and not has_people


def _unique(records: list[Record], kind: str, findings: Findings) -> dict[str, Record]:
    """Return the sound records of a kind by key."""
    title, pattern = _KINDS[kind]
    found: dict[str, Record] = {}
    for record in records:
        # Waters and forests need not belong to a district; some have no whole key.
        if record.kind != kind or _is_unpopulated(record):
            continue
        if not pattern.fullmatch(record.key):
            message = f"kein Schlüssel: {title}"
            findings.add(message, RENEW, record.row, "Schlüssel", record.key)
        elif record.key in found:
            message = f"{title} steht schon in Zeile {found[record.key].row}"
            findings.add(message, RENEW, record.row, "Schlüssel", record.key)
        elif not record.name:
            findings.add("Name fehlt", RENEW, record.row, "Name", record.key)
        else:
            found[record.key] = record
    return found


def _check_parents(
    municipalities: list[Record], known: dict[str, dict[str, Record]], findings: Findings
) -> None:
    """Say once of each missing parent which municipality names it first."""
    missing = set()
    for record in municipalities:
        parents = {"10": record.key[:2], "40": record.key[:5], "50": record.verband}
        for kind, key in parents.items():
            if key and key not in known[kind] and key not in missing:
                missing.add(key)
                title = _KINDS[kind][0]
                message = f"{title} fehlt, „{record.name}“ gehört dazu"
                findings.add(message, RENEW, record.row, title, key)


def _check_marks(records: list[Record], marks: tuple[str, ...], findings: Findings) -> None:
    for record in records:
        if record.mark not in marks:
            message = f"unbekanntes Textkennzeichen, bekannt {', '.join(marks)}"
            findings.add(message, RENEW, record.row, "Textkennzeichen", record.mark)


def _require_district(district: str, known: dict[str, Record], file: str) -> None:
    if district in known:
        return
    labels = {f"{key} ({record.name})": record for key, record in known.items()}
    by_key = difflib.get_close_matches(district, list(known), n=3)
    by_name = difflib.get_close_matches(district, [r.name for r in known.values()], n=3)
    near = [
        label for label, record in labels.items() if record.key in by_key or record.name in by_name
    ]
    hint = f"; ähnlich sind {', '.join(near)}" if near else ""
    message = "einen Kreis mit diesem Schlüssel gibt es im Verzeichnis nicht"
    remedy = f"den fünfstelligen Schlüssel angeben, z. B. 16075{hint}"
    raise DataProblems([Problem(file, message, remedy, column="Kreis", value=district)])


def _rows(
    municipalities: list[Record], known: dict[str, dict[str, Record]]
) -> list[dict[str, Any]]:
    rows = []
    for record in sorted(municipalities, key=lambda record: record.key):
        verband = known["50"].get(record.verband)
        rows.append(
            {
                "ags": record.key,
                "name": record.name,
                "verband_key": record.verband,
                "verband_kind": VERBAND_KINDS[verband.mark] if verband else "",
                "verband_name": verband.name if verband else "",
                "district_key": record.key[:5],
                "district_name": known["40"][record.key[:5]].name,
                "land_name": known["10"][record.key[:2]].name,
                "is_town": record.mark in _TOWNS,
                **record.details,
            }
        )
    return rows
