"""`check --watch` says what is new at each saving, and ends quietly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from customer_casebook.__main__ import FAULTY, INTERRUPTED, main
from customer_casebook.authoring.watch import changed, savings, stamps_of
from tests.new_casebook import edit, new_casebook


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new_casebook(tmp_path)


@pytest.fixture
def watching(folder: Path) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "customer_casebook", "check", "--watch", str(folder)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdout=pipe, stderr=pipe, text=True) as process:
        yield process
        process.kill()


def test_what_is_new_is_said_once_and_what_is_fine_in_one_line(
    folder: Path, watching: subprocess.Popen[str]
) -> None:
    assert watching.stdout
    assert watching.stderr
    line = watching.stdout.readline
    case, world = folder / "cases" / "puppet-seats.yaml", folder / "world.yaml"
    assert line() == f"Watching {folder}; press Ctrl+C to end\n"
    assert line() == "all fine: 4 files are fine\n"
    edit(case, "party: pomfrey-puppets", "party: pomfry-puppets")
    assert line().startswith(f"{case}:6: party: there is no 'pomfry-puppets'")
    edit(case, "takeaway:", "takaway:")
    assert line().startswith(f"{case}:37: takaway: there is no such key")  # and no more
    edit(case, "party: pomfry-puppets", "party: pomfrey-puppets")
    assert line() == "1 mended, 1 left\n"
    edit(case, "takaway:", "takeaway:")
    assert line() == "all fine: 4 files are fine\n"
    world.unlink()
    assert line().startswith(f"{folder / 'cases' / 'puppet-seats.yaml'}:4: provider: there is no ")
    watching.send_signal(signal.SIGINT)
    assert watching.wait(20) == INTERRUPTED
    assert watching.stderr.read() == ""


def test_what_was_saved_is_named_the_last_first(folder: Path) -> None:
    before = stamps_of([folder])
    case, world = folder / "cases" / "puppet-seats.yaml", folder / "world.yaml"
    assert len(before) == 4
    for at, path in enumerate((world, case)):
        os.utime(path, ns=(0, 2**62 + at))
    (folder / "questions.yaml").unlink()
    assert changed(before, stamps_of([folder])) == [case, world, folder / "questions.yaml"]
    assert changed(before, before) == []


def test_a_file_is_watched_with_those_that_it_may_name(folder: Path) -> None:
    case = folder / "cases" / "puppet-seats.yaml"
    assert {case, folder / "world.yaml"} <= {*stamps_of([case])}


def test_a_file_that_is_still_being_written_is_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock does the writing: whoever waits finds the file one step on."""
    case, steps = folder / "cases" / "puppet-seats.yaml", iter(["", "id: p", "id: puppet-seats"])

    def sleep(_: float) -> None:
        case.write_text(next(steps, "id: puppet-seats"), "utf-8")
        os.utime(case, ns=(0, len(case.read_bytes())))

    monkeypatch.setattr("time.sleep", sleep)
    saved = savings([folder])
    assert next(saved) == []
    assert next(saved) == [case]
    assert case.read_text("utf-8") == "id: puppet-seats"


def test_stdin_cannot_be_watched(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--watch", "-"]) == FAULTY
    assert "stdin is read once" in capsys.readouterr().err
