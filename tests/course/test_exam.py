"""The mock exam: its paper, what events make of a sitting, and what it came to."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import groupby, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.course import exam as module
from customer_casebook.course.casebook import bank, objectives
from customer_casebook.course.exam import (
    LONGEST,
    MINUTES,
    PASS,
    QUESTIONS,
    ExamSession,
    Result,
    attempts,
    exam_sessions,
    marked,
    paper,
)
from customer_casebook.course.items import item
from customer_casebook.course.journal import ExamEvent, Journal, fingerprint

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
ITEMS = {name: item(entry) for name, entry in bank().items()}
POOL = {name: entry for name, entry in bank().items() if entry.kind != "sort"}
ON = {name: entry.objectives[0] for name, entry in POOL.items()}
HAVE = Counter(ON.values())
WEIGHTS = {each.id: 2 if each.core else 1 for each in objectives().values()}
THREE = ["four-around-the-payroll", "tick-the-transfers", "match-customer-user-sponsor"]

seeds = st.integers(0, 10**9)


# The paper


@given(st.integers(1, len(POOL)), seeds)
def test_a_paper_is_shared_out_by_weight_as_far_as_an_objective_has_questions(
    n: int, seed: int
) -> None:
    items = paper(n, seed)
    shares = Counter(ON[each] for each in items)
    assert len({*items}) == len(items) == n
    for behind, ahead in product(
        WEIGHTS, shares
    ):  # d'Hondt: nobody is owed a seat that another has
        if shares[behind] < HAVE[behind]:
            assert WEIGHTS[behind] / (shares[behind] + 1) <= WEIGHTS[ahead] / shares[ahead]


def test_the_core_of_the_subject_weighs_double() -> None:
    assert Counter(ON[each] for each in paper(sum(WEIGHTS.values()), 1)) == WEIGHTS
    assert {*WEIGHTS.values()} == {1, 2}
    assert {*paper(len(POOL), 1)} == {*POOL}


@given(seeds)
def test_a_paper_has_no_blocks(seed: int) -> None:
    items = paper(QUESTIONS, seed)
    for alike in (
        [ITEMS[each].answer for each in items],
        [bank()[each].kind for each in items],
        [ON[each] for each in items],
    ):
        assert max(len(list(row)) for _, row in groupby(alike)) <= 4


def test_with_a_seed_it_is_the_same_paper_whoever_has_met_what() -> None:
    assert paper(QUESTIONS, 7) == paper(QUESTIONS, 7, met=paper(QUESTIONS, 7))
    assert len({tuple(paper(QUESTIONS, seed)) for seed in range(9)}) == 9


def test_without_a_seed_no_two_papers_are_alike() -> None:
    assert len({tuple(paper(QUESTIONS, None)) for _ in range(9)}) == 9


@given(st.lists(st.integers(1, QUESTIONS), min_size=1, max_size=12))
def test_nothing_is_met_again_before_the_rest_of_its_objective_has_been(sizes: list[int]) -> None:
    met: list[str] = []
    for n in sizes:
        met += paper(n, None, met)
        times = Counter(met)
        for objective in HAVE:
            those = [times[each] for each in POOL if ON[each] == objective]
            assert max(those) - min(those) <= 1


def test_a_question_more_in_the_bank_changes_only_the_papers_that_it_ranks_into(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked = paper(QUESTIONS, 3)
    for name in bank():
        fewer = {each: bank()[each] for each in bank() if each != name}
        monkeypatch.setattr(module, "bank", lambda fewer=fewer: fewer)
        assert (paper(QUESTIONS, 3) == asked) is (name not in asked)


@pytest.mark.parametrize("n", [0, -1, len(POOL) + 1])
def test_a_paper_that_cannot_be_set_is_refused(n: int) -> None:
    with pytest.raises(ValueError, match=rf"{n} questions cannot be set; write n from 1 to \d+"):
        paper(n, None)


# A sitting


def event(what: str, minute: float = 0, exam: str = "one", **data: Any) -> ExamEvent:
    at = START + timedelta(minutes=minute)
    return ExamEvent(exam, what, data, at=at.isoformat(timespec="microseconds"))


def begin(minute: float = 0, exam: str = "one", **data: Any) -> ExamEvent:
    about = {"items": THREE, "minutes": MINUTES, "seed": None}
    return event("start", minute, exam, **about | data)


def answer(minute: float, place: Any, *choice: str, exam: str = "one") -> ExamEvent:
    return event("answer", minute, exam, place=place, choice=list(choice), ms=900)


def test_a_sitting_goes_on_where_it_was() -> None:
    [found] = exam_sessions(
        [
            begin(seed=4),
            answer(1, 0, "2"),
            event("flag", 2, place=0, on=True),
            event("flag", 2, place=2, on=True),
            answer(3, 1, "0", "1"),
            answer(4, 0, "3"),
            event("flag", 5, place=2, on=False),
            answer(6, 1),
        ]
    )
    assert (found.items, found.seed, found.started) == (tuple(THREE), 4, START)
    assert found.answers == {0: ("3",), 1: ()}
    assert found.ms == {0: 900, 1: 900}
    assert found.flags == {0}
    assert found.finished is None
    assert found.deadline == START + timedelta(hours=1)
    assert not found.over(found.deadline - timedelta(microseconds=1))
    assert found.over(found.deadline)


def test_what_comes_after_the_end_counts_no_more() -> None:
    early = [begin(), answer(1, 0, "1"), event("finish", 2)]
    late = [answer(3, 0, "2"), answer(3, 1, "2"), event("flag", 3, place=1, on=True)]
    [found] = exam_sessions([*early, *late, event("finish", 4), begin(5)])
    assert found.finished == START + timedelta(minutes=2)
    assert found.over(START)
    assert (found.answers, found.flags, found.started) == ({0: ("1",)}, set(), START)


def test_when_the_time_is_up_it_is_up() -> None:
    events = [begin(), answer(59.9, 0, "1"), answer(60, 1, "1"), answer(99, 0, "2")]
    [found] = exam_sessions(events)
    assert found.answers == {0: ("1",)}
    assert found.finished is None
    [found] = exam_sessions([*events, event("finish", 120)])
    assert found.finished == found.deadline


def test_exams_are_told_apart_and_stand_in_the_order_of_their_beginning() -> None:
    events = [begin(exam="b"), begin(1, exam="a"), answer(2, 0, "1", exam="a"), answer(2, 0, "2")]
    assert [(each.exam, each.answers) for each in exam_sessions(events)] == [
        ("b", {}),
        ("a", {0: ("1",)}),
    ]


@given(st.permutations(range(6)), st.integers(1, 3))
def test_a_journal_puts_events_in_order_however_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], kernels: int
) -> None:
    told = [
        begin(), answer(1, 0, "1"), answer(2, 0, "2"), event("flag", 3, place=1, on=True),
        event("finish", 4), answer(5, 0, "3"),
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("journal")
    shards = [Journal(folder) for _ in range(kernels)]
    for place in order:
        assert shards[place % kernels].record(told[place])
    assert exam_sessions(shards[0].read().exams) == exam_sessions(told)
    assert exam_sessions(told)[0].answers == {0: ("2",)}


@pytest.mark.parametrize(
    "data",
    [
        {"items": []},
        {"items": [THREE[0], "gone"]},
        {"items": [7]},
        {"items": [[]]},
        {"items": THREE[0]},
        {"items": None},
        {"minutes": 0},
        {"minutes": -5},
        {"minutes": LONGEST + 1},
        {"minutes": "60"},
        {"minutes": 1e300},
        {"seed": "four"},
    ],
)
def test_a_beginning_that_makes_no_sense_begins_nothing(data: dict[str, Any]) -> None:
    assert exam_sessions([begin(**data), answer(1, 0, "1"), event("finish", 2)]) == []
    [found] = exam_sessions([begin(**data), begin(1)])
    assert found.started == START + timedelta(minutes=1)


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 4) | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
_data = st.dictionaries(
    st.sampled_from(["items", "minutes", "seed", "place", "choice", "ms", "on"]), _json
)
_events = st.builds(
    lambda what, minute, exam, data: event(what, minute, exam, **data),
    st.sampled_from(["start", "answer", "flag", "finish", "sneeze"]),
    st.integers(-10, 90),
    st.sampled_from(["one", "two"]),
    _data,
)
_sound = st.builds(begin, st.integers(-10, 90)) | st.builds(
    answer, st.integers(-10, 90), st.integers(-2, 4), st.sampled_from("0123")
)


@given(st.lists(_events | _sound, max_size=12))
def test_nonsense_is_passed_over_in_whatever_order_it_comes(events: list[ExamEvent]) -> None:
    begun = {each.exam for each in events if each.what == "start"}
    for found in exam_sessions(events):
        begun.remove(found.exam)
        assert all(each in bank() for each in found.items)
        assert {*found.answers, *found.flags} <= {*range(len(found.items))}
        assert found.answers.keys() == found.ms.keys()
        assert found.finished is None or found.finished <= found.deadline
        result = marked(found)
        assert len(attempts(result)) <= len(result.marks) == len(found.items)


@pytest.mark.parametrize(
    "nonsense",
    [
        answer(1, -1, "1"),
        answer(1, len(THREE), "1"),
        answer(1, "0", "1"),
        answer(1, None, "1"),
        event("answer", 1),
        event("answer", 1, place=0, choice="1", ms=1),
        event("answer", 1, place=0, choice=["1"], ms="1"),
        event("flag", 1, place=9, on=True),
        event("flag", 1, place=0, on="yes"),
        event("sneeze", 1, place=0),
        event("finish", 1, exam="another"),
    ],
)
def test_an_event_that_makes_no_sense_changes_nothing(nonsense: ExamEvent) -> None:
    assert exam_sessions([begin(), nonsense]) == exam_sessions([begin()])


# What it came to


def sat(items: list[str], answers: dict[int, Any], finished: datetime | None = None) -> Result:
    given = {place: tuple(choice) for place, choice in answers.items()}
    ms = {place: 100 + place for place in given}
    return marked(
        ExamSession("one", tuple(items), None, START, MINUTES, given, ms, finished=finished)
    )


def rightly(items: list[str], places: Any) -> Result:
    """A sitting with the right answers in these places, and none in the others."""
    return sat(items, {place: ITEMS[items[place]].right for place in places})


def test_all_of_the_right_answer_is_right_and_nothing_else_is() -> None:
    names = list(bank())
    assert rightly(names, range(len(names))).share == 1
    for name in names:
        right = ITEMS[name].right
        others = ITEMS[name].options.keys() - right
        assert not sat([name], {}).right
        assert not sat([name], {0: {*right, min(others)}}).right
        assert not sat([name], {0: {*right} - {min(right)}}).right
        assert not sat([name], {0: ["<gone>"]}).right


def test_twenty_six_of_forty_pass_and_twenty_five_do_not() -> None:
    items = paper(QUESTIONS, 2)
    assert (QUESTIONS, MINUTES, PASS) == (40, 60, 0.65)
    assert [rightly(items, range(n)).passed for n in (0, 25, 26, 40)] == [False, False, True, True]
    assert rightly(items, range(26)).right == 26


@given(seeds, st.sets(st.integers(0, QUESTIONS - 1)))
def test_the_weakest_objective_comes_first(seed: int, known: set[int]) -> None:
    items = paper(QUESTIONS, seed)
    result = rightly(items, known)
    groups = result.by_objective
    course = list(objectives())
    ranks = [
        (sum(each.right for each in marks) / len(marks), course.index(objective))
        for objective, marks in groups.items()
    ]
    assert ranks == sorted(ranks)
    assert all(ON[each.item.id] == name for name, marks in groups.items() for each in marks)
    assert sorted(each.place for marks in groups.values() for each in marks) == [*range(QUESTIONS)]
    missed = [items.index(each.id) for each in result.missed]
    assert sorted(missed) == sorted({*range(QUESTIONS)} - known)
    shares = [ranks[[*groups].index(ON[items[place]])] for place in missed]
    assert shares == sorted(shares)


def test_every_answer_is_an_attempt_and_what_was_left_open_is_none() -> None:
    name, wrong, betrayed = next(
        (each.id, option, found.id)
        for each in ITEMS.values()
        for option in each.options
        if not each.many and not each.groups and (found := each.misconception({option}))
    )
    other = next(each for each in bank() if each != name)
    items = [other, name, THREE[0]]
    ended = START + timedelta(minutes=40)
    result = sat(items, {0: ITEMS[other].right, 1: [wrong], 2: []}, ended)
    right, slip = attempts(result)
    assert (right.item, right.right, right.misconception) == (other, True, None)
    assert (slip.item, slip.right, slip.misconception) == (name, False, betrayed)
    assert (right.choice, slip.choice) == (tuple(sorted(ITEMS[other].right)), (wrong,))
    assert {right.sure, slip.sure} == {None}
    assert (right.ms, slip.ms) == (100, 101)
    assert slip.content == fingerprint(ITEMS[name])
    assert {right.at, slip.at} == {"2026-03-02T09:40:00.000000+00:00"}
    [late] = attempts(sat([name], {0: [wrong]}))
    assert late.at == "2026-03-02T10:00:00.000000+00:00"


def test_the_attempts_of_an_exam_are_kept_once_however_often_they_are_recorded(
    tmp_path: Path,
) -> None:
    items = paper(QUESTIONS, 5)
    result = rightly(items, range(QUESTIONS))
    assert attempts(result) == attempts(result)
    for kernel in (Journal(tmp_path), Journal(tmp_path)):
        for each in attempts(result):
            assert kernel.record(each)
    kept = Journal(tmp_path).read().attempts
    assert sorted(each.item for each in kept) == sorted(items)
    assert [each.event for each in kept] == sorted(each.event for each in attempts(result))
