"""What the content is: cases, the world they play in, misconceptions and lenses in words.

The models are plain frozen dataclasses. What a field holds stands in its annotation, where pydantic
asks it for two things: the JSON Schema for editors, and what is wrong with a value, in our words.
pydantic is imported when the first file is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any

from customer_casebook.facts import (
    UNKNOWN,
    VOCABULARY,
    Facts,
    fault_in,
    one_of,
    plain,
    shorten,
    suggest,
)
from customer_casebook.reader import Bare
from customer_casebook.rules import EVERY, LENSES

Names = Mapping[str, tuple[str, ...]]  # the ids of parties and services a case may name

ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
GAPS = ("{party}", "{provider}", "{service}")  # what the texts of lenses leave to a case


class Is:
    """A single value; ``fault`` says what is wrong with it, if anything."""

    def __init__(
        self, what: str, fault: Callable[[Any, Names | None], str | None], **schema: Any
    ) -> None:
        self.fault = fault
        self.schema = {"description": what, **schema}

    def __get_pydantic_core_schema__(self, _source: object, _handler: object) -> Any:
        from pydantic_core import PydanticCustomError, core_schema

        def read(value: object, info: Any) -> object:
            if fault := self.fault(value, info.context):
                raise PydanticCustomError("fault", "{fault}", {"fault": fault})
            return value

        return core_schema.with_info_plain_validator_function(read)

    def __get_pydantic_json_schema__(self, _core: object, _handler: object) -> dict[str, Any]:
        return self.schema


class Filled:
    """A list or mapping that must not be empty."""

    def __init__(self, what: str) -> None:
        self.what = what

    def __get_pydantic_core_schema__(self, source: object, handler: Callable[..., Any]) -> Any:
        return {**handler(source), "min_length": 1}

    def __get_pydantic_json_schema__(self, core: object, handler: Callable[..., Any]) -> Any:
        return {**handler(core), "description": self.what}


class ByFact:
    """A mapping whose keys are facts; ``of`` says what each holds, ``kept`` how it is kept."""

    def __init__(
        self, what: str, of: Callable[[str], Is], kept: Callable[[Any], object] = plain
    ) -> None:
        self.entries = {name: of(name) for name in VOCABULARY}
        self.kept = kept
        self.schema = {
            "description": what,
            "type": "object",
            "properties": {name: each.schema for name, each in self.entries.items()},
            "additionalProperties": False,
        }

    def __get_pydantic_core_schema__(self, source: object, handler: object) -> Any:
        from pydantic_core import core_schema

        def entry(each: Is) -> Any:
            read = each.__get_pydantic_core_schema__(source, handler)
            kept = core_schema.no_info_after_validator_function(self.kept, read)
            return core_schema.typed_dict_field(kept, required=False)

        entries = {name: entry(each) for name, each in self.entries.items()}
        return core_schema.typed_dict_schema(entries, extra_behavior="forbid")

    def __get_pydantic_json_schema__(self, _core: object, _handler: object) -> dict[str, Any]:
        return self.schema


def prose(what: str) -> Is:
    """Text, which must not be empty."""

    def fault(value: Any, _names: object) -> str | None:
        if value is None or (isinstance(value, str) and not value.strip()):
            return f"is empty; write {what}"
        if isinstance(value, list | dict):
            return f"is a {'list' if isinstance(value, list) else 'mapping'}; write {what}"
        if isinstance(value, bool):
            return f"a bare {plain(value)} is no text; put it in quotes"
        return (
            None
            if isinstance(value, str)
            else f"{value} is {value.sort}, no text; put it in quotes"
        )

    return Is(what, fault, type="string", minLength=1)


def word(what: str, words: tuple[str, ...], **schema: Any) -> Is:
    """One of a few words."""

    def fault(value: object, _names: object) -> str | None:
        return among(words, value)

    return Is(what, fault, **(schema or {"enum": list(words)}))


def known(sort: str) -> Is:
    """The id of one of the ``parties`` or ``services`` in world.yaml."""

    def fault(value: object, names: Names | None) -> str | None:
        if names is None:
            return "cannot be looked up: world.yaml has faults of its own; check it first"
        return among(names[sort], value)

    return Is(f"an id from {sort} in world.yaml", fault, type="string")


def among(words: tuple[str, ...], value: object) -> str | None:
    """What is wrong with a value that has to be one of some words."""
    if isinstance(value, str) and value in words:
        return None
    if value is None or value == "":
        return f"is empty; write {one_of(words)}"
    if isinstance(value, list | dict):
        return f"is a {'list' if isinstance(value, list) else 'mapping'}; write {one_of(words)}"
    if isinstance(value, Bare) and value.text in words:
        return f'{value} is {value.sort}, no text; write "{value}" with its quotes'
    value = plain(value)
    if len(words) <= _FEW:
        return f"there is no {shorten(value)}; {suggest(value, words)}"
    near = get_close_matches(value[:80], words[:_MANY], n=1)
    hint = f" (did you mean {near[0]}?)" if near else ""
    return f"there is no {shorten(value)}; write one that there is{hint}"


_FEW, _MANY = 12, 1000  # words to list in a message; words to look through for a near one


def an_id(what: str) -> Is:
    """A name for use in files, links and journals."""
    plain_text = prose(what)

    def fault(value: object, names: Names | None) -> str | None:
        if (wrong := plain_text.fault(value, names)) or ID.fullmatch(str(value)):
            return wrong
        near = "-".join(re.findall("[a-z0-9]+", str(value)[:80].lower()))
        hint = f" (did you mean {near}?)" if near else ""
        return f"{shorten(value)} is no id; write small letters, digits and single hyphens{hint}"

    return Is(what, fault, type="string", pattern=f"^{ID.pattern}$")


def stated(name: str) -> Is:
    """A value of a fact, or ``unknown``."""
    values = [*VOCABULARY[name].says, UNKNOWN]
    return Is(
        VOCABULARY[name].question,
        lambda value, _: _fault_in(name, value),
        enum=[*values, True, False] if "yes" in values else values,
    )


def shown(name: str) -> Is:
    """A value of a fact that evidence shows."""

    def fault(value: object, _names: object) -> str | None:
        if value == UNKNOWN:
            return "is unknown, so nothing shows it; leave it out"
        return _fault_in(name, value)

    values = [value for value in stated(name).schema["enum"] if value != UNKNOWN]
    return Is(VOCABULARY[name].question, fault, enum=values)


def several(name: str) -> Is:
    """A value of a fact, or a list of those that will do."""
    single = stated(name)

    def fault(value: object, names: Names | None) -> str | None:
        if not isinstance(value, list):
            return single.fault(value, names)
        return next(
            (wrong for each in value or [None] if (wrong := single.fault(each, names))), None
        )

    values = {"enum": single.schema["enum"]}
    listed = {"type": "array", "minItems": 1, "items": values}
    return Is(VOCABULARY[name].question, fault, anyOf=[values, listed])


def _fault_in(name: str, value: object) -> str | None:
    if isinstance(value, list | dict):
        return among((*VOCABULARY[name].says, UNKNOWN), value)
    return fault_in(name, plain(value) if isinstance(value, bool) else value)


def _as_several(value: object) -> tuple[str, ...]:
    return tuple(map(plain, value)) if isinstance(value, list) else (plain(value),)


# The models. pydantic takes them as they are: plain frozen dataclasses.

_CLOSED = {"extra": "forbid"}  # a key that is no field is a fault


@dataclass(frozen=True, slots=True)
class Evidence:
    """One clue, and the facts a learner can find in it."""

    __pydantic_config__ = _CLOSED
    id: Annotated[str, an_id("a short name for the clue, such as org-chart")]
    source: Annotated[str, prose("where the clue comes from, such as Invoice or E-mail from Ada")]
    text: Annotated[str, prose("one to three sentences that a learner can find the facts in")]
    shows: Annotated[
        Mapping[str, str],
        ByFact("the facts that this clue shows", shown),
    ]


@dataclass(frozen=True, slots=True)
class Case:
    """One provider, one service and one party, told as a short story, with its evidence."""

    __pydantic_config__ = _CLOSED
    id: Annotated[str, an_id("the name of the file without its ending")]
    title: Annotated[str, prose("one line that names the case")]
    provider: Annotated[str, known("parties")]
    service: Annotated[str, known("services")]
    party: Annotated[str, known("parties")]
    story: Annotated[str, prose("two or three short paragraphs that set the scene")]
    evidence: Annotated[
        tuple[Evidence, ...],
        Filled("a list with one entry (id, source, text, shows) for each clue"),
    ]
    takeaway: Annotated[str, prose("one sentence to remember")]
    open: Annotated[
        Mapping[str, str],
        ByFact(
            "for unknown facts that matter: what would settle each of them",
            lambda _: prose("one sentence that says what would settle it"),
        ),
    ] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        """Everything the evidence shows."""
        return Facts(
            **{name: value for each in self.evidence for name, value in each.shows.items()}
        )


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who can be provider or party: an organization, a unit of one, or a person."""

    __pydantic_config__ = _CLOSED
    id: Annotated[str, an_id("a short name, such as group-it")]
    name: Annotated[str, prose("the name as it is used inside a sentence")]
    kind: Annotated[str, word("what it is", ("organization", "unit", "person"))]
    about: Annotated[str, prose("one sentence about the party")]
    part_of: Annotated[str | None, prose("the id of the party it belongs to")] = None


@dataclass(frozen=True, slots=True)
class Service:
    """What a provider does for a party."""

    __pydantic_config__ = _CLOSED
    id: Annotated[str, an_id("a short name, such as campaign-hub")]
    name: Annotated[str, prose("the name as it is used inside a sentence")]
    about: Annotated[str, prose("one sentence about the service")]


@dataclass(frozen=True, slots=True)
class WorldFile:
    """Everybody and every service that a case can be about."""

    __pydantic_config__ = _CLOSED
    parties: Annotated[
        tuple[Party, ...], Filled("a list of parties: id, name, kind, about, part_of")
    ]
    services: Annotated[tuple[Service, ...], Filled("a list of services: id, name, about")]


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
class Sign:
    """A wrong answer that betrays a misconception, and the facts under which it does."""

    __pydantic_config__ = _CLOSED
    lens: Annotated[str, word("the lens that is answered wrong", tuple(LENSES))]
    when: Annotated[
        Mapping[str, tuple[str, ...]],
        ByFact("the facts that must all be so", several, _as_several),
    ]
    choice: Annotated[str | None, prose("the wrong answer")] = None
    omits: Annotated[str | None, prose("a right role that is left out")] = None


@dataclass(frozen=True, slots=True)
class Misconception:
    """A known wrong reason, and what to say to it."""

    __pydantic_config__ = _CLOSED
    id: Annotated[str, an_id("a short name, such as payer-is-the-customer")]
    claim: Annotated[str, prose("the wrong reason in the words of a learner")]
    corrective: Annotated[str, prose("two short sentences at most")]
    editions: Annotated[
        tuple[Annotated[str, word("an edition", EVERY)], ...],
        Filled('the editions in which the corrective holds, such as ["4", "5"]'),
    ]
    shows: Annotated[tuple[Sign, ...], Filled("a list of signs: lens, choice or omits, when")]


@dataclass(frozen=True, slots=True)
class MisconceptionsFile:
    """The known wrong reasons; the first that fits is told."""

    __pydantic_config__ = _CLOSED
    misconceptions: Annotated[tuple[Misconception, ...], Filled("a list of misconceptions")]


@dataclass(frozen=True, slots=True)
class AnswerText:
    """One possible answer of a lens, in words."""

    __pydantic_config__ = _CLOSED
    label: Annotated[str, prose("the answer in a few words")]
    means: Annotated[str, prose("one sentence that defines the answer")]


@dataclass(frozen=True, slots=True)
class LensText:
    """A lens in words: its label, the question it asks, and its answers by their ids."""

    __pydantic_config__ = _CLOSED
    label: Annotated[str, prose("one or two words")]
    question: Annotated[str, prose("the question it asks about {party} and {provider}")]
    answers: Annotated[Mapping[str, AnswerText], Filled("label and means of every answer")]


@dataclass(frozen=True, slots=True)
class LensesFile:
    """Every lens in words."""

    __pydantic_config__ = _CLOSED
    lenses: Annotated[Mapping[str, LensText], Filled("label, question and answers of every lens")]


MODELS: Mapping[str, Any] = {
    "case": Case,
    "facts": Annotated[Mapping[str, str], ByFact("the facts of a case", stated)],
    "world": WorldFile,
    "misconceptions": MisconceptionsFile,
    "lenses": LensesFile,
}


@cache
def model(kind: str) -> tuple[Any, dict[str, Any]]:
    """The pydantic model of a kind of file, and its JSON Schema."""
    from pydantic import TypeAdapter

    adapter: TypeAdapter[Any] = TypeAdapter(MODELS[kind])
    return adapter, adapter.json_schema()


def schema(kind: str) -> str:
    """The JSON Schema of a kind of file, as the text of a file for editors."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | model(kind)[1], indent=2) + "\n"
