"""Reads a YAML or JSON file into plain values, and keeps the line of every one of them.

It takes the parser's events one by one: so nothing is expanded, nothing goes deeper than our files
do, and a key that comes twice is seen. It knows nothing of cases.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.resolver import Resolver

from customer_casebook.domain.facts import short_repr

MAX_FILE_BYTES = 1 << 18  # the longest of our files has a tenth of it
MAX_DEPTH = 12  # ours go down to six
MAX_FAULTS_PER_FILE = 200  # an author with more of them starts with these

Place = tuple[str | int, ...]  # the keys and list positions that lead to a value

# What no text needs: control characters, halves of characters, and marks that break lines or turn
# the reading direction.
_UNSEEN = re.compile(
    "[^\t\n -~\xa0-\U0010ffff]|[\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)

# What the parser says when it gives up, and what an author can do about it.
_ADVICE = {
    "mapping values": "has a second colon; put text that has a colon in quotes",
    "expected ':'": "is a key without its colon, or text out of line; write key: value",
    "end of stream": "opens a quotation mark that is never closed; close it",
    "escape": "has a backslash that stands for nothing here; write two backslashes for one",
    "',' or": "opens a bracket that is never closed, or lacks a comma; mend it",
    "cannot start": "starts with a tab or a sign of YAML's own; use spaces, or quotes",
    "": "does not fit the lines around it; look at its indentation, quotes and brackets",
}


class UnreadableError(Exception):
    """A file nothing can be told of but this: what to do, and the line where it stops making sense."""


@dataclass(slots=True)
class Document:
    """The values of a file, the line each of them stands in, and everything wrong with them."""

    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: dict[tuple[int, str], str] = field(default_factory=dict)

    @property
    def full(self) -> bool:
        """Whether there are so many faults that no more are noted."""
        return len(self.faults) > MAX_FAULTS_PER_FILE

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it where it is missing."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, place: Place, message: str, line: int = 0) -> None:
        """Note what is wrong at a place; of one place and line the first word counts."""
        if not self.full:
            self.faults.setdefault((line or self.line(place), field_path(place)), message)

    def add_faults(self, problems: Iterable[tuple[Place, str]]) -> None:
        """Note problems at their places, until there are enough of them."""
        for place, message in problems:
            if self.full:
                break
            self.fault(place, message)


def field_path(place: Place) -> str:
    """A place as a fault names it, such as ``evidence[2].shows``; lists count from one."""
    path = ""
    for step in place:
        word = step if isinstance(step, int) or step.isidentifier() else short_repr(step)
        path += f"[{word + 1}]" if isinstance(word, int) else f".{word}"
    return path.removeprefix(".")


def read(source: Path | bytes) -> Document:
    """Read a file, or the bytes of one. Raises `UnreadableError` where no values can be seen."""
    text = _text(source if isinstance(source, bytes) else _bytes(source))
    try:
        if text.lstrip().startswith(("{", "[")):
            text = _json_as_yaml(text)
        return _Walk(text).document
    except yaml.MarkedYAMLError as error:
        # Whatever stays open is told where it was opened, but of a block only its bad line counts.
        block = not error.context_mark or "block" in str(error.context)
        mark: Any = error.problem_mark if block else error.context_mark
        line = min(mark.line, text.count("\n")) + 1
        advice = next(told for sign, told in _ADVICE.items() if sign in str(error.problem))
        raise UnreadableError(advice, line) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the parser in Python lets some through
        raise UnreadableError("cannot be read as YAML; look for odd escapes in it", 1) from None


def _bytes(source: Path) -> bytes:
    try:
        with source.open("rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # a ValueError tells of a name that no file can have
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise UnreadableError(f"cannot be read: {why}; name a file that can", 1) from None


def _text(data: bytes) -> str:
    if len(data) > MAX_FILE_BYTES:
        raise UnreadableError(
            f"is longer than {MAX_FILE_BYTES >> 10} KiB, as no file of ours; split it", 1
        )
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        told = f"the byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8"
        raise UnreadableError(told, data.count(b"\n", 0, error.start) + 1) from None
    if bad := _UNSEEN.search(text):
        told = f"holds the unseen character {bad[0]!a}; delete it, or save the file as UTF-8"
        raise UnreadableError(told, text.count("\n", 0, bad.start()) + 1)
    return text


def _json_as_yaml(text: str) -> str:
    r"""JSON as the YAML parser takes it: it knows neither tabs nor pairs such as \ud83d\ude00."""
    return re.sub(
        r"(\\\\)|\\u[dD][89abAB]..\\u[dD][c-fC-F]..",
        lambda found: found[1] or json.loads(f'"{found[0]}"'),
        text.replace("\t", " "),
    )


class _Walk:
    """Puts the parser's events together to a document."""

    def __init__(self, text: str) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self.events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self.tag_of: Callable[..., str] = Resolver().resolve
        self.last = text.rstrip().count("\n") + 1  # a value left out may be marked behind the end
        self.document = Document()
        for event in self.events:
            if isinstance(event, yaml.NodeEvent):
                if self.document.lines:
                    raise UnreadableError("starts a second document; split it", self.line(event))
                self.document.value = self.value(event, ())
        if not self.document.lines:
            raise UnreadableError("is empty; write key: value", 1)

    def line(self, event: Any) -> int:
        return min(int(event.start_mark.line) + 1, self.last)

    def value(self, event: Any, place: Place) -> Any:
        """The value that starts with an event, taken to its end."""
        self.document.lines.setdefault(place, self.line(event))
        if isinstance(event, yaml.AliasEvent) or event.anchor or event.tag:
            told = "anchors, aliases and tags (&, *, !) are not read; write it out without"
            self.document.fault(place, told, self.line(event))
        if len(place) > MAX_DEPTH:
            raise UnreadableError("is nested too deeply; flatten it", self.line(event))
        if isinstance(event, yaml.MappingStartEvent):
            return self.mapping(place)
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Any] = []
            while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
                items.append(self.value(event, (*place, len(items))))
            return items
        return self.scalar(event, place) if isinstance(event, yaml.ScalarEvent) else None

    def mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                told = "a key has to be one plain word; write key: value"
                raise UnreadableError(told, self.line(event))
            key = event.value.encode("utf-8", "backslashreplace").decode()
            inside = (*place, key)
            if key in values:
                told = f"stands in line {self.document.line(inside)} already; keep one of them"
                self.document.fault(inside, told, self.line(event))
            self.document.lines.setdefault(inside, self.line(event))
            values.setdefault(key, self.value(next(self.events), inside))
        return values

    def scalar(self, event: Any, place: Place) -> str | bool | None:
        """A yes or no, nothing, or text; numbers and dates are text as they were written."""
        if bad := _UNSEEN.search(event.value):
            told = f"holds the unseen character {bad[0]!a}; delete it"
            self.document.fault(place, told, self.line(event))
        tag = self.tag_of(yaml.ScalarNode, event.value, event.implicit)
        if tag.endswith(":bool"):
            return str(event.value).lower() in ("yes", "true", "on")
        return None if tag.endswith(":null") else str(event.value)
