"""One named error per broken contract; every message is German and says how to mend it."""

from __future__ import annotations

import datetime as dt
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


class UnknownKey(SokanalysisError):
    """An offer, a site, a session, a trip or a round was named that does not exist."""


class PeriodOutOfOrder(SokanalysisError):
    """A period was given that does not end after it begins.

    Parameters
    ----------
    first, last : date
        Its two days.
    remedy : str
        What to do about it, in German.
    """

    def __init__(self, first: dt.date, last: dt.date, remedy: str) -> None:
        super().__init__(
            f"Der Zeitraum vom {first:%d.%m.%Y} bis zum {last:%d.%m.%Y} hat keine Dauer → {remedy}."
        )


class RaterInSeveralGroups(SokanalysisError):
    """Somebody rated one round for two groups, so groups could not be kept apart."""


class NoPortfolio(SokanalysisError):
    """No choice of measures does everything that is asked for, or none was found in time.

    Parameters
    ----------
    is_late : bool
        Whether time ran out.
    """

    def __init__(self, *, is_late: bool) -> None:
        super().__init__(
            "In der Zeit wurde keine Auswahl von Maßnahmen gefunden → „time_limit_s“ erhöhen."
            if is_late
            else "Keine Auswahl von Maßnahmen erfüllt alle Vorgaben zugleich → Budget erhöhen, "
            "Mindestanteile („floors“) oder Mindestzahlen senken, weniger Maßnahmen vorgeben."
        )


class NotAcceptable(SokanalysisError):
    """Changes were accepted that are not proposed, contradict each other or carry no date."""


class FolderNotEmpty(SokanalysisError):
    """A new region was to be made where something lies already."""


class NotWritten(SokanalysisError):
    """Results were to be written in a format or to a place that does not allow it."""


class GeocoderUnavailable(SokanalysisError):
    """No service for positions is set, or the one that is set does not answer as it should."""
