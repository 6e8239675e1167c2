"""A casebook that was fine opens again without being checked, and only as long as it is the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from customer_casebook.__main__ import FINE, main
from customer_casebook.authoring import opened
from customer_casebook.authoring.folder import read_casebook
from tests.new_casebook import edit, new_casebook

CASE = "cases/puppet-seats.yaml"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path / "cache")
    return new_casebook(tmp_path)


def no_check(_: Path, **__: object) -> None:
    raise AssertionError("it was checked again")


def test_what_has_not_changed_is_not_checked_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = opened.open_folder(folder).book
    monkeypatch.setattr(opened, "read_folder", no_check)
    again = opened.open_folder(folder).book
    assert first
    assert again
    for book in (first, again):
        expected = read_casebook(folder)
        for name in ("name", "world", "cases", "questions", "objectives", "misconceptions"):
            assert getattr(book, name) == getattr(expected, name)


def test_what_check_found_fine_opens_without_being_checked_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["check", str(folder)]) == FINE
    monkeypatch.setattr(opened, "read_folder", no_check)
    assert opened.open_folder(folder).book


@pytest.mark.parametrize("what", ["text", "new file", "file gone", "folder's name", "version"])
def test_whatever_has_changed_is_checked_again(
    folder: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    opened.open_folder(folder)
    monkeypatch.setattr(opened, "read_folder", no_check)
    match what:
        case "text":
            edit(folder / CASE, "forty green lights", "fifty green lights")
        case "new file":
            (folder / "cases" / "another.yaml").write_text("id: another", "utf-8")
        case "file gone":
            (folder / "questions.yaml").unlink()
        case "folder's name":
            folder = folder.rename(folder.with_name("light"))
        case "version":
            monkeypatch.setattr(opened, "__version__", "another")
    with pytest.raises(AssertionError, match="checked again"):
        opened.open_folder(folder)


def test_what_is_faulty_is_checked_each_time_and_says_so(folder: Path) -> None:
    edit(folder / CASE, "service: seat-finder", "service: seat-findr")
    for _ in range(2):
        [fault] = opened.open_folder(folder).faults
        assert fault.field == "service"


@pytest.mark.parametrize("data", [b"", b"{}", b"[]", b'{"digest": 7}', b"\xff"])
def test_what_was_kept_and_is_broken_is_of_no_use_and_no_harm(folder: Path, data: bytes) -> None:
    opened.open_folder(folder)
    [kept] = (folder.parent / "cache").iterdir()
    before = kept.read_bytes()
    kept.write_bytes(data)
    assert opened.open_folder(folder).book
    assert kept.read_bytes() == before


def test_where_nothing_can_be_kept_it_opens_all_the_same(folder: Path) -> None:
    (folder.parent / "cache").write_text("a file", "utf-8")
    for _ in range(2):
        assert opened.open_folder(folder).book
