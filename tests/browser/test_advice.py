"""What we tell a learner to do is done as it is told, in the state in which we tell it, and then everything runs."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from urllib.request import Request, urlopen

import nbformat
import pytest
from playwright.sync_api import Browser, expect

from customer_casebook.widgets.activity import START
from tests.browser.activities import activity, notebook, opened
from tests.browser.lab import ROOT, Lab, LabPage, VoilaPage

CALLS = ('study("marketing-campaign-hub", ["customer"])', 'what_if("marketing-campaign-hub")')
EXAM = "from customer_casebook import exam\nexam(seed=5, n=3, minutes=5)"
SESSION = "window.jupyterapp.shell.currentWidget.sessionContext.session"
KNOWS = f"() => !{SESSION}?.kernel"
AGE = "() => document.querySelectorAll('.ccb').forEach(each => (each.dataset.old = 'yes'))"
ANEW = f"""() => {{
    const cells = [...window.jupyterapp.shell.currentWidget.content.model.cells];
    return !document.querySelector("[data-old]") && {SESSION}?.kernel?.status === "idle"
        && cells.filter(each => each.type === "code").every((each, at) => each.executionCount === at + 1);
}}"""


@pytest.fixture
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    """A card, switches and a running exam."""
    with opened(browser, lab, notebook(lab, "advice.ipynb", *CALLS, EXAM)) as page:
        yield page
        page.errors.clear()  # JupyterLab complains of a kernel that is gone


def cull(page: LabPage) -> None:
    """Shut the kernel down behind the page's back."""
    kernel = page.page.evaluate(f"{SESSION}.kernel.id")
    request = Request(f"{page.lab.url}/api/kernels/{kernel}", method="DELETE")  # noqa: S310
    request.add_header("Authorization", f"token {page.lab.token}")
    urlopen(request, timeout=30).close()  # noqa: S310


def follow(page: LabPage, words: str) -> None:
    """Choose in the menu what the words say, and say yes to the question that may come."""
    [(menu, item)] = re.findall(r"[Cc]hoose \*?(\w+)\*?, then \*?([A-Z][\w ]+)", words)
    page.page.evaluate(AGE)
    items = page.page.get_by_role("menuitem")
    items.filter(has_text=re.compile(f"^{menu}$")).click()
    items.filter(has_text=re.compile(f"^{item}…?$")).click()
    restart = page.page.get_by_role("button", name="Confirm Kernel Restart")
    page.page.wait_for_function(
        "!document.querySelector('[data-old]') || document.querySelector('dialog')"
    )
    if restart.count():
        restart.click()


def told(page: LabPage, place: int, selector: str, what: str = "choose") -> str:
    """What an activity says, once it tells what to choose."""
    node = page.cell(place).locator(selector)
    expect(node).to_contain_text(what, timeout=30_000)
    return node.inner_text()


def press_answer(page: LabPage) -> None:
    node = activity(page, 1)
    node.locator("input").first.click()
    node.get_by_role("button", name="I am sure").click()


def test_in_a_new_notebook(lab: Lab, lab_page: LabPage) -> None:
    lab_page.open(notebook(lab, "advice.ipynb", *CALLS))
    follow(lab_page, START)
    lab_page.page.wait_for_function(ANEW)


def test_after_python_was_shut_down_behind_the_page_s_back(page: LabPage) -> None:
    cull(page)
    page.page.wait_for_function(KNOWS, timeout=60_000)
    activity(page, 2).get_by_role("radio").first.focus()
    follow(page, told(page, 2, ".ccb-gone"))
    page.page.wait_for_function(ANEW)


@pytest.mark.parametrize("place", [1, 3])
def test_when_an_answer_is_not_saved_for_python_is_gone_and_the_page_does_not_know(
    page: LabPage, place: int
) -> None:
    cull(page)
    if place == 1:
        press_answer(page)
    else:
        activity(page, 3).get_by_role("button", name="Start the clock").click()
    words = told(page, place, ".ccb-saved")
    assert "If nothing runs then, do it again" in words
    follow(page, words)
    page.page.wait_for_function(f"() => ({ANEW})() || ({KNOWS})()")
    if page.page.evaluate(KNOWS):
        follow(page, words)
    page.page.wait_for_function(ANEW)


def test_when_python_is_busy_for_ever(page: LabPage) -> None:
    page.page.evaluate(f"{SESSION}.kernel.requestExecute({{code: 'while True: pass'}}) && null")
    press_answer(page)
    follow(page, told(page, 1, ".ccb-saved"))
    page.page.wait_for_function(ANEW, timeout=60_000)


@pytest.mark.parametrize("gone", [False, True])
def test_each_time_one_comes_back_to_the_exam_s_notebook(lab_page: LabPage, *, gone: bool) -> None:
    lesson = nbformat.read(ROOT / "notebooks" / "15_practice_and_exam.ipynb", as_version=4)
    [words] = re.findall(r".*each time you come back.*", lesson.cells[0].source)
    lab_page.open("15_practice_and_exam.ipynb")
    if gone:
        lab_page.run_all()
        cull(lab_page)
        lab_page.page.wait_for_function(KNOWS, timeout=60_000)
    follow(lab_page, words)
    lab_page.page.wait_for_function(ANEW)


def test_in_voila(browser: Browser, voila: Lab) -> None:
    page = VoilaPage(browser.new_context().new_page(), voila)
    page.open(notebook(voila, "advice.ipynb", *CALLS, "import os\nprint(os.getpid())"))
    activity(page, 1)
    os.kill(int(page.cell(3).inner_text()), signal.SIGKILL)
    press_answer(page)
    assert "load this page again" in told(page, 1, ".ccb-saved", "load")
    page.open("advice.ipynb")
    press_answer(page)
    expect(page.cell(1).locator(".ccb-saved")).to_have_text("Saved.")
    page.page.context.close()
