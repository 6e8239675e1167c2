"""The views by traits and clicks, without a browser."""

from __future__ import annotations

import re
from html import unescape

from customer_casebook.course.feedback import editions_in
from customer_casebook.course.items import CaseItem
from customer_casebook.widgets.card import Card


def case_items(card: Card) -> list[CaseItem]:
    """The questions of a card that are lenses asked of cases."""
    return [question for question in card.questions if isinstance(question, CaseItem)]


FOLD = re.compile("<details><summary>In other editions</summary>.*?</details>", re.DOTALL)


def of_others(html: str, edition: str, *instead: str) -> list[str]:
    """The sentences outside the fold that name other editions only, but for what is said instead."""
    seen = unescape(FOLD.sub("", html))
    for words in sorted(instead, key=len, reverse=True):
        seen = seen.replace(words, "")
    sentences = re.findall(r"[^<>.]+", seen)
    return [each for each in sentences if editions_in(each) and edition not in editions_in(each)]
