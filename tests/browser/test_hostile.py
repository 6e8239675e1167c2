"""Hostile text in the content runs nothing in the page, asks nobody, and breaks no card."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.activities import activity, opened
from tests.browser.lab import ROOT, Lab, LabPage
from tests.browser.walks import every_activity

_POISON = """\
import sys, warnings
sys.path.insert(0, {root!r})
warnings.simplefilter("ignore")
from customer_casebook.authoring import folder
from customer_casebook.course.casebook import course
from tests import test_security
test_security.HOSTILE += " " + {length} * "w"
folder.read_course = test_security.hostile_course
course.cache_clear()"""

WIDE = """root => [root, ...root.querySelectorAll("*")].filter(each => each.checkVisibility()
    && !each.closest("svg, .ccb-live, .ccb-board") && each.clientWidth && each.scrollWidth > each.clientWidth + 1)
    .map(({tagName, className}) => `${tagName}.${className}`)"""

ASKING = ["study", "what_if", "every kind", "term", "going_direct"]


@pytest.fixture(scope="module", params=[0, 100_000])
def page(browser: Browser, lab: Lab, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    poison = _POISON.format(root=str(ROOT), length=request.param)
    names = ["study"] if request.param else ASKING
    with opened(browser, lab, every_activity(lab, poison, names)) as page:
        yield page


def test_hostile_content_runs_nothing_and_fits(page: LabPage) -> None:
    for place, cell in enumerate(page.cells()[2:], 2):
        node = activity(page, place)
        expect(node).to_contain_text("<script>window.hit = 1</script>")
        if "study" in cell["source"] or "deck" in cell["source"]:
            assert node.evaluate(WIDE) == [], cell
    assert page.page.evaluate("window.hit") is None
