"""The site as a learner has it, below a path of a plain server: answered, kept, taken along, and read offline."""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from customer_casebook import start
from customer_casebook.__main__ import FINE, main
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import course
from customer_casebook.course.journal import DATA_FOLDER_VARIABLE, Attempt, journal
from customer_casebook.site.pages import site
from tests.browser.test_axe import AXE
from tests.new_casebook import new_casebook

LESSONS = [f"{Path(name).stem}.html" for name in start.lessons()]
LESSON, SORTING, OWNERS = LESSONS[1], LESSONS[3], LESSONS[12]
SAVED = "Saved in this browser."
RELOADS = 50
PHONE = {"width": 390, "height": 844}

# Press at once, in the first card that is not closed, and load the page again before anything else can happen.
BUTTONS = "[...document.querySelectorAll('casebook-card button')]"
OPEN = f"{BUTTONS}.find((each) => each.textContent.startsWith('I am sure'))"
PRESS_AND_RELOAD = f"""() => {{
    const sure = {OPEN};
    const rows = sure.closest("casebook-card").querySelectorAll("fieldset:not(:has(fieldset))");
    for (const row of rows) row.querySelector("input").click();
    sure.click();
    location.reload();
}}"""
LINES = """Object.keys(localStorage).filter((name) => name.startsWith("customer-casebook line "))"""
FILL = """() => {
    let size = 2 ** 20;
    for (let name = 0; size; name += 1)
        try { localStorage["x" + name] = "x".repeat(size) } catch { size >>= 1 }
}"""
SHIFTS = """new Promise((resolve) => {
    let sum = 0;
    const add = (list) => list.getEntries().forEach(({ value }) => (sum += value));
    new PerformanceObserver(add).observe({ type: "layout-shift", buffered: true });
    requestAnimationFrame(() => setTimeout(() => resolve(sum), 0));
})"""


class Server:
    """Files under a sub-path, and nothing else."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "some" / "where"
        self.folder.mkdir(parents=True)
        self.now = 1_000_000_000
        self.write(site(start.lessons()))

        class Quiet(SimpleHTTPRequestHandler):
            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(root)))
        self.host = f"localhost:{self.server.server_port}"
        self.url = f"http://{self.host}/some/where/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def write(self, files: dict[str, str]) -> None:
        for name, text in files.items():
            path = self.folder / name
            self.now += path.exists()  # a server tells times by whole seconds
            path.write_text(text, "utf-8")
            os.utime(path, (self.now, self.now))

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    server = Server(tmp_path / "www")
    yield server
    server.stop()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Callable[..., Page]]:
    """A page of a new visitor; at its end it has asked no other host, and complained of nothing."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def new(**options: Any) -> Page:
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
        context.set_default_timeout(20_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(said.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: complaints.extend(stranger(asked.url)))
        return page

    def stranger(url: str) -> list[str]:
        parts = urlsplit(url)
        own = parts.netloc == server.host or parts.scheme in {"data", "blob"}
        return [] if own else [url]

    yield new
    for context in contexts:
        context.close()
    assert not complaints


def answer(card: Locator) -> None:
    """Choose the first of each row, and be sure."""
    sure = card.get_by_role("button", name="I am sure")
    sure.wait_for()  # else there may be no row yet
    for row in card.locator("fieldset:not(:has(fieldset))").all():
        row.locator("input").first.dispatch_event("click")
    sure.click()


def first_card(page: Page) -> Locator:
    return page.locator("casebook-card").first


def export(page: Page, folder: Path) -> Path:
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def wait_for(page: Page, condition: str) -> None:
    """Wait until a condition holds; playwright's own wait is what the page's policy forbids."""
    page.evaluate(
        f"async () => {{ while (!({condition})) await new Promise(requestAnimationFrame) }}"
    )


def keep_offline(page: Page) -> None:
    """Wait until the worker has everything."""
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
def test_each_lesson_can_be_answered_and_keeps_its_answers(
    visit: Callable[..., Page], server: Server, options: dict[str, Any]
) -> None:
    page = visit()
    if options:
        page.set_viewport_size(options["viewport"])
        page.emulate_media(color_scheme=options["color_scheme"])
    for name in LESSONS[:-3]:  # after them come practice, a page to look things up, and an own case
        page.goto(server.url + name)
        card = first_card(page)
        answer(card)
        expect(card.locator(".ccb-saved")).to_have_text(SAVED)
        assert card.locator(".ccb-feedback").inner_text()
        page.reload()
        expect(card).to_contain_text(re.compile(f"{SAVED}|Question 2 of "))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.goto(server.url)
    expect(page.locator("casebook-count", has_text="1 of ")).to_have_count(len(LESSONS) - 3)
    expect(page.locator("casebook-count").last).to_have_text("to read here")


def test_no_answer_is_lost_in_fifty_reloads(visit: Callable[..., Page], server: Server) -> None:
    page = visit()
    lessons = iter(LESSONS)
    page.goto(server.url + next(lessons))
    for done in range(RELOADS):
        while not page.evaluate(f"Boolean({OPEN})"):
            page.goto(server.url + next(lessons))
        with page.expect_navigation():
            page.evaluate(PRESS_AND_RELOAD)
        wait_for(page, f"{LINES}.length === {done + 1}")
    assert page.evaluate(f"{LINES}.length") == RELOADS
    waiting = "Object.keys(localStorage).filter((name) => name.startsWith('customer-casebook  '))"
    wait_for(page, f"!{waiting}.length")
    page.goto(server.url)
    counts = page.locator("casebook-count").all_inner_texts()
    assert sum(int(text.split()[0]) for text in counts if " of " in text) == RELOADS


def test_answers_go_to_the_journal_and_back(
    visit: Callable[..., Page],
    server: Server,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    page = visit()
    asked = 0
    for name in (LESSON, SORTING, OWNERS):
        page.goto(server.url + name)
        for card in page.locator("casebook-card").all():
            answer(card)
            expect(card.locator(".ccb-saved")).to_have_text(SAVED)
            asked += 1
    file = export(page, tmp_path)
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "journal"))
    journal.cache_clear()
    try:
        for said in (f"Added: {asked} answers", f"Here already: {asked} answers"):
            assert main(["journal", "import", str(file)]) == FINE
            assert said in capsys.readouterr().out
        attempts = journal().read().attempts
        assert main(["journal", "export", str(tmp_path / "all.json")]) == FINE
    finally:
        journal.cache_clear()
    assert len(attempts) == asked
    assert any(attempt.right for attempt in attempts)
    assert any(attempt.misconception for attempt in attempts)
    assert [*map(judge, attempts)] == attempts

    other = visit()
    other.goto(server.url)
    status = other.locator("casebook-answers [role=status]")
    take = other.locator("casebook-answers input")
    take.set_input_files(tmp_path / "all.json")
    expect(status).to_have_text(f"Added {asked}, and 0 were here already.")
    expect(other.locator("casebook-count").nth(3)).to_contain_text(" of 6 answered, ")
    take.set_input_files(file)
    expect(status).to_have_text(f"Added 0, and {asked} were here already.")
    lines = [json.loads(path.read_text("utf-8")) for path in (file, export(other, tmp_path))]
    assert lines[0] == lines[1]
    (tmp_path / "else.json").write_text('{"attempts": [{"kind": "attempt"}]}')
    take.set_input_files(tmp_path / "else.json")
    expect(status).to_have_text("This is no file of answers. Nothing was added.")


def judge(attempt: Attempt) -> Attempt:
    """An attempt as Python would have recorded it."""
    item = item_of(course(), attempt.item)
    assert item
    choice = frozenset(attempt.choice)
    wrong = item.misconception(choice)
    return Attempt(
        item=item.id,
        choice=tuple(sorted(choice)),
        sure=True,
        right=choice == item.right,
        misconception=wrong.id if wrong else None,
        ms=attempt.ms,
        content=item.fingerprint,
        event=attempt.event,
        at=attempt.at,
    )


def test_a_new_start_and_another_page_with_the_same_card(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit()
    page.goto(server.url + LESSON)
    other = page.context.new_page()
    other.goto(server.url + LESSON)
    card, twin = first_card(page), first_card(other)
    answer(card)
    expect(twin.locator(".ccb-saved")).to_have_text(SAVED)
    card.get_by_role("button", name="Close the case").click()
    card.get_by_role("button", name="Start again").click()
    expect(card.get_by_role("button", name="I am sure")).to_be_disabled()
    expect(twin.get_by_role("button", name="I am sure")).to_be_disabled()
    answer(twin)
    expect(card.locator(".ccb-saved")).to_have_text(SAVED)
    page.reload()
    expect(card.locator(".ccb-saved")).to_have_text(SAVED)
    assert page.evaluate(f"{LINES}.length") == 2


def test_the_map_of_owners_fills(visit: Callable[..., Page], server: Server) -> None:
    page = visit()
    page.goto(server.url + OWNERS)
    owners = page.locator("casebook-card:has(.ccb-owners)")
    drawn = owners.locator(".ccb-picture")
    expect(drawn.locator("[aria-label*='not yet known']")).to_have_count(3)
    answer(owners)
    for _ in range(2):
        owners.get_by_role("button", name="Next question").click()
        answer(owners)
    expect(drawn.locator("[aria-label*='not yet known']")).to_have_count(0)
    expect(drawn.locator("[aria-label*='✓ Business relationship manager']")).to_have_count(1)
    expect(drawn.locator("[aria-label*='you missed this']")).to_have_count(2)
    page.reload()
    expect(drawn.locator("[aria-label*='you missed this']")).to_have_count(2)


def test_it_is_read_and_answered_without_a_network_after_the_first_visit(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit()
    page.goto(server.url)
    keep_offline(page)
    server.stop()
    page.get_by_role("link", name="Internal customers").click()
    expect(page).to_have_title(re.compile("^Internal customers"))
    answer(first_card(page))
    expect(first_card(page).locator(".ccb-saved")).to_have_text(SAVED)
    page.get_by_role("link", name="All lessons").first.click()
    expect(page.get_by_text("1 of 6 answered")).to_be_visible()


def test_an_update_is_seen_at_once_and_nothing_older_is_kept(
    visit: Callable[..., Page], server: Server, tmp_path: Path
) -> None:
    page = visit()
    page.goto(server.url + LESSON)
    keep_offline(page)
    [before] = page.evaluate("caches.keys()")
    name = [*start.lessons()][1]
    changed = start.lessons()[name].read_text("utf-8").replace("wedding cake", "wedding pie")
    (tmp_path / name).write_text(changed, "utf-8")
    server.write(site({**start.lessons(), name: tmp_path / name}))
    page.goto(server.url + LESSON)
    expect(page.get_by_text("wedding pie")).to_be_visible()
    wait_for(
        page, f"String(await caches.keys()) !== '{before}' && (await caches.keys()).length === 1"
    )
    server.stop()
    page.reload()
    expect(page.get_by_text("wedding pie")).to_be_visible()


def test_a_full_storage_is_told_and_nothing_stops(
    visit: Callable[..., Page], server: Server, tmp_path: Path
) -> None:
    page = visit()
    page.goto(server.url + LESSON)
    page.evaluate(FILL)
    card = first_card(page)
    answer(card)
    expect(card.locator(".ccb-saved [role=alert]")).to_contain_text(
        "Not saved: the storage of this browser is full. The feedback is right, and you can go on."
    )
    expect(card.locator(".ccb-feedback")).to_contain_text("The answer")
    [line] = json.loads(export(page, tmp_path).read_text("utf-8"))["attempts"]
    assert line["item"].startswith("kinfolk")
    page.evaluate(
        "Object.keys(localStorage).forEach((name) => name[0] === 'x' && localStorage.removeItem(name))"
    )
    expect(card.locator(".ccb-saved")).to_have_text(SAVED)  # it is said again
    page.reload()
    expect(card.locator(".ccb-saved")).to_have_text(SAVED)


def test_a_storage_denied_is_told_and_nothing_stops(
    visit: Callable[..., Page], server: Server, tmp_path: Path
) -> None:
    page = visit()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError') } })"
    )
    page.goto(server.url + LESSON)
    for card in page.locator("casebook-card").all():
        answer(card)
        expect(card.locator(".ccb-saved [role=alert]")).to_contain_text(
            "Not saved: this browser does not let the page store anything."
        )
    assert len(json.loads(export(page, tmp_path).read_text("utf-8"))["attempts"]) == 4


def test_the_keyboard_answers(visit: Callable[..., Page], server: Server) -> None:
    page = visit()
    page.goto(server.url + LESSON)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the text")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    card = first_card(page)
    card.locator("input").first.focus()
    page.keyboard.press("2")
    page.keyboard.press("t")
    expect(card.locator(".ccb-feedback")).to_contain_text("Right")
    page.keyboard.press("Enter")
    expect(card.get_by_text("Case closed")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["", LESSON, SORTING, LESSONS[4], OWNERS])
def test_axe_finds_nothing(
    visit: Callable[..., Page], server: Server, name: str, scheme: str
) -> None:
    page = visit()
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": PHONE["width"], "height": 14_000})
    page.goto(server.url + name)
    page.evaluate(AXE_SCRIPT)
    assert page.locator("html").evaluate(AXE, []) == []
    assert page.locator("html").evaluate(AXE, ["region"]) == []
    for card in page.locator("casebook-card").all():
        answer(card)
    assert page.locator("html").evaluate(AXE, []) == []


def test_nothing_moves_while_a_page_comes(visit: Callable[..., Page], server: Server) -> None:
    page = visit()
    for name in ["", *LESSONS]:
        page.goto(server.url + name)
        assert page.evaluate(SHIFTS) == 0, name


def test_without_scripts_a_lesson_is_a_text_with_its_answers_in_folds(
    visit: Callable[..., Page], server: Server
) -> None:
    page = visit(java_script_enabled=False)
    page.goto(server.url + LESSON)
    expect(page.get_by_text("A cake for Whom It May Concern").first).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    why = page.get_by_text("External customer.").first
    expect(why).to_be_hidden()
    page.get_by_text("Answer", exact=True).first.click()
    expect(why).to_be_visible()


def test_on_paper_all_is_unfolded(visit: Callable[..., Page], server: Server) -> None:
    page = visit()
    page.goto(server.url + LESSONS[8])
    fold = page.locator(".prose details p").first
    expect(fold).to_be_hidden()
    page.emulate_media(media="print")
    expect(fold).to_be_visible()
    expect(page.get_by_role("navigation")).to_have_count(0)


def test_answers_to_a_casebook_of_ones_own_stay_apart_from_the_course_s(
    visit: Callable[..., Page], server: Server, tmp_path: Path
) -> None:
    own = str(server.folder / "own")
    assert main(["site", own, "--casebook", str(new_casebook(tmp_path))]) == 0
    page = visit()
    for place, lesson in ("", [*LESSONS][1]), ("own/", "play.html"):
        page.goto(f"{server.url}{place}{lesson}")
        answer(first_card(page))
        expect(first_card(page)).to_contain_text(re.compile(f"{SAVED}|Question 2 of "))
        page.goto(server.url + place)
        expect(page.locator("casebook-count", has_text=re.compile("^1 of "))).to_have_count(1)
        [line] = json.loads(export(page, tmp_path).read_text("utf-8"))["attempts"]
        assert line["item"].startswith("lantern:") == bool(place)
    assert page.evaluate(f"{LINES}.length") == 1
