"""Situations: those to start from, and thirty that people asked about in public."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from customer_casebook.domain.facts import UNKNOWN, VOCABULARY
from customer_casebook.domain.verdict import UNDETERMINED
from customer_casebook.own.inquiry import Inquiry
from tests.course.books import BOOK
from tests.domain.test_case_table import read

THIRTY = yaml.safe_load((Path(__file__).parent / "thirty.yaml").read_text("utf-8"))
MAX_MEAN_QUESTIONS = 8


def ask(knows: str) -> Inquiry:
    """The inquiry of somebody who answers what they know."""
    facts, inquiry = read(knows), Inquiry()
    while name := inquiry.next:
        inquiry = inquiry.answer(name, getattr(facts, name))
    return inquiry


def test_there_are_thirty() -> None:
    assert len({each["text"] for each in THIRTY}) == 30


@pytest.mark.parametrize("each", THIRTY, ids=lambda each: each["text"][:40])
def test_a_situation_that_people_ask_about_is_settled_as_the_domain_has_it(
    each: dict[str, Any],
) -> None:
    verdicts = ask(each["knows"]).verdicts
    for lens, answer in (pair.split("=") for pair in each["settled"].split()):
        assert verdicts[lens].answers == tuple(sorted(answer.split("+"))), lens
    for lens in each.get("open", "").split():
        verdict = verdicts[lens]
        assert verdict.answer == UNDETERMINED or {*verdict.possible} > {*verdict.answers}, lens
        assert verdict.missing


def test_eight_questions_are_enough_on_average() -> None:
    counts = [len(ask(each["knows"]).answers) for each in THIRTY]
    assert sum(counts) / len(counts) <= MAX_MEAN_QUESTIONS, counts


@pytest.mark.parametrize("name", BOOK.situations)
def test_a_start_leaves_something_open_and_says_nothing_impossible(name: str) -> None:
    start = BOOK.situations[name]
    inquiry = Inquiry()
    for fact, value in start.facts.items():
        inquiry = inquiry.answer(fact, value)
    assert inquiry.answers == start.facts  # none takes another back
    assert UNKNOWN not in start.facts.values()
    assert inquiry.next
    assert inquiry.facts.contradiction is None


def test_every_fact_that_a_lens_reads_has_its_question() -> None:
    for name, ask_text in BOOK.asks.items():
        assert {*ask_text.answers} == {*VOCABULARY[name].says}
    assert VOCABULARY.keys() - BOOK.asks.keys() == {"gives_feedback"}
