"""What one of the two models cannot hold: found row by row, told by table and field."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import pandas as pd

NOT_TAKEN: Final = "nicht übernommen"
ASSUMED: Final = "angenommen"
ASSIGNED: Final = "zugeordnet"
AS_ATTRIBUTE: Final = "als Attribut"
LACKING: Final = "fehlt"
OUTCOMES: Final = (NOT_TAKEN, LACKING, ASSUMED, ASSIGNED, AS_ATTRIBUTE)

COLUMNS: Final = ("table", "field", "outcome", "reason", "row_count", "keys")
_KEYS_SHOWN: Final = 3


@dataclass(frozen=True)
class Finding:
    """One row of which something cannot be held, or only in another way."""

    table: str
    field: str
    outcome: str
    reason: str
    key: str


@dataclass(frozen=True)
class HsdsReport:
    """What was lost, lacking or assumed on the way.

    Attributes
    ----------
    title : str
        What was written or read, in German.
    rows : DataFrame
        ``table`` and ``field`` (when writing, of this library; when reading, of HSDS, a field
        that only we have by our name; no field: the whole row), ``outcome`` (one of `OUTCOMES`),
        ``reason`` (German), ``row_count`` and ``keys`` (tuple of the keys of these rows, empty
        text for people). Sorted by outcome, table, field and reason. Empty when everything fits.
    """

    title: str
    rows: pd.DataFrame

    def __str__(self) -> str:
        """Say it in German, one line a reason, under a heading for each outcome."""
        if self.rows.empty:
            return f"{self.title}: alles übernommen."
        lines = [f"{self.title}:"]
        for outcome, rows in self.rows.groupby("outcome", sort=False):
            lines.append(f"  {outcome}:")
            lines += [f"    {_line(*row)}" for row in rows.itertuples(index=False, name=None)]
        return "\n".join(lines)


def _line(
    table: str, field: str, _: str, reason: str, row_count: int, keys: tuple[str, ...]
) -> str:
    place = f"{table}.{field}" if field else table
    rows = "1 Zeile" if row_count == 1 else f"{row_count} Zeilen"
    named = [key for key in keys[:_KEYS_SHOWN] if key]
    more = " …" if named and row_count > len(named) else ""
    examples = f" ({', '.join(named)}{more})" if named else ""
    return f"{place}, {rows}{examples}: {reason}"


def reported(title: str, findings: Iterable[Finding]) -> HsdsReport:
    """Put findings together by what they say.

    Parameters
    ----------
    title : str
        What was written or read, in German.
    findings : iterable of Finding
        In any order; the order of the keys is kept.
    """
    import pandas as pd

    keys: dict[tuple[int, str, str, str], list[str]] = {}
    for found in findings:
        place = (OUTCOMES.index(found.outcome), found.table, found.field, found.reason)
        keys.setdefault(place, []).append(found.key)
    rows = [
        (table, field, OUTCOMES[outcome], reason, len(keys[place]), tuple(keys[place]))
        for place in sorted(keys)
        for outcome, table, field, reason in [place]
    ]
    return HsdsReport(title, pd.DataFrame(rows, columns=list(COLUMNS)))
