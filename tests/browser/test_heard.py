"""What Firefox and WebKit give a screen reader: the tree of each activity before and after a press, as it has it.

The trees lie in ``trees/``. ``WRITE_TREES=yes pytest tests/browser/test_heard.py`` writes them anew: read what changed.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from time import monotonic

import pytest

from tests.browser.at_spi import BROWSERS, DESKTOP, Bus, Node, browsing
from tests.browser.lab import Lab
from tests.browser.test_site import LESSON, SAVED, Server
from tests.browser.test_trees import STEADY, TREES
from tests.browser.walks import every_activity

pytestmark = pytest.mark.timeout(900)

MAX_SECONDS = 240  # a busy machine draws all activities in a browser without a graphics card
SURE, TERM, SWITCHES = "I am sure", ": what it means in each edition", "Wider organization"
CARDS = [name for name in STEADY if name not in {"term", "what_if", "my_case"}]


def read(bus: Bus, title: str, is_there: Callable[[list[Node]], bool]) -> Node:
    """The page, once what is waited for is there and it is told twice in the same way."""
    told = last = None
    end = monotonic() + MAX_SECONDS
    while monotonic() < end:
        page = bus.page(title)
        told = page or told
        if page and is_there([*page.all()]):
            if last and [*page.lines()] == [*last.lines()]:
                return page
            last = page
    raise AssertionError("\n".join((told or bus.node(DESKTOP)).lines()))


def is_asked(nodes: list[Node]) -> bool:
    """Whether all activities are on the page."""
    return [each.name for each in nodes].count(SURE) == len(CARDS)


def is_answered(nodes: list[Node]) -> bool:
    """Whether all that was pressed has come back."""
    told = [each.text for each in nodes]
    return sum(text.endswith("Saved.") for text in told) >= len(CARDS) and any(
        "Solved" in text for text in told
    )


def is_chosen(nodes: list[Node]) -> bool:
    """Whether each card lets one be sure."""
    return is_asked(nodes) and all(
        "disabled" not in each.states for each in nodes if each.name == SURE
    )


def choose(bus: Bus, page: Node) -> None:
    """On each card the first of every group of options; in what-if one switch; each term."""
    firsts: list[Node] = []
    for node in page.all():
        options = [each for each in node.all() if each.role in {"radio button", "check box"}]
        if node.role == "landmark":
            firsts = []
        elif node.name.startswith(SWITCHES) and options:
            bus.press(next(each for each in options if each.name == "different"))
        elif node.role == "panel" and options:
            firsts.append(options[0])
        elif node.name == SURE:
            for each in dict.fromkeys(firsts):
                bus.press(each)
        elif node.name.endswith(TERM) and "expanded" not in node.states:
            bus.press(node)


@pytest.mark.parametrize("name", BROWSERS)
def test_a_screen_reader_hears_the_same(voila: Lab, tmp_path: Path, name: str) -> None:
    notebook = every_activity(voila, names=STEADY)
    title = notebook.removesuffix(".ipynb")
    with browsing(name, f"{voila.url}/{voila.view}/{notebook}", tmp_path) as bus:
        asked = read(bus, title, is_asked)
        choose(bus, asked)
        for node in read(bus, title, is_chosen).all():
            if node.name == SURE:
                bus.press(node)
        answered = read(bus, title, is_answered)
    parts = ["# asked", *asked.lines(), "", "# answered", *answered.lines(), ""]
    tree = TREES / f"{name}.txt"
    if os.environ.get("WRITE_TREES"):
        tree.write_text("\n".join(parts), "utf-8")
    assert parts == tree.read_text("utf-8").split("\n")


@pytest.mark.parametrize("name", BROWSERS)
def test_a_page_of_the_site_is_answered_and_keeps_it(tmp_path: Path, name: str) -> None:
    def named(words: str) -> Callable[[list[Node]], list[Node]]:
        return lambda nodes: [each for each in nodes if each.name == words]

    def can_be_sure(nodes: list[Node]) -> bool:
        return "disabled" not in named(SURE)(nodes)[0].states

    def tells(words: str) -> Callable[[list[Node]], bool]:
        return lambda nodes: any(words in each.text for each in nodes)

    home = tmp_path / "home"
    home.mkdir()
    server = Server(tmp_path / "www")
    title = "Who is the customer?"
    with browsing(name, server.url + LESSON, home) as bus:
        asked = [*read(bus, title, lambda nodes: bool(named(SURE)(nodes))).all()]
        bus.press(next(each for each in asked if each.role == "radio button"))
        bus.press(named(SURE)([*read(bus, title, can_be_sure).all()])[0])
        answered = [*read(bus, title, tells(SAVED)).all()]
        assert tells("Not quite.")(answered)
        link = next(each for each in named("All lessons")(answered) if each.role == "link")
        bus.get(link.where, "org.a11y.atspi.Action", "NActions")  # or Firefox does nothing
        bus.press(link)
        read(bus, "Customer Casebook", tells("1 of 7 answered"))
    server.stop()
