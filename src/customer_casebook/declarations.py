"""How the records of content are declared, and how they are made from plain values.

A record is a plain frozen dataclass whose annotations and field metadata say everything about its
file: what to write in a field, which text names another record, which mapping holds facts. The JSON
Schema, the messages of ``check``, the look-up of ids and `build` follow from that. The metadata are
arguments of pydantic's ``Field``: pydantic reads them where an author has it; nothing here imports it.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from customer_casebook.domain.facts import UNKNOWN, VOCABULARY
from customer_casebook.domain.rules import LENSES

NOT_BLANK = r"\S"
ID_PATTERN = r"^[a-z0-9]+(-[a-z0-9]+)*$"  # safe in file names, links and journals


@dataclass(frozen=True, slots=True)
class Reference:
    """Marks a text that names another record, or a word of the domain."""

    kind: str  # the list that has to hold it, such as "cases" or "lenses"
    none: str = ""  # the word that names nothing of it, where it may be written

    def __get_pydantic_json_schema__(self, schema: Any, schema_of: Any) -> dict[str, Any]:
        """For editors: only lenses are known before a file is read."""
        return {**schema_of(schema), **({"enum": [*LENSES]} if self.kind == "lenses" else {})}


@dataclass(frozen=True, slots=True)
class NotBlank:
    """Marks an entry of a list or mapping, which has no `text_field` of its own."""

    def __get_pydantic_core_schema__(self, source: Any, schema_of: Any) -> dict[str, Any]:
        """For pydantic: the text with a pattern."""
        return {**schema_of(source), "pattern": NOT_BLANK}


Text = Annotated[str, NotBlank()]


@dataclass(frozen=True, slots=True)
class FactNames:
    """Marks a mapping whose keys are facts; its values are values of that fact where ``values`` says so."""

    values: Literal["one", "several", "text"]

    def __get_pydantic_json_schema__(self, *_: Any) -> dict[str, Any]:
        """For editors: every fact, with its values."""
        facts = {
            name: {"description": fact.question, **self._value_schema([*fact.says, UNKNOWN])}
            for name, fact in VOCABULARY.items()
        }
        return {"type": "object", "properties": facts, "additionalProperties": False}

    def _value_schema(self, words: list[str | bool]) -> Any:
        one = {"enum": [*words, True, False] if "yes" in words else words}
        many = {"type": "array", "minItems": 1, "items": one}
        text = {"type": "string", "pattern": NOT_BLANK}
        return {"one": one, "several": {"anyOf": [one, many]}, "text": text}[self.values]


FactValues = Annotated[Mapping[str, Any], FactNames("one")]


def value_field(
    what: str, *, default: Any = MISSING, default_factory: Any = MISSING, **limits: Any
) -> Any:
    """A field of a record.

    Args:
        what: What to write there.
        default: What the record has where nothing is written.
        default_factory: The same, for a default that has to be made anew.
        limits: ``pattern`` of a text, ``min_length`` of a list or a mapping, and the like.
    """
    metadata = {"description": what, **limits}
    return field(default=default, default_factory=default_factory, metadata=metadata)


def text_field(what: str, pattern: str = NOT_BLANK, **more: Any) -> Any:
    """A field of text that must not be blank."""
    return value_field(what, pattern=pattern, **more)


def yes_field(what: str) -> Any:
    """A field that is yes, or no where nothing is written; a text is neither."""
    return value_field(what, default=False, strict=True)


def list_field(what: str) -> Any:
    """A field of a list or a mapping that must not be empty."""
    return value_field(what, min_length=1)


class Record:
    """What stands in a file; a key that is no field of it is a fault."""

    __slots__ = ()
    __pydantic_config__: ClassVar = {"extra": "forbid"}


def build(shape: Any, value: Any) -> Any:
    """A record, or a list or mapping of records, from plain values.

    Raises `KeyError`, `TypeError` or `AttributeError` for values that are not of that shape.
    """
    return _builder(shape)(value)


@cache
def _builder(shape: Any) -> Callable[[Any], Any]:
    """What makes values of a shape from plain ones."""
    origin, inner = get_origin(shape), get_args(shape)
    if origin is Annotated:
        return _builder(inner[0])
    if origin is tuple:
        one = _builder(inner[0])
        return lambda values: tuple(values if one == _unchanged else map(one, values))
    if origin is Mapping:
        one = _builder(inner[1])
        return lambda values: {key: one(value) for key, value in values.items()}
    if isinstance(shape, UnionType) and is_dataclass(inner[0]):
        kinds = {
            kind: _builder(record)
            for record in inner
            for kind in get_args(record.__dataclass_fields__["kind"].type)
        }
        return lambda values: kinds[values["kind"]](values)
    if not is_dataclass(shape):
        return _unchanged
    record: Any = shape
    types: dict[str, Any] = {field.name: field.type for field in fields(shape)}
    makers = {name: _builder(kind) for name, kind in types.items() if _builder(kind) != _unchanged}
    return lambda values: record(
        **{**values, **{key: makers[key](values[key]) for key in makers if key in values}}
    )


def _unchanged(value: Any) -> Any:
    return value
