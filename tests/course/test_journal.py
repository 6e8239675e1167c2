"""The journal: one line an event, whatever the disk does, and everything that is whole is read again."""

from __future__ import annotations

import csv
import errno
import json
import os
import random
import re
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.course import journal as module
from customer_casebook.course.casebook import bank
from customer_casebook.course.items import item
from customer_casebook.course.journal import (
    FOLDER,
    LARGEST,
    LONGEST,
    VERSION,
    Attempt,
    ExamEvent,
    Journal,
    as_csv,
    as_json,
    as_row,
    fingerprint,
    journal,
    read,
    shards,
)

V1 = {
    "v": 1, "item": "case/customer", "choice": ["internal"], "sure": False, "right": True,
    "misconception": None, "ms": 5, "event": "e1", "at": "2026-03-01T09:00:00.123+00:00",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there" / "yet"


@pytest.fixture
def fresh() -> Iterator[None]:
    """A kernel that has not asked for its journal yet."""
    journal.cache_clear()
    yield
    journal.cache_clear()


def attempt(item: str = "case/customer", **other: Any) -> Attempt:
    given: dict[str, Any] = {"choice": ("internal",), "sure": True, "right": False, "ms": 900}
    return Attempt(item=item, **({"misconception": None} | given | other))


def lines(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for shard in shards(folder) for line in shard.read_bytes().splitlines()
    ]


def as_line(event: Attempt | ExamEvent) -> bytes:
    return json.dumps(as_row(event)).encode() + b"\n"


def ids(reading: module.Reading) -> list[str]:
    return [each.event for each in reading.attempts] + [each.event for each in reading.exams]


def failing(*_: object, **__: object) -> Any:
    raise OSError("the disk is full")


# Writing.


def test_an_attempt_is_one_line_of_json(folder: Path) -> None:
    one = attempt(misconception="charged-so-external", choice=("customer", "user"), content="ab12")
    assert Journal(folder).record(one)
    [line] = lines(folder)
    at = line.pop("at")
    assert line == {
        "v": VERSION,
        "kind": "attempt",
        "item": "case/customer",
        "choice": ["customer", "user"],
        "sure": True,
        "right": False,
        "misconception": "charged-so-external",
        "ms": 900,
        "content": "ab12",
        "event": one.event,
    }
    assert datetime.fromisoformat(at).utcoffset() == timedelta(0)


def test_an_exam_is_lines_of_its_own_kind(folder: Path) -> None:
    kept = Journal(folder)
    told = [ExamEvent("x1", "start", {"items": ["a", "b"]}), ExamEvent("x1", "finish")]
    assert all(kept.record(each) for each in told)
    assert kept.record(attempt(sure=None))
    assert [(line["kind"], line.get("what")) for line in lines(folder)] == [
        ("exam", "start"),
        ("exam", "finish"),
        ("attempt", None),
    ]
    assert kept.read().exams == told
    assert [each.sure for each in kept.read().attempts] == [None]
    assert kept.attempts == kept.read().attempts


def test_a_kernel_keeps_one_shard_and_two_kernels_never_share(folder: Path) -> None:
    first, second = Journal(folder), Journal(folder)
    assert not folder.exists()  # nothing is written before there is something to write
    for number in range(3):
        first.record(attempt(f"first/{number}"))
        second.record(attempt(f"second/{number}"))
    found = [path.read_text().splitlines() for path in folder.iterdir()]
    assert sorted(len(shard) for shard in found) == [3, 3]
    for shard in found:
        assert len({json.loads(line)["item"].split("/")[0] for line in shard}) == 1
    assert [each.item for each in first.attempts] == ["first/0", "first/1", "first/2"]
    assert first.read() == second.read()
    assert len(first.read().attempts) == 6


def test_a_fork_does_not_write_into_its_parents_shard(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Journal(folder)
    kept.record(attempt("parent"))
    with monkeypatch.context() as fork:
        fork.setattr(os, "getpid", lambda: -1)
        kept.record(attempt("child"))
        kept.record(attempt("child"))
    assert sorted(len(path.read_text().splitlines()) for path in shards(folder)) == [1, 2]


def test_threads_of_one_kernel_lose_and_double_nothing(folder: Path) -> None:
    kept = Journal(folder)
    events = [attempt(f"item/{number}") for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(kept.record, events))
    assert sorted(ids(kept.read())) == sorted(each.event for each in events)
    assert len(lines(folder)) == len(events)
    assert len(shards(folder)) == 1


def test_nobody_else_may_read_it(folder: Path) -> None:
    before = os.umask(0)
    try:
        Journal(folder).record(attempt())
    finally:
        os.umask(before)
    [shard] = folder.iterdir()
    assert stat.S_IMODE(shard.stat().st_mode) == 0o600


def test_every_attempt_is_an_event_of_its_own() -> None:
    assert len({attempt().event for _ in range(200)}) == 200


def test_one_write_and_one_sync_an_attempt(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Journal(folder)
    kept.record(attempt())
    calls: list[str] = []

    def noted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*arguments: Any) -> Any:
            calls.append(name)
            return call(*arguments)

        return noting

    for name in ("open", "write", "fsync"):
        monkeypatch.setattr(os, name, noted(name, getattr(os, name)))
    kept.record(attempt())
    assert calls == ["write", "fsync"]


@pytest.mark.parametrize("call", ["mkdir", "open", "write", "fsync"])
@pytest.mark.parametrize("earlier", [0, 1])
def test_what_the_disk_refuses_waits_in_memory_and_is_written_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str, earlier: int
) -> None:
    kept = Journal(folder)
    for number in range(earlier):
        assert kept.record(attempt(f"earlier/{number}"))
    refused = call in ("write", "fsync") or not earlier
    with monkeypatch.context() as disk:
        disk.setattr(os, call, failing)
        assert kept.record(attempt("one")) is not refused
        assert kept.record(attempt("two")) is not refused
        assert [each.item for each in kept.read().attempts][earlier:] == ["one", "two"]
        assert ("until you close this notebook" in kept.notice) is refused
    assert kept.record(attempt("three"))
    assert kept.notice == ""
    items = [each.item for each in kept.attempts]
    assert items[earlier:] == ["one", "two", "three"]
    # An unsure write may be repeated; its event is the same.
    assert read(folder).attempts == kept.attempts


@pytest.mark.parametrize("close", [os.close, failing])
def test_a_torn_line_spoils_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch, close: Callable[[int], None]
) -> None:
    write, kept = os.write, Journal(folder)
    assert kept.record(attempt("one"))
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", lambda shard, line: write(shard, line[:20]))
        disk.setattr(os, "close", close)
        assert not kept.record(attempt("two"))
    assert kept.record(attempt("three"))
    found = [shard.read_text().splitlines() for shard in shards(folder)]
    torn, whole = sorted(found, key=lambda shard: "one" not in shard[0])
    assert [json.loads(line)["item"] for line in whole] == ["two", "three"]
    assert json.loads(torn[0])["item"] == "one"
    assert len(torn[1]) == 20
    assert read(folder).skipped == {"torn": 1}
    assert read(folder).attempts == kept.attempts


def test_an_odd_choice_holds_up_no_later_attempt(folder: Path) -> None:
    kept = Journal(folder)
    assert kept.record(attempt(choice=("\ud800", "line\nbreak", "\u2028")))
    assert kept.record(attempt("next"))
    assert read(folder).attempts == kept.attempts
    assert read(folder).attempts[0].choice == ("\ud800", "line\nbreak", "\u2028")


@pytest.mark.parametrize(
    ("data", "error"), [({"x": object()}, TypeError), ({"x": "y" * LONGEST}, ValueError)]
)
def test_what_fits_on_no_line_is_refused_and_holds_up_nothing(
    folder: Path, data: dict[str, Any], error: type[Exception]
) -> None:
    kept = Journal(folder)
    with pytest.raises(error):
        kept.record(ExamEvent("x", "start", data))
    assert kept.record(attempt())
    assert read(folder).exams == []


def test_a_shard_erased_under_a_running_kernel_is_begun_anew(folder: Path) -> None:
    kept = Journal(folder)
    kept.record(attempt("before"))
    [shard] = folder.iterdir()
    shard.unlink()
    folder.rmdir()
    assert kept.record(attempt("after"))
    assert [each.item for each in kept.read().attempts] == ["after"]


# Where.


@pytest.mark.usefixtures("fresh")
def test_the_environment_says_where(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(folder))
    assert FOLDER == "CUSTOMER_CASEBOOK_DATA"
    assert journal().where == folder
    assert journal().folders == (folder,)
    assert journal().notice == ""
    assert journal() is journal()


@pytest.mark.usefixtures("fresh")
def test_a_relative_folder_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(FOLDER, "mine")
    kept = journal()
    monkeypatch.chdir("/")
    assert kept.where == tmp_path / "mine"


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("given", [None, ""])
def test_without_it_the_journal_is_among_the_users_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv(FOLDER) if given is None else monkeypatch.setenv(FOLDER, given)
    home, working = journal().folders
    assert tmp_path in home.parents
    assert home.parts[-2:] == ("customer-casebook", "journal")
    assert working == Path.cwd() / ".customer-casebook"
    assert journal().where == home


def blocked(tmp_path: Path) -> Path:
    """A folder that cannot be made, not even by root."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "journal"


def test_a_home_that_cannot_be_written_gives_way_to_the_working_directory_and_it_is_said(
    tmp_path: Path,
) -> None:
    home, working = blocked(tmp_path), tmp_path / "working"
    kept = Journal(home, working)
    said = f"Your answers are saved in {working}, for {home} cannot be written."
    assert (kept.where, kept.notice) == (working, said)
    assert not working.exists()  # asking leaves nothing behind
    assert kept.record(attempt())
    assert (kept.where, kept.notice) == (working, said)
    assert Journal(home, working).read().attempts == kept.attempts
    (tmp_path / "file").unlink()  # and tomorrow the home can be written
    after = Journal(home, working)
    assert after.record(attempt("tomorrow"))
    assert after.where == home
    assert [each.item for each in after.read().attempts] == ["case/customer", "tomorrow"]


def test_where_nothing_can_be_written_it_is_said_and_memory_keeps_it(tmp_path: Path) -> None:
    home = blocked(tmp_path)
    kept = Journal(home)
    assert kept.where is None
    assert kept.notice == (
        f"Your answers cannot be saved here, for {home} cannot be written; "
        "they are kept until you close this notebook."
    )
    assert not kept.record(attempt())
    assert kept.read().attempts == kept.attempts
    assert kept.notice == (
        "Your answers cannot be saved (Not a directory); "
        "they are kept until you close this notebook, and saved as soon as that works."
    )
    (tmp_path / "file").unlink()
    assert kept.record(attempt())
    assert len(read(home).attempts) == 2


# Reading.


def test_an_older_line_is_read_a_newer_is_left_alone_with_a_word(tmp_path: Path) -> None:
    newer = [V1 | {"v": VERSION + 1, "event": "e2"}, {"v": 99, "what": "is this"}]
    exam = as_row(ExamEvent("x", "start", event="e3")) | {"v": 1}
    told = [V1, *newer, exam]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in told))
    reading = read(tmp_path)
    assert reading.attempts == [
        Attempt("case/customer", ("internal",), False, True, None, 5, "", "e1", str(V1["at"]))
    ]
    assert reading.skipped == {"newer": 2, "foreign": 1}
    assert reading.notice == (
        "1 line of the journal was left alone: not an answer of this course. "
        "2 lines of the journal were left alone: "
        "written by a newer Customer Casebook, so update this one to see more."
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"v": True}, {"v": 0}, {"v": "2"}, {"v": None}, {"kind": "party"}, {"kind": []}, {"item": 1},
        {"choice": "internal"}, {"choice": [1]}, {"sure": 1}, {"right": None}, {"misconception": 0},
        {"ms": 1.5}, {"ms": True}, {"content": None}, {"event": 7}, {"at": 0}, {"at": "yesterday"},
        {"at": "2026-03-01"}, {"at": "2026-03-01T09:00:00.123+01:00"},
    ],
)  # fmt: skip
def test_a_line_that_is_not_quite_ours_is_foreign(tmp_path: Path, wrong: dict[str, Any]) -> None:
    whole = as_row(attempt())
    lines = [whole | wrong, *({**whole, **wrong, key: whole[key]} for key in wrong)]
    lines += [{name: value for name, value in whole.items() if name not in wrong}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    reading = read(tmp_path)
    assert reading.attempts == [replace(attempt(), event=whole["event"], at=whole["at"])]
    assert reading.skipped == {"foreign": 2}


def test_whatever_lies_in_the_folder_the_rest_is_read_and_it_is_counted(tmp_path: Path) -> None:
    kept = Journal(tmp_path)
    kept.record(attempt())
    [mine] = tmp_path.iterdir()
    (tmp_path / "a directory.jsonl").mkdir()
    (tmp_path / "link.jsonl").symlink_to(mine)
    (tmp_path / "dangling.jsonl").symlink_to("nowhere")
    (tmp_path / "endless.jsonl").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "fifo.jsonl")
    (tmp_path / "empty.jsonl").touch()
    with (tmp_path / "sparse.jsonl").open("wb") as huge:
        huge.truncate(LARGEST + 1)
    with (tmp_path / "one line.jsonl").open("wb") as huge:
        huge.truncate(40 * LONGEST)
    (tmp_path / "deep.jsonl").write_bytes(b"[" * 60_000 + b"\n{" + b'"v":{' * 10_000 + b"\n")
    (tmp_path / "number.jsonl").write_bytes(b'{"v":' + b"9" * 5_000 + b"}\n")
    (tmp_path / "notes.txt").write_text("not asked")
    found = kept.read()
    assert found.attempts == kept.attempts
    assert found.skipped == {"unreadable": 5, "empty": 1, "foreign": 3, "torn": 2}
    assert "5 files of the journal were left alone: no file that can be read." in found.notice


def test_a_line_after_one_too_long_is_read(tmp_path: Path) -> None:
    last = attempt()
    for length in (LONGEST - 1, LONGEST, LONGEST + 1, 3 * LONGEST):
        (tmp_path / "a.jsonl").write_bytes(b"x" * length + b"\n" + as_line(last))
        assert read(tmp_path).attempts == [last]
        assert read(tmp_path).skipped == {"foreign": 1}


def test_the_longest_line_that_is_written_is_read(folder: Path) -> None:
    kept = Journal(folder)
    room = LONGEST - len(
        json.dumps(as_row(ExamEvent("x", "start", {"x": ""})), separators=(",", ":"))
    )
    event = ExamEvent("x", "start", {"x": "y" * (room - 1)})
    assert kept.record(event)
    assert kept.record(attempt())
    assert [path.stat().st_size > LONGEST for path in shards(folder)] == [True]
    assert read(folder).exams == [event]
    assert read(folder).skipped == {}


def test_a_shard_that_cannot_be_opened_or_goes_away_is_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = Journal(folder)
    kept.record(attempt())
    with monkeypatch.context() as disk:
        disk.setattr(Path, "open", failing)
        assert kept.read().skipped == {"unreadable": 1}
    with monkeypatch.context() as disk:
        disk.setattr(Path, "iterdir", failing)
        assert kept.read().skipped == {"unreadable": 1}
    assert read(blocked(folder.parent)).skipped == {"unreadable": 1}
    assert read(folder.parent / "nowhere").skipped == {}


def test_a_file_goes_on_being_read_after_what_cannot_be(tmp_path: Path) -> None:
    """Lines are parsed many at once; one bad among them must not take its neighbours along."""
    wanted = [attempt(f"a/{number}") for number in range(1200)]
    bad = [b'{"v":2,"kind"\n', b"\xff\xfe\n", b"\n", b"1,2\n", b"[1\n", b"2]\n", b"null\n", b"[]\n"]
    told = [as_line(each) for each in wanted]
    for place, line in enumerate(bad):
        told.insert(60 * place, line)
    (tmp_path / "a.jsonl").write_bytes(b"".join(told))
    reading = read(tmp_path)
    assert reading.attempts == wanted
    assert sum(reading.skipped.values()) == len(bad)


_some: st.SearchStrategy[Any] = st.builds(
    attempt,
    st.text(max_size=5),
    choice=st.lists(st.text(max_size=3), max_size=2).map(tuple),
    sure=st.sampled_from([True, False, None]),
    right=st.booleans(),
    misconception=st.none() | st.text(max_size=3),
    ms=st.integers(),
    event=st.sampled_from("abcdef"),  # so that some are doubles
    at=st.integers(0, 5).map(
        lambda seconds: datetime(2026, 1, 1, 0, 0, seconds, tzinfo=UTC).isoformat(
            timespec="microseconds"
        )
    ),
) | st.builds(
    ExamEvent,
    st.text(max_size=3),
    st.sampled_from(["start", "finish"]),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    event=st.sampled_from("abcxyz"),
)


@given(st.lists(st.lists(_some, max_size=4), max_size=4), st.randoms(use_true_random=False))
def test_merging_does_not_depend_on_the_order_and_may_be_repeated(
    tmp_path_factory: pytest.TempPathFactory, told: list[list[Any]], rng: random.Random
) -> None:
    def merged(shards: list[list[Any]]) -> module.Reading:
        folder = tmp_path_factory.mktemp("shards")
        for number, events in enumerate(shards):
            (folder / f"{number}.jsonl").write_bytes(b"".join(map(as_line, events)))
        return replace(read(folder), skipped={})

    once = merged(told)
    mixed = [event for events in told for event in events]
    rng.shuffle(mixed)
    half = rng.randint(0, len(mixed))
    assert merged([mixed[:half], mixed[half:]]) == once
    assert merged([*told, mixed]) == once
    assert merged([[*once.attempts, *once.exams]]) == once
    assert sorted(ids(once)) == sorted({event.event for event in mixed})


@given(st.lists(_some, min_size=1, max_size=4, unique_by=lambda each: each.event), st.data())
def test_cutting_a_shard_anywhere_loses_the_torn_line_at_most(
    tmp_path_factory: pytest.TempPathFactory, told: list[Any], data: st.DataObject
) -> None:
    folder, written = tmp_path_factory.mktemp("cut"), [as_line(each) for each in told]
    whole = b"".join(written)
    cut = data.draw(st.integers(1, len(whole)))
    (folder / "a.jsonl").write_bytes(whole[:cut])
    ends = [sum(map(len, written[: place + 1])) for place in range(len(written))]
    kept = {told[place].event for place, end in enumerate(ends) if end - 1 <= cut}
    reading = read(folder)
    assert set(ids(reading)) == kept
    torn = cut not in ends and cut + 1 not in ends
    assert reading.skipped == ({"torn": 1} if torn else {})


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd_to_be_read(
    tmp_path_factory: pytest.TempPathFactory, odd: bytes
) -> None:
    folder, sound = tmp_path_factory.mktemp("odd"), attempt()
    (folder / "a.jsonl").write_bytes(as_line(sound) + odd + b"\n" + as_line(sound))
    reading = read(folder)
    assert reading.attempts == [sound]
    assert sum(reading.skipped.values()) == len(odd.split(b"\n"))


def test_a_fingerprint_is_of_what_is_asked() -> None:
    first, second = (item(each) for each in list(bank().values())[:2])
    assert re.fullmatch("[0-9a-f]{12}", fingerprint(first))
    assert fingerprint(first) == fingerprint(item(bank()[first.id])) != fingerprint(second)
    asked: Any = SimpleNamespace(prompt="Who?", options={"a": "A", "b": "B"}, right={"a"})
    changes: list[dict[str, Any]] = [
        {"prompt": "Why?"}, {"options": {"b": "B", "a": "A"}}, {"options": {"a": "A", "b": "C"}},
        {"right": {"b"}},
    ]  # fmt: skip
    others = [fingerprint(SimpleNamespace(**(vars(asked) | each))) for each in changes]  # type: ignore[arg-type]
    assert len({fingerprint(asked), *others}) == 5


# Taking it elsewhere.


def test_the_table_holds_every_attempt_and_no_formula() -> None:
    odd = attempt("=1+1", choice=("@a", 'b"', "c,\nd"), misconception="-x", sure=None, ms=-5)
    rows = list(csv.DictReader(as_csv([odd, attempt()]).splitlines(keepends=True)))
    assert rows[0] == {
        "at": odd.at, "item": "'=1+1", "choice": "'@a; b\"; c,\nd", "sure": "", "right": "no",
        "misconception": "'-x", "ms": "-5", "content": "", "event": odd.event,
    }  # fmt: skip
    assert rows[1]["sure"] == "yes"


def test_the_json_holds_everything(folder: Path) -> None:
    kept = Journal(folder)
    kept.record(attempt())
    kept.record(ExamEvent("x", "start"))
    told = json.loads(as_json(kept.read()))
    assert told == {
        "attempts": [as_row(each) | {"choice": [*each.choice]} for each in kept.attempts],
        "exams": [as_row(each) for each in kept.read().exams],
    }


# What is worse.

KIB = 1024


class Disk:
    """A small file system: mounted where that is allowed, and otherwise played by faults in the calls to it."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch, *, mounted: bool) -> None:
        self.folder, self.patch = folder, patch
        self.folder.mkdir()
        self.mounted = mounted and _run("mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder)

    def fill(self) -> None:
        """Leave room for 100 KiB."""
        if self.mounted:
            (self.folder / "filler").write_bytes(b"x" * 156 * KIB)
            return
        write, room = os.write, [100 * KIB]

        def limited(file: int, data: bytes) -> int:
            if not room[0]:
                raise OSError(errno.ENOSPC, "No space left on device")
            taken = data[: room[0]]
            room[0] -= len(taken)
            return write(file, taken)

        self.patch.setattr(os, "write", limited)

    def make_room(self) -> None:
        if self.mounted:
            (self.folder / "filler").unlink()
        self.patch.undo()

    def lock(self) -> None:
        """Make it read-only."""
        if self.mounted and _run("mount", "-o", "remount,ro", self.folder):
            return

        def refused(call: Callable[..., Any]) -> Callable[..., Any]:
            def calling(path: Any, *more: Any, **others: Any) -> Any:
                if isinstance(path, Path | str) and self.folder in (
                    Path(path),
                    *Path(path).parents,
                ):
                    raise OSError(errno.EROFS, "Read-only file system")
                return call(path, *more, **others)

            return calling

        access = os.access
        self.patch.setattr(os, "mkdir", refused(os.mkdir))
        self.patch.setattr(os, "open", refused(os.open))
        self.patch.setattr(
            os,
            "access",
            lambda path, mode: (
                not (mode & os.W_OK and self.folder in (path, *path.parents)) and access(path, mode)
            ),
        )

    def unlock(self) -> None:
        if self.mounted:
            _run("mount", "-o", "remount,rw", self.folder)
        self.patch.undo()


def _run(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        return False


@pytest.fixture(params=["mounted", "played"])
def disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Disk]:
    with pytest.MonkeyPatch.context() as patch:
        made = Disk(tmp_path / "disk", patch, mounted=request.param == "mounted")
        yield made
    if made.mounted:
        assert _run("umount", "--lazy", made.folder)


def test_a_full_disk_keeps_what_it_took_and_gets_the_rest_when_there_is_room(disk: Disk) -> None:
    folder = disk.folder / "journal"
    kept = Journal(folder)
    disk.fill()
    while kept.record(attempt(f"case/{len(kept.attempts)}")):
        assert len(kept.attempts) < 1000
    assert len(kept.attempts) > 50
    for _ in range(20):
        assert not kept.record(attempt("and on"))
    assert kept.notice.startswith("Your answers cannot be saved (")
    assert kept.read().attempts == kept.attempts
    assert len(read(folder).attempts) == len(kept.attempts) - 21
    assert len(shards(folder)) <= 2  # it does not strew files about
    disk.make_room()
    assert kept.record(attempt("at last"))
    assert kept.notice == ""
    reading = Journal(folder).read()
    assert reading.attempts == kept.attempts
    assert set(reading.skipped) <= {"torn", "empty"}


def test_a_read_only_home_works_and_says_so(disk: Disk, tmp_path: Path) -> None:
    home, working = disk.folder / "home" / "journal", tmp_path / "working"
    disk.lock()
    alone, beside = Journal(home), Journal(home, working)
    assert (alone.where, beside.where) == (None, working)
    assert alone.notice == (
        f"Your answers cannot be saved here, for {home} cannot be written; "
        "they are kept until you close this notebook."
    )
    assert not alone.record(attempt("alone"))
    assert beside.record(attempt("beside"))
    assert "Read-only file system" in alone.notice
    assert beside.notice == f"Your answers are saved in {working}, for {home} cannot be written."
    assert [each.item for each in alone.read().attempts] == ["alone"]
    disk.unlock()
    assert alone.record(attempt("later"))
    assert alone.notice == ""
    assert [each.item for each in read(home).attempts] == ["alone", "later"]


_WRITER = """
import importlib.util, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("journal", sys.argv[1])
journal = sys.modules["journal"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(journal)
kept = journal.Journal(Path(sys.argv[2]))
while True:
    one = journal.Attempt("case/customer", ("internal",), True, False, None, 900)
    if kept.record(one):
        sys.stdout.write(one.event + "\\n")
        sys.stdout.flush()
"""
KILLS = 200


def test_no_kill_loses_an_acknowledged_attempt_or_doubles_one(tmp_path: Path) -> None:
    folder, rng = tmp_path / "journal", random.Random(4)  # noqa: S311  (no secret)
    command = [sys.executable, "-I", "-S", "-c", _WRITER, module.__file__, str(folder)]

    def killed(moment: float) -> list[str]:
        """Start a writer, kill it some time after its first word, and give the events it acknowledged."""
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout
            told = [writer.stdout.readline()]
            try:
                writer.wait(moment)
            except subprocess.TimeoutExpired:
                writer.kill()
            told += writer.stdout.readlines()
        assert writer.returncode == -9
        return [line.strip() for line in told if line.endswith("\n")]

    with ThreadPoolExecutor(2) as two:
        told = list(two.map(killed, [rng.uniform(0, 0.02) for _ in range(KILLS)]))
    acknowledged = [event for events in told for event in events]
    assert all(told)
    reading = read(folder)
    kept = [each.event for each in reading.attempts]
    assert len(kept) == len(set(kept))
    assert not set(acknowledged) - set(kept)
    assert len(kept) <= len(acknowledged) + KILLS  # at most one was on its way at each kill
    assert set(reading.skipped) <= {"torn", "empty"}
    assert len(list(folder.iterdir())) == KILLS
    written = [json.loads(line)["event"] for path in shards(folder) for line in _whole(path)]
    assert sorted(written) == sorted(kept)  # no line was written twice either


def _whole(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
