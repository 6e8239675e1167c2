"""The mock exam by messages and clicks, without a browser."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup, escape

import customer_casebook.course.exam as course_exam
import customer_casebook.widgets.exam as module
from customer_casebook.course.bank import MatchItem
from customer_casebook.course.casebook import Casebook
from customer_casebook.course.exam import EXAM_FORMATS, MAX_EXAM_MINUTES, exam_sessions
from customer_casebook.course.items import CaseItem, Item, question_of
from customer_casebook.course.journal import (
    MAX_LINE_BYTES,
    Attempt,
    ExamEvent,
    Journal,
    event_as_row,
    iso_moment,
    journal,
)
from customer_casebook.course.records import ConceptQuestion
from customer_casebook.course.selection import exam_pool, exam_questions, holds_in
from customer_casebook.document import to_text
from customer_casebook.domain.facts import InputError
from customer_casebook.widgets.activity import START as TRANSCRIPT
from customer_casebook.widgets.card import Card, feedback, material, places_of
from customer_casebook.widgets.exam import Exam, exam
from tests.course.books import BOOK, without
from tests.course.books import question as question_in
from tests.course.clocks import MONDAY, HandClock

N, MINUTES = 6, 20
GOES_ON = 1  # the seed of an exam whose first two questions stand in the bank
POOL = len(exam_pool(BOOK))
DEADLINE = "2026-03-02T09:20:01.000000+00:00"  # of what is begun at once


Clock = HandClock(MONDAY)


@pytest.fixture(autouse=True)
def _clock() -> None:
    Clock.right, Clock.wrong = MONDAY, timedelta(0)
    new_kernel()


def begin(**other: Any) -> Exam:
    """An exam whose clock runs."""
    sat = exam(**{"n": N, "minutes": MINUTES, **other})
    tell(sat, "start")
    return sat


def tell(sat: Exam, what: Any, **more: Any) -> None:
    """What the front end does when something is pressed, a second after it was last heard of."""
    Clock.wait(seconds=1)
    sat.paper._handle_custom_msg({"what": what, "exam": sat.paper.exam, **more}, [])


def give(
    sat: Exam, place: int, choice: Any, flag: Any = False, ms: Any = 700, **other: Any
) -> None:
    """What the front end does when something is chosen or flagged, a second after it was last heard of."""
    seq = other.pop("seq", sat.paper.answers.get(str(place), {}).get("seq", 0) + 1)
    answer = {"choice": as_places(sat, place, choice), "ms": ms, "flag": flag, "seq": seq}
    tell(sat, **{**said(sat, place, answer), **other})


def said(sat: Exam, place: int, answer: dict[str, Any]) -> dict[str, Any]:
    """What the front end says of one place, until it is acknowledged."""
    about = {"what": "answer", "id": f"{sat.paper.exam}/{place}", "seq": answer["seq"]}
    return {**about, "asks": module._asks(sat.items[place]), "answer": answer}


def as_places(sat: Exam, place: Any, choice: Any) -> Any:
    """Options as the front end names them; nonsense as it is."""
    options = dict(enumerate(sat.items))[place].options if place in range(len(sat.items)) else {}
    sensible = choice and all(isinstance(each, str) and each in options for each in choice)
    return places_of(sat.items[place], choice) if sensible else choice


def press(sat: Exam, name: str) -> None:
    """What the front end does when a button below the questions is pressed."""
    assert name in sat.actions.buttons
    sat.actions._handle_custom_msg(name, [])


def asked(sat: Exam) -> list[Item]:
    return sat.items


def in_order(question: Item) -> list[str]:
    """The right options, as they are shown."""
    return [option for option in question.options if option in question.right]


def wrong(question: Item) -> set[str]:
    """A choice that is not right."""
    return {next(each for each in question.options if {each} != question.right)}


def told() -> list[tuple[str, Any]]:
    """What the journal on disk says of exams, but for their papers."""
    events = Journal(*journal().folders).read().exams
    known = [each for each in events if each.what not in ("start", "paper")]
    in_turn = sorted(known, key=lambda each: int(each.data["t"]))
    more = ("t", "choices", "asked")
    return [(each.what, {k: v for k, v in each.data.items() if k not in more}) for each in in_turn]


def on_disk() -> list[Attempt]:
    return Journal(*journal().folders, clock=Clock).read().attempts


def new_kernel() -> None:
    journal.cache_clear()
    module._timers.clear()
    journal().clock = Clock


# The clock starts, answers are kept, and it is handed in.


def test_of_one_place_the_last_choice_counts_in_whatever_order_they_come() -> None:
    sat = begin()
    [first, *_] = asked(sat)
    for seq, choice in [(2, {*first.right}), (1, wrong(first)), (2, {*first.right})]:
        give(sat, 0, choice, seq=seq)
    new_kernel()
    again = exam(n=N, minutes=MINUTES)
    assert again.paper.exam == sat.paper.exam
    assert again.session.answers == {0: tuple(in_order(first))}
    give(again, 0, wrong(first), seq=3, age=60_000)  # it took a minute to come
    assert again.session.answers[0] == tuple(wrong(first))
    new_kernel()
    assert exam(n=N, minutes=MINUTES).session.answers[0] == tuple(wrong(first))


def test_every_choice_said_is_acknowledged_with_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Any] = []
    sat = begin()
    [first, *_] = asked(sat)
    monkeypatch.setattr(sat.paper, "send", heard.append)
    for seq in (2, 1):
        give(sat, 0, wrong(first), seq=seq)
    acknowledged = [each for each in heard if "heard" in each]
    about = {"heard": f"{sat.paper.exam}/0", "state": {"state": "saved"}}
    assert acknowledged == [{**about, "seq": seq} for seq in (2, 1)]


@pytest.mark.parametrize("when", ["before the end", "with the end", "after it", "in a new kernel"])
def test_what_was_chosen_in_time_counts_though_it_comes_late(when: str) -> None:
    sat = begin()
    [first, second, *_] = asked(sat)
    Clock.wait(minutes=MINUTES)  # the connection was dead
    age = 60_000  # chosen a minute before
    if when == "in a new kernel":
        new_kernel()
        sat = exam(n=N, minutes=MINUTES)
        assert sat.paper.phase == "done"
    elif when == "after it":
        tell(sat, "finish")
    if when == "with the end":
        answer = {"choice": places_of(first, first.right), "ms": 7, "flag": False, "seq": 1}
        tell(sat, "finish", first=[{**said(sat, 0, answer), "age": age}])
    else:
        give(sat, 0, {*first.right}, age=age)
        give(sat, 1, {*second.right}, age=10)  # and this one too late
        tell(sat, "finish")
    assert sat.result
    assert [mark.right for mark in sat.result.marks] == [True, *[False] * (N - 1)]
    assert sat.paper.verdict.startswith(f"1 of {N} right")


def test_all_that_was_chosen_in_time_counts_though_it_comes_after_the_end() -> None:
    sat = begin()
    Clock.wait(minutes=MINUTES)
    tell(sat, "finish")
    for place, question in enumerate(asked(sat)):
        give(sat, place, {*question.right}, age=60_000)
    assert sat.paper.verdict.startswith(f"{N} of {N} right")
    assert len(on_disk()) == N


def test_an_answer_to_what_is_not_asked_is_acknowledged_and_not_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Any] = []
    sat = begin()
    monkeypatch.setattr(sat.paper, "send", heard.append)
    give(sat, 0, [0], asks="other words")  # the course has changed since
    assert (heard[-1]["heard"], heard[-1]["seq"]) == (f"{sat.paper.exam}/0", 1)
    assert (sat.session.answers, sat.paper.answers, told()) == ({}, {}, [])
    assert sat.actions.below == ""


def test_an_answer_finds_its_question_though_another_is_gone_before_it() -> None:
    sat = begin(seed=GOES_ON)
    one, two, *_ = asked(sat)
    answer = {"choice": places_of(two, two.right), "ms": 7, "flag": False, "seq": 1}
    waits = said(sat, 1, answer)
    new_kernel()
    again = exam(n=N, minutes=MINUTES, seed=GOES_ON, book=replace(without(one.id), items={}))
    tell(again, **waits)
    assert again.paper.answers == {"0": answer}
    tell(again, "finish")
    assert again.paper.verdict.startswith(f"1 of {N - 1} right")


def test_an_exam_asks_no_question_twice() -> None:
    asks = [each["asks"] for each in exam_of_all(1).paper.questions]
    assert len({*asks}) == len(asks)


def test_nothing_begins_before_the_clock_is_started() -> None:
    sat = exam(n=N, minutes=MINUTES)
    assert (sat.paper.phase, sat.paper.questions, told()) == ("ready", [], [])
    for nothing in ("clock", "finish", "sneeze", None, ["start"]):
        tell(sat, nothing)
    tell(sat, "answer", id="x", asks="", answer={"choice": [0], "seq": 1}, seq=1)
    assert sat.paper.phase == "ready"
    assert journal().read().exams == []
    tell(sat, "start")
    begun, paper = sorted(journal().read().exams, key=lambda each: each.what != "start")
    assert (begun.what, paper.what, sat.paper.phase) == ("start", "paper", "running")
    assert begun.data["items"] == [each.id for each in sat.items]
    assert sat.paper.deadline == 1000 * (Clock.right + timedelta(minutes=MINUTES)).timestamp()
    assert sat.paper.note == sat.actions.below == ""


def test_answers_flags_and_the_end_are_events_and_then_attempts(attempts: list[Attempt]) -> None:
    sat = begin()
    one, two, *_ = asked(sat)
    give(sat, 0, [], ms=100)  # looked at
    give(sat, 0, wrong(one), ms=900)
    give(sat, 0, wrong(one), flag=True, ms=1400)
    give(sat, 0, sorted(one.right), flag=True, ms=2000)
    give(sat, 1, wrong(two), flag=True)
    give(sat, 1, wrong(two))
    give(sat, 3, wrong(asked(sat)[3]))
    give(sat, 3, [])
    assert attempts == []
    Clock.wait(minutes=5)
    tell(sat, "finish")
    assert told() == [
        ("answer", {"place": 0, "choice": [*wrong(one)], "ms": 900}),
        ("flag", {"place": 0, "on": True}),
        ("answer", {"place": 0, "choice": in_order(one), "ms": 2000}),
        ("answer", {"place": 1, "choice": [*wrong(two)], "ms": 700}),
        ("flag", {"place": 1, "on": True}),
        ("flag", {"place": 1, "on": False}),
        ("answer", {"place": 3, "choice": [*wrong(asked(sat)[3])], "ms": 700}),
        ("answer", {"place": 3, "choice": [], "ms": 700}),
        ("finish", {}),
    ]
    assert [(each.item, each.right, each.sure, each.ms) for each in attempts] == [
        (one.id, True, None, 2000),
        (two.id, False, None, 700),
    ]
    assert {each.at for each in attempts} == {Clock.right.isoformat(timespec="microseconds")}
    assert sat.paper.verdict == f"1 of {N} right: 16%. Not passed this time; 65% are needed."


def test_whatever_the_front_end_says_is_answered_with_the_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard: list[Any] = []
    sat = begin()
    monkeypatch.setattr(sat.paper, "send", heard.append)
    start = 1000 * Clock.right.timestamp()
    tell(sat, "clock")
    give(sat, 0, wrong(asked(sat)[0]))
    give(sat, 1, [])
    assert [each for each in heard if "now" in each] == [
        {"now": start + 1000 * each} for each in (1, 2, 3)
    ]
    Clock.wait(minutes=MINUTES)
    give(sat, 1, wrong(asked(sat)[1]))  # heard, if too late
    tell(sat, "finish")
    assert len([each for each in heard if "now" in each]) == 5


def test_pressing_twice_begins_one_exam_and_hands_it_in_once(attempts: list[Attempt]) -> None:
    sat = begin()
    tell(sat, "start")
    give(sat, 0, asked(sat)[0].right)
    tell(sat, "finish")
    tell(sat, "finish")
    Clock.wait(seconds=1)
    tell(sat, "finish")
    assert [what for what, _ in told()] == ["answer", "finish"]
    assert len(exam_sessions(BOOK, journal().read().exams)) == 1
    assert len(attempts) == 1


def test_an_answer_that_comes_late_does_not_count() -> None:
    sat = begin()
    give(sat, 0, asked(sat)[0].right)
    Clock.wait(minutes=MINUTES)
    give(sat, 1, asked(sat)[1].right)
    tell(sat, "finish")
    give(sat, 2, asked(sat)[2].right)
    assert [what for what, _ in told()] == ["answer", "finish"]
    assert sat.paper.verdict.startswith(f"1 of {N} right")
    assert [each.at for each in on_disk()] == [DEADLINE]


# It goes on where it was.


def test_a_new_kernel_takes_it_up_with_answers_flags_and_the_same_clock() -> None:
    sat = begin()
    one, two, *_ = asked(sat)
    give(sat, 0, sorted(one.right), flag=True)
    give(sat, 1, wrong(two))
    give(sat, 4, [], flag=True)
    before = sat.paper
    new_kernel()
    Clock.wait(minutes=15)
    again = exam(n=N, minutes=MINUTES)
    assert again.paper.phase == "running"
    assert again.paper.questions == before.questions
    assert again.paper.deadline == before.deadline
    assert again.paper.answers == {
        "0": {"choice": places_of(one, one.right), "ms": 700, "flag": True},
        "1": {"choice": places_of(two, wrong(two)), "ms": 700, "flag": False},
        "4": {"choice": [], "ms": 0, "flag": True},
    }
    give(again, 1, sorted(two.right))
    tell(again, "finish")
    assert again.paper.verdict.startswith(f"2 of {N} right")


def test_another_kind_of_exam_does_not_take_it_up() -> None:
    begin()
    others: list[dict[str, Any]] = [{"n": N + 1}, {"minutes": MINUTES + 1}, {"seed": 3}]
    for other in others:
        assert exam(**{"n": N, "minutes": MINUTES, **other}).paper.phase == "ready"
    assert exam(n=N, minutes=MINUTES).paper.phase == "running"


def test_a_new_exam_starts_though_older_ones_of_other_kinds_were_never_handed_in() -> None:
    for minutes in (MINUTES, MINUTES + 1):
        sat = begin(minutes=minutes)
        give(sat, 0, asked(sat)[0].right)
        new_kernel()
        Clock.wait(days=1)
    last = exam()
    assert last.paper.phase == "done"  # the latest is told
    press(last, "new")
    tell(last, "start", values={"n": f"{N}", "minutes": f"{MINUTES}", "seed": ""})
    assert last.paper.phase == "running"
    assert last.session.started == Clock.right
    assert len(on_disk()) == 2  # and the answers of both count


def test_without_minutes_each_question_has_as_long_as_in_the_exam_that_is_prepared_for() -> None:
    sat = exam()
    tell(sat, "start", values={"n": "4", "minutes": "", "seed": "", "goal": "bridge"})
    assert sat.paper.phase == "running"
    assert sat.session.limit == timedelta(minutes=6)


def test_one_whose_time_is_up_is_handed_in_at_its_deadline_when_met_again() -> None:
    sat = begin()
    give(sat, 0, asked(sat)[0].right)
    new_kernel()
    Clock.wait(days=3)
    again = exam(n=N, minutes=MINUTES)
    assert again.paper.phase == "done"
    assert again.paper.verdict.startswith(f"1 of {N} right")
    assert [each.at for each in on_disk()] == [DEADLINE]
    new_kernel()
    third = exam(n=N, minutes=MINUTES)
    assert third.paper.phase == "ready"
    assert [*third.actions.buttons] == ["look"]
    assert len(on_disk()) == 1


def test_a_kernel_that_ends_between_the_end_and_the_attempts_loses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sat = begin()
    for place, question in enumerate(asked(sat)):
        give(sat, place, sorted(question.right))

    def killed(_: Exam, event: Attempt | ExamEvent) -> None:
        if len(on_disk()) == 2:
            raise KeyboardInterrupt
        journal().record(event)

    with monkeypatch.context() as kernel:
        kernel.setattr(Exam, "_record", killed)
        with pytest.raises(KeyboardInterrupt):
            tell(sat, "finish")
    assert len(on_disk()) == 2
    new_kernel()
    exam(n=N, minutes=MINUTES)
    made = on_disk()
    assert sorted(each.item for each in made) == sorted(each.id for each in asked(sat))
    new_kernel()
    exam(n=N, minutes=MINUTES)
    assert on_disk() == made
    lines = "".join(each.read_text(encoding="utf-8") for each in tmp_path.glob("*.jsonl"))
    assert lines.count('"kind":"attempt"') == N  # none is written twice


def test_two_kernels_at_one_exam_make_one_result() -> None:
    here = begin()
    mine = journal()
    new_kernel()
    there = exam(n=N, minutes=MINUTES)
    one, two, *_ = asked(here)
    give(there, 0, sorted(one.right))
    theirs = journal()
    journal.cache_clear()
    Clock.wait(minutes=1)
    for kernel, sat in ((mine, here), (theirs, there)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, "journal", lambda kernel=kernel: kernel)
            give(sat, 1, sorted(two.right))
            tell(sat, "finish")
            Clock.wait(minutes=1)
    assert here.paper.verdict == there.paper.verdict
    assert here.paper.verdict.startswith(f"2 of {N} right")
    assert len(on_disk()) == 2
    [found] = exam_sessions(BOOK, journal().read().exams)
    assert found.finished
    assert {each.at for each in on_disk()} == {found.finished.isoformat(timespec="microseconds")}
    assert found.finished < MONDAY + timedelta(minutes=2)


def test_one_begun_elsewhere_meanwhile_is_taken_up_and_no_second_one_begun() -> None:
    waits = exam(n=N, minutes=MINUTES)
    new_kernel()
    other = begin()
    new_kernel()
    tell(waits, "start")
    assert waits.paper.questions == other.paper.questions
    assert len(exam_sessions(BOOK, journal().read().exams)) == 1


# What follows.


@pytest.mark.parametrize("seed", [1, 2])
def test_the_review_tells_of_every_question_what_was_wrong_first(seed: int) -> None:
    sat = begin(seed=seed, n=20)
    questions = asked(sat)
    for place, question in enumerate(questions):
        if place % 3:
            give(sat, place, sorted(question.right))
        elif place:
            give(sat, place, wrong(question))
    assert sat.review.text == ""
    tell(sat, "finish")
    assert sat.result
    shown = sat.review.text
    assert "1 not answered." in shown
    heads = re.findall(r"<h4>([✓✗]) (\d+)\. ", shown)
    groups = sat.result.by_objective.values()
    weakest_first = [mark for marks in groups for mark in marks]
    wanted = sorted(weakest_first, key=lambda mark: mark.right)
    assert [(mark == "✓", int(place) - 1) for mark, place in heads] == [
        (each.right, each.place) for each in wanted
    ]
    hidden, fold = shown.split("<summary>What you had right (13)</summary>")
    assert (hidden.count("<h4>✗"), hidden.count("<h4>✓")) == (7, 0)
    assert fold.count("<h4>✓") == 13
    for mark in sat.result.marks:
        assert mark.item
        for block in (*material(mark.item), *feedback(mark.item, mark.choice)):
            assert block.html() in shown or mark.item.groups
        for clue in mark.item.decisive_evidence if isinstance(mark.item, CaseItem) else ():
            assert shown.count(f'data-evidence="{clue}"') >= 2  # in sight, and in the story
    rows = [(int(a), int(b)) for a, b in re.findall(r"<td[^>]*>(\d+) of (\d+)</td>", shown)]
    assert [a / b for a, b in rows] == sorted(a / b for a, b in rows)
    assert sum(b for _, b in rows) == 20


def test_the_review_says_which_answer_was_given_to_which_part() -> None:
    sat = begin(seed=1, n=POOL)
    place, question = next((place, each) for place, each in enumerate(asked(sat)) if each.groups)
    give(sat, place, sorted(question.right))
    tell(sat, "finish")
    for group in question.groups:
        [right] = question.right & {*group.options}
        answer = question.wording(right).removeprefix(f"{group.label}: ")
        cells = Markup("").join(Markup("<td>{}</td>").format(answer) for _ in range(2))
        assert f'<th scope="row">✓ {escape(group.label)}</th>{cells}' in sat.review.text
    assert sat.review.text.count("You gave no answer.") == POOL - 1


def test_the_review_shows_all_that_it_speaks_of_also_of_what_was_not_answered() -> None:
    sat = begin(seed=4, n=POOL)
    tell(sat, "finish")
    shown = sat.review.text
    for item in asked(sat):
        for option, label in item.options.items():
            row = item.wording(option).removeprefix(f"{item.short_label(option)}: ")
            is_told = option in item.right or not item.groups
            assert str(escape(row if item.groups else label)) in shown or not is_told
            if option in item.right and item.many:
                assert str(escape(item.why_missed(option))) in shown
        for block in () if item.explains_every_option else item.explanation:
            assert block.html() in shown
    for objective in {mark.objective for mark in sat.result.marks} if sat.result else ():
        lesson = BOOK.objectives[objective].lesson
        assert f'<strong>To repeat:</strong> <a href="{lesson}.ipynb">Lesson' in shown


@pytest.mark.parametrize(("right", "tone"), [(N, "right"), (0, "wrong")])
def test_the_score_is_a_bar_against_the_line_where_one_passes(right: int, tone: str) -> None:
    sat = begin()
    for place, question in list(enumerate(asked(sat)))[:right]:
        give(sat, place, sorted(question.right))
    tell(sat, "finish")
    percent = 100 * right // N
    assert f'data-tone="{tone}"><div style="width: {percent}%"></div>' in sat.review.text
    assert "with a line at the 65% that are needed." in sat.review.text
    assert 'style="left: 65%">65% to pass</p>' in sat.review.text


def test_that_time_is_up_is_said_and_only_then() -> None:
    sat = begin()
    tell(sat, "finish")
    assert "Time is up." not in sat.actions.live
    press(sat, "new")
    tell(sat, "start")
    Clock.wait(minutes=MINUTES)
    tell(sat, "finish")
    assert sat.actions.live.endswith("Time is up.")
    assert sat.paper.verdict == sat.actions.live


def test_an_exam_says_what_it_is_and_what_it_is_not() -> None:
    about = " ".join(to_text(exam().transcript).split())
    assert "does not ask about the whole syllabus" in about
    assert "nobody gives marks for it" in about


# What the learner chooses.


def test_without_arguments_the_learner_chooses_number_minutes_and_seed() -> None:
    sat = exam()
    assert [(each["name"], each["start"]) for each in sat.paper.fields] == [
        ("goal", ""),
        ("time", ""),
        ("n", ""),
        ("minutes", ""),
        ("seed", ""),
    ]
    tell(sat, "start", values={"n": "5", "minutes": "9", "seed": "7"})
    assert [each.id for each in asked(sat)] == exam_questions(BOOK, 5, 7)
    assert sat.session.minutes == 9
    new_kernel()
    again = exam()  # whatever was chosen
    assert (again.paper.phase, again.paper.questions) == ("running", sat.paper.questions)


@pytest.mark.parametrize(
    ("goal", "time", "n", "minutes"),
    [("", "", 40, 60), ("4", "", 40, 60), ("5", "more", 40, 75), ("bridge", "more", 20, 38)],
)
def test_an_exam_is_as_long_as_the_real_one_and_keeps_to_its_edition(
    goal: str, time: str, n: int, minutes: int
) -> None:
    journal().choose_goal(goal)
    sat = exam()
    assert sat.paper.fields[0]["start"] == goal  # chosen once, and kept
    tell(sat, "start", values={"goal": goal, "time": time, "n": "", "minutes": "", "seed": ""})
    assert (len(asked(sat)), sat.session.minutes) == (n, minutes)
    records = [question_of(BOOK, item.id) for item in asked(sat)]
    edition = EXAM_FORMATS[goal].edition
    assert all(record and holds_in(BOOK, record, edition) for record in records)


@pytest.mark.parametrize(
    "nonsense",
    [None, [], {}, {"goal": "x"}, {"n": "0"}, {"n": "9" * 30}, {"minutes": "x"}, {"seed": "-1"}],
)
def test_what_makes_no_sense_is_not_chosen(nonsense: object) -> None:
    sat = exam()
    tell(sat, "start", values=nonsense)
    assert (len(asked(sat)), sat.session.minutes, sat.session.seed) == (40, 60, None)


def test_an_exam_of_a_given_kind_lets_choose_nothing() -> None:
    sat = exam(n=N)
    assert sat.paper.fields == []
    tell(sat, "start", values={"n": "5"})
    assert len(asked(sat)) == N


def test_what_was_missed_can_be_practised_at_once(attempts: list[Attempt]) -> None:
    sat = begin()
    right, *missed = asked(sat)
    give(sat, 0, right.right)
    tell(sat, "finish")
    assert [*sat.actions.buttons] == ["practise", "new"]
    press(sat, "practise")
    [card] = sat.practice.children
    assert isinstance(card, Card)
    assert sorted(each.id for each in card.questions) == sorted(each.id for each in missed)
    first = card.questions[0]
    answer = {"press": "p", "choice": places_of(first, first.right), "sure": True, "ms": 5}
    card.set_state({"answers": {"0": answer}})
    [made] = [each for each in attempts if each.event == "p"]
    assert (made.item, made.right) == (first.id, True)


def test_who_has_all_of_it_right_has_nothing_to_practise() -> None:
    sat = begin()
    for place, question in enumerate(asked(sat)):
        give(sat, place, sorted(question.right))
    tell(sat, "finish")
    assert sat.paper.verdict == f"{N} of {N} right: 100%. Passed; 65% are needed."
    assert [*sat.actions.buttons] == ["new"]


def test_another_exam_is_another_one_and_the_last_can_be_looked_at_again() -> None:
    sat = begin()
    give(sat, 0, asked(sat)[0].right)
    tell(sat, "finish")
    verdict, review, first = sat.paper.verdict, sat.review.text, asked(sat)
    press(sat, "practise")
    press(sat, "new")
    assert (sat.paper.phase, sat.review.text, sat.practice.children) == ("ready", "", ())
    assert [*sat.actions.buttons] == ["look"]
    press(sat, "look")
    assert (sat.paper.phase, sat.paper.verdict, sat.review.text) == ("done", verdict, review)
    press(sat, "new")
    tell(sat, "start")
    assert sat.paper.phase == "running"
    assert sat.paper.answers == {}
    assert sat.actions.buttons == {}
    assert not {each.id for each in asked(sat)} & {each.id for each in first}
    new_kernel()
    assert exam(n=N, minutes=MINUTES).paper.questions == sat.paper.questions


def test_an_exam_knows_what_was_answered_on_the_same_day(monkeypatch: pytest.MonkeyPatch) -> None:
    midnight = Clock.now().replace(hour=0, minute=0)
    for item_id, at in (("yesterday", midnight - timedelta(seconds=1)), ("today", midnight)):
        attempt = Attempt(item_id, (), sure=None, right=True, misconception=None, ms=1)
        journal().record(replace(attempt, at=iso_moment(at)))
    heard: list[list[str]] = []

    def questions(
        book: Casebook, n: int, _: None, __: object, ___: None, lately: list[str]
    ) -> list[str]:
        heard.append(lately)
        return exam_questions(book, n, 1)

    monkeypatch.setattr(module, "exam_questions", questions)
    begin()
    assert heard == [["today"]]


def test_a_look_back_and_a_start_that_waited_for_python_begin_no_exam_that_cannot_end() -> None:
    sat = begin()
    tell(sat, "finish")
    press(sat, "new")
    press(sat, "look")  # both buttons were there when they were pressed
    tell(sat, "start")
    assert sat.paper.phase == "done"
    assert len(exam_sessions(BOOK, journal().read().exams)) == 1
    press(sat, "new")
    tell(sat, "start")
    give(sat, 0, sorted(asked(sat)[0].right))
    tell(sat, "finish")
    assert sat.paper.verdict.startswith(f"1 of {N} right")


def test_a_button_that_is_pressed_again_too_late_does_nothing() -> None:
    """In another thread, a press may have been let in before the buttons changed."""
    sat = begin()
    tell(sat, "finish")
    press(sat, "new")
    tell(sat, "start")
    for name in ("look", "new", "practise"):
        sat._press(name)
    assert (sat.paper.phase, sat.practice.children, sat.actions.below) == ("running", (), "")


def test_a_second_press_on_practise_takes_no_answers_away() -> None:
    sat = begin()
    tell(sat, "finish")
    press(sat, "practise")
    [card] = sat.practice.children
    press(sat, "practise")
    assert sat.practice.children == (card,)
    answer = {"press": "p", "choice": [0], "sure": True, "ms": 5}
    card.set_state({"answers": {"0": answer}})
    press(sat, "practise")  # from the start, once it was begun
    assert sat.practice.children != (card,)


def test_two_pages_that_answer_at_once_keep_both_answers() -> None:
    sat = begin()
    one, two, *_ = asked(sat)
    for place, question in enumerate((one, two)):
        give(sat, place, question.right)
    assert sat.paper.answers.keys() == {"0", "1"}
    assert [what for what, _ in told()] == ["answer", "answer"]
    tell(sat, "finish", first=[])
    assert sat.paper.verdict.startswith(f"2 of {N} right")


def test_a_seed_sets_the_same_paper_for_everybody() -> None:
    first = begin(seed=7)
    tell(first, "finish")
    press(first, "new")
    tell(first, "start")
    assert [each.id for each in asked(first)] == exam_questions(BOOK, N, 7)


# What the page is told of options.


def exam_of_all(seed: int) -> Exam:
    """An exam of everything that an exam may ask."""
    return begin(seed=seed, n=POOL)


def test_no_option_id_and_no_key_is_in_the_state_of_the_page() -> None:
    sat = exam_of_all(1)
    for question, spec in zip(asked(sat), sat.paper.questions, strict=True):
        assert spec["options"] == [*question.options.values()]
        assert {"answer", "heads", "parts", "tail", "id"} & spec.keys() == set()
    state = json.dumps(sat.paper.get_state())
    strings = {*re.findall(r'"((?:[^"\\]|\\.)*)"', state)}
    ids = {option for question in asked(sat) for option in question.options if ":" in option}
    ids |= {option for question in asked(sat) for option in question.options if "/" in option}
    assert ids
    assert not ids & strings
    matches = [question for question in asked(sat) if isinstance(question, MatchItem)]
    assert matches
    for question in matches:
        assert not any(f"{term}:{term}" in state for term in question.terms)
    # Nor is the right one always in the same place.
    rows = [
        [
            group.options.index(f"{term}:{term}")
            for group, term in zip(q.groups, q.terms, strict=True)
        ]
        for q in matches
    ]
    assert any(row != sorted(row) for row in rows)


def test_options_are_in_another_order_in_another_exam_and_stay_in_one() -> None:
    first = exam_of_all(1)
    before = {question.id: [*question.options] for question in asked(first)}
    new_kernel()
    again = exam(seed=1, n=POOL, minutes=MINUTES)
    assert {question.id: [*question.options] for question in asked(again)} == before
    assert again.paper.questions == first.paper.questions
    tell(again, "finish")
    press(again, "new")
    tell(again, "start")  # the same questions, as the seed says
    after = {question.id: [*question.options] for question in asked(again)}
    assert after.keys() == before.keys()
    assert {k: sorted(options) for k, options in after.items()} == {
        k: sorted(options) for k, options in before.items()
    }
    moved = [k for k in before if after[k] != before[k]]
    concepts = [k for k in before if kind_of(k) in ("choose", "choose_all")]
    assert len({*moved} & {*concepts}) > len(concepts) / 2


def test_a_choice_is_kept_by_its_id_whatever_the_order_shown() -> None:
    """A digit chooses the place shown; the journal keeps what stands there."""
    sat = begin(seed=2, n=20)
    for place, question in enumerate(asked(sat)):
        if not question.groups:
            give(sat, place, [1], ms=5)
            assert told()[-1] == (
                "answer",
                {"place": place, "choice": [[*question.options][1]], "ms": 5},
            )
            assert sat.paper.questions[place]["options"][1] == [*question.options.values()][1]


def test_what_was_missed_is_practised_in_the_order_of_its_exam() -> None:
    sat = begin(seed=2, n=20)
    tell(sat, "finish")
    press(sat, "practise")
    [card] = sat.practice.children
    orders = {question.id: [*question.options] for question in asked(sat)}
    assert {question.id: [*question.options] for question in card.questions} == orders


@pytest.mark.parametrize(
    ("right", "n", "verdict"),
    [
        (11, 17, "11 of 17 right: 64%. Not passed this time; 65% are needed."),
        (13, 20, "13 of 20 right: 65%. Passed; 65% are needed."),
        (25, 39, "25 of 39 right: 64%. Not passed this time; 65% are needed."),
        (26, 40, "26 of 40 right: 65%. Passed; 65% are needed."),
    ],
)
def test_rounding_hides_no_miss(right: int, n: int, verdict: str) -> None:
    sat = begin(seed=1, n=n)
    for place, question in enumerate(asked(sat)[:right]):
        give(sat, place, sorted(question.right))
    tell(sat, "finish")
    assert sat.paper.verdict == sat.actions.live == verdict


# What goes wrong.


def test_a_journal_that_cannot_be_written_is_told_and_the_exam_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> int:
        raise OSError("no space left")

    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        sat = begin()
        assert (sat.paper.phase, sat.paper.note[:15]) == ("running", "Not saved yet. ")
        give(sat, 0, asked(sat)[0].right)
        assert sat.paper.note.startswith("Not saved yet. ")
        assert told() == []
        again = exam(n=N, minutes=MINUTES)  # in the same kernel, from memory
        assert again.paper.answers["0"]["choice"] == sat.paper.answers["0"]["choice"]
    give(sat, 1, asked(sat)[1].right)
    assert sat.paper.note == ""
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        tell(sat, "finish")
        assert sat.paper.verdict.startswith(f"2 of {N} right")
        assert sat.paper.note.startswith("Not saved yet. ")
    assert [what for what, _ in told()] == ["answer", "answer"]
    Clock.wait(minutes=1)
    tell(begin(seed=3), "finish")
    assert len(on_disk()) == 2


def test_what_is_in_memory_only_is_said_again_and_outlives_its_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(*_: object) -> int:
        raise OSError("no space left")

    heard: list[Any] = []
    sat = begin()
    answer = {
        "choice": places_of(sat.items[0], sat.items[0].right),
        "ms": 7,
        "flag": False,
        "seq": 1,
    }
    waits = said(sat, 0, answer)
    with monkeypatch.context() as disk:
        disk.setattr(os, "write", full)
        disk.setattr(sat.paper, "send", heard.append)
        tell(sat, **waits)
    assert heard[-1]["state"] == {"state": "memory"}  # so the page keeps it
    new_kernel()
    again = exam(n=N, minutes=MINUTES)
    assert again.session.answers == {}
    monkeypatch.setattr(again.paper, "send", heard.append)
    tell(again, **waits)
    assert heard[-1]["state"] == {"state": "saved"}
    tell(again, "finish")
    assert again.paper.verdict.startswith(f"1 of {N} right")


def test_a_journal_that_is_erased_meanwhile_takes_no_exam_away(tmp_path: Path) -> None:
    sat = begin()
    give(sat, 0, sorted(asked(sat)[0].right))
    for shard in tmp_path.glob("*.jsonl"):
        shard.unlink()
    give(sat, 1, sorted(asked(sat)[1].right))
    tell(sat, "finish")
    assert sat.paper.verdict.startswith(f"2 of {N} right")
    assert len(on_disk()) == 2
    assert sat.actions.below == ""


NONSENSE: dict[str, tuple[Any, dict[str, Any]]] = {
    "no list": (1, {"choice": "abc"}),
    "no choice": (1, {"choice": None}),
    "no place of an option": (1, {"choice": ["<script>"]}),
    "another option": (1, {"choice": [99]}),
    "option of no kind": (1, {"choice": [{"a": 1}]}),
    "no time": (1, {"choice": [], "ms": "soon"}),
    "time without end": (1, {"choice": [], "ms": float("inf")}),
}


@pytest.mark.parametrize(("place", "now"), NONSENSE.values(), ids=NONSENSE)
def test_nonsense_is_told_and_everything_else_is_kept(place: Any, now: dict[str, Any]) -> None:
    sat = begin()
    one, _, three, *_ = asked(sat)
    assert sat.actions.below == ""
    give(sat, place, **now)
    assert "Something went wrong here. It is not your fault." in sat.actions.below
    assert "<script>" not in sat.actions.below
    give(sat, 0, sorted(one.right))
    give(sat, 2, sorted(three.right), flag=True)
    assert [what for what, _ in told()] == ["answer", "answer", "flag"]
    assert "Run this cell again and go on." in sat.actions.below
    again = exam(n=N, minutes=MINUTES)
    assert (again.actions.below, again.paper.phase) == ("", "running")
    tell(again, "finish")
    assert again.paper.verdict.startswith(f"2 of {N} right")
    assert len(on_disk()) == 2


@pytest.mark.parametrize("said", [None, 7, "start", ["start"], {}, {"what": {"start": 1}}])
def test_a_message_of_no_sense_changes_nothing(said: Any) -> None:
    sat = exam(n=N, minutes=MINUTES)
    sat.paper._handle_custom_msg(said, [])
    assert sat.paper.phase == "ready"
    tell(sat, "start")
    nonsense: Any
    for nonsense in (None, {}, []):
        tell(sat, "answer", id="x", asks=sat.paper.questions[0]["asks"], answer=nonsense, seq=1)
    assert sat.paper.phase == "running"
    tell(sat, "finish")
    assert sat.paper.phase == "done"


def test_a_failure_is_told_and_can_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sat = begin()

    def broken(*_: object) -> None:
        raise RuntimeError("no <marks> today")

    with monkeypatch.context() as trouble:
        trouble.setattr(course_exam, "grade", broken)
        tell(sat, "finish")
    assert "RuntimeError: no &lt;marks&gt; today" in sat.actions.below
    assert sat.paper.phase == "running"
    tell(sat, "finish")
    assert sat.paper.phase == "done"
    assert sat.actions.below == ""


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"n": 0}, rf"^n is 0; write a whole number from 1 to {POOL}$"),
    ({"n": -1}, "^n is -1; write a whole number from 1 to"),
    ({"n": 9999}, rf"^n is 9999; write a whole number from 1 to {POOL}$"),
    ({"n": "40"}, "^n is '40'; write a whole number from 1 to"),
    ({"n": 4.0}, r"^n is 4\.0; write a whole number from 1 to"),
    ({"n": True}, "^n is True; write a whole number from 1 to"),
    ({"minutes": 0}, f"^minutes is 0; write a whole number from 1 to {MAX_EXAM_MINUTES}$"),
    ({"minutes": MAX_EXAM_MINUTES + 1}, f"^minutes is {MAX_EXAM_MINUTES + 1}; write a whole"),
    ({"minutes": "60"}, "^minutes is '60'; write a whole number from 1 to"),
]


@pytest.mark.parametrize(("wanted", "sentence"), REFUSED)
def test_what_makes_no_exam_is_refused(wanted: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        exam(**wanted)


# Elsewhere.


def test_its_transcript_is_the_same_for_everybody_at_any_time(tmp_path: Path) -> None:
    before = exam()._repr_mimebundle_()[0]
    sat = exam()
    tell(sat, "start")
    give(sat, 0, wrong(asked(sat)[0]))
    running = exam()._repr_mimebundle_()[0]
    tell(sat, "finish")
    after = sat._repr_mimebundle_()[0]
    for form in ("text/plain", "text/html"):
        assert before[form] == running[form] == after[form]
        assert TRANSCRIPT in " ".join(after[form].split())
        assert "65% to pass" in after[form]
        assert str(tmp_path) not in after[form]


# Clocks that jump.


@pytest.mark.parametrize("jump", [{"minutes": -2}, {"hours": 8}, {"hours": -8}, {"days": 365}])
def test_an_exam_counts_its_own_time_whatever_the_clock_does(jump: dict[str, float]) -> None:
    sat = begin()
    one, two, three, *_ = asked(sat)
    give(sat, 0, sorted(one.right))
    Clock.jump(**jump)
    give(sat, 1, sorted(two.right))
    assert "The clock of this computer was set to another time." in sat.actions.text
    assert sat.actions.live.startswith("The clock of this computer was set")
    again = exam(n=N, minutes=MINUTES)  # the cell is run again
    assert again.paper.phase == "running"
    assert again.paper.deadline - sat.paper.deadline == pytest.approx(
        1000 * timedelta(**jump).total_seconds()  # as the time it tells its page
    )
    new_kernel()
    Clock.wait(minutes=5)
    last = exam(n=N, minutes=MINUTES)
    left = last.paper.deadline / 1000 - Clock.now().timestamp()
    assert left == pytest.approx(60 * (MINUTES - 5) - 2)
    give(last, 2, sorted(three.right))
    tell(last, "finish")
    assert last.paper.verdict.startswith(f"3 of {N} right")
    new_kernel()
    Clock.wrong = timedelta(0)
    third = exam(n=N, minutes=MINUTES)
    assert third.paper.phase == "ready"  # it was handed in
    Clock.wait(hours=1)
    assert all(each.at <= iso_moment(Clock.right) for each in on_disk())


def test_a_small_correction_of_the_clock_is_not_worth_a_word() -> None:
    sat = begin()
    Clock.jump(seconds=5)
    give(sat, 0, asked(sat)[0].right)
    assert (sat.notes, sat.actions.text) == ([], "")


@pytest.mark.parametrize("ahead", [timedelta(minutes=2), timedelta(days=365)])
def test_an_exam_begun_in_the_future_is_begun_now_and_blocks_no_other(ahead: timedelta) -> None:
    Clock.jump(seconds=ahead.total_seconds())
    sat = begin()
    give(sat, 0, sorted(asked(sat)[0].right))
    new_kernel()
    Clock.wrong = timedelta(0)
    again = exam(n=N, minutes=MINUTES)
    assert again.paper.phase == "running"
    assert "seems to have begun in the future" in again.actions.text
    left = again.paper.deadline / 1000 - Clock.now().timestamp()
    assert left == pytest.approx(60 * MINUTES - 1)
    tell(again, "finish")
    assert again.paper.verdict.startswith(f"1 of {N} right")
    new_kernel()
    assert exam(n=N, minutes=MINUTES).paper.phase == "ready"
    other = begin()
    assert other.paper.phase == "running"
    new_kernel()
    third = exam(n=N, minutes=MINUTES)
    assert third.paper.questions == other.paper.questions
    tell(third, "finish")
    press(third, "new")
    new_kernel()
    last = exam(n=N, minutes=MINUTES)
    press(last, "look")
    assert last.paper.verdict == third.paper.verdict


# Two places.


def test_an_exam_handed_in_elsewhere_is_closed_at_the_next_press() -> None:
    here = begin()
    mine = journal()
    new_kernel()
    there = exam(n=N, minutes=MINUTES)
    one, two, *_ = asked(here)
    give(there, 0, sorted(one.right))
    tell(there, "finish")
    events = len(on_disk_exams())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "journal", lambda: mine)
        give(here, 1, sorted(two.right))
    assert here.paper.phase == "done"
    assert here.paper.verdict == there.paper.verdict
    assert "This exam was handed in elsewhere" in here.actions.text
    assert len(on_disk_exams()) == events
    assert [each.item for each in on_disk()] == [one.id]
    assert here.actions.below == ""


def test_an_exam_handed_in_in_another_tab_of_the_kernel_is_closed_too() -> None:
    here = begin()
    there = exam(n=N, minutes=MINUTES)
    tell(there, "finish")
    give(here, 0, sorted(asked(here)[0].right))
    assert (here.paper.phase, on_disk()) == ("done", [])
    press(here, "new")
    assert here.actions.text == ""


def test_another_kernel_that_writes_something_else_closes_nothing() -> None:
    here = begin()
    other = Journal(*journal().folders, clock=Clock)
    assert other.record(ExamEvent("another", "finish", at=iso_moment(Clock.now())))
    assert other.record(
        ExamEvent(here.session.exam, "finish", {"t": 10**9}, at=iso_moment(Clock.now()))
    )  # by a clock that is far ahead, where its time was up
    give(here, 0, sorted(asked(here)[0].right))
    assert here.paper.phase == "running"
    tell(here, "finish")
    assert here.paper.verdict.startswith(f"1 of {N} right")


def test_what_is_chosen_after_it_was_handed_in_elsewhere_does_not_count() -> None:
    here = begin()
    there = exam(n=N, minutes=MINUTES)
    one, two, three, *_ = asked(here)
    give(here, 0, one.right)
    tell(there, "finish")
    give(here, 1, two.right)
    give(here, 2, three.right, age=2_500)  # and this before
    assert "This exam was handed in elsewhere" in here.actions.text
    assert here.paper.verdict.startswith(f"2 of {N} right")
    assert sorted(each.item for each in on_disk()) == sorted([one.id, three.id])


def on_disk_exams() -> list[ExamEvent]:
    return Journal(*journal().folders).read().exams


# A course that moved on.


def changed(question_id: str, **changes: Any) -> Casebook:
    """The course with other words in one of its questions."""
    record = replace(BOOK.questions[question_id], **changes)
    return replace(BOOK, questions={**BOOK.questions, question_id: record}, items={})


def kind_of(item_id: str) -> str:
    return question_in(item_id).kind


def concepts(sat: Exam) -> list[int]:
    """The places of questions whose options are written, in the style in which they are."""
    written = [isinstance(BOOK.questions.get(each.id), ConceptQuestion) for each in asked(sat)]
    return [place for place, is_written in enumerate(written) if is_written]


def test_options_in_another_order_are_the_same_options() -> None:
    sat = begin(seed=2, n=20)
    place = concepts(sat)[0]
    question = asked(sat)[place]
    give(sat, place, sorted(question.right))
    new_kernel()
    record = BOOK.questions[question.id]
    assert isinstance(record, ConceptQuestion)
    book = changed(question.id, options=record.options[::-1])
    again = exam(seed=2, n=20, minutes=MINUTES, book=book)
    assert again.notes == []
    [chosen] = again.paper.answers.values()
    shown = again.paper.questions[place]["options"]
    assert [shown[each] for each in chosen["choice"]] == [question.answer.removesuffix(".")] or [
        shown[each] for each in chosen["choice"]
    ] == [question.options[k] for k in question.right]
    tell(again, "finish")
    assert again.paper.verdict.startswith("1 of 20 right")


def test_what_changed_under_a_running_exam_is_told_and_asked_again_and_the_rest_goes_on() -> None:
    sat = begin(seed=2, n=20)
    first, second = concepts(sat)[:2]
    for place in (first, second):
        give(sat, place, sorted(asked(sat)[place].right), flag=True)
    deadline = sat.paper.deadline
    new_kernel()
    book = changed(asked(sat)[first].id, prompt="What else?")
    again = exam(seed=2, n=20, minutes=MINUTES, book=book)
    assert again.paper.phase == "running"
    assert again.paper.deadline == pytest.approx(deadline, abs=5)  # ms
    told_first = f"The course has changed since this exam began. Question {first + 1} is new: "
    assert again.notes == [f"{told_first}answer it again. All else is as you left it."]
    assert again.paper.questions[first]["prompt"] == "What else?"
    assert again.paper.answers[str(first)] == {"choice": [], "ms": 0, "flag": True}
    assert again.paper.answers[str(second)]["choice"]
    new_kernel()
    third = exam(seed=2, n=20, minutes=MINUTES, book=book)
    assert third.notes == []  # once is enough
    give(third, first, sorted(third.items[first].right))
    tell(third, "finish")
    assert third.paper.verdict.startswith("2 of 20 right")


def test_what_is_gone_under_a_running_exam_is_told_and_not_counted() -> None:
    sat = begin()
    one, two, three, *_ = asked(sat)
    give(sat, 0, sorted(one.right))
    give(sat, 1, sorted(two.right))
    new_kernel()
    book = replace(without(one.id), items={})
    again = exam(n=N, minutes=MINUTES, book=book)
    assert again.notes == [
        "A question is no longer in the course, and no longer counted in this exam."
    ]
    assert [each.id for each in again.items] == [each.id for each in asked(sat)[1:]]
    assert [*again.paper.answers] == ["0"]
    give(again, 1, sorted(three.right))
    tell(again, "finish")
    assert again.paper.verdict.startswith(f"2 of {N - 1} right")
    assert sorted(each.item for each in on_disk()) == sorted([two.id, three.id])


def test_an_exam_whose_questions_are_all_gone_ends() -> None:
    begin(seed=1)
    new_kernel()
    sat = exam(seed=1, n=N, minutes=MINUTES)
    left = {k: v for k, v in BOOK.questions.items() if k not in {q.id for q in asked(sat)}}
    new_kernel()
    book = replace(BOOK, questions=left, cases={}, items={})
    again = exam(seed=1, n=N, minutes=MINUTES, book=book)
    assert (again.paper.phase, again.actions.below) == ("done", "")
    assert again.paper.verdict.startswith("0 of 0 right")


def test_a_past_result_stays_what_it_was_in_its_own_words() -> None:
    sat = begin(seed=2, n=20)
    first, second = concepts(sat)[:2]
    for place, question in enumerate(asked(sat)):
        give(sat, place, sorted(question.right))
    tell(sat, "finish")
    old = asked(sat)[first]
    record = BOOK.questions[old.id]
    assert isinstance(record, ConceptQuestion)
    options = [replace(option, right=not option.right) for option in record.options]
    book = changed(old.id, prompt="Something else?", options=tuple(options))
    gone = asked(sat)[second]
    book = replace(book, questions={k: v for k, v in book.questions.items() if k != gone.id})
    new_kernel()
    again = exam(seed=2, n=20, minutes=MINUTES, book=book)
    press(again, "look")
    assert (
        again.paper.verdict == sat.paper.verdict == "20 of 20 right: 100%. Passed; 65% are needed."
    )
    shown = again.review.text
    assert shown.count("The course has changed this question since, or has it no longer.") == 2
    for question in (old, gone):
        assert str(escape(question.prompt)) in shown
        for label in question.options.values():
            assert str(escape(label)) in shown
    assert "Something else?" not in shown
    assert len(on_disk()) == 20


def test_an_exam_of_all_questions_fits_into_the_lines_of_the_journal() -> None:
    sat = exam_of_all(1)
    papers = [each for each in on_disk_exams() if each.what == "paper"]
    assert len(papers) > 1
    assert all(len(json.dumps(event_as_row(each))) < MAX_LINE_BYTES for each in papers)
    places = [int(place) for each in papers for place in each.data["questions"]]
    assert sorted(places) == [*range(len(asked(sat)))]
