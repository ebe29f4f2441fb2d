"""What a browser and its reader find in a page: landmarks, names, tables behind the charts."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from itertools import pairwise
from urllib.parse import unquote

import pandas as pd
import pytest
from bs4 import BeautifulSoup, NavigableString

from sokanalysis.report import page
from sokanalysis.report.errors import ReportError
from sokanalysis.report.exporter import PageExporter
from sokanalysis.report.outputs import read_blocks
from sokanalysis.show import Column, Data, Figure, Map, Table
from sokanalysis.shown import svg_address
from tests.browsing import RULES, audit, browser, needs_browser, violations
from tests.sample_notebooks import (
    RISES,
    SOURCE,
    drawing,
    markdown,
    notebook,
    shown,
    whole_notebook,
)  # fmt: skip
from tests.screen_reader import missing, told

ALT = f"Eine Linie {RISES}"
PLACES = Data(("Ort", "Menschen"), [("Schleiz", "1,5"), ("Pößneck", "12")])


def folium_map():
    import folium

    leaflet = folium.Map(tiles=None)
    leaflet.fit_bounds([[50.4, 11.4], [50.8, 12.0]])
    folium.Rectangle([[50.4, 11.4], [50.8, 12.0]], tooltip="Kreis").add_to(leaflet)
    return leaflet


def rich_notebook():
    twice = pd.DataFrame({"feld": ["A", "A"], "art": ["x", "y"]})
    columns = [Column("feld", "Feld"), Column("art", "Art")]
    return notebook(
        *whole_notebook().cells,
        shown(Map(folium_map, drawing(), "Eine Karte", SOURCE, f"Karte: {ALT}", data=PLACES)),
        shown(Figure(drawing(), "Lang", SOURCE, f"{ALT}; " * 30, data=PLACES)),
        shown(Table(twice, columns, "Zweimal dasselbe Feld", SOURCE)),
    )


def exported(cells) -> str:
    return PageExporter().from_notebook_node(cells, {"metadata": {"name": "demo"}})[0]


@pytest.fixture(scope="module")
def html() -> str:
    return exported(rich_notebook())


@pytest.fixture(scope="module")
def soup(html):
    return BeautifulSoup(html, "html.parser")


@pytest.fixture(scope="module")
def file(html, tmp_path_factory):
    written = tmp_path_factory.mktemp("seite") / "demo.html"
    written.write_text(html, encoding="utf-8")
    return written


@pytest.fixture(scope="module")
def started():
    with browser() as opened:
        yield opened


def test_it_has_landmarks_one_title_and_a_way_past_them(soup):
    assert soup.html["lang"] == "de"
    for landmark in ("header", "nav", "main", "footer"):
        assert len(soup.body.find_all(landmark)) == 1
    assert soup.nav["aria-labelledby"] == soup.nav.h2["id"]
    assert [h.text for h in soup.find_all("h1")] == ["Bericht über Größe und Maß"]
    assert soup.title.text == "Bericht über Größe und Maß – An den Kreistag · Saale-Orla-Kreis"
    skip = soup.body.find("a")
    assert skip["href"] == f"#{soup.main['id']}"


def test_headings_skip_no_level_and_stand_in_the_contents(soup):
    headings = soup.find_all(re.compile(r"h[1-6]"))
    levels = [int(heading.name[1]) for heading in headings]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [tag["id"] for tag in soup.find_all(id=True)]
    assert len(ids) == len(set(ids))
    listed = [(link.text, link["href"][1:]) for link in soup.nav.find_all("a")]
    assert [text for text, _ in listed] == ["Anlass", "Mitte", "Maßnahmen", "M 1 · Kurs verlegen"]
    for text, anchor in listed:
        assert text in soup.find(id=anchor).text


def test_tables_have_captions_and_heads_with_a_direction(soup):
    tables = soup.select(".tabelle table")
    assert [table.caption.text for table in tables] == [
        "Tabelle 1: Zweihundert Orte", "Tabelle 2: Zwölf Spalten",
        "Tabelle 3: Zweimal dasselbe Feld",
    ]  # fmt: skip
    assert {head["scope"] for head in soup.select("thead th")} == {"col"}
    assert {head["scope"] for head in soup.select("tbody th")} == {"row"}
    # 200 places name their rows; in the last table two rows have the same first cell.
    assert [len(table.select("tbody th")) for table in tables] == [200, 3, 0]


def test_pictures_have_words_and_their_numbers_as_a_table(soup):
    for number, figure in enumerate(soup.select("figure.abbildung"), start=1):
        assert figure.figcaption.text.startswith(f"Abbildung {number}: ")
        assert figure.img["alt"].strip()
    third = soup.select("figure.abbildung")[2]
    table = third.find("summary", string="Daten als Tabelle").find_next("table")
    for filler in table.select("[aria-hidden]"):  # unseen, so that commas stand below each other
        filler.extract()
    assert [[c.text for c in row.find_all(["th", "td"])] for row in table.find_all("tr")] == [
        ["Ort", "Menschen"], ["Schleiz", "1,5"], ["Pößneck", "12"],
    ]  # fmt: skip


def test_a_long_description_is_short_where_a_table_says_the_rest(soup):
    long = soup.select("figure.abbildung")[3].img["alt"]
    assert len(long) < 480
    assert long.endswith("Alle Werte stehen in der Tabelle unter der Abbildung.")
    assert (
        exported(notebook(shown(Figure(drawing(), "B", SOURCE, "Wort " * 200)))).count("Wort Wort")
        == 100
    )  # 200 words, whole: there is no table


def read_aloud(soup) -> str:
    """What a screen reader says of the main part, details closed."""
    said = []
    for node in soup.main.descendants:
        hidden = [p for p in node.parents if p.name in ("details", "style") or p.get("aria-hidden")]
        if hidden:
            continue
        if isinstance(node, NavigableString):
            said.append(str(node))
        elif node.name == "img":
            said.append(node["alt"])
    return "".join(said)


def test_it_is_read_in_the_order_of_the_notebook():
    blocks = read_blocks(whole_notebook())
    soup = BeautifulSoup(exported(whole_notebook()), "html.parser")
    assert missing(read_aloud(soup), told(blocks)) == []


def test_maps_move_in_a_frame_without_rights(soup):
    (frame,) = soup.find_all("iframe")
    assert frame["sandbox"] == ["allow-scripts"]
    assert frame["loading"] == "lazy"
    assert frame["title"] == f"Karte: {ALT}"
    scripts = BeautifulSoup(frame["srcdoc"], "html.parser").find_all("script")
    (policy,) = soup.find_all("meta", attrs={"http-equiv": "Content-Security-Policy"})
    assert "default-src 'none'" in policy["content"]
    for script in scripts:
        digest = b64encode(sha256(script.string.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy["content"]
    assert len(scripts) > 1
    assert not soup.find_all("script")


def test_a_page_without_maps_allows_no_script():
    assert "script-src &#39;none&#39;" in exported(notebook(markdown("# Eins")))


@pytest.mark.parametrize(
    ("kind", "said"),
    [("table", "Von 3 Tabellen kamen 2"), ("figure", "Von 4 Abbildungen kamen 3"),
     ("factsheet", "Von 1 Steckbriefe kamen 0")],
)  # fmt: skip
def test_what_gets_lost_stops_the_export(monkeypatch, kind, said):
    whole, lost = page.Body.part, []

    def part(self, block):
        if block.kind == kind and not lost:
            lost.append(block)
            return ""
        return whole(self, block)

    monkeypatch.setattr(page.Body, "part", part)
    with pytest.raises(ReportError, match=f"demo.ipynb: {said} auf der Seite an"):
        exported(rich_notebook())


def test_an_author_cannot_write_markup():
    html = exported(notebook(markdown("# A\n\n1 < 2 & `<i>`")))
    assert "1 &lt; 2 &amp; <code>&lt;i&gt;</code>" in html


def test_a_drawing_as_an_address_is_the_same_drawing():
    svg = '<svg a="1"\n b="50%">\n<!-- # & < ä --></svg>'
    address = str(svg_address(svg))
    assert not set('"<>&#\n') & set(address)
    kind, _, text = address.partition(",")
    assert kind == "data:image/svg+xml"
    assert unquote(text) == "<svg a='1' b='50%'> <!-- # & < ä --></svg>"


@needs_browser
def test_axe_finds_nothing_wide_narrow_or_dark(started, file):
    assert audit(started, [file]) == {"demo": []}


FAULTS = {
    "image-alt": '<img src="data:,">',
    "color-contrast": '<p style="color:#bbb;background:#fff">blass</p>',
    "Anfrage an https://": '<img alt="x" src="https://example.org/x.png">',
    "breiter als 320": '<p style="width:900px">breit</p>',
    "heading-order": "<h5>zu tief</h5>",
    "scope-attr-valid": '<table><tr><th scope="oben">x</th></tr></table>',
}


@needs_browser
def test_the_browser_sees_what_is_wrong(started, html, tmp_path):
    damaged = tmp_path / "damaged.html"
    damaged.write_text(html.replace("</main>", "".join(FAULTS.values()) + "</main>"), "utf-8")
    found = audit(started, [damaged], ["schmal", "breit"])["damaged"]
    for fault in FAULTS:
        assert any(fault in said for said in found), fault
    # The policy keeps the request from being made, and says so.
    assert any("Content Security Policy" in said for said in found)


@needs_browser
def test_a_map_draws_itself_when_it_is_opened(started, file):
    tab, said = started.new_page(viewport={"width": 1000, "height": 800}), []
    tab.on("console", lambda message: said.append(message.text))
    tab.goto(file.as_uri())
    tab.get_by_text("Karte zum Bewegen").click()
    shape = tab.frame_locator("iframe").locator("path.leaflet-interactive")
    shape.wait_for(timeout=20_000)
    # It was folded away without a size when it was made; now the district fills it.
    assert shape.bounding_box()["height"] > 250
    # What stands in a frame is no document of its own: landmarks are the page's.
    assert violations(tab.frames[1], {}, RULES[:-1]) == []
    assert said == []
    tab.close()


@needs_browser
def test_the_first_key_leads_past_the_contents(started, file):
    tab = started.new_page(viewport={"width": 800, "height": 600})
    tab.goto(file.as_uri())
    tab.keyboard.press("Tab")
    skip = tab.locator(":focus")
    assert skip.inner_text() == "Zum Inhalt springen"
    assert skip.bounding_box()["x"] >= 0
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert tab.evaluate(outline) == "solid"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "hauptteil"
    tab.close()
