"""All results of a district as files: `export_results`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from sokanalysis.errors import NotWritten
from sokanalysis.export.csv_files import write_csv
from sokanalysis.export.findings import STEPS, find
from sokanalysis.export.geopackage import write_geopackage
from sokanalysis.export.parquet import write_parquet
from sokanalysis.export.placing import staged
from sokanalysis.export.results import result_tables
from sokanalysis.export.workbook import write_workbook

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from sokanalysis.export.describe import Result
    from sokanalysis.region import Region

FORMATS: Final = {
    "gpkg": write_geopackage, "parquet": write_parquet, "csv": write_csv, "xlsx": write_workbook,
}  # fmt: skip


def export_results(
    region: Region, folder: Path, formats: Iterable[str] = tuple(FORMATS), *,
    with_plan: bool = True, say: Callable[[str], None] = lambda _: None,
) -> list[Path]:  # fmt: skip
    """Compute every result table and write it for GIS and spreadsheets.

    Everything is computed once and protected together before the first byte is written.

    Parameters
    ----------
    region : Region
        The district.
    folder : Path
        Where the files go; see `write_results`.
    formats : iterable of str
        Keys of `FORMATS`; all by default.
    with_plan : bool
        Whether measures are chosen and exported too: about a minute more.
    say : callable
        Told the name of each step before it begins, one of `findings.STEPS`.

    Returns
    -------
    list of Path
        What was written, in alphabetical order.

    Raises
    ------
    NotWritten
        When a format is not known or a file cannot be written; nothing is changed then.
    NoServiceOnDate, NoPortfolio, NotProtected
        As in `sokanalysis.export.findings.find`.
    """
    formats = _known(formats)
    found = find(region, with_plan=with_plan, say=say)
    say(STEPS[3])
    results = result_tables(found)
    say(STEPS[4])
    return write_results(results, folder, formats)


def write_results(
    results: Sequence[Result], folder: Path, formats: Iterable[str] = tuple(FORMATS)
) -> list[Path]:
    """Write tables in some formats, all files or none.

    Parameters
    ----------
    results : sequence of Result
        As `sokanalysis.export.results.result_tables` gives it.
    folder : Path
        Made where it does not exist. ``ergebnisse.gpkg``, ``ergebnisse.xlsx`` and the files of
        the tables in ``csv/`` and ``parquet/`` are replaced, all others stay.
    formats : iterable of str
        Keys of `FORMATS`; all by default.

    Returns
    -------
    list of Path
        What was written, in alphabetical order.

    Raises
    ------
    NotWritten
        When a format is not known or a file cannot be written; nothing is changed then.
    """
    formats = _known(formats)
    with staged(folder) as (new, placed):
        for name in formats:
            FORMATS[name](results, new)
    return placed


def _known(formats: Iterable[str]) -> list[str]:
    names = list(dict.fromkeys(formats))
    if unknown := [name for name in names if name not in FORMATS]:
        raise NotWritten(
            f"Das Format „{unknown[0]}“ gibt es nicht → eines von {', '.join(FORMATS)} wählen."
        )
    return names
