"""What a screen reader finds in a document: everything, in order, with names and directions."""

from __future__ import annotations

import io
import re
from itertools import product
from pathlib import Path

import pandas as pd
import pikepdf
import pytest
from pikepdf import Array, Name

from sokanalysis import style
from sokanalysis.report import page as page_module
from sokanalysis.report.document import compose
from sokanalysis.report.outputs import read_blocks
from sokanalysis.report.typeset import typeset
from sokanalysis.show import Column, Figure, Note, Table
from tests.sample_notebooks import SOURCE, drawing, markdown, notebook, shown, whole_notebook
from tests.screen_reader import Reader, faults, missing, squeezed

ADDRESS = "https://example.org/foerderung/sprache"
LONG = "Rechtsbehelfsbelehrungsverordnung Grundstücksverkehrsgenehmigungszuständigkeit "


def addresses() -> Table:
    frame = pd.DataFrame({"was": ["Kurs", "Rat"], "wo": [f"{ADDRESS}; dort", "–"]})
    return Table(frame, [Column("was", "Was"), Column("wo", "Wo")], "Zwei Adressen", SOURCE)


def nothing() -> Table:
    frame = pd.DataFrame({"a": [], "b": []})
    return Table(frame, [Column("a", "Was"), Column("b", "Wo")], "Nichts", SOURCE, note="Hinweis")


def rich_notebook():
    """One of everything, and what is hard to tell."""
    return notebook(*whole_notebook().cells, markdown(f"## Lang\n\n{LONG * 20}"),
                    shown(addresses()), shown(nothing()))  # fmt: skip


def made(cells) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(typeset(compose(cells, "demo"))))


@pytest.fixture(scope="module")
def blocks():
    return read_blocks(rich_notebook())


@pytest.fixture(scope="module")
def raw() -> bytes:
    return typeset(compose(rich_notebook(), "demo"))


@pytest.fixture
def document(raw):
    with pikepdf.open(io.BytesIO(raw)) as opened:
        yield opened


def test_nothing_is_lost_or_out_of_order(document, blocks):
    assert faults(document, blocks) == []


def test_it_is_read_aloud_as_it_is_written():
    frame = pd.DataFrame({"ort": ["Schleiz"], "zahl": [1200]})
    columns = [Column("ort", "Ort"), Column("zahl", "Menschen", "integer", unit="Anzahl")]
    cells = [
        markdown("# Anlass\n\nWarum **jetzt**?"),
        shown(Table(frame, columns, "Ein Ort", SOURCE)),
        shown(Figure(drawing(), "Es steigt", SOURCE, "Eine Linie steigt von null auf eins")),
        shown(Note("achtung", "Nur ein Test.")),
    ]
    with made(notebook(*cells, untertitel="", herausgeber="")) as pdf:
        assert list(Reader(pdf).spoken()) == [
            ("P", "Saale-Orla-Kreis"),
            ("P", "Datenstand 1. März 2026"),
            ("Title", "Bericht über Größe und Maß"),
            ("H1", "Inhalt"),
            ("TOCI", "1 Anlass \u20601"),
            ("H1", "1 Anlass"),
            ("P", "Warum jetzt?"),
            ("Caption", "Tabelle 1 Ein Ort"),
            ("TH", "Ort"),
            ("TH", "Menschen Anzahl"),
            ("TD", "Schleiz"),
            ("TD", "1 200"),
            ("P", SOURCE),
            ("Caption", "Abbildung 1 Es steigt"),
            ("Figure", "Eine Linie steigt von null auf eins"),
            ("P", SOURCE),
            ("P", "Achtung"),
            ("P", "Nur ein Test."),
        ]


def test_a_document_without_headings_has_its_title_as_one():
    with made(notebook(shown(Note("hinweis", "Text")))) as pdf:
        (heading,) = Reader(pdf).root.all("H1")
        assert heading.text == "Bericht über Größe und Maß"


def test_hyphens_of_the_typesetter_do_not_break_words(document):
    spoken = " ".join(text for _, text in Reader(document).spoken())
    assert spoken.count("\N{SOFT HYPHEN}") > 3  # so some words were broken
    assert spoken.replace("\N{SOFT HYPHEN}", "").count(LONG.strip()) == 20


def test_addresses_in_cells_are_links_that_say_where_they_lead(document):
    notes = [n for sheet in document.pages for n in sheet.get("/Annots", []) if "/A" in n]
    leads = [n for n in notes if "/URI" in n.A and ADDRESS in str(n.A.URI)]
    assert {str(note.A.URI) for note in leads} == {ADDRESS}
    assert all(str(note.Contents).strip() for note in leads)
    spoken = [link.text for link in Reader(document).root.all("Link")]
    assert ADDRESS in map(squeezed, spoken)


def first(pdf: pikepdf.Pdf, role: str) -> pikepdf.Dictionary:
    return Reader(pdf).root.all(role)[0].source


def without_scope(pdf):
    del first(pdf, "TH").A


def without_description(pdf):
    first(pdf, "Figure").Alt = pikepdf.String(" ")


def described_by_its_caption(pdf):
    first(pdf, "Figure").Alt = pikepdf.String("Erster Befund")


def without_language(pdf):
    del pdf.Root.Lang


def without_title_in_the_window(pdf):
    pdf.Root.ViewerPreferences.DisplayDocTitle = False


def without_bookmarks(pdf):
    with pdf.open_outline() as outline:
        outline.root.clear()


def with_a_leap(pdf):
    Reader(pdf).root.all("H2")[0].source.S = Name.H3


def without_a_cell(pdf):
    row = Reader(pdf).root.all("TR")[1].source
    row.K = Array([*row.K][:-1])


def with_a_link_that_says_nothing(pdf):
    note = next(n for sheet in pdf.pages for n in sheet.get("/Annots", []))
    note.Contents = pikepdf.String("")


def with_rows_in_another_order(pdf):
    body = max(Reader(pdf).root.all("TBody"), key=lambda body: len(body.elements)).source
    body.K = Array([*body.K][::-1])


def with_text_outside(pdf):
    sheet = pdf.pages[0]
    font = str(next(iter(sheet.resources.Font)))
    sheet.contents_add(f"BT {font} 9 Tf <0001> Tj ET".encode())


def without_a_figure(pdf):
    first(pdf, "Figure").S = Name.P


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (without_scope, "Kopf ohne Richtung"),
        (without_description, "Abbildung mit der Beschreibung „ “"),
        (described_by_its_caption, "Abbildung mit der Beschreibung „Erster Befund“"),
        (without_language, "fehlt: Sprache"),
        (without_title_in_the_window, "fehlt: Titel im Fenster"),
        (without_bookmarks, "Lesezeichen und Überschriften"),
        (with_a_leap, "Überschrift H3 nach H1"),
        (without_a_cell, "Tabelle mit Zeilen"),
        (with_a_link_that_says_nothing, "Verweis ohne Beschreibung"),
        (with_rows_in_another_order, "nicht vorgelesen"),
        (with_text_outside, "fehlt: nichts außerhalb der Struktur"),
        (without_a_figure, "gezählt"),
    ],
)
def test_what_checkers_miss_is_found(document, blocks, damage, said):
    damage(document)
    assert any(fault.startswith(said) for fault in faults(document, blocks))


def test_what_is_not_told_in_order_is_missing():
    expected = [(1, "eins"), (2, "zwei"), (3, "eins")]
    assert missing("eins zwei eins", expected) == []
    assert missing("ei\u00adns zw ei", expected) == ["Zelle 3: „eins“"]
    assert missing("zwei eins", expected) == ["Zelle 2: „zwei“", "Zelle 3: „eins“"]


def test_another_engine_finds_nothing_either(raw, tmp_path):
    outloud = pytest.importorskip("outloud", reason="zweite Prüfung nicht installiert")
    file = tmp_path / "demo.pdf"
    file.write_bytes(raw)
    # Rows that differ by a number only, it would take for a running head.
    result = outloud.check(str(file), skip=["PAG-001"])
    assert not result.error
    assert [(found.rule, found.message, found.evidence) for found in result.findings] == []


def luminance(colour: str) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
    )  # fmt: skip
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_that_of_wcag():
    # Black on white is 21; #767676 is the lightest grey that reaches 4.5 (WebAIM).
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") > 4.5 > contrast("#777777", "#ffffff")


def dark_colours() -> dict[str, str]:
    css = (Path(page_module.__file__).parent / "templates" / "page.css").read_text("utf-8")
    return dict(re.findall(r"--([a-z-]+):(#[0-9a-f]{6})", css))


LIGHT = {
    "ink": style.INK, "muted": style.MUTED, "accent": style.ACCENT, "attention": style.ATTENTION,
    "paper": style.PAPER, "sheet": "#ffffff", "band": style.ACCENT, "on-band": "#ffffff",
}  # fmt: skip


@pytest.mark.parametrize("colours", [LIGHT, dark_colours()], ids=["hell", "dunkel"])
def test_text_of_the_house_stands_out_from_what_it_stands_on(colours):
    assert set(colours) >= set(LIGHT)
    texts, grounds = ("ink", "muted", "accent", "attention"), ("sheet", "paper")
    ratios = {(t, g): contrast(colours[t], colours[g]) for t, g in product(texts, grounds)}
    ratios["on-band", "band"] = contrast(colours["on-band"], colours["band"])
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}
