"""What the files of a casebook have to look like: read from the declarations of its records.

The checks and the JSON Schema for editors both ask here, so they cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from customer_casebook.course.casebook import CONTENT_SHAPES
from customer_casebook.course.records import Case, FactNames
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY
from customer_casebook.domain.rules import LENSES

NOT_BLANK = r"\S"


@dataclass(frozen=True, eq=False)
class ListFile:
    """A kind of file that holds lists of records."""

    about: str
    """One sentence on what the file is for."""
    lists: Mapping[str, str]
    """The key of each list, as in `CONTENT_SHAPES`, and what to write there."""


FILES: Mapping[str, Any] = {
    "case": Case,
    "facts": Annotated[Mapping[str, Any], FactNames("one")],
    "world": ListFile(
        "Everybody and every service that a case can be about.",
        {
            "parties": "a list of parties: id, name, kind, about, part_of",
            "services": "a list of services: id, name, about",
        },
    ),
    "misconceptions": ListFile(
        "The known wrong reasons; the first one that fits counts.",
        {"misconceptions": "a list of misconceptions"},
    ),
    "lenses": ListFile(
        "Every lens in words.", {"lenses": "label, question and answers of every lens"}
    ),
    "objectives": ListFile(
        "The objectives of the course.", {"objectives": "a list of objectives: id, can, row"}
    ),
    "glossary": ListFile(
        "The words of the field.", {"terms": "a list of terms: id, term, definitions, note, see"}
    ),
    "questions": ListFile(
        "Questions of the bank.",
        {"questions": "a list of questions: kind, id, objectives and the rest"},
    ),
    "simulators": ListFile("The simulators in words.", {"simulators": "a list of simulators"}),
    "figures": ListFile(
        "The numbers of the examples that can be calculated.",
        {"figures": "function to its sliders, numbers and assumptions"},
    ),
}


class Shape(NamedTuple):
    """What sort of value stands somewhere."""

    sort: Literal[
        "text", "number", "yes or no", "choice", "list", "mapping", "record", "facts", "kinds"
    ]
    inner: Any = None
    """The record; what a list or mapping holds; the words of a choice; the records by kind; how facts are written."""
    key: Any = str
    """The type of the keys of a mapping."""
    reference: str = ""
    """The list that has to hold a text."""
    optional: bool = False
    """Whether the value may be left empty."""


class Field(NamedTuple):
    """One key of a record, or one entry of a list or mapping."""

    shape: Shape
    what: str = ""
    """What to write there."""
    required: bool = True
    pattern: str = ""
    """A regular expression for a text."""
    min_length: int = 0
    """The least number of entries of a list or mapping."""

    @property
    def entry(self) -> Field:
        """What stands in this list or mapping."""
        shape = read_shape(self.shape.inner)
        return Field(shape, self.what, pattern=NOT_BLANK if shape.sort == "text" else "")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that a mapping of this shape may have, where they are known."""
        if self.shape.sort == "kinds":
            common = [{*fields_of(record)} for record in self.shape.inner.values()]
            first = next(iter(self.shape.inner.values()))
            return tuple(key for key in fields_of(first) if all(key in keys for keys in common))
        if self.shape.sort == "facts":
            return tuple(VOCABULARY)
        return tuple(fields_of(self.shape.inner)) if self.shape.sort == "record" else ()


@cache
def read_shape(hint: Any) -> Shape:
    """The shape that a type hint of a record declares."""
    origin, inner = get_origin(hint), get_args(hint)
    if NoneType in inner:
        return read_shape(inner[0])._replace(optional=True)
    if origin is Annotated:
        base, marker = inner
        if isinstance(marker, FactNames):
            return Shape("facts", marker.values)
        return read_shape(base)._replace(reference=marker.kind)
    if origin is Literal:
        return Shape("choice", inner)
    if origin is tuple:
        return Shape("list", inner[0])
    if origin is Mapping:
        return Shape("mapping", inner[1], inner[0])
    if origin is UnionType:
        return Shape("kinds", {fields_of(each)["kind"].shape.inner[0]: each for each in inner})
    if isinstance(hint, ListFile) or is_dataclass(hint):
        return Shape("record", hint)
    sorts: dict[Any, Any] = {str: "text", float: "number", bool: "yes or no"}
    return Shape(sorts[hint])


@cache
def fields_of(record: Any) -> Mapping[str, Field]:
    """The fields of a record class or of a file of lists, by their keys."""
    if isinstance(record, ListFile):
        only = len(record.lists) == 1
        return {
            key: Field(read_shape(CONTENT_SHAPES[key]), what, required=only, min_length=1)
            for key, what in record.lists.items()
        }
    return {
        field.name: Field(
            read_shape(field.type),
            field.metadata.get("description", ""),
            field.default is MISSING and field.default_factory is MISSING,
            field.metadata.get("pattern", ""),
            field.metadata.get("min_length", 0),
        )
        for field in fields(record)
    }


def kind_of(tree: object, default_kind: str) -> str:
    """The kind of file that has most of the keys of a mapping; the default kind where none has any."""
    keys = set(tree) if isinstance(tree, dict) else set()
    known = {kind: _keys(kind) for kind in (default_kind, *FILES)}
    if not any(keys & its_keys for its_keys in known.values()):
        return default_kind
    return max(known, key=lambda kind: (len(keys & known[kind]), -len(known[kind])))


def _keys(kind: str) -> set[str]:
    """The keys of a kind of file; it reads no type hint, for that takes time."""
    shape = FILES[kind]
    if kind == "facts":
        return {*VOCABULARY}
    return {*shape.lists} if isinstance(shape, ListFile) else {f.name for f in fields(shape)}


# JSON Schema.


def json_schema(kind: str) -> str:
    """The JSON Schema of a kind of file, as the text of a file for editors."""
    about = {"description": "The facts of a case."} if kind == "facts" else {}
    node = _node(Field(read_shape(FILES[kind]))) | about
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | node, indent=2) + "\n"


def _node(field: Field) -> dict[str, Any]:
    """The schema of what stands in a field."""
    shape = field.shape
    node: dict[str, Any] = {}
    match shape.sort:
        case "record":
            node = _object(shape.inner)
        case "kinds":
            node = {"oneOf": [_object(record) for record in shape.inner.values()]}
        case "facts":
            node = {"type": "object", "properties": _facts(shape.inner)}
            node["additionalProperties"] = False
        case "list":
            node = {"type": "array", "items": _node(field.entry)}
            node |= {"minItems": field.min_length} if field.min_length else {}
        case "mapping":
            words = get_args(shape.key) if get_origin(shape.key) is Literal else ()
            node = {"propertyNames": {"enum": [*words]}} if words else {}
            node |= {"type": "object", "additionalProperties": _node(field.entry)}
            node |= {"minProperties": field.min_length} if field.min_length else {}
        case "choice":
            node = {"enum": [*shape.inner]}
        case "yes or no":
            node = {"enum": ["yes", "no", True, False]}
        case "number":
            node = {"type": "number"}
        case "text" if shape.reference == "lenses":
            node = {"enum": [*LENSES]}
        case "text":
            node = {"type": ["string", "null"] if shape.optional else "string"}
            node |= {"pattern": field.pattern} if field.pattern else {}
    return node | ({"description": field.what} if field.what else {})


def _object(record: Any) -> dict[str, Any]:
    """The schema of a record class or of a file of lists."""
    known = fields_of(record)
    about = record.about if isinstance(record, ListFile) else record.__doc__
    return {
        "description": about,
        "type": "object",
        "properties": {name: _node(field) for name, field in known.items()},
        "required": [name for name, field in known.items() if field.required or name == "kind"],
        "additionalProperties": False,
    }


def _facts(values: str) -> dict[str, Any]:
    """The schema of every fact, whose value is one word, one of several words, or a text."""
    nodes: dict[str, Any] = {}
    for name, fact in VOCABULARY.items():
        words: list[str | bool] = [*fact.says, UNKNOWN]
        one: dict[str, Any] = {"enum": [*words, True, False] if "yes" in words else words}
        several = {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}
        text = {"type": "string", "pattern": NOT_BLANK}
        node = {"one": one, "several": several, "text": text}[values]
        nodes[name] = {"description": fact.question} | node
    return nodes
