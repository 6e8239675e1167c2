"""A saved notebook, opened again: its activities come back while Python has them, or else tell what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.activities import CardOnPage, activity, attempts, notebook, opened
from tests.browser.lab import NOTEBOOK_7, Lab, LabPage
from tests.browser.test_advice import Learner, cull
from tests.browser.test_connection import new_items, save_with_widgets
from tests.browser.test_exam import ExamOnPage

CALLS = (
    'study("marketing-campaign-hub", ["customer", "money"])',
    'what_if("marketing-campaign-hub")',
    "from customer_casebook import exam\nexam(seed=78, n=6)",
)
IS_CHANGED = "window.jupyterapp.shell.currentWidget.context.model.dirty"
SHUT_DOWN = "window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"


@pytest.fixture(params=["JupyterLab", "Notebook 7"])
def page(browser: Browser, lab: Lab, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    """A card, switches and an exam, in a server without any setting of the learner's."""
    view = NOTEBOOK_7 if request.param == "Notebook 7" else lab.view
    name = notebook(lab, "reload.ipynb", *CALLS)
    with opened(browser, replace(lab, view=view), name) as page:
        yield page


def shows_transcripts(page: LabPage) -> None:
    """All three activities are transcripts, and one sentence above the first tells what is missing."""
    for place in (1, 2, 3):
        expect(page.cell(place).get_by_text("The transcript of an activity.")).to_be_visible()
    expect(page.page.get_by_text("Error displaying widget")).to_have_count(0)
    expect(page.page.locator(".ccb, .ccb-activity")).to_have_count(0)
    expect(page.page.locator(".ccb-ended")).to_have_count(1)
    expect(page.cell(1).locator(".ccb-ended")).to_be_visible()
    assert not page.page.evaluate(IS_CHANGED)


def test_with_python_running_everything_is_as_the_learner_left_it(page: LabPage, lab: Lab) -> None:
    card = CardOnPage(page, "study(")
    first, second = card.questions
    card.answer(first)
    expect(card.saved).to_have_text("Saved.")
    pill = ".ccb-switches input[type=radio]:not(:checked)"
    chosen = activity(page, 2).locator(pill).first
    value = chosen.get_attribute("value")
    [row] = re.findall(r"-([a-z_]+)$", chosen.get_attribute("name") or "")
    chosen.dispatch_event("click")
    exam = ExamOnPage(page, 3, 78)
    exam.start()
    exam.choose(0)
    exam.press("Next")
    expect(exam.places.first).to_have_accessible_name("Question 1, answered")
    saved = page.save()
    page.reload()
    card, before = CardOnPage(page, "study("), attempts(lab)
    expect(card.node.locator(".ccb-where")).to_contain_text("Question 2 of 2")
    expect(activity(page, 2).locator(f"[name$='-{row}'][value='{value}']")).to_be_checked()
    ExamOnPage(page, 3, 78).is_at(1)
    expect(page.page.locator(".ccb-ended")).to_have_count(0)
    assert not page.page.evaluate(IS_CHANGED)
    assert page.save() == saved
    card = CardOnPage(page, "study(")
    card.answer(second)
    expect(card.saved).to_have_text("Saved.")
    assert new_items(lab, before) == [second.id]
    card.press("Back")
    expect(card.feedback).to_contain_text(f"Right: {first.answer}")
    exam = ExamOnPage(page, 3, 78)
    exam.hand_in()
    expect(exam.verdict).to_contain_text("1 of 6 right")


@pytest.mark.parametrize(("has_hook", "is_shut_down"), [(True, False), (False, True)])
def test_when_python_has_ended_the_transcripts_tell_what_to_do(
    page: LabPage, *, has_hook: bool, is_shut_down: bool
) -> None:
    """Saved with our hook or without it; opened with a new kernel, which may then be shut down."""
    if has_hook:
        page.save()
    else:
        save_with_widgets(page, "reload.ipynb")
    cull(page)
    page.errors.clear()
    page.reload()
    shows_transcripts(page)
    if is_shut_down:
        page.page.evaluate(SHUT_DOWN)
    sentence = page.cell(1).locator(".ccb-ended")
    expect(sentence).to_contain_text("Kernel, then" if is_shut_down else "Run, then")
    expect(sentence).to_be_visible()
    # JupyterLab may draw a cell late; until then its inner text is empty.
    Learner(page).follow(sentence.text_content() or "")
    expect(page.page.locator(".ccb-ended")).to_have_count(0)
