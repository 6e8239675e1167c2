"""What a learner sets before practice or an exam, and what each row of a sort says, on the page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Browser, expect

from customer_casebook.course.bank import SortItem
from customer_casebook.course.casebook import course
from tests.browser.activities import FOCUS, CardOnPage, activity, notebook, opened, turned
from tests.browser.lab import Lab, LabPage
from tests.browser.test_keys import UNGUARDED
from tests.course.books import BOOK, item

SORT = "sort-who-is-one-of-us"
# An answer or an exam of another test would be taken up.
ALONE = "import os, tempfile\nos.environ['CUSTOMER_CASEBOOK_DATA'] = tempfile.mkdtemp()\n"
CALLS = (
    f"{ALONE}from customer_casebook import exam, practice, sort_parties, study",
    "practice()",
    "exam()",
    f"sort_parties({[*getattr(BOOK.questions[SORT], 'cases', ())]})",
    'study("marketing-campaign-hub", ["role"])',
)
BOXES = """node => [".ccb-evidence", ".ccb-answers"]
    .map(part => node.querySelector(part).getBoundingClientRect().toJSON())"""


@pytest.fixture
def page(one_lab: LabPage, lab: Lab, request: pytest.FixtureRequest) -> LabPage:
    return turned(one_lab, notebook(lab, f"{request.node.name}.ipynb", *CALLS))


def test_practice_is_set_by_keyboard_and_the_notebook_hears_no_key(page: LabPage) -> None:
    node, keyboard = activity(page, 2), page.page.keyboard
    before = page.cells()
    assert node.evaluate(UNGUARDED) == []
    questions = node.get_by_label("Questions", exact=True)
    questions.focus()
    keyboard.press("Control+A")
    for key in ("d", "d", "x", "a", "9", "9", "9"):
        keyboard.press(key)
    keyboard.press("Tab")
    expect(questions).to_have_value("8")  # what is no number is no choice
    questions.fill("2")
    objective = node.get_by_label("Objective")
    objective.select_option(label=course().objectives["going-direct"].can)
    node.get_by_label("Shared number").fill("3")
    node.get_by_role("button", name="Start").focus()
    keyboard.press("Enter")
    expect(node.locator(".ccb-where")).to_contain_text("Question 1 of 2")
    page.page.wait_for_function(
        "node => node.contains(document.activeElement)", arg=node.element_handle()
    )
    assert node.evaluate(FOCUS)
    assert page.cells() == before


def test_an_exam_has_the_number_and_the_minutes_that_are_set(page: LabPage) -> None:
    node = activity(page, 3)
    node.get_by_label("Questions", exact=True).fill("0")
    node.get_by_label("Minutes").fill("5")
    expect(node.get_by_label("Questions", exact=True)).to_have_value("1")  # held to what is allowed
    node.get_by_label("Questions", exact=True).fill("3")
    node.get_by_role("button", name="Start the clock").click()
    expect(node.locator(".ccb-where")).to_have_text("Question 1 of 3")
    expect(node.get_by_role("timer")).to_have_text(re.compile(r"^[45]:\d\d left$"))
    expect(node.locator(".ccb-place").first).to_have_accessible_name("Question 1, open")
    expect(node.locator("[title]")).to_have_count(0)  # it would be read after the same name


def test_each_row_of_a_sort_is_named_once_and_says_its_rule(page: LabPage) -> None:
    node, asked = activity(page, 4), item(SORT)
    assert isinstance(asked, SortItem)
    rows = node.locator(".ccb-group")
    for row, group in zip(rows.all(), asked.groups, strict=True):
        assert row.get_attribute("aria-label") is None
        expect(row.locator("legend")).to_have_text(group.label)
        expect(row.locator(".ccb-evidence").first).to_be_visible()
        row.get_by_text("Internal customer").click()
    node.get_by_role("button", name="I am sure").click()
    expect(node.locator(".ccb-feedback")).to_have_text("1 of 3 right. Each row says why.")
    for row, part in zip(rows.all(), asked.parts.values(), strict=True):
        is_right = part.right == {"internal"}
        name = f"Internal customer Your answer, {'right' if is_right else 'wrong'}"
        expect(row.get_by_role("radio", name=name)).to_be_checked()
        reason = (
            part.verdict.because[0].rule.title if part.verdict.because else "What would settle it:"
        )
        expect(row.locator(".ccb-rule")).to_contain_text(reason)
    opened_rows = node.locator(".ccb-opens")
    expect(opened_rows.first).to_be_visible()


def test_of_several_ticks_the_evidence_of_the_wrong_or_missing_one_is_marked(page: LabPage) -> None:
    card = CardOnPage(page, "study(")
    [role] = card.questions
    card.answer(role, ["customer", "sponsor"])
    for kind, mark in (("supporting", "supporting"), ("decisive", "decisive"), ("open", "opens")):
        shown = card.node.locator(f".ccb-{mark}").all()
        names = [each.get_attribute("data-evidence") for each in shown]
        assert names == role.evidence_on("user")[kind]


@pytest.mark.parametrize("width", [1280, 480])
def test_the_answers_of_a_sort_stand_beside_its_evidence_or_below(
    browser: Browser, lab: Lab, width: int
) -> None:
    size = {"width": width, "height": 900}
    with opened(browser, lab, notebook(lab, f"sort-{width}.ipynb", *CALLS), viewport=size) as page:
        evidence, answers = activity(page, 4).locator(".ccb-group").first.evaluate(BOXES)
        beside = answers["x"] > evidence["x"] + evidence["width"]
        below = answers["y"] > evidence["y"] + evidence["height"]
        assert (beside, below) == ((True, False) if width == 1280 else (False, True))
