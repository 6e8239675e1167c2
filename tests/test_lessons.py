"""What the lessons ask, as their own code shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from tools.lessons import LESSONS

import customer_casebook
from customer_casebook.course.bank import FindItem, SortItem, item_of
from customer_casebook.course.casebook import CONTENT, course
from customer_casebook.course.feedback import editions_in
from customer_casebook.course.items import CaseItem, Item, lesson_link
from customer_casebook.course.selection import MAX_IN_A_ROW, exam_questions

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
ASKING = ("study", "compare", "practice", "find_evidence", "sort_parties", "own_the_relationship")


Words = tuple[str, frozenset[str], str]


def words(item: Item) -> Words:
    """What a learner reads of a question, in whatever order its options stand, and what is right.

    A twin asks the same of another telling, and an exam asks it only where the answer is another one.
    """
    return item.prompt, frozenset(map(item.wording, item.options)), item.answer


def lesson_items() -> Iterator[Item]:
    """What the cells of all lessons ask; after them come practice, which draws anew each time, and the editions."""
    for lesson in json.loads(LESSONS.read_text("utf-8"))[:-3]:
        for code in lesson["code"]:
            if code.startswith(ASKING):
                activity = eval(code, vars(customer_casebook) | names())  # noqa: S307  (ours)
                yield from getattr(activity, "card", activity).questions


def names() -> dict[str, object]:
    return {name: getattr(customer_casebook, name) for name in ASKING}


@pytest.fixture(scope="module")
def in_lessons() -> frozenset[Words]:
    return frozenset(map(words, lesson_items()))


def test_the_bank_says_what_the_lessons_ask(
    in_lessons: frozenset[Words],
) -> None:
    """Else write ``in_lesson: yes`` below the objectives of the questions named first, and not of the others."""
    items = {k: item for k in course().questions if (item := item_of(course(), k))}
    asked = {k for k, item in items.items() if words(item) in in_lessons}
    marked = {k for k, record in course().questions.items() if record.in_lesson}
    assert (asked - marked, marked - asked) == (set(), set())
    assert len(asked) > 40  # the lessons were read


@pytest.mark.parametrize("seed", range(20))
def test_no_exam_asks_what_a_lesson_has_asked(in_lessons: frozenset[Words], seed: int) -> None:
    paper = [item_of(course(), item_id) for item_id in exam_questions(course(), 40, seed)]
    assert len(paper) == 40
    assert in_lessons.isdisjoint(words(item) for item in paper if item)


@pytest.mark.parametrize(
    "lesson", sorted({str(each.lesson) for each in course().objectives.values()})
)
def test_a_link_to_a_lesson_has_its_title(lesson: str) -> None:
    first = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text("utf-8"))["cells"][0]["source"][0]
    title = first.removeprefix("# ").strip()
    assert lesson_link(lesson) == f"Lesson {lesson[:2]}: {title}"


# Editions are listed as feedback lists them, "ITIL v3 and 4"; and an idiom that carries a fact is not plain.
OTHER_WORDS = r"v3,? and ITIL|v3, ITIL|ITIL \d and (?:ITIL )?Version|lookout|nobody's man|rung up"


def test_editions_are_listed_in_one_way_and_facts_stand_in_plain_words() -> None:
    for path in (*CONTENT.rglob("*.yaml"), *NOTEBOOKS.glob("*.ipynb")):
        text = path.read_text("utf-8").replace('\\n",', "").replace('"', " ")
        assert re.findall(OTHER_WORDS, " ".join(text.split())) == [], path.name


def of_cases(item: Item) -> list[CaseItem]:
    """What a question asks of cases, or says of them."""
    match item:
        case CaseItem():
            return [item]
        case FindItem():
            return [item.question]
        case SortItem():
            return [*item.parts.values()]
    return []


def test_the_next_answer_is_no_guess_from_the_ones_before() -> None:
    """Else choose a case with another answer: the rule is to be learnt, and not a pattern."""
    answers: dict[str, list[str]] = {}
    for one in (one for item in lesson_items() for one in of_cases(item)):
        answers.setdefault(one.lens, []).append(one.answer)
    assert len(answers["customer"]) > 25
    runs = {(lens, k, len([*run])) for lens, row in answers.items() for k, run in groupby(row)}
    assert not [run for run in runs if run[2] > MAX_IN_A_ROW]


# Cells that are about an edition by themselves: v3's words for who only pays, and its service strategy.
ABOUT_AN_EDITION = {"and-in-v3", "two-sentences", "relate", "sitting"}


@pytest.mark.parametrize("path", sorted(NOTEBOOKS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_what_only_some_editions_say_is_a_fold(path: Path) -> None:
    for cell in json.loads(path.read_text("utf-8"))["cells"]:
        if cell["cell_type"] == "markdown" and cell["id"] not in {*ABOUT_AN_EDITION, "recap"}:
            prose = "".join(cell["source"])
            for taken in (r"<details open><summary>In (?:ITIL|Version).*?</details>", r"\(.*?\)"):
                prose = re.sub(taken, "", prose, flags=re.DOTALL)
            for sentence in re.split(r"(?<=[.?!:])\s", prose):
                assert {"4", "5"} <= editions_in(sentence) or not editions_in(sentence)
