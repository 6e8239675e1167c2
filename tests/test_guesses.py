"""Guesses are guesses: nothing on the page answers one before it is made; and tables say what the rules say."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode

from customer_casebook.course.casebook import case
from customer_casebook.course.items import CaseItem
from customer_casebook.document import Details, to_text
from customer_casebook.domain.facts import VOCABULARY
from customer_casebook.domain.verdict import decide
from customer_casebook.widgets.card import feedback
from customer_casebook.widgets.study import list_of
from tests.course.books import BOOK

NOTEBOOKS = sorted((Path(__file__).parents[1] / "notebooks").glob("*.ipynb"))
LESSONS = [path for path in NOTEBOOKS if path.stem[:2] not in ("00", "18")]
SIMULATORS = ("expectation_gap", "going_direct", "ledger", "service_levels")
each_lesson = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def cells(path: Path) -> list[NotebookNode]:
    notebook = nbformat.read(path, as_version=4)
    return [*notebook.cells]


def calls(path: Path) -> Iterator[tuple[str, list[object]]]:
    """The names of the functions that a lesson calls, with their arguments."""
    for cell in cells(path):
        if cell.cell_type == "code" and not cell.source.startswith("from "):
            call = ast.parse(cell.source, mode="eval").body
            assert isinstance(call, ast.Call)
            yield ast.unparse(call.func), [*map(argument, call.args)]


def argument(node: ast.expr) -> object:
    return None if isinstance(node, ast.Call | ast.Attribute) else ast.literal_eval(node)


@each_lesson
def test_what_answers_a_guess_is_folded_away_below_it(path: Path) -> None:
    for one, other in pairwise(cells(path)):
        if one.source.startswith(("what_if(", *SIMULATORS)):
            assert other.source.startswith(("<details>", "## ")), other.source


@each_lesson
def test_what_is_to_be_guessed_is_not_printed_below(path: Path) -> None:
    for one, other in pairwise(cells(path)):
        *_, last = one.source.split("\n\n")
        if re.search(r"\b[Gg]uess|\b[Ss]ay (first|which)", last) and other.cell_type == "code":
            assert not other.source.startswith("decide("), last


@each_lesson
def test_no_lesson_has_a_loop_or_prints(path: Path) -> None:
    assert [name for name, _ in calls(path) if name == "print"] == []


@each_lesson
def test_no_feedback_answers_a_later_question(path: Path) -> None:
    for name, arguments in calls(path):
        if name != "study":
            continue
        case_id, lenses = arguments
        items = [CaseItem(BOOK, case(str(case_id)), lens) for lens in list_of(lenses)]
        for place, item in enumerate(items):
            own = " ".join(item.options.values()).lower()
            # The names of roles are words like any others.
            ones = [each for each in items[place + 1 :] if not each.many]
            later = {label.lower() for each in ones for label in each.options.values()}
            for option in item.options:
                seen = [
                    block for block in feedback(item, {option}) if not isinstance(block, Details)
                ]
                said = to_text(seen).lower()
                given_away = [label for label in later if label in said and label not in own]
                assert not given_away, (item.id, option)


LENS_NAMES = {text.label: lens for lens, text in BOOK.lens_texts.items()}
FACT_NAMES = {fact.label: name for name, fact in VOCABULARY.items()}
CASES = {
    "08": "marketing-campaign-hub",
    "09": "marketing-campaign-hub",
    "11": "hagstone-bed-window",
}


@pytest.mark.parametrize("number", CASES)
def test_a_table_of_verdicts_says_what_the_rules_say(number: str) -> None:
    [path] = [path for path in NOTEBOOKS if path.stem.startswith(number)]
    rows = 0
    for cell in cells(path):
        for table in re.findall(r"(?:^\|.*\|\n?)+", cell.source, re.MULTILINE):
            head, _, *lines = (
                [each.strip() for each in line.split("|")[1:-1]] for line in table.splitlines()
            )
            facts = [FACT_NAMES[each] for each in head if each in FACT_NAMES]
            if not facts or not {*head} <= FACT_NAMES.keys() | LENS_NAMES.keys():
                continue
            for line in lines:
                values = dict(zip(facts, line[: len(facts)], strict=True))
                told = case(CASES[number]).facts.with_changes(**values)
                for label, verdict in zip(head[len(facts) :], line[len(facts) :], strict=True):
                    lens = LENS_NAMES[label]
                    assert BOOK.answer_label(lens, decide(told, lens).answer) == verdict
                rows += 1
    assert rows
