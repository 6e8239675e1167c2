"""The activities on a page, used as a learner uses them, and what the learner's journal then holds."""

from __future__ import annotations

import ast
import json
import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Locator, expect
from tools.notebooks import normalise

from customer_casebook.course.casebook import case
from customer_casebook.course.items import CaseItem, Item
from tests.browser.lab import Lab, LabPage
from tests.course.books import BOOK

_KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
_OTHER_VIEW = """place => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = place;
    return window.jupyterapp.commands.execute("notebook:create-output-view");
}"""
FOCUS = """node => {
    const focused = document.activeElement;
    const {top, bottom, height} = focused.getBoundingClientRect();
    return node !== focused && node.contains(focused) && focused.checkVisibility({visibilityProperty: true})
        && height > 0 && bottom > 0 && top < innerHeight;
}"""


@contextmanager
def opened(browser: Browser, lab: Lab, name: str, **options: Any) -> Iterator[LabPage]:
    """A notebook, run to its end, with the side bar closed; the page is checked when it is left."""
    size = {"width": 1280, "height": 900}
    context = browser.new_context(**{"viewport": size, **options})
    page = turned(LabPage(context.new_page(), lab), name)
    yield page
    context.close()
    page.check()


def turned(page: LabPage, name: str) -> LabPage:
    """A page turned to a notebook, run to its end, with the side bar closed."""
    page.turn_to(name)
    page.page.evaluate("window.jupyterapp.shell.collapseLeft()")
    page.run_all()
    return page


def notebook(lab: Lab, name: str, *calls: str) -> str:
    """A notebook of one activity a cell, put into the lab's folder."""
    sources = ["from customer_casebook import compare, study, what_if", *calls]
    cells = [new_code_cell(source, id=f"cell-{place}") for place, source in enumerate(sources)]
    return lab.write(name, normalise(new_notebook(cells=cells)))


def find(page: LabPage, call: str) -> tuple[int, list[Any]]:
    """The place of the cell that begins like ``call``, and what it calls with."""
    sources = [cell["source"] for cell in page.cells()]
    begins = ["".join(source.split()).startswith("".join(call.split())) for source in sources]
    place = begins.index(True)
    called = ast.parse(sources[place], mode="eval").body
    assert isinstance(called, ast.Call)
    return place, [ast.literal_eval(each) for each in called.args]


def activity(page: LabPage, place: int) -> Locator:
    """The activity below a cell, scrolled into view."""
    shown = page.cell(place).locator(".ccb, .ccb-activity").first  # a simulator has a card in it
    expect(shown).to_be_visible()
    return shown


def other_view(page: LabPage, place: int) -> Locator:
    """A second view of the activity below a cell, beside the notebook."""
    page.page.evaluate(_OTHER_VIEW, place)
    return page.page.locator(".jp-LinkedOutputView").locator(".ccb, .ccb-activity").first


def attempts(lab: Lab) -> dict[str, dict[str, Any]]:
    """What the journal on disk holds, by event."""
    shards = (lab.home / "customer_casebook_data").glob("*.jsonl")
    lines = [line for shard in shards for line in shard.read_text("utf-8").splitlines()]
    return {attempt["event"]: attempt for attempt in map(json.loads, lines)}


def run(page: LabPage, code: str) -> None:
    """Run code in the kernel, from no cell."""
    reply = page.page.evaluate(
        f"async code => (await {_KERNEL}.requestExecute({{code}}).done).content", code
    )
    assert reply["status"] == "ok", reply


@contextmanager
def busy(page: LabPage) -> Iterator[None]:
    """Stop the kernel's process for a while.

    A cell that runs is not enough: JupyterLab may hear widgets in another thread than the cells' (a subshell).
    """
    told = page.lab.folder / "pid"
    run(page, f"import os, pathlib\npathlib.Path({str(told)!r}).write_text(str(os.getpid()))")
    kernel = int(told.read_text())
    os.kill(kernel, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(kernel, signal.SIGCONT)


def place_of(question: Item, option: str) -> str:
    """The selector of an option's radio or checkbox: the page knows options by their place."""
    return f'input[value="{[*question.options].index(option)}"]'


class CardOnPage:
    """A question card, and the questions it asks as the rules know them."""

    def __init__(self, page: LabPage, call: str) -> None:
        self.place, (*cases, lenses) = find(page, call)
        self.node = activity(page, self.place)
        self.questions = [CaseItem(BOOK, case(name), lens) for lens in lenses for name in cases]
        self.feedback = self.node.get_by_role("status")
        self.saved = self.node.locator(".ccb-saved")

    def choose(self, question: CaseItem, options: Iterable[str]) -> None:
        """Tick options by mouse, once the question is the one asked, in whichever words of an edition."""
        expect(self.node.locator(".ccb-prompt")).to_contain_text(question.prompt)
        for option in options:
            self.node.locator(f".ccb-option:has({place_of(question, option)})").click()

    def press(self, name: str) -> None:
        self.node.get_by_role("button", name=name).click()
        unsaved = self.node.get_by_text("Not all of your answers are saved yet.")
        if name == "Start again" and unsaved.count():
            expect(unsaved).to_have_count(0, timeout=30_000)
            self.node.get_by_role("button", name=name).click()

    def answer(self, question: CaseItem, options: Iterable[str] | None = None) -> None:
        """Choose and be sure; the right options where none are given."""
        self.choose(question, question.right if options is None else options)
        self.press("I am sure")

    def focus_is_inside(self) -> bool:
        """Whether the focus is on something a learner sees, in this card."""
        inside: bool = self.node.evaluate(FOCUS)
        return inside
