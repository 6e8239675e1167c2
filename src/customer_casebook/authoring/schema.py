"""What the files of a casebook have to look like: read from the declarations of its records.

The checks and the JSON Schema for editors both ask here, so they cannot disagree.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, get_args, get_origin

from customer_casebook.course.casebook import CONTENT_SHAPES
from customer_casebook.course.records import Case, FactNames, QuestionRecord
from customer_casebook.domain.facts import UNKNOWN, VOCABULARY
from customer_casebook.domain.rules import LENSES

NOT_BLANK = r"\S"


@dataclass(frozen=True, eq=False)
class ListFile:
    """A kind of file that holds lists of records."""

    about: str  # what the file is for
    lists: Mapping[
        str, str
    ]  # the key of each list, as in `CONTENT_SHAPES`, and what to write there


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


class Field(NamedTuple):
    """What stands under a key of a record, or as an entry of a list or mapping."""

    sort: Literal[
        "text", "number", "yes or no", "choice", "list", "mapping", "record", "facts", "kinds"
    ]
    inner: Any = None  # the record, the records by kind, what a list holds, how facts are written
    what: str = ""  # to write there
    required: bool = True
    pattern: str = ""  # of a text
    min_length: int = 0  # of a list or mapping
    words: tuple[str, ...] = ()  # of a choice, or of the keys of a mapping
    reference: str = ""  # the list that has to hold a text
    optional: bool = False  # whether it may be left empty

    @property
    def entry(self) -> Field:
        """What stands in this list or mapping."""
        return read_field(self.inner, self.what, pattern=NOT_BLANK if self.inner is str else "")

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that stand in such a value, where they are known."""
        if self.sort == "kinds":
            return tuple(fields_of(QuestionRecord))
        known: Any = {"facts": VOCABULARY, "record": self.inner}.get(self.sort, ())
        return tuple(fields_of(known) if self.sort == "record" else known)


@cache
def read_field(
    hint: Any, what: str = "", required: bool = True, pattern: str = "", min_length: int = 0
) -> Field:
    """The field that a type hint declares, with what the declaration says of it."""
    origin, inner = get_origin(hint), get_args(hint)
    limits = (what, required, pattern, min_length)
    if NoneType in inner:
        return read_field(inner[0], *limits)._replace(optional=True)
    if origin is Annotated and isinstance(inner[1], FactNames):
        return Field("facts", inner[1].values, *limits)
    if origin is Annotated:
        return read_field(inner[0], *limits)._replace(reference=inner[1].kind)
    if origin is Literal:
        return Field("choice", None, *limits, words=inner)
    if origin is tuple:
        return Field("list", inner[0], *limits)
    if origin is Mapping:
        return Field("mapping", inner[1], *limits, words=get_args(inner[0]))
    if origin is UnionType:
        return Field("kinds", {k: each for each in inner for k in fields_of(each)["kind"].words}, *limits)
    if isinstance(hint, ListFile) or is_dataclass(hint):
        return Field("record", hint, *limits)
    return Field(
        "number" if hint is float else "yes or no" if hint is bool else "text", None, *limits
    )


@cache
def fields_of(record: Any) -> Mapping[str, Field]:
    """The fields of a record class or of a file of lists, by their keys."""
    if isinstance(record, ListFile):
        is_only = len(record.lists) == 1
        return {
            key: read_field(CONTENT_SHAPES[key], what, is_only, min_length=1)
            for key, what in record.lists.items()
        }
    return {
        field.name: read_field(
            field.type,
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
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps(head | _node(read_field(FILES[kind], "the facts of a case")), indent=2) + "\n"


def _node(field: Field) -> dict[str, Any]:
    """The schema of what stands in a field."""
    nodes: dict[str, Callable[[], dict[str, Any]]] = {
        "record": lambda: _object(field.inner),
        "kinds": lambda: {"oneOf": [_object(record) for record in field.inner.values()]},
        "facts": lambda: _closed({name: _fact(name, field.inner) for name in VOCABULARY}),
        "list": lambda: {
            "type": "array",
            "items": _node(field.entry),
            "minItems": field.min_length,
        },
        "mapping": lambda: {
            "type": "object",
            "additionalProperties": _node(field.entry),
            "minProperties": field.min_length,
            "propertyNames": {"enum": [*field.words]} if field.words else {},
        },
        "choice": lambda: {"enum": [*field.words]},
        "yes or no": lambda: {"enum": ["yes", "no", True, False]},
        "number": lambda: {"type": "number"},
        "text": lambda: {
            "type": ["string", "null"] if field.optional else "string",
            "pattern": field.pattern,
        },
    }
    node = {"enum": [*LENSES]} if field.reference == "lenses" else nodes[field.sort]()
    return ({"description": field.what} if field.what else {}) | node


def _closed(properties: dict[str, Any]) -> dict[str, Any]:
    """The schema of a mapping that has no other keys than these."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _object(record: Any) -> dict[str, Any]:
    """The schema of a record class or of a file of lists."""
    known = fields_of(record)
    about = record.about if isinstance(record, ListFile) else record.__doc__
    required = [name for name, field in known.items() if field.required or name == "kind"]
    node = _closed({name: _node(field) for name, field in known.items()})
    return {"description": about, **node, "required": required}


def _fact(name: str, values: str) -> dict[str, Any]:
    """The schema of a fact, whose value is one word, one of several words, or a text."""
    words: list[str | bool] = [*VOCABULARY[name].says, UNKNOWN]
    one: dict[str, Any] = {"enum": [*words, True, False] if "yes" in words else words}
    several = {"anyOf": [one, {"type": "array", "minItems": 1, "items": one}]}
    text = {"type": "string", "pattern": NOT_BLANK}
    node = {"one": one, "several": several, "text": text}[values]
    return {"description": VOCABULARY[name].question} | node
