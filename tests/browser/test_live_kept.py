"""In three browsers the whole course starts, takes an answer, and has it after the page is loaded again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.tabs import BROWSERS, opened_tab
from tests.browser.test_live import FIRST, JOURNAL, PYTHON, READY, Server, address, served

pytestmark = pytest.mark.timeout(900)  # JupyterLite is built first
SURE = """[...document.querySelectorAll("button")].find((each) => each.textContent.startsWith("I am sure"))"""
SAVED = """document.querySelector(".ccb-saved")?.textContent.includes("Saved.")"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with served(tmp_path_factory.mktemp("www")) as server:
        yield server


@pytest.mark.parametrize("name", BROWSERS)
def test_an_answer_is_there_after_the_page_is_loaded_again(
    browser: Browser, server: Server, tmp_path: Path, name: str
) -> None:
    with opened_tab(name, browser, tmp_path / "home") as tab:
        tab.open(address(server, FIRST))
        tab.wait(f"document.querySelector({READY!r}) && {SURE}")
        tab.run("""() => document.querySelector(".ccb-option input").click()""")
        tab.run(f"() => {SURE}.click()")
        tab.wait(SAVED)
        tab.open(address(server, FIRST))
        tab.wait(f"document.querySelector({READY!r})")
        assert tab.run(f"() => ({PYTHON})({json.dumps(JOURNAL)})") == "1 answer"
