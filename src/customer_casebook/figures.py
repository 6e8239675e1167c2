"""The words and numbers of the simulators, as records of the casebook."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from customer_casebook.declarations import Record, Text, list_field, text_field, value_field


@dataclass(frozen=True, slots=True)
class GuessText(Record):
    """One answer to a prediction, and why it is right or wrong. Which one is right is computed."""

    text: str = text_field("the answer")
    because: str = text_field("why this answer is right, or wrong")


@dataclass(frozen=True, slots=True)
class PredictionText(Record):
    """What a learner is asked before a simulator shows anything; ``{name}`` stands for a number that is computed."""

    prompt: str = text_field("what is asked")
    options: Mapping[str, GuessText] = list_field("text and because of every answer")


@dataclass(frozen=True, slots=True)
class Letter(Record):
    """A letter from the public, whose fate one choice decides."""

    about: str = text_field("what sort of letter it is, in one to three words")
    asks: str = text_field("what the letter says, in one sentence")
    reads: Literal["owner", "manager", "complaints", "strategy"] = value_field(
        "the choice it turns on"
    )
    fates: Mapping[str, Text] = list_field(
        "what becomes of it, by that choice alone, or by choice/through and choice/direct"
    )
    answered: tuple[Text, ...] = list_field("the fates in which somebody can answer it")


@dataclass(frozen=True, slots=True)
class Simulation(Record):
    """A simulator in words."""

    id: str = text_field("the name of its function", r"^[a-z_]+$")
    title: str = text_field("one line that names it")
    about: str = text_field("two or three sentences that set the scene")
    play: str = text_field("what to do with the controls")
    prediction: PredictionText = value_field("prompt and options")
    assumes: tuple[Text, ...] = value_field("what is assumed beside its figures", default=())
    letters: tuple[Letter, ...] = value_field("letters from the public", default=())


def number_field(what: str) -> Any:
    """A field of a number that is neither infinite nor undefined."""
    return value_field(what, allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class _Counted(Record):
    """Numbers, whole where they can be: the reader hands them over as they are written, as text."""

    label: str = text_field("what it is, in a few words")
    unit: str = text_field("the unit, such as crowns a year, percent or hours")
    money: bool = field(
        default=False,
        kw_only=True,
        metadata={
            "description": "yes for an amount in crowns, which is calculated in cents",
            "strict": True,
        },
    )

    def __post_init__(self) -> None:
        for number in fields(self):
            if number.type is float:
                value = float(getattr(self, number.name))
                object.__setattr__(self, number.name, int(value) if value.is_integer() else value)


@dataclass(frozen=True, slots=True)
class Number(_Counted):
    """A number of an example that stays as it is."""

    value: float = number_field("the number")


@dataclass(frozen=True, slots=True)
class Slider(_Counted):
    """A number of an example that a learner may move, from ``min`` to ``max`` in steps."""

    min: float = number_field("the least that can be chosen")
    max: float = number_field("the most that can be chosen")
    step: float = number_field("from one choice to the next")
    start: float = number_field("what is chosen at the start")


@dataclass(frozen=True, slots=True)
class Figures(Record):
    """The numbers that a function of `economics` is given, by the names of its arguments."""

    assumes: tuple[Text, ...] = list_field("what is assumed, one sentence each")
    sliders: Mapping[str, Slider] = value_field("argument to slider", default_factory=dict)
    numbers: Mapping[str, Number] = value_field("argument to number", default_factory=dict)
    choices: Mapping[str, Mapping[str, Text]] = value_field(
        "argument to what can be chosen, each with its label", default_factory=dict
    )
    switches: Mapping[str, Text] = value_field(
        "argument to the label of a yes", default_factory=dict
    )

    def arguments(self, **moved: float) -> dict[str, Any]:
        """The arguments: sliders at their start or where they were moved to, and the numbers.

        Crowns become the cents that `economics` counts in.
        """
        counted: dict[str, _Counted] = {**self.sliders, **self.numbers}
        money = {name for name, each in counted.items() if each.money}
        values = {name: each.start for name, each in self.sliders.items()}
        values |= {name: each.value for name, each in self.numbers.items()} | moved
        return {
            name: round(100 * value) if name in money else value for name, value in values.items()
        }
