"""Simulators: a prediction first, then controls, and a picture with its numbers that follow them."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import ipywidgets as widgets

from customer_casebook import document as doc
from customer_casebook.course.exam import chosen_edition, for_everybody
from customer_casebook.course.items import Item
from customer_casebook.figures import Figures, Simulation
from customer_casebook.widgets.activity import Activity, report_errors
from customer_casebook.widgets.card import Card, as_text
from customer_casebook.widgets.controls import Choice, Control, Controls, Outcome, Range, Values

_ASSUMPTIONS = "What is assumed: an illustration, not a forecast"
_SIMULATOR_FAILURE = "Something went wrong here. It is not your fault. “As at the start” may help."


class Prediction(Item):
    """What will come of it? Asked before anything is shown; the right answer is computed."""

    topic = "First, a guess"

    def __init__(self, text: Simulation, right: str, numbers: Mapping[str, object]) -> None:
        options = text.prediction.options.items()
        self.id = f"predict/{text.id}"
        self.prompt = text.prediction.prompt.format_map(numbers)
        self.options = {name: option.text.format_map(numbers) for name, option in options}
        self._because = {name: option.because.format_map(numbers) for name, option in options}
        self.right = frozenset({right})

    @property
    def explanation(self) -> list[doc.Block]:
        return [doc.Paragraph(self.why_not(option)) for option in self.right]

    def why_not(self, option: str) -> str:
        return self._because[option]


class Simulator(Activity, widgets.VBox):
    """A prediction and, once it is made, controls with what follows from them."""

    def __init__(
        self,
        text: Simulation,
        figures: Sequence[Figures],  # behind it, whose assumptions are shown
        controls: Sequence[Control],
        outcome: Callable[[Values, Values], Outcome],  # of the values now, and before
        right: str,  # the option of the prediction
        numbers: Mapping[str, object],  # for the gaps in its words
    ) -> None:
        prediction = Prediction(text, right, numbers)
        intro: list[doc.Block] = [doc.Heading(text.title), doc.Paragraph(text.about)]
        play = doc.Paragraph(text.play)
        assumptions = doc.Details(_ASSUMPTIONS, _assumptions(text, figures))
        self.card = Card(
            [prediction],
            layout="deck",
            title=text.title,
            intro=doc.to_html(intro),
            board=None,
            closed="Now see it move",
            close="See it move",
            closing=play.html(),
        )
        self.bench = Controls(
            controls, outcome, failure=_SIMULATOR_FAILURE, below=assumptions.html(), shown=False
        )
        self.card.observe(self._reveal, "answers")
        super().__init__([self.card, self.bench])
        self.add_class("ccb-activity")
        start = self.bench.outcome
        if chosen_edition():
            with for_everybody():
                start = outcome(self.bench.start, self.bench.start)
        at_start = [doc.RunInHeading("At the start:", start.headline), *start.blocks]
        self.transcript = [*intro, *as_text([prediction]), play, assumptions, *at_start]

    @report_errors(lambda self, details: self.bench.fail(details))
    def _reveal(self, _change: object) -> None:
        if self.card.answers:
            self.bench.shown = True


def _assumptions(text: Simulation, figures: Sequence[Figures]) -> list[doc.Block]:
    """Whatever is assumed: in sentences, and in numbers that no slider moves."""
    sentences = [*text.assumes, *(sentence for group in figures for sentence in group.assumes)]
    numbers = [number for group in figures for number in group.numbers.values()]
    rows = [f"{number.label}: {number.value:,} {number.unit}" for number in numbers]
    stay: list[doc.Block] = [doc.Paragraph("These numbers stay as they are:"), doc.BulletList(rows)]
    return [doc.BulletList(sentences), *(stay if numbers else [])]


def controls_of(figures: Figures, **starts: str) -> list[Control]:
    """What can be set of the figures: switches and sliders. ``starts`` are those of the switches."""
    controls: list[Control] = []
    for name, label in figures.switches.items():
        controls.append(Choice(name, label, {"no": "no", "yes": "yes"}, starts[name]))
    for name, slider in figures.sliders.items():
        ends = (slider.min, slider.max, slider.step)
        text = ",d" if all(isinstance(end, int) for end in ends) else ".1f"
        controls.append(Range(name, slider.label, slider.unit, *ends, slider.start, text))
    return controls


def arguments(figures: Figures, values: Values) -> dict[str, Any]:
    """What a function of `economics` takes: as the controls stand, and the rest as it is."""
    moved = {name: values[name] for name in (*figures.sliders, *figures.choices)}
    switched = {name: values[name] == "yes" for name in figures.switches}
    return figures.arguments(**moved) | switched


def crowns(cents: int) -> str:
    """An amount of cents in crowns, exact, with a true minus."""
    whole, part = divmod(abs(cents), 100)
    return f"{'−' * (cents < 0)}{whole:,}" + (f".{part:02}" if part else "")  # noqa: RUF001
