"""A browser and a JupyterLab for all browser tests, a page for each of them."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser.at_spi import NEEDED, program
from tests.browser.hub import proxy
from tests.browser.lab import MAX_WAIT_MS, ROOT, Lab, LabPage, run_lab, run_voila

_HERE = Path(__file__).parent
# Each page would draw an address bar, in a second of its own. The last such flag counts, so the rest is playwright's.
_FEATURES_OFF = """
WebUIOmniboxPopup WebUIOmniboxAimPopup AimEnabled AvoidCorsURLLoaderRestartOnRedirect
AvoidUnnecessaryBeforeUnloadCheckSync DestroyProfileOnBrowserClose HttpsFirstBalancedModeAutoEnable
HttpsUpgrades LensOverlay MediaRouter NetworkTimeServiceQuerying OptimizationHints PaintHolding
PreconnectToSearch ThirdPartyStoragePartitioning
"""
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    f"--disable-features={','.join(_FEATURES_OFF.split())}",
]
_NO_BROWSER = "no Chromium was found: install Debian's chromium, or name one in CHROMIUM"
_NO_PYODIDE = "npm found no Pyodide, which needs npm, Node.js and a network"
_NO_PROXY = "its proxy was not found: npm install --prefix build/node configurable-http-proxy"
_NOT_HEARD = "Firefox, WebKit or a screen for them was not found: install what .ci/run does"


def _chromium() -> str | None:
    return os.environ.get("CHROMIUM") or shutil.which("chromium")


@cache
def _has_pyodide() -> bool:
    """Whether npm can fetch what the course in JupyterLite is built with."""
    if not (npm := shutil.which("npm")):
        return False
    at_once = ("--fetch-retries", "0", "--fetch-timeout", "10000")
    asked = [npm, "view", f"pyodide@{PYODIDE_VERSION}", "version", *at_once]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def _left_out() -> dict[str, Path]:
    """Why tests are left out, and where they are; in CI none are."""
    if os.environ.get("CI") == "true":
        return {}
    if not _chromium():
        return {f"The browser tests were left out: {_NO_BROWSER}.": _HERE}
    left_out = {}
    if not all(map(program, NEEDED)):
        heard = f"What Firefox and WebKit tell was left out: {_NOT_HEARD}."
        left_out[heard] = _HERE / "test_heard.py"
        kept = f"That Firefox and WebKit keep the site's answers was left out: {_NOT_HEARD}."
        left_out[kept] = _HERE / "test_site_kept.py"
        live = f"That Firefox and WebKit run the whole course was left out: {_NOT_HEARD}."
        left_out[live] = _HERE / "test_live_kept.py"
    if not proxy():
        left_out[f"A class at a hub was left out: {_NO_PROXY}."] = _HERE / "test_hub.py"
    if not _has_pyodide():
        live = f"The whole course in the browser was left out: {_NO_PYODIDE}."
        left_out[live] = _HERE / "test_live.py"
        everywhere = f"The whole course in three browsers was left out: {_NO_PYODIDE}."
        left_out[everywhere] = _HERE / "test_live_kept.py"
    return left_out


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark browser tests; leave them out, and say so, where there is no browser and no CI."""
    for item in items:
        if _HERE in item.path.parents:
            item.add_marker(pytest.mark.browser)
    for place in _left_out().values():
        here = [item for item in items if place in (item.path, *item.path.parents)]
        items[:] = [item for item in items if item not in here]
        config.hook.pytest_deselected(items=here)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in plain words what was not tested."""
    for reason in _left_out():
        terminalreporter.write_line(reason)


# Scope "package", not "session": playwright keeps an event loop running in this thread, and tests
# of other folders start loops of their own.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all browser tests."""
    chromium = _chromium()
    if not chromium:
        pytest.fail(f"The browser tests cannot run: {_NO_BROWSER}.")
    expect.set_options(timeout=MAX_WAIT_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def lab_of_all(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """JupyterLab as `make lab` starts it, on a copy of the notebooks."""
    folder = tmp_path_factory.mktemp("lab") / "note books"  # a space, as in many a learner's path
    shutil.copytree(ROOT / "notebooks", folder)
    with run_lab(folder, tmp_path_factory.mktemp("jupyter")) as lab:
        yield lab


@pytest.fixture(scope="module")
def lab(lab_of_all: Lab) -> Iterator[Lab]:
    """JupyterLab for a module, which takes its kernels along when it ends: all of them are gigabytes."""
    yield lab_of_all
    lab_of_all.end_kernels()


@pytest.fixture(scope="package")
def voila(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """Voila on a folder of notebooks."""
    folder = tmp_path_factory.mktemp("voila")
    with run_voila(folder, tmp_path_factory.mktemp("voila-home")) as voila:
        yield voila


@pytest.fixture(scope="module")
def one_lab(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    """A page on the lab for a whole module, which turns from notebook to notebook; 1280 by 900."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = LabPage(context.new_page(), lab)
    yield page
    context.close()
    page.check()


@pytest.fixture
def open_lab(browser: Browser, lab: Lab) -> Iterator[Callable[..., LabPage]]:
    """Open a page on the lab, with any option of playwright's `new_context`; checked at its end."""
    opened: list[LabPage] = []

    def new(**options: Any) -> LabPage:
        opened.append(LabPage(browser.new_context(**options).new_page(), lab))
        return opened[-1]

    yield new
    for each in opened:
        each.page.context.close()
    for each in opened:
        each.check()


@pytest.fixture
def lab_page(open_lab: Callable[..., LabPage]) -> LabPage:
    """A page on the lab, 1280 by 900."""
    return open_lab(viewport={"width": 1280, "height": 900})
