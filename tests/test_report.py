from __future__ import annotations

import datetime as dt
import io
import json
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import page
import pandas as pd
import pikepdf
import pypdf
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from PIL import Image
from rich.console import Console

from sokanalysis.report import columns as fitting
from sokanalysis.report.build import BuildFailed, build_reports
from sokanalysis.report.document import compose
from sokanalysis.report.errors import ReportError
from sokanalysis.report.exporter import PageExporter, PdfExporter
from sokanalysis.report.markdown import to_typst
from sokanalysis.report.progress import Progress, steps
from sokanalysis.report.typeset import project, typeset
from sokanalysis.show import (
    Column,
    Cover,
    Factsheet,
    Figure,
    Note,
    Table,
    Text,
)  # fmt: skip
from sokanalysis.shown import MIME
from tests.sample_notebooks import (
    ABOUT,
    SOURCE,
    drawing,
    long_table,
    markdown,
    notebook,
    shown,
    whole_notebook,
    wide_table,
)  # fmt: skip

MARGIN_PT = (595.28 - fitting.PORTRAIT_PT) / 2


@pytest.fixture(scope="module")
def document():
    return compose(whole_notebook(), "demo")


@pytest.fixture(scope="module")
def pdf(document) -> bytes:
    return typeset(document)


@pytest.fixture(scope="module")
def reader(pdf) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


@pytest.fixture(scope="module")
def pages(reader) -> list[str]:
    return [sheet.extract_text() for sheet in reader.pages]


@pytest.fixture(scope="module")
def tags(pdf):
    """All structure elements of the document."""
    opened = pikepdf.open(io.BytesIO(pdf))
    found, waiting = [], [opened.Root.StructTreeRoot]
    while waiting:
        element = waiting.pop()
        children = element.get("/K", [])
        children = children if isinstance(children, pikepdf.Array) else [children]
        inner = [c for c in children if isinstance(c, pikepdf.Dictionary) and "/S" in c]
        found += inner
        waiting += inner
    yield found
    opened.close()


def tagged(tags, name: str):
    return [tag for tag in tags if str(tag["/S"]) == f"/{name}"]


def test_it_is_pdf_ua(pdf):
    report = page.validate_pdf_bytes(pdf, profile="ua1")
    assert [failure.message for failure in report.failures] == []


def test_it_is_pdf_a(pdf):
    # The checker takes a carriage return at the end of compressed data for a line end.
    report = page.validate_pdf_bytes(pdf, profile="2a")
    rules = {failure.rule_id for failure in report.failures}
    assert rules <= {"PDFA2A-STREAM-LENGTH-001"}


def test_it_says_title_author_language_and_date(pdf, reader):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        assert str(opened.Root.Lang) == "de-DE"
        assert bool(opened.Root.MarkInfo.Marked)
        assert bool(opened.Root.ViewerPreferences.DisplayDocTitle)
    assert reader.metadata.title == "Bericht über Größe und Maß – An den Kreistag"
    assert reader.metadata.author == "Landratsamt"
    assert reader.metadata["/Keywords"] == "Integration"
    assert reader.metadata.creation_date.date() == dt.date(2026, 3, 1)


def test_umlauts_and_prose_arrive(pages):
    text = " ".join(pages)
    assert "Äpfel, Öl und Übermaß: Straße hier." in text.replace("\n", " ")
    assert "32,4\u00a0%" in text or "32,4 %" in text
    assert "geheim" not in text


def test_bookmarks_follow_the_headings(reader):
    def flat(items, level=0):
        for item in items:
            if isinstance(item, list):
                yield from flat(item, level + 1)
            else:
                yield level, item.title

    titles = [title for _, title in flat(reader.outline)]
    assert titles == [
        "Was gefragt war", "Was wir empfehlen", "Inhalt",
        "1 Anlass", "1.1 Mitte", "2 Maßnahmen", "M 1 · Kurs verlegen",
    ]  # fmt: skip
    assert (1, "1.1 Mitte") in list(flat(reader.outline))


def test_the_cover_is_page_one_and_the_contents_follow(pages):
    assert "Wer kann teilnehmen?" in pages[0]
    assert "Was wir empfehlen" in pages[0]
    assert "Inhalt" in pages[1]
    assert re.search(r"1.1\s+Mitte\s*\d", pages[1])


def test_every_page_has_head_foot_and_the_words_of_the_basis(pages):
    for number, text in enumerate(pages, start=1):
        assert f"Seite {number} von {len(pages)}" in text
        assert "Datenstand 1. März 2026" in text.replace("\u00a0", " ")
        assert "Modellfahrplan – Arbeitsannahme" in text
        assert ABOUT["titel"] in text.replace("\n", " ")
    assert all("Saale-Orla-Kreis" in text for text in pages[1:])


def test_figures_and_tables_are_numbered_and_none_is_lost(document, pages, tags):
    text = " ".join(pages)
    assert document.expected == {"abbildung": 2, "tabelle": 2, "steckbrief": 1}
    assert re.findall(r"(?:Abbildung|Tabelle) \d", text) == [
        "Abbildung 1", "Abbildung 2", "Tabelle 1", "Tabelle 2",
    ]  # fmt: skip
    assert len(tagged(tags, "Table")) == 3  # two of the notebook, one in Markdown
    alts = [str(tag["/Alt"]) for tag in tagged(tags, "Figure") if "/Alt" in tag]
    assert sorted(alts) == [
        "Die Linie des Kurses steigt von null auf eins",
        "Eine Linie steigt von null auf eins",
        "Noch eine Linie steigt von null auf eins",
    ]
    assert text.count(SOURCE) == 4


def test_table_heads_have_scope_and_repeat(pages, tags):
    heads = tagged(tags, "TH")
    assert len(heads) == 2 + 2 + 12
    for head in heads:
        attributes = head["/A"] if isinstance(head["/A"], pikepdf.Array) else [head["/A"]]
        assert [str(a["/Scope"]) for a in attributes if "/Scope" in a] == ["/Column"]
    with_rows = [text for text in pages if re.search(r"Ort \d+\s", text)]
    assert len(with_rows) > 2
    assert all("Ortsname" in text for text in with_rows)
    rows = {int(n) for text in with_rows for n in re.findall(r"Ort (\d+)\s", text)}
    assert rows == set(range(200))


def text_places(sheet: pypdf.PageObject) -> np.ndarray:
    """Where texts start on a page: x and y in points."""
    places = []

    def note(text, cm, tm, *_):
        if text.strip():
            x = cm[0] * tm[4] + cm[2] * tm[5] + cm[4]
            places.append((x, cm[1] * tm[4] + cm[3] * tm[5] + cm[5]))

    sheet.extract_text(visitor_text=note)
    return np.array(places)


def test_text_stays_inside_the_margins(reader):
    for sheet in reader.pages:
        xs, ys = text_places(sheet).T
        assert xs.min() >= MARGIN_PT - 1
        assert xs.max() <= float(sheet.mediabox.width) - MARGIN_PT
        assert ys.min() > 30
        assert ys.max() < float(sheet.mediabox.height) - 30


def test_no_ink_lies_outside_the_margins(document):
    with project(document) as compiler:
        drawn = compiler.compile(format="png", ppi=72)
    margin = int(MARGIN_PT) - 3
    for picture in drawn[1:]:  # the cover's band runs off the sheet on purpose
        ink = np.asarray(Image.open(io.BytesIO(picture)).convert("L")) < 250
        assert not ink[:, :margin].any()
        assert not ink[:, -margin:].any()


def test_wide_tables_turn_the_page(reader):
    turned = [sheet for sheet in reader.pages if sheet.mediabox.width > sheet.mediabox.height]
    assert len(turned) == 1
    assert "Angebots" in turned[0].extract_text()


def test_a_heading_turns_with_the_table_below_it():
    cells = [markdown("# Davor\n\nText\n\n## Anhang\n\nWas steht hier?"), shown(wide_table())]
    document = compose(notebook(*cells), "demo")
    texts = [s.extract_text() for s in pypdf.PdfReader(io.BytesIO(typeset(document))).pages]
    assert len(texts) == 2
    assert "1.1 Anhang" not in texts[0].split("Davor")[-1]
    assert (
        texts[1].index("1.1 Anhang") < texts[1].index("Was steht hier?") < texts[1].index("Tabelle")
    )


def test_the_same_notebook_gives_the_same_bytes(pdf):
    assert typeset(compose(whole_notebook(), "demo")) == pdf


def test_a_lost_table_fails_the_export():
    document = compose(notebook(shown(long_table())), "demo")
    document.files["main.typ"] = document.files["main.typ"].replace(b"#table-block", b"//")
    with pytest.raises(ReportError, match="Von 1 Tabellen kamen 0"):
        typeset(document)


def test_a_document_without_cover_starts_with_its_title():
    pdf = typeset(compose(notebook(markdown("# Eins\n\nText\n\n# Zwei")), "demo"))
    first = pypdf.PdfReader(io.BytesIO(pdf)).pages[0].extract_text()
    assert ABOUT["titel"] in first.replace("\n", " ")
    assert "Inhalt" in first
    assert "1 Eins" in first


def output(kind: str, **content):
    return new_code_cell("x", outputs=[new_output(kind, **content)])


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (output("error", ename="KeyError", evalue="'ort'", traceback=[]),
         "KeyError: 'ort'"),
        (output("display_data", data={"text/html": "<table>"}), "show.Table"),
        (output("display_data", data={"image/png": "…"}), "show.Figure"),
        (output("execute_result", data={"text/plain": "42"}, execution_count=1), "bloßer Wert"),
        (output("display_data", data={"application/x-neu": "?"}), "application/x-neu"),
        (output("display_data", data={MIME: {"kind": "neu"}}), "Unbekannte Ausgabe"),
        (output("stream", name="stdout", text="Zeile\n"), "mit print aus: „Zeile“"),
        (markdown("Text mit <b>HTML</b>"), "HTML ist in Textzellen nicht erlaubt"),
        (markdown("<div>Block</div>"), "HTML ist in Textzellen nicht erlaubt"),
        (markdown("![Bild](x.png)"), "show.Figure"),
        (markdown("```\ncode\n```"), "Quelltext"),
        (markdown("[weiter](#abschnitt)"), "führt im PDF nirgendwohin"),
        (markdown("# Eins\n\n### Drei"), "überspringt eine Ebene"),
        (markdown("Fertig 🎉"), "U\\+1F389"),
    ],
)  # fmt: skip
def test_what_cannot_be_set_stops_the_export_and_names_the_cell(cell, message):
    with pytest.raises(ReportError, match=message) as stopped:
        PdfExporter().from_notebook_node(
            notebook(markdown("# Davor"), cell), {"metadata": {"name": "bestand"}}
        )
    assert str(stopped.value).startswith("bestand.ipynb, Zelle 2: ")


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (("main.typ", lambda main: main + b"\n=== Drei"), "überspringen eine Ebene"),
        (("main.typ", lambda main: main + "\n🎉".encode()), "Ein Zeichen fehlt in der Schrift"),
        (("drawing", lambda _: b"<svg"), "Zeichnung \\(SVG\\) ist beschädigt"),
        (("data", lambda data: data.replace(b'"alt": "a"', b'"alt": null')), "Alternativtext"),
    ],
)
def test_complaints_of_typst_are_put_into_german(damage, message):
    document = compose(notebook(markdown("# Eins"), shown(Figure(drawing(), "B", "Q", "a"))), "d")
    prefix, change = damage
    for name in [name for name in document.files if name.startswith(prefix)]:
        document.files[name] = change(document.files[name])
    with pytest.raises(ReportError, match=message):
        typeset(document)


def test_typst_errors_name_the_cell():
    document = compose(notebook(markdown("# Eins"), markdown("Zwei")), "d")
    document.files["main.typ"] += "\n🎉".encode()
    with pytest.raises(ReportError) as stopped:
        typeset(document)
    assert stopped.value.cell == 2


def test_a_factsheet_fills_one_page_together_with_its_heading():
    rows = [(f"Punkt {i}", ["Ein Satz, der eine ganze Zeile braucht und noch etwas."] * 4)
            for i in range(7)]  # fmt: skip
    sheets = shown(Factsheet(1, "Eins", rows), Factsheet(2, "Zwei", rows))
    document = compose(notebook(markdown("# Davor\n\nText\n\n# Maßnahmen"), sheets), "d")
    reader = pypdf.PdfReader(io.BytesIO(typeset(document)))
    texts = [sheet.extract_text() for sheet in reader.pages]
    assert len(texts) == 3
    assert "Maßnahmen" in texts[1]
    assert "1 · Eins" in texts[1]
    assert "2 · Zwei" in texts[2]


def test_two_covers_are_one_too_many():
    cover = Cover("Frage?", [], "Antwort")
    with pytest.raises(ReportError, match="nur ein Deckblatt"):
        compose(notebook(shown(cover), shown(cover)), "demo")


def test_title_and_data_state_are_required():
    with pytest.raises(ReportError, match="Titel fehlt"):
        compose(notebook(markdown("Text"), titel=""), "demo")
    with pytest.raises(ReportError, match="Datenstand fehlt"):
        compose(notebook(markdown("Text"), datenstand=""), "demo")


def test_lab_only_cells_and_stderr_stay_behind():
    noisy = output("stream", name="stderr", text="Warnung")
    lab = shown(Text("Nur im Lab"), tags=["nur-lab"])
    document = compose(notebook(markdown("# Da"), noisy, lab), "demo")
    assert b"Nur im Lab" not in document.files["main.typ"]
    assert b"Warnung" not in document.files["main.typ"]


def test_markup_of_an_author_never_becomes_a_command():
    text = 'Preis: 5 $ #import "x" @marke \\\\ „Zitat“ * _ ~ <fremd>'.replace("<fremd>", "")
    pdf = typeset(compose(notebook(markdown(f"# A\n\n{text}"), shown(Note("hinweis", text))), "d"))
    written = " ".join(sheet.extract_text() for sheet in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    assert written.count('#import "x" @marke') == 2


def test_an_empty_text_is_empty_markup():
    assert to_typst("") == ""


@pytest.mark.parametrize("count", [1, 3, 6, 12, 16])
def test_columns_stay_within_the_page_and_hold_their_longest_number(count):
    frame = pd.DataFrame({f"c{i}": [1234567.5] for i in range(count)})
    columns = [Column(f"c{i}", "Menge", "number", 1) for i in range(count)]
    layout = fitting.fit(Table(frame, columns, "c", "s").payload())
    room = fitting.LANDSCAPE_PT if layout.is_landscape else fitting.PORTRAIT_PT
    assert sum(layout.widths) <= room + 1e-6
    number = fitting.text_width("1\u202f234\u202f567,5") * layout.size
    assert min(layout.widths) >= number + fitting.GUTTER_PT


def test_too_many_columns_are_refused():
    with pytest.raises(ReportError, match="60 Spalten"):
        compose(notebook(shown(wide_table(60))), "demo")


def test_long_addresses_may_break():
    broken = fitting.with_breaks("https://example.org/eine/lange/adresse Wohnungsgesellschaft")
    assert "\u200b" in broken
    assert "Wohnungsgesellschaft" in broken


def test_the_page_for_the_browser_is_german_and_needs_no_network():
    exporter = PageExporter()
    html, _ = exporter.from_notebook_node(whole_notebook(), {"metadata": {"name": "demo"}})
    assert '<html lang="de">' in html
    assert "geheim" not in html
    assert not re.findall(r"""<(?:script|link|img|iframe)[^>]*(?:src|href)=["']?https?:""", html)
    assert html.index("Was gefragt war") < html.index(">Anlass</h2>")
    assert html.count("<h1") == 1
    assert re.findall(r"<img(?![^>]*alt=)", html) == []


def written(folder: Path, name: str, *sources: str, **about) -> Path:
    cells = [new_markdown_cell("# Bericht"), *map(new_code_cell, sources)]
    file = folder / f"{name}.ipynb"
    nbformat.write(notebook(*cells, titel="Bericht", datei=name, **about), file)
    return file


GOOD = "from sokanalysis.show import Text\nText('Es sind **42**.')"
BAD = "import sys\nprint('Warnung', file=sys.stderr)\nraise ValueError('Spalte „ort“ fehlt')"


def test_notebooks_run_and_a_failing_one_leaves_nothing_behind(tmp_path):
    good, bad = written(tmp_path, "gut", GOOD), written(tmp_path, "schlecht", BAD)
    console = Console(file=io.StringIO(), width=200)
    reports = tmp_path / "reports"
    with pytest.raises(BuildFailed) as failed:
        build_reports([good, bad, tmp_path / "fehlt.ipynb"], reports, console=console)
    message = str(failed.value)
    assert "schlecht.ipynb, Zelle 2: Die Zelle brach ab: ValueError: Spalte „ort“ fehlt" in message
    assert "fehlt.ipynb: Das Notebook gibt es nicht." in message
    assert sorted(file.name for file in reports.iterdir()) == ["gut.html", "gut.pdf"]
    said = console.file.getvalue()
    assert "gut: Zelle 1 von 2: Bericht" in said
    assert "schlecht: abgebrochen" in said
    assert json.loads(good.read_text(encoding="utf-8"))["cells"][1]["outputs"] == []


def test_progress_is_drawn_in_a_terminal():
    console = Console(file=io.StringIO(), force_terminal=True, width=100)
    with Progress(["bestand"], console) as progress:
        progress.show("bestand", "Zelle 1 von 2: Anlass", 1, 2)
    assert "Zelle 1 von 2" in console.file.getvalue()


def test_steps_are_the_headings_above_each_cell():
    cells = [new_code_cell("x"), new_markdown_cell("Text\n\n## Mitte"), new_code_cell("y")]
    assert steps(notebook(*cells)) == ["", "Mitte", "Mitte"]


def test_the_command_line_says_what_it_wrote_and_fails_with_one(tmp_path, monkeypatch):
    from typer.testing import CliRunner

    from sokanalysis import cli
    from sokanalysis.report import build

    def pretend(notebooks, output, **_):
        if notebooks[0].stem == "schlecht":
            raise BuildFailed([ReportError("Die Zelle brach ab", "schlecht.ipynb", 3)])
        return [output / "gut.pdf"]

    monkeypatch.setattr(build, "build_reports", pretend)
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    good = run(cli.app, ["report", "gut.ipynb", "--ordner", "da"])
    assert (good.exit_code, good.stdout.strip()) == (0, f"geschrieben: {Path('da/gut.pdf')}")
    bad = run(cli.app, ["report", "schlecht.ipynb"])
    assert bad.exit_code == 1
    assert "schlecht.ipynb, Zelle 3" in bad.stderr
    assert run(cli.app, ["report"]).exit_code == 1


def test_jupyterlab_starts_in_german(monkeypatch):
    import subprocess

    from typer.testing import CliRunner

    from sokanalysis import cli

    commands = []
    monkeypatch.setattr(subprocess, "call", lambda command: commands.append(command) or 0)
    assert CliRunner().invoke(cli.app, ["lab", "--no-browser"]).exit_code == 0
    (command,) = commands
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    settings = next(part.split("=", 1)[1] for part in command if "app_settings_dir" in part)
    overrides = json.loads((Path(settings) / "overrides.json").read_text(encoding="utf-8"))
    assert overrides["@jupyterlab/translation-extension:plugin"] == {"locale": "de_DE"}


def test_a_range_is_never_parted_by_a_column():
    # 20 cells of "191 bis 438" beside a text that would take all the room.
    frame = pd.DataFrame({"range": ["191 bis 438"] * 20, "text": ["Wort " * 60] * 20})
    columns = [Column("range", "Spanne"), Column("text", "Text")]
    layout = fitting.fit(Table(frame, columns, "Befund", SOURCE).content)
    needed = fitting.text_width("191\u00a0bis\u00a0438") * layout.size + fitting.GUTTER_PT
    assert layout.widths[0] >= needed


def test_room_goes_where_it_lowers_most_rows():
    # One long name; the places would wrap in every row if both got the same part of their wish.
    frame = pd.DataFrame({
        "name": ["Kurs"] * 30 + ["Begleitung " * 12],
        "place": ["Neustadt an der Orla, Haus der Begegnung am Markt, Erdgeschoss"] * 31,
    })  # fmt: skip
    columns = [Column(name, name) for name in frame]
    layout = fitting.fit(Table(frame, columns, "Befund", SOURCE).payload())
    needed = fitting.text_width(frame["place"][0]) * layout.size + fitting.GUTTER_PT
    assert layout.widths[1] >= needed


def test_commas_of_a_column_stand_below_each_other():
    frame = pd.DataFrame({"value": ["1\u202f234", "0,25", "17:00"]})
    table = Table(frame, [Column("value", "Wert", "number")], "Befund", SOURCE)
    assert table.payload()["head"][0]["places"] == 2
    files = compose(notebook(shown(table)), "demo").files
    data = [json.loads(content) for name, content in files.items() if name.startswith("data-")]
    assert data[0]["filling"] == [[",00"], [""], [""]]
    assert '<span class="leer" aria-hidden="true">,00</span>' in table.html()


@pytest.mark.parametrize("count", range(33, 43, 3))
def test_the_source_is_never_alone_on_a_page(count):
    frame = pd.DataFrame({"ort": [f"Ort {i}" for i in range(count)]})
    table = Table(frame, [Column("ort", "Ortsname")], "Befund", SOURCE, note="Anmerkung " * 30)
    pages = pypdf.PdfReader(io.BytesIO(typeset(compose(notebook(shown(table)), "demo")))).pages
    told = [page.extract_text() for page in pages]
    last = next(text for text in told if SOURCE in " ".join(text.split()))
    assert f"Ort {count - 1}" in last
