"""The simulators, set as a learner would set them, and what they then show."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from html import unescape
from typing import Any

from hypothesis import strategies as st

from customer_casebook import expectation_gap, going_direct, ledger, service_levels
from customer_casebook.simulators.simulator import Simulator
from customer_casebook.widgets.card import places_of
from customer_casebook.widgets.controls import Choice, Control
from tests import svg

MAKE: dict[str, Callable[[], Simulator]] = {
    "expectation_gap": expectation_gap,
    "going_direct": going_direct,
    "ledger": ledger,
    "service_levels_external": partial(service_levels, "external"),
    "service_levels_internal": partial(service_levels, "internal"),
}

shared = cache(lambda name: MAKE[name]())  # to try many settings on; each test sets all it reads


def ends(control: Control) -> tuple[Any, Any]:
    """The first and the last value of a control."""
    if isinstance(control, Choice):
        first, *_, last = control.options
        return first, last
    return control.min, control.max


def settings(simulator: Simulator) -> st.SearchStrategy[dict[str, Any]]:
    """Every control anywhere it can be moved to."""

    def places(control: Control) -> st.SearchStrategy[Any]:
        if isinstance(control, Choice):
            return st.sampled_from([*control.options])
        steps = round((control.max - control.min) / control.step)
        moved = st.integers(0, steps).map(lambda step: control.min + control.step * step)
        return moved if control.text == ",d" else moved.map(lambda value: round(value, 1))

    controls = simulator.bench.controls.items()
    return st.fixed_dictionaries({name: places(control) for name, control in controls})


def put(simulator: Simulator, **values: Any) -> Simulator:
    """The same simulator, with some controls moved at once."""
    simulator.bench.values = {**simulator.bench.values, **values}
    assert simulator.bench.view["error"] == ""
    return simulator


def answer(simulator: Simulator, option: str) -> None:
    """Make the prediction, as the front end does."""
    places = places_of(simulator.card.questions[0], [option])
    answer = {"press": f"press-{option}", "choice": places, "sure": True, "ms": 1000}
    simulator.card.set_state({"answers": {"0": answer}})


def headline(simulator: Simulator) -> str:
    """The point in a sentence."""
    return str(simulator.bench.view["headline"])


def tables(simulator: Simulator) -> dict[str, list[list[str]]]:
    """The tables below the picture, by caption: their rows, without the head."""
    rows_of = {}
    for table in re.findall(r"<table>.*?</table>", simulator.bench.view["blocks"], re.DOTALL):
        caption = unescape(re.findall("<caption>(.*?)</caption>", table)[0])
        rows = re.findall("<tr>(.*?)</tr>", table.partition("<tbody>")[2])
        rows_of[caption] = [[unescape(cell) for cell in cells(row)] for row in rows]
    return rows_of


def cells(row: str) -> list[str]:
    return re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)


def picture(simulator: Simulator) -> str:
    return str(simulator.bench.view["picture"])


def words(simulator: Simulator) -> str:
    """What the picture says to whoever does not see it."""
    return svg.label(picture(simulator))


def texts(simulator: Simulator) -> list[str]:
    return svg.words(picture(simulator))
