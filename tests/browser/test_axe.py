"""axe-core finds nothing wrong with any activity, whatever its state, in JupyterLab and on a Voila page.

Its rule of contrast sees no widget in JupyterLab. In Voila it does, in either theme.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Locator

from tests.browser.activities import activity, opened
from tests.browser.lab import Lab, LabPage, VoilaPage
from tests.browser.walks import ACTIVITIES, PLACES, every_activity

AXE = """async (node, rules) => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"];
    const runOnly = rules.length ? {type: "rule", values: rules} : {type: "tag", values: tags};
    const options = {resultTypes: ["violations"], preload: false, iframes: false, runOnly};
    if (!rules.length) options.rules = {"target-size": {enabled: true}};
    const {violations} = await axe.run(node, options);
    return violations.flatMap(({id, nodes}) => nodes.map(
        ({html, failureSummary}) => `${id}: ${html.slice(0, 200)} ${failureSummary}`));
}"""

SEEN = """async node => {
    const runOnly = {type: "rule", values: ["color-contrast"]};
    return (await axe.run(node, {runOnly})).passes[0].nodes.length;
}"""

# Axe asks of everything on a page whether it covers anything: without the others, one activity takes it half the time.
ALONE = """place => {
    window.cells ??= [...document.querySelectorAll("[cell-index]")];
    window.shelf ??= cells[0].parentElement;
    shelf.replaceChildren(cells[place]);
}"""

THEMES = Path(sys.prefix, "share/jupyter/nbconvert/templates/lab/static")

DARK = """dark => {
    document.querySelector("style[data-theme=light]").disabled = dark;
    document.querySelector("style[data-theme=dark]").disabled = !dark;
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    with opened(browser, lab, every_activity(lab)) as page:
        page.page.evaluate(AXE_SCRIPT)
        yield page


@pytest.fixture(scope="module")
def voila_page(browser: Browser, voila: Lab) -> Iterator[VoilaPage]:
    # So high that nothing needs to be scrolled to: axe leaves out what is not in view.
    context = browser.new_context(viewport={"width": 1280, "height": 20_000})
    page = VoilaPage(context.new_page(), voila)
    page.open(every_activity(voila))
    for place in PLACES.values():
        activity(page, place)  # is there
    page.page.evaluate(AXE_SCRIPT)
    for theme in ("light", "dark"):
        style = (THEMES / f"theme-{theme}.css").read_text("utf-8")
        page.page.add_style_tag(content=style).evaluate(
            "(node, name) => node.dataset.theme = name", theme
        )
    page.page.evaluate(DARK, False)
    yield page
    context.close()
    page.check()


def look(node: Locator, *rules: str) -> list[str]:
    """What axe finds in a node, by these rules or by all of WCAG's."""
    found: list[str] = node.evaluate(AXE, [*rules])
    return found


def alone(page: VoilaPage, name: str) -> Locator:
    """An activity, when the page shows no other."""
    page.page.evaluate(ALONE, PLACES[name])
    return activity(page, PLACES[name])


@pytest.mark.parametrize("name", ACTIVITIES)
def test_in_jupyterlab_axe_finds_nothing(page: LabPage, name: str) -> None:
    node = activity(page, PLACES[name])
    states = ACTIVITIES[name][1](node)
    # All that the others are made of is in these; their other states are looked at below.
    for state in (
        states if name in ("compare", "what_if", "ledger", "exam", "my_case") else [next(states)]
    ):
        assert look(node) == [], state


@pytest.mark.parametrize("name", ACTIVITIES)
def test_where_axe_sees_the_colours_it_finds_nothing_in_either_theme(
    voila_page: VoilaPage, name: str
) -> None:
    node = alone(voila_page, name)
    for place, state in enumerate(ACTIVITIES[name][1](node)):
        assert look(node) == [], state
        if place % 2:  # answered, solved, moved, handed in: everything that has a colour
            voila_page.page.evaluate(DARK, True)
            assert look(node, "color-contrast") == [], f"{state}, dark"
            voila_page.page.evaluate(DARK, False)


def test_axe_sees_the_words_of_an_activity(voila_page: VoilaPage) -> None:
    node = alone(voila_page, "what_if")
    assert node.evaluate(SEEN) > 50


@pytest.mark.parametrize("dark", [False, True])
def test_axe_sees_what_is_wrong(voila_page: VoilaPage, *, dark: bool) -> None:
    voila_page.page.evaluate(DARK, dark)
    node = alone(voila_page, "what_if")
    back = node.get_by_role("button", name="As the story tells it")
    back.evaluate("node => { node.style = 'color: #999; background: #aaa' }")
    assert any(each.startswith("color-contrast") for each in look(node))
    back.evaluate("node => { node.style = ''; node.setAttribute('aria-pressed', 'perhaps') }")
    assert [each.partition(":")[0] for each in look(node)] == ["aria-valid-attr-value"]
    back.evaluate("node => node.removeAttribute('aria-pressed')")
    voila_page.page.evaluate(DARK, False)
    assert look(node) == []
