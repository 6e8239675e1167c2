"""Other keyboards, a page that the browser translates, and content that is written from right to left."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser.activities import activity, notebook, opened, run
from tests.browser.lab import Lab, LabPage
from tests.own_casebook import CONTENT, OFFICE, write_folder

ARABIC, HEBREW = "من هو العميل هنا؟", "הלקוח קובע את הדרישות"

# What a page translated by a browser looks like: each text in two elements of the browser's own.
TRANSLATE = """node => {
    const walk = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walk.nextNode()) if (walk.currentNode.textContent.trim()) texts.push(walk.currentNode);
    for (const text of texts) {
        const outer = document.createElement("font");
        outer.append(document.createElement("font"));
        text.replaceWith(outer);
        outer.firstChild.append(text);
    }
}"""
DIRECTIONS = """node => Object.fromEntries([...node.querySelectorAll("p, li, td, span")]
    .filter(each => !each.children.length)
    .map(each => [each.textContent.trim(), getComputedStyle(each).direction]))"""

# What a key writes on other keyboards, by its place.
LAYOUTS = {
    "AZERTY": {"Digit1": "&", "Digit2": "é"},
    "Cyrillic": {"KeyS": "ы", "KeyT": "е", "KeyN": "т", "KeyP": "з", "KeyF": "а"},  # noqa: RUF001
    "Greek": {"KeyS": "σ", "KeyT": "τ", "KeyN": "ν", "KeyP": "π", "KeyF": "φ"},  # noqa: RUF001
    "Hebrew": {"KeyS": "ד", "KeyT": "א", "KeyN": "מ", "KeyP": "פ", "KeyF": "כ"},
    "Dvorak": {"Semicolon": "s", "KeyK": "t", "KeyL": "n", "KeyR": "p", "KeyY": "f"},
}
PRESS = """(node, [code, key]) =>
    node.dispatchEvent(new KeyboardEvent("keydown", {key, code, bubbles: true, cancelable: true}))"""


OWN_JOURNAL = """\
import os, tempfile
os.environ["CUSTOMER_CASEBOOK_DATA"] = tempfile.mkdtemp()"""


@pytest.fixture
def page(browser: Browser, lab: Lab, request: pytest.FixtureRequest) -> Iterator[LabPage]:
    """A page whose exam no other test has begun: a notebook of the same name would have the same kernel."""
    calls = [
        f'{OWN_JOURNAL}\nstudy("marketing-campaign-hub", ["customer", "money"])',
        'what_if("marketing-campaign-hub")',
        "from customer_casebook import exam\nexam(seed=5, n=3, minutes=5)",
    ]
    with opened(browser, lab, notebook(lab, f"{request.node.name}.ipynb", *calls)) as page:
        yield page


def test_keys_are_letters_or_else_places_as_the_key_caps_say(page: LabPage) -> None:
    places = {"s": "KeyS", "t": "KeyT", "1": "Digit1", "2": "Digit2"}
    places |= {letter: f"Key{letter.upper()}" for letter in "npf"}

    def press(node: Locator, layout: str, cap: str) -> None:
        writes = LAYOUTS[layout]
        code = next((each for each, key in writes.items() if key == cap), places[cap])
        node.evaluate(PRESS, [code, writes.get(code, cap)])

    for layout in LAYOUTS:
        node = activity(page, 1)
        for cap, sure in (("s", "1"), ("t", "2")):
            press(node.locator("input").first, layout, sure)
            expect(node.get_by_role("radio").nth(int(sure) - 1)).to_be_checked()
            press(node, layout, cap)
            expect(node.locator(".ccb-head")).to_be_visible()
            expect(node.locator(".ccb-saved")).to_have_text("Saved.")
            node.locator(".ccb-next").click()
        expect(node.get_by_role("button", name="Start again")).to_be_visible()
        node.get_by_role("button", name="Start again").click()
    node = activity(page, 3)
    node.get_by_role("button", name="Start the clock").click()
    paper = node.locator(".ccb-exam")
    where, flag = node.locator(".ccb-where"), node.locator(".ccb-flag")
    expect(where).to_have_text("Question 1 of 3")
    for layout in LAYOUTS:
        press(paper, layout, "f")
        expect(flag).to_have_attribute("aria-pressed", "true")
        press(paper, layout, "f")
        expect(flag).to_have_attribute("aria-pressed", "false")
        press(paper, layout, "n")
        expect(where).to_have_text("Question 2 of 3")
        press(paper, layout, "p")
        expect(where).to_have_text("Question 1 of 3")


def test_on_a_dvorak_keyboard_the_letter_counts_and_not_the_place(page: LabPage) -> None:
    node = activity(page, 1)
    node.locator("input").first.click()
    node.evaluate(PRESS, ["KeyS", "o"])
    node.evaluate(PRESS, ["KeyT", "y"])
    expect(node.locator(".ccb-head")).to_have_count(0)


def test_a_press_on_a_word_of_a_translated_page_is_a_press(page: LabPage) -> None:
    node = activity(page, 1)
    for _ in range(2):
        node.evaluate(TRANSLATE)
        node.locator(".ccb-option font font").nth(1).dispatch_event("click")
        expect(node.locator("input:checked")).to_have_count(1)
        node.locator("button font font", has_text="I think so").dispatch_event("click")
        expect(node.locator(".ccb-feedback .ccb-head")).to_be_visible()
        node.evaluate(TRANSLATE)
        node.locator(".ccb-next font font").first.dispatch_event("click")
    expect(node.get_by_role("button", name="Start again")).to_be_visible()
    switches = activity(page, 2)
    switches.evaluate(TRANSLATE)
    charge = switches.get_by_role("group", name="Charge")
    charge.locator("font font", has_text="paid").dispatch_event("click")
    expect(charge.get_by_role("radio", name="paid")).to_be_checked()
    switches.locator("button font font", has_text="Give me a hint").dispatch_event("click")
    expect(switches).to_contain_text("A hint")
    paper = activity(page, 3)
    expect(paper.get_by_role("button", name="Start the clock")).to_be_visible()
    paper.evaluate(TRANSLATE)
    paper.locator("button font font", has_text="Start the clock").dispatch_event("click")
    expect(paper.locator(".ccb-flag")).to_be_visible()
    paper.evaluate(TRANSLATE)
    for pressed in ("true", "false"):
        paper.locator(".ccb-flag font font, .ccb-flag").first.dispatch_event("click")
        expect(paper.locator(".ccb-flag")).to_have_attribute("aria-pressed", pressed)


def test_what_is_written_from_right_to_left_stands_so(browser: Browser, lab: Lab) -> None:
    folder = write_folder(lab.folder)
    question = json.loads(json.dumps(CONTENT["questions"][-1]))
    question["prompt"] = ARABIC
    question["options"][0] |= {"text": HEBREW, "because": HEBREW}
    (folder / "questions.yaml").write_text(json.dumps({"questions": [question]}), "utf-8")
    case = folder / "cases" / f"{OFFICE}.yaml"
    content = json.loads(case.read_text("utf-8")) | {"story": f"{ARABIC}\n\nSoup for all."}
    case.write_text(json.dumps(content), "utf-8")
    calls = [
        f"from customer_casebook import casebook\nbook = casebook({str(folder)!r})",
        "book.practice(n=1)",
        f'book.study("{OFFICE}")',
    ]
    with opened(browser, lab, notebook(lab, "own.ipynb", *calls)) as page:
        node = activity(page, 2)
        node.locator(".ccb-option", has_text=HEBREW).click()
        node.get_by_role("button", name="I am sure").click()
        directions = node.evaluate(DIRECTIONS)
        assert directions[ARABIC] == directions[HEBREW] == "rtl"
        assert directions["The spoon"] == "ltr"
        told = node.locator(".ccb-feedback", has_text=HEBREW)
        expect(told.locator("p, li", has_text=HEBREW).last).to_have_css("direction", "rtl")
        directions = activity(page, 3).evaluate(DIRECTIONS)
        assert (directions[ARABIC], directions["Soup for all."]) == ("rtl", "ltr")


def test_the_day_of_a_learner_is_theirs_wherever_the_server_is(browser: Browser, lab: Lab) -> None:
    name = notebook(lab, "far away.ipynb", 'study("marketing-campaign-hub")')
    with opened(browser, lab, name, timezone_id="Asia/Kolkata") as page:
        expect(activity(page, 1).locator(".ccb-panel")).to_be_visible()
        run(page, "from customer_casebook.course.journal import journal")
        run(page, "assert str(journal().clock.zone) == 'UTC+05:30', journal().clock.zone")
