"""One named error per broken contract; every message is German and says how to mend it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One thing wrong in one cell, row, column or file.

    Parameters
    ----------
    file : str
        File name as the analyst knows it.
    message : str
        What is wrong, in German.
    remedy : str
        What to do about it, in German.
    row : int or None
        Row as a spreadsheet counts it: the heading is row 1. None for the whole file.
    column : str
        German column title, empty when no single column is meant.
    value : str
        The cell as it stands in the file.
    """

    file: str
    message: str
    remedy: str
    row: int | None = None
    column: str = ""
    value: str = ""

    def __str__(self) -> str:
        """Say it in one line: place, value, what is wrong, how to mend it."""
        row = f", Zeile {self.row}" if self.row is not None else ""
        column = f", Spalte „{self.column}“" if self.column else ""
        value = f": „{self.value}“" if self.value else ""
        return f"{self.file}{row}{column}{value} – {self.message} → {self.remedy}"


class SokanalysisError(Exception):
    """Base of everything this library raises on purpose."""


class DataProblems(SokanalysisError):
    """All problems of all files of a region, reported together.

    Parameters
    ----------
    problems : iterable of Problem
        At least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        count = len(self.problems)
        head = "1 Problem in den Daten:" if count == 1 else f"{count} Probleme in den Daten:"
        super().__init__("\n".join([head, *(f"  {problem}" for problem in self.problems)]))


class RegionNotFound(SokanalysisError):
    """The folder of a region does not exist or holds no tables."""


class NoServiceOnDate(SokanalysisError):
    """A day was asked for on which the timetable has no service at all."""


class UnknownParameter(SokanalysisError):
    """A parameter was asked for or set that parameters.yaml does not define."""


class ParameterOutOfRange(SokanalysisError):
    """A parameter was set outside the range that parameters.yaml allows."""


class WrongCrs(SokanalysisError):
    """Geometries came in another coordinate reference system than the function needs."""


class NotProtected(SokanalysisError):
    """A small count of people follows from sums that are to be shown.

    Parameters
    ----------
    names : iterable of str
        Where the counts stand, at least one; the first three are named.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(names)
        more = f" und {len(self.names) - 3} weiteren" if len(self.names) > 3 else ""
        super().__init__(
            f"Kleine Personenzahlen lassen sich hier nicht schützen: {'; '.join(self.names[:3])}"
            f"{more}. Sie folgen aus Summen, die stehen bleiben sollen, oder es fand sich in der "
            "Zeit keine Lösung → diese Summen auch sperren lassen oder gröber zusammenfassen."
        )


class MarginsDisagree(SokanalysisError):
    """Known numbers of the same people contradict each other, so nobody can be shared out."""
