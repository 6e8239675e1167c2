"""Study one case, or compare two: a card with the stories, the questions, and a board that fills."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from customer_casebook.bank import story
from customer_casebook.document import Fold, Line, Points, Table, to_html
from customer_casebook.facts import VOCABULARY
from customer_casebook.library import case, world
from customer_casebook.questions import Question, ask, capital
from customer_casebook.rules import LENSES
from customer_casebook.view.card import Card, as_text


def study(case_id: str, lenses: Iterable[str] = tuple(LENSES)) -> Card:
    """Study one case, lens by lens; at the end its case file sums up all lenses.

    Raises `ValueError` for a case or a lens that does not exist.
    """
    one = case(case_id)
    questions = ask(one, lenses)
    asked = {question.lens: place for place, question in enumerate(questions)}
    everything = ask(one, LENSES)
    card = Card(
        questions,
        layout="study",
        title=one.title,
        intro=to_html([Line("Case", "ccb-kicker"), *story(one)]),
        board=_board(
            f"Case file: {one.title}",
            ("Lens", "Verdict", "Because"),
            [
                (
                    each.text.label,
                    [(text, asked.get(each.lens)) for text in (each.answer, _ground(each))],
                )
                for each in everything
            ],
        ),
        closed="Case closed",
        close="Close the case",
        closing=Line(one.takeaway).html(),
    )
    card.transcript = [
        *story(one),
        *as_text(questions),
        Fold(
            "The case file, with every verdict",
            [
                Table(
                    one.title,
                    ("Lens", "Verdict", "Because"),
                    [(each.text.label, each.answer, _ground(each)) for each in everything],
                ),
                Line(one.takeaway),
            ],
        ),
    ]
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
    names = [capital(world().parties[each.party].name) for each in both]
    title = " and ".join(names)
    stories = "".join(Fold(f"The story: {each.title}", story(each)).html() for each in both)
    columns = ("Lens", *names)
    card = Card(
        questions,
        layout="compare",
        title=title,
        intro=Line("Two cases, the same questions", "ccb-kicker").html() + stories,
        board=_board(
            "Side by side",
            columns,
            [
                (
                    first.text.label,
                    [(each.answer, questions.index(each)) for each in (first, second)],
                )
                for first, second in pairs
            ],
        ),
        closed="Both cases closed",
        close="See them side by side",
        closing=Points([each.takeaway for each in both]).html(),
    )
    card.transcript = [
        *story(both[0]),
        *story(both[1]),
        *as_text(questions),
        Fold(
            "Both case files, side by side",
            [
                Table(
                    title, columns, [(one.text.label, one.answer, two.answer) for one, two in pairs]
                )
            ],
        ),
    ]
    return card


def _ground(question: Question) -> str:
    """The rule that decided, or what is missing, in one line."""
    verdict = question.verdict
    asked = (question.case.open.get(name) or VOCABULARY[name].question for name in verdict.missing)
    missing = "Not known: " + " ".join(asked)
    titles = " ".join(reason.rule.title for reason in verdict.because)
    return " ".join(filter(None, (titles, missing if verdict.missing else "")))


def _board(
    caption: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, Sequence[tuple[str, int | None]]]],
) -> dict[str, object]:
    """A table whose cells show once the question they belong to is answered, or all are."""
    return {
        "caption": caption,
        "columns": list(columns),
        "rows": [
            {
                "label": label,
                "cells": [{"html": escape(text), "after": after} for text, after in cells],
            }
            for label, cells in rows
        ],
    }
