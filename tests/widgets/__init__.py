"""The views by traits and clicks, without a browser."""

from __future__ import annotations

from customer_casebook.course.feedback import Question
from customer_casebook.widgets.card import Card


def asked(card: Card) -> list[Question]:
    """The questions of a card that are lenses asked of cases."""
    return [each for each in card.questions if isinstance(each, Question)]
