"""A case that is added while the kernel runs is found, and what is wrong with its file is said."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import customer_casebook as ccb
from customer_casebook.authoring import folder
from customer_casebook.course import casebook as module
from customer_casebook.course.casebook import CONTENT, case
from customer_casebook.course.journal import Attempt
from customer_casebook.domain.facts import InputError
from customer_casebook.playable import casebook
from tests.own_casebook import CHOIR, NAME, OFFICE, write_folder
from tests.own_journal import attempts
from tests.widgets.test_own_casebook import answer_all

__all__ = ["attempts"]

once: Any = iter  # the cases may come from anything that can be gone through once
OLD, NEW = "hr-pay-run", "hr-pay-run-again"
ACTIVITIES: dict[str, Callable[[str], Any]] = {
    "study": ccb.study,
    "compare": lambda name: ccb.compare(OLD, name),
    "what_if": ccb.what_if,
    "find_evidence": ccb.find_evidence,
    "sort_parties": lambda name: ccb.sort_parties(once([OLD, name])),
    "own_the_relationship": lambda name: ccb.own_the_relationship(once([name])),
    "case": case,
}


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The content of a checkout, and the kernel has read it."""
    content = shutil.copytree(CONTENT, tmp_path / "content")
    for each in (module, folder):
        monkeypatch.setattr(each, "CONTENT", content)
    monkeypatch.setattr(module, "course", cache(module.course.__wrapped__))
    module.course()
    return content


def add(content: Path, **changes: str) -> Path:
    """Add a case to a checkout: one it has, under another name, perhaps with changes."""
    text = (content / "cases" / f"{OLD}.yaml").read_text("utf-8")
    for old, new in {OLD: NEW, **changes}.items():
        assert old in text
        text = text.replace(old, new)
    path = content / "cases" / f"{NEW}.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize("name", ACTIVITIES)
def test_a_case_added_to_the_course_is_found(checkout: Path, name: str) -> None:
    with pytest.raises(InputError, match=f"^there is no case '{NEW}'; did you mean '{OLD}'"):
        ACTIVITIES[name](NEW)
    add(checkout)
    assert ACTIVITIES[name](NEW)
    assert module.course().case(NEW).title == module.course().case(OLD).title


def test_the_course_is_read_again_for_a_new_case_only(checkout: Path) -> None:
    first = module.course()
    add(checkout)
    ccb.study(OLD)
    for name in ("hr-pay-rum", "../world", "x" * 5000, "\0"):
        with pytest.raises(InputError, match=r"^there is no case "):
            ccb.study(name)
    assert module.course() is first
    ccb.study(NEW)
    again = module.course()
    assert again is not first
    ccb.study(NEW)
    assert module.course() is again


def test_an_installed_course_is_what_was_installed(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BUILT_CONTENT", checkout / "world.yaml")
    add(checkout)
    with pytest.raises(InputError, match=f"^there is no case '{NEW}'"):
        ccb.study(NEW)


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ("party: hr", "party: hrr", ":5: party: there is no 'hrr'; write hr, "),
        ("takeaway:", "takaway:", ":68: takaway: there is no such key; write id, "),
        (f"id: {OLD}", "id: pay", f":1: id: is not the name of the file; write {NEW}, "),
        ("story: |", "story: [", ":7: opens a bracket that is never closed, "),
    ],
)
def test_a_fault_in_the_added_file_is_said_with_its_line(
    checkout: Path, right: str, wrong: str, fault: str
) -> None:
    path = add(checkout, **{right: wrong})
    for _ in range(2):
        with pytest.raises(InputError) as caught:
            ccb.study(NEW)
        assert f"{path}{fault}" in caught.value._render_traceback_()[0]
        ccb.study(OLD)
    add(checkout)
    ccb.study(NEW)


def test_a_case_added_to_a_folder_is_found_when_the_folder_is_opened_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attempts: Sequence[Attempt]
) -> None:
    monkeypatch.setattr("customer_casebook.playable._FOLDERS", {})
    home = write_folder(tmp_path)
    choir = home / "cases" / f"{CHOIR}.yaml"
    text = choir.read_text("utf-8")
    choir.unlink()
    (home / "questions.yaml").unlink()
    first = casebook(home)
    assert answer_all(first.study(OFFICE, "customer"), lambda item: item.right) == 1
    choir.write_text(text.replace('"kitchen"', '"kitchn"'), "utf-8")
    fault = f"{choir}:4: provider: there is no 'kitchn'"
    with pytest.warns(UserWarning, match=re.escape(fault)):
        faulty = casebook(home)
    assert faulty.study(OFFICE).transcript
    with pytest.raises(InputError) as caught:
        faulty.study(CHOIR)
    assert fault in caught.value._render_traceback_()[0]
    first.study(OFFICE)  # it stays what it was
    choir.write_text(text, "utf-8")
    again = casebook(home)
    assert answer_all(again.study(CHOIR, "customer"), lambda item: item.right) == 1
    items = [f"{NAME}:{name}/customer" for name in (OFFICE, CHOIR)]
    assert [attempt.item for attempt in attempts] == items
    assert again.progress().progress.summary.startswith("2 answers so far")
