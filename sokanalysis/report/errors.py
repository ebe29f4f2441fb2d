"""What stops an export; every message names notebook and cell."""

from __future__ import annotations

from sokanalysis.errors import SokanalysisError


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
