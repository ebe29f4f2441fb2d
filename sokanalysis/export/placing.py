"""Files put into a folder all together or not at all, and nowhere else."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sokanalysis.errors import NotWritten

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def staged(folder: Path) -> Iterator[tuple[Path, list[Path]]]:
    """Give a folder to write to; what lies there in the end is put into place.

    Parameters
    ----------
    folder : Path
        Where the files belong; made where it does not exist. Files of other names stay.

    Yields
    ------
    new : Path
        An empty folder, inside of `folder`, so that moving needs no copying.
    placed : list of Path
        Filled when the files are in place, in alphabetical order.

    Raises
    ------
    NotWritten
        When the folder is no folder, leads elsewhere or cannot be written to, or a file cannot be
        replaced; everything is as before then.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".neu-") as beside:
            new, old = Path(beside) / "neu", Path(beside) / "alt"
            new.mkdir()
            placed: list[Path] = []
            yield new, placed
            files = sorted(path.relative_to(new) for path in new.rglob("*") if path.is_file())
            _put_in_place(folder, new, old, files)
            placed += [folder / file for file in files]
    except OSError as error:
        name = Path(error.filename).name if error.filename else folder.name
        raise NotWritten(
            f"„{name}“ in „{folder}“ lässt sich nicht schreiben ({error.strerror}); nichts wurde "
            "verändert → die Datei schließen, falls sie noch offen ist, und Rechte und freien "
            "Platz prüfen."
        ) from error


def _put_in_place(folder: Path, new: Path, old: Path, files: list[Path]) -> None:
    """Move old files away and new ones in; on failure all moves are undone, the last one first."""
    moves = []
    for file in files:
        _check_inside(folder, file)
        if (folder / file).is_symlink() or (folder / file).exists():
            moves.append((folder / file, old / file))
        moves.append((new / file, folder / file))
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves:
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
            done.append((source, target))
    except BaseException:
        for source, target in reversed(done):
            target.replace(source)
        raise


def _check_inside(folder: Path, file: Path) -> None:
    """Refuse a folder or a link that stands where a file belongs, or leads out of the folder."""
    target = folder / file
    leads_out = not target.parent.resolve().is_relative_to(folder.resolve())
    if leads_out or target.is_dir():
        raise NotWritten(
            f"„{file.as_posix()}“ in „{folder}“ steht im Weg oder führt aus dem Ordner hinaus; "
            "nichts wurde verändert → umbenennen oder einen anderen Ordner wählen."
        )
