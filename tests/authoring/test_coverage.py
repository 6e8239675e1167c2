"""Coverage: counted from notebooks and content, with its holes named."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell, writes

from customer_casebook.__main__ import FAULTY, FINE, main
from customer_casebook.authoring.coverage import (
    QUESTIONS_PER_MISCONCEPTION,
    Coverage,
    as_table,
    cells,
    coverage,
    offers,
)
from customer_casebook.course.casebook import course
from customer_casebook.course.progress import QUESTIONS_PER_OBJECTIVE
from customer_casebook.course.records import Misconception
from tests.course.books import ITEMS, question, small_book

Captured = pytest.CaptureFixture[str]
OBJECTIVES = course().objectives
FIRST, SECOND, *_ = OBJECTIVES
OFFERS = offers(course())
NOTEBOOKS = Path(__file__).parents[2] / "notebooks"


def write(folder: Path, passage: list[str], activity: list[str], name: str = "one") -> Path:
    """A notebook that teaches and practises these objectives, beside cells that do neither."""
    cells = [
        new_markdown_cell("Teaches", id="passage", metadata={"objectives": passage}),
        new_code_cell("practise()", id="activity", metadata={"objectives": activity}),
        new_markdown_cell("Greets", id="greeting"),
        new_raw_cell("Neither", id="raw", metadata={"objectives": [SECOND]}),
    ]
    (folder / f"{name}.ipynb").write_text(writes(new_notebook(cells=cells)), encoding="utf-8")
    return folder


def test_passages_and_activities_are_counted_over_all_notebooks(tmp_path: Path) -> None:
    write(tmp_path, [FIRST, SECOND], [FIRST])
    write(tmp_path, [FIRST], [], "two")
    rows = {row.id: row for row in coverage(course(), tmp_path)}
    assert list(rows) == list(OBJECTIVES)
    assert (rows[FIRST].passages, rows[FIRST].activities, rows[FIRST].holes) == (2, 1, [])
    assert (rows[SECOND].passages, rows[SECOND].activities) == (1, 0)
    assert rows[SECOND].holes == ["no activity practises it"]
    table = as_table(rows.values(), [])
    assert table.count("  missing: no passage teaches it") == len(rows) - 2
    assert all(name in table for name in rows)


def test_questions_and_the_misconceptions_they_betray_are_counted_from_the_bank(
    tmp_path: Path,
) -> None:
    known = {misconception.id for misconception in course().misconceptions}
    rows = coverage(course(), write(tmp_path, [], []))
    for row in rows:
        assert row.questions == sum(
            row.id in question.objectives for question in course().questions.values()
        )
        assert row.questions >= QUESTIONS_PER_OBJECTIVE
        assert set(row.misconceptions) <= known
    [inside] = [row for row in rows if row.id == "one-chief-executive"]
    assert "department-is-another-organization" in inside.misconceptions


def test_too_few_questions_are_a_hole() -> None:
    bare = Coverage("a", "Do a.", None, passages=1, activities=1, questions=3, misconceptions=())
    assert bare.holes == ["3 questions, where 4 are needed"]
    assert "missing: 3 questions" in as_table([bare], [])


# Misconceptions


@pytest.mark.parametrize("known", course().misconceptions, ids=lambda known: known.id)
def test_a_misconception_is_on_offer_in_six_questions_and_where_a_lesson_teaches_against_it(
    known: Misconception,
) -> None:
    [offer] = [each for each in OFFERS if each.id == known.id]
    asked = [k for k, asked in ITEMS.items() if known.id in asked.betrayable]
    assert offer.questions == len(asked) >= QUESTIONS_PER_MISCONCEPTION
    assert offer.lessons.keys() == {OBJECTIVES[name].lesson for name in known.objectives}
    for lesson, count in offer.lessons.items():
        own = {name for name in OBJECTIVES if OBJECTIVES[name].lesson == lesson}
        assert count == len([k for k in asked if own & {*question(k).objectives}]) > 0
    assert not offer.holes


def test_a_misconception_that_is_hardly_on_offer_is_a_hole() -> None:
    wrong = {"text": "He", "because": "No.", "misconception": "cook"}
    options = [{"text": "She", "because": "So.", "right": True}, wrong]
    soup = {"kind": "choose", "id": "soup", "objectives": [FIRST], "prompt": "Who?"}
    claim = {"claim": "a", "corrective": "b", "editions": ["4"]}
    misconceptions = [
        {"id": "cook", "objectives": [FIRST, "open-cases"], **claim},
        {"id": "waiter", **claim},
    ]
    book = small_book(soup | {"editions": ["4"], "options": options}, misconceptions=misconceptions)
    cook, waiter = offers(book)
    first, second = OBJECTIVES[FIRST].lesson, OBJECTIVES["open-cases"].lesson
    assert (cook.questions, cook.lessons) == (1, {first: 1, second: 0})
    few = "questions, where 6 are needed"
    assert cook.holes == [f"1 {few}", f"no question of {second} offers it"]
    assert waiter.holes == [f"0 {few}", "no lesson teaches against it"]
    assert as_table([], [waiter]).endswith("  missing: no lesson teaches against it")


@pytest.mark.parametrize("name", ["open-case", "", 7])
def test_an_unknown_objective_is_refused_with_its_cell_and_what_to_write(
    tmp_path: Path, capsys: Captured, name: str
) -> None:
    write(tmp_path, [FIRST], [name])
    assert main(["coverage", str(tmp_path)]) == FAULTY
    out, err = capsys.readouterr()
    told = (
        f"customer-casebook: one.ipynb[activity]: there is no objective {name!r}; write {FIRST}, "
    )
    assert (out, err[: len(told)]) == ("", told)
    assert ("(did you mean open-cases?)" in err) == (name == "open-case")


CELL = '{"cells": [{"id": "a", "cell_type": "code", "metadata": []}]}'


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"cells": [{}]}', '{"cells": [7]}', CELL, "\udcff"]
)
def test_what_is_no_notebook_is_refused_by_name(
    tmp_path: Path, capsys: Captured, text: str
) -> None:
    broken = tmp_path / "lesson.ipynb"
    broken.write_text(text, encoding="utf-8", errors="surrogateescape")
    assert main(["coverage", str(tmp_path)]) == FAULTY
    told = "customer-casebook: lesson.ipynb is no notebook; save it anew from JupyterLab\n"
    assert capsys.readouterr() == ("", told)


def test_a_folder_without_notebooks_is_refused(tmp_path: Path, capsys: Captured) -> None:
    assert main(["coverage", str(tmp_path / "no")]) == FAULTY
    assert "there is no notebook in " in capsys.readouterr().err


def test_the_command_prints_json_and_fails_on_a_hole(tmp_path: Path, capsys: Captured) -> None:
    every = list(OBJECTIVES)
    for passage, status in ((every, FINE), (every[1:], FAULTY)):
        write(tmp_path, passage, every)
        assert main(["coverage", "--json", str(tmp_path)]) == status
        told = json.loads(capsys.readouterr().out)
        rows = told["objectives"]
        assert told["misconceptions"] == [asdict(offer) for offer in OFFERS]
        assert [row["id"] for row in rows] == every
        assert rows[0]["text"] == OBJECTIVES[FIRST].can
        for row in rows:
            assert [*row] == "id text row passages activities questions misconceptions".split()
            assert all(isinstance(row[n], int) for n in ("passages", "activities", "questions"))
            assert isinstance(row["misconceptions"], list)


def test_the_course_teaches_practises_and_asks_every_objective(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    monkeypatch.chdir(tmp_path)  # wherever an author asks for the list
    assert main(["coverage"]) == FINE
    assert "missing" not in capsys.readouterr().out


def test_the_lesson_of_an_objective_is_the_notebook_that_says_most_about_it() -> None:
    counts: dict[str, Counter[str]] = {name: Counter() for name in OBJECTIVES}
    for place, kind, name in cells(NOTEBOOKS):
        if kind == "markdown":
            counts[name][place.partition(".ipynb[")[0]] += 1
    assert {name: objective.lesson for name, objective in OBJECTIVES.items()} == {
        name: max(sorted(count), key=count.__getitem__) for name, count in counts.items()
    }


def test_a_cell_without_an_id_is_known_by_its_number(tmp_path: Path) -> None:
    cell = '{"cell_type": "code", "metadata": {"objectives": ["open-cases"]}}'
    (tmp_path / "old.ipynb").write_text(f'{{"cells": [{cell}]}}', encoding="utf-8")
    assert [*cells(tmp_path)] == [("old.ipynb[1]", "code", "open-cases")]
