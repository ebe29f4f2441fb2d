"""The three notebooks keep the rules of the house, run, and become documents a board can read."""

from __future__ import annotations

import ast
import json
import re
import statistics
from pathlib import Path

import pytest
from pypdf import PdfReader

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
RESTS_ON_TIMETABLE = ("2_erreichbarkeit", "3_empfehlungen")


def code(path: Path) -> list[str]:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


def test_there_are_three():
    assert NAMES == ["1_bestand", "2_erreichbarkeit", "3_empfehlungen"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
def test_cells_are_short_and_carry_no_outputs(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert not any(cell.get("outputs") for cell in cells)
    lengths = [sum(bool(line.strip()) for line in source.splitlines()) for source in code(path)]
    assert max(lengths) <= 15
    assert statistics.median(lengths) <= 8


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
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


def pages(document: PdfReader) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in document.pages]


@pytest.mark.parametrize("name", NAMES)
def test_documents_have_cover_contents_and_bookmarks(documents, name):
    document = documents[name]
    texts = pages(document)
    assert 4 <= len(texts) <= 40
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
    for label in ("Ziel", "Schritte", "Partner", "Zeitraum", "Förderung", "Kennzahl", "Stand"):
        assert all(label in text for text in sheets), label
