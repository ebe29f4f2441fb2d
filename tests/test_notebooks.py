"""The three notebooks keep the rules of the house, run, and become documents a board can read."""

from __future__ import annotations

import ast
import json
import re
import shutil
import statistics
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from sokanalysis.cli import app
from tests.conftest import SOK

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9]*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
PROGRESS = NOTEBOOKS[0].parent / "fortschritt" / "fortschritt.ipynb"
DIALOG = NOTEBOOKS[0].parent / "dialog" / "dialog.ipynb"
PLAYGROUND = NOTEBOOKS[0].parent / "spielwiese.ipynb"
EVERY = [*NOTEBOOKS, PROGRESS, DIALOG, PLAYGROUND]
RESTS_ON_TIMETABLE = ("2_erreichbarkeit", "3_empfehlungen")


def code(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_there_are_three():
    assert NAMES == ["1_bestand", "2_erreichbarkeit", "3_empfehlungen"]


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_cells_are_short_and_carry_no_outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") for cell in cells)
    lengths = [sum(bool(line.strip()) for line in source.splitlines()) for source in code(path)]
    assert max(lengths) <= 15
    assert statistics.median(lengths) <= 8


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.stem)
def test_cells_define_loop_and_merge_nothing(path):
    for source in code(path):
        for node in ast.walk(ast.parse(source)):
            assert not isinstance(node, ast.FunctionDef | ast.For | ast.While | ast.ClassDef)
            assert not (isinstance(node, ast.Attribute) and node.attr in ("merge", "join", "apply"))


@pytest.fixture(scope="session")
def documents(tmp_path_factory) -> dict[str, PdfReader]:
    """All three documents, made once."""
    from rich.console import Console

    from sokanalysis.report.build import build_reports

    folder = tmp_path_factory.mktemp("reports")
    build_reports(NOTEBOOKS, folder, console=Console(quiet=True))
    assert sorted(file.name for file in folder.iterdir()) == sorted(
        f"{name}.{end}" for name in NAMES for end in ("html", "pdf")
    )
    return {name: PdfReader(folder / f"{name}.pdf") for name in NAMES}


@cache
def pages(document: PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in document.pages]


@pytest.mark.parametrize("name", NAMES)
def test_documents_have_cover_contents_and_bookmarks(documents, name):
    document = documents[name]
    texts = pages(document)
    assert 4 <= len(texts) <= 50
    assert "Saale-Orla-Kreis" in texts[0]
    assert "Inhalt" in " ".join(texts[:3])
    assert len(document.outline) >= 4
    assert document.trailer["/Root"]["/Lang"] == "de-DE"


@pytest.mark.parametrize("name", NAMES)
def test_documents_are_german(documents, name):
    text = " ".join(pages(documents[name]))
    english = "Figure|Table|Page|the|and|nan|None|True|False|NaT"
    assert re.findall(rf"\b(?:{english})\b|<NA>", text) == []


@pytest.mark.parametrize("name", RESTS_ON_TIMETABLE)
def test_pages_that_rest_on_the_timetable_say_so(documents, name):
    texts = pages(documents[name])
    assert all("Modellfahrplan – Arbeitsannahme" in text for text in texts)


def test_the_inventory_does_not_claim_to_rest_on_the_timetable(documents):
    assert "Modellfahrplan – Arbeitsannahme" not in pages(documents["1_bestand"])[-1]


def test_every_measure_has_its_page(documents):
    texts = pages(documents["3_empfehlungen"])
    sheets = [text for text in texts if "Verantwortlich (Vorschlag)" in text]
    assert len(sheets) >= 5
    sheets = [text for text in sheets if "Ohne Rechnung" not in text]
    for label in ("Ziel", "Schritte", "Partner", "Zeitraum", "Förderung", "Kennzahl", "Stand"):
        assert all(label in text for text in sheets), label


def test_two_years_become_a_document(tmp_path, monkeypatch):
    # The year before, without the Welt-Café's session and with one measure in the register.
    before = tmp_path / "vorher"
    shutil.copytree(SOK, before)
    (before / "parameters.yaml").write_text("reference_date: 2025-11-22\n", encoding="utf-8")
    sessions = (before / "sessions.csv").read_text(encoding="utf-8").splitlines()
    kept = [line for line in sessions if not line.startswith("S026,")]
    (before / "sessions.csv").write_text("\n".join(kept) + "\n", encoding="utf-8")
    monkeypatch.chdir(PROGRESS.parents[2])
    monkeypatch.setenv("SOK_VORHER", "")  # the command sets both; put back afterwards
    monkeypatch.setenv("SOK_HEUTE", "")
    asked = ["fortschritt", str(before), str(SOK), "--ordner", str(tmp_path)]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    text = " ".join(pages(PdfReader(tmp_path / "fortschritt.pdf")))
    assert "Welt-Café" in text
    assert "Zeit unbekannt" in text
    assert "22. November 2025" in text
    assert re.findall(r"\b(?:nan|None|True|False|NaT)\b|<NA>", text) == []


def test_rounds_become_a_document(tmp_path, monkeypatch):
    # Without buildings and with few lines there is little to choose from, and that is quick.
    folder = tmp_path / "sok"
    shutil.copytree(SOK, folder)
    (folder / "parameters.yaml").write_text("trips_tried_count: 1\n", encoding="utf-8")
    buildings = (folder / "buildings.csv").read_text(encoding="utf-8").splitlines()
    (folder / "buildings.csv").write_text(buildings[0] + "\n", encoding="utf-8")
    monkeypatch.chdir(PROGRESS.parents[2])
    monkeypatch.setenv("SOK_HEUTE", "")  # the command sets both; put back afterwards
    monkeypatch.setenv("SOK_BEISPIEL", "")
    asked = ["dialog", str(folder), "--ordner", str(tmp_path), "--beispiel"]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 0, result.output
    texts = pages(PdfReader(tmp_path / "dialog.pdf"))
    assert all("Erfundenes Beispiel" in text for text in texts)
    assert re.findall(r"\b(?:nan|None|True|False|NaT)\b|<NA>", " ".join(texts)) == []
