"""What a table and its columns are, and the columns that every table shares."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from sokanalysis.codes import CODE_LISTS

Kind = Literal["text", "code", "codes", "integer", "number", "date", "time", "boolean"]


@dataclass(frozen=True)
class Column:
    """One column of an editable table.

    Parameters
    ----------
    name : str
        Name in code; carries its unit (``distance_m``, ``cost_eur``).
    title : str
        German title as people see it; reading accepts name or title.
    kind : Kind
        What a cell holds; ``codes`` is a list separated by ``;``, of codes or of keys of another
        table.
    unit : str
        Unit in German, empty when there is none.
    required : bool
        Whether every row needs a value.
    codes : str
        Name of the code list of a ``code`` or ``codes`` column.
    minimum, maximum : float or None
        Closed range of a number.
    references : str
        ``table.column`` that has to hold the value, or each value of a list.
    pattern : str
        Regular expression a text has to match in full.
    note : str
        German explanation for people who fill the table in.
    """

    name: str
    title: str
    kind: Kind = "text"
    unit: str = ""
    required: bool = False
    codes: str = ""
    minimum: float | None = None
    maximum: float | None = None
    references: str = ""
    pattern: str = ""
    note: str = ""

    @property
    def code_list(self) -> dict[str, str]:
        """The code list of this column, empty for other kinds."""
        return CODE_LISTS[self.codes] if self.codes else {}

    def shown(self, code: str) -> str:
        """Return how people see a code: weekdays short, everything else by its label."""
        return code if self.codes == "weekday" else self.code_list.get(code, code)


@dataclass(frozen=True)
class Table:
    """One editable table: a file ``<name>.csv`` with its columns and its key.

    ``rising`` names pairs of columns of which the second has to come after the first. The file
    of an optional table may be missing; the table is empty then.
    """

    name: str
    title: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rising: tuple[tuple[str, str], ...] = ()
    is_optional: bool = False

    def column(self, name: str) -> Column:
        """Return the column of that name; KeyError when there is none."""
        return {column.name: column for column in self.columns}[name]


QUALITY: Final = Column("quality", "Qualität", "code", required=True, codes="quality")
SOURCE: Final = Column("source", "Quelle", required=True, note="Adresse oder Dokument")
SOURCE_DATE: Final = Column("source_date", "Stand", note="Datum der Quelle, so genau wie bekannt")
NOTE: Final = Column("note", "Bemerkung")
