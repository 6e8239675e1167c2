"""The learner's attempts and exams on disk: JSON lines in shards, which are files of one kernel each.

A kernel only appends to its own shard, so no file is locked: locks fail on many network drives.
Reading merges all shards by the ids of the events. The lines hold no name and no account.
"""

import csv
import errno
import gc
import json
import os
import re
import stat
import sys
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import cache, partial
from io import BytesIO, StringIO
from operator import attrgetter
from pathlib import Path
from threading import Lock
from types import NoneType
from typing import Any, TypeVar
from uuid import uuid4

LINE_VERSION = 2  # lines of version 1 are attempts only, without "kind" and "content"
DATA_FOLDER_VARIABLE = "CUSTOMER_CASEBOOK_DATA"  # the environment variable that moves the journal
BROWSER_DRIVE = Path("/drive")  # where JupyterLite shows Python its files
MAX_LINE_BYTES = 2**16
MAX_SHARD_BYTES = 2**28  # a million answers in one kernel
MAX_JUMP_SECONDS = 10**10
MIN_JUMP_SECONDS = 1.0  # a clock that is only corrected slowly stays below it between two events

_GOAL = "goal"  # an event of no exam that says which one the learner prepares for, and its day
_BLOCK_BYTES = 2**16
_CLOSED = -1  # in place of the handle of a file
_FOLDER_REFUSED = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EEXIST, errno.ELOOP,
    errno.ENAMETOOLONG,
}  # fmt: skip


def iso_moment(moment: datetime) -> str:
    """A moment as the lines hold it: in UTC, so that moments sort as text."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _now() -> str:
    return iso_moment(datetime.now(UTC))


def _steady_source() -> Callable[[], float]:
    for name in ("CLOCK_BOOTTIME", "CLOCK_MONOTONIC"):  # they go on while a computer sleeps
        with suppress(AttributeError, OSError):
            source = partial(time.clock_gettime, getattr(time, name))
            source()
            return source
    return time.monotonic


_STEADY = _steady_source()


class Clock:
    """The time of a kernel. What a wall clock says may jump; steady seconds do not."""

    zone: tzinfo | None = None  # the learner's, once a page has told it; else this machine's

    def steady(self) -> float:
        """Seconds since some moment."""
        return _STEADY()

    def now(self) -> datetime:
        """The moment by the wall clock, in the learner's zone."""
        return datetime.now(UTC).astimezone(self.zone)

    def ahead(self) -> float:
        """How far the wall clock is ahead of the steady seconds: another number after a jump."""
        return self.now().timestamp() - self.steady()


@dataclass(slots=True)  # a frozen one takes three times as long to make
class Attempt:
    """One answer of a learner."""

    item: str  # the id of the item
    choice: tuple[str, ...]  # the options that the learner chose
    sure: bool | None  # None where nobody asked, as in an exam
    right: bool
    misconception: str | None  # the one that the choice shows, if it shows one
    ms: int  # the time from question to answer
    content: str = ""  # the fingerprint of the item; empty where it is not known
    event: str = field(default_factory=lambda: uuid4().hex)
    at: str = field(default_factory=_now)  # in UTC, as ISO text


@dataclass(frozen=True, slots=True)
class ExamEvent:
    """Something that happened in an exam."""

    exam: str  # the id of the exam
    what: str  # such as "start" or "answer"
    data: Mapping[str, Any] = field(default_factory=dict)  # JSON
    event: str = field(default_factory=lambda: uuid4().hex)
    at: str = field(default_factory=_now)  # in UTC, as ISO text


Event = Attempt | ExamEvent


@dataclass(frozen=True, slots=True)
class History:
    """What a journal holds. Attempts and exams are in the order of time."""

    attempts: list[Attempt]
    exams: list[ExamEvent]
    skipped: Mapping[str, int]  # the number of lines or files by reason: `_SKIP_REASONS` or "empty"
    files: tuple[Path, ...] = ()  # those named as a journal names them, or with an event of one
    early: int = 0  # the number of attempts whose moment has not come yet

    def __str__(self) -> str:
        """Say how much it is, such as ``2 answers and 1 exam``."""
        answers, exams = count_of(len(self.attempts), "answer"), self.exam_count
        return f"{answers} and {count_of(exams, 'exam')}" if exams else answers

    @property
    def exam_count(self) -> int:
        """The number of exams that were begun."""
        return len({event.exam for event in self.exams if event.exam})

    @property
    def goal(self) -> str:
        """The exam that the learner prepares for, as last chosen; empty where none was."""
        return str(self._chosen.get("for", ""))

    @property
    def exam_day(self) -> date | None:
        """The learner's calendar day of that exam, which no clock moves; None where it is not known."""
        with suppress(ValueError):
            return date.fromisoformat(str(self._chosen.get("on")))
        return None

    @property
    def _chosen(self) -> Mapping[str, Any]:
        chosen = [e.data for e in self.exams if e.what == _GOAL and not e.exam]
        return chosen[-1] if chosen else {}

    @property
    def notice(self) -> str:
        """What was skipped, as sentences for the learner; empty where nothing was."""
        parts = []
        for reason, (unit, why) in _SKIP_REASONS.items():
            if count := self.skipped.get(reason, 0):
                verb = "was" if count == 1 else "were"
                parts.append(f"{count_of(count, unit)} of the journal {verb} left alone: {why}.")
        if self.early:
            verb = "bears" if self.early == 1 else "bear"
            late = "The clock was wrong then, or is wrong now; nothing is lost."
            parts.append(f"{count_of(self.early, 'answer')} {verb} a time to come. {late}")
        return " ".join(parts)


_SKIP_REASONS = {
    "torn": ("line", "broken off in the middle"),
    "foreign": ("line", "not an answer of this course"),
    "newer": ("line", "written by a newer Customer Casebook, so update this one to see more"),
    "unreadable": ("file", "no file that can be read"),
}  # a full disk leaves empty files; no answer is lost in them, so no learner reads of them


def count_of(count: int, unit: str) -> str:
    """``1 answer``, ``2 answers``."""
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def event_as_row(event: Event) -> dict[str, Any]:
    """The JSON object that the line of an event holds."""
    kind = "attempt" if isinstance(event, Attempt) else "exam"
    return {"v": LINE_VERSION, "kind": kind, **asdict(event)}


def _line_of(event: Event) -> bytes:
    line = json.dumps(event_as_row(event), separators=(",", ":")).encode() + b"\n"
    if (size := len(line)) > MAX_LINE_BYTES:
        raise ValueError(f"an event of {size} bytes is too long; {MAX_LINE_BYTES} fit on a line")
    return line


class Journal:
    """The events of this kernel, written to the first of its folders that can be written.

    Events that cannot be written wait in memory. Each call of `record` tries again to write them.
    """

    def __init__(self, folder: Path, *others: Path, clock: Clock | None = None) -> None:
        self.folders = (folder, *others)
        self.clock = clock or Clock()
        self.last_error: OSError | None = None  # why events wait
        self._ahead: float | None = None  # of the wall clock, at the last event
        self._goal: tuple[object, str] | None = None  # the last one read, and when it holds
        self._waiting: list[Event] = []
        self._shard = _CLOSED
        self._shard_file: Path | None = None
        self._process = os.getpid()
        self._lock = Lock()  # JupyterLab can call widgets in several threads

    def record(self, event: Event) -> bool:
        """Write an event after those that still wait. A disk that fails raises no error.

        Returns:
            Whether this event and all before it are safely on disk.

        Raises:
            TypeError: The data is no JSON.
            ValueError: The data is no JSON, or too long for a line.
        """
        _line_of(event)
        with self._lock:
            ahead = self.clock.ahead()
            jump = 0.0 if self._ahead is None else ahead - self._ahead
            self._ahead = ahead
            if abs(jump) >= MIN_JUMP_SECONDS:
                moment = iso_moment(self.clock.now())
                self._waiting.append(ExamEvent("", _JUMP, {"seconds": round(jump, 3)}, at=moment))
            self._waiting.append(event)
            if self._process != os.getpid():  # after a fork, the shard belongs to the parent
                self._close_shard()
                self._process = os.getpid()
            try:
                while self._waiting:
                    self._append(_line_of(self._waiting[0]))
                    del self._waiting[0]
            except OSError as error:
                self.last_error = error
                return False
            self.last_error = None
            return True

    def choose_goal(self, name: str, day: date | None = None) -> bool:
        """Keep for which exam the learner prepares, and on which day it is; whether it is on disk."""
        self._goal = None
        data = {"for": name, **({"on": day.isoformat()} if day else {})}
        return self.record(ExamEvent("", _GOAL, data, at=iso_moment(self.clock.now())))

    def goal(self) -> str:
        """The exam that the learner prepares for; it is read again only if another kernel has written."""
        others = self.others()
        if self._goal is None or self._goal[0] != others:
            self._goal = others, self.read().goal
        return self._goal[1]

    def read(self, now: datetime | None = None) -> History:
        """Merge by their ids the events that all kernels have written, and those that wait in this one.

        Nothing that lies in the folders raises an error. Moments are put right where the clock of a
        kernel has jumped, as far as can be known ``now``.
        """
        moment = iso_moment(now or self.clock.now())
        with self._lock:
            events = list(self._waiting)
        skipped, by_id = Counter[str](), dict[str, Event]()
        jumpy: list[list[Event]] = []
        was_enabled = gc.isenabled()
        gc.disable()  # among a hundred thousand new attempts, it takes a quarter of the time
        try:
            candidates = _candidates(self.folders)
            files = [file for file in candidates if _read_file(file, events, jumpy, skipped)]
            for event in events:
                known = by_id.setdefault(event.event, event)
                if known is not event and known != event:  # the order of files must not matter
                    by_id[event.event] = min(known, event, key=repr)
            for shard in sorted(
                jumpy, key=len
            ):  # last, as a copy of a shard may end before the jump
                by_id |= {event.event: event for event in _corrected(shard, moment)}
            events = sorted(by_id.values(), key=attrgetter("at", "event"))
        finally:
            if was_enabled:
                gc.enable()
        attempts = [event for event in events if isinstance(event, Attempt)]
        exams = [e for e in events if isinstance(e, ExamEvent) and not _is_jump(e)]
        early = len(attempts) - bisect_right(attempts, moment, key=attrgetter("at"))
        attempts = _none_early(attempts, early, moment)
        return History(attempts, exams, dict(skipped), tuple(files), early)

    def others(self) -> frozenset[tuple[Path, int]]:
        """The shards of other kernels with their sizes: it changes when one of them writes."""
        shards = set()
        for file in _candidates(self.folders):
            with suppress(OSError):
                if file != self._shard_file:
                    shards.add((file, file.stat().st_size))
        return frozenset(shards)

    def adopt(self, events: Iterable[Event]) -> set[str]:
        """Write the events of another machine into a shard of their own, but for those that are here.

        Returns:
            The ids of the events that are new.

        Raises:
            OSError: The folder cannot be written. Then nothing is.
        """
        history = self.read()
        here = {each.event for each in history.attempts} | {each.event for each in history.exams}
        new = {event.event: event for event in events if event.event not in here}
        if new:
            other = Journal(*self.folders, clock=self.clock)
            other._open_shard()
            try:
                data = b"".join(map(_line_of, new.values()))
                while data:
                    data = data[os.write(other._shard, data) :]
                os.fsync(other._shard)
            except OSError:
                file = other._shard_file
                other._close_shard()
                if file:
                    file.unlink()
                raise
            other._close_shard()
        return {*new}

    def erase(self, files: Iterable[Path]) -> tuple[list[Path], dict[Path, OSError]]:
        """Remove files of the journal, which the `files` of its `History` name.

        Windows removes no file that a program holds open, so this kernel closes its shard first. A
        file that cannot be removed is emptied: a kernel that holds it open can still append to it.

        Returns:
            The files that are emptied but not removed, and the errors of those that are unchanged.
        """
        emptied, errors = [], {}
        with self._lock:
            self._close_shard()
            for file in files:
                try:
                    file.unlink(missing_ok=True)
                except OSError as error:
                    try:
                        os.truncate(file, 0)
                        emptied.append(file)
                    except OSError:
                        errors[file] = error
        return emptied, errors

    @property
    def folder(self) -> Path | None:
        """The folder to which events are written; None where no folder can be written."""
        if self._shard_file:
            return self._shard_file.parent
        return next(filter(_is_writable, self.folders), None)

    @property
    def notice(self) -> str:
        """What a learner must know about where the answers are; empty where all is well."""
        waits = "they are kept until you close this notebook"
        if self.last_error:
            why = self.last_error.strerror or self.last_error
            return (
                f"Your answers cannot be saved ({why}); {waits}, and saved as soon as that works."
            )
        first, folder = self.folders[0], self.folder
        if not folder:
            return f"Your answers cannot be saved here, for {first} cannot be written; {waits}."
        if folder != first:
            return f"Your answers are saved in {folder}, for {first} cannot be written."
        return ""

    def _append(self, line: bytes, *, is_again: bool = False) -> None:
        if self._shard == _CLOSED:
            self._open_shard()
        written = 0
        try:
            written = os.write(self._shard, line)
            os.fsync(self._shard)
            is_erased = self._is_erased()
        except OSError as error:
            if written or error.errno not in (errno.ENOSPC, errno.EDQUOT):
                self._close_shard()  # of a full disk it stays: a new one does not help
            raise
        if is_erased or written != len(line):
            self._close_shard()  # after a torn line, the next line needs a new shard
        if written != len(line):
            raise OSError(errno.EIO, "the disk took only a part of it")
        if is_erased and not is_again:  # while this kernel ran
            self._append(line, is_again=True)

    def _is_erased(self) -> bool:
        """Whether the shard is gone. Some network drives count no links of a file that is there."""
        file = self._shard_file
        return not os.fstat(self._shard).st_nlink and not (file and os.path.lexists(file))

    def _open_shard(self) -> None:
        """Open a new shard in the first folder that allows it; raise the error of the last folder."""
        name = _new_shard_name()
        for folder in self.folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL
                self._shard, self._shard_file = os.open(folder / name, flags, 0o600), folder / name
                break
            except OSError as error:
                if error.errno not in _FOLDER_REFUSED or folder == self.folders[-1]:
                    raise

    def _close_shard(self) -> None:
        shard, self._shard, self._shard_file = self._shard, _CLOSED, None
        with suppress(OSError):
            os.close(shard)


class BrowserJournal(Journal):
    """The journal where Python runs in a browser: JupyterLite keeps what is below its drive, and memory the rest.

    The drive takes a file whole, as it is closed, and does not say where it could not. So each line opens, writes and
    closes the shard, and then looks at its size. Two tabs have two kernels, and so two shards.
    """

    @property
    def folder(self) -> Path | None:
        """The folder on the drive; None where the browser gives none."""
        return self.folders[0] if self.folders[0].parent.is_dir() else None

    def _append(self, line: bytes, *, is_again: bool = False) -> None:  # noqa: ARG002
        if not (folder := self.folder):
            raise OSError(errno.ENODEV, "this browser keeps no files of this page")
        file, self._shard_file = (
            self._shard_file,
            None,
        )  # after a line that may be torn, a new shard
        if not file or not file.exists():
            file = folder / _new_shard_name()
        folder.mkdir(exist_ok=True)
        size = file.stat().st_size if file.exists() else 0
        with file.open("ab") as shard:
            shard.write(line)
        if not file.exists() or file.stat().st_size != size + len(line):
            raise OSError(errno.ENOSPC, "the storage of this browser is full")
        self._shard_file = file


def _is_writable(folder: Path) -> bool:
    """Whether the folder can be written, or made, as far as the permissions say."""
    paths = (folder, *folder.parents)
    existing = next((path for path in paths if os.access(path, os.F_OK)), None)  # Windows: no drive
    return bool(existing and existing.is_dir() and os.access(existing, os.W_OK | os.X_OK))


@cache
def journal() -> Journal:
    """The journal of this kernel.

    It is in the folder that ``CUSTOMER_CASEBOOK_DATA`` names, and nowhere else. Without this
    variable, it is in the user's data folder, or in the working folder where that cannot be written;
    in a browser, on the drive.
    """
    if name := os.environ.get(DATA_FOLDER_VARIABLE):
        return Journal(Path(name).absolute())
    if sys.platform == "emscripten":
        return BrowserJournal(BROWSER_DRIVE / "answers")
    from platformdirs import user_data_path

    data = user_data_path("customer-casebook", appauthor=False) / "journal"
    folders = [data] if data.is_absolute() else []  # some containers have no home folder but "~"
    with suppress(FileNotFoundError):  # the working folder may be removed
        folders.append(Path.cwd() / ".customer-casebook")
    return Journal(*folders or [data])


# Reading.


def _candidates(folders: Iterable[Path]) -> Iterator[Path]:
    """Every file with our ending; a folder that cannot be listed, or is a file, stands for itself."""
    for folder in dict.fromkeys(folders):
        try:
            yield from sorted(path for path in folder.iterdir() if path.name.endswith(".jsonl"))
        except FileNotFoundError:
            pass
        except OSError:
            yield folder


def _new_shard_name() -> str:
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{uuid4().hex}.jsonl"


def is_shard_name(name: str) -> bool:
    """Whether a journal names its files so."""
    return re.fullmatch(r"\d{8}T\d{6}-[0-9a-f]{32}\.jsonl", name) is not None


def _read_file(
    path: Path, events: list[Event], jumpy: list[list[Event]], skipped: Counter[str]
) -> bool:
    """Add the events of a file, and count what is skipped by its reason; whether it is a journal's.

    The events of a shard in which the clock has jumped go to ``jumpy``, together.
    """
    before, is_shard, has_jump = len(events), False, False
    try:
        status = path.lstat()
        if not stat.S_ISREG(status.st_mode):
            skipped["unreadable"] += 1
            return False
        is_shard = is_shard_name(path.name)
        if not status.st_size or status.st_size > MAX_SHARD_BYTES:
            skipped["foreign" if status.st_size else "empty"] += 1
            return is_shard
        with path.open("rb") as file:
            while block := file.read(_BLOCK_BYTES) + file.readline():
                if attempts := _attempts_in(block):
                    events += attempts
                    continue
                for event in map(_event_in, BytesIO(block)):
                    if isinstance(event, str):
                        skipped[event] += 1
                    else:
                        events.append(event)
                        has_jump = has_jump or _is_jump(event)
    except OSError:
        skipped["unreadable"] += 1
    is_shard = is_shard or len(events) > before
    if has_jump:
        jumpy.append(events[before:])
        del events[before:]
    return is_shard


# Most lines are attempts as `_line_of` writes them. One regular expression reads them twice as fast as
# JSON does. It takes no text that JSON reads in another way, and no line that is too long.
_TEXT = '[^"]{0,500}+'
_MOMENT = r'[0-8][^"]{22}(?:[^"]{3})?\+00:00'  # of the one zone and length that sort as text
_ATTEMPTS = re.compile(
    rf'^{{"v":2,"kind":"attempt","item":"({_TEXT})","choice":\["({_TEXT}(?:","{_TEXT}){{0,20}}+)"\],'
    rf'"sure":(true|false|null),"right":(true|false),"misconception":(?:null|"((?!"){_TEXT})"),'
    rf'"ms":(-?(?:0|[1-9][0-9]{{0,17}}+)),"content":"({_TEXT})","event":"({_TEXT})",'
    rf'"at":"({_MOMENT})"}}\n',
    re.MULTILINE,
)
_SURE = {"true": True, "false": False, "null": None}


def _attempts_in(block: bytes) -> list[Attempt]:
    """The attempts of a block of lines; none where a line is anything else, or holds an escape."""
    if b"\\" in block or not block.endswith(b"\n"):
        return []
    try:
        rows = _ATTEMPTS.findall(block.decode())
        for row in rows:
            datetime.fromisoformat(row[-1])
    except ValueError:
        return []
    if len(rows) != block.count(b"\n"):
        return []
    return [
        Attempt(
            item, tuple(choice.split('","')), _SURE[sure], right == "true", misconception or None,
            int(ms), content, event, at,
        )
        for item, choice, sure, right, misconception, ms, content, event, at in rows
    ]  # fmt: skip


_parse = json.JSONDecoder(strict=False).decode  # takes control characters, as _ATTEMPTS does
_KINDS: Mapping[str, type[Attempt | ExamEvent]] = {"attempt": Attempt, "exam": ExamEvent}
_FIELD_TYPES: Mapping[str, tuple[type, ...]] = {  # the other fields are text
    "choice": (list,),
    "sure": (bool, NoneType),
    "right": (bool,),
    "misconception": (str, NoneType),
    "ms": (int,),
    "data": (dict,),
}


def _event_in(line: bytes) -> Event | str:
    """The event that a line holds, or the reason why it is skipped."""
    if len(line) > MAX_LINE_BYTES:
        return "foreign"
    try:
        row = _parse(line.decode())
    except (ValueError, RecursionError):
        return "torn" if line.startswith(b"{") else "foreign"
    if not isinstance(row, dict) or type(row.get("v")) is not int or row["v"] < 1:
        return "foreign"
    if row["v"] > LINE_VERSION:
        return "newer"
    if row["v"] == 1:
        row |= {"kind": "attempt", "content": ""}
    return _event_of(row) or "foreign"


def _event_of(row: dict[str, Any]) -> Event | None:
    """The event that a JSON object is; None where a field is missing or wrong."""
    try:
        kind = _KINDS[row["kind"]]
        fields = {name: row[name] for name in kind.__slots__}
        datetime.fromisoformat(row["at"])
    except (KeyError, TypeError, ValueError):
        return None
    types_fit = all(type(fields[k]) in _FIELD_TYPES.get(k, (str,)) for k in fields)
    if not types_fit or not re.fullmatch(_MOMENT, row["at"]):
        return None
    if kind is Attempt:
        fields["choice"] = tuple(fields["choice"])
        if not all(isinstance(option, str) for option in fields["choice"]):
            return None
    return kind(**fields)


# Clocks. After a jump of the clock a shard has an event that says how far. All its moments can then
# be told by one clock: the last one whose moments have come already, as clocks are put right more
# often than wrong.

_JUMP = "clock"
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def _is_jump(event: Event) -> bool:
    return type(event) is ExamEvent and event.what == _JUMP and not event.exam


def _corrected(events: Iterable[Event], now: str) -> list[Event]:
    """The events of one shard, in the order they were written, by one clock."""
    offset, offsets = timedelta(0), [timedelta(0)]
    by_clock: list[tuple[Event, timedelta]] = []
    for event in events:
        if isinstance(event, ExamEvent) and _is_jump(event):
            seconds = event.data.get("seconds")
            if isinstance(seconds, int | float) and abs(seconds) < MAX_JUMP_SECONDS:
                offset += timedelta(seconds=seconds)
                offsets.append(offset)
        else:
            by_clock.append((event, offset))
    if not by_clock:
        return []
    # What is made of an exam bears the moment of its end, which another clock may have told.
    told = [each for each in by_clock if not (type(each[0]) is Attempt and each[0].sure is None)]
    try:
        bare = max(datetime.fromisoformat(event.at) - own for event, own in told or by_clock)
        sound = [each for each in offsets if iso_moment(bare + each) <= now]
        clock = sound[-1] if sound else min(offsets)
        return [
            event if event.at > iso_moment(bare + own) else _moved(event, clock - own)
            for event, own in by_clock
        ]
    except OverflowError:
        return [event for event, _ in by_clock]


_E = TypeVar("_E", bound=Event)


def _moved(event: _E, by: timedelta) -> _E:
    return replace(event, at=iso_moment(datetime.fromisoformat(event.at) + by)) if by else event


def _none_early(attempts: list[Attempt], early: int, now: str) -> list[Attempt]:
    """The attempts, the last of them ``early``, with no moment that has not come yet.

    What a wrong clock put into the future must not outrank what is answered now, nor put off its
    review. Up to a day ahead it moves back by a day; what is further ahead comes before all else.
    """
    if not early:
        return attempts
    sensible, ahead = attempts[:-early], attempts[-early:]
    moment = datetime.fromisoformat(now)
    tomorrow = iso_moment(moment + _DAY)
    near = [_moved(e, -_DAY) for e in ahead if e.at <= tomorrow]
    far = [e for e in ahead if e.at > tomorrow]
    oldest = min([moment - _WEEK, *(datetime.fromisoformat(e.at) for e in sensible[:1])])
    first = [
        replace(e, at=iso_moment(oldest - timedelta(microseconds=len(far) - place)))
        for place, e in enumerate(far)
    ]
    return first + sorted(sensible + near, key=attrgetter("at", "event"))


# Export.


def history_as_json(history: History) -> str:
    """Everything, as one JSON object."""
    attempts, exams = map(event_as_row, history.attempts), map(event_as_row, history.exams)
    return json.dumps({"attempts": [*attempts], "exams": [*exams]}, indent=1) + "\n"


def history_from_json(text: str) -> list[Event]:
    """The events that `history_as_json` has written, perhaps on another machine.

    Raises:
        ValueError: It is something else, or of a newer version; the message says which.
    """
    try:
        found = _parse(text)
        rows = [*found["attempts"], *found["exams"]]
        events = [_event_in(json.dumps(row).encode()) for row in rows]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ValueError("no file that journal export has written; it ends in .json") from None
    refused = {event for event in events if isinstance(event, str)}
    if refused:
        foreign = "an event in it is not one of this course"
        raise ValueError(_SKIP_REASONS["newer"][1] if "newer" in refused else foreign)
    return [event for event in events if not isinstance(event, str)]


def attempts_as_csv(attempts: Iterable[Attempt]) -> str:
    """A row for each attempt; a semicolon separates the options of a choice."""
    out = StringIO()
    writer = csv.writer(out)
    names = ["at", "item", "choice", "sure", "right", "misconception", "ms", "content", "event"]
    writer.writerow(names)
    for attempt in attempts:
        row = asdict(attempt) | {"choice": "; ".join(attempt.choice)}
        writer.writerow([_cell(row[name]) for name in names])
    return out.getvalue()


def _cell(value: object) -> object:
    """A value that no spreadsheet takes for a formula."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r", "\n")):
        return f"'{value}"
    return value
