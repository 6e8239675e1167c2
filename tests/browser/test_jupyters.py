"""The same ways through the activities in Notebook 7 and Voila; and a saved notebook where nothing runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.activities import activity, opened
from tests.browser.lab import ROOT, Lab, LabPage, VoilaPage, run_notebook
from tests.browser.walks import ACTIVITIES, PLACES, every_activity

LESSON = "06_more_than_the_contract.ipynb"


@pytest.fixture(scope="module", params=["Notebook 7", "Voila"])
def page(
    browser: Browser,
    voila: Lab,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[LabPage]:
    if request.param == "Notebook 7":
        home = tmp_path_factory.mktemp("notebook")
        folder = tmp_path_factory.mktemp("notebooks")
        with (
            run_notebook(folder, home) as server,
            opened(browser, server, every_activity(server)) as page,
        ):
            yield page
        return
    page = VoilaPage(browser.new_context().new_page(), voila)
    page.open(every_activity(voila))
    yield page
    page.page.context.close()
    page.check()


@pytest.mark.parametrize("name", ["undetermined", "what_if", "term", "ledger", "exam"])
def test_an_activity_goes_all_its_way(page: LabPage, name: str) -> None:
    states = [*ACTIVITIES[name][1](activity(page, PLACES[name]))]
    assert len(states) > 1


@pytest.fixture(scope="module")
def html(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lesson as nbconvert exports it."""
    folder = tmp_path_factory.mktemp("html")
    shutil.copyfile(ROOT / "notebooks" / LESSON, folder / LESSON)
    command = [sys.executable, "-m", "nbconvert", "--to", "html", str(folder / LESSON)]
    subprocess.run(command, check=True, capture_output=True)
    return (folder / LESSON).with_suffix(".html")


@pytest.fixture(params=["nbconvert", "code host"])
def still(browser: Browser, html: Path, request: pytest.FixtureRequest) -> Iterator[Page]:
    """The saved lesson where nothing runs; a code host shows no style of ours either."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 480, "height": 900}, offline=True
    )
    page = context.new_page()
    if request.param == "nbconvert":
        page.goto(html.as_uri())
    else:
        body = re.search(r"<main>.*</main>", html.read_text("utf-8"), re.DOTALL)
        assert body
        bare = re.sub(
            r"<(style|script)\b.*?</\1>|(?:style|class)=\"[^\"]*\"", "", body[0], flags=re.DOTALL
        )
        page.set_content(f"<meta name=viewport content='width=device-width'>{bare}")
    yield page
    context.close()


def test_a_saved_lesson_reads_well_where_nothing_runs(still: Page) -> None:
    told = still.get_by_text("The transcript of an activity.")
    assert told.count() > 1
    expect(still.get_by_text("Error displaying widget")).to_have_count(0)
    answer = still.locator("details").first
    hidden = answer.locator(":scope > :not(summary)").first
    expect(hidden).to_be_hidden()
    answer.locator("summary").first.click()
    expect(hidden).to_be_visible()
    for table in still.locator("table").all():
        expect(table.locator("caption")).to_have_count(1)
        assert table.locator("th").count() > 1
