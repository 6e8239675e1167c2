"""The day of an exam, written by keyboard, kept, left out again; and what axe finds in this and in a list."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect

from tests.browser.activities import activity, attempts, notebook
from tests.browser.lab import Lab, LabPage
from tests.browser.test_axe import AXE

LIST = "answers-to-the-payer-claim~list"


def test_the_day_of_an_exam_is_written_and_left_out_by_keyboard(
    lab_page: LabPage, lab: Lab
) -> None:
    page, day = lab_page, datetime.now(UTC).date() + timedelta(days=400)
    before = attempts(lab)
    page.open(notebook(lab, "day.ipynb", "__import__('customer_casebook').prepare_for()"))
    page.run_all()
    cells, node, keys = page.cells(), activity(page, 1), page.page.keyboard
    field, none = node.get_by_label("Day of the exam"), node.get_by_role("button", name="No day")
    expect(field).to_have_attribute("type", "date")
    expect(field).to_have_accessible_description(
        "You may leave it out. With a day, reviews fit into the time that is left."
    )
    node.get_by_label("Exam", exact=True).focus()
    keys.press("Tab")
    expect(field).to_be_focused()
    keys.type(f"{day:%m%d%Y}")
    expect(field).to_have_value(day.isoformat())
    page.page.evaluate(AXE_SCRIPT)
    assert node.evaluate(AXE, []) == []
    node.get_by_role("button", name="Keep it").press("Enter")
    expect(node).to_contain_text(f"The exam is on {day:%A} {day.day} {day:%B} {day.year}.")
    none.press("Enter")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    node.get_by_role("button", name="Keep it").press("Enter")
    expect(node).to_contain_text("Kept: All editions. The choice holds")
    new = [each for k, each in attempts(lab).items() if k not in before]
    said = [each["data"] for each in new if each.get("what") == "goal"]
    assert said == [{"for": "", "on": day.isoformat()}, {"for": ""}]
    assert page.cells() == cells


@pytest.mark.parametrize("width", [1280, 480])
def test_the_statements_of_a_list_stand_above_their_pairs(
    lab_page: LabPage, lab: Lab, width: int
) -> None:
    page = lab_page
    page.page.set_viewport_size({"width": width, "height": 900})
    deck = "__import__('customer_casebook.widgets.practice', fromlist=['deck']).deck"
    asked = "__import__('customer_casebook.course.bank', fromlist=['x']).item_of"
    book = "__import__('customer_casebook.course.casebook', fromlist=['x']).course()"
    page.open(notebook(lab, f"list-{width}.ipynb", f"{deck}([{asked}({book}, {LIST!r})], 'List')"))
    page.run_all()
    node = activity(page, 1)
    group, statements = node.get_by_role("group").first, node.locator("[id$='-list'] p")
    expect(group).to_have_accessible_description(" ".join(statements.all_inner_texts()))
    last = statements.nth(3)
    pair = node.locator(".ccb-option").first
    one, other = last.bounding_box(), pair.bounding_box()
    assert one
    assert other
    assert one["y"] + one["height"] <= other["y"]
    page.page.evaluate(AXE_SCRIPT)
    assert node.evaluate(AXE, []) == []
    pair.click()
    node.get_by_role("button", name="I am sure").click()
    expect(node.locator(".ccb-feedback .ccb-head")).to_be_visible()
    assert node.evaluate(AXE, []) == []
