"""What the files of a casebook have to look like: read from the declarations of its records."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, make_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin

from customer_casebook.course.casebook import CONTENT_SHAPES
from customer_casebook.course.records import Case, Question, QuestionRecord
from customer_casebook.declarations import (
    NOT_BLANK,
    FactNames,
    FactValues,
    NotBlank,
    Record,
    value_field,
)
from customer_casebook.domain.facts import VOCABULARY

if TYPE_CHECKING:
    from customer_casebook.authoring.reader import Place


class _ByKind:
    """Tells pydantic that the kind of a question says which record it is."""

    def __get_pydantic_core_schema__(self, source: Any, schema_of: Any) -> Any:
        from pydantic import Field

        return schema_of(Annotated[source, Field(discriminator="kind")])


KINDS = {
    kind: record
    for record in get_args(Question)
    for kind in get_args(record.__dataclass_fields__["kind"].type)
}
NO_LIMITS: Mapping[str, Any] = {}


def _file(about: str, *lists: str) -> Any:
    """A kind of file: what it is for, and the lists of `CONTENT_SHAPES` in it."""
    default = {} if len(lists) == 1 else {"default": ()}  # of several, each may be left out
    keys = []
    for key in lists:
        shape = CONTENT_SHAPES[key]
        record = get_args(shape)[1 if get_origin(shape) is Mapping else 0]
        if record == Question:
            shape, record = tuple[Annotated[Question, _ByKind()], ...], QuestionRecord
        what = f"{key}, each with {', '.join(field.name for field in fields(record))}"
        keys.append((key, shape, value_field(what, min_length=1, **default)))
    return make_dataclass("File", keys, bases=(Record,), namespace={"__doc__": about}, eq=False)


_WRONG_REASONS = "The known wrong reasons; the first one that fits counts."
_LISTS = {
    "world": _file("Everybody and every service that a case can be about.", "parties", "services"),
    "lenses": _file("Every lens in words.", "lenses"),
    "objectives": _file("The objectives of the course.", "objectives"),
    "misconceptions": _file(_WRONG_REASONS, "misconceptions"),
    "glossary": _file("The words of the field.", "terms"),
    "questions": _file("Questions of the bank.", "questions"),
    "simulators": _file("The simulators in words.", "simulators"),
    "situations": _file("Questions and starts for a case of one's own.", "asks", "situations"),
    "figures": _file("The numbers of the examples that can be calculated.", "figures"),
}
LIST_FILES = {key.name: kind for kind, file in _LISTS.items() for key in fields(file)}
FILES: Mapping[str, Any] = {"case": Case, "facts": FactValues, **_LISTS}


class Declaration:
    """What is declared of a value: made once of each, for a casebook has many values."""

    def __init__(self, shape: Any, limits: Mapping[str, Any] = NO_LIMITS) -> None:
        self.is_optional = NoneType in get_args(shape)
        if self.is_optional:
            shape = get_args(shape)[0]
        self.mark = None  # such as a `Reference`
        if get_origin(shape) is Annotated:
            shape, self.mark = get_args(shape)
        is_question = isinstance(shape, UnionType)
        self.kinds = {k: Declaration(record, limits) for k, record in KINDS.items() if is_question}
        self.shape = QuestionRecord if is_question else shape  # a record class or another type
        self.limits = limits  # the metadata of its field
        is_record = is_dataclass(self.shape)
        self.sort: Any = Mapping if is_record else get_origin(shape) or shape
        self.fields = _keys_of(self.shape) if is_record else ()
        facts = tuple(VOCABULARY) if isinstance(self.mark, FactNames) else ()
        self.keys = facts or tuple(name for name, *_ in self.fields)  # where they are known
        default = NOT_BLANK if isinstance(self.mark, NotBlank) else ""
        self.pattern = re.compile(limits.get("pattern", default).replace("$", r"\Z"))  # of a text
        what = {"description": limits.get("description", "")}
        inside = {tuple: 0, Mapping: 1}.get(get_origin(shape))
        words = get_args(shape)[0] if inside else None
        self.words: tuple[str, ...] = get_args(
            words
        )  # which the keys of a mapping have to be, if any
        self.entry = None if inside is None else Declaration(get_args(shape)[inside], what)

    def of(self, value: Any) -> Declaration:
        """The same, or of a question what its kind says; a `QuestionRecord` is of an unknown kind."""
        kind = value.get("kind") if self.kinds and isinstance(value, dict) else None
        return self.kinds.get(kind, self) if isinstance(kind, str) else self


@cache
def declaration(shape: Any) -> Declaration:
    """What is declared of values of a shape."""
    return Declaration(shape)


@cache
def _keys_of(record: Any) -> tuple[tuple[str, Declaration, bool], ...]:
    """The keys of a record: what is declared of each, and whether it has to be there."""
    return tuple(
        (
            key.name,
            Declaration(key.type, key.metadata),
            key.default is key.default_factory is MISSING,
        )
        for key in fields(record)
    )


class Node(NamedTuple):
    """A value of a file, and what is declared of it."""

    place: Place
    value: Any  # MISSING for a required one that is not there
    declared: Declaration


def walk(shape: Any, value: Any) -> list[Node]:
    """Every value of a file with its declaration, however broken the file is; the whole comes first."""
    nodes: list[Node] = []
    _collect(nodes, declaration(shape), value, ())
    return nodes


def _collect(nodes: list[Node], declared: Declaration, value: Any, place: Place) -> None:
    if value is None and declared.is_optional:
        return
    declared = declared.of(value)
    nodes.append(Node(place, value, declared))
    if isinstance(value, dict):
        for key, its, is_required in declared.fields:
            if is_required or key in value:
                _collect(nodes, its, value.get(key, MISSING), (*place, key))
        if declared.entry and declared.sort is Mapping:
            for name, entry in value.items():
                _collect(nodes, declared.entry, entry, (*place, name))
    elif isinstance(value, list) and declared.sort is tuple and declared.entry:
        for number, entry in enumerate(value):
            _collect(nodes, declared.entry, entry, (*place, number))


def kind_of(tree: object, default_kind: str) -> str:
    """The kind of file that has most of the keys of a mapping; the default kind where none has any."""
    keys = set(tree) if isinstance(tree, dict) else set()
    known = {kind: {*declaration(FILES[kind]).keys} for kind in (default_kind, *FILES)}
    if not any(keys & its_keys for its_keys in known.values()):
        return default_kind
    return max(known, key=lambda kind: (len(keys & known[kind]), -len(known[kind])))


def json_schema(kind: str) -> str:
    """The JSON Schema of a kind of file, as the text of a file for editors."""
    from pydantic import TypeAdapter

    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | TypeAdapter(FILES[kind]).json_schema(), indent=2) + "\n"
