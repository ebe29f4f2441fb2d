"""The register of municipalities GV100AD: lines of 220 characters, of the Statistical Office."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

import pandas as pd

from sokanalysis.read import bounded
from sokanalysis.read.official.findings import Findings
from sokanalysis.read.official.register import (
    PASSED_KINDS,
    READ_KINDS,
    RENEW,
    Record,
    assemble,
)

_WIDTH: Final = 220
_MAX_BYTES: Final = 32 * 2**20
_DIGITS: Final = re.compile(r"[0-9]+")
# Letters of German in the code page of DOS and in that of Windows.
_IN_DOS: Final = b"\x84\x94\x81\x8e\x99\x9a\xe1"
_IN_WINDOWS: Final = b"\xe4\xf6\xfc\xc4\xd6\xdc\xdf"


@dataclass(frozen=True)
class Register:
    """The municipalities of a register.

    Parameters
    ----------
    municipalities : DataFrame
        One row a populated municipality, see `read_gv100`.
    unpopulated_count : int
        Uninhabited areas without a municipality (forests, waters) that were left out.
    """

    municipalities: pd.DataFrame
    unpopulated_count: int


def read_gv100(path: Path, district: str = "") -> Register:
    """Read the register "GV100AD" as text or in its zip archive.

    Layout of the lines: Statistisches Bundesamt, description of records GV100AD (records 10
    Land, 20 Regierungsbezirk, 30 Region, 40 Kreis, 50 Gemeindeverband, 60 Gemeinde).

    Parameters
    ----------
    path : Path
        UTF-8, Windows-1252 or, in old editions, code page 850.
    district : str
        Key of a district to keep, five digits; empty for all.

    Returns
    -------
    Register
        ``municipalities``, by ``ags``: ``ags`` (8 digits), ``name`` as in the register
        ("Ranis, Stadt"), ``verband_key`` (9 digits, empty in editions that know none),
        ``verband_kind`` (of `register.VERBAND_KINDS`), ``verband_name``, ``area_km2``,
        ``population_count`` (missing where the register has none), ``postal_code`` (text, of the
        seat of the administration), ``district_key``, ``district_name``, ``land_name``,
        ``is_town``, ``date`` (of the boundaries; the register does not say to which day the
        population refers, usually the last 31 December for which it was known).

    Raises
    ------
    DataProblems
        When it is no such register, a line is too long or of an unknown kind, a key has the
        wrong length or stands twice, a number is none, or a municipality belongs to a Land, a
        district or an association that is missing; all of these together. Or when there is no
        such district.
    """
    findings = Findings(path.name)
    lines = [line.rstrip("\r\x1a") for line in _text(path).split("\n")]
    if not any(line[:2] in READ_KINDS and _DIGITS.fullmatch(line[2:12]) for line in lines):
        message = "ist kein Gemeindeverzeichnis GV100AD"
        raise bounded.refuse(path.name, message, "bei destatis.de „GV100AD“ als Zip herunterladen")
    records = [
        record
        for row, line in enumerate(lines, start=1)
        if line.strip() and (record := _record(row, line, findings))
    ]
    return Register(*assemble(records, district, findings))


def _text(path: Path) -> str:
    raw = bounded.read_bytes(path, max_bytes=_MAX_BYTES)
    if not raw.startswith(b"PK\x03\x04"):
        return bounded.decode(raw, path.name, _encodings(raw))
    with bounded.open_archive(path) as archive:
        texts = archive.find(".txt", ".asc")
        named = [place for place in texts if "gv100" in PurePosixPath(place).name.lower()]
        if len(named or texts) != 1:
            message = f"enthält {len(named or texts)} Verzeichnisse statt einem (.txt oder .asc)"
            raise bounded.refuse(path.name, message, "das Archiv von „GV100AD“ herunterladen")
        raw = archive.read((named or texts)[0], _MAX_BYTES)
    return bounded.decode(raw, path.name, _encodings(raw))


def _encodings(raw: bytes) -> tuple[str, str]:
    """Tell old code pages apart by the letters that they have in a German text."""
    dos, windows = (sum(map(raw.count, map(bytes, zip(page)))) for page in (_IN_DOS, _IN_WINDOWS))
    return "utf-8-sig", "cp850" if dos > windows else "cp1252"


def _record(row: int, line: str, findings: Findings) -> Record | None:
    """Read one line; None when it is not needed or unusable."""
    kind = line[:2]
    if kind in PASSED_KINDS:
        return None
    if kind not in READ_KINDS:
        findings.add("unbekannte Satzart", RENEW, row, "Satzart", kind)
        return None
    if len(line.rstrip()) > _WIDTH:
        message = f"hat {len(line.rstrip())} Zeichen statt {_WIDTH}"
        findings.add(message, RENEW, row, "Satzart", line)
        return None
    district, verband = line[10:15].strip(), line[18:22].strip()
    union = district + verband if verband else ""
    key = {"10": line[10:12].strip(), "40": district, "50": union}.get(kind, line[10:18].strip())
    values = _values(row, line, findings) if kind == "60" else {}
    return Record(row, kind, key, line[22:72].strip(), line[122:124].strip(), union, values)


def _values(row: int, line: str, findings: Findings) -> dict[str, Any]:
    area = _count(row, line[128:139], "Fläche in Hektar", findings)
    postal_code = line[165:170].strip()
    if postal_code and not re.fullmatch("[0-9]{5}", postal_code):
        findings.add("keine Postleitzahl", RENEW, row, "Postleitzahl", postal_code)
    return {
        "area_km2": None if area is None else area / 100,
        "population_count": _count(row, line[139:150], "Bevölkerung", findings),
        "postal_code": postal_code,
        "date": _date(row, line[2:10], findings),
    }


def _count(row: int, field: str, column: str, findings: Findings) -> int | None:
    """Read a number of eleven digits; None when the field is blank."""
    if not field.strip():
        return None
    if len(field) == 11 and re.fullmatch(" *[0-9]+", field):
        return int(field)
    findings.add("keine Zahl aus elf Ziffern", RENEW, row, column, field)
    return None


def _date(row: int, field: str, findings: Findings) -> dt.datetime | None:
    try:
        return dt.datetime.strptime(field, "%Y%m%d")
    except ValueError:
        findings.add("kein Tag (JJJJMMTT)", RENEW, row, "Gebietsstand", field)
        return None
