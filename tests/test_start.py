"""A learner's folder: it gets the lessons, and loses nothing of what the learner did there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from customer_casebook import start
from customer_casebook.__main__ import FAULTY, FINE, main
from customer_casebook.course.journal import DATA_FOLDER_VARIABLE, Attempt, journal

LESSON = "01_who_is_the_customer.ipynb"
YOURS = "01_who_is_the_customer (your copy).ipynb"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that has the lessons, under a path with blanks."""
    folder = tmp_path / "my lessons" / "here"
    assert start.bring(folder) == []
    return folder


@pytest.fixture
def own_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv(DATA_FOLDER_VARIABLE, str(tmp_path / "journal"))
    journal.cache_clear()
    yield journal()
    journal.cache_clear()


def rewrite(path: Path, **changes: Any) -> None:
    """Change the first code cell of a notebook."""
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell.cell_type == "code")
    cell.update(changes)
    nbformat.write(notebook, path)


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_new_folder_gets_every_lesson(folder: Path) -> None:
    assert {path.name for path in folder.glob("*.ipynb")} == start.lessons().keys()
    assert f"{start.FIRST}.ipynb" in start.lessons()
    assert f"{start.LAST}.ipynb" in start.lessons()


def test_starting_again_changes_nothing(folder: Path) -> None:
    before = files(folder)
    assert start.bring(folder) == []
    assert files(folder) == before


def test_outputs_and_a_place_to_play_are_no_change(folder: Path) -> None:
    rewrite(folder / LESSON, outputs=[nbformat.v4.new_output("stream", text="mine")])
    first = folder / f"{start.FIRST}.ipynb"
    notebook = nbformat.read(first, as_version=4)
    [place] = (cell for cell in notebook.cells if "play" in cell.metadata.get("tags", ()))
    place.source = "1 + 1"
    nbformat.write(notebook, first)
    before = files(folder)
    assert start.bring(folder) == []
    assert files(folder) == before


def test_a_changed_lesson_is_kept_beside_the_course_s(folder: Path) -> None:
    rewrite(folder / LESSON, source="my = 'own work'")
    changed, lesson = (folder / LESSON).read_bytes(), start.lessons()[LESSON].read_bytes()
    assert start.bring(folder) == [f"{LESSON} was changed here: your copy is now {YOURS}"]
    assert (folder / YOURS).read_bytes() == changed
    assert (folder / LESSON).read_bytes() == lesson
    rewrite(folder / LESSON, source="other = 'work'")
    [news] = start.bring(folder)
    assert news.endswith("(your copy 2).ipynb")
    assert (folder / YOURS).read_bytes() == changed


def test_what_an_older_version_brought_is_renewed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    new = tmp_path / LESSON
    new.write_bytes((folder / LESSON).read_bytes())
    rewrite(new, source="new = 'better'")
    rewrite(folder / LESSON, outputs=[nbformat.v4.new_output("stream", text="mine")])
    monkeypatch.setattr(start, "lessons", lambda: {LESSON: new})
    assert start.bring(folder) == []
    assert (folder / LESSON).read_bytes() == new.read_bytes()
    assert not (folder / YOURS).exists()


def test_a_place_to_play_that_nobody_used_is_renewed_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    name = f"{start.FIRST}.ipynb"
    brought = (folder / name).read_bytes()
    for source in "2 + 2", "3 + 3":
        notebook = nbformat.reads(brought.decode(), as_version=4)
        [place] = (cell for cell in notebook.cells if "play" in cell.metadata.get("tags", ()))
        place.source = source
        new = tmp_path / name
        nbformat.write(notebook, new)
        monkeypatch.setattr(start, "lessons", lambda: {name: tmp_path / name})
        assert start.bring(folder) == []
        assert (folder / name).read_bytes() == new.read_bytes()


def test_a_lesson_that_was_deleted_comes_back(folder: Path) -> None:
    (folder / LESSON).unlink()
    assert start.bring(folder) == [f"{LESSON} was missing and is here again"]
    assert (folder / LESSON).exists()


@given(
    st.binary()
    | st.recursive(st.none() | st.text(), st.lists).map(lambda v: json.dumps(v).encode())
)
@example(b'{"cells": 5}')
@example(b'{"cells": [{}]}')
@example(b'{"cells": [{"metadata": {"tags": 5}, "cell_type": [], "source": "x"}]}')
def test_whatever_lies_there_is_kept(content: bytes) -> None:
    with TemporaryDirectory() as folder:
        lesson = Path(folder, LESSON)
        lesson.write_bytes(content)
        start.bring(Path(folder))
        assert Path(folder, YOURS).read_bytes() == content
        assert lesson.read_bytes() == start.lessons()[LESSON].read_bytes()


@pytest.mark.parametrize("delivered", [b"", b"[]", b"\xff", b'{"a": 1}'])
def test_a_broken_list_of_what_was_brought_costs_nothing(folder: Path, delivered: bytes) -> None:
    (folder / start._DELIVERED).write_bytes(delivered)
    assert start.bring(folder) == []
    assert json.loads((folder / start._DELIVERED).read_bytes()).keys() == start.lessons().keys()


def test_a_folder_that_cannot_be(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert main(["start", str(tmp_path / "file")]) == FAULTY
    said = capsys.readouterr()
    assert "cannot be put into" in said.err
    assert "name another folder" in said.err
    assert said.err.count("\n") == 1


def test_the_next_lesson_is_the_first_whose_first_case_is_open(own_journal: Any) -> None:
    told: dict[str, Any] = {"choice": (), "sure": True, "misconception": None, "ms": 1}
    opened = []
    while (lesson := start.next_lesson()) != start.LAST:
        opened.append(lesson)
        code = start.lessons()[f"{lesson}.ipynb"].read_text("utf-8")
        first = re.search(r'study\(\s*\\"([^"\\]+)', code)
        assert first
        own_journal.record(Attempt(item=f"{first[1]}/customer", right=False, **told))
    every = [name.removesuffix(".ipynb") for name in start.lessons()]
    assert [*opened, start.LAST] == every[:-1]  # the last is a page to look things up


@pytest.mark.parametrize(("flags", "extra"), [([], "lab"), (["--notebook"], "notebook")])
def test_without_jupyter_it_says_what_to_install(
    flags: list[str],
    extra: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(start, "find_spec", lambda _: None)
    assert main(["start", *flags, str(tmp_path / "lessons")]) == FAULTY
    assert f'-m pip install "customer-casebook[{extra}]"' in capsys.readouterr().err
    assert (tmp_path / "lessons" / LESSON).exists()


def test_check_says_what_is_where_and_changes_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rewrite(folder / LESSON, source="my = 'own work'")
    before = files(folder)
    main(["start", "--check", str(folder)])
    said = capsys.readouterr().out
    assert files(folder) == before
    assert f"{len(start.lessons())} of {len(start.lessons())} lessons in {folder}" in said
    assert f"other than in the course: {LESSON}" in said
    assert "next lesson: " in said


def test_check_finds_an_empty_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["start", "--check", str(tmp_path / "none")]) == FAULTY
    assert (
        f"!!  no lessons in {tmp_path / 'none'} yet; start brings them" in capsys.readouterr().out
    )
    assert not (tmp_path / "none").exists()


def test_check_is_content_where_all_is_well(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["start", "--check", str(folder)]) == FINE, capsys.readouterr().out
