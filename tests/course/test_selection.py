"""Which questions come next: in practice and in an exam, without blocks, by seed or by history."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from itertools import groupby, pairwise, product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from customer_casebook.course import selection as module
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.exam import EXAM_QUESTIONS
from customer_casebook.course.items import original_id, stable_shuffle_key
from customer_casebook.course.selection import (
    MAX_IN_A_ROW,
    exam_pool,
    exam_questions,
    interleaved,
    practice_questions,
)
from customer_casebook.domain.facts import InputError
from tests.course.books import (
    BOOK,
    CASE,
    ITEMS,
    case_content,
    item,
    question,
    small_book,
    without,
    without_twins,
)

BANK = BOOK.questions
POOL = {record.id: record for record in exam_pool(BOOK)}
OBJECTIVE_OF = {k: record.objectives[0] for k, record in POOL.items()}
AVAILABLE = Counter(OBJECTIVE_OF.values())
WEIGHTS = {k: 2 if objective.core else 1 for k, objective in BOOK.objectives.items()}
EVERYTHING = list(BOOK.objectives)

seeds = st.integers(0, 10**9)


def longest_block(item_ids: list[str]) -> int:
    """How many items of one kind, answer or objective follow each other at most."""
    return max(
        len(list(row))
        for alike in (
            [question(k).kind for k in item_ids],
            [item(k).answer for k in item_ids],
            [question(k).objectives[0] for k in item_ids],
        )
        for _, row in groupby(alike)
    )


# Without blocks


def numbered(letters: str | list[str]) -> list[str]:
    """Ids with nothing in common but their first letter."""
    return [f"{letter}{n:02}" for n, letter in enumerate(letters)]


def first_letter(_: Casebook, item_id: str) -> frozenset[tuple[str, str]]:
    return frozenset([("letter", item_id[0])])


@given(st.lists(st.sampled_from("aaaab"), max_size=40))
def test_blocks_are_broken_up_wherever_they_can_be(letters: list[str]) -> None:
    most = max(map(letters.count, letters), default=0)
    assume(most <= 4 * (len(letters) - most + 1))
    ids = numbered(letters)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_traits", first_letter)
        order = interleaved(BOOK, ids)
    assert sorted(order) == sorted(ids)
    assert all(len(list(row)) <= 4 for _, row in groupby(k[0] for k in order))


def test_what_cannot_be_broken_up_is_asked_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_traits", first_letter)
    ids = numbered("aaaaaaab")
    order = ["a00", "a01", "a02", "a03", "b07", "a04", "a05", "a06"]
    assert interleaved(BOOK, ids) == order
    assert interleaved(BOOK, ids[:7]) == ids[:7]


@given(st.integers())
def test_the_whole_bank_can_be_asked_without_blocks(seed: int) -> None:
    order = interleaved(BOOK, sorted(BANK, key=lambda k: stable_shuffle_key(seed, k)))
    assert sorted(order) == sorted(BANK)
    assert longest_block(order) <= MAX_IN_A_ROW == 4


@given(st.lists(st.sampled_from([*BANK][:20]), max_size=30))
def test_an_item_comes_once_and_an_id_that_the_book_does_not_have_never(ids: list[str]) -> None:
    order = interleaved(BOOK, ["gone", *ids, f"school:{CASE}/customer"])
    assert sorted(order) == sorted({*ids})


# Practice


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("wanted", [EVERYTHING, EVERYTHING[:2], EVERYTHING[6:9], *zip(EVERYTHING)])
def test_practice_mixes_objectives_and_kinds_and_repeats_nothing(
    wanted: list[str], seed: int
) -> None:
    chosen = practice_questions(BOOK, wanted, len(BANK), seed)
    about = [k for k, record in BANK.items() if {*record.objectives} & {*wanted}]
    assert sorted(chosen) == sorted(about)
    kinds = [BANK[k].kind for k in chosen]
    answers = [ITEMS[k].answer for k in chosen]
    for alike in (kinds, answers):
        assert all(len({*alike[at : at + 5]}) > 1 for at in range(len(alike) - 4))
    few = practice_questions(BOOK, wanted, 2 * len(wanted), seed)
    for place, objective in enumerate([*wanted, *wanted]):
        assert objective in BANK[few[place]].objectives
    assert len(few) == len({*few}) == 2 * len(wanted)
    assert all(BANK[one].kind != BANK[other].kind for one, other in pairwise(few[:4]))


def test_a_seed_makes_the_same_practice_every_time() -> None:
    wanted = EVERYTHING[:3]
    assert practice_questions(BOOK, wanted, 9, 5) == practice_questions(BOOK, wanted, 9, 5)
    assert len({tuple(practice_questions(BOOK, wanted, 9, seed)) for seed in range(9)}) > 5


@pytest.mark.parametrize("wanted", [EVERYTHING[:1], EVERYTHING[6:9], EVERYTHING])
@pytest.mark.parametrize("seed", range(3))
def test_a_question_more_in_the_bank_changes_only_the_practice_that_it_ranks_into(
    wanted: list[str], seed: int
) -> None:
    chosen = practice_questions(BOOK, wanted, 4, seed)
    for name in BANK:
        before = practice_questions(without(name), wanted, 4, seed)
        assert before == chosen or (name in chosen and len(before) == 4)


@pytest.mark.parametrize("objective", EVERYTHING)
def test_what_is_about_an_objective_above_all_is_asked_before_what_touches_it(
    objective: str,
) -> None:
    own = [k for k, record in BANK.items() if record.objectives[0] == objective]
    chosen = practice_questions(BOOK, [objective], 4, 0)
    for place, k in enumerate(chosen):
        left = {BANK[other].kind for other in own if other not in chosen[:place]}
        assert k in own or BANK[k].kind not in left


def test_without_objectives_practice_reaches_all_of_them() -> None:
    first = [practice_questions(BOOK, [], 1, seed)[0] for seed in range(40)]
    assert len({BANK[k].objectives[0] for k in first}) > len(EVERYTHING) / 2
    assert sorted(practice_questions(BOOK, [], len(BANK), 0)) == sorted(BANK)


@given(st.sampled_from(EVERYTHING), seeds, st.data())
def test_items_answered_less_often_come_first(
    objective: str, seed: int, data: st.DataObject
) -> None:
    about = [k for k, record in BANK.items() if objective in record.objectives]
    counts = st.lists(st.integers(0, 3), min_size=len(about), max_size=len(about))
    times = dict(zip(about, data.draw(counts), strict=True))
    n = data.draw(st.integers(1, len(about)))
    chosen = practice_questions(BOOK, [objective], n, seed, times)
    assert sorted(times[original_id(k)] for k in chosen) == sorted(times.values())[:n]


@pytest.mark.parametrize("n", [0, -3, 1001, "3", None, True, 2.0])
def test_a_practice_that_cannot_be_is_refused(n: Any) -> None:
    message = rf"^n is {n!r}; write a whole number from 1 to 1000$"
    with pytest.raises(InputError, match=message):
        practice_questions(BOOK, [], n, 0)


# An exam


@given(st.integers(1, len(POOL)), seeds)
def test_an_exam_is_shared_out_by_weight_as_far_as_an_objective_has_questions(
    n: int, seed: int
) -> None:
    ids = exam_questions(BOOK, n, seed)
    shares = Counter(OBJECTIVE_OF[k] for k in ids)
    assert len({*ids}) == len(ids) == n
    # d'Hondt: no objective has a question that another one is owed.
    for behind, ahead in product(WEIGHTS, shares):
        if shares[behind] < AVAILABLE[behind]:
            assert WEIGHTS[behind] / (shares[behind] + 1) <= WEIGHTS[ahead] / shares[ahead]


def test_the_core_of_the_subject_weighs_double() -> None:
    ids = exam_questions(BOOK, sum(WEIGHTS.values()), 1)
    assert Counter(OBJECTIVE_OF[k] for k in ids) == WEIGHTS
    assert {*WEIGHTS.values()} == {1, 2}
    assert {*exam_questions(BOOK, len(POOL), 1)} == {*POOL}


@given(seeds)
def test_an_exam_has_no_blocks(seed: int) -> None:
    assert longest_block(exam_questions(BOOK, EXAM_QUESTIONS, seed)) <= 4


def test_with_a_seed_it_is_the_same_exam_whoever_has_answered_what() -> None:
    ids = exam_questions(BOOK, EXAM_QUESTIONS, 7)
    assert exam_questions(BOOK, EXAM_QUESTIONS, 7) == ids
    assert exam_questions(BOOK, EXAM_QUESTIONS, 7, Counter(ids)) == ids
    assert len({tuple(exam_questions(BOOK, EXAM_QUESTIONS, seed)) for seed in range(9)}) == 9


def test_without_a_seed_no_two_exams_are_alike() -> None:
    assert len({tuple(exam_questions(BOOK, EXAM_QUESTIONS, None)) for _ in range(9)}) == 9


@given(st.lists(st.integers(1, EXAM_QUESTIONS), min_size=1, max_size=12))
def test_nothing_is_asked_again_before_the_rest_of_its_objective_has_been(
    sizes: list[int],
) -> None:
    times: Counter[str] = Counter()
    for n in sizes:
        times.update(exam_questions(BOOK, n, None, times))
        for objective in AVAILABLE:
            counts = [times[k] for k in POOL if OBJECTIVE_OF[k] == objective and k in BANK]
            assert max(counts) - min(counts) <= 1


def test_a_question_more_in_the_bank_changes_only_the_exams_that_it_ranks_into() -> None:
    ids = exam_questions(BOOK, EXAM_QUESTIONS, 3)
    for name in BANK:
        assert (exam_questions(without(name), EXAM_QUESTIONS, 3) == ids) is (name not in ids)


@pytest.mark.parametrize("n", [0, -1, len(POOL) + 1, "40", None, True])
def test_an_exam_that_cannot_be_set_is_refused(n: Any) -> None:
    message = rf"^n is {n!r}; write a whole number from 1 to {len(POOL)}$"
    with pytest.raises(InputError, match=message):
        exam_questions(BOOK, n, None)


# Another book


def test_practice_and_exams_of_another_book_ask_its_own_questions() -> None:
    ids = ["answered-by-nobody", "owes-us-nothing", "third"]
    records = [
        {"kind": "case", "id": k, "objectives": [objective], "case": CASE, "lens": lens}
        for k, objective, lens in zip(ids, EVERYTHING, ("customer", "money", "role"), strict=False)
    ]
    case = case_content(CASE, evidence=[asdict(clue) for clue in without_twins(CASE)])
    book = small_book(*records, cases=[case])
    names = {f"school:{k}" for k in ids}
    assert {*exam_questions(book, 3, 1)} == {*practice_questions(book, [], 3, 1)} == names
    assert all(question(k, book).id == k.removeprefix("school:") for k in names)
    # What was answered counts by the ids of the book, not by those of the course.
    times = {"school:third": 1, "answered-by-nobody": 5, "owes-us-nothing": 5}
    assert {*exam_questions(book, 1, None, {**times, "school:owes-us-nothing": 2})} <= names
    objective = [record | {"objectives": EVERYTHING[:1]} for record in records]
    alike = small_book(*objective, cases=[case])
    assert {*exam_questions(alike, 2, None, times)} == names - {"school:third"}
    assert {*practice_questions(alike, [], 2, 1, times)} == names - {"school:third"}
