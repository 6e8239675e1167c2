"""What the content is: cases, the world they play in, misconceptions and lenses in words.

The models are plain frozen dataclasses, and pydantic reads what a field must be from its metadata:
for the JSON Schema that editors use, and to check a file. It is imported when it is first needed.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, is_dataclass, make_dataclass
from functools import cache
from typing import Any, ClassVar, Literal, get_args, get_origin, get_type_hints

from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts, plain
from customer_casebook.domain.rules import LENSES

Edition = Literal["v3", "4", "5"]
Names = Mapping[str, tuple[str, ...]]  # the ids that a file may name, by their sort

ID = r"^[a-z0-9]+(-[a-z0-9]+)*$"  # for use in files, links and journals


def _field(
    what: str, *, default: Any = MISSING, default_factory: Any = MISSING, **limits: Any
) -> Any:
    """A field; ``what`` says what to write there."""
    metadata = {"description": what, **limits}
    return field(default=default, default_factory=default_factory, metadata=metadata)


def _text(what: str, pattern: str = r"\S", **more: Any) -> Any:
    """Text, which must not be blank."""
    return _field(what, pattern=pattern, **more)


def _some(what: str) -> Any:
    """A list or mapping, which must not be empty."""
    return _field(what, min_length=1)


def _amount(what: str) -> Any:
    """A number."""
    return _field(what, allow_inf_nan=False)


def _by_fact(each: Callable[[str], dict[str, Any]]) -> dict[str, Any]:
    """The JSON Schema of a mapping whose keys are facts."""
    facts = {name: {"description": fact.question} | each(name) for name, fact in VOCABULARY.items()}
    return {"type": "object", "properties": facts, "additionalProperties": False}


def _stated(name: str) -> dict[str, Any]:
    values = [*VOCABULARY[name].says, UNKNOWN]
    return {"enum": [*values, True, False] if "yes" in values else values}


def _several(name: str) -> dict[str, Any]:
    return {"anyOf": [_stated(name), {"type": "array", "minItems": 1, "items": _stated(name)}]}


class _Model:
    """What stands in a file; a key that is no field of it is a fault."""

    __slots__ = ()
    __pydantic_config__: ClassVar = {"extra": "forbid"}


@dataclass(frozen=True, slots=True)
class Evidence(_Model):
    """One clue, and the facts a learner can find in it."""

    id: str = _text("a short name for the clue, such as org-chart", ID)
    source: str = _text("where the clue comes from, such as Invoice or E-mail from Ada")
    text: str = _text("one to three sentences that a learner can find the facts in")
    shows: Mapping[str, Any] = _field("the facts it shows", json_schema_extra=_by_fact(_stated))

    def __post_init__(self) -> None:
        shows = {name: plain(value) for name, value in self.shows.items()}
        object.__setattr__(self, "shows", shows)


@dataclass(frozen=True, slots=True)
class Case(_Model):
    """One provider, one service and one party, told as a short story, with its evidence."""

    id: str = _text("the name of the file without its ending", ID)
    title: str = _text("one line that names the case")
    provider: str = _text("an id from parties in world.yaml")
    service: str = _text("an id from services in world.yaml")
    party: str = _text("an id from parties in world.yaml")
    story: str = _text("two or three short paragraphs that set the scene")
    evidence: tuple[Evidence, ...] = _some("a list of clues: id, source, text, shows")
    takeaway: str = _text("one sentence to remember")
    open: Mapping[str, str] = _field(
        "what would settle unknown facts that matter",
        default_factory=dict,
        json_schema_extra=_by_fact(lambda _: {"description": "one sentence", "type": "string"}),
    )
    objectives: tuple[str, ...] = _field("what it practises, from objectives.yaml", default=())

    @property
    def facts(self) -> Facts:
        """Everything the evidence shows. Raises `FactError` for what is no fact."""
        shown = [each.shows for each in self.evidence]
        return Facts.read({name: value for each in shown for name, value in each.items()})


@dataclass(frozen=True, slots=True)
class Party(_Model):
    """Somebody who can be provider or party: an organization, a unit of one, or a person."""

    id: str = _text("a short name, such as group-it", ID)
    name: str = _text("the name as it is used inside a sentence")
    kind: Literal["organization", "unit", "person"] = _field("what it is")
    about: str = _text("one sentence about the party")
    part_of: str | None = _text("the id of the party it belongs to", default=None)


@dataclass(frozen=True, slots=True)
class Service(_Model):
    """What a provider does for a party."""

    id: str = _text("a short name, such as campaign-hub", ID)
    name: str = _text("the name as it is used inside a sentence")
    about: str = _text("one sentence about the service")


@dataclass(frozen=True, slots=True)
class World:
    """The parties and the services, by id."""

    parties: Mapping[str, Party]
    services: Mapping[str, Service]

    def root(self, name: str) -> Party:
        """The outermost organization a party belongs to, which may be itself."""
        party = self.parties[name]
        return self.root(party.part_of) if party.part_of else party


@dataclass(frozen=True, slots=True)
class Sign(_Model):
    """A wrong answer that betrays a misconception, and the facts under which it does."""

    lens: str = _text("the lens that is answered wrong", json_schema_extra={"enum": [*LENSES]})
    when: Mapping[str, Any] = _field("what must be so", json_schema_extra=_by_fact(_several))
    choice: str | None = _text("the wrong answer", default=None)
    omits: str | None = _text("a right role that is left out", default=None)

    def __post_init__(self) -> None:
        when = {
            name: tuple(map(plain, value if isinstance(value, list) else [value]))
            for name, value in self.when.items()
        }
        object.__setattr__(self, "when", when)


@dataclass(frozen=True, slots=True)
class Misconception(_Model):
    """A known wrong reason, and what to say to it."""

    id: str = _text("a short name, such as payer-is-the-customer", ID)
    claim: str = _text("the wrong reason in the words of a learner")
    corrective: str = _text("two short sentences at most")
    editions: tuple[Edition, ...] = _some(
        'the editions in which the corrective holds, such as ["4", "5"]'
    )
    shows: tuple[Sign, ...] = _some("a list of signs: lens, choice or omits, when")


@dataclass(frozen=True, slots=True)
class AnswerText(_Model):
    """One possible answer of a lens, in words."""

    label: str = _text("the answer in a few words")
    means: str = _text("one sentence that defines the answer")


@dataclass(frozen=True, slots=True)
class LensText(_Model):
    """A lens in words: its label, the question it asks, and its answers by their ids."""

    label: str = _text("one or two words")
    question: str = _text("the question it asks about {party} and {provider}")
    answers: Mapping[str, AnswerText] = _some("label and means of every answer")


@dataclass(frozen=True, slots=True)
class Objective(_Model):
    """What a learner can do after the course, and the row of the commission it answers to."""

    id: str = _text("a short name, such as going-direct", ID)
    can: str = _text("one sentence that starts with a verb")
    row: str | None = _text("the row of the commission, such as S4.6", default=None)
    core: bool = _field("yes where it weighs double in an exam", default=False)


@dataclass(frozen=True, slots=True)
class Term(_Model):
    """A word of the field, defined by edition; an edition without such an entry is left out."""

    id: str = _text("a short name, such as sponsor", ID)
    term: str = _text("the word as it is written")
    definitions: Mapping[Edition, str] = _some("edition to definition")
    note: str | None = _text("how the editions differ", default=None)
    see: tuple[str, ...] = _field("ids of related terms", default=())


@dataclass(frozen=True, slots=True)
class Option(_Model):
    """One answer to choose, and why it is right or wrong."""

    text: str = _text("the answer")
    because: str = _text("why this answer is right, or wrong")
    right: bool = _field("yes where it is to be chosen", default=False)


@dataclass(frozen=True, slots=True)
class Sentence(_Model):
    """One sentence of a story, and the facts a learner can find in it, if any."""

    text: str = _text("one sentence that goes on with the story")
    shows: Mapping[str, Any] = _field(
        "the facts it shows", default_factory=dict, json_schema_extra=_by_fact(_stated)
    )


@dataclass(frozen=True, slots=True)
class Entry(_Model):
    """A question of the bank. Which fields it needs depends on its kind."""

    id: str = _text("a short name, such as rain-shop-payer", ID)
    kind: Literal["case", "choose", "choose_all", "find", "match", "sort", "spot"] = _field(
        "its kind"
    )
    objectives: tuple[str, ...] = _some("what it practises, from objectives.yaml")
    prompt: str = _field("what is asked", default="")
    editions: tuple[Edition, ...] = _field("the editions its key holds in", default=())
    options: tuple[Option, ...] = _field("three to five options", default=())
    case: str = _field("an id from cases", default="")
    cases: tuple[str, ...] = _field("ids from cases", default=())
    lens: str = _field("the lens to ask", default="")
    edition: Edition = _field("the edition it asks", default="4")  # noqa: RUF009  (a literal)
    terms: tuple[str, ...] = _field("ids from glossary.yaml", default=())
    provider: str = _field("an id from parties in world.yaml", default="")
    service: str = _field("an id from services in world.yaml", default="")
    party: str = _field("an id from parties in world.yaml", default="")
    sentences: tuple[Sentence, ...] = _field("five to eight sentences: text, shows", default=())


@dataclass(frozen=True, slots=True)
class GuessText(_Model):
    """One answer to a prediction, and why it is right or wrong. Which one is right is computed."""

    text: str = _text("the answer")
    because: str = _text("why this answer is right, or wrong")


@dataclass(frozen=True, slots=True)
class PredictionText(_Model):
    """What a learner is asked before a simulator shows anything; ``{name}`` stands for a number that is computed."""

    prompt: str = _text("what is asked")
    options: Mapping[str, GuessText] = _some("text and because of every answer")


@dataclass(frozen=True, slots=True)
class Letter(_Model):
    """A letter from the public, whose fate one choice decides."""

    about: str = _text("what sort of letter it is, in one to three words")
    asks: str = _text("what the letter says, in one sentence")
    reads: Literal["owner", "manager", "complaints", "strategy"] = _field("the choice it turns on")
    fates: Mapping[str, str] = _some(
        "what becomes of it, by that choice alone, or by choice/through and choice/direct"
    )
    answered: tuple[str, ...] = _some("the fates in which somebody can answer it")


@dataclass(frozen=True, slots=True)
class Simulation(_Model):
    """A simulator in words."""

    id: str = _text("the name of its function", r"^[a-z_]+$")
    title: str = _text("one line that names it")
    about: str = _text("two or three sentences that set the scene")
    play: str = _text("what to do with the controls")
    prediction: PredictionText = _field("prompt and options")  # noqa: RUF009
    assumes: tuple[str, ...] = _field("what is assumed beside its figures", default=())
    letters: tuple[Letter, ...] = _field("letters from the public", default=())


@dataclass(frozen=True, slots=True)
class _Counted(_Model):
    """Numbers, whole where they can be: the reader hands them over as they are written, as text."""

    label: str = _text("what it is, in a few words")
    unit: str = _text("the unit, such as crowns a year, percent or hours")
    money: bool = field(
        default=False,
        kw_only=True,
        metadata={"description": "yes for an amount in crowns, which is calculated in cents"},
    )

    def __post_init__(self) -> None:
        for name, sort in get_type_hints(type(self)).items():
            if sort is float:
                value = float(getattr(self, name))
                object.__setattr__(self, name, int(value) if value.is_integer() else value)


@dataclass(frozen=True, slots=True)
class Number(_Counted):
    """A number of an example that stays as it is."""

    value: float = _amount("the number")


@dataclass(frozen=True, slots=True)
class Slider(_Counted):
    """A number of an example that a learner may move, from ``min`` to ``max`` in steps."""

    min: float = _amount("the least that can be chosen")
    max: float = _amount("the most that can be chosen")
    step: float = _amount("from one choice to the next")
    start: float = _amount("what is chosen at the start")


@dataclass(frozen=True, slots=True)
class Figures(_Model):
    """The numbers that a function of `economics` is given, by the names of its arguments."""

    assumes: tuple[str, ...] = _some("what is assumed, one sentence each")
    sliders: Mapping[str, Slider] = _field("argument to slider", default_factory=dict)
    numbers: Mapping[str, Number] = _field("argument to number", default_factory=dict)
    choices: Mapping[str, Mapping[str, str]] = _field(
        "argument to what can be chosen, each with its label", default_factory=dict
    )
    switches: Mapping[str, str] = _field("argument to the label of a yes", default_factory=dict)

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


def _file(name: str, about: str, **lists: tuple[Any, str]) -> Any:
    """A file of lists or mappings, none of which may be empty: what they hold, and what to write there."""
    keys = [(key, shape, _some(what)) for key, (shape, what) in lists.items()]
    doc = {"__doc__": about}
    return make_dataclass(name, keys, bases=(_Model,), namespace=doc, frozen=True, slots=True)


MODELS: Mapping[str, Any] = {
    "case": Case,
    "facts": Mapping[str, Any],
    "world": _file(
        "WorldFile",
        "Everybody and every service that a case can be about.",
        parties=(tuple[Party, ...], "a list of parties: id, name, kind, about, part_of"),
        services=(tuple[Service, ...], "a list of services: id, name, about"),
    ),
    "misconceptions": _file(
        "MisconceptionsFile",
        "The known wrong reasons; the first that fits is told.",
        misconceptions=(tuple[Misconception, ...], "a list of misconceptions"),
    ),
    "lenses": _file(
        "LensesFile",
        "Every lens in words.",
        lenses=(Mapping[str, LensText], "label, question and answers of every lens"),
    ),
    "objectives": _file(
        "ObjectivesFile",
        "The objectives of the course.",
        objectives=(tuple[Objective, ...], "a list of objectives: id, can, row"),
    ),
    "glossary": _file(
        "GlossaryFile",
        "The words of the field.",
        terms=(tuple[Term, ...], "a list of terms: id, term, definitions, note, see"),
    ),
    "questions": _file(
        "QuestionsFile",
        "Questions of the bank.",
        questions=(tuple[Entry, ...], "a list of questions: id, kind, objectives and the rest"),
    ),
    "simulators": _file(
        "SimulatorsFile",
        "The simulators in words.",
        simulators=(tuple[Simulation, ...], "a list of simulators"),
    ),
    "figures": _file(
        "FiguresFile",
        "The numbers of the examples that can be calculated.",
        figures=(Mapping[str, Figures], "function to its sliders, numbers and assumptions"),
    ),
}


def built(shape: Any, value: Any) -> Any:
    """Values of a file as the models keep them, without pydantic.

    Raises `KeyError`, `TypeError` or `AttributeError` where they are not of that shape.
    """
    inner = get_args(shape)
    if get_origin(shape) is tuple:
        return tuple(built(inner[0], each) for each in value)
    if get_origin(shape) is Mapping and inner:
        return {key: built(inner[1], each) for key, each in value.items()}
    if isinstance(shape, type) and is_dataclass(shape):
        hints = _hints(shape)
        return shape(**{key: built(hints[key], each) for key, each in value.items()})
    return value


@cache
def _hints(shape: type) -> dict[str, Any]:
    return get_type_hints(shape)


@cache
def model(kind: str) -> tuple[Any, dict[str, Any]]:
    """The pydantic model of a kind of file, and its JSON Schema."""
    from pydantic import TypeAdapter

    adapter: TypeAdapter[Any] = TypeAdapter(MODELS[kind])
    stated = {"description": "The facts of a case.", **_by_fact(_stated)}
    return adapter, stated if kind == "facts" else adapter.json_schema()


def schema(kind: str) -> str:
    """The JSON Schema of a kind of file, as the text of a file for editors."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | model(kind)[1], indent=2) + "\n"
