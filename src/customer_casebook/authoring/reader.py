"""Reads a YAML or JSON file into plain values, and keeps the line of every one of them.

It takes the parser's events one by one: so nothing is expanded, nothing goes deeper than our files
do, and a key that comes twice is seen. It knows nothing of cases.
"""

import json
import re
from collections.abc import Iterable
from pathlib import Path
from stat import S_ISREG
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
)

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

# What is no text where it has no quotes. Numbers and dates are text as they are written.
_PLAIN: dict[str, bool | None] = {"": None, "~": None}
for words, meaning in {"yes true on": True, "no false off": False, "null": None}.items():
    for word in words.split():
        _PLAIN |= dict.fromkeys((word, word.title(), word.upper()), meaning)


class UnreadableError(Exception):
    """A file that nobody can read: what to do, and the line that makes no sense, if it is one."""


class Document:
    """The values of a file, the line each of them stands in, and everything wrong with them."""

    def __init__(self) -> None:
        self.value: Any = None
        self.lines: dict[Place, int] = {}
        self.faults: dict[tuple[int, str], str] = {}

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it where it is missing."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def fault(self, place: Place, message: str, line: int = 0) -> None:
        """Note what is wrong at a place; of one place and line the first word counts."""
        if len(self.faults) <= MAX_FAULTS_PER_FILE:
            self.faults.setdefault((line or self.line(place), field_path(place)), message)

    def add_faults(self, problems: Iterable[tuple[Place, str]]) -> None:
        """Note problems at their places, until there are enough of them."""
        for place, message in problems:
            if len(self.faults) > MAX_FAULTS_PER_FILE:
                break
            self.fault(place, message)

    def parse(self, text: str) -> None:
        """Put the parser's events together to values."""
        self._next = getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text).get_event
        self._last = text.rstrip().count("\n") + 1  # a value left out may be marked behind the end
        while event := self._next():
            if isinstance(event, NodeEvent):
                line = self._line_of(event)
                if self.lines:
                    raise UnreadableError("starts a second document; split it", line)
                self.lines[()] = line
                self.value = self._value(event, ())
        if not self.lines:
            raise UnreadableError("is empty; write key: value", 1)

    def _line_of(self, event: Any) -> int:
        line: int = event.start_mark.line + 1
        return min(self._last, line)

    def _value(self, event: Any, place: Place) -> Any:
        """The value that starts with an event, taken to its end: a list, mapping, text, yes or no."""
        if isinstance(event, AliasEvent) or event.anchor or event.tag:
            message = "anchors, aliases and tags (&, *, !) are not read; write it out without"
            self.fault(place, message, self._line_of(event))
        if len(place) > MAX_DEPTH:
            raise UnreadableError("is nested too deeply; flatten it", self._line_of(event))
        if isinstance(event, ScalarEvent):
            text = event.value  # the whole file was searched, but not what an escape stands for
            if event.style == '"' and (bad := _UNSEEN.search(text)):
                message = f"holds the unseen character {bad[0]!a}; delete it"
                self.fault(place, message, self._line_of(event))
            return _PLAIN.get(text, text) if event.implicit[0] else text
        if isinstance(event, MappingStartEvent):
            return self._mapping(place)
        if isinstance(event, AliasEvent):
            return None
        items: list[Any] = []
        while not isinstance(event := self._next(), SequenceEndEvent):
            inside = (*place, len(items))
            self.lines.setdefault(inside, self._line_of(event))
            items.append(self._value(event, inside))
        return items

    def _mapping(self, place: Place) -> dict[str, Any]:
        values: dict[str, Any] = {}
        while not isinstance(event := self._next(), MappingEndEvent):
            line = self._line_of(event)
            if not isinstance(event, ScalarEvent) or event.anchor or event.tag:
                raise UnreadableError("a key has to be one plain word; write key: value", line)
            key = event.value.encode("utf-8", "backslashreplace").decode()
            inside = (*place, key)
            if key in values:
                before = self.line(inside)
                self.fault(inside, f"stands in line {before} already; keep one of them", line)
            self.lines.setdefault(inside, line)
            values.setdefault(key, self._value(self._next(), inside))
        return values


def field_path(place: Place) -> str:
    """A place as a fault names it, such as ``evidence[2].shows``; lists count from one."""
    path = ""
    for step in place:
        word = step if isinstance(step, int) or step.isidentifier() else short_repr(step)
        path += f"[{word + 1}]" if isinstance(word, int) else f".{word}"
    return path.removeprefix(".")


def read(source: Path | bytes) -> Document:
    """Read a file, or the bytes of one. Raises `UnreadableError` where no values can be seen."""
    text, document = _text(source), Document()
    try:
        document.parse(_json_as_yaml(text) if text.lstrip().startswith(("{", "[")) else text)
    except yaml.MarkedYAMLError as error:
        # A quotation or a bracket that stays open has the line where it opens; a block has its bad line.
        block = not error.context_mark or "block" in str(error.context)
        mark: Any = error.problem_mark if block else error.context_mark
        line = min(mark.line, text.count("\n")) + 1
        advice = next(text for sign, text in _ADVICE.items() if sign in str(error.problem))
        raise UnreadableError(advice, line) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the parser in Python lets some through
        raise UnreadableError("cannot be read as YAML; look for odd escapes in it", 1) from None
    return document


def _text(source: Path | bytes) -> str:
    data = source if isinstance(source, bytes) else _bytes(source)
    if len(data) > MAX_FILE_BYTES:
        message = f"is longer than {MAX_FILE_BYTES >> 10} KiB, as no file of ours; split it"
        raise UnreadableError(message, 1)
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        message = f"the byte {data[error.start]:#04x} is not UTF-8; save the file as UTF-8"
        raise UnreadableError(message, data.count(b"\n", 0, error.start) + 1) from None
    if bad := _UNSEEN.search(text):
        message = f"holds the unseen character {bad[0]!a}; delete it, or save the file as UTF-8"
        raise UnreadableError(message, text.count("\n", 0, bad.start()) + 1)
    return text


def _bytes(source: Path) -> bytes:
    try:
        if not S_ISREG(source.stat().st_mode):  # a pipe would be waited for
            what = "is a directory" if source.is_dir() else "is no file of text"
            raise UnreadableError(f"cannot be read: {what}; name a file that can", 0)
        with source.open("rb") as stream:
            return stream.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:  # a ValueError tells of a name that no file can have
        why = (getattr(error, "strerror", None) or str(error)).lower()
        raise UnreadableError(f"cannot be read: {why}; name a file that can", 0) from None


def _json_as_yaml(text: str) -> str:
    r"""JSON as the YAML parser takes it: it knows neither tabs nor pairs such as \ud83d\ude00."""
    return re.sub(
        r"(\\\\)|\\u[dD][89abAB]..\\u[dD][c-fC-F]..",
        lambda match: match[1] or json.loads(f'"{match[0]}"'),
        text.replace("\t", " "),
    )
