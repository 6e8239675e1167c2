"""A JupyterHub for a class: one logs in, works through a lesson, and has answers of one's own."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from customer_casebook import start
from tests.browser.activities import CardOnPage
from tests.browser.hub import Hub
from tests.browser.lab import Lab, LabPage
from tests.browser.test_course_mode import state


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    hub = Hub(tmp_path_factory.mktemp("hub"))
    yield hub
    hub.stop()


def log_in(browser: Browser, hub: Hub, name: str) -> LabPage:
    """A learner logs in, and waits until the lesson that comes next is there."""
    page = browser.new_context().new_page()
    lab = Lab(f"{hub.url}/user/{name}", "", hub.homes / name, hub.homes / name, hub.process)
    learner = LabPage(page, lab)
    page.goto(f"{hub.url}/hub/login")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill("-")
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/lab/tree/*.ipynb", timeout=120_000)
    state(learner, "Ready.")
    return learner


def test_each_learner_logs_in_to_lessons_and_answers_of_their_own(
    browser: Browser, hub: Hub
) -> None:
    ines = log_in(browser, hub, "ines")
    card = CardOnPage(ines, "study(")
    card.answer(card.questions[0])
    expect(card.saved).to_have_text("Saved.")
    assert hub.answers("ines") == [card.questions[0].id]
    chidi = log_in(browser, hub, "chidi")
    expect(CardOnPage(chidi, "study(").node.get_by_role("radio").first).to_be_enabled()
    assert hub.answers("chidi") == []
    assert (hub.homes / "chidi" / "customer-casebook" / f"{start.LAST}.ipynb").exists()


def test_what_is_answered_while_the_hub_is_gone_is_kept(browser: Browser, hub: Hub) -> None:
    page = log_in(browser, hub, "marit")
    card = CardOnPage(page, "study(")
    hub.process.send_signal(signal.SIGKILL)
    hub.process.wait()
    card.answer(card.questions[0])
    hub.start()
    expect(card.saved).to_have_text("Saved.", timeout=60_000)
    assert hub.answers("marit") == [card.questions[0].id]
