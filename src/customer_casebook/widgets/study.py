"""Study one case, or compare two: a card with the stories, the questions, and a board that fills."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from markupsafe import escape

from customer_casebook.course.bank import TwinsItem
from customer_casebook.course.casebook import Casebook, course_with, full_stop
from customer_casebook.course.exam import chosen_edition
from customer_casebook.course.feedback import by_edition, grounds_in, table_by_edition
from customer_casebook.course.items import CaseItem, find_question, story
from customer_casebook.document import (
    Block,
    Details,
    Heading,
    Paragraph,
    Table,
    to_html,
)
from customer_casebook.domain.facts import InputError, require_known
from customer_casebook.domain.rules import LENSES
from customer_casebook.widgets.card import Card, as_text

_CASE_FILE = "The case file, with every verdict"


def study(
    case_id: str, lenses: Iterable[str] = tuple(LENSES), *, book: Casebook | None = None
) -> Card:
    """Study one case, lens by lens; at the end its case file sums up all lenses.

    Args:
        case_id: The case.
        lenses: The lenses to ask, in their order; one name will do.
        book: The casebook that has the case; the course where none is named.

    Raises:
        InputError: The case or a lens does not exist, or there is no lens.
    """
    book = book or course_with(case_id)
    case = book.case(case_id)
    wanted = lenses_to_ask(lenses)
    items = {lens: CaseItem(book, case, lens) for lens in LENSES}
    columns, edition = ("Question", "Verdict", "Because"), chosen_edition()
    lesson = [Paragraph(case.takeaway)] if case.takeaway else []  # a twin has none
    own_lesson = by_edition(edition, lesson)
    row = partial(_file_row, items)
    case_file = Details(_CASE_FILE, table_by_edition(edition, case.title, columns, row))
    shown = [(row(lens, edition), [wanted.index(lens)] * 2) for lens in LENSES if lens in wanted]
    questions = [items[lens] for lens in wanted]
    card = Card(
        questions,
        book=book,
        layout="study",
        title=case.title,
        intro=to_html([Paragraph("Case", "ccb-kicker"), *story(case)]),
        board=board_of(f"Case file: {case.title}", columns, shown),
        closed="Case closed",
        close="Close the case",
        closing=to_html([*own_lesson, *([case_file] if len(shown) < len(LENSES) else [])]),
    )
    everything: list[Block] = [
        Table(case.title, columns, [row(lens, None) for lens in LENSES]),
        *lesson,
    ]
    card.transcript = [*story(case), *as_text(questions), Details(_CASE_FILE, everything)]
    return card


def compare(
    a: str,
    b: str,
    lenses: Iterable[str] = ("customer", "money", "agreement", "penalties"),
    *,
    book: Casebook | None = None,
) -> Card:
    """Two cases side by side: each lens asked of one, then of the other, in a table that fills.

    Args:
        a: The first case.
        b: The second case.
        lenses: The lenses to ask, in their order; one name will do.
        book: The casebook that has the cases; the course where none is named.

    Raises:
        InputError: A case or a lens does not exist, or there is no lens.
    """
    book = book or course_with(a, b)
    cases = book.case(a), book.case(b)
    pairs = [[CaseItem(book, case, lens) for case in cases] for lens in lenses_to_ask(lenses)]
    questions = [item for pair in pairs for item in pair]
    names = [book.sentence("{party}", case) for case in cases]
    title, columns = " and ".join(names), ("Question", *names)
    edition, numbered = chosen_edition(), []
    rows = [(one.topic, one.answer, other.answer) for one, other in pairs]
    for place, (one, other) in enumerate(pairs):
        scope = one.asks_in(edition)
        label = f"{one.topic} ({scope})" if scope else one.topic
        numbered.append(((label, one.answer, other.answer), [2 * place, 2 * place + 1]))
    takeaways = [Paragraph(case.takeaway) for case in cases if case.takeaway]
    stories = [Details(f"The story: {case.title}", story(case)) for case in cases]
    card = Card(
        questions,
        layout="compare",
        title=title,
        intro=to_html([Paragraph("Two cases, the same questions", "ccb-kicker"), *stories]),
        board=board_of("Side by side", columns, numbered),
        closed="Both cases closed",
        close="See them side by side",
        closing=to_html(by_edition(edition, takeaways)),
    )
    case_files = Details("Both case files, side by side", [Table(title, columns, rows)])
    card.transcript = [*story(cases[0]), *story(cases[1]), *as_text(questions), case_files]
    return card


def twins(case_id: str, lens: str = "customer", *, book: Casebook | None = None) -> Card:
    """Two versions of one case: answer the first, find what the second says otherwise, and what follows.

    Args:
        case_id: The case, or one twin of it, such as ``case~evidence.1``.
        lens: A lens that does not answer the same in both.
        book: The casebook that has the case; the course where none is named.

    Raises:
        InputError: The case or the lens does not exist, or no twin of it has another answer.
    """
    book = book or course_with(case_id)
    require_known("lens", lens, LENSES)
    case = book.case(case_id)
    other = TwinsItem(book, find_question(case.id, lens, "twins"))
    first, second = other.first, other.second
    if first.right == second.right:
        items = {k: TwinsItem(book, find_question(case.id, k, "twins")) for k in LENSES}
        known = ", ".join(k for k, item in items.items() if item.first.right != item.second.right)
        hint = f"ask about {known}" if known else "choose another case"
        raise InputError(f"{case.id} has no twin with another answer on {lens}; {hint}")
    first.intro, second.intro = story(first.case), story(second.case)
    title = f"{first.case.title}: two versions"
    columns = ("Question", "The first version", "The second version")
    row = (first.topic, first.answer, second.answer)
    what = Paragraph(f"What makes the difference: {full_stop(other.answer)}")
    questions = [first, other, second]
    card = Card(
        questions,
        layout="deck",
        title=title,
        intro="",
        board=board_of("Side by side", columns, [(row, [0, 2])]),
        closed="Both versions closed",
        close="See them side by side",
        closing=what.html(),
    )
    side_by_side = Details("Both versions, side by side", [Table(title, columns, [row]), what])
    card.transcript = [Heading(title), *as_text(questions), side_by_side]
    return card


def lenses_to_ask(lenses: object) -> tuple[str, ...]:
    """The lenses to ask. Raises `InputError` where one does not exist, or there is none."""
    names = list_of(lenses)
    if not names:
        raise InputError(f"there is no lens to ask; name some of {', '.join(LENSES)}")
    for name in names:
        require_known("lens", name, LENSES)
    return names


def list_of(names: object) -> tuple[Any, ...]:
    """The names; a single one will do for a list of one."""
    if isinstance(names, Iterable) and not isinstance(names, str):
        return tuple(names)
    return (names,)


def _file_row(
    items: Mapping[str, CaseItem], lens: str, edition: str | None
) -> tuple[str, str, str]:
    """A row of a case file: the lens, its verdict, and the rule that decided or what is missing."""
    item = items[lens]
    missing = [item.open_question(fact) for fact in item.verdict.missing]
    not_known = " ".join(["Not known:", *missing]) if missing else ""
    return item.topic, item.answer, grounds_in(edition, item.book, item.verdict, not_known)


def board_of(
    caption: str, columns: Sequence[str], rows: Iterable[tuple[Sequence[str], Sequence[int]]]
) -> dict[str, object]:
    """A table whose cells show once the question at their place is answered, or all are."""
    lines = []
    for (label, *texts), places in rows:
        pairs = zip(texts, places, strict=True)
        cells = [{"html": escape(text), "after": place} for text, place in pairs]
        lines.append({"label": label, "cells": cells})
    return {"caption": caption, "columns": list(columns), "rows": lines}
