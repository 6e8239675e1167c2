"""Course mode: a lesson runs by itself, is a page to read, and comes back after a restart; no other notebook runs."""

from __future__ import annotations

import json
import re
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import nbformat
import pytest
from axe_playwright_python.base import AXE_SCRIPT
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from playwright.sync_api import Browser, Locator, Route, expect
from tools.lessons import LESSONS

from customer_casebook import start
from customer_casebook.course.journal import Journal
from tests.browser.activities import CardOnPage, attempts, run
from tests.browser.lab import NOTEBOOK_7, ROOT, Lab, LabPage
from tests.browser.test_advice import cull
from tests.browser.test_axe import look
from tests.browser.test_connection import new_items

LESSON = "01_who_is_the_customer.ipynb"
[MINUTES] = [
    each["minutes"] for each in json.loads(LESSONS.read_text("utf-8")) if each["name"] == LESSON
]
STUDY = 'study("kinfolk-handwriting-reader"'
PANEL = "window.jupyterapp.shell.currentWidget"
COUNTS = f"[...{PANEL}.content.model.cells].map(each => each.executionCount)"
TOP = "document.querySelector('.jp-WindowedPanel-outer').scrollTop"
NOTE_DIRTY = """requestAnimationFrame(function note() {
    const context = window.jupyterapp?.shell?.currentWidget?.context;
    window.wasDirty ||= context?.isReady && context.model.dirty;
    requestAnimationFrame(note);
})"""
NEEDS_WHAT_IS_NOT_THERE = """window._JUPYTERLAB = new Proxy({}, {set(all, name, container) {
    const {init} = container;
    const get = async () => { throw Error("What it needs is not there.") };
    if (name === "customer-casebook")
        container.init = scope => init({...scope, "@jupyterlite/apputils": {1: {get}}});
    all[name] = container;
    return true;
}})"""
STARTS_BY_ITSELF = "It does not start by itself"


def lesson() -> NotebookNode:
    notebook: NotebookNode = nbformat.read(ROOT / "notebooks" / LESSON, as_version=4)
    return notebook


def lesson_in(lab: Lab, folder: str, notebook: NotebookNode | None = None) -> str:
    """A lesson under its own name, in a folder of its own."""
    (lab.folder / folder).mkdir()
    return lab.write(f"{folder}/{LESSON}", notebook or lesson())


@pytest.fixture
def name(lab: Lab, request: pytest.FixtureRequest) -> str:
    """A lesson that no other test has opened."""
    return lab.write(re.sub(r"\W+", " ", request.node.name) + ".ipynb", lesson())


@pytest.fixture
def page(lab_page: LabPage, name: str) -> LabPage:
    """A page on a lesson, opened and no more."""
    lab_page.open(name)
    return lab_page


def bar(page: LabPage) -> Locator:
    return page.page.locator(".jp-NotebookPanel:visible").get_by_role("navigation", name="Course")


def state(page: LabPage, words: str) -> None:
    expect(bar(page).get_by_role("status")).to_contain_text(words, timeout=60_000)


def choose(page: LabPage, menu: str, item: str) -> None:
    items = page.page.get_by_role("menuitem")
    items.filter(has_text=re.compile(f"^{menu}$")).click()
    items.filter(has_text=re.compile(f"^{item}…?(0, 0)?$")).click()


def counts(page: LabPage) -> list[int | None]:
    found: list[int | None] = page.page.evaluate(COUNTS)
    return found


@pytest.mark.parametrize("view", ["lab/tree", NOTEBOOK_7])
def test_a_lesson_runs_as_it_opens_and_stays_at_its_top(
    browser: Browser, lab: Lab, name: str, view: str
) -> None:
    page = LabPage(browser.new_context().new_page(), replace(lab, view=view))
    page.open(name)
    state(page, "Ready.")
    assert page.page.evaluate(TOP) == 0
    page.page.wait_for_function(f"!{PANEL}.context.model.dirty")
    card, before = CardOnPage(page, STUDY), attempts(lab)
    card.answer(card.questions[0])
    expect(card.saved).to_have_text("Saved.")
    assert new_items(lab, before) == [card.questions[0].id]
    where = f"Lesson 1 of 17 · Who is the customer? · {MINUTES} minutes · activity {{}} of 4"
    expect(bar(page)).to_contain_text(where.format(1))
    CardOnPage(page, 'study("fair-weather-web-shop"').node.evaluate("node => node.scrollIntoView()")
    expect(bar(page)).to_contain_text(where.format(3))
    ran = counts(page)
    page.reload()  # while Python runs: what is there comes back, and nothing runs again
    state(page, "Ready.")
    expect(CardOnPage(page, STUDY).feedback).to_contain_text("Right")
    assert counts(page) == ran
    bar(page).get_by_role("link", name="Next").click()
    expect(bar(page)).to_contain_text("Lesson 2 of 17", timeout=60_000)
    state(page, "Ready.")
    page.page.wait_for_function(f"!{PANEL}.context.model.dirty")
    expect(page.page.get_by_role("dialog")).to_have_count(0)
    page.page.context.close()
    page.check()


def test_the_next_lesson_stays_in_front_of_the_one_that_the_address_names(page: LabPage) -> None:
    state(page, "Ready.")
    held: list[Route] = []  # what JupyterLab asks before it opens what the address names
    page.page.route(re.compile(r"/api/contents\?content=0"), lambda route: held.append(route))  # noqa: PLW0108 (it gets attributes)
    page.reload()
    state(page, "Ready.")
    bar(page).get_by_role("link", name="Next").click()
    for each in held:
        each.continue_()
    expect(page.page.locator(".jp-FileBrowser.jp-mod-restoring")).to_have_count(0)
    expect(bar(page)).to_contain_text("Lesson 2 of 17", timeout=60_000)
    state(page, "Ready.")
    assert held


def test_a_lesson_that_is_closed_asks_nothing(page: LabPage) -> None:
    page.page.evaluate("window.jupyterapp.commands.execute('application:close')")
    expect(page.page.locator(".jp-NotebookPanel")).to_have_count(0)
    expect(page.page.get_by_role("dialog")).to_have_count(0)


def test_a_lesson_has_nothing_to_save_while_it_runs(lab_page: LabPage, name: str) -> None:
    lab_page.page.add_init_script(NOTE_DIRTY)
    lab_page.open(name)
    state(lab_page, "Ready.")
    assert not lab_page.page.evaluate("window.wasDirty")


def test_a_reader_who_saves_while_the_lesson_saves_itself_is_asked_nothing(
    page: LabPage, name: str
) -> None:
    state(page, "Ready.")
    page.page.wait_for_function(f"!{PANEL}.context.model.dirty")
    held: list[Route] = []
    is_written = False

    def hold(route: Route) -> None:
        """The lesson's own saving has written the file, and does not know it yet."""
        nonlocal is_written
        if is_written and not held:
            held.append(route)
            return
        is_written |= route.request.method == "PUT"
        route.continue_()

    page.page.route(re.compile(rf"/api/contents/{quote(name)}"), hold)
    with page.page.expect_request(lambda sent: is_written and sent.method == "GET"):
        page.page.evaluate(f"() => {{ {PANEL}.content.model.setMetadata('more', 1) }}")
    save = "jupyterapp.commands.execute('docmanager:save').then(() => { window.isDone = true })"
    page.page.evaluate(f"() => {{ {save} }}")
    listing = f"{page.lab.url}/api/contents/?token={page.lab.token}"
    page.page.evaluate("url => fetch(url)", listing)  # what that asks has been answered, too
    held[0].continue_()
    page.page.wait_for_function("window.isDone || document.querySelector('.jp-Dialog')")
    expect(page.page.get_by_role("dialog")).to_have_count(0)


def test_a_lesson_in_the_background_waits_until_one_looks_at_it(
    page: LabPage, lab: Lab, name: str
) -> None:
    behind = lab.write(
        "behind.ipynb", lesson()
    )  # which Python has not, as perhaps that of another test
    open_behind = """async path => {
        await window.jupyterapp.commands.execute("docmanager:open", {path, options: {activate: false}});
    }"""  # which gives no widget back, as too much hangs on one
    page.page.evaluate(open_behind, behind)
    other = page.page.locator(".jp-NotebookPanel.lm-mod-hidden")
    expect(other).to_have_attribute("data-ccb", "starting")
    page.page.wait_for_function(
        """() => [...window.jupyterapp.shell.widgets("main")].every(each =>
            each.sessionContext?.session?.kernel?.status === "idle")"""
    )
    expect(other).to_have_attribute("data-ccb", "starting")
    expect(other.locator(".ccb:not(.ccb-verdict)")).to_have_count(0)
    page.page.get_by_role("tab", name=behind).click()
    state(page, "Ready.")
    page.page.get_by_role("tab", name=name).click()
    state(page, "Ready.")


@pytest.mark.parametrize("item", ["Restart Kernel", "Restart Kernel and Run All Cells"])
def test_after_a_restart_it_runs_once_more_and_the_reader_is_where_they_were(
    page: LabPage, item: str
) -> None:
    card = CardOnPage(page, STUDY)
    card.choose(card.questions[0], ["external"])
    top = "node => node.getBoundingClientRect().top"
    text = page.page.locator(".jp-MarkdownCell").filter(has_text="Four words around one service")
    text.get_by_role("heading").evaluate("node => node.scrollIntoView()")
    page.page.locator(".ccb").nth(3).wait_for(state="attached")
    before = text.evaluate(top)
    choose(page, "Kernel", item)
    page.page.get_by_role("button", name="Confirm Kernel Restart").click()
    state(page, "Starting Python")
    state(page, "Ready.")
    expect(card.node.locator("input:checked")).to_have_count(0)
    assert [each for each in counts(page) if each] == [1, 2, 3, 4, 5, 6]
    page.page.locator(".ccb").nth(3).wait_for(state="attached")
    if item == "Restart Kernel":
        is_there = f"([node, before]) => Math.abs(({top})(node) - before) < 2"  # a frame later
        page.page.wait_for_function(is_there, arg=[text.element_handle(), before])


def test_a_lesson_that_was_begun_goes_on_with_another_python(page: LabPage, lab: Lab) -> None:
    """After a restart, and the next day; not once its answers were erased."""

    def is_at(number: int) -> None:
        expect(card.node.locator(".ccb-where")).to_contain_text(f"Question {number} of")

    card = CardOnPage(page, 'study("fair-weather-web-shop"')
    card.answer(card.questions[0], ["internal"])
    expect(card.saved).to_have_text("Saved.")
    before = attempts(lab)
    choose(page, "Kernel", "Restart Kernel")
    page.page.get_by_role("button", name="Confirm Kernel Restart").click()
    state(page, "Starting Python")
    state(page, "Ready.")
    is_at(2)
    page.page.evaluate(f"{PANEL}.sessionContext.shutdown()")
    page.reload()
    state(page, "Ready.")
    is_at(2)
    assert attempts(lab) == before
    card.answer(card.questions[1])
    expect(card.saved).to_have_text("Saved.")
    card.press("Back")
    expect(card.feedback).to_contain_text("Not quite.")
    expect(card.saved).to_have_text("Saved.")
    for shard in (lab.home / "customer_casebook_data").glob("*.jsonl"):
        shard.unlink()
    page.page.evaluate(f"{PANEL}.sessionContext.shutdown()")
    page.reload()
    state(page, "Ready.")
    is_at(1)
    expect(card.node.locator("input:checked")).to_have_count(0)


def test_for_a_learner_of_one_edition_what_others_say_is_closed(page: LabPage, lab: Lab) -> None:
    def is_open(edition: str) -> bool:
        fold = page.page.locator(".jp-MarkdownOutput details").filter(has_text=f"In {edition}")
        opened: bool = fold.first.evaluate("node => node.open")
        return opened

    state(page, "Ready.")
    assert is_open("ITIL v3")
    assert is_open("Version 5")
    journal = Journal(lab.home / "customer_casebook_data")
    journal.choose_goal("5")
    try:
        choose(page, "Kernel", "Restart Kernel")
        page.page.get_by_role("button", name="Confirm Kernel Restart").click()
        state(page, "Starting Python")
        state(page, "Ready.")
        page.page.locator("[data-edition='5']").first.wait_for()
        assert is_open("Version 5")
        assert not is_open("ITIL v3")
        page.page.get_by_text("In ITIL v3", exact=True).click()
        card = CardOnPage(page, STUDY)
        expect(card.node.locator(".ccb-prompt")).to_contain_text("ITIL v3 and 4: ")
        card.answer(card.questions[0])
        expect(card.feedback.get_by_text("Version 5 has no entry for internal")).to_be_visible()
        expect(card.feedback.get_by_text("In other editions")).to_be_visible()
        expect(card.feedback.get_by_text("the answer is “Not a customer”")).to_be_hidden()
        assert is_open("ITIL v3")  # the reader has opened it
    finally:
        journal.choose_goal("")


@pytest.mark.parametrize("kind", ["a cell", "more cells", "another notebook"])
def test_code_that_the_package_does_not_bring_is_not_run(
    lab_page: LabPage, lab: Lab, kind: str
) -> None:
    ran = lab.folder / "ran"
    notebook, code = lesson(), f"from pathlib import Path\nPath({str(ran)!r}).touch()"
    if kind == "a cell":
        notebook.cells[1].source += f"\n{code}"
    elif kind == "more cells":
        notebook.cells.append(new_code_cell(code))
    else:
        notebook.cells = [new_code_cell(f"import customer_casebook\n{code}")]
    lab_page.open(lab.write(f"{kind}.ipynb", notebook))
    expect(bar(lab_page)).to_contain_text(STARTS_BY_ITSELF)
    expect(lab_page.page.locator(".jp-CodeCell .jp-InputArea").first).to_be_visible()
    run(lab_page, "")
    assert not ran.exists()
    assert not any(counts(lab_page)) or kind != "another notebook"
    lab_page.run_all(by_keyboard=True)
    assert ran.exists()
    ran.unlink()
    expect(bar(lab_page)).to_have_count(0)


def test_a_notebook_of_somebody_else_is_as_ever(lab_page: LabPage, lab: Lab) -> None:
    notebook = lesson()
    notebook.cells = [new_code_cell("1 + 1")]
    lab_page.open(lab.write("somebody else's.ipynb", notebook))
    expect(bar(lab_page)).to_have_count(0)
    assert counts(lab_page) == [None]


def test_what_another_extension_offers_without_what_it_needs_is_left_alone(
    lab_page: LabPage, name: str
) -> None:
    lab_page.page.add_init_script(NEEDS_WHAT_IS_NOT_THERE)
    lab_page.open(name)
    state(lab_page, "Ready.")


def test_a_lesson_that_the_reader_changes_is_not_run_again(page: LabPage) -> None:
    change = f"() => {PANEL}.content.model.cells.get(1).sharedModel.setSource('changed = True')"
    page.page.evaluate(change)
    page.restart_kernel()
    state(page, STARTS_BY_ITSELF)
    run(page, "assert 'changed' not in globals()")


def test_a_file_beside_a_lesson_does_not_run_in_place_of_the_package(
    lab_page: LabPage, lab: Lab
) -> None:
    folder = lab.folder / "from elsewhere"
    folder.mkdir()
    shutil.copy(ROOT / "notebooks" / LESSON, folder)
    for name in ("customer_casebook", "ipywidgets", "markdown_it", "secrets"):
        (folder / f"{name}.py").write_text(
            "from pathlib import Path\nPath(__file__ + '.ran').touch()"
        )
    lab_page.open(f"from elsewhere/{LESSON}")
    state(lab_page, "Ready.")
    CardOnPage(lab_page, STUDY)
    assert not [*folder.glob("*.ran")]


@pytest.mark.parametrize("view", ["lab/tree", NOTEBOOK_7])
def test_python_starts_while_the_page_of_a_lesson_is_still_being_drawn(
    browser: Browser, lab: Lab, view: str
) -> None:
    page = LabPage(browser.new_context().new_page(), replace(lab, view=view))
    asked: list[str] = []
    page.page.on("request", lambda each: asked.append(f"{each.method} {urlsplit(each.url).path}"))
    page.open(path := lesson_in(lab, f"early {view.split('/', maxsplit=1)[0]}"))
    state(page, "Ready.")
    assert asked.index("POST /api/sessions") < asked.index(f"GET /api/contents/{quote(path)}")
    assert asked.count("POST /api/sessions") == 1
    sockets = "[...window.jupyterapp.serviceManager.kernels._kernelConnections].length"
    page.page.wait_for_function(f"{sockets} === 1")  # the early one has gone
    page.page.context.close()
    page.check()


def test_the_kernel_of_a_lesson_that_the_reader_changed_is_left_as_it_is(
    lab_page: LabPage, lab: Lab
) -> None:
    notebook = lesson()
    notebook.cells[
        1
    ].source = "import sys\nassert '' in sys.path, sys.path\nassert 'kept' not in globals()"
    lab_page.open(lesson_in(lab, "left as it is", notebook))
    expect(bar(lab_page)).to_contain_text(STARTS_BY_ITSELF)
    run(lab_page, notebook.cells[1].source)


def test_a_lesson_with_a_kernel_of_its_own_gets_it(lab_page: LabPage, lab: Lab) -> None:
    python: dict[str, Any] = {"display_name": "own", "language": "python"}
    python["argv"] = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    own = lab.home / "jupyter_data_dir" / "kernels" / "own"
    own.mkdir(parents=True)
    (own / "kernel.json").write_text(json.dumps(python), "utf-8")
    notebook = lesson()
    notebook.metadata.kernelspec.name = "own"
    lab_page.open(lesson_in(lab, "own kernel", notebook))
    state(lab_page, "Ready.")
    lab_page.page.wait_for_function(f"{PANEL}.sessionContext.session?.kernel?.name === 'own'")
    CardOnPage(lab_page, STUDY)
    shutil.rmtree(own)


def test_in_a_narrow_window_the_list_of_files_leaves_its_room_to_the_lesson(
    browser: Browser, lab: Lab, name: str
) -> None:
    page = LabPage(browser.new_context(viewport={"width": 390, "height": 900}).new_page(), lab)
    page.open(name)
    state(page, "Ready.")
    assert page.page.evaluate("window.jupyterapp.shell.leftCollapsed")
    verdict = page.page.locator(".ccb-verdict", has=page.page.locator("table"))
    verdict.scroll_into_view_if_needed()
    assert verdict.evaluate(
        "node => node.querySelector('table').offsetWidth <= node.clientWidth - 28"
    )
    page.page.context.close()
    page.check()


def test_when_python_has_gone_the_bar_says_so_and_starts_it_again(page: LabPage) -> None:
    cull(page)
    state(page, "Python has stopped.")
    bar(page).get_by_role("button", name="Start again").click()
    state(page, "Ready.")
    CardOnPage(page, STUDY)
    expect(bar(page).get_by_role("button", name="Start again")).to_have_count(0)
    page.errors.clear()  # JupyterLab complains of a kernel that is gone


def test_python_that_is_known_to_be_dead_is_started_again(page: LabPage) -> None:
    # Nothing tells JupyterLab that the session has gone with it.
    page.page.route(re.compile(r"/api/sessions\?"), lambda _: None)
    cull(page)
    state(page, "Python has stopped.")
    assert page.page.evaluate(f"{PANEL}.sessionContext.session.kernel.status") == "dead"
    page.page.unroute_all()
    bar(page).get_by_role("button", name="Start again").click()
    state(page, "Ready.")


def test_the_code_is_hidden_from_eyes_and_keys_until_one_wants_it(page: LabPage) -> None:
    code, before = page.page.locator(".jp-CodeCell .jp-InputArea"), page.cells()
    expect(code.locator("visible=true")).to_have_count(0)
    text = page.page.get_by_role("heading", name="Who is the customer?")
    text.dblclick()
    expect(text).to_be_visible()
    for key in (*"ddxmycvabt", "Enter", "Shift+Enter", "Control+Shift+ArrowDown"):
        page.page.keyboard.press(key)
    assert page.cells() == before
    expect(page.page.get_by_role("dialog")).to_have_count(0)
    bar(page).get_by_role("button", name="Show the code").click()
    expect(code.locator("visible=true").first).to_be_visible()
    bar(page).get_by_role("button", name="Hide the code").click()
    expect(code.locator("visible=true")).to_have_count(0)


def test_the_bar_is_reached_by_keyboard_fits_and_has_no_barrier(page: LabPage) -> None:
    page.page.evaluate(AXE_SCRIPT)
    page.page.locator(".jp-Cell").first.focus()
    page.page.keyboard.press("Shift+Tab")
    page.page.keyboard.press("Enter")
    expect(bar(page).get_by_role("button", name="Hide the code")).to_be_focused()
    page.page.keyboard.press("Shift+Tab")
    expect(
        bar(page).get_by_role("link", name="Next lesson: Who pays, and who writes")
    ).to_be_focused()
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        page.page.evaluate(
            "theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})", theme
        )
        expect(page.page.locator("body")).to_have_attribute("data-jp-theme-name", theme)
        assert look(bar(page)) == []
        assert look(bar(page), "color-contrast") == []
    for width in (320, 480, 768, 1080, 1600):
        page.page.set_viewport_size({"width": width, "height": 900})
        page.page.evaluate("window.jupyterapp.shell.collapseLeft()")
        fits = "node => node.scrollWidth <= node.clientWidth && node.offsetHeight <= node.parentElement.offsetHeight"
        page.page.wait_for_function(f"() => ({fits})(document.querySelector('.ccb-bar'))")
        grown = """bar => {
            const [state, before] = [bar.querySelector("[role=status]"), bar.offsetHeight];
            const words = state.textContent;
            state.textContent = "Starting Python…";
            const height = bar.offsetHeight;
            state.textContent = words;
            return before - height;
        }"""
        assert bar(page).evaluate(grown) == 0


STATIC = Path(start.__file__).parent / "labextension" / "static"
LITE = """<script id="jupyter-config-data" type="application/json">
    {"baseUrl": "/", "litePluginSettings": {}}</script>"""
START_EARLY = """async (lesson) => {
    const { startEarly } = await import("/early.js");
    window.asked = 0;
    const refreshSpecs = async () => { window.asked += 1 };
    const kernelspecs = { ready: null, specs: {}, refreshSpecs };
    const services = { kernelspecs, sessions: {}, serverSettings: { baseUrl: location.href } };
    startEarly([{ name: lesson }], services, { ready: Promise.reject() });
    services.sessions.ready.then(() => { window.isReady = true });
}"""


def test_a_site_that_never_gets_its_python_is_not_waited_for(browser: Browser) -> None:
    context = browser.new_context()
    page = context.new_page()

    def give(route: Route) -> None:
        script = STATIC / urlsplit(route.request.url).path.removeprefix("/")
        if script.is_file():
            route.fulfill(path=script)
        else:
            route.fulfill(body=LITE, content_type="text/html")

    page.route("**/*", give)
    page.clock.install()
    page.goto(f"http://localhost/lab/index.html?path={LESSON}")
    page.evaluate(START_EARLY, LESSON)
    page.wait_for_function("window.asked > 1")
    page.clock.fast_forward("01:00")
    page.wait_for_function("window.isReady", timeout=5_000)
    context.close()
