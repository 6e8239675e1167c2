"""Every notebook of the course, worked through from top to bottom by keyboard alone.

The learner here sees what has the focus, and knows no more than what a screen reader would say of it.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.lab import ROOT, Lab, LabPage, run_lab

COURSE = sorted(each.name for each in (ROOT / "notebooks").glob("*.ipynb"))

# What has the focus, once a frame is painted: where it is, whether that can be seen, and what it is.
FOCUS = """async () => {
    await new Promise(painted => requestAnimationFrame(() => setTimeout(painted)));
    const panel = window.jupyterapp.shell.currentWidget;
    const node = document.activeElement;
    const view = panel.node.getBoundingClientRect();
    const {top, bottom, height} = node.getBoundingClientRect();
    const marked = [node, node.closest("label")].some(each => {
        const {outlineStyle, outlineWidth} = each ? getComputedStyle(each) : {};
        return outlineStyle && outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
    });
    const card = node.closest(".ccb");
    const press = card?.querySelector(".ccb-press button");
    return {
        html: node.outerHTML.slice(0, 300),
        place: panel.content.node.contains(node) ? panel.content.activeCellIndex : -1,
        ours: Boolean(node.closest(".ccb, .ccb-activity, .ccb-transcript")),
        marked,
        seen: height > 0 && bottom > view.top && top < view.bottom,
        kind: node.getAttribute("role") ?? node.type ?? node.localName,
        name: node.getAttribute("aria-label") ?? node.textContent,
        isSwitch: Boolean(node.closest(".ccb-choice")),
        complete: press && !press.disabled,
    };
}"""

# Not pressed: they lead back, or to the exam and to more of the same kind, which have tests of their own.
BACK = re.compile(
    "To the |Show me another|No day|Start again|Start the clock|Back|Change|A new case|Open: "
    "|Look |As |Erase"
)
# Of an own case: Python says which question is next, and the focus goes to it.
STEPS = ("Begin", "Next")


class Learner:
    """Somebody at the keyboard who reads on with Tab, and does what comes first wherever there is something to do."""

    def __init__(self, page: LabPage) -> None:
        self.page = page.page
        self.cells = page.cells
        self.focus: dict[str, Any] = {}
        self.trail: list[str] = []

    def press(self, key: str) -> None:
        """Press a key, and see where the focus then is."""
        self.page.keyboard.press(key)
        self.look(key)

    def look(self, after: str) -> None:
        """See where the focus is."""
        self.focus = self.page.evaluate(FOCUS)
        self.trail.append("{0}: {place} {kind} {name:.30}".format(after, **self.focus))
        if self.focus["ours"]:
            assert self.focus["seen"], (self.trail, self.focus)
            assert self.focus["marked"], (self.trail, self.focus)

    def act(self) -> bool:
        """Do what the control with the focus is for; whether that leads to another one."""
        kind, name = self.focus["kind"], self.focus["name"]
        if self.focus["isSwitch"]:  # one value of several
            self.press("ArrowRight")
        elif kind in ("radio", "checkbox"):
            self.press("1")
            if not self.focus["complete"]:
                return False  # there are more rows
            self.press("s")
            for _ in range(2):  # there may be much to be read before it, and a fold
                if self.focus["kind"] != "button":
                    self.press("Tab")
            assert self.focus["kind"] == "button", self.trail
            return True
        elif kind == "range":
            self.press("ArrowRight")
        elif kind == "summary" or (kind in ("button", "submit") and not BACK.match(name)):
            self.press("Enter")
            if name in STEPS:
                self.page.wait_for_function(
                    "name => document.activeElement.textContent !== name", arg=name
                )
                self.look(name)
                return True
            if name in ("Practise this now", "Review now", "Start"):
                self.page.wait_for_function("document.activeElement.closest('.ccb-desk')")
                self.look(name)
                return True
            return bool(kind == "button" and self.focus["name"] != name)
        return False

    def work_through(self) -> None:
        """Everything there is to do from here to the notebook's end."""
        self.press("Tab")
        for _ in range(600):
            if self.focus["place"] < 0:
                return
            if not (self.focus["ours"] and self.act()):
                self.press("Tab")
        pytest.fail(f"This has no end: {self.trail}")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A lab of its own, in which no other test has left an exam that goes on."""
    folder = tmp_path_factory.mktemp("keyboard") / "notebooks"
    shutil.copytree(ROOT / "notebooks", folder)
    with run_lab(folder, tmp_path_factory.mktemp("home")) as lab:
        yield lab


@pytest.mark.parametrize("name", COURSE)
def test_a_notebook_is_worked_through_by_keyboard_alone(one_lab: LabPage, name: str) -> None:
    page = one_lab
    page.turn_to(name)
    expect(page.page.get_by_text("Error displaying widget")).to_have_count(0)
    cells = page.cells()
    learner = Learner(page)
    for _ in cells:
        learner.press("ArrowUp")
    learner.work_through()
    cards = page.page.locator(".ccb:has(> .ccb-desk):not(.ccb-exam)")
    closed = cards.get_by_role("button", name="Start again")
    expect(closed, "\n".join(learner.trail)).to_have_count(cards.count())
    assert page.cells() == cells
