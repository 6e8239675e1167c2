"""The journal: one line an event, whatever the disk does, and everything that is whole is read again."""

from __future__ import annotations

import csv
import errno
import json
import os
import random
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.course import journal as module
from customer_casebook.course.journal import (
    DATA_FOLDER_VARIABLE,
    LINE_VERSION,
    MAX_LINE_BYTES,
    MAX_SHARD_BYTES,
    Attempt,
    BrowserJournal,
    ExamEvent,
    History,
    Journal,
    attempts_as_csv,
    event_as_row,
    history_as_json,
    iso_moment,
    journal,
)
from tests.course.clocks import MONDAY, HandClock

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


class RecordingJournal(Journal):
    """A journal that remembers the attempts it was asked to record."""

    def __init__(self, *folders: Path) -> None:
        super().__init__(*folders)
        self.recorded: list[Attempt] = []

    def record(self, event: Attempt | ExamEvent) -> bool:
        if isinstance(event, Attempt):
            self.recorded.append(event)
        return super().record(event)


def shards(folder: Path) -> list[Path]:
    return [*Journal(folder).read().files]


def lines(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for shard in shards(folder) for line in shard.read_bytes().splitlines()
    ]


def as_line(event: Attempt | ExamEvent) -> bytes:
    return json.dumps(event_as_row(event), separators=(",", ":")).encode() + b"\n"


def ids(reading: History) -> list[str]:
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
        "v": LINE_VERSION,
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
    kernel = RecordingJournal(folder)
    told = [ExamEvent("x1", "start", {"items": ["a", "b"]}), ExamEvent("x1", "finish")]
    assert all(kernel.record(each) for each in told)
    assert kernel.record(attempt(sure=None))
    assert [(line["kind"], line.get("what")) for line in lines(folder)] == [
        ("exam", "start"),
        ("exam", "finish"),
        ("attempt", None),
    ]
    assert kernel.read().exams == told
    assert [each.sure for each in kernel.read().attempts] == [None]
    assert kernel.recorded == kernel.read().attempts


def test_a_kernel_keeps_one_shard_and_two_kernels_never_share(folder: Path) -> None:
    first, second = RecordingJournal(folder), Journal(folder)
    assert not folder.exists()  # nothing is written before there is something to write
    for number in range(3):
        first.record(attempt(f"first/{number}"))
        second.record(attempt(f"second/{number}"))
    found = [path.read_text().splitlines() for path in folder.iterdir()]
    assert sorted(len(shard) for shard in found) == [3, 3]
    for shard in found:
        assert len({json.loads(line)["item"].split("/")[0] for line in shard}) == 1
    assert [each.item for each in first.recorded] == ["first/0", "first/1", "first/2"]
    assert first.read() == second.read()
    assert len(first.read().attempts) == 6


def test_a_fork_does_not_write_into_its_parents_shard(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = RecordingJournal(folder)
    kernel.record(attempt("parent"))
    with monkeypatch.context() as fork:
        fork.setattr(os, "getpid", lambda: -1)
        kernel.record(attempt("child"))
        kernel.record(attempt("child"))
    assert sorted(len(path.read_text().splitlines()) for path in shards(folder)) == [1, 2]


def test_threads_of_one_kernel_lose_and_double_nothing(folder: Path) -> None:
    kernel = RecordingJournal(folder)
    events = [attempt(f"item/{number}") for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(kernel.record, events))
    assert sorted(ids(kernel.read())) == sorted(each.event for each in events)
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
    kernel = RecordingJournal(folder)
    kernel.record(attempt())
    calls: list[str] = []

    def noted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*arguments: Any) -> Any:
            calls.append(name)
            return call(*arguments)

        return noting

    for name in ("open", "write", "fsync"):
        monkeypatch.setattr(os, name, noted(name, getattr(os, name)))
    kernel.record(attempt())
    assert calls == ["write", "fsync"]


@pytest.mark.parametrize("call", ["mkdir", "open", "write", "fsync"])
@pytest.mark.parametrize("earlier", [0, 1])
def test_what_the_disk_refuses_waits_in_memory_and_is_written_later(
    folder: Path, monkeypatch: pytest.MonkeyPatch, call: str, earlier: int
) -> None:
    kernel = RecordingJournal(folder)
    for number in range(earlier):
        assert kernel.record(attempt(f"earlier/{number}"))
    refused = call in ("write", "fsync") or not earlier
    with monkeypatch.context() as disk:
        disk.setattr(os, call, failing)
        assert kernel.record(attempt("one")) is not refused
        assert kernel.record(attempt("two")) is not refused
        assert [each.item for each in kernel.read().attempts][earlier:] == ["one", "two"]
        assert ("until you close this notebook" in kernel.notice) is refused
    assert kernel.record(attempt("three"))
    assert kernel.notice == ""
    items = [each.item for each in kernel.recorded]
    assert items[earlier:] == ["one", "two", "three"]
    # An unsure write may be repeated; its event is the same.
    assert Journal(folder).read().attempts == kernel.recorded


@pytest.mark.parametrize("close", [os.close, failing])
def test_a_torn_line_spoils_no_other(
    folder: Path, monkeypatch: pytest.MonkeyPatch, close: Callable[[int], None]
) -> None:
    write, kernel = os.write, RecordingJournal(folder)
    assert kernel.record(attempt("one"))
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", lambda shard, line: write(shard, line[:20]))
        disk.setattr(os, "close", close)
        assert not kernel.record(attempt("two"))
    assert kernel.record(attempt("three"))
    found = [shard.read_text().splitlines() for shard in shards(folder)]
    torn, whole = sorted(found, key=lambda shard: "one" not in shard[0])
    assert [json.loads(line)["item"] for line in whole] == ["two", "three"]
    assert json.loads(torn[0])["item"] == "one"
    assert len(torn[1]) == 20
    assert Journal(folder).read().skipped == {"torn": 1}
    assert Journal(folder).read().attempts == kernel.recorded


def test_an_odd_choice_holds_up_no_later_attempt(folder: Path) -> None:
    kernel = RecordingJournal(folder)
    assert kernel.record(attempt(choice=("\ud800", "line\nbreak", "\u2028")))
    assert kernel.record(attempt("next"))
    assert Journal(folder).read().attempts == kernel.recorded
    assert Journal(folder).read().attempts[0].choice == ("\ud800", "line\nbreak", "\u2028")


@pytest.mark.parametrize(
    ("data", "error"), [({"x": object()}, TypeError), ({"x": "y" * MAX_LINE_BYTES}, ValueError)]
)
def test_what_fits_on_no_line_is_refused_and_holds_up_nothing(
    folder: Path, data: dict[str, Any], error: type[Exception]
) -> None:
    kernel = RecordingJournal(folder)
    with pytest.raises(error):
        kernel.record(ExamEvent("x", "start", data))
    assert kernel.record(attempt())
    assert Journal(folder).read().exams == []


def test_a_shard_erased_under_a_running_kernel_is_begun_anew(folder: Path) -> None:
    kernel = RecordingJournal(folder)
    kernel.record(attempt("before"))
    [shard] = folder.iterdir()
    shard.unlink()
    folder.rmdir()
    assert kernel.record(attempt("after"))
    assert [each.item for each in kernel.read().attempts] == ["after"]


def test_an_event_that_is_written_while_the_journal_is_read_is_not_lost(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = Journal(folder)
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", failing)
        assert not kernel.record(attempt("waits"))
    iterdir = Path.iterdir

    def listing(path: Path) -> Iterator[Path]:
        files = [*iterdir(path)]
        kernel.record(attempt("another thread"))  # writes what waits, after the folder is listed
        return iter(files)

    with monkeypatch.context() as disk:
        disk.setattr(Path, "iterdir", listing)
        assert "waits" in [attempt.item for attempt in kernel.read().attempts]
    assert [attempt.item for attempt in kernel.read().attempts] == ["waits", "another thread"]


# Erasing.


def test_what_is_read_is_what_is_erased(tmp_path: Path) -> None:
    kernel = Journal(tmp_path)
    kernel.record(attempt("own shard"))
    (tmp_path / "old laptop.jsonl").write_bytes(as_line(attempt("copy")))
    (tmp_path / "exam.jsonl").write_bytes(b"mine\n" + as_line(ExamEvent("x", "start")))
    (tmp_path / "first.jsonl").write_text(json.dumps(V1))
    (tmp_path / "notes.jsonl").write_text('{"mine": 1}\n')
    (tmp_path / "newer.jsonl").write_text('{"v": 99}\n')
    (tmp_path / "torn.jsonl").write_text('{"v": 2')
    (tmp_path / f"20260101T000000-{'a' * 32}.jsonl").touch()
    (tmp_path / f"20260101T000000-{'b' * 32}.jsonl").mkdir()
    (tmp_path / "link.jsonl").symlink_to(tmp_path / "first.jsonl")
    history = kernel.read()
    assert len(history.attempts) == 3
    assert len(history.files) == 5
    assert kernel.erase(history.files) == ([], {})
    assert kernel.erase(history.files) == ([], {})  # nothing is there to be removed
    history = kernel.read()
    assert (history.attempts, history.exams, history.files) == ([], [], ())
    names = ["20260101T", "link.json", "newer.jso", "notes.jso", "torn.json"]
    assert sorted(path.name[:9] for path in tmp_path.iterdir()) == names
    assert kernel.record(attempt("afterwards"))
    assert [attempt.item for attempt in kernel.read().attempts] == ["afterwards"]


def test_this_kernels_shard_is_closed_before_it_is_removed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on Windows, where an open file cannot be removed."""
    kernel = Journal(folder)
    kernel.record(attempt())
    calls: list[str] = []

    def noted(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def noting(*arguments: Any, **options: Any) -> Any:
            calls.append(name)
            return call(*arguments, **options)

        return noting

    monkeypatch.setattr(os, "close", noted("close", os.close))
    monkeypatch.setattr(Path, "unlink", noted("unlink", Path.unlink))
    kernel.erase(kernel.read().files)
    assert calls[-2:] == ["close", "unlink"]
    assert [*folder.iterdir()] == []


def test_a_shard_that_another_kernel_holds_open_is_emptied_and_still_takes_its_answers(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other, kernel = Journal(folder), Journal(folder)
    other.record(attempt("before"))
    with monkeypatch.context() as windows:
        windows.setattr(Path, "unlink", failing)
        files = kernel.read().files
        assert kernel.erase(files) == ([*files], {})
        assert kernel.read().attempts == []
        assert other.record(attempt("after"))
        assert [attempt.item for attempt in kernel.read().attempts] == ["after"]
        assert kernel.read().skipped == {}
        windows.setattr(os, "truncate", failing)
        emptied, errors = kernel.erase(files)
        assert (emptied, [*errors]) == ([], [*files])
    assert [attempt.item for attempt in kernel.read().attempts] == ["after"]


# Where.


@pytest.mark.usefixtures("fresh")
def test_the_environment_says_where(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(folder))
    assert DATA_FOLDER_VARIABLE == "CUSTOMER_CASEBOOK_DATA"
    assert journal().folder == folder
    assert journal().folders == (folder,)
    assert journal().notice == ""
    assert journal() is journal()


@pytest.mark.usefixtures("fresh")
def test_a_relative_folder_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, "mine")
    kernel = journal()
    monkeypatch.chdir("/")
    assert kernel.folder == tmp_path / "mine"


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("given", [None, ""])
def test_without_it_the_journal_is_among_the_users_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv(DATA_FOLDER_VARIABLE) if given is None else monkeypatch.setenv(
        DATA_FOLDER_VARIABLE, given
    )
    home, working = journal().folders
    assert tmp_path in home.parents
    assert home.parts[-2:] == ("customer-casebook", "journal")
    assert working == Path.cwd() / ".customer-casebook"
    assert journal().folder == home


def blocked(tmp_path: Path) -> Path:
    """A folder that cannot be made, not even by root."""
    (tmp_path / "file").touch()
    return tmp_path / "file" / "journal"


def test_a_home_that_cannot_be_written_gives_way_to_the_working_directory_and_it_is_said(
    tmp_path: Path,
) -> None:
    home, working = blocked(tmp_path), tmp_path / "working"
    kernel = RecordingJournal(home, working)
    said = f"Your answers are saved in {working}, for {home} cannot be written."
    assert (kernel.folder, kernel.notice) == (working, said)
    assert not working.exists()  # asking leaves nothing behind
    assert kernel.record(attempt())
    assert (kernel.folder, kernel.notice) == (working, said)
    assert Journal(home, working).read().attempts == kernel.recorded
    (tmp_path / "file").unlink()  # and tomorrow the home can be written
    after = Journal(home, working)
    assert after.record(attempt("tomorrow"))
    assert after.folder == home
    assert [each.item for each in after.read().attempts] == ["case/customer", "tomorrow"]


def test_where_nothing_can_be_written_it_is_said_and_memory_keeps_it(tmp_path: Path) -> None:
    home = blocked(tmp_path)
    kernel = RecordingJournal(home)
    assert kernel.folder is None
    assert kernel.notice == (
        f"Your answers cannot be saved here, for {home} cannot be written; "
        "they are kept until you close this notebook."
    )
    assert not kernel.record(attempt())
    assert kernel.read().attempts == kernel.recorded
    assert kernel.notice == (
        "Your answers cannot be saved (Not a directory); "
        "they are kept until you close this notebook, and saved as soon as that works."
    )
    (tmp_path / "file").unlink()
    assert kernel.record(attempt())
    assert len(Journal(home).read().attempts) == 2


# Reading.


def test_an_older_line_is_read_a_newer_is_left_alone_with_a_word(tmp_path: Path) -> None:
    newer = [V1 | {"v": LINE_VERSION + 1, "event": "e2"}, {"v": 99, "what": "is this"}]
    exam = event_as_row(ExamEvent("x", "start", event="e3")) | {"v": 1}
    told = [V1, *newer, exam]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in told))
    reading = Journal(tmp_path).read()
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
    whole = event_as_row(attempt())
    lines = [whole | wrong, *({**whole, **wrong, key: whole[key]} for key in wrong)]
    lines += [{name: value for name, value in whole.items() if name not in wrong}]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    reading = Journal(tmp_path).read()
    assert reading.attempts == [replace(attempt(), event=whole["event"], at=whole["at"])]
    assert reading.skipped == {"foreign": 2}


def test_whatever_lies_in_the_folder_the_rest_is_read_and_it_is_counted(tmp_path: Path) -> None:
    kernel = RecordingJournal(tmp_path)
    kernel.record(attempt())
    [mine] = tmp_path.iterdir()
    (tmp_path / "a directory.jsonl").mkdir()
    (tmp_path / "link.jsonl").symlink_to(mine)
    (tmp_path / "dangling.jsonl").symlink_to("nowhere")
    (tmp_path / "endless.jsonl").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "fifo.jsonl")
    (tmp_path / "empty.jsonl").touch()
    with (tmp_path / "sparse.jsonl").open("wb") as huge:
        huge.truncate(MAX_SHARD_BYTES + 1)
    with (tmp_path / "one line.jsonl").open("wb") as huge:
        huge.truncate(40 * MAX_LINE_BYTES)
    (tmp_path / "deep.jsonl").write_bytes(b"[" * 60_000 + b"\n{" + b'"v":{' * 10_000 + b"\n")
    (tmp_path / "number.jsonl").write_bytes(b'{"v":' + b"9" * 5_000 + b"}\n")
    (tmp_path / "notes.txt").write_text("not asked")
    found = kernel.read()
    assert found.attempts == kernel.recorded
    assert found.skipped == {"unreadable": 5, "empty": 1, "foreign": 3, "torn": 2}
    assert "5 files of the journal were left alone: no file that can be read." in found.notice


def test_a_line_after_one_too_long_is_read(tmp_path: Path) -> None:
    last = attempt()
    for length in (MAX_LINE_BYTES - 1, MAX_LINE_BYTES, MAX_LINE_BYTES + 1, 3 * MAX_LINE_BYTES):
        (tmp_path / "a.jsonl").write_bytes(b"x" * length + b"\n" + as_line(last))
        assert Journal(tmp_path).read().attempts == [last]
        assert Journal(tmp_path).read().skipped == {"foreign": 1}


def test_the_longest_line_that_is_written_is_read(folder: Path) -> None:
    kernel = RecordingJournal(folder)
    room = MAX_LINE_BYTES - len(
        json.dumps(event_as_row(ExamEvent("x", "start", {"x": ""})), separators=(",", ":"))
    )
    event = ExamEvent("x", "start", {"x": "y" * (room - 1)})
    assert kernel.record(event)
    assert kernel.record(attempt())
    assert [path.stat().st_size > MAX_LINE_BYTES for path in shards(folder)] == [True]
    assert Journal(folder).read().exams == [event]
    assert Journal(folder).read().skipped == {}


def test_a_shard_that_cannot_be_opened_or_goes_away_is_counted(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kernel = RecordingJournal(folder)
    kernel.record(attempt())
    with monkeypatch.context() as disk:
        disk.setattr(Path, "open", failing)
        assert kernel.read().skipped == {"unreadable": 1}
    with monkeypatch.context() as disk:
        disk.setattr(Path, "iterdir", failing)
        assert kernel.read().skipped == {"unreadable": 1}
    assert Journal(blocked(folder.parent)).read().skipped == {"unreadable": 1}
    assert Journal(folder.parent / "nowhere").read().skipped == {}


def test_a_file_goes_on_being_read_after_what_cannot_be(tmp_path: Path) -> None:
    """Lines are parsed many at once; one bad among them must not take its neighbours along."""
    wanted = [attempt(f"a/{number}") for number in range(1200)]
    bad = [b'{"v":2,"kind"\n', b"\xff\xfe\n", b"\n", b"1,2\n", b"[1\n", b"2]\n", b"null\n", b"[]\n"]
    told = [as_line(each) for each in wanted]
    for place, line in enumerate(bad):
        told.insert(60 * place, line)
    (tmp_path / "a.jsonl").write_bytes(b"".join(told))
    reading = Journal(tmp_path).read()
    assert reading.attempts == wanted
    assert sum(reading.skipped.values()) == len(bad)


@given(st.data())
def test_lines_read_together_and_lines_read_one_by_one_are_the_same(data: st.DataObject) -> None:
    """A regular expression reads the usual lines, JSON reads the others."""
    texts = st.text(st.sampled_from('ab,:"[]{}\\\n\t\x7f é😀'), max_size=6)
    event = attempt(
        data.draw(texts),
        choice=tuple(data.draw(st.lists(texts, max_size=3))),
        sure=data.draw(st.sampled_from([True, False, None])),
        misconception=data.draw(st.none() | texts),
        ms=data.draw(st.integers(-(10**20), 10**20)),
        at=data.draw(
            st.sampled_from(
                [
                    "2026-03-01T09:00:00.123+00:00", "2026-03-01T09:00:00.123456+00:00",
                    "2026-13-01T09:00:00.123+00:00", "2026-03-01T09:00:00.123456+01:00",
                ]
            )
        ),
    )  # fmt: skip
    ascii_only = data.draw(st.booleans())
    line = json.dumps(event_as_row(event), separators=(",", ":"), ensure_ascii=ascii_only) + "\n"
    place, change = (
        data.draw(st.integers(0, len(line) - 1)),
        data.draw(st.sampled_from('",0 \n]\\')),
    )
    for text in (line, line[:place] + line[place + 1 :], line[:place] + change + line[place:]):
        block = (text + line).encode()
        one_by_one = [module._event_in(row) for row in block.splitlines(keepends=True)]
        together = module._attempts_in(block)
        assert together in ([], one_by_one)


def test_the_usual_lines_are_read_together() -> None:
    lines = [
        as_line(attempt(sure=sure, misconception=misconception, choice=choice))
        for sure in (True, False, None)
        for misconception in (None, "charged-so-external")
        for choice in (("a",), ("a", "b:c", "d, e"))
    ]
    assert len(module._attempts_in(b"".join(lines))) == len(lines)


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
    def merged(shards: list[list[Any]]) -> History:
        folder = tmp_path_factory.mktemp("shards")
        for number, events in enumerate(shards):
            (folder / f"{number}.jsonl").write_bytes(b"".join(map(as_line, events)))
        return replace(Journal(folder).read(), skipped={}, files=())

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
    kernel = {told[place].event for place, end in enumerate(ends) if end - 1 <= cut}
    reading = Journal(folder).read()
    assert set(ids(reading)) == kernel
    torn = cut not in ends and cut + 1 not in ends
    assert reading.skipped == ({"torn": 1} if torn else {})


@given(st.binary(max_size=300))
def test_no_bytes_are_too_odd_to_be_read(
    tmp_path_factory: pytest.TempPathFactory, odd: bytes
) -> None:
    folder, sound = tmp_path_factory.mktemp("odd"), attempt()
    (folder / "a.jsonl").write_bytes(as_line(sound) + odd + b"\n" + as_line(sound))
    reading = Journal(folder).read()
    assert reading.attempts == [sound]
    assert sum(reading.skipped.values()) == len(odd.split(b"\n"))


# Clocks that jump.

HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)


class Desk:
    """A kernel whose clock is ``wrong`` by some time, and the true moments of what it records."""

    def __init__(self, folder: Path, wrong: timedelta = timedelta(0)) -> None:
        self.clock = HandClock(wrong=wrong)
        self.journal = Journal(folder, clock=self.clock)
        self.moments: list[datetime] = []

    def answer(self, *jumps: timedelta) -> None:
        """An answer, and another one ten minutes after each jump of the clock."""
        for place, jump in enumerate([timedelta(0), *jumps]):
            self.clock.wrong += jump
            if place:
                self.clock.wait(minutes=10)
            self.moments.append(self.clock.right)
            event = attempt(f"at/{len(self.moments)}", at=iso_moment(self.clock.now()))
            assert self.journal.record(event)


@pytest.mark.parametrize(
    ("wrong", "jumps"),
    [
        (timedelta(0), [YEAR]),
        (YEAR, [-YEAR]),
        (timedelta(0), [-YEAR, YEAR]),
        (-YEAR, [YEAR]),
        (-8 * HOUR, [8 * HOUR]),
        (timedelta(0), [YEAR, -YEAR]),
        (timedelta(0), [-30 * DAY, 31 * DAY, -DAY]),
        (2 * HOUR, [-2 * HOUR]),
        (timedelta(minutes=2), [timedelta(minutes=-2)]),
    ],
)
def test_after_a_jump_of_the_clock_all_moments_are_told_by_the_clock_that_can_be_right(
    folder: Path, wrong: timedelta, jumps: list[timedelta]
) -> None:
    desk = Desk(folder, wrong)
    desk.answer(*jumps)
    found = Journal(folder).read(now=desk.clock.right + HOUR)
    assert [each.item for each in found.attempts] == [f"at/{k}" for k in range(1, len(jumps) + 2)]
    assert [each.at for each in found.attempts] == [*map(iso_moment, desk.moments)]
    assert (found.exams, found.exam_count, found.skipped, found.notice) == ([], 0, {}, "")


def test_the_end_of_an_exam_that_another_clock_has_told_keeps_no_moment_wrong(folder: Path) -> None:
    desk = Desk(folder, -20 * DAY)
    desk.answer()
    end = iso_moment(desk.clock.right)
    made_of_it = attempt("in-exam", sure=None, at=end)
    assert desk.journal.record(made_of_it)
    desk.answer(20 * DAY)
    found = {
        each.item: each.at for each in Journal(folder).read(now=desk.clock.right + HOUR).attempts
    }
    assert found.pop("in-exam") == end
    assert [*found.values()] == [*map(iso_moment, desk.moments)][-len(found) :]


def test_a_copy_that_ends_before_the_jump_takes_the_right_moment_from_nothing(
    folder: Path,
) -> None:
    desk = Desk(folder, YEAR)
    desk.answer(-YEAR)
    [shard] = shards(folder)
    first, *_ = shard.read_bytes().splitlines(keepends=True)
    for name in ("!", "x (conflicted copy)", "~"):
        (folder / f"{name}.jsonl").write_bytes(first)
    found = Journal(folder).read(now=desk.clock.right + HOUR)
    assert [each.at for each in found.attempts] == [*map(iso_moment, desk.moments)]
    assert len(found.files) == 4


def test_a_copy_that_a_sync_tool_makes_counts_once_and_goes_with_the_rest(folder: Path) -> None:
    kernel = Journal(folder)
    assert kernel.record(attempt("one"))
    [shard] = shards(folder)
    copy = folder / f"{shard.stem} (conflicted copy).jsonl"
    copy.write_bytes(shard.read_bytes())
    assert kernel.record(attempt("two"))
    history = kernel.read()
    assert [each.item for each in history.attempts] == ["one", "two"]
    assert [each["item"] for each in json.loads(history_as_json(history))["attempts"]] == [
        "one",
        "two",
    ]
    assert {*history.files} == {shard, copy}
    assert kernel.erase(history.files) == ([], {})
    assert [*folder.iterdir()] == []


@pytest.mark.parametrize("ahead", [timedelta(minutes=10), 20 * HOUR, 3 * DAY, YEAR])
def test_what_is_ahead_of_time_comes_before_what_is_answered_now(
    folder: Path, ahead: timedelta
) -> None:
    desk = Desk(folder, ahead)
    desk.answer()
    desk.journal.record(attempt("early/2", at=iso_moment(desk.clock.now() + timedelta(minutes=1))))
    assert Journal(folder).record(attempt("now", at=iso_moment(MONDAY)))
    found = Journal(folder).read(now=MONDAY)
    assert [each.item for each in found.attempts] == ["at/1", "early/2", "now"]
    assert max(each.at for each in found.attempts) == iso_moment(MONDAY)
    assert found.notice == (
        "2 answers bear a time to come. The clock was wrong then, or is wrong now; nothing is lost."
    )
    late = Journal(folder).read(now=MONDAY + 2 * YEAR)
    assert late.notice == ""


@pytest.mark.parametrize("seconds", [float("nan"), float("inf"), 1e300, "1", None, [], 9e9])
def test_a_jump_of_no_sense_changes_nothing(folder: Path, seconds: Any) -> None:
    kernel = Journal(folder)
    one = attempt(at=iso_moment(MONDAY))
    assert kernel.record(one)
    assert kernel.record(ExamEvent("", "clock", {"seconds": seconds}))
    assert kernel.read().attempts == [one]
    assert kernel.read().exams == []


@pytest.mark.parametrize("wrong", [timedelta(0), timedelta(days=-400), timedelta(days=400)])
def test_the_day_of_an_exam_is_a_calendar_day_that_no_clock_moves(
    folder: Path, wrong: timedelta
) -> None:
    clock, day = HandClock(wrong=wrong), date(2026, 6, 30)
    kept = Journal(folder, clock=clock)
    assert kept.read().exam_day is None
    assert kept.choose_goal("5", day)
    clock.wait(minutes=10)
    clock.wrong = timedelta(0)
    kept.record(attempt())
    found = Journal(folder, clock=clock).read()
    assert (found.goal, found.exam_day) == ("5", day)
    clock.wait(minutes=10)
    assert kept.choose_goal("4")
    found = Journal(folder, clock=clock).read()
    assert (found.goal, found.exam_day) == ("4", None)


@pytest.mark.parametrize("day", ["", "soon", "2026-02-30", None, 7, ["2026-06-30"]])
def test_a_day_of_no_sense_is_none(folder: Path, day: Any) -> None:
    kept = Journal(folder)
    assert kept.record(ExamEvent("", "goal", {"for": "4", "on": day}))
    assert (kept.read().goal, kept.read().exam_day) == ("4", None)


def test_a_small_correction_of_the_clock_is_no_jump(folder: Path) -> None:
    desk = Desk(folder)
    desk.answer(*[timedelta(seconds=0.4)] * 4)
    assert [line["kind"] for line in lines(folder)] == ["attempt"] * 5


def test_the_shards_of_other_kernels_tell_when_one_of_them_writes(folder: Path) -> None:
    one, other = Journal(folder), Journal(folder)
    assert one.record(attempt())
    before = one.others()
    assert one.record(attempt())
    assert one.others() == before
    assert other.record(attempt())
    assert one.others() != before
    between = one.others()
    assert other.record(attempt())
    assert one.others() != between


def test_a_clock_counts_on_while_nothing_moves_it() -> None:
    clock = module.Clock()
    assert clock.steady() <= clock.steady()
    assert abs(clock.ahead() - clock.ahead()) < module.MIN_JUMP_SECONDS
    assert abs(clock.now() - datetime.now(UTC)) < timedelta(minutes=1)


# Odd file systems.


def test_a_drive_that_counts_no_links_causes_no_retry_without_an_end(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fstat, kernel = os.fstat, Journal(folder)

    def without_links(file: int) -> os.stat_result:
        status = fstat(file)
        return os.stat_result((*status[:3], 0, *status[4:10]))

    monkeypatch.setattr(os, "fstat", without_links)
    assert kernel.record(attempt("one"))
    assert kernel.record(attempt("two"))
    assert len(shards(folder)) == 1
    monkeypatch.setattr(os.path, "lexists", lambda _: False)
    assert kernel.record(attempt("three"))
    assert [each.item for each in kernel.read().attempts] == ["one", "two", "three"]


def test_a_drive_that_is_not_there_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    """On Windows, no folder above the journal exists then."""
    monkeypatch.setattr(os, "access", lambda *_: False)
    kernel = Journal(Path("/drive/journal"))
    assert kernel.folder is None
    assert kernel.notice.startswith("Your answers cannot be saved here, for ")


# Taking it elsewhere.


def test_the_table_holds_every_attempt_and_no_formula() -> None:
    odd = attempt("=1+1", choice=("@a", 'b"', "c,\nd"), misconception="-x", sure=None, ms=-5)
    rows = list(csv.DictReader(attempts_as_csv([odd, attempt()]).splitlines(keepends=True)))
    assert rows[0] == {
        "at": odd.at, "item": "'=1+1", "choice": "'@a; b\"; c,\nd", "sure": "", "right": "no",
        "misconception": "'-x", "ms": "-5", "content": "", "event": odd.event,
    }  # fmt: skip
    assert rows[1]["sure"] == "yes"


def test_the_json_holds_everything(folder: Path) -> None:
    kernel = RecordingJournal(folder)
    kernel.record(attempt())
    kernel.record(ExamEvent("x", "start"))
    told = json.loads(history_as_json(kernel.read()))
    assert told == {
        "attempts": [event_as_row(each) | {"choice": [*each.choice]} for each in kernel.recorded],
        "exams": [event_as_row(each) for each in kernel.read().exams],
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
    kernel = RecordingJournal(folder)
    disk.fill()
    while kernel.record(attempt(f"case/{len(kernel.recorded)}")):
        assert len(kernel.recorded) < 1000
    assert len(kernel.recorded) > 50
    for _ in range(20):
        assert not kernel.record(attempt("and on"))
    assert kernel.notice.startswith("Your answers cannot be saved (")
    assert kernel.read().attempts == kernel.recorded
    assert len(Journal(folder).read().attempts) == len(kernel.recorded) - 21
    assert len(shards(folder)) <= 2  # it does not strew files about
    disk.make_room()
    assert kernel.record(attempt("at last"))
    assert kernel.notice == ""
    reading = Journal(folder).read()
    assert reading.attempts == kernel.recorded
    assert set(reading.skipped) <= {"torn", "empty"}


def test_a_read_only_home_works_and_says_so(disk: Disk, tmp_path: Path) -> None:
    home, working = disk.folder / "home" / "journal", tmp_path / "working"
    disk.lock()
    alone, beside = Journal(home), Journal(home, working)
    assert (alone.folder, beside.folder) == (None, working)
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
    assert [each.item for each in Journal(home).read().attempts] == ["alone", "later"]


_WRITER = """
import importlib.util, sys
from pathlib import Path
spec = importlib.util.spec_from_file_location("journal", sys.argv[1])
journal = sys.modules["journal"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(journal)
kernel = journal.Journal(Path(sys.argv[2]))
while True:
    one = journal.Attempt("case/customer", ("internal",), True, False, None, 900)
    if kernel.record(one):
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
    reading = Journal(folder).read()
    events = [attempt.event for attempt in reading.attempts]
    assert len(events) == len(set(events))
    assert not set(acknowledged) - set(events)
    assert len(events) <= len(acknowledged) + KILLS  # at most one was on its way at each kill
    assert set(reading.skipped) <= {"torn", "empty"}
    assert len(list(folder.iterdir())) == KILLS
    written = [json.loads(line)["event"] for path in shards(folder) for line in _whole(path)]
    assert sorted(written) == sorted(events)  # no line was written twice either


def _whole(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


def test_the_exam_is_read_once_and_again_if_another_kernel_has_written(folder: Path) -> None:
    own, other = Journal(folder), Journal(folder)
    assert own.goal() == ""
    own.choose_goal("4")
    assert own.goal() == "4"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "read", None)
        assert own.goal() == "4"
    other.choose_goal("5")
    assert own.goal() == other.goal() == "5"


# In a browser.


@pytest.mark.usefixtures("fresh")
def test_in_a_browser_the_journal_is_on_the_drive_and_nowhere_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(DATA_FOLDER_VARIABLE)
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(module, "BROWSER_DRIVE", tmp_path)
    assert journal().record(attempt("one"))
    assert [path.parent for path in tmp_path.rglob("*.jsonl")] == [tmp_path / "answers"]
    assert journal().folder == tmp_path / "answers"
    assert not journal().notice


def test_in_a_browser_no_file_is_held_open_and_each_kernel_has_a_shard(tmp_path: Path) -> None:
    mine, theirs = BrowserJournal(tmp_path / "answers"), BrowserJournal(tmp_path / "answers")
    for name in ("one", "two"):
        assert mine.record(attempt(name))
        assert theirs.record(attempt(name + " there"))
        assert mine._shard == theirs._shard == module._CLOSED
    assert [path.read_bytes().count(b"\n") for path in shards(tmp_path / "answers")] == [2, 2]
    assert len(mine.read().attempts) == 4
    mine.erase(mine.read().files)
    assert mine.record(attempt("three"))
    assert [each.item for each in theirs.read().attempts] == ["three"]


def test_in_a_browser_without_a_drive_nothing_is_said_to_be_saved(tmp_path: Path) -> None:
    memory = BrowserJournal(tmp_path / "drive" / "answers")
    assert memory.folder is None
    assert "cannot be saved here" in memory.notice
    assert not memory.record(attempt("one"))
    assert "keeps no files" in memory.notice
    assert not (tmp_path / "drive").exists()
    (tmp_path / "drive").mkdir()
    assert memory.record(attempt("two"))
    assert [each.item for each in memory.read().attempts] == ["one", "two"]


def test_in_a_browser_what_did_not_arrive_is_told_and_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = BrowserJournal(tmp_path / "answers")
    assert full.record(attempt("one"))
    with monkeypatch.context() as patch:  # a storage that is full takes nothing, and says nothing
        patch.setattr(Path, "open", lambda *_: BytesIO())
        assert not full.record(attempt("two"))
        assert "the storage of this browser is full" in full.notice
    assert full.record(attempt("three"))
    assert not full.notice
    assert [each.item for each in full.read().attempts] == ["one", "two", "three"]
