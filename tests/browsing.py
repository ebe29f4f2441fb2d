"""What a browser finds wrong with pages: axe-core, errors, requests, and what overflows.

One browser for all pages. It is the system's Chromium; where there is none, tests are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Contrast is by far the slowest rule; a narrow page has the same colours.
CONTRAST = {"color-contrast": {"enabled": False}}
# A page zoomed to 400 per cent on a screen of 1280 pixels is as wide as one of 320.
VIEWS = {
    "breit": (1280, "light", {}), "dunkel": (1280, "dark", {}), "schmal": (320, "light", CONTRAST),
}  # fmt: skip
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true; })"
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# axe asks for places again and again; drawing large images each time would take half of it.
HOLLOW = """document.querySelectorAll('img').forEach(image => {
  image.style.height = image.getBoundingClientRect().height + 'px';
  image.src = 'data:,';
})"""


def chromium() -> str | None:
    """Where the system's browser is."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if (path := shutil.which(name))), None)


needs_browser = pytest.mark.skipif(chromium() is None, reason="Chromium ist nicht installiert")


@contextmanager
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()


def audit(
    started: Any, files: Iterable[Path], views: Iterable[str] = VIEWS
) -> dict[str, list[str]]:
    """What is wrong with each page, by name; nothing wrong is an empty list."""
    return {
        file.stem: [said for view in views for said in _faults(started, file, view)]
        for file in files
    }


def _faults(started: Any, file: Path, view: str) -> Iterator[str]:
    width, scheme, rules = VIEWS[view]
    page = started.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    noted: list[str] = []
    page.on("console", lambda said: noted.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("request", _noting(noted))
    page.goto(file.resolve().as_uri())
    page.evaluate(OPEN_ALL)
    if page.evaluate(TOO_WIDE):
        noted.append(f"breiter als {width} Punkte")
    page.evaluate(HOLLOW)
    noted += violations(page, rules)
    page.close()
    yield from (f"{view}: {fault}" for fault in noted)


def _noting(noted: list[str]) -> Callable[[Any], None]:
    def note(request: Any) -> None:
        if not request.url.startswith(("file:", "data:", "about:")):
            noted.append(f"Anfrage an {request.url}")

    return note


def violations(page: Any, rules: dict[str, Any], tags: list[str] = RULES) -> list[str]:
    """What axe-core finds in a page or a frame."""
    from axe_playwright_python.sync_playwright import Axe

    options = {
        "runOnly": {"type": "tag", "values": tags}, "rules": rules, "resultTypes": ["violations"],
    }  # fmt: skip
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{violation['id']}: {node['target'][0]} – {node['html'][:120]}"
        for violation in found
        for node in violation["nodes"]
    ]
