"""Customer Casebook: cases that teach to tell customers and services apart.

What a notebook may import is here, and loaded when first asked for, so that the command line needs
no widgets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from customer_casebook.facts import Facts
    from customer_casebook.library import case, cases
    from customer_casebook.verdict import decide
    from customer_casebook.view.exam import exam
    from customer_casebook.view.expectation_gap import expectation_gap
    from customer_casebook.view.going_direct import going_direct
    from customer_casebook.view.ledger import ledger
    from customer_casebook.view.practice import (
        find_evidence,
        own_the_relationship,
        practice,
        sort_parties,
        term,
    )
    from customer_casebook.view.progress import progress, review
    from customer_casebook.view.service_levels import service_levels
    from customer_casebook.view.study import compare, study
    from customer_casebook.view.what_if import what_if

__all__ = [
    "Facts", "case", "cases", "compare", "decide", "exam", "expectation_gap", "find_evidence",
    "going_direct", "ledger", "own_the_relationship", "practice", "progress",
    "review", "service_levels", "sort_parties", "study", "term", "what_if",
]  # fmt: skip

_HOME = {
    "Facts": "facts",
    "case": "library",
    "cases": "library",
    "compare": "view.study",
    "decide": "verdict",
    "exam": "view.exam",
    "expectation_gap": "view.expectation_gap",
    "find_evidence": "view.practice",
    "going_direct": "view.going_direct",
    "ledger": "view.ledger",
    "own_the_relationship": "view.practice",
    "practice": "view.practice",
    "progress": "view.progress",
    "review": "view.progress",
    "service_levels": "view.service_levels",
    "sort_parties": "view.practice",
    "study": "view.study",
    "term": "view.practice",
    "what_if": "view.what_if",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
