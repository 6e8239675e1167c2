"""Another question of the same kind on a card: by keyboard, with the focus, and what the journal then holds."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from tests.browser.activities import CardOnPage, activity, attempts, busy, notebook
from tests.browser.lab import Lab, LabPage

STUDY = "study('marketing-campaign-hub', ['customer', 'role'])"
MORE = "Show me another of the same kind"


def opened(page: LabPage, lab: Lab, name: str, call: str = STUDY) -> Locator:
    page.open(notebook(lab, name, call))
    page.run_all()
    return activity(page, 1)


def answer(page: LabPage, card: Locator) -> None:
    """Choose the first option and be sure, by keyboard."""
    for key in ("1", "s"):
        page.page.keyboard.press(key)
    expect(card.locator(".ccb-feedback .ccb-head")).to_be_visible()


def test_by_keyboard_another_comes_has_the_focus_and_counts_and_the_deck_goes_on(
    lab_page: LabPage, lab: Lab
) -> None:
    page = lab_page
    node = opened(page, lab, "another.ipynb")
    keys, where = page.page.keyboard, node.locator(".ccb-where")
    expect(node.get_by_role("button", name=MORE)).to_have_count(0)  # before an answer
    node.locator("input").first.focus()
    answer(page, node)
    more = node.get_by_role("button", name=MORE)
    title = node.locator(".ccb-intro h3")
    expect(title).to_have_text("The campaign that could not wait")
    seen, before = set(), attempts(lab)  # perhaps another test's, too
    for n in range(2):
        for _ in range(8):
            if more.evaluate("node => node === document.activeElement"):
                break
            keys.press("Tab")
        expect(more).to_be_focused()
        keys.press("Enter")
        expect(where).to_have_text("Another of the same kind · Customer")
        expect(title).to_contain_text("another version of this case")
        expect(node.locator(".ccb-feedback")).to_be_empty()
        assert node.evaluate("node => node.contains(document.activeElement)")
        focused = page.page.locator(":focus")
        expect(focused).to_be_in_viewport()
        seen.add(node.locator(".ccb-intro").inner_text())
        if focused.evaluate("node => node.tagName") != "INPUT":  # the story beside it is read first
            node.locator("input").first.focus()
        answer(page, node)
        expect(node.locator(".ccb-saved")).to_have_text("Saved.")
        asked = {new.get("item", "") for k, new in attempts(lab).items() if k not in before}
        assert len([k for k in asked if k.startswith("marketing-campaign-hub~")]) == n + 1
    assert len(seen) == 2
    node.get_by_role("button", name="Back").click()
    expect(title).to_have_text("The campaign that could not wait")
    expect(node.locator(".ccb-feedback .ccb-head")).to_be_visible()
    node.get_by_role("button", name="Next question").click()
    expect(where).to_contain_text("Question 2 of 2")
    page.check()


def test_while_python_is_busy_it_says_so_and_another_comes_when_it_is_back(
    lab_page: LabPage, lab: Lab
) -> None:
    node = opened(lab_page, lab, "another, busy.ipynb")
    card = CardOnPage(lab_page, "study('marketing-campaign-hub'")
    card.answer(card.questions[0])
    expect(card.saved).to_have_text("Saved.")
    with busy(lab_page):
        card.press(MORE)
        expect(card.saved).to_contain_text("This is not up to date yet.")
    expect(node.locator(".ccb-where")).to_contain_text("Another of the same kind")
    expect(card.saved).to_be_empty()
