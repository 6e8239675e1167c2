"""What the browser's storage keeps of a learner is said by the pages of that learner alone, in any view of them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Route

from customer_casebook.widgets.activity import _FRONT

SCRIPT = "".join((_FRONT / f"{name}.js").read_text("utf-8") for name in ("parts", "outbox"))
OPENED = """() => {
    window.model = { handlers: {}, on(name, handler) { this.handlers[name] = handler; }, send() {} };
    openOutbox(model, () => 1, () => {});
    return [...waiting.keys()];
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
