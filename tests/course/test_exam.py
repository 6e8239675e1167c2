"""The mock exam: what events make of a session, and its result."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customer_casebook.course import bank as bank_module
from customer_casebook.course.bank import item_of
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.exam import (
    EXAM_FORMATS,
    EXAM_MINUTES,
    EXAM_QUESTIONS,
    MAX_EXAM_MINUTES,
    PASS_PERCENT,
    ExamSession,
    Mark,
    Result,
    Wording,
    exam_attempts,
    exam_sessions,
    grade,
    paper_data,
    wording_of,
)
from customer_casebook.course.items import Item
from customer_casebook.course.journal import Attempt, ExamEvent, Journal
from customer_casebook.course.records import Question
from customer_casebook.course.selection import exam_pool, exam_questions
from tests.course.books import BOOK, CASE, fresh_course, small_book, without

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
OBJECTIVE_OF = {
    record.id: record.objectives[0] for record in (*BOOK.questions.values(), *exam_pool(BOOK))
}
ITEMS = {k: known for k in OBJECTIVE_OF if (known := item_of(BOOK, k))}
THREE = ["four-around-the-payroll", "tick-the-transfers", "match-customer-user-sponsor"]

seeds = st.integers(0, 10**9)


# A session


def event(what: str, minute: float = 0, exam: str = "one", **data: Any) -> ExamEvent:
    at = START + timedelta(minutes=minute)
    return ExamEvent(exam, what, data, at=at.isoformat(timespec="microseconds"))


def begin(minute: float = 0, exam: str = "one", **data: Any) -> ExamEvent:
    about = {"items": THREE, "minutes": EXAM_MINUTES, "seed": None}
    return event("start", minute, exam, **about | data)


def answer(minute: float, place: Any, *choice: str, exam: str = "one") -> ExamEvent:
    return event("answer", minute, exam, place=place, choice=list(choice), ms=900)


def test_a_session_goes_on_where_it_was() -> None:
    [session] = exam_sessions(
        BOOK,
        [
            begin(seed=4),
            answer(1, 0, "2"),
            event("flag", 2, place=0, on=True),
            event("flag", 2, place=2, on=True),
            answer(3, 1, "0", "1"),
            answer(4, 0, "3"),
            event("flag", 5, place=2, on=False),
            answer(6, 1),
        ],
    )
    assert (session.item_ids, session.seed, session.started) == (tuple(THREE), 4, START)
    assert session.answers == {0: ("3",), 1: ()}
    assert session.ms == {0: 900, 1: 900}
    assert session.flags == {0}
    assert session.finished is None
    assert session.deadline == START + timedelta(hours=1)
    assert session.elapsed(session.deadline - timedelta(seconds=1)) == timedelta(
        minutes=59, seconds=59
    )
    assert session.elapsed(session.deadline + timedelta(days=1)) == session.limit


def test_what_comes_after_the_end_counts_no_more() -> None:
    early = [begin(), answer(1, 0, "1"), event("finish", 2)]
    late = [answer(3, 0, "2"), answer(3, 1, "2"), event("flag", 3, place=1, on=True)]
    [session] = exam_sessions(BOOK, [*early, *late, event("finish", 4), begin(5)])
    assert session.finished == START + timedelta(minutes=2)
    assert (session.answers, session.flags, session.started) == ({0: ("1",)}, set(), START)


def test_when_the_time_is_up_it_is_up() -> None:
    events = [begin(), answer(59.9, 0, "1"), answer(60, 1, "1"), answer(99, 0, "2")]
    [session] = exam_sessions(BOOK, events)
    assert session.answers == {0: ("1",)}
    assert session.finished is None
    [session] = exam_sessions(BOOK, [*events, event("finish", 120)])
    assert session.finished == session.deadline


def test_exams_are_kept_apart_and_stand_in_the_order_of_their_beginning() -> None:
    events = [begin(exam="b"), begin(1, exam="a"), answer(2, 0, "1", exam="a"), answer(2, 0, "2")]
    assert [(session.exam, session.answers) for session in exam_sessions(BOOK, events)] == [
        ("b", {}),
        ("a", {0: ("1",)}),
    ]


@given(st.permutations(range(6)), st.integers(1, 3))
def test_a_journal_puts_events_in_order_however_they_were_written(
    tmp_path_factory: pytest.TempPathFactory, order: list[int], kernels: int
) -> None:
    events = [
        begin(), answer(1, 0, "1"), answer(2, 0, "2"), event("flag", 3, place=1, on=True),
        event("finish", 4), answer(5, 0, "3"),
    ]  # fmt: skip
    folder = tmp_path_factory.mktemp("journal")
    shards = [Journal(folder) for _ in range(kernels)]
    for place in order:
        assert shards[place % kernels].record(events[place])
    assert exam_sessions(BOOK, shards[0].read().exams) == exam_sessions(BOOK, events)
    assert exam_sessions(BOOK, events)[0].answers == {0: ("2",)}


@pytest.mark.parametrize(
    "data",
    [
        {"items": []},
        {"items": ["gone"]},
        {"items": [f"find/{CASE}/customer"]},
        {"items": [f"school:{THREE[0]}"]},
        {"items": [7]},
        {"items": [[]]},
        {"items": THREE[0]},
        {"items": None},
        {"minutes": 0},
        {"minutes": -5},
        {"minutes": MAX_EXAM_MINUTES + 1},
        {"minutes": "60"},
        {"minutes": 1e300},
        {"seed": "four"},
    ],
)
def test_a_beginning_that_makes_no_sense_begins_nothing(data: dict[str, Any]) -> None:
    assert exam_sessions(BOOK, [begin(**data), answer(1, 0, "1"), event("finish", 2)]) == []
    [session] = exam_sessions(BOOK, [begin(**data), begin(1)])
    assert session.started == START + timedelta(minutes=1)


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
    begun = {event.exam for event in events if event.what == "start"}
    for session in exam_sessions(BOOK, events):
        begun.remove(session.exam)
        assert all(k in BOOK.questions for k in session.item_ids)
        assert {*session.answers, *session.flags} <= {*range(len(session.item_ids))}
        assert session.answers.keys() == session.ms.keys()
        assert session.finished is None or session.finished <= session.deadline
        result = grade(BOOK, session)
        assert len(exam_attempts(result)) <= len(result.marks) == len(session.item_ids)


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
    assert exam_sessions(BOOK, [begin(), nonsense]) == exam_sessions(BOOK, [begin()])


# The result


def session_of(
    item_ids: Iterable[str],
    answers: Mapping[int, Iterable[str]],
    finished: datetime | None = None,
    exam: str = "one",
) -> ExamSession:
    choices = {place: tuple(choice) for place, choice in answers.items()}
    ms = {place: 100 + place for place in choices}
    return ExamSession(
        exam, tuple(item_ids), None, START, EXAM_MINUTES, choices, ms, finished=finished
    )


def result_of(
    item_ids: Iterable[str],
    answers: Mapping[int, Iterable[str]],
    finished: datetime | None = None,
    book: Casebook = BOOK,
) -> Result:
    return grade(book, session_of(item_ids, answers, finished))


def right_in(item_ids: list[str], places: Iterable[int]) -> Result:
    """A session with the right answers in these places, and none in the others."""
    return result_of(item_ids, {place: ITEMS[item_ids[place]].right for place in places})


def test_all_of_the_right_answer_is_right_and_nothing_else_is() -> None:
    names = list(BOOK.questions)
    assert right_in(names, range(len(names))).percent == 100
    for name in names:
        right = ITEMS[name].right
        others = ITEMS[name].options.keys() - right
        assert not result_of([name], {}).right
        assert not result_of([name], {0: {*right, min(others)}}).right
        assert not result_of([name], {0: {*right} - {min(right)}}).right
        assert not result_of([name], {0: ["<gone>"]}).right


def test_twenty_six_of_forty_pass_and_twenty_five_do_not() -> None:
    item_ids = exam_questions(BOOK, EXAM_QUESTIONS, 2)
    assert (EXAM_QUESTIONS, EXAM_MINUTES, PASS_PERCENT) == (40, 60, 65)

    results = [right_in(item_ids, range(n)) for n in (0, 25, 26, 40)]
    assert [result.passed for result in results] == [False, False, True, True]
    assert [result.percent for result in results] == [0, 62, 65, 100]
    assert results[2].right == 26


@pytest.mark.parametrize(
    ("n", "longer", "minutes"), [(40, 1, 60), (40, 1.25, 75), (5, 1, 8), (1, 1, 2), (8, 1.25, 15)]
)
def test_a_short_exam_gives_each_question_as_long(n: int, longer: float, minutes: int) -> None:
    assert EXAM_FORMATS[""].minutes_for(n, longer) == minutes


def marks_of(right: int, n: int) -> Result:
    """A result with so many right answers of ``n``."""
    item = ITEMS[THREE[0]]
    marks = [Mark(k, item, item.right, "", right=k < right) for k in range(n)]
    return Result(session_of(THREE[:1] * n, {}), tuple(marks), {})


def test_eleven_of_seventeen_are_not_the_share_that_is_needed() -> None:
    result = marks_of(11, 17)
    assert (result.right, result.percent, result.passed) == (11, 64, False)
    item_ids = exam_questions(BOOK, 17, 1)
    assert [right_in(item_ids, range(n)).percent for n in (11, 12)] == [64, 70]
    assert [right_in(item_ids, range(n)).passed for n in (11, 12)] == [False, True]


@given(st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_percent_is_rounded_down_and_agrees_with_passed(score: tuple[int, int]) -> None:
    right, n = score
    result = marks_of(right, n)
    assert result.percent <= 100 * right / n < result.percent + 1
    assert result.passed == (100 * right >= PASS_PERCENT * n) == (result.percent >= PASS_PERCENT)


@given(seeds, st.sets(st.integers(0, EXAM_QUESTIONS - 1)))
def test_the_weakest_objective_comes_first(seed: int, known: set[int]) -> None:
    item_ids = exam_questions(BOOK, EXAM_QUESTIONS, seed)
    result = right_in(item_ids, known)
    groups = result.by_objective
    course = list(BOOK.objectives)
    ranks = [
        (sum(mark.right for mark in marks) / len(marks), course.index(objective))
        for objective, marks in groups.items()
    ]
    assert ranks == sorted(ranks)
    assert all(
        mark.wording and OBJECTIVE_OF[mark.wording.item] == mark.objective == k
        for k, marks in groups.items()
        for mark in marks
    )
    places = [mark.place for marks in groups.values() for mark in marks]
    assert sorted(places) == [*range(EXAM_QUESTIONS)]
    missed = [item_ids.index(item.id) for item in result.missed]
    assert sorted(missed) == sorted({*range(EXAM_QUESTIONS)} - known)
    shares = [ranks[[*groups].index(OBJECTIVE_OF[item_ids[place]])] for place in missed]
    assert shares == sorted(shares)


# The items of a session


def test_a_session_shows_its_items_in_an_order_of_its_own() -> None:
    item_ids = exam_questions(BOOK, EXAM_QUESTIONS, 4)
    orders = set()
    for exam in "abc":
        session = session_of(item_ids, {}, exam=exam)
        shown = [session.item(BOOK, place) for place in range(EXAM_QUESTIONS)]
        assert [item.id for item in shown] == item_ids
        for place, item in enumerate(shown):
            assert [*item.options] == [*ITEMS[item.id].shuffled(exam).options]
            assert [*item.options] == [*session.item(BOOK, place).options]
            assert item.fingerprint == ITEMS[item.id].fingerprint
        assert [mark.item and mark.item.id for mark in grade(BOOK, session).marks] == item_ids
        orders.add(tuple(tuple(item.options) for item in shown))
    assert len(orders) == 3


def test_a_session_of_an_item_that_is_gone_does_not_show_it() -> None:
    with pytest.raises(KeyError, match="gone"):
        session_of(["gone"], {}).item(BOOK, 0)


def test_an_exam_builds_every_item_once(monkeypatch: pytest.MonkeyPatch) -> None:
    built, make = [], bank_module.make_item

    def counted(book: Casebook, record: Question) -> Item:
        built.append(record.id)
        return make(book, record)

    monkeypatch.setattr(bank_module, "make_item", counted)
    book = fresh_course()
    item_ids = exam_questions(book, EXAM_QUESTIONS, None)
    [session] = exam_sessions(book, [begin(items=item_ids), answer(1, 0, "1")])
    for place in range(EXAM_QUESTIONS):
        session.item(book, place)
    exam_attempts(grade(book, session))
    exam_attempts(grade(book, session))
    assert sorted(built) == sorted(item_ids)
    assert len(built) == EXAM_QUESTIONS == 40


def test_the_exams_of_two_books_stay_apart() -> None:
    lenses = {"first": "customer", "second": "money"}
    school = small_book(
        *(
            {"kind": "case", "id": k, "objectives": [objective], "case": CASE, "lens": lens}
            for (k, lens), objective in zip(lenses.items(), BOOK.objectives, strict=False)
        )
    )
    own = ["school:first", "school:second"]
    events = [begin(exam="a"), begin(1, exam="b", items=own), answer(2, 0, "external", exam="b")]
    [session] = exam_sessions(school, events)
    assert (session.exam, session.item_ids) == ("b", tuple(own))
    assert [session.exam for session in exam_sessions(BOOK, events)] == ["a"]
    result = grade(school, session)
    assert [*result.by_objective] == [*BOOK.objectives][:2]
    assert [attempt.item for attempt in exam_attempts(result)] == ["school:first"]


# The attempts


def test_every_answer_is_an_attempt_and_what_was_left_open_is_none() -> None:
    name, wrong, betrayed = next(
        (item.id, option, misconception.id)
        for item in ITEMS.values()
        for option in item.options
        if not item.many and not item.groups and (misconception := item.misconception({option}))
    )
    other = next(k for k in BOOK.questions if k != name)
    ended = START + timedelta(minutes=40)
    result = result_of([other, name, THREE[0]], {0: ITEMS[other].right, 1: [wrong], 2: []}, ended)
    right, mistake = exam_attempts(result)
    assert (right.item, right.right, right.misconception) == (other, True, None)
    assert (mistake.item, mistake.right, mistake.misconception) == (name, False, betrayed)
    assert (right.choice, mistake.choice) == (tuple(sorted(ITEMS[other].right)), (wrong,))
    assert {right.sure, mistake.sure} == {None}
    assert (right.ms, mistake.ms) == (100, 101)
    assert mistake.content == ITEMS[name].fingerprint
    assert {right.at, mistake.at} == {"2026-03-02T09:40:00.000000+00:00"}
    [late] = exam_attempts(result_of([name], {0: [wrong]}))
    assert late.at == "2026-03-02T10:00:00.000000+00:00"


def test_the_attempts_of_an_exam_are_stored_once_however_often_they_are_recorded(
    tmp_path: Path,
) -> None:
    item_ids = exam_questions(BOOK, EXAM_QUESTIONS, 5)
    result = right_in(item_ids, range(EXAM_QUESTIONS))
    attempts = exam_attempts(result)
    assert exam_attempts(result) == attempts
    for kernel in (Journal(tmp_path), Journal(tmp_path)):
        for attempt in attempts:
            assert kernel.record(attempt)
    stored = Journal(tmp_path).read().attempts
    assert sorted(attempt.item for attempt in stored) == sorted(item_ids)
    assert [attempt.event for attempt in stored] == sorted(attempt.event for attempt in attempts)


# Exams of older journals, which kept options by their places, and no wording.


def older() -> tuple[list[ExamEvent], list[str]]:
    """A concept answered rightly by place, in an exam that was handed in."""
    record = next(each for each in BOOK.questions.values() if each.kind == "choose")
    right = [ITEMS[record.id].places[k] for k in ITEMS[record.id].right]
    start = begin(items=[record.id, THREE[1]])
    return [start, answer(1, 0, *right), event("finish", 2)], [record.id, *right]


def test_an_exam_of_an_older_journal_is_read_by_places() -> None:
    events, [item_id, _] = older()
    [session] = exam_sessions(BOOK, events)
    result = grade(BOOK, session)
    assert [mark.right for mark in result.marks] == [True, False]
    assert exam_attempts(result)[0].choice == tuple(ITEMS[item_id].right)


def test_what_an_older_exam_came_to_is_known_by_its_attempts() -> None:
    events, [item_id, place] = older()
    for content, is_known in ((ITEMS[item_id].fingerprint, True), ("another", False)):
        made = Attempt(item_id, (place,), None, True, None, 900, content, "one-0")
        [session] = exam_sessions(BOOK, events, [made])
        mark = grade(BOOK, session).marks[0]
        assert mark.right
        assert ((mark.item is not None), (mark.wording is not None)) == (is_known, is_known)
    book = without(item_id)
    [session] = exam_sessions(book, events, [made])
    assert [mark.right for mark in grade(book, session).marks] == [True, False]


def test_an_end_after_a_start_is_an_end_whatever_the_clock_says() -> None:
    """In older journals, which have moments only."""
    [session] = exam_sessions(BOOK, [begin(), answer(1, 0, "1"), event("finish", -5)])
    assert (session.finished, session.answers) == (session.deadline, {0: ("1",)})


@pytest.mark.parametrize("late", [3_600_000, 3_900_000])
def test_where_two_machines_found_the_time_up_the_one_that_knew_more_answers_is_right(
    late: int,
) -> None:
    events = [
        begin(),
        event("answer", 1, t=60_000, place=0, choice=["2"], ms=900),
        event("finish", 99, t=3_600_000, choices={}),
        event("finish", 60, t=late, choices={"0": ["2"]}),
    ]
    [session] = exam_sessions(BOOK, events)
    assert session.answers == {0: ("2",)}


def test_what_was_handed_in_keeps_its_wording_whatever_another_machine_asked_meanwhile() -> None:
    def paper(minute: float, t: int, *wordings: Wording | None) -> ExamEvent:
        [data] = paper_data(dict(enumerate(wordings)))
        return event("paper", minute, t=t, **data)

    item = item_of(BOOK, THREE[0])
    assert item
    old = wording_of(BOOK, item)
    new = replace(old, prompt="In other words?", content="another")
    events = [
        begin(),
        paper(0, 1, old, old),
        event("answer", 1, t=60_000, place=0, choice=["2"], ms=900),
        event(
            "finish",
            30,
            t=1_800_000,
            choices={"0": ["2"]},
            asked={"0": old.content, "1": old.content, "2": None},
        ),
    ]
    [before] = exam_sessions(BOOK, events)
    assert before.gone == {2}
    [after] = exam_sessions(BOOK, [*events, paper(2, 120_000, new, None)])
    assert (after.wordings, after.gone, after.answers) == ({0: old, 1: old}, {2}, {0: ("2",)})
    events[-1] = event("finish", 30, t=1_800_000, choices={}, asked={"0": ["no"], "1": 7, "9": "x"})
    assert exam_sessions(BOOK, events)[0].wordings == before.wordings


def test_the_time_of_the_exam_decides_and_no_wall_clock() -> None:
    events = [
        begin(),
        event("answer", 500_000, place=0, choice=["1"], ms=1, t=60_000),
        event("answer", -500_000, place=0, choice=["2"], ms=1, t=120_000),
        event("finish", -3, t=180_000, choices={"0": ["2"]}),
        event("answer", 3, place=1, choice=["1"], ms=1, t=200_000),
        event("answer", 1, place=2, choice=["1"], ms=1, t=100_000),
    ]
    [session] = exam_sessions(BOOK, events)
    assert session.answers == {0: ("2",)}  # what was handed in stays that
    assert session.finished == START - timedelta(minutes=3)
