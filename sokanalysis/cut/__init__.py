"""From files of a country or a Land to one district's part of them, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sokanalysis import style
from sokanalysis.geography import Box
from sokanalysis.read.bounded import refuse

# Called with the share of the work that is done, from 0 to 1, never falling.
Progress = Callable[[float], None]


@dataclass(frozen=True)
class CutCount:
    """How much of a file was kept.

    Parameters
    ----------
    kept, whole : int
        Trips of a timetable, or nodes of an extract.
    """

    kept: int
    whole: int


@contextmanager
def whole_or_nothing(target: Path) -> Iterator[Path]:
    """Lend a place to write to; what was written there to its end takes the target's place.

    Parameters
    ----------
    target : Path
        The file to make or to replace; it stays as it is when anything goes wrong.

    Raises
    ------
    DataProblems
        When the disk or the folder does not take it.
    """
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.touch()  # what cannot be written is said before the work, not after it
        yield draft
        draft.replace(target)
    except OSError as error:
        remedy = f"freien Platz und Schreibrechte in „{target.parent.name}“ prüfen"
        message = f"lässt sich nicht schreiben ({error.strerror})"
        raise refuse(target.name, message, remedy) from error
    finally:
        draft.unlink(missing_ok=True)


def area(box: Box) -> str:
    """Return a box of degrees in words: „11,00 bis 12,00° Ost, 50,00 bis 51,00° Nord“."""
    west, south, east, north = (style.number(degrees, 2) for degrees in box)
    return f"{west} bis {east}° Ost, {south} bis {north}° Nord"
