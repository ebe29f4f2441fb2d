"""What looking up positions says: a row for a row, and everything not found with its remedy."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd

from sokanalysis.errors import DataProblems, Problem

if TYPE_CHECKING:
    from collections.abc import Iterable

COLUMNS: Final = ("lat", "lon", "geocoding", "matched", "score", "source", "reason")
_NEEDED: Final = {
    "name": "Ort des Angebots",
    "address": "Anschrift",
    "place": "Gemeinde oder Stadt",
}


@dataclass(frozen=True)
class Answer:
    """What is known of one place's position.

    Parameters
    ----------
    geocoding : str
        ``gebaeude``, ``strasse``, ``ort`` or ``unbekannt``.
    lat, lon : float
        Degrees; NaN where it is not known.
    matched : str
        With what it was matched, in German.
    score : float
        1 for the very house, less for what is coarser or spelled differently, 0 for nothing.
    source : str
        Where the position stands.
    reason : str
        Why it is not known, or not better known, in German.
    remedy : str
        What to do about it, in German.
    """

    geocoding: str = "unbekannt"
    lat: float = float("nan")
    lon: float = float("nan")
    matched: str = ""
    score: float = 0.0
    source: str = ""
    reason: str = ""
    remedy: str = ""


@dataclass(frozen=True)
class Geocoded:
    """Positions found and not found.

    Parameters
    ----------
    rows : DataFrame
        In the order and with the index of the places asked for: ``lat``, ``lon`` (degrees,
        EPSG:4326, missing where not known), ``geocoding``, ``matched``, ``score`` (0 to 1),
        ``source``, ``reason``.
    missing : tuple of Problem
        Each place without a position, why, and what to do about it.
    """

    rows: pd.DataFrame
    missing: tuple[Problem, ...]


def collected(places: pd.DataFrame, answers: Iterable[Answer], file: str) -> Geocoded:
    """Put the answers beside the places they belong to, one each in the same order."""
    listed = list(answers)
    rows = pd.DataFrame([asdict(a) for a in listed], index=places.index, columns=[*COLUMNS])
    kinds = {name: "float64" if name in ("lat", "lon", "score") else "str" for name in COLUMNS}
    missing = tuple(
        Problem(file, answer.reason, answer.remedy, row_number(index), _NEEDED["address"], shown)
        for index, answer, shown in zip(places.index, listed, _shown(places), strict=True)
        if answer.geocoding == "unbekannt"
    )
    return Geocoded(rows.astype(kinds), missing)


def _shown(places: pd.DataFrame) -> list[str]:
    cells = (places[name].astype("object").fillna("").astype("str").str.strip() for name in _NEEDED)
    return [", ".join(filter(None, parts)) for parts in zip(*cells, strict=True)]


def row_number(index: Any) -> int | None:
    """Return the row of the file that an index label of a table stands for."""
    return int(index) + 2 if isinstance(index, int | np.integer) else None


def require_columns(places: pd.DataFrame, file: str) -> None:
    """Refuse a table that cannot be looked up.

    Raises
    ------
    DataProblems
        When ``name``, ``address`` or ``place`` is missing.
    """
    missing = [name for name in _NEEDED if name not in places.columns]
    if missing:
        raise DataProblems(
            Problem(file, "Spalte fehlt", f"Spalte „{name}“ ergänzen", 1, _NEEDED[name])
            for name in missing
        )
