"""The first pages of the course, worked through as a learner does: by mouse, by keyboard, and when things go wrong."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from customer_casebook.course.items import CaseItem
from customer_casebook.domain.rules import LENSES
from customer_casebook.domain.verdict import UNDETERMINED
from tests.browser.activities import (
    CardOnPage,
    activity,
    attempts,
    busy,
    find,
    notebook,
    opened,
    other_view,
    place_of,
    run,
)
from tests.browser.lab import Lab, LabPage
from tests.course.books import BOOK

LESSON = "07_marketing_and_the_client_firm.ipynb"


@pytest.fixture(scope="module")
def lesson(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    """The first lesson, run. Each test takes activities of its own."""
    with opened(browser, lab, LESSON) as page:
        yield page


@pytest.fixture(scope="module")
def trouble(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    """A notebook of cards, whose kernel is in for something."""
    calls = [
        f'study("{each}", ["customer", "money"])'
        for each in (
            "marketing-campaign-hub",
            "ferries-ticket-shop",
            "facilities-web-shop",
            "museum-shop-cast-counter",
        )
    ]
    calls += [
        f'compare("marketing-campaign-hub", "ferries-ticket-shop", ["{lens}"])'
        for lens in ("customer", "agreement", "penalties")
    ]
    with opened(browser, lab, notebook(lab, "trouble.ipynb", *calls)) as page:
        yield page


def wrong(question: CaseItem) -> str:
    """A wrong option: one that betrays a misconception, where there is one."""
    options = [each for each in question.options if each not in question.right]
    return next((each for each in options if question.misconception({each})), options[0])


def test_a_wrong_answer_is_explained_recorded_and_shown_in_the_evidence(
    lesson: LabPage, lab: Lab
) -> None:
    card = CardOnPage(lesson, 'study("marketing-campaign-hub"')
    before = attempts(lab)
    first, *others = card.questions
    expect(card.node.get_by_role("button", name="I am sure")).to_be_disabled()
    card.answer(first, ["external"])
    misconception = first.misconception({"external"})
    assert misconception in BOOK.misconceptions
    expect(card.feedback).to_contain_text(f"Not quite. The answer: {first.answer}")
    for said in (
        misconception.claim,
        BOOK.sentence(misconception.corrective, first.case),
        first.verdict.because[0].rule.title,
        "What would change it:",
        first.what_if("external"),
    ):
        expect(card.feedback).to_contain_text(said)
    decided = card.node.locator(".ccb-decisive")
    expect(decided).to_have_count(len(first.decisive_evidence))
    assert {each.get_attribute("data-evidence") for each in decided.all()} == set(
        first.decisive_evidence
    )
    expect(card.saved).to_have_text("Saved.")
    (attempt,) = (each for event, each in attempts(lab).items() if event not in before)
    assert attempt["ms"] > 0
    assert {name: attempt[name] for name in attempt.keys() - {"ms", "at", "event", "v"}} == {
        "item": first.id,
        "choice": ["external"],
        "kind": "attempt",
        "content": first.fingerprint,
        "sure": True,
        "right": False,
        "misconception": misconception.id,
    }
    for question in others:
        card.press("Next question")
        card.choose(question, question.right)
        card.press("I think so")
        expect(card.feedback).to_contain_text(f"Right: {question.answer}")
        expect(card.saved).to_have_text("Saved.")
    expect(decided).to_have_count(len(card.questions[-1].decisive_evidence))
    card.press("Close the case")
    expect(card.node.get_by_role("heading", name="Case closed")).to_be_visible()
    expect(card.node).to_contain_text(f"{len(others)} of {len(card.questions)} right.")
    expect(card.node.locator(".ccb-board tbody tr")).to_have_count(len(card.questions))
    expect(card.node.locator(".ccb-open")).to_have_count(0)
    file = card.node.get_by_role("table", name=card.questions[0].case.title, exact=True)
    card.node.get_by_text("The case file, with every verdict").click()
    expect(file.get_by_role("row")).to_have_count(1 + len(LENSES))
    expect(card.node.get_by_role("img", name="you had it wrong")).to_have_count(1)


def test_a_case_is_studied_by_keyboard_alone(lesson: LabPage, lab: Lab) -> None:
    card = CardOnPage(lesson, 'study("ferries-ticket-shop"')
    cells, before = lesson.cells(), attempts(lab)
    first = card.node.get_by_role("radio").first
    # From the cell above, where Shift+Enter leaves a reader, Tab leads into the card.
    lesson.cell(card.place - 1).click()
    for _ in range(20):
        lesson.page.keyboard.press("Tab")
        if card.focus_is_inside():
            break
    expect(first).to_be_focused()
    for question in card.questions:
        expect(card.node.locator(".ccb-prompt")).to_be_in_viewport()
        digits = [str(1 + list(question.options).index(each)) for each in sorted(question.right)]
        presses = [*digits, "s", "Enter"]
        assert question.many or len(presses) <= 4
        for key in presses:
            lesson.page.keyboard.press(key)
            assert card.focus_is_inside(), f"{key} on {question.id} loses the focus"
            if key == "s":
                expect(card.feedback.locator(".ccb-head")).to_be_in_viewport()
                expect(card.feedback).to_contain_text(f"Right: {question.answer}")
                expect(card.saved).to_have_text("Saved.")
    expect(card.node.get_by_role("heading", name="Case closed")).to_be_focused()
    expect(card.node).to_contain_text("Each time you were sure, you were right.")
    assert lesson.cells() == cells
    made = [each for event, each in attempts(lab).items() if event not in before]
    assert [each["item"] for each in made] == [each.id for each in card.questions]
    lesson.page.keyboard.press("Tab")
    expect(card.node.get_by_text("The case file, with every verdict")).to_be_focused()
    lesson.page.keyboard.press("Tab")
    expect(card.node.get_by_role("button", name="Start again")).to_be_focused()
    lesson.page.keyboard.press("Enter")
    expect(first).to_be_focused()
    expect(card.feedback).to_be_empty()


def test_a_choice_in_one_card_leaves_those_in_others_alone(lesson: LabPage) -> None:
    one = CardOnPage(lesson, 'study("ferries-ticket-shop"').node.get_by_role("radio").first
    other = CardOnPage(lesson, 'study("tussock-till-system"').node.get_by_role("radio").first
    one.check()
    other.check()
    expect(one).to_be_checked()


def test_an_explanation_too_long_for_the_screen_is_read_from_its_beginning(
    lesson: LabPage,
) -> None:
    card = CardOnPage(lesson, 'study("ferries-ticket-shop"')
    lesson.page.set_viewport_size({"width": 480, "height": 420})
    card.answer(card.questions[0], [wrong(card.questions[0])])
    head = card.feedback.locator(".ccb-head")
    expect(head).to_be_in_viewport(ratio=1)
    expect(head).to_be_focused()
    lesson.page.keyboard.press("Tab")
    expect(card.node.get_by_text("More about this")).to_be_focused()
    lesson.page.keyboard.press("Tab")
    expect(card.node.locator(".ccb-next")).to_be_focused()
    expect(card.node.locator(".ccb-next")).to_be_in_viewport(ratio=1)
    lesson.page.set_viewport_size({"width": 1280, "height": 900})


def test_what_the_facts_do_not_settle_is_a_right_answer(lesson: LabPage) -> None:
    card = CardOnPage(lesson, 'study("tussock-till-system"')
    question = card.questions[0]
    assert question.right == {UNDETERMINED}
    card.answer(question)
    expect(card.feedback).to_contain_text(f"Right: {question.answer}")
    expect(card.feedback).to_contain_text("What would settle it:")
    expect(card.feedback).to_contain_text(question.turning_sentence)


def test_comparing_two_cases_fills_their_table(trouble: LabPage) -> None:
    card = CardOnPage(
        trouble, 'compare("marketing-campaign-hub", "ferries-ticket-shop", ["agreement"]'
    )
    cells = card.node.locator(".ccb-board tbody td")
    expect(cells).to_have_text(["…"] * len(card.questions))
    shown = ["…"] * len(card.questions)
    for place, question in enumerate(card.questions):
        card.answer(question, None if place else [wrong(question)])
        expect(card.saved).to_have_text("Saved.")
        shown[place] = f"{question.answer}{'✓' if place else '✗ missed'}"
        expect(cells).to_have_text(shown)
        expect(cells.nth(place).locator(".ccb-mark")).to_have_css("font-weight", "600")
        last = place == len(shown) - 1
        card.press("See them side by side" if last else "Next question")
    expect(card.node.get_by_role("heading", name="Both cases closed")).to_be_visible()


def test_a_double_click_is_one_attempt_and_a_new_start_another(trouble: LabPage, lab: Lab) -> None:
    card = CardOnPage(
        trouble, 'compare("marketing-campaign-hub", "ferries-ticket-shop", ["customer"]'
    )
    before = attempts(lab).keys()
    one, two = card.questions
    card.choose(one, one.right)
    card.node.get_by_role("button", name="I am sure").dblclick()
    expect(card.saved).to_have_text("Saved.")
    card.press("Next question")
    card.answer(two)
    expect(card.saved).to_have_text("Saved.")
    assert len(attempts(lab).keys() - before) == 2
    card.press("See them side by side")
    card.press("Start again")
    expect(card.node.get_by_role("radio", checked=True)).to_have_count(0)
    expect(card.saved).to_be_empty()
    card.answer(one)
    expect(card.saved).to_have_text("Saved.")
    assert len(attempts(lab).keys() - before) == 3


def test_one_fact_turned_shows_in_verdicts_picture_and_challenge(lesson: LabPage) -> None:
    node = activity(lesson, find(lesson, "what_if(")[0])
    verdict = node.get_by_role("row", name=re.compile("^Customer"))
    picture = node.get_by_role("img")
    spoken = node.get_by_role("status")

    def turn(fact: str, value: str) -> Locator:
        switch = node.get_by_role("group", name=fact, exact=True)
        switch.get_by_role("radio", name=value, exact=True).click()
        return switch

    expect(verdict).to_have_text("CustomerInternal customer")
    expect(picture).to_have_accessible_name(
        re.compile("belong to one organization.*internal transaction")
    )
    switch = turn("Wider organization", "different")
    expect(switch.get_by_role("radio", name="different")).to_be_checked()
    expect(verdict).to_contain_text("External customer (was: Internal customer)")
    expect(verdict.locator(".ccb-was")).to_be_visible()
    expect(node.locator(".ccb-changed")).to_have_accessible_name("Wider organization")
    expect(picture).to_have_accessible_name(
        re.compile("belong to different organizations.*revenue")
    )
    expect(spoken).to_contain_text("Customer: External customer.")
    expect(spoken).to_contain_text("Solved")
    expect(node).to_contain_text("Solved. The one fact to change was “wider organization”.")
    turn("Charge", "none")
    expect(node).to_contain_text("with 2 facts changed. One is enough.")
    node.get_by_role("button", name="As the story tells it").click()
    expect(verdict).to_have_text("CustomerInternal customer")
    expect(node.locator(".ccb-was, .ccb-changed")).to_have_count(0)
    node.get_by_role("button", name="Next challenge").click()
    expect(node).to_contain_text("Challenge 2 of 2 (1 solved).")
    node.get_by_role("button", name="Give me a hint").click()
    expect(node).to_contain_text("A hint: What is the party charged for the service?")
    turn("Charge", "notional")
    expect(node).to_contain_text("Challenge 2 of 2 (all solved).")
    expect(node).to_contain_text("All solved.")
    expect(picture).to_have_accessible_name(re.compile("belong to one organization.*nothing moves"))


def test_feedback_does_not_wait_for_a_busy_kernel(trouble: LabPage, lab: Lab) -> None:
    card = CardOnPage(trouble, 'study("ferries-ticket-shop"')
    before = attempts(lab).keys()
    with busy(trouble):
        for question in card.questions:
            card.answer(question)
            expect(card.feedback).to_contain_text(f"Right: {question.answer}")
            expect(card.saved).to_contain_text("Not saved yet.")
            card.node.locator(".ccb-next").click()
        card.press("Look back")
        expect(card.saved.get_by_role("alert")).to_be_hidden()  # until it has taken long
        expect(card.saved).to_contain_text("Not saved yet.")
        assert attempts(lab).keys() == before
        for _ in card.questions:
            card.node.locator(".ccb-next").click()
        again = card.node.get_by_role("button", name="Start again")
        again.click()  # would leave behind what is not sent yet
        expect(card.node.locator(".ccb-note")).to_contain_text("Not all of your answers are saved")
    expect(card.node.locator(".ccb-note")).to_be_empty()  # once they are, this is taken back
    card.press("Look back")
    for _ in card.questions:
        expect(card.saved).to_have_text("Saved.")
        card.node.locator(".ccb-next").click()
    assert len(attempts(lab).keys() - before) == len(card.questions)


def test_an_answer_the_disk_does_not_take_is_said_so_and_saved_with_the_next(
    trouble: LabPage, lab: Lab
) -> None:
    card = CardOnPage(trouble, 'study("facilities-web-shop"')
    first, second = card.questions
    folder = lab.home / "customer_casebook_data"
    blocked = lab.home / "no folder"
    blocked.touch()
    move = (
        "import os, customer_casebook.course.journal as j\n"
        "os.environ[j.DATA_FOLDER_VARIABLE] = {!r}; j.journal.cache_clear()"
    )
    run(trouble, move.format(str(blocked)))
    card.answer(first)
    expect(card.feedback).to_contain_text(f"Right: {first.answer}")
    expect(card.saved).to_contain_text("Not saved yet. Your answers cannot be saved")
    blocked.unlink()
    card.press("Next question")
    card.answer(second)
    expect(card.saved).to_have_text("Saved.")
    card.press("Back")
    expect(card.saved).to_have_text("Saved.")
    run(trouble, move.format(str(folder)))


def test_an_answer_that_fails_to_be_recorded_is_said_so_and_the_card_goes_on(
    trouble: LabPage,
) -> None:
    card = CardOnPage(trouble, 'study("marketing-campaign-hub"')
    first, second = card.questions
    run(
        trouble,
        "from customer_casebook.course.journal import Journal as J; J.kept, J.record = J.record, None",
    )
    card.answer(first)
    expect(card.feedback).to_contain_text(f"Right: {first.answer}")
    expect(card.saved.get_by_role("alert")).to_contain_text(
        "This answer could not be recorded. The feedback is right"
    )
    expect(card.saved.locator("pre")).to_be_hidden()
    card.saved.get_by_text("Details for technical support").click()
    expect(card.saved.locator("pre")).to_contain_text("TypeError")
    run(trouble, "J.record = J.kept")
    card.press("Next question")
    card.answer(second)
    expect(card.saved).to_have_text("Saved.")


def test_a_card_outlives_its_kernel(trouble: LabPage) -> None:
    card = CardOnPage(trouble, 'study("museum-shop-cast-counter"')
    trouble.restart_kernel()
    for question in card.questions:
        card.answer(question, [wrong(question)])
        expect(card.feedback).to_contain_text(f"The answer: {question.answer}")
        expect(card.saved).to_contain_text("Not saved yet.")
        card.node.locator(".ccb-next").click()
    trouble.run_all()
    card = CardOnPage(trouble, 'study("museum-shop-cast-counter"')
    expect(card.node.get_by_role("heading", name="Case closed")).to_be_visible()
    card.press("Start again")
    card.answer(card.questions[0])
    expect(card.saved).to_have_text("Saved.")


def test_two_views_of_a_card_say_the_same(trouble: LabPage) -> None:
    card = CardOnPage(
        trouble, 'compare("marketing-campaign-hub", "ferries-ticket-shop", ["penalties"]'
    )
    one, two = card.questions
    other = other_view(trouble, card.place)
    [unpressed] = [*one.options.keys() - one.right][:1]
    other.locator(f".ccb-option:has({place_of(one, unpressed)})").click()
    card.answer(one)
    expect(other.get_by_role("status").first).to_contain_text(f"Right: {one.answer}")
    [right] = one.right
    expect(other.locator(place_of(one, right))).to_be_checked()
    other.get_by_role("button", name="Next question").click()
    card.press("Next question")
    card.answer(two)
    expect(card.saved).to_have_text("Saved.")
    other.get_by_role("button", name="See them side by side").click()
    card.press("See them side by side")
    card.press("Start again")
    expect(other.locator(".ccb-where")).to_contain_text("Question 1 of 2")
