"""Which questions come next: in practice and in an exam, without blocks, by seed or by history."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from itertools import combinations, groupby, pairwise, product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from customer_casebook.course import selection as module
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.exam import EXAM_QUESTIONS
from customer_casebook.course.items import original_id, stable_shuffle_key
from customer_casebook.course.records import LensQuestion, Question, SortQuestion
from customer_casebook.course.selection import (
    MAX_IN_A_ROW,
    another_like,
    exam_pool,
    exam_questions,
    holds_in,
    interleaved,
    practice_questions,
)
from customer_casebook.document import to_text
from customer_casebook.domain.facts import InputError
from customer_casebook.domain.rules import EDITIONS, LENSES
from customer_casebook.widgets.card import material
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


# Nothing tells the answer to something else


def tell_each_other(one_id: str, other_id: str) -> bool:
    """Whether one of two questions tells the other's answer, as a reader of both would say."""
    one, other = question(one_id), question(other_id)
    for each, its in ((one, other), (other, one)):
        cases = its.cases if isinstance(its, SortQuestion) else (getattr(its, "case", ""),)
        if not (isinstance(each, LensQuestion) and any(cases)):
            continue
        assert isinstance(its, LensQuestion | SortQuestion)
        same = [k for k in cases if original_id(k) == original_id(each.case)]
        # What asks for evidence names the answer; a twin is told beside its case.
        if same and ({each.kind, its.kind} & {"find", "twins"} or each.lens == its.lens):
            return True
        if any(k != each.case for k in same):
            return True
    if isinstance(one, SortQuestion) and isinstance(other, SortQuestion):
        return one.lens == other.lens and bool({*one.cases} & {*other.cases})
    forms = [
        re.sub(r"^(?:word|list)/([^/]+)/.*|~(?:list|not)$", r"\1", k) for k in (one_id, other_id)
    ]
    return forms[0] == forms[1]


def pairs_that_tell(item_ids: list[str]) -> list[tuple[str, str]]:
    return [pair for pair in combinations(item_ids, 2) if tell_each_other(*pair)]


editions = st.sampled_from([None, "4", "5"])


@given(seeds, editions)
def test_no_question_of_an_exam_tells_the_answer_to_another_one(
    seed: int, edition: str | None
) -> None:
    assert not pairs_that_tell(exam_questions(BOOK, EXAM_QUESTIONS, seed, edition=edition))


@given(seeds, editions, st.lists(st.sampled_from(EVERYTHING), unique=True), st.booleans())
def test_no_question_of_a_practice_tells_the_answer_to_another_one(
    seed: int, edition: str | None, wanted: list[str], answered: bool
) -> None:
    times = dict.fromkeys([*BANK][seed % 7 :: 3], seed % 3) if answered else None
    assert not pairs_that_tell(practice_questions(BOOK, wanted, 60, seed, times, edition))


@pytest.mark.parametrize("find", [k for k, r in BANK.items() if r.kind in ("find", "twins")])
def test_what_asks_for_evidence_stands_in_no_run_with_its_case(find: str) -> None:
    record = question(find)
    assert isinstance(record, LensQuestion)
    run = module._Run()
    run.add(record)
    case = record.case.partition("~")[0]
    for told in (case, *BOOK.cases[case].twins):
        for lens in LENSES:
            assert run.gives_away(question(f"{told}/{lens}"))
    assert not run.gives_away(question("purse-audio-guide/role"))


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
    about = {k for k, record in BANK.items() if {*record.objectives} & {*wanted}}
    assert {*chosen} <= about
    for k in about - {*chosen}:
        assert any(tell_each_other(k, other) for other in chosen)
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
    every = practice_questions(BOOK, [], len(BANK), 0)
    assert all(any(tell_each_other(k, other) for other in every) for k in BANK if k not in every)


@given(st.sampled_from(EVERYTHING), seeds, st.data())
def test_items_answered_less_often_come_first(
    objective: str, seed: int, data: st.DataObject
) -> None:
    about = [k for k, record in BANK.items() if objective in record.objectives]
    counts = st.lists(st.integers(0, 3), min_size=len(about), max_size=len(about))
    times = dict(zip(about, data.draw(counts), strict=True))
    n = data.draw(st.integers(1, len(about)))
    chosen = practice_questions(BOOK, [objective], n, seed, times)
    asked = [original_id(k) for k in chosen]
    for k in {*about} - {*asked}:  # later than all that is asked, or told by something
        told = any(tell_each_other(k, other) for other in asked)
        assert told or (len(asked) == n and times[k] >= max(times[other] for other in asked))


@pytest.mark.parametrize("n", [0, -3, 1001, "3", None, True, 2.0])
def test_a_practice_that_cannot_be_is_refused(n: Any) -> None:
    message = rf"^n is {n!r}; write a whole number from 1 to 1000$"
    with pytest.raises(InputError, match=message):
        practice_questions(BOOK, [], n, 0)


# An exam


@given(st.integers(1, len(POOL)), seeds)
def test_an_exam_is_shared_out_by_weight_as_far_as_an_objective_has_something_new_to_ask(
    n: int, seed: int
) -> None:
    ids = exam_questions(BOOK, n, seed)
    shares = Counter(OBJECTIVE_OF[k] for k in ids)
    assert len({*ids}) == len(ids) == n
    run = module._Run()
    for record in exam_pool(BOOK):
        if record.id in ids:
            run.add(record)
    left = [record for record in exam_pool(BOOK) if record.id not in ids]
    new = {record.objectives[0] for record in left if not run.gives_away(record)}
    # d'Hondt: no objective has a question that another one is owed.
    for behind, ahead in product(WEIGHTS, shares):
        if behind in new:
            assert WEIGHTS[behind] / (shares[behind] + 1) <= WEIGHTS[ahead] / shares[ahead]


def test_the_core_of_the_subject_weighs_double() -> None:
    ids = exam_questions(BOOK, sum(WEIGHTS.values()), 1)
    assert Counter(OBJECTIVE_OF[k] for k in ids) == WEIGHTS
    assert {*WEIGHTS.values()} == {1, 2}
    assert {*exam_questions(BOOK, len(POOL), 1)} == {*POOL}


@given(seeds, editions)
def test_an_exam_has_no_blocks(seed: int, edition: str | None) -> None:
    assert longest_block(exam_questions(BOOK, EXAM_QUESTIONS, seed, edition=edition)) <= 4


def words_to_read(ids: list[str]) -> int:
    """The words of an exam: each question with its options, and each story once where it goes on."""
    words, before = 0, ""
    for item_id in ids:
        asked, record = item(item_id), question(item_id)
        shown = [asked.prompt, *asked.options.values(), *(row.label for row in asked.groups)]
        case = (
            record.case if isinstance(record, LensQuestion) and record.kind == "case" else item_id
        )
        shown += [to_text(material(asked))] if case != before else []
        words, before = words + sum(len(each.split()) for each in shown), case
    return words


@pytest.mark.parametrize("edition", [None, *EDITIONS])
def test_an_exam_can_be_read_in_an_hour(edition: str | None) -> None:
    for seed in range(20):
        ids = exam_questions(BOOK, EXAM_QUESTIONS, seed, edition=edition)
        assert words_to_read(ids) <= 6000


@given(seeds, editions)
def test_questions_on_one_story_stand_beside_each_other(seed: int, edition: str | None) -> None:
    ids = exam_questions(BOOK, EXAM_QUESTIONS, seed, edition=edition)
    stories = [r.case for r in map(question, ids) if isinstance(r, LensQuestion)]
    in_a_row = [len(list(row)) for _, row in groupby(stories)]
    assert len(in_a_row) == len({*stories})
    assert max(in_a_row) <= MAX_IN_A_ROW


def test_with_a_seed_it_is_the_same_exam_whoever_has_answered_what() -> None:
    ids = exam_questions(BOOK, EXAM_QUESTIONS, 7)
    assert exam_questions(BOOK, EXAM_QUESTIONS, 7) == ids
    assert exam_questions(BOOK, EXAM_QUESTIONS, 7, Counter(ids)) == ids
    assert len({tuple(exam_questions(BOOK, EXAM_QUESTIONS, seed)) for seed in range(9)}) == 9


def test_an_exam_looks_at_few_questions_for_each_that_it_asks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looked_at: list[Question] = []
    lateness = module._Run.lateness

    def counted(run: module._Run, record: Question) -> int:
        looked_at.append(record)
        return lateness(run, record)

    monkeypatch.setattr(module._Run, "lateness", counted)
    exam_questions(BOOK, EXAM_QUESTIONS, 7)
    assert 0 < len(looked_at) < 2 * len(exam_pool(BOOK))


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
            own = [k for k in POOL if OBJECTIVE_OF[k] == objective and k in BANK]
            for is_story in (True, False):  # which waits while there are enough of them
                alike = [
                    times[k] for k in own if (question(k).kind in ("case", "find")) is is_story
                ]
                assert max(alike, default=0) - min(alike, default=0) <= 1


@pytest.mark.parametrize(
    ("seed", "edition", "key"), [*product(range(4), [None, "4", "5"], [""]), (1, "5", "4")]
)
def test_an_exam_asks_what_was_answered_lately_only_where_its_objective_has_nothing_else(
    seed: int, edition: str | None, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if key:  # of an exam that would rather have asked this than an eleventh story
        monkeypatch.setattr(module, "token_hex", lambda: key)
    lately = practice_questions(BOOK, [], 20, seed, {}, edition)
    ids, other = (
        exam_questions(BOOK, EXAM_QUESTIONS, None, {}, edition, answered)
        for answered in (lately, ())
    )
    again = {k for k in ids if any(tell_each_other(k, each) for each in lately)}
    fresh = {
        record.objectives[0]
        for record in exam_pool(BOOK, edition)
        if not any(tell_each_other(record.id, each) for each in {*ids, *lately} - {record.id})
        and record.id not in {*ids, *lately}
    }
    assert fresh.isdisjoint(question(k).objectives[0] for k in again)
    shares, same = (Counter(question(k).objectives[0] for k in paper) for paper in (ids, other))
    assert shares == same
    with_seed = exam_questions(BOOK, EXAM_QUESTIONS, seed, edition=edition)
    assert exam_questions(BOOK, EXAM_QUESTIONS, seed, {}, edition, lately) == with_seed


def test_a_question_more_in_the_bank_changes_only_the_exams_that_it_ranks_into() -> None:
    ids = exam_questions(BOOK, EXAM_QUESTIONS, 3)
    for name in BANK:
        assert (exam_questions(without(name), EXAM_QUESTIONS, 3) == ids) is (
            name not in map(original_id, ids)
        )


@pytest.mark.parametrize("n", [0, -1, len(POOL) + 1, "40", None, True])
def test_an_exam_that_cannot_be_set_is_refused(n: Any) -> None:
    message = rf"^n is {n!r}; write a whole number from 1 to {len(POOL)}$"
    with pytest.raises(InputError, match=message):
        exam_questions(BOOK, n, None)


# Another of the same kind

LENS_ITEMS = [f"{k}/{lens}" for k, case in BOOK.cases.items() for lens in LENSES if case.objectives]
ANY = st.sampled_from([*BANK, *LENS_ITEMS, *(record.id for record in exam_pool(BOOK))])


def like(item_id: str, *seen: str, edition: str | None = None, book: Casebook = BOOK) -> str:
    other = another_like(book, item_id, seen, edition)
    assert other, item_id
    return other


def asks(item_id: str) -> tuple[str, ...]:
    record = question(item_id)
    return (
        (record.kind, record.case, record.lens) if isinstance(record, LensQuestion) else (item_id,)
    )


@given(ANY, st.data())
def test_another_of_the_same_kind_is_never_the_same_and_nothing_comes_twice_while_there_is_more(
    item_id: str, data: st.DataObject
) -> None:
    seen = [item_id]
    for _ in range(data.draw(st.integers(1, 6))):
        seen.append(like(seen[-1], *seen))
        assert item(seen[-1]).id == seen[-1]
    assert len({asks(k) for k in seen}) == len(seen)


@given(st.sampled_from(LENS_ITEMS))
def test_a_case_is_told_again_and_then_comes_another_one_with_its_lens_and_objective(
    item_id: str,
) -> None:
    case, lens = item_id.split("/")
    seen = [item_id]
    for _ in BOOK.cases[case].twins:
        seen.append(like(seen[-1], *seen))
    assert {*seen} == {item_id, *(f"{k}/{lens}" for k in BOOK.cases[case].twins)}
    last = question(like(item_id, *seen))
    assert isinstance(last, LensQuestion)
    assert (last.kind, last.lens) == ("case", lens)
    assert last.case.partition("~")[0] != case
    own = {*BOOK.cases[case].objectives}
    alike = [k for k, each in BOOK.cases.items() if own & {*each.objectives} and k != case]
    assert not alike or own & {*BOOK.case(last.case).objectives}


@given(st.sampled_from([k for k, r in BANK.items() if not isinstance(r, LensQuestion)]))
def test_of_all_else_comes_a_question_on_the_same_objective_and_of_the_same_kind_if_there_is_one(
    item_id: str,
) -> None:
    own = {*BANK[item_id].objectives}
    other = question(like(item_id, item_id, *(f"{item_id}~{k}" for k in ("list", "not"))))
    assert own & {*other.objectives}
    kinds = [r.kind for k, r in BANK.items() if own & {*r.objectives} and k != item_id]
    assert other.kind == BANK[item_id].kind or BANK[item_id].kind not in kinds


@given(ANY, st.sampled_from(["4", "5"]))
def test_another_one_holds_in_the_edition_that_is_prepared_for(item_id: str, edition: str) -> None:
    other = another_like(BOOK, item_id, [item_id], edition)
    assert other is None or holds_in(BOOK, question(other), edition)


def test_where_all_was_seen_the_longest_unseen_comes_again_and_alone_nothing_does() -> None:
    only = {
        "kind": "case",
        "id": "only",
        "objectives": ["open-cases"],
        "case": CASE,
        "lens": "role",
    }
    case = case_content(CASE, evidence=[asdict(clue) for clue in without_twins(CASE)])
    alone = small_book(only, cases=[case])
    assert another_like(alone, "school:only") is None
    assert another_like(alone, "school:gone") is None
    told = small_book(only, cases=[CASE])
    twin = like("school:only", book=told)
    assert twin.startswith("school:only~")
    assert like(twin, "school:only", twin, book=told) == "school:only"
    assert like("school:only", "school:only", twin, book=told) == twin


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


@pytest.mark.parametrize("edition", ["4", "5"])
def test_an_exam_of_another_edition_asks_for_no_words_of_v3(edition: str) -> None:
    v3 = {"service", "service_type", "owner", "provider_type"}
    pool = exam_pool(BOOK, edition)
    assert v3.isdisjoint(record.lens for record in pool if isinstance(record, LensQuestion))
