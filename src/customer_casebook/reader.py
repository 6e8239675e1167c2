"""Reads a YAML or JSON file into plain values, and keeps the line of every one of them.

It walks the parser's events itself instead of letting PyYAML compose them: so nothing recurses,
nothing is expanded, a key that comes twice is seen, and whatever is wrong is told in our own words.
It knows nothing of cases. PyYAML is imported when the first file is read.
"""

from __future__ import annotations

import errno
import json
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from customer_casebook.facts import shorten

LIMIT = 1 << 18  # bytes; the longest of our files has a tenth of it
DEPTH = 12  # ours go down to six

Place = tuple[str | int, ...]  # the keys and list positions that lead to a value

# What no text needs: control characters, halves of characters, and marks that break lines or turn
# the reading direction.
_UNSEEN = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
    r"|[\u2028-\u202e\u2066-\u2069\ufeff]"
)


class UnreadableError(Exception):
    """A file nothing can be told of but this: where it stops making sense, and what to do."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = line


@dataclass(frozen=True, slots=True)
class Bare:
    """A number or a date as it was written: what text without quotes turns into."""

    text: str
    sort: str

    def __repr__(self) -> str:
        return self.text


@dataclass(slots=True)
class Document:
    """The values of a file, the line each of them stands in, and what was wrong on the way."""

    value: Any = None
    lines: dict[Place, int] = field(default_factory=dict)
    faults: list[tuple[Place, int, str]] = field(default_factory=list)

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it where it is missing."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


class _Level:
    """A list or mapping that is being filled, and the key the next value belongs to."""

    def __init__(self, holder: dict[str, Any] | list[Any], place: Place) -> None:
        self.holder = holder
        self.place = place
        self.key: str | None = None


def read(source: Traversable | bytes) -> Document:
    """Read a file, or the bytes of one. Raises `UnreadableError` where no values can be seen."""
    return _document(_text(source if isinstance(source, bytes) else _bytes(source)))


def _bytes(source: Traversable) -> bytes:
    try:
        with source.open("rb") as stream:
            return stream.read(LIMIT + 1)
    except IsADirectoryError:
        raise UnreadableError("is a folder; name the files in it") from None
    except FileNotFoundError:
        raise UnreadableError(f"there is no such file{_near(source)}") from None
    except ValueError:  # a name that no file can have
        raise UnreadableError("there is no such file") from None
    except OSError as error:
        why = os.strerror(error.errno or errno.EIO)
        raise UnreadableError(f"cannot be read: {why[0].lower()}{why[1:]}") from None


def _near(source: Traversable) -> str:
    try:
        beside = [path.name for path in source.parent.iterdir()] if isinstance(source, Path) else []
    except OSError:
        beside = []
    others = [name for name in beside[:1000] if name != source.name]
    near = get_close_matches(source.name[:255], others, n=1, cutoff=0.75)
    return f" (did you mean {shorten(near[0])}?)" if near else ""


def _text(data: bytes) -> str:
    if len(data) > LIMIT:
        raise UnreadableError(
            f"is longer than {LIMIT // 1024} KiB; no file of ours is, so split it"
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise UnreadableError("is UTF-16 or UTF-32; save it as UTF-8")
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        raise UnreadableError("holds a NUL byte, so it is no UTF-8 text; save it as UTF-8", line)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        byte = f"0x{error.object[error.start]:02x}"
        raise UnreadableError(
            f"the byte {byte} is not UTF-8; save the file as UTF-8", line
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _document(text: str) -> Document:
    import yaml

    if bad := _UNSEEN.search(text):
        line = text.count("\n", 0, bad.start()) + 1
        raise UnreadableError(f"holds the unseen character {bad.group()!a}; delete it", line)
    try:
        return _Walk().through(_as_yaml(text))
    except yaml.MarkedYAMLError as error:
        raise _explained(error, text.split("\n")) from None
    except (yaml.YAMLError, ValueError, OverflowError):  # the parser in Python lets some through
        raise UnreadableError("cannot be read as YAML; look for odd escapes in it") from None


def _as_yaml(text: str) -> str:
    r"""JSON as the YAML parser takes it, line by line: it knows neither \ud83d\ude00 nor tabs."""
    if text.lstrip()[:1] not in ("{", "["):
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text

    def whole(match: re.Match[str]) -> str:
        if not match[1]:
            return match[0]
        character: str = json.loads(f'"{match[0]}"')
        return f"\\U{ord(character):08x}"

    text = re.sub(r"\\(?:u([dD][89abAB]..)\\u[dD][c-fC-F]..|.)", whole, text.replace("\t", " "))
    return re.sub(r'("(?:[^"\\]|\\.)*")(\s+):', r"\1:\2", text)


class _Walk:
    """Puts the parser's events together to values."""

    def __init__(self) -> None:
        from yaml.resolver import Resolver

        self.tag_of: Callable[..., str] = Resolver().resolve
        self.document = Document()
        self.top: list[Any] = []
        self.levels: list[_Level] = [_Level(self.top, ())]

    def through(self, text: str) -> Document:
        import yaml

        last = text.rstrip().count("\n") + 1  # a value left out may be marked behind the end
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.CollectionEndEvent):
                self.levels.pop()
            elif isinstance(event, yaml.NodeEvent):
                level, line = self.levels[-1], min(_line(event), last)
                if isinstance(level.holder, dict) and level.key is None:
                    self.take_key(event, level, line)
                else:
                    self.take_value(event, level, line)
        if not self.top:
            raise UnreadableError("is empty")
        self.document.value = self.top[0]
        return self.document

    def take_key(self, event: Any, level: _Level, line: int) -> None:
        import yaml

        if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
            raise UnreadableError("a key has to be one plain word; write key: value", line)
        level.key = event.value.encode("utf-8", "backslashreplace").decode()
        place = (*level.place, level.key)
        if level.key in level.holder:
            first = self.document.line(place)
            self.fault(place, line, f"stands here a second time, first in line {first}; keep one")
        self.document.lines.setdefault(place, line)

    def take_value(self, event: Any, level: _Level, line: int) -> None:
        import yaml

        value = self.value(event)
        if isinstance(level.holder, dict):
            place: Place = (*level.place, str(level.key))
            level.holder.setdefault(str(level.key), value)
            level.key = None
        elif level.holder is self.top:
            if self.top:
                raise UnreadableError("a second document starts here; give it its own file", line)
            place = ()
            self.top.append(value)
        else:
            place = (*level.place, len(level.holder))
            level.holder.append(value)
        self.document.lines.setdefault(place, line)
        if isinstance(event, yaml.AliasEvent) or event.anchor:
            self.fault(place, line, "anchors and aliases (& and *) are not read; write it out")
        elif event.tag:
            self.fault(place, line, f"tags such as {shorten(event.tag)} are not read; leave it out")
        elif isinstance(value, str) and (bad := _UNSEEN.search(value)):
            self.fault(place, line, f"holds the unseen character {bad.group()!a}; delete it")
        if isinstance(value, dict | list):
            self.levels.append(_Level(value, place))
            if len(self.levels) > DEPTH:
                raise UnreadableError("is nested too deeply; none of our files goes so far", line)

    def value(self, event: Any) -> Any:
        import yaml

        if isinstance(event, yaml.MappingStartEvent):
            return {}
        if isinstance(event, yaml.SequenceStartEvent):
            return []
        if isinstance(event, yaml.AliasEvent):
            return None
        tag = self.tag_of(yaml.ScalarNode, event.value, event.implicit).rpartition(":")[2]
        match tag:
            case "null":
                return None
            case "bool":
                return event.value.lower() in ("yes", "true", "on")
            case "int" | "float":
                return Bare(event.value, "a number")
            case "timestamp":
                return Bare(event.value, "a date")
            case _:
                return event.value

    def fault(self, place: Place, line: int, message: str) -> None:
        self.document.faults.append((place, line, message))


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


# What the parser says when it gives up, and what an author can do about it.
_ADVICE = {
    "mapping values are not allowed": "has a second colon, or is indented too far; "
    "put text that has a colon in quotes",
    "expected ':'": "is a key without its colon, or text that lost its indentation; "
    "write key: value",
    "unexpected end of stream": "opens a quotation mark that is never closed; close it",
    "escape": "has a backslash that stands for nothing here; "
    "write the character itself, or two backslashes for one",
    "',' or": "opens a bracket that is never closed, or lacks a comma",
    "expected key": "does not fit the lines around it; look at its indentation and quotes",
    "<block end>": "does not fit the lines around it; look at its indentation and quotes",
    "entries are not allowed": "starts a list after its key; put the first - on the next line",
    "<document start>": "stands outside of everything before it; one file holds one mapping",
    "alphabetic or numeric": "text cannot start with & or *; put it in quotes",
    "comment or line break": "has text behind | or >; start it on the next line",
}


def _explained(error: Any, lines: list[str]) -> UnreadableError:
    """A parser's error in our own words, at the line where the mistake was made."""
    outer = error.context_mark if "block" not in (error.context or "") else None
    mark = outer or error.problem_mark
    line = min(mark.line, len(lines) - 1)
    problem = str(error.problem)
    if "cannot start any token" in problem:
        found = lines[line][mark.column : mark.column + 1]
        return UnreadableError(
            "is indented with a tab; use spaces"
            if found == "\t"
            else f"text cannot start with {shorten(found)}; put it in quotes",
            line + 1,
        )
    advice = next((advice for sign, advice in _ADVICE.items() if sign in problem), None)
    return UnreadableError(advice or f"cannot be read as YAML ({problem})", line + 1)
