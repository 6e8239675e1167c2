"""The views by traits and clicks, without a browser."""

from __future__ import annotations

from customer_casebook.course.items import CaseItem
from customer_casebook.widgets.card import Card


def case_items(card: Card) -> list[CaseItem]:
    """The questions of a card that are lenses asked of cases."""
    return [question for question in card.questions if isinstance(question, CaseItem)]
