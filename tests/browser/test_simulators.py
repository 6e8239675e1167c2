"""Simulators in the browser: moved by keyboard and mouse, in step with the kernel, and seen at every width."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from customer_casebook import ledger
from tests.browser.activities import activity, busy, notebook, opened, run
from tests.browser.lab import Lab, LabPage
from tests.browser.test_look import change, check

CALLS = {
    "expectation_gap": "expectation_gap()",
    "going_direct": "going_direct()",
    "ledger": "ledger()",
    "outside": 'service_levels("external")',
    "inside": 'service_levels("internal")',
}
FACTS = """what_if(
    "marketing-campaign-hub", [("customer", "external"), ("money", "nothing_moves")],
    ["customer", "money", "agreement", "penalties", "owner"])"""
# What a learner may set beside the start: both ends, much and nothing.
SETTINGS: dict[str, list[dict[str, Any]]] = {
    "expectation_gap": [
        {"people": 8, "clarity": 50, "weeks": 26},
        {"clarity": 100, "weeks": 4},
        {"weeks": 26, "check_every": 1},
    ],
    "going_direct": [
        {"way": "direct", "owner": "brm", "manager": "named", "complaints": "desk"},
        {
            "way": "direct",
            "owner": "named",
            "manager": "named",
            "complaints": "desk",
            "strategy": "speaks",
        },
    ],
    "ledger": [
        {"internal_volume": 0, "external_volume": 0},
        {"internal_volume": 2000, "external_volume": 2000, "price": 40, "cut_back": 0},
        {"internal_rung": "notional", "external_rung": "in_kind"},
    ],
    "outside": [
        {"agreed": 99.9, "typical": 98.5, "seed": 3, "penalty_clause": "no"},
        {"agreed": 95.0, "typical": 99.9, "volume": 3_000_000},
    ],
    "inside": [
        {"agreed": 99.9, "typical": 98.5, "seed": 7, "rehearse": "yes"},
        {"agreed": 99.9, "typical": 99.9, "volume": 0},
    ],
}
WIDTHS = (320, 480, 640, 1280)
PRICE = "Price, crowns a thousand"

COUNT = """node => {
    window.pictures = 0;
    new MutationObserver(() => { window.pictures += 1 }).observe(
        node.querySelector(".ccb-picture"), {childList: true, subtree: true});
}"""
PLACES = """node => [...node.querySelectorAll(".ccb-switches :is(input, button)")].map(
    each => Object.values(each.getBoundingClientRect().toJSON()).slice(0, 4).map(Math.round))"""
# Again while cells above it take their room: JupyterLab draws those that come into view a little later.
SCROLL = """async (node, block) => {
    let before, top;
    do {
        before = top;
        node.scrollIntoView({block});
        for (let frames = 0; frames < 3; frames++) await new Promise(requestAnimationFrame);
        top = node.getBoundingClientRect().top;
    } while (top !== before);
}"""


@pytest.fixture(scope="module")
def page(browser: Browser, lab: Lab) -> Iterator[LabPage]:
    calls = ["from customer_casebook import *"]
    calls += [f"{name} = {call}\n{name}" for name, call in CALLS.items()]
    calls.append(f"facts = {FACTS}\nfacts")
    with opened(browser, lab, notebook(lab, "simulators.ipynb", *calls)) as page:
        yield page


def reveal(page: LabPage, name: str) -> Locator:
    """A simulator whose prediction has been made, as at the start."""
    node = activity(page, find_cell(page, name))
    if name == "facts":
        run(page, "facts.values = {}")
        return node
    if not node.locator(".ccb-bench").is_visible():
        node.get_by_role("radio").first.click()
        node.get_by_role("button", name="I think so").click()
    expect(node.locator(".ccb-bench")).to_be_visible()
    run(page, f"{name}.bench.values = {{}}")
    return node


def find_cell(page: LabPage, name: str) -> int:
    (place,) = (
        place for place, each in enumerate(page.cells()) if each["source"].startswith(f"{name} =")
    )
    return place


def said(**values: Any) -> str:
    """The point of the ledger, as Python has it."""
    books = ledger()
    books.bench.values = values
    return str(books.bench.view["announcement"])


def test_nothing_is_shown_before_the_prediction(page: LabPage) -> None:
    node = activity(page, find_cell(page, "ledger"))
    expect(node.locator(".ccb-bench")).to_be_hidden()
    expect(node.get_by_role("slider")).to_have_count(0)
    expect(node.get_by_role("img")).to_have_count(0)
    reveal(page, "ledger")
    expect(node.get_by_role("img")).to_be_visible()
    node.get_by_role("button", name="See it move").click()
    expect(node.get_by_role("heading", name="Now see it move")).to_be_focused()
    expect(node.get_by_role("slider").first).to_be_in_viewport()
    expect(node.get_by_role("img")).to_be_in_viewport(ratio=0.9)
    node.get_by_role("button", name="Start again").click()
    expect(node.locator(".ccb-bench")).to_be_visible()


def test_a_slider_is_moved_by_its_keys_and_says_where_it_stands(page: LabPage) -> None:
    node = reveal(page, "ledger")
    handle = node.get_by_role("slider", name=PRICE)
    status = node.get_by_role("status").last
    handle.focus()
    for key, value in {
        "ArrowRight": 34,
        "ArrowUp": 36,
        "ArrowLeft": 34,
        "ArrowDown": 32,
        "Home": 0,
        "PageUp": 4,  # a tenth of its way, as browsers have it
        "PageDown": 0,
        "End": 40,
    }.items():
        page.page.keyboard.press(key)
        expect(handle).to_have_attribute("aria-valuetext", str(value))
        expect(handle).to_be_focused()
        expect(node.locator(".ccb-headline")).to_have_text(said(price=value))
        expect(status).to_have_text(said(price=value))
    headline = node.locator(".ccb-headline").inner_text()
    node.get_by_role("slider", name="Mailings").press("ArrowRight")
    expect(status).to_contain_text("Internal income: Provider 44,200.")
    expect(node.locator(".ccb-headline")).to_have_text(headline)


@pytest.mark.parametrize("name", ["expectation_gap", "ledger", "outside"])
def test_every_control_has_a_name_and_a_value(page: LabPage, name: str) -> None:
    node = reveal(page, name)
    for slider in node.locator(".ccb-range").all():
        label = slider.locator("label").inner_text()
        handle = slider.get_by_role("slider")
        expect(handle).to_have_accessible_name(label)
        number = slider.get_by_role("textbox")
        expect(number).to_have_accessible_name(f"{label}, as a number")
        expect(handle).to_have_attribute("aria-valuetext", number.input_value())
    for group in node.locator(".ccb-choice:visible").all():
        expect(group).to_have_accessible_name(group.locator("legend").inner_text())
        expect(group.get_by_role("radio", checked=True)).to_have_count(1)
    expect(node.get_by_role("img")).to_have_accessible_name(re.compile(r"\w+ .*\."))


@pytest.mark.parametrize(("typed", "kept"), [("9999", 40), ("-5", 0), ("36", 36), ("much", 32)])
def test_a_typed_number_stays_within_the_ends(page: LabPage, typed: str, kept: int) -> None:
    node = reveal(page, "ledger")
    number = node.get_by_role("textbox", name=f"{PRICE}, as a number")
    number.focus()
    page.page.keyboard.press("Control+a")
    page.page.keyboard.type(typed)
    page.page.keyboard.press("Enter")
    expect(number).to_have_value(str(kept))
    expect(node.locator(".ccb-headline")).to_have_text(said(price=kept))


def test_what_comes_from_python_does_not_write_over_a_number_that_is_being_typed(
    page: LabPage,
) -> None:
    node = reveal(page, "ledger")
    number = node.get_by_role("textbox", name=f"{PRICE}, as a number")
    number.focus()
    page.page.keyboard.press("Control+a")
    page.page.keyboard.type("3")
    run(page, "ledger.bench.values = {'external_volume': 1300}")
    expect(node.get_by_role("textbox", name="Halvorne")).to_have_value("1,300")
    page.page.keyboard.type("6")
    page.page.keyboard.press("Enter")
    expect(number).to_have_value("36")
    expect(node.locator(".ccb-headline")).to_have_text(said(price=36, external_volume=1300))


def test_a_burst_ends_with_the_right_picture_and_no_queue_behind_it(page: LabPage) -> None:
    node = reveal(page, "ledger")
    handle = node.get_by_role("slider", name=PRICE)
    handle.scroll_into_view_if_needed()
    place = handle.bounding_box()
    assert place
    x, y = place["x"] + place["width"] / 2, place["y"] + place["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    for step in chain(range(1, 31), range(30, 20, -1)):
        page.page.mouse.move(x + 5 * step, y)
    node.evaluate(COUNT)
    page.page.mouse.up()
    value = int(handle.input_value())
    assert value > 20  # where the mouse came down
    expect(node.locator(".ccb-headline")).to_have_text(said(price=value))
    run(page, f"assert ledger.bench.values['price'] == {value}")  # it is its turn at once
    assert page.page.evaluate("window.pictures") <= 3  # the one under way, and the last
    expect(node.get_by_role("textbox", name=f"{PRICE}, as a number")).to_have_value(str(value))


def test_a_fold_stays_open_and_keeps_the_focus_when_it_is_redrawn(page: LabPage) -> None:
    node = reveal(page, "ledger")
    fold = node.locator("details", has_text="Every entry")
    summary = fold.locator("summary")
    for is_open in (True, False):
        summary.press("Enter")
        expect(fold).to_have_js_property("open", is_open)
        before = fold.inner_html()
        run(page, f"ledger.bench.values = {{'price': {38 if is_open else 36}}}")
        expect(fold).not_to_have_js_property("innerHTML", before)
        expect(fold).to_have_js_property("open", is_open)
        expect(summary).to_be_focused()


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_jumps_while_a_slider_moves(page: LabPage, name: str, width: int) -> None:
    node = reveal(page, name)
    page.page.set_viewport_size({"width": width, "height": 900})
    expect(node.locator(".ccb-picture svg")).to_be_visible()
    picture = node.locator(".ccb-picture")
    picture.evaluate(SCROLL, "nearest")
    for handle in node.get_by_role("slider").all():
        handle.focus()
        handle.evaluate(SCROLL, "nearest")
        before, drawn = node.evaluate(PLACES), picture.bounding_box()
        for key in ("End", "Home"):
            page.page.keyboard.press(key)
            expect(handle).to_be_focused()
            run(page, "pass")  # what was pressed has been answered
            assert node.evaluate(PLACES) == before
            assert picture.bounding_box() == drawn
    page.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize(("width", "height"), [(480, 900), (640, 450), (1280, 900)])
@pytest.mark.parametrize("name", [*CALLS, "facts"])
def test_what_is_pressed_moves_nothing_and_its_result_is_in_view(
    page: LabPage, name: str, width: int, height: int
) -> None:
    node = reveal(page, name)
    page.page.set_viewport_size({"width": width, "height": height})
    result = node.locator(".ccb-headline")
    to_press = node.locator(".ccb-switches :is(.ccb-pill, button)")
    for place in range(to_press.count()):
        control = to_press.nth(place)
        if not control.is_visible() or control.get_by_role("radio", checked=True).count():
            continue
        control.evaluate(SCROLL, "center" if width > 800 else "start")
        control.hover()  # which waits until it stands still
        before = node.evaluate(PLACES)
        control.click()
        run(page, "pass")  # what was pressed has been answered
        expect(node.locator(".ccb-outcome")).not_to_have_attribute("aria-busy", "true")
        if radio := control.locator("input").all():
            expect(radio[0]).to_be_checked()
        assert node.evaluate(PLACES) == before, control.inner_text()
        expect(result).to_be_in_viewport(ratio=1)
    page.page.set_viewport_size({"width": 1280, "height": 900})


def test_what_a_key_has_reached_stays_in_view_however_late_python_answers(page: LabPage) -> None:
    node = reveal(page, "inside")
    fold = node.locator(".ccb-outcome summary").last
    with busy(page):
        node.locator(".ccb-switches input:checked").first.focus()
        page.page.keyboard.press("ArrowRight")  # of which more comes than there is now
        page.page.keyboard.press("Tab")
        fold.focus()
        fold.evaluate("node => node.scrollIntoView({block: 'end'})")
        before = fold.bounding_box()
        expect(node.locator(".ccb-late")).not_to_be_empty()
    expect(node.locator(".ccb-outcome")).not_to_have_attribute("aria-busy", "true")
    assert fold.bounding_box() != before
    expect(fold).to_be_in_viewport(ratio=1)
    page.page.mouse.wheel(0, -2000)  # whoever scrolls may leave it
    run(page, "inside.bench.values = {}")
    expect(fold).not_to_be_in_viewport()


@pytest.fixture(scope="module", params=["Dark", "Light"])
def theme(page: LabPage, request: pytest.FixtureRequest) -> Iterator[None]:
    change(page, request.param)
    yield
    change(page, "Light")


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize("name", CALLS)
def test_a_simulator_can_be_read_and_hit_in_every_state(page: LabPage, name: str) -> None:
    node = reveal(page, name)
    folds = node.locator("details")
    for values in [{}, *SETTINGS[name]]:
        run(page, f"{name}.bench.values = {values!r}")
        folds.evaluate_all("all => all.forEach(each => each.open = true)")
        check(page, node, WIDTHS)
    run(
        page, f"follow, {name}.bench._outcome = {name}.bench._outcome, None; {name}.bench._follow()"
    )
    expect(node).to_contain_text("Something went wrong here")
    node.get_by_text("Details for technical support").click()
    check(page, node, WIDTHS)
    run(page, f"{name}.bench._outcome = follow")
    page.page.set_viewport_size({"width": 1280, "height": 900})
