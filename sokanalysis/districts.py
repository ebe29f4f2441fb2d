"""The same question to several districts, one after the other or on many machines."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from sokanalysis.attendance import attendance
from sokanalysis.region import Region, load_region

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor


def attendance_today(region: Region) -> pd.DataFrame:
    """Return `attendance` for the sessions of today, as a question for `over_districts`."""
    return attendance(region, region.current_sessions)


def over_districts(
    question: Callable[[Region], pd.DataFrame],
    folders: Iterable[str | Path],
    *,
    executor: Executor | None = None,
) -> pd.DataFrame:
    """Put one question to several districts.

    Parameters
    ----------
    question : callable
        Takes a region, returns a table. It travels to where the work is done, so it is a
        function of a module; an answer that is summed up there travels back faster.
    folders : iterable of str or Path
        The districts as `load_region` takes them, readable from where the work is done.
    executor : concurrent.futures.Executor, optional
        Who does the work, for instance a ``ProcessPoolExecutor`` or, on a Dask cluster,
        ``client.get_executor()``. By default the districts are worked through one by one.

    Returns
    -------
    DataFrame
        The answers one below the other, in the order of the folders, with the name of the
        folder in front as ``district``. Empty without folders.

    Raises
    ------
    RegionNotFound, DataProblems
        As `load_region`, for the first district that cannot be loaded.
    """
    from rich.progress import track

    paths = [Path(folder) for folder in folders]
    work = map if executor is None else executor.map
    answers = work(partial(_answer, question), paths)
    shown = track(answers, total=len(paths), description="Landkreise", transient=True)
    return pd.concat([pd.DataFrame(), *shown], ignore_index=True)


def _answer(question: Callable[[Region], pd.DataFrame], folder: Path) -> pd.DataFrame:
    answer = question(load_region(folder))
    return answer.assign(district=folder.name)[["district", *answer.columns]]
