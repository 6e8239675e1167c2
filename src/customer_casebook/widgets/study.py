"""Study one case, or compare two: a card with the stories, the questions, and a board that fills."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from customer_casebook.course.casebook import case
from customer_casebook.course.document import BulletList, Details, Line, Table, to_html
from customer_casebook.course.feedback import Question, ask, sentence
from customer_casebook.course.items import story
from customer_casebook.domain.rules import LENSES
from customer_casebook.widgets.card import Card, as_text


def study(case_id: str, lenses: Iterable[str] = tuple(LENSES)) -> Card:
    """Study one case, lens by lens; at the end its case file sums up all lenses.

    Raises `ValueError` for a case or a lens that does not exist.
    """
    one = case(case_id)
    questions = ask(one, lenses)
    asked = {question.lens: place for place, question in enumerate(questions)}
    columns = ("Lens", "Verdict", "Because")
    rows = [(each.topic, each.answer, _ground(each)) for each in ask(one, LENSES)]
    known = (Table(one.title, columns, rows), Line(one.takeaway))
    file = Details("The case file, with every verdict", known)
    mine = [row for row, lens in zip(rows, LENSES, strict=True) if lens in asked]
    places = [(asked[lens],) * 2 for lens in LENSES if lens in asked]
    card = Card(
        questions,
        layout="study",
        title=one.title,
        intro=to_html([Line("Case", "ccb-kicker"), *story(one)]),
        board=_board(Table(f"Case file: {one.title}", columns, mine), places),
        closed="Case closed",
        close="Close the case",
        closing=to_html([Line(one.takeaway), *([file] if len(mine) < len(rows) else [])]),
    )
    card.transcript = [*story(one), *as_text(questions), file]
    return card


def compare(
    a: str, b: str, lenses: Iterable[str] = ("customer", "money", "agreement", "penalties")
) -> Card:
    """Two cases side by side: each lens asked of one, then of the other, in a table that fills.

    Raises `ValueError` for a case or a lens that does not exist.
    """
    both = case(a), case(b)
    asked = tuple(lenses)
    pairs = list(zip(*(ask(each, asked) for each in both), strict=True))
    questions = [question for pair in pairs for question in pair]
    names = [sentence("{party}", each) for each in both]
    columns = ("Lens", *names)
    rows = [(one.topic, one.answer, other.answer) for one, other in pairs]
    places = [(2 * row, 2 * row + 1) for row in range(len(pairs))]
    kicker = Line("Two cases, the same questions", "ccb-kicker").html()
    stories = [Details(f"The story: {each.title}", story(each)) for each in both]
    card = Card(
        questions,
        layout="compare",
        title=" and ".join(names),
        intro=kicker + "".join(each.html() for each in stories),
        board=_board(Table("Side by side", columns, rows), places),
        closed="Both cases closed",
        close="See them side by side",
        closing=BulletList([each.takeaway for each in both]).html(),
    )
    known = Details("Both case files, side by side", [Table(" and ".join(names), columns, rows)])
    card.transcript = [*story(both[0]), *story(both[1]), *as_text(questions), known]
    return card


def _ground(question: Question) -> str:
    """The rule that decided, or what is missing, in one line."""
    missing = [question.asks(name) for name in question.verdict.missing]
    unknown = ["Not known:", *missing] if missing else []
    return " ".join(filter(None, [question.verdict.why, *unknown]))


def _board(table: Table, places: Iterable[Iterable[int | None]]) -> dict[str, object]:
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
