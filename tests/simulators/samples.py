"""The simulators, set as a learner would set them, and what they then show."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from functools import cache, partial
from html import unescape
from typing import Any

from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from customer_casebook import expectation_gap, going_direct, ledger, service_levels
from customer_casebook.simulators.simulator import Simulator
from customer_casebook.widgets.card import places_of
from customer_casebook.widgets.chart import Canvas

MAKE: dict[str, Callable[[], Simulator]] = {
    "expectation_gap": expectation_gap,
    "going_direct": going_direct,
    "ledger": ledger,
    "service_levels_external": partial(service_levels, "external"),
    "service_levels_internal": partial(service_levels, "internal"),
}
SVG = "{http://www.w3.org/2000/svg}"

kept = cache(lambda name: MAKE[name]())  # to try many settings on; each test sets all it reads


def options(control: Any) -> list[Any]:
    """The values of a toggle."""
    return [value for _, value in control.options]


def settings(simulator: Simulator) -> st.SearchStrategy[dict[str, Any]]:
    """Every control anywhere it can be moved to."""

    def places(control: Any) -> st.SearchStrategy[Any]:
        if hasattr(control, "options"):
            return st.sampled_from(options(control))
        steps = round((control.max - control.min) / control.step)
        whole = isinstance(control.value, int)
        moved = st.integers(0, steps).map(lambda step: control.min + control.step * step)
        return moved if whole else moved.map(lambda value: round(value, 1))

    return st.fixed_dictionaries({name: places(each) for name, each in simulator.controls.items()})


def put(simulator: Simulator, **values: Any) -> Simulator:
    """The same simulator, all controls moved at once."""
    simulator._busy = True
    for name, value in values.items():
        simulator.controls[name].value = value
    simulator._busy = False
    simulator._show()
    return simulator


def answer(simulator: Simulator, option: str) -> None:
    """Make the prediction, as the front end does."""
    given = {
        "press": f"press-{option}",
        "choice": places_of(simulator.card.questions[0], [option]),
        "sure": True,
        "ms": 1000,
    }
    simulator.card.set_state({"answers": {"0": given}})


def tables(simulator: Simulator) -> dict[str, list[list[str]]]:
    """The tables beside the picture, by caption: their rows, without the head."""
    found = {}
    for table in re.findall(r"<table>.*?</table>", simulator.numbers.value, re.DOTALL):
        caption = unescape(re.findall("<caption>(.*?)</caption>", table)[0])
        rows = re.findall("<tr>(.*?)</tr>", table.partition("<tbody>")[2])
        found[caption] = [[unescape(cell) for cell in cells(row)] for row in rows]
    return found


def cells(row: str) -> list[str]:
    return re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)


def picture(simulator: Simulator) -> ET.Element:
    return ET.fromstring(simulator.drawing.value)  # noqa: S314  (our own)


def words(simulator: Simulator) -> str:
    """What the picture says to whoever does not see it."""
    said = picture(simulator).get("aria-label")
    assert said
    return said


def texts(simulator: Simulator) -> list[str]:
    return ["".join(each.itertext()) for each in picture(simulator).iter(f"{SVG}text")]


def figure(simulator: Simulator) -> Figure:
    """What the picture was drawn on."""
    (canvas,) = (each for each in vars(simulator).values() if isinstance(each, Canvas))
    return canvas._figure


def places(figure: Figure) -> list[tuple[str, Bbox]]:
    """The texts of a figure and the room they take, as far as its own font tells."""
    renderer = FigureCanvasAgg(figure).get_renderer()  # type: ignore[no-untyped-call]
    figure.draw_without_rendering()
    return [
        (each.get_text(), each.get_window_extent(renderer))
        for each in figure.findobj(Text)
        if each.get_visible() and each.get_text().strip()
    ]
