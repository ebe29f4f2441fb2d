"""Problems of one file, collected until they are more than anybody reads."""

from __future__ import annotations

from typing import Final

from sokanalysis.errors import DataProblems, Problem

PROBLEM_MAX_COUNT: Final = 100
_VALUE_MAX_CHARS: Final = 80


class Findings:
    """What is wrong with one file.

    Parameters
    ----------
    file : str
        What messages call it.

    A file in which every line is wrong must not fill the memory with messages: after
    `PROBLEM_MAX_COUNT` the reading ends, and the last message says so.
    """

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def add(
        self, message: str, remedy: str, row: int | None = None, column: str = "", value: str = ""
    ) -> None:
        """Keep one problem.

        Raises
        ------
        DataProblems
            When it is one too many.
        """
        problem = Problem(self.file, message, remedy, row, column, _shown(value))
        self.problems.append(problem)
        if len(self.problems) >= PROBLEM_MAX_COUNT:
            message = f"hat mehr Fehler als diese {PROBLEM_MAX_COUNT}, der Rest ist ungelesen"
            self.problems.append(Problem(self.file, message, "zuerst diese beheben"))
            self.settle()

    def settle(self) -> None:
        """Raise what was found.

        Raises
        ------
        DataProblems
            When anything was.
        """
        if self.problems:
            raise DataProblems(self.problems)


def _shown(value: str) -> str:
    """Return a cell in one short line; signs that steer a terminal are replaced."""
    line = " ".join(value.split())[:_VALUE_MAX_CHARS]
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in line)
