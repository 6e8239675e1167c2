"""What the course asks of learners' time and memory, measured: `make bench`.

Whatever is compared takes turns, in one run on one machine: ratios hold where times do not.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from io import StringIO
from itertools import cycle
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from customer_casebook import Facts, decide
from customer_casebook.facts import VOCABULARY
from customer_casebook.notebook import normalise
from tests.browser.conftest import _FLAGS, _NO_BROWSER, _chromium
from tests.browser.lab import ROOT, Lab, LabPage, run_lab
from tests.test_notebooks import COURSE, nbval, read

REPORT = ROOT / "build" / "bench.json"
FRAME = 1000 / 60  # ms


class Result(NamedTuple):
    """A line of the report. ``aim`` bounds the ratio, or the value where there is no baseline."""

    name: str
    value: float
    unit: str
    baseline: float | None = None
    aim: float | None = None

    @property
    def ratio(self) -> float | None:
        return self.value / self.baseline if self.baseline else None

    def as_json(self) -> dict[str, Any]:
        row = {"name": self.name, "value": self.value, "unit": self.unit}
        return row | {"baseline": self.baseline, "ratio": self.ratio}

    def __str__(self) -> str:
        numbers = [f"{each:.3g}" if each else "" for each in (self.baseline, self.ratio, self.aim)]
        judged = self.value if self.ratio is None else self.ratio
        verdict = "" if self.aim is None else "met" if judged <= self.aim else "missed"
        return _LINE.format(self.name, f"{self.value:.3g}", self.unit, *numbers, verdict).rstrip()


_LINE = "{:<50}{:>8} {:<7}{:>9}{:>9}{:>8}  {}"


def p95(times: Sequence[float]) -> float:
    return sorted(times)[round(0.95 * (len(times) - 1))]


def in_turn(count: int, warm_up: int, *measures: Callable[[], Any]) -> list[list[Any]]:
    """What each measure says ``count`` times, in turn with the others, once all have warmed up."""
    turns = [[measure() for measure in measures] for _ in range(warm_up + count)]
    return [list(told) for told in zip(*turns[warm_up:], strict=True)]


def notebook_of(*cells: str) -> NotebookNode:
    return normalise(new_notebook(cells=[new_code_cell(each) for each in cells]))


# In the browser.

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
_BUSY = "from time import monotonic\nend = monotonic() + 5\nwhile monotonic() < end: pass"

# From the click, as the browser timed it, to the change in the page and to the frame that shows it.
# An Output is emptied before it is filled, and an Image takes its time: what counts is what is seen.
_WATCH = """([key, selector]) => {
    const root = document.querySelector(selector);
    const look = () =>
        root.querySelector("img")?.src ?? root.querySelector("svg") ?? root.innerText;
    const before = look();
    let clicked;
    const note = event => { clicked = event.timeStamp };
    document.addEventListener("click", note, {once: true, capture: true});
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


def in_browser(folder: Path) -> list[Result]:
    """What is measured in JupyterLab as `make lab` starts it."""
    chromium = _chromium()
    if not chromium:
        sys.exit(f"Nothing was measured: {_NO_BROWSER}.")
    notebooks = shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with sync_playwright() as playwright, run_lab(notebooks, folder / "home") as lab:
        with playwright.chromium.launch(executable_path=chromium, args=_FLAGS) as browser:
            return [*feedback(browser, lab), *pictures(browser, lab)]


# In processes of their own.

_IMPORT = """\
import sys, time
start = time.perf_counter()
import ipywidgets
between = time.perf_counter()
import customer_casebook
from customer_casebook import case, compare, decide, study, what_if
end = time.perf_counter()
print(1000 * (end - between), 1000 * (between - start), "matplotlib.pyplot" in sys.modules)"""
_MEMORY = "import psutil\nprint(psutil.Process().memory_info().rss / 2**20)"
_FLIP = """\
from customer_casebook.view.what_if import WhatIf
for each in [*Out.values()]:
    if isinstance(each, WhatIf):
        each.switches["charge"].value = "none\""""


def imports() -> list[Result]:
    def fresh() -> list[str]:
        command = [sys.executable, "-c", _IMPORT]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()

    (told,) = in_turn(15, 2, fresh)
    ours, widgets = (median(float(each[column]) for each in told) for column in (0, 1))
    pyplot = sum(each[2] == "True" for each in told)
    return [
        Result("import customer_casebook after ipywidgets", ours, "ms", None, 60),
        Result("the same, against the import of ipywidgets", ours, "ms", widgets),
        Result("pyplot imported by it", pyplot, "times", None, 0),
    ]


def memory(folder: Path) -> list[Result]:
    """A kernel after the lesson against one with ipywidgets and pyplot imported."""

    def after(notebook: NotebookNode) -> float:
        NotebookClient(notebook, kernel_name="python3", timeout=120).execute(cwd=str(folder))
        return float(notebook.cells[-1].outputs[0].text)

    def bare() -> float:
        return after(notebook_of("import ipywidgets\nimport matplotlib.pyplot", _MEMORY))

    def lesson() -> float:
        notebook = read(COURSE[1])
        assert any("what_if(" in cell.source for cell in notebook.cells)
        notebook.cells += [new_code_cell(_FLIP), new_code_cell(_MEMORY)]
        return after(notebook)

    ours, theirs = in_turn(3, 0, lesson, bare)
    return [Result("kernel after the whole lesson", median(ours), "MiB", median(theirs), 1.15)]


def strictness(folder: Path) -> list[Result]:
    """Strict nbval of the course against that of a notebook that does nothing."""
    course = shutil.copytree(ROOT / "notebooks", folder / "course")
    (empty := folder / "empty").mkdir()
    nbformat.write(notebook_of("pass"), empty / "empty.ipynb")

    def judged(notebooks: Path) -> float:
        start = perf_counter()
        with redirect_stdout(StringIO()) as said:
            passed = nbval(notebooks)
        time = perf_counter() - start
        assert all(all(cells) for cells in passed.values()), said.getvalue()
        return time

    ours, theirs = in_turn(3, 0, lambda: judged(course), lambda: judged(empty))
    return [Result("strict nbval of the course", median(ours), "s", median(theirs))]


def decisions() -> list[Result]:
    known = Facts(**{name: next(iter(fact.says)) for name, fact in VOCABULARY.items()})

    def microseconds(decision: Callable[[], object]) -> float:
        def one() -> float:
            start = perf_counter()
            decision()
            return 1e6 * (perf_counter() - start)

        (times,) = in_turn(500, 20, one)
        return median(times)

    return [
        Result(
            "decide, all lenses, known facts", microseconds(lambda: decide(known)), "us", None, 200
        ),
        Result(
            "decide, one lens, known facts", microseconds(lambda: decide(known, "customer")), "us"
        ),
        Result("decide, all lenses, nothing known", microseconds(lambda: decide(Facts())), "us"),
    ]


def main() -> None:
    # A learner's second start, not the first: modules are compiled, wherever this runs.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with TemporaryDirectory() as name:
        folder = Path(name)
        results = [*decisions(), *imports(), *memory(folder), *strictness(folder)]
        results = [*in_browser(folder), *results]
    REPORT.parent.mkdir(exist_ok=True)
    rows = [result.as_json() for result in results]
    REPORT.write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    print(_LINE.format("", "value", "", "baseline", "ratio", "aim", "").rstrip())
    print(*results, sep="\n")


if __name__ == "__main__":
    main()
