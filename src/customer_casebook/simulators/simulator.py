"""Simulators: a prediction first, then controls, and a picture with its numbers that follow them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import ipywidgets as widgets

from customer_casebook.course.casebook import simulators
from customer_casebook.course.document import (
    Block,
    BulletList,
    Details,
    Heading,
    Line,
    RunInHeading,
    to_html,
)
from customer_casebook.course.feedback import Item
from customer_casebook.course.records import Figures, Simulation, Slider
from customer_casebook.widgets.activity import Activity, Guard, box, html, report_errors, trouble
from customer_casebook.widgets.card import Card, as_text

_ASSUMED = "What is assumed: an illustration, not a forecast"


class Outcome(NamedTuple):
    """What a setting of the controls leads to: a picture, the point in a sentence, and the numbers."""

    picture: str
    point: str
    numbers: Sequence[Block]


class Prediction(Item):
    """What will come of it? Asked before anything is shown; the right answer is computed."""

    topic = "First, a guess"

    def __init__(self, text: Simulation, right: str, numbers: Mapping[str, object]) -> None:
        asked = text.prediction
        self.id = f"predict/{text.id}"
        self.prompt = asked.prompt.format_map(numbers)
        self.options = {name: each.text.format_map(numbers) for name, each in asked.options.items()}
        self._because = {
            name: each.because.format_map(numbers) for name, each in asked.options.items()
        }
        self.right = frozenset({right})

    @property
    def explanation(self) -> list[Block]:
        return [Line(self.why_not(option)) for option in self.right]

    def why_not(self, option: str) -> str:
        return self._because[option]


class Simulator(Activity, widgets.VBox):
    """A prediction and, once it is made, controls with what follows from them."""

    def __init__(
        self,
        name: str,
        right: str,
        controls: Mapping[str, widgets.ValueWidget],
        numbers: Mapping[str, object] | None = None,
        *given: Figures,
    ) -> None:
        text = simulators()[name]
        assumed = Details(_ASSUMED, _assumptions(text, given))
        prediction = Prediction(text, right, numbers or {})
        self.controls = dict(controls)
        self._start = {name: each.value for name, each in controls.items()}
        self._busy = False
        self.card = Card(
            [prediction],
            layout="deck",
            title=text.title,
            intro=to_html([Heading(text.title), Line(text.about)]),
            board=None,
            closed="Now see it move",
            close="See it move",
            closing=Line(text.play).html(),
        )
        self.drawing, self.point, self.numbers, self.error = (html() for _ in range(4))
        self.drawing.add_class("ccb-picture")
        self.point.add_class("ccb-point")
        self.back = widgets.Button(description="As at the start")
        self.back.on_click(self._reset)
        self.guard = Guard()
        for each in controls.values():
            each.observe(self._turned, "value")
        below = [box([self.back], "ccb-row"), self.error, html(assumed.html())]
        left = box([*controls.values(), *below], "ccb-switches")
        right_side = box([self.drawing, self.point, self.numbers], "ccb-outcome")
        self.bench = box([left, right_side], "ccb-bench")
        self.bench.layout.display = "none"
        self.card.observe(self._reveal, "answers")
        super().__init__([self.card, self.bench, self.guard])
        self.add_class("ccb-activity")
        start = self._show()
        self.transcript = [
            Heading(text.title),
            Line(text.about),
            *as_text([prediction]),
            Line(text.play),
            assumed,
            RunInHeading("At the start:", start.point),
            *start.numbers,
        ]

    @abstractmethod
    def outcome(self) -> Outcome:
        """What the controls, as they stand, lead to."""

    def given(self, figures: Figures) -> dict[str, Any]:
        """The arguments that a function of `economics` takes: as the controls stand, and the rest as it is."""
        values = {name: each.value for name, each in self.controls.items()}
        switched = {name: values[name] for name in (*figures.choices, *figures.switches)}
        return figures.given(**{name: values[name] for name in figures.sliders}) | switched

    def _failed(self, details: str) -> None:
        self.error.value = trouble(
            "Something went wrong here, and it is not your doing. “As at the start” may help.",
            details,
        )

    @report_errors(_failed)
    def _reveal(self, _change: object) -> None:
        if self.card.answers:
            self.bench.layout.display = None

    @report_errors(_failed)
    def _turned(self, _change: object) -> None:
        if not self._busy:
            self._show()

    @report_errors(_failed)
    def _reset(self, _button: object) -> None:
        self._busy = True
        for name, value in self._start.items():
            self.controls[name].value = value
        self._busy = False
        self._show()

    def _show(self) -> Outcome:
        outcome = self.outcome()
        self.drawing.value = outcome.picture  # first: it is what a learner looks at
        self.point.value = Line(outcome.point, "ccb-head").html()
        self.numbers.value = to_html(outcome.numbers)
        self.error.value = ""
        self.guard.live = outcome.point
        return outcome


def _assumptions(text: Simulation, given: Sequence[Figures]) -> list[Block]:
    """Whatever is assumed: in sentences, and in numbers that no slider moves."""
    said = [*text.assumes, *(each for figures in given for each in figures.assumes)]
    fixed = [each for figures in given for each in figures.numbers.values()]
    numbers = BulletList([f"{each.label}: {each.value:,} {each.unit}" for each in fixed])
    stay: list[Block] = [Line("These numbers stay as they are:"), numbers]
    return [BulletList(said), *(stay if fixed else [])]


def toggle(label: str, options: Mapping[Any, str], value: object) -> widgets.ToggleButtons:
    """A choice by buttons; ``options`` are values with their labels."""
    shown = [(label, value) for value, label in options.items()]
    made = widgets.ToggleButtons(options=shown, value=value, description=label)
    made.tooltip = label  # or it says "null"
    return made


def switch(label: str, *, on: bool) -> widgets.ToggleButtons:
    return toggle(label, {False: "no", True: "yes"}, on)


def slider(figure: Slider) -> widgets.ValueWidget:
    """A slider that says what it moves, and in which unit."""
    whole = all(isinstance(each, int) for each in (figure.min, figure.max, figure.step))
    said = figure.unit in figure.label.lower()
    made = (widgets.IntSlider if whole else widgets.FloatSlider)(
        value=figure.start,
        min=figure.min,
        max=figure.max,
        step=figure.step,
        description=figure.label if said else f"{figure.label}, {figure.unit}",
        readout_format=",d" if whole else ".1f",
    )
    made.tooltip = figure.label
    return made


def sliders(figures: Figures) -> dict[str, widgets.ValueWidget]:
    return {name: slider(each) for name, each in figures.sliders.items()}


def crowns(cents: int) -> str:
    """An amount of cents in crowns, exact, with a true minus."""
    whole, part = divmod(abs(cents), 100)
    return f"{'−' * (cents < 0)}{whole:,}" + (f".{part:02}" if part else "")  # noqa: RUF001
