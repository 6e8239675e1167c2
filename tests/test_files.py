"""A file is written whole or not at all, and casebooks of installed packages are found."""

from __future__ import annotations

import errno
import gc
import os
import stat
from pathlib import Path

import pytest

from customer_casebook.files import installed_casebooks, without_garbage, write_whole
from tests.own_casebook import write_package


@pytest.fixture(params=["new", "there"])
def file(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / "answers.json"
    if request.param == "there":
        file.write_bytes(b"before")
    return file


def test_it_is_there_whole_and_nothing_else_is(file: Path) -> None:
    write_whole(file, b"\0now")
    assert file.read_bytes() == b"\0now"
    assert [*file.parent.iterdir()] == [file]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_where_it_cannot_be_written_all_stays_as_it_was(
    file: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = {path: path.read_bytes() for path in file.parent.iterdir()}

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os if step == "fsync" else Path, step, full)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, b"now")
    assert {path: path.read_bytes() for path in file.parent.iterdir()} == before


def test_a_drive_that_has_nothing_to_wait_for_is_no_error(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(_: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", none)
    write_whole(file, b"now")
    assert file.read_bytes() == b"now"


def test_a_browser_s_drive_that_is_full_is_noticed(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda _: b"n")
        with pytest.raises(OSError, match="only a part"):
            write_whole(file, b"now")
    assert not file.exists()


def test_what_another_kernel_writes_at_the_same_moment_stays(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = Path.replace

    def twice(new: Path, target: Path) -> None:
        replace(new, target)
        target.write_bytes(b"theirs")

    monkeypatch.setattr(Path, "replace", twice)
    write_whole(file, b"ours")
    assert file.read_bytes() == b"theirs"


def test_what_is_private_is_private(file: Path) -> None:
    write_whole(file, b"mine", 0o600)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_garbage_is_looked_for_again_also_after_an_error() -> None:
    with without_garbage():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="x"), without_garbage():
        int("x")
    assert gc.isenabled()


def test_casebooks_of_packages_are_found_without_running_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_package(tmp_path, "school")
    (folder / "__init__.py").write_text("raise RuntimeError", "utf-8")
    write_package(tmp_path, "gone")
    (tmp_path / "gone").rename(tmp_path / "elsewhere")
    monkeypatch.syspath_prepend(tmp_path)
    assert installed_casebooks() == {"school": folder, "gone": None}
