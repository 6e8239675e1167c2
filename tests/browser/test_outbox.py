"""What the page keeps of a learner: answers until Python has them, and the focus while a text is written anew."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from customer_casebook.widgets.activity import _FRONT

SCRIPT = "".join((_FRONT / f"{name}.js").read_text("utf-8") for name in ("parts", "outbox", "exam"))
OPENED = """() => {
    window.model = { handlers: {}, on(name, handler) { this.handlers[name] = handler; }, send() {} };
    openOutbox(model, () => 1, () => {});
    return [...waiting.keys()];
}"""

EXAM = """() => {
    const question = { prompt: "Who?", options: ["one", "two"], asks: "a", shape: "boxes", groups: null, many: false };
    window.state = { exam: "e", phase: "running", questions: [question], answers: {}, deadline: 1e12, title: "" };
    window.handlers = {};
    const on = (name, handler) => (handlers[name] ??= []).push(handler);
    const model = { get: name => window.state[name], on, send() {} };
    renderExam({ model, el: document.body });
}"""
HEARD = """answer => {
    window.state.answers = { 0: answer };
    for (const handler of handlers["change:answers"]) handler();
    for (const handler of handlers["msg:custom"]) handler({ heard: "e/0", seq: 1, state: { state: "saved" } });
}"""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page on a hub where each learner has a server, as two do after each other at one computer."""

    def serve(route: Route) -> None:
        base = "/".join(route.request.url.split("/")[3:5])
        config = json.dumps({"baseUrl": f"/{base}/"})
        html = f'<script id="jupyter-config-data" type="application/json">{config}</script>'
        route.fulfill(body=html, content_type="text/html")

    context = browser.new_context()
    context.route("**/*", serve)
    page = context.new_page()
    yield page
    context.close()


def found(page: Page, path: str) -> list[str]:
    """What waits in the storage for a page of this address."""
    page.goto(f"http://hub.test/{path}")
    page.add_script_tag(content=SCRIPT)
    names: list[str] = page.evaluate(OPENED)
    return names


@pytest.mark.parametrize("name", ["ann", "lab-1", "notebooks"])
def test_what_waits_is_found_in_each_view_and_by_nobody_else(page: Page, name: str) -> None:
    assert found(page, f"user/{name}/lab/tree/a.ipynb") == []
    page.evaluate('post("p1", { item: "x" })')
    for view in ("lab/tree/b.ipynb", "lab/workspaces/two", "doc/tree/a.ipynb", "notebooks/a.ipynb"):
        assert found(page, f"user/{name}/{view}") == ["p1"]
    for other in ("bob", "lab-2"):
        assert found(page, f"user/{other}/lab/tree/a.ipynb") == []


@pytest.mark.parametrize("state", ["saved", "memory", "failed"])
def test_what_python_has_acknowledged_is_removed_once_it_is_on_disk(page: Page, state: str) -> None:
    assert found(page, "user/ann/lab") == []
    page.evaluate('post("p1", { item: "x", seq: 2 })')
    heard = {"heard": "p1", "state": {"state": state}}
    for seq in (1, 2):
        assert page.evaluate("Object.keys(localStorage).length") == 1
        page.evaluate('said => model.handlers["msg:custom"](said)', {**heard, "seq": seq})
    assert found(page, "user/ann/lab") == (["p1"] if state == "memory" else [])


def test_of_two_pages_that_chose_at_once_both_show_what_python_has(page: Page) -> None:
    found(page, "user/ann/lab")
    page.evaluate(EXAM)
    page.get_by_role("radio", name="one").check()
    page.evaluate(HEARD, {"choice": [1], "ms": 5, "flag": False, "seq": 1})
    expect(page.get_by_role("radio", name="two")).to_be_checked()


def test_what_has_come_of_a_late_press_is_not_taken_off_by_what_said_that_it_was_late(
    page: Page,
) -> None:
    found(page, "user/ann/lab")
    page.evaluate("""() => {
        document.body.append(window.live = liveRegion());
        window.late = lateness(live, live);
        document.body.append(late.sentence);
        late.mark(true);
    }""")
    status, sentence = page.get_by_role("status"), page.locator(".ccb-late")
    expect(status).to_contain_text("This is not up to date yet.")
    page.evaluate("() => { say(live, 'Solved.'); late.mark(false); }")
    expect(status).to_have_text("Solved.")
    expect(sentence).to_be_empty()


@pytest.mark.parametrize("role", ["summary", "a"])
def test_a_fold_or_a_link_keeps_the_focus_while_its_text_is_written_anew(
    page: Page, role: str
) -> None:
    found(page, "user/ann/lab")
    html = '<p>{}</p><details><summary>By objective</summary><a href="#07">Lesson 7</a></details>'
    page.evaluate("html => redraw(document.body, html)", html.format("One"))
    page.get_by_text("By objective").click()
    page.locator(role).focus()
    page.evaluate("html => redraw(document.body, html)", html.format("Two"))
    expect(page.get_by_text("Two")).to_be_visible()
    expect(page.locator(role)).to_be_focused()
