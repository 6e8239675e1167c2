"""What the files of a casebook have to look like: read from the declarations of its records."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, is_dataclass, make_dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple, get_args, get_origin

from customer_casebook.course.casebook import CONTENT_SHAPES
from customer_casebook.course.records import Case, Question, QuestionRecord
from customer_casebook.declarations import FactNames, FactValues, Record, value_field
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
    "figures": _file("The numbers of the examples that can be calculated.", "figures"),
}
LIST_FILES = {key.name: kind for kind, file in _LISTS.items() for key in fields(file)}
FILES: Mapping[str, Any] = {"case": Case, "facts": FactValues, **_LISTS}


class Node(NamedTuple):
    """A value of a file, and what is declared of it."""

    place: Place
    value: Any  # MISSING for a required one that is not there
    shape: Any  # a record class or another type
    mark: Any  # such as a `Reference`, or None
    limits: Mapping[str, Any]  # the metadata of its field

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that may stand here, where they are known."""
        if isinstance(self.mark, FactNames):
            return tuple(VOCABULARY)
        return tuple(key.name for key in fields(self.shape)) if is_dataclass(self.shape) else ()


def walk(
    shape: Any, value: Any, place: Place = (), limits: Mapping[str, Any] = NO_LIMITS
) -> Iterator[Node]:
    """Every value of a file with its declaration, however broken the file is."""
    mark = None
    if NoneType in get_args(shape):
        if value is None:
            return
        shape = get_args(shape)[0]
    if get_origin(shape) is Annotated:
        shape, mark = get_args(shape)
    if isinstance(shape, UnionType):
        kind = value.get("kind") if isinstance(value, dict) else None
        shape = KINDS.get(kind, QuestionRecord) if isinstance(kind, str) else QuestionRecord
    yield Node(place, value, shape, mark, limits)
    for step, entry, its_shape, its_limits in _inside(shape, value, limits):
        yield from walk(its_shape, entry, (*place, step), its_limits)


def _inside(shape: Any, value: Any, limits: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """What stands right inside a value: where, the value itself, its shape and its limits."""
    what = {"description": limits.get("description", "")}
    if is_dataclass(shape) and isinstance(value, dict):
        for key in fields(shape):
            if key.name in value or key.default is key.default_factory is MISSING:
                yield key.name, value.get(key.name, MISSING), key.type, key.metadata
    elif get_origin(shape) is tuple and isinstance(value, list):
        for number, entry in enumerate(value):
            yield number, entry, get_args(shape)[0], what
    elif get_origin(shape) is Mapping and isinstance(value, dict):
        for name, entry in value.items():
            yield name, entry, get_args(shape)[1], what


def kind_of(tree: object, default_kind: str) -> str:
    """The kind of file that has most of the keys of a mapping; the default kind where none has any."""
    keys = set(tree) if isinstance(tree, dict) else set()
    known = {kind: {*next(walk(FILES[kind], tree)).keys} for kind in (default_kind, *FILES)}
    if not any(keys & its_keys for its_keys in known.values()):
        return default_kind
    return max(known, key=lambda kind: (len(keys & known[kind]), -len(known[kind])))


def json_schema(kind: str) -> str:
    """The JSON Schema of a kind of file, as the text of a file for editors."""
    from pydantic import TypeAdapter

    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | TypeAdapter(FILES[kind]).json_schema(), indent=2) + "\n"
