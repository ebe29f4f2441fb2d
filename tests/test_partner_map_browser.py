"""The map for partners in a real browser, without a network; skipped where there is none."""

from __future__ import annotations

import shutil
from io import BytesIO

import pypdf
import pytest

from sokanalysis.itinerary import itinerary
from sokanalysis.partner_map import write_partner_map
from tests.conftest import villages
from tests.partner_maps import EVIL, district

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DESKTOP, PHONE = {"width": 1366, "height": 768}, {"width": 390, "height": 844}

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return write_partner_map(district(), tmp_path_factory.mktemp("karte") / "karte.html")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser, file):
    """Open the page at an address; afterwards nothing may have been asked, said or run."""
    contexts, seen = [], []

    def opened(address: str = "", viewport=DESKTOP, path=file, **options):
        context = browser.new_context(viewport=viewport, **options)
        context.set_offline(True)
        contexts.append(context)
        tab = context.new_page()
        tab.set_default_timeout(30_000)
        tab.on("console", lambda message: seen.append(f"{message.type}: {message.text}"))
        tab.on("pageerror", lambda error: seen.append(str(error)))
        tab.on("request", lambda asked: seen.append(asked.url))
        tab.goto(path.as_uri() + address)
        return tab

    yield opened
    for context in contexts:
        for tab in context.pages:
            assert tab.evaluate("window.hacked") is None
        context.close()
    assert [entry for entry in seen if not entry.startswith(("file:///", "data:"))] == []


def names(tab) -> list[str]:
    return tab.locator("button.offer").all_text_contents()


def test_a_village_is_chosen_and_told_when_to_leave(visit):
    tab = visit()
    assert tab.inner_text("#zahl") == "4 Angebote gefunden."
    tab.select_option("#ort", "Mitte")
    # Course and advice with B and C; the meeting is in Mitte itself; the hotline has no times.
    assert tab.inner_text("#zahl") == (
        "4 Angebote gefunden, 3 von Mitte (Dorf) aus erreichbar (in der Schulzeit, mit Rufbus)."
    )
    tab.click("[data-offer=A1]")
    told = tab.inner_text(".detail")
    assert "Hin: 08:30 Uhr los, 08:50 Uhr da" in told
    assert "Zurück: 12:25 Uhr los, 12:45 Uhr zu Hause" in told
    assert "Zeiten angenommen" in told
    assert tab.evaluate("location.hash") == "#ort=Mitte&angebot=A1"
    # In the holidays the course rests; nothing says otherwise.
    tab.check("input[value=ferien]")
    assert "nicht in dieser Zeit (Ferien)" in tab.inner_text(".detail")


def test_an_offer_shows_from_where_it_can_be_reached(visit):
    tab = visit("#angebot=A1&rufbus=nein")
    # Süd and Mitte; Nord has no way back, Abseits and Fern none out: two circles, three crosses.
    assert tab.locator("#legende li").all_inner_texts() == [
        "erreichbar ohne Rufbus", "nicht erreichbar", "1\nOrt des Angebots",
    ]  # fmt: skip
    tab.click(".villages summary")
    rows = [
        " | ".join(row.split("\t")) for row in tab.locator(".villages tbody tr").all_inner_texts()
    ]
    assert rows == [
        f"{EVIL} (Dorf) | Es gibt keine Fahrt, die rechtzeitig ankommt.",
        "Abseits (Dorf) | Es gibt keine Fahrt, die rechtzeitig ankommt.",
        "Mitte (Dorf) | erreichbar ohne Rufbus",
        "Nord (Dorf) | Nach dem Ende gibt es keine Fahrt nach Hause.",
        "Süd (Dorf) | erreichbar ohne Rufbus",
    ]
    # A click on a dot of the map chooses the village.
    tab.locator("#karte path.leaflet-interactive").nth(2).dispatch_event("click")
    assert tab.input_value("#ort") == "Nord"


@pytest.mark.parametrize(("village", "with_flex"), [("Mitte", False), ("Abseits", True)])
def test_the_page_tells_the_minutes_of_the_itinerary(visit, village, with_flex):
    # What the script unpacks against the legs of the engine. Mitte has buses, so nobody has to
    # order one; from Abseits only the on-demand bus comes in time.
    legs = itinerary(district(), "S1", village, "schultag", with_flex=with_flex)
    out, back = (legs[legs["direction"] == way] for way in ("hin", "zurück"))
    leave, arrive = out["departure_time"].iloc[0], out["arrival_time"].iloc[-1]
    depart, home = back["departure_time"].iloc[0], back["arrival_time"].iloc[-1]
    told = visit(f"#angebot=A1&ort={village}").inner_text(".detail")
    assert f"Hin: {leave} Uhr los, {arrive} Uhr da" in told
    assert f"Zurück: {depart} Uhr los, {home} Uhr zu Hause" in told
    assert ("Hin mit Rufbus, zurück mit Bus. Der Rufbus fährt nur" in told) == with_flex


def test_where_there_is_no_on_demand_bus_nobody_is_asked_about_it(visit, tmp_path):
    tab = visit(path=write_partner_map(villages(), tmp_path / "karte.html"))
    assert not tab.is_visible("#rufbus")
    assert not tab.is_visible("#rad")  # nobody rides a bike there
    tab.select_option("#ort", "Mitte")
    assert tab.inner_text("#zahl").endswith("aus erreichbar (in der Schulzeit).")
    assert tab.inner_text("#liste h3") == "Erreichbar (1)"


def test_search_and_filters_find_and_count(visit):
    tab = visit()
    tab.fill("#suche", "volkshochschule sued")
    assert names(tab) == ["Kurs", "Rat"]
    tab.fill("#suche", "SÜD")
    tab.click("#orte button")
    assert (tab.input_value("#ort"), tab.input_value("#suche")) == ("Süd", "")
    tab.click("#filter > summary")
    for control, value, found in (
        ("feld", "teilhabe", 3), ("art", "begegnung", 1), ("zielgruppe", "zugewanderte", 3),
        ("niveau", "A2", 1), ("sprache", "Ukrainisch", 1), ("tag", "Mi", 2),
        ("uhr", "nachmittag", 1), ("stelle", "Mitte", 1),
    ):  # fmt: skip
        tab.select_option(f"#{control}", value)
        assert len(names(tab)) == found, control
        assert tab.inner_text("#filterzahl") == "(1 aktiv)"
        tab.click("#leeren")
    tab.check("#nur")
    assert "D1" not in tab.evaluate(
        "Array.from(document.querySelectorAll('.offer'), b => b.dataset.offer)"
    )
    assert tab.evaluate("location.hash") == "#ort=S%C3%BCd&nur=erreichbar"


def test_a_link_brings_the_view_back_and_nonsense_does_nothing(visit):
    tab = visit("#ort=Mitte&zeit=ferien&rufbus=nein&rad=nein&art=migrationsberatung&angebot=B1")
    assert tab.input_value("#ort") == "Mitte"
    assert tab.is_checked("input[value=ferien]")
    assert not tab.is_checked("#rufbus")
    assert not tab.is_checked("#rad")
    assert names(tab) == ["Rat"]
    assert tab.get_attribute("[data-offer=B1]", "aria-expanded") == "true"
    tab.evaluate("location.hash = '#ort=<img src=x>&zeit=__proto__&feld=constructor&angebot=Z9'")
    tab.wait_for_function("document.getElementById('ort').value === ''")
    assert len(names(tab)) == 4


def test_the_keyboard_is_enough(visit):
    tab = visit("#ort=Mitte")
    tab.keyboard.press("Tab")
    tab.keyboard.press("Enter")  # the skip link
    assert tab.evaluate("document.activeElement.id") == "liste-titel"
    tab.keyboard.press("Tab")
    first = tab.evaluate("document.activeElement.dataset.offer")
    tab.keyboard.press("ArrowDown")
    second = tab.evaluate("document.activeElement.dataset.offer")
    assert first != second
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.dataset.offer") == second
    assert tab.evaluate("document.activeElement.getAttribute('aria-expanded')") == "true"
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert tab.evaluate(outline) == "solid"


def test_names_from_data_never_run(visit):
    tab = visit("#ort=Mitte&angebot=C1")
    assert EVIL in names(tab)
    assert tab.locator(".detail a").count() == 0  # javascript: is no address
    assert "javascript:" in tab.inner_text(".detail")
    tab.locator("#karte .sign b").first.hover(force=True)
    tab.click("[data-offer=C1]")
    tab.click("[data-offer=A1]")
    [link] = tab.locator(".detail a").all()
    assert link.get_attribute("rel") == "noopener noreferrer"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_barriers_are_found(visit, viewport):
    from axe_playwright_python.sync_playwright import Axe

    tab = visit("#ort=Mitte&angebot=A1&feld=sprache_bildung", viewport)
    tab.click("#datenstand summary")
    tab.click(".villages summary")
    found = Axe().run(tab).response["violations"]
    assert [(entry["id"], entry["nodes"][0]["html"]) for entry in found] == []
    if viewport is PHONE:
        tab.click("#datenstand summary")
        tab.click("button[data-view=karte]")
        assert tab.is_visible("#karte")
        assert not tab.is_visible("#panel")
        assert tab.evaluate("document.documentElement.scrollWidth") == PHONE["width"]


def test_the_leaflet_is_printed(visit):
    tab = visit("#ort=Mitte")
    pages = pypdf.PdfReader(BytesIO(tab.pdf(prefer_css_page_size=True))).pages
    text = " ".join(" ".join(page.extract_text() for page in pages).split())
    for said in (
        "Was Sie von Mitte aus erreichen", "Testkreis · Amt & Partner", "08:30 los 08:50 da",
        "12:25 los 12:45 zu Hause", "Modellfahrplan – Arbeitsannahme", "Zeiten nicht bekannt (1)",
        "Seite 1 von",
    ):  # fmt: skip
        assert said in text
    assert "Link kopieren" not in text


def test_without_javascript_there_is_a_table(visit):
    tab = visit(java_script_enabled=False)
    assert tab.locator("noscript tbody tr, main > table tbody tr").count() >= 4
    assert not tab.is_visible("#app")
