"""Study one case, or compare two: a card with the stories, the questions, and a board that fills."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from markupsafe import escape

from customer_casebook.course.casebook import Casebook, course
from customer_casebook.course.items import CaseItem, story
from customer_casebook.document import Block, BulletList, Details, Paragraph, Table, to_html
from customer_casebook.domain.facts import InputError, require_known
from customer_casebook.domain.rules import LENSES
from customer_casebook.widgets.card import Card, as_text


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
    book = book or course()
    case = book.case(case_id)
    wanted = lenses_to_ask(lenses)
    items = {lens: CaseItem(book, case, lens) for lens in LENSES}
    columns = ("Lens", "Verdict", "Because")
    rows = {lens: (item.topic, item.answer, _ground(item)) for lens, item in items.items()}
    case_file = Details(
        "The case file, with every verdict",
        (Table(case.title, columns, [*rows.values()]), Paragraph(case.takeaway)),
    )
    shown = [lens for lens in LENSES if lens in wanted]
    places = [(wanted.index(lens),) * 2 for lens in shown]
    board = Table(f"Case file: {case.title}", columns, [rows[lens] for lens in shown])
    closing: list[Block] = [Paragraph(case.takeaway)]
    if len(shown) < len(rows):
        closing.append(case_file)
    questions = [items[lens] for lens in wanted]
    card = Card(
        questions,
        layout="study",
        title=case.title,
        intro=to_html([Paragraph("Case", "ccb-kicker"), *story(case)]),
        board=_board(board, places),
        closed="Case closed",
        close="Close the case",
        closing=to_html(closing),
    )
    card.transcript = [*story(case), *as_text(questions), case_file]
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
    book = book or course()
    cases = book.case(a), book.case(b)
    pairs = [[CaseItem(book, case, lens) for case in cases] for lens in lenses_to_ask(lenses)]
    questions = [item for pair in pairs for item in pair]
    names = [book.sentence("{party}", case) for case in cases]
    columns = ("Lens", *names)
    rows = [(one.topic, one.answer, other.answer) for one, other in pairs]
    places = [(2 * row, 2 * row + 1) for row in range(len(pairs))]
    stories = [Details(f"The story: {case.title}", story(case)) for case in cases]
    card = Card(
        questions,
        layout="compare",
        title=" and ".join(names),
        intro=to_html([Paragraph("Two cases, the same questions", "ccb-kicker"), *stories]),
        board=_board(Table("Side by side", columns, rows), places),
        closed="Both cases closed",
        close="See them side by side",
        closing=BulletList([case.takeaway for case in cases]).html(),
    )
    table = Table(" and ".join(names), columns, rows)
    case_files = Details("Both case files, side by side", [table])
    card.transcript = [*story(cases[0]), *story(cases[1]), *as_text(questions), case_files]
    return card


def lenses_to_ask(lenses: object) -> tuple[str, ...]:
    """The lenses to ask. Raises `InputError` where one does not exist, or there is none."""
    names: tuple[Any, ...] = (lenses,)
    if isinstance(lenses, Iterable) and not isinstance(lenses, str):
        names = tuple(lenses)
    if not names:
        raise InputError(f"there is no lens to ask; name some of {', '.join(LENSES)}")
    for name in names:
        require_known("lens", name, LENSES)
    return names


def _ground(item: CaseItem) -> str:
    """The rule that decided, or what is missing, in one line."""
    missing = [item.open_question(fact) for fact in item.verdict.missing]
    return " ".join(
        filter(None, [item.verdict.why, *(["Not known:", *missing] if missing else [])])
    )


def _board(table: Table, places: Iterable[Iterable[int]]) -> dict[str, object]:
    """A table whose cells show once the question at their place is answered, or all are."""
    rows = [
        {
            "label": label,
            "cells": [
                {"html": escape(text), "after": place}
                for text, place in zip(texts, after, strict=True)
            ],
        }
        for (label, *texts), after in zip(table.rows, places, strict=True)
    ]
    return {"caption": table.caption, "columns": list(table.columns), "rows": rows}
