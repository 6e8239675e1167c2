"""`make pictures`: the README's tour, filmed in JupyterLab in both themes, so that it never goes stale.

A film is made of screenshots, one for each state worth a look and a few on the way there. How long each is shown is
written here; how long it took to come about is not in it.
"""

from __future__ import annotations

import shutil
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PIL import Image, ImageChops
from playwright.sync_api import Browser, Locator, expect, sync_playwright

from customer_casebook import case, ledger
from customer_casebook.course.items import CaseItem, Item
from customer_casebook.widgets.controls import Range
from tests.browser.activities import activity, find, opened, place_of
from tests.browser.conftest import _FLAGS, _NO_BROWSER, _chromium
from tests.browser.lab import ROOT, Lab, LabPage, run_lab
from tests.course.books import BOOK, HUB

PICTURES = ROOT / "notebooks" / "pictures"
LESSON = "07_marketing_and_the_client_firm.ipynb"
BOOKS = "08_what_moves_in_the_books.ipynb"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
# Still readable in the 830 px that a code host gives to a picture.
SCREEN: dict[str, Any] = {
    "viewport": {"width": 1000, "height": 800},
    "device_scale_factor": 1.25,
    "reduced_motion": "reduce",
}
# The outputs of a notebook and the line below; multiples of 4, or they would not be whole pixels of the picture.
CLIP: Any = {"x": 16, "y": 140, "width": 976, "height": 660}
REST = (496, 560)  # between two columns, where the pointer hides nothing
THUMB = 16  # the width of a slider's thumb in Chromium
GLIDE = (0.1, 0.4, 0.75, 0.95, 1.0)  # how far the pointer is, frame by frame

_STAGE = """async theme => {
    const {commands} = jupyterapp;
    await commands.execute("apputils:change-theme", {theme});
    const around = ["left", "right"].map(side => ["application:toggle-side-tabbar", {side}]);
    for (const [shown, which] of [...around, ["statusbar:toggle"]])
        if (commands.isToggled(shown, which)) await commands.execute(shown, which);
    document.body.insertAdjacentHTML("beforeend", `
        <style>
            #main { bottom: 44px !important; height: auto !important }
            #tour-caption { background: var(--jp-ui-font-color1); bottom: 0; color: var(--jp-layout-color1);
                font: 600 17px/52px var(--jp-ui-font-family); height: 52px; left: 0; position: fixed;
                text-indent: 26px; width: 100%; z-index: 9999 }
            #tour-pointer { left: 0; pointer-events: none; position: fixed; top: 0; z-index: 99999 }
            #tour-pointer circle { fill: #e69f0055; stroke: #e69f00; stroke-width: 3; visibility: hidden }
            #tour-pointer[data-down] circle { visibility: visible }
        </style>
        <div id="tour-caption"></div>
        <svg id="tour-pointer" width="60" height="60">
            <circle cx="24" cy="24" r="20"/>
            <path d="M24 24v20l4.6-4.4 3.2 7.2 3.4-1.5-3.2-7.1h6.4z" fill="black" stroke="white" stroke-width="1.6"/>
        </svg>`);
    dispatchEvent(new Event("resize"));
    const pointer = document.getElementById("tour-pointer");
    for (const type of ["pointermove", "pointerdown", "pointerup"])
        addEventListener(type, ({buttons, clientX, clientY}) => {
            pointer.style.translate = `${clientX - 24}px ${clientY - 24}px`;
            pointer.toggleAttribute("data-down", buttons > 0);
        }, true);
}"""

# JupyterLab goes on placing cells for a while after it has been asked to scroll.
_TO_TOP = """async (node, part) => {
    node = node.closest(part);
    const top = node.closest(".jp-WindowedPanel-outer").getBoundingClientRect().top;
    for (let still = 0; still < 10; still += 1) {
        await new Promise(requestAnimationFrame);
        if (Math.abs(node.getBoundingClientRect().top - top) < 2) continue;
        node.scrollIntoView();
        still = 0;
    }
}"""


class Film:
    """The frames so far, and for how many ms each is shown."""

    def __init__(self) -> None:
        self.frames: list[Image.Image] = []
        self.times: list[int] = []

    def on(self, page: LabPage, theme: str) -> None:
        """Go on with this page: nothing around the notebook, a line below it, a pointer that can be seen."""
        self.page = page.page
        self.page.evaluate(_STAGE, theme)

    def cut(self, node: Locator, top: str, words: str) -> None:
        """Begin a scene: ``node``, or what is around it, at the top, and the pointer where it is in nobody's way."""
        node.evaluate(_TO_TOP, top)
        self.at: tuple[float, float] = REST
        self.page.mouse.move(*self.at)
        self.caption(words)

    def show(self, ms: int) -> None:
        """What is to be seen now, for so long."""
        shot = Image.open(BytesIO(self.page.screenshot(clip=CLIP))).convert("RGB")
        last = self.frames[-1] if self.frames else shot
        # Chromium draws a hatch anew with a shade more or less here and there.
        apart = ImageChops.difference(shot, last).convert("L").point(lambda by: 255 * (by > 1))
        if self.frames and not apart.getbbox():
            self.times[-1] += ms
        else:
            self.frames.append(Image.composite(shot, last, apart))
            self.times.append(ms)

    def caption(self, words: str) -> None:
        self.page.locator("#tour-caption").evaluate(
            "(node, words) => node.textContent = words", words
        )

    def glide(self, x: float, y: float) -> None:
        """Move the mouse there, so that one can follow it."""
        (left, top), self.at = self.at, (x, y)
        for part in GLIDE:
            self.page.mouse.move(left + (x - left) * part, top + (y - top) * part)
            self.show(45)

    def point(self, target: Locator, across: float, down: float) -> None:
        """Point at a place of it, given in parts of its width and height."""
        box = target.bounding_box()
        assert box
        self.glide(box["x"] + box["width"] * across, box["y"] + box["height"] * down)

    def press(self, target: Locator, across: float = 0.5) -> None:
        self.point(target, across, 0.6)
        self.page.mouse.down()
        self.show(200)
        self.page.mouse.up()

    def answer(self, card: Locator, question: Item, option: str, tone: str, words: str) -> None:
        """Answer, be sure, and see that it was as right or wrong as the tour says; ``words`` go with the feedback."""
        self.press(card.locator(f".ccb-option:has({place_of(question, option)})"), 0.3)
        self.press(card.get_by_role("button", name="I am sure"))
        feedback = card.locator(".ccb-feedback")
        expect(feedback).to_have_attribute("data-tone", tone)
        expect(card.locator(".ccb-saved")).to_have_text("Saved.")
        self.caption(words)
        self.point(feedback.locator("> *").first, 0.95, 0.1)


def scene(page: LabPage, call: str) -> Locator:
    """The activity of the cell that begins like ``call``."""
    place, _ = find(page, call)
    return activity(page, place)


def study(film: Film, page: LabPage, still: Path) -> None:
    """One question answered wrong, which makes the still picture, and one right."""
    card = scene(page, "study(")
    film.cut(card, ".jp-Cell", "Read a case: a story, and its evidence")
    film.show(1800)
    film.caption("Answer, and say how sure you are")
    customer, money = (CaseItem(BOOK, case(HUB), lens) for lens in ("customer", "money"))
    film.answer(card, customer, "external", "wrong", "Sure, and wrong: here is why …")
    film.show(1200)
    film.caption("… and the evidence that decided")
    film.point(card.locator(".ccb-decisive"), 0.95, 0.12)
    film.show(1500)
    film.frames[-1].save(still, optimize=True)
    film.press(card.get_by_role("button", name="Next question"))
    film.cut(card, ".jp-Cell", "The next question")
    film.show(700)
    film.answer(card, money, "internal_transaction", "right", "The next question: right")
    film.show(1300)


def what_if(film: Film, page: LabPage) -> None:
    """One fact turned, and all that follows from it."""
    node = scene(page, "what_if(")
    film.cut(node, ".ccb-activity", "What if? Turn one fact …")
    film.show(1000)
    group = node.get_by_role("group", name="Wider organization")
    film.press(group.locator("label", has_text="different"))
    expect(node).to_contain_text("Solved")
    film.caption("… and the picture and the verdicts follow")
    film.point(node.get_by_role("img"), 0.5, 0.95)
    film.show(2200)


def books(film: Film, page: LabPage) -> None:
    """A guess, and then a slider with the chart that follows it."""
    node = scene(page, "ledger(")
    film.cut(node, ".ccb-activity", "What will the books say? Guess first …")
    film.show(900)
    told = ledger()
    film.answer(node, told.card.questions[0], "outside", "right", "… learn why …")
    film.show(700)
    film.press(node.get_by_role("button", name="See it move"))
    film.cut(node.locator(".ccb-bench"), ".ccb-bench", "… then move a slider, and the books follow")
    film.show(500)
    price = told.bench.controls["price"]
    assert isinstance(price, Range)
    ends = price.min, price.max
    track = film.page.get_by_role("slider", name="Price").bounding_box()
    assert track

    def at(value: float) -> tuple[float, float]:
        """Where the thumb is; it stays within the ends of its track."""
        way = track["width"] - THUMB
        part = (value - ends[0]) / (ends[1] - ends[0])
        return track["x"] + THUMB / 2 + way * part, track["y"] + track["height"] / 2

    film.glide(*at(price.start))
    film.page.mouse.down()
    film.show(300)
    for value in [*range(30, 23, -2), *range(26, 45, 2)]:
        told.bench.values = {"price": value}
        film.page.mouse.move(*at(value))
        expect(node.locator(".ccb-headline")).to_have_text(told.bench.outcome.headline)
        film.show(80)
    film.page.mouse.up()
    film.show(1800)


def make(browser: Browser, lab: Lab, name: str, theme: str) -> None:
    """The tour and its still picture in one theme."""
    film = Film()
    with opened(browser, lab, LESSON, **SCREEN) as page:
        film.on(page, theme)
        study(film, page, PICTURES / f"lesson-{name}.png")
        what_if(film, page)
    with opened(browser, lab, BOOKS, **SCREEN) as page:
        film.on(page, theme)
        books(film, page)
    first, *others = film.frames
    first.save(
        PICTURES / f"tour-{name}.webp",
        save_all=True,
        append_images=others,
        duration=film.times,
        loop=0,
        lossless=True,
        method=4,  # how long to search for a smaller file: what would come after this finds little
        quality=75,
    )


def main() -> None:
    chromium = _chromium()
    if not chromium:
        raise SystemExit(f"The pictures cannot be taken: {_NO_BROWSER}.")
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as home, sync_playwright() as playwright:
        notebooks = shutil.copytree(ROOT / "notebooks", Path(home) / "notebooks")
        browser = playwright.chromium.launch(executable_path=chromium, args=_FLAGS)
        with run_lab(notebooks, Path(home)) as lab:
            for name, theme in THEMES.items():
                make(browser, lab, name, theme)
        browser.close()


if __name__ == "__main__":
    main()
