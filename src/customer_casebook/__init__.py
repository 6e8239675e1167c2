"""Customer Casebook: cases that teach to tell customers and services apart.

What a notebook may import is here, and loaded when first asked for, so that the command line needs
no widgets.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from customer_casebook.course.casebook import case, cases
    from customer_casebook.domain.facts import Facts
    from customer_casebook.domain.verdict import decide
    from customer_casebook.simulators.expectation_gap import expectation_gap
    from customer_casebook.simulators.going_direct import going_direct
    from customer_casebook.simulators.ledger import ledger
    from customer_casebook.simulators.service_levels import service_levels
    from customer_casebook.widgets.exam import exam
    from customer_casebook.widgets.practice import (
        find_evidence,
        own_the_relationship,
        practice,
        sort_parties,
        term,
    )
    from customer_casebook.widgets.progress import progress, review
    from customer_casebook.widgets.study import compare, study
    from customer_casebook.widgets.what_if import what_if

__all__ = [
    "Facts", "case", "cases", "compare", "decide", "exam", "expectation_gap", "find_evidence",
    "going_direct", "ledger", "own_the_relationship", "practice", "progress",
    "review", "service_levels", "sort_parties", "study", "term", "what_if",
]  # fmt: skip

_HOME = {
    "Facts": "domain.facts",
    "case": "course.casebook",
    "cases": "course.casebook",
    "compare": "widgets.study",
    "decide": "domain.verdict",
    "exam": "widgets.exam",
    "expectation_gap": "simulators.expectation_gap",
    "find_evidence": "widgets.practice",
    "going_direct": "simulators.going_direct",
    "ledger": "simulators.ledger",
    "own_the_relationship": "widgets.practice",
    "practice": "widgets.practice",
    "progress": "widgets.progress",
    "review": "widgets.progress",
    "service_levels": "simulators.service_levels",
    "sort_parties": "widgets.practice",
    "study": "widgets.study",
    "term": "widgets.practice",
    "what_if": "widgets.what_if",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return __all__
