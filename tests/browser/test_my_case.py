"""A case of one's own in JupyterLab: by mouse, by keyboard, seen at every width in both themes, and nothing moves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Locator, expect

from tests.browser.activities import activity, notebook, opened
from tests.browser.lab import ROOT, Lab, LabPage
from tests.browser.test_axe import look
from tests.browser.test_look import change, check

LESSON = "20_your_own_case.ipynb"
LONG = "Mitarbeiterbetreuungsgesellschaft <script>window.hit = 1</script>"
PLACES = """node => [...node.querySelectorAll(".ccb-own .ccb-row button")].filter(each => each.checkVisibility())
    .map(each => [each.textContent, ...Object.values(each.getBoundingClientRect().toJSON()).slice(0, 2)])"""
FOCUSED = "() => document.activeElement.closest('[data-fact]')?.dataset.fact ?? document.activeElement.textContent"


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    calls = ["from customer_casebook import my_case", "my_case()"]
    with opened(browser, lab, notebook(lab, "own-case.ipynb", *calls)) as page:
        page.page.evaluate(AXE_SCRIPT)
        yield page


@pytest.fixture
def form(page: LabPage) -> Iterator[Locator]:
    """The form, blank."""
    node = activity(page, 2)
    yield node
    node.get_by_role("button", name="A new case").click()
    expect(node.get_by_label("Who provides it")).to_have_value("")


def fill(node: Locator, *names: str) -> None:
    for label, name in zip(("Who provides it", "The service", "Who gets it"), names, strict=True):
        node.get_by_role("textbox", name=label).fill(name)


def asked(node: Locator, words: str) -> None:
    """A question is shown, in view, and the focus is in it."""
    expect(node.locator(".ccb-prompt:visible")).to_contain_text(words)
    expect(node.locator(".ccb-prompt:visible")).to_be_in_viewport(ratio=1)
    expect(node.locator("[data-fact]:not(.ccb-unseen) input:focus")).to_have_count(1)


def answer(node: Locator, option: str) -> None:
    node.locator("[data-fact]:not(.ccb-unseen)").get_by_text(option, exact=True).click()
    node.get_by_role("button", name="Next").click()


def test_by_mouse_from_a_situation_to_a_page_and_back(
    page: LabPage, form: Locator, tmp_path: Path
) -> None:
    form.get_by_role("button", name="Human Resources and the payroll").click()
    expect(form.get_by_label("Who provides it")).to_have_value("Tarnbrook IT")
    form.get_by_role("button", name="Begin").click()
    asked(form, "Does Human Resources approve the money for the payroll system?")
    expect(form.get_by_role("button", name="Next")).to_be_disabled()
    places = form.evaluate(PLACES)
    answer(form, "Yes")
    asked(form, "Does Tarnbrook IT serve several units")
    assert form.evaluate(PLACES)[:3] == places[:3]  # nothing has moved under the pointer
    expect(form.get_by_role("status").first).to_contain_text(
        "Role: Customer, User and Sponsor. Does"
    )
    answer(form, "I do not know")
    asked(form, "What does Human Resources pay")
    answer(form, "Nothing, but the cost is shown")
    expect(form.get_by_text("There is nothing more to ask.").last).to_be_focused()
    expect(form.locator(".ccb-page")).to_contain_text("Who knows")
    form.get_by_role("button", name="Change: Does Tarnbrook IT serve several units").click()
    asked(form, "Does Tarnbrook IT serve several units")
    expect(form.get_by_role("radio", name="I do not know").last).to_be_checked()
    answer(form, "Yes, several units share it")
    expect(form.get_by_text("That is all we need to know.").last).to_be_focused()
    form.get_by_role("button", name="Say it yourself").click()
    asked(form, "Does Human Resources say what")
    form.get_by_role("button", name="Back").click()
    asked(form, "What does Human Resources pay")
    option = form.locator("[data-fact]:not(.ccb-unseen)").get_by_text(
        "Money, or something else of value"
    )
    option.click()
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.locator(".ccb-saved")).to_contain_text("Saved")
    expect(form.locator("[data-fact]:not(.ccb-unseen) :checked")).to_have_value(
        "2"
    )  # it stays chosen
    for kind, words in (
        ("print", "<!doctype"),
        ("Markdown", "# Human"),
        ("YAML", "# yaml-language-server"),
    ):
        with page.page.expect_download() as download:
            form.get_by_role("button", name=kind).click()
        download.value.save_as(tmp_path / kind)
        assert (tmp_path / kind).read_text("utf-8").startswith(words)
    form.get_by_role("button", name="A new case").click()
    form.get_by_role("button", name="Open: Human Resources and Tarnbrook IT").first.click()
    expect(form.get_by_text("That is all we need to know.").last).to_be_focused()
    compare = form.get_by_role("button", name="Compare: Human Resources").first
    compare.click()
    expect(form.get_by_role("heading", name="Beside: Human Resources")).to_be_visible()
    expect(compare).to_be_focused()
    form.get_by_role("button", name="Compare with the nearest").click()
    expect(form.get_by_role("heading", name="Beside: The Registry")).to_be_visible()


def test_an_answer_that_is_taken_back_is_seen(form: Locator) -> None:
    form.get_by_role("button", name="Human Resources and the payroll").click()
    form.get_by_role("button", name="Begin").click()
    taken = form.locator(
        "p", has_text="Taken back, as it does not fit: Is there one top management"
    )
    expect(taken).to_have_count(0)
    form.get_by_role("button", name="Change: What is Human Resources?").click()
    answer(form, "A private person, or several")
    expect(taken).to_be_visible()
    form.get_by_role("button", name="Back").click()
    expect(taken).to_have_count(0)


def test_by_keyboard_and_hostile_names_are_text(page: LabPage, form: Locator) -> None:
    cells = len(page.cells())
    keys = page.page.keyboard
    form.get_by_label("Who provides it").focus()
    for name in ("ddxx the provider", "<b>aabb</b>", LONG):
        keys.type(name)
        keys.press("Tab")
    form.get_by_label("Who gets it").press("Enter")
    asked(form, "What does Mitarbeiter")
    keys.press("1")
    keys.press("Enter")
    asked(form, "from ddxx the provider?")
    expect(form.locator("input:focus")).to_have_count(1)
    keys.press("ArrowDown")
    expect(form.get_by_role("radio").nth(1)).to_be_checked()
    keys.press("ArrowUp")
    expect(form.get_by_role("radio").first).to_be_checked()
    expect(form.locator("input:checked:focus")).to_have_count(1)
    keys.press("Enter")
    asked(form, "and ddxx the provider?")
    keys.press("3")
    keys.press("Enter")
    asked(form, "What is Mitarbeiter")  # which takes the focus, as "Back" does
    form.get_by_role("button", name="Back").press("Enter")
    asked(form, "and ddxx the provider?")
    expect(
        form.get_by_role("radio", name="I do not know").and_(form.locator(":checked:focus"))
    ).to_have_count(1)
    for key in "dda":  # which would delete the cell, or insert one
        keys.press(key)
    assert len(page.cells()) == cells
    assert page.page.evaluate("window.hit") is None
    expect(form).to_contain_text("<b>aabb</b>")


def test_by_keyboard_to_the_heading_of_the_result_on_the_page_of_the_lesson(
    browser: Browser, lab: Lab
) -> None:
    (lab.folder / "own").mkdir()
    lesson = nbformat.read(ROOT / "notebooks" / LESSON, as_version=4)
    with opened(browser, lab, lab.write(f"own/{LESSON}", lesson)) as page:
        node, keys = page.page.locator(".ccb-own").last, page.page.keyboard
        node.get_by_role("button", name="Human Resources and the payroll").press("Enter")
        expect(node.get_by_label("Who provides it")).to_be_focused()
        expect(
            node.get_by_role("button", name="Save", exact=True)
        ).to_be_visible()  # some facts are known
        node.get_by_label("Who gets it").press("Enter")
        for words in ("approve the money", "serve several units", "pay for", "say what is needed"):
            asked(node, words)
            keys.press("2")
            keys.press("Enter")
        ending = node.get_by_role("heading", name="That is all we need to know.")
        expect(ending).to_be_focused()
        expect(ending).to_be_in_viewport(ratio=1)
        node.get_by_role("button", name="A new case").press("Enter")
        expect(node.get_by_label("Who provides it")).to_be_focused()
        expect(
            node.get_by_role("button", name="Save", exact=True)
        ).to_be_hidden()  # there is nothing to save
        node.get_by_role("button", name="Open: Human").first.press("Enter")
        expect(ending).to_be_focused()


def test_a_party_of_several_is_asked_about_in_the_plural_unless_one_says_otherwise(
    form: Locator,
) -> None:
    fill(form, "the lab", "the dish wash", "our students")
    form.get_by_role("button", name="Begin").click()
    asked(form, "What do our students pay for the dish wash?")
    answer(form, "Nothing")
    form.get_by_role("button", name="Change the names").click()
    form.get_by_label("One or several").select_option("one")
    form.get_by_role("button", name="Begin").click()
    asked(form, "Does our students")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_every_step_can_be_read_and_hit_at_every_width(
    page: LabPage, form: Locator, theme: str
) -> None:
    change(page, theme)
    check(page, form)
    assert look(form) == []
    fill(form, LONG, "the service of a very long name that goes on and on and on", LONG)
    form.get_by_role("button", name="Begin").click()
    asked(form, "What does Mitarbeiter")
    for option in ("Money, or something else of value", "Yes"):
        check(page, form)
        assert look(form) == []
        answer(form, option)
        expect(form.get_by_role("button", name="Next")).to_be_disabled()
    while form.get_by_role("button", name="Next").is_visible():
        where = form.locator(".ccb-where:visible").inner_text()
        answer(form, "I do not know")
        expect(form.locator(".ccb-where:visible").filter(has_text=where)).to_have_count(0)
    form.get_by_role("button", name="Save", exact=True).click()
    expect(form.locator(".ccb-saved")).to_contain_text("Saved")
    form.get_by_role("button", name="Compare with the nearest").click()
    expect(form.get_by_role("heading", name="Beside:")).to_be_visible()
    for fold in form.locator("summary").all():
        fold.click()
    check(page, form)
    assert look(form) == []
    change(page, "Light")


def test_the_next_button_is_in_sight_on_a_phone(page: LabPage, form: Locator) -> None:
    page.page.set_viewport_size({"width": 480, "height": 900})
    form.get_by_role("button", name="A franchise and its shops").click()
    form.get_by_role("button", name="Begin").click()
    asked(form, "Is there one top management above both a franchise shop and")
    expect(form.get_by_role("button", name="Next")).to_be_in_viewport(ratio=1)
    page.page.set_viewport_size({"width": 1280, "height": 900})
