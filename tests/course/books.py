"""Small casebooks for the tests of the course, and the items of the course itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, replace
from functools import cache
from typing import Any

from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import Casebook, course, make_casebook
from customer_casebook.course.items import Item, question_of
from customer_casebook.course.records import TWIN, Evidence, Question

BOOK = course()
ITEMS: dict[str, Item] = {k: known for k in BOOK.questions if (known := item_of(BOOK, k))}
CASE = "facilities-web-shop"
HUB = "marketing-campaign-hub"


def fresh_course() -> Casebook:
    """The course with no item built yet."""
    return replace(BOOK, items={})


def without(question_id: str) -> Casebook:
    """The course with one question less in its bank, in every style; or of a twin, with no twin of its case."""
    name = question_id.partition(TWIN)[0]
    fewer = {k: record for k, record in BOOK.questions.items() if k not in (question_id, name)}
    if len(fewer) < len(BOOK.questions):
        return replace(BOOK, questions=fewer, items={**BOOK.items})
    if name.startswith("word/"):
        terms = {k: term for k, term in BOOK.glossary.items() if k != name.split("/")[1]}
        return replace(BOOK, glossary=terms, items={})
    alone = replace(BOOK.cases[name], evidence=without_twins(name))
    return replace(BOOK, cases={**BOOK.cases, name: alone}, items={})


def without_twins(case_id: str) -> tuple[Evidence, ...]:
    """The evidence of a case of the course, which says what it says and nothing else."""
    return tuple(replace(clue, otherwise=()) for clue in BOOK.case(case_id).evidence)


def small_book(
    *questions: dict[str, Any],
    name: str = "school",
    cases: Iterable[str | dict[str, Any]] = (CASE,),
    **more: Any,
) -> Casebook:
    """A casebook beside the course, with cases of the course or its own, and these questions."""
    content: dict[str, Any] = {"questions": questions, **more}
    content["cases"] = [case_content(k) if isinstance(k, str) else k for k in cases]
    return make_casebook(name, content, base=BOOK)


def case_content(case_id: str, **changes: Any) -> dict[str, Any]:
    """A case of the course as a file holds it."""
    return asdict(BOOK.case(case_id)) | changes


def item(item_id: str, book: Casebook = BOOK) -> Item:
    """An item that the book has."""
    known = item_of(book, item_id)
    assert known, item_id
    return known


@cache
def question(item_id: str, book: Casebook = BOOK) -> Question:
    """The question of an id that the book has."""
    record = question_of(book, item_id)
    assert record, item_id
    return record
