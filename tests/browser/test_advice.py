"""What we tell a learner to do is done as it is told, in the state in which we tell it. Then everything runs, each
activity is alive, and every answer counts once.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import nbformat
import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import TimeoutError as WaitedTooLong

from customer_casebook.widgets.activity import START
from tests.browser.activities import activity, attempts, notebook, opened, run
from tests.browser.lab import NOTEBOOK_7, ROOT, Lab, LabPage, VoilaPage, free_port, run_lab
from tests.browser.test_connection import turn, wait_for
from tests.own_casebook import OFFICE, write_folder

CALLS = ('study("marketing-campaign-hub", ["customer"])', 'what_if("marketing-campaign-hub")')
LAST = "18_practice_and_exam.ipynb"
SEEDS = count(500)  # each exam is another one
PATIENCE_MS = 10_000  # of who chose something, and nothing happens

SESSION = "window.jupyterapp.shell.currentWidget.sessionContext.session"
KERNEL_GONE = f"() => !{SESSION}?.kernel"
AGE = f"""() => {{
    window.kernelBefore = {SESSION}?.kernel;
    document.querySelectorAll(".jp-OutputArea-output").forEach(each => (each.dataset.old = "yes"));
}}"""
# Whether what was chosen has begun: the outputs go, or a dialog comes. A restart asks where there is a kernel.
BEGUN = "() => !document.querySelector('[data-old]') || document.querySelector('dialog')"
ASKED = (
    f"() => document.querySelector('dialog') || !kernelBefore || kernelBefore !== {SESSION}?.kernel"
)
ALL_RAN = f"""() => {{
    const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
    const [first, ...others] = cells.filter(each => each.type === "code").map(each => each.executionCount);
    return !document.querySelector("[data-old]") && {SESSION}?.kernel?.status === "idle"
        && first && others.every((count, at) => count === first + at + 1);
}}"""
WRITE = """([place, source]) =>
    window.jupyterapp.shell.currentWidget.content.model.cells.get(place).sharedModel.setSource(source)"""
RUN_CELL = """place => {
    window.jupyterapp.shell.currentWidget.content.activeCellIndex = place;
    return window.jupyterapp.commands.execute("notebook:run-cell");
}"""


def answers(lab: Lab) -> list[dict[str, Any]]:
    return [each for each in attempts(lab).values() if each["kind"] == "attempt"]


class Learner:
    """Who does what the page says. Every answer given is to be found in the journal."""

    def __init__(self, page: LabPage) -> None:
        self.page, self.answered = page, set[int]()  # the places of cells
        self.before = answers(page.lab)
        pop_up = page.page.locator("dialog button").filter(has_text=re.compile("Close|Ok"))
        page.page.add_locator_handler(pop_up.first, lambda _: pop_up.first.click())

    def told(self, place: int, selector: str, what: str = "choose") -> str:
        """What an activity says, once it tells what to do."""
        node = self.page.cell(place).locator(selector).first
        expect(node).to_contain_text(what, timeout=30_000)
        return node.text_content() or ""  # the inner text of what is drawn late is empty

    def answer(self, place: int = 1) -> None:
        node = activity(self.page, place)
        node.locator("input").first.click()
        node.get_by_role("button", name="I am sure").click()
        self.answered.add(place)

    def follow(self, words: str) -> None:
        """Choose in the menu what the words say, the next thing where nothing happens, and then go on."""
        steps = re.findall(r"[Cc]hoose \*?(\w+)\*?, then \*?([A-Z][\w ]+)", " ".join(words.split()))
        assert steps, words
        steps += steps if "do it again" in words else []
        for menu, item in steps:
            self.choose(menu, item)
            try:
                self.page.page.wait_for_function(ALL_RAN, timeout=PATIENCE_MS)
                break
            except WaitedTooLong:
                continue
        self.page.page.wait_for_function(ALL_RAN, timeout=60_000)
        self.page.errors.clear()  # JupyterLab complains of a kernel that is gone
        self.go_on()

    def choose(self, menu: str, item: str) -> None:
        """Choose in a menu, and say yes to the question that may come."""
        page = self.page.page
        page.evaluate(AGE)
        items = page.get_by_role("menuitem")
        items.filter(has_text=re.compile(f"^{menu}$")).click()
        items.filter(has_text=re.compile(f"^{item}…?$")).click()
        page.wait_for_function(ASKED if item.startswith("Restart") else BEGUN)
        restart = page.get_by_role("button", name="Confirm Kernel Restart")
        if restart.count():
            restart.click()

    def go_on(self) -> None:
        """Use each activity that there is; it answers."""
        for place, cell in enumerate(self.page.cells()):
            call = cell["source"].rpartition("\n")[2]
            node = self.page.cell(place).locator(".ccb, .ccb-activity").first
            if "study(" in call:
                if place not in self.answered:  # else it comes back
                    self.answer(place)
                expect(node.locator(".ccb-saved")).to_have_text("Saved.")
            elif call.startswith("what_if("):
                outcome = node.locator(".ccb-outcome")
                before = outcome.inner_text()
                turn(node, "organization", "different")
                expect(outcome).not_to_have_text(before, use_inner_text=True)
            elif call.startswith("exam("):
                start = node.get_by_role("button", name="Start the clock")
                timer = node.get_by_role("timer")
                expect(start.or_(timer).first).to_be_visible()
                if start.count():
                    start.click()
                expect(timer).to_contain_text("left")
        total = len(self.before) + len(self.answered)
        wait_for(self.page, lambda: len(answers(self.page.lab)) >= total)
        assert len(answers(self.page.lab)) == total


def exam_call() -> str:
    return f"from customer_casebook import exam\nexam(seed={next(SEEDS)}, n=3, minutes=60)"


@pytest.fixture
def page(browser: Browser, lab: Lab, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    """A card, switches and an exam; in JupyterLab, or in what a test asks for."""
    view = getattr(request, "param", lab.view)
    name = notebook(lab, "advice.ipynb", *CALLS, exam_call())
    with opened(browser, replace(lab, view=view), name) as page:
        yield page
        page.errors.clear()  # JupyterLab complains of a kernel that is gone


@pytest.fixture
def learner(page: LabPage) -> Learner:
    return Learner(page)


def cull(page: LabPage) -> None:
    """Have the server shut the kernel down, as it does with one that is idle for long."""
    kernel = page.page.evaluate(f"{SESSION}.kernel.id")
    request = Request(f"{page.lab.url}/api/kernels/{kernel}", method="DELETE")  # noqa: S310
    request.add_header("Authorization", f"token {page.lab.token}")
    urlopen(request, timeout=30).close()  # noqa: S310


def until_known(page: LabPage) -> None:
    """Wait until JupyterLab has noticed that the kernel is gone."""
    page.page.wait_for_function(KERNEL_GONE, timeout=60_000)


def kill(page: LabPage) -> None:
    """Kill the kernel as a system without memory does; the server starts another one."""
    told = page.lab.folder / "pid"
    run(page, f"import os, pathlib\npathlib.Path({str(told)!r}).write_text(str(os.getpid()))")
    os.kill(int(told.read_text()), signal.SIGKILL)


# What says how to begin.


def test_in_a_new_notebook(lab: Lab, lab_page: LabPage) -> None:
    lab_page.open(notebook(lab, "advice.ipynb", *CALLS))
    Learner(lab_page).follow(START)


@pytest.mark.parametrize("known", [False, True])
def test_opened_again_and_left_until_the_kernel_was_culled(page: LabPage, *, known: bool) -> None:
    page.save()
    page.open("advice.ipynb")
    cull(page)
    if known:
        until_known(page)
    learner = Learner(page)
    learner.follow(learner.told(2, ".jp-OutputArea-output"))


def test_a_cell_is_run_before_the_first_one(page: LabPage, learner: Learner) -> None:
    startup = page.lab.home / "ipythondir" / "profile_default" / "startup"
    shutil.copy(ROOT / "deploy" / "startup.py", startup)  # where an installation need not reach
    page.restart_kernel()
    page.page.evaluate(RUN_CELL, 1)
    learner.follow(learner.told(1, ".jp-OutputArea-output", "study is not here yet."))


# What says how to go on.


@pytest.mark.parametrize("page", ["lab/tree", NOTEBOOK_7], indirect=True)
def test_after_the_kernel_was_culled(page: LabPage, learner: Learner) -> None:
    cull(page)
    until_known(page)
    activity(page, 2).get_by_role("radio").first.focus()
    learner.follow(learner.told(2, ".ccb-gone"))


def unheard(learner: Learner) -> str:
    """Use each activity, which Python does not hear; what they say then."""
    page = learner.page
    learner.answer()
    turn(activity(page, 2), "charge", "notional")
    activity(page, 3).get_by_role("button", name="Start the clock").click()
    places = {1: ".ccb-saved", 2: ".ccb-late", 3: ".ccb-saved"}
    told = [learner.told(*place) for place in places.items()]
    [advice] = {
        advice
        for words in told
        for advice in re.findall(r"If this does not change, .*? do it again\.", words)
    }
    return str(advice)


def test_after_the_kernel_was_culled_and_the_page_does_not_know(
    page: LabPage, learner: Learner
) -> None:
    cull(page)
    learner.follow(unheard(learner))


def test_after_the_server_was_started_anew(browser: Browser, tmp_path: Path) -> None:
    folder, home, port = tmp_path / "lessons", tmp_path / "home", free_port()
    shutil.copytree(ROOT / "notebooks", folder)
    page = browser.new_page()
    with run_lab(folder, home, port) as lab:
        learner = Learner(LabPage(page, lab))
        learner.page.open(notebook(lab, "advice.ipynb", *CALLS, exam_call()))
        learner.page.run_all()
        learner.page.save()
    with run_lab(folder, home, port) as learner.page.lab:
        learner.follow(unheard(learner))
        page.close()


def test_after_the_kernel_was_killed_and_another_was_started(
    page: LabPage, learner: Learner
) -> None:
    kill(page)
    words = learner.told(2, ".ccb-gone")
    learner.answer()
    learner.told(1, ".ccb-saved")
    learner.follow(words)


def test_when_python_is_busy_for_ever(page: LabPage, learner: Learner) -> None:
    page.page.evaluate(f"{SESSION}.kernel.requestExecute({{code: 'while True: pass'}}) && null")
    learner.answer()
    learner.follow(learner.told(1, ".ccb-saved"))


@pytest.mark.parametrize("gone", [False, True])
def test_each_time_one_comes_back_to_the_exam_s_notebook(lab_page: LabPage, *, gone: bool) -> None:
    lab_page.open(LAST)
    if gone:
        lab_page.run_all()
        cull(lab_page)
        until_known(lab_page)
    Learner(lab_page).follow(lesson_says("still open from another day"))


def lesson_says(words: str) -> str:
    """The sentence with these words in the last notebook."""
    cells = nbformat.read(ROOT / "notebooks" / LAST, 4).cells
    prose = " ".join(" ".join(cell.source.split()) for cell in cells)
    [sentence] = re.findall(rf"[^.]*{words}[^.]*\.", prose)
    return str(sentence)


@pytest.mark.parametrize("closed", [False, True])
def test_the_exam_goes_on_where_it_was(page: LabPage, learner: Learner, *, closed: bool) -> None:
    node = activity(page, 3)
    node.get_by_role("button", name="Start the clock").click()
    before = attempts(page.lab)
    node.locator("input").first.dispatch_event("click")
    wait_for(page, lambda: attempts(page.lab) != before)
    page.save()
    if closed:
        cull(page)
        page.open("advice.ipynb")
        words = learner.told(3, "li:has-text('When you come back')")
    else:
        page.restart_kernel()
        words = lesson_says("and you can continue")
    learner.follow(words)
    node = activity(page, 3)
    node.locator(".ccb-place").first.click()
    expect(node.locator("input").first).to_be_checked()


def test_two_folders_of_one_name(lab: Lab, lab_page: LabPage) -> None:
    first, second = (write_folder(lab.folder / place) for place in ("autumn", "spring"))
    call = f"from customer_casebook import casebook\ncasebook(%r).study({OFFICE!r}, 'customer')"
    calls = [call % str(folder) for folder in (first, second)]
    lab_page.open(notebook(lab, "advice.ipynb", *calls))
    for place in range(3):
        lab_page.page.evaluate(RUN_CELL, place)
    learner = Learner(lab_page)
    words = learner.told(2, ".jp-OutputArea-output")
    assert "rename one of them, write its new name here, and choose" in words
    garden = second.rename(second.with_name("garden"))
    lab_page.page.evaluate(WRITE, [2, call % str(garden)])
    learner.follow(words)


def test_in_voila(browser: Browser, voila: Lab) -> None:
    page = VoilaPage(browser.new_context().new_page(), voila)
    page.open(notebook(voila, "advice.ipynb", *CALLS, "import os\nprint(os.getpid())"))
    activity(page, 1)
    os.kill(int(page.cell(3).inner_text()), signal.SIGKILL)
    learner = Learner(page)
    learner.answer()
    assert "load this page again" in learner.told(1, ".ccb-saved", "load")
    page.open("advice.ipynb")
    expect(page.cell(1).locator(".ccb-saved")).to_have_text("Saved.")
    page.page.context.close()
