"""What a browser finds wrong with pages: axe-core, errors, requests, and what overflows.

One browser for all pages. It is the system's Chromium; where there is none, tests are skipped.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

Found = dict[str, list[str]]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Contrast is by far the slowest rule; a narrow page has the same colours.
CONTRAST = {"color-contrast": {"enabled": False}}
# A page zoomed to 400 per cent on a screen of 1280 pixels is as wide as one of 320.
VIEWS = {
    "schmal": (320, "light", CONTRAST), "breit": (1280, "light", {}), "dunkel": (1280, "dark", {}),
}  # fmt: skip
OPEN_ALL = "document.querySelectorAll('details').forEach(d => { d.open = true; })"
TOO_WIDE = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
# axe asks for the place of every text again and again. Large images would be drawn each time, and
# the thirteenth row of a table says nothing that the twelfth did not.
SPARE = """document.querySelectorAll('img').forEach(image => {
  const { width, height } = image.getBoundingClientRect();
  image.style.aspectRatio = width + '/' + height;
  image.src = 'data:,';
});
document.querySelectorAll('tbody tr:nth-child(n+13)').forEach(row => { row.remove(); })"""


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


def audit(started: Any, files: Iterable[Path], views: Sequence[str] = (*VIEWS,)) -> Found:
    """What is wrong with each page, by name; nothing wrong is an empty list."""
    return {file.stem: _faults(started, file, views) for file in files}


def _faults(started: Any, file: Path, views: Sequence[str]) -> list[str]:
    page, noted = started.new_page(), []
    page.on("console", lambda said: noted.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: noted.append(str(error)))
    page.on("request", _noting(noted))
    page.goto(file.resolve().as_uri())
    page.evaluate(OPEN_ALL)
    for view in views:
        noted += [f"{view}: {fault}" for fault in _seen(page, view)]
    page.close()
    return noted


def _seen(page: Any, view: str) -> Iterator[str]:
    width, scheme, rules = VIEWS[view]
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    if page.evaluate(TOO_WIDE):
        yield f"breiter als {width} Punkte"
    page.evaluate(SPARE)
    yield from violations(page, rules)


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
