"""A connection that drops, delays and cuts: what a learner does reaches Python once, or the page says it has not."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from customer_casebook import what_if
from customer_casebook.course.exam import exam_sessions
from customer_casebook.course.journal import Journal
from customer_casebook.domain.facts import VOCABULARY
from customer_casebook.widgets.what_if import WhatIf
from tests.browser.activities import CardOnPage, activity, attempts, notebook, run, turned
from tests.browser.lab import ROOT, Lab, LabPage, free_port, run_lab
from tests.browser.test_exam import ExamOnPage
from tests.course.books import BOOK

PRESSES = int(os.environ.get("CONNECTION_PRESSES", "60"))  # of the random walk
SEED = int(os.environ.get("CONNECTION_SEED", "12"))
LONG_MS = 30_000  # a message is said again after eight seconds at the latest

NOTEBOOK = """() => window.jupyterapp.shell.currentWidget.content.model.toJSON()"""


class Connection:
    """The page's sockets to its kernels, through our hands."""

    def __init__(self, page: Page) -> None:
        self.sockets: list[WebSocketRoute] = []
        self.drops_said = self.drops_heard = self.is_frozen = False
        self._held: list[tuple[WebSocketRoute, str | bytes]] = []
        page.route_web_socket(re.compile("/channels"), self._open)

    def _open(self, page_side: WebSocketRoute) -> None:
        server_side = page_side.connect_to_server()
        self.sockets.append(page_side)
        page_side.on_message(lambda said: self._pass(server_side, said, self.drops_said))
        server_side.on_message(lambda heard: self._pass(page_side, heard, self.drops_heard))

    def _pass(self, to: WebSocketRoute, message: str | bytes, drops: bool) -> None:
        if drops:
            return
        if self.is_frozen:
            self._held.append((to, message))
        else:
            to.send(message)

    def heal(self) -> None:
        """Everything passes again, what was held first."""
        self.drops_said = self.drops_heard = self.is_frozen = False
        held, self._held = self._held, []
        for to, message in held:
            to.send(message)

    def cut(self) -> None:
        """Close all sockets; JupyterLab opens others. What was held is lost."""
        sockets, self.sockets, self._held = self.sockets, [], []
        for socket in sockets:
            socket.close(code=4000)  # after 1000 or 1001 JupyterLab opens no other


class Faulty:
    """A page on the lab, and its connection."""

    def __init__(self, page: LabPage) -> None:
        self.page = page
        self.connection = Connection(page.page)


@pytest.fixture
def faulty(open_lab: Callable[..., LabPage]) -> Iterator[Faulty]:
    """A page whose connection fails when it is told to."""
    faulty = Faulty(open_lab(viewport={"width": 1280, "height": 900}))
    yield faulty
    faulty.connection.heal()


def study(case: str, *lenses: str) -> str:
    return f"study({case!r}, {[*lenses]!r})"


def new_items(lab: Lab, before: dict[str, Any]) -> list[str]:
    """The items answered since, in no order."""
    after = attempts(lab)
    return sorted(
        each["item"] for key, each in after.items() if key not in before and "item" in each
    )


def is_saved(card: CardOnPage) -> None:
    expect(card.saved).to_have_text("Saved.", timeout=LONG_MS)


@pytest.mark.parametrize("fault", ["drops_said", "drops_heard", "is_frozen"])
def test_an_answer_said_into_a_dead_connection_stays_and_is_saved(
    faulty: Faulty, lab: Lab, fault: str
) -> None:
    call = study("marketing-campaign-hub", "customer", "money")
    page = turned(faulty.page, notebook(lab, f"{fault}.ipynb", call))
    card, before = CardOnPage(page, "study("), attempts(lab)
    first, second = card.questions
    setattr(faulty.connection, fault, True)
    card.answer(first)
    expect(card.feedback).to_contain_text(f"Right: {first.answer}")
    expect(card.saved).to_have_text("Not saved yet.")
    faulty.connection.cut()
    faulty.connection.heal()
    is_saved(card)
    expect(card.feedback).to_contain_text(f"Right: {first.answer}")
    card.press("Next question")
    card.answer(second)
    is_saved(card)
    card.press("Back")
    is_saved(card)
    assert new_items(lab, before) == sorted([first.id, second.id])


def test_a_burst_into_a_frozen_connection_is_saved_to_the_last(faulty: Faulty, lab: Lab) -> None:
    call = study("ferries-ticket-shop", "customer", "money", "agreement", "owner", "service")
    page = turned(faulty.page, notebook(lab, "burst.ipynb", call))
    card, before = CardOnPage(page, "study("), attempts(lab)
    faulty.connection.is_frozen = True
    for question in card.questions:
        card.answer(question)
        expect(card.feedback).to_contain_text(f"Right: {question.answer}")
        card.node.locator(".ccb-next").click()
    assert not new_items(lab, before)
    faulty.connection.heal()
    card.press("Look back")
    for _ in card.questions:
        is_saved(card)
        card.node.locator(".ccb-next").click()
    assert new_items(lab, before) == sorted(each.id for each in card.questions)


@pytest.mark.parametrize("what", ["reload", "restart"])
def test_the_card_that_comes_in_its_place_says_an_answer_again_and_shows_it(
    faulty: Faulty, lab: Lab, what: str
) -> None:
    call = study("facilities-web-shop", "customer", "money")
    name = notebook(lab, f"{what}.ipynb", call)
    page = turned(faulty.page, name)
    card, before = CardOnPage(page, "study("), attempts(lab)
    first, second = card.questions
    faulty.connection.drops_said = True
    card.answer(first)
    expect(card.saved).to_have_text("Not saved yet.")
    if what == "reload":
        faulty.connection.heal()
        page.open(name)
    else:
        faulty.connection.heal()
        page.restart_kernel()
    page.run_all()
    card = CardOnPage(page, "study(")
    expect(card.node.locator(".ccb-where")).to_contain_text("Question 2 of 2")
    card.answer(second)
    is_saved(card)
    card.press("Back")
    is_saved(card)
    expect(card.feedback).to_contain_text(f"Right: {first.answer}")
    assert new_items(lab, before) == sorted([first.id, second.id])


def wait_for(page: LabPage, holds: Callable[[], bool]) -> None:
    """Ask the kernel for nothing, until something holds: each time the page's messages pass."""
    for _ in range(600):
        if holds():
            return
        run(page, "import time; time.sleep(0.05)")
    assert holds()


def test_where_jupyterlab_restores_a_card_it_goes_on_with_what_python_has_not_heard(
    faulty: Faulty, lab: Lab
) -> None:
    call = study("museum-shop-cast-counter", "customer", "money", "owner")
    name = notebook(lab, "restored.ipynb", call)
    page = turned(faulty.page, name)
    card, before = CardOnPage(page, "study("), attempts(lab)
    first, second, third = card.questions
    card.answer(first)
    is_saved(card)
    card.press("Next question")
    faulty.connection.drops_said = True
    card.answer(second)
    expect(card.saved).to_have_text("Not saved yet.")
    save_with_widgets(page, name)
    faulty.connection.heal()
    page.open(name)
    card = CardOnPage(page, "study(")
    expect(card.node.locator(".ccb-where")).to_contain_text("Question 3 of 3")
    card.answer(third)
    is_saved(card)
    card.press("Back")
    is_saved(card)
    expect(card.feedback).to_contain_text(f"Right: {second.answer}")
    assert new_items(lab, before) == sorted([first.id, second.id, third.id])


def save_with_widgets(page: LabPage, name: str) -> None:
    """Save the open notebook as a server without our hook does, and trust it."""
    page.lab.write(name, nbformat.from_dict(page.page.evaluate(NOTEBOOK)))
    notary = NotebookNotary(data_dir=str(page.lab.home / "jupyter_data_dir"))
    notary.sign(nbformat.read(page.lab.folder / name, as_version=4))


def test_what_was_chosen_in_an_exam_stays_and_counts(faulty: Faulty, lab: Lab) -> None:
    call = "from customer_casebook import exam\nexam(seed=121, n=6, minutes=60)"
    name = notebook(lab, "exam-connection.ipynb", call)
    page = turned(faulty.page, name)
    exam = ExamOnPage(page, 1, 121)
    exam.start()
    faulty.connection.drops_said = True
    exam.choose(0)
    exam.press("Next")
    exam.choose(1, exam.wrong(1))
    exam.choose(1)
    exam.press("Next")
    expect(exam.places.first).to_have_accessible_name("Question 1, answered")
    faulty.connection.cut()
    faulty.connection.heal()
    expect(exam.places.nth(1)).to_have_accessible_name("Question 2, answered")
    exam.choose(2)
    faulty.connection.drops_said = True
    exam.press("Next")
    exam.choose(3)
    faulty.connection.heal()
    page.restart_kernel()
    page.run_all()
    exam = ExamOnPage(page, 1, 121)
    for place in range(4):
        expect(exam.places.nth(place)).to_have_accessible_name(f"Question {place + 1}, answered")
    right = 4 - exam.questions[1].many  # what was ticked stays ticked
    exam.hand_in()
    expect(exam.verdict).to_contain_text(f"{right} of 6 right")


def facts_of(node: Locator) -> dict[str, str]:
    """What the switches stand at, by the name of the fact."""
    stand = {}
    for name, fact in VOCABULARY.items():
        switch = node.get_by_role("group", name=fact.label, exact=True)
        stand[name] = switch.get_by_role("radio", checked=True).input_value()
    return stand


def verdicts_of(values: dict[str, str]) -> str:
    bench: WhatIf = what_if("marketing-campaign-hub")
    bench.values = values
    return str(bench.view["blocks"]).partition("</table>")[0]


def table_of(html: str) -> str:
    return unescape(" ".join(re.sub(r"<[^>]*>", " ", html).split()))


def shown_of(node: Locator) -> str:
    return table_of(node.locator(".ccb-outcome > div").last.inner_html())


def turn(node: Locator, fact: str, value: str) -> None:
    group = node.get_by_role("group", name=VOCABULARY[fact].label, exact=True)
    group.locator(f'input[value="{value}"]').locator("..").click()


@pytest.mark.parametrize("fault", ["drops_said", "drops_heard", "is_frozen"])
def test_a_switch_whose_effect_has_not_come_says_so_and_comes_right(
    faulty: Faulty, lab: Lab, fault: str
) -> None:
    name = notebook(lab, f"switch-{fault}.ipynb", 'what_if("marketing-campaign-hub")')
    page = turned(faulty.page, name)
    node = activity(page, 1)
    outcome, told = node.locator(".ccb-outcome"), node.locator(".ccb-late")
    turn(node, "organization", "different")
    expect(outcome).to_have_attribute("aria-busy", "false")
    setattr(faulty.connection, fault, True)
    for fact, value in [("charge", "none"), ("charge", "notional"), ("uses", "unknown")]:
        turn(node, fact, value)
        expect(outcome).to_have_attribute("aria-busy", "true")
    expect(told).to_contain_text("not up to date yet")
    faulty.connection.cut()
    faulty.connection.heal()
    expect(outcome).to_have_attribute("aria-busy", "false", timeout=LONG_MS)
    expect(told).to_be_empty()
    stand = facts_of(node)
    assert stand == stand | {"organization": "different", "charge": "notional", "uses": "unknown"}
    assert shown_of(node) == table_of(verdicts_of(stand))


def test_a_button_that_was_not_heard_says_so_and_is_heard_once(faulty: Faulty, lab: Lab) -> None:
    call = "from customer_casebook import progress\nshown = progress()\nshown"
    page = turned(faulty.page, notebook(lab, "button.ipynb", call))
    node = activity(page, 1)
    run(page, "looks = []; look = shown.actions.press")
    run(page, "shown.actions.press = lambda name: (looks.append(name), look(name))")
    faulty.connection.drops_said = True
    node.get_by_role("button", name="Look again").click()
    row = node.locator(".ccb-row").first
    expect(row).to_have_attribute("aria-busy", "true")
    expect(node.locator(".ccb-late").first).to_contain_text("not up to date yet")
    faulty.connection.heal()
    expect(row).to_have_attribute("aria-busy", "false", timeout=LONG_MS)
    expect(node.locator(".ccb-late").first).to_be_empty()
    run(page, "assert looks == ['again'], looks")


def test_two_pages_on_one_card_keep_each_others_answers(
    faulty: Faulty, open_lab: Callable[..., LabPage], lab: Lab
) -> None:
    call = study("wimbrel-pocket-account", "customer", "money", "owner")
    name = notebook(lab, "two pages.ipynb", call)
    page = turned(faulty.page, name)
    one, before = CardOnPage(page, "study("), attempts(lab)
    save_with_widgets(page, name)
    second_page = open_lab(viewport={"width": 1280, "height": 900})
    second_page.open(name)
    other = CardOnPage(second_page, "study(")
    faulty.connection.is_frozen = True
    one.answer(one.questions[0])
    expect(one.saved).to_have_text("Not saved yet.")
    other.choose(other.questions[0], other.questions[0].right)
    faulty.connection.heal()
    is_saved(one)
    expect(other.feedback).to_contain_text(f"Right: {one.questions[0].answer}")
    faulty.connection.is_frozen = True
    one.press("Next question")
    one.answer(one.questions[1])
    faulty.connection.heal()
    is_saved(one)
    other.press("Next question")
    expect(other.feedback).to_contain_text(f"Right: {one.questions[1].answer}")
    other.press("Next question")
    other.answer(other.questions[2])
    is_saved(other)
    one.press("Next question")
    expect(one.feedback).to_contain_text(f"Right: {one.questions[2].answer}")
    assert new_items(lab, before) == sorted(each.id for each in one.questions)


class Walk:
    """A learner who presses at random on a card, on switches and in an exam, while the connection fails at random."""

    def __init__(self, faulty: Faulty, lab: Lab, seed: int) -> None:
        self.random = random.Random(seed)  # noqa: S311
        self.page, self.connection, self.lab = faulty.page, faulty.connection, lab
        self.has_server = True
        self.before = attempts(lab)
        self.card = CardOnPage(self.page, "study(")
        self.bench = activity(self.page, 2)
        self.exam = ExamOnPage(self.page, 3, seed, 10)
        self.exam.start()
        assert self.exam.questions
        self.pressed: list[str] = []  # items
        self.chosen: dict[int, list[int]] = {}  # in the exam, place to places of options
        self.verdicts: dict[str, str] = {}

    def resume(self) -> None:
        """Go on with the activities that come after a restart, once the card has its answers again."""
        self.page.run_all()
        self.card = CardOnPage(self.page, "study(")
        self.page.page.wait_for_function(RESUMED, arg=self.card.node.element_handle())
        self.bench = activity(self.page, 2)
        asked, self.exam = self.exam.questions, ExamOnPage(self.page, 3, self.exam.seed, 10)
        assert [each.id for each in self.exam.questions] == [each.id for each in asked]

    def steps(self, number: int) -> None:
        """Press so many times, with faults in between."""
        for _ in range(number):
            if self.random.random() < 0.3:
                self.fail()
            self.press()

    def die(self) -> None:
        """Press into a dead connection, which comes back too late."""
        self.connection.drops_said = True
        for _ in range(3):
            self.press()
        self.connection.heal()

    def leg(self) -> None:
        """A fifth of the presses, and then another kernel before all of them are heard."""
        self.steps(PRESSES // 5)
        self.die()
        self.page.restart_kernel()
        self.resume()

    def fail(self) -> None:
        """Another fault, or none."""
        match self.random.choice(["said", "heard", "frozen", "cut", "heal", "heal"]):
            case "said":
                self.connection.drops_said = True
            case "heard":
                self.connection.drops_heard = True
            case "frozen":
                self.connection.is_frozen = True
            case "cut":
                self.connection.cut()
                self.connection.heal()
            case _:
                self.connection.heal()

    def press(self) -> None:
        self.random.choice([self.answer, self.turn, self.choose])()
        self.look()

    def answer(self) -> None:
        node = self.page.cell(1)
        while node.locator(".ccb-next").count():  # after a restart
            node.locator(".ccb-next").click()
        again = node.get_by_role("button", name="Start again")
        if again.count() and (note := again.evaluate(START_AGAIN)):
            assert note.startswith("Not all of your answers")
            self.connection.heal()
            if not self.has_server:
                return
            expect(node.locator(".ccb-note")).to_be_empty(timeout=LONG_MS)
            assert not again.evaluate(START_AGAIN)
        where = node.locator(".ccb-where").text_content() or ""  # also while it scrolls into view
        question = self.card.questions[int(where.split()[1]) - 1]
        self.card.choose(question, [self.random.choice([*question.options])])
        self.card.press(self.random.choice(["I am sure", "I think so"]))
        self.pressed.append(question.id)
        expect(self.card.feedback.locator(".ccb-head")).to_be_visible()
        words = self.card.saved.inner_text()
        assert words.startswith(("Saved.", "Not saved yet."))
        if words == "Saved.":
            assert question.id in new_items(self.lab, self.before)
        node.locator(".ccb-next").click()

    def turn(self) -> None:
        pills = self.page.cell(2).locator(".ccb-choice:visible input:not(:checked)")
        pills.nth(self.random.randrange(pills.count())).locator("..").click()

    def choose(self) -> None:
        self.page.cell(3)
        place = self.random.randrange(self.exam.n)
        self.exam.places.nth(place).click()
        self.exam.is_at(place)
        options = self.exam.node.locator(".ccb-option")
        options.nth(self.random.randrange(options.count())).click()
        checked = self.exam.node.locator(".ccb-option input:checked")
        self.chosen[place] = sorted(checked.evaluate_all("all => all.map(each => +each.value)"))

    def look(self) -> None:
        """A verdict that is not marked as out of date is the verdict of what is set."""
        stand, busy, shown = self.bench.evaluate(SHOWN)
        if not busy:
            assert self.verdict(stand) == unescape(shown), stand

    def verdict(self, stand: dict[str, str]) -> str:
        key = json.dumps(stand)
        if key not in self.verdicts:
            self.verdicts[key] = table_of(verdicts_of(stand))
        return self.verdicts[key]

    def end(self) -> None:
        """Nothing is lost, nothing doubled, and all of it is told as saved."""
        self.connection.cut()
        self.connection.heal()
        expect(self.bench.locator(".ccb-outcome")).to_have_attribute(
            "aria-busy", "false", timeout=LONG_MS
        )
        self.look()
        wait_for(self.page, lambda: new_items(self.lab, self.before) == sorted(self.pressed))
        expected = {
            place: tuple([*self.exam.questions[place].options][each] for each in choice)
            for place, choice in self.chosen.items()
        }
        wait_for(self.page, lambda: self.kept() == expected)

    def kept(self) -> dict[int, tuple[str, ...]]:
        events = Journal(self.lab.home / "customer_casebook_data").read().exams
        [session] = [each for each in exam_sessions(BOOK, events) if each.seed == self.exam.seed]
        return session.answers


START_AGAIN = """button => {
    const note = button.closest(".ccb").querySelector(".ccb-note");
    button.click();
    return button.isConnected ? note.textContent : "";
}"""
RESUMED = """node => {
    const [kept] = Object.entries(localStorage).filter(([name]) => name.startsWith("customer-casebook deck "));
    return node.querySelectorAll(".ccb-mark").length === Object.keys(JSON.parse(kept?.[1] ?? "{}")).length;
}"""
SHOWN = """node => [
    Object.fromEntries([...node.querySelectorAll(".ccb-choice input:checked")]
        .map(each => [each.name.replace(/^ccb-[^-]*-/, ""), each.value])
        .filter(([name]) => !["challenge", "hint"].includes(name))),
    node.querySelector(".ccb-outcome").getAttribute("aria-busy") === "true",
    [...node.querySelector(".ccb-outcome > div:last-child").querySelectorAll("caption, th, td")]
        .map(each => each.innerHTML).join(" ").replace(/<[^>]*>/g, " ").split(/\\s+/).filter(Boolean).join(" ")]"""


def walk_calls() -> list[str]:
    lenses = ["customer", "money", "agreement", "owner", "service", "penalties"]
    return [
        study("cfo-forecast-cockpit", *lenses),
        'what_if("marketing-campaign-hub", [])',
        f"from customer_casebook import exam\nexam(seed={SEED}, n=10, minutes=60)",
    ]


def test_a_random_walk_through_faults_loses_and_doubles_nothing(faulty: Faulty, lab: Lab) -> None:
    page = turned(faulty.page, notebook(lab, "walk.ipynb", *walk_calls()))
    walk = Walk(faulty, lab, SEED)
    walk.steps(PRESSES)
    walk.end()
    assert not page.errors


def test_a_random_walk_through_restarts_loses_and_doubles_nothing(
    browser: Browser, tmp_path: Path
) -> None:
    """Three of the kernel, and one of the server, without which the learner goes on for a while."""
    folder, home, port = tmp_path / "lessons", tmp_path / "home", free_port()
    shutil.copytree(ROOT / "notebooks", folder)
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    told = page.get_by_role("dialog").get_by_role("button", name=re.compile("Dismiss|Close"))

    def dismiss() -> None:  # JupyterLab says that its server is gone
        told.first.click()

    page.add_locator_handler(told, dismiss)
    with run_lab(folder, home, port) as lab:
        faulty = Faulty(LabPage(page, lab))
        name = notebook(lab, "restarts.ipynb", *walk_calls())
        turned(faulty.page, name)
        walk = Walk(faulty, lab, SEED)
        walk.leg()
        walk.leg()
        walk.steps(PRESSES // 5)
    walk.has_server = False
    walk.die()
    with run_lab(folder, home, port) as lab:
        walk.page.lab, walk.has_server = lab, True
        walk.page.open(name)
        walk.resume()
        walk.leg()
        walk.steps(PRESSES // 5)
        walk.end()
        page.context.close()
