"""A real browser on the real pages: `neta web` on a copy of the sample home, and the machine's chromium.

Whatever a page does that no page of ours may do fails the test that opened it: a request to another host, a message on
the console, an error in a script.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.dashboards.test_coder_page import small_page
from tests.standins.raw import unused_port

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SECONDS = 180  # for anything at all, on a machine that is busy
WIDE, NARROW = 1200, 400  # px


@dataclass(frozen=True)
class Served:
    """A home whose pages are on show. address: http://127.0.0.1:PORT, without a slash at its end."""

    home: Path
    address: str


@contextmanager
def serving(home: Path) -> Iterator[Served]:
    """`neta web` on a home, in a process of its own, until the block ends."""
    port = unused_port()
    command = [sys.executable, "-m", "flows.cli", "web", "--home", str(home), "--port", str(port)]
    env = {name: value for name, value in os.environ.items() if not name.startswith("NETA_")}
    child = subprocess.Popen(command, env=env | {"PYTHONPATH": str(ROOT)}, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        _wait_for(f"http://127.0.0.1:{port}/healthz", child)
        yield Served(home, f"http://127.0.0.1:{port}")
    finally:
        child.terminate()
        child.wait()


def _wait_for(address: str, child: subprocess.Popen) -> None:
    end = time.monotonic() + SECONDS
    while True:
        assert child.poll() is None, "neta web ended by itself"
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except OSError:
            assert time.monotonic() < end, "neta web does not answer"
            time.sleep(0.1)


@contextmanager
def driving(**options: object) -> Iterator:
    """The machine's chromium; skips and says why where it, or what drives it, is not."""
    if not CHROMIUM:
        pytest.skip("no chromium here (Debian: apt install chromium)")
    reason = "no playwright here (pip install -r requirements-browser.lock)"
    sync_playwright = pytest.importorskip("playwright.sync_api", reason=reason).sync_playwright
    flags = ["--no-sandbox"] if os.geteuid() == 0 else []  # as root chromium's own sandbox does not start
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags, **options)
        try:
            yield browser
        finally:
            browser.close()


@pytest.fixture(scope="session")
def served(sample_home, tmp_path_factory) -> Iterator[Served]:
    """For looking only: nobody decides anything here."""
    home = shutil.copytree(sample_home.path, tmp_path_factory.mktemp("shown") / "home", symlinks=True)
    (home / "reports" / "coder.html").write_text(small_page(), encoding="utf-8")  # measuring takes half a minute
    with serving(home) as shown:
        yield shown


@pytest.fixture(scope="module")  # a running Playwright holds the thread's event loop, which other tests need
def browser() -> Iterator:
    with driving() as browser:
        yield browser


@pytest.fixture
def visit(browser) -> Iterator[Callable]:
    """visit(served, …) opens a window of somebody new; at the end nothing may have happened that must not."""
    with watching() as opened:
        yield lambda shown, **options: opened(browser, shown, **options)


@contextmanager
def watching() -> Iterator[Callable]:
    """opened(browser, served, scheme=, width=, javascript=) gives a page whose every step is watched."""
    faults: list[str] = []
    contexts = []

    def opened(browser, shown: Served, scheme: str = "light", width: int = WIDE, javascript: bool = True):
        context = browser.new_context(
            base_url=shown.address,
            color_scheme=scheme,
            viewport={"width": width, "height": 900},
            java_script_enabled=javascript,
        )
        context.set_default_timeout(1000 * SECONDS)
        contexts.append(context)
        _watch(context, shown.address + "/", faults)
        return context.new_page()

    try:
        yield opened
        assert faults == []
    finally:
        for context in contexts:
            context.close()


def _watch(context, ours: str, faults: list[str]) -> None:
    def asked(request) -> None:
        if not request.url.startswith(ours):
            faults.append(f"left this machine: {request.url}")

    context.on("request", asked)
    context.on("console", lambda said: faults.append(f"console: {said.text} ({said.page.url})"))
    context.on("weberror", lambda failed: faults.append(f"script: {failed.error}"))


def by_axe(page, *rules: str) -> list:
    """What axe finds: (rule, up to three elements). rules: only these, else all."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"resultTypes": ["violations"]} | ({"runOnly": list(rules)} if rules else {})
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(Axe().axe_script)
    found = page.evaluate("options => axe.run(document, options).then(told => told.violations)", options)
    return [(fault["id"], [node["html"] for node in fault["nodes"]][:3]) for fault in found]
