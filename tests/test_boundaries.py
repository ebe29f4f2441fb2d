"""Borders as GeoJSON: what is sound, and what hostile or broken files say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from shapely.geometry import box, mapping

from sokanalysis.read.boundaries import read_boundaries
from tests.fuzzing import damaged, fuzz


def written(folder: Path, *shapes: tuple[str, object]) -> Path:
    features = [
        {"type": "Feature", "properties": {"ags": f"1607500{n}", "name": name}, "geometry": shape}
        for n, (name, shape) in enumerate(shapes)
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    (folder / "boundaries.geojson").write_text(text, encoding="utf-8")
    return folder


SOUND = mapping(box(11.6, 50.5, 11.7, 50.6))


def said(folder: Path) -> str:
    shapes, problems = read_boundaries(folder)
    assert shapes.empty
    return "\n".join(str(problem) for problem in problems)


def test_a_sound_file(tmp_path: Path) -> None:
    shapes, problems = read_boundaries(written(tmp_path, ("<b>Ort</b>", SOUND)))
    assert problems == []
    assert shapes["name"].tolist() == ["<b>Ort</b>"]


def test_swapped_coordinates_are_seen(tmp_path: Path) -> None:
    swapped = mapping(box(50.5, 11.6, 50.6, 11.7))
    text = said(written(tmp_path, ("Ort", SOUND), ("Vertauscht", swapped), ("Ohne", None)))
    assert "Umriss von Vertauscht fehlt oder liegt nicht in Deutschland" in text
    assert "Umriss von Ohne" in text
    assert "vertauscht" in text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "0 Bytes"),
        (b"[" * 5000, "verschachtelt"),
        (b'{"type": NaN}', "NaN ist keine Zahl"),
        (b"<!DOCTYPE html><html>", "Webseite"),
        (b'{"a": "' + b"\0" * 5 + b'"}', "Nullbytes"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, raw: bytes, expected: str) -> None:
    (tmp_path / "boundaries.geojson").write_bytes(raw)
    assert expected in said(tmp_path)


def test_not_a_number_is_no_coordinate(tmp_path: Path) -> None:
    written(tmp_path, ("Ort", SOUND))
    path = tmp_path / "boundaries.geojson"
    path.write_text(path.read_text(encoding="utf-8").replace("11.6", "NaN"), encoding="utf-8")
    assert "NaN ist keine Zahl" in said(tmp_path)


def test_damaged_files_never_crash(tmp_path: Path) -> None:
    sound = (written(tmp_path, ("Ort", SOUND)) / "boundaries.geojson").read_bytes()

    @fuzz
    @given(damaged(sound))
    def attempt(raw: bytes) -> None:
        (tmp_path / "boundaries.geojson").write_bytes(raw)
        shapes, problems = read_boundaries(tmp_path)
        assert len(shapes) or problems

    attempt()
