"""Where a number comes from: traced through cells and functions, found by what is shown."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sokanalysis.cli import app
from sokanalysis.report.lineage import cells_behind, tables_behind
from sokanalysis.report.origin import (
    NoOrigin,
    described,
    find_origins,
    origins,
    table_sources,
    write_origins,
)
from sokanalysis.shown import MIME

LOAD = "from sokanalysis.region import load_region\nregion = load_region('x')"
CELLS = [
    LOAD,
    "offers = region.current_offers",
    "unused = region.votes",
    "count = len(offers)",
    "from sokanalysis import inventory\ninventory.unlocated_count(region)",
    "{'a': 1}.items()",
    "count",
]


def test_values_are_followed_back():
    # count ← offers ← region; the cell in between is not used.
    assert cells_behind(CELLS, 6) == [0, 1, 3, 6]
    assert cells_behind(CELLS, 2) == [0, 2]
    assert cells_behind(["x = 1", "x = 2", "x"], 2) == [1, 2]  # the nearest before counts


def test_tables_are_those_that_are_read():
    assert "Angebote" in tables_behind(CELLS, 6)
    assert "Bewertungen" not in tables_behind(CELLS, 6)
    assert "Bewertungen" in tables_behind(CELLS, 2)
    assert "Aussagen zum Bewerten" not in tables_behind(CELLS, 5)  # the items of a dict


def test_functions_are_followed_into_the_library():
    # unlocated_count looks at the offers of today and at their sites.
    assert {"Angebote", "Angebote und ihre Orte"} <= set(tables_behind(CELLS, 4))


def shown(**payload):
    data = {MIME: {"basis": [], **payload}}
    return new_output("display_data", data=data)


@pytest.fixture
def folder(tmp_path):
    figure = shown(kind="figure", svg="<svg>77</svg>", alt="77", caption="Nur 25\u00a0% kommen an",
                   source="Quelle: eigene Rechnung")  # fmt: skip
    text = shown(kind="text", markdown="Es kostet 98\u202f560 € im Jahr, das sind 1.459 mehr.")
    notebook = new_notebook(cells=[
        new_markdown_cell("# Es sind 25 Dinge"), new_code_cell(LOAD),
        new_code_cell("share = region.sessions\nshare", outputs=[figure]),
        new_code_cell("region", outputs=[text]),
    ])  # fmt: skip
    write_origins(origins(notebook, "x.ipynb"), tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("asked", "cells"),
    [("25 %", [3]), ("25", [1, 3]), ("98 560 €", [4]), ("560", [4]), ("459", []), ("77", [])],
)
def test_a_number_is_found_whole(folder, asked, cells):
    assert [entry["cell"] for entry in find_origins(folder, asked)] == cells


def test_what_is_said(folder):
    (entry,) = find_origins(folder, "25 %")
    said = described(entry, "25 %", {"Termine": ["Rückmeldung der Träger"]})
    assert said.splitlines() == [
        "x.ipynb, Zelle 3: „Nur 25 % kommen an“",
        "  Tabellen: Termine",
        "    Termine: Rückmeldung der Träger",
        "  Quelle: eigene Rechnung",
        "  Rechnung:",
        "    region = load_region('x')",
        "    share = region.sessions",
        "    share",
    ]


def test_sources_are_those_of_the_data_package(tmp_path):
    assert table_sources(tmp_path) == {}
    package = (
        '{"resources": [{"name": "offers", "title": "Angebote", "sources": [{"title": "A"}]}]}'
    )
    (tmp_path / "datapackage.json").write_text(package, encoding="utf-8")
    assert table_sources(tmp_path) == {"Angebote": ["A"]}


def test_the_command(folder, tmp_path):
    from typer.testing import CliRunner

    run = CliRunner().invoke
    found = run(app, ["report", "--quelle", "25 %", "--ordner", str(folder)])
    assert (found.exit_code, "x.ipynb, Zelle 3" in found.stdout) == (0, True)
    missing = run(app, ["report", "--quelle", "26 %", "--ordner", str(folder)])
    assert (missing.exit_code, "steht so in keinem Bericht" in missing.stderr) == (1, True)
    with pytest.raises(NoOrigin, match="sok report"):
        find_origins(tmp_path / "leer", "1")
