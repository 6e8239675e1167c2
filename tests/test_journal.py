"""The journal: one line an attempt, whatever the disk does."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from customer_casebook.journal import FOLDER, VERSION, Attempt, Journal, journal


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
        json.loads(line)
        for shard in sorted(folder.glob("*.jsonl"), key=lambda path: path.stat().st_mtime_ns)
        for line in shard.read_text(encoding="utf-8").splitlines()
    ]


def failing(*_: object, **__: object) -> Any:
    raise OSError("the disk is full")


def test_an_attempt_is_one_line_of_json(folder: Path) -> None:
    one = attempt(misconception="charged-so-external", choice=("customer", "user"))
    assert Journal(folder).record(one)
    [line] = lines(folder)
    at = line.pop("at")
    assert line == {
        "v": VERSION,
        "item": "case/customer",
        "choice": ["customer", "user"],
        "sure": True,
        "right": False,
        "misconception": "charged-so-external",
        "ms": 900,
        "event": one.event,
    }
    assert datetime.fromisoformat(at).utcoffset() == timedelta(0)


def test_a_kernel_keeps_one_shard_and_two_kernels_never_share(folder: Path) -> None:
    first, second = Journal(folder), Journal(folder)
    assert not folder.exists()  # nothing is written before there is something to write
    for number in range(3):
        first.record(attempt(f"first/{number}"))
        second.record(attempt(f"second/{number}"))
    shards = [path.read_text().splitlines() for path in folder.iterdir()]
    assert sorted(len(shard) for shard in shards) == [3, 3]
    for shard in shards:
        assert len({json.loads(line)["item"].split("/")[0] for line in shard}) == 1
    assert [each.item for each in first.attempts] == ["first/0", "first/1", "first/2"]


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
    assert kept.record(attempt("three"))
    items = [each.item for each in kept.attempts]
    assert items[earlier:] == ["one", "two", "three"]
    # An unsure write may be repeated; its event is the same.
    events = list(dict.fromkeys(line["event"] for line in lines(folder)))
    assert events == [each.event for each in kept.attempts]


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
    torn, whole = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime_ns)
    assert [json.loads(line)["item"] for line in whole.read_text().splitlines()] == ["two", "three"]
    first, rest = torn.read_text().splitlines()
    assert json.loads(first)["item"] == "one"
    assert len(rest) == 20


def test_an_odd_choice_holds_up_no_later_attempt(folder: Path) -> None:
    kept = Journal(folder)
    assert kept.record(attempt(choice=("\ud800", "line\nbreak", "\u2028")))
    assert kept.record(attempt("next"))
    assert [line["item"] for line in lines(folder)] == ["case/customer", "next"]
    assert lines(folder)[0]["choice"] == ["\ud800", "line\nbreak", "\u2028"]


@pytest.mark.usefixtures("fresh")
def test_the_environment_says_where(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(FOLDER, str(folder))
    assert FOLDER == "CUSTOMER_CASEBOOK_DATA"
    assert journal().folder == folder
    assert journal() is journal()


@pytest.mark.usefixtures("fresh")
@pytest.mark.parametrize("given", [None, ""])
def test_without_it_the_journal_is_among_the_users_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str | None
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    monkeypatch.delenv(FOLDER) if given is None else monkeypatch.setenv(FOLDER, given)
    assert tmp_path in journal().folder.parents
    assert journal().folder.parts[-2:] == ("customer-casebook", "journal")
