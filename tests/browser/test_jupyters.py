"""The same ways through the activities in Notebook 7 and Voila; and a saved notebook where nothing runs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import nbformat
import pytest
from nbconvert import HTMLExporter
from nbformat.v4 import new_notebook
from playwright.sync_api import Browser, Page, expect

from tests.browser.activities import activity, opened
from tests.browser.lab import NOTEBOOK_7, ROOT, Lab, LabPage, VoilaPage
from tests.browser.test_states import folds_and_links_of_the_text_keep_the_keys
from tests.browser.walks import ACTIVITIES, PLACES, every_activity

LESSON = "06_more_than_the_contract.ipynb"

# What lies outside a box that hides it, or makes it scroll sideways. Code is left out: nbconvert itself cuts its lines.
CLIPPED = """() => [...document.querySelectorAll("body *")]
    .filter(each => each.clientWidth && each.scrollWidth > each.clientWidth
        && getComputedStyle(each).overflowX !== "visible" && !each.closest(".jp-InputArea, pre"))
    .map(each => each.innerText)"""


@pytest.fixture(scope="module", params=["Notebook 7", "Voila"])
def page(
    browser: Browser, lab: Lab, voila: Lab, request: pytest.FixtureRequest
) -> Iterator[LabPage]:
    if request.param == "Notebook 7":
        with opened(browser, replace(lab, view=NOTEBOOK_7), every_activity(lab)) as page:
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


def test_on_paper_the_folds_of_an_activity_are_open(page: LabPage) -> None:
    fold = activity(page, PLACES["what_if"]).locator("details").first
    fold.evaluate("fold => (fold.open = false)")  # as at first
    folded = fold.locator(":scope > :not(summary)").first
    expect(folded).to_be_hidden()
    page.page.emulate_media(media="print")
    expect(folded).to_be_visible()
    page.page.emulate_media(media="screen")


@pytest.mark.parametrize("page", ["Notebook 7"], indirect=True)
def test_folds_and_links_of_the_text_keep_the_keys_out_of_the_notebook(page: LabPage) -> None:
    folds_and_links_of_the_text_keep_the_keys(page)


@pytest.fixture(params=["nbconvert", "code host"])
def still(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[[str], Page]]:
    """Saved lessons as one page where nothing runs; a code host shows no style of ours, and lets code scroll."""
    context = browser.new_context(
        java_script_enabled=False, viewport={"width": 480, "height": 900}, offline=True
    )

    def show(lessons: str) -> Page:
        found = sorted((ROOT / "notebooks").glob(lessons))
        cells = [cell for each in found for cell in nbformat.read(each, as_version=4).cells]
        for place, cell in enumerate(cells):
            cell.id = f"cell-{place}"
        exporter: Any = HTMLExporter  # untyped
        html = exporter().from_notebook_node(new_notebook(cells=cells))[0]
        if request.param == "code host":
            body = re.search(r"<main>.*</main>", html, re.DOTALL)
            assert body
            ours = r"<(style|script)\b.*?</\1>|(?:style|class)=\"[^\"]*\""
            html = "<meta name=viewport content='width=device-width'><style>pre {overflow: auto}</style>"
            html += re.sub(ours, "", body[0], flags=re.DOTALL)
        page = context.new_page()
        page.set_content(html)
        return page

    yield show
    context.close()


def test_a_saved_lesson_reads_well_where_nothing_runs(still: Callable[[str], Page]) -> None:
    page = still(LESSON)
    told = page.get_by_text("The transcript of an activity.")
    assert told.count() > 1
    expect(page.get_by_text("Error displaying widget")).to_have_count(0)
    answer = page.locator("details").first
    hidden = answer.locator(":scope > :not(summary)").first
    expect(hidden).to_be_hidden()
    answer.locator("summary").first.click()
    expect(hidden).to_be_visible()
    for table in page.locator("table").all():
        expect(table.locator("caption")).to_have_count(1)
        assert table.locator("th").count() > 1


def test_nothing_in_a_saved_lesson_is_cut_off_on_a_narrow_page_or_in_print(
    still: Callable[[str], Page],
) -> None:
    page = still("*.ipynb")
    page.locator("details").evaluate_all("all => all.forEach(each => (each.open = true))")
    for paper, width in (False, 480), (True, 700):
        page.emulate_media(media="print" if paper else "screen")
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(CLIPPED) == []


@pytest.mark.parametrize("still", ["nbconvert"], indirect=True)
def test_on_paper_every_answer_is_unfolded(still: Callable[[str], Page]) -> None:
    page = still(LESSON)
    inside = page.locator("details:not([open]) > :not(summary)").all()
    assert inside
    for each in inside:
        expect(each).to_be_hidden()
    page.emulate_media(media="print")
    for each in inside:
        expect(each).to_be_visible()
