"""Checks every value of a file against the declarations, and says in words what is wrong.

One walk serves all kinds of files: types, missing and unknown keys, facts, references to other
records, and ids that are taken. What shows only when fields meet is in `checks`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches
from typing import Any, NamedTuple

from customer_casebook.authoring.reader import Document, Place
from customer_casebook.authoring.schema import FILES, NOT_BLANK, Field, fields_of, read_field
from customer_casebook.course.records import QuestionRecord
from customer_casebook.domain.facts import (
    VOCABULARY,
    find_fault,
    normalize_value,
    short_repr,
    what_to_write,
)

# The entries that a file may name, by id and by their list; None where nobody can tell.
ListsById = Callable[[str], Mapping[str, Any] | None]


class Visit(NamedTuple):
    """A record that the walk has met, whatever is wrong with it."""

    record: Any
    """Its class, or the file of lists."""
    place: Place
    value: dict[str, Any]


def check_values(kind: str, document: Document, lists: ListsById) -> list[Visit]:
    """Note everything that is wrong with single values.

    Returns:
        The records in the file, so that further checks need no walk of their own.
    """
    walk = _Walk(document, lists)
    walk.value(read_field(FILES[kind]), document.value, ())
    return walk.visits


class _Walk:
    """Goes through a file and its declarations side by side."""

    def __init__(self, document: Document, lists: ListsById) -> None:
        self.document = document
        self.lists = lists
        self.visits: list[Visit] = []
        self.inside: Mapping[str, Callable[[Field, Any, Place], None]] = {
            "text": self.text,
            "list": self.entries,
            "mapping": self.mapping,
            "facts": self.facts,
            "record": lambda field, value, place: self.record(field.inner, value, place),
            "kinds": self.kinds,
        }

    def value(self, field: Field, value: Any, place: Place) -> None:
        """Note what is wrong with a value, and with everything in it."""
        if self.document.full or (value is None and field.optional):
            return
        if message := _mismatch(field, value):
            self.document.fault(place, message)
        elif field.sort in self.inside:
            self.inside[field.sort](field, value, place)

    def text(self, field: Field, value: str, place: Place) -> None:
        words = self.lists(field.reference) if field.reference else None
        if words is not None and (message := not_among(words, value)):
            self.document.fault(place, message)

    def entries(self, field: Field, value: list[Any], place: Place) -> None:
        first: dict[str, Place] = {}
        inner = field.entry
        for number, entry in enumerate(value):
            self.value(inner, entry, (*place, number))
            if isinstance(entry, dict) and isinstance(name := entry.get("id"), str):
                here = (*place, number, "id")
                if first.setdefault(name, here) != here:
                    line = self.document.line(first[name])
                    message = f"{short_repr(name)} is taken by line {line}; write another"
                    self.document.fault(here, message)

    def mapping(self, field: Field, value: dict[str, Any], place: Place) -> None:
        inner = field.entry
        for key, entry in value.items():
            if field.words and (message := not_among(field.words, key)):
                self.document.fault((*place, key), message)
            self.value(inner, entry, (*place, key))

    def record(self, record: Any, value: dict[str, Any], place: Place, of_kind: str = "") -> None:
        """Note missing and unknown keys of a record, and what is wrong with its values."""
        known = fields_of(record)
        for key, entry in value.items():
            if key in known:
                self.value(known[key], entry, (*place, key))
            elif not self.document.full:
                message = f"there is no such key{of_kind}; {what_to_write(key, tuple(known))}"
                self.document.fault((*place, key), message)
        for key, field in known.items():
            if field.required and key not in value:
                self.document.fault((*place, key), f"is missing; {_advice(field)}")
        self.visits.append(Visit(record, place, value))

    def kinds(self, field: Field, value: dict[str, Any], place: Place) -> None:
        """Note what is wrong with a record whose kind says which keys it has."""
        kinds, kind = field.inner, value.get("kind")
        if isinstance(kind, str) and kind in kinds:
            self.record(kinds[kind], value, place, f" in a {kind} question")
            return
        words = tuple(kinds)
        message = not_among(words, kind) if kind else f"is missing; {what_to_write('', words)}"
        self.document.fault((*place, "kind"), message)
        for key, common in fields_of(QuestionRecord).items():
            if key in value and key != "kind":
                self.value(common, value[key], (*place, key))

    def facts(self, field: Field, value: dict[str, Any], place: Place) -> None:
        """Note names that are no facts, and values that are none of a fact."""
        for name, stated in value.items():
            several = field.inner == "several" and stated and isinstance(stated, list)
            for one in stated if several else [stated]:
                if self.document.full:
                    return
                if field.inner == "text" and name in VOCABULARY:
                    self.value(
                        Field("text", None, field.what, pattern=NOT_BLANK), one, (*place, name)
                    )
                elif message := find_fault(name, "" if one is None else normalize_value(one)):
                    self.document.fault((*place, name), message)


def _advice(field: Field) -> str:
    """What to write in a field."""
    return f"write its keys: {', '.join(field.keys)}" if field.keys else f"write {field.what}"


def _mismatch(field: Field, value: Any) -> str:
    """Why a value is not of the shape of a field, or an empty text."""
    wanted = _TYPES.get(field.sort, dict)
    if field.sort == "choice" and value:
        return not_among(field.words, value)
    if isinstance(value, wanted) and (value or wanted is bool):
        if field.sort == "number" and not _is_number(value):
            return f"{short_repr(value)} is no number; {_advice(field)}"
        if not field.pattern or re.search(field.pattern.replace("$", r"\Z"), value):
            return ""
        if value.strip():
            near = "-".join(re.findall("[a-z0-9]+", value[:80].lower())) or "my-case-2"
            return f"{short_repr(value)} is no id; write letters and digits such as {near}"
    if value in (None, "", [], {}) or (isinstance(value, str) and not value.strip()):
        must_hold = field.min_length or field.pattern or field.sort in ("choice", "number")
        return "" if isinstance(value, wanted) and not must_hold else f"is empty; {_advice(field)}"
    if isinstance(value, bool):
        value = normalize_value(value)
        if field.sort == "text":
            return f"a bare {value} is no text; put it in quotes"
    noun = "mapping" if wanted is dict else field.sort
    return f"{short_repr(value)} is no {noun}; {_advice(field)}"


# What the reader makes of each sort of value; everything else is a mapping.
_TYPES: Mapping[str, Any] = {
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
