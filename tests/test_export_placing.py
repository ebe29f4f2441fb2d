"""Files go into a folder all or none, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from sokanalysis.errors import NotWritten
from sokanalysis.export.placing import staged


def write(folder: Path, *names: str, text: str = "neu") -> list[Path]:
    with staged(folder) as (new, placed):
        for name in names:
            (new / name).parent.mkdir(parents=True, exist_ok=True)
            (new / name).write_text(text)
    return placed


def contents(folder: Path) -> dict[str, str]:
    """Every file below a folder with its text, hidden ones included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_files_are_placed_and_others_stay(tmp_path):
    folder = tmp_path / "neu" / "ausgabe"
    (folder / "csv").mkdir(parents=True)
    (folder / "csv" / "a.csv").write_text("alt")
    (folder / "csv" / "eigenes.csv").write_text("eigen")
    placed = write(folder, "b.gpkg", "csv/a.csv")
    assert placed == [folder / "b.gpkg", folder / "csv" / "a.csv"]
    assert contents(tmp_path) == {
        "neu/ausgabe/b.gpkg": "neu", "neu/ausgabe/csv/a.csv": "neu",
        "neu/ausgabe/csv/eigenes.csv": "eigen",
    }  # fmt: skip


def test_what_fails_while_writing_leaves_nothing(tmp_path):
    (tmp_path / "a.txt").write_text("alt")
    with pytest.raises(ZeroDivisionError), staged(tmp_path) as (new, placed):
        (new / "a.txt").write_text("halb")
        raise ZeroDivisionError
    assert contents(tmp_path) == {"a.txt": "alt"}
    assert placed == []


def test_what_fails_while_moving_is_undone(tmp_path, monkeypatch):
    for name in ("a.txt", "c.txt"):
        (tmp_path / name).write_text("alt")
    move = Path.replace

    def blocked(source: Path, target: Path) -> Path:
        # c.txt is open in another program: Windows would refuse to move it.
        if source == tmp_path / "c.txt":
            raise PermissionError(13, "Zugriff verweigert", str(source))
        return move(source, target)

    monkeypatch.setattr(Path, "replace", blocked)
    with pytest.raises(NotWritten, match=r"„c\.txt“ .* schließen"):
        write(tmp_path, "a.txt", "b.txt", "c.txt")
    assert contents(tmp_path) == {"a.txt": "alt", "c.txt": "alt"}


def test_a_link_does_not_lead_out_of_the_folder(tmp_path):
    outside, folder = tmp_path / "fremd", tmp_path / "ausgabe"
    outside.mkdir()
    folder.mkdir()
    (folder / "csv").symlink_to(outside, target_is_directory=True)
    with pytest.raises(NotWritten, match="führt aus dem Ordner hinaus"):
        write(folder, "csv/a.csv")
    assert contents(outside) == {}
    (outside / "b.txt").write_text("fremd")
    (folder / "b.txt").symlink_to(outside / "b.txt")
    write(folder, "b.txt")
    assert (outside / "b.txt").read_text() == "fremd"
    assert (folder / "b.txt").read_text() == "neu" and not (folder / "b.txt").is_symlink()


def test_a_folder_in_the_place_of_a_file_is_refused(tmp_path):
    (tmp_path / "a.txt").mkdir()
    (tmp_path / "a.txt" / "eigenes").write_text("eigen")
    with pytest.raises(NotWritten, match="steht im Weg"):
        write(tmp_path, "a.txt")
    assert contents(tmp_path) == {"a.txt/eigenes": "eigen"}


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "ausgabe").write_text("eigen")
    with pytest.raises(NotWritten, match="ausgabe"):
        write(tmp_path / "ausgabe", "a.txt")
    assert contents(tmp_path) == {"ausgabe": "eigen"}
