"""Checks every value of a file against the declarations, and says in words what is wrong.

One walk serves all kinds of files: types, missing and unknown keys, facts, references to other
records, and ids that are taken. What shows only when fields meet is in `checks`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple, Protocol, get_args

from customer_casebook.authoring.reader import Document, Place
from customer_casebook.authoring.schema import (
    FILES,
    NOT_BLANK,
    Field,
    Shape,
    fields_of,
    read_shape,
)
from customer_casebook.domain.facts import (
    UNKNOWN,
    VOCABULARY,
    find_fault,
    normalize_value,
    short_repr,
    what_to_write,
)


class Names(Protocol):
    """What a file may name."""

    def known(self, kind: str) -> Collection[str] | None:
        """The ids or words of a kind; None where nobody can tell."""


class Visit(NamedTuple):
    """A record that the walk has met, whatever is wrong with it."""

    record: Any
    """Its class, or the file of lists."""
    place: Place
    value: dict[str, Any]


def check_values(kind: str, document: Document, names: Names) -> list[Visit]:
    """Note everything that is wrong with single values.

    Returns:
        The records in the file, so that further checks need no walk of their own.
    """
    walk = _Walk(document, names)
    walk.value(Field(read_shape(FILES[kind])), document.value, ())
    return walk.visits


class _Walk:
    """Goes through a file and its declarations side by side."""

    def __init__(self, document: Document, names: Names) -> None:
        self.document = document
        self.names = names
        self.visits: list[Visit] = []

    def value(self, field: Field, value: Any, place: Place) -> None:
        """Note what is wrong with a value, and with everything in it."""
        shape = field.shape
        if self.document.full or (value is None and shape.optional):
            return
        if message := self.mismatch(field, value):
            self.document.fault(place, message)
            return
        match shape.sort:
            case "text" if shape.reference:
                among(self.names.known(shape.reference), self.document, place, value)
            case "list":
                entry_field = field.entry
                for number, entry in enumerate(value):
                    self.value(entry_field, entry, (*place, number))
                self.ids(value, place)
            case "mapping":
                words, entry_field = get_args(shape.key) or None, field.entry
                for key, entry in value.items():
                    among(words, self.document, (*place, key), key)
                    self.value(entry_field, entry, (*place, key))
            case "facts":
                self.facts(shape.inner, field, value, place)
            case "record":
                self.record(shape.inner, value, place)
            case "kinds":
                self.kinds(field, value, place)

    def mismatch(self, field: Field, value: Any) -> str:
        """Why a value is not of the shape of a field, or an empty text."""
        sort = field.shape.sort
        wanted = _TYPES.get(sort, dict)
        if sort == "choice" and value:
            return not_among(field.shape.inner, value)
        if isinstance(value, wanted) and (value or wanted is bool):
            if sort == "number" and not _is_number(value):
                return f"{short_repr(value)} is no number; write {field.what}"
            if not field.pattern or re.search(field.pattern.replace("$", r"\Z"), value):
                return ""
            if value.strip():
                near = "-".join(re.findall("[a-z0-9]+", value[:80].lower())) or "my-case-2"
                return f"{short_repr(value)} is no id; write letters and digits such as {near}"
        what = f"write its keys: {', '.join(field.keys)}" if field.keys else f"write {field.what}"
        if value is None or value in ("", [], {}) or (isinstance(value, str) and not value.strip()):
            fits = isinstance(value, wanted) and sort not in ("choice", "number")
            return "" if fits and not (field.min_length or field.pattern) else f"is empty; {what}"
        if isinstance(value, bool):
            value = normalize_value(value)
            if sort == "text":
                return f"a bare {value} is no text; put it in quotes"
        noun = "mapping" if wanted is dict else sort
        return f"{short_repr(value)} is no {noun}; {what}"

    def record(self, record: Any, value: dict[str, Any], place: Place, of_kind: str = "") -> None:
        """Note what is wrong with the keys of a record, and with their values."""
        known = fields_of(record)
        for key, entry in value.items():
            if key in known:
                self.value(known[key], entry, (*place, key))
            elif not self.document.full:
                message = f"there is no such key{of_kind}; {what_to_write(key, tuple(known))}"
                self.document.fault((*place, key), message)
        for key, field in known.items():
            if field.required and key not in value:
                keys = f"its keys: {', '.join(field.keys)}" if field.keys else field.what
                self.document.fault((*place, key), f"is missing; write {keys}")
        self.visits.append(Visit(record, place, value))

    def kinds(self, field: Field, value: dict[str, Any], place: Place) -> None:
        """Note what is wrong with a record whose kind says which keys it has."""
        kinds, kind = field.shape.inner, value.get("kind")
        if isinstance(kind, str) and kind in kinds:
            self.record(kinds[kind], value, place, f" in a {kind} question")
            return
        told = (
            not_among(tuple(kinds), kind)
            if kind
            else f"is missing; {what_to_write('', tuple(kinds))}"
        )
        self.document.fault((*place, "kind"), told)
        common = fields_of(next(iter(kinds.values())))
        for key in field.keys[1:]:
            if key in value:
                self.value(common[key], value[key], (*place, key))

    def facts(self, values: str, field: Field, group: dict[str, Any], place: Place) -> None:
        """Note names that are no facts, and values that are none of a fact."""
        for name, value in group.items():
            if self.document.full:
                return
            if values == "text" and name in VOCABULARY:
                text = Field(Shape("text"), field.what, pattern=NOT_BLANK)
                self.value(text, value, (*place, name))
                continue
            several = (
                value if values == "several" and value and isinstance(value, list) else [value]
            )
            for one in [UNKNOWN] if values == "text" else several:
                if message := find_fault(name, "" if one is None else normalize_value(one)):
                    self.document.fault((*place, name), message)

    def ids(self, entries: list[Any], place: Place) -> None:
        """Note ids that an entry before has taken."""
        first: dict[str, Place] = {}
        for number, entry in enumerate(entries):
            if isinstance(entry, dict) and isinstance(name := entry.get("id"), str):
                here = (*place, number, "id")
                if first.setdefault(name, here) != here:
                    line = self.document.line(first[name])
                    message = f"{short_repr(name)} is taken by line {line}; write another"
                    self.document.fault(here, message)


# What the reader makes of each sort of value; everything else is a mapping.
_TYPES: Mapping[str, type] = {
    "text": str, "number": str, "choice": str, "yes or no": bool, "list": list,
}  # fmt: skip


def _is_number(value: object) -> bool:
    try:
        return isinstance(value, str) and math.isfinite(float(value))
    except ValueError:
        return False


def not_among(words: Collection[str], word: object) -> str:
    """What to write for a word that is none of these; an empty text for one of them."""
    if isinstance(word, str) and word in words:
        return ""
    word = normalize_value(word) if isinstance(word, bool) else word
    known = tuple(words)
    if not known:
        return f"there is no {short_repr(word)}, nor any other; leave it out"
    if len(known) > len(VOCABULARY):  # too many to list: the three nearest will do
        known = tuple(get_close_matches(str(word)[:80], known[:1000], 3, 0))
    return f"there is no {short_repr(word)}; {what_to_write(str(word), known)}"


def among(words: Iterable[str] | None, document: Document, place: Place, word: object) -> None:
    """Note a text that is none of these words, where they are known.

    What is no text has its fault already.
    """
    if words is None or document.full or not isinstance(word, str):
        return
    if message := not_among(words if isinstance(words, Collection) else tuple(words), word):
        document.fault(place, message)
