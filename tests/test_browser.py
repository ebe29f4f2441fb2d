"""The desk in a real browser: JupyterLab and the stage, without a network.

Screenshots go to ``reports/bildschirme`` for somebody to look at.
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[1]
PICTURES = PROJECT / "reports" / "bildschirme"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_MS = 90_000  # a kernel on a busy machine starts slowly

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(*command: str, port: int, path: str, folder: Path):
    """A server of ours in a process of its own, as soon as it answers; gone afterwards."""
    places = {name: str(folder / name.lower()) for name in ("HOME", "JUPYTER_CONFIG_DIR")}
    settings = folder / "jupyter_config_dir"
    settings.mkdir()
    # Containers run as root; JupyterLab wants to be told that this is meant.
    (settings / "jupyter_server_config.json").write_text('{"ServerApp": {"allow_root": true}}')
    places["JUPYTER_TOKEN"] = "probe"
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", "from sokanalysis.cli import app; app()", *command],
            cwd=PROJECT, env=os.environ | places, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    address = f"http://127.0.0.1:{port}{path}"
    try:
        until = time.monotonic() + PATIENCE_MS / 1000
        while not answers(f"http://127.0.0.1:{port}/"):
            assert process.poll() is None, (folder / "server.log").read_text()
            assert time.monotonic() < until, (folder / "server.log").read_text()
            time.sleep(0.2)
        yield address
    finally:
        os.killpg(process.pid, 15)
        process.wait(30)


def answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=60).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    PICTURES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox"], downloads_path=str(PICTURES)
        )
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A page that reaches this machine only; what it asked for elsewhere, and its errors."""
    opened = browser.new_page(viewport={"width": 1366, "height": 900}, locale="de-DE")
    opened.set_default_timeout(PATIENCE_MS)
    elsewhere, errors = [], []
    own = re.compile(r"^(data|blob|about):|^(http|ws)://(127\.0\.0\.1|localhost):")
    opened.on("request", lambda r: own.match(r.url) or elsewhere.append(r.url))
    opened.on("console", lambda m: m.type == "error" and errors.append(m.text))
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.route(
        re.compile("."), lambda r: r.continue_() if own.match(r.request.url) else r.abort()
    )
    yield opened
    opened.close()
    assert elsewhere == []
    assert errors == []


def test_the_stage_answers_the_slider(page, tmp_path):
    port = free_port()
    options = ("buehne", "--no-browser", "--port", str(port))
    with served(*options, port=port, path="/", folder=tmp_path) as url:
        page.goto(url, wait_until="commit")
        page.get_by_text("Menschen (").wait_for()
        page.get_by_label("Handlungsfeld").select_option(label="Sprache und durchgängige Bildung")
        told = page.get_by_text(re.compile(r"^vorher [\d\s.]+"))
        told.wait_for()
        page.get_by_label("anwenden").first.check()
        page.get_by_text(re.compile(r"^vorher [\d\s.]+· \+")).wait_for()
        assert "neu erreichbar" in page.locator("svg[role=img]").first.get_attribute("aria-label")
        page.screenshot(path=PICTURES / "buehne.png")
        assert not page.get_by_text("playground(region)").is_visible()  # no code on the stage


def test_jupyterlab_opens_in_german_with_contents_and_runs(page, tmp_path):
    port = free_port()
    options = ("lab", "--no-browser", "--port", str(port))
    tree = "/lab/workspaces/sok/tree/spielwiese.ipynb?token=probe"
    with served(*options, port=port, path=tree, folder=tmp_path) as url:
        page.goto(url, wait_until="commit")
        page.get_by_role("menuitem", name="Datei").wait_for()
        page.get_by_text("| Leerlauf").wait_for()  # before, the menu lacks what a notebook brings
        page.get_by_role("menuitem", name="Ausführen", exact=True).click()
        page.get_by_text("Alle Zellen ausführen", exact=True).click()
        page.get_by_text("Menschen (").wait_for()
        page.screenshot(path=PICTURES / "jupyterlab.png")
        assert page.locator(".jp-TableOfContents").is_visible()
        assert page.locator("svg[role=img]").first.is_visible()
