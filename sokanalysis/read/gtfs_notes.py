"""What reading a timetable dropped or mended, counted and said in German."""

from __future__ import annotations

from sokanalysis import style
from sokanalysis.errors import Problem


class FeedRefused(Exception):
    """A file of the feed cannot be used; carries what to tell the analyst."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


class Notes:
    """Collects what was dropped or mended while a feed was read.

    ``lines`` are German sentences for the analyst, in the order of reading, ``losses`` those of
    them that name calls or trips which the feed meant and nobody can use: ``lost_calls`` and
    ``lost_trips`` add them up, for the refusal of a feed that would mislead.
    """

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.losses: list[str] = []
        self.lost_calls = 0
        self.lost_trips = 0

    def say(self, text: str) -> None:
        """Add a sentence once."""
        if text not in self.lines:
            self.lines.append(text)

    def count(self, number: int, one: str, many: str) -> None:
        """Add ``number`` with the singular or the plural; nothing when the number is 0."""
        if number:
            self.say(f"{style.number(number)} {one if number == 1 else many}")

    def lose_calls(self, number: int, one: str, many: str) -> None:
        """Count stop times that cannot be used."""
        self.lost_calls += int(number)
        self._lose(number, one, many)

    def lose_trips(self, number: int, one: str, many: str) -> None:
        """Count trips that cannot be used."""
        self.lost_trips += int(number)
        self._lose(number, one, many)

    def _lose(self, number: int, one: str, many: str) -> None:
        self.count(number, one, many)
        if number:
            self.losses.append(self.lines[-1])
