"""The notebook's own keys, pressed on every control we show, leave the notebook alone.

Without our care JupyterLab and Notebook 7 take them from whatever has the focus: d d or x deletes the lesson cell.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.activities import CardOnPage, activity, notebook, opened, run
from tests.browser.lab import NOTEBOOK_7, Lab, LabPage

# Cut, delete, insert, convert, restart, merge, undo, find, help ..., and what nobody gives a meaning.
IDLE = [*"ddxabmry00zcvfhlo8", "Shift+V", "Shift+M", "Control+Shift+Minus", "Escape"]
ARROWS = ["ArrowDown", "ArrowRight", "ArrowUp", "ArrowLeft"]
RUN = ["Shift+Enter", "Control+Enter", "Alt+Enter"]

NOTEBOOK = """() => {
    const {content, sessionContext} = window.jupyterapp.shell.currentWidget;
    return {
        mode: content.mode,
        ran: [...content.model.cells].map(cell => cell.executionCount),
        kernel: sessionContext.session.kernel.id,
    };
}"""
UNGUARDED = """node => [...node.querySelectorAll(
    "button, input, select, summary, a[href], [tabindex], [contenteditable]")]
    .filter(each => each.dataset.lmSuppressShortcuts !== "true").map(each => each.outerHTML)"""

DECK = """\
from customer_casebook import case
from customer_casebook import find_evidence
from customer_casebook import sort_parties
from customer_casebook.course.casebook import course
from customer_casebook.course.items import CaseItem, story
from customer_casebook.widgets.practice import deck
told = case("tussock-till-system")
deck([CaseItem(course(), told, lens, intro=story(told)) for lens in ("money", "owner")], "Twice")"""


@pytest.fixture(scope="module", params=["JupyterLab", "Notebook 7"])
def page(browser: Browser, lab: Lab, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    server = lab if request.param == "JupyterLab" else replace(lab, view=NOTEBOOK_7)
    calls = [
        'study("marketing-campaign-hub", ["customer", "role"])',
        'compare("marketing-campaign-hub", "ferries-ticket-shop", ["customer"])',
        'what_if("marketing-campaign-hub")',
        DECK,
        'find_evidence("spot-eleven-buckets")',
        'sort_parties(["marketing-campaign-hub", "wimbrel-pocket-account"])',
        "from customer_casebook import ledger\nledger()",
    ]
    with opened(browser, server, notebook(lab, "keys.ipynb", *calls)) as page:
        yield page


def press(page: LabPage, control: Locator, *keys: str) -> None:
    """Press the notebook's keys on a control, then ``keys``, which it may answer; the notebook stays as it was."""
    before = page.cells(), page.page.evaluate(NOTEBOOK)
    control.focus()
    for key in IDLE:
        page.page.keyboard.press(key)
    expect(control).to_be_focused()
    for key in keys:
        page.page.keyboard.press(key)
    assert (page.cells(), page.page.evaluate(NOTEBOOK)) == before
    expect(page.page.get_by_role("dialog")).to_have_count(0)


def test_a_click_into_the_text_of_a_question_is_into_the_question(page: LabPage) -> None:
    node = activity(page, 1)
    node.locator(".ccb-prompt").click()
    expect(node).to_be_focused()
    page.page.keyboard.press("2")
    expect(node.get_by_role("radio").nth(1)).to_be_checked()
    node.locator(".ccb-prompt").click()
    before = page.cells(), page.page.evaluate(NOTEBOOK)
    for key in IDLE[:-1] + RUN:
        page.page.keyboard.press(key)
    expect(node).to_be_focused()
    assert (page.cells(), page.page.evaluate(NOTEBOOK)) == before
    page.page.keyboard.press("ArrowDown")  # and on to the next cell
    page.page.wait_for_function(
        "window.jupyterapp.shell.currentWidget.content.activeCellIndex === 2"
    )


def test_on_a_card(page: LabPage) -> None:
    card = CardOnPage(page, "study(")
    node = card.node

    def button(name: str) -> Locator:
        return node.get_by_role("button", name=name)

    press(page, node.get_by_role("radio").first, *ARROWS, *RUN, "Enter", "Space")
    expect(node.get_by_role("radio", checked=True)).to_have_count(1)
    press(page, button("I am sure"), *ARROWS, "Enter")
    expect(card.saved).to_have_text("Saved.")
    press(page, button("Next question"), *ARROWS, "Enter")
    press(page, node.get_by_role("checkbox").first, *ARROWS, *RUN, "Enter", "Space")
    press(page, button("I think so"), *ARROWS, "Space")
    expect(card.saved).to_have_text("Saved.")
    press(page, button("Back"), *ARROWS, "Enter")
    button("Next question").click()
    press(page, button("Close the case"), *ARROWS, "Enter")
    press(page, node.get_by_role("heading", name="Case closed"), *ARROWS, *RUN, "Enter", "Space")
    press(page, button("Look at what you missed"), *ARROWS, "Shift+Enter")
    button("Close the case").click()
    press(page, button("Start again"), *ARROWS, "Alt+Enter", "Enter")
    expect(node.get_by_role("radio")).not_to_have_count(0)
    expect(node.get_by_role("radio", checked=True)).to_have_count(0)


def test_on_what_opens_and_closes(page: LabPage) -> None:
    card = CardOnPage(page, "compare(")
    story = card.node.get_by_text("The story:").first
    press(page, story, *ARROWS, *RUN, "Enter", "Space")
    run(page, "from customer_casebook.course.journal import Journal")
    run(page, "kept, Journal.record = Journal.record, None")
    card.answer(card.questions[0])
    press(page, card.saved.get_by_text("Details for technical support"), *ARROWS, "Enter")
    expect(card.saved.locator("pre")).to_be_visible()
    other = CardOnPage(page, "study(")
    other.answer(other.questions[0])
    expect(other.saved).to_contain_text("could not be recorded")
    expect(card.saved.locator("pre")).to_be_visible()  # whatever Python says of another answer
    run(page, "Journal.record = kept")


def test_on_a_story_that_is_read_first(page: LabPage) -> None:
    node = activity(page, 4)
    node.get_by_role("radio").first.click()
    node.get_by_role("button", name="I am sure").click()
    node.get_by_role("button", name="Next question").click()
    story = node.get_by_role("heading")
    expect(story).to_be_focused()
    expect(story).to_be_in_viewport()
    expect(node.locator(".ccb-prompt")).to_be_in_viewport(ratio=1)
    press(page, story, *ARROWS, *RUN, "Enter", "Space", "1")
    expect(node.get_by_role("radio").first).to_be_checked()


def test_on_a_story_to_choose_from(page: LabPage) -> None:
    node = activity(page, 5)
    radios = node.get_by_role("radio")
    press(page, radios.first, *ARROWS, *RUN, "Space", "4")
    expect(radios.nth(3)).to_be_checked()
    expect(radios.nth(3)).to_be_focused()
    page.page.keyboard.press("s")
    expect(node.get_by_role("status")).to_contain_text("Not quite")


def test_the_letters_of_definitions_are_the_keys_that_choose_them(
    browser: Browser, lab: Lab
) -> None:
    call = """from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import course
from customer_casebook.widgets.practice import deck
deck([item_of(course(), "match-customer-user-sponsor")], "Practice")"""
    with opened(browser, lab, notebook(lab, "match.ipynb", call)) as page:
        node = activity(page, 1)
        row = node.locator("fieldset fieldset").nth(1)
        expect(row.locator("kbd")).to_have_text(["A", "B", "C", "D"])
        for number, letter in enumerate("ABCD"):
            expect(node.locator(".ccb-intro li").nth(number)).to_contain_text(f"{letter}. ")
            expect(row.get_by_role("radio").nth(number)).to_have_accessible_name(letter)
        row.get_by_role("radio").first.focus()
        page.page.keyboard.press("c")
        expect(row.get_by_role("radio").nth(2)).to_be_checked()
        expect(node.get_by_role("radio", checked=True)).to_have_count(1)
        assert len(page.cells()) == 2  # "c" and "x" are keys of the notebook, too


def test_digits_choose_in_the_group_that_has_the_focus_and_tab_leads_to_the_next(
    page: LabPage,
) -> None:
    node = activity(page, 6)
    one, two = node.locator("fieldset fieldset").all()
    press(page, one.get_by_role("radio").first, "2", "Tab")
    expect(one.get_by_role("radio").nth(1)).to_be_checked()
    expect(two.get_by_role("radio", checked=True)).to_have_count(0)
    page.page.keyboard.press("3")
    expect(one.get_by_role("radio").nth(1)).to_be_checked()
    expect(two.get_by_role("radio").nth(2)).to_be_checked()
    expect(two.get_by_role("radio").nth(2)).to_be_focused()
    node.locator(".ccb-prompt").click()  # here it is the first group's digits
    page.page.keyboard.press("5")
    expect(two.get_by_role("radio").nth(2)).to_be_checked()
    page.page.keyboard.press("1")
    expect(one.get_by_role("radio").first).to_be_checked()


def test_on_what_if(page: LabPage) -> None:
    node = activity(page, 3)
    switch = node.get_by_role("group", name="Charge").get_by_role("radio", name="none")
    press(page, switch, "1", *ARROWS, *RUN, "Enter", "Space")
    expect(switch).to_be_checked()
    for name in ("Give me a hint", "As the story tells it", "Next challenge"):
        press(page, node.get_by_role("button", name=name), *ARROWS, *RUN, "Enter", "Space")
    press(page, node.get_by_text("The story", exact=True), *ARROWS, *RUN, "Enter", "Space")


def test_arrows_move_along_the_values_of_a_fact_and_tab_leads_to_the_next_fact(
    page: LabPage,
) -> None:
    node = activity(page, 3)
    charge, contract = (
        node.get_by_role("group", name=name).get_by_role("radio")
        for name in ("Charge", "Binding contract")
    )
    node.get_by_role("button", name="As the story tells it").click()
    checked = node.get_by_role("radio", checked=True)
    charge.and_(checked).focus()
    start = charge.evaluate_all("all => all.findIndex(each => each.checked)")
    for key, step in [("ArrowRight", 1), ("ArrowDown", 2), ("ArrowUp", 1), ("ArrowLeft", 0)]:
        page.page.keyboard.press(key)
        value = charge.nth((start + step) % charge.count())
        expect(value).to_be_focused()
        expect(value).to_be_checked()
        expect(node.locator(".ccb-changed")).to_have_count(1 if step else 0)
        expect(value).to_be_focused()  # whatever is drawn anew
    page.page.keyboard.press("Tab")
    expect(contract.and_(checked)).to_be_focused()


def test_on_a_simulator(page: LabPage) -> None:
    node = activity(page, 7)
    node.get_by_role("radio").first.click()
    node.get_by_role("button", name="I am sure").click()
    rung = (
        node.get_by_role("group", name="Marketing is charged", exact=True)
        .get_by_role("radio")
        .first
    )
    press(page, rung, "1", *ARROWS, *RUN, "Enter", "Space")
    expect(rung).to_be_checked()
    handle = node.get_by_role("slider", name="Price, crowns a thousand")
    press(page, handle, "1", *RUN, "Enter", "Space", *ARROWS)
    expect(handle).to_have_attribute("aria-valuetext", "32")  # there and back
    number = node.get_by_role("textbox", name="Price, crowns a thousand, as a number")
    press(page, number, *ARROWS, "Shift+Enter")
    expect(number).to_have_value("32")
    press(page, node.get_by_role("button", name="As at the start"), *ARROWS, *RUN, "Enter", "Space")
    for fold in ("What is assumed", "Every entry"):
        press(page, node.get_by_text(fold).first, *ARROWS, *RUN, "Enter", "Space")


def test_palette_and_save_are_within_reach(page: LabPage) -> None:
    radio = activity(page, 2).get_by_role("radio").first
    palette = page.page.locator(".lm-CommandPalette-input")
    radio.press("Control+Shift+c")
    expect(palette).to_be_focused()
    palette.press("Escape")
    page.page.evaluate("window.jupyterapp.shell.currentWidget.context.model.dirty = true")
    radio.press("Control+s")
    page.page.wait_for_function("!window.jupyterapp.shell.currentWidget.context.model.dirty")
    expect(radio).to_have_attribute("data-lm-suppress-shortcuts", "true")


def test_without_our_care_a_key_deletes_the_lesson(page: LabPage) -> None:
    node = activity(page, 3)
    for place in (1, 2, 3, 4, 5, 6, 7):
        assert activity(page, place).evaluate(UNGUARDED) == []
    before = page.cells()
    button = node.get_by_role("button", name="Give me a hint")
    button.evaluate("node => delete node.dataset.lmSuppressShortcuts")
    button.press("x")
    assert page.cells() == before[:3] + before[4:]
