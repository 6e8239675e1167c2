"""Every activity before it is run, opened again, and when its Python is gone: what a learner sees, and can do."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import nbformat
import pytest
from nbformat.sign import NotebookNotary
from nbformat.v4 import new_code_cell
from playwright.sync_api import Browser, Locator, expect

from customer_casebook.jupyter import WIDGET_VIEW
from tests.browser.activities import activity, opened
from tests.browser.lab import Lab, LabPage
from tests.browser.test_keys import ARROWS, RUN, press
from tests.browser.walks import ACTIVITIES, PLACES, every_activity

NAME = "states.ipynb"

# Where a learner is, in the activities that need their Python, when it goes; the others are where they begin.
REACHED = {
    "what_if": "solved",
    "ledger": "played",
    "service_levels": "predicted",
    "going_direct": "moved",
    "expectation_gap": "predict",
    "progress": "begun",
    "my_case": "asked",
    "exam": "ready",
    "exam(seed=6, n=3, minutes=5)": "question 2",
    "exam(seed=7, n=3, minutes=5)": "done",
}
EXAMS = {name: len(PLACES) + place for place, name in enumerate([*REACHED][-2:], 1)}
CARDS = ["study", "undetermined", "compare", "every kind", "find_evidence", "owners", "review"]

TEXT = (
    "See [the others](other.ipynb).\n\n<details><summary>Details</summary>\n\nInside.\n\n</details>"
)
WRITE = """source => window.jupyterapp.shell.currentWidget.content.model.sharedModel
    .addCell({cell_type: "markdown", source})"""
TRUSTED = "place => window.jupyterapp.shell.currentWidget.content.model.cells.get(place).trusted"
SHUT_DOWN = "() => window.jupyterapp.shell.currentWidget.sessionContext.shutdown()"
BROKEN_LINKS = """node => [node.parentElement, node, ...node.querySelectorAll(":not(.ccb-head)")]
    .map(each => getComputedStyle(each, "::before").content).filter(content => !["none", '""'].includes(content))"""
ANSWERING = """node => [...node.querySelectorAll(
        ".ccb-controls :is(button, input), .ccb-row button, .ccb-exam :is(button, input)")]
    .filter(each => each.checkVisibility() && !each.closest("[inert]")).map(each => each.outerHTML)"""


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    """Every activity, run; the exam three times, for its phases."""
    notebook = nbformat.read(lab.folder / every_activity(lab), as_version=4)
    notebook.cells += [new_code_cell(call, id=f"exam-{place}") for call, place in EXAMS.items()]
    with opened(browser, lab, lab.write(NAME, notebook)) as page:
        yield page


def folds_and_links_of_the_text_keep_the_keys(page: LabPage) -> None:
    """In a text that JupyterLab has cleaned of what would keep the notebook's keys out of them."""
    page.page.evaluate(WRITE, TEXT)
    text = page.cell(len(page.cells()) - 1)
    fold, inside = text.locator("summary"), text.locator("details p")
    press(page, fold, *ARROWS, *RUN, "Enter")  # an Enter of any kind opens or closes
    expect(inside).to_be_hidden()
    fold.click()
    expect(inside).to_be_visible()
    fold.press("Space")
    expect(inside).to_be_hidden()
    press(page, text.get_by_role("link", name="the others"), *ARROWS)


def gone(node: Locator) -> Locator:
    """What an activity says when its Python is gone."""
    return node.locator(
        ".ccb-gone", has_text="choose Kernel, then Restart Kernel and Run All Cells."
    )


def test_opened_again_while_python_runs_all_are_back(
    page: LabPage, open_lab: Callable[..., LabPage]
) -> None:
    page.save()
    again = open_lab(viewport={"width": 1280, "height": 900})
    again.open(NAME)
    for place in {**PLACES, **EXAMS}.values():
        activity(again, place)
    expect(again.page.get_by_text("Error displaying widget")).to_have_count(0)


@pytest.mark.parametrize("trusted", [True, False])
def test_opened_again_without_its_python_all_are_transcripts_that_say_how_to_start(
    page: LabPage, open_lab: Callable[..., LabPage], lab: Lab, *, trusted: bool
) -> None:
    saved = page.save()
    outputs = [output for cell in saved["cells"] for output in cell["outputs"]]
    assert not any(WIDGET_VIEW in output["data"] for output in outputs)
    assert "widgets" not in saved["metadata"]
    name = "states, another kernel.ipynb"
    if not trusted:  # from elsewhere: saved without our hook
        for output in outputs:
            output["data"][WIDGET_VIEW] = {"model_id": "gone", "version_major": 2}
    lab.write(name, notebook := nbformat.from_dict(saved))
    if trusted:
        NotebookNotary(data_dir=str(lab.home / "jupyter_data_dir")).sign(notebook)
    again = open_lab(viewport={"width": 1280, "height": 900})
    again.open(name)
    for place in {**PLACES, **EXAMS}.values():
        shown = again.cell(place)
        expect(
            shown.get_by_text("To do it yourself, choose Run, then Run All Cells.")
        ).to_be_visible()
        expect(shown).not_to_contain_text("Error displaying widget")
        expect(shown.locator(".ccb, .ccb-activity")).to_have_count(0)
        assert again.page.evaluate(TRUSTED, place) is trusted
    expect(again.page.get_by_text("Error displaying widget")).to_have_count(0)


def test_folds_and_links_of_the_text_keep_the_keys_out_of_the_notebook(page: LabPage) -> None:
    folds_and_links_of_the_text_keep_the_keys(page)


def test_when_python_is_started_anew_each_says_so_and_running_makes_it_good(page: LabPage) -> None:
    places = {**PLACES, **EXAMS}
    for name, state in REACHED.items():
        _, way = ACTIVITIES.get(name, ACTIVITIES["exam"])
        assert state in way(activity(page, places[name]))  # goes on as far as that
    page.restart_kernel()
    for name, place in places.items():
        node = activity(page, place)
        assert node.evaluate(BROKEN_LINKS) == []
        if name not in REACHED:
            expect(gone(node)).to_have_count(0)
            continue
        expect(gone(node)).to_be_visible()
        words = gone(node).text_content() or ""  # the inner text of what is drawn late is empty
        expect(node.locator(".ccb-live")).to_have_text(words)
        assert ("its clock goes on too" in words) is (REACHED[name] == "question 2")
        assert node.evaluate(ANSWERING) == []
    for name in CARDS:
        node = activity(page, places[name])
        for group in node.locator("fieldset:not(:has(fieldset))").all():
            group.locator("input").first.dispatch_event("click")
        node.get_by_role("button", name="I am sure").click()
        expect(node.locator(".ccb-feedback .ccb-head")).to_be_visible()
        expect(node.locator(".ccb-saved")).to_contain_text("Not saved yet.")
    page.run_all()
    for name in REACHED:
        expect(gone(activity(page, places[name]))).to_have_count(0)
    assert "moved" in ACTIVITIES["ledger"][1](activity(page, places["ledger"]))


def test_when_python_is_shut_down_the_first_touch_tells(page: LabPage) -> None:
    node = activity(page, PLACES["what_if"])  # not the one touched last: that tells by itself
    switch = node.get_by_role("group", name="Charge").get_by_role("radio", checked=True)
    page.page.evaluate(SHUT_DOWN)
    expect(gone(node)).to_have_count(0)
    switch.focus()
    expect(gone(node)).to_be_focused()
    expect(switch).not_to_be_focused()
