"""Simulators: a prediction first, then controls, and a picture with its numbers that follow them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

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
from customer_casebook.course.records import Figures, Simulation
from customer_casebook.widgets.activity import Activity, report_errors
from customer_casebook.widgets.card import Card, as_text
from customer_casebook.widgets.controls import Choice, Control, Controls, Outcome, Range, Values

_ASSUMPTIONS = "What is assumed: an illustration, not a forecast"
_SIMULATOR_FAILURE = (
    "Something went wrong here, and it is not your doing. “As at the start” may help."
)
_YES_OR_NO = {"no": "no", "yes": "yes"}


class Prediction(Item):
    """What will come of it? Asked before anything is shown; the right answer is computed."""

    topic = "First, a guess"

    def __init__(self, text: Simulation, right: str, numbers: Mapping[str, object]) -> None:
        prediction = text.prediction
        options = prediction.options.items()
        self.id = f"predict/{text.id}"
        self.prompt = prediction.prompt.format_map(numbers)
        self.options = {name: option.text.format_map(numbers) for name, option in options}
        self._because = {name: option.because.format_map(numbers) for name, option in options}
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
        text: Simulation,
        figures: Sequence[Figures],
        controls: Sequence[Control],
        outcome: Callable[[Values], Outcome],
        right: str,
        numbers: Mapping[str, object],
    ) -> None:
        """Ask for the prediction.

        Args:
            text: The simulator in words.
            figures: The numbers behind it, whose assumptions are shown.
            controls: What a learner can set.
            outcome: What follows from a setting.
            right: The option of the prediction that is right.
            numbers: What the words of the prediction have gaps for.
        """
        prediction = Prediction(text, right, numbers)
        assumptions = Details(_ASSUMPTIONS, _assumptions(text, figures))
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
        self.bench = Controls(
            controls, outcome, failure=_SIMULATOR_FAILURE, below=assumptions.html(), shown=False
        )
        self.card.observe(self._reveal, "answers")
        super().__init__([self.card, self.bench])
        self.add_class("ccb-activity")
        start = self.bench.outcome
        self.transcript = [
            Heading(text.title),
            Line(text.about),
            *as_text([prediction]),
            Line(text.play),
            assumptions,
            RunInHeading("At the start:", start.headline),
            *start.blocks,
        ]

    def _fail(self, details: str) -> None:
        self.bench.fail(details)

    @report_errors(_fail)
    def _reveal(self, _change: object) -> None:
        if self.card.answers:
            self.bench.shown = True


def _assumptions(text: Simulation, figures: Sequence[Figures]) -> list[Block]:
    """Whatever is assumed: in sentences, and in numbers that no slider moves."""
    sentences = [*text.assumes, *(each for group in figures for each in group.assumes)]
    numbers = [each for group in figures for each in group.numbers.values()]
    fixed = BulletList([f"{each.label}: {each.value:,} {each.unit}" for each in numbers])
    stay: list[Block] = [Line("These numbers stay as they are:"), fixed]
    return [BulletList(sentences), *(stay if numbers else [])]


def ranges(figures: Figures) -> list[Control]:
    """The sliders of the figures."""
    controls: list[Control] = []
    for name, slider in figures.sliders.items():
        ends = (slider.min, slider.max, slider.step)
        text = ",d" if all(isinstance(each, int) for each in ends) else ".1f"
        controls.append(Range(name, slider.label, slider.unit, *ends, slider.start, text))
    return controls


def switch(name: str, label: str, start: str) -> Choice:
    """A choice between no and yes."""
    return Choice(name, label, _YES_OR_NO, start)


def arguments(figures: Figures, values: Values) -> dict[str, Any]:
    """What a function of `economics` takes: as the controls stand, and the rest as it is."""
    moved = {name: values[name] for name in figures.sliders}
    chosen = {name: values[name] for name in figures.choices}
    switched = {name: values[name] == "yes" for name in figures.switches}
    return figures.arguments(**moved) | chosen | switched


def crowns(cents: int) -> str:
    """An amount of cents in crowns, exact, with a true minus."""
    whole, part = divmod(abs(cents), 100)
    return f"{'−' * (cents < 0)}{whole:,}" + (f".{part:02}" if part else "")  # noqa: RUF001
