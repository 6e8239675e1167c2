"""The learner's attempts and exams on disk: JSON lines, one shard per kernel, appended to and never rewritten.

Shards need no lock, which home directories on a network would not keep; reading merges them by the
ids of the events. No name, no account, nothing leaves the machine.
"""

from __future__ import annotations

import csv
import errno
import gc
import json
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from io import StringIO
from itertools import chain
from operator import attrgetter, itemgetter
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any
from uuid import uuid4

if TYPE_CHECKING:
    from customer_casebook.course.items import Item

VERSION = 2  # version 1 had attempts only, without their kind and their content
FOLDER = "CUSTOMER_CASEBOOK_DATA"  # environment variable that moves the journal
LONGEST = 2**16  # bytes of a line; whatever is longer is not ours
LARGEST = 2**28  # bytes of a shard, likewise: a million answers in one kernel

_SHARD = re.compile(r"\d{8}T\d{6}-[0-9a-f]{32}\.jsonl")
_FULL = {errno.ENOSPC, errno.EDQUOT}
_REFUSED = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.ELOOP,
    errno.ENAMETOOLONG,
}  # fmt: skip


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _event() -> str:
    return uuid4().hex


@dataclass(slots=True)  # not frozen, which would cost a quarter of the time to read them
class Attempt:
    """One answer a learner gave.

    ``sure`` is None where nobody asked, as in an exam. ``ms`` is the time from question to answer
    in milliseconds, ``content`` the `fingerprint` of what was asked (empty where it is not known),
    ``at`` the moment in UTC.
    """

    item: str
    choice: tuple[str, ...]
    sure: bool | None
    right: bool
    misconception: str | None
    ms: int
    content: str = ""
    event: str = field(default_factory=_event)
    at: str = field(default_factory=_now)


@dataclass(frozen=True, slots=True)
class ExamEvent:
    """Something that happened in an exam: ``what`` it was, such as start or answer, and its JSON ``data``."""

    exam: str
    what: str
    data: Mapping[str, Any] = field(default_factory=dict)
    event: str = field(default_factory=_event)
    at: str = field(default_factory=_now)


def fingerprint(item: Item) -> str:
    """A short hash of what an item asks: prompt, options and right key. Another wording is another content."""
    asked = [item.prompt, list(item.options.items()), sorted(item.right)]
    return sha256(json.dumps(asked).encode()).hexdigest()[:12]


def as_row(event: Attempt | ExamEvent) -> dict[str, Any]:
    """An event as its line holds it."""
    kind = "attempt" if isinstance(event, Attempt) else "exam"
    return {"v": VERSION, "kind": kind, **asdict(event)}


def _line(event: Attempt | ExamEvent) -> bytes:
    line = json.dumps(as_row(event), separators=(",", ":")).encode() + b"\n"
    if len(line) > LONGEST:
        raise ValueError(f"an event of {len(line)} bytes is too long; {LONGEST} fit on a line")
    return line


class Journal:
    """Events kept in the first of the ``folders`` that can be written.

    Those that cannot be written wait in memory, and are written when they can be.
    """

    def __init__(self, folder: Path, *others: Path) -> None:
        self.folders = (folder, *others)
        self.attempts: list[Attempt] = []  # of this kernel
        self.trouble: OSError | None = None  # why some wait
        self._waiting: list[Attempt | ExamEvent] = []
        self._shard: int | None = None
        self._home: Path | None = None  # where the shard is
        self._process = os.getpid()
        self._lock = Lock()  # JupyterLab may hear widgets in a thread of their own

    def record(self, event: Attempt | ExamEvent) -> bool:
        """Keep an event. True once it, and all before it, are safely on disk.

        Never raises for a disk that fails. Raises `TypeError` or `ValueError` for data that is no
        JSON, or too long for a line.
        """
        _line(event)
        with self._lock:
            return self._record(event)

    def _record(self, event: Attempt | ExamEvent) -> bool:
        if isinstance(event, Attempt):
            self.attempts.append(event)
        self._waiting.append(event)
        if self._process != os.getpid():  # a fork: the shard is the parent's
            self._close_shard()
            self._process = os.getpid()
        try:
            while self._waiting:
                self._append(_line(self._waiting[0]))
                del self._waiting[0]
        except OSError as error:
            self.trouble = error
            return False
        self.trouble = None
        return True

    def read(self) -> Reading:
        """Everything that is on disk, by whatever kernel, and what still waits in this one."""
        return read(*self.folders, waiting=self._waiting)

    @property
    def where(self) -> Path | None:
        """The folder that takes the events; None where none can be written."""
        return self._home or next(filter(_writable, self.folders), None)

    @property
    def notice(self) -> str:
        """What a learner should know about where the answers are kept; empty where all is as it should be."""
        kept = "they are kept until you close this notebook"
        if self.trouble:
            why = self.trouble.strerror or self.trouble
            return f"Your answers cannot be saved ({why}); {kept}, and saved as soon as that works."
        first, where = self.folders[0], self.where
        if not where:
            return f"Your answers cannot be saved here, for {first} cannot be written; {kept}."
        if where != first:
            return f"Your answers are saved in {where}, for {first} cannot be written."
        return ""

    def _append(self, line: bytes) -> None:
        shard = self._open() if self._shard is None else self._shard
        written = 0
        try:
            written = os.write(shard, line)
            os.fsync(shard)
            erased = not os.fstat(shard).st_nlink
        except OSError as error:
            if written or error.errno not in _FULL:  # a new shard is no help to a full disk
                self._close_shard()
            raise
        if erased or written != len(line):
            # What follows a torn line starts on a line of its own, in a new shard.
            self._close_shard()
        if written != len(line):
            raise OSError(errno.EIO, "the disk took only a part of it")
        if erased:  # while this kernel ran
            self._append(line)

    def _open(self) -> int:
        """A new shard in the first folder that takes one. Raises the `OSError` of the last that does not."""
        name = f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex}.jsonl"
        for folder in self.folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
                self._shard, self._home = os.open(folder / name, flags, 0o600), folder
            except OSError as error:
                if error.errno not in _REFUSED:
                    raise
                refused = error
            else:
                return self._shard
        raise refused

    def _close_shard(self) -> None:
        shard, self._shard, self._home = self._shard, None, None
        if shard is not None:
            with suppress(OSError):
                os.close(shard)


def _writable(folder: Path) -> bool:
    """Whether the folder can be written, or made, as far as asking tells."""
    found = next(each for each in (folder, *folder.parents) if os.access(each, os.F_OK))
    return found.is_dir() and os.access(found, os.W_OK | os.X_OK)


@cache
def journal() -> Journal:
    """This kernel's journal.

    It is in the folder that ``CUSTOMER_CASEBOOK_DATA`` names, and nowhere else; without it, in the
    user's data directory, or in the working directory where that cannot be written.
    """
    if given := os.environ.get(FOLDER):
        return Journal(Path(given).absolute())
    from platformdirs import user_data_path

    data = user_data_path("customer-casebook", appauthor=False) / "journal"
    folders = [data] if data.is_absolute() else []  # in some containers, nobody's home is "~"
    with suppress(FileNotFoundError):  # the working directory may be gone
        folders.append(Path.cwd() / ".customer-casebook")
    return Journal(*folders or [data])


# Reading.


@dataclass(frozen=True, slots=True)
class Reading:
    """What a journal holds, in the order of time, and how much of it was skipped.

    ``skipped`` counts lines that are ``torn``, ``foreign`` (not ours) or ``newer`` (of a later
    version), and files that are ``empty`` or ``unreadable``.
    """

    attempts: list[Attempt]
    exams: list[ExamEvent]
    skipped: Mapping[str, int]

    def __str__(self) -> str:
        """How much it is, such as ``2 answers and 1 exam``."""
        exams = len({each.exam for each in self.exams})
        return count_of(len(self.attempts), "answer") + (
            f" and {count_of(exams, 'exam')}" if exams else ""
        )

    @property
    def notice(self) -> str:
        """What was skipped, as sentences for the learner; empty where nothing was."""
        told = []
        for reason, (unit, why) in _SKIPPED.items():
            if count := self.skipped.get(reason, 0):
                were = "was" if count == 1 else "were"
                told.append(f"{count_of(count, unit)} of the journal {were} left alone: {why}.")
        return " ".join(told)


def count_of(count: int, unit: str) -> str:
    """``1 answer``, ``2 answers``."""
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


_SKIPPED = {
    "torn": ("line", "broken off in the middle"),
    "foreign": ("line", "not an answer of this course"),
    "newer": ("line", "written by a newer Customer Casebook, so update this one to see more"),
    "unreadable": ("file", "no file that can be read"),
}  # an empty file is what a full disk leaves; nothing is lost in it


def read(*places: Path, waiting: Iterable[Attempt | ExamEvent] = ()) -> Reading:
    """Merge shards, all that are in folders, and events still ``waiting``, by event id.

    Never raises for what it finds there.
    """
    skipped: Counter[str] = Counter()
    found: dict[str, Attempt | ExamEvent] = {}
    with _no_collecting():
        for event in chain(_events(places), waiting):
            if isinstance(event, str):
                skipped[event] += 1
                continue
            known = found.setdefault(event.event, event)
            if known is not event and known != event:  # whichever shard came first
                found[event.event] = min(known, event, key=repr)
        events = sorted(found.values(), key=attrgetter("at", "event"))
        attempts = [event for event in events if isinstance(event, Attempt)]
        exams = [event for event in events if isinstance(event, ExamEvent)]
    return Reading(attempts, exams, dict(skipped))


@contextmanager
def _no_collecting() -> Iterator[None]:
    """Without looking for garbage: among a hundred thousand new attempts, that takes a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def shards(*places: Path) -> list[Path]:
    """The files that a journal has written in folders."""
    return [
        each
        for each in _files(places)
        if _SHARD.fullmatch(each.name) and stat.S_ISREG(each.lstat().st_mode)
    ]


def _files(places: Iterable[Path]) -> Iterator[Path]:
    """The shards, or what is named like them, in folders; what is no folder, or cannot be read, stands for itself."""
    for place in dict.fromkeys(places):
        try:
            yield from sorted(each for each in place.iterdir() if each.name.endswith(".jsonl"))
        except FileNotFoundError:
            pass
        except OSError:
            yield place


def _events(places: Iterable[Path]) -> Iterator[Attempt | ExamEvent | str]:
    """The events, and for each line or file that is skipped the reason."""
    for path in _files(places):
        try:
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode):
                yield "unreadable"
            elif about.st_size > LARGEST:
                yield "foreign"
            elif not about.st_size:
                yield "empty"
            else:
                with path.open("rb") as file:
                    for line in file:
                        yield _event_in(line) if len(line) <= LONGEST else "foreign"
        except OSError:
            yield "unreadable"


def _event_in(line: bytes) -> Attempt | ExamEvent | str:
    """The event that a line holds, or the reason why it is skipped."""
    broken = "torn" if line.startswith(b"{") else "foreign"
    try:
        text = line.decode().strip()
        row, end = _decode(text)
    except (ValueError, RecursionError):
        return broken
    if end < len(text):
        return broken
    version = row.get("v") if isinstance(row, dict) else None
    if type(version) is not int or version < 1:
        return "foreign"
    if version > VERSION:
        return "newer"
    if version == 1:
        row |= {"kind": "attempt", "content": ""}
    try:
        kind, fields, types = _KINDS[row["kind"]]
        values = fields(row)
    except (KeyError, TypeError):
        return "foreign"
    if tuple(map(type, values)) not in types or not _is_moment(values[-1]):
        return "foreign"
    if kind is ExamEvent:
        return ExamEvent(*values)
    choice = tuple(values[1])
    if not all(isinstance(each, str) for each in choice):
        return "foreign"
    return Attempt(values[0], choice, *values[2:])


def _is_moment(at: str) -> bool:
    """Whether it can be reckoned with, and is of the one zone and length in which moments sort as text."""
    try:
        datetime.fromisoformat(at)
    except ValueError:
        return False
    return at < "9" and len(at) in (29, 32) and at.endswith("+00:00")


_decode = json.JSONDecoder().raw_decode  # a third faster than json.loads

# What a line of each kind must hold: its fields, and the types these may have together.
_NONE = type(None)
_KINDS: Mapping[str, tuple[type, Callable[..., Any], Collection[tuple[type, ...]]]] = {
    "attempt": (
        Attempt,
        itemgetter(*Attempt.__slots__),
        {
            (str, list, sure, bool, misconception, int, str, str, str)
            for sure in (bool, _NONE)
            for misconception in (str, _NONE)
        },
    ),
    "exam": (ExamEvent, itemgetter(*ExamEvent.__slots__), {(str, str, dict, str, str)}),
}


# Taking it elsewhere.


def as_json(reading: Reading) -> str:
    """Everything, as one JSON object."""
    attempts, exams = ([*map(as_row, each)] for each in (reading.attempts, reading.exams))
    return json.dumps({"attempts": attempts, "exams": exams}, indent=1) + "\n"


def as_csv(attempts: Iterable[Attempt]) -> str:
    """A row for each attempt; several choices are joined by a semicolon."""
    out = StringIO()
    writer = csv.writer(out)
    names = ["at", "item", "choice", "sure", "right", "misconception", "ms", "content", "event"]
    writer.writerow(names)
    for each in attempts:
        row = asdict(each) | {"choice": "; ".join(each.choice)}
        writer.writerow([_cell(row[name]) for name in names])
    return out.getvalue()


def _cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return f"'{value}"
    return value
