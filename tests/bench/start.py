"""From a command to the first question: `start` on an installed wheel, against `make lab` as it was."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from time import perf_counter
from unittest.mock import patch

from playwright.sync_api import Browser, ViewportSize, sync_playwright

from tests.bench.builds import Build, check_out_first
from tests.bench.result import Result, in_turn
from tests.browser.conftest import _FLAGS, _NO_BROWSER, _chromium
from tests.browser.lab import serving

_TURNS = 5
_FIRST_QUESTION = ".ccb-option input"
_SIZE: ViewportSize = {
    "width": 1280,
    "height": 4000,
}  # Run All Cells leads to the end of a notebook
_PATIENCE_MS = 60_000
_READY = "Python 3 (ipykernel) | Idle"  # who presses earlier is asked for a kernel
_CONFIG = "c.ServerApp.allow_root = True  # containers run as root"
# Our wheel has put more into the environment that runs this than the earlier build did.
_NO_COURSE_MODE = {"disabledExtensions": {"customer-casebook": True}}
_NO_SETTINGS = "def _jupyter_server_extension_points():\n    return []\n"


def _seconds(
    browser: Browser, command: Sequence[str], source: Path, home: Path, *presses: str
) -> float:
    """Seconds from a command to the first question in a browser that is open, after some presses in its menus."""
    begin = perf_counter()
    with (
        patch.dict(os.environ, PYTHONPATH=str(source)),
        serving([*command], home, home, "lab/tree") as lab,
    ):
        page = browser.new_page(viewport=_SIZE)
        page.set_default_timeout(_PATIENCE_MS)
        page.goto(f"{lab.url}/{lab.view}/00_start_here.ipynb?token={lab.token}")
        for name in presses:
            page.get_by_text(_READY).wait_for()
            page.get_by_role("menuitem", name=name, exact=True).click()
        page.locator(_FIRST_QUESTION).first.wait_for()
        seconds = perf_counter() - begin
        page.close()
        lab.stop()
    return seconds


def starting(folder: Path, builds: Sequence[Build]) -> list[Result]:
    """A learner's first start of the course, and what took its place on 2026-11-28."""
    if not (chromium := _chromium()):
        sys.exit(f"Nothing was measured: {_NO_BROWSER}.")
    first = check_out_first(folder)
    (first / "src" / "customer_casebook" / "jupyter.py").write_text(_NO_SETTINGS, "utf-8")
    numbers = count()

    def new_home() -> Path:
        (config := (home := folder / f"home {next(numbers)}") / "jupyter_config_dir").mkdir(
            parents=True
        )
        (config / "jupyter_config.py").write_text(_CONFIG, "utf-8")
        return home

    def ours(browser: Browser) -> float:
        home = new_home()
        command = [sys.executable, "-m", "customer_casebook", "start", "--no-browser"]
        return _seconds(browser, [*command, str(home / "lessons")], builds[0].source, home)

    def theirs(browser: Browser) -> float:
        command = ["make", "--no-print-directory", "-C", str(first), "lab", f"VENV={sys.prefix}"]
        command += ["LAB_FLAGS=--no-browser", f"--assume-old={sys.prefix}/lab.stamp"]
        (page := (home := new_home()) / "jupyter_config_dir" / "labconfig").mkdir()
        (page / "page_config.json").write_text(json.dumps(_NO_COURSE_MODE), "utf-8")
        return _seconds(browser, command, first / "src", home, "Run", "Run All Cells")

    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=_FLAGS) as browser,
    ):
        measures: list[Callable[[], float]] = [partial(ours, browser), partial(theirs, browser)]
        new, old = map(median, in_turn(_TURNS, 1, *measures))
    return [Result("start to first question", new, "s", old, 0.7)]


GROUPS = {"start": starting}
