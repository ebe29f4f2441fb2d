"""Further documents from the same cells: each holds what is tagged for it, and the same numbers."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import subprocess
import sys
from functools import cache
from importlib.metadata import version
from itertools import pairwise

import nbformat
import pandas as pd
import pypdf
import pytest
from matplotlib.figure import Figure as Drawing
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from sokanalysis import style
from sokanalysis.report.document import compose
from sokanalysis.report.edition import headings
from sokanalysis.report.editions import (
    QUESTION,
    brief_notebook,
    joint_notebook,
    plain_notebook,
)
from sokanalysis.report.errors import ReportError
from sokanalysis.report.origin import origins, write_origins
from sokanalysis.report.outputs import read_blocks
from sokanalysis.report.page import render_page
from sokanalysis.report.typeset import typeset
from sokanalysis.show import (
    Column,
    Cover,
    DataState,
    Factsheet,
    Figure,
    Map,
    Note,
    Table,
    Text,
)  # fmt: skip

BASIS = ("Modellfahrplan – Arbeitsannahme", "Wege als Luftlinie – Arbeitsannahme")
IMPRINT = {
    "district": "Saale-Orla-Kreis", "publisher": "Landratsamt", "submission": "Vorlage 12/2026",
    "body": "Kreistag", "meeting": "14. Dezember 2026",
}  # fmt: skip
NAMES = ("Bestand", "Erreichbarkeit", "Empfehlungen")
FOOT = f"Datenstand 1. März 2026 · sokanalysis {version('sokanalysis')}"


def shown(*objects, tags=()):
    outputs = [new_output("display_data", data=o._repr_mimebundle_()) for o in objects]
    return new_code_cell("x = 1", outputs=outputs, metadata={"tags": list(tags)} if tags else {})


def drawing(height_mm: float = 40) -> Drawing:
    figure = Drawing(figsize=style.figure_size(height_mm))
    figure.subplots().plot([0, 1], [0, 1])
    return figure


def interactive():
    import folium

    return folium.Map(tiles=None, location=(50.6, 11.7), zoom_start=9)


def five() -> Table:
    titles = [f"Kurs {number} verlegen" for number in range(1, 6)]
    frame = pd.DataFrame({"title": titles, "gain": [50, 40, 30, 20, 10], "cost": [500] * 5})
    columns = [Column("title", "Maßnahme"), Column("gain", "zusätzlich", "number"),
               Column("cost", "Kosten im Jahr", "number", unit="€")]  # fmt: skip
    return Table(frame, columns, "Fünf Maßnahmen", "Quelle: Test")


def figure(caption: str, height_mm: float = 40) -> Figure:
    return Figure(drawing(height_mm), caption, "Quelle: Test", caption, BASIS)


def opening(name: str) -> list:
    return [
        new_markdown_cell(f"# Frage von {name}\n\nSichtbarlang"),
        shown(DataState({"amtlich": 3}, "Gezählt.", dt.date(2026, 3, 1), IMPRINT)),
    ]


def cover(name: str, *values: str) -> object:
    numbers = [(value, f"{name} {place}", "") for place, value in enumerate(values, start=1)]
    return shown(Cover(f"Was fragt {name}?", numbers, f"1. {name} **beraten**", BASIS))


@cache
def executed(words: int = 30) -> tuple:
    """Three notebooks with outputs; the last one's notes have so many words."""
    long = "Wörter " * words
    first = [*opening("eins"), shown(figure("Befund eins")), shown(Text("## Mitte\n\nText")),
             shown(Text("# Einfach gesagt  \nEin Satz."), tags=["nur-einfach"]),
             shown(Text("Nurimlab"), tags=["nur-lab"]), cover("eins", "41", "51")]  # fmt: skip
    second = [*opening("zwei"), shown(five()), cover("zwei", "25 %", "15 %")]
    third = [
        *opening("drei"),
        shown(figure("Befund Wasserfall", 60), tags=["kurzfassung"]),
        new_markdown_cell("## Wo"),
        shown(Map(interactive, drawing(70), "Befund Karte", "Quelle: Test", "Karte", BASIS),
              tags=["kurzfassung"]),
        new_markdown_cell("# Steckbriefe"),
        shown(Factsheet("S1", "Kurs verlegen", [("Ziel", "mehr")]),
              Factsheet("S2", "Bus bestellen", [("Ziel", "mehr")])),
        shown(five(), tags=["nur-kurzfassung"]),
        shown(Note("annahme", f"Nurkurz unsicher. {long}", BASIS), tags=["nur-kurzfassung"]),
        shown(Note("beschluss", f"1. Ob {long}\n2. Ob nicht"), tags=["nur-kurzfassung"]),
        cover("drei", "33 %", "12"),
    ]  # fmt: skip
    return tuple(
        new_notebook(cells=cells, metadata={"sokanalysis": {"titel": name, "datei": name}})
        for name, cells in zip(NAMES, (first, second, third), strict=True)
    )


MAKERS = {
    "kurzfassung": brief_notebook, "einfach": plain_notebook, "gesamtbericht": joint_notebook,
}  # fmt: skip


@cache
def made(name: str) -> object:
    return MAKERS[name](executed()) if name in MAKERS else executed()[NAMES.index(name)]


@cache
def pdf(name: str) -> bytes:
    return typeset(compose(made(name), name))


@cache
def reader(name: str) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf(name)))


@cache
def pages(name: str) -> tuple[str, ...]:
    return tuple(plain(sheet.extract_text()) for sheet in reader(name).pages)


@cache
def html(name: str) -> str:
    return render_page(made(name), name)[0]


def plain(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def visible(page: str) -> str:
    """Return a page's words without its head, maps and drawings."""
    body = re.sub(r"<iframe.*?</iframe>|<style>.*?</style>", "", re.split("<body[^>]*>", page)[1])
    return plain(re.sub(r"<[^>]*>", " ", body))


def places(text: str, words: list[str]) -> list[int]:
    found = [text.find(word) for word in words]
    assert -1 not in found, words[found.index(-1)]
    return found


# What stands where: a word of a cell, and the documents that show it.
WHERE = {
    "Sichtbarlang": {*NAMES, "gesamtbericht"},
    "Befund eins": {"Bestand", "gesamtbericht"},
    "Befund Karte": {"Empfehlungen", "gesamtbericht", "kurzfassung"},
    "Befund Wasserfall": {"Empfehlungen", "gesamtbericht", "kurzfassung"},
    "Bus bestellen": {"Empfehlungen", "gesamtbericht"},
    "Nurkurz": {"kurzfassung"},
    "Ein Satz.": {"einfach"},
    "Nurimlab": set(),
}


@pytest.mark.parametrize("name", [*NAMES, *MAKERS])
def test_tagged_cells_stand_where_they_should_and_nowhere_else(name):
    for shown_there in (" ".join(pages(name)), visible(html(name))):
        found = {word for word in WHERE if word in shown_there}
        assert found == {word for word, documents in WHERE.items() if name in documents}


def test_the_brief_has_two_pages_in_the_order_of_a_decision():
    assert len(pages("kurzfassung")) == 2
    order = ["Wer kann wirklich", "41", "25 %", "33 %", "Befund Karte", "Befund Wasserfall",
             "Fünf Maßnahmen", "Nurkurz unsicher", "Zu entscheiden ist"]  # fmt: skip
    for told in (" ".join(pages("kurzfassung")), visible(html("kurzfassung"))):
        assert plain(QUESTION) in told
        found = places(told, order)
        assert found == sorted(found)
        assert all(f"Kurs {number} verlegen" in told for number in range(1, 6))
        assert "Kosten im Jahr" in told


def test_the_numbers_of_the_brief_are_the_first_of_each_cover():
    (numbers,) = [b.data["numbers"] for b in read_blocks(made("kurzfassung"))
                  if b.kind == "key_figures"]  # fmt: skip
    covers = [b.data for n in executed() for b in read_blocks(n) if b.kind == "cover"]
    assert numbers == [cover["numbers"][0] for cover in covers]
    assert [number["value"] for number in numbers] == ["41", "25 %", "33 %"]


@pytest.mark.parametrize("words", [100, 250])
def test_long_texts_of_the_brief_are_set_smaller(words):
    document = compose(brief_notebook(executed(words)), "kurz")
    assert len(pypdf.PdfReader(io.BytesIO(typeset(document))).pages) == 2


def test_a_brief_that_cannot_fit_is_refused():
    # 3 000 words fill some six pages; the smallest type saves two fifths.
    with pytest.raises(ReportError, match=r"hat \d Seiten statt 2; bitte Text kürzen"):
        typeset(compose(brief_notebook(executed(3000)), "kurz"))


def test_the_joint_document_has_one_cover_one_contents_and_a_page_for_each_part():
    texts = pages("gesamtbericht")
    assert "Was gefragt war" in texts[0]
    head = "Wer kann teilnehmen? Saale-Orla-Kreis Inhalt"
    assert sum(text.startswith(head) for text in texts) == 1
    for number, name in enumerate(NAMES, start=1):
        starts = [t for t in texts if f"Saale-Orla-Kreis {number} {name} Was fragt" in t]
        assert len(starts) == 1
    assert sum(" ".join(texts).count(f"Was fragt {name}?") for name in ("eins", "zwei")) == 2


def test_the_joint_contents_name_factsheets_once():
    (contents,) = [text for text in pages("gesamtbericht") if " Inhalt " in text]
    assert "Steckbriefe" in contents
    assert "Kurs verlegen" not in contents
    titles = flat(reader("gesamtbericht").outline)
    assert "S2 · Bus bestellen" in titles  # a reader still jumps to each


def flat(items) -> list[str]:
    found = []
    for item in items:
        found += flat(item) if isinstance(item, list) else [item.title]
    return found


def test_joint_figures_and_tables_are_numbered_through():
    text = " ".join(pages("gesamtbericht"))
    assert re.findall(r"(?:Abbildung|Tabelle) \d+", text) == [
        "Abbildung 1", "Tabelle 1", "Abbildung 2", "Abbildung 3",
    ]  # fmt: skip
    assert re.findall(r"(?:Abbildung|Tabelle) \d+(?=:)", visible(html("gesamtbericht"))) == [
        "Abbildung 1", "Tabelle 1", "Abbildung 2", "Abbildung 3",
    ]  # fmt: skip


def test_the_joint_document_holds_as_much_as_the_three():
    single = [compose(notebook, "x").expected for notebook in executed()]
    joint = compose(made("gesamtbericht"), "x").expected
    assert joint == {label: sum(one[label] for one in single) for label in joint}
    assert joint == {"abbildung": 3, "tabelle": 1, "steckbrief": 2}


def levels(notebook) -> list[tuple[int, str]]:
    return [heading for block in read_blocks(notebook) for heading in headings(block)]


def test_joint_headings_are_one_level_lower_without_jumps():
    found = levels(made("gesamtbericht"))
    assert found == [
        (1, "Bestand"), (2, "Frage von eins"), (3, "Mitte"), (1, "Erreichbarkeit"),
        (2, "Frage von zwei"), (1, "Empfehlungen"), (2, "Frage von drei"), (3, "Wo"),
        (2, "Steckbriefe"),
    ]  # fmt: skip
    # On the page a part is h2; every step down is one level.
    steps = [int(level) for level in re.findall(r"<h([1-6])[ >]", html("gesamtbericht"))]
    assert all(after - before <= 1 for before, after in pairwise(steps))


def test_a_title_that_names_its_document_is_not_repeated():
    cells = [new_markdown_cell("# Bestand\n\nText"), new_markdown_cell("## Kapitel"),
             *opening("x")[1:], cover("x", "1")]  # fmt: skip
    notebook = new_notebook(cells=cells, metadata={"sokanalysis": {"titel": "Bestand"}})
    assert levels(joint_notebook([notebook])) == [(1, "Bestand"), (2, "Kapitel")]


def test_the_submission_stands_on_the_title_page():
    line = "Vorlage 12/2026 · Kreistag · 14. Dezember 2026"
    for name in MAKERS:
        assert line in pages(name)[0]
        assert line in visible(html(name))


def test_without_a_submission_there_is_no_line_for_it():
    bare = without_submission()
    assert "Vorlage" not in " ".join(plain(s.extract_text()) for s in bare.pages)


def without_submission() -> pypdf.PdfReader:
    state = DataState({"amtlich": 1}, "Text.", dt.date(2026, 3, 1), {"district": "Kreis"})
    notebook = new_notebook(cells=[shown(state), cover("x", "1")],
                            metadata={"sokanalysis": {"titel": "Eins"}})  # fmt: skip
    return pypdf.PdfReader(io.BytesIO(typeset(compose(joint_notebook([notebook]), "x"))))


@pytest.mark.parametrize("name", [*NAMES, "kurzfassung", "gesamtbericht"])
def test_every_foot_names_data_state_and_version(name):
    for number, sheet in enumerate(reader(name).pages, start=1):
        lines = [plain(line) for line in sheet.extract_text().splitlines()]
        foot = [line for line in lines if line.startswith(FOOT)]
        assert len(foot) == 1, (name, number)  # on one line
    assert FOOT in visible(html(name))


def test_the_plain_foot_says_it_in_plain_words():
    foot = FOOT.replace("Datenstand", "Stand der Daten:")
    assert all(foot in text for text in pages("einfach"))
    assert foot in visible(html("einfach"))


LONG = "Teilnahmemöglichkeitsbescheinigung"


def plain_texts(markdown: str) -> list[tuple[float, float, str]]:
    """Return x, size and words of what the plain edition sets."""
    cells = [shown(Text(markdown), tags=["nur-einfach"]), *opening("x")[1:], cover("x", "1")]
    notebook = new_notebook(cells=cells, metadata={"sokanalysis": {"titel": "Eins"}})
    found = []

    def note(text, cm, tm, _, size):
        if text.strip():
            found.append((cm[0] * tm[4] + cm[4], size * abs(cm[0] * tm[0]), text.strip()))

    document = compose(plain_notebook([notebook]), "x")
    for sheet in pypdf.PdfReader(io.BytesIO(typeset(document))).pages:
        sheet.extract_text(visitor_text=note)
    return found


def test_the_plain_edition_is_large_left_and_never_hyphenated():
    texts = plain_texts("# Eins\n\nEin Satz.  \nZwei.\n\n" + f"{LONG} " * 12)
    body = [entry for entry in texts if LONG in entry[2] or "Satz" in entry[2]]
    assert all(size == pytest.approx(12) for _, size, _ in body)
    assert sum(text.count(LONG) for *_, text in texts) == 12  # none torn apart
    # 25 mm are 70,9 pt: every line starts there and holds at most some sixty letters.
    starts = {round(x) for x, _, text in body}
    assert starts == {71}
    assert all(len(text) <= 75 for *_, text in body)


def test_the_plain_page_is_large_too():
    assert '<body class="einfach">' in html("einfach")
    assert "<body>" in html("kurzfassung")
    assert re.search(r"\.einfach\{[^}]*hyphens:manual", html("einfach"))


def test_in_the_plain_edition_each_sentence_has_its_line():
    texts = [text for *_, text in plain_texts("# Eins\n\nEin Satz.  \nZwei Sätze.")]
    assert "Ein Satz." in texts
    assert "Zwei Sätze." in texts


WRITE = """
import sys, nbformat
from pathlib import Path
from sokanalysis.report import build
from sokanalysis.report.origin import origins, write_origins
folder = Path(sys.argv[1])
notebooks = [nbformat.read(folder / f"{number}.ipynb", 4) for number in range(3)]
write_origins([entry for one in notebooks for entry in origins(one, "x")], folder)
build._editions([build._Built(one, []) for one in notebooks], folder)
"""


def test_the_same_cells_give_the_same_bytes_in_another_process(tmp_path):
    for number, notebook in enumerate(executed()):
        nbformat.write(notebook, tmp_path / f"{number}.ipynb")
    environment = os.environ | {"PYTHONHASHSEED": "7"}  # another order of sets
    subprocess.run([sys.executable, "-c", WRITE, str(tmp_path)], env=environment, check=True)
    for name in MAKERS:
        assert (tmp_path / f"{name}.pdf").read_bytes() == pdf(name)
        assert (tmp_path / f"{name}.html").read_text(encoding="utf-8") == html(name)
    told = (tmp_path / "herkunft.json").read_bytes()
    saved = [nbformat.read(tmp_path / f"{number}.ipynb", 4) for number in range(3)]
    here = [entry for one in saved for entry in origins(one, "x")]
    assert write_origins(here, tmp_path).read_bytes() == told


def test_the_same_objects_give_the_same_cells():
    executed.cache_clear()
    again = executed()
    executed.cache_clear()
    for one, other in zip(again, executed(), strict=True):
        assert [c.get("outputs") for c in one.cells] == [c.get("outputs") for c in other.cells]
