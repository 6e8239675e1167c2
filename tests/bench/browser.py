"""JupyterLab as learners meet it: the card against other quizzes, pictures and charts against `interact`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from functools import partial
from itertools import count, cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory, mkdtemp
from typing import Any, NamedTuple

import nbformat
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    ViewportSize,
    WebSocket,
    sync_playwright,
)

from customer_casebook.site.pages import site
from tests.bench.builds import Build
from tests.bench.live import served
from tests.bench.quizzes import CARD, JUPYTERQUIZ, STOCK
from tests.bench.result import THIS, Result, against_before, in_turn, notebook_of, p95
from tests.browser.conftest import _FLAGS, _NO_BROWSER, _chromium
from tests.browser.lab import ROOT, Lab, LabPage, run_lab
from tests.browser.test_connection import Connection

FRAME = 1000 / 60  # ms
EVEN = 1.1  # not behind: the same thing, measured again, differs by as much

_OF: dict[str, Callable[[Sequence[float]], float]] = {"median": median, "p95": p95}

# What the picture of the case shows, as a teacher would draw it with matplotlib.
_INTERACT = """\
import ipywidgets
import matplotlib.pyplot as plt
from matplotlib.patches import FancyBboxPatch

def show(charge):
    figure, axes = plt.subplots(figsize=(4.2, 2.6))
    axes.set(xlim=(0, 300), ylim=(186, 0))
    axes.axis("off")
    for x, y, width, height, name, line in (
        (3, 27, 294, 150, "Velden Group", ":"), (12, 63, 78, 78, "Marketing", "-"),
        (210, 63, 78, 78, "Group IT", "-"),
    ):
        style = "round,pad=0,rounding_size=3"
        box = FancyBboxPatch((x, y), width, height, style, fill=False, linestyle=line)
        axes.add_patch(box)
        axes.text(x + width / 2, y - 4 if line == ":" else y + height / 2, name, ha="center")
    arrows = [(210, 90, 87, "campaign hub", "#0072b2")]
    arrows += [(90, 210, 129, "internal transaction", "#009e73")] if charge == "paid" else []
    for start, end, y, words, colour in arrows:
        arrow = {"arrowstyle": "->", "color": colour}
        axes.annotate("", (end, y), (start, y), arrowprops=arrow)
        axes.text(150, y - 4, words, ha="center", color=colour, fontsize=8)
    plt.show()

charges = ipywidgets.ToggleButtons(options=["none", "paid"], value="paid")
_ = ipywidgets.interact(show, charge=charges)"""
_WHAT_IF = 'from customer_casebook import what_if\nwhat_if("marketing-campaign-hub")'

# A chart of ours, and the same drawing by `interact`: what it takes, and the slider that moves it.
_CHART = """\
import ipywidgets
import matplotlib.pyplot as plt
from customer_casebook.course.casebook import course
from customer_casebook.simulators import economics, {module}

numbers = course().figures

def show({name}):
    {calculate}
    frame, shapes, *notes = {module}.{plot}({arguments})
    figure, axes = plt.subplots(figsize=frame.size)
    for points, look in shapes:
        axes.add_artist(look.artist(points))
    for x, y, words in notes[0] if notes else ():
        axes.text(x, y, words, ha="center", va="bottom")
    axes.set(xlim=frame.x[:2], ylim=frame.y[:2], xlabel=frame.x.title, ylabel=frame.y.title)
    for axis, scale in ((axes.xaxis, frame.x), (axes.yaxis, frame.y)):
        axis.set_ticks([at for at, _ in scale.ticks], [label for _, label in scale.ticks])
    axes.legend(
        handles=[look.artist([(0, 0)], label) for label, look in frame.legend], ncols=2,
        loc="lower center", bbox_to_anchor=(0.5, 1.0), frameon=False,
    )
    plt.show()

_ = ipywidgets.interact(show, {name}=ipywidgets.{slider})"""
_CHARTS = {
    "ledger": (
        "ledger()",
        "Price, crowns a thousand",
        _CHART.format(
            module="ledger",
            plot="_plot_books",
            name="price",
            slider="IntSlider(32, 0, 60, 2)",
            calculate=(
                "state = numbers['ledger'].arguments(price=price)\n"
                "    books = economics.keep_books('transfer', 'money', **state)"
            ),
            arguments="{name: books.totals(book) for book, name in ledger._BOOKS.items()}",
        ),
    ),
    "service levels": (
        'service_levels("external")',
        "Typical availability, percent",
        _CHART.format(
            module="service_levels",
            plot="_plot_year",
            name="typical",
            slider="FloatSlider(99.2, min=95, max=99.9, step=0.1)",
            calculate="year = economics.year(**numbers['year'].arguments(typical=typical))",
            arguments="year, year.agreed, None",
        ),
    ),
}
_BUSY = "from time import monotonic\nend = monotonic() + 25\nwhile monotonic() < end: pass"

# From the click or the key, as the browser timed it, to the change in the page and to the frame that shows it.
# An Output is emptied before it is filled, and an Image takes its time: what counts is what is seen.
_HELP = """
window.painted = root => new Promise(async done => {
    await root.querySelector("img")?.decode();
    requestAnimationFrame(() => {
        const {port1, port2} = new MessageChannel();
        port1.onmessage = () => done(performance.now());
        port2.postMessage(null); // its turn comes once the frame is painted
    });
});
window.picture = root =>
    root.querySelector("img")?.src ?? root.querySelector("svg")?.outerHTML;
console.log = () => {}; // jupyterquiz says much to it, and nobody but playwright would listen
// JupyterLab's MathJax has no typeset(): jupyterquiz would stumble over it, and ask another host for one that has.
let mathjax;
Object.defineProperty(window, "MathJax", {
    get: () => mathjax,
    set: value => { mathjax = Object.assign(value, {typeset() {}}) },
});
"""
_WATCH = """([key, selector]) => {
    const root = document.querySelector(selector);
    const look = () =>
        root.querySelector("img")?.src ?? root.querySelector("svg") ?? root.textContent;
    const before = look();
    let clicked;
    const note = event => { clicked = event.timeStamp };
    for (const event of ["click", "keydown"])
        document.addEventListener(event, note, {once: true, capture: true});
    (window.shown ??= {})[key] = new Promise((done, fail) => {
        setTimeout(fail, 30000, new Error(`${selector} did not change`));
        const observer = new MutationObserver(async () => {
            const now = look();
            if (clicked === undefined || !now || now === before) return;
            observer.disconnect();
            const changed = performance.now() - clicked;
            done([changed, await window.painted(root) - clicked]);
        });
        const anything = {subtree: true, childList: true, characterData: true, attributes: true};
        observer.observe(root, anything);
    });
}"""
_WATCH_SAVED = """() => {
    let clicked;
    const note = event => { clicked = event.timeStamp };
    document.addEventListener("click", note, {once: true, capture: true});
    const node = document.querySelector(".ccb-saved");
    window.saved = new Promise(done => {
        const observer = new MutationObserver(() => {
            if (!node.textContent.startsWith("Saved.")) return;
            observer.disconnect();
            done(performance.now() - clicked);
        });
        observer.observe(node, {subtree: true, childList: true, characterData: true});
    });
}"""
_REST = """() => new Promise(done => requestIdleCallback(
    () => setTimeout(done, Math.random() * 17), // a learner clicks at any moment of a frame
    {timeout: 100} // where nothing is drawn, a page never tells that it idles
))"""
_FINISH = "root => root.getAnimations({subtree: true}).forEach(each => each.finish())"
_SESSION = "window.jupyterapp.shell.currentWidget.sessionContext"
_KERNEL = f"{_SESSION}.session.kernel"
_RUN = f"""code => {{
    window.busy = true;
    {_KERNEL}.requestExecute({{code}}).done.then(() => {{ window.busy = false }});
}}"""
_RUN_ALL = """() => {
    window.jupyterapp.commands.execute("notebook:run-all-cells");
    return performance.now(); // since the page was asked for
}"""
LESSON = ROOT / "notebooks" / "01_who_is_the_customer.ipynb"
_STARTED = "() => window.jupyterapp.shell.currentWidget.node.dataset.ccb === 'ready'"
_ASKED = "option => document.querySelector(option)?.offsetHeight && performance.now()"

# A burst: there and back, and in the end all the way, so that only the last picture can be the right one.
_STEPS = 8
_LAST = """document.addEventListener("keydown", event => { window.last = event.timeStamp }, true)"""
_QUIET = f"""async ([key, selector]) => {{
    const root = document.querySelector(selector);
    const quiet = () =>
        {_KERNEL}.status === "idle" && window.picture(root) === window.ends[key];
    while (!quiet()) {{
        if (performance.now() > window.last + 30000) throw new Error("The last chart is wrong");
        await new Promise(requestAnimationFrame);
    }}
    return await window.painted(root) - window.last;
}}"""
_KEEP = """([key, selector]) => {
    (window.ends ??= {})[key] = window.picture(document.querySelector(selector));
}"""


_SIZE: ViewportSize = {"width": 1280, "height": 1000}


class Shown(NamedTuple):
    """Milliseconds from a click until the page had changed, and until that was painted."""

    changed: float
    painted: float


class Presses:
    """A page, and how long it takes to show what a press changes."""

    page: Page

    def click(self, key: str, button: Locator, shows: str) -> None:
        """Click a button that the pointer is over and that has the focus, on a page at rest."""
        button.hover()
        button.focus()
        self.page.evaluate(_WATCH, [key, shows])
        self.page.evaluate(_REST)
        self.page.mouse.down()
        self.page.mouse.up()

    def shown(self, key: str) -> Shown:
        """How long the last click for ``key`` took to show."""
        return Shown(*self.page.evaluate("key => window.shown[key]", key))

    def card(self) -> float:
        """Answer the question on the card, and go on to the next."""
        again = self.page.get_by_role("button", name="Start again")
        option = self.page.locator(".ccb-option input").first
        again.or_(option).first.wait_for()
        if again.is_visible():
            again.click()
        option.click()
        self.click("card", self.page.get_by_role("button", name="I am sure"), ".ccb-feedback")
        time = self.shown("card").painted
        self.page.locator(".ccb-next").click()
        return time


class SitePage(Presses):
    """A page of the site."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.page = browser.new_page(viewport=_SIZE)
        self.page.add_init_script(_HELP)
        self.page.goto(address)


class Bench(Presses):
    """A notebook in JupyterLab whose cells have run, and what is measured in it."""

    def __init__(
        self,
        browser: Browser,
        lab: Lab,
        name: str,
        *cells: str,
        kernel: str = THIS,
        fails: bool = False,
    ) -> None:
        self.page: Page = browser.new_page(viewport=_SIZE)
        self.page.add_init_script(_HELP)
        if fails:  # each message then takes a way through this process
            self.connection = Connection(self.page)
        self.notebook = LabPage(self.page, lab)
        self.notebook.open(lab.write(name, notebook_of(*cells, kernel=kernel)))
        self.notebook.run_all()

    def close(self) -> None:
        self.page.close()
        self.notebook.check()

    def settle(self) -> None:
        self.page.wait_for_function(f"{_KERNEL}.status === 'idle'")

    def acknowledged(self, fault: str | None = None) -> tuple[float, float]:
        """Answer the question on the card: until the feedback is painted, and until the answer is shown as saved.

        A fault of the connection begins before the press, and ends with the feedback.
        """
        self.page.bring_to_front()  # a page behind another one paints nothing
        self.page.locator(".ccb-option input").first.click()
        self.page.evaluate(_WATCH_SAVED)
        if fault:
            setattr(self.connection, fault, True)
        self.click("card", self.page.get_by_role("button", name="I am sure"), ".ccb-feedback")
        feedback = self.shown("card").painted
        self.connection.heal()
        saved = float(self.page.evaluate("window.saved"))
        self.page.locator(".ccb-next").click()
        again = self.page.get_by_role("button", name="Start again")
        if again.is_visible():
            again.click()
        return feedback, saved

    def stock(self) -> float:
        self.choose()
        self.check()
        time = self.shown("stock").painted
        self.settle()
        return time

    def choose(self) -> None:
        """Choose another answer to the first question of the stock quiz."""
        self.settle()
        self.page.locator(".widget-radio-box input:not(:checked)").first.click()
        self.settle()

    def check(self) -> None:
        """Check it."""
        button = self.page.get_by_role("button", name="Check").first
        self.click("stock", button, ".widget-vbox .widget-vbox > .widget-html:last-child")

    def jupyterquiz(self) -> float:
        option = self.page.locator('.MCButton:not([class*="correct"])').first
        self.click("jupyterquiz", option, ".Feedback")
        time = self.shown("jupyterquiz").painted
        # Or its colour would still be changing in the next turn.
        self.page.locator(".Quiz").first.evaluate(_FINISH)
        return time

    def busy(self) -> tuple[list[float], list[float], float]:
        """Times of card, jupyterquiz and stock quiz while the kernel is busy for 25 seconds."""
        self.choose()
        self.page.evaluate(_RUN, _BUSY)
        self.check()
        cards, others = [], []
        while self.page.evaluate("window.busy"):
            cards.append(self.card())
            others.append(self.jupyterquiz())
        return cards, others, self.shown("stock").painted

    def switch(self, shows: str, *buttons: Locator) -> Callable[[], Shown]:
        """Presses the buttons in turn, and waits for the picture."""
        turns = cycle(buttons)

        def turn() -> Shown:
            self.click("picture", next(turns), shows)
            time = self.shown("picture")
            self.settle()
            return time

        return turn

    def slide(self, within: str, slider: Locator, shows: str, *keys: str) -> Callable[[], Shown]:
        """Moves a slider a step, by each key in turn, and waits for the chart."""
        turns = cycle(keys)

        def turn() -> Shown:
            slider.scroll_into_view_if_needed()
            slider.focus()
            self.page.evaluate(_WATCH, ["chart", f"{within} {shows}"])
            self.page.evaluate(_REST)
            self.page.keyboard.press(next(turns))
            time = self.shown("chart")
            self.settle()
            return time

        return turn

    def burst(self, within: str, slider: Locator, shows: str) -> Callable[[], float]:
        """Moves a slider by 40 keys at once, and waits for its last chart and the kernel's rest."""
        left, right = "ArrowLeft", "ArrowRight"
        place = f"{within} {shows}"
        for key in (left, right):  # what either end looks like, step by step
            step = self.slide(within, slider, shows, key)
            for _ in range(_STEPS):
                step()
            self.page.evaluate(_KEEP, [f"{place} {key}", place])
        self.page.evaluate(_LAST)
        turns = cycle(((left, right), (right, left)))

        def turn() -> float:
            there, back = next(turns)
            slider.scroll_into_view_if_needed()
            slider.focus()
            half = _STEPS // 2
            for key in [*([there] * half + [back] * half) * 4, *[there] * _STEPS]:
                self.page.keyboard.press(key)
            return float(self.page.evaluate(_QUIET, [f"{place} {there}", place]))

        return turn


def lines(
    name: str, ours: Sequence[float], aim: float | None = None, *others: Sequence[float]
) -> list[Result]:
    """Median and 95th percentile of ours, in ms, against those of the better of the others, if any."""
    return [
        Result(f"{name}, {what}", of(ours), "ms", min(map(of, others), default=None), aim)
        for what, of in _OF.items()
    ]


def feedback(browser: Browser, lab: Lab, _: Sequence[Build]) -> list[Result]:
    """The card against jupyterquiz and a quiz of stock widgets, with the kernel at rest and busy.

    What is timed is the press that brings the feedback: in jupyterquiz that on an option, which is the
    answer; in the others the one that follows, on "I am sure" or on "Check".
    """
    bench = Bench(browser, lab, "feedback.ipynb", CARD, STOCK, JUPYTERQUIZ)
    card, stock, quiz = in_turn(150, 5, bench.card, bench.stock, bench.jupyterquiz)
    busy, others, late = bench.busy()
    bench.close()
    name = "click to painted feedback"
    return [
        *lines(name, card, EVEN, stock, quiz),
        *lines(f"{name}, busy kernel", busy, EVEN, others, [late]),
        Result(f"{name}, p95, in frames", p95(card) / FRAME, "frames", None, 2),
        Result(f"{name}, busy, p95, in frames", p95(busy) / FRAME, "frames", None, 2),
    ]


def saved(browser: Browser, lab: Lab, builds: Sequence[Build]) -> list[Result]:
    """From the press to the answer that is shown as saved; and to the feedback, amid faults of the connection."""
    benches = [
        Bench(browser, lab, f"saved-{place}.ipynb", CARD, kernel=build.kernel, fails=True)
        for place, build in enumerate(builds)
    ]
    ours, *before = in_turn(40, 4, *(bench.acknowledged for bench in benches))
    times, *others = ([saved for _, saved in each] for each in (ours, *before))
    results = lines("click to shown as saved", times, 0.8 if before else None, *others)
    faults = [None, "drops_said", "drops_heard", "is_frozen"]
    whole, *faulty = in_turn(25, 2, *(partial(benches[0].acknowledged, fault) for fault in faults))
    for bench in benches:
        bench.close()
    for fault, turns in zip(faults[1:], faulty, strict=True):
        painted, calm = ([feedback for feedback, _ in each] for each in (turns, whole))
        results += lines(f"click to painted feedback, connection {fault}", painted, EVEN, calm)
    return results


def opening(browser: Browser, lab: Lab, builds: Sequence[Build]) -> list[Result]:
    """From the address to the first question that takes an answer: the kernel starts with the page, then Run All.

    A lesson of the course runs by itself.
    """
    context = browser.new_context(viewport=_SIZE)  # with a cache, as at a learner's second visit
    context.add_init_script(_HELP)

    turns = count(1)

    def opened(cell: str, option: str, kernel: str = THIS) -> Callable[[], tuple[float, float]]:
        def turn() -> tuple[float, float]:
            notebook = LabPage(page := context.new_page(), lab)
            notebook.open(lab.write(f"{next(turns)}.ipynb", notebook_of(cell, kernel=kernel)))
            ready = page.evaluate(_RUN_ALL)
            asked = page.wait_for_function(_ASKED, arg=option).json_value()
            page.evaluate(f"{_SESSION}.shutdown()")
            page.close()
            notebook.check()
            return asked, asked - ready

        return turn

    measures: list[Callable[[], Any]] = [
        opened(JUPYTERQUIZ, ".MCButton"),
        opened(STOCK, ".widget-radio-box input"),
        *(opened(CARD, ".ccb-option input", build.kernel) for build in builds),
    ]
    *measured, by_itself = in_turn(7, 1, *measures, partial(open_lesson, context, lab))
    measured = [list(zip(*times, strict=True)) for times in measured]
    context.close()
    title, quiz = (
        "a lesson by itself to its first question, against jupyterquiz",
        median(measured[0][0]),
    )
    results = [Result(title, median(by_itself), "ms", quiz, 1.0)]
    for place, name in enumerate(("page open", "Run All")):
        quiz, stock, ours, *others = (median(times[place]) for times in measured)
        title = f"{name} to first question"
        results += [
            Result(f"{title}, against jupyterquiz", ours, "ms", quiz, 1.25),
            Result(f"{title}, against a stock quiz", ours, "ms", stock),
            *(Result(f"{title}, against before", ours, "ms", other) for other in others),
        ]
    return results


def open_lesson(context: BrowserContext, lab: Lab) -> float:
    """Milliseconds from the address of a lesson to its first question; it runs by itself."""
    notebook = LabPage(page := context.new_page(), lab)
    folder = Path(mkdtemp(dir=lab.folder)).name  # course mode looks for the lesson's own name
    name = lab.write(f"{folder}/{LESSON.name}", nbformat.read(LESSON, as_version=4))
    page.goto(f"{lab.url}/{lab.view}/{name}?token={lab.token}&reset")
    asked: float = page.wait_for_function(_ASKED, arg=".ccb-option input").json_value()
    page.wait_for_function(_STARTED)
    page.evaluate(f"{_SESSION}.shutdown()")
    page.close()
    notebook.check()
    return asked


def pages(browser: Browser, lab: Lab, _: Sequence[Build]) -> list[Result]:
    """A page of the site against JupyterLab: a press on the same card, and a lesson that is opened."""
    context = browser.new_context(viewport=_SIZE, bypass_csp=True)  # or nothing can be waited for

    def opened(address: str) -> float:
        (page := context.new_page()).goto(address, wait_until="commit")
        asked: float = page.wait_for_function(_ASKED, arg=".ccb-option input").json_value()
        page.close()
        return asked

    def answered(bench: Presses) -> float:
        bench.page.bring_to_front()  # a page behind another one paints nothing
        return bench.card()

    live = Bench(browser, lab, "card.ipynb", CARD)
    with TemporaryDirectory() as folder, served(Path(folder)) as here:
        for name, text in site(
            {each.name: each for each in (LESSON, lab.folder / "card.ipynb")}
        ).items():
            (Path(folder) / name).write_text(text, "utf-8")
        instant = SitePage(browser, f"{here.url}card.html")
        ours, theirs = in_turn(100, 5, partial(answered, instant), partial(answered, live))
        instant.page.close()
        live.close()
        address = f"{here.url}{LESSON.stem}.html"
        page, lesson = in_turn(7, 1, partial(opened, address), partial(open_lesson, context, lab))
    context.close()
    return [
        *lines("a page of the site, click to painted feedback", ours, EVEN, theirs),
        Result("its first question, against JupyterLab", median(page), "ms", median(lesson), 0.15),
    ]


def pictures(browser: Browser, lab: Lab, _: Sequence[Build]) -> list[Result]:
    """What-if against `interact` that shows the same drawing."""
    bench = Bench(browser, lab, "pictures.ipynb", _INTERACT, _WHAT_IF)
    page, values = bench.page, ("none", "paid")
    pills = [page.locator(f'.ccb-pill:has([name$="-charge"][value={each}])') for each in values]
    buttons = [page.locator(f".widget-toggle-button:text-is('{each}')") for each in values]
    page.locator(".widget-interact img").wait_for()
    our_switch = bench.switch(".ccb-activity .ccb-picture", *pills)
    their_switch = bench.switch(".widget-interact .widget-output", *buttons)
    turns = in_turn(40, 4, our_switch, their_switch)
    bench.close()
    ours, theirs = (list(zip(*each, strict=True)) for each in turns)
    whens = ("in the page", "painted")
    return [
        result
        for when, our, their in zip(whens, ours, theirs, strict=True)
        for result in lines(f"what-if switch to picture {when}", our, 0.5, their)
    ]


def charts(browser: Browser, lab: Lab, _: Sequence[Build]) -> list[Result]:
    """Simulators against `interact` that shows the same drawing: from the slider to the painted chart.

    A burst is timed from the last of its 40 keys: there is no queue behind it, and the last chart is right.
    """
    results = []
    for name, (call, label, interact) in _CHARTS.items():
        cell = f"import customer_casebook as ccb\nccb.{call}"
        bench = Bench(browser, lab, f"{name}.ipynb", interact, cell)
        bench.page.get_by_role("radio").first.click()
        bench.page.get_by_role("button", name="I am sure").click()
        our_slider = bench.page.get_by_role("slider", name=label)
        ours = ".ccb-activity", our_slider, ".ccb-picture"
        handle = bench.page.locator(".widget-interact .noUi-handle")
        bench.page.locator(
            ".widget-interact img"
        ).wait_for()  # or `interact` shows what failed, and goes on
        theirs = ".widget-interact", handle, ".widget-output"
        keys = "ArrowRight", "ArrowLeft"
        turns = in_turn(40, 4, bench.slide(*ours, *keys), bench.slide(*theirs, *keys))
        painted, others = ([each.painted for each in times] for times in turns)
        burst, other_bursts = in_turn(10, 2, bench.burst(*ours), bench.burst(*theirs))
        bench.close()
        title = f"{name}, slider to painted"
        results += [
            *lines(title, painted, 0.5, others),
            Result(f"{title}, p95 alone", p95(painted), "ms", None, 120),
            *lines(f"{name}, burst to painted and quiet", burst, EVEN, other_bursts),
        ]
    return results


def traffic(browser: Browser, lab: Lab, builds: Sequence[Build]) -> list[Result]:
    """The bytes that cross the websocket while a lesson runs all its cells."""

    def kilobytes(build: Build) -> float:
        size = 0

        def add(frame: str | bytes) -> None:
            nonlocal size
            size += len(frame.encode() if isinstance(frame, str) else frame)

        def listen(socket: WebSocket) -> None:
            socket.on("framesent", add)
            socket.on("framereceived", add)

        page = browser.new_page(viewport=_SIZE)
        page.on("websocket", listen)
        notebook = LabPage(page, lab)
        notebook.open(lab.write("lesson.ipynb", build.lesson()))
        opened = size
        notebook.run_all()
        size -= opened
        page.evaluate(f"{_SESSION}.shutdown()")
        page.close()
        return size / 1000

    ours, *before = [
        median(sizes) for sizes in in_turn(3, 0, *(partial(kilobytes, build) for build in builds))
    ]
    return [against_before("websocket while lesson 07 runs", ours, "kB", 0.5, before)]


GROUPS: dict[str, Callable[..., list[Result]]] = {
    "feedback": feedback,
    "saved": saved,
    "opening": opening,
    "pages": pages,
    "pictures": pictures,
    "charts": charts,
    "traffic": traffic,
}


def measure(folder: Path, builds: Sequence[Build], groups: Sequence[str]) -> list[Result]:
    """What these groups measure in JupyterLab as `make lab` starts it."""
    if not groups:
        return []
    chromium = _chromium()
    if not chromium:
        sys.exit(f"Nothing was measured: {_NO_BROWSER}.")
    notebooks = shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=_FLAGS) as browser,
        run_lab(notebooks, folder / "home") as lab,
    ):
        return [result for name in groups for result in GROUPS[name](browser, lab, builds)]
