"""The whole course in JupyterLite: built once, served below a path of a plain server, and no other host is asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jupyterlite_pyodide_kernel.constants import PYODIDE_CDN_URL
from playwright.sync_api import Browser, BrowserContext, Locator, Page, ProxySettings, expect

from customer_casebook import start
from customer_casebook.__main__ import FINE, main
from customer_casebook.course.journal import history_from_json
from customer_casebook.site.live import LOCK
from customer_casebook.site.packages import PRELOADED
from tests.browser.lab import MAX_WAIT_MS

pytestmark = pytest.mark.timeout(900)  # the first test builds the course
NAMES = [*start.lessons()]
FIRST, NEXT, PLAYED, PRACTICE = NAMES[1], NAMES[2], NAMES[0], NAMES[18]
OWN = NAMES[20]
PATIENCE_MS = 60_000  # on a machine that does other things too
READY = ".jp-NotebookPanel[data-ccb=ready]"
BY_ITSELF = {"content-autofill.googleapis.com:443"}  # what Chromium asks, whatever the page
CDN = urlsplit(PYODIDE_CDN_URL).netloc
IS_READY = """(name) => {
    const panel = window.jupyterapp.shell.currentWidget;
    return panel?.context?.path === name && panel.node.dataset.ccb === "ready";
}"""
KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"


class Server:
    """The site under a sub-path, and who asked any other host."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "some" / "where"
        self.strangers = strangers = list[str]()
        self.asked = asked = threading.Event()
        self.allowed: set[str] = set()  # whom a page may ask, even as it is closed
        self.gives_lessons = gives_lessons = threading.Event()
        gives_lessons.set()
        self.is_away = is_away = threading.Event()

        class Quiet(SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                if "/live/files/" in self.path:
                    gives_lessons.wait(PATIENCE_MS / 1000)
                    if is_away.is_set():  # it hangs up
                        return
                super().do_GET()

        class Refusing(BaseHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

            def do_GET(self) -> None:
                if self.path not in BY_ITSELF:
                    strangers.append(self.path)
                    asked.set()
                self.send_error(403)

            do_CONNECT = do_POST = do_HEAD = do_GET  # noqa: N815

        self.servers = [
            ThreadingHTTPServer(("127.0.0.1", 0), handler)
            for handler in (partial(Quiet, directory=str(root)), Refusing)
        ]
        for each in self.servers:
            threading.Thread(target=each.serve_forever, daemon=True).start()
        here, proxy = (each.server_port for each in self.servers)
        self.origin = f"http://localhost:{here}"
        self.url = f"{self.origin}/some/where/"
        self.proxy: ProxySettings = {"server": f"http://127.0.0.1:{proxy}", "bypass": "localhost"}

    def stop(self) -> None:
        for each in self.servers:
            each.shutdown()
            each.server_close()


@contextmanager
def served(root: Path) -> Iterator[Server]:
    """The whole course, built below a folder."""
    server = Server(root)
    server.folder.parent.mkdir()
    assert main(["site", str(server.folder), "--live"]) == FINE
    config = server.folder / "live" / "jupyter-lite.json"  # as the other tests have JupyterLab
    page = json.loads(config.read_text("utf-8"))
    page["jupyter-config-data"]["exposeAppInBrowser"] = True
    config.write_text(json.dumps(page), "utf-8")
    yield server
    server.stop()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    expect.set_options(timeout=PATIENCE_MS)
    with served(tmp_path_factory.mktemp("www")) as server:
        yield server
    expect.set_options(timeout=MAX_WAIT_MS)


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """A page of a new visitor; at its end it asked only allowed hosts, and only their absence failed."""
    contexts: list[BrowserContext] = []
    errors: list[str] = []

    def new(**options: Any) -> Page:
        context = browser.new_context(
            viewport={"width": 1280, "height": 900}, proxy=server.proxy, **options
        )
        context.set_default_timeout(PATIENCE_MS)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    server.strangers.clear()
    server.allowed.clear()
    yield new
    for context in contexts:
        context.close()
    assert {*server.strangers} <= server.allowed
    out_of_reach = [host.removesuffix(":443") for host in server.allowed]
    assert not [each for each in errors if not any(host in each for host in out_of_reach)]


def address(server: Server, name: str, app: str = "notebooks") -> str:
    return f"{server.url}live/{app}/index.html?path={name}"


def started(page: Page) -> Page:
    page.locator(READY).locator("visible=true").wait_for()
    return page


PYTHON = f"""async (code) => {{
    const said = [];
    const future = {KERNEL}.requestExecute({{ code }});
    future.onIOPub = ({{ content }}) => said.push(content.text ?? content.evalue ?? "");
    await future.done;
    return said.join("").trim();
}}"""


def python(page: Page, code: str) -> str:
    """What code prints in the kernel of the notebook that is shown."""
    told: str = page.evaluate(PYTHON, code)
    return told


JOURNAL = "from customer_casebook.course.journal import journal\nprint(journal().read())"


def answer(page: Page) -> None:
    """Answer the first question of the lesson, sure of the first option."""
    page.locator(".ccb-option").first.click()
    page.get_by_role("button", name="I am sure").first.click()
    expect(page.locator(".ccb-saved").first).to_contain_text("Saved.")


def answer_on_a_page(page: Page, server: Server) -> None:
    """Answer a question of the site's pages, which have their service worker."""
    page.goto(server.url)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")  # of the pages
    page.goto(f"{server.url}{Path(NAMES[4]).stem}.html")
    page.locator("casebook-card .ccb-option").first.click()
    page.get_by_role("button", name="I am sure").first.click()
    expect(page.locator("casebook-card .ccb-saved").first).to_contain_text("Saved in this browser.")


def test_a_lesson_starts_by_itself_and_the_next_one_knows_its_answers(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit()
    answer_on_a_page(page, server)
    page.get_by_role("link", name="Open this lesson with Python").first.click()
    expect(page.locator(".ccb-bar")).to_contain_text("Lesson 4 of 17")
    page.goto(address(server, FIRST))
    started(page)
    expect(page.locator(".jp-InputArea-editor").first).to_be_hidden()
    answer(page)
    page.get_by_role("link", name="Next").click()
    page.wait_for_url(f"**/notebooks/index.html?path={NEXT}")
    started(page)
    assert python(page, JOURNAL) == "2 answers"
    page.goto(address(server, FIRST, "lab"))
    started(page)
    page.get_by_role("link", name="Next").click()  # another tab of the same page
    page.wait_for_function(IS_READY, arg=NEXT)
    assert python(page, JOURNAL) == "2 answers"
    with page.expect_download() as download:
        page.get_by_role("button", name="Export answers").locator("visible=true").click()
    assert len(history_from_json(Path(download.value.path()).read_text("utf-8"))) == 2


# A slow machine takes seconds to let a service worker go.
SLOW_TO_LET_GO = """
const { unregister } = ServiceWorkerRegistration.prototype;
const released = new Promise((release) => { window.release = release; });
ServiceWorkerRegistration.prototype.unregister = async function () {
    await released;
    return unregister.call(this);
};
"""


def test_python_waits_for_the_service_worker_that_lasts(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit()
    answer_on_a_page(page, server)
    page.add_init_script(SLOW_TO_LET_GO)
    for _ in range(2):  # JupyterLite lets the worker of the course go once, too
        page.goto(address(server, FIRST))
        expect(page.locator(".ccb-bar")).to_contain_text("Lesson 1 of 17")
        page.evaluate("window.jupyterapp.shell.currentWidget.context.ready.then(() => null)")
        assert not page.workers
        page.evaluate("window.release()")
        started(page)
        assert python(page, "import os; print(os.getcwd())") == "/drive"
        assert python(page, JOURNAL) == "1 answer"  # of the page, and nothing is answered here


def test_nothing_waits_for_a_service_worker_where_none_is_allowed(
    visit: Callable[..., Page], server: Server
) -> None:
    script = Path(start.__file__).parent / "labextension" / "static" / "lite.js"
    page = visit()
    page.goto(f"{server.url}live/jupyter-lite.json")  # where nothing registers one
    waited = page.evaluate(
        """async (source) => {
            const script = new Blob([source], { type: "text/javascript" });
            const { lastingWorker } = await import(URL.createObjectURL(script));
            const before = performance.now();
            await lastingWorker({ ready: Promise.reject() });
            return performance.now() - before;
        }""",
        script.read_text("utf-8"),
    )
    assert waited < 10_000  # or it is the whole patience of the script, on each page


def test_the_pages_are_there_without_a_network_after_a_lesson_with_python(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit()
    page.goto(server.url)
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.goto(address(server, FIRST))
    started(page)
    page.wait_for_function(
        """async (site) => {
            const { scope, active } = (await navigator.serviceWorker.getRegistration(site)) ?? {};
            return scope === site && active?.state === "activated";
        }""",
        arg=server.url,
    )
    page.context.set_offline(True)
    page.goto(f"{server.url}{Path(FIRST).stem}.html")
    expect(page.get_by_role("button", name="I am sure").first).to_be_visible()


def test_python_starts_before_the_lesson_is_there_and_has_the_answers_of_before(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit()
    for number in range(1, 4):  # the second visit has another service worker than the first
        server.gives_lessons.clear()
        with page.expect_worker():
            page.goto(address(server, NAMES[number]))
        server.gives_lessons.set()
        started(page)
        answer(page)
        assert python(page, JOURNAL) == f"{number} answer{'s' * (number > 1)}"
        assert page.evaluate("window.jupyterapp.serviceManager.kernels.runningCount") == 1
        assert len(page.workers) == 1


def test_an_exam_goes_on_after_the_page_is_loaded_again(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit()
    page.goto(address(server, PRACTICE))
    started(page)
    page.get_by_role("button", name="Start the clock").click()
    where = page.locator(".ccb-where")
    expect(where).to_have_text("Question 1 of 40")
    exam = page.locator(".ccb-activity").filter(has=page.get_by_role("timer"))
    for row in exam.locator("fieldset:not(:has(fieldset))").all():
        row.locator("input").first.dispatch_event("click")
    exam.get_by_role("button", name="Next").click()
    expect(where).to_contain_text("Question 2 of 40")
    happened = "print([event.what for event in journal().read().exams])"
    before = python(page, f"{JOURNAL}\n{happened}")
    assert "answer" in before
    page.reload()
    started(page)
    expect(page.get_by_role("timer")).to_be_visible()
    expect(page.locator(".ccb-place")).to_have_count(40)
    assert python(page, f"{JOURNAL}\n{happened}") == before


def test_a_case_of_ones_own_is_kept_in_the_browser(
    server: Server, visit: Callable[..., Page]
) -> None:
    page = visit()
    page.goto(address(server, OWN))
    started(page)
    page.get_by_role("button", name="A hospital and its nurses").click()
    expect(page.get_by_label("Who gets it")).to_have_value("a nurse")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".ccb-prompt:visible")).to_contain_text("Does a nurse say what")
    for title in ("Saved", "Saved"):  # the second time, in place of the first
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.locator(".ccb-own .ccb-saved")).to_contain_text(title)
        expect(page.locator(".ccb-own [aria-busy=true]")).to_have_count(0)
    page.reload()
    started(page)
    expect(page.get_by_role("button", name="Open: A nurse and Sorrel Hospital IT")).to_have_count(1)
    page.get_by_role("button", name="Open: A nurse").click()
    expect(page.locator(".ccb-prompt:visible")).to_contain_text("Does a nurse say what")


@pytest.mark.parametrize("is_away", [False, True], ids=["", "away"])
def test_a_new_version_of_a_lesson_is_seen_and_what_the_reader_changed_stays(
    visit: Callable[..., Page], server: Server, is_away: bool
) -> None:
    page = visit()
    contents = "window.jupyterapp.serviceManager.contents"
    names = f"{contents}.get('', {{ content: true }}).then((all) => all.content.map((each) => each.name))"
    for name in (PLAYED, FIRST):
        page.goto(address(server, name))
        started(page)
        if name == PLAYED:
            page.evaluate(
                """() => window.jupyterapp.shell.currentWidget.content.widgets
                    .find(({ node }) => node.classList.contains("ccb-play"))
                    .model.sharedModel.setSource("1 + 1")"""
            )
        if is_away:
            server.is_away.set()
        page.evaluate("window.jupyterapp.shell.currentWidget.context.save()")
        page.wait_for_function("() => !window.jupyterapp.shell.currentWidget.context.model.dirty")
        expect(page.get_by_role("dialog")).to_have_count(0)
        server.is_away.clear()
    shipped = {name: server.folder / "live" / "files" / name for name in (PLAYED, FIRST)}
    before = {name: path.read_text("utf-8") for name, path in shipped.items()}
    try:
        page.goto(address(server, PLAYED))
        expect(page.get_by_text("1 + 1")).to_have_count(1)
        for name, path in shipped.items():
            book = json.loads(before[name])
            book["cells"][0]["source"] = ["# Written anew"]
            path.write_text(json.dumps(book), "utf-8")
        for name in (PLAYED, FIRST):
            page.goto(address(server, name))
            expect(page.get_by_role("heading", name="Written anew")).to_be_visible()
            started(page)
        copy = f"{Path(PLAYED).stem} (your copy).ipynb"
        assert [name for name in page.evaluate(names) if "copy" in name] == [copy]
        page.goto(address(server, copy))
        expect(page.get_by_text("1 + 1")).to_have_count(1)
        expect(page.get_by_role("heading", name="Written anew")).to_have_count(0)
        expect(page.get_by_text("Loading widget")).to_have_count(0)
    finally:
        for name, path in shipped.items():
            path.write_text(before[name], "utf-8")


def test_where_python_may_not_come_there_are_a_sentence_and_the_page(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit()
    page.add_init_script("delete WebAssembly.Suspending; delete WebAssembly.Suspender")
    page.context.route("**/pyodide.asm.wasm", lambda _: None)  # it never comes
    page.goto(address(server, FIRST))
    bar = page.locator(".ccb-bar")
    expect(bar).to_contain_text("This browser may not be able to run it.")
    bar.get_by_role("link", name="Who is the customer?").click()
    page.wait_for_url(f"{server.url}{Path(FIRST).stem}.html")
    expect(page.get_by_role("button", name="I am sure").first).to_be_visible()


# As a browser does where its storage is full, from when the test says so.
FULL = """
const { put } = IDBObjectStore.prototype;
IDBObjectStore.prototype.put = function (...values) {
    if (window.isFull) throw new DOMException("The quota has been exceeded.", "QuotaExceededError");
    return put.apply(this, values);
};
"""


def test_a_full_storage_is_told_and_nothing_that_was_saved_is_lost(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit()
    page.add_init_script(FULL)
    page.goto(address(server, FIRST))
    started(page)
    answer(page)
    cards = page.locator(".ccb:has(.ccb-option)")

    def press(card: Locator) -> None:
        for row in card.locator("fieldset:not(:has(fieldset))").all():
            row.locator("input").first.dispatch_event("click")
        card.get_by_role("button", name="I am sure").click()

    page.evaluate("window.isFull = true")
    press(cards.nth(1))
    saved = page.locator(".ccb-saved", has_text="the storage of this browser is full")
    expect(saved).to_contain_text("Your answers cannot be saved")
    expect(cards.nth(1).locator(".ccb-feedback")).to_contain_text("The answer")
    page.evaluate("window.isFull = false")
    press(cards.nth(2))
    expect(cards.nth(2).locator(".ccb-saved")).to_contain_text("Saved.")
    expect(saved).to_have_count(0)
    page.reload()
    started(page)
    assert python(page, JOURNAL) == "3 answers"


def packages(place: Path) -> dict[str, dict[str, Any]]:
    """The entries of the lock in a folder, all of which are there."""
    lock: dict[str, dict[str, Any]] = json.loads((place / LOCK).read_text("utf-8"))["packages"]
    for name, entry in lock.items():
        assert {*entry["depends"]} <= lock.keys(), name
        if "://" not in entry["file_name"]:
            found = sha256((place / entry["file_name"]).read_bytes()).hexdigest()
            assert found == entry["sha256"], name
    return lock


def loaded(lock: dict[str, dict[str, Any]]) -> set[str]:
    """The files that a start of Python loads: of what is preloaded, and of what that needs."""
    names = {*PRELOADED}
    while more := {each for name in names for each in lock[name]["depends"]} - names:
        names |= more
    return {lock[name]["file_name"] for name in names}


def test_the_lock_is_closed_and_has_no_address(server: Server) -> None:
    lock = packages(server.folder / "live" / "static" / "pyodide")
    assert not [name for name, entry in lock.items() if "/" in entry["file_name"]]
    assert loaded(lock) == {entry["file_name"] for entry in lock.values()}


def test_what_no_page_can_use_is_left_out(server: Server, visit: Callable[..., Page]) -> None:
    folder = server.folder / "live" / "static" / "pyodide"
    assert not {"jedi", "prompt-toolkit", "wcwidth"} & {
        name for name, entry in packages(folder).items() if entry["version"] != "0"
    }
    page = visit()
    page.goto(address(server, FIRST))
    started(page)
    from_source = (
        "print(*(name for name in sys.modules if name.startswith(('IPython', 'markdown_it'))"
    )
    from_source += " and sys.modules[name].__file__.endswith('.py')))"
    assert python(page, f"import sys\n{from_source}") == ""
    colored = "from ipython_pygments_lexers import IPythonLexer\nprint(IPythonLexer.name)"
    assert python(page, colored) == "IPython"
    assert "There is no terminal here." in python(page, "import IPython\nIPython.embed()")


def test_the_published_course_asks_no_host_but_its_own_and_that_of_pyodide(
    visit: Callable[..., Page], server: Server
) -> None:
    folder = server.folder.with_name("published")
    assert main(["site", str(folder), "--published"]) == FINE
    lock = packages(folder / "live" / "static" / "lock")
    assert {"matplotlib", "numpy"} <= lock.keys()
    hosts = {urlsplit(file).netloc for file in (entry["file_name"] for entry in lock.values())}
    assert hosts == {"", CDN}
    page = visit()
    server.allowed.add(f"{CDN}:443")
    page.goto(f"{server.origin}/some/published/live/notebooks/index.html?path={FIRST}")
    assert server.asked.wait(PATIENCE_MS / 1000)
    page.context.close()
    assert {*server.strangers} == server.allowed
