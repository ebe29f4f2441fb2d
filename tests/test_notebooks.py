"""The three notebooks keep the rules of the house, run, and become documents a board can read."""

from __future__ import annotations

import ast
import json
import re
import shutil
import statistics
from functools import cache
from importlib.metadata import version
from pathlib import Path

import page
import pikepdf
import pytest
from pypdf import PdfReader
from typer.testing import CliRunner

from sokanalysis.cli import app
from sokanalysis.report.outputs import Block, read_blocks
from tests.browsing import audit, browser, needs_browser
from tests.conftest import SOK
from tests.screen_reader import faults

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("[0-9]*.ipynb"))
NAMES = [path.stem for path in NOTEBOOKS]
EDITIONS = ["kurzfassung", "einfach", "gesamtbericht"]
EVERY_NAME = [*NAMES, *EDITIONS]
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
def made(tmp_path_factory) -> tuple[Path, dict[str, list[Block]]]:
    """The folder of all documents of the three notebooks, made once, and what each shall show."""
    from rich.console import Console

    from sokanalysis.report import build

    folder, blocks = tmp_path_factory.mktemp("reports"), {}
    export = build._export

    def noting(notebook, name, output):
        files = export(notebook, name, output)
        blocks[files[0].stem] = read_blocks(notebook)
        return files

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "_export", noting)
        build.build_reports(NOTEBOOKS, folder, is_whole=True, console=Console(quiet=True))
    assert {file.name for file in folder.iterdir()} == {
        "herkunft.json",
        *(f"{name}.{end}" for name in EVERY_NAME for end in ("html", "pdf")),
    }
    return folder, blocks


@pytest.fixture(scope="session")
def documents(made) -> dict[str, PdfReader]:
    """All documents of the three notebooks."""
    return {name: PdfReader(made[0] / f"{name}.pdf") for name in EVERY_NAME}


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


def test_the_brief_says_on_two_pages_what_is_to_be_decided(documents):
    brief = pages(documents["kurzfassung"])
    assert len(brief) == 2
    text = " ".join(brief)
    words = ["Wer kann wirklich teilnehmen", "Abbildung 1", "Abbildung 2", "Tabelle 1",
             "Arbeitsannahme Ein amtlicher", "Zu entscheiden ist"]  # fmt: skip
    found = [text.find(word) for word in words]
    assert -1 not in found
    assert found == sorted(found)
    assert len(re.findall(r"\b[A-Z]\d{1,2} [A-ZÄÖÜ]", text.split("Tabelle 1")[1])) == 5
    # Label and number as on the covers of the three documents.
    for name, label in zip(NAMES, ("heutige Angebote", "der Wege gelingen", "der Bedarfe gedeckt"),
                           strict=True):  # fmt: skip
        first = pages(documents[name])[0].split(label)[0]
        value = re.findall(r"\d+(?: %)?", first)[0 - 1]
        assert value in text.split("Abbildung 1")[0]


def test_the_plain_edition_is_plain(documents):
    text = documents["einfach"]
    lines = [line.strip(" •") for page in text.pages for line in page.extract_text().splitlines()]
    counts = [len(line.split()) for line in lines if line]
    assert max(counts) <= 20
    assert statistics.mean(counts) <= 12
    assert not any(line.endswith("-") for line in lines)


def test_the_joint_document_holds_all_figures_and_tables(documents):
    def numbered(name: str) -> dict[str, int]:
        text = " ".join(pages(documents[name]))
        found = re.findall(r"(Abbildung|Tabelle) (\d+)", text)
        return {word: len({n for w, n in found if w == word}) for word in ("Abbildung", "Tabelle")}

    single = [numbered(name) for name in NAMES]
    assert numbered("gesamtbericht") == {
        word: sum(one[word] for one in single) for word in single[0]
    }


@pytest.mark.parametrize("name", [*NAMES, *EDITIONS])
def test_every_foot_names_data_state_and_version(documents, name):
    foot = f"· sokanalysis {version('sokanalysis')}"
    assert all(foot in text for text in pages(documents[name]))


@pytest.mark.parametrize("name", EVERY_NAME)
def test_a_screen_reader_is_told_everything_in_order(made, name):
    folder, blocks = made
    with pikepdf.open(folder / f"{name}.pdf") as document:
        assert faults(document, blocks[name]) == []


@pytest.mark.parametrize("name", EVERY_NAME)
@pytest.mark.parametrize("profile", ["ua1", "2a"])
def test_documents_keep_the_standards(made, name, profile):
    report = page.validate_pdf_bytes((made[0] / f"{name}.pdf").read_bytes(), profile=profile)
    # The checker takes a carriage return at the end of compressed data for a line end.
    assert {failure.rule_id for failure in report.failures} <= {"PDFA2A-STREAM-LENGTH-001"}


@needs_browser
def test_pages_are_accessible_ask_for_nothing_and_fit_a_telephone(made):
    files = [made[0] / f"{name}.html" for name in EVERY_NAME]
    with browser() as started:
        found = audit(started, files[:-1], ["schmal", "breit"])
        # The joint page holds the same parts again; their colours need not be measured twice.
        found |= audit(started, files[-1:], ["schmal"])
    assert {name: said for name, said in found.items() if said} == {}
    assert sorted(found) == sorted(EVERY_NAME)


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
