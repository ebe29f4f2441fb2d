"""Put new tables in the place of old ones: checked first, all or nothing, with a backup."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Final

from sokanalysis.errors import DataProblems
from sokanalysis.region import inspect_region
from sokanalysis.schema import TABLES

BACKUPS: Final = "sicherung"


def replace_tables(folder: Path, texts: dict[str, str], name: str) -> Path:
    """Replace tables, and what is kept beside them, in the folder of a region.

    The files are written beside, checked by the region's own rules, and only then put in place;
    what was there goes to ``sicherung/<name>-<n>/``.

    Parameters
    ----------
    folder : Path
        Of the region.
    texts : dict of str to str
        New text of each file, by its name; those that are tables are checked.
    name : str
        What the backup is called.

    Returns
    -------
    Path
        Of the backup.

    Raises
    ------
    DataProblems
        When the tables would break a rule; nothing is changed then.
    """
    with tempfile.TemporaryDirectory(dir=folder, prefix=".neu-") as new:
        beside = Path(new)
        for file in (*(f"{table}.csv" for table in TABLES), "parameters.yaml"):
            if (folder / file).exists():
                shutil.copy2(folder / file, beside)
        for file, text in texts.items():
            (beside / file).write_bytes(text.encode())
        _check(beside)
        return _put_in_place(folder, beside, list(texts), name)


def _check(beside: Path) -> None:
    """Let the region's rules read the tables; the rest of a region does not lie there."""
    _, problems = inspect_region(beside)
    found = [problem for problem in problems if problem.file.removesuffix(".csv") in TABLES]
    if found:
        raise DataProblems(found)


def _put_in_place(folder: Path, beside: Path, files: list[str], name: str) -> Path:
    """Keep the old files and move the new ones in; on failure all is as before."""
    backup = _backup_folder(folder, name)
    present = [file for file in files if (folder / file).exists()]
    for file in present:
        shutil.copy2(folder / file, backup / file)
    try:
        for file in files:
            (beside / file).replace(folder / file)
    except OSError:
        for file in files:
            (folder / file).unlink(missing_ok=True)
        for file in present:
            shutil.copy2(backup / file, folder / file)
        raise
    return backup


def _backup_folder(folder: Path, name: str) -> Path:
    number = 1
    while (folder / BACKUPS / f"{name}-{number}").exists():
        number += 1
    backup = folder / BACKUPS / f"{name}-{number}"
    backup.mkdir(parents=True)
    return backup
