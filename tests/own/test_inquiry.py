"""Which fact is asked next: never a useless one, always an end, and nearly as few as can be."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.domain.facts import UNKNOWN, VOCABULARY, Facts
from customer_casebook.domain.rules import EDITIONS, LENSES
from customer_casebook.domain.verdict import decide, has_words
from customer_casebook.files import without_garbage
from customer_casebook.own.inquiry import Inquiry
from tests.course.books import BOOK

CASES = [case.facts for case in BOOK.cases.values()]
ALLOWED_SHARE = 1.15  # of the best average number of questions

LENS_CHOICES = st.lists(st.sampled_from([*LENSES]), min_size=1, unique=True).map(tuple)
SOME_EDITION = st.sampled_from([None, *EDITIONS])


def walk(inquiry: Inquiry, facts: Facts) -> Iterator[tuple[str, Inquiry]]:
    """Each fact that is asked of somebody who knows these facts, with what is known after it."""
    while name := inquiry.next:
        inquiry = inquiry.answer(name, getattr(facts, name))
        yield name, inquiry


@given(data=st.data(), lenses=LENS_CHOICES, edition=SOME_EDITION)
def test_whatever_one_answers_it_ends_and_asks_nothing_in_vain(
    data: st.DataObject, lenses: tuple[str, ...], edition: str | None
) -> None:
    inquiry = Inquiry(lenses=lenses, edition=edition)
    read = {name for lens in lenses for name in LENSES[lens].reads}
    for _ in VOCABULARY:
        name = inquiry.next
        if name is None:
            break
        assert name in read
        assert getattr(inquiry.facts, name) == UNKNOWN
        assert name not in inquiry.answers
        values = st.sampled_from([*VOCABULARY[name].says, UNKNOWN])
        asked, inquiry = inquiry, inquiry.answer(name, data.draw(values))
        assert len(inquiry.answers) > 0
        assert {*asked.answers} | {name} >= {*inquiry.answers}
    assert inquiry.next is None
    verdicts = decide(inquiry.facts, edition=edition)
    assert inquiry.verdicts == verdicts
    spoken = [lens for lens in lenses if has_words(edition, lens)]
    open_facts = {name for lens in spoken for name in verdicts[lens].missing}
    assert open_facts == {*inquiry.missing}
    assert open_facts <= {name for name, value in inquiry.answers.items() if value == UNKNOWN}


@given(st.fixed_dictionaries({k: st.sampled_from([*f.says]) for k, f in VOCABULARY.items()}))
def test_every_fact_that_follows_is_one_that_no_other_value_fits(values: dict[str, str]) -> None:
    for _, inquiry in walk(Inquiry(), Facts(**values)):
        assert inquiry.facts.contradiction is None
        for name in inquiry.facts.known().keys() - inquiry.answers.keys():
            others = [
                value for value in VOCABULARY[name].says if value != inquiry.facts.known()[name]
            ]
            for other in others:
                changed = inquiry.facts.with_changes(**{name: other})
                assert changed.contradiction or changed.consumes == "no"


PRESUMED_ELSE = {
    "bramblestead-reed": {"role"}
}  # it supplies, too, which nobody presumes of a customer


@pytest.mark.parametrize("case_id", BOOK.cases)
def test_the_questions_settle_what_all_facts_of_a_case_settle(case_id: str) -> None:
    facts = BOOK.cases[case_id].facts
    *_, (_, last) = walk(Inquiry(), facts)
    all_known = decide(facts)
    other = {
        lens for lens in LENSES if {*last.verdicts[lens].answers} != {*all_known[lens].answers}
    }
    assert other == PRESUMED_ELSE.get(case_id, set())


def test_a_presumption_is_asked_where_the_party_only_uses_or_only_pays() -> None:
    both = {"party_is": "unit", "organization": "same", "consumes": "yes", "inside_provider": "no"}
    inquiry = Inquiry(both, lenses=("customer",))
    assert inquiry.next is None
    assert inquiry.presumed == {"sets_requirements": "yes"}
    assert inquiry.answer("uses", "yes").next is None
    doubtful = inquiry.answer("authorizes_budget", "no")
    assert doubtful.next == "sets_requirements"
    assert (
        doubtful.answer("sets_requirements", "no").verdicts["customer"].answer == "not_a_customer"
    )
    assert doubtful.answer("sets_requirements", UNKNOWN).next is None  # and it is not asked again
    assert replace(doubtful, lenses=("money",)).next == "charge"  # which does not read it


def test_an_answer_that_cannot_be_beside_others_takes_them_back() -> None:
    inquiry = Inquiry().answer("organization", "same").answer("uses", "yes")
    assert inquiry.answer("party_is", "private_person").answers == {
        "uses": "yes",
        "party_is": "private_person",
    }
    assert inquiry.answer("consumes", "no").answers == {"organization": "same", "consumes": "no"}
    changed = inquiry.answer("organization", "different")
    assert [*changed.answers.items()] == [("organization", "different"), ("uses", "yes")]


def test_one_lens_alone_asks_what_it_reads() -> None:
    asked = [name for name, _ in walk(Inquiry(lenses=("money",)), CASES[0])]
    assert {*asked} <= {"party_is", "organization", "charge"}
    for lens in ("provider_type", "service", "owner"):  # words of v3
        is_asked = has_words("5", lens)
        assert bool([*walk(Inquiry(lenses=(lens,), edition="5"), CASES[0])]) == is_asked
    assert not has_words("5", "service")


def test_the_order_is_nearly_the_best_there_is_for_the_cases_of_the_course() -> None:
    """The best is found by trying every order: a state is what is asked and what was answered."""
    ours = sum(len([*walk(Inquiry(), facts)]) for facts in CASES)

    names = {name for lens in LENSES.values() for name in lens.reads}

    found: dict[frozenset[tuple[str, str]], int] = {}

    def best(answers: frozenset[tuple[str, str]], pool: list[Facts]) -> int:
        """The fewest questions, over all cases with these answers, which are the pool."""
        if answers not in found:
            inquiry, fewest = Inquiry(dict(answers)), len(names) * len(pool)
            useful = (names & inquiry.missing.keys()) - inquiry.answers.keys()
            for name in useful:
                piles: dict[str, list[Facts]] = {}
                for facts in pool:
                    piles.setdefault(getattr(facts, name), []).append(facts)
                after = sum(best(answers | {(name, value)}, pile) for value, pile in piles.items())
                fewest = min(fewest, len(pool) + after)
            found[answers] = fewest if useful else 0
        return found[answers]

    fewest = best(frozenset(), CASES)
    assert fewest <= ours <= ALLOWED_SHARE * fewest


def test_the_next_question_comes_at_once() -> None:
    """Once the rules have been asked in this process; the slowest of all questions of all cases."""
    assert Inquiry().next
    slowest = 0.0
    with without_garbage():  # that of other tests
        for facts in CASES:
            inquiry = Inquiry()
            while True:
                begin = time.process_time()
                name = inquiry.next
                slowest = max(slowest, time.process_time() - begin)
                if name is None:
                    break
                inquiry = inquiry.answer(name, getattr(facts, name))
    assert slowest < 0.05
