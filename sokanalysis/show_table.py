"""Tables as the board reads them: German heads, units in the head, German numbers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from sokanalysis import style
from sokanalysis.shown import Output, required

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["text", "integer", "number", "percent", "euro", "minutes", "date", "boolean"]
_UNITS: Final = {"percent": "%", "euro": "€", "minutes": "min"}
_NUMERIC: Final = ("integer", "number", "percent", "euro", "minutes")
_SUMMED: Final = ("integer", "number", "euro")
_WORDS_FOR_NUMBERS: Final = ("geheim", style.NO_DATA_LABEL)


@dataclass(frozen=True)
class Column:
    """How one column of a table is headed and written.

    Parameters
    ----------
    name : str
        Column of the frame.
    title : str
        German heading.
    kind : str, default "text"
        `percent` takes shares (0–1); `boolean` prints ja/nein.
    decimals : int, default 0
        Places after the comma.
    unit : str
        Printed under the heading; %, € and min come by themselves.
    missing : str, default "–"
        What stands for a missing value: "–" (nothing) or "unbekannt" (not known).
    """

    name: str
    title: str
    kind: Kind = "text"
    decimals: int = 0
    unit: str = ""
    missing: str = style.DASH

    def head(self) -> dict[str, str]:
        """Return heading, unit and alignment."""
        align = "right" if self.kind in _NUMERIC else "left"
        return {"title": self.title, "unit": self.unit or _UNITS.get(self.kind, ""), "align": align}

    def written(self, value: object) -> str:
        """Return a value as printed; texts in number columns (such as "< 3") stay as they are."""
        if style.is_missing(value):
            return self.missing
        if isinstance(value, str) or self.kind == "text":
            return str(value)
        if self.kind == "boolean":
            return "ja" if value else "nein"
        if self.kind == "date":
            return f"{value:%d.%m.%Y}"
        factor = 100 if self.kind == "percent" else 1
        return style.number(float(value) * factor, self.decimals)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Table(Output):
    """A table with German heads and numbers; the head repeats when it breaks over pages.

    Parameters
    ----------
    frame : pandas.DataFrame
        Shape (rows, any); without rows the table says "keine Einträge".
    columns : sequence of Column
        Which columns, in which order.
    caption, source : str
        The finding, and "Quelle: … Stand …".
    note : str
        Printed under the table, before the source.
    basis : tuple of str
        Assumptions the table rests on.
    total : mapping or str
        Last row: values by column name, or a label to sum integers, numbers and euros.

    Raises
    ------
    KeyError
        The frame lacks a column.
    """

    frame: pd.DataFrame
    columns: Sequence[Column]
    caption: str
    source: str
    note: str = ""
    basis: tuple[str, ...] = ()
    total: Mapping[str, object] | str = ""

    def __post_init__(self) -> None:
        required(caption=self.caption, source=self.source)
        if lacking := [c.name for c in self.columns if c.name not in self.frame.columns]:
            raise KeyError(f"Die Tabelle hat diese Spalten nicht: {', '.join(lacking)}")

    def payload(self) -> dict[str, Any]:
        """Return the content as JSON-ready values."""
        texts = {"caption": self.caption, "source": self.source, "note": self.note}
        cells = [[column.written(v) for v in self.frame[column.name]] for column in self.columns]
        rows = [list(row) for row in zip(*cells, strict=True)]
        last = self._total_row()
        ends = last or [""] * len(cells)
        columns = zip(self.columns, cells, ends, strict=True)
        head = [
            c.head() | {"places": max(map(style.places, [*texts, end]))}
            for c, texts, end in columns
        ]
        basis = list(self.basis)
        return {"kind": "table", "head": head, "rows": rows, "total": last, **texts, "basis": basis}

    def _total_row(self) -> list[str]:
        if isinstance(self.total, str):
            return self._summed(self.total) if self.total else []
        values = self.total
        return [c.written(values[c.name]) if c.name in values else "" for c in self.columns]

    def _summed(self, label: str) -> list[str]:
        first, *others = self.columns
        sums = [c.written(self.frame[c.name].sum()) if c.kind in _SUMMED else "" for c in others]
        return [first.written(label), *sums]


@dataclass(frozen=True)
class Data:
    """What a drawing shows, in words and written numbers: for readers who cannot see it.

    Parameters
    ----------
    head : sequence of str
        German headings; the first is that of the words which name the rows.
    rows : sequence of sequence of str
        One a row, as long as the head, in the order of the drawing. Only what is drawn: counts
        of people have been through `sokanalysis.privacy`.
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    @classmethod
    def of(cls, table: pd.DataFrame, write: Callable[[Any], str], first: str) -> Data:
        """Write a table whose index holds the words and whose columns are named in German."""
        rows = [
            (str(word), *map(write, row))
            for word, row in zip(table.index, table.to_numpy(), strict=True)
        ]
        return cls((first, *map(str, table.columns)), rows)

    def payload(self) -> dict[str, Any]:
        """Return head and rows as a table has them; columns of numbers stand to the right."""
        columns = list(zip(*self.rows, strict=True)) or [()] * len(self.head)
        head = [
            {
                "title": title, "unit": "", "align": "right" if _is_numeric(cells) else "left",
                "places": max(map(style.places, cells), default=0),
            }
            for title, cells in zip(self.head, columns, strict=True)
        ]  # fmt: skip
        return {"head": head, "rows": [list(row) for row in self.rows]}


def _is_numeric(cells: Sequence[str]) -> bool:
    return all(cell in _WORDS_FOR_NUMBERS or not cell[:1].isalpha() for cell in cells)
