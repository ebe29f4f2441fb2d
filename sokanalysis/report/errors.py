"""What stops an export; every message names notebook and cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from sokanalysis.errors import SokanalysisError

_LOST: Final = {"abbildung": "Abbildungen", "tabelle": "Tabellen", "steckbrief": "Steckbriefe"}


class ReportError(SokanalysisError):
    """A notebook that cannot become a document.

    Parameters
    ----------
    message : str
        What is wrong and what to do, in German.
    notebook : str
        Name of the notebook; empty while it is not known.
    cell : int or None
        Number of the cell as counted from 1; None when no single cell is to blame.
    """

    def __init__(self, message: str, notebook: str = "", cell: int | None = None) -> None:
        self.message, self.notebook, self.cell = message, notebook, cell
        place = ", ".join(
            part for part in (notebook, f"Zelle {cell}" if cell is not None else "") if part
        )
        super().__init__(f"{place}: {message}" if place else message)

    def at(self, notebook: str, cell: int | None = None) -> ReportError:
        """Return the same error with its place."""
        return ReportError(self.message, self.notebook or notebook, self.cell or cell)


def refuse_loss(expected: Mapping[str, int], found: Mapping[str, int], where: str) -> None:
    """Refuse a document in which not everything arrived that was shown.

    Parameters
    ----------
    expected, found : mapping of str to int
        Count by "abbildung", "tabelle", "steckbrief".
    where : str
        German, such as "im PDF".

    Raises
    ------
    ReportError
        Names the first kind of which there are too few or too many.
    """
    for label, wanted in expected.items():
        if found[label] != wanted:
            raise ReportError(f"Von {wanted} {_LOST[label]} kamen {found[label]} {where} an.")
