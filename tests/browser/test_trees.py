"""What a screen reader is given: the tree of each activity before and after a press, as Chromium has it.

The trees lie in ``trees/``. ``WRITE_TREES=yes pytest tests/browser/test_trees.py`` writes them anew: read what changed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

from customer_casebook.own.store import FOLDER
from tests.browser.activities import activity, opened
from tests.browser.lab import Lab, LabPage
from tests.browser.test_connection import wait_for
from tests.browser.walks import ACTIVITIES, PLACES, every_activity

TREES = Path(__file__).with_name("trees")

STEADY = [
    name for name in ACTIVITIES if name not in {"exam", "progress", "review"}
]  # their words change by the day


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    shutil.rmtree(
        lab.home / "customer_casebook_data" / FOLDER, ignore_errors=True
    )  # of other tests
    with opened(browser, lab, every_activity(lab)) as page:
        yield page


def settled(page: LabPage, node: Locator, wanted: str) -> str:
    """The tree as it is wanted, or as it is after a while: Python draws some of it a moment after a press."""
    with suppress(AssertionError):
        wait_for(page, lambda: not wanted or node.aria_snapshot() in wanted)
    return node.aria_snapshot()


@pytest.mark.parametrize("name", STEADY)
def test_a_screen_reader_is_given_the_same(page: LabPage, name: str) -> None:
    node = activity(page, PLACES[name])
    way = ACTIVITIES[name][1](node)
    tree = TREES / f"{name}.yaml"
    wanted = "" if os.environ.get("WRITE_TREES") else tree.read_text("utf-8")
    trees = [f"# {state}\n{settled(page, node, wanted)}\n" for state in islice(way, 2)]
    told = "\n".join(trees)
    if not wanted:
        tree.write_text(told, "utf-8")
    assert told == tree.read_text("utf-8")
