"""A preview shows what is saved, and what is wrong where the case would be."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from customer_casebook import preview
from customer_casebook.__main__ import FAULTY, FINE, main
from customer_casebook.authoring.folder import TEMPLATE
from customer_casebook.document import to_text
from customer_casebook.domain.facts import InputError
from customer_casebook.draft import Preview
from customer_casebook.widgets.card import Card
from tests.new_casebook import new_casebook
from tests.own_journal import attempts

__all__ = ["attempts"]

CASE, OTHER = "cases/puppet-seats.yaml", "cases/reading-room-seats.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return new_casebook(tmp_path)


@pytest.fixture
def shown(folder: Path, attempts: object) -> Iterator[Preview]:
    assert attempts is not None  # the journal is one of the test's own
    preview_of_folder = preview(folder)
    yield preview_of_folder
    preview_of_folder.leave()


times = count(2**61)


def save(path: Path, old: str = "", new: str = "") -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    os.utime(path, ns=(0, next(times)))  # a clock may be coarser than a test


def said(shown: Preview) -> str:
    return " ".join(to_text(shown.transcript).split())


def cards(shown: Preview) -> list[Card]:
    return [child for child in shown.work.children if isinstance(child, Card)]


def test_it_opens_with_the_first_case_and_says_that_nothing_is_wrong(shown: Preview) -> None:
    assert "2 cases and 8 questions can be played. Nothing is wrong." in shown.status.text
    assert shown.wanted == CASE
    [card] = cards(shown)
    assert "Forty chairs for one dragon" in said(shown)
    assert card.comm


def test_what_was_saved_is_shown_at_once_and_what_was_shown_is_let_go(
    shown: Preview, folder: Path
) -> None:
    [before] = cards(shown)
    save(folder / OTHER, "A chair for the man", "Two chairs for the man")
    shown.look()
    assert shown.wanted == OTHER
    assert "Two chairs for the man with the atlas" in said(shown)
    assert before.comm is None
    again = cards(shown)
    shown.look()
    assert cards(shown) == again  # nothing was saved


def test_a_case_that_is_written_anew_is_shown(shown: Preview, folder: Path) -> None:
    text = (folder / CASE).read_text("utf-8")
    mine = folder / "cases" / "my-case.yaml"
    mine.write_text(text.replace("id: puppet-seats", "id: my-case"), "utf-8")
    shown.look()
    assert shown.wanted == "cases/my-case.yaml"
    assert "3 cases" in shown.status.live
    assert len(cards(shown)) == 1
    mine.unlink()
    shown.look()
    assert shown.wanted == CASE


def test_a_fault_stands_where_the_case_would_be_and_the_others_still_play(
    shown: Preview, folder: Path
) -> None:
    save(folder / CASE, "service: seat-finder", "service: seat-findr")
    shown.look()
    assert cards(shown) == []
    [fault] = shown.work.children
    assert "cases/puppet-seats.yaml:5" in fault.text
    assert "there is no &#39;seat-findr&#39;" in fault.text
    assert "1 case and 7 questions can" in shown.status.text
    assert "To mend: 1 fault." in shown.status.text
    assert "Traceback" not in said(shown)
    shown.chooser.children[0].values = {"what": OTHER}
    shown.chooser.children[0].press("show")
    assert len(cards(shown)) == 1
    assert "puppet-seats.yaml:5" in shown.status.text  # it is still said
    save(folder / CASE, "service: seat-findr", "service: seat-finder")
    shown.look()
    assert len(cards(shown)) == 1
    assert "Nothing is wrong" in shown.status.live


def test_advice_stands_below_the_case_and_that_on_what_is_shown_comes_first(
    shown: Preview, folder: Path
) -> None:
    for file in (CASE, OTHER):
        title = next(
            line for line in (folder / file).read_text("utf-8").splitlines() if "title" in line
        )
        save(folder / file, title, f"{title} of the user")
        shown.look()
    assert shown.wanted == OTHER
    assert shown.children[-1] is shown.advice
    assert "may tell the answer" not in shown.status.text
    assert "Nothing is wrong. Below: 2 pieces of advice." in shown.status.live
    first, second = (shown.advice.text.index(name) for name in (OTHER, CASE))
    assert first < second
    text = said(shown)
    assert text.index("A chair for") < text.index("No fault, but look at it")
    for file in (CASE, OTHER):
        save(folder / file, " of the user", "")
    shown.look()
    assert shown.advice.text == ""


def test_the_questions_of_a_file_are_shown_when_it_is_saved(shown: Preview, folder: Path) -> None:
    save(folder / "questions.yaml", "What is that in the books", "What is this in the books")
    shown.look()
    [card] = cards(shown)
    assert len(card.questions) == 8
    assert "What is this in the books of the whole library?" in said(shown)
    save(folder / "questions.yaml", "right: yes", "right: maybe")
    shown.look()
    [_, card] = shown.work.children
    assert len(card.questions) == 7


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\0", b"id: [", b"- 1", b"id: x\nid: y"])
def test_whatever_is_saved_no_traceback_is_shown(shown: Preview, folder: Path, data: bytes) -> None:
    for name in (CASE, "world.yaml", "questions.yaml"):
        (folder / name).write_bytes(data)
        shown.look()
        assert shown.status.below == ""
        assert "To mend: " in shown.status.live
        assert f"{name}:" in said(shown)


def test_a_folder_without_anything_says_what_it_needs(tmp_path: Path) -> None:
    shown = preview(tmp_path)
    assert "is no casebook; it needs cases" in said(shown)
    assert not shown.chooser.children
    (tmp_path / "cases").mkdir()
    (tmp_path / CASE).write_text((TEMPLATE / CASE).read_text("utf-8"), "utf-8")
    shown.look()
    assert "there is no &#39;library-desk&#39;" in shown.work.children[0].text


def test_a_failure_of_ours_is_said_and_the_next_saving_is_shown(
    shown: Preview, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patched:
        patched.setattr("customer_casebook.draft.read_folder", fail)
        save(folder / CASE)
        shown.look()
    assert "could not be shown" in shown.status.below
    save(folder / CASE)
    shown.look()
    assert shown.status.below == ""


def test_in_a_kernel_it_follows_the_files_until_another_preview_does(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("customer_casebook.draft.WAIT_SECONDS", 0.01)

    async def work() -> tuple[Preview, Preview]:
        first = preview(folder)
        second = preview(folder)
        save(folder / OTHER)
        while second.wanted != OTHER:
            await asyncio.sleep(0.01)
        second.leave()
        return first, second

    first, _ = asyncio.run(work())
    assert first.wanted == CASE


@pytest.mark.parametrize("wrong", ["nowhere", None, 7, "x" * 5000])
def test_what_is_no_folder_is_refused(wrong: Any) -> None:
    with pytest.raises(InputError, match="is no folder; write its name in quotes"):
        preview(wrong)


def test_the_command_brings_the_notebook_and_opens_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[tuple[Path, bool, bool]] = []

    def open_jupyter(lesson: Path, *, notebook: bool, browser: bool) -> None:
        opened.append((lesson, notebook, browser))

    monkeypatch.setattr("customer_casebook.start.open_jupyter", open_jupyter)
    mine = folder / "preview.ipynb"
    mine.write_text("mine", "utf-8")
    assert main(["preview", str(folder), "--no-browser"]) == FINE
    assert mine.read_text("utf-8") == "mine"
    mine.unlink()
    assert main(["preview", str(folder)]) == FINE
    assert mine.read_bytes() == (TEMPLATE / "preview.ipynb").read_bytes()
    assert opened == [(mine, False, False), (mine, False, True)]
    assert capsys.readouterr().out == f"Opening {mine}\n" * 2
    assert main(["preview", str(folder / "nowhere")]) == FAULTY
    assert capsys.readouterr().err == (
        f"{folder / 'nowhere'}: is no folder; customer-casebook new makes one\n"
    )


def test_the_command_line_asks_for_no_widgets() -> None:
    code = "import sys, customer_casebook.__main__; sys.exit('ipywidgets' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
