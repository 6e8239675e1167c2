"""Clicks and keys in JupyterLab: the card against a bare button, pictures and charts against `interact`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterable
from itertools import cycle
from pathlib import Path
from statistics import median
from typing import NamedTuple

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.bench.result import Result, in_turn, notebook_of, p95
from tests.browser.conftest import _FLAGS, _NO_BROWSER, _chromium
from tests.browser.lab import ROOT, Lab, LabPage, run_lab

FRAME = 1000 / 60  # ms

_BARE = """\
import ipywidgets
from itertools import count

turns = count(1)
press, label = ipywidgets.Button(description="Press"), ipywidgets.Label("Not yet")
press.on_click(lambda _: setattr(label, "value", f"Pressed {next(turns)}"))
press.add_class("bare-press")
label.add_class("bare-label")
ipywidgets.VBox([press, label])"""
_CARD = 'from customer_casebook import study\nstudy("marketing-campaign-hub")'
_INTERACT = """\
import ipywidgets
import matplotlib.pyplot as plt
from customer_casebook import case
from customer_casebook.view.picture import Picture

told = case("marketing-campaign-hub")
picture = Picture(told)

def chart(charge):
    figure, axes = plt.subplots(figsize=(4.2, 2.6))
    axes.set(xlim=(0, 100), ylim=(0, 62))
    axes.axis("off")
    picture._draw(axes, told.facts.but(charge=charge))
    plt.show()

charges = ipywidgets.ToggleButtons(options=["none", "paid"], value="paid")
_ = ipywidgets.interact(chart, charge=charges)"""
_WHAT_IF = 'from customer_casebook import what_if\nwhat_if("marketing-campaign-hub")'

# A chart of ours, and the same drawing by `interact`: what it takes, and the slider that moves it.
_CHART = """\
import ipywidgets
import matplotlib.pyplot as plt
from customer_casebook import economics
from customer_casebook.library import figures
from customer_casebook.view import {module}

told = figures()

def chart({name}):
    figure, axes = plt.subplots(figsize=(4.4, 3.0))
{draw}
    plt.show()

_ = ipywidgets.interact(chart, {name}=ipywidgets.{slider})"""
_CHARTS = {
    "ledger": (
        "ledger()",
        "Price, crowns a thousand",
        _CHART.format(
            module="ledger",
            name="price",
            slider="IntSlider(32, 0, 60, 2)",
            draw="""\
    kept = economics.ledger(**told["ledger"].given(price=price) | ledger._START)
    ledger._draw(axes, {book: kept.totals(book) for book in economics.BOOKS})""",
        ),
    ),
    "service levels": (
        'service_levels("external")',
        "Typical availability, percent",
        _CHART.format(
            module="service_levels",
            name="typical",
            slider="FloatSlider(98.8, min=95, max=99.9, step=0.1)",
            draw="""\
    year = economics.year(**told["year"].given(typical=typical, seed=8))
    found = economics.external(year, True, **told["external"].given())
    service_levels._draw(axes, service_levels._outside(found, 99), 99)""",
        ),
    ),
    "expectation gap": (
        "expectation_gap()",
        "What each of them understands, percent",
        _CHART.format(
            module="expectation_gap",
            name="clarity",
            slider="IntSlider(90, 50, 100, 5)",
            draw="    expectation_gap._draw(axes, economics.gap(**told['gap'].given(clarity=clarity)))",
        ),
    ),
}
_BUSY = "from time import monotonic\nend = monotonic() + 5\nwhile monotonic() < end: pass"

# From the click or the key, as the browser timed it, to the change in the page and to the frame that shows it.
# An Output is emptied before it is filled, and an Image takes its time: what counts is what is seen.
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
            await root.querySelector("img")?.decode();
            requestAnimationFrame(() => {
                const {port1, port2} = new MessageChannel();
                port1.onmessage = () => done([changed, performance.now() - clicked]);
                port2.postMessage(null); // its turn comes once the frame is painted
            });
        });
        const anything = {subtree: true, childList: true, characterData: true, attributes: true};
        observer.observe(root, anything);
    });
}"""
_REST = """() => new Promise(done => requestIdleCallback(
    () => setTimeout(done, Math.random() * 17) // a learner clicks at any moment of a frame
))"""
_KERNEL = "window.jupyterapp.shell.currentWidget.sessionContext.session.kernel"
_RUN = f"""code => {{
    window.busy = true;
    {_KERNEL}.requestExecute({{code}}).done.then(() => {{ window.busy = false }});
}}"""


class Shown(NamedTuple):
    """Milliseconds from a click until the page had changed, and until that was painted."""

    changed: float
    painted: float


class Bench:
    """A notebook in JupyterLab whose cells have run, and what is measured in it."""

    def __init__(self, browser: Browser, lab: Lab, name: str, *cells: str) -> None:
        self.page: Page = browser.new_page(viewport={"width": 1280, "height": 1000})
        notebook = LabPage(self.page, lab)
        notebook.open(lab.write(name, notebook_of(*cells)))
        notebook.run_all()

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

    def settle(self) -> None:
        self.page.wait_for_function(f"{_KERNEL}.status === 'idle'")

    def bare(self) -> float:
        self.click("bare", self.page.locator(".bare-press"), ".bare-label")
        time = self.shown("bare").painted
        self.settle()
        return time

    def card(self) -> float:
        time = self.answer()
        self.settle()
        return time

    def answer(self) -> float:
        """Answer the question on the card, and go on to the next."""
        self.page.locator(".ccb-option input").first.click()
        self.click("card", self.page.get_by_role("button", name="I am sure"), ".ccb-feedback")
        time = self.shown("card").painted
        self.page.locator(".ccb-next").click()
        again = self.page.get_by_role("button", name="Start again")
        if again.is_visible():
            again.click()
        return time

    def busy(self) -> tuple[list[float], float]:
        """The card's times while the kernel is busy for five seconds, and the bare button's."""
        self.page.evaluate(_RUN, _BUSY)
        self.click("bare", self.page.locator(".bare-press"), ".bare-label")
        times = []
        while self.page.evaluate("window.busy"):
            times.append(self.answer())
        return times, self.shown("bare").painted

    def switch(self, within: str, shows: str) -> Callable[[], Shown]:
        """Turns the charge from paid to none and back, and waits for the picture."""
        buttons = self.page.locator(f"{within} .widget-toggle-buttons").get_by_role("button")
        values = cycle(("none", "paid"))

        def turn() -> Shown:
            button = buttons.get_by_text(next(values), exact=True)
            self.click("picture", button, f"{within} {shows}")
            time = self.shown("picture")
            self.settle()
            return time

        return turn

    def slide(self, within: str, slider: Locator, shows: str) -> Callable[[], Shown]:
        """Moves a slider a step to the right and back, and waits for the chart."""
        keys = cycle(("ArrowRight", "ArrowLeft"))

        def turn() -> Shown:
            slider.scroll_into_view_if_needed()
            slider.focus()
            self.page.evaluate(_WATCH, ["chart", f"{within} {shows}"])
            self.page.evaluate(_REST)
            self.page.keyboard.press(next(keys))
            time = self.shown("chart")
            self.settle()
            return time

        return turn


def feedback(browser: Browser, lab: Lab) -> list[Result]:
    """The card against a bare Button whose callback sets a Label, with the kernel at rest and busy."""
    bench = Bench(browser, lab, "feedback.ipynb", _BARE, _CARD)
    card, bare = in_turn(50, 5, bench.card, bench.bare)
    busy, late = bench.busy()
    return [
        Result("click to painted feedback, median", median(card), "ms", median(bare), 1),
        Result("click to painted feedback, p95", p95(card), "ms", p95(bare), 1),
        Result("click to painted feedback, p95, in frames", p95(card) / FRAME, "frames", None, 2),
        Result("the same with a busy kernel, median", median(busy), "ms", late, 1),
        Result("the same with a busy kernel, p95", p95(busy), "ms", late, 1),
        Result("the same with a busy kernel, p95, in frames", p95(busy) / FRAME, "frames", None, 2),
    ]


def pictures(browser: Browser, lab: Lab) -> list[Result]:
    """What-if against `interact` that shows the same drawing."""
    bench = Bench(browser, lab, "pictures.ipynb", _INTERACT, _WHAT_IF)
    turns = in_turn(
        40,
        4,
        bench.switch(".ccb-activity", ".ccb-picture"),
        bench.switch(".widget-interact", ".widget-output"),
    )
    ours, theirs = (list(zip(*each, strict=True)) for each in turns)
    results = []
    for when, our, their in zip(("in the page", "painted"), ours, theirs, strict=True):
        name = f"what-if switch to picture {when}"
        results += [
            Result(f"{name}, median", median(our), "ms", median(their), 0.5),
            Result(f"{name}, p95", p95(our), "ms", p95(their), 0.5),
        ]
    return results


def charts(browser: Browser, lab: Lab) -> list[Result]:
    """Simulators against `interact` that shows the same drawing: from the slider to the painted chart."""
    results = []
    for name, (call, label, interact) in _CHARTS.items():
        ours = f"import customer_casebook as ccb\nccb.{call}"
        bench = Bench(browser, lab, f"{name}.ipynb", interact, ours)
        bench.page.get_by_role("radio").first.click()
        bench.page.get_by_role("button", name="I am sure").click()
        theirs = bench.page.locator(".widget-interact .noUi-handle")
        our, their = in_turn(
            40,
            4,
            bench.slide(
                ".ccb-activity", bench.page.get_by_role("slider", name=label), ".ccb-picture"
            ),
            bench.slide(".widget-interact", theirs, ".widget-output"),
        )
        painted, against = ([each.painted for each in times] for times in (our, their))
        title = f"{name}, slider to painted"
        results += [
            Result(f"{title}, median", median(painted), "ms", median(against), 0.5),
            Result(f"{title}, p95", p95(painted), "ms", p95(against), 0.5),
            Result(f"{title}, p95 alone", p95(painted), "ms", None, 120),
        ]
        bench.page.close()
    return results


GROUPS = {"feedback": feedback, "pictures": pictures, "charts": charts}


def in_browser(folder: Path, groups: Iterable[str]) -> list[Result]:
    """What these groups measure in JupyterLab as `make lab` starts it."""
    chromium = _chromium()
    if not chromium:
        sys.exit(f"Nothing was measured: {_NO_BROWSER}.")
    notebooks = shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=_FLAGS) as browser,
        run_lab(notebooks, folder / "home") as lab,
    ):
        return [result for name in groups for result in GROUPS[name](browser, lab)]
